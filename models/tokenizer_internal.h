/* What the tokenizer's files share: the vocabulary with its hash tables, the merge engine and the pre-tokenizer.
 * Private to models/; everybody else includes models/tokenizer.h. */
#ifndef FQ_MODELS_TOKENIZER_INTERNAL_H
#define FQ_MODELS_TOKENIZER_INTERNAL_H
#include <stddef.h>
#include <stdint.h>
#include "harness/arena.h"
#include "models/tokenizer.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
    FQ_TOKENIZER_MAX_IDS = 1 << 22,    /* far above any vocabulary; bounds the memory a hostile id can ask for */
    FQ_TOKENIZER_MAX_MERGES = 1 << 24, /* likewise */
    FQ_PRETOKENIZER_MAX_STAGES = 8
};

typedef struct fq_text { /* not NUL-terminated; s == NULL: nothing */
    const char *s;
    size_t n;
} fq_text;

/* What an id is. HOLE: no token has this id. */
typedef enum fq_token_kind { FQ_TOKEN_HOLE, FQ_TOKEN_NORMAL, FQ_TOKEN_BYTE, FQ_TOKEN_ADDED } fq_token_kind;

/* The three ways from text to ids. Their symbols are bytes (BYTE_LEVEL) or characters (the SPM kinds). */
typedef enum fq_tokenizer_kind {
    FQ_TOKENIZER_BYTE_LEVEL, /* pre-tokenizer, then merges by rank: GPT-2, Llama-3, SmolLM */
    FQ_TOKENIZER_SPM_RANKS,  /* space -> U+2581, merges by rank, byte fallback: Llama-2's tokenizer.json */
    FQ_TOKENIZER_SPM_SCORES  /* the same with merges by the score of the merged token: Llama-2 in GGUF */
} fq_tokenizer_kind;

/* SPM: where U+2581 is put in front. A segment is what lies between added tokens. */
typedef enum fq_spm_prefix {
    FQ_SPM_PREFIX_NEVER,
    FQ_SPM_PREFIX_ALWAYS, /* every segment */
    FQ_SPM_PREFIX_UNLESS, /* every segment that does not start with a space already (Metaspace "always") */
    FQ_SPM_PREFIX_FIRST   /* as UNLESS, only where the text starts (Metaspace "first") */
} fq_spm_prefix;

typedef struct fq_merge { /* left + right -> id; the smallest rank goes first. left < 0: empty slot */
    int32_t left, right, rank, id;
} fq_merge;

/* PCRE2 patterns applied one after the other; each cuts a piece into its matches and what lies between them. */
typedef struct fq_pretokenizer {
    struct pcre2_real_code_8 *stage[FQ_PRETOKENIZER_MAX_STAGES];
    int n_stages;
    int prefix_space; /* put a space in front of a segment that does not start with one */
} fq_pretokenizer;

struct fq_tokenizer {
    fq_arena arena; /* everything below lives here except the compiled patterns */
    const char *label;
    fq_tokenizer_kind kind;
    int n;          /* largest id + 1 */
    fq_text *text;  /* [n] as in the file: byte-level alphabet, U+2581, <0x0A> */
    fq_text *piece; /* [n] the bytes that an id stands for */
    uint8_t *token; /* [n] fq_token_kind */
    float *score;   /* [n] SPM_SCORES */
    int32_t *slot;  /* text -> id, open addressing, -1 empty; without tokens that exist only as added tokens */
    uint32_t slot_mask;
    fq_merge *merges; /* open addressing on (left, right) */
    uint32_t merge_mask;
    int n_merges;
    int32_t byte_id[256]; /* the token of one byte: alphabet letter or <0xXX>; -1 none */
    size_t longest;       /* bytes of the longest text that a merge can give */
    int bos, eos, unk;    /* -1: none */
    int fuse_unk, ignore_merges, byte_fallback;
    fq_spm_prefix prefix;
    int split_at_spaces; /* SPM: no token has U+2581 after another character, so merges never cross into one */
    fq_pretokenizer pre;
    int32_t *added; /* ids of added tokens sorted by text, for the longest match */
    int n_added;
    int32_t added_first[257]; /* added tokens whose first byte is b: [added_first[b], added_first[b + 1]) */
    char *pool;               /* rest of the block that short strings are cut from */
    size_t pool_left;
};

/* ---- vocabulary.c: building ---- */
/* An empty tokenizer for ids below n. Errors: FQ_ERR_INPUT (n out of range), FQ_ERR_MEMORY. Owner: caller. */
fq_status fq_vocabulary_new(const char *label, int64_t n, fq_tokenizer **out) FQ_MUST_USE;
/* Token `id` is `text` (copied). Errors: FQ_ERR_INPUT: id out of range or taken, text empty or known already. */
fq_status fq_vocabulary_put(fq_tokenizer *t, int64_t id, fq_text text, fq_token_kind kind) FQ_MUST_USE;
/* `text` is recognized in any text before all else; a new id, or one that has this very text. Errors: FQ_ERR_INPUT. */
fq_status fq_vocabulary_put_added(fq_tokenizer *t, int64_t id, fq_text text) FQ_MUST_USE;
/* Room for `count` merges, then merge number `rank`. Errors: FQ_ERR_INPUT: a token is unknown, the pair is known. */
fq_status fq_vocabulary_reserve_merges(fq_tokenizer *t, uint64_t count) FQ_MUST_USE;
fq_status fq_vocabulary_put_merge(fq_tokenizer *t, int rank, fq_text left, fq_text right) FQ_MUST_USE;
/* Merge number `rank` written "left right". */
fq_status fq_vocabulary_put_merge_line(fq_tokenizer *t, int rank, fq_text line) FQ_MUST_USE;
/* After the last put: pieces, byte ids, order of the added tokens. */
fq_status fq_vocabulary_finish(fq_tokenizer *t) FQ_MUST_USE;

/* ---- vocabulary.c: looking up ---- */
int fq_vocabulary_find(const fq_tokenizer *t, const char *s, size_t n);                  /* -1: unknown */
const fq_merge *fq_vocabulary_merge(const fq_tokenizer *t, int32_t left, int32_t right); /* NULL: no such merge */
/* First (and there longest) added token in s[from..n): its id, start in *at; -1: none, *at = n. */
int fq_vocabulary_find_added(const fq_tokenizer *t, const char *s, size_t from, size_t n, size_t *at);
/* The byte b in GPT-2's printable alphabet (1 or 2 bytes of UTF-8 into out); returns the length. */
size_t fq_byte_letter(unsigned char b, char out[2]);

/* ---- utf8.c ---- */
/* Length of the valid sequence at s (n > 0 bytes left): 1 to 4; 0 when it is overlong, a surrogate, above U+10FFFF,
 * truncated or not a sequence. Source: RFC 3629. */
size_t fq_utf8_length(const char *s, size_t n);
/* FQ_ERR_INPUT with `what` and the offset of the first byte that is not UTF-8. */
fq_status fq_utf8_check(const char *what, const char *s, size_t n) FQ_MUST_USE;

/* ---- bpe.c ---- */
typedef struct fq_symbol { /* a run of the word; n == 0: swallowed by the one before */
    int32_t id, prev, next;
    uint32_t at, n; /* its text (SPM_SCORES) or its place in the row of first symbols */
} fq_symbol;

typedef struct fq_candidate {
    uint64_t key;  /* rank above, place of the left symbol below: the smallest merges first */
    uint32_t size; /* n of both symbols when it was found: otherwise it is stale */
    int32_t id;
} fq_candidate;

/* Scratch of one encode call: grows, is reused from word to word. Zeroed to start; fq_work_free at the end. */
typedef struct fq_work {
    fq_symbol *symbols;
    size_t n_symbols, room_symbols;
    fq_candidate *heap;
    size_t n_heap, room_heap;
    char *buffer; /* normalized text */
    size_t n_buffer, room_buffer;
    int *ids;
    size_t n_ids, room_ids;
} fq_work;

void fq_work_free(fq_work *w);
fq_status fq_work_push_id(fq_work *w, int id) FQ_MUST_USE;
fq_status fq_work_push_symbol(fq_work *w, int32_t id, size_t at, size_t n) FQ_MUST_USE; /* linked to the last */
fq_status fq_work_room(void **array, size_t *room, size_t need, size_t size) FQ_MUST_USE;
/* Apply merges to w->symbols until none applies: always the best rank (or score), the leftmost among equals. The
 * surviving symbols are reached from symbol 0 through next. text: what symbol.at points into (SPM_SCORES).
 * O(n log n): a heap with lazy deletion over a linked list. */
fq_status fq_bpe_merge(const fq_tokenizer *t, fq_work *w, const char *text) FQ_MUST_USE;
/* One pre-tokenized word of raw bytes: ids appended. */
fq_status fq_bpe_word(const fq_tokenizer *t, fq_work *w, const char *s, size_t n) FQ_MUST_USE;

/* ---- spm.c ---- */
/* One segment between added tokens: ids appended. first: the text starts here. */
fq_status fq_spm_segment(const fq_tokenizer *t, fq_work *w, const char *s, size_t n, int first) FQ_MUST_USE;

/* ---- pretokenize.c ---- */
extern const char fq_pattern_gpt2[], fq_pattern_llama3[];
/* Append a stage. literal: the pattern is plain text. Errors: FQ_ERR_UNSUPPORTED: PCRE2 cannot compile it (its message
 * and offset), or too many stages. */
fq_status fq_pretokenizer_add(fq_pretokenizer *p, const char *label, fq_text pattern, int literal) FQ_MUST_USE;
void fq_pretokenizer_free(fq_pretokenizer *p);

/* One run over a text: match data and limits, made once per encode call. */
typedef struct fq_pretokenizer_run fq_pretokenizer_run;
fq_status fq_pretokenizer_run_new(const fq_tokenizer *t, fq_pretokenizer_run **out) FQ_MUST_USE;
void fq_pretokenizer_run_free(fq_pretokenizer_run *r);
/* Cut a segment of valid UTF-8 into words and encode each with fq_bpe_word. Errors: FQ_ERR_UNSUPPORTED: a pattern
 * exceeds PCRE2's limits on this text. */
fq_status fq_pretokenizer_segment(fq_pretokenizer_run *r, fq_work *w, const char *s, size_t n) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
