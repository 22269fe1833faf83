/* Rows of float32 to codes with AVX-512: what fq_quantize_row does for the formats that activations, queries and caches
 * use all the time. Quotients are exact in all but the last place of one in millions: q = x r, then q + (x - q s) r
 * with r = 1 / s, which is Markstein's correction. Include it only from *_avx512.c files. */
#ifndef FQ_KERNELS_CODES_AVX512_H
#define FQ_KERNELS_CODES_AVX512_H
#include <string.h>
#include "kernels/lanes_avx512.h"
#include "kernels/simd.h"
#include "quant/minifloat.h"

/* 2^x, 0 for -infinity. `rest` is added to what x has behind the point. */
static inline vf exp2_rest(vf x, vf rest) {
    return x512_exp2_parts(x, vf_add(x512_fraction(x), rest));
}

/* A row's common divisor. */
typedef struct divisor {
    vf s, r;
} divisor;

/* 1 / s must be a normal number: rows of very large or very small numbers are divided beforehand, and s becomes 1. */
static inline divisor divisor_of(float s, float times, float *y, int n) {
    if (!(s > 0x1p-100f && s < 0x1p100f)) {
        for (int i = 0; i < n; i++)
            y[i] /= s;
        s = 1.0f;
    }
    return (divisor){vf_set1(s * times), vf_set1(1.0f / (s * times))};
}

static inline vf quotient(vf x, divisor d) {
    const vf q = vf_mul(x, d.r);
    return vf_fma(vf_fnma(q, d.s, x), d.r, q);
}

/* Largest magnitude as float bits, which order as integers: a NaN or an infinity stays on top. */
static inline uint32_t top_bits(__m512i top) {
    return (uint32_t)_mm512_reduce_max_epi32(top);
}
static inline __m512i take_magnitude(__m512i top, vf y) {
    return _mm512_max_epi32(top, _mm512_and_si512(_mm512_castps_si512(y), _mm512_set1_epi32(0x7fffffff)));
}

/* Codes of the first n <= 16 numbers, after the row's scale. */
static inline void store_bytes(uint8_t *out, __m128i codes, int n) {
    _mm_mask_storeu_epi8(out, vf_lanes(n), codes);
}

/* E4M3 codes of 16 numbers given as x / 256. 2^-8 of an E4M3 value is the float16 whose bits 7 to 13 are its code. Its
 * rounding is that of attention_amx.c: y - 2^20 y has 24 bits, so that the difference keeps four of y, and from 2^-6
 * down the grid is even. */
static inline __m128i e4m3_codes(vf x) {
    const vf a = vf_abs(x), align = vf_max(vf_mul(a, vf_set1(0x1p20f)), vf_set1(0x1.8p6f));
    const vf rounded = vf_min(vf_add(vf_sub(a, align), align), vf_set1(1.75f));
    const __m256i half = _mm512_cvtps_ph(rounded, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x));
    const __m128i codes = _mm256_cvtepi16_epi8(_mm256_srli_epi16(half, 7));
    return _mm_or_si128(codes, _mm_maskz_set1_epi8(negative, (char)0x80));
}

static inline void e4m3_row(float *y, int n, float s, uint8_t *out) {
    const divisor d = divisor_of(s, 256.0f, y, n);
    for (int i = 0; i < n; i += VW) {
        const int left = n - i < VW ? n - i : VW;
        store_bytes(out + i, e4m3_codes(quotient(vf_load_n(y + i, left), d)), left);
    }
}

static inline void int8_row(float *y, int n, float s, uint8_t *out) {
    const divisor d = divisor_of(s, 1.0f, y, n);
    const vf most = vf_set1(127.0f), least = vf_set1(-127.0f);
    for (int i = 0; i < n; i += VW) {
        const int left = n - i < VW ? n - i : VW;
        const vf q = vf_max(vf_min(quotient(vf_load_n(y + i, left), d), most), least);
        store_bytes(out + i, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(q)), left);
    }
}

/* INT4, two a byte, the even one low. n is a multiple of 32. The nibbles of 16 bit pairs meet in bytes. */
static inline void int4_row(float *y, int n, float s, uint8_t *out) {
    const divisor d = divisor_of(s < 0.0f ? -s : s, s < 0.0f ? -1.0f : 1.0f, y, n);
    const vf most = vf_set1(7.0f), least = vf_set1(-8.0f);
    for (int i = 0; i < n; i += 32, out += 16) {
        const vf q0 = vf_max(vf_min(quotient(vf_load(y + i), d), most), least);
        const vf q1 = vf_max(vf_min(quotient(vf_load(y + i + VW), d), most), least);
        const __m128i c0 = _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(q0));
        const __m128i c1 = _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(q1));
        const __m256i codes = _mm256_and_si256(_mm256_set_m128i(c1, c0), _mm256_set1_epi8(0xf));
        const __m256i pairs = _mm256_or_si256(codes, _mm256_srli_epi16(codes, 4));
        _mm_storeu_si128((__m128i *)(void *)out, _mm256_cvtepi16_epi8(pairs));
    }
}

/* bf16, nearest even, saturating; finite numbers. */
static inline void bf16_row(const float *y, int n, uint16_t *out) {
    for (int i = 0; i < n; i += VW) {
        const int left = n - i < VW ? n - i : VW;
        const __m512i x = _mm512_castps_si512(vf_load_n(y + i, left));
        const __m512i sign = _mm512_and_si512(x, _mm512_set1_epi32((int)0x80000000u));
        const __m512i a =
            _mm512_min_epi32(_mm512_and_si512(x, _mm512_set1_epi32(0x7fffffff)), _mm512_set1_epi32(0x7f7f0000));
        const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(a, 16), _mm512_set1_epi32(1));
        const __m512i up = _mm512_add_epi32(_mm512_add_epi32(a, _mm512_set1_epi32(0x7fff)), odd);
        const __m256i codes = _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_or_si512(up, sign), 16));
        _mm256_mask_storeu_epi16(out + i, vf_lanes(left), codes);
    }
}

#endif
