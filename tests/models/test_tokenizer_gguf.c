/* Tokenizers from GGUF metadata: named pre-tokenizers and SentencePiece-style merges worked out by hand, both against
 * a plain quadratic encoder, refusals of everything inconsistent, and SmolLM2 against Hugging Face when it is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "tests/tokenizer_helpers.h"

#define MARK "\xE2\x96\x81"

/* ---- a GGUF file in memory ---- */

typedef struct file {
    unsigned char data[1 << 15];
    size_t n;
    uint64_t values;
} file;

static void put(file *f, const void *p, size_t n) {
    assert_true(f->n + n <= sizeof f->data);
    memcpy(f->data + f->n, p, n);
    f->n += n;
}

static void put_number(file *f, uint64_t v, size_t bytes) { /* little-endian */
    for (size_t i = 0; i < bytes; i++) {
        unsigned char b = (unsigned char)(v >> (8 * i));
        put(f, &b, 1);
    }
}

static void put_string(file *f, const char *s) {
    put_number(f, strlen(s), 8);
    put(f, s, strlen(s));
}

static void put_key(file *f, const char *key, fq_gguf_type type) {
    char full[64];
    snprintf(full, sizeof full, "tokenizer.ggml.%s", key);
    put_string(f, full);
    put_number(f, type, 4);
    f->values++;
}

static void put_array(file *f, const char *key, fq_gguf_type item, uint64_t count) {
    put_key(f, key, FQ_GGUF_ARRAY);
    put_number(f, item, 4);
    put_number(f, count, 8);
}

/* A tokenizer to be written; a field at zero is left out. */
typedef struct spec {
    const char *model, *pre;
    const char *const *tokens;
    const int *types;
    const float *scores;
    const char *const *merges;
    int n_tokens, n_types, n_scores, n_merges;
    int has_bos, bos, no_prefix;
    fq_gguf_type prefix_type; /* 0: bool */
} spec;

static file *write_gguf(const spec *x) {
    file *f = calloc(1, sizeof *f);
    assert_non_null(f);
    put(f, "GGUF", 4);
    put_number(f, 3, 4);
    put_number(f, 0, 8);
    put_number(f, 0, 8); /* values, patched below */
    if (x->model) put_key(f, "model", FQ_GGUF_STRING), put_string(f, x->model);
    if (x->pre) put_key(f, "pre", FQ_GGUF_STRING), put_string(f, x->pre);
    if (x->tokens) put_array(f, "tokens", FQ_GGUF_STRING, (uint64_t)x->n_tokens);
    for (int i = 0; x->tokens && i < x->n_tokens; i++) {
        put_string(f, x->tokens[i]);
    }
    if (x->types) put_array(f, "token_type", FQ_GGUF_I32, (uint64_t)x->n_types);
    for (int i = 0; x->types && i < x->n_types; i++) {
        put_number(f, (uint64_t)x->types[i], 4);
    }
    if (x->scores) put_array(f, "scores", FQ_GGUF_F32, (uint64_t)x->n_scores);
    for (int i = 0; x->scores && i < x->n_scores; i++) {
        put(f, &x->scores[i], 4);
    }
    if (x->merges) put_array(f, "merges", FQ_GGUF_STRING, (uint64_t)x->n_merges);
    for (int i = 0; x->merges && i < x->n_merges; i++) {
        put_string(f, x->merges[i]);
    }
    if (x->has_bos) put_key(f, "bos_token_id", FQ_GGUF_I32), put_number(f, (uint64_t)x->bos, 4);
    if (x->no_prefix) {
        put_key(f, "add_space_prefix", x->prefix_type ? x->prefix_type : FQ_GGUF_BOOL);
        put_number(f, 0, x->prefix_type ? 4 : 1);
    }
    memcpy(f->data + 16, &f->values, 8);
    f->n = (f->n + 31) / 32 * 32; /* where tensor data would begin */
    return f;
}

static fq_status open_spec(const spec *x, fq_tokenizer **t) {
    fq_arena a;
    fq_gguf g;
    file *f = write_gguf(x);
    assert_int_equal(fq_arena_init(&a, 0), FQ_OK);
    if (fq_gguf_parse(f->data, f->n, "test.gguf", &a, &g) != FQ_OK) fail_msg("%s", fq_message());
    fq_status s = fq_tokenizer_from_gguf(&g, "test.gguf", t);
    fq_arena_free(&a);
    memset(f, 0xAA, sizeof *f); /* the tokenizer must not point into the file */
    free(f);
    return s;
}

static fq_tokenizer *must_open(const spec *x) {
    fq_tokenizer *t;
    if (open_spec(x, &t) != FQ_OK) fail_msg("%s", fq_message());
    return t;
}

static void must_fail(const spec *x, fq_status status, const char *part) {
    fq_tokenizer *t;
    assert_int_equal(open_spec(x, &t), status);
    assert_null(t);
    if (strstr(fq_message(), part) == NULL || strstr(fq_message(), "test.gguf") == NULL) {
        fail_msg("\"%s\" says nothing about %s", fq_message(), part);
    }
}

/* ---- model gpt2 ---- */

#define SPACE "\xC4\xA0" /* the letter of byte 0x20 */
static const char *const bpe_tokens[] = {"1", "2", "3", "4", "5",   "12",  "123",     "34",    "45",
                                         "a", "b", "c", "+", SPACE, "abc", SPACE "+", "<|e|>", "@@"};
static const int bpe_types[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 4};
static const char *const bpe_merges[] = {"3 4", "1 2", "12 3", "4 5", SPACE " +"};
static const spec bpe = {.model = "gpt2",
                         .pre = "gpt-2",
                         .tokens = bpe_tokens,
                         .n_tokens = 18,
                         .types = bpe_types,
                         .n_types = 18,
                         .merges = bpe_merges,
                         .n_merges = 5};

static void assert_pre(const char *pre, const int *want, size_t n) {
    spec x = bpe;
    x.pre = pre;
    fq_tokenizer *t = must_open(&x);
    assert_ids(t, "12345 +abc", 10, want, n);
    fq_tokenizer_free(t);
}

/* "12345 +abc": the patterns cut it differently, and only Llama-3 takes the word "abc", which no merge reaches. */
static void test_pre_tokenizers(void **state) {
    static const int gpt2[] = {5, 7, 4, 15, 9, 10, 11};         /* 12345| +|abc: 34 merges first */
    static const int llama3[] = {6, 8, 15, 14};                 /* 123|45| +|abc */
    static const int smollm[] = {0, 1, 2, 3, 4, 15, 9, 10, 11}; /* 1|2|3|4|5| +|abc */
    static const int fallback[] = {6, 8, 13, 12, 9, 10, 11};    /* 123|45| |+|abc */
    assert_pre("gpt-2", gpt2, 7);
    assert_pre("llama-bpe", llama3, 4);
    assert_pre("smollm", smollm, 9);
    assert_pre("default", fallback, 7);
    assert_pre(NULL, fallback, 7);
}

static void test_gpt2_added_and_missing(void **state) {
    fq_tokenizer *t = must_open(&bpe);
    static const int want[] = {9, 16, 10, 17, 11};
    assert_ids(t, "a<|e|>b@@c", 10, want, 5);
    assert_ids(t, "zaz", 3, want, 1); /* a byte that the vocabulary lacks is dropped, as in the reference */
    assert_int_equal(fq_tokenizer_vocab(t), 18);
    assert_int_equal(fq_tokenizer_bos(t), -1);
    size_t n;
    assert_memory_equal(fq_tokenizer_piece(t, 15, &n), " +", 2);
    assert_int_equal(n, 2);
    int *ids;
    assert_int_equal(fq_tokenizer_encode(t, "a", 1, 1, &ids, &n), FQ_ERR_INPUT); /* no BOS */
    fq_tokenizer_free(t);
}

static void test_gpt2_refusals(void **state) {
    spec x = bpe;
    x.pre = "tekken";
    must_fail(&x, FQ_ERR_UNSUPPORTED, "tekken");
    x = bpe, x.model = "bert";
    must_fail(&x, FQ_ERR_UNSUPPORTED, "bert");
    x = bpe, x.model = NULL;
    must_fail(&x, FQ_ERR_INPUT, "tokenizer.ggml.model");
    x = bpe, x.tokens = NULL;
    must_fail(&x, FQ_ERR_INPUT, "tokenizer.ggml.tokens");
    x = bpe, x.n_tokens = 0;
    x.n_types = 0;
    must_fail(&x, FQ_ERR_INPUT, "empty");
    x = bpe, x.merges = NULL;
    must_fail(&x, FQ_ERR_INPUT, "tokenizer.ggml.merges");
    x = bpe, x.n_types = 17;
    must_fail(&x, FQ_ERR_INPUT, "token_type");
    x = bpe, x.has_bos = 1, x.bos = 18;
    must_fail(&x, FQ_ERR_INPUT, "bos_token_id");
    x.bos = -2;
    must_fail(&x, FQ_ERR_INPUT, "bos_token_id");
    x = bpe, x.no_prefix = 1, x.prefix_type = FQ_GGUF_U32;
    must_fail(&x, FQ_ERR_INPUT, "add_space_prefix");

    static const char *const bad_merges[][2] = {{"3 4", "3 4"}, {"3 4", "a b"}, {"3 4", "z 1"}, {"3 4", "12"},
                                                {"3 4", " 12"}, {"3 4", "12 "}, {"3 4", ""},    {"3 4", "1 2 3"}};
    for (size_t i = 0; i < sizeof bad_merges / sizeof *bad_merges; i++) {
        x = bpe, x.merges = bad_merges[i], x.n_merges = 2;
        must_fail(&x, FQ_ERR_INPUT, "merge");
    }
    const char *tokens[18];
    memcpy(tokens, bpe_tokens, sizeof tokens);
    x = bpe, x.tokens = tokens;
    tokens[17] = "abc";
    must_fail(&x, FQ_ERR_INPUT, "two ids");
    tokens[17] = "";
    must_fail(&x, FQ_ERR_INPUT, "empty");
    int types[18];
    memcpy(types, bpe_types, sizeof types);
    x = bpe, x.types = types;
    types[3] = 0;
    must_fail(&x, FQ_ERR_INPUT, "token_type");
    types[3] = 7;
    must_fail(&x, FQ_ERR_INPUT, "token_type");
}

/* ---- model llama ---- */

enum { SPM_FIRST = 259, SPM_N = SPM_FIRST + 18 }; /* after <unk> <s> </s> and 256 bytes */
static const struct spm_row {
    const char *text;
    float score;
} spm_rows[SPM_N - SPM_FIRST] = {
    {MARK, -20}, {"h", -21},       {"e", -22},  {"l", -23},         {"o", -24},   {"w", -25},
    {"r", -26},  {"d", -27},       {"lo", -.5}, {"he", -1},         {"ll", -2},   {MARK "w", -3},
    {"or", -4},  {MARK "wor", -5}, {"ld", -6},  {MARK "world", -7}, {"hell", -8}, {"xy", -10},
};
enum { S = SPM_FIRST, H, E, L, O, W, R, D, LO, HE, LL, SW, OR, SWOR, LD, SWORLD, HELL, XY };

typedef struct spm_parts {
    char bytes[256][8];
    const char *tokens[SPM_N];
    int types[SPM_N];
    float scores[SPM_N];
} spm_parts;

static spec spm_spec(spm_parts *p) {
    static const char *const special[] = {"<unk>", "<s>", "</s>"};
    static const int special_types[] = {2, 3, 3};
    memset(p, 0, sizeof *p);
    for (int i = 0; i < SPM_N; i++) {
        p->types[i] = i < 3 ? special_types[i] : i < SPM_FIRST ? 6 : 1;
        if (i >= 3 && i < SPM_FIRST) snprintf(p->bytes[i - 3], 8, "<0x%02X>", (unsigned)(i - 3));
        p->tokens[i] = i < 3 ? special[i] : i < SPM_FIRST ? p->bytes[i - 3] : spm_rows[i - SPM_FIRST].text;
        if (i >= SPM_FIRST) p->scores[i] = spm_rows[i - SPM_FIRST].score;
    }
    return (spec){.model = "llama",
                  .tokens = p->tokens,
                  .types = p->types,
                  .scores = p->scores,
                  .n_tokens = SPM_N,
                  .n_types = SPM_N,
                  .n_scores = SPM_N,
                  .has_bos = 1,
                  .bos = 1};
}

#define ASSERT_IDS(t, text, ...)                                                                                       \
    do {                                                                                                               \
        static const int want_[] = {__VA_ARGS__};                                                                      \
        assert_ids((t), (text), strlen(text), want_, sizeof want_ / sizeof *want_);                                    \
    } while (0)
enum { BYTE = 3 };

static void test_spm_worked(void **state) {
    spm_parts p;
    spec x = spm_spec(&p);
    fq_tokenizer *t = must_open(&x);
    ASSERT_IDS(t, "hello world", S, HE, L, LO, SWORLD); /* lo (-0.5) goes before he, so ll and hell never form */
    ASSERT_IDS(t, "hell", S, HELL);
    ASSERT_IDS(t, "lll", S, LL, L); /* equal scores: the leftmost */
    ASSERT_IDS(t, "world  world", SWORLD, S, SWORLD);
    ASSERT_IDS(t, " w", S, SW);
    ASSERT_IDS(t, "h\xC3\xA9\n", S, H, BYTE + 0xC3, BYTE + 0xA9, BYTE + 0x0A);
    ASSERT_IDS(t, "xyx", S, XY, BYTE + 'x'); /* x and y are no tokens, xy is */
    ASSERT_IDS(t, "<s>h</s>h", 1, S, H, 2, S, H);
    ASSERT_IDS(t, "<0x41>", S, BYTE + '<', BYTE + '0', BYTE + 'x', BYTE + '4', BYTE + '1', BYTE + '>');
    assert_ids(t, "", 0, NULL, 0);
    assert_round_trip(t, " ", "hello w\xC3\xB6rld\n", 13);
    assert_int_equal(fq_tokenizer_bos(t), 1);
    fq_tokenizer_free(t);

    p.tokens[XY] = "d" MARK "w"; /* with such a token, merges cross spaces */
    t = must_open(&x);
    ASSERT_IDS(t, "d w", S, XY);
    fq_tokenizer_free(t);

    x = spm_spec(&p), x.no_prefix = 1;
    t = must_open(&x);
    ASSERT_IDS(t, "world", W, OR, LD);
    ASSERT_IDS(t, " world", SWORLD);
    fq_tokenizer_free(t);
}

/* Merge the best neighbours one pair at a time, looking at all of them each time. */
static size_t encode_plainly(const char *s, size_t n, int *ids) {
    struct run {
        size_t at, n;
    } runs[200];
    size_t count = 0, m = 0;
    for (size_t i = 0; i < n; i += runs[count++].n) {
        unsigned char c = (unsigned char)s[i];
        runs[count] = (struct run){i, c < 0x80 ? 1 : c < 0xE0 ? 2 : 3};
    }
    for (;;) {
        size_t best = count;
        float score = -INFINITY;
        for (size_t i = 0; i + 1 < count; i++) {
            for (size_t k = 0; k < SPM_N - SPM_FIRST; k++) {
                size_t len = strlen(spm_rows[k].text);
                if (len != runs[i].n + runs[i + 1].n || memcmp(spm_rows[k].text, s + runs[i].at, len) != 0) continue;
                if (spm_rows[k].score > score) best = i, score = spm_rows[k].score;
            }
        }
        if (best == count) break;
        runs[best].n += runs[best + 1].n;
        memmove(runs + best + 1, runs + best + 2, (count - best - 2) * sizeof *runs);
        count--;
    }
    for (size_t i = 0; i < count; i++) {
        int id = -1;
        for (int k = 0; k < SPM_N - SPM_FIRST; k++) {
            size_t len = strlen(spm_rows[k].text);
            if (len == runs[i].n && memcmp(spm_rows[k].text, s + runs[i].at, len) == 0) id = SPM_FIRST + k;
        }
        if (id >= 0) ids[m++] = id;
        for (size_t k = 0; id < 0 && k < runs[i].n; k++) {
            ids[m++] = BYTE + (unsigned char)s[runs[i].at + k];
        }
    }
    return m;
}

/* The same vocabulary as tokenizer.json with merges by rank, in the order of the scores. */
static fq_tokenizer *open_spm_json(const char *normalizer, const char *pre_tokenizer) {
    static const char *const merges =
        "\"l o\",\"h e\",\"l l\",\"" MARK " w\",\"o r\",\"" MARK "w or\",\"l d\",\"" MARK "wor ld\",\"he ll\"";
    spm_parts p;
    spm_spec(&p);
    char *text = malloc(1 << 15);
    size_t n = 0;
    assert_non_null(text);
    n += (size_t)sprintf(text, "{\"added_tokens\":[");
    for (int i = 0; i < 3; i++) {
        n += (size_t)sprintf(text + n, "%s{\"id\":%d,\"content\":\"%s\",\"normalized\":false}", i ? "," : "", i,
                             p.tokens[i]);
    }
    n += (size_t)sprintf(text + n,
                         "],\"normalizer\":%s,\"pre_tokenizer\":%s,\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,"
                         "\"fuse_unk\":true,\"unk_token\":\"<unk>\",\"merges\":[%s],\"vocab\":{",
                         normalizer, pre_tokenizer, merges);
    for (int i = 0; i < SPM_N; i++) {
        n += (size_t)sprintf(text + n, "%s\"%s\":%d", i ? "," : "", p.tokens[i], i);
    }
    n += (size_t)sprintf(text + n, "}}}");
    fq_tokenizer *t;
    if (fq_tokenizer_from_json(text, n, "spm.json", &t) != FQ_OK) fail_msg("%s", fq_message());
    free(text);
    return t;
}

#define LLAMA2                                                                                                         \
    "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"" MARK                                \
    "\"},{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"" MARK "\"}]}"
#define METASPACE(scheme)                                                                                              \
    "{\"type\":\"Metaspace\",\"replacement\":\"" MARK "\",\"prepend_scheme\":\"" scheme "\",\"split\":false}"

static void test_spm_against_plain(void **state) {
    static const char *const bits[] = {"h", "e",  "l",   "l",  "o",        "w", "r", "d",
                                       " ", " w", "wor", "ld", "\xC3\xA9", "x", "y"};
    spm_parts p;
    spec x = spm_spec(&p);
    fq_tokenizer *gguf = must_open(&x), *json = open_spm_json(LLAMA2, "null");
    fq_rng r = fq_rng_seed(5, 5);
    for (int i = 0; i < 3000; i++) {
        char text[200] = "", marked[600] = MARK;
        uint32_t with_xy = i % 2 ? 0 : 2;
        for (uint32_t k = fq_rng_below(&r, 40) + 1; k > 0; k--) {
            strcat(text, bits[fq_rng_below(&r, 13 + with_xy)]);
        }
        for (size_t k = 0, n = 3; text[k]; k++) {
            n += (size_t)sprintf(marked + n, "%s", text[k] == ' ' ? MARK : (char[]){text[k], 0});
        }
        int want[700];
        size_t n = encode_plainly(marked, strlen(marked), want);
        assert_ids(gguf, text, strlen(text), want, n);
        if (!with_xy) assert_ids(json, text, strlen(text), want, n); /* xy is no merge */
        assert_round_trip(gguf, " ", text, strlen(text));
        assert_round_trip(json, " ", text, strlen(text));
    }
    fq_tokenizer_free(gguf);
    fq_tokenizer_free(json);
}

static void test_spm_json_prefixes(void **state) {
    fq_tokenizer *t = open_spm_json(LLAMA2, "null");
    ASSERT_IDS(t, " h</s>h", S, S, H, 2, S, H);
    fq_tokenizer_free(t);
    t = open_spm_json("null", METASPACE("always"));
    ASSERT_IDS(t, " h</s>h", S, H, 2, S, H);
    fq_tokenizer_free(t);
    t = open_spm_json("null", METASPACE("first"));
    ASSERT_IDS(t, "h</s>h", S, H, 2, H);
    ASSERT_IDS(t, "</s>h", 2, H);
    fq_tokenizer_free(t);
    t = open_spm_json("null", METASPACE("never"));
    ASSERT_IDS(t, "h</s> h", H, 2, S, H);
    fq_tokenizer_free(t);
}

static void test_spm_megabyte(void **state) {
    spm_parts p;
    spec x = spm_spec(&p);
    fq_tokenizer *gguf = must_open(&x), *json = open_spm_json(LLAMA2, "null");
    char *text = malloc(1 << 20);
    assert_non_null(text);
    static const char letters[] = "l w\nz";
    for (size_t i = 0; i + 1 < sizeof letters; i++) {
        memset(text, letters[i], 1 << 20);
        assert_round_trip(gguf, " ", text, 1 << 20);
        assert_round_trip(json, " ", text, 1 << 20);
    }
    free(text);
    fq_tokenizer_free(gguf);
    fq_tokenizer_free(json);
}

static void test_spm_refusals(void **state) {
    spm_parts p;
    spec x = spm_spec(&p);
    x.scores = NULL;
    must_fail(&x, FQ_ERR_INPUT, "scores");
    x = spm_spec(&p), x.n_scores--;
    must_fail(&x, FQ_ERR_INPUT, "scores");
    x = spm_spec(&p), p.scores[260] = NAN;
    must_fail(&x, FQ_ERR_INPUT, "NaN");
    x = spm_spec(&p), p.tokens[3] = "<0x0G>";
    must_fail(&x, FQ_ERR_INPUT, "byte token");
    x = spm_spec(&p), p.tokens[260] = "e";
    must_fail(&x, FQ_ERR_INPUT, "two ids");
}

/* ---- SmolLM2 ---- */

static void test_smollm2(void **state) {
    static const char path[] = "cache/smollm2-135m-instruct.gguf"; /* where make model-smollm2 puts it */
    fq_mapping m;
    if (fq_mapping_open(path, &m) != FQ_OK) {
        print_message("SKIP test_smollm2: %s is not there (make model-smollm2 fetches it)\n", path);
        skip();
    }
    fq_arena a;
    fq_gguf g;
    fq_tokenizer *t;
    assert_int_equal(fq_arena_init(&a, 0), FQ_OK);
    assert_int_equal(fq_gguf_parse(m.data, m.bytes, path, &a, &g), FQ_OK);
    assert_int_equal(fq_tokenizer_from_gguf(&g, path, &t), FQ_OK);
    fq_arena_free(&a);
    fq_mapping_close(&m);
    assert_int_equal(fq_tokenizer_vocab(t), 49152);
    assert_int_equal(fq_tokenizer_bos(t), 1);
    assert_int_equal(fq_tokenizer_eos(t), 2);
    assert_digest(t, "SmolLM2", golden_smollm2);
    fq_tokenizer_free(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pre_tokenizers),    cmocka_unit_test(test_gpt2_added_and_missing),
        cmocka_unit_test(test_gpt2_refusals),     cmocka_unit_test(test_spm_worked),
        cmocka_unit_test(test_spm_against_plain), cmocka_unit_test(test_spm_json_prefixes),
        cmocka_unit_test(test_spm_megabyte),      cmocka_unit_test(test_spm_refusals),
        cmocka_unit_test(test_smollm2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
