/* What calibration knows about the inputs of one linear layer: second moments for rounding by their errors' worth, and
 * magnitudes for scaling. Plain data; models/calibrate.c gathers it, transforms keep it true, quantizers read it. */
#ifndef FQ_QUANT_INPUT_STATS_H
#define FQ_QUANT_INPUT_STATS_H
#include "harness/arena.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_input_stats {
    int cols;       /* K */
    long tokens;    /* gathered */
    float *moment;  /* [K][K] symmetric, mean over tokens of x_i x_j; NULL where only magnitudes were gathered */
    float *absmean; /* [K] mean over tokens of |x_i| */
    float *absmax;  /* [K] max over tokens of |x_i| */
    float *mean;    /* [K] mean over tokens of x_i */
} fq_input_stats;

/* Zeroed, with moments or without. Owner: the arena. Errors: FQ_ERR_MEMORY. */
fq_status fq_input_stats_create(fq_input_stats *s, int cols, int with_moment, fq_arena *arena) FQ_MUST_USE;
/* A deep copy in another arena (transforms of one variant must not change the shared statistics). */
fq_status fq_input_stats_copy(fq_input_stats *to, const fq_input_stats *from, fq_arena *arena) FQ_MUST_USE;
/* Inputs become x_i / lambda_i (what fq_scale_columns on the weights demands of the producer):
 * moment_ij /= lambda_i lambda_j, magnitudes /= |lambda_i|, means /= lambda_i. */
void fq_input_stats_unscale(fq_input_stats *s, const float *lambda);
/* Inputs become x R for an orthogonal R given as a function of rows: moment <- R^T moment R, means <- mean R.
 * Magnitudes cannot follow and become sqrt(moment_ii) (absmean) and 4 times that (absmax). rotate(ctx, x): x[K] <- x R
 * in place, called from several threads. Needs moments. */
void fq_input_stats_rotate(fq_input_stats *s, void (*rotate)(const void *ctx, float *x), const void *ctx);

#ifdef __cplusplus
}
#endif
#endif
