/* The area proxy of mac_cost.h. */
#include <math.h>
#include "quant/mac_cost.h"

typedef struct operand {
    int exponent, significand, binades;
} operand;

static operand operand_of(fq_format_id f) {
    const fq_format *format = &fq_formats[f];
    if (format->exponent_bits == 0) return (operand){0, format->bits - 1, 0};
    const int top = f == FQ_E5M2; /* infinity and NaN */
    return (operand){format->exponent_bits, format->mantissa_bits + 1, (1 << format->exponent_bits) - 2 - top};
}

double fq_mac_cells(fq_format_id w, fq_format_id a) {
    enum { GUARD = 10 };
    if (fq_formats[w].bits > 8 || fq_formats[a].bits > 8 || !fq_format_is_signed(w) || !fq_format_is_signed(a))
        return NAN;
    const operand p = operand_of(w), q = operand_of(a);
    const int range = p.binades + q.binades, width = p.significand + q.significand + range + GUARD;
    const double multiplier = p.significand * q.significand, stages = ceil(log2(range + 1.0));
    const int exponents = range > 0 ? 1 + (p.exponent > q.exponent ? p.exponent : q.exponent) : 0;
    return multiplier + width + exponents + 0.5 * width * stages;
}
