/* GGUF v2 and v3 (little-endian): header, metadata key-values, tensor directory. Format drawn in gguf.c.
 * Source: the GGUF specification (ggml project, docs/gguf.md). */
#ifndef FQ_MODELS_GGUF_H
#define FQ_MODELS_GGUF_H
#include <stddef.h>
#include <stdint.h>
#include "models/checkpoint.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum fq_gguf_type {
    FQ_GGUF_U8 = 0,
    FQ_GGUF_I8,
    FQ_GGUF_U16,
    FQ_GGUF_I16,
    FQ_GGUF_U32,
    FQ_GGUF_I32,
    FQ_GGUF_F32,
    FQ_GGUF_BOOL,
    FQ_GGUF_STRING,
    FQ_GGUF_ARRAY,
    FQ_GGUF_U64,
    FQ_GGUF_I64,
    FQ_GGUF_F64
} fq_gguf_type;

typedef struct fq_gguf_text { /* not NUL-terminated, points into the file */
    const char *s;
    size_t n;
} fq_gguf_text;

typedef struct fq_gguf_value {
    fq_gguf_text key;
    fq_gguf_type type;
    union {
        uint64_t u;
        int64_t i;
        double f;
        fq_gguf_text text;
    } v;
    fq_gguf_type item_type; /* arrays */
    uint64_t count;
    const unsigned char *items;
    size_t items_bytes;
} fq_gguf_value;

typedef struct fq_gguf {
    uint32_t version;
    uint64_t n_values, n_tensors, alignment;
    fq_gguf_value *values;
    const unsigned char *metadata; /* the key-values as they lie in the file */
    size_t metadata_bytes;
    fq_tensor *tensors; /* GGUF names, shapes already reversed to row-major */
} fq_gguf;

/* Parse a mapped file; structures in the arena, strings point into the mapping. Errors as fq_checkpoint_open. */
fq_status fq_gguf_parse(const unsigned char *data, size_t bytes, const char *label, fq_arena *arena,
                        fq_gguf *out) FQ_MUST_USE;
const fq_gguf_value *fq_gguf_find(const fq_gguf *g, const char *key); /* NULL if absent */
/* Strings of a string array into text[count] (allocated in the arena). */
fq_status fq_gguf_strings(const fq_gguf_value *v, const char *label, fq_arena *arena, fq_gguf_text **text) FQ_MUST_USE;
/* Configuration and Hugging Face tensor names of a "llama" GGUF. */
fq_status fq_gguf_to_checkpoint(fq_gguf *g, const char *label, fq_arena *arena, fq_checkpoint *out) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
