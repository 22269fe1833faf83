/* What the files of the gemm family share: the products, the check of their arguments, and the look-up tables of
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
    FQ_GEMM_i4i8,
    FQ_GEMM_q4i8,
    FQ_GEMM_i4i8_fast, /* i4i8 with codes in the high half of a lane: another way to the same numbers */
    FQ_GEMM_i4i8_int,
    FQ_GEMM_i4i8_int_high, /* i4i8_int in the way of i4i8_fast */
    FQ_GEMM_i4i8_f16,
    FQ_GEMM_any
} fq_gemm_kind;

/* Largest K of the integer products: 128 * 128 * K must fit an int32. */
enum { FQ_GEMM_INT_K = 131071 };

/* Can the int32 sums of i4i8_int overflow, whatever the INT8 codes of a token? Refuses a row r with
 * 128 sum_k |q[r][k]| S[r][k / G] >= 2^31 or an S above FQ_AMPLIFIED_MOST. Errors: FQ_ERR_UNSUPPORTED naming the row.
 */
fq_status fq_gemm_check_sums(const fq_qmatrix *w) FQ_MUST_USE;

/* Are the recipes and shapes of `a` those of this product, in a form that the vector kernels take? Errors:
 * FQ_ERR_UNSUPPORTED naming the recipe: codes, scale format (E4M3 for i4f8, F16 for w4a16 and i4i8_f16, INT8 for q4i8,
 * UINT16 for i4i8_int), a group that is no multiple of 32, K above FQ_GEMM_INT_K for integers; for `any` what
 * fq_gemm_any_takes says no to. */
fq_status fq_gemm_check(fq_gemm_kind kind, const fq_gemm_args *a) FQ_MUST_USE;
/* The part of it that is about the weights; not for `any`. */
fq_status fq_gemm_check_weights(fq_gemm_kind kind, const fq_qmatrix *w) FQ_MUST_USE;

/* 1 if gemm_any multiplies these: every weight recipe whose row scale is an epilogue factor (not those of the cache
 * with group 0, where it is inside the operand) and groups of a multiple of 32; every activation recipe without zero
 * points and with operands as they are stored (EXACT), groups of a multiple of 8. */
int fq_gemm_any_takes(const fq_recipe *w, const fq_recipe *a);

/* The bfloat16 code of e4m3(book[q] * decode(s)) for an E4M3 scale code s < 128, a 4-bit code q and a codebook of
 * codebook.h (INT4 first): what the recipe w.int4.*.e4m3 says, exact because every E4M3 value is a bfloat16. Low and
 * high bytes apart, as byte look-ups want them: lut[128 book + s].low[q], .high[q]. Made once; 32-byte aligned. */
enum { FQ_GEMM_LUTS_A_BOOK = 128 };
typedef struct fq_gemm_lut {
    uint8_t low[16], high[16];
} fq_gemm_lut;
const fq_gemm_lut *fq_gemm_luts_e4m3(void);

/* The 16 operand values of the 4-bit codes of group g of row r, as fq_qmatrix_values gives them. */
void fq_gemm_any_lut(const fq_qmatrix *w, int r, int g, float lut[16]);
/* Operand values of codes k .. k + n - 1 of row r, for codes of other widths than 4; k a multiple of 8, k + n <= cols.
 */
void fq_gemm_any_decode(const fq_qmatrix *w, int r, int k, int n, float *out);

#ifdef __cplusplus
}
#endif
#endif
