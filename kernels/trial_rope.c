/* Trials of the rope kernels: a fused projection row in, queries and cache rows out, all of them judged as quantized
 * rows of the rotation in double. Cache rows outside of the new tokens must stay untouched. */
#include <math.h>
#include <string.h>
#include "kernels/trial_parts.h"

typedef struct rope_trial {
    fq_rope_args args;
    fq_kv_cache kv;
    float *qkv;
    int *past;
    int *tokens, n_tokens; /* those compared */
    size_t head_bytes, scale_bytes;
    fq_cuda_ropeset *device; /* operands that stay on a device; NULL */
} rope_trial;

static fq_status run(fq_trial *t) {
    const rope_trial *g = t->family;
    return t->loop ? fq_cuda_loop_run(t->loop) : t->kernel->run.rope(&g->args);
}

/* The rotated, scaled and shifted head, and how far float32 may be off: 8 roundoffs of the two products, which may
 * cancel, and 2 of what the offset is taken from. */
static void rotated(const fq_rope_args *a, const float *x, int position, const float *post, const float *offset,
                    int divide, double *y, double *slack) {
    const int half = a->kv->head_dim / 2;
    for (int i = 0; i < half; i++) {
        const double c = (double)a->cos_t[position * half + i], s = (double)a->sin_t[position * half + i];
        const double low = (double)x[i], high = (double)x[i + half];
        y[i] = low * c - high * s;
        y[i + half] = high * c + low * s;
        slack[i] = 8.0 * FQ_U32 * (fabs(low * c) + fabs(high * s));
        slack[i + half] = 8.0 * FQ_U32 * (fabs(high * c) + fabs(low * s));
    }
    for (int i = 0; i < 2 * half && post; i++) {
        const double f = divide ? 1.0 / (double)post[i] : (double)post[i];
        y[i] *= f;
        slack[i] *= fabs(f);
    }
    for (int i = 0; i < 2 * half && offset; i++) {
        slack[i] += 2.0 * FQ_U32 * (fabs(y[i]) + fabs((double)offset[i]));
        y[i] -= (double)offset[i];
    }
}

static void judge_cache_row(const rope_trial *g, int which, size_t row, float clip, const double *y,
                            const double *slack, fq_worst *worst) {
    const fq_kv_cache *c = &g->kv;
    const uint8_t *codes = which ? c->v : c->k, *scales = which ? c->v_scale : c->k_scale;
    const uint8_t *zeros = which ? c->v_zero : c->k_zero;
    uint32_t code = 0;
    float scale = 1.0f;
    if (scales) {
        memcpy(&code, scales + row * g->scale_bytes, g->scale_bytes);
        scale = fq_formats[c->recipe->scale].decode(code);
    }
    const fq_coded_row got = {codes + row * c->row_bytes, scale, zeros ? zeros[row] : 0, clip, 0.0f};
    fq_trial_codes(c->recipe, y, slack, c->head_dim, &got, worst);
}

static int untouched(const uint8_t *p, size_t n) {
    while (n > 0 && *p == 0xff)
        p++, n--;
    return n == 0;
}

static fq_status compare(fq_trial *t, fq_worst *worst) {
    const rope_trial *g = t->family;
    const fq_rope_args *a = &g->args;
    const fq_kv_cache *c = &g->kv;
    const int d = c->head_dim, group = a->heads / c->kv_heads;
    double y[FQ_HEAD_DIM_MAX], slack[FQ_HEAD_DIM_MAX];
    if (g->device) FQ_TRY(fq_cuda_ropeset_fetch(g->device, a));
    for (int i = 0; i < g->n_tokens; i++) {
        const int token = g->tokens[i], b = token / a->seq, position = a->past[b] + token % a->seq;
        const float *x = a->qkv + (size_t)token * a->qkv_stride;
        for (int h = 0; h < a->heads; h++, x += d) {
            const size_t at = (size_t)token * (size_t)a->heads + (size_t)h;
            const uint8_t *codes = (const uint8_t *)a->q + (size_t)token * a->q_stride + (size_t)h * g->head_bytes;
            const fq_coded_row got = {codes, a->q_scale ? a->q_scale[at] : 1.0f, 0, 1.0f, 0.0f};
            rotated(a, x, position, a->post ? a->post + (size_t)(h / group) * (size_t)d : NULL, NULL, 1, y, slack);
            fq_trial_codes(a->q_recipe, y, slack, d, &got, worst);
        }
        for (int h = 0; h < c->kv_heads; h++, x += d) {
            const size_t row = ((size_t)b * (size_t)c->kv_heads + (size_t)h) * (size_t)c->capacity + (size_t)position;
            rotated(a, x, position, a->post ? a->post + (size_t)h * (size_t)d : NULL,
                    a->k_offset ? a->k_offset + (size_t)h * (size_t)d : NULL, 0, y, slack);
            judge_cache_row(g, 0, row, a->k_clip ? a->k_clip[h] : 1.0f, y, slack, worst);
            for (int j = 0; j < d; j++) {
                y[j] = (double)x[(size_t)c->kv_heads * (size_t)d + (size_t)j];
                slack[j] = FQ_U32 * fabs(y[j]);
            }
            judge_cache_row(g, 1, row, a->v_clip ? a->v_clip[h] : 1.0f, y, slack, worst);
        }
    }
    for (size_t r = 0; r < (size_t)c->batch * (size_t)c->kv_heads * (size_t)c->capacity; r++) {
        const int b = (int)(r / ((size_t)c->kv_heads * (size_t)c->capacity));
        const int position = (int)(r % (size_t)c->capacity);
        if (position >= a->past[b] && position < a->past[b] + a->seq) continue;
        const int codes =
            untouched(c->k + r * c->row_bytes, c->row_bytes) && untouched(c->v + r * c->row_bytes, c->row_bytes);
        const int scales = !c->k_scale || (untouched(c->k_scale + r * g->scale_bytes, g->scale_bytes) &&
                                           untouched(c->v_scale + r * g->scale_bytes, g->scale_bytes));
        const int zeros = !c->k_zero || (c->k_zero[r] == 0xff && c->v_zero[r] == 0xff);
        if (codes && scales && zeros) continue;
        (void)fq_fail(FQ_ERR_FAILED, "%s: wrote cache row %d of sequence %d, expected %d .. %d only", t->kernel->name,
                      position, b, a->past[b], a->past[b] + a->seq - 1);
        worst->err = INFINITY;
        break;
    }
    return FQ_OK;
}

static fq_status build_inputs(fq_trial *t, rope_trial *g) {
    const fq_trial_shape *s = &t->shape;
    const size_t tokens = (size_t)s->batch * (size_t)s->seq, d = (size_t)s->head_dim, half = d / 2;
    const size_t width = (size_t)(s->heads + 2 * s->kv_heads) * d, stride = width + 16, floats = tokens * stride;
    const size_t positions = (size_t)(s->past + s->seq), angles = positions * half, scaled = (size_t)s->kv_heads * d;
    float *qkv = FQ_NEW(t->arena, float, floats), *post = FQ_NEW(t->arena, float, scaled);
    float *cos_t = FQ_NEW(t->arena, float, angles), *sin_t = FQ_NEW(t->arena, float, angles);
    float *offset = FQ_NEW(t->arena, float, scaled), *clip = FQ_NEW(t->arena, float, 2 * s->kv_heads);
    g->past = FQ_NEW(t->arena, int, s->batch);
    if (!qkv || !post || !cos_t || !sin_t || !offset || !clip || !g->past) return FQ_ERR_MEMORY;
    fq_pool pool;
    FQ_TRY(fq_pool_create(&pool, s->seed, width, t->arena));
    for (size_t i = 0; i < tokens; i++)
        fq_pool_row(&pool, qkv + i * stride, width, 1.0f);
    for (size_t i = 0; i < scaled; i++)
        post[i] = (float)exp2(2.0 * fq_rng_uniform(&pool.rng) - 1.0);
    fq_rng_fill_gauss(&pool.rng, offset, scaled, 1.0f);
    for (int i = 0; i < 2 * s->kv_heads; i++)
        clip[i] = (float)(0.7 + 0.4 * fq_rng_uniform(&pool.rng));
    for (size_t p = 0; p < positions; p++)
        for (size_t i = 0; i < half; i++) {
            const double angle = (double)p * pow(10000.0, -2.0 * (double)i / (double)d);
            cos_t[p * half + i] = (float)cos(angle);
            sin_t[p * half + i] = (float)sin(angle);
        }
    for (int b = 0; b < s->batch; b++)
        g->past[b] = fq_trial_past(s, b);
    const long cheap = 4000000, wanted = s->oracle_samples > 0 ? s->oracle_samples : cheap;
    g->n_tokens = wanted / (long)width < (long)tokens ? (int)(wanted / (long)width) + 1 : (int)tokens;
    g->tokens = FQ_NEW(t->arena, int, g->n_tokens);
    if (!g->tokens) return FQ_ERR_MEMORY;
    fq_trial_spread(&pool.rng, (int)tokens, g->n_tokens, g->tokens);
    g->args.qkv = g->qkv = qkv;
    g->args.qkv_stride = stride;
    g->args.cos_t = cos_t;
    g->args.sin_t = sin_t;
    g->args.post = post;
    if (s->key_offset) g->args.k_offset = offset;
    if (s->clip) {
        g->args.k_clip = clip;
        g->args.v_clip = clip + s->kv_heads;
    }
    g->args.past = g->past;
    t->flop = (double)(tokens * (size_t)(s->heads + s->kv_heads) * d) * 4.0; /* 3 of the rotation, 1 of the scaling */
    t->bytes = (double)(tokens * width * sizeof(float) + tokens * d * sizeof(float) + scaled * sizeof(float));
    return FQ_OK;
}

fq_status fq_trial_rope_create(fq_trial *t) {
    const fq_trial_shape *s = &t->shape;
    if (s->batch < 1 || s->seq < 1 || s->past < 0 || s->kv_heads < 1 || s->heads < 1 || s->heads % s->kv_heads != 0 ||
        s->head_dim < 2 || s->head_dim % 2 != 0 || s->head_dim > FQ_HEAD_DIM_MAX)
        return fq_fail(FQ_ERR_USAGE, "%s: batch %d, seq %d, past %d, heads %d of %d, head size %d make no rotation",
                       t->kernel->name, s->batch, s->seq, s->past, s->heads, s->kv_heads, s->head_dim);
    rope_trial *g = FQ_NEW(t->arena, rope_trial, 1);
    if (!g) return FQ_ERR_MEMORY;
    t->family = g;
    t->run = run;
    t->compare = compare;
    FQ_TRY(build_inputs(t, g));
    const size_t tokens = (size_t)s->batch * (size_t)s->seq, d = (size_t)s->head_dim;
    g->head_bytes = fq_format_bytes(s->q->code, d);
    g->scale_bytes = s->kv->group == FQ_NO_SCALE ? 0 : fq_format_bytes(s->kv->scale, 1);
    const size_t q_bytes = (size_t)s->heads * g->head_bytes, q_stride = (q_bytes + 63) / 64 * 64 + 64;
    const size_t q_scales = s->q->group == FQ_NO_SCALE ? 0 : tokens * (size_t)s->heads * sizeof(float);
    /* The layout of fq_kv_cache_create, but within the guarded area. */
    FQ_TRY(fq_kv_cache_create(&g->kv, s->kv, s->batch, s->kv_heads, s->head_dim, s->past + s->seq + 3, t->arena));
    const size_t rows = (size_t)s->batch * (size_t)s->kv_heads * (size_t)g->kv.capacity;
    const size_t codes = rows * g->kv.row_bytes, scales = rows * g->scale_bytes;
    const size_t zeros = fq_recipe_has_zero(s->kv) ? rows : 0;
    FQ_TRY(fq_trial_reserve(t, (size_t[]){tokens * q_stride, q_scales, codes, codes, scales, scales, zeros, zeros}, 8));
    g->args.batch = s->batch;
    g->args.seq = s->seq;
    g->args.heads = s->heads;
    g->args.q_recipe = s->q;
    g->args.kv = &g->kv;
    g->args.q = fq_trial_place(t, "q", tokens, q_stride, q_bytes);
    g->args.q_stride = q_stride;
    float *q_scale = fq_trial_place(t, "q_scale", 1, q_scales, q_scales);
    g->args.q_scale = q_scales ? q_scale : NULL;
    g->kv.k = fq_trial_place(t, "k", 1, codes, codes);
    g->kv.v = fq_trial_place(t, "v", 1, codes, codes);
    uint8_t *k_scale = fq_trial_place(t, "k_scale", 1, scales, scales);
    uint8_t *v_scale = fq_trial_place(t, "v_scale", 1, scales, scales);
    if (scales) {
        g->kv.k_scale = k_scale;
        g->kv.v_scale = v_scale;
    }
    uint8_t *k_zero = fq_trial_place(t, "k_zero", 1, zeros, zeros);
    uint8_t *v_zero = fq_trial_place(t, "v_zero", 1, zeros, zeros);
    if (zeros) {
        g->kv.k_zero = k_zero;
        g->kv.v_zero = v_zero;
    }
    t->bytes += (double)(tokens * (q_bytes + fq_kv_cache_bytes_per_token(&g->kv)) + q_scales);
    if (!t->kernel->rotate || s->on_host) return FQ_OK;
    /* There qkv is bfloat16. */
    const size_t width = (size_t)(s->heads + 2 * s->kv_heads) * d;
    t->bytes -= (double)(tokens * width) * (sizeof(float) - sizeof(uint16_t));
    for (size_t i = 0; i < tokens * width; i++) {
        float *x = g->qkv + i / width * g->args.qkv_stride + i % width;
        *x = fq_format_round(FQ_BF16, *x);
    }
    FQ_TRY(fq_cuda_ropeset_create(t->kernel->rotate, &g->args, 0, t->arena, &g->device));
    t->loop = fq_cuda_ropeset_loop(g->device);
    return FQ_OK;
}
