/* Prefill attention over context lengths and head sizes, for the query, cache and probability formats of each variant.
 */
#include <stdio.h>
#include <string.h>

#include "kernels/trial.h"
#include "scenarios/kinds.h"

enum { ROWS_MOST = 64 };

static fq_status describe(fq_context *c, const fq_step *s, const fq_variant *v, int batch, int seq, int head_dim,
                          const fq_kernel *k, fq_result *r) {
    fq_context_result(c, r);
    r->op = fq_op_name(k->op);
    r->kernel = k->name;
    r->isa = fq_isa_name(k->isa);
    r->variant = v->name;
    r->batch = batch;
    r->seq = seq;
    r->k = head_dim;
    r->note = fq_arena_printf(&c->arena, "%d heads, %d KV heads, head size %d", s->heads, s->kv_heads, head_dim);
    r->test_id = fq_arena_printf(&c->arena, "%s %s b%d T%d D%d H%d/%d t%d", k->name, v->name, batch, seq, head_dim,
                                 s->heads, s->kv_heads, c->threads);
    return r->test_id == NULL || r->note == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

/* Variants that share all formats of attention would be the same row twice. */
static int repeats(const fq_step *s, int i) {
    const fq_variant *v = fq_variant_find(s->variants.v[i]);
    for (int j = 0; j < i; j++) {
        const fq_variant *o = fq_variant_find(s->variants.v[j]);
        if (o->q == v->q && o->kv == v->kv && o->p == v->p) return 1;
    }
    return 0;
}

static fq_trial_shape shape_of(const fq_context *c, const fq_step *s, const fq_variant *v, int batch, int seq,
                               int head_dim) {
    fq_trial_shape shape = fq_trial_default(FQ_OP_ATTENTION_PREFILL);
    shape.batch = batch;
    shape.seq = seq;
    shape.past = 0;
    shape.heads = s->heads;
    shape.kv_heads = s->kv_heads;
    shape.head_dim = head_dim;
    shape.causal = 1;
    shape.q = v->q;
    shape.kv = v->kv;
    shape.p = v->p;
    shape.seed = (unsigned long)c->seed;
    return shape;
}

static fq_status measure_point(fq_context *c, const fq_step *s, int batch, int seq, int head_dim, fq_arena *arena) {
    fq_task tasks[ROWS_MOST];
    fq_result rows[ROWS_MOST];
    double tokens[ROWS_MOST];
    int n = 0, base = s->baseline[0] == 0 ? 0 : -1;
    for (int i = 0; i < s->variants.n * s->attention.n && n < ROWS_MOST; i++) {
        const fq_variant *v = fq_variant_find(s->variants.v[i / s->attention.n]);
        const char *name = s->attention.v[i % s->attention.n];
        const fq_kernel *k = fq_kernel_find(name);
        if (k == NULL) k = fq_kernel_select(FQ_OP_ATTENTION_PREFILL);
        if (i % s->attention.n == 0 && strcmp(v->name, s->baseline) == 0) base = n;
        if (repeats(s, i / s->attention.n)) continue;
        const fq_trial_shape shape = shape_of(c, s, v, batch, seq, head_dim);
        fq_trial *trial;
        FQ_TRY(describe(c, s, v, batch, seq, head_dim, k, &rows[n]));
        fq_status status = fq_trial_create(k, &shape, arena, &trial);
        if (status == FQ_ERR_SKIPPED) {
            FQ_TRY(fq_context_reject(c, &rows[n], FQ_VERDICT_SKIP));
            if (base == n) base = -1;
            continue;
        }
        if (status != FQ_OK) return fq_fail_prefix(status, "%s %s", k->name, v->name);
        const char *task = s->attention.n == 1 ? v->name : fq_arena_printf(&c->arena, "%s %s", k->name, v->name);
        if (task == NULL) return FQ_ERR_MEMORY;
        tasks[n] = fq_trial_task(trial, task);
        tokens[n++] = (double)batch * seq;
    }
    return n > 0 ? fq_context_measure(c, s, tasks, rows, tokens, NULL, n, base) : FQ_OK;
}

fq_status fq_scenario_attention(fq_context *c, const fq_step *step) {
    double work = 0;
    for (int t = 0; t < step->seq.n; t++)
        work += step->seq.v[t];
    fq_context_total(c, work * step->batch.n * step->head_dim.n);
    for (int d = 0; d < step->head_dim.n; d++)
        for (int b = 0; b < step->batch.n; b++)
            for (int t = 0; t < step->seq.n; t++) {
                char what[96];
                snprintf(what, sizeof what, "batch %d, T = %d, D = %d", step->batch.v[b], step->seq.v[t],
                         step->head_dim.v[d]);
                fq_context_advance(c, 0, what);
                fq_arena arena;
                FQ_TRY(fq_arena_init(&arena, 0));
                fq_status status =
                    measure_point(c, step, step->batch.v[b], step->seq.v[t], step->head_dim.v[d], &arena);
                fq_arena_free(&arena);
                FQ_TRY(status);
                fq_context_advance(c, step->seq.v[t], what);
            }
    return FQ_OK;
}
