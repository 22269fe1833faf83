/* Evaluation text as token ids, with the name and the hash under which results cite it. */
#ifndef FQ_MODELS_CORPUS_H
#define FQ_MODELS_CORPUS_H
#include "models/llama.h"
#ifdef __cplusplus
extern "C" {
#endif
typedef struct fq_corpus {
    int *ids; /* malloc'ed */
    size_t n;
    size_t bytes, words; /* of the text; 0 for token files (unknown) */
    char name[96];       /* "self-sampled", "king-james", or the file's name */
    char sha256[65];     /* of the ids as little-endian int32 */
} fq_corpus;

/* A UTF-8 text file through the model's tokenizer; bos = 1 puts BOS in front once. Errors: FQ_ERR_INPUT (missing,
 * empty, not UTF-8; FQ_ERR_UNSUPPORTED if the model has no tokenizer). */
fq_status fq_corpus_text(const fq_model *m, const char *path, int bos, fq_corpus *out) FQ_MUST_USE;
/* Little-endian uint16 ids. Errors: FQ_ERR_INPUT (odd size, empty, id beyond the vocabulary with its position). */
fq_status fq_corpus_tokens(const fq_model *m, const char *path, fq_corpus *out) FQ_MUST_USE;
/* By name: "self-sampled" (MODEL/self_sampled_128x1024.u16) or "king-james" (Debian package bible-kjv, first 2,000,000
 * bytes without verse references, as in tests/golden/golden.json). FQ_ERR_SKIPPED where the package is missing. */
fq_status fq_corpus_named(const fq_model *m, const char *name, int bos, fq_corpus *out) FQ_MUST_USE;
void fq_corpus_free(fq_corpus *c);

typedef enum fq_protocol {
    FQ_PROTOCOL_GPTQ,
    FQ_PROTOCOL_LLAMA_CPP,
    FQ_PROTOCOL_ROLLING,
    FQ_PROTOCOL_COUNT
} fq_protocol;
const char *fq_protocol_name(fq_protocol p); /* "gptq", "llama.cpp", "rolling" */
int fq_protocol_find(const char *name);      /* -1 */

typedef struct fq_evaluation { /* one variant's result of fq_perplexity */
    const fq_llama *net;
    struct fq_accuracy *accuracy; /* created by the caller, filled here */
    double seconds;               /* this net's share of the time (forward and scoring) */
} fq_evaluation;

/* Score `count` nets over windows of the corpus in one pass, beside `reference` (may be NULL; may be one of the nets).
 *   gptq       non-overlapping windows of ctx ids, tail dropped, positions 1..ctx-1 scored
 *   llama.cpp  windows of ctx; id 0 of each replaced by BOS; scored: targets at positions ctx/2+1 .. ctx-1
 *   rolling    windows of ctx with one id of context carried over, every id but the first scored, tail included
 * limit: at most that many windows (0 = all). progress: called after each window, may be NULL.
 * Errors: FQ_ERR_INPUT when the corpus is shorter than one window. */
fq_status fq_perplexity(fq_evaluation *evaluations, int count, const fq_llama *reference, const fq_corpus *corpus,
                        int ctx, fq_protocol protocol, int limit, void (*progress)(void *ctx_, int done, int total),
                        void *progress_ctx, int *windows) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
