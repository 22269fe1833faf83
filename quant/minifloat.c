/* The formats that follow from their parameters: floats whose codes are all finite (FQ_MINIFLOAT rows), the power of
 * two that scales are rounded to (E8M0), and two's complement and natural numbers of any width (FQ_INTEGER,
 * FQ_NATURAL). */
#include <math.h>
#include "quant/format.h"
#include "quant/minifloat.h"

#define FQ_FORMAT(id, name, bits, ebits, mbits, maximum)
#define FQ_MINIFLOAT(id, name, ebits, mbits)                                                                           \
    uint32_t fq_##name##_encode(float x) {                                                                             \
        return fq_minifloat_encode(x, ebits, mbits, (1u << (ebits + mbits)) - 1, 0);                                   \
    }                                                                                                                  \
    float fq_##name##_decode(uint32_t code) {                                                                          \
        return fq_minifloat_decode(code, ebits, mbits);                                                                \
    }
#define FQ_INTEGER(id, name, bits)                                                                                     \
    uint32_t fq_##name##_encode(float x) {                                                                             \
        return fq_nearest_integer(x, -(float)(1 << (bits - 1)), (float)((1 << (bits - 1)) - 1)) & ((1u << bits) - 1);  \
    }                                                                                                                  \
    float fq_##name##_decode(uint32_t code) {                                                                          \
        const uint32_t sign = 1u << (bits - 1);                                                                        \
        return (float)((int)((code & (2 * sign - 1)) ^ sign) - (int)sign);                                             \
    }
#define FQ_NATURAL(id, name, bits)                                                                                     \
    uint32_t fq_##name##_encode(float x) {                                                                             \
        return fq_nearest_integer(x, 0.0f, (float)((1 << bits) - 1)) & ((1u << bits) - 1);                             \
    }                                                                                                                  \
    float fq_##name##_decode(uint32_t code) {                                                                          \
        return (float)(code & ((1u << bits) - 1));                                                                     \
    }
#include "quant/formats.def"
#undef FQ_FORMAT

/* A float32's exponent field is the code but for the rounding, and for what lies below the smallest normal number. */
uint32_t fq_e8m0_encode(float x) {
    const uint32_t u = fq_float_bits(x), a = u & 0x7fffffffu;
    if (a > 0x7f800000u) return 0xff;
    if (u >> 31) return 0;
    const uint32_t e = a >> 23, m = a & 0x7fffff;
    if (e == 0) return m > 0x600000; /* 2^-127 is 0x400000 */
    const uint32_t code = e + (m > 0x400000 || (m == 0x400000 && e % 2 != 0));
    return code < 254 ? code : 254;
}

float fq_e8m0_decode(uint32_t code) {
    return (code & 0xff) == 0xff ? NAN : (code & 0xff) == 0 ? 0x1p-127f : fq_power_of_two((int)(code & 0xff) - 127);
}
