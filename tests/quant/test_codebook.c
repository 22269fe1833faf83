/* Codebooks: the layout that kernels rely on, and where the numbers of each book come from.
 * What holds for one row of the table is tried on all rows, so that a new row is tested without more code. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "quant/codebook.h"
#include "quant/format.h"

static void test_layout(void **state) {
    (void)state;
    for (int i = 0; i < FQ_CODEBOOK_COUNT; i++) {
        const fq_codebook *b = &fq_codebooks[i];
        assert_int_equal(fq_codebook_find(b->name), i);
        assert_true(strlen(b->source) > 0);
        assert_true(b->value[0] == 0.0f && !signbit(b->value[0])); /* code 0 of padding is worth nothing */
        assert_true(b->max == b->value[7]);
        for (int q = 1; q < 8; q++) {
            assert_true(b->value[q] > b->value[q - 1]);
            /* A product with an E4M3 scale is exact in float32, and the code's own value is no more than 8 bits. */
            assert_true(b->value[q] * 8 == rintf(b->value[q] * 8) && b->value[q] < 32);
            assert_true(b->value[8 + q] == (i == FQ_CODEBOOK_INT4 ? b->value[q] - 8 : -b->value[q]));
        }
        assert_true(b->value[8] == (i == FQ_CODEBOOK_INT4 ? -8.0f : 0.0f) && signbit(b->value[8]));
    }
    assert_int_equal(fq_codebook_find("int5"), -1);
}

static void test_int4_and_e2m1_are_the_formats(void **state) {
    (void)state;
    for (uint32_t q = 0; q < 16; q++) {
        assert_true(fq_codebooks[FQ_CODEBOOK_INT4].value[q] == fq_int4_decode(q));
        assert_true(fq_codebooks[FQ_CODEBOOK_E2M1].value[q] == 2 * fq_e2m1_decode(q));
    }
}

/* Evenly spaced in the cumulative normal distribution, but for the rounding to eighths. */
static void test_nf4_quantiles(void **state) {
    (void)state;
    const fq_codebook *b = &fq_codebooks[FQ_CODEBOOK_NF4];
    const double top = 1 - (1.0 / 32 + 1.0 / 30) / 2, largest = 1.8481307;
    for (int i = 0; i < 8; i++) {
        const double below = (b->value[i] - 0.0625) / 11 * largest, above = (b->value[i] + 0.0625) / 11 * largest;
        const double p = 0.5 + (top - 0.5) * i / 7;
        assert_true(erfc(-below / sqrt(2)) / 2 <= p && p <= erfc(-above / sqrt(2)) / 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_int4_and_e2m1_are_the_formats),
        cmocka_unit_test(test_nf4_quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
