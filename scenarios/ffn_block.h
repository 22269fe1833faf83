/* A feed-forward block y = x + down(silu(gate) up) with RMSNorm and activation quantization inside, as a task of the
 * measuring loop: weights and oracle of a variant, made once a model shape, and the block over any number of tokens, on
 * the host's kernels or, where the product is a row of a device, with everything on the device. */
#ifndef FQ_SCENARIOS_FFN_BLOCK_H
#define FQ_SCENARIOS_FFN_BLOCK_H
#include "harness/bench.h"
#include "kernels/registry.h"
#include "models/exemplar.h"
#include "models/variant.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { FQ_FFN_CHECKED = 7 }; /* tokens that are compared with the oracle, at most */

/* What all variants of a shape share: the input's norm weights, numbers for its tokens, and the tokens checked. Numbers
 * are Gaussian, a trained layer's (`real`, taken row after row), or zeros, which no time may be claimed with. */
typedef struct fq_ffn_input {
    int hidden, intermediate, n_checked, zeros;
    const fq_exemplar *real; /* NULL: none */
    float *gamma;            /* [hidden] */
    float *pool;             /* tokens are windows of it; bfloat16 values */
    float *checked;          /* [n_checked][hidden] */
    uint64_t seed;
} fq_ffn_input;
/* hidden, intermediate, seed, real and zeros are set before. Owner: the arena. */
fq_status fq_ffn_input_create(fq_ffn_input *in, fq_arena *arena) FQ_MUST_USE;
/* x[m][hidden]; the checked tokens stand spread over the m, first and last among them. n of them: in *n. */
void fq_ffn_input_tokens(const fq_ffn_input *in, int m, float *x, int *rows, int *n);

/* Weights of a variant, random, and what the oracle makes of the checked tokens. */
typedef struct fq_ffn_weights {
    const fq_variant *variant;
    fq_qmatrix gate_up, down;
    float *expected; /* [n_checked][hidden] */
} fq_ffn_weights;
/* Errors: FQ_ERR_UNSUPPORTED for activation recipes with groups or static scales. */
fq_status fq_ffn_weights_create(fq_ffn_weights *w, const fq_variant *v, const fq_ffn_input *in,
                                fq_arena *arena) FQ_MUST_USE;

/* The same weights as one row of a comparison: packed for its kernels, in as many copies as leave the host's cache. */
typedef struct fq_ffn_net fq_ffn_net;
/* kernel: of the products; NULL: what dispatch takes. gemm_i4f8_swiglu makes gate and up, with the plain kernel of the
 * same instruction set for down. Errors: FQ_ERR_SKIPPED where it cannot run. */
fq_status fq_ffn_net_create(const fq_ffn_weights *w, const fq_kernel *kernel, int hot, fq_arena *arena,
                            fq_ffn_net **out) FQ_MUST_USE;
/* 1 if the kernel multiplies this variant. */
int fq_ffn_takes(const fq_kernel *k, const fq_variant *v);
int fq_ffn_on_device(const fq_ffn_net *net);
/* Names of the kernels, as the row's column has them. In the arena; NULL on no memory. */
const char *fq_ffn_kernels(const fq_ffn_net *net, fq_arena *arena);
double fq_ffn_bits_per_weight(const fq_ffn_net *net);

/* The block over m tokens x (of fq_ffn_input_tokens, with the rows it gave) as a task. Owner: the arena. */
fq_status fq_ffn_task(const fq_ffn_net *net, const fq_ffn_input *in, const float *x, int m, const int *rows, int n_rows,
                      fq_arena *arena, fq_task *task) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
