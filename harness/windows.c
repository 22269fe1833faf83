/* The paired bootstrap of what accuracy rows have one number of a window for. */
#include "harness/windows.h"

#include <math.h>
#include <string.h>

#include "harness/rng.h"
#include "harness/stats.h"

enum { RESAMPLES = 2000 };

/* Means over windows, weighted by their positions. */
typedef struct means {
    double nll, ref, kld;
} means;

static int same_number(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static int belongs(const fq_window_row *w, const fq_accuracy_row *r) {
    return fq_same_text(w->variant, r->variant) && fq_same_text(w->model, r->model) && fq_same_text(w->text, r->text) &&
           fq_same_text(w->protocol, r->protocol) && fq_same_text(w->note, r->note) &&
           fq_same_text(w->tokens_sha256, r->tokens_sha256) && same_number(w->ctx, r->ctx) &&
           same_number(w->kappa, r->kappa);
}

/* The windows of a row, in order; of several times the same, the first. */
static int find(const fq_folder *f, const fq_accuracy_row *r, const fq_window_row **out) {
    int n = 0;
    for (int i = 0; i < f->n_windows; i++)
        if (belongs(&f->windows[i], r) && f->windows[i].window == n) out[n++] = &f->windows[i];
    return n;
}

static means mean_of(const fq_window_row *const *w, int n, const int *pick) {
    means m = {0, 0, 0};
    double tokens = 0;
    for (int i = 0; i < n; i++) {
        const fq_window_row *x = w[pick != NULL ? pick[i] : i];
        m.nll += x->nll * x->tokens;
        m.ref += x->nll_ref * x->tokens;
        m.kld += x->kld * x->tokens;
        tokens += x->tokens;
    }
    return (means){m.nll / tokens, m.ref / tokens, m.kld / tokens};
}

static double value_of(const means *m, const char *column) {
    if (strcmp(column, "nll") == 0) return m->nll;
    if (strcmp(column, "ppl") == 0) return exp(m->nll);
    if (strcmp(column, "dppl") == 0) return exp(m->nll) - exp(m->ref);
    return strcmp(column, "kld_mean") == 0 ? m->kld : NAN;
}

static double contrast(const fq_window_row *const *a, const fq_window_row *const *b, int n, const int *pick,
                       const char *column, char op) {
    const means ma = mean_of(a, n, pick), mb = mean_of(b, n, pick);
    const double x = value_of(&ma, column), y = value_of(&mb, column);
    return op == '-' ? x - y : x / y;
}

fq_status fq_windows_contrast(const fq_folder *f, const fq_accuracy_row *a, const fq_accuracy_row *b,
                              const char *column, char op, fq_arena *arena, fq_ratio *out) {
    *out = (fq_ratio){NAN, NAN, NAN, 0};
    const size_t mark = arena->used;
    const fq_window_row **wa = FQ_NEW(arena, const fq_window_row *, f->n_windows + 1),
                        **wb = FQ_NEW(arena, const fq_window_row *, f->n_windows + 1);
    int *pick = FQ_NEW(arena, int, f->n_windows + 1);
    double *draws = FQ_NEW(arena, double, RESAMPLES);
    if (wa == NULL || wb == NULL || pick == NULL || draws == NULL) return FQ_ERR_MEMORY;
    const int n = find(f, a, wa);
    int alike = n > 1 && find(f, b, wb) == n;
    for (int i = 0; i < n && alike; i++)
        alike = wa[i]->tokens == wb[i]->tokens;
    const double value = alike ? contrast(wa, wb, n, NULL, column, op) : NAN;
    if (isfinite(value)) {
        fq_rng rng = fq_rng_seed(1, 0);
        for (int r = 0; r < RESAMPLES; r++) {
            for (int i = 0; i < n; i++)
                pick[i] = (int)fq_rng_below(&rng, (uint32_t)n);
            draws[r] = contrast(wa, wb, n, pick, column, op);
        }
        *out = (fq_ratio){value, fq_stats_percentile(draws, RESAMPLES, 2.5),
                          fq_stats_percentile(draws, RESAMPLES, 97.5), n};
    }
    fq_arena_reset(arena, mark);
    return FQ_OK;
}
