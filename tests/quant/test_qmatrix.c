/* Quantized matrices: laws that hold for every recipe of the table, a second quantizer written plainly in the test,
 * and the details of FireQ's weights (scale search, bits a weight, operand values). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/cpu.h"
#include "harness/rng.h"
#include "quant/codebook.h"
#include "quant/qmatrix.h"
#include "tests/arena_fixture.h"

enum { ROWS = 6, MOST_COLS = 576 };
static const int widths[] = {576, 128, 37, 1, 300};
enum { WIDTHS = sizeof widths / sizeof *widths };

static fq_qmatrix quantized(const fq_recipe *r, const float *w, int rows, int cols, float tensor_scale) {
    fq_qmatrix q;
    assert_int_equal(fq_qmatrix_create(&q, r, rows, cols, &arena), FQ_OK);
    assert_int_equal(fq_qmatrix_quantize(&q, 0, w, (size_t)cols, rows, tensor_scale), FQ_OK);
    return q;
}

static float *random_matrix(int rows, int cols, float sigma, uint64_t stream) {
    fq_rng rng = fq_rng_seed(21, stream);
    float *w = FQ_NEW(&arena, float, (size_t)rows *(size_t)cols);
    assert_non_null(w);
    fq_rng_fill_gauss(&rng, w, (size_t)rows * (size_t)cols, sigma);
    return w;
}

static size_t code_bytes(const fq_qmatrix *q) {
    return (size_t)q->rows * q->row_bytes;
}
static size_t scales_bytes(const fq_qmatrix *q) {
    return (size_t)q->rows * (size_t)q->groups * (size_t)fq_formats[q->recipe->scale].bits / 8;
}

static void assert_same(const fq_qmatrix *a, const fq_qmatrix *b) {
    assert_memory_equal(a->codes, b->codes, code_bytes(a));
    if (a->scales != NULL) assert_memory_equal(a->scales, b->scales, scales_bytes(a));
    if (a->zeros != NULL)
        assert_memory_equal(a->zeros, b->zeros, (size_t)a->rows * (size_t)(a->groups > 0 ? a->groups : 1));
    assert_memory_equal(a->row_scale, b->row_scale, (size_t)a->rows * sizeof(float));
}

static uint32_t code_at(const fq_qmatrix *q, int r, int c) {
    const uint8_t *row = q->codes + (size_t)r * q->row_bytes;
    const int bits = fq_formats[q->recipe->code].bits;
    uint32_t code = 0;
    for (int b = 0; b < bits; b++)
        code |= (uint32_t)(row[(c * bits + b) / 8] >> ((c * bits + b) % 8) & 1) << b;
    return code;
}

static uint32_t scale_code_at(const fq_qmatrix *q, int r, int g) {
    const size_t bytes = (size_t)fq_formats[q->recipe->scale].bits / 8;
    uint32_t code = 0;
    for (size_t b = 0; b < bytes; b++)
        code |= (uint32_t)q->scales[((size_t)r * (size_t)q->groups + (size_t)g) * bytes + b] << (8 * b);
    return code;
}

/* Scale under which element (r, c) was coded, of its INT8 number where there are two levels. */
static float scale_of(const fq_qmatrix *q, int r, int c) {
    if (q->groups > 0) return fq_formats[q->recipe->scale].decode(scale_code_at(q, r, c / q->group));
    return q->row_scale[r];
}

static uint8_t zero_of(const fq_qmatrix *q, int r, int c) {
    return fq_qmatrix_zero(q, r, q->groups > 0 ? c / q->group : 0);
}

static int two_levels(const fq_recipe *r) {
    return r->range == FQ_RANGE_PROGRESSIVE || r->range == FQ_RANGE_RATIO;
}

/* What the first of two levels divides a row's absmax by. */
static float first_top(const fq_recipe *r) {
    return r->range == FQ_RANGE_PROGRESSIVE ? 119.0f : 64.0f * (float)fq_formats[r->code].max;
}

/* Code of x under a scale and a zero point. */
static uint32_t plain_code(const fq_recipe *r, float x, float s, uint8_t zero) {
    if (!fq_recipe_has_zero(r)) return fq_formats[r->code].encode(x / s);
    return (uint32_t)fmax(0, fmin(fq_formats[r->code].max, nearbyint((double)(x / s)) + zero));
}

/* Whole numbers as scales want amplified weights. */
static float unit(const fq_recipe *r) {
    return r->scale == FQ_UINT16 ? 4096.0f : 1.0f;
}

#define EACH_RECIPE_AND_WIDTH(r, cols)                                                                                 \
    for (const fq_recipe *r = fq_recipes; r < fq_recipes + FQ_RECIPE_COUNT; r++)                                       \
        for (int k_ = 0, cols; k_ < WIDTHS && (cols = widths[k_], 1); k_++)

static void test_storage(void **state) {
    (void)state;
    EACH_RECIPE_AND_WIDTH(r, cols) {
        fq_qmatrix q;
        assert_int_equal(fq_qmatrix_create(&q, r, ROWS, cols, &arena), FQ_OK);
        assert_ptr_equal(q.recipe, r);
        assert_int_equal((uintptr_t)q.codes % 64, 0);
        assert_int_equal(q.row_bytes % 64, 0);
        assert_true(q.row_bytes >= fq_format_bytes(r->code, (size_t)cols));
        assert_int_equal(q.groups, r->group > 0 ? (cols + r->group - 1) / r->group : 0);
        assert_int_equal(q.group, r->group > 0 ? r->group : r->group == 0 ? cols : 0);
        assert_int_equal(q.scales != NULL, r->group > 0);
        assert_int_equal(q.zeros != NULL, fq_recipe_has_zero(r));
        assert_null(q.book);
        for (int i = 0; i < ROWS; i++)
            assert_true(q.row_scale[i] == 1.0f);
    }
}

/* The recipe's definition, element by element and without packing. */
static void test_against_plain_quantizer(void **state) {
    (void)state;
    float values[MOST_COLS], real[MOST_COLS];
    EACH_RECIPE_AND_WIDTH(r, cols) {
        const float *w = random_matrix(ROWS, cols, 0.3f * unit(r), 1);
        const float tensor_scale = r->group > 0 ? 8.0f : 1.0f;
        const fq_qmatrix q = quantized(r, w, ROWS, cols, tensor_scale);
        const int group = r->group > 0 ? r->group : cols;
        for (int i = 0; i < ROWS; i++) {
            float x[MOST_COLS], t = tensor_scale;
            fq_qmatrix_values(&q, i, values);
            fq_qmatrix_dequantize(&q, i, real);
            for (int c = 0; c < cols; c++)
                x[c] = w[i * cols + c] * tensor_scale;
            if (two_levels(r)) {
                float a = 0;
                for (int c = 0; c < cols; c++)
                    a = fmaxf(a, fabsf(x[c]));
                for (int c = 0; c < cols; c++)
                    x[c] = r->range == FQ_RANGE_RATIO ? x[c] / (a / first_top(r)) : nearbyintf(x[c] / (a / 119));
                t = tensor_scale / (a / first_top(r));
            }
            for (int c0 = 0; c0 < cols; c0 += group) {
                const int end = c0 + group < cols ? c0 + group : cols;
                float extreme = 0, lo = 0, hi = 0, s = 1;
                uint32_t scale_code = 0;
                uint8_t zero = 0;
                for (int c = c0; c < end; c++) {
                    if (fabsf(x[c]) > fabsf(extreme)) extreme = x[c];
                    lo = fminf(lo, x[c]);
                    hi = fmaxf(hi, x[c]);
                }
                if (fq_recipe_has_zero(r))
                    s = fq_recipe_scale_zero(r, lo, hi, &scale_code, &zero);
                else if (r->group != FQ_NO_SCALE)
                    s = fq_recipe_scale(r, r->range == FQ_RANGE_SIGNED ? extreme : fabsf(extreme), &scale_code);
                if (r->group > 0) assert_int_equal(scale_code_at(&q, i, c0 / group), scale_code);
                assert_int_equal(zero_of(&q, i, c0), zero);
                if (two_levels(r))
                    assert_true(fabsf(q.row_scale[i] * t - 1) <= FLT_EPSILON);
                else
                    assert_true(q.row_scale[i] == (r->group > 0 ? 1 / tensor_scale : s));
                for (int c = c0; c < end; c++) {
                    const uint32_t code = plain_code(r, x[c], s, zero);
                    const float value = fq_recipe_value_zero(r, code, s, zero);
                    const int inside = r->group == 0 && r->value != FQ_VALUE_EXACT;
                    assert_int_equal(code_at(&q, i, c), code);
                    assert_true(values[c] == value);
                    assert_true(real[c] == (inside ? value : value * q.row_scale[i]));
                }
            }
            for (size_t b = fq_format_bytes(r->code, (size_t)cols); b < q.row_bytes; b++)
                assert_int_equal(q.codes[(size_t)i * q.row_bytes + b], 0);
            if (fq_formats[r->code].bits == 4 && cols % 2) assert_int_equal(code_at(&q, i, cols), 0);
        }
    }
}

/* Half a code step is the most that an integer quantizer may be off (one more bit of the operand's rounding). Signed
 * scales have no code 8 opposite of -8, and may be rounded down by a sixteenth of 8; zero points saturate by a rounding
 * of the scale; two levels may be off by half a step of the first, a whole one of the second, and 7.5 where its scale
 * was rounded down. */
static void test_error_bound(void **state) {
    (void)state;
    float real[MOST_COLS];
    EACH_RECIPE_AND_WIDTH(r, cols) {
        const float *w = random_matrix(ROWS, cols, 0.3f * unit(r), 2);
        const fq_qmatrix q = quantized(r, w, ROWS, cols, 1.0f);
        for (int i = 0; i < ROWS; i++) {
            fq_qmatrix_dequantize(&q, i, real);
            for (int c = 0; c < cols; c++) {
                const double x = (double)w[i * cols + c], s = fabs((double)scale_of(&q, i, c)), q8 = fabs(x) / 16;
                const double half_ulp = fabs(x) * ldexp(1, -fq_formats[r->code].mantissa_bits - 1);
                const int eb = fq_formats[r->code].exponent_bits, bias = eb > 0 ? (1 << (eb - 1)) - 1 : 0;
                const double least =
                    s * ldexp(1, -bias - fq_formats[r->code].mantissa_bits); /* half the smallest step */
                double bound = fq_formats[r->code].exponent_bits == 0 ? s / 2 : fmax(half_ulp, least);
                if (r->range == FQ_RANGE_SIGNED) bound = 1.5 * s;
                if (r->range == FQ_RANGE_ASYMMETRIC) bound += s / 64;
                if (r->range == FQ_RANGE_PROGRESSIVE) bound = (8 + s) * (double)q.row_scale[i];
                if (r->range == FQ_RANGE_RATIO) bound = fmax(half_ulp, least * (double)q.row_scale[i]);
                if (r->scale == FQ_UINT16) bound = 7 * 0.5 + s / 2; /* a scale half a unit too small saturates */
                if (r->value == FQ_VALUE_E4M3) bound += q8 + s / 32;
                if (r->value == FQ_VALUE_BF16) bound += q8 / 16 + s / 512;
                assert_true(fabs((double)real[c] - x) <= bound * (1 + 1e-6) + 1e-30);
            }
        }
    }
}

/* Quantizing what was dequantized. EXACT rules give the same codes again. Where the operand is rounded, the largest
 * element and so the scale may move by a step; against the same scale the codes come back. */
static void test_idempotent(void **state) {
    (void)state;
    EACH_RECIPE_AND_WIDTH(r, cols) {
        if (two_levels(r)) continue; /* the first level is chosen anew from what the second left */
        const fq_qmatrix first = quantized(r, random_matrix(ROWS, cols, 0.3f * unit(r), 3), ROWS, cols, 1.0f);
        float *real = FQ_NEW(&arena, float, ROWS *cols);
        for (int i = 0; i < ROWS; i++)
            fq_qmatrix_dequantize(&first, i, real + i * cols);
        const fq_qmatrix second = quantized(r, real, ROWS, cols, 1.0f);
        if (r->value == FQ_VALUE_EXACT) assert_memory_equal(first.codes, second.codes, code_bytes(&first));
        for (int i = 0; i < ROWS; i++) {
            for (int c = 0; c < cols; c++) {
                const float s = scale_of(&first, i, c), s2 = scale_of(&second, i, c);
                assert_int_equal(plain_code(r, real[i * cols + c], s, zero_of(&first, i, c)), code_at(&first, i, c));
                if (fq_recipe_has_zero(r)) continue; /* the ends of the range need not be values */
                if (r->value == FQ_VALUE_EXACT) assert_true(fabsf(s2 / s - 1) <= 2 * FLT_EPSILON);
                if (r->scale == FQ_E8M0) /* the largest code may have been rounded down to just above half */
                    assert_true(s2 == s || s2 == s / 2);
                else if (r->value == FQ_VALUE_E4M3)
                    assert_true(fabsf(s2 - s) <= fmaxf(s / 8, 0x1p-9f));
                if (r->value == FQ_VALUE_BF16) assert_true(fabsf(s2 / s - 1) <= 0x1p-7f);
            }
        }
    }
}

static void test_scaling_by_two(void **state) {
    (void)state;
    EACH_RECIPE_AND_WIDTH(r, cols) {
        /* sigma 1 keeps E4M3 scales among the normal numbers, where doubling is exact */
        const float *w = random_matrix(ROWS, cols, 1.0f * unit(r), 4);
        float *twice = FQ_NEW(&arena, float, ROWS *cols);
        float a[MOST_COLS], b[MOST_COLS];
        if (cols < 8) continue;              /* a lone small element could have a subnormal scale */
        if (r->scale == FQ_UINT16) continue; /* twice a rounded number need not be the rounded double */
        for (int i = 0; i < ROWS * cols; i++)
            twice[i] = 2 * w[i];
        const fq_qmatrix qa = quantized(r, w, ROWS, cols, 1.0f), qb = quantized(r, twice, ROWS, cols, 1.0f);
        if (r->group != FQ_NO_SCALE) assert_memory_equal(qa.codes, qb.codes, code_bytes(&qa));
        for (int i = 0; i < ROWS; i++) {
            fq_qmatrix_dequantize(&qa, i, a);
            fq_qmatrix_dequantize(&qb, i, b);
            for (int c = 0; c < cols; c++) {
                if (r->group == FQ_NO_SCALE && fabsf(w[i * cols + c]) < 0x1p-5f) continue;
                assert_true(b[c] == 2 * a[c]);
            }
        }
    }
}

/* A tensor scale is a shift of the scale's exponent: same codes, same real values while nothing saturates. */
static void test_tensor_scale(void **state) {
    (void)state;
    EACH_RECIPE_AND_WIDTH(r, cols) {
        if (r->group <= 0 || cols < 8 || r->scale == FQ_UINT16) continue;
        const float *w = random_matrix(ROWS, cols, 1.0f * unit(r), 5);
        const fq_qmatrix plain = quantized(r, w, ROWS, cols, 1.0f), scaled = quantized(r, w, ROWS, cols, 4.0f);
        float a[MOST_COLS], b[MOST_COLS], p[MOST_COLS];
        assert_memory_equal(plain.codes, scaled.codes, code_bytes(&plain));
        for (int i = 0; i < ROWS; i++) {
            assert_true(two_levels(r) ? scaled.row_scale[i] == plain.row_scale[i] : scaled.row_scale[i] == 0.25f);
            fq_qmatrix_dequantize(&plain, i, a);
            fq_qmatrix_dequantize(&scaled, i, b);
            assert_memory_equal(a, b, (size_t)cols * sizeof *a);
            fq_qmatrix_values(&plain, i, p);
            fq_qmatrix_values(&scaled, i, b);
            for (int c = 0; c < cols; c++)
                assert_true(two_levels(r) ? b[c] == p[c] : b[c] == 4 * a[c]);
        }
    }
}

static void test_group_local(void **state) {
    (void)state;
    EACH_RECIPE_AND_WIDTH(r, cols) {
        float *w = random_matrix(ROWS, cols, 0.3f * unit(r), 6);
        for (int i = 0; i < ROWS && two_levels(r); i++)
            w[i * cols] = 20.0f; /* of the first group: the first level stays as it is */
        const fq_qmatrix before = quantized(r, w, ROWS, cols, 1.0f);
        const int group = r->group > 0 ? r->group : r->group == 0 ? cols : 1;
        const int row = ROWS / 2, g = (cols - 1) / group; /* change the last, perhaps shorter group of one row */
        for (int c = g * group; c < cols; c++)
            w[row * cols + c] = -3.0f * w[row * cols + c] - 1.0f;
        const fq_qmatrix after = quantized(r, w, ROWS, cols, 1.0f);
        int changed = 0;
        for (int i = 0; i < ROWS; i++) {
            for (int c = 0; c < cols; c++) {
                const int same = code_at(&before, i, c) == code_at(&after, i, c) &&
                                 scale_of(&before, i, c) == scale_of(&after, i, c) &&
                                 zero_of(&before, i, c) == zero_of(&after, i, c);
                if (i == row && c / group == g)
                    changed += !same;
                else
                    assert_true(same);
            }
        }
        assert_true(changed > 0);
    }
}

static void test_row_permutation_and_parts(void **state) {
    (void)state;
    EACH_RECIPE_AND_WIDTH(r, cols) {
        const float *w = random_matrix(ROWS, cols, 0.3f * unit(r), 7);
        const fq_qmatrix q = quantized(r, w, ROWS, cols, 1.0f);
        /* rows one by one, in reversed order, from a source with a wider stride */
        const size_t stride = (size_t)cols + 5;
        float *wide = FQ_NEW(&arena, float, ROWS *stride);
        for (int i = 0; i < ROWS; i++)
            memcpy(wide + (size_t)(ROWS - 1 - i) * stride, w + i * cols, (size_t)cols * sizeof *w);
        fq_qmatrix p;
        assert_int_equal(fq_qmatrix_create(&p, r, ROWS, cols, &arena), FQ_OK);
        assert_int_equal(fq_qmatrix_quantize(&p, 0, wide, stride, 2, 1.0f), FQ_OK);
        assert_int_equal(fq_qmatrix_quantize(&p, 2, wide + 2 * stride, stride, ROWS - 2, 1.0f), FQ_OK);
        for (int i = 0; i < ROWS; i++) {
            const int j = ROWS - 1 - i;
            assert_memory_equal(q.codes + (size_t)i * q.row_bytes, p.codes + (size_t)j * p.row_bytes, q.row_bytes);
            assert_true(q.row_scale[i] == p.row_scale[j]);
            for (int g = 0; g < q.groups; g++)
                assert_int_equal(scale_code_at(&q, i, g), scale_code_at(&p, j, g));
            for (int c = 0; c < cols; c++)
                assert_int_equal(zero_of(&q, i, c), zero_of(&p, j, c));
        }
    }
}

static void test_zero_group(void **state) {
    (void)state;
    float values[MOST_COLS];
    EACH_RECIPE_AND_WIDTH(r, cols) {
        float *w = random_matrix(ROWS, cols, 0.3f * unit(r), 8);
        const int end = r->group > 0 && r->group < cols ? r->group : cols;
        memset(w + cols, 0, (size_t)end * sizeof *w);
        const fq_qmatrix q = quantized(r, w, ROWS, cols, 1.0f);
        const float least = r->scale == FQ_E4M3                                         ? 0x1p-9f
                            : r->scale == FQ_F16                                        ? 0x1p-24f
                            : r->range == FQ_RANGE_PROGRESSIVE || r->scale == FQ_UINT16 ? 1.0f
                                                                                        : FLT_MIN;
        fq_qmatrix_values(&q, 1, values);
        for (int c = 0; c < end; c++) {
            assert_int_equal(code_at(&q, 1, c), 0);
            assert_true(values[c] == 0.0f);
        }
        if (r->group != FQ_NO_SCALE) assert_true(scale_of(&q, 1, 0) == least);
    }
}

static void test_thread_count(void **state) {
    (void)state;
    const int rows = 150, threads = fq_threads(); /* enough work for the parallel path */
    for (const fq_recipe *r = fq_recipes; r < fq_recipes + FQ_RECIPE_COUNT; r++) {
        const float *w = random_matrix(rows, MOST_COLS, 0.3f, 9);
        fq_threads_set(1);
        const fq_qmatrix one = quantized(r, w, rows, MOST_COLS, 1.0f);
        fq_threads_set(2);
        const fq_qmatrix two = quantized(r, w, rows, MOST_COLS, 1.0f);
        fq_threads_set(threads);
        assert_same(&one, &two);
    }
}

static void test_nonfinite(void **state) {
    (void)state;
    const float bad[] = {NAN, INFINITY, -INFINITY};
    const int rows = 100, cols = 577;
    for (const fq_recipe *r = fq_recipes; r < fq_recipes + FQ_RECIPE_COUNT; r++) {
        float *w = random_matrix(rows, cols, 0.3f, 10);
        fq_qmatrix q;
        w[17 * cols + 570] = bad[(r - fq_recipes) % 3];
        w[30 * cols + 1] = w[83 * cols + 2] = NAN; /* later ones, found by the same thread and by another one */
        assert_int_equal(fq_qmatrix_create(&q, r, rows + 3, cols, &arena), FQ_OK);
        assert_int_equal(fq_qmatrix_quantize(&q, 3, w, (size_t)cols, rows, 1.0f), FQ_ERR_NUMERIC);
        assert_non_null(strstr(fq_message(), "row 20, column 570 "));
        assert_non_null(strstr(fq_message(), r->name));
        if (r->group > 0) continue;
        uint8_t codes[4 * 577], zero;
        float s;
        assert_int_equal(fq_quantize_row_zero(r, w + 17 * cols, cols, 0.5f, codes, &s, NULL, &zero), FQ_ERR_NUMERIC);
        assert_non_null(strstr(fq_message(), "element 570 of 577"));
    }
}

static void test_single_rows(void **state) {
    (void)state;
    EACH_RECIPE_AND_WIDTH(r, cols) {
        if (r->group > 0) continue;
        const float *w = random_matrix(ROWS, cols, 2.0f * unit(r), 11);
        const fq_qmatrix q = quantized(r, w, ROWS, cols, 1.0f);
        for (int i = 0; i < ROWS; i++) {
            uint8_t codes[4 * MOST_COLS], zero = 99;
            float s = 0;
            uint32_t scale_code = 0;
            assert_int_equal(fq_quantize_row_zero(r, w + i * cols, cols, 1.0f, codes, &s, &scale_code, &zero), FQ_OK);
            assert_int_equal(zero, zero_of(&q, i, 0));
            if (!fq_recipe_has_zero(r)) {
                memset(codes, 0xa5, sizeof codes);
                assert_int_equal(fq_quantize_row(r, w + i * cols, cols, codes, &s, &scale_code), FQ_OK);
            }
            assert_memory_equal(codes, q.codes + (size_t)i * q.row_bytes, fq_format_bytes(r->code, (size_t)cols));
            assert_true(s == q.row_scale[i]);
            assert_true(fq_formats[r->scale].decode(scale_code) == s);
        }
    }
}

/* A clip is a smaller range, against which all numbers are coded and the outer ones saturate. */
static void test_clip(void **state) {
    (void)state;
    const float clips[] = {0.3f, 0.85f, 1.0f, 1.1f};
    EACH_RECIPE_AND_WIDTH(r, cols) {
        if (r->group > 0) continue;
        const float *x = random_matrix(1, cols, 2.0f, 14);
        float extreme = 0, lo = 0, hi = 0;
        for (int c = 0; c < cols; c++) {
            if (fabsf(x[c]) > fabsf(extreme)) extreme = x[c];
            lo = fminf(lo, x[c]);
            hi = fmaxf(hi, x[c]);
        }
        for (size_t k = 0; k < sizeof clips / sizeof *clips; k++) {
            uint8_t codes[4 * MOST_COLS], plain[4 * MOST_COLS] = {0}, zero = 99, want_zero = 0;
            uint32_t code, want_code;
            float s, y[MOST_COLS];
            if (r->range != FQ_RANGE_SIGNED) extreme = fabsf(extreme);
            const float want = fq_recipe_has_zero(r)
                                   ? fq_recipe_scale_zero(r, clips[k] * lo, clips[k] * hi, &want_code, &want_zero)
                                   : fq_recipe_scale(r, clips[k] * extreme, &want_code);
            assert_int_equal(fq_quantize_row_zero(r, x, cols, clips[k], codes, &s, &code, &zero), FQ_OK);
            assert_true(s == want && code == want_code && zero == want_zero);
            for (int c = 0; c < cols; c++)
                y[c] = fq_recipe_has_zero(r) ? (float)plain_code(r, x[c], s, zero) : x[c] / s;
            assert_int_equal(fq_format_encode_row(r->code, y, (size_t)cols, plain), FQ_OK);
            assert_memory_equal(codes, plain, fq_format_bytes(r->code, (size_t)cols));
        }
    }
}

/* A matrix put together from the parts of another one is that matrix. */
static void test_parts(void **state) {
    (void)state;
    EACH_RECIPE_AND_WIDTH(r, cols) {
        if (fq_formats[r->code].bits > 8) continue;
        const fq_qmatrix q = quantized(r, random_matrix(ROWS, cols, 0.3f * unit(r), 15), ROWS, cols, 1.0f);
        fq_qmatrix p;
        assert_int_equal(fq_qmatrix_create(&p, r, ROWS, cols, &arena), FQ_OK);
        for (int i = 0; i < ROWS; i++) {
            uint8_t codes[MOST_COLS];
            for (int c = 0; c < cols; c++)
                codes[c] = (uint8_t)code_at(&q, i, c);
            for (int c = (cols - 1) / 10 * 10; c >= 0; c -= 10) /* the other way round */
                fq_qmatrix_put_codes(&p, i, c, cols - c < 10 ? cols - c : 10, codes + c);
            fq_qmatrix_put_codes(&p, i, 0, 1, codes); /* one nibble: its neighbour stays */
            p.row_scale[i] = q.row_scale[i];
            for (int g = 0; g < fq_recipe_groups(r, cols); g++) {
                if (q.zeros) fq_qmatrix_put_zero(&p, i, g, fq_qmatrix_zero(&q, i, g));
                if (q.groups > 0) fq_qmatrix_put_scale(&p, i, g, scale_code_at(&q, i, g));
                if (q.groups == 0) fq_qmatrix_put_scale(&p, i, g, fq_formats[r->scale].encode(q.row_scale[i]));
                assert_true(fq_qmatrix_scale(&p, i, g) == scale_of(&q, i, q.groups > 0 ? g * q.group : 0));
            }
        }
        assert_same(&q, &p);
    }
}

/* Rows whose second level is as hard as can be: steps between the extremes, one-sided groups, lone outliers. Operands
 * stay INT8, and the real values near. */
static void test_progressive_operands(void **state) {
    (void)state;
    const fq_recipe *r = fq_recipe_find("w.uint4.g128.int8");
    enum { KINDS = 6, COLS = 300 };
    float values[COLS], real[COLS];
    fq_rng rng = fq_rng_seed(21, 16);
    for (int round = 0; round < 200; round++) {
        float *w = FQ_NEW(&arena, float, KINDS *COLS);
        const float size = (float)exp2((fq_rng_uniform(&rng) - 0.5) * 40);
        for (int c = 0; c < COLS; c++) {
            const float u = (float)fq_rng_uniform(&rng), v = (float)fq_rng_uniform(&rng);
            w[c] = (u < 0.5f ? -1.0f : 1.0f) * size;
            w[COLS + c] = (c < 128 ? 1.0f : -1.0f) * size * u;
            w[2 * COLS + c] = c == 200 ? size : c % 5 == 0 ? -size * u : size * u * u * u;
            w[3 * COLS + c] = (2 * u - 1) * size;
            w[4 * COLS + c] = (u < 0.01f ? -size : size * (0.9f + 0.1f * v));
            w[5 * COLS + c] = nearbyintf((2 * u - 1) * 119) * size / 119;
        }
        const fq_qmatrix q = quantized(r, w, KINDS, COLS, 1.0f);
        for (int i = 0; i < KINDS; i++) {
            fq_qmatrix_values(&q, i, values);
            fq_qmatrix_dequantize(&q, i, real);
            for (int c = 0; c < COLS; c++) {
                assert_true(values[c] >= -128 && values[c] <= 127 && values[c] == rintf(values[c]));
                assert_true(fabsf(real[c] - w[i * COLS + c]) <= (scale_of(&q, i, c) + 8.001f) * q.row_scale[i]);
            }
        }
        fq_arena_reset(&arena, 0);
    }
}

static void test_books(void **state) {
    (void)state;
    const fq_recipe *r = fq_recipe_find("w.int4.g128.e4m3");
    const int cols = 300;
    float *w = random_matrix(ROWS, cols, 0.3f, 17), without[MOST_COLS], with[MOST_COLS];
    fq_qmatrix q = quantized(r, w, ROWS, cols, 16.0f);
    const size_t bytes = fq_qmatrix_bytes(&q);
    fq_qmatrix_values(&q, 2, without);
    assert_int_equal(fq_qmatrix_add_books(&q, &arena), FQ_OK);
    assert_int_equal(fq_qmatrix_bytes(&q), bytes + ROWS);
    fq_qmatrix_values(&q, 2, with);
    assert_memory_equal(without, with, (size_t)cols * sizeof *with); /* INT4 to begin with */
    for (int b = 0; b < FQ_CODEBOOK_COUNT; b++) {
        q.book[2] = (uint8_t)b;
        fq_qmatrix_values(&q, 2, with);
        for (int c = 0; c < cols; c++) {
            const float s = scale_of(&q, 2, c);
            assert_true(with[c] == fq_format_round(FQ_E4M3, fq_codebooks[b].value[code_at(&q, 2, c)] * s));
        }
        fq_qmatrix_values(&q, 1, with); /* another row does not care */
        for (int c = 0; c < cols; c++)
            assert_true(with[c] == fq_recipe_value(r, code_at(&q, 1, c), scale_of(&q, 1, c)));
    }
    assert_int_equal(fq_qmatrix_quantize(&q, 2, w, (size_t)cols, 1, 16.0f), FQ_OK); /* rounds to INT4 */
    assert_int_equal(q.book[2], FQ_CODEBOOK_INT4);
}

/* Quotients that are ties: s(k + 1/2) / s is exact, and s times a rounded 1/s is not. */
static void test_true_division(void **state) {
    (void)state;
    const fq_recipe *r = fq_recipe_find("a.int8.token");
    for (int s = 3; s < 100; s++) {
        float x[127], scale;
        uint8_t codes[127];
        x[0] = 127.0f * (float)s;
        for (int k = 1; k < 127; k++)
            x[k] = (float)s * ((float)k - 0.5f);
        assert_int_equal(fq_quantize_row(r, x, 127, codes, &scale, NULL), FQ_OK);
        assert_true(scale == (float)s);
        for (int k = 1; k < 127; k++)
            assert_int_equal(codes[k], k - k % 2);
    }
}

/* Extreme but finite inputs must stay finite and saturate. */
static void test_extremes(void **state) {
    (void)state;
    const float sizes[] = {1e38f, 1e30f, 1e-30f, FLT_MIN, FLT_TRUE_MIN};
    float real[130];
    for (const fq_recipe *r = fq_recipes; r < fq_recipes + FQ_RECIPE_COUNT; r++) {
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            float w[130];
            for (int c = 0; c < 130; c++)
                w[c] = c % 3 == 0 ? sizes[k] : c % 3 == 1 ? -sizes[k] : 0.0f;
            const fq_qmatrix q = quantized(r, w, 1, 130, 1.0f);
            fq_qmatrix_dequantize(&q, 0, real);
            for (int c = 0; c < 130; c++) {
                assert_true(isfinite(real[c]));
                assert_true(real[c] * w[c] >= 0);
            }
        }
    }
}

static void test_bytes(void **state) {
    (void)state;
    const float *w = random_matrix(2, 4096, 0.3f, 12);
    const fq_recipe *fireq = fq_recipe_find("w.int4.g128.e4m3");
    const fq_qmatrix plain = quantized(fireq, w, 2, 4096, 1.0f), scaled = quantized(fireq, w, 2, 4096, 2.0f);
    assert_int_equal(fq_qmatrix_bytes(&plain), 2 * (2048 + 32));
    assert_true(fq_qmatrix_bits_per_weight(&plain) == 4.0625);
    assert_int_equal(fq_qmatrix_bytes(&scaled), 2 * (2048 + 32) + 4); /* one tensor scale */
    const fq_qmatrix kv = quantized(fq_recipe_find("kv.int4.head.e4m3"), w, 2, 128, 1.0f);
    assert_true(fq_qmatrix_bits_per_weight(&kv) == 4.0625);
    const fq_qmatrix bf16 = quantized(fq_recipe_find("w.bf16"), w, 2, 33, 1.0f);
    assert_int_equal(fq_qmatrix_bytes(&bf16), 2 * 33 * 2);
    const fq_qmatrix odd = quantized(fq_recipe_find("w.int4.channel"), w, 2, 33, 1.0f);
    assert_int_equal(fq_qmatrix_bytes(&odd), 2 * (17 + 4));
    float equal[2 * 256];
    memcpy(equal, w, 256 * sizeof *w);
    memcpy(equal + 256, w, 256 * sizeof *w);
    const fq_qmatrix levels = quantized(fq_recipe_find("w.uint4.g128.int8"), equal, 2, 256, 1.0f);
    assert_int_equal(fq_qmatrix_bytes(&levels), 2 * (128 + 2 * (1 + 1) + 4)); /* a first level a row, equal or not */
    EACH_RECIPE_AND_WIDTH(r, cols) {
        const fq_qmatrix q = quantized(r, w, 2, cols, 1.0f);
        assert_true(fabs(fq_qmatrix_bits_per_weight(&q) - fq_recipe_bits(r, cols)) < 1e-12);
    }
}

/* lower and upper exactly as the method states them. */
static float plain_search(const float *w, int rows, int cols, int group) {
    float best = 1;
    double least = INFINITY;
    for (int i = 0; i < 15; i++) {
        const double s = ldexp(1, i), edge = 7.0 / 512;
        double lower = 0, upper = 0;
        for (int r = 0; r < rows; r++) {
            for (int c0 = 0; c0 < cols; c0 += group) {
                double a = 0;
                for (int c = c0; c < cols && c < c0 + group; c++)
                    a = fmax(a, fabs((double)w[r * cols + c]));
                if (s * a < edge) lower += (edge - s * a) / edge;
                if (s * a > 448) upper += (s * a - 448) / 448;
            }
        }
        if (upper > 0) return best;
        if (lower < least) least = lower, best = (float)s;
    }
    return best;
}

static void test_scale_search(void **state) {
    (void)state;
    const int rows = 8, cols = 300;
    const float sigmas[] = {1e-7f, 1e-5f, 1e-4f, 1e-3f, 2e-2f, 1.0f, 50.0f, 1000.0f};
    for (size_t k = 0; k < sizeof sigmas / sizeof *sigmas; k++) {
        float *w = random_matrix(rows, cols, sigmas[k], 13 + k);
        for (int spread = 0; spread < 2; spread++) {
            for (int i = 0; i < cols; i++)
                w[cols + i] *= spread ? 4000.0f : 1.0f; /* one row far above the others */
            const float s = fq_tensor_scale_search(w, (size_t)cols, rows, cols, 128);
            assert_true(s == plain_search(w, rows, cols, 128));
            const fq_qmatrix q = quantized(fq_recipe_find("w.int4.g128.e4m3"), w, rows, cols, s);
            assert_true(q.row_scale[0] == 1 / s);
        }
    }
    float w[2] = {7 * 0x1p-11f, 1.0f}; /* the first group needs exactly 4 */
    assert_true(fq_tensor_scale_search(w, 2, 1, 2, 1) == 4.0f);
    w[1] = 224.0f; /* 2 is the most that the second allows, and it still helps the first */
    assert_true(fq_tensor_scale_search(w, 2, 1, 2, 1) == 2.0f);
    w[1] = 225.0f;
    assert_true(fq_tensor_scale_search(w, 2, 1, 2, 1) == 1.0f);
    w[1] = 500.0f;
    assert_true(fq_tensor_scale_search(w, 2, 1, 2, 1) == 1.0f);
    w[0] = w[1] = 0.0f; /* nothing to win: the smallest */
    assert_true(fq_tensor_scale_search(w, 2, 1, 2, 1) == 1.0f);
}

/* The largest amplifier whose sums fit: one more step would overflow; a limit holds; the codes are the float scale's.
 */
static void test_amplifier(void **state) {
    (void)state;
    const fq_recipe *r = fq_recipe_find("w.int4.g128.uint16");
    const int rows = 4, cols = 512;
    const float *w = random_matrix(rows, cols, 0.02f, 30);
    const float a = fq_amplifier(w, (size_t)cols, rows, cols, r, 60);
    double most[2] = {0, 0}, widest[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < rows; i++) {
            const fq_qmatrix q = quantized(r, w + i * cols, 1, cols, a * (float)(1 << k));
            double sum = 0;
            for (int g = 0; g < q.groups; g++)
                sum += (double)fq_qmatrix_scale(&q, 0, g) * 128 * 128 * 8;
            most[k] = fmax(most[k], sum);
            for (int g = 0; g < q.groups; g++)
                widest[k] = fmax(widest[k], 1.2 * (double)(fq_qmatrix_scale(&q, 0, g) - 0.5f));
        }
    assert_true(most[0] < 2147483648.0 && widest[0] <= FQ_AMPLIFIED_MOST);
    assert_true(most[1] >= 2147483648.0 || widest[1] > FQ_AMPLIFIED_MOST);
    assert_true(fq_amplifier(w, (size_t)cols, rows, cols, r, 10) == 1024.0f);
    assert_true(fq_amplifier(w, (size_t)cols, rows, cols, r, 0) == 1.0f);
    float *huge = random_matrix(1, cols, 1e9f, 31);
    assert_true(fq_amplifier(huge, (size_t)cols, 1, cols, r, 60) == 1.0f);
    /* Scales of about 0.0075: half a unit at 2^6, which rounding doubles; from 2^10 on rounding hardly matters. */
    const fq_recipe *free_scale = fq_recipe_find("w.int4.g128.f32.exact");
    const float amplifiers[] = {64, 1024, 16384};
    double noise[4] = {0};
    for (int k = 0; k < 4; k++) {
        const fq_qmatrix q =
            k < 3 ? quantized(r, w, rows, cols, amplifiers[k]) : quantized(free_scale, w, rows, cols, 1);
        float v[MOST_COLS];
        for (int i = 0; i < rows; i++) {
            fq_qmatrix_dequantize(&q, i, v);
            for (int c = 0; c < cols; c++)
                noise[k] += pow((double)(v[c] - w[i * cols + c]), 2);
        }
    }
    assert_true(noise[0] > 2 * noise[3] && noise[1] < 1.05 * noise[3] && noise[2] < 1.005 * noise[3]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_storage),
        cmocka_unit_test(test_against_plain_quantizer),
        cmocka_unit_test(test_error_bound),
        cmocka_unit_test(test_idempotent),
        cmocka_unit_test(test_scaling_by_two),
        cmocka_unit_test(test_tensor_scale),
        cmocka_unit_test(test_group_local),
        cmocka_unit_test(test_row_permutation_and_parts),
        cmocka_unit_test(test_zero_group),
        cmocka_unit_test(test_thread_count),
        cmocka_unit_test(test_nonfinite),
        cmocka_unit_test(test_single_rows),
        cmocka_unit_test(test_true_division),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_scale_search),
        cmocka_unit_test(test_clip),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_progressive_operands),
        cmocka_unit_test(test_books),
        cmocka_unit_test(test_amplifier),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
