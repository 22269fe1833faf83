/* Plain row and rope kernels, each with one flaw of teeth_rows.h.
 * Short rows only: buffers are on the stack. */
#include <math.h>
#include <string.h>
#include "kernels/functions.h"
#include "tests/teeth/teeth_rows.h"

enum { MAX_K = 4096, MAX_D = 256 };
typedef enum flaw { NONE, TRUNCATES, SCALE_128 } flaw;

static fq_status quantize(const fq_row_args *a, flaw f) {
    for (int r = 0; r < a->m; r++) {
        const float *x = a->x + (size_t)r * a->x_stride;
        int8_t *out = (int8_t *)a->out + (size_t)r * a->out_stride;
        float top = 0.0f;
        for (int c = 0; c < a->k; c++)
            top = fmaxf(top, fabsf(x[c]));
        const float s = top / (f == SCALE_128 ? 128.0f : 127.0f);
        for (int c = 0; c < a->k; c++) {
            const float q = f == TRUNCATES ? truncf(x[c] / s) : rintf(x[c] / s);
            out[c] = (int8_t)fminf(q, 127.0f);
        }
        a->scale[r] = s;
    }
    return FQ_OK;
}

fq_status fq_teeth_quant_none(const fq_row_args *a) {
    return quantize(a, NONE);
}
fq_status fq_teeth_quant_truncates(const fq_row_args *a) {
    return quantize(a, TRUNCATES);
}
fq_status fq_teeth_quant_scale_128(const fq_row_args *a) {
    return quantize(a, SCALE_128);
}
fq_status fq_teeth_quant_nothing(const fq_row_args *a) {
    return FQ_OK;
}

fq_status fq_teeth_quant_own_scale(const fq_row_args *a) {
    fq_row_args b = *a;
    b.fixed_scale = 0.0f;
    return fq_quant_rows_ref(&b);
}

fq_status fq_teeth_quant_one_group(const fq_row_args *a) {
    const size_t groups = (size_t)fq_recipe_groups(a->a, a->k);
    fq_recipe whole = *a->a;
    whole.group = 0;
    for (int r = 0; r < a->m; r++) {
        float *scale = a->scale + (size_t)r * groups;
        FQ_TRY(fq_quantize_row(&whole, a->x + (size_t)r * a->x_stride, a->k,
                               (uint8_t *)a->out + (size_t)r * a->out_stride, scale, NULL));
        for (size_t g = 1; g < groups; g++)
            scale[g] = scale[0];
    }
    return FQ_OK;
}

fq_status fq_teeth_rmsnorm_no_eps(const fq_row_args *a) {
    for (int r = 0; r < a->m; r++) {
        const float *x = a->x + (size_t)r * a->x_stride;
        float y[MAX_K], scale;
        double sum = 0.0;
        for (int c = 0; c < a->k; c++)
            sum += (double)x[c] * (double)x[c];
        for (int c = 0; c < a->k; c++)
            y[c] = (float)((double)x[c] / sqrt(sum / a->k) * (double)a->gamma[c]);
        FQ_TRY(fq_quantize_row(a->a, y, a->k, (uint8_t *)a->out + (size_t)r * a->out_stride,
                               a->scale ? &a->scale[r] : &scale, NULL));
    }
    return FQ_OK;
}

/* One head; f32 queries and cache only. */
static void rotate(const fq_rope_args *a, const float *x, int position, const float *post, int divide, float sign,
                   float *y) {
    const int half = a->kv->head_dim / 2;
    for (int i = 0; i < half; i++) {
        const float c = a->cos_t[position * half + i], s = a->sin_t[position * half + i];
        const float f = post ? post[i] : 1.0f, g = post ? post[i + half] : 1.0f;
        const float low = x[i] * c - x[i + half] * s, high = x[i + half] * c + sign * x[i] * s;
        y[i] = divide ? low / f : low * f;
        y[i + half] = divide ? high / g : high * g;
    }
}

static fq_status rope(const fq_rope_args *a, float sign, int late) {
    const fq_kv_cache *kv = a->kv;
    const size_t d = (size_t)kv->head_dim;
    for (int token = 0; token < a->batch * a->seq; token++) {
        const int b = token / a->seq, position = a->past[b] + token % a->seq;
        const float *x = a->qkv + (size_t)token * a->qkv_stride;
        float y[MAX_D];
        for (int h = 0; h < a->heads; h++, x += d) {
            const float *post = a->post ? a->post + (size_t)(h / (a->heads / kv->kv_heads)) * d : NULL;
            rotate(a, x, position, post, 1, sign, y);
            memcpy((uint8_t *)a->q + (size_t)token * a->q_stride + (size_t)h * d * sizeof *y, y, d * sizeof *y);
        }
        for (int h = 0; h < kv->kv_heads; h++, x += d) {
            const size_t row = (size_t)((b * kv->kv_heads + h) * kv->capacity + position + late);
            rotate(a, x, position, a->post ? a->post + (size_t)h * d : NULL, 0, sign, y);
            memcpy(kv->k + row * kv->row_bytes, y, d * sizeof *y);
            memcpy(kv->v + row * kv->row_bytes, x + (size_t)kv->kv_heads * d, d * sizeof *y);
        }
    }
    return FQ_OK;
}

fq_status fq_teeth_rope_wrong_sign(const fq_rope_args *a) {
    return rope(a, -1.0f, 0);
}
fq_status fq_teeth_rope_next_row(const fq_rope_args *a) {
    return rope(a, 1.0f, 1);
}

fq_status fq_teeth_rope_no_offset(const fq_rope_args *a) {
    fq_rope_args b = *a;
    b.k_offset = NULL;
    return fq_rope_quant_ref(&b);
}

fq_status fq_teeth_rope_no_clip(const fq_rope_args *a) {
    fq_rope_args b = *a;
    b.k_clip = b.v_clip = NULL;
    return fq_rope_quant_ref(&b);
}

fq_status fq_teeth_rope_next_zero(const fq_rope_args *a) {
    const fq_kv_cache *kv = a->kv;
    FQ_TRY(fq_rope_quant_ref(a));
    for (int i = 0; i < a->batch * kv->kv_heads * a->seq; i++) {
        const int pair = i / a->seq, position = a->past[pair / kv->kv_heads] + i % a->seq;
        kv->k_zero[(size_t)pair * (size_t)kv->capacity + (size_t)position]++;
    }
    return FQ_OK;
}

fq_status fq_teeth_rope_symmetric(const fq_rope_args *a) {
    fq_recipe recipe = *a->kv->recipe;
    fq_kv_cache kv = *a->kv;
    fq_rope_args b = *a;
    recipe.range = FQ_RANGE_SYMMETRIC;
    kv.recipe = &recipe;
    b.kv = &kv;
    return fq_rope_quant_ref(&b);
}
