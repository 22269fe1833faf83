/* The inner loops of quantizers that look at errors: 16 rows side by side, times one shared matrix of second moments or
 * feedback. One text (block_body.h) for two instruction sets, without fused multiply-add, so both give the same bits.
 */
#ifndef FQ_QUANT_BLOCK_H
#define FQ_QUANT_BLOCK_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum {
    FQ_BLOCK_ROWS = 16,  /* rows of a block, the fast index of p, e and v below */
    FQ_BLOCK_COLS = 128, /* columns that a caller should take at a time */
    FQ_TILE_ROWS = 4,    /* of downdate */
    FQ_TILE_COLS = 8
};

typedef struct fq_block_kernels {
    /* p[j - j0][r] += sum_{i0 <= i < i1} e[i][r] u[i * ld + j] for j0 <= j < j1, in rising order of i. */
    void (*product)(const float *e, const float *u, size_t ld, int i0, int i1, int j0, int j1, float *p);
    /* p[j][r] += e[r] u[j] for 0 <= j < n. */
    void (*update)(const float *e, const float *u, int n, float *p);
    /* Nearest of 16 values value[code][r] for each of 16 rows; the lower code of equals. */
    void (*nearest)(const float *p, const float *value, uint8_t *codes, float *v);
    /* sum_i m[i] min_code (x[i] - value[code])^2 */
    double (*error)(const float *x, const float *m, int n, const float *value);
    /* codes[i] = the lowest code whose value is nearest to x[i] */
    void (*encode)(const float *x, int n, const float *value, uint8_t *codes);
    /* c[i * ldc + j] -= sum_{k < n} a[k * ld + i] b[k * ld + j] for FQ_TILE_ROWS i and FQ_TILE_COLS j. */
    void (*downdate)(const double *a, const double *b, size_t ld, int n, double *c, size_t ldc);
} fq_block_kernels;

/* Those of this processor. */
const fq_block_kernels *fq_block_kernels_best(void);
extern const fq_block_kernels fq_block_kernels_plain, fq_block_kernels_avx2;

/* out[r] = e_r^T M e_r for the 16 columns e_r of e[n][16] and a symmetric m[n][n]. */
void fq_block_quadratic(const float *e, const float *m, int n, double *out);
/* x[n][16] from up to 16 rows of w, missing rows zero:  x[j][r] = w[r * stride + column], column = order[j] or j. */
void fq_block_gather(const float *w, size_t stride, int rows, int n, const int *order, float *x);

#ifdef __cplusplus
}
#endif
#endif
