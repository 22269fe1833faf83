/* Two sets of times held against each other: rank test, shift with its interval, paired bootstrap, correction for many
 * rows, and how many samples a decision would take. GSL has the distributions, not these tests. */
#ifndef FQ_HARNESS_CONTRAST_H
#define FQ_HARNESS_CONTRAST_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Mann and Whitney's test that a and b come from one distribution. u: pairs with a > b, ties count half. p: two-sided,
 * 2 min(P(U <= u), P(U >= u)), at most 1; exact over all splits of the pooled (mid)ranks while na nb <= 400, else the
 * normal approximation with tie and continuity correction. NAN without samples.
 * Source: Mann and Whitney 1947; the same numbers as scipy.stats.mannwhitneyu. */
typedef struct fq_mann_whitney {
    double u, p;
    int exact;
} fq_mann_whitney;
fq_mann_whitney fq_contrast_mann_whitney(const double *a, int na, const double *b, int nb);

/* Holm's step-down correction of p[0..n-1] into adjusted[0..n-1] (may be p itself); NAN stays NAN and does not count.
 * Source: Holm 1979. */
void fq_contrast_holm(const double *p, int n, double *adjusted);

typedef struct fq_ratio {
    double ratio, lo, hi; /* lo, hi: NAN where there are too few samples for the level */
    int n;                /* samples of the smaller side, or pairs */
} fq_ratio;

/* b over a, for positive samples taken apart: exp of the Hodges-Lehmann shift of the logarithms (median of all ln b_j -
 * ln a_i); the interval holds the shifts that the rank test does not reject at 1 - level, so it contains 1 just when
 * that test says so. Source: Hodges and Lehmann 1963. */
fq_ratio fq_contrast_shift(const double *a, int na, const double *b, int nb, double level);

/* b over a, for positive samples taken side by side (pair i, pair i): geometric mean of b_i / a_i and the percentile
 * interval of its bootstrap over pairs (10000 resamples drawn with seed). Below 4 pairs no interval. */
fq_ratio fq_contrast_paired(const double *a, const double *b, int n, double level, uint64_t seed);

/* Geometric mean of ratios that have intervals at `level`. The rows are the rows: the interval speaks of their
 * measurement errors, taken as independent and log-normal, and not of other rows. NAN interval if any has none. */
fq_ratio fq_contrast_geomean(const fq_ratio *r, int n, double level);

/* Neighbouring samples are alike when a disturbance lasts. Merges k = 1, 2, 3 ... neighbours into their median until
 * the lag-1 autocorrelation of the logarithms is within 1.645 / sqrt(n) or fewer than 12 would be left; out[n] gets the
 * blocks. Returns how many. */
int fq_contrast_independent(const double *x, int n, double *out);

/* Where a series changes its level: binary segmentation by the rank test. Splits x[0..n-1] where its p is least, if
 * that p times the number of places tried is below alpha and the medians of both parts differ by more than
 * threshold_pct, and goes on in both parts. at[n] gets the first indices of the new levels, ascending. Returns how
 * many. Parts have 3 members or more, so that below about 10 samples nothing can be found at alpha = 0.05. */
int fq_contrast_changes(const double *x, int n, double alpha, double threshold_pct, int *at);

/* Standard deviation of ln x, from the interquartile range (robust). NAN below 4 samples. */
double fq_contrast_log_sd(const double *x, int n);

/* Samples of each side for the rank test to see a ratio of exp(effect) with that power, at level alpha two-sided:
 * 2 (z_{1-alpha/2} + z_power)^2 sd^2 / effect^2 * pi / 3 (the test's efficiency for normal errors), rounded up. */
double fq_contrast_samples(double sd, double effect, double alpha, double power);

#ifdef __cplusplus
}
#endif
#endif
