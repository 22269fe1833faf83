/* Every transform of variant.h on float32 recipes: the model before and after computes the same logits within float
 * rounding, alone and on top of injected outliers. A new transform is tested without more code. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "models/corpus.h"
#include "models/prepare.h"
#include "tests/tiny_model.h"

enum { LAYERS = 2, N = 32, WINDOW = 64, CALIBRATION = 2 * WINDOW };

static fq_llama *build(const char *name, const fq_calibration *cal) {
    fq_build_options o = fq_build_defaults();
    const fq_variant *v = fq_variant_find(name);
    fq_llama *net;
    if (!v) fail_msg("%s: %s", name, fq_message());
    o.calibration = cal;
    o.max_layers = LAYERS;
    o.positions = WINDOW;
    if (fq_llama_build(&tiny, v, &o, &net) != FQ_OK) fail_msg("%s: %s", name, fq_message());
    return net;
}

/* Half of the tokens in one call, the rest one by one: prefill and decode. */
static float *logits_of(const fq_llama *net) {
    const size_t vocab = (size_t)net->config.vocab;
    float *out = malloc(N * vocab * sizeof *out);
    fq_session *s;
    assert_int_equal(fq_session_create(net, 1, N, N, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, text.ids, N / 2), FQ_OK);
    assert_int_equal(fq_session_logits(s, 0, N / 2, out), FQ_OK);
    for (int i = N / 2; i < N; i++) {
        assert_int_equal(fq_session_forward(s, text.ids + i, 1), FQ_OK);
        assert_int_equal(fq_session_last_logits(s, out + (size_t)i * vocab), FQ_OK);
    }
    fq_session_free(s);
    return out;
}

/* Largest difference over the range of the logits. */
static double distance(const float *a, const float *b, size_t n) {
    double most = 0, lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double d = fabs((double)a[i] - (double)b[i]);
        if (!(d <= most)) most = d;
        lo = fmin(lo, (double)a[i]);
        hi = fmax(hi, (double)a[i]);
    }
    return most / (hi - lo);
}

typedef struct fixture {
    fq_calibration *cal;
    float *want; /* logits of the plain model */
    size_t n;
} fixture;

static fixture start(float kappa) {
    fixture f = {0};
    tiny.outliers = (fq_outliers){.kappa = kappa, .seed = 1};
    fq_llama *f32 = build("f32", NULL);
    f.n = N * (size_t)f32->config.vocab;
    assert_int_equal(fq_calibrate(f32, text.ids + N, CALIBRATION, WINDOW, 1, &f.cal), FQ_OK);
    f.want = logits_of(f32);
    fq_llama_free(f32);
    return f;
}

static void finish(fixture *f) {
    free(f->want);
    fq_calibration_free(f->cal);
}

/* Within float rounding; and not the same bits, since a transform that does nothing would pass as well. */
static void compare(const fixture *f, const fq_llama *net, const char *name) {
    float *got = logits_of(net);
    const double d = distance(f->want, got, f->n);
    print_message("kappa %g, %s: %.2g of the logits' range\n", (double)tiny.outliers.kappa, name, d);
    assert_true(d < 1e-4);
    assert_memory_not_equal(got, f->want, f->n * sizeof *got);
    free(got);
}

/* Transforms whose factors come from a rule: nets that are built in float32. */
static void by_rule(const fixture *f, const char *changes) {
    char name[128];
    snprintf(name, sizeof name, "f32:%s", changes);
    fq_llama *net = build(name, f->cal);
    compare(f, net, name);
    fq_llama_free(net);
}

static void put(fq_linear *lin, int row, const float *w, int rows) {
    assert_null(lin->packed); /* float32 kernels read the matrix itself */
    assert_int_equal(fq_qmatrix_quantize(&lin->w, row, w, (size_t)lin->w.cols, rows, 1), FQ_OK);
}

/* Transforms whose factors are searched for the least error of 4-bit weights and keys, which float32 has not: chosen
 * for those recipes, then run in float32. */
static void by_search(const fixture *f, const char *changes) {
    char name[128];
    snprintf(name, sizeof name, "f32:w=w.int4.g128.f16+kv=kv.int4.head.e4m3+%s", changes);
    const fq_variant *searched = fq_variant_find(name);
    if (!searched) fail_msg("%s: %s", name, fq_message());
    fq_llama *net = build("f32", NULL);
    const fq_variant *f32 = net->variant;
    const fq_dims d = fq_dims_of(&net->config);
    fq_arena scratch;
    assert_int_equal(fq_arena_init(&scratch, 0), FQ_OK);
    net->variant = searched;
    for (int l = 0; l < net->layers; l++) {
        fq_layer *L = &net->layer[l];
        fq_prepared w;
        if (fq_prepare_layer(net, l, f->cal, &scratch, &w) != FQ_OK) fail_msg("%s: %s", name, fq_message());
        put(&L->qkv, 0, w.q, d.q);
        put(&L->qkv, d.q, w.k, d.kv);
        put(&L->qkv, d.q + d.kv, w.v, d.kv);
        put(&L->o, 0, w.o, d.hidden);
        put(&L->gate_up, 0, w.gate, d.ff);
        put(&L->gate_up, d.ff, w.up, d.ff);
        put(&L->down, 0, w.down, d.hidden);
        L->attention_norm = w.attention_norm;
        L->mlp_norm = w.mlp_norm;
        L->post = w.post;
        L->key_offset = w.key_offset;
    }
    net->variant = f32;
    fq_arena_free(&scratch);
    compare(f, net, name);
    fq_llama_free(net);
}

static void every_transform(const fixture *f) {
    int tested = 0;
    for (int bit = 0; fq_transform_name(bit); bit++) {
        char changes[64];
        /* Two change how numbers are stored, not the weights; float weights leave no bias (test_calibrate). */
        if (1 << bit == FQ_T_TENSOR || 1 << bit == FQ_T_OUTLIERS || 1 << bit == FQ_T_BIAS) continue;
        snprintf(changes, sizeof changes, "with=%s", fq_transform_name(bit));
        if (1 << bit == FQ_T_AWQ || 1 << bit == FQ_T_KEY_SEARCH)
            by_search(f, changes);
        else
            by_rule(f, changes);
        tested++;
    }
    assert_true(tested >= 11);
}

static void alone(void **state) {
    (void)state;
    fixture f = start(1);
    every_transform(&f);
    finish(&f);
}

/* Where factors are far from 1, each transform at its work. */
static void alone_with_outliers(void **state) {
    (void)state;
    fixture f = start(32);
    every_transform(&f);
    finish(&f);
}

/* The sets that the table of variants has, and one with everything that goes together. */
static void together(void **state) {
    (void)state;
    fixture f = start(8);
    by_rule(&f, "with=channel+with=pre-rope+with=post-rope");
    by_rule(&f, "with=rotate+with=smooth-out+with=smooth-keys");
    by_rule(&f, "with=rotate+with=rotate-v+with=channel+with=smooth+with=pre-rope+with=post-rope+with=key-offset");
    by_search(&f, "with=awq+with=key-offset+with=key-search+with=rotate-v");
    finish(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone),
        cmocka_unit_test(alone_with_outliers),
        cmocka_unit_test(together),
    };
    return cmocka_run_group_tests_name("folding", tests, open_tiny, close_tiny);
}
