/* What host and device code of the sm90 matrix kernels share: the packed form of 4-bit weights, the arguments of a
 * launch, the tile shapes. Internal to kernels/gemm*_sm90*.cu.
 *
 * Packed weights: blocks of 64 rows x 128 inputs in order [row block][k-tile], the rows padded with zeros to the
 * tallest tile. A block is 4096 bytes of codes and then its scales: codes   [half h: 2][thread t: 128][word i: 4] of 32
 * bits. Thread t = 32 warp + 4 g + c of a warpgroup holds k-steps j = 2h + i/2 of row 16 warp + g + 8 (i % 2). A word
 * is eight weights, those of A registers r0: k = 32 j + 4 c + b  and  r2: k = 32 j + 16 + 4 c + b,  b = 0..3: SIGMA
 * bits 4b..4b+2 |q| of r0[b], 16+4b..16+4b+2 |q| of r2[b];  bit 8b+7 sign of r0[b], bit 8b+3 of r2[b] LUT     bits
 * 4b..4b+3 code of r0[b], 16+4b..16+4b+3 code of r2[b] INT8    bits 8b+4..8b+7 code of r0[b], 8b..8b+3 code of r2[b]
 *   scales  SIGMA   64 E4M3 scales [warp: 4][g: 8][row half: 2]: codes are INT4 without -8, operand e4m3(q s)
 *           LUT     64 x 16 E4M3 operands [row][code]: any codebook of 16 numbers
 *           INT8    none: operand 16 q, an INT8 (the epilogue divides)
 *           QOQ     64 x {s, z s} in the order of SIGMA, a byte each: operand q s - z s, an INT8 (QServe)
 *           EXACT   64 float16 scales in the order of SIGMA: operand q, an E4M3 that is exact; the sums of each block
 *                   times the scale are added up in float32 */
#ifndef FQ_KERNELS_GEMM_SM90_H
#define FQ_KERNELS_GEMM_SM90_H
#include <cuda.h>
#include <cuda_runtime.h>
#include <stddef.h>
#include <stdint.h>
#include "harness/status.h"

enum {
    FQ_SM90_ROWS = 64,      /* weight rows of a block: m of wgmma */
    FQ_SM90_INPUTS = 128,   /* inputs of a block: a pipeline stage, and a group of scales */
    FQ_SM90_ROW_UNIT = 384, /* rows are padded to a multiple of it, which every tile divides */
    FQ_SM90_CODES = 4096    /* bytes of the codes of a block */
};
enum { FQ_SM90_PAIR_TOKENS = 176 }; /* tiles of so many tokens, of one set, may be done by pairs of CTAs */

typedef enum fq_sm90_form { FQ_SM90_SIGMA, FQ_SM90_LUT, FQ_SM90_INT8, FQ_SM90_QOQ, FQ_SM90_EXACT } fq_sm90_form;

/* Gate and up together: rows 16 i + j are gate's row 8 i + j, rows 16 i + 8 + j up's, j = 0..7. Rows of weights for n
 * columns, and the column of a row. */
#define FQ_SM90_GATED_ROWS(n) (((n) + 7) / 8 * 16)
#define FQ_SM90_GATED_COLUMN(row) (((row) >> 4) * 8 + ((row)&7))

#define FQ_SM90_BLOCK_BYTES(form)                                                                                      \
    (FQ_SM90_CODES + ((form) == FQ_SM90_SIGMA ? 64 : (form) == FQ_SM90_LUT ? 1024 : (form) == FQ_SM90_INT8 ? 0 : 128))

/* How y is stored: by the copy engine through a tensor map (bfloat16, E4M3), or from registers. */
typedef enum fq_sm90_store {
    FQ_SM90_STORE_TENSOR,
    FQ_SM90_STORE_TENSOR_E4M3,
    FQ_SM90_STORE_F32,
    FQ_SM90_STORE_BF16,
    FQ_SM90_STORE_E4M3
} fq_sm90_store;

/* Division by multiplication: (n magic) >> 32; magic 0 divides by 1. */
typedef struct fq_sm90_divisor {
    uint32_t magic;
} fq_sm90_divisor;

/* The tiles behind the whole ones, of fewer tokens, where those would leave processors idle: the rest of one row of
 * tiles, then whole rows down to the last, all of them up to the last token. */
typedef struct fq_sm90_narrow {
    int tokens;              /* of a tile; 0: there are none */
    int dealt, dealt_longer; /* of these tiles for every CTA, or pair, and how many have one more */
    int begun, begun_token;  /* tiles of the row that whole ones have begun, and the first one's first token */
    int row, each, token;    /* the first whole row, the tiles of each, and their first token */
    fq_sm90_divisor by_each;
} fq_sm90_narrow;

/* y[m][n] = residual + (sum_k x[m][k] w[n][k] * x_scale[m]) * scale of row n. Device pointers. */
typedef struct fq_sm90_args {
    /* What the first load needs stands together: a processor misses every line of a launch's arguments once. */
    const uint8_t *w;
    fq_sm90_divisor by_group, by_tokens, by_last_tokens; /* tiles of a group, its token tiles */
    int token_group;            /* token tiles that are done before the next row of tiles, for the L2 cache */
    int row_tiles, token_tiles; /* row_tiles: of a CTA, or of a pair */
    int k_tiles;
    int x_rows;  /* tokens that are loaded: those of the tile, or m if fewer (rows out of range load slowly) */
    int at_once; /* 1: every CTA begins with a whole tile, whose first stage is asked for before all else */
    int split;   /* every tile by a cluster of two CTAs, half of its stages each; each ends half of its tokens */
    int paired;  /* 1: two CTAs of a cluster do neighbouring tiles and load half the activations for both, each */
    int stages;  /* of a tile */
    /* Operands and output. */
    fq_sm90_store store;
    int m, n;               /* n: columns of y */
    int rows;               /* of weights: n, or gate and up in turn, 8 rows each (FQ_SM90_GATED_ROWS) */
    const float *x_scale;   /* [m]; NULL: 1 */
    const float *row_scale; /* [n]; NULL: tensor_scale for all */
    const void *residual;   /* bfloat16 or, with F32, float32, of pitch y_pitch; not with E4M3; NULL: 0 */
    float tensor_scale;
    float y_fixed_scale, y_inverse; /* its reciprocal */
    const float *y_scale; /* [m] E4M3: code e4m3(y / y_scale[m]); NULL: y_fixed_scale for all, as always where gated */
    void *y;
    size_t y_pitch; /* elements */
    /* The rest of the dealing. */
    fq_sm90_divisor by_stages;
    int x_sliced;            /* the map of x is [slice of 128 inputs][token][128]: a stage comes by one copy */
    int places;              /* CTAs, or pairs */
    int whole_tiles;         /* tiles that one CTA does alone, dealt in turn */
    int dealt, dealt_longer; /* of these for every CTA, and how many CTAs have one more */
    int share, longer;       /* stages of the other tiles for every CTA, and how many CTAs have one more */
    fq_sm90_narrow narrow;   /* behind the whole ones */
    float *partial; /* [CTA][consumer warpgroup][fragment: tokens / 2][thread] sums for the CTA that finishes */
    uint32_t *flag; /* [CTA]: partial is there; all 0 between launches */
} fq_sm90_args;

/* T(rows, tokens, sets of warpgroups that take the stages in turn, k-tiles of a stage). The index in this list is the
 * tile's number; what a tile costs stands in gemm_sm90.cu. */
#define FQ_SM90_TILES(T)                                                                                               \
    T(64, 16, 3, 1)                                                                                                    \
    T(64, 16, 3, 2)                                                                                                    \
    T(64, 32, 3, 2)                                                                                                    \
    T(64, 64, 2, 1)                                                                                                    \
    T(128, 64, 1, 1)                                                                                                   \
    T(64, 128, 2, 1)                                                                                                   \
    T(128, 128, 1, 1)                                                                                                  \
    T(192, 128, 1, 1)                                                                                                  \
    T(128, 176, 1, 1)                                                                                                  \
    T(128, 192, 1, 1)                                                                                                  \
    T(128, 208, 1, 1)                                                                                                  \
    T(128, 256, 1, 1)

/* Tokens of a tile that leave by one copy. */
#define FQ_SM90_SEND_TOKENS(tokens) ((tokens) % 64 == 0 ? 64 : (tokens))

/* N(tokens) of narrow tiles behind whole ones of 128 x 256. */
#define FQ_SM90_NARROW(N) N(128) N(176) N(208)

/* The tensor maps of a launch's operands for tiles of some number of tokens. */
typedef struct fq_sm90_maps {
    CUtensorMap x, y, residual;
} fq_sm90_maps;

typedef struct fq_sm90_tile {
    const char *name; /* "128x256/1" */
    const void *function;
    int rows, tokens, threads, bytes, deep; /* bytes of shared memory; k-tiles of a stage */
    int pairs, narrow, split; /* may be launched in pairs of CTAs, with narrow tiles at the end, split by inputs */
} fq_sm90_tile;

/* The tiles of each form, in the order of FQ_SM90_TILES. */
extern const fq_sm90_tile fq_sm90_tiles_sigma[], fq_sm90_tiles_lut[], fq_sm90_tiles_int8[];
extern const fq_sm90_tile fq_sm90_tiles_sigma_gated[], fq_sm90_tiles_qoq[];
/* EXACT keeps two sets of sums, so it has tiles of 128 tokens at most: the first FQ_SM90_EXACT_TILES in that order. */
enum { FQ_SM90_EXACT_TILES = 8 };
extern const fq_sm90_tile fq_sm90_tiles_exact[];
enum {
#define FQ_SM90_TILE_ID(rows, tokens, k_groups, deep) FQ_SM90_TILE_##rows##x##tokens##x##deep,
    FQ_SM90_TILES(FQ_SM90_TILE_ID)
#undef FQ_SM90_TILE_ID
        FQ_SM90_TILE_COUNT
};

#endif
