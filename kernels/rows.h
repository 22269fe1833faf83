/* The walk of the row kernels: value, absmax, scale, code, over blocks of a row that stay in the first-level cache. A
 * kernel gives the values; they are computed twice when there is a scale, because a row's own buffer has no owner. */
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
} fq_row_rule;

/* Largest magnitude as float bits: NaN and infinity order above every finite number, so the maximum keeps them. */
static inline uint32_t fq_absmax_bits(const float *y, int n, uint32_t top) {
    for (int i = 0; i < n; i++) {
        const uint32_t bits = fq_float_bits(y[i]) & 0x7fffffffu;
        top = bits > top ? bits : top;
    }
    return top;
}

/* 1 if codes and scale of row r are written, 0 if it is not finite. */
static inline int fq_row_quantize(const fq_row_rule *rule, const fq_row_args *a, int r) {
    const float *x = a->x + (size_t)r * a->x_stride;
    uint8_t *out = (uint8_t *)a->out + (size_t)r * a->out_stride;
    const size_t block_bytes = fq_format_bytes(a->a->code, FQ_ROW_BLOCK);
    const double factor = rule->factor ? rule->factor(a, x) : 1.0;
    if (!(factor - factor == 0.0)) return 0;
    float y[FQ_ROW_BLOCK], s = 1.0f;
    if (a->a->group != FQ_NO_SCALE) {
        uint32_t top = 0, code;
        for (int c = 0; c < a->k; c += FQ_ROW_BLOCK) {
            const int n = a->k - c < FQ_ROW_BLOCK ? a->k - c : FQ_ROW_BLOCK;
            rule->values(a, x, factor, c, n, y);
            top = fq_absmax_bits(y, n, top);
        }
        if (top >= 0x7f800000u) return 0;
        s = fq_recipe_scale(a->a, fq_bits_float(top), &code);
        a->scale[r] = s;
    }
    for (int c = 0; c < a->k; c += FQ_ROW_BLOCK, out += block_bytes) {
        const int n = a->k - c < FQ_ROW_BLOCK ? a->k - c : FQ_ROW_BLOCK;
        rule->values(a, x, factor, c, n, y);
        if (a->a->group != FQ_NO_SCALE)
            for (int i = 0; i < n; i++)
                y[i] /= s;
        if (fq_format_encode_row(a->a->code, y, (size_t)n, out) != FQ_OK) return 0;
    }
    return 1;
}

/* All rows, in parallel. Errors: FQ_ERR_NUMERIC naming the first row that is not finite. */
static inline fq_status fq_rows_quantize(const fq_row_rule *rule, const fq_row_args *a) {
    FQ_ASSERT(a->a->group <= 0);
    int bad = INT_MAX;
#pragma omp parallel for reduction(min : bad) schedule(static) if (a->m > 1)
    for (int r = 0; r < a->m; r++)
        if (!fq_row_quantize(rule, a, r) && r < bad) bad = r;
    if (bad == INT_MAX) return FQ_OK;
    return fq_fail(FQ_ERR_NUMERIC, "%s: row %d holds or gives a NaN or an infinity", rule->name, bad);
}

#endif
