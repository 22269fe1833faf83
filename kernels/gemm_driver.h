/* The blocked product for many tokens, the same for AVX2, AVX-512 and AMX. Weights are the left operand: a tile is
 * GEMM_MR rows of w times GEMM_NT tokens, and tokens are the lanes, so nothing is ever summed across lanes.
 *
 *   x   codes -> units, transposed to [k block][panel of NT tokens][unit][token], zeros beyond M and K; once a chunk
 *   w   MR rows x KC units unpacked into a buffer that stays in L1 while all panels of the chunk pass by
 *   c   sums [MR][NT] of a tile; beyond one k block they wait in scratch, at most GEMM_ROWS x GEMM_MC of them
 *
 * Threads share out the tiles of rows. Tiles, panels and k blocks lie where M, N and K put them, never the threads, so
 * every sum has one order.
 *
 * The including file defines GEMM_MR, GEMM_NT, GEMM_MC (tokens a chunk) and, as inline functions,
 *   gemm_unit_codes(kind)            codes of k in a unit
 *   gemm_load_units(kind, p)         8 units of one token
 *   gemm_unpack(kind, w, luts, r, k, codes, dst)   units of row r from code k (a multiple of 256) on; may write and
 *                                    read as if `codes` were the next multiple of 64
 *   gemm_tile(kind, half, units, w, x, c, first)   c (+)= tile; half: only the first NT / 2 tokens are wanted
 *   gemm_thread_begin(), gemm_thread_end()         around each thread's work */
#ifndef FQ_KERNELS_GEMM_DRIVER_H
#define FQ_KERNELS_GEMM_DRIVER_H
#include <omp.h>
#include "kernels/gemm_x86.h"

enum {
    GEMM_ROWS = 4096, /* rows of w between two barriers, which bounds the sums in scratch */
    GEMM_TILES = GEMM_ROWS / GEMM_MR,
    GEMM_PAD = 16,    /* units of a k block are padded to this, one AMX tile row */
    GEMM_GROUPS = 18, /* most groups, of 32 codes at least, that a k block of 512 codes touches */
};

typedef struct gemm_plan {
    const fq_gemm_args *a;
    const fq_gemm_lut *luts;
    int m, n, k;
    int units, blocks; /* of k */
    int chunk, panels; /* tokens and panels of a whole chunk */
    uint32_t *x;
    float *x_scale; /* [chunk], 1 where there is none */
    float *c;       /* [tile][panel][MR][NT]; unused with one k block */
    size_t bytes;   /* of scratch */
} gemm_plan;

FQ_INLINE gemm_plan gemm_plan_make(fq_gemm_kind kind, const fq_gemm_args *a) {
    gemm_plan p = {.a = a, .luts = fq_gemm_luts_e4m3(), .m = a->m, .n = a->w->rows, .k = a->w->cols};
    p.units = gemm_ceil(p.k, gemm_unit_codes(kind));
    p.blocks = gemm_ceil(p.units, GEMM_KC);
    p.panels = p.m == 0 ? 0 : gemm_ceil(gemm_ceil(p.m, gemm_ceil(p.m, GEMM_MC)), GEMM_NT);
    p.chunk = p.panels * GEMM_NT;
    const size_t x = (size_t)p.chunk * (size_t)(gemm_ceil(p.units, GEMM_PAD) * GEMM_PAD), scale = (size_t)p.chunk;
    const size_t tiles = (size_t)gemm_min(gemm_ceil(p.n, GEMM_MR), GEMM_TILES);
    const size_t c = p.blocks > 1 ? tiles * (size_t)p.panels * GEMM_MR * GEMM_NT : 0;
    p.bytes = (x + scale + c) * sizeof(float);
    if (a->scratch) {
        p.x = a->scratch;
        p.x_scale = (float *)(void *)(p.x + x);
        p.c = p.x_scale + scale;
    }
    return p;
}

/* Units of k block b, padded. */
FQ_INLINE int gemm_block_units(const gemm_plan *p, int b) {
    return gemm_ceil(gemm_min(p->units - b * GEMM_KC, GEMM_KC), GEMM_PAD) * GEMM_PAD;
}
FQ_INLINE uint32_t *gemm_panel(const gemm_plan *p, int b, int panel) {
    return p->x + (size_t)p->chunk * GEMM_KC * (size_t)b + (size_t)panel * GEMM_NT * (size_t)gemm_block_units(p, b);
}

/* 8 units from unit u of token i on; zeros beyond K and beyond the last token. */
FQ_INLINE __m256i gemm_token_units(fq_gemm_kind kind, const gemm_plan *p, int i, int u) {
    const int codes = 8 * gemm_unit_codes(kind), k = u * gemm_unit_codes(kind);
    if (i >= p->m || k >= p->k) return _mm256_setzero_si256();
    if (kind == FQ_GEMM_any) return gemm_any_units(p->a, i, k);
    const uint8_t *src = (const uint8_t *)p->a->x + (size_t)i * p->a->x_stride + (size_t)(k * gemm_x_bytes(kind));
    if (k + codes <= p->k) return gemm_load_units(kind, src);
    uint8_t rest[32] = {0};
    memcpy(rest, src, (size_t)((p->k - k) * gemm_x_bytes(kind)));
    return gemm_load_units(kind, rest);
}

FQ_INLINE void gemm_pack_panel(fq_gemm_kind kind, const gemm_plan *p, int m0, int b, int panel) {
    const int units = gemm_block_units(p, b);
    uint32_t *dst = gemm_panel(p, b, panel);
    for (int t = 0; t < GEMM_NT; t += 8) {
        for (int u = 0; u < units; u += 8) {
            __m256 v[8];
            FQ_UNROLL
            for (int i = 0; i < 8; i++)
                v[i] = _mm256_castsi256_ps(gemm_token_units(kind, p, m0 + panel * GEMM_NT + t + i, b * GEMM_KC + u));
            gemm_transpose(v);
            FQ_UNROLL
            for (int i = 0; i < 8; i++)
                _mm256_store_ps((float *)(void *)(dst + (u + i) * GEMM_NT + t), v[i]);
        }
    }
}

FQ_INLINE void gemm_store_row(float *y, const float *residual, __m256 v, int n) {
    if (n == 8) {
        _mm256_storeu_ps(y, residual ? _mm256_add_ps(v, _mm256_loadu_ps(residual)) : v);
        return;
    }
    float s[8];
    _mm256_storeu_ps(s, v);
    if (n == 6) { /* the whole tile of AVX2 */
        __m128 lo = _mm_loadu_ps(s), hi = _mm_castpd_ps(_mm_load_sd((const double *)(const void *)(s + 4)));
        if (residual) {
            lo = _mm_add_ps(lo, _mm_loadu_ps(residual));
            hi = _mm_add_ps(hi, _mm_castpd_ps(_mm_load_sd((const double *)(const void *)(residual + 4))));
        }
        _mm_storeu_ps(y, lo);
        _mm_store_sd((double *)(void *)(y + 4), _mm_castps_pd(hi));
        return;
    }
    for (int i = 0; i < n; i++)
        y[i] = residual ? s[i] + residual[i] : s[i];
}

/* The epilogue of one tile: rows n0.. of w, tokens i0.. of the chunk that starts at token m0. */
static __attribute__((noinline)) void gemm_finish(int is_int, const gemm_plan *p, const float *c, int n0, int m0,
                                                  int i0) {
    const fq_gemm_args *a = p->a;
    const int tokens = gemm_min(GEMM_NT, p->m - m0 - i0);
    for (int g = 0; g < GEMM_MR; g += 8) {
        const int rows = gemm_min(gemm_min(8, GEMM_MR - g), p->n - n0 - g);
        if (rows <= 0) break;
        for (int t = 0; t < tokens; t += 8) {
            const __m256 x_scale = _mm256_loadu_ps(p->x_scale + i0 + t);
            __m256 v[8];
            FQ_UNROLL
            for (int r = 0; r < 8; r++) {
                v[r] = _mm256_setzero_ps();
                if (r >= gemm_min(8, GEMM_MR - g)) continue;
                const float scale = a->w->row_scale[gemm_min(n0 + g + r, p->n - 1)];
                __m256 sum = _mm256_load_ps(c + (g + r) * GEMM_NT + t);
                if (is_int) sum = _mm256_cvtepi32_ps(_mm256_castps_si256(sum));
                v[r] = _mm256_mul_ps(_mm256_mul_ps(sum, x_scale), _mm256_set1_ps(scale));
            }
            gemm_transpose(v);
            for (int i = 0; i < gemm_min(8, tokens - t); i++) {
                const size_t at = (size_t)(m0 + i0 + t + i) * a->y_stride + (size_t)(n0 + g);
                gemm_store_row(a->y + at, a->residual ? a->residual + at : NULL, v[i], rows);
            }
        }
    }
}

/* Ask for the codes that the next tile of rows will unpack, one line of each row a panel, while this tile computes. */
FQ_INLINE void gemm_prefetch(fq_gemm_kind kind, const gemm_plan *p, int n0, int k, int codes, int panel) {
    if (panel * 64 * 8 >= codes * gemm_row_bits(kind, p->a->w)) return;
    FQ_ROLLED
    for (int r = 0; r < GEMM_MR; r++)
        _mm_prefetch((const char *)gemm_w_at(kind, p->a->w, gemm_min(n0 + r, p->n - 1), k) + panel * 64, _MM_HINT_T1);
}

/* The product of one k block, from code k on, whose groups are summed up as integers and then, times their scales, onto
 * the floats of c. */
FQ_INLINE void gemm_tile_groups(fq_gemm_kind kind, int half, int units, const uint32_t *w, const uint32_t *x, float *c,
                                int first, int k, int group, const float *scale) {
    _Alignas(64) float part[GEMM_MR * GEMM_NT];
    const int codes = gemm_unit_codes(kind);
    for (int u = 0, g = k / group; u < units; g++, scale += GEMM_MR) {
        const int end = gemm_min(units, ((g + 1) * group - k) / codes);
        gemm_tile(kind, half, end - u, w + u, x + u * GEMM_NT, part, 1);
        for (int r = 0; r < GEMM_MR; r++)
            for (int t = 0; t < (half ? GEMM_NT / 2 : GEMM_NT); t += 8) {
                float *to = c + r * GEMM_NT + t;
                const __m256 sum = first && u == 0 ? _mm256_setzero_ps() : _mm256_load_ps(to);
                const __m256i p = _mm256_load_si256((const __m256i *)(const void *)(part + r * GEMM_NT + t));
                _mm256_store_ps(to, _mm256_fmadd_ps(_mm256_cvtepi32_ps(p), _mm256_set1_ps(scale[r]), sum));
            }
        u = end;
    }
}

/* Scales [group][MR] of a tile of rows, of the groups that codes k .. k + codes - 1 touch. */
FQ_INLINE void gemm_tile_scales(const fq_qmatrix *w, int n0, int k, int codes, float *scale) {
    for (int g = k / w->group; g * w->group < k + codes; g++)
        for (int r = 0; r < GEMM_MR; r++)
            *scale++ = _cvtsh_ss(gemm_scale_code(w, gemm_min(n0 + r, w->rows - 1), g));
}

/* One k block of one tile of rows against all panels of the chunk; slot: which of the waiting tiles it is. */
FQ_INLINE void gemm_row_tile(fq_gemm_kind kind, const gemm_plan *p, int m0, int b, int tile, int slot) {
    _Alignas(64) uint32_t w[GEMM_MR * GEMM_WS];
    _Alignas(64) float local[GEMM_MR * GEMM_NT];
    const int units = gemm_block_units(p, b), k = b * GEMM_KC * gemm_unit_codes(kind);
    const int codes = gemm_min(p->k - k, GEMM_KC * gemm_unit_codes(kind)), n0 = tile * GEMM_MR;
    float scale[GEMM_MR * GEMM_GROUPS];
    if (gemm_is_scaled(kind)) gemm_tile_scales(p->a->w, n0, k, codes, scale);
    FQ_ROLLED
    for (int r = 0; r < GEMM_MR; r++) /* beyond the last row: that row again, never stored */
        gemm_unpack(kind, p->a->w, p->luts, gemm_min(n0 + r, p->n - 1), k, codes, w + r * GEMM_WS);
    for (int panel = 0; panel * GEMM_NT < gemm_min(p->chunk, p->m - m0); panel++) {
        const int tokens = p->m - m0 - panel * GEMM_NT;
        float *sum = p->blocks > 1 ? p->c + (size_t)(slot * p->panels + panel) * GEMM_MR * GEMM_NT : local;
        gemm_prefetch(kind, p, n0 + GEMM_MR, k, codes, panel);
        if (gemm_is_scaled(kind))
            gemm_tile_groups(kind, tokens <= GEMM_NT / 2, units, w, gemm_panel(p, b, panel), sum, b == 0, k,
                             p->a->w->group, scale);
        else if (tokens > GEMM_NT / 2)
            gemm_tile(kind, 0, units, w, gemm_panel(p, b, panel), sum, b == 0);
        else
            gemm_tile(kind, 1, units, w, gemm_panel(p, b, panel), sum, b == 0);
        if (b == p->blocks - 1) gemm_finish(gemm_is_int_sum(kind), p, sum, n0, m0, panel * GEMM_NT);
    }
}

FQ_INLINE void gemm_pack_chunk(fq_gemm_kind kind, const gemm_plan *p, int m0) {
    const int self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int panels = gemm_ceil(gemm_min(p->chunk, p->m - m0), GEMM_NT);
    for (int task = self; task < panels * p->blocks; task += threads)
        gemm_pack_panel(kind, p, m0, task / panels, task % panels);
    for (int i = self; i < p->chunk; i += threads)
        p->x_scale[i] = m0 + i < p->m ? gemm_x_scale(kind, p->a, m0 + i) : 1.0f;
}

/* What each thread does. */
FQ_INLINE void gemm_work(fq_gemm_kind kind, const gemm_plan *p) {
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int tiles = gemm_ceil(p->n, GEMM_MR);
    gemm_thread_begin();
    for (int m0 = 0; m0 < p->m; m0 += p->chunk) {
        gemm_pack_chunk(kind, p, m0);
#pragma omp barrier
        for (int t0 = 0; t0 < tiles; t0 += GEMM_TILES) {
            const long count = gemm_min(tiles - t0, GEMM_TILES);
            const int from = (int)(count * self / threads), to = (int)(count * (self + 1) / threads);
            for (int b = 0; b < p->blocks; b++)
                for (int t = from; t < to; t++)
                    gemm_row_tile(kind, p, m0, b, t0 + t, t);
            /* The next tiles reuse these sums, the next chunk these activations; after the last the region ends. */
            if (t0 + GEMM_TILES < tiles || m0 + p->chunk < p->m) {
#pragma omp barrier
            }
        }
    }
    gemm_thread_end();
}

static void gemm_parallel(void (*work)(const gemm_plan *p), const gemm_plan *p) {
#pragma omp parallel
    work(p);
}

#endif
