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
    const double low = id == FQ_INT4 ? -8.0 : -f->max;
    return q < low ? low : q > f->max ? f->max : q;
}

void fq_trial_codes(const fq_recipe *r, const double *y, const double *slack, int n, const void *codes, float scale,
                    fq_worst *worst) {
    double s = 1.0;
    if (r->group != FQ_NO_SCALE) {
        double top = 0.0, top_slack = 0.0;
        uint32_t code;
        for (int i = 0; i < n; i++) {
            if (fabs(y[i]) > top) top = fabs(y[i]);
            if (slack[i] > top_slack) top_slack = slack[i];
        }
        const float least = fq_recipe_scale(r, (float)fmax(top - top_slack, 0.0), &code);
        const float most = fq_recipe_scale(r, (float)(top + top_slack), &code);
        s = (double)scale;
        if (!(scale >= least && scale <= most)) fq_worst_take(worst, INFINITY, (double)most);
    }
    const size_t block = 256, block_bytes = fq_format_bytes(r->code, block);
    float q[256];
    for (size_t c = 0; c < (size_t)n; c += block, codes = (const uint8_t *)codes + block_bytes) {
        const size_t m = (size_t)n - c < block ? (size_t)n - c : block;
        fq_format_decode_row(r->code, codes, m, q);
        for (size_t i = 0; i < m; i++) {
            const double exact = saturate(r->code, y[c + i] / s);
            const double bound = (half_unit(r->code, fabs(exact)) + 2.0 * FQ_U32 * fabs(exact)) * s + slack[c + i];
            fq_worst_take(worst, fabs((double)q[i] - exact) * s, bound);
        }
    }
}

typedef struct row_trial {
    fq_row_args args;
    double *y, *slack; /* one row */
    int *rows, n_rows; /* those compared */
} row_trial;

static fq_status run(fq_trial *t) {
    const row_trial *r = t->family;
    return t->kernel->run.row(&r->args);
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
    for (int i = 0; i < r->n_rows; i++) {
        const size_t row = (size_t)r->rows[i];
        row_values(t, r->args.x + row * r->args.x_stride);
        fq_trial_codes(r->args.a, r->y, r->slack, r->args.k, (const uint8_t *)r->args.out + row * r->args.out_stride,
                       r->args.scale ? r->args.scale[row] : 1.0f, worst);
    }
    return FQ_OK;
}

fq_status fq_trial_row_create(fq_trial *t) {
    const fq_trial_shape *s = &t->shape;
    if (s->m < 1 || s->k < 1 || s->a->group > 0)
        return fq_fail(FQ_ERR_USAGE, "%s: m = %d, k = %d, recipe '%s'; expected m, k > 0 and a recipe without groups",
                       t->kernel->name, s->m, s->k, s->a->name);
    const size_t m = (size_t)s->m, k = (size_t)s->k, width = t->kernel->op == FQ_OP_SWIGLU_QUANT ? 2 * k : k;
    const int has_scale = s->a->group != FQ_NO_SCALE;
    const size_t code_bytes = fq_format_bytes(s->a->code, k), stride = (code_bytes + 63) / 64 * 64 + 64;
    const size_t x_stride = (width + 15) / 16 * 16, x_floats = m * x_stride;
    row_trial *r = FQ_NEW(t->arena, row_trial, 1);
    float *x = FQ_NEW(t->arena, float, x_floats), *gamma = FQ_NEW(t->arena, float, k);
    const long cheap = 4000000;
    fq_pool pool;
    FQ_TRY(fq_pool_create(&pool, s->seed, width, t->arena));
    FQ_TRY(fq_trial_reserve(t, (size_t[]){m * stride, m * sizeof(float)}, 1 + has_scale));
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
                            .out = fq_trial_place(t, "codes", m, stride, code_bytes),
                            .out_stride = stride};
    if (has_scale) r->args.scale = fq_trial_place(t, "scales", 1, m * sizeof(float), m * sizeof(float));
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
    t->bytes = (double)(m * width * sizeof(float) + m * code_bytes) + (has_scale ? 4.0 * (double)m : 0.0);
    if (t->kernel->op == FQ_OP_RMSNORM_QUANT) t->bytes += (double)(k * sizeof(float));
    return FQ_OK;
}
