/* Numbers as a trained model has them: the weights of one of its linear layers and what that layer is given on the
 * model's own text. Kernels can be timed on them instead of on Gaussian numbers. */
#ifndef FQ_MODELS_EXEMPLAR_H
#define FQ_MODELS_EXEMPLAR_H
#include "models/llama.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Row-major, contiguous: w[w_rows][cols], x[tokens][cols]. */
typedef struct fq_exemplar {
    const float *w, *x;
    int w_rows, tokens, cols;
} fq_exemplar;

/* Gate projection of the middle layer, and its inputs for the first tokens (512 at most) of MODEL/calibration.u16, else
 * of its self-sampled text, in the float32 model. Lives in the arena. Errors: FQ_ERR_INPUT (no such file, a shape
 * name), FQ_ERR_MEMORY. */
fq_status fq_exemplar_read(const fq_model *m, fq_arena *arena, fq_exemplar *out) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
