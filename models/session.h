/* Inside of a session: buffers of one forward call and the KV cache. Private to models/. */
#ifndef FQ_MODELS_SESSION_H
#define FQ_MODELS_SESSION_H
#include "models/llama.h"

/* Sees what calibration gathers while a forward call computes it; m = batch * seq rows, `stride` floats apart. An error
 * ends the call. */
typedef struct fq_observer {
    void *ctx;
    /* Inputs of the linear layer at `site`, for float32 activations. */
    fq_status (*input)(void *ctx, int layer, fq_site site, const float *x, size_t stride, int m);
    /* Rows of the fused projection before RoPE: all queries, all keys, all values. */
    fq_status (*projections)(void *ctx, int layer, const float *qkv, size_t stride, int m);
} fq_observer;

struct fq_session {
    const fq_llama *net;
    int batch, capacity, max_tokens;
    int *past;                /* [batch] */
    int rows, seq;            /* of the last forward call */
    float *x;                 /* [max_tokens][hidden] residual stream */
    float *qkv;               /* [max_tokens][(H + 2 H_kv) D] */
    float *attention;         /* [max_tokens][H D] */
    float *gate_up;           /* [max_tokens][2 intermediate] */
    uint8_t *codes;           /* activation codes of the linear layer that comes next */
    float *code_scale;        /* [max_tokens], or [max_tokens][groups] */
    float *floats, *gathered; /* inputs of layers with outliers apart: in the model's order and in the layer's */
    uint8_t *wide_codes;
    float *wide_scale;
    float *low;         /* [max_tokens][rank] sums of a low-rank part, and their codes */
    uint8_t *low_codes; /* [max_tokens] */
    uint8_t *q_codes;
    size_t q_stride;
    float *q_scale;  /* [max_tokens][H] */
    fq_kv_cache *kv; /* [layers] */
    fq_arena arena, scratch;
    const fq_observer *observer;    /* NULL: none */
    struct fq_cuda_decoder *device; /* then none of the buffers above is there */
    /* 1: numbers between the operations are rounded to bfloat16, as sessions on a device keep them, so that the oracle
     * kernels can be held against one. */
    int narrow;
    fq_parts *parts; /* NULL: nobody asks where the time goes */
};

#endif
