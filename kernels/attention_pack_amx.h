/* Operands of attention as AMX tiles: keys and values of a (sequence, KV head) once, queries once a block, and the way
 * back from tiles of sums to rows of output; exp and the rounding of P. Every E4M3 value and every rounded product of
 * an INT4 code with its scale is exact in bf16. Include it only from *_amx.c files.
 *
 * All products are transposed: scores^T = K Q^T and output^T = V^T P^T, so that the 16 lanes of a vector are 16 queries
 * and nothing of a softmax is ever summed across lanes. A tile is 16 rows of 64 bytes, 1 KiB, rows next to each other.
 *
 *   keys     [T / 16][D / 32] tiles: row = key, 32 dimensions                                    (left operand)
 *   values   [T / 32][D / 16] tiles: row = dimension, 32 keys; a pair of tiles holds 32 dimensions, tile (d >> 2) & 1,
 *            row (d >> 3) * 4 + (d & 3), as the unpacking of 16-bit words leaves them            (left operand)
 *   queries  [2][D / 32] tiles: row = pair of dimensions, 16 queries x 2                         (right operand) */
#ifndef FQ_KERNELS_ATTENTION_PACK_AMX_H
#define FQ_KERNELS_ATTENTION_PACK_AMX_H
#include <string.h>
#include "kernels/attention.h"
#include "kernels/gemm_packed.h"
#include "kernels/kv_simd.h"
#include "kernels/lanes_avx512.h"

enum { TILE = 1024, TILE_FLOATS = 256, TILE_ROWS = 16, TILE_KEYS = 32 };

/* 1 if every operand is exact in bf16 and scores are summed in float32. */
static inline int attention_is_bf16(const fq_attention_args *a) {
    const fq_recipe *kv = a->kv->recipe;
    const fq_format_id q = a->q_recipe->code, p = a->p_recipe->code;
    const int four_bits = (kv->code == FQ_INT4 || kv->code == FQ_UINT4) && kv->group == 0;
    return a->scores == FQ_F32 && (q == FQ_E4M3 || q == FQ_BF16) && (p == FQ_E4M3 || p == FQ_BF16) &&
           (four_bits ? kv->value != FQ_VALUE_EXACT : kv->code == FQ_BF16 && kv->group == FQ_NO_SCALE);
}

/* Float32 numbers that bf16 holds exactly. */
static inline __m256i exact_bf16(vf x) {
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_castps_si512(x), 16));
}

/* One row of the cache as bf16: what its 16 codes stand for, twice, because the look-up takes five bits of its index
 * and the fifth is noise; rows of bf16 are read as they are. FireQ's values e4m3(q s) are those of its weights, whose
 * table is made once. */
typedef struct cache_row {
    const uint8_t *codes;
    __m512i table;
} cache_row;

FQ_INLINE cache_row cache_row_of(const fq_kv_cache *c, const fq_gemm_tables *tables, int which, int b, int h, int t) {
    const size_t row = ((size_t)b * (size_t)c->kv_heads + (size_t)h) * (size_t)c->capacity + (size_t)t;
    cache_row r = {(which ? c->v : c->k) + row * c->row_bytes, _mm512_setzero_si512()};
    if (c->recipe->code == FQ_BF16) return r;
    if (c->recipe->code == FQ_INT4 && c->recipe->scale == FQ_E4M3 && c->recipe->value == FQ_VALUE_E4M3) {
        const uint8_t scale = (which ? c->v_scale : c->k_scale)[row]; /* -s has the values of s with the other sign */
        const __m512i flip = _mm512_set1_epi16((short)((scale & 0x80) << 8));
        r.table = _mm512_xor_si512(_mm512_load_si512(tables->pair[scale & 0x7f]), flip);
        return r;
    }
    const uint8_t zero = c->k_zero ? (which ? c->v_zero : c->k_zero)[row] : 0;
    r.table = _mm512_broadcast_i64x4(exact_bf16(kv_values_of(c->recipe, kv_scale(c, which, row), zero).lo));
    return r;
}

/* 32 dimensions from d on. Byte i / 2 of the codes goes to word i, the odd words are shifted down. */
FQ_INLINE __m512i cache_row_bf16(const fq_kv_cache *c, const cache_row *r, int d) {
    if (c->recipe->code == FQ_BF16) return _mm512_loadu_si512(r->codes + 2 * d);
    const __m256i bytes =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(r->codes + d / 2)));
    const __m256i spread = _mm256_setr_epi8(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, /**/ 8, 8, 9, 9, 10, 10, 11,
                                            11, 12, 12, 13, 13, 14, 14, 15, 15);
    const __m512i words = _mm512_cvtepu8_epi16(_mm256_shuffle_epi8(bytes, spread));
    return _mm512_permutexvar_epi16(_mm512_srlv_epi16(words, _mm512_set1_epi32(0x00040000)), r->table);
}

/* Keys and values t0 .. t0+31 of KV head h of sequence b; zeros from `last` on. */
static inline void pack_cache(const fq_kv_cache *c, int b, int h, int t0, int last, uint8_t *keys, uint8_t *values) {
    const fq_gemm_tables *tables = fq_gemm_tables_get();
    const int chunks = c->head_dim / 32;
    cache_row rows[TILE_KEYS];
    keys += (size_t)(t0 / 16) * (size_t)chunks * TILE;
    values += (size_t)(t0 / 32) * (size_t)chunks * 2 * TILE;
    for (int j = 0; j < TILE_KEYS; j++) {
        uint8_t *row = keys + (size_t)(j / 16 * chunks) * TILE + (size_t)(j % 16) * 64;
        const int inside = t0 + j < last;
        if (inside) rows[j] = cache_row_of(c, tables, 0, b, h, t0 + j);
        for (int i = 0; i < chunks; i++)
            _mm512_store_si512(row + i * TILE, inside ? cache_row_bf16(c, &rows[j], 32 * i) : _mm512_setzero_si512());
        if (inside) rows[j] = cache_row_of(c, tables, 1, b, h, t0 + j);
    }
    for (int i = 0; i < chunks; i++) {
        __m512i low[16], high[16];
        for (int j = 0; j < 16; j++) {
            const __m512i none = _mm512_setzero_si512();
            const __m512i even = t0 + 2 * j < last ? cache_row_bf16(c, &rows[2 * j], 32 * i) : none;
            const __m512i odd = t0 + 2 * j + 1 < last ? cache_row_bf16(c, &rows[2 * j + 1], 32 * i) : none;
            low[j] = _mm512_unpacklo_epi16(even, odd);
            high[j] = _mm512_unpackhi_epi16(even, odd);
        }
        x512_transpose(low);
        x512_transpose(high);
        for (int j = 0; j < 16; j++) {
            _mm512_store_si512(values + (size_t)(2 * i) * TILE + j * 64, low[j]);
            _mm512_store_si512(values + (size_t)(2 * i + 1) * TILE + j * 64, high[j]);
        }
    }
}

/* 32 query codes. E4M3 seen as the high bits of a float16 is 2^-8 times its value, subnormals included. */
FQ_INLINE __m512i query_bf16(fq_format_id code, const uint8_t *p) {
    if (code == FQ_BF16) return _mm512_loadu_si512(p);
    const __m512i words = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)p));
    const __m512i halves = _mm512_and_si512(_mm512_slli_epi16(words, 7), _mm512_set1_epi16((short)0xbfff));
    const vf low = vf_mul(_mm512_cvtph_ps(_mm512_castsi512_si256(halves)), vf_set1(256.0f));
    const vf high = vf_mul(_mm512_cvtph_ps(_mm512_extracti64x4_epi64(halves, 1)), vf_set1(256.0f));
    return _mm512_inserti64x4(_mm512_castsi256_si512(exact_bf16(low)), exact_bf16(high), 1);
}

/* 16 queries, NULL for none, into D / 32 tiles. */
static inline void pack_queries(fq_format_id code, const uint8_t *const rows[16], int head_dim, uint8_t *tiles) {
    for (int d = 0; d < head_dim; d += 32, tiles += TILE) {
        __m512i v[16];
        for (int i = 0; i < 16; i++)
            v[i] = rows[i] ? query_bf16(code, rows[i] + (code == FQ_BF16 ? 2 * d : d)) : _mm512_setzero_si512();
        x512_transpose(v);
        for (int i = 0; i < 16; i++)
            _mm512_store_si512(tiles + i * 64, v[i]);
    }
}

/* 16 queries of output^T times their factor into rows; o: [D / 16][2] tiles from the half's first on. */
static inline void unpack_output(const float *o, vf factor, int head_dim, float *const rows[16]) {
    for (int d = 0; d < head_dim; d += 16) {
        __m512i v[16];
        for (int i = 0; i < 16; i++) {
            const int at = d % 32 + i, tile = d / 32 * 2 + (at >> 2 & 1), row = (at >> 3) * 4 + (at & 3);
            v[i] = _mm512_castps_si512(vf_mul(vf_load(o + (size_t)(2 * tile) * TILE_FLOATS + row * 16), factor));
        }
        x512_transpose(v);
        for (int i = 0; i < 16; i++)
            if (rows[i]) vf_store(rows[i] + d, _mm512_castsi512_ps(v[i]));
    }
}

/* ---- exp and rounding of P ---- */

#define LOG2_448 8.80735492f

/* 2^x, 0 for -infinity. */
FQ_INLINE vf exp2_ps(vf x) {
    return x512_exp2_parts(x, x512_fraction(x));
}

/* The same for numbers that become P: with three bits of mantissa to come, a relative error of 2.9e-6 is enough, and a
 * polynomial of degree 4. It puts 1 in 30000 numbers on the other side of a rounding boundary. */
FQ_INLINE vf exp2_of_p(vf x, fq_format_id p) {
    if (p != FQ_E4M3) return exp2_ps(x);
    const vf r = x512_fraction(x);
    vf y = vf_set1(1.34266865e-2f);
    y = vf_fma(y, r, vf_set1(5.22424706e-2f));
    y = vf_fma(y, r, vf_set1(2.41280207e-1f));
    y = vf_fma(y, r, vf_set1(6.93044845e-1f));
    y = vf_fma(y, r, vf_set1(1.0f));
    return _mm512_scalef_ps(y, x);
}

/* y >= 0 rounded to `p`, nearest even, as float32. y - 2^k y rounds y at bit k of its mantissa, because the difference
 * has 24 bits; for E4M3 the binade of its subnormals, 2^-9 apart, is the least that y may be aligned to. */
FQ_INLINE vf round_p(vf y, fq_format_id p) {
    if (p == FQ_BF16) return vf_fma(y, vf_set1(0x1p16f), vf_fnma(y, vf_set1(0x1p16f), y));
    const vf align = vf_max(vf_mul(y, vf_set1(0x1p20f)), vf_set1(0x1.8p14f));
    return vf_add(vf_sub(y, align), align);
}

#endif
