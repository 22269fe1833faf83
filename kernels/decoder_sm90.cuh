/* Small kernels between those of kernels.def in a forward pass: positions, the gather of embeddings, arg max, and
 * random numbers for a cache. Internal to cuda_decoder.cu. */
#ifndef FQ_KERNELS_DECODER_SM90_CUH
#define FQ_KERNELS_DECODER_SM90_CUH
#include <limits.h>
#include <math_constants.h>
#include <stdint.h>
#include "quant/format.h"

/* past = value, and nothing was bad; without `bad` past += value. */
static __global__ void set_past(int *past, int batch, int value, int *bad) {
    if (threadIdx.x == 0 && bad) *bad = INT_MAX;
    for (int b = threadIdx.x; b < batch; b += blockDim.x)
        past[b] = bad ? value : past[b] + value;
}

static __global__ void gather(uint16_t *x, int hidden, const uint16_t *table, size_t stride, const int *ids) {
    const uint16_t *from = table + (size_t)ids[blockIdx.x] * stride;
    uint16_t *to = x + (size_t)blockIdx.x * hidden;
    if (hidden % 8 == 0) {
        for (int i = threadIdx.x; i < hidden / 8; i += blockDim.x)
            ((uint4 *)to)[i] = ((const uint4 *)from)[i];
    } else {
        for (int i = threadIdx.x; i < hidden; i += blockDim.x)
            to[i] = from[i];
    }
}

/* ids[row] = the lowest index of the largest logit. */
static __global__ void find_largest(const float *logits, size_t stride, int n, int *ids) {
    const float *row = logits + blockIdx.x * stride;
    __shared__ float values[32];
    __shared__ int places[32];
    float best = -CUDART_INF_F;
    int place = INT_MAX;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        const float v = row[i];
        if (v > best || (v == best && i < place)) best = v, place = i;
    }
    for (int step = 0; step < 2; step++) {
#pragma unroll
        for (int d = 16; d > 0; d /= 2) {
            const float v = __shfl_xor_sync(~0u, best, d);
            const int p = __shfl_xor_sync(~0u, place, d);
            if (v > best || (v == best && p < place)) best = v, place = p;
        }
        if (step == 1) break;
        if ((threadIdx.x & 31) == 0) values[threadIdx.x >> 5] = best, places[threadIdx.x >> 5] = place;
        __syncthreads();
        const int lane = threadIdx.x & 31, there = lane < (int)(blockDim.x >> 5);
        best = there ? values[lane] : -CUDART_INF_F;
        place = there ? places[lane] : INT_MAX;
    }
    if (threadIdx.x == 0) ids[blockIdx.x] = place < n ? place : 0;
}

static __device__ uint32_t mix(uint64_t x) {
    x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
    return (uint32_t)(x >> 32);
}

/* Numbers of a format between 2^-4 and 4 of either sign (scales: positive, up to 1/2); other formats: any bits. */
static __global__ void fill_random(uint8_t *to, size_t n, fq_format_id format, int scales, uint64_t seed) {
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n; i += (size_t)gridDim.x * blockDim.x) {
        const uint32_t r = mix(i + seed);
        if (format == FQ_BF16)
            ((uint16_t *)to)[i] =
                (uint16_t)((r & (scales ? 0x7f : 0x807f)) | (scales ? 123 + r % 3 : 123 + r % 6) << 7);
        else if (format == FQ_F16)
            ((uint16_t *)to)[i] = (uint16_t)((r & 0x3ff) | (11 + r % 3) << 10);
        else if (format == FQ_E4M3)
            to[i] = (uint8_t)((r & 7) | (3 + r % 3) << 3);
        else
            to[i] = (uint8_t)r;
    }
}

#endif
