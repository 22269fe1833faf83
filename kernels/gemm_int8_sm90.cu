/* The sm90 matrix kernel for weights of form INT8: INT4 widened to INT8. One instance a tile. */
#include "kernels/gemm_sm90.cuh"

#define CONFIG(rows, tokens, k_groups) sm90_config<FQ_SM90_INT8, rows, tokens, k_groups>
#define ROW(rows, tokens, k_groups, k_tile, tile, sharing)                                                             \
    {#rows "x" #tokens,                                                                                                \
     (const void *)sm90_gemm<CONFIG(rows, tokens, k_groups)>,                                                          \
     rows,                                                                                                             \
     tokens,                                                                                                           \
     CONFIG(rows, tokens, k_groups)::THREADS,                                                                          \
     CONFIG(rows, tokens, k_groups)::BYTES,                                                                            \
     k_tile,                                                                                                           \
     tile,                                                                                                             \
     sharing},
const fq_sm90_tile fq_sm90_tiles_int8[] = {FQ_SM90_TILES(ROW)};
