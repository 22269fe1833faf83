/* The product of bfloat16 weights in canonical storage for one token, bound by memory: a decode step's head. A thread
 * reads whole rows one after the other, each line once, as one stream with far prefetch. Lanes are pairs of codes along
 * k: the even ones are shifted up, of the odd ones the lower half is masked away, both exact in float32. */
#ifndef FQ_KERNELS_GEMM_STREAM_H
#define FQ_KERNELS_GEMM_STREAM_H
#include "kernels/gemm_gemv.h"

enum { STREAM_CODES = 32 /* of a line */ };

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

/* Row r times the token, 16 partial sums. */
FQ_INLINE __m512 stream_row(const fq_gemm_args *a, const float *x, int r, int lines) {
    const char *row = (const char *)a->w->codes + (size_t)r * a->w->row_bytes;
    __m512 sum[4];
    FQ_UNROLL
    for (int i = 0; i < 4; i++)
        sum[i] = _mm512_setzero_ps();
    for (int l = 0; l < lines; l += 2, row += 128, x += 4 * 16) {
        FQ_UNROLL
        for (int i = 0; i < 2; i++) {
            if (l + i >= lines) break;
            _mm_prefetch(row + 64 * i + GEMV_NEAR, _MM_HINT_T0);
            _mm_prefetch(row + 64 * i + GEMV_FAR, _MM_HINT_T1);
            const __m512i codes = _mm512_load_si512(row + 64 * i);
            sum[2 * i] = _mm512_fmadd_ps(stream_even(codes), _mm512_load_ps(x + 32 * i), sum[2 * i]);
            sum[2 * i + 1] = _mm512_fmadd_ps(stream_odd(codes), _mm512_load_ps(x + 32 * i + 16), sum[2 * i + 1]);
        }
    }
    return _mm512_add_ps(_mm512_add_ps(sum[0], sum[1]), _mm512_add_ps(sum[2], sum[3]));
}

static void stream_work(const gemv_plan *p) {
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int n = p->a->w->rows, blocks = gemm_ceil(n, 16), lines = gemm_ceil(p->a->w->cols, STREAM_CODES);
    const float *x = (const float *)(const void *)p->x;
    for (int block = (int)(blocks * self / threads); block < (int)(blocks * (self + 1) / threads); block++) {
        __m512i v[16];
        FQ_ROLLED
        for (int r = 0; r < 16; r++) /* beyond the last row: that row again, never stored */
            v[r] = _mm512_castps_si512(stream_row(p->a, x, gemm_min(block * 16 + r, n - 1), lines));
        gemv_finish(FQ_GEMM_bf16, GEMV_FLOATS, p, v, block * 16);
    }
}

static void stream_run(const fq_gemm_args *a) {
    const gemv_plan p = {.a = a, .x = a->scratch, .x_scale = gemm_x_scale(FQ_GEMM_bf16, a, 0)};
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
