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

enum { SPAN = 256, BLOCK = 64, LANES = 16, FEW = 4, WIDTH_MOST = 128 };

/* Scratch, in floats: scores [key][lane], then of each span the largest scores, the sums of P, and the weighted values
 * [D / 16][group][16]. */
typedef struct plan {
    int d, group, spans, pairs, items; /* spans of a pair, that is a (sequence, KV head) */
    int lanes;                         /* of a key's scores: FEW where the group fits, else LANES */
    size_t keys, output;               /* floats of a pair's scores, of a span's values */
    float *scores, *tops, *sums, *outputs;
} plan;

/* How rows of the cache become bf16: as they are, by the table of the weights' products (its values e4m3(q s) are
 * FireQ's of the cache too), or by a table made for each row. */
typedef enum cache_form { FORM_BF16, FORM_FIREQ, FORM_MADE } cache_form;

/* The keys or the values of a pair. */
typedef struct side {
    const fq_kv_cache *cache;
    const fq_gemm_tables *tables;
    const uint8_t *codes, *scales;
    size_t row_bytes;
    int which, b, h;
} side;

/* Keys t0 .. t1-1 of a pair. */
typedef struct span {
    const fq_attention_args *a;
    const plan *p;
    size_t token;
    int b, h, t0, t1;
    float *scores; /* of the pair */
    float *tops, *sums, *out;
} span;

static plan make_plan(const fq_attention_args *a) {
    plan p = {.d = a->kv->head_dim, .group = a->heads / a->kv->kv_heads, .pairs = a->batch * a->kv->kv_heads};
    p.spans = (a->kv->capacity + SPAN - 1) / SPAN;
    p.items = p.pairs * p.spans;
    p.lanes = p.group <= FEW ? FEW : LANES;
    p.keys = (size_t)p.spans * SPAN * (size_t)p.lanes;
    p.output = (size_t)(p.d / 16) * (size_t)p.group * 16;
    p.scores = a->scratch;
    p.tops = p.scores + (size_t)p.pairs * p.keys;
    p.sums = p.tops + (size_t)p.items * LANES;
    p.outputs = p.sums + (size_t)p.items * LANES;
    return p;
}

static cache_form form_of(const fq_recipe *r) {
    if (r->code == FQ_BF16) return FORM_BF16;
    return r->code == FQ_INT4 && r->scale == FQ_E4M3 && r->value == FQ_VALUE_E4M3 ? FORM_FIREQ : FORM_MADE;
}

static side side_of(const span *s, int which) {
    const fq_kv_cache *c = s->a->kv;
    const size_t row = ((size_t)s->b * (size_t)c->kv_heads + (size_t)s->h) * (size_t)c->capacity;
    side x = {c,   fq_gemm_tables_get(), (which ? c->v : c->k) + row * c->row_bytes, NULL, c->row_bytes, which, s->b,
              s->h};
    const uint8_t *scales = which ? c->v_scale : c->k_scale;
    if (form_of(c->recipe) == FORM_FIREQ) x.scales = scales + row;
    return x;
}

/* What the 16 codes of row t stand for, twice: the look-up takes five bits of its index and the fifth is noise. */
FQ_INLINE __m512i row_table(const int form, const side *s, int t) {
    static const int32_t signs[2] = {0, (int32_t)0x80008000}; /* -s has the values of s with the other sign */
    if (form == FORM_MADE) return cache_row_of(s->cache, s->tables, s->which, s->b, s->h, t).table;
    if (form == FORM_BF16) return _mm512_setzero_si512();
    const uint8_t scale = s->scales[t];
    return _mm512_xor_si512(_mm512_load_si512(s->tables->pair[scale & 0x7f]), _mm512_set1_epi32(signs[scale >> 7]));
}

/* 64 dimensions of row t from d on: bf16 in their order; nibbles 0 and 1, then 2 and 3 of the 16 words of codes, which
 * is dimensions 0, 4, 8 .. 60, 1, 5 .. 61 and 2, 6 .. 62, 3, 7 .. 63. Queries come in the same order, and store_head
 * finds the values by it. */
FQ_INLINE void row_units(const int form, const side *s, __m512i table, int t, int d, __m512i v[2]) {
    const uint8_t *row = s->codes + (size_t)t * s->row_bytes;
    if (form == FORM_BF16) {
        v[0] = _mm512_loadu_si512(row + 2 * d);
        v[1] = _mm512_loadu_si512(row + 2 * d + 64);
        return;
    }
    const __m512i codes = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(const void *)(row + d / 2)));
    const __m512i four = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(4), 1);
    const __m512i twelve = _mm512_add_epi16(four, _mm512_set1_epi16(8));
    v[0] = _mm512_permutexvar_epi16(_mm512_srlv_epi16(codes, four), table);
    v[1] = _mm512_permutexvar_epi16(_mm512_srlv_epi16(codes, twelve), table);
}

/* Where dimension d of 64 is among the words of row_units. */
static int place_of(cache_form form, int d) {
    return form == FORM_BF16 ? d : d % 4 * 16 + d / 4;
}

/* Queries of the group as right operands, D / 32 tiles, columns of absent heads zeros. */
static void pack_group(const span *s, cache_form form, uint8_t *tiles) {
    const fq_attention_args *a = s->a;
    const size_t head_bytes = fq_format_bytes(a->q_recipe->code, (size_t)s->p->d);
    const uint8_t *q = (const uint8_t *)a->q + s->token * a->q_stride;
    uint16_t order[2][32];
    for (int d = 0; d < 64; d++)
        order[place_of(form, d) / 32][place_of(form, d) % 32] = (uint16_t)d;
    for (int d = 0; d < s->p->d; d += 64) {
        __m512i v[2][16];
        for (int g = 0; g < 16; g++) {
            v[0][g] = v[1][g] = _mm512_setzero_si512();
            if (g >= s->p->group) continue;
            const uint8_t *head = q + (size_t)(s->h * s->p->group + g) * head_bytes;
            const size_t step = fq_format_bytes(a->q_recipe->code, 32);
            const __m512i low = query_bf16(a->q_recipe->code, head + (size_t)(d / 32) * step);
            const __m512i high = query_bf16(a->q_recipe->code, head + (size_t)(d / 32 + 1) * step);
            for (int i = 0; i < 2; i++)
                v[i][g] = _mm512_permutex2var_epi16(low, _mm512_loadu_si512(order[i]), high);
        }
        for (int i = 0; i < 2; i++, tiles += TILE) {
            x512_transpose(v[i]);
            for (int k = 0; k < 16; k++)
                _mm512_store_si512(tiles + k * 64, v[i][k]);
        }
    }
}

/* Head sizes that fill whole tiles, groups that fit one, formats that bf16 holds exactly. A single query head leaves
 * most of a tile empty: AVX-512 is as fast. */
static int takes(const fq_attention_args *a) {
    const int d = a->kv->head_dim, group = a->heads / a->kv->kv_heads;
    return (d == 64 || d == WIDTH_MOST) && group > 1 && group <= LANES && attention_is_bf16(a);
}

/* Scores of a block: four tiles of 16 keys, side by side so that none waits for the product before it. */
static void score_block(const uint8_t *keys, const uint8_t *queries, int chunks, int lanes, float *s) {
    const size_t step = (size_t)chunks * TILE;
    const int next = 16 * lanes, bytes = 4 * lanes;
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
    fq_tile_store(0, s, bytes);
    fq_tile_store(1, s + next, bytes);
    fq_tile_store(2, s + 2 * next, bytes);
    fq_tile_store(3, s + 3 * next, bytes);
}

/* The largest scores of keys t0 .. t1-1, t0 a multiple of SPAN. */
static vf largest(const float *scores, int lanes, int t0, int t1) {
    vf top[4] = {vf_set1(-INFINITY), vf_set1(-INFINITY), vf_set1(-INFINITY), vf_set1(-INFINITY)};
    if (lanes == LANES) {
        for (int t = t0; t < t1; t++)
            top[t & 3] = vf_max(top[t & 3], vf_load(scores + (size_t)t * LANES));
    } else {
        for (int t = t0; t < t1; t += FEW) {
            const int left = t1 - t < FEW ? t1 - t : FEW;
            const __mmask16 inside = (__mmask16)((1u << (FEW * left)) - 1);
            const vf v = _mm512_mask_mov_ps(vf_set1(-INFINITY), inside, vf_load(scores + (size_t)t * FEW));
            top[t / FEW & 3] = vf_max(top[t / FEW & 3], v);
        }
    }
    const vf all = vf_max(vf_max(top[0], top[1]), vf_max(top[2], top[3]));
    if (lanes == LANES) return all;
    const vf half = vf_max(all, _mm512_shuffle_f32x4(all, all, 0x4e));
    return vf_max(half, _mm512_shuffle_f32x4(half, half, 0xb1));
}

/* The keys of a span against the queries of its group. */
FQ_INLINE void score_span(const int form, const span *s) {
    _Alignas(64) uint8_t queries[WIDTH_MOST / 32 * TILE], keys[BLOCK / 16 * (WIDTH_MOST / 32) * TILE];
    const int chunks = s->p->d / 32, lanes = s->p->lanes;
    const side k = side_of(s, 0);
    pack_group(s, (cache_form)form, queries);
    for (int t = s->t0; t < s->t1; t += BLOCK) {
        const int n = s->t1 - t < BLOCK ? s->t1 - t : BLOCK;
        for (int j = 0; j < n; j++) { /* rows behind the last key keep what they had, and are not looked at */
            const __m512i table = row_table(form, &k, t + j);
            for (int i = 0; i < chunks; i += 2) {
                __m512i v[2];
                uint8_t *to = keys + (j / 16 * chunks + i) * TILE + j % 16 * 64;
                row_units(form, &k, table, t + j, 32 * i, v);
                _mm512_store_si512(to, v[0]);
                _mm512_store_si512(to + TILE, v[1]);
            }
        }
        score_block(keys, queries, chunks, lanes, s->scores + (size_t)t * (size_t)lanes);
    }
    vf_store(s->tops, largest(s->scores, lanes, s->t0, s->t1));
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

/* The same of scores [32][FEW]. Four vectors of 4 keys x 4 heads become a head's each, whose lane 4q + j is key 4j + q;
 * the keys get into their order as words. */
FQ_INLINE void weigh_few(fq_format_id format, int heads, const float *s, int n, const float *scale, const float *shift,
                         vf *sum, uint8_t *tile) {
    const __m512i key = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    const __m512i lanes = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi32_epi16(key)),
                                             _mm512_cvtepi32_epi16(_mm512_add_epi32(key, _mm512_set1_epi32(16))), 1);
    vf v[2][4];
    FQ_UNROLL
    for (int i = 0; i < 2; i++) {
        const float *from = s + i * 16 * FEW;
        const vf a = vf_load(from), b = vf_load(from + 16), c = vf_load(from + 32), d = vf_load(from + 48);
        const __m512d ab = _mm512_castps_pd(_mm512_unpacklo_ps(a, b)), cd = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
        const __m512d ef = _mm512_castps_pd(_mm512_unpackhi_ps(a, b)), gh = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
        v[i][0] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd));
        v[i][1] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd));
        v[i][2] = _mm512_castpd_ps(_mm512_unpacklo_pd(ef, gh));
        v[i][3] = _mm512_castpd_ps(_mm512_unpackhi_pd(ef, gh));
    }
    const __mmask16 low = _mm512_cmplt_epi32_mask(key, _mm512_set1_epi32(n));
    const __mmask16 high = _mm512_cmplt_epi32_mask(key, _mm512_set1_epi32(n - 16));
    FQ_UNROLL
    for (int g = 0; g < FEW; g++) {
        if (g >= heads) break;
        const vf times = vf_set1(scale[g]), plus = vf_set1(shift[g]);
        const vf y0 = _mm512_maskz_mov_ps(low, exp2_of_p(vf_fma(v[0][g], times, plus), format));
        const vf y1 = _mm512_maskz_mov_ps(high, exp2_of_p(vf_fma(v[1][g], times, plus), format));
        sum[g] = vf_add(sum[g], vf_add(y0, y1));
        const __m256i words = exact_bf16(round_p(y0, format)), more = exact_bf16(round_p(y1, format));
        const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(words), more, 1);
        _mm512_store_si512(tile + g * 64, _mm512_permutexvar_epi16(lanes, both));
    }
}

FQ_INLINE void weigh_span(fq_format_id format, const span *s, const float *scale, const float *shift, vf *sum,
                          uint8_t (*weights)[TILE]) {
    const int few = s->p->lanes == FEW;
    for (int t = s->t0; t < s->t1; t += TILE_KEYS, weights++)
        (few ? weigh_few : weigh_keys)(format, s->p->group, s->scores + (size_t)t * (size_t)s->p->lanes, s->t1 - t,
                                       scale, shift, sum, *weights);
}

/* 64 dimensions from d on of 32 values as right operands: of each half of row_units the lower and the upper words of
 * its 128-bit lanes, as interleaving leaves them. Values from n on are zeros. */
FQ_INLINE void pack_values(const int form, const side *s, int t, int n, int d, uint8_t *tiles) {
    for (int j = 0; j < 16; j++, t += 2) {
        const __m512i none = _mm512_setzero_si512();
        __m512i x[2] = {none, none}, y[2] = {none, none};
        if (2 * j < n) row_units(form, s, row_table(form, s, t), t, d, x);
        if (2 * j + 1 < n) row_units(form, s, row_table(form, s, t + 1), t + 1, d, y);
        for (int i = 0; i < 2; i++) {
            _mm512_store_si512(tiles + 2 * i * TILE + j * 64, _mm512_unpacklo_epi16(x[i], y[i]));
            _mm512_store_si512(tiles + (2 * i + 1) * TILE + j * 64, _mm512_unpackhi_epi16(x[i], y[i]));
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

/* tops: of all keys. */
FQ_INLINE void value_span(const int form, const span *s) {
    _Alignas(64) uint8_t weights[SPAN / TILE_KEYS][TILE], values[2][4 * TILE];
    float scale[LANES], shift[LANES];
    vf sum[LANES];
    const plan *p = s->p;
    const side v = side_of(s, 1);
    const fq_format_id format = s->a->p_recipe->code;
    for (int g = 0; g < p->group; g++) {
        scale[g] = fq_attention_q_scale(s->a, s->token, s->h * p->group + g) / sqrtf((float)p->d) * 1.44269504f;
        shift[g] = fmaf(-s->tops[g], scale[g], format == FQ_E4M3 ? LOG2_448 : 0.0f);
        sum[g] = vf_zero();
    }
    if (format == FQ_E4M3)
        weigh_span(FQ_E4M3, s, scale, shift, sum, weights);
    else
        weigh_span(FQ_BF16, s, scale, shift, sum, weights);
    for (int g = 0; g < p->group; g++)
        s->sums[g] = vf_hsum(sum[g]);
    const size_t step = (size_t)p->group * 16;
    float *out = s->out;
    for (int d = 0; d < p->d; d += 64, out += 4 * step) {
        fq_tile_zero(0);
        fq_tile_zero(1);
        fq_tile_zero(2);
        fq_tile_zero(3);
        pack_values(form, &v, s->t0, s->t1 - s->t0, d, values[0]);
        for (int t = s->t0, i = 0; t < s->t1; t += TILE_KEYS, i++) { /* the next unpack before these are multiplied */
            const int next = t + TILE_KEYS;
            if (next < s->t1) pack_values(form, &v, next, s->t1 - next, d, values[(i + 1) % 2]);
            weigh_values(weights[i], values[i % 2]);
        }
        fq_tile_store(0, out, 64);
        fq_tile_store(1, out + step, 64);
        fq_tile_store(2, out + 2 * step, 64);
        fq_tile_store(3, out + 3 * step, 64);
    }
}

#define SPANS(name, form)                                                                                              \
    static void score_##name(const span *s) {                                                                          \
        score_span(form, s);                                                                                           \
    }                                                                                                                  \
    static void value_##name(const span *s) {                                                                          \
        value_span(form, s);                                                                                           \
    }
SPANS(bf16, FORM_BF16)
SPANS(fireq, FORM_FIREQ)
SPANS(made, FORM_MADE)
static void (*const score_ways[])(const span *s) = {score_bf16, score_fireq, score_made}; /* [cache_form] */
static void (*const value_ways[])(const span *s) = {value_bf16, value_fireq, value_made};

/* Sums of a head over its spans, in their order, divided, its dimensions in order. */
static void store_head(const plan *p, cache_form form, int pair, int g, int spans, float *out) {
    const size_t first = (size_t)pair * (size_t)p->spans;
    _Alignas(64) float values[WIDTH_MOST];
    float sum = 0.0f;
    for (int i = 0; i < spans; i++)
        sum += p->sums[(first + (size_t)i) * LANES + (size_t)g];
    for (int d = 0; d < p->d; d += 16) {
        const float *from = p->outputs + first * p->output + (size_t)((d / 16 * p->group + g) * 16);
        vf o = vf_zero();
        for (int i = 0; i < spans; i++)
            o = vf_add(o, vf_load(from + (size_t)i * p->output));
        vf_store(values + d, _mm512_div_ps(o, vf_set1(sum)));
    }
    for (int d = 0; d < p->d; d++) {
        const int at = place_of(form, d % 64), word = at % 32, tile = d / 64 * 4 + at / 32 * 2 + (word >> 2 & 1);
        out[d] = values[tile * 16 + (word >> 3) * 4 + (word & 3)];
    }
}

/* Item n of token i; no keys (t0 >= t1) where its sequence is shorter. */
static span span_of(const fq_attention_args *a, const plan *p, int i, int n) {
    const int pair = n / p->spans, b = pair / a->kv->kv_heads, t0 = n % p->spans * SPAN;
    const int keys = fq_attention_keys(a, b, i), t1 = keys < t0 + SPAN ? keys : t0 + SPAN;
    const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
    return (span){a,
                  p,
                  token,
                  b,
                  pair % a->kv->kv_heads,
                  t0,
                  t1,
                  p->scores + (size_t)pair * p->keys,
                  p->tops + (size_t)n * LANES,
                  p->sums + (size_t)n * LANES,
                  p->outputs + (size_t)n * p->output};
}

/* Token i of every sequence. */
static void decode_token(const fq_attention_args *a, const plan *p, int i) {
    const uint8_t heads = (uint8_t)p->group, bytes = (uint8_t)(4 * p->lanes);
    const fq_tile_config score_tiles = {.palette = 1,
                                        .row_bytes = {bytes, bytes, bytes, bytes, 64, bytes, 64, 64},
                                        .rows = {16, 16, 16, 16, 16, 16, 16, 16}};
    const fq_tile_config value_tiles = {.palette = 1,
                                        .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                                        .rows = {heads, heads, heads, heads, heads, 16, 16, 16}};
    const int kv_heads = a->kv->kv_heads;
    const cache_form form = form_of(a->kv->recipe);
#pragma omp parallel if (p->items > 1)
    {
        fq_tile_configure(&score_tiles);
#pragma omp for schedule(static, 1)
        for (int n = 0; n < p->items; n++) {
            const span s = span_of(a, p, i, n);
            if (s.t0 < s.t1) score_ways[form](&s);
        }
        fq_tile_configure(&value_tiles);
#pragma omp for schedule(static, 1)
        for (int n = 0; n < p->items; n++) {
            span s = span_of(a, p, i, n);
            if (s.t0 >= s.t1) continue;
            const int keys = fq_attention_keys(a, s.b, i);
            vf top = vf_set1(-INFINITY);
            float tops[LANES];
            for (int j = 0; j * SPAN < keys; j++)
                top = vf_max(top, vf_load(p->tops + (size_t)(n / p->spans * p->spans + j) * LANES));
            vf_store(tops, top);
            s.tops = tops;
            value_ways[form](&s);
        }
        fq_tile_release();
#pragma omp for schedule(static)
        for (int n = 0; n < a->batch * a->heads; n++) {
            const int b = n / a->heads, head = n % a->heads, keys = fq_attention_keys(a, b, i);
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)i;
            store_head(p, form, b * kv_heads + head / p->group, head % p->group, (keys + SPAN - 1) / SPAN,
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
