/* Every usable gemm kernel against double sums: odd sizes, wide strides, residuals apart and in place, poisoned outputs
 * and scratch, one result for every number of threads. Kernels that are wrong on purpose must be rejected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "kernels/gemm.h"
#include "tests/gemm_compare.h"
#include "tests/teeth/teeth.h"

static const int tokens[] = {1, 2, 3, 5, 7, 8, 9, 17, 33, 64, 129};

static int case_of(fq_op op) {
    for (int i = 0; i < GEMM_OPS; i++)
        if (gemm_recipes[i].op == op) return i;
    return -1;
}

static int comparable(const fq_kernel *k, int op) {
    return k->family == FQ_FAMILY_gemm && k->op == gemm_recipes[op].op && fq_kernel_usable(k, NULL);
}

static int is_integer(int op) {
    return fq_kernel_ref(gemm_recipes[op].op)->roundoff == 0.0;
}

static void check(const fq_kernel *k, const gemm_case *c, int m, int scaled, gemm_residual residual) {
    float *y = gemm_case_run_kernel(c, m, scaled, residual, k);
    const double error = gemm_case_error(c, m, scaled, residual, k->roundoff, y);
    if (!(error <= 1.0))
        fail_msg("%s m=%d n=%d k=%d scaled=%d residual=%d: error %g of the bound", k->name, m, c->n, c->k, scaled,
                 residual, error);
    free(y);
}

/* All token counts of one problem, cycling through the ways to call. */
static void check_case(int op, int m, int n, int k, const int *counts, int n_counts) {
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    const gemm_case c = gemm_case_make(op, m, n, k, 1, &arena);
    for (int i = 0; i < fq_kernel_count; i++) {
        if (!comparable(&fq_kernels[i], op)) continue;
        for (int j = 0; j < n_counts; j++) {
            fq_threads_set(1 + (j + n) % 2);
            check(&fq_kernels[i], &c, counts[j], (j + k) % 3 != 0, (gemm_residual)((j + n + k) % RESIDUAL_KINDS));
        }
    }
    fq_arena_free(&arena);
}

static void test_odd_sizes(void **state) {
    static const int rows[] = {1, 6, 17, 96, 100}, inputs[] = {1, 7, 64, 100, 576, 1000};
    for (int op = 0; op < GEMM_OPS; op++)
        for (int n = 0; n < 5; n++)
            for (int k = 0; k < 6; k++)
                if (gemm_recipes[op].op != FQ_OP_GEMM_ANY || (op + n + k) % 3 == 0) /* one kernel, many recipes */
                    check_case(op, 129, rows[n], inputs[k], tokens, 11);
}

static void test_long_rows(void **state) {
    static const int counts[] = {1, 4, 20};
    for (int op = 0; op < GEMM_OPS; op++)
        check_case(op, 20, 17, 11008, counts, 3);
}

/* More tokens than a chunk, more rows than wait for each other. */
static void test_many_tokens_and_rows(void **state) {
    static const int many[] = {600, 1030}, few[] = {9};
    for (int op = 0; op <= case_of(FQ_OP_GEMM_ANY); op++) {
        check_case(op, 1030, 19, 300, many, 2);
        check_case(op, 9, 4201, is_integer(op) ? 1100 : 530, few, 1);
    }
}

static void test_thread_count_changes_nothing(void **state) {
    static const int counts[] = {1, 3, 8, 50, 300};
    for (int op = 0; op < GEMM_OPS; op++) {
        fq_arena arena;
        assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
        const gemm_case c = gemm_case_make(op, 300, 101, 700, 2, &arena);
        for (int i = 0; i < fq_kernel_count; i++) {
            /* What a baseline does with its threads is not ours to promise. */
            if (!comparable(&fq_kernels[i], op) || fq_kernels[i].role == FQ_ROLE_BASELINE) continue;
            for (int j = 0; j < 5; j++) {
                float *y[3];
                for (int t = 0; t < 3; t++) {
                    fq_threads_set(t + 1);
                    y[t] = gemm_case_run_kernel(&c, counts[j], 1, RESIDUAL_NONE, &fq_kernels[i]);
                    assert_non_null(y[t]);
                    assert_memory_equal(y[0], y[t], ((size_t)counts[j] * c.y_stride + 2 * GEMM_GUARD) * sizeof(float));
                }
                for (int t = 0; t < 3; t++)
                    free(y[t]);
            }
        }
        fq_arena_free(&arena);
    }
}

/* Every E4M3 and INT4 code under every group scale and codebook, one product each: K = 1 leaves nothing to cancel or to
 * hide in. */
static void test_every_code_and_scale(void **state) {
    static const int ops[] = {FQ_OP_GEMM_I4F8, FQ_OP_GEMM_F8F8};
    for (int o = 0; o < 2; o++) {
        const int op = case_of((fq_op)ops[o]), grouped = ops[o] == FQ_OP_GEMM_I4F8;
        fq_arena arena;
        assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
        gemm_case c = gemm_case_make(op, 254, grouped ? 126 * 16 * FQ_CODEBOOK_COUNT : 254, 1, 3, &arena);
        if (grouped) assert_int_equal(fq_qmatrix_add_books(&c.w, &arena), FQ_OK);
        for (int n = 0; n < c.n; n++) {
            c.w.codes[(size_t)n * c.w.row_bytes] = (uint8_t)(grouped ? n % 16 : n < 127 ? n : n + 1);
            if (grouped) c.w.scales[n] = (uint8_t)(1 + n / 16 % 126);
            if (grouped) c.w.book[n] = (uint8_t)(n / 16 / 126);
        }
        for (int i = 0; i < c.m; i++)
            c.x[(size_t)i * c.x_stride] = (uint8_t)(i < 127 ? i : i + 1);
        gemm_reference_sums(&c);
        for (int i = 0; i < fq_kernel_count; i++) {
            if (!comparable(&fq_kernels[i], op)) continue;
            for (int m = 1; m <= c.m; m = m == 1 ? 4 : m == 4 ? c.m : m + 1) {
                float *y = gemm_case_run_kernel(&c, m, 0, RESIDUAL_NONE, &fq_kernels[i]);
                assert_non_null(y);
                for (int t = 0; t < m; t++)
                    for (int n = 0; n < c.n; n++) { /* exact: 4 x 4 bits, one rounding by the row scale */
                        const float exact = (float)c.sum[(size_t)t * (size_t)c.n + (size_t)n];
                        if (y[GEMM_GUARD + (size_t)t * c.y_stride + (size_t)n] != exact * c.w.row_scale[n])
                            fail_msg("%s: wrong product of token code %d and row %d", fq_kernels[i].name, t, n);
                    }
                free(y);
            }
        }
        fq_arena_free(&arena);
    }
}

static void test_integers_do_not_overflow(void **state) {
    static const fq_op ops[] = {FQ_OP_GEMM_I8I8, FQ_OP_GEMM_I4I8};
    for (int o = 0; o < 2; o++) {
        const int op = case_of(ops[o]), k = o == 0 ? 131000 : 131071;
        fq_arena arena;
        assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
        gemm_case c = gemm_case_make(op, 9, 2, k, 4, &arena);
        memset(c.w.codes, o == 0 ? 0x80 : 0x88, o == 0 ? (size_t)k : (size_t)k / 2); /* -128, -8; of the first row */
        for (int i = 0; i < c.m; i++)
            memset(c.x + (size_t)i * c.x_stride, 0x80, (size_t)k);
        gemm_reference_sums(&c);
        for (int i = 0; i < fq_kernel_count; i++)
            if (comparable(&fq_kernels[i], op)) {
                check(&fq_kernels[i], &c, 1, 0, RESIDUAL_NONE);
                check(&fq_kernels[i], &c, 9, 1, RESIDUAL_NONE);
            }
        fq_arena_free(&arena);
    }
}

/* Every code and the token at their largest, scales as large as the sums allow: exact to the last bit. One more is
 * refused, and so is a scale whose products are no INT16. */
static void test_amplified_sums_do_not_overflow(void **state) {
    static const int groups[] = {1, 4, 5, 32};
    const int op = case_of(FQ_OP_GEMM_I4I8_INT);
    for (int s = 0; s < 4; s++) {
        fq_arena arena;
        assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
        gemm_case c = gemm_case_make(op, 9, 3, 128 * groups[s], 4, &arena);
        const int room = (0x7fffffff >> 17) / groups[s] < FQ_AMPLIFIED_MOST ? (0x7fffffff >> 17) / groups[s]
                                                                            : FQ_AMPLIFIED_MOST; /* 128 128 8 = 2^17 */
        memset(c.w.codes, 0x88, (size_t)c.n * c.w.row_bytes);                                    /* -8 */
        for (int r = 0; r < c.n; r++)
            for (int g = 0; g < groups[s]; g++)
                fq_qmatrix_put_scale(&c.w, r, g, (uint32_t)room);
        for (int i = 0; i < c.m; i++)
            memset(c.x + (size_t)i * c.x_stride, 0x80, (size_t)c.k); /* -128 */
        gemm_reference_sums(&c);
        assert_int_equal(fq_gemm_check_sums(&c.w), FQ_OK);
        for (int i = 0; i < fq_kernel_count; i++)
            if (comparable(&fq_kernels[i], op)) {
                check(&fq_kernels[i], &c, 1, 0, RESIDUAL_NONE);
                check(&fq_kernels[i], &c, 9, 1, RESIDUAL_NONE);
            }
        for (int g = 0; g < groups[s]; g++)
            fq_qmatrix_put_scale(&c.w, 2, g, (uint32_t)room + 1);
        assert_int_equal(fq_gemm_check_sums(&c.w), FQ_ERR_UNSUPPORTED);
        assert_non_null(strstr(fq_message(), "row 2"));
        for (int i = 0; i < fq_kernel_count; i++) {
            void *packed = NULL;
            if (comparable(&fq_kernels[i], op) && fq_kernels[i].pack)
                assert_int_equal(fq_kernels[i].pack(&c.w, &arena, &packed), FQ_ERR_UNSUPPORTED);
        }
        fq_arena_free(&arena);
    }
}

/* Scales of at most 16 take another way on AMX. */
static void test_small_amplified_scales(void **state) {
    static const int counts[] = {1, 2, 16, 17, 65};
    const int op = case_of(FQ_OP_GEMM_I4I8_INT);
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    gemm_case c = gemm_case_make(op, 65, 37, 700, 8, &arena);
    for (int r = 0; r < c.n; r++)
        for (int g = 0; g < c.w.groups; g++)
            fq_qmatrix_put_scale(&c.w, r, g, (uint32_t)(1 + (r + g) % 15));
    gemm_reference_sums(&c);
    for (int i = 0; i < fq_kernel_count; i++)
        for (int j = 0; j < 5 && comparable(&fq_kernels[i], op); j++)
            check(&fq_kernels[i], &c, counts[j], 1, RESIDUAL_APART);
    fq_arena_free(&arena);
}

/* Groups of every size that the kernels of group scales take, and one that ends within a block. */
static void test_group_sizes(void **state) {
    static const int sizes[] = {32, 64, 96, 160, 256, 544}, counts[] = {1, 2, 8, 9, 40};
    static const fq_op ops[] = {FQ_OP_GEMM_I4I8_INT, FQ_OP_GEMM_I4I8_F16};
    for (int o = 0; o < 2; o++)
        for (int s = 0; s < 6; s++) {
            fq_arena arena;
            char name[48];
            const int op = case_of(ops[o]), k = 1300;
            assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
            gemm_case c = gemm_case_make(op, 40, 21, k, 5, &arena);
            snprintf(name, sizeof name, "w.int4.g%d.%s", sizes[s], o == 0 ? "uint16" : "f16.exact");
            const uint8_t *codes = c.w.codes;
            assert_int_equal(fq_qmatrix_create(&c.w, fq_recipe_find(name), 21, k, &arena), FQ_OK);
            memcpy(c.w.codes, codes, 21 * c.w.row_bytes);
            fq_rng r = fq_rng_seed(6, (uint64_t)sizes[s]);
            gemm_random_scales(&r, &c.w);
            gemm_reference_sums(&c);
            for (int i = 0; i < fq_kernel_count; i++)
                for (int j = 0; j < 5 && comparable(&fq_kernels[i], op); j++)
                    check(&fq_kernels[i], &c, counts[j], 1, RESIDUAL_NONE);
            fq_arena_free(&arena);
        }
}

static void test_wrong_recipes_are_refused(void **state) {
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    const gemm_case c = gemm_case_make(case_of(FQ_OP_GEMM_I8I8), 2, 6, 64, 5, &arena);
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->family != FQ_FAMILY_gemm || k->role == FQ_ROLE_REF || k->op == FQ_OP_GEMM_I8I8) continue;
        if (!fq_kernel_usable(k, NULL)) continue;
        fq_gemm_args a = {.m = 2, .w = &c.w, .a = c.a, .x = c.x, .x_stride = c.x_stride};
        if (k->op == FQ_OP_GEMM_ANY) a.a = &fq_recipes[FQ_RECIPE_KV_UINT4_F16]; /* zero points it would not see */
        assert_int_equal(k->run.gemm(&a), FQ_ERR_UNSUPPORTED);
    }
    fq_arena_free(&arena);
}

static double judge_teeth(int op, int k, gemm_residual residual, fq_status (*run)(const fq_gemm_args *)) {
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    const gemm_case c = gemm_case_make(op, 5, 13, k, 6, &arena);
    const double u = is_integer(op) ? 0.0 : 1.2e-7;
    float *y = gemm_case_run(&c, 5, 1, residual, run, NULL);
    const double error = gemm_case_error(&c, 5, 1, residual, u, y);
    free(y);
    fq_arena_free(&arena);
    return error;
}

static void test_teeth(void **state) {
    for (int op = 0; op < GEMM_OPS; op++) {
        const fq_recipe *w = &fq_recipes[gemm_recipes[op].w], *a = &fq_recipes[gemm_recipes[op].a];
        const int books = w->code == FQ_INT4 && w->value == FQ_VALUE_E4M3;
        assert_true(judge_teeth(op, 301, RESIDUAL_APART, fq_teeth_gemm_right) <= 1.0);
        assert_true(judge_teeth(op, 300, RESIDUAL_APART, fq_teeth_gemm_right) <= 1.0);
        assert_false(judge_teeth(op, 301, RESIDUAL_NONE, fq_teeth_gemm_drops_last_k) <= 1.0);
        assert_false(judge_teeth(op, 301, RESIDUAL_NONE, fq_teeth_gemm_ignores_row_scale) <= 1.0);
        assert_false(judge_teeth(op, 301, RESIDUAL_NONE, fq_teeth_gemm_ignores_x_scale) <= 1.0);
        assert_false(judge_teeth(op, 301, RESIDUAL_NONE, fq_teeth_gemm_skips_last_output) <= 1.0);
        assert_false(judge_teeth(op, 301, RESIDUAL_NONE, fq_teeth_gemm_writes_beyond_row) <= 1.0);
        assert_false(judge_teeth(op, 301, RESIDUAL_IS_Y, fq_teeth_gemm_adds_residual_twice) <= 1.0);
        assert_int_equal(judge_teeth(op, 301, RESIDUAL_NONE, fq_teeth_gemm_ignores_zero_point) <= 1.0,
                         !fq_recipe_has_zero(w));
        assert_int_equal(judge_teeth(op, 300, RESIDUAL_NONE, fq_teeth_gemm_ignores_book) <= 1.0, !books);
        assert_int_equal(judge_teeth(op, 301, RESIDUAL_NONE, fq_teeth_gemm_keeps_first_scale) <= 1.0, w->group <= 0);
        if (w->value != FQ_VALUE_EXACT)
            assert_false(judge_teeth(op, 301, RESIDUAL_NONE, fq_teeth_gemm_unrounded_operand) <= 1.0);
        if (a->code == FQ_E4M3 && w->code != FQ_BF16)
            assert_false(judge_teeth(op, 3, RESIDUAL_NONE, fq_teeth_gemm_subnormals_to_zero) <= 1.0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odd_sizes),
        cmocka_unit_test(test_long_rows),
        cmocka_unit_test(test_many_tokens_and_rows),
        cmocka_unit_test(test_thread_count_changes_nothing),
        cmocka_unit_test(test_every_code_and_scale),
        cmocka_unit_test(test_integers_do_not_overflow),
        cmocka_unit_test(test_amplified_sums_do_not_overflow),
        cmocka_unit_test(test_small_amplified_scales),
        cmocka_unit_test(test_group_sizes),
        cmocka_unit_test(test_wrong_recipes_are_refused),
        cmocka_unit_test(test_teeth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
