/* gemm_i4f8 for two to five tokens, exact integers on AMX: a group's operands are j u with a byte j (gemm_packed.h), a
 * token is three digits of seven bits, and each digit is a column of the tile of tokens, 15 of 16. Bytes unpack in a
 * third of the time of bf16, which is what so few tokens wait for. The unit u belongs to a row and a group, so the sums
 * leave their tile after every chunk; they are exact until then.
 *
 * Column 3 t + d is digit d of token t. Operands are stored plus FQ_GEMM_BIAS, so a tile of sums starts at the columns'
 * sums times -FQ_GEMM_BIAS, one line that all of its rows load. */
#ifndef FQ_KERNELS_GEMM_DIGITS_H
#define FQ_KERNELS_GEMM_DIGITS_H
#include "kernels/gemm_gemv.h"
#include "kernels/gemm_tile.h"

enum { DIGITS_TOKENS = 5 };

/* x of a chunk: a page, kilobyte 1 its first line, kilobytes 2 and 3 the tiles of low and high codes. */
static inline size_t digits_bytes(const fq_gemm_args *a) {
    return ((size_t)gemm_ceil(a->w->cols, FQ_PACKED_CODES) + 1) * TILE_PAGE;
}

static inline uint8_t *digits_x(const fq_gemm_args *a, int g) {
    uint8_t *base = a->scratch;
    base += (TILE_PAGE - (size_t)((uintptr_t)base % TILE_PAGE)) % TILE_PAGE;
    return base + (size_t)g * TILE_PAGE;
}

/* 64 digits of E4M3 codes, with the codes' signs. */
FQ_INLINE __m512i digits_of(const uint8_t *table, __m512i codes) {
    const __m512i m = _mm512_and_si512(codes, _mm512_set1_epi8(0x7f));
    const __m512i d = _mm512_permutex2var_epi8(gemv_load(table), m, gemv_load(table + 64));
    return _mm512_mask_sub_epi8(d, _mm512_movepi8_mask(codes), _mm512_setzero_si512(), d);
}

static inline void digits_pack(const fq_gemm_args *a, const fq_gemm_tables *t, int g) {
    uint8_t *x = digits_x(a, g);
    __m512i bias = _mm512_setzero_si512();
    for (int h = 0; h < 2; h++) {
        __m512i v[16];
        FQ_UNROLL
        for (int c = 0; c < 16; c++)
            v[c] = _mm512_setzero_si512();
        FQ_UNROLL
        for (int i = 0; i < DIGITS_TOKENS; i++) {
            if (i >= a->m) break;
            /* E4M3 codes in the order of packed bytes are INT8 codes in that order. */
            const __m512i codes = x512_units(FQ_GEMM_i4i8, a, i, 2 * g + h);
            FQ_UNROLL
            for (int d = 0; d < 3; d++)
                v[3 * i + d] = digits_of(t->digit[d], codes);
        }
        x512_transpose(v);
        FQ_UNROLL
        for (int k = 0; k < 16; k++) {
            _mm512_store_si512(x + (size_t)(2 + h) * TILE_BYTES + (size_t)(64 * k), v[k]);
            bias = _mm512_dpbusd_epi32(bias, _mm512_set1_epi8((char)FQ_GEMM_BIAS), v[k]);
        }
    }
    _mm512_store_si512(x + TILE_BYTES, _mm512_sub_epi32(_mm512_setzero_si512(), bias));
}

FQ_INLINE void digits_unpack(const fq_gemm_packed *w, const fq_gemm_tables *t, size_t at, uint8_t *dst) {
    FQ_ROLLED
    for (size_t r = 0; r < 16; r++) {
        __m512i v[4];
        _mm_prefetch((const char *)w->codes + (at + r + TILE_AHEAD * TILE_SIDE) * FQ_PACKED_LINE, _MM_HINT_T1);
        x512_unpack_bytes(FQ_GEMM_i4f8, t, w, at + r, v);
        _mm512_store_si512(dst + 64 * r, v[0]);
        _mm512_store_si512(dst + TILE_PAGE + 64 * r, v[1]);
    }
}

/* y of 16 rows from n0 on. */
static inline void digits_finish(const fq_gemm_args *a, const __m512 sum[16], int n0) {
    const int rows = gemm_min(16, a->w->rows - n0);
    const __mmask16 lanes = (__mmask16)((1u << rows) - 1);
    if (rows <= 0) return;
    __m512i v[16];
    FQ_UNROLL
    for (int r = 0; r < 16; r++)
        v[r] = _mm512_castps_si512(sum[r]);
    x512_transpose(v);
    const __m512 scale = _mm512_maskz_loadu_ps(lanes, a->w->row_scale + n0);
    FQ_UNROLL
    for (int i = 0; i < DIGITS_TOKENS; i++) {
        if (i >= a->m) break;
        const size_t at = (size_t)i * a->y_stride + (size_t)n0;
        const __m512 seven = _mm512_set1_ps(128.0f);
        __m512 y = _mm512_fmadd_ps(_mm512_castsi512_ps(v[3 * i + 2]), seven, _mm512_castsi512_ps(v[3 * i + 1]));
        y = _mm512_mul_ps(_mm512_fmadd_ps(y, seven, _mm512_castsi512_ps(v[3 * i])), _mm512_set1_ps(0x1p-9f));
        y = _mm512_mul_ps(_mm512_mul_ps(y, _mm512_set1_ps(gemm_x_scale(FQ_GEMM_i4f8, a, i))), scale);
        if (a->residual) y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(lanes, a->residual + at));
        _mm512_mask_storeu_ps(a->y + at, lanes, y);
    }
}

/* Pages 0 and 1 of `w`: the two tiles of unpacked rows, kilobyte p of a page those of chunks of parity p; page 2: sums.
 */
static void digits_work(const fq_gemm_args *a, const fq_gemm_tables *t) {
    _Alignas(4096) uint8_t w[3 * TILE_PAGE];
    const fq_gemm_packed *packed = a->packed;
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int blocks = gemm_ceil(a->w->rows, 16), chunks = packed->chunks;
    const int from = (int)(blocks * self / threads), to = (int)(blocks * (self + 1) / threads);
    for (int g = (int)(chunks * self / threads); g < (int)(chunks * (self + 1) / threads); g++)
        digits_pack(a, t, g);
#pragma omp barrier
    tile_begin();
    for (int b = from; b < to; b++) {
        const size_t at = (size_t)b * (size_t)chunks * 16;
        __m512 sum[16];
        FQ_UNROLL
        for (int r = 0; r < 16; r++)
            sum[r] = _mm512_setzero_ps();
        digits_unpack(packed, t, at, w);
        for (int g = 0; g <= chunks; g++) {
            uint8_t *now = w + g % 2 * TILE_BYTES, *then = w + (g + 1) % 2 * TILE_BYTES;
            if (g < chunks) {
                const uint8_t *x = digits_x(a, g);
                fq_tile_load(0, x + TILE_BYTES, 0);
                fq_tile_load(4, now, 64);
                fq_tile_load(6, x + 2 * TILE_BYTES, 64);
                fq_tile_dp_uint8(0, 4, 6);
                fq_tile_load(5, now + TILE_PAGE, 64);
                fq_tile_load(7, x + 3 * TILE_BYTES, 64);
                fq_tile_dp_uint8(0, 5, 7);
            }
            if (g > 0) { /* the sums of the chunk before */
                const uint8_t *scales = packed->scales + at + (size_t)(g - 1) * 16;
                FQ_UNROLL
                for (int r = 0; r < 16; r++) {
                    const __m512i s = _mm512_load_si512(then + 2 * TILE_PAGE + 64 * r);
                    sum[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(s), _mm512_set1_ps(t->unit[0][scales[r]]), sum[r]);
                }
            }
            if (g < chunks) fq_tile_store(0, now + 2 * TILE_PAGE, 64);
            if (g + 1 < chunks) digits_unpack(packed, t, at + (size_t)(g + 1) * 16, then);
        }
        digits_finish(a, sum, b * 16);
    }
    fq_tile_release();
}

static inline void digits_run(const fq_gemm_args *a) {
    const fq_gemm_tables *t = fq_gemm_tables_get();
#pragma omp parallel
    digits_work(a, t);
}

#endif
