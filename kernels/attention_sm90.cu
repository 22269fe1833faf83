/* Launches of the prefill kernel: which tile goes with a head size and a number of stages, the order of the work, and
 * whether the tiles of keys and values are made anew. */
#include "kernels/attention_sm90.cuh"
#include "kernels/cuda_attention.h"

enum { KV_BYTES = 24 << 20 }; /* keys and values that are worked on at one time, to stay in the L2 cache */

typedef struct prefill_form {
    int head_dim, stages, rows, keys, threads;
    int shared;
    const void *function;
} prefill_form;

#define FORM(d, groups, keys, stages, q, turns)                                                                        \
    {                                                                                                                  \
        d, stages, 64 * groups, keys, attention_config<d, groups, keys, stages, q, turns>::THREADS,                    \
            attention_config<d, groups, keys, stages, q, turns>::BYTES,                                                \
            (const void *)attention_prefill<attention_config<d, groups, keys, stages, q, turns>>                       \
    }
/* The fastest of those tried (docs/NOTES-hopper-attention.md). */
static const prefill_form forms[] = {
    FORM(128, 2, 128, 1, 0, 0), FORM(128, 2, 128, 2, 0, 0), FORM(128, 2, 128, 3, 0, 1),
    FORM(64, 3, 96, 1, 1, 0),   FORM(64, 3, 96, 2, 0, 0),
};

/* Head size 64 has two stages where three are asked for: they are the faster there. */
static const prefill_form *form_of(const fq_cuda_heads *h, int stages) {
    const prefill_form *f = forms;
    if (h->kv.head_dim == 64 && stages == 3) stages = 2;
    while (f->head_dim != h->kv.head_dim || f->stages != stages)
        f++;
    return f;
}

size_t fq_cuda_heads_work(const fq_cuda_heads *h) {
    const size_t plain = fq_cuda_decode_bf16_work(h);
    size_t most = fq_cuda_decode_work(h);
    if (plain > most) most = plain;
    for (int keys = 64; keys <= 128; keys += 32) {
        const size_t tiles = fq_cuda_kv_tile_bytes(h, keys);
        most = tiles > most ? tiles : most;
    }
    return FQ_CUDA_HEADS_FIXED + most;
}

/* remake: the tiles are made in this launch, and not only when they are not there yet. */
static fq_status attend(const fq_cuda_heads *h, int stages, int remake, cudaStream_t stream) {
    const prefill_form *f = form_of(h, stages);
    if (h->kv.recipe->code != FQ_INT4) return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: no E4M3 attention over this cache");
    const size_t pair = 2 * (size_t)h->longest * (size_t)h->kv.head_dim; /* bytes */
    const int group = h->heads / h->kv.kv_heads, pairs = h->batch * h->heads;
    attention_work g;
    if (h->fresh || remake) FQ_TRY(fq_cuda_kv_tiles(h, f->keys, h->work + FQ_CUDA_HEADS_FIXED, stream));
    g.q = h->q;
    g.q_scale = h->q_scale;
    g.kv = h->work + FQ_CUDA_HEADS_FIXED;
    g.past = h->past;
    g.out = h->out;
    g.counter = (uint32_t *)h->work;
    g.q_stride = h->q_stride;
    g.out_stride = h->out_stride;
    g.batch = h->batch;
    g.seq = h->seq;
    g.heads = h->heads;
    g.kv_heads = h->kv.kv_heads;
    g.tiles = (h->longest + f->keys - 1) / f->keys;
    g.row_tiles = (h->seq + f->rows - 1) / f->rows;
    g.causal = h->causal;
    const size_t fit = pair < KV_BYTES ? KV_BYTES / pair : 1;
    g.section = fit * (size_t)group < (size_t)pairs ? (int)fit * group : pairs;
    const int items = g.row_tiles * pairs, most = fq_cuda_processors();
    void *arguments[] = {&g};
    FQ_CUDA_TRY(cudaFuncSetAttribute(f->function, cudaFuncAttributeMaxDynamicSharedMemorySize, f->shared));
    FQ_CUDA_TRY(cudaLaunchKernel(f->function, dim3((unsigned)(items < most ? items : most)), dim3((unsigned)f->threads),
                                 arguments, (size_t)f->shared, stream));
    return FQ_OK;
}

#define ROW(suffix, stages, remake)                                                                                    \
    fq_status fq_attention_prefill_##suffix##_attend(const fq_cuda_heads *h, void *stream) {                           \
        return attend(h, stages, remake, (cudaStream_t)stream);                                                        \
    }                                                                                                                  \
    fq_status fq_attention_prefill_##suffix(const fq_attention_args *a) {                                              \
        return fq_cuda_attention_run(fq_attention_prefill_##suffix##_attend, a);                                       \
    }                                                                                                                  \
    size_t fq_attention_prefill_##suffix##_scratch(const fq_attention_args *a) {                                       \
        return 0;                                                                                                      \
    }
ROW(sm90_one, 1, 0)
ROW(sm90_two, 2, 0)
ROW(sm90, 3, 0)
ROW(sm90_int4, 3, 1)
