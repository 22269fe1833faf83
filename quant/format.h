/* Number formats: what a stored code means and which code a real number gets. One row each in formats.def; every
 * encoder rounds to nearest, ties to even, and saturates to the largest finite value.
 *
 *   E4M3 (OCP "fn" / NVIDIA): s eeee mmm, bias 7, no infinity, 0x7f and 0xff are NaN, max 448, smallest subnormal 2^-9
 *   E5M2: s eeeee mm, bias 15, 0x7c infinity (never produced), max 57344
 *   E2M1: s ee m, bias 1, {0, .5, 1, 1.5, 2, 3, 4, 6} and negatives, no NaN
 *   INT8: two's complement, clamp [-127, 127] when encoding (so that it is symmetric), decode knows -128
 *   INT4: two's complement nibble, encode clamps to [-8, 7] as FireQ does
 *   UINT4: nibble 0..15, encode clamps; a zero point is the recipe's matter, not the format's
 * Source: OCP 8-bit Floating Point Specification 1.0; OCP Microscaling 1.0 (E2M1); IEEE 754-2019 (f16). */
#ifndef FQ_QUANT_FORMAT_H
#define FQ_QUANT_FORMAT_H
#include <stddef.h>
#include <stdint.h>
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

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

/* Bytes of n codes in a row (4-bit codes: two a byte, even index in the low nibble). */
size_t fq_format_bytes(fq_format_id f, size_t n);

/* Encode n numbers to packed codes / decode them. Errors: FQ_ERR_NUMERIC at the first NaN or infinity (index in the
 * message); nothing is written then beyond that index. Vectorized for bf16, f16, e4m3, int8,
 * int4 and uint4. */
fq_status fq_format_encode_row(fq_format_id f, const float *x, size_t n, void *codes) FQ_MUST_USE;
void fq_format_decode_row(fq_format_id f, const void *codes, size_t n, float *x);

/* Round x to the nearest value of the format (encode then decode). */
static inline float fq_format_round(fq_format_id f, float x) {
    return fq_formats[f].decode(fq_formats[f].encode(x));
}

#ifdef __cplusplus
}
#endif
#endif
