/* The wider floats: float32 (identity), bfloat16 (its upper half) and IEEE float16.
 * All saturate: an infinity becomes the largest finite value of its sign. */
#include <math.h>
#include "quant/format.h"
#include "quant/minifloat.h"

uint32_t fq_f32_encode(float x) {
    const uint32_t u = fq_float_bits(x);
    return (u & 0x7fffffffu) == 0x7f800000u ? u - 1 : u;
}

float fq_f32_decode(uint32_t code) {
    return fq_bits_float(code);
}

uint32_t fq_bf16_encode(float x) {
    const uint32_t u = fq_float_bits(x), a = u & 0x7fffffffu, sign = u >> 31 << 15;
    if (a > 0x7f800000u) return sign | 0x7fc0;
    const uint32_t code = (a + 0x7fff + (a >> 16 & 1)) >> 16;
    return sign | (code < 0x7f7f ? code : 0x7f7f);
}

float fq_bf16_decode(uint32_t code) {
    return fq_bits_float(code << 16);
}

uint32_t fq_f16_encode(float x) {
    return fq_minifloat_encode(x, 5, 10, 0x7bff, 0x7e00);
}

float fq_f16_decode(uint32_t code) {
    if ((code & 0x7c00) == 0x7c00) return code & 0x3ff ? NAN : code & 0x8000 ? -INFINITY : INFINITY;
    return fq_minifloat_decode(code, 5, 10);
}
