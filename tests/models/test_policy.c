/* Policies: maps are read, checked and written back, rules decide as their papers say, and a net whose layers differ
 * runs each layer as its own variant would. Low-rank compensation, which a policy may switch on, is tested beside them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "harness/rng.h"
#include "models/corpus.h"
#include "models/policy.h"
#include "tests/checkpoint_files.h"
#include "tests/tiny_model.h"

enum { LAYERS = 2, N = 24, WINDOW = 64 };

static fq_calibration *cal;
static char dir[] = "/tmp/fqbench-policy-XXXXXX";

static fq_llama *build(const char *name) {
    fq_build_options o = fq_build_defaults();
    const fq_variant *v = fq_variant_find(name);
    fq_llama *net;
    if (!v) fail_msg("%s: %s", name, fq_message());
    o.calibration = cal;
    o.max_layers = LAYERS;
    o.positions = WINDOW;
    if (fq_llama_build(&tiny, v, &o, &net) != FQ_OK) fail_msg("%s: %s", name, fq_message());
    return net;
}

static int setup(void **state) {
    if (!mkdtemp(dir) || open_tiny(state) != 0) return 1;
    fq_llama *f32 = build("f32");
    fq_status s = fq_calibrate(f32, text.ids + N, 2 * WINDOW, WINDOW, 1, &cal);
    fq_llama_free(f32);
    return s != FQ_OK;
}

static int teardown(void **state) {
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", dir);
    fq_calibration_free(cal);
    return close_tiny(state) | system(command);
}

static const char *file(const char *name, const char *content) {
    static char path[8][96];
    static int next;
    char *p = path[next++ % 8];
    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    scratch_text(dir, name, content);
    return p;
}

static float *logits_of(const fq_llama *net, size_t *n) {
    *n = N * (size_t)net->config.vocab;
    float *out = malloc(*n * sizeof *out);
    fq_session *s;
    assert_int_equal(fq_session_create(net, 1, N, N, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, text.ids, N - 1), FQ_OK);
    assert_int_equal(fq_session_logits(s, 0, N - 1, out), FQ_OK);
    assert_int_equal(fq_session_forward(s, text.ids + N - 1, 1), FQ_OK);
    assert_int_equal(fq_session_last_logits(s, out + (N - 1) * (size_t)net->config.vocab), FQ_OK);
    fq_session_free(s);
    return out;
}

static void test_maps(void **state) {
    (void)state;
    const fq_policy_map *m, *again;
    char changes[192];
    const char *path = file("good.yaml", "name: good\nabout: x\npolicy:\n"
                                         "- {site: \"layers.*\", set: w=w.int8.channel}\n"
                                         "- {site: \"layers.1.*\", set: a=a.bf16}\n"
                                         "- {site: layers.1.down, set: \"w=w.bf16\"}\n");
    assert_int_equal(fq_policy_map_load(path, &m), FQ_OK);
    assert_int_equal(fq_policy_map_load(path, &again), FQ_OK);
    assert_ptr_equal(m, again);
    assert_int_equal(fq_policy_map_check(m, 2), FQ_OK);
    assert_int_equal(fq_policy_map_changes(m, 0, FQ_SITE_O, changes, sizeof changes), FQ_OK);
    assert_string_equal(changes, "w=w.int8.channel");
    assert_int_equal(fq_policy_map_changes(m, 1, FQ_SITE_DOWN, changes, sizeof changes), FQ_OK);
    assert_string_equal(changes, "w=w.int8.channel+a=a.bf16+w=w.bf16");
    assert_int_equal(fq_policy_map_changes(m, 1, FQ_SITE_DOWN, changes, 20), FQ_ERR_USAGE);
    assert_int_equal(fq_policy_map_check(m, 1), FQ_ERR_USAGE);
    assert_non_null(strstr(fq_message(), "entry 2, 'layers.1.*'"));
}

static void test_bad_maps(void **state) {
    (void)state;
    static const struct {
        const char *content, *says;
    } bad[] = {{"name: x\n", "policy"},
               {"name: x\npolicy: []\n", ""},
               {"name: x\npolicy:\n- {site: a}\n", "set"},
               {"name: x\npolicy:\n- {site: a, set: b, more: c}\n", "more"},
               {"nonsense", ""},
               {"", ""}};
    const fq_policy_map *m;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "bad%zu.yaml", i);
        const char *path = file(name, bad[i].content);
        assert_int_equal(fq_policy_map_load(path, &m), FQ_ERR_USAGE);
        assert_non_null(strstr(fq_message(), path));
        assert_non_null(strstr(fq_message(), bad[i].says));
    }
    assert_int_equal(fq_policy_map_load("/nowhere/x.yaml", &m), FQ_ERR_INPUT);
    assert_null(fq_variant_find("w8a8-int8:policy=/nowhere/x.yaml"));
    assert_null(fq_variant_find("w8a8-int8:policy=nothing"));
    assert_null(fq_variant_find("w8a8-int8:lorc=many"));
}

/* Changes that belong to the whole net, and recipes that are none, are refused when the net is built. */
static void test_forbidden_changes(void **state) {
    (void)state;
    static const char *const sets[] = {"kv=kv.f32", "with=rotate", "w=w.int9.channel", "q=q.e4m3.head"};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        char content[128], name[128], leaf[16];
        snprintf(leaf, sizeof leaf, "no%zu.yaml", i);
        snprintf(content, sizeof content, "name: x\npolicy:\n- {site: layers.1.o, set: %s}\n", sets[i]);
        const char *path = file(leaf, content);
        snprintf(name, sizeof name, "w8a8-int8:policy=%s", path);
        fq_build_options o = fq_build_defaults();
        o.calibration = cal;
        o.max_layers = LAYERS;
        fq_llama *net;
        assert_int_equal(fq_llama_build(&tiny, fq_variant_find(name), &o, &net), FQ_ERR_USAGE);
    }
}

static void test_save(void **state) {
    (void)state;
    const char *set[3 * FQ_SITE_COUNT] = {[0] = "w=w.int8.channel", [5] = "a=a.bf16+w=w.bf16", [11] = "", [10] = NULL};
    char path[64], changes[192];
    const fq_policy_map *m;
    snprintf(path, sizeof path, "%s/saved.yaml", dir);
    assert_int_equal(fq_policy_map_save(path, "saved", "a: test", 3, set), FQ_OK);
    assert_int_equal(fq_policy_map_load(path, &m), FQ_OK);
    assert_int_equal(fq_policy_map_check(m, 3), FQ_OK);
    for (int i = 0; i < 3 * FQ_SITE_COUNT; i++) {
        assert_int_equal(
            fq_policy_map_changes(m, i / FQ_SITE_COUNT, (fq_site)(i % FQ_SITE_COUNT), changes, sizeof changes), FQ_OK);
        assert_string_equal(changes, set[i] ? set[i] : "");
    }
}

/* A map that gives every site what another row has makes that row's net, bit for bit; and layers may differ. */
static void test_nets(void **state) {
    (void)state;
    size_t n;
    char name[128];
    snprintf(name, sizeof name, "w8a8-int8:policy=%s",
             file("all.yaml", "name: x\npolicy:\n- {site: \"layers.*\", set: w=w.int4.g128.f16+a=a.bf16}\n"));
    fq_llama *a = build("w4a16-g128"), *b = build(name);
    float *x = logits_of(a, &n), *y = logits_of(b, &n);
    assert_memory_equal(x, y, n * sizeof *x);
    fq_llama_free(a);
    fq_llama_free(b);
    free(x);
    free(y);
    snprintf(name, sizeof name, "w8a8-int8:policy=%s",
             file("mixed.yaml", "name: x\npolicy:\n"
                                "- {site: layers.0.qkv, set: w=w.int3.g64.f16+a=a.int8.g64.f32}\n"
                                "- {site: layers.0.down, set: w=w.bf16+a=a.bf16}\n"
                                "- {site: layers.1.o, set: w=w.int4.g128.e4m3+a=a.e4m3.token+method=gptq-books}\n"
                                "- {site: layers.1.gate_up, set: with=smooth+lorc=4}\n"));
    fq_llama *mixed = build(name);
    assert_string_equal(mixed->layer[0].qkv.w.recipe->name, "w.int3.g64.f16");
    assert_string_equal(mixed->layer[0].qkv.a->name, "a.int8.g64.f32");
    assert_string_equal(mixed->layer[0].o.w.recipe->name, "w.int8.channel");
    assert_string_equal(mixed->layer[0].down.kernel->name, fq_kernel_select(FQ_OP_GEMM_BF16)->name);
    assert_string_equal(mixed->layer[1].o.kernel->name, fq_kernel_select(FQ_OP_GEMM_I4F8)->name);
    assert_non_null(mixed->layer[1].o.w.book);
    assert_null(mixed->layer[0].gate_up.low);
    assert_int_equal(mixed->layer[1].gate_up.low->down.w.rows, 4);
    float *fast = logits_of(mixed, &n);
    fq_llama_use_reference(mixed, 1);
    float *exact = logits_of(mixed, &n);
    double most = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)fast[i] - (double)exact[i]));
        size = fmax(size, fabs((double)exact[i]));
    }
    assert_true(most < 0.02 * size); /* codes next to a boundary may differ between kernels */
    free(fast);
    free(exact);
    fq_llama_free(mixed);
}

static int count_e4m3(const fq_layer *l) {
    return (l->qkv.a->code == FQ_E4M3) + (l->o.a->code == FQ_E4M3) + (l->gate_up.a->code == FQ_E4M3) +
           (l->down.a->code == FQ_E4M3);
}

static void test_rules(void **state) {
    (void)state;
    enum { K = 512, ROWS = 64 };
    static float w[ROWS * K];
    const float *one[1] = {w};
    const int rows[1] = {ROWS};
    fq_rng rng = fq_rng_seed(1, 1);
    fq_rng_fill_gauss(&rng, w, ROWS * K, 1.0f);
    /* Gaussian numbers: the mean largest of 512, 256, 128, 64 is 3.25, 3.04, 2.83, 2.60 sigma */
    assert_int_equal(fq_policy_group(one, rows, 1, K, 0.15), 0);
    assert_int_equal(fq_policy_group(one, rows, 1, K, 0.08), 0);
    assert_int_equal(fq_policy_group(one, rows, 1, K, 0.05), 64);
    for (int r = 0; r < ROWS; r++)
        w[r * K + 7] = 40; /* a lone large weight: halving the row halves the groups that see it */
    assert_int_equal(fq_policy_group(one, rows, 1, K, 0.3), 64);
    assert_int_equal(fq_policy_group(one, rows, 1, 64, 0.01), 0); /* nothing smaller to go to */

    fq_input_stats *x = &cal->layer[0].input[FQ_SITE_DOWN];
    const float before = x->absmax[3];
    const double ratio = fq_policy_spike(x);
    assert_true(ratio > 1);
    x->absmax[3] = 1e4f;
    assert_true(fq_policy_spike(x) > 100 * ratio);
    fq_llama *net = build("spike-w8a8");
    assert_string_equal(net->layer[0].down.a->name, "a.e4m3.token");
    fq_llama_free(net);
    net = build("fptq-w4a8");
    assert_string_equal(net->layer[0].down.a->name, "a.int8.token"); /* 1e4 is beyond 150 */
    assert_string_equal(net->layer[0].qkv.a->name, "a.int8.tensor");
    assert_true(net->layer[0].qkv.fixed_scale > 0);
    fq_llama_free(net);
    /* the lottery takes as many sites as the rule, and others */
    fq_llama *rule = build("spike-w8a8"), *lot = build("spike-w8a8:policy=lottery");
    int taken[2] = {0, 0};
    for (int l = 0; l < LAYERS; l++) {
        taken[0] += count_e4m3(&rule->layer[l]);
        taken[1] += count_e4m3(&lot->layer[l]);
    }
    assert_int_equal(taken[0], taken[1]);
    fq_llama_free(rule);
    fq_llama_free(lot);
    x->absmax[3] = before;
}

/* The more rank, the nearer: 3-bit weights with their error added back. */
static void test_low_rank_compensation(void **state) {
    (void)state;
    static const char *const names[] = {"f32:w=w.int3.channel", "f32:w=w.int3.channel+lorc=16",
                                        "f32:w=w.int3.channel+lorc=128"};
    size_t n;
    double before = INFINITY;
    fq_llama *f32 = build("f32");
    float *want = logits_of(f32, &n);
    for (int i = 0; i < 3; i++) {
        fq_llama *net = build(names[i]);
        float *got = logits_of(net, &n);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += pow((double)got[k] - (double)want[k], 2);
        assert_true(sum < (i == 2 ? 0.6 : 0.99) * before);
        before = sum;
        if (i > 0) assert_true(net->bytes > 0 && net->layer[0].down.low->up.w.cols == (i == 1 ? 16 : 128));
        free(got);
        fq_llama_free(net);
    }
    free(want);
    fq_llama_free(f32);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_maps),
                                       cmocka_unit_test(test_bad_maps),
                                       cmocka_unit_test(test_forbidden_changes),
                                       cmocka_unit_test(test_save),
                                       cmocka_unit_test(test_nets),
                                       cmocka_unit_test(test_rules),
                                       cmocka_unit_test(test_low_rank_compensation)};
    return cmocka_run_group_tests_name("policy", tests, setup, teardown);
}
