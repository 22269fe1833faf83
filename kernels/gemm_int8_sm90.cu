/* The sm90 matrix kernel for weights of form INT8: INT4 widened to INT8. One instance a tile. */
#include "kernels/gemm_sm90.cuh"

#define ROW(...) FQ_SM90_INSTANCE(FQ_SM90_INT8, 0, __VA_ARGS__)
const fq_sm90_tile fq_sm90_tiles_int8[] = {FQ_SM90_TILES(ROW)};
