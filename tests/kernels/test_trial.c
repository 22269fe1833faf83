/* The judge of all kernels: does a trial accept what is right and reject what is wrong, wherever the fault stands?
 * Also its bookkeeping: least work, copies of weights, sampling, and refusals. */
#include "tests/kernels/trials.h"
#include <math.h>
#include "tests/teeth/teeth.h"

static const fq_op products[] = {FQ_OP_GEMM_F32,      FQ_OP_GEMM_BF16,     FQ_OP_GEMM_W4A16, FQ_OP_GEMM_I4F8,
                                 FQ_OP_GEMM_F8F8,     FQ_OP_GEMM_I8I8,     FQ_OP_GEMM_I4I8,  FQ_OP_GEMM_Q4I8,
                                 FQ_OP_GEMM_I4I8_INT, FQ_OP_GEMM_I4I8_F16, FQ_OP_GEMM_ANY};
enum { PRODUCTS = sizeof products / sizeof products[0] };

static void products_are_checked_at_odd_sizes(void **state) {
    assert_checked(FQ_OP_GEMM_I4F8); /* one with a roundoff, one exact; test_gemm.c has them all */
    assert_checked(FQ_OP_GEMM_I4I8);
}

static size_t no_scratch(const fq_gemm_args *a) {
    return 0;
}

static fq_kernel gemm_tooth(fq_op op, fq_status (*run)(const fq_gemm_args *a)) {
    fq_kernel k = tooth(op, "tooth");
    k.roundoff = fq_kernel_ref(op)->roundoff == 0.0 ? 0.0 : 5.97e-8;
    k.run.gemm = run;
    k.scratch.gemm = no_scratch;
    return k;
}

static fq_trial_shape odd_shape(fq_op op) {
    fq_trial_shape s = fq_trial_default(op);
    s.m = 9;
    s.n = 33;
    s.k = 257;
    s.residual = 1;
    s.weight_copies = 3;
    return s;
}

static void wrong_products_are_rejected(void **state) {
    static fq_status (*const always[])(const fq_gemm_args *a) = {
        fq_teeth_gemm_drops_last_k, fq_teeth_gemm_skips_last_output, fq_teeth_gemm_writes_beyond_row,
        fq_teeth_gemm_adds_residual_twice};
    for (int i = 0; i < PRODUCTS; i++) {
        const fq_trial_shape s = odd_shape(products[i]);
        fq_kernel k = gemm_tooth(products[i], fq_teeth_gemm_right);
        assert_true(trial_passes(&k, &s));
        for (size_t t = 0; t < sizeof always / sizeof always[0]; t++) {
            k.run.gemm = always[t];
            assert_false(trial_passes(&k, &s));
        }
        if (s.w->group != FQ_NO_SCALE) {
            k.run.gemm = fq_teeth_gemm_ignores_row_scale;
            assert_false(trial_passes(&k, &s));
        }
        if (s.a->group != FQ_NO_SCALE) {
            k.run.gemm = fq_teeth_gemm_ignores_x_scale;
            assert_false(trial_passes(&k, &s));
        }
        if (s.w->value != FQ_VALUE_EXACT) {
            k.run.gemm = fq_teeth_gemm_unrounded_operand;
            assert_false(trial_passes(&k, &s));
        }
        if (fq_recipe_has_zero(s.w)) {
            k.run.gemm = fq_teeth_gemm_ignores_zero_point;
            assert_false(trial_passes(&k, &s));
        }
    }
}

static void books_and_groups_are_judged(void **state) {
    fq_trial_shape s = odd_shape(FQ_OP_GEMM_I4F8);
    s.books = 1;
    fq_kernel k = gemm_tooth(FQ_OP_GEMM_I4F8, fq_teeth_gemm_right);
    assert_true(trial_passes(&k, &s));
    k.run.gemm = fq_teeth_gemm_ignores_book;
    assert_false(trial_passes(&k, &s));
    s = odd_shape(FQ_OP_GEMM_ANY);
    s.w = &fq_recipes[FQ_RECIPE_W_INT4_G128_EXACT];
    s.a = &fq_recipes[FQ_RECIPE_A_INT4_G128];
    k = gemm_tooth(FQ_OP_GEMM_ANY, fq_teeth_gemm_right);
    assert_true(trial_passes(&k, &s));
    k.run.gemm = fq_teeth_gemm_ignores_x_scale;
    assert_false(trial_passes(&k, &s));
    s.w = &fq_recipes[FQ_RECIPE_W_UINT4_QOQ];
    k.run.gemm = fq_teeth_gemm_right;
    assert_true(trial_passes(&k, &s));
    k.run.gemm = fq_teeth_gemm_ignores_zero_point;
    assert_false(trial_passes(&k, &s));
}

/* An error of 2e-3 of every output is inside K u sum|x||w|; only the Frobenius norm can see it. */
static fq_status slightly_off(const fq_gemm_args *a) {
    FQ_TRY(fq_teeth_gemm_right(a));
    for (int i = 0; i < a->m; i++)
        for (int j = 0; j < a->w->rows; j++)
            a->y[(size_t)i * a->y_stride + (size_t)j] *= 1.0f + 2e-3f;
    return FQ_OK;
}

static void frobenius_sees_what_elements_hide(void **state) {
    fq_trial_shape s = fq_trial_default(FQ_OP_GEMM_F32);
    s.m = 16;
    s.n = 64;
    s.k = 4096;
    const fq_kernel k = gemm_tooth(FQ_OP_GEMM_F32, slightly_off);
    assert_false(trial_passes(&k, &s));
    assert_non_null(strstr(fq_message(), "Frobenius"));
}

/* Behind the first row, with right rows following. */
static fq_status writes_between_rows(const fq_gemm_args *a) {
    FQ_TRY(fq_teeth_gemm_right(a));
    a->y[a->w->rows] = 0.0f;
    return FQ_OK;
}

/* In front of everything. */
static fq_status writes_before(const fq_gemm_args *a) {
    FQ_TRY(fq_teeth_gemm_right(a));
    a->y[-1] = 0.0f;
    return FQ_OK;
}

static void guards_stand_everywhere(void **state) {
    const fq_trial_shape s = odd_shape(FQ_OP_GEMM_F32);
    fq_kernel k = gemm_tooth(FQ_OP_GEMM_F32, writes_between_rows);
    assert_false(trial_passes(&k, &s));
    assert_non_null(strstr(fq_message(), "outside"));
    k.run.gemm = writes_before;
    assert_false(trial_passes(&k, &s));
}

/* Where only samples are compared, the corners are always among them. */
static void samples_include_the_corners(void **state) {
    fq_trial_shape s = fq_trial_default(FQ_OP_GEMM_F32);
    s.m = 70;
    s.n = 200;
    s.k = 65;
    s.oracle_samples = 4;
    fq_kernel k = gemm_tooth(FQ_OP_GEMM_F32, fq_teeth_gemm_right);
    assert_true(trial_passes(&k, &s));
    k.run.gemm = fq_teeth_gemm_skips_last_output;
    assert_false(trial_passes(&k, &s));
}

/* Copies take turns, and each is judged against its own oracle. */
static void copies_rotate(void **state) {
    fq_arena arena;
    fq_trial *t;
    size_t bytes;
    fq_trial_shape s = odd_shape(FQ_OP_GEMM_I4F8);
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_trial_create(fq_kernel_ref(FQ_OP_GEMM_I4F8), &s, &arena, &t), FQ_OK);
    const void *output = fq_trial_output(t, &bytes);
    void *first = fq_arena_alloc(&arena, bytes), *second = fq_arena_alloc(&arena, bytes);
    for (int i = 0; i < 7; i++) {
        double err, bound;
        assert_int_equal(fq_trial_run(t), FQ_OK);
        assert_int_equal(fq_trial_judge(t, &err, &bound), FQ_OK);
        assert_true(err <= bound);
        if (i == 0) memcpy(first, output, bytes);
        if (i == 1) memcpy(second, output, bytes);
        if (i == 3) assert_memory_equal(first, output, bytes);
        if (i == 4) assert_memory_equal(second, output, bytes);
    }
    assert_memory_not_equal(first, second, bytes);
    fq_arena_free(&arena);
}

static void an_output_nobody_wrote_is_wrong(void **state) {
    fq_arena arena;
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        fq_trial *t;
        double err = 0.0, bound = 0.0;
        if (k->role != FQ_ROLE_REF) continue;
        const fq_trial_shape s = fq_trial_default(k->op);
        assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
        assert_int_equal(fq_trial_create(k, &s, &arena, &t), FQ_OK);
        assert_int_equal(fq_trial_judge(t, &err, &bound), FQ_OK);
        assert_false(err <= bound);
        assert_int_equal(fq_trial_run(t), FQ_OK);
        assert_int_equal(fq_trial_judge(t, &err, &bound), FQ_OK);
        assert_true(err <= bound);
        fq_arena_free(&arena);
    }
}

static void least_work_is_counted(void **state) {
    fq_arena arena;
    fq_trial *t;
    fq_trial_shape s = fq_trial_default(FQ_OP_GEMM_I4F8);
    s.m = 3;
    s.n = 10;
    s.k = 256;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_trial_create(fq_kernel_ref(FQ_OP_GEMM_I4F8), &s, &arena, &t), FQ_OK);
    assert_true(fq_trial_flop(t) == 2.0 * 3 * 10 * 256);
    /* weights: 128 bytes of codes, 2 scales a row, one tensor scale; activations with a scale a token; outputs */
    assert_true(fq_trial_bytes(t) == 10 * (128 + 2) + 4 + 3 * (256 + 4) + 3 * 10 * 4);
    s = fq_trial_default(FQ_OP_ATTENTION_PREFILL);
    s.seq = 3;
    s.past = 5;
    s.heads = 4;
    s.kv_heads = 2;
    s.head_dim = 64;
    assert_int_equal(fq_trial_create(fq_kernel_ref(FQ_OP_ATTENTION_PREFILL), &s, &arena, &t), FQ_OK);
    assert_true(fq_trial_flop(t) == 4.0 * 64 * 4 * (6 + 7 + 8));
    assert_true(fq_trial_bytes(t) == 8 * 2 * 2 * (32 + 1) + 3 * 4 * (64 + 4) + 3 * 4 * 64 * 4);
    fq_arena_free(&arena);
}

static void impossible_shapes_are_refused(void **state) {
    fq_arena arena;
    fq_trial *t;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    fq_trial_shape s = fq_trial_default(FQ_OP_GEMM_F32);
    s.n = 0;
    assert_int_equal(fq_trial_create(fq_kernel_ref(FQ_OP_GEMM_F32), &s, &arena, &t), FQ_ERR_USAGE);
    s = fq_trial_default(FQ_OP_GEMM_BF16);
    assert_int_equal(fq_trial_create(fq_kernel_ref(FQ_OP_GEMM_F32), &s, &arena, &t), FQ_ERR_USAGE);
    s = fq_trial_default(FQ_OP_ATTENTION_PREFILL);
    s.kv_heads = 3;
    assert_int_equal(fq_trial_create(fq_kernel_ref(FQ_OP_ATTENTION_PREFILL), &s, &arena, &t), FQ_ERR_USAGE);
    s = fq_trial_default(FQ_OP_ROPE_QUANT);
    s.head_dim = 5;
    assert_int_equal(fq_trial_create(fq_kernel_ref(FQ_OP_ROPE_QUANT), &s, &arena, &t), FQ_ERR_USAGE);
    s = fq_trial_default(FQ_OP_QUANT_ROWS);
    s.m = 0;
    assert_int_equal(fq_trial_create(fq_kernel_ref(FQ_OP_QUANT_ROWS), &s, &arena, &t), FQ_ERR_USAGE);
    s = fq_trial_default(FQ_OP_GEMM_F32);
    for (int i = 0; i < fq_kernel_count; i++)
        if (fq_kernels[i].op == FQ_OP_GEMM_F32 && !fq_kernel_usable(&fq_kernels[i], NULL))
            assert_int_equal(fq_trial_create(&fq_kernels[i], &s, &arena, &t), FQ_ERR_SKIPPED);
    int checked, failed;
    assert_int_equal(fq_check_kernels("gemm_f33.ref", say_failure, NULL, &checked, &failed), FQ_ERR_USAGE);
    fq_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_checked_at_odd_sizes),
        cmocka_unit_test(wrong_products_are_rejected),
        cmocka_unit_test(books_and_groups_are_judged),
        cmocka_unit_test(frobenius_sees_what_elements_hide),
        cmocka_unit_test(samples_include_the_corners),
        cmocka_unit_test(guards_stand_everywhere),
        cmocka_unit_test(copies_rotate),
        cmocka_unit_test(an_output_nobody_wrote_is_wrong),
        cmocka_unit_test(least_work_is_counted),
        cmocka_unit_test(impossible_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
