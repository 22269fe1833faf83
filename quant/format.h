/* Number formats: what a stored code means and which code a real number gets. One row each in formats.def; every
 * encoder rounds to nearest, ties to even, and saturates to the largest finite value.
 *
 *   E4M3 (OCP "fn" / NVIDIA): s eeee mmm, bias 7, no infinity, 0x7f and 0xff are NaN, max 448, smallest subnormal 2^-9
 *   E5M2: s eeeee mm, bias 15, 0x7c infinity (never produced), max 57344
 *   E2M1: s ee m, bias 1, {0, .5, 1, 1.5, 2, 3, 4, 6} and negatives, no NaN
 *   INT8: two's complement, clamp [-127, 127] when encoding (so that it is symmetric), decode knows -128
 *   INT4: two's complement nibble, encode clamps to [-8, 7] as FireQ does
 *   UINT4: nibble 0..15, encode clamps; a zero point is the recipe's matter, not the format's
 *   E8M0: eeeeeeee, no sign, 2^(e - 127), 0xff NaN; at most 2^-127 gives code 0
 *   eXmY of other sizes: bias 2^(X-1) - 1, subnormals, no infinity, no NaN: max (2 - 2^-Y) 2^(2^(X-1)); X = 1 is an
 * even grid of steps 2^(1-Y). intN and uintN as INT4 and UINT4. Source: OCP 8-bit Floating Point Specification 1.0; OCP
 * Microscaling 1.0 (E2M1); IEEE 754-2019 (f16). */
#ifndef FQ_QUANT_FORMAT_H
#define FQ_QUANT_FORMAT_H
#include <stddef.h>
#include <stdint.h>
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Largest value of a float format whose codes are all finite, at most 5 exponent bits. */
#define FQ_MINIFLOAT_MAX(ebits, mbits)                                                                                 \
    ((double)((2 << (mbits)) - 1) / (double)(1 << (mbits)) * (double)(1 << (1 << ((ebits)-1))))

typedef enum fq_format_id {
#define FQ_FORMAT(id, name, bits, ebits, mbits, maximum) FQ_##id,
#include "quant/formats.def"
#undef FQ_FORMAT
    FQ_FORMAT_COUNT
} fq_format_id;

typedef struct fq_format {
    const char *name;
    int bits, exponent_bits, mantissa_bits;
    double max;                  /* largest finite magnitude; integers: the largest one that absmax scaling gives */
    uint32_t (*encode)(float x); /* x finite (NaN gives its NaN code, or 0 if there is none) */
    float (*decode)(uint32_t code);
} fq_format;

extern const fq_format fq_formats[FQ_FORMAT_COUNT];
int fq_format_find(const char *name); /* id, or -1 */

#define FQ_FORMAT(id, name, bits, ebits, mbits, maximum)                                                               \
    uint32_t fq_##name##_encode(float x);                                                                              \
    float fq_##name##_decode(uint32_t code);
#include "quant/formats.def"
#undef FQ_FORMAT

/* 1 if codes have a sign bit, which is then their highest. */
static inline int fq_format_is_signed(fq_format_id f) {
    return fq_formats[f].bits > fq_formats[f].exponent_bits + fq_formats[f].mantissa_bits;
}

/* Bytes of n codes in a row: a string of bits, lowest first, so that code i takes bits i * b .. i * b + b - 1 (4-bit
 * codes: two a byte, even index in the low nibble). Rows begin on a byte; the last byte is filled up with zeros. */
size_t fq_format_bytes(fq_format_id f, size_t n);
/* Code i of such a row, and its change, which leaves its neighbours alone. */
uint32_t fq_format_get(fq_format_id f, const void *codes, size_t i);
void fq_format_put(fq_format_id f, void *codes, size_t i, uint32_t code);

/* The 2^bits values of a format of at most 8 bits by code; made once. */
const float *fq_format_values(fq_format_id f);

/* Encode n numbers to packed codes / decode them. Errors: FQ_ERR_NUMERIC at the first NaN or infinity (index in the
 * message); nothing is written then beyond that index. Vectorized for bf16, f16, e4m3, int8,
 * int4 and uint4; others of at most 8 bits are decoded through a table. */
fq_status fq_format_encode_row(fq_format_id f, const float *x, size_t n, void *codes) FQ_MUST_USE;
void fq_format_decode_row(fq_format_id f, const void *codes, size_t n, float *x);

/* Round x to the nearest value of the format (encode then decode). */
static inline float fq_format_round(fq_format_id f, float x) {
    return fq_formats[f].decode(fq_formats[f].encode(x));
}

/* x between two neighbouring values of a format of at most 8 bits: the upper with probability (x - lower) / (upper -
 * lower), the lower otherwise, so that the expectation is x; u in [0, 1) decides. Beyond the largest value: that. */
uint32_t fq_format_encode_stochastic(fq_format_id f, float x, float u);

#ifdef __cplusplus
}
#endif
#endif
