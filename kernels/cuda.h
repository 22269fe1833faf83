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

/* Launches on the device, timed by its clock. A run is a graph of launches, to its end; before the first come a few
 * single ones. elapsed: time of one launch in the last run. */
typedef struct fq_cuda_loop fq_cuda_loop;
fq_status fq_cuda_loop_run(fq_cuda_loop *l) FQ_MUST_USE;
double fq_cuda_loop_elapsed_ns(const fq_cuda_loop *l);

/* A product and a row operation with their operands on the device, ready to be launched (cuda_device.h). */
typedef struct fq_cuda_product fq_cuda_product;
typedef struct fq_cuda_rows fq_cuda_rows;
/* What a device row of the gemm family has beside pack: plan the launch of p for the shapes and packed weights of `a`.
 * tile: -1 the kernel's choice, else below p->tiles. Owner: the arena. Errors: FQ_ERR_UNSUPPORTED where the kernel
 * cannot do what p asks. */
typedef fq_status fq_cuda_prepare(const fq_gemm_args *a, int tile, fq_arena *owner, fq_cuda_product *p);
/* What a device row of the row family has, and one of the rope family. */
typedef fq_status fq_cuda_enqueue(const fq_cuda_rows *r, void *stream);
typedef struct fq_cuda_rope fq_cuda_rope;
typedef fq_status fq_cuda_rotate(const fq_cuda_rope *r, void *stream);

/* What y is on the device: bfloat16 (or what the kernel leaves), float32, or E4M3 codes against y_scale[m], or against
 * y_scale[0] for all tokens. */
typedef enum fq_cuda_output {
    FQ_CUDA_OUT_NATURAL,
    FQ_CUDA_OUT_F32,
    FQ_CUDA_OUT_E4M3_TOKEN,
    FQ_CUDA_OUT_E4M3_TENSOR
} fq_cuda_output;

/* A matrix product for the measuring loop: operands of `a` on the device, in as many copies of the weights as leave its
 * L2 cache (copies 0), y poisoned; a residual of `a` goes there as y's type. Owner: the arena, which must not outlive
 * the operands of `a` and y_scale. */
typedef struct fq_cuda_gemm fq_cuda_gemm;
typedef struct fq_cuda_gemm_options {
    int copies, tile; /* tile: -1 the kernel's choice */
    fq_cuda_output output;
    const float *y_scale; /* [m], with E4M3 */
} fq_cuda_gemm_options;
fq_status fq_cuda_gemm_create(fq_cuda_prepare *prepare, const fq_gemm_args *a, const fq_cuda_gemm_options *options,
                              fq_arena *owner, fq_cuda_gemm **out) FQ_MUST_USE;
fq_cuda_loop *fq_cuda_gemm_loop(fq_cuda_gemm *b);
/* Rows rows[0..n_rows-1] of y, widened to float32, scaled here where the kernel leaves the scales out. Errors:
 * FQ_ERR_FAILED if an element of y was never written or anything beside y was. */
fq_status fq_cuda_gemm_fetch(fq_cuda_gemm *b, const int *rows, int n_rows, float *y, size_t y_stride) FQ_MUST_USE;
/* Unit roundoff of y as the device stores it: 2^-8 for bfloat16, 2^-4 for normal numbers of E4M3, else 0. */
double fq_cuda_gemm_roundoff(const fq_cuda_gemm *b);
/* Number of tile shapes the kernel could use, and the one it does use ("128x256"). */
int fq_cuda_gemm_tiles(const fq_cuda_gemm *b);
const char *fq_cuda_gemm_tile(const fq_cuda_gemm *b);

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

/* A row operation for the measuring loop: the numbers of `a` as bfloat16 on the device, as many times as leave its L2
 * cache. fetch: codes and scales into a->out and a->scale. Owner: the arena. Errors: FQ_ERR_UNSUPPORTED for recipes
 * without device kernel; of fetch, FQ_ERR_NUMERIC naming the first row that is not finite. */
typedef struct fq_cuda_rowset fq_cuda_rowset;
fq_status fq_cuda_rowset_create(fq_cuda_enqueue *enqueue, const fq_row_args *a, int width, fq_arena *owner,
                                fq_cuda_rowset **out) FQ_MUST_USE;
fq_cuda_loop *fq_cuda_rowset_loop(fq_cuda_rowset *b);
fq_status fq_cuda_rowset_fetch(fq_cuda_rowset *b, const fq_row_args *a) FQ_MUST_USE;

/* rope_quant for the measuring loop: the numbers of `a` as bfloat16 on the device, as many times as leave its L2 cache
 * (wide: once, as float32); queries and cache stand there as they are in `a`. fetch: all of them back into `a`. Owner:
 * the arena. Errors: FQ_ERR_UNSUPPORTED for head sizes and recipes without device kernel; of fetch, FQ_ERR_NUMERIC
 * naming the first token that is not finite. */
typedef struct fq_cuda_ropeset fq_cuda_ropeset;
fq_status fq_cuda_ropeset_create(fq_cuda_rotate *rotate, const fq_rope_args *a, int wide, fq_arena *owner,
                                 fq_cuda_ropeset **out) FQ_MUST_USE;
fq_cuda_loop *fq_cuda_ropeset_loop(fq_cuda_ropeset *b);
fq_status fq_cuda_ropeset_fetch(fq_cuda_ropeset *b, const fq_rope_args *a) FQ_MUST_USE;

/* A feed-forward block for the measuring loop, its operands on the device:
 *   y = x + down(quantized(silu(gate) up)),  gate and up = gate_up(quantized(rmsnorm(x) gamma))
 * Numbers between the operations and x, y are bfloat16. The runs rotate over copies of the weights. */
typedef struct fq_cuda_ffn_args {
    int m, hidden, intermediate;
    const fq_recipe *a; /* one scale a token, or none */
    const fq_qmatrix *gate_up, *down;
    void *gate_up_packed, *down_packed;
    fq_cuda_prepare *prepare_up, *prepare_down;
    int gated;                   /* prepare_up gives silu(gate) up */
    fq_cuda_enqueue *norm, *act; /* act: swiglu_quant, or quant_rows where gated */
    int early, hot;              /* programmatic dependent launch; one copy of the weights */
    const float *x, *gamma;      /* [m][hidden], [hidden], of the host */
    float eps;
} fq_cuda_ffn_args;
typedef struct fq_cuda_ffn fq_cuda_ffn;
fq_status fq_cuda_ffn_create(const fq_cuda_ffn_args *a, fq_arena *owner, fq_cuda_ffn **out) FQ_MUST_USE;
fq_cuda_loop *fq_cuda_ffn_loop(fq_cuda_ffn *b);
/* Tile shapes of the two products. */
const char *fq_cuda_ffn_tiles(const fq_cuda_ffn *b);
/* Rows rows[0..n_rows-1] of y as float32. Errors: FQ_ERR_FAILED if any of y was never written, or anything beside it.
 */
fq_status fq_cuda_ffn_fetch(fq_cuda_ffn *b, const int *rows, int n_rows, float *y) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
