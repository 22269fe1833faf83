/* What the writer and the reader of saved models share: the manifest, and the list of a layer's tensors, which both
 * walk so that they cannot disagree. Private to models/. */
#ifndef FQ_MODELS_SAVED_H
#define FQ_MODELS_SAVED_H
#include "models/save.h"

enum { FQ_SAVED_FORMAT = 1, FQ_SAVED_LINEARS = 4, FQ_SAVED_NAME = 96 };
#define FQ_SAVED_POLICY "policy.yaml" /* copy of the map that the variant follows, where it follows one */

/* One tensor: rows of `cols` elements, `stride` bytes apart in memory, tightly packed in the file. rows 0: a vector. */
typedef struct fq_saved_slot {
    char name[FQ_SAVED_NAME];
    fq_dtype dtype; /* F32, I32 or U8 */
    int64_t rows, cols;
    void *data;
    size_t stride;
    int ones; /* F32 that is left out of the file when all of it is 1 */
} fq_saved_slot;
size_t fq_saved_row_bytes(const fq_saved_slot *s);
size_t fq_saved_bytes(const fq_saved_slot *s);

/* Called for each tensor in turn; an error ends the walk. */
typedef fq_status (*fq_saved_visit)(void *ctx, const fq_saved_slot *slot);
/* Tensors of layer l of the net, those whose pointers are not NULL. */
fq_status fq_saved_visit_layer(const fq_llama *net, int l, fq_saved_visit visit, void *ctx) FQ_MUST_USE;
/* Tensors of one linear layer, wide and low-rank parts included. */
fq_status fq_saved_visit_linear(const fq_linear *lin, const char *prefix, fq_saved_visit visit, void *ctx) FQ_MUST_USE;
/* Linear layer i = 0 .. 3 of a layer, and the name that its tensors start with. */
fq_linear *fq_saved_linear_at(fq_layer *layer, int i);
void fq_saved_linear_name(char name[FQ_SAVED_NAME], int l, int i);

/* One linear layer as the manifest describes it. */
typedef struct fq_saved_linear {
    const fq_recipe *w, *a; /* the variant's own, or what its policy chose here */
    int cols, wide;         /* inputs of the matrix and of its wide part (0: none) */
    int books;              /* 1: each row has a codebook */
    float fixed_scale;
    int rank; /* of the low-rank part, with the recipe of its matrices; 0: none */
    const fq_recipe *low_w;
} fq_saved_linear;

/* An opened manifest, checked against the tables and the configuration. */
struct fq_saved {
    const char *label; /* path of the manifest */
    const fq_variant *variant;
    fq_variant_options options;
    fq_outliers outliers;
    const char *calibration, *tokenizer; /* calibration NULL: none was needed */
    const char *quantized;               /* what the source's weights were stored as; NULL: floats */
    int64_t parameters;
    int layers, head; /* head 1: stored; 0: made from the embeddings */
    uint64_t rotation_seed;
    fq_saved_linear *linear; /* [layers][4] */
    char sha256[65];
};

/* Manifest of a net whose model.safetensors has this hash, to be written to `path`. */
fq_status fq_manifest_write(const fq_llama *net, const char *path, const char *tokenizer, int head,
                            const char sha256[65]) FQ_MUST_USE;
/* Read and check it; texts in the arena. Errors: FQ_ERR_INPUT naming file and key, FQ_ERR_MEMORY. */
fq_status fq_manifest_read(const char *path, const fq_llama_config *c, fq_arena *arena, fq_saved *out) FQ_MUST_USE;

/* 1 if `dir` is a saved model (it holds a manifest). */
int fq_saved_is(const char *dir);
/* Open it: checkpoint with the tensors as they are stored, tokenizer metadata, manifest; all of it checked, the hash
 * too. Errors: FQ_ERR_INPUT, FQ_ERR_UNSUPPORTED, FQ_ERR_MEMORY. The caller closes the checkpoint. */
fq_status fq_saved_open(const char *dir, fq_arena *arena, fq_checkpoint *c, fq_saved **out) FQ_MUST_USE;
/* FQ_OK if v is what was saved, else FQ_ERR_USAGE naming that. */
fq_status fq_saved_check(const fq_model *m, const fq_variant *v) FQ_MUST_USE;
/* Fill layer l of the net, and the final norm and head; not packed. scratch: reset by the caller. Errors: FQ_ERR_INPUT
 * (a tensor that is missing, of another shape, or holds what no quantizer writes). */
fq_status fq_saved_layer(fq_llama *net, int l) FQ_MUST_USE;
fq_status fq_saved_norm_and_head(fq_llama *net, fq_arena *scratch) FQ_MUST_USE;

#endif
