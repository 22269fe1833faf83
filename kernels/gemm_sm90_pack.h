/* Packed weights of the sm90 matrix kernels. Internal to kernels/gemm*_sm90*.cu. */
#ifndef FQ_KERNELS_GEMM_SM90_PACK_H
#define FQ_KERNELS_GEMM_SM90_PACK_H
#include "kernels/cuda_gemm.h"
#include "kernels/gemm_sm90.h"

typedef struct fq_sm90_weights {
    fq_cuda_weights w;
    fq_sm90_form form;
    int gated, rows; /* rows as they stand in the blocks, gate and up in turn where gated */
    int row_blocks;  /* of 64 rows, padded to the tallest tile */
} fq_sm90_weights;

/* w[rows][cols] as blocks of `form` (fq_sm90_form; SIGMA becomes LUT where codes are looked up in a codebook or one of
 * them is -8) in device memory that belongs to `owner`; *packed is an fq_sm90_weights. gated: rows of gate, then as
 * many of up, stand 8 in turn. Errors: FQ_ERR_SKIPPED without a device, FQ_ERR_UNSUPPORTED for groups, zero points or
 * codes that the form has no place for, FQ_ERR_MEMORY, and FQ_ERR_FAILED for what the device says. */
fq_status fq_sm90_pack(const fq_qmatrix *w, int form, int gated, fq_arena *owner, void **packed) FQ_MUST_USE;

#endif
