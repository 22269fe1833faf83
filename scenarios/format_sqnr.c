/* Which 8-bit format for which numbers? Signal to quantization noise of formats under absmax scales, on samples of
 * analytic distributions and on every weight and input of a model's linear layers, the theory's value beside each. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/rng.h"
#include "models/policy.h"
#include "models/session.h"
#include "quant/absmax.h"
#include "quant/format_noise.h"
#include "scenarios/kinds.h"
#include "scenarios/score.h"

enum { NUMBERS = 4096, DRAWS = 32 }; /* of one absmax, as many as a row of a large model has; and how many such rows */

typedef struct survey {
    fq_context *c;
    const fq_step *s;
    const char *model; /* NULL: distributions */
    double kappa;
} survey;

/* What does not depend on the format. */
typedef struct moments {
    double n, square, fourth, most;
} moments;

static void add_moments(moments *m, const float *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const double a = (double)x[i] * (double)x[i];
        m->square += a;
        m->fourth += a * a;
    }
    m->n += (double)n;
    m->most = fmax(m->most, (double)fq_absmax(x, n));
}

static double rms(const moments *m) {
    return sqrt(m->square / m->n);
}

static fq_status add_row(const survey *v, const char *numbers, const char *scale, fq_format_id f, const moments *m,
                         double crest, const fq_noise_sums *measured, const fq_noise_sums *theory) {
    fq_format_row r;
    fq_format_row_init(&r);
    r.model = v->model;
    r.numbers = fq_arena_printf(&v->c->arena, "%s", numbers);
    if (r.numbers == NULL) return FQ_ERR_MEMORY;
    r.scale = scale;
    r.format = fq_formats[f].name;
    r.kappa = v->kappa;
    r.n = m->n;
    r.kurtosis = m->fourth * m->n / (m->square * m->square);
    r.crest = crest;
    r.sqnr_db = fq_noise_sums_db(measured);
    if (theory != NULL) r.theory_db = fq_noise_sums_db(theory);
    r.scenario = v->c->scenario;
    r.build_commit = v->c->commit;
    return fq_context_add_format(v->c, &r);
}

/* Samples share their scale's range with the theory, so that the two differ by the sampling of the noise alone. */
static fq_status distribution(const survey *v, const fq_distribution *d) {
    static const char scale[] = "4096";
    const fq_texts *formats = &v->s->formats;
    for (int i = 0; i < formats->n; i++) {
        const fq_format_id f = (fq_format_id)fq_format_find(formats->v[i]);
        fq_noise_sums measured = {0}, theory = {0};
        moments all = {0};
        double crest = 0;
        for (int k = 0; k < DRAWS; k++) {
            float x[NUMBERS];
            moments m = {0};
            fq_rng rng = fq_rng_seed(v->c->seed, (uint64_t)(d - fq_distributions) * 1000 + (uint64_t)k);
            for (int j = 0; j < NUMBERS; j++)
                x[j] = (float)d->draw(&rng);
            add_moments(&m, x, NUMBERS);
            add_moments(&all, x, NUMBERS);
            crest += m.most / rms(&m) / DRAWS;
            fq_noise_sums_add(&measured, f, x, NUMBERS);
            fq_noise_sums_expect(&theory, f, d, 1, m.most, NUMBERS);
        }
        FQ_TRY(add_row(v, d->name, scale, f, &all, crest, &measured, &theory));
    }
    return FQ_OK;
}

/* A matrix under one scale and under one a row; the theory takes its numbers for normal. */
static fq_status matrix(const survey *v, const char *numbers, const char *row_scale, const float *x, size_t stride,
                        int rows, int cols) {
    const fq_texts *formats = &v->s->formats;
    moments m = {0};
    float *all = malloc((size_t)rows * (size_t)cols * sizeof *all);
    if (all == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for %d x %d numbers", rows, cols);
    for (int r = 0; r < rows; r++)
        memcpy(all + (size_t)r * (size_t)cols, x + (size_t)r * stride, (size_t)cols * sizeof *all);
    add_moments(&m, all, (size_t)rows * (size_t)cols);
    fq_status status = FQ_OK;
    for (int i = 0; i < formats->n && m.most > 0 && status == FQ_OK; i++) {
        const fq_format_id f = (fq_format_id)fq_format_find(formats->v[i]);
        fq_noise_sums whole = {0}, by_row = {0}, theory = {0};
        fq_noise_sums_add(&whole, f, all, (size_t)rows * (size_t)cols);
        for (int r = 0; r < rows; r++)
            fq_noise_sums_add(&by_row, f, all + (size_t)r * (size_t)cols, (size_t)cols);
        fq_noise_sums_expect(&theory, f, &fq_distributions[FQ_DISTRIBUTION_gauss], rms(&m), m.most, m.n);
        status = add_row(v, numbers, "tensor", f, &m, m.most / rms(&m), &whole, &theory);
        if (status == FQ_OK) status = add_row(v, numbers, row_scale, f, &m, m.most / rms(&m), &by_row, NULL);
    }
    free(all);
    return status;
}

static fq_status on_input(void *ctx, int layer, fq_site site, const float *x, size_t stride, int m) {
    const survey *v = ctx;
    const fq_llama_config *c = &v->c->model.checkpoint.config;
    const int width[FQ_SITE_COUNT] = {c->hidden, c->heads * c->head_dim, c->hidden, c->intermediate};
    char name[64];
    snprintf(name, sizeof name, "layers.%d.%s inputs", layer, fq_site_name(site));
    return matrix(v, name, "token", x, stride, m, width[site]);
}

static fq_status weights(const survey *v, const fq_llama *net, fq_arena *arena) {
    for (int l = 0; l < net->built; l++) {
        const fq_layer *L = &net->layer[l];
        const fq_linear *const sites[FQ_SITE_COUNT] = {&L->qkv, &L->o, &L->gate_up, &L->down};
        for (int i = 0; i < FQ_SITE_COUNT; i++) {
            const fq_qmatrix *w = &sites[i]->w;
            const size_t used = arena->used;
            float *x = FQ_NEW(arena, float, (size_t)w->rows *(size_t)w->cols);
            char name[64];
            if (x == NULL) return FQ_ERR_MEMORY;
            for (int r = 0; r < w->rows; r++)
                fq_qmatrix_dequantize(w, r, x + (size_t)r * (size_t)w->cols);
            snprintf(name, sizeof name, "layers.%d.%s weights", l, fq_site_name((fq_site)i));
            FQ_TRY(matrix(v, name, "channel", x, (size_t)w->cols, w->rows, w->cols));
            fq_arena_reset(arena, used);
        }
    }
    return FQ_OK;
}

/* One window of the text through the float32 model. */
static fq_status inputs(survey *v, const fq_scorer *k) {
    const fq_observer observer = {.ctx = v, .input = on_input};
    const int tokens = k->corpus.n < (size_t)v->s->ctx ? (int)k->corpus.n : v->s->ctx;
    fq_session *s;
    FQ_TRY(fq_session_create(k->reference, 1, tokens, tokens, &s));
    s->observer = &observer;
    const fq_status status = fq_session_forward(s, k->corpus.ids, tokens);
    fq_session_free(s);
    return status;
}

static fq_status model(fq_scorer *k, double kappa) {
    const fq_texts none = {NULL, 0};
    fq_arena arena;
    FQ_TRY(fq_scorer_begin(k, kappa, &none, 0));
    survey v = {.c = k->c, .s = k->s, .model = fq_net_model_name(k->c, k->model), .kappa = k->kappa};
    if (v.model == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status status = weights(&v, k->reference, &arena);
    fq_arena_free(&arena);
    return status == FQ_OK ? inputs(&v, k) : status;
}

fq_status fq_scenario_format_sqnr(fq_context *c, const fq_step *step) {
    const survey v = {.c = c, .s = step, .kappa = 1};
    fq_scorer k;
    fq_status status = FQ_OK;
    fq_context_total(c, FQ_DISTRIBUTION_COUNT + step->kappa.n);
    for (int i = 0; i < FQ_DISTRIBUTION_COUNT && status == FQ_OK; i++) {
        fq_context_advance(c, 0, fq_distributions[i].name);
        status = distribution(&v, &fq_distributions[i]);
        fq_context_advance(c, 1, fq_distributions[i].name);
    }
    if (status != FQ_OK) return status;
    status = fq_scorer_open(c, step, &k);
    for (int i = 0; i < step->kappa.n && status == FQ_OK; i++) {
        status = model(&k, step->kappa.v[i]);
        fq_context_advance(c, 1, "tensors");
    }
    fq_scorer_close(&k);
    return status;
}
