/* Scales from activations: the factors are the published formulas, the error they are judged by is the error of real
 * outputs, and on inputs with planted outliers the search gains what it should. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "harness/cpu.h"
#include "quant/activation_scale.h"
#include "quant/transform.h"
#include "tests/layer_inputs.h"

enum { K = 200, ROWS = 37, TOKENS = 300 };
static fq_arena arena;
static float *x, *w[2];
static const int rows[2] = {ROWS, 20};
static fq_input_stats stats, plain; /* with moments and without */

static int setup(void **state) {
    (void)state;
    fq_rng rng = fq_rng_seed(4, 4);
    if (fq_arena_init(&arena, 0) != FQ_OK) return -1;
    x = layer_inputs(TOKENS, K, 25.0f, 2, &arena);
    layer_stats(&stats, x, TOKENS, K, 1, &arena);
    layer_stats(&plain, x, TOKENS, K, 0, &arena);
    for (int m = 0; m < 2; m++) {
        w[m] = FQ_NEW(&arena, float, ROWS *K);
        fq_rng_fill_gauss(&rng, w[m], ROWS * K, 0.05f);
    }
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fq_arena_free(&arena);
    return 0;
}

static fq_qmatrix quantized(fq_method_id m, fq_recipe_id r, const float *from) {
    fq_qmatrix q;
    assert_int_equal(fq_qmatrix_create(&q, &fq_recipes[r], ROWS, K, &arena), FQ_OK);
    assert_int_equal(fq_method_quantize(&fq_methods[m], &q, 0, from, K, ROWS, 1.0f, &stats, &arena), FQ_OK);
    return q;
}

/* FPTQ's formula, and a channel without inputs. */
static void test_log_factors(void **state) {
    (void)state;
    float most[4] = {0, 2, 6, 254}, mean[4] = {0}, lambda[4];
    const fq_input_stats s = {.cols = 4, .absmean = mean, .absmax = most};
    fq_log_factors(&s, lambda);
    assert_true(lambda[0] == 1 && lambda[1] == 1 && lambda[2] == 2 && lambda[3] == 254.0f / 8);
}

static void test_output_error_is_that_of_outputs(void **state) {
    (void)state;
    const fq_qmatrix q = quantized(FQ_METHOD_MSE, FQ_RECIPE_W_INT4_G128, w[0]);
    float *v = FQ_NEW(&arena, float, ROWS *K);
    double diagonal = 0, whole = 0;
    for (int r = 0; r < ROWS; r++)
        fq_qmatrix_dequantize(&q, r, v + (size_t)r * K);
    const double expected = relative_output_error(w[0], v, ROWS, K, x, TOKENS);
    assert_true(fabs(fq_output_error(&q, 0, w[0], ROWS, &stats, &arena) / expected - 1) < 1e-4);
    /* a part of the rows is judged against its own weights */
    const double part = relative_output_error(w[0] + 20 * K, v + 20 * K, 5, K, x, TOKENS);
    assert_true(fabs(fq_output_error(&q, 20, w[0] + 20 * K, 5, &stats, &arena) / part - 1) < 1e-4);
    for (int i = 0; i < ROWS * K; i++) {
        const double m = (double)plain.absmean[i % K] * (double)plain.absmean[i % K];
        diagonal += m * pow((double)w[0][i] - (double)v[i], 2);
        whole += m * pow((double)w[0][i], 2);
    }
    assert_true(fabs(fq_output_error(&q, 0, w[0], ROWS, &plain, &arena) / (diagonal / whole) - 1) < 1e-4);
}

static void test_smooth_factors(void **state) {
    (void)state;
    float lambda[K], dead[ROWS * K];
    const float *both[2] = {w[0], w[1]}, *one[1] = {dead};
    fq_smooth_factors(&stats, both, rows, 2, 0.3f, lambda);
    for (int j = 0; j < K; j++) {
        float most = 0;
        for (int m = 0; m < 2; m++)
            for (int r = 0; r < rows[m]; r++)
                most = fmaxf(most, fabsf(w[m][r * K + j]));
        assert_true(fabs((double)lambda[j] / (pow((double)stats.absmax[j], 0.3) / pow((double)most, 0.7)) - 1) < 1e-5);
    }
    memcpy(dead, w[0], sizeof dead);
    for (int r = 0; r < ROWS; r++)
        dead[r * K + 9] = 0;
    fq_smooth_factors(&stats, one, rows, 1, 0.3f, lambda);
    assert_true(lambda[9] == 1.0f && lambda[8] != 1.0f);
    fq_input_stats quiet;
    assert_int_equal(fq_input_stats_copy(&quiet, &stats, &arena), FQ_OK);
    quiet.absmax[4] = 0;
    fq_smooth_factors(&quiet, one, rows, 1, 0.3f, lambda);
    assert_true(lambda[4] == 1.0f);
}

/* Output error of both matrices with their columns scaled by lambda, in the original space; from the outputs. */
static double scaled_error(const fq_awq_options *o, const float *lambda) {
    double sum = 0;
    for (int m = 0; m < 2; m++) {
        fq_qmatrix q;
        float *scaled = FQ_NEW(&arena, float, ROWS *K), *v = FQ_NEW(&arena, float, ROWS *K);
        memcpy(scaled, w[m], ROWS * K * sizeof *scaled);
        fq_scale_columns(scaled, rows[m], K, lambda);
        const float s = o->w->scale == FQ_E4M3 ? fq_tensor_scale_top(scaled, K, rows[m], K, 128) : 1.0f;
        assert_int_equal(fq_qmatrix_create(&q, o->w, rows[m], K, &arena), FQ_OK);
        assert_int_equal(fq_method_quantize(o->method, &q, 0, scaled, K, rows[m], s, &stats, &arena), FQ_OK);
        for (int r = 0; r < rows[m]; r++) {
            fq_qmatrix_dequantize(&q, r, v + (size_t)r * K);
            for (int j = 0; j < K; j++)
                v[r * K + j] /= lambda[j];
        }
        for (int t = 0; t < TOKENS; t++) {
            for (int r = 0; r < rows[m]; r++) {
                double e = 0;
                for (int j = 0; j < K; j++)
                    e += ((double)w[m][r * K + j] - (double)v[r * K + j]) * (double)x[t * K + j];
                sum += e * e / TOKENS;
            }
        }
    }
    return sum;
}

static void test_awq_finds_the_best_exponent(void **state) {
    (void)state;
    static const fq_recipe_id recipes[] = {FQ_RECIPE_W_INT4_G128_E4M3, FQ_RECIPE_W_UINT4_G128};
    for (size_t i = 0; i < 2; i++) {
        const fq_awq_options o = {&fq_recipes[recipes[i]], &fq_methods[FQ_METHOD_MSE], 10, NULL, 0};
        float lambda[K], exponent;
        double least = INFINITY, unscaled = 0, best = -1;
        assert_int_equal(fq_awq_factors(&stats, (const float *const *)w, rows, 2, &o, &arena, lambda, &exponent),
                         FQ_OK);
        for (int a = 0; a < 10; a++) {
            float trial[K], lo = INFINITY, hi = 0;
            for (int j = 0; j < K; j++) {
                trial[j] = powf(stats.absmean[j], (float)a / 10);
                lo = fminf(lo, trial[j]), hi = fmaxf(hi, trial[j]);
            }
            for (int j = 0; j < K; j++)
                trial[j] /= sqrtf(lo * hi);
            const double error = scaled_error(&o, trial);
            if (a == 0) unscaled = error;
            if (error < least) least = error, best = a / 10.0;
        }
        assert_true(fabs((double)exponent - best) < 1e-6);
        assert_true(best > 0 && scaled_error(&o, lambda) < 0.8 * unscaled); /* the outliers were planted for it */
        assert_true(fabs(scaled_error(&o, lambda) / least - 1) < 1e-3);
    }
}

static void test_awq_identity_and_groups(void **state) {
    (void)state;
    fq_awq_options o = {&fq_recipes[FQ_RECIPE_W_INT4_G128], &fq_methods[FQ_METHOD_GPTQ_OUTPUT], 1, NULL, 0};
    float lambda[K], exponent = -1;
    int group_of[K];
    assert_int_equal(fq_awq_factors(&stats, (const float *const *)w, rows, 2, &o, &arena, lambda, &exponent), FQ_OK);
    for (int j = 0; j < K; j++)
        assert_true(lambda[j] == 1.0f); /* exponent 0 is the only one tried */
    assert_true(exponent == 0.0f);
    for (int j = 0; j < K; j++)
        group_of[j] = j < 50 ? j : 0; /* groups of one, and a large one */
    o.steps = 8, o.group_of = group_of, o.groups = 50;
    assert_int_equal(fq_awq_factors(&stats, (const float *const *)w, rows, 2, &o, &arena, lambda, &exponent), FQ_OK);
    assert_true(exponent > 0);
    double large = 0, lo = INFINITY, hi = 0;
    for (int j = 0; j < K; j++)
        large += group_of[j] == 0 ? (double)stats.absmean[j] / (K - 49) : 0;
    for (int j = 0; j < 50; j++) {
        const double mean = j == 0 ? large : (double)stats.absmean[j];
        lo = fmin(lo, mean), hi = fmax(hi, mean);
    }
    for (int j = 0; j < K; j++) {
        const double mean = group_of[j] == 0 ? large : (double)stats.absmean[j];
        assert_true(fabs((double)lambda[j] / pow(mean / sqrt(lo * hi), (double)exponent) - 1) < 1e-5);
    }
    /* without moments, and with a channel that no input uses */
    fq_input_stats quiet;
    assert_int_equal(fq_input_stats_copy(&quiet, &plain, &arena), FQ_OK);
    quiet.absmean[17] = 0;
    o.group_of = NULL;
    assert_int_equal(fq_awq_factors(&quiet, (const float *const *)w, rows, 2, &o, &arena, lambda, NULL), FQ_OK);
    assert_true(lambda[17] == 1.0f && lambda[16] != 1.0f);
}

static void test_outlier_order(void **state) {
    (void)state;
    const float mean[5] = {3, 1, 2, 1, 0};
    const int by_mean[5] = {4, 1, 3, 2, 0}, by_moment[5] = {0, 2, 3, 4, 1};
    fq_input_stats s;
    int order[5];
    assert_int_equal(fq_input_stats_create(&s, 5, 0, &arena), FQ_OK);
    memcpy(s.absmean, mean, sizeof mean);
    fq_outlier_order(&s, order);
    assert_memory_equal(order, by_mean, sizeof order);
    assert_int_equal(fq_input_stats_create(&s, 5, 1, &arena), FQ_OK);
    s.moment[6] = 9, s.moment[24] = 2, s.moment[18] = 2, s.moment[12] = 1, s.moment[1] = 99;
    fq_outlier_order(&s, order);
    assert_memory_equal(order, by_moment, sizeof order);
}

static void test_threads(void **state) {
    (void)state;
    const int threads = fq_threads();
    const fq_awq_options o = {&fq_recipes[FQ_RECIPE_W_INT4_G128_E4M3], &fq_methods[FQ_METHOD_MSE], 5, NULL, 0};
    const fq_qmatrix q = quantized(FQ_METHOD_RTN, FQ_RECIPE_W_INT4_G128, w[0]);
    float lambda[2][K];
    double error[2];
    for (int t = 0; t < 2; t++) {
        fq_threads_set(1 + 2 * t);
        error[t] = fq_output_error(&q, 0, w[0], ROWS, &stats, &arena);
        assert_int_equal(fq_awq_factors(&stats, (const float *const *)w, rows, 2, &o, &arena, lambda[t], NULL), FQ_OK);
    }
    fq_threads_set(threads);
    assert_true(error[0] == error[1]);
    assert_memory_equal(lambda[0], lambda[1], sizeof lambda[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_factors),
        cmocka_unit_test(test_output_error_is_that_of_outputs),
        cmocka_unit_test(test_smooth_factors),
        cmocka_unit_test(test_awq_finds_the_best_exponent),
        cmocka_unit_test(test_awq_identity_and_groups),
        cmocka_unit_test(test_outlier_order),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
