/* Kernels that are wrong on purpose, each in one way that a real kernel could be. A test that compares kernels must
 * reject every one of them; one that slips through shows that the comparison has no teeth. */
#ifndef FQ_TEETH_H
#define FQ_TEETH_H
#include "kernels/ops.h"

/* gemm, any product; each needs no scratch. */
fq_status fq_teeth_gemm_right(const fq_gemm_args *a);        /* the same loop without a fault: must pass */
fq_status fq_teeth_gemm_drops_last_k(const fq_gemm_args *a); /* of an odd K */
fq_status fq_teeth_gemm_ignores_row_scale(const fq_gemm_args *a);
fq_status fq_teeth_gemm_ignores_x_scale(const fq_gemm_args *a);
fq_status fq_teeth_gemm_unrounded_operand(const fq_gemm_args *a);  /* q s instead of its rounding */
fq_status fq_teeth_gemm_subnormals_to_zero(const fq_gemm_args *a); /* of E4M3 activations */
fq_status fq_teeth_gemm_ignores_zero_point(const fq_gemm_args *a);
fq_status fq_teeth_gemm_ignores_book(const fq_gemm_args *a);      /* takes every code for INT4 */
fq_status fq_teeth_gemm_keeps_first_scale(const fq_gemm_args *a); /* of each row, for all its groups */
fq_status fq_teeth_gemm_skips_last_output(const fq_gemm_args *a); /* leaves y[m-1][n-1] as it was */
fq_status fq_teeth_gemm_writes_beyond_row(const fq_gemm_args *a); /* y[m-1][n] */
fq_status fq_teeth_gemm_adds_residual_twice(const fq_gemm_args *a);

#endif
