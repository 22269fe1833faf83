/* Rotations: orthogonal to float precision at every kind of size, equal to their definition, and harmless to the
 * products of a model while they spread an outlier over all channels. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "harness/cpu.h"
#include "harness/rng.h"
#include "quant/rotation.h"
#include "tests/arena_fixture.h"

static const int SIZES[] = {1, 2, 3, 8, 9, 12, 64, 96, 128, 344, 384, 576};
enum { SIZE_COUNT = sizeof SIZES / sizeof *SIZES };

static fq_rotation *rotation(int n, uint64_t seed) {
    fq_rotation *r;
    assert_int_equal(fq_rotation_create(n, seed, &arena, &r), FQ_OK);
    assert_int_equal(fq_rotation_size(r), n);
    return r;
}

/* The rows of R (with signs in front): what the unit vectors become. */
static float *matrix_of(const fq_rotation *r) {
    const size_t n = (size_t)fq_rotation_size(r);
    float *m = FQ_NEW(&arena, float, n *n);
    for (size_t i = 0; i < n; i++)
        m[i * n + i] = 1;
    fq_rotation_apply(r, m, (int)n, n);
    return m;
}

static void test_orthogonal(void **state) {
    (void)state;
    for (int s = 0; s < SIZE_COUNT; s++) {
        const int n = SIZES[s];
        const float *m = matrix_of(rotation(n, (uint64_t)s)); /* the first without signs */
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j += 1 + n / 50) {
                double dot = 0;
                for (int c = 0; c < n; c++)
                    dot += (double)m[i * n + c] * (double)m[j * n + c];
                assert_true(fabs(dot - (i == j)) < 1e-6);
            }
        }
    }
}

/* Kronecker product of Sylvester's Hadamard matrix and the cosine matrix, entry by entry. */
static void test_definition(void **state) {
    (void)state;
    for (int s = 0; s < SIZE_COUNT; s++) {
        const int n = SIZES[s];
        int m = n;
        while (m % 2 == 0)
            m /= 2;
        const float *r = matrix_of(rotation(n, 0)), *signed_r = matrix_of(rotation(n, 77));
        int negative = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                const int b = i % m, f = j % m;
                const double h = __builtin_parity((unsigned)(i / m & j / m)) ? -1.0 : 1.0;
                const double c = sqrt((f ? 2.0 : 1.0) / m) * cos(acos(-1.0) * (2 * b + 1) * f / (2.0 * m));
                assert_true(fabs((double)r[i * n + j] - h * c / sqrt((double)n / m)) < 1e-6);
            }
            const int minus = signed_r[i * n] == -r[i * n]; /* column 0 is nowhere 0 */
            negative += minus;
            for (int j = 0; j < n; j++)
                assert_true(fabsf(signed_r[i * n + j] - (minus ? -1.0f : 1.0f) * r[i * n + j]) < 1e-6f);
        }
        if (n >= 64) assert_true(negative > n / 4 && negative < 3 * n / 4);
    }
}

static void test_keeps_products(void **state) {
    (void)state;
    enum { N = 96, ROWS = 40, COLS = 71 };
    fq_rng rng = fq_rng_seed(6, 1);
    const fq_rotation *r = rotation(N, 5);
    float x[N], z[COLS], w[ROWS * N], producer[N * COLS], y[N] = {0};
    double before[ROWS];
    fq_rng_fill_gauss(&rng, x, N, 1.0f);
    fq_rng_fill_gauss(&rng, z, COLS, 1.0f);
    fq_rng_fill_gauss(&rng, w, ROWS * N, 1.0f);
    fq_rng_fill_gauss(&rng, producer, N * COLS, 1.0f);
    for (int i = 0; i < ROWS; i++) {
        before[i] = 0;
        for (int j = 0; j < N; j++)
            before[i] += (double)w[i * N + j] * (double)x[j];
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < COLS; j++)
            y[i] += producer[i * COLS + j] * z[j];
    fq_rotation_apply(r, x, 1, N);
    fq_rotation_apply(r, w, ROWS, N);
    for (int i = 0; i < ROWS; i++) {
        double after = 0;
        for (int j = 0; j < N; j++)
            after += (double)w[i * N + j] * (double)x[j];
        assert_true(fabs(after - before[i]) < 1e-4);
    }
    /* what the rotated producer gives is the rotated product */
    fq_rotation_apply_outputs(r, producer, COLS);
    fq_rotation_apply(r, y, 1, N);
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int j = 0; j < COLS; j++)
            sum += (double)producer[i * COLS + j] * (double)z[j];
        assert_true(fabs(sum - (double)y[i]) < 1e-4);
    }
}

static void test_spreads_outliers(void **state) {
    (void)state;
    for (int s = 0; s < SIZE_COUNT; s++) {
        const int n = SIZES[s];
        if (n < 64) continue;
        for (int at = 0; at < n; at += 7) {
            float x[1024] = {0};
            x[at] = 1;
            fq_rotation_apply(rotation(n, 3), x, 1, (size_t)n);
            for (int i = 0; i < n; i++)
                assert_true(fabsf(x[i]) <= sqrtf(2.0f / (float)n) * 1.0001f);
        }
    }
}

static void test_threads_and_strides(void **state) {
    (void)state;
    enum { N = 344, ROWS = 200, STRIDE = N + 5 };
    const int threads = fq_threads();
    const fq_rotation *r = rotation(N, 4);
    float *a = FQ_NEW(&arena, float, ROWS *STRIDE), *b = FQ_NEW(&arena, float, ROWS *STRIDE), row[N];
    fq_rng rng = fq_rng_seed(6, 2);
    fq_rng_fill_gauss(&rng, a, ROWS * STRIDE, 1.0f);
    memcpy(b, a, ROWS * STRIDE * sizeof *a);
    memcpy(row, a + 3 * STRIDE, sizeof row);
    fq_threads_set(1);
    fq_rotation_apply(r, a, ROWS, STRIDE);
    fq_threads_set(3);
    fq_rotation_apply(r, b, ROWS, STRIDE);
    assert_memory_equal(a, b, ROWS * STRIDE * sizeof *a);
    fq_rotation_apply(r, row, 1, N);
    assert_memory_equal(row, a + 3 * STRIDE, sizeof row);
    fq_rotation_apply_outputs(r, b, ROWS); /* an [N][ROWS] matrix now */
    fq_threads_set(1);
    fq_rotation_apply_outputs(r, a, ROWS);
    assert_memory_equal(a, b, ROWS * STRIDE * sizeof *a);
    fq_threads_set(threads);
}

static void test_too_odd(void **state) {
    (void)state;
    fq_rotation *r;
    assert_int_equal(fq_rotation_create(2 * 1031, 0, &arena, &r), FQ_ERR_UNSUPPORTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orthogonal),          cmocka_unit_test(test_definition),
        cmocka_unit_test(test_keeps_products),      cmocka_unit_test(test_spreads_outliers),
        cmocka_unit_test(test_threads_and_strides), cmocka_unit_test(test_too_odd),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
