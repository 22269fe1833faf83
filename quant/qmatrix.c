/* Quantized matrices: allocation, quantizing float rows by a recipe, and the way back to values.
 * Also single rows (activations, q, k, v), which go through the same code so that both agree bit for bit. */
#include <limits.h>
#include <math.h>
#include <string.h>
#include "quant/absmax.h"
#include "quant/qmatrix.h"

enum {
    CHUNK = 256,              /* floats divided by the scale at a time; even, so that 4-bit chunks end on a byte */
    PARALLEL_FLOATS = 1 << 15 /* below this a parallel region costs more than it saves */
};

/* Bytes of one stored inner scale. */
static size_t scale_bytes(const fq_recipe *r) {
    return (size_t)fq_formats[r->scale].bits / 8;
}

fq_status fq_qmatrix_create(fq_qmatrix *q, const fq_recipe *r, int rows, int cols, fq_arena *arena) {
    FQ_ASSERT(rows >= 0 && cols > 0 && cols <= INT_MAX - 64);
    /* Groups must end on whole bytes and scales must be whole bytes: a promise of recipes.def. */
    FQ_ASSERT(r->group <= 0 || (r->group * fq_formats[r->code].bits % 8 == 0 && fq_formats[r->scale].bits % 8 == 0));
    *q = (fq_qmatrix){.recipe = r, .rows = rows, .cols = cols};
    q->group = r->group > 0 ? r->group : r->group == 0 ? cols : 0;
    q->groups = r->group > 0 ? fq_recipe_groups(r, cols) : 0;
    q->row_bytes = (fq_format_bytes(r->code, (size_t)cols) + 63) / 64 * 64;
    q->codes = fq_arena_calloc(arena, (size_t)rows, q->row_bytes);
    q->row_scale = FQ_NEW(arena, float, rows);
    if (q->codes == NULL || q->row_scale == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < rows; i++)
        q->row_scale[i] = 1.0f;
    if (q->groups > 0) {
        q->scales = fq_arena_calloc(arena, (size_t)rows * (size_t)q->groups, scale_bytes(r));
        if (q->scales == NULL) return FQ_ERR_MEMORY;
    }
    return FQ_OK;
}

/* codes of (x * tensor_scale) / s; x * tensor_scale finite. */
static void encode_scaled(fq_format_id f, const float *x, size_t n, float tensor_scale, float s, uint8_t *codes) {
    float y[CHUNK];
    for (size_t i = 0; i < n; i += CHUNK) {
        const size_t m = n - i < CHUNK ? n - i : CHUNK;
        /* A true division: the code is exact against the stored scale, which a reciprocal would not give. */
        for (size_t j = 0; j < m; j++)
            y[j] = x[i + j] * tensor_scale / s;
        const fq_status status = fq_format_encode_row(f, y, m, codes + fq_format_bytes(f, i));
        FQ_ASSERT(status == FQ_OK);
    }
}

/* One group or whole row: codes, and the scale with its code. Returns 0 if some x is not finite. */
static int quantize_group(const fq_recipe *r, const float *x, size_t n, float tensor_scale, uint8_t *codes, float *s,
                          uint32_t *scale_code) {
    const float absmax = fq_absmax(x, n) * tensor_scale;
    if (!isfinite(absmax)) return 0;
    *s = fq_recipe_scale(r, absmax, scale_code);
    if (r->group != FQ_NO_SCALE) {
        encode_scaled(r->code, x, n, tensor_scale, *s, codes);
    } else {
        const fq_status status = fq_format_encode_row(r->code, x, n, codes);
        FQ_ASSERT(status == FQ_OK);
    }
    return 1;
}

static void scale_put(const fq_qmatrix *q, int r, int g, uint32_t code) {
    const size_t bytes = scale_bytes(q->recipe), i = (size_t)r * (size_t)q->groups + (size_t)g;
    const uint16_t half = (uint16_t)code;
    if (bytes == 1) q->scales[i] = (uint8_t)code;
    if (bytes == 2) memcpy(q->scales + 2 * i, &half, sizeof half);
    if (bytes == 4) memcpy(q->scales + 4 * i, &code, sizeof code);
}

static float scale_get(const fq_qmatrix *q, int r, int g) {
    float s;
    const size_t i = (size_t)r * (size_t)q->groups + (size_t)g;
    fq_format_decode_row(q->recipe->scale, q->scales + i * scale_bytes(q->recipe), 1, &s);
    return s;
}

static int quantize_row(fq_qmatrix *q, int r, const float *w, float tensor_scale) {
    const size_t cols = (size_t)q->cols, group = q->groups > 0 ? (size_t)q->group : cols;
    uint8_t *codes = q->codes + (size_t)r * q->row_bytes;
    float s = 1.0f;
    int g = 0;
    for (size_t c = 0; c < cols; c += group, g++) {
        uint32_t code = 0;
        const size_t n = cols - c < group ? cols - c : group;
        if (!quantize_group(q->recipe, w + c, n, tensor_scale, codes + fq_format_bytes(q->recipe->code, c), &s, &code))
            return 0;
        if (q->groups > 0) scale_put(q, r, g, code);
    }
    q->row_scale[r] = q->groups > 0 ? 1.0f / tensor_scale : s;
    return 1;
}

fq_status fq_qmatrix_quantize(fq_qmatrix *q, int row0, const float *w, size_t stride, int count, float tensor_scale) {
    int exponent;
    FQ_ASSERT(row0 >= 0 && count >= 0 && row0 <= q->rows - count && stride >= (size_t)q->cols);
    FQ_ASSERT(tensor_scale > 0 && frexpf(tensor_scale, &exponent) == 0.5f);
    FQ_ASSERT(tensor_scale == 1.0f || q->groups > 0);
    int bad = count;
#pragma omp parallel for schedule(static) reduction(min : bad) if ((size_t)count * (size_t)q->cols > PARALLEL_FLOATS)
    for (int i = 0; i < count; i++)
        if (!quantize_row(q, row0 + i, w + (size_t)i * stride, tensor_scale) && i < bad) bad = i;
    if (bad == count) return FQ_OK;
    /* Said here and not in the worker, because messages belong to the caller's thread. */
    const float *row = w + (size_t)bad * stride;
    int c = 0;
    while (isfinite(row[c] * tensor_scale))
        c++;
    return fq_fail(FQ_ERR_NUMERIC, "%s: row %d, column %d is %g, expected a finite number", q->recipe->name, row0 + bad,
                   c, (double)row[c]);
}

/* Operand values of n codes under scale s. */
static void values_of(const fq_recipe *r, const uint8_t *codes, size_t n, float s, float *out) {
    if (fq_formats[r->code].bits == 4) {
        float lut[16];
        for (uint32_t c = 0; c < 16; c++)
            lut[c] = fq_recipe_value(r, c, s);
        for (size_t i = 0; i < n; i++)
            out[i] = lut[codes[i / 2] >> (i % 2 ? 4 : 0) & 0xf];
        return;
    }
    fq_format_decode_row(r->code, codes, n, out);
    if (r->value == FQ_VALUE_EXACT && r->group <= 0) return;
    for (size_t i = 0; i < n; i++)
        out[i] *= s;
    if (r->value == FQ_VALUE_EXACT) return;
    const fq_format_id operand = r->value == FQ_VALUE_E4M3 ? FQ_E4M3 : FQ_BF16;
    for (size_t i = 0; i < n; i++)
        out[i] = fq_format_round(operand, out[i]);
}

void fq_qmatrix_values(const fq_qmatrix *q, int r, float *out) {
    const uint8_t *codes = q->codes + (size_t)r * q->row_bytes;
    const size_t cols = (size_t)q->cols;
    FQ_ASSERT(r >= 0 && r < q->rows);
    if (q->groups == 0) {
        values_of(q->recipe, codes, cols, q->row_scale[r], out);
        return;
    }
    const size_t group = (size_t)q->group;
    int g = 0;
    for (size_t c = 0; c < cols; c += group, g++)
        values_of(q->recipe, codes + fq_format_bytes(q->recipe->code, c), cols - c < group ? cols - c : group,
                  scale_get(q, r, g), out + c);
}

void fq_qmatrix_dequantize(const fq_qmatrix *q, int r, float *out) {
    fq_qmatrix_values(q, r, out);
    if (q->recipe->group == 0 && q->recipe->value != FQ_VALUE_EXACT) return; /* the operand holds the row's scale */
    for (int c = 0; c < q->cols; c++)
        out[c] *= q->row_scale[r];
}

size_t fq_qmatrix_bytes(const fq_qmatrix *q) {
    const size_t rows = (size_t)q->rows;
    size_t bytes =
        rows * (fq_format_bytes(q->recipe->code, (size_t)q->cols) + (size_t)q->groups * scale_bytes(q->recipe));
    int all_one = 1;
    for (int i = 0; i < q->rows && all_one; i++)
        all_one = q->row_scale[i] == 1.0f;
    if (!all_one) bytes += rows * (q->recipe->group == 0 ? scale_bytes(q->recipe) : sizeof(float));
    return bytes;
}

double fq_qmatrix_bits_per_weight(const fq_qmatrix *q) {
    return 8.0 * (double)fq_qmatrix_bytes(q) / ((double)q->rows * q->cols);
}

fq_status fq_quantize_row(const fq_recipe *r, const float *x, int n, void *codes, float *scale, uint32_t *scale_code) {
    uint32_t code;
    FQ_ASSERT(r->group <= 0 && n >= 0);
    if (quantize_group(r, x, (size_t)n, 1.0f, codes, scale, scale_code != NULL ? scale_code : &code)) return FQ_OK;
    int i = 0;
    while (isfinite(x[i]))
        i++;
    return fq_fail(FQ_ERR_NUMERIC, "%s: element %d of %d is %g, expected a finite number", r->name, i, n, (double)x[i]);
}
