/* Rotation of queries and keys, their codes and those of the values, with vectors of sixteen: a head is read once,
 * stays in a buffer on the stack until its largest number is known, and becomes codes. Head sizes that are a multiple
 * of 32, E4M3 or bf16 queries, symmetric INT4 or bf16 caches; the rest goes to the AVX2 function. */
#include "kernels/codes_avx512.h"
#include "kernels/rope.h"

enum { POST_MOST = 8192 }; /* KV heads x head size whose reciprocal factors fit on the stack */

static int takes_codes(const fq_recipe *r, fq_format_id scaled) {
    if (r->group == FQ_NO_SCALE) return r->code == FQ_BF16;
    return r->group == 0 && r->code == scaled && (r->range == FQ_RANGE_SYMMETRIC || r->range == FQ_RANGE_SIGNED);
}

static int takes(const fq_rope_args *a) {
    const fq_kv_cache *kv = a->kv;
    return kv->head_dim % 32 == 0 && kv->head_dim <= FQ_HEAD_DIM_MAX && kv->kv_heads * kv->head_dim <= POST_MOST &&
           takes_codes(a->q_recipe, FQ_E4M3) && takes_codes(kv->recipe, FQ_INT4);
}

/* y = x rotated, times factor where there is one, less offset likewise. Returns the largest magnitude's bits. */
static uint32_t rotate(const float *x, const float *cos_t, const float *sin_t, const float *factor, const float *offset,
                       int half, float *y) {
    __m512i top = _mm512_setzero_si512();
    for (int i = 0; i < half; i += VW) {
        const vf a = vf_load(x + i), b = vf_load(x + i + half), c = vf_load(cos_t + i), s = vf_load(sin_t + i);
        vf low = vf_fnma(b, s, vf_mul(a, c)), high = vf_fma(a, s, vf_mul(b, c));
        if (factor) {
            low = vf_mul(low, vf_load(factor + i));
            high = vf_mul(high, vf_load(factor + i + half));
        }
        if (offset) {
            low = vf_sub(low, vf_load(offset + i));
            high = vf_sub(high, vf_load(offset + i + half));
        }
        top = take_magnitude(take_magnitude(top, low), high);
        vf_store(y + i, low);
        vf_store(y + i + half, high);
    }
    return top_bits(top);
}

static uint32_t copy(const float *x, int n, float *y) {
    __m512i top = _mm512_setzero_si512();
    for (int i = 0; i < n; i += VW) {
        const vf v = vf_load(x + i);
        top = take_magnitude(top, v);
        vf_store(y + i, v);
    }
    return top_bits(top);
}

/* Codes of y (overwritten) whose largest magnitude is `top`; 0 if it is not finite. */
static int code_row(const fq_recipe *r, float *y, int n, uint32_t top, float clip, uint8_t *codes, float *scale,
                    uint32_t *scale_code) {
    *scale = 1.0f;
    if (top >= 0x7f800000u) return 0;
    if (r->group == FQ_NO_SCALE) {
        bf16_row(y, n, (uint16_t *)(void *)codes);
        return 1;
    }
    const float extreme = r->range == FQ_RANGE_SIGNED ? fq_rope_extreme(y, top) : fq_bits_float(top);
    *scale = fq_recipe_scale(r, clip * extreme, scale_code);
    if (r->code == FQ_E4M3)
        e4m3_row(y, n, *scale, codes);
    else
        int4_row(y, n, *scale, codes);
    return 1;
}

static int cache_row(const fq_kv_cache *c, int which, size_t row, float *y, uint32_t top, float clip) {
    uint8_t *scales = which ? c->v_scale : c->k_scale;
    uint32_t code = 0;
    float scale;
    if (!code_row(c->recipe, y, c->head_dim, top, clip, (which ? c->v : c->k) + row * c->row_bytes, &scale, &code))
        return 0;
    if (!scales) return 1;
    const size_t width = fq_format_bytes(c->recipe->scale, 1);
    memcpy(scales + row * width, &code, width);
    return 1;
}

/* inverse: [KV head][D] 1 / post, or NULL. */
static int token(const fq_rope_args *a, int t, const float *inverse) {
    _Alignas(64) float y[FQ_HEAD_DIM_MAX];
    const fq_kv_cache *kv = a->kv;
    const int b = t / a->seq, group = a->heads / kv->kv_heads, half = kv->head_dim / 2;
    const size_t d = (size_t)kv->head_dim, position = (size_t)(a->past[b] + t % a->seq);
    const size_t head_bytes = fq_format_bytes(a->q_recipe->code, d);
    const float *x = a->qkv + (size_t)t * a->qkv_stride;
    const float *cos_t = a->cos_t + position * (d / 2), *sin_t = a->sin_t + position * (d / 2);
    uint8_t *q = (uint8_t *)a->q + (size_t)t * a->q_stride;
    int good = 1;
    for (int h = 0; h < a->heads; h++, x += d, q += head_bytes) {
        const uint32_t top = rotate(x, cos_t, sin_t, inverse ? inverse + (size_t)(h / group) * d : NULL, NULL, half, y);
        float scale;
        uint32_t code;
        good &= code_row(a->q_recipe, y, (int)d, top, 1.0f, q, &scale, &code);
        if (a->q_scale) a->q_scale[(size_t)t * (size_t)a->heads + (size_t)h] = scale;
    }
    for (int h = 0; h < kv->kv_heads; h++, x += d) {
        const size_t row = ((size_t)b * (size_t)kv->kv_heads + (size_t)h) * (size_t)kv->capacity + position;
        const size_t at = (size_t)h * d;
        const uint32_t top =
            rotate(x, cos_t, sin_t, a->post ? a->post + at : NULL, a->k_offset ? a->k_offset + at : NULL, half, y);
        good &= cache_row(kv, 0, row, y, top, a->k_clip ? a->k_clip[h] : 1.0f);
        const uint32_t v_top = copy(x + (size_t)kv->kv_heads * d, (int)d, y);
        good &= cache_row(kv, 1, row, y, v_top, a->v_clip ? a->v_clip[h] : 1.0f);
    }
    return good;
}

fq_status fq_rope_quant_avx512(const fq_rope_args *a) {
    if (!takes(a)) return fq_rope_quant_avx2(a);
    float inverse[POST_MOST];
    const int tokens = a->batch * a->seq, factors = a->post ? a->kv->kv_heads * a->kv->head_dim : 0;
    for (int i = 0; i < factors; i += VW)
        vf_store(inverse + i, vf_div(vf_set1(1.0f), vf_load(a->post + i)));
    int bad = INT_MAX;
#pragma omp parallel for reduction(min : bad) schedule(static) if (tokens > 1)
    for (int t = 0; t < tokens; t++)
        if (!token(a, t, a->post ? inverse : NULL) && t < bad) bad = t;
    if (bad == INT_MAX) return FQ_OK;
    return fq_fail(FQ_ERR_NUMERIC, "rope_quant: token %d holds or gives a NaN or an infinity", bad);
}
