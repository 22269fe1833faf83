/* The gemm family with AMX: tiles of 32 x 32 sums in four tile registers, fed with bf16 (every E4M3 and rounded INT4
 * value is one exactly) or int8. A few tokens go to the AVX-512 functions, which waste no lanes on them. */
#include "kernels/amx_tiles.h"
#include "kernels/gemm_x86.h"

enum {
    GEMM_MR = 32,
    GEMM_NT = 32,
    GEMM_MC = 512,
    GEMM_SMALL = 2 /* most tokens of the AVX-512 functions */
};

FQ_INLINE int gemm_unit_codes(fq_gemm_kind kind) {
    return gemm_is_int(kind) ? 4 : 2;
}

FQ_INLINE __m256i load256(const uint8_t *p) {
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

FQ_INLINE __m256i gemm_load_units(fq_gemm_kind kind, const uint8_t *p) {
    if (gemm_x_bytes(kind) == 2 || gemm_is_int(kind)) return load256(p); /* 16 bf16 or 32 int8 as they are */
    const __m128i codes = _mm_loadu_si128((const __m128i *)(const void *)p);
    return gemm_exact_bf16(gemm_e4m3_values(codes), gemm_e4m3_values(_mm_srli_si128(codes, 8)));
}

/* 32 INT4 codes (16 bytes) to bf16: byte i / 2 to lane i, the odd lanes shifted down. The look-up takes the low five
 * bits of its index; the fifth is noise, so the table stands twice in its 32 entries. */
FQ_INLINE __m512i int4_to_bf16(const uint8_t *p, __m512i lut) {
    const __m256i bytes = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p));
    const __m256i spread = _mm256_setr_epi8(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, /**/ 8, 8, 9, 9, 10, 10, 11,
                                            11, 12, 12, 13, 13, 14, 14, 15, 15);
    const __m512i lanes = _mm512_cvtepu8_epi16(_mm256_shuffle_epi8(bytes, spread));
    return _mm512_permutexvar_epi16(_mm512_srlv_epi16(lanes, _mm512_set1_epi32(0x00040000)), lut);
}

/* 64 INT4 codes (32 bytes) to int8: the high nibble moves to the byte above; look-up extends the sign. */
FQ_INLINE __m512i int4_to_int8(const uint8_t *p) {
    const __m512i value = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1));
    const __m512i b = _mm512_cvtepu8_epi16(load256(p));
    const __m512i q = _mm512_and_si512(_mm512_or_si512(b, _mm512_slli_epi16(b, 4)), _mm512_set1_epi16(0x0f0f));
    return _mm512_shuffle_epi8(value, q);
}

/* 32 E4M3 codes to bf16. */
FQ_INLINE __m512i e4m3_to_bf16(const uint8_t *p) {
    const __m256i lo = gemm_load_units(FQ_GEMM_f8f8, p), hi = gemm_load_units(FQ_GEMM_f8f8, p + 16);
    return _mm512_inserti64x4(_mm512_castsi256_si512(lo), hi, 1);
}

/* One row of one A tile, 16 units. */
FQ_INLINE __m512i row_units(fq_gemm_kind kind, const uint8_t *p, __m512i lut) {
    switch (kind) {
    case FQ_GEMM_w4a16:
    case FQ_GEMM_i4f8:
        return int4_to_bf16(p, lut);
    case FQ_GEMM_f8f8:
        return e4m3_to_bf16(p);
    case FQ_GEMM_i4i8:
        return int4_to_int8(p);
    case FQ_GEMM_f32:
    case FQ_GEMM_bf16:
    case FQ_GEMM_i8i8:
    case FQ_GEMM_any: /* has no row here */
        break;
    }
    return _mm512_load_si512(p);
}

FQ_INLINE void gemm_unpack(fq_gemm_kind kind, const fq_qmatrix *w, const fq_gemm_lut *luts, int r, int k, int codes,
                           uint32_t *dst) {
    const int step = 16 * gemm_unit_codes(kind);
    const uint8_t *src = gemm_w_at(kind, w, r, k);
    __m512i lut = _mm512_setzero_si512();
    for (int i = 0, end = codes; i < codes;) {
        if (gemm_is_grouped(kind)) {
            const int g = (k + i) / w->group;
            lut = _mm512_broadcast_i64x4(gemm_lut16(kind, w, luts, r, g));
            end = gemm_min(codes, (g + 1) * w->group - k);
        }
        for (; i < end; i += step, src += step * gemm_w_bits(kind) / 8, dst += 16)
            _mm512_store_si512(dst, row_units(kind, src, lut));
    }
}

#define TILE_MULTIPLY(kind, c, a, b)                                                                                   \
    do {                                                                                                               \
        if (gemm_is_int(kind))                                                                                         \
            fq_tile_dp_int8(c, a, b);                                                                                  \
        else                                                                                                           \
            fq_tile_dp_bf16(c, a, b);                                                                                  \
    } while (0)

/* Sums in tiles 0 to 3 (2 x 2 of 16 x 16), w in 4 and 5, x in 6 and 7. */
FQ_INLINE void gemm_tile(fq_gemm_kind kind, int half, int units, const uint32_t *w, const uint32_t *x, float *c,
                         int first) {
    enum { W_STRIDE = 4 * GEMM_WS, X_STRIDE = 4 * GEMM_NT, C_STRIDE = 4 * GEMM_NT };
    float *c1 = c + 16 * GEMM_NT;
    if (first) {
        fq_tile_zero(0);
        fq_tile_zero(1);
        fq_tile_zero(2);
        fq_tile_zero(3);
    } else {
        fq_tile_load(0, c, C_STRIDE);
        fq_tile_load(1, c + 16, C_STRIDE);
        fq_tile_load(2, c1, C_STRIDE);
        fq_tile_load(3, c1 + 16, C_STRIDE);
    }
    for (int u = 0; u < units; u += 16) {
        const uint32_t *b = x + u * GEMM_NT;
        fq_tile_load(4, w + u, W_STRIDE);
        fq_tile_load(6, b, X_STRIDE);
        TILE_MULTIPLY(kind, 0, 4, 6);
        fq_tile_load(5, w + 16 * GEMM_WS + u, W_STRIDE);
        TILE_MULTIPLY(kind, 2, 5, 6);
        if (half) continue;
        fq_tile_load(7, b + 16, X_STRIDE);
        TILE_MULTIPLY(kind, 1, 4, 7);
        TILE_MULTIPLY(kind, 3, 5, 7);
    }
    fq_tile_store(0, c, C_STRIDE);
    fq_tile_store(1, c + 16, C_STRIDE);
    fq_tile_store(2, c1, C_STRIDE);
    fq_tile_store(3, c1 + 16, C_STRIDE);
}

FQ_INLINE void gemm_thread_begin(void) {
    fq_tile_config config = {.palette = 1};
    for (int t = 0; t < 8; t++) {
        config.row_bytes[t] = 64;
        config.rows[t] = 16;
    }
    fq_tile_configure(&config);
}
FQ_INLINE void gemm_thread_end(void) {
    fq_tile_release();
}

#include "kernels/gemm_driver.h"

#define GEMM_AMX(name)                                                                                                 \
    static void name##_work(const gemm_plan *p) {                                                                      \
        gemm_work(FQ_GEMM_##name, p);                                                                                  \
    }                                                                                                                  \
    size_t fq_gemm_##name##_amx_scratch(const fq_gemm_args *a) {                                                       \
        return a->m <= GEMM_SMALL ? fq_gemm_##name##_avx512_scratch(a) : gemm_plan_make(FQ_GEMM_##name, a).bytes;      \
    }                                                                                                                  \
    fq_status fq_gemm_##name##_amx(const fq_gemm_args *a) {                                                            \
        if (a->m <= GEMM_SMALL) return fq_gemm_##name##_avx512(a);                                                     \
        FQ_TRY(fq_gemm_check(FQ_GEMM_##name, a));                                                                      \
        gemm_plan p = gemm_plan_make(FQ_GEMM_##name, a);                                                               \
        gemm_parallel(name##_work, &p);                                                                                \
        return FQ_OK;                                                                                                  \
    }
GEMM_AMX(bf16)
GEMM_AMX(w4a16)
GEMM_AMX(i4f8)
GEMM_AMX(f8f8)
GEMM_AMX(i8i8)
GEMM_AMX(i4i8)
