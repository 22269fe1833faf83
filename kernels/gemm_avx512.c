/* The gemm family with AVX-512: tiles of 8 x 32 sums in sixteen registers, VNNI for the integers. A 4-bit weight
 * becomes float32 by one look-up in a register of sixteen values. */
#include "kernels/gemm_x86.h"

enum { GEMM_LANES = 16, GEMM_MR = 8, GEMM_NT = 32, GEMM_MC = 512 };

typedef __m512 vec;

FQ_INLINE vec vec_zero(void) {
    return _mm512_setzero_ps();
}
FQ_INLINE vec vec_load(const void *p) {
    return _mm512_load_ps(p);
}
FQ_INLINE void vec_store(void *p, vec v) {
    _mm512_store_ps(p, v);
}
FQ_INLINE vec vec_broadcast(const uint32_t *p) {
    return _mm512_castsi512_ps(_mm512_set1_epi32((int)*p));
}
FQ_INLINE vec vec_add(fq_gemm_kind kind, vec a, vec b) {
    if (!gemm_is_int(kind)) return _mm512_add_ps(a, b);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}
FQ_INLINE vec vec_mac(fq_gemm_kind kind, vec acc, vec w, vec x) {
    if (!gemm_is_int(kind)) return _mm512_fmadd_ps(w, x, acc);
    return _mm512_castsi512_ps(
        _mm512_dpwssd_epi32(_mm512_castps_si512(acc), _mm512_castps_si512(w), _mm512_castps_si512(x)));
}
FQ_INLINE float vec_total(fq_gemm_kind kind, vec v) {
    if (gemm_is_int(kind)) return (float)_mm512_reduce_add_epi32(_mm512_castps_si512(v));
    const __m256 h = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

FQ_INLINE vec vec_flush(fq_gemm_kind kind, vec sum, float scale, vec total) {
    const __m512i s = _mm512_castps_si512(sum);
    if (gemm_is_scaled(kind)) return _mm512_fmadd_ps(_mm512_cvtepi32_ps(s), _mm512_set1_ps(scale), total);
    return vec_add(kind, total, _mm512_castsi512_ps(_mm512_srai_epi32(s, GEMM_HIGH)));
}

/* The 16 values as float32; of i4i8_int the scale in every 16-bit lane; of q4i8 the zero point in the low, the scale in
 * the high half of every lane. */
typedef __m512 vec_lut;

FQ_INLINE vec_lut vec_lut_none(void) {
    return _mm512_setzero_ps();
}
FQ_INLINE vec_lut vec_lut_load(fq_gemm_kind kind, const fq_qmatrix *w, const fq_gemm_lut *luts, int r, int g) {
    if (kind == FQ_GEMM_any) {
        _Alignas(64) float v[16];
        fq_gemm_any_lut(w, r, g, v);
        return _mm512_load_ps(v);
    }
    if (kind == FQ_GEMM_q4i8) {
        const int s = w->scales[(size_t)r * (size_t)w->groups + (size_t)g];
        return _mm512_castsi512_ps(_mm512_set1_epi32(s << 16 | fq_qmatrix_zero(w, r, g)));
    }
    if (kind == FQ_GEMM_i4i8_int) return _mm512_castsi512_ps(_mm512_set1_epi16((short)gemm_scale_code(w, r, g)));
    if (kind == FQ_GEMM_i4i8_int_high)
        return _mm512_castsi512_ps(_mm512_set1_epi16((short)(gemm_scale_code(w, r, g) << (16 - GEMM_HIGH))));
    if (kind == FQ_GEMM_i4i8_f16) return vec_lut_none();
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(gemm_lut16(kind, w, luts, r, g)), 16));
}

FQ_INLINE __m256i load256(const uint8_t *p) {
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}
FQ_INLINE __m128i load128(const uint8_t *p) {
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* 32 codes in 16 bytes: dword i / 8 of them goes to lane i, shifted so that nibble i is lowest; the look-up takes the
 * low four bits of its index. */
FQ_INLINE void int4_to_floats(const uint8_t *p, vec_lut lut, vec v[2]) {
    const __m512i shift = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
    const __m512i codes = _mm512_castsi128_si512(load128(p));
    FQ_UNROLL
    for (int h = 0; h < 2; h++) {
        const int a = 2 * h, b = 2 * h + 1;
        const __m512i lane = _mm512_setr_epi32(a, a, a, a, a, a, a, a, b, b, b, b, b, b, b, b);
        const __m512i nibble = _mm512_srlv_epi32(_mm512_permutexvar_epi32(lane, codes), shift);
        v[h] = _mm512_permutexvar_ps(nibble, lut);
    }
}

/* 32 codes to int16: each byte twice (low byte of a lane), the even one shifted to the top by 12, the odd one by 8. */
FQ_INLINE vec int4_to_shorts(const uint8_t *p) {
    const __m256i bytes = _mm256_broadcastsi128_si256(load128(p));
    const __m256i spread = _mm256_setr_epi8(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, /**/ 8, 8, 9, 9, 10, 10, 11,
                                            11, 12, 12, 13, 13, 14, 14, 15, 15);
    const __m512i lanes = _mm512_cvtepu8_epi16(_mm256_shuffle_epi8(bytes, spread));
    const __m512i top = _mm512_sllv_epi16(lanes, _mm512_set1_epi32(0x0008000c));
    return _mm512_castsi512_ps(_mm512_srai_epi16(top, 12));
}

FQ_INLINE void vec_weights_high(fq_gemm_kind kind, const uint8_t *p, vec_lut lut, vec v[4]) {
    const __m512i b = _mm512_loadu_si512(p), top = _mm512_set1_epi16((short)0xf000);
    v[0] = _mm512_castsi512_ps(_mm512_slli_epi16(b, 12));
    v[1] = _mm512_castsi512_ps(_mm512_and_si512(_mm512_slli_epi16(b, 8), top));
    v[2] = _mm512_castsi512_ps(_mm512_and_si512(_mm512_slli_epi16(b, 4), top));
    v[3] = _mm512_castsi512_ps(_mm512_and_si512(b, top));
    if (kind == FQ_GEMM_i4i8_fast) return;
    FQ_UNROLL
    for (int j = 0; j < 4; j++)
        v[j] = _mm512_castsi512_ps(_mm512_mulhi_epi16(_mm512_castps_si512(v[j]), _mm512_castps_si512(lut)));
}

/* 16 E4M3 codes to float32, as gemm_e4m3_values. */
FQ_INLINE vec e4m3_to_floats(const uint8_t *p) {
    const __m256i top = _mm256_slli_epi16(_mm256_cvtepi8_epi16(load128(p)), 7);
    const __m256i half = _mm256_and_si256(top, _mm256_set1_epi16((short)0xbfff));
    return _mm512_mul_ps(_mm512_cvtph_ps(half), _mm512_set1_ps(256.0f));
}

/* The low half of every lane into both halves. */
FQ_INLINE __m512i x2(__m512i v) {
    return _mm512_or_si512(v, _mm512_slli_epi32(v, 16));
}

FQ_INLINE vec bf16_to_floats(const uint8_t *p) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(load256(p)), 16));
}

FQ_INLINE void vec_weights(fq_gemm_kind kind, const uint8_t *p, vec_lut lut, vec v[4]) {
    switch (kind) {
    case FQ_GEMM_f32:
        v[0] = _mm512_load_ps(p);
        return;
    case FQ_GEMM_bf16:
        v[0] = bf16_to_floats(p);
        v[1] = bf16_to_floats(p + 32);
        return;
    case FQ_GEMM_f8f8:
        v[0] = e4m3_to_floats(p);
        v[1] = e4m3_to_floats(p + 16);
        return;
    case FQ_GEMM_w4a16:
    case FQ_GEMM_i4f8:
    case FQ_GEMM_any:
        int4_to_floats(p, lut, v);
        return;
    case FQ_GEMM_i8i8:
        v[0] = _mm512_castsi512_ps(_mm512_cvtepi8_epi16(load256(p)));
        return;
    case FQ_GEMM_i4i8:
    case FQ_GEMM_i4i8_fast:
    case FQ_GEMM_i4i8_f16:
        v[0] = int4_to_shorts(p);
        return;
    case FQ_GEMM_i4i8_int:
    case FQ_GEMM_i4i8_int_high:
        v[0] =
            _mm512_castsi512_ps(_mm512_mullo_epi16(_mm512_castps_si512(int4_to_shorts(p)), _mm512_castps_si512(lut)));
        return;
    case FQ_GEMM_q4i8: {
        const __m512i both = _mm512_castps_si512(lut), q = _mm512_castps_si512(int4_to_shorts(p));
        const __m512i z = _mm512_and_si512(both, _mm512_set1_epi32(0xffff)), s = _mm512_srli_epi32(both, 16);
        const __m512i d = _mm512_sub_epi16(_mm512_and_si512(q, _mm512_set1_epi16(15)), x2(z));
        v[0] = _mm512_castsi512_ps(_mm512_mullo_epi16(d, x2(s)));
        return;
    }
    }
}

#include "kernels/gemm_vector.h"

GEMM_VECTOR(f32, avx512)
GEMM_VECTOR(bf16, avx512)
GEMM_VECTOR(w4a16, avx512)
GEMM_VECTOR(i4f8, avx512)
GEMM_VECTOR(f8f8, avx512)
GEMM_VECTOR(i8i8, avx512)
GEMM_VECTOR(i4i8, avx512)
GEMM_VECTOR(q4i8, avx512)
GEMM_VECTOR(i4i8_fast, avx512)
GEMM_VECTOR(i4i8_int, avx512)
GEMM_VECTOR(i4i8_f16, avx512)
GEMM_VECTOR(any, avx512)
