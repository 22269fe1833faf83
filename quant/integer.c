/* The integers: INT8, symmetric when encoding, INT4, a two's complement nibble, and UINT4.
 * All round half to even and clamp; a NaN, which callers reject beforehand, becomes 0. */
#include "quant/format.h"
#include "quant/minifloat.h"

uint32_t fq_int8_encode(float x) {
    return fq_nearest_integer(x, -127.0f, 127.0f) & 0xff;
}

float fq_int8_decode(uint32_t code) {
    return (float)((int)((code & 0xff) ^ 0x80) - 0x80);
}

uint32_t fq_int4_encode(float x) {
    return fq_nearest_integer(x, -8.0f, 7.0f) & 0xf;
}

float fq_int4_decode(uint32_t code) {
    return (float)((int)((code & 0xf) ^ 8) - 8);
}

uint32_t fq_uint4_encode(float x) {
    return fq_nearest_integer(x, 0.0f, 15.0f) & 0xf;
}

float fq_uint4_decode(uint32_t code) {
    return (float)(code & 0xf);
}
