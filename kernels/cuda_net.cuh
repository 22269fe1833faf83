/* A net on the device: its weights by layer and site, and the vectors beside them. Written by cuda_net.cu, read by the
 * chain of launches (cuda_decoder.cu). */
#ifndef FQ_KERNELS_CUDA_NET_CUH
#define FQ_KERNELS_CUDA_NET_CUH

#include "kernels/cuda_decoder.h"
#include "kernels/cuda_gemm.h"

enum { QKV, O, GATE_UP, DOWN, SITES };

typedef struct device_vectors {
    const float *attention_norm, *mlp_norm, *post, *key_offset, *k_clip, *v_clip;
} device_vectors;

struct fq_cuda_net {
    fq_cuda_net_args a;
    const fq_cuda_linear (*site)[SITES]; /* [built] */
    device_vectors *vectors;             /* [built] */
    void *(*weights)[SITES];             /* [layers] */
    const float *final_norm, *cos_t, *sin_t;
    const uint16_t *embedding; /* bfloat16 */
    size_t embedding_stride;   /* elements */
    size_t weight_bytes;
};

static inline fq_cuda_type code_type(const fq_recipe *a) {
    return a->code == FQ_BF16 ? FQ_CUDA_BF16 : a->code == FQ_E4M3 ? FQ_CUDA_E4M3 : FQ_CUDA_INT8;
}

static inline size_t code_pitch(const fq_cuda_linear *l) {
    return fq_round_up((size_t)l->w->cols * fq_cuda_type_bytes(code_type(l->a)), 16);
}

#endif
