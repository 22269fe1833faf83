/* The outlier injector: the float32 model computes what it did before, and what was injected shows in the statistics of
 * exactly the chosen channels. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "harness/metric.h"
#include "models/corpus.h"
#include "tests/tiny_model.h"

enum { N = 96, SEED = 7 };

static fq_llama *f32(float kappa) {
    fq_build_options o = fq_build_defaults();
    fq_llama *net;
    tiny.outliers = (fq_outliers){.kappa = kappa, .seed = SEED};
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find("f32"), &o, &net), FQ_OK);
    return net;
}

static float *logits_of(float kappa) {
    fq_llama *net = f32(kappa);
    fq_session *s;
    float *out = malloc(N * (size_t)net->config.vocab * sizeof *out);
    assert_int_equal(fq_session_create(net, 1, N, N, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, text.ids, N), FQ_OK);
    assert_int_equal(fq_session_logits(s, 0, N, out), FQ_OK);
    fq_session_free(s);
    fq_llama_free(net);
    return out;
}

/* Powers of two: not one bit of a logit changes. Other seeds and kappas do change the weights. */
static void powers_of_two(void **state) {
    (void)state;
    const float kappas[] = {1, 8, 128};
    const size_t bytes = N * (size_t)tiny.checkpoint.config.vocab * sizeof(float);
    float *want = logits_of(0);
    for (int i = 0; i < 3; i++) {
        float *got = logits_of(kappas[i]);
        assert_memory_equal(got, want, bytes);
        free(got);
    }
    float *rounded = logits_of(10);
    assert_memory_not_equal(rounded, want, bytes);
    free(rounded);
    free(want);
}

static double perplexity(float kappa) {
    fq_llama *net = f32(kappa);
    fq_evaluation e = {.net = net};
    int windows;
    assert_int_equal(fq_accuracy_create(&e.accuracy), FQ_OK);
    assert_int_equal(fq_perplexity(&e, 1, NULL, &text, 256, FQ_PROTOCOL_GPTQ, 3, NULL, NULL, &windows), FQ_OK);
    const double ppl = fq_accuracy_summarize(e.accuracy, 1).ppl;
    fq_accuracy_free(e.accuracy);
    fq_llama_free(net);
    return ppl;
}

static void any_kappa(void **state) {
    (void)state;
    const double want = perplexity(1), got = perplexity(10);
    print_message("perplexity: kappa 1 %.7f, kappa 10 %.7f\n", want, got);
    assert_true(fabs(got / want - 1) < 1e-4);
}

static int chosen(int layer, fq_outlier_kind kind, int head, int channel) {
    int c[FQ_OUTLIERS_MOST], n = fq_outliers_choose(&tiny.outliers, &tiny.checkpoint.config, layer, kind, head, c);
    for (int i = 0; i < n; i++)
        if (c[i] == channel) return 1;
    return 0;
}

/* Distinct, in range, and another choice for another seed, layer, kind and head. */
static void choices(void **state) {
    (void)state;
    const fq_llama_config *c = &tiny.checkpoint.config;
    const fq_outliers o = {.kappa = 8, .seed = SEED}, other = {.kappa = 8, .seed = SEED + 1};
    const int of[] = {c->hidden, c->hidden, c->intermediate, c->head_dim, c->head_dim / 2}, want[] = {4, 4, 4, 4, 2};
    int same[4] = {0};
    for (int l = 0; l < c->layers; l++) {
        for (int kind = 0; kind < FQ_OUTLIER_KINDS; kind++) {
            int a[4] = {-1, -1, -1, -1}, b[4] = {-1, -1, -1, -1};
            const int n = fq_outliers_choose(&o, c, l, (fq_outlier_kind)kind, 0, a);
            assert_int_equal(n, want[kind]);
            for (int i = 0; i < n; i++) {
                assert_true(a[i] >= 0 && a[i] < of[kind]);
                for (int j = 0; j < i; j++)
                    assert_int_not_equal(a[i], a[j]);
            }
            fq_outliers_choose(&other, c, l, (fq_outlier_kind)kind, 0, b);
            same[0] += memcmp(a, b, sizeof a) == 0;
            fq_outliers_choose(&o, c, l + 1, (fq_outlier_kind)kind, 0, b);
            same[1] += memcmp(a, b, sizeof a) == 0;
            fq_outliers_choose(&o, c, l, (fq_outlier_kind)kind, 1, b);
            same[2] += memcmp(a, b, sizeof a) == 0;
        }
        int a[4], b[4];
        fq_outliers_choose(&o, c, l, FQ_OUTLIER_ATTENTION, 0, a);
        fq_outliers_choose(&o, c, l, FQ_OUTLIER_MLP, 0, b);
        same[3] += memcmp(a, b, sizeof a) == 0;
    }
    for (int i = 0; i < 4; i++)
        assert_true(same[i] <= 1);
    fq_llama_config small = {.hidden = 3, .intermediate = 2, .heads = 1, .kv_heads = 1, .head_dim = 2};
    int a[4];
    assert_int_equal(fq_outliers_choose(&o, &small, 0, FQ_OUTLIER_UP, 0, a), 2);
    assert_int_equal(fq_outliers_choose(&o, &small, 0, FQ_OUTLIER_KEY, 0, a), 1);
}

static fq_calibration *statistics(float kappa) {
    fq_llama *net = f32(kappa);
    fq_calibration *cal;
    assert_int_equal(fq_calibrate(net, text.ids, N, N, 0, &cal), FQ_OK);
    fq_llama_free(net);
    return cal;
}

/* kappa is a power of two, so the chosen channels grow by it exactly and the others do not move. */
static void shows_in_statistics(void **state) {
    (void)state;
    const float kappa = 8;
    fq_calibration *before = statistics(1), *after = statistics(kappa);
    const fq_llama_config *c = &tiny.checkpoint.config;
    const int D = c->head_dim, half = D / 2, queries = c->heads / c->kv_heads;
    for (int l = 0; l < c->layers; l++) {
        const fq_layer_stats *a = &before->layer[l], *b = &after->layer[l];
        for (int i = 0; i < FQ_SITE_COUNT; i++) {
            int large = 0;
            for (int j = 0; j < a->input[i].cols; j++) {
                const int on = i == FQ_SITE_QKV       ? chosen(l, FQ_OUTLIER_ATTENTION, 0, j)
                               : i == FQ_SITE_GATE_UP ? chosen(l, FQ_OUTLIER_MLP, 0, j)
                               : i == FQ_SITE_DOWN    ? chosen(l, FQ_OUTLIER_UP, 0, j)
                                                      : chosen(l, FQ_OUTLIER_VALUE, j / D / queries, j % D);
                const float f = on ? kappa : 1;
                assert_true(a->input[i].absmax[j] > 0);
                assert_true(b->input[i].absmax[j] == f * a->input[i].absmax[j]);
                assert_true(b->input[i].absmean[j] == f * a->input[i].absmean[j]);
                large += on;
            }
            assert_int_equal(large, i == FQ_SITE_O ? 4 * c->heads : 4);
        }
        for (int j = 0; j < c->kv_heads * half; j++) {
            const int h = j / half, i = j % half;
            const float f = chosen(l, FQ_OUTLIER_KEY, h, i) ? kappa : 1;
            assert_true(b->keys.pair_max[j] == f * a->keys.pair_max[j]);
            assert_true(b->keys.channel_max[h * D + i] == f * a->keys.channel_max[h * D + i]);
            assert_true(b->keys.channel_max[h * D + half + i] == f * a->keys.channel_max[h * D + half + i]);
        }
    }
    fq_calibration_free(before);
    fq_calibration_free(after);
}

/* Biases follow their rows, which no shipped model has: by name, on a matrix of ones. Other names are left alone. */
static void biases_and_other_names(void **state) {
    (void)state;
    fq_llama_config c = {.hidden = 16, .intermediate = 24, .heads = 4, .kv_heads = 2, .head_dim = 8};
    const fq_outliers o = {.kappa = 4, .seed = 3};
    const struct {
        const char *name;
        int cols, more, less; /* numbers times kappa, numbers over kappa */
    } cases[] = {
        {"model.layers.2.self_attn.q_proj.bias", 32, 0, 16}, {"model.layers.2.self_attn.k_proj.bias", 16, 8, 0},
        {"model.layers.2.self_attn.v_proj.bias", 16, 8, 0},  {"model.layers.2.self_attn.o_proj.bias", 16, 0, 0},
        {"model.layers.2.mlp.gate_proj.bias", 24, 0, 0},     {"model.layers.2.mlp.up_proj.bias", 24, 4, 0},
        {"model.layers.2.mlp.down_proj.bias", 16, 0, 0},     {"model.norm.weight", 16, 0, 0},
        {"model.layers.2.input_layernorm.weight", 16, 4, 0}, {"lm_head.weight", 16, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float w[32];
        int more = 0, less = 0;
        for (int j = 0; j < cases[i].cols; j++)
            w[j] = 1;
        fq_outliers_apply(&o, &c, cases[i].name, 1, cases[i].cols, w);
        for (int j = 0; j < cases[i].cols; j++) {
            assert_true(w[j] == 1 || w[j] == 4 || w[j] == 0.25f);
            more += w[j] == 4;
            less += w[j] == 0.25f;
        }
        if (more != cases[i].more || less != cases[i].less) fail_msg("%s: %d, %d", cases[i].name, more, less);
    }
    /* the same pairs in k and in both query heads of each KV head */
    float k[16], q[32];
    for (int j = 0; j < 32; j++)
        k[j % 16] = q[j] = 1;
    fq_outliers_apply(&o, &c, "model.layers.2.self_attn.k_proj.bias", 1, 16, k);
    fq_outliers_apply(&o, &c, "model.layers.2.self_attn.q_proj.bias", 1, 32, q);
    for (int j = 0; j < 32; j++)
        assert_true(q[j] * k[j / 16 * 8 + j % 8] == 1);
}

/* Only the kinds asked for: the list's words, and up's rows without the norm's columns. */
static void some_kinds(void **state) {
    (void)state;
    fq_llama_config c = {.hidden = 8, .intermediate = 8, .heads = 1, .kv_heads = 1, .head_dim = 8};
    fq_outliers o = {.kappa = 4, .seed = 3};
    assert_int_equal(fq_outliers_kinds("", &o.kinds), FQ_OK);
    assert_int_equal(o.kinds, 0);
    assert_int_equal(fq_outliers_kinds("norms,values", &o.kinds), FQ_OK);
    assert_int_equal(o.kinds, 1 << FQ_OUTLIER_ATTENTION | 1 << FQ_OUTLIER_MLP | 1 << FQ_OUTLIER_VALUE);
    assert_int_equal(fq_outliers_kinds("up,kyes", &o.kinds), FQ_ERR_USAGE);
    assert_non_null(strstr(fq_message(), "kyes"));
    const struct {
        const char *kinds;
        int ones, more, less;
    } cases[] = {{"up", 32, 32, 0}, {"norms", 32, 0, 32}, {"keys", 64, 0, 0}, {"", 32, 16, 16}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float w[64];
        int ones = 0, more = 0, less = 0;
        for (int j = 0; j < 64; j++)
            w[j] = 1;
        assert_int_equal(fq_outliers_kinds(cases[i].kinds, &o.kinds), FQ_OK);
        fq_outliers_apply(&o, &c, "model.layers.0.mlp.up_proj.weight", 8, 8, w);
        for (int j = 0; j < 64; j++) {
            ones += w[j] == 1;
            more += w[j] == 4;
            less += w[j] == 0.25f;
        }
        if (ones != cases[i].ones || more != cases[i].more || less != cases[i].less)
            fail_msg("%s: %d, %d, %d", cases[i].kinds, ones, more, less);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_of_two),
        cmocka_unit_test(any_kappa),
        cmocka_unit_test(choices),
        cmocka_unit_test(shows_in_statistics),
        cmocka_unit_test(biases_and_other_names),
        cmocka_unit_test(some_kinds),
    };
    return cmocka_run_group_tests_name("outliers", tests, open_tiny, close_tiny);
}
