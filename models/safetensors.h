/* Private to models/: the safetensors container and its shard index. The layout is drawn in safetensors.c. */
#ifndef FQ_MODELS_SAFETENSORS_H
#define FQ_MODELS_SAFETENSORS_H
#include "models/checkpoint.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Tensors of one mapped file, in the order of their data; names and array in the arena, data points into the mapping.
 * Errors: FQ_ERR_INPUT (broken container: what and which tensor), FQ_ERR_UNSUPPORTED (dtype other than F32, F16, BF16;
 * rank outside 1 to 4), FQ_ERR_MEMORY. Source: the safetensors format description and its reference reader. */
fq_status fq_safetensors_parse(const unsigned char *data, size_t bytes, const char *label, fq_arena *arena,
                               fq_tensor **tensors, int *n) FQ_MUST_USE;
/* The same, of a model that this program saved: U8 and I32 are known too. */
fq_status fq_safetensors_parse_saved(const unsigned char *data, size_t bytes, const char *label, fq_arena *arena,
                                     fq_tensor **tensors, int *n) FQ_MUST_USE;

typedef struct fq_shard_entry {
    const char *tensor, *file; /* file: a plain name beside the index */
} fq_shard_entry;

/* weight_map of a model.safetensors.index.json, sorted by file, then tensor; strings in the arena. Errors: FQ_ERR_INPUT
 * (invalid JSON, a file name with a slash), FQ_ERR_MEMORY. */
fq_status fq_safetensors_index(const char *text, size_t bytes, const char *label, fq_arena *arena,
                               fq_shard_entry **entries, int *n) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
