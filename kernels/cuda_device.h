/* What the .cu files share: checked calls, device memory that lives as long as an arena, the bound matrix product.
 * Internal to kernels (C++ for nvcc, but C in style). */
#ifndef FQ_KERNELS_CUDA_DEVICE_H
#define FQ_KERNELS_CUDA_DEVICE_H
#include <cuda.h>
#include <cuda_runtime.h>
#include "kernels/cuda.h"
#include "kernels/functions.h"

/* Return early when a CUDA call fails, naming the call. */
#define FQ_CUDA_TRY(call)                                                                                              \
    do {                                                                                                               \
        const cudaError_t fq_cuda_e_ = (call);                                                                         \
        if (fq_cuda_e_ != cudaSuccess)                                                                                 \
            return fq_fail(fq_cuda_e_ == cudaErrorMemoryAllocation ? FQ_ERR_MEMORY : FQ_ERR_FAILED, "CUDA: %s: %s",    \
                           #call, cudaGetErrorString(fq_cuda_e_));                                                     \
    } while (0)

/* Device memory that is freed with the arena (or its reset), 256-byte aligned. Errors: FQ_ERR_MEMORY. */
fq_status fq_cuda_alloc(fq_arena *owner, size_t bytes, void **out) FQ_MUST_USE;
/* The same with a copy of host memory in it. */
fq_status fq_cuda_upload(fq_arena *owner, const void *from, size_t bytes, void **out) FQ_MUST_USE;
/* Rows of host memory to rows of `pitch` bytes on the device. */
fq_status fq_cuda_upload_rows(fq_arena *owner, const void *from, size_t stride, size_t row_bytes, size_t rows,
                              size_t pitch, void **out) FQ_MUST_USE;
int fq_cuda_processors(void); /* streaming multiprocessors */

/* So many copies of a thing of `bytes` on the device that they exceed its L2 cache eight times. */
fq_status fq_cuda_cold_copies(size_t bytes, int *copies) FQ_MUST_USE;
/* copies - 1 more copies of data; copy[0] is data itself. copies 0: fq_cuda_cold_copies. */
fq_status fq_cuda_copy(void *data, size_t bytes, int *copies, void ***copy, fq_arena *owner) FQ_MUST_USE;

/* The launches of fq_cuda_loop_run: launch(context, turn, stream) with turn = 0, 1, ... */
struct fq_cuda_loop {
    fq_status (*launch)(void *context, int turn, cudaStream_t stream);
    void *context;
    cudaStream_t stream;
    cudaGraphExec_t graph;
    cudaEvent_t start, stop;
    int turn, launches; /* launches of a run */
    double ns;
};
/* launch and context are set before. */
fq_status fq_cuda_loop_create(fq_cuda_loop *l, fq_arena *owner) FQ_MUST_USE;

/* Tensor map of a row-major matrix [rows][cols] with `pitch` bytes between rows (a multiple of 16), boxes of box_cols x
 * box_rows, 128-byte swizzle; reads out of range give zeros. */
fq_status fq_cuda_tensor_map(CUtensorMap *map, CUtensorMapDataType type, int element_bytes, const void *at, int rows,
                             int cols, size_t pitch, int box_rows, int box_cols) FQ_MUST_USE;

typedef enum fq_cuda_type { FQ_CUDA_BF16, FQ_CUDA_F32, FQ_CUDA_I32 } fq_cuda_type;

struct fq_cuda_gemm {
    /* Set by the kernel's bind function before fq_cuda_gemm_create. */
    int m, n, k;
    size_t x_bytes;      /* of an element of x */
    fq_cuda_type y_type;
    int n_stored;        /* columns of y that are written; 0: n */
    int scales_late;     /* fetch applies the scales */
    int tiles;           /* shapes to choose from */
    const char *tile;    /* the one in use */
    void *weights;       /* first copy, of weight_bytes; the others are made of it */
    size_t weight_bytes;
    fq_status (*launch)(const fq_cuda_gemm *b, const void *weights, cudaStream_t stream);
    void *plan; /* the kernel's own */
    /* Filled by fq_cuda_gemm_create. */
    void *x, *y;
    size_t x_pitch, y_pitch; /* bytes */
    float *x_scale, *row_scale;             /* device; NULL: 1 */
    const float *host_x_scale, *host_row_scale;
    void **copy;
    int copies, next, launches;
    uint8_t *y_area;
    size_t y_area_bytes;
    unsigned long long *damage; /* device: unwritten elements, bytes written beside y */
    cudaStream_t stream;
    cudaGraphExec_t graph;
    cudaEvent_t start, stop;
    double ns;
};

/* Operands of `a` to the device, y poisoned, `copies` copies of the weights (0: so many that they exceed the L2 cache
 * eight times). Everything belongs to the arena. */
fq_status fq_cuda_gemm_create(fq_cuda_gemm *b, const fq_gemm_args *a, int copies, fq_arena *owner) FQ_MUST_USE;

#endif
