/* Attention kernels that are wrong on purpose, each in one way that has happened to somebody. The comparison of
 * kernels/trial.h must reject every one of them; fq_teeth_attention_none is the same code without a flaw. */
#ifndef FQ_TESTS_TEETH_ATTENTION_H
#define FQ_TESTS_TEETH_ATTENTION_H
#include "kernels/ops.h"

fq_status fq_teeth_attention_none(const fq_attention_args *a);
fq_status fq_teeth_attention_no_mask(const fq_attention_args *a);       /* sees the keys of later tokens */
fq_status fq_teeth_attention_stale_sum(const fq_attention_args *a);     /* running maximum, but l is not rescaled */
fq_status fq_teeth_attention_exact_p(const fq_attention_args *a);       /* does not round P */
fq_status fq_teeth_attention_wrong_kv_head(const fq_attention_args *a); /* h % H_kv instead of h / (H / H_kv) */
fq_status fq_teeth_attention_no_q_scale(const fq_attention_args *a);
fq_status fq_teeth_attention_beyond(const fq_attention_args *a);         /* writes one float behind each token */
fq_status fq_teeth_attention_f32_scores(const fq_attention_args *a);     /* scores not rounded to float16 */
fq_status fq_teeth_attention_f16_once(const fq_attention_args *a);       /* rounded at the end of the sum only */
fq_status fq_teeth_attention_runs(const fq_attention_args *a);           /* no flaw: the running maximum of ops.h */
fq_status fq_teeth_attention_short_runs(const fq_attention_args *a);     /* runs of 64 keys instead of 256 */
fq_status fq_teeth_attention_no_zero(const fq_attention_args *a);        /* q s instead of (q - z) s */
fq_status fq_teeth_attention_unsigned_scale(const fq_attention_args *a); /* sign of the cache's E4M3 scales lost */

#endif
