/* Text to token ids and back: byte-level BPE from tokenizer.json (GPT-2, Llama-3, SmolLM patterns through PCRE2) or
 * from GGUF metadata, and SentencePiece-style BPE (Llama-2) from GGUF metadata.
 *
 *     fq_tokenizer *t;
 *     FQ_TRY(fq_tokenizer_open(&checkpoint, &t));
 *     int *ids; size_t n;
 *     FQ_TRY(fq_tokenizer_encode(t, text, bytes, 0, &ids, &n));   // caller frees ids
 */
#ifndef FQ_MODELS_TOKENIZER_H
#define FQ_MODELS_TOKENIZER_H
#include <stddef.h>
#include "models/checkpoint.h"
#include "models/gguf.h"
#ifdef __cplusplus
extern "C" {
#endif
typedef struct fq_tokenizer fq_tokenizer;

/* The checkpoint's tokenizer: DIR/tokenizer.json or the GGUF's metadata. Errors: FQ_ERR_INPUT, FQ_ERR_UNSUPPORTED
 * (model type other than BPE, unknown pre-tokenizer or normalizer type: named in the message). Owner: caller. */
fq_status fq_tokenizer_open(const fq_checkpoint *c, fq_tokenizer **out) FQ_MUST_USE;
/* BOS and EOS come from the configuration; here, without one, from the GGUF's keys or the conventional names of added
 * tokens (<s>, <|begin_of_text|>, ...). The JSON's post_processor, truncation and padding are not applied. */
fq_status fq_tokenizer_from_json(const char *text, size_t bytes, const char *label, fq_tokenizer **out) FQ_MUST_USE;
fq_status fq_tokenizer_from_gguf(const fq_gguf *g, const char *label, fq_tokenizer **out) FQ_MUST_USE;
void fq_tokenizer_free(fq_tokenizer *t);

int fq_tokenizer_vocab(const fq_tokenizer *t); /* largest id + 1 */
int fq_tokenizer_bos(const fq_tokenizer *t);   /* -1: none */
int fq_tokenizer_eos(const fq_tokenizer *t);

/* Ids of `bytes` of UTF-8. add_bos puts the BOS id in front. Added (special) tokens in the text are recognized.
 * Bytes that the vocabulary cannot express become its unknown token or, where it has none, are dropped (the reference
 * does the same). *ids is malloc'ed. Errors: FQ_ERR_INPUT when the text is not UTF-8 (byte offset in the message).
 * Linear-ish time: a 2 MB text takes about a second or less. */
fq_status fq_tokenizer_encode(const fq_tokenizer *t, const char *text, size_t bytes, int add_bos, int **ids,
                              size_t *n) FQ_MUST_USE;
/* Bytes of one id: pointer into the tokenizer and its length (special tokens: their literal text). An id out of range
 * gives length 0. Concatenating the pieces gives the text (may split a UTF-8 sequence over ids); a
 * tokenizer that puts a space in front of a text gives that space too. */
const char *fq_tokenizer_piece(const fq_tokenizer *t, int id, size_t *bytes);

#ifdef __cplusplus
}
#endif
#endif
