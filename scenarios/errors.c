/* Where the error of a variant comes from: each of its number formats and transforms left out, each number format
 * alone, all against the full variant on the same windows; and the noise in every projection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/kinds.h"
#include "scenarios/layer_errors.h"

enum { STEPS_MOST = 48, NAME = 512 };

typedef struct part {
    const char *kind; /* column kind */
    char step[32];    /* "W4", "pre-rope" ... */
} part;

/* The runs of one variant, the full one first. */
typedef struct plan {
    fq_scorer *k;
    const fq_variant *variant;
    part part[STEPS_MOST];
    const char *name[STEPS_MOST];
    int n;
    fq_accuracy *accuracy[STEPS_MOST];
    double bits[STEPS_MOST], seconds[STEPS_MOST];
    const char *note[STEPS_MOST];
} plan;

/* ---- which steps a variant has ---- */

static fq_status add_part(plan *p, const char *kind, const char *step, const char *change) {
    FQ_ASSERT(p->n < STEPS_MOST);
    const char *base = p->variant->name, *joint = change[0] == 0 ? "" : strchr(base, ':') != NULL ? "+" : ":";
    p->part[p->n].kind = kind;
    snprintf(p->part[p->n].step, sizeof p->part[0].step, "%s", step);
    p->name[p->n] = fq_arena_printf(&p->k->c->arena, "%s%s%s", base, joint, change);
    return p->name[p->n++] == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

/* The number formats of a variant: the key that changes one, and what it is without quantizing. */
typedef struct slot {
    const char *letter, *key, *off;
    const fq_recipe *recipe;
} slot;
enum { SLOTS = 5 };

static void slots_of(const fq_variant *v, slot out[SLOTS]) {
    const slot all[SLOTS] = {{"W", "w", "w.bf16", v->w},
                             {"A", "a", "a.bf16", v->a},
                             {"KV", "kv", "kv.bf16", v->kv},
                             {"Q", "q", "q.bf16", v->q},
                             {"P", "p", "p.bf16", v->p}};
    memcpy(out, all, sizeof all);
}

static int quantizes(const slot *s) {
    return fq_formats[s->recipe->code].bits < 16;
}

static void slot_name(const slot *s, char out[16]) {
    snprintf(out, 16, "%s%d", s->letter, fq_formats[s->recipe->code].bits);
}

static fq_status plan_formats(plan *p, const slot slots[SLOTS]) {
    char name[16], change[NAME];
    for (int i = 0; i < SLOTS; i++) {
        if (!quantizes(&slots[i])) continue;
        slot_name(&slots[i], name);
        snprintf(change, sizeof change, "%s=%s", slots[i].key, slots[i].off);
        FQ_TRY(add_part(p, "leave-one-out", name, change));
    }
    return FQ_OK;
}

static fq_status plan_transforms(plan *p) {
    char change[NAME];
    for (int bit = 0; fq_transform_name(bit) != NULL; bit++) {
        if ((p->variant->transforms & 1 << bit) == 0) continue;
        snprintf(change, sizeof change, "no=%s", fq_transform_name(bit));
        FQ_TRY(add_part(p, "leave-one-out", fq_transform_name(bit), change));
    }
    if (p->variant->method != &fq_methods[FQ_METHOD_RTN])
        FQ_TRY(add_part(p, "leave-one-out", p->variant->method->name, "method=rtn"));
    return FQ_OK;
}

/* All other number formats off. The transforms stay: they change nothing by themselves, and the step that is left has
 * them in the variant too. */
static fq_status plan_only(plan *p, const slot slots[SLOTS]) {
    char name[16], change[NAME];
    int quantized = 0;
    for (int i = 0; i < SLOTS; i++)
        quantized += quantizes(&slots[i]);
    for (int i = 0; i < SLOTS && quantized > 1; i++) {
        if (!quantizes(&slots[i])) continue;
        change[0] = 0;
        for (int j = 0; j < SLOTS; j++) {
            const size_t used = strlen(change);
            if (j != i && quantizes(&slots[j]))
                snprintf(change + used, sizeof change - used, "%s%s=%s", used > 0 ? "+" : "", slots[j].key,
                         slots[j].off);
        }
        slot_name(&slots[i], name);
        FQ_TRY(add_part(p, "only-one", name, change));
    }
    return FQ_OK;
}

static fq_status make_plan(plan *p) {
    slot slots[SLOTS];
    slots_of(p->variant, slots);
    FQ_TRY(add_part(p, "full", "", ""));
    FQ_TRY(plan_formats(p, slots));
    FQ_TRY(plan_transforms(p));
    return plan_only(p, slots);
}

/* ---- rows ---- */

static fq_status keep(void *context, int i, fq_evaluation *v) {
    plan *p = context;
    p->accuracy[i] = v->accuracy;
    v->accuracy = NULL;
    p->bits[i] = v->net->bits_per_weight;
    p->seconds[i] = v->seconds;
    p->note[i] = fq_scorer_note(p->k, v->net);
    return p->note[i] != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

static fq_status add_row(const plan *p, int i) {
    const fq_scorer *k = p->k;
    fq_context *c = k->c;
    fq_accuracy_summary a = fq_accuracy_summarize(p->accuracy[i], (unsigned long)c->seed);
    fq_error_row r;
    fq_error_row_init(&r);
    r.model = fq_net_model_name(c, k->model);
    r.variant = p->variant->name;
    r.text = fq_arena_printf(&c->arena, "%s", k->corpus.name);
    r.protocol = k->s->protocol;
    r.ctx = k->s->ctx;
    r.windows = a.windows;
    r.tokens = (double)a.tokens;
    r.kappa = k->kappa;
    r.kind = p->part[i].kind;
    r.step = fq_arena_printf(&c->arena, "%s", p->part[i].step);
    r.ran = p->name[i];
    r.bits_per_weight = p->bits[i];
    r.ppl = a.ppl;
    r.dppl = a.dppl;
    r.dppl_lo = a.dppl_lo;
    r.dppl_hi = a.dppl_hi;
    r.kld_mean = a.kld_mean;
    r.top1_pct = a.top1_pct;
    if (i > 0) {
        /* cppcheck-suppress arrayIndexOutOfBoundsCond ; i is a step that ran */
        fq_accuracy_difference d = fq_accuracy_compare(p->accuracy[i], p->accuracy[0], (unsigned long)c->seed);
        r.dppl_vs_full = d.ppl;
        r.dppl_vs_full_lo = d.ppl_lo;
        r.dppl_vs_full_hi = d.ppl_hi;
        r.kld_vs_full = d.kld;
        r.kld_vs_full_lo = d.kld_lo;
        r.kld_vs_full_hi = d.kld_hi;
    }
    r.eval_s = p->seconds[i];
    if (c->calibration != NULL) r.calibration = fq_arena_printf(&c->arena, "%s", c->calibration->text);
    r.scenario = c->scenario;
    r.build_commit = c->commit;
    r.isa = c->isa;
    r.n_threads = c->threads;
    r.note = p->note[i];
    if (r.model == NULL || r.text == NULL || r.step == NULL) return FQ_ERR_MEMORY;
    return fq_context_add_error(c, &r);
}

static fq_status run_variant(fq_scorer *k, const fq_variant *v) {
    plan p = {.k = k, .variant = v};
    fq_status status = make_plan(&p);
    const fq_texts names = {p.name, p.n};
    if (status == FQ_OK) status = fq_scorer_run(k, &names, keep, &p);
    for (int i = 0; i < p.n && status == FQ_OK; i++)
        status = add_row(&p, i);
    for (int i = 0; i < p.n; i++)
        fq_accuracy_free(p.accuracy[i]);
    if (status == FQ_OK) status = fq_layer_errors(k, v);
    fq_context_advance(k->c, 1, "layers");
    return status;
}

/* Runs of all variants, for the progress. */
static fq_status count_runs(fq_scorer *k, double *total) {
    *total = 0;
    for (int i = 0; i < k->s->variants.n; i++) {
        plan p = {.k = k, .variant = fq_variant_find(k->s->variants.v[i])};
        if (fq_net_is_float(p.variant)) continue;
        FQ_TRY(make_plan(&p));
        *total += (p.n + 1) * k->s->kappa.n;
    }
    return FQ_OK;
}

fq_status fq_scenario_errors(fq_context *c, const fq_step *step) {
    const double moments_most = 4e9; /* bytes of second moments that are worth it for the column output_error */
    fq_scorer k;
    double total;
    fq_status status = fq_scorer_open(c, step, &k);
    if (status == FQ_OK && (status = count_runs(&k, &total)) == FQ_OK) fq_context_total(c, total);
    for (int i = 0; i < step->kappa.n && status == FQ_OK; i++) {
        const int moments = fq_net_moment_bytes(k.model, step->layers) <= moments_most;
        status = fq_scorer_begin(&k, step->kappa.v[i], &step->variants, moments);
        for (int j = 0; j < step->variants.n && status == FQ_OK; j++) {
            const fq_variant *v = fq_variant_find(step->variants.v[j]);
            if (!fq_net_is_float(v)) status = run_variant(&k, v);
        }
    }
    fq_scorer_close(&k);
    return status;
}
