/* The area proxy: its formula at hand-made points, and the laws that a cost must obey. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "quant/mac_cost.h"

static double cells(const char *w, const char *a) {
    return fq_mac_cells((fq_format_id)fq_format_find(w), (fq_format_id)fq_format_find(a));
}

static void formula(void **state) {
    (void)state;
    assert_true(cells("int8", "int8") == 49 + 24);
    assert_true(cells("int4", "int8") == 21 + 20);
    assert_true(cells("int4", "int4") == cells("e1m2", "e1m2")); /* the same numbers but -8 */
    /* E2M1: s = 2, r = 2; R = 4, W = 18, three stages of the shifter, 3 bits of exponent. */
    assert_true(cells("e2m1", "e2m1") == 4 + 18 + 3 + 0.5 * 18 * 3);
    /* E4M3: s = 4, r = 14; R = 28, W = 46, five stages. E5M2 has no numbers at its top exponent: r = 29. */
    assert_true(cells("e4m3", "e4m3") == 16 + 46 + 5 + 0.5 * 46 * 5);
    assert_true(cells("e5m2", "e5m2") == 9 + (6 + 58 + 10) + 6 + 0.5 * 74 * 6);
    assert_true(isnan(cells("uint4", "int8")) && isnan(cells("int8", "bf16")) && isnan(cells("f32", "f32")));
}

static void laws(void **state) {
    (void)state;
    for (int w = 0; w < FQ_FORMAT_COUNT; w++)
        for (int a = 0; a < FQ_FORMAT_COUNT; a++) {
            const double c = fq_mac_cells((fq_format_id)w, (fq_format_id)a);
            if (isnan(c)) continue;
            assert_true(c > 0 && c == fq_mac_cells((fq_format_id)a, (fq_format_id)w));
            /* One more mantissa bit costs something. */
            for (int v = 0; v < FQ_FORMAT_COUNT; v++) {
                const fq_format *x = &fq_formats[w], *y = &fq_formats[v];
                if (y->exponent_bits != x->exponent_bits || y->mantissa_bits != x->mantissa_bits + 1) continue;
                const double more = fq_mac_cells((fq_format_id)v, (fq_format_id)a);
                assert_true(isnan(more) || more > c);
            }
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(formula), cmocka_unit_test(laws)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
