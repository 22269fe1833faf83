/* The loop of the whole-model kinds: build a group of nets and check them, then for every batch, prompt and generation
 * length make a session for each and measure them interleaved. */
#include "scenarios/whole.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/hash.h"

enum { ROWS_MOST = FQ_GROUP_MOST };

fq_status fq_whole_judge(void *whole, double *err, double *bound) {
    fq_whole *w = whole;
    size_t cells = (size_t)w->batch * (size_t)w->net->config.vocab;
    if (w->net->on_device) FQ_TRY(fq_session_last_logits(w->session, w->logits)); /* they stayed there */
    uint64_t h = fq_hash64(w->logits, cells * sizeof *w->logits);
    *err = w->net_err;
    *bound = fq_net_bound(w->net);
    for (size_t i = 0; i < cells; i++)
        if (!isfinite(w->logits[i])) return fq_fail(FQ_ERR_NUMERIC, "logit %zu is not finite", i);
    if (w->has_hash && h != w->hash) return fq_fail(FQ_ERR_FAILED, "two runs of the same input gave different logits");
    w->hash = h;
    w->has_hash = 1;
    return FQ_OK;
}

static fq_status add_net(fq_context *c, const fq_step *s, const char *variant, int positions, int add, fq_group *g) {
    FQ_TRY(fq_net_build(c, s, fq_variant_find(variant), positions, &g->net[g->n]));
    int i = g->n++;
    g->add[i] = add;
    fq_status status = fq_net_check(c, s, g->net[i], &g->err[i]);
    return status == FQ_OK ? FQ_OK : fq_fail_prefix(status, "variant %s", variant);
}

static fq_status prepare(fq_context *c, const fq_whole_kind *kind, fq_llama *net, double err, int batch, int prompt,
                         int gen, fq_arena *arena, fq_whole *w) {
    size_t n = (size_t)batch * (size_t)(prompt > 0 ? prompt : 1);
    /* What random weights make of a prompt says no more than random keys and values, and takes longer. */
    const int filled = gen > 0 && prompt > 0 && net->on_device && !fq_model_has_weights(net->model);
    *w = (fq_whole){.net = net, .batch = batch, .prompt = prompt, .gen = gen, .net_err = err, .filled = filled};
    FQ_TRY(fq_session_create(net, batch, prompt + gen, filled ? batch : (int)n, &w->session));
    w->ids = fq_net_ids(net->model, c->seed, n, arena);
    w->next = FQ_NEW(arena, int, batch);
    w->start = FQ_NEW(arena, int, batch);
    w->logits = FQ_NEW(arena, float, (size_t)batch *(size_t)net->config.vocab);
    if (w->ids == NULL || w->next == NULL || w->start == NULL || w->logits == NULL) return FQ_ERR_MEMORY;
    return kind->prepare != NULL ? kind->prepare(w) : FQ_OK;
}

/* Where the time goes, into the row's note: each part's least time of a few watched runs, after one that warms up. */
static fq_status note_parts(fq_context *c, const fq_whole_kind *kind, fq_whole *w, fq_result *r) {
    enum { RUNS = 2 };
    double least[FQ_PART_COUNT], all = 0;
    char text[256];
    size_t used = 0;
    FQ_TRY(kind->run(w));
    for (int run = 0; run < RUNS; run++) {
        fq_parts parts = {{0}, 0};
        fq_session_watch(w->session, &parts);
        const fq_status status = kind->run(w);
        fq_session_watch(w->session, NULL);
        if (status != FQ_OK) return status;
        for (int i = 0; i < FQ_PART_COUNT; i++)
            least[i] = run > 0 ? fmin(least[i], (double)parts.ns[i]) : (double)parts.ns[i];
    }
    for (int i = 0; i < FQ_PART_COUNT; i++)
        all += least[i];
    for (int i = 0; i < FQ_PART_COUNT; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %.1f", i > 0 ? ", " : "",
                                 fq_part_name((fq_part)i), 100.0 * least[i] / all);
    r->note = fq_arena_printf(&c->arena, "%s%s%% of the time: %s", r->note != NULL ? r->note : "",
                              r->note != NULL ? "; " : "", text);
    return r->note == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

static fq_status measure_sessions(fq_context *c, const fq_step *s, const fq_whole_kind *kind, const fq_group *g,
                                  fq_whole *w, int baseline) {
    fq_task tasks[ROWS_MOST];
    fq_result rows[ROWS_MOST];
    double tokens[ROWS_MOST];
    for (int i = 0; i < g->n; i++) {
        fq_context_result(c, &rows[i]);
        FQ_TRY(fq_net_describe(c, w[i].net, &rows[i]));
        rows[i].batch = w[i].batch;
        FQ_TRY(kind->describe(c, &w[i], &rows[i]));
        if (g->add[i] && !fq_net_on_device(s)) FQ_TRY(note_parts(c, kind, &w[i], &rows[i]));
        tasks[i] = (fq_task){.name = w[i].net->variant->name,
                             .context = &w[i],
                             .run = kind->run,
                             .judge = fq_whole_judge,
                             .engine = fq_net_engine(w[i].net)};
        if (w[i].net->on_device) tasks[i].ceilings = fq_cuda_ceilings();
        kind->work(&w[i], &tasks[i].flop, &tasks[i].bytes);
        tokens[i] = kind->tokens(&w[i]);
    }
    return fq_context_measure(c, s, tasks, rows, tokens, g->add, g->n, baseline);
}

static fq_status run_point(fq_context *c, const fq_step *s, const fq_whole_kind *kind, const fq_group *g, int batch,
                           int prompt, int gen) {
    fq_whole w[ROWS_MOST];
    fq_arena arena;
    memset(w, 0, sizeof w);
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status status = FQ_OK;
    for (int i = 0; i < g->n && status == FQ_OK; i++)
        status = prepare(c, kind, g->net[i], g->err[i], batch, prompt, gen, &arena, &w[i]);
    if (status == FQ_OK) status = measure_sessions(c, s, kind, g, w, 0);
    for (int i = 0; i < g->n; i++)
        fq_session_free(w[i].session);
    fq_arena_free(&arena);
    return status;
}

typedef struct sweep {
    fq_context *c;
    const fq_step *s;
    const fq_whole_kind *kind;
    const fq_ints *gens;
} sweep;

static fq_status run_group(void *ctx, const fq_group *g) {
    const sweep *w = ctx;
    const fq_step *s = w->s;
    for (int b = 0; b < s->batch.n; b++)
        for (int p = 0; p < s->prompt.n; p++)
            for (int n = 0; n < w->gens->n; n++) {
                char what[96];
                int prompt = s->prompt.v[p], batch = s->batch.v[b], gen = w->gens->v[n];
                snprintf(what, sizeof what, "prompt %d, batch %d", prompt, batch);
                fq_context_advance(w->c, 0, what);
                FQ_TRY(run_point(w->c, s, w->kind, g, batch, prompt, gen));
                fq_context_advance(w->c, g->n - !g->add[0], what);
            }
    return FQ_OK;
}

fq_status fq_group_each(fq_context *c, const fq_step *s, int positions, double tokens,
                        fq_status (*run)(void *ctx, const fq_group *g), void *ctx) {
    const fq_model *m;
    const char *base = s->baseline[0] != 0 ? s->baseline : s->variants.v[0];
    fq_texts others = {NULL, 0};
    const char *names[ROWS_MOST];
    FQ_TRY(fq_context_model(c, s->model, &m));
    others.v = names;
    for (int i = 0; i < s->variants.n && others.n < ROWS_MOST - 1; i++)
        if (strcmp(s->variants.v[i], base) != 0) names[others.n++] = s->variants.v[i];

    fq_group g = {.n = 0};
    FQ_TRY(fq_net_calibrate(c, s, &s->variants, 0));
    fq_context_advance(c, 0, "building");
    fq_status status = add_net(c, s, base, positions, 1, &g);
    for (int first = 0; status == FQ_OK && (first < others.n || first == 0);) {
        int more = first >= others.n     ? 0
                   : fq_net_on_device(s) ? others.n - first
                                         : fq_net_group(m, &others, first, tokens, 0);
        for (int i = 0; i < more && status == FQ_OK; i++)
            status = add_net(c, s, names[first + i], positions, 1, &g);
        if (status == FQ_OK) status = run(ctx, &g);
        while (g.n > 1)
            fq_llama_free(g.net[--g.n]);
        g.add[0] = 0;
        first += more;
        if (more == 0) break;
    }
    while (g.n > 0)
        fq_llama_free(g.net[--g.n]);
    return status;
}

fq_status fq_whole_run(fq_context *c, const fq_step *s, const fq_whole_kind *kind, const fq_ints *gens) {
    sweep w = {.c = c, .s = s, .kind = kind, .gens = gens};
    fq_context_total(c, (double)s->variants.n * s->batch.n * s->prompt.n * gens->n);
    return fq_group_each(c, s, fq_ints_most(&s->prompt) + fq_ints_most(gens),
                         (double)fq_ints_most(&s->batch) * fq_ints_most(&s->prompt), run_group, &w);
}
