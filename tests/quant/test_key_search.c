/* Statistics of keys against their definitions, and the search for key scales: what it reports is what really happens
 * to scores, it never loses against doing nothing, and it wins where channels are wide or keys have a mean. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "harness/cpu.h"
#include "harness/rng.h"
#include "quant/key_search.h"
#include "quant/qmatrix.h"
#include "tests/arena_fixture.h"

enum { D = 32, KV = 2, HEADS = 6, WIDTH = HEADS * D, TOKENS = 700 };

typedef struct text {
    float *k, *rope, *v, *q; /* [TOKENS][WIDTH] */
    fq_key_stats stats;
} text;

/* Channel 5 of every key head is `wide` times the others and channel 11 has a mean of `shift`. */
static text *make_text(float wide, float shift, int chunk) {
    fq_rng rng = fq_rng_seed(21, 0);
    text *t = FQ_NEW(&arena, text, 1);
    float **all[4] = {&t->k, &t->rope, &t->v, &t->q};
    for (int i = 0; i < 4; i++) {
        *all[i] = FQ_NEW(&arena, float, TOKENS *WIDTH);
        fq_rng_fill_gauss(&rng, *all[i], TOKENS * WIDTH, 1.0f);
    }
    for (int i = 0; i < TOKENS * WIDTH; i++) {
        if (i % D == 5) t->rope[i] *= wide, t->k[i] *= wide, t->q[i] /= wide;
        if (i % D == 11) t->rope[i] += shift, t->k[i] += shift;
        if (i % D > 0) t->q[i] += 0.5f * t->q[i - 1]; /* queries correlate */
    }
    assert_int_equal(fq_key_stats_create(&t->stats, KV, D, &arena), FQ_OK);
    for (int i = 0; i < TOKENS; i += chunk) {
        const int n = TOKENS - i < chunk ? TOKENS - i : chunk;
        const size_t at = (size_t)i * WIDTH;
        fq_key_stats_add(&t->stats, t->k + at, t->rope + at, t->v + at, t->q + at, HEADS, n, WIDTH);
    }
    return t;
}

static void test_moments(void **state) {
    (void)state;
    const text *t = make_text(10, 3, 100);
    for (int h = 0; h < KV; h++) {
        for (int i = 0; i < D; i++) {
            double mean = 0;
            for (int s = 0; s < TOKENS; s++)
                mean += (double)t->rope[s * WIDTH + h * D + i] / TOKENS;
            assert_true(fabs((double)t->stats.mean[h * D + i] - mean) < 1e-5);
            for (int j = 0; j < D; j++) {
                double sum = 0;
                for (int s = 0; s < TOKENS; s++)
                    for (int g = h * HEADS / KV; g < (h + 1) * HEADS / KV; g++)
                        sum += (double)t->q[s * WIDTH + g * D + i] * (double)t->q[s * WIDTH + g * D + j];
                sum /= TOKENS * (HEADS / KV);
                assert_true(fabs((double)t->stats.query_moment[(h * D + i) * D + j] - sum) < 1e-5);
            }
        }
    }
}

static void test_sample(void **state) {
    (void)state;
    const text *t = make_text(1, 0, 700), *pieces = make_text(1, 0, 9);
    int last = 0, used[TOKENS] = {0};
    assert_int_equal(t->stats.samples, FQ_KEY_SAMPLES);
    assert_memory_equal(t->stats.sample_k, pieces->stats.sample_k, KV * FQ_KEY_SAMPLES * D * sizeof(float));
    assert_memory_equal(t->stats.sample_v, pieces->stats.sample_v, KV * FQ_KEY_SAMPLES * D * sizeof(float));
    for (int i = 0; i < FQ_KEY_SAMPLES; i++) {
        int token = 0;
        while (token < TOKENS && memcmp(t->stats.sample_k + i * D, t->rope + token * WIDTH, D * sizeof(float)) != 0)
            token++;
        assert_true(token < TOKENS && !used[token]++);
        last += token >= TOKENS - 100;
        for (int h = 0; h < KV; h++) { /* the same token for all heads, keys and values */
            const size_t at = (size_t)(h * FQ_KEY_SAMPLES + i) * D;
            assert_memory_equal(t->stats.sample_k + at, t->rope + token * WIDTH + h * D, D * sizeof(float));
            assert_memory_equal(t->stats.sample_v + at, t->v + token * WIDTH + h * D, D * sizeof(float));
        }
    }
    assert_true(last > 50 && last < 95); /* 73 expected: no part of the text is preferred */
    fq_key_stats few;
    assert_int_equal(fq_key_stats_create(&few, KV, D, &arena), FQ_OK);
    fq_key_stats_add(&few, t->k, t->rope, t->v, t->q, HEADS, 3, WIDTH);
    assert_int_equal(few.samples, 3);
}

/* Mean over KV heads of sum (q.e)^2 / sum (q.k)^2 over sampled keys and all queries, keys through the real quantizer.
 */
static double score_error(const text *t, const fq_recipe *r, const float *post, const float *offset,
                          const float *clip) {
    double mean = 0;
    for (int h = 0; h < KV; h++) {
        double left = 0, whole = 0;
        for (int i = 0; i < FQ_KEY_SAMPLES; i++) {
            const float *k = t->stats.sample_k + (size_t)(h * FQ_KEY_SAMPLES + i) * D;
            float y[D], s, e[D];
            uint8_t codes[4 * D], zero;
            for (int c = 0; c < D; c++)
                y[c] = k[c] * post[h * D + c] - offset[h * D + c];
            assert_int_equal(fq_quantize_row_zero(r, y, D, clip[h], codes, &s, NULL, &zero), FQ_OK);
            for (int c = 0; c < D; c++) {
                const uint32_t code = codes[c / 2] >> (c % 2 ? 4 : 0) & 0xf;
                const float v = fq_recipe_value_zero(r, code, s, zero);
                e[c] = (v + offset[h * D + c]) / post[h * D + c] - k[c];
            }
            for (int token = 0; token < TOKENS; token += 5) { /* a fifth of the queries will do */
                for (int g = h * HEADS / KV; g < (h + 1) * HEADS / KV; g++) {
                    const float *q = t->q + token * WIDTH + g * D;
                    double a = 0, b = 0;
                    for (int c = 0; c < D; c++)
                        a += (double)q[c] * (double)e[c], b += (double)q[c] * (double)k[c];
                    left += a * a, whole += b * b;
                }
            }
        }
        mean += left / whole / KV;
    }
    return mean;
}

typedef struct found {
    float post[KV * D], offset[KV * D], k_clip[KV], v_clip[KV];
    double error[2];
} found;

static found search(const text *t, fq_recipe_id r, int scale, int offset, int clip) {
    found f;
    const fq_key_search_options o = {&fq_recipes[r], scale, offset, clip};
    assert_int_equal(fq_key_search(&t->stats, &o, &arena, f.post, f.offset, f.k_clip, f.v_clip, f.error), FQ_OK);
    return f;
}

static const fq_recipe_id CACHES[] = {FQ_RECIPE_KV_INT4_E4M3, FQ_RECIPE_KV_INT4_BF16, FQ_RECIPE_KV_INT4_SIGNED,
                                      FQ_RECIPE_KV_UINT4_F16};
enum { CACHE_COUNT = sizeof CACHES / sizeof *CACHES };

static void test_reports_what_happens(void **state) {
    (void)state;
    const text *t = make_text(12, 6, 700);
    for (int i = 0; i < CACHE_COUNT; i++) {
        const found plain = search(t, CACHES[i], 0, 0, 0), f = search(t, CACHES[i], 1, 1, 1);
        for (int c = 0; c < KV * D; c++)
            assert_true(plain.post[c] == 1.0f && plain.offset[c] == 0.0f);
        for (int h = 0; h < KV; h++)
            assert_true(plain.k_clip[h] == 1.0f && plain.v_clip[h] == 1.0f);
        assert_true(plain.error[0] == plain.error[1] && plain.error[0] == f.error[0]);
        const fq_recipe *r = &fq_recipes[CACHES[i]];
        const double before = score_error(t, r, plain.post, plain.offset, plain.k_clip);
        const double after = score_error(t, r, f.post, f.offset, f.k_clip);
        assert_true(fabs(before / f.error[0] - 1) < 0.1 && fabs(after / f.error[1] - 1) < 0.1);
    }
}

static void test_wins_on_outliers(void **state) {
    (void)state;
    const text *wide = make_text(20, 0, 700), *shifted = make_text(1, 12, 700), *tame = make_text(1, 0, 700);
    for (int i = 0; i < CACHE_COUNT; i++) {
        const found a = search(wide, CACHES[i], 1, 0, 0), b = search(shifted, CACHES[i], 0, 1, 0);
        const found c = search(tame, CACHES[i], 1, 1, 1), d = search(shifted, CACHES[i], 1, 1, 1);
        assert_true(a.error[1] < 0.12 * a.error[0]);
        assert_true(b.error[1] < 0.12 * b.error[0]);
        assert_true(b.offset[11] > 11.0f && b.offset[11] < 13.0f);
        assert_true(c.error[1] <= c.error[0] && d.error[1] <= b.error[1]);
        for (int h = 0; h < KV; h++) /* Gaussian values in groups of 32 want a little clipping, or none */
            assert_true(c.v_clip[h] >= 0.7f && c.v_clip[h] <= 1.0f && d.k_clip[h] >= 0.69f);
        for (int n = 0; n < KV * D; n++) { /* the offset is in the scaled space */
            const double mean = (double)d.post[n] * (double)shifted->stats.mean[n];
            assert_true(d.offset[n] == 0.0f || fabs((double)d.offset[n] - mean) <= 1e-6 * fabs(mean));
        }
    }
}

/* A wide channel and one with a mean: each alone leaves most of the error, and only both remove it. */
static void test_scale_and_offset_together(void **state) {
    (void)state;
    const text *t = make_text(20, 60, 700);
    for (int i = 0; i < CACHE_COUNT; i++) {
        const found a = search(t, CACHES[i], 1, 0, 0), b = search(t, CACHES[i], 0, 1, 0);
        const found both = search(t, CACHES[i], 1, 1, 0);
        assert_true(both.error[1] < 0.5 * a.error[1] && both.error[1] < 0.2 * b.error[1]);
        assert_true(both.post[5] < 0.9f * both.post[6] && both.offset[11] > 10.0f);
    }
}

static void test_value_clip(void **state) {
    (void)state;
    const text *t = make_text(1, 0, 700);
    const found f = search(t, FQ_RECIPE_KV_INT4_E4M3, 0, 0, 1);
    for (int h = 0; h < KV; h++) {
        float best = 0;
        double least = INFINITY;
        for (int i = 0; i < 7; i++) {
            const float clip = 1.0f - 0.05f * (float)i;
            double sum = 0;
            for (int n = 0; n < FQ_KEY_SAMPLES; n++) {
                const float *v = t->stats.sample_v + (size_t)(h * FQ_KEY_SAMPLES + n) * D;
                uint8_t codes[D];
                float s;
                assert_int_equal(
                    fq_quantize_row_zero(&fq_recipes[FQ_RECIPE_KV_INT4_E4M3], v, D, clip, codes, &s, NULL, NULL),
                    FQ_OK);
                for (int c = 0; c < D; c++) {
                    const uint32_t code = codes[c / 2] >> (c % 2 ? 4 : 0) & 0xf;
                    sum += pow((double)v[c] - (double)fq_recipe_value(&fq_recipes[FQ_RECIPE_KV_INT4_E4M3], code, s), 2);
                }
            }
            if (sum < least) least = sum, best = clip;
        }
        assert_true(f.v_clip[h] == best);
        assert_true(best < 1.0f);
    }
}

static void test_smooth_key_factors(void **state) {
    (void)state;
    const text *t = make_text(10, 0, 700);
    float norm[KV * D];
    fq_smooth_key_factors(&t->stats, 0.5f, norm);
    for (int h = 0; h < KV; h++) {
        for (int i = 0; i < D / 2; i++) {
            const double most = (double)t->stats.pair_max[h * D / 2 + i];
            assert_true(fabs((double)norm[h * D + i] * sqrt(most) - 1) < 1e-6);
            assert_true(norm[h * D + i] == norm[h * D + i + D / 2]);
        }
    }
    t->stats.pair_max[3] = 0;
    fq_smooth_key_factors(&t->stats, 0.5f, norm);
    assert_true(norm[3] == 1.0f);
}

static void test_threads(void **state) {
    (void)state;
    const int threads = fq_threads();
    fq_threads_set(1);
    const text *a = make_text(12, 6, 100);
    const found one = search(a, FQ_RECIPE_KV_INT4_E4M3, 1, 1, 1);
    fq_threads_set(3);
    const text *b = make_text(12, 6, 100);
    const found three = search(b, FQ_RECIPE_KV_INT4_E4M3, 1, 1, 1);
    fq_threads_set(threads);
    assert_memory_equal(a->stats.query_moment, b->stats.query_moment, KV * D * D * sizeof(float));
    assert_memory_equal(&one, &three, sizeof one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_reports_what_happens),
        cmocka_unit_test(test_wins_on_outliers),
        cmocka_unit_test(test_scale_and_offset_together),
        cmocka_unit_test(test_value_clip),
        cmocka_unit_test(test_smooth_key_factors),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
