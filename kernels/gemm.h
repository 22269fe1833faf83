/* What the files of the gemm family share: the seven products, the check of their arguments, and the look-up tables of
 * 4-bit weights. The kernels themselves are declared by functions.h. */
#ifndef FQ_KERNELS_GEMM_H
#define FQ_KERNELS_GEMM_H
#include "kernels/functions.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Named as the operations, so that a macro can make one from the other. */
typedef enum fq_gemm_kind {
    FQ_GEMM_f32,
    FQ_GEMM_bf16,
    FQ_GEMM_w4a16,
    FQ_GEMM_i4f8,
    FQ_GEMM_f8f8,
    FQ_GEMM_i8i8,
    FQ_GEMM_i4i8
} fq_gemm_kind;

/* Largest K of the integer products: 128 * 128 * K must fit an int32. */
enum { FQ_GEMM_INT_K = 131071 };

/* Are the recipes and shapes of `a` those of this product, in a form that the vector kernels take? Errors:
 * FQ_ERR_UNSUPPORTED naming the recipe: codes, scale format (E4M3 for i4f8, F16 for w4a16), a group that is no multiple
 * of 32, K above FQ_GEMM_INT_K for integers. */
fq_status fq_gemm_check(fq_gemm_kind kind, const fq_gemm_args *a) FQ_MUST_USE;

/* The bfloat16 code of e4m3(q * decode(s)) for an E4M3 scale code s < 128 and an INT4 code q: what the recipe
 * w.int4.*.e4m3 says, exact because every E4M3 value is a bfloat16. Low and high bytes apart, as byte look-ups want
 * them: lut[s].low[q], lut[s].high[q]. Made once; 32-byte aligned. */
typedef struct fq_gemm_lut {
    uint8_t low[16], high[16];
} fq_gemm_lut;
const fq_gemm_lut *fq_gemm_luts_e4m3(void);

#ifdef __cplusplus
}
#endif
#endif
