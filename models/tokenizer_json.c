/* A tokenizer from Hugging Face's tokenizer.json: model BPE, byte-level (GPT-2, Llama-3, SmolLM) or SentencePiece-like
 * with byte fallback (Llama-2). What would change the ids and is not done here is refused by name; the post-processor
 * is left out because BOS is the caller's explicit choice. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "models/tokenizer_internal.h"

#define SPACE_MARK "\xE2\x96\x81"

typedef struct source {
    const char *label;
    const json_t *model, *vocab, *merges, *added;
} source;

/* ---- fields with their type checked; `at` names the object in messages ---- */

static fq_status wrong(const source *x, const char *at, const char *key, const char *expected) {
    return fq_fail(FQ_ERR_INPUT, "%s: %s.%s: expected %s", x->label, at, key, expected);
}

/* NULL for absent and for null. */
static const json_t *field(const json_t *o, const char *key) {
    const json_t *v = json_object_get(o, key);
    return json_is_null(v) ? NULL : v;
}

static fq_status get_flag(const source *x, const json_t *o, const char *at, const char *key, int *flag) {
    const json_t *v = field(o, key);
    if (v == NULL) return FQ_OK;
    if (!json_is_boolean(v)) return wrong(x, at, key, "true or false");
    *flag = json_is_true(v);
    return FQ_OK;
}

static fq_status get_string(const source *x, const json_t *o, const char *at, const char *key, const char **out) {
    const json_t *v = field(o, key);
    *out = "";
    if (!json_is_string(v)) return wrong(x, at, key, "a string");
    *out = json_string_value(v);
    return FQ_OK;
}

/* The "type" of a normalizer, pre-tokenizer or decoder. */
static fq_status get_type(const source *x, const json_t *o, const char *at, const char **type) {
    *type = "";
    if (!json_is_object(o)) return fq_fail(FQ_ERR_INPUT, "%s: %s: expected an object", x->label, at);
    return get_string(x, o, at, "type", type);
}

static fq_status unsupported(const source *x, const char *at, const char *what) {
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s: %s: %s is not supported", x->label, at, what);
}

static fq_status refuse_flag(const source *x, const json_t *o, const char *at, const char *key) {
    int flag = 0;
    FQ_TRY(get_flag(x, o, at, key, &flag));
    return flag ? fq_fail(FQ_ERR_UNSUPPORTED, "%s: %s: %s true is not supported", x->label, at, key) : FQ_OK;
}

static fq_text as_text(const json_t *string) {
    return (fq_text){json_string_value(string), json_string_length(string)};
}

/* ---- pre_tokenizer ---- */

static fq_status read_split(const source *x, const json_t *o, fq_tokenizer *t) {
    const char *behavior;
    FQ_TRY(get_string(x, o, "pre_tokenizer Split", "behavior", &behavior));
    if (strcmp(behavior, "Isolated") != 0) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: pre_tokenizer Split: behavior %.80s is not supported", x->label,
                       behavior);
    }
    FQ_TRY(refuse_flag(x, o, "pre_tokenizer Split", "invert"));
    const json_t *pattern = field(o, "pattern");
    const json_t *regex = field(pattern, "Regex"), *literal = field(pattern, "String");
    if (!json_is_string(regex) && !json_is_string(literal)) {
        return wrong(x, "pre_tokenizer Split", "pattern", "{\"Regex\": ...} or {\"String\": ...}");
    }
    return fq_pretokenizer_add(&t->pre, x->label, as_text(regex ? regex : literal), regex == NULL);
}

static fq_status read_digits(const source *x, const json_t *o, fq_tokenizer *t) {
    int individual = 0;
    FQ_TRY(get_flag(x, o, "pre_tokenizer Digits", "individual_digits", &individual));
    fq_text pattern = individual ? (fq_text){"\\p{N}", 5} : (fq_text){"\\p{N}+", 6};
    return fq_pretokenizer_add(&t->pre, x->label, pattern, 0);
}

static fq_status read_byte_level(const source *x, const json_t *o, fq_tokenizer *t) {
    int prefix = 1, regex = 1;
    FQ_TRY(get_flag(x, o, "pre_tokenizer ByteLevel", "add_prefix_space", &prefix));
    FQ_TRY(get_flag(x, o, "pre_tokenizer ByteLevel", "use_regex", &regex));
    if (prefix && t->pre.n_stages > 0) {
        return unsupported(x, "pre_tokenizer ByteLevel", "add_prefix_space after another pre-tokenizer");
    }
    t->pre.prefix_space = prefix;
    if (!regex) return FQ_OK;
    return fq_pretokenizer_add(&t->pre, x->label, (fq_text){fq_pattern_gpt2, strlen(fq_pattern_gpt2)}, 0);
}

static fq_status read_metaspace(const source *x, const json_t *o, fq_tokenizer *t) {
    const char *mark, *scheme = "always";
    FQ_TRY(get_string(x, o, "pre_tokenizer Metaspace", "replacement", &mark));
    if (strcmp(mark, SPACE_MARK) != 0) return unsupported(x, "pre_tokenizer Metaspace", "a replacement but U+2581");
    int split = 1, prefix = 1;
    FQ_TRY(get_flag(x, o, "pre_tokenizer Metaspace", "split", &split));
    FQ_TRY(get_flag(x, o, "pre_tokenizer Metaspace", "add_prefix_space", &prefix));
    if (split) return unsupported(x, "pre_tokenizer Metaspace", "split true");
    if (field(o, "prepend_scheme") != NULL) {
        FQ_TRY(get_string(x, o, "pre_tokenizer Metaspace", "prepend_scheme", &scheme));
    } else if (!prefix) {
        scheme = "never";
    }
    if (strcmp(scheme, "always") == 0) {
        t->prefix = FQ_SPM_PREFIX_UNLESS;
    } else if (strcmp(scheme, "first") == 0) {
        t->prefix = FQ_SPM_PREFIX_FIRST;
    } else if (strcmp(scheme, "never") == 0) {
        t->prefix = FQ_SPM_PREFIX_NEVER;
    } else {
        return wrong(x, "pre_tokenizer Metaspace", "prepend_scheme", "always, first or never");
    }
    return FQ_OK;
}

/* What a pre_tokenizer turned out to contain. */
typedef struct seen {
    int byte_level, metaspace;
} seen;

static fq_status read_pre(const source *x, const json_t *o, fq_tokenizer *t, seen *has) {
    const char *type;
    if (o == NULL) return FQ_OK;
    FQ_TRY(get_type(x, o, "pre_tokenizer", &type));
    if (has->byte_level || has->metaspace) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: pre_tokenizer: %.80s after %s is not supported", x->label, type,
                       has->byte_level ? "ByteLevel" : "Metaspace");
    }
    if (strcmp(type, "Sequence") == 0) {
        const json_t *items = field(o, "pretokenizers");
        if (!json_is_array(items)) return wrong(x, "pre_tokenizer Sequence", "pretokenizers", "an array");
        for (size_t i = 0; i < json_array_size(items); i++) {
            const json_t *item = json_array_get(items, i);
            if (json_is_null(item)) return wrong(x, "pre_tokenizer Sequence", "pretokenizers", "objects");
            FQ_TRY(read_pre(x, item, t, has));
        }
        return FQ_OK;
    }
    if (strcmp(type, "ByteLevel") == 0) {
        has->byte_level = 1;
        return read_byte_level(x, o, t);
    }
    if (strcmp(type, "Metaspace") == 0) {
        has->metaspace = 1;
        return read_metaspace(x, o, t);
    }
    if (strcmp(type, "Split") == 0) return read_split(x, o, t);
    if (strcmp(type, "Digits") == 0) return read_digits(x, o, t);
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s: pre_tokenizer type %.80s is not supported", x->label, type);
}

/* ---- normalizer ---- */

/* Llama-2's Prepend U+2581 and Replace " " by U+2581, counted as they are seen. */
static fq_status read_normalizer(const source *x, const json_t *o, int *prepends, int *replaces) {
    const char *type;
    if (o == NULL) return FQ_OK;
    FQ_TRY(get_type(x, o, "normalizer", &type));
    if (strcmp(type, "Sequence") == 0) {
        const json_t *items = field(o, "normalizers");
        if (!json_is_array(items)) return wrong(x, "normalizer Sequence", "normalizers", "an array");
        for (size_t i = 0; i < json_array_size(items); i++) {
            const json_t *item = json_array_get(items, i);
            if (json_is_null(item)) return wrong(x, "normalizer Sequence", "normalizers", "objects");
            FQ_TRY(read_normalizer(x, item, prepends, replaces));
        }
        return FQ_OK;
    }
    if (strcmp(type, "Prepend") == 0) {
        const char *mark;
        FQ_TRY(get_string(x, o, "normalizer Prepend", "prepend", &mark));
        if (strcmp(mark, SPACE_MARK) != 0) return unsupported(x, "normalizer Prepend", "text other than U+2581");
        (*prepends)++;
        return FQ_OK;
    }
    if (strcmp(type, "Replace") == 0) {
        const char *content, *from;
        FQ_TRY(get_string(x, o, "normalizer Replace", "content", &content));
        FQ_TRY(get_string(x, field(o, "pattern"), "normalizer Replace", "String", &from));
        if (strcmp(from, " ") != 0 || strcmp(content, SPACE_MARK) != 0) {
            return unsupported(x, "normalizer Replace", "anything but space by U+2581");
        }
        (*replaces)++;
        return FQ_OK;
    }
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s: normalizer type %.80s is not supported", x->label, type);
}

/* ---- model ---- */

static fq_status refuse_affix(const source *x, const char *key) {
    const json_t *v = field(x->model, key);
    if (v == NULL || (json_is_string(v) && json_string_length(v) == 0)) return FQ_OK;
    return unsupported(x, "model", key);
}

static fq_status read_model(const source *x, fq_tokenizer *t) {
    const json_t *dropout = field(x->model, "dropout");
    if (dropout != NULL && !(json_is_number(dropout) && json_number_value(dropout) == 0.0)) {
        return unsupported(x, "model", "dropout");
    }
    FQ_TRY(refuse_affix(x, "continuing_subword_prefix"));
    FQ_TRY(refuse_affix(x, "end_of_word_suffix"));
    FQ_TRY(get_flag(x, x->model, "model", "fuse_unk", &t->fuse_unk));
    FQ_TRY(get_flag(x, x->model, "model", "ignore_merges", &t->ignore_merges));
    return get_flag(x, x->model, "model", "byte_fallback", &t->byte_fallback);
}

static fq_status read_unknown(const source *x, fq_tokenizer *t) {
    if (field(x->model, "unk_token") == NULL) return FQ_OK;
    const char *text;
    FQ_TRY(get_string(x, x->model, "model", "unk_token", &text));
    t->unk = fq_vocabulary_find(t, text, strlen(text));
    return t->unk >= 0 ? FQ_OK : wrong(x, "model", "unk_token", "a token of the vocabulary");
}

/* One past the largest id; -1 when an id is no integer. Negative ids are for fq_vocabulary_put to refuse. */
static fq_status count_ids(const source *x, int64_t *n) {
    const char *key;
    const json_t *id;
    *n = 0;
    json_object_foreach((json_t *)x->vocab, key, id) {
        if (!json_is_integer(id)) return wrong(x, "model.vocab", key, "an integer id");
        if (json_integer_value(id) >= *n) *n = json_integer_value(id);
    }
    for (size_t i = 0; i < json_array_size(x->added); i++) {
        id = json_object_get(json_array_get(x->added, i), "id");
        if (!json_is_integer(id)) return wrong(x, "added_tokens", "id", "an integer");
        if (json_integer_value(id) >= *n) *n = json_integer_value(id);
    }
    if (*n < INT64_MAX) (*n)++;
    if (json_object_size(x->vocab) == 0 && json_array_size(x->added) == 0) *n = 0;
    return FQ_OK;
}

static fq_status put_merges(const source *x, fq_tokenizer *t) {
    size_t n = json_array_size(x->merges);
    FQ_TRY(fq_vocabulary_reserve_merges(t, n));
    for (size_t i = 0; i < n; i++) {
        const json_t *m = json_array_get(x->merges, i);
        const json_t *left = json_array_get(m, 0), *right = json_array_get(m, 1);
        if (json_is_string(m)) {
            FQ_TRY(fq_vocabulary_put_merge_line(t, (int)i, as_text(m)));
        } else if (json_array_size(m) == 2 && json_is_string(left) && json_is_string(right)) {
            FQ_TRY(fq_vocabulary_put_merge(t, (int)i, as_text(left), as_text(right)));
        } else {
            return fq_fail(FQ_ERR_INPUT, "%s: model.merges[%zu]: expected \"a b\" or [\"a\", \"b\"]", x->label, i);
        }
    }
    return FQ_OK;
}

static fq_status put_added(const source *x, fq_tokenizer *t, int is_normalized) {
    for (size_t i = 0; i < json_array_size(x->added); i++) {
        const json_t *a = json_array_get(x->added, i);
        const char *content;
        FQ_TRY(get_string(x, a, "added_tokens", "content", &content));
        char at[128];
        snprintf(at, sizeof at, "added token \"%.80s\"", content);
        FQ_TRY(refuse_flag(x, a, at, "single_word"));
        FQ_TRY(refuse_flag(x, a, at, "lstrip"));
        FQ_TRY(refuse_flag(x, a, at, "rstrip"));
        /* Such a token is looked for in the normalized text; without a normalizer that is the text. */
        if (is_normalized) FQ_TRY(refuse_flag(x, a, at, "normalized"));
        int64_t id = json_integer_value(json_object_get(a, "id"));
        FQ_TRY(fq_vocabulary_put_added(t, id, as_text(json_object_get(a, "content"))));
    }
    return FQ_OK;
}

/* Added tokens that conventionally begin and end a text; the checkpoint's configuration overrides them. */
static int find_conventional(const fq_tokenizer *t, const char *const *names) {
    for (; *names != NULL; names++) {
        for (int i = 0; i < t->n_added; i++) {
            const fq_text *a = &t->text[t->added[i]];
            if (a->n == strlen(*names) && memcmp(a->s, *names, a->n) == 0) return t->added[i];
        }
    }
    return -1;
}

/* ---- the whole ---- */

static fq_status choose_kind(const source *x, fq_tokenizer *t, const json_t *root) {
    seen has = {0, 0};
    int prepends = 0, replaces = 0;
    FQ_TRY(read_pre(x, field(root, "pre_tokenizer"), t, &has));
    FQ_TRY(read_normalizer(x, field(root, "normalizer"), &prepends, &replaces));
    if (has.byte_level) {
        t->kind = FQ_TOKENIZER_BYTE_LEVEL;
        if (t->byte_fallback) return unsupported(x, "model", "byte_fallback with ByteLevel");
        if (prepends + replaces > 0) return unsupported(x, "normalizer", "Prepend or Replace with ByteLevel");
        return FQ_OK;
    }
    t->kind = FQ_TOKENIZER_SPM_RANKS;
    if (t->pre.n_stages > 0) return unsupported(x, "pre_tokenizer", "Split or Digits without ByteLevel");
    if (t->ignore_merges) return unsupported(x, "model", "ignore_merges without ByteLevel");
    int is_llama2 = !has.metaspace && replaces == 1 && prepends <= 1;
    if (!is_llama2 && !(has.metaspace && prepends + replaces == 0)) {
        return unsupported(x, "pre_tokenizer", "neither ByteLevel, nor Metaspace, nor a normalizer with U+2581");
    }
    if (is_llama2) t->prefix = prepends == 1 ? FQ_SPM_PREFIX_ALWAYS : FQ_SPM_PREFIX_NEVER;
    return FQ_OK;
}

static fq_status read_decoder(const source *x, const fq_tokenizer *t, const json_t *o) {
    const char *type;
    if (o == NULL) return FQ_OK;
    FQ_TRY(get_type(x, o, "decoder", &type));
    int known = t->kind == FQ_TOKENIZER_BYTE_LEVEL ? strcmp(type, "ByteLevel") == 0
                                                   : strcmp(type, "Sequence") == 0 || strcmp(type, "Metaspace") == 0;
    return known ? FQ_OK : fq_fail(FQ_ERR_UNSUPPORTED, "%s: decoder type %.80s is not supported here", x->label, type);
}

static fq_status find_parts(source *x, const json_t *root) {
    const char *type;
    if (!json_is_object(root)) return fq_fail(FQ_ERR_INPUT, "%s: expected an object", x->label);
    x->model = field(root, "model");
    FQ_TRY(get_type(x, x->model, "model", &type));
    if (strcmp(type, "BPE") != 0) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: model type %.80s is not supported; expected BPE", x->label, type);
    }
    x->vocab = field(x->model, "vocab");
    x->merges = field(x->model, "merges");
    x->added = field(root, "added_tokens");
    if (!json_is_object(x->vocab)) return wrong(x, "model", "vocab", "an object");
    if (!json_is_array(x->merges)) return wrong(x, "model", "merges", "an array");
    if (x->added != NULL && !json_is_array(x->added)) {
        return fq_fail(FQ_ERR_INPUT, "%s: added_tokens: expected an array", x->label);
    }
    return FQ_OK;
}

static fq_status load(source *x, const json_t *root, fq_tokenizer **out) {
    static const char *const bos[] = {"<|bos|>", "<s>", "<|begin_of_text|>", "<bos>", NULL};
    static const char *const eos[] = {"<|eos|>", "</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>", NULL};
    int64_t n;
    FQ_TRY(find_parts(x, root));
    FQ_TRY(count_ids(x, &n));
    FQ_TRY(fq_vocabulary_new(x->label, n, out));
    fq_tokenizer *t = *out;
    FQ_TRY(read_model(x, t));
    FQ_TRY(choose_kind(x, t, root));
    FQ_TRY(read_decoder(x, t, field(root, "decoder")));
    const char *key;
    const json_t *id;
    json_object_foreach((json_t *)x->vocab, key, id) {
        FQ_TRY(fq_vocabulary_put(t, json_integer_value(id), (fq_text){key, strlen(key)}, FQ_TOKEN_NORMAL));
    }
    FQ_TRY(put_merges(x, t));
    FQ_TRY(read_unknown(x, t));
    FQ_TRY(put_added(x, t, field(root, "normalizer") != NULL));
    FQ_TRY(fq_vocabulary_finish(t));
    t->bos = find_conventional(t, bos);
    t->eos = find_conventional(t, eos);
    return FQ_OK;
}

fq_status fq_tokenizer_from_json(const char *text, size_t bytes, const char *label, fq_tokenizer **out) {
    *out = NULL;
    json_error_t error;
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        return fq_fail(FQ_ERR_INPUT, "%s: line %d, column %d: %s", label, error.line, error.column, error.text);
    }
    source x = {.label = label};
    fq_status s = load(&x, root, out);
    json_decref(root);
    if (s != FQ_OK) {
        fq_tokenizer_free(*out);
        *out = NULL;
    }
    return s;
}
