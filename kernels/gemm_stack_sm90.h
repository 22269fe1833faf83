/* What host and device code of the matrix kernel for few tokens share (gemm_stack_sm90.cuh): its arguments and tiles.
 * Internal to kernels/gemm*_sm90*.cu. */
#ifndef FQ_KERNELS_GEMM_STACK_SM90_H
#define FQ_KERNELS_GEMM_STACK_SM90_H
#include <cuda.h>
#include "kernels/gemm_sm90.h"

enum {
    FQ_SM90_UNIT = 16,        /* rows of weights: of a warp's fragment, and what CTAs are dealt */
    FQ_SM90_STACK_TILES = 4,  /* k-tiles of a stage */
    FQ_SM90_STACK_RING = 8,   /* stages at most: with more asked for at once, long rows of few units come slower */
    FQ_SM90_STACK_HEAD = 3072 /* bytes of shared memory before the stages: barriers, from 1024 on tables */
};

/* Bytes of the scales of a unit and a k-tile, and of a unit's weights in a stage: codes [k-tile][half][lane][4 words],
 * then scales [k-tile], to a multiple of 128 as tensor copies want. */
#define FQ_SM90_UNIT_SCALES(form) ((FQ_SM90_BLOCK_BYTES(form) - FQ_SM90_CODES) / 4)
#define FQ_SM90_UNIT_BYTES(form) (FQ_SM90_CODES + (4 * FQ_SM90_UNIT_SCALES(form) + 127) / 128 * 128)

/* What loading needs comes first, for every line of a launch's arguments is missed once by every processor. */
typedef struct fq_sm90_stack_args {
    int dealt, dealt_longer; /* units of every CTA, and how many CTAs have one more */
    int pass_units;          /* units of a pass */
    int stage_bytes;         /* of the weights of a stage */
    int k_tiles, stages;
    int ring; /* stages that fit */
    int at_w, at_sum;
    int m, x_bytes; /* bytes of x that a stage loads: rows out of range load slowly, so none do where m is less */
    int x_sliced;
    fq_sm90_args g; /* operands and y */
} fq_sm90_stack_args;

/* S(tokens, k-tiles side by side, strips of a pass of each set, sets that share K, sets that share rows). */
#define FQ_SM90_STACKS(S)                                                                                              \
    S(8, 2, 4, 4, 1)                                                                                                   \
    S(16, 2, 3, 4, 1)                                                                                                  \
    S(16, 2, 2, 2, 2)                                                                                                  \
    S(32, 2, 1, 4, 1)                                                                                                  \
    S(32, 1, 2, 4, 1)

typedef struct fq_sm90_stack_tile {
    const char *name; /* "16x16/2.3.4.1": rows of a unit, then the list above */
    const void *function;
    int tokens, stack, units, k_sets, row_sets, threads; /* units: of a pass at most */
    int unit_bytes, visits, sum_bytes;                   /* ring is a multiple of visits; sum_bytes: for each unit */
} fq_sm90_stack_tile;

enum {
#define FQ_SM90_STACK_ID(tokens, stack, strips, k_sets, row_sets)                                                      \
    FQ_SM90_STACK_##tokens##_##stack##_##strips##_##k_sets##_##row_sets,
    FQ_SM90_STACKS(FQ_SM90_STACK_ID)
#undef FQ_SM90_STACK_ID
        FQ_SM90_STACK_COUNT
};

/* The tiles of each form in that order; EXACT has none. */
extern const fq_sm90_stack_tile fq_sm90_stacks_sigma[], fq_sm90_stacks_sigma_gated[], fq_sm90_stacks_int8[],
    fq_sm90_stacks_lut[], fq_sm90_stacks_qoq[];

/* A launch: which tile, on what. */
typedef struct fq_sm90_stack_plan {
    fq_sm90_stack_args args;
    CUtensorMap x_map;
    const fq_sm90_stack_tile *tile; /* NULL: none */
    fq_sm90_form form;
    int row_blocks, ctas, bytes;
} fq_sm90_stack_plan;

/* Estimated microseconds of a launch of tile number i of m tokens and so many rows of weights. */
double fq_sm90_stack_estimate(int i, int m, int rows, int k_tiles);

/* The launch of a tile. p->tile, form, row_blocks and of args.g the operands, m, n, rows, k_tiles are set before; k:
 * inputs of x. Errors: of CUDA. */
fq_status fq_sm90_stack_prepare(fq_sm90_stack_plan *p, int k, const void *x, size_t x_pitch) FQ_MUST_USE;
fq_status fq_sm90_stack_launch(const fq_sm90_stack_plan *p, const void *blocks, int early,
                               cudaStream_t stream) FQ_MUST_USE;
#endif
