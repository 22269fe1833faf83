/* Largest magnitude of a run of floats, the one statistic every quantizer here needs.
 * Compared as integers, so that a NaN or an infinity wins and the caller sees it with isfinite. */
#ifndef FQ_QUANT_ABSMAX_H
#define FQ_QUANT_ABSMAX_H
#include <stddef.h>
#include <string.h>
#include "quant/minifloat.h"

/* max |x_i|; 0 for n = 0; NaN or infinity if any x_i is. */
static inline float fq_absmax(const float *x, size_t n) {
    int32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        const int32_t a = (int32_t)(fq_float_bits(x[i]) & 0x7fffffffu);
        most = a > most ? a : most;
    }
    return fq_bits_float((uint32_t)most);
}

#endif
