/* The feed-forward comparison of the FireQ paper (arXiv 2505.20839, figure 5): activations quantized, gate and up,
 * SwiGLU and quantize, down, as one timed unit over the packed weights of each variant. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/cpu.h"
#include "harness/rng.h"
#include "kernels/registry.h"
#include "scenarios/kinds.h"
#include "scenarios/shapes.h"

enum { ROWS_MOST = 64, CHECKED_MOST = 7 };

typedef struct weights {
    fq_qmatrix gate_up, down;
    void *gate_up_packed, *down_packed;
} weights;

typedef struct block {
    const fq_variant *variant;
    const fq_kernel *gemm, *quant, *swiglu;
    int m, hidden, intermediate;
    const float *x; /* [m][hidden], shared by all variants */
    weights *copy;  /* the runs rotate over them, so that weights come from memory */
    int copies, turn;
    uint8_t *codes; /* activation codes: [m][stride of the wider of the two inputs] */
    size_t hidden_stride, wide_stride;
    float *scale;   /* [m] */
    float *gate_up; /* [m][2 intermediate] */
    float *y;       /* [m][hidden] */
    void *scratch;
    int checked[CHECKED_MOST], n_checked; /* tokens compared with the oracle */
    float *expected;                      /* [n_checked][hidden] */
} block;

/* The block for tokens x[rows][hidden] on the given kernels. */
static fq_status run_block(const block *b, const weights *w, const fq_kernel *quant, const fq_kernel *gemm,
                           const fq_kernel *swiglu, const float *x, int rows, float *y) {
    const fq_recipe *a = b->variant->a;
    fq_row_args in = {.m = rows,
                      .k = b->hidden,
                      .x = x,
                      .x_stride = (size_t)b->hidden,
                      .a = a,
                      .out = b->codes,
                      .out_stride = b->hidden_stride,
                      .scale = b->scale};
    fq_gemm_args up = {.m = rows,
                       .w = &w->gate_up,
                       .packed = gemm == b->gemm ? w->gate_up_packed : NULL,
                       .a = a,
                       .x = b->codes,
                       .x_stride = b->hidden_stride,
                       .y = b->gate_up,
                       .y_stride = 2 * (size_t)b->intermediate,
                       .scratch = b->scratch};
    fq_row_args act = {.m = rows,
                       .k = b->intermediate,
                       .x = b->gate_up,
                       .x_stride = 2 * (size_t)b->intermediate,
                       .a = a,
                       .out = b->codes,
                       .out_stride = b->wide_stride,
                       .scale = b->scale};
    fq_gemm_args down = {.m = rows,
                         .w = &w->down,
                         .packed = gemm == b->gemm ? w->down_packed : NULL,
                         .a = a,
                         .x = b->codes,
                         .x_stride = b->wide_stride,
                         .y = y,
                         .y_stride = (size_t)b->hidden,
                         .scratch = b->scratch};
    if (a->group != FQ_NO_SCALE) up.x_scale = down.x_scale = b->scale;
    FQ_TRY(quant->run.row(&in));
    FQ_TRY(gemm->run.gemm(&up));
    FQ_TRY(swiglu->run.row(&act));
    return gemm->run.gemm(&down);
}

static fq_status run(void *context) {
    block *b = context;
    const weights *w = &b->copy[b->turn];
    b->turn = (b->turn + 1) % b->copies;
    return run_block(b, w, b->quant, b->gemm, b->swiglu, b->x, b->m, b->y);
}

/* A value beside a rounding boundary may get another code than the oracle's, which moves that token's output by up to a
 * few per cent; a token without one agrees to float32 sums. So every checked token must be within 0.1 of its norm, and
 * the best one within 0.001, which a wrong kernel misses on all of them. err is the worse of the two, scaled to 0.1. */
static fq_status judge(void *context, double *err, double *bound) {
    const block *b = context;
    const double each = 0.1, best_bound = 1e-3;
    double best = INFINITY, worst = 0;
    for (int i = 0; i < b->n_checked; i++) {
        const float *y = b->y + (size_t)b->checked[i] * (size_t)b->hidden;
        const float *e = b->expected + (size_t)i * (size_t)b->hidden;
        double squares = 0, differences = 0;
        for (int j = 0; j < b->hidden; j++) {
            double d = (double)y[j] - e[j];
            squares += (double)e[j] * e[j];
            differences += d * d;
        }
        double relative = differences == 0 ? 0 : sqrt(differences / squares); /* all zero on zeros */
        if (!isfinite(relative)) relative = INFINITY;
        best = fmin(best, relative);
        worst = fmax(worst, relative);
    }
    for (size_t i = 0; i < (size_t)b->m * (size_t)b->hidden; i++)
        if (!isfinite(b->y[i])) worst = INFINITY;
    *err = fmax(worst, best * each / best_bound);
    *bound = each;
    return FQ_OK;
}

/* ---- setting up ---- */

/* Where numbers come from: Gaussian ones, a trained model's taken row after row, or zeros. */
typedef struct source {
    uint64_t seed;
    const float *real; /* NULL: none */
    size_t n_real;
    int zeros;
} source;

static void fill_row(const source *from, uint64_t stream, float *out, size_t n, float sigma) {
    fq_rng rng = fq_rng_seed(from->seed, stream);
    if (from->zeros) {
        memset(out, 0, n * sizeof *out);
    } else if (from->real != NULL) {
        size_t at = fq_rng_below(&rng, (uint32_t)from->n_real);
        for (size_t i = 0; i < n; i++, at++)
            out[i] = from->real[at % from->n_real];
    } else {
        fq_rng_fill_gauss(&rng, out, n, sigma);
    }
}

/* Rows quantized a strip at a time. */
static fq_status make_matrix(fq_qmatrix *q, const fq_recipe *r, int rows, int cols, const source *from, uint64_t stream,
                             fq_arena *arena) {
    enum { STRIP = 256 };
    FQ_TRY(fq_qmatrix_create(q, r, rows, cols, arena));
    size_t mark = arena->used;
    float *w = fq_arena_alloc(arena, (size_t)STRIP * (size_t)cols * sizeof *w);
    if (w == NULL) return FQ_ERR_MEMORY;
    for (int row = 0; row < rows; row += STRIP) {
        int count = rows - row < STRIP ? rows - row : STRIP;
#pragma omp parallel for schedule(static)
        for (int i = 0; i < count; i++)
            fill_row(from, stream + (uint64_t)(row + i), w + (size_t)i * (size_t)cols, (size_t)cols, 0.02f);
        FQ_TRY(fq_qmatrix_quantize(q, row, w, (size_t)cols, count, 1));
    }
    fq_arena_reset(arena, mark);
    return FQ_OK;
}

static fq_status copy_matrix(fq_qmatrix *to, const fq_qmatrix *from, fq_arena *arena) {
    FQ_TRY(fq_qmatrix_create(to, from->recipe, from->rows, from->cols, arena));
    memcpy(to->codes, from->codes, (size_t)from->rows * from->row_bytes);
    memcpy(to->row_scale, from->row_scale, (size_t)from->rows * sizeof *from->row_scale);
    if (from->scales != NULL)
        memcpy(to->scales, from->scales,
               fq_format_bytes(from->recipe->scale, (size_t)from->rows * (size_t)from->groups));
    if (from->zeros != NULL) memcpy(to->zeros, from->zeros, (size_t)from->rows * (size_t)from->groups);
    return FQ_OK;
}

static fq_status pack(const fq_kernel *k, weights *w, fq_arena *arena) {
    w->gate_up_packed = w->down_packed = NULL;
    if (k->pack == NULL) return FQ_OK;
    FQ_TRY(k->pack(&w->gate_up, arena, &w->gate_up_packed));
    return k->pack(&w->down, arena, &w->down_packed);
}

static double weight_bytes(const weights *w) {
    return (double)(fq_qmatrix_bytes(&w->gate_up) + fq_qmatrix_bytes(&w->down));
}

/* Cold: as many copies as exceed three times the last-level cache, at most 1 GiB of them. */
static fq_status make_weights(block *b, const source *from, int hot, fq_arena *arena) {
    weights first;
    FQ_TRY(make_matrix(&first.gate_up, b->variant->w, 2 * b->intermediate, b->hidden, from, 1u << 20, arena));
    FQ_TRY(make_matrix(&first.down, b->variant->w, b->hidden, b->intermediate, from, 1u << 24, arena));
    double bytes = weight_bytes(&first), wanted = fmin(3.0 * (double)fq_cpu_llc_bytes(), 1073741824.0);
    b->copies = hot ? 1 : 1 + (int)(wanted / bytes);
    b->copy = FQ_NEW(arena, weights, b->copies);
    if (b->copy == NULL) return FQ_ERR_MEMORY;
    b->copy[0] = first;
    FQ_TRY(pack(b->gemm, &b->copy[0], arena));
    for (int i = 1; i < b->copies; i++) {
        FQ_TRY(copy_matrix(&b->copy[i].gate_up, &first.gate_up, arena));
        FQ_TRY(copy_matrix(&b->copy[i].down, &first.down, arena));
        FQ_TRY(pack(b->gemm, &b->copy[i], arena));
    }
    return FQ_OK;
}

static size_t scratch_bytes(const block *b, const fq_kernel *k) {
    if (k->scratch.gemm == NULL) return 0;
    size_t most = 0;
    for (int i = 0; i < 2; i++) {
        fq_gemm_args g = {.m = b->m,
                          .w = i == 0 ? &b->copy[0].gate_up : &b->copy[0].down,
                          .a = b->variant->a,
                          .packed = k != b->gemm ? NULL
                                    : i == 0     ? b->copy[0].gate_up_packed
                                                 : b->copy[0].down_packed,
                          .x_stride = i == 0 ? b->hidden_stride : b->wide_stride};
        size_t bytes = k->scratch.gemm(&g);
        if (bytes > most) most = bytes;
    }
    return most;
}

static size_t padded(size_t bytes) {
    return (bytes + 63) / 64 * 64;
}

/* Tokens spread over the batch; few, because the oracle is slow. */
static fq_status expect(block *b, const fq_kernel *gemm_ref) {
    const double budget = 2e9;
    double macs = 3.0 * b->hidden * b->intermediate;
    b->n_checked = (int)fmax(1, fmin(fmin(CHECKED_MOST, b->m), budget / macs));
    for (int i = 0; i < b->n_checked; i++) {
        b->checked[i] = b->n_checked == 1 ? b->m - 1 : (int)((double)i * (b->m - 1) / (b->n_checked - 1));
        FQ_TRY(run_block(b, &b->copy[0], fq_kernel_ref(FQ_OP_QUANT_ROWS), gemm_ref, fq_kernel_ref(FQ_OP_SWIGLU_QUANT),
                         b->x + (size_t)b->checked[i] * (size_t)b->hidden, 1,
                         b->expected + (size_t)i * (size_t)b->hidden));
    }
    return FQ_OK;
}

static fq_status make_block(const fq_variant *v, const fq_shape *shape, const float *x, int m, int hot,
                            const source *from, fq_arena *arena, block *b) {
    fq_op op;
    memset(b, 0, sizeof *b);
    if (v->a->group > 0)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s has a scale for each group, this block one for each token", v->a->name);
    if (v->a->range == FQ_RANGE_STATIC)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s needs a calibrated scale, which random weights do not have", v->a->name);
    FQ_TRY(fq_gemm_op(v->w, v->a, &op));
    b->variant = v;
    b->gemm = fq_kernel_select(op);
    b->quant = fq_kernel_select(FQ_OP_QUANT_ROWS);
    b->swiglu = fq_kernel_select(FQ_OP_SWIGLU_QUANT);
    b->m = m;
    b->hidden = shape->hidden;
    b->intermediate = shape->intermediate;
    b->x = x;
    b->hidden_stride = padded(fq_format_bytes(v->a->code, (size_t)b->hidden));
    b->wide_stride = padded(fq_format_bytes(v->a->code, (size_t)b->intermediate));
    FQ_TRY(make_weights(b, from, hot, arena));
    size_t wider = b->wide_stride > b->hidden_stride ? b->wide_stride : b->hidden_stride;
    size_t outputs = (size_t)m * (size_t)b->hidden;
    size_t fast = scratch_bytes(b, b->gemm), slow = scratch_bytes(b, fq_kernel_ref(op));
    b->codes = FQ_NEW(arena, uint8_t, (size_t)m * wider);
    b->scale = FQ_NEW(arena, float, m);
    b->gate_up = fq_arena_alloc(arena, (size_t)m * 2 * (size_t)b->intermediate * sizeof(float));
    b->y = fq_arena_alloc(arena, outputs * sizeof(float));
    b->expected = FQ_NEW(arena, float, CHECKED_MOST *(size_t)b->hidden);
    b->scratch = fq_arena_alloc(arena, fast > slow ? fast : slow);
    if (!b->codes || !b->scale || !b->gate_up || !b->y || !b->expected || !b->scratch) return FQ_ERR_MEMORY;
    for (size_t i = 0; i < outputs; i++)
        b->y[i] = NAN;
    return expect(b, fq_kernel_ref(op));
}

/* ---- the step ---- */

static fq_engine engine_of(const fq_variant *v) {
    if (v->w->code == FQ_F32) return FQ_ENGINE_F32;
    return v->a->code == FQ_INT8 ? FQ_ENGINE_INT8 : FQ_ENGINE_BF16;
}

static fq_status describe(fq_context *c, const fq_step *s, const fq_shape *shape, const block *b, int batch, int seq,
                          fq_result *r) {
    fq_context_result(c, r);
    r->op = "ffn";
    r->variant = b->variant->name;
    r->model = shape->name;
    r->note = strcmp(s->data, "gauss") == 0 ? "random weights" : NULL;
    r->kernel = fq_arena_printf(&c->arena, "%s %s %s", b->gemm->name, b->quant->name, b->swiglu->name);
    r->m = b->m;
    r->n = b->intermediate;
    r->k = b->hidden;
    r->batch = batch;
    r->seq = seq;
    r->cache = s->cache;
    r->data = s->data;
    r->bits_per_weight = fq_qmatrix_bits_per_weight(&b->copy[0].gate_up);
    r->test_id = fq_arena_printf(&c->arena, "ffn %s %s b%d s%d t%d %s%s%s", b->variant->name, shape->name, batch, seq,
                                 c->threads, s->cache, s->data[0] == 'g' ? "" : " ", s->data[0] == 'g' ? "" : s->data);
    return r->kernel == NULL || r->test_id == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

static fq_status measure_point(fq_context *c, const fq_step *s, const fq_shape *shape, int batch, int seq,
                               fq_arena *arena) {
    fq_task tasks[ROWS_MOST];
    fq_result rows[ROWS_MOST];
    double tokens[ROWS_MOST];
    int m = batch * seq, n = 0, base = 0;
    float *x = fq_arena_alloc(arena, (size_t)m * (size_t)shape->hidden * sizeof *x);
    if (x == NULL) return FQ_ERR_MEMORY;
    const fq_exemplar *real;
    FQ_TRY(fq_context_exemplar(c, s->data, &real));
    source weights_from = {.seed = c->seed, .zeros = strcmp(s->data, "zeros") == 0}, inputs_from = weights_from;
    if (real != NULL) {
        weights_from.real = real->w;
        weights_from.n_real = (size_t)real->w_rows * (size_t)real->cols;
        inputs_from.real = real->x;
        inputs_from.n_real = (size_t)real->tokens * (size_t)real->cols;
    }
    fill_row(&inputs_from, 0xff, x, (size_t)m * (size_t)shape->hidden, 1);
    for (; n < s->variants.n && n < ROWS_MOST; n++) {
        const fq_variant *v = fq_variant_find(s->variants.v[n]);
        block *b = FQ_NEW(arena, block, 1);
        if (b == NULL) return FQ_ERR_MEMORY;
        fq_status status = make_block(v, shape, x, m, strcmp(s->cache, "hot") == 0, &weights_from, arena, b);
        if (status != FQ_OK) return fq_fail_prefix(status, "%s", v->name);
        FQ_TRY(describe(c, s, shape, b, batch, seq, &rows[n]));
        double io = 2.0 * m * shape->hidden * (double)sizeof(float);
        tasks[n] = (fq_task){.name = v->name,
                             .context = b,
                             .run = run,
                             .judge = judge,
                             .engine = engine_of(v),
                             .flop = 6.0 * m * shape->hidden * shape->intermediate,
                             .bytes = io + (strcmp(s->cache, "hot") == 0 ? 0 : weight_bytes(&b->copy[0]))};
        tokens[n] = m;
        if (strcmp(v->name, s->baseline) == 0) base = n;
    }
    return fq_context_measure(c, s, tasks, rows, tokens, NULL, n, base);
}

fq_status fq_scenario_ffn(fq_context *c, const fq_step *step) {
    fq_context_total(c, (double)step->shapes.n * step->batch.n * step->seq.n);
    for (int i = 0; i < step->shapes.n; i++)
        for (int b = 0; b < step->batch.n; b++)
            for (int t = 0; t < step->seq.n; t++) {
                char what[96];
                snprintf(what, sizeof what, "%s batch %d x %d tokens", step->shapes.v[i], step->batch.v[b],
                         step->seq.v[t]);
                fq_context_advance(c, 0, what);
                fq_arena arena;
                FQ_TRY(fq_arena_init(&arena, 0));
                fq_status status =
                    measure_point(c, step, fq_shape_find(step->shapes.v[i]), step->batch.v[b], step->seq.v[t], &arena);
                fq_arena_free(&arena);
                FQ_TRY(status);
                fq_context_advance(c, 1, what);
            }
    return FQ_OK;
}
