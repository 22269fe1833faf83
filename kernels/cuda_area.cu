/* Outputs on the device with proof that all of them was written and nothing beside them. */
#include <string.h>
#include "kernels/cuda_device.h"
#include "quant/minifloat.h"

enum { POISON = 0xff, GUARD_BYTES = 4096 };

fq_status fq_cuda_area_create(fq_cuda_area *a, fq_arena *owner) {
    void *p;
    a->bytes = a->rows * a->pitch + 2 * GUARD_BYTES;
    FQ_TRY(fq_cuda_alloc(owner, a->bytes, &p));
    a->base = (uint8_t *)p;
    a->data = a->base + GUARD_BYTES;
    FQ_CUDA_TRY(cudaMemset(a->base, POISON, a->bytes));
    FQ_TRY(fq_cuda_alloc(owner, 2 * sizeof *a->damage, &p));
    a->damage = (unsigned long long *)p;
    return FQ_OK;
}

/* Poison left in the rows, and bytes beside them that are no longer poison. */
static __global__ void find_damage(const uint8_t *area, size_t bytes, size_t pitch, size_t rows, size_t used, int each,
                                   unsigned long long *out) {
    unsigned long long unwritten = 0, beside = 0;
    for (size_t i = (blockIdx.x * (size_t)blockDim.x + threadIdx.x) * 4; i < bytes;
         i += (size_t)gridDim.x * blockDim.x * 4) {
        const uint32_t word = *(const uint32_t *)(area + i);
        const size_t at = i - GUARD_BYTES, row = at / pitch, col = at - row * pitch;
        for (int k = 0; k < 4; k += each) {
            const uint32_t v = each < 4 ? (word >> (8 * k) | 0xffffffffu << (8 * each)) : word;
            const int within = i >= GUARD_BYTES && row < rows && col + (size_t)k < used;
            if (within)
                unwritten += v == 0xffffffffu;
            else
                beside += v != 0xffffffffu;
        }
    }
    if (unwritten) atomicAdd(out, unwritten);
    if (beside) atomicAdd(out + 1, beside);
}

fq_status fq_cuda_area_check(const fq_cuda_area *a, int any_bits, cudaStream_t stream) {
    unsigned long long damage[2];
    FQ_CUDA_TRY(cudaMemsetAsync(a->damage, 0, sizeof damage, stream));
    find_damage<<<1024, 256, 0, stream>>>(a->base, a->bytes, a->pitch, a->rows, a->used, a->each, a->damage);
    FQ_CUDA_TRY(cudaGetLastError());
    FQ_CUDA_TRY(cudaStreamSynchronize(stream));
    FQ_CUDA_TRY(cudaMemcpy(damage, a->damage, sizeof damage, cudaMemcpyDeviceToHost));
    if (damage[0] > 0 && !any_bits) return fq_fail(FQ_ERR_FAILED, "%llu elements of y were never written", damage[0]);
    if (damage[1] > 0) return fq_fail(FQ_ERR_FAILED, "%llu elements beside y were written", damage[1]);
    return FQ_OK;
}

void fq_cuda_widen(float *to, size_t n, fq_cuda_type t) {
    const uint8_t *codes = (const uint8_t *)to;
    for (size_t j = n; j-- > 0;) { /* from the end, as they grow */
        uint32_t bits;
        if (t == FQ_CUDA_BF16) {
            uint16_t half;
            memcpy(&half, codes + 2 * j, 2);
            bits = (uint32_t)half << 16;
            memcpy(to + j, &bits, 4);
        } else if (t == FQ_CUDA_E4M3) {
            to[j] = fq_e4m3_decode(codes[j]);
        } else if (t == FQ_CUDA_I32) {
            memcpy(&bits, to + j, 4);
            to[j] = (float)(int32_t)bits;
        }
    }
}
