/* The product for many tokens on AMX: three tiles of weights by one of tokens.
 *
 *   band    48 rows of w, three tiles. Threads share out the bands.
 *   panel   16 tokens, one tile. A pass is up to STRIP_PANELS of them.
 *   span    as many steps of k as let the activations of a pass stay in the second-level cache
 *   strip   STRIP_STEPS steps of a span: a band's weights of a strip stay in the first-level cache, unpacked, while all
 *           panels pass by; activations are loaded as what is not needed again soon, so as not to drive them out. The
 *           next strip is unpacked meanwhile, a row or two a step.
 *
 * A product loads 4/3 tiles, and one of four of them comes from the second-level cache, which delivers a tile in the
 * time of a product. Five tile registers are in use and three stay as they were configured: operands are renamed, and
 * when another thread runs on the core, the registers that are left for that run out (docs/NOTES-cpu-kernels.md: with
 * eight in use a product then takes 17 ns, with five 7.6).
 *
 * Sums of a band and a panel wait in memory between strips. Bands, panels, strips and spans lie where M, N and K put
 * them, never the threads, so every sum has one order. */
#ifndef FQ_KERNELS_GEMM_STRIP_H
#define FQ_KERNELS_GEMM_STRIP_H
#include "kernels/gemm_tile.h"

enum {
    STRIP_TILES = 3, /* of w */
    STRIP_STEPS = 8,
    STRIP_PANELS = 16,
    STRIP_SPAN = 1024,                      /* kilobytes of activations in a span */
    STRIP_BYTES = STRIP_TILES * TILE_BYTES, /* of w in a step, and of sums */
    STRIP_GROUP = TILE_GROUP / STRIP_TILES, /* bands between two barriers */
    STRIP_TOKENS = 64                       /* up to so many, gemm_tile.h is faster */
};

typedef struct strip_plan {
    tile_plan t; /* its tiles are the panels of a pass, its steps, span, spans, x and c those below */
    int bands;   /* of w */
} strip_plan;

FQ_INLINE strip_plan strip_plan_make(fq_gemm_kind kind, const fq_gemm_args *a) {
    strip_plan p = {.t = {.a = a, .w = a->packed, .m = a->m, .n = a->w->rows, .k = a->w->cols}};
    tile_plan *t = &p.t;
    const int all = gemm_ceil(t->m, TILE_SIDE);
    t->tables = fq_gemm_tables_get();
    t->w_step = STRIP_BYTES;
    t->blocks = gemm_ceil(t->n, TILE_SIDE);
    t->steps = gemm_ceil(t->k, TILE_CHUNK) * tile_chunk_steps(kind);
    t->tiles = all == 0 ? 0 : gemm_ceil(all, gemm_ceil(all, STRIP_PANELS));
    p.bands = gemm_ceil(t->blocks, STRIP_TILES);
    const int most = all == 0 ? t->steps : STRIP_SPAN / t->tiles / STRIP_STEPS * STRIP_STEPS;
    t->span = gemm_min(t->steps, gemm_ceil(gemm_ceil(t->steps, gemm_ceil(t->steps, most)), STRIP_STEPS) * STRIP_STEPS);
    t->spans = gemm_ceil(t->steps, t->span);
    const size_t waiting = (size_t)gemm_min(p.bands, STRIP_GROUP) * (size_t)t->tiles * STRIP_BYTES;
    tile_place(t, (size_t)t->steps * (size_t)t->tiles * TILE_BYTES, waiting);
    return p;
}

/* Steps of a span, and where panel `panel` of it begins. */
FQ_INLINE int strip_span_steps(const strip_plan *p, int span) {
    return gemm_min(p->t.span, p->t.steps - span * p->t.span);
}
FQ_INLINE uint8_t *strip_x(const strip_plan *p, int span, int panel) {
    const size_t before = (size_t)span * (size_t)p->t.span * (size_t)p->t.tiles;
    return p->t.x + (before + (size_t)panel * (size_t)strip_span_steps(p, span)) * TILE_BYTES;
}

FQ_INLINE void strip_pack_pass(fq_gemm_kind kind, const strip_plan *p, int m0) {
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int panels = gemm_min(p->t.tiles, gemm_ceil(p->t.m - m0, TILE_SIDE));
    for (int s = (int)(p->t.steps * self / threads); s < (int)(p->t.steps * (self + 1) / threads); s++) {
        const int span = s / p->t.span;
        const size_t at = (size_t)(s - span * p->t.span) * TILE_BYTES;
        for (int i = 0; i < panels; i++)
            tile_pack_x(kind, &p->t, m0 + i * TILE_SIDE, s, strip_x(p, span, i) + at);
    }
    tile_pack_scales(kind, &p->t, m0);
}

/* A strip of weights: a band, its first chunk, how many. */
typedef struct strip_at {
    int band, g, chunks;
} strip_at;

/* The strip that is unpacked for the next round, tile by tile and chunk by chunk, and the one after it, which is asked
 * for. */
typedef struct strip_next {
    strip_at at, after;
    uint8_t *w, *to;
    int tile, chunk, row; /* next */
    int block, g;         /* of the chunk */
    size_t line, ask;     /* packed: first of the chunk, and of that one strip later */
} strip_next;

/* Blocks beyond the last row: the last one again, never stored. */
FQ_INLINE int strip_block(const tile_plan *p, int band, int tile) {
    return gemm_min(STRIP_TILES * band + tile, p->blocks - 1);
}

FQ_INLINE void strip_turn(fq_gemm_kind kind, const tile_plan *p, const fq_gemm_packed *w, strip_next *n) {
    n->row = 0;
    n->to = n->w + (size_t)(n->chunk * tile_chunk_steps(kind)) * STRIP_BYTES + n->tile * TILE_BYTES;
    n->block = strip_block(p, n->at.band, n->tile);
    n->g = n->at.g + n->chunk;
    if (!gemm_is_packed(kind)) return;
    const size_t chunks = (size_t)w->chunks, then = (size_t)strip_block(p, n->after.band, n->tile) * chunks;
    n->line = ((size_t)n->block * chunks + (size_t)n->g) * TILE_SIDE;
    n->ask = (then + (size_t)(n->after.g + gemm_min(n->chunk, n->after.chunks - 1))) * TILE_SIDE;
}

/* The next `count` rows; count divides 16. p and w: copies that no store can reach. */
FQ_INLINE void strip_unpack(fq_gemm_kind kind, const tile_plan *p, const fq_gemm_packed *w, strip_next *n, int count) {
    if (n->tile == STRIP_TILES) return;
    FQ_ROLLED
    for (const int end = n->row + count; n->row < end; n->row++) {
        __m512i v[4];
        const size_t r = (size_t)n->row;
        if (!gemm_is_packed(kind)) {
            tile_ask(kind, p, n->block, n->g + STRIP_STEPS / tile_chunk_steps(kind), n->row);
            tile_unpack_row(kind, p, n->block, n->g, n->row, n->to);
            continue;
        }
        _mm_prefetch((const char *)w->codes + (n->ask + r) * FQ_PACKED_LINE, _MM_HINT_T1);
        x512_unpack(kind, p->tables, w, n->line + r, (size_t)n->block * TILE_SIDE + r, v);
        FQ_UNROLL
        for (int s = 0; s < tile_chunk_steps(kind); s++)
            _mm512_store_si512(n->to + s * STRIP_BYTES + 64 * r, v[s]);
    }
    if (n->row < TILE_SIDE) return;
    if (++n->chunk == n->at.chunks) {
        n->chunk = 0;
        n->tile++;
    }
    strip_turn(kind, p, w, n);
}

FQ_INLINE void strip_step(fq_gemm_kind kind, const uint8_t *w, const uint8_t *x) {
    fq_tile_stream(4, x, 64);
    fq_tile_load(3, w, 64);
    TILE_MULTIPLY(kind, 0, 3, 4);
    fq_tile_load(3, w + TILE_BYTES, 64);
    TILE_MULTIPLY(kind, 1, 3, 4);
    fq_tile_load(3, w + 2 * TILE_BYTES, 64);
    TILE_MULTIPLY(kind, 2, 3, 4);
}

/* Finished sums of a band and a panel that wait to be written. */
typedef struct strip_done {
    const tile_plan *p;
    const uint8_t *c;
    int band, panel, tile; /* next to write */
} strip_done;

FQ_INLINE void strip_write_one(fq_gemm_kind kind, strip_done *d, int m0) {
    if (d->tile >= STRIP_TILES) return;
    tile_finish(gemm_is_int(kind), tile_shift(kind), d->p, d->c + d->tile * TILE_BYTES,
                (STRIP_TILES * d->band + d->tile) * TILE_SIDE, m0, d->panel * TILE_SIDE);
    d->tile++;
}

/* One strip of one panel; `each` rows of the next strip are unpacked a step. */
FQ_INLINE void strip_panel(fq_gemm_kind kind, const tile_plan *p, const fq_gemm_packed *packed, const uint8_t *w,
                           const uint8_t *x, int steps, uint8_t *c, int first, strip_next *next, int each,
                           strip_done *done, int m0) {
    if (first)
        tile_sums_zero(STRIP_TILES);
    else
        tile_sums_load(STRIP_TILES, c);
    FQ_ROLLED
    for (int s = 0; s < steps; s++) {
        strip_step(kind, w + (size_t)s * STRIP_BYTES, x + (size_t)s * TILE_BYTES);
        strip_unpack(kind, p, packed, next, each);
        strip_write_one(kind, done, m0);
    }
    while (done->tile < STRIP_TILES)
        strip_write_one(kind, done, m0);
    tile_sums_store(STRIP_TILES, c);
}

/* Strip i of a span, bands one after another. */
FQ_INLINE strip_at strip_find(fq_gemm_kind kind, const strip_plan *p, int b0, int span, int i) {
    const int chunk = tile_chunk_steps(kind), all = strip_span_steps(p, span), strips = gemm_ceil(all, STRIP_STEPS);
    const int s = i % strips * STRIP_STEPS;
    return (strip_at){b0 + i / strips, (span * p->t.span + s) / chunk, gemm_min(STRIP_STEPS, all - s) / chunk};
}

/* Bands from .. to - 1 of the group that starts at band b0, one span of k. w: two buffers of a strip. */
FQ_INLINE void strip_span(fq_gemm_kind kind, const strip_plan *p, uint8_t *w, int b0, int from, int to, int m0,
                          int span) {
    _Alignas(64) uint8_t local[STRIP_PANELS * STRIP_BYTES];
    const tile_plan plan = p->t; /* copies that no store can reach */
    const fq_gemm_packed packed = plan.w ? *plan.w : (fq_gemm_packed){0};
    const int panels = gemm_min(plan.tiles, gemm_ceil(plan.m - m0, TILE_SIDE)), all = strip_span_steps(p, span);
    const int strips = gemm_ceil(all, STRIP_STEPS), end = to * strips;
    if (from >= to) return;
    strip_done done = {&p->t, NULL, 0, 0, STRIP_TILES};
    strip_next next = {.w = w};
    next.at = next.after = strip_find(kind, p, b0, span, from * strips);
    strip_turn(kind, &plan, &packed, &next);
    while (next.tile < STRIP_TILES)
        strip_unpack(kind, &plan, &packed, &next, TILE_SIDE);
    for (int i = from * strips; i < end; i++) {
        const uint8_t *now = next.w;
        const int b = i / strips, s = i % strips, steps = next.at.chunks * tile_chunk_steps(kind);
        next = (strip_next){.w = now == w ? w + STRIP_STEPS * STRIP_BYTES : w, .tile = i + 1 < end ? 0 : STRIP_TILES};
        next.at = strip_find(kind, p, b0, span, gemm_min(i + 1, end - 1));
        next.after = strip_find(kind, p, b0, span, gemm_min(i + 2, end - 1));
        strip_turn(kind, &plan, &packed, &next);
        int each = 1; /* rows a step, a power of two */
        while (each < TILE_SIDE && each * panels * steps < STRIP_TILES * TILE_SIDE * next.at.chunks)
            each *= 2;
        for (int panel = 0; panel < panels; panel++) {
            uint8_t *c =
                plan.spans > 1 ? plan.c + (size_t)(b * plan.tiles + panel) * STRIP_BYTES : local + panel * STRIP_BYTES;
            const uint8_t *x = strip_x(p, span, panel) + (size_t)(s * STRIP_STEPS) * TILE_BYTES;
            strip_panel(kind, &plan, &packed, now, x, steps, c, span + s == 0, &next, each, &done, m0);
            if (span == plan.spans - 1 && s == strips - 1) done = (strip_done){&p->t, c, b0 + b, panel, 0};
        }
        while (next.tile < STRIP_TILES)
            strip_unpack(kind, &plan, &packed, &next, TILE_SIDE - next.row);
    }
    while (done.tile < STRIP_TILES)
        strip_write_one(kind, &done, m0);
}

/* What each thread does. */
FQ_INLINE void strip_work(fq_gemm_kind kind, const strip_plan *p) {
    _Alignas(4096) uint8_t w[2 * STRIP_STEPS * STRIP_BYTES];
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    tile_begin();
    for (int m0 = 0; m0 < p->t.m; m0 += p->t.tiles * TILE_SIDE) {
        strip_pack_pass(kind, p, m0);
#pragma omp barrier
        for (int b0 = 0; b0 < p->bands; b0 += STRIP_GROUP) {
            const long count = gemm_min(p->bands - b0, STRIP_GROUP);
            const int from = (int)(count * self / threads), to = (int)(count * (self + 1) / threads);
            for (int span = 0; span < p->t.spans; span++)
                strip_span(kind, p, w, b0, from, to, m0, span);
            /* The next bands reuse these sums, the next pass these activations; after the last the region ends. */
            if (b0 + STRIP_GROUP < p->bands ? p->t.spans > 1 : m0 + p->t.tiles * TILE_SIDE < p->t.m) {
#pragma omp barrier
            }
        }
    }
    fq_tile_release();
}

#endif
