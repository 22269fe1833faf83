/* The tokenizer against Hugging Face tokenizers on the shipped vocabulary: awkward texts, other pre-tokenizers, two
 * megabytes of the King James Bible; then round trips and texts that are slow for a careless implementation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>

#include "harness/clock.h"
#include "tests/tokenizer_helpers.h"

static double seconds_now(void) {
    return (double)fq_clock_ns() * 1e-9;
}

static int open_tiny(void **state) {
    fq_mapping m;
    fq_tokenizer *t;
    if (fq_mapping_open(TINY_JSON, &m) != FQ_OK) return -1;
    fq_status s = fq_tokenizer_from_json((const char *)m.data, m.bytes, TINY_JSON, &t);
    fq_mapping_close(&m);
    *state = t;
    return s == FQ_OK ? 0 : -1;
}

static int close_tiny(void **state) {
    fq_tokenizer_free(*state);
    return 0;
}

static void test_open_checkpoint(void **state) {
    fq_checkpoint c = {.kind = FQ_CHECKPOINT_HF, .path = "models/tiny", .name = "tiny"};
    c.config = (fq_llama_config){.vocab = 4096, .bos = 0, .eos = 1};
    fq_tokenizer *t;
    assert_int_equal(fq_tokenizer_open(&c, &t), FQ_OK);
    assert_int_equal(fq_tokenizer_vocab(t), 4096);
    assert_int_equal(fq_tokenizer_bos(t), 0);
    assert_int_equal(fq_tokenizer_eos(t), 1);
    fq_tokenizer_free(t);

    c.config.bos = 7; /* the configuration decides */
    c.config.eos = -1;
    assert_int_equal(fq_tokenizer_open(&c, &t), FQ_OK);
    assert_int_equal(fq_tokenizer_bos(t), 7);
    assert_int_equal(fq_tokenizer_eos(t), 1);
    fq_tokenizer_free(t);

    c.config.vocab = 4095; /* an id without an embedding */
    assert_int_equal(fq_tokenizer_open(&c, &t), FQ_ERR_INPUT);
    assert_null(t);
    c.config.vocab = 5000;
    c.config.eos = 4096;
    assert_int_equal(fq_tokenizer_open(&c, &t), FQ_ERR_INPUT);
    c.path = "models/none";
    assert_int_equal(fq_tokenizer_open(&c, &t), FQ_ERR_INPUT);
    assert_non_null(strstr(fq_message(), "models/none/tokenizer.json"));
    c.kind = FQ_CHECKPOINT_SHAPE;
    assert_int_equal(fq_tokenizer_open(&c, &t), FQ_ERR_UNSUPPORTED);
    assert_null(t);
}

static void test_golden_texts(void **state) {
    for (size_t i = 0; i < GOLDEN_TEXTS; i++) {
        const golden_text *g = &golden_texts[i];
        assert_ids(*state, g->text, g->bytes, golden_ids + g->first, (size_t)g->n);
        assert_round_trip(*state, "", g->text, g->bytes);
    }
}

/* The shipped file with another pre_tokenizer, every keep-th merge, ignore_merges, and merges as "a b" strings. */
static fq_tokenizer *open_variant(const golden_variant *v, int as_lines) {
    json_t *root = json_load_file(TINY_JSON, 0, NULL);
    assert_non_null(root);
    json_t *model = json_object_get(root, "model"), *all = json_object_get(model, "merges"), *kept = json_array();
    for (size_t i = 0; i < json_array_size(all); i += (size_t)v->keep) {
        json_t *m = json_array_get(all, i);
        const char *left = json_string_value(json_array_get(m, 0)), *right = json_string_value(json_array_get(m, 1));
        json_array_append_new(kept, as_lines ? json_sprintf("%s %s", left, right) : json_deep_copy(m));
    }
    json_object_set_new(model, "merges", kept);
    json_object_set_new(model, "ignore_merges", json_boolean(v->ignore_merges));
    json_object_set_new(root, "pre_tokenizer", json_loads(v->pre_tokenizer, 0, NULL));
    char *text = json_dumps(root, JSON_COMPACT);
    fq_tokenizer *t;
    if (fq_tokenizer_from_json(text, strlen(text), v->name, &t) != FQ_OK) fail_msg("%s", fq_message());
    free(text);
    json_decref(root);
    return t;
}

static void test_golden_variants(void **state) {
    for (size_t i = 0; i < sizeof golden_variants / sizeof *golden_variants; i++) {
        for (int as_lines = 0; as_lines < 2; as_lines++) {
            fq_tokenizer *t = open_variant(&golden_variants[i], as_lines);
            assert_digest(t, golden_variants[i].name, golden_variants[i].digest);
            fq_tokenizer_free(t);
        }
    }
}

static char *read_bible(size_t *bytes) {
    FILE *p = popen("command -v bible >/dev/null && bible -f -l 100000 'Gen1:1-Rev22:21' | "
                    "sed -E 's/^[1-3]?[A-Za-z]+[0-9]+:[0-9]+ //' | head -c 2000000",
                    "r");
    char *text = malloc(2000001);
    assert_non_null(p);
    assert_non_null(text);
    *bytes = fread(text, 1, 2000001, p);
    pclose(p);
    return text;
}

static void test_golden_bible(void **state) {
    size_t bytes, n;
    char *text = read_bible(&bytes);
    if (bytes != 2000000) {
        free(text);
        print_message("SKIP test_golden_bible: the command bible is missing (Debian package bible-kjv)\n");
        skip();
    }
    json_t *golden = json_load_file("tests/golden/golden.json", 0, NULL), *kjv = json_object_get(golden, "kjv");
    assert_non_null(kjv);
    double start = seconds_now();
    int *ids = must_encode(*state, text, bytes, &n);
    double seconds = seconds_now() - start;
    json_t *first = json_object_get(kjv, "first64");
    for (size_t i = 0; i < json_array_size(first); i++) {
        assert_int_equal(ids[i], json_integer_value(json_array_get(first, i)));
    }
    assert_int_equal(n, json_integer_value(json_object_get(kjv, "tokens")));
    char digest[65];
    fq_sha256_hex(ids, n * sizeof *ids, digest);
    assert_string_equal(digest, json_string_value(json_object_get(kjv, "sha256_int32le")));
    print_message("%zu ids in %.3f s\n", n, seconds);
    assert_true(seconds < 10); /* 0.2 s is usual; a quadratic encoder takes minutes */
    assert_round_trip(*state, "", text, bytes);
    free(ids);
    free(text);
    json_decref(golden);
}

static void test_random_round_trip(void **state) {
    fq_rng r = fq_rng_seed(20260, 1);
    char text[4 * 200];
    for (int i = 0; i < 3000; i++) {
        assert_round_trip(*state, "", text, random_text(&r, text, 200));
    }
}

/* Cutting a text before an added token changes nothing: ids(a + <|eos|> + b) = ids(a), 1, ids(b). */
static void test_added_tokens_cut(void **state) {
    fq_rng r = fq_rng_seed(20260, 2);
    char text[1000];
    for (int i = 0; i < 300; i++) {
        size_t n_a = random_text(&r, text, 50);
        memcpy(text + n_a, "<|eos|>", 7);
        size_t n_b = random_text(&r, text + n_a + 7, 50), n, n_left, n_right;
        int *ids = must_encode(*state, text, n_a + 7 + n_b, &n);
        int *left = must_encode(*state, text, n_a, &n_left),
            *right = must_encode(*state, text + n_a + 7, n_b, &n_right);
        assert_int_equal(n, n_left + 1 + n_right);
        assert_memory_equal(ids, left, n_left * sizeof *ids);
        assert_int_equal(ids[n_left], 1);
        assert_memory_equal(ids + n_left + 1, right, n_right * sizeof *ids);
        free(ids);
        free(left);
        free(right);
    }
}

static void test_bos_and_pieces(void **state) {
    int *ids;
    size_t n, len;
    assert_int_equal(fq_tokenizer_encode(*state, "a", 1, 1, &ids, &n), FQ_OK);
    assert_int_equal(n, 2);
    assert_int_equal(ids[0], 0);
    assert_memory_equal(fq_tokenizer_piece(*state, ids[1], &len), "a", 1);
    assert_int_equal(len, 1);
    free(ids);
    assert_int_equal(fq_tokenizer_encode(*state, "", 0, 1, &ids, &n), FQ_OK);
    assert_int_equal(n, 1);
    free(ids);
    assert_memory_equal(fq_tokenizer_piece(*state, 1, &len), "<|eos|>", 7);
    assert_int_equal(len, 7);
    static const int outside[] = {-1, 4096, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(fq_tokenizer_piece(*state, outside[i], &len));
        assert_int_equal(len, 0);
    }
}

/* A megabyte of one word must not be quadratic, and long runs must not exhaust PCRE2's stack, compiled or not. */
static void test_monotone_megabyte(void **state) {
    static const char letters[] = "ae \n<'1!\t";
    const size_t bytes = 1 << 20;
    char *text = malloc(bytes + 1);
    assert_non_null(text);
    fq_tokenizer *other[2] = {open_variant(&golden_variants[0], 0), open_variant(&golden_variants[2], 0)};
    assert_string_equal(golden_variants[2].name, "llama3_interpreted");
    double start = seconds_now();
    for (size_t i = 0; i + 1 < sizeof letters; i++) {
        memset(text, letters[i], bytes);
        text[bytes] = 'x';
        assert_round_trip(*state, "", text, bytes + 1);
        assert_round_trip(other[0], "", text, bytes + 1);
        assert_round_trip(other[1], "", text, bytes + 1);
    }
    assert_true(seconds_now() - start < 60); /* 3 s is usual */
    fq_tokenizer_free(other[0]);
    fq_tokenizer_free(other[1]);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_checkpoint),   cmocka_unit_test(test_golden_texts),
        cmocka_unit_test(test_golden_variants),   cmocka_unit_test(test_golden_bible),
        cmocka_unit_test(test_random_round_trip), cmocka_unit_test(test_added_tokens_cut),
        cmocka_unit_test(test_bos_and_pieces),    cmocka_unit_test(test_monotone_megabyte),
    };
    return cmocka_run_group_tests(tests, open_tiny, close_tiny);
}
