/* Medians with exact intervals, percentiles, paired ratios and the block bootstrap, on GSL. NaN samples are the
 * caller's mistake: nothing here produces or removes them. */
#include "harness/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/status.h"

/* The caller frees. Statistics of a few hundred numbers: running out of memory here is not a state to go on from. */
static double *new_doubles(int n) {
    double *x = malloc((size_t)n * sizeof *x);
    FQ_ASSERT(x != NULL);
    return x;
}

static double *sorted_copy(const double *x, int n) {
    double *s = new_doubles(n);
    memcpy(s, x, (size_t)n * sizeof *s);
    gsl_sort(s, 1, (size_t)n);
    return s;
}

int fq_stats_median_ranks(int n, double level, int *lo, int *hi, double *reached) {
    FQ_ASSERT(level > 0 && level < 1);
    /* x(i) <= median <= x(n-1-i) fails when at most i of n fair coins fall on one side: coverage 1 - 2 P(B <= i). */
    int best = -1;
    double coverage = 0;
    for (int i = 0; 2 * i < n - 1; i++) {
        double c = 1 - 2 * gsl_cdf_binomial_P((unsigned)i, 0.5, (unsigned)n);
        if (c < level) break;
        best = i;
        coverage = c;
    }
    if (best < 0) return 0;
    *lo = best;
    *hi = n - 1 - best;
    *reached = coverage;
    return 1;
}

static int count_outliers(const double *x, int n, double median) {
    double *distance = new_doubles(n);
    for (int i = 0; i < n; i++) {
        distance[i] = fabs(x[i] - median);
    }
    gsl_sort(distance, 1, (size_t)n);
    double mad = gsl_stats_median_from_sorted_data(distance, 1, (size_t)n);
    int count = 0;
    for (int i = 0; i < n; i++) {
        /* As a product: with MAD = 0 every sample off the median counts, none on it. */
        count += distance[i] > 14.826 * mad;
    }
    free(distance);
    return count;
}

fq_summary fq_stats_summary(const double *x, int n, double level) {
    fq_summary s = {.n = n,
                    .median = NAN,
                    .lo = NAN,
                    .hi = NAN,
                    .level = NAN,
                    .mean = NAN,
                    .sd = NAN,
                    .min = NAN,
                    .max = NAN,
                    .p5 = NAN,
                    .p95 = NAN,
                    .outliers = 0};
    if (n <= 0) return s;
    double *sorted = sorted_copy(x, n);
    size_t count = (size_t)n;
    s.median = gsl_stats_median_from_sorted_data(sorted, 1, count);
    s.mean = gsl_stats_mean(x, 1, count); /* in the order given, as a caller would sum */
    if (n >= 2) s.sd = gsl_stats_sd_m(x, 1, count, s.mean);
    s.min = sorted[0];
    s.max = sorted[n - 1];
    s.p5 = gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.05);
    s.p95 = gsl_stats_quantile_from_sorted_data(sorted, 1, count, 0.95);
    s.outliers = count_outliers(sorted, n, s.median);
    int lo;
    int hi;
    if (fq_stats_median_ranks(n, level, &lo, &hi, &s.level)) {
        s.lo = sorted[lo];
        s.hi = sorted[hi];
    }
    free(sorted);
    return s;
}

double fq_stats_percentile(const double *x, int n, double p) {
    FQ_ASSERT(p >= 0 && p <= 100);
    if (n <= 0) return NAN;
    double *sorted = sorted_copy(x, n);
    double value = gsl_stats_quantile_from_sorted_data(sorted, 1, (size_t)n, p / 100);
    free(sorted);
    return value;
}

fq_summary fq_stats_paired_ratio(const double *a, const double *b, int n, double level) {
    if (n <= 0) return fq_stats_summary(a, 0, level);
    double *ratio = new_doubles(n);
    for (int i = 0; i < n; i++) {
        ratio[i] = a[i] / b[i];
    }
    fq_summary s = fq_stats_summary(ratio, n, level);
    free(ratio);
    return s;
}
