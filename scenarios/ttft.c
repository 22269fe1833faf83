/* Where the time to the first token goes on a device: each part of a forward pass timed by events between single
 * launches, the median over passes, beside the whole pass as it runs (one graph). The parts add up to more than the
 * whole where launches are short, since the device idles between them; both numbers are rows. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/clock.h"
#include "scenarios/kinds.h"
#include "scenarios/nets.h"

enum { PASSES = 7 };

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n) {
    qsort(v, (size_t)n, sizeof *v, by_value);
    return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

typedef struct point {
    fq_llama *net;
    fq_session *session;
    const int *ids;
    int batch, prompt;
    int *next;
    double err; /* of the net's check */
} point;

static fq_status add_row(fq_context *c, const point *p, const char *part, double ns, const char *note) {
    fq_result r;
    fq_context_result(c, &r);
    FQ_TRY(fq_net_describe(c, p->net, &r));
    r.op = "ttft";
    r.kernel = part;
    r.batch = p->batch;
    r.n_prompt = p->prompt;
    r.n_samples = PASSES;
    r.median_ns = ns;
    r.err = p->err;
    r.bound = fq_net_bound(p->net);
    r.verdict = fq_verdict_name(p->err <= r.bound ? FQ_VERDICT_PASS : FQ_VERDICT_FAIL);
    if (!(p->err <= r.bound)) r.median_ns = NAN; /* no time of what is wrong */
    if (note != NULL) r.note = note;
    r.test_id = fq_arena_printf(&c->arena, "ttft %s pp%d %s %s b%d", part, p->prompt, r.variant, r.model, p->batch);
    return r.test_id == NULL ? FQ_ERR_MEMORY : fq_context_add(c, &r);
}

static fq_status measure(fq_context *c, const point *p) {
    fq_session_part parts[FQ_SESSION_PARTS_MOST];
    double ns[FQ_SESSION_PARTS_MOST][PASSES], whole[PASSES];
    int n = 0;
    for (int i = -1; i < PASSES; i++) { /* the first one warms up */
        fq_session_rewind(p->session, 0);
        const int64_t start = fq_clock_ns();
        FQ_TRY(fq_session_forward(p->session, p->ids, p->prompt));
        FQ_TRY(fq_session_sample(p->session, NULL, p->next));
        if (i >= 0) whole[i] = (double)(fq_clock_ns() - start);
        fq_session_rewind(p->session, 0);
        FQ_TRY(fq_session_profile(p->session, p->ids, p->prompt, parts, &n));
        for (int k = 0; i >= 0 && k < n; k++)
            ns[k][i] = parts[k].ns;
    }
    for (int k = 0; k < n; k++)
        if (parts[k].ns > 0) FQ_TRY(add_row(c, p, parts[k].name, median(ns[k], PASSES), "by events, launched singly"));
    return add_row(c, p, "whole", median(whole, PASSES), "host clock, one graph");
}

static fq_status run_point(fq_context *c, point *p) {
    const size_t n = (size_t)p->batch * (size_t)p->prompt;
    fq_arena arena;
    FQ_TRY(fq_arena_init(&arena, 0));
    p->ids = fq_net_ids(p->net->model, c->seed, n, &arena);
    p->next = FQ_NEW(&arena, int, p->batch);
    fq_status status = p->ids != NULL && p->next != NULL ? FQ_OK : FQ_ERR_MEMORY;
    if (status == FQ_OK) status = fq_session_create(p->net, p->batch, p->prompt, (int)n, &p->session);
    if (status == FQ_OK) {
        status = measure(c, p);
        fq_session_free(p->session);
    }
    fq_arena_free(&arena);
    return status;
}

static fq_status run_variant(fq_context *c, const fq_step *s, const fq_variant *v) {
    point p = {.net = NULL};
    FQ_TRY(fq_net_build(c, s, v, fq_ints_most(&s->prompt), &p.net));
    fq_status status = fq_net_check(c, s, p.net, &p.err);
    for (int b = 0; b < s->batch.n && status == FQ_OK; b++)
        for (int t = 0; t < s->prompt.n && status == FQ_OK; t++) {
            char what[96];
            p.batch = s->batch.v[b];
            p.prompt = s->prompt.v[t];
            snprintf(what, sizeof what, "%.40s, batch %d x %d", v->name, p.batch, p.prompt);
            fq_context_advance(c, 0, what);
            status = run_point(c, &p);
            fq_context_advance(c, 1, what);
        }
    fq_llama_free(p.net);
    return status;
}

fq_status fq_scenario_ttft(fq_context *c, const fq_step *step) {
    if (!fq_net_on_device(step))
        return fq_fail(FQ_ERR_USAGE, "kind ttft: needs backend: cuda, on a CPU a profiler tells the same");
    fq_context_total(c, (double)step->variants.n * step->batch.n * step->prompt.n);
    FQ_TRY(fq_net_calibrate(c, step, &step->variants, 0));
    for (int i = 0; i < step->variants.n; i++)
        FQ_TRY(run_variant(c, step, fq_variant_find(step->variants.v[i])));
    return FQ_OK;
}
