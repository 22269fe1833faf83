/* How checkpoint tensors are stored, and their decoding to float32 one row at a time. Block formats are ggml's, decoded
 * by their definition in float32 arithmetic, so that the numbers are the ones every other GGUF reader sees.
 *
 * All fields little-endian, f16 = IEEE binary16, i = index of an element in its block, x = its value:
 *
 *   Q8_0  32 elements  | d f16 | q[32] int8 |                    x = q * d
 *   Q4_0  32 elements  | d f16 | qs[16] |                        x = (q - 8) * d
 *   Q4_1  32 elements  | d f16 | m f16 | qs[16] |                x = q * d + m
 *   Q5_0  32 elements  | d f16 | qh u32 | qs[16] |               x = (q - 16) * d
 *   Q5_1  32 elements  | d f16 | m f16 | qh u32 | qs[16] |       x = q * d + m
 *         qs[j]: low nibble is element j, high nibble element j + 16; bit i of qh is bit 4 of element i
 *
 *   Q4_K  256 elements | d f16 | dmin f16 | scales[12] | qs[128] |
 *         8 groups of 32: x = (d * sc[g]) * q - dmin * mn[g]
 *         qs[32c + l]: low nibble is element 64c + l (group 2c), high nibble element 64c + 32 + l (group 2c + 1)
 *         scales, bits 7..0:   byte 0-3   s s a a a a a a   a = sc[k], s = bits 5-4 of sc[k+4]      k = byte
 *                              byte 4-7   n n b b b b b b   b = mn[k], n = bits 5-4 of mn[k+4]      k = byte - 4
 *                              byte 8-11  v v v v u u u u   u = bits 3-0 of sc[k], v = of mn[k]     k = byte - 4
 *
 *   Q6_K  256 elements | ql[128] | qh[64] | sc[16] int8 | d f16 |
 *         16 groups of 16: x = (d * sc[g]) * (q - 32); two halves of 128 elements with ql, qh advancing by 64, 32;
 *         in a half, element 32p + l (p = 0..3, l = 0..31): low bits in ql[32(p % 2) + l], low nibble for p < 2,
 *         high nibble otherwise; high bits are bits 2p+1..2p of qh[l]
 *
 * Source: ggml (MIT), the block definitions of ggml-common.h and their reference decoders. */
#include "models/checkpoint.h"
#include "quant/format.h"

#include <string.h>

const fq_dtype_info fq_dtypes[FQ_DTYPE_COUNT] = {
#define FQ_DTYPE(id, name, block, bytes, gguf) [FQ_DTYPE_##id] = {name, block, bytes, gguf},
#include "models/dtypes.def"
#undef FQ_DTYPE
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "16- and 32-bit floats are taken from the file as they are");

/* Byte members only: blocks lie at any address of a mapped file. */
typedef struct block_q8_0 {
    uint8_t d[2], q[32];
} block_q8_0;
typedef struct block_q4_0 {
    uint8_t d[2], qs[16];
} block_q4_0;
typedef struct block_q4_1 {
    uint8_t d[2], m[2], qs[16];
} block_q4_1;
typedef struct block_q5_0 {
    uint8_t d[2], qh[4], qs[16];
} block_q5_0;
typedef struct block_q5_1 {
    uint8_t d[2], m[2], qh[4], qs[16];
} block_q5_1;
typedef struct block_q4_k {
    uint8_t d[2], dmin[2], scales[12], qs[128];
} block_q4_k;
typedef struct block_q6_k {
    uint8_t ql[128], qh[64], scales[16], d[2];
} block_q6_k;

enum {
#define FQ_DTYPE(id, name, block, bytes, gguf) ELEMENTS_##id = block, BYTES_##id = bytes,
#include "models/dtypes.def"
#undef FQ_DTYPE
};
_Static_assert(sizeof(block_q8_0) == BYTES_Q8_0 && ELEMENTS_Q8_0 == 32, "Q8_0");
_Static_assert(sizeof(block_q4_0) == BYTES_Q4_0 && ELEMENTS_Q4_0 == 32, "Q4_0");
_Static_assert(sizeof(block_q4_1) == BYTES_Q4_1 && ELEMENTS_Q4_1 == 32, "Q4_1");
_Static_assert(sizeof(block_q5_0) == BYTES_Q5_0 && ELEMENTS_Q5_0 == 32, "Q5_0");
_Static_assert(sizeof(block_q5_1) == BYTES_Q5_1 && ELEMENTS_Q5_1 == 32, "Q5_1");
_Static_assert(sizeof(block_q4_k) == BYTES_Q4_K && ELEMENTS_Q4_K == 256, "Q4_K");
_Static_assert(sizeof(block_q6_k) == BYTES_Q6_K && ELEMENTS_Q6_K == 256, "Q6_K");

static float load_f16(const uint8_t p[2]) {
    return fq_f16_decode((uint32_t)p[0] | (uint32_t)p[1] << 8);
}

static uint32_t load_u32(const uint8_t p[4]) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void decode_q8_0(const block_q8_0 *b, float *x) {
    float d = load_f16(b->d);
    for (int i = 0; i < 32; i++)
        x[i] = (float)(int8_t)b->q[i] * d;
}

static void decode_q4_0(const block_q4_0 *b, float *x) {
    float d = load_f16(b->d);
    for (int j = 0; j < 16; j++) {
        x[j] = (float)((b->qs[j] & 15) - 8) * d;
        x[j + 16] = (float)((b->qs[j] >> 4) - 8) * d;
    }
}

static void decode_q4_1(const block_q4_1 *b, float *x) {
    float d = load_f16(b->d), m = load_f16(b->m);
    for (int j = 0; j < 16; j++) {
        x[j] = (float)(b->qs[j] & 15) * d + m;
        x[j + 16] = (float)(b->qs[j] >> 4) * d + m;
    }
}

/* The five-bit codes of a Q5_0 or Q5_1 block. */
static void unpack_5bit(const uint8_t qh[4], const uint8_t qs[16], int q[32]) {
    uint32_t high = load_u32(qh);
    for (int j = 0; j < 16; j++) {
        q[j] = (qs[j] & 15) | (int)(high >> j & 1) << 4;
        q[j + 16] = (qs[j] >> 4) | (int)(high >> (j + 16) & 1) << 4;
    }
}

static void decode_q5_0(const block_q5_0 *b, float *x) {
    int q[32];
    float d = load_f16(b->d);
    unpack_5bit(b->qh, b->qs, q);
    for (int i = 0; i < 32; i++)
        x[i] = (float)(q[i] - 16) * d;
}

static void decode_q5_1(const block_q5_1 *b, float *x) {
    int q[32];
    float d = load_f16(b->d), m = load_f16(b->m);
    unpack_5bit(b->qh, b->qs, q);
    for (int i = 0; i < 32; i++)
        x[i] = (float)q[i] * d + m;
}

static void decode_q4_k(const block_q4_k *b, float *x) {
    float d = load_f16(b->d), dmin = load_f16(b->dmin);
    for (int g = 0; g < 8; g++) {
        int sc, mn;
        if (g < 4) {
            sc = b->scales[g] & 63;
            mn = b->scales[g + 4] & 63;
        } else {
            sc = (b->scales[g + 4] & 15) | (b->scales[g - 4] >> 6) << 4;
            mn = (b->scales[g + 4] >> 4) | (b->scales[g] >> 6) << 4;
        }
        float scale = d * (float)sc, offset = dmin * (float)mn;
        const uint8_t *qs = b->qs + g / 2 * 32;
        int shift = g % 2 * 4;
        for (int l = 0; l < 32; l++)
            x[g * 32 + l] = scale * (float)(qs[l] >> shift & 15) - offset;
    }
}

static void decode_q6_k(const block_q6_k *b, float *x) {
    float d = load_f16(b->d);
    for (int i = 0; i < 256; i++) {
        int half = i / 128, p = i % 128 / 32, l = i % 32;
        int low = b->ql[half * 64 + p % 2 * 32 + l] >> p / 2 * 4 & 15;
        int high = b->qh[half * 32 + l] >> p * 2 & 3;
        float scale = d * (float)(int8_t)b->scales[i / 16];
        x[i] = scale * (float)((low | high << 4) - 32);
    }
}

/* n 16-bit floats at any address: the row decoder of quant/ may want them aligned. */
static void decode_16bit(fq_format_id format, const uint8_t *p, int64_t n, float *out) {
    enum { CHUNK = 512 };
    uint16_t codes[CHUNK];
    for (int64_t i = 0; i < n; i += CHUNK) {
        size_t m = (size_t)(n - i < CHUNK ? n - i : CHUNK);
        memcpy(codes, p + i * 2, m * 2);
        fq_format_decode_row(format, codes, m, out + i);
    }
}

static void decode(fq_dtype dtype, const uint8_t *p, int64_t n, float *out) {
    int64_t blocks = n / fq_dtypes[dtype].block;
#define DECODE_BLOCKS(type, function)                                                                                  \
    for (int64_t i = 0; i < blocks; i++)                                                                               \
    function((const type *)p + i, out + i * fq_dtypes[dtype].block)
    switch (dtype) {
    case FQ_DTYPE_F32:
        memcpy(out, p, (size_t)n * sizeof *out);
        break;
    case FQ_DTYPE_F16:
        decode_16bit(FQ_F16, p, n, out);
        break;
    case FQ_DTYPE_BF16:
        decode_16bit(FQ_BF16, p, n, out);
        break;
    case FQ_DTYPE_Q4_0:
        DECODE_BLOCKS(block_q4_0, decode_q4_0);
        break;
    case FQ_DTYPE_Q4_1:
        DECODE_BLOCKS(block_q4_1, decode_q4_1);
        break;
    case FQ_DTYPE_Q5_0:
        DECODE_BLOCKS(block_q5_0, decode_q5_0);
        break;
    case FQ_DTYPE_Q5_1:
        DECODE_BLOCKS(block_q5_1, decode_q5_1);
        break;
    case FQ_DTYPE_Q8_0:
        DECODE_BLOCKS(block_q8_0, decode_q8_0);
        break;
    case FQ_DTYPE_Q4_K:
        DECODE_BLOCKS(block_q4_k, decode_q4_k);
        break;
    case FQ_DTYPE_Q6_K:
        DECODE_BLOCKS(block_q6_k, decode_q6_k);
        break;
    case FQ_DTYPE_U8:
    case FQ_DTYPE_I32:
    case FQ_DTYPE_COUNT: /* no floats: who reads a tensor has checked its type */
        FQ_ASSERT(dtype != FQ_DTYPE_U8 && dtype != FQ_DTYPE_I32);
        FQ_ASSERT(dtype < FQ_DTYPE_COUNT);
    }
#undef DECODE_BLOCKS
}

/* GGUF place of Hugging Face place r among n places of `heads` heads: h*D + i + j*D/2 lies at h*D + 2i + j. */
static int64_t permuted(int64_t r, int64_t n, int heads) {
    int64_t d = n / heads, h = r / d, within = r % d;
    int64_t j = within / (d / 2), i = within % (d / 2);
    return h * d + 2 * i + j;
}

int64_t fq_tensor_elements(const fq_tensor *t) {
    int64_t n = 1;
    for (int i = 0; i < t->rank; i++)
        n *= t->shape[i];
    return n;
}

void fq_tensor_row(const fq_tensor *t, int64_t r, float *out) {
    FQ_ASSERT(t->rank >= 1 && t->rank <= 4 && (int)t->dtype >= 0 && t->dtype < FQ_DTYPE_COUNT);
    int64_t n = t->shape[t->rank - 1], rows = fq_tensor_elements(t) / n;
    FQ_ASSERT(r >= 0 && r < rows && n % fq_dtypes[t->dtype].block == 0);
    FQ_ASSERT(t->permuted_heads == 0 || (t->rank <= 2 && t->shape[0] % (2 * (int64_t)t->permuted_heads) == 0));
    size_t row_bytes = (size_t)(n / fq_dtypes[t->dtype].block) * (size_t)fq_dtypes[t->dtype].block_bytes;
    const uint8_t *data = t->data;
    if (t->rank == 1 && t->permuted_heads != 0) {
        /* A permuted bias: one element each, so only formats without blocks can be picked apart. */
        FQ_ASSERT(fq_dtypes[t->dtype].block == 1);
        size_t size = (size_t)fq_dtypes[t->dtype].block_bytes;
        for (int64_t i = 0; i < n; i++)
            decode(t->dtype, data + (size_t)permuted(i, n, t->permuted_heads) * size, 1, out + i);
        return;
    }
    int64_t stored = t->permuted_heads != 0 ? permuted(r, rows, t->permuted_heads) : r;
    decode(t->dtype, data + (size_t)stored * row_bytes, n, out);
}
