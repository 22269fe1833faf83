/* Decoding of checkpoint tensors: every stored type against golden rows made by another program, hand-made blocks with
 * one bit of meaning each, and the row permutation of GGUF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/checkpoint.h"
#include "tests/checkpoint_files.h"

/* Made by: python3 -m pip install gguf==0.19.0 numpy && python3 tests/golden/dtype.py */
static const struct {
    fq_dtype dtype;
    int half[2];       /* offsets of float16 fields in a block; -1: none */
    uint64_t fnv;      /* of the bits of 512 elements */
    uint32_t spots[4]; /* bits of elements 0, 77, 300, 511 */
} golden[] = {
    {FQ_DTYPE_Q4_0, {0, -1}, 0x273fa76c150b7d11, {0x3d40f000, 0x3d606000, 0xbd372000, 0x3e39a000}},
    {FQ_DTYPE_Q4_1, {0, 2}, 0xa5e2bcfca52080b7, {0x3de71400, 0xbf384c00, 0x3d03c000, 0x3c180000}},
    {FQ_DTYPE_Q5_0, {0, -1}, 0xd7eb4bc64fc85c44, {0x3e611800, 0xbf06e800, 0xbe9fc400, 0x80000000}},
    {FQ_DTYPE_Q5_1, {0, 2}, 0xf06bbb29f3498f19, {0x3de71400, 0xbf143600, 0xbf7c9400, 0xbed27800}},
    {FQ_DTYPE_Q8_0, {0, -1}, 0x5d18225b9b57eb4c, {0xbfeb2480, 0xc01c6900, 0x3faea800, 0x3fd73c00}},
    {FQ_DTYPE_Q4_K, {0, 2}, 0x39b613b9f6716884, {0x405c9b00, 0x413cf3f0, 0xbfa96740, 0xc01f29a0}},
    {FQ_DTYPE_Q6_K, {208, -1}, 0x6794cf1c55c90e7d, {0xc224de10, 0x413a1800, 0x42b25f16, 0xc0e84940}},
};
enum { GOLDEN = sizeof golden / sizeof golden[0], N = 512 };

static uint32_t bits_of(float x) {
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static void test_golden_rows(void **state) {
    for (int g = 0; g < GOLDEN; g++) {
        const fq_dtype_info *d = &fq_dtypes[golden[g].dtype];
        size_t bytes = (size_t)(N / d->block * d->block_bytes);
        unsigned char *raw = malloc(bytes + 1), *data = raw + 1; /* odd address: files promise no alignment */
        assert_non_null(raw);
        fill_pseudo_random(data, bytes);
        for (int b = 0; b < N / d->block; b++) {
            for (int k = 0; k < 2; k++) {
                if (golden[g].half[k] < 0) continue;
                unsigned char *high = data + b * d->block_bytes + golden[g].half[k] + 1;
                *high = (unsigned char)(0x20 | (*high & 0x8f));
            }
        }
        float *x = malloc((N + 1) * sizeof *x);
        assert_non_null(x);
        x[N] = 42.0f;
        fq_tensor t = {"golden", golden[g].dtype, 1, {N}, data, bytes, 0};
        fq_tensor_row(&t, 0, x);
        assert_true(x[N] == 42.0f);
        uint64_t fnv = 0xcbf29ce484222325u;
        for (size_t i = 0; i < N * sizeof *x; i++)
            fnv = (fnv ^ ((unsigned char *)x)[i]) * 0x100000001b3u;
        static const int at[4] = {0, 77, 300, 511};
        for (int i = 0; i < 4; i++)
            if (bits_of(x[at[i]]) != golden[g].spots[i])
                fail_msg("%s element %d: 0x%08x", d->name, at[i], bits_of(x[at[i]]));
        if (fnv != golden[g].fnv) fail_msg("%s: wrong hash of 512 elements", d->name);
        free(x);
        free(raw);
    }
}

/* Rows of a matrix are consecutive whole blocks: row r decodes like a vector made of its bytes. */
static void test_rows(void **state) {
    for (int g = 0; g < GOLDEN; g++) {
        const fq_dtype_info *d = &fq_dtypes[golden[g].dtype];
        enum { ROWS = 3, COLUMNS = 256 };
        size_t row = (size_t)(COLUMNS / d->block * d->block_bytes);
        unsigned char *data = malloc(ROWS * row);
        assert_non_null(data);
        fill_pseudo_random(data, ROWS * row);
        fq_tensor t = {"matrix", golden[g].dtype, 2, {ROWS, COLUMNS}, data, ROWS * row, 0};
        for (int r = 0; r < ROWS; r++) {
            float x[COLUMNS], y[COLUMNS];
            fq_tensor v = {"row", golden[g].dtype, 1, {COLUMNS}, data + (size_t)r * row, row, 0};
            fq_tensor_row(&t, r, x);
            fq_tensor_row(&v, 0, y);
            assert_memory_equal(x, y, sizeof x);
        }
        free(data);
    }
}

/* A Q4_K block that is zero but for one scale: exactly its group of 32 elements takes part. */
static void test_q4_k_groups(void **state) {
    for (int g = 0; g < 8; g++) {
        unsigned char b[144] = {0};
        float x[256];
        b[1] = 0x3c; /* d = 1 */
        memset(b + 16, 0x53, 128);
        /* scale 49 = 110001b: low 4 and high 2 bits are both used, in two places for the upper groups */
        if (g < 4) {
            b[4 + g] = 49;
        } else {
            b[4 + g + 4] = 49 & 15;
            b[4 + g - 4] = (unsigned char)(49 >> 4 << 6);
        }
        fq_tensor t = {"block", FQ_DTYPE_Q4_K, 1, {256}, b, sizeof b, 0};
        fq_tensor_row(&t, 0, x);
        for (int i = 0; i < 256; i++) {
            float want = i / 32 == g ? (g % 2 == 0 ? 3.0f : 5.0f) * 49.0f : 0.0f;
            assert_true(x[i] == want);
        }
    }
}

static void test_floats(void **state) {
    unsigned char raw[1 + 4 * 1030];
    float x[1030];
    static const float values[] = {0.0f, 1.0f, -2.5f, 65504.0f, 6.103515625e-05f, 5.9604644775390625e-08f};
    static const uint16_t f16[] = {0x0000, 0x3c00, 0xc100, 0x7bff, 0x0400, 0x0001};
    for (int i = 0; i < 1030; i++) {
        memcpy(raw + 1 + 2 * i, &f16[i % 6], 2);
    }
    fq_tensor t = {"half", FQ_DTYPE_F16, 1, {1030}, raw + 1, 2060, 0};
    fq_tensor_row(&t, 0, x);
    for (int i = 0; i < 1030; i++)
        assert_true(x[i] == values[i % 6]);
    for (int i = 0; i < 1030; i++) {
        uint16_t u = bf16_bits((float)(i - 500) * 0.5f);
        memcpy(raw + 1 + 2 * i, &u, 2);
    }
    t.dtype = FQ_DTYPE_BF16;
    fq_tensor_row(&t, 0, x);
    for (int i = 0; i < 1030; i++) {
        uint32_t u = (uint32_t)bf16_bits((float)(i - 500) * 0.5f) << 16;
        assert_int_equal(bits_of(x[i]), u);
    }
    for (int i = 0; i < 1030; i++) {
        float v = (float)i * 0.3f;
        memcpy(raw + 1 + 4 * i, &v, 4);
    }
    t.dtype = FQ_DTYPE_F32;
    t.bytes = 4120;
    fq_tensor_row(&t, 0, x);
    for (int i = 0; i < 1030; i++)
        assert_true(x[i] == (float)i * 0.3f);
}

/* HF row h*D + i + j*D/2 is GGUF row h*D + 2i + j, for matrices and for biases. */
static void test_permutation(void **state) {
    enum { HEADS = 3, D = 8, ROWS = HEADS * D, COLUMNS = 2 };
    float stored[ROWS][COLUMNS], bias[ROWS], x[COLUMNS], y[ROWS];
    for (int r = 0; r < ROWS; r++) {
        stored[r][0] = (float)r;
        stored[r][1] = (float)-r;
        bias[r] = (float)r;
    }
    fq_tensor t = {"q", FQ_DTYPE_F32, 2, {ROWS, COLUMNS}, stored, sizeof stored, HEADS};
    fq_tensor v = {"q", FQ_DTYPE_F32, 1, {ROWS}, bias, sizeof bias, HEADS};
    /* One head written out: rows 0..7 in Hugging Face order. */
    static const int one[D] = {0, 2, 4, 6, 1, 3, 5, 7};
    fq_tensor_row(&v, 0, y);
    for (int r = 0; r < ROWS; r++) {
        int want = r / D * D + one[r % D];
        fq_tensor_row(&t, r, x);
        assert_true(x[0] == (float)want && x[1] == (float)-want);
        assert_true(y[r] == (float)want);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_rows), cmocka_unit_test(test_rows),        cmocka_unit_test(test_q4_k_groups),
        cmocka_unit_test(test_floats),      cmocka_unit_test(test_permutation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
