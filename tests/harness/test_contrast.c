/* Tests of two sets of times: golden numbers from SciPy 1.17 and statsmodels 0.14, and the promises of tests and
 * intervals by simulation. The tables were printed by (pip install scipy statsmodels)
 *   def times(n, x): out = []; for n times: x = (x * 1664525 + 1013904223) % 2**32;
 *                    out.append(100 + (x >> 8) * 100 / 2**24)
 *   a, b = times(na, sa), times(nb, sb) + shift        # with step: floor(. / step) * step, which makes ties
 *   scipy.stats.mannwhitneyu(a, b, method='exact' if na * nb <= 400 else 'asymptotic')
 *   with ties and na * nb <= 400: every itertools.combinations(rankdata(a + b), na), two-sided p of the rank sum
 *   shift: the set of x where mannwhitneyu(log(a) + x, log(b), method='exact').pvalue > 0.05
 *   statsmodels.stats.multitest.multipletests(p, method='holm')
 *   numpy: 1e6 bootstrap means of log(b / a), percentiles 2.5 and 97.5
 *   statsmodels.stats.power.NormalIndPower().solve_power(effect / sd, alpha=, power=, ratio=1) * pi / 3 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/contrast.h"
#include "harness/rng.h"

enum { MOST = 200 };

static void assert_near(double got, double want, double relative) {
    if (!(fabs(got - want) <= relative * fabs(want))) fail_msg("got %.17g, want %.17g", got, want);
}

static void times(double *out, int n, uint32_t x, double shift, double step) {
    for (int i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        out[i] = 100 + (double)(x >> 8) * 100 / 16777216 + shift;
        if (step > 0) out[i] = floor(out[i] / step) * step;
    }
}

static void mann_whitney_matches_scipy(void **state) {
    static const struct {
        int na, nb;
        uint32_t sa, sb;
        double shift, step, u, p;
    } golden[] = {
        {5, 5, 1, 2, 0, 0, 9.0, 0.5476190476190477},          {6, 6, 3, 4, 40, 0, 7.0, 0.09307359307359307},
        {4, 9, 5, 6, 15, 0, 10.0, 0.2601398601398601},        {20, 20, 7, 8, 10, 0, 180.0, 0.6016618856344154},
        {12, 15, 9, 10, 25, 0, 56.0, 0.10280029866784478},    {30, 40, 11, 12, 8, 0, 419.0, 0.03218214610806928},
        {120, 100, 13, 14, 3, 0, 6266.0, 0.5722330728812437}, {5, 6, 21, 22, 20, 20, 5.0, 0.1038961038961039},
        {8, 7, 23, 24, 30, 20, 13.5, 0.1261849261849262},     {30, 30, 25, 26, 20, 20, 294.0, 0.01828702889556927},
    };
    double a[MOST], b[MOST];
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        times(a, golden[i].na, golden[i].sa, 0, golden[i].step);
        times(b, golden[i].nb, golden[i].sb, golden[i].shift, golden[i].step);
        fq_mann_whitney m = fq_contrast_mann_whitney(a, golden[i].na, b, golden[i].nb);
        assert_near(m.u, golden[i].u, 0);
        assert_near(m.p, golden[i].p, 1e-12);
        assert_int_equal(m.exact, golden[i].na * golden[i].nb <= 400);
        fq_mann_whitney back = fq_contrast_mann_whitney(b, golden[i].nb, a, golden[i].na);
        assert_near(back.p, m.p, 1e-12);
        assert_near(back.u, golden[i].na * golden[i].nb - m.u, 0);
    }
    assert_true(isnan(fq_contrast_mann_whitney(a, 0, b, 5).p));
    double same[30];
    for (int i = 0; i < 30; i++)
        same[i] = 7;
    assert_true(fq_contrast_mann_whitney(same, 6, same, 6).p == 1 &&
                fq_contrast_mann_whitney(same, 30, same, 30).p == 1);
}

static void shift_matches_inverted_test(void **state) {
    static const struct {
        int na, nb;
        uint32_t sa, sb;
        double shift, ratio, lo, hi;
    } golden[] = {
        {6, 6, 3, 4, 40, 1.1596701094421593, 0.920570843132629, 1.475545448991633},
        {4, 9, 5, 6, 15, 1.1214072428422426, 0.7492885411386849, 1.6477832542435982},
        {20, 20, 7, 8, 10, 1.0403347405203034, 0.9152545720453329, 1.1788036000398838},
        {12, 15, 9, 10, 25, 1.1838600919623752, 0.970568453079752, 1.4091835346959922},
    };
    double a[MOST], b[MOST];
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        times(a, golden[i].na, golden[i].sa, 0, 0);
        times(b, golden[i].nb, golden[i].sb, golden[i].shift, 0);
        fq_ratio r = fq_contrast_shift(a, golden[i].na, b, golden[i].nb, 0.95);
        assert_near(r.ratio, golden[i].ratio, 1e-12);
        assert_near(r.lo, golden[i].lo, 1e-12);
        assert_near(r.hi, golden[i].hi, 1e-12);
    }
    assert_true(isnan(fq_contrast_shift(a, 3, b, 3, 0.95).lo)); /* 20 splits: no 95 % */
    assert_true(isnan(fq_contrast_shift(a, 3, b, 0, 0.95).ratio));
}

/* The interval leaves 1 out just when the test rejects, small and large samples alike. */
static void shift_and_test_agree(void **state) {
    fq_rng r = fq_rng_seed(5, 0);
    int rejected = 0;
    for (int e = 0; e < 300; e++) {
        double a[MOST], b[MOST];
        int na = 4 + (int)fq_rng_below(&r, 26), nb = 4 + (int)fq_rng_below(&r, 26);
        for (int i = 0; i < na; i++)
            a[i] = exp(0.1 * fq_rng_gauss(&r));
        for (int i = 0; i < nb; i++)
            b[i] = exp(0.1 * fq_rng_gauss(&r) + 0.06);
        fq_ratio s = fq_contrast_shift(a, na, b, nb, 0.95);
        int outside = s.lo > 1 || s.hi < 1;
        assert_int_equal(outside, fq_contrast_mann_whitney(a, na, b, nb).p <= 0.05);
        rejected += outside;
    }
    assert_in_range(rejected, 60, 240);
}

static void holm_matches_statsmodels(void **state) {
    const double p[] = {0.01, NAN, 0.04, 0.03, 0.005, 0.5, 0.04};
    const double want[] = {0.05, NAN, 0.12, 0.12, 0.03, 0.5, 0.12};
    double got[7];
    fq_contrast_holm(p, 7, got);
    for (int i = 0; i < 7; i++) {
        if (isnan(want[i]))
            assert_true(isnan(got[i]));
        else
            assert_near(got[i], want[i], 1e-12);
    }
    fq_contrast_holm(got, 0, got);
}

static void paired_matches_numpy(void **state) {
    static const struct {
        int n;
        uint32_t sa, sb;
        double ratio, lo, hi;
    } golden[] = {
        {10, 31, 32, 1.167513329564208, 0.9630195619338504, 1.4131176436381172},
        {40, 33, 34, 0.9750726767916167, 0.8998823048025348, 1.0587017194169075},
    };
    double a[MOST], b[MOST];
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        times(a, golden[i].n, golden[i].sa, 0, 0);
        times(b, golden[i].n, golden[i].sb, 0, 0);
        fq_ratio r = fq_contrast_paired(a, b, golden[i].n, 0.95, 1);
        assert_near(r.ratio, golden[i].ratio, 1e-12);
        assert_near(r.lo, golden[i].lo, 0.006); /* 10000 resamples: about 0.002 */
        assert_near(r.hi, golden[i].hi, 0.006);
        for (int k = 0; k < golden[i].n; k++) { /* what both share cancels */
            a[k] *= 1 + k;
            b[k] *= 1 + k;
        }
        assert_near(fq_contrast_paired(a, b, golden[i].n, 0.95, 1).hi, r.hi, 1e-9);
    }
    assert_true(isnan(fq_contrast_paired(a, b, 3, 0.95, 1).lo) && isnan(fq_contrast_paired(a, b, 0, 0.95, 1).ratio));
}

static void geomean_matches_numpy(void **state) {
    const fq_ratio r[] = {{1.1, 1.0, 1.21, 0}, {0.9, 0.8, 1.0, 0}, {1.3, 1.25, 1.36, 0}};
    fq_ratio g = fq_contrast_geomean(r, 3, 0.95);
    assert_near(g.ratio, 1.0877427123742627, 1e-12);
    assert_near(g.lo, 1.0337695635291753, 1e-12);
    assert_near(g.hi, 1.1445338014054673, 1e-12);
    assert_true(isnan(fq_contrast_geomean(r, 0, 0.95).ratio));
}

static void sd_and_samples_match(void **state) {
    double x[MOST];
    times(x, 17, 41, 0, 0);
    assert_near(fq_contrast_log_sd(x, 17), 0.29109235074627593, 1e-12);
    assert_true(isnan(fq_contrast_log_sd(x, 3)));
    assert_true(fq_contrast_samples(0.03, 0.02, 0.05, 0.8) == 37); /* 36.987 */
    assert_true(fq_contrast_samples(0.1, 0.05, 0.01, 0.9) == 125); /* 124.653 */
}

/* The number of samples that is asked for gives about the power it promises. */
static void samples_give_the_power(void **state) {
    fq_rng r = fq_rng_seed(17, 0);
    int n = (int)fq_contrast_samples(0.05, 0.03, 0.05, 0.8), found = 0;
    assert_in_range(n, 20, MOST);
    for (int e = 0; e < 400; e++) {
        double a[MOST], b[MOST];
        for (int i = 0; i < n; i++) {
            a[i] = exp(0.05 * fq_rng_gauss(&r));
            b[i] = exp(0.05 * fq_rng_gauss(&r) + 0.03);
        }
        found += fq_contrast_mann_whitney(a, n, b, n).p <= 0.05;
    }
    assert_in_range(found, 290, 350); /* 320 +- 8 */
}

/* Disturbances that last make neighbours alike; the rank test alone then cries wolf, merged neighbours do not. */
static void merging_keeps_the_level(void **state) {
    fq_rng r = fq_rng_seed(23, 0);
    enum { N = 160, EXPERIMENTS = 300 };
    int raw = 0, merged = 0, white = 0;
    for (int e = 0; e < EXPERIMENTS; e++) {
        double x[2][N], y[2][N];
        int n[2];
        for (int s = 0; s < 2; s++) {
            double state_now = fq_rng_gauss(&r);
            for (int i = 0; i < N; i++) {
                state_now = 0.8 * state_now + 0.6 * fq_rng_gauss(&r);
                x[s][i] = 1e6 * exp(0.05 * state_now);
            }
            n[s] = fq_contrast_independent(x[s], N, y[s]);
            assert_in_range(n[s], 12, N);
        }
        raw += fq_contrast_mann_whitney(x[0], N, x[1], N).p <= 0.05;
        merged += fq_contrast_mann_whitney(y[0], n[0], y[1], n[1]).p <= 0.05;
        for (int i = 0; i < N; i++)
            x[0][i] = exp(fq_rng_gauss(&r));
        white += fq_contrast_independent(x[0], N, y[0]) == N;
    }
    assert_true(raw > EXPERIMENTS / 3);
    assert_true(merged < EXPERIMENTS / 8);
    assert_true(white > EXPERIMENTS * 0.85);
    double few[2] = {1, 2}, out[2];
    assert_int_equal(fq_contrast_independent(few, 2, out), 2);
    assert_int_equal(fq_contrast_independent(few, 0, out), 0);
}

/* Two steps are found where they are; noise has none (40 series: 2 expected). */
static void changes_are_found(void **state) {
    fq_rng r = fq_rng_seed(29, 0);
    int at[MOST], alarms = 0;
    double x[MOST];
    for (int i = 0; i < 45; i++)
        x[i] = (i < 15 ? 100 : i < 32 ? 106 : 97) * exp(0.01 * fq_rng_gauss(&r));
    assert_int_equal(fq_contrast_changes(x, 45, 0.05, 3, at), 2);
    assert_int_equal(at[0], 15);
    assert_int_equal(at[1], 32);
    assert_int_equal(fq_contrast_changes(x, 45, 0.05, 20, at), 0);
    assert_int_equal(fq_contrast_changes(x, 5, 0.05, 0, at), 0);
    for (int e = 0; e < 40; e++) {
        for (int i = 0; i < 30; i++)
            x[i] = exp(0.05 * fq_rng_gauss(&r));
        alarms += fq_contrast_changes(x, 30, 0.05, 0, at) > 0;
    }
    assert_true(alarms <= 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mann_whitney_matches_scipy), cmocka_unit_test(shift_matches_inverted_test),
        cmocka_unit_test(shift_and_test_agree),       cmocka_unit_test(holm_matches_statsmodels),
        cmocka_unit_test(paired_matches_numpy),       cmocka_unit_test(geomean_matches_numpy),
        cmocka_unit_test(sd_and_samples_match),       cmocka_unit_test(samples_give_the_power),
        cmocka_unit_test(merging_keeps_the_level),    cmocka_unit_test(changes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
