/* Pre-tokenization: a text is cut into words by PCRE2 patterns (UTF and UCP mode, compiled to machine code where PCRE2
 * can), and merges never cross a word's border. Each stage keeps both its matches and the text between them. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/tokenizer_internal.h"

/* Source: openai/gpt-2, src/encoder.py; Hugging Face ByteLevel uses the same. */
const char fq_pattern_gpt2[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/* Source: meta-llama/llama3, llama/tokenizer.py. */
const char fq_pattern_llama3[] =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/* A pattern from a file may backtrack without end; ordinary ones stay far below this on any text. */
static const uint32_t match_limit = 50000000;

struct fq_pretokenizer_run {
    const fq_tokenizer *t;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

/* PCRE2 counts U+180E as space (\h), the reference's engine follows Unicode: say White_Space instead of \s.
 * out holds 8 * p.n bytes. */
static size_t unicode_spaces(fq_text p, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < p.n; i++) {
        out[n++] = p.s[i];
        if (p.s[i] != '\\' || i + 1 == p.n) continue;
        char c = p.s[++i];
        if (c == 's' || c == 'S') {
            n += (size_t)sprintf(out + n, "%c{White_Space}", c == 's' ? 'p' : 'P');
        } else {
            out[n++] = c;
        }
    }
    return n;
}

fq_status fq_pretokenizer_add(fq_pretokenizer *p, const char *label, fq_text pattern, int literal) {
    if (p->n_stages == FQ_PRETOKENIZER_MAX_STAGES) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: more than %d pre-tokenizer patterns", label,
                       FQ_PRETOKENIZER_MAX_STAGES);
    }
    if (pattern.n == 0 || pattern.n > 1 << 16) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: pre-tokenizer pattern of %zu bytes", label, pattern.n);
    }
    char *source = malloc(pattern.n * 8);
    if (source == NULL) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for a pattern", label);
    size_t n = pattern.n;
    if (literal) {
        memcpy(source, pattern.s, n);
    } else {
        n = unicode_spaces(pattern, source);
    }
    int error = 0;
    PCRE2_SIZE at = 0;
    uint32_t options = PCRE2_UTF | (literal ? PCRE2_LITERAL : PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)source, n, options, &error, &at, NULL);
    free(source);
    if (code == NULL) {
        PCRE2_UCHAR text[160];
        pcre2_get_error_message(error, text, sizeof text);
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: pre-tokenizer pattern \"%.*s\" does not compile: %s", label,
                       pattern.n > 200 ? 200 : (int)pattern.n, pattern.s, (const char *)text);
    }
    /* Without a compiler for this machine pcre2_match interprets; the result is the same. */
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    p->stage[p->n_stages++] = code;
    return FQ_OK;
}

void fq_pretokenizer_free(fq_pretokenizer *p) {
    for (int i = 0; i < p->n_stages; i++) {
        pcre2_code_free(p->stage[i]);
    }
    p->n_stages = 0;
}

fq_status fq_pretokenizer_run_new(const fq_tokenizer *t, fq_pretokenizer_run **out) {
    fq_pretokenizer_run *r = calloc(1, sizeof *r);
    *out = r;
    if (r != NULL) {
        r->t = t;
        r->data = pcre2_match_data_create(1, NULL);
        r->context = pcre2_match_context_create(NULL);
        r->stack = pcre2_jit_stack_create((size_t)32 << 10, (size_t)64 << 20, NULL);
    }
    if (r == NULL || r->data == NULL || r->context == NULL) {
        fq_pretokenizer_run_free(r);
        *out = NULL;
        return fq_fail(FQ_ERR_MEMORY, "%s: no memory for the pre-tokenizer", t->label);
    }
    pcre2_set_match_limit(r->context, match_limit);
    if (r->stack != NULL) pcre2_jit_stack_assign(r->context, NULL, r->stack); /* NULL: a PCRE2 without JIT */
    return FQ_OK;
}

void fq_pretokenizer_run_free(fq_pretokenizer_run *r) {
    if (r == NULL) return;
    pcre2_match_data_free(r->data);
    pcre2_match_context_free(r->context);
    pcre2_jit_stack_free(r->stack);
    free(r);
}

static fq_status cut(fq_pretokenizer_run *r, fq_work *w, int stage, const char *s, size_t n) {
    if (n == 0) return FQ_OK;
    if (stage == r->t->pre.n_stages) return fq_bpe_word(r->t, w, s, n);
    size_t done = 0, from = 0;
    while (from <= n) {
        int count =
            pcre2_match(r->t->pre.stage[stage], (PCRE2_SPTR)s, n, from, PCRE2_NO_UTF_CHECK, r->data, r->context);
        if (count == PCRE2_ERROR_NOMATCH) break;
        if (count < 0) {
            PCRE2_UCHAR text[160];
            pcre2_get_error_message(count, text, sizeof text);
            return fq_fail(FQ_ERR_UNSUPPORTED, "%s: pre-tokenizer pattern %d fails on this text: %s", r->t->label,
                           stage, (const char *)text);
        }
        const PCRE2_SIZE *o = pcre2_get_ovector_pointer(r->data);
        size_t begin = o[0], end = o[1];   /* the next stage overwrites o */
        if (begin > end || begin < done) { /* \K can move the start anywhere */
            return fq_fail(FQ_ERR_UNSUPPORTED, "%s: pre-tokenizer pattern %d moves backwards", r->t->label, stage);
        }
        FQ_TRY(cut(r, w, stage + 1, s + done, begin - done));
        FQ_TRY(cut(r, w, stage + 1, s + begin, end - begin));
        done = end;
        from = end;
        if (begin == end) from += end < n ? fq_utf8_length(s + end, n - end) : 1;
    }
    return cut(r, w, stage + 1, s + done, n - done);
}

fq_status fq_pretokenizer_segment(fq_pretokenizer_run *r, fq_work *w, const char *s, size_t n) {
    if (n == 0) return FQ_OK;
    if (!r->t->pre.prefix_space || s[0] == ' ') return cut(r, w, 0, s, n);
    char *spaced = malloc(n + 1);
    if (spaced == NULL) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for the text", r->t->label);
    spaced[0] = ' ';
    memcpy(spaced + 1, s, n);
    fq_status status = cut(r, w, 0, spaced, n + 1);
    free(spaced);
    return status;
}
