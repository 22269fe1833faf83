/* One layer's float32 weights on their way to being quantized: loaded, and changed by the variant's function-preserving
 * transforms, with the calibration statistics kept true to them. Private to models/. */
#ifndef FQ_MODELS_PREPARE_H
#define FQ_MODELS_PREPARE_H
#include "models/llama.h"

/* Widths of a layer: q = H*D, kv = H_kv*D, hd = D. */
typedef struct fq_dims {
    int hidden, ff, q, kv, hd;
} fq_dims;
fq_dims fq_dims_of(const fq_llama_config *c);

typedef struct fq_prepared {
    float *q, *k, *v, *o, *gate, *up, *down;        /* [out][in] row-major */
    float *qb, *kb, *vb, *ob, *gateb, *upb, *downb; /* biases or NULL */
    float *attention_norm, *mlp_norm;               /* [hidden] */
    const fq_variant *site[FQ_SITE_COUNT];          /* what each site does: the net's variant, or its policy's */
    int has_stats;
    fq_input_stats input[FQ_SITE_COUNT]; /* of the transformed inputs; valid if has_stats */
    float *post, *key_offset;            /* [H_kv*D] or NULL, as fq_layer */
    float *k_clip, *v_clip;              /* [H_kv] or NULL */
} fq_prepared;

/* Load layer l of net's model and transform it as net->variant says. Norms, post, key_offset and clips live in
 * net->arena, the rest in scratch. cal may be NULL (shape names): what needs statistics is then left out. Errors:
 * FQ_ERR_MEMORY, FQ_ERR_INPUT, FQ_ERR_NUMERIC, FQ_ERR_USAGE (transforms that exclude each other). */
fq_status fq_prepare_layer(fq_llama *net, int l, const fq_calibration *cal, fq_arena *scratch,
                           fq_prepared *out) FQ_MUST_USE;

/* What building and loading a net share (build.c). FQ_ROTATION_SEED: signs of the residual stream's rotation. */
enum {
    FQ_ROTATION_SEED = 1,
    FQ_WIDE_WEIGHTS = FQ_RECIPE_W_INT8_CHANNEL, /* of inputs that FQ_T_OUTLIERS sets apart */
    FQ_WIDE_ACTIVATIONS = FQ_RECIPE_A_INT8_TOKEN
};
/* An empty matrix with its kernel; codebooks where the method chooses them. Owner: net->arena. */
fq_status fq_linear_create(fq_llama *net, fq_linear *lin, const fq_recipe *w, const fq_recipe *a,
                           const fq_method *method, int rows, int cols) FQ_MUST_USE;
/* Its low-rank part: down [rank][cols] on the layer's own codes, up [rows][rank] in recipe w, empty. */
fq_status fq_linear_create_low(fq_llama *net, fq_linear *lin, const fq_recipe *w, int rank) FQ_MUST_USE;
/* The same for the last `wide` inputs, and the order of all of them, not yet filled in. */
fq_status fq_linear_create_wide(fq_llama *net, fq_linear *lin, int wide) FQ_MUST_USE;

#endif
