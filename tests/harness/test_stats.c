/* Statistics against golden numbers from NumPy and exact binomial sums, and the interval's coverage by simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "harness/rng.h"
#include "harness/stats.h"

static const double sample[] = {7.1, 3.3, 9.8, 1.2, 5.5, 8.4, 2.2, 6.6, 4.9, 30.0};

static void assert_near(double got, double want) {
    if (!(fabs(got - want) <= 1e-12 * fmax(1, fabs(want)))) fail_msg("got %.17g, want %.17g", got, want);
}

/* python3 -c 'import numpy as np; x = [sample]; [np.percentile(x, p) for p in (0, 5, 33, 50, 95, 99.9, 100)]' */
static void percentiles_match_numpy(void **state) {
    static const double golden[][2] = {{0, 1.2},    {5, 1.6500000000000001},    {33, 4.852}, {50, 6.05},
                                       {95, 20.91}, {99.9, 29.818200000000003}, {100, 30.0}};
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        assert_near(fq_stats_percentile(sample, 10, golden[i][0]), golden[i][1]);
    }
    assert_true(isnan(fq_stats_percentile(sample, 0, 50)));
    assert_near(fq_stats_percentile(sample, 1, 99), 7.1);
}

/* Exact: 1 - 2 sum_{k<=lo} C(n, k) / 2^n with Python's math.comb. */
static void median_ranks_match_binomial(void **state) {
    static const struct {
        int n;
        double level;
        int found, lo, hi;
        double reached;
    } golden[] = {
        {1, 0.95, 0, 0, 0, 0},
        {5, 0.95, 0, 0, 0, 0},
        {6, 0.95, 1, 0, 5, 0.96875},
        {6, 0.99, 0, 0, 0, 0},
        {9, 0.95, 1, 1, 7, 0.9609375},
        {9, 0.99, 1, 0, 8, 0.99609375},
        {10, 0.95, 1, 1, 8, 0.978515625},
        {20, 0.95, 1, 5, 14, 0.9586105346679688},
        {25, 0.95, 1, 7, 17, 0.9567147493362427},
        {200, 0.95, 1, 85, 114, 0.9599628083866005},
        {200, 0.99, 1, 81, 118, 0.9912774987525529},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        int lo = -7;
        int hi = -7;
        double reached = -7;
        assert_int_equal(fq_stats_median_ranks(golden[i].n, golden[i].level, &lo, &hi, &reached), golden[i].found);
        if (!golden[i].found) continue;
        assert_int_equal(lo, golden[i].lo);
        assert_int_equal(hi, golden[i].hi);
        assert_near(reached, golden[i].reached);
    }
}

/* numpy: mean, std(ddof=1), median, percentile 5 and 95 of `sample`. */
static void summary_matches_numpy(void **state) {
    double copy[10];
    memcpy(copy, sample, sizeof copy);
    fq_summary s = fq_stats_summary(copy, 10, 0.95);
    assert_memory_equal(copy, sample, sizeof copy);
    assert_int_equal(s.n, 10);
    assert_near(s.median, 6.05);
    assert_near(s.mean, 7.9);
    assert_near(s.sd, 8.218542720242102);
    assert_near(s.min, 1.2);
    assert_near(s.max, 30);
    assert_near(s.p5, 1.65);
    assert_near(s.p95, 20.91);
    assert_near(s.lo, 2.2); /* ranks 1 and 8 */
    assert_near(s.hi, 9.8);
    assert_near(s.level, 0.978515625);
    assert_int_equal(s.outliers, 0); /* 23.95 <= 14.826 * 2.55 */
}

static void few_samples_have_no_interval(void **state) {
    fq_summary s = fq_stats_summary(sample, 5, 0.95);
    assert_near(s.median, 5.5);
    assert_true(isnan(s.lo) && isnan(s.hi));
    s = fq_stats_summary(sample, 1, 0.95);
    assert_near(s.median, 7.1);
    assert_true(isnan(s.sd) && isnan(s.lo));
    s = fq_stats_summary(NULL, 0, 0.95);
    assert_int_equal(s.n, 0);
    assert_true(isnan(s.median) && isnan(s.mean) && isnan(s.min) && isnan(s.p95));
}

static void outliers_are_counted(void **state) {
    /* median 10, MAD 1: 100 and 25 are more than 14.826 away, 24 is not. */
    double x[] = {10, 11, 9, 10, 12, 8, 10, 11, 9, 9, 9, 100, 25, 24, 10};
    assert_int_equal(fq_stats_summary(x, 15, 0.95).outliers, 2);
    double same[] = {5, 5, 5, 5, 5, 5, 5, 6};
    assert_int_equal(fq_stats_summary(same, 8, 0.95).outliers, 1);
    assert_int_equal(fq_stats_summary(same, 7, 0.95).outliers, 0);
}

static void paired_ratio_cancels_drift(void **state) {
    double a[40];
    double b[40];
    for (int i = 0; i < 40; i++) {
        double drift = 1 + i; /* both become forty times slower */
        a[i] = 3 * drift * (1 + 0.01 * (i % 3 - 1));
        b[i] = 2 * drift;
    }
    fq_summary s = fq_stats_paired_ratio(a, b, 40, 0.95);
    assert_near(s.median, 1.5);
    assert_true(s.lo >= 1.484 && s.hi <= 1.516 && s.lo <= s.median && s.median <= s.hi);
    assert_true(isnan(fq_stats_paired_ratio(a, b, 0, 0.95).median));
}

/* The promise of an interval: it holds the true median in at least 95 of 100 experiments, and not always. */
static void median_interval_covers(void **state) {
    fq_rng r = fq_rng_seed(11, 0);
    enum { EXPERIMENTS = 4000, N = 15 };
    int covered = 0;
    for (int e = 0; e < EXPERIMENTS; e++) {
        double x[N];
        for (int i = 0; i < N; i++) {
            x[i] = exp(2 * fq_rng_gauss(&r)); /* skewed, median 1 */
        }
        fq_summary s = fq_stats_summary(x, N, 0.95);
        covered += s.lo <= 1 && 1 <= s.hi;
    }
    double expected;
    int lo;
    int hi;
    assert_int_equal(fq_stats_median_ranks(N, 0.95, &lo, &hi, &expected), 1);
    double seen = (double)covered / EXPERIMENTS;
    assert_true(fabs(seen - expected) < 5 * sqrt(expected * (1 - expected) / EXPERIMENTS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_match_numpy), cmocka_unit_test(median_ranks_match_binomial),
        cmocka_unit_test(summary_matches_numpy),   cmocka_unit_test(few_samples_have_no_interval),
        cmocka_unit_test(outliers_are_counted),    cmocka_unit_test(paired_ratio_cancels_drift),
        cmocka_unit_test(median_interval_covers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
