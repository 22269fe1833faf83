/* A checkpoint on disk, opened without copying: configuration, named tensors as views into memory-mapped files, and
 * where its tokenizer is. Hugging Face directories and GGUF files end in the same structure and the same names. */
#ifndef FQ_MODELS_CHECKPOINT_H
#define FQ_MODELS_CHECKPOINT_H
#include <stddef.h>
#include <stdint.h>
#include "harness/arena.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum fq_dtype {
#define FQ_DTYPE(id, name, block, bytes, gguf) FQ_DTYPE_##id,
#include "models/dtypes.def"
#undef FQ_DTYPE
    FQ_DTYPE_COUNT
} fq_dtype;

typedef struct fq_dtype_info {
    const char *name;
    int block, block_bytes, gguf;
} fq_dtype_info;
extern const fq_dtype_info fq_dtypes[FQ_DTYPE_COUNT];

/* A tensor where it lies in the file. shape is row-major as in safetensors: shape[rank-1] is contiguous. */
typedef struct fq_tensor {
    const char *name; /* Hugging Face name, also for GGUF: "model.layers.0.self_attn.q_proj.weight" */
    fq_dtype dtype;
    int rank;
    int64_t shape[4];
    const void *data;
    size_t bytes;
    int permuted_heads; /* GGUF stores q and k rows in interleaved RoPE order: heads of the permutation; 0 = plain */
} fq_tensor;

/* Row r (of shape[0]; a rank-1 tensor has one row) as float32 in Hugging Face order: out[shape[rank-1]]. Undoes the
 * GGUF permutation: HF row h*D + i + j*D/2 (j in {0,1}) is GGUF row h*D + 2i + j. Exact except where the block formats
 * round their own arithmetic (float32 products as in the format's definition). */
void fq_tensor_row(const fq_tensor *t, int64_t r, float *out);
int64_t fq_tensor_elements(const fq_tensor *t); /* product of the shape */

typedef enum fq_rope_kind { FQ_ROPE_DEFAULT, FQ_ROPE_LINEAR, FQ_ROPE_LLAMA3 } fq_rope_kind;

typedef struct fq_llama_config {
    int layers, hidden, intermediate, heads, kv_heads, head_dim, vocab, max_positions;
    float rms_eps;
    double rope_theta;
    fq_rope_kind rope_kind;
    double rope_factor, rope_low_freq_factor, rope_high_freq_factor; /* llama3 and linear */
    int rope_original_positions;
    int tied_embeddings, attention_bias, mlp_bias;
    int bos, eos; /* -1: none */
} fq_llama_config;

typedef enum fq_checkpoint_kind {
    FQ_CHECKPOINT_HF,
    FQ_CHECKPOINT_GGUF,
    FQ_CHECKPOINT_SHAPE,
    FQ_CHECKPOINT_SAVED /* quantized by this program (models/save.h): of the float tensors only the embeddings */
} fq_checkpoint_kind;

typedef struct fq_checkpoint {
    fq_checkpoint_kind kind;
    const char *name; /* last part of the path without .gguf, for tables */
    const char *path;
    fq_llama_config config;
    fq_tensor *tensors; /* sorted by name */
    int n_tensors;
    size_t bytes;            /* stored size of all tensors */
    int64_t parameters;      /* elements of all tensors */
    const char *quantized;   /* NULL, or what the stored weights are, e.g. "Q4_K": then every table must call the
                                reference lossy */
    uint64_t seed;           /* of random weights (SHAPE) */
    void *gguf;              /* private: the open GGUF (its metadata), for the tokenizer; NULL: tokenizer.json */
    struct fq_mapping *maps; /* private: mapped files */
    int n_maps;
} fq_checkpoint;

/* Open a Hugging Face directory (config.json, model.safetensors or model.safetensors.index.json with shards) or a .gguf
 * file. Everything is validated before anything is used: header lengths, offsets inside the file and without overlap,
 * dtype x shape = bytes, every tensor that the configuration asks for present with the right shape.
 * Owner: the caller, fq_checkpoint_close; structures live in `arena`. Errors: FQ_ERR_INPUT (file and what is wrong),
 * FQ_ERR_UNSUPPORTED (architecture, dtype, RoPE type, model_type that is not llama). */
fq_status fq_checkpoint_open(const char *path, fq_arena *arena, fq_checkpoint *out) FQ_MUST_USE;
void fq_checkpoint_close(fq_checkpoint *c);
const fq_tensor *fq_checkpoint_find(const fq_checkpoint *c, const char *name); /* NULL if absent */

/* Put c->tensors into the order that fq_checkpoint_find relies on and sum up c->bytes and c->parameters. */
void fq_checkpoint_index(fq_checkpoint *c);

/* Pieces of the above, for saved models, tests and fuzzing. */
/* The last part of a path, without slashes and `suffix` at its end. */
fq_status fq_checkpoint_name(const char *path, const char *suffix, fq_arena *arena, const char **out) FQ_MUST_USE;
fq_status fq_config_parse(const char *text, size_t bytes, const char *label, fq_llama_config *out) FQ_MUST_USE;
fq_status fq_config_read(const char *dir, fq_llama_config *out) FQ_MUST_USE; /* DIR/config.json */
fq_status fq_config_validate(const fq_llama_config *c, const char *label) FQ_MUST_USE;
/* Check names, shapes and presence of every tensor of a Llama with this configuration. */
fq_status fq_checkpoint_validate(const fq_checkpoint *c) FQ_MUST_USE;

/* Read-only file mapping (mmap; empty file = FQ_ERR_INPUT). */
typedef struct fq_mapping {
    const unsigned char *data;
    size_t bytes;
} fq_mapping;
fq_status fq_mapping_open(const char *path, fq_mapping *out) FQ_MUST_USE;
void fq_mapping_close(fq_mapping *m);

#ifdef __cplusplus
}
#endif
#endif
