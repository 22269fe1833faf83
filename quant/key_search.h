/* Scales for the keys and values of the cache that are found on calibration samples instead of given by a rule. */
#ifndef FQ_QUANT_KEY_SEARCH_H
#define FQ_QUANT_KEY_SEARCH_H
#include "quant/recipe.h"
#include "quant/transform.h"
#ifdef __cplusplus
extern "C" {
#endif

/* SmoothAttention (QServe, arXiv 2405.04532, section 4.2): for RoPE pairs, N_{h,i} = N_{h,i+D/2} =
 * 1 / max(max_t |k_i|, max_t |k_{i+D/2}|)^alpha on keys before RoPE (pair_max stands in for the maximum, which differs
 * by at most sqrt 2); norm[kv_heads * D] as fq_rope_scale_fold takes it. alpha = 0.5 in the paper. */
void fq_smooth_key_factors(const fq_key_stats *s, float alpha, float *norm);

typedef struct fq_key_search_options {
    const fq_recipe *kv; /* of the cache */
    int scale;           /* search post-RoPE factors S_{h,c} = (channel range / 8)^-t over exponents t = 0, 1/4 .. 1;
                            the range is channel_max, or the samples' largest |k - mean| where the mean is subtracted */
    int offset;          /* also try with the mean key subtracted */
    int clip;            /* search the share of its range that a row's scale covers, 0.7, 0.75 .. 1, keys and values */
} fq_key_search_options;
/* Per KV head, the factors with the least mean error of the scores, e^T Q e, e = quantized minus true key (in the
 * original space: (k S - offset) quantized, then undone), Q the second moment of the head's queries after RoPE; for
 * values the least squared error. What is asked for is tried together; nothing at all (1, 0, 1) is always among the
 * trials, so the error never rises on the samples. Fills post[kv_heads*D], offset[kv_heads*D] (in the scaled space: S
 * mean; zeros without), k_clip[kv_heads], v_clip[kv_heads] (1 without). error[2] (may be NULL): mean relative error of
 * scores before and after. Errors: FQ_ERR_MEMORY. */
fq_status fq_key_search(const fq_key_stats *s, const fq_key_search_options *o, fq_arena *scratch, float *post,
                        float *offset, float *k_clip, float *v_clip, double *error) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
