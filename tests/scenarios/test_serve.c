/* Serving: arrivals are what was asked for, continuous batching gives every request the tokens that it gets alone, in
 * turn and within the slots, wrong tokens do not pass, and the program writes rows that add up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <unistd.h>

#include "scenarios/server.h"
#include "tests/run_rows.h"

static fq_model tiny;

/* ---- arrivals ---- */

static fq_requests many(int n) {
    fq_requests all = {.name = "poisson", .n = n};
    all.v = FQ_NEW(&arena, fq_request, n);
    for (int i = 0; i < n; i++)
        all.v[i] = (fq_request){.prompt = 1, .output = 1};
    all.output_tokens = n;
    return all;
}

static void test_arrivals(void **state) {
    (void)state;
    enum { N = 20000 };
    const fq_requests all = many(N);
    const fq_request *r = fq_requests_arrive(&all, 50, 7, 0, &arena),
                     *again = fq_requests_arrive(&all, 50, 7, 0, &arena);
    const fq_request *other = fq_requests_arrive(&all, 50, 7, 1, &arena);
    const fq_request *twice = fq_requests_arrive(&all, 100, 7, 0, &arena);
    double gap = 0, square = 0;
    assert_true(r[0].arrival_s == 0);
    for (int i = 1; i < N; i++) {
        const double g = r[i].arrival_s - r[i - 1].arrival_s;
        assert_true(g >= 0 && r[i].arrival_s == again[i].arrival_s);
        assert_true(fabs(twice[i].arrival_s * 2 - r[i].arrival_s) < 1e-9);
        gap += g / (N - 1);
        square += g * g / (N - 1);
    }
    /* exponential: standard deviation = mean; 4 standard errors */
    assert_true(fabs(gap * 50 - 1) < 4 / sqrt(N));
    assert_true(fabs(sqrt(square - gap * gap) / gap - 1) < 0.04);
    assert_true(fabs(other[1].arrival_s - r[1].arrival_s) > 0);
    const fq_request *burst = fq_requests_arrive(&all, 0, 7, 0, &arena);
    assert_true(burst[N - 1].arrival_s == 0);
    /* a trace keeps its shape */
    double unit[3] = {0, 0.5, 2};
    fq_requests trace = many(3);
    trace.unit = unit;
    trace.trace_rate = 4;
    assert_true(fq_requests_arrive(&trace, NAN, 0, 5, &arena)[2].arrival_s == 0.5);
    assert_true(fq_requests_arrive(&trace, 8, 0, 5, &arena)[1].arrival_s == 0.0625);
}

/* ---- the server ---- */

enum { N = 7 };

typedef struct bed {
    fq_llama *net;
    fq_requests all;
    fq_request *alone;
    fq_server server;
} bed;

static void open_bed(bed *b, const char *variant, int slots, int chunk) {
    fq_build_options o = fq_build_defaults();
    double regret;
    o.max_layers = 2;
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find(variant), &o, &b->net), FQ_OK);
    b->all = many(N);
    b->all.output_tokens = 0;
    for (int i = 0; i < N; i++) {
        fq_request *r = &b->all.v[i];
        r->prompt = 3 + 5 * i % 17;
        r->output = 1 + 3 * i % 8;
        int *ids = FQ_NEW(&arena, int, r->prompt);
        for (int k = 0; k < r->prompt; k++)
            ids[k] = (k * 53 + i * 211 + 5) % tiny.checkpoint.config.vocab;
        r->ids = ids;
        b->all.output_tokens += r->output;
    }
    b->all.prompt_most = 20;
    b->all.output_most = 8;
    assert_int_equal(fq_server_open(b->net, &b->all, slots, chunk, &arena, &b->server), FQ_OK);
    b->alone = fq_requests_arrive(&b->all, 0, 1, 0, &arena);
    for (int i = 0; i < N; i++) {
        assert_int_equal(fq_server_alone(&b->server, &b->alone[i], NULL, &regret), FQ_OK);
        assert_true(regret == 0);
    }
}

static void close_bed(bed *b) {
    fq_server_close(&b->server);
    fq_llama_free(b->net);
}

/* Most requests that were between first token and finish at one time, the moments of steps counted once. */
static int most_running(const fq_request *r) {
    int most = 0;
    for (int i = 0; i < N; i++) {
        int running = 0;
        for (int k = 0; k < N; k++)
            running += r[k].first_s <= r[i].first_s && r[k].finish_s > r[i].first_s;
        if (running > most) most = running;
    }
    return most;
}

static void serve_and_check(bed *b, int slots, double rate) {
    fq_service service;
    fq_request *r = fq_requests_arrive(&b->all, rate, 3, 0, &arena);
    assert_int_equal(fq_server_run(&b->server, slots, r, N, &service), FQ_OK);
    assert_true(most_running(r) <= slots);
    double last = 0;
    for (int i = 0; i < N; i++) {
        assert_int_equal(r[i].emitted, r[i].output);
        assert_memory_equal(r[i].tokens, b->alone[i].tokens, (size_t)r[i].output * sizeof(int));
        assert_true(r[i].first_s > r[i].arrival_s && r[i].finish_s >= r[i].first_s);
        assert_true(r[i].output > 1 || r[i].finish_s == r[i].first_s);
        if (i > 0) assert_true(r[i].first_s >= r[i - 1].first_s); /* first come, first served */
        if (slots == 1 && i > 0) assert_true(r[i].first_s > r[i - 1].finish_s);
        last = fmax(last, r[i].finish_s);
    }
    assert_true(service.seconds >= last - r[0].arrival_s && service.busy_s <= service.seconds + 1e-12);
    assert_true(service.running >= service.steps && service.running <= service.steps * slots);
    if (rate == 0) assert_true(service.busy_s > 0.999 * service.seconds);
}

/* Integers and float32: no near tie in these few tokens, so equal it must be. */
static void test_tokens_are_those_alone(void **state) {
    (void)state;
    static const char *const variants[] = {"f32", "w8a8-int8", "w4a8-int8"};
    static const int chunks[] = {0, 4, 64};
    for (int v = 0; v < 3; v++) {
        bed b;
        open_bed(&b, variants[v], 3, chunks[v]);
        serve_and_check(&b, 3, 0);
        serve_and_check(&b, 1, 0);
        serve_and_check(&b, 2, 30);
        close_bed(&b);
    }
    bed b; /* more slots than requests */
    open_bed(&b, "w8a8-int8", 9, 5);
    serve_and_check(&b, 9, 0);
    close_bed(&b);
}

/* Idle time is skipped: requests an hour apart are served in no time, and each waits for itself alone. */
static void test_clock(void **state) {
    (void)state;
    bed b;
    fq_service service;
    open_bed(&b, "w8a8-int8", 2, 0);
    fq_request *r = fq_requests_arrive(&b.all, 1.0 / 3600, 3, 0, &arena);
    assert_int_equal(fq_server_run(&b.server, 2, r, N, &service), FQ_OK);
    for (int i = 0; i < N; i++)
        assert_true(r[i].finish_s - r[i].arrival_s < 60);
    assert_true(service.seconds >= r[N - 1].arrival_s && service.busy_s < 60);
    close_bed(&b);
}

/* The check has teeth: tokens of another request, and tokens one step late, are nats worse. */
static void test_wrong_tokens_are_seen(void **state) {
    (void)state;
    bed b;
    double regret;
    open_bed(&b, "w8a8-int8", 2, 0);
    fq_request *r = fq_requests_arrive(&b.all, 0, 1, 0, &arena);
    const int i = 2, other = 5; /* 7 and 8 tokens */
    assert_true(r[i].output == 7 && r[other].output == 8);
    assert_int_equal(fq_server_alone(&b.server, &r[i], b.alone[i].tokens, &regret), FQ_OK);
    assert_true(regret == 0);
    assert_int_equal(fq_server_alone(&b.server, &r[i], b.alone[other].tokens, &regret), FQ_OK);
    assert_true(regret > 0.5);
    int late[7];
    late[0] = b.alone[i].tokens[0];
    for (int k = 1; k < 7; k++)
        late[k] = b.alone[i].tokens[k - 1];
    assert_int_equal(fq_server_alone(&b.server, &r[i], late, &regret), FQ_OK);
    assert_true(regret > 0.1);
    close_bed(&b);
}

/* ---- the program ---- */

static void test_rows(void **state) {
    (void)state;
    int n, nr, nq, ns;
    char path[500];
    scratch_text(c.scratch, "s.yaml",
                 "name: s\nsteps:\n  - kind: serve\n    model: models/tiny\n    layers: 1\n    prompt: [8, 16]\n"
                 "    gen: [1, 4]\n    requests: 6\n    samples: 2\n    batch: [1, 3]\n    load: [0, 0.5]\n"
                 "    baseline: bf16\n    variants: [w8a8-int8, bf16]\n");
    assert_int_equal(cli_run(&c, "run %s/s.yaml --out %s/s -q", c.scratch, c.scratch), 0);
    assert_non_null(strstr(c.out, "continuous batching"));
    const fq_serve_row *r = read_rows("s", "serve", FQ_TABLE_SERVE, &n);
    const fq_result *t = read_rows("s", "results", FQ_TABLE_RESULTS, &nr);
    const fq_request_row *q = read_rows("s", "requests", FQ_TABLE_REQUESTS, &nq);
    const fq_sample *samples = read_rows("s", "samples", FQ_TABLE_SAMPLES, &ns);
    assert_int_equal(n, 2 * 2 * 2);
    assert_int_equal(nr, n);
    assert_int_equal(nq, n * 2 * 6);
    assert_int_equal(ns, n * 2); /* rounds */
    for (int i = 0; i < n; i++) {
        assert_string_equal(r[i].verdict, "PASS");
        assert_string_equal(r[i].test_id, t[i].test_id);
        assert_true(r[i].ttft_p50_ms <= r[i].ttft_p90_ms && r[i].ttft_p90_ms <= r[i].ttft_p99_ms);
        assert_true(r[i].e2e_p50_ms >= r[i].ttft_p50_ms && r[i].goodput_rps <= r[i].served_rps);
        assert_true(fabs(r[i].output_ts / r[i].served_rps / r[i].output_tokens - 1) < 1e-6);
        assert_true(r[i].same_pct > 90 && r[i].err <= r[i].bound && r[i].running_mean <= r[i].slots);
        assert_true(t[i].n_samples == 2 && t[i].median_ns * 1e-6 >= r[i].e2e_p50_ms && t[i].avg_ts > 0);
        double first = INFINITY, most = 0; /* percentiles lie among the requests of the row */
        int mine = 0;
        for (int k = 0; k < nq; k++) {
            if (strcmp(q[k].test_id, r[i].test_id) != 0) continue;
            mine++;
            first = fmin(first, q[k].ttft_ms);
            most = fmax(most, q[k].ttft_ms);
            assert_true(isnan(q[k].tpot_ms) == (q[k].output_tokens == 1));
        }
        assert_int_equal(mine, 12);
        double sum = 0;
        for (int k = 0; k < ns; k++)
            if (strcmp(samples[k].test_id, r[i].test_id) == 0) sum += samples[k].t_ns * 1e-9;
        assert_true(fabs(sum * r[i].served_rps / 12 - 1) < 1e-6);
        assert_true(r[i].ttft_p50_ms >= first && r[i].ttft_p99_ms <= most);
        if (r[i].load > 0) assert_true(r[i].rate_rps > 0);
    }
    snprintf(path, sizeof path, "%s/s/plots/serve-throughput-tiny-t%.0f.png", c.scratch, r[0].n_threads);
    assert_int_equal(access(path, F_OK), 0);
}

static void test_traces(void **state) {
    (void)state;
    int n;
    scratch_text(c.scratch, "good.csv", "arrival_s,prompt_tokens,output_tokens\n0,4,2\n0.01,6,3\n0.05,5,1\n");
    scratch_text(c.scratch, "t.yaml",
                 "name: t\nsteps:\n  - kind: serve\n    model: models/tiny\n    layers: 1\n    samples: 1\n"
                 "    batch: [2]\n    variants: [w8a8-int8]\n");
    assert_int_equal(
        cli_run(&c, "run %s/t.yaml --set trace=%s/good.csv --out %s/t -q", c.scratch, c.scratch, c.scratch), 0);
    const fq_serve_row *r = read_rows("t", "serve", FQ_TABLE_SERVE, &n);
    assert_int_equal(n, 1);
    assert_string_equal(r->trace, "good.csv");
    assert_true(fabs(r->rate_rps - 40) < 1e-6 && r->requests == 3 && r->output_tokens == 2);
    static const char *const wrong[][2] = {
        {"arrival_s,prompt_tokens,output_tokens\n0,4,2\n-1,6,3\n", "request 2"},
        {"arrival_s,prompt_tokens,output_tokens\n1,4,2\n0.5,6,3\n", "arrives before"},
        {"arrival_s,prompt_tokens,output_tokens\n0,0,2\n", "request 1"},
        {"arrival_s,prompt_tokens,output_tokens\n0,2000,2\n", "positions"},
        {"arrival_s,prompt_tokens,output_tokens\n", "no request"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        scratch_text(c.scratch, "bad.csv", wrong[i][0]);
        assert_int_equal(
            cli_run(&c, "run %s/t.yaml --set trace=%s/bad.csv --out %s/bad -q", c.scratch, c.scratch, c.scratch), 2);
        if (strstr(c.err, wrong[i][1]) == NULL) fail_msg("%zu: %s", i, c.err);
    }
    assert_int_equal(cli_run(&c, "run %s/t.yaml --set prompt=0 --out %s/bad -q", c.scratch, c.scratch), 2);
    assert_non_null(strstr(c.err, "at least one token"));
}

int main(int argc, char **argv) {
    (void)argc;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_arrivals), cmocka_unit_test(test_tokens_are_those_alone),
                                       cmocka_unit_test(test_clock),    cmocka_unit_test(test_wrong_tokens_are_seen),
                                       cmocka_unit_test(test_rows),     cmocka_unit_test(test_traces)};
    cli_open(&c, argv[0]);
    if (fq_arena_init(&arena, 0) != FQ_OK || fq_model_open("models/tiny", 1, &tiny) != FQ_OK) return 1;
    const int failed = cmocka_run_group_tests_name("serve", tests, NULL, NULL);
    fq_model_close(&tiny);
    fq_arena_free(&arena);
    cli_close(&c);
    return failed;
}
