/* The product of packed 4-bit weights for one token, bound by memory: a thread reads whole blocks of 16 rows, one
 * stream, each line once, and keeps one register of sums a row. Lanes run along k in the order in which lines unpack.
 *
 *   i4f8          exact integers: operands j u as bytes j + 128, the token as signed bytes of its integers, byte dot
 *                 products (VPDPBUSD) joined as (d1 << 8) + d0 in int32, less 128 times the token; then times u in
 *                 float32. What is rounded is a sum over 8 of k at a time.
 *   i4i8, q4i8    byte dot products in int32, less 128 times the sum of the token
 *   i4i8_fast     the same with codes 16 q signed and the token plus 128, less what packing found for each row, over 16
 *   i4i8_int, i4i8_f16    byte dot products of a group in int32, less 128 times its sum of the token, times the group's
 *                 scale in int32 or float32
 *   w4a16, i4f8 with codebooks    values looked up as float32, FMA
 *
 * An E4M3 token is 2^-9 times integers below 2^18, three bytes. But all of a chunk's integers without the zeros at
 * their right end mostly fit two: E4M3 has four significant bits, so two bytes are too few only where a chunk holds
 * numbers that are some 2^12 times smaller than its largest. The zeros go into u. Twice the integers are taken, so that
 * 128 times their sum in a lane is a multiple of 256, which an accumulator can start from before it is shifted by 8. */
#ifndef FQ_KERNELS_GEMM_GEMV_H
#define FQ_KERNELS_GEMM_GEMV_H
#include "kernels/gemm_share.h"
#include "kernels/gemm_x512.h"

enum { GEMV_NEAR = 1024, GEMV_FAR = 16384 /* bytes that are asked for early, into the first and the second cache */ };

typedef enum gemv_way { GEMV_DIGITS, GEMV_BYTES, GEMV_GROUPS, GEMV_FLOATS } gemv_way;

/* A chunk of an E4M3 token. */
typedef struct gemv_digits {
    __m512i byte[6]; /* most significant first, each for the low and the high codes; two or three of them */
    __m512i start;   /* -128 times the values of a lane; in units of 256 where there are two bytes */
} gemv_digits;

/* What is apart, so that less of the first-level cache is taken: twice the integers are 2^shift times the values. */
typedef struct gemv_form {
    uint8_t count, shift;
} gemv_form;

typedef struct gemv_plan {
    const fq_gemm_args *a;
    const fq_gemm_packed *w;
    const fq_gemm_tables *tables;
    atomic_int *dealt; /* gemm_share */
    uint8_t *x;        /* [chunk][gemv_x_bytes] */
    gemv_form *form;   /* [chunk], GEMV_DIGITS */
    float x_scale;     /* of the epilogue, with the unit of the digits */
    int32_t x_sum;
} gemv_plan;

/* Bytes of x a chunk: gemv_digits; codes; codes and their sums; bf16. */
FQ_INLINE int gemv_x_bytes(gemv_way way) {
    return way == GEMV_DIGITS   ? (int)sizeof(gemv_digits)
           : way == GEMV_BYTES  ? 2 * 64
           : way == GEMV_GROUPS ? 3 * 64
                                : 4 * 64;
}
FQ_INLINE gemv_way gemv_way_of(fq_gemm_kind kind, const fq_qmatrix *w) {
    if (kind == FQ_GEMM_i4i8_int || kind == FQ_GEMM_i4i8_f16) return GEMV_GROUPS;
    return gemm_is_int(kind) ? GEMV_BYTES : kind == FQ_GEMM_i4f8 && !w->book ? GEMV_DIGITS : GEMV_FLOATS;
}
FQ_INLINE size_t gemv_bytes(fq_gemm_kind kind, const fq_gemm_args *a) {
    const size_t chunks = (size_t)gemm_ceil(a->w->cols, FQ_PACKED_CODES);
    return chunks * ((size_t)gemv_x_bytes(gemv_way_of(kind, a->w)) + sizeof(gemv_form));
}

FQ_INLINE __m512i gemv_load(const void *p) {
    return _mm512_load_si512(p);
}

/* 512 |x| of 16 E4M3 codes. */
FQ_INLINE __m512i gemv_integers(__m512i codes) {
    const __m512i man = _mm512_and_si512(codes, _mm512_set1_epi32(7));
    const __m512i e = _mm512_and_si512(_mm512_srli_epi32(codes, 3), _mm512_set1_epi32(15));
    const __m512i normal = _mm512_min_epi32(e, _mm512_set1_epi32(1));
    return _mm512_sllv_epi32(_mm512_add_epi32(man, _mm512_slli_epi32(normal, 3)), _mm512_sub_epi32(e, normal));
}

/* The dot products of one line, joined. */
FQ_INLINE __m512i gemv_join(const int count, __m512i low, __m512i high, const __m512i x[6], __m512i start) {
    __m512i s = count == 2 ? start : _mm512_setzero_si512();
    s = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(s, low, x[0]), high, x[1]);
    s = _mm512_slli_epi32(s, 8);
    s = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(s, low, x[2]), high, x[3]);
    if (count == 2) return s;
    s = _mm512_slli_epi32(s, 8);
    s = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(s, low, x[4]), high, x[5]);
    return _mm512_add_epi32(s, start);
}

/* Chunk g of the token. At most 8 x 248 x 2^19 comes together in a lane. */
FQ_INLINE void gemv_pack_digits(const gemv_plan *p, int g, gemv_digits *d, gemv_form *form) {
    __m512i codes[8], v[8], all = _mm512_setzero_si512();
    FQ_UNROLL
    for (int i = 0; i < 8; i++) {
        /* E4M3 codes in the order of packed bytes are INT8 codes in that order. */
        _Alignas(64) uint8_t bytes[64];
        _mm512_store_si512(bytes, x512_units(FQ_GEMM_i4i8, p->a, 0, 2 * g + i / 4));
        codes[i] = _mm512_cvtepu8_epi32(_mm_load_si128((const __m128i *)(const void *)(bytes + 16 * (i % 4))));
        v[i] = gemv_integers(codes[i]);
        all = _mm512_or_si512(all, v[i]);
    }
    const unsigned used = (unsigned)_mm512_reduce_or_epi32(all);
    const int zeros = used ? __builtin_ctz(used) : 0, length = used ? 32 - __builtin_clz(used) : 0;
    const int count = length - zeros <= 14 ? 2 : 3, shift = count == 2 ? zeros : 0;
    *form = (gemv_form){(uint8_t)count, (uint8_t)shift};
    FQ_UNROLL
    for (int i = 0; i < 8; i++) {
        const __mmask16 negative = _mm512_test_epi32_mask(codes[i], _mm512_set1_epi32(0x80));
        const __m512i twice = _mm512_srlv_epi32(_mm512_slli_epi32(v[i], 1), _mm512_set1_epi32(shift));
        __m512i rest = _mm512_mask_sub_epi32(twice, negative, _mm512_setzero_si512(), twice);
        for (int j = count - 1; j >= 0; j--) {
            uint8_t *to = (uint8_t *)&d->byte[2 * j + i / 4] + 16 * (i % 4);
            _mm_store_si128((__m128i *)(void *)to, _mm512_cvtepi32_epi8(rest));
            rest = _mm512_srai_epi32(_mm512_add_epi32(rest, _mm512_set1_epi32(128)), 8);
        }
    }
    const __m512i bias = _mm512_set1_epi8((char)FQ_GEMM_BIAS), zero = _mm512_setzero_si512();
    if (count == 2)
        d->start = _mm512_srai_epi32(_mm512_sub_epi32(zero, gemv_join(2, bias, bias, d->byte, zero)), 8);
    else
        d->start = _mm512_sub_epi32(zero, gemv_join(3, bias, bias, d->byte, zero));
}

FQ_INLINE void gemv_pack(fq_gemm_kind kind, gemv_way way, const gemv_plan *p) {
    const fq_gemm_args *a = p->a;
    for (int g = 0; g < p->w->chunks; g++) {
        __m512i *x = (__m512i *)(void *)(p->x + (size_t)g * (size_t)gemv_x_bytes(way));
        if (way == GEMV_DIGITS) {
            gemv_pack_digits(p, g, (gemv_digits *)(void *)x, &p->form[g]);
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
            for (int s = 0; s < 4; s++)
                x[s] = x512_units(kind, a, 0, 4 * g + s);
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

/* The 16 values of w4a16 that a scale gives, s its bits in float32: q s rounded to bf16, nearest even. */
FQ_INLINE __m512 gemv_values(int32_t s) {
    const __m512 q = _mm512_set_ps(-1, -2, -3, -4, -5, -6, -7, -8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i u = _mm512_castps_si512(_mm512_mul_ps(q, _mm512_castsi512_ps(_mm512_set1_epi32(s))));
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));
    const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(u, _mm512_set1_epi32(0x7fff)), odd);
    return _mm512_castsi512_ps(_mm512_and_si512(sum, _mm512_set1_epi32((int)0xffff0000)));
}

FQ_INLINE __m512 gemv_lut(fq_gemm_kind kind, const fq_gemm_tables *t, const fq_gemm_packed *w, size_t r,
                          int32_t scale) {
    if (kind == FQ_GEMM_w4a16) return gemv_values(scale);
    const __m256i pairs = _mm512_castsi512_si256(x512_lut_bf16(kind, t, w, r, r));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(pairs), 16));
}

/* Line r into the sum of its row: values looked up, FMA. */
FQ_INLINE __m512i gemv_line_floats(const fq_gemm_packed *w, size_t r, __m512 lut, const __m512i *x, __m512i sum) {
    const __m512i c = x512_line(w, r);
    __m512 s = _mm512_castsi512_ps(sum);
    FQ_UNROLL
    for (int j = 0; j < 8; j++) {
        const __m512 v = _mm512_permutexvar_ps(_mm512_srli_epi32(c, (unsigned)(4 * j)), lut);
        s = _mm512_fmadd_ps(v, _mm512_castsi512_ps(x[j]), s);
    }
    return _mm512_castps_si512(s);
}

/* scale: of GEMV_GROUPS, the bits of an integer or a float. */
FQ_INLINE __m512i gemv_line_bytes(fq_gemm_kind kind, gemv_way way, const fq_gemm_tables *t, const fq_gemm_packed *w,
                                  size_t r, const __m512i *x, int32_t scale, __m512i sum) {
    __m512i v[2];
    if (kind == FQ_GEMM_i4i8_fast) {
        x512_unpack_signed(kind, t, w, r, v);
        return _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, x[0], v[0]), x[1], v[1]);
    }
    x512_unpack_bytes(kind, t, w, r, v);
    if (way == GEMV_BYTES) return _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, v[0], x[0]), v[1], x[1]);
    const __m512i group = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(x[2], v[0], x[0]), v[1], x[1]);
    const __m512i s = _mm512_set1_epi32(scale);
    if (kind == FQ_GEMM_i4i8_int) return _mm512_add_epi32(sum, _mm512_mullo_epi32(group, s));
    return _mm512_castps_si512(
        _mm512_fmadd_ps(_mm512_cvtepi32_ps(group), _mm512_castsi512_ps(s), _mm512_castsi512_ps(sum)));
}

FQ_INLINE __m512i gemv_line_digits(const int count, const fq_gemm_tables *t, const fq_gemm_packed *w, size_t r,
                                   const gemv_digits *d, const float *units, __m512i sum) {
    __m512i v[2];
    x512_unpack_bytes(FQ_GEMM_i4f8, t, w, r, v);
    const __m512 s = _mm512_cvtepi32_ps(gemv_join(count, v[0], v[1], d->byte, d->start));
    /* cppcheck-suppress ctunullpointer ; other ways have no units and do not come here */
    return _mm512_castps_si512(_mm512_fmadd_ps(s, _mm512_set1_ps(units[w->scales[r]]), _mm512_castsi512_ps(sum)));
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
    if (way == GEMV_DIGITS) y = _mm512_mul_ps(y, _mm512_set1_ps(0x1p-10f));
    const __m512 scale = _mm512_maskz_loadu_ps(lanes, a->w->row_scale + n0);
    y = _mm512_mul_ps(_mm512_mul_ps(y, _mm512_set1_ps(p->x_scale)), scale);
    if (a->residual) y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(lanes, a->residual + n0));
    _mm512_mask_storeu_ps(a->y + n0, lanes, y);
}

/* A chunk of a block, 16 lines from `at` on; `digits` bytes and `units` of GEMV_DIGITS. */
FQ_INLINE void gemv_chunk(fq_gemm_kind kind, gemv_way way, const int digits, const gemv_plan *p, size_t at, size_t row,
                          const uint8_t *from, const float *units, __m512i sum[16]) {
    const fq_gemm_tables *t = p->tables;
    fq_gemm_packed w = *p->w; /* its line 0 is line `at` */
    w.codes += at * FQ_PACKED_LINE;
    if (w.scales) w.scales += at;
    if (w.halves) w.halves += at;
    if (w.book) w.book += row;
    _Alignas(64) int32_t scale[16] = {0};
    if (kind == FQ_GEMM_w4a16 || way == GEMV_GROUPS) x512_scales(kind, &w, 0, scale);
    __m512i x[8];
    FQ_UNROLL
    for (int i = 0; i < 4; i++) {
        if (way == GEMV_DIGITS || 64 * i >= gemv_x_bytes(way)) break;
        x[i] = gemv_load(from + 64 * i);
        if (way != GEMV_FLOATS) continue; /* nibble i of a lane is code 2j of its step, nibble 4 + i code 2j + 1 */
        x[4 + i] = _mm512_and_si512(x[i], _mm512_set1_epi32((int)0xffff0000));
        x[i] = _mm512_slli_epi32(x[i], 16);
    }
    const gemv_digits *d = (const gemv_digits *)(const void *)from;
    FQ_UNROLL
    for (size_t r = 0; r < 16; r++) {
        /* Line by line and with one pointer: compilers left alone ask for all lines first and keep a pointer for each.
         */
        __asm__("" : "+r"(w.codes), "+v"(sum[(r + 15) % 16]));
        _mm_prefetch((const char *)w.codes + r * FQ_PACKED_LINE + GEMV_NEAR, _MM_HINT_T0);
        _mm_prefetch((const char *)w.codes + r * FQ_PACKED_LINE + GEMV_FAR, _MM_HINT_T1);
        if (way == GEMV_DIGITS)
            sum[r] = gemv_line_digits(digits, t, &w, r, d, units, sum[r]);
        else if (way == GEMV_FLOATS)
            sum[r] = gemv_line_floats(&w, r, gemv_lut(kind, t, &w, r, scale[r]), x, sum[r]);
        else
            sum[r] = gemv_line_bytes(kind, way, t, &w, r, x, scale[r], sum[r]);
    }
}

FQ_INLINE void gemv_block(fq_gemm_kind kind, gemv_way way, const gemv_plan *p, int block) {
    size_t at = (size_t)block * (size_t)p->w->chunks * FQ_PACKED_ROWS;
    const size_t row = (size_t)block * FQ_PACKED_ROWS;
    __m512i sum[16];
    FQ_UNROLL
    for (int r = 0; r < 16; r++)
        sum[r] = _mm512_setzero_si512();
    for (int g = 0; g < p->w->chunks; g++, at += FQ_PACKED_ROWS) {
        const uint8_t *from = p->x + (size_t)g * (size_t)gemv_x_bytes(way);
        if (way != GEMV_DIGITS)
            gemv_chunk(kind, way, 0, p, at, row, from, NULL, sum);
        else if (p->form[g].count == 2)
            gemv_chunk(kind, way, 2, p, at, row, from, p->tables->unit[p->form[g].shift], sum);
        else
            gemv_chunk(kind, way, 3, p, at, row, from, p->tables->unit[p->form[g].shift], sum);
    }
    gemv_finish(kind, way, p, sum, (int)row);
}

FQ_INLINE void gemv_work(fq_gemm_kind kind, gemv_way way, const gemv_plan *p) {
    const int blocks = gemm_ceil(p->a->w->rows, FQ_PACKED_ROWS);
    const size_t bytes = (size_t)p->w->chunks * FQ_PACKED_ROWS * FQ_PACKED_LINE;
    gemm_range mine;
    for (int turn = 0; gemm_share(p->dealt, blocks, bytes, turn, &mine); turn++)
        for (int block = mine.from; block < mine.to; block++)
            gemv_block(kind, way, p, block);
}

/* `work` is gemv_work of one kind and way. */
FQ_INLINE void gemv_run(fq_gemm_kind kind, gemv_way way, const fq_gemm_args *a, void (*work)(const gemv_plan *p)) {
    atomic_int dealt = 0;
    gemv_plan p = {.a = a, .w = a->packed, .tables = fq_gemm_tables_get(), .dealt = &dealt, .x = a->scratch};
    p.x_scale = gemm_x_scale(kind, a, 0);
    if (way == GEMV_BYTES && kind != FQ_GEMM_i4i8_fast) p.x_sum = x512_biased_sum(a, 0);
    p.form = (gemv_form *)(p.x + (size_t)p.w->chunks * (size_t)gemv_x_bytes(way));
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
