/* The history file: what goes in comes out, once; export and import are inverse; foreign and broken files are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/history.h"

static char dir[64], path[128], other[128];
static fq_arena arena;

static fq_folder make_run(int number) {
    fq_folder f = {.dir = "made up"};
    f.results = FQ_NEW(&arena, fq_result, 3);
    f.accuracy = FQ_NEW(&arena, fq_accuracy_row, 1);
    f.facts = FQ_NEW(&arena, fq_fact, 1);
    f.facts[f.n_facts++] = (fq_fact){"utc", fq_arena_printf(&arena, "2026-01-%02dT00:00:00Z", number)};
    for (int i = 0; i < 3; i++) {
        fq_result *r = &f.results[f.n_results++];
        fq_result_init(r);
        r->test_id = i == 0 ? "gemm" : i == 1 ? "pp128 \"f32\", 'x'" : "failed";
        r->median_ns = 1000 * (i + 1) + number + 1.0 / 3;
        r->median_lo_ns = i == 0 ? r->median_ns - 1 : NAN;
        r->median_hi_ns = i == 0 ? r->median_ns + 1 : NAN;
        r->verdict = i == 2 ? "FAIL" : "PASS";
        r->cpu_info = "AMD EPYC";
        r->build_commit = fq_arena_printf(&arena, "c%d", number);
    }
    fq_accuracy_row *a = &f.accuracy[f.n_accuracy++];
    fq_accuracy_row_init(a);
    a->model = "tiny";
    a->variant = "fireq";
    a->text = "self";
    a->ctx = 512;
    a->windows = 4;
    a->ppl = 29.8;
    a->kld_mean = 0.15;
    return f;
}

static fq_history *open_history(const char *at) {
    fq_history *h;
    if (fq_history_open(&h, at, 1) != FQ_OK) fail_msg("%s", fq_message());
    return h;
}

static void goes_in_and_comes_out_once(void **state) {
    fq_history *h = open_history(path);
    fq_history_row *rows;
    int run, added, n;
    for (int i = 1; i <= 12; i++) {
        fq_folder f = make_run(i);
        assert_int_equal(fq_history_add(h, &f, i == 2 ? "a note" : NULL, &run, &added), FQ_OK);
        assert_true(run == i && added);
    }
    fq_folder again = make_run(7);
    assert_int_equal(fq_history_add(h, &again, NULL, &run, &added), FQ_OK);
    assert_true(run == 7 && !added);
    fq_history_close(h);
    h = open_history(path); /* it is on the disk */
    assert_int_equal(fq_history_rows(h, "", "", &arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 12 * 4);
    assert_int_equal(fq_history_rows(h, "gemm", "median", &arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 12);
    for (int i = 0; i < n; i++) {
        assert_true(rows[i].run == i + 1 && rows[i].value == 1000 + i + 1 + 1.0 / 3 && rows[i].hi == rows[i].value + 1);
        assert_string_equal(rows[i].machine, "AMD EPYC");
    }
    assert_string_equal(rows[1].note, "a note");
    assert_string_equal(rows[4].build_commit, "c5");
    assert_int_equal(fq_history_rows(h, "\"f32\", 'x'", "", &arena, &rows, &n), FQ_OK);
    assert_true(n == 12 && isnan(rows[0].lo));
    assert_int_equal(fq_history_rows(h, "failed", "", &arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 0);
    fq_folder none = {.dir = "empty"};
    assert_int_equal(fq_history_add(h, &none, NULL, &run, &added), FQ_ERR_INPUT);
    fq_history_close(h);
}

static void import_is_the_inverse_of_export(void **state) {
    fq_history *h = open_history(path), *copy = open_history(other);
    fq_history_row *rows, *back;
    int n, m, runs;
    assert_int_equal(fq_history_rows(h, "", "", &arena, &rows, &n), FQ_OK);
    fq_history_row bad[2] = {rows[0], rows[1]};
    bad[1].fingerprint = NULL;
    assert_int_equal(fq_history_import(copy, bad, 2, &runs), FQ_ERR_INPUT);
    assert_int_equal(fq_history_rows(copy, "", "", &arena, &back, &m), FQ_OK);
    assert_int_equal(m, 0); /* nothing of it */
    assert_int_equal(fq_history_import(copy, rows, n, &runs), FQ_OK);
    assert_int_equal(runs, 12);
    assert_int_equal(fq_history_import(copy, rows, n, &runs), FQ_OK);
    assert_int_equal(runs, 0);
    assert_int_equal(fq_history_rows(copy, "", "", &arena, &back, &m), FQ_OK);
    assert_int_equal(n, m);
    for (int i = 0; i < n; i++) {
        assert_true(rows[i].run == back[i].run && rows[i].value == back[i].value);
        assert_string_equal(rows[i].test_id, back[i].test_id);
        assert_string_equal(rows[i].fingerprint, back[i].fingerprint);
    }
    fq_history_close(h);
    fq_history_close(copy);
}

static void foreign_files_are_refused(void **state) {
    fq_history *h;
    char text[256];
    snprintf(text, sizeof text, "%s/text", dir);
    FILE *f = fopen(text, "w");
    assert_non_null(f);
    for (int i = 0; i < 500; i++)
        fputs("not a database\n", f);
    fclose(f);
    assert_int_equal(fq_history_open(&h, text, 1), FQ_ERR_INPUT);
    assert_null(h);
    assert_int_equal(fq_history_open(&h, "/nonexistent/x", 1), FQ_ERR_INPUT);
    /* cut in the middle */
    f = fopen(path, "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    const long size = ftell(f);
    fclose(f);
    snprintf(text, sizeof text, "head -c %ld %s >%s/cut", size / 3, path, dir);
    assert_int_equal(system(text), 0);
    snprintf(text, sizeof text, "%s/cut", dir);
    fq_history_row *rows;
    int n = 0;
    fq_status s = fq_history_open(&h, text, 0);
    if (s == FQ_OK) {
        s = fq_history_rows(h, "", "", &arena, &rows, &n);
        fq_history_close(h);
    }
    assert_true(s != FQ_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_in_and_comes_out_once),
        cmocka_unit_test(import_is_the_inverse_of_export),
        cmocka_unit_test(foreign_files_are_refused),
    };
    char command[128];
    snprintf(dir, sizeof dir, "/tmp/fqbench-history-XXXXXX");
    if (fq_arena_init(&arena, 0) != FQ_OK || mkdtemp(dir) == NULL) return 1;
    snprintf(path, sizeof path, "%s/h.sqlite", dir);
    snprintf(other, sizeof other, "%s/copy.sqlite", dir);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    failed += system(command) != 0;
    fq_arena_free(&arena);
    return failed;
}
