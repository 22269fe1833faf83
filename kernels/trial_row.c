/* Trials of the row kernels, and the judgement of quantized rows that the rope trial uses too.
 * The oracle is the formula of ops.h in double; what is judged is the codes with their scale. */
#include <float.h>
#include <math.h>
#include <string.h>
#include "kernels/trial_parts.h"

/* Half of the distance between neighbouring values of the format around magnitude a. */
static double half_unit(fq_format_id id, double a) {
    const fq_format *f = &fq_formats[id];
    if (f->exponent_bits == 0) return 0.5;
    const int smallest = 2 - (1 << (f->exponent_bits - 1));
    int e = smallest;
    if (a > 0.0) frexp(a * (1.0 + 1e-6), &e); /* a = mantissa in [1/2, 1) times 2^e */
    return ldexp(0.5, (e - 1 > smallest ? e - 1 : smallest) - f->mantissa_bits);
}

/* The value the format saturates to. */
static double saturate(fq_format_id id, double q) {
    const fq_format *f = &fq_formats[id];
    const double low = id == FQ_INT4 ? -8.0 : id == FQ_UINT4 ? 0.0 : -f->max;
    return q < low ? low : q > f->max ? f->max : q;
}

/* What the scale of a row depends on. */
typedef struct row_range {
    double low, high, slack; /* low <= 0 <= high; how far each may be off */
} row_range;

static row_range range_of(const double *y, const double *slack, int n) {
    row_range g = {0};
    for (int i = 0; i < n; i++) {
        g.low = fmin(g.low, y[i]);
        g.high = fmax(g.high, y[i]);
        g.slack = fmax(g.slack, slack[i]);
    }
    return g;
}

static int between(double x, double a, double b) {
    return x >= fmin(a, b) && x <= fmax(a, b);
}

static int right_zero(const row_range *g, const fq_coded_row *row) {
    const double clip = (double)row->clip, s = (double)row->scale;
    const double exact = fmin(-clip * g->low / s, 15.0);
    return row->zero >= 0 && row->zero <= 15 &&
           fabs(row->zero - exact) <= 0.5 + clip * g->slack / s + 4.0 * FQ_U32 * exact;
}

static int right_scale(const fq_recipe *r, const row_range *g, const fq_coded_row *row) {
    const double clip = (double)row->clip, s = (double)row->scale, top = fmax(g->high, -g->low);
    const double least = clip * fmax(top - g->slack, 0.0), most = clip * (top + g->slack);
    uint32_t code;
    uint8_t zero;
    if (row->fixed > 0.0f) return row->scale == row->fixed;
    if (fq_recipe_has_zero(r)) {
        const double narrow_low = clip * fmin(g->low + g->slack, 0.0), wide_low = clip * (g->low - g->slack);
        const double narrow_high = clip * fmax(g->high - g->slack, 0.0), wide_high = clip * (g->high + g->slack);
        return right_zero(g, row) &&
               between(s, (double)fq_recipe_scale_zero(r, (float)narrow_low, (float)narrow_high, &code, &zero),
                       (double)fq_recipe_scale_zero(r, (float)wide_low, (float)wide_high, &code, &zero));
    }
    const int positive =
        between(s, (double)fq_recipe_scale(r, (float)least, &code), (double)fq_recipe_scale(r, (float)most, &code));
    if (r->range != FQ_RANGE_SIGNED) return positive;
    const int negative =
        between(s, (double)fq_recipe_scale(r, (float)-least, &code), (double)fq_recipe_scale(r, (float)-most, &code));
    /* Either sign where the largest numbers of both are within the slack of each other. */
    return (positive && g->high + 2.0 * g->slack >= top) || (negative && -g->low + 2.0 * g->slack >= top);
}

void fq_trial_codes(const fq_recipe *r, const double *y, const double *slack, int n, const fq_coded_row *row,
                    fq_worst *worst) {
    const double s = r->group == FQ_NO_SCALE ? 1.0 : (double)row->scale;
    const row_range range = range_of(y, slack, n);
    if (r->group != FQ_NO_SCALE && !right_scale(r, &range, row)) fq_worst_take(worst, INFINITY, fabs(s));
    const size_t block = 256, block_bytes = fq_format_bytes(r->code, block);
    const uint8_t *codes = row->codes;
    float q[256];
    for (size_t c = 0; c < (size_t)n; c += block, codes += block_bytes) {
        const size_t m = (size_t)n - c < block ? (size_t)n - c : block;
        fq_format_decode_row(r->code, codes, m, q);
        for (size_t i = 0; i < m; i++) {
            const double exact = saturate(r->code, y[c + i] / s + row->zero);
            const double bound =
                (half_unit(r->code, fabs(exact)) + 2.0 * FQ_U32 * fabs(exact)) * fabs(s) + slack[c + i];
            fq_worst_take(worst, fabs((double)q[i] - exact) * fabs(s), bound);
        }
    }
}

typedef struct row_trial {
    fq_row_args args;
    double *y, *slack;      /* one row */
    int *rows, n_rows;      /* those compared */
    fq_cuda_rowset *device; /* rows that stay on a device; NULL */
} row_trial;

static fq_status run(fq_trial *t) {
    const row_trial *r = t->family;
    return t->loop ? fq_cuda_loop_run(t->loop) : t->kernel->run.row(&r->args);
}

static void row_values(const fq_trial *t, const float *x) {
    const row_trial *r = t->family;
    const fq_row_args *a = &r->args;
    double sum = 0.0;
    for (int c = 0; c < a->k; c++)
        sum += (double)x[c] * (double)x[c];
    const double factor = 1.0 / sqrt(sum / a->k + (double)a->eps);
    const int units = t->kernel->op == FQ_OP_SWIGLU_QUANT ? 16 : t->kernel->op == FQ_OP_RMSNORM_QUANT ? 8 : 0;
    for (int c = 0; c < a->k; c++) {
        const double v = (double)x[c];
        r->y[c] = v;
        if (t->kernel->op == FQ_OP_RMSNORM_QUANT) r->y[c] = v * factor * (double)a->gamma[c];
        if (t->kernel->op == FQ_OP_SWIGLU_QUANT) r->y[c] = v / (1.0 + exp(-v)) * (double)x[a->k + c];
        r->slack[c] = units * FQ_U32 * fabs(r->y[c]) + FLT_TRUE_MIN;
    }
}

static fq_status compare(fq_trial *t, fq_worst *worst) {
    const row_trial *r = t->family;
    const fq_row_args *a = &r->args;
    const int step = a->a->group > 0 ? a->a->group : a->k, groups = (a->k + step - 1) / step;
    if (r->device) FQ_TRY(fq_cuda_rowset_fetch(r->device, a));
    for (int i = 0; i < r->n_rows; i++) {
        const size_t row = (size_t)r->rows[i];
        const uint8_t *codes = (const uint8_t *)a->out + row * a->out_stride;
        row_values(t, a->x + row * a->x_stride);
        for (int g = 0; g < groups; g++) {
            const int c = g * step, n = a->k - c < step ? a->k - c : step;
            const float scale = a->scale ? a->scale[row * (size_t)groups + (size_t)g] : 1.0f;
            const fq_coded_row got = {codes + fq_format_bytes(a->a->code, (size_t)c), scale, 0, 1.0f, a->fixed_scale};
            fq_trial_codes(a->a, r->y + c, r->slack + c, n, &got, worst);
        }
    }
    return FQ_OK;
}

fq_status fq_trial_row_create(fq_trial *t) {
    const fq_trial_shape *s = &t->shape;
    if (s->m < 1 || s->k < 1 || (s->a->group > 0 && t->kernel->op != FQ_OP_QUANT_ROWS))
        return fq_fail(FQ_ERR_USAGE,
                       "%s: m = %d, k = %d, recipe '%s'; expected m, k > 0 and groups for quant_rows only",
                       t->kernel->name, s->m, s->k, s->a->name);
    const size_t m = (size_t)s->m, k = (size_t)s->k, width = t->kernel->op == FQ_OP_SWIGLU_QUANT ? 2 * k : k;
    const int has_scale = s->a->group != FQ_NO_SCALE;
    const size_t scale_bytes = (size_t)fq_recipe_groups(s->a, s->k) * m * sizeof(float);
    const size_t code_bytes = fq_format_bytes(s->a->code, k), stride = (code_bytes + 63) / 64 * 64 + 64;
    const size_t x_stride = (width + 15) / 16 * 16, x_floats = m * x_stride;
    row_trial *r = FQ_NEW(t->arena, row_trial, 1);
    float *x = FQ_NEW(t->arena, float, x_floats), *gamma = FQ_NEW(t->arena, float, k);
    const long cheap = 4000000;
    fq_pool pool;
    FQ_TRY(fq_pool_create(&pool, s->seed, width, t->arena));
    FQ_TRY(fq_trial_reserve(t, (size_t[]){m * stride, scale_bytes}, 1 + has_scale));
    if (!r || !x || !gamma) return FQ_ERR_MEMORY;
    /* Some rows are small, so that eps matters. */
    for (size_t i = 0; i < m; i++)
        fq_pool_row(&pool, x + i * x_stride, width, i % 4 == 2 ? 0.01f : 2.0f);
    for (size_t i = 0; i < k; i++)
        gamma[i] = (float)(0.5 + fq_rng_uniform(&pool.rng));
    t->family = r;
    t->run = run;
    t->compare = compare;
    r->args = (fq_row_args){.m = s->m,
                            .k = s->k,
                            .x = x,
                            .x_stride = x_stride,
                            .gamma = gamma,
                            .eps = 1e-5f,
                            .a = s->a,
                            .fixed_scale = s->fixed_scale,
                            .out = fq_trial_place(t, "codes", m, stride, code_bytes),
                            .out_stride = stride};
    if (has_scale) r->args.scale = fq_trial_place(t, "scales", 1, scale_bytes, scale_bytes);
    r->n_rows = s->m;
    if (s->oracle_samples > 0 || (long)(m * k) > cheap) {
        const long want = ((s->oracle_samples > 0 ? s->oracle_samples : cheap) + s->k - 1) / s->k;
        r->n_rows = want < 2 ? 2 : (int)want;
        if (r->n_rows > s->m) r->n_rows = s->m;
    }
    r->rows = FQ_NEW(t->arena, int, r->n_rows);
    r->y = FQ_NEW(t->arena, double, k);
    r->slack = FQ_NEW(t->arena, double, k);
    if (!r->rows || !r->y || !r->slack) return FQ_ERR_MEMORY;
    fq_trial_spread(&pool.rng, s->m, r->n_rows, r->rows);
    /* An exp counts as one operation, so this is a floor under any implementation. */
    const double each = t->kernel->op == FQ_OP_SWIGLU_QUANT ? 5 : t->kernel->op == FQ_OP_RMSNORM_QUANT ? 4 : 1;
    t->flop = each * (double)(m * k);
    t->bytes = (double)(m * width * sizeof(float) + m * code_bytes + scale_bytes);
    if (t->kernel->op == FQ_OP_RMSNORM_QUANT) t->bytes += (double)(k * sizeof(float));
    if (!t->kernel->enqueue || s->on_host) return FQ_OK;
    /* There x is bfloat16. */
    t->bytes -= (double)(m * width) * (sizeof(float) - sizeof(uint16_t));
    for (size_t i = 0; i < x_floats; i++)
        x[i] = fq_format_round(FQ_BF16, x[i]);
    FQ_TRY(fq_cuda_rowset_create(t->kernel->enqueue, &r->args, (int)width, t->arena, &r->device));
    t->loop = fq_cuda_rowset_loop(r->device);
    return FQ_OK;
}
