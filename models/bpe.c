/* Byte-pair encoding: merge neighbouring symbols, best first, until no merge applies. One engine serves merges by rank
 * and merges by score; it is O(n log n), so a megabyte of one letter is no trap. */
#include "models/tokenizer_internal.h"

#include <stdlib.h>
#include <string.h>

void fq_work_free(fq_work *w) {
    free(w->symbols);
    free(w->heap);
    free(w->buffer);
    free(w->ids);
    memset(w, 0, sizeof *w);
}

fq_status fq_work_room(void **array, size_t *room, size_t need, size_t size) {
    if (need <= *room) return FQ_OK;
    size_t want = *room < 64 ? 64 : *room * 2;
    if (want < need) want = need;
    void *p = want <= SIZE_MAX / size ? realloc(*array, want * size) : NULL;
    if (p == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory to encode: %zu entries of %zu bytes", want, size);
    *array = p;
    *room = want;
    return FQ_OK;
}

fq_status fq_work_push_id(fq_work *w, int id) {
    if (w->n_ids == w->room_ids) {
        void *p = w->ids;
        fq_status s = fq_work_room(&p, &w->room_ids, w->n_ids + 1, sizeof *w->ids);
        w->ids = p;
        FQ_TRY(s);
    }
    w->ids[w->n_ids++] = id;
    return FQ_OK;
}

fq_status fq_work_push_symbol(fq_work *w, int32_t id, size_t at, size_t n) {
    if (w->n_symbols == w->room_symbols) {
        void *p = w->symbols;
        fq_status s = fq_work_room(&p, &w->room_symbols, w->n_symbols + 1, sizeof *w->symbols);
        w->symbols = p;
        FQ_TRY(s);
    }
    int32_t i = (int32_t)w->n_symbols;
    if (i > 0) w->symbols[i - 1].next = i;
    w->symbols[i] = (fq_symbol){.id = id, .prev = i - 1, .next = -1, .at = (uint32_t)at, .n = (uint32_t)n};
    w->n_symbols++;
    return FQ_OK;
}

/* Order-preserving: the greater the score, the smaller the number. */
static uint32_t score_rank(float score) {
    uint32_t bits;
    score += 0.0f; /* -0 and 0 are equal */
    memcpy(&bits, &score, sizeof bits);
    bits = bits >> 31 ? ~bits : bits | 0x80000000u;
    return ~bits;
}

/* What merging symbol `left` with its neighbour gives; 0 if nothing. */
static int pair_rank(const fq_tokenizer *t, const fq_symbol *a, const fq_symbol *b, const char *text, uint32_t *rank,
                     int32_t *id) {
    if (t->kind == FQ_TOKENIZER_SPM_SCORES) {
        size_t n = (size_t)a->n + b->n;
        if (n > t->longest) return 0;
        *id = fq_vocabulary_find(t, text + a->at, n);
        if (*id < 0 || t->token[*id] != FQ_TOKEN_NORMAL) return 0;
        *rank = score_rank(t->score[*id]);
        return 1;
    }
    const fq_merge *m = fq_vocabulary_merge(t, a->id, b->id);
    if (m == NULL) return 0;
    *rank = (uint32_t)m->rank;
    *id = m->id;
    return 1;
}

static fq_status heap_push(fq_work *w, fq_candidate c) {
    if (w->n_heap == w->room_heap) {
        void *p = w->heap;
        fq_status s = fq_work_room(&p, &w->room_heap, w->n_heap + 1, sizeof *w->heap);
        w->heap = p;
        FQ_TRY(s);
    }
    size_t i = w->n_heap++;
    while (i > 0 && w->heap[(i - 1) / 2].key > c.key) {
        w->heap[i] = w->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    w->heap[i] = c;
    return FQ_OK;
}

static fq_candidate heap_pop(fq_work *w) {
    fq_candidate top = w->heap[0], last = w->heap[--w->n_heap];
    size_t i = 0, n = w->n_heap;
    for (size_t child = 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && w->heap[child + 1].key < w->heap[child].key) child++;
        if (last.key <= w->heap[child].key) break;
        w->heap[i] = w->heap[child];
        i = child;
    }
    if (n > 0) w->heap[i] = last;
    return top;
}

static fq_status propose(const fq_tokenizer *t, fq_work *w, const char *text, int32_t left) {
    if (left < 0 || w->symbols[left].next < 0) return FQ_OK;
    const fq_symbol *a = &w->symbols[left], *b = &w->symbols[a->next];
    uint32_t rank;
    int32_t id;
    if (!pair_rank(t, a, b, text, &rank, &id)) return FQ_OK;
    return heap_push(w, (fq_candidate){(uint64_t)rank << 32 | (uint32_t)left, a->n + b->n, id});
}

fq_status fq_bpe_merge(const fq_tokenizer *t, fq_work *w, const char *text) {
    w->n_heap = 0;
    for (size_t i = 0; i + 1 < w->n_symbols; i++) {
        FQ_TRY(propose(t, w, text, (int32_t)i));
    }
    while (w->n_heap > 0) {
        fq_candidate c = heap_pop(w);
        int32_t left = (int32_t)(uint32_t)c.key;
        fq_symbol *a = &w->symbols[left];
        /* Symbols only grow, so equal size means that both are still what they were. */
        if (a->n == 0 || a->next < 0 || a->n + w->symbols[a->next].n != c.size) continue;
        fq_symbol *b = &w->symbols[a->next];
        a->id = c.id;
        a->n = c.size;
        a->next = b->next;
        b->n = 0;
        if (a->next >= 0) w->symbols[a->next].prev = left;
        FQ_TRY(propose(t, w, text, a->prev));
        FQ_TRY(propose(t, w, text, left));
    }
    return FQ_OK;
}

/* The whole word as one token, as Llama-3 asks: the vocabulary knows words that its merges cannot reach. */
static fq_status find_word(const fq_tokenizer *t, fq_work *w, const char *s, size_t n, int *id) {
    *id = -1;
    if (n > t->longest) return FQ_OK; /* letters are at least as long as the bytes */
    void *p = w->buffer;
    fq_status status = fq_work_room(&p, &w->room_buffer, 2 * n, 1);
    w->buffer = p;
    FQ_TRY(status);
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        len += fq_byte_letter((unsigned char)s[i], w->buffer + len);
    }
    *id = fq_vocabulary_find(t, w->buffer, len);
    return FQ_OK;
}

fq_status fq_bpe_word(const fq_tokenizer *t, fq_work *w, const char *s, size_t n) {
    if (t->ignore_merges) {
        int id;
        FQ_TRY(find_word(t, w, s, n, &id));
        if (id >= 0) return fq_work_push_id(w, id);
    }
    w->n_symbols = 0;
    int last_unknown = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t id = t->byte_id[(unsigned char)s[i]];
        int unknown = id < 0;
        if (unknown) id = t->unk;
        if (id >= 0 && !(unknown && last_unknown && t->fuse_unk)) FQ_TRY(fq_work_push_symbol(w, id, i, 1));
        last_unknown = unknown;
    }
    if (w->n_symbols == 0) return FQ_OK;
    FQ_TRY(fq_bpe_merge(t, w, s));
    for (int32_t i = 0; i >= 0; i = w->symbols[i].next) {
        FQ_TRY(fq_work_push_id(w, w->symbols[i].id));
    }
    return FQ_OK;
}
