/* Files and texts that must not get through: tokenizer.json with every kind of wrong field (status and message are
 * checked), cut short and with random damage, and text that is not UTF-8 (the byte offset is checked). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>

#include "models/tokenizer_internal.h"
#include "tests/tokenizer_helpers.h"

static const char base[] =
    "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[{\"id\":5,\"content\":\"<e>\","
    "\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}],"
    "\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":"
    "{\"Regex\":\"x+\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"Digits\",\"individual_digits\":true},"
    "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}]},"
    "\"post_processor\":null,\"decoder\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"dropout\":null,"
    "\"unk_token\":null,\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":true,"
    "\"byte_fallback\":false,\"ignore_merges\":false,\"vocab\":{\"a\":0,\"b\":1,\"c\":2,\"ab\":3,\"abc\":4},"
    "\"merges\":[\"a b\",[\"ab\",\"c\"]]}}";
static const char sample[] = "abcab 12 xx<e>a\n";

static fq_status load(const char *text, size_t n, fq_tokenizer **t) {
    fq_status s = fq_tokenizer_from_json(text, n, "dir/tokenizer.json", t);
    if (s == FQ_OK) {
        assert_non_null(*t);
    } else {
        assert_null(*t);
        assert_non_null(strstr(fq_message(), "dir/tokenizer.json"));
    }
    return s;
}

/* If it loads after all, it must also work. */
static fq_status load_and_use(const char *text, size_t n) {
    fq_tokenizer *t;
    fq_status s = load(text, n, &t);
    if (s != FQ_OK) {
        if (s != FQ_ERR_INPUT && s != FQ_ERR_UNSUPPORTED) fail_msg("status %d: %s", (int)s, fq_message());
        return s;
    }
    int *ids;
    size_t n_ids, len;
    if (fq_tokenizer_encode(t, sample, sizeof sample - 1, 0, &ids, &n_ids) == FQ_OK) {
        for (size_t i = 0; i < n_ids; i++) {
            assert_true(ids[i] >= 0 && ids[i] < fq_tokenizer_vocab(t));
            assert_non_null(fq_tokenizer_piece(t, ids[i], &len));
        }
        free(ids);
    }
    fq_tokenizer_free(t);
    return s;
}

/* text with the first `from` replaced; malloc'ed. */
static char *edited(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    char *out = malloc(strlen(text) + strlen(to) + 1);
    assert_non_null(at);
    assert_non_null(out);
    sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

static void assert_edited(const char *from, const char *to, const char *from2, const char *to2, const char *text,
                          const int *want, size_t n) {
    char *once = edited(base, from, to), *twice = edited(once, from2, to2);
    fq_tokenizer *t;
    if (load(twice, strlen(twice), &t) != FQ_OK) fail_msg("%s", fq_message());
    assert_ids(t, text, strlen(text), want, n);
    fq_tokenizer_free(t);
    free(once);
    free(twice);
}

static void test_base(void **state) {
    fq_tokenizer *t;
    if (load(base, sizeof base - 1, &t) != FQ_OK) fail_msg("%s", fq_message());
    static const int want[] = {4, 3, 5, 0};
    assert_ids(t, sample, sizeof sample - 1, want, 4);
    fq_tokenizer_free(t);
}

static void test_details(void **state) {
    static const int unknown[] = {0, 2, 2, 1}, added[] = {6, 5, 0, 6}, whole[] = {3}, cut[] = {0, 1};
    /* unknown bytes become unk_token, a run of them one */
    assert_edited("\"unk_token\":null", "\"unk_token\":\"c\"", "\"fuse_unk\":true", "\"fuse_unk\":false", "a??b",
                  unknown, 4);
    assert_edited("\"unk_token\":null", "\"unk_token\":\"c\"", "a", "a", "a??", unknown, 2);
    /* the longest of the added tokens that start at a place */
    assert_edited("\"special\":true}", "\"special\":true},{\"id\":6,\"content\":\"<e>>\"}", "a", "a", "<e>><e>a<e>>",
                  added, 4);
    /* U+180E is no space (PCRE2's \\s thinks so); its bytes are unknown and dropped, so what is not cut there merges */
    assert_edited("\"x+\"", "\"\\\\s\"", "\"use_regex\":true", "\"use_regex\":false",
                  "a\xE1\xA0\x8E"
                  "b",
                  whole, 1);
    assert_edited("\"x+\"", "\"\\\\S\"", "\"use_regex\":true", "\"use_regex\":false",
                  "a\xE1\xA0\x8E"
                  "b",
                  cut, 2);
    assert_edited("\"x+\"", "\"\\\\s\"", "\"use_regex\":true", "\"use_regex\":false",
                  "a\xE3\x80\x80"
                  "b",
                  cut, 2);
}

static void test_wrong_fields(void **state) {
    static const struct {
        const char *from, *to;
        fq_status status;
        const char *part; /* of the message */
    } rows[] = {
        {"\"type\":\"BPE\"", "\"type\":\"Unigram\"", FQ_ERR_UNSUPPORTED, "Unigram"},
        {"\"type\":\"BPE\"", "\"type\":7", FQ_ERR_INPUT, "model.type"},
        {"\"type\":\"BPE\",", "", FQ_ERR_INPUT, "model.type"},
        {"\"model\":", "\"modle\":", FQ_ERR_INPUT, "model"},
        {"\"dropout\":null", "\"dropout\":0.1", FQ_ERR_UNSUPPORTED, "dropout"},
        {"\"unk_token\":null", "\"unk_token\":\"?\"", FQ_ERR_INPUT, "unk_token"},
        {"\"unk_token\":null", "\"unk_token\":3", FQ_ERR_INPUT, "unk_token"},
        {"\"continuing_subword_prefix\":null", "\"continuing_subword_prefix\":\"##\"", FQ_ERR_UNSUPPORTED,
         "continuing"},
        {"\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"</w>\"", FQ_ERR_UNSUPPORTED, "end_of_word"},
        {"\"fuse_unk\":true", "\"fuse_unk\":0", FQ_ERR_INPUT, "fuse_unk"},
        {"\"byte_fallback\":false", "\"byte_fallback\":true", FQ_ERR_UNSUPPORTED, "byte_fallback"},
        {"\"ignore_merges\":false", "\"ignore_merges\":\"no\"", FQ_ERR_INPUT, "ignore_merges"},
        {"\"vocab\":{\"a\":0,\"b\":1,\"c\":2,\"ab\":3,\"abc\":4}", "\"vocab\":[]", FQ_ERR_INPUT, "vocab"},
        {"\"vocab\":{\"a\":0,\"b\":1,\"c\":2,\"ab\":3,\"abc\":4}", "\"vocab\":{}", FQ_ERR_INPUT, "merge 0"},
        {"\"c\":2", "\"c\":1", FQ_ERR_INPUT, "id 1"},
        {"\"c\":2", "\"c\":-1", FQ_ERR_INPUT, "-1"},
        {"\"c\":2", "\"c\":2.0", FQ_ERR_INPUT, "integer"},
        {"\"c\":2", "\"c\":\"2\"", FQ_ERR_INPUT, "integer"},
        {"\"c\":2", "\"c\":4194304", FQ_ERR_INPUT, "4194304"},
        {"\"c\":2", "\"c\":9223372036854775807", FQ_ERR_INPUT, "below"},
        {"\"c\":2", "\"c\":-9223372036854775808", FQ_ERR_INPUT, "-9223372036854775808"},
        {"\"c\":2", "\"c\":99999999999999999999", FQ_ERR_INPUT, "line 1"},
        {"\"c\":2", "\"a\":2", FQ_ERR_INPUT, "duplicate"},
        {"\"c\":2", "\"\":2", FQ_ERR_INPUT, "empty"},
        {"\"a b\"", "\"a z\"", FQ_ERR_INPUT, "merge 0 names \"z\""},
        {"\"a b\"", "\"b a\"", FQ_ERR_INPUT, "merge 0 names \"ba\""},
        {"\"a b\"", "\"ab\"", FQ_ERR_INPUT, "one space"},
        {"\"a b\"", "\"a b c\"", FQ_ERR_INPUT, "one space"},
        {"\"a b\"", "3", FQ_ERR_INPUT, "merges[0]"},
        {"[\"ab\",\"c\"]", "[\"ab\"]", FQ_ERR_INPUT, "merges[1]"},
        {"[\"ab\",\"c\"]", "[\"ab\",2]", FQ_ERR_INPUT, "merges[1]"},
        {"[\"ab\",\"c\"]", "\"a b\"", FQ_ERR_INPUT, "the same"},
        {"\"merges\":[", "\"merges\":{},\"m\":[", FQ_ERR_INPUT, "merges"},
        {"\"id\":5", "\"id\":4", FQ_ERR_INPUT, "id 4"},
        {"\"id\":5", "\"id\":\"5\"", FQ_ERR_INPUT, "added_tokens"},
        {"\"id\":5", "\"id\":-5", FQ_ERR_INPUT, "-5"},
        {"\"content\":\"<e>\"", "\"content\":\"a\"", FQ_ERR_INPUT, "\"a\""},
        {"\"content\":\"<e>\"", "\"content\":\"\"", FQ_ERR_INPUT, "empty"},
        {"\"content\":\"<e>\"", "\"content\":[]", FQ_ERR_INPUT, "content"},
        {"\"special\":true}", "\"special\":true},{\"id\":6,\"content\":\"<e>\"}", FQ_ERR_INPUT, "two ids"},
        {"\"special\":true}", "\"special\":true},7", FQ_ERR_INPUT, "added_tokens"},
        {"\"single_word\":false", "\"single_word\":true", FQ_ERR_UNSUPPORTED, "single_word"},
        {"\"lstrip\":false", "\"lstrip\":true", FQ_ERR_UNSUPPORTED, "lstrip"},
        {"\"rstrip\":false", "\"rstrip\":true", FQ_ERR_UNSUPPORTED, "rstrip"},
        {"\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}", FQ_ERR_UNSUPPORTED, "NFC"},
        {"\"normalizer\":null", "\"normalizer\":\"NFC\"", FQ_ERR_INPUT, "normalizer"},
        {"\"normalizer\":null", "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[null]}", FQ_ERR_INPUT,
         "normalizers"},
        {"\"normalizer\":null",
         "\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"b\"}", FQ_ERR_UNSUPPORTED,
         "Replace"},
        {"\"type\":\"ByteLevel\"", "\"type\":\"BertPreTokenizer\"", FQ_ERR_UNSUPPORTED, "BertPreTokenizer"},
        {"\"type\":\"Digits\"", "\"type\":\"ByteLevel\",\"add_prefix_space\":false", FQ_ERR_UNSUPPORTED, "after"},
        {"\"add_prefix_space\":false", "\"add_prefix_space\":true", FQ_ERR_UNSUPPORTED, "add_prefix_space"},
        {"\"use_regex\":true", "\"use_regex\":1", FQ_ERR_INPUT, "use_regex"},
        {"\"Isolated\"", "\"Removed\"", FQ_ERR_UNSUPPORTED, "Removed"},
        {"\"invert\":false", "\"invert\":true", FQ_ERR_UNSUPPORTED, "invert"},
        {"{\"Regex\":\"x+\"}", "\"x+\"", FQ_ERR_INPUT, "pattern"},
        {"\"x+\"", "\"(x+\"", FQ_ERR_UNSUPPORTED, "does not compile"},
        {"\"x+\"", "\"\"", FQ_ERR_UNSUPPORTED, "0 bytes"},
        {"\"x+\"", "\"\\\\C\"", FQ_ERR_UNSUPPORTED, "does not compile"}, /* would cut inside a character */
        {"{\"type\":\"Split\"",
         "{\"type\":\"Metaspace\",\"replacement\":\"\xE2\x96\x81\",\"split\":true},{\"type\":\"Split\"",
         FQ_ERR_UNSUPPORTED, "split"},
        {"{\"type\":\"Split\"", "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"split\":false},{\"type\":\"Split\"",
         FQ_ERR_UNSUPPORTED, "replacement"},
        {"\"decoder\":{\"type\":\"ByteLevel\"}", "\"decoder\":{\"type\":\"WordPiece\"}", FQ_ERR_UNSUPPORTED,
         "WordPiece"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fq_tokenizer *t;
        char *text = edited(base, rows[i].from, rows[i].to);
        fq_status s = load(text, strlen(text), &t);
        if (s != rows[i].status || strstr(fq_message(), rows[i].part) == NULL) {
            fail_msg("%s for %s: status %d, \"%s\"", rows[i].to, rows[i].from, (int)s, fq_message());
        }
        free(text);
    }
}

/* Every value of the file in turn becomes a value of every type; nothing may crash, and what loads must work. */
static void swap_types(json_t *root, json_t *container) {
    static const char *const values[] = {"null", "true", "[]", "{}", "\"\"", "\"a b\"", "-1", "1e300", "3", "[[[]]]"};
    size_t n = json_is_object(container) ? json_object_size(container) : json_array_size(container);
    for (size_t i = 0; i < n; i++) {
        const char *key = NULL;
        if (json_is_object(container)) {
            void *it = json_object_iter(container);
            for (size_t k = 0; k < i; k++) {
                it = json_object_iter_next(container, it);
            }
            key = json_object_iter_key(it);
        }
        json_t *old = json_incref(key ? json_object_get(container, key) : json_array_get(container, i));
        if (json_is_object(old) || json_is_array(old)) swap_types(root, old);
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            json_t *value = json_loads(values[k], JSON_DECODE_ANY, NULL);
            if (key) {
                json_object_set_new(container, key, value);
            } else {
                json_array_set_new(container, i, value);
            }
            char *text = json_dumps(root, 0);
            (void)load_and_use(text, strlen(text));
            free(text);
        }
        if (key) {
            json_object_set_new(container, key, old);
        } else {
            json_array_set_new(container, i, old);
        }
    }
}

static void test_swapped_types(void **state) {
    json_t *root = json_loads(base, 0, NULL);
    assert_non_null(root);
    swap_types(root, root);
    json_decref(root);
}

static void test_cut_short(void **state) {
    for (size_t n = 0; n < sizeof base - 1; n++) {
        char *exact = malloc(n + 1); /* AddressSanitizer sees a read past the end */
        assert_non_null(exact);
        memcpy(exact, base, n);
        fq_tokenizer *t;
        assert_int_equal(load(exact, n, &t), FQ_ERR_INPUT);
        free(exact);
    }
    char deep[4000];
    memset(deep, '[', sizeof deep);
    assert_int_equal(load_and_use(deep, sizeof deep), FQ_ERR_INPUT);
}

static void test_random_damage(void **state) {
    fq_rng r = fq_rng_seed(77, 0);
    static const char letters[] = "{}[]\",:0123456789-.eabcxtrufalsn\\ \n\x80\xFF";
    int loaded = 0;
    for (int i = 0; i < 4000; i++) {
        char text[sizeof base];
        memcpy(text, base, sizeof base);
        for (uint32_t k = fq_rng_below(&r, 3) + 1; k > 0; k--) {
            text[fq_rng_below(&r, sizeof base - 1)] = letters[fq_rng_below(&r, sizeof letters - 1)];
        }
        loaded += load_and_use(text, sizeof base - 1) == FQ_OK;
    }
    assert_true(loaded > 0); /* some damage is harmless: the encoder is tried as well */
}

/* ---- UTF-8 ---- */

static fq_tokenizer *open_base(void) {
    fq_tokenizer *t;
    if (load(base, sizeof base - 1, &t) != FQ_OK) fail_msg("%s", fq_message());
    return t;
}

static void test_bad_utf8(void **state) {
    static const char *const bad[] = {
        "\x80",
        "\xBF",
        "\xC0\xAF",
        "\xC1\xBF",
        "\xC3",
        "\xC3(",
        "\xE0\x9F\xBF",
        "\xE2\x82",
        "\xE2(\xA1",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xFF",
    };
    fq_tokenizer *t = open_base();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        for (size_t at = 0; at < 40; at++) {
            size_t n = strlen(bad[i]);
            char *text = malloc(at + n), want[64]; /* it ends the text: a read past the end is seen */
            assert_non_null(text);
            memset(text, 'a', at);
            memcpy(text + at, bad[i], n);
            int *ids = (int *)text;
            size_t n_ids = 1;
            assert_int_equal(fq_tokenizer_encode(t, text, at + n, 0, &ids, &n_ids), FQ_ERR_INPUT);
            assert_null(ids);
            assert_int_equal(n_ids, 0);
            snprintf(want, sizeof want, "byte offset %zu ", at);
            if (strstr(fq_message(), want) == NULL) fail_msg("\"%s\" does not say %s", fq_message(), want);
            free(text);
        }
    }
    fq_tokenizer_free(t);
}

/* All one- to four-byte sequences at the borders, against the definition by code points. */
static void test_utf8_borders(void **state) {
    for (uint32_t c = 0; c < 0x120000; c++) {
        char s[4];
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
        for (size_t i = n; i > 0; i--) {
            uint32_t bits = c >> (6 * (n - i));
            s[i - 1] = (char)(i > 1 ? 0x80 | (bits & 63) : lead[n] | bits);
        }
        size_t want = (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF ? 0 : n;
        if (fq_utf8_length(s, n) != want) fail_msg("U+%04X has length %zu", c, fq_utf8_length(s, n));
        for (size_t k = 1; k < n; k++) {
            assert_int_equal(fq_utf8_length(s, k), 0);
        }
    }
    for (uint32_t c = 0; c < 0x10000; c++) { /* overlong forms */
        const char two[] = {(char)(0xC0 | (c >> 6 & 31)), (char)(0x80 | (c & 63))};
        const char three[] = {(char)(0xE0 | (c >> 12)), (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63))};
        const char four[] = {(char)0xF0, three[0] & 0x0F ? (char)(0x80 | (three[0] & 0x0F)) : (char)0x80, three[1],
                             three[2]};
        if (c < 0x80) assert_int_equal(fq_utf8_length(two, 2), 0);
        if (c < 0x800) assert_int_equal(fq_utf8_length(three, 3), 0);
        assert_int_equal(fq_utf8_length(four, 4), 0);
    }
}

/* A pattern from a file that backtracks without end is stopped with a message. */
static void test_runaway_pattern(void **state) {
    fq_tokenizer *t;
    char *text = edited(base, "\"x+\"", "\"(a|a|b)+c?[yz]\"");
    if (load(text, strlen(text), &t) != FQ_OK) fail_msg("%s", fq_message());
    char as[2001];
    memset(as, 'a', 2000);
    as[2000] = 0;
    int *ids;
    size_t n;
    fq_status s = fq_tokenizer_encode(t, as, 2000, 0, &ids, &n);
    assert_int_equal(s, FQ_ERR_UNSUPPORTED);
    assert_null(ids);
    assert_non_null(strstr(fq_message(), "pattern"));
    fq_tokenizer_free(t);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_wrong_fields),
        cmocka_unit_test(test_swapped_types),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_random_damage),
        cmocka_unit_test(test_bad_utf8),
        cmocka_unit_test(test_utf8_borders),
        cmocka_unit_test(test_runaway_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
