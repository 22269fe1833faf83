/* The attention kernels: against the oracle at odd sizes, against a plain attention written here, for equal bits at any
 * number of threads; and the oracle's comparison against kernels that are wrong on purpose. */
#include "tests/kernels/trials.h"
#include <math.h>
#include <stdlib.h>
#include "harness/rng.h"
#include "tests/teeth/teeth_attention.h"

static const fq_op both[] = {FQ_OP_ATTENTION_PREFILL, FQ_OP_ATTENTION_DECODE};

static void checked_at_odd_sizes(void **state) {
    for (int i = 0; i < 2; i++)
        assert_checked(both[i]);
}

static void threads_give_equal_bits(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_attention || !fq_kernel_usable(k, NULL)) continue;
        fq_trial_shape s = fq_trial_default(k->op);
        s.batch = 2;
        s.past = 1037; /* several spans of decode */
        s.seq = k->op == FQ_OP_ATTENTION_DECODE ? 1 : 29;
        s.ragged = 1;
        assert_same_for_threads(k, &s);
    }
}

/* Float32 everywhere, an own cache, own arithmetic: nothing shared with the oracle of trial.h. */
static void agrees_with_plain_attention(void **state) {
    enum { B = 2, SEQ = 9, H = 6, KV = 2, D = 20, CAP = 40 };
    static const int past[B] = {3, 30};
    const fq_recipe *cache_recipe = fq_recipe_find("kv.f32");
    fq_arena arena;
    fq_kv_cache kv;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_kv_cache_create(&kv, cache_recipe, B, KV, D, CAP, &arena), FQ_OK);
    fq_rng rng = fq_rng_seed(7, 0);
    float *q = FQ_NEW(&arena, float, B *SEQ *H *D), *out = FQ_NEW(&arena, float, B *SEQ *H *D);
    fq_rng_fill_gauss(&rng, q, B * SEQ * H * D, 1.5f);
    for (size_t r = 0; r < B * KV * CAP; r++) {
        fq_rng_fill_gauss(&rng, (float *)(void *)(kv.k + r * kv.row_bytes), D, 1.0f);
        fq_rng_fill_gauss(&rng, (float *)(void *)(kv.v + r * kv.row_bytes), D, 1.0f);
    }
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_attention || !fq_kernel_usable(k, NULL)) continue;
        fq_attention_args a = {.q_recipe = fq_recipe_find("q.f32"),
                               .p_recipe = fq_recipe_find("p.f32"),
                               .q = q,
                               .q_stride = H * D * sizeof(float),
                               .kv = &kv,
                               .batch = B,
                               .seq = SEQ,
                               .heads = H,
                               .past = past,
                               .causal = 1,
                               .out = out,
                               .out_stride = H * D};
        a.scratch = fq_arena_alloc(&arena, k->scratch.attention(&a));
        assert_int_equal(k->run.attention(&a), FQ_OK);
        for (int b = 0; b < B; b++)
            for (int t = 0; t < SEQ; t++)
                for (int h = 0; h < H; h++) {
                    const float *qv = q + ((b * SEQ + t) * H + h) * D, *got = out + ((b * SEQ + t) * H + h) * D;
                    double want[D] = {0}, l = 0.0;
                    for (int j = 0; j <= past[b] + t; j++) {
                        const size_t row = (size_t)((b * KV + h / 3) * CAP + j);
                        const float *key = (const float *)(const void *)(kv.k + row * kv.row_bytes);
                        const float *value = (const float *)(const void *)(kv.v + row * kv.row_bytes);
                        double s = 0.0;
                        for (int d = 0; d < D; d++)
                            s += (double)qv[d] * (double)key[d];
                        const double e = exp(s / sqrt((double)D));
                        l += e;
                        for (int d = 0; d < D; d++)
                            want[d] += e * (double)value[d];
                    }
                    for (int d = 0; d < D; d++)
                        assert_true(fabs((double)got[d] - want[d] / l) < 2e-6);
                }
    }
    fq_arena_free(&arena);
}

static void refuses_an_unknown_p(void **state) {
    fq_recipe p = *fq_recipe_find("p.f32");
    p.code = FQ_INT8;
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_attention || !fq_kernel_usable(k, NULL)) continue;
        fq_arena arena;
        fq_kv_cache kv;
        float q[8] = {0}, out[8];
        const int past = 0;
        assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
        assert_int_equal(fq_kv_cache_create(&kv, fq_recipe_find("kv.f32"), 1, 1, 8, 4, &arena), FQ_OK);
        fq_attention_args a = {.q_recipe = fq_recipe_find("q.f32"),
                               .p_recipe = &p,
                               .q = q,
                               .q_stride = sizeof q,
                               .kv = &kv,
                               .batch = 1,
                               .seq = 1,
                               .heads = 1,
                               .past = &past,
                               .causal = 1,
                               .out = out,
                               .out_stride = 8};
        a.scratch = fq_arena_alloc(&arena, k->scratch.attention(&a));
        assert_int_equal(k->run.attention(&a), FQ_ERR_UNSUPPORTED);
        fq_arena_free(&arena);
    }
}

static void teeth_are_rejected(void **state) {
    static const struct {
        const char *name;
        fq_status (*run)(const fq_attention_args *a);
        int passes;
    } teeth[] = {{"none", fq_teeth_attention_none, 1},
                 {"no_mask", fq_teeth_attention_no_mask, 0},
                 {"stale_sum", fq_teeth_attention_stale_sum, 0},
                 {"exact_p", fq_teeth_attention_exact_p, 0},
                 {"wrong_kv_head", fq_teeth_attention_wrong_kv_head, 0},
                 {"no_q_scale", fq_teeth_attention_no_q_scale, 0},
                 {"beyond", fq_teeth_attention_beyond, 0}};
    for (size_t i = 0; i < sizeof teeth / sizeof teeth[0]; i++) {
        fq_kernel k = tooth(FQ_OP_ATTENTION_PREFILL, teeth[i].name);
        k.run.attention = teeth[i].run;
        fq_trial_shape s = fq_trial_default(k.op);
        s.past = 11;
        assert_int_equal(trial_passes(&k, &s), teeth[i].passes);
    }
    /* bfloat16 P is closer to the exact one; it must still be told apart. */
    fq_kernel k = tooth(FQ_OP_ATTENTION_PREFILL, "exact_p");
    fq_trial_shape s = fq_trial_default(k.op);
    s.p = fq_recipe_find("p.bf16");
    k.run.attention = fq_teeth_attention_exact_p;
    assert_false(trial_passes(&k, &s));
    k.run.attention = fq_teeth_attention_none;
    assert_true(trial_passes(&k, &s));
}

static void cache_values_and_bytes(void **state) {
    fq_arena arena;
    fq_kv_cache kv;
    const float x[6] = {-7.0f, 3.0f, 1.0f, 0.0f, 0.4f, 7.0f};
    float scale, out[6];
    uint32_t code;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_kv_cache_create(&kv, fq_recipe_find("kv.int4.head.e4m3"), 2, 3, 6, 5, &arena), FQ_OK);
    assert_int_equal(kv.row_bytes, 16);
    assert_int_equal(fq_kv_cache_bytes_per_token(&kv), 2 * 3 * (3 + 1));
    const size_t row = (1 * 3 + 2) * 5 + 4;
    assert_int_equal(fq_quantize_row(kv.recipe, x, 6, kv.v + row * kv.row_bytes, &scale, &code), FQ_OK);
    kv.v_scale[row] = (uint8_t)code;
    fq_kv_cache_values(&kv, 1, 1, 2, 4, out);
    assert_true(scale == 1.0f); /* absmax 7 */
    const float want[6] = {-7.0f, 3.0f, 1.0f, 0.0f, 0.0f, 7.0f};
    assert_memory_equal(out, want, sizeof want);
    fq_kv_cache_values(&kv, 0, 1, 2, 4, out);
    for (int i = 0; i < 6; i++)
        assert_true(out[i] == 0.0f);
    fq_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checked_at_odd_sizes),        cmocka_unit_test(threads_give_equal_bits),
        cmocka_unit_test(agrees_with_plain_attention), cmocka_unit_test(refuses_an_unknown_p),
        cmocka_unit_test(teeth_are_rejected),          cmocka_unit_test(cache_values_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
