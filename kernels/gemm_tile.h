/* The product for two tokens and more on AMX. Weights are the left operand of the tile unit, 16 rows of 64 bytes a
 * tile; activations the right one, 16 tokens wide; so a 4-bit weight is looked up along its row, with one table a row,
 * and the group scale is inside the operand: sums stay in tile registers over k.
 *
 *   step    64 bytes of a row of w: 32 bf16 or 64 int8 codes of k
 *   chunk   128 codes of k, the unit of packing: 4 steps of bf16, 2 of int8
 *   block   16 rows of w. Threads share out the blocks.
 *   pass    up to 64 tokens, side by side in four tile registers of sums: one row of tiles of w is multiplied by all
 *   span    as many steps of k as let the activations of a pass stay in the second-level cache; sums of a block wait in
 *           scratch between spans
 *
 * A chunk of w is unpacked into the first-level cache while the one before is multiplied, and the sums of the block
 * before are scaled and written meanwhile: the tile unit is busy for 16 cycles an instruction, the vector units are
 * free.
 *
 * A load that follows a store to the same offset within a page waits for that store to retire, and stores retire behind
 * slow tile products. So with one or two tiles of tokens, where unpacking is most of the work, each kind of data has
 * its own kilobyte of every page: 0 and 1 the chunk that is multiplied and the chunk that is unpacked, in turn; 2 and 3
 * the activations.
 *
 * Blocks, passes and spans lie where M, N and K put them, never the threads, so every sum has one order. */
#ifndef FQ_KERNELS_GEMM_TILE_H
#define FQ_KERNELS_GEMM_TILE_H
#include <omp.h>
#include "kernels/amx_tiles.h"
#include "kernels/gemm_packed.h"
#include "kernels/gemm_x512.h"

enum {
    TILE_BYTES = 1024,
    TILE_PAGE = 4096,
    TILE_CHUNK = FQ_PACKED_CODES,
    TILE_SIDE = 16,   /* rows of w and tokens in a tile */
    TILE_MOST = 4,    /* tiles of tokens in a pass */
    TILE_SPAN = 768,  /* kilobytes of activations in a span */
    TILE_PAGED = 2,   /* most tiles of tokens with kilobytes of pages of their own */
    TILE_GROUP = 256, /* blocks between two barriers, which bounds the sums that wait for the next span */
    TILE_AHEAD = 16   /* chunks of weights that are asked for early */
};

typedef struct tile_plan {
    const fq_gemm_args *a;
    const fq_gemm_packed *w; /* NULL for products of weights as they are */
    const fq_gemm_tables *tables;
    int m, n, k;
    int blocks, steps, span, spans; /* steps of k in all and in a span; spans of k */
    int tiles;                      /* of tokens in a pass */
    size_t x_step;                  /* bytes from one step of a pass to the next */
    size_t w_step, w_next;          /* bytes of the unpacked chunk: from step to step, from one chunk to the other */
    uint8_t *x;                     /* [step][tiles] tiles */
    float *x_scale;                 /* [16 tiles] 1 where there is none */
    int32_t *x_sum;                 /* [16 tiles] FQ_GEMM_BIAS times the sum of a token's codes; 0 for floats */
    uint8_t *c;                     /* [block of TILE_GROUP][tiles] tiles; unused with one span */
    size_t bytes;                   /* of scratch */
} tile_plan;

FQ_INLINE int tile_chunk_steps(fq_gemm_kind kind) {
    return gemm_is_int(kind) ? 2 : 4;
}

static inline size_t tile_take(size_t *used, size_t bytes) {
    const size_t at = *used;
    *used += fq_round_up(bytes, 64);
    return at;
}

/* Scratch for x_bytes of activations, what the epilogue needs of a pass, and the sums that wait between spans. */
static inline void tile_place(tile_plan *p, size_t x_bytes, size_t waiting) {
    const size_t tokens = (size_t)p->tiles * TILE_SIDE;
    p->bytes = 0;
    const size_t x = tile_take(&p->bytes, x_bytes);
    const size_t scale = tile_take(&p->bytes, tokens * sizeof(float));
    const size_t sum = tile_take(&p->bytes, tokens * sizeof(int32_t));
    const size_t c = tile_take(&p->bytes, p->spans > 1 ? waiting : 0);
    uint8_t *base = p->a->scratch;
    if (!base) return;
    p->x = base + x;
    p->x_scale = (float *)(void *)(base + scale);
    p->x_sum = (int32_t *)(void *)(base + sum);
    p->c = base + c;
}

FQ_INLINE tile_plan tile_plan_make(fq_gemm_kind kind, const fq_gemm_args *a) {
    tile_plan p = {.a = a, .w = a->packed, .m = a->m, .n = a->w->rows, .k = a->w->cols};
    const int chunk = tile_chunk_steps(kind), all = gemm_ceil(p.m, TILE_SIDE);
    p.tables = fq_gemm_tables_get();
    p.blocks = gemm_ceil(p.n, TILE_SIDE);
    p.steps = gemm_ceil(p.k, TILE_CHUNK) * chunk;
    p.tiles = all == 0 ? 0 : gemm_ceil(all, gemm_ceil(all, TILE_MOST));
    const int paged = p.tiles <= TILE_PAGED;
    p.x_step = paged ? TILE_PAGE : (size_t)p.tiles * TILE_BYTES;
    p.w_step = paged ? TILE_PAGE : TILE_BYTES;
    p.w_next = paged ? TILE_BYTES : TILE_PAGE;
    const int most = paged ? p.steps : TILE_SPAN / p.tiles / chunk * chunk;
    p.span = p.steps;
    if (p.steps > most) p.span = gemm_ceil(gemm_ceil(p.steps, gemm_ceil(p.steps, most)), chunk) * chunk;
    p.spans = gemm_ceil(p.steps, p.span);
    const size_t waiting = (size_t)gemm_min(p.blocks, TILE_GROUP) * (size_t)p.tiles * TILE_BYTES;
    tile_place(&p, (size_t)p.steps * p.x_step + TILE_PAGE, waiting);
    if (p.x) /* to kilobyte 2 of a page */
        p.x += (TILE_PAGE + 2 * TILE_BYTES - (size_t)((uintptr_t)p.x % TILE_PAGE)) % TILE_PAGE;
    return p;
}

/* --- activations --- */

/* 16 tokens of one step: rows of k units, 16 tokens wide. */
FQ_INLINE void tile_pack_x(fq_gemm_kind kind, const tile_plan *p, int token, int step, uint8_t *dst) {
    __m512i v[16];
    FQ_UNROLL
    for (int i = 0; i < 16; i++)
        v[i] = token + i < p->m ? x512_units(kind, p->a, token + i, step) : _mm512_setzero_si512();
    x512_transpose(v);
    FQ_UNROLL
    for (int i = 0; i < 16; i++)
        _mm512_store_si512(dst + 64 * i, v[i]);
}

/* What the epilogue needs of the tokens of a pass. */
FQ_INLINE void tile_pack_scales(fq_gemm_kind kind, const tile_plan *p, int m0) {
    for (int i = omp_get_thread_num(); i < p->tiles * TILE_SIDE; i += omp_get_num_threads()) {
        const int there = m0 + i < p->m;
        p->x_scale[i] = there ? gemm_x_scale(kind, p->a, m0 + i) : 1.0f;
        p->x_sum[i] = there && !gemm_is_signed(kind) && gemm_is_int(kind) ? x512_biased_sum(p->a, m0 + i) : 0;
    }
}

FQ_INLINE void tile_pack_pass(fq_gemm_kind kind, const tile_plan *p, int m0, int tiles) {
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    for (int t = 0; t < tiles; t++)
        for (int s = (int)(p->steps * self / threads); s < (int)(p->steps * (self + 1) / threads); s++)
            tile_pack_x(kind, p, m0 + t * TILE_SIDE, s, p->x + (size_t)s * p->x_step + (size_t)t * TILE_BYTES);
    tile_pack_scales(kind, p, m0);
}

/* --- weights --- */

/* Ask for row r of chunk g of a block of canonical weights. */
FQ_INLINE void tile_ask(fq_gemm_kind kind, const tile_plan *p, int block, int g, int r) {
    const int row = gemm_min(block * TILE_SIDE + r, p->n - 1), bytes = TILE_CHUNK * gemm_w_bits(kind) / 8;
    const char *line = (const char *)gemm_w_at(kind, p->a->w, row, 0) + (size_t)g * (size_t)bytes;
    FQ_UNROLL
    for (int i = 0; i < bytes; i += 64)
        _mm_prefetch(line + i, _MM_HINT_T1);
}

/* Rows r0 .. r0 + count - 1 of chunk g of a block: their lines in each of the chunk's steps, from dst on. Asks for what
 * comes later. p and w: copies that no store can reach, or addresses are computed anew for every row. */
FQ_INLINE void tile_unpack(fq_gemm_kind kind, const tile_plan *p, const fq_gemm_packed *w, int block, int g, int r0,
                           int count, uint8_t *dst) {
    const size_t first = gemm_is_packed(kind) ? ((size_t)block * (size_t)w->chunks + (size_t)g) * TILE_SIDE : 0;
    dst += 64 * r0;
    FQ_ROLLED
    for (int r = r0; r < r0 + count; r++, dst += 64) {
        __m512i v[4];
        if (gemm_is_packed(kind)) {
            const size_t line = first + (size_t)r;
            _mm_prefetch((const char *)w->codes + (line + TILE_AHEAD * TILE_SIDE) * FQ_PACKED_LINE, _MM_HINT_T1);
            x512_unpack(kind, p->tables, w, line, (size_t)block * TILE_SIDE + (size_t)r, v);
        } else { /* beyond the last row: that again, never stored */
            tile_ask(kind, p, block, g + TILE_AHEAD / 4, r);
            x512_copy(kind, p->a->w, gemm_min(block * TILE_SIDE + r, p->n - 1), g, v);
        }
        FQ_UNROLL
        for (int s = 0; s < tile_chunk_steps(kind); s++)
            _mm512_store_si512(dst + (size_t)s * p->w_step, v[s]);
    }
}

/* --- products --- */

#define TILE_MULTIPLY(kind, c, a, b)                                                                                   \
    do {                                                                                                               \
        if (gemm_is_signed(kind))                                                                                      \
            fq_tile_dp_int8(c, a, b);                                                                                  \
        else if (gemm_is_int(kind))                                                                                    \
            fq_tile_dp_uint8(c, a, b);                                                                                 \
        else                                                                                                           \
            fq_tile_dp_bf16(c, a, b);                                                                                  \
    } while (0)

/* One step: a tile of w times `tiles` tiles of tokens, sums in tile registers 0 to 3. */
FQ_INLINE void tile_step(fq_gemm_kind kind, const int tiles, const uint8_t *w, const uint8_t *x) {
    fq_tile_load(6, w, 64);
    fq_tile_load(7, x, 64);
    TILE_MULTIPLY(kind, 0, 6, 7);
    if (tiles > 1) {
        fq_tile_load(7, x + TILE_BYTES, 64);
        TILE_MULTIPLY(kind, 1, 6, 7);
    }
    if (tiles > 2) {
        fq_tile_load(7, x + 2 * TILE_BYTES, 64);
        TILE_MULTIPLY(kind, 2, 6, 7);
    }
    if (tiles > 3) {
        fq_tile_load(7, x + 3 * TILE_BYTES, 64);
        TILE_MULTIPLY(kind, 3, 6, 7);
    }
}

#define TILE_EACH(tiles, one)                                                                                          \
    do {                                                                                                               \
        one(0);                                                                                                        \
        if (tiles > 1) one(1);                                                                                         \
        if (tiles > 2) one(2);                                                                                         \
        if (tiles > 3) one(3);                                                                                         \
    } while (0)

FQ_INLINE void tile_sums_zero(const int tiles) {
#define TILE_ONE(t) fq_tile_zero(t)
    TILE_EACH(tiles, TILE_ONE);
#undef TILE_ONE
}
FQ_INLINE void tile_sums_load(const int tiles, const uint8_t *c) {
#define TILE_ONE(t) fq_tile_load(t, c + t * TILE_BYTES, 64)
    TILE_EACH(tiles, TILE_ONE);
#undef TILE_ONE
}
FQ_INLINE void tile_sums_store(const int tiles, uint8_t *c) {
#define TILE_ONE(t) fq_tile_store(t, c + t * TILE_BYTES, 64)
    TILE_EACH(tiles, TILE_ONE);
#undef TILE_ONE
}

/* The epilogue of one tile of sums: rows n0.. of w, tokens i0.. of the pass that starts at token m0. Integers may be
 * 2^shift times too large. */
static __attribute__((noinline)) void tile_finish(int is_int, int shift, const tile_plan *p, const uint8_t *c, int n0,
                                                  int m0, int i0) {
    const fq_gemm_args *a = p->a;
    const int tokens = gemm_min(TILE_SIDE, p->m - m0 - i0), rows = gemm_min(TILE_SIDE, p->n - n0);
    if (tokens <= 0 || rows <= 0) return;
    const __m512 x_scale = _mm512_loadu_ps(p->x_scale + i0);
    const __m512i x_sum = _mm512_loadu_si512(p->x_sum + i0);
    const __m128i down = _mm_cvtsi32_si128(shift);
    const __mmask16 lanes = (__mmask16)((1u << rows) - 1);
    __m512i v[16];
    FQ_UNROLL
    for (int r = 0; r < 16; r++) {
        const float scale = a->w->row_scale[gemm_min(n0 + r, p->n - 1)];
        const __m512i sum = _mm512_load_si512(c + 64 * r);
        const __m512 f = is_int ? _mm512_cvtepi32_ps(_mm512_sra_epi32(_mm512_sub_epi32(sum, x_sum), down))
                                : _mm512_castsi512_ps(sum);
        v[r] = _mm512_castps_si512(_mm512_mul_ps(_mm512_mul_ps(f, x_scale), _mm512_set1_ps(scale)));
    }
    x512_transpose(v);
    FQ_UNROLL
    for (int i = 0; i < 16; i++) {
        if (i >= tokens) break;
        const size_t at = (size_t)(m0 + i0 + i) * a->y_stride + (size_t)n0;
        __m512 y = _mm512_castsi512_ps(v[i]);
        if (a->residual) y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(lanes, a->residual + at));
        _mm512_mask_storeu_ps(a->y + at, lanes, y);
    }
}

/* Codes of i4i8_fast lie in the high half of a byte. */
FQ_INLINE int tile_shift(fq_gemm_kind kind) {
    return kind == FQ_GEMM_i4i8_fast ? 4 : 0;
}

/* Finished sums that wait to be written. */
typedef struct tile_done {
    const uint8_t *c;
    int block, tile; /* next to write */
} tile_done;

FQ_INLINE void tile_write_one(fq_gemm_kind kind, const int tiles, const tile_plan *p, tile_done *d, int m0) {
    if (d->tile >= tiles) return;
    tile_finish(gemm_is_int(kind), tile_shift(kind), p, d->c + d->tile * TILE_BYTES, d->block * TILE_SIDE, m0,
                d->tile * TILE_SIDE);
    d->tile++;
}

/* Blocks from .. to - 1 of the group that starts at block b0, one span of k. */
FQ_INLINE void tile_span(fq_gemm_kind kind, const int tiles, const tile_plan *plan, uint8_t *w, int b0, int from,
                         int to, int m0, int span) {
    const tile_plan copy = *plan, *p = &copy;
    const fq_gemm_packed packed = copy.w ? *copy.w : (fq_gemm_packed){0};
    const int chunk = tile_chunk_steps(kind), rows = TILE_SIDE / chunk;
    const int g_from = span * p->span / chunk, g_to = gemm_min(p->steps, (span + 1) * p->span) / chunk;
    const int last = span == p->spans - 1;
    _Alignas(64) uint8_t local[TILE_MOST * TILE_BYTES];
    tile_done done = {local, 0, tiles};
    uint8_t *now = w, *then = w + p->w_next;
    if (from < to) tile_unpack(kind, p, &packed, b0 + from, g_from, 0, TILE_SIDE, now);
    for (int b = from; b < to; b++) {
        uint8_t *c = p->spans > 1 ? p->c + (size_t)b * (size_t)tiles * TILE_BYTES : local;
        if (span == 0)
            tile_sums_zero(tiles);
        else
            tile_sums_load(tiles, c);
        for (int g = g_from; g < g_to; g++) {
            const uint8_t *x = p->x + (size_t)(g * chunk) * p->x_step;
            const int g1 = g + 1 < g_to ? g + 1 : g_from, b1 = b0 + (g + 1 < g_to ? b : gemm_min(b + 1, to - 1));
            FQ_UNROLL
            for (int s = 0; s < chunk; s++) {
                tile_step(kind, tiles, now + (size_t)s * p->w_step, x + (size_t)s * p->x_step);
                tile_unpack(kind, p, &packed, b1, g1, s * rows, rows, then);
            }
            tile_write_one(kind, tiles, plan, &done, m0);
            uint8_t *swap = now;
            now = then;
            then = swap;
        }
        while (done.tile < tiles)
            tile_write_one(kind, tiles, plan, &done, m0);
        tile_sums_store(tiles, c);
        if (last) done = (tile_done){c, b0 + b, 0};
    }
    while (done.tile < tiles)
        tile_write_one(kind, tiles, plan, &done, m0);
}

FQ_INLINE void tile_begin(void) {
    fq_tile_config config = {.palette = 1};
    for (int t = 0; t < 8; t++) {
        config.row_bytes[t] = 64;
        config.rows[t] = 16;
    }
    fq_tile_configure(&config);
}

#define TILE_CASE(t)                                                                                                   \
    case t:                                                                                                            \
        tile_span(kind, t, p, w, b0, from, to, m0, span);                                                              \
        break

/* What each thread does. */
FQ_INLINE void tile_work(fq_gemm_kind kind, const tile_plan *p) {
    _Alignas(4096) uint8_t w[4 * TILE_PAGE];
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    tile_begin();
    for (int m0 = 0; m0 < p->m; m0 += p->tiles * TILE_SIDE) {
        const int tiles = gemm_min(p->tiles, gemm_ceil(p->m - m0, TILE_SIDE));
        tile_pack_pass(kind, p, m0, tiles);
#pragma omp barrier
        for (int b0 = 0; b0 < p->blocks; b0 += TILE_GROUP) {
            const long count = gemm_min(p->blocks - b0, TILE_GROUP);
            const int from = (int)(count * self / threads), to = (int)(count * (self + 1) / threads);
            for (int span = 0; span < p->spans; span++)
                switch (tiles) {
                    TILE_CASE(1);
                    TILE_CASE(2);
                    TILE_CASE(3);
                    TILE_CASE(4);
                }
            /* The next blocks reuse these sums, the next pass these activations; after the last the region ends. */
            if (b0 + TILE_GROUP < p->blocks ? p->spans > 1 : m0 + p->tiles * TILE_SIDE < p->m) {
#pragma omp barrier
            }
        }
    }
    fq_tile_release();
}

#endif
