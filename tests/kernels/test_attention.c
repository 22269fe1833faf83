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

/* P relative to a running maximum: the runs are part of the contract. */
static void runs_are_of_256_keys(void **state) {
    fq_trial_shape s = fq_trial_default(FQ_OP_ATTENTION_PREFILL);
    s.past = 700;
    s.seq = 9;
    fq_kernel k = tooth(FQ_OP_ATTENTION_PREFILL, "runs");
    k.run.attention = fq_teeth_attention_runs;
    assert_true(trial_passes(&k, &s));
    k.run.attention = fq_teeth_attention_short_runs;
    assert_false(trial_passes(&k, &s));
}

/* Scores in float16 and the ways a cache row can be coded. Few keys: a score next to a rounding boundary of float16
 * widens its query's bound, so that some queries must be without one. */
static void new_teeth_are_rejected(void **state) {
    static const struct {
        const char *kv, *q, *p;
        fq_format_id scores;
        fq_status (*run)(const fq_attention_args *a);
        int passes;
    } teeth[] = {{"kv.f32", "q.f32", "p.f32", FQ_F16, fq_teeth_attention_none, 1},
                 {"kv.f32", "q.f32", "p.f32", FQ_F16, fq_teeth_attention_f32_scores, 0},
                 {"kv.f32", "q.f32", "p.f32", FQ_F16, fq_teeth_attention_f16_once, 0},
                 {"kv.int4.head.e4m3", "q.e4m3.head", "p.f32", FQ_F16, fq_teeth_attention_none, 1},
                 {"kv.int4.head.e4m3", "q.e4m3.head", "p.f32", FQ_F16, fq_teeth_attention_f32_scores, 0},
                 {"kv.int4.head.e4m3", "q.e4m3.head", "p.f32", FQ_F16, fq_teeth_attention_f16_once, 0},
                 {"kv.uint4.head.f16", "q.e4m3.head", "p.e4m3", FQ_F32, fq_teeth_attention_none, 1},
                 {"kv.uint4.head.f16", "q.e4m3.head", "p.e4m3", FQ_F32, fq_teeth_attention_no_zero, 0},
                 {"kv.int4.head.e4m3s", "q.e4m3.head", "p.e4m3", FQ_F32, fq_teeth_attention_none, 1},
                 {"kv.int4.head.e4m3s", "q.e4m3.head", "p.e4m3", FQ_F32, fq_teeth_attention_unsigned_scale, 0}};
    for (size_t i = 0; i < sizeof teeth / sizeof teeth[0]; i++) {
        fq_kernel k = tooth(FQ_OP_ATTENTION_PREFILL, "tooth");
        fq_trial_shape s = fq_trial_default(k.op);
        k.run.attention = teeth[i].run;
        s.seq = 40;
        s.kv = fq_recipe_find(teeth[i].kv);
        s.q = fq_recipe_find(teeth[i].q);
        s.p = fq_recipe_find(teeth[i].p);
        s.scores = teeth[i].scores;
        assert_int_equal(trial_passes(&k, &s), teeth[i].passes);
    }
}

/* Three sums of 64 products. The first passes 65504 in its first 32 (80000) and loses 60000 in the rest, the second
 * stays beyond, the third adds 6 to 16384, where float16's unit is 16. */
static void float16_scores_saturate_and_lose(void **state) {
    enum { D = 64, KEYS = 3 };
    static const double sums[2][KEYS] = {{20000.0, 160000.0, 16384.0 + 6.0}, {5504.0, 65504.0, 16384.0}};
    const int past = KEYS - 1;
    fq_arena arena;
    fq_kv_cache kv;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_kv_cache_create(&kv, fq_recipe_find("kv.f32"), 1, 1, D, KEYS, &arena), FQ_OK);
    float q[D], out[D], scale = 1e-4f;
    for (int d = 0; d < D; d++) {
        q[d] = 50.0f;
        const float key[KEYS] = {d < 32 ? 50.0f : -37.5f, 50.0f, d < 32 ? 10.24f : d < 36 ? 0.03f : 0.0f};
        for (int t = 0; t < KEYS; t++) {
            ((float *)(void *)(kv.k + (size_t)t * kv.row_bytes))[d] = key[t];
            ((float *)(void *)(kv.v + (size_t)t * kv.row_bytes))[d] = d % KEYS == t ? 1.0f : 0.0f;
        }
    }
    for (int i = 0; i < 2 * fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i / 2];
        if (k->family != FQ_FAMILY_attention || !fq_kernel_usable(k, NULL)) continue;
        fq_attention_args a = {.q_recipe = fq_recipe_find("q.f32"),
                               .p_recipe = fq_recipe_find("p.f32"),
                               .q = q,
                               .q_stride = sizeof q,
                               .q_scale = &scale,
                               .kv = &kv,
                               .batch = 1,
                               .seq = 1,
                               .heads = 1,
                               .past = &past,
                               .causal = 1,
                               .scores = i % 2 ? FQ_F16 : FQ_F32,
                               .out = out,
                               .out_stride = D};
        a.scratch = fq_arena_alloc(&arena, k->scratch.attention(&a));
        assert_int_equal(k->run.attention(&a), FQ_OK);
        double p[KEYS], l = 0.0;
        for (int t = 0; t < KEYS; t++)
            l += p[t] = exp(sums[i % 2][t] * 1e-4 / 8.0);
        for (int d = 0; d < D; d++)
            assert_true(fabs((double)out[d] - p[d % KEYS] / l) < 1e-6);
        a.scores = FQ_BF16;
        assert_int_equal(k->run.attention(&a), FQ_ERR_UNSUPPORTED);
    }
    fq_arena_free(&arena);
}

/* q (k - c) = q k - q c: the same for all keys of a query, so the softmax does not see it. */
static void an_offset_of_the_keys_changes_nothing(void **state) {
    enum { B = 2, SEQ = 11, H = 4, KV = 2, D = 24, WIDTH = (H + 2 * KV) * D, TOKENS = B * SEQ };
    static const int past[B] = {0, 0};
    static float qkv[TOKENS][WIDTH], q[TOKENS][H * D], out[2][TOKENS][H * D];
    float cos_t[SEQ * D / 2], sin_t[SEQ * D / 2], offset[KV * D];
    fq_rng rng = fq_rng_seed(17, 0);
    fq_rng_fill_gauss(&rng, qkv[0], sizeof qkv / sizeof(float), 1.0f);
    fq_rng_fill_gauss(&rng, offset, KV * D, 3.0f);
    for (int i = 0; i < SEQ * D / 2; i++) {
        const double angle = i / (D / 2) * pow(10000.0, -2.0 * (i % (D / 2)) / D);
        cos_t[i] = (float)cos(angle);
        sin_t[i] = (float)sin(angle);
    }
    for (int r = 0; r < fq_kernel_count; r++) {
        const fq_kernel *rope = &fq_kernels[r];
        if (rope->family != FQ_FAMILY_rope || !fq_kernel_usable(rope, NULL)) continue;
        for (int i = 0; i < fq_kernel_count; i++) {
            const fq_kernel *k = &fq_kernels[i];
            if (k->family != FQ_FAMILY_attention || !fq_kernel_usable(k, NULL)) continue;
            fq_arena arena;
            fq_kv_cache kv;
            assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
            assert_int_equal(fq_kv_cache_create(&kv, fq_recipe_find("kv.f32"), B, KV, D, SEQ, &arena), FQ_OK);
            for (int with = 0; with < 2; with++) {
                const fq_rope_args g = {.batch = B,
                                        .seq = SEQ,
                                        .heads = H,
                                        .past = past,
                                        .qkv = qkv[0],
                                        .qkv_stride = WIDTH,
                                        .cos_t = cos_t,
                                        .sin_t = sin_t,
                                        .k_offset = with ? offset : NULL,
                                        .q_recipe = fq_recipe_find("q.f32"),
                                        .q = q,
                                        .q_stride = sizeof q[0],
                                        .kv = &kv};
                assert_int_equal(rope->run.rope(&g), FQ_OK);
                fq_attention_args a = {.q_recipe = g.q_recipe,
                                       .p_recipe = fq_recipe_find("p.f32"),
                                       .q = q,
                                       .q_stride = sizeof q[0],
                                       .kv = &kv,
                                       .batch = B,
                                       .seq = SEQ,
                                       .heads = H,
                                       .past = past,
                                       .causal = 1,
                                       .out = out[with][0],
                                       .out_stride = H * D};
                a.scratch = fq_arena_alloc(&arena, k->scratch.attention(&a));
                assert_int_equal(k->run.attention(&a), FQ_OK);
            }
            float most = 0.0f;
            for (int j = 0; j < TOKENS * H * D; j++)
                most = fmaxf(most, fabsf(out[0][j / (H * D)][j % (H * D)] - out[1][j / (H * D)][j % (H * D)]));
            assert_true(most > 0.0f); /* the keys did differ */
            assert_true(most < 1e-5f);
            fq_arena_free(&arena);
        }
    }
}

/* Numbers whose codes, scales and operand values are known without arithmetic. */
static void cache_rows_of_every_coding(void **state) {
    enum { D = 6 };
    static const struct {
        const char *recipe;
        float x[D], scale;
        uint8_t zero;
        float want[D];
        size_t bytes;
    } rows[] = {/* absmax / 7 = 17 / 7 is 2.421875 in bfloat16, 2.5 in E4M3; the operand is E4M3 in both */
                {"kv.int4.head.bf16", {-17, 17, 0, 2, 5, -12}, 2.421875f, 0, {-16, 16, 0, 2.5f, 5, -12}, 3 + 2},
                {"kv.int4.head.e4m3", {-17, 17, 0, 2, 5, -12}, 2.5f, 0, {-18, 18, 0, 2.5f, 5, -12}, 3 + 1},
                /* x* = 16: scale -2, code -8; -16 would need code 8, which is cut to 7 */
                {"kv.int4.head.e4m3s", {16, -16, 0, 2, -4, 15}, -2.0f, 0, {16, -14, 0, 2, -4, 16}, 3 + 1},
                {"kv.int4.head.e4m3s", {-16, 16, 0, 2, -4, 15}, 2.0f, 0, {-16, 14, 0, 2, -4, 14}, 3 + 1},
                /* -10 .. 5: scale 1, zero point 10 */
                {"kv.uint4.head.f16", {-10, 5, 0, 2, -4, 4.4f}, 1.0f, 10, {-10, 5, 0, 2, -4, 4}, 3 + 2 + 1},
                /* nothing below 0: the zero point is 0 */
                {"kv.uint4.head.f16", {30, 5, 0, 2, 14, 9}, 2.0f, 0, {30, 4, 0, 2, 14, 8}, 3 + 2 + 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fq_arena arena;
        fq_kv_cache kv;
        uint32_t code;
        uint8_t zero;
        float scale, out[D];
        assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
        assert_int_equal(fq_kv_cache_create(&kv, fq_recipe_find(rows[i].recipe), 2, 3, D, 5, &arena), FQ_OK);
        assert_int_equal(fq_kv_cache_bytes_per_token(&kv), 2 * 3 * rows[i].bytes);
        assert_int_equal(kv.k_zero != NULL, strstr(rows[i].recipe, "uint4") != NULL);
        const size_t row = (1 * 3 + 2) * 5 + 4, width = fq_format_bytes(kv.recipe->scale, 1);
        uint8_t *codes = kv.v + row * kv.row_bytes;
        assert_int_equal(fq_quantize_row_zero(kv.recipe, rows[i].x, D, 1.0f, codes, &scale, &code, &zero), FQ_OK);
        assert_true(scale == rows[i].scale);
        assert_int_equal(zero, rows[i].zero);
        memcpy(kv.v_scale + row * width, &code, width);
        if (kv.v_zero) kv.v_zero[row] = zero;
        fq_kv_cache_values(&kv, 1, 1, 2, 4, out);
        for (int d = 0; d < D; d++)
            assert_true(out[d] == rows[i].want[d]);
        fq_arena_free(&arena);
    }
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
        cmocka_unit_test(checked_at_odd_sizes),
        cmocka_unit_test(threads_give_equal_bits),
        cmocka_unit_test(agrees_with_plain_attention),
        cmocka_unit_test(refuses_an_unknown_p),
        cmocka_unit_test(teeth_are_rejected),
        cmocka_unit_test(runs_are_of_256_keys),
        cmocka_unit_test(cache_values_and_bytes),
        cmocka_unit_test(new_teeth_are_rejected),
        cmocka_unit_test(float16_scores_saturate_and_lose),
        cmocka_unit_test(an_offset_of_the_keys_changes_nothing),
        cmocka_unit_test(cache_rows_of_every_coding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
