/* The sm90 matrix kernel for weights of form SIGMA with gate and up in turn and SwiGLU in the epilogue. One instance a
 * tile. */
#include "kernels/gemm_sm90.cuh"

#define ROW(...) FQ_SM90_INSTANCE(FQ_SM90_SIGMA, 1, __VA_ARGS__)
const fq_sm90_tile fq_sm90_tiles_sigma_gated[] = {FQ_SM90_TILES(ROW)};
