/* Comparing two sides made of invented samples, whose truth is known: A/A stays within the false-alarm rate, a planted
 * change is found in its row and no other, and every verdict can be reached. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/compare.h"
#include "harness/rng.h"
#include "harness/stats.h"

enum { ROWS = 8 };
static const char *const ids[ROWS] = {"gemm a", "gemm b", "ffn a", "ffn b", "attention", "pp128", "pp512", "tg32"};

/* How a made-up machine behaves. */
typedef struct machine {
    double jitter;  /* sd of ln t from sample to sample */
    double memory;  /* autocorrelation of that: disturbances last */
    double process; /* sd of ln t from run to run */
    double spike;   /* share of samples that take twice as long */
    int samples;    /* of a row */
    double factor;  /* planted: times as slow */
    int planted;    /* in this row; -1: none */
} machine;

static const machine busy = {0.03, 0.7, 0.01, 0.03, 60, 1, -1};

static fq_folder make_run(fq_arena *arena, fq_rng *rng, const machine *m) {
    fq_folder f = {.dir = "made up"};
    f.results = FQ_NEW(arena, fq_result, ROWS);
    f.samples = FQ_NEW(arena, fq_sample, ROWS * m->samples);
    assert_true(f.results != NULL && f.samples != NULL);
    for (int r = 0; r < ROWS; r++) {
        fq_result *row = &f.results[f.n_results++];
        fq_result_init(row);
        row->test_id = ids[r];
        row->verdict = "PASS";
        double t[512], offset = m->process * fq_rng_gauss(rng), state = fq_rng_gauss(rng);
        for (int i = 0; i < m->samples; i++) {
            state = m->memory * state + sqrt(1 - m->memory * m->memory) * fq_rng_gauss(rng);
            t[i] = (r + 1) * 1e6 * exp(offset + m->jitter * state) * (r == m->planted ? m->factor : 1);
            if (fq_rng_uniform(rng) < m->spike) t[i] *= 2;
            fq_sample *s = &f.samples[f.n_samples++];
            fq_sample_init(s);
            s->test_id = ids[r];
            s->t_ns = t[i];
        }
        row->median_ns = fq_stats_percentile(t, m->samples, 50);
        row->n_samples = m->samples;
    }
    return f;
}

static void make_side(fq_arena *arena, fq_rng *rng, const machine *m, fq_folder *runs, int n) {
    for (int i = 0; i < n; i++)
        runs[i] = make_run(arena, rng, m);
}

static fq_comparison compare(fq_arena *arena, const fq_folder *a, int na, const fq_folder *b, int nb, double pct) {
    fq_comparison c;
    fq_compare_options o = fq_compare_defaults();
    o.threshold_pct = pct;
    assert_int_equal(fq_compare(a, na, b, nb, &o, arena, &c), FQ_OK);
    return c;
}

static int false_alarms(int experiments, const machine *m, int runs, double threshold) {
    fq_rng rng = fq_rng_seed(41, (uint64_t)runs);
    fq_arena arena;
    int alarms = 0;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    for (int e = 0; e < experiments; e++) {
        fq_folder a[8], b[8];
        make_side(&arena, &rng, m, a, runs);
        make_side(&arena, &rng, m, b, runs);
        fq_comparison c = compare(&arena, a, runs, b, runs, threshold);
        assert_int_equal(c.n, ROWS);
        alarms += c.faster + c.slower > 0;
        fq_arena_reset(&arena, 0);
    }
    fq_arena_free(&arena);
    return alarms;
}

/* Nothing planted, no threshold to hide behind: at most 5 of 100 comparisons may find anything (200 tried: 10 +- 3.1).
 */
static void nothing_is_found_in_nothing(void **state) {
    machine white = busy;
    white.memory = white.process = 0;
    assert_in_range(false_alarms(200, &white, 1, 0.01), 0, 19);
    assert_in_range(false_alarms(200, &busy, 6, 0.01), 0, 19);
    /* Two single runs cannot know what differs from run to run: they keep the rate where nothing does. */
    machine steady = busy;
    steady.process = 0;
    assert_in_range(false_alarms(200, &steady, 1, 3), 0, 19);
}

/* 5 % in one row of eight, 20 experiments: found by name, and nothing else is. */
static void planted_change_is_found_and_named(void **state) {
    fq_rng rng = fq_rng_seed(43, 0);
    fq_arena arena;
    int found = 0, wrong = 0;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    for (int e = 0; e < 20; e++) {
        machine slow = busy;
        fq_folder a[8], b[8];
        slow.planted = e % ROWS;
        slow.factor = e % 2 ? 1.05 : 1 / 1.05;
        make_side(&arena, &rng, &busy, a, 8);
        make_side(&arena, &rng, &slow, b, 8);
        fq_comparison c = compare(&arena, a, 8, b, 8, 2);
        assert_true(c.by_run);
        for (int i = 0; i < c.n; i++) {
            const int hit = strcmp(c.row[i].verdict, e % 2 ? "SLOWER" : "FASTER") == 0;
            if (strcmp(c.row[i].test_id, ids[slow.planted]) == 0)
                found += hit;
            else
                wrong += hit || strcmp(c.row[i].verdict, e % 2 ? "FASTER" : "SLOWER") == 0;
        }
        fq_arena_reset(&arena, 0);
    }
    fq_arena_free(&arena);
    assert_true(found >= 18);
    assert_true(wrong <= 1);
}

static const fq_change *row_of(const fq_comparison *c, const char *id) {
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->row[i].test_id, id) == 0) return &c->row[i];
    fail_msg("no row %s", id);
    return NULL;
}

static void verdicts_and_reasons(void **state) {
    fq_rng rng = fq_rng_seed(47, 0);
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    const machine calm = {0.002, 0, 0, 0, 100, 1, -1};
    machine faster = calm;
    faster.planted = 2;
    faster.factor = 0.9;
    fq_folder a = make_run(&arena, &rng, &calm), b = make_run(&arena, &rng, &faster);
    b.results[0].verdict = "FAIL";
    b.results[0].reason = "wrong after timing";
    b.results[1].test_id = "gemm z";
    for (int i = 100; i < 200; i++)
        b.samples[i].test_id = "gemm z";
    fq_comparison c = compare(&arena, &a, 1, &b, 1, 3);
    assert_int_equal(c.n, ROWS + 1);
    assert_int_equal(c.by_run, 0);
    assert_string_equal(row_of(&c, "gemm a")->verdict, "BROKEN");
    assert_non_null(strstr(row_of(&c, "gemm a")->reason, "wrong after timing"));
    assert_string_equal(row_of(&c, "gemm b")->verdict, "MISSING");
    assert_string_equal(row_of(&c, "gemm z")->verdict, "ADDED");
    const fq_change *hit = row_of(&c, "ffn a");
    assert_string_equal(hit->verdict, "FASTER");
    assert_true(hit->lo_pct <= hit->change_pct && hit->change_pct <= hit->hi_pct && hit->hi_pct < -9 &&
                hit->lo_pct > -11);
    assert_true(hit->p < hit->p_adjusted && hit->p_adjusted < 1e-6);
    assert_string_equal(row_of(&c, "tg32")->verdict, "SAME");
    assert_true(c.same == 5 && c.faster == 1 && c.slower == 0 && c.broken == 1 && c.missing == 1 && c.added == 1);
    assert_true(c.noise_pct > 0 && c.noise_pct < 0.3);
    assert_true(c.geomean.ratio < 0.99 && c.geomean.ratio > 0.97 && c.geomean.lo < c.geomean.ratio);
    assert_int_equal((int)row_of(&c, "tg32")->n_base, 100);
    a = make_run(&arena, &rng, &busy); /* neighbours alike: fewer units than samples */
    c = compare(&arena, &a, 1, &b, 1, 3);
    double units = 0;
    for (int i = 0; i < c.n; i++)
        if (c.row[i].n_base > 0) units += c.row[i].n_base / busy.samples / ROWS;
    assert_true(units < 0.7);
    fq_arena_free(&arena);
}

/* INVALID in one run of many is that run's misfortune, FAIL in one is everybody's. */
static void one_bad_run(void **state) {
    fq_rng rng = fq_rng_seed(61, 0);
    fq_arena arena;
    fq_folder a[6], b[6];
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    const machine calm = {0.002, 0, 0, 0, 30, 1, -1};
    make_side(&arena, &rng, &calm, a, 6);
    make_side(&arena, &rng, &calm, b, 6);
    b[5].results[2].verdict = "INVALID";
    fq_comparison c = compare(&arena, a, 6, b, 6, 3);
    assert_true(c.same == ROWS && row_of(&c, "ffn a")->n_new == 5);
    b[3].results[2].verdict = "FAIL";
    c = compare(&arena, a, 6, b, 6, 3);
    assert_string_equal(row_of(&c, "ffn a")->verdict, "BROKEN");
    for (int i = 0; i < 6; i++)
        b[i].results[2].verdict = "INVALID";
    c = compare(&arena, a, 6, b, 6, 3);
    assert_string_equal(row_of(&c, "ffn a")->verdict, "BROKEN");
    fq_arena_free(&arena);
}

/* Few and noisy samples decide nothing, and the number that is asked for then does. */
static void ambiguous_says_how_many(void **state) {
    fq_rng rng = fq_rng_seed(53, 0);
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    machine m = {0.05, 0, 0, 0, 10, 1, -1};
    fq_folder a = make_run(&arena, &rng, &m), b = make_run(&arena, &rng, &m);
    fq_comparison c = compare(&arena, &a, 1, &b, 1, 3);
    assert_true(c.ambiguous >= 6);
    double most = 0;
    for (int i = 0; i < c.n; i++) {
        if (strcmp(c.row[i].verdict, "AMBIGUOUS") == 0) assert_true(strlen(c.row[i].reason) > 0);
        assert_true(c.row[i].needed > 10);
        most = fmax(most, c.row[i].needed);
    }
    m.samples = 500;
    assert_true(most < 500);
    a = make_run(&arena, &rng, &m);
    b = make_run(&arena, &rng, &m);
    c = compare(&arena, &a, 1, &b, 1, 3);
    assert_true(c.same >= 7);
    m.samples = 2; /* no interval at all */
    a = make_run(&arena, &rng, &m);
    c = compare(&arena, &a, 1, &a, 1, 3);
    assert_int_equal(c.ambiguous, ROWS);
    a.n_samples = 0; /* results.csv alone */
    c = compare(&arena, &a, 1, &a, 1, 3);
    assert_int_equal(c.ambiguous, ROWS);
    assert_non_null(strstr(c.row[0].reason, "no samples"));
    fq_arena_free(&arena);
}

/* A side that differs from itself by 10 % cannot tell 5 % from nothing. */
static void noise_floor_binds(void **state) {
    fq_rng rng = fq_rng_seed(59, 0);
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    machine m = {0.002, 0, 0, 0, 100, 1.05, 3};
    fq_folder a = make_run(&arena, &rng, &(machine){0.002, 0, 0, 0, 100, 1, -1}), b = make_run(&arena, &rng, &m);
    assert_int_equal(compare(&arena, &a, 1, &b, 1, 3).slower, 1);
    for (int i = 0; i < a.n_samples; i++) /* a neighbour came in the middle of the run */
        if (i % 100 >= 50) a.samples[i].t_ns *= 1.10;
    fq_comparison c = compare(&arena, &a, 1, &b, 1, 3);
    assert_true(c.noise_pct > 8 && c.noise_pct < 12);
    assert_int_equal(c.slower, 0);
    fq_arena_free(&arena);
}

static void accuracy_is_exact(void **state) {
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    fq_accuracy_row a[5], b[5];
    static const char *const variant[5] = {"f32", "bf16", "w4", "fireq", "other"};
    for (int i = 0; i < 5; i++) {
        fq_accuracy_row_init(&a[i]);
        a[i].model = "tiny";
        a[i].variant = variant[i];
        a[i].text = "self";
        a[i].ctx = 512;
        a[i].windows = 16;
        a[i].nll = 3.23954013;
        a[i].kld_mean = 0.004;
        a[i].top1_pct = 95.4;
        a[i].tokens_sha256 = "f650";
        a[i].isa = "avx2";
        b[i] = a[i];
    }
    b[0].nll = 3.23954014;
    b[1].nll = 3.23954012;
    b[2].top1_pct = 95.5;
    b[3].tokens_sha256 = "0000";
    fq_folder base = {.dir = "a", .accuracy = a, .n_accuracy = 5}, fresh = {.dir = "b", .accuracy = b, .n_accuracy = 5};
    fq_comparison c = compare(&arena, &base, 1, &fresh, 1, 3);
    assert_int_equal(c.n, 5);
    static const char *const want[5] = {"WORSE", "BETTER", "BETTER", "AMBIGUOUS", "SAME"};
    static const char *const metric[5] = {"nll", "nll", "top1_pct", "nll", "nll"};
    for (int i = 0; i < 5; i++) {
        assert_string_equal(c.row[i].verdict, want[i]);
        assert_string_equal(c.row[i].metric, metric[i]);
    }
    assert_true(c.worse == 1 && c.better == 2 && c.same == 1 && c.ambiguous == 1);
    b[0].isa = "amx";
    b[4].kappa = 8;
    c = compare(&arena, &base, 1, &fresh, 1, 3);
    assert_string_equal(c.row[0].verdict, "AMBIGUOUS");
    assert_int_equal(c.missing, 1);
    assert_int_equal(c.added, 1);
    fq_arena_free(&arena);
}

static void facts_that_differ_are_told(void **state) {
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    fq_fact x[] = {{"commit", "aaa"}, {"cflags", "-O3"}, {"utc", "1"}, {"governor", "performance"}};
    fq_fact y[] = {{"commit", "bbb"}, {"cflags", "-O3"}, {"utc", "2"}, {"settings.FQ_ISA", "ref"}};
    fq_folder a = {.dir = "a", .facts = x, .n_facts = 4}, b = {.dir = "b", .facts = y, .n_facts = 4};
    fq_comparison c = compare(&arena, &a, 1, &b, 1, 3);
    assert_int_equal(c.n_facts, 3);
    assert_string_equal(c.facts[0].key, "commit");
    assert_string_equal(c.facts[0].new_value, "bbb");
    assert_null(c.facts[1].new_value);
    assert_null(c.facts[2].base_value);
    fq_arena_free(&arena);
}

/* Written, copied, read back: files, then a folder of runs. */
static void folders_read_back(void **state) {
    fq_arena arena;
    fq_folder *runs;
    int n;
    char dir[] = "/tmp/fqbench-compare-XXXXXX", path[128], copy[128], command[256];
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_non_null(mkdtemp(dir));
    assert_int_equal(fq_folder_read_runs(dir, &arena, &runs, &n), FQ_ERR_INPUT);
    assert_int_equal(fq_folder_read_runs("/nonexistent", &arena, &runs, &n), FQ_ERR_INPUT);
    for (int i = 0; i < 2; i++) {
        fq_run *run;
        fq_result row;
        fq_sample sample;
        fq_result_init(&row);
        fq_sample_init(&sample);
        row.test_id = sample.test_id = "x";
        row.median_ns = sample.t_ns = i + 1;
        snprintf(path, sizeof path, "%s/run-%d", dir, i);
        assert_int_equal(fq_run_open(&run, path), FQ_OK);
        assert_int_equal(fq_run_row(run, FQ_TABLE_RESULTS, &row), FQ_OK);
        assert_int_equal(fq_run_row(run, FQ_TABLE_SAMPLES, &sample), FQ_OK);
        assert_int_equal(fq_run_close(run), FQ_OK);
    }
    snprintf(command, sizeof command, "%s/environment.json", path);
    FILE *f = fopen(command, "w");
    assert_non_null(f);
    fputs("{\"a\": {\"b\": [1, \"two\", true, null, 2.5]}, \"c\": \"d\"}", f);
    fclose(f);
    assert_int_equal(fq_folder_read_runs(dir, &arena, &runs, &n), FQ_OK);
    assert_int_equal(n, 2);
    assert_true(runs[1].n_results == 1 && runs[1].n_samples == 1 && runs[1].n_accuracy == 0);
    assert_true(runs[0].results[0].median_ns == 1 && runs[1].samples[0].t_ns == 2);
    assert_int_equal(runs[1].n_facts, 5);
    assert_string_equal(fq_folder_fact(&runs[1], "a.b.1"), "two");
    assert_string_equal(fq_folder_fact(&runs[1], "a.b.4"), "2.5");
    assert_null(fq_folder_fact(&runs[1], "a.b.3"));
    snprintf(copy, sizeof copy, "%s/kept/here", dir);
    assert_int_equal(fq_folder_copy(path, copy), FQ_OK);
    fq_folder one;
    assert_int_equal(fq_folder_read(copy, &arena, &one), FQ_OK);
    assert_true(one.n_results == 1 && one.n_facts == 5);
    snprintf(path, sizeof path, "%s/run-0", dir); /* has no environment.json: the old one must go */
    assert_int_equal(fq_folder_copy(path, copy), FQ_OK);
    assert_int_equal(fq_folder_read(copy, &arena, &one), FQ_OK);
    assert_int_equal(one.n_facts, 0);
    assert_int_equal(fq_folder_copy("/nonexistent", copy), FQ_ERR_INPUT);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
    fq_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_found_in_nothing), cmocka_unit_test(planted_change_is_found_and_named),
        cmocka_unit_test(verdicts_and_reasons),        cmocka_unit_test(one_bad_run),
        cmocka_unit_test(ambiguous_says_how_many),     cmocka_unit_test(noise_floor_binds),
        cmocka_unit_test(accuracy_is_exact),           cmocka_unit_test(facts_that_differ_are_told),
        cmocka_unit_test(folders_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
