/* Choice of scales and codebooks: the plain method is the recipe itself, a search is never worse than what it starts
 * from and finds what trying everything finds, and the vector kernels give the plain ones' bits. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "harness/cpu.h"
#include "quant/block.h"
#include "quant/codebook.h"
#include "quant/method.h"
#include "tests/layer_inputs.h"

enum { ROWS = 21, COLS = 300, TOKENS = 200 }; /* groups of 128, 128 and 44 */
static const fq_recipe_id WEIGHTS[] = {
    FQ_RECIPE_W_INT4_G128_E4M3, FQ_RECIPE_W_INT4_G128,    FQ_RECIPE_W_INT4_G128_EXACT, FQ_RECIPE_W_UINT4_G128,
    FQ_RECIPE_W_UINT4_QOQ,      FQ_RECIPE_W_INT4_CHANNEL, FQ_RECIPE_W_INT8_CHANNEL,    FQ_RECIPE_W_E4M3_CHANNEL,
    FQ_RECIPE_W_E2M1_G256,      FQ_RECIPE_W_E2M1_G256_M1, FQ_RECIPE_W_E2M1_G256_M2,    FQ_RECIPE_W_E3M4_CHANNEL};
enum { WEIGHT_COUNT = sizeof WEIGHTS / sizeof *WEIGHTS };

static fq_arena arena;
static float *weights;
static fq_input_stats stats;

static int setup(void **state) {
    (void)state;
    fq_rng rng = fq_rng_seed(5, 5);
    if (fq_arena_init(&arena, 0) != FQ_OK) return -1;
    weights = FQ_NEW(&arena, float, ROWS *COLS);
    fq_rng_fill_gauss(&rng, weights, ROWS * COLS, 0.03f);
    layer_stats(&stats, layer_inputs(TOKENS, COLS, 8.0f, 3, &arena), TOKENS, COLS, 1, &arena);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fq_arena_free(&arena);
    return 0;
}

static fq_qmatrix quantized(const fq_method *m, const fq_recipe *r, const float *w, float tensor_scale) {
    fq_qmatrix q;
    assert_int_equal(fq_qmatrix_create(&q, r, ROWS + 3, COLS, &arena), FQ_OK);
    if (m->books != 0) assert_int_equal(fq_qmatrix_add_books(&q, &arena), FQ_OK);
    assert_int_equal(fq_method_quantize(m, &q, 2, w, COLS, ROWS, tensor_scale, &stats, &arena), FQ_OK);
    return q;
}

static void assert_same(const fq_qmatrix *a, const fq_qmatrix *b) {
    const size_t rows = (size_t)a->rows, scales = rows * (size_t)a->groups;
    assert_memory_equal(a->codes, b->codes, rows * a->row_bytes);
    assert_memory_equal(a->row_scale, b->row_scale, rows * sizeof *a->row_scale);
    if (a->scales) assert_memory_equal(a->scales, b->scales, scales * (size_t)fq_formats[a->recipe->scale].bits / 8);
    if (a->zeros) assert_memory_equal(a->zeros, b->zeros, scales);
    if (a->book) assert_memory_equal(a->book, b->book, rows);
}

/* sum_i weight_i (w_i - value_i)^2, in double; weight NULL: ones. */
static double criterion(const fq_qmatrix *q, const float *w, int by_moment) {
    double sum = 0;
    for (int r = 0; r < ROWS; r++) {
        float v[COLS];
        fq_qmatrix_dequantize(q, r + 2, v);
        for (int c = 0; c < COLS; c++) {
            const double e = (double)w[r * COLS + c] - (double)v[c];
            sum += e * e * (by_moment ? (double)stats.moment[c * COLS + c] : 1.0);
        }
    }
    return sum;
}

static float scale_for(const fq_recipe *r) {
    return r->group > 0 && r->scale == FQ_E4M3 ? fq_tensor_scale_top(weights, COLS, ROWS, COLS, r->group) : 1.0f;
}

static void test_rtn_is_the_recipe(void **state) {
    (void)state;
    for (int i = 0; i < FQ_RECIPE_KV_F32; i++) {
        const fq_recipe *r = &fq_recipes[i];
        if (r->range == FQ_RANGE_STATIC) continue;
        fq_qmatrix plain;
        const fq_qmatrix q = quantized(&fq_methods[FQ_METHOD_RTN], r, weights, scale_for(r));
        assert_int_equal(fq_qmatrix_create(&plain, r, ROWS + 3, COLS, &arena), FQ_OK);
        assert_int_equal(fq_qmatrix_quantize(&plain, 2, weights, COLS, ROWS, scale_for(r)), FQ_OK);
        assert_same(&q, &plain);
    }
}

static void test_search_never_loses(void **state) {
    (void)state;
    for (int i = 0; i < WEIGHT_COUNT; i++) {
        const fq_recipe *r = &fq_recipes[WEIGHTS[i]];
        const fq_qmatrix rtn = quantized(&fq_methods[FQ_METHOD_RTN], r, weights, scale_for(r));
        const fq_qmatrix mse = quantized(&fq_methods[FQ_METHOD_MSE], r, weights, scale_for(r));
        const fq_qmatrix out = quantized(&fq_methods[FQ_METHOD_OUTPUT], r, weights, scale_for(r));
        assert_true(criterion(&mse, weights, 0) <= criterion(&rtn, weights, 0));
        assert_true(criterion(&out, weights, 1) <= criterion(&rtn, weights, 1));
        assert_true(criterion(&out, weights, 1) < criterion(&mse, weights, 1));
        assert_true(criterion(&mse, weights, 0) < criterion(&out, weights, 0));
        /* specs 1.3: about 1.2 dB for groups of Gaussian weights with 4-bit codes that are symmetric about zero */
        if (r->code == FQ_INT4 && r->group > 0)
            assert_true(criterion(&rtn, weights, 0) > 1.22 * criterion(&mse, weights, 0));
    }
}

/* All stored scales and all codes, in double: nothing in the range that is searched does better. */
static void test_e4m3_search_is_exhaustive(void **state) {
    (void)state;
    enum { N = 10, TRIALS = 200 };
    const fq_recipe *r = &fq_recipes[FQ_RECIPE_W_INT4_G128_E4M3];
    fq_rng rng = fq_rng_seed(9, 0);
    for (int t = 0; t < TRIALS; t++) {
        float w[N], v[N], most = 0;
        double least = INFINITY, found = 0;
        fq_qmatrix q;
        fq_rng_fill_gauss(&rng, w, N, t % 2 ? 1.0f : 0.02f); /* normal scales, and subnormal ones */
        assert_int_equal(fq_qmatrix_create(&q, r, 1, N, &arena), FQ_OK);
        assert_int_equal(fq_method_quantize(&fq_methods[FQ_METHOD_MSE], &q, 0, w, N, 1, 1.0f, NULL, &arena), FQ_OK);
        for (int i = 0; i < N; i++)
            most = fmaxf(most, fabsf(w[i]));
        for (uint32_t code = 1; code <= 126; code++) {
            const float s = fq_e4m3_decode(code);
            double sum = 0;
            if (s < fq_format_round(FQ_E4M3, 0.55f * (most / 7.0f)) ||
                s > fmaxf(fq_format_round(FQ_E4M3, 1.2f * (most / 7.0f)), 0x1p-9f))
                continue;
            for (int i = 0; i < N; i++) {
                double nearest = INFINITY;
                for (uint32_t c = 0; c < 16; c++)
                    nearest = fmin(nearest, fabs((double)w[i] - (double)fq_recipe_value(r, c, s)));
                sum += nearest * nearest;
            }
            least = fmin(least, sum);
        }
        fq_qmatrix_dequantize(&q, 0, v);
        for (int i = 0; i < N; i++)
            found += ((double)w[i] - (double)v[i]) * ((double)w[i] - (double)v[i]);
        assert_true(found <= least * (1 + 1e-5) && found >= least * (1 - 1e-5));
    }
}

/* The largest of 1000 numbers saturates, of 999 none does. */
static void test_percentile(void **state) {
    (void)state;
    enum { N = 1000 };
    const fq_recipe *r = &fq_recipes[FQ_RECIPE_W_INT8_CHANNEL];
    for (int n = N - 1; n <= N; n++) {
        float w[N];
        fq_qmatrix q;
        for (int i = 0; i < n; i++)
            w[i] = (float)(i % 2 ? -i : i) / 100; /* 7.77 is the 999th largest of all but the last */
        w[5] = 100;
        assert_int_equal(fq_qmatrix_create(&q, r, 1, n, &arena), FQ_OK);
        assert_int_equal(fq_method_quantize(&fq_methods[FQ_METHOD_PERCENTILE], &q, 0, w, N, 1, 1.0f, NULL, &arena),
                         FQ_OK);
        assert_true(q.row_scale[0] == (n == N ? 9.99f : 100.0f) / 127.0f);
        assert_int_equal(q.codes[5], 127);
    }
}

/* Unbiased: the mean over many rows of the same weight tends to it, where rounding to nearest keeps its error. The same
 * for every split of the rows into calls. */
static void test_stochastic(void **state) {
    (void)state;
    enum { MANY = 2000, N = 8 };
    const fq_recipe *r = &fq_recipes[FQ_RECIPE_W_INT4_CHANNEL];
    const float row[N] = {7, 0.3f, -2.25f, 5.9f, -6.5f, 0, 1, -0.05f};
    float *w = FQ_NEW(&arena, float, MANY *N);
    fq_qmatrix q, p;
    for (int i = 0; i < MANY * N; i++)
        w[i] = row[i % N];
    const fq_method *m = &fq_methods[FQ_METHOD_STOCHASTIC];
    assert_int_equal(fq_qmatrix_create(&q, r, MANY, N, &arena), FQ_OK);
    assert_int_equal(fq_qmatrix_create(&p, r, MANY, N, &arena), FQ_OK);
    assert_int_equal(fq_method_quantize(m, &q, 0, w, N, MANY, 1.0f, NULL, &arena), FQ_OK);
    assert_int_equal(fq_method_quantize(m, &p, 0, w, N, 700, 1.0f, NULL, &arena), FQ_OK);
    assert_int_equal(fq_method_quantize(m, &p, 700, w + 700 * N, N, MANY - 700, 1.0f, NULL, &arena), FQ_OK);
    assert_memory_equal(q.codes, p.codes, (size_t)MANY * q.row_bytes);
    for (int c = 0; c < N; c++) {
        double sum = 0;
        for (int i = 0; i < MANY; i++) {
            float v[N];
            fq_qmatrix_dequantize(&q, i, v);
            assert_true(fabsf(v[c] - row[c]) < 1);
            sum += (double)v[c];
        }
        assert_true(fabs(sum / MANY - (double)row[c]) < 4 * 0.5 / sqrt(MANY)); /* four standard errors at most */
    }
}

static void test_zero_and_small_groups(void **state) {
    (void)state;
    float w[ROWS * COLS] = {0};
    w[130] = 1e-30f; /* one tiny number in an otherwise zero matrix */
    for (int i = 0; i < WEIGHT_COUNT; i++) {
        for (int m = 0; m < FQ_METHOD_COUNT; m++) {
            const fq_recipe *r = &fq_recipes[WEIGHTS[i]];
            if (fq_methods[m].books != 0 && r->scale != FQ_E4M3) continue;
            if (fq_methods[m].books != 0 && r->group == 0) continue;
            const fq_qmatrix q = quantized(&fq_methods[m], r, w, 1.0f);
            for (int row = 0; row < ROWS; row++) {
                float v[COLS];
                fq_qmatrix_dequantize(&q, row + 2, v);
                for (int c = 0; c < COLS; c++)
                    assert_true(fabsf(v[c]) <= 1e-20f);
            }
        }
    }
}

static void test_threads(void **state) {
    (void)state;
    const int threads = fq_threads();
    for (int i = 0; i < WEIGHT_COUNT; i++) {
        for (int m = 0; m < FQ_METHOD_COUNT; m++) {
            const fq_recipe *r = &fq_recipes[WEIGHTS[i]];
            if (fq_methods[m].books != 0 && (r->scale != FQ_E4M3 || r->group == 0)) continue;
            fq_threads_set(1);
            const fq_qmatrix one = quantized(&fq_methods[m], r, weights, scale_for(r));
            fq_threads_set(3);
            const fq_qmatrix three = quantized(&fq_methods[m], r, weights, scale_for(r));
            assert_same(&one, &three);
        }
    }
    fq_threads_set(threads);
}

static void test_codebooks(void **state) {
    (void)state;
    const fq_recipe *r = &fq_recipes[FQ_RECIPE_W_INT4_G128_E4M3];
    const fq_method by_error = {"", FQ_ROUNDING_NEAREST, FQ_SCALES_MSE, (1u << FQ_CODEBOOK_COUNT) - 1, 0.01, ""};
    fq_method one = by_error;
    float *heavy = FQ_NEW(&arena, float, ROWS *COLS), *flat = FQ_NEW(&arena, float, ROWS *COLS);
    fq_rng rng = fq_rng_seed(2, 2);
    for (int i = 0; i < ROWS * COLS; i++) {
        heavy[i] = (float)(pow(fq_rng_gauss(&rng), 3) * 0.01);
        flat[i] = (float)(fq_rng_uniform(&rng) - 0.5);
    }
    /* even numbers want even steps, heavy tails want wide ones */
    assert_int_equal(quantized(&by_error, r, flat, 1.0f).book[2], FQ_CODEBOOK_INT4);
    const fq_qmatrix best = quantized(&by_error, r, heavy, 1024.0f);
    assert_int_not_equal(best.book[2], FQ_CODEBOOK_INT4);
    assert_int_equal(best.book[1], FQ_CODEBOOK_INT4); /* rows of other calls are left alone */
    assert_int_equal(best.book[ROWS + 2], FQ_CODEBOOK_INT4);
    for (int b = 0; b < FQ_CODEBOOK_COUNT; b++) {
        one.books = 1u << b;
        const fq_qmatrix q = quantized(&one, r, heavy, 1024.0f);
        assert_int_equal(q.book[2], b);
        assert_true(criterion(&best, heavy, 0) <= criterion(&q, heavy, 0) * (1 + 1e-6));
        if (b == best.book[2]) assert_same(&q, &best);
    }
}

static void test_numbers_that_are_none(void **state) {
    (void)state;
    float w[2 * COLS] = {0};
    w[COLS + 7] = NAN;
    for (int m = 0; m < FQ_METHOD_COUNT; m++) {
        fq_qmatrix q;
        assert_int_equal(fq_qmatrix_create(&q, &fq_recipes[FQ_RECIPE_W_INT4_G128_E4M3], 2, COLS, &arena), FQ_OK);
        assert_int_equal(fq_method_quantize(&fq_methods[m], &q, 0, w, COLS, 2, 1.0f, &stats, &arena), FQ_ERR_NUMERIC);
        assert_non_null(strstr(fq_message(), "row 1, column 7"));
    }
}

static void test_tensor_scale_top(void **state) {
    (void)state;
    const float most[] = {1e-20f, 0.02f, 0.5f, 0.75f, 1.0f, 255.0f, 256.0f, 257.0f, 1e30f};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
        const float w[4] = {0, -most[i], most[i] / 3, 0};
        int e;
        const float s = fq_tensor_scale_top(w, 2, 2, 2, 2);
        assert_true(frexpf(s, &e) == 0.5f);
        assert_true(s * most[i] <= 256.0f && s * most[i] > 128.0f);
    }
    const float zero[2] = {0, 0}, tiny[2] = {0, 1e-40f};
    assert_true(fq_tensor_scale_top(zero, 2, 1, 2, 2) == 1.0f);
    assert_true(isfinite(1.0f / fq_tensor_scale_top(tiny, 2, 1, 2, 2)));
}

static void test_kernels_agree(void **state) {
    (void)state;
    enum { K = 150, WIDE = 40 };
    const fq_block_kernels *a = &fq_block_kernels_plain, *b = &fq_block_kernels_avx2;
    if (fq_cpu_isa_hardware() < FQ_ISA_AVX2) skip();
    fq_rng rng = fq_rng_seed(8, 8);
    float *e = FQ_NEW(&arena, float, K *FQ_BLOCK_ROWS), *u = FQ_NEW(&arena, float, K *K), value[16 * FQ_BLOCK_ROWS];
    float *p = FQ_NEW(&arena, float, 2 * K * FQ_BLOCK_ROWS), *p2 = p + K * FQ_BLOCK_ROWS, v[2][FQ_BLOCK_ROWS];
    double *c = FQ_NEW(&arena, double, 2 * FQ_TILE_ROWS * WIDE), *c2 = c + FQ_TILE_ROWS * WIDE;
    double *t = FQ_NEW(&arena, double, K *WIDE);
    uint8_t codes[2][K];
    fq_rng_fill_gauss(&rng, e, K * FQ_BLOCK_ROWS, 1.0f);
    fq_rng_fill_gauss(&rng, u, K * K, 1.0f);
    fq_rng_fill_gauss(&rng, value, 16 * FQ_BLOCK_ROWS, 1.0f);
    for (int i = 0; i < K * WIDE; i++)
        t[i] = fq_rng_gauss(&rng);
    a->product(e, u, K, 3, K, 1, K, p);
    b->product(e, u, K, 3, K, 1, K, p2);
    assert_memory_equal(p, p2, K * FQ_BLOCK_ROWS * sizeof *p);
    for (int j = 1; j < K; j += 41) { /* and both are right */
        double sum = 0;
        for (int i = 3; i < K; i++)
            sum += (double)e[i * FQ_BLOCK_ROWS + 9] * (double)u[i * K + j];
        assert_true(fabs(sum - (double)p[(j - 1) * FQ_BLOCK_ROWS + 9]) < 1e-4);
    }
    a->update(e, u, K, p);
    b->update(e, u, K, p2);
    assert_memory_equal(p, p2, K * FQ_BLOCK_ROWS * sizeof *p);
    a->nearest(e, value, codes[0], v[0]);
    b->nearest(e, value, codes[1], v[1]);
    assert_memory_equal(codes[0], codes[1], FQ_BLOCK_ROWS);
    assert_memory_equal(v[0], v[1], sizeof v[0]);
    assert_true(a->error(e, u, K, value) == b->error(e, u, K, value));
    a->encode(e, K, value, codes[0]);
    b->encode(e, K, value, codes[1]);
    assert_memory_equal(codes[0], codes[1], K);
    a->downdate(t, t + 8, WIDE, K, c, WIDE);
    b->downdate(t, t + 8, WIDE, K, c2, WIDE);
    assert_memory_equal(c, c2, FQ_TILE_ROWS * WIDE * sizeof *c);
}

static void test_table(void **state) {
    (void)state;
    assert_ptr_equal(fq_method_find("gptq"), &fq_methods[FQ_METHOD_GPTQ]);
    assert_null(fq_method_find("magic"));
    assert_false(fq_method_needs_moments(&fq_methods[FQ_METHOD_RTN]));
    assert_false(fq_method_needs_moments(&fq_methods[FQ_METHOD_MSE]));
    for (int m = FQ_METHOD_OUTPUT; m < FQ_METHOD_COUNT; m++)
        assert_int_equal(fq_method_needs_moments(&fq_methods[m]),
                         m != FQ_METHOD_PERCENTILE && m != FQ_METHOD_STOCHASTIC);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_rtn_is_the_recipe),
        cmocka_unit_test(test_search_never_loses),
        cmocka_unit_test(test_e4m3_search_is_exhaustive),
        cmocka_unit_test(test_percentile),
        cmocka_unit_test(test_stochastic),
        cmocka_unit_test(test_zero_and_small_groups),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_codebooks),
        cmocka_unit_test(test_numbers_that_are_none),
        cmocka_unit_test(test_tensor_scale_top),
        cmocka_unit_test(test_kernels_agree),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
