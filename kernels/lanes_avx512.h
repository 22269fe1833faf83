/* What several AVX-512 kernels do with whole vectors: 16 x 16 transposition and powers of two. Include it only from
 * files compiled for AVX-512. */
#ifndef FQ_KERNELS_LANES_AVX512_H
#define FQ_KERNELS_LANES_AVX512_H
#include <immintrin.h>
#include "kernels/inline.h"

/* v[i][j] to v[j][i], 32-bit lanes. */
FQ_INLINE void x512_transpose(__m512i v[16]) {
    __m512i t[16], u[16];
    FQ_UNROLL
    for (int i = 0; i < 8; i++) {
        t[2 * i] = _mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
    }
    FQ_UNROLL
    for (int i = 0; i < 4; i++) { /* u[4i + j]: column j of each quarter, rows 4i .. 4i + 3 */
        u[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
        u[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
        u[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
        u[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
    }
    FQ_UNROLL
    for (int j = 0; j < 4; j++) {
        const __m512i a = _mm512_shuffle_i32x4(u[j], u[4 + j], 0x88), b = _mm512_shuffle_i32x4(u[j], u[4 + j], 0xdd);
        const __m512i c = _mm512_shuffle_i32x4(u[8 + j], u[12 + j], 0x88);
        const __m512i d = _mm512_shuffle_i32x4(u[8 + j], u[12 + j], 0xdd);
        v[j] = _mm512_shuffle_i32x4(a, c, 0x88);
        v[8 + j] = _mm512_shuffle_i32x4(a, c, 0xdd);
        v[4 + j] = _mm512_shuffle_i32x4(b, d, 0x88);
        v[12 + j] = _mm512_shuffle_i32x4(b, d, 0xdd);
    }
}

/* 2^x for x <= 128, relative error below 1.5e-7, 0 for -infinity, where r is x - floor(x), perhaps corrected:
 * 2^floor(x) times a polynomial of degree 5 in r, of least relative error on [0, 1] among those that are 1 at 0. */
FQ_INLINE __m512 x512_exp2_parts(__m512 x, __m512 r) {
    __m512 p = _mm512_set1_ps(1.86713007e-3f);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(9.01703032e-3f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.57999131e-2f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(2.40164450e-1f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(6.93151312e-1f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
    return _mm512_scalef_ps(p, x);
}

/* x - floor(x). */
FQ_INLINE __m512 x512_fraction(__m512 x) {
    return _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
#endif
