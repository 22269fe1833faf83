/* Serving: requests that arrive over time, continuous batching (server.h), and what each of them waits, by variant,
 * slots and offered load. Loads are shares of what the baseline serves when all requests come at once, so that one file
 * asks the same question of every machine. Before anything, each request is run alone: what it takes without company,
 * and the tokens that every batched run must give as well. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/clock.h"
#include "harness/stats.h"
#include "scenarios/kinds.h"
#include "scenarios/server.h"
#include "scenarios/whole.h"

enum { ROUNDS = 3 };

/* Tokens of a request that are not those of the request alone may be worse, in the eyes of the run alone, by this many
 * nats on average over the request. Sums of other lengths are added up in another order, a last bit may move an
 * activation to its neighbouring code, and codes that moved move later ones: two tokens that are nearly as likely
 * change places. Measured on models/tiny: 0.011 at most (E4M3 activations and INT4 cache), 0 with INT8 activations. A
 * token of another sequence or position is worse by nats. */
static const double regret_bound = 0.05;

/* One net's answers. */
typedef struct host {
    fq_server server;
    fq_request *alone;       /* [n] */
    double ttft_ms, tpot_ms; /* medians of the requests alone */
} host;

/* One net at one load: all rounds. */
typedef struct tally {
    fq_request **round;     /* [rounds][n] */
    double *makespan;       /* [rounds] */
    double seconds, busy_s; /* sums over rounds */
    double steps, running;
    long same; /* tokens */
    double err;
    fq_status status; /* of the check */
    const char *reason;
} tally;

typedef struct survey {
    fq_context *c;
    const fq_step *s;
    fq_requests requests;
    int rounds, slots_most;
    double capacity_rps;             /* of the baseline with all slots; 0: not measured yet */
    double slo_ttft_ms, slo_tpot_ms; /* 0: not known yet */
    fq_arena arena;
} survey;

static double ttft_ms(const fq_request *r) {
    return 1e3 * (r->first_s - r->arrival_s);
}
static double e2e_ms(const fq_request *r) {
    return 1e3 * (r->finish_s - r->arrival_s);
}
static double tpot_ms(const fq_request *r) {
    return r->output > 1 ? 1e3 * (r->finish_s - r->first_s) / (r->output - 1) : NAN;
}

/* Percentile over the requests of rounds r[0..rounds-1]; NAN values (no second token) are left out. */
static double percentile(double (*of)(const fq_request *), fq_request *const *r, int rounds, int n, double p,
                         fq_arena *arena) {
    const size_t mark = arena->used;
    double *x = FQ_NEW(arena, double, rounds *n);
    int count = 0;
    if (x == NULL) return NAN;
    for (int i = 0; i < rounds * n; i++) {
        x[count] = of(&r[i / n][i % n]);
        count += !isnan(x[count]);
    }
    const double value = fq_stats_percentile(x, count, p);
    fq_arena_reset(arena, mark);
    return value;
}

/* ---- one net ---- */

static fq_status run_alone(survey *v, host *h) {
    const fq_requests *all = &v->requests;
    double regret;
    h->alone = fq_requests_arrive(all, 0, 0, 0, &v->arena);
    if (h->alone == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(fq_server_alone(&h->server, &h->alone[0], NULL, &regret)); /* warm-up */
    for (int i = 0; i < all->n; i++)
        FQ_TRY(fq_server_alone(&h->server, &h->alone[i], NULL, &regret));
    h->ttft_ms = percentile(ttft_ms, &h->alone, 1, all->n, 50, &v->arena);
    h->tpot_ms = percentile(tpot_ms, &h->alone, 1, all->n, 50, &v->arena);
    return FQ_OK;
}

/* Every token is that of the request alone, or the run alone finds it hardly worse. */
static fq_status check(survey *v, host *h, fq_request *r, tally *t) {
    for (int i = 0; i < v->requests.n; i++) {
        const fq_request *mine = &r[i], *alone = &h->alone[i];
        fq_request again = *mine;
        double regret;
        int same = 0;
        for (int k = 0; k < mine->output; k++)
            same += mine->tokens[k] == alone->tokens[k];
        t->same += same;
        if (same == mine->output) continue;
        if ((again.tokens = FQ_NEW(&v->arena, int, mine->output)) == NULL) return FQ_ERR_MEMORY;
        FQ_TRY(fq_server_alone(&h->server, &again, mine->tokens, &regret));
        if (!(regret <= t->err)) t->err = regret;
    }
    return t->err <= regret_bound ? FQ_OK
                                  : fq_fail(FQ_ERR_FAILED,
                                            "tokens of a request served with others are worse by %.3g nats "
                                            "than alone",
                                            t->err);
}

static fq_status serve_once(survey *v, host *h, int slots, double rate, int round, tally *t) {
    fq_service service;
    fq_request *r = fq_requests_arrive(&v->requests, rate, v->c->seed, round, &v->arena);
    if (r == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(fq_server_run(&h->server, slots, r, v->requests.n, &service));
    t->round[round] = r;
    t->makespan[round] = service.seconds;
    t->seconds += service.seconds;
    t->busy_s += service.busy_s;
    t->steps += (double)service.steps;
    t->running += (double)service.running;
    const fq_status status = check(v, h, r, t);
    if (status == FQ_ERR_MEMORY) return status;
    if (status == FQ_OK || t->status != FQ_OK) return FQ_OK;
    t->status = status;
    t->reason = fq_arena_printf(&v->c->arena, "%s", fq_message());
    return FQ_OK;
}

/* ---- rows ---- */

static const char *load_text(double load, double rate, char out[48]) {
    if (rate == 0)
        snprintf(out, 48, "all at once");
    else if (isnan(load))
        snprintf(out, 48, "%.4g requests/s", rate);
    else
        snprintf(out, 48, "load %g", load);
    return out;
}

static fq_status write_requests(survey *v, const tally *t, const host *h, const char *test_id) {
    for (int k = 0; k < v->rounds; k++) {
        fq_sample sample;
        fq_sample_init(&sample);
        sample.scenario = v->c->scenario;
        sample.test_id = test_id;
        sample.rep = k;
        sample.round = k;
        sample.t_ns = 1e9 * t->makespan[k];
        FQ_TRY(fq_context_add_sample(v->c, &sample));
        for (int i = 0; i < v->requests.n; i++) {
            const fq_request *r = &t->round[k][i];
            fq_request_row row;
            fq_request_row_init(&row);
            row.arrival_s = r->arrival_s;
            row.prompt_tokens = r->prompt;
            row.output_tokens = r->output;
            row.scenario = v->c->scenario;
            row.test_id = test_id;
            row.round = k;
            row.request = i;
            row.first_token_s = r->first_s;
            row.finish_s = r->finish_s;
            row.ttft_ms = ttft_ms(r);
            row.tpot_ms = tpot_ms(r);
            row.e2e_ms = e2e_ms(r);
            row.same_tokens = 0;
            for (int j = 0; j < r->output; j++)
                row.same_tokens += r->tokens[j] == h->alone[i].tokens[j];
            FQ_TRY(fq_context_add_request(v->c, &row));
        }
    }
    return FQ_OK;
}

static void fill_times(survey *v, const host *h, const tally *t, fq_serve_row *w) {
    const int n = v->requests.n, k = v->rounds;
    const struct {
        double (*of)(const fq_request *);
        double *to;
    } all[] = {{ttft_ms, &w->ttft_p50_ms}, {tpot_ms, &w->tpot_p50_ms}, {e2e_ms, &w->e2e_p50_ms}};
    static const double p[] = {50, 90, 99};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            all[i].to[j] = percentile(all[i].of, t->round, k, n, p[j], &v->arena);
    w->served_rps = k * n / t->seconds;
    w->output_ts = k * v->requests.output_tokens / t->seconds;
    w->ttft_alone_ms = h->ttft_ms;
    w->tpot_alone_ms = h->tpot_ms;
    w->running_mean = t->running / t->steps;
    w->busy_pct = 100 * t->busy_s / t->seconds;
    int within = 0;
    for (int i = 0; i < k * n; i++) {
        const fq_request *r = &t->round[i / n][i % n];
        within += ttft_ms(r) <= v->slo_ttft_ms && !(tpot_ms(r) > v->slo_tpot_ms);
    }
    w->within_slo_pct = 100.0 * within / (k * n);
    w->goodput_rps = within / t->seconds;
}

/* A repetition is a round: the time from its first arrival to its last token. */
static void fill_repetitions(const survey *v, const tally *t, fq_result *r) {
    const fq_summary time = fq_stats_summary(t->makespan, v->rounds, 0.95);
    const double tokens = v->requests.output_tokens;
    double squares = 0;
    r->n_samples = v->rounds;
    r->avg_ns = 1e9 * time.mean;
    r->stddev_ns = 1e9 * time.sd;
    r->median_ns = 1e9 * time.median;
    r->median_lo_ns = 1e9 * time.lo;
    r->median_hi_ns = 1e9 * time.hi;
    r->min_ns = 1e9 * time.min;
    r->p95_ns = 1e9 * time.p95;
    r->avg_ts = 0;
    for (int k = 0; k < v->rounds; k++)
        r->avg_ts += tokens / t->makespan[k] / v->rounds;
    for (int k = 0; k < v->rounds; k++)
        squares += pow(tokens / t->makespan[k] - r->avg_ts, 2);
    if (v->rounds > 1) r->stddev_ts = sqrt(squares / (v->rounds - 1));
}

static fq_status add_row(survey *v, const fq_group *g, const host *hosts, const tally *t, int i, int slots, double load,
                         double rate) {
    fq_context *c = v->c;
    const fq_step *s = v->s;
    const int n = v->requests.n;
    const int pass = t[i].status == FQ_OK && g->err[i] <= FQ_NET_BOUND;
    char text[48];
    fq_result r;
    fq_serve_row w;
    fq_context_result(c, &r);
    FQ_TRY(fq_net_describe(c, g->net[i], &r));
    r.op = "serve";
    r.batch = slots;
    r.n_prompt = round(v->requests.prompt_tokens / n);
    r.n_gen = round(v->requests.output_tokens / n);
    r.test_id = fq_arena_printf(&c->arena, "serve %s %s s%d chunk%d %s %s t%d", v->requests.name,
                                load_text(load, rate, text), slots, s->chunk, r.variant, r.model, c->threads);
    r.note = fq_arena_printf(&c->arena, "%s%s%s", text, r.note != NULL ? ", " : "", r.note != NULL ? r.note : "");
    r.test_time = fq_arena_printf(&c->arena, "%s", fq_clock_utc(text));
    r.err = g->err[i] <= FQ_NET_BOUND ? t[i].err : g->err[i];
    r.bound = g->err[i] <= FQ_NET_BOUND ? regret_bound : FQ_NET_BOUND;
    r.verdict = fq_verdict_name(pass ? FQ_VERDICT_PASS : FQ_VERDICT_FAIL);
    r.reason = pass ? NULL : t[i].status != FQ_OK ? t[i].reason : "its kernels differ from the oracles";
    r.baseline = g->net[0]->variant->name;
    if (r.test_id == NULL || r.note == NULL || r.test_time == NULL) return FQ_ERR_MEMORY;

    fq_serve_row_init(&w);
    w.model = r.model;
    w.variant = r.variant;
    w.trace = fq_arena_printf(&c->arena, "%s", v->requests.name);
    w.slots = slots;
    w.chunk = s->chunk;
    w.load = load;
    w.rate_rps = rate > 0 ? rate : NAN;
    w.requests = n;
    w.rounds = v->rounds;
    w.prompt_tokens = v->requests.prompt_tokens / n;
    w.output_tokens = v->requests.output_tokens / n;
    w.slo_ttft_ms = v->slo_ttft_ms;
    w.slo_tpot_ms = v->slo_tpot_ms;
    w.same_pct = 100.0 * (double)t[i].same / (v->rounds * v->requests.output_tokens);
    w.err = r.err;
    w.bound = r.bound;
    w.verdict = r.verdict;
    w.reason = r.reason;
    w.test_id = r.test_id;
    w.n_threads = c->threads;
    w.cpu_info = c->cpu;
    w.isa = c->isa;
    w.scenario = c->scenario;
    w.build_commit = c->commit;
    if (w.trace == NULL) return FQ_ERR_MEMORY;
    if (pass) {
        fill_times(v, &hosts[i], &t[i], &w);
        fill_repetitions(v, &t[i], &r);
        r.ttft_ms = w.ttft_p50_ms;
        if (rate == 0 && t[0].status == FQ_OK) { /* with idle time, arrivals set the pace */
            const fq_summary ratio = fq_stats_paired_ratio(t[0].makespan, t[i].makespan, v->rounds, 0.95);
            r.speedup = ratio.median;
            r.speedup_lo = ratio.lo;
            r.speedup_hi = ratio.hi;
        }
    }
    if (fq_context_kept_result(c, r.test_id)) return FQ_OK;
    FQ_TRY(fq_context_add(c, &r));
    FQ_TRY(fq_context_add_serve(c, &w));
    return pass ? write_requests(v, &t[i], &hosts[i], r.test_id) : FQ_OK;
}

/* ---- points ---- */

/* All nets of the group, round by round in turn, even rounds forwards and odd ones back. */
static fq_status measure_point(survey *v, const fq_group *g, host *hosts, int slots, double rate, tally *t) {
    for (int i = 0; i < g->n; i++) {
        t[i] = (tally){.round = FQ_NEW(&v->arena, fq_request *, v->rounds),
                       .makespan = FQ_NEW(&v->arena, double, v->rounds)};
        if (t[i].round == NULL || t[i].makespan == NULL) return FQ_ERR_MEMORY;
    }
    for (int k = 0; k < v->rounds; k++)
        for (int i = 0; i < g->n; i++) {
            const int at = k % 2 == 0 ? i : g->n - 1 - i;
            FQ_TRY(serve_once(v, &hosts[at], slots, rate, k, &t[at]));
        }
    return FQ_OK;
}

static fq_status run_point(survey *v, const fq_group *g, host *hosts, int slots, double load, double rate) {
    tally t[FQ_GROUP_MOST];
    char text[48], what[96];
    const size_t mark = v->arena.used;
    snprintf(what, sizeof what, "%d slots, %s", slots, load_text(load, rate, text));
    fq_context_advance(v->c, 0, what);
    if (fq_context_is_late(v->c)) return FQ_ERR_SKIPPED;
    FQ_TRY(measure_point(v, g, hosts, slots, rate, t));
    for (int i = 0; i < g->n; i++)
        if (g->add[i]) FQ_TRY(add_row(v, g, hosts, t, i, slots, load, rate));
    fq_arena_reset(&v->arena, mark);
    fq_context_advance(v->c, g->n - !g->add[0], what);
    return fq_context_part_done(v->c);
}

/* What the baseline serves at most, and the limits that its requests alone set. */
static fq_status find_limits(survey *v, host *baseline) {
    const fq_step *s = v->s;
    fq_service service;
    const size_t mark = v->arena.used;
    fq_request *r = fq_requests_arrive(&v->requests, 0, v->c->seed, 0, &v->arena);
    if (r == NULL) return FQ_ERR_MEMORY;
    v->slo_ttft_ms = s->slo_ttft_ms > 0 ? s->slo_ttft_ms : s->slo_scale * baseline->ttft_ms;
    v->slo_tpot_ms = s->slo_tpot_ms > 0 ? s->slo_tpot_ms : s->slo_scale * baseline->tpot_ms;
    for (int warm = 0; warm < 2; warm++)
        FQ_TRY(fq_server_run(&baseline->server, v->slots_most, r, v->requests.n, &service));
    v->capacity_rps = v->requests.n / service.seconds;
    fq_arena_reset(&v->arena, mark);
    return FQ_OK;
}

static fq_status run_points(survey *v, const fq_group *g, host *hosts) {
    const fq_step *s = v->s;
    const int as_traced = v->requests.unit != NULL && !s->given[FQ_SET_load] && !s->given[FQ_SET_rate];
    for (int i = 0; i < g->n; i++) {
        fq_context_advance(v->c, 0, "requests alone");
        FQ_TRY(run_alone(v, &hosts[i]));
    }
    if (v->capacity_rps == 0) FQ_TRY(find_limits(v, &hosts[0]));
    for (int b = 0; b < s->batch.n; b++) {
        if (as_traced) {
            FQ_TRY(run_point(v, g, hosts, s->batch.v[b], NAN, v->requests.trace_rate));
            continue;
        }
        for (int i = 0; i < s->rate.n && s->given[FQ_SET_rate]; i++)
            FQ_TRY(run_point(v, g, hosts, s->batch.v[b], NAN, s->rate.v[i]));
        for (int i = 0; i < s->load.n && (s->given[FQ_SET_load] || !s->given[FQ_SET_rate]); i++)
            FQ_TRY(run_point(v, g, hosts, s->batch.v[b], s->load.v[i], s->load.v[i] * v->capacity_rps));
    }
    return FQ_OK;
}

static fq_status run_group(void *ctx, const fq_group *g) {
    survey *v = ctx;
    host hosts[FQ_GROUP_MOST];
    const size_t mark = v->arena.used;
    memset(hosts, 0, sizeof hosts);
    fq_status status = FQ_OK;
    for (int i = 0; i < g->n && status == FQ_OK; i++)
        status = fq_server_open(g->net[i], &v->requests, v->slots_most, v->s->chunk, &v->arena, &hosts[i].server);
    if (status == FQ_OK) status = run_points(v, g, hosts);
    for (int i = 0; i < g->n; i++)
        fq_server_close(&hosts[i].server);
    fq_arena_reset(&v->arena, mark);
    return status;
}

fq_status fq_scenario_serve(fq_context *c, const fq_step *step) {
    survey v = {.c = c, .s = step, .slots_most = fq_ints_most(&step->batch)};
    v.rounds = step->samples > 0 ? step->samples : ROUNDS;
    fq_context_total(c, (double)step->variants.n * step->batch.n * (step->load.n > 0 ? step->load.n : 1));
    FQ_TRY(fq_arena_init(&v.arena, 0));
    fq_status status = fq_requests_make(c, step, &v.arena, &v.requests);
    if (status == FQ_OK)
        status = fq_group_each(c, step, v.requests.prompt_most + v.requests.output_most,
                               v.slots_most + fmax(step->chunk, v.requests.prompt_most), run_group, &v);
    fq_arena_free(&v.arena);
    return status;
}
