/* The NVIDIA device as the rest of the program sees it: is there one that runs the sm90 rows, how fast is it at best,
 * and matrix kernels whose operands stay on it. Built without CUDA=1 every call says so (cuda_absent.c). */
#ifndef FQ_KERNELS_CUDA_H
#define FQ_KERNELS_CUDA_H
#include "harness/arena.h"
#include "harness/bench.h"
#include "kernels/ops.h"
#ifdef __cplusplus
extern "C" {
#endif

/* 1 if device 0 has compute capability 9.0; else 0 and *why (may be NULL) a short reason. Asked once. */
int fq_cuda_usable(const char **why);
/* Its name and its PCI address ("0000:1b:00.0"), "" if not usable. */
const char *fq_cuda_name(void);
const char *fq_cuda_bus(void);
/* Ceilings of the device, measured once: read_bps from its memory, copy_bps within it; int8_flops of wgmma with 8-bit
 * operands (E4M3 and INT8 run at one rate), on zeros, so that power does not limit it; bf16_flops half of that,
 * f32_flops as bf16_flops. NULL if not usable. */
const fq_ceilings *fq_cuda_ceilings(void);

/* A matrix product with all operands on the device, in as many copies of the weights as leave its L2 cache. Made by the
 * bind function of a kernel (registry.h); owner: the arena given there.
 * run      a graph of launches that rotate over the copies, to its end (first a single launch, to warm up)
 * elapsed  time of one launch in the last run, from events around the graph
 * fetch    rows rows[0..n_rows-1] of y, widened to float32, scaled here where the kernel leaves the scales out; fails
 *          if an element of y was never written or anything beside y was */
typedef struct fq_cuda_gemm fq_cuda_gemm;
fq_status fq_cuda_gemm_run(fq_cuda_gemm *b) FQ_MUST_USE;
double fq_cuda_gemm_elapsed_ns(const fq_cuda_gemm *b);
fq_status fq_cuda_gemm_fetch(fq_cuda_gemm *b, const int *rows, int n_rows, float *y, size_t y_stride) FQ_MUST_USE;
/* Unit roundoff of y as the device stores it: 2^-8 for bfloat16, 0 for integers. */
double fq_cuda_gemm_roundoff(const fq_cuda_gemm *b);
/* Number of tile shapes the kernel could use, and the one it does use ("128x256/64"). */
int fq_cuda_gemm_tiles(const fq_cuda_gemm *b);
const char *fq_cuda_gemm_tile(const fq_cuda_gemm *b);

/* Launches on the device, timed by its clock. A run is a graph of launches, to its end; before the first come a few
 * single ones. elapsed: time of one launch in the last run. */
typedef struct fq_cuda_loop fq_cuda_loop;
fq_status fq_cuda_loop_run(fq_cuda_loop *l) FQ_MUST_USE;
double fq_cuda_loop_elapsed_ns(const fq_cuda_loop *l);

/* Attention with its operands on the device (cuda_attention.h), ready to be launched: what a device row of the
 * attention family has. Asynchronous; the stream is a cudaStream_t. */
typedef struct fq_cuda_heads fq_cuda_heads;
typedef fq_status fq_cuda_attend(const fq_cuda_heads *h, void *stream);

/* Attention for the measuring loop: operands of `a` on the device, its cache in `copies` copies that the launches
 * rotate over (0: as many as leave the L2 cache), the output poisoned. Owner: the arena. Errors: FQ_ERR_UNSUPPORTED for
 * head sizes and recipes without device kernel. fetch: the outputs of (token[i], head[i]), i < n, widened to out[i][D];
 * FQ_ERR_FAILED if an element of the output was never written or anything beside it was. */
typedef struct fq_cuda_attention fq_cuda_attention;
fq_status fq_cuda_attention_create(fq_cuda_attend *attend, const fq_attention_args *a, int copies, fq_arena *owner,
                                   fq_cuda_attention **out) FQ_MUST_USE;
fq_cuda_loop *fq_cuda_attention_loop(fq_cuda_attention *b);
fq_status fq_cuda_attention_fetch(fq_cuda_attention *b, int n, const int *token, const int *head,
                                  float *out) FQ_MUST_USE;
/* Once, for operands of the host. */
fq_status fq_cuda_attention_run(fq_cuda_attend *attend, const fq_attention_args *a) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
