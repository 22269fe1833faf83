/* The product of bfloat16 weights in canonical storage for one token, bound by memory: a decode step's head. A thread
 * reads whole rows, each line once, as two streams with far prefetch: a row of either half of its blocks at a time, for
 * which the token is loaded once. Lanes are pairs of codes along k: the even ones are shifted up, of the odd ones the
 * lower half is masked away, both exact in float32. */
#ifndef FQ_KERNELS_GEMM_STREAM_H
#define FQ_KERNELS_GEMM_STREAM_H
#include "kernels/gemm_gemv.h"

enum { STREAM_CODES = 32 /* of a line */, STREAM_ROWS = 2 };

/* Scratch: the token as floats, [line][even, odd][16]. */
static inline size_t stream_bytes(const fq_gemm_args *a) {
    return (size_t)gemm_ceil(a->w->cols, STREAM_CODES) * STREAM_CODES * sizeof(float);
}

FQ_INLINE __m512 stream_even(__m512i codes) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(codes, 16));
}
FQ_INLINE __m512 stream_odd(__m512i codes) {
    return _mm512_castsi512_ps(_mm512_and_si512(codes, _mm512_set1_epi32((int)0xffff0000)));
}

/* Rows times the token, 16 partial sums of each. */
FQ_INLINE void stream_rows(const fq_gemm_args *a, const float *x, const int r[STREAM_ROWS], int lines,
                           __m512 out[STREAM_ROWS]) {
    const char *row[STREAM_ROWS];
    __m512 sum[STREAM_ROWS][4];
    FQ_UNROLL
    for (int j = 0; j < STREAM_ROWS; j++) {
        row[j] = (const char *)a->w->codes + (size_t)r[j] * a->w->row_bytes;
        FQ_UNROLL
        for (int i = 0; i < 4; i++)
            sum[j][i] = _mm512_setzero_ps();
    }
    for (int l = 0; l < lines; l += 2, x += 4 * 16) {
        FQ_UNROLL
        for (int i = 0; i < 2; i++) {
            if (l + i >= lines) break;
            FQ_UNROLL
            for (int j = 0; j < STREAM_ROWS; j++) {
                const char *p = row[j] + 64 * (size_t)(l + i);
                _mm_prefetch(p + GEMV_NEAR, _MM_HINT_T0);
                _mm_prefetch(p + GEMV_FAR, _MM_HINT_T1);
                const __m512i codes = _mm512_load_si512(p);
                sum[j][2 * i] = _mm512_fmadd_ps(stream_even(codes), _mm512_load_ps(x + 32 * i), sum[j][2 * i]);
                sum[j][2 * i + 1] =
                    _mm512_fmadd_ps(stream_odd(codes), _mm512_load_ps(x + 32 * i + 16), sum[j][2 * i + 1]);
            }
        }
    }
    FQ_UNROLL
    for (int j = 0; j < STREAM_ROWS; j++)
        out[j] = _mm512_add_ps(_mm512_add_ps(sum[j][0], sum[j][1]), _mm512_add_ps(sum[j][2], sum[j][3]));
}

/* Blocks of 16 rows, from .. to-1. */
static void stream_blocks(const gemv_plan *p, gemm_range mine) {
    const int n = p->a->w->rows, lines = gemm_ceil(p->a->w->cols, STREAM_CODES);
    const int half = gemm_ceil(mine.to - mine.from, STREAM_ROWS);
    const float *x = (const float *)(const void *)p->x;
    for (int b = mine.from; b < mine.from + half; b++) {
        const int second = b + half < mine.to ? b + half : b; /* of an odd number the last one twice */
        __m512i v[STREAM_ROWS][16];
        FQ_ROLLED
        for (int r = 0; r < 16; r++) { /* beyond the last row: that row again, never stored */
            const int rows[STREAM_ROWS] = {gemm_min(b * 16 + r, n - 1), gemm_min(second * 16 + r, n - 1)};
            __m512 sum[STREAM_ROWS];
            stream_rows(p->a, x, rows, lines, sum);
            v[0][r] = _mm512_castps_si512(sum[0]);
            v[1][r] = _mm512_castps_si512(sum[1]);
        }
        gemv_finish(FQ_GEMM_bf16, GEMV_FLOATS, p, v[0], b * 16);
        if (second != b) gemv_finish(FQ_GEMM_bf16, GEMV_FLOATS, p, v[1], second * 16);
    }
}

static void stream_work(const gemv_plan *p) {
    const int blocks = gemm_ceil(p->a->w->rows, 16);
    gemm_range mine;
    for (int turn = 0; gemm_share(p->dealt, blocks, 16 * p->a->w->row_bytes, turn, &mine); turn++)
        stream_blocks(p, mine);
}

static void stream_run(const fq_gemm_args *a) {
    atomic_int dealt = 0;
    const gemv_plan p = {.a = a, .dealt = &dealt, .x = a->scratch, .x_scale = gemm_x_scale(FQ_GEMM_bf16, a, 0)};
    float *x = a->scratch;
    for (int k = 0; k < a->w->cols; k += STREAM_CODES, x += STREAM_CODES) {
        const __m512i codes = x512_units(FQ_GEMM_bf16, a, 0, k / STREAM_CODES);
        _mm512_store_ps(x, stream_even(codes));
        _mm512_store_ps(x + 16, stream_odd(codes));
    }
#pragma omp parallel
    stream_work(&p);
}

#endif
