/* What quantizing does to each projection of a net: the noise in its weights, in its outputs and in its inputs, and how
 * often E4M3 scales and codes leave their range. */
#ifndef FQ_SCENARIOS_LAYER_ERRORS_H
#define FQ_SCENARIOS_LAYER_ERRORS_H
#include "scenarios/score.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Noise of quantized numbers: sums over x of x^2 and (x - quantized x)^2, and how many there were. */
typedef struct fq_noise {
    double signal, noise;
    double count, saturated, underflow; /* rounded beyond the largest code; not 0 but quantized to 0 */
} fq_noise;
/* 10 log10(signal / noise): NAN of nothing, infinity without noise. */
double fq_noise_db(const fq_noise *n);

/* Add rows of activations x [m][cols] (row stride `stride` floats) quantized by recipe a; fixed_scale is that of STATIC
 * recipes. Errors: FQ_ERR_MEMORY, FQ_ERR_NUMERIC. */
fq_status fq_noise_add_inputs(fq_noise *n, const fq_recipe *a, float fixed_scale, const float *x, size_t stride, int m,
                              int cols, fq_arena *scratch) FQ_MUST_USE;

/* Of one projection's weights. Scales are counted where they are E4M3, operands where they are rounded to E4M3. */
typedef struct fq_weight_noise {
    fq_noise weights;
    double output_error; /* fq_output_error, NAN without moments */
    double scales, subnormal, smallest;
    double operands, saturated;
} fq_weight_noise;
/* Rows row0 .. row0+rows-1 of q against w [rows][cols of q]. Parallel over rows, sums in order of the rows. stats may
 * be NULL. Errors: FQ_ERR_MEMORY. */
fq_status fq_weight_noise_measure(const fq_qmatrix *q, int row0, const float *w, int rows, const fq_input_stats *stats,
                                  fq_weight_noise *out) FQ_MUST_USE;

/* Build the variant with float activations, measure every projection, run the first window of the text through it and
 * measure the inputs under the variant's own activation recipe: one row of layers.csv a layer and projection.
 * Where the variant sets outliers apart, rows are of the weights that remain, and the inputs are missing. */
fq_status fq_layer_errors(fq_scorer *k, const fq_variant *v) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
