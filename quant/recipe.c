/* The table of recipes and what follows from one row of it: the scale of a group and the operand value of a code.
 * All arithmetic is float32, as the contract in recipe.h says. */
#include <float.h>
#include <string.h>
#include "quant/recipe.h"

const fq_recipe fq_recipes[FQ_RECIPE_COUNT] = {
#define FQ_RECIPE(id, name, code, group, scale, value, source) {name, code, group, scale, value, source},
#include "quant/recipes.def"
#undef FQ_RECIPE
};

const fq_recipe *fq_recipe_find(const char *name) {
    for (int i = 0; i < FQ_RECIPE_COUNT; i++)
        if (strcmp(fq_recipes[i].name, name) == 0) return &fq_recipes[i];
    return NULL;
}

int fq_recipe_groups(const fq_recipe *r, int cols) {
    if (r->group == FQ_NO_SCALE) return 0;
    return r->group == 0 ? 1 : cols / r->group + (cols % r->group != 0);
}

double fq_recipe_bits(const fq_recipe *r, int cols) {
    const double codes = 8.0 * (double)fq_format_bytes(r->code, (size_t)cols);
    return (codes + (double)fq_recipe_groups(r, cols) * fq_formats[r->scale].bits) / cols;
}

/* Formats with float32's exponent range stop at the smallest normal number: dividing by a subnormal could overflow. */
static uint32_t smallest_code(fq_format_id f) {
    return fq_formats[f].exponent_bits == 8 ? fq_formats[f].encode(FLT_MIN) : 1;
}

float fq_recipe_scale(const fq_recipe *r, float absmax, uint32_t *code) {
    const fq_format *format = &fq_formats[r->scale];
    if (r->group == FQ_NO_SCALE) {
        *code = format->encode(1.0f);
        return 1.0f;
    }
    const uint32_t nearest = format->encode(absmax / (float)fq_formats[r->code].max);
    const uint32_t smallest = smallest_code(r->scale);
    *code = nearest > smallest ? nearest : smallest; /* codes of non-negative numbers are ordered as the numbers */
    return format->decode(*code);
}

float fq_recipe_value(const fq_recipe *r, uint32_t code, float s) {
    const float q = fq_formats[r->code].decode(code);
    switch (r->value) {
    case FQ_VALUE_E4M3:
        return fq_format_round(FQ_E4M3, q * s);
    case FQ_VALUE_BF16:
        return fq_format_round(FQ_BF16, q * s);
    case FQ_VALUE_EXACT:
        break;
    }
    return r->group > 0 ? q * s : q;
}
