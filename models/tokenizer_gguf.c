/* A tokenizer from GGUF metadata (tokenizer.ggml.*): model "gpt2" is byte-level BPE with a named pre-tokenizer, model
 * "llama" is SentencePiece-style BPE by scores. Source: the GGUF specification; the pre-tokenizer names are
 * llama.cpp's. */
#include "models/tokenizer_internal.h"

#include <math.h>
#include <string.h>

/* llama.cpp's names, each with the patterns it applies one after the other. ignore_merges: see fq_bpe_word. */
#define GPT2_STAGES                                                                                                    \
    { fq_pattern_gpt2 }
#define LLAMA3_STAGES                                                                                                  \
    { fq_pattern_llama3 }
#define DIGIT_STAGES                                                                                                   \
    { "\\p{N}", fq_pattern_gpt2 }
#define DEFAULT_STAGES                                                                                                 \
    { "[\\p{P}\\$\\+<=>\\^~\\|]+", fq_pattern_gpt2, "\\p{N}+", "[0-9][0-9][0-9]" }
static const struct pre_row {
    const char *name;
    int ignore_merges;
    const char *stages[4];
} pre_rows[] = {
    {"default", 0, DEFAULT_STAGES},  {"gpt-2", 0, GPT2_STAGES},      {"phi-2", 0, GPT2_STAGES},
    {"mpt", 0, GPT2_STAGES},         {"olmo", 0, GPT2_STAGES},       {"jais", 0, GPT2_STAGES},
    {"llama-bpe", 1, LLAMA3_STAGES}, {"llama3", 1, LLAMA3_STAGES},   {"llama-v3", 1, LLAMA3_STAGES},
    {"falcon3", 1, LLAMA3_STAGES},   {"dbrx", 0, LLAMA3_STAGES},     {"smaug-bpe", 0, LLAMA3_STAGES},
    {"smollm", 0, DIGIT_STAGES},     {"starcoder", 0, DIGIT_STAGES}, {"refact", 0, DIGIT_STAGES},
    {"command-r", 0, DIGIT_STAGES},  {"codeshell", 0, DIGIT_STAGES}, {"exaone", 0, DIGIT_STAGES},
};

/* tokenizer.ggml.token_type */
enum { TYPE_NORMAL = 1, TYPE_UNKNOWN, TYPE_CONTROL, TYPE_USER_DEFINED, TYPE_UNUSED, TYPE_BYTE };

typedef struct source {
    const fq_gguf *g;
    const char *label;
    fq_arena scratch;
    fq_gguf_text *tokens, *merges;
    uint64_t n_tokens, n_merges;
    const unsigned char *types, *scores; /* little-endian int32 and float32, NULL if absent */
} source;

static fq_status find_string(const source *x, const char *key, fq_text *out) {
    const fq_gguf_value *v = fq_gguf_find(x->g, key);
    *out = (fq_text){NULL, 0};
    if (v == NULL) return FQ_OK;
    if (v->type != FQ_GGUF_STRING) return fq_fail(FQ_ERR_INPUT, "%s: %s is not a string", x->label, key);
    *out = (fq_text){v->v.text.s, v->v.text.n};
    return FQ_OK;
}

static int is_name(fq_text x, const char *name) {
    return x.s != NULL && x.n == strlen(name) && memcmp(x.s, name, x.n) == 0;
}

static fq_status find_strings(source *x, const char *key, fq_gguf_text **out, uint64_t *n) {
    const fq_gguf_value *v = fq_gguf_find(x->g, key);
    if (v == NULL || v->type != FQ_GGUF_ARRAY || v->item_type != FQ_GGUF_STRING) {
        return fq_fail(FQ_ERR_INPUT, "%s: %s is %s; expected an array of strings", x->label, key,
                       v == NULL ? "missing" : "something else");
    }
    *n = v->count;
    return fq_gguf_strings(v, x->label, &x->scratch, out);
}

/* An array of n_tokens items of 4 bytes of one of two types, or nothing. */
static fq_status find_words(const source *x, const char *key, fq_gguf_type a, fq_gguf_type b,
                            const unsigned char **out) {
    const fq_gguf_value *v = fq_gguf_find(x->g, key);
    *out = NULL;
    if (v == NULL) return FQ_OK;
    if (v->type != FQ_GGUF_ARRAY || (v->item_type != a && v->item_type != b)) {
        return fq_fail(FQ_ERR_INPUT, "%s: %s is not an array of 32-bit numbers of the right kind", x->label, key);
    }
    if (v->count != x->n_tokens || v->items_bytes < 4 * v->count) {
        return fq_fail(FQ_ERR_INPUT, "%s: %s has %llu entries; expected %llu, one a token", x->label, key,
                       (unsigned long long)v->count, (unsigned long long)x->n_tokens);
    }
    *out = v->items;
    return FQ_OK;
}

static fq_status find_id(const source *x, const char *key, int *id) {
    const fq_gguf_value *v = fq_gguf_find(x->g, key);
    if (v == NULL) return FQ_OK;
    int is_unsigned =
        v->type == FQ_GGUF_U32 || v->type == FQ_GGUF_U64 || v->type == FQ_GGUF_U16 || v->type == FQ_GGUF_U8;
    int is_signed = v->type == FQ_GGUF_I32 || v->type == FQ_GGUF_I64 || v->type == FQ_GGUF_I16 || v->type == FQ_GGUF_I8;
    if (is_unsigned || (is_signed && v->v.i >= -1)) {
        if (is_signed && v->v.i == -1) return FQ_OK; /* -1 says none */
        if (v->type == FQ_GGUF_U32 && v->v.u == UINT32_MAX) return FQ_OK;
        uint64_t u = is_signed ? (uint64_t)v->v.i : v->v.u;
        if (u < x->n_tokens) {
            *id = (int)u;
            return FQ_OK;
        }
    }
    return fq_fail(FQ_ERR_INPUT, "%s: %s is no token id; expected 0 to %llu", x->label, key,
                   (unsigned long long)x->n_tokens - 1);
}

static fq_status find_flag(const source *x, const char *key, int *flag) {
    const fq_gguf_value *v = fq_gguf_find(x->g, key);
    if (v == NULL) return FQ_OK;
    if (v->type != FQ_GGUF_BOOL) return fq_fail(FQ_ERR_INPUT, "%s: %s is not a boolean", x->label, key);
    *flag = v->v.u != 0;
    return FQ_OK;
}

static int32_t item_type(const source *x, uint64_t i) {
    int32_t type = TYPE_NORMAL;
    if (x->types != NULL) memcpy(&type, x->types + 4 * i, 4);
    return type;
}

static fq_status put_tokens(const source *x, fq_tokenizer *t) {
    for (uint64_t i = 0; i < x->n_tokens; i++) {
        int32_t type = item_type(x, i);
        fq_text text = {x->tokens[i].s, x->tokens[i].n};
        if (type < TYPE_NORMAL || type > TYPE_BYTE) {
            return fq_fail(FQ_ERR_INPUT, "%s: tokenizer.ggml.token_type of token %llu is %d; expected 1 to 6", x->label,
                           (unsigned long long)i, type);
        }
        int is_byte = type == TYPE_BYTE && t->kind != FQ_TOKENIZER_BYTE_LEVEL;
        FQ_TRY(fq_vocabulary_put(t, (int64_t)i, text, is_byte ? FQ_TOKEN_BYTE : FQ_TOKEN_NORMAL));
        if (type == TYPE_CONTROL || type == TYPE_USER_DEFINED || type == TYPE_UNKNOWN) {
            FQ_TRY(fq_vocabulary_put_added(t, (int64_t)i, text));
        }
    }
    return FQ_OK;
}

static fq_status load_gpt2(source *x, fq_tokenizer *t) {
    t->kind = FQ_TOKENIZER_BYTE_LEVEL;
    fq_text pre;
    FQ_TRY(find_string(x, "tokenizer.ggml.pre", &pre));
    if (pre.s == NULL) pre = (fq_text){"default", 7}; /* files older than the key, as llama.cpp reads them */
    const struct pre_row *row = NULL;
    for (size_t i = 0; i < sizeof pre_rows / sizeof *pre_rows; i++) {
        if (is_name(pre, pre_rows[i].name)) row = &pre_rows[i];
    }
    if (row == NULL) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: tokenizer.ggml.pre is \"%.*s\", an unknown pre-tokenizer", x->label,
                       pre.n > 80 ? 80 : (int)pre.n, pre.s);
    }
    t->ignore_merges = row->ignore_merges;
    for (int i = 0; i < 4 && row->stages[i] != NULL; i++) {
        FQ_TRY(fq_pretokenizer_add(&t->pre, x->label, (fq_text){row->stages[i], strlen(row->stages[i])}, 0));
    }
    FQ_TRY(find_flag(x, "tokenizer.ggml.add_space_prefix", &t->pre.prefix_space));
    FQ_TRY(put_tokens(x, t));
    FQ_TRY(find_strings(x, "tokenizer.ggml.merges", &x->merges, &x->n_merges));
    FQ_TRY(fq_vocabulary_reserve_merges(t, x->n_merges));
    for (uint64_t i = 0; i < x->n_merges; i++) {
        FQ_TRY(fq_vocabulary_put_merge_line(t, (int)i, (fq_text){x->merges[i].s, x->merges[i].n}));
    }
    return FQ_OK;
}

static fq_status load_llama(source *x, fq_tokenizer *t) {
    t->kind = FQ_TOKENIZER_SPM_SCORES;
    t->byte_fallback = 1;
    int prefix = 1;
    FQ_TRY(find_flag(x, "tokenizer.ggml.add_space_prefix", &prefix));
    t->prefix = prefix ? FQ_SPM_PREFIX_ALWAYS : FQ_SPM_PREFIX_NEVER;
    FQ_TRY(find_words(x, "tokenizer.ggml.scores", FQ_GGUF_F32, FQ_GGUF_F32, &x->scores));
    if (x->scores == NULL) return fq_fail(FQ_ERR_INPUT, "%s: tokenizer.ggml.scores is missing", x->label);
    FQ_TRY(put_tokens(x, t));
    for (uint64_t i = 0; i < x->n_tokens; i++) {
        memcpy(&t->score[i], x->scores + 4 * i, 4);
        if (isnan(t->score[i])) {
            return fq_fail(FQ_ERR_INPUT, "%s: tokenizer.ggml.scores of token %llu is NaN", x->label,
                           (unsigned long long)i);
        }
    }
    return find_id(x, "tokenizer.ggml.unknown_token_id", &t->unk);
}

static fq_status load(source *x, fq_tokenizer **out) {
    fq_text model;
    FQ_TRY(find_string(x, "tokenizer.ggml.model", &model));
    if (model.s == NULL) return fq_fail(FQ_ERR_INPUT, "%s: tokenizer.ggml.model is missing", x->label);
    int is_gpt2 = is_name(model, "gpt2");
    if (!is_gpt2 && !is_name(model, "llama")) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: tokenizer.ggml.model is \"%.*s\"; expected gpt2 or llama", x->label,
                       model.n > 80 ? 80 : (int)model.n, model.s);
    }
    FQ_TRY(find_strings(x, "tokenizer.ggml.tokens", &x->tokens, &x->n_tokens));
    FQ_TRY(find_words(x, "tokenizer.ggml.token_type", FQ_GGUF_I32, FQ_GGUF_U32, &x->types));
    int64_t n = x->n_tokens > FQ_TOKENIZER_MAX_IDS ? (int64_t)FQ_TOKENIZER_MAX_IDS + 1 : (int64_t)x->n_tokens;
    FQ_TRY(fq_vocabulary_new(x->label, n, out));
    fq_tokenizer *t = *out;
    FQ_TRY(is_gpt2 ? load_gpt2(x, t) : load_llama(x, t));
    FQ_TRY(find_id(x, "tokenizer.ggml.bos_token_id", &t->bos));
    FQ_TRY(find_id(x, "tokenizer.ggml.eos_token_id", &t->eos));
    return fq_vocabulary_finish(t);
}

fq_status fq_tokenizer_from_gguf(const fq_gguf *g, const char *label, fq_tokenizer **out) {
    source x = {.g = g, .label = label};
    *out = NULL;
    FQ_TRY(fq_arena_init(&x.scratch, 0));
    fq_status s = load(&x, out);
    if (s != FQ_OK) {
        fq_tokenizer_free(*out);
        *out = NULL;
    }
    fq_arena_free(&x.scratch);
    return s;
}
