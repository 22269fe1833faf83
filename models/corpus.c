/* Evaluation text: a file, a file of ids, or one of the two named texts that reference numbers exist for. */
#include "models/corpus.h"
#include "harness/host.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The command of tests/golden/golden.json: King James text without verse references. */
static const char king_james_command[] = "bible -f -l 100000 'Gen1:1-Rev22:21' 2>/dev/null | "
                                         "sed -E 's/^[1-3]?[A-Za-z]+[0-9]+:[0-9]+ //' | head -c 2000000";

void fq_corpus_free(fq_corpus *c) {
    free(c->ids);
    memset(c, 0, sizeof *c);
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Hash of the ids as little-endian int32 (x86 stores them so). */
static fq_status finish(fq_corpus *c, const char *name) {
    snprintf(c->name, sizeof c->name, "%s", name);
    fq_sha256_hex(c->ids, c->n * sizeof *c->ids, c->sha256);
    return FQ_OK;
}

static size_t count_words(const char *s, size_t n) {
    size_t words = 0;
    int inside = 0;
    for (size_t i = 0; i < n; i++) {
        int space = s[i] == ' ' || (s[i] >= '\t' && s[i] <= '\r');
        words += !space && !inside;
        inside = !space;
    }
    return words;
}

static fq_status encode(const fq_model *m, const char *text, size_t bytes, const char *label, int bos, fq_corpus *out) {
    memset(out, 0, sizeof *out);
    if (!m->tokenizer) return fq_fail(FQ_ERR_UNSUPPORTED, "%s has no tokenizer", m->checkpoint.path);
    if (bytes == 0) return fq_fail(FQ_ERR_INPUT, "%s: empty text", label);
    if (bos && fq_tokenizer_bos(m->tokenizer) < 0) {
        return fq_fail(FQ_ERR_INPUT, "%s has no BOS token", m->checkpoint.path);
    }
    fq_status s = fq_tokenizer_encode(m->tokenizer, text, bytes, bos, &out->ids, &out->n);
    if (s != FQ_OK) return fq_fail_prefix(s, "%s", label);
    out->bytes = bytes;
    out->words = count_words(text, bytes);
    for (size_t i = 0; i < out->n; i++) {
        if (out->ids[i] >= m->checkpoint.config.vocab) {
            int id = out->ids[i];
            fq_corpus_free(out);
            return fq_fail(FQ_ERR_INPUT, "%s: tokenizer gives id %d, the model's vocabulary has %d", label, id,
                           m->checkpoint.config.vocab);
        }
    }
    return finish(out, file_name(label));
}

fq_status fq_corpus_text(const fq_model *m, const char *path, int bos, fq_corpus *out) {
    memset(out, 0, sizeof *out);
    struct stat st;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: empty text", path);
    }
    fq_mapping map;
    FQ_TRY(fq_mapping_open(path, &map));
    fq_status s = encode(m, (const char *)map.data, map.bytes, path, bos, out);
    fq_mapping_close(&map);
    return s;
}

fq_status fq_corpus_tokens(const fq_model *m, const char *path, fq_corpus *out) {
    memset(out, 0, sizeof *out);
    fq_mapping map;
    FQ_TRY(fq_mapping_open(path, &map));
    fq_status s = FQ_OK;
    if (map.bytes % 2 != 0)
        s = fq_fail(FQ_ERR_INPUT, "%s: %zu bytes are no whole number of uint16 ids", path, map.bytes);
    out->n = map.bytes / 2;
    if (s == FQ_OK && !(out->ids = malloc(out->n * sizeof *out->ids))) s = fq_fail(FQ_ERR_MEMORY, "out of memory");
    for (size_t i = 0; s == FQ_OK && i < out->n; i++) {
        out->ids[i] = map.data[2 * i] | map.data[2 * i + 1] << 8;
        if (out->ids[i] >= m->checkpoint.config.vocab) {
            s = fq_fail(FQ_ERR_INPUT, "%s: id %d at position %zu is outside the vocabulary of %d", path, out->ids[i], i,
                        m->checkpoint.config.vocab);
        }
    }
    fq_mapping_close(&map);
    if (s != FQ_OK) {
        fq_corpus_free(out);
        return s;
    }
    return finish(out, file_name(path));
}

static fq_status king_james(const fq_model *m, int bos, fq_corpus *out) {
    enum { LIMIT = 2000000 };
    memset(out, 0, sizeof *out);
    char *text = malloc(LIMIT);
    if (!text) return fq_fail(FQ_ERR_MEMORY, "out of memory");
    FILE *p = popen(king_james_command, "r");
    size_t n = p ? fread(text, 1, LIMIT, p) : 0;
    if (p) pclose(p);
    fq_status s = n == LIMIT ? encode(m, text, n, "king-james", bos, out)
                             : fq_fail(FQ_ERR_SKIPPED, "king-james: the Debian package bible-kjv is not installed");
    free(text);
    return s;
}

fq_status fq_corpus_named(const fq_model *m, const char *name, int bos, fq_corpus *out) {
    if (strcmp(name, "king-james") == 0) return king_james(m, bos, out);
    memset(out, 0, sizeof *out);
    if (strcmp(name, "self-sampled") != 0) {
        return fq_fail(FQ_ERR_USAGE, "no text named %s (self-sampled, king-james)", name);
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/self_sampled_128x1024.u16", m->checkpoint.path);
    FQ_TRY(fq_corpus_tokens(m, path, out));
    return finish(out, "self-sampled");
}
