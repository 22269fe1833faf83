/* The product of packed weights whose groups have scales of their own, in tiles: the integer sums of every chunk of 128
 * inputs leave the tiles and go, times the scales of their rows, onto sums that stay in the first cache. Those of
 * i4i8_int are int32 (one VPMULLD a vector, one conversion at the end), those of i4i8_f16 float32 (one conversion and
 * one FMA a vector), and nothing else differs: what Integer Scale gains is the time between the two. The chunk before
 * is scaled and the next one unpacked while tiles multiply. */
#ifndef FQ_KERNELS_GEMM_SCALED_H
#define FQ_KERNELS_GEMM_SCALED_H
#include "kernels/gemm_tile.h"

/* sums += part times scale of its row, both [tile][16 rows][16 tokens]; rows from .. to - 1. */
FQ_INLINE void scaled_add(fq_gemm_kind kind, const int tiles, const int32_t *scale, const int from, const int to,
                          const uint8_t *part, uint8_t *sums) {
    FQ_UNROLL
    for (int r = from; r < to; r++) {
        const __m512i s = _mm512_set1_epi32(scale[r]);
        FQ_UNROLL
        for (int t = 0; t < tiles; t++) {
            const int at = t * TILE_BYTES + 64 * r;
            const __m512i p = _mm512_load_si512(part + at), sum = _mm512_load_si512(sums + at);
            const __m512 f = _mm512_fmadd_ps(_mm512_cvtepi32_ps(p), _mm512_castsi512_ps(s), _mm512_castsi512_ps(sum));
            _mm512_store_si512(sums + at, kind == FQ_GEMM_i4i8_int ? _mm512_add_epi32(sum, _mm512_mullo_epi32(p, s))
                                                                   : _mm512_castps_si512(f));
        }
    }
}

/* Blocks from .. to - 1, all of k. */
FQ_INLINE void scaled_blocks(fq_gemm_kind kind, const int tiles, const tile_plan *p, uint8_t *w, int from, int to,
                             int m0) {
    _Alignas(64) uint8_t part[TILE_MOST * TILE_BYTES], sums[TILE_MOST * TILE_BYTES];
    _Alignas(64) int32_t scale[16];
    const int chunks = p->w->chunks, half = TILE_SIDE / 2;
    uint8_t *now = w, *then = w + p->w_next;
    if (from < to) tile_unpack(kind, p, p->w, from, 0, 0, TILE_SIDE, now);
    for (int b = from; b < to; b++) {
        memset(sums, 0, (size_t)tiles * TILE_BYTES);
        for (int g = 0; g < chunks; g++) {
            const uint8_t *x = p->x + (size_t)(2 * g) * p->x_step;
            const int g1 = g + 1 < chunks ? g + 1 : 0, b1 = g + 1 < chunks ? b : gemm_min(b + 1, to - 1);
            tile_sums_zero(tiles);
            tile_step(kind, tiles, now, x);
            tile_unpack(kind, p, p->w, b1, g1, 0, half, then);
            if (g > 0) scaled_add(kind, tiles, scale, 0, half, part, sums);
            tile_step(kind, tiles, now + p->w_step, x + p->x_step);
            tile_unpack(kind, p, p->w, b1, g1, half, half, then);
            if (g > 0) scaled_add(kind, tiles, scale, half, TILE_SIDE, part, sums);
            tile_sums_store(tiles, part);
            x512_scales(kind, p->w, ((size_t)b * (size_t)chunks + (size_t)g) * TILE_SIDE, scale);
            uint8_t *swap = now;
            now = then;
            then = swap;
        }
        scaled_add(kind, tiles, scale, 0, TILE_SIDE, part, sums);
        for (int t = 0; t < tiles; t++)
            tile_finish(gemm_is_int_sum(kind), 0, p, sums + t * TILE_BYTES, b * TILE_SIDE, m0, t * TILE_SIDE);
    }
}

#define SCALED_CASE(t)                                                                                                 \
    case t:                                                                                                            \
        scaled_blocks(kind, t, p, w, from, to, m0);                                                                    \
        break

/* What each thread does. */
FQ_INLINE void scaled_work(fq_gemm_kind kind, const tile_plan *p) {
    _Alignas(4096) uint8_t w[4 * TILE_PAGE];
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int from = (int)(p->blocks * self / threads), to = (int)(p->blocks * (self + 1) / threads);
    tile_begin();
    for (int m0 = 0; m0 < p->m; m0 += p->tiles * TILE_SIDE) {
        const int tiles = gemm_min(p->tiles, gemm_ceil(p->m - m0, TILE_SIDE));
        tile_pack_pass(kind, p, m0, tiles);
#pragma omp barrier
        switch (tiles) {
            SCALED_CASE(1);
            SCALED_CASE(2);
            SCALED_CASE(3);
            SCALED_CASE(4);
        }
        if (m0 + p->tiles * TILE_SIDE < p->m) { /* the next pass reuses these activations */
#pragma omp barrier
        }
    }
    fq_tile_release();
}

#endif
