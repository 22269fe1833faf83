/* Nets of the shipped model and of a small GGUF, saved into a scratch directory and opened again. */
#ifndef FQ_TESTS_SAVED_MODELS_H
#define FQ_TESTS_SAVED_MODELS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "harness/host.h"
#include "models/corpus.h"
#include "models/save.h"
#include "quant/codebook.h"
#include "tests/checkpoint_files.h"
#include "tests/cli_runner.h"

enum { PROMPT = 12, STEPS = 2, LAYERS = 1, CALIBRATION = 256, POSITIONS = 64 };

static fq_model tiny, small;
static fq_calibration *calibration, *small_calibration;
static int ids[CALIBRATION];
static char *dir, *small_dir; /* the saved model of a test; the small source */
static cli c;

/* ---- nets ---- */

static inline fq_llama *build(const fq_model *m, const char *variant, int layers) {
    fq_build_options o = fq_build_defaults();
    fq_llama *net;
    o.calibration = m == &tiny ? calibration : m == &small ? small_calibration : NULL;
    o.max_layers = layers;
    o.positions = POSITIONS;
    o.variant.alpha = 6; /* no default, so that the manifest's numbers matter */
    if (fq_llama_build(m, fq_variant_find(variant), &o, &net) != FQ_OK) fail_msg("%s: %s", variant, fq_message());
    return net;
}

/* Logits of a prefill and of decode steps: [PROMPT + STEPS][vocab]. */
static inline float *run(const fq_llama *net) {
    const size_t vocab = (size_t)net->config.vocab;
    float *logits = malloc((PROMPT + STEPS) * vocab * sizeof *logits);
    fq_session *s;
    int some[PROMPT + STEPS];
    assert_non_null(logits);
    for (int i = 0; i < PROMPT + STEPS; i++)
        some[i] = ids[i] % net->config.vocab;
    assert_int_equal(fq_session_create(net, 1, PROMPT + STEPS, PROMPT, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, some, PROMPT), FQ_OK);
    assert_int_equal(fq_session_logits(s, 0, PROMPT, logits), FQ_OK);
    for (int i = PROMPT; i < PROMPT + STEPS; i++) {
        assert_int_equal(fq_session_forward(s, some + i, 1), FQ_OK);
        assert_int_equal(fq_session_last_logits(s, logits + (size_t)i * vocab), FQ_OK);
    }
    fq_session_free(s);
    return logits;
}

static inline void save(const fq_llama *net) {
    if (fq_llama_save(net, dir) != FQ_OK) fail_msg("%s: %s", net->variant->name, fq_message());
}

static inline void open_saved(fq_model *m) {
    if (fq_model_open(dir, 1, m) != FQ_OK) fail_msg("%s", fq_message());
}

static inline void assert_same_net(const fq_llama *a, const fq_llama *b) {
    const size_t n = (size_t)(PROMPT + STEPS) * (size_t)a->config.vocab;
    float *x = run(a), *y = run(b);
    if (memcmp(x, y, n * sizeof *x) != 0) {
        size_t i = 0;
        while (x[i] == y[i] && i + 1 < n)
            i++;
        fail_msg("%s: logit %zu is %.9g, saved %.9g", a->variant->name, i, (double)x[i], (double)y[i]);
    }
    for (size_t i = 0; i < n; i++)
        assert_true(isfinite(x[i]));
    assert_true(a->bits_per_weight == b->bits_per_weight);
    assert_int_equal(a->bytes, b->bytes);
    assert_int_equal(a->parameters, b->parameters);
    assert_int_equal(a->layers, b->layers);
    assert_ptr_equal(a->variant, b->variant);
    assert_memory_equal(&a->options, &b->options, sizeof a->options);
    assert_int_equal(a->calibration != NULL, b->calibration != NULL);
    if (a->calibration) assert_string_equal(a->calibration, b->calibration);
    free(x);
    free(y);
}

/* Save, open, build and compare. */
static inline void round_trip(const fq_model *m, const char *variant, int layers) {
    fq_llama *net = build(m, variant, layers), *again;
    fq_model saved;
    save(net);
    open_saved(&saved);
    assert_ptr_equal(fq_model_saved_variant(&saved), net->variant);
    assert_memory_equal(&saved.checkpoint.config, &m->checkpoint.config, sizeof saved.checkpoint.config);
    fq_build_options o = fq_build_defaults();
    o.positions = POSITIONS;
    if (fq_llama_build(&saved, net->variant, &o, &again) != FQ_OK) fail_msg("%s: %s", variant, fq_message());
    assert_same_net(net, again);
    fq_llama_free(again);
    fq_model_close(&saved);
    fq_llama_free(net);
}

/* ---- a model of a few kilobytes, for what is tried often ---- */

static inline void put_tokenizer(gguf_writer *w) {
    gguf_string(w, "tokenizer.ggml.model", "llama");
    gguf_key(w, "tokenizer.ggml.tokens", FQ_GGUF_ARRAY);
    blob_uint(&w->values, FQ_GGUF_STRING, 4);
    blob_uint(&w->values, SMALL_VOCAB, 8);
    for (int i = 0; i < SMALL_VOCAB; i++) {
        char token[8];
        snprintf(token, sizeof token, i < 3 ? "<%d>" : "%c", i < 3 ? i : 'a' + i - 3);
        blob_text(&w->values, token);
    }
    gguf_key(w, "tokenizer.ggml.scores", FQ_GGUF_ARRAY);
    blob_uint(&w->values, FQ_GGUF_F32, 4);
    blob_uint(&w->values, SMALL_VOCAB, 8);
    for (int i = 0; i < SMALL_VOCAB; i++)
        blob_uint(&w->values, 0, 4);
}

/* A small GGUF, its embeddings divided by `divisor`: 1 fits bfloat16, 1024 float16 too, 3 neither. */
static inline char *small_gguf(char *into, float divisor) {
    small_tensor t[SMALL_TENSORS];
    gguf_writer w = {0};
    float x[SMALL_VOCAB * SMALL_HIDDEN];
    small_tensors(t);
    small_gguf_values(&w);
    put_tokenizer(&w);
    for (int i = 0; i < SMALL_VOCAB * SMALL_HIDDEN; i++)
        x[i] = divisor == 1024 ? 1 + small_value(0, i) / 1024 : small_value(0, i) / divisor;
    gguf_tensor(&w, t[0].gguf, t[0].rows, t[0].columns, 0, x, sizeof x);
    for (int i = 1; i < SMALL_TENSORS; i++)
        small_gguf_tensor(&w, &t[i], i);
    blob file = gguf_finish(&w, 3);
    scratch_write(into, "small.gguf", file.p, file.n);
    blob_free(&file);
    char *path = malloc(512);
    assert_non_null(path);
    snprintf(path, 512, "%s/small.gguf", into);
    return path;
}

static inline fq_calibration *calibrate(const fq_model *m, int layers) {
    fq_llama *f32 = build(m, "f32", layers);
    fq_calibration *out;
    int some[CALIBRATION];
    for (int i = 0; i < CALIBRATION; i++)
        some[i] = ids[i] % m->checkpoint.config.vocab;
    assert_int_equal(fq_calibrate(f32, some, CALIBRATION, POSITIONS, 1, &out), FQ_OK);
    snprintf(out->text, sizeof out->text, "a few tokens");
    fq_llama_free(f32);
    return out;
}

static inline int setup(void **state) {
    dir = scratch_make();
    small_dir = scratch_make();
    char *path = small_gguf(small_dir, 1);
    if (fq_model_open("models/tiny", 1, &tiny) != FQ_OK || fq_model_open(path, 1, &small) != FQ_OK) return 1;
    free(path);
    fq_corpus text;
    assert_int_equal(fq_corpus_named(&tiny, "self-sampled", 0, &text), FQ_OK);
    memcpy(ids, text.ids, sizeof ids);
    fq_corpus_free(&text);
    calibration = calibrate(&tiny, LAYERS);
    small_calibration = calibrate(&small, 0);
    return 0;
}

static inline int teardown(void **state) {
    fq_calibration_free(calibration);
    fq_calibration_free(small_calibration);
    fq_model_close(&tiny);
    fq_model_close(&small);
    scratch_remove(dir);
    scratch_remove(small_dir);
    return 0;
}

#endif
