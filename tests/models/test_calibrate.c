/* Calibration statistics against sums in double over the activations that a forward pass shows, and against themselves:
 * with and without moments, one thread and two. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "harness/cpu.h"
#include "models/session.h"
#include "tests/tiny_model.h"

/* two layers, two windows; a tail that must be left out */
enum { LAYERS = 2, WINDOW = 40, WINDOWS = 2, N = WINDOW * WINDOWS + 7 };

static fq_llama *net;

static int setup(void **state) {
    fq_build_options o = fq_build_defaults();
    o.max_layers = LAYERS;
    if (open_tiny(state) != 0) return 1;
    return fq_llama_build(&tiny, fq_variant_find("f32"), &o, &net) != FQ_OK;
}

static int teardown(void **state) {
    fq_llama_free(net);
    return close_tiny(state);
}

static fq_calibration *calibrate(int moments) {
    fq_calibration *cal;
    assert_int_equal(fq_calibrate(net, text.ids, N, WINDOW, moments, &cal), FQ_OK);
    return cal;
}

/* ---- what the forward pass shows ---- */

typedef struct record {
    int window;
    float *input[LAYERS][FQ_SITE_COUNT]; /* [WINDOWS * WINDOW][width] */
    float *qkv[LAYERS];
    int width[FQ_SITE_COUNT], qkv_width;
} record;

static float *copy_rows(float *to, int window, const float *x, size_t stride, int m, int width) {
    if (!to) to = malloc((size_t)WINDOWS * WINDOW * (size_t)width * sizeof *to);
    for (int i = 0; i < m; i++) {
        memcpy(to + ((size_t)window * WINDOW + (size_t)i) * (size_t)width, x + (size_t)i * stride,
               (size_t)width * sizeof *to);
    }
    return to;
}

static fq_status record_input(void *ctx, int layer, fq_site site, const float *x, size_t stride, int m) {
    record *r = ctx;
    r->input[layer][site] = copy_rows(r->input[layer][site], r->window, x, stride, m, r->width[site]);
    return FQ_OK;
}

static fq_status record_projections(void *ctx, int layer, const float *qkv, size_t stride, int m) {
    record *r = ctx;
    r->qkv[layer] = copy_rows(r->qkv[layer], r->window, qkv, stride, m, r->qkv_width);
    return FQ_OK;
}

static record record_all(void) {
    const fq_llama_config *c = &net->config;
    const int q = c->heads * c->head_dim;
    record r = {.width = {c->hidden, q, c->hidden, c->intermediate}, .qkv_width = q + 2 * c->kv_heads * c->head_dim};
    const fq_observer observer = {&r, record_input, record_projections};
    fq_session *s;
    assert_int_equal(fq_session_create(net, 1, WINDOW, WINDOW, &s), FQ_OK);
    s->observer = &observer;
    for (; r.window < WINDOWS; r.window++) {
        fq_session_rewind(s, 0);
        assert_int_equal(fq_session_forward(s, text.ids + (size_t)r.window * WINDOW, WINDOW), FQ_OK);
    }
    fq_session_free(s);
    return r;
}

static void free_record(record *r) {
    for (int l = 0; l < LAYERS; l++) {
        free(r->qkv[l]);
        for (int i = 0; i < FQ_SITE_COUNT; i++)
            free(r->input[l][i]);
    }
}

static void compare_input(const fq_input_stats *st, const float *x, int K) {
    enum { T = WINDOWS * WINDOW };
    double *mean_square = calloc((size_t)K, sizeof *mean_square);
    assert_int_equal(st->cols, K);
    assert_int_equal(st->tokens, T);
    for (int j = 0; j < K; j++) {
        double sum = 0, most = 0, plain = 0;
        for (int t = 0; t < T; t++) {
            plain += (double)x[(size_t)t * (size_t)K + (size_t)j];
            const double a = fabs((double)x[(size_t)t * (size_t)K + (size_t)j]);
            sum += a;
            most = a > most ? a : most;
            mean_square[j] += a * a / T;
        }
        assert_true((double)st->absmax[j] == most);
        assert_true(fabs((double)st->absmean[j] - sum / T) <= 1e-6 * sum / T);
        assert_true(fabs((double)st->mean[j] - plain / T) <= 1e-6 * sum / T);
    }
    double worst = 0;
    for (int i = 0; i < K; i++) {
        for (int j = 0; j < K; j++) {
            const float got = st->moment[(size_t)i * (size_t)K + (size_t)j];
            assert_true(got == st->moment[(size_t)j * (size_t)K + (size_t)i]);
            if ((i * 31 + j) % 17 && i != j) continue; /* a spread of the entries is enough */
            double want = 0;
            for (int t = 0; t < T; t++)
                want += (double)x[(size_t)t * (size_t)K + (size_t)i] * (double)x[(size_t)t * (size_t)K + (size_t)j] / T;
            const double err = fabs((double)got - want) / sqrt(mean_square[i] * mean_square[j]);
            if (!(err <= worst)) worst = err;
        }
    }
    assert_true(worst < 2e-6);
    free(mean_square);
}

/* Inputs of every site: absmax exact, absmean and moments to float32 rounding, moments symmetric to the bit. */
static void inputs(void **state) {
    (void)state;
    fq_calibration *cal = calibrate(1);
    record r = record_all();
    assert_int_equal(cal->moments, 1);
    assert_int_equal(cal->layers, LAYERS);
    assert_true(cal->seconds > 0);
    for (int l = 0; l < LAYERS; l++) {
        for (int i = 0; i < FQ_SITE_COUNT; i++)
            compare_input(&cal->layer[l].input[i], r.input[l][i], r.width[i]);
    }
    free_record(&r);
    fq_calibration_free(cal);
}

/* Element d of the head that starts at x, rotated in double for position p. */
static double rotated(const float *x, int d, int p) {
    const int D = net->config.head_dim, half = D / 2, i = d % half;
    const double angle = p * pow(net->config.rope_theta, -2.0 * i / D), c = cos(angle), s = sin(angle);
    return d < half ? (double)x[i] * c - (double)x[i + half] * s : (double)x[i + half] * c + (double)x[i] * s;
}

/* Keys before and after RoPE and the second moments of rotated queries. */
static void keys_and_queries(void **state) {
    (void)state;
    enum { T = WINDOWS * WINDOW };
    const fq_llama_config *c = &net->config;
    const int D = c->head_dim, half = D / 2, queries = c->heads / c->kv_heads;
    fq_calibration *cal = calibrate(0);
    record r = record_all();
    for (int l = 0; l < LAYERS; l++) {
        const fq_key_stats *k = &cal->layer[l].keys;
        assert_int_equal(k->tokens, T);
        for (int h = 0; h < c->kv_heads; h++) {
            for (int d = 0; d < D; d++) {
                double pair = 0, most = 0, mean = 0, square = 0, cross = 0;
                const int e = (d * 7 + 3) % D;
                for (int t = 0; t < T; t++) {
                    const float *row = r.qkv[l] + (size_t)t * (size_t)r.qkv_width;
                    const float *key = row + (c->heads + h) * D;
                    const double v = rotated(key, d, t % WINDOW);
                    pair = fmax(pair, hypot((double)key[d % half], (double)key[d % half + half]));
                    most = fmax(most, fabs(v));
                    mean += v / T;
                    for (int g = h * queries; g < (h + 1) * queries; g++) {
                        const double q = rotated(row + g * D, d, t % WINDOW), p = rotated(row + g * D, e, t % WINDOW);
                        square += q * q / (T * queries);
                        cross += q * p / (T * queries);
                    }
                }
                const float *moment = k->query_moment + (size_t)h * (size_t)D * (size_t)D + (size_t)d * (size_t)D;
                assert_true(fabs((double)k->pair_max[h * half + d % half] / pair - 1) < 1e-5);
                assert_true(fabs((double)k->channel_max[h * D + d] / most - 1) < 1e-4);
                assert_true(fabs((double)k->mean[h * D + d] - mean) < 1e-4 * most);
                assert_true(fabs((double)moment[d] / square - 1) < 1e-4);
                assert_true(fabs((double)moment[e] - cross) < 1e-3 * square);
            }
        }
    }
    free_record(&r);
    fq_calibration_free(cal);
}

static void same_input(const fq_input_stats *a, const fq_input_stats *b) {
    const size_t K = (size_t)a->cols;
    assert_memory_equal(a->absmean, b->absmean, K * sizeof(float));
    assert_memory_equal(a->absmax, b->absmax, K * sizeof(float));
    assert_memory_equal(a->mean, b->mean, K * sizeof(float));
    if (a->moment && b->moment) assert_memory_equal(a->moment, b->moment, K * K * sizeof(float));
}

/* One thread gives the bits of two; without moments the rest is the same and no moments are there. */
static void threads_and_no_moments(void **state) {
    (void)state;
    fq_threads_set(2);
    fq_calibration *two = calibrate(1), *plain = calibrate(0);
    fq_threads_set(1);
    fq_calibration *one = calibrate(1);
    fq_threads_set(2);
    assert_int_equal(plain->moments, 0);
    for (int l = 0; l < LAYERS; l++) {
        const fq_key_stats *a = &two->layer[l].keys, *b = &one->layer[l].keys;
        const size_t width = (size_t)a->kv_heads * (size_t)a->head_dim;
        for (int i = 0; i < FQ_SITE_COUNT; i++) {
            assert_null(plain->layer[l].input[i].moment);
            same_input(&two->layer[l].input[i], &one->layer[l].input[i]);
            same_input(&two->layer[l].input[i], &plain->layer[l].input[i]);
        }
        assert_memory_equal(a->query_moment, b->query_moment, width * (size_t)a->head_dim * sizeof(float));
        assert_memory_equal(a->channel_max, b->channel_max, width * sizeof(float));
    }
    fq_calibration_free(two);
    fq_calibration_free(one);
    fq_calibration_free(plain);
}

/* What rounding the weights of `down` of layer 1 adds to the mean output, from the weights as they were and as they
 * are.
 */
typedef struct shift {
    double *of; /* [rows] */
    int rows;
} shift;

static void find_shift(void *ctx, int layer, const char *projection, const float *w, int rows, const fq_qmatrix *q,
                       int row0, const fq_input_stats *stats) {
    shift *s = ctx;
    if (layer != 1 || strcmp(projection, "down_proj") != 0) return;
    float *v = malloc((size_t)q->cols * sizeof *v);
    s->rows = rows;
    s->of = calloc((size_t)rows, sizeof *s->of);
    for (int r = 0; r < rows; r++) {
        fq_qmatrix_dequantize(q, row0 + r, v);
        for (int c = 0; c < q->cols; c++)
            s->of[r] += ((double)w[(size_t)r * (size_t)q->cols + (size_t)c] - (double)v[c]) * (double)stats->mean[c];
    }
    free(v);
}

/* A layer without a bias gets what keeps its mean output; with the float weights there is nothing to keep; what no
 * correction goes with is refused. */
static void biases_are_corrected(void **state) {
    (void)state;
    fq_calibration *cal = calibrate(0);
    fq_build_options o = fq_build_defaults();
    fq_llama *corrected, *plain;
    shift s = {NULL, 0};
    double size = 0;
    o.max_layers = LAYERS;
    o.calibration = cal;
    assert_int_equal(fq_variant_needs_calibration(fq_variant_find("w8a8-int8:w=w.int3.channel+with=bias")), 1);
    o.observer = (fq_build_observer){find_shift, &s};
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find("w8a8-int8:w=w.int3.channel+with=bias"), &o, &corrected),
                     FQ_OK);
    assert_int_equal(s.rows, net->config.hidden);
    for (int r = 0; r < s.rows; r++) {
        size = fmax(size, fabs(s.of[r]));
        assert_true(fabs((double)corrected->layer[1].down_bias[r] - s.of[r]) <= 1e-6 * fabs(s.of[r]) + 1e-9);
    }
    assert_true(size > 1e-3);
    free(s.of);
    o.observer = (fq_build_observer){NULL, NULL};
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find("f32:with=bias"), &o, &plain), FQ_OK);
    assert_null(plain->layer[1].down_bias);
    fq_llama_free(plain);
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find("w8a8-int8:with=bias+lorc=4"), &o, &plain), FQ_ERR_USAGE);
    assert_non_null(strstr(fq_message(), "bias"));
    fq_llama_free(corrected);
    fq_calibration_free(cal);
}

static void refusals(void **state) {
    (void)state;
    fq_calibration *cal;
    assert_int_equal(fq_calibrate(net, text.ids, WINDOW - 1, WINDOW, 1, &cal), FQ_ERR_INPUT);
    assert_null(cal);
    fq_build_options o = fq_build_defaults();
    fq_llama *bf16;
    o.max_layers = 1;
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find("bf16"), &o, &bf16), FQ_OK);
    assert_int_equal(fq_calibrate(bf16, text.ids, N, WINDOW, 1, &cal), FQ_ERR_USAGE);
    assert_non_null(strstr(fq_message(), "bf16"));
    fq_llama_free(bf16);
}

/* The shipped text, and at most 16 windows of it. */
static void default_ids(void **state) {
    (void)state;
    int *ids, window;
    size_t n;
    char what[96];
    assert_int_equal(fq_calibration_ids(net, 1, &ids, &n, &window, what), FQ_OK);
    assert_int_equal(window, 512);
    assert_true(n >= 4096 && n <= 16 * 512);
    assert_non_null(strstr(what, "calibration.u16"));
    free(ids);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs),
        cmocka_unit_test(keys_and_queries),
        cmocka_unit_test(threads_and_no_moments),
        cmocka_unit_test(biases_are_corrected),
        cmocka_unit_test(refusals),
        cmocka_unit_test(default_ids),
    };
    return cmocka_run_group_tests_name("calibrate", tests, setup, teardown);
}
