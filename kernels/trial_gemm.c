/* Trials of the gemm kernels: random codes, weights in as many copies as it takes to leave the caches, and an oracle in
 * double on a grid of rows and columns. Copies hold the same rows of weights, each rotated by another amount. */
#include <math.h>
#include <omp.h>
#include <string.h>
#include "kernels/trial_parts.h"

typedef struct gemm_trial {
    fq_gemm_args args;
    fq_qmatrix *w; /* [copies] */
    void **packed; /* [copies] */
    int *shift;    /* row r of copy c is row (r + shift[c]) % n of copy 0 */
    int copies, next, last;
    /* Oracle of copy 0 without scales: sums and sums of magnitudes [n_cols][n_rows]. */
    int *rows, *cols, n_rows, n_cols;
    double *sum, *magnitude;
} gemm_trial;

static fq_status run(fq_trial *t) {
    gemm_trial *g = t->family;
    g->last = g->next;
    g->next = (g->next + 1) % g->copies;
    g->args.w = &g->w[g->last];
    g->args.packed = g->packed[g->last];
    return t->kernel->run.gemm(&g->args);
}

/* |y - ref| <= (K + 8) u sum|x||w| x_scale row_scale + roundings of the epilogue, all four in float32; the Frobenius
 * norm of the error stays under 8 sqrt(K) u of the magnitudes', as errors of a sum have no common sign. */
static fq_status compare(fq_trial *t, fq_worst *worst) {
    const gemm_trial *g = t->family;
    const fq_gemm_args *a = &g->args;
    const int n = a->w->rows;
    const double k = a->w->cols, u = t->kernel->roundoff;
    double error2 = 0.0, magnitude2 = 0.0, rounding2 = 0.0;
    for (int j = 0; j < g->n_cols; j++) {
        const int col = (g->cols[j] - g->shift[g->last] % n + n) % n;
        const float row_scale = a->w->row_scale[col];
        for (int i = 0; i < g->n_rows; i++) {
            const size_t row = (size_t)g->rows[i], at = row * a->y_stride + (size_t)col;
            const double sum = g->sum[(size_t)j * (size_t)g->n_rows + (size_t)i];
            const float x_scale = a->x_scale ? a->x_scale[row] : 1.0f, residual = a->residual ? a->residual[at] : 0.0f;
            if (u == 0.0) {
                const float exact = residual + ((float)sum * x_scale) * row_scale;
                fq_worst_take(worst, a->y[at] == exact ? 0.0 : fabs((double)a->y[at] - (double)exact), 0.0);
                continue;
            }
            const double scale = (double)x_scale * (double)row_scale, ref = (double)residual + sum * scale;
            const double magnitude = g->magnitude[(size_t)j * (size_t)g->n_rows + (size_t)i] * fabs(scale);
            const double rounding = FQ_U32 * (4.0 * fabs(sum * scale) + fabs(ref)), err = fabs((double)a->y[at] - ref);
            fq_worst_take(worst, err, (k + 8.0) * u * magnitude + rounding);
            error2 += err * err;
            magnitude2 += magnitude * magnitude;
            rounding2 += rounding * rounding;
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

static fq_status build_weights(fq_trial *t, gemm_trial *g, fq_pool *pool) {
    const fq_trial_shape *s = &t->shape;
    enum { ROWS = 64 };
    const size_t k = (size_t)s->k, n = (size_t)s->n, rows_floats = ROWS * k;
    fq_qmatrix first;
    FQ_TRY(fq_qmatrix_create(&first, s->w, s->n, s->k, t->arena));
    float *rows = FQ_NEW(t->arena, float, rows_floats);
    if (!rows) return FQ_ERR_MEMORY;
    /* A tensor scale where the recipe takes one, so that row_scale is not 1 and group scales use their format. */
    const float tensor_scale = s->w->group > 0 ? 16.0f : 1.0f;
    for (int r = 0; r < s->n; r += ROWS) {
        const int count = s->n - r < ROWS ? s->n - r : ROWS;
        for (int i = 0; i < count; i++)
            fq_pool_row(pool, rows + (size_t)i * k, k, 0.02f);
        FQ_TRY(fq_qmatrix_quantize(&first, r, rows, k, count, tensor_scale));
    }
    const size_t bytes = fq_qmatrix_bytes(&first), cache = fq_cpu_llc_bytes() ? fq_cpu_llc_bytes() : (size_t)32 << 20;
    const size_t wanted = s->weight_copies > 0 ? (size_t)s->weight_copies : 3 * cache / bytes + 1;
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
            const size_t shift = n > 1 ? 1 + fq_rng_below(&pool->rng, (uint32_t)s->n - 1) : 0, kept = n - shift;
            FQ_TRY(fq_qmatrix_create(w, s->w, s->n, s->k, t->arena));
            memcpy(w->codes, first.codes + shift * w->row_bytes, kept * w->row_bytes);
            memcpy(w->codes + kept * w->row_bytes, first.codes, shift * w->row_bytes);
            memcpy(w->row_scale, first.row_scale + shift, kept * sizeof(float));
            memcpy(w->row_scale + kept, first.row_scale, shift * sizeof(float));
            if (first.scales) {
                memcpy(w->scales, first.scales + shift * scale_row, kept * scale_row);
                memcpy(w->scales + kept * scale_row, first.scales, shift * scale_row);
            }
            g->shift[c] = (int)shift;
        }
        if (t->kernel->pack) FQ_TRY(t->kernel->pack(w, t->arena, &g->packed[c]));
    }
    t->bytes = (double)bytes;
    return FQ_OK;
}

static fq_status build_activations(fq_trial *t, gemm_trial *g, fq_pool *pool) {
    const fq_trial_shape *s = &t->shape;
    const size_t m = (size_t)s->m, k = (size_t)s->k, code_bytes = fq_format_bytes(s->a->code, k);
    const size_t stride = (code_bytes + 63) / 64 * 64;
    uint8_t *x = fq_arena_calloc(t->arena, m, stride);
    float *row = FQ_NEW(t->arena, float, k), *scale = FQ_NEW(t->arena, float, m);
    if (!x || !row || !scale) return FQ_ERR_MEMORY;
    for (size_t i = 0; i < m; i++) {
        fq_pool_row(pool, row, k, 1.0f);
        FQ_TRY(fq_quantize_row(s->a, row, s->k, x + i * stride, &scale[i], NULL));
    }
    g->args.m = s->m;
    g->args.a = s->a;
    g->args.x = x;
    g->args.x_stride = stride;
    g->args.x_scale = s->a->group == FQ_NO_SCALE ? NULL : scale;
    t->bytes += (double)(m * code_bytes) + (g->args.x_scale ? 4.0 * (double)m : 0.0);
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
    g->sum = FQ_NEW(t->arena, double, points);
    g->magnitude = FQ_NEW(t->arena, double, points);
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
    }
#pragma omp parallel for schedule(static)
    for (int j = 0; j < g->n_cols; j++) {
        float *w = buffers + (size_t)omp_get_thread_num() * k;
        fq_qmatrix_values(&g->w[0], g->cols[j], w);
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

static fq_engine engine_of(const fq_kernel *k) {
    if (k->op == FQ_OP_GEMM_I8I8 || k->op == FQ_OP_GEMM_I4I8) return FQ_ENGINE_INT8;
    return k->isa == FQ_ISA_AMX ? FQ_ENGINE_BF16 : FQ_ENGINE_F32;
}

fq_status fq_trial_gemm_create(fq_trial *t) {
    const fq_trial_shape *s = &t->shape;
    fq_op op;
    if (s->m < 1 || s->n < 1 || s->k < 1)
        return fq_fail(FQ_ERR_USAGE, "%s: shape %d x %d x %d, expected positive numbers", t->kernel->name, s->m, s->n,
                       s->k);
    FQ_TRY(fq_gemm_op(s->w, s->a, &op));
    if (op != t->kernel->op)
        return fq_fail(FQ_ERR_USAGE, "%s: recipes '%s' and '%s' belong to %s", t->kernel->name, s->w->name, s->a->name,
                       fq_op_name(op));
    gemm_trial *g = FQ_NEW(t->arena, gemm_trial, 1);
    if (!g) return FQ_ERR_MEMORY;
    t->family = g;
    t->run = run;
    t->compare = compare;
    t->engine = engine_of(t->kernel);
    fq_pool pool;
    FQ_TRY(fq_pool_create(&pool, s->seed, (size_t)s->k, t->arena));
    FQ_TRY(build_weights(t, g, &pool));
    FQ_TRY(build_activations(t, g, &pool));
    FQ_TRY(choose_grid(t, g, &pool));
    FQ_TRY(build_oracle(t, g));
    const size_t m = (size_t)s->m, n = (size_t)s->n, stride = (n + 15) / 16 * 16 + 16, y_floats = m * stride;
    FQ_TRY(fq_trial_reserve(t, (size_t[]){y_floats * sizeof(float)}, 1));
    g->args.y = fq_trial_place(t, "y", m, stride * sizeof(float), n * sizeof(float));
    g->args.y_stride = stride;
    if (s->residual) {
        float *residual = FQ_NEW(t->arena, float, y_floats);
        if (!residual) return FQ_ERR_MEMORY;
        for (size_t i = 0; i < y_floats; i++)
            residual[i] = pool.x[i % pool.n];
        g->args.residual = residual;
    }
    g->args.w = &g->w[0];
    g->args.packed = g->packed[0];
    g->args.scratch = fq_arena_alloc(t->arena, t->kernel->scratch.gemm(&g->args));
    if (!g->args.scratch) return FQ_ERR_MEMORY;
    t->flop = 2.0 * s->m * s->n * s->k;
    t->bytes += (s->residual ? 8.0 : 4.0) * s->m * s->n;
    return FQ_OK;
}
