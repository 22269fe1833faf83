/* How the codes and scales of a weight matrix are chosen once its recipe has fixed the storage: rounding to nearest or
 * with error feedback (GPTQ), scales from absmax or searched, clipping, the choice of codebook. Rows in methods.def. */
#ifndef FQ_QUANT_METHOD_H
#define FQ_QUANT_METHOD_H
#include "quant/input_stats.h"
#include "quant/qmatrix.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum fq_rounding {
    FQ_ROUNDING_NEAREST,
    FQ_ROUNDING_STOCHASTIC, /* to one of the two neighbours, unbiased (format.h); PROGRESSIVE: to nearest */
    FQ_ROUNDING_GPTQ,   /* error feedback through the inputs' second moments (Frantar et al. 2022, arXiv 2210.17323) */
    FQ_ROUNDING_DESCENT /* that, then coordinate descent on the same error (descent.h) */
} fq_rounding;
typedef enum fq_scale_choice {
    FQ_SCALES_ABSMAX,     /* as the recipe says */
    FQ_SCALES_PERCENTILE, /* as the recipe says, of the magnitude that 99.9 % of a group do not exceed */
    FQ_SCALES_MSE,        /* least sum_i (w_i - value_i)^2 over the stored scales near absmax: data-free */
    FQ_SCALES_OUTPUT      /* least sum_i m_ii (w_i - value_i)^2, m the second moments of the inputs */
} fq_scale_choice;

typedef struct fq_method {
    const char *name;
    fq_rounding rounding;
    fq_scale_choice scales;
    unsigned books; /* bit set of fq_codebook_id to choose from per matrix; 0: INT4 */
    double damping; /* of GPTQ, a share of the mean second moment (gptq.h) */
    const char *source;
} fq_method;

typedef enum fq_method_id {
#define FQ_METHOD(id, name, rounding, scales, books, damping, source) FQ_METHOD_##id,
#include "quant/methods.def"
#undef FQ_METHOD
    FQ_METHOD_COUNT
} fq_method_id;

extern const fq_method fq_methods[FQ_METHOD_COUNT];
const fq_method *fq_method_find(const char *name); /* NULL if unknown */
int fq_method_needs_moments(const fq_method *m);   /* 1 if fq_method_quantize wants stats */

/* Quantize `rows` rows of w (row stride `stride` floats, the row part of one projection) into rows row0.. of q, as
 * fq_qmatrix_quantize does for the method RTN, which it equals bit for bit. stats: of this layer's inputs, cols =
 * q->cols; may be NULL where fq_method_needs_moments is 0. Recipes without groups of INT4/UINT4 codes are always
 * rounded to nearest unless the method is GPTQ, which takes every recipe with a scale. Same bits for every number of
 * threads. scratch: reset by the caller. Errors: FQ_ERR_NUMERIC (as fq_qmatrix_quantize), FQ_ERR_MEMORY. */
fq_status fq_method_quantize(const fq_method *m, fq_qmatrix *q, int row0, const float *w, size_t stride, int rows,
                             float tensor_scale, const fq_input_stats *stats, fq_arena *scratch) FQ_MUST_USE;

/* Per-tensor scale for recipes with E4M3 group scales: the largest power of two, of any exponent up to 2^100, with
 * max |s W| <= 256; 1 if W is zero or not finite. Group scales are then normal E4M3 numbers down to groups whose absmax
 * is 1/1000 of the largest (7 * 2^-6 of more than 128). The room below 448 is for what methods do beyond absmax: code
 * -8 under a scale 1.2 times as large gives 352, and error feedback may add to a weight. The group does not matter to
 * it; it is taken so that this call can stand where fq_tensor_scale_search does. */
float fq_tensor_scale_top(const float *w, size_t stride, int rows, int cols, int group);

#ifdef __cplusplus
}
#endif
#endif
