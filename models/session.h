/* Inside of a session: buffers of one forward call and the KV cache. Private to models/. */
#ifndef FQ_MODELS_SESSION_H
#define FQ_MODELS_SESSION_H
#include "models/llama.h"

/* Sees the keys of every layer before RoPE: k points at the key part of the first row, rows are `stride` floats apart,
 * m = batch * seq rows. */
typedef void fq_observe(void *ctx, int layer, const float *k, int stride, int m, int seq, const int *past);

struct fq_session {
    const fq_llama *net;
    int batch, capacity, max_tokens;
    int *past;         /* [batch] */
    int rows, seq;     /* of the last forward call */
    float *x;          /* [max_tokens][hidden] residual stream */
    float *qkv;        /* [max_tokens][(H + 2 H_kv) D] */
    float *attention;  /* [max_tokens][H D] */
    float *gate_up;    /* [max_tokens][2 intermediate] */
    uint8_t *codes;    /* activation codes of the linear layer that comes next */
    float *code_scale; /* [max_tokens] */
    uint8_t *q_codes;
    size_t q_stride;
    float *q_scale;  /* [max_tokens][H] */
    fq_kv_cache *kv; /* [layers] */
    fq_arena arena, scratch;
    fq_observe *observe;
    void *observe_ctx;
};

#endif
