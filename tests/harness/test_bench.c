/* The measuring loop with tasks that spin for a known time or misbehave on purpose: order of rounds, stopping rules,
 * verdicts, and that nothing wrong ever gets a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "harness/bench.h"
#include "harness/clock.h"

/* A log of which task ran when, shared by the tasks of a group. */
typedef struct log_book {
    char text[4096];
    size_t n;
} log_book;

typedef struct spinner {
    char letter;
    double ns;  /* how long a run takes */
    int jitter; /* every other run takes twice as long */
    int runs, judged;
    int fail_run; /* the run (1-based) that fails; 0: none */
    fq_status fail_with;
    int wrong_judge; /* the judgement (1-based) that finds an error; 0: none */
    double err, bound;
    fq_status judge_with;
    log_book *log;
} spinner;

static fq_status spin(void *context) {
    spinner *s = context;
    s->runs++;
    if (s->log != NULL && s->log->n + 1 < sizeof s->log->text) s->log->text[s->log->n++] = s->letter;
    if (s->runs == s->fail_run) {
        return s->fail_with == FQ_ERR_NUMERIC ? s->fail_with : fq_fail(s->fail_with, "%c cannot run", s->letter);
    }
    int64_t end = fq_clock_ns() + (int64_t)(s->ns * (s->jitter && s->runs % 2 == 0 ? 2 : 1));
    while (fq_clock_ns() < end) {
    }
    return FQ_OK;
}

static fq_status judge(void *context, double *err, double *bound) {
    spinner *s = context;
    s->judged++;
    if (s->log != NULL && s->log->n + 1 < sizeof s->log->text) s->log->text[s->log->n++] = '?';
    *err = s->judged == s->wrong_judge ? s->err : 0.25 * s->judged;
    *bound = s->judged == s->wrong_judge ? s->bound : 1;
    return s->judge_with;
}

static fq_task task_of(spinner *s) {
    fq_task t = {.name = "spin", .context = s, .run = spin, .judge = judge};
    return t;
}

static fq_arena arena;
static int open_arena(void **state) {
    return fq_arena_init(&arena, 0) == FQ_OK ? 0 : -1;
}
static int close_arena(void **state) {
    fq_arena_free(&arena);
    return 0;
}

/* Exactly `n` samples, whatever the noise. */
static fq_bench_options exactly(int n) {
    fq_bench_options o = fq_bench_defaults();
    o.min_samples = o.max_samples = n;
    return o;
}

static void rounds_alternate(void **state) {
    log_book log = {{0}, 0};
    spinner a = {.letter = 'a', .ns = 2e5, .log = &log};
    spinner b = {.letter = 'b', .ns = 1e5, .log = &log};
    spinner c = {.letter = 'c', .ns = 1e5, .log = &log};
    fq_task tasks[] = {task_of(&a), task_of(&b), task_of(&c)};
    fq_measurement m[3];
    fq_bench_options o = exactly(6);
    assert_int_equal(fq_bench_run(tasks, 3, &o, NULL, &arena, m), FQ_OK);
    /* Before: each once, judged, and warmed up again. Then six rounds, then the judgements. */
    const char *rounds = strstr(log.text, "abccbaabccbaabccba");
    assert_non_null(rounds);
    assert_string_equal(rounds + 18, "???");
    assert_int_equal(log.text[0], 'a');
    assert_int_equal(log.text[1], '?');
    for (int i = 0; i < 3; i++) {
        assert_int_equal(m[i].n_samples, 6);
        assert_int_equal(m[i].verdict, FQ_VERDICT_PASS);
        assert_string_equal(m[i].reason, "");
        assert_ptr_equal(m[i].task, &tasks[i]);
        assert_true(m[i].n_warmup >= 2 && m[i].n_warmup <= 10);
        assert_true(m[i].err == 0.5 && m[i].bound == 1); /* the worse of the two */
        assert_true(isnan(m[i].floor_ns) && isnan(m[i].peak_pct));
        for (int k = 0; k < 6; k++) {
            assert_int_equal(m[i].round[k], k);
        }
    }
    assert_true(m[0].time.median >= 2e5 && m[1].time.median >= 1e5);
    assert_true(m[0].time.lo <= m[0].time.median && m[0].time.median <= m[0].time.hi);
    fq_summary ratio = fq_stats_paired_ratio(m[0].samples, m[1].samples, 6, 0.95);
    assert_true(ratio.median > 1.3 && ratio.median < 3); /* 2, on a busy machine */
}

static void noise_target_stops_early(void **state) {
    spinner calm = {.letter = 'c', .ns = 3e5};
    spinner rough = {.letter = 'r', .ns = 1e5, .jitter = 1};
    fq_task tasks[] = {task_of(&calm), task_of(&rough)};
    fq_measurement m[2];
    fq_bench_options o = fq_bench_defaults();
    o.noise_pct = 20;
    o.max_samples = 60;
    assert_int_equal(fq_bench_run(tasks, 2, &o, NULL, &arena, m), FQ_OK);
    assert_true(m[0].n_samples >= 10 && m[0].n_samples < 60);
    assert_int_equal(m[1].n_samples, 60);
    assert_int_equal(m[1].round[59], 59); /* one that stays alone keeps counting rounds */
}

static void budget_bounds_the_time(void **state) {
    /* Each run 4 ms. Ten samples exceed 39 ms but not three times that: exactly the least number is taken. */
    spinner s = {.letter = 's', .ns = 4e6};
    fq_task t = task_of(&s);
    fq_measurement m;
    fq_bench_options o = fq_bench_defaults();
    o.noise_pct = 0;
    o.budget_s = 0.039;
    assert_int_equal(fq_bench_run(&t, 1, &o, NULL, &arena, &m), FQ_OK);
    assert_int_equal(m.n_samples, 10);
    assert_string_equal(m.reason, "");
    /* Budget 3 ms: after three of them there are few samples, a reason, no interval, and still PASS. */
    s.judged = 0;
    o.budget_s = 0.003;
    assert_int_equal(fq_bench_run(&t, 1, &o, NULL, &arena, &m), FQ_OK);
    assert_true(m.n_samples >= 1 && m.n_samples <= 3);
    assert_non_null(strstr(m.reason, "of 10 samples"));
    assert_int_equal(m.verdict, FQ_VERDICT_PASS);
    assert_true(isnan(m.time.lo) && isfinite(m.time.median));
    /* No target and no budget in the way: up to the maximum. */
    s.judged = 0;
    o.budget_s = 10;
    o.max_samples = 25;
    assert_int_equal(fq_bench_run(&t, 1, &o, NULL, &arena, &m), FQ_OK);
    assert_int_equal(m.n_samples, 25);
}

static void wrong_results_have_no_time(void **state) {
    static const struct {
        int at;
        double err, bound;
    } wrong[] = {{1, 2, 1}, {2, 2, 1}, {1, NAN, 1}, {2, NAN, 1}, {1, 1, NAN}, {2, INFINITY, 1}, {1, 1e-30, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        spinner bad = {
            .letter = 'x', .ns = 1e4, .wrong_judge = wrong[i].at, .err = wrong[i].err, .bound = wrong[i].bound};
        spinner good = {.letter = 'g', .ns = 1e4};
        fq_task tasks[] = {task_of(&bad), task_of(&good)};
        fq_measurement m[2];
        fq_bench_options o = exactly(8);
        assert_int_equal(fq_bench_run(tasks, 2, &o, NULL, &arena, m), FQ_OK);
        assert_int_equal(m[0].verdict, FQ_VERDICT_FAIL);
        assert_int_equal(m[0].n_samples, 0);
        assert_true(isnan(m[0].time.median) && isnan(m[0].peak_pct));
        assert_non_null(strstr(m[0].reason, wrong[i].at == 1 ? "before" : "after"));
        assert_memory_equal(&m[0].err, &wrong[i].err, sizeof(double));
        assert_memory_equal(&m[0].bound, &wrong[i].bound, sizeof(double));
        if (wrong[i].at == 1) assert_int_equal(bad.runs, 1);
        assert_int_equal(m[1].verdict, FQ_VERDICT_PASS);
        assert_int_equal(m[1].n_samples, 8);
    }
}

static void exact_result_with_zero_bound_passes(void **state) {
    spinner s = {.letter = 's', .ns = 1e4, .wrong_judge = 1, .err = 0, .bound = 0};
    fq_task t = task_of(&s);
    fq_measurement m;
    fq_bench_options o = exactly(6);
    assert_int_equal(fq_bench_run(&t, 1, &o, NULL, &arena, &m), FQ_OK);
    assert_int_equal(m.verdict, FQ_VERDICT_PASS);
}

static void failing_runs_are_named(void **state) {
    spinner late = {.letter = 'l', .ns = 1e4, .fail_run = 6, .fail_with = FQ_ERR_FAILED};
    spinner skip = {.letter = 's', .ns = 1e4, .fail_run = 1, .fail_with = FQ_ERR_SKIPPED};
    spinner mute = {.letter = 'm', .ns = 1e4, .fail_run = 1, .fail_with = FQ_ERR_NUMERIC};
    spinner oracle = {.letter = 'o', .ns = 1e4, .judge_with = FQ_ERR_MEMORY};
    fq_task tasks[] = {task_of(&late), task_of(&skip), task_of(&mute), task_of(&oracle)};
    fq_measurement m[4];
    fq_bench_options o = exactly(8);
    assert_int_equal(fq_bench_run(tasks, 4, &o, NULL, &arena, m), FQ_ERR_FAILED);
    assert_non_null(strstr(fq_message(), "l cannot run"));
    assert_int_equal(m[0].verdict, FQ_VERDICT_FAIL);
    assert_string_equal(m[0].reason, "l cannot run");
    assert_int_equal(m[0].n_samples, 0);
    assert_int_equal(late.runs, 6); /* it left the rotation */
    assert_int_equal(m[1].verdict, FQ_VERDICT_SKIP);
    assert_string_equal(m[1].reason, "s cannot run");
    assert_int_equal(m[2].verdict, FQ_VERDICT_FAIL);
    assert_string_equal(m[2].reason, fq_status_name(FQ_ERR_NUMERIC)); /* not the message of another task */
    assert_int_equal(m[3].verdict, FQ_VERDICT_FAIL);
    assert_string_equal(m[3].reason, fq_status_name(FQ_ERR_MEMORY));

    skip.runs = 0;
    assert_int_equal(fq_bench_run(&tasks[1], 1, &o, NULL, &arena, m), FQ_ERR_SKIPPED);
    assert_int_equal(m[0].verdict, FQ_VERDICT_SKIP);
}

static void without_judge_there_is_no_verdict(void **state) {
    spinner s = {.letter = 's', .ns = 1e4};
    fq_task t = task_of(&s);
    t.judge = NULL;
    fq_measurement m;
    fq_bench_options o = exactly(6);
    assert_int_equal(fq_bench_run(&t, 1, &o, NULL, &arena, &m), FQ_OK);
    assert_int_equal(m.verdict, FQ_VERDICT_NONE);
    assert_true(isnan(m.err) && isnan(m.bound));
    assert_int_equal(m.n_samples, 6);
}

static void floor_comes_from_the_tighter_ceiling(void **state) {
    fq_ceilings c = {.f32_flops = 1e12, .bf16_flops = 2e12, .int8_flops = 4e12, .read_bps = 1e10};
    static const struct {
        fq_engine engine;
        double flop, bytes, floor_ns;
        fq_verdict verdict;
    } golden[] = {
        {FQ_ENGINE_F32, 1e8, 0, 1e5, FQ_VERDICT_PASS},       {FQ_ENGINE_BF16, 1e8, 0, 5e4, FQ_VERDICT_PASS},
        {FQ_ENGINE_INT8, 1e8, 0, 2.5e4, FQ_VERDICT_PASS},    {FQ_ENGINE_F32, 1e8, 5e5, 1e5, FQ_VERDICT_PASS},
        {FQ_ENGINE_F32, 1e8, 1.5e6, 1.5e5, FQ_VERDICT_PASS}, {FQ_ENGINE_F32, 0, 1.5e6, 1.5e5, FQ_VERDICT_PASS},
        {FQ_ENGINE_F32, 1e9, 0, 1e6, FQ_VERDICT_INVALID},    {FQ_ENGINE_F32, 0, 1e7, 1e6, FQ_VERDICT_INVALID},
        {FQ_ENGINE_F32, 0, 0, NAN, FQ_VERDICT_PASS},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        spinner s = {.letter = 's', .ns = 2e5};
        fq_task t = task_of(&s);
        t.engine = golden[i].engine;
        t.flop = golden[i].flop;
        t.bytes = golden[i].bytes;
        fq_measurement m;
        fq_bench_options o = exactly(6);
        assert_int_equal(fq_bench_run(&t, 1, &o, &c, &arena, &m), FQ_OK);
        assert_int_equal(m.verdict, golden[i].verdict);
        assert_int_equal(m.reason[0] != '\0', golden[i].verdict == FQ_VERDICT_INVALID);
        if (isnan(golden[i].floor_ns)) {
            assert_true(isnan(m.floor_ns) && isnan(m.peak_pct));
            continue;
        }
        assert_true(fabs(m.floor_ns / golden[i].floor_ns - 1) < 1e-12);
        assert_true(fabs(m.peak_pct - 100 * m.floor_ns / m.time.median) < 1e-9);
    }
    /* The ceilings are measured to a few per cent: a little above 100 % is not a lie. */
    spinner s = {.letter = 's', .ns = 1e6};
    fq_task t = task_of(&s);
    t.flop = 1.015e9;
    fq_measurement m;
    fq_bench_options o = exactly(9);
    assert_int_equal(fq_bench_run(&t, 1, &o, &c, &arena, &m), FQ_OK);
    assert_true(m.peak_pct < 102);
    assert_int_equal(m.verdict, FQ_VERDICT_PASS);
}

static void names_and_defaults(void **state) {
    assert_string_equal(fq_verdict_name(FQ_VERDICT_NONE), "");
    assert_string_equal(fq_verdict_name(FQ_VERDICT_PASS), "PASS");
    assert_string_equal(fq_verdict_name(FQ_VERDICT_FAIL), "FAIL");
    assert_string_equal(fq_verdict_name(FQ_VERDICT_INVALID), "INVALID");
    assert_string_equal(fq_verdict_name(FQ_VERDICT_SKIP), "SKIP");
    fq_bench_options o = fq_bench_defaults();
    assert_int_equal(o.min_samples, 10);
    assert_int_equal(o.max_samples, 200);
    assert_true(o.noise_pct == 1 && o.budget_s == 1 && o.level == 0.95);
    spinner s = {.letter = 's', .ns = 1e4};
    fq_task t = task_of(&s);
    fq_measurement m;
    assert_int_equal(fq_bench_run(&t, 1, NULL, NULL, &arena, &m), FQ_OK);
    assert_true(m.n_samples >= 10 && m.n_samples <= 200);
    fq_arena tiny;
    assert_int_equal(fq_arena_init(&tiny, 1), FQ_OK);
    assert_non_null(fq_arena_alloc(&tiny, tiny.reserved - 128));
    assert_int_equal(fq_bench_run(&t, 1, NULL, NULL, &tiny, &m), FQ_ERR_MEMORY);
    fq_arena_free(&tiny);
}

static double device_clock(const void *context) {
    return 1000.0 * ((const spinner *)context)->runs;
}

static void a_device_has_its_own_clock_and_ceilings(void **state) {
    spinner s = {.letter = 'g', .ns = 1e4};
    fq_task t = task_of(&s);
    const fq_ceilings host = {.int8_flops = 1, .read_bps = 1}, device = {.int8_flops = 1e12, .read_bps = 1e9};
    fq_bench_options o = exactly(6);
    fq_measurement m;
    t.engine = FQ_ENGINE_INT8;
    t.flop = 500;
    t.bytes = 100;
    t.elapsed_ns = device_clock;
    t.ceilings = &device;
    assert_int_equal(fq_bench_run(&t, 1, &o, &host, &arena, &m), FQ_OK);
    assert_int_equal(m.n_samples, 6);
    for (int i = 0; i < 6; i++)
        assert_true(m.samples[i] == 1000.0 * (m.n_warmup + i + 1));
    assert_true(fabs(m.floor_ns - 100) < 1e-9); /* 100 bytes at 1 GB/s; the host's ceilings would make it INVALID */
    assert_int_equal(m.verdict, FQ_VERDICT_PASS);
    fq_bench_hold_to(&m, &host);
    assert_int_equal(m.verdict, FQ_VERDICT_PASS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_alternate),
        cmocka_unit_test(noise_target_stops_early),
        cmocka_unit_test(budget_bounds_the_time),
        cmocka_unit_test(wrong_results_have_no_time),
        cmocka_unit_test(exact_result_with_zero_bound_passes),
        cmocka_unit_test(failing_runs_are_named),
        cmocka_unit_test(without_judge_there_is_no_verdict),
        cmocka_unit_test(floor_comes_from_the_tighter_ceiling),
        cmocka_unit_test(names_and_defaults),
        cmocka_unit_test(a_device_has_its_own_clock_and_ceilings),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
