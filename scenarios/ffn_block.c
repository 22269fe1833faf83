/* The feed-forward block of ffn_block.h: its oracle, its two ways to run, and its judgement. */
#include "scenarios/ffn_block.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/cpu.h"
#include "harness/rng.h"
#include "quant/minifloat.h"

enum { POOL_FLOATS = 1 << 20 };
static const float eps = 1e-5f;

typedef struct packed {
    fq_qmatrix gate_up, down;
    void *gate_up_packed, *down_packed;
} packed;

struct fq_ffn_net {
    const fq_ffn_weights *weights;
    const fq_kernel *up, *down, *norm, *act;
    packed *copy; /* the runs rotate over them, so that weights come from memory */
    int copies, hot;
};

typedef struct block {
    const fq_ffn_net *net;
    const fq_ffn_input *in;
    int m, turn;
    const float *x; /* [m][hidden], shared by all rows */
    uint8_t *codes; /* activation codes: [m][stride of the wider of the two inputs] */
    size_t hidden_stride, wide_stride;
    float *scale;   /* [m] */
    float *gate_up; /* [m][2 intermediate] */
    float *y;       /* [m][hidden]; on a device, the checked tokens of it */
    void *scratch;
    const int *rows;
    int n_rows;
    fq_cuda_ffn *device; /* NULL */
} block;

/* ---- input ---- */

/* n numbers of a stream: of weights (which = 0, scaled by sigma where they are Gaussian) or of inputs. */
static void fill(const fq_ffn_input *in, int which, uint64_t stream, float *out, size_t n, float sigma) {
    fq_rng rng = fq_rng_seed(in->seed, stream);
    if (in->zeros) {
        memset(out, 0, n * sizeof *out);
    } else if (in->real != NULL) {
        const float *from = which == 0 ? in->real->w : in->real->x;
        const size_t n_from = (size_t)(which == 0 ? in->real->w_rows : in->real->tokens) * (size_t)in->real->cols;
        size_t at = fq_rng_below(&rng, (uint32_t)n_from);
        for (size_t i = 0; i < n; i++, at++)
            out[i] = from[at % n_from];
    } else {
        fq_rng_fill_gauss(&rng, out, n, sigma);
    }
}

fq_status fq_ffn_input_create(fq_ffn_input *in, fq_arena *arena) {
    const double budget = 2e9, macs = 3.0 * in->hidden * in->intermediate; /* the oracle is slow */
    const size_t hidden = (size_t)in->hidden, floats = POOL_FLOATS + hidden;
    fq_rng rng = fq_rng_seed(in->seed, 0xfe);
    in->n_checked = (int)fmax(1, fmin(FQ_FFN_CHECKED, budget / macs));
    in->pool = FQ_NEW(arena, float, floats);
    in->gamma = FQ_NEW(arena, float, hidden);
    in->checked = FQ_NEW(arena, float, (size_t)in->n_checked *hidden);
    if (!in->pool || !in->gamma || !in->checked) return FQ_ERR_MEMORY;
    fill(in, 1, 0xff, in->pool, floats, 1);
    for (size_t i = 0; i < floats; i++)
        in->pool[i] = fq_format_round(FQ_BF16, in->pool[i]);
    for (size_t i = 0; i < hidden; i++)
        in->gamma[i] = (float)(0.5 + fq_rng_uniform(&rng));
    for (int i = 0; i < in->n_checked; i++)
        memcpy(in->checked + (size_t)i * hidden, in->pool + fq_rng_below(&rng, POOL_FLOATS), hidden * sizeof *in->pool);
    return FQ_OK;
}

void fq_ffn_input_tokens(const fq_ffn_input *in, int m, float *x, int *rows, int *n) {
    const size_t hidden = (size_t)in->hidden;
    fq_rng rng = fq_rng_seed(in->seed, 0x100);
    for (int i = 0; i < m; i++)
        memcpy(x + (size_t)i * hidden, in->pool + fq_rng_below(&rng, POOL_FLOATS), hidden * sizeof *x);
    *n = m < in->n_checked ? m : in->n_checked;
    for (int i = 0; i < *n; i++) {
        rows[i] = *n == 1 ? m - 1 : (int)((double)i * (m - 1) / (*n - 1));
        memcpy(x + (size_t)rows[i] * hidden, in->checked + (size_t)i * hidden, hidden * sizeof *x);
    }
}

/* ---- the block on the host's kernels ---- */

typedef struct kernels {
    const fq_kernel *norm, *gemm, *act;
} kernels;

static fq_status run_block(const block *b, const packed *w, const fq_variant *v, const kernels *k) {
    const size_t hidden = (size_t)b->in->hidden, wide = 2 * (size_t)b->in->intermediate;
    fq_row_args in = {.m = b->m,
                      .k = b->in->hidden,
                      .x = b->x,
                      .x_stride = hidden,
                      .gamma = b->in->gamma,
                      .eps = eps,
                      .a = v->a,
                      .out = b->codes,
                      .out_stride = b->hidden_stride,
                      .scale = b->scale};
    fq_gemm_args up = {.m = b->m,
                       .w = &w->gate_up,
                       .packed = w->gate_up_packed,
                       .a = v->a,
                       .x = b->codes,
                       .x_stride = b->hidden_stride,
                       .y = b->gate_up,
                       .y_stride = wide,
                       .scratch = b->scratch};
    fq_row_args act = {.m = b->m,
                       .k = b->in->intermediate,
                       .x = b->gate_up,
                       .x_stride = wide,
                       .a = v->a,
                       .out = b->codes,
                       .out_stride = b->wide_stride,
                       .scale = b->scale};
    fq_gemm_args down = {.m = b->m,
                         .w = &w->down,
                         .packed = w->down_packed,
                         .a = v->a,
                         .x = b->codes,
                         .x_stride = b->wide_stride,
                         .y = b->y,
                         .y_stride = hidden,
                         .residual = b->x,
                         .scratch = b->scratch};
    if (v->a->group != FQ_NO_SCALE) up.x_scale = down.x_scale = b->scale;
    FQ_TRY(k->norm->run.row(&in));
    FQ_TRY(k->gemm->run.gemm(&up));
    FQ_TRY(k->act->run.row(&act));
    return k->gemm->run.gemm(&down);
}

static fq_status run_host(void *context) {
    block *b = context;
    const fq_ffn_net *net = b->net;
    const kernels k = {net->norm, net->down, net->act};
    const packed *w = &net->copy[b->turn];
    b->turn = (b->turn + 1) % net->copies;
    return run_block(b, w, net->weights->variant, &k);
}

static size_t scratch_bytes(const block *b, const packed *w, const fq_variant *v, const fq_kernel *k) {
    size_t most = 0;
    if (k->scratch.gemm == NULL) return 0;
    for (int i = 0; i < 2; i++) {
        fq_gemm_args g = {.m = b->m,
                          .w = i == 0 ? &w->gate_up : &w->down,
                          .a = v->a,
                          .packed = i == 0 ? w->gate_up_packed : w->down_packed,
                          .x_stride = i == 0 ? b->hidden_stride : b->wide_stride};
        const size_t bytes = k->scratch.gemm(&g);
        if (bytes > most) most = bytes;
    }
    return most;
}

/* Buffers of b, whose in, m and x are set. */
static fq_status make_buffers(block *b, const packed *w, const fq_variant *v, const fq_kernel *gemm, fq_arena *arena) {
    const size_t m = (size_t)b->m, hidden = (size_t)b->in->hidden, wide = (size_t)b->in->intermediate;
    b->hidden_stride = fq_round_up(fq_format_bytes(v->a->code, hidden), 64);
    b->wide_stride = fq_round_up(fq_format_bytes(v->a->code, wide), 64);
    b->codes = FQ_NEW(arena, uint8_t, m * (b->wide_stride > b->hidden_stride ? b->wide_stride : b->hidden_stride));
    b->scale = FQ_NEW(arena, float, m);
    b->gate_up = fq_arena_alloc(arena, m * 2 * wide * sizeof(float));
    b->y = fq_arena_alloc(arena, m * hidden * sizeof(float));
    b->scratch = fq_arena_alloc(arena, scratch_bytes(b, w, v, gemm));
    if (!b->codes || !b->scale || !b->gate_up || !b->y || !b->scratch) return FQ_ERR_MEMORY;
    for (size_t i = 0; i < m * hidden; i++)
        b->y[i] = NAN;
    return FQ_OK;
}

/* ---- weights and oracle ---- */

/* Rows quantized a strip at a time. */
static fq_status make_matrix(fq_qmatrix *q, const fq_recipe *r, int rows, int cols, const fq_ffn_input *in,
                             uint64_t stream, fq_arena *arena) {
    enum { STRIP = 256 };
    FQ_TRY(fq_qmatrix_create(q, r, rows, cols, arena));
    const size_t mark = arena->used;
    /* A tensor scale where the recipe takes one, so that group scales use their format. */
    const float tensor_scale = r->group > 0 && r->scale == FQ_E4M3 ? 16.0f : 1.0f;
    float *w = fq_arena_alloc(arena, (size_t)STRIP * (size_t)cols * sizeof *w);
    if (w == NULL) return FQ_ERR_MEMORY;
    for (int row = 0; row < rows; row += STRIP) {
        const int count = rows - row < STRIP ? rows - row : STRIP;
#pragma omp parallel for schedule(static)
        for (int i = 0; i < count; i++)
            fill(in, 0, stream + (uint64_t)(row + i), w + (size_t)i * (size_t)cols, (size_t)cols, 0.02f);
        FQ_TRY(fq_qmatrix_quantize(q, row, w, (size_t)cols, count, tensor_scale));
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

static fq_status expect(fq_ffn_weights *w, const fq_ffn_input *in, fq_op op, fq_arena *arena) {
    const kernels ref = {fq_kernel_ref(FQ_OP_RMSNORM_QUANT), fq_kernel_ref(op), fq_kernel_ref(FQ_OP_SWIGLU_QUANT)};
    const packed plain = {w->gate_up, w->down, NULL, NULL};
    const size_t outputs = (size_t)in->n_checked * (size_t)in->hidden;
    w->expected = FQ_NEW(arena, float, outputs);
    if (w->expected == NULL) return FQ_ERR_MEMORY;
    const size_t mark = arena->used;
    block b = {.in = in, .m = in->n_checked, .x = in->checked};
    FQ_TRY(make_buffers(&b, &plain, w->variant, ref.gemm, arena));
    FQ_TRY(run_block(&b, &plain, w->variant, &ref));
    memcpy(w->expected, b.y, outputs * sizeof *b.y);
    fq_arena_reset(arena, mark);
    return FQ_OK;
}

fq_status fq_ffn_weights_create(fq_ffn_weights *w, const fq_variant *v, const fq_ffn_input *in, fq_arena *arena) {
    fq_op op;
    w->variant = v;
    if (v->a->group > 0)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s has a scale for each group, this block one for each token", v->a->name);
    if (v->a->range == FQ_RANGE_STATIC)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s needs a calibrated scale, which random weights do not have", v->a->name);
    FQ_TRY(fq_gemm_op(v->w, v->a, &op));
    FQ_TRY(make_matrix(&w->gate_up, v->w, 2 * in->intermediate, in->hidden, in, 1u << 20, arena));
    FQ_TRY(make_matrix(&w->down, v->w, in->hidden, in->intermediate, in, 1u << 24, arena));
    return expect(w, in, op, arena);
}

/* ---- a row of the comparison ---- */

int fq_ffn_takes(const fq_kernel *k, const fq_variant *v) {
    return fq_kernel_takes(k, v->w, v->a);
}

static double weight_bytes(const fq_ffn_weights *w) {
    return (double)(fq_qmatrix_bytes(&w->gate_up) + fq_qmatrix_bytes(&w->down));
}

static fq_status pack(const fq_ffn_net *net, packed *w, fq_arena *arena) {
    w->gate_up_packed = w->down_packed = NULL;
    if (net->up->pack == NULL) return FQ_OK;
    FQ_TRY(net->up->pack(&w->gate_up, arena, &w->gate_up_packed));
    return net->down->pack(&w->down, arena, &w->down_packed);
}

/* Cold: as many copies as exceed three times the last-level cache, at most 1 GiB of them. A device makes its own. */
static fq_status make_copies(fq_ffn_net *net, fq_arena *arena) {
    const fq_ffn_weights *w = net->weights;
    const double wanted = fmin(3.0 * (double)fq_cpu_llc_bytes(), 1073741824.0);
    net->copies = net->hot || fq_ffn_on_device(net) ? 1 : 1 + (int)(wanted / weight_bytes(w));
    net->copy = FQ_NEW(arena, packed, net->copies);
    if (net->copy == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < net->copies; i++) {
        net->copy[i] = (packed){w->gate_up, w->down, NULL, NULL};
        if (i > 0) FQ_TRY(copy_matrix(&net->copy[i].gate_up, &w->gate_up, arena));
        if (i > 0) FQ_TRY(copy_matrix(&net->copy[i].down, &w->down, arena));
        FQ_TRY(pack(net, &net->copy[i], arena));
    }
    return FQ_OK;
}

fq_status fq_ffn_net_create(const fq_ffn_weights *w, const fq_kernel *kernel, int hot, fq_arena *arena,
                            fq_ffn_net **out) {
    fq_op op;
    const char *why = "";
    fq_ffn_net *net = *out = FQ_NEW(arena, fq_ffn_net, 1);
    if (net == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(fq_gemm_op(w->variant->w, w->variant->a, &op));
    net->weights = w;
    net->hot = hot;
    net->up = net->down = kernel != NULL ? kernel : fq_kernel_select(op);
    if (net->up->op == FQ_OP_GEMM_I4F8_SWIGLU) net->down = fq_kernel_find("gemm_i4f8.sm90");
    if (!fq_kernel_usable(net->up, &why)) return fq_fail(FQ_ERR_SKIPPED, "%s: %s", net->up->name, why);
    net->norm = fq_kernel_select(FQ_OP_RMSNORM_QUANT);
    net->act = fq_kernel_select(FQ_OP_SWIGLU_QUANT);
    if (fq_ffn_on_device(net)) {
        net->norm = fq_kernel_find("rmsnorm_quant.sm90");
        net->act = fq_kernel_find(net->up == net->down ? "swiglu_quant.sm90" : "quant_rows.sm90");
    }
    return make_copies(net, arena);
}

int fq_ffn_on_device(const fq_ffn_net *net) {
    return net->up->prepare != NULL;
}

const char *fq_ffn_kernels(const fq_ffn_net *net, fq_arena *arena) {
    const int same = net->up == net->down;
    return fq_arena_printf(arena, "%s %s %s%s%s", net->up->name, net->norm->name, net->act->name, same ? "" : " ",
                           same ? "" : net->down->name);
}

double fq_ffn_bits_per_weight(const fq_ffn_net *net) {
    return fq_qmatrix_bits_per_weight(&net->weights->gate_up);
}

/* ---- the task ---- */

static fq_status run_device(void *context) {
    return fq_cuda_loop_run(fq_cuda_ffn_loop(((const block *)context)->device));
}

static double elapsed_ns(const void *context) {
    return fq_cuda_loop_elapsed_ns(fq_cuda_ffn_loop(((const block *)context)->device));
}

/* A value beside a rounding boundary may get another code than the oracle's, which moves that token's output by up to a
 * few per cent; a token without one agrees to float32 sums. So every checked token must be within 0.1 of its norm, and
 * the best one within 0.001, which a wrong kernel misses on all of them. On a device every number between the
 * operations is rounded to bfloat16, which moves a few codes of every token: 0.03 for the best, and no element may be
 * off by more than a quarter of the token's root mean square. err is the worst of these, scaled to 0.1. */
static fq_status judge(void *context, double *err, double *bound) {
    const block *b = context;
    const size_t hidden = (size_t)b->in->hidden;
    const double each = 0.1, best_bound = b->device ? 0.03 : 1e-3, element_bound = 0.25;
    double best = INFINITY, worst = 0;
    if (b->device) FQ_TRY(fq_cuda_ffn_fetch(b->device, b->rows, b->n_rows, b->y));
    for (int i = 0; i < b->n_rows; i++) {
        const float *y = b->y + (size_t)(b->device ? i : b->rows[i]) * hidden;
        const float *e = b->net->weights->expected + (size_t)i * hidden;
        double squares = 0, differences = 0, largest = 0;
        for (size_t j = 0; j < hidden; j++) {
            const double d = (double)y[j] - (double)e[j];
            squares += (double)e[j] * (double)e[j];
            differences += d * d;
            largest = fmax(largest, fabs(d));
        }
        double relative = differences == 0 ? 0 : sqrt(differences / squares); /* all zero on zeros */
        if (!isfinite(relative)) relative = INFINITY;
        best = fmin(best, relative);
        worst = fmax(worst, relative);
        if (b->device && largest > 0)
            worst = fmax(worst, largest / sqrt(squares / (double)hidden) * each / element_bound);
    }
    for (size_t i = 0; i < (size_t)b->m * hidden && !b->device; i++)
        if (!isfinite(b->y[i])) worst = INFINITY;
    *err = fmax(worst, best * each / best_bound);
    *bound = each;
    return FQ_OK;
}

static fq_engine engine_of(const fq_ffn_net *net) {
    const fq_variant *v = net->weights->variant;
    if (fq_ffn_on_device(net)) return v->a->code == FQ_BF16 ? FQ_ENGINE_BF16 : FQ_ENGINE_INT8;
    if (v->w->code == FQ_F32) return FQ_ENGINE_F32;
    return v->a->code == FQ_INT8 ? FQ_ENGINE_INT8 : FQ_ENGINE_BF16;
}

static fq_status bind_device(block *b, fq_arena *arena) {
    const fq_ffn_net *net = b->net;
    const size_t floats = (size_t)b->n_rows * (size_t)b->in->hidden;
    const fq_cuda_ffn_args args = {.m = b->m,
                                   .hidden = b->in->hidden,
                                   .intermediate = b->in->intermediate,
                                   .a = net->weights->variant->a,
                                   .gate_up = &net->copy[0].gate_up,
                                   .down = &net->copy[0].down,
                                   .gate_up_packed = net->copy[0].gate_up_packed,
                                   .down_packed = net->copy[0].down_packed,
                                   .prepare_up = net->up->prepare,
                                   .prepare_down = net->down->prepare,
                                   .gated = net->up != net->down,
                                   .norm = net->norm->enqueue,
                                   .act = net->act->enqueue,
                                   .early = strstr(net->up->name, "pdl") != NULL,
                                   .hot = net->hot,
                                   .x = b->x,
                                   .gamma = b->in->gamma,
                                   .eps = eps};
    b->y = FQ_NEW(arena, float, floats);
    if (b->y == NULL) return FQ_ERR_MEMORY;
    return fq_cuda_ffn_create(&args, arena, &b->device);
}

fq_status fq_ffn_task(const fq_ffn_net *net, const fq_ffn_input *in, const float *x, int m, const int *rows, int n_rows,
                      fq_arena *arena, fq_task *task) {
    const fq_variant *v = net->weights->variant;
    const int device = fq_ffn_on_device(net);
    block *b = FQ_NEW(arena, block, 1);
    if (b == NULL) return FQ_ERR_MEMORY;
    *b = (block){.net = net, .in = in, .m = m, .x = x, .rows = rows, .n_rows = n_rows};
    if (device)
        FQ_TRY(bind_device(b, arena));
    else
        FQ_TRY(make_buffers(b, &net->copy[0], v, net->down, arena));
    const double io = 2.0 * m * in->hidden * (device ? 2.0 : (double)sizeof(float));
    *task = (fq_task){.name = v->name,
                      .context = b,
                      .run = device ? run_device : run_host,
                      .judge = judge,
                      .engine = engine_of(net),
                      .flop = 6.0 * m * in->hidden * in->intermediate,
                      .bytes = io + (net->hot ? 0 : weight_bytes(net->weights))};
    if (device) {
        task->elapsed_ns = elapsed_ns;
        task->ceilings = fq_cuda_ceilings();
    }
    return FQ_OK;
}
