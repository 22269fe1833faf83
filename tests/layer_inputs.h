/* Made-up inputs of a linear layer for tests of quantizers: correlated through a few directions, of unequal width, with
 * some channels far wider than the rest, as a transformer's are. Statistics are computed here, in double. */
#ifndef FQ_TESTS_LAYER_INPUTS_H
#define FQ_TESTS_LAYER_INPUTS_H
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/rng.h"
#include "quant/input_stats.h"

/* x[tokens][cols]. Every channel j with j % 37 == 5 is `outlier` times as wide. */
static inline float *layer_inputs(int tokens, int cols, float outlier, uint64_t seed, fq_arena *from) {
    enum { DIRECTIONS = 24 };
    fq_rng rng = fq_rng_seed(seed, 1);
    const size_t k = (size_t)cols;
    float *x = FQ_NEW(from, float, (size_t)tokens *k), *d = FQ_NEW(from, float, DIRECTIONS *k);
    float *width = FQ_NEW(from, float, k);
    if (x == NULL || d == NULL || width == NULL) abort();
    fq_rng_fill_gauss(&rng, d, DIRECTIONS * k, 1.0f);
    for (size_t j = 0; j < k; j++)
        width[j] = (float)exp(0.4 * fq_rng_gauss(&rng)) * (j % 37 == 5 ? outlier : 1.0f);
    for (int t = 0; t < tokens; t++) {
        float *row = x + (size_t)t * k;
        fq_rng_fill_gauss(&rng, row, k, 0.4f);
        for (size_t i = 0; i < DIRECTIONS; i++) {
            const float a = (float)(0.5 * fq_rng_gauss(&rng) * pow(0.9, (double)i));
            for (size_t j = 0; j < k; j++)
                row[j] += a * d[i * k + j];
        }
        for (size_t j = 0; j < k; j++)
            row[j] *= width[j];
    }
    return x;
}

static inline void layer_stats(fq_input_stats *s, const float *x, int tokens, int cols, int with_moment,
                               fq_arena *from) {
    const size_t k = (size_t)cols;
    double *sum = FQ_NEW(from, double, k *k), *absolute = FQ_NEW(from, double, k), *plain = FQ_NEW(from, double, k);
    if (sum == NULL || absolute == NULL || plain == NULL || fq_input_stats_create(s, cols, with_moment, from) != FQ_OK)
        abort();
    for (int t = 0; t < tokens; t++) {
        const float *row = x + (size_t)t * k;
        for (size_t i = 0; i < k; i++) {
            absolute[i] += fabs((double)row[i]);
            plain[i] += (double)row[i];
            s->absmax[i] = fmaxf(s->absmax[i], fabsf(row[i]));
            for (size_t j = 0; with_moment && j < k; j++)
                sum[i * k + j] += (double)row[i] * (double)row[j];
        }
    }
    s->tokens = tokens;
    for (size_t i = 0; i < k; i++) {
        s->absmean[i] = (float)(absolute[i] / tokens);
        s->mean[i] = (float)(plain[i] / tokens);
        for (size_t j = 0; with_moment && j < k; j++)
            s->moment[i * k + j] = (float)(sum[i * k + j] / tokens);
    }
}

/* sum over tokens of |(w - v) x|^2 over sum of |w x|^2, from the inputs themselves. */
static inline double relative_output_error(const float *w, const float *v, int rows, int cols, const float *x,
                                           int tokens) {
    double left = 0, whole = 0;
    for (int r = 0; r < rows; r++) {
        for (int t = 0; t < tokens; t++) {
            double a = 0, b = 0;
            for (int j = 0; j < cols; j++) {
                const double in = (double)x[(size_t)t * (size_t)cols + (size_t)j];
                const size_t at = (size_t)r * (size_t)cols + (size_t)j;
                a += ((double)w[at] - (double)v[at]) * in;
                b += (double)w[at] * in;
            }
            left += a * a, whole += b * b;
        }
    }
    return left / whole;
}

#endif
