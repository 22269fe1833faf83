/* Decoding that all vector files of the gemm family share, in 256-bit vectors: activations into 32-bit units, E4M3 to
 * float32, group look-up tables, 8 x 8 transposition. Include it only from gemm_avx2.c, gemm_avx512.c and gemm_amx.c.
 *
 * A unit is the 32 bits that one lane of the multiplier takes along k: one float32, two int16 or, for AMX, two bf16 or
 * four int8. Everything below kernels' entry points moves units, so one driver serves all formats. */
#ifndef FQ_KERNELS_GEMM_X86_H
#define FQ_KERNELS_GEMM_X86_H
#include <immintrin.h>
#include <string.h>
#include "kernels/gemm.h"
#include "kernels/inline.h"

enum {
    GEMM_HIGH = 12,        /* i4i8_fast: a code in a 16-bit lane is 2^12 times its value */
    GEMM_KC = 256,         /* units of k in a block: the buffer of unpacked w is MR x KC x 4 bytes */
    GEMM_WS = GEMM_KC + 16 /* row stride of that buffer, off the powers of two that collide in L1 */
};

FQ_INLINE int gemm_min(int a, int b) {
    return a < b ? a : b;
}
FQ_INLINE int gemm_ceil(int a, int b) {
    return (a + b - 1) / b;
}
/* Integer products, summed as integers. */
FQ_INLINE int gemm_is_int(fq_gemm_kind kind) {
    return kind == FQ_GEMM_i8i8 || kind == FQ_GEMM_i4i8 || kind == FQ_GEMM_q4i8 || kind == FQ_GEMM_i4i8_fast ||
           kind == FQ_GEMM_i4i8_int || kind == FQ_GEMM_i4i8_int_high || kind == FQ_GEMM_i4i8_f16;
}
/* The integers are sums of groups, added up as floats. */
FQ_INLINE int gemm_is_scaled(fq_gemm_kind kind) {
    return kind == FQ_GEMM_i4i8_f16;
}
FQ_INLINE int gemm_is_grouped(fq_gemm_kind kind) {
    return kind == FQ_GEMM_w4a16 || kind == FQ_GEMM_i4f8 || kind == FQ_GEMM_q4i8 || kind == FQ_GEMM_i4i8_int ||
           kind == FQ_GEMM_i4i8_int_high || kind == FQ_GEMM_i4i8_f16;
}
FQ_INLINE size_t gemm_scale_bytes(fq_gemm_kind kind) {
    return kind == FQ_GEMM_i4f8 || kind == FQ_GEMM_q4i8 ? 1 : 2;
}
/* What the epilogue and the last sum see. */
FQ_INLINE int gemm_is_int_sum(fq_gemm_kind kind) {
    return gemm_is_int(kind) && !gemm_is_scaled(kind);
}
/* Bits of one weight code and bytes of one activation code; `any` reads them from its recipes. */
FQ_INLINE int gemm_w_bits(fq_gemm_kind kind) {
    return kind == FQ_GEMM_f32 ? 32 : kind == FQ_GEMM_bf16 ? 16 : kind == FQ_GEMM_f8f8 || kind == FQ_GEMM_i8i8 ? 8 : 4;
}
FQ_INLINE int gemm_x_bytes(fq_gemm_kind kind) {
    return kind == FQ_GEMM_f32 ? 4 : kind == FQ_GEMM_bf16 || kind == FQ_GEMM_w4a16 ? 2 : 1;
}

FQ_INLINE int gemm_row_bits(fq_gemm_kind kind, const fq_qmatrix *w) {
    return kind == FQ_GEMM_any ? fq_formats[w->recipe->code].bits : gemm_w_bits(kind);
}
/* Address of code k (even) of row r. */
FQ_INLINE const uint8_t *gemm_w_at(fq_gemm_kind kind, const fq_qmatrix *w, int r, int k) {
    return w->codes + (size_t)r * w->row_bytes + (size_t)k * (size_t)gemm_row_bits(kind, w) / 8;
}
/* The epilogue's factor of token i. Scales of groups are part of the operand. */
FQ_INLINE float gemm_x_scale(fq_gemm_kind kind, const fq_gemm_args *a, int i) {
    return a->x_scale && (kind != FQ_GEMM_any || a->a->group <= 0) ? a->x_scale[i] : 1.0f;
}

/* E4M3 seen as the high bits of a float16 is 2^-8 times its value, subnormals included; NaN codes never occur. The sign
 * is extended over bit 14, which E4M3 has no use for. */
FQ_INLINE __m128i gemm_e4m3_halves(__m128i codes) {
    return _mm_and_si128(_mm_slli_epi16(_mm_cvtepi8_epi16(codes), 7), _mm_set1_epi16((short)0xbfff));
}
/* 8 E4M3 codes (low 8 bytes) to float32. */
FQ_INLINE __m256 gemm_e4m3_values(__m128i codes) {
    return _mm256_mul_ps(_mm256_cvtph_ps(gemm_e4m3_halves(codes)), _mm256_set1_ps(256.0f));
}
/* 8 + 8 float32 values that bf16 holds exactly, to 16 bf16 codes. */
FQ_INLINE __m256i gemm_exact_bf16(__m256 a, __m256 b) {
    const __m256i lo = _mm256_srli_epi32(_mm256_castps_si256(a), 16);
    const __m256i hi = _mm256_srli_epi32(_mm256_castps_si256(b), 16);
    return _mm256_permute4x64_epi64(_mm256_packus_epi32(lo, hi), 0xd8);
}

/* 8 units of one token from its codes at p. float32 and int16 units; AMX has its own. */
FQ_INLINE __m256i gemm_vector_units(fq_gemm_kind kind, const uint8_t *p) {
    switch (kind) {
    case FQ_GEMM_f32:
        return _mm256_loadu_si256((const __m256i *)(const void *)p);
    case FQ_GEMM_bf16:
    case FQ_GEMM_w4a16:
        return _mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)), 16);
    case FQ_GEMM_i4f8:
    case FQ_GEMM_f8f8:
        return _mm256_castps_si256(gemm_e4m3_values(_mm_loadl_epi64((const __m128i *)(const void *)p)));
    case FQ_GEMM_i8i8:
    case FQ_GEMM_i4i8:
    case FQ_GEMM_q4i8:
    case FQ_GEMM_i4i8_fast:
    case FQ_GEMM_i4i8_int:
    case FQ_GEMM_i4i8_int_high:
    case FQ_GEMM_i4i8_f16:
    case FQ_GEMM_any: /* gemm_any_units */
        break;
    }
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}

/* `any`: 8 float32 units of token i from code k (a multiple of 8) on, group scale applied; zeros beyond K. */
static inline __m256i gemm_any_units(const fq_gemm_args *a, int i, int k) {
    const int left = a->w->cols - k, n = gemm_min(8, left), group = a->a->group;
    const fq_format_id f = a->a->code;
    const uint8_t *p = (const uint8_t *)a->x + (size_t)i * a->x_stride + (size_t)k * (size_t)fq_formats[f].bits / 8;
    __m256 v;
    if (n == 8 && f == FQ_F32) {
        v = _mm256_loadu_ps((const float *)(const void *)p);
    } else if (n == 8 && f == FQ_BF16) {
        v = _mm256_castsi256_ps(gemm_vector_units(FQ_GEMM_bf16, p));
    } else if (n == 8 && f == FQ_E4M3) {
        v = _mm256_castsi256_ps(gemm_vector_units(FQ_GEMM_f8f8, p));
    } else if (n == 8 && f == FQ_INT8) {
        v = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p)));
    } else {
        float rest[8] = {0};
        fq_format_decode_row(f, p, (size_t)n, rest);
        v = _mm256_loadu_ps(rest);
    }
    if (group > 0) {
        const size_t groups = (size_t)((a->w->cols + group - 1) / group);
        v = _mm256_mul_ps(v, _mm256_set1_ps(a->x_scale[(size_t)i * groups + (size_t)(k / group)]));
    }
    return _mm256_castps_si256(v);
}

/* The stored scale, two bytes, of group g of row r: w4a16, i4i8_int, i4i8_f16. */
FQ_INLINE uint16_t gemm_scale_code(const fq_qmatrix *w, int r, int g) {
    uint16_t code;
    memcpy(&code, w->scales + 2 * ((size_t)r * (size_t)w->groups + (size_t)g), sizeof code);
    return code;
}

/* The table of group g of row r, i4f8. */
FQ_INLINE const fq_gemm_lut *gemm_lut_e4m3(const fq_qmatrix *w, const fq_gemm_lut *luts, int r, int g) {
    if (w->book) luts += (size_t)w->book[r] * FQ_GEMM_LUTS_A_BOOK;
    return luts + (w->scales[(size_t)r * (size_t)w->groups + (size_t)g] & 0x7f);
}

/* The 16 operand values, as bf16 codes, of an INT4 weight of group g of row r. For w4a16 bf16(q s), nearest even: q s
 * is exact in float32 and finite. */
FQ_INLINE __m256i gemm_lut16(fq_gemm_kind kind, const fq_qmatrix *w, const fq_gemm_lut *luts, int r, int g) {
    if (kind == FQ_GEMM_i4f8) {
        const fq_gemm_lut *lut = gemm_lut_e4m3(w, luts, r, g);
        const __m256i low = _mm256_cvtepu8_epi16(_mm_load_si128((const __m128i *)(const void *)lut->low));
        const __m256i high = _mm256_cvtepu8_epi16(_mm_load_si128((const __m128i *)(const void *)lut->high));
        return _mm256_or_si256(low, _mm256_slli_epi16(high, 8));
    }
    const __m256 s = _mm256_set1_ps(_cvtsh_ss(gemm_scale_code(w, r, g)));
    __m256i v[2];
    FQ_UNROLL
    for (int h = 0; h < 2; h++) {
        const __m256 q = h ? _mm256_setr_ps(-8, -7, -6, -5, -4, -3, -2, -1) : _mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7);
        const __m256i u = _mm256_castps_si256(_mm256_mul_ps(q, s));
        const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(u, 16), _mm256_set1_epi32(1));
        v[h] = _mm256_add_epi32(_mm256_add_epi32(u, _mm256_set1_epi32(0x7fff)), odd);
    }
    return gemm_exact_bf16(_mm256_castsi256_ps(v[0]), _mm256_castsi256_ps(v[1]));
}

FQ_INLINE void gemm_transpose(__m256 v[8]) {
    __m256 t[8], u[8];
    FQ_UNROLL
    for (int i = 0; i < 4; i++) {
        t[2 * i] = _mm256_unpacklo_ps(v[2 * i], v[2 * i + 1]);
        t[2 * i + 1] = _mm256_unpackhi_ps(v[2 * i], v[2 * i + 1]);
    }
    FQ_UNROLL
    for (int i = 0; i < 2; i++) {
        u[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
        u[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xee);
        u[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
        u[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xee);
    }
    FQ_UNROLL
    for (int i = 0; i < 4; i++) {
        v[i] = _mm256_permute2f128_ps(u[i], u[i + 4], 0x20);
        v[i + 4] = _mm256_permute2f128_ps(u[i], u[i + 4], 0x31);
    }
}

#endif
