/* The safetensors container and its index: what a good file gives, and that every lie in a header is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/rng.h"
#include "models/safetensors.h"
#include "tests/checkpoint_files.h"

static fq_arena arena;

static int setup(void **state) {
    return fq_arena_init(&arena, (size_t)256 << 20) != FQ_OK;
}
static int teardown(void **state) {
    fq_arena_free(&arena);
    return 0;
}

static blob make(const char *header, size_t data_bytes) {
    blob b = {0};
    blob_uint(&b, strlen(header), 8);
    blob_put(&b, header, strlen(header));
    for (size_t i = 0; i < data_bytes; i++)
        blob_uint(&b, i * 3, 1);
    return b;
}

static fq_status parse(const unsigned char *p, size_t n, fq_tensor **t, int *count) {
    return fq_safetensors_parse(p, n, "m.safetensors", &arena, t, count);
}

static void test_good(void **state) {
    blob b = make("{\"__metadata__\": {\"format\": \"pt\"},"
                  "\"b\": {\"dtype\": \"F32\", \"shape\": [2, 3], \"data_offsets\": [4, 28]},"
                  "\"a\": {\"dtype\": \"F16\", \"shape\": [2], \"data_offsets\": [0, 4]},"
                  "\"c\": {\"dtype\": \"BF16\", \"shape\": [1, 1, 1, 5], \"data_offsets\": [28, 38]}}   ",
                  38);
    size_t mark = arena.used;
    fq_tensor *t;
    int n;
    assert_int_equal(parse(b.p, b.n, &t, &n), FQ_OK);
    assert_int_equal(n, 3);
    assert_string_equal(t[0].name, "a");
    assert_int_equal(t[0].dtype, FQ_DTYPE_F16);
    assert_int_equal(t[0].rank, 1);
    assert_string_equal(t[1].name, "b");
    assert_int_equal(t[1].dtype, FQ_DTYPE_F32);
    assert_int_equal(t[1].shape[0], 2);
    assert_int_equal(t[1].shape[1], 3);
    assert_int_equal(t[1].bytes, 24);
    assert_int_equal(t[1].permuted_heads, 0);
    assert_ptr_equal(t[1].data, b.p + b.n - 34);
    assert_int_equal(t[2].dtype, FQ_DTYPE_BF16);
    assert_int_equal(t[2].rank, 4);
    assert_int_equal(t[2].shape[3], 5);
    fq_arena_reset(&arena, mark);
    blob_free(&b);
}

#define ONE(dtype, shape, offsets)                                                                                     \
    "{\"w\": {\"dtype\": \"" dtype "\", \"shape\": " shape ", \"data_offsets\": " offsets "}}"
#define TWO(offsets_v, offsets_w)                                                                                      \
    "{\"v\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": " offsets_v "},"                                   \
    "\"w\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": " offsets_w "}}"

static void test_refusals(void **state) {
    static const struct {
        const char *header;
        size_t data_bytes;
        fq_status status;
        const char *named;
    } cases[] = {
        {"", 8, FQ_ERR_INPUT, "JSON"},
        {"[]", 8, FQ_ERR_INPUT, "object"},
        {"{}", 0, FQ_ERR_INPUT, "no tensors"},
        {"{\"__metadata__\": {}}", 0, FQ_ERR_INPUT, "no tensors"},
        {"{\"w\": {\"dtype\": ", 8, FQ_ERR_INPUT, "JSON"},
        {"{\"w\": 3}", 0, FQ_ERR_INPUT, "'w'"},
        {ONE("I32", "[2]", "[0, 8]"), 8, FQ_ERR_UNSUPPORTED, "'w' has dtype 'I32'"},
        {ONE("F8_E4M3", "[8]", "[0, 8]"), 8, FQ_ERR_UNSUPPORTED, "F8_E4M3"},
        {ONE("Q4_0", "[8]", "[0, 8]"), 8, FQ_ERR_UNSUPPORTED, "Q4_0"},
        {"{\"w\": {\"dtype\": 3, \"shape\": [2], \"data_offsets\": [0, 8]}}", 8, FQ_ERR_INPUT, "dtype"},
        {"{\"w\": {\"dtype\": \"F32\", \"data_offsets\": [0, 8]}}", 8, FQ_ERR_INPUT, "shape"},
        {"{\"w\": {\"dtype\": \"F32\", \"shape\": [2]}}", 8, FQ_ERR_INPUT, "data_offsets"},
        {ONE("F32", "[]", "[0, 4]"), 4, FQ_ERR_UNSUPPORTED, "rank 0"},
        {ONE("F32", "[1, 1, 1, 1, 1]", "[0, 4]"), 4, FQ_ERR_UNSUPPORTED, "rank 5"},
        {ONE("F32", "[0]", "[0, 0]"), 0, FQ_ERR_INPUT, "dimension"},
        {ONE("F32", "[-2]", "[0, 8]"), 8, FQ_ERR_INPUT, "dimension"},
        {ONE("F32", "[2.0]", "[0, 8]"), 8, FQ_ERR_INPUT, "dimension"},
        {ONE("F32", "[3]", "[0, 8]"), 8, FQ_ERR_INPUT, "expected 12"},
        {ONE("F32", "[4611686018427387904]", "[0, 0]"), 0, FQ_ERR_INPUT, "overflow"},
        {ONE("F32", "[4294967296, 4294967296]", "[0, 0]"), 0, FQ_ERR_INPUT, "overflow"},
        {ONE("F32", "[2305843009213693951]", "[0, 9223372036854775804]"), 8, FQ_ERR_INPUT, "outside"},
        {ONE("F32", "[2]", "[0, 8, 9]"), 8, FQ_ERR_INPUT, "data_offsets"},
        {ONE("F32", "[2]", "{}"), 8, FQ_ERR_INPUT, "data_offsets"},
        {ONE("F32", "[2]", "[8, 0]"), 8, FQ_ERR_INPUT, "outside"},
        {ONE("F32", "[2]", "[-8, 0]"), 8, FQ_ERR_INPUT, "outside"},
        {ONE("F32", "[2]", "[4, 12]"), 8, FQ_ERR_INPUT, "outside"},
        {ONE("F32", "[2]", "[9223372036854775800, 9223372036854775807]"), 8, FQ_ERR_INPUT, "outside"},
        {ONE("F32", "[2]", "[0, 18446744073709551624]"), 8, FQ_ERR_INPUT, "JSON"},
        {ONE("F32", "[2]", "[4, 12]"), 12, FQ_ERR_INPUT, "unused"},
        {ONE("F32", "[2]", "[0, 8]"), 12, FQ_ERR_INPUT, "unused"},
        {TWO("[0, 8]", "[4, 12]"), 12, FQ_ERR_INPUT, "overlap"},
        {TWO("[0, 8]", "[0, 8]"), 8, FQ_ERR_INPUT, "overlap"},
        {TWO("[0, 8]", "[12, 20]"), 20, FQ_ERR_INPUT, "unused"},
        {"{\"w\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]},"
         "\"w\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4, 8]}}",
         8, FQ_ERR_INPUT, "duplicate"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        blob b = make(cases[i].header, cases[i].data_bytes);
        size_t mark = arena.used;
        fq_tensor *t;
        int n;
        fq_status s = parse(b.p, b.n, &t, &n);
        if (s != cases[i].status || strstr(fq_message(), cases[i].named) == NULL ||
            strstr(fq_message(), "m.safetensors") == NULL) {
            fail_msg("%s -> %s: %s", cases[i].header, fq_status_name(s), fq_message());
        }
        fq_arena_reset(&arena, mark);
        blob_free(&b);
    }
}

static void test_header_length(void **state) {
    static const uint64_t lengths[] = {0, 1, 1000, 100000000, 100000001, (uint64_t)1 << 63, UINT64_MAX, UINT64_MAX - 7};
    blob good = make(ONE("F32", "[2]", "[0, 8]"), 8);
    fq_tensor *t;
    int n;
    size_t mark = arena.used;
    assert_int_equal(parse(good.p, good.n, &t, &n), FQ_OK);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (int k = 0; k < 8; k++)
            good.p[k] = (unsigned char)(lengths[i] >> 8 * k);
        assert_int_equal(parse(good.p, good.n, &t, &n), FQ_ERR_INPUT);
    }
    for (size_t length = good.n - 7; length <= good.n + 1; length++) { /* one to nine bytes too long */
        good.p[0] = (unsigned char)length;
        memset(good.p + 1, 0, 7);
        assert_int_equal(parse(good.p, good.n, &t, &n), FQ_ERR_INPUT);
        assert_non_null(strstr(fq_message(), "header length"));
    }
    fq_arena_reset(&arena, mark);
    blob_free(&good);
}

/* Prefixes are copied to blocks of their own size, so that a sanitizer sees a read past the end. */
static void test_damage(void **state) {
    small_tensor tensors[SMALL_TENSORS];
    small_tensors(tensors);
    blob good = small_safetensors(tensors, 0, 5, -1);
    fq_tensor *t;
    int n;
    size_t mark = arena.used;
    assert_int_equal(parse(good.p, good.n, &t, &n), FQ_OK);
    for (size_t keep = 0; keep < good.n; keep += keep < 800 ? 1 : 97) {
        unsigned char *copy = malloc(keep + 1);
        assert_non_null(copy);
        memcpy(copy + 1, good.p, keep);
        assert_int_equal(parse(copy + 1, keep, &t, &n), FQ_ERR_INPUT);
        free(copy);
        fq_arena_reset(&arena, mark);
    }
    fq_rng rng = fq_rng_seed(1, 2);
    size_t header = 8 + good.p[0] + 256u * good.p[1];
    for (int i = 0; i < 5000; i++) {
        size_t at = fq_rng_below(&rng, (uint32_t)header);
        unsigned char old = good.p[at];
        good.p[at] = (unsigned char)(i % 2 == 0 ? fq_rng_below(&rng, 256) : '0' + fq_rng_below(&rng, 10));
        fq_status s = parse(good.p, good.n, &t, &n);
        if (s == FQ_OK) { /* a changed name, say: what is handed out must still lie in the file */
            for (int k = 0; k < n; k++) {
                const unsigned char *p = t[k].data;
                assert_true(p >= good.p + header && p + t[k].bytes <= good.p + good.n);
                float x[SMALL_INTER * SMALL_HIDDEN];
                fq_tensor_row(&t[k], 0, x);
            }
        } else {
            assert_true(s == FQ_ERR_INPUT || s == FQ_ERR_UNSUPPORTED);
        }
        good.p[at] = old;
        fq_arena_reset(&arena, mark);
    }
    blob_free(&good);
}

static void test_index(void **state) {
    static const char good[] = "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {\"b\": \"2.safetensors\","
                               "\"c\": \"1.safetensors\", \"a\": \"2.safetensors\"}}";
    fq_shard_entry *e;
    int n;
    assert_int_equal(fq_safetensors_index(good, sizeof good - 1, "i.json", &arena, &e, &n), FQ_OK);
    assert_int_equal(n, 3);
    assert_string_equal(e[0].tensor, "c");
    assert_string_equal(e[0].file, "1.safetensors");
    assert_string_equal(e[1].tensor, "a");
    assert_string_equal(e[2].tensor, "b");
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"weight_map\": {}}",
        "{\"weight_map\": []}",
        "{\"weight_map\": {\"a\": 3}}",
        "{\"weight_map\": {\"a\": \"\"}}",
        "{\"weight_map\": {\"a\": \"..\"}}",
        "{\"weight_map\": {\"a\": \"../x.safetensors\"}}",
        "{\"weight_map\": {\"a\": \"/etc/passwd\"}}",
        "{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (fq_safetensors_index(bad[i], strlen(bad[i]), "i.json", &arena, &e, &n) != FQ_ERR_INPUT ||
            strstr(fq_message(), "i.json") == NULL)
            fail_msg("%s: %s", bad[i], fq_message());
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),   cmocka_unit_test(test_refusals), cmocka_unit_test(test_header_length),
        cmocka_unit_test(test_damage), cmocka_unit_test(test_index),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
