/* Row kernels with vectors of eight: rmsnorm_quant, swiglu_quant, quant_rows.
 * The walk over blocks, the scale and the codes are in rows.h. */
#include <math.h>
#include "kernels/rows.h"
#include "kernels/simd.h"

/* Sums of squares of a block in float32, of blocks in double: the error does not grow with the row. */
static double rmsnorm_factor(const fq_row_args *a, const float *x) {
    double total = 0.0;
    int c = 0;
    while (c < a->k) {
        const int end = a->k - c < FQ_ROW_BLOCK ? a->k : c + FQ_ROW_BLOCK;
        vf s0 = vf_zero(), s1 = vf_zero(), s2 = vf_zero(), s3 = vf_zero();
        for (; c + 4 * VW <= end; c += 4 * VW) {
            const vf x0 = vf_load(x + c), x1 = vf_load(x + c + VW);
            const vf x2 = vf_load(x + c + 2 * VW), x3 = vf_load(x + c + 3 * VW);
            s0 = vf_fma(x0, x0, s0);
            s1 = vf_fma(x1, x1, s1);
            s2 = vf_fma(x2, x2, s2);
            s3 = vf_fma(x3, x3, s3);
        }
        for (; c < end; c += VW) {
            const vf rest = vf_load_n(x + c, end - c < VW ? end - c : VW);
            s0 = vf_fma(rest, rest, s0);
        }
        c = end;
        total += (double)vf_hsum(vf_add(vf_add(s0, s1), vf_add(s2, s3)));
    }
    return 1.0 / sqrt(total / a->k + (double)a->eps) + 0.0 * total; /* a sum that is not finite must not end as 0 */
}

static void rmsnorm_values(const fq_row_args *a, const float *x, double factor, int c0, int n, float *y) {
    const vf f = vf_set1((float)factor);
    const float *gamma = a->gamma + c0;
    int i = 0;
    x += c0;
    for (; i + VW <= n; i += VW)
        vf_store(y + i, vf_mul(vf_mul(vf_load(x + i), f), vf_load(gamma + i)));
    if (i < n) vf_store_n(y + i, n - i, vf_mul(vf_mul(vf_load_n(x + i, n - i), f), vf_load_n(gamma + i, n - i)));
}

static vf swiglu(vf gate, vf up) {
    const vf one = vf_set1(1.0f);
    return vf_mul(vf_div(gate, vf_add(one, vf_exp(vf_sub(vf_zero(), gate)))), up);
}

static void swiglu_values(const fq_row_args *a, const float *x, double factor, int c0, int n, float *y) {
    const float *gate = x + c0, *up = x + a->k + c0;
    int i = 0;
    for (; i + VW <= n; i += VW)
        vf_store(y + i, swiglu(vf_load(gate + i), vf_load(up + i)));
    if (i < n) vf_store_n(y + i, n - i, swiglu(vf_load_n(gate + i, n - i), vf_load_n(up + i, n - i)));
}

static void copy_values(const fq_row_args *a, const float *x, double factor, int c0, int n, float *y) {
    memcpy(y, x + c0, (size_t)n * sizeof *y);
}

fq_status fq_rmsnorm_quant_avx2(const fq_row_args *a) {
    static const fq_row_rule rule = {"rmsnorm_quant", rmsnorm_factor, rmsnorm_values, 0};
    return fq_rows_quantize(&rule, a);
}

fq_status fq_swiglu_quant_avx2(const fq_row_args *a) {
    static const fq_row_rule rule = {"swiglu_quant", NULL, swiglu_values, 0};
    return fq_rows_quantize(&rule, a);
}

fq_status fq_quant_rows_avx2(const fq_row_args *a) {
    static const fq_row_rule rule = {"quant_rows", NULL, copy_values, 1};
    return fq_rows_quantize(&rule, a);
}
