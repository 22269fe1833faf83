/* The feed-forward comparison of the FireQ paper (arXiv 2505.20839, figure 5): norm and quantization, gate and up,
 * SwiGLU and quantization, down, as one timed unit over the packed weights of each variant. */
#include <stdio.h>
#include <string.h>

#include "scenarios/ffn_block.h"
#include "scenarios/kinds.h"
#include "scenarios/shapes.h"

enum { ROWS_MOST = 64 };

/* One line of the comparison: a variant on the kernels that dispatch takes, or on one of those asked for. */
typedef struct line {
    const fq_variant *variant;
    const fq_kernel *kernel; /* NULL: dispatch */
    int first;               /* of its variant, whose weights the others share */
    fq_ffn_net *net;         /* NULL: cannot run here, and the row says so */
} line;

static int list_lines(const fq_step *s, line *out) {
    int n = 0;
    for (int i = 0; i < s->variants.n && n < ROWS_MOST; i++) {
        const fq_variant *v = fq_variant_find(s->variants.v[i]);
        const int first = n;
        for (int k = 0; k < s->use_kernels.n && n < ROWS_MOST; k++) {
            const fq_kernel *kernel = fq_kernel_find(s->use_kernels.v[k]);
            if (kernel != NULL && !fq_ffn_takes(kernel, v)) continue;
            out[n] = (line){v, kernel, n == first, NULL};
            n++;
        }
        if (n == first) out[n++] = (line){v, NULL, 1, NULL};
    }
    return n;
}

static fq_status describe(fq_context *c, const fq_step *s, const fq_shape *shape, const line *l, int batch, int seq,
                          fq_result *r) {
    fq_context_result(c, r);
    r->op = "ffn";
    r->variant = l->variant->name;
    r->model = shape->name;
    r->note = strcmp(s->data, "gauss") == 0 ? "random weights" : NULL;
    r->m = batch * seq;
    r->n = shape->intermediate;
    r->k = shape->hidden;
    r->batch = batch;
    r->seq = seq;
    r->cache = s->cache;
    r->data = s->data;
    r->kernel = l->net != NULL ? fq_ffn_kernels(l->net, &c->arena) : l->kernel->name;
    r->test_id =
        fq_arena_printf(&c->arena, "ffn %s %s b%d s%d t%d %s%s%s%s%s", l->variant->name, shape->name, batch, seq,
                        c->threads, s->cache, s->data[0] == 'g' ? "" : " ", s->data[0] == 'g' ? "" : s->data,
                        l->kernel != NULL ? " " : "", l->kernel != NULL ? l->kernel->name : "");
    if (r->kernel == NULL || r->test_id == NULL) return FQ_ERR_MEMORY;
    if (l->net == NULL) return FQ_OK;
    r->bits_per_weight = fq_ffn_bits_per_weight(l->net);
    if (!fq_ffn_on_device(l->net)) return FQ_OK;
    r->isa = fq_isa_name(FQ_ISA_SM90);
    r->backend = "CUDA";
    r->gpu_info = fq_cuda_name();
    return FQ_OK;
}

static fq_status measure_point(fq_context *c, const fq_step *s, const fq_shape *shape, const fq_ffn_input *in,
                               const line *lines, int n_lines, int batch, int seq, fq_arena *arena) {
    fq_task tasks[ROWS_MOST];
    fq_result rows[ROWS_MOST];
    double tokens[ROWS_MOST];
    int m = batch * seq, n = 0, base = -1, checked[FQ_FFN_CHECKED], n_checked;
    float *x = fq_arena_alloc(arena, (size_t)m * (size_t)shape->hidden * sizeof *x);
    if (x == NULL) return FQ_ERR_MEMORY;
    fq_ffn_input_tokens(in, m, x, checked, &n_checked);
    for (int i = 0; i < n_lines; i++) {
        FQ_TRY(describe(c, s, shape, &lines[i], batch, seq, &rows[n]));
        fq_status status = FQ_ERR_SKIPPED;
        if (lines[i].net != NULL)
            status = fq_ffn_task(lines[i].net, in, x, m, checked, n_checked, arena, &tasks[n]);
        else
            (void)fq_kernel_usable(lines[i].kernel, NULL);
        if (status == FQ_ERR_SKIPPED) {
            FQ_TRY(fq_context_reject(c, &rows[n], FQ_VERDICT_SKIP));
            continue;
        }
        if (status != FQ_OK) return fq_fail_prefix(status, "%s", lines[i].variant->name);
        tokens[n] = m;
        const char *baseline = s->baseline[0] != 0 ? s->baseline : lines[0].variant->name;
        if (base < 0 && strcmp(lines[i].variant->name, baseline) == 0) base = n;
        n++;
    }
    return n > 0 ? fq_context_measure(c, s, tasks, rows, tokens, NULL, n, base) : FQ_OK;
}

/* Weights and oracles of all lines, made once for all points of a shape. */
static fq_status make_nets(const fq_step *s, const fq_ffn_input *in, line *lines, int n, fq_arena *arena) {
    fq_ffn_weights *weights = NULL;
    for (int i = 0; i < n; i++) {
        fq_status status = FQ_OK;
        if (lines[i].first) {
            weights = FQ_NEW(arena, fq_ffn_weights, 1);
            if (weights == NULL) return FQ_ERR_MEMORY;
            status = fq_ffn_weights_create(weights, lines[i].variant, in, arena);
        }
        if (status == FQ_OK)
            status = fq_ffn_net_create(weights, lines[i].kernel, strcmp(s->cache, "hot") == 0, arena, &lines[i].net);
        if (status == FQ_ERR_SKIPPED && lines[i].kernel != NULL)
            lines[i].net = NULL;
        else if (status != FQ_OK)
            return fq_fail_prefix(status, "%s", lines[i].variant->name);
    }
    return FQ_OK;
}

static fq_status measure_shape(fq_context *c, const fq_step *s, const fq_shape *shape, fq_arena *arena) {
    line lines[ROWS_MOST];
    fq_ffn_input in = {.hidden = shape->hidden,
                       .intermediate = shape->intermediate,
                       .seed = c->seed,
                       .zeros = strcmp(s->data, "zeros") == 0};
    const int n = list_lines(s, lines);
    FQ_TRY(fq_context_exemplar(c, s->data, &in.real));
    FQ_TRY(fq_ffn_input_create(&in, arena));
    FQ_TRY(make_nets(s, &in, lines, n, arena));
    for (int b = 0; b < s->batch.n; b++)
        for (int t = 0; t < s->seq.n; t++) {
            char what[96];
            const size_t mark = arena->used;
            snprintf(what, sizeof what, "%s batch %d x %d tokens", shape->name, s->batch.v[b], s->seq.v[t]);
            fq_context_advance(c, 0, what);
            FQ_TRY(measure_point(c, s, shape, &in, lines, n, s->batch.v[b], s->seq.v[t], arena));
            fq_arena_reset(arena, mark);
            fq_context_advance(c, 1, what);
        }
    return FQ_OK;
}

fq_status fq_scenario_ffn(fq_context *c, const fq_step *step) {
    fq_context_total(c, (double)step->shapes.n * step->batch.n * step->seq.n);
    for (int i = 0; i < step->shapes.n; i++) {
        fq_arena arena;
        FQ_TRY(fq_arena_init(&arena, 0));
        const fq_status status = measure_shape(c, step, fq_shape_find(step->shapes.v[i]), &arena);
        fq_arena_free(&arena);
        FQ_TRY(status);
    }
    return FQ_OK;
}
