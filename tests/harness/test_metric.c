/* Likelihood, divergence and their statistics: golden numbers from NumPy, a naive double oracle, and the laws that hold
 * for any distribution. Both the portable and the AVX2 passes are tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cpu.h"
#include "harness/metric.h"
#include "harness/metric_row.h"
#include "harness/rng.h"

enum { V = 1003 };

static void assert_close(double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance)) fail_msg("got %.17g, want %.17g", got, want);
}

static void expf_is_accurate(void **state) {
    double worst = 0;
    for (int64_t i = 0; i < 2000000; i++) {
        float x = -87.0f + (float)i * (175.0f / 2000000);
        if (x > 88.0f) break;
        double exact = exp(x);
        worst = fmax(worst, fabs(fq_expf(x) - exact) / exact);
    }
    if (!(worst < 2e-7)) fail_msg("relative error %g", worst);
    assert_true(fq_expf(0.0f) == 1.0f);
    assert_true(fq_expf(-87.1f) == 0.0f && fq_expf(-1e30f) == 0.0f && fq_expf(-INFINITY) == 0.0f);
    assert_true(isinf(fq_expf(88.1f)) && isinf(fq_expf(1e30f)) && isinf(fq_expf(INFINITY)));
    assert_true(isnan(fq_expf(NAN)));
}

static void fill_golden(float *ref, float *test) {
    for (int i = 0; i < V; i++) {
        ref[i] = (float)((i * 37) % 101 - 50) / 8.0f;
        test[i] = ref[i] + (float)((i * 53) % 17 - 8) / 16.0f;
    }
}

/* numpy, float64: i = arange(1003); r = ((i*37)%101-50)/8; t = r+((i*53)%17-8)/16; log-softmax of both; target 5. */
static void rows_match_numpy(void **state) {
    float ref[V];
    float test[V];
    fill_golden(ref, test);
    fq_divergence d = fq_metric_compare(ref, test, V, 5);
    assert_close(d.nll_ref, 6.438771374005414, 2e-7);
    assert_close(d.nll_test, 6.359353665332634, 2e-7);
    assert_close(d.kld, 0.04634058365095875, 2e-7);
    assert_int_equal(d.same_top1, 0);
    assert_close(fq_metric_nll(test, V, 5), 6.359353665332634, 2e-7);
    assert_true(fq_metric_nll(test, V, 5) == d.nll_test); /* one code path */
}

static double naive_nll(const float *x, int n, int target) {
    double max = x[0];
    double sum = 0;
    for (int i = 1; i < n; i++) {
        max = fmax(max, x[i]);
    }
    for (int i = 0; i < n; i++) {
        sum += exp(x[i] - max);
    }
    return log(sum) + max - x[target];
}

static double naive_kld(const float *r, const float *t, int n) {
    double kld = 0;
    for (int i = 0; i < n; i++) {
        double lr = -naive_nll(r, n, i);
        kld += exp(lr) * (lr + naive_nll(t, n, i));
    }
    return kld;
}

/* Every length up to several vectors, both passes, against double arithmetic. */
static void passes_agree_at_odd_lengths(void **state) {
    fq_rng g = fq_rng_seed(3, 1);
    const fq_metric_row *passes[] = {&fq_metric_row_ref, &fq_metric_row_avx2};
    int usable = fq_cpu_isa_hardware() >= FQ_ISA_AVX2 ? 2 : 1;
    for (int n = 1; n <= 300; n++) {
        float r[300];
        float t[300];
        fq_rng_fill_gauss(&g, r, (size_t)n, 5);
        fq_rng_fill_gauss(&g, t, (size_t)n, 5);
        int top = 0;
        double sum = 0;
        double cross = 0;
        for (int i = 0; i < n; i++) {
            if (r[i] > r[top]) top = i;
        }
        for (int i = 0; i < n; i++) {
            sum += exp((double)r[i] - r[top]);
            cross += exp((double)r[i] - r[top]) * ((double)r[i] - t[i]);
        }
        for (int k = 0; k < usable; k++) {
            double got;
            assert_int_equal(passes[k]->arg_max(r, n), top);
            assert_close(passes[k]->sum_exp(r, n, r[top]) / sum, 1, 3e-7);
            assert_true(passes[k]->sum_exp_cross(r, t, n, r[top], &got) == passes[k]->sum_exp(r, n, r[top]));
            assert_close(got, cross, 1e-6 * (1 + sum * 20));
        }
    }
}

static void lowest_index_wins_ties(void **state) {
    const fq_metric_row *passes[] = {&fq_metric_row_ref, &fq_metric_row_avx2};
    int usable = fq_cpu_isa_hardware() >= FQ_ISA_AVX2 ? 2 : 1;
    float x[40];
    for (int k = 0; k < usable; k++) {
        for (int at = 0; at < 40; at++) {
            for (int i = 0; i < 40; i++) {
                x[i] = i >= at && i % 2 == at % 2 ? 2.0f : -3.0f;
            }
            assert_int_equal(passes[k]->arg_max(x, 40), at);
            if (at > 0) x[0] = NAN;
            assert_int_equal(passes[k]->arg_max(x, 40), at);
        }
        for (int i = 0; i < 40; i++) {
            x[i] = NAN;
        }
        assert_int_equal(passes[k]->arg_max(x, 40), 0);
    }
}

static void compare_matches_naive(void **state) {
    fq_rng g = fq_rng_seed(4, 1);
    float r[257];
    float t[257];
    for (int trial = 0; trial < 30; trial++) {
        float noise = trial % 3 == 0 ? 1e-3f : 1.0f;
        fq_rng_fill_gauss(&g, r, 257, 4);
        fq_rng_fill_gauss(&g, t, 257, noise);
        for (int i = 0; i < 257; i++) {
            t[i] += r[i];
        }
        fq_divergence d = fq_metric_compare(r, t, 257, trial);
        assert_close(d.nll_ref, naive_nll(r, 257, trial), 5e-7);
        assert_close(d.nll_test, naive_nll(t, 257, trial), 5e-7);
        assert_close(d.kld, naive_kld(r, t, 257), 3e-7);
        assert_true(d.kld > -3e-7);
    }
}

static void laws_of_divergence(void **state) {
    float ref[V];
    float test[V];
    fill_golden(ref, test);
    fq_divergence same = fq_metric_compare(ref, ref, V, 7);
    assert_true(same.kld == 0 && same.same_top1 && same.nll_ref == same.nll_test);
    /* Adding a constant to all logits changes nothing. */
    fq_divergence d = fq_metric_compare(ref, test, V, 7);
    for (int i = 0; i < V; i++) {
        test[i] += 64.0f;
    }
    fq_divergence shifted = fq_metric_compare(ref, test, V, 7);
    assert_close(shifted.kld, d.kld, 1e-9);
    assert_close(shifted.nll_test, d.nll_test, 1e-9);
    /* A uniform distribution has nll ln V, and kld to it is ln V - entropy. */
    for (int i = 0; i < V; i++) {
        test[i] = -12.5f;
    }
    assert_close(fq_metric_nll(test, V, 1000), log(V), 1e-12);
    /* Logits far below the maximum: zero weight, finite answer; large logits do not overflow. */
    for (int i = 0; i < V; i++) {
        test[i] = i == 3 ? 3e4f : -3e4f;
    }
    assert_close(fq_metric_nll(test, V, 3), 0, 1e-12);
    assert_close(fq_metric_nll(test, V, 4), 6e4, 1e-3);
}

static void infinities_and_nan(void **state) {
    float ref[V];
    float test[V];
    fill_golden(ref, test);
    double before = fq_metric_compare(ref, test, V, 5).kld;
    ref[100] = test[100] = -INFINITY; /* masked in both: only its own share disappears */
    fq_divergence d = fq_metric_compare(ref, test, V, 5);
    assert_true(isfinite(d.kld) && isfinite(d.nll_ref) && isfinite(d.nll_test));
    assert_close(d.kld, before, 0.05);
    test[101] = -INFINITY; /* possible for the reference, impossible for the other */
    assert_true(isinf(fq_metric_compare(ref, test, V, 5).kld));
    for (int at = 0; at < V; at += 167) {
        fill_golden(ref, test);
        test[at] = NAN;
        assert_true(isnan(fq_metric_nll(test, V, 5)));
        d = fq_metric_compare(ref, test, V, 5);
        assert_true(isnan(d.nll_test) && isnan(d.kld) && isfinite(d.nll_ref));
        d = fq_metric_compare(test, ref, V, 5);
        assert_true(isnan(d.nll_ref) && isnan(d.kld) && isfinite(d.nll_test));
    }
    fill_golden(ref, test);
    test[9] = INFINITY;
    assert_true(isnan(fq_metric_nll(test, V, 5)));
}

enum { WINDOWS = 12, PER_WINDOW = 20 };

static void fill_text(float *logits, float *ref, int *target) {
    fq_rng g = fq_rng_seed(77, 0);
    fq_rng_fill_gauss(&g, ref, (size_t)WINDOWS * PER_WINDOW * V, 2);
    for (size_t i = 0; i < (size_t)WINDOWS * PER_WINDOW * V; i++) {
        size_t window = i / V / PER_WINDOW;
        logits[i] = ref[i] * (1 + 0.02f * (float)(window % 5)) + (float)fq_rng_gauss(&g) * 0.1f;
    }
    for (int i = 0; i < WINDOWS * PER_WINDOW; i++) {
        target[i] = (int)fq_rng_below(&g, V);
    }
}

static float *text_logits, *text_ref;
static int text_target[WINDOWS * PER_WINDOW];

static int make_text(void **state) {
    text_logits = malloc(sizeof(float) * WINDOWS * PER_WINDOW * V);
    text_ref = malloc(sizeof(float) * WINDOWS * PER_WINDOW * V);
    if (text_logits == NULL || text_ref == NULL) return -1;
    fill_text(text_logits, text_ref, text_target);
    return 0;
}

static int drop_text(void **state) {
    free(text_logits);
    free(text_ref);
    return 0;
}

/* `step` positions a call; window lengths PER_WINDOW, or uneven (one position moved over) if asked. */
static fq_accuracy_summary score(int step, const float *ref, int uneven) {
    fq_accuracy *a;
    assert_int_equal(fq_accuracy_create(&a), FQ_OK);
    int from = 0;
    for (int w = 0; w < WINDOWS; w++) {
        int end = (w + 1) * PER_WINDOW - (uneven && w == 0 ? 15 : 0);
        while (from < end) {
            int n = end - from < step ? end - from : step;
            size_t at = (size_t)from * V;
            assert_int_equal(
                fq_accuracy_add(a, text_logits + at, ref == NULL ? NULL : ref + at, text_target + from, n, V), FQ_OK);
            from += n;
        }
        assert_int_equal(fq_accuracy_end_window(a), FQ_OK);
    }
    fq_accuracy_summary s = fq_accuracy_summarize(a, 1234);
    fq_accuracy_free(a);
    return s;
}

static void summary_matches_naive(void **state) {
    for (int uneven = 0; uneven < 2; uneven++) {
        fq_accuracy_summary s = score(7, text_ref, uneven);
        double nll = 0;
        double nll_ref = 0;
        double kld[WINDOWS * PER_WINDOW];
        double kld_sum = 0;
        int same = 0;
        int i = 0;
        for (int w = 0; w < WINDOWS; w++) {
            int end = (w + 1) * PER_WINDOW - (uneven && w == 0 ? 15 : 0);
            double sum = 0;
            double sum_ref = 0;
            for (; i < end; i++) {
                const float *t = text_logits + (size_t)i * V;
                const float *r = text_ref + (size_t)i * V;
                sum += naive_nll(t, V, text_target[i]);
                sum_ref += naive_nll(r, V, text_target[i]);
                kld[i] = fq_metric_compare(r, t, V, 0).kld;
                kld_sum += kld[i];
                same += fq_metric_row_ref.arg_max(t, V) == fq_metric_row_ref.arg_max(r, V);
            }
            nll += sum / (WINDOWS * PER_WINDOW);
            nll_ref += sum_ref / (WINDOWS * PER_WINDOW);
        }
        int total = WINDOWS * PER_WINDOW;
        assert_int_equal(s.windows, WINDOWS);
        assert_int_equal(s.tokens, total);
        assert_close(s.nll, nll, 1e-6);
        assert_close(s.ppl, exp(nll), 1e-5 * exp(nll));
        assert_true(s.has_reference);
        assert_close(s.dnll, nll - nll_ref, 1e-6);
        assert_close(s.dppl, exp(nll) - exp(nll_ref), 1e-5 * exp(nll));
        assert_close(s.kld_mean, kld_sum / total, 1e-12);
        assert_close(s.kld_median, fq_stats_percentile(kld, total, 50), 1e-7);
        assert_close(s.kld_p99, fq_stats_percentile(kld, total, 99), 1e-7);
        assert_close(s.kld_p999, fq_stats_percentile(kld, total, 99.9), 1e-7);
        assert_close(s.kld_max, fq_stats_percentile(kld, total, 100), 1e-7);
        assert_close(s.top1_pct, 100.0 * same / total, 1e-9);
        assert_true(s.ppl_lo < s.ppl && s.ppl < s.ppl_hi);
        assert_true(s.dppl_lo < s.dppl && s.dppl < s.dppl_hi);
        /* What pairing is for: the difference is known far better than either perplexity. */
        assert_true(s.dppl_hi - s.dppl_lo < 0.5 * (s.ppl_hi - s.ppl_lo));
    }
}

static void threads_and_batching_change_no_bit(void **state) {
    int before = fq_threads();
    fq_threads_set(1);
    fq_accuracy_summary one = score(PER_WINDOW, text_ref, 0);
    fq_threads_set(3);
    fq_accuracy_summary three = score(PER_WINDOW, text_ref, 0);
    fq_accuracy_summary batched = score(3, text_ref, 0);
    fq_threads_set(before);
    const fq_accuracy_summary *others[] = {&three, &batched};
    for (int i = 0; i < 2; i++) { /* the doubles before and after has_reference and its padding */
        assert_memory_equal(&one.nll, &others[i]->nll, 4 * sizeof(double));
        assert_memory_equal(&one.dppl, &others[i]->dppl, sizeof one - offsetof(fq_accuracy_summary, dppl));
    }
}

static void same_model_has_no_difference(void **state) {
    fq_accuracy_summary s = score(PER_WINDOW, text_logits, 0);
    assert_true(s.dppl == 0 && s.dppl_lo == 0 && s.dppl_hi == 0 && s.dnll == 0);
    assert_true(s.kld_mean == 0 && s.kld_max == 0 && s.top1_pct == 100);
}

static void without_reference_the_rest_is_missing(void **state) {
    fq_accuracy_summary with = score(5, text_ref, 0);
    fq_accuracy_summary s = score(5, NULL, 0);
    assert_false(s.has_reference);
    assert_true(s.nll == with.nll && s.ppl_lo == with.ppl_lo && s.ppl_hi == with.ppl_hi);
    assert_true(isnan(s.dppl) && isnan(s.kld_mean) && isnan(s.top1_pct));
}

static void few_windows_have_no_interval(void **state) {
    fq_accuracy *a;
    assert_int_equal(fq_accuracy_create(&a), FQ_OK);
    fq_accuracy_summary s = fq_accuracy_summarize(a, 1);
    assert_true(s.windows == 0 && s.tokens == 0 && isnan(s.ppl) && !s.has_reference);
    assert_int_equal(fq_accuracy_end_window(a), FQ_ERR_INPUT);
    assert_int_equal(fq_accuracy_add(a, text_logits, text_ref, text_target, PER_WINDOW, V), FQ_OK);
    assert_int_equal(fq_accuracy_end_window(a), FQ_OK);
    assert_int_equal(fq_accuracy_add(a, text_logits, text_ref, text_target, 3, V), FQ_OK); /* left open */
    s = fq_accuracy_summarize(a, 1);
    assert_int_equal(s.windows, 1);
    assert_int_equal(s.tokens, PER_WINDOW);
    assert_true(isfinite(s.ppl) && isnan(s.ppl_lo) && isnan(s.ppl_hi) && isnan(s.dppl_lo) && isfinite(s.dppl));
    fq_accuracy_free(a);
    fq_accuracy_free(NULL);
}

static void bad_window_is_refused_and_forgotten(void **state) {
    fq_accuracy *a;
    float bad[2 * V];
    memcpy(bad, text_logits, sizeof bad);
    assert_int_equal(fq_accuracy_create(&a), FQ_OK);
    for (int w = 0; w < 2; w++) {
        assert_int_equal(fq_accuracy_add(a, text_logits, text_ref, text_target, PER_WINDOW, V), FQ_OK);
        assert_int_equal(fq_accuracy_end_window(a), FQ_OK);
        bad[V + 17] = NAN;
        assert_int_equal(fq_accuracy_add(a, bad, text_ref, text_target, 2, V), FQ_OK);
        assert_int_equal(fq_accuracy_end_window(a), FQ_ERR_NUMERIC);
        assert_non_null(strstr(fq_message(), "finite"));
    }
    fq_accuracy_summary s = fq_accuracy_summarize(a, 1);
    assert_int_equal(s.windows, 2);
    assert_int_equal(s.tokens, 2 * PER_WINDOW);
    assert_true(isfinite(s.ppl) && isfinite(s.kld_mean) && isfinite(s.kld_max));
    fq_accuracy_free(a);
}

/* Accuracy of one model: windows of n positions each, logits flat but for the target's, which gets lift[w]. */
static fq_accuracy *scored(const float *lift, const int *length, int windows, int with_reference) {
    enum { WORDS = 8 };
    fq_accuracy *a;
    assert_int_equal(fq_accuracy_create(&a), FQ_OK);
    for (int w = 0; w < windows; w++) {
        for (int i = 0; i < length[w]; i++) {
            float test[WORDS] = {0}, ref[WORDS] = {0};
            const int target = (i + w) % WORDS;
            test[target] = lift[w] + 0.1f * (float)i;
            ref[target] = 2 + 0.1f * (float)i;
            assert_int_equal(fq_accuracy_add(a, test, with_reference ? ref : NULL, &target, 1, WORDS), FQ_OK);
        }
        assert_int_equal(fq_accuracy_end_window(a), FQ_OK);
    }
    return a;
}

static void difference_of_two_models(void **state) {
    enum { N = 6 };
    static const int length[N] = {3, 4, 3, 5, 2, 4};
    static const float good[N] = {2.1f, 1.9f, 2.0f, 2.2f, 1.8f, 2.05f}, bad[N] = {1.0f, 0.9f, 1.3f, 1.1f, 0.8f, 1.2f};
    fq_accuracy *a = scored(bad, length, N, 1), *b = scored(good, length, N, 1), *c = scored(good, length, N, 0);
    fq_accuracy_summary sa = fq_accuracy_summarize(a, 7), sb = fq_accuracy_summarize(b, 7);
    fq_accuracy_difference d = fq_accuracy_compare(a, b, 7), back = fq_accuracy_compare(b, a, 7);
    assert_close(d.ppl, sa.ppl - sb.ppl, 1e-12);
    assert_close(d.kld, sa.kld_mean - sb.kld_mean, 1e-7); /* divergences are kept as floats */
    assert_true(d.ppl > 0 && d.ppl_lo > 0 && d.ppl_lo < d.ppl && d.ppl < d.ppl_hi);
    assert_true(d.kld > 0 && d.kld_lo > 0 && d.kld_lo < d.kld && d.kld < d.kld_hi);
    assert_close(back.ppl, -d.ppl, 1e-12);
    assert_close(back.ppl_lo, -d.ppl_hi, 1e-9);
    /* Paired: what both windows share cancels, so the interval is narrower than that of either model's perplexity. */
    assert_true(d.ppl_hi - d.ppl_lo < sa.ppl_hi - sa.ppl_lo + sb.ppl_hi - sb.ppl_lo);
    fq_accuracy_difference same = fq_accuracy_compare(b, b, 7);
    assert_true(same.ppl == 0 && same.ppl_lo == 0 && same.ppl_hi == 0 && same.kld == 0 && same.kld_hi == 0);
    fq_accuracy_difference bare = fq_accuracy_compare(b, c, 7); /* one of them has no reference */
    assert_true(bare.ppl == 0 && isnan(bare.kld) && isnan(bare.kld_lo));
    fq_accuracy_free(a);
    fq_accuracy_free(b);
    fq_accuracy_free(c);
    a = scored(bad, length, 1, 1);
    b = scored(good, length, 1, 1);
    d = fq_accuracy_compare(a, b, 7);
    assert_true(d.ppl > 0 && isnan(d.ppl_lo) && isnan(d.kld_hi));
    fq_accuracy_free(a);
    fq_accuracy_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expf_is_accurate),
        cmocka_unit_test(rows_match_numpy),
        cmocka_unit_test(passes_agree_at_odd_lengths),
        cmocka_unit_test(lowest_index_wins_ties),
        cmocka_unit_test(compare_matches_naive),
        cmocka_unit_test(laws_of_divergence),
        cmocka_unit_test(infinities_and_nan),
        cmocka_unit_test(summary_matches_naive),
        cmocka_unit_test(threads_and_batching_change_no_bit),
        cmocka_unit_test(same_model_has_no_difference),
        cmocka_unit_test(without_reference_the_rest_is_missing),
        cmocka_unit_test(few_windows_have_no_interval),
        cmocka_unit_test(bad_window_is_refused_and_forgotten),
        cmocka_unit_test(difference_of_two_models),
    };
    return cmocka_run_group_tests(tests, make_text, drop_text);
}
