/* A variant is one row of the comparison: recipes for weights, activations, queries, cache and probabilities, and the
 * function-preserving transforms applied before quantizing. Rows are in variants.def. */
#ifndef FQ_MODELS_VARIANT_H
#define FQ_MODELS_VARIANT_H
#include "harness/status.h"
#include "quant/recipe.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { FQ_T_TENSOR = 1, FQ_T_CHANNEL = 2, FQ_T_PRE_ROPE = 4, FQ_T_POST_ROPE = 8 };

typedef struct fq_variant {
    const char *name;
    const fq_recipe *w, *a, *q, *kv, *p;
    const fq_recipe *head_w, *head_a;
    int transforms; /* FQ_T_ bits */
    const char *about;
} fq_variant;

extern const fq_variant fq_variants[];
extern const int fq_variant_count;
const fq_variant *fq_variant_find(const char *name); /* NULL if unknown */

/* Settings of the transforms (YAML keys of the same names). Defaults by fq_variant_defaults. */
typedef struct fq_variant_options {
    float up_gate_c, down_c; /* channel scaling constants; 0 = geometric mean rule; < 0 = off */
    float v_mul;             /* scalar v/o factor, 0.9 */
    float alpha, beta;       /* 8, 8 */
    int top_k;               /* 0 = head_dim / 16 (8 for D = 128, as published) */
} fq_variant_options;
fq_variant_options fq_variant_defaults(void);
int fq_variant_needs_calibration(const fq_variant *v);

#ifdef __cplusplus
}
#endif
#endif
