/* Signal to quantization noise of a number format under one absmax scale: measured on numbers, and as the theory has it
 * for a density, so that every measured point has a predicted one beside it (FP8 versus INT8, arXiv 2303.17951). */
#ifndef FQ_QUANT_FORMAT_NOISE_H
#define FQ_QUANT_FORMAT_NOISE_H
#include "harness/rng.h"
#include "quant/format.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_distribution {
    const char *name;
    double (*density)(double x); /* at x >= 0; symmetric */
    double (*draw)(fq_rng *r);
    const char *about;
} fq_distribution;
typedef enum fq_distribution_id {
#define FQ_DISTRIBUTION(name, density, draw, about) FQ_DISTRIBUTION_##name,
#include "quant/distributions.def"
#undef FQ_DISTRIBUTION
    FQ_DISTRIBUTION_COUNT
} fq_distribution_id;
extern const fq_distribution fq_distributions[FQ_DISTRIBUTION_COUNT];

/* Sums of squares of numbers and of what rounding takes from them. Zeros add nothing. */
typedef struct fq_noise_sums {
    double signal, noise;
} fq_noise_sums;
double fq_noise_sums_db(const fq_noise_sums *s); /* 10 log10(signal / noise); NAN without signal */

/* Add x[0..n-1], all finite, rounded under the scale absmax / max of the format. */
void fq_noise_sums_add(fq_noise_sums *s, fq_format_id f, const float *x, size_t n);

/* Add what n numbers of that density times sigma, of which the largest magnitude is c, have on average under the scale
 * c / max: one of them is c and loses nothing, the others lie within [-c, c]:
 *   signal  c^2 + (n - 1) int_0^c p(x) x^2 dx / int_0^c p(x) dx,   noise  (n - 1) int_0^c p(x) (x - Q(x))^2 dx / the
 * same by the midpoint rule with 65536 points. c > 0. For INT8 and a density that is flat over a step the noise is the
 * well-known (c / 127)^2 / 12 a number. */
void fq_noise_sums_expect(fq_noise_sums *s, fq_format_id f, const fq_distribution *d, double sigma, double c, double n);

#ifdef __cplusplus
}
#endif
#endif
