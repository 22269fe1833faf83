/* The table of kernels: names, order, the choice of dispatch, and which product a pair of recipes is.
 * Laws hold for every row, so a new row is tested without more code. */
#include "tests/kernels/trials.h"

static void rows_are_named_and_ordered(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        const size_t n = strlen(fq_op_name(k->op));
        assert_ptr_equal(fq_kernel_find(k->name), k); /* found first, so the name is unique */
        assert_memory_equal(k->name, fq_op_name(k->op), n);
        assert_int_equal(k->name[n], '.');
        assert_int_equal(k->family, fq_op_family(k->op));
        assert_true(k->about[0] != '\0' && k->roundoff >= 0.0);
        assert_non_null(k->run.gemm);
        if (k->family == FQ_FAMILY_gemm || k->family == FQ_FAMILY_attention) assert_non_null(k->scratch.gemm);
        if (i > 0) assert_true(k->op >= fq_kernels[i - 1].op);
        if (k->role == FQ_ROLE_REF) assert_int_equal(k->isa, FQ_ISA_REF);
    }
    assert_null(fq_kernel_find("gemm_f32"));
    assert_null(fq_kernel_find(""));
}

static void every_operation_has_one_reference(void **state) {
    for (int op = 0; op < FQ_OP_COUNT; op++) {
        int references = 0;
        for (int i = 0; i < fq_kernel_count; i++)
            references += fq_kernels[i].op == (fq_op)op && fq_kernels[i].role == FQ_ROLE_REF;
        assert_int_equal(references, 1);
        assert_int_equal(fq_kernel_ref((fq_op)op)->op, op);
        assert_int_equal(fq_op_find(fq_op_name((fq_op)op)), op);
    }
    assert_int_equal(fq_op_find("gemm"), -1);
}

static void dispatch_takes_the_last_usable_row(void **state) {
    for (int op = 0; op < FQ_OP_COUNT; op++) {
        const fq_kernel *chosen = fq_kernel_select((fq_op)op);
        assert_non_null(chosen);
        assert_int_equal(chosen->op, op);
        assert_true(fq_kernel_usable(chosen, NULL));
        assert_int_not_equal(chosen->role, FQ_ROLE_BASELINE);
        for (const fq_kernel *k = chosen + 1; k < fq_kernels + fq_kernel_count && k->op == (fq_op)op; k++)
            assert_true(k->role != FQ_ROLE_NORMAL || !fq_kernel_usable(k, NULL));
    }
}

static void what_cannot_run_says_why(void **state) {
    for (int i = 0; i < fq_kernel_count; i++) {
        const char *why = NULL;
        if (fq_kernel_usable(&fq_kernels[i], &why)) continue;
        assert_non_null(why);
        assert_true(strlen(why) > 0);
        if (fq_kernels[i].isa > fq_cpu_isa()) assert_non_null(strstr(why, fq_isa_name(fq_kernels[i].isa)));
    }
}

static void recipes_name_their_product(void **state) {
    static const struct {
        const char *w, *a, *op;
    } pairs[] = {{"w.f32", "a.f32", "gemm_f32"},
                 {"w.bf16", "a.bf16", "gemm_bf16"},
                 {"w.int4.g128.f16", "a.bf16", "gemm_w4a16"},
                 {"w.int4.g128.e4m3", "a.e4m3.token", "gemm_i4f8"},
                 {"w.e4m3.channel", "a.e4m3.token", "gemm_f8f8"},
                 {"w.int8.channel", "a.int8.token", "gemm_i8i8"},
                 {"w.int4.channel", "a.int8.token", "gemm_i4i8"},
                 {"w.int4.g128.e4m3", "a.e4m3.tensor", "gemm_i4f8"}, /* a calibrated scale is a scale */
                 {"w.int4.g128.e4m3", "a.bf16", "gemm_any"},
                 {"w.int4.g128.f16.exact", "a.e4m3.token", "gemm_any"},
                 {"w.int4.g128.f16.exact", "a.int4.g128.f16", "gemm_any"},
                 {"w.uint4.g128.f16", "a.bf16", "gemm_any"},
                 {"w.uint4.g128.int8", "a.int8.token", "gemm_q4i8"},
                 {"w.int4.g128.uint16", "a.int8.token", "gemm_i4i8_int"},
                 {"w.int4.g128.f16.exact", "a.int8.tensor", "gemm_i4i8_f16"},
                 {"w.int4.g128.f32.exact", "a.int8.token", "gemm_any"},
                 {"w.uint4.g128.int8", "a.bf16", "gemm_any"},
                 {"w.bf16", "a.e4m3.token", "gemm_any"}};
    fq_op op;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(fq_gemm_op(fq_recipe_find(pairs[i].w), fq_recipe_find(pairs[i].a), &op), FQ_OK);
        assert_string_equal(fq_op_name(op), pairs[i].op);
    }
    for (int w = 0; w < FQ_RECIPE_COUNT; w++)
        for (int a = 0; a < FQ_RECIPE_COUNT; a++) {
            const int weights = strncmp(fq_recipes[w].name, "w.", 2) == 0;
            const int activations = strncmp(fq_recipes[a].name, "a.", 2) == 0;
            const fq_status s = fq_gemm_op(&fq_recipes[w], &fq_recipes[a], &op);
            if (weights && activations) {
                assert_int_equal(s, FQ_OK);
                assert_int_equal(fq_op_family(op), FQ_FAMILY_gemm);
            }
            if (s == FQ_OK) continue;
            assert_int_equal(s, FQ_ERR_UNSUPPORTED);
            assert_non_null(strstr(fq_message(), fq_recipes[w].name));
            assert_non_null(strstr(fq_message(), fq_recipes[a].name));
        }
    /* A row scale that is already in the operand is no factor of an epilogue; zero points of activations have no place.
     */
    assert_int_equal(fq_gemm_op(fq_recipe_find("kv.int4.head.e4m3"), fq_recipe_find("a.bf16"), &op),
                     FQ_ERR_UNSUPPORTED);
    assert_int_equal(fq_gemm_op(fq_recipe_find("w.bf16"), fq_recipe_find("kv.uint4.head.f16"), &op),
                     FQ_ERR_UNSUPPORTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_named_and_ordered),         cmocka_unit_test(every_operation_has_one_reference),
        cmocka_unit_test(dispatch_takes_the_last_usable_row), cmocka_unit_test(what_cannot_run_says_why),
        cmocka_unit_test(recipes_name_their_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
