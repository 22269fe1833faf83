/* Launches of the sm90 matrix kernel for few tokens, and its tiles for weights of form SIGMA. */
#include <string.h>
#include "kernels/cuda_device.h"
#include "kernels/gemm_stack_sm90.cuh"

#define ROW(...) FQ_SM90_STACK_INSTANCE(FQ_SM90_SIGMA, 0, __VA_ARGS__)
const fq_sm90_stack_tile fq_sm90_stacks_sigma[] = {FQ_SM90_STACKS(ROW)};

/* Units of a pass, at most those of the tile: equal passes, whole strips. */
static int pass_units(const fq_sm90_stack_tile *t, int units) {
    const int passes = (units + t->units - 1) / t->units;
    return (int)fq_round_up((size_t)((units + passes - 1) / passes), (size_t)(4 / t->stack));
}

/* What a tile costs in microseconds: a launch, a k-tile of a unit, a strip at the end of its sums; of the CTA that has
 * most. Fits to the times on an H200 (docs/NOTES-hopper.md), SIGMA, seven shapes, as many tokens as the tile has, less
 * about 5 %, for the estimates of the other tiles are as much too low at these numbers of tokens. */
typedef struct stack_cost {
    double launch_us, tile_us, strip_us;
} stack_cost;
static const stack_cost costs[FQ_SM90_STACK_COUNT] = {
    {2.82, 0.0331, 0.01}, {2.71, 0.0327, 0.34}, {3.26, 0.0352, 0.00}, {2.55, 0.0338, 1.05}, {3.16, 0.0445, 0.00}};

double fq_sm90_stack_estimate(int i, int m, int rows, int k_tiles) {
    const fq_sm90_stack_tile *t = &fq_sm90_stacks_sigma[i];
    const int places = fq_cuda_processors(), all = (rows + FQ_SM90_UNIT - 1) / FQ_SM90_UNIT;
    const int units = (all + places - 1) / places, strips = (units * t->stack + 3) / 4;
    return costs[i].launch_us +
           (m + t->tokens - 1) / t->tokens * (units * (double)k_tiles * costs[i].tile_us + strips * costs[i].strip_us);
}

fq_status fq_sm90_stack_prepare(fq_sm90_stack_plan *p, int k, const void *x, size_t x_pitch) {
    const fq_sm90_stack_tile *t = p->tile;
    fq_sm90_stack_args *a = &p->args;
    fq_sm90_args *g = &a->g;
    const int units = (g->rows + FQ_SM90_UNIT - 1) / FQ_SM90_UNIT, places = fq_cuda_processors();
    const int x_rows = g->m < t->tokens ? g->m : t->tokens, x_bytes = FQ_SM90_STACK_TILES * FQ_SM90_INPUTS * t->tokens;
    p->ctas = units < places ? units : places;
    a->dealt = units / p->ctas;
    a->dealt_longer = units % p->ctas;
    a->m = g->m;
    a->k_tiles = g->k_tiles;
    a->stages = (g->k_tiles + FQ_SM90_STACK_TILES - 1) / FQ_SM90_STACK_TILES;
    a->x_sliced = k % FQ_SM90_INPUTS == 0 && x_rows == t->tokens;
    a->x_bytes = FQ_SM90_STACK_TILES * FQ_SM90_INPUTS * x_rows;
    a->pass_units = pass_units(t, a->dealt + (a->dealt_longer > 0));
    a->stage_bytes = a->pass_units * t->unit_bytes;
    const int sums = a->pass_units * t->sum_bytes;
    const int fit = (SM90_SHARED_MOST - FQ_SM90_STACK_HEAD - sums) / (x_bytes + a->stage_bytes);
    a->ring = (fit < FQ_SM90_STACK_RING ? fit : FQ_SM90_STACK_RING) / t->visits * t->visits;
    FQ_ASSERT(a->ring >= t->visits);
    a->at_w = FQ_SM90_STACK_HEAD + a->ring * x_bytes;
    a->at_sum = a->at_w + a->ring * a->stage_bytes;
    p->bytes = a->at_sum + sums;
    FQ_CUDA_TRY(cudaFuncSetAttribute(t->function, cudaFuncAttributeMaxDynamicSharedMemorySize, SM90_SHARED_MOST));
    return fq_cuda_tensor_map_slices(&p->x_map, x, g->m, k, x_pitch, x_rows, a->x_sliced ? FQ_SM90_STACK_TILES : 1);
}

/* The tensor maps of a copy of the weights, which launches rotate over: codes as words of 8 bytes [row block][k-tile]
 * [warp][half][64], scales [row block][k-tile][words of all warps]. */
static fq_status map_weights(const fq_sm90_stack_plan *p, const void *blocks, CUtensorMap *codes, CUtensorMap *scales) {
    const size_t block = FQ_SM90_BLOCK_BYTES(p->form), half = FQ_SM90_CODES / 2, warp = half / 4;
    const int tiles = p->args.k_tiles, unit = FQ_SM90_UNIT_SCALES(p->form) / 8;
    const fq_cuda_words c = {5,
                             {(int)warp / 8, 2, 4, tiles, p->row_blocks},
                             {(int)warp / 8, 2, 1, FQ_SM90_STACK_TILES, 1},
                             {half, warp, block, block * (size_t)tiles}};
    const fq_cuda_words s = {
        3, {4 * unit, tiles, p->row_blocks}, {unit, FQ_SM90_STACK_TILES, 1}, {block, block * (size_t)tiles}};
    FQ_TRY(fq_cuda_tensor_map_words(codes, blocks, &c));
    *scales = *codes; /* where there are none */
    return unit > 0 ? fq_cuda_tensor_map_words(scales, (const uint8_t *)blocks + FQ_SM90_CODES, &s) : FQ_OK;
}

fq_status fq_sm90_stack_launch(const fq_sm90_stack_plan *p, const void *blocks, int early, cudaStream_t stream) {
    CUtensorMap x = p->x_map, codes, scales;
    fq_sm90_stack_args a = p->args;
    void *arguments[] = {&a, &x, &codes, &scales};
    FQ_TRY(map_weights(p, blocks, &codes, &scales));
    return fq_cuda_launch(p->tile->function, p->ctas, p->tile->threads, (size_t)p->bytes, early, stream, arguments);
}
