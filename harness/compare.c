/* Pairs the rows of two sides and judges each. A row is known by its test_id, so files of different builds, and with
 * rows in another order, can be held against each other. */
#include "harness/compare.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats.h"

enum { RUNS_LEAST = 4, HALF_LEAST = 4 };
static const double level = 0.95;

typedef struct side {
    const fq_folder *run;
    int n;
} side;

/* The numbers of one row on one side. */
typedef struct units {
    double *v;     /* what the test sees */
    int n;         /* units */
    double median; /* of all samples, or of the runs' medians */
    double *noise; /* ratios of this side to itself */
    int n_noise;
    const fq_result *row; /* of the last run that has it */
} units;

fq_compare_options fq_compare_defaults(void) {
    fq_compare_options o = {.threshold_pct = 3, .alpha = 0.05, .power = 0.8};
    return o;
}

static int same_number(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static int is_pass(const fq_result *r) {
    return fq_same_text(r->verdict, "PASS") && r->median_ns > 0;
}

static const fq_result *find_result(const fq_folder *f, const fq_result *like) {
    for (int i = 0; i < f->n_results; i++)
        if (fq_same_text(f->results[i].test_id, like->test_id) && fq_same_text(f->results[i].scenario, like->scenario))
            return &f->results[i];
    return NULL;
}

/* ---- units ---- */

/* The row that speaks for its side: a wrong result in any run does, else a run with a time, else the last one. A time
 * that is INVALID in one run (its ceilings were taken in a bad moment) says nothing of the others. */
static void speak(units *u, const fq_result *row) {
    const int wrong = u->row != NULL && fq_same_text(u->row->verdict, "FAIL");
    const int timed = u->row != NULL && is_pass(u->row);
    if (!wrong && (fq_same_text(row->verdict, "FAIL") || is_pass(row) || !timed)) u->row = row;
}

static double median_of(const double *x, int n) {
    return fq_stats_percentile(x, n, 50);
}

static int gather(const fq_folder *f, const fq_result *like, double *out) {
    int n = 0;
    for (int i = 0; i < f->n_samples; i++) {
        const fq_sample *s = &f->samples[i];
        if (!fq_same_text(s->test_id, like->test_id) || !fq_same_text(s->scenario, like->scenario) || !(s->t_ns > 0))
            continue;
        out[n++] = s->t_ns;
    }
    return n;
}

/* Even runs against odd ones is a comparison of the same kind, of half the size. */
static void noise_by_run(units *u) {
    double half[2][1024];
    int n[2] = {0, 0};
    for (int i = 0; i < u->n && n[0] < 1024; i++)
        half[i % 2][n[i % 2]++] = u->v[i];
    if (n[1] < 2) return;
    u->noise[u->n_noise++] = exp(log(median_of(half[0], n[0]) / median_of(half[1], n[1])) / sqrt(2));
}

static fq_status units_by_run(const side *s, const fq_result *like, int by_minimum, fq_arena *arena, units *u) {
    u->v = FQ_NEW(arena, double, s->n);
    u->noise = FQ_NEW(arena, double, 1);
    if (u->v == NULL || u->noise == NULL) return FQ_ERR_MEMORY;
    for (int r = 0; r < s->n; r++) {
        const fq_result *row = find_result(&s->run[r], like);
        if (row == NULL) continue;
        speak(u, row);
        const double t = by_minimum && row->min_ns > 0 ? row->min_ns : row->median_ns;
        if (is_pass(row)) u->v[u->n++] = t;
    }
    u->median = median_of(u->v, u->n);
    noise_by_run(u);
    return FQ_OK;
}

static fq_status units_by_sample(const side *s, const fq_result *like, fq_arena *arena, units *u) {
    int room = 0;
    for (int r = 0; r < s->n; r++)
        room += s->run[r].n_samples;
    double *all = FQ_NEW(arena, double, room + 1), *medians = FQ_NEW(arena, double, s->n);
    u->v = FQ_NEW(arena, double, room + 1);
    u->noise = FQ_NEW(arena, double, s->n + s->n * (s->n - 1) / 2);
    if (all == NULL || medians == NULL || u->v == NULL || u->noise == NULL) return FQ_ERR_MEMORY;
    int n_all = 0, n_medians = 0;
    for (int r = 0; r < s->n; r++) {
        const fq_result *row = find_result(&s->run[r], like);
        if (row == NULL) continue;
        speak(u, row);
        if (!is_pass(row)) continue;
        double *x = all + n_all;
        const int n = gather(&s->run[r], like, x), half = n / 2;
        n_all += n;
        u->n += fq_contrast_independent(x, n, u->v + u->n);
        medians[n_medians++] = row->median_ns;
        if (half >= HALF_LEAST) u->noise[u->n_noise++] = median_of(x, half) / median_of(x + n - half, half);
    }
    for (int i = 0; i < n_medians; i++)
        for (int j = 0; j < i; j++)
            u->noise[u->n_noise++] = medians[i] / medians[j];
    u->median = n_all > 0 ? median_of(all, n_all) : median_of(medians, n_medians);
    return FQ_OK;
}

/* ---- times ---- */

typedef struct pair_of_units {
    units base, fresh;
} pair_of_units;

static double pct(double ratio) {
    return 100 * (ratio - 1);
}

/* Distance from 1 as a share, the same for 1.1 and 1 / 1.1. */
static double apart_pct(double ratio) {
    return pct(exp(fabs(log(ratio))));
}

static fq_change new_change(const char *kind, const char *id) {
    fq_change c = {.kind = kind,
                   .test_id = fq_or_empty(id),
                   .base_value = NAN,
                   .new_value = NAN,
                   .change_pct = NAN,
                   .lo_pct = NAN,
                   .hi_pct = NAN,
                   .p = NAN,
                   .p_adjusted = NAN,
                   .limit_pct = NAN,
                   .n_base = NAN,
                   .n_new = NAN,
                   .needed = NAN,
                   .reason = ""};
    return c;
}

static void measure_change(const pair_of_units *u, int by_minimum, fq_change *c) {
    c->metric = by_minimum ? "min_ns" : "median_ns";
    c->base_value = u->base.median;
    c->new_value = u->fresh.median;
    c->n_base = u->base.n;
    c->n_new = u->fresh.n;
    fq_ratio r = fq_contrast_shift(u->base.v, u->base.n, u->fresh.v, u->fresh.n, level);
    c->change_pct = pct(isnan(r.ratio) ? u->fresh.median / u->base.median : r.ratio);
    c->lo_pct = pct(r.lo);
    c->hi_pct = pct(r.hi);
    c->p = fq_contrast_mann_whitney(u->base.v, u->base.n, u->fresh.v, u->fresh.n).p;
}

/* Largest noise that 95 of 100 self-comparisons stay below. */
static double noise_floor(const pair_of_units *u, int n, fq_arena *arena) {
    int room = 0, found = 0;
    for (int i = 0; i < n; i++)
        room += u[i].base.n_noise + u[i].fresh.n_noise;
    double *all = FQ_NEW(arena, double, room + 1);
    if (all == NULL) return NAN;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < u[i].base.n_noise; k++)
            all[found++] = apart_pct(u[i].base.noise[k]);
        for (int k = 0; k < u[i].fresh.n_noise; k++)
            all[found++] = apart_pct(u[i].fresh.noise[k]);
    }
    return fq_stats_percentile(all, found, 95);
}

static double units_needed(const pair_of_units *u, const fq_compare_options *o, int tests) {
    const double a = fq_contrast_log_sd(u->base.v, u->base.n), b = fq_contrast_log_sd(u->fresh.v, u->fresh.n);
    const double sd = fmax(a, b), alpha = o->alpha / (tests > 0 ? tests : 1);
    const double effect = log1p(fmax(o->threshold_pct, 0.1) / 100);
    double n = fq_contrast_samples(sd, effect, alpha, o->power);
    /* However quiet: fewer units cannot reach that level, whatever they say. */
    for (int least = 2; least < 100; least++)
        if (2 / exp(lgamma(2.0 * least + 1) - 2 * lgamma(least + 1.0)) <= alpha) {
            n = isnan(n) ? n : fmax(n, least);
            break;
        }
    return n;
}

/* The same ratio the other way: 100 becomes -50. */
static double inverse_pct(double x) {
    return pct(1 / (1 + x / 100));
}

/* Interval wholly within the threshold on both sides of no change. */
static int ruled_out(const fq_change *c, double threshold_pct) {
    return c->lo_pct >= inverse_pct(threshold_pct) && c->hi_pct <= threshold_pct;
}

/* Samples of one run say nothing of what differs from run to run, so their interval must be clear of the floor. */
static int is_clear(const fq_change *c, double noise_pct, int by_run) {
    return by_run || isnan(noise_pct) || c->lo_pct > noise_pct || c->hi_pct < inverse_pct(noise_pct);
}

static fq_status judge_time(const pair_of_units *u, const fq_compare_options *o, double noise_pct, int tests,
                            int by_run, fq_arena *arena, fq_change *c) {
    const char *unit = by_run ? "runs" : "independent samples";
    const double apart = apart_pct(1 + c->change_pct / 100);
    c->limit_pct = fmax(o->threshold_pct, isnan(noise_pct) ? 0 : noise_pct);
    c->needed = units_needed(u, o, tests);
    if (isnan(c->p)) {
        c->verdict = "AMBIGUOUS";
        c->reason = "no samples of both sides";
    } else if (apart > c->limit_pct && c->p_adjusted < o->alpha && is_clear(c, noise_pct, by_run)) {
        c->verdict = c->change_pct > 0 ? "SLOWER" : "FASTER";
    } else if (ruled_out(c, o->threshold_pct)) {
        c->verdict = "SAME";
    } else {
        c->verdict = "AMBIGUOUS";
        if (apart > o->threshold_pct && (apart <= c->limit_pct || !is_clear(c, noise_pct, by_run)))
            c->reason = fq_arena_printf(arena, "not clear of the noise floor of %.1f %%", noise_pct);
        else if (isnan(c->lo_pct))
            c->reason = fq_arena_printf(arena, "%.0f and %.0f %s: too few for an interval", c->n_base, c->n_new, unit);
        else if (apart > c->limit_pct)
            c->reason = fq_arena_printf(arena, "adjusted p %.2g with %.0f and %.0f %s", c->p_adjusted, c->n_base,
                                        c->n_new, unit);
        else
            c->reason = fq_arena_printf(arena, "the interval reaches over %.3g %%", o->threshold_pct);
    }
    return c->reason != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

/* Rows that `a` has and no earlier run of its side listed already. */
static int listed(const side *s, int run, int i) {
    const fq_result *row = &s->run[run].results[i];
    for (int r = 0; r <= run; r++) {
        const fq_result *found = find_result(&s->run[r], row);
        if (found != NULL) return found != row;
    }
    return 0;
}

static const fq_result *find_on(const side *s, const fq_result *like) {
    for (int r = 0; r < s->n; r++) {
        const fq_result *row = find_result(&s->run[r], like);
        if (row != NULL) return row;
    }
    return NULL;
}

static fq_status take(const side *s, const fq_result *like, int by_run, int by_minimum, fq_arena *arena, units *u) {
    return by_run ? units_by_run(s, like, by_minimum, arena, u) : units_by_sample(s, like, arena, u);
}

static fq_status compare_row(const side *base, const side *fresh, const fq_result *row, int by_run, int by_minimum,
                             fq_arena *arena, pair_of_units *u, fq_change *c) {
    *c = new_change("time", row->test_id);
    FQ_TRY(take(base, row, by_run, by_minimum, arena, &u->base));
    FQ_TRY(take(fresh, row, by_run, by_minimum, arena, &u->fresh));
    const fq_result *before = u->base.row, *after = u->fresh.row;
    if (before == NULL) {
        c->verdict = "ADDED";
        c->new_value = u->fresh.median;
    } else if (after == NULL) {
        c->verdict = "MISSING";
        c->base_value = u->base.median;
    } else if (is_pass(before) && !is_pass(after)) {
        c->verdict = "BROKEN";
        c->base_value = u->base.median;
        c->reason = fq_arena_printf(arena, "%s: %s", after->verdict ? after->verdict : "no verdict",
                                    after->reason ? after->reason : "");
    } else if (!is_pass(after)) {
        c->verdict = fq_same_text(before->verdict, after->verdict) ? "SAME" : "AMBIGUOUS";
        c->reason = fq_arena_printf(arena, "no time on either side: %s", after->verdict ? after->verdict : "");
    } else if (!is_pass(before)) {
        c->verdict = "ADDED";
        c->new_value = u->fresh.median;
        c->reason = fq_arena_printf(arena, "was %s", before->verdict ? before->verdict : "without a verdict");
    } else {
        measure_change(u, by_run && by_minimum, c);
    }
    return c->reason != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

static fq_status compare_times(const side *base, const side *fresh, const fq_compare_options *o, fq_arena *arena,
                               fq_comparison *out, int room) {
    pair_of_units *u = FQ_NEW(arena, pair_of_units, room);
    double *p = FQ_NEW(arena, double, room);
    fq_ratio *ratio = FQ_NEW(arena, fq_ratio, room);
    if (u == NULL || p == NULL || ratio == NULL) return FQ_ERR_MEMORY;
    for (int r = 0; r < base->n; r++)
        for (int i = 0; i < base->run[r].n_results; i++)
            if (!listed(base, r, i)) {
                FQ_TRY(compare_row(base, fresh, &base->run[r].results[i], out->by_run, o->by_minimum, arena, &u[out->n],
                                   &out->row[out->n]));
                out->n++;
            }
    for (int r = 0; r < fresh->n; r++)
        for (int i = 0; i < fresh->run[r].n_results; i++)
            if (!listed(fresh, r, i) && find_on(base, &fresh->run[r].results[i]) == NULL) {
                FQ_TRY(compare_row(base, fresh, &fresh->run[r].results[i], out->by_run, o->by_minimum, arena,
                                   &u[out->n], &out->row[out->n]));
                out->n++;
            }
    int tests = 0, known = 0;
    for (int i = 0; i < out->n; i++) {
        p[i] = out->row[i].p;
        tests += !isnan(p[i]);
    }
    fq_contrast_holm(p, out->n, p);
    out->noise_pct = noise_floor(u, out->n, arena);
    for (int i = 0; i < out->n; i++) {
        fq_change *c = &out->row[i];
        c->p_adjusted = p[i];
        if (c->verdict == NULL) FQ_TRY(judge_time(&u[i], o, out->noise_pct, tests, out->by_run, arena, c));
        if (isnan(c->lo_pct)) continue;
        ratio[known++] = (fq_ratio){1 + c->change_pct / 100, 1 + c->lo_pct / 100, 1 + c->hi_pct / 100, 0};
    }
    out->geomean = fq_contrast_geomean(ratio, known, level);
    return FQ_OK;
}

/* ---- accuracy ---- */

static int same_question(const fq_accuracy_row *a, const fq_accuracy_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->variant, b->variant) && fq_same_text(a->text, b->text) &&
           fq_same_text(a->protocol, b->protocol) && same_number(a->ctx, b->ctx) &&
           same_number(a->windows, b->windows) && same_number(a->kappa, b->kappa) && fq_same_text(a->note, b->note);
}

static const fq_accuracy_row *find_accuracy(const side *s, const fq_accuracy_row *like) {
    const fq_accuracy_row *found = NULL;
    for (int r = 0; r < s->n; r++)
        for (int i = 0; i < s->run[r].n_accuracy; i++)
            if (same_question(&s->run[r].accuracy[i], like)) found = &s->run[r].accuracy[i];
    return found;
}

static char *accuracy_id(const fq_accuracy_row *a, fq_arena *arena) {
    char kappa[32] = "";
    if (a->kappa > 1) snprintf(kappa, sizeof kappa, " kappa %g", a->kappa);
    return fq_arena_printf(arena, "%s %s %s ctx%.0f x%.0f%s", a->variant ? a->variant : "", a->model ? a->model : "",
                           a->text ? a->text : "", a->ctx, a->windows, kappa);
}

static void judge_accuracy(const fq_accuracy_row *a, const fq_accuracy_row *b, fq_change *c) {
    const struct {
        const char *name;
        double base, fresh;
        int up_is_good;
    } metric[] = {
        {"nll", a->nll, b->nll, 0},
        {"kld_mean", a->kld_mean, b->kld_mean, 0},
        {"top1_pct", a->top1_pct, b->top1_pct, 1},
        {"kld_p99", a->kld_p99, b->kld_p99, 0},
        {"kld_max", a->kld_max, b->kld_max, 0},
        {"bits_per_weight", a->bits_per_weight, b->bits_per_weight, 0},
    };
    const size_t n = sizeof metric / sizeof metric[0];
    size_t at = 0;
    while (at < n && same_number(metric[at].base, metric[at].fresh))
        at++;
    const size_t shown = at < n ? at : 0;
    c->metric = metric[shown].name;
    c->base_value = metric[shown].base;
    c->new_value = metric[shown].fresh;
    c->change_pct = pct(c->new_value / c->base_value);
    if (!fq_same_text(a->tokens_sha256, b->tokens_sha256)) {
        c->verdict = "AMBIGUOUS";
        c->reason = "another text or tokenizer (tokens_sha256)";
    } else if (at == n) {
        c->verdict = "SAME";
    } else if (!fq_same_text(a->isa, b->isa)) {
        c->verdict = "AMBIGUOUS";
        c->reason = "another instruction set: sums are taken in another order";
    } else {
        const int up = metric[at].fresh > metric[at].base;
        c->verdict = up == metric[at].up_is_good ? "BETTER" : "WORSE";
    }
}

static fq_status compare_accuracy(const side *base, const side *fresh, fq_arena *arena, fq_comparison *out) {
    const side *both[2] = {base, fresh};
    for (int s = 0; s < 2; s++)
        for (int r = 0; r < both[s]->n; r++)
            for (int i = 0; i < both[s]->run[r].n_accuracy; i++) {
                const fq_accuracy_row *row = &both[s]->run[r].accuracy[i];
                if (find_accuracy(both[s], row) != row) continue; /* the last run speaks for its side */
                if (s == 1 && find_accuracy(base, row) != NULL) continue;
                char *id = accuracy_id(row, arena);
                if (id == NULL) return FQ_ERR_MEMORY;
                fq_change *c = &out->row[out->n++];
                *c = new_change("accuracy", id);
                const fq_accuracy_row *other = s == 0 ? find_accuracy(fresh, row) : NULL;
                if (other != NULL) {
                    judge_accuracy(row, other, c);
                    continue;
                }
                c->metric = "nll";
                c->verdict = s == 0 ? "MISSING" : "ADDED";
                *(s == 0 ? &c->base_value : &c->new_value) = row->nll;
            }
    return FQ_OK;
}

/* ---- environment ---- */

static int starts(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Facts that are never the same twice, or are results themselves. */
static int is_fleeting(const char *key) {
    static const char *const prefixes[] = {"utc", "argv", "load", "timer_resolution", "ceilings", "scenario.about"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (starts(key, prefixes[i])) return 1;
    return 0;
}

static fq_status compare_facts(const fq_folder *base, const fq_folder *fresh, fq_arena *arena, fq_comparison *out) {
    if (base->n_facts == 0 && fresh->n_facts == 0) return FQ_OK;
    out->facts = FQ_NEW(arena, fq_disagreement, base->n_facts + fresh->n_facts);
    if (out->facts == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < base->n_facts; i++) {
        const fq_fact *f = &base->facts[i];
        const char *other = fq_folder_fact(fresh, f->key);
        if (is_fleeting(f->key) || (other != NULL && strcmp(other, f->value) == 0)) continue;
        out->facts[out->n_facts++] = (fq_disagreement){f->key, f->value, other};
    }
    for (int i = 0; i < fresh->n_facts; i++) {
        const fq_fact *f = &fresh->facts[i];
        if (is_fleeting(f->key) || fq_folder_fact(base, f->key) != NULL) continue;
        out->facts[out->n_facts++] = (fq_disagreement){f->key, NULL, f->value};
    }
    return FQ_OK;
}

/* ---- all of it ---- */

static void count(fq_comparison *out) {
    const struct {
        const char *verdict;
        int *n;
    } counts[] = {{"SAME", &out->same},           {"FASTER", &out->faster}, {"SLOWER", &out->slower},
                  {"AMBIGUOUS", &out->ambiguous}, {"BROKEN", &out->broken}, {"MISSING", &out->missing},
                  {"ADDED", &out->added},         {"BETTER", &out->better}, {"WORSE", &out->worse}};
    for (int i = 0; i < out->n; i++)
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++)
            *counts[k].n += strcmp(out->row[i].verdict, counts[k].verdict) == 0;
}

static int rows_of(const side *s) {
    int n = 0;
    for (int r = 0; r < s->n; r++)
        n += s->run[r].n_results + s->run[r].n_accuracy;
    return n;
}

fq_status fq_compare(const fq_folder *base, int n_base, const fq_folder *fresh, int n_fresh,
                     const fq_compare_options *o, fq_arena *arena, fq_comparison *out) {
    FQ_ASSERT(n_base > 0 && n_fresh > 0);
    const side a = {base, n_base}, b = {fresh, n_fresh};
    const int room = rows_of(&a) + rows_of(&b);
    memset(out, 0, sizeof *out);
    out->row = FQ_NEW(arena, fq_change, room + 1);
    if (out->row == NULL) return FQ_ERR_MEMORY;
    out->by_run = n_base >= RUNS_LEAST && n_fresh >= RUNS_LEAST;
    FQ_TRY(compare_times(&a, &b, o, arena, out, room + 1));
    FQ_TRY(compare_accuracy(&a, &b, arena, out));
    FQ_TRY(compare_facts(&base[n_base - 1], &fresh[n_fresh - 1], arena, out));
    count(out);
    return FQ_OK;
}
