/* The rope kernels: against the oracle at odd sizes, for equal bits at any number of threads, that a rotation keeps
 * what it must keep, and the comparison against rope kernels that are wrong on purpose. */
#include "tests/kernels/trials.h"
#include <math.h>
#include "harness/rng.h"
#include "tests/teeth/teeth_rows.h"

static void checked_at_odd_sizes(void **state) {
    assert_checked(FQ_OP_ROPE_QUANT);
}

static void threads_give_equal_bits(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_rope || !fq_kernel_usable(k, NULL)) continue;
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
        if (k->family != FQ_FAMILY_rope || !fq_kernel_usable(k, NULL)) continue;
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

static void refuses_bad_input(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_rope || !fq_kernel_usable(k, NULL)) continue;
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
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checked_at_odd_sizes),      cmocka_unit_test(threads_give_equal_bits),
        cmocka_unit_test(scores_depend_on_distance), cmocka_unit_test(refuses_bad_input),
        cmocka_unit_test(teeth_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
