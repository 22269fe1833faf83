/* Error feedback: equal, code for code, to GPTQ as its authors wrote it (inverse of the Hessian, its Cholesky factor,
 * columns updated one after the other), no feedback where inputs are uncorrelated, and much less output error. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "harness/cpu.h"
#include "quant/activation_scale.h"
#include "quant/gptq.h"
#include "tests/arena_fixture.h"
#include "tests/layer_inputs.h"

static float *gaussian(size_t n, uint64_t stream, float sigma) {
    fq_rng rng = fq_rng_seed(12, stream);
    float *w = FQ_NEW(&arena, float, n);
    assert_non_null(w);
    fq_rng_fill_gauss(&rng, w, n, sigma);
    return w;
}

static fq_qmatrix quantized(fq_method_id m, fq_recipe_id r, const float *w, int rows, int cols,
                            const fq_input_stats *stats) {
    fq_qmatrix q;
    assert_int_equal(fq_qmatrix_create(&q, &fq_recipes[r], rows, cols, &arena), FQ_OK);
    if (fq_methods[m].books != 0) assert_int_equal(fq_qmatrix_add_books(&q, &arena), FQ_OK);
    assert_int_equal(fq_method_quantize(&fq_methods[m], &q, 0, w, (size_t)cols, rows, 1.0f, stats, &arena), FQ_OK);
    return q;
}

/* Upper triangular c with c^T c = inverse(h), n x n, by Gauss-Jordan and Cholesky. h is destroyed. */
static void inverse_factor(double *h, int n, double *c) {
    double *inverse = FQ_NEW(&arena, double, (size_t)n *(size_t)n);
    for (int i = 0; i < n; i++)
        inverse[i * n + i] = 1;
    for (int i = 0; i < n; i++) {
        const double pivot = h[i * n + i];
        for (int j = 0; j < n; j++)
            h[i * n + j] /= pivot, inverse[i * n + j] /= pivot;
        for (int r = 0; r < n; r++) {
            const double f = h[r * n + i];
            for (int j = 0; r != i && j < n; j++)
                h[r * n + j] -= f * h[i * n + j], inverse[r * n + j] -= f * inverse[i * n + j];
        }
    }
    for (int i = 0; i < n; i++) {
        for (int j = i; j < n; j++) {
            double sum = inverse[i * n + j];
            for (int k = 0; k < i; k++)
                sum -= c[k * n + i] * c[k * n + j];
            c[i * n + j] = j == i ? sqrt(sum) : sum / c[i * n + i];
        }
    }
}

/* GPTQ as published, for one row and symmetric 4-bit recipes with absmax scales; columns in `order`. */
static void textbook(const fq_recipe *r, const float *w, int n, int group, const int *order, const double *c,
                     uint8_t *codes) {
    double *left = FQ_NEW(&arena, double, n);
    float s = 0;
    for (int i = 0; i < n; i++)
        left[i] = (double)w[order[i]];
    for (int i = 0; i < n; i++) {
        double nearest = INFINITY, value = 0;
        if (i == 0 || order[i] / group != order[i - 1] / group) {
            double most = 0;
            uint32_t code;
            for (int j = i; j < n && order[j] / group == order[i] / group; j++)
                most = fmax(most, fabs(left[j]));
            s = fq_recipe_scale(r, (float)most, &code);
        }
        for (uint32_t q = 0; q < 16; q++) {
            const double v = (double)fq_recipe_value(r, q, s) * (r->group == 0 ? (double)s : 1.0);
            if (fabs(left[i] - v) < nearest) nearest = fabs(left[i] - v), value = v, codes[order[i]] = (uint8_t)q;
        }
        for (int j = i + 1; j < n; j++)
            left[j] -= (left[i] - value) / c[i * n + i] * c[i * n + j];
    }
}

static void check_textbook(fq_recipe_id id, int rows, int cols, float sigma) {
    const fq_recipe *r = &fq_recipes[id];
    fq_input_stats stats;
    layer_stats(&stats, layer_inputs(3 * cols, cols, 6.0f, 1, &arena), 3 * cols, cols, 1, &arena);
    const size_t k = (size_t)cols;
    const float *w = gaussian((size_t)rows * k, 2, sigma);
    const fq_qmatrix q = quantized(FQ_METHOD_GPTQ, id, w, rows, cols, &stats);
    int *order = FQ_NEW(&arena, int, k), different = 0;
    double *h = FQ_NEW(&arena, double, k *k), *c = FQ_NEW(&arena, double, k *k), mean = 0;
    assert_int_equal(fq_gptq_order(stats.moment, cols, q.group, &arena, order), FQ_OK);
    for (size_t i = 0; i < k; i++)
        mean += (double)stats.moment[i * k + i] / (double)k;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            h[i * k + j] = (double)stats.moment[(size_t)order[i] * k + (size_t)order[j]] + (i == j ? 0.01 * mean : 0.0);
    inverse_factor(h, cols, c);
    for (int row = 0; row < rows; row++) {
        uint8_t *codes = FQ_NEW(&arena, uint8_t, k);
        textbook(r, w + (size_t)row * k, cols, q.group, order, c, codes);
        for (size_t j = 0; j < k; j++)
            different += codes[j] != (q.codes[(size_t)row * q.row_bytes + j / 2] >> (j % 2 ? 4 : 0) & 0xf);
    }
    assert_int_equal(different, 0);
}

static void test_equals_the_published_algorithm(void **state) {
    (void)state;
    check_textbook(FQ_RECIPE_W_INT4_CHANNEL, 9, 48, 0.02f);
    check_textbook(FQ_RECIPE_W_INT4_CHANNEL, 3, 137, 0.02f);  /* whole rows, more than one block */
    check_textbook(FQ_RECIPE_W_INT4_G128_E4M3, 5, 150, 1.0f); /* a short last group */
    check_textbook(FQ_RECIPE_W_INT4_G128_EXACT, 5, 256, 0.02f);
}

static void test_order(void **state) {
    (void)state;
    enum { K = 7 };
    const float diagonal[K] = {1, 3, 2, 2, 9, 0, 4}; /* groups of 3: sums per column 2, 3.67, and a short one 4 */
    const int expected[K] = {6, 4, 3, 5, 1, 2, 0}, whole[K] = {4, 6, 1, 2, 3, 0, 5};
    float moment[K * K] = {0};
    int order[K];
    for (int i = 0; i < K; i++)
        moment[i * K + i] = diagonal[i];
    assert_int_equal(fq_gptq_order(moment, K, 3, &arena, order), FQ_OK);
    assert_memory_equal(order, expected, sizeof order);
    assert_int_equal(fq_gptq_order(moment, K, K, &arena, order), FQ_OK);
    assert_memory_equal(order, whole, sizeof order);
}

/* (U + I) D (U + I)^T is H again. */
static void test_factor(void **state) {
    (void)state;
    enum { K = 203 };
    fq_input_stats stats;
    layer_stats(&stats, layer_inputs(2 * K, K, 10.0f, 5, &arena), 2 * K, K, 1, &arena);
    int order[K];
    float *u = FQ_NEW(&arena, float, K *K);
    double d[K], mean = 0;
    assert_int_equal(fq_gptq_order(stats.moment, K, 64, &arena, order), FQ_OK);
    assert_int_equal(fq_gptq_factor(stats.moment, K, order, 0.01, &arena, u), FQ_OK);
    for (int i = 0; i < K; i++)
        mean += (double)stats.moment[i * K + i] / K;
    for (int j = K - 1; j >= 0; j--) { /* D from the diagonal, then everything else must follow */
        for (int i = 0; i <= j; i++) {
            const double h = (double)stats.moment[order[i] * K + order[j]] + (i == j ? 0.01 * mean : 0);
            double sum = 0;
            for (int k = j + 1; k < K; k++)
                sum += (double)u[i * K + k] * d[k] * (double)u[j * K + k];
            if (i == j) d[j] = h - sum;
        }
        assert_true(d[j] > 0);
        for (int i = 0; i < j; i++) {
            const double h = (double)stats.moment[order[i] * K + order[j]];
            double sum = (double)u[i * K + j] * d[j];
            for (int k = j + 1; k < K; k++)
                sum += (double)u[i * K + k] * d[k] * (double)u[j * K + k];
            assert_true(fabs(sum - h) < 1e-5 * sqrt((double)stats.moment[order[i] * K + order[i]] *
                                                    (double)stats.moment[order[j] * K + order[j]]));
        }
    }
    float not_semidefinite[4] = {1, 5, 5, 1};
    assert_int_equal(fq_gptq_factor(not_semidefinite, 2, (const int[]){0, 1}, 0.01, &arena, u), FQ_ERR_NUMERIC);
}

static void test_uncorrelated_inputs_need_no_feedback(void **state) {
    (void)state;
    enum { ROWS = 18, K = 300 };
    static const fq_recipe_id exact[] = {FQ_RECIPE_W_INT4_G128_EXACT, FQ_RECIPE_W_INT4_CHANNEL,
                                         FQ_RECIPE_W_INT8_CHANNEL, FQ_RECIPE_W_E4M3_CHANNEL};
    static const fq_recipe_id all[] = {FQ_RECIPE_W_INT4_G128_E4M3, FQ_RECIPE_W_UINT4_G128, FQ_RECIPE_W_UINT4_QOQ,
                                       FQ_RECIPE_W_INT4_CHANNEL};
    const float *w = gaussian(ROWS * K, 3, 0.05f);
    fq_input_stats stats;
    assert_int_equal(fq_input_stats_create(&stats, K, 1, &arena), FQ_OK);
    for (int dead = 0; dead < 2; dead++) { /* dead: no input seen at all, on all channels or on every third */
        for (int i = 0; i < K; i++)
            stats.moment[i * K + i] = dead && i % 3 == 0 ? 0.0f : 1.0f;
        for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
            const fq_qmatrix a = quantized(FQ_METHOD_RTN, exact[i], w, ROWS, K, &stats);
            const fq_qmatrix b = quantized(FQ_METHOD_GPTQ, exact[i], w, ROWS, K, &stats);
            assert_memory_equal(a.codes, b.codes, ROWS * a.row_bytes);
            assert_memory_equal(a.row_scale, b.row_scale, ROWS * sizeof(float));
        }
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            const fq_qmatrix a = quantized(FQ_METHOD_OUTPUT, all[i], w, ROWS, K, &stats);
            const fq_qmatrix b = quantized(FQ_METHOD_GPTQ_OUTPUT, all[i], w, ROWS, K, &stats);
            float v[2][K];
            for (int r = 0; r < ROWS; r++) {
                fq_qmatrix_dequantize(&a, r, v[0]);
                fq_qmatrix_dequantize(&b, r, v[1]);
                assert_memory_equal(v[0], v[1], sizeof v[0]);
            }
        }
    }
    memset(stats.moment, 0, K * K * sizeof *stats.moment);
    const fq_qmatrix a = quantized(FQ_METHOD_RTN, exact[0], w, ROWS, K, &stats);
    const fq_qmatrix b = quantized(FQ_METHOD_GPTQ, exact[0], w, ROWS, K, &stats);
    assert_memory_equal(a.codes, b.codes, ROWS * a.row_bytes);
}

/* On inputs that the statistics have not seen, so that nothing is gained by learning them by heart. */
static void test_less_output_error(void **state) {
    (void)state;
    enum { ROWS = 20, K = 320, SEEN = 4 * K, TOKENS = SEEN + 200 };
    static const fq_recipe_id recipes[] = {
        FQ_RECIPE_W_INT4_G128_E4M3, FQ_RECIPE_W_INT4_G128,    FQ_RECIPE_W_INT4_G128_EXACT, FQ_RECIPE_W_UINT4_G128,
        FQ_RECIPE_W_UINT4_QOQ,      FQ_RECIPE_W_INT4_CHANNEL, FQ_RECIPE_W_INT8_CHANNEL,    FQ_RECIPE_W_E4M3_CHANNEL};
    const float *x = layer_inputs(TOKENS, K, 5.0f, 9, &arena), *w = gaussian(ROWS * K, 4, 0.3f);
    fq_input_stats stats;
    layer_stats(&stats, x, SEEN, K, 1, &arena);
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        double error[FQ_METHOD_COUNT] = {0};
        for (int m = 0; m < FQ_METHOD_COUNT; m++) {
            if (fq_methods[m].books != 0 && recipes[i] != FQ_RECIPE_W_INT4_G128_E4M3) continue;
            const fq_qmatrix q = quantized((fq_method_id)m, recipes[i], w, ROWS, K, &stats);
            float *v = FQ_NEW(&arena, float, ROWS *K);
            for (int r = 0; r < ROWS; r++)
                fq_qmatrix_dequantize(&q, r, v + (size_t)r * K);
            error[m] = relative_output_error(w, v, ROWS, K, x + (size_t)SEEN * K, TOKENS - SEEN);
        }
        assert_true(error[FQ_METHOD_OUTPUT] < error[FQ_METHOD_RTN]);
        assert_true(error[FQ_METHOD_GPTQ] < 0.25 * error[FQ_METHOD_RTN]); /* 6 dB */
        /* 8-bit codes gain nothing from the search */
        if (fq_formats[fq_recipes[recipes[i]].code].bits == 4)
            assert_true(error[FQ_METHOD_GPTQ_OUTPUT] < 0.9 * error[FQ_METHOD_GPTQ]);
        if (error[FQ_METHOD_GPTQ_BOOKS] > 0)
            assert_true(error[FQ_METHOD_GPTQ_BOOKS] < 1.02 * error[FQ_METHOD_GPTQ_OUTPUT]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_factor),
        cmocka_unit_test(test_equals_the_published_algorithm),
        cmocka_unit_test(test_uncorrelated_inputs_need_no_feedback),
        cmocka_unit_test(test_less_output_error),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
