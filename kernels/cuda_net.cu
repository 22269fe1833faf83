/* The weights of a net on the device: every layer's own copy, norms, scales, tables of angles, embeddings. */
#include <string.h>
#include "kernels/cuda_net.cuh"

static fq_status upload_floats(fq_arena *owner, const float *from, int n, const float **to) {
    void *p = NULL;
    if (from) FQ_TRY(fq_cuda_upload(owner, from, (size_t)n * sizeof(float), &p));
    *to = (const float *)p;
    return FQ_OK;
}

static fq_status upload_vectors(device_vectors *v, const fq_cuda_layer *l, const fq_cuda_net_args *a, fq_arena *owner) {
    const int width = a->kv_heads * a->head_dim;
    FQ_TRY(upload_floats(owner, l->attention_norm, a->hidden, &v->attention_norm));
    FQ_TRY(upload_floats(owner, l->mlp_norm, a->hidden, &v->mlp_norm));
    FQ_TRY(upload_floats(owner, l->post, width, &v->post));
    FQ_TRY(upload_floats(owner, l->key_offset, width, &v->key_offset));
    FQ_TRY(upload_floats(owner, l->k_clip, a->kv_heads, &v->k_clip));
    return upload_floats(owner, l->v_clip, a->kv_heads, &v->v_clip);
}

/* Every layer has its weights in memory of its own, so that a pass reads as many bytes as the whole model has. */
static fq_status place_weights(fq_cuda_net *n, fq_arena *owner) {
    for (int l = 0; l < n->a.layers; l++) {
        for (int s = 0; s < SITES; s++) {
            const fq_cuda_weights *w = (const fq_cuda_weights *)n->site[l % n->a.built][s].packed;
            n->weight_bytes += w->bytes;
            n->weights[l][s] = w->data;
            if (l < n->a.built) continue;
            FQ_TRY(fq_cuda_alloc(owner, w->bytes, &n->weights[l][s]));
            FQ_CUDA_TRY(cudaMemcpy(n->weights[l][s], w->data, w->bytes, cudaMemcpyDeviceToDevice));
        }
    }
    return FQ_OK;
}

static fq_status upload_embedding(fq_cuda_net *n, fq_arena *owner) {
    enum { BLOCK = 1024 };
    const size_t hidden = (size_t)n->a.hidden;
    fq_arena scratch;
    void *table, *part;
    n->embedding_stride = fq_round_up(hidden, 8);
    FQ_TRY(fq_cuda_alloc(owner, (size_t)n->a.vocab * n->embedding_stride * 2, &table));
    n->embedding = (const uint16_t *)table;
    FQ_TRY(fq_arena_init(&scratch, 0));
    float *rows = FQ_NEW(&scratch, float, BLOCK *hidden);
    fq_status s = rows ? FQ_OK : FQ_ERR_MEMORY;
    for (int row = 0; row < n->a.vocab && s == FQ_OK; row += BLOCK) {
        const int count = n->a.vocab - row < BLOCK ? n->a.vocab - row : BLOCK;
        const size_t mark = scratch.used, bytes = (size_t)count * n->embedding_stride * 2;
#pragma omp parallel for
        for (int i = 0; i < count; i++)
            n->a.embedding(n->a.embedding_ctx, row + i, rows + (size_t)i * hidden);
        s = fq_cuda_upload_bf16(&scratch, rows, hidden, hidden, (size_t)count, n->embedding_stride, &part);
        if (s == FQ_OK && cudaMemcpy((uint8_t *)table + (size_t)row * n->embedding_stride * 2, part, bytes,
                                     cudaMemcpyDeviceToDevice) != cudaSuccess)
            s = fq_fail(FQ_ERR_FAILED, "CUDA: copying embeddings");
        fq_arena_reset(&scratch, mark);
    }
    fq_arena_free(&scratch);
    return s;
}

fq_status fq_cuda_net_create(const fq_cuda_net_args *a, fq_arena *owner, fq_cuda_net **out) {
    const int half = a->positions * (a->head_dim / 2);
    fq_cuda_net *n = FQ_NEW(owner, fq_cuda_net, 1);
    if (!n) return FQ_ERR_MEMORY;
    n->a = *a;
    fq_cuda_linear(*site)[SITES] = (fq_cuda_linear(*)[SITES])fq_arena_calloc(owner, (size_t)a->built, sizeof *site);
    n->vectors = FQ_NEW(owner, device_vectors, a->built);
    n->weights = (void *(*)[SITES])fq_arena_calloc(owner, (size_t)a->layers, sizeof *n->weights);
    n->site = site;
    if (!site || !n->vectors || !n->weights) return FQ_ERR_MEMORY;
    for (int l = 0; l < a->built; l++) {
        site[l][QKV] = a->layer[l].qkv;
        site[l][O] = a->layer[l].o;
        site[l][GATE_UP] = a->layer[l].gate_up;
        site[l][DOWN] = a->layer[l].down;
        FQ_TRY(upload_vectors(&n->vectors[l], &a->layer[l], a, owner));
    }
    FQ_TRY(place_weights(n, owner));
    FQ_TRY(upload_floats(owner, a->final_norm, a->hidden, &n->final_norm));
    FQ_TRY(upload_floats(owner, a->cos_t, half, &n->cos_t));
    FQ_TRY(upload_floats(owner, a->sin_t, half, &n->sin_t));
    *out = n;
    if (a->embedding) return upload_embedding(n, owner);
    n->embedding = (const uint16_t *)((const fq_cuda_weights *)a->head.packed)->data;
    n->embedding_stride = code_pitch(&a->head) / 2;
    return FQ_OK;
}

size_t fq_cuda_net_weight_bytes(const fq_cuda_net *n) {
    return n->weight_bytes;
}
