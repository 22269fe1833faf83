/* `fqbench compare` as a script uses it: verdicts by name, exit codes, stored baselines, and two revisions of a small
 * repository whose program is a shell script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <sys/stat.h>

#include "harness/record.h"
#include "harness/rng.h"
#include "harness/stats.h"
#include "tests/cli_runner.h"

static cli c;
#define assert_failed(rc, word, other) assert_true(cli_failed(&c, rc, word, other))

enum { ROWS = 3, SAMPLES = 80 };
static const char *const ids[ROWS] = {"gemm fast", "gemm slow", "pp128 f32"};

/* Exit code and a message on standard error, whatever standard output holds. */
static void assert_exit(int rc, const char *word) {
    if (c.rc != rc || strstr(c.err, word) == NULL)
        fail_msg("exit %d, err '%s', expected %d and '%s'", c.rc, c.err, rc, word);
}

/* A results directory whose row 1 takes `factor` times as long, and whose perplexity is `nll`. */
static void write_run(const char *name, double factor, double nll, uint64_t seed) {
    char dir[512];
    fq_run *run;
    fq_rng rng = fq_rng_seed(seed, 0);
    snprintf(dir, sizeof dir, "%s/%s", c.scratch, name);
    assert_int_equal(fq_run_open(&run, dir), FQ_OK);
    for (int r = 0; r < ROWS; r++) {
        double t[SAMPLES];
        fq_result row;
        fq_result_init(&row);
        for (int i = 0; i < SAMPLES; i++) {
            fq_sample s;
            fq_sample_init(&s);
            t[i] = (r + 1) * 1e6 * exp(0.01 * fq_rng_gauss(&rng)) * (r == 1 ? factor : 1);
            s.test_id = ids[r];
            s.rep = i;
            s.t_ns = t[i];
            assert_int_equal(fq_run_row(run, FQ_TABLE_SAMPLES, &s), FQ_OK);
        }
        row.test_id = ids[r];
        row.verdict = "PASS";
        row.median_ns = fq_stats_percentile(t, SAMPLES, 50);
        assert_int_equal(fq_run_row(run, FQ_TABLE_RESULTS, &row), FQ_OK);
    }
    fq_accuracy_row a;
    fq_accuracy_row_init(&a);
    a.model = "tiny";
    a.variant = "fireq";
    a.text = "self";
    a.ctx = 64;
    a.windows = 2;
    a.nll = nll;
    assert_int_equal(fq_run_row(run, FQ_TABLE_ACCURACY, &a), FQ_OK);
    assert_int_equal(fq_run_close(run), FQ_OK);
}

static void verdicts_and_exit_codes(void **state) {
    const char *d = c.scratch;
    write_run("a", 1, 3.25, 1);
    write_run("b", 1, 3.25, 2);
    write_run("slow", 1.2, 3.25, 3);
    write_run("worse", 1, 3.2500001, 4);
    assert_int_equal(cli_run(&c, "compare %s/a %s/b --fail-on-regression --strict", d, d), 0);
    assert_non_null(strstr(c.out, "4 same, 0 faster, 0 slower"));
    assert_string_equal(c.err, "");
    assert_int_equal(cli_run(&c, "compare %s/a %s/slow --explain", d, d), 0);
    assert_non_null(strstr(c.out, "| SLOWER  | gemm slow"));
    assert_non_null(strstr(c.out, "3 same, 0 faster, 1 slower"));
    assert_non_null(strstr(c.out, "How it was decided"));
    cli_run(&c, "compare %s/a %s/slow --fail-on-regression", d, d);
    assert_exit(3, "SLOWER gemm slow");
    assert_null(strstr(c.err, "gemm fast"));
    cli_run(&c, "compare %s/a %s/worse --fail-on-regression", d, d);
    assert_exit(3, "WORSE fireq");
    assert_int_equal(cli_run(&c, "compare %s/slow %s/a --fail-on-regression", d, d), 0); /* faster is no regression */
    assert_non_null(strstr(c.out, "FASTER"));
    assert_int_equal(cli_run(&c, "compare %s/a %s/slow --fail-on-regression --threshold 25", d, d), 0);
    cli_run(&c, "compare %s/a %s/b --strict --threshold 0.1", d, d);
    assert_exit(4, "AMBIGUOUS");
    assert_int_equal(cli_run(&c, "compare %s/a %s/slow -o csv", d, d), 0);
    assert_int_equal(cli_lines(c.out), 5);
    assert_memory_equal(c.out, "verdict,kind,test_id,", 21);
}

static void baselines_grow(void **state) {
    char store[512];
    snprintf(store, sizeof store, "--baselines %s/store", c.scratch);
    const char *d = c.scratch;
    for (int i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        write_run(name, 1, 3.25, 10 + (uint64_t)i);
        assert_int_equal(cli_run(&c, "compare --save-baseline main %s/n%d %s", d, i, store), 0);
    }
    assert_non_null(strstr(c.out, "5 in all"));
    assert_int_equal(cli_run(&c, "compare --baseline main %s/b %s --strict", d, store), 0);
    cli_run(&c, "compare --baseline main %s/slow %s --fail-on-regression", d, store);
    assert_exit(3, "SLOWER gemm slow");
    assert_int_equal(cli_run(&c, "compare %s/store/main %s/store/main --explain", d, d), 0);
    assert_non_null(strstr(c.out, "the units are runs, by their median"));
}

static void usage_errors(void **state) {
    static const struct {
        const char *words, *word, *other;
    } cases[] = {
        {"compare", "two results directories", "help compare"},
        {"compare /nonexistent /nonexistent", "/nonexistent", "No such file"},
        {"compare results results/README.md", "README.md", "Not a directory"},
        {"compare --baseline ../x results/quick-zen3", "'../x'", "plain name"},
        {"compare --baseline nothere results/quick-zen3", "nothere", "No such file"},
        {"compare --baseline x", "--baseline", "one results directory"},
        {"compare --save-baseline x a b", "--save-baseline", "one results directory"},
        {"compare a b --alpha 2", "--alpha", "0 and 1"},
        {"compare a b --threshold -1", "--threshold", "0 or more"},
        {"compare a b -o xml", "'xml'", "json"},
        {"compare --rev HEAD", "--rev", "two revisions"},
        {"compare --rev a b --rounds 0", "--rounds", "1 to 200"},
        {"compare --rev --out /nonexistent/x -q -- --help nosuch", "--help", "no revision"},
        {"compare --rev . . -q --scenario /nonexistent.yaml", "/nonexistent.yaml", "No such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cli_run(&c, "%s", cases[i].words);
        if (!cli_failed(&c, 2, cases[i].word, cases[i].other)) fail_msg("fqbench %s", cases[i].words);
    }
}

/* A program that takes as long as its second line says, and leaves a results.csv. */
static void write_program(FILE *f, int ns) {
    fprintf(f,
            "#!/bin/sh\n"
            "t=%d\n"
            "while [ \"$1\" != --out ]; do shift; done\n"
            "mkdir -p \"$2\"\n"
            "n=$(echo \"$2\" | sed 's/.*run-0*//')\n"
            "printf 'test_id,median_ns,verdict\\nrow,%%d,PASS\\nother,%%d,PASS\\n' $((t + n)) $((500000 + n)) "
            ">\"$2/results.csv\"\n",
            ns);
}

static int shell(const char *format, const char *dir) {
    char command[2048];
    snprintf(command, sizeof command, format, dir);
    return system(command);
}

static void revisions_are_built_and_run_in_turns(void **state) {
    char repo[512], path[600], here[4096], program[4096];
    snprintf(repo, sizeof repo, "%s/repo", c.scratch);
    if (system("command -v git >/dev/null && command -v make >/dev/null") != 0) skip();
    assert_int_equal(mkdir(repo, 0777), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/program", repo);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        write_program(f, i == 0 ? 1000000 : 1050000);
        fclose(f);
        snprintf(path, sizeof path, "%s/Makefile", repo);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs("all:\n\t@mkdir -p build && cp program build/fqbench && chmod +x build/fqbench\n", f);
        fclose(f);
        assert_int_equal(shell("cd '%s' && : >s.yaml && git init -q 2>/dev/null && git add -A && "
                               "git -c user.name=x -c user.email=x@x commit -qm x",
                               repo),
                         0);
    }
    assert_non_null(getcwd(here, sizeof here));
    assert_non_null(realpath(c.program, program));
    snprintf(c.program, sizeof c.program, "%s", program);
    assert_int_equal(chdir(repo), 0);
    cli_run(&c, "compare --rev HEAD~1 HEAD --scenario s.yaml --rounds 6 --out o --threshold 2 --fail-on-regression -q");
    assert_exit(3, "SLOWER row");
    assert_null(strstr(c.err, "other"));
    assert_non_null(strstr(c.out, "1 same, 0 faster, 1 slower"));
    cli_run(&c, "compare --rev HEAD~1 HEAD --scenario s.yaml --rounds 6 --out o -q");
    assert_failed(2, "o is there already", "mix");
    assert_int_equal(cli_run(&c, "compare --rev HEAD HEAD --scenario s.yaml --rounds 6 --out p --strict -q"), 0);
    cli_run(&c, "compare --rev HEAD nosuch --scenario s.yaml -q");
    assert_failed(2, "nosuch", "no revision");
    assert_int_equal(shell("cd '%s' && echo 'all: ; @echo does not build; false' >Makefile && git -c user.name=x "
                           "-c user.email=x@x commit -qam broken",
                           repo),
                     0);
    cli_run(&c, "compare --rev HEAD~1 HEAD --scenario s.yaml -q");
    assert_failed(1, "make", "exit code 2");
    assert_int_equal(chdir(here), 0);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_and_exit_codes),
        cmocka_unit_test(baselines_grow),
        cmocka_unit_test(usage_errors),
        cmocka_unit_test(revisions_are_built_and_run_in_turns),
    };
    cli_open(&c, argv[0]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cli_close(&c);
    return failed;
}
