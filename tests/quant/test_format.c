/* Number formats against definitions written a second time: values by ldexp, codes by search among all values.
 * Every code and every rounding boundary of every format is tried, through the scalar functions and through rows. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <float.h>
#include <immintrin.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/cpu.h"
#include "harness/rng.h"
#include "quant/format.h"

static float from_bits(uint32_t u) {
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static uint32_t to_bits(float x) {
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static int is_integer(fq_format_id f) {
    return fq_formats[f].exponent_bits == 0;
}

static int is_signed(fq_format_id f) {
    return strncmp(fq_formats[f].name, "uint", 4) != 0 && f != FQ_E8M0;
}

/* Largest finite code without sign. */
static uint32_t top_code(fq_format_id f) {
    switch (f) {
    case FQ_F32:
        return 0x7f7fffff;
    case FQ_BF16:
        return 0x7f7f;
    case FQ_F16:
        return 0x7bff;
    case FQ_E4M3:
        return 0x7e;
    case FQ_E5M2:
        return 0x7b;
    case FQ_E8M0:
        return 0xfe;
    default: /* all codes are numbers */
        return (1u << (fq_formats[f].bits - is_signed(f))) - 1;
    }
}

/* Magnitude of a code without sign, from the definition (2^(e-bias) (1 + m/2^mbits) or its subnormal form). */
static double magnitude(fq_format_id f, uint32_t code) {
    const int eb = fq_formats[f].exponent_bits, mb = fq_formats[f].mantissa_bits, bias = (1 << (eb - 1)) - 1;
    const int e = (int)(code >> mb), m = (int)(code & ((1u << mb) - 1));
    if (f == FQ_E8M0) return ldexp(1, (int)code - 127);
    return e == 0 ? ldexp(m, 1 - bias - mb) : ldexp(ldexp(1, mb) + m, e - bias - mb);
}

static uint32_t sign_bit(fq_format_id f) {
    return 1u << (fq_formats[f].bits - 1);
}

/* The code of finite x or an infinity by search: nearest value, of two equally near the even one, never beyond the top.
 */
static uint32_t searched_code(fq_format_id f, float x) {
    if (is_integer(f)) {
        const int hi = (int)top_code(f), lo = !is_signed(f) ? 0 : f == FQ_INT8 ? -127 : -hi - 1;
        const int q = (int)fmin(fmax(nearbyint((double)x), lo), hi);
        return (uint32_t)q & (2 * sign_bit(f) - 1);
    }
    const double a = fabs((double)x);
    uint32_t lo = 0, hi = top_code(f);
    while (lo < hi) { /* the largest code whose value is at most a */
        const uint32_t mid = lo + (hi - lo + 1) / 2;
        if (magnitude(f, mid) <= a)
            lo = mid;
        else
            hi = mid - 1;
    }
    if (lo < top_code(f)) {
        const double middle = (magnitude(f, lo) + magnitude(f, lo + 1)) / 2;
        if (a > middle || (a == middle && lo % 2 != 0)) lo++;
    }
    if (!is_signed(f)) return signbit(x) ? 0 : lo;
    return lo | (signbit(x) ? sign_bit(f) : 0);
}

/* Bit by bit. */
static uint32_t code_at(fq_format_id f, const uint8_t *codes, size_t i) {
    uint32_t c = 0;
    const size_t bits = (size_t)fq_formats[f].bits;
    for (size_t b = 0; b < bits; b++)
        c |= (uint32_t)(codes[(i * bits + b) / 8] >> ((i * bits + b) % 8) & 1) << b;
    assert_int_equal(fq_format_get(f, codes, i), c);
    return c;
}

/* Scalar encoder and row encoder of x[0..n-1] against the search. */
static void check_encode(fq_format_id f, const float *x, size_t n) {
    uint8_t *codes = malloc(fq_format_bytes(f, n) + 1);
    float *finite = malloc(n * sizeof *finite);
    assert_non_null(codes);
    assert_non_null(finite);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t want = searched_code(f, x[i]), got = fq_formats[f].encode(x[i]);
        if (got != want) fail_msg("%s: %a gives code %#x, expected %#x", fq_formats[f].name, (double)x[i], got, want);
        if (isfinite(x[i])) finite[m++] = x[i];
    }
    assert_int_equal(fq_format_encode_row(f, finite, m, codes), FQ_OK);
    for (size_t i = 0; i < m; i++) {
        const uint32_t want = fq_formats[f].encode(finite[i]), got = code_at(f, codes, i);
        if (got != want)
            fail_msg("%s row: %a gives code %#x, expected %#x", fq_formats[f].name, (double)finite[i], got, want);
    }
    free(codes);
    free(finite);
}

static void test_table(void **state) {
    (void)state;
    assert_int_equal(fq_format_find("e4m3"), FQ_E4M3);
    assert_int_equal(fq_format_find("int4"), FQ_INT4);
    assert_int_equal(fq_format_find("fp8"), -1);
    for (int f = 0; f < FQ_FORMAT_COUNT; f++) {
        const fq_format *t = &fq_formats[f];
        assert_int_equal(fq_format_find(t->name), f);
        assert_int_equal(t->bits, is_signed(f) + t->exponent_bits + t->mantissa_bits);
        if (!is_integer(f)) assert_true(t->max == magnitude(f, top_code(f)));
        assert_true((double)t->decode(top_code(f)) == t->max);
        assert_int_equal(fq_format_bytes(f, 0), 0);
        for (size_t n = 1; n < 9; n++)
            assert_int_equal(fq_format_bytes(f, n), (n * (size_t)t->bits + 7) / 8);
    }
}

/* Values that any reader can look up. */
static void test_known_values(void **state) {
    (void)state;
    static const float e2m1[8] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    for (uint32_t c = 0; c < 8; c++) {
        assert_true(fq_e2m1_decode(c) == e2m1[c]);
        assert_true(fq_e2m1_decode(c | 8) == -e2m1[c]);
    }
    assert_true(fq_e4m3_decode(0x01) == 0x1p-9f);
    assert_true(fq_e4m3_decode(0x08) == 0x1p-6f);
    assert_true(fq_e4m3_decode(0x38) == 1.0f);
    assert_true(fq_e4m3_decode(0x7e) == 448.0f);
    assert_true(fq_e5m2_decode(0x3c) == 1.0f);
    assert_true(fq_e5m2_decode(0x7b) == 57344.0f);
    assert_true(fq_e5m2_decode(0x01) == 0x1p-16f);
    assert_true(fq_f16_decode(0x3c00) == 1.0f);
    assert_true(fq_f16_decode(0x0001) == 0x1p-24f);
    assert_int_equal(fq_bf16_encode(1.0f), 0x3f80);
    assert_int_equal(fq_e4m3_encode(464.0f), 0x7e);
    assert_int_equal(fq_e4m3_encode(1e30f), 0x7e);
    assert_int_equal(fq_e4m3_encode(-INFINITY), 0xfe);
    assert_int_equal(fq_e4m3_encode(-0.0f), 0x80);
    assert_int_equal(fq_f32_encode(INFINITY), 0x7f7fffff);
    assert_int_equal(fq_bf16_encode(-FLT_MAX), 0xff7f);
    assert_int_equal(fq_int8_encode(-1000.0f), 0x81);
    assert_int_equal(fq_int8_encode(2.5f), 2);
    assert_int_equal(fq_int8_encode(3.5f), 4);
    assert_int_equal(fq_int4_encode(-1000.0f), 8);
    assert_int_equal(fq_int4_encode(-8.5f), 8);
    assert_int_equal(fq_int4_encode(7.5f), 7);
    assert_int_equal(fq_int4_encode(-0.5f), 0);
    assert_int_equal(fq_uint4_encode(-3.0f), 0);
    assert_int_equal(fq_uint4_encode(7.5f), 8);
    assert_int_equal(fq_uint4_encode(14.5f), 14);
    assert_int_equal(fq_uint4_encode(1e9f), 15);
    assert_true(fq_uint4_decode(15) == 15.0f);
    assert_true(fq_int8_decode(0x80) == -128.0f);
    assert_true(fq_int4_decode(8) == -8.0f);
}

static void test_every_code(void **state) {
    (void)state;
    for (int f = FQ_BF16; f < FQ_FORMAT_COUNT; f++) {
        const fq_format *t = &fq_formats[f];
        const uint32_t sign = sign_bit(f), codes = 2 * sign;
        for (uint32_t c = 0; c < codes; c++) {
            const float x = t->decode(c);
            const uint32_t a = is_signed(f) ? c & (sign - 1) : c;
            if (is_integer(f)) {
                assert_true((double)x == (double)(is_signed(f) && c & sign ? (int)c - (int)codes : (int)c));
                if (f != FQ_INT8 || c != 0x80) assert_int_equal(t->encode(x), c);
            } else if (a <= top_code(f)) {
                assert_true((double)x == (c != a ? -magnitude(f, a) : magnitude(f, a)));
                assert_int_equal(signbit(x) != 0, c != a);
                assert_int_equal(t->encode(x), c);
                assert_true(to_bits(fq_format_round(f, x)) == to_bits(x));
            } else if (f != FQ_E4M3 && f != FQ_E8M0 && a == top_code(f) + 1) {
                assert_true(x == (c & sign ? -INFINITY : INFINITY));
                assert_int_equal(t->encode(x), top_code(f) | (c & sign));
            } else {
                assert_true(isnan(x));
                assert_true(isnan(t->decode(t->encode(x))));
            }
        }
    }
    assert_int_equal(fq_e2m1_encode(NAN), 0);
    assert_int_equal(fq_int8_encode(NAN), 0);
    assert_int_equal(fq_int4_encode(NAN), 0);
    assert_int_equal(fq_uint4_encode(NAN), 0);
    assert_true(isnan(fq_f32_decode(fq_f32_encode(NAN))));
}

/* Rounding changes its answer only at values and midpoints of values, so these with their neighbours are all cases. */
static void test_every_boundary(void **state) {
    (void)state;
    float *x = malloc(((size_t)12 * 65536 + 64) * sizeof *x);
    assert_non_null(x);
    for (int f = FQ_BF16; f < FQ_FORMAT_COUNT; f++) {
        size_t n = 0;
        const uint32_t top = top_code(f);
        for (uint32_t c = 0; c <= top + 1; c++) {
            const double here = is_integer(f) ? c
                                : c <= top    ? magnitude(f, c)
                                              : 2 * magnitude(f, top) - magnitude(f, top - 1);
            const double next = is_integer(f) ? c + 1 : c < top ? magnitude(f, c + 1) : 2 * here;
            const float at[2] = {(float)here, (float)((here + next) / 2)};
            for (int k = 0; k < 2; k++) {
                if (!isfinite(at[k])) continue;
                const float near[3] = {nextafterf(at[k], -INFINITY), at[k], nextafterf(at[k], INFINITY)};
                for (int j = 0; j < 3; j++)
                    x[n++] = near[j], x[n++] = -near[j];
            }
        }
        const float extreme[] = {FLT_MIN, FLT_TRUE_MIN, FLT_MAX, INFINITY, 1e9f, 128.5f, 0x1p-40f, 16777217.0f};
        for (size_t k = 0; k < sizeof extreme / sizeof *extreme; k++)
            x[n++] = extreme[k], x[n++] = -extreme[k];
        check_encode(f, x, n);
    }
    free(x);
}

static void test_all_bfloat16_inputs(void **state) {
    (void)state;
    float *x = malloc(65536 * sizeof *x);
    assert_non_null(x);
    size_t n = 0;
    for (uint32_t c = 0; c < 65536; c++)
        if (!isnan(from_bits(c << 16))) x[n++] = from_bits(c << 16);
    for (int f = FQ_BF16; f < FQ_FORMAT_COUNT; f++)
        check_encode(f, x, n);
    free(x);
}

/* The processor's own conversion, where it has one. */
__attribute__((target("f16c"))) static void compare_f16c(void) {
    for (uint32_t c = 0; c < 65536; c++) {
        const float mine = fq_f16_decode(c), theirs = _cvtsh_ss((unsigned short)c);
        if (!(isnan(mine) && isnan(theirs))) assert_int_equal(to_bits(mine), to_bits(theirs));
    }
    fq_rng r = fq_rng_seed(7, 1);
    for (int i = 0; i < 1000000; i++) {
        const uint64_t u = fq_rng_u64(&r);
        /* exponents 2^-30 .. 2^15: below the subnormals to just under the top */
        const float x = from_bits((uint32_t)(u & 0x807fffff) | (uint32_t)(97 + (u >> 32) % 46) << 23);
        if (fabsf(x) > 65504.0f) continue;
        assert_int_equal(fq_f16_encode(x), _cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT));
    }
}

static void test_float16_against_processor(void **state) {
    (void)state;
    if (fq_cpu_isa_hardware() < FQ_ISA_AVX2) skip();
    compare_f16c();
}

static void test_rows_equal_scalars(void **state) {
    (void)state;
    enum { N = 4096, GUARD = 0xa5 };
    static float storage[N + 8], back[N + 9];
    static uint8_t codes[4 * N + 64];
    fq_rng r = fq_rng_seed(7, 2);
    for (int f = 0; f < FQ_FORMAT_COUNT; f++) {
        const fq_format *t = &fq_formats[f];
        for (int round = 0; round < 160; round++) {
            const size_t n = round < 100 ? (size_t)round : N - (size_t)(round % 9), offset = (size_t)round % 4;
            float *x = storage + offset;
            for (size_t i = 0; i < n; i++) {
                const uint64_t u = fq_rng_u64(&r);
                /* half of them any finite pattern, half near the format's range */
                x[i] = u >> 63 ? from_bits((uint32_t)u) : (float)((fq_rng_uniform(&r) - 0.5) * 2.2 * fmin(t->max, 1e6));
                if (!isfinite(x[i])) x[i] = -0.0f;
            }
            /* 4- and 8-bit rows may start at any byte */
            uint8_t *out = codes + (t->bits <= 8 ? offset : 0);
            const size_t bytes = fq_format_bytes(f, n);
            memset(codes, GUARD, sizeof codes);
            assert_int_equal(fq_format_encode_row(f, x, n, out), FQ_OK);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(code_at(f, out, i), t->encode(x[i]));
            if (n * (size_t)t->bits % 8) assert_int_equal(out[bytes - 1] >> n * (size_t)t->bits % 8, 0);
            assert_int_equal(out[bytes], GUARD);
            if (out > codes) assert_int_equal(out[-1], GUARD);
            /* decoding: any code, also those no encoder makes */
            for (size_t i = 0; i < bytes; i++)
                out[i] = (uint8_t)fq_rng_u64(&r);
            for (size_t i = 0; i < N + 9; i++)
                back[i] = 12345.0f;
            fq_format_decode_row(f, out, n, back + offset);
            for (size_t i = 0; i < n; i++) {
                const float want = t->decode(code_at(f, out, i)), got = back[offset + i];
                if (!(isnan(want) && isnan(got))) assert_int_equal(to_bits(got), to_bits(want));
            }
            assert_true(back[offset + n] == 12345.0f);
        }
    }
}

static void test_every_code_in_rows(void **state) {
    (void)state;
    static float x[65536];
    static uint8_t codes[2 * 65536];
    for (int f = FQ_BF16; f < FQ_FORMAT_COUNT; f++) {
        const int bits = fq_formats[f].bits;
        for (size_t i = 0; i < sizeof codes; i++)
            codes[i] = (uint8_t)(bits == 16 && i % 2 == 0 ? i / 2 & 0xff : bits == 16 ? i / 2 >> 8 : i);
        const size_t n = bits == 16 ? 65536 : bits == 8 ? 256 : 4096;
        fq_format_decode_row(f, codes, n, x);
        for (size_t i = 0; i < n; i++) {
            const float want = fq_formats[f].decode(code_at(f, codes, i));
            if (isnan(want))
                assert_true(isnan(x[i]));
            else
                assert_int_equal(to_bits(x[i]), to_bits(want));
        }
    }
}

static void test_rows_reject_nonfinite(void **state) {
    (void)state;
    const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    float x[40];
    uint8_t codes[4 * 40];
    for (int f = 0; f < FQ_FORMAT_COUNT; f++) {
        for (size_t at = 0; at < 40; at++) {
            char expected[32];
            for (int i = 0; i < 40; i++)
                x[i] = 1.0f;
            x[at] = bad[at % 4];
            if (at + 3 < 40) x[at + 3] = NAN;
            memset(codes, 0xa5, sizeof codes);
            assert_int_equal(fq_format_encode_row(f, x, 40, codes), FQ_ERR_NUMERIC);
            snprintf(expected, sizeof expected, "element %zu of 40", at);
            assert_non_null(strstr(fq_message(), expected));
            assert_non_null(strstr(fq_message(), fq_formats[f].name));
            for (size_t b = fq_format_bytes(f, at); b < sizeof codes; b++)
                assert_int_equal(codes[b], 0xa5);
        }
    }
}

/* The largest, the smallest normal and the smallest subnormal number: e2m1, e2m3 and e3m2 as ml_dtypes 0.6 has them,
 * all of them printed by  v = lambda c: 2.0 ** (max(c >> M, 1) - b) * ((c >> M > 0) + (c & (2 ** M - 1)) / 2 ** M)  in
 * Python, b = 2 ** (E - 1) - 1. (ml_dtypes' e3m4 keeps its top exponent for infinity, and its e8m0 rounds ties up.) */
static void test_minifloat_golden(void **state) {
    (void)state;
    static const struct {
        const char *name;
        float largest, normal, least;
    } golden[] = {{"e1m1", 3, 2, 1},
                  {"e2m0", 4, 1, 1},
                  {"e1m2", 3.5f, 2, 0.5f},
                  {"e3m0", 16, 0.25f, 0.25f},
                  {"e2m1", 6, 1, 0.5f},
                  {"e2m2", 7, 1, 0.25f},
                  {"e3m1", 24, 0.25f, 0.125f},
                  {"e2m3", 7.5f, 1, 0.125f},
                  {"e3m2", 28, 0.25f, 0.0625f},
                  {"e4m1", 384, 0.015625f, 0.0078125f},
                  {"e2m5", 7.875f, 1, 0.03125f},
                  {"e3m4", 31, 0.25f, 0.015625f}};
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        const fq_format *t = &fq_formats[fq_format_find(golden[i].name)];
        assert_true(t->max == (double)golden[i].largest);
        assert_true(t->decode(1u << t->mantissa_bits) == golden[i].normal);
        assert_true(t->decode(1) == golden[i].least);
    }
    /* One exponent bit is an even grid: INT4 at half the step, but for its ninth negative code. */
    for (uint32_t c = 0; c < 8; c++)
        assert_true(fq_e1m2_decode(c) == 0.5f * fq_int4_decode(c));
    assert_int_equal(fq_e8m0_encode(1.0f), 127);
    assert_int_equal(fq_e8m0_encode(1.5f), 128);
    assert_int_equal(fq_e8m0_encode(3.0f), 128); /* a tie goes to the even code */
    assert_int_equal(fq_e8m0_encode(0.0f), 0);
    assert_true(isnan(fq_e8m0_decode(0xff)));
}

/* The share of roundings up is the place between the neighbours, and values stay themselves. */
static void test_stochastic(void **state) {
    (void)state;
    enum { N = 4096 };
    fq_rng r = fq_rng_seed(7, 3);
    for (int f = 0; f < FQ_FORMAT_COUNT; f++) {
        const fq_format *t = &fq_formats[f];
        if (t->bits > 8 || f == FQ_E8M0) continue;
        const float *value = fq_format_values(f);
        for (int k = 0; k < 8; k++) {
            const float x =
                (float)((is_signed(f) ? 2 * fq_rng_uniform(&r) - 1 : fq_rng_uniform(&r)) * fmin(t->max, 40));
            double sum = 0;
            float lower = -INFINITY, upper = INFINITY;
            for (uint32_t c = 0; c < 1u << t->bits; c++) {
                if (value[c] <= x) lower = fmaxf(lower, value[c]);
                if (value[c] >= x) upper = fminf(upper, value[c]);
            }
            for (int i = 0; i < N; i++) {
                const float v = value[fq_format_encode_stochastic(f, x, ((float)i + 0.5f) / N)];
                assert_true(v == lower || v == upper);
                sum += (double)v;
            }
            assert_true(fabs(sum / N - (double)x) <= 0.51 * (double)(upper - lower) / N);
        }
        for (uint32_t c = 0; c < 1u << t->bits; c++)
            if (t->encode(value[c]) == c && isfinite(value[c]))
                assert_int_equal(fq_format_encode_stochastic(f, value[c], (float)fq_rng_uniform(&r)), c);
        assert_int_equal(fq_format_encode_stochastic(f, 1e30f, 0.7f), t->encode(1e30f));
    }
    assert_int_equal(fq_format_encode_stochastic(FQ_INT4, 2.25f, 0.2f), 3);
    assert_int_equal(fq_format_encode_stochastic(FQ_INT4, 2.25f, 0.3f), 2);
    assert_int_equal(fq_format_encode_stochastic(FQ_INT4, 2.75f, 0.7f), 3);
    assert_int_equal(fq_format_encode_stochastic(FQ_INT4, 2.75f, 0.8f), 2);
    assert_int_equal(fq_format_encode_stochastic(FQ_E2M1, -5.0f, 0.49f), fq_e2m1_encode(-4.0f));
}

/* A code put into a row changes nothing else. */
static void test_put(void **state) {
    (void)state;
    fq_rng r = fq_rng_seed(7, 4);
    for (int f = 0; f < FQ_FORMAT_COUNT; f++) {
        const uint32_t mask = fq_formats[f].bits == 32 ? UINT32_MAX : (1u << fq_formats[f].bits) - 1;
        uint8_t row[40 * 4], before[40 * 4];
        for (size_t k = 0; k < sizeof row; k++)
            row[k] = (uint8_t)fq_rng_u64(&r);
        for (size_t i = 0; i < 37; i++) {
            const uint32_t code = (uint32_t)fq_rng_u64(&r) & mask;
            memcpy(before, row, sizeof row);
            fq_format_put(f, row, i, code);
            for (size_t j = 0; j < 40; j++)
                assert_int_equal(code_at(f, row, j), j == i ? code : code_at(f, before, j));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_every_code),
        cmocka_unit_test(test_every_boundary),
        cmocka_unit_test(test_all_bfloat16_inputs),
        cmocka_unit_test(test_float16_against_processor),
        cmocka_unit_test(test_rows_equal_scalars),
        cmocka_unit_test(test_every_code_in_rows),
        cmocka_unit_test(test_rows_reject_nonfinite),
        cmocka_unit_test(test_minifloat_golden),
        cmocka_unit_test(test_stochastic),
        cmocka_unit_test(test_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
