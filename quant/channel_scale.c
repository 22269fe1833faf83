/* Channel-wise scaling: factors that give all input channels of a group of matrices the same mean magnitude.
 * Source: FireQ, arXiv 2505.20839, channel-wise absmean scaling ("scale_type 2" of its reference code). */
#include <math.h>
#include "quant/transform.h"

enum { BLOCK = 64 }; /* columns summed at a time; every sum runs over the rows in order, whatever the thread count */

static void column_absmeans(const float *const *w, const int *rows, int count, int cols, float *mean) {
#pragma omp parallel for schedule(static)
    for (int c0 = 0; c0 < cols; c0 += BLOCK) {
        const int n = cols - c0 < BLOCK ? cols - c0 : BLOCK;
        double sum[BLOCK] = {0};
        long total = 0;
        for (int m = 0; m < count; m++) {
            for (int r = 0; r < rows[m]; r++) {
                const float *row = w[m] + (size_t)r * (size_t)cols + c0;
                for (int j = 0; j < n; j++)
                    sum[j] += (double)fabsf(row[j]);
            }
            total += rows[m];
        }
        for (int j = 0; j < n; j++)
            mean[c0 + j] = total > 0 ? (float)(sum[j] / (double)total) : 0.0f;
    }
}

void fq_channel_scale_factors(const float *const *w, const int *rows, int count, int cols, float c, float *lambda) {
    double target = (double)c;
    column_absmeans(w, rows, count, cols, lambda);
    if (!(target > 0)) {
        double logs = 0;
        int used = 0;
        for (int j = 0; j < cols; j++) {
            if (lambda[j] > 0) logs += log((double)lambda[j]), used++;
        }
        target = used > 0 ? exp(logs / used) : 1.0;
    }
    for (int j = 0; j < cols; j++)
        lambda[j] = lambda[j] > 0 ? (float)(target / (double)lambda[j]) : 1.0f;
}

void fq_scale_columns(float *w, int rows, int cols, const float *lambda) {
#pragma omp parallel for schedule(static)
    for (int r = 0; r < rows; r++) {
        float *row = w + (size_t)r * (size_t)cols;
        for (int j = 0; j < cols; j++)
            row[j] *= lambda[j];
    }
}

void fq_unscale_rows(float *w, int rows, int cols, const float *lambda) {
#pragma omp parallel for schedule(static)
    for (int r = 0; r < rows; r++) {
        float *row = w + (size_t)r * (size_t)cols;
        for (int j = 0; j < cols; j++)
            row[j] /= lambda[r];
    }
}
