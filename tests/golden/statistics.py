#!/usr/bin/env python3
"""Make tests/golden/statistics_golden.h: what SciPy, NumPy and statsmodels say of the samples that
tests/harness/test_statistics_golden.c draws with the same generator.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy scipy statsmodels
    /tmp/venv/bin/python tests/golden/statistics.py > tests/golden/statistics_golden.h
"""
import itertools
import sys

import numpy as np
import scipy
import scipy.optimize
import scipy.stats as st
import statsmodels
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

RESAMPLES = 400000


def times(n, x, shift=0.0, step=0.0):
    out = []
    for _ in range(n):
        x = (x * 1664525 + 1013904223) % 2**32
        out.append(100 + (x >> 8) * 100 / 2**24 + shift)
    out = np.array(out)
    return np.floor(out / step) * step if step else out


def table(name, fields, rows):
    print("static const struct {\n    %s\n} %s[] = {" % (fields, name))
    for r in rows:
        print("    {%s}," % ", ".join("NAN" if v != v else repr(int(v)) if isinstance(v, (int, np.integer)) else repr(float(v)) for v in r))
    print("};\n")


def order_interval(x, level):
    """Largest i with P(B <= i) + P(B >= n - i) <= 1 - level, B ~ Bin(n, 1/2)."""
    x, n, best = np.sort(x), len(x), None
    for i in range((n + 1) // 2):
        if 2 * i < n - 1 and st.binom.cdf(i, n, 0.5) + st.binom.sf(n - 1 - i, n, 0.5) <= 1 - level:
            best = i
    if best is None:
        return float("nan"), float("nan"), float("nan")
    return x[best], x[n - 1 - best], 1 - 2 * st.binom.cdf(best, n, 0.5)


def summaries():
    rows = []
    for n, seed, level in [(1, 1, .95), (5, 2, .95), (6, 3, .95), (10, 4, .95), (11, 5, .99), (25, 6, .95), (60, 7, .9), (200, 8, .95), (200, 9, .99)]:
        x = times(n, seed)
        lo, hi, reached = order_interval(x, level)
        med = np.median(x)
        mad = st.median_abs_deviation(x)
        rows.append((n, seed, level, med, lo, hi, reached, np.mean(x), np.std(x, ddof=1) if n > 1 else float("nan"),
                     np.percentile(x, 5), np.percentile(x, 95), int(np.sum(np.abs(x - med) > 14.826 * mad))))
    table("golden_summary", "int n; unsigned seed; double level, median, lo, hi, reached, mean, sd, p5, p95; int outliers;", rows)


def percentiles():
    rows = [(n, seed, p, np.percentile(times(n, seed), p)) for n, seed in [(2, 11), (9, 12), (101, 13)]
            for p in (0.0, 0.1, 5.0, 33.0, 50.0, 95.0, 99.9, 100.0)]
    table("golden_percentile", "int n; unsigned seed; double p, value;", rows)


def two_sided_exact(a, b):
    """Every split of the pooled midranks: for ties, which SciPy's exact method does not take."""
    ranks = st.rankdata(np.concatenate([a, b]))
    got = ranks[:len(a)].sum()
    sums = np.array([sum(c) for c in itertools.combinations(ranks, len(a))])
    return min(1.0, 2 * min(np.mean(sums <= got + 1e-9), np.mean(sums >= got - 1e-9)))


def rank_tests():
    rows = []
    for na, nb, sa, sb, shift, step in [(5, 5, 1, 2, 0, 0), (6, 6, 3, 4, 40, 0), (4, 9, 5, 6, 15, 0), (20, 20, 7, 8, 10, 0),
                                        (12, 15, 9, 10, 25, 0), (30, 40, 11, 12, 8, 0), (120, 100, 13, 14, 3, 0),
                                        (5, 6, 21, 22, 20, 20), (8, 7, 23, 24, 30, 20), (30, 30, 25, 26, 20, 20)]:
        a, b = times(na, sa, 0, step), times(nb, sb, shift, step)
        exact = na * nb <= 400
        r = st.mannwhitneyu(a, b, alternative="two-sided", method="exact" if exact else "asymptotic")
        p = two_sided_exact(a, b) if exact and step else r.pvalue
        rows.append((na, nb, sa, sb, float(shift), float(step), r.statistic, p, int(exact)))
    table("golden_rank_test", "int na, nb; unsigned sa, sb; double shift, step, u, p; int exact;", rows)


def shifts():
    rows = []
    for na, nb, sa, sb, shift in [(6, 6, 3, 4, 40), (4, 9, 5, 6, 15), (20, 20, 7, 8, 10), (12, 15, 9, 10, 25)]:
        a, b = np.log(times(na, sa)), np.log(times(nb, sb, shift))
        d = np.sort((b[None, :] - a[:, None]).ravel())
        kept = [x for x in d if st.mannwhitneyu(a + x * (1 + 1e-13), b, method="exact").pvalue > .05
                or st.mannwhitneyu(a + x * (1 - 1e-13), b, method="exact").pvalue > .05]
        rows.append((na, nb, sa, sb, float(shift), np.exp(np.median(d)), np.exp(min(kept)), np.exp(max(kept))))
    table("golden_shift", "int na, nb; unsigned sa, sb; double shift, ratio, lo, hi;", rows)


def paired():
    rng = np.random.default_rng(1)
    rows = []
    for n, sa, sb in [(6, 31, 32), (12, 33, 34), (40, 35, 36), (200, 37, 38)]:
        a, b = times(n, sa), times(n, sb)
        d = np.log(b / a)
        means = np.concatenate([d[rng.integers(0, n, (RESAMPLES // 8, n))].mean(axis=1) for _ in range(8)])
        lo, hi = np.exp(np.percentile(means, [2.5, 97.5]))
        med_lo, med_hi, _ = order_interval(a / b, .95)
        rows.append((n, sa, sb, np.exp(d.mean()), lo, hi, np.median(a / b), med_lo, med_hi))
    table("golden_paired", "int n; unsigned sa, sb; double ratio, lo, hi, median, median_lo, median_hi;", rows)


def holm():
    rows = []
    for seed, n in [(41, 5), (42, 12)]:
        p = (times(n, seed) - 100) / 100 * 0.1
        for i, q in enumerate(multipletests(p, method="holm")[1]):
            rows.append((seed, n, i, q))
    table("golden_holm", "unsigned seed; int n, i; double adjusted;", rows)


def geomeans():
    rows = []
    for seed, n in [(51, 3), (52, 20)]:
        r = times(n, seed) / 150
        width = (times(n, seed + 100) - 100) / 1000 + 0.01
        sd = width / st.norm.ppf(.975)
        mean, half = np.log(r).mean(), st.norm.ppf(.975) * np.sqrt(np.sum(sd**2)) / n
        rows.append((seed, n, np.exp(mean), np.exp(mean - half), np.exp(mean + half)))
    table("golden_geomean", "unsigned seed; int n; double ratio, lo, hi;", rows)


def needed():
    rows = []
    for sd, effect, alpha, power in [(.02, .03, .05, .8), (.1, .05, .05, .8), (.05, .01, .01, .9)]:
        n = NormalIndPower().solve_power(effect / sd, alpha=alpha, power=power, ratio=1)
        rows.append((sd, effect, alpha, power, n * np.pi / 3))
    table("golden_needed", "double sd, effect, alpha, power, samples;", rows)


def perplexity():
    """Positions with two tokens: logits (x, 0) and, of the reference, (y, 0); target 0. Windows of 4 positions."""
    windows, each = 50, 4
    x = (times(windows * each, 61) / 50 - 3).astype(np.float32).astype(float)
    y = (times(windows * each, 62) / 50 - 3).astype(np.float32).astype(float)
    nll, ref = np.log1p(np.exp(-x)), np.log1p(np.exp(-y))
    p = 1 / (1 + np.exp(-y))
    kld = p * (np.log(p) + nll) + (1 - p) * (np.log(1 - p) + np.log1p(np.exp(x)))
    w, r = nll.reshape(windows, each).mean(axis=1), ref.reshape(windows, each).mean(axis=1)
    rng = np.random.default_rng(2)
    pick = [rng.integers(0, windows, (RESAMPLES // 8, windows)) for _ in range(8)]
    ppl = np.concatenate([np.exp(w[i].mean(axis=1)) for i in pick])
    d = np.concatenate([np.exp(w[i].mean(axis=1)) - np.exp(r[i].mean(axis=1)) for i in pick])
    table("golden_perplexity", "int windows, each; double ppl, lo, hi, dppl, dlo, dhi, kld_mean, kld_median, kld_p99, kld_max, top1;",
          [(windows, each, np.exp(w.mean()), *np.percentile(ppl, [2.5, 97.5]), np.exp(w.mean()) - np.exp(r.mean()),
            *np.percentile(d, [2.5, 97.5]), kld.mean(), np.median(kld), np.percentile(kld, 99), kld.max(),
            100 * np.mean((x >= 0) == (y >= 0)))])


print("/* Made by tests/golden/statistics.py with NumPy %s, SciPy %s, statsmodels %s. Do not edit. */" %
      (np.__version__, scipy.__version__, statsmodels.__version__))
print("/* clang-format off */")
print("#ifndef FQ_TESTS_STATISTICS_GOLDEN_H\n#define FQ_TESTS_STATISTICS_GOLDEN_H\n#include <math.h>\n")
for make in (summaries, percentiles, rank_tests, shifts, paired, holm, geomeans, needed, perplexity):
    make()
    sys.stdout.flush()
print("#endif")
