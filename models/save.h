/* Quantized models on disk: what a net computes with, written so that opening the directory runs it again, bit for bit,
 * without the float32 weights, calibration or quantization that made it.
 *
 *   DIR/fqbench.json       manifest: what the tensors are, and the SHA-256 of the file that holds them
 *   DIR/model.safetensors  codes, scales, norms, embeddings (the names and shapes are drawn in saved.c)
 *   DIR/config.json        copied, or written from a GGUF's keys
 *   DIR/tokenizer.json     copied; of a GGUF its metadata as tokenizer.gguf, a GGUF without tensors
 *   DIR/policy.yaml        the map that the variant follows, where it follows one
 *   calibration.u16, self_sampled... .u16   the texts that came with the model, where there are any */
#ifndef FQ_MODELS_SAVE_H
#define FQ_MODELS_SAVE_H
#include "models/llama.h"
#ifdef __cplusplus
extern "C" {
#endif

#define FQ_SAVED_MANIFEST "fqbench.json"

/* Write `net`, built from a model with weights of its own, to `dir`, which is made if it is not there. A directory that
 * holds a saved model already is replaced. Files appear under their names when they are whole, the manifest last.
 * Errors: FQ_ERR_OUTPUT (cannot write; dir is neither empty nor a saved model), FQ_ERR_UNSUPPORTED (random weights, or
 * a saved model as the source), FQ_ERR_INPUT (a file of the source is gone), FQ_ERR_MEMORY. */
fq_status fq_llama_save(const fq_llama *net, const char *dir) FQ_MUST_USE;

/* FQ_OK if dir can take a saved model: absent, empty, or, with `replace`, one already. Errors: FQ_ERR_OUTPUT. */
fq_status fq_save_check(const char *dir, int replace) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
