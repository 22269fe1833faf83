/* What the attention kernels share: which keys a token sees, the check of their arguments, and the size of a team.
 * Scratch has a private slot a thread, for at most FQ_ATTENTION_TEAM_MAX, so its size does not depend on the caller's
 * number of threads. */
#ifndef FQ_KERNELS_ATTENTION_H
#define FQ_KERNELS_ATTENTION_H
#include <omp.h>
#include "kernels/functions.h"

enum {
    FQ_ATTENTION_TEAM_MAX = 128,
    FQ_ATTENTION_RUN = 256,    /* keys of a run of the running maximum */
    FQ_ATTENTION_F16_STEP = 32 /* products between two roundings of a float16 score */
};

static inline int fq_attention_team(int slots) {
    const int n = omp_get_max_threads();
    return n < slots ? n : slots;
}

/* Keys that token i of sequence b attends to. */
static inline int fq_attention_keys(const fq_attention_args *a, int b, int i) {
    return a->past[b] + (a->causal ? i + 1 : a->seq);
}

/* Query vector (codes decoded, scale apart) of token `row` of the batch. */
static inline void fq_attention_query(const fq_attention_args *a, size_t row, int head, float *q) {
    const size_t d = (size_t)a->kv->head_dim;
    const size_t head_bytes = fq_format_bytes(a->q_recipe->code, d);
    const uint8_t *codes = (const uint8_t *)a->q + row * a->q_stride + (size_t)head * head_bytes;
    fq_format_decode_row(a->q_recipe->code, codes, d, q);
}

static inline float fq_attention_q_scale(const fq_attention_args *a, size_t row, int head) {
    return a->q_scale ? a->q_scale[row * (size_t)a->heads + (size_t)head] : 1.0f;
}

/* Errors: FQ_ERR_UNSUPPORTED for a head size beyond FQ_HEAD_DIM_MAX and a format of p or of scores that no kernel
 * rounds to. */
static inline fq_status fq_attention_check(const fq_attention_args *a) {
    FQ_ASSERT(a->heads > 0 && a->heads % a->kv->kv_heads == 0 && a->batch <= a->kv->batch);
    for (int b = 0; b < a->batch; b++)
        FQ_ASSERT(a->past[b] >= 0 && a->past[b] + a->seq <= a->kv->capacity);
    if (a->kv->head_dim > FQ_HEAD_DIM_MAX)
        return fq_fail(FQ_ERR_UNSUPPORTED, "attention: head size %d, expected at most %d", a->kv->head_dim,
                       FQ_HEAD_DIM_MAX);
    if (a->scores != FQ_F32 && a->scores != FQ_F16)
        return fq_fail(FQ_ERR_UNSUPPORTED, "attention: scores in %s, expected f32 or f16", fq_formats[a->scores].name);
    const fq_format_id p = a->p_recipe->code;
    if (a->p_recipe->group == FQ_NO_SCALE && (p == FQ_F32 || p == FQ_BF16 || p == FQ_E4M3)) return FQ_OK;
    return fq_fail(FQ_ERR_UNSUPPORTED, "attention: recipe of p is '%s', expected f32, bf16 or e4m3 without scale",
                   a->p_recipe->name);
}

#endif
