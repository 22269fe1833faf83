/* A recipe says how one matrix becomes codes and scales, and what value the multiplier of a kernel then sees. Rows are
 * in recipes.def; quantizing is done by qmatrix.h, in float32 arithmetic throughout.
 *
 * For a group x[0..n-1] with absmax a = max |x_i| and R = fq_formats[code].max:
 *   scale   s = round_up_to_smallest(scale_format(a / R));  a zero group, or an s that rounds to 0, gets the smallest
 *           positive value of the scale format (E4M3: 2^-9; F16: 2^-24; F32, E8M0: FLT_MIN; UINT16: 1). E8M0 rounds up,
 *           to the least power of two that saturates nothing (by more than 2^-20, the rounding of t below). UINT16 is
 * Integer Scale's (arXiv 2405.14597): weights come times an amplifier 2^n (the tensor scale), so that their scales are
 * worth rounding to whole numbers code    q = code_format(x_i / s), computed against the scale as stored, nearest even,
 * saturating value   EXACT: q*s (products and scales are applied in float32 where the kernel applies them; see
 * kernels/ops.h) E4M3:  e4m3(q*s): the operand of an FP8 multiplier BF16:  bf16(q*s): the operand of a bfloat16
 * multiplier EXACT with group = 0 keeps the scale out of the operand: the operand is q, the row scale goes into the
 * epilogue. */
#ifndef FQ_QUANT_RECIPE_H
#define FQ_QUANT_RECIPE_H
#include "quant/format.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { FQ_NO_SCALE = -1 };

/* How the numbers of a group (a whole row for group = 0) are fitted to the codes:
 *   SYMMETRIC    as above
 *   SIGNED       the number x* of largest magnitude (first of equals) gets the code -8 of INT4: s = scale(-x* / 8),
 *                which may be negative; zero and rounded-to-zero scales as above
 *   ASYMMETRIC   UINTn with a zero point, T = 2^n - 1 (15 for UINT4): lo = min(x, 0), hi = max(x, 0),
 *                s = scale((hi - lo) / T), z = clamp(rne(-lo / s), 0, T), q = clamp(rne(x / s) + z, 0, T), value (q -
 * z) s PROGRESSIVE  two levels (QServe): t = float32 scale of the row, absmax / 119, in row_scale; w8 = rne(x / t), an
 *                INT8; then per group over w8: s = max(1, rne((hi - lo) / 15)), z and q as for ASYMMETRIC, operand
 *                (q - z) s, which stays within [-128, 127]. Where s was rounded down, up to 7.5 of the range saturates.
 *   STATIC       symmetric with a scale that calibration fixed; numbers beyond it saturate
 *   RATIO        two levels (ZeroQuant-FP's M2, arXiv 2307.09782): t = float32 scale of the row, absmax / (64 R), in
 *                row_scale; then per group of x / t a symmetric power of two, so that scales of a row have ratios that
 *                are powers of two. The 64 leaves their products with E2M1 exact in E4M3 down to ratios of 2^-14 */
typedef enum fq_range {
    FQ_RANGE_SYMMETRIC,
    FQ_RANGE_SIGNED,
    FQ_RANGE_ASYMMETRIC,
    FQ_RANGE_PROGRESSIVE,
    FQ_RANGE_STATIC,
    FQ_RANGE_RATIO
} fq_range;
typedef enum fq_value_rule { FQ_VALUE_EXACT, FQ_VALUE_E4M3, FQ_VALUE_BF16 } fq_value_rule;

typedef struct fq_recipe {
    const char *name;
    fq_format_id code;
    int group;          /* 0: whole row; > 0: inputs a group; FQ_NO_SCALE: none */
    fq_format_id scale; /* format of the stored inner scale */
    fq_value_rule value;
    fq_range range;
    const char *source;
} fq_recipe;

typedef enum fq_recipe_id {
#define FQ_RECIPE(id, name, code, group, scale, value, range, source) FQ_RECIPE_##id,
#include "quant/recipes.def"
#undef FQ_RECIPE
    FQ_RECIPE_COUNT
} fq_recipe_id;

extern const fq_recipe fq_recipes[FQ_RECIPE_COUNT];
/* A row by name, or a recipe spelled out of the table of formats; the same pointer each time, for ever. NULL if
 * neither. w.FORMAT.GROUP[.SCALE[.VALUE]]   a.FORMAT.GROUP[.SCALE] FORMAT: of at most 8 bits. GROUP: channel (weights),
 * token, tensor (static; activations), gN with N a multiple of 32. SCALE of groups: f32 f16 bf16 e4m3 e8m0 (powers of
 * two), ratio (powers of two below one of the row), uint16 (amplified integers); f16 if left out. VALUE of weights with
 * groups: exact, bf16, e4m3; if left out, exact for uint16, e4m3 for e4m3, e8m0 and ratio, bf16 for the others.
 * Unsigned formats get zero points. */
const fq_recipe *fq_recipe_find(const char *name);

/* Stored bits a number of a row of `cols`: codes, scales, zero points of 8 bits. */
double fq_recipe_bits(const fq_recipe *r, int cols);
/* Groups a row of `cols` inputs has: 1 for group = 0, 0 for FQ_NO_SCALE, else ceil(cols / group). */
int fq_recipe_groups(const fq_recipe *r, int cols);

/* 1 if the recipe's groups have zero points: ASYMMETRIC, PROGRESSIVE. */
static inline int fq_recipe_has_zero(const fq_recipe *r) {
    return r->range == FQ_RANGE_ASYMMETRIC || r->range == FQ_RANGE_PROGRESSIVE;
}

/* 1 if rows may choose a codebook (codebook.h): FireQ's storage. */
static inline int fq_recipe_has_books(const fq_recipe *r) {
    return r->code == FQ_INT4 && r->scale == FQ_E4M3 && r->value == FQ_VALUE_E4M3 && r->group > 0;
}
/* 1 if rows have a first scale of their own, in row_scale: PROGRESSIVE, RATIO. The first scale of a row of that absmax.
 */
static inline int fq_recipe_two_levels(const fq_recipe *r) {
    return r->range == FQ_RANGE_PROGRESSIVE || r->range == FQ_RANGE_RATIO;
}
float fq_recipe_first_scale(const fq_recipe *r, float absmax);

/* Scale of one group as stored: code in *code (low bits), returns its decoded value. SYMMETRIC and STATIC: `extreme` is
 * the absmax, >= 0, and the scale > 0. SIGNED: `extreme` is x*, the first number of largest magnitude with its sign,
 * and the scale has the other sign. Finite. Not for recipes with zero points. */
float fq_recipe_scale(const fq_recipe *r, float extreme, uint32_t *code);
/* The same for recipes with zero points, over lo = min(x, 0) and hi = max(x, 0), both finite; zero point in *zero.
 * PROGRESSIVE: lo and hi are of the group's INT8 numbers w8. */
float fq_recipe_scale_zero(const fq_recipe *r, float lo, float hi, uint32_t *code, uint8_t *zero);
/* Operand value of one code under scale s (the value rule above; EXACT gives q alone when group == 0). */
float fq_recipe_value(const fq_recipe *r, uint32_t code, float s);
/* The same with a zero point: q - zero in place of q. */
float fq_recipe_value_zero(const fq_recipe *r, uint32_t code, float s, uint8_t zero);

#ifdef __cplusplus
}
#endif
#endif
