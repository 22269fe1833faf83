/* SentencePiece-style BPE (Llama-2): spaces become U+2581, a whole segment is one word of characters, and characters
 * outside the vocabulary fall back to their bytes. */
#include "models/tokenizer_internal.h"

#include <string.h>

#define SPACE_MARK "\xE2\x96\x81"

static int starts_with_space(const char *s, size_t n) {
    return s[0] == ' ' || (n >= 3 && memcmp(s, SPACE_MARK, 3) == 0);
}

static int wants_prefix(const fq_tokenizer *t, const char *s, size_t n, int first) {
    switch (t->prefix) {
    case FQ_SPM_PREFIX_NEVER:
        return 0;
    case FQ_SPM_PREFIX_ALWAYS:
        return 1;
    case FQ_SPM_PREFIX_UNLESS:
        return !starts_with_space(s, n);
    case FQ_SPM_PREFIX_FIRST:
        return first && !starts_with_space(s, n);
    }
    return 0;
}

/* s with spaces as U+2581 into w->buffer. */
static fq_status normalize(const fq_tokenizer *t, fq_work *w, const char *s, size_t n, int first) {
    void *p = w->buffer;
    fq_status status = fq_work_room(&p, &w->room_buffer, 3 * n + 3, 1);
    w->buffer = p;
    FQ_TRY(status);
    size_t m = 0;
    if (wants_prefix(t, s, n, first)) {
        memcpy(w->buffer, SPACE_MARK, 3);
        m = 3;
    }
    for (size_t i = 0; i < n; i++) {
        if (s[i] == ' ') {
            memcpy(w->buffer + m, SPACE_MARK, 3);
            m += 3;
        } else {
            w->buffer[m++] = s[i];
        }
    }
    w->n_buffer = m;
    return FQ_OK;
}

static int has_bytes(const fq_tokenizer *t, const char *s, size_t n) {
    if (!t->byte_fallback) return 0;
    for (size_t i = 0; i < n; i++) {
        if (t->byte_id[(unsigned char)s[i]] < 0) return 0;
    }
    return 1;
}

/* Merges by rank know only ids: unknown characters become byte tokens before merging. */
static fq_status push_by_rank(const fq_tokenizer *t, fq_work *w, size_t at, size_t n, int *last_unknown) {
    const char *s = w->buffer + at;
    int id = fq_vocabulary_find(t, s, n);
    int unknown = id < 0;
    if (unknown && has_bytes(t, s, n)) {
        *last_unknown = 0;
        for (size_t i = 0; i < n; i++) {
            FQ_TRY(fq_work_push_symbol(w, t->byte_id[(unsigned char)s[i]], at + i, 1));
        }
        return FQ_OK;
    }
    int fused = unknown && *last_unknown && t->fuse_unk;
    *last_unknown = unknown;
    if (unknown) id = t->unk;
    return id < 0 || fused ? FQ_OK : fq_work_push_symbol(w, id, at, n);
}

/* Merges by score know texts: an unknown character may still be part of a longer token, so it stays (id -1). */
static fq_status push_by_score(const fq_tokenizer *t, fq_work *w, size_t at, size_t n) {
    int id = fq_vocabulary_find(t, w->buffer + at, n);
    if (id >= 0 && t->token[id] != FQ_TOKEN_NORMAL) id = -1;
    return fq_work_push_symbol(w, id, at, n);
}

static fq_status emit(const fq_tokenizer *t, fq_work *w, const fq_symbol *x) {
    if (x->id >= 0) return fq_work_push_id(w, x->id);
    const char *s = w->buffer + x->at;
    if (!has_bytes(t, s, x->n)) return t->unk < 0 ? FQ_OK : fq_work_push_id(w, t->unk);
    for (uint32_t i = 0; i < x->n; i++) {
        FQ_TRY(fq_work_push_id(w, t->byte_id[(unsigned char)s[i]]));
    }
    return FQ_OK;
}

/* End of the word that starts at `at`: the next U+2581 after another character where merges cannot cross it. The ids
 * are those of the whole segment; short words only keep the heap small. */
static size_t word_end(const fq_tokenizer *t, const fq_work *w, size_t at) {
    const char *s = w->buffer;
    if (!t->split_at_spaces) return w->n_buffer;
    while (w->n_buffer - at >= 3 && memcmp(s + at, SPACE_MARK, 3) == 0) {
        at += 3;
    }
    const char *mark = memmem(s + at, w->n_buffer - at, SPACE_MARK, 3);
    return mark == NULL ? w->n_buffer : (size_t)(mark - s);
}

static fq_status merge_word(const fq_tokenizer *t, fq_work *w, size_t at, size_t end, int *last_unknown) {
    w->n_symbols = 0;
    while (at < end) {
        size_t len = fq_utf8_length(w->buffer + at, end - at);
        FQ_ASSERT(len > 0);
        FQ_TRY(t->kind == FQ_TOKENIZER_SPM_SCORES ? push_by_score(t, w, at, len)
                                                  : push_by_rank(t, w, at, len, last_unknown));
        at += len;
    }
    if (w->n_symbols == 0) return FQ_OK;
    FQ_TRY(fq_bpe_merge(t, w, w->buffer));
    for (int32_t i = 0; i >= 0; i = w->symbols[i].next) {
        FQ_TRY(emit(t, w, &w->symbols[i]));
    }
    return FQ_OK;
}

fq_status fq_spm_segment(const fq_tokenizer *t, fq_work *w, const char *s, size_t n, int first) {
    if (n == 0) return FQ_OK;
    FQ_TRY(normalize(t, w, s, n, first));
    int last_unknown = 0;
    for (size_t at = 0; at < w->n_buffer;) {
        size_t end = word_end(t, w, at);
        FQ_TRY(merge_word(t, w, at, end, &last_unknown));
        at = end;
    }
    return FQ_OK;
}
