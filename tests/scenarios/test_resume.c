/* A run that is killed at any moment leaves readable files, goes on where it was, and ends with the rows of a run that
 * was never killed; a step that fails is a row; two runs do not share a directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "harness/record.h"
#include "harness/rng.h"
#include "tests/cli_runner.h"

static cli c;
static fq_arena arena;
#define assert_failed(rc, word, other) assert_true(cli_failed(&c, rc, word, other))

static void in_scratch(char out[512], const char *name) {
    snprintf(out, 512, "%s/%s", c.scratch, name);
}

/* Perplexity alone: no ceilings to measure, and every number is the same each time. */
static void write_scenario(const char *path, const char *calibration) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("name: resumed\nabout: three steps\nsteps:\n", f);
    for (int i = 0; i < 3; i++) {
        fprintf(f,
                "  - kind: perplexity\n    model: models/tiny\n    ctx: %d\n    windows: 2\n    variants: [f32, %s]\n",
                64 + 32 * i,
                i != 1                ? "w4a16-g128"
                : calibration != NULL ? "fireq"
                                      : "w8a8-int8");
        if (i == 1 && calibration != NULL) fprintf(f, "    calibration: %s\n", calibration);
    }
    fclose(f);
}

static pid_t start(const char *scenario, const char *dir, int resume) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        cli_redirect("/dev/null", 1);
        cli_redirect("/dev/null", 2);
        setenv("FQ_PLOTS", "0", 1);
        setenv("OMP_WAIT_POLICY", "passive", 0);
        execl(c.program, c.program, "run", scenario, "-q", "--out", dir, resume ? "--resume" : (char *)NULL,
              (char *)NULL);
        _exit(127);
    }
    return child;
}

static void nap(int ms) {
    const struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};
    nanosleep(&t, NULL);
}

static int is_there(const char *dir, const char *name) {
    char path[600];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &st) == 0;
}

/* Until a file is there, 20 s at most; 0 if the child ended first. */
static int wait_for(const char *dir, const char *name, pid_t child) {
    for (int i = 0; i < 4000; i++) {
        if (is_there(dir, name)) return 1;
        if (waitpid(child, NULL, WNOHANG) == child) return 0;
        nap(5);
    }
    return 0;
}

static void kill_hard(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* Everything that ends in .csv can be read, whenever the run was stopped. */
static void assert_files_are_valid(const char *dir) {
    static const char *const names[] = {"results", "samples", "accuracy"};
    static const fq_table tables[] = {FQ_TABLE_RESULTS, FQ_TABLE_SAMPLES, FQ_TABLE_ACCURACY};
    for (int t = 0; t < 3; t++) {
        char pattern[600];
        glob_t found;
        snprintf(pattern, sizeof pattern, "%s/%s*.csv*", dir, names[t]);
        if (glob(pattern, 0, NULL, &found) != 0) continue;
        for (size_t i = 0; i < found.gl_pathc; i++) {
            void *rows;
            int n;
            struct stat st;
            if (stat(found.gl_pathv[i], &st) == 0 && st.st_size == 0) continue; /* just created */
            if (fq_record_read(found.gl_pathv[i], tables[t], &arena, &rows, &n) != FQ_OK) fail_msg("%s", fq_message());
        }
        globfree(&found);
    }
}

static int accuracy_of(const char *dir, fq_accuracy_row **rows) {
    char path[600];
    void *read;
    int n;
    snprintf(path, sizeof path, "%s/accuracy.csv", dir);
    if (fq_record_read(path, FQ_TABLE_ACCURACY, &arena, &read, &n) != FQ_OK) fail_msg("%s", fq_message());
    *rows = read;
    return n;
}

static void assert_same_accuracy(const char *a, const char *b) {
    fq_accuracy_row *x, *y;
    const int n = accuracy_of(a, &x);
    assert_int_equal(n, accuracy_of(b, &y));
    assert_int_equal(n, 6);
    for (int i = 0; i < n; i++) {
        assert_string_equal(x[i].variant, y[i].variant);
        assert_true(x[i].ctx == y[i].ctx && x[i].nll == y[i].nll && x[i].kld_max == y[i].kld_max);
    }
}

static void killed_runs_are_resumed(void **state) {
    char scenario[512], whole[512], cut[512];
    in_scratch(scenario, "s.yaml");
    in_scratch(whole, "whole");
    in_scratch(cut, "cut");
    write_scenario(scenario, NULL);
    assert_int_equal(cli_run(&c, "run %s --out %s -q", scenario, whole), 0);
    assert_false(is_there(whole, "journal.json"));
    pid_t child = start(scenario, cut, 0);
    if (wait_for(cut, "journal.json", child)) kill_hard(child);
    assert_files_are_valid(cut);
    assert_false(is_there(cut, "accuracy.csv"));
    /* other settings, then the same */
    cli_run(&c, "run %s --out %s -q --resume --set windows=1", scenario, cut);
    assert_failed(2, "--resume", "other settings");
    fq_rng r = fq_rng_seed((uint64_t)time(NULL), 0);
    for (int i = 0; i < 8; i++) { /* killed again while it resumes, at any moment */
        child = start(scenario, cut, 1);
        nap(5 + (int)fq_rng_below(&r, 300));
        kill_hard(child);
        assert_files_are_valid(cut);
    }
    assert_int_equal(cli_run(&c, "run %s --out %s --resume", scenario, cut), 0);
    assert_non_null(strstr(c.err, "resuming after"));
    assert_same_accuracy(whole, cut);
    assert_false(is_there(cut, "journal.json"));
    assert_false(is_there(cut, "accuracy.partial.csv"));
    assert_false(is_there(cut, "accuracy.kept.csv"));
    assert_int_equal(cli_run(&c, "run %s --out %s -q --resume", scenario, cut), 0);
    assert_non_null(strstr(c.out, "nothing to resume"));
}

/* Within a step, too, what stands for itself is kept: here the outliers of one strength. */
static void parts_of_a_step_are_kept(void **state) {
    char scenario[512], whole[512], cut[512];
    in_scratch(scenario, "parts.yaml");
    in_scratch(whole, "parts");
    in_scratch(cut, "parts-cut");
    FILE *f = fopen(scenario, "w");
    assert_non_null(f);
    fputs("name: parts\nsteps:\n  - kind: perplexity\n    model: models/tiny\n    ctx: 64\n    windows: 2\n"
          "    variants: [f32, 'w8a8-int8:a=a.int8.token']\n    kappa: [1, 8, 64]\n",
          f);
    fclose(f);
    assert_int_equal(cli_run(&c, "run %s --out %s -q", scenario, whole), 0);
    pid_t child = start(scenario, cut, 0);
    if (wait_for(cut, "journal.json", child)) kill_hard(child);
    assert_files_are_valid(cut);
    assert_int_equal(cli_run(&c, "run %s --out %s --resume", scenario, cut), 0);
    if (strstr(c.out, "nothing to resume") == NULL) assert_non_null(strstr(c.err, "some rows of the next"));
    assert_same_accuracy(whole, cut);
}

/* What is under way when the time is over is interrupted, and what was done before it is there. */
static void a_hard_time_out(void **state) {
    char scenario[512], dir[512], path[600];
    struct timespec before, after;
    in_scratch(scenario, "long.yaml");
    in_scratch(dir, "long");
    FILE *f = fopen(scenario, "w");
    assert_non_null(f);
    fputs("name: long\nsteps:\n"
          "  - {kind: perplexity, model: models/tiny, ctx: 16, windows: 1, variants: [f32], reference: none}\n"
          "  - {kind: perplexity, model: models/tiny, ctx: 1024, windows: 128, variants: [f32, fireq]}\n"
          "  - {kind: perplexity, model: models/tiny, ctx: 16, windows: 1, variants: [f32]}\n",
          f);
    fclose(f);
    /* On a busy machine the first step may take all of a short time: then once more with twice as much. */
    fq_accuracy_row *rows;
    void *results;
    int n = 0, timeout = 1;
    for (; timeout <= 16; timeout *= 2) {
        clock_gettime(CLOCK_MONOTONIC, &before);
        cli_run(&c, "run %s --out %s --timeout %d", scenario, dir, timeout);
        clock_gettime(CLOCK_MONOTONIC, &after);
        snprintf(path, sizeof path, "%s/results.csv", dir);
        assert_int_equal(fq_record_read(path, FQ_TABLE_RESULTS, &arena, &results, &n), FQ_OK);
        if (n == 2 && strstr(((const fq_result *)results)->reason, "inside this step") != NULL) break;
    }
    assert_true(timeout <= 16);
    assert_int_equal(c.rc, 0);
    assert_true(after.tv_sec - before.tv_sec < timeout + 20); /* undisturbed it takes minutes */
    assert_int_equal(accuracy_of(dir, &rows), 1);
    assert_int_equal(n, 2);
    const fq_result *r = results;
    assert_string_equal(r[0].test_id, "step 2 perplexity");
    assert_non_null(strstr(r[0].reason, "inside this step"));
    assert_string_equal(r[1].verdict, "SKIP");
    assert_true(is_there(dir, "environment.json") && !is_there(dir, "journal.json"));
    assert_false(is_there(dir, "results.csv.tmp~"));
}

static void a_failing_step_is_a_row(void **state) {
    char scenario[512], ids[512], dir[512], path[600];
    in_scratch(scenario, "bad.yaml");
    in_scratch(ids, "bad.u16");
    in_scratch(dir, "bad");
    FILE *f = fopen(ids, "w");
    assert_non_null(f);
    fputs("\xff\xff\xff\xff", f); /* no such id: found when calibration begins */
    fclose(f);
    write_scenario(scenario, ids);
    cli_run(&c, "run %s --out %s -q", scenario, dir);
    assert_int_equal(c.rc, 1);
    fq_accuracy_row *rows;
    assert_int_equal(accuracy_of(dir, &rows), 4);
    void *results;
    int n;
    snprintf(path, sizeof path, "%s/results.csv", dir);
    assert_int_equal(fq_record_read(path, FQ_TABLE_RESULTS, &arena, &results, &n), FQ_OK);
    assert_int_equal(n, 1);
    const fq_result *r = results;
    assert_string_equal(r->verdict, "FAIL");
    assert_string_equal(r->test_id, "step 2 perplexity");
    assert_non_null(strstr(r->reason, "65535"));
}

static void time_out_and_limit(void **state) {
    char scenario[512];
    in_scratch(scenario, "s.yaml");
    cli_run(&c, "run %s --out %s/late -q --timeout 0.000000001", scenario, c.scratch);
    assert_int_equal(c.rc, 77);
    assert_non_null(strstr(c.out, "| SKIP"));
    cli_run(&c, "run %s --out %s/late -q --timeout -1", scenario, c.scratch);
    assert_failed(2, "--timeout", "0 or more");
    fq_accuracy_row *rows;
    char dir[512];
    in_scratch(dir, "one");
    assert_int_equal(cli_run(&c, "run %s --out %s -q --limit 1", scenario, dir), 0);
    assert_int_equal(accuracy_of(dir, &rows), 6);
    assert_true(rows[0].windows == 1);
    assert_int_equal(cli_run(&c, "run %s --out %s --dry-run --limit 1", scenario, dir), 0);
    assert_non_null(strstr(c.out, "6 rows, about "));
    assert_null(strstr(c.out, "unknown"));
}

static void two_runs_do_not_mix(void **state) {
    char scenario[512], dir[512];
    in_scratch(scenario, "s.yaml");
    in_scratch(dir, "shared");
    const pid_t child = start(scenario, dir, 0);
    if (wait_for(dir, "accuracy.csv.tmp~", child)) {
        nap(20);
        cli_run(&c, "run %s --out %s -q", scenario, dir);
        const int still = waitpid(child, NULL, WNOHANG) == 0;
        if (still) assert_failed(2, "another run", "writing");
        if (still) kill_hard(child);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_runs_are_resumed), cmocka_unit_test(parts_of_a_step_are_kept),
        cmocka_unit_test(a_hard_time_out),         cmocka_unit_test(a_failing_step_is_a_row),
        cmocka_unit_test(time_out_and_limit),      cmocka_unit_test(two_runs_do_not_mix),
    };
    setenv("FQ_PLOTS", "0", 1);
    if (fq_arena_init(&arena, 0) != FQ_OK) return 1;
    cli_open(&c, argv[0]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cli_close(&c);
    fq_arena_free(&arena);
    return failed;
}
