/* Every statistic against what NumPy, SciPy and statsmodels say of the same samples (tests/golden/statistics.py). Exact
 * formulas agree to 1e-12; bootstraps, which draw other resamples, to a share of their interval's width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/contrast.h"
#include "harness/metric.h"
#include "harness/stats.h"
#include "tests/golden/statistics_golden.h"

enum { MOST = 256 };
#define EACH(golden) for (size_t i = 0; i < sizeof(golden) / sizeof(golden)[0]; i++)

static void near(double got, double want, double relative) {
    if (isnan(want) && isnan(got)) return;
    if (!(fabs(got - want) <= relative * fmax(1e-3, fabs(want)))) fail_msg("got %.17g, want %.17g", got, want);
}

/* Ends of a bootstrap interval: within `share` of its width. */
static void near_interval(double lo, double hi, double want_lo, double want_hi, double share) {
    const double slack = share * (want_hi - want_lo);
    if (!(fabs(lo - want_lo) <= slack && fabs(hi - want_hi) <= slack))
        fail_msg("got [%.9g, %.9g], want [%.9g, %.9g]", lo, hi, want_lo, want_hi);
}

static void draw(double *out, int n, uint32_t x, double shift, double step) {
    for (int i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        out[i] = 100 + (double)(x >> 8) * 100 / 16777216 + shift;
        if (step > 0) out[i] = floor(out[i] / step) * step;
    }
}

static void summaries(void **state) {
    double x[MOST];
    EACH(golden_summary) {
        draw(x, golden_summary[i].n, golden_summary[i].seed, 0, 0);
        const fq_summary s = fq_stats_summary(x, golden_summary[i].n, golden_summary[i].level);
        near(s.median, golden_summary[i].median, 1e-12);
        near(s.lo, golden_summary[i].lo, 0);
        near(s.hi, golden_summary[i].hi, 0);
        near(s.level, golden_summary[i].reached, 1e-12);
        near(s.mean, golden_summary[i].mean, 1e-12);
        near(s.sd, golden_summary[i].sd, 1e-12);
        near(s.p5, golden_summary[i].p5, 1e-12);
        near(s.p95, golden_summary[i].p95, 1e-12);
        assert_int_equal(s.outliers, golden_summary[i].outliers);
    }
}

static void percentiles(void **state) {
    double x[MOST];
    EACH(golden_percentile) {
        draw(x, golden_percentile[i].n, golden_percentile[i].seed, 0, 0);
        near(fq_stats_percentile(x, golden_percentile[i].n, golden_percentile[i].p), golden_percentile[i].value, 1e-12);
    }
}

static void rank_tests(void **state) {
    double a[MOST], b[MOST];
    EACH(golden_rank_test) {
        draw(a, golden_rank_test[i].na, golden_rank_test[i].sa, 0, golden_rank_test[i].step);
        draw(b, golden_rank_test[i].nb, golden_rank_test[i].sb, golden_rank_test[i].shift, golden_rank_test[i].step);
        const fq_mann_whitney m = fq_contrast_mann_whitney(a, golden_rank_test[i].na, b, golden_rank_test[i].nb);
        near(m.u, golden_rank_test[i].u, 0);
        near(m.p, golden_rank_test[i].p, 1e-12);
        assert_int_equal(m.exact, golden_rank_test[i].exact);
    }
}

static void shifts(void **state) {
    double a[MOST], b[MOST];
    EACH(golden_shift) {
        draw(a, golden_shift[i].na, golden_shift[i].sa, 0, 0);
        draw(b, golden_shift[i].nb, golden_shift[i].sb, golden_shift[i].shift, 0);
        const fq_ratio r = fq_contrast_shift(a, golden_shift[i].na, b, golden_shift[i].nb, 0.95);
        near(r.ratio, golden_shift[i].ratio, 1e-12);
        near(r.lo, golden_shift[i].lo, 1e-12);
        near(r.hi, golden_shift[i].hi, 1e-12);
    }
}

static void pairs(void **state) {
    double a[MOST], b[MOST];
    EACH(golden_paired) {
        const int n = golden_paired[i].n;
        draw(a, n, golden_paired[i].sa, 0, 0);
        draw(b, n, golden_paired[i].sb, 0, 0);
        const fq_ratio r = fq_contrast_paired(a, b, n, 0.95, 1);
        near(r.ratio, golden_paired[i].ratio, 1e-12);
        near_interval(r.lo, r.hi, golden_paired[i].lo, golden_paired[i].hi, 0.02);
        const fq_summary s = fq_stats_paired_ratio(a, b, n, 0.95);
        near(s.median, golden_paired[i].median, 1e-12);
        near(s.lo, golden_paired[i].median_lo, 1e-12);
        near(s.hi, golden_paired[i].median_hi, 1e-12);
    }
}

static void holm(void **state) {
    double p[MOST];
    EACH(golden_holm) {
        const int n = golden_holm[i].n;
        draw(p, n, golden_holm[i].seed, 0, 0);
        for (int k = 0; k < n; k++)
            p[k] = (p[k] - 100) / 100 * 0.1;
        fq_contrast_holm(p, n, p);
        near(p[golden_holm[i].i], golden_holm[i].adjusted, 1e-12);
    }
}

static void geometric_means(void **state) {
    double ratio[MOST], width[MOST];
    fq_ratio r[MOST];
    EACH(golden_geomean) {
        const int n = golden_geomean[i].n;
        draw(ratio, n, golden_geomean[i].seed, 0, 0);
        draw(width, n, golden_geomean[i].seed + 100, 0, 0);
        for (int k = 0; k < n; k++) {
            const double half = (width[k] - 100) / 1000 + 0.01;
            r[k] = (fq_ratio){ratio[k] / 150, ratio[k] / 150 * exp(-half), ratio[k] / 150 * exp(half), 10};
        }
        const fq_ratio g = fq_contrast_geomean(r, n, 0.95);
        near(g.ratio, golden_geomean[i].ratio, 1e-12);
        near(g.lo, golden_geomean[i].lo, 1e-12);
        near(g.hi, golden_geomean[i].hi, 1e-12);
    }
}

static void samples_needed(void **state) {
    EACH(golden_needed) {
        const double n = fq_contrast_samples(golden_needed[i].sd, golden_needed[i].effect, golden_needed[i].alpha,
                                             golden_needed[i].power);
        /* SciPy's solver counts the far tail too, which hardly ever decides */
        assert_true(n >= golden_needed[i].samples - 1e-3 && n < golden_needed[i].samples + 1 + 1e-3);
    }
}

static void perplexity(void **state) {
    const int windows = golden_perplexity[0].windows, each = golden_perplexity[0].each;
    double x[MOST], y[MOST];
    fq_accuracy *a;
    assert_int_equal(fq_accuracy_create(&a), FQ_OK);
    draw(x, windows * each, 61, 0, 0);
    draw(y, windows * each, 62, 0, 0);
    for (int w = 0; w < windows; w++) {
        for (int k = 0; k < each; k++) {
            const int target = 0;
            const float test[2] = {(float)(x[w * each + k] / 50 - 3), 0},
                        ref[2] = {(float)(y[w * each + k] / 50 - 3), 0};
            assert_int_equal(fq_accuracy_add(a, test, ref, &target, 1, 2), FQ_OK);
        }
        assert_int_equal(fq_accuracy_end_window(a), FQ_OK);
    }
    const fq_accuracy_summary s = fq_accuracy_summarize(a, 1);
    near(s.ppl, golden_perplexity[0].ppl, 1e-6); /* exp in float32 */
    near(s.dppl, golden_perplexity[0].dppl, 1e-4);
    near_interval(s.ppl_lo, s.ppl_hi, golden_perplexity[0].lo, golden_perplexity[0].hi, 0.06); /* 1000 resamples */
    near_interval(s.dppl_lo, s.dppl_hi, golden_perplexity[0].dlo, golden_perplexity[0].dhi, 0.06);
    near(s.kld_mean, golden_perplexity[0].kld_mean, 1e-5);
    near(s.kld_median, golden_perplexity[0].kld_median, 1e-5);
    near(s.kld_p99, golden_perplexity[0].kld_p99, 1e-5);
    near(s.kld_max, golden_perplexity[0].kld_max, 1e-5);
    near(s.top1_pct, golden_perplexity[0].top1, 1e-12);
    fq_accuracy_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summaries),       cmocka_unit_test(percentiles),    cmocka_unit_test(rank_tests),
        cmocka_unit_test(shifts),          cmocka_unit_test(pairs),          cmocka_unit_test(holm),
        cmocka_unit_test(geometric_means), cmocka_unit_test(samples_needed), cmocka_unit_test(perplexity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
