/* The walk of the rope kernels: every head of a token is rotated and scaled into a buffer by the kernel's own function,
 * then coded into the query or the cache. The formulas are in ops.h. */
#ifndef FQ_KERNELS_ROPE_H
#define FQ_KERNELS_ROPE_H
#include <limits.h>
#include <math.h>
#include <string.h>
#include "kernels/rows.h"

/* y = x rotated by the angles of its position, then times factor[d] or divided by it (NULL: neither). */
typedef void fq_rope_rotate(const float *x, const float *cos_t, const float *sin_t, const float *factor, int divide,
                            int head_dim, float *y);

typedef struct fq_rope_scale {
    float value;
    uint32_t code; /* as stored */
    uint8_t zero;
} fq_rope_scale;

/* The number of largest magnitude, whose bits without sign are `top`; the first of equals. */
static inline float fq_rope_extreme(const float *y, uint32_t top) {
    while ((fq_float_bits(*y) & 0x7fffffffu) != top)
        y++;
    return *y;
}

/* Largest of 0 and y (flip = 0) or -y (flip = sign bit), as float bits, which order as integers there. */
static inline uint32_t fq_rope_reach(const float *y, int n, uint32_t flip) {
    int32_t top = 0;
    for (int i = 0; i < n; i++) {
        const int32_t bits = (int32_t)(fq_float_bits(y[i]) ^ flip);
        top = bits > top ? bits : top;
    }
    return (uint32_t)top;
}

/* Codes of y (overwritten) and their scale, as fq_quantize_row_zero gives them; 0 if y is not finite. */
static inline int fq_rope_code(const fq_recipe *r, float *y, int n, float clip, void *codes, fq_rope_scale *s) {
    *s = (fq_rope_scale){1.0f, 0, 0};
    if (r->group == FQ_NO_SCALE) return fq_format_encode_row(r->code, y, (size_t)n, codes) == FQ_OK;
    const uint32_t top = fq_absmax_bits(y, n, 0);
    if (top >= 0x7f800000u) return 0;
    if (fq_recipe_has_zero(r)) {
        const float lo = -fq_bits_float(fq_rope_reach(y, n, 0x80000000u)), hi = fq_bits_float(fq_rope_reach(y, n, 0));
        const float scale = fq_recipe_scale_zero(r, clip * lo, clip * hi, &s->code, &s->zero), zero = s->zero;
        s->value = scale;
        for (int i = 0; i < n; i++)
            y[i] = rintf(y[i] / scale) + zero;
    } else {
        const float extreme = r->range == FQ_RANGE_SIGNED ? fq_rope_extreme(y, top) : fq_bits_float(top);
        const float scale = fq_recipe_scale(r, clip * extreme, &s->code);
        s->value = scale;
        for (int i = 0; i < n; i++)
            y[i] /= scale;
    }
    return fq_format_encode_row(r->code, y, (size_t)n, codes) == FQ_OK;
}

/* Row `row` of the keys (which = 0) or values (1) from y, overwritten; 0 if y is not finite. */
static inline int fq_rope_cache_row(const fq_kv_cache *c, int which, size_t row, float *y, float clip) {
    uint8_t *scales = which ? c->v_scale : c->k_scale, *zeros = which ? c->v_zero : c->k_zero;
    fq_rope_scale s;
    if (!fq_rope_code(c->recipe, y, c->head_dim, clip, (which ? c->v : c->k) + row * c->row_bytes, &s)) return 0;
    if (scales) {
        const size_t width = fq_format_bytes(c->recipe->scale, 1);
        memcpy(scales + row * width, &s.code, width);
    }
    if (zeros) zeros[row] = s.zero;
    return 1;
}

static inline int fq_rope_token(const fq_rope_args *a, fq_rope_rotate *rotate, int token) {
    const fq_kv_cache *kv = a->kv;
    const int b = token / a->seq, group = a->heads / kv->kv_heads;
    const size_t d = (size_t)kv->head_dim, position = (size_t)(a->past[b] + token % a->seq);
    const size_t head_bytes = fq_format_bytes(a->q_recipe->code, d);
    const float *x = a->qkv + (size_t)token * a->qkv_stride;
    const float *cos_t = a->cos_t + position * (d / 2), *sin_t = a->sin_t + position * (d / 2);
    uint8_t *q = (uint8_t *)a->q + (size_t)token * a->q_stride;
    float y[FQ_HEAD_DIM_MAX];
    int good = 1;
    for (int h = 0; h < a->heads; h++, x += d, q += head_bytes) {
        fq_rope_scale scale;
        rotate(x, cos_t, sin_t, a->post ? a->post + (size_t)(h / group) * d : NULL, 1, (int)d, y);
        good &= fq_rope_code(a->q_recipe, y, (int)d, 1.0f, q, &scale);
        if (a->q_scale) a->q_scale[(size_t)token * (size_t)a->heads + (size_t)h] = scale.value;
    }
    for (int h = 0; h < kv->kv_heads; h++, x += d) {
        const size_t row = ((size_t)b * (size_t)kv->kv_heads + (size_t)h) * (size_t)kv->capacity + position;
        rotate(x, cos_t, sin_t, a->post ? a->post + (size_t)h * d : NULL, 0, (int)d, y);
        for (size_t i = 0; i < d && a->k_offset; i++)
            y[i] -= a->k_offset[(size_t)h * d + i];
        good &= fq_rope_cache_row(kv, 0, row, y, a->k_clip ? a->k_clip[h] : 1.0f);
        memcpy(y, x + (size_t)kv->kv_heads * d, d * sizeof *y);
        good &= fq_rope_cache_row(kv, 1, row, y, a->v_clip ? a->v_clip[h] : 1.0f);
    }
    return good;
}

/* All tokens, in parallel. Errors: FQ_ERR_UNSUPPORTED (head size), FQ_ERR_NUMERIC naming the first bad token. */
static inline fq_status fq_rope_run(const fq_rope_args *a, fq_rope_rotate *rotate) {
    if (a->kv->head_dim > FQ_HEAD_DIM_MAX || a->kv->head_dim % 2 != 0)
        return fq_fail(FQ_ERR_UNSUPPORTED, "rope_quant: head size %d, expected an even number up to %d",
                       a->kv->head_dim, FQ_HEAD_DIM_MAX);
    const int tokens = a->batch * a->seq;
    int bad = INT_MAX;
#pragma omp parallel for reduction(min : bad) schedule(static) if (tokens > 1)
    for (int t = 0; t < tokens; t++)
        if (!fq_rope_token(a, rotate, t) && t < bad) bad = t;
    if (bad == INT_MAX) return FQ_OK;
    return fq_fail(FQ_ERR_NUMERIC, "rope_quant: token %d holds or gives a NaN or an infinity", bad);
}

#endif
