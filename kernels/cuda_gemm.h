/* What the .cu files of the gemm family share: the call with operands of the host, and the functions of a device row.
 * Internal to kernels. */
#ifndef FQ_KERNELS_CUDA_GEMM_H
#define FQ_KERNELS_CUDA_GEMM_H
#include "kernels/cuda_device.h"
#include "kernels/gemm.h"

enum { FQ_CUDA_TRIES = 8 }; /* algorithms of a library that are tried by time */

/* The contract's call (ops.h), by copies of the operands on the device. */
fq_status fq_cuda_gemm_host(fq_cuda_prepare *prepare, fq_gemm_kind kind, const fq_gemm_args *a) FQ_MUST_USE;

/* The functions of kernels.def row <op>.<suffix>, given its pack and prepare as expressions. */
#define FQ_CUDA_GEMM_ROW(op, kind, suffix, pack_call, prepare_call)                                                    \
    fq_status fq_##op##_##suffix##_pack(const fq_qmatrix *w, fq_arena *arena, void **packed) {                         \
        return pack_call;                                                                                              \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_prepare(const fq_gemm_args *a, int tile, fq_arena *owner, fq_cuda_product *p) {     \
        return prepare_call;                                                                                           \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix(const fq_gemm_args *a) {                                                              \
        return fq_cuda_gemm_host(fq_##op##_##suffix##_prepare, kind, a);                                               \
    }                                                                                                                  \
    size_t fq_##op##_##suffix##_scratch(const fq_gemm_args *a) {                                                       \
        return 0;                                                                                                      \
    }

#endif
