/* Function-preserving transforms of a Llama block's weights (FireQ, arXiv 2505.20839, sections on channel-wise and
 * RoPE-aware scaling). Each changes float32 matrices in place so that the float model computes the same function; only
 * post-RoPE scaling needs a factor at run time. Matrices are [out][in] row-major, contiguous.
 *
 *   channel scaling   W diag(lambda) on the consumer's inputs, 1/lambda on whatever produces them
 *   pre-RoPE          rows of W_k times N, rows of W_q of the same KV group divided by N; N equal in a RoPE pair
 *   post-RoPE         k_rope times S, q_rope divided by S, on the run's rotated vectors
 * RoPE pairs are (i, i + D/2), i < D/2 (Hugging Face "rotate half" layout). */
#ifndef FQ_QUANT_TRANSFORM_H
#define FQ_QUANT_TRANSFORM_H
#include <stdint.h>
#include "harness/arena.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* lambda_j = c / mean_i |W_ij| over all rows of the concatenated matrices w[0..count-1] (each rows[i] x cols).
 * c <= 0: c = geometric mean of the column absmeans, so that the product of all lambda is 1 (a data-free rule; the
 * paper's constants 0.0096 and 0.015 were tuned for Llama3-8B). A zero column gets lambda 1. out[cols]. */
void fq_channel_scale_factors(const float *const *w, const int *rows, int count, int cols, float c, float *lambda);

/* W[:, j] *= lambda_j. */
void fq_scale_columns(float *w, int rows, int cols, const float *lambda);
/* W[i, :] /= lambda_i. */
void fq_unscale_rows(float *w, int rows, int cols, const float *lambda);

enum { FQ_KEY_SAMPLES = 512 };
/* Statistics of keys that RoPE-aware scaling needs, per KV head, gathered over calibration tokens. */
typedef struct fq_key_stats {
    int kv_heads, head_dim;
    float *pair_max;     /* [kv_heads][head_dim/2] max_t sqrt(k_i^2 + k_{i+D/2}^2) before RoPE */
    float *channel_max;  /* [kv_heads][head_dim]   max_t |k_rope| after RoPE, un-normalized keys */
    float *mean;         /* [kv_heads][head_dim]   mean_t k_rope */
    float *query_moment; /* [kv_heads][head_dim][head_dim] mean over tokens and the head's queries of q_rope q_rope^T */
    float *sample_k;     /* [kv_heads][FQ_KEY_SAMPLES][head_dim] k_rope of tokens spread over the text */
    float *sample_v;     /* [kv_heads][FQ_KEY_SAMPLES][head_dim] v of the same tokens */
    int samples;         /* rows of each head's samples in use: min(tokens, FQ_KEY_SAMPLES) */
    long tokens;
    double *mean_sum, *query_sum; /* what mean and query_moment are kept from; not for readers */
    uint64_t *sample_key;         /* [samples] pseudo-random order of the tokens in the sample */
} fq_key_stats;
fq_status fq_key_stats_create(fq_key_stats *s, int kv_heads, int head_dim, fq_arena *arena) FQ_MUST_USE;
/* Take n tokens: k, k_rope and v are [n][kv_heads * head_dim], q_rope (after RoPE) [n][heads * head_dim], all with row
 * stride `stride` floats; heads is a multiple of kv_heads. All fields are up to date afterwards. The result depends on
 * the order of the tokens but hardly (rounding of float64 sums) on how they are split into calls. The sample is the 512
 * tokens with the smallest hash of their number, so no period of the text can bias it. */
void fq_key_stats_add(fq_key_stats *s, const float *k, const float *k_rope, const float *v, const float *q_rope,
                      int heads, int n, int stride);

typedef struct fq_rope_scale_options {
    int pre, post;     /* which of the two */
    float alpha, beta; /* 8, 8 in the paper */
    int top_k;         /* channels a head that post scaling takes, before their partners are added; 8 for D = 128 */
} fq_rope_scale_options;

/* Fills norm[kv_heads*head_dim] (N, applied offline) and post[kv_heads*head_dim] (S, applied online), 1 where nothing
 * is scaled. Exclusive: with both on, N is 1 on every channel that S takes and on its partner.
 *   N_{h,i} = N_{h,i+D/2} = alpha / pair_max;   S_{h,c} = beta / channel_max[c] for c among the top_k and partners.
 * Ties in the top_k go to the lower channel. A zero maximum gives factor 1. */
void fq_rope_scale_factors(const fq_key_stats *s, const fq_rope_scale_options *o, float *norm, float *post);

/* W_k rows (h, d) *= norm[h][d]; W_q rows of the heads/kv_heads query heads of h /= norm[h][d]. */
void fq_rope_scale_fold(float *wq, float *wk, int heads, int kv_heads, int head_dim, int cols, const float *norm);

#ifdef __cplusplus
}
#endif
#endif
