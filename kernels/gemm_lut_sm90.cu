/* The sm90 matrix kernel for weights of form LUT: any codebook of 16 numbers. One instance a tile. */
#include "kernels/gemm_sm90.cuh"

#define ROW(...) FQ_SM90_INSTANCE(FQ_SM90_LUT, 0, __VA_ARGS__)
const fq_sm90_tile fq_sm90_tiles_lut[] = {FQ_SM90_TILES(ROW)};
