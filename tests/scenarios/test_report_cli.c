/* report, reproduce and history as a user types them, on the reference results of this repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/cli_runner.h"

static cli c;

static void copy_results(const char *from, const char *name) {
    char command[1024];
    snprintf(command, sizeof command, "mkdir '%s/%s' && cp %s/*.csv %s/environment.json '%s/%s/'", c.scratch, name,
             from, from, c.scratch, name);
    assert_int_equal(system(command), 0);
}

static char *slurp(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", c.scratch, name);
    return cli_slurp(path, NULL);
}

static void report_is_one_file(void **state) {
    copy_results("results/quick-zen3", "r");
    assert_int_equal(cli_run(&c, "report %s/r", c.scratch), 0);
    char *html = slurp("r/report.html"), *md = slurp("r/report.md");
    assert_non_null(strstr(md, "## To do it again"));
    assert_non_null(strstr(md, "build/fqbench run scenarios/quick.yaml --out results/quick-zen3\n"));
    assert_non_null(strstr(md, "| fireq-post "));
    assert_non_null(strstr(md, "| REPRODUCED "));
    assert_non_null(strstr(html, "<td class=\"good\">REPRODUCED</td>"));
    if (system("command -v gnuplot >/dev/null") == 0) {
        assert_non_null(strstr(md, "(plots/pareto-prefill-tiny-self-sampled.svg)"));
        assert_non_null(strstr(html, "<svg"));
    }
    /* nothing is fetched: no source, style sheet or script from elsewhere */
    assert_null(strstr(html, "src="));
    assert_null(strstr(html, "<link"));
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "@import"));
    free(html);
    free(md);
}

static void reproduce_counts(void **state) {
    assert_int_equal(cli_run(&c, "reproduce results/claims/directions.csv results/quick-zen3 results/smollm2-zen3"), 0);
    assert_non_null(strstr(c.out, "RoPE-aware scaling lowers the loss"));
    assert_non_null(strstr(c.out, " not comparable\n"));
    assert_int_equal(cli_run(&c, "reproduce results/claims/fireq.csv results/quick-zen3 -o csv"), 0);
    assert_memory_equal(c.out, "verdict,id,paper,", 17);
    /* as many runs as the results of this repository, and more */
    char many[1024] = "reproduce results/claims/fireq.csv";
    for (int i = 0; i < 40; i++)
        strcat(many, " results/quick-zen3");
    assert_int_equal(cli_run(&c, "%s", many), 0);
}

static void history_round_trip(void **state) {
    char db[512];
    snprintf(db, sizeof db, "%s/h.sqlite", c.scratch);
    assert_int_equal(cli_run(&c, "history add results/quick-zen3 results/smollm2-zen3 --db %s", db), 0);
    assert_int_equal(cli_run(&c, "history add results/quick-zen3 --db %s", db), 0);
    assert_non_null(strstr(c.out, "(was there)"));
    assert_int_equal(cli_run(&c, "history list --db %s --test fireq", db), 0);
    assert_non_null(strstr(c.out, "| ppl"));
    assert_int_equal(cli_run(&c, "history list --db %s -o csv", db), 0);
    char *first = strdup(c.out), path[512];
    snprintf(path, sizeof path, "%s/h.csv", c.scratch);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(first, f);
    fclose(f);
    assert_int_equal(cli_run(&c, "history import %s --db %s/g.sqlite", path, c.scratch), 0);
    assert_int_equal(cli_run(&c, "history list --db %s/g.sqlite -o csv", c.scratch), 0);
    assert_string_equal(c.out, first);
    free(first);
    if (system("command -v gnuplot >/dev/null") != 0) return;
    assert_int_equal(cli_run(&c, "history plot --db %s --test pp512 --out %s/p", db, c.scratch), 0);
    assert_non_null(strstr(c.out, "plots"));
}

static void usage_errors(void **state) {
    static const struct {
        const char *words, *word, *other;
    } cases[] = {
        {"report", "report", "directory"},
        {"report /nonexistent", "/nonexistent", "results.csv"},
        {"report results/quick-zen3 --claims a --no-claims", "--claims", "exclude"},
        {"reproduce", "reproduce", "claims file"},
        {"reproduce results/claims/fireq.csv", "reproduce", "results directory"},
        {"reproduce /nonexistent results/quick-zen3", "/nonexistent", "cannot open"},
        {"reproduce results/claims/fireq.csv /nonexistent", "/nonexistent", "No such file"},
        {"reproduce results/quick-zen3/samples.csv results/quick-zen3", "samples.csv", "no header"},
        {"reproduce results/claims/fireq.csv results/quick-zen3 -o xml", "'xml'", "json"},
        {"history", "history", "add, list"},
        {"history frob", "'frob'", "add, list"},
        {"history add --db build/nosuch.sqlite", "history add", "directory"},
        {"history list --db /nonexistent/h.sqlite", "/nonexistent", "unable to open"},
        {"history list --db results/quick-zen3/results.csv", "results.csv", "not a database"},
        {"history import --db build/nosuch.sqlite", "history import", "CSV"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cli_run(&c, "%s", cases[i].words);
        if (!cli_failed(&c, 2, cases[i].word, cases[i].other)) fail_msg("fqbench %s", cases[i].words);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_is_one_file),
        cmocka_unit_test(reproduce_counts),
        cmocka_unit_test(history_round_trip),
        cmocka_unit_test(usage_errors),
    };
    cli_open(&c, argv[0]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cli_close(&c);
    return failed;
}
