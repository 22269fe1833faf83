/* Recipes: the table, the scale of a group by search among all scale codes, and the operand value of every code.
 * What holds for one row of the table is tried on all rows, so that a new row is tested without more code. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/rng.h"
#include "quant/recipe.h"

static void test_table(void **state) {
    (void)state;
    for (int i = 0; i < FQ_RECIPE_COUNT; i++) {
        const fq_recipe *r = &fq_recipes[i];
        assert_ptr_equal(fq_recipe_find(r->name), r);
        assert_true(strlen(r->source) > 0);
        assert_true(r->group >= FQ_NO_SCALE);
        if (r->group > 0) assert_int_equal(r->group * fq_formats[r->code].bits % 8, 0);
        assert_int_equal(fq_formats[r->scale].bits % 8, 0);
        /* Scales are floats, but the inner ones of two levels; zero points go with unsigned codes. */
        if (r->range == FQ_RANGE_PROGRESSIVE)
            assert_int_equal(r->scale, FQ_INT8);
        else
            assert_true(fq_formats[r->scale].exponent_bits > 0 || r->scale == FQ_UINT16);
        if (r->range == FQ_RANGE_RATIO) assert_int_equal(r->scale, FQ_E8M0);
        assert_int_equal(fq_recipe_has_zero(r), !fq_format_is_signed(r->code));
        if (r->range == FQ_RANGE_SIGNED) assert_int_equal(r->code, FQ_INT4);
        /* A cast without scale is its own operand. */
        if (r->group == FQ_NO_SCALE) assert_int_equal(r->value, FQ_VALUE_EXACT);
    }
    assert_ptr_equal(fq_recipe_find("w.int4.g128.e4m3"), &fq_recipes[FQ_RECIPE_W_INT4_G128_E4M3]);
    assert_null(fq_recipe_find("w.int4"));
}

static void test_groups_and_bits(void **state) {
    (void)state;
    const fq_recipe *fireq = fq_recipe_find("w.int4.g128.e4m3");
    assert_int_equal(fq_recipe_groups(fireq, 4096), 32);
    assert_int_equal(fq_recipe_groups(fireq, 576), 5);
    assert_int_equal(fq_recipe_groups(fireq, 1), 1);
    assert_int_equal(fq_recipe_groups(fq_recipe_find("a.e4m3.token"), 576), 1);
    assert_int_equal(fq_recipe_groups(fq_recipe_find("kv.bf16"), 576), 0);
    assert_true(fq_recipe_bits(fireq, 4096) == 4.0625);
    assert_true(fq_recipe_bits(fireq, 576) == 4.0 + 5 * 8 / 576.0);
    assert_true(fq_recipe_bits(fq_recipe_find("w.int4.g128.f16"), 4096) == 4.125);
    assert_true(fq_recipe_bits(fq_recipe_find("w.int4.channel"), 4096) == 4 + 32 / 4096.0);
    assert_true(fq_recipe_bits(fq_recipe_find("w.int4.channel"), 3) == 48 / 3.0); /* two bytes of codes, one float */
    assert_true(fq_recipe_bits(fq_recipe_find("kv.int4.head.e4m3"), 128) == 4.0625);
    assert_true(fq_recipe_bits(fq_recipe_find("w.bf16"), 100) == 16);
    assert_true(fq_recipe_bits(fq_recipe_find("w.uint4.g128.f16"), 4096) == 4 + 32 * (16 + 8) / 4096.0);
    assert_true(fq_recipe_bits(fq_recipe_find("w.uint4.g128.int8"), 4096) == 4 + (32 * (8 + 8) + 32) / 4096.0);
    assert_true(fq_recipe_bits(fq_recipe_find("kv.uint4.head.f16"), 128) == 4 + (16 + 8) / 128.0);
}

/* Nearest value of an 8- or 16-bit format to x >= 0 with ties to the even code, by trying them all. */
static uint32_t nearest_code(fq_format_id f, double x) {
    uint32_t best = 0;
    const uint32_t codes = 1u << (fq_formats[f].bits - fq_format_is_signed(f));
    for (uint32_t c = 1; c < codes; c++) {
        const double v = (double)fq_formats[f].decode(c);
        if (!isfinite(v)) continue;
        const double now = fabs(v - x), before = fabs((double)fq_formats[f].decode(best) - x);
        if (now < before || (now == before && c % 2 == 0)) best = c;
    }
    return best;
}

static void test_scale(void **state) {
    (void)state;
    fq_rng rng = fq_rng_seed(11, 1);
    for (int i = 0; i < FQ_RECIPE_COUNT; i++) {
        const fq_recipe *r = &fq_recipes[i];
        const float top = (float)fq_formats[r->code].max;
        uint32_t code = 0;
        if (fq_recipe_has_zero(r) || r->range == FQ_RANGE_SIGNED) continue; /* tests of their own */
        if (r->group == FQ_NO_SCALE) {
            assert_true(fq_recipe_scale(r, 123.0f, &code) == 1.0f);
            continue;
        }
        /* 16-bit searches are slow: fewer of them */
        for (int k = 0; k < (fq_formats[r->scale].bits == 16 ? 100 : 4000); k++) {
            const float a = (float)(exp2((fq_rng_uniform(&rng) - 0.5) * 60) * (1 + fq_rng_uniform(&rng)));
            const float s = fq_recipe_scale(r, a, &code);
            assert_true(s == fq_formats[r->scale].decode(code));
            if (r->scale == FQ_F32) {
                assert_true(s == a / top);
            } else {
                uint32_t want = nearest_code(r->scale, (double)(a / top));
                if (r->scale == FQ_E8M0) want += ldexp(1, (int)want - 127) * (1 + 0x1p-20) < (double)(a / top);
                assert_int_equal(code, want > 0 ? want : 1);
            }
        }
        const float least = fq_formats[r->scale].exponent_bits == 8 ? FLT_MIN
                            : r->scale == FQ_UINT16                 ? 1.0f
                            : r->scale == FQ_F16                    ? 0x1p-24f
                                                                    : 0x1p-9f;
        assert_true(fq_recipe_scale(r, 0.0f, &code) == least);
        assert_true(fq_recipe_scale(r, FLT_TRUE_MIN, &code) == least);
        assert_true(fq_recipe_scale(r, least * 0.25f * top, &code) == least);
        assert_true(isfinite(fq_recipe_scale(r, FLT_MAX, &code)));
    }
}

/* The scale has the sign that sends the extreme number to code -8, until it is too small to have one. */
static void test_signed_scale(void **state) {
    (void)state;
    const fq_recipe *r = fq_recipe_find("kv.int4.head.e4m3s");
    fq_rng rng = fq_rng_seed(11, 2);
    uint32_t code = 0;
    for (int k = 0; k < 4000; k++) {
        const float a = (float)(exp2((fq_rng_uniform(&rng) - 0.5) * 30) * (1 + fq_rng_uniform(&rng)));
        const uint32_t want = nearest_code(FQ_E4M3, (double)a / 8);
        for (int sign = -1; sign <= 1; sign += 2) {
            const float s = fq_recipe_scale(r, (float)sign * a, &code);
            assert_true(s == fq_e4m3_decode(code));
            assert_int_equal(code, want == 0 ? 1 : sign > 0 ? want | 0x80 : want);
            if (want > 0) assert_int_equal(fq_int4_encode((float)sign * 8 * fabsf(s) / s), 8);
        }
    }
    assert_true(fq_recipe_scale(r, 0.0f, &code) == 0x1p-9f);
    assert_true(fq_recipe_scale(r, -0.0f, &code) == 0x1p-9f);
    assert_true(fq_recipe_scale(r, FLT_MIN, &code) == 0x1p-9f);
    assert_true(fq_recipe_scale(r, 0x1p-6f, &code) == -0x1p-9f);
    assert_true(fq_recipe_scale(r, FLT_MAX, &code) == -448.0f);
}

static void test_zero_points(void **state) {
    (void)state;
    fq_rng rng = fq_rng_seed(11, 3);
    for (int i = 0; i < FQ_RECIPE_COUNT; i++) {
        const fq_recipe *r = &fq_recipes[i];
        if (r->range != FQ_RANGE_ASYMMETRIC) continue;
        uint32_t code = 0;
        uint8_t zero = 99;
        for (int k = 0; k < 200; k++) {
            const float size = (float)exp2((fq_rng_uniform(&rng) - 0.5) * 20);
            const float lo = k % 3 == 0 ? 0.0f : -(float)fq_rng_uniform(&rng) * size;
            const float hi = k % 3 == 1 ? 0.0f : (float)fq_rng_uniform(&rng) * size;
            const float s = fq_recipe_scale_zero(r, lo, hi, &code, &zero);
            assert_int_equal(code, nearest_code(r->scale, (double)((hi - lo) / 15)));
            assert_true(s == fq_formats[r->scale].decode(code));
            assert_int_equal(zero, (int)fmin(15, nearbyint((double)(-lo / s))));
            assert_true(fq_recipe_value_zero(r, zero, s, zero) == 0.0f); /* zero stays zero */
            for (uint32_t q = 0; q < 16; q++)
                assert_true(fq_recipe_value_zero(r, q, s, zero) ==
                            fq_format_round(FQ_BF16, (float)((int)q - zero) * s));
        }
        assert_true(fq_recipe_scale_zero(r, 0.0f, 0.0f, &code, &zero) == 0x1p-24f);
        assert_int_equal(zero, 0);
        assert_true(fq_recipe_scale_zero(r, -FLT_MAX, FLT_MAX, &code, &zero) == 65504.0f);
    }
}

/* Every pair of limits and every number between them: the operand is an INT8, and near. The first level leaves w8
 * within
 * [-119, 119], so s <= rne(238 / 15) = 16 and an operand lies within 119 + 16 / 2 of zero. A scale rounded down by a
 * half leaves up to 7.5 of the range beyond the codes. */
static void test_progressive_operands(void **state) {
    (void)state;
    const fq_recipe *r = fq_recipe_find("w.uint4.g128.int8");
    for (int lo = -119; lo <= 0; lo++) {
        for (int hi = 0; hi <= 119; hi++) {
            uint32_t code;
            uint8_t zero;
            const float s = fq_recipe_scale_zero(r, (float)lo, (float)hi, &code, &zero);
            const int whole = (int)s;
            assert_true(whole >= 1 && whole <= 16 && (float)whole == s && code == (uint32_t)whole);
            assert_true(abs(15 * whole - (hi - lo)) <= 7 || whole == 1);
            assert_true(zero <= 15);
            int bad = 0;
            for (int w = lo; w <= hi; w++) {
                const int q = (int)nearbyint((double)w / whole) + zero, clamped = q < 0 ? 0 : q > 15 ? 15 : q;
                const float v = fq_recipe_value_zero(r, (uint32_t)clamped, s, zero);
                bad += !(v >= -128.0f && v <= 127.0f && v == rintf(v) && fabsf(v - (float)w) <= s + 7.5f);
            }
            assert_int_equal(bad, 0);
        }
    }
}

static void test_fireq_scale(void **state) {
    (void)state;
    const fq_recipe *r = fq_recipe_find("w.int4.g128.e4m3");
    uint32_t code = 0;
    assert_true(fq_recipe_scale(r, 7.0f, &code) == 1.0f);
    assert_int_equal(code, 0x38);
    assert_true(fq_recipe_scale(r, 7.0f * 1.0625f, &code) == 1.0f);  /* a tie goes to the even code 0x38 */
    assert_true(fq_recipe_scale(r, 7.0f * 1.1875f, &code) == 1.25f); /* and here up, to 0x3a */
    assert_true(fq_recipe_scale(r, 7.0f * 0x1p-10f, &code) == 0x1p-9f);
    assert_int_equal(code, 1);
    assert_true(fq_recipe_scale(r, 7.0f * 500.0f, &code) == 448.0f);
    assert_int_equal(code, 0x7e);
}

static void test_value_rules(void **state) {
    (void)state;
    const fq_recipe *fireq = fq_recipe_find("w.int4.g128.e4m3"), *g128 = fq_recipe_find("w.int4.g128.f16");
    /* 5 * 1.125 = 5.625 lies between 5.5 and 6; 7 * 1.5 = 10.5 is a tie between 10 and 11 */
    assert_true(fq_recipe_value(fireq, 5, 1.125f) == 5.5f);
    assert_true(fq_recipe_value(fireq, 7, 1.5f) == 10.0f);
    assert_true(fq_recipe_value(fireq, 9, 1.5f) == -10.0f);
    assert_true(fq_recipe_value(fireq, 8, 0x1p-9f) == -0x1p-6f);
    assert_true(fq_recipe_value(fireq, 7, 448.0f) == 448.0f);
    assert_true(fq_recipe_value(g128, 7, 1.0f + 0x1p-7f) == 7.0625f); /* 7.0546875 in bfloat16 */
    assert_true(fq_recipe_value(fq_recipe_find("w.int4.channel"), 0xd, 0.25f) == -3.0f);
    assert_true(fq_recipe_value(fq_recipe_find("a.e4m3.token"), 0x7e, 0.25f) == 448.0f);
    assert_true(fq_recipe_value(fq_recipe_find("kv.bf16"), 0x3f80, 1.0f) == 1.0f);
    /* All products of INT4 and E4M3 are exact in float, so searching the product gives the one right operand. */
    for (uint32_t q = 0; q < 16; q++) {
        for (uint32_t c = 1; c < 0x7f; c++) {
            const float s = fq_e4m3_decode(c), v = fq_recipe_value(fireq, q, s);
            const double exact = (double)fq_int4_decode(q) * (double)s;
            const double want = (double)fq_e4m3_decode(nearest_code(FQ_E4M3, fabs(exact)));
            assert_true((double)v == (exact < 0 ? -want : want));
            assert_true(fq_e4m3_decode(fq_e4m3_encode(v)) == v);
        }
    }
}

/* Powers of two round up, so that nothing saturates; whole numbers to the nearest. */
static void test_constrained_scales(void **state) {
    (void)state;
    const fq_recipe *m1 = fq_recipe_find("w.e2m1.g256.e8m0"), *m2 = fq_recipe_find("w.e2m1.g256.ratio");
    const fq_recipe *whole = fq_recipe_find("w.int4.g128.uint16");
    uint32_t code;
    assert_true(fq_recipe_scale(m1, 6.0f, &code) == 1.0f);
    assert_int_equal(code, 127);
    assert_true(fq_recipe_scale(m1, 6.01f, &code) == 2.0f);
    assert_true(fq_recipe_scale(m1, 11.9f, &code) == 2.0f);
    assert_true(fq_recipe_scale(m1, nextafterf(6.0f, 7.0f), &code) == 1.0f); /* a rounding is no reason to double */
    /* The row's largest group gets 64, whatever the row's absmax was: its ratio is 1. */
    fq_rng rng = fq_rng_seed(11, 4);
    for (int k = 0; k < 1000; k++) {
        const float a = (float)exp2((fq_rng_uniform(&rng) - 0.5) * 40), t = fq_recipe_first_scale(m2, a);
        assert_true(fq_recipe_scale(m2, a / t, &code) == 64.0f);
        assert_true(fq_recipe_scale(m2, 0.3f * a / t, &code) == 32.0f);
    }
    assert_true(fq_recipe_scale(whole, 7 * 41.4f, &code) == 41.0f);
    assert_int_equal(code, 41);
    assert_true(fq_recipe_scale(whole, 0.1f, &code) == 1.0f);
}

static void test_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        fq_format_id code, scale;
        int group;
        fq_value_rule value;
        fq_range range;
    } good[] = {{"w.e3m2.channel", FQ_E3M2, FQ_F32, 0, FQ_VALUE_EXACT, FQ_RANGE_SYMMETRIC},
                {"w.int4.g64.f16", FQ_INT4, FQ_F16, 64, FQ_VALUE_BF16, FQ_RANGE_SYMMETRIC},
                {"w.int4.g64", FQ_INT4, FQ_F16, 64, FQ_VALUE_BF16, FQ_RANGE_SYMMETRIC},
                {"w.int3.g32.bf16.exact", FQ_INT3, FQ_BF16, 32, FQ_VALUE_EXACT, FQ_RANGE_SYMMETRIC},
                {"w.uint3.g128.f16", FQ_UINT3, FQ_F16, 128, FQ_VALUE_BF16, FQ_RANGE_ASYMMETRIC},
                {"w.e2m1.g128.ratio", FQ_E2M1, FQ_E8M0, 128, FQ_VALUE_E4M3, FQ_RANGE_RATIO},
                {"w.int4.g64.uint16", FQ_INT4, FQ_UINT16, 64, FQ_VALUE_EXACT, FQ_RANGE_SYMMETRIC},
                {"a.int6.token", FQ_INT6, FQ_F32, 0, FQ_VALUE_EXACT, FQ_RANGE_SYMMETRIC},
                {"a.e2m5.tensor", FQ_E2M5, FQ_F32, 0, FQ_VALUE_EXACT, FQ_RANGE_STATIC},
                {"a.int8.g64.f32", FQ_INT8, FQ_F32, 64, FQ_VALUE_EXACT, FQ_RANGE_SYMMETRIC}};
    static const char *const bad[] = {"w.int4",
                                      "w.int9.channel",
                                      "w.bf16.channel",
                                      "w.int4.token",
                                      "w.int4.g48",
                                      "w.int4.g0",
                                      "w.int4.g-32",
                                      "w.int4.g128.int8",
                                      "a.uint4.token",
                                      "w.uint4.g128.ratio",
                                      "w.int4.channel.f16",
                                      "kv.int4.channel",
                                      "w..channel",
                                      "w.int4.g128.f16.f16",
                                      "a.int8.g64.f32.exact",
                                      "",
                                      "w.e8m0.channel",
                                      "w.int4.g128.f16.exact.more"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const fq_recipe *r = fq_recipe_find(good[i].name);
        assert_non_null(r);
        assert_string_equal(r->name, good[i].name);
        assert_ptr_equal(fq_recipe_find(good[i].name), r);
        assert_int_equal(r->code, good[i].code);
        assert_int_equal(r->scale, good[i].scale);
        assert_int_equal(r->group, good[i].group);
        assert_int_equal(r->value, good[i].value);
        assert_int_equal(r->range, good[i].range);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_null(fq_recipe_find(bad[i]));
    /* The rows of the table follow the same grammar: a spelled-out twin with another group means the same otherwise. */
    const fq_recipe *row = fq_recipe_find("w.int4.g128.e4m3"), *twin = fq_recipe_find("w.int4.g64.e4m3");
    assert_true(row->value == twin->value && row->scale == twin->scale && row->range == twin->range);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_groups_and_bits),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_fireq_scale),
        cmocka_unit_test(test_signed_scale),
        cmocka_unit_test(test_zero_points),
        cmocka_unit_test(test_progressive_operands),
        cmocka_unit_test(test_value_rules),
        cmocka_unit_test(test_constrained_scales),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
