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
/* Numbers of the host to rows of `pitch` bfloat16 on the device, nearest even, zeros behind column cols. stride:
 * floats. */
fq_status fq_cuda_upload_bf16(fq_arena *owner, const float *from, size_t stride, size_t cols, size_t rows, size_t pitch,
                              void **out) FQ_MUST_USE;
int fq_cuda_processors(void); /* streaming multiprocessors */

/* Tensor map of a row-major matrix [rows][cols] with `pitch` bytes between rows (a multiple of 16), boxes of box_cols x
 * box_rows, swizzle of 128 or 64 bytes, or none for 32, which a row of a box must not exceed; reads out of range give
 * zeros. */
fq_status fq_cuda_tensor_map(CUtensorMap *map, CUtensorMapDataType type, int element_bytes, const void *at, int rows,
                             int cols, size_t pitch, int box_rows, int box_cols, int swizzle) FQ_MUST_USE;
/* Tensor map of bytes [rows][cols] in three dimensions, boxes of 128 x box_rows x slices: with slices > 1 (cols a
 * multiple of 128) the coordinates are (0, row, slice of 128 columns), else (column, row, 0). */
fq_status fq_cuda_tensor_map_slices(CUtensorMap *map, const void *at, int rows, int cols, size_t pitch, int box_rows,
                                    int slices) FQ_MUST_USE;

/* Tensor map of words of 8 bytes in up to five dimensions, the innermost first: sizes and boxes in elements, strides in
 * bytes (multiples of 16) of all but the first; no swizzle; reads out of range give zeros. */
enum { FQ_CUDA_MAP_RANK = 5 };
typedef struct fq_cuda_words {
    int rank, size[FQ_CUDA_MAP_RANK], box[FQ_CUDA_MAP_RANK];
    size_t stride[FQ_CUDA_MAP_RANK - 1];
} fq_cuda_words;
fq_status fq_cuda_tensor_map_words(CUtensorMap *map, const void *at, const fq_cuda_words *w) FQ_MUST_USE;

/* So many copies of a thing of `bytes` on the device that they exceed its L2 cache eight times; at most 512. */
fq_status fq_cuda_cold_copies(size_t bytes, int *copies) FQ_MUST_USE;
/* copies - 1 more copies of data; copy[0] is data itself. copies 0: fq_cuda_cold_copies. */
fq_status fq_cuda_copy(void *data, size_t bytes, int *copies, void ***copy, fq_arena *owner) FQ_MUST_USE;

/* Device memory for one call with operands of the host. It lives as long as the process and grows as calls need it; it
 * is the caller's until fq_cuda_stage_end, so such calls come one after the other. */
fq_status fq_cuda_stage_begin(size_t bytes, uint8_t **at) FQ_MUST_USE;
void fq_cuda_stage_end(void);

typedef enum fq_cuda_type { FQ_CUDA_BF16, FQ_CUDA_F32, FQ_CUDA_I32, FQ_CUDA_E4M3, FQ_CUDA_INT8 } fq_cuda_type;
static inline size_t fq_cuda_type_bytes(fq_cuda_type t) {
    return t == FQ_CUDA_BF16 ? 2 : t == FQ_CUDA_E4M3 || t == FQ_CUDA_INT8 ? 1 : 4;
}

/* Rows of memory on the device between guards, all poisoned: bytes beside the first `used` of a row are guards too. */
typedef struct fq_cuda_area {
    uint8_t *base, *data; /* with guards; the first row */
    size_t bytes, rows, pitch, used;
    int each;                   /* bytes of an element; poison is all ones, a NaN in every float format */
    unsigned long long *damage; /* device: elements unwritten, bytes written beside */
} fq_cuda_area;
/* rows, pitch, used and each are set before. */
fq_status fq_cuda_area_create(fq_cuda_area *a, fq_arena *owner) FQ_MUST_USE;
/* Errors: FQ_ERR_FAILED if anything beside was written, or an element was not (not asked where any bits are right). */
fq_status fq_cuda_area_check(const fq_cuda_area *a, int any_bits, cudaStream_t stream) FQ_MUST_USE;
/* n elements of type t, in place in `to`, to float32. */
void fq_cuda_widen(float *to, size_t n, fq_cuda_type t);

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

/* Launch with or without programmatic dependent launch (`early`); _pairs: in clusters of two blocks where `paired`. */
fq_status fq_cuda_launch(const void *function, int blocks, int threads, size_t shared, int early, cudaStream_t stream,
                         void **arguments) FQ_MUST_USE;
fq_status fq_cuda_launch_pairs(const void *function, int blocks, int threads, size_t shared, int early, int paired,
                               cudaStream_t stream, void **arguments) FQ_MUST_USE;

/* Weights on the device: the head of what a kernel's pack function leaves. */
typedef struct fq_cuda_weights {
    void *data;
    size_t bytes;
    float *row_scale; /* [n] on the device; NULL: tensor_scale for all rows */
    float tensor_scale;
    size_t x_bytes;  /* of an element of x */
    int n, n_stored; /* columns of y, and those that are written, padding included */
    int late;        /* a plain product leaves both scales to the reader of y, which then is of type late_type */
    fq_cuda_type late_type;
} fq_cuda_weights;

/* One product with all operands on the device (formula: ops.h), to be launched again and again. */
struct fq_cuda_product {
    /* Set by the caller of a kernel's prepare function. */
    int m;
    const void *x; /* codes, rows of x_pitch bytes, a multiple of 16 */
    size_t x_pitch;
    const float *x_scale; /* [m]; NULL: 1 */
    void *y;              /* rows of y_pitch bytes */
    size_t y_pitch;
    fq_cuda_type y_type;  /* BF16, F32 or E4M3; I32 where the scales are late */
    const float *y_scale; /* E4M3: code = e4m3(y / y_scale[m]), saturating; NULL: y_fixed_scale for all */
    float y_fixed_scale;
    const void *residual; /* of y's type, BF16 or F32, and pitch; NULL: 0. May be y itself. */
    int late;             /* leave both scales out (only where the weights say so) */
    int early;            /* programmatic dependent launch */
    int tries;            /* algorithms to try by time, where there are any to choose from */
    void **copy;          /* what the launches will rotate over, for the trying; NULL: the packed weights */
    int copies;
    /* Set by prepare. */
    int tiles;        /* shapes to choose from */
    const char *tile; /* the one in use */
    fq_status (*launch)(const fq_cuda_product *p, const void *weights, cudaStream_t stream);
    void *plan; /* the kernel's own */
};

/* Rows of the row family on the device (ops.h), x and out there. */
struct fq_cuda_rows {
    int m, k;
    const void *x;
    size_t x_stride;     /* elements */
    fq_cuda_type x_type; /* BF16 or F32 */
    const float *gamma;  /* [k], rmsnorm only */
    float eps, fixed_scale;
    void *out;
    size_t out_stride;     /* bytes */
    fq_cuda_type out_type; /* BF16 (no scale), E4M3 or INT8 */
    float *scale;          /* [m]; NULL with BF16 */
    int *bad;              /* lowered to the first row that is not finite */
    int early;
};

/* Rotation and quantization on the device: as fq_rope_args, whose letters and formulas hold, with pointers of the
 * device that are 16-byte aligned. Owner: the caller. */
struct fq_cuda_rope {
    int batch, seq, heads;
    const int *past;
    const void *qkv;       /* [batch * seq][>= (H + 2 H_kv) D] */
    size_t qkv_stride;     /* elements, a multiple of 8 */
    fq_cuda_type qkv_type; /* BF16 or F32 */
    const float *cos_t, *sin_t, *post, *k_offset, *k_clip, *v_clip;
    const float *post_inverse; /* [H_kv D] 1 / post, for the queries; NULL: the kernel divides, which takes longer */
    void *q;
    size_t q_stride;     /* bytes, a multiple of 16 */
    fq_cuda_type q_type; /* E4M3 with q_scale, or BF16 without */
    float *q_scale;      /* [batch * seq][heads] */
    fq_kv_cache kv;      /* head size 64 or 128; INT4 without zero points, or BF16; the recipe is the host's */
    int *bad;            /* lowered to the first token that is not finite */
    int early;
};

#endif
