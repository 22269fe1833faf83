/* xoshiro256** seeded by SplitMix64, and Gaussians from it. The logarithm, sine and cosine are computed here with
 * plain IEEE operations, because libm's last bit differs between versions and processors. */
#include "harness/rng.h"

#include <math.h>

#include "harness/status.h"

static uint64_t split_mix(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

fq_rng fq_rng_seed(uint64_t seed, uint64_t stream) {
    /* Seed and stream pass through different mixers, so (1, 2) and (2, 1) are different sequences. */
    uint64_t a = seed;
    uint64_t b = stream ^ UINT64_C(0x6a09e667f3bcc908);
    uint64_t state = split_mix(&a) ^ split_mix(&b);
    fq_rng r = {{0, 0, 0, 0}, 0.0, 0};
    for (int i = 0; i < 4; i++) {
        r.s[i] = split_mix(&state);
    }
    return r;
}

static uint64_t rotate_left(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

uint64_t fq_rng_u64(fq_rng *r) {
    uint64_t *s = r->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double fq_rng_uniform(fq_rng *r) {
    return (double)(fq_rng_u64(r) >> 11) * 0x1p-53;
}

/* Multiply and reject: Lemire, Fast Random Integer Generation in an Interval, 2019. */
uint32_t fq_rng_below(fq_rng *r, uint32_t n) {
    FQ_ASSERT(n > 0);
    uint32_t reject = (UINT32_MAX - n + 1) % n; /* 2^32 mod n */
    uint64_t m;
    do {
        m = (fq_rng_u64(r) >> 32) * n;
    } while ((uint32_t)m < reject);
    return (uint32_t)(m >> 32);
}

/* ln x for 0 < x <= 1: x = m 2^e with m in [1/sqrt 2, sqrt 2), ln m = 2 artanh((m-1)/(m+1)); the first term left out
 * is below 1e-17. */
static double portable_ln(double x) {
    int e;
    double m = frexp(x, &e);
    if (m < 0.70710678118654752440) {
        m *= 2;
        e--;
    }
    double s = (m - 1) / (m + 1);
    double s2 = s * s;
    double sum = 0;
    for (int k = 21; k >= 1; k -= 2) {
        sum = sum * s2 + 1.0 / k;
    }
    return 2 * s * sum + e * 0.69314718055994530942;
}

/* cos and sin of 2 pi t for 0 <= t < 1: the quarter turn is split off exactly, then Taylor on [-pi/4, pi/4]. */
static void portable_turn(double t, double *cosine, double *sine) {
    int quarter = (int)(4 * t + 0.5);
    double a = (t - 0.25 * quarter) * 6.28318530717958647693;
    double a2 = a * a;
    double s = 0;
    double c = 0;
    for (int k = 16; k >= 2; k -= 2) {
        s = (1 + s) * -a2 * (1.0 / (k * (k + 1)));
        c = (1 + c) * -a2 * (1.0 / (k * (k - 1)));
    }
    s = a * (1 + s);
    c = 1 + c;
    switch (quarter & 3) {
    case 0:
        *cosine = c, *sine = s;
        break;
    case 1:
        *cosine = -s, *sine = c;
        break;
    case 2:
        *cosine = -c, *sine = -s;
        break;
    default:
        *cosine = s, *sine = -c;
        break;
    }
}

/* Box and Muller 1958. 1 - u is in (0, 1], where the logarithm is finite. */
double fq_rng_gauss(fq_rng *r) {
    if (r->has_spare) {
        r->has_spare = 0;
        return r->spare;
    }
    double radius = sqrt(-2 * portable_ln(1 - fq_rng_uniform(r)));
    double cosine;
    double sine;
    portable_turn(fq_rng_uniform(r), &cosine, &sine);
    r->spare = radius * sine;
    r->has_spare = 1;
    return radius * cosine;
}

void fq_rng_fill_gauss(fq_rng *r, float *x, size_t n, float sigma) {
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(fq_rng_gauss(r) * sigma);
    }
}
