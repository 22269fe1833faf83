/* The product for two tokens and more on AMX. Weights are the left operand of the tile unit, 16 rows of 64 bytes a
 * tile; activations the right one, 16 tokens wide; so a 4-bit weight is looked up along its row, with one table a row,
 * and the group scale is inside the operand: sums stay in tile registers over k.
 *
 *   step    64 bytes of a row of w: 32 bf16 or 64 int8 codes of k
 *   chunk   128 codes of k, the unit of packing: 4 steps of bf16, 2 of int8
 *   pair    32 rows of w: two tiles. Threads share out the pairs.
 *   panel   32 tokens: two tiles. The sums of a pair and a panel are tile registers 0 to 3.
 *   block   as many steps of k as let all panels of a pass stay in the second-level cache
 *
 * Two ways to go through a block:
 *   one panel    a chunk is unpacked while the one before is multiplied, both in the first-level cache
 *   more panels  a pair is unpacked once for the block, then multiplied by panel after panel
 *
 * A load that follows a store to the same offset within a page waits for that store to retire, and stores retire behind
 * slow tile products. So with one panel each kind of data has its own kilobyte of every page: 0 and 1 the chunk that is
 * multiplied and the chunk that is unpacked, in turn; 2 and 3 the activations.
 *
 * Pairs, panels and blocks lie where M, N and K put them, never the threads, so every sum has one order. */
#ifndef FQ_KERNELS_GEMM_TILE_H
#define FQ_KERNELS_GEMM_TILE_H
#include <omp.h>
#include "kernels/amx_tiles.h"
#include "kernels/gemm_packed.h"
#include "kernels/gemm_x512.h"

#ifndef TILE_PANELS
#define TILE_PANELS 8
#endif
#ifndef TILE_BLOCK
#define TILE_BLOCK 512
#endif
#ifndef TILE_STEPS
#define TILE_STEPS 128
#endif

enum {
    TILE_BYTES = 1024,
    TILE_PAGE = 4096,
    TILE_CHUNK = FQ_PACKED_CODES,
    TILE_TOKENS = 32,               /* of a panel */
    TILE_ROWS = 32,                 /* of a pair */
    TILE_MOST_PANELS = TILE_PANELS, /* of a pass over the weights */
    TILE_MOST_STEPS = TILE_STEPS,   /* of a block, which bounds the buffer of unpacked weights */
    TILE_BLOCK_STEPS = TILE_BLOCK,  /* of a block, times panels: 2 KB each in the second-level cache */
    TILE_GROUP = 128 /* pairs of all threads between two barriers, which bounds the sums that wait for the next block */
};

typedef struct tile_plan {
    const fq_gemm_args *a;
    const fq_gemm_packed *w; /* NULL for products of weights as they are */
    const fq_gemm_tables *tables;
    int m, n, k;
    int pairs, steps, block, blocks; /* steps of k in all and in a block; blocks of k */
    int pass, panels;                /* tokens and panels of a pass */
    size_t panel_step;               /* bytes from one step of a panel to the next */
    uint8_t *x;                      /* [block][panel][step][2] tiles */
    float *x_scale;                  /* [pass] 1 where there is none */
    int32_t *x_sum;                  /* [pass] FQ_GEMM_BIAS times the sum of a token's codes; 0 for floats */
    uint8_t *c;                      /* [pair of TILE_GROUP][panel][4] tiles; unused with one block */
    size_t bytes;                    /* of scratch */
} tile_plan;

FQ_INLINE int tile_step_codes(fq_gemm_kind kind) {
    return gemm_is_int(kind) ? 64 : 32;
}
FQ_INLINE int tile_chunk_steps(fq_gemm_kind kind) {
    return TILE_CHUNK / tile_step_codes(kind);
}

static inline size_t tile_take(size_t *used, size_t bytes) {
    const size_t at = *used;
    *used += fq_round_up(bytes, 64);
    return at;
}

FQ_INLINE tile_plan tile_plan_make(fq_gemm_kind kind, const fq_gemm_args *a) {
    tile_plan p = {.a = a, .w = a->packed, .m = a->m, .n = a->w->rows, .k = a->w->cols};
    p.tables = fq_gemm_tables_get();
    p.pairs = gemm_ceil(p.n, TILE_ROWS);
    p.steps = gemm_ceil(p.k, TILE_CHUNK) * tile_chunk_steps(kind);
    const int passes = gemm_ceil(p.m, TILE_MOST_PANELS * TILE_TOKENS);
    p.panels = gemm_ceil(gemm_ceil(p.m, passes), TILE_TOKENS);
    p.pass = p.panels * TILE_TOKENS;
    p.block = p.steps;
    p.panel_step = TILE_PAGE;
    if (p.panels > 1) {
        const int most = gemm_min(TILE_MOST_STEPS, TILE_BLOCK_STEPS / p.panels), chunk = tile_chunk_steps(kind);
        p.block = gemm_ceil(gemm_ceil(p.steps, gemm_ceil(p.steps, most)), chunk) * chunk;
        p.panel_step = 2 * TILE_BYTES;
    }
    p.blocks = gemm_ceil(p.steps, p.block);
    size_t used = 0;
    const size_t x = tile_take(&used, (size_t)p.panels * (size_t)p.steps * p.panel_step + TILE_PAGE);
    const size_t scale = tile_take(&used, (size_t)p.pass * sizeof(float));
    const size_t sum = tile_take(&used, (size_t)p.pass * sizeof(int32_t));
    const size_t waiting = (size_t)gemm_min(p.pairs, TILE_GROUP) * (size_t)p.panels;
    const size_t c = tile_take(&used, p.blocks > 1 ? waiting * 4 * TILE_BYTES : 0);
    p.bytes = used;
    if (a->scratch) {
        uint8_t *base = a->scratch;
        p.x = base + x;
        p.x +=
            (TILE_PAGE + 2 * TILE_BYTES - (size_t)((uintptr_t)p.x % TILE_PAGE)) % TILE_PAGE; /* offset 2 KB in a page */
        p.x_scale = (float *)(void *)(base + scale);
        p.x_sum = (int32_t *)(void *)(base + sum);
        p.c = base + c;
    }
    return p;
}

FQ_INLINE int tile_block_steps(const tile_plan *p, int b) {
    return gemm_min(p->block, p->steps - b * p->block);
}
FQ_INLINE uint8_t *tile_panel(const tile_plan *p, int b, int panel) {
    const size_t before = (size_t)b * (size_t)p->block * (size_t)p->panels;
    return p->x + (before + (size_t)panel * (size_t)tile_block_steps(p, b)) * p->panel_step;
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

FQ_INLINE void tile_pack_pass(fq_gemm_kind kind, const tile_plan *p, int m0) {
    const int self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int halves = gemm_ceil(gemm_min(p->pass, p->m - m0), TILE_TOKENS / 2);
    const int from = (int)((long)p->steps * self / threads), to = (int)((long)p->steps * (self + 1) / threads);
    for (int h = 0; h < halves; h++)
        for (int s = from; s < to; s++) {
            const int b = s / p->block;
            uint8_t *dst = tile_panel(p, b, h / 2) + (size_t)(s - b * p->block) * p->panel_step + (h % 2) * TILE_BYTES;
            tile_pack_x(kind, p, m0 + h * (TILE_TOKENS / 2), s, dst);
        }
    for (int i = self; i < p->pass; i += threads) {
        const int there = m0 + i < p->m;
        p->x_scale[i] = there ? gemm_x_scale(kind, p->a, m0 + i) : 1.0f;
        p->x_sum[i] = there && kind != FQ_GEMM_i8i8 && gemm_is_int(kind) ? x512_biased_sum(p->a, m0 + i) : 0;
    }
}

/* --- weights --- */

/* Chunk g of row r (0 .. 31) of a pair: its line in each of the chunk's steps, at dst, dst + stride ... */
FQ_INLINE void tile_unpack_row(fq_gemm_kind kind, const tile_plan *p, int pair, int g, int r, uint8_t *dst,
                               size_t stride) {
    __m512i v[4];
    if (gemm_is_packed(kind)) {
        const size_t block = (size_t)(2 * pair + r / 16);
        const size_t at = (block * (size_t)p->w->chunks + (size_t)g) * FQ_PACKED_ROWS + (size_t)(r % 16);
        x512_unpack(kind, p->tables, p->w, at, block * FQ_PACKED_ROWS + (size_t)(r % 16), v);
    } else {
        x512_copy(kind, p->a->w, gemm_min(pair * TILE_ROWS + r, p->n - 1), g, v);
    }
    FQ_UNROLL
    for (int s = 0; s < tile_chunk_steps(kind); s++)
        _mm512_store_si512(dst + (size_t)s * stride, v[s]);
}

/* Ask for row r of chunk g + ahead of a pair. */
FQ_INLINE void tile_prefetch(fq_gemm_kind kind, const tile_plan *p, int pair, int g, int r) {
    if (gemm_is_packed(kind)) {
        const size_t block = (size_t)(2 * pair + r / 16);
        const size_t at = (block * (size_t)p->w->chunks + (size_t)g) * FQ_PACKED_ROWS + (size_t)(r % 16);
        _mm_prefetch((const char *)p->w->codes + at * FQ_PACKED_LINE, _MM_HINT_T1);
        return;
    }
    const fq_qmatrix *w = p->a->w;
    const int row = gemm_min(pair * TILE_ROWS + r, p->n - 1);
    const char *line = (const char *)gemm_w_at(kind, w, row, 0);
    for (int i = 0; i < TILE_CHUNK * gemm_w_bits(kind) / 8; i += 64)
        _mm_prefetch(line + (size_t)g * TILE_CHUNK * (size_t)gemm_w_bits(kind) / 8 + i, _MM_HINT_T1);
}

/* --- products --- */

#define TILE_MULTIPLY(kind, c, a, b)                                                                                   \
    do {                                                                                                               \
        if (kind == FQ_GEMM_i8i8)                                                                                      \
            fq_tile_dp_int8(c, a, b);                                                                                  \
        else if (gemm_is_int(kind))                                                                                    \
            fq_tile_dp_uint8(c, a, b);                                                                                 \
        else                                                                                                           \
            fq_tile_dp_bf16(c, a, b);                                                                                  \
    } while (0)

/* One step: w0 and w1 two tiles of w, x two tiles of tokens. */
FQ_INLINE void tile_step(fq_gemm_kind kind, const int half, const uint8_t *w0, const uint8_t *w1, const uint8_t *x) {
    fq_tile_load(4, w0, 64);
    fq_tile_load(6, x, 64);
    TILE_MULTIPLY(kind, 0, 4, 6);
    fq_tile_load(5, w1, 64);
    TILE_MULTIPLY(kind, 2, 5, 6);
    if (half) return;
    fq_tile_load(7, x + TILE_BYTES, 64);
    TILE_MULTIPLY(kind, 1, 4, 7);
    TILE_MULTIPLY(kind, 3, 5, 7);
}

FQ_INLINE void tile_sums_zero(void) {
    fq_tile_zero(0);
    fq_tile_zero(1);
    fq_tile_zero(2);
    fq_tile_zero(3);
}
FQ_INLINE void tile_sums_load(const uint8_t *c) {
    fq_tile_load(0, c, 64);
    fq_tile_load(1, c + TILE_BYTES, 64);
    fq_tile_load(2, c + 2 * TILE_BYTES, 64);
    fq_tile_load(3, c + 3 * TILE_BYTES, 64);
}
FQ_INLINE void tile_sums_store(uint8_t *c) {
    fq_tile_store(0, c, 64);
    fq_tile_store(1, c + TILE_BYTES, 64);
    fq_tile_store(2, c + 2 * TILE_BYTES, 64);
    fq_tile_store(3, c + 3 * TILE_BYTES, 64);
}

/* The epilogue of one tile of sums: rows n0.. of w, tokens i0.. of the pass that starts at token m0. */
static __attribute__((noinline)) void tile_finish(int is_int, const tile_plan *p, const uint8_t *c, int n0, int m0,
                                                  int i0) {
    const fq_gemm_args *a = p->a;
    const int tokens = gemm_min(16, p->m - m0 - i0), rows = gemm_min(16, p->n - n0);
    if (tokens <= 0 || rows <= 0) return;
    const __m512 x_scale = _mm512_loadu_ps(p->x_scale + i0);
    const __m512i x_sum = _mm512_loadu_si512(p->x_sum + i0);
    const __mmask16 lanes = (__mmask16)((1u << rows) - 1);
    __m512i v[16];
    FQ_UNROLL
    for (int r = 0; r < 16; r++) {
        const float scale = a->w->row_scale[gemm_min(n0 + r, p->n - 1)];
        const __m512i sum = _mm512_load_si512(c + 64 * r);
        const __m512 f = is_int ? _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, x_sum)) : _mm512_castsi512_ps(sum);
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

FQ_INLINE void tile_finish_panel(fq_gemm_kind kind, const tile_plan *p, const uint8_t *c, int pair, int m0, int panel) {
    for (int t = 0; t < 4; t++)
        tile_finish(gemm_is_int(kind), p, c + t * TILE_BYTES, pair * TILE_ROWS + t / 2 * 16, m0,
                    panel * TILE_TOKENS + t % 2 * 16);
}

/* One panel. w: pages of two chunks' tiles, page i tile i of both. */
FQ_INLINE void tile_stream(fq_gemm_kind kind, const int half, const tile_plan *p, uint8_t *w, int from, int to) {
    enum { AHEAD = 4 };
    const int steps = tile_chunk_steps(kind), rows = TILE_ROWS / steps, chunks = p->steps / steps;
    _Alignas(64) uint8_t c[4 * TILE_BYTES];
    int next = 0; /* which kilobyte the next chunk goes to */
    for (int r = 0; r < TILE_ROWS && from < to; r++)
        tile_unpack_row(kind, p, from, 0, r, w + (size_t)(r / 16 * steps) * TILE_PAGE + r % 16 * 64, TILE_PAGE);
    for (int pair = from; pair < to; pair++) {
        tile_sums_zero();
        for (int g = 0; g < chunks; g++) {
            const uint8_t *now = w + next * TILE_BYTES;
            const uint8_t *x = p->x + (size_t)(g * steps) * p->panel_step;
            next = 1 - next;
            uint8_t *then = w + next * TILE_BYTES;
            const int g1 = g + 1 < chunks ? g + 1 : 0, pair1 = g + 1 < chunks ? pair : gemm_min(pair + 1, p->pairs - 1);
            const int g2 = (g + AHEAD) % chunks, pair2 = gemm_min(pair + (g + AHEAD) / chunks, p->pairs - 1);
            FQ_UNROLL
            for (int s = 0; s < steps; s++) {
                tile_step(kind, half, now + s * TILE_PAGE, now + (steps + s) * TILE_PAGE,
                          x + (size_t)s * p->panel_step);
                FQ_ROLLED
                for (int r = s * rows; r < (s + 1) * rows; r++) {
                    tile_prefetch(kind, p, pair2, g2, r);
                    tile_unpack_row(kind, p, pair1, g1, r, then + (size_t)(r / 16 * steps) * TILE_PAGE + r % 16 * 64,
                                    TILE_PAGE);
                }
            }
        }
        tile_sums_store(c);
        tile_finish_panel(kind, p, c, pair, 0, 0);
    }
}

/* A pair against one panel of a block, asking for `lines` rows of codes of the next pair on the way. */
FQ_INLINE void tile_pass(fq_gemm_kind kind, const int half, int steps, const uint8_t *w, const uint8_t *x) {
    for (int s = 0; s < steps; s++, w += 2 * TILE_BYTES, x += 2 * TILE_BYTES)
        tile_step(kind, half, w, w + TILE_BYTES, x);
}

/* One block of a pair against all panels; slot: which of the waiting sums are the pair's. */
FQ_INLINE void tile_pair(fq_gemm_kind kind, const tile_plan *p, uint8_t *w, uint8_t *local, int m0, int b, int pair,
                         int slot) {
    const int steps = tile_block_steps(p, b), chunk = tile_chunk_steps(kind), g0 = b * p->block / chunk;
    const int panels = gemm_ceil(gemm_min(p->pass, p->m - m0), TILE_TOKENS);
    for (int g = 0; g < steps / chunk; g++)
        FQ_ROLLED
    for (int r = 0; r < TILE_ROWS; r++)
        tile_unpack_row(kind, p, pair, g0 + g, r,
                        w + (size_t)(g * chunk) * 2 * TILE_BYTES + (size_t)(r / 16) * TILE_BYTES + r % 16 * 64,
                        2 * TILE_BYTES);
    for (int panel = 0; panel < panels; panel++) {
        uint8_t *c = p->blocks > 1 ? p->c + (size_t)(slot * p->panels + panel) * 4 * TILE_BYTES : local;
        if (b == 0)
            tile_sums_zero();
        else
            tile_sums_load(c);
        if (p->m - m0 - panel * TILE_TOKENS > TILE_TOKENS / 2)
            tile_pass(kind, 0, steps, w, tile_panel(p, b, panel));
        else
            tile_pass(kind, 1, steps, w, tile_panel(p, b, panel));
        tile_sums_store(c);
        if (b == p->blocks - 1) tile_finish_panel(kind, p, c, pair, m0, panel);
    }
}

FQ_INLINE void tile_begin(void) {
    fq_tile_config config = {.palette = 1};
    for (int t = 0; t < 8; t++) {
        config.row_bytes[t] = 64;
        config.rows[t] = 16;
    }
    fq_tile_configure(&config);
}

/* What each thread does. */
FQ_INLINE void tile_work(fq_gemm_kind kind, const tile_plan *p) {
    _Alignas(4096) uint8_t w[2 * TILE_MOST_STEPS * TILE_BYTES];
    _Alignas(64) uint8_t local[4 * TILE_BYTES];
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    tile_begin();
    for (int m0 = 0; m0 < p->m; m0 += p->pass) {
        tile_pack_pass(kind, p, m0);
#pragma omp barrier
        if (p->panels == 1) {
            const int from = (int)(p->pairs * self / threads), to = (int)(p->pairs * (self + 1) / threads);
            if (p->m > TILE_TOKENS / 2)
                tile_stream(kind, 0, p, w, from, to);
            else
                tile_stream(kind, 1, p, w, from, to);
            break;
        }
        for (int p0 = 0; p0 < p->pairs; p0 += TILE_GROUP) {
            const long count = gemm_min(p->pairs - p0, TILE_GROUP);
            const int from = (int)(count * self / threads), to = (int)(count * (self + 1) / threads);
            for (int b = 0; b < p->blocks; b++)
                for (int i = from; i < to; i++)
                    tile_pair(kind, p, w, local, m0, b, p0 + i, i);
            /* The next pairs reuse these sums, the next pass these activations; after the last the region ends. */
            if (p0 + TILE_GROUP < p->pairs || m0 + p->pass < p->m) {
#pragma omp barrier
            }
        }
    }
    fq_tile_release();
}

#endif
