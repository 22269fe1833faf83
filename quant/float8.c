/* The small floats of OCP: E4M3, E5M2 (8 bits) and E2M1 (4 bits).
 * Layouts and special codes are in format.h. */
#include <math.h>
#include "quant/format.h"
#include "quant/minifloat.h"

uint32_t fq_e4m3_encode(float x) {
    return fq_minifloat_encode(x, 4, 3, 0x7e, 0x7f);
}

float fq_e4m3_decode(uint32_t code) {
    return (code & 0x7f) == 0x7f ? NAN : fq_minifloat_decode(code, 4, 3);
}

uint32_t fq_e5m2_encode(float x) {
    return fq_minifloat_encode(x, 5, 2, 0x7b, 0x7f);
}

float fq_e5m2_decode(uint32_t code) {
    if ((code & 0x7c) == 0x7c) return code & 3 ? NAN : code & 0x80 ? -INFINITY : INFINITY;
    return fq_minifloat_decode(code, 5, 2);
}

uint32_t fq_e2m1_encode(float x) {
    return fq_minifloat_encode(x, 2, 1, 0x7, 0);
}

float fq_e2m1_decode(uint32_t code) {
    return fq_minifloat_decode(code, 2, 1);
}
