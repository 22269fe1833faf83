/* Named weights as float32: read from the checkpoint, or drawn for a shape name. Private to models/. */
#ifndef FQ_MODELS_WEIGHTS_H
#define FQ_MODELS_WEIGHTS_H
#include "models/llama.h"

/* Matrix `name` as out[rows][cols], contiguous. Shape names: Gaussian, sigma 0.02, the same numbers for the same seed
 * and name on every machine and thread count; names ending in "norm.weight" give 1. The model's outliers are in it.
 * Parallel over rows. Errors: FQ_ERR_INPUT (absent or another shape). */
fq_status fq_weights_load(const fq_model *m, const char *name, int rows, int cols, float *out) FQ_MUST_USE;
/* Row `row` of the embedding table or of the head, which outliers leave alone. */
void fq_weights_embedding(const fq_model *m, const fq_tensor *embedding, int row, float *out);
int fq_weights_present(const fq_model *m, const char *name);

#endif
