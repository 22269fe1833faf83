/* What one multiply-accumulate unit costs in hardware, by the formats of its operands: a proxy, for comparing integers
 * with minifloats at equal area as the study of arXiv 2311.12359 does on FPGAs (whose own cost model was not to be
 * had). */
#ifndef FQ_QUANT_MAC_COST_H
#define FQ_QUANT_MAC_COST_H
#include "quant/format.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Cells, one a full adder: a multiplier of significands, the addition of exponents, the shifter that aligns the product
 * and an accumulator wide enough to be exact over 1024 products.
 *   s = mantissa bits + 1 of a minifloat, bits - 1 of an integer (its magnitude: intN is E1M(N-2) but for one code)
 *   r = binades above the subnormals' that the format has: 2^e - 2, one less where codes are not numbers (E5M2); 0 for
 *       integers and e = 1.   R = r_w + r_a
 *   W = s_w + s_a + R + 10
 *   cells = s_w s_a + W + (R > 0: 1 + max(e_w, e_a)) + W ceil(log2(R + 1)) / 2
 * A multiplexer of two inputs counts half a cell: a 6-input look-up table holds one full adder or two of them. NaN for
 * formats of more than 8 bits and for unsigned ones. */
double fq_mac_cells(fq_format_id w, fq_format_id a);

#ifdef __cplusplus
}
#endif
#endif
