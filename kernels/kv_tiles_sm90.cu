/* The INT4 cache as tiles of E4M3 operands, laid out as wgmma reads them from shared memory (attention_sm90.cuh). A CTA
 * makes the keys or the values of one tile: codes to shared memory, operands in place there, one linear copy out. */
#include <cuda_bf16.h>
#include <cuda_fp8.h>
#include "kernels/attention_sm90.cuh"
#include "kernels/codes_kv_sm90.cuh"
#include "kernels/cuda_attention.h"

enum { THREADS = 256 };

/* Row r of a tile of keys is a token; its bytes are in the order in which a query's registers hold them. */
template <int D, int KEYS> FQ_DEV void make_keys(const uint8_t *codes, const float *scale, uint8_t *tile) {
    constexpr int WORDS = D / 8, PITCH = D / 2 + 4;
    for (int i = threadIdx.x; i < KEYS * WORDS; i += THREADS) {
        const int row = i / WORDS, word = i % WORDS, c = word / (D / 32), step = word % (D / 32);
        uint32_t e[2];
        kv_operands(*(const uint32_t *)(codes + row * PITCH + 4 * word), scale[row], e);
#pragma unroll
        for (int half = 0; half < 2; half++)
            *(uint32_t *)(tile + wgmma_chunk<D>(row, 2 * step + half) + 4 * c) = e[half];
    }
}

/* Row n of a tile of values is an element of the head; its bytes are tokens in the order of P's registers. Four tokens
 * that stand together are turned at once. */
template <int D, int KEYS> FQ_DEV void make_values(const uint8_t *codes, const float *scale, uint8_t *tile) {
    constexpr int WORDS = D / 8, PITCH = D / 2 + 4, FOURS = KEYS / 4, WIDE = attention_v_keys(KEYS);
    for (int i = threadIdx.x; i < FOURS * WORDS; i += THREADS) {
        const int four = i % FOURS, word = i / FOURS, slot = 4 * four, c = slot % 16 / 4;
        const int key = slot / 16 * 16 + 2 * c;
        uint32_t e[4][2], t[8];
#pragma unroll
        for (int k = 0; k < 4; k++) {
            const int row = key + k / 2 * 8 + k % 2;
            kv_operands(*(const uint32_t *)(codes + row * PITCH + 4 * word), scale[row], e[k]);
        }
        kv_turn(e[0][0], e[1][0], e[2][0], e[3][0], t);
        kv_turn(e[0][1], e[1][1], e[2][1], e[3][1], t + 4);
#pragma unroll
        for (int k = 0; k < 8; k++) {
            const int n = word / 4 * 32 + k / 2 * 8 + word % 4 * 2 + k % 2;
            *(uint32_t *)(tile + slot / WIDE * (WIDE * D) + wgmma_chunk<WIDE>(n, slot % WIDE / 16) + slot % 16) = t[k];
        }
    }
}

template <int D, int KEYS, typename SCALE>
static __global__ void __launch_bounds__(THREADS) make_tiles(const fq_cuda_heads h, uint8_t *tiles, int count) {
    constexpr int PITCH = D / 2 + 4;
    extern __shared__ __align__(1024) uint8_t memory[];
    __shared__ float scale[KEYS];
    uint8_t *tile = memory, *codes = memory + KEYS * D;
    const int pair = blockIdx.y, which = blockIdx.z, first = blockIdx.x * KEYS;
    ptx_grid_wait();
    const int end = h.past[pair / h.kv.kv_heads] + h.seq;
    const size_t row0 = (size_t)pair * h.kv.capacity + first;
    const uint8_t *from = (which ? h.kv.v : h.kv.k) + row0 * h.kv.row_bytes;
    const SCALE *scales = (const SCALE *)(which ? h.kv.v_scale : h.kv.k_scale) + row0;
    for (int i = threadIdx.x; i < KEYS; i += THREADS)
        scale[i] = first + i < end ? (float)scales[i] : 0.0f;
    for (int i = threadIdx.x; i < KEYS * (D / 32); i += THREADS) { /* 16 bytes each */
        const int row = i / (D / 32), at = i % (D / 32) * 16;
        uint4 x = {0, 0, 0, 0};
        if (first + row < end) x = *(const uint4 *)(from + (size_t)row * h.kv.row_bytes + at);
        uint32_t *to = (uint32_t *)(codes + row * PITCH + at);
        to[0] = x.x, to[1] = x.y, to[2] = x.z, to[3] = x.w;
    }
    __syncthreads();
    if (which)
        make_values<D, KEYS>(codes, scale, tile);
    else
        make_keys<D, KEYS>(codes, scale, tile);
    __syncthreads();
    uint4 *out = (uint4 *)(tiles + (((size_t)pair * count + blockIdx.x) * 2 + which) * KEYS * D);
    for (int i = threadIdx.x; i < KEYS * D / 16; i += THREADS)
        out[i] = ((const uint4 *)tile)[i];
    ptx_grid_release();
}

fq_status fq_cuda_kv_tiles(const fq_cuda_heads *h, int keys, uint8_t *tiles, cudaStream_t stream) {
    const int count = (h->longest + keys - 1) / keys, d = h->kv.head_dim, bf16 = h->kv.recipe->scale == FQ_BF16;
    const dim3 grid((unsigned)count, (unsigned)(h->batch * h->kv.kv_heads), 2);
    const int bytes = keys * d + keys * (d / 2 + 4);
#define CASE(D, KEYS)                                                                                                  \
    if (d == D && keys == KEYS && bf16)                                                                                \
        make_tiles<D, KEYS, __nv_bfloat16><<<grid, THREADS, bytes, stream>>>(*h, tiles, count);                        \
    if (d == D && keys == KEYS && !bf16)                                                                               \
        make_tiles<D, KEYS, __nv_fp8_e4m3><<<grid, THREADS, bytes, stream>>>(*h, tiles, count);
    CASE(64, 64)
    CASE(64, 96) CASE(64, 128) CASE(128, 64) CASE(128, 96) CASE(128, 128)
#undef CASE
        FQ_CUDA_TRY(cudaGetLastError());
    return FQ_OK;
}
