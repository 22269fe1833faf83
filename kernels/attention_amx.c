/* Prefill attention on AMX: a pipeline of three stages over blocks of keys. While the tile unit multiplies the scores
 * of block i, the vector units take the softmax of block i-1 and, in its second half, the tile unit the weighted values
 * of block i-2 (FireQ, arXiv 2505.20839, does it with warps; here one instruction stream carries all three). The rows
 * .amx1 and .amx2 are the same kernel without and with half of that overlap: what pipelining is worth is their ratio.
 *
 *   item    some rows of a (sequence, KV head), a row being one (token, query head of the KV head)
 *   unit    QUERIES rows of an item x up to KEYS keys; scores [2][KEYS][16 queries], P [2][KEYS / 2][16 queries] pairs
 *
 * Softmax is online, with the maximum over runs of KEYS keys (ops.h). Keys beyond the causal
 * limit are skipped by units, then by 32 keys, and masked only in units that hold a limit. */
#include <limits.h>
#include <math.h>
#include "kernels/amx_tiles.h"
#include "kernels/attention_pack_amx.h"

enum {
    QUERIES = 32,
    KEYS = FQ_ATTENTION_RUN,
    SUBS = 8,              /* units' worth of rows of an item, at most */
    ITEMS_LEAST = 64,      /* below that, items are halved, down to one unit's rows, so that all threads have work */
    NEAR_BYTES = 2 << 20,  /* keys and values of a pair beyond this are asked for a run of keys early */
    PAIR_BYTES = 32 << 20, /* keys and values packed before rows are worked on, unless one pair needs more */
    S_FLOATS = 2 * KEYS * 16,
    P_WORDS = KEYS * 16
};

/* 32 rows of an item: two halves of 16 lanes. */
typedef struct queries {
    _Alignas(64) float top[QUERIES], sum[QUERIES], scale[QUERIES]; /* scale: of a score, times log2 e */
    _Alignas(64) int32_t keys[QUERIES];                            /* that the row sees */
    int first, last;                                               /* of its first and of its last row */
} queries;

typedef struct unit {
    int sub, t0, keys; /* keys: a multiple of 32 */
} unit;

/* What a softmax leaves for the product with the values: by how much the sums so far shrink. */
typedef struct shrink {
    _Alignas(64) float by[QUERIES];
} shrink;

typedef struct slot {
    _Alignas(64) float s[2][S_FLOATS];
    uint32_t p[2][P_WORDS];
    float fresh[8 * TILE_FLOATS]; /* weighted values of two blocks of dimensions */
    shrink shrink[2];
    _Alignas(64) float tops[2][QUERIES]; /* largest scores of a unit without a mask */
    queries sub[SUBS];
    int far;                      /* keys and values do not stay in the second-level cache */
    _Alignas(64) uint8_t tiles[]; /* queries [SUBS][2][D / 32] tiles, output^T [SUBS][D / 16][2] tiles */
} slot;

/* ---- products ---- */

/* A sequence of groups of four tile products, 2 x 2 tiles of sums: `blocks` times `steps` groups on the same sums. The
 * sums of a block leave their tiles one by one in the first group of the next block, so that the tile unit need not
 * wait for the last product before it goes on. */
typedef struct products {
    const uint8_t *a, *b, *a_block, *b_block; /* left and right tiles; where the block's first ones are */
    size_t a_next, b_next;                    /* bytes from a tile to the one beside it */
    size_t a_step, b_step, a_jump;            /* from group to group; of a from block to block */
    float *c, *held;                          /* sums of the block, and of the one before while they are in tiles */
    size_t c_row, c_column;                   /* floats between the four sums */
    ptrdiff_t c_jump;                         /* from block to block; there and back where sums are added up */
    int step, steps, blocks;
    float *out; /* NULL, or where the sums of all units are: four tiles a block, added up two blocks later */
    const shrink *less;
    int first, behind;    /* nothing is in out yet; a block left its tiles and waits for being added up */
    float *tops;          /* NULL, or the largest sum of each column so far: [2][16] */
    const float *seen;    /* a block whose sums it does not know yet, or NULL */
    const uint8_t *ahead; /* of the next run of keys: a line a product goes to the second-level cache; NULL: none */
} products;

FQ_INLINE int pending(const products *g) {
    return g->blocks > 0;
}

FQ_INLINE void fetch_ahead(products *g) {
    if (!g->ahead) return;
    _mm_prefetch((const char *)g->ahead, _MM_HINT_T1);
    g->ahead += 64;
}

/* The largest sums of half h of a block of 32 rows, while it still is in the first-level cache. */
FQ_INLINE void raise_tops(const products *g, const float *c, int h) {
    c += (size_t)h * g->c_column;
    vf top[4] = {vf_load(g->tops + 16 * h), vf_load(c), vf_load(c + 16), vf_load(c + 32)};
    FQ_UNROLL
    for (int k = 3; k < 32; k++)
        top[k & 3] = vf_max(top[k & 3], vf_load(c + 16 * k));
    vf_store(g->tops + 16 * h, vf_max(vf_max(top[0], top[1]), vf_max(top[2], top[3])));
}

/* out = out * by + c, four tiles. */
FQ_INLINE void add_up(products *g, const float *c) {
    const vf by0 = vf_load(g->less->by), by1 = vf_load(g->less->by + 16);
    for (int i = 0; i < 2 * TILE_FLOATS; i += 16) {
        const int at = i % TILE_FLOATS + i / TILE_FLOATS * 2 * TILE_FLOATS;
        vf x0 = vf_load(c + at), x1 = vf_load(c + at + TILE_FLOATS);
        if (!g->first) {
            x0 = vf_fma(vf_load(g->out + at), by0, x0);
            x1 = vf_fma(vf_load(g->out + at + TILE_FLOATS), by1, x1);
        }
        vf_store(g->out + at, x0);
        vf_store(g->out + at + TILE_FLOATS, x1);
    }
    g->out += 4 * TILE_FLOATS;
}

FQ_INLINE void product_0(products *g) {
    if (g->step == 0) {
        if (g->held) fq_tile_store(0, g->held, 64);
        fq_tile_zero(0);
    }
    fetch_ahead(g);
    fq_tile_stream(4, g->a, 64);
    fq_tile_load(6, g->b, 64);
    fq_tile_dp_bf16(0, 4, 6);
}
FQ_INLINE void product_1(products *g) {
    if (g->step == 0) {
        if (g->held) fq_tile_store(2, g->held + g->c_row, 64);
        fq_tile_zero(2);
    }
    fetch_ahead(g);
    fq_tile_stream(5, g->a + g->a_next, 64);
    fq_tile_dp_bf16(2, 5, 6);
    if (g->seen && g->step == g->steps - 1) raise_tops(g, g->seen, 0);
}
FQ_INLINE void product_2(products *g) {
    if (g->step == 0) {
        if (g->held) fq_tile_store(1, g->held + g->c_column, 64);
        fq_tile_zero(1);
    }
    fetch_ahead(g);
    fq_tile_load(7, g->b + g->b_next, 64);
    fq_tile_dp_bf16(1, 4, 7);
}
FQ_INLINE void product_3(products *g) {
    if (g->step == 0) {
        if (g->held) fq_tile_store(3, g->held + g->c_row + g->c_column, 64);
        fq_tile_zero(3);
        if (g->out && g->behind) add_up(g, g->c);
        g->behind = g->held != NULL;
        if (g->tops) g->seen = g->held;
    }
    fetch_ahead(g);
    fq_tile_dp_bf16(3, 5, 7);
    if (g->seen && g->step == g->steps - 1) raise_tops(g, g->seen, 1);
    g->a += g->a_step;
    g->b += g->b_step;
    if (++g->step < g->steps) return;
    g->step = 0;
    g->blocks--;
    g->a = g->a_block += g->a_jump;
    g->b = g->b_block;
    g->held = g->c;
    g->c += g->c_jump;
    if (g->out) g->c_jump = -g->c_jump;
}

FQ_INLINE void finish_products(products *g) {
    while (pending(g)) {
        product_0(g);
        product_1(g);
        product_2(g);
        product_3(g);
    }
    if (!g->held) return;
    fq_tile_store(0, g->held, 64);
    fq_tile_store(2, g->held + g->c_row, 64);
    fq_tile_store(1, g->held + g->c_column, 64);
    fq_tile_store(3, g->held + g->c_row + g->c_column, 64);
    if (g->tops) {
        raise_tops(g, g->held, 0);
        raise_tops(g, g->held, 1);
    }
    if (g->out) {
        if (g->behind) add_up(g, g->c);
        add_up(g, g->held);
    }
    g->held = NULL;
    g->behind = 0;
}

/* This unit's part of the next run of keys (or of their values), an eighth for each of the units that share it. */
FQ_INLINE const uint8_t *part_ahead(const slot *w, int d, const uint8_t *side, unit u) {
    const size_t run = (size_t)KEYS * (size_t)d * 2;
    return w->far ? side + (size_t)u.t0 / KEYS * run + run + (size_t)u.sub * (run / SUBS) : NULL;
}

/* Does the unit hold a key that one of its rows does not see? */
FQ_INLINE int is_masked(const queries *q, unit u) {
    return u.t0 + u.keys > q->first;
}

/* scores^T of a unit: 32 keys a block. tops: NULL where a mask comes first. */
FQ_INLINE products score_products(int d, const uint8_t *k, const uint8_t *q, float *s, unit u, float *tops) {
    const size_t row = (size_t)(d / 32) * TILE;
    const uint8_t *a = k + (size_t)(u.t0 / 16) * row, *b = q + (size_t)u.sub * 2 * row;
    return (products){.a = a,
                      .b = b,
                      .a_block = a,
                      .b_block = b,
                      .a_next = row,
                      .b_next = row,
                      .a_step = TILE,
                      .b_step = TILE,
                      .a_jump = 2 * row,
                      .c = s,
                      .c_row = TILE_FLOATS,
                      .c_column = KEYS * 16,
                      .c_jump = 2 * TILE_FLOATS,
                      .steps = d / 32,
                      .blocks = u.keys / 32,
                      .tops = tops};
}

/* output^T = shrunk output^T + V^T P^T of a unit: 32 dimensions a block. fresh: two blocks of four tiles. */
FQ_INLINE products value_products(int d, const uint8_t *v, const uint32_t *p, float *fresh, float *o, unit u,
                                  const shrink *less) {
    const size_t row = (size_t)(d / 16) * TILE;
    const uint8_t *a = v + (size_t)(u.t0 / 32) * row, *b = (const uint8_t *)(const void *)p;
    return (products){.a = a,
                      .b = b,
                      .a_block = a,
                      .b_block = b,
                      .a_next = TILE,
                      .b_next = P_WORDS / 2 * 4,
                      .a_step = row,
                      .b_step = TILE,
                      .a_jump = 2 * TILE,
                      .c = fresh,
                      .c_row = 2 * TILE_FLOATS,
                      .c_column = TILE_FLOATS,
                      .c_jump = 4 * TILE_FLOATS,
                      .steps = u.keys / 32,
                      .blocks = d / 32,
                      .out = o + (size_t)u.sub * (size_t)(d / 16) * 2 * TILE_FLOATS,
                      .less = less,
                      .first = u.t0 == 0};
}

/* ---- softmax ---- */

/* Scores that the half's rows do not see become -infinity. */
static void mask_scores(const queries *q, int h, unit u, float *s) {
    const __m512i sees = _mm512_load_si512(q->keys + 16 * h);
    const int from = q->first - u.t0 > 0 ? q->first - u.t0 : 0;
    for (int k = from; k < u.keys; k++) {
        const __mmask16 hidden = _mm512_cmple_epi32_mask(sees, _mm512_set1_epi32(u.t0 + k));
        _mm512_mask_store_ps(s + k * 16, hidden, vf_set1(-INFINITY));
    }
}

/* One half of a unit in its softmax. */
typedef struct softmax {
    const float *s; /* [keys][16] */
    uint32_t *p;    /* [keys / 2][16] */
    vf scale, shift, top[4], sum[2];
} softmax;

FQ_INLINE void take_top(softmax *x, int keys) {
    for (int k = 0; k < keys; k += 8, x->s += 8 * 16) {
        x->top[0] = vf_max(x->top[0], vf_max(vf_load(x->s), vf_load(x->s + 64)));
        x->top[1] = vf_max(x->top[1], vf_max(vf_load(x->s + 16), vf_load(x->s + 80)));
        x->top[2] = vf_max(x->top[2], vf_max(vf_load(x->s + 32), vf_load(x->s + 96)));
        x->top[3] = vf_max(x->top[3], vf_max(vf_load(x->s + 48), vf_load(x->s + 112)));
    }
}

FQ_INLINE void take_exp(softmax *x, int pairs, fq_format_id format) {
    for (int i = 0; i < pairs; i++, x->s += 32, x->p += 16) {
        const vf y0 = exp2_of_p(vf_fma(vf_load(x->s), x->scale, x->shift), format);
        const vf y1 = exp2_of_p(vf_fma(vf_load(x->s + 16), x->scale, x->shift), format);
        x->sum[0] = vf_add(x->sum[0], y0);
        x->sum[1] = vf_add(x->sum[1], y1);
        const __m512i low = _mm512_srli_epi32(_mm512_castps_si512(round_p(y0, format)), 16);
        _mm512_store_si512(x->p, _mm512_or_si512(low, _mm512_castps_si512(round_p(y1, format))));
    }
}

/* The largest score of each row of a masked unit, with the first products of g between. */
FQ_INLINE void take_masked(softmax *x, const queries *q, int h, unit u, float *s, products *g, int beside) {
    const int quarter = u.keys / 4;
    mask_scores(q, h, u, s);
    take_top(x, quarter);
    if (beside) product_0(g);
    take_top(x, quarter);
    if (beside) product_1(g);
    take_top(x, quarter);
    if (beside) product_2(g);
    take_top(x, quarter);
    if (beside) product_3(g);
}

/* Softmax of half h of a unit, s to p, with a product of g after every `pace` pairs of keys (0: none). tops: of the
 * unit's scores, if it is not masked. */
FQ_INLINE void soften(fq_format_id format, queries *q, int h, unit u, float *s, const float *tops, uint32_t *p,
                      shrink *less, products *g, int pace) {
    const vf lowest = vf_set1(-INFINITY), before = vf_load(q->top + 16 * h);
    softmax x = {s, p, vf_load(q->scale + 16 * h), vf_zero(), {before, lowest, lowest, lowest}, {vf_zero(), vf_zero()}};
    if (is_masked(q, u))
        take_masked(&x, q, h, u, s, g, pace > 0 && pending(g));
    else
        x.top[1] = vf_load(tops + 16 * h);
    /* E4M3: P is 448 e, which the argument of exp2 takes in; the sum carries the same factor. */
    const vf top = vf_max(vf_max(x.top[0], x.top[1]), vf_max(x.top[2], x.top[3]));
    const vf by = exp2_ps(vf_mul(vf_sub(before, top), x.scale));
    x.shift = vf_fnma(top, x.scale, vf_set1(format == FQ_E4M3 ? LOG2_448 : 0.0f));
    x.s = s;
    vf_store(less->by + 16 * h, by);
    vf_store(q->top + 16 * h, top);
    for (int i = 0, step = pace ? pace : 1; i < u.keys / 2; i += 4 * step) {
        const int go = pace > 0 && pending(g);
        take_exp(&x, step, format);
        if (go) product_0(g);
        take_exp(&x, step, format);
        if (go) product_1(g);
        take_exp(&x, step, format);
        if (go) product_2(g);
        take_exp(&x, step, format);
        if (go) product_3(g);
    }
    vf_store(q->sum + 16 * h, vf_fma(vf_load(q->sum + 16 * h), by, vf_add(x.sum[0], x.sum[1])));
}

/* ---- an item ---- */

/* Units of an item in order: all rows of the item pass a block of keys before the next block. 0 when there is no more.
 */
static int next_unit(const slot *w, int subs, unit *u) {
    for (;;) {
        if (++u->sub == subs) {
            u->sub = 0;
            u->t0 += KEYS;
            int left = 0;
            for (int i = 0; i < subs; i++)
                left |= w->sub[i].last > u->t0;
            if (!left) return 0;
        }
        const int left = w->sub[u->sub].last - u->t0;
        if (left <= 0) continue;
        u->keys = left < KEYS ? (left + TILE_KEYS - 1) / TILE_KEYS * TILE_KEYS : KEYS;
        return 1;
    }
}

/* All units of an item; `stages` of them are in work at a time. Unit i uses s[i % 2], p[i % 2] and shrink[i % 2]. */
FQ_INLINE void attend(int stages, int d, fq_format_id format, slot *w, int subs, const uint8_t *k, const uint8_t *v) {
    const int every = d == 128 ? 1 : 2; /* pairs of keys a product, so that both take about as long */
    const uint8_t *q = w->tiles;
    float *o = (float *)(void *)(w->tiles + SUBS * 2 * (size_t)(d / 32) * TILE);
    unit next = {-1, 0, 0}, u[3];
    for (int i = 0, end = INT_MAX / 2; i < end + stages - 1; i++) {
        if (i < end && !next_unit(w, subs, &next)) end = i;
        if (i >= end + stages - 1) break;
        u[i % 3] = next;
        const int mid = stages == 3 ? i - 1 : i, old = i - stages + 1; /* units of the softmax and of the values */
        products g = {.blocks = 0};
        if (i < end) {
            float *tops = is_masked(&w->sub[next.sub], next) ? NULL : w->tops[i % 2];
            for (int h = 0; h < 2 && tops; h++)
                vf_store(tops + 16 * h, vf_set1(-INFINITY));
            g = score_products(d, k, q, w->s[i % 2], next, tops);
            g.ahead = part_ahead(w, d, k, next);
        }
        if (stages < 3) finish_products(&g);
        if (stages == 2 && old >= 0) {
            g = value_products(d, v, w->p[old % 2], w->fresh, o, u[old % 3], &w->shrink[old % 2]);
            g.ahead = part_ahead(w, d, v, u[old % 3]);
        }
        const int soft = mid >= 0 && mid < end, at = mid & 1, pace = stages == 1 ? 0 : stages == 2 ? 2 * every : every;
        const unit m = u[soft ? mid % 3 : 0];
        if (soft) soften(format, &w->sub[m.sub], 0, m, w->s[at], w->tops[at], w->p[at], &w->shrink[at], &g, pace);
        if (stages == 3) {
            finish_products(&g);
            if (old >= 0) {
                g = value_products(d, v, w->p[old % 2], w->fresh, o, u[old % 3], &w->shrink[old % 2]);
                g.ahead = part_ahead(w, d, v, u[old % 3]);
            }
        }
        if (soft)
            soften(format, &w->sub[m.sub], 1, m, w->s[at] + KEYS * 16, w->tops[at], w->p[at] + P_WORDS / 2,
                   &w->shrink[at], &g, pace);
        if (stages == 1) {
            g = value_products(d, v, w->p[at], w->fresh, o, m, &w->shrink[at]);
            g.ahead = part_ahead(w, d, v, m);
        }
        finish_products(&g);
    }
}

/* ---- the whole operation ---- */

typedef struct plan {
    size_t d, pair_bytes, side_bytes, slot_bytes; /* side: the keys of a pair, or its values */
    int group, rows, item, items, pairs, slots;   /* rows of a pair and of an item, items of a pair, pairs a round */
} plan;

static plan make_plan(const fq_attention_args *a) {
    plan p;
    p.d = (size_t)a->kv->head_dim;
    p.side_bytes = fq_round_up((size_t)a->kv->capacity, TILE_KEYS) * p.d * 2;
    p.pair_bytes = 2 * p.side_bytes;
    p.slot_bytes = sizeof(slot) + SUBS * (2 * (p.d / 32) + 2 * (p.d / 16)) * TILE;
    p.group = a->heads / a->kv->kv_heads;
    p.rows = a->seq * p.group;
    const int all = a->batch * a->kv->kv_heads;
    p.item = SUBS * QUERIES;
    while (p.item > QUERIES && (long)all * p.rows < (long)ITEMS_LEAST * p.item)
        p.item /= 2;
    p.items = (p.rows + p.item - 1) / p.item;
    const size_t fit = PAIR_BYTES / p.pair_bytes;
    p.pairs = fit < 1 ? 1 : fit < (size_t)all ? (int)fit : all;
    p.slots = p.pairs * p.items < FQ_ATTENTION_TEAM_MAX ? p.pairs * p.items : FQ_ATTENTION_TEAM_MAX;
    return p;
}

/* Head sizes that the pipeline is laid out for, formats that bf16 holds exactly. The rest goes to AVX-512. */
static int takes(const fq_attention_args *a) {
    return (a->kv->head_dim == 64 || a->kv->head_dim == 128) && attention_is_bf16(a);
}

/* Queries row0 .. row0+31 of KV head h of sequence b; behind the last row: zeros that see what the last one sees. */
static void load_queries(const fq_attention_args *a, const plan *p, int b, int h, int row0, queries *q,
                         uint8_t *tiles) {
    const size_t head_bytes = fq_format_bytes(a->q_recipe->code, p->d);
    for (int side = 0; side < 2; side++) {
        const uint8_t *rows[16];
        for (int i = 0; i < 16; i++) {
            const int r = row0 + 16 * side + i, inside = r < p->rows, row = inside ? r : p->rows - 1;
            const int head = h * p->group + row % p->group, lane = 16 * side + i;
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)(row / p->group);
            rows[i] = inside ? (const uint8_t *)a->q + token * a->q_stride + (size_t)head * head_bytes : NULL;
            q->scale[lane] = fq_attention_q_scale(a, token, head) / sqrtf((float)p->d) * 1.44269504f;
            q->keys[lane] = fq_attention_keys(a, b, row / p->group);
            q->top[lane] = -INFINITY;
            q->sum[lane] = 0.0f;
        }
        pack_queries(a->q_recipe->code, rows, (int)p->d, tiles + (size_t)side * (p->d / 32) * TILE);
    }
    q->first = q->keys[0];
    q->last = q->keys[QUERIES - 1];
}

static void store_output(const fq_attention_args *a, const plan *p, int b, int h, int row0, const queries *q,
                         const float *o) {
    for (int side = 0; side < 2; side++) {
        float *rows[16];
        for (int i = 0; i < 16; i++) {
            const int r = row0 + 16 * side + i;
            const size_t token = (size_t)b * (size_t)a->seq + (size_t)(r / p->group);
            rows[i] =
                r < p->rows ? a->out + token * a->out_stride + (size_t)(h * p->group + r % p->group) * p->d : NULL;
        }
        const vf factor = vf_div(vf_set1(1.0f), vf_load(q->sum + 16 * side));
        unpack_output(o + side * TILE_FLOATS, factor, (int)p->d, rows);
    }
}

typedef void attend_rows(slot *w, int subs, const uint8_t *k, const uint8_t *v);

static void run_item(const fq_attention_args *a, const plan *p, attend_rows *rows, int b, int h, int row0,
                     const uint8_t *k, slot *w) {
    const int left = p->rows - row0, subs = ((left < p->item ? left : p->item) + QUERIES - 1) / QUERIES;
    const size_t q_bytes = 2 * (p->d / 32) * TILE, o_floats = p->d / 16 * 2 * TILE_FLOATS;
    const float *o = (const float *)(const void *)(w->tiles + SUBS * q_bytes);
    for (int i = 0; i < subs; i++)
        load_queries(a, p, b, h, row0 + i * QUERIES, &w->sub[i], w->tiles + (size_t)i * q_bytes);
    rows(w, subs, k, k + p->side_bytes);
    for (int i = 0; i < subs; i++)
        store_output(a, p, b, h, row0 + i * QUERIES, &w->sub[i], o + (size_t)i * o_floats);
}

static size_t scratch(const fq_attention_args *a) {
    if (!takes(a)) return fq_attention_prefill_avx512_scratch(a);
    const plan p = make_plan(a);
    return (size_t)p.pairs * p.pair_bytes + (size_t)p.slots * p.slot_bytes;
}

static void run(const fq_attention_args *a, attend_rows *rows) {
    static const fq_tile_config tiles = {
        .palette = 1, .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64}, .rows = {16, 16, 16, 16, 16, 16, 16, 16}};
    const plan p = make_plan(a);
    const int kv_heads = a->kv->kv_heads, all = a->batch * kv_heads;
    const int parts = (int)(fq_round_up((size_t)a->kv->capacity, TILE_KEYS) / TILE_KEYS);
    uint8_t *pairs = a->scratch, *slots = pairs + (size_t)p.pairs * p.pair_bytes;
    for (int first = 0; first < all; first += p.pairs) {
        const int n = all - first < p.pairs ? all - first : p.pairs;
#pragma omp parallel num_threads(fq_attention_team(p.slots))
        {
            slot *w = (slot *)(void *)(slots + (size_t)omp_get_thread_num() * p.slot_bytes);
            w->far = p.pair_bytes > NEAR_BYTES;
            fq_tile_configure(&tiles);
#pragma omp for schedule(dynamic, 4)
            for (int i = 0; i < n * parts; i++) {
                const int b = (first + i / parts) / kv_heads, h = (first + i / parts) % kv_heads;
                uint8_t *k = pairs + (size_t)(i / parts) * p.pair_bytes;
                const int t0 = i % parts * TILE_KEYS, last = a->past[b] + a->seq;
                if (t0 < last) pack_cache(a->kv, b, h, t0, last, k, k + p.side_bytes);
            }
            /* With a causal mask the last items have the most keys: they go first. */
#pragma omp for schedule(dynamic)
            for (int i = 0; i < n * p.items; i++) {
                const int pair = i / p.items, item = p.items - 1 - i % p.items;
                run_item(a, &p, rows, (first + pair) / kv_heads, (first + pair) % kv_heads, item * p.item,
                         pairs + (size_t)pair * p.pair_bytes, w);
            }
            fq_tile_release();
        }
    }
}

#define ATTEND(stages, d, format)                                                                                      \
    static void attend_##stages##_##d##_##format(slot *w, int subs, const uint8_t *k, const uint8_t *v) {              \
        attend(stages, d, FQ_##format, w, subs, k, v);                                                                 \
    }
#define PREFILL(stages)                                                                                                \
    ATTEND(stages, 64, E4M3)                                                                                           \
    ATTEND(stages, 64, BF16)                                                                                           \
    ATTEND(stages, 128, E4M3)                                                                                          \
    ATTEND(stages, 128, BF16)                                                                                          \
    fq_status fq_attention_prefill_amx##stages(const fq_attention_args *a) {                                           \
        const int e4m3 = a->p_recipe->code == FQ_E4M3;                                                                 \
        FQ_TRY(fq_attention_check(a));                                                                                 \
        if (!takes(a)) return fq_attention_prefill_avx512(a);                                                          \
        if (a->kv->head_dim == 64)                                                                                     \
            run(a, e4m3 ? attend_##stages##_64_E4M3 : attend_##stages##_64_BF16);                                      \
        else                                                                                                           \
            run(a, e4m3 ? attend_##stages##_128_E4M3 : attend_##stages##_128_BF16);                                    \
        return FQ_OK;                                                                                                  \
    }                                                                                                                  \
    size_t fq_attention_prefill_amx##stages##_scratch(const fq_attention_args *a) {                                    \
        return scratch(a);                                                                                             \
    }
PREFILL(1)
PREFILL(2)
PREFILL(3)
