/* Calibration of RoPE-aware scaling: run the float32 net over a text and keep, per layer, the largest keys before and
 * after RoPE. The default text is the model's own, so no evaluation text is seen. */
#include "models/corpus.h"
#include "models/session.h"
#include "harness/rng.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct collector {
    fq_calibration *cal;
    const fq_llama *net;
    float *rotated; /* [rows][H_kv D] */
} collector;

static void rotate(const fq_llama *net, const float *k, int position, float *out) {
    int D = net->config.head_dim, half = D / 2;
    const float *c = net->cos_t + (size_t)position * (size_t)half, *s = net->sin_t + (size_t)position * (size_t)half;
    for (int h = 0; h < net->config.kv_heads; h++, k += D, out += D) {
        for (int i = 0; i < half; i++) {
            out[i] = k[i] * c[i] - k[i + half] * s[i];
            out[i + half] = k[i + half] * c[i] + k[i] * s[i];
        }
    }
}

static void collect(void *ctx, int layer, const float *k, int stride, int m, int seq, const int *past) {
    collector *c = ctx;
    /* rotated rows share the stride of the projection buffer, so that one call takes both */
    for (int i = 0; i < m; i++) {
        rotate(c->net, k + (size_t)i * (size_t)stride, past[i / seq] + i % seq,
               c->rotated + (size_t)i * (size_t)stride);
    }
    fq_key_stats_add(&c->cal->layer[layer], k, c->rotated, m, stride);
}

void fq_calibration_free(fq_calibration *c) {
    if (!c) return;
    fq_arena_free(&c->arena);
    free(c);
}

static fq_status calibrate(const fq_llama *net, const int *ids, size_t n_ids, int window, fq_calibration *cal) {
    const fq_llama_config *c = &net->config;
    FQ_TRY(fq_arena_init(&cal->arena, 0));
    cal->layers = net->layers;
    cal->layer = FQ_NEW(&cal->arena, fq_key_stats, net->layers);
    if (!cal->layer) return FQ_ERR_MEMORY;
    for (int l = 0; l < net->layers; l++) {
        FQ_TRY(fq_key_stats_create(&cal->layer[l], c->kv_heads, c->head_dim, &cal->arena));
    }
    collector col = {cal, net, NULL};
    fq_session *s = NULL;
    FQ_TRY(fq_session_create(net, 1, window, window, &s));
    size_t stride = (size_t)(c->heads + 2 * c->kv_heads) * (size_t)c->head_dim;
    col.rotated = FQ_NEW(&s->arena, float, (size_t)window *stride);
    s->observe = collect;
    s->observe_ctx = &col;
    fq_status st = col.rotated ? FQ_OK : FQ_ERR_MEMORY;
    for (size_t i = 0; st == FQ_OK && i + (size_t)window <= n_ids; i += (size_t)window) {
        fq_session_rewind(s, 0);
        st = fq_session_forward(s, ids + i, window);
    }
    fq_session_free(s);
    return st;
}

fq_status fq_calibrate(const fq_llama *net, const int *ids, size_t n_ids, int window, fq_calibration **out) {
    *out = NULL;
    if (window < 1 || n_ids < (size_t)window) {
        return fq_fail(FQ_ERR_INPUT, "calibration text has %zu tokens, one window needs %d", n_ids, window);
    }
    fq_calibration *cal = calloc(1, sizeof *cal);
    if (!cal) return fq_fail(FQ_ERR_MEMORY, "out of memory");
    fq_status s = calibrate(net, ids, n_ids, window, cal);
    if (s != FQ_OK) {
        fq_calibration_free(cal);
        return s;
    }
    *out = cal;
    return FQ_OK;
}

/* Text the model samples from itself: `batch` sequences of `length` ids from BOS (or from id 0), temperature 1. */
static fq_status self_sample(const fq_llama *net, uint64_t seed, int batch, int length, int *ids) {
    int vocab = net->config.vocab, bos = net->config.bos >= 0 ? net->config.bos : 0;
    fq_session *s = NULL;
    FQ_TRY(fq_session_create(net, batch, length, batch, &s));
    float *logits = FQ_NEW(&s->arena, float, (size_t)batch *(size_t)vocab);
    int *step = FQ_NEW(&s->arena, int, batch);
    fq_rng rng = fq_rng_seed(seed, 0x63616c69u);
    fq_status st = logits && step ? FQ_OK : FQ_ERR_MEMORY;
    for (int b = 0; st == FQ_OK && b < batch; b++)
        ids[(size_t)b * (size_t)length] = step[b] = bos;
    for (int i = 1; st == FQ_OK && i < length; i++) {
        st = fq_session_forward(s, step, 1);
        if (st == FQ_OK) st = fq_session_last_logits(s, logits);
        for (int b = 0; st == FQ_OK && b < batch; b++) {
            step[b] = fq_sample_id(logits + (size_t)b * (size_t)vocab, vocab, 1, fq_rng_uniform(&rng));
            ids[(size_t)b * (size_t)length + (size_t)i] = step[b];
        }
    }
    fq_session_free(s);
    return st;
}

fq_status fq_calibration_ids(const fq_llama *net, uint64_t seed, int **ids, size_t *n, int *window, char what[96]) {
    enum { BATCH = 8, LENGTH = 256, FILE_WINDOW = 512 };
    const fq_checkpoint *c = &net->model->checkpoint;
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/calibration.u16", c->path);
    *window = LENGTH;
    if (c->kind == FQ_CHECKPOINT_HF && stat(path, &st) == 0) {
        fq_corpus corpus;
        FQ_TRY(fq_corpus_tokens(net->model, path, &corpus));
        *window = net->positions < FILE_WINDOW ? net->positions : FILE_WINDOW;
        *ids = corpus.ids;
        *n = corpus.n;
        snprintf(what, 96, "%s/calibration.u16 (%zu ids)", c->name, corpus.n);
        return FQ_OK;
    }
    int length = net->positions < LENGTH ? net->positions : LENGTH;
    *window = length;
    *n = (size_t)BATCH * (size_t)length;
    *ids = malloc(*n * sizeof **ids);
    if (!*ids) return fq_fail(FQ_ERR_MEMORY, "out of memory");
    fq_status s = self_sample(net, seed, BATCH, length, *ids);
    if (s != FQ_OK) {
        free(*ids);
        *ids = NULL;
        return s;
    }
    snprintf(what, 96, "self-sampled %d x %d, seed %llu", BATCH, length, (unsigned long long)seed);
    return FQ_OK;
}

int fq_sample_id(const float *logits, int vocab, float temperature, double u) {
    int best = 0;
    for (int i = 1; i < vocab; i++) {
        if (logits[i] > logits[best]) best = i;
    }
    if (temperature <= 0) return best;
    double sum = 0, scale = 1.0 / temperature, run = 0;
    for (int i = 0; i < vocab; i++)
        sum += exp((logits[i] - logits[best]) * scale);
    for (int i = 0; i < vocab; i++) {
        run += exp((logits[i] - logits[best]) * scale);
        if (run > u * sum) return i;
    }
    return best;
}
