/* Accuracy of the variants: perplexity by a named protocol and the distance to the float32 model, for each strength of
 * the outliers put into it. */
#include <math.h>

#include "harness/host.h"
#include "quant/mac_cost.h"
#include "scenarios/kinds.h"
#include "scenarios/score.h"

enum { NAMES_MOST = 256 };

/* One row a window, for paired differences of variants. */
static fq_status add_windows(fq_context *c, const fq_accuracy_row *r, const fq_accuracy *a) {
    const int n = fq_accuracy_windows(a);
    const size_t mark = c->arena.used;
    fq_accuracy_window *w = FQ_NEW(&c->arena, fq_accuracy_window, n);
    fq_status s = w != NULL ? FQ_OK : FQ_ERR_MEMORY;
    if (s == FQ_OK) fq_accuracy_each_window(a, w);
    for (int i = 0; i < n && s == FQ_OK; i++) {
        fq_window_row row = {.model = r->model,
                             .variant = r->variant,
                             .text = r->text,
                             .protocol = r->protocol,
                             .ctx = r->ctx,
                             .kappa = r->kappa,
                             .note = r->note,
                             .tokens_sha256 = r->tokens_sha256,
                             .window = i,
                             .tokens = w[i].tokens,
                             .nll = w[i].nll,
                             .nll_ref = w[i].nll_ref,
                             .kld = w[i].kld};
        s = fq_context_add_window(c, &row);
    }
    fq_arena_reset(&c->arena, mark);
    return s;
}

static fq_status add_row(void *scorer, int i, fq_evaluation *v) {
    const fq_scorer *k = scorer;
    fq_context *c = k->c;
    const fq_variant *variant = v->net->variant;
    fq_accuracy_row r;
    (void)i;
    if (fq_context_kept_accuracy(c, variant->name, k->kappa)) return FQ_OK;
    fq_accuracy_row_init(&r);
    fq_accuracy_summary a = fq_accuracy_summarize(v->accuracy, (unsigned long)c->seed);
    r.model = fq_net_model_name(c, k->model);
    r.variant = variant->name;
    r.text = fq_arena_printf(&c->arena, "%s", k->corpus.name);
    r.tokens_sha256 = fq_arena_printf(&c->arena, "%s", k->corpus.sha256);
    r.note = fq_scorer_note(k, v->net);
    r.protocol = k->s->protocol;
    r.ctx = k->s->ctx;
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
    if (v->net->calibration != NULL) r.calibration = fq_arena_printf(&c->arena, "%s", v->net->calibration);
    if (fq_variant_needs_calibration(variant) && c->calibration != NULL) r.calibrate_s = c->calibration->seconds;
    r.kappa = k->kappa;
    if (variant->w->group != FQ_NO_SCALE) r.method = variant->method->name;
    if (fq_model_saved_variant(v->net->model) == NULL) r.quantize_s = v->net->build_s;
    if (variant->policy == NULL && variant->map == NULL && variant->lorc == 0)
        r.mac_cells = fq_mac_cells(variant->w->code, variant->a->code);
    r.kv_bits = fq_recipe_bits(variant->kv, v->net->config.head_dim);
    r.scenario = c->scenario;
    r.build_commit = c->commit;
    r.isa = c->isa;
    r.n_threads = c->threads;
    r.eval_s = v->seconds;
    r.rss_peak_bytes = (double)fq_host_rss_peak_bytes();
    if (r.model == NULL || r.text == NULL || r.tokens_sha256 == NULL || r.note == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(fq_context_add_accuracy(c, &r));
    FQ_TRY(add_windows(c, &r, v->accuracy));
    return fq_context_part_done(c);
}

/* The variants without those that an interrupted run has left rows of. */
static fq_texts not_kept(const fq_context *c, const fq_step *s, double kappa, const char *names[NAMES_MOST]) {
    fq_texts left = {names, 0};
    for (int i = 0; i < s->variants.n && i < NAMES_MOST; i++)
        if (!fq_context_kept_accuracy(c, fq_variant_find(s->variants.v[i])->name, kappa))
            names[left.n++] = s->variants.v[i];
    return left;
}

fq_status fq_scenario_perplexity(fq_context *c, const fq_step *step) {
    fq_scorer k;
    fq_status status = fq_scorer_open(c, step, &k);
    if (status == FQ_OK) fq_context_total(c, (double)step->variants.n * step->kappa.n);
    for (int i = 0; i < step->kappa.n && status == FQ_OK; i++) {
        const char *names[NAMES_MOST];
        const fq_texts variants = not_kept(c, step, step->kappa.v[i], names);
        if (variants.n == 0) continue;
        status = fq_scorer_begin(&k, step->kappa.v[i], &variants, 0);
        if (status == FQ_OK) status = fq_scorer_run(&k, &variants, add_row, &k);
    }
    fq_scorer_close(&k);
    return status;
}
