/* Packed 4-bit weights and their tables, on any processor: every code is where the layout says, what is beyond the
 * matrix is code 0, and the exact integers that the kernels add up are the operands and numbers that they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "kernels/gemm_packed.h"
#include "quant/minifloat.h"
#include "tests/gemm_compare.h"

/* Code k of row r, read as gemm_packed.h draws it. */
static uint32_t packed_code(const fq_gemm_packed *p, int r, int k) {
    const size_t line = ((size_t)(r / 16) * (size_t)p->chunks + (size_t)(k / 128)) * 16 + (size_t)(r % 16);
    const uint8_t *lane = p->codes + line * 64 + 2 * (k % 32);
    const uint32_t bits = lane[0] | (uint32_t)lane[1] << 8;
    return bits >> (k % 128 / 32 * 4) & 15;
}

static void check_codes(fq_op op, fq_gemm_kind kind, int n, int k) {
    int at = 0;
    while (gemm_recipes[at].op != op)
        at++;
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    const gemm_case c = gemm_case_make(at, 1, n, k, 7, &arena);
    void *packed = NULL;
    assert_int_equal(fq_gemm_pack(kind, &c.w, &arena, &packed), FQ_OK);
    const fq_gemm_packed *p = packed;
    assert_non_null(p);
    assert_true(p->blocks * 16 >= n && p->chunks * 128 >= k);
    for (int r = 0; r < p->blocks * 16; r++)
        for (int i = 0; i < p->chunks * 128; i++) {
            const uint8_t *row = c.w.codes + (size_t)r * c.w.row_bytes;
            const uint32_t code = r < n && i < k ? row[i / 2] >> (i % 2 ? 4 : 0) & 15u : 0;
            assert_int_equal(packed_code(p, r, i), code);
        }
    fq_arena_free(&arena);
}

static void codes_stand_where_the_layout_says(void **state) {
    static const int rows[] = {1, 16, 33}, inputs[] = {1, 63, 128, 129, 300};
    for (int n = 0; n < 3; n++)
        for (int k = 0; k < 5; k++) {
            check_codes(FQ_OP_GEMM_I4F8, FQ_GEMM_i4f8, rows[n], inputs[k]);
            check_codes(FQ_OP_GEMM_W4A16, FQ_GEMM_w4a16, rows[n], inputs[k]);
            check_codes(FQ_OP_GEMM_I4I8, FQ_GEMM_i4i8, rows[n], inputs[k]);
            check_codes(FQ_OP_GEMM_Q4I8, FQ_GEMM_q4i8, rows[n], inputs[k]);
            check_codes(FQ_OP_GEMM_I4I8, FQ_GEMM_i4i8_fast, rows[n], inputs[k]);
            check_codes(FQ_OP_GEMM_I4I8_INT, FQ_GEMM_i4i8_int, rows[n], inputs[k]);
            check_codes(FQ_OP_GEMM_I4I8_F16, FQ_GEMM_i4i8_f16, rows[n], inputs[k]);
        }
}

static void integers_are_the_operands(void **state) {
    const fq_gemm_tables *t = fq_gemm_tables_get();
    for (uint32_t s = 0; s < 127; s++) {
        const float scale = fq_e4m3_decode(s);
        for (int q = -8; q < 8; q++) {
            const float operand = fq_format_round(FQ_E4M3, (float)q * scale);
            assert_true((float)(t->byte[s][q & 15] - FQ_GEMM_BIAS) * t->unit[0][s] == operand);
            assert_true(fq_bits_float((uint32_t)t->pair[s][q & 15] << 16) == operand);
            assert_int_equal(t->pair[s][q & 15], t->pair[s][16 + (q & 15)]);
        }
        assert_true((t->digit[0][s] + 128 * t->digit[1][s] + 16384 * t->digit[2][s]) / 512.0f == scale);
        for (int d = 0; d < 3; d++)
            assert_true(t->digit[d][s] < 128);
    }
    for (int q = -8; q < 8; q++) {
        assert_int_equal(t->integer[q & 15] - FQ_GEMM_BIAS, q);
        assert_int_equal(t->code[q & 15], q);
    }
    for (int q = 0; q < 16; q++)
        assert_int_equal(t->product[16 * 9 + 5][q] - FQ_GEMM_BIAS, (q - 5) * 9);
}

/* Groups of another size stay in canonical storage, and so does a product beyond INT8. */
static void what_lines_cannot_hold_is_not_packed(void **state) {
    fq_arena arena;
    void *packed = &arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    fq_qmatrix w;
    assert_int_equal(fq_qmatrix_create(&w, &fq_recipes[FQ_RECIPE_W_UINT4_QOQ], 2, 128, &arena), FQ_OK);
    for (int r = 0; r < 2; r++)
        fq_qmatrix_put_scale(&w, r, 0, 16);
    assert_int_equal(fq_gemm_pack(FQ_GEMM_q4i8, &w, &arena, &packed), FQ_OK);
    assert_non_null(packed);
    w.codes[w.row_bytes] = 8; /* (8 - 0) 16 = 128 */
    assert_int_equal(fq_gemm_pack(FQ_GEMM_q4i8, &w, &arena, &packed), FQ_OK);
    assert_null(packed);
    fq_arena_free(&arena);
}

/* Amplified scales whose products are all bytes are packed as (q + 8 - 8) S. */
static void small_amplified_scales_are_products(void **state) {
    fq_arena arena;
    void *packed = NULL;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    fq_qmatrix w;
    assert_int_equal(fq_qmatrix_create(&w, &fq_recipes[FQ_RECIPE_W_INT4_G128_INT], 3, 300, &arena), FQ_OK);
    for (int r = 0; r < 3; r++)
        for (int g = 0; g < 3; g++)
            fq_qmatrix_put_scale(&w, r, g, (uint32_t)(14 + g));
    memset(w.codes, 0x97, 3 * w.row_bytes); /* 7, -7 */
    const fq_gemm_tables *t = fq_gemm_tables_get();
    assert_int_equal(fq_gemm_pack(FQ_GEMM_i4i8_int, &w, &arena, &packed), FQ_OK);
    const fq_gemm_packed *p = packed;
    assert_true(p->whole);
    for (int k = 0; k < 300; k++) {
        const uint8_t *row = t->product[p->halves[k / 128 * 16 + 1]];
        assert_int_equal(row[packed_code(p, 1, k)] - FQ_GEMM_BIAS, (k % 2 ? -7 : 7) * (14 + k / 128));
    }
    fq_qmatrix_put_scale(&w, 2, 1, 17);
    assert_int_equal(fq_gemm_pack(FQ_GEMM_i4i8_int, &w, &arena, &packed), FQ_OK);
    assert_false(((const fq_gemm_packed *)packed)->whole);
    fq_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_stand_where_the_layout_says),
        cmocka_unit_test(integers_are_the_operands),
        cmocka_unit_test(small_amplified_scales_are_products),
        cmocka_unit_test(what_lines_cannot_hold_is_not_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
