/* Matrices of the tests of quant/qmatrix.h: random ones, and what plain reading of the storage finds in them. */
#ifndef FQ_TESTS_QUANT_MATRICES_H
#define FQ_TESTS_QUANT_MATRICES_H

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

static inline fq_qmatrix quantized(const fq_recipe *r, const float *w, int rows, int cols, float tensor_scale) {
    fq_qmatrix q;
    assert_int_equal(fq_qmatrix_create(&q, r, rows, cols, &arena), FQ_OK);
    assert_int_equal(fq_qmatrix_quantize(&q, 0, w, (size_t)cols, rows, tensor_scale), FQ_OK);
    return q;
}

static inline float *random_matrix(int rows, int cols, float sigma, uint64_t stream) {
    fq_rng rng = fq_rng_seed(21, stream);
    float *w = FQ_NEW(&arena, float, (size_t)rows *(size_t)cols);
    assert_non_null(w);
    fq_rng_fill_gauss(&rng, w, (size_t)rows * (size_t)cols, sigma);
    return w;
}

static inline size_t code_bytes(const fq_qmatrix *q) {
    return (size_t)q->rows * q->row_bytes;
}
static inline size_t scales_bytes(const fq_qmatrix *q) {
    return (size_t)q->rows * (size_t)q->groups * (size_t)fq_formats[q->recipe->scale].bits / 8;
}

static inline void assert_same(const fq_qmatrix *a, const fq_qmatrix *b) {
    assert_memory_equal(a->codes, b->codes, code_bytes(a));
    if (a->scales != NULL) assert_memory_equal(a->scales, b->scales, scales_bytes(a));
    if (a->zeros != NULL)
        assert_memory_equal(a->zeros, b->zeros, (size_t)a->rows * (size_t)(a->groups > 0 ? a->groups : 1));
    assert_memory_equal(a->row_scale, b->row_scale, (size_t)a->rows * sizeof(float));
}

static inline uint32_t code_at(const fq_qmatrix *q, int r, int c) {
    const uint8_t *row = q->codes + (size_t)r * q->row_bytes;
    const int bits = fq_formats[q->recipe->code].bits;
    uint32_t code = 0;
    for (int b = 0; b < bits; b++)
        code |= (uint32_t)(row[(c * bits + b) / 8] >> ((c * bits + b) % 8) & 1) << b;
    return code;
}

static inline uint32_t scale_code_at(const fq_qmatrix *q, int r, int g) {
    const size_t bytes = (size_t)fq_formats[q->recipe->scale].bits / 8;
    uint32_t code = 0;
    for (size_t b = 0; b < bytes; b++)
        code |= (uint32_t)q->scales[((size_t)r * (size_t)q->groups + (size_t)g) * bytes + b] << (8 * b);
    return code;
}

/* Scale under which element (r, c) was coded, of its INT8 number where there are two levels. */
static inline float scale_of(const fq_qmatrix *q, int r, int c) {
    if (q->groups > 0) return fq_formats[q->recipe->scale].decode(scale_code_at(q, r, c / q->group));
    return q->row_scale[r];
}

static inline uint8_t zero_of(const fq_qmatrix *q, int r, int c) {
    return fq_qmatrix_zero(q, r, q->groups > 0 ? c / q->group : 0);
}

static inline int two_levels(const fq_recipe *r) {
    return r->range == FQ_RANGE_PROGRESSIVE || r->range == FQ_RANGE_RATIO;
}

/* What the first of two levels divides a row's absmax by. */
static inline float first_top(const fq_recipe *r) {
    return r->range == FQ_RANGE_PROGRESSIVE ? 119.0f : 64.0f * (float)fq_formats[r->code].max;
}

/* Code of x under a scale and a zero point. */
static inline uint32_t plain_code(const fq_recipe *r, float x, float s, uint8_t zero) {
    if (!fq_recipe_has_zero(r)) return fq_formats[r->code].encode(x / s);
    return (uint32_t)fmax(0, fmin(fq_formats[r->code].max, nearbyint((double)(x / s)) + zero));
}

/* Whole numbers as scales want amplified weights. */
static inline float unit(const fq_recipe *r) {
    return r->scale == FQ_UINT16 ? 4096.0f : 1.0f;
}

#define EACH_RECIPE_AND_WIDTH(r, cols)                                                                                 \
    for (const fq_recipe *r = fq_recipes; r < fq_recipes + FQ_RECIPE_COUNT; r++)                                       \
        for (int k_ = 0, cols; k_ < WIDTHS && (cols = widths[k_], 1); k_++)

#endif
