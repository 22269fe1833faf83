/* Row passes of the accuracy metrics with AVX2 and FMA: eight exponentials at a time, summed in eight double lanes.
 * A vocabulary of 128k entries at 32k positions is too much for scalar code. */
#include <immintrin.h>
#include <math.h>

#include "harness/metric.h"
#include "harness/metric_row.h"

/* fq_expf on eight lanes with fused multiply-adds; see metric.h for the formula. */
static __m256 exp8(__m256 x) {
    const __m256 shift = _mm256_set1_ps(0x1.8p23f);
    __m256 t = _mm256_fmadd_ps(x, _mm256_set1_ps(1.44269504f), shift);
    __m256 n = _mm256_sub_ps(t, shift);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), x);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4f), r);
    __m256 q = _mm256_set1_ps(0x1.6a23cep-10f);
    q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(0x1.123a2p-7f));
    q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(0x1.5558f2p-5f));
    q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(0x1.555492p-3f));
    q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(0x1.fffffcp-2f));
    __m256 y = _mm256_fmadd_ps(q, _mm256_mul_ps(r, r), _mm256_add_ps(r, _mm256_set1_ps(1.0f)));
    __m256i bits = _mm256_add_epi32(_mm256_castps_si256(t), _mm256_set1_epi32(127));
    y = _mm256_mul_ps(y, _mm256_castsi256_ps(_mm256_slli_epi32(bits, 23)));
    __m256 low = _mm256_cmp_ps(x, _mm256_set1_ps(-87.0f), _CMP_LT_OQ);
    __m256 high = _mm256_cmp_ps(x, _mm256_set1_ps(88.0f), _CMP_GT_OQ);
    return _mm256_blendv_ps(_mm256_andnot_ps(low, y), _mm256_set1_ps(INFINITY), high);
}

static __m256d low_half(__m256 x) {
    return _mm256_cvtps_pd(_mm256_castps256_ps128(x));
}
static __m256d high_half(__m256 x) {
    return _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
}

static double sum4(__m256d x) {
    double lane[4];
    _mm256_storeu_pd(lane, x);
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

static int arg_max(const float *x, int n) {
    __m256 best8 = _mm256_set1_ps(-INFINITY);
    __m256 other8 = best8;
    int i = 0;
    /* max_ps returns its second operand when one is NaN: the running maximum. */
    for (; i + 16 <= n; i += 16) {
        best8 = _mm256_max_ps(_mm256_loadu_ps(x + i), best8);
        other8 = _mm256_max_ps(_mm256_loadu_ps(x + i + 8), other8);
    }
    float lane[8];
    _mm256_storeu_ps(lane, _mm256_max_ps(best8, other8));
    float best = lane[0];
    for (int k = 1; k < 8; k++) {
        best = lane[k] > best ? lane[k] : best;
    }
    for (; i < n; i++) {
        best = x[i] > best ? x[i] : best;
    }
    best8 = _mm256_set1_ps(best);
    for (i = 0; i + 8 <= n; i += 8) {
        int found = _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(x + i), best8, _CMP_EQ_OQ));
        if (found != 0) return i + __builtin_ctz((unsigned)found);
    }
    for (; i < n; i++) {
        if (x[i] == best) return i;
    }
    return 0;
}

static double sum_exp(const float *x, int n, float shift) {
    const __m256 shift8 = _mm256_set1_ps(shift);
    __m256d low = _mm256_setzero_pd();
    __m256d high = _mm256_setzero_pd();
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 e = exp8(_mm256_sub_ps(_mm256_loadu_ps(x + i), shift8));
        low = _mm256_add_pd(low, low_half(e));
        high = _mm256_add_pd(high, high_half(e));
    }
    double sum = sum4(_mm256_add_pd(low, high));
    for (; i < n; i++) {
        sum += fq_expf(x[i] - shift);
    }
    return sum;
}

static double sum_exp_cross(const float *r, const float *t, int n, float shift, double *cross) {
    const __m256 shift8 = _mm256_set1_ps(shift);
    __m256d low = _mm256_setzero_pd();
    __m256d high = low;
    __m256d cross_low = low;
    __m256d cross_high = low;
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 ri = _mm256_loadu_ps(r + i);
        __m256 ti = _mm256_loadu_ps(t + i);
        __m256 e = exp8(_mm256_sub_ps(ri, shift8));
        __m256 live = _mm256_cmp_ps(e, _mm256_setzero_ps(), _CMP_NEQ_UQ);
        ri = _mm256_and_ps(ri, live);
        ti = _mm256_and_ps(ti, live);
        __m256d e_low = low_half(e);
        __m256d e_high = high_half(e);
        low = _mm256_add_pd(low, e_low);
        high = _mm256_add_pd(high, e_high);
        /* The difference of two floats in double: near-equal models differ in bits that a float product would lose. */
        cross_low = _mm256_fmadd_pd(e_low, _mm256_sub_pd(low_half(ri), low_half(ti)), cross_low);
        cross_high = _mm256_fmadd_pd(e_high, _mm256_sub_pd(high_half(ri), high_half(ti)), cross_high);
    }
    double sum = sum4(_mm256_add_pd(low, high));
    double product = sum4(_mm256_add_pd(cross_low, cross_high));
    for (; i < n; i++) {
        float e = fq_expf(r[i] - shift);
        sum += e;
        if (e != 0) product += (double)e * ((double)r[i] - (double)t[i]);
    }
    *cross = product;
    return sum;
}

const fq_metric_row fq_metric_row_avx2 = {arg_max, sum_exp, sum_exp_cross};
