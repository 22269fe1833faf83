/* Statistics of a linear layer's inputs: storage, copies, and following what transforms do to the inputs.
 * Gathering is the model's business (models/calibrate.c), because only it sees inputs. */
#include <math.h>
#include <string.h>
#include "quant/input_stats.h"

fq_status fq_input_stats_create(fq_input_stats *s, int cols, int with_moment, fq_arena *arena) {
    FQ_ASSERT(cols > 0);
    const size_t k = (size_t)cols;
    *s = (fq_input_stats){.cols = cols};
    s->absmean = FQ_NEW(arena, float, k);
    s->absmax = FQ_NEW(arena, float, k);
    s->mean = FQ_NEW(arena, float, k);
    if (s->absmean == NULL || s->absmax == NULL || s->mean == NULL) return FQ_ERR_MEMORY;
    if (with_moment) {
        s->moment = fq_arena_calloc(arena, k, k * sizeof *s->moment);
        if (s->moment == NULL) return FQ_ERR_MEMORY;
    }
    return FQ_OK;
}

fq_status fq_input_stats_copy(fq_input_stats *to, const fq_input_stats *from, fq_arena *arena) {
    const size_t k = (size_t)from->cols;
    FQ_TRY(fq_input_stats_create(to, from->cols, from->moment != NULL, arena));
    to->tokens = from->tokens;
    memcpy(to->absmean, from->absmean, k * sizeof *to->absmean);
    memcpy(to->absmax, from->absmax, k * sizeof *to->absmax);
    memcpy(to->mean, from->mean, k * sizeof *to->mean);
    if (from->moment != NULL) memcpy(to->moment, from->moment, k * k * sizeof *to->moment);
    return FQ_OK;
}

void fq_input_stats_unscale(fq_input_stats *s, const float *lambda) {
    const size_t k = (size_t)s->cols;
    for (size_t i = 0; i < k; i++) {
        s->absmean[i] /= fabsf(lambda[i]);
        s->absmax[i] /= fabsf(lambda[i]);
        s->mean[i] /= lambda[i];
    }
    if (s->moment == NULL) return;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < k; i++) {
        float *row = s->moment + i * k;
        /* Products commute and double holds them exactly, so the matrix stays symmetric to the last bit. */
        for (size_t j = 0; j < k; j++)
            row[j] = (float)((double)row[j] / ((double)lambda[i] * (double)lambda[j]));
    }
}

static void rotate_rows(float *m, size_t k, void (*rotate)(const void *ctx, float *x), const void *ctx) {
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < k; i++)
        rotate(ctx, m + i * k);
}

void fq_input_stats_rotate(fq_input_stats *s, void (*rotate)(const void *ctx, float *x), const void *ctx) {
    const size_t k = (size_t)s->cols;
    float *m = s->moment;
    FQ_ASSERT(m != NULL);
    rotate(ctx, s->mean);
    /* M R, its transpose R^T M, then R^T M R. */
    rotate_rows(m, k, rotate, ctx);
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < i; j++) {
            const float x = m[i * k + j];
            m[i * k + j] = m[j * k + i];
            m[j * k + i] = x;
        }
    }
    rotate_rows(m, k, rotate, ctx);
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < i; j++)
            m[i * k + j] = m[j * k + i] = 0.5f * (m[i * k + j] + m[j * k + i]);
        s->absmean[i] = sqrtf(fmaxf(m[i * k + i], 0.0f));
        s->absmax[i] = 4.0f * s->absmean[i];
    }
}
