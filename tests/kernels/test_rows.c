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
                 {"no_eps", FQ_OP_RMSNORM_QUANT, fq_teeth_rmsnorm_no_eps, "a.int8.token", 0},
                 {"no_eps", FQ_OP_RMSNORM_QUANT, fq_teeth_rmsnorm_no_eps, "a.f32", 0}};
    for (size_t i = 0; i < sizeof teeth / sizeof teeth[0]; i++) {
        fq_kernel k = tooth(teeth[i].op, teeth[i].name);
        k.run.row = teeth[i].run;
        fq_trial_shape s = fq_trial_default(k.op);
        s.m = 5;
        s.a = fq_recipe_find(teeth[i].recipe);
        assert_int_equal(trial_passes(&k, &s), teeth[i].passes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checked_at_odd_sizes),      cmocka_unit_test(threads_give_equal_bits),
        cmocka_unit_test(codes_equal_the_quantizer), cmocka_unit_test(refuses_what_is_not_finite),
        cmocka_unit_test(teeth_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
