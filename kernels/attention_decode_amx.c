/* Decode attention with AMX: one pass over the cache, whose rows become bf16 in the first-level cache and meet all
 * query heads of their KV head in the tile unit. A span of SPAN keys is an item of work; spans do not depend on the
 * threads.
 *
 *   scores   S^T = K Q^T: tiles of 16 keys x 16 heads, [b][KV head][keys][16] floats; the largest of each span
 *   values   with the largest of all keys: P, its sum, and O = P V: tiles of the group's heads x 16 dimensions, a sum a
 *            span
 *   finish   the spans' sums in their order, divided */
#include <math.h>
#include "kernels/amx_tiles.h"
#include "kernels/attention_pack_amx.h"

enum { SPAN = 256, BLOCK = 64, LANES = 16, WIDTH_MOST = 128 };

/* Scratch, in floats: scores, then of each span the largest scores, the sums of P, and the weighted values [D /
 * 16][group] [16]. */
typedef struct plan {
    int d, group, spans, pairs, items; /* spans of a pair, that is a (sequence, KV head) */
    size_t keys, output;               /* floats of a pair's scores, of a span's values */
    float *scores, *tops, *sums, *outputs;
} plan;

static plan make_plan(const fq_attention_args *a) {
    plan p = {.d = a->kv->head_dim, .group = a->heads / a->kv->kv_heads, .pairs = a->batch * a->kv->kv_heads};
    p.spans = (a->kv->capacity + SPAN - 1) / SPAN;
    p.items = p.pairs * p.spans;
    p.keys = (size_t)p.spans * SPAN * LANES;
    p.output = (size_t)(p.d / 16) * (size_t)p.group * 16;
    p.scores = a->scratch;
    p.tops = p.scores + (size_t)p.pairs * p.keys;
    p.sums = p.tops + (size_t)p.items * LANES;
    p.outputs = p.sums + (size_t)p.items * LANES;
    return p;
}

/* Head sizes that fill whole tiles, groups that fit one, formats that bf16 holds exactly. */
static int takes(const fq_attention_args *a) {
    const int d = a->kv->head_dim;
    return (d == 64 || d == WIDTH_MOST) && a->heads / a->kv->kv_heads <= LANES && attention_is_bf16(a);
}

/* Keys t0 .. t1-1 of a pair against the queries of its group. */
static void score_span(const fq_attention_args *a, const plan *p, size_t token, int b, int h, int t0, int t1, float *s,
                       float *tops) {
    const fq_gemm_tables *tables = fq_gemm_tables_get();
    _Alignas(64) uint8_t queries[WIDTH_MOST / 32 * TILE], keys[BLOCK / 16 * (WIDTH_MOST / 32) * TILE];
    const int chunks = p->d / 32;
    const size_t head_bytes = fq_format_bytes(a->q_recipe->code, (size_t)p->d);
    const uint8_t *rows[LANES] = {NULL};
    for (int g = 0; g < p->group; g++)
        rows[g] = (const uint8_t *)a->q + token * a->q_stride + (size_t)(h * p->group + g) * head_bytes;
    pack_queries(a->q_recipe->code, rows, p->d, queries);
    for (int t = t0; t < t1; t += BLOCK) {
        const int n = t1 - t < BLOCK ? t1 - t : BLOCK;
        for (int j = 0; j < n; j++) { /* rows behind the last key keep what they had, and are not looked at */
            const cache_row row = cache_row_of(a->kv, tables, 0, b, h, t + j);
            for (int i = 0; i < chunks; i++)
                _mm512_store_si512(keys + (j / 16 * chunks + i) * TILE + j % 16 * 64,
                                   cache_row_bf16(a->kv, &row, 32 * i));
        }
        for (int j = 0; j < n; j += TILE_ROWS) {
            fq_tile_zero(6);
            for (int i = 0; i < chunks; i++) {
                fq_tile_load(7, keys + (j / 16 * chunks + i) * TILE, 64);
                fq_tile_load(5, queries + i * TILE, 64);
                fq_tile_dp_bf16(6, 7, 5);
            }
            fq_tile_store(6, s + (size_t)(t + j) * LANES, 64);
        }
    }
    vf top[4] = {vf_set1(-INFINITY), vf_set1(-INFINITY), vf_set1(-INFINITY), vf_set1(-INFINITY)};
    for (int t = t0; t < t1; t++)
        top[t & 3] = vf_max(top[t & 3], vf_load(s + (size_t)t * LANES));
    vf_store(tops, vf_max(vf_max(top[0], top[1]), vf_max(top[2], top[3])));
}

/* P of 32 keys, as the left operand [heads][32 keys]; keys from n on are zeros. s: [32][16] scores. */
FQ_INLINE void weigh_keys(fq_format_id format, const float *s, int n, vf scale, vf shift, vf *sum, uint8_t *tile) {
    __m512i v[16];
    for (int j = 0; j < 16; j++) {
        vf y[2];
        for (int e = 0; e < 2; e++)
            y[e] = 2 * j + e < n ? exp2_ps(vf_fma(vf_load(s + (2 * j + e) * LANES), scale, shift)) : vf_zero();
        *sum = vf_add(*sum, vf_add(y[0], y[1]));
        v[j] = _mm512_or_si512(_mm512_srli_epi32(_mm512_castps_si512(round_p(y[0], format)), 16),
                               _mm512_castps_si512(round_p(y[1], format)));
    }
    x512_transpose(v);
    for (int j = 0; j < 16; j++)
        _mm512_store_si512(tile + j * 64, v[j]);
}

/* 32 rows of values as right operands: tile i is dimensions 32 (i / 2) + ..., in the order that store_head undoes. */
static void pack_values(const fq_attention_args *a, int b, int h, int t, int n, uint8_t *tiles) {
    const fq_gemm_tables *tables = fq_gemm_tables_get();
    for (int j = 0; j < 16; j++) {
        const int even = 2 * j < n, odd = 2 * j + 1 < n;
        cache_row rows[2] = {{0}, {0}};
        if (even) rows[0] = cache_row_of(a->kv, tables, 1, b, h, t + 2 * j);
        if (odd) rows[1] = cache_row_of(a->kv, tables, 1, b, h, t + 2 * j + 1);
        for (int d = 0; d < a->kv->head_dim; d += 32) {
            const __m512i x = even ? cache_row_bf16(a->kv, &rows[0], d) : _mm512_setzero_si512();
            const __m512i y = odd ? cache_row_bf16(a->kv, &rows[1], d) : _mm512_setzero_si512();
            _mm512_store_si512(tiles + d / 16 * TILE + j * 64, _mm512_unpacklo_epi16(x, y));
            _mm512_store_si512(tiles + (d / 16 + 1) * TILE + j * 64, _mm512_unpackhi_epi16(x, y));
        }
    }
}

static void value_span(const fq_attention_args *a, const plan *p, size_t token, int b, int h, int t0, int t1,
                       const float *s, vf top, float *sums, float *out) {
    _Alignas(64) uint8_t weights[TILE], values[WIDTH_MOST / 16 * TILE];
    _Alignas(64) float times[LANES] = {0};
    const fq_format_id format = a->p_recipe->code;
    for (int g = 0; g < p->group; g++)
        times[g] = fq_attention_q_scale(a, token, h * p->group + g) / sqrtf((float)p->d) * 1.44269504f;
    const vf scale = vf_load(times), shift = vf_fnma(top, scale, vf_set1(format == FQ_E4M3 ? LOG2_448 : 0.0f));
    const size_t step = (size_t)p->group * 16;
    vf sum = vf_zero();
    for (int t = t0; t < t1; t += TILE_KEYS) {
        const int n = t1 - t < TILE_KEYS ? t1 - t : TILE_KEYS;
        pack_values(a, b, h, t, n, values);
        if (format == FQ_E4M3)
            weigh_keys(FQ_E4M3, s + (size_t)t * LANES, n, scale, shift, &sum, weights);
        else
            weigh_keys(FQ_BF16, s + (size_t)t * LANES, n, scale, shift, &sum, weights);
        fq_tile_load(4, weights, 64);
        for (int i = 0; i < p->d / 16; i += 4) {
            float *c = out + (size_t)i * step;
            if (t == t0) {
                fq_tile_zero(0);
                fq_tile_zero(1);
                fq_tile_zero(2);
                fq_tile_zero(3);
            } else {
                fq_tile_load(0, c, 64);
                fq_tile_load(1, c + step, 64);
                fq_tile_load(2, c + 2 * step, 64);
                fq_tile_load(3, c + 3 * step, 64);
            }
            fq_tile_load(5, values + i * TILE, 64);
            fq_tile_dp_bf16(0, 4, 5);
            fq_tile_load(7, values + (i + 1) * TILE, 64);
            fq_tile_dp_bf16(1, 4, 7);
            fq_tile_load(5, values + (i + 2) * TILE, 64);
            fq_tile_dp_bf16(2, 4, 5);
            fq_tile_load(7, values + (i + 3) * TILE, 64);
            fq_tile_dp_bf16(3, 4, 7);
            fq_tile_store(0, c, 64);
            fq_tile_store(1, c + step, 64);
            fq_tile_store(2, c + 2 * step, 64);
            fq_tile_store(3, c + 3 * step, 64);
        }
    }
    vf_store(sums, sum);
}

/* Sums of a head over its spans, in their order, divided, its dimensions in order. */
static void store_head(const plan *p, int pair, int g, int spans, float *out) {
    const size_t first = (size_t)pair * (size_t)p->spans;
    float sum = 0.0f;
    for (int i = 0; i < spans; i++)
        sum += p->sums[(first + (size_t)i) * LANES + (size_t)g];
    for (int d = 0; d < p->d; d++) {
        const int tile = d / 32 * 2 + (d >> 2 & 1), column = (d % 32 >> 3) * 4 + (d & 3);
        const float *from = p->outputs + first * p->output + (size_t)((tile * p->group + g) * 16 + column);
        float o = 0.0f;
        for (int i = 0; i < spans; i++)
            o += from[(size_t)i * p->output];
        out[d] = o / sum;
    }
}

/* Token i of every sequence. */
static void decode_token(const fq_attention_args *a, const plan *p, int i) {
    const uint8_t heads = (uint8_t)p->group;
    const fq_tile_config tiles = {.palette = 1,
                                  .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                                  .rows = {heads, heads, heads, heads, heads, 16, 16, 16}};
    const int kv_heads = a->kv->kv_heads;
#pragma omp parallel if (p->items > 1)
    {
        fq_tile_configure(&tiles);
#pragma omp for schedule(static, 1)
        for (int n = 0; n < p->items; n++) {
            const int pair = n / p->spans, b = pair / kv_heads, t0 = n % p->spans * SPAN;
            const int keys = fq_attention_keys(a, b, i), t1 = keys < t0 + SPAN ? keys : t0 + SPAN;
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            if (t0 < keys)
                score_span(a, p, token, b, pair % kv_heads, t0, t1, p->scores + (size_t)pair * p->keys,
                           p->tops + (size_t)n * LANES);
        }
#pragma omp for schedule(static, 1)
        for (int n = 0; n < p->items; n++) {
            const int pair = n / p->spans, b = pair / kv_heads, t0 = n % p->spans * SPAN;
            const int keys = fq_attention_keys(a, b, i), t1 = keys < t0 + SPAN ? keys : t0 + SPAN;
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            if (t0 >= keys) continue;
            vf top = vf_set1(-INFINITY);
            for (int s = 0; s * SPAN < keys; s++)
                top = vf_max(top, vf_load(p->tops + (size_t)(pair * p->spans + s) * LANES));
            value_span(a, p, token, b, pair % kv_heads, t0, t1, p->scores + (size_t)pair * p->keys, top,
                       p->sums + (size_t)n * LANES, p->outputs + (size_t)n * p->output);
        }
        fq_tile_release();
#pragma omp for schedule(static)
        for (int n = 0; n < a->batch * a->heads; n++) {
            const int b = n / a->heads, head = n % a->heads, keys = fq_attention_keys(a, b, i);
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            store_head(p, b * kv_heads + head / p->group, head % p->group, (keys + SPAN - 1) / SPAN,
                       a->out + token * a->out_stride + (size_t)head * (size_t)p->d);
        }
    }
}

size_t fq_attention_decode_amx_scratch(const fq_attention_args *a) {
    if (!takes(a)) return fq_attention_decode_avx512_scratch(a);
    const plan p = make_plan(a);
    return ((size_t)p.pairs * p.keys + (size_t)p.items * (2 * LANES + p.output)) * sizeof(float);
}

fq_status fq_attention_decode_amx(const fq_attention_args *a) {
    FQ_TRY(fq_attention_check(a));
    if (!takes(a)) return fq_attention_decode_avx512(a);
    const plan p = make_plan(a);
    for (int i = 0; i < a->seq; i++)
        decode_token(a, &p, i);
    return FQ_OK;
}
