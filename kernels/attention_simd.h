/* Attention for the vector instruction sets: the text of attention_avx2.c and attention_avx512.c, which give
 * its functions their global names. Scores of a query are kept whole, so the maximum is exact and P rounds as the
 * definition in ops.h says.
 *
 *   prefill  keys and values of some (sequence, KV head) pairs are brought to float32 once, in panels of PANEL columns:
 *            keys [T / PANEL][D][PANEL], values [D / PANEL][T][PANEL]. A block is BLOCK rows, a row being one (token,
 *            query head of the KV head); a register tile is TILE rows x PANEL columns.
 *   decode   spans of SPAN keys; VW rows of the cache at a time are decoded into the first-level cache, for all query
 *            heads of a KV head together. */
#ifndef FQ_KERNELS_ATTENTION_SIMD_H
#define FQ_KERNELS_ATTENTION_SIMD_H
#include <math.h>
#include <string.h>
#include "kernels/attention.h"
#include "kernels/kv_simd.h"

enum {
    PANEL = 2 * VW,
    TILE = VW == 16 ? 12 : 6,
    BLOCK = 24,            /* rows that share a pass over the keys and values */
    CHUNK = 128,           /* values of a panel that stay in the first-level cache while a block's rows pass */
    PAIR_BYTES = 32 << 20, /* panels built before rows are worked on, unless one pair needs more */
    SPAN = 512             /* keys of one decode work item; sums are per span, so they do not depend on the team */
};

/* ---- scores to probabilities ---- */

FQ_INLINE vf probability(vf e, fq_format_id p) {
    if (p == FQ_E4M3) return vf_round_e4m3(vf_mul(e, vf_set1(448.0f)));
    return p == FQ_BF16 ? vf_round_bf16(e) : e;
}

FQ_INLINE float softmax_as(float *s, int n, int end, float scale, fq_format_id p) {
    const vf lowest = vf_set1(-INFINITY), times = vf_set1(scale);
    vf top0 = lowest, top1 = lowest, sum0 = vf_zero(), sum1 = vf_zero();
    int t = 0;
    for (; t + 2 * VW <= n; t += 2 * VW) {
        top0 = vf_max(top0, vf_load(s + t));
        top1 = vf_max(top1, vf_load(s + t + VW));
    }
    for (; t < n; t += VW) {
        const int left = n - t < VW ? n - t : VW;
        top0 = vf_max(top0, vf_first_n(left, vf_load_n(s + t, left), lowest));
    }
    const vf top = vf_set1(vf_hmax(vf_max(top0, top1)) * scale);
    for (t = 0; t + 2 * VW <= n; t += 2 * VW) {
        const vf e0 = vf_exp(vf_sub(vf_mul(vf_load(s + t), times), top));
        const vf e1 = vf_exp(vf_sub(vf_mul(vf_load(s + t + VW), times), top));
        sum0 = vf_add(sum0, e0);
        sum1 = vf_add(sum1, e1);
        vf_store(s + t, probability(e0, p));
        vf_store(s + t + VW, probability(e1, p));
    }
    for (; t < n; t += VW) {
        const int left = n - t < VW ? n - t : VW;
        const vf e = vf_exp(vf_sub(vf_mul(vf_load_n(s + t, left), times), top));
        sum0 = vf_add(sum0, vf_first_n(left, e, vf_zero()));
        vf_store_n(s + t, left, probability(e, p));
    }
    for (t = n; t < end; t++)
        s[t] = 0.0f;
    return vf_hsum(vf_add(sum0, sum1)) * (p == FQ_E4M3 ? 448.0f : 1.0f);
}

/* s[0..n-1]: dot products in, P out (for e4m3: 448 P); s[n..end-1] = 0. scale > 0. Returns what the weighted sum of the
 * values is to be divided by. */
static inline float softmax(float *s, int n, int end, float scale, fq_format_id p) {
    if (p == FQ_E4M3) return softmax_as(s, n, end, scale, FQ_E4M3);
    return p == FQ_BF16 ? softmax_as(s, n, end, scale, FQ_BF16) : softmax_as(s, n, end, scale, FQ_F32);
}

/* ---- prefill ---- */

typedef struct prefill_plan {
    size_t d, d_padded, t_padded, stride; /* stride: floats between rows of scores */
    size_t k_floats, pair_floats, slot_floats;
    int group, rows, blocks, pairs, slots; /* rows a pair, blocks a pair, pairs a round */
} prefill_plan;

static prefill_plan plan_prefill(const fq_attention_args *a) {
    prefill_plan p;
    p.d = (size_t)a->kv->head_dim;
    p.d_padded = fq_round_up(p.d, PANEL);
    p.t_padded = fq_round_up((size_t)a->kv->capacity, PANEL);
    p.stride = p.t_padded + 16; /* rows a power of two apart would share cache sets */
    p.k_floats = p.t_padded * p.d;
    p.pair_floats = p.k_floats + p.t_padded * p.d_padded;
    p.slot_floats = BLOCK * (p.stride + p.d_padded) + fq_round_up(BLOCK * p.d, 16);
    p.group = a->heads / a->kv->kv_heads;
    p.rows = a->seq * p.group;
    p.blocks = (p.rows + BLOCK - 1) / BLOCK;
    const int all = a->batch * a->kv->kv_heads;
    const size_t fit = PAIR_BYTES / (p.pair_floats * sizeof(float));
    p.pairs = fit < 1 ? 1 : fit < (size_t)all ? (int)fit : all;
    p.slots = p.pairs * p.blocks < FQ_ATTENTION_TEAM_MAX ? p.pairs * p.blocks : FQ_ATTENTION_TEAM_MAX;
    return p;
}

/* Keys and values of PANEL tokens from t0 on into the pair's panels; tokens from `last` on become zeros. */
static void build_panel(const fq_attention_args *a, const prefill_plan *p, int b, int h, int t0, int last, float *k,
                        float *v) {
    float row[FQ_HEAD_DIM_MAX + PANEL];
    float *panel = k + (size_t)t0 * p->d;
    for (int j = 0; j < PANEL; j++) {
        const int t = t0 + j;
        memset(row, 0, p->d_padded * sizeof *row);
        if (t < last) kv_row(a->kv, 0, b, h, t, row);
        for (size_t i = 0; i < p->d; i++)
            panel[i * PANEL + (size_t)j] = row[i];
        if (t >= last) continue;
        kv_row(a->kv, 1, b, h, t, row);
        for (size_t i = 0; i < p->d_padded; i += PANEL)
            memcpy(v + i * p->t_padded + (size_t)t * PANEL, row + i, PANEL * sizeof *row);
    }
}

/* s[r][0..PANEL-1] = sum_d q[d][r] k[d][..], r < TILE. */
static inline void score_tile(const float *q, const float *k, size_t d, float *s, size_t stride) {
    vf acc[TILE][2];
    for (int r = 0; r < TILE; r++)
        acc[r][0] = acc[r][1] = vf_zero();
    for (size_t i = 0; i < d; i++, q += TILE, k += PANEL) {
        const vf k0 = vf_load(k), k1 = vf_load(k + VW);
        for (int r = 0; r < TILE; r++) {
            const vf x = vf_set1(q[r]);
            acc[r][0] = vf_fma(x, k0, acc[r][0]);
            acc[r][1] = vf_fma(x, k1, acc[r][1]);
        }
    }
    for (int r = 0; r < TILE; r++) {
        vf_store(s + (size_t)r * stride, acc[r][0]);
        vf_store(s + (size_t)r * stride + VW, acc[r][1]);
    }
}

/* The same with sums in float16: from running sum to running sum in float32. */
static inline void score_tile_f16(const float *q, const float *k, size_t d, float *s, size_t stride) {
    vf acc[TILE][2];
    for (int r = 0; r < TILE; r++)
        acc[r][0] = acc[r][1] = vf_zero();
    for (size_t i = 0; i < d;) {
        const size_t end = d - i < FQ_ATTENTION_F16_STEP ? d : i + FQ_ATTENTION_F16_STEP;
        for (; i < end; i++, q += TILE, k += PANEL) {
            const vf k0 = vf_load(k), k1 = vf_load(k + VW);
            for (int r = 0; r < TILE; r++) {
                const vf x = vf_set1(q[r]);
                acc[r][0] = vf_fma(x, k0, acc[r][0]);
                acc[r][1] = vf_fma(x, k1, acc[r][1]);
            }
        }
        for (int r = 0; r < TILE; r++) {
            acc[r][0] = vf_round_f16(acc[r][0]);
            acc[r][1] = vf_round_f16(acc[r][1]);
        }
    }
    for (int r = 0; r < TILE; r++) {
        vf_store(s + (size_t)r * stride, acc[r][0]);
        vf_store(s + (size_t)r * stride + VW, acc[r][1]);
    }
}

/* o[r][0..PANEL-1] += sum_t p[r][t] v[t][..], r < TILE, t < n. */
static inline void value_tile(const float *p, size_t stride, const float *v, int n, float *o, size_t o_stride) {
    vf acc[TILE][2];
    for (int r = 0; r < TILE; r++) {
        acc[r][0] = vf_load(o + (size_t)r * o_stride);
        acc[r][1] = vf_load(o + (size_t)r * o_stride + VW);
    }
    for (int t = 0; t < n; t++, v += PANEL) {
        const vf v0 = vf_load(v), v1 = vf_load(v + VW);
        for (int r = 0; r < TILE; r++) {
            const vf x = vf_set1(p[(size_t)r * stride + (size_t)t]);
            acc[r][0] = vf_fma(x, v0, acc[r][0]);
            acc[r][1] = vf_fma(x, v1, acc[r][1]);
        }
    }
    for (int r = 0; r < TILE; r++) {
        vf_store(o + (size_t)r * o_stride, acc[r][0]);
        vf_store(o + (size_t)r * o_stride + VW, acc[r][1]);
    }
}

/* Queries of a block into q[tile][d][TILE]; rows beyond the end are zeros. */
static void load_queries(const fq_attention_args *a, const prefill_plan *p, int b, int h, int row0, int rows,
                         float *buffer, float *q) {
    for (int r = 0; r < BLOCK; r++) {
        float *column = q + (size_t)(r / TILE) * TILE * p->d + r % TILE;
        if (r < rows) {
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)((row0 + r) / p->group);
            fq_attention_query(a, token, h * p->group + (row0 + r) % p->group, buffer);
        } else {
            memset(buffer, 0, p->d * sizeof *buffer);
        }
        for (size_t i = 0; i < p->d; i++)
            column[i * TILE] = buffer[i];
    }
}

static void attend_block(const fq_attention_args *a, const prefill_plan *p, int b, int h, int row0, const float *k,
                         const float *v, float *slot) {
    const int rows = p->rows - row0 < BLOCK ? p->rows - row0 : BLOCK;
    const int end = fq_attention_keys(a, b, (row0 + rows - 1) / p->group);
    float *s = slot, *o = s + BLOCK * p->stride, *q = o + BLOCK * p->d_padded, divisor[BLOCK];
    load_queries(a, p, b, h, row0, rows, o, q);
    for (int t = 0; t < end; t += PANEL)
        for (int r = 0; r < rows; r += TILE) {
            const float *tile = q + (size_t)r * p->d, *panel = k + (size_t)t * p->d;
            float *to = s + (size_t)r * p->stride + t;
            if (a->scores == FQ_F16)
                score_tile_f16(tile, panel, p->d, to, p->stride);
            else
                score_tile(tile, panel, p->d, to, p->stride);
        }
    for (int r = 0; r < rows; r++) {
        const int token = (row0 + r) / p->group, head = h * p->group + (row0 + r) % p->group;
        const size_t row = (size_t)b * (size_t)a->seq + (size_t)token;
        const float scale = fq_attention_q_scale(a, row, head) / sqrtf((float)p->d);
        divisor[r] = softmax(s + (size_t)r * p->stride, fq_attention_keys(a, b, token), end, scale, a->p_recipe->code);
    }
    memset(o, 0, BLOCK * p->d_padded * sizeof *o);
    for (int t = 0; t < end; t += CHUNK) {
        const int n = end - t < CHUNK ? end - t : CHUNK;
        for (size_t d = 0; d < p->d_padded; d += PANEL)
            for (int r = 0; r < rows; r += TILE)
                value_tile(s + (size_t)r * p->stride + t, p->stride, v + d * p->t_padded + (size_t)t * PANEL, n,
                           o + (size_t)r * p->d_padded + d, p->d_padded);
    }
    for (int r = 0; r < rows; r++) {
        const size_t row = (size_t)b * (size_t)a->seq + (size_t)((row0 + r) / p->group);
        float *out = a->out + row * a->out_stride + (size_t)(h * p->group + (row0 + r) % p->group) * p->d;
        const float *sum = o + (size_t)r * p->d_padded;
        for (size_t d = 0; d < p->d; d++)
            out[d] = sum[d] / divisor[r];
    }
}

static size_t prefill_scratch(const fq_attention_args *a) {
    const prefill_plan p = plan_prefill(a);
    return ((size_t)p.pairs * p.pair_floats + (size_t)p.slots * p.slot_floats) * sizeof(float);
}

static fq_status prefill(const fq_attention_args *a) {
    FQ_TRY(fq_attention_check(a));
    const prefill_plan p = plan_prefill(a);
    const int kv_heads = a->kv->kv_heads, all = a->batch * kv_heads, panels = (int)(p.t_padded / PANEL);
    float *pairs = a->scratch, *slots = pairs + (size_t)p.pairs * p.pair_floats;
    for (int first = 0; first < all; first += p.pairs) {
        const int n = all - first < p.pairs ? all - first : p.pairs;
#pragma omp parallel num_threads(fq_attention_team(p.slots))
        {
            float *slot = slots + (size_t)omp_get_thread_num() * p.slot_floats;
#pragma omp for schedule(dynamic, 4)
            for (int i = 0; i < n * panels; i++) {
                const int b = (first + i / panels) / kv_heads, h = (first + i / panels) % kv_heads;
                const int t0 = i % panels * PANEL, last = a->past[b] + a->seq;
                float *k = pairs + (size_t)(i / panels) * p.pair_floats;
                if (t0 < last) build_panel(a, &p, b, h, t0, last, k, k + p.k_floats);
            }
            /* With a causal mask the last blocks have the most keys: they go first. */
#pragma omp for schedule(dynamic)
            for (int i = 0; i < n * p.blocks; i++) {
                const int pair = i / p.blocks, block = p.blocks - 1 - i % p.blocks;
                const float *k = pairs + (size_t)pair * p.pair_floats;
                attend_block(a, &p, (first + pair) / kv_heads, (first + pair) % kv_heads, block * BLOCK, k,
                             k + p.k_floats, slot);
            }
        }
    }
    return FQ_OK;
}

/* ---- decode ---- */

typedef struct decode_plan {
    size_t d_padded, stride; /* stride: floats between rows of scores */
    int group, spans;
} decode_plan;

/* Scratch: scores [batch][H][stride], then sums [batch][KV head][span][group][d_padded], then divisors [batch][H]. */
static decode_plan plan_decode(const fq_attention_args *a) {
    decode_plan p;
    p.d_padded = fq_round_up((size_t)a->kv->head_dim, VW);
    p.stride = fq_round_up((size_t)a->kv->capacity, VW) + 16;
    p.group = a->heads / a->kv->kv_heads;
    p.spans = (a->kv->capacity + SPAN - 1) / SPAN;
    return p;
}

/* Rows t .. t+VW-1 into rows[VW][d_padded]; those from `last` on are zeros. */
static inline void decode_rows(const fq_kv_cache *c, int which, int b, int h, int t, int last, size_t d_padded,
                               float *rows) {
    for (int j = 0; j < VW; j++) {
        if (t + j < last)
            kv_row(c, which, b, h, t + j, rows + (size_t)j * d_padded);
        else
            memset(rows + (size_t)j * d_padded, 0, d_padded * sizeof *rows);
    }
}

/* Dot products of a query with VW decoded rows. */
FQ_INLINE vf score_rows(const float *q, const float *rows, size_t d_padded) {
    vf acc[VW];
    for (int j = 0; j < VW; j++)
        acc[j] = vf_zero();
    for (size_t d = 0; d < d_padded; d += VW) {
        const vf x = vf_load(q + d);
        for (int j = 0; j < VW; j++)
            acc[j] = vf_fma(x, vf_load(rows + (size_t)j * d_padded + d), acc[j]);
    }
    return vf_hsum_each(acc);
}

/* The same with sums in float16. */
FQ_INLINE vf score_rows_f16(const float *q, const float *rows, size_t d_padded) {
    vf sum = vf_zero();
    for (size_t d = 0; d < d_padded;) {
        const size_t end = d_padded - d < FQ_ATTENTION_F16_STEP ? d_padded : d + FQ_ATTENTION_F16_STEP;
        vf acc[VW];
        for (int j = 0; j < VW; j++)
            acc[j] = vf_zero();
        for (; d < end; d += VW)
            for (int j = 0; j < VW; j++)
                acc[j] = vf_fma(vf_load(q + d), vf_load(rows + (size_t)j * d_padded + d), acc[j]);
        sum = vf_round_f16(vf_add(sum, vf_hsum_each(acc)));
    }
    return sum;
}

FQ_INLINE void score_span_as(const fq_attention_args *a, const decode_plan *p, size_t token, int b, int h, int t0,
                             int t1, float *q, float *s, fq_format_id scores) {
    float rows[VW * FQ_HEAD_DIM_MAX];
    memset(q, 0, (size_t)p->group * p->d_padded * sizeof *q);
    for (int g = 0; g < p->group; g++)
        fq_attention_query(a, token, h * p->group + g, q + (size_t)g * p->d_padded);
    for (int t = t0; t < t1; t += VW) {
        decode_rows(a->kv, 0, b, h, t, t1, p->d_padded, rows);
        for (int g = 0; g < p->group; g++) {
            const float *query = q + (size_t)g * p->d_padded;
            vf_store(s + (size_t)g * p->stride + t, scores == FQ_F16 ? score_rows_f16(query, rows, p->d_padded)
                                                                     : score_rows(query, rows, p->d_padded));
        }
    }
}

/* Dot products of the group's queries with keys t0 .. t1-1; scores of head g at s + g * stride. q: room for them. */
static void score_span(const fq_attention_args *a, const decode_plan *p, size_t token, int b, int h, int t0, int t1,
                       float *q, float *s) {
    if (a->scores == FQ_F16)
        score_span_as(a, p, token, b, h, t0, t1, q, s, FQ_F16);
    else
        score_span_as(a, p, token, b, h, t0, t1, q, s, FQ_F32);
}

/* o[g][d] = sum over t0 <= t < t1 of P[g][t] v[t][d]; P is zero from t1 to the next multiple of VW. */
static void value_span(const fq_attention_args *a, const decode_plan *p, int b, int h, int t0, int t1, const float *s,
                       float *o) {
    float rows[VW * FQ_HEAD_DIM_MAX];
    memset(o, 0, (size_t)p->group * p->d_padded * sizeof *o);
    for (int t = t0; t < t1; t += VW) {
        decode_rows(a->kv, 1, b, h, t, t1, p->d_padded, rows);
        for (int g = 0; g < p->group; g++) {
            const float *weight = s + (size_t)g * p->stride + t;
            float *sum = o + (size_t)g * p->d_padded;
            vf w[VW];
            for (int j = 0; j < VW; j++)
                w[j] = vf_set1(weight[j]);
            for (size_t d = 0; d < p->d_padded; d += VW) {
                vf even = vf_load(sum + d), odd = vf_zero();
                for (int j = 0; j < VW; j += 2) {
                    even = vf_fma(w[j], vf_load(rows + (size_t)j * p->d_padded + d), even);
                    odd = vf_fma(w[j + 1], vf_load(rows + (size_t)(j + 1) * p->d_padded + d), odd);
                }
                vf_store(sum + d, vf_add(even, odd));
            }
        }
    }
}

/* Sums of a head over its spans, in their order, divided. */
static void finish_head(const fq_attention_args *a, const decode_plan *p, size_t token, int b, int head, int keys,
                        const float *o, float divisor) {
    const size_t d = (size_t)a->kv->head_dim, step = (size_t)p->group * p->d_padded;
    const size_t item = ((size_t)b * (size_t)a->kv->kv_heads + (size_t)(head / p->group)) * (size_t)p->spans;
    const float *sum = o + item * step + (size_t)(head % p->group) * p->d_padded;
    float *out = a->out + token * a->out_stride + (size_t)head * d;
    memcpy(out, sum, d * sizeof *out);
    for (int t = SPAN; t < keys; t += SPAN) {
        sum += step;
        for (size_t i = 0; i < d; i++)
            out[i] += sum[i];
    }
    for (size_t i = 0; i < d; i++)
        out[i] /= divisor;
}

static size_t decode_score_floats(const fq_attention_args *a, const decode_plan *p) {
    return (size_t)a->batch * (size_t)a->heads * p->stride;
}

static size_t decode_sum_floats(const fq_attention_args *a, const decode_plan *p) {
    return (size_t)a->batch * (size_t)a->heads * (size_t)p->spans * p->d_padded;
}

static size_t decode_scratch(const fq_attention_args *a) {
    const decode_plan p = plan_decode(a);
    const size_t divisors = (size_t)a->batch * (size_t)a->heads;
    return (decode_score_floats(a, &p) + decode_sum_floats(a, &p) + divisors) * sizeof(float);
}

/* Token i of every sequence. */
static void decode_token(const fq_attention_args *a, const decode_plan *p, int i) {
    const int kv_heads = a->kv->kv_heads, items = a->batch * kv_heads * p->spans, all = a->batch * a->heads;
    float *scores = a->scratch, *sums = scores + decode_score_floats(a, p), *divisors = sums + decode_sum_floats(a, p);
    const float root = sqrtf((float)a->kv->head_dim);
#pragma omp parallel
    {
#pragma omp for schedule(dynamic)
        for (int n = 0; n < items; n++) {
            const int pair = n / p->spans, t0 = n % p->spans * SPAN, b = pair / kv_heads;
            const int keys = fq_attention_keys(a, b, i), t1 = keys < t0 + SPAN ? keys : t0 + SPAN;
            float *s = scores + (size_t)pair * (size_t)p->group * p->stride;
            float *q = sums + (size_t)n * (size_t)p->group * p->d_padded;
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            if (t0 < keys) score_span(a, p, token, b, pair % kv_heads, t0, t1, q, s);
        }
#pragma omp for schedule(static)
        for (int n = 0; n < all; n++) {
            const int b = n / a->heads, keys = fq_attention_keys(a, b, i);
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            const float scale = fq_attention_q_scale(a, token, n % a->heads) / root;
            const int end = (int)fq_round_up((size_t)keys, VW);
            divisors[n] = softmax(scores + (size_t)n * p->stride, keys, end, scale, a->p_recipe->code);
        }
#pragma omp for schedule(dynamic)
        for (int n = 0; n < items; n++) {
            const int pair = n / p->spans, t0 = n % p->spans * SPAN, b = pair / kv_heads;
            const int keys = fq_attention_keys(a, b, i), t1 = keys < t0 + SPAN ? keys : t0 + SPAN;
            const float *s = scores + (size_t)pair * (size_t)p->group * p->stride;
            float *o = sums + (size_t)n * (size_t)p->group * p->d_padded;
            if (t0 < keys) value_span(a, p, b, pair % kv_heads, t0, t1, s, o);
        }
#pragma omp for schedule(static)
        for (int n = 0; n < all; n++) {
            const int b = n / a->heads;
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            finish_head(a, p, token, b, n % a->heads, fq_attention_keys(a, b, i), sums, divisors[n]);
        }
    }
}

static fq_status decode(const fq_attention_args *a) {
    FQ_TRY(fq_attention_check(a));
    const decode_plan p = plan_decode(a);
    for (int i = 0; i < a->seq; i++)
        decode_token(a, &p, i);
    return FQ_OK;
}

#endif
