/* Random numbers that are the same on every machine: SplitMix64 to seed, xoshiro256** to draw, Box-Muller for
 * Gaussians. One --seed gives independent streams by name, so adding a consumer does not shift the others. */
#ifndef FQ_HARNESS_RNG_H
#define FQ_HARNESS_RNG_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_rng {
    uint64_t s[4];
    double spare; /* second Gaussian of the last pair */
    int has_spare;
} fq_rng;

/* Stream `stream` of `seed`. Source: Blackman and Vigna, xoshiro256** 1.0 (public domain). */
fq_rng fq_rng_seed(uint64_t seed, uint64_t stream);
uint64_t fq_rng_u64(fq_rng *r);
double fq_rng_uniform(fq_rng *r);             /* [0, 1), 53 bits */
double fq_rng_gauss(fq_rng *r);               /* mean 0, variance 1 */
uint32_t fq_rng_below(fq_rng *r, uint32_t n); /* 0 .. n-1, n > 0, unbiased */
void fq_rng_fill_gauss(fq_rng *r, float *x, size_t n, float sigma);

#ifdef __cplusplus
}
#endif
#endif
