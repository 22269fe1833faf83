/* The best approximation of a matrix by one of low rank: what a compensator adds back of a quantization error (LoRC of
 * ZeroQuant-FP, arXiv 2307.09782). */
#ifndef FQ_QUANT_LOW_RANK_H
#define FQ_QUANT_LOW_RANK_H
#include "harness/arena.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* E [rows][cols] ~ left [rows][rank] right [rank][cols], left = U_r S^1/2, right = S^1/2 V_r^T of the singular value
 * decomposition, found by subspace iteration from a fixed start (Halko, Martinsson, Tropp, arXiv 0909.4061, algorithm
 * 4.4): singular values that lie close together may be mixed, which costs no more error than their difference. rank at
 * most min(rows, cols); singular values of 0 give zeros. Same bits for every number of threads. scratch: reset by the
 * caller. Errors: FQ_ERR_MEMORY. */
fq_status fq_low_rank(const float *e, int rows, int cols, int rank, fq_arena *scratch, float *left,
                      float *right) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
