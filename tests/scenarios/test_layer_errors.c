/* Noise by layer: known numbers through known scales, and the counts of what leaves the range of E4M3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "harness/rng.h"
#include "scenarios/layer_errors.h"

static fq_arena arena;

static int setup(void **state) {
    return fq_arena_init(&arena, (size_t)1 << 26) != FQ_OK;
}
static int teardown(void **state) {
    fq_arena_free(&arena);
    return 0;
}

static void assert_near(double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance)) fail_msg("got %.9g, want %.9g", got, want);
}

static void test_decibels(void **state) {
    const fq_noise none = {0}, exact = {.signal = 3}, hundredth = {.signal = 100, .noise = 1};
    assert_true(isnan(fq_noise_db(&none)));
    assert_true(isinf(fq_noise_db(&exact)));
    assert_near(fq_noise_db(&hundredth), 20, 1e-12);
}

/* INT8 by token: absmax 127, so the scale is 1, and every number loses what rounding takes. */
static void test_known_inputs(void **state) {
    const float x[2][4] = {{127, 1.25f, -0.25f, 0}, {-127, 2.5f, 3, 0.4f}};
    fq_noise n = {0};
    assert_int_equal(fq_noise_add_inputs(&n, &fq_recipes[FQ_RECIPE_A_INT8_TOKEN], 0, x[0], 4, 2, 4, &arena), FQ_OK);
    assert_true(n.count == 8 && n.saturated == 0 && n.underflow == 2); /* -0.25 and 0.4; 0 stays 0 */
    assert_near(n.noise, 0.0625 + 0.0625 + 0.25 + 0.16, 1e-6);
    assert_near(n.signal, 2 * 127 * 127 + 1.5625 + 0.0625 + 6.25 + 9 + 0.16, 1e-6 * 32258);
}

/* A scale from calibration: numbers that round beyond 448 of it saturate and keep 448. */
static void test_static_inputs(void **state) {
    const float x[4] = {448, 449, -900, 1e-6f};
    fq_noise n = {0};
    assert_int_equal(fq_noise_add_inputs(&n, &fq_recipes[FQ_RECIPE_A_E4M3_TENSOR], 1, x, 4, 1, 4, &arena), FQ_OK);
    assert_true(n.saturated == 1 && n.underflow == 1);
    assert_near(n.noise, 1 + 452.0 * 452, 1e-3);
    memset(&n, 0, sizeof n);
    assert_int_equal(fq_noise_add_inputs(&n, &fq_recipes[FQ_RECIPE_A_E4M3_TENSOR], 4, x, 4, 1, 4, &arena), FQ_OK);
    assert_true(n.saturated == 0);
}

/* Every activation recipe: no saturation where the scale follows the data, and more bits give less noise. */
static void test_all_recipes(void **state) {
    enum { M = 8, K = 300 };
    float x[M * K];
    fq_rng rng = fq_rng_seed(5, 0);
    double db[FQ_RECIPE_COUNT] = {0};
    for (int i = 0; i < M * K; i++)
        x[i] = (float)fq_rng_gauss(&rng);
    for (int r = 0; r < FQ_RECIPE_COUNT; r++) {
        if (strncmp(fq_recipes[r].name, "a.", 2) != 0) continue;
        fq_noise n = {0};
        const size_t mark = arena.used;
        assert_int_equal(fq_noise_add_inputs(&n, &fq_recipes[r], 0.01f, x, K, M, K, &arena), FQ_OK);
        assert_true(arena.used == mark && n.count == M * K);
        if (fq_recipes[r].range != FQ_RANGE_STATIC) assert_true(n.saturated == 0);
        db[r] = fq_noise_db(&n);
    }
    assert_true(isinf(db[FQ_RECIPE_A_F32]) && db[FQ_RECIPE_A_BF16] > 45);
    assert_true(db[FQ_RECIPE_A_INT8_TOKEN] > 35 && db[FQ_RECIPE_A_INT8_TOKEN] < 50);
    assert_true(db[FQ_RECIPE_A_E4M3_TOKEN] > 27 && db[FQ_RECIPE_A_E4M3_TOKEN] < 36);
    assert_true(db[FQ_RECIPE_A_INT4_G128] > 10 && db[FQ_RECIPE_A_INT4_G128] < 25);
}

/* Three groups of 128: a normal scale, a subnormal one, and numbers so small that the scale is the smallest. With a
 * per-tensor scale of 2^9 the first one's operands leave E4M3. */
static void test_weight_counts(void **state) {
    enum { K = 384 };
    float w[2 * K] = {0};
    fq_qmatrix q;
    fq_weight_noise n;
    for (int r = 0; r < 2; r++)
        for (int c = 0; c < K; c++)
            w[r * K + c] = (c % 2 != 0 ? -1.0f : 1.0f) * (c < 128 ? 7.0f : c < 256 ? 7 * 0x1p-8f : 0x1p-20f);
    assert_int_equal(fq_qmatrix_create(&q, &fq_recipes[FQ_RECIPE_W_INT4_G128_E4M3], 4, K, &arena), FQ_OK);
    assert_int_equal(fq_qmatrix_quantize(&q, 2, w, K, 2, 1), FQ_OK);
    assert_int_equal(fq_weight_noise_measure(&q, 2, w, 2, NULL, &n), FQ_OK);
    assert_true(n.scales == 6 && n.subnormal == 4 && n.smallest == 2);
    assert_true(n.operands == 2 * K && n.saturated == 0 && isnan(n.output_error));
    assert_true(n.weights.count == 2 * K && n.weights.underflow == 2 * 128);
    assert_near(n.weights.noise, 2 * 128 * 0x1p-40, 1e-15); /* the rest is exact */
    assert_true(fq_noise_db(&n.weights) > 100);

    /* s = 2^9 pushes a scale of 1 to 448, the largest there is: 7 times that is far beyond */
    assert_int_equal(fq_qmatrix_quantize(&q, 2, w, K, 2, 512), FQ_OK);
    assert_int_equal(fq_weight_noise_measure(&q, 2, w, 2, NULL, &n), FQ_OK);
    assert_true(n.saturated > 0 && n.saturated <= 2 * 128);

    /* other storages have no such counts */
    assert_int_equal(fq_qmatrix_create(&q, &fq_recipes[FQ_RECIPE_W_INT8_CHANNEL], 2, K, &arena), FQ_OK);
    assert_int_equal(fq_qmatrix_quantize(&q, 0, w, K, 2, 1), FQ_OK);
    assert_int_equal(fq_weight_noise_measure(&q, 0, w, 2, NULL, &n), FQ_OK);
    assert_true(n.scales == 0 && n.operands == 0 && fq_noise_db(&n.weights) > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decibels),    cmocka_unit_test(test_known_inputs),  cmocka_unit_test(test_static_inputs),
        cmocka_unit_test(test_all_recipes), cmocka_unit_test(test_weight_counts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
