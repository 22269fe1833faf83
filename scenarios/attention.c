/* Attention over context lengths and head sizes, for the query, cache and probability formats of each variant and for
 * the kernels that are asked for. */
#include <stdio.h>
#include <string.h>

#include "kernels/trial.h"
#include "scenarios/kinds.h"

enum { ROWS_MOST = 64 };

/* What is measured together: all variants and kernels at one of these. */
typedef struct point {
    int batch, seq, head_dim, causal;
} point;

static fq_status describe(fq_context *c, const fq_step *s, const fq_variant *v, const point *p, const fq_kernel *k,
                          fq_result *r) {
    fq_context_result(c, r);
    r->op = fq_op_name(k->op);
    r->kernel = k->name;
    r->isa = fq_isa_name(k->isa);
    r->variant = v->name;
    r->batch = p->batch;
    r->seq = p->seq;
    r->k = p->head_dim;
    if (k->isa == FQ_ISA_SM90) {
        r->backend = "CUDA";
        r->gpu_info = fq_cuda_name();
    }
    r->note = fq_arena_printf(&c->arena, "%d heads, %d KV heads, head size %d%s", s->heads, s->kv_heads, p->head_dim,
                              p->causal ? "" : ", not causal");
    r->test_id = fq_arena_printf(&c->arena, "%s %s b%d T%d D%d H%d/%d t%d%s", k->name, v->name, p->batch, p->seq,
                                 p->head_dim, s->heads, s->kv_heads, c->threads, p->causal ? "" : " full");
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

static fq_trial_shape shape_of(const fq_context *c, const fq_step *s, const fq_variant *v, const point *p,
                               const fq_kernel *k) {
    const int decode = k->op == FQ_OP_ATTENTION_DECODE;
    fq_trial_shape shape = fq_trial_default(k->op);
    shape.batch = p->batch;
    shape.seq = decode ? 1 : p->seq;
    shape.past = decode ? p->seq - 1 : 0;
    shape.heads = s->heads;
    shape.kv_heads = s->kv_heads;
    shape.head_dim = p->head_dim;
    shape.causal = p->causal;
    shape.q = v->q;
    shape.kv = v->kv;
    shape.p = v->p;
    shape.weight_copies = 0;
    shape.seed = (unsigned long)c->seed;
    return shape;
}

static fq_status measure_point(fq_context *c, const fq_step *s, const point *p, fq_arena *arena) {
    fq_task tasks[ROWS_MOST];
    fq_result rows[ROWS_MOST];
    double tokens[ROWS_MOST];
    int n = 0, base = s->baseline[0] == 0 ? 0 : -1;
    for (int i = 0; i < s->variants.n * s->attention.n && n < ROWS_MOST; i++) {
        const fq_variant *v = fq_variant_find(s->variants.v[i / s->attention.n]);
        const char *name = s->attention.v[i % s->attention.n];
        const fq_kernel *named = fq_kernel_find(name), *k = named ? named : fq_kernel_select((fq_op)fq_op_find(name));
        if (i % s->attention.n == 0 && strcmp(v->name, s->baseline) == 0) base = n;
        if (repeats(s, i / s->attention.n)) continue;
        const fq_trial_shape shape = shape_of(c, s, v, p, k);
        fq_trial *trial;
        FQ_TRY(describe(c, s, v, p, k, &rows[n]));
        fq_status status = fq_trial_create(k, &shape, arena, &trial);
        if (status == FQ_ERR_SKIPPED || (k->attend && status == FQ_ERR_UNSUPPORTED)) {
            FQ_TRY(fq_context_reject(c, &rows[n], FQ_VERDICT_SKIP));
            if (base == n) base = -1;
            continue;
        }
        if (status != FQ_OK) return fq_fail_prefix(status, "%s %s", k->name, v->name);
        const char *task = s->attention.n == 1 ? v->name : fq_arena_printf(&c->arena, "%s %s", k->name, v->name);
        if (task == NULL) return FQ_ERR_MEMORY;
        tasks[n] = fq_trial_task(trial, task);
        tokens[n++] = (double)p->batch * shape.seq;
    }
    return n > 0 ? fq_context_measure(c, s, tasks, rows, tokens, NULL, n, base) : FQ_OK;
}

fq_status fq_scenario_attention(fq_context *c, const fq_step *step) {
    const int points = step->head_dim.n * step->batch.n * step->causal.n;
    double work = 0;
    for (int t = 0; t < step->seq.n; t++)
        work += step->seq.v[t];
    fq_context_total(c, work * points);
    for (int i = 0; i < points; i++)
        for (int t = 0; t < step->seq.n; t++) {
            const point p = {step->batch.v[i / step->causal.n % step->batch.n], step->seq.v[t],
                             step->head_dim.v[i / step->causal.n / step->batch.n], step->causal.v[i % step->causal.n]};
            char what[96];
            snprintf(what, sizeof what, "batch %d, T = %d, D = %d%s", p.batch, p.seq, p.head_dim,
                     p.causal ? "" : ", not causal");
            fq_context_advance(c, 0, what);
            fq_arena arena;
            FQ_TRY(fq_arena_init(&arena, 0));
            fq_status status = measure_point(c, step, &p, &arena);
            fq_arena_free(&arena);
            FQ_TRY(status);
            fq_context_advance(c, step->seq.v[t], what);
        }
    return FQ_OK;
}
