/* Statistics of repeated measurements, through GSL. The centre is the median; its interval is the exact
 * order-statistic one (no assumption about the distribution); percentiles are linear, type 7 (as GSL, NumPy). */
#ifndef FQ_HARNESS_STATS_H
#define FQ_HARNESS_STATS_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_summary {
    int n;           /* samples */
    double median;   /* NAN when n = 0 */
    double lo, hi;   /* confidence interval of the median; NAN when n is too small for the level (n < 6 at 95 %) */
    double level;    /* coverage that lo..hi really has (>= the one asked) */
    double mean, sd; /* sd with n-1; NAN when n < 2 */
    double min, max, p5, p95;
    int outliers; /* |x - median| / MAD > 14.826: counted, never dropped */
} fq_summary;

/* Summary of x[0..n-1] (not changed) at confidence `level` (0.95). */
fq_summary fq_stats_summary(const double *x, int n, double level);

/* Type-7 percentile p in [0,100] of x (not changed). NAN when n = 0. */
double fq_stats_percentile(const double *x, int n, double p);

/* Ranks (0-based) lo <= hi of the order-statistic interval of the median of n samples with coverage >= level; the
 * coverage reached goes to *reached. Returns 0 if n is too small. Binomial(n, 1/2), symmetric ranks. */
int fq_stats_median_ranks(int n, double level, int *lo, int *hi, double *reached);

/* Speed-up of b over a from samples taken in the same rounds: median of a[i]/b[i] and its order-statistic interval.
 * Pairing removes drift that both share. */
fq_summary fq_stats_paired_ratio(const double *a, const double *b, int n, double level);

#ifdef __cplusplus
}
#endif
#endif
