/* The sm90 matrix kernel for weights of form EXACT: group scales on partial sums. One instance a tile; k-tiles cost about
 * half as much again as those of SIGMA, because nothing runs beside the sums. */
#include "kernels/gemm_sm90.cuh"

#define ROW(...) FQ_SM90_INSTANCE(FQ_SM90_EXACT, 0, __VA_ARGS__)
/* clang-format off */
const fq_sm90_tile fq_sm90_tiles_exact[FQ_SM90_EXACT_TILES] = {
    ROW(64, 16, 3, 1)
    ROW(64, 16, 3, 2)
    ROW(64, 32, 3, 2)
    ROW(64, 64, 3, 1)
    ROW(128, 64, 1, 1)
    ROW(64, 128, 2, 1)
    ROW(128, 128, 1, 1)
    ROW(192, 128, 1, 1)
};
/* clang-format on */
