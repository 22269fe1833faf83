/* Quantized matrices, form by form: clips, parts, progressive groups, codebooks, bits a weight, FireQ's scale search,
 * whole-number scales. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "tests/quant_matrices.h"

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
        cmocka_unit_test(test_bytes),     cmocka_unit_test(test_scale_search),         cmocka_unit_test(test_clip),
        cmocka_unit_test(test_parts),     cmocka_unit_test(test_progressive_operands), cmocka_unit_test(test_books),
        cmocka_unit_test(test_amplifier),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
