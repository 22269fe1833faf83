/* Candidates for the scale of one group and the choice among them. A stored scale is a coarse number (E4M3 has eight to
 * the octave) and absmax is not the best range for 16 codes, so trying all near it costs little and gains much. */
#include <math.h>
#include "quant/absmax.h"
#include "quant/block.h"
#include "quant/group_scale.h"

enum {
    STEPS = 40,      /* ranges tried where scales are fine */
    CANDIDATES = 64, /* room for these, or for all E4M3 codes of 1.2 octaves, and the recipe's own */
    CHUNK = 256
};
static const float LEAST = 0.55f, MOST = 1.2f;

void fq_group_values(const fq_recipe *r, const fq_codebook *book, const fq_group_scale *scale, float *value) {
    FQ_ASSERT(fq_group_has_values(r));
    for (uint32_t c = 0; c < 16; c++) {
        if (c >= 1u << fq_formats[r->code].bits) {
            value[c] = INFINITY;
            continue;
        }
        if (book != NULL)
            value[c] = fq_format_round(FQ_E4M3, book->value[c] * scale->s);
        else if (r->group == 0 && r->value == FQ_VALUE_EXACT)
            value[c] = (fq_formats[r->code].decode(c) - (float)scale->zero) * scale->s;
        else
            value[c] = fq_recipe_value_zero(r, c, scale->s, scale->zero);
        if (r->range == FQ_RANGE_PROGRESSIVE && !(value[c] >= -128.0f && value[c] <= 127.0f)) value[c] = INFINITY;
    }
}

static fq_group_scale e4m3_scale(uint32_t code) {
    return (fq_group_scale){.s = fq_e4m3_decode(code), .code = code};
}

/* Code of a positive E4M3 scale, never 0. */
static uint32_t e4m3_code(float s) {
    const uint32_t code = fq_e4m3_encode(s);
    return code > 0 ? code : 1;
}

static int e4m3_candidates(const fq_recipe *r, const fq_codebook *book, float absmax, fq_group_choice search,
                           fq_group_scale *out) {
    const float own = absmax / (book != NULL ? book->max : (float)fq_formats[r->code].max);
    int n = 0;
    out[n++] = e4m3_scale(e4m3_code(own));
    if (search != FQ_SEARCH_BEST || absmax == 0) return n;
    for (uint32_t c = e4m3_code(LEAST * own); c <= e4m3_code(MOST * own); c++)
        out[n++] = e4m3_scale(c);
    return n;
}

/* Ranges as the recipes define them; PROGRESSIVE takes those of whole numbers that the first level can hold. */
static void range_of(const fq_recipe *r, const float *x, int n, float *lo, float *hi) {
    fq_range_of(x, (size_t)n, lo, hi);
    if (r->range == FQ_RANGE_PROGRESSIVE) {
        *lo = fmaxf(rintf(*lo), -119.0f);
        *hi = fminf(rintf(*hi), 119.0f);
    }
}

/* The ceil(0.999 n)-th smallest magnitude: all but the n / 1000 largest, which an insertion finds. */
static float percentile(const float *x, int n) {
    enum { DROP = 64 };
    float top[DROP + 1] = {0};
    const int drop = n / 1000 < DROP ? n / 1000 : DROP;
    for (int i = 0; i < n; i++) {
        float a = fabsf(x[i]);
        for (int j = 0; j <= drop; j++)
            if (a > top[j]) {
                const float moved = top[j];
                top[j] = a;
                a = moved;
            }
    }
    return top[drop];
}

static int candidates(const fq_recipe *r, const fq_codebook *book, const float *x, int n, fq_group_choice search,
                      fq_group_scale *out) {
    const float absmax = fq_absmax(x, (size_t)n);
    const float own = search == FQ_SEARCH_PERCENTILE && absmax > 0 ? percentile(x, n) / absmax : 1.0f;
    const int zero = fq_recipe_has_zero(r), steps = search == FQ_SEARCH_BEST && absmax > 0 ? STEPS : 0;
    if (r->range == FQ_RANGE_SYMMETRIC && r->scale == FQ_E4M3)
        return e4m3_candidates(r, book, absmax * own, search, out);
    float lo = 0, hi = 0, extreme = absmax;
    if (zero) range_of(r, x, n, &lo, &hi);
    if (r->range == FQ_RANGE_SIGNED) extreme = fq_first_extreme(x, (size_t)n, absmax);
    for (int i = 0; i <= steps; i++) {
        fq_group_scale *g = &out[i];
        const float share = i == 0 ? own : LEAST + (MOST - LEAST) * (float)(i - 1) / (float)(STEPS - 1);
        g->zero = 0;
        g->s = zero ? fq_recipe_scale_zero(r, lo * share, hi * share, &g->code, &g->zero)
                    : fq_recipe_scale(r, extreme * share, &g->code);
    }
    return steps + 1;
}

void fq_group_round(const fq_recipe *r, const fq_group_scale *scale, const float *x, int n, uint8_t *codes,
                    float *values) {
    const fq_format *format = &fq_formats[r->code];
    const float s = scale->s, zero = (float)scale->zero, top = (float)format->max;
    FQ_ASSERT(format->bits > 4 && format->bits <= 8);
    for (int i = 0; i < n; i++)
        values[i] = x[i] / s;
    for (int i = 0; fq_recipe_has_zero(r) && i < n; i++)
        values[i] = rintf(values[i] < -top ? -top : values[i] > top ? top : values[i]) + zero;
    if (format->bits == 8) {
        const fq_status status = fq_format_encode_row(r->code, values, (size_t)n, codes);
        FQ_ASSERT(status == FQ_OK);
    } else {
        for (int i = 0; i < n; i++)
            codes[i] = (uint8_t)format->encode(values[i]);
    }
    const float *value = fq_format_values(r->code);
    for (int i = 0; i < n; i++)
        values[i] = (value[codes[i]] - zero) * s;
    if (r->value == FQ_VALUE_EXACT) return;
    for (int i = 0; i < n; i++)
        values[i] = fq_format_round(r->value == FQ_VALUE_E4M3 ? FQ_E4M3 : FQ_BF16, values[i]);
}

static double rounding_error(const fq_recipe *r, const fq_group_scale *scale, const float *x, const float *m, int n) {
    double sum = 0;
    for (int i = 0; i < n; i += CHUNK) {
        const int count = n - i < CHUNK ? n - i : CHUNK;
        uint8_t codes[CHUNK];
        float values[CHUNK];
        fq_group_round(r, scale, x + i, count, codes, values);
        for (int j = 0; j < count; j++) {
            const double e = (double)x[i + j] - (double)values[j];
            sum += (double)m[i + j] * e * e;
        }
    }
    return sum;
}

double fq_group_search(const fq_recipe *r, const fq_codebook *book, const float *x, const float *m, int n,
                       fq_group_choice search, fq_group_scale *best) {
    fq_group_scale tried[CANDIDATES];
    double least = INFINITY;
    const int count = candidates(r, book, x, n, search, tried);
    const fq_block_kernels *kernels = fq_block_kernels_best();
    FQ_ASSERT(r->group != FQ_NO_SCALE && r->range != FQ_RANGE_STATIC);
    *best = tried[0];
    for (int i = 0; i < count; i++) {
        float value[16];
        double sum;
        if (fq_group_has_values(r)) {
            fq_group_values(r, book, &tried[i], value);
            sum = kernels->error(x, m, n, value);
        } else {
            sum = rounding_error(r, &tried[i], x, m, n);
        }
        if (sum < least) least = sum, *best = tried[i];
    }
    return least;
}

void fq_group_encode(const fq_recipe *r, const fq_codebook *book, const fq_group_scale *scale, const float *x, int n,
                     uint8_t *codes) {
    if (fq_group_has_values(r)) {
        float value[16];
        fq_group_values(r, book, scale, value);
        fq_block_kernels_best()->encode(x, n, value, codes);
        return;
    }
    for (int i = 0; i < n; i += CHUNK) {
        float values[CHUNK];
        fq_group_round(r, scale, x + i, n - i < CHUNK ? n - i : CHUNK, codes + i, values);
    }
}
