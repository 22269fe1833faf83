/* Trials of the gemm kernels: random codes, weights in as many copies as it takes to leave the caches, and an oracle in
 * double on a grid of rows and columns. Copies hold the same rows of weights, each rotated by another amount. */
#include <math.h>
#include <omp.h>
#include <string.h>
#include "kernels/trial_parts.h"
#include "quant/codebook.h"

typedef struct gemm_trial {
    fq_gemm_args args;
    fq_qmatrix *w; /* [copies] */
    void **packed; /* [copies] */
    int *shift;    /* row r of copy c is row (r + shift[c]) % n of copy 0 */
    int copies, next, last;
    /* Oracle of copy 0 without scales: sums and sums of magnitudes [n_cols][n_rows]. */
    int *rows, *cols, n_rows, n_cols;
    double *sum, *magnitude;
    /* SwiGLU: n outputs of 2 n rows; sums of up are n_cols x n_rows behind those of gate. */
    int gated;
    float *y_scale; /* [m], of E4M3 outputs */
} gemm_trial;

static fq_status run(fq_trial *t) {
    gemm_trial *g = t->family;
    if (t->loop) return fq_cuda_loop_run(t->loop);
    g->last = g->next;
    g->next = (g->next + 1) % g->copies;
    g->args.w = &g->w[g->last];
    g->args.packed = g->packed[g->last];
    return t->kernel->run.gemm(&g->args);
}

/* An output by its exact sums: what it should be, and how far it may be off before it is stored. */
typedef struct expected {
    double ref, bound, magnitude, rounding;
} expected;

/* residual + sum x_scale row_scale, off by (K + 8) u sum|x||w| x_scale row_scale and the roundings of the epilogue, all
 * four in float32. */
static expected plain(const gemm_trial *g, double u, size_t at, int row, int col, double residual) {
    const fq_gemm_args *a = &g->args;
    const double x_scale = a->x_scale && a->a->group <= 0 ? (double)a->x_scale[row] : 1.0;
    const double scale = x_scale * (double)a->w->row_scale[col], product = g->sum[at] * scale;
    expected e = {.ref = residual + product, .magnitude = g->magnitude[at] * fabs(scale)};
    e.rounding = FQ_U32 * (4.0 * fabs(product) + fabs(e.ref));
    e.bound = ((double)a->w->cols + 8.0) * u * e.magnitude + e.rounding;
    return e;
}

/* silu(gate) up: the errors of both, |silu'| <= 1.1, and 24 units of roundoff for silu itself. */
static expected gated(const gemm_trial *g, double u, size_t at, int row, int col) {
    const size_t points = (size_t)g->n_rows * (size_t)g->n_cols;
    const expected gate = plain(g, u, at, row, col, 0.0);
    const expected up = plain(g, u, points + at, row, g->args.w->rows / 2 + col, 0.0);
    const double silu = gate.ref / (1.0 + exp(-gate.ref)), slope = 1.1;
    expected e = {.ref = silu * up.ref, .magnitude = slope * fabs(up.ref) * gate.magnitude + fabs(silu) * up.magnitude};
    e.rounding = slope * fabs(up.ref) * gate.rounding + fabs(silu) * up.rounding + 24.0 * FQ_U32 * fabs(e.ref);
    e.bound = slope * fabs(up.ref) * gate.bound + fabs(silu) * up.bound + slope * gate.bound * up.bound +
              24.0 * FQ_U32 * fabs(e.ref);
    return e;
}

/* What storing y does: codes of E4M3 saturate, and their smallest step is 2^-9. */
static void stored(const fq_trial *t, const gemm_trial *g, int row, expected *e) {
    const double u = t->device ? fq_cuda_gemm_roundoff(t->device) : 0.0;
    if (g->y_scale) {
        const double s = (double)g->y_scale[t->shape.output == FQ_CUDA_OUT_E4M3_TOKEN ? row : 0];
        e->ref = fmax(-448.0 * s, fmin(448.0 * s, e->ref));
        e->rounding = fmax(u * fabs(e->ref), 0x1p-10 * s);
        e->bound = (1.0 + u) * e->bound + e->rounding;
        return;
    }
    e->rounding += u * fabs(e->ref);
    e->bound += u * fabs(e->ref);
}

/* Every element within its bound; and the Frobenius norm of the error within 8 sqrt(K) u of the magnitudes', as errors
 * of a sum have no common sign. From a device only the compared rows of y come back. */
static fq_status compare(fq_trial *t, fq_worst *worst) {
    const gemm_trial *g = t->family;
    const fq_gemm_args *a = &g->args;
    const int n = a->w->rows;
    const double k = a->w->cols, u = t->kernel->roundoff;
    double error2 = 0.0, magnitude2 = 0.0, rounding2 = 0.0;
    if (t->device) FQ_TRY(fq_cuda_gemm_fetch(t->device, g->rows, g->n_rows, a->y, a->y_stride));
    for (int j = 0; j < g->n_cols; j++) {
        const int col = (g->cols[j] - g->shift[g->last] % n + n) % n;
        for (int i = 0; i < g->n_rows; i++) {
            const int row = g->rows[i];
            const size_t at = (size_t)j * (size_t)g->n_rows + (size_t)i;
            const size_t place = (size_t)row * a->y_stride + (size_t)col;
            const float got = a->y[t->device ? (size_t)i * a->y_stride + (size_t)col : place];
            const float residual = a->residual ? a->residual[place] : 0.0f;
            if (u == 0.0) {
                const float x_scale = a->x_scale && a->a->group <= 0 ? a->x_scale[row] : 1.0f;
                const float product = ((float)g->sum[at] * x_scale) * a->w->row_scale[col], exact = residual + product;
                expected e = {.ref = (double)exact};
                stored(t, g, row, &e);
                /* Where y is rounded again, the epilogue may fuse or reorder its float32 steps; a residual may cancel.
                 */
                const double slack = e.bound > 0.0 ? 4.0 * FQ_U32 * (fabs((double)exact) + fabs((double)product)) : 0.0;
                fq_worst_take(worst, (double)got == e.ref ? 0.0 : fabs((double)got - e.ref), e.bound + slack);
                continue;
            }
            expected e = g->gated ? gated(g, u, at, row, col) : plain(g, u, at, row, col, (double)residual);
            stored(t, g, row, &e);
            const double err = fabs((double)got - e.ref);
            fq_worst_take(worst, err, e.bound);
            error2 += err * err;
            magnitude2 += e.magnitude * e.magnitude;
            rounding2 += e.rounding * e.rounding;
        }
    }
    const double limit = 8.0 * sqrt(k) * u * sqrt(magnitude2) + sqrt(rounding2);
    if (u > 0.0 && !(sqrt(error2) <= limit)) {
        (void)fq_fail(FQ_ERR_FAILED, "%s: Frobenius norm of the error is %g, expected at most %g", t->kernel->name,
                      sqrt(error2), limit);
        worst->err = INFINITY;
    }
    return FQ_OK;
}

/* Row r of `to` is row (r + shift) % rows of `from`, in an array with `bytes` a row; NULL for an array w has not. */
static void rotate_rows(void *to, const void *from, size_t rows, size_t shift, size_t bytes) {
    if (!from) return;
    memcpy(to, (const uint8_t *)from + shift * bytes, (rows - shift) * bytes);
    memcpy((uint8_t *)to + (rows - shift) * bytes, from, shift * bytes);
}

static fq_status build_weights(fq_trial *t, gemm_trial *g, fq_pool *pool) {
    const fq_trial_shape *s = &t->shape;
    enum { ROWS = 64 };
    const int n_rows = g->gated ? 2 * s->n : s->n;
    const size_t k = (size_t)s->k, n = (size_t)n_rows, rows_floats = ROWS * k;
    fq_qmatrix first;
    if (s->like) {
        const gemm_trial *from = s->like->family;
        FQ_ASSERT(s->like->kernel == t->kernel && from->w->rows == n_rows && from->w->cols == s->k);
        g->w = from->w;
        g->packed = from->packed;
        g->shift = from->shift;
        g->copies = from->copies;
        t->bytes = (double)fq_qmatrix_bytes(g->w);
        return FQ_OK;
    }
    FQ_TRY(fq_qmatrix_create(&first, s->w, n_rows, s->k, t->arena));
    float *rows = FQ_NEW(t->arena, float, rows_floats);
    if (!rows) return FQ_ERR_MEMORY;
    /* A tensor scale where the recipe takes one, so that row_scale is not 1 and group scales use their format: whole
     * ones of about 100, which 14336 inputs cannot make overflow. */
    const float amplifier = ldexpf(1.0f, s->amplifier > 0 ? s->amplifier : 13);
    const float tensor_scale = s->w->scale == FQ_UINT16 ? amplifier : s->w->group > 0 ? 16.0f : 1.0f;
    for (int r = 0; r < n_rows; r += ROWS) {
        const int count = n_rows - r < ROWS ? n_rows - r : ROWS;
        for (int i = 0; i < count; i++)
            fq_pool_row(pool, rows + (size_t)i * k, k, 0.02f);
        FQ_TRY(fq_qmatrix_quantize(&first, r, rows, k, count, tensor_scale));
    }
    if (s->books) {
        FQ_TRY(fq_qmatrix_add_books(&first, t->arena));
        for (int r = 0; r < s->n; r++)
            first.book[r] = (uint8_t)((r + 1) % FQ_CODEBOOK_COUNT);
    }
    const size_t bytes = fq_qmatrix_bytes(&first), cache = fq_cpu_llc_bytes() ? fq_cpu_llc_bytes() : (size_t)32 << 20;
    const size_t wanted = t->kernel->prepare || g->gated ? 1
                          : s->weight_copies > 0         ? (size_t)s->weight_copies
                                                         : 3 * cache / bytes + 1;
    const size_t fit = ((size_t)1 << 30) / (n * first.row_bytes) > 0 ? ((size_t)1 << 30) / (n * first.row_bytes) : 1;
    g->copies = (int)(wanted < fit ? wanted : fit);
    g->w = FQ_NEW(t->arena, fq_qmatrix, g->copies);
    g->packed = FQ_NEW(t->arena, void *, g->copies);
    g->shift = FQ_NEW(t->arena, int, g->copies);
    if (!g->w || !g->packed || !g->shift) return FQ_ERR_MEMORY;
    const size_t scale_row = first.scales ? (size_t)first.groups * fq_format_bytes(s->w->scale, 1) : 0;
    for (int c = 0; c < g->copies; c++) {
        fq_qmatrix *w = &g->w[c];
        *w = first;
        if (c > 0) {
            const size_t shift = n > 1 ? 1 + fq_rng_below(&pool->rng, (uint32_t)s->n - 1) : 0;
            FQ_TRY(fq_qmatrix_create(w, s->w, s->n, s->k, t->arena));
            if (first.book) FQ_TRY(fq_qmatrix_add_books(w, t->arena));
            rotate_rows(w->codes, first.codes, n, shift, w->row_bytes);
            rotate_rows(w->row_scale, first.row_scale, n, shift, sizeof(float));
            rotate_rows(w->scales, first.scales, n, shift, scale_row);
            rotate_rows(w->zeros, first.zeros, n, shift, first.groups > 0 ? (size_t)first.groups : 1);
            rotate_rows(w->book, first.book, n, shift, 1);
            g->shift[c] = (int)shift;
        }
        if (t->kernel->pack) FQ_TRY(t->kernel->pack(w, t->arena, &g->packed[c]));
    }
    t->bytes = (double)bytes;
    return FQ_OK;
}

static fq_status build_activations(fq_trial *t, gemm_trial *g, fq_pool *pool) {
    const fq_trial_shape *s = &t->shape;
    const size_t m = (size_t)s->m, k = (size_t)s->k, groups = (size_t)fq_recipe_groups(s->a, s->k);
    float *row = FQ_NEW(t->arena, float, k), *scale = FQ_NEW(t->arena, float, m *groups + 1);
    fq_qmatrix x; /* tokens as the rows of a matrix: the same codes and scales */
    if (!row || !scale) return FQ_ERR_MEMORY;
    FQ_TRY(fq_qmatrix_create(&x, s->a, s->m, s->k, t->arena));
    for (int i = 0; i < s->m; i++) {
        fq_pool_row(pool, row, k, 1.0f);
        FQ_TRY(fq_qmatrix_quantize(&x, i, row, k, 1, 1.0f));
        for (size_t j = 0; j < groups; j++)
            scale[(size_t)i * groups + j] = fq_qmatrix_scale(&x, i, (int)j);
    }
    g->args.m = s->m;
    g->args.a = s->a;
    g->args.x = x.codes;
    g->args.x_stride = x.row_bytes;
    g->args.x_scale = groups == 0 ? NULL : scale;
    t->bytes += (double)(m * fq_format_bytes(s->a->code, k)) + 4.0 * (double)(m * groups);
    return FQ_OK;
}

/* The grid that is compared: everything when that is cheap, else spread rows and columns. */
static fq_status choose_grid(fq_trial *t, gemm_trial *g, fq_pool *pool) {
    const fq_trial_shape *s = &t->shape;
    const int cheap = (double)s->m * s->n * s->k <= 2e8 && (double)s->m * s->n <= 4e6;
    const long samples = s->oracle_samples > 0 ? s->oracle_samples : cheap ? (long)s->m * s->n : 2048;
    g->n_rows = s->m;
    g->n_cols = s->n;
    if (samples < (long)s->m * s->n) {
        const int side = (int)ceil(sqrt((double)samples));
        g->n_rows = s->m < side ? s->m : side;
        const long cols = (samples + g->n_rows - 1) / g->n_rows;
        g->n_cols = cols < 2 ? 2 : cols < s->n ? (int)cols : s->n;
        if (g->n_cols > s->n) g->n_cols = s->n;
    }
    const size_t points = (size_t)g->n_rows * (size_t)g->n_cols;
    g->rows = FQ_NEW(t->arena, int, g->n_rows);
    g->cols = FQ_NEW(t->arena, int, g->n_cols);
    g->sum = FQ_NEW(t->arena, double, g->gated ? 2 * points : points);
    g->magnitude = FQ_NEW(t->arena, double, g->gated ? 2 * points : points);
    if (!g->rows || !g->cols || !g->sum || !g->magnitude) return FQ_ERR_MEMORY;
    fq_trial_spread(&pool->rng, s->m, g->n_rows, g->rows);
    fq_trial_spread(&pool->rng, s->n, g->n_cols, g->cols);
    return FQ_OK;
}

static fq_status build_oracle(fq_trial *t, gemm_trial *g) {
    const size_t k = (size_t)t->shape.k, mark = t->arena->used;
    const size_t x_floats = (size_t)g->n_rows * k, w_floats = (size_t)omp_get_max_threads() * k;
    float *x = FQ_NEW(t->arena, float, x_floats), *buffers = FQ_NEW(t->arena, float, w_floats);
    if (!x || !buffers) return FQ_ERR_MEMORY;
    for (int i = 0; i < g->n_rows; i++) {
        const uint8_t *codes = (const uint8_t *)g->args.x + (size_t)g->rows[i] * g->args.x_stride;
        fq_format_decode_row(g->args.a->code, codes, k, x + (size_t)i * k);
        const size_t group = g->args.a->group > 0 ? (size_t)g->args.a->group : k, groups = (k + group - 1) / group;
        for (size_t c = 0; c < k && g->args.a->group > 0; c++)
            x[(size_t)i * k + c] *= g->args.x_scale[(size_t)g->rows[i] * groups + c / group];
    }
#pragma omp parallel for schedule(static)
    for (int j = 0; j < (g->gated ? 2 : 1) * g->n_cols; j++) {
        float *w = buffers + (size_t)omp_get_thread_num() * k;
        fq_qmatrix_values(&g->w[0], g->cols[j % g->n_cols] + (j < g->n_cols ? 0 : t->shape.n), w);
        for (int i = 0; i < g->n_rows; i++) {
            const size_t at = (size_t)j * (size_t)g->n_rows + (size_t)i;
            const float *xi = x + (size_t)i * k;
            for (size_t c = 0; c < k; c++) {
                const double product = (double)xi[c] * (double)w[c];
                g->sum[at] += product;
                g->magnitude[at] += fabs(product);
            }
        }
    }
    fq_arena_reset(t->arena, mark);
    return FQ_OK;
}

/* Scales of E4M3 outputs, by a guess at their size: some numbers saturate. */
static fq_status guess_output_scales(fq_trial *t, gemm_trial *g) {
    const double row = 0.02 * sqrt((double)t->shape.k) / 448.0;
    g->y_scale = NULL;
    if (t->shape.output != FQ_CUDA_OUT_E4M3_TOKEN && t->shape.output != FQ_CUDA_OUT_E4M3_TENSOR) return FQ_OK;
    g->y_scale = FQ_NEW(t->arena, float, t->shape.m);
    if (!g->y_scale) return FQ_ERR_MEMORY;
    for (int i = 0; i < t->shape.m; i++)
        g->y_scale[i] = (float)(row * (1.0 + i % 5));
    return FQ_OK;
}

/* Operands stay on the device unless the shape says otherwise. */
static fq_status bind_device(fq_trial *t, gemm_trial *g) {
    const fq_trial_shape *s = &t->shape;
    if (!t->kernel->prepare || s->on_host) return FQ_OK;
    FQ_TRY(guess_output_scales(t, g));
    const fq_cuda_gemm_options options = {s->weight_copies, s->tile - 1, s->output, g->y_scale};
    FQ_TRY(fq_cuda_gemm_create(t->kernel->prepare, &g->args, &options, t->arena, &t->device));
    t->loop = fq_cuda_gemm_loop(t->device);
    return FQ_OK;
}

/* Bytes of y, and of a residual like it. */
static double output_bytes(const fq_trial *t) {
    const fq_trial_shape *s = &t->shape;
    const double u = t->device ? fq_cuda_gemm_roundoff(t->device) : 0.0, each = u == 0.0      ? 4.0
                                                                                : u == 0x1p-8 ? 2.0
                                                                                              : 1.0;
    return each * s->m * s->n * (s->residual ? 2.0 : 1.0);
}

fq_status fq_trial_gemm_retile(fq_trial *t) {
    return bind_device(t, t->family);
}

static fq_engine engine_of(const fq_kernel *k) {
    const int integer = k->op == FQ_OP_GEMM_I8I8 || k->op == FQ_OP_GEMM_I4I8 || k->op == FQ_OP_GEMM_Q4I8;
    if (integer || k->op == FQ_OP_GEMM_I4I8_INT || k->op == FQ_OP_GEMM_I4I8_F16) return FQ_ENGINE_INT8;
    if (k->prepare) return k->op == FQ_OP_GEMM_BF16 ? FQ_ENGINE_BF16 : FQ_ENGINE_INT8; /* E4M3 at the rate of INT8 */
    /* A library multiplies bfloat16 with the best unit there is, whatever a row of its own needs. */
    const int library = k->role == FQ_ROLE_BASELINE && k->op == FQ_OP_GEMM_BF16;
    return library || k->isa == FQ_ISA_AMX ? FQ_ENGINE_BF16 : FQ_ENGINE_F32;
}

static void take_numbers(fq_pool *pool, const float *real, size_t n) {
    pool->real = real;
    pool->n_real = n;
}

/* A library packs at its first call for a number of tokens. */
static fq_status warm_up(fq_trial *t, const gemm_trial *g) {
    if (t->device) return FQ_OK;
    for (int c = 0; c < g->copies; c++)
        FQ_TRY(run(t));
    fq_trial_poison(t);
    return FQ_OK;
}

/* Buffers of the host: all of y, or on a device the rows that come back. */
static fq_status place_outputs(fq_trial *t, gemm_trial *g, const fq_pool *pool) {
    const fq_trial_shape *s = &t->shape;
    const size_t m = (size_t)s->m, n = (size_t)s->n;
    /* Libraries are at their best without gaps between rows. */
    const size_t stride = t->kernel->role == FQ_ROLE_BASELINE ? n : (n + 15) / 16 * 16 + 16;
    g->args.y_stride = stride;
    if (s->residual) {
        float *residual = FQ_NEW(t->arena, float, m *stride);
        if (!residual) return FQ_ERR_MEMORY;
        for (size_t i = 0; i < m * stride; i++)
            residual[i] = fq_format_round(s->on_host || !t->kernel->prepare ? FQ_F32 : FQ_BF16, pool->x[i % pool->n]);
        g->args.residual = residual;
    }
    FQ_TRY(bind_device(t, g));
    const size_t rows = (size_t)(t->device ? g->n_rows : s->m), y_floats = rows * stride;
    FQ_TRY(fq_trial_reserve(t, (size_t[]){y_floats * sizeof(float)}, 1));
    g->args.y = fq_trial_place(t, "y", rows, stride * sizeof(float), n * sizeof(float));
    return FQ_OK;
}

fq_status fq_trial_gemm_create(fq_trial *t) {
    const fq_trial_shape *s = &t->shape;
    const int gated = t->kernel->op == FQ_OP_GEMM_I4F8_SWIGLU;
    fq_op op;
    if (s->m < 1 || s->n < 1 || s->k < 1)
        return fq_fail(FQ_ERR_USAGE, "%s: shape %d x %d x %d, expected positive numbers", t->kernel->name, s->m, s->n,
                       s->k);
    if (gated && s->residual) return fq_fail(FQ_ERR_USAGE, "%s: no residual goes with SwiGLU", t->kernel->name);
    FQ_TRY(fq_gemm_op(s->w, s->a, &op));
    if (op != (gated ? FQ_OP_GEMM_I4F8 : t->kernel->op))
        return fq_fail(FQ_ERR_USAGE, "%s: recipes '%s' and '%s' belong to %s", t->kernel->name, s->w->name, s->a->name,
                       fq_op_name(op));
    gemm_trial *g = FQ_NEW(t->arena, gemm_trial, 1);
    if (!g) return FQ_ERR_MEMORY;
    g->gated = gated;
    t->family = g;
    t->run = run;
    t->compare = compare;
    t->engine = engine_of(t->kernel);
    fq_pool pool;
    FQ_TRY(fq_pool_create(&pool, s->seed, (size_t)s->k, t->arena));
    if (s->zeros) memset(pool.x, 0, pool.n * sizeof *pool.x);
    take_numbers(&pool, s->real_w, s->n_real_w);
    FQ_TRY(build_weights(t, g, &pool));
    take_numbers(&pool, s->real_x, s->n_real_x);
    FQ_TRY(build_activations(t, g, &pool));
    FQ_TRY(choose_grid(t, g, &pool));
    FQ_TRY(build_oracle(t, g));
    g->args.w = &g->w[0];
    g->args.packed = g->packed[0];
    t->flop = (gated ? 4.0 : 2.0) * s->m * s->n * s->k;
    FQ_TRY(place_outputs(t, g, &pool));
    g->args.scratch = fq_arena_alloc(t->arena, t->kernel->scratch.gemm(&g->args));
    if (!g->args.scratch) return FQ_ERR_MEMORY;
    t->bytes += output_bytes(t);
    return t->kernel->role == FQ_ROLE_BASELINE && t->kernel->pack ? warm_up(t, g) : FQ_OK;
}
