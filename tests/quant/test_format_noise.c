/* Noise of formats: the ranking that the distributions are known for, the theory against samples and against the closed
 * form, and densities that are densities. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "quant/format_noise.h"

enum { N = 4096, DRAWS = 8 };

static double measured(fq_distribution_id d, fq_format_id f, double *theory) {
    fq_noise_sums sums = {0}, expected = {0};
    for (int k = 0; k < DRAWS; k++) {
        float x[N];
        double most = 0;
        fq_rng rng = fq_rng_seed(1, (uint64_t)k);
        for (int i = 0; i < N; i++) {
            x[i] = (float)fq_distributions[d].draw(&rng);
            most = fmax(most, fabs((double)x[i]));
        }
        fq_noise_sums_add(&sums, f, x, N);
        fq_noise_sums_expect(&expected, f, &fq_distributions[d], 1, most, N);
    }
    *theory = fq_noise_sums_db(&expected);
    return fq_noise_sums_db(&sums);
}

/* dB for INT8, E2M5, E3M4, E4M3, E5M2: an independent C program's numbers for one sample of 4096 each. */
static void test_ranking(void **state) {
    (void)state;
    static const fq_format_id formats[5] = {FQ_INT8, FQ_E2M5, FQ_E3M4, FQ_E4M3, FQ_E5M2};
    static const struct {
        fq_distribution_id d;
        double db[5];
    } known[] = {{FQ_DISTRIBUTION_uniform, {48.1, 44.4, 38.4, 31.9, 25.9}},
                 {FQ_DISTRIBUTION_gauss, {41.1, 43.0, 37.6, 31.6, 25.6}},
                 {FQ_DISTRIBUTION_t8, {36.8, 41.4, 37.6, 31.6, 25.6}},
                 {FQ_DISTRIBUTION_t3, {24.7, 30.5, 38.1, 32.3, 26.3}}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        for (int k = 0; k < 5; k++) {
            double theory;
            const double db = measured(known[i].d, formats[k], &theory);
            /* heavy tails: the largest of a sample differs from sample to sample, and INT8 with it */
            assert_true(fabs(db - known[i].db[k]) < (known[i].d == FQ_DISTRIBUTION_t3 ? 5 : 0.8));
            assert_true(fabs(db - theory) < 0.6);
        }
    }
    double unused;
    assert_true(measured(FQ_DISTRIBUTION_outliers, FQ_E3M4, &unused) >
                measured(FQ_DISTRIBUTION_outliers, FQ_INT8, &unused) + 10);
}

static void test_closed_form(void **state) {
    (void)state;
    const double c = 3.9, step = c / 127;
    fq_noise_sums s = {0};
    fq_noise_sums_expect(&s, FQ_INT8, &fq_distributions[FQ_DISTRIBUTION_gauss], 1, c, 1e6);
    assert_true(fabs(s.noise / (1e6 * step * step / 12) - 1) < 0.001);
    assert_true(fabs(s.signal / 1e6 - 1) < 0.01);
    /* a larger sigma with the same ratio is the same question */
    fq_noise_sums wide = {0};
    fq_noise_sums_expect(&wide, FQ_INT8, &fq_distributions[FQ_DISTRIBUTION_gauss], 8, 8 * c, 1e6);
    assert_true(fabs(fq_noise_sums_db(&wide) - fq_noise_sums_db(&s)) < 1e-6);
}

static void test_densities(void **state) {
    (void)state;
    for (int d = 0; d < FQ_DISTRIBUTION_COUNT; d++) {
        enum { POINTS = 200000 };
        const double top = 400;
        double mass = 0, below = 0;
        int drawn = 0;
        fq_rng rng = fq_rng_seed(2, (uint64_t)d);
        for (int i = 0; i < POINTS; i++) {
            const double x = (i + 0.5) * top / POINTS, p = fq_distributions[d].density(x) * top / POINTS;
            mass += 2 * p;
            if (x < 0.7) below += 2 * p;
        }
        assert_true(fabs(mass - 1) < 2e-3);
        for (int i = 0; i < 20000; i++)
            drawn += fabs(fq_distributions[d].draw(&rng)) < 0.7;
        assert_true(fabs(drawn / 20000.0 - below) < 0.015); /* four standard errors */
    }
}

static void test_zeros(void **state) {
    (void)state;
    const float zero[4] = {0};
    fq_noise_sums s = {0};
    fq_noise_sums_add(&s, FQ_E4M3, zero, 4);
    assert_true(isnan(fq_noise_sums_db(&s)));
    const float exact[4] = {127, -3, 0, 64};
    fq_noise_sums_add(&s, FQ_INT8, exact, 4);
    assert_true(isinf(fq_noise_sums_db(&s)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranking), cmocka_unit_test(test_closed_form),
                                       cmocka_unit_test(test_densities), cmocka_unit_test(test_zeros)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
