/* Recommendations from measured rows. */
#include "scenarios/recommend.h"

#include <math.h>
#include <string.h>

#include "harness/cells.h"

enum { RECIPES_MOST = 64, SITUATIONS = 6, FLOORS = 2 };

static const double floors[FLOORS] = {99, 95}; /* percent of recovery */
static const double served_margin = 0.03;

/* One situation's number for one variant, as a multiple of the baseline's; higher is better. NAN: not measured. */
typedef struct gain {
    double x, lo, hi;
} gain;

typedef struct recipe {
    const char *name;
    double bits, recovery, recovery_lo, recovery_hi, top1;
    double ttft_ms, stream_ts, side_ts, served_ts, goodput_rps;
    gain of[SITUATIONS];
} recipe;

static int passed(const char *verdict) {
    return fq_same_text(verdict, "PASS");
}

static const fq_accuracy_row *accuracy_of(const fq_rows *rows, const char *model, const char *variant) {
    for (int i = 0; i < rows->n_accuracy; i++) {
        const fq_accuracy_row *a = &rows->accuracy[i];
        if (!(a->kappa > 1) && fq_same_text(a->variant, variant) && fq_same_text(a->model, model)) return a;
    }
    return NULL;
}

/* The point of a situation: the baseline's row, whose shape the others must have. */
static const fq_result *point(const fq_rows *rows, const char *model, const char *op, int most_batch,
                              const char *baseline) {
    const fq_result *best = NULL;
    for (int i = 0; i < rows->n_results; i++) {
        const fq_result *r = &rows->results[i];
        if (!fq_same_text(r->op, op) || !fq_same_text(r->variant, baseline) || !fq_same_text(r->model, model)) continue;
        if (!passed(r->verdict) || (!most_batch && r->batch != 1) || (most_batch && !(r->batch > 1))) continue;
        if (best == NULL || (most_batch && r->batch > best->batch) ||
            (r->batch == best->batch && r->n_prompt > best->n_prompt))
            best = r;
    }
    return best;
}

static const fq_result *like(const fq_rows *rows, const fq_result *p, const char *variant) {
    for (int i = 0; p != NULL && i < rows->n_results; i++) {
        const fq_result *r = &rows->results[i];
        if (fq_same_text(r->op, p->op) && fq_same_text(r->model, p->model) && fq_same_text(r->variant, variant) &&
            r->batch == p->batch && r->n_prompt == p->n_prompt && r->n_gen == p->n_gen &&
            r->n_threads == p->n_threads && passed(r->verdict))
            return r;
    }
    return NULL;
}

/* load 0: all at once; else the highest load. */
static const fq_serve_row *serving(const fq_rows *rows, const char *model, int loaded, const char *variant,
                                   const fq_serve_row *as) {
    const fq_serve_row *best = NULL;
    for (int i = 0; i < rows->n_serve; i++) {
        const fq_serve_row *r = &rows->serve[i];
        if (!fq_same_text(r->model, model) || !fq_same_text(r->variant, variant) || !passed(r->verdict)) continue;
        if (loaded ? !(r->load > 0) : r->load != 0) continue;
        if (as != NULL && (r->slots != as->slots || r->load != as->load || r->n_threads != as->n_threads ||
                           !fq_same_text(r->trace, as->trace)))
            continue;
        if (best == NULL || r->slots > best->slots || (r->slots == best->slots && r->load > best->load)) best = r;
    }
    return best;
}

static gain paired(const fq_result *r) {
    if (r == NULL) return (gain){NAN, NAN, NAN};
    return (gain){r->speedup, isnan(r->speedup_lo) ? r->speedup : r->speedup_lo,
                  isnan(r->speedup_hi) ? r->speedup : r->speedup_hi};
}

static gain ratio(double x, double base) {
    const double g = x / base;
    return (gain){g, g * (1 - served_margin), g * (1 + served_margin)};
}

static void fill(const fq_rows *rows, const char *model, const char *baseline, const fq_accuracy_row *base,
                 const fq_accuracy_row *a, recipe *r) {
    const fq_result *const prefill = point(rows, model, "prefill", 0, baseline);
    const fq_result *const stream = point(rows, model, "decode", 0, baseline);
    const fq_result *const side = point(rows, model, "decode", 1, baseline);
    const fq_serve_row *const burst = serving(rows, model, 0, baseline, NULL);
    const fq_serve_row *const loaded = serving(rows, model, 1, baseline, NULL);
    *r = (recipe){.name = a->variant,
                  .bits = a->bits_per_weight,
                  .recovery = 100 * base->ppl / a->ppl,
                  .recovery_lo = 100 * base->ppl / (a->ppl + (a->dppl_hi - a->dppl)),
                  .recovery_hi = 100 * base->ppl / (a->ppl - (a->dppl - a->dppl_lo)),
                  .top1 = a->top1_pct};
    const fq_result *x;
    r->ttft_ms = (x = like(rows, prefill, a->variant)) != NULL ? x->ttft_ms : NAN;
    r->of[0] = paired(x);
    r->stream_ts = (x = like(rows, stream, a->variant)) != NULL ? x->decode_ts : NAN;
    r->of[1] = paired(x);
    r->side_ts = (x = like(rows, side, a->variant)) != NULL ? x->decode_ts : NAN;
    r->of[2] = paired(x);
    const fq_serve_row *s = burst != NULL ? serving(rows, model, 0, a->variant, burst) : NULL;
    r->served_ts = s != NULL ? s->output_ts : NAN;
    r->of[3] = s != NULL ? ratio(s->output_ts, burst->output_ts) : (gain){NAN, NAN, NAN};
    s = loaded != NULL ? serving(rows, model, 1, a->variant, loaded) : NULL;
    r->goodput_rps = s != NULL ? s->goodput_rps : NAN;
    r->of[4] =
        s != NULL && loaded->goodput_rps > 0 ? ratio(s->goodput_rps, loaded->goodput_rps) : (gain){NAN, NAN, NAN};
    const double smaller = base->bits_per_weight / a->bits_per_weight;
    r->of[5] = (gain){smaller, smaller, smaller};
}

/* The best of a situation among those that keep enough, and those that cannot be told from it. */
static void recommend(fq_cells *t, int column, const recipe *r, int n, int situation, double floor) {
    const recipe *best = NULL;
    char text[512];
    for (int i = 0; i < n; i++)
        if (r[i].recovery >= floor && !isnan(r[i].of[situation].x) &&
            (best == NULL || r[i].of[situation].x > best->of[situation].x))
            best = &r[i];
    if (best == NULL) return;
    int used = snprintf(text, sizeof text, "`%s` (%.2fx)", best->name, best->of[situation].x);
    for (int i = 0; i < n; i++) {
        const gain *g = &r[i].of[situation];
        if (&r[i] == best || !(r[i].recovery >= floor) || !(g->hi >= best->of[situation].lo)) continue;
        if (used < (int)sizeof text) used += snprintf(text + used, sizeof text - (size_t)used, " or `%s`", r[i].name);
    }
    fq_cells_set(t, column, "%s", text);
}

static fq_status print_recipes(FILE *f, const recipe *r, int n, const char *model, const char *baseline,
                               fq_arena *arena) {
    static const fq_cell_column columns[] = {{"variant", 0},
                                             {"bits a weight", 1},
                                             {"recovery %", 1},
                                             {"same top-1 %", 1},
                                             {"first token ms", 1},
                                             {"tokens/s, one stream", 1},
                                             {"tokens/s, side by side", 1},
                                             {"tokens/s served", 1},
                                             {"goodput/s", 1}};
    fq_cells t = fq_cells_make(arena, columns, sizeof columns / sizeof columns[0]);
    fprintf(f, "**what each recipe keeps and gives**, model %s, recovery of `%s`\n\n", model, baseline);
    for (int i = 0; i < n; i++) {
        fq_cells_row(&t);
        fq_cells_set(&t, 0, "`%s`", r[i].name);
        fq_cells_number(&t, 1, r[i].bits);
        if (isnan(r[i].recovery_lo) || fq_same_text(r[i].name, baseline))
            fq_cells_set(&t, 2, "%.2f", r[i].recovery);
        else
            fq_cells_set(&t, 2, "%.2f [%.2f, %.2f]", r[i].recovery, r[i].recovery_lo, r[i].recovery_hi);
        fq_cells_number(&t, 3, r[i].top1);
        fq_cells_number(&t, 4, r[i].ttft_ms);
        fq_cells_number(&t, 5, r[i].stream_ts);
        fq_cells_number(&t, 6, r[i].side_ts);
        fq_cells_number(&t, 7, r[i].served_ts);
        fq_cells_number(&t, 8, r[i].goodput_rps);
    }
    FQ_TRY(fq_cells_markdown(f, &t));
    fputc('\n', f);
    return FQ_OK;
}

static fq_status print_situations(FILE *f, const recipe *r, int n, const char *baseline, fq_arena *arena) {
    static const char *const names[SITUATIONS] = {
        "one user, long prompts: time to first token", "one user, long answers: tokens a second",
        "many streams in step: tokens a second",       "server, all at once: tokens a second",
        "server under load: requests in time",         "memory: stored bits"};
    static const fq_cell_column columns[] = {{"situation", 0}, {"keeping 99 %", 0}, {"keeping 95 %", 0}};
    fq_cells t = fq_cells_make(arena, columns, 1 + FLOORS);
    fprintf(f, "**recommended**, times what `%s` reaches\n\n", baseline);
    for (int s = 0; s < SITUATIONS; s++) {
        int measured = 0;
        for (int i = 0; i < n; i++)
            measured += !isnan(r[i].of[s].x);
        if (measured < 2) continue;
        fq_cells_row(&t);
        fq_cells_set(&t, 0, "%s", names[s]);
        for (int k = 0; k < FLOORS; k++)
            recommend(&t, 1 + k, r, n, s, floors[k]);
    }
    FQ_TRY(fq_cells_markdown(f, &t));
    fputc('\n', f);
    return FQ_OK;
}

static fq_status print_model(FILE *f, const fq_rows *rows, const char *model, const char *baseline, fq_arena *arena) {
    recipe r[RECIPES_MOST];
    int n = 0, timed = 0;
    const fq_accuracy_row *base = accuracy_of(rows, model, baseline);
    if (base == NULL) return FQ_OK;
    for (int i = 0; i < rows->n_accuracy && n < RECIPES_MOST; i++) {
        const fq_accuracy_row *a = &rows->accuracy[i];
        if (accuracy_of(rows, model, a->variant) != a) continue;
        fill(rows, model, baseline, base, a, &r[n]);
        int any = 0;
        for (int s = 0; s < SITUATIONS - 1; s++)
            any |= !isnan(r[n].of[s].x);
        timed += any && a != base;
        n += any;
    }
    if (timed == 0) return FQ_OK;
    FQ_TRY(print_recipes(f, r, n, model, baseline, arena));
    return print_situations(f, r, n, baseline, arena);
}

fq_status fq_recommend_print(FILE *f, const fq_rows *rows, fq_arena *arena) {
    for (int i = 0; i < rows->n_results; i++) {
        const fq_result *r = &rows->results[i];
        int first = r->baseline != NULL && r->variant != NULL && r->model != NULL;
        for (int k = 0; k < i && first; k++)
            first = !(rows->results[k].baseline != NULL && fq_same_text(rows->results[k].model, r->model));
        if (first) FQ_TRY(print_model(f, rows, r->model, r->baseline, arena));
    }
    return FQ_OK;
}
