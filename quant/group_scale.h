/* The scale of one group of weights as a search sees it: which stored scales to try, what 16 values the codes then
 * stand for, and the error that is left. Everything is in operand units (weights times tensor scale; PROGRESSIVE: over
 * t). */
#ifndef FQ_QUANT_GROUP_SCALE_H
#define FQ_QUANT_GROUP_SCALE_H
#include "quant/codebook.h"
#include "quant/recipe.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_group_scale {
    float s;
    uint32_t code; /* of s as stored */
    uint8_t zero;
} fq_group_scale;

/* 1 if a group's numbers are fitted by one of 16 listed values; 0 for codes of more than 4 bits. */
static inline int fq_group_has_values(const fq_recipe *r) {
    return fq_formats[r->code].bits <= 4;
}
/* value[code] of a recipe of at most 4 bits. book: of recipes with E4M3 scales, NULL elsewhere. Infinite for a code
 * that there is not, or that this scale must not use (PROGRESSIVE: operands that are no INT8), so that none is nearest
 * to it.
 */
void fq_group_values(const fq_recipe *r, const fq_codebook *book, const fq_group_scale *scale, float *value);

typedef enum fq_group_choice {
    FQ_SEARCH_OWN,       /* the recipe's own scale (for a codebook: absmax / its maximum) */
    FQ_SEARCH_BEST,      /* the best of those listed below */
    FQ_SEARCH_PERCENTILE /* the recipe's own, of the range times p / absmax, p the magnitude that 99.9 % of the group do
                            not exceed: of n numbers the ceil(0.999 n)-th */
} fq_group_choice;

/* The scale that leaves the least sum_i m_i (x_i - value_i)^2 with the nearest value for each x_i; returns that sum.
 * FQ_SEARCH_BEST tries the recipe's own, and
 *   E4M3 scales   all stored scales in [0.55, 1.2] times absmax / maximum
 *   others        the own rule over the range times 0.55 .. 1.2, 40 steps (ASYMMETRIC and PROGRESSIVE: lo and hi
 * together, zero point anew) Equals: the earlier in this order, so the own scale wins if nothing is better. */
double fq_group_search(const fq_recipe *r, const fq_codebook *book, const float *x, const float *m, int n,
                       fq_group_choice search, fq_group_scale *best);
/* Codes of the nearest values; the lower code of equals. */
void fq_group_encode(const fq_recipe *r, const fq_codebook *book, const fq_group_scale *scale, const float *x, int n,
                     uint8_t *codes);
/* More than 4 bits: code and value of x[0..n-1]; values may be x. */
void fq_group_round(const fq_recipe *r, const fq_group_scale *scale, const float *x, int n, uint8_t *codes,
                    float *values);

#ifdef __cplusplus
}
#endif
#endif
