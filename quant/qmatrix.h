/* A quantized matrix [rows][cols] in the one canonical storage that every kernel accepts and every packer starts from.
 *
 *   codes   row r starts at codes + r * row_bytes. Formats of 8, 16, 32 bits: plain array. 4-bit: two a byte, even
 *           column in the low nibble:  byte j = q[2j] | q[2j+1] << 4; other widths likewise a string of bits, lowest
 * first (format.h).  row_bytes is a multiple of 64; the padding and any odd last nibble hold code 0 (value 0). 64-byte
 * aligned; kernels may read whole padded rows. scales  inner scales, format recipe->scale: scale of (row r, group g) is
 * element r * groups + g, tightly packed. NULL when recipe->group <= 0. row_scale [rows] float32, always there:
 * epilogue factor of the row: the channel scale for group = 0, the inverse of the per-tensor scale s_T where one is
 * used (power of two), else 1. So the real matrix is  W[r][c] = value(code[r][c], scale[r][c / G]) * row_scale[r]. For
 * group = 0 the scale's storage format matters (E4M3 for KV); row_scale then holds its decoded value. Where such a
 * recipe has the value rule E4M3 or BF16, that scale is already inside the operand (recipe.h): row_scale is then the s
 * of the rule and no epilogue factor, and W[r][c] = value(code[r][c], row_scale[r]). */
#ifndef FQ_QUANT_QMATRIX_H
#define FQ_QUANT_QMATRIX_H
#include <stddef.h>
#include <stdint.h>
#include "harness/arena.h"
#include "quant/recipe.h"
#ifdef __cplusplus
extern "C" {
#endif

/* zeros   [rows][groups] ([rows] for group = 0) zero points, one byte each, for ASYMMETRIC and PROGRESSIVE
 *         recipes; else NULL. Codes of padding are 0 here too, so their value is -zero * s: kernels meet it with x = 0.
 * book    [rows] codebook of each row (codebook.h), for w.int4.*.e4m3 only; NULL: INT4 everywhere. The operand is then
 *         e4m3(codebook value of q * s). fq_qmatrix_quantize sets its rows to INT4. */
typedef struct fq_qmatrix {
    const fq_recipe *recipe;
    int rows, cols;
    int group;        /* inputs a group; cols when the whole row is one group; 0 without scales */
    int groups;       /* inner groups a row (0 when scales == NULL) */
    size_t row_bytes; /* stride of codes */
    uint8_t *codes;
    uint8_t *scales;  /* inner scales or NULL */
    uint8_t *zeros;   /* zero points or NULL */
    uint8_t *book;    /* codebooks or NULL */
    float *row_scale; /* [rows] */
} fq_qmatrix;

/* Allocate for a shape; codes and scales zeroed, row_scale = 1. Owner: the arena. Errors: FQ_ERR_MEMORY. */
fq_status fq_qmatrix_create(fq_qmatrix *q, const fq_recipe *r, int rows, int cols, fq_arena *arena) FQ_MUST_USE;

/* Quantize `count` rows of w (row stride `stride` floats) into rows row0.. of q, multiplying by tensor_scale (a power
 * of two; 1 = none) first and storing its inverse in row_scale. Only recipes with group > 0 take a tensor_scale != 1.
 * Parallel over rows. Errors: FQ_ERR_NUMERIC (NaN, infinity) naming the first bad row of q and its column; the rows of
 * this call are then unspecified. */
fq_status fq_qmatrix_quantize(fq_qmatrix *q, int row0, const float *w, size_t stride, int count,
                              float tensor_scale) FQ_MUST_USE;

/* Parts of a row, for quantizers that choose codes and scales themselves (method.h): n unpacked codes of row r from
 * column c0 on; the stored code of the scale of group g; its decoded value. */
void fq_qmatrix_put_codes(fq_qmatrix *q, int r, int c0, int n, const uint8_t *codes);
void fq_qmatrix_put_scale(fq_qmatrix *q, int r, int g, uint32_t scale_code);
float fq_qmatrix_scale(const fq_qmatrix *q, int r, int g);
/* The zero point of group g of row r (g = 0 for group = 0); 0 where there are none. Put: only where there are. */
void fq_qmatrix_put_zero(fq_qmatrix *q, int r, int g, uint8_t zero);
uint8_t fq_qmatrix_zero(const fq_qmatrix *q, int r, int g);
/* Make room for codebooks: all rows INT4. Errors: FQ_ERR_MEMORY. */
fq_status fq_qmatrix_add_books(fq_qmatrix *q, fq_arena *arena) FQ_MUST_USE;

/* Operand values of row r as the multiplier sees them (row_scale not applied): out[cols]. */
void fq_qmatrix_values(const fq_qmatrix *q, int r, float *out);
/* Real values of row r: operand values times row_scale (group = 0 with value rule E4M3 or BF16: the operand values). */
void fq_qmatrix_dequantize(const fq_qmatrix *q, int r, float *out);
/* Stored bytes and bits a weight of them: codes without padding, inner scales, zero points and codebooks where there
 * are any, row scales unless all are 1 (of the inverse of a tensor scale, one for each run of equal rows). */
size_t fq_qmatrix_bytes(const fq_qmatrix *q);
double fq_qmatrix_bits_per_weight(const fq_qmatrix *q);

/* FireQ's per-tensor scale (specs: section 1.3 of the method): over i = 0..14, s = 2^i, group absmax a_g of w:
 *   lower(s) = sum_{s a_g < 7*2^-9} (7*2^-9 - s a_g) / (7*2^-9),  upper(s) = sum_{s a_g > 448} (s a_g - 448) / 448
 * stops at the first i with upper > 0; returns the s with the least (lower, s); 1 if i = 0 already overflows. */
float fq_tensor_scale_search(const float *w, size_t stride, int rows, int cols, int group);

/* Integer Scale's amplifier for recipes with UINT16 scales: the largest 2^n, 0 <= n <= most, under which every row's
 * INT32 sum over all of K cannot overflow, sum_g S_g * group * 128 * 2^(bits - 1) < 2^31 with
 * S_g = max(1, rne(2^n a_g / R)), and a scale that a search widens by a fifth is still at most FQ_AMPLIFIED_MOST, so
 * that q S of INT4 codes is an INT16, and S times 16 as well. 1 if not even that passes or w is not finite. */
enum { FQ_AMPLIFIED_MOST = 2047 };
float fq_amplifier(const float *w, size_t stride, int rows, int cols, const fq_recipe *r, int most);

/* One quantized row outside any matrix (activations, q, k, v): codes to `codes`, the decoded scale returned in *scale
 * (1 for FQ_NO_SCALE), and, where scale_code != NULL, its stored code. group must be 0 or FQ_NO_SCALE; no recipe with
 * zero points.
 * Errors: FQ_ERR_NUMERIC. The kernels' quantizers must agree with this code for code. */
fq_status fq_quantize_row(const fq_recipe *r, const float *x, int n, void *codes, float *scale,
                          uint32_t *scale_code) FQ_MUST_USE;

/* The same for every range, with a zero point and a clip: the scale covers `clip` times the row's range (symmetric:
 * clip absmax; signed: clip x*; asymmetric: clip lo and clip hi, multiplied in float32), codes saturate; clip = 1 is
 * fq_quantize_row. clip > 0. *zero: the zero point 0..15, 0 for recipes without; scale_code and zero may be NULL (zero
 * only for recipes without). group must be 0 or FQ_NO_SCALE (which ignores the clip). Errors: FQ_ERR_NUMERIC. */
fq_status fq_quantize_row_zero(const fq_recipe *r, const float *x, int n, float clip, void *codes, float *scale,
                               uint32_t *scale_code, uint8_t *zero) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
