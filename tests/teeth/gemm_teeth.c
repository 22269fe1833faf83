/* One plain gemm loop with a switch for each fault. */
#include <math.h>
#include "quant/codebook.h"
#include "tests/teeth/teeth.h"

typedef enum fault {
    RIGHT,
    DROPS_LAST_K,
    IGNORES_ROW_SCALE,
    IGNORES_X_SCALE,
    UNROUNDED_OPERAND,
    SUBNORMALS_TO_ZERO,
    IGNORES_ZERO_POINT,
    IGNORES_BOOK,
    KEEPS_FIRST_SCALE,
    SKIPS_LAST_OUTPUT,
    WRITES_BEYOND_ROW,
    ADDS_RESIDUAL_TWICE
} fault;

static float weight(const fq_qmatrix *w, int r, int c, fault f) {
    const int bits = fq_formats[w->recipe->code].bits;
    const uint8_t *p = w->codes + (size_t)r * w->row_bytes + (size_t)c * (size_t)bits / 8;
    uint32_t code = 0;
    for (int b = 0; b < (bits + 7) / 8; b++)
        code |= (uint32_t)p[b] << (8 * b);
    if (bits == 4) code = c % 2 ? code >> 4 : code & 15;
    float s = 1.0f;
    if (w->scales) {
        const fq_format *format = &fq_formats[w->recipe->scale];
        const size_t group = f == KEEPS_FIRST_SCALE ? 0 : (size_t)(c / w->group);
        const size_t bytes = (size_t)format->bits / 8, i = (size_t)r * (size_t)w->groups + group;
        uint32_t scale = 0;
        for (size_t b = 0; b < bytes; b++)
            scale |= (uint32_t)w->scales[i * bytes + b] << (8 * b);
        s = format->decode(scale);
    }
    const size_t group = w->groups > 0 ? (size_t)r * (size_t)w->groups + (size_t)(c / w->group) : (size_t)r;
    const uint8_t zero = w->zeros && f != IGNORES_ZERO_POINT ? w->zeros[group] : 0;
    const int book = w->book && f != IGNORES_BOOK;
    if (f == UNROUNDED_OPERAND) {
        const float q = book ? fq_codebooks[w->book[r]].value[code] : fq_formats[w->recipe->code].decode(code) - zero;
        return q * (w->recipe->group > 0 ? s : 1.0f);
    }
    if (book) return fq_format_round(FQ_E4M3, fq_codebooks[w->book[r]].value[code] * s);
    return fq_recipe_value_zero(w->recipe, code, s, zero);
}

static float activation(const fq_gemm_args *a, int i, int k, fault f) {
    const size_t bits = (size_t)fq_formats[a->a->code].bits;
    const uint8_t *p = (const uint8_t *)a->x + (size_t)i * a->x_stride + (size_t)k * bits / 8;
    uint32_t code = 0;
    for (size_t b = 0; b < (bits + 7) / 8; b++)
        code |= (uint32_t)p[b] << (8 * b);
    if (bits == 4) code = k % 2 ? code >> 4 : code & 15;
    float x = fq_formats[a->a->code].decode(code);
    const int groups = fq_recipe_groups(a->a, a->w->cols);
    if (a->a->group > 0 && f != IGNORES_X_SCALE) x *= a->x_scale[i * groups + k / a->a->group];
    return f == SUBNORMALS_TO_ZERO && a->a->code == FQ_E4M3 && fabsf(x) < 0x1p-6f ? 0.0f : x;
}

static float sum(const fq_gemm_args *a, int i, int n, fault f) {
    const int k = f == DROPS_LAST_K ? a->w->cols / 2 * 2 : a->w->cols;
    if (a->a->code == FQ_INT8 && !(a->w->scales && a->w->recipe->scale == FQ_F16)) {
        int32_t s = 0;
        for (int c = 0; c < k; c++)
            s += (int32_t)activation(a, i, c, f) * (int32_t)weight(a->w, n, c, f);
        return (float)s;
    }
    float s = 0.0f;
    for (int c = 0; c < k; c++)
        s += activation(a, i, c, f) * weight(a->w, n, c, f);
    return s;
}

static fq_status gemm(const fq_gemm_args *a, fault f) {
    const int last = a->w->rows - 1;
    for (int i = 0; i < a->m; i++)
        for (int n = 0; n <= last; n++) {
            if (f == SKIPS_LAST_OUTPUT && i == a->m - 1 && n == last) continue;
            float *y = a->y + (size_t)i * a->y_stride + n;
            float v = sum(a, i, n, f);
            if (a->x_scale && a->a->group <= 0 && f != IGNORES_X_SCALE) v *= a->x_scale[i];
            if (f != IGNORES_ROW_SCALE) v *= a->w->row_scale[n];
            const float residual = a->residual ? a->residual[(size_t)i * a->y_stride + (size_t)n] : 0.0f;
            *y = v + (f == ADDS_RESIDUAL_TWICE ? 2 * residual : residual);
            if (f == WRITES_BEYOND_ROW && i == a->m - 1 && n == last) y[1] = 0.0f;
        }
    return FQ_OK;
}

fq_status fq_teeth_gemm_right(const fq_gemm_args *a) {
    return gemm(a, RIGHT);
}
fq_status fq_teeth_gemm_drops_last_k(const fq_gemm_args *a) {
    return gemm(a, DROPS_LAST_K);
}
fq_status fq_teeth_gemm_ignores_row_scale(const fq_gemm_args *a) {
    return gemm(a, IGNORES_ROW_SCALE);
}
fq_status fq_teeth_gemm_ignores_x_scale(const fq_gemm_args *a) {
    return gemm(a, IGNORES_X_SCALE);
}
fq_status fq_teeth_gemm_unrounded_operand(const fq_gemm_args *a) {
    return gemm(a, UNROUNDED_OPERAND);
}
fq_status fq_teeth_gemm_subnormals_to_zero(const fq_gemm_args *a) {
    return gemm(a, SUBNORMALS_TO_ZERO);
}
fq_status fq_teeth_gemm_ignores_zero_point(const fq_gemm_args *a) {
    return gemm(a, IGNORES_ZERO_POINT);
}
fq_status fq_teeth_gemm_ignores_book(const fq_gemm_args *a) {
    return gemm(a, IGNORES_BOOK);
}
fq_status fq_teeth_gemm_keeps_first_scale(const fq_gemm_args *a) {
    return gemm(a, KEEPS_FIRST_SCALE);
}
fq_status fq_teeth_gemm_skips_last_output(const fq_gemm_args *a) {
    return gemm(a, SKIPS_LAST_OUTPUT);
}
fq_status fq_teeth_gemm_writes_beyond_row(const fq_gemm_args *a) {
    return gemm(a, WRITES_BEYOND_ROW);
}
fq_status fq_teeth_gemm_adds_residual_twice(const fq_gemm_args *a) {
    return gemm(a, ADDS_RESIDUAL_TWICE);
}
