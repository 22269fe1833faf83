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

/* Head sizes that fill whole tiles, groups that fit one, formats that bf16 holds exactly. A single query head leaves
 * most of a tile empty: AVX-512 is as fast. */
static int takes(const fq_attention_args *a) {
    const int d = a->kv->head_dim, group = a->heads / a->kv->kv_heads;
    return (d == 64 || d == WIDTH_MOST) && group > 1 && group <= LANES && attention_is_bf16(a);
}

/* Scores of a block: four tiles of 16 keys, side by side so that none waits for the product before it. */
static void score_block(const uint8_t *keys, const uint8_t *queries, int chunks, float *s) {
    const size_t step = (size_t)chunks * TILE;
    fq_tile_zero(0);
    fq_tile_zero(1);
    fq_tile_zero(2);
    fq_tile_zero(3);
    for (int i = 0; i < chunks; i++, keys += TILE, queries += TILE) {
        fq_tile_load(5, queries, 64);
        fq_tile_load(6, keys, 64);
        fq_tile_dp_bf16(0, 6, 5);
        fq_tile_load(7, keys + step, 64);
        fq_tile_dp_bf16(1, 7, 5);
        fq_tile_load(6, keys + 2 * step, 64);
        fq_tile_dp_bf16(2, 6, 5);
        fq_tile_load(7, keys + 3 * step, 64);
        fq_tile_dp_bf16(3, 7, 5);
    }
    fq_tile_store(0, s, 64);
    fq_tile_store(1, s + 16 * LANES, 64);
    fq_tile_store(2, s + 32 * LANES, 64);
    fq_tile_store(3, s + 48 * LANES, 64);
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
        score_block(keys, queries, chunks, s + (size_t)t * LANES);
    }
    vf top[4] = {vf_set1(-INFINITY), vf_set1(-INFINITY), vf_set1(-INFINITY), vf_set1(-INFINITY)};
    for (int t = t0; t < t1; t++)
        top[t & 3] = vf_max(top[t & 3], vf_load(s + (size_t)t * LANES));
    vf_store(tops, vf_max(vf_max(top[0], top[1]), vf_max(top[2], top[3])));
}

/* P of 32 keys, as the left operand [heads][32 keys]; keys from n on are zeros. s: [32][16] scores; a head's lanes are
 * 16 keys, sum[head] takes them. */
FQ_INLINE void weigh_keys(fq_format_id format, int heads, const float *s, int n, const float *scale, const float *shift,
                          vf *sum, uint8_t *tile) {
    __m512i low[16], high[16];
    FQ_UNROLL
    for (int j = 0; j < 16; j++) {
        low[j] = _mm512_load_si512(s + j * LANES);
        high[j] = _mm512_load_si512(s + (j + 16) * LANES);
    }
    x512_transpose(low);
    x512_transpose(high);
    const __mmask32 inside = n < 32 ? (__mmask32)((1u << n) - 1) : (__mmask32)-1;
    for (int g = 0; g < heads; g++) {
        const vf times = vf_set1(scale[g]), plus = vf_set1(shift[g]);
        vf y0 = exp2_of_p(vf_fma(_mm512_castsi512_ps(low[g]), times, plus), format);
        vf y1 = exp2_of_p(vf_fma(_mm512_castsi512_ps(high[g]), times, plus), format);
        y0 = _mm512_maskz_mov_ps((__mmask16)inside, y0);
        y1 = _mm512_maskz_mov_ps((__mmask16)(inside >> 16), y1);
        sum[g] = vf_add(sum[g], vf_add(y0, y1));
        const __m256i words = exact_bf16(round_p(y0, format)), more = exact_bf16(round_p(y1, format));
        _mm512_store_si512(tile + g * 64, _mm512_inserti64x4(_mm512_castsi256_si512(words), more, 1));
    }
}

/* 64 dimensions from d on of 32 values as right operands: tile i is dimensions 32 (i / 2) + ..., in the order that
 * store_head undoes. */
static void pack_values(const fq_attention_args *a, int b, int h, int t, int n, int d, uint8_t *tiles) {
    const fq_gemm_tables *tables = fq_gemm_tables_get();
    for (int j = 0; j < 16; j++) {
        const int even = 2 * j < n, odd = 2 * j + 1 < n;
        cache_row rows[2] = {{0}, {0}};
        if (even) rows[0] = cache_row_of(a->kv, tables, 1, b, h, t + 2 * j);
        if (odd) rows[1] = cache_row_of(a->kv, tables, 1, b, h, t + 2 * j + 1);
        for (int i = 0; i < 2; i++) {
            const __m512i x = even ? cache_row_bf16(a->kv, &rows[0], d + 32 * i) : _mm512_setzero_si512();
            const __m512i y = odd ? cache_row_bf16(a->kv, &rows[1], d + 32 * i) : _mm512_setzero_si512();
            _mm512_store_si512(tiles + 2 * i * TILE + j * 64, _mm512_unpacklo_epi16(x, y));
            _mm512_store_si512(tiles + (2 * i + 1) * TILE + j * 64, _mm512_unpackhi_epi16(x, y));
        }
    }
}

/* Four tiles of values, weighed. */
static void weigh_values(const uint8_t *weights, const uint8_t *values) {
    fq_tile_load(4, weights, 64);
    fq_tile_load(5, values, 64);
    fq_tile_dp_bf16(0, 4, 5);
    fq_tile_load(6, values + TILE, 64);
    fq_tile_dp_bf16(1, 4, 6);
    fq_tile_load(7, values + 2 * TILE, 64);
    fq_tile_dp_bf16(2, 4, 7);
    fq_tile_load(5, values + 3 * TILE, 64);
    fq_tile_dp_bf16(3, 4, 5);
}

static void value_span(const fq_attention_args *a, const plan *p, size_t token, int b, int h, int t0, int t1,
                       const float *s, const float *tops, float *sums, float *out) {
    _Alignas(64) uint8_t weights[SPAN / TILE_KEYS][TILE], values[2][4 * TILE];
    float scale[LANES], shift[LANES];
    vf sum[LANES];
    const fq_format_id format = a->p_recipe->code;
    for (int g = 0; g < p->group; g++) {
        scale[g] = fq_attention_q_scale(a, token, h * p->group + g) / sqrtf((float)p->d) * 1.44269504f;
        shift[g] = fmaf(-tops[g], scale[g], format == FQ_E4M3 ? LOG2_448 : 0.0f);
        sum[g] = vf_zero();
    }
    for (int t = t0; t < t1; t += TILE_KEYS) {
        uint8_t *tile = weights[(t - t0) / TILE_KEYS];
        if (format == FQ_E4M3)
            weigh_keys(FQ_E4M3, p->group, s + (size_t)t * LANES, t1 - t, scale, shift, sum, tile);
        else
            weigh_keys(FQ_BF16, p->group, s + (size_t)t * LANES, t1 - t, scale, shift, sum, tile);
    }
    for (int g = 0; g < p->group; g++)
        sums[g] = vf_hsum(sum[g]);
    const size_t step = (size_t)p->group * 16;
    for (int d = 0; d < p->d; d += 64, out += 4 * step) {
        fq_tile_zero(0);
        fq_tile_zero(1);
        fq_tile_zero(2);
        fq_tile_zero(3);
        pack_values(a, b, h, t0, t1 - t0, d, values[0]);
        for (int t = t0, i = 0; t < t1; t += TILE_KEYS, i++) { /* the next ones unpack before these are multiplied */
            const int next = t + TILE_KEYS;
            if (next < t1) pack_values(a, b, h, next, t1 - next, d, values[(i + 1) % 2]);
            weigh_values(weights[i], values[i % 2]);
        }
        fq_tile_store(0, out, 64);
        fq_tile_store(1, out + step, 64);
        fq_tile_store(2, out + 2 * step, 64);
        fq_tile_store(3, out + 3 * step, 64);
    }
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
    const fq_tile_config score_tiles = {
        .palette = 1, .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64}, .rows = {16, 16, 16, 16, 16, 16, 16, 16}};
    const fq_tile_config value_tiles = {.palette = 1,
                                        .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                                        .rows = {heads, heads, heads, heads, heads, 16, 16, 16}};
    const int kv_heads = a->kv->kv_heads;
#pragma omp parallel if (p->items > 1)
    {
        fq_tile_configure(&score_tiles);
#pragma omp for schedule(static, 1)
        for (int n = 0; n < p->items; n++) {
            const int pair = n / p->spans, b = pair / kv_heads, t0 = n % p->spans * SPAN;
            const int keys = fq_attention_keys(a, b, i), t1 = keys < t0 + SPAN ? keys : t0 + SPAN;
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            if (t0 < keys)
                score_span(a, p, token, b, pair % kv_heads, t0, t1, p->scores + (size_t)pair * p->keys,
                           p->tops + (size_t)n * LANES);
        }
        fq_tile_configure(&value_tiles);
#pragma omp for schedule(static, 1)
        for (int n = 0; n < p->items; n++) {
            const int pair = n / p->spans, b = pair / kv_heads, t0 = n % p->spans * SPAN;
            const int keys = fq_attention_keys(a, b, i), t1 = keys < t0 + SPAN ? keys : t0 + SPAN;
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            if (t0 >= keys) continue;
            vf top = vf_set1(-INFINITY);
            float tops[LANES];
            for (int s = 0; s * SPAN < keys; s++)
                top = vf_max(top, vf_load(p->tops + (size_t)(pair * p->spans + s) * LANES));
            vf_store(tops, top);
            value_span(a, p, token, b, pair % kv_heads, t0, t1, p->scores + (size_t)pair * p->keys, tops,
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
