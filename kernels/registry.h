/* The table of kernels (kernels.def) and how one is chosen. */
#ifndef FQ_KERNELS_REGISTRY_H
#define FQ_KERNELS_REGISTRY_H
#include "harness/cpu.h"
#include "kernels/cuda.h"
#include "kernels/ops.h"
#ifdef __cplusplus
extern "C" {
#endif

/* DEVICE: operands belong on a device, so dispatch, whose operands are the host's, never takes it; only by name. */
typedef enum fq_role { FQ_ROLE_REF, FQ_ROLE_NORMAL, FQ_ROLE_BASELINE, FQ_ROLE_DEVICE } fq_role;

typedef struct fq_kernel {
    const char *name; /* "gemm_i4f8.avx2" */
    fq_op op;
    fq_family family;
    fq_isa isa; /* least instruction set */
    fq_role role;
    double roundoff; /* unit roundoff of the accumulator; 0 = exact integer sums */
    const char *about;
    union {
        fq_status (*gemm)(const fq_gemm_args *a);
        fq_status (*attention)(const fq_attention_args *a);
        fq_status (*row)(const fq_row_args *a);
        fq_status (*rope)(const fq_rope_args *a);
    } run;
    union { /* bytes of scratch for these arguments (shapes, recipes and pointers to w / kv are read, not the data) */
        size_t (*gemm)(const fq_gemm_args *a);
        size_t (*attention)(const fq_attention_args *a);
    } scratch; /* NULL members for row and rope */
    /* gemm only, may be NULL: bring w into the kernel's own layout, once, at load. Owner: the arena. */
    fq_status (*pack)(const fq_qmatrix *w, fq_arena *arena, void **packed);
    /* On a device only, else NULL: how the operation is launched with its operands there (cuda.h). */
    fq_cuda_prepare *prepare; /* gemm */
    fq_cuda_enqueue *enqueue; /* row */
    fq_cuda_attend *attend;   /* attention */
    fq_cuda_rotate *rotate;   /* rope */
} fq_kernel;

extern const fq_kernel fq_kernels[];
extern const int fq_kernel_count;
const char *fq_op_name(fq_op op);
fq_family fq_op_family(fq_op op);
int fq_op_find(const char *name); /* -1 if unknown */

const fq_kernel *fq_kernel_find(const char *name); /* by full name; NULL */
/* 1 if it can run here; else 0 and *why gets a short reason (may be NULL). */
int fq_kernel_usable(const fq_kernel *k, const char **why);
/* The row dispatch takes for op: the last usable NORMAL row, else the REF row. Never NULL. */
const fq_kernel *fq_kernel_select(fq_op op);
const fq_kernel *fq_kernel_ref(fq_op op);
/* The row of a device for op, usable here or not: of the gemm family the last that multiplies w by a (else NULL). NULL:
 * there is none. */
const fq_kernel *fq_kernel_on_device(fq_op op, const fq_recipe *w, const fq_recipe *a);

/* The gemm operation for a weight and an activation recipe: a row of the table in ops.h, else gemm_any. Errors:
 * FQ_ERR_UNSUPPORTED naming the pair, where not even gemm_any takes it (fq_gemm_any_takes in gemm.h). */
fq_status fq_gemm_op(const fq_recipe *w, const fq_recipe *a, fq_op *op) FQ_MUST_USE;

/* A gemm row multiplies these recipes: those of its operation, and of gemm_any on a device only the pair that
 * fq_kernel_recipes gives. gemm_i4f8_swiglu takes those of gemm_i4f8. */
int fq_kernel_takes(const fq_kernel *k, const fq_recipe *w, const fq_recipe *a);
/* 1 and the only weights and the activations it is tried with, for a row that takes fewer recipes than its operation;
 * else 0 and nothing is set. */
int fq_kernel_recipes(const fq_kernel *k, const fq_recipe **w, const fq_recipe **a);

#ifdef __cplusplus
}
#endif
#endif
