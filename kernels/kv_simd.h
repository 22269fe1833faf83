/* Rows of the key and value cache as float32 vectors: the operand values that fq_kv_cache_values gives, faster.
 * A 4-bit row has 16 possible values; they are made once a row and looked up. */
#ifndef FQ_KERNELS_KV_SIMD_H
#define FQ_KERNELS_KV_SIMD_H
#include <string.h>
#include "kernels/inline.h"
#include "kernels/ops.h"
#include "kernels/simd.h"
#include "quant/minifloat.h"

/* The values of codes 0..7 and 8..15; with AVX-512 both vectors hold all 16. */
typedef struct kv_values {
    vf lo, hi;
} kv_values;

static inline vf kv_operand(const fq_recipe *r, vf q, float s) {
    const vf x = vf_mul(q, vf_set1(s));
    if (r->value == FQ_VALUE_E4M3) return vf_round_signed(x, 3, 0x1p-6f, 448.0f);
    if (r->value == FQ_VALUE_BF16) return vf_round_signed(x, 7, 0x1p-126f, 3.38953138925153547590e38f);
    return x;
}

static inline kv_values kv_values_of(const fq_recipe *r, float s, uint8_t zero) {
    static const float int4[16] = {0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1};
    static const float uint4[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const float *q = r->code == FQ_UINT4 ? uint4 : int4;
    const vf z = vf_set1((float)zero);
    return (kv_values){kv_operand(r, vf_sub(vf_load(q), z), s), kv_operand(r, vf_sub(vf_load(q + 16 - VW), z), s)};
}

#ifdef __AVX512F__

/* VW values of the VW / 2 bytes at p. */
static inline vf kv_look_up(const kv_values *values, const uint8_t *p) {
    const __m256i shift = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    int32_t word[2];
    memcpy(word, p, sizeof word);
    const __m256i low = _mm256_srlv_epi32(_mm256_set1_epi32(word[0]), shift);
    const __m256i high = _mm256_srlv_epi32(_mm256_set1_epi32(word[1]), shift);
    return _mm512_permutexvar_ps(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1), values->lo);
}

static inline void kv_nibble_row(const fq_recipe *r, const uint8_t *codes, float s, uint8_t zero, int d, float *out) {
    const kv_values values = kv_values_of(r, s, zero);
    for (int i = 0; i < d; i += VW)
        vf_store(out + i, kv_look_up(&values, codes + i / 2));
}

#else

static inline vf kv_look_up(const kv_values *values, const uint8_t *p) {
    int32_t word;
    memcpy(&word, p, sizeof word);
    const __m256i code = _mm256_srlv_epi32(_mm256_set1_epi32(word), _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
    const __m256 negative = _mm256_castsi256_ps(_mm256_slli_epi32(code, 28));
    return _mm256_blendv_ps(_mm256_permutevar8x32_ps(values->lo, code), _mm256_permutevar8x32_ps(values->hi, code),
                            negative);
}

/* 64 values of 32 bytes, for values that are exact in bfloat16: its two bytes are looked up apart, 32 codes at a time.
 *   words    the even 16-bit words of the codes in the lower lane, the odd ones in the upper, so that the unpacking of
 *            lanes below gives consecutive columns
 *   low, high  [lane] byte tables of the 16 values */
static inline void kv_look_up_64(__m256i low, __m256i high, const uint8_t *codes, float *out) {
    const __m256i even_first = _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15, 0, 1, 4, 5, 8, 9,
                                                12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
    const __m256i nibble = _mm256_set1_epi8(0xf), zero = _mm256_setzero_si256();
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)codes);
    const __m256i words = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(bytes, even_first), 0xd8);
    const __m256i even = _mm256_and_si256(words, nibble), odd = _mm256_and_si256(_mm256_srli_epi16(words, 4), nibble);
    const __m256i even_low = _mm256_shuffle_epi8(low, even), even_high = _mm256_shuffle_epi8(high, even);
    const __m256i odd_low = _mm256_shuffle_epi8(low, odd), odd_high = _mm256_shuffle_epi8(high, odd);
    const __m256i even16[2] = {_mm256_unpacklo_epi8(even_low, even_high), _mm256_unpackhi_epi8(even_low, even_high)};
    const __m256i odd16[2] = {_mm256_unpacklo_epi8(odd_low, odd_high), _mm256_unpackhi_epi8(odd_low, odd_high)};
    for (int i = 0; i < 2; i++) {
        const __m256i first = _mm256_unpacklo_epi16(even16[i], odd16[i]);
        const __m256i second = _mm256_unpackhi_epi16(even16[i], odd16[i]);
        vf_store(out + 32 * i, _mm256_castsi256_ps(_mm256_unpacklo_epi16(zero, first)));
        vf_store(out + 32 * i + 8, _mm256_castsi256_ps(_mm256_unpackhi_epi16(zero, first)));
        vf_store(out + 32 * i + 16, _mm256_castsi256_ps(_mm256_unpacklo_epi16(zero, second)));
        vf_store(out + 32 * i + 24, _mm256_castsi256_ps(_mm256_unpackhi_epi16(zero, second)));
    }
}

static inline void kv_nibble_row(const fq_recipe *r, const uint8_t *codes, float s, uint8_t zero, int d, float *out) {
    const kv_values values = kv_values_of(r, s, zero);
    int i = 0;
    if (r->value != FQ_VALUE_EXACT && d >= 64) {
        /* The upper halves of the 16 floats, then their bytes apart, the same in both lanes. */
        const __m256i lo = _mm256_srli_epi32(_mm256_castps_si256(values.lo), 16);
        const __m256i hi = _mm256_srli_epi32(_mm256_castps_si256(values.hi), 16);
        const __m256i halves = _mm256_permute4x64_epi64(_mm256_packus_epi32(lo, hi), 0xd8);
        const __m256i low = _mm256_and_si256(halves, _mm256_set1_epi16(0xff)), high = _mm256_srli_epi16(halves, 8);
        const __m256i tables = _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xd8);
        const __m256i low_table = _mm256_permute2x128_si256(tables, tables, 0x00);
        const __m256i high_table = _mm256_permute2x128_si256(tables, tables, 0x11);
        for (; i + 64 <= d; i += 64)
            kv_look_up_64(low_table, high_table, codes + i / 2, out + i);
    }
    for (; i < d; i += VW)
        vf_store(out + i, kv_look_up(&values, codes + i / 2));
}

#endif

static inline float kv_scale(const fq_kv_cache *c, int which, size_t row) {
    const uint8_t *scales = which ? c->v_scale : c->k_scale;
    const fq_format_id format = c->recipe->scale;
    if (format == FQ_E4M3) return fq_minifloat_decode(scales[row], 4, 3);
    if (format == FQ_BF16 || format == FQ_F16) {
        uint16_t half;
        memcpy(&half, scales + 2 * row, sizeof half);
        return format == FQ_F16 ? _cvtsh_ss(half) : fq_bits_float((uint32_t)half << 16);
    }
    const size_t width = fq_format_bytes(format, 1);
    uint32_t code = 0;
    memcpy(&code, scales + row * width, width);
    return fq_formats[format].decode(code);
}

/* Operand values of row t of (b, h), followed by zeros up to a multiple of VW. A row of codes is a multiple of 16
 * bytes, so whole vectors of 4-bit codes stay within it. */
FQ_INLINE void kv_row(const fq_kv_cache *c, int which, int b, int h, int t, float *out) {
    const int d = c->head_dim;
    const size_t row = ((size_t)b * (size_t)c->kv_heads + (size_t)h) * (size_t)c->capacity + (size_t)t;
    const uint8_t *codes = (which ? c->v : c->k) + row * c->row_bytes;
    if ((c->recipe->code == FQ_INT4 || c->recipe->code == FQ_UINT4) && c->recipe->group == 0)
        kv_nibble_row(c->recipe, codes, kv_scale(c, which, row), c->k_zero ? (which ? c->v_zero : c->k_zero)[row] : 0,
                      d, out);
    else if (c->recipe->code == FQ_F32 && c->recipe->group == FQ_NO_SCALE)
        memcpy(out, codes, (size_t)d * sizeof *out);
    else
        fq_kv_cache_values(c, which, b, h, t, out);
    for (int i = d; i % VW != 0; i++)
        out[i] = 0.0f;
}

#endif
