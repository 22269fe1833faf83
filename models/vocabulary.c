/* The vocabulary of a tokenizer: ids, texts, merges and added tokens with their lookup tables. Both loaders build it
 * through the put functions, which refuse everything inconsistent, so encoding need not doubt it. */
#include "harness/hash.h"
#include "models/tokenizer_internal.h"

#include <stdlib.h>
#include <string.h>

#define SPACE_MARK "\xE2\x96\x81" /* U+2581, SentencePiece's space */

static const size_t pool_block = 1 << 16;

/* Messages quote a token; %.*s wants an int, and a hostile token may be long. */
static int shown(fq_text x) {
    return x.n > 80 ? 80 : (int)x.n;
}

static uint64_t hash_bytes(const char *s, size_t n) { /* folded: the tables take low bits */
    uint64_t h = fq_hash64(s, n);
    return h ^ (h >> 29);
}

static uint32_t hash_pair(int32_t left, int32_t right) {
    uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(h >> 32);
}

/* Power of two with at least half of the slots free. */
static uint32_t table_size(uint64_t entries) {
    uint32_t size = 16;
    while (size < 2 * entries) {
        size *= 2;
    }
    return size;
}

static fq_status copy_text(fq_tokenizer *t, fq_text from, fq_text *to) {
    if (from.n > t->pool_left) {
        size_t block = from.n > pool_block / 4 ? from.n : pool_block;
        char *p = fq_arena_alloc(&t->arena, block);
        if (p == NULL) return FQ_ERR_MEMORY;
        if (block == from.n) {
            memcpy(p, from.s, from.n);
            *to = (fq_text){p, from.n};
            return FQ_OK;
        }
        t->pool = p;
        t->pool_left = block;
    }
    memcpy(t->pool, from.s, from.n);
    *to = (fq_text){t->pool, from.n};
    t->pool += from.n;
    t->pool_left -= from.n;
    return FQ_OK;
}

fq_status fq_vocabulary_new(const char *label, int64_t n, fq_tokenizer **out) {
    *out = NULL;
    if (n < 1) return fq_fail(FQ_ERR_INPUT, "%s: the vocabulary is empty", label);
    if (n > FQ_TOKENIZER_MAX_IDS) {
        return fq_fail(FQ_ERR_INPUT, "%s: token id %lld; expected ids below %d", label, (long long)n - 1,
                       FQ_TOKENIZER_MAX_IDS);
    }
    fq_tokenizer *t = calloc(1, sizeof *t);
    if (t == NULL) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for the tokenizer", label);
    fq_status s = fq_arena_init(&t->arena, 0);
    if (s != FQ_OK) {
        free(t);
        return s;
    }
    t->n = (int)n;
    t->bos = t->eos = t->unk = -1;
    uint32_t size = table_size((uint64_t)n);
    t->slot_mask = size - 1;
    t->label = fq_arena_printf(&t->arena, "%s", label);
    t->text = FQ_NEW(&t->arena, fq_text, n);
    t->piece = FQ_NEW(&t->arena, fq_text, n);
    t->token = FQ_NEW(&t->arena, uint8_t, n);
    t->score = FQ_NEW(&t->arena, float, n);
    t->slot = FQ_NEW(&t->arena, int32_t, size);
    if (!t->label || !t->text || !t->piece || !t->token || !t->score || !t->slot) {
        fq_tokenizer_free(t);
        return FQ_ERR_MEMORY;
    }
    memset(t->slot, 0xFF, size * sizeof *t->slot);
    *out = t;
    return FQ_OK;
}

/* The slot that holds s, or the empty one where it belongs. */
static uint32_t find_slot(const fq_tokenizer *t, const char *s, size_t n) {
    uint32_t i = (uint32_t)hash_bytes(s, n) & t->slot_mask;
    while (t->slot[i] >= 0) {
        const fq_text *x = &t->text[t->slot[i]];
        if (x->n == n && memcmp(x->s, s, n) == 0) return i;
        i = (i + 1) & t->slot_mask;
    }
    return i;
}

int fq_vocabulary_find(const fq_tokenizer *t, const char *s, size_t n) {
    return t->slot[find_slot(t, s, n)];
}

static fq_status take_id(fq_tokenizer *t, int64_t id, fq_text text) {
    if (id < 0 || id >= t->n) {
        return fq_fail(FQ_ERR_INPUT, "%s: token \"%.*s\" has id %lld; expected 0 to %d", t->label, shown(text), text.s,
                       (long long)id, t->n - 1);
    }
    if (text.n == 0) return fq_fail(FQ_ERR_INPUT, "%s: token %lld is empty", t->label, (long long)id);
    if (t->token[id] != FQ_TOKEN_HOLE) {
        return fq_fail(FQ_ERR_INPUT, "%s: two tokens have id %lld: \"%.*s\" and \"%.*s\"", t->label, (long long)id,
                       shown(t->text[id]), t->text[id].s, shown(text), text.s);
    }
    return copy_text(t, text, &t->text[id]);
}

fq_status fq_vocabulary_put(fq_tokenizer *t, int64_t id, fq_text text, fq_token_kind kind) {
    FQ_TRY(take_id(t, id, text));
    uint32_t i = find_slot(t, text.s, text.n);
    if (t->slot[i] >= 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: token \"%.*s\" has two ids: %d and %lld", t->label, shown(text), text.s,
                       t->slot[i], (long long)id);
    }
    t->slot[i] = (int32_t)id;
    t->token[id] = (uint8_t)kind;
    if (kind == FQ_TOKEN_NORMAL && text.n > t->longest) t->longest = text.n;
    return FQ_OK;
}

fq_status fq_vocabulary_put_added(fq_tokenizer *t, int64_t id, fq_text text) {
    if (text.n == 0) return fq_fail(FQ_ERR_INPUT, "%s: added token %lld is empty", t->label, (long long)id);
    int known = fq_vocabulary_find(t, text.s, text.n);
    if (known < 0) {
        FQ_TRY(take_id(t, id, text));
    } else if (known != id) {
        return fq_fail(FQ_ERR_INPUT, "%s: added token \"%.*s\" has id %lld, but %d in the vocabulary", t->label,
                       shown(text), text.s, (long long)id, known);
    } else if (t->token[id] == FQ_TOKEN_ADDED) {
        return fq_fail(FQ_ERR_INPUT, "%s: added token \"%.*s\" appears twice", t->label, shown(text), text.s);
    }
    t->token[id] = FQ_TOKEN_ADDED;
    return FQ_OK;
}

fq_status fq_vocabulary_reserve_merges(fq_tokenizer *t, uint64_t count) {
    if (count > FQ_TOKENIZER_MAX_MERGES) {
        return fq_fail(FQ_ERR_INPUT, "%s: %llu merges; expected at most %d", t->label, (unsigned long long)count,
                       FQ_TOKENIZER_MAX_MERGES);
    }
    uint32_t size = table_size(count);
    t->merges = FQ_NEW(&t->arena, fq_merge, size);
    if (t->merges == NULL) return FQ_ERR_MEMORY;
    memset(t->merges, 0xFF, size * sizeof *t->merges);
    t->merge_mask = size - 1;
    return FQ_OK;
}

static uint32_t merge_slot(const fq_tokenizer *t, int32_t left, int32_t right) {
    uint32_t i = hash_pair(left, right) & t->merge_mask;
    while (t->merges[i].left >= 0 && (t->merges[i].left != left || t->merges[i].right != right)) {
        i = (i + 1) & t->merge_mask;
    }
    return i;
}

const fq_merge *fq_vocabulary_merge(const fq_tokenizer *t, int32_t left, int32_t right) {
    const fq_merge *m = &t->merges[merge_slot(t, left, right)];
    return m->left < 0 ? NULL : m;
}

static fq_status merge_token(const fq_tokenizer *t, int rank, fq_text x, int32_t *id) {
    *id = fq_vocabulary_find(t, x.s, x.n);
    if (*id >= 0) return FQ_OK;
    return fq_fail(FQ_ERR_INPUT, "%s: merge %d names \"%.*s\", which is not in the vocabulary", t->label, rank,
                   shown(x), x.s);
}

fq_status fq_vocabulary_put_merge(fq_tokenizer *t, int rank, fq_text left, fq_text right) {
    fq_merge m = {.rank = rank};
    FQ_TRY(merge_token(t, rank, left, &m.left));
    FQ_TRY(merge_token(t, rank, right, &m.right));
    char *both = malloc(left.n + right.n);
    if (both == NULL) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for merge %d", t->label, rank);
    memcpy(both, left.s, left.n);
    memcpy(both + left.n, right.s, right.n);
    fq_status s = merge_token(t, rank, (fq_text){both, left.n + right.n}, &m.id);
    free(both);
    FQ_TRY(s);
    uint32_t i = merge_slot(t, m.left, m.right);
    if (t->merges[i].left >= 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: merges %d and %d are the same", t->label, t->merges[i].rank, rank);
    }
    FQ_ASSERT((uint32_t)t->n_merges < t->merge_mask); /* reserve_merges came first and was told the truth */
    t->merges[i] = m;
    t->n_merges++;
    return FQ_OK;
}

fq_status fq_vocabulary_put_merge_line(fq_tokenizer *t, int rank, fq_text line) {
    const char *space = line.n > 0 ? memchr(line.s, ' ', line.n) : NULL;
    fq_text left = {line.s, space ? (size_t)(space - line.s) : 0};
    fq_text right = {space ? space + 1 : NULL, space ? line.n - left.n - 1 : 0};
    if (left.n == 0 || right.n == 0 || memchr(right.s, ' ', right.n) != NULL) {
        return fq_fail(FQ_ERR_INPUT, "%s: merge %d is \"%.*s\"; expected two tokens and one space", t->label, rank,
                       shown(line), line.s);
    }
    return fq_vocabulary_put_merge(t, rank, left, right);
}

/* GPT-2's bytes_to_unicode: printable Latin-1 stands for itself, the other 68 bytes for U+0100 onwards in order. */
static int is_own_letter(int b) {
    return (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
}

static unsigned letter_code(int b) {
    if (is_own_letter(b)) return (unsigned)b;
    unsigned before = 0;
    for (int i = 0; i < b; i++) {
        before += !is_own_letter(i);
    }
    return 0x100 + before;
}

size_t fq_byte_letter(unsigned char b, char out[2]) {
    unsigned code = letter_code(b);
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    out[0] = (char)(0xC0 | (code >> 6));
    out[1] = (char)(0x80 | (code & 0x3F));
    return 2;
}

/* Alphabet letters back to bytes; a token with any other letter stands for itself, as in the reference. */
static size_t decode_letters(const int16_t from[512], fq_text x, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < x.n;) {
        unsigned char c = (unsigned char)x.s[i];
        size_t len = fq_utf8_length(x.s + i, x.n - i);
        unsigned code = c;
        if (len == 2) code = (unsigned)(c & 0x1F) << 6 | ((unsigned char)x.s[i + 1] & 0x3F);
        if (len == 0 || len > 2 || code >= 512 || from[code] < 0) {
            memcpy(out, x.s, x.n);
            return x.n;
        }
        out[n++] = (char)from[code];
        i += len;
    }
    return n;
}

static size_t decode_spaces(fq_text x, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < x.n;) {
        int mark = x.n - i >= 3 && memcmp(x.s + i, SPACE_MARK, 3) == 0;
        out[n++] = mark ? ' ' : x.s[i];
        i += mark ? 3 : 1;
    }
    return n;
}

/* U+2581 after another character. */
static int has_inner_space(fq_text x) {
    size_t i = 0;
    while (x.n - i >= 3 && memcmp(x.s + i, SPACE_MARK, 3) == 0) {
        i += 3;
    }
    return memmem(x.s + i, x.n - i, SPACE_MARK, 3) != NULL;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

static int byte_of(fq_text x) { /* "<0x0A>" -> 10; -1 */
    if (x.n != 6 || memcmp(x.s, "<0x", 3) != 0 || x.s[5] != '>') return -1;
    int high = hex_digit(x.s[3]), low = hex_digit(x.s[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static fq_status make_pieces(fq_tokenizer *t) {
    int16_t from[512];
    t->split_at_spaces = 1;
    memset(from, 0xFF, sizeof from);
    for (int b = 0; b < 256; b++) {
        from[letter_code(b)] = (int16_t)b;
        t->byte_id[b] = -1;
    }
    for (int id = 0; id < t->n; id++) {
        fq_text x = t->text[id];
        if (t->token[id] == FQ_TOKEN_HOLE) continue;
        if (has_inner_space(x)) t->split_at_spaces = 0;
        if (t->token[id] == FQ_TOKEN_ADDED) {
            t->piece[id] = x;
            continue;
        }
        int byte = t->kind == FQ_TOKENIZER_BYTE_LEVEL ? -1 : byte_of(x);
        if (t->token[id] == FQ_TOKEN_BYTE && byte < 0) {
            return fq_fail(FQ_ERR_INPUT, "%s: byte token %d is \"%.*s\"; expected <0x00> to <0xFF>", t->label, id,
                           shown(x), x.s);
        }
        if (byte >= 0 && t->byte_fallback) {
            t->token[id] = FQ_TOKEN_BYTE;
            t->byte_id[byte] = id;
            char c = (char)byte;
            FQ_TRY(copy_text(t, (fq_text){&c, 1}, &t->piece[id]));
            continue;
        }
        FQ_TRY(copy_text(t, x, &t->piece[id]));
        char *out = (char *)t->piece[id].s; /* never longer than the text, so decoded in place of the copy */
        t->piece[id].n = t->kind == FQ_TOKENIZER_BYTE_LEVEL ? decode_letters(from, x, out) : decode_spaces(x, out);
    }
    for (int b = 0; b < 256 && t->kind == FQ_TOKENIZER_BYTE_LEVEL; b++) {
        char letter[2];
        size_t n = fq_byte_letter((unsigned char)b, letter);
        t->byte_id[b] = fq_vocabulary_find(t, letter, n);
    }
    return FQ_OK;
}

static int compare_texts(const void *a, const void *b) {
    const fq_text *x = a, *y = b;
    size_t n = x->n < y->n ? x->n : y->n;
    int c = memcmp(x->s, y->s, n);
    return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

typedef struct added_entry {
    fq_text text; /* first: compare_texts */
    int32_t id;
} added_entry;

static fq_status sort_added(fq_tokenizer *t) {
    for (int id = 0; id < t->n; id++) {
        t->n_added += t->token[id] == FQ_TOKEN_ADDED;
    }
    t->added = FQ_NEW(&t->arena, int32_t, t->n_added);
    added_entry *e = FQ_NEW(&t->arena, added_entry, t->n_added);
    if (t->added == NULL || e == NULL) return FQ_ERR_MEMORY;
    int n = 0;
    for (int id = 0; id < t->n; id++) {
        if (t->token[id] == FQ_TOKEN_ADDED) e[n++] = (added_entry){t->text[id], id};
    }
    qsort(e, (size_t)n, sizeof *e, compare_texts);
    int first = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && compare_texts(&e[i - 1], &e[i]) == 0) {
            return fq_fail(FQ_ERR_INPUT, "%s: added token \"%.*s\" has two ids: %d and %d", t->label, shown(e[i].text),
                           e[i].text.s, e[i - 1].id, e[i].id);
        }
        t->added[i] = e[i].id;
        while (first <= (unsigned char)e[i].text.s[0]) {
            t->added_first[first++] = i;
        }
    }
    while (first < 257) {
        t->added_first[first++] = n;
    }
    return FQ_OK;
}

fq_status fq_vocabulary_finish(fq_tokenizer *t) {
    if (t->merges == NULL) FQ_TRY(fq_vocabulary_reserve_merges(t, 0));
    FQ_TRY(make_pieces(t));
    return sort_added(t);
}

/* First of added[lo..hi) whose byte k is at least `byte`; all of them share the bytes before k and are longer than k,
 * except possibly the first, which ends there and sorts first. */
static int narrow(const fq_tokenizer *t, int lo, int hi, size_t k, int byte) {
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        const fq_text *x = &t->text[t->added[mid]];
        if (x->n <= k || (unsigned char)x->s[k] < byte) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

int fq_vocabulary_find_added(const fq_tokenizer *t, const char *s, size_t from, size_t n, size_t *at) {
    for (size_t i = from; i < n && t->n_added > 0; i++) {
        unsigned char c = (unsigned char)s[i];
        int lo = t->added_first[c], hi = t->added_first[c + 1], best = -1;
        for (size_t k = 1; lo < hi; k++) {
            if (t->text[t->added[lo]].n == k) best = t->added[lo];
            if (i + k == n) break;
            int byte = (unsigned char)s[i + k];
            lo = narrow(t, lo, hi, k, byte);
            hi = narrow(t, lo, hi, k, byte + 1);
        }
        if (best >= 0) {
            *at = i;
            return best;
        }
    }
    *at = n;
    return -1;
}
