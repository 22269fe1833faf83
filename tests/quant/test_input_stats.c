/* Statistics follow the inputs: after a transform they must be those of the transformed inputs, which are computed here
 * from the inputs themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "quant/rotation.h"
#include "tests/layer_inputs.h"

enum { K = 48, TOKENS = 150 };
static fq_arena arena;
static float *x;
static fq_input_stats stats;

static int setup(void **state) {
    (void)state;
    if (fq_arena_init(&arena, 0) != FQ_OK) return -1;
    x = layer_inputs(TOKENS, K, 7.0f, 2, &arena);
    layer_stats(&stats, x, TOKENS, K, 1, &arena);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fq_arena_free(&arena);
    return 0;
}

/* Moments agree to float precision of their own size, and are symmetric to the last bit. */
static void assert_moments(const fq_input_stats *a, const fq_input_stats *b) {
    for (int i = 0; i < K; i++) {
        for (int j = 0; j < K; j++) {
            const double size = sqrt((double)b->moment[i * K + i] * (double)b->moment[j * K + j]);
            assert_true(fabs((double)a->moment[i * K + j] - (double)b->moment[i * K + j]) < 3e-6 * size);
            assert_true(a->moment[i * K + j] == a->moment[j * K + i]);
        }
    }
}

static void test_copy_is_deep(void **state) {
    (void)state;
    fq_input_stats copy, plain, without;
    assert_int_equal(fq_input_stats_copy(&copy, &stats, &arena), FQ_OK);
    assert_int_equal(copy.tokens, TOKENS);
    assert_int_equal(copy.cols, K);
    assert_memory_equal(copy.moment, stats.moment, K * K * sizeof(float));
    assert_memory_equal(copy.absmean, stats.absmean, K * sizeof(float));
    assert_memory_equal(copy.absmax, stats.absmax, K * sizeof(float));
    assert_memory_equal(copy.mean, stats.mean, K * sizeof(float));
    copy.moment[3] = copy.absmean[3] = copy.absmax[3] = -1;
    assert_true(stats.moment[3] != -1 && stats.absmean[3] != -1 && stats.absmax[3] != -1);
    assert_int_equal(fq_input_stats_create(&plain, K, 0, &arena), FQ_OK);
    assert_null(plain.moment);
    assert_int_equal(fq_input_stats_copy(&without, &plain, &arena), FQ_OK);
    assert_null(without.moment);
}

static void test_unscale(void **state) {
    (void)state;
    float lambda[K], *y = FQ_NEW(&arena, float, TOKENS *K);
    fq_input_stats copy, expected;
    for (int j = 0; j < K; j++)
        lambda[j] = (j % 5 == 1 ? -1.0f : 1.0f) * (0.1f + 0.37f * (float)j);
    for (int i = 0; i < TOKENS * K; i++)
        y[i] = x[i] / lambda[i % K];
    layer_stats(&expected, y, TOKENS, K, 1, &arena);
    assert_int_equal(fq_input_stats_copy(&copy, &stats, &arena), FQ_OK);
    fq_input_stats_unscale(&copy, lambda);
    assert_moments(&copy, &expected);
    for (int j = 0; j < K; j++) {
        assert_true(fabsf(copy.absmean[j] / expected.absmean[j] - 1) < 1e-5f);
        assert_true(fabsf(copy.absmax[j] / expected.absmax[j] - 1) < 1e-6f);
        assert_true(fabsf(copy.mean[j] - expected.mean[j]) < 1e-5f * expected.absmean[j]);
    }
}

static void rotate(const void *r, float *row) {
    fq_rotation_apply(r, row, 1, K);
}

static void test_rotate(void **state) {
    (void)state;
    fq_rotation *r;
    fq_input_stats copy, expected;
    float *y = FQ_NEW(&arena, float, TOKENS *K);
    assert_int_equal(fq_rotation_create(K, 11, &arena, &r), FQ_OK);
    memcpy(y, x, TOKENS * K * sizeof *y);
    fq_rotation_apply(r, y, TOKENS, K);
    layer_stats(&expected, y, TOKENS, K, 1, &arena);
    assert_int_equal(fq_input_stats_copy(&copy, &stats, &arena), FQ_OK);
    fq_input_stats_rotate(&copy, rotate, r);
    assert_moments(&copy, &expected);
    for (int j = 0; j < K; j++) {
        assert_true(fabsf(copy.absmean[j] - sqrtf(copy.moment[j * K + j])) <= 1e-6f * copy.absmean[j]);
        assert_true(copy.absmax[j] == 4.0f * copy.absmean[j]);
        assert_true(fabsf(copy.mean[j] - expected.mean[j]) < 1e-5f * copy.absmean[j]);
        assert_true(expected.absmean[j] <= copy.absmean[j] * 1.0001f); /* mean |x| <= root mean square */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy_is_deep),
        cmocka_unit_test(test_unscale),
        cmocka_unit_test(test_rotate),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
