/* Attention by its definition in ops.h: one query at a time, exact maximum, sums in double, exp of libm.
 * Prefill and decode are the same computation here. */
#include <math.h>
#include "kernels/attention.h"

/* Scratch: keys and values of one (sequence, KV head) as float32, then a query and a row of scores for each thread. */
typedef struct layout {
    size_t kv, slot, total;
} layout;

static layout scratch_layout(const fq_attention_args *a) {
    const size_t t = (size_t)a->kv->capacity, d = (size_t)a->kv->head_dim;
    layout l;
    l.kv = fq_round_up(2 * t * d * sizeof(float), 64);
    l.slot = fq_round_up(d * sizeof(float), 64) + fq_round_up(t * sizeof(double), 64);
    l.total = l.kv + FQ_ATTENTION_TEAM_MAX * l.slot;
    return l;
}

static double round_p(fq_format_id format, double e) {
    if (format == FQ_BF16) return fq_format_round(FQ_BF16, (float)e);
    if (format == FQ_E4M3) return fq_format_round(FQ_E4M3, (float)(448.0 * e)) / 448.0;
    return e;
}

/* The sum of q k by the rule of `scores`. */
static double score(const float *q, const float *k, int D, fq_format_id scores) {
    double s = 0.0;
    for (int d = 0; d < D; d++) {
        s += (double)q[d] * (double)k[d];
        if (scores == FQ_F16 && (d == D - 1 || (d + 1) % FQ_ATTENTION_F16_STEP == 0))
            s = (double)fq_format_round(FQ_F16, (float)s);
    }
    return s;
}

static void attend(const fq_attention_args *a, int b, int i, int head, const float *k, const float *v, float *q,
                   double *p) {
    const int D = a->kv->head_dim, T = fq_attention_keys(a, b, i);
    const size_t row = (size_t)b * (size_t)a->seq + (size_t)i;
    float *out = a->out + row * a->out_stride + (size_t)head * (size_t)D;
    fq_attention_query(a, row, head, q);
    const double scale = (double)fq_attention_q_scale(a, row, head) / sqrt((double)D);
    double top = -INFINITY, l = 0.0;
    for (int t = 0; t < T; t++) {
        p[t] = score(q, k + (size_t)t * (size_t)D, D, a->scores) * scale;
        if (p[t] > top) top = p[t];
    }
    for (int t = 0; t < T; t++) {
        const double e = exp(p[t] - top);
        l += e;
        p[t] = round_p(a->p_recipe->code, e);
    }
    for (int d = 0; d < D; d++) {
        double o = 0.0;
        for (int t = 0; t < T; t++)
            o += p[t] * (double)v[(size_t)t * (size_t)D + (size_t)d];
        out[d] = (float)(o / l);
    }
}

static fq_status run(const fq_attention_args *a) {
    FQ_TRY(fq_attention_check(a));
    const fq_kv_cache *kv = a->kv;
    const layout l = scratch_layout(a);
    const size_t d = (size_t)kv->head_dim;
    const int group = a->heads / kv->kv_heads;
    float *k = a->scratch, *v = k + (size_t)kv->capacity * d;
    for (int b = 0; b < a->batch; b++) {
        const int last = a->past[b] + a->seq;
        for (int h = 0; h < kv->kv_heads; h++) {
#pragma omp parallel num_threads(fq_attention_team(FQ_ATTENTION_TEAM_MAX))
            {
                unsigned char *slot = (unsigned char *)a->scratch + l.kv + (size_t)omp_get_thread_num() * l.slot;
                float *q = (float *)(void *)slot;
                double *p = (double *)(void *)(slot + fq_round_up(d * sizeof(float), 64));
#pragma omp for
                for (int t = 0; t < last; t++) {
                    fq_kv_cache_values(kv, 0, b, h, t, k + (size_t)t * d);
                    fq_kv_cache_values(kv, 1, b, h, t, v + (size_t)t * d);
                }
#pragma omp for schedule(dynamic)
                for (int i = 0; i < a->seq * group; i++)
                    attend(a, b, i / group, h * group + i % group, k, v, q, p);
            }
        }
    }
    return FQ_OK;
}

fq_status fq_attention_prefill_ref(const fq_attention_args *a) {
    return run(a);
}
fq_status fq_attention_decode_ref(const fq_attention_args *a) {
    return run(a);
}
size_t fq_attention_prefill_ref_scratch(const fq_attention_args *a) {
    return scratch_layout(a).total;
}
size_t fq_attention_decode_ref_scratch(const fq_attention_args *a) {
    return scratch_layout(a).total;
}
