/* Noise of formats, measured and by theory. */
#include "quant/format_noise.h"
#include <math.h>
#include "quant/absmax.h"

static inline double gauss(double x, double sigma) {
    return exp(-0.5 * x * x / (sigma * sigma)) / (sigma * 2.5066282746310002);
}

static inline double student(double x, double nu) {
    return exp(lgamma((nu + 1) / 2) - lgamma(nu / 2)) / sqrt(nu * 3.14159265358979323846) *
           pow(1 + x * x / nu, -(nu + 1) / 2);
}

static inline double laplace(fq_rng *r) {
    const double u = fq_rng_uniform(r) - 0.5, tail = 1 - 2 * fabs(u);
    return (u < 0 ? 1 : -1) * log(tail > 0 ? tail : 0x1p-53);
}

static inline double draw_t(fq_rng *r, int nu) {
    const double x = fq_rng_gauss(r);
    double chi = 0;
    for (int i = 0; i < nu; i++) {
        const double g = fq_rng_gauss(r);
        chi += g * g;
    }
    return x / sqrt(chi / nu);
}

#define FQ_DISTRIBUTION(name, density, draw, about)                                                                    \
    static double density_##name(double x) {                                                                           \
        return density;                                                                                                \
    }                                                                                                                  \
    static double draw_##name(fq_rng *r) {                                                                             \
        return draw;                                                                                                   \
    }
#include "quant/distributions.def"
#undef FQ_DISTRIBUTION

const fq_distribution fq_distributions[FQ_DISTRIBUTION_COUNT] = {
#define FQ_DISTRIBUTION(name, density, draw, about) {#name, density_##name, draw_##name, about},
#include "quant/distributions.def"
#undef FQ_DISTRIBUTION
};

double fq_noise_sums_db(const fq_noise_sums *s) {
    if (!(s->signal > 0)) return NAN;
    return s->noise > 0 ? 10 * log10(s->signal / s->noise) : INFINITY;
}

void fq_noise_sums_add(fq_noise_sums *s, fq_format_id f, const float *x, size_t n) {
    const float scale = fq_absmax(x, n) / (float)fq_formats[f].max;
    if (!(scale > 0)) return;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)x[i] - (double)(fq_format_round(f, x[i] / scale) * scale);
        s->signal += (double)x[i] * (double)x[i];
        s->noise += d * d;
    }
}

void fq_noise_sums_expect(fq_noise_sums *s, fq_format_id f, const fq_distribution *d, double sigma, double c,
                          double n) {
    enum { POINTS = 65536 };
    const double scale = c / fq_formats[f].max, step = c / POINTS;
    double signal = 0, noise = 0, mass = 0;
    FQ_ASSERT(c > 0 && sigma > 0);
    for (int i = 0; i < POINTS; i++) {
        const double x = (i + 0.5) * step, p = d->density(x / sigma) / sigma;
        const double e = x - (double)fq_format_round(f, (float)(x / scale)) * scale;
        mass += p;
        signal += p * x * x;
        noise += p * e * e;
    }
    s->signal += c * c + (n - 1) * signal / mass;
    s->noise += (n - 1) * noise / mass;
}
