/* The rope kernels: against the oracle at odd sizes, for equal bits at any number of threads, that a rotation keeps
 * what it must keep, and the comparison against rope kernels that are wrong on purpose. */
#include "tests/kernels/trials.h"
#include <math.h>
#include "harness/rng.h"
#include "kernels/functions.h"
#include "tests/teeth/teeth_rows.h"

static void checked_at_odd_sizes(void **state) {
    assert_checked(FQ_OP_ROPE_QUANT);
}

static void threads_give_equal_bits(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_rope || k->role == FQ_ROLE_DEVICE || !fq_kernel_usable(k, NULL)) continue;
        fq_trial_shape s = fq_trial_default(k->op);
        s.batch = 3;
        s.seq = 5;
        s.past = 4;
        s.ragged = 1;
        assert_same_for_threads(k, &s);
    }
}

enum { D = 12, H = 4, KV = 2, SEQ = 6, WIDTH = (H + 2 * KV) * D };

typedef struct fixture {
    fq_arena arena;
    fq_kv_cache kv;
    float qkv[SEQ][WIDTH], cos_t[SEQ * D / 2], sin_t[SEQ * D / 2], post[KV * D], q[SEQ][H * D];
    int past;
    fq_rope_args args;
} fixture;

static fixture *make_fixture(void) {
    static fixture f;
    fq_rng rng = fq_rng_seed(5, 0);
    memset(&f, 0, sizeof f);
    assert_int_equal(fq_arena_init(&f.arena, 0), FQ_OK);
    assert_int_equal(fq_kv_cache_create(&f.kv, fq_recipe_find("kv.f32"), 1, KV, D, SEQ, &f.arena), FQ_OK);
    fq_rng_fill_gauss(&rng, f.qkv[0], sizeof f.qkv / sizeof(float), 1.0f);
    for (int p = 0; p < SEQ; p++)
        for (int i = 0; i < D / 2; i++) {
            f.cos_t[p * D / 2 + i] = (float)cos(p * pow(10000.0, -2.0 * i / D));
            f.sin_t[p * D / 2 + i] = (float)sin(p * pow(10000.0, -2.0 * i / D));
        }
    for (int i = 0; i < KV * D; i++)
        f.post[i] = 0.5f + (float)fq_rng_uniform(&rng);
    f.args = (fq_rope_args){.batch = 1,
                            .seq = SEQ,
                            .heads = H,
                            .past = &f.past,
                            .qkv = f.qkv[0],
                            .qkv_stride = WIDTH,
                            .cos_t = f.cos_t,
                            .sin_t = f.sin_t,
                            .post = f.post,
                            .q_recipe = fq_recipe_find("q.f32"),
                            .q = f.q,
                            .q_stride = sizeof f.q[0],
                            .kv = &f.kv};
    return &f;
}

static double dot(const float *a, const float *b) {
    double s = 0.0;
    for (int i = 0; i < D; i++)
        s += (double)a[i] * (double)b[i];
    return s;
}

/* The score of a query and a key depends on the distance of their positions alone, and post scaling cancels in it: with
 * the same vectors at every position, q_i . k_j = q_(i+1) . k_(j+1). Values pass through unchanged. */
static void scores_depend_on_distance(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_rope || k->role == FQ_ROLE_DEVICE || !fq_kernel_usable(k, NULL)) continue;
        fixture *f = make_fixture();
        for (int t = 1; t < SEQ; t++)
            memcpy(f->qkv[t], f->qkv[0], sizeof f->qkv[0]);
        assert_int_equal(k->run.rope(&f->args), FQ_OK);
        for (int h = 0; h < H; h++) {
            const int g = h / (H / KV);
            const uint8_t *keys = f->kv.k + (size_t)(g * SEQ) * f->kv.row_bytes;
            const uint8_t *values = f->kv.v + (size_t)(g * SEQ) * f->kv.row_bytes;
            const double plain = dot(f->qkv[0] + h * D, f->qkv[0] + (H + g) * D);
            for (int t = 0; t < SEQ; t++) {
                const float *key = (const float *)(const void *)(keys + (size_t)t * f->kv.row_bytes);
                assert_true(fabs(dot(f->q[t] + h * D, key) - plain) < 1e-5);
                if (t == 0) continue;
                const float *before = (const float *)(const void *)(keys + (size_t)(t - 1) * f->kv.row_bytes);
                const float *first = (const float *)(const void *)keys;
                assert_true(fabs(dot(f->q[t] + h * D, before) - dot(f->q[1] + h * D, first)) < 1e-5);
                assert_memory_equal(values + (size_t)t * f->kv.row_bytes, f->qkv[0] + (H + KV + g) * D,
                                    D * sizeof(float));
            }
        }
        fq_arena_free(&f->arena);
    }
}

/* Keys that are not rotated, and values: codes, scales and zero points must be those of fq_quantize_row_zero, for
 * every recipe, with a clip, and where rows are zero, tiny, huge, of one sign, or have two largest numbers. */
static void cache_codes_equal_the_quantizer(void **state) {
    enum { ROWS = 40, N = 66 };
    static float x[ROWS][4 * N];
    float one[N / 2], none[N / 2], offset[N], q[N];
    fq_rng rng = fq_rng_seed(21, 0);
    for (int r = 0; r < ROWS; r++) {
        fq_rng_fill_gauss(&rng, x[r], 4 * N, powf(10.0f, (float)(r % 13 - 6)));
        for (int i = 0; i < 4 * N; i++) {
            if (r % 5 == 1) x[r][i] = fabsf(x[r][i]);
            if (r % 5 == 2) x[r][i] = -fabsf(x[r][i]);
            if (r == 3) x[r][i] = 0.0f;
            if (r == 4) x[r][i] *= 1e-38f;
            if (r == 8) x[r][i] *= 1e30f;
            if (r >= 14 && r < 20) x[r][i] = (float)((i * 7 + r) % 31 - 14) * 0.5f; /* -7 .. 8: ties of UINT4 */
        }
        for (int part = N; part < 3 * N && r >= 20; part += N) { /* equal in magnitude, either sign first */
            x[r][part + 5] = r % 2 ? 1e7f : -1e7f;
            x[r][part + 40] = -x[r][part + 5];
        }
    }
    for (int i = 0; i < N / 2; i++)
        one[i] = 1.0f, none[i] = 0.0f;
    for (int i = 0; i < N; i++)
        offset[i] = 0.25f * (float)(i % 9 - 4);
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_rope || k->role == FQ_ROLE_DEVICE || !fq_kernel_usable(k, NULL)) continue;
        for (int id = 0; id < FQ_RECIPE_COUNT * ROWS * 2; id++) {
            const fq_recipe *recipe = &fq_recipes[id / (ROWS * 2)];
            const int r = id / 2 % ROWS, with = id % 2, past = 0;
            if (strncmp(recipe->name, "kv.", 3) != 0) continue;
            fq_arena arena;
            fq_kv_cache kv;
            const float clip[2] = {0.8125f, 1.1f};
            assert_int_equal(fq_arena_init(&arena, 1 << 16), FQ_OK);
            assert_int_equal(fq_kv_cache_create(&kv, recipe, 1, 1, N, 1, &arena), FQ_OK);
            const fq_rope_args a = {.batch = 1,
                                    .seq = 1,
                                    .heads = 1,
                                    .past = &past,
                                    .qkv = x[r],
                                    .qkv_stride = 4 * N,
                                    .cos_t = one,
                                    .sin_t = none,
                                    .k_offset = with ? offset : NULL,
                                    .k_clip = with ? &clip[0] : NULL,
                                    .v_clip = with ? &clip[1] : NULL,
                                    .q_recipe = fq_recipe_find("q.f32"),
                                    .q = q,
                                    .q_stride = sizeof q,
                                    .kv = &kv};
            assert_int_equal(k->run.rope(&a), FQ_OK);
            for (int which = 0; which < 2; which++) {
                const uint8_t *scales = which ? kv.v_scale : kv.k_scale, *zeros = which ? kv.v_zero : kv.k_zero;
                uint8_t codes[4 * N], zero;
                float y[N], scale;
                uint32_t code;
                for (int d = 0; d < N; d++)
                    y[d] = x[r][(1 + which) * N + d] - (with && !which ? offset[d] : 0.0f);
                assert_int_equal(
                    fq_quantize_row_zero(recipe, y, N, with ? clip[which] : 1.0f, codes, &scale, &code, &zero), FQ_OK);
                assert_memory_equal(which ? kv.v : kv.k, codes, fq_format_bytes(recipe->code, N));
                if (scales) assert_memory_equal(scales, &code, fq_format_bytes(recipe->scale, 1));
                if (zeros) assert_int_equal(*zeros, zero);
            }
            fq_arena_free(&arena);
        }
    }
}

static void refuses_bad_input(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_rope || k->role == FQ_ROLE_DEVICE || !fq_kernel_usable(k, NULL)) continue;
        static const int bad[] = {0, H * D, (H + KV) * D}; /* a query, a key, a value */
        for (int j = 0; j < 3; j++) {
            fixture *f = make_fixture();
            f->qkv[4][bad[j]] = j == 1 ? INFINITY : NAN;
            assert_int_equal(k->run.rope(&f->args), FQ_ERR_NUMERIC);
            assert_non_null(strstr(fq_message(), "token 4"));
            f->kv.head_dim = 7;
            assert_int_equal(k->run.rope(&f->args), FQ_ERR_UNSUPPORTED);
            fq_arena_free(&f->arena);
        }
    }
}

static void teeth_are_rejected(void **state) {
    fq_kernel k = *fq_kernel_ref(FQ_OP_ROPE_QUANT);
    fq_trial_shape s = fq_trial_default(FQ_OP_ROPE_QUANT);
    s.seq = 4;
    s.past = 3;
    s.q = fq_recipe_find("q.f32");
    s.kv = fq_recipe_find("kv.f32");
    assert_true(trial_passes(&k, &s));
    k.run.rope = fq_teeth_rope_wrong_sign;
    assert_false(trial_passes(&k, &s));
    k.run.rope = fq_teeth_rope_next_row;
    assert_false(trial_passes(&k, &s));
    s.key_offset = 1;
    k.run.rope = fq_teeth_rope_no_offset;
    assert_false(trial_passes(&k, &s));
    s.clip = 1;
    for (int r = 0; r < FQ_RECIPE_COUNT; r++) {
        s.kv = &fq_recipes[r];
        if (strncmp(s.kv->name, "kv.", 3) != 0 || s.kv->group == FQ_NO_SCALE) continue;
        k.run.rope = fq_rope_quant_ref;
        assert_true(trial_passes(&k, &s));
        k.run.rope = fq_teeth_rope_no_clip;
        assert_false(trial_passes(&k, &s));
        k.run.rope = fq_recipe_has_zero(s.kv) ? fq_teeth_rope_next_zero : fq_teeth_rope_symmetric;
        assert_int_equal(trial_passes(&k, &s), s.kv->range == FQ_RANGE_SYMMETRIC);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checked_at_odd_sizes),      cmocka_unit_test(threads_give_equal_bits),
        cmocka_unit_test(scores_depend_on_distance), cmocka_unit_test(refuses_bad_input),
        cmocka_unit_test(teeth_are_rejected),        cmocka_unit_test(cache_codes_equal_the_quantizer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
