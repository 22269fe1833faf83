/* What AVX2 and AVX-512 do alike: the register tile of the blocked driver, and the product for few tokens, where lanes
 * run along k and every weight is decoded once, in registers, on its way from memory.
 *
 * The including file defines what gemm_driver.h wants of constants, GEMM_LANES, the vector type vec, and
 *   vec_zero, vec_load, vec_store, vec_add     vec_add: float or int32 lanes, by kind
 *   vec_broadcast(p)                           one unit to all lanes
 *   vec_mac(kind, acc, w, x)                   acc + w x
 *   vec_total(kind, v)                         the sum of the lanes as float; an integer sum is rounded once
 *   vec_lut_none(), vec_lut_load(kind, w, luts, r, g)   the look-up table of a group, in registers
 *   vec_weights(kind, p, lut, out)             gemm_step(kind) codes at p as gemm_vecs(kind) vectors, in k order
 *   vec_weights_high(kind, p, lut, out)        HIGH_VECS vectors of int16 lanes, codes 4 i + j of the bytes at p in
 * lane i of vector j, times 2^GEMM_HIGH or, of i4i8_int_high, their scale vec_flush(kind, sum, scale, total) total +
 * sum / 2^GEMM_HIGH of i4i8_fast, total + scale sum of i4i8_f16 */
#ifndef FQ_KERNELS_GEMM_VECTOR_H
#define FQ_KERNELS_GEMM_VECTOR_H

/* i4i8_fast, FastGEMM (arXiv 2311.09550): a code stays at the top of its lane, 2^12 times its value, so that masks and
 * shifts by constants unpack it; the factor leaves when lanes are flushed, after at most 2048 / 8 codes a lane, of at
 * most 2^12 8 128 each. i4i8_int_high: the upper half of the product with 2^4 S is q S, so that whole-number scales
 * cost one VPMULHW. */
enum { HIGH_VECS = 4, HIGH_CODES = 2048 };

FQ_INLINE int gemm_unit_codes(fq_gemm_kind kind) {
    return gemm_is_int(kind) ? 2 : 1;
}
FQ_INLINE __m256i gemm_load_units(fq_gemm_kind kind, const uint8_t *p) {
    return gemm_vector_units(kind, p);
}
/* Padded rows are whole multiples of both steps. */
FQ_INLINE int gemm_step(fq_gemm_kind kind) {
    return kind == FQ_GEMM_f32 ? 16 : 32;
}
FQ_INLINE int gemm_vecs(fq_gemm_kind kind) {
    return gemm_step(kind) / gemm_unit_codes(kind) / GEMM_LANES;
}
FQ_INLINE int gemm_is_high(fq_gemm_kind kind) {
    return kind == FQ_GEMM_i4i8_fast || kind == FQ_GEMM_i4i8_int_high;
}
/* The same of the product for few tokens. */
FQ_INLINE int gemm_small_vecs(fq_gemm_kind kind) {
    return gemm_is_high(kind) ? HIGH_VECS : gemm_vecs(kind);
}
FQ_INLINE int gemm_small_codes(fq_gemm_kind kind) {
    return gemm_small_vecs(kind) * gemm_unit_codes(kind) * GEMM_LANES;
}
/* Sums are flushed at the end of every group, or of HIGH_CODES. */
FQ_INLINE int gemm_is_flushed(fq_gemm_kind kind) {
    return kind == FQ_GEMM_i4i8_fast || gemm_is_scaled(kind);
}

/* `any`: operand values as float32, written up to the next multiple of 32. */
static __attribute__((noinline)) void gemm_any_unpack(const fq_qmatrix *w, int r, int k, int codes, uint32_t *dst) {
    const int group = w->group > 0 ? w->group : w->cols;
    if (fq_formats[w->recipe->code].bits != 4) {
        fq_gemm_any_decode(w, r, k, codes, (float *)(void *)dst);
        memset(dst + codes, 0, (size_t)(gemm_ceil(codes, 32) * 32 - codes) * sizeof *dst);
        return;
    }
    const uint8_t *src = gemm_w_at(FQ_GEMM_any, w, r, k);
    for (int i = 0; i < codes;) {
        const int g = (k + i) / group, end = gemm_min(codes, (g + 1) * group - k);
        const vec_lut lut = vec_lut_load(FQ_GEMM_any, w, NULL, r, g);
        for (; i < end; i += 32, src += 16, dst += 32) {
            vec v[4];
            vec_weights(FQ_GEMM_any, src, lut, v);
            FQ_UNROLL
            for (int j = 0; j < gemm_vecs(FQ_GEMM_any); j++)
                vec_store(dst + j * GEMM_LANES, v[j]);
        }
    }
}

FQ_INLINE void gemm_unpack(fq_gemm_kind kind, const fq_qmatrix *w, const fq_gemm_lut *luts, int r, int k, int codes,
                           uint32_t *dst) {
    if (kind == FQ_GEMM_any) {
        gemm_any_unpack(w, r, k, codes, dst);
        return;
    }
    const uint8_t *src = gemm_w_at(kind, w, r, k);
    vec_lut lut = vec_lut_none();
    for (int i = 0, end = codes; i < codes;) {
        if (gemm_is_grouped(kind)) {
            const int g = (k + i) / w->group;
            lut = vec_lut_load(kind, w, luts, r, g);
            end = gemm_min(codes, (g + 1) * w->group - k);
        }
        for (; i < end; i += gemm_step(kind), src += gemm_step(kind) * gemm_w_bits(kind) / 8) {
            vec v[4];
            vec_weights(kind, src, lut, v);
            FQ_UNROLL
            for (int j = 0; j < gemm_vecs(kind); j++)
                vec_store(dst + j * GEMM_LANES, v[j]);
            dst += gemm_step(kind) / gemm_unit_codes(kind);
        }
    }
}

FQ_INLINE void gemm_tile_vecs(fq_gemm_kind kind, const int vecs, int units, const uint32_t *w, const uint32_t *x,
                              float *c, int first) {
    vec acc[GEMM_MR][2];
    FQ_UNROLL
    for (int r = 0; r < GEMM_MR; r++) {
        FQ_UNROLL
        for (int v = 0; v < vecs; v++)
            acc[r][v] = first ? vec_zero() : vec_load(c + r * GEMM_NT + v * GEMM_LANES);
    }
    for (int u = 0; u < units; u++) {
        vec t[2];
        FQ_UNROLL
        for (int v = 0; v < vecs; v++)
            t[v] = vec_load(x + u * GEMM_NT + v * GEMM_LANES);
        FQ_UNROLL
        for (int r = 0; r < GEMM_MR; r++) {
            const vec b = vec_broadcast(w + r * GEMM_WS + u);
            FQ_UNROLL
            for (int v = 0; v < vecs; v++)
                acc[r][v] = vec_mac(kind, acc[r][v], b, t[v]);
        }
    }
    FQ_UNROLL
    for (int r = 0; r < GEMM_MR; r++) {
        FQ_UNROLL
        for (int v = 0; v < vecs; v++)
            vec_store(c + r * GEMM_NT + v * GEMM_LANES, acc[r][v]);
    }
}

/* Functions of their own: all sums stay in registers only if nothing else is live around the loop. */
#define GEMM_TILE(name, kind, vecs)                                                                                    \
    static __attribute__((noinline)) void name(int units, const uint32_t *w, const uint32_t *x, float *c, int first) { \
        gemm_tile_vecs(kind, vecs, units, w, x, c, first);                                                             \
    }
GEMM_TILE(gemm_tile_float, FQ_GEMM_f32, 2)
GEMM_TILE(gemm_tile_float_half, FQ_GEMM_f32, 1)
GEMM_TILE(gemm_tile_int, FQ_GEMM_i8i8, 2)
GEMM_TILE(gemm_tile_int_half, FQ_GEMM_i8i8, 1)

FQ_INLINE void gemm_tile(fq_gemm_kind kind, int half, int units, const uint32_t *w, const uint32_t *x, float *c,
                         int first) {
    if (gemm_is_int(kind))
        (half ? gemm_tile_int_half : gemm_tile_int)(units, w, x, c, first);
    else
        (half ? gemm_tile_float_half : gemm_tile_float)(units, w, x, c, first);
}
FQ_INLINE void gemm_thread_begin(void) {}
FQ_INLINE void gemm_thread_end(void) {}

#include "kernels/gemm_driver.h"

enum {
    GEMM_SMALL = 8,   /* most tokens of the path along k; more are faster as lanes */
    GEMM_CHAINS = 8,  /* most accumulators */
    GEMM_AHEAD = 2048 /* bytes of prefetch, over all rows side by side */
};

/* Scratch: x as [block of 16 units][token][16 units], so that one pointer walks through it; tokens are rounded up to 1,
 * 2, 4 or 8 and blocks to a multiple of 4, zero beyond m and K. */
FQ_INLINE int gemm_small_tokens(int m) {
    return m <= 2 ? m : m <= 4 ? 4 : 8;
}
FQ_INLINE int gemm_small_blocks(const gemm_plan *p) {
    return gemm_ceil(p->units, 64) * 4;
}
FQ_INLINE gemm_plan gemm_small_plan(fq_gemm_kind kind, const fq_gemm_args *a) {
    gemm_plan p = {.a = a, .luts = fq_gemm_luts_e4m3(), .m = a->m, .n = a->w->rows, .k = a->w->cols, .x = a->scratch};
    p.units = gemm_ceil(p.k, gemm_unit_codes(kind));
    p.bytes = (size_t)gemm_small_tokens(p.m) * (size_t)gemm_small_blocks(&p) * 16 * sizeof *p.x;
    return p;
}

/* Rows that go side by side: several streams from memory are faster than one. The tables of grouped weights leave no
 * registers for a second row, and unpacking them takes longer than reading them. */
FQ_INLINE int gemm_small_rows(fq_gemm_kind kind, const int tokens) {
    return (kind != FQ_GEMM_f32 && kind != FQ_GEMM_bf16) || tokens > 2 ? 1 : 4 / tokens;
}
/* Accumulators of one row and token: as many as there are registers for, to hide the latency of the sums. */
FQ_INLINE int gemm_small_chains(fq_gemm_kind kind, const int tokens) {
    const int most = gemm_is_grouped(kind) ? 4 : GEMM_CHAINS;
    return gemm_min(2 * gemm_small_vecs(kind), most >= 2 * tokens ? most / tokens / gemm_small_rows(kind, tokens) : 1);
}

FQ_INLINE void gemm_small_step(fq_gemm_kind kind, const int tokens, const uint8_t *src, const vec_lut lut,
                               const uint32_t *x, const int odd, vec *acc) {
    const int chains = gemm_small_chains(kind, tokens);
    vec w[4];
    if (gemm_is_high(kind))
        vec_weights_high(kind, src, lut, w);
    else
        vec_weights(kind, src, lut, w);
    FQ_UNROLL
    for (int t = 0; t < tokens; t++) {
        FQ_UNROLL
        for (int j = 0; j < gemm_small_vecs(kind); j++) {
            const int unit = j * GEMM_LANES;
            const vec b = vec_load(x + (unit / 16 * tokens + t) * 16 + unit % 16);
            vec *sum = &acc[t * chains + (j + odd * gemm_small_vecs(kind)) % chains];
            *sum = vec_mac(kind, *sum, w[j], b);
        }
    }
}

/* The chains of a row as one vector. */
FQ_INLINE vec gemm_small_sum(fq_gemm_kind kind, const int chains, const vec *acc) {
    vec sum = acc[0];
    FQ_UNROLL
    for (int j = 1; j < chains; j++)
        sum = vec_add(kind, sum, acc[j]);
    return sum;
}

/* The sums of group g of row r onto the totals; they start again from zero. */
FQ_INLINE void gemm_small_flush(fq_gemm_kind kind, const int tokens, const fq_qmatrix *w, int r, int g, vec *acc,
                                vec *total) {
    const int chains = gemm_small_chains(kind, tokens);
    const float scale = gemm_is_scaled(kind) ? _cvtsh_ss(gemm_scale_code(w, r, g)) : 1.0f;
    FQ_UNROLL
    for (int t = 0; t < tokens; t++)
        total[t] = vec_flush(kind, gemm_small_sum(kind, chains, acc + t * chains), scale, total[t]);
    FQ_UNROLL
    for (int j = 0; j < tokens * chains; j++)
        acc[j] = vec_zero();
}

/* sum[i][t] = row r0 + i of w times token t; rows beyond the last repeat it. */
FQ_INLINE void gemm_small_tile(fq_gemm_kind kind, const int tokens, const gemm_plan *p, int r0, float sum[4][8]) {
    const fq_qmatrix *w = p->a->w;
    const int rows = gemm_small_rows(kind, tokens), chains = gemm_small_chains(kind, tokens);
    const int step = gemm_small_codes(kind), bytes = step * gemm_w_bits(kind) / 8;
    const int units = step / gemm_unit_codes(kind) * tokens;
    const int shortest = kind == FQ_GEMM_i4i8_int_high ? 128 : 4 * step; /* codes between ends of groups */
    const int batch = tokens > 2 ? 1 : gemm_min(4, shortest / step);     /* steps in straight code */
    const uint8_t *src[4];
    const uint32_t *x = p->x;
    vec_lut lut = vec_lut_none();
    vec acc[4][GEMM_CHAINS], flushed[8];
    FQ_UNROLL
    for (int t = 0; t < tokens; t++)
        flushed[t] = vec_zero();
    FQ_UNROLL
    for (int i = 0; i < rows; i++) {
        src[i] = gemm_w_at(kind, w, gemm_min(r0 + i, p->n - 1), 0);
        FQ_UNROLL
        for (int j = 0; j < tokens * chains; j++)
            acc[i][j] = vec_zero();
    }
    size_t at = 0;             /* bytes into the rows */
    if (gemm_is_grouped(kind)) /* scales are a stream of their own, of a line or two a row */
        _mm_prefetch((const char *)w->scales + (size_t)(r0 + 8) * (size_t)w->groups * gemm_scale_bytes(kind),
                     _MM_HINT_T0);
    for (int k = 0, g = 0, end = p->k; k < p->k; g++) {
        if (gemm_is_grouped(kind)) {
            lut = vec_lut_load(kind, w, p->luts, r0, g);
            end = gemm_min(p->k, k + w->group);
        }
        if (kind == FQ_GEMM_i4i8_fast) end = gemm_min(p->k, k + HIGH_CODES);
        for (; k + (batch - 1) * step < end; k += batch * step, at += (size_t)(batch * bytes), x += batch * units) {
            FQ_UNROLL
            for (int i = 0; i < rows; i++) {
                FQ_UNROLL
                for (int line = 0; line < batch * bytes; line += 64)
                    _mm_prefetch((const char *)src[i] + at + GEMM_AHEAD / rows + line, _MM_HINT_T0);
                FQ_UNROLL
                for (int j = 0; j < batch; j++)
                    gemm_small_step(kind, tokens, src[i] + at + j * bytes, lut, x + j * units, j % 2, acc[i]);
            }
        }
        for (; k < end; k += step, at += (size_t)bytes, x += units) {
            FQ_UNROLL
            for (int i = 0; i < rows; i++)
                gemm_small_step(kind, tokens, src[i] + at, lut, x, 0, acc[i]);
        }
        if (gemm_is_flushed(kind)) gemm_small_flush(kind, tokens, w, r0, g, acc[0], flushed); /* of one row */
    }
    FQ_UNROLL
    for (int i = 0; i < rows; i++) {
        FQ_UNROLL
        for (int t = 0; t < tokens; t++) {
            const vec total = gemm_is_flushed(kind) ? flushed[t] : gemm_small_sum(kind, chains, acc[i] + t * chains);
            sum[i][t] = vec_total(gemm_is_int_sum(kind) ? kind : FQ_GEMM_f32, total);
        }
    }
}

/* The same for `any`, one row: unpacked block by block, then multiplied. */
FQ_INLINE void gemm_small_any(const int tokens, const gemm_plan *p, int r, float sum[8]) {
    enum { VECS = 16 / GEMM_LANES };
    const int chains = tokens > 4 ? 1 : gemm_min(4 / tokens * VECS, 2 * VECS);
    _Alignas(64) uint32_t w[GEMM_KC];
    vec acc[GEMM_CHAINS];
    FQ_UNROLL
    for (int j = 0; j < tokens * chains; j++)
        acc[j] = vec_zero();
    const uint32_t *x = p->x;
    for (int k = 0; k < p->k; k += GEMM_KC) {
        const int codes = gemm_min(p->k - k, GEMM_KC);
        gemm_any_unpack(p->a->w, r, k, codes, w);
        for (int u = 0; u < codes; u += 32, x += 32 * tokens) {
            FQ_UNROLL
            for (int j = 0; j < 2 * VECS; j++) {
                const vec v = vec_load(w + u + j * GEMM_LANES);
                FQ_UNROLL
                for (int t = 0; t < tokens; t++) {
                    vec *s = &acc[t * chains + j % chains];
                    *s =
                        vec_mac(FQ_GEMM_any, *s, v, vec_load(x + (j / VECS * tokens + t) * 16 + j % VECS * GEMM_LANES));
                }
            }
        }
    }
    FQ_UNROLL
    for (int t = 0; t < tokens; t++) {
        vec total = acc[t * chains];
        FQ_UNROLL
        for (int j = 1; j < chains; j++)
            total = vec_add(FQ_GEMM_any, total, acc[t * chains + j]);
        sum[t] = vec_total(FQ_GEMM_any, total);
    }
}

/* This thread's share of the tiles; which thread has a row does not matter to its sum. */
FQ_INLINE void gemm_small_share(fq_gemm_kind kind, const int tokens, const gemm_plan *p) {
    const fq_gemm_args *a = p->a;
    const long self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int rows = gemm_small_rows(kind, tokens), tiles = gemm_ceil(p->n, rows);
    for (int tile = (int)(tiles * self / threads); tile < (int)(tiles * (self + 1) / threads); tile++) {
        float sum[4][8] = {{0}};
        if (kind == FQ_GEMM_any)
            gemm_small_any(tokens, p, tile, sum[0]);
        else
            gemm_small_tile(kind, tokens, p, tile * rows, sum);
        for (int r = tile * rows; r < gemm_min(p->n, (tile + 1) * rows); r++)
            for (int t = 0; t < p->m; t++) {
                const size_t at = (size_t)t * a->y_stride + (size_t)r;
                const float y = (sum[r - tile * rows][t] * gemm_x_scale(kind, a, t)) * a->w->row_scale[r];
                a->y[at] = a->residual ? y + a->residual[at] : y;
            }
    }
}

/* 8 units of token t from unit u on, in the order in which vec_weights_high unpacks: byte j of every four of 64 codes.
 */
FQ_INLINE __m256i gemm_high_units(const gemm_plan *p, int t, int u) {
    const int in = u % (HIGH_VECS * GEMM_LANES), k = 2 * (u - in) + 64 * (u % GEMM_LANES / 8);
    const __m128i up = _mm_cvtsi32_si128(24 - 8 * (in / GEMM_LANES));
    _Alignas(32) uint8_t x[64] = {0};
    if (t >= p->m || k >= p->k) return _mm256_setzero_si256();
    memcpy(x, (const uint8_t *)p->a->x + (size_t)t * p->a->x_stride + k, (size_t)gemm_min(64, p->k - k));
    const __m256i *four = (const __m256i *)(const void *)x;
    const __m256i a = _mm256_srai_epi32(_mm256_sll_epi32(four[0], up), 24);
    const __m256i b = _mm256_srai_epi32(_mm256_sll_epi32(four[1], up), 24);
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
}

/* Before the threads start: so little that sharing it would cost a barrier and gain nothing. */
FQ_INLINE void gemm_small_pack_as(fq_gemm_kind kind, const gemm_plan *p) {
    const int tokens = gemm_small_tokens(p->m), blocks = gemm_small_blocks(p);
    for (int block = 0; block < blocks; block++)
        for (int t = 0; t < tokens; t++)
            for (int u = 0; u < 16; u += 8) {
                const int from = block * 16 + u;
                _mm256_store_si256((__m256i *)(void *)(p->x + (block * tokens + t) * 16 + u),
                                   gemm_is_high(kind) ? gemm_high_units(p, t, from)
                                                      : gemm_token_units(kind, p, t, from));
            }
}

FQ_INLINE void gemm_small_work_as(fq_gemm_kind kind, const gemm_plan *p) {
    switch (gemm_small_tokens(p->m)) {
    case 1:
        gemm_small_share(kind, 1, p);
        break;
    case 2:
        gemm_small_share(kind, 2, p);
        break;
    case 4:
        gemm_small_share(kind, 4, p);
        break;
    default:
        gemm_small_share(kind, 8, p);
    }
}

/* 1 if codes stay at the top of their lanes: for so few tokens that unpacking is most of the work, and groups that end
 * with a step. */
FQ_INLINE int gemm_small_goes_high(const gemm_plan *p) {
    return p->m <= 4 && p->a->w->group % 128 == 0;
}
#define GEMM_SMALL_DO(what, kind, p)                                                                                   \
    do {                                                                                                               \
        if (kind == FQ_GEMM_i4i8_fast) {                                                                               \
            if (p->m <= 4)                                                                                             \
                what(FQ_GEMM_i4i8_fast, p);                                                                            \
            else                                                                                                       \
                what(FQ_GEMM_i4i8, p);                                                                                 \
        } else if (kind == FQ_GEMM_i4i8_int && gemm_small_goes_high(p)) {                                              \
            what(FQ_GEMM_i4i8_int_high, p);                                                                            \
        } else {                                                                                                       \
            what(kind, p);                                                                                             \
        }                                                                                                              \
    } while (0)
FQ_INLINE void gemm_small_pack(fq_gemm_kind kind, const gemm_plan *p) {
    GEMM_SMALL_DO(gemm_small_pack_as, kind, p);
}
FQ_INLINE void gemm_small_work(fq_gemm_kind kind, const gemm_plan *p) {
    GEMM_SMALL_DO(gemm_small_work_as, kind, p);
}

/* The function of a row of kernels.def and its scratch. The kind is a constant of each, so that all of the above folds
 * into straight code. */
#define GEMM_VECTOR(name, isa)                                                                                         \
    static void name##_work(const gemm_plan *p) {                                                                      \
        gemm_work(FQ_GEMM_##name, p);                                                                                  \
    }                                                                                                                  \
    static void name##_small_work(const gemm_plan *p) {                                                                \
        gemm_small_work(FQ_GEMM_##name, p);                                                                            \
    }                                                                                                                  \
    size_t fq_gemm_##name##_##isa##_scratch(const fq_gemm_args *a) {                                                   \
        return a->m <= GEMM_SMALL ? gemm_small_plan(FQ_GEMM_##name, a).bytes                                           \
                                  : gemm_plan_make(FQ_GEMM_##name, a).bytes;                                           \
    }                                                                                                                  \
    fq_status fq_gemm_##name##_##isa(const fq_gemm_args *a) {                                                          \
        FQ_TRY(fq_gemm_check(FQ_GEMM_##name, a));                                                                      \
        if (a->m == 0) return FQ_OK;                                                                                   \
        gemm_plan p;                                                                                                   \
        if (a->m <= GEMM_SMALL) {                                                                                      \
            p = gemm_small_plan(FQ_GEMM_##name, a);                                                                    \
            gemm_small_pack(FQ_GEMM_##name, &p);                                                                       \
            gemm_parallel(name##_small_work, &p);                                                                      \
        } else {                                                                                                       \
            p = gemm_plan_make(FQ_GEMM_##name, a);                                                                     \
            gemm_parallel(name##_work, &p);                                                                            \
        }                                                                                                              \
        return FQ_OK;                                                                                                  \
    }

#endif
