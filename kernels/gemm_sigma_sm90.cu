/* The sm90 matrix kernel for weights of form SIGMA: INT4 with E4M3 group scales. One instance a tile. */
#include "kernels/gemm_sm90.cuh"

#define ROW(...) FQ_SM90_INSTANCE(FQ_SM90_SIGMA, 0, __VA_ARGS__)
const fq_sm90_tile fq_sm90_tiles_sigma[] = {FQ_SM90_TILES(ROW)};
