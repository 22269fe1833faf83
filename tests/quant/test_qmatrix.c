/* Quantized matrices: laws that hold for every recipe of the table, and a second quantizer written plainly here. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "tests/quant_matrices.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_storage),        cmocka_unit_test(test_against_plain_quantizer),
        cmocka_unit_test(test_error_bound),    cmocka_unit_test(test_idempotent),
        cmocka_unit_test(test_scaling_by_two), cmocka_unit_test(test_tensor_scale),
        cmocka_unit_test(test_group_local),    cmocka_unit_test(test_row_permutation_and_parts),
        cmocka_unit_test(test_zero_group),     cmocka_unit_test(test_thread_count),
        cmocka_unit_test(test_nonfinite),      cmocka_unit_test(test_single_rows),
        cmocka_unit_test(test_true_division),  cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
