/* Decoding with AVX-512 for the kernels of packed weights: codes to operands of tiles and dot products, activations to
 * 64-byte units. Include it only from files compiled for AVX-512. */
#ifndef FQ_KERNELS_GEMM_X512_H
#define FQ_KERNELS_GEMM_X512_H
#include "kernels/gemm_packed.h"
#include "kernels/gemm_x86.h"
#include "kernels/lanes_avx512.h"

FQ_INLINE int gemm_is_packed(fq_gemm_kind kind) {
    return gemm_is_grouped(kind) || kind == FQ_GEMM_i4i8 || kind == FQ_GEMM_i4i8_fast;
}
/* Weights are unpacked to signed bytes for tiles; to bytes plus FQ_GEMM_BIAS if not. */
FQ_INLINE int gemm_is_signed(fq_gemm_kind kind) {
    return kind == FQ_GEMM_i8i8 || kind == FQ_GEMM_i4i8_fast || kind == FQ_GEMM_i4i8_int || kind == FQ_GEMM_i4i8_f16;
}

/* The first n of 64 bytes at p, zeros behind; n may be anything. */
FQ_INLINE __m512i x512_load_some(const uint8_t *p, long n) {
    if (n >= 64) return _mm512_loadu_si512(p);
    return n <= 0 ? _mm512_setzero_si512() : _mm512_maskz_loadu_epi8((__mmask64)((1ull << n) - 1), p);
}
FQ_INLINE __m256i x512_load_some_half(const uint8_t *p, long n) {
    return _mm512_castsi512_si256(x512_load_some(p, n < 32 ? n : 32));
}

/* 32 E4M3 codes to bf16: exponent and mantissa move into place, the exponent's bias grows by 120; the eight subnormals
 * are looked up. */
FQ_INLINE __m512i x512_e4m3(__m256i codes) {
    const __m512i small = _mm512_set_epi16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                           0x3c60, 0x3c40, 0x3c20, 0x3c00, 0x3bc0, 0x3b80, 0x3b00, 0);
    const __m512i w = _mm512_cvtepu8_epi16(codes), m = _mm512_and_si512(w, _mm512_set1_epi16(0x7f));
    const __m512i normal = _mm512_add_epi16(_mm512_slli_epi16(m, 4), _mm512_set1_epi16(0x3c00));
    const __mmask32 tiny = _mm512_cmplt_epu16_mask(m, _mm512_set1_epi16(8));
    const __m512i sign = _mm512_slli_epi16(_mm512_srli_epi16(w, 7), 15);
    return _mm512_or_si512(sign, _mm512_mask_permutexvar_epi16(normal, tiny, m, small));
}

/* Two times 32 bytes, alternating: the order of codes in packed bytes. */
FQ_INLINE __m512i x512_alternate(__m256i even, __m256i odd) {
    return _mm512_or_si512(_mm512_cvtepu8_epi16(even), _mm512_slli_epi16(_mm512_cvtepu8_epi16(odd), 8));
}

/* The 64 bytes of a step of token i: 32 bf16 or 64 int8, in the order in which the weights of the kind are unpacked;
 * zeros beyond K. */
FQ_INLINE __m512i x512_units(fq_gemm_kind kind, const fq_gemm_args *a, int i, int step) {
    const uint8_t *x = (const uint8_t *)a->x + (size_t)i * a->x_stride;
    const long k = a->w->cols, from = (long)step * (gemm_is_int(kind) ? 64 : 32);
    switch (kind) {
    case FQ_GEMM_bf16:
    case FQ_GEMM_w4a16:
        return x512_load_some(x + 2 * from, 2 * (k - from));
    case FQ_GEMM_i4f8:
    case FQ_GEMM_f8f8:
        return x512_e4m3(x512_load_some_half(x + from, k - from));
    case FQ_GEMM_i4i8:
    case FQ_GEMM_q4i8:
    case FQ_GEMM_i4i8_fast:
    case FQ_GEMM_i4i8_int:
    case FQ_GEMM_i4i8_f16: {
        const long at = from / 128 * 128 + from % 128 / 2;
        return x512_alternate(x512_load_some_half(x + at, k - at), x512_load_some_half(x + at + 64, k - at - 64));
    }
    default:
        return x512_load_some(x + from, k - from);
    }
}

/* FQ_GEMM_BIAS times the sum of the INT8 codes of token i, modulo 2^32. */
FQ_INLINE int32_t x512_biased_sum(const fq_gemm_args *a, int i) {
    const uint8_t *x = (const uint8_t *)a->x + (size_t)i * a->x_stride;
    __m512i sum = _mm512_setzero_si512();
    for (long k = 0; k < a->w->cols; k += 64)
        sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), x512_load_some(x + k, a->w->cols - k));
    return (int32_t)((uint32_t)_mm512_reduce_add_epi32(sum) * FQ_GEMM_BIAS);
}

/* The operand values of the codes of line `at`, row r of w, as bf16, twice: what a code's low five bits look up. */
FQ_INLINE __m512i x512_lut_bf16(fq_gemm_kind kind, const fq_gemm_tables *t, const fq_gemm_packed *w, size_t at,
                                size_t r) {
    if (kind == FQ_GEMM_i4f8) {
        const size_t book = w->book ? w->book[r] : FQ_CODEBOOK_INT4;
        return _mm512_load_si512(t->pair[book * FQ_GEMM_LUTS_A_BOOK + w->scales[at]]);
    }
    const __m512 q = _mm512_set_ps(-1, -2, -3, -4, -5, -6, -7, -8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512 v = _mm512_mul_ps(q, _mm512_set1_ps(_cvtsh_ss(w->halves[at])));
    const __m512i u = _mm512_castps_si512(v), odd = _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(u, _mm512_set1_epi32(0x7fff)), odd);
    return _mm512_broadcast_i64x4(_mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16)));
}

/* The operand values plus FQ_GEMM_BIAS as bytes, four times. */
FQ_INLINE __m512i x512_lut_bytes(fq_gemm_kind kind, const fq_gemm_tables *t, const fq_gemm_packed *w, size_t at) {
    const uint8_t *lut = kind == FQ_GEMM_i4f8   ? t->byte[w->scales[at]]
                         : kind == FQ_GEMM_q4i8 ? t->product[w->halves[at]]
                                                : t->integer;
    return _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(const void *)lut));
}

/* The scales of the 16 rows of a block, of the chunk of line `at`: integers, or the bits of floats. */
FQ_INLINE void x512_scales(fq_gemm_kind kind, const fq_gemm_packed *w, size_t at, int32_t scale[16]) {
    const __m256i codes = _mm256_loadu_si256((const __m256i *)(const void *)(w->halves + at));
    _mm512_store_si512(scale, kind == FQ_GEMM_i4i8_int ? _mm512_cvtepu16_epi32(codes)
                                                       : _mm512_castps_si512(_mm512_cvtph_ps(codes)));
}

FQ_INLINE __m512i x512_line(const fq_gemm_packed *w, size_t at) {
    return _mm512_load_si512(w->codes + at * FQ_PACKED_LINE);
}

/* Line `at` of packed weights as bytes: 64 low codes, 64 high ones. */
FQ_INLINE void x512_unpack_bytes(fq_gemm_kind kind, const fq_gemm_tables *t, const fq_gemm_packed *w, size_t at,
                                 __m512i v[2]) {
    const __m512i c = x512_line(w, at), lut = x512_lut_bytes(kind, t, w, at);
    v[0] = _mm512_permutexvar_epi8(c, lut);
    v[1] = _mm512_permutexvar_epi8(_mm512_srli_epi16(c, 4), lut);
}

/* The same as signed bytes: of i4i8_fast 16 q, which a mask leaves of each nibble. */
FQ_INLINE void x512_unpack_signed(fq_gemm_kind kind, const fq_gemm_tables *t, const fq_gemm_packed *w, size_t at,
                                  __m512i v[2]) {
    const __m512i c = x512_line(w, at), high = _mm512_set1_epi8((char)0xf0);
    if (kind == FQ_GEMM_i4i8_fast) {
        v[0] = _mm512_and_si512(_mm512_slli_epi16(c, 4), high);
        v[1] = _mm512_and_si512(c, high);
        return;
    }
    const __m512i lut = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(const void *)t->code));
    v[0] = _mm512_permutexvar_epi8(c, lut);
    v[1] = _mm512_permutexvar_epi8(_mm512_srli_epi16(c, 4), lut);
}

/* Line `at` of packed weights as the 64-byte rows of its chunk's steps. */
FQ_INLINE void x512_unpack(fq_gemm_kind kind, const fq_gemm_tables *t, const fq_gemm_packed *w, size_t at, size_t r,
                           __m512i v[4]) {
    if (gemm_is_signed(kind)) {
        x512_unpack_signed(kind, t, w, at, v);
        return;
    }
    if (gemm_is_int(kind)) {
        x512_unpack_bytes(kind, t, w, at, v);
        return;
    }
    const __m512i c = x512_line(w, at);
    const __m512i lut = x512_lut_bf16(kind, t, w, at, r);
    v[0] = _mm512_permutexvar_epi16(c, lut);
    v[1] = _mm512_permutexvar_epi16(_mm512_srli_epi16(c, 4), lut);
    v[2] = _mm512_permutexvar_epi16(_mm512_srli_epi16(c, 8), lut);
    v[3] = _mm512_permutexvar_epi16(_mm512_srli_epi16(c, 12), lut);
}

/* The same of weights of 8 and 16 bits in canonical storage: chunk g of row r; zeros beyond the padded row. */
FQ_INLINE void x512_copy(fq_gemm_kind kind, const fq_qmatrix *w, int r, int g, __m512i v[4]) {
    const int lines = 2 * gemm_w_bits(kind) / 8; /* of 64 bytes, in a chunk */
    const size_t from = (size_t)g * (size_t)lines * 64;
    const uint8_t *row = w->codes + (size_t)r * w->row_bytes + from;
    FQ_UNROLL
    for (int i = 0; i < lines; i++) {
        const __m512i c =
            from + 64 * (size_t)i < w->row_bytes ? _mm512_load_si512(row + 64 * i) : _mm512_setzero_si512();
        if (kind != FQ_GEMM_f8f8) {
            v[i] = c;
            continue;
        }
        v[2 * i] = x512_e4m3(_mm512_castsi512_si256(c));
        v[2 * i + 1] = x512_e4m3(_mm512_extracti64x4_epi64(c, 1));
    }
}

#endif
