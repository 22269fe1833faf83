/* The tokenizer's public face: opening, encoding and decoding. A text is cut at added tokens first; what lies between
 * them goes through the pre-tokenizer and byte-level merges, or as a whole through SentencePiece-style merges. */
#include "models/tokenizer_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t longest_text = (size_t)1 << 30; /* places in a normalized text (3 bytes a space) fit 32 bits */

/* config.json or the GGUF knows better than the file which ids begin and end a text. */
static fq_status take_config(fq_tokenizer *t, const fq_checkpoint *c) {
    const fq_llama_config *config = &c->config;
    if (t->n > config->vocab) {
        return fq_fail(FQ_ERR_INPUT, "%s: token ids up to %d, but the model has only %d embeddings", t->label, t->n - 1,
                       config->vocab);
    }
    if (config->bos >= t->n || config->eos >= t->n) {
        return fq_fail(FQ_ERR_INPUT, "%s: the configuration's BOS %d or EOS %d is no token; largest id %d", t->label,
                       config->bos, config->eos, t->n - 1);
    }
    if (config->bos >= 0) t->bos = config->bos;
    if (config->eos >= 0) t->eos = config->eos;
    return FQ_OK;
}

static fq_status open_json(const fq_checkpoint *c, fq_tokenizer **out) {
    size_t bytes = strlen(c->path) + sizeof "/tokenizer.json";
    char *path = malloc(bytes);
    if (path == NULL) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for the path", c->path);
    snprintf(path, bytes, "%s/tokenizer.json", c->path);
    fq_mapping m;
    fq_status s = fq_mapping_open(path, &m);
    if (s == FQ_OK) {
        s = fq_tokenizer_from_json((const char *)m.data, m.bytes, path, out);
        fq_mapping_close(&m);
    }
    free(path);
    return s;
}

fq_status fq_tokenizer_open(const fq_checkpoint *c, fq_tokenizer **out) {
    *out = NULL;
    switch (c->kind) {
    case FQ_CHECKPOINT_HF:
    case FQ_CHECKPOINT_GGUF:
    case FQ_CHECKPOINT_SAVED:
        FQ_TRY(c->gguf ? fq_tokenizer_from_gguf(c->gguf, c->path, out) : open_json(c, out));
        break;
    case FQ_CHECKPOINT_SHAPE:
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: a shape with random weights has no tokenizer", c->name);
    }
    FQ_ASSERT(*out != NULL);
    fq_status s = take_config(*out, c);
    if (s != FQ_OK) {
        fq_tokenizer_free(*out);
        *out = NULL;
    }
    return s;
}

void fq_tokenizer_free(fq_tokenizer *t) {
    if (t == NULL) return;
    fq_pretokenizer_free(&t->pre);
    fq_arena_free(&t->arena);
    free(t);
}

int fq_tokenizer_vocab(const fq_tokenizer *t) {
    return t->n;
}

int fq_tokenizer_bos(const fq_tokenizer *t) {
    return t->bos;
}

int fq_tokenizer_eos(const fq_tokenizer *t) {
    return t->eos;
}

const char *fq_tokenizer_piece(const fq_tokenizer *t, int id, size_t *bytes) {
    int known = id >= 0 && id < t->n && t->token[id] != FQ_TOKEN_HOLE;
    *bytes = known ? t->piece[id].n : 0;
    return known ? t->piece[id].s : "";
}

static fq_status encode(const fq_tokenizer *t, fq_pretokenizer_run *run, fq_work *w, const char *text, size_t bytes) {
    for (size_t from = 0; from < bytes;) {
        size_t at;
        int added = fq_vocabulary_find_added(t, text, from, bytes, &at);
        if (run != NULL) {
            FQ_TRY(fq_pretokenizer_segment(run, w, text + from, at - from));
        } else {
            FQ_TRY(fq_spm_segment(t, w, text + from, at - from, from == 0));
        }
        if (added < 0) break;
        FQ_TRY(fq_work_push_id(w, added));
        from = at + t->text[added].n;
    }
    return FQ_OK;
}

fq_status fq_tokenizer_encode(const fq_tokenizer *t, const char *text, size_t bytes, int add_bos, int **ids,
                              size_t *n) {
    *ids = NULL;
    *n = 0;
    if (bytes > longest_text) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "a text of %zu bytes; expected at most %zu", bytes, longest_text);
    }
    FQ_TRY(fq_utf8_check("the text", text, bytes));
    if (add_bos && t->bos < 0) return fq_fail(FQ_ERR_INPUT, "%s: there is no BOS token to put in front", t->label);
    fq_work w = {0};
    fq_pretokenizer_run *run = NULL;
    /* Room for an id a byte is rarely needed; one id keeps an empty result distinct from NULL. */
    void *room = NULL;
    fq_status s = fq_work_room(&room, &w.room_ids, bytes / 3 + 1, sizeof *w.ids);
    w.ids = room;
    if (s == FQ_OK && t->kind == FQ_TOKENIZER_BYTE_LEVEL) s = fq_pretokenizer_run_new(t, &run);
    if (s == FQ_OK && add_bos) s = fq_work_push_id(&w, t->bos);
    if (s == FQ_OK) s = encode(t, run, &w, text, bytes);
    fq_pretokenizer_run_free(run);
    if (s == FQ_OK) {
        *ids = w.ids;
        *n = w.n_ids;
        w.ids = NULL;
    }
    fq_work_free(&w);
    return s;
}
