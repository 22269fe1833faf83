/* Row and rope kernels that are wrong on purpose; the comparison of kernels/trial.h must reject every one of them.
 * fq_teeth_quant_none is the plain quantizer without a flaw. */
#ifndef FQ_TESTS_TEETH_ROWS_H
#define FQ_TESTS_TEETH_ROWS_H
#include "kernels/ops.h"

fq_status fq_teeth_quant_none(const fq_row_args *a);
fq_status fq_teeth_quant_truncates(const fq_row_args *a); /* codes of x / s rounded toward zero (int8) */
fq_status fq_teeth_quant_scale_128(const fq_row_args *a); /* scale absmax / 128 */
fq_status fq_teeth_quant_nothing(const fq_row_args *a);   /* returns without writing */
fq_status fq_teeth_rmsnorm_no_eps(const fq_row_args *a);
fq_status fq_teeth_quant_own_scale(const fq_row_args *a);  /* takes no notice of fixed_scale */
fq_status fq_teeth_quant_one_group(const fq_row_args *a);  /* one scale for all groups of a row */
fq_status fq_teeth_rope_wrong_sign(const fq_rope_args *a); /* b' = b c - a s */
fq_status fq_teeth_rope_next_row(const fq_rope_args *a);   /* writes the cache one row late */
fq_status fq_teeth_rope_no_offset(const fq_rope_args *a);
fq_status fq_teeth_rope_no_clip(const fq_rope_args *a);
fq_status fq_teeth_rope_next_zero(const fq_rope_args *a); /* zero points one too high */
fq_status fq_teeth_rope_symmetric(const fq_rope_args *a); /* scales of a SIGNED cache by absmax / 7 */

#endif
