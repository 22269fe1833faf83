/* The prototype of every kernel of kernels.def, so that a definition with another signature does not compile.
 * A kernel's file includes it; callers go through registry.h. */
#ifndef FQ_KERNELS_FUNCTIONS_H
#define FQ_KERNELS_FUNCTIONS_H
#include "kernels/cuda.h"
#include "kernels/ops.h"
#ifdef __cplusplus
extern "C" {
#endif

#define FQ_DECLARE_gemm(op, suffix)                                                                                    \
    fq_status fq_##op##_##suffix(const fq_gemm_args *a);                                                               \
    size_t fq_##op##_##suffix##_scratch(const fq_gemm_args *a);
#define FQ_DECLARE_gemm_packed(op, suffix)                                                                             \
    FQ_DECLARE_gemm(op, suffix)                                                                                        \
        fq_status fq_##op##_##suffix##_pack(const fq_qmatrix *w, fq_arena *arena, void **packed);
#define FQ_DECLARE_gemm_device(op, suffix)                                                                             \
    FQ_DECLARE_gemm_packed(op, suffix) fq_cuda_prepare fq_##op##_##suffix##_prepare;
#define FQ_DECLARE_attention(op, suffix)                                                                               \
    fq_status fq_##op##_##suffix(const fq_attention_args *a);                                                          \
    size_t fq_##op##_##suffix##_scratch(const fq_attention_args *a);
#define FQ_DECLARE_attention_device(op, suffix)                                                                        \
    FQ_DECLARE_attention(op, suffix) fq_cuda_attend fq_##op##_##suffix##_attend;
#define FQ_DECLARE_row(op, suffix) fq_status fq_##op##_##suffix(const fq_row_args *a);
#define FQ_DECLARE_row_device(op, suffix) FQ_DECLARE_row(op, suffix) fq_cuda_enqueue fq_##op##_##suffix##_enqueue;
#define FQ_DECLARE_rope(op, suffix) fq_status fq_##op##_##suffix(const fq_rope_args *a);
#define FQ_DECLARE_rope_device(op, suffix) FQ_DECLARE_rope(op, suffix) fq_cuda_rotate fq_##op##_##suffix##_rotate;

#define FQ_KERNEL(family, op, suffix, isa, role, roundoff, about) FQ_DECLARE_##family(op, suffix)
#include "kernels/kernels.def"
#undef FQ_KERNEL

#undef FQ_DECLARE_gemm
#undef FQ_DECLARE_gemm_packed
#undef FQ_DECLARE_gemm_device
#undef FQ_DECLARE_attention
#undef FQ_DECLARE_attention_device
#undef FQ_DECLARE_row
#undef FQ_DECLARE_row_device
#undef FQ_DECLARE_rope
#undef FQ_DECLARE_rope_device

#ifdef __cplusplus
}
#endif
#endif
