/* Numbers of the shipped model: its own weights, and inputs that are what the layer before leaves: normalized, unequal
 * from channel to channel, the same every time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/exemplar.h"
#include "models/weights.h"

static void numbers_of_the_shipped_model(void **state) {
    fq_model m;
    fq_arena arena;
    fq_exemplar a, b;
    assert_int_equal(fq_model_open("models/tiny", 1, &m), FQ_OK);
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_exemplar_read(&m, &arena, &a), FQ_OK);
    assert_int_equal(fq_exemplar_read(&m, &arena, &b), FQ_OK);
    const fq_llama_config *c = &m.checkpoint.config;
    const size_t k = (size_t)a.cols;
    assert_int_equal(a.cols, c->hidden);
    assert_int_equal(a.w_rows, c->intermediate);
    assert_true(a.tokens >= 64);
    assert_memory_equal(a.x, b.x, (size_t)a.tokens * k * sizeof *a.x);
    float *w = FQ_NEW(&arena, float, (size_t)a.w_rows *k);
    char name[128];
    snprintf(name, sizeof name, "model.layers.%d.mlp.gate_proj.weight", c->layers / 2);
    assert_int_equal(fq_weights_load(&m, name, a.w_rows, a.cols, w), FQ_OK);
    assert_memory_equal(a.w, w, (size_t)a.w_rows * k * sizeof *w);
    /* x / norm weight is normalized: the mean square of every token is 1 */
    float *norm = FQ_NEW(&arena, float, k);
    snprintf(name, sizeof name, "model.layers.%d.post_attention_layernorm.weight", c->layers / 2);
    assert_int_equal(fq_weights_load(&m, name, 1, a.cols, norm), FQ_OK);
    for (int t = 0; t < a.tokens; t++) {
        double square = 0;
        for (size_t i = 0; i < k; i++)
            square += pow((double)a.x[(size_t)t * k + i] / (double)norm[i], 2);
        if (!(fabs(square / (double)k - 1) < 0.01)) fail_msg("token %d: mean square %g", t, square / (double)k);
    }
    fq_arena_free(&arena);
    fq_model_close(&m);
}

static void shapes_have_none(void **state) {
    fq_model m;
    fq_arena arena;
    fq_exemplar e;
    assert_int_equal(fq_model_open("llama3-8b", 1, &m), FQ_OK);
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_exemplar_read(&m, &arena, &e), FQ_ERR_INPUT);
    assert_non_null(strstr(fq_message(), "llama3-8b"));
    fq_arena_free(&arena);
    fq_model_close(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_the_shipped_model),
        cmocka_unit_test(shapes_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
