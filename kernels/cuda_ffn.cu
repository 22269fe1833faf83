/* A feed-forward block as a chain of launches on operands that stay on the device: norm, gate and up, activation, down.
 */
#include <limits.h>
#include "kernels/cuda_gemm.h"

struct fq_cuda_ffn {
    fq_cuda_loop loop;
    fq_cuda_rows norm, act;
    fq_cuda_enqueue *enqueue_norm, *enqueue_act;
    fq_cuda_product up, down;
    fq_cuda_area y;
    int copies;
    const char *tiles;
};

static fq_status launch(void *context, int turn, cudaStream_t stream) {
    const fq_cuda_ffn *b = (const fq_cuda_ffn *)context;
    const int i = turn % b->copies;
    FQ_TRY(b->enqueue_norm(&b->norm, stream));
    FQ_TRY(b->up.launch(&b->up, b->up.copy[i], stream));
    FQ_TRY(b->enqueue_act(&b->act, stream));
    return b->down.launch(&b->down, b->down.copy[i], stream);
}

/* Codes and scales that one row operation leaves for one product. */
static fq_status make_codes(fq_cuda_rows *r, fq_cuda_product *g, const fq_cuda_ffn_args *a, int k, fq_arena *owner) {
    const fq_cuda_type type = a->a->code == FQ_BF16   ? FQ_CUDA_BF16
                              : a->a->code == FQ_E4M3 ? FQ_CUDA_E4M3
                                                      : FQ_CUDA_INT8;
    const int none = INT_MAX;
    void *p;
    if (a->a->group > 0 || a->a->range != FQ_RANGE_SYMMETRIC || (type == FQ_CUDA_INT8 && a->a->code != FQ_INT8))
        return fq_fail(FQ_ERR_UNSUPPORTED, "no block on the device quantizes activations as '%s'", a->a->name);
    r->m = g->m = a->m;
    r->k = k;
    r->eps = a->eps;
    r->x_type = FQ_CUDA_BF16;
    r->out_type = type;
    r->out_stride = g->x_pitch = fq_round_up((size_t)k * fq_cuda_type_bytes(type), 16);
    r->early = g->early = a->early;
    FQ_TRY(fq_cuda_alloc(owner, (size_t)a->m * r->out_stride, &r->out));
    FQ_CUDA_TRY(cudaMemset(r->out, 0, (size_t)a->m * r->out_stride));
    g->x = r->out;
    FQ_TRY(fq_cuda_upload(owner, &none, sizeof none, &p));
    r->bad = (int *)p;
    if (type == FQ_CUDA_BF16) return FQ_OK;
    FQ_TRY(fq_cuda_alloc(owner, (size_t)a->m * sizeof(float), &p));
    r->scale = (float *)p;
    g->x_scale = r->scale;
    return FQ_OK;
}

static fq_status prepare(fq_cuda_prepare *f, fq_cuda_product *g, const fq_cuda_ffn_args *a, const fq_qmatrix *w,
                         void *packed, int copies, fq_arena *owner) {
    const fq_cuda_weights *weights = (const fq_cuda_weights *)packed;
    fq_gemm_args args = {};
    args.m = a->m;
    args.w = w;
    args.packed = packed;
    args.a = a->a;
    g->y_type = FQ_CUDA_BF16;
    g->tries = FQ_CUDA_TRIES;
    g->copies = copies;
    FQ_TRY(fq_cuda_copy(weights->data, weights->bytes, &g->copies, &g->copy, owner));
    return f(&args, -1, owner, g);
}

fq_status fq_cuda_ffn_create(const fq_cuda_ffn_args *a, fq_arena *owner, fq_cuda_ffn **out) {
    const size_t m = (size_t)a->m, hidden = (size_t)a->hidden;
    const size_t wide = fq_round_up((size_t)a->intermediate * (a->gated ? 1 : 2), 16);
    fq_cuda_ffn *b = FQ_NEW(owner, fq_cuda_ffn, 1);
    void *x, *p;
    if (!b) return FQ_ERR_MEMORY;
    b->loop.launch = launch;
    b->loop.context = b;
    FQ_TRY(fq_cuda_loop_create(&b->loop, owner));
    b->enqueue_norm = a->norm;
    b->enqueue_act = a->act;
    FQ_TRY(make_codes(&b->norm, &b->up, a, a->hidden, owner));
    FQ_TRY(make_codes(&b->act, &b->down, a, a->intermediate, owner));
    /* y has the pitch of x, which is its residual. */
    b->norm.x_stride = fq_round_up(hidden, 16);
    FQ_TRY(fq_cuda_upload_bf16(owner, a->x, hidden, hidden, m, b->norm.x_stride, &x));
    FQ_TRY(fq_cuda_upload(owner, a->gamma, hidden * sizeof(float), &p));
    b->norm.x = x;
    b->norm.gamma = (const float *)p;
    FQ_TRY(fq_cuda_alloc(owner, m * wide * 2, &b->up.y));
    b->act.x = b->up.y;
    b->act.x_stride = wide;
    b->up.y_pitch = wide * 2;
    b->y.rows = m;
    b->y.used = hidden * 2;
    b->y.pitch = b->norm.x_stride * 2;
    b->y.each = 2;
    FQ_TRY(fq_cuda_area_create(&b->y, owner));
    b->down.y = b->y.data;
    b->down.y_pitch = b->y.pitch;
    b->down.residual = x;
    b->copies = 1;
    const size_t bytes =
        ((const fq_cuda_weights *)a->gate_up_packed)->bytes + ((const fq_cuda_weights *)a->down_packed)->bytes;
    if (!a->hot) FQ_TRY(fq_cuda_cold_copies(bytes, &b->copies));
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    FQ_TRY(prepare(a->prepare_up, &b->up, a, a->gate_up, a->gate_up_packed, b->copies, owner));
    FQ_TRY(prepare(a->prepare_down, &b->down, a, a->down, a->down_packed, b->copies, owner));
    b->tiles = fq_arena_printf(owner, "%s %s", b->up.tile, b->down.tile);
    *out = b;
    return b->tiles ? FQ_OK : FQ_ERR_MEMORY;
}

fq_cuda_loop *fq_cuda_ffn_loop(fq_cuda_ffn *b) {
    return &b->loop;
}

const char *fq_cuda_ffn_tiles(const fq_cuda_ffn *b) {
    return b->tiles;
}

fq_status fq_cuda_ffn_fetch(fq_cuda_ffn *b, const int *rows, int n_rows, float *y) {
    const size_t n = (size_t)b->norm.k;
    FQ_TRY(fq_cuda_area_check(&b->y, 0, b->loop.stream));
    for (int i = 0; i < n_rows; i++) {
        float *to = y + (size_t)i * n;
        FQ_CUDA_TRY(cudaMemcpy(to, b->y.data + (size_t)rows[i] * b->y.pitch, n * 2, cudaMemcpyDeviceToHost));
        fq_cuda_widen(to, n, FQ_CUDA_BF16);
    }
    return FQ_OK;
}
