/* The sm90 matrix kernel for weights of form QOQ: progressive groups, INT4 to INT8 by integer scales and zero points. One
 * instance a tile. */
#include "kernels/gemm_sm90.cuh"

#define ROW(...) FQ_SM90_INSTANCE(FQ_SM90_QOQ, 0, __VA_ARGS__)
const fq_sm90_tile fq_sm90_tiles_qoq[] = {FQ_SM90_TILES(ROW)};
