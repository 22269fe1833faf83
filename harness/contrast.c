/* Tests and intervals for two sets of positive times. Everything works on ranks or logarithms, so neither the unit nor
 * a long tail matters; running out of memory on a few hundred numbers is not a state to go on from. */
#include "harness/contrast.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/rng.h"
#include "harness/status.h"

enum {
    EXACT_PAIRS = 400,
    BOOTSTRAP_REPS = 10000,
    BLOCKS_LEAST = 12,
    PAIRS_LEAST = 4,
    QUARTILES_LEAST = 4,
    PART_LEAST = 3
};

static double *new_doubles(int n) {
    double *x = malloc((size_t)(n > 0 ? n : 1) * sizeof *x);
    FQ_ASSERT(x != NULL);
    return x;
}

static double *logs(const double *x, int n) {
    double *y = new_doubles(n);
    for (int i = 0; i < n; i++)
        y[i] = log(x[i]);
    return y;
}

/* ---- ranks ---- */

/* Twice the midrank of every pooled sample (a first): whole numbers, whatever the ties. *ties: sum of t^3 - t. */
static int *double_midranks(const double *a, int na, const double *b, int nb, double *ties) {
    const int n = na + nb;
    double *pool = new_doubles(n);
    size_t *order = malloc((size_t)n * sizeof *order);
    int *rank = calloc((size_t)n, sizeof *rank); /* each place is set below, which checkers do not see */
    FQ_ASSERT(order != NULL && rank != NULL);
    memcpy(pool, a, (size_t)na * sizeof *pool);
    memcpy(pool + na, b, (size_t)nb * sizeof *pool);
    gsl_sort_index(order, pool, 1, (size_t)n);
    *ties = 0;
    for (int first = 0, next; first < n; first = next) {
        for (next = first + 1; next < n && pool[order[next]] == pool[order[first]];)
            next++;
        for (int i = first; i < next; i++)
            rank[order[i]] = first + 1 + next;
        const double t = next - first;
        *ties += t * t * t - t;
    }
    free(pool);
    free(order);
    return rank;
}

/* Ways to choose k of the n ranks with each sum, k = 0..na: the distribution of a's rank sum when labels mean nothing.
 * Returns ways[na][0..top]; counts are doubles: only sums of positive numbers, so the last digits are all they lose. */
static double *rank_sum_ways(const int *rank, int n, int na, int top) {
    const size_t width = (size_t)top + 1;
    double *ways = calloc((size_t)(na + 1) * width, sizeof *ways);
    FQ_ASSERT(ways != NULL);
    ways[0] = 1;
    for (int i = 0; i < n; i++)
        for (int k = i < na ? i + 1 : na; k > 0; k--) {
            double *to = ways + (size_t)k * width, *from = ways + (size_t)(k - 1) * width;
            for (int s = top; s >= rank[i]; s--)
                to[s] += from[s - rank[i]];
        }
    return ways;
}

static double exact_p(const int *rank, int na, int nb, int sum) {
    const int n = na + nb, top = n * (n + 1);
    double *ways = rank_sum_ways(rank, n, na, top);
    const double *w = ways + (size_t)na * ((size_t)top + 1);
    double below = 0, above = 0, all = 0;
    for (int s = 0; s <= top; s++) {
        all += w[s];
        if (s <= sum) below += w[s];
        if (s >= sum) above += w[s];
    }
    free(ways);
    return fmin(1, 2 * fmin(below, above) / all);
}

static double normal_p(double u, int na, int nb, double ties) {
    const double n = na + nb, pairs = (double)na * nb;
    const double sd = sqrt(pairs / 12 * (n + 1 - ties / (n * (n - 1))));
    if (!(sd > 0)) return 1;
    const double z = (fabs(u - pairs / 2) - 0.5) / sd;
    return fmin(1, 2 * gsl_cdf_ugaussian_Q(z));
}

fq_mann_whitney fq_contrast_mann_whitney(const double *a, int na, const double *b, int nb) {
    fq_mann_whitney m = {NAN, NAN, 0};
    if (na <= 0 || nb <= 0) return m;
    double ties;
    int *rank = double_midranks(a, na, b, nb, &ties);
    int sum = 0;
    for (int i = 0; i < na; i++)
        sum += rank[i];
    m.u = 0.5 * sum - 0.5 * na * (na + 1.0);
    m.exact = (long)na * nb <= EXACT_PAIRS;
    m.p = m.exact ? exact_p(rank, na, nb, sum) : normal_p(m.u, na, nb, ties);
    free(rank);
    return m;
}

void fq_contrast_holm(const double *p, int n, double *adjusted) {
    size_t *order = malloc((size_t)(n > 0 ? n : 1) * sizeof *order);
    double *known = new_doubles(n), *value = new_doubles(n);
    int *where = malloc((size_t)(n > 0 ? n : 1) * sizeof *where);
    FQ_ASSERT(order != NULL && where != NULL);
    int m = 0;
    for (int i = 0; i < n; i++) {
        value[i] = p[i];
        if (isnan(p[i])) continue;
        known[m] = p[i];
        where[m++] = i;
    }
    if (m > 0) gsl_sort_index(order, known, 1, (size_t)m);
    double largest = 0;
    for (int i = 0; i < m; i++) {
        largest = fmax(largest, fmin(1, (m - i) * known[order[i]]));
        value[where[order[i]]] = largest;
    }
    memcpy(adjusted, value, (size_t)n * sizeof *value);
    free(order);
    free(known);
    free(value);
    free(where);
}

/* ---- ratios ---- */

/* Largest c with P(U <= c - 1) <= (1 - level) / 2 for na and nb samples without ties; 0: the level cannot be had. */
static int shift_rank(int na, int nb, double level) {
    const double tail = (1 - level) / 2;
    if ((long)na * nb > EXACT_PAIRS) {
        const double pairs = (double)na * nb, sd = sqrt(pairs * (na + nb + 1) / 12);
        const double c = floor(pairs / 2 - gsl_cdf_ugaussian_Qinv(tail) * sd - 0.5) + 1;
        return c > 0 ? (int)c : 0;
    }
    const int n = na + nb, least = na * (na + 1) / 2, top = n * (n + 1) / 2;
    int *rank = malloc((size_t)n * sizeof *rank);
    FQ_ASSERT(rank != NULL);
    for (int i = 0; i < n; i++)
        rank[i] = i + 1;
    double *ways = rank_sum_ways(rank, n, na, top);
    const double *w = ways + (size_t)na * ((size_t)top + 1);
    double all = 0, below = 0;
    for (int s = 0; s <= top; s++)
        all += w[s];
    int c = 0;
    for (int u = 0; u <= na * nb; u++) {
        below += w[least + u];
        if (below > tail * all) break;
        c = u + 1;
    }
    free(rank);
    free(ways);
    return c;
}

fq_ratio fq_contrast_shift(const double *a, int na, const double *b, int nb, double level) {
    fq_ratio r = {NAN, NAN, NAN, na < nb ? na : nb};
    if (na <= 0 || nb <= 0) return r;
    double *x = logs(a, na), *y = logs(b, nb), *d = new_doubles(na * nb);
    for (int i = 0; i < na; i++)
        for (int j = 0; j < nb; j++)
            d[i * nb + j] = y[j] - x[i];
    gsl_sort(d, 1, (size_t)na * (size_t)nb);
    r.ratio = exp(gsl_stats_median_from_sorted_data(d, 1, (size_t)na * (size_t)nb));
    const int c = shift_rank(na, nb, level);
    if (c > 0) {
        r.lo = exp(d[c - 1]);
        r.hi = exp(d[na * nb - c]);
    }
    free(x);
    free(y);
    free(d);
    return r;
}

fq_ratio fq_contrast_paired(const double *a, const double *b, int n, double level, uint64_t seed) {
    fq_ratio r = {NAN, NAN, NAN, n};
    if (n <= 0) return r;
    double *d = new_doubles(n);
    for (int i = 0; i < n; i++)
        d[i] = log(b[i] / a[i]);
    r.ratio = exp(gsl_stats_mean(d, 1, (size_t)n));
    if (n >= PAIRS_LEAST) {
        double *mean = new_doubles(BOOTSTRAP_REPS);
        fq_rng rng = fq_rng_seed(seed, 0);
        for (int k = 0; k < BOOTSTRAP_REPS; k++) {
            double sum = 0;
            for (int i = 0; i < n; i++)
                sum += d[fq_rng_below(&rng, (uint32_t)n)];
            mean[k] = sum / n;
        }
        gsl_sort(mean, 1, BOOTSTRAP_REPS);
        r.lo = exp(gsl_stats_quantile_from_sorted_data(mean, 1, BOOTSTRAP_REPS, (1 - level) / 2));
        r.hi = exp(gsl_stats_quantile_from_sorted_data(mean, 1, BOOTSTRAP_REPS, (1 + level) / 2));
        free(mean);
    }
    free(d);
    return r;
}

fq_ratio fq_contrast_geomean(const fq_ratio *r, int n, double level) {
    fq_ratio g = {NAN, NAN, NAN, n};
    if (n <= 0) return g;
    const double z = gsl_cdf_ugaussian_Pinv((1 + level) / 2);
    double sum = 0, variance = 0;
    for (int i = 0; i < n; i++) {
        const double se = log(r[i].hi / r[i].lo) / (2 * z);
        sum += log(r[i].ratio);
        variance += se * se;
    }
    const double half = z * sqrt(variance) / n;
    g.ratio = exp(sum / n);
    g.lo = exp(sum / n - half);
    g.hi = exp(sum / n + half);
    return g;
}

/* ---- samples ---- */

static int merge(const double *x, int n, int k, double *out) {
    int blocks = n / k;
    double *block = new_doubles(k);
    for (int i = 0; i < blocks; i++) {
        memcpy(block, x + (size_t)i * (size_t)k, (size_t)k * sizeof *block);
        out[i] = gsl_stats_median(block, 1, (size_t)k);
    }
    free(block);
    return blocks;
}

static double lag1(const double *x, int n) {
    double *y = logs(x, n);
    const double r = gsl_stats_lag1_autocorrelation(y, 1, (size_t)n);
    free(y);
    return r;
}

int fq_contrast_independent(const double *x, int n, double *out) {
    int blocks = merge(x, n > 0 ? n : 0, 1, out);
    for (int k = 1; n / (k + 1) >= BLOCKS_LEAST && lag1(out, blocks) > 1.645 / sqrt(blocks); k++)
        blocks = merge(x, n, k + 1, out);
    return blocks;
}

static double median_of(const double *x, int n) {
    double *sorted = new_doubles(n);
    memcpy(sorted, x, (size_t)n * sizeof *sorted);
    gsl_sort(sorted, 1, (size_t)n);
    const double m = gsl_stats_median_from_sorted_data(sorted, 1, (size_t)n);
    free(sorted);
    return m;
}

int fq_contrast_changes(const double *x, int n, double alpha, double threshold_pct, int *at) {
    int split = 0;
    double most = -1, p = 1;
    for (int k = PART_LEAST; k <= n - PART_LEAST; k++) {
        /* The best place by the normal score: exact and approximate p must not be held against each other. */
        const double pairs = (double)k * (n - k);
        const fq_mann_whitney m = fq_contrast_mann_whitney(x, k, x + k, n - k);
        const double z = fabs(m.u - pairs / 2) / sqrt(pairs * (n + 1) / 12);
        if (z <= most) continue;
        most = z;
        p = m.p;
        split = k;
    }
    if (split == 0 || !(p * (n - 2 * PART_LEAST + 1) < alpha)) return 0;
    const double apart = fabs(log(median_of(x, split) / median_of(x + split, n - split)));
    if (!(apart > log1p(threshold_pct / 100))) return 0;
    int found = fq_contrast_changes(x, split, alpha, threshold_pct, at);
    at[found++] = split;
    const int more = fq_contrast_changes(x + split, n - split, alpha, threshold_pct, at + found);
    for (int i = 0; i < more; i++)
        at[found + i] += split;
    return found + more;
}

double fq_contrast_log_sd(const double *x, int n) {
    if (n < QUARTILES_LEAST) return NAN;
    double *y = logs(x, n);
    gsl_sort(y, 1, (size_t)n);
    const double range = gsl_stats_quantile_from_sorted_data(y, 1, (size_t)n, 0.75) -
                         gsl_stats_quantile_from_sorted_data(y, 1, (size_t)n, 0.25);
    free(y);
    return range / (2 * gsl_cdf_ugaussian_Pinv(0.75));
}

double fq_contrast_samples(double sd, double effect, double alpha, double power) {
    const double pi = 3.14159265358979323846;
    const double z = gsl_cdf_ugaussian_Qinv(alpha / 2) + gsl_cdf_ugaussian_Pinv(power);
    return ceil(2 * z * z * sd * sd / (effect * effect) * pi / 3);
}
