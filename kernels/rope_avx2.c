/* Rotation of queries and keys with vectors of eight.
 * The walk over tokens and heads and the coding are in rope.h. */
#include "kernels/rope.h"
#include "kernels/simd.h"

static vf apply_factor(vf x, const float *factor, int divide, int n) {
    if (!factor) return x;
    const vf f = vf_load_n(factor, n);
    return divide ? vf_div(x, vf_first_n(n, f, vf_set1(1.0f))) : vf_mul(x, f);
}

static void rotate(const float *x, const float *cos_t, const float *sin_t, const float *factor, int divide,
                   int head_dim, float *y) {
    const int half = head_dim / 2;
    for (int i = 0; i < half; i += VW) {
        const int n = half - i < VW ? half - i : VW;
        const vf a = vf_load_n(x + i, n), b = vf_load_n(x + i + half, n);
        const vf c = vf_load_n(cos_t + i, n), s = vf_load_n(sin_t + i, n);
        const vf low = vf_fnma(b, s, vf_mul(a, c)), high = vf_fma(a, s, vf_mul(b, c));
        vf_store_n(y + i, n, apply_factor(low, factor ? factor + i : NULL, divide, n));
        vf_store_n(y + i + half, n, apply_factor(high, factor ? factor + i + half : NULL, divide, n));
    }
}

fq_status fq_rope_quant_avx2(const fq_rope_args *a) {
    return fq_rope_run(a, rotate);
}
