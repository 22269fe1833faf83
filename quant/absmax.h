/* Largest magnitude of a run of floats, and its range, the statistics that quantizers here need.
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

/* The first x_i of the largest magnitude; 0 for n = 0. */
static inline float fq_first_extreme(const float *x, size_t n, float absmax) {
    for (size_t i = 0; i < n; i++)
        if (x[i] == absmax || x[i] == -absmax) return x[i];
    return 0.0f;
}

/* lo = min(x_i, 0), hi = max(x_i, 0) of finite x. Bits of negative numbers are turned over, so that integers are
 * ordered as the numbers are. */
static inline void fq_range_of(const float *x, size_t n, float *lo, float *hi) {
    int32_t least = 0, most = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t b;
        memcpy(&b, &x[i], sizeof b);
        b ^= b < 0 ? INT32_MAX : 0;
        least = b < least ? b : least;
        most = b > most ? b : most;
    }
    *lo = fq_bits_float((uint32_t)(least < 0 ? least ^ INT32_MAX : 0));
    *hi = fq_bits_float((uint32_t)most);
}

#endif
