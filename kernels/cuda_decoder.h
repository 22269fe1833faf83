/* The layers of a Llama on the device, from token ids to logits: weights that stay there, and sessions over them with
 * their buffers and caches. A forward pass is a chain of launches of the rows of kernels.def, kept as a CUDA graph for
 * each length; nothing in it waits for the host. Numbers between the operations are bfloat16. */
#ifndef FQ_KERNELS_CUDA_DECODER_H
#define FQ_KERNELS_CUDA_DECODER_H
#include "kernels/registry.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A linear layer as a device row takes it. */
typedef struct fq_cuda_linear {
    const fq_kernel *kernel; /* of the gemm family on a device; gemm_i4f8_swiglu: gate and up with SwiGLU */
    const fq_qmatrix *w;
    void *packed; /* by kernel->pack */
    const fq_recipe *a;
    float fixed_scale; /* of STATIC activations, else 0 */
} fq_cuda_linear;

typedef struct fq_cuda_layer { /* vectors of the host, which are copied; NULL as in ops.h */
    const float *attention_norm, *mlp_norm, *post, *key_offset, *k_clip, *v_clip;
    fq_cuda_linear qkv, o, gate_up, down;
} fq_cuda_layer;

typedef struct fq_cuda_net_args {
    int layers, built; /* layer l is layer[l % built], in memory of its own */
    int hidden, intermediate, heads, kv_heads, head_dim, vocab, positions;
    float eps;
    const fq_recipe *q, *kv;
    const fq_cuda_layer *layer; /* [built] */
    fq_cuda_linear head;        /* bfloat16 */
    const float *final_norm, *cos_t, *sin_t;
    const fq_kernel *norm, *swiglu, *rows, *rope, *prefill, *decode; /* rows of the device */
    /* Row `row` of the embeddings; NULL: they are the rows of the head. */
    void (*embedding)(void *ctx, int row, float *out);
    void *embedding_ctx;
} fq_cuda_net_args;

/* Owner: the arena, in which the arguments' matrices and packed weights must live as long. */
typedef struct fq_cuda_net fq_cuda_net;
fq_status fq_cuda_net_create(const fq_cuda_net_args *a, fq_arena *owner, fq_cuda_net **out) FQ_MUST_USE;
/* Bytes of weights that one token's forward pass reads: projections of all layers as packed. */
size_t fq_cuda_net_weight_bytes(const fq_cuda_net *n);

/* `batch` sequences of up to `capacity` positions, at most max_tokens = batch x seq a call. Owner: the arena. Errors:
 * FQ_ERR_MEMORY, FQ_ERR_UNSUPPORTED where a kernel cannot do its part. */
typedef struct fq_cuda_decoder fq_cuda_decoder;
fq_status fq_cuda_decoder_create(const fq_cuda_net *n, int batch, int capacity, int max_tokens, fq_arena *owner,
                                 fq_cuda_decoder **out) FQ_MUST_USE;
/* Layers first .. first + layers - 1 over ids[batch][seq] (NULL: the ids sampled last, seq 1) after the positions
 * already there. Returns once the work is queued. Ids below the vocabulary and room for them are the caller's duty. */
fq_status fq_cuda_decoder_forward(fq_cuda_decoder *d, const int *ids, int seq, int first, int layers) FQ_MUST_USE;
/* Head on n rows of the last call from row `row` on, `step` apart: logits[n][vocab]. Errors: FQ_ERR_NUMERIC if any row
 * operation since the last rewind met a number that is not finite. */
fq_status fq_cuda_decoder_logits(fq_cuda_decoder *d, int row, int step, int n, float *logits) FQ_MUST_USE;
/* Head and arg max (lowest index) on the last position of every sequence: the ids sampled. Queued only. */
fq_status fq_cuda_decoder_sample(fq_cuda_decoder *d) FQ_MUST_USE;
/* Wait, then the ids sampled last: ids[batch]. Errors: FQ_ERR_NUMERIC as above. */
fq_status fq_cuda_decoder_ids(fq_cuda_decoder *d, int *ids) FQ_MUST_USE;
/* Forget all but the first `past` positions. */
void fq_cuda_decoder_rewind(fq_cuda_decoder *d, int past);

/* Random codes and scales as the first `past` positions of every sequence, for timing at a depth whose tokens are not
 * worth computing. */
fq_status fq_cuda_decoder_fill(fq_cuda_decoder *d, int past, unsigned seed) FQ_MUST_USE;

/* Where the time of a forward pass and of sampling goes. */
#define FQ_CUDA_PARTS(P)                                                                                               \
    P(EMBED, "embedding")                                                                                              \
    P(NORM, "rmsnorm")                                                                                                 \
    P(QKV, "qkv")                                                                                                      \
    P(ROPE, "rope")                                                                                                    \
    P(ATTENTION, "attention")                                                                                          \
    P(ROWS, "rows") P(O, "o") P(GATE_UP, "gate_up") P(ACT, "swiglu") P(DOWN, "down") P(HEAD, "head")
typedef enum fq_cuda_part {
#define FQ_CUDA_PART_ID(id, name) FQ_CUDA_PART_##id,
    FQ_CUDA_PARTS(FQ_CUDA_PART_ID)
#undef FQ_CUDA_PART_ID
        FQ_CUDA_PART_COUNT
} fq_cuda_part;
const char *fq_cuda_part_name(fq_cuda_part p);
/* Device time of each part of a forward pass and sampling, launched one by one with an event between them, summed over
 * the layers: nanoseconds. The device idles between launches, so short passes take less as a graph than this sum. */
fq_status fq_cuda_decoder_profile(fq_cuda_decoder *d, const int *ids, int seq,
                                  double ns[FQ_CUDA_PART_COUNT]) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
