/* The product for many tokens on AMX: three tiles of weights by one of tokens.
 *
 *   band    48 rows of w, three tiles
 *   panel   16 tokens, one tile. A batch is up to STRIP_BATCH panels, packed into scratch; a pass up to STRIP_PANELS of
 *           them that go by together. Threads share out the panels of a batch if that gives each at least a pass, and
 *           then wait for nobody; else all take the same pass, packed together, and share out the bands.
 *   span    as many steps of k as let the activations of a pass stay in the second-level cache
 *   strip   STRIP_STEPS steps of a span: a band's weights of a strip stay in the first-level cache, unpacked, while all
 *           panels pass by; activations are loaded as what is not needed again soon, so as not to drive them out.
 *
 * A product loads 4/3 tiles, and one of four of them comes from the second-level cache, which delivers a tile in the
 * time of a product. Five tile registers are in use and three stay as they were configured: operands are renamed, and
 * when another thread runs on the core, the registers that are left for that run out (docs/NOTES-cpu-kernels.md: with
 * eight in use a product then takes 17 ns, with five 7.6).
 *
 * Everything else goes into the shadow of the products, a little between two of them: each panel unpacks its share of
 * the rows of the next strip and asks for the sums of the next panel, which it loads as soon as a register is free;
 * finished sums of a band are written in pieces of 16 rows by 4 tokens, evenly over all steps of the next band, so that
 * their cache lines arrive in time.
 *
 * Sums of a band and a panel wait in memory between strips. An output's sum runs over k from front to back whatever the
 * bands, passes, strips and spans are, so threads may decide on them. */
#ifndef FQ_KERNELS_GEMM_STRIP_H
#define FQ_KERNELS_GEMM_STRIP_H
#include "kernels/gemm_tile.h"

enum {
    STRIP_TILES = 3, /* of w */
    STRIP_STEPS = 8,
    STRIP_PANELS = 16,
    STRIP_BATCH = 64,                       /* panels */
    STRIP_SPAN = 1024,                      /* kilobytes of activations in a span */
    STRIP_ROWS = STRIP_TILES * TILE_SIDE,   /* of a band */
    STRIP_BYTES = STRIP_TILES * TILE_BYTES, /* of w in a step, and of sums */
    STRIP_GROUP = TILE_GROUP / STRIP_TILES, /* bands whose sums wait for the next span */
    STRIP_PIECE = 4,                        /* tokens of a piece of the epilogue */
    STRIP_ASK = 8,                          /* tokens ahead whose lines of y are asked for */
    STRIP_TOKENS = 64                       /* up to so many, gemm_tile.h is faster */
};

typedef struct strip_plan {
    tile_plan t; /* its tiles are the panels of a batch; its span and spans those of the widest pass */
    int bands;   /* of w */
    int waiting; /* bands of a group */
} strip_plan;

FQ_INLINE strip_plan strip_plan_make(fq_gemm_kind kind, const fq_gemm_args *a) {
    strip_plan p = {.t = {.a = a, .w = a->packed, .m = a->m, .n = a->w->rows, .k = a->w->cols}};
    tile_plan *t = &p.t;
    const int all = gemm_ceil(t->m, TILE_SIDE);
    t->tables = fq_gemm_tables_get();
    t->blocks = gemm_ceil(t->n, TILE_SIDE);
    t->steps = gemm_ceil(t->k, TILE_CHUNK) * tile_chunk_steps(kind);
    t->tiles = gemm_min(all, STRIP_BATCH);
    p.bands = gemm_ceil(t->blocks, STRIP_TILES);
    p.waiting = gemm_min(p.bands, STRIP_GROUP);
    t->span = STRIP_SPAN / STRIP_PANELS;
    t->spans = gemm_ceil(t->steps, t->span);
    const size_t tiles = (size_t)t->tiles;
    tile_place(t, (size_t)t->steps * tiles * TILE_BYTES, (size_t)p.waiting * tiles * STRIP_BYTES);
    return p;
}

typedef struct strip_pass {
    const tile_plan *t;
    int m0, panels;  /* first token, panels */
    int span, spans; /* steps in a span; spans of k */
    uint8_t *x, *c;  /* [span][panel][step] tiles; [band of a group][panel][tile] */
    float *x_scale;  /* as those of the plan, from token m0 on */
    int32_t *x_sum;
} strip_pass;

/* The pass of `panels` panels of the batch that starts at token m0, from panel i0 on. */
FQ_INLINE strip_pass strip_pass_make(fq_gemm_kind kind, const strip_plan *p, int m0, int i0, int panels) {
    const int steps = p->t.steps;
    strip_pass s = {.t = &p->t, .m0 = m0 + i0 * TILE_SIDE, .panels = panels};
    s.spans = gemm_ceil(steps, STRIP_SPAN / panels / STRIP_STEPS * STRIP_STEPS);
    s.span = gemm_ceil(gemm_ceil(steps, s.spans), STRIP_STEPS) * STRIP_STEPS;
    s.spans = gemm_ceil(steps, s.span);
    s.x = p->t.x + (size_t)i0 * (size_t)steps * TILE_BYTES;
    s.c = p->t.c + (size_t)i0 * (size_t)p->waiting * STRIP_BYTES;
    s.x_scale = p->t.x_scale + i0 * TILE_SIDE;
    s.x_sum = p->t.x_sum + i0 * TILE_SIDE;
    return s;
}

/* Steps of a span, and where panel `panel` of it begins. */
FQ_INLINE int strip_span_steps(const strip_pass *p, int span) {
    return gemm_min(p->span, p->t->steps - span * p->span);
}
FQ_INLINE uint8_t *strip_x(const strip_pass *p, int span, int panel) {
    const size_t before = (size_t)span * (size_t)p->span * (size_t)p->panels;
    return p->x + (before + (size_t)panel * (size_t)strip_span_steps(p, span)) * TILE_BYTES;
}

/* Part `self` of `parts` of a pass, token rows from front to back. */
FQ_INLINE void strip_pack(fq_gemm_kind kind, const strip_pass *p, int self, int parts) {
    const tile_plan *t = p->t;
    const int chunk = tile_chunk_steps(kind), chunks = t->steps / chunk;
    const long all = (long)p->panels * chunks, tokens = (long)p->panels * TILE_SIDE;
    for (long i = all * self / parts; i < all * (self + 1) / parts; i++) {
        const int panel = (int)(i / chunks), s = (int)(i % chunks) * chunk, span = s / p->span;
        uint8_t *to = strip_x(p, span, panel) + (size_t)(s - span * p->span) * TILE_BYTES;
        for (int j = 0; j < chunk; j++)
            tile_pack_x(kind, t, p->m0 + panel * TILE_SIDE, s + j, to + j * TILE_BYTES);
    }
    for (int i = (int)(tokens * self / parts); i < (int)(tokens * (self + 1) / parts); i++) {
        const int there = p->m0 + i < t->m;
        p->x_scale[i] = there ? gemm_x_scale(kind, t->a, p->m0 + i) : 1.0f;
        p->x_sum[i] = there && !gemm_is_signed(kind) && gemm_is_int(kind) ? x512_biased_sum(t->a, p->m0 + i) : 0;
    }
}

/* --- weights --- */

/* A strip of weights: a band, its first chunk, how many. */
typedef struct strip_at {
    int band, g, chunks;
} strip_at;

/* Strip i of a span, bands from b0 on one after another. */
FQ_INLINE strip_at strip_find(fq_gemm_kind kind, const strip_pass *p, int b0, int span, int i) {
    const int chunk = tile_chunk_steps(kind), all = strip_span_steps(p, span), strips = gemm_ceil(all, STRIP_STEPS);
    const int s = i % strips * STRIP_STEPS;
    return (strip_at){b0 + i / strips, (span * p->span + s) / chunk, gemm_min(STRIP_STEPS, all - s) / chunk};
}

/* The strip that is unpacked for the next round, and the one after it, which is asked for. */
typedef struct strip_next {
    int chunks, g;                              /* to unpack; the first of them */
    int block[STRIP_TILES];                     /* blocks beyond the last row: the last one again, never stored */
    size_t line[STRIP_TILES], ask[STRIP_TILES]; /* packed: first of the block in either strip */
    uint8_t *to;
} strip_next;

FQ_INLINE strip_next strip_next_make(const tile_plan *p, const fq_gemm_packed *w, strip_at at, strip_at after,
                                     uint8_t *to) {
    strip_next n = {.chunks = at.chunks, .g = at.g, .to = to};
    for (int i = 0; i < STRIP_TILES; i++) {
        const size_t then = (size_t)gemm_min(STRIP_TILES * after.band + i, p->blocks - 1), chunks = (size_t)w->chunks;
        n.block[i] = gemm_min(STRIP_TILES * at.band + i, p->blocks - 1);
        n.line[i] = ((size_t)n.block[i] * chunks + (size_t)at.g) * TILE_SIDE;
        n.ask[i] = (then * chunks + (size_t)after.g) * TILE_SIDE;
    }
    return n;
}

/* Row r of the band, chunk g of the strip: its line in each of the chunk's steps. */
FQ_INLINE void strip_unpack(fq_gemm_kind kind, const tile_plan *p, const fq_gemm_packed *w, const strip_next *n, int g,
                            int r) {
    const int tile = r / TILE_SIDE, in = r % TILE_SIDE;
    uint8_t *to = n->to + (size_t)(g * tile_chunk_steps(kind)) * STRIP_BYTES + 64 * r;
    __m512i v[4];
    if (gemm_is_packed(kind)) {
        const size_t at = (size_t)(g * TILE_SIDE + in);
        _mm_prefetch((const char *)w->codes + (n->ask[tile] + at) * FQ_PACKED_LINE, _MM_HINT_T1);
        x512_unpack(kind, p->tables, w, n->line[tile] + at, (size_t)(n->block[tile] * TILE_SIDE + in), v);
    } else {
        tile_ask(kind, p, n->block[tile], n->g + g + STRIP_STEPS / tile_chunk_steps(kind), in);
        x512_copy(kind, p->a->w, gemm_min(n->block[tile] * TILE_SIDE + in, p->n - 1), n->g + g, v);
    }
    FQ_UNROLL
    for (int s = 0; s < tile_chunk_steps(kind); s++)
        _mm512_store_si512(to + s * STRIP_BYTES, v[s]);
}

/* --- the epilogue --- */

/* Finished sums of a band that wait to be written. */
typedef struct strip_done {
    const uint8_t *c; /* of the next piece */
    float *y;         /* of the same */
    const float *row_scale;
    int tile, token;                /* of the same; token of the pass */
    int tokens, rows;               /* of the pass; of w from the band on */
    long left, pieces, steps, owed; /* pieces to go; in all, written while so many steps go by; in units of 1 / steps */
} strip_done;

FQ_INLINE strip_done strip_finish(const strip_pass *p, const uint8_t *c, int band, long steps) {
    const fq_gemm_args *a = p->t->a;
    const long pieces = (long)p->panels * STRIP_TILES * (TILE_SIDE / STRIP_PIECE);
    const int n0 = band * STRIP_ROWS;
    return (strip_done){.c = c,
                        .y = a->y + (size_t)p->m0 * a->y_stride + (size_t)n0,
                        .row_scale = a->w->row_scale + n0,
                        .tokens = gemm_min(p->panels * TILE_SIDE, p->t->m - p->m0),
                        .rows = p->t->n - n0,
                        .left = pieces,
                        .pieces = pieces,
                        .steps = steps};
}

/* Four sums of one row of w in each quarter: rows i, 4 + i, 8 + i and 12 + i of a tile where c is row i. */
FQ_INLINE __m512i strip_gather(const uint8_t *c) {
    const __m128i *row = (const __m128i *)(const void *)c;
    __m512i v = _mm512_castsi128_si512(_mm_load_si128(row));
    v = _mm512_mask_broadcast_i32x4(v, 0x00f0, _mm_load_si128(row + 16));
    v = _mm512_mask_broadcast_i32x4(v, 0x0f00, _mm_load_si128(row + 32));
    return _mm512_mask_broadcast_i32x4(v, 0xf000, _mm_load_si128(row + 48));
}

/* 16 rows by 4 tokens at c to v[token], 16 rows each. */
FQ_INLINE void strip_columns(const uint8_t *c, __m512i v[STRIP_PIECE]) {
    const __m512i a = strip_gather(c), b = strip_gather(c + 64), d = strip_gather(c + 128), e = strip_gather(c + 192);
    const __m512i low = _mm512_unpacklo_epi32(a, b), high = _mm512_unpackhi_epi32(a, b);
    const __m512i low2 = _mm512_unpacklo_epi32(d, e), high2 = _mm512_unpackhi_epi32(d, e);
    v[0] = _mm512_unpacklo_epi64(low, low2);
    v[1] = _mm512_unpackhi_epi64(low, low2);
    v[2] = _mm512_unpacklo_epi64(high, high2);
    v[3] = _mm512_unpackhi_epi64(high, high2);
}

/* Write the next piece and ask for the lines of one further on. */
FQ_INLINE void strip_piece(fq_gemm_kind kind, const strip_pass *p, const strip_done *d, int rows, int tokens) {
    const fq_gemm_args *a = p->t->a;
    const __mmask16 lanes = (__mmask16)((1u << rows) - 1);
    const __m512 scale = _mm512_maskz_loadu_ps(lanes, d->row_scale + d->tile * TILE_SIDE);
    const float *residual = a->residual ? a->residual + (d->y - a->y) : NULL;
    float *y = d->y;
    __m512i v[STRIP_PIECE];
    strip_columns(d->c, v);
    FQ_UNROLL
    for (int i = 0; i < STRIP_PIECE; i++, y += a->y_stride) {
        if (i >= tokens) continue;
        __m512 f = _mm512_castsi512_ps(v[i]);
        if (gemm_is_int(kind)) { /* perhaps biased, perhaps 2^shift times too large */
            __m512i sum = v[i];
            if (!gemm_is_signed(kind)) sum = _mm512_sub_epi32(sum, _mm512_set1_epi32(p->x_sum[d->token + i]));
            f = _mm512_cvtepi32_ps(_mm512_srai_epi32(sum, tile_shift(kind)));
        }
        f = _mm512_mul_ps(_mm512_mul_ps(f, _mm512_set1_ps(p->x_scale[d->token + i])), scale);
        if (residual) f = _mm512_add_ps(f, _mm512_maskz_loadu_ps(lanes, residual + (size_t)i * a->y_stride));
        _mm512_mask_storeu_ps(y, lanes, f);
        if (d->token + i + STRIP_ASK < d->tokens) __asm__ volatile("prefetchw %0" : : "m"(y[STRIP_ASK * a->y_stride]));
    }
}

FQ_INLINE void strip_write_one(fq_gemm_kind kind, const strip_pass *p, strip_done *d) {
    const int rows = gemm_min(TILE_SIDE, d->rows - d->tile * TILE_SIDE);
    if (rows > 0 && d->token < d->tokens) strip_piece(kind, p, d, rows, gemm_min(STRIP_PIECE, d->tokens - d->token));
    d->left--;
    d->c += TILE_BYTES;
    d->y += TILE_SIDE;
    if (++d->tile < STRIP_TILES) return;
    d->tile = 0;
    d->token += STRIP_PIECE;
    d->c += STRIP_PIECE * 4 - STRIP_BYTES;
    if (d->token % TILE_SIDE == 0) d->c += STRIP_BYTES - 64;
    d->y += STRIP_PIECE * p->t->a->y_stride - STRIP_ROWS;
}

/* What is due after one more step. */
FQ_INLINE void strip_write(fq_gemm_kind kind, const strip_pass *p, strip_done *d) {
    if (d->left == 0) return;
    for (d->owed += d->pieces; d->owed >= d->steps && d->left > 0; d->owed -= d->steps)
        strip_write_one(kind, p, d);
}

/* --- products --- */

/* The next panel's sums take the place of this one's, which are finished for now. */
#define STRIP_SWAP(t)                                                                                                  \
    do {                                                                                                               \
        if (s + 1 < steps) break;                                                                                      \
        fq_tile_store(t, c + (t)*TILE_BYTES, 64);                                                                      \
        if (c_next)                                                                                                    \
            fq_tile_load(t, c_next + (t)*TILE_BYTES, 64);                                                              \
        else                                                                                                           \
            fq_tile_zero(t);                                                                                           \
    } while (0)

/* One strip of one panel, whose sums are in tile registers 0 to 2 and go to c; c_next: those of the next turn, NULL if
 * they begin there. Rows r0 .. r1 - 1 of the next strip are unpacked, a chunk of them a chunk of steps. */
FQ_INLINE void strip_turn(fq_gemm_kind kind, const strip_pass *p, const fq_gemm_packed *packed, const uint8_t *w,
                          const uint8_t *x, int steps, uint8_t *c, const uint8_t *c_next, const strip_next *next,
                          int r0, int r1, strip_done *done) {
    const int chunk = tile_chunk_steps(kind), each = gemm_ceil(r1 - r0, chunk), lines = STRIP_BYTES / 64 / STRIP_STEPS;
    int g = 0, r = r0;
    FQ_ROLLED
    for (int s = 0; s < steps; s++, w += STRIP_BYTES, x += TILE_BYTES) {
        FQ_UNROLL
        for (int i = 0; i < lines; i++) /* sums of the next panel */
            _mm_prefetch((const char *)c + STRIP_BYTES + (s * lines + i) * 64, _MM_HINT_T0);
        fq_tile_stream(4, x, 64);
        fq_tile_load(3, w, 64);
        TILE_MULTIPLY(kind, 0, 3, 4);
        if (g < next->chunks) {
            const int end = gemm_min(r + each, r1);
            FQ_ROLLED
            for (; r < end; r++)
                strip_unpack(kind, p->t, packed, next, g, r);
            if ((s + 1) % chunk == 0) {
                g++;
                r = r0;
            }
        }
        fq_tile_load(3, w + TILE_BYTES, 64);
        TILE_MULTIPLY(kind, 1, 3, 4);
        STRIP_SWAP(0);
        strip_write(kind, p, done);
        fq_tile_load(3, w + 2 * TILE_BYTES, 64);
        TILE_MULTIPLY(kind, 2, 3, 4);
        STRIP_SWAP(1);
        STRIP_SWAP(2);
    }
    for (; g < next->chunks; g++) /* the next strip may be the longer one */
        for (r = r0; r < r1; r++)
            strip_unpack(kind, p->t, packed, next, g, r);
}

/* Where the sums of band b of a group stand, of all panels. */
FQ_INLINE uint8_t *strip_sums(const strip_pass *p, uint8_t *local, int b) {
    return p->spans > 1 ? p->c + (size_t)(b * p->panels) * STRIP_BYTES
                        : local + (size_t)(b % 2 * STRIP_PANELS) * STRIP_BYTES;
}

/* Bands from .. to - 1 of the group that starts at band b0, one span of k. w: two buffers of a strip; local: two of the
 * sums of a band, for passes of one span. */
FQ_INLINE void strip_span(fq_gemm_kind kind, const strip_pass *pass, uint8_t *w, uint8_t *local, int b0, int from,
                          int to, int span) {
    const tile_plan plan = *pass->t; /* copies that no store can reach */
    const fq_gemm_packed packed = plan.w ? *plan.w : (fq_gemm_packed){0};
    strip_pass p = *pass;
    p.t = &plan;
    const int panels = p.panels, all = strip_span_steps(&p, span), chunk = tile_chunk_steps(kind);
    const int strips = gemm_ceil(all, STRIP_STEPS), end = to * strips;
    if (from >= to) return;
    uint8_t *now = w, *then = w + STRIP_STEPS * STRIP_BYTES;
    strip_at at = strip_find(kind, &p, b0, span, from * strips);
    strip_next next = strip_next_make(&plan, &packed, at, at, now);
    for (int g = 0; g < at.chunks; g++)
        for (int r = 0; r < STRIP_ROWS; r++)
            strip_unpack(kind, &plan, &packed, &next, g, r);
    strip_done done = {.left = 0};
    if (span > 0)
        tile_sums_load(STRIP_TILES, strip_sums(&p, local, from));
    else
        tile_sums_zero(STRIP_TILES);
    for (int i = from * strips; i < end; i++) {
        const int b = i / strips, s = i % strips;
        const strip_at then_at = strip_find(kind, &p, b0, span, gemm_min(i + 1, end - 1));
        next = strip_next_make(&plan, &packed, then_at, strip_find(kind, &p, b0, span, gemm_min(i + 2, end - 1)), then);
        if (i + 1 == end) next.chunks = 0;
        uint8_t *c = strip_sums(&p, local, b);
        /* Of the first panel in the next strip. */
        const uint8_t *c_then = s + 1 < strips ? c : span > 0 ? strip_sums(&p, local, gemm_min(b + 1, to - 1)) : NULL;
        for (int j = 0; j < panels; j++) {
            uint8_t *sums = c + j * STRIP_BYTES;
            const uint8_t *x = strip_x(&p, span, j) + (size_t)(s * STRIP_STEPS) * TILE_BYTES;
            const uint8_t *then_c = j + 1 == panels ? c_then : span + s > 0 ? sums + STRIP_BYTES : NULL;
            strip_turn(kind, &p, &packed, now, x, at.chunks * chunk, sums, then_c, &next, STRIP_ROWS * j / panels,
                       STRIP_ROWS * (j + 1) / panels, &done);
        }
        if (s == strips - 1) {
            while (done.left > 0)
                strip_write_one(kind, &p, &done);
            if (span == p.spans - 1) done = strip_finish(&p, c, b0 + b, (long)all * panels);
        }
        now = then;
        then = now == w ? w + STRIP_STEPS * STRIP_BYTES : w;
        at = then_at;
    }
    while (done.left > 0)
        strip_write_one(kind, &p, &done);
}

/* What each thread does. */
FQ_INLINE void strip_work(fq_gemm_kind kind, const strip_plan *p) {
    _Alignas(4096) uint8_t w[2 * STRIP_STEPS * STRIP_BYTES];
    _Alignas(64) uint8_t local[2 * STRIP_PANELS * STRIP_BYTES];
    const int self = omp_get_thread_num(), threads = omp_get_num_threads(), batch = p->t.tiles * TILE_SIDE;
    tile_begin();
    for (int m0 = 0; m0 < p->t.m; m0 += batch) {
        const int all = gemm_min(p->t.tiles, gemm_ceil(p->t.m - m0, TILE_SIDE)), own = all >= STRIP_PANELS * threads;
        const int first = own ? all * self / threads : 0, count = (own ? all * (self + 1) / threads : all) - first;
        const int passes = gemm_ceil(count, STRIP_PANELS);
        for (int i = 0; i < passes; i++) {
            const int i0 = count * i / passes, i1 = count * (i + 1) / passes;
            const strip_pass pass = strip_pass_make(kind, p, m0, first + i0, i1 - i0);
            strip_pack(kind, &pass, own ? 0 : self, own ? 1 : threads);
            if (!own) {
#pragma omp barrier
            }
            for (int b0 = 0; b0 < p->bands; b0 += STRIP_GROUP) {
                const long bands = gemm_min(p->bands - b0, STRIP_GROUP);
                const int from = own ? 0 : (int)(bands * self / threads);
                const int to = own ? (int)bands : (int)(bands * (self + 1) / threads);
                for (int span = 0; span < pass.spans; span++)
                    strip_span(kind, &pass, w, local, b0, from, to, span);
                /* The next group's sums wait where these did, and its share of bands may be another. */
                if (!own && pass.spans > 1) {
#pragma omp barrier
                }
            }
        }
        if (m0 + batch < p->t.m) { /* the next batch takes this one's place */
#pragma omp barrier
        }
    }
    fq_tile_release();
}

#endif
