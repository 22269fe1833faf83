/* Orthogonal rotations that are cheap to apply and spread one large number over many: Hadamard matrices, and for sizes
 * that are no power of two their Kronecker product with a small orthogonal matrix.
 *   R = H_{2^k} / sqrt(2^k)  (x)  C_m,   n = 2^k m, m odd; C_m the orthonormal DCT-II of size m (C_1 = 1)
 * with random signs D in front: x -> (x D) R. Source: QuaRot (arXiv 2404.00456), the random signs from QuIP#. */
#ifndef FQ_QUANT_ROTATION_H
#define FQ_QUANT_ROTATION_H
#include <stdint.h>
#include "harness/arena.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_rotation fq_rotation;
/* Of size n. seed 0: no signs (D = 1). Owner: the arena. Errors: FQ_ERR_MEMORY, FQ_ERR_UNSUPPORTED (an
 * odd part above 1024, which would make the rotation as dear as a matrix). */
fq_status fq_rotation_create(int n, uint64_t seed, fq_arena *arena, fq_rotation **out) FQ_MUST_USE;
int fq_rotation_size(const fq_rotation *r);
/* x[0..n-1] <- x R for each of `count` rows with row stride `stride`. Parallel over rows. */
void fq_rotation_apply(const fq_rotation *r, float *x, int count, size_t stride);
/* Weights [rows][n] that multiply x: W <- W R, so that W x = (W R)(x R): the same as applying to rows of W. */
/* Weights [n][cols] that produce x: W <- R^T W, so that y = W z becomes y R. Parallel over columns. */
void fq_rotation_apply_outputs(const fq_rotation *r, float *w, int cols);

#ifdef __cplusplus
}
#endif
#endif
