/* Settings and scenario files: ranges, overrides, and YAML errors with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <string.h>

#include "scenarios/scenario.h"
#include "scenarios/shapes.h"
#include "tests/checkpoint_files.h"

static char *dir;
static fq_arena arena;

static int setup(void **state) {
    dir = scratch_make();
    return fq_arena_init(&arena, (size_t)1 << 26) != FQ_OK;
}
static int teardown(void **state) {
    scratch_remove(dir);
    fq_arena_free(&arena);
    return 0;
}

static void expect_ints(const char *text, const int *want, int n) {
    fq_ints got;
    assert_int_equal(fq_ints_parse(text, 0, 1000, &arena, &got), FQ_OK);
    assert_int_equal(got.n, n);
    assert_memory_equal(got.v, want, (size_t)n * sizeof *want);
    int most = 0;
    for (int i = 0; i < n; i++)
        most = want[i] > most ? want[i] : most;
    assert_int_equal(fq_ints_most(&got), most);
}

static void test_ranges(void **state) {
    expect_ints("128", (int[]){128}, 1);
    expect_ints("128,256,0", (int[]){128, 256, 0}, 3);
    expect_ints("1-4", (int[]){1, 2, 3, 4}, 4);
    expect_ints("1-8+3", (int[]){1, 4, 7}, 3);
    expect_ints("1-64*2", (int[]){1, 2, 4, 8, 16, 32, 64}, 7);
    expect_ints("1-3,16-64*4,5", (int[]){1, 2, 3, 16, 64, 5}, 6);
    static const char *const bad[] = {"",     ",",     "1,",    "x",     "1.5",   "1-",   "-1",
                                      "4-1",  "1-4*1", "1-4*0", "1-4+0", "0-4*2", "1001", "0-1001",
                                      "1-4+", "1-4*x", "1e400", "0x10",  "nan",   "1 2"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fq_ints got;
        if (fq_ints_parse(bad[i], 0, 1000, &arena, &got) != FQ_ERR_USAGE) fail_msg("'%s' was taken", bad[i]);
        assert_true(fq_message()[0] != 0);
    }
}

static void test_shapes(void **state) {
    int n, k;
    assert_true(fq_shape_parse("12x345", &n, &k));
    assert_true(n == 12 && k == 345);
    static const char *const bad[] = {"", "x", "1x", "x1", "1x2x3", "0x1", "1x0", "-1x2", "1x-2", "9999999x1", "1 x2"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(fq_shape_parse(bad[i], NULL, NULL));
    fq_linear_shape l[FQ_LINEARS];
    fq_shape_linears(fq_shape_find("llama3-8b"), l);
    assert_true(l[0].n == 6144 && l[0].k == 4096 && l[2].n == 28672 && l[3].n == 4096 && l[3].k == 14336);
}

/* Every default parses back to itself, for every kind: the table is consistent. */
static void test_defaults(void **state) {
    for (int kind = 0; kind < FQ_KIND_COUNT; kind++) {
        fq_step a, b;
        char text[1024], again[1024];
        assert_int_equal(fq_step_init(&a, (fq_kind)kind, &arena), FQ_OK);
        assert_int_equal(fq_step_init(&b, (fq_kind)kind, &arena), FQ_OK);
        for (int i = 0; i < FQ_SETTING_COUNT; i++) {
            fq_setting_id id = (fq_setting_id)i;
            fq_step_value(&a, id, text, sizeof text);
            assert_string_equal(text, fq_settings[i].value);
            assert_int_equal(fq_setting_find(fq_settings[i].key), i);
            if (text[0] == 0) continue;
            assert_int_equal(fq_step_set(&b, id, text, &arena), FQ_OK);
            fq_step_value(&b, id, again, sizeof again);
            assert_string_equal(text, again);
        }
        assert_true(fq_setting_used(FQ_SET_threads, (fq_kind)kind));
    }
    assert_true(fq_setting_used(FQ_SET_kappa, FQ_KIND_errors));
    assert_false(fq_setting_used(FQ_SET_reference, FQ_KIND_errors));
    assert_true(fq_setting_used(FQ_SET_m, FQ_KIND_gemm));
    assert_false(fq_setting_used(FQ_SET_m, FQ_KIND_perplexity));
}

static fq_status load(const char *text, fq_scenario *s, char path[512]) {
    snprintf(path, 512, "%s/s.yaml", dir);
    scratch_text(dir, "s.yaml", text);
    return fq_scenario_load(path, s);
}

static void test_yaml(void **state) {
    fq_scenario s;
    char path[512];
    assert_int_equal(load("# comment\n"
                          "name: one\n"
                          "about: 'two: three'\n"
                          "seed: 18446744073709551615\n"
                          "threads: 2\n"
                          "steps:\n"
                          "  - kind: perplexity\n"
                          "    model: models/tiny\n"
                          "    variants: [f32, fireq:no=pre-rope+a=a.bf16]\n"
                          "    alpha: 4.5\n"
                          "    kappa: [1, 2.5, 1e2]\n"
                          "  - kind: gemm\n"
                          "    m:\n"
                          "      - 1\n"
                          "      - 2-8*2\n"
                          "    threads: [1]\n",
                          &s, path),
                     FQ_OK);
    assert_string_equal(s.name, "one");
    assert_string_equal(s.about, "two: three");
    assert_true(s.seed == UINT64_MAX);
    assert_int_equal(s.n_steps, 2);
    const fq_step *p = &s.steps[0], *g = &s.steps[1];
    assert_true(p->kind == FQ_KIND_perplexity && p->variants.n == 2 && p->alpha == 4.5 && p->beta == 8 &&
                p->ctx == 512);
    assert_string_equal(p->variants.v[1], "fireq:no=pre-rope+a=a.bf16");
    assert_true(p->kappa.n == 3 && p->kappa.v[0] == 1 && p->kappa.v[1] == 2.5 && p->kappa.v[2] == 100);
    char kappa[64];
    fq_step_value(p, FQ_SET_kappa, kappa, sizeof kappa);
    assert_string_equal(kappa, "1,2.5,100");
    assert_true(p->threads.n == 1 && p->threads.v[0] == 2 && g->threads.v[0] == 1);
    assert_true(g->m.n == 4 && g->m.v[3] == 8);

    assert_int_equal(fq_scenario_override(&s, "alpha=2"), FQ_OK);
    assert_int_equal(fq_scenario_override(&s, "steps.1.variants=f32,bf16,fireq-kv"), FQ_OK);
    assert_int_equal(fq_scenario_override(&s, "kappa=8,32"), FQ_OK);
    assert_true(p->kappa.n == 2 && p->kappa.v[1] == 32);
    assert_int_equal(fq_scenario_override(&s, "steps.2.m=7"), FQ_OK);
    assert_int_equal(fq_scenario_override(&s, "seed=5"), FQ_OK);
    assert_int_equal(fq_scenario_override(&s, "name=other"), FQ_OK);
    assert_int_equal(fq_scenario_override(&s, "threads=1,2"), FQ_OK);
    assert_true(p->alpha == 2 && p->variants.n == 3 && g->m.n == 1 && g->m.v[0] == 7 && s.seed == 5);
    assert_true(p->threads.n == 2 && g->threads.n == 2);
    assert_string_equal(s.name, "other");
    static const char *const bad[] = {"alpha",
                                      "=1",
                                      "frob=1",
                                      "steps.0.alpha=1",
                                      "steps.3.alpha=1",
                                      "steps.2.alpha=1",
                                      "heads=4",
                                      "alpha=x",
                                      "steps.x.alpha=1",
                                      "name=",
                                      "name=../x",
                                      "seed=-1",
                                      "steps.1.kind=gemm",
                                      "kappa=0.5",
                                      "kappa=1,x",
                                      "kappa=8,8",
                                      "kappa=",
                                      "steps.2.kappa=1",
                                      "variants=fireq:w",
                                      "variants=fireq:w=w.bf16,fireq:w=w.bf16"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (fq_scenario_override(&s, bad[i]) != FQ_ERR_USAGE) fail_msg("--set %s was taken", bad[i]);
    fq_scenario_free(&s);
}

static void test_yaml_errors(void **state) {
    static const struct {
        const char *text;
        int line;
        const char *word;
    } cases[] = {
        {"", 1, "empty"},
        {"# only a comment\n", 1, "empty"},
        {"- a\n", 1, "MAPPING"},
        {"name: x\n", 1, "steps"},
        {"name: x\nsteps: []\n", 2, "entries"},
        {"steps:\n  - kind: gemm\n", 2, "name"},
        {"name: a b\nsteps:\n  - kind: gemm\n", 1, "a b"},
        {"name: x\nsteps:\n  - kind: gemm\n    frob: 5\n", 4, "'frob'"},
        {"name: x\nfrob: 1\nsteps:\n  - kind: gemm\n", 2, "'frob'"},
        {"name: x\nsteps:\n  - kind: gemm\n  - kind: frob\n", 4, "perplexity"},
        {"name: x\nsteps:\n  - m: [1]\n", 3, "kind"},
        {"name: x\nsteps:\n  - kind: gemm\n    m: 5\n", 4, "SEQUENCE"},
        {"name: x\nsteps:\n  - kind: gemm\n    m: [1, five]\n", 4, "'five'"},
        {"name: x\nsteps:\n  - kind: gemm\n    m: [1]\n  - kind: gemm\n    # m: 3\n    m: [1, 0]\n", 7, "range"},
        {"name: x\nsteps:\n  - kind: gemm\n    budget_s: [1]\n", 4, "budget_s"},
        {"name: x\nsteps:\n  - kind: gemm\n    budget_s: 1e5x\n", 4, "'1e5x'"},
        {"name: x\nsteps:\n  - kind: perplexity\n    model: m\n    ctx: 5.5\n", 5, "'5.5'"},
        {"name: x\nsteps:\n  - {kind: perplexity, model: m, ctx: five}\n", 3, "'five'"},
        {"name: x\nsteps:\n  - kind: ffn\n    variants: [f32,\n      frob]\n", 4, "fireq-kv"},
        {"name: x\nsteps:\n  - kind: perplexity\n    model: m\n    protocol: frob\n", 5, "llama.cpp"},
        {"name: x\nsteps:\n  - kind: gemm\n    ctx: 5\n", 4, "perplexity"},
        {"name: x\nsteps:\n  - kind: perplexity\n    model: m\n    kappa: [1,\n      0.5]\n", 5, "0.5 is out of range"},
        {"name: x\nsteps:\n  - kind: errors\n    kappa: 8\n", 4, "SEQUENCE"},
        {"name: x\nsteps:\n  - kind: errors\n    kappa: [8, 1, 8]\n", 4, "twice"},
        {"name: x\nsteps:\n  - kind: errors\n    reference: f32\n", 4, "perplexity"},
        {"name: x\nsteps:\n  - kind: prefill\n    kappa: [8]\n", 4, "errors"},
        {"name: x\nsteps:\n  - kind: errors\n    variants: [fireq:frob=w.bf16]\n", 4, "'frob'"},
        {"name: x\nsteps:\n  - kind: errors\n    variants: [fireq:no=frob]\n", 4, "no transform frob"},
        {"name: x\nsteps:\n  - kind: errors\n    variants: [fireq:w=kv.bf16]\n", 4, "kv.bf16"},
        {"name: x\nsteps:\n  - kind: errors\n    variants: [frob:w=w.bf16]\n", 4, "frob"},
        {"name: x\nseed: five\nsteps:\n  - kind: gemm\n", 2, "'five'"},
        {"name: x\nthreads: -1\nsteps:\n  - kind: gemm\n", 2, "threads"},
        {"name: x\nsteps:\n  - kind: gemm\n    m: [1\n    k: {\n", 4, "']'"},
        {"name: x\nsteps:\n  - kind: gemm\n    m: [1]\n    m: [2]\n", 4, "already"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fq_scenario s;
        char path[512], prefix[600];
        fq_status status = load(cases[i].text, &s, path);
        snprintf(prefix, sizeof prefix, "%s:%d: ", path, cases[i].line);
        if (status != FQ_ERR_USAGE || strncmp(fq_message(), prefix, strlen(prefix)) != 0 ||
            strstr(fq_message(), cases[i].word) == NULL || strchr(fq_message(), '\n') != NULL)
            fail_msg("case %zu: expected line %d and %s, got %d '%s'", i, cases[i].line, cases[i].word, status,
                     fq_message());
    }
}

/* All presets load, and each opens with a comment that says what it is for. */
static void test_presets(void **state) {
    int n = 0;
    DIR *d = opendir("scenarios");
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        size_t length = strlen(e->d_name);
        char path[512], name[300], first[200];
        fq_scenario s;
        if (length < 6 || strcmp(e->d_name + length - 5, ".yaml") != 0) continue;
        snprintf(path, sizeof path, "scenarios/%.250s", e->d_name);
        if (fq_scenario_load(path, &s) != FQ_OK) fail_msg("%s", fq_message());
        for (int i = 0; i < s.n_steps; i++)
            if (fq_step_check(&s.steps[i]) != FQ_OK) fail_msg("%s: %s", path, fq_message());
        snprintf(name, sizeof name, "%s.yaml", s.name);
        assert_string_equal(name, e->d_name);
        fq_scenario_free(&s);
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        assert_non_null(fgets(first, sizeof first, f));
        assert_memory_equal(first, "# Question: ", 12);
        fclose(f);
        n++;
    }
    closedir(d);
    assert_true(n >= 16);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges), cmocka_unit_test(test_shapes),      cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_yaml),   cmocka_unit_test(test_yaml_errors), cmocka_unit_test(test_presets),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
