/* A gemm problem on random codes with its double sums, and the comparison of a kernel's output with them. Codes are
 * drawn directly, not quantized, so that subnormals, extreme codes and zero groups all occur. */
#ifndef FQ_TESTS_GEMM_COMPARE_H
#define FQ_TESTS_GEMM_COMPARE_H
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/rng.h"
#include "kernels/registry.h"
#include "quant/codebook.h"

typedef enum gemm_residual { RESIDUAL_NONE, RESIDUAL_APART, RESIDUAL_IS_Y, RESIDUAL_KINDS } gemm_residual;

typedef struct gemm_case {
    int m, n, k; /* m: the most tokens that a run may have */
    fq_qmatrix w;
    const fq_recipe *a;
    uint8_t *x;
    size_t x_stride, y_stride;
    float *x_scale, *residual;
    double *sum, *size; /* [m][n]: sum_k x w and sum_k |x w| */
} gemm_case;

static const struct {
    fq_op op;
    fq_recipe_id w, a;
} gemm_recipes[] = {
    {FQ_OP_GEMM_F32, FQ_RECIPE_W_F32, FQ_RECIPE_A_F32},
    {FQ_OP_GEMM_BF16, FQ_RECIPE_W_BF16, FQ_RECIPE_A_BF16},
    {FQ_OP_GEMM_W4A16, FQ_RECIPE_W_INT4_G128, FQ_RECIPE_A_BF16},
    {FQ_OP_GEMM_I4F8, FQ_RECIPE_W_INT4_G128_E4M3, FQ_RECIPE_A_E4M3_TOKEN},
    {FQ_OP_GEMM_F8F8, FQ_RECIPE_W_E4M3_CHANNEL, FQ_RECIPE_A_E4M3_TOKEN},
    {FQ_OP_GEMM_I8I8, FQ_RECIPE_W_INT8_CHANNEL, FQ_RECIPE_A_INT8_TOKEN},
    {FQ_OP_GEMM_I4I8, FQ_RECIPE_W_INT4_CHANNEL, FQ_RECIPE_A_INT8_TOKEN},
    {FQ_OP_GEMM_Q4I8, FQ_RECIPE_W_UINT4_QOQ, FQ_RECIPE_A_INT8_TOKEN},
    {FQ_OP_GEMM_I4I8_INT, FQ_RECIPE_W_INT4_G128_INT, FQ_RECIPE_A_INT8_TOKEN},
    {FQ_OP_GEMM_I4I8_F16, FQ_RECIPE_W_INT4_G128_EXACT, FQ_RECIPE_A_INT8_TOKEN},
    {FQ_OP_GEMM_ANY, FQ_RECIPE_W_UINT4_G128, FQ_RECIPE_A_BF16},
    {FQ_OP_GEMM_ANY, FQ_RECIPE_W_UINT4_QOQ, FQ_RECIPE_A_BF16},
    {FQ_OP_GEMM_ANY, FQ_RECIPE_W_INT4_G128_EXACT, FQ_RECIPE_A_INT4_G128},
    {FQ_OP_GEMM_ANY, FQ_RECIPE_W_INT4_G128_E4M3, FQ_RECIPE_A_BF16},
    {FQ_OP_GEMM_ANY, FQ_RECIPE_W_BF16, FQ_RECIPE_A_E4M3_TENSOR},
};

enum { GEMM_OPS = sizeof gemm_recipes / sizeof gemm_recipes[0], GEMM_GUARD = 64 };
static const uint32_t gemm_poison = 0x7fc0dead; /* a NaN that no kernel writes */

static void *gemm_must(void *p) {
    FQ_ASSERT(p);
    return p;
}

/* A code that is no NaN or infinity; wide: over many binades. */
static uint32_t gemm_random_code(fq_rng *r, fq_format_id f) {
    const uint32_t any = fq_rng_below(r, 256);
    switch (f) {
    case FQ_E4M3:
        if ((any & 0x7f) == 0x7f) return any - 1; /* 448 instead of NaN */
        return any % 5 == 0 ? any & 0x87 : any;   /* a fifth subnormal */
    case FQ_INT8:
        return any;
    case FQ_INT4:
    case FQ_UINT4:
        return any & 15;
    default:
        return fq_formats[f].encode(ldexpf((float)fq_rng_gauss(r), (int)(any % 13) - 6));
    }
}

static void gemm_put_code(uint8_t *row, fq_format_id f, int i, uint32_t code) {
    const int bits = fq_formats[f].bits;
    if (bits == 4) row[i / 2] = (uint8_t)(i % 2 ? (row[i / 2] & 0xfu) | code << 4 : (row[i / 2] & 0xf0u) | code);
    for (int b = 0; b < bits / 8; b++)
        row[(size_t)i * (size_t)bits / 8 + (size_t)b] = (uint8_t)(code >> (8 * b));
}

static float gemm_random_scale(fq_rng *r) {
    const int kind = (int)fq_rng_below(r, 4);
    return kind == 0 ? 1.0f : ldexpf(0.5f + (float)fq_rng_uniform(r), kind == 1 ? -10 : 0);
}

static void gemm_random_scales(fq_rng *r, fq_qmatrix *w) {
    for (int row = 0; row < w->rows; row++)
        for (int g = 0; g < w->groups; g++) {
            const uint32_t kind = fq_rng_below(r, 4); /* subnormal, small, any, any */
            const int e4m3 = w->recipe->scale == FQ_E4M3;
            if (w->zeros) fq_qmatrix_put_zero(w, row, g, (uint8_t)fq_rng_below(r, 16));
            if (w->recipe->scale == FQ_INT8) {
                /* Every (q - z) s is an INT8, as quantizing makes it. */
                const int z = fq_qmatrix_zero(w, row, g), most_steps = z > 7 ? z : 15 - z;
                fq_qmatrix_put_scale(w, row, g,
                                     1 + fq_rng_below(r, (uint32_t)(127 / most_steps < 16 ? 127 / most_steps : 16)));
                continue;
            }
            if (w->recipe->scale == FQ_UINT16) {
                /* No sum can overflow, as the amplifier sees to. */
                const uint32_t fits = (uint32_t)(0x7fffffff / 1024 / w->cols);
                fq_qmatrix_put_scale(
                    w, row, g, 1 + fq_rng_below(r, fits < FQ_AMPLIFIED_MOST ? fits : (uint32_t)FQ_AMPLIFIED_MOST));
                continue;
            }
            const uint32_t most = e4m3        ? (kind == 0   ? 7
                                                 : kind == 1 ? 40
                                                             : 126)
                                  : kind == 0 ? 1023
                                  : kind == 1 ? 0x1500
                                              : 0x5000;
            gemm_put_code(w->scales, w->recipe->scale, row * w->groups + g, 1 + fq_rng_below(r, most));
        }
}

static void gemm_reference_sums(gemm_case *c) {
    const size_t k = (size_t)c->k, groups = (size_t)fq_recipe_groups(c->a, c->k);
    float *x = gemm_must(malloc((size_t)c->m * k * sizeof *x)), *w = gemm_must(malloc(k * sizeof *w));
    for (int i = 0; i < c->m; i++)
        fq_format_decode_row(c->a->code, c->x + (size_t)i * c->x_stride, k, x + (size_t)i * k);
    for (size_t i = 0; c->a->group > 0 && i < (size_t)c->m * k; i++)
        x[i] *= c->x_scale[i / k * groups + i % k / (size_t)c->a->group];
    for (int n = 0; n < c->n; n++) {
        fq_qmatrix_values(&c->w, n, w);
        for (int i = 0; i < c->m; i++) {
            double sum = 0.0, size = 0.0;
            for (size_t j = 0; j < k; j++) {
                const double p = (double)x[(size_t)i * k + j] * (double)w[j];
                sum += p;
                size += fabs(p);
            }
            c->sum[(size_t)i * (size_t)c->n + (size_t)n] = sum;
            c->size[(size_t)i * (size_t)c->n + (size_t)n] = size;
        }
    }
    free(x);
    free(w);
}

static gemm_case gemm_case_make(int op, int m, int n, int k, uint64_t seed, fq_arena *arena) {
    gemm_case c = {.m = m, .n = n, .k = k, .a = &fq_recipes[gemm_recipes[op].a]};
    fq_rng r = fq_rng_seed(seed, (uint64_t)(op * 1000003 + n * 1009 + k));
    FQ_ASSERT(fq_qmatrix_create(&c.w, &fq_recipes[gemm_recipes[op].w], n, k, arena) == FQ_OK);
    for (int row = 0; row < n; row++) {
        for (int i = 0; i < k; i++) {
            if (row % 7 == 3 && i / 128 == 1) continue; /* a group of zeros */
            gemm_put_code(c.w.codes + (size_t)row * c.w.row_bytes, c.w.recipe->code, i,
                          gemm_random_code(&r, c.w.recipe->code));
        }
        c.w.row_scale[row] = gemm_random_scale(&r);
    }
    if (c.w.scales) gemm_random_scales(&r, &c.w);
    if (c.w.recipe->code == FQ_INT4 && c.w.recipe->value == FQ_VALUE_E4M3 && (n + k) % 2) {
        FQ_ASSERT(fq_qmatrix_add_books(&c.w, arena) == FQ_OK);
        for (int row = 0; row < n; row++)
            c.w.book[row] = (uint8_t)fq_rng_below(&r, FQ_CODEBOOK_COUNT);
    }
    const size_t groups = c.a->group > 0 ? (size_t)fq_recipe_groups(c.a, k) : 1;
    c.x_stride = fq_format_bytes(c.a->code, (size_t)k + 3);
    c.y_stride = (size_t)n + 5;
    c.x = gemm_must(fq_arena_calloc(arena, (size_t)m, c.x_stride));
    memset(c.x, 0xff, (size_t)m * c.x_stride); /* NaN, or at least wrong, between the rows */
    c.x_scale = FQ_NEW(arena, float, (size_t)m *groups);
    c.residual = FQ_NEW(arena, float, (size_t)m *c.y_stride);
    c.sum = FQ_NEW(arena, double, (size_t)m *(size_t)n);
    c.size = FQ_NEW(arena, double, (size_t)m *(size_t)n);
    FQ_ASSERT(c.x_scale && c.residual && c.sum && c.size);
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < k; j++)
            gemm_put_code(c.x + (size_t)i * c.x_stride, c.a->code, j, gemm_random_code(&r, c.a->code));
        for (size_t g = 0; g < groups; g++)
            c.x_scale[(size_t)i * groups + g] = gemm_random_scale(&r);
        for (size_t j = 0; j < c.y_stride; j++)
            c.residual[(size_t)i * c.y_stride + j] = (float)fq_rng_gauss(&r);
    }
    gemm_reference_sums(&c);
    return c;
}

/* Run on the first m tokens. y has GEMM_GUARD floats before and behind, all poisoned. 64-byte aligned scratch of
 * exactly the size asked for, poisoned, with guards behind it. Returns y's buffer (owner: the caller) or NULL when the
 * kernel failed or overran its scratch. */
static inline float *gemm_case_run_packed(const gemm_case *c, int m, int scaled, gemm_residual residual,
                                          fq_status (*run)(const fq_gemm_args *),
                                          size_t (*scratch)(const fq_gemm_args *), const void *packed) {
    const size_t floats = (size_t)m * c->y_stride + 2 * GEMM_GUARD;
    float *buffer = gemm_must(malloc(floats * sizeof *buffer));
    for (size_t i = 0; i < floats; i++)
        memcpy(buffer + i, &gemm_poison, sizeof gemm_poison);
    fq_gemm_args a = {.m = m, .w = &c->w, .packed = packed, .a = c->a, .x = c->x, .x_stride = c->x_stride};
    a.x_scale = scaled || c->a->group > 0 ? c->x_scale : NULL; /* those of groups are no choice */
    a.y = buffer + GEMM_GUARD;
    a.y_stride = c->y_stride;
    if (residual == RESIDUAL_APART) a.residual = c->residual;
    if (residual == RESIDUAL_IS_Y) {
        a.residual = a.y;
        for (int i = 0; i < m; i++)
            memcpy(a.y + (size_t)i * a.y_stride, c->residual + (size_t)i * a.y_stride, (size_t)c->n * sizeof(float));
    }
    const size_t bytes = scratch ? scratch(&a) : 0;
    uint8_t *memory = gemm_must(aligned_alloc(64, (bytes + GEMM_GUARD + 63) / 64 * 64));
    memset(memory, 0xff, bytes + GEMM_GUARD);
    a.scratch = memory;
    int ok = run(&a) == FQ_OK;
    for (size_t i = 0; i < GEMM_GUARD; i++)
        ok = ok && memory[bytes + i] == 0xff;
    free(memory);
    if (ok) return buffer;
    free(buffer);
    return NULL;
}

static inline float *gemm_case_run(const gemm_case *c, int m, int scaled, gemm_residual residual,
                                   fq_status (*run)(const fq_gemm_args *), size_t (*scratch)(const fq_gemm_args *)) {
    return gemm_case_run_packed(c, m, scaled, residual, run, scratch, NULL);
}

/* The same by a row of the table, which may want its weights packed. */
static inline float *gemm_case_run_kernel(const gemm_case *c, int m, int scaled, gemm_residual residual,
                                          const fq_kernel *k) {
    fq_arena arena;
    void *packed = NULL;
    FQ_ASSERT(fq_arena_init(&arena, 0) == FQ_OK);
    FQ_ASSERT(!k->pack || k->pack(&c->w, &arena, &packed) == FQ_OK);
    float *y = gemm_case_run_packed(c, m, scaled, residual, k->run.gemm, k->scratch.gemm, packed);
    fq_arena_free(&arena);
    return y;
}

/* Largest error / bound of an output; 0 when bit-equal is asked for and met; infinity for a NaN, a changed guard or any
 * difference where the accumulator is exact (roundoff 0).
 *   bound = (K + 8) u sum |x w| |scales| + a unit of the result (half for the kernel's last rounding, half for ours) */
static inline double gemm_case_error(const gemm_case *c, int m, int scaled, gemm_residual residual, double roundoff,
                                     const float *buffer) {
    if (!buffer) return (double)INFINITY;
    const float *y = buffer + GEMM_GUARD;
    double worst = 0.0;
    for (ptrdiff_t i = -GEMM_GUARD; i < (ptrdiff_t)((size_t)m * c->y_stride + GEMM_GUARD); i++) {
        const int inside = i >= 0 && i < (ptrdiff_t)((size_t)m * c->y_stride) && i % (ptrdiff_t)c->y_stride < c->n;
        if (!inside && memcmp(y + i, &gemm_poison, sizeof gemm_poison) != 0) return (double)INFINITY;
    }
    for (int i = 0; i < m; i++)
        for (int n = 0; n < c->n; n++) {
            const size_t at = (size_t)i * (size_t)c->n + (size_t)n, out = (size_t)i * c->y_stride + (size_t)n;
            const float x_scale = scaled && c->a->group <= 0 ? c->x_scale[i] : 1.0f, row_scale = c->w.row_scale[n];
            const float rest = residual == RESIDUAL_NONE ? 0.0f : c->residual[out];
            if (roundoff == 0.0) {
                const float expected = ((float)c->sum[at] * x_scale) * row_scale + rest;
                if (!(y[out] == expected)) return (double)INFINITY;
                continue;
            }
            const double scale = (double)x_scale * (double)row_scale, expected = c->sum[at] * scale + (double)rest;
            const double bound =
                (c->k + 8) * roundoff * c->size[at] * scale + fabs(expected) * 0x1p-23 + (double)0x1p-149f;
            const double error = fabs((double)y[out] - expected);
            if (!(error <= bound)) return error / bound > 1 ? error / bound : (double)INFINITY;
            if (error / bound > worst) worst = error / bound;
        }
    return worst;
}

#endif
