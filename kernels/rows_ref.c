/* Row kernels by their formulas in ops.h, in double with libm's exp: the oracle of the vectorized ones.
 * rmsnorm_quant, swiglu_quant, quant_rows. */
#include <math.h>
#include "kernels/rows.h"

static double rmsnorm_factor(const fq_row_args *a, const float *x) {
    double sum = 0.0;
    for (int c = 0; c < a->k; c++)
        sum += (double)x[c] * (double)x[c];
    return 1.0 / sqrt(sum / a->k + (double)a->eps) + 0.0 * sum; /* a sum that is not finite must not end as 0 */
}

static void rmsnorm_values(const fq_row_args *a, const float *x, double factor, int c0, int n, float *y) {
    for (int i = 0; i < n; i++)
        y[i] = (float)((double)x[c0 + i] * factor * (double)a->gamma[c0 + i]);
}

static void swiglu_values(const fq_row_args *a, const float *x, double factor, int c0, int n, float *y) {
    for (int i = 0; i < n; i++) {
        const double gate = (double)x[c0 + i], up = (double)x[a->k + c0 + i];
        y[i] = (float)(gate / (1.0 + exp(-gate)) * up);
    }
}

static void copy_values(const fq_row_args *a, const float *x, double factor, int c0, int n, float *y) {
    memcpy(y, x + c0, (size_t)n * sizeof *y);
}

fq_status fq_rmsnorm_quant_ref(const fq_row_args *a) {
    static const fq_row_rule rule = {"rmsnorm_quant", rmsnorm_factor, rmsnorm_values, 0};
    return fq_rows_quantize(&rule, a);
}

fq_status fq_swiglu_quant_ref(const fq_row_args *a) {
    static const fq_row_rule rule = {"swiglu_quant", NULL, swiglu_values, 0};
    return fq_rows_quantize(&rule, a);
}

fq_status fq_quant_rows_ref(const fq_row_args *a) {
    static const fq_row_rule rule = {"quant_rows", NULL, copy_values, 1};
    return fq_rows_quantize(&rule, a);
}
