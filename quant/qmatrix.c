/* Quantized matrices: allocation, quantizing float rows by a recipe, and the way back to values.
 * Also single rows (activations, q, k, v), which go through the same code so that both agree bit for bit. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include "quant/absmax.h"
#include "quant/codebook.h"
#include "quant/qmatrix.h"

enum {
    CHUNK = 256, /* floats divided by the scale at a time; a multiple of 8, so that chunks end on a byte, and no group
                    of a recipe with two levels is longer */
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
    FQ_ASSERT(!fq_recipe_two_levels(r) || (r->group > 0 && r->group <= CHUNK));
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
    if (fq_recipe_has_zero(r)) {
        FQ_ASSERT(!fq_format_is_signed(r->code) && fq_formats[r->code].bits <= 8 && r->group >= 0);
        q->zeros = fq_arena_calloc(arena, (size_t)rows * (size_t)(q->groups > 0 ? q->groups : 1), 1);
        if (q->zeros == NULL) return FQ_ERR_MEMORY;
    }
    return FQ_OK;
}

fq_status fq_qmatrix_add_books(fq_qmatrix *q, fq_arena *arena) {
    FQ_ASSERT(q->recipe->code == FQ_INT4 && q->recipe->scale == FQ_E4M3 && q->recipe->value == FQ_VALUE_E4M3);
    if (q->book == NULL) q->book = FQ_NEW(arena, uint8_t, q->rows);
    if (q->book == NULL) return FQ_ERR_MEMORY;
    memset(q->book, FQ_CODEBOOK_INT4, (size_t)q->rows);
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

/* Nearest integer, ties to even, of |x| < 2^22: the float grid beyond 2^23 is the integers. */
static inline float nearest(float x) {
    return x + 12582912.0f - 12582912.0f;
}

/* The same with a zero point: rne(x / s) + zero. Quotients beyond the top saturate whatever the zero point is. */
static void encode_shifted(fq_format_id f, const float *x, size_t n, float tensor_scale, float s, uint8_t zero,
                           uint8_t *codes) {
    const float top = (float)fq_formats[f].max;
    float y[CHUNK];
    for (size_t i = 0; i < n; i += CHUNK) {
        const size_t m = n - i < CHUNK ? n - i : CHUNK;
        for (size_t j = 0; j < m; j++) {
            const float q = x[i + j] * tensor_scale / s;
            y[j] = nearest(q < -top ? -top : q > top ? top : q) + (float)zero;
        }
        const fq_status status = fq_format_encode_row(f, y, m, codes + fq_format_bytes(f, i));
        FQ_ASSERT(status == FQ_OK);
    }
}

/* What a group is stored with. */
typedef struct group_scale {
    float s;
    uint32_t code;
    uint8_t zero;
} group_scale;

/* One group or whole row: codes, and the scale of clip times its range. Returns 0 if some x is not finite. */
static int quantize_group(const fq_recipe *r, const float *x, size_t n, float tensor_scale, float clip, uint8_t *codes,
                          group_scale *g) {
    const float absmax = fq_absmax(x, n), most = absmax * tensor_scale;
    if (!isfinite(most)) return 0;
    g->zero = 0;
    if (fq_recipe_has_zero(r)) {
        float lo, hi;
        fq_range_of(x, n, &lo, &hi);
        g->s = fq_recipe_scale_zero(r, lo * tensor_scale * clip, hi * tensor_scale * clip, &g->code, &g->zero);
        encode_shifted(r->code, x, n, tensor_scale, g->s, g->zero, codes);
        return 1;
    }
    const float extreme = r->range == FQ_RANGE_SIGNED ? fq_first_extreme(x, n, absmax) * tensor_scale : most;
    g->s = fq_recipe_scale(r, extreme * clip, &g->code);
    if (r->group != FQ_NO_SCALE) {
        encode_scaled(r->code, x, n, tensor_scale, g->s, codes);
    } else {
        const fq_status status = fq_format_encode_row(r->code, x, n, codes);
        FQ_ASSERT(status == FQ_OK);
    }
    return 1;
}

void fq_qmatrix_put_scale(fq_qmatrix *q, int r, int g, uint32_t code) {
    if (q->groups == 0) {
        FQ_ASSERT(g == 0);
        q->row_scale[r] = fq_formats[q->recipe->scale].decode(code);
        return;
    }
    const size_t bytes = scale_bytes(q->recipe), i = (size_t)r * (size_t)q->groups + (size_t)g;
    const uint16_t half = (uint16_t)code;
    if (bytes == 1) q->scales[i] = (uint8_t)code;
    if (bytes == 2) memcpy(q->scales + 2 * i, &half, sizeof half);
    if (bytes == 4) memcpy(q->scales + 4 * i, &code, sizeof code);
}

float fq_qmatrix_scale(const fq_qmatrix *q, int r, int g) {
    if (q->groups == 0) return q->row_scale[r];
    const size_t bytes = scale_bytes(q->recipe), i = (size_t)r * (size_t)q->groups + (size_t)g;
    uint16_t half;
    uint32_t code = q->scales[i * bytes];
    if (bytes == 2) memcpy(&half, q->scales + 2 * i, sizeof half), code = half;
    if (bytes == 4) memcpy(&code, q->scales + 4 * i, sizeof code);
    return fq_formats[q->recipe->scale].decode(code);
}

static size_t zero_index(const fq_qmatrix *q, int r, int g) {
    return q->groups == 0 ? (size_t)r : (size_t)r * (size_t)q->groups + (size_t)g;
}

void fq_qmatrix_put_zero(fq_qmatrix *q, int r, int g, uint8_t zero) {
    FQ_ASSERT(q->zeros != NULL && zero <= fq_formats[q->recipe->code].max);
    q->zeros[zero_index(q, r, g)] = zero;
}

uint8_t fq_qmatrix_zero(const fq_qmatrix *q, int r, int g) {
    return q->zeros != NULL ? q->zeros[zero_index(q, r, g)] : 0;
}

void fq_qmatrix_put_codes(fq_qmatrix *q, int r, int c0, int n, const uint8_t *codes) {
    const int bits = fq_formats[q->recipe->code].bits;
    uint8_t *row = q->codes + (size_t)r * q->row_bytes;
    FQ_ASSERT(bits <= 8 && c0 >= 0 && n >= 0 && c0 <= q->cols - n);
    if (bits == 8) {
        memcpy(row + c0, codes, (size_t)n);
        return;
    }
    for (int i = 0; i < n; i++)
        fq_format_put(q->recipe->code, row, (size_t)c0 + (size_t)i, codes[i]);
}

static int quantize_row(fq_qmatrix *q, int r, const float *w, float tensor_scale) {
    const size_t cols = (size_t)q->cols, group = q->groups > 0 ? (size_t)q->group : cols;
    uint8_t *codes = q->codes + (size_t)r * q->row_bytes;
    group_scale scale = {1.0f, 0, 0};
    float row_scale = 1.0f;
    if (fq_recipe_two_levels(q->recipe)) {
        const float most = fq_absmax(w, cols) * tensor_scale;
        if (!isfinite(most)) return 0;
        row_scale = fq_recipe_first_scale(q->recipe, most);
    }
    int g = 0;
    for (size_t c = 0; c < cols; c += group, g++) {
        const size_t n = cols - c < group ? cols - c : group;
        uint8_t *out = codes + fq_format_bytes(q->recipe->code, c);
        if (fq_recipe_two_levels(q->recipe)) {
            const int whole = q->recipe->range == FQ_RANGE_PROGRESSIVE;
            float second[CHUNK];
            for (size_t i = 0; i < n; i++)
                second[i] = w[c + i] * tensor_scale / row_scale;
            for (size_t i = 0; whole && i < n; i++)
                second[i] = nearest(second[i]);
            (void)quantize_group(q->recipe, second, n, 1.0f, 1.0f, out, &scale);
        } else if (!quantize_group(q->recipe, w + c, n, tensor_scale, 1.0f, out, &scale)) {
            return 0;
        }
        if (q->groups > 0) fq_qmatrix_put_scale(q, r, g, scale.code);
        if (q->zeros != NULL) fq_qmatrix_put_zero(q, r, g, scale.zero);
    }
    q->row_scale[r] = q->groups > 0 ? row_scale / tensor_scale : scale.s;
    if (q->book != NULL) q->book[r] = FQ_CODEBOOK_INT4;
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

/* Operand values of n codes under scale s. book: NULL, or the codebook of the row. */
static void values_of(const fq_recipe *r, const uint8_t *codes, size_t n, float s, uint8_t zero,
                      const fq_codebook *book, float *out) {
    if (fq_formats[r->code].bits == 4) {
        float lut[16];
        for (uint32_t c = 0; c < 16; c++)
            lut[c] = book ? fq_format_round(FQ_E4M3, book->value[c] * s) : fq_recipe_value_zero(r, c, s, zero);
        for (size_t i = 0; i < n; i++)
            out[i] = lut[codes[i / 2] >> (i % 2 ? 4 : 0) & 0xf];
        return;
    }
    fq_format_decode_row(r->code, codes, n, out);
    for (size_t i = 0; zero != 0 && i < n; i++)
        out[i] -= (float)zero;
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
    const size_t cols = (size_t)q->cols, group = q->groups > 0 ? (size_t)q->group : cols;
    FQ_ASSERT(r >= 0 && r < q->rows);
    const fq_codebook *book = q->book != NULL ? &fq_codebooks[q->book[r]] : NULL;
    int g = 0;
    for (size_t c = 0; c < cols; c += group, g++)
        values_of(q->recipe, codes + fq_format_bytes(q->recipe->code, c), cols - c < group ? cols - c : group,
                  fq_qmatrix_scale(q, r, g), fq_qmatrix_zero(q, r, g), book, out + c);
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
    if (q->zeros != NULL) bytes += rows * (size_t)(q->groups > 0 ? q->groups : 1);
    if (q->book != NULL) bytes += rows;
    /* A channel scale (or first level) for each row; of a factor that many rows share (1 / s_T of a projection) one. */
    size_t factors = 0;
    int all_one = 1;
    for (int i = 0; i < q->rows; i++) {
        all_one &= q->row_scale[i] == 1.0f;
        factors += i == 0 || fq_recipe_two_levels(q->recipe) || q->row_scale[i] != q->row_scale[i - 1];
    }
    if (!all_one) bytes += q->recipe->group == 0 ? rows * scale_bytes(q->recipe) : factors * sizeof(float);
    return bytes;
}

double fq_qmatrix_bits_per_weight(const fq_qmatrix *q) {
    return 8.0 * (double)fq_qmatrix_bytes(q) / ((double)q->rows * q->cols);
}

fq_status fq_quantize_row(const fq_recipe *r, const float *x, int n, void *codes, float *scale, uint32_t *scale_code) {
    FQ_ASSERT(!fq_recipe_has_zero(r));
    return fq_quantize_row_zero(r, x, n, 1.0f, codes, scale, scale_code, NULL);
}

fq_status fq_quantize_row_zero(const fq_recipe *r, const float *x, int n, float clip, void *codes, float *scale,
                               uint32_t *scale_code, uint8_t *zero) {
    group_scale g;
    FQ_ASSERT(r->group <= 0 && n >= 0 && clip > 0.0f && (zero != NULL || !fq_recipe_has_zero(r)));
    if (quantize_group(r, x, (size_t)n, 1.0f, clip, codes, &g)) {
        *scale = g.s;
        if (scale_code != NULL) *scale_code = g.code;
        if (zero != NULL) *zero = g.zero;
        return FQ_OK;
    }
    int i = 0;
    while (isfinite(x[i]))
        i++;
    return fq_fail(FQ_ERR_NUMERIC, "%s: element %d of %d is %g, expected a finite number", r->name, i, n, (double)x[i]);
}
