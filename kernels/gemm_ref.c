/* The oracle of the gemm family, as simple as can be: decoded operands, double sums (64-bit integers where the contract
 * says integers), one rounding at the end. Kept for good; every other kernel is judged by it. */
#include <math.h>
#include "kernels/gemm.h"

enum { ROWS = 64 }; /* rows of w decoded at a time */

static size_t scratch_floats(const fq_gemm_args *a) {
    return ((size_t)a->m + ROWS) * (size_t)a->w->cols;
}

static double float_sum(const float *x, const float *w, int k) {
    double sum = 0.0;
    for (int i = 0; i < k; i++)
        sum += (double)x[i] * (double)w[i];
    return sum;
}

static int64_t integer_sum(const float *x, const float *w, int k) {
    int64_t sum = 0;
    for (int i = 0; i < k; i++)
        sum += (int64_t)x[i] * (int64_t)w[i];
    return sum;
}

static float output(int is_int, const fq_gemm_args *a, int i, int n, const float *x, const float *w) {
    const float x_scale = a->x_scale && a->a->group <= 0 ? a->x_scale[i] : 1.0f, row_scale = a->w->row_scale[n];
    const float residual = a->residual ? a->residual[(size_t)i * a->y_stride + (size_t)n] : 0.0f;
    if (is_int) /* exact up to here, so the epilogue is the contract's, in float32 */
        return ((float)integer_sum(x, w, a->w->cols) * x_scale) * row_scale + residual;
    return (float)(float_sum(x, w, a->w->cols) * (double)x_scale * (double)row_scale + (double)residual);
}

/* Activations of token i; the scales of groups are part of them. */
static void decode_token(const fq_gemm_args *a, int i, float *x) {
    const int k = a->w->cols, groups = fq_recipe_groups(a->a, k);
    fq_format_decode_row(a->a->code, (const char *)a->x + (size_t)i * a->x_stride, (size_t)k, x);
    if (a->a->group <= 0) return;
    for (int c = 0; c < k; c++)
        x[c] *= a->x_scale[(size_t)i * (size_t)groups + (size_t)(c / a->a->group)];
}

static fq_status gemm_ref(int is_int, const fq_gemm_args *a) {
    const int m = a->m, n = a->w->rows;
    const size_t k = (size_t)a->w->cols;
    float *x = a->scratch, *w = x + (size_t)m * k;
    for (int i = 0; i < m; i++)
        decode_token(a, i, x + (size_t)i * k);
    for (int n0 = 0; n0 < n; n0 += ROWS) {
        const int count = n - n0 < ROWS ? n - n0 : ROWS;
#pragma omp parallel for
        for (int r = 0; r < count; r++) {
            fq_qmatrix_values(a->w, n0 + r, w + (size_t)r * k);
            for (int i = 0; i < m; i++)
                a->y[(size_t)i * a->y_stride + (size_t)(n0 + r)] =
                    output(is_int, a, i, n0 + r, x + (size_t)i * k, w + (size_t)r * k);
        }
    }
    return FQ_OK;
}

#define GEMM_REF(name, is_int)                                                                                         \
    fq_status fq_gemm_##name##_ref(const fq_gemm_args *a) {                                                            \
        return gemm_ref(is_int, a);                                                                                    \
    }                                                                                                                  \
    size_t fq_gemm_##name##_ref_scratch(const fq_gemm_args *a) {                                                       \
        return scratch_floats(a) * sizeof(float);                                                                      \
    }
GEMM_REF(f32, 0)
GEMM_REF(bf16, 0)
GEMM_REF(w4a16, 0)
GEMM_REF(i4f8, 0)
GEMM_REF(f8f8, 0)
GEMM_REF(i8i8, 1)
GEMM_REF(i4i8, 1)
GEMM_REF(q4i8, 1)
GEMM_REF(i4i8_int, 1)
GEMM_REF(i4i8_f16, 0)
GEMM_REF(any, 0)

size_t fq_gemm_i4f8_swiglu_ref_scratch(const fq_gemm_args *a) {
    return (scratch_floats(a) + (size_t)a->m * (size_t)a->w->rows) * sizeof(float);
}

fq_status fq_gemm_i4f8_swiglu_ref(const fq_gemm_args *a) {
    const size_t n = (size_t)a->w->rows / 2;
    fq_gemm_args both = *a; /* gate and up, behind the scratch of the product */
    FQ_ASSERT(!a->residual && a->w->rows % 2 == 0);
    both.y = (float *)a->scratch + scratch_floats(a);
    both.y_stride = 2 * n;
    FQ_TRY(gemm_ref(0, &both));
    for (size_t i = 0; i < (size_t)a->m; i++) {
        const float *row = both.y + i * 2 * n;
        for (size_t j = 0; j < n; j++) {
            const double gate = (double)row[j];
            a->y[i * a->y_stride + j] = (float)(gate / (1.0 + exp(-gate)) * (double)row[n + j]);
        }
    }
    return FQ_OK;
}
