/* One text for two instruction sets: a float vector of the widest kind the including file is compiled for (8 lanes with
 * AVX2, 16 with AVX-512) and the few operations the kernels need. Include it only from *_avx2.c and *_avx512.c files.
 *
 *   vf        VW floats          vf_load/vf_store   unaligned          vf_load_n/vf_store_n   first n <= VW lanes, rest
 * 0 / kept vf_fma    a b + c            vf_fnma  c - a b   vf_hsum, vf_hmax   over the lanes, in a fixed order vf_exp
 * exp(x): relative error < 2e-7 on [-87, 88], 0 below, infinity above (Cody and Waite 1980, as fq_expf) */
#ifndef FQ_KERNELS_SIMD_H
#define FQ_KERNELS_SIMD_H
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __AVX512F__

enum { VW = 16 };
typedef __m512 vf;

static inline vf vf_load(const float *p) {
    return _mm512_loadu_ps(p);
}
static inline void vf_store(float *p, vf a) {
    _mm512_storeu_ps(p, a);
}
static inline __mmask16 vf_lanes(int n) {
    return (__mmask16)((1u << n) - 1);
}
static inline vf vf_load_n(const float *p, int n) {
    return _mm512_maskz_loadu_ps(vf_lanes(n), p);
}
static inline void vf_store_n(float *p, int n, vf a) {
    _mm512_mask_storeu_ps(p, vf_lanes(n), a);
}
/* The first n lanes of a, b in the rest. */
static inline vf vf_first_n(int n, vf a, vf b) {
    return _mm512_mask_blend_ps(vf_lanes(n), b, a);
}
static inline vf vf_zero(void) {
    return _mm512_setzero_ps();
}
static inline vf vf_set1(float x) {
    return _mm512_set1_ps(x);
}
static inline vf vf_add(vf a, vf b) {
    return _mm512_add_ps(a, b);
}
static inline vf vf_sub(vf a, vf b) {
    return _mm512_sub_ps(a, b);
}
static inline vf vf_mul(vf a, vf b) {
    return _mm512_mul_ps(a, b);
}
static inline vf vf_div(vf a, vf b) {
    return _mm512_div_ps(a, b);
}
static inline vf vf_min(vf a, vf b) {
    return _mm512_min_ps(a, b);
}
static inline vf vf_max(vf a, vf b) {
    return _mm512_max_ps(a, b);
}
static inline vf vf_fma(vf a, vf b, vf c) {
    return _mm512_fmadd_ps(a, b, c);
}
static inline vf vf_fnma(vf a, vf b, vf c) {
    return _mm512_fnmadd_ps(a, b, c);
}
static inline vf vf_or(vf a, vf b) {
    return _mm512_or_ps(a, b);
}
static inline vf vf_and_bits(vf a, uint32_t bits) {
    return _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(a), _mm512_set1_epi32((int)bits)));
}
static inline vf vf_round(vf a) {
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/* a * 2^n, n an integer in [-126, 127]. */
static inline vf vf_scale2(vf a, vf n) {
    const __m512i e = _mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)), 23);
    return _mm512_mul_ps(a, _mm512_castsi512_ps(e));
}
/* a where x >= limit, b elsewhere (and where x is NaN). */
static inline vf vf_select_ge(vf x, vf limit, vf a, vf b) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, limit, _CMP_GE_OQ), b, a);
}
static inline float vf_hsum(vf a) {
    const __m256 s = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    const __m128 q = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
    const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(d, _mm_movehdup_ps(d)));
}
static inline float vf_hmax(vf a) {
    return _mm512_reduce_max_ps(a);
}

/* x as float16, nearest even, saturating at 65504; a NaN stays. */
static inline vf vf_round_f16(vf x) {
    const vf largest = vf_set1(65504.0f), limited = vf_max(vf_set1(-65504.0f), vf_min(largest, x));
    return _mm512_cvtph_ps(_mm512_cvtps_ph(limited, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

#else

enum { VW = 8 };
typedef __m256 vf;

static inline vf vf_load(const float *p) {
    return _mm256_loadu_ps(p);
}
static inline void vf_store(float *p, vf a) {
    _mm256_storeu_ps(p, a);
}
static inline __m256i vf_lanes(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline vf vf_load_n(const float *p, int n) {
    return _mm256_maskload_ps(p, vf_lanes(n));
}
static inline void vf_store_n(float *p, int n, vf a) {
    _mm256_maskstore_ps(p, vf_lanes(n), a);
}
/* The first n lanes of a, b in the rest. */
static inline vf vf_first_n(int n, vf a, vf b) {
    return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(vf_lanes(n)));
}
static inline vf vf_zero(void) {
    return _mm256_setzero_ps();
}
static inline vf vf_set1(float x) {
    return _mm256_set1_ps(x);
}
static inline vf vf_add(vf a, vf b) {
    return _mm256_add_ps(a, b);
}
static inline vf vf_sub(vf a, vf b) {
    return _mm256_sub_ps(a, b);
}
static inline vf vf_mul(vf a, vf b) {
    return _mm256_mul_ps(a, b);
}
static inline vf vf_div(vf a, vf b) {
    return _mm256_div_ps(a, b);
}
static inline vf vf_min(vf a, vf b) {
    return _mm256_min_ps(a, b);
}
static inline vf vf_max(vf a, vf b) {
    return _mm256_max_ps(a, b);
}
static inline vf vf_fma(vf a, vf b, vf c) {
    return _mm256_fmadd_ps(a, b, c);
}
static inline vf vf_fnma(vf a, vf b, vf c) {
    return _mm256_fnmadd_ps(a, b, c);
}
static inline vf vf_or(vf a, vf b) {
    return _mm256_or_ps(a, b);
}
static inline vf vf_and_bits(vf a, uint32_t bits) {
    return _mm256_and_ps(a, _mm256_castsi256_ps(_mm256_set1_epi32((int)bits)));
}
static inline vf vf_round(vf a) {
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/* a * 2^n, n an integer in [-126, 127]. */
static inline vf vf_scale2(vf a, vf n) {
    const __m256i e = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(a, _mm256_castsi256_ps(e));
}
/* a where x >= limit, b elsewhere (and where x is NaN). */
static inline vf vf_select_ge(vf x, vf limit, vf a, vf b) {
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, limit, _CMP_GE_OQ));
}
static inline float vf_hsum(vf a) {
    const __m128 q = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(d, _mm_movehdup_ps(d)));
}
static inline float vf_hmax(vf a) {
    const __m128 q = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 d = _mm_max_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_max_ss(d, _mm_movehdup_ps(d)));
}
/* x as float16, nearest even, saturating at 65504; a NaN stays. */
static inline vf vf_round_f16(vf x) {
    const vf largest = vf_set1(65504.0f), limited = vf_max(vf_set1(-65504.0f), vf_min(largest, x));
    return _mm256_cvtph_ps(_mm256_cvtps_ph(limited, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

#endif

/* Lane i of the result is the sum over the lanes of a[i]. */
static inline __m256 vf_hsum8(const __m256 *a) {
    const __m256 s01 = _mm256_hadd_ps(a[0], a[1]), s23 = _mm256_hadd_ps(a[2], a[3]);
    const __m256 s45 = _mm256_hadd_ps(a[4], a[5]), s67 = _mm256_hadd_ps(a[6], a[7]);
    const __m256 s0123 = _mm256_hadd_ps(s01, s23), s4567 = _mm256_hadd_ps(s45, s67);
    return _mm256_add_ps(_mm256_permute2f128_ps(s0123, s4567, 0x20), _mm256_permute2f128_ps(s0123, s4567, 0x31));
}
#ifdef __AVX512F__
static inline vf vf_hsum_each(const vf a[VW]) {
    __m256 half[VW];
    for (int i = 0; i < VW; i++)
        half[i] = _mm256_add_ps(_mm512_castps512_ps256(a[i]), _mm512_extractf32x8_ps(a[i], 1));
    return _mm512_insertf32x8(_mm512_castps256_ps512(vf_hsum8(half)), vf_hsum8(half + 8), 1);
}
#else
static inline vf vf_hsum_each(const vf a[VW]) {
    return vf_hsum8(a);
}
#endif

static inline vf vf_abs(vf a) {
    return vf_and_bits(a, 0x7fffffffu);
}

/* exp(x). ln 2 is split so that n times its upper part is exact; the polynomial is Cephes' for |r| <= ln 2 / 2. */
static inline vf vf_exp(vf x) {
    const vf low = vf_set1(-87.0f), high = vf_set1(88.0f);
    const vf limited = vf_max(vf_min(x, high), low);
    const vf n = vf_round(vf_mul(limited, vf_set1(1.44269504088896341f)));
    const vf r = vf_fnma(n, vf_set1(-2.12194440e-4f), vf_fnma(n, vf_set1(0.693359375f), limited));
    vf p = vf_set1(1.9875691500e-4f);
    p = vf_fma(p, r, vf_set1(1.3981999507e-3f));
    p = vf_fma(p, r, vf_set1(8.3334519073e-3f));
    p = vf_fma(p, r, vf_set1(4.1665795894e-2f));
    p = vf_fma(p, r, vf_set1(1.6666665459e-1f));
    p = vf_fma(p, r, vf_set1(5.0000001201e-1f));
    p = vf_fma(vf_mul(r, r), p, vf_add(r, vf_set1(1.0f)));
    const vf e = vf_scale2(p, n);
    return vf_select_ge(high, x, vf_select_ge(x, low, e, vf_zero()), vf_set1(__builtin_inff()));
}

/* Round 0 <= x <= the format's maximum to a format of `mbits` mantissa bits and smallest normal `smallest`, nearest
 * even and exact for subnormals: adding 2^(exponent + 23 - mbits) makes IEEE 754 round at the wanted bit. */
static inline vf vf_round_positive(vf x, int mbits, float smallest) {
    const vf binade = vf_max(vf_and_bits(x, 0x7f800000u), vf_set1(smallest));
    const vf align = vf_mul(binade, vf_set1((float)(1u << (23 - mbits))));
    return vf_sub(vf_add(x, align), align);
}
/* x with its sign, saturating to largest. */
static inline vf vf_round_signed(vf x, int mbits, float smallest, float largest) {
    const vf magnitude = vf_min(vf_abs(x), vf_set1(largest));
    return vf_or(vf_round_positive(magnitude, mbits, smallest), vf_and_bits(x, 0x80000000u));
}
static inline vf vf_round_e4m3(vf x) {
    return vf_round_positive(x, 3, 0x1p-6f);
}
static inline vf vf_round_bf16(vf x) {
    return vf_round_positive(x, 7, 0x1p-126f);
}

#endif
