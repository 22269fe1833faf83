/* Rounding with error feedback: what a weight loses when it is rounded is made up for by the weights not yet rounded,
 * as far as the inputs' second moments M let them. Used through fq_method_quantize (method.h).
 *
 * GPTQ (Frantar et al. 2022, arXiv 2210.17323) in the form that QuIP (arXiv 2307.13304, theorem 6) shows to be equal:
 *   H = M + d I = (U + I) D (U + I)^T,  U strictly upper triangular;  columns j in order:
 *   v_j = nearest value to  w_j + sum_{i < j} (w_i - v_i) U_ij
 * which minimizes every term of  (w - v) H (w - v)^T = sum_j D_j ((w - v)(U + I))_j^2  given those before it. */
#ifndef FQ_QUANT_GPTQ_H
#define FQ_QUANT_GPTQ_H
#include "quant/codebook.h"
#include "quant/group_scale.h"
#include "quant/method.h"
#ifdef __cplusplus
extern "C" {
#endif

/* d = damping times the mean of M's diagonal; 0.01 in the paper. It makes H positive definite; a channel that no input
 * ever used then feeds nothing and is rounded to nearest. The more, the less is made of moments from little text. */

/* order[K]: groups by falling sum of second moments, the columns of a group by falling second moment; groups stay whole
 * and stored where they are. group: inputs a group, K for one group. Ties: the lower column first. scratch is used. */
fq_status fq_gptq_order(const float *moment, int cols, int group, fq_arena *scratch, int *order) FQ_MUST_USE;

/* u[i * K + j] = U_ij for i < j, 0 elsewhere, rows and columns of M taken in `order`. All M = 0: U = 0.
 * Errors: FQ_ERR_MEMORY, FQ_ERR_NUMERIC (M is not positive semidefinite). */
fq_status fq_gptq_factor(const float *moment, int cols, const int *order, double damping, fq_arena *scratch,
                         float *u) FQ_MUST_USE;

/* Codes, scales and zero points of rows row0.. of q from w (all finite) times tensor_scale; row_scale too. `first`
 * gives the first-level scale t of a row for recipes with two levels and is NULL for others. Scales of a group are
 * fixed when its turn comes, on its weights as they are then: the recipe's own or (search) the best by second moments.
 * sweeps > 0: for 4-bit codes in groups, that many passes of coordinate descent (descent.h) follow. */
fq_status fq_gptq_quantize(fq_qmatrix *q, int row0, const float *w, size_t stride, int rows, float tensor_scale,
                           const fq_codebook *book, fq_group_choice search, double damping, int sweeps,
                           const float *first, const fq_input_stats *stats, fq_arena *scratch) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
