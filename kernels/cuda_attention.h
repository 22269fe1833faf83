/* Attention with its operands on the device: what its kernels are given, and where the tiles of keys and values stand.
 * Internal to kernels (C++ for nvcc, but C in style). */
#ifndef FQ_KERNELS_CUDA_ATTENTION_H
#define FQ_KERNELS_CUDA_ATTENTION_H
#include "kernels/cuda_device.h"

/* As fq_attention_args, whose letters and formula hold, with pointers of the device. Owner: the caller. */
struct fq_cuda_heads {
    int batch, seq, heads, causal;
    fq_kv_cache kv;   /* rows of sm90_bf16: bfloat16, or UINT4 with zero points; all others: INT4, operands E4M3 */
    const uint8_t *q; /* E4M3, of sm90_bf16 bfloat16; rows of q_stride bytes, both multiples of 16 */
    size_t q_stride;
    const float *q_scale; /* [batch * seq][heads]; NULL: 1 */
    const int *past;
    int longest;   /* keys of the longest sequence, the new tokens included */
    uint16_t *out; /* bfloat16, rows of out_stride elements, a multiple of 8 */
    size_t out_stride;
    uint8_t *work; /* fq_cuda_heads_work bytes, zero before the first launch, 256-byte aligned */
    int early;     /* decode rows: programmatic dependent launch */
    int fresh;     /* 0: keys and values in `work` are those of the launch before (prefill rows that keep them there) */
};

enum { FQ_CUDA_HEADS_FIXED = 4096 }; /* bytes of `work` before tiles and partial sums: counters */
/* Bytes of `work` that any attention kernel needs for these shapes (pointers are not read). */
size_t fq_cuda_heads_work(const fq_cuda_heads *h);
size_t fq_cuda_decode_work(const fq_cuda_heads *h);
size_t fq_cuda_decode_bf16_work(const fq_cuda_heads *h);

/* Tiles of the operands of the cache, e4m3(q s), as the prefill kernel's tensor cores read them: for every (sequence,
 * KV head) and every `keys` tokens, first keys, then values. Layout: attention_sm90.cuh. keys: 64, 96 or 128. */
fq_status fq_cuda_kv_tiles(const fq_cuda_heads *h, int keys, uint8_t *tiles, cudaStream_t stream) FQ_MUST_USE;
static inline size_t fq_cuda_kv_tile_bytes(const fq_cuda_heads *h, int keys) {
    const size_t tiles = (size_t)((h->longest + keys - 1) / keys);
    return tiles * (size_t)h->batch * (size_t)h->kv.kv_heads * 2 * (size_t)keys * (size_t)h->kv.head_dim;
}
#endif
