/* What the tokenizer's test programs share: loading, encoding, digests of ids, and decoding back to bytes.
 * Include after cmocka.h. */
#ifndef FQ_TESTS_TOKENIZER_HELPERS_H
#define FQ_TESTS_TOKENIZER_HELPERS_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/host.h"
#include "harness/rng.h"
#include "models/tokenizer.h"
#include "tests/golden/tokenizer_golden.h"

#define TINY_JSON "models/tiny/tokenizer.json"
#define GOLDEN_TEXTS (sizeof golden_texts / sizeof *golden_texts)

static inline int *must_encode(const fq_tokenizer *t, const char *text, size_t bytes, size_t *n) {
    int *ids;
    if (fq_tokenizer_encode(t, text, bytes, 0, &ids, n) != FQ_OK) fail_msg("encode: %s", fq_message());
    assert_non_null(ids);
    return ids;
}

static inline void assert_ids(const fq_tokenizer *t, const char *text, size_t bytes, const int *want, size_t n_want) {
    size_t n;
    int *ids = must_encode(t, text, bytes, &n);
    for (size_t i = 0; i < n && i < n_want; i++) {
        if (ids[i] != want[i]) fail_msg("\"%s\": id %zu is %d, expected %d", text, i, ids[i], want[i]);
    }
    if (n != n_want) fail_msg("\"%s\": %zu ids, expected %zu", text, n, n_want);
    free(ids);
}

/* SHA-256 of the ids of all golden texts, -1 after each, as tests/golden/tokenizer.py computes it. */
static inline void assert_digest(const fq_tokenizer *t, const char *what, const char *want) {
    int32_t *flat = malloc(sizeof *flat * 100000);
    size_t m = 0;
    char got[65];
    assert_non_null(flat);
    for (size_t i = 0; i < GOLDEN_TEXTS; i++) {
        size_t n;
        int *ids = must_encode(t, golden_texts[i].text, golden_texts[i].bytes, &n);
        assert_true(m + n + 1 <= 100000);
        for (size_t k = 0; k < n; k++) {
            flat[m++] = ids[k];
        }
        flat[m++] = -1;
        free(ids);
    }
    fq_sha256_hex(flat, m * sizeof *flat, got);
    free(flat);
    if (strcmp(got, want) != 0) fail_msg("%s: digest of ids %s, expected %s", what, got, want);
}

/* Random valid UTF-8 of up to `chars` characters: ASCII, spaces and line ends, digits, apostrophes, any code point. */
static inline size_t random_text(fq_rng *r, char *out, size_t chars) {
    static const char often[] = "  \n\r\t''stremvld0123456789<|>";
    size_t n = 0, count = fq_rng_below(r, (uint32_t)chars + 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t c = 0;
        switch (fq_rng_below(r, 4)) {
        case 0:
            c = (unsigned char)often[fq_rng_below(r, sizeof often - 1)];
            break;
        case 1:
            c = 'a' + fq_rng_below(r, 26);
            break;
        case 2:
            c = fq_rng_below(r, 0x800);
            break;
        default:
            do {
                c = fq_rng_below(r, 0x110000);
            } while (c >= 0xD800 && c < 0xE000);
        }
        if (c < 0x80) {
            out[n++] = (char)c;
        } else if (c < 0x800) {
            out[n++] = (char)(0xC0 | (c >> 6));
            out[n++] = (char)(0x80 | (c & 63));
        } else if (c < 0x10000) {
            out[n++] = (char)(0xE0 | (c >> 12));
            out[n++] = (char)(0x80 | ((c >> 6) & 63));
            out[n++] = (char)(0x80 | (c & 63));
        } else {
            out[n++] = (char)(0xF0 | (c >> 18));
            out[n++] = (char)(0x80 | ((c >> 12) & 63));
            out[n++] = (char)(0x80 | ((c >> 6) & 63));
            out[n++] = (char)(0x80 | (c & 63));
        }
    }
    return n;
}

/* The pieces of the ids, concatenated, are `lead` and then the text. */
static inline void assert_round_trip(const fq_tokenizer *t, const char *lead, const char *text, size_t bytes) {
    size_t n, done = 0, n_lead = strlen(lead);
    int *ids = must_encode(t, text, bytes, &n);
    for (size_t i = 0; i < n; i++) {
        size_t len;
        const char *piece = fq_tokenizer_piece(t, ids[i], &len);
        for (size_t k = 0; k < len; k++, done++) {
            assert_true(done < n_lead + bytes);
            assert_int_equal(piece[k], done < n_lead ? lead[done] : text[done - n_lead]);
        }
    }
    assert_int_equal(done, bytes == 0 ? 0 : n_lead + bytes);
    free(ids);
}
#endif
