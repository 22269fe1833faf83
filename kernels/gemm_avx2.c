/* The gemm family with AVX2: tiles of 6 x 16 sums in twelve registers. 4-bit weights become float32 by two byte
 * look-ups and interleaving, 16 codes at a time, because their values are bfloat16 numbers. */
#include "kernels/gemm_x86.h"

enum { GEMM_LANES = 8, GEMM_MR = 6, GEMM_NT = 16, GEMM_MC = 256 };

typedef __m256 vec;

FQ_INLINE vec vec_zero(void) {
    return _mm256_setzero_ps();
}
FQ_INLINE vec vec_load(const void *p) {
    return _mm256_load_ps(p);
}
FQ_INLINE void vec_store(void *p, vec v) {
    _mm256_store_ps(p, v);
}
FQ_INLINE vec vec_broadcast(const uint32_t *p) {
    return _mm256_broadcast_ss((const float *)(const void *)p);
}
FQ_INLINE vec vec_add(fq_gemm_kind kind, vec a, vec b) {
    if (!gemm_is_int(kind)) return _mm256_add_ps(a, b);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}
FQ_INLINE vec vec_mac(fq_gemm_kind kind, vec acc, vec w, vec x) {
    if (!gemm_is_int(kind)) return _mm256_fmadd_ps(w, x, acc);
    return vec_add(kind, acc, _mm256_castsi256_ps(_mm256_madd_epi16(_mm256_castps_si256(w), _mm256_castps_si256(x))));
}
FQ_INLINE float vec_total(fq_gemm_kind kind, vec v) {
    if (gemm_is_int(kind)) {
        const __m256i i = _mm256_castps_si256(v);
        __m128i s = _mm_add_epi32(_mm256_castsi256_si128(i), _mm256_extracti128_si256(i, 1));
        s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
        return (float)_mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1)));
    }
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

FQ_INLINE vec vec_flush(fq_gemm_kind kind, vec sum, float scale, vec total) {
    const __m256i s = _mm256_castps_si256(sum);
    if (gemm_is_scaled(kind)) return _mm256_fmadd_ps(_mm256_cvtepi32_ps(s), _mm256_set1_ps(scale), total);
    return vec_add(kind, total, _mm256_castsi256_ps(_mm256_srai_epi32(s, GEMM_HIGH)));
}

/* The low and the high bytes of the 16 bfloat16 values, each in both halves of a register; of `any` the low and the
 * high half of 16 float32 values; of q4i8 zero point and scale in every 16-bit lane; of i4i8_int the scale. */
typedef struct vec_lut {
    __m256i low, high;
} vec_lut;

FQ_INLINE vec_lut vec_lut_none(void) {
    return (vec_lut){_mm256_setzero_si256(), _mm256_setzero_si256()};
}
FQ_INLINE __m256i load_twice(const uint8_t *p) { /* 16 bytes in both halves */
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p));
}
FQ_INLINE vec_lut vec_lut_load(fq_gemm_kind kind, const fq_qmatrix *w, const fq_gemm_lut *luts, int r, int g) {
    if (kind == FQ_GEMM_i4f8) {
        const fq_gemm_lut *lut = gemm_lut_e4m3(w, luts, r, g);
        return (vec_lut){load_twice(lut->low), load_twice(lut->high)};
    }
    if (kind == FQ_GEMM_any) {
        _Alignas(32) float v[16];
        fq_gemm_any_lut(w, r, g, v);
        return (vec_lut){_mm256_castps_si256(_mm256_load_ps(v)), _mm256_castps_si256(_mm256_load_ps(v + 8))};
    }
    if (kind == FQ_GEMM_q4i8) { /* (q - z) s: z and s */
        const short zero = (short)fq_qmatrix_zero(w, r, g),
                    s = (short)w->scales[(size_t)r * (size_t)w->groups + (size_t)g];
        return (vec_lut){_mm256_set1_epi16(zero), _mm256_set1_epi16(s)};
    }
    if (kind == FQ_GEMM_i4i8_int) {
        const __m256i s = _mm256_set1_epi16((short)gemm_scale_code(w, r, g));
        return (vec_lut){s, s};
    }
    if (kind == FQ_GEMM_i4i8_int_high) {
        const __m256i s = _mm256_set1_epi16((short)(gemm_scale_code(w, r, g) << (16 - GEMM_HIGH)));
        return (vec_lut){s, s};
    }
    if (kind == FQ_GEMM_i4i8_f16) return vec_lut_none();
    const __m256i lut16 = gemm_lut16(kind, w, luts, r, g);
    const __m256i low = _mm256_and_si256(lut16, _mm256_set1_epi16(0xff)), high = _mm256_srli_epi16(lut16, 8);
    const __m256i both = _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xd8);
    return (vec_lut){_mm256_permute2x128_si256(both, both, 0x00), _mm256_permute2x128_si256(both, both, 0x11)};
}

FQ_INLINE __m256 as_float(__m256i v) {
    return _mm256_castsi256_ps(v);
}

/* 32 codes. Unpacking works within halves: codes are laid out so that after two interleavings k is in order, the low
 * half of v[j] holding k = 8j .. 8j + 3 and the high half 8j + 4 .. 8j + 7. */
FQ_INLINE void int4_to_floats(const uint8_t *p, vec_lut lut, vec v[4]) {
    const __m256i spread = _mm256_setr_epi8(0, 0, 1, 1, 4, 4, 5, 5, 8, 8, 9, 9, 12, 12, 13, 13, /**/ 2, 2, 3, 3, 6, 6,
                                            7, 7, 10, 10, 11, 11, 14, 14, 15, 15);
    const __m256i b = _mm256_shuffle_epi8(load_twice(p), spread);
    const __m256i q = _mm256_or_si256(_mm256_and_si256(b, _mm256_set1_epi16(0x000f)),
                                      _mm256_and_si256(_mm256_srli_epi16(b, 4), _mm256_set1_epi16(0x0f00)));
    const __m256i low = _mm256_shuffle_epi8(lut.low, q), high = _mm256_shuffle_epi8(lut.high, q);
    const __m256i h0 = _mm256_unpacklo_epi8(low, high), h1 = _mm256_unpackhi_epi8(low, high);
    const __m256i zero = _mm256_setzero_si256();
    v[0] = as_float(_mm256_unpacklo_epi16(zero, h0));
    v[1] = as_float(_mm256_unpackhi_epi16(zero, h0));
    v[2] = as_float(_mm256_unpacklo_epi16(zero, h1));
    v[3] = as_float(_mm256_unpackhi_epi16(zero, h1));
}

/* 32 codes by their float32 values: nibble i to lane i; its low three bits choose in both halves of the table, its
 * fourth between them. */
FQ_INLINE void int4_to_any(const uint8_t *p, vec_lut lut, vec v[4]) {
    const __m256i down = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    const __m256i up = _mm256_setr_epi32(28, 24, 20, 16, 12, 8, 4, 0);
    FQ_UNROLL
    for (int j = 0; j < 4; j++) {
        int32_t eight;
        memcpy(&eight, p + 4 * j, sizeof eight);
        const __m256i b = _mm256_set1_epi32(eight), q = _mm256_srlv_epi32(b, down);
        v[j] = _mm256_blendv_ps(_mm256_permutevar8x32_ps(as_float(lut.low), q),
                                _mm256_permutevar8x32_ps(as_float(lut.high), q), as_float(_mm256_sllv_epi32(b, up)));
    }
}

/* 32 codes to int16: the nibble to the top of its lane, then an arithmetic shift. */
FQ_INLINE void int4_to_shorts(const uint8_t *p, vec v[2]) {
    const __m256i up = _mm256_set1_epi32(0x00010010); /* times 16 the even, 1 the odd ones */
    const __m256i b = load_twice(p);
    FQ_UNROLL
    for (int h = 0; h < 2; h++) {
        const char o = (char)(8 * h); /* 8 bytes hold 16 codes; -1 gives a zero byte */
        const __m256i spread = _mm256_setr_epi8(
            -1, o, -1, o, -1, (char)(o + 1), -1, (char)(o + 1), -1, (char)(o + 2), -1, (char)(o + 2), -1, (char)(o + 3),
            -1, (char)(o + 3), -1, (char)(o + 4), -1, (char)(o + 4), -1, (char)(o + 5), -1, (char)(o + 5), -1,
            (char)(o + 6), -1, (char)(o + 6), -1, (char)(o + 7), -1, (char)(o + 7));
        v[h] = as_float(_mm256_srai_epi16(_mm256_mullo_epi16(_mm256_shuffle_epi8(b, spread), up), 12));
    }
}

FQ_INLINE void vec_weights_high(fq_gemm_kind kind, const uint8_t *p, vec_lut lut, vec v[4]) {
    const __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)p), top = _mm256_set1_epi16((short)0xf000);
    v[0] = as_float(_mm256_slli_epi16(b, 12));
    v[1] = as_float(_mm256_and_si256(_mm256_slli_epi16(b, 8), top));
    v[2] = as_float(_mm256_and_si256(_mm256_slli_epi16(b, 4), top));
    v[3] = as_float(_mm256_and_si256(b, top));
    if (kind == FQ_GEMM_i4i8_fast) return;
    FQ_UNROLL
    for (int j = 0; j < 4; j++)
        v[j] = as_float(_mm256_mulhi_epi16(_mm256_castps_si256(v[j]), lut.low));
}

FQ_INLINE void vec_weights(fq_gemm_kind kind, const uint8_t *p, vec_lut lut, vec v[4]) {
    switch (kind) {
    case FQ_GEMM_f32:
        v[0] = _mm256_load_ps((const float *)(const void *)p);
        v[1] = _mm256_load_ps((const float *)(const void *)(p + 32));
        return;
    case FQ_GEMM_bf16:
    case FQ_GEMM_f8f8:
        FQ_UNROLL
        for (int j = 0; j < 4; j++)
            v[j] = as_float(gemm_vector_units(kind, p + j * gemm_w_bits(kind)));
        return;
    case FQ_GEMM_w4a16:
    case FQ_GEMM_i4f8:
        int4_to_floats(p, lut, v);
        return;
    case FQ_GEMM_i8i8:
        v[0] = as_float(gemm_vector_units(kind, p));
        v[1] = as_float(gemm_vector_units(kind, p + 16));
        return;
    case FQ_GEMM_i4i8:
    case FQ_GEMM_i4i8_fast:
    case FQ_GEMM_i4i8_f16:
        int4_to_shorts(p, v);
        return;
    case FQ_GEMM_i4i8_int:
    case FQ_GEMM_i4i8_int_high:
        int4_to_shorts(p, v);
        FQ_UNROLL
        for (int j = 0; j < 2; j++)
            v[j] = as_float(_mm256_mullo_epi16(_mm256_castps_si256(v[j]), lut.low));
        return;
    case FQ_GEMM_q4i8:
        int4_to_shorts(p, v);
        FQ_UNROLL
        for (int j = 0; j < 2; j++) {
            const __m256i q = _mm256_and_si256(_mm256_castps_si256(v[j]), _mm256_set1_epi16(15));
            v[j] = as_float(_mm256_mullo_epi16(_mm256_sub_epi16(q, lut.low), lut.high));
        }
        return;
    case FQ_GEMM_any:
        int4_to_any(p, lut, v);
        return;
    }
}

#include "kernels/gemm_vector.h"

GEMM_VECTOR(f32, avx2)
GEMM_VECTOR(bf16, avx2)
GEMM_VECTOR(w4a16, avx2)
GEMM_VECTOR(i4f8, avx2)
GEMM_VECTOR(f8f8, avx2)
GEMM_VECTOR(i8i8, avx2)
GEMM_VECTOR(i4i8, avx2)
GEMM_VECTOR(q4i8, avx2)
GEMM_VECTOR(i4i8_fast, avx2)
GEMM_VECTOR(i4i8_int, avx2)
GEMM_VECTOR(i4i8_f16, avx2)
GEMM_VECTOR(any, avx2)
