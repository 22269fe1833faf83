/* Transforms must not change what the float model computes: each identity is checked on random matrices in double,
 * with a RoPE written here, besides the rules for choosing factors. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/cpu.h"
#include "harness/rng.h"
#include "quant/transform.h"
#include "tests/arena_fixture.h"

enum {
    HEADS = 6,
    KV_HEADS = 2,
    DIM = 16,
    HALF = DIM / 2,
    COLS = 70,
    TOKENS = 9,
    Q_ROWS = HEADS * DIM,
    K_ROWS = KV_HEADS * DIM
};

static float *random_floats(size_t n, uint64_t stream) {
    fq_rng rng = fq_rng_seed(31, stream);
    float *w = FQ_NEW(&arena, float, n);
    assert_non_null(w);
    fq_rng_fill_gauss(&rng, w, n, 0.5f);
    return w;
}

static float *copy_of(const float *w, size_t n) {
    float *c = FQ_NEW(&arena, float, n);
    memcpy(c, w, n * sizeof *c);
    return c;
}

/* y = W x in double. */
static void multiply(const float *w, const double *x, int rows, int cols, double *y) {
    for (int r = 0; r < rows; r++) {
        y[r] = 0;
        for (int c = 0; c < cols; c++)
            y[r] += (double)w[r * cols + c] * x[c];
    }
}

static void assert_near(const double *a, const double *b, int n) {
    double worst = 0, size = 0;
    for (int i = 0; i < n; i++) {
        worst = fmax(worst, fabs(a[i] - b[i]));
        size = fmax(size, fabs(a[i]));
    }
    assert_true(size > 0);
    assert_true(worst <= 1e-6 * size);
}

static double column_absmean(const float *w, int rows, int cols, int c) {
    double sum = 0;
    for (int r = 0; r < rows; r++)
        sum += fabs((double)w[r * cols + c]);
    return sum / rows;
}

static void test_channel_factors(void **state) {
    (void)state;
    const int rows[2] = {13, 24}, cols = 200;
    float *both = random_floats((size_t)(13 + 24) * 200, 1), lambda[200];
    for (int r = 0; r < 37; r++)
        both[r * cols + 5] *= 40.0f, both[r * cols + 199] = 0.0f;
    const float *parts[2] = {both, both + 13 * cols};
    fq_channel_scale_factors(parts, rows, 2, cols, 0.0096f, lambda);
    for (int c = 0; c < cols - 1; c++)
        assert_true(fabs((double)lambda[c] * column_absmean(both, 37, cols, c) / (double)0.0096f - 1) < 1e-6);
    assert_true(lambda[cols - 1] == 1.0f);
    /* after scaling all columns have the same mean magnitude */
    fq_scale_columns(both, 37, cols, lambda);
    for (int c = 0; c < cols - 1; c++)
        assert_true(fabs(column_absmean(both, 37, cols, c) / (double)0.0096f - 1) < 1e-6);
}

static void test_channel_factors_without_constant(void **state) {
    (void)state;
    const int rows = 31, cols = 130;
    float *w = random_floats((size_t)(rows * cols), 2), lambda[130];
    const float *parts[1] = {w};
    for (int r = 0; r < rows; r++)
        w[r * cols] *= 300.0f, w[r * cols + 1] *= 1e-3f, w[r * cols + 2] = 0.0f;
    for (int k = 0; k < 2; k++) {
        double logs = 0;
        fq_channel_scale_factors(parts, &rows, 1, cols, k ? -1.0f : 0.0f, lambda);
        for (int c = 0; c < cols; c++)
            logs += log((double)lambda[c]);
        assert_true(fabs(logs) < 1e-5);
        assert_true(lambda[2] == 1.0f);
        assert_true(lambda[0] < 0.02f && lambda[1] > 100.0f);
        const double level = (double)lambda[3] * column_absmean(w, rows, cols, 3);
        for (int c = 0; c < cols; c++)
            if (c != 2) assert_true(fabs((double)lambda[c] * column_absmean(w, rows, cols, c) / level - 1) < 1e-6);
    }
    memset(w, 0, (size_t)(rows * cols) * sizeof *w);
    fq_channel_scale_factors(parts, &rows, 1, cols, 0.0f, lambda);
    for (int c = 0; c < cols; c++)
        assert_true(lambda[c] == 1.0f);
}

static void test_channel_factors_thread_count(void **state) {
    (void)state;
    const int rows = 57, cols = 333, threads = fq_threads();
    const float *w = random_floats((size_t)(rows * cols), 3);
    float one[333], two[333];
    fq_threads_set(1);
    fq_channel_scale_factors(&w, &rows, 1, cols, 0.0f, one);
    fq_threads_set(2);
    fq_channel_scale_factors(&w, &rows, 1, cols, 0.0f, two);
    fq_threads_set(threads);
    assert_memory_equal(one, two, sizeof one);
}

/* down(up x): columns of down times lambda, rows of up divided by it. And W diag(lambda) (x / lambda) = W x. */
static void test_channel_identity(void **state) {
    (void)state;
    enum { IN = 24, MID = 40, OUT = 11 };
    float *up = random_floats(MID * IN, 4), *down = random_floats(OUT * MID, 5), lambda[MID];
    const float *x0 = random_floats(IN, 6);
    const float *parts[1] = {down};
    const int rows = OUT;
    double x[IN], mid[MID], before[OUT], after[OUT], scaled[MID];
    for (int i = 0; i < IN; i++)
        x[i] = (double)x0[i];
    multiply(up, x, MID, IN, mid);
    multiply(down, mid, OUT, MID, before);

    fq_channel_scale_factors(parts, &rows, 1, MID, 0.015f, lambda);
    fq_scale_columns(down, OUT, MID, lambda);
    for (int i = 0; i < MID; i++)
        scaled[i] = mid[i] / (double)lambda[i];
    multiply(down, scaled, OUT, MID, after);
    assert_near(before, after, OUT);

    fq_unscale_rows(up, MID, IN, lambda);
    multiply(up, x, MID, IN, mid);
    multiply(down, mid, OUT, MID, after);
    assert_near(before, after, OUT);
}

static void rope(double *v, int position) {
    for (int i = 0; i < HALF; i++) {
        const double angle = position * pow(10000, -2.0 * i / DIM), a = v[i], b = v[i + HALF];
        v[i] = a * cos(angle) - b * sin(angle);
        v[i + HALF] = b * cos(angle) + a * sin(angle);
    }
}

typedef struct {
    float *wq, *wk, *x;
    float k[TOKENS * K_ROWS], k_rope[TOKENS * K_ROWS]; /* keys of the original weights */
    fq_key_stats stats;
} attention_case;

static attention_case *attention(uint64_t stream) {
    attention_case *a = FQ_NEW(&arena, attention_case, 1);
    assert_non_null(a);
    a->wq = random_floats(Q_ROWS * COLS, stream);
    a->wk = random_floats(K_ROWS * COLS, stream + 1);
    a->x = random_floats(TOKENS * COLS, stream + 2);
    for (int c = 0; c < COLS; c++) { /* outlier channels, one in each half of a head */
        a->wk[3 * COLS + c] *= 30.0f;
        a->wk[(DIM + HALF + 5) * COLS + c] *= 20.0f;
    }
    for (int t = 0; t < TOKENS; t++) {
        double x[COLS], k[K_ROWS];
        for (int c = 0; c < COLS; c++)
            x[c] = (double)a->x[t * COLS + c];
        multiply(a->wk, x, K_ROWS, COLS, k);
        for (int i = 0; i < K_ROWS; i++)
            a->k[t * K_ROWS + i] = (float)k[i];
        for (int h = 0; h < KV_HEADS; h++)
            rope(k + h * DIM, t);
        for (int i = 0; i < K_ROWS; i++)
            a->k_rope[t * K_ROWS + i] = (float)k[i];
    }
    assert_int_equal(fq_key_stats_create(&a->stats, KV_HEADS, DIM, &arena), FQ_OK);
    fq_key_stats_add(&a->stats, a->k, a->k_rope, a->k, a->k_rope, KV_HEADS, 4, K_ROWS);
    fq_key_stats_add(&a->stats, a->k + 4 * K_ROWS, a->k_rope + 4 * K_ROWS, a->k, a->k_rope + 4 * K_ROWS, KV_HEADS,
                     TOKENS - 4, K_ROWS);
    return a;
}

/* Scores of query head h at token tq with the key of token tk; post may be NULL. */
static double score(const float *wq, const float *wk, const float *x, int h, int tq, int tk, int rotate,
                    const float *post) {
    double xq[COLS], xk[COLS], q[DIM], k[DIM], dot = 0;
    const int kv = h / (HEADS / KV_HEADS);
    for (int c = 0; c < COLS; c++)
        xq[c] = (double)x[tq * COLS + c], xk[c] = (double)x[tk * COLS + c];
    multiply(wq + (size_t)h * DIM * COLS, xq, DIM, COLS, q);
    multiply(wk + (size_t)kv * DIM * COLS, xk, DIM, COLS, k);
    if (rotate) rope(q, tq), rope(k, tk);
    for (int i = 0; i < DIM; i++) {
        const double s = post != NULL ? (double)post[kv * DIM + i] : 1.0;
        dot += q[i] / s * (k[i] * s);
    }
    return dot;
}

static void test_key_stats(void **state) {
    (void)state;
    const attention_case *a = attention(10);
    assert_int_equal(a->stats.tokens, TOKENS);
    for (int h = 0; h < KV_HEADS; h++) {
        for (int i = 0; i < DIM; i++) {
            double pair = 0, channel = 0;
            for (int t = 0; t < TOKENS; t++) {
                const int at = t * K_ROWS + h * DIM;
                pair = fmax(pair, hypot((double)a->k[at + i % HALF], (double)a->k[at + i % HALF + HALF]));
                channel = fmax(channel, fabs((double)a->k_rope[at + i]));
            }
            assert_true(fabs((double)a->stats.pair_max[h * HALF + i % HALF] / pair - 1) < 1e-6);
            assert_true((double)a->stats.channel_max[h * DIM + i] == channel);
        }
    }
    /* a wider stride skips what lies between */
    float wide[2 * (K_ROWS + 3)], wide_rope[2 * (K_ROWS + 3)];
    fq_key_stats s;
    for (int i = 0; i < 2 * (K_ROWS + 3); i++)
        wide[i] = wide_rope[i] = i % (K_ROWS + 3) < K_ROWS ? -1.0f : 100.0f;
    assert_int_equal(fq_key_stats_create(&s, KV_HEADS, DIM, &arena), FQ_OK);
    fq_key_stats_add(&s, wide, wide_rope, wide, wide_rope, KV_HEADS, 2, K_ROWS + 3);
    for (int i = 0; i < K_ROWS; i++)
        assert_true(s.channel_max[i] == 1.0f);
}

static void test_fold_keeps_scores(void **state) {
    (void)state;
    const fq_rope_scale_options cases[] = {
        {.pre = 1, .post = 0, .alpha = 8, .beta = 8, .top_k = 2},
        {.pre = 0, .post = 1, .alpha = 8, .beta = 8, .top_k = 2},
        {.pre = 1, .post = 1, .alpha = 8, .beta = 8, .top_k = 2},
    };
    const attention_case *a = attention(10);
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        float norm[K_ROWS], post[K_ROWS];
        float *wq = copy_of(a->wq, Q_ROWS * COLS), *wk = copy_of(a->wk, K_ROWS * COLS);
        fq_rope_scale_factors(&a->stats, &cases[n], norm, post);
        fq_rope_scale_fold(wq, wk, HEADS, KV_HEADS, DIM, COLS, norm);
        if (cases[n].pre) assert_memory_not_equal(wk, a->wk, K_ROWS * COLS * sizeof *wk);
        for (int rotate = 0; rotate < 2; rotate++) {
            double before[HEADS * TOKENS], after[HEADS * TOKENS];
            for (int h = 0; h < HEADS; h++) {
                for (int t = 0; t < TOKENS; t++) {
                    before[h * TOKENS + t] = score(a->wq, a->wk, a->x, h, TOKENS - 1, t, rotate, NULL);
                    after[h * TOKENS + t] = score(wq, wk, a->x, h, TOKENS - 1, t, rotate, rotate ? post : NULL);
                }
            }
            assert_near(before, after, HEADS * TOKENS);
        }
    }
}

/* What the factors are for: pairs are normalized to alpha, outlier channels to beta. */
static void test_factors_bound_keys(void **state) {
    (void)state;
    const attention_case *a = attention(10);
    const fq_rope_scale_options both = {.pre = 1, .post = 1, .alpha = 8, .beta = 4, .top_k = 2};
    float norm[K_ROWS], post[K_ROWS];
    fq_rope_scale_factors(&a->stats, &both, norm, post);
    for (int h = 0; h < KV_HEADS; h++) {
        int taken = 0;
        for (int i = 0; i < DIM; i++) {
            double most = 0;
            const int c = h * DIM + i;
            for (int t = 0; t < TOKENS; t++)
                most = fmax(most, fabs((double)(a->k_rope[t * K_ROWS + c] * norm[c] * post[c])));
            assert_true(norm[c] == 1.0f || post[c] == 1.0f);
            assert_true(norm[c] == norm[h * DIM + (i + HALF) % DIM]);
            if (post[c] != 1.0f) {
                assert_true(post[h * DIM + (i + HALF) % DIM] != 1.0f);
                assert_true(fabs(most / 4 - 1) < 1e-6);
                taken++;
            } else {
                assert_true(most <= 8 * (1 + 1e-6));
            }
        }
        assert_true(taken == 2 || taken == 4);
    }
    assert_true(post[3] != 1.0f && post[DIM + HALF + 5] != 1.0f);
}

static void test_factor_rules(void **state) {
    (void)state;
    fq_key_stats s;
    float norm[DIM], post[DIM];
    assert_int_equal(fq_key_stats_create(&s, 1, DIM, &arena), FQ_OK);
    for (int i = 0; i < DIM; i++)
        s.channel_max[i] = 2.0f;
    for (int i = 0; i < HALF; i++)
        s.pair_max[i] = 4.0f;
    s.channel_max[9] = 16.0f; /* the largest; its partner is 1 */
    s.channel_max[4] = 5.0f;  /* 4, 6 and 15 tie for the second place: 4 wins, its partner is 12 */
    s.channel_max[6] = 5.0f;
    s.channel_max[15] = 5.0f;
    s.channel_max[12] = 0.0f;
    s.pair_max[0] = 0.0f;
    fq_rope_scale_options o = {.pre = 1, .post = 1, .alpha = 6, .beta = 8, .top_k = 2};
    fq_rope_scale_factors(&s, &o, norm, post);
    for (int i = 0; i < DIM; i++) {
        const int taken = i % HALF == 1 || i % HALF == 4;
        const float want = i == 9 ? 0.5f : i == 1 ? 4.0f : i == 4 ? 1.6f : 1.0f;
        assert_true(post[i] == want);
        assert_true(norm[i] == (taken || i % HALF == 0 ? 1.0f : 1.5f));
    }
    o.post = 0;
    fq_rope_scale_factors(&s, &o, norm, post);
    for (int i = 0; i < DIM; i++) {
        assert_true(post[i] == 1.0f);
        assert_true(norm[i] == (i % HALF == 0 ? 1.0f : 1.5f));
    }
    o.post = 1, o.pre = 0, o.top_k = DIM;
    fq_rope_scale_factors(&s, &o, norm, post);
    for (int i = 0; i < DIM; i++) {
        assert_true(norm[i] == 1.0f);
        assert_true(post[i] == (i == 12 ? 1.0f : 8.0f / s.channel_max[i]));
    }
    o.top_k = 0;
    fq_rope_scale_factors(&s, &o, norm, post);
    for (int i = 0; i < DIM; i++)
        assert_true(post[i] == 1.0f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_factors),
        cmocka_unit_test(test_channel_factors_without_constant),
        cmocka_unit_test(test_channel_factors_thread_count),
        cmocka_unit_test(test_channel_identity),
        cmocka_unit_test(test_key_stats),
        cmocka_unit_test(test_fold_keeps_scores),
        cmocka_unit_test(test_factors_bound_keys),
        cmocka_unit_test(test_factor_rules),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
