/* Kernels that normalize, gate and quantize activations row by row, and those that rotate and quantize projections:
 * what they reach of the memory's bandwidth. All kernels of one width (rope_quant: head size) and one number of rows
 * are measured interleaved. */
#include <stdio.h>
#include <string.h>

#include "kernels/trial.h"
#include "scenarios/kinds.h"
#include "scenarios/plan.h"

enum { KERNELS_MOST = 16 };

/* Of rope_quant the width is the head size, the rows are the tokens of one sequence; bfloat16 activations go with a
 * bfloat16 cache, others with FireQ's. */
static fq_trial_shape shape_of(const fq_context *c, const fq_step *s, const fq_kernel *k, int m, int width) {
    fq_trial_shape shape = fq_trial_default(k->op);
    shape.seed = (unsigned long)c->seed;
    shape.a = fq_recipe_find(s->activation);
    if (k->family == FQ_FAMILY_rope) {
        shape.seq = m;
        shape.heads = s->heads;
        shape.kv_heads = s->kv_heads;
        shape.head_dim = width;
        if (shape.a->code != FQ_BF16) return shape;
        shape.q = &fq_recipes[FQ_RECIPE_Q_BF16];
        shape.kv = &fq_recipes[FQ_RECIPE_KV_BF16];
        return shape;
    }
    shape.m = m;
    shape.k = width;
    if (shape.a->range == FQ_RANGE_STATIC) shape.fixed_scale = 0.01f;
    return shape;
}

static fq_status describe(fq_context *c, const fq_step *s, const fq_kernel *k, int m, int width, fq_result *r) {
    fq_context_result(c, r);
    r->op = fq_op_name(k->op);
    r->kernel = k->name;
    r->isa = fq_isa_name(k->isa);
    r->variant = s->activation;
    r->m = m;
    r->k = width;
    if (k->family == FQ_FAMILY_rope) {
        r->note = fq_arena_printf(&c->arena, "%d heads, %d KV heads, head size %d", s->heads, s->kv_heads, width);
        r->test_id = fq_arena_printf(&c->arena, "%s %s D%d H%d/%d m%d t%d", k->name, s->activation, width, s->heads,
                                     s->kv_heads, m, c->threads);
        return r->note == NULL || r->test_id == NULL ? FQ_ERR_MEMORY : FQ_OK;
    }
    r->test_id = fq_arena_printf(&c->arena, "%s %s k%d m%d t%d", k->name, s->activation, width, m, c->threads);
    return r->test_id == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

static fq_status measure_point(fq_context *c, const fq_step *s, int m, int width, fq_family family, fq_arena *arena) {
    fq_task tasks[KERNELS_MOST];
    fq_result rows[KERNELS_MOST];
    double tokens[KERNELS_MOST];
    int n = 0, base = -1;
    for (int i = 0; i < s->row_kernels.n && n < KERNELS_MOST; i++) {
        const char *name = s->row_kernels.v[i];
        const fq_kernel *k = fq_kernel_find(name);
        fq_trial *trial;
        if (k == NULL) k = fq_kernel_select((fq_op)fq_op_find(name));
        if (k->family != family) continue;
        const fq_trial_shape shape = shape_of(c, s, k, m, width);
        FQ_TRY(describe(c, s, k, m, width, &rows[n]));
        const fq_status status = fq_trial_create(k, &shape, arena, &trial);
        if (status == FQ_ERR_SKIPPED || status == FQ_ERR_UNSUPPORTED) {
            FQ_TRY(fq_context_reject(c, &rows[n], FQ_VERDICT_SKIP));
            continue;
        }
        if (status != FQ_OK) return fq_fail_prefix(status, "%s", k->name);
        tasks[n] = fq_trial_task(trial, k->name);
        if (tasks[n].ceilings != NULL) {
            rows[n].backend = "CUDA";
            rows[n].gpu_info = fq_cuda_name();
        }
        if (s->baseline[0] != 0 && strcmp(s->baseline, name) == 0) base = n;
        tokens[n++] = m;
    }
    return n > 0 ? fq_context_measure(c, s, tasks, rows, tokens, NULL, n, base) : FQ_OK;
}

static fq_status measure_widths(fq_context *c, const fq_step *step, fq_family family, const int *width, int n) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < step->m.n; j++) {
            char what[64];
            fq_arena arena;
            snprintf(what, sizeof what, "%d rows of %d", step->m.v[j], width[i]);
            fq_context_advance(c, 0, what);
            FQ_TRY(fq_arena_init(&arena, 0));
            const fq_status status = measure_point(c, step, step->m.v[j], width[i], family, &arena);
            fq_arena_free(&arena);
            FQ_TRY(status);
            fq_context_advance(c, 1, what);
        }
    return FQ_OK;
}

fq_status fq_scenario_rows(fq_context *c, const fq_step *step) {
    const int rope = fq_plan_rope_kernels(step), widths = rope < step->row_kernels.n ? step->width.n : 0;
    const int sizes = rope > 0 ? step->head_dim.n : 0;
    fq_context_total(c, (double)step->m.n * (widths + sizes));
    FQ_TRY(measure_widths(c, step, FQ_FAMILY_row, step->width.v, widths));
    return measure_widths(c, step, FQ_FAMILY_rope, step->head_dim.v, sizes);
}
