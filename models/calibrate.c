/* Calibration: run the float32 net over a text and keep, per layer, what transforms and quantizers ask for: keys and
 * queries around RoPE, and the inputs of the linear layers. The default text is the model's own, so no evaluation text
 * is seen. */
#include "models/corpus.h"
#include "models/session.h"
#include "harness/clock.h"
#include "harness/rng.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct collector {
    fq_calibration *cal;
    fq_session *s;
    const fq_kernel *gemm;
    float *rotated; /* [window][(H + 2 H_kv) D]: queries and keys after RoPE, in the places of those before */
} collector;

static void rotate(const fq_llama *net, const float *x, int heads, int position, float *out) {
    int D = net->config.head_dim, half = D / 2;
    const float *c = net->cos_t + (size_t)position * (size_t)half, *s = net->sin_t + (size_t)position * (size_t)half;
    for (int h = 0; h < heads; h++, x += D, out += D) {
        for (int i = 0; i < half; i++) {
            out[i] = x[i] * c[i] - x[i + half] * s[i];
            out[i + half] = x[i + half] * c[i] + x[i] * s[i];
        }
    }
}

static fq_status collect_projections(void *ctx, int layer, const float *qkv, size_t stride, int m) {
    const collector *c = ctx;
    const fq_llama *net = c->s->net;
    const int heads = net->config.heads, kv_heads = net->config.kv_heads, D = net->config.head_dim;
    /* the session has one sequence */
#pragma omp parallel for schedule(static)
    for (int i = 0; i < m; i++) {
        const size_t at = (size_t)i * stride;
        rotate(net, qkv + at, heads + kv_heads, c->s->past[0] + i, c->rotated + at);
    }
    const float *k = qkv + (size_t)heads * (size_t)D, *k_rope = c->rotated + (size_t)heads * (size_t)D;
    const float *v = k + (size_t)kv_heads * (size_t)D;
    fq_key_stats_add(&c->cal->layer[layer].keys, k, k_rope, v, c->rotated, heads, m, (int)stride);
    return FQ_OK;
}

/* absmean, absmax and mean; threads share out blocks of channels. */
static void add_magnitudes(fq_input_stats *st, const float *x, size_t stride, int m) {
    enum { BLOCK = 64 };
#pragma omp parallel for schedule(static)
    for (int c0 = 0; c0 < st->cols; c0 += BLOCK) {
        const int n = st->cols - c0 < BLOCK ? st->cols - c0 : BLOCK;
        double sum[BLOCK] = {0}, plain[BLOCK] = {0};
        float most[BLOCK] = {0};
        for (int i = 0; i < m; i++) {
            const float *row = x + (size_t)i * stride + (size_t)c0;
            for (int c = 0; c < n; c++) {
                const float a = fabsf(row[c]);
                sum[c] += (double)a;
                plain[c] += (double)row[c];
                most[c] = a > most[c] ? a : most[c];
            }
        }
        for (int c = 0; c < n; c++) {
            const double tokens = (double)st->tokens, all = (double)(st->tokens + m);
            st->absmean[c0 + c] = (float)(((double)st->absmean[c0 + c] * tokens + sum[c]) / all);
            st->mean[c0 + c] = (float)(((double)st->mean[c0 + c] * tokens + plain[c]) / all);
            st->absmax[c0 + c] = fmaxf(st->absmax[c0 + c], most[c]);
        }
    }
}

/* x^T as a matrix [cols][m] in the arena: both operands of x^T x. */
static fq_status transpose(const float *x, size_t stride, int m, int cols, fq_arena *arena, fq_qmatrix *out) {
    enum { TILE = 32 };
    FQ_TRY(fq_qmatrix_create(out, &fq_recipes[FQ_RECIPE_W_F32], cols, m, arena));
    float *to = (float *)(void *)out->codes;
    const size_t width = out->row_bytes / sizeof *to;
#pragma omp parallel for schedule(static)
    for (int c0 = 0; c0 < cols; c0 += TILE) {
        const int c1 = c0 + TILE < cols ? c0 + TILE : cols;
        for (int i = 0; i < m; i++) {
            for (int c = c0; c < c1; c++)
                to[(size_t)c * width + (size_t)i] = x[(size_t)i * stride + (size_t)c];
        }
    }
    return FQ_OK;
}

/* moment += rows [first, first + count) of t t^T from column `first` on. float32 sums over the windows are enough: each
 * addition errs by 2^-24 of the sum so far, far below what the choice of the text changes. */
static fq_status add_product(const collector *c, fq_input_stats *st, const fq_qmatrix *t, int first, int count) {
    fq_arena *arena = &c->s->scratch;
    const size_t K = (size_t)st->cols, at = (size_t)first;
    fq_qmatrix right = *t;
    right.rows -= first;
    right.codes += at * t->row_bytes;
    right.row_scale += at;
    fq_gemm_args g = {.m = count,
                      .w = &right,
                      .a = &fq_recipes[FQ_RECIPE_A_F32],
                      .x = right.codes,
                      .x_stride = t->row_bytes,
                      .y = st->moment + at * K + at,
                      .y_stride = K,
                      .residual = st->moment + at * K + at};
    void *packed = NULL;
    if (c->gemm->pack) FQ_TRY(c->gemm->pack(&right, arena, &packed));
    g.packed = packed;
    g.scratch = fq_arena_alloc(arena, c->gemm->scratch.gemm ? c->gemm->scratch.gemm(&g) : 0);
    return g.scratch ? c->gemm->run.gemm(&g) : FQ_ERR_MEMORY;
}

static fq_status collect_input(void *ctx, int layer, fq_site site, const float *x, size_t stride, int m) {
    enum { BLOCK = 256 };
    const collector *c = ctx;
    fq_input_stats *st = &c->cal->layer[layer].input[site];
    const size_t mark = c->s->scratch.used;
    add_magnitudes(st, x, stride, m);
    st->tokens += m;
    if (!st->moment) return FQ_OK;
    fq_qmatrix t;
    FQ_TRY(transpose(x, stride, m, st->cols, &c->s->scratch, &t));
    /* the lower triangle mirrors the upper one, so each block of rows starts at its diagonal */
    for (int first = 0; first < st->cols; first += BLOCK) {
        const size_t inner = c->s->scratch.used;
        FQ_TRY(add_product(c, st, &t, first, st->cols - first < BLOCK ? st->cols - first : BLOCK));
        fq_arena_reset(&c->s->scratch, inner);
    }
    fq_arena_reset(&c->s->scratch, mark);
    return FQ_OK;
}

/* Sums of the upper triangle to means of the whole. */
static void finish_moment(fq_input_stats *st) {
    const size_t K = (size_t)st->cols;
    const double tokens = (double)st->tokens;
#pragma omp parallel for schedule(dynamic, 16)
    for (size_t i = 0; i < K; i++) {
        for (size_t j = i; j < K; j++)
            st->moment[j * K + i] = st->moment[i * K + j] = (float)((double)st->moment[i * K + j] / tokens);
    }
}

void fq_calibration_free(fq_calibration *c) {
    if (!c) return;
    fq_arena_free(&c->arena);
    free(c);
}

static fq_status create_stats(const fq_llama *net, fq_calibration *cal) {
    const fq_llama_config *c = &net->config;
    const int width[FQ_SITE_COUNT] = {c->hidden, c->heads * c->head_dim, c->hidden, c->intermediate};
    FQ_TRY(fq_arena_init(&cal->arena, 0));
    cal->layers = net->layers;
    cal->layer = FQ_NEW(&cal->arena, fq_layer_stats, net->layers);
    if (!cal->layer) return FQ_ERR_MEMORY;
    for (int l = 0; l < net->layers; l++) {
        FQ_TRY(fq_key_stats_create(&cal->layer[l].keys, c->kv_heads, c->head_dim, &cal->arena));
        for (int i = 0; i < FQ_SITE_COUNT; i++)
            FQ_TRY(fq_input_stats_create(&cal->layer[l].input[i], width[i], cal->moments, &cal->arena));
    }
    return FQ_OK;
}

static fq_status calibrate(const fq_llama *net, const int *ids, size_t n_ids, int window, fq_calibration *cal) {
    const fq_llama_config *c = &net->config;
    FQ_TRY(create_stats(net, cal));
    collector col = {.cal = cal, .gemm = fq_kernel_select(FQ_OP_GEMM_F32)};
    const fq_observer observer = {&col, collect_input, collect_projections};
    FQ_TRY(fq_session_create(net, 1, window, window, &col.s));
    col.s->observer = &observer;
    col.rotated =
        FQ_NEW(&col.s->arena, float, (size_t)window *(size_t)(c->heads + 2 * c->kv_heads) * (size_t)c->head_dim);
    fq_status st = col.rotated ? FQ_OK : FQ_ERR_MEMORY;
    for (size_t i = 0; st == FQ_OK && i + (size_t)window <= n_ids; i += (size_t)window) {
        fq_session_rewind(col.s, 0);
        st = fq_session_forward(col.s, ids + i, window);
    }
    fq_session_free(col.s);
    for (int i = 0; st == FQ_OK && cal->moments && i < cal->layers * FQ_SITE_COUNT; i++)
        finish_moment(&cal->layer[i / FQ_SITE_COUNT].input[i % FQ_SITE_COUNT]);
    return st;
}

fq_status fq_calibrate(const fq_llama *net, const int *ids, size_t n_ids, int window, int with_moments,
                       fq_calibration **out) {
    *out = NULL;
    if (window < 1 || n_ids < (size_t)window) {
        return fq_fail(FQ_ERR_INPUT, "calibration text has %zu tokens, one window needs %d", n_ids, window);
    }
    if (net->variant->a->code != FQ_F32 || net->variant->transforms != 0) {
        return fq_fail(FQ_ERR_USAGE, "calibration runs on variant f32, not %s", net->variant->name);
    }
    fq_calibration *cal = calloc(1, sizeof *cal);
    if (!cal) return fq_fail(FQ_ERR_MEMORY, "out of memory");
    const int64_t start = fq_clock_ns();
    cal->moments = with_moments != 0;
    fq_status s = calibrate(net, ids, n_ids, window, cal);
    if (s != FQ_OK) {
        fq_calibration_free(cal);
        return s;
    }
    cal->seconds = (double)(fq_clock_ns() - start) * 1e-9;
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
    double *u = FQ_NEW(&s->arena, double, batch);
    fq_rng rng = fq_rng_seed(seed, 0x63616c69u);
    fq_status st = logits && step && u ? FQ_OK : FQ_ERR_MEMORY;
    for (int b = 0; st == FQ_OK && b < batch; b++)
        ids[(size_t)b * (size_t)length] = step[b] = bos;
    for (int i = 1; st == FQ_OK && i < length; i++) {
        st = fq_session_forward(s, step, 1);
        if (st == FQ_OK) st = fq_session_last_logits(s, logits);
        if (st != FQ_OK) break;
        for (int b = 0; b < batch; b++)
            u[b] = fq_rng_uniform(&rng);
#pragma omp parallel for schedule(static)
        for (int b = 0; b < batch; b++) {
            step[b] = fq_sample_id(logits + (size_t)b * (size_t)vocab, vocab, 1, u[b]);
            ids[(size_t)b * (size_t)length + (size_t)i] = step[b];
        }
    }
    fq_session_free(s);
    return st;
}

fq_status fq_calibration_ids(const fq_llama *net, uint64_t seed, int **ids, size_t *n, int *window, char what[96]) {
    enum { BATCH = 32, LENGTH = 256, FILE_WINDOW = 512, FILE_WINDOWS = 16 };
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
        *n = corpus.n < FILE_WINDOW * FILE_WINDOWS ? corpus.n : FILE_WINDOW * FILE_WINDOWS;
        snprintf(what, 96, "%s/calibration.u16 (%zu ids)", c->name, *n);
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
