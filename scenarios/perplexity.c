/* Accuracy of the variants: perplexity by a named protocol and the distance to the float32 model, in one pass over the
 * text for each group of nets that fits in memory beside the reference. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/host.h"
#include "harness/metric.h"
#include "models/corpus.h"
#include "scenarios/kinds.h"
#include "scenarios/nets.h"

enum { NETS_MOST = 64 };

typedef struct evaluation {
    fq_context *c;
    const fq_step *s;
    const fq_model *model;
    fq_corpus corpus;
    fq_llama *reference;
    int group, seen; /* nets of the current group; windows of it already counted in the progress */
} evaluation;

static void on_window(void *context, int done, int total) {
    evaluation *e = context;
    char what[96];
    snprintf(what, sizeof what, "window %d of %d, %d variant%s", done, total, e->group, e->group == 1 ? "" : "s");
    fq_context_advance(e->c, (double)e->group * (done - e->seen) / total, what);
    e->seen = done;
}

static fq_status add_row(evaluation *e, const fq_evaluation *v) {
    fq_context *c = e->c;
    fq_accuracy_row r;
    fq_accuracy_row_init(&r);
    fq_accuracy_summary a = fq_accuracy_summarize(v->accuracy, (unsigned long)c->seed);
    char note[160] = "";
    const char *lossy = fq_model_lossy(e->model);
    if (lossy != NULL) snprintf(note, sizeof note, "reference is %s, lossy", lossy);
    if (v->net->layers < v->net->config.layers)
        snprintf(note + strlen(note), sizeof note - strlen(note), "%s%d of %d layers", lossy != NULL ? "; " : "",
                 v->net->layers, v->net->config.layers);
    r.model = fq_net_model_name(c, e->model);
    r.variant = v->net->variant->name;
    r.text = fq_arena_printf(&c->arena, "%s", e->corpus.name);
    r.tokens_sha256 = fq_arena_printf(&c->arena, "%s", e->corpus.sha256);
    r.note = fq_arena_printf(&c->arena, "%s", note);
    r.protocol = e->s->protocol;
    r.ctx = e->s->ctx;
    r.windows = a.windows;
    r.tokens = (double)a.tokens;
    r.bits_per_weight = v->net->bits_per_weight;
    r.nll = a.nll;
    r.ppl = a.ppl;
    r.ppl_lo = a.ppl_lo;
    r.ppl_hi = a.ppl_hi;
    if (a.has_reference) {
        r.dppl = a.dppl;
        r.dppl_lo = a.dppl_lo;
        r.dppl_hi = a.dppl_hi;
        r.kld_mean = a.kld_mean;
        r.kld_median = a.kld_median;
        r.kld_p99 = a.kld_p99;
        r.kld_p999 = a.kld_p999;
        r.kld_max = a.kld_max;
        r.top1_pct = a.top1_pct;
    }
    if (fq_variant_needs_calibration(v->net->variant) && c->calibration != NULL)
        r.calibration = fq_arena_printf(&c->arena, "%s", c->calibration->text);
    r.scenario = c->scenario;
    r.build_commit = c->commit;
    r.isa = c->isa;
    r.n_threads = c->threads;
    r.eval_s = v->seconds;
    r.rss_peak_bytes = (double)fq_host_rss_peak_bytes();
    if (r.model == NULL || r.text == NULL || r.tokens_sha256 == NULL || r.note == NULL) return FQ_ERR_MEMORY;
    return fq_context_add_accuracy(c, &r);
}

/* Score the nets of one group and add their rows. */
static fq_status score_group(evaluation *e, fq_evaluation *v, int n) {
    int windows;
    fq_status status = FQ_OK;
    for (int i = 0; i < n && status == FQ_OK; i++)
        status = fq_accuracy_create(&v[i].accuracy);
    e->group = n;
    e->seen = 0;
    if (status == FQ_OK)
        status = fq_perplexity(v, n, e->reference, &e->corpus, e->s->ctx, (fq_protocol)fq_protocol_find(e->s->protocol),
                               e->s->windows, on_window, e, &windows);
    for (int i = 0; i < n && status == FQ_OK; i++)
        status = add_row(e, &v[i]);
    for (int i = 0; i < n; i++)
        fq_accuracy_free(v[i].accuracy);
    return status;
}

/* Build variants first..first+n-1 (the reference stands for f32), score them, free them. */
static fq_status run_group(evaluation *e, int first, int n) {
    fq_evaluation v[NETS_MOST];
    fq_llama *own[NETS_MOST];
    int built = 0, owned = 0;
    fq_status status = FQ_OK;
    memset(v, 0, sizeof v);
    for (int i = 0; i < n && status == FQ_OK; i++) {
        const fq_variant *variant = fq_variant_find(e->s->variants.v[first + i]);
        if (e->reference != NULL && e->reference->variant == variant) {
            v[built++].net = e->reference;
            continue;
        }
        status = fq_net_build(e->c, e->s, variant, 0, &own[owned]);
        if (status == FQ_OK) v[built++].net = own[owned++];
    }
    if (status == FQ_OK) status = score_group(e, v, built);
    while (owned > 0)
        fq_llama_free(own[--owned]);
    return status;
}

fq_status fq_scenario_perplexity(fq_context *c, const fq_step *step) {
    evaluation e = {.c = c, .s = step};
    FQ_TRY(fq_context_model(c, step->model, &e.model));
    FQ_TRY(fq_net_corpus(step, e.model, &e.corpus));
    fq_context_total(c, step->variants.n);
    fq_status status = fq_net_calibrate(c, step);
    if (status == FQ_OK && strcmp(step->reference, "f32") == 0)
        status = fq_net_build(c, step, fq_variant_find("f32"), 0, &e.reference);
    for (int first = 0; first < step->variants.n && status == FQ_OK;) {
        int n = fq_net_group(e.model, &step->variants, first, step->ctx, e.reference != NULL);
        status = run_group(&e, first, n);
        first += n;
    }
    fq_llama_free(e.reference);
    fq_corpus_free(&e.corpus);
    return status;
}
