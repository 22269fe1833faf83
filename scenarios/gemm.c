/* Linear-layer kernels over shapes and numbers of tokens. All kernels of one shape and one M are measured interleaved,
 * so that each speed-up over the baseline kernel compares neighbours in time. */
#include <stdio.h>
#include <string.h>

#include "kernels/trial.h"
#include "scenarios/kinds.h"
#include "scenarios/shapes.h"

enum { KERNELS_MOST = 64 };

typedef struct point {
    const char *model, *layer; /* NULL for NxK */
    int n, k;
} point;

/* Kernels by name, operations by what dispatch takes; a kernel that both name is there once. */
static int pick_kernels(const fq_step *s, const fq_kernel **out, int *baseline) {
    int n = 0;
    const char *base = s->baseline[0] != 0 ? s->baseline : s->kernels.v[0];
    for (int i = 0; i < s->kernels.n && n < KERNELS_MOST; i++) {
        const char *name = s->kernels.v[i];
        const fq_kernel *k = fq_kernel_find(name);
        if (k == NULL) k = fq_kernel_select((fq_op)fq_op_find(name));
        int at = 0;
        while (at < n && out[at] != k)
            at++;
        out[at] = k;
        if (at == n) n++;
        if (strcmp(name, base) == 0) *baseline = at;
    }
    return n;
}

static fq_status describe(fq_context *c, const fq_step *s, const point *p, int m, const fq_kernel *k, fq_result *r) {
    fq_trial_shape shape = fq_trial_default(k->op);
    (void)fq_kernel_recipes(k, &shape.w, &shape.a);
    fq_context_result(c, r);
    r->op = fq_op_name(k->op);
    r->kernel = k->name;
    r->isa = fq_isa_name(k->isa);
    r->model = p->model;
    r->note = p->layer;
    r->m = m;
    r->n = p->n;
    r->k = p->k;
    r->cache = s->cache;
    r->data = s->data;
    if (shape.w != NULL) r->bits_per_weight = fq_recipe_bits(shape.w, p->k);
    /* The amplifier is named in every row of its step, so that rows measured in turn stay together. */
    r->test_id =
        fq_arena_printf(&c->arena, "%s n%d k%d m%d t%d %s%s%s%s%s%s%s", k->name, p->n, p->k, m, c->threads, s->cache,
                        p->model != NULL ? " " : "", p->model != NULL ? p->model : "", p->layer != NULL ? p->layer : "",
                        r->data[0] == 'g' ? "" : " ", r->data[0] == 'g' ? "" : r->data,
                        s->amplifier > 0 ? fq_arena_printf(&c->arena, " 2^%d", s->amplifier) : "");
    return r->test_id == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

/* first: a trial of each kernel at an earlier number of tokens, whose weights serve again; NULL where there is none
 * yet. */
static fq_status measure_point(fq_context *c, const fq_step *s, const point *p, int m, const fq_kernel **kernels, int n,
                               int baseline, const fq_trial **first, fq_arena *arena) {
    fq_task tasks[KERNELS_MOST];
    fq_result rows[KERNELS_MOST];
    double tokens[KERNELS_MOST];
    const fq_exemplar *real;
    int ready = 0, base = -1, kept = 0;
    for (int i = 0; i < n; i++) {
        FQ_TRY(describe(c, s, p, m, kernels[i], &rows[i]));
        kept += fq_context_kept_result(c, rows[i].test_id);
    }
    if (kept == n) return FQ_OK;
    FQ_TRY(fq_context_exemplar(c, s->data, &real));
    for (int i = 0; i < n; i++) {
        fq_trial_shape shape = fq_trial_default(kernels[i]->op);
        fq_trial *trial;
        fq_result row;
        (void)fq_kernel_recipes(kernels[i], &shape.w, &shape.a);
        shape.m = m;
        shape.n = p->n;
        shape.k = p->k;
        shape.seed = (unsigned long)c->seed;
        shape.weight_copies = strcmp(s->cache, "hot") == 0 ? 1 : 0;
        shape.amplifier = s->amplifier;
        shape.zeros = strcmp(s->data, "zeros") == 0;
        if (real != NULL) {
            shape.real_w = real->w;
            shape.real_x = real->x;
            shape.n_real_w = (size_t)real->w_rows * (size_t)real->cols;
            shape.n_real_x = (size_t)real->tokens * (size_t)real->cols;
        }
        shape.like = first[i];
        FQ_TRY(describe(c, s, p, m, kernels[i], &row));
        fq_status status = fq_trial_create(kernels[i], &shape, arena, &trial);
        if (status == FQ_ERR_SKIPPED) {
            FQ_TRY(fq_context_reject(c, &row, FQ_VERDICT_SKIP));
            continue;
        }
        if (status != FQ_OK) return fq_fail_prefix(status, "%s", kernels[i]->name);
        if (i == baseline) base = ready;
        if (kernels[i]->prepare == NULL && first[i] == NULL) first[i] = trial;
        tasks[ready] = fq_trial_task(trial, kernels[i]->name);
        /* No memory has to be read then, and no cache's bandwidth is known. */
        if (strcmp(s->cache, "hot") == 0) tasks[ready].bytes = 0;
        if (tasks[ready].ceilings != NULL) {
            row.backend = "CUDA";
            row.gpu_info = fq_cuda_name();
        }
        tokens[ready] = m;
        rows[ready++] = row;
    }
    return ready > 0 ? fq_context_measure(c, s, tasks, rows, tokens, NULL, ready, base) : FQ_OK;
}

/* Kernel and shape of every point, so that the progress bar knows how much there is. */
static int list_points(const fq_step *s, point *out, int most) {
    int n = 0;
    for (int i = 0; i < s->shapes.n; i++) {
        const fq_shape *shape = fq_shape_find(s->shapes.v[i]);
        fq_linear_shape linear[FQ_LINEARS];
        point one = {NULL, NULL, 0, 0};
        if (shape == NULL) {
            if (fq_shape_parse(s->shapes.v[i], &one.n, &one.k) && n < most) out[n++] = one;
            continue;
        }
        fq_shape_linears(shape, linear);
        for (int l = 0; l < FQ_LINEARS && n < most; l++)
            out[n++] = (point){shape->name, linear[l].name, linear[l].n, linear[l].k};
    }
    return n;
}

fq_status fq_scenario_gemm(fq_context *c, const fq_step *step) {
    const fq_kernel *kernels[KERNELS_MOST];
    point points[256];
    int baseline = 0, n = pick_kernels(step, kernels, &baseline);
    int n_points = list_points(step, points, (int)(sizeof points / sizeof points[0]));
    double work = 0;
    for (int i = 0; i < n_points; i++)
        work += step->m.n;
    fq_context_total(c, work);
    for (int i = 0; i < n_points; i++) {
        const fq_trial *first[KERNELS_MOST] = {NULL};
        fq_status status = FQ_OK;
        fq_arena arena;
        FQ_TRY(fq_arena_init(&arena, 0));
        for (int j = 0; j < step->m.n && status == FQ_OK; j++) {
            char what[96];
            snprintf(what, sizeof what, "%s %s %dx%d m=%d", points[i].model != NULL ? points[i].model : "",
                     points[i].layer != NULL ? points[i].layer : "", points[i].n, points[i].k, step->m.v[j]);
            fq_context_advance(c, 0, what);
            status = measure_point(c, step, &points[i], step->m.v[j], kernels, n, baseline, first, &arena);
            if (status == FQ_OK) fq_context_advance(c, 1, what);
        }
        fq_arena_free(&arena);
        FQ_TRY(status);
    }
    return FQ_OK;
}
