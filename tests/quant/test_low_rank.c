/* Low-rank approximation: exact where the rank is, the best there is by the singular values elsewhere, and numpy's. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "harness/cpu.h"
#include "harness/rng.h"
#include "quant/low_rank.h"

static double left_over(const float *e, int rows, int cols, int rank, const float *left, const float *right) {
    double sum = 0;
    for (int i = 0; i < rows; i++)
        for (int c = 0; c < cols; c++) {
            double v = 0;
            for (int r = 0; r < rank; r++)
                v += (double)left[i * rank + r] * (double)right[r * cols + c];
            sum += ((double)e[i * cols + c] - v) * ((double)e[i * cols + c] - v);
        }
    return sum;
}

/* numpy.linalg.svd of E[i][c] = sin(1 + 3 i + 7 c + i c / 5), 40 x 24: sum(s[r:] ** 2), what is left after r
 * singular values. They lie close together (5.750, 5.750, 5.728, 5.600 ...), the hard case. */
static void test_golden(void **state) {
    (void)state;
    enum { ROWS = 40, COLS = 24 };
    static const struct {
        int rank;
        double left;
    } golden[] = {{1, 443.083827}, {3, 377.207653}, {5, 317.60471}};
    float e[ROWS * COLS], left[ROWS * 8], right[8 * COLS];
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    for (int i = 0; i < ROWS; i++)
        for (int c = 0; c < COLS; c++)
            e[i * COLS + c] = (float)sin(1 + 3 * i + 7 * c + i * c / 5.0);
    for (size_t k = 0; k < sizeof golden / sizeof golden[0]; k++) {
        assert_int_equal(fq_low_rank(e, ROWS, COLS, golden[k].rank, &arena, left, right), FQ_OK);
        const double rest = left_over(e, ROWS, COLS, golden[k].rank, left, right);
        assert_true(rest >= golden[k].left * (1 - 1e-5) && rest <= golden[k].left * (1 + 1e-3));
        /* both factors carry the square root of the singular values */
        double a = 0, b = 0;
        for (int i = 0; i < ROWS; i++)
            a += (double)left[i * golden[k].rank] * (double)left[i * golden[k].rank];
        for (int c = 0; c < COLS; c++)
            b += (double)right[c] * (double)right[c];
        assert_true(fabs(a / b - 1) < 1e-4);
    }
    fq_arena_free(&arena);
}

static void test_exact_rank_and_threads(void **state) {
    (void)state;
    enum { ROWS = 130, COLS = 70, RANK = 5 };
    static float a[ROWS * RANK], b[RANK * COLS], e[ROWS * COLS];
    static float left[ROWS * RANK], right[RANK * COLS], left2[ROWS * RANK], right2[RANK * COLS];
    const int threads = fq_threads();
    fq_arena arena;
    fq_rng rng = fq_rng_seed(3, 1);
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    fq_rng_fill_gauss(&rng, a, ROWS * RANK, 1);
    fq_rng_fill_gauss(&rng, b, RANK * COLS, 1);
    double whole = 0;
    for (int i = 0; i < ROWS; i++)
        for (int c = 0; c < COLS; c++) {
            float v = 0;
            for (int r = 0; r < RANK; r++)
                v += a[i * RANK + r] * b[r * COLS + c];
            e[i * COLS + c] = v;
            whole += (double)v * (double)v;
        }
    fq_threads_set(1);
    assert_int_equal(fq_low_rank(e, ROWS, COLS, RANK, &arena, left, right), FQ_OK);
    assert_true(left_over(e, ROWS, COLS, RANK, left, right) < 1e-9 * whole);
    fq_threads_set(3);
    assert_int_equal(fq_low_rank(e, ROWS, COLS, RANK, &arena, left2, right2), FQ_OK);
    assert_memory_equal(left, left2, sizeof left);
    assert_memory_equal(right, right2, sizeof right);
    fq_threads_set(threads);
    memset(e, 0, sizeof e);
    assert_int_equal(fq_low_rank(e, ROWS, COLS, RANK, &arena, left, right), FQ_OK);
    for (int i = 0; i < ROWS * RANK; i++)
        assert_true(left[i] == 0);
    fq_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_exact_rank_and_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
