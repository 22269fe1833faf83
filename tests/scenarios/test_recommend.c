/* Recommendations from made rows: the fastest that keeps enough, ties named, what failed or has outliers left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/recommend.h"

enum { VARIANTS = 4 };
static const char *const names[VARIANTS] = {"bf16", "good", "fast", "wrong"};

typedef struct table {
    fq_accuracy_row accuracy[VARIANTS + 1];
    fq_result results[2 * VARIANTS];
    fq_serve_row serve[2 * VARIANTS];
    fq_rows rows;
} table;

static void add_time(table *t, const char *op, double prompt, int v, double x, double lo, double hi) {
    fq_result *r = &t->results[t->rows.n_results++];
    fq_result_init(r);
    r->op = op;
    r->model = "m";
    r->variant = names[v];
    r->baseline = "bf16";
    r->batch = 1;
    r->n_prompt = prompt;
    r->n_gen = 0;
    r->n_threads = 2;
    r->verdict = v == 3 ? "FAIL" : "PASS";
    if (v == 3) return;
    r->speedup = x;
    r->speedup_lo = lo;
    r->speedup_hi = hi;
    r->ttft_ms = 100 / x;
}

static void make(table *t) {
    static const double ppl[VARIANTS] = {20, 20.1, 25, 20};
    memset(t, 0, sizeof *t);
    for (int v = 0; v < VARIANTS; v++) {
        fq_accuracy_row *a = &t->accuracy[v];
        fq_accuracy_row_init(a);
        a->model = "m";
        a->variant = names[v];
        a->kappa = 1;
        a->ppl = ppl[v];
        a->dppl = ppl[v] - 20;
        a->dppl_lo = a->dppl - 0.05;
        a->dppl_hi = a->dppl + 0.05;
        a->bits_per_weight = v == 0 ? 16 : v == 2 ? 4 : 8;
        add_time(t, "prefill", 512, v,
                 v == 2   ? 3
                 : v == 1 ? 2
                          : 1,
                 v == 2   ? 2.9
                 : v == 1 ? 1.9
                          : 1,
                 v == 2   ? 3.1
                 : v == 1 ? 2.1
                          : 1);
        fq_serve_row *s = &t->serve[v];
        fq_serve_row_init(s);
        s->model = "m";
        s->trace = "poisson";
        s->variant = names[v];
        s->slots = 16;
        s->n_threads = 2;
        s->load = 0;
        s->output_ts = v == 0 ? 100 : v == 1 ? 102 : 400;
        s->verdict = v == 3 ? "FAIL" : "PASS";
    }
    /* the same variant with outliers keeps nothing: it must not count */
    t->accuracy[VARIANTS] = t->accuracy[1];
    t->accuracy[VARIANTS].kappa = 32;
    t->accuracy[VARIANTS].ppl = 1000;
    t->rows.accuracy = t->accuracy;
    t->rows.n_accuracy = VARIANTS + 1;
    t->rows.results = t->results;
    t->rows.serve = t->serve;
    t->rows.n_serve = VARIANTS;
}

static char *print(const table *t) {
    char *text = NULL;
    size_t bytes;
    fq_arena arena;
    FILE *f = open_memstream(&text, &bytes);
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_recommend_print(f, &t->rows, &arena), FQ_OK);
    fclose(f);
    fq_arena_free(&arena);
    return text;
}

/* The line that starts with `situation`, its `column`-th cell. */
static void cell(const char *text, const char *situation, int column, char out[128]) {
    const char *at = strstr(text, situation);
    assert_non_null(at);
    for (int i = 0; i < column; i++) {
        at = strchr(at, '|');
        assert_non_null(at);
        at++;
    }
    while (*at == ' ')
        at++;
    snprintf(out, 128, "%.*s", (int)strcspn(at, "|"), at);
    for (size_t n = strlen(out); n > 0 && out[n - 1] == ' '; n--)
        out[n - 1] = 0;
}

static void test_choice(void **state) {
    (void)state;
    table t;
    char x[128];
    make(&t);
    char *text = print(&t);
    cell(text, "one user, long prompts", 1, x);
    assert_string_equal(x, "`good` (2.00x)"); /* fast keeps 80 %, wrong has no time */
    cell(text, "one user, long prompts", 2, x);
    assert_string_equal(x, "`good` (2.00x)");
    cell(text, "server, all at once", 1, x); /* within 3 %: not told apart */
    assert_string_equal(x, "`good` (1.02x) or `bf16`");
    cell(text, "memory", 1, x);
    assert_string_equal(x, "`good` (2.00x)");
    assert_null(strstr(text, "long answers")); /* not measured */
    assert_non_null(strstr(text, "99.50 [99.26, 99.75]"));
    assert_null(strstr(text, "wrong"));
    free(text);
    /* fast keeps enough now */
    t.accuracy[2].ppl = 20.8;
    t.accuracy[2].dppl = 0.8;
    text = print(&t);
    cell(text, "one user, long prompts", 1, x);
    assert_string_equal(x, "`good` (2.00x)");
    cell(text, "one user, long prompts", 2, x);
    assert_string_equal(x, "`fast` (3.00x)");
    cell(text, "server, all at once", 2, x);
    assert_string_equal(x, "`fast` (4.00x)");
    free(text);
    /* intervals that meet */
    t.results[2].speedup_lo = 2.05;
    text = print(&t);
    cell(text, "one user, long prompts", 2, x);
    assert_string_equal(x, "`fast` (3.00x) or `good`");
    free(text);
}

static void test_nothing_to_say(void **state) {
    (void)state;
    table t;
    make(&t);
    t.rows.n_accuracy = 0;
    char *text = print(&t);
    assert_string_equal(text, "");
    free(text);
    make(&t);
    t.rows.n_results = t.rows.n_serve = 0;
    text = print(&t);
    assert_string_equal(text, "");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_choice), cmocka_unit_test(test_nothing_to_say)};
    return cmocka_run_group_tests_name("recommend", tests, NULL, NULL);
}
