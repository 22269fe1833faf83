/* The walk of the row kernels: value, absmax, scale, code, over blocks of a row that stay in the first-level cache. A
 * kernel gives the values; they are computed twice when a scale is looked for, because a row's own buffer has no owner.
 */
#ifndef FQ_KERNELS_ROWS_H
#define FQ_KERNELS_ROWS_H
#include <limits.h>
#include <string.h>
#include "kernels/functions.h"
#include "quant/minifloat.h"

enum { FQ_ROW_BLOCK = 256 };

typedef struct fq_row_rule {
    const char *name;
    /* A number of the whole row that the values need (not finite: the row is refused), or NULL. */
    double (*factor)(const fq_row_args *a, const float *x);
    /* y[0..n-1] of columns c0 .. c0+n-1 of the row x. */
    void (*values)(const fq_row_args *a, const float *x, double factor, int c0, int n, float *y);
    int groups; /* recipes with groups are taken */
} fq_row_rule;

/* Largest magnitude as float bits: NaN and infinity order above every finite number, so the maximum keeps them. */
static inline uint32_t fq_absmax_bits(const float *y, int n, uint32_t top) {
    for (int i = 0; i < n; i++) {
        const uint32_t bits = fq_float_bits(y[i]) & 0x7fffffffu;
        top = bits > top ? bits : top;
    }
    return top;
}

/* y / s within the format's range: what saturates must not become an infinity first. 0 if y is not finite. */
static inline int fq_row_divide_fixed(float *y, int n, float s, float limit) {
    if (fq_absmax_bits(y, n, 0) >= 0x7f800000u) return 0;
    for (int i = 0; i < n; i++) {
        const float q = y[i] / s;
        y[i] = q < -limit ? -limit : q > limit ? limit : q;
    }
    return 1;
}

/* Codes of columns c0 .. c1-1 of the row x, which share *scale; 0 if a value is not finite. */
static inline int fq_row_part(const fq_row_rule *rule, const fq_row_args *a, const float *x, double factor, int c0,
                              int c1, uint8_t *out, float *scale) {
    const size_t block_bytes = fq_format_bytes(a->a->code, FQ_ROW_BLOCK);
    const int scaled = a->a->group != FQ_NO_SCALE, fixed = a->fixed_scale > 0.0f;
    float y[FQ_ROW_BLOCK], s = a->fixed_scale;
    if (scaled && !fixed) {
        uint32_t top = 0, code;
        for (int c = c0; c < c1; c += FQ_ROW_BLOCK) {
            const int n = c1 - c < FQ_ROW_BLOCK ? c1 - c : FQ_ROW_BLOCK;
            rule->values(a, x, factor, c, n, y);
            top = fq_absmax_bits(y, n, top);
        }
        if (top >= 0x7f800000u) return 0;
        s = fq_recipe_scale(a->a, fq_bits_float(top), &code);
    }
    if (scaled) *scale = s;
    for (int c = c0; c < c1; c += FQ_ROW_BLOCK, out += block_bytes) {
        const int n = c1 - c < FQ_ROW_BLOCK ? c1 - c : FQ_ROW_BLOCK;
        rule->values(a, x, factor, c, n, y);
        if (fixed && !fq_row_divide_fixed(y, n, s, (float)fq_formats[a->a->code].max)) return 0;
        if (scaled && !fixed)
            for (int i = 0; i < n; i++)
                y[i] /= s;
        if (fq_format_encode_row(a->a->code, y, (size_t)n, out) != FQ_OK) return 0;
    }
    return 1;
}

/* 1 if codes and scales of row r are written, 0 if it is not finite. */
static inline int fq_row_quantize(const fq_row_rule *rule, const fq_row_args *a, int r) {
    const float *x = a->x + (size_t)r * a->x_stride;
    uint8_t *out = (uint8_t *)a->out + (size_t)r * a->out_stride;
    const int step = a->a->group > 0 ? a->a->group : a->k;
    const double factor = rule->factor ? rule->factor(a, x) : 1.0;
    if (!(factor - factor == 0.0)) return 0;
    float unused, *scale = &unused;
    if (a->a->group != FQ_NO_SCALE) scale = a->scale + (size_t)r * (size_t)fq_recipe_groups(a->a, a->k);
    for (int c = 0; c < a->k; c += step, scale++) {
        const int end = a->k - c < step ? a->k : c + step;
        if (!fq_row_part(rule, a, x, factor, c, end, out + fq_format_bytes(a->a->code, (size_t)c), scale)) return 0;
    }
    return 1;
}

/* All rows, in parallel. Errors: FQ_ERR_NUMERIC naming the first row that is not finite. */
static inline fq_status fq_rows_quantize(const fq_row_rule *rule, const fq_row_args *a) {
    FQ_ASSERT(a->a->range == FQ_RANGE_SYMMETRIC || a->a->range == FQ_RANGE_STATIC);
    FQ_ASSERT(a->a->group <= 0 || rule->groups);
    FQ_ASSERT(!(a->fixed_scale > 0.0f) || a->a->group == 0);
    int bad = INT_MAX;
#pragma omp parallel for reduction(min : bad) schedule(static) if (a->m > 1)
    for (int r = 0; r < a->m; r++)
        if (!fq_row_quantize(rule, a, r) && r < bad) bad = r;
    if (bad == INT_MAX) return FQ_OK;
    return fq_fail(FQ_ERR_NUMERIC, "%s: row %d holds or gives a NaN or an infinity", rule->name, bad);
}

#endif
