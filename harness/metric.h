/* Judging logits: negative log-likelihood, perplexity, and the distance of two models' next-token distributions, in
 * one pass and O(vocabulary) memory. Knows rows of floats, not where they come from. */
#ifndef FQ_HARNESS_METRIC_H
#define FQ_HARNESS_METRIC_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "harness/stats.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* -ln softmax(logits)[target], accumulated in double. FQ_ASSERTs 0 <= target < vocab. NaN in gives NaN out. */
double fq_metric_nll(const float *logits, int vocab, int target);

/* One position of two models. */
typedef struct fq_divergence {
    double nll_ref, nll_test; /* nats */
    double kld;               /* sum_v p_ref (ln p_ref - ln p_test), nats, >= 0 up to rounding */
    int same_top1;            /* arg max agrees (lowest index wins ties) */
} fq_divergence;
fq_divergence fq_metric_compare(const float *ref, const float *test, int vocab, int target);

/* Collects positions grouped into windows. Kept per position: kld as float (4 bytes); per window: mean nll. */
typedef struct fq_accuracy fq_accuracy;

typedef struct fq_accuracy_summary {
    int windows;
    long tokens;                     /* scored positions */
    double nll, ppl, ppl_lo, ppl_hi; /* nll = mean over positions (of the window means where all windows are equally
                                        long); interval: block bootstrap over windows */
    int has_reference;               /* the rest is valid only if 1 */
    double dppl, dppl_lo, dppl_hi;   /* ppl - ppl of the reference, paired over windows */
    double dnll;                     /* nll - nll of the reference */
    double kld_mean, kld_median, kld_p99, kld_p999, kld_max;
    double top1_pct;
} fq_accuracy_summary;

/* Owner: the caller, frees with fq_accuracy_free. Errors: FQ_ERR_MEMORY. */
fq_status fq_accuracy_create(fq_accuracy **out) FQ_MUST_USE;
void fq_accuracy_free(fq_accuracy *a);
/* Score n positions of one window: logits[i] (row stride `vocab`) against target[i]; ref may be NULL (no reference),
 * but then for all positions or for none. Parallel over positions; the result does not depend on the number of threads.
 * Several calls may make one window. Errors: FQ_ERR_MEMORY. */
fq_status fq_accuracy_add(fq_accuracy *a, const float *logits, const float *ref, const int *target, int n,
                          int vocab) FQ_MUST_USE;
/* Close the window: its mean becomes one block. FQ_ERR_NUMERIC if a nll or a divergence in it is not finite,
 * FQ_ERR_INPUT if it has no position; the window is then forgotten and the next one may begin. */
fq_status fq_accuracy_end_window(fq_accuracy *a) FQ_MUST_USE;
/* Closed windows, and of window w the number of positions and the means over them; nll_ref and kld are NAN without a
 * reference. */
int fq_accuracy_windows(const fq_accuracy *a);
typedef struct fq_accuracy_window {
    int tokens;
    double nll, nll_ref, kld;
} fq_accuracy_window;
/* All of them into out[fq_accuracy_windows]. */
void fq_accuracy_each_window(const fq_accuracy *a, fq_accuracy_window *out);

/* Of the closed windows. Intervals are at 95 %, from 1000 resamples of windows drawn with `seed`; NAN below two
 * windows, everything NAN without one. Percentiles are of positions, type 7. */
fq_accuracy_summary fq_accuracy_summarize(const fq_accuracy *a, unsigned long seed);

/* Two models scored on the same windows of the same text: a minus b. Intervals are at 95 %, from 1000 resamples of
 * windows drawn with `seed`, each of the same windows for both; NAN below two windows. The divergences are those from
 * the reference, NAN without one. FQ_ASSERTs that the windows are equally long. */
typedef struct fq_accuracy_difference {
    double ppl, ppl_lo, ppl_hi;
    double kld, kld_lo, kld_hi;
} fq_accuracy_difference;
fq_accuracy_difference fq_accuracy_compare(const fq_accuracy *a, const fq_accuracy *b, unsigned long seed);

/* exp(x) in float, relative error < 2e-7 on [-87, 88], 0 below, inf above, NaN for NaN; inline so that loops
 * vectorize. Formula: 2^n (1 + r + r^2 q(r)), r = x - n ln 2 in two parts (Cody and Waite 1980), q a minimax fit of
 * degree 4 for the relative error on |r| <= ln 2 / 2. */
static inline float fq_expf(float x) {
    const float shift = 0x1.8p23f; /* adding it rounds to an integer, which is then in the low bits */
    float t = x * 1.44269504f + shift;
    float n = t - shift;
    float r = x - n * 0.693359375f; /* exact: nine bits times at most seven */
    r = r - n * -2.12194440e-4f;
    float q = 0x1.6a23cep-10f;
    q = q * r + 0x1.123a2p-7f;
    q = q * r + 0x1.5558f2p-5f;
    q = q * r + 0x1.555492p-3f;
    q = q * r + 0x1.fffffcp-2f;
    float y = q * (r * r) + r + 1.0f;
    uint32_t bits;
    memcpy(&bits, &t, sizeof bits);
    bits = (bits + 127u) << 23; /* the shift drops the bits of `shift` itself */
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    y *= scale;
    y = x < -87.0f ? 0.0f : y;
    return x > 88.0f ? __builtin_inff() : y;
}

#ifdef __cplusplus
}
#endif
#endif
