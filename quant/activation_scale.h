/* Channel scales that look at activations: each gives lambda[K] for the inputs of one or more matrices that share them;
 * the caller multiplies columns by lambda (fq_scale_columns), divides the producer (fq_unscale_rows) and keeps the
 * statistics true (fq_input_stats_unscale). A channel that is zero in inputs or weights gets 1. */
#ifndef FQ_QUANT_ACTIVATION_SCALE_H
#define FQ_QUANT_ACTIVATION_SCALE_H
#include "quant/method.h"
#ifdef __cplusplus
extern "C" {
#endif

/* SmoothQuant (arXiv 2211.10438, eq. 4): lambda_j = max|X_j|^alpha / max_i |W_ij|^(1 - alpha), over all rows of the
 * matrices w[0..count-1] (each rows[i] x K). */
void fq_smooth_factors(const fq_input_stats *x, const float *const *w, const int *rows, int count, float alpha,
                       float *lambda);

/* Logarithmic activation equalization (FPTQ, arXiv 2308.15987): lambda_j = max|X_j| / log2(2 + max|X_j|). */
void fq_log_factors(const fq_input_stats *x, float *lambda);

typedef struct fq_awq_options {
    const fq_recipe *w;      /* storage of the weights, with groups */
    const fq_method *method; /* how the trial quantizes; its rounding counts as nearest */
    int steps;               /* exponents tried: 0, 1/steps .. 1 - 1/steps; 20 in the paper's code */
    const int *group_of;     /* [K] or NULL: channels with the same number get the same lambda */
    int groups;              /* numbers of group_of are 0 .. groups-1 */
} fq_awq_options;
/* AWQ (arXiv 2306.00978, section 3.2): lambda_j = (mean|X_j|^a / sqrt(max lambda * min lambda)) with the exponent a
 * that leaves the least output error sum over matrices of tr(E M E^T), E = Q(W diag lambda) diag(1/lambda) - W, M the
 * second moments of the inputs. Where x->moment is NULL the diagonal of absmean^2 stands in. *exponent (may be NULL) is
 * the one chosen. Matrices are quantized as fq_method_quantize does it, E4M3 group scales under fq_tensor_scale_top.
 * Channels of one group_of number share the mean of their mean|X_j|. Errors: FQ_ERR_MEMORY, FQ_ERR_NUMERIC. */
fq_status fq_awq_factors(const fq_input_stats *x, const float *const *w, const int *rows, int count,
                         const fq_awq_options *o, fq_arena *scratch, float *lambda, float *exponent) FQ_MUST_USE;

/* Output error of a quantized matrix, relative: tr(E M E^T) / tr(W M W^T); part rows row0.. of q against w [rows][K].
 * NaN when scratch is exhausted (with a message). Without moments, as for fq_awq_factors. */
double fq_output_error(const fq_qmatrix *q, int row0, const float *w, int rows, const fq_input_stats *x,
                       fq_arena *scratch);

/* Atom (arXiv 2310.19102): order[K] of input channels by rising second moment (moment_jj, or absmean where there is
 * none), so that the widest come last. Equals: the lower channel first. */
void fq_outlier_order(const fq_input_stats *x, int *order);

#ifdef __cplusplus
}
#endif
#endif
