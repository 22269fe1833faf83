/* Encode and decode of any small binary floating-point format with sign, exponent and mantissa of at most 16 bits.
 * The format files instantiate these with constants, so that each compiles to straight-line code. */
#ifndef FQ_QUANT_MINIFLOAT_H
#define FQ_QUANT_MINIFLOAT_H
#include <stdint.h>
#include <string.h>

static inline uint32_t fq_float_bits(float x) {
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline float fq_bits_float(uint32_t u) {
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* 2^e for a normal float32. */
static inline float fq_power_of_two(int e) {
    return fq_bits_float((uint32_t)(e + 127) << 23);
}

/* Two's complement of the nearest integer of x clamped to [lo, hi], ties to even; NaN gives 0. |lo|, hi < 2^22: in
 * [2^23, 2^24) the float grid is the integers, so adding 1.5 * 2^23 rounds, and the low bits of the sum are the result.
 */
static inline uint32_t fq_nearest_integer(float x, float lo, float hi) {
    if (x != x) return 0;
    const float clamped = x < lo ? lo : x > hi ? hi : x;
    return fq_float_bits(clamped + 12582912.0f);
}

/* Code of x: nearest, ties to even, magnitudes above the code `largest` (without sign) saturate to it.
 * nan_code: what a NaN becomes, sign not applied. */
static inline uint32_t fq_minifloat_encode(float x, int ebits, int mbits, uint32_t largest, uint32_t nan_code) {
    const int bias = (1 << (ebits - 1)) - 1, drop = 23 - mbits;
    const uint32_t u = fq_float_bits(x), a = u & 0x7fffffffu, sign = u >> 31 << (ebits + mbits);
    uint32_t code;
    if (a > 0x7f800000u) return nan_code;
    if (a < (uint32_t)(128 - bias) << 23) {
        /* Below the smallest normal the grid is even; the addition aligns x to it and rounds as IEEE 754 does. */
        const float align = fq_power_of_two(24 - bias - mbits);
        code = fq_float_bits(fq_bits_float(a) + align) - fq_float_bits(align);
    } else {
        code = ((a + (1u << (drop - 1)) - 1 + (a >> drop & 1)) >> drop) - ((uint32_t)(127 - bias) << mbits);
    }
    return sign | (code < largest ? code : largest);
}

/* Value of a code of a format whose exponents are all finite; callers handle NaN and infinity. */
static inline float fq_minifloat_decode(uint32_t code, int ebits, int mbits) {
    const int bias = (1 << (ebits - 1)) - 1;
    const uint32_t e = code >> mbits & ((1u << ebits) - 1), m = code & ((1u << mbits) - 1);
    const uint32_t sign = (code >> (ebits + mbits) & 1) << 31;
    const float a = e == 0 ? (float)m * fq_power_of_two(1 - bias - mbits)
                           : fq_bits_float((e + (uint32_t)(127 - bias)) << 23 | m << (23 - mbits));
    return fq_bits_float(fq_float_bits(a) | sign);
}

#endif
