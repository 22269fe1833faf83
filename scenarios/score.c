/* Groups of nets through one pass over a text. */
#include "scenarios/score.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NETS_MOST = 64 };

fq_status fq_scorer_open(fq_context *c, const fq_step *s, fq_scorer *out) {
    *out = (fq_scorer){.c = c, .s = s, .kappa = 1};
    FQ_TRY(fq_context_model(c, s->model, &out->model));
    return fq_net_corpus(s, out->model, &out->corpus);
}

static void drop_reference(fq_scorer *k) {
    fq_llama_free(k->reference);
    k->reference = NULL;
}

void fq_scorer_close(fq_scorer *k) {
    drop_reference(k);
    fq_corpus_free(&k->corpus);
}

fq_status fq_scorer_begin(fq_scorer *k, double kappa, const fq_texts *variants, int moments) {
    drop_reference(k);
    k->kappa = kappa;
    FQ_TRY(fq_context_outliers(k->c, kappa, k->s->outlier_seed, k->s->outlier_kinds));
    if (fq_model_saved_variant(k->model) != NULL) {
        k->kappa = fmax(1, (double)k->model->outliers.kappa);
        return FQ_OK;
    }
    FQ_TRY(fq_net_calibrate(k->c, k->s, variants, moments));
    if (strcmp(k->s->reference, "f32") != 0) return FQ_OK;
    return fq_net_build(k->c, k->s, fq_variant_find("f32"), 0, &k->reference);
}

static void on_window(void *context, int done, int total) {
    fq_scorer *k = context;
    char what[96];
    snprintf(what, sizeof what, "window %d of %d, %d variant%s", done, total, k->group, k->group == 1 ? "" : "s");
    fq_context_advance(k->c, (double)k->group * (done - k->seen) / total, what);
    k->seen = done;
}

/* Score the nets of one group, the first of which is variant number `first`. */
static fq_status score_group(fq_scorer *k, fq_evaluation *v, int first, int n,
                             fq_status (*done)(void *ctx, int i, fq_evaluation *v), void *ctx) {
    int windows;
    fq_status status = FQ_OK;
    for (int i = 0; i < n && status == FQ_OK; i++)
        status = fq_accuracy_create(&v[i].accuracy);
    k->group = n;
    k->seen = 0;
    if (status == FQ_OK)
        status = fq_perplexity(v, n, k->reference, &k->corpus, k->s->ctx, (fq_protocol)fq_protocol_find(k->s->protocol),
                               k->s->windows, on_window, k, &windows);
    for (int i = 0; i < n && status == FQ_OK; i++)
        status = done(ctx, first + i, &v[i]);
    for (int i = 0; i < n; i++)
        fq_accuracy_free(v[i].accuracy);
    return status;
}

/* Build variants first..first+n-1 (the reference stands for f32), score them, free them. */
static fq_status run_group(fq_scorer *k, const fq_texts *variants, int first, int n,
                           fq_status (*done)(void *ctx, int i, fq_evaluation *v), void *ctx) {
    fq_evaluation v[NETS_MOST];
    fq_llama *own[NETS_MOST];
    int built = 0, owned = 0;
    fq_status status = FQ_OK;
    memset(v, 0, sizeof v);
    for (int i = 0; i < n && status == FQ_OK; i++) {
        const fq_variant *variant = fq_variant_find(variants->v[first + i]);
        if (k->reference != NULL && k->reference->variant == variant) {
            v[built++].net = k->reference;
            continue;
        }
        char what[160];
        snprintf(what, sizeof what, "quantizing %.120s", variant->name);
        fq_context_advance(k->c, 0, what);
        status = fq_net_build(k->c, k->s, variant, 0, &own[owned]);
        if (status == FQ_OK) v[built++].net = own[owned++];
    }
    if (status == FQ_OK) status = score_group(k, v, first, built, done, ctx);
    while (owned > 0)
        fq_llama_free(own[--owned]);
    return status;
}

fq_status fq_scorer_run(fq_scorer *k, const fq_texts *variants, fq_status (*done)(void *ctx, int i, fq_evaluation *v),
                        void *ctx) {
    for (int first = 0; first < variants->n;) {
        int n = fq_net_group(k->model, variants, first, k->s->ctx, k->reference != NULL);
        if (n > NETS_MOST) n = NETS_MOST;
        FQ_TRY(run_group(k, variants, first, n, done, ctx));
        first += n;
    }
    return FQ_OK;
}

const char *fq_scorer_note(const fq_scorer *k, const fq_llama *net) {
    char note[160] = "";
    const char *lossy = fq_model_lossy(k->model);
    const char *what = fq_model_saved_variant(k->model) != NULL ? "source" : "reference";
    if (lossy != NULL) snprintf(note, sizeof note, "%s is %s, lossy", what, lossy);
    if (k->kappa > 1 && k->s->outlier_kinds[0] != 0)
        snprintf(note + strlen(note), sizeof note - strlen(note), "%soutliers in %.40s", note[0] != 0 ? "; " : "",
                 k->s->outlier_kinds);
    if (net->layers < net->config.layers)
        snprintf(note + strlen(note), sizeof note - strlen(note), "%s%d of %d layers", note[0] != 0 ? "; " : "",
                 net->layers, net->config.layers);
    return fq_arena_printf(&k->c->arena, "%s", note);
}
