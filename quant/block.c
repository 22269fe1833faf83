/* block.h's kernels for every machine, the choice between them, and what is built on them.
 * A block is 16 rows, so that one load of the shared matrix serves them all. */
#include "harness/cpu.h"
#define KERNELS fq_block_kernels_plain
#include "quant/block_body.h"

const fq_block_kernels *fq_block_kernels_best(void) {
    return fq_cpu_isa() >= FQ_ISA_AVX2 ? &fq_block_kernels_avx2 : &fq_block_kernels_plain;
}

void fq_block_quadratic(const float *e, const float *m, int n, double *out) {
    const fq_block_kernels *kernels = fq_block_kernels_best();
    float above[FQ_BLOCK_COLS * FQ_BLOCK_ROWS], within[FQ_BLOCK_COLS * FQ_BLOCK_ROWS];
    memset(out, 0, FQ_BLOCK_ROWS * sizeof *out);
    for (int j0 = 0; j0 < n; j0 += FQ_BLOCK_COLS) {
        const int j1 = n - j0 < FQ_BLOCK_COLS ? n : j0 + FQ_BLOCK_COLS;
        memset(above, 0, sizeof above);
        memset(within, 0, sizeof within);
        /* M is symmetric: what lies above the diagonal blocks counts twice and what lies below is not read. */
        kernels->product(e, m, (size_t)n, 0, j0, j0, j1, above);
        kernels->product(e, m, (size_t)n, j0, j1, j0, j1, within);
        for (int i = 0; i < (j1 - j0) * FQ_BLOCK_ROWS; i++)
            out[i % FQ_BLOCK_ROWS] +=
                (double)e[(size_t)j0 * FQ_BLOCK_ROWS + (size_t)i] * (2.0 * (double)above[i] + (double)within[i]);
    }
}

void fq_block_gather(const float *w, size_t stride, int rows, int n, const int *order, float *x) {
    if (rows > FQ_BLOCK_ROWS) rows = FQ_BLOCK_ROWS;
    if (rows < FQ_BLOCK_ROWS) memset(x, 0, (size_t)n * FQ_BLOCK_ROWS * sizeof *x);
    for (int r = 0; r < rows; r++) {
        const float *row = w + (size_t)r * stride;
        for (int j = 0; j < n; j++)
            x[(size_t)j * FQ_BLOCK_ROWS + (size_t)r] = row[order != NULL ? order[j] : j];
    }
}
