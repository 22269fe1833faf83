/* The table of recipes and what follows from one row of it: the scale of a group and the operand value of a code.
 * All arithmetic is float32, as the contract in recipe.h says. */
#include <float.h>
#include <string.h>
#include "quant/recipe.h"

const fq_recipe fq_recipes[FQ_RECIPE_COUNT] = {
#define FQ_RECIPE(id, name, code, group, scale, value, range, source)                                                  \
    {name, code, group, scale, value, FQ_RANGE_##range, source},
#include "quant/recipes.def"
#undef FQ_RECIPE
};

int fq_recipe_groups(const fq_recipe *r, int cols) {
    if (r->group == FQ_NO_SCALE) return 0;
    return r->group == 0 ? 1 : cols / r->group + (cols % r->group != 0);
}

double fq_recipe_bits(const fq_recipe *r, int cols) {
    const double codes = 8.0 * (double)fq_format_bytes(r->code, (size_t)cols);
    const int scale = fq_formats[r->scale].bits, zero = fq_recipe_has_zero(r) ? 8 : 0;
    const int row = fq_recipe_two_levels(r) ? fq_formats[FQ_F32].bits : 0;
    return (codes + (double)fq_recipe_groups(r, cols) * (scale + zero) + row) / cols;
}

/* Formats with float32's exponent range stop at the smallest normal number: dividing by a subnormal could overflow. */
static uint32_t smallest_code(fq_format_id f) {
    return fq_formats[f].exponent_bits == 8 ? fq_formats[f].encode(FLT_MIN) : 1;
}

static float stored_scale(const fq_recipe *r, float s, uint32_t *code) {
    const fq_format *format = &fq_formats[r->scale];
    const uint32_t smallest = smallest_code(r->scale),
                   sign = fq_format_is_signed(r->scale) ? 1u << (format->bits - 1) : 0;
    uint32_t nearest = format->encode(s);
    if (r->scale == FQ_E8M0 && format->decode(nearest) * (1 + 0x1p-20f) < s && s <= (float)format->max) nearest++;
    const uint32_t magnitude = nearest & ~sign; /* codes of magnitudes are ordered as they are */
    *code = magnitude < smallest ? smallest : nearest;
    return format->decode(*code);
}

float fq_recipe_first_scale(const fq_recipe *r, float absmax) {
    FQ_ASSERT(fq_recipe_two_levels(r));
    const float most = r->range == FQ_RANGE_PROGRESSIVE ? 119.0f : 64.0f * (float)fq_formats[r->code].max;
    return absmax / most < FLT_MIN ? FLT_MIN : absmax / most;
}

float fq_recipe_scale(const fq_recipe *r, float extreme, uint32_t *code) {
    FQ_ASSERT(!fq_recipe_has_zero(r));
    if (r->group == FQ_NO_SCALE) {
        *code = fq_formats[r->scale].encode(1.0f);
        return 1.0f;
    }
    if (r->range == FQ_RANGE_SIGNED) return stored_scale(r, -extreme / 8.0f, code);
    return stored_scale(r, extreme / (float)fq_formats[r->code].max, code);
}

float fq_recipe_scale_zero(const fq_recipe *r, float lo, float hi, uint32_t *code, uint8_t *zero) {
    FQ_ASSERT(fq_recipe_has_zero(r));
    const float wanted = (hi - lo) / (float)fq_formats[r->code].max;
    float s;
    if (r->range == FQ_RANGE_PROGRESSIVE) {
        *code = fq_formats[r->scale].encode(wanted < 1.0f ? 1.0f : wanted);
        s = fq_formats[r->scale].decode(*code);
    } else {
        s = stored_scale(r, wanted, code);
    }
    *zero = (uint8_t)fq_formats[r->code].encode(-lo / s);
    return s;
}

float fq_recipe_value(const fq_recipe *r, uint32_t code, float s) {
    return fq_recipe_value_zero(r, code, s, 0);
}

float fq_recipe_value_zero(const fq_recipe *r, uint32_t code, float s, uint8_t zero) {
    const float q = fq_formats[r->code].decode(code) - (float)zero;
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
