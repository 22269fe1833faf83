/* The product of packed 4-bit weights for one token, bound by memory: a thread reads whole blocks of 16 rows, one
 * stream, each line once, and keeps one register of sums a row. Lanes run along k in the order in which lines unpack.
 *
 *   i4f8          exact integers: operands j u as bytes j + 128, the token as three digits of seven bits, byte dot
 * products (VPDPBUSD) of all three joined as ((d2 << 7) + d1 << 7) + d0 in int32 (below 8 x 248 x 2^18 a lane), less
 * 128 times the digits; then times u in float32. What is rounded is a sum over 8 of k at a time. i4i8, q4i8    byte dot
 * products in int32, less 128 times the sum of the token. i4i8_fast    the same with codes 16 q signed and the token
 * plus 128, less what packing found for each row, over 16. i4i8_int, i4i8_f16    byte dot products of a group in int32,
 * less 128 times its sum of the token, times the group's scale in int32 or float32. w4a16, i4f8 with codebooks values
 * looked up as float32, FMA
 */
#ifndef FQ_KERNELS_GEMM_GEMV_H
#define FQ_KERNELS_GEMM_GEMV_H
#include <omp.h>
#include "kernels/gemm_x512.h"

enum { GEMV_NEAR = 1024, GEMV_FAR = 16384 /* bytes that are asked for early, into the first and the second cache */ };

typedef struct gemv_plan {
    const fq_gemm_args *a;
    const fq_gemm_packed *w;
    const fq_gemm_tables *tables;
    uint8_t *x;    /* [chunk][gemv_x_bytes] */
    float x_scale; /* of the epilogue, with the unit of the digits */
    int32_t x_sum;
} gemv_plan;

typedef enum gemv_way { GEMV_DIGITS, GEMV_BYTES, GEMV_GROUPS, GEMV_FLOATS } gemv_way;

/* Bytes of x a chunk: 3 digits and their sums; codes; codes and their sums; floats. */
FQ_INLINE int gemv_x_bytes(gemv_way way) {
    return way == GEMV_DIGITS ? 7 * 64 : way == GEMV_BYTES ? 2 * 64 : way == GEMV_GROUPS ? 3 * 64 : 8 * 64;
}
FQ_INLINE gemv_way gemv_way_of(fq_gemm_kind kind, const fq_qmatrix *w) {
    if (kind == FQ_GEMM_i4i8_int || kind == FQ_GEMM_i4i8_f16) return GEMV_GROUPS;
    return gemm_is_int(kind) ? GEMV_BYTES : kind == FQ_GEMM_i4f8 && !w->book ? GEMV_DIGITS : GEMV_FLOATS;
}
FQ_INLINE size_t gemv_bytes(fq_gemm_kind kind, const fq_gemm_args *a) {
    return (size_t)gemm_ceil(a->w->cols, FQ_PACKED_CODES) * (size_t)gemv_x_bytes(gemv_way_of(kind, a->w));
}

FQ_INLINE __m512i gemv_load(const void *p) {
    return _mm512_load_si512(p);
}

/* 64 digits of E4M3 codes, with the codes' signs. */
FQ_INLINE __m512i gemv_digit(const uint8_t *table, __m512i codes) {
    const __m512i m = _mm512_and_si512(codes, _mm512_set1_epi8(0x7f));
    const __m512i d = _mm512_permutex2var_epi8(gemv_load(table), m, gemv_load(table + 64));
    return _mm512_mask_sub_epi8(d, _mm512_movepi8_mask(codes), _mm512_setzero_si512(), d);
}

/* The three dot products of one line, joined. x: d0 d1 d2, each for the low and the high codes. */
FQ_INLINE __m512i gemv_join(__m512i low, __m512i high, const __m512i x[6]) {
    __m512i s = _mm512_dpbusd_epi32(_mm512_setzero_si512(), low, x[4]);
    s = _mm512_slli_epi32(_mm512_dpbusd_epi32(s, high, x[5]), 7);
    s = _mm512_dpbusd_epi32(s, low, x[2]);
    s = _mm512_slli_epi32(_mm512_dpbusd_epi32(s, high, x[3]), 7);
    s = _mm512_dpbusd_epi32(s, low, x[0]);
    return _mm512_dpbusd_epi32(s, high, x[1]);
}

FQ_INLINE void gemv_pack(fq_gemm_kind kind, gemv_way way, const gemv_plan *p) {
    const fq_gemm_args *a = p->a;
    for (int g = 0; g < p->w->chunks; g++) {
        __m512i *x = (__m512i *)(void *)(p->x + (size_t)g * (size_t)gemv_x_bytes(way));
        if (way == GEMV_DIGITS) {
            /* E4M3 codes in the order of packed bytes are INT8 codes in that order. */
            const __m512i low = x512_units(FQ_GEMM_i4i8, a, 0, 2 * g), high = x512_units(FQ_GEMM_i4i8, a, 0, 2 * g + 1);
            FQ_UNROLL
            for (int d = 0; d < 3; d++) {
                x[2 * d] = gemv_digit(p->tables->digit[d], low);
                x[2 * d + 1] = gemv_digit(p->tables->digit[d], high);
            }
            const __m512i bias = _mm512_set1_epi8((char)FQ_GEMM_BIAS);
            x[6] = _mm512_sub_epi32(_mm512_setzero_si512(), gemv_join(bias, bias, x));
        } else if (way == GEMV_BYTES || way == GEMV_GROUPS) {
            const __m512i bias = _mm512_set1_epi8((char)FQ_GEMM_BIAS), none = _mm512_setzero_si512();
            x[0] = x512_units(kind, a, 0, 2 * g);
            x[1] = x512_units(kind, a, 0, 2 * g + 1);
            if (way == GEMV_GROUPS)
                x[2] = _mm512_sub_epi32(none, _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(none, bias, x[0]), bias, x[1]));
            if (kind == FQ_GEMM_i4i8_fast) {
                x[0] = _mm512_xor_si512(x[0], bias);
                x[1] = _mm512_xor_si512(x[1], bias);
            }
        } else {
            for (int s = 0; s < 4; s++) { /* nibble s of a lane is code 2i of its step, nibble 4 + s code 2i + 1 */
                const __m512i u = x512_units(kind, a, 0, 4 * g + s);
                x[s] = _mm512_slli_epi32(u, 16);
                x[4 + s] = _mm512_and_si512(u, _mm512_set1_epi32((int)0xffff0000));
            }
        }
    }
}

/* Lanes of sums are integers. */
FQ_INLINE int gemv_is_int(fq_gemm_kind kind, gemv_way way) {
    return way == GEMV_BYTES || (way == GEMV_GROUPS && !gemm_is_scaled(kind));
}
FQ_INLINE __m512i gemv_sum(int is_int, __m512i a, __m512i b) {
    if (is_int) return _mm512_add_epi32(a, b);
    return _mm512_castps_si512(_mm512_add_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b)));
}

/* One line into the sums of its row; scale: of GEMV_GROUPS. */
FQ_INLINE __m512i gemv_line(fq_gemm_kind kind, gemv_way way, const gemv_plan *p, size_t at, size_t row,
                            const __m512i *x, const int32_t *scale, __m512i sum) {
    if (way == GEMV_FLOATS) {
        const __m512i c = x512_line(p->w, at);
        const __m512i pairs = x512_lut_bf16(kind, p->tables, p->w, at, row);
        const __m512i lut = _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(pairs)), 16);
        __m512 s = _mm512_castsi512_ps(sum);
        FQ_UNROLL
        for (int j = 0; j < 8; j++) {
            const __m512 v = _mm512_permutexvar_ps(_mm512_srli_epi32(c, (unsigned)(4 * j)), _mm512_castsi512_ps(lut));
            s = _mm512_fmadd_ps(v, _mm512_castsi512_ps(x[j]), s);
        }
        return _mm512_castps_si512(s);
    }
    __m512i v[2];
    if (kind == FQ_GEMM_i4i8_fast) {
        x512_unpack_signed(kind, p->tables, p->w, at, v);
        return _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, x[0], v[0]), x[1], v[1]);
    }
    x512_unpack_bytes(kind, p->tables, p->w, at, v);
    const __m512i low = v[0], high = v[1];
    if (way == GEMV_GROUPS) {
        const __m512i group = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(x[2], low, x[0]), high, x[1]);
        const __m512i s = _mm512_set1_epi32(*scale);
        if (kind == FQ_GEMM_i4i8_int) return _mm512_add_epi32(sum, _mm512_mullo_epi32(group, s));
        return _mm512_castps_si512(
            _mm512_fmadd_ps(_mm512_cvtepi32_ps(group), _mm512_castsi512_ps(s), _mm512_castsi512_ps(sum)));
    }
    if (way == GEMV_BYTES) return _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, low, x[0]), high, x[1]);
    const __m512 s = _mm512_cvtepi32_ps(_mm512_add_epi32(gemv_join(low, high, x), x[6]));
    const __m512 unit = _mm512_set1_ps(p->tables->unit[p->w->scales[at]]);
    return _mm512_castps_si512(_mm512_fmadd_ps(s, unit, _mm512_castsi512_ps(sum)));
}

FQ_INLINE void gemv_finish(fq_gemm_kind kind, gemv_way way, const gemv_plan *p, __m512i v[16], int n0) {
    const fq_gemm_args *a = p->a;
    const int rows = gemm_min(16, a->w->rows - n0);
    const __mmask16 lanes = (__mmask16)((1u << rows) - 1);
    if (rows <= 0) return;
    x512_transpose(v);
    FQ_UNROLL
    for (int step = 8; step > 0; step /= 2) {
        FQ_UNROLL
        for (int i = 0; i < step; i++)
            v[i] = gemv_sum(gemv_is_int(kind, way), v[i], v[i + step]);
    }
    __m512 y = _mm512_castsi512_ps(v[0]);
    if (kind == FQ_GEMM_i4i8_fast) {
        const __m512i biased = _mm512_loadu_si512(p->w->sums + n0);
        y = _mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_sub_epi32(v[0], biased), 4));
    } else if (gemv_is_int(kind, way)) {
        y = _mm512_cvtepi32_ps(_mm512_sub_epi32(v[0], _mm512_set1_epi32(p->x_sum)));
    }
    if (way == GEMV_DIGITS) y = _mm512_mul_ps(y, _mm512_set1_ps(0x1p-9f));
    const __m512 scale = _mm512_maskz_loadu_ps(lanes, a->w->row_scale + n0);
    y = _mm512_mul_ps(_mm512_mul_ps(y, _mm512_set1_ps(p->x_scale)), scale);
    if (a->residual) y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(lanes, a->residual + n0));
    _mm512_mask_storeu_ps(a->y + n0, lanes, y);
}

FQ_INLINE void gemv_work(fq_gemm_kind kind, gemv_way way, const gemv_plan *p) {
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int vectors = gemv_x_bytes(way) / 64, blocks = gemm_ceil(p->a->w->rows, FQ_PACKED_ROWS);
    for (int block = (int)(blocks * self / threads); block < (int)(blocks * (self + 1) / threads); block++) {
        size_t at = (size_t)block * (size_t)p->w->chunks * FQ_PACKED_ROWS;
        const size_t row = (size_t)block * FQ_PACKED_ROWS;
        __m512i sum[16];
        FQ_UNROLL
        for (int r = 0; r < 16; r++)
            sum[r] = _mm512_setzero_si512();
        for (int g = 0; g < p->w->chunks; g++, at += FQ_PACKED_ROWS) {
            const __m512i *from = (const __m512i *)(const void *)(p->x + (size_t)g * (size_t)gemv_x_bytes(way));
            __m512i x[8];
            FQ_UNROLL
            for (int i = 0; i < vectors; i++)
                x[i] = gemv_load(from + i);
            _Alignas(64) int32_t scale[16] = {0};
            if (way == GEMV_GROUPS) x512_scales(kind, p->w, at, scale);
            FQ_UNROLL
            for (size_t r = 0; r < 16; r++) {
                const char *line = (const char *)p->w->codes + (at + r) * FQ_PACKED_LINE;
                _mm_prefetch(line + GEMV_NEAR, _MM_HINT_T0);
                _mm_prefetch(line + GEMV_FAR, _MM_HINT_T1);
                sum[r] = gemv_line(kind, way, p, at + r, row + r, x, scale + r, sum[r]);
            }
        }
        gemv_finish(kind, way, p, sum, (int)row);
    }
}

/* `work` is gemv_work of one kind and way. */
FQ_INLINE void gemv_run(fq_gemm_kind kind, gemv_way way, const fq_gemm_args *a, void (*work)(const gemv_plan *p)) {
    gemv_plan p = {.a = a, .w = a->packed, .tables = fq_gemm_tables_get(), .x = a->scratch};
    p.x_scale = gemm_x_scale(kind, a, 0);
    if (way == GEMV_BYTES && kind != FQ_GEMM_i4i8_fast) p.x_sum = x512_biased_sum(a, 0);
    gemv_pack(kind, way, &p);
#pragma omp parallel
    work(&p);
}

/* static void name(const fq_gemm_args *a), with kind and way as constants. */
#define GEMV(name, kind, way)                                                                                          \
    static void name##_work(const gemv_plan *p) {                                                                      \
        gemv_work(kind, way, p);                                                                                       \
    }                                                                                                                  \
    static void name(const fq_gemm_args *a) {                                                                          \
        gemv_run(kind, way, a, name##_work);                                                                           \
    }

#endif
