/* AVX2 rows of the formats that activations, weights and caches use all the time: bf16, f16, e4m3, int8, int4 and
 * uint4.
 * Every lane computes the code of the scalar encoder; tests compare them bit for bit. */
#include <immintrin.h>
#include <stdint.h>
#include "quant/format_avx2.h"

static inline __m256i magnitude_bits(__m256 x) {
    return _mm256_and_si256(_mm256_castps_si256(x), _mm256_set1_epi32(0x7fffffff));
}

static inline int has_nonfinite(__m256 x) {
    return _mm256_movemask_epi8(_mm256_cmpgt_epi32(magnitude_bits(x), _mm256_set1_epi32(0x7f7fffff))) != 0;
}

/* |x| clamped to the largest value, so that rounding cannot carry beyond it. */
static inline __m256 clamped_magnitude(__m256 x, float largest) {
    return _mm256_min_ps(_mm256_castsi256_ps(magnitude_bits(x)), _mm256_set1_ps(largest));
}

static inline __m128i low_halves(__m256i v) {
    return _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
}

static inline __m128i low_bytes(__m256i v) {
    const __m128i h = low_halves(v);
    return _mm_packus_epi16(h, h);
}

/* Round the mantissa's low `drop` bits away, nearest even, on non-negative float bits. */
static inline __m256i round_mantissa(__m256i a, int drop) {
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(a, drop), _mm256_set1_epi32(1));
    const __m256i half = _mm256_set1_epi32((1 << (drop - 1)) - 1);
    return _mm256_srli_epi32(_mm256_add_epi32(_mm256_add_epi32(a, half), odd), drop);
}

static inline __m128i bf16_codes(__m256 x) {
    const __m256 a = clamped_magnitude(x, 3.38953138925153547590e38f);
    const __m256i sign = _mm256_slli_epi32(_mm256_srli_epi32(_mm256_castps_si256(x), 31), 15);
    return low_halves(_mm256_or_si256(round_mantissa(_mm256_castps_si256(a), 16), sign));
}

static inline __m128i f16_codes(__m256 x) {
    const __m256 sign = _mm256_and_ps(x, _mm256_set1_ps(-0.0f));
    const __m256 limited = _mm256_or_ps(clamped_magnitude(x, 65504.0f), sign);
    return _mm256_cvtps_ph(limited, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline __m128i e4m3_codes(__m256 x) {
    const __m256 a = clamped_magnitude(x, 448.0f), align = _mm256_set1_ps(0x1p14f);
    const __m256i sign = _mm256_slli_epi32(_mm256_srli_epi32(_mm256_castps_si256(x), 31), 7);
    const __m256i normal = _mm256_sub_epi32(round_mantissa(_mm256_castps_si256(a), 20), _mm256_set1_epi32(120 << 3));
    const __m256i subnormal =
        _mm256_sub_epi32(_mm256_castps_si256(_mm256_add_ps(a, align)), _mm256_castps_si256(align));
    const __m256 small = _mm256_cmp_ps(a, _mm256_set1_ps(0x1p-6f), _CMP_LT_OQ);
    return low_bytes(_mm256_or_si256(_mm256_blendv_epi8(normal, subnormal, _mm256_castps_si256(small)), sign));
}

/* 8 integers, nearest even, in [lo, hi]. */
static inline __m256i integers(__m256 x, float lo, float hi) {
    const __m256 clamped = _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(lo)), _mm256_set1_ps(hi));
    return _mm256_cvtps_epi32(clamped);
}

static inline __m128i int8_codes(__m256 x) {
    return low_bytes(_mm256_and_si256(integers(x, -127.0f, 127.0f), _mm256_set1_epi32(0xff)));
}

/* 8 codes in the low 4 bytes, of INT4 or UINT4 by the limits. */
static inline __m128i nibbles(__m256 x, float lo, float hi) {
    const __m128i codes = low_bytes(_mm256_and_si256(integers(x, lo, hi), _mm256_set1_epi32(0xf)));
    const __m128i pairs = _mm_maddubs_epi16(codes, _mm_set1_epi16(0x1001)); /* even + 16 * odd */
    return _mm_packus_epi16(pairs, pairs);
}

#define ENCODE_LOOP(store)                                                                                             \
    for (; i + 8 <= n; i += 8) {                                                                                       \
        const __m256 v = _mm256_loadu_ps(x + i);                                                                       \
        if (has_nonfinite(v)) break;                                                                                   \
        store;                                                                                                         \
    }                                                                                                                  \
    break

size_t fq_format_encode_avx2(fq_format_id f, const float *x, size_t n, void *codes) {
    uint8_t *out = codes;
    size_t i = 0;
    switch (f) {
    case FQ_BF16:
        ENCODE_LOOP(_mm_storeu_si128((__m128i *)(void *)(out + 2 * i), bf16_codes(v)));
    case FQ_F16:
        ENCODE_LOOP(_mm_storeu_si128((__m128i *)(void *)(out + 2 * i), f16_codes(v)));
    case FQ_E4M3:
        ENCODE_LOOP(_mm_storel_epi64((__m128i *)(void *)(out + i), e4m3_codes(v)));
    case FQ_INT8:
        ENCODE_LOOP(_mm_storel_epi64((__m128i *)(void *)(out + i), int8_codes(v)));
    case FQ_INT4:
        ENCODE_LOOP(_mm_storeu_si32(out + i / 2, nibbles(v, -8.0f, 7.0f)));
    case FQ_UINT4:
        ENCODE_LOOP(_mm_storeu_si32(out + i / 2, nibbles(v, 0.0f, 15.0f)));
    default:
        break;
    }
    return i;
}

static inline __m256i bytes_at(const uint8_t *p) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
}

static inline __m256 e4m3_values(__m256i code) {
    const __m256i m = _mm256_and_si256(code, _mm256_set1_epi32(0x7f));
    const __m256i sign = _mm256_slli_epi32(_mm256_srli_epi32(code, 7), 31);
    const __m256i normal = _mm256_add_epi32(_mm256_slli_epi32(m, 20), _mm256_set1_epi32(120 << 23));
    const __m256 subnormal = _mm256_mul_ps(_mm256_cvtepi32_ps(m), _mm256_set1_ps(0x1p-9f));
    const __m256i is_small = _mm256_cmpgt_epi32(_mm256_set1_epi32(8), m);
    const __m256i is_nan = _mm256_cmpeq_epi32(m, _mm256_set1_epi32(0x7f));
    const __m256i finite = _mm256_or_si256(_mm256_blendv_epi8(normal, _mm256_castps_si256(subnormal), is_small), sign);
    return _mm256_castsi256_ps(_mm256_blendv_epi8(finite, _mm256_set1_epi32(0x7fc00000), is_nan));
}

/* 4 bytes hold 8 codes: one a byte. */
static inline __m128i spread_nibbles(const uint8_t *p) {
    const __m128i bytes = _mm_loadu_si32(p);
    const __m128i even = _mm_and_si128(bytes, _mm_set1_epi8(0xf));
    const __m128i odd = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(0xf));
    return _mm_unpacklo_epi8(even, odd);
}

static inline __m256 int4_values(const uint8_t *p) {
    const __m128i eight = _mm_set1_epi8(8); /* extends the sign */
    const __m128i q = _mm_sub_epi8(_mm_xor_si128(spread_nibbles(p), eight), eight);
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(q));
}

static inline __m256 uint4_values(const uint8_t *p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(spread_nibbles(p)));
}

#define DECODE_LOOP(value)                                                                                             \
    for (; i + 8 <= n; i += 8)                                                                                         \
        _mm256_storeu_ps(x + i, value);                                                                                \
    break

size_t fq_format_decode_avx2(fq_format_id f, const void *codes, size_t n, float *x) {
    const uint8_t *in = codes;
    size_t i = 0;
    switch (f) {
    case FQ_BF16:
        DECODE_LOOP(_mm256_castsi256_ps(_mm256_slli_epi32(
            _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)(in + 2 * i))), 16)));
    case FQ_F16:
        DECODE_LOOP(_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(in + 2 * i))));
    case FQ_E4M3:
        DECODE_LOOP(e4m3_values(bytes_at(in + i)));
    case FQ_INT8:
        DECODE_LOOP(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(in + i)))));
    case FQ_INT4:
        DECODE_LOOP(int4_values(in + i / 2));
    case FQ_UINT4:
        DECODE_LOOP(uint4_values(in + i / 2));
    default:
        break;
    }
    return i;
}
