/* The passes over one row of logits that metric.c is made of, per instruction set. Private to the harness: callers use
 * metric.h. */
#ifndef FQ_HARNESS_METRIC_ROW_H
#define FQ_HARNESS_METRIC_ROW_H
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_metric_row {
    /* Index of the largest of x[0..n-1], the lowest one if several are; NaNs are passed over (0 if all are). */
    int (*arg_max)(const float *x, int n);
    /* sum_i exp(x[i] - shift), exponentials in float, sum in double. */
    double (*sum_exp)(const float *x, int n, float shift);
    /* The same sum of r, bit for bit, and in *cross: sum_i exp(r[i] - shift) (r[i] - t[i]), where a zero exponential
     * makes the product zero even if the difference is infinite. */
    double (*sum_exp_cross)(const float *r, const float *t, int n, float shift, double *cross);
} fq_metric_row;

extern const fq_metric_row fq_metric_row_ref;
extern const fq_metric_row fq_metric_row_avx2; /* needs FQ_ISA_AVX2 */

#ifdef __cplusplus
}
#endif
#endif
