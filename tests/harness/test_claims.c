/* Claims against rows whose answers are known: every relation, every reason for not being comparable, intervals from
 * columns and from paired samples, and files that must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/claims.h"

static fq_arena arena;
static char path[64];

static const char header[] = "id,paper,table,quantity,value,unit,conditions,relation,tolerance_pct,csv,rows,against,"
                             "expression,needs,source\n";

static fq_status read_text(const char *rows, fq_claim **claims, int *n) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%s%s", header, rows);
    fclose(f);
    return fq_claims_read(path, &arena, claims, n);
}

/* Two timed rows, b exactly 1.5 times as slow in every round though both drift, and two accuracy rows. */
static fq_folder make_run(void) {
    enum { ROUNDS = 20 };
    fq_folder f = {.dir = "x"};
    f.results = FQ_NEW(&arena, fq_result, 4);
    f.samples = FQ_NEW(&arena, fq_sample, 2 * ROUNDS);
    f.accuracy = FQ_NEW(&arena, fq_accuracy_row, 2);
    static const char *const variant[4] = {"a", "b", "a", "broken"};
    static const double threads[4] = {2, 2, 1, 2};
    for (int i = 0; i < 4; i++) {
        fq_result *r = &f.results[f.n_results++];
        fq_result_init(r);
        r->op = "ffn";
        r->model = "tiny";
        r->variant = variant[i];
        r->test_id = i == 2 ? "a t1" : variant[i];
        r->n_threads = threads[i];
        r->median_ns = i == 1 ? 1500 : 1000;
        r->median_lo_ns = 0.8 * r->median_ns;
        r->median_hi_ns = 1.25 * r->median_ns;
        r->avg_ts = 3e9 / r->median_ns;
        r->verdict = i == 3 ? "FAIL" : "PASS";
        r->cpu_info = "AMD EPYC";
    }
    for (int i = 0; i < 2 * ROUNDS; i++) {
        fq_sample *s = &f.samples[f.n_samples++];
        fq_sample_init(s);
        s->test_id = variant[i % 2];
        s->round = i / 2;
        s->t_ns = (i % 2 ? 1500 : 1000) * (1 + 0.1 * (i / 2));
    }
    for (int i = 0; i < 2; i++) {
        fq_accuracy_row *r = &f.accuracy[f.n_accuracy++];
        fq_accuracy_row_init(r);
        r->model = "tiny";
        r->variant = variant[i];
        r->dppl = i ? 3 : 1;
        r->dppl_lo = r->dppl - 0.3;
        r->dppl_hi = r->dppl + 0.4;
        r->ctx = 512;
    }
    return f;
}

static fq_outcome judge(const char *row) {
    fq_claim *claims;
    fq_outcome *outcomes;
    int n;
    if (read_text(row, &claims, &n) != FQ_OK) fail_msg("%s", fq_message());
    assert_int_equal(n, 1);
    fq_folder run = make_run();
    assert_int_equal(fq_claims_judge(claims, n, &run, 1, &arena, &outcomes), FQ_OK);
    return outcomes[0];
}

static void assert_verdict(const char *row, const char *verdict, const char *why) {
    fq_outcome o = judge(row);
    if (strcmp(o.verdict, verdict) != 0 || strstr(o.why, why) == NULL)
        fail_msg("%s: got %s '%s' (%g [%g, %g])", row, o.verdict, o.why, o.ours, o.ours_lo, o.ours_hi);
}

static void relations(void **state) {
    /* column alone: 1000 ns [800, 1250] */
    assert_verdict("x,p,t,q,1100,ns,c,=,0,results,variant=a; n_threads=2,,median_ns,,s\n", "REPRODUCED", "");
    assert_verdict("x,p,t,q,1300,ns,c,=,0,results,variant=a; n_threads=2,,median_ns,,s\n", "NOT REPRODUCED", "-23.1 %");
    assert_verdict("x,p,t,q,1300,ns,c,=,5,results,variant=a; n_threads=2,,median_ns,,s\n", "REPRODUCED", "");
    assert_verdict("x,p,t,q,790,ns,c,>,,results,variant=a; n_threads=2,,median_ns,,s\n", "REPRODUCED", "");
    assert_verdict("x,p,t,q,900,ns,c,>,,results,variant=a; n_threads=2,,median_ns,,s\n", "NOT REPRODUCED",
                   "reaches over");
    assert_verdict("x,p,t,q,1300,ns,c,>,,results,variant=a; n_threads=2,,median_ns,,s\n", "NOT REPRODUCED",
                   "other way");
    assert_verdict("x,p,t,q,1300,ns,c,<,,results,variant=a; n_threads=2,,median_ns,,s\n", "REPRODUCED", "");
    /* a rate's interval is the median's, turned round */
    fq_outcome o = judge("x,p,t,q,1,ts,c,=,0,results,variant=a; n_threads=2,,avg_ts,,s\n");
    assert_true(fabs(o.ours - 3e6) < 1 && fabs(o.ours_lo - 2.4e6) < 1 && fabs(o.ours_hi - 3.75e6) < 1);
}

static void ratios_are_paired_by_round(void **state) {
    fq_outcome o = judge("x,p,t,q,1.5,ratio,c,=,0.001,results,variant=a; n_threads=2,variant=b,avg_ts/avg_ts,,s\n");
    assert_true(fabs(o.ours - 1.5) < 1e-9 && o.ours_lo > 1.4999 && o.ours_hi < 1.5001);
    assert_string_equal(o.verdict, "REPRODUCED");
    assert_string_equal(o.our_rows, "a / b");
    o = judge("x,p,t,q,1.5,ratio,c,=,0,results,variant=a; n_threads=2,variant=b,median_ns/median_ns,,s\n");
    assert_true(fabs(o.ours - 1 / 1.5) < 1e-9);
    /* one thread has no partner with one thread */
    assert_verdict("x,p,t,q,1.5,ratio,c,=,0,results,variant=a; n_threads=1,variant=b,avg_ts/avg_ts,,s\n",
                   "NOT COMPARABLE", "differs only in variant=b");
    /* differences: errors add in quadrature */
    o = judge("x,p,t,q,0,ppl,c,<,,accuracy,variant=a,variant=b,dppl-dppl,,s\n");
    assert_true(fabs(o.ours + 2) < 1e-12 && fabs(o.ours_lo + 2 + 0.5) < 1e-12 && fabs(o.ours_hi + 2 - 0.5) < 1e-12);
    assert_string_equal(o.verdict, "REPRODUCED");
}

static void not_comparable_says_why(void **state) {
    const char *no = "NOT COMPARABLE";
    assert_verdict("x,p,t,q,1,r,c,=,0,results,variant=zzz,,avg_ts,,s\n", no, "no row with variant=zzz");
    assert_verdict("x,p,t,q,1,r,c,=,0,results,variant=broken,,avg_ts,,s\n", no, "FAIL");
    assert_verdict("x,p,t,q,1,r,c,=,0,results,variant=a,,avg_ts,gpu_info~H100|H200,s\n", no,
                   "gpu_info with H100|H200; ours: ''");
    assert_verdict("x,p,t,q,1,r,c,=,0,results,variant=a,,ttft_ms,,s\n", no, "ttft_ms");
    assert_verdict("x,p,t,q,1,r,c,=,0,none,,,,no such model here,s\n", no, "no such model here");
    fq_outcome o = judge("x,p,t,q,1,r,c,=,0,results,variant=a; n_threads=2,,avg_ts,gpu_info~H100,s\n");
    assert_true(fabs(o.ours - 3e6) < 1); /* shown all the same */
    assert_verdict("x,p,t,q,3000000,r,c,=,0,results,variant=a; cpu_info~EPYC,,avg_ts,n_threads!=7,s\n", "REPRODUCED",
                   "last of 2 rows");
    assert_verdict("x,p,t,q,3000000,r,c,=,0,results,variant=a; n_threads~7|1,,avg_ts,seq~1|none,s\n", "REPRODUCED", "");
}

/* A later run without the row to be held against does not hide an earlier one that has it. */
static void the_last_pair_counts(void **state) {
    fq_claim *claims;
    fq_outcome *o;
    int n;
    fq_folder runs[2] = {make_run(), make_run()};
    runs[1].n_accuracy = 1;
    runs[1].accuracy[0].ctx = 256; /* another question: variant b was not asked it */
    assert_int_equal(read_text("x,p,t,q,0,ppl,c,<,,accuracy,variant=a,variant=b,dppl-dppl,,s\n", &claims, &n), FQ_OK);
    assert_int_equal(fq_claims_judge(claims, n, runs, 2, &arena, &o), FQ_OK);
    assert_true(fabs(o->ours + 2) < 1e-12);
    assert_int_equal(fq_claims_judge(claims, n, runs + 1, 1, &arena, &o), FQ_OK);
    assert_non_null(strstr(o->why, "nothing to hold it against"));
}

/* Windows differ by far more than the variants do: only the paired interval tells the variants apart. */
static void accuracy_is_paired_by_window(void **state) {
    enum { WINDOWS = 24 };
    static const char claim[] = "x,p,t,q,0,ppl,c,<,,accuracy,variant=a,variant=b,dppl-dppl,,s\n";
    fq_claim *claims;
    fq_outcome *o;
    int n;
    fq_folder run = make_run();
    double a = 0, b = 0;
    run.windows = FQ_NEW(&arena, fq_window_row, 2 * WINDOWS);
    for (int i = 0; i < 2 * WINDOWS; i++) {
        fq_window_row *w = &run.windows[run.n_windows++];
        fq_window_row_init(w);
        w->model = "tiny";
        w->variant = i % 2 ? "b" : "a";
        w->ctx = 512;
        w->window = i / 2;
        w->tokens = 100;
        w->nll = 3 + 0.5 * sin(i / 2 * 1.7) + (i % 2 ? 0.02 + 0.005 * cos(i / 2 * 2.3) : 0);
        w->nll_ref = 2.9 + 0.5 * sin(i / 2 * 1.7);
        w->kld = i % 2 ? 0.2 : 0.1;
        *(i % 2 ? &b : &a) += w->nll / WINDOWS;
    }
    assert_int_equal(read_text(claim, &claims, &n), FQ_OK);
    assert_int_equal(fq_claims_judge(claims, n, &run, 1, &arena, &o), FQ_OK);
    assert_true(fabs(o->ours - (exp(a) - exp(b))) < 1e-9); /* the reference is the same */
    assert_true(o->ours_lo < o->ours && o->ours < o->ours_hi && o->ours_hi < 0);
    assert_true(o->ours_hi - o->ours_lo < 0.2); /* one variant's own interval is six times that */
    assert_string_equal(o->verdict, "REPRODUCED");
    /* a ratio, and the divergence */
    assert_int_equal(read_text("x,p,t,q,0.5,r,c,=,0,accuracy,variant=a,variant=b,kld_mean/kld_mean,,s\n", &claims, &n),
                     FQ_OK);
    run.accuracy[0].kld_mean = 0.1;
    run.accuracy[1].kld_mean = 0.2;
    assert_int_equal(fq_claims_judge(claims, n, &run, 1, &arena, &o), FQ_OK);
    assert_true(fabs(o->ours - 0.5) < 1e-12 && fabs(o->ours_hi - o->ours_lo) < 1e-12);
    /* windows of another text do not count: the two intervals combined, as before */
    for (int i = 1; i < 2 * WINDOWS; i += 2)
        run.windows[i].tokens = 99;
    assert_int_equal(read_text(claim, &claims, &n), FQ_OK);
    assert_int_equal(fq_claims_judge(claims, n, &run, 1, &arena, &o), FQ_OK);
    assert_true(fabs(o->ours + 2) < 1e-12 && fabs(o->ours_lo + 2.5) < 1e-12);
}

/* The very row that answers, but multiplied zeros. */
static void zeros_are_refused(void **state) {
    fq_claim *claims;
    fq_outcome *outcomes;
    int n;
    fq_folder run = make_run();
    run.results[0].data = run.results[1].data = "zeros";
    assert_int_equal(read_text("x,p,t,q,1.5,r,c,=,9,results,variant=a; n_threads=2,,avg_ts,,s\n", &claims, &n), FQ_OK);
    assert_int_equal(fq_claims_judge(claims, n, &run, 1, &arena, &outcomes), FQ_OK);
    assert_string_equal(outcomes[0].verdict, "NOT COMPARABLE");
    assert_non_null(strstr(outcomes[0].why, "zeros"));
}

static void bad_files_are_refused(void **state) {
    static const struct {
        const char *row, *word;
    } cases[] = {
        {"x,p,t,q,,r,c,=,0,results,variant=a,,avg_ts,,s\n", "no value"},
        {",p,t,q,1,r,c,=,0,results,variant=a,,avg_ts,,s\n", "no id"},
        {"x,p,t,q,1,r,c,==,0,results,variant=a,,avg_ts,,s\n", "relation '=='"},
        {"x,p,t,q,1,r,c,=,0,frob,variant=a,,avg_ts,,s\n", "csv 'frob'"},
        {"x,p,t,q,1,r,c,=,0,results,frob=a,,avg_ts,,s\n", "'frob'"},
        {"x,p,t,q,1,r,c,=,0,results,variant,,avg_ts,,s\n", "key=value"},
        {"x,p,t,q,1,r,c,=,0,results,,,avg_ts,,s\n", "rows"},
        {"x,p,t,q,1,r,c,=,0,results,variant=a,,frob,,s\n", "'frob'"},
        {"x,p,t,q,1,r,c,=,0,results,variant=a,,variant,,s\n", "no number"},
        {"x,p,t,q,1,r,c,=,0,results,variant=a,,avg_ts/avg_ts,,s\n", "against"},
        {"x,p,t,q,1,r,c,=,0,results,variant=a,variant=b,avg_ts,,s\n", "against"},
        {"x,p,t,q,1,r,c,=,0,results,variant=a,,avg_ts,frob~x,s\n", "'frob'"},
        {"x,p,t,q,1,r,c,=,0,none,,,,w,s\nx,p,t,q,1,r,c,=,0,none,,,,w,s\n", "twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fq_claim *claims;
        int n;
        if (read_text(cases[i].row, &claims, &n) != FQ_ERR_INPUT || strstr(fq_message(), cases[i].word) == NULL)
            fail_msg("%s gave '%s'", cases[i].row, fq_message());
    }
}

/* The files that are shipped can be read, and are not empty. */
static void shipped_claims_are_sound(void **state) {
    glob_t found;
    assert_int_equal(glob("results/claims/*.csv", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 3);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        fq_claim *claims;
        int n;
        if (fq_claims_read(found.gl_pathv[i], &arena, &claims, &n) != FQ_OK) fail_msg("%s", fq_message());
        assert_true(n > 5);
        for (int k = 0; k < n; k++)
            assert_true(claims[k].paper && claims[k].quantity && claims[k].source && claims[k].conditions);
    }
    globfree(&found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relations),
        cmocka_unit_test(ratios_are_paired_by_round),
        cmocka_unit_test(not_comparable_says_why),
        cmocka_unit_test(accuracy_is_paired_by_window),
        cmocka_unit_test(the_last_pair_counts),
        cmocka_unit_test(zeros_are_refused),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(shipped_claims_are_sound),
    };
    if (fq_arena_init(&arena, 0) != FQ_OK) return 1;
    snprintf(path, sizeof path, "/tmp/fqbench-claims-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(path);
    fq_arena_free(&arena);
    return failed;
}
