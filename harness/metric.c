/* Negative log-likelihood and KL divergence of rows of logits, collected per position and per window of text. Rows are
 * scored in parallel, sums run over positions in order: the thread count changes no bit. */
#include "harness/metric.h"

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_sort_float.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>

#include "harness/cpu.h"
#include "harness/metric_row.h"

enum { CHUNK = 256, BOOTSTRAP_REPS = 1000 };
static const double interval_level = 0.95;

struct fq_accuracy {
    double *nll, *nll_ref; /* per closed window: mean over its positions */
    double *length;        /* per closed window: its positions */
    int windows, windows_room;
    float *kld; /* per position, those of the open window last */
    long positions, positions_room;
    long closed; /* positions of closed windows */
    double kld_sum, open_kld;
    long same, open_same;
    double open_nll, open_nll_ref; /* sums */
    int reference;                 /* -1 unknown, 0 none, 1 all positions have one */
};

/* ---- rows ---- */

static int ref_arg_max(const float *x, int n) {
    int best = -1;
    for (int i = 0; i < n; i++) {
        if (best < 0 ? x[i] == x[i] : x[i] > x[best]) best = i;
    }
    return best < 0 ? 0 : best;
}

static double ref_sum_exp_cross(const float *r, const float *t, int n, float shift, double *cross) {
    double sum = 0;
    double product = 0;
    for (int from = 0; from < n; from += CHUNK) {
        /* Two loops: the first has no dependence between its elements and vectorizes. */
        float e[CHUNK];
        int m = n - from < CHUNK ? n - from : CHUNK;
        for (int i = 0; i < m; i++) {
            e[i] = fq_expf(r[from + i] - shift);
        }
        for (int i = 0; i < m; i++) {
            sum += e[i];
            if (t != NULL && e[i] != 0) product += (double)e[i] * ((double)r[from + i] - (double)t[from + i]);
        }
    }
    *cross = product;
    return sum;
}

static double ref_sum_exp(const float *x, int n, float shift) {
    double unused;
    return ref_sum_exp_cross(x, NULL, n, shift, &unused);
}

const fq_metric_row fq_metric_row_ref = {ref_arg_max, ref_sum_exp, ref_sum_exp_cross};

static const fq_metric_row *row_passes(void) {
    return fq_cpu_isa() >= FQ_ISA_AVX2 ? &fq_metric_row_avx2 : &fq_metric_row_ref;
}

double fq_metric_nll(const float *logits, int vocab, int target) {
    FQ_ASSERT(0 <= target && target < vocab);
    const fq_metric_row *row = row_passes();
    float max = logits[row->arg_max(logits, vocab)];
    return log(row->sum_exp(logits, vocab, max)) + ((double)max - (double)logits[target]);
}

/* With r, t the logits, R, T their maxima, Z the sums of exp(x - max): ln p_ref - ln p_test = (r - t) - (R - T)
 * - ln Z_ref + ln Z_test, so that one weighted sum of r - t is all that is needed. */
fq_divergence fq_metric_compare(const float *ref, const float *test, int vocab, int target) {
    FQ_ASSERT(0 <= target && target < vocab);
    const fq_metric_row *row = row_passes();
    int top_ref = row->arg_max(ref, vocab);
    int top_test = row->arg_max(test, vocab);
    double max_ref = ref[top_ref];
    double max_test = test[top_test];
    double cross;
    double z_ref = row->sum_exp_cross(ref, test, vocab, ref[top_ref], &cross);
    double ln_ref = log(z_ref);
    double ln_test = log(row->sum_exp(test, vocab, test[top_test]));
    fq_divergence d;
    d.nll_ref = ln_ref + (max_ref - (double)ref[target]);
    d.nll_test = ln_test + (max_test - (double)test[target]);
    d.kld = cross / z_ref - (max_ref - max_test) + (ln_test - ln_ref);
    d.same_top1 = top_ref == top_test;
    return d;
}

/* ---- windows ---- */

fq_status fq_accuracy_create(fq_accuracy **out) {
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for the accuracy statistics");
    (*out)->reference = -1;
    return FQ_OK;
}

void fq_accuracy_free(fq_accuracy *a) {
    if (a == NULL) return;
    free(a->nll);
    free(a->nll_ref);
    free(a->length);
    free(a->kld);
    free(a);
}

static fq_status room_for_positions(fq_accuracy *a, long more) {
    if (a->positions + more <= a->positions_room) return FQ_OK;
    long room = 2 * a->positions_room + more;
    float *kld = realloc(a->kld, (size_t)room * sizeof *kld);
    if (kld == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for the divergence of %ld positions", room);
    a->kld = kld;
    a->positions_room = room;
    return FQ_OK;
}

static fq_status room_for_window(fq_accuracy *a) {
    if (a->windows < a->windows_room) return FQ_OK;
    int room = 2 * a->windows_room + 64;
    double *nll = realloc(a->nll, (size_t)room * sizeof *nll);
    if (nll != NULL) a->nll = nll;
    double *nll_ref = realloc(a->nll_ref, (size_t)room * sizeof *nll_ref);
    if (nll_ref != NULL) a->nll_ref = nll_ref;
    double *length = realloc(a->length, (size_t)room * sizeof *length);
    if (length != NULL) a->length = length;
    if (nll == NULL || nll_ref == NULL || length == NULL) {
        return fq_fail(FQ_ERR_MEMORY, "no memory for %d windows", room);
    }
    a->windows_room = room;
    return FQ_OK;
}

fq_status fq_accuracy_add(fq_accuracy *a, const float *logits, const float *ref, const int *target, int n, int vocab) {
    FQ_ASSERT(n >= 0 && vocab > 0);
    if (n == 0) return FQ_OK;
    FQ_ASSERT(a->reference < 0 || a->reference == (ref != NULL));
    FQ_TRY(room_for_positions(a, n));
    fq_divergence *scored = malloc((size_t)n * sizeof *scored);
    if (scored == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for %d positions", n);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i++) {
        const float *row = logits + (size_t)i * (size_t)vocab;
        if (ref != NULL) {
            scored[i] = fq_metric_compare(ref + (size_t)i * (size_t)vocab, row, vocab, target[i]);
        } else {
            scored[i] = (fq_divergence){.nll_test = fq_metric_nll(row, vocab, target[i])};
        }
    }
    for (int i = 0; i < n; i++) {
        a->open_nll += scored[i].nll_test;
        a->open_nll_ref += scored[i].nll_ref;
        a->open_kld += scored[i].kld;
        a->open_same += scored[i].same_top1;
        a->kld[a->positions + i] = (float)scored[i].kld;
    }
    free(scored);
    a->positions += n;
    a->reference = ref != NULL;
    return FQ_OK;
}

static void start_window(fq_accuracy *a, long positions) {
    a->positions = a->closed = positions;
    a->open_nll = a->open_nll_ref = a->open_kld = 0;
    a->open_same = 0;
}

fq_status fq_accuracy_end_window(fq_accuracy *a) {
    long n = a->positions - a->closed;
    if (n == 0) return fq_fail(FQ_ERR_INPUT, "window %d has no position to score", a->windows);
    FQ_TRY(room_for_window(a));
    if (!isfinite(a->open_nll) || !isfinite(a->open_nll_ref) || !isfinite(a->open_kld)) {
        const char *what = !isfinite(a->open_nll)       ? "negative log-likelihood"
                           : !isfinite(a->open_nll_ref) ? "reference's negative log-likelihood"
                                                        : "divergence from the reference";
        start_window(a, a->closed);
        return fq_fail(FQ_ERR_NUMERIC, "window %d: the %s is not finite", a->windows, what);
    }
    a->nll[a->windows] = a->open_nll / (double)n;
    a->nll_ref[a->windows] = a->open_nll_ref / (double)n;
    a->length[a->windows] = (double)n;
    a->windows++;
    a->kld_sum += a->open_kld;
    a->same += a->open_same;
    start_window(a, a->positions);
    return FQ_OK;
}

/* ---- summary ---- */

/* Token-weighted mean over the windows drawn in `pick` (NULL: each once) of a number that has one mean a window. */
static double mean_over(const fq_accuracy *a, const double *mean, const int *pick) {
    double sum = 0, tokens = 0;
    for (int i = 0; i < a->windows; i++) {
        int w = pick ? pick[i] : i;
        sum += mean[w] * a->length[w];
        tokens += a->length[w];
    }
    return sum / tokens;
}

static void interval(double *x, double *lo, double *hi) {
    gsl_sort(x, 1, BOOTSTRAP_REPS);
    *lo = gsl_stats_quantile_from_sorted_data(x, 1, BOOTSTRAP_REPS, (1 - interval_level) / 2);
    *hi = gsl_stats_quantile_from_sorted_data(x, 1, BOOTSTRAP_REPS, (1 + interval_level) / 2);
}

static void draw_windows(gsl_rng *rng, int n, int *pick) {
    for (int i = 0; i < n; i++)
        pick[i] = (int)gsl_rng_uniform_int(rng, (unsigned long)n);
}

/* Percentile bootstrap over windows. Each resample draws the same windows for both models, so what makes a text hard
 * cancels in the difference. */
static void bootstrap(const fq_accuracy *a, unsigned long seed, fq_accuracy_summary *s) {
    if (a->windows < 2) return;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int *pick = malloc((size_t)a->windows * sizeof *pick);
    FQ_ASSERT(rng != NULL && pick != NULL);
    gsl_rng_set(rng, seed);
    double ppl[BOOTSTRAP_REPS];
    double dppl[BOOTSTRAP_REPS];
    for (int r = 0; r < BOOTSTRAP_REPS; r++) {
        draw_windows(rng, a->windows, pick);
        ppl[r] = exp(mean_over(a, a->nll, pick));
        dppl[r] = ppl[r] - exp(mean_over(a, a->nll_ref, pick));
    }
    gsl_rng_free(rng);
    free(pick);
    interval(ppl, &s->ppl_lo, &s->ppl_hi);
    if (s->has_reference) interval(dppl, &s->dppl_lo, &s->dppl_hi);
}

static void summarize_divergence(const fq_accuracy *a, fq_accuracy_summary *s) {
    size_t n = (size_t)a->closed;
    float *sorted = malloc(n * sizeof *sorted);
    FQ_ASSERT(sorted != NULL);
    memcpy(sorted, a->kld, n * sizeof *sorted);
    gsl_sort_float(sorted, 1, n);
    s->kld_mean = a->kld_sum / (double)n;
    s->kld_median = gsl_stats_float_quantile_from_sorted_data(sorted, 1, n, 0.5);
    s->kld_p99 = gsl_stats_float_quantile_from_sorted_data(sorted, 1, n, 0.99);
    s->kld_p999 = gsl_stats_float_quantile_from_sorted_data(sorted, 1, n, 0.999);
    s->kld_max = (double)sorted[n - 1];
    s->top1_pct = 100.0 * (double)a->same / (double)n;
    free(sorted);
}

fq_accuracy_summary fq_accuracy_summarize(const fq_accuracy *a, unsigned long seed) {
    fq_accuracy_summary s = {.windows = a->windows,
                             .tokens = a->closed,
                             .nll = NAN,
                             .ppl = NAN,
                             .ppl_lo = NAN,
                             .ppl_hi = NAN,
                             .has_reference = a->reference == 1 && a->windows > 0,
                             .dppl = NAN,
                             .dppl_lo = NAN,
                             .dppl_hi = NAN,
                             .dnll = NAN,
                             .kld_mean = NAN,
                             .kld_median = NAN,
                             .kld_p99 = NAN,
                             .kld_p999 = NAN,
                             .kld_max = NAN,
                             .top1_pct = NAN};
    if (a->windows == 0) return s;
    s.nll = mean_over(a, a->nll, NULL);
    s.ppl = exp(s.nll);
    bootstrap(a, seed, &s);
    if (!s.has_reference) return s;
    double nll_ref = mean_over(a, a->nll_ref, NULL);
    s.dppl = s.ppl - exp(nll_ref);
    s.dnll = s.nll - nll_ref;
    summarize_divergence(a, &s);
    return s;
}

/* ---- two models on the same text ---- */

/* Mean divergence of each window; NULL where there is no reference. */
static double *window_divergence(const fq_accuracy *a) {
    if (a->reference != 1) return NULL;
    double *mean = malloc((size_t)a->windows * sizeof *mean);
    FQ_ASSERT(mean != NULL);
    const float *kld = a->kld;
    for (int w = 0; w < a->windows; w++) {
        double sum = 0;
        for (long i = 0; i < (long)a->length[w]; i++)
            sum += (double)*kld++;
        mean[w] = sum / a->length[w];
    }
    return mean;
}

int fq_accuracy_windows(const fq_accuracy *a) {
    return a->windows;
}

void fq_accuracy_each_window(const fq_accuracy *a, fq_accuracy_window *out) {
    double *kld = window_divergence(a);
    for (int w = 0; w < a->windows; w++)
        out[w] = (fq_accuracy_window){(int)a->length[w], a->nll[w], kld != NULL ? a->nll_ref[w] : NAN,
                                      kld != NULL ? kld[w] : NAN};
    free(kld);
}

fq_accuracy_difference fq_accuracy_compare(const fq_accuracy *a, const fq_accuracy *b, unsigned long seed) {
    fq_accuracy_difference d = {NAN, NAN, NAN, NAN, NAN, NAN};
    FQ_ASSERT(a->windows == b->windows && a->closed == b->closed);
    for (int w = 0; w < a->windows; w++)
        FQ_ASSERT(a->length[w] == b->length[w]);
    if (a->windows == 0) return d;
    double *ka = window_divergence(a), *kb = window_divergence(b);
    const int both = ka != NULL && kb != NULL;
    d.ppl = exp(mean_over(a, a->nll, NULL)) - exp(mean_over(b, b->nll, NULL));
    if (both) d.kld = mean_over(a, ka, NULL) - mean_over(b, kb, NULL);
    if (a->windows > 1) {
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        int *pick = malloc((size_t)a->windows * sizeof *pick);
        FQ_ASSERT(rng != NULL && pick != NULL);
        gsl_rng_set(rng, seed);
        double ppl[BOOTSTRAP_REPS];
        double kld[BOOTSTRAP_REPS];
        for (int r = 0; r < BOOTSTRAP_REPS; r++) {
            draw_windows(rng, a->windows, pick);
            ppl[r] = exp(mean_over(a, a->nll, pick)) - exp(mean_over(b, b->nll, pick));
            kld[r] = both ? mean_over(a, ka, pick) - mean_over(b, kb, pick) : 0;
        }
        gsl_rng_free(rng);
        free(pick);
        interval(ppl, &d.ppl_lo, &d.ppl_hi);
        if (both) interval(kld, &d.kld_lo, &d.kld_hi);
    }
    free(ka);
    free(kb);
    return d;
}
