/* Coordinate descent on codes and group scales, from a quantized start: each step changes one code, or one group's
 * scale with its codes kept, and is taken only if it lowers the output error (w - v) H (w - v)^T. Error feedback
 * (gptq.h) decides each weight once, knowing only those before it; descent lets it look again at what came after. */
#ifndef FQ_QUANT_DESCENT_H
#define FQ_QUANT_DESCENT_H
#include "harness/arena.h"
#include "harness/status.h"
#include "quant/block.h"
#include "quant/group_scale.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What all blocks of rows share. Columns are in the order of h. */
typedef struct fq_descent {
    const fq_recipe *recipe; /* 4-bit codes in groups */
    const fq_codebook *book; /* of recipes with E4M3 scales, else NULL */
    const float *h;          /* [K][K] symmetric, positive definite */
    const int *start;        /* [groups + 1] first column of each group */
    int cols, groups, sweeps;
} fq_descent;

/* Memory of one thread: [K][16], and [longest group][16] each. */
typedef struct fq_descent_desk {
    float *g;
    float *change, *best, *y;
} fq_descent_desk;
fq_status fq_descent_desk_create(fq_descent_desk *desk, int cols, int longest, fq_arena *arena) FQ_MUST_USE;

/* Block of 16 rows: w[K][16] the weights in operand units, e[K][16] = w - v in and out, codes[K][16] in and out,
 * scale[groups][16] in and out (its stored code may change for E4M3 scales; zero points stay). */
void fq_descend(const fq_descent *d, const fq_descent_desk *desk, const float *w, float *e, uint8_t *codes,
                fq_group_scale *scale);

#ifdef __cplusplus
}
#endif
#endif
