/* The walk of the rope kernels: every head of a token is rotated and scaled into a buffer by the kernel's own function,
 * then coded into the query or the cache. The formulas are in ops.h. */
#ifndef FQ_KERNELS_ROPE_H
#define FQ_KERNELS_ROPE_H
#include <limits.h>
#include <string.h>
#include "kernels/rows.h"

/* y = x rotated by the angles of its position, then times factor[d] or divided by it (NULL: neither). */
typedef void fq_rope_rotate(const float *x, const float *cos_t, const float *sin_t, const float *factor, int divide,
                            int head_dim, float *y);

/* Codes of y (overwritten), their scale and its code; 0 if y is not finite. */
static inline int fq_rope_code(const fq_recipe *r, float *y, int n, void *codes, float *scale, uint32_t *scale_code) {
    if (r->group != FQ_NO_SCALE) {
        const uint32_t top = fq_absmax_bits(y, n, 0);
        if (top >= 0x7f800000u) return 0;
        const float s = fq_recipe_scale(r, fq_bits_float(top), scale_code);
        *scale = s;
        for (int i = 0; i < n; i++)
            y[i] /= s;
    }
    return fq_format_encode_row(r->code, y, (size_t)n, codes) == FQ_OK;
}

static inline int fq_rope_cache_row(const fq_kv_cache *c, float *y, size_t row, uint8_t *codes, uint8_t *scales) {
    uint32_t scale_code = 0;
    float scale;
    if (!fq_rope_code(c->recipe, y, c->head_dim, codes + row * c->row_bytes, &scale, &scale_code)) return 0;
    if (scales) {
        const size_t width = fq_format_bytes(c->recipe->scale, 1);
        memcpy(scales + row * width, &scale_code, width);
    }
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
        uint32_t scale_code;
        float scale = 1.0f;
        rotate(x, cos_t, sin_t, a->post ? a->post + (size_t)(h / group) * d : NULL, 1, (int)d, y);
        good &= fq_rope_code(a->q_recipe, y, (int)d, q, &scale, &scale_code);
        if (a->q_scale) a->q_scale[(size_t)token * (size_t)a->heads + (size_t)h] = scale;
    }
    for (int h = 0; h < kv->kv_heads; h++, x += d) {
        const size_t row = ((size_t)b * (size_t)kv->kv_heads + (size_t)h) * (size_t)kv->capacity + position;
        rotate(x, cos_t, sin_t, a->post ? a->post + (size_t)h * d : NULL, 0, (int)d, y);
        good &= fq_rope_cache_row(kv, y, row, kv->k, kv->k_scale);
        memcpy(y, x + (size_t)kv->kv_heads * d, d * sizeof *y);
        good &= fq_rope_cache_row(kv, y, row, kv->v, kv->v_scale);
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
