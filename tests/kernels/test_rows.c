/* The row kernels: against the oracle at odd sizes, code for code against fq_quantize_row, for equal bits at any number
 * of threads, for refusing what is not finite; and the comparison against row kernels that are wrong on purpose. */
#include "tests/kernels/trials.h"
#include <math.h>
#include "harness/rng.h"
#include "tests/teeth/teeth_rows.h"

static const fq_op all[] = {FQ_OP_RMSNORM_QUANT, FQ_OP_SWIGLU_QUANT, FQ_OP_QUANT_ROWS};

static void checked_at_odd_sizes(void **state) {
    for (int i = 0; i < 3; i++)
        assert_checked(all[i]);
}

static void threads_give_equal_bits(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_row || !fq_kernel_usable(k, NULL)) continue;
        fq_trial_shape s = fq_trial_default(k->op);
        s.m = 37;
        s.k = 1000;
        assert_same_for_threads(k, &s);
    }
}

/* quant_rows computes nothing before it quantizes: codes and scales must be those of fq_quantize_row. */
static void codes_equal_the_quantizer(void **state) {
    enum { M = 5, K = 773 };
    static const char *const recipes[] = {"a.f32", "a.bf16", "a.int8.token", "a.e4m3.token"};
    static float x[M][K];
    static uint8_t out[M][4 * K], want[4 * K];
    fq_rng rng = fq_rng_seed(3, 0);
    for (int r = 0; r < M; r++)
        fq_rng_fill_gauss(&rng, x[r], K, powf(10.0f, (float)(r * 4 - 8)));
    memset(x[3], 0, sizeof x[3]);
    /* Row 4: numbers next to the boundaries between INT8 codes, where a product with 1 / s is not a division by s. */
    const float top = 127.0f * 0.37f, step = top / 127.0f;
    x[4][0] = top;
    for (int c = 1; c < K; c++) {
        const float boundary = step * ((float)(c % 126) + 0.5f);
        x[4][c] = c % 3 == 0 ? boundary : nextafterf(boundary, c % 3 == 1 ? 0.0f : INFINITY);
    }
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->op != FQ_OP_QUANT_ROWS || !fq_kernel_usable(k, NULL)) continue;
        for (int f = 0; f < 4; f++) {
            const fq_recipe *recipe = fq_recipe_find(recipes[f]);
            float scale[M], s;
            fq_row_args a = {.m = M,
                             .k = K,
                             .x = x[0],
                             .x_stride = K,
                             .a = recipe,
                             .out = out,
                             .out_stride = sizeof want,
                             .scale = scale};
            assert_int_equal(k->run.row(&a), FQ_OK);
            for (int r = 0; r < M; r++) {
                assert_int_equal(fq_quantize_row(recipe, x[r], K, want, &s, NULL), FQ_OK);
                assert_memory_equal(out[r], want, fq_format_bytes(recipe->code, K));
                if (recipe->group != FQ_NO_SCALE) assert_true(scale[r] == s);
            }
        }
    }
}

/* Each group of a row is a row of its own, the last one shorter. */
static void groups_equal_the_quantizer(void **state) {
    enum { M = 3, K = 300, GROUPS = 3 };
    const fq_recipe *recipe = fq_recipe_find("a.int4.g128.f16");
    fq_recipe whole = *recipe;
    whole.group = 0;
    static float x[M][K];
    static uint8_t out[M][K / 2 + 8];
    fq_rng rng = fq_rng_seed(6, 0);
    for (int r = 0; r < M; r++) {
        fq_rng_fill_gauss(&rng, x[r], K, 1.0f);
        for (int c = 0; c < K; c++)
            x[r][c] *= c < 128 ? 1e-3f : c < 256 ? 10.0f : 1.0f;
    }
    memset(x[1] + 128, 0, 128 * sizeof(float));
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->op != FQ_OP_QUANT_ROWS || !fq_kernel_usable(k, NULL)) continue;
        float scale[M][GROUPS];
        const fq_row_args a = {.m = M,
                               .k = K,
                               .x = x[0],
                               .x_stride = K,
                               .a = recipe,
                               .out = out,
                               .out_stride = sizeof out[0],
                               .scale = scale[0]};
        memset(out, 0xaa, sizeof out);
        assert_int_equal(k->run.row(&a), FQ_OK);
        for (int r = 0; r < M; r++) {
            for (int g = 0; g < GROUPS; g++) {
                const int n = g < 2 ? 128 : K - 256;
                uint8_t want[64];
                float s;
                assert_int_equal(fq_quantize_row(&whole, x[r] + g * 128, n, want, &s, NULL), FQ_OK);
                assert_memory_equal(out[r] + g * 64, want, (size_t)n / 2);
                assert_true(scale[r][g] == s);
            }
            assert_int_equal(out[r][K / 2], 0xaa);
        }
        x[2][299] = INFINITY;
        assert_int_equal(k->run.row(&a), FQ_ERR_NUMERIC);
        x[2][299] = 1.0f;
    }
}

static void a_fixed_scale_is_kept(void **state) {
    enum { M = 2, K = 270 };
    const fq_recipe *recipe = fq_recipe_find("a.e4m3.tensor");
    static float x[M][K];
    static uint8_t out[M][K];
    fq_rng rng = fq_rng_seed(8, 0);
    fq_rng_fill_gauss(&rng, x[0], M * K, 1.0f);
    x[0][3] = 5.0f;
    x[1][266] = -3e38f; /* over the scale it is an infinity, and yet only saturates */
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->op != FQ_OP_QUANT_ROWS || !fq_kernel_usable(k, NULL)) continue;
        float scale[M] = {0};
        const fq_row_args a = {.m = M,
                               .k = K,
                               .x = x[0],
                               .x_stride = K,
                               .a = recipe,
                               .fixed_scale = 0.01f,
                               .out = out,
                               .out_stride = K,
                               .scale = scale};
        assert_int_equal(k->run.row(&a), FQ_OK);
        for (int r = 0; r < M; r++) {
            assert_true(scale[r] == 0.01f);
            for (int c = 0; c < K; c++)
                assert_int_equal(out[r][c], fq_formats[FQ_E4M3].encode(x[r][c] / 0.01f));
        }
        assert_int_equal(out[0][3], 0x7e);
        assert_int_equal(out[1][266], 0xfe);
        static const float bad[] = {NAN, INFINITY};
        for (int j = 0; j < 2; j++) {
            const float kept = x[1][5];
            x[1][5] = bad[j];
            assert_int_equal(k->run.row(&a), FQ_ERR_NUMERIC);
            x[1][5] = kept;
        }
    }
}

static void refuses_what_is_not_finite(void **state) {
    enum { M = 4, K = 300 };
    static float x[M][2 * K];
    static uint8_t out[M][4 * K];
    static const char *const recipes[] = {"a.f32", "a.bf16", "a.int8.token", "a.e4m3.token"};
    static const float bad[] = {NAN, INFINITY, -INFINITY, 2e38f};
    float gamma[K], scale[M];
    fq_rng rng = fq_rng_seed(4, 0);
    for (int i = 0; i < K; i++)
        gamma[i] = 1.0f;
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_row || !fq_kernel_usable(k, NULL)) continue;
        for (int f = 0; f < 4; f++)
            for (int j = 0; j < 4; j++) {
                fq_rng_fill_gauss(&rng, x[0], (size_t)M * 2 * K, 1.0f);
                fq_row_args a = {.m = M,
                                 .k = K,
                                 .x = x[0],
                                 .x_stride = 2 * K,
                                 .gamma = gamma,
                                 .eps = 1e-6f,
                                 .a = fq_recipe_find(recipes[f]),
                                 .out = out,
                                 .out_stride = sizeof out[0],
                                 .scale = scale};
                assert_int_equal(k->run.row(&a), FQ_OK);
                x[2][K - 1] = x[2][2 * K - 1] = bad[j];
                if (j == 3) continue; /* finite: only needs not to crash, its square may be too large */
                assert_int_equal(k->run.row(&a), FQ_ERR_NUMERIC);
                assert_non_null(strstr(fq_message(), "row 2"));
            }
    }
}

static void teeth_are_rejected(void **state) {
    static const struct {
        const char *name;
        fq_op op;
        fq_status (*run)(const fq_row_args *a);
        const char *recipe;
        int passes;
    } teeth[] = {{"none", FQ_OP_QUANT_ROWS, fq_teeth_quant_none, "a.int8.token", 1},
                 {"truncates", FQ_OP_QUANT_ROWS, fq_teeth_quant_truncates, "a.int8.token", 0},
                 {"scale_128", FQ_OP_QUANT_ROWS, fq_teeth_quant_scale_128, "a.int8.token", 0},
                 {"nothing", FQ_OP_QUANT_ROWS, fq_teeth_quant_nothing, "a.int8.token", 0},
                 {"own_scale", FQ_OP_QUANT_ROWS, fq_teeth_quant_own_scale, "a.e4m3.tensor", 0},
                 {"one_group", FQ_OP_QUANT_ROWS, fq_teeth_quant_one_group, "a.int4.g128.f16", 0},
                 {"no_eps", FQ_OP_RMSNORM_QUANT, fq_teeth_rmsnorm_no_eps, "a.int8.token", 0},
                 {"no_eps", FQ_OP_RMSNORM_QUANT, fq_teeth_rmsnorm_no_eps, "a.f32", 0}};
    for (size_t i = 0; i < sizeof teeth / sizeof teeth[0]; i++) {
        fq_kernel k = tooth(teeth[i].op, teeth[i].name);
        k.run.row = teeth[i].run;
        fq_trial_shape s = fq_trial_default(k.op);
        s.m = 5;
        s.a = fq_recipe_find(teeth[i].recipe);
        if (s.a->range == FQ_RANGE_STATIC) s.fixed_scale = 0.02f;
        assert_int_equal(trial_passes(&k, &s), teeth[i].passes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checked_at_odd_sizes),      cmocka_unit_test(threads_give_equal_bits),
        cmocka_unit_test(codes_equal_the_quantizer), cmocka_unit_test(refuses_what_is_not_finite),
        cmocka_unit_test(teeth_are_rejected),        cmocka_unit_test(groups_equal_the_quantizer),
        cmocka_unit_test(a_fixed_scale_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
