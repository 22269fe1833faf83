/* One plain attention with a switch for each flaw of teeth_attention.h.
 * Small contexts only: its buffers are on the stack. */
#include <math.h>
#include "tests/teeth/teeth_attention.h"

enum { MAX_KEYS = 1024, MAX_D = 256, MAX_ROWS = 4096 };
typedef enum flaw {
    NONE,
    NO_MASK,
    STALE_SUM,
    EXACT_P,
    WRONG_KV_HEAD,
    NO_Q_SCALE,
    BEYOND,
    F32_SCORES,
    F16_ONCE,
    RUNS,
    SHORT_RUNS
} flaw;

static float rounded(const fq_attention_args *a, float e, flaw f) {
    if (f == EXACT_P || a->p_recipe->code == FQ_F32) return e;
    if (a->p_recipe->code == FQ_BF16) return fq_format_round(FQ_BF16, e);
    return fq_format_round(FQ_E4M3, 448.0f * e) / 448.0f;
}

static double score(const fq_attention_args *a, const float *q, const float *k, flaw f) {
    const int D = a->kv->head_dim;
    double sum = 0.0;
    for (int j = 0; j < D; j++) {
        sum += (double)q[j] * (double)k[j];
        if (a->scores == FQ_F16 && f != F32_SCORES && (j + 1 == D || (j % 32 == 31 && f != F16_ONCE)))
            sum = (double)fq_format_round(FQ_F16, (float)sum);
    }
    return sum;
}

static void attend(const fq_attention_args *a, int b, int i, int head, flaw f) {
    const int D = a->kv->head_dim, group = a->heads / a->kv->kv_heads;
    const int h = f == WRONG_KV_HEAD ? head % a->kv->kv_heads : head / group;
    const int keys = a->past[b] + (a->causal && f != NO_MASK ? i + 1 : a->seq);
    const size_t row = (size_t)b * (size_t)a->seq + (size_t)i, d = (size_t)D;
    const size_t at = row * (size_t)a->heads + (size_t)head;
    float q[MAX_D], x[MAX_D], s[MAX_KEYS], top = -INFINITY, l = 0.0f;
    double o[MAX_D] = {0};
    fq_format_decode_row(
        a->q_recipe->code,
        (const uint8_t *)a->q + row * a->q_stride + (size_t)head * fq_format_bytes(a->q_recipe->code, d), d, q);
    const float scale = (a->q_scale && f != NO_Q_SCALE ? a->q_scale[at] : 1.0f) / sqrtf((float)D);
    for (int t = 0; t < keys; t++) {
        fq_kv_cache_values(a->kv, 0, b, h, t, x);
        s[t] = (float)(score(a, q, x, f) * (double)scale);
        if (f == STALE_SUM) l += expf(s[t] - fmaxf(top, s[t]));
        top = fmaxf(top, s[t]);
    }
    const int run = f == RUNS ? 256 : f == SHORT_RUNS ? 64 : MAX_KEYS;
    float run_top = -INFINITY;
    for (int t = 0; t < keys; t++) {
        for (int j = t; t % run == 0 && j < keys && j < t + run; j++)
            run_top = fmaxf(run_top, s[j]);
        const float p = rounded(a, expf(s[t] - run_top), f) * expf(run_top - top);
        if (f != STALE_SUM) l += expf(s[t] - top);
        fq_kv_cache_values(a->kv, 1, b, h, t, x);
        for (int j = 0; j < D; j++)
            o[j] += (double)p * (double)x[j];
    }
    for (int j = 0; j < D; j++)
        a->out[row * a->out_stride + (size_t)head * d + (size_t)j] = (float)(o[j] / (double)l);
    if (f == BEYOND) a->out[row * a->out_stride + (size_t)a->heads * d] = 0.0f;
}

static fq_status run(const fq_attention_args *a, flaw f) {
    for (int b = 0; b < a->batch; b++)
        for (int i = 0; i < a->seq; i++)
            for (int h = 0; h < a->heads; h++)
                attend(a, b, i, h, f);
    return FQ_OK;
}

fq_status fq_teeth_attention_none(const fq_attention_args *a) {
    return run(a, NONE);
}
fq_status fq_teeth_attention_no_mask(const fq_attention_args *a) {
    return run(a, NO_MASK);
}
fq_status fq_teeth_attention_stale_sum(const fq_attention_args *a) {
    return run(a, STALE_SUM);
}
fq_status fq_teeth_attention_exact_p(const fq_attention_args *a) {
    return run(a, EXACT_P);
}
fq_status fq_teeth_attention_wrong_kv_head(const fq_attention_args *a) {
    return run(a, WRONG_KV_HEAD);
}
fq_status fq_teeth_attention_no_q_scale(const fq_attention_args *a) {
    return run(a, NO_Q_SCALE);
}
fq_status fq_teeth_attention_beyond(const fq_attention_args *a) {
    return run(a, BEYOND);
}
fq_status fq_teeth_attention_f32_scores(const fq_attention_args *a) {
    return run(a, F32_SCORES);
}
fq_status fq_teeth_attention_f16_once(const fq_attention_args *a) {
    return run(a, F16_ONCE);
}

fq_status fq_teeth_attention_runs(const fq_attention_args *a) {
    return run(a, RUNS);
}
fq_status fq_teeth_attention_short_runs(const fq_attention_args *a) {
    return run(a, SHORT_RUNS);
}

fq_status fq_teeth_attention_no_zero(const fq_attention_args *a) {
    fq_kv_cache kv = *a->kv;
    fq_attention_args b = *a;
    kv.k_zero = kv.v_zero = NULL;
    b.kv = &kv;
    return run(&b, NONE);
}

fq_status fq_teeth_attention_unsigned_scale(const fq_attention_args *a) {
    fq_kv_cache kv = *a->kv;
    fq_attention_args b = *a;
    uint8_t k_scale[MAX_ROWS], v_scale[MAX_ROWS];
    const size_t rows = (size_t)(kv.batch * kv.kv_heads * kv.capacity);
    FQ_ASSERT(rows <= MAX_ROWS && kv.recipe->scale == FQ_E4M3);
    for (size_t r = 0; r < rows; r++) {
        k_scale[r] = kv.k_scale[r] & 0x7f;
        v_scale[r] = kv.v_scale[r] & 0x7f;
    }
    kv.k_scale = k_scale;
    kv.v_scale = v_scale;
    b.kv = &kv;
    return run(&b, NONE);
}
