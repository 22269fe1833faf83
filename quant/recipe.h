/* A recipe says how one matrix becomes codes and scales, and what value the multiplier of a kernel then sees. Rows are
 * in recipes.def; quantizing is done by qmatrix.h, in float32 arithmetic throughout.
 *
 * For a group x[0..n-1] with absmax a = max |x_i| and R = fq_formats[code].max:
 *   scale   s = round_up_to_smallest(scale_format(a / R));  a zero group, or an s that rounds to 0, gets the smallest
 *           positive value of the scale format (E4M3: 2^-9; F16: 2^-24; F32: FLT_MIN)
 *   code    q = code_format(x_i / s), computed against the scale as stored, nearest even, saturating
 *   value   EXACT: q*s (products and scales are applied in float32 where the kernel applies them; see kernels/ops.h)
 *           E4M3:  e4m3(q*s): the operand of an FP8 multiplier
 *           BF16:  bf16(q*s): the operand of a bfloat16 multiplier
 * EXACT with group = 0 keeps the scale out of the operand: the operand is q, the row scale goes into the epilogue. */
#ifndef FQ_QUANT_RECIPE_H
#define FQ_QUANT_RECIPE_H
#include "quant/format.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { FQ_NO_SCALE = -1 };
typedef enum fq_value_rule { FQ_VALUE_EXACT, FQ_VALUE_E4M3, FQ_VALUE_BF16 } fq_value_rule;

typedef struct fq_recipe {
    const char *name;
    fq_format_id code;
    int group;          /* 0: whole row; > 0: inputs a group; FQ_NO_SCALE: none */
    fq_format_id scale; /* format of the stored inner scale */
    fq_value_rule value;
    const char *source;
} fq_recipe;

typedef enum fq_recipe_id {
#define FQ_RECIPE(id, name, code, group, scale, value, source) FQ_RECIPE_##id,
#include "quant/recipes.def"
#undef FQ_RECIPE
    FQ_RECIPE_COUNT
} fq_recipe_id;

extern const fq_recipe fq_recipes[FQ_RECIPE_COUNT];
const fq_recipe *fq_recipe_find(const char *name); /* NULL if unknown */

/* Stored bits a number of a row of `cols`, scales included. */
double fq_recipe_bits(const fq_recipe *r, int cols);
/* Groups a row of `cols` inputs has: 1 for group = 0, 0 for FQ_NO_SCALE, else ceil(cols / group). */
int fq_recipe_groups(const fq_recipe *r, int cols);

/* Scale of one group as stored: code in *code (low bits), returns its decoded value (> 0). absmax finite, >= 0. */
float fq_recipe_scale(const fq_recipe *r, float absmax, uint32_t *code);
/* Operand value of one code under scale s (the value rule above; EXACT gives q alone when group == 0). */
float fq_recipe_value(const fq_recipe *r, uint32_t code, float s);

#ifdef __cplusplus
}
#endif
#endif
