/* One pass of the float32 model with an observer that copies the inputs of one layer. */
#include "models/exemplar.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "models/corpus.h"
#include "models/session.h"
#include "models/weights.h"

enum { TOKENS_MOST = 512 };

typedef struct copier {
    int layer, cols;
    float *x;
} copier;

static fq_status copy_inputs(void *ctx, int layer, fq_site site, const float *x, size_t stride, int m) {
    const copier *c = ctx;
    const size_t cols = (size_t)c->cols;
    if (layer != c->layer || site != FQ_SITE_GATE_UP) return FQ_OK;
    for (int i = 0; i < m; i++)
        memcpy(c->x + (size_t)i * cols, x + (size_t)i * stride, cols * sizeof *x);
    return FQ_OK;
}

static fq_status open_text(const fq_model *m, fq_corpus *out) {
    char path[4096];
    snprintf(path, sizeof path, "%s/calibration.u16", m->checkpoint.path);
    return access(path, F_OK) == 0 ? fq_corpus_tokens(m, path, out) : fq_corpus_named(m, "self-sampled", 0, out);
}

static fq_status run_text(const fq_llama *net, const int *ids, int n, const copier *c) {
    const fq_observer observer = {(void *)(uintptr_t)c, copy_inputs, NULL};
    fq_session *s;
    FQ_TRY(fq_session_create(net, 1, n, n, &s));
    s->observer = &observer;
    const fq_status status = fq_session_forward(s, ids, n);
    fq_session_free(s);
    return status;
}

fq_status fq_exemplar_read(const fq_model *m, fq_arena *arena, fq_exemplar *out) {
    const fq_llama_config *c = &m->checkpoint.config;
    const int layer = c->layers / 2;
    fq_build_options o = fq_build_defaults();
    fq_corpus text;
    fq_llama *net;
    char name[128];
    memset(out, 0, sizeof *out);
    if (!fq_model_has_weights(m)) return fq_fail(FQ_ERR_INPUT, "%s has no trained weights", m->checkpoint.name);
    FQ_TRY(open_text(m, &text));
    int tokens = text.n < TOKENS_MOST ? (int)text.n : TOKENS_MOST;
    if (tokens > c->max_positions) tokens = c->max_positions;
    float *w = FQ_NEW(arena, float, (size_t)c->intermediate *(size_t)c->hidden);
    float *x = FQ_NEW(arena, float, (size_t)tokens *(size_t)c->hidden);
    fq_status s = w != NULL && x != NULL ? FQ_OK : FQ_ERR_MEMORY;
    snprintf(name, sizeof name, "model.layers.%d.mlp.gate_proj.weight", layer);
    if (s == FQ_OK) s = fq_weights_load(m, name, c->intermediate, c->hidden, w);
    o.max_layers = layer + 1;
    if (s == FQ_OK) s = fq_llama_build(m, fq_variant_find("f32"), &o, &net);
    if (s == FQ_OK) {
        const copier copy = {layer, c->hidden, x};
        s = run_text(net, text.ids, tokens, &copy);
        fq_llama_free(net);
    }
    fq_corpus_free(&text);
    *out = (fq_exemplar){w, x, c->intermediate, tokens, c->hidden};
    return s;
}
