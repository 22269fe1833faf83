/* The scenario kinds of the field through the real program: format_sqnr fills formats.csv and its picture, search
 * writes maps within the budget that another run loads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <unistd.h>

#include "tests/run_rows.h"

static void test_format_sqnr(void **state) {
    (void)state;
    int n;
    char path[500];
    scratch_text(c.scratch, "f.yaml",
                 "name: f\nsteps:\n  - kind: format_sqnr\n    model: models/tiny\n    ctx: 16\n    layers: 1\n"
                 "    kappa: [1, 32]\n    formats: [int8, e4m3]\n");
    assert_int_equal(cli_run(&c, "run %s/f.yaml --out %s/f -q", c.scratch, c.scratch), 0);
    assert_non_null(strstr(c.out, "signal to quantization noise"));
    const fq_format_row *r = read_rows("f", "formats", FQ_TABLE_FORMATS, &n);
    /* 6 distributions; then for both kappas 4 sites, weights and inputs, under two granularities */
    assert_int_equal(n, 2 * (6 + 2 * 4 * 2 * 2));
    for (int i = 0; i < n; i++) {
        assert_true(isfinite(r[i].sqnr_db) && r[i].crest >= 1 && r[i].kurtosis >= 1);
        if (r[i].model == NULL || r[i].model[0] == 0) assert_true(fabs(r[i].sqnr_db - r[i].theory_db) < 1.5);
        if (strcmp(r[i].scale, "token") == 0) assert_true(r[i].sqnr_db > 5);
    }
    /* outliers in the inputs of gate and up ruin INT8 under one scale and leave E4M3 alone */
    double db[2][2];
    for (int i = 0; i < n; i++)
        if (strcmp(r[i].numbers, "layers.0.gate_up inputs") == 0 && strcmp(r[i].scale, "tensor") == 0)
            db[r[i].kappa > 1][r[i].format[0] == 'e'] = r[i].sqnr_db;
    assert_true(db[1][0] < db[0][0] - 5 && fabs(db[1][1] - db[0][1]) < 3);
    snprintf(path, sizeof path, "%s/f/plots/format-sqnr-distributions.png", c.scratch);
    assert_int_equal(access(path, F_OK), 0);
    scratch_text(c.scratch, "g.yaml",
                 "name: g\nsteps:\n  - kind: format_sqnr\n    model: models/tiny\n    formats: [int9]\n");
    assert_int_equal(cli_run(&c, "run %s/g.yaml --out %s/g -q", c.scratch, c.scratch), 2);
    assert_non_null(strstr(c.err, "int9"));
}

static void test_search(void **state) {
    (void)state;
    int n;
    char variant[600];
    scratch_text(c.scratch, "s.yaml",
                 "name: s\nsteps:\n  - kind: search\n    model: models/tiny\n    ctx: 32\n    windows: 2\n"
                 "    layers: 2\n    variants: [w8a8-int8, w4a8-int8]\n    budget_bits: 6\n    search_steps: 12\n"
                 "    search_windows: 1\n");
    assert_int_equal(cli_run(&c, "run %s/s.yaml --out %s/s -q", c.scratch, c.scratch), 0);
    const fq_accuracy_row *a = read_rows("s", "accuracy", FQ_TABLE_ACCURACY, &n);
    assert_int_equal(n, 4 + 2);
    for (int i = 0; i < 4; i++)
        assert_true(a[i].bits_per_weight <= 6 && a[i].bits_per_weight > 4 && isfinite(a[i].ppl));
    snprintf(variant, sizeof variant, "w8a8-int8:policy=%s/s/knapsack-2-6.yaml", c.scratch);
    assert_string_equal(a[1].variant, variant);
    const double ppl = a[1].ppl;
    /* another run, the map given for all variants */
    assert_int_equal(cli_run(&c,
                             "ppl -m models/tiny -v f32,w8a8-int8 --policy %s/s/knapsack-2-6.yaml --ctx 32 "
                             "--limit 2 --layers 2 -o csv",
                             c.scratch),
                     0);
    snprintf(variant, sizeof variant, "%s/stdout", c.scratch);
    void *rows;
    assert_int_equal(fq_record_read(variant, FQ_TABLE_ACCURACY, &arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 2);
    assert_true(fabs(((fq_accuracy_row *)rows)[1].ppl / ppl - 1) < 1e-6);
    /* options that no map could tell apart from the net */
    scratch_text(c.scratch, "t.yaml",
                 "name: t\nsteps:\n  - kind: search\n    model: models/tiny\n    variants: [w8a8-int8, fireq]\n");
    assert_int_equal(cli_run(&c, "run %s/t.yaml --out %s/t -q", c.scratch, c.scratch), 2);
    assert_non_null(strstr(c.err, "fireq is no option"));
    scratch_text(c.scratch, "u.yaml",
                 "name: u\nsteps:\n  - kind: search\n    model: models/tiny\n    layers: 1\n"
                 "    variants: [w8a8-int8, w4a8-int8]\n    budget_bits: 3\n");
    assert_int_not_equal(cli_run(&c, "run %s/u.yaml --out %s/u -q", c.scratch, c.scratch), 0);
    assert_non_null(strstr(c.err, "the budget is"));
}

int main(int argc, char **argv) {
    (void)argc;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_format_sqnr), cmocka_unit_test(test_search)};
    cli_open(&c, argv[0]);
    if (fq_arena_init(&arena, 0) != FQ_OK) return 1;
    const int failed = cmocka_run_group_tests_name("field", tests, NULL, NULL);
    fq_arena_free(&arena);
    cli_close(&c);
    return failed;
}
