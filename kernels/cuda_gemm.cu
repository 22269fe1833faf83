/* A matrix product for the measuring loop, with its operands on the device: copies of the weights, and the way back of
 * the result, with proof that all of y was written and nothing beside it. And the same product for operands of the
 * host. */
#include <string.h>
#include "kernels/cuda_gemm.h"

struct fq_cuda_gemm {
    fq_cuda_loop loop;
    fq_cuda_product product;
    int n, n_stored;
    const float *host_x_scale, *host_row_scale; /* for late scales; else NULL */
    const float *host_y_scale;                  /* of E4M3 codes: of each token, or one */
    int token_scales;
    fq_cuda_area y;
};

static fq_status launch(void *context, int turn, cudaStream_t stream) {
    const fq_cuda_gemm *b = (const fq_cuda_gemm *)context;
    return b->product.launch(&b->product, b->product.copy[turn % b->product.copies], stream);
}

static fq_status upload_operands(fq_cuda_gemm *b, const fq_gemm_args *a, size_t x_bytes, fq_arena *owner) {
    const size_t m = (size_t)a->m, row = (size_t)a->w->cols * x_bytes;
    fq_cuda_product *g = &b->product;
    void *p;
    g->x_pitch = fq_round_up(row, 16);
    FQ_TRY(fq_cuda_upload_rows(owner, a->x, a->x_stride, row, m, g->x_pitch, &p));
    g->x = p;
    if (!a->x_scale) return FQ_OK;
    FQ_TRY(fq_cuda_upload(owner, a->x_scale, m * sizeof(float), &p));
    g->x_scale = (float *)p;
    return FQ_OK;
}

static fq_status choose_output(fq_cuda_gemm *b, const fq_cuda_weights *w, const fq_cuda_gemm_options *o,
                               fq_arena *owner) {
    fq_cuda_product *g = &b->product;
    void *p;
    g->late = w->late && o->output == FQ_CUDA_OUT_NATURAL;
    g->y_type = g->late ? w->late_type : FQ_CUDA_BF16;
    if (o->output == FQ_CUDA_OUT_NATURAL) return FQ_OK;
    g->y_type = o->output == FQ_CUDA_OUT_F32 ? FQ_CUDA_F32 : FQ_CUDA_E4M3;
    if (g->y_type == FQ_CUDA_F32) return FQ_OK;
    b->host_y_scale = o->y_scale;
    b->token_scales = o->output == FQ_CUDA_OUT_E4M3_TOKEN;
    g->y_fixed_scale = o->y_scale[0];
    if (!b->token_scales) return FQ_OK;
    FQ_TRY(fq_cuda_upload(owner, o->y_scale, (size_t)g->m * sizeof(float), &p));
    g->y_scale = (float *)p;
    return FQ_OK;
}

static fq_status place_output(fq_cuda_gemm *b, const fq_gemm_args *a, fq_arena *owner) {
    fq_cuda_product *g = &b->product;
    const size_t m = (size_t)a->m, each = fq_cuda_type_bytes(g->y_type);
    void *p;
    /* Rows have room to spare, so that a store behind the last column is seen (cuBLASLt's have none, for alignment). A
     * whole line of it: rows that begin within a sector of memory would cost 1 to 2 % up to 1024 tokens. */
    enum { LINE = 128 };
    g->y_pitch = fq_round_up((size_t)b->n_stored * each, 16) + (g->late ? 0 : LINE);
    b->y.rows = m;
    b->y.pitch = g->y_pitch;
    b->y.used = (size_t)b->n_stored * each;
    b->y.each = (int)each;
    FQ_TRY(fq_cuda_area_create(&b->y, owner));
    g->y = b->y.data;
    if (!a->residual) return FQ_OK;
    if (g->y_type == FQ_CUDA_BF16)
        FQ_TRY(fq_cuda_upload_bf16(owner, a->residual, a->y_stride, (size_t)b->n, m, g->y_pitch / 2, &p));
    else
        FQ_TRY(fq_cuda_upload_rows(owner, a->residual, a->y_stride * sizeof(float), (size_t)b->n * sizeof(float), m,
                                   g->y_pitch, &p));
    g->residual = p;
    return FQ_OK;
}

fq_status fq_cuda_gemm_create(fq_cuda_prepare *prepare, const fq_gemm_args *a, const fq_cuda_gemm_options *o,
                              fq_arena *owner, fq_cuda_gemm **out) {
    const fq_cuda_weights *w = (const fq_cuda_weights *)a->packed;
    fq_cuda_gemm *b = FQ_NEW(owner, fq_cuda_gemm, 1);
    if (!b) return FQ_ERR_MEMORY;
    fq_cuda_product *g = &b->product;
    b->n = w->n;
    b->n_stored = w->n_stored;
    b->loop.launch = launch;
    b->loop.context = b;
    FQ_TRY(fq_cuda_loop_create(&b->loop, owner));
    g->m = a->m;
    g->tries = FQ_CUDA_TRIES;
    FQ_TRY(upload_operands(b, a, w->x_bytes, owner));
    FQ_TRY(choose_output(b, w, o, owner));
    FQ_TRY(place_output(b, a, owner));
    if (g->late) {
        b->host_x_scale = a->x_scale;
        b->host_row_scale = a->w->row_scale;
    }
    g->copies = o->copies;
    FQ_TRY(fq_cuda_copy(w->data, w->bytes, &g->copies, &g->copy, owner));
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    *out = b;
    return prepare(a, o->tile, owner, g);
}

fq_cuda_loop *fq_cuda_gemm_loop(fq_cuda_gemm *b) {
    return &b->loop;
}

fq_status fq_cuda_gemm_fetch(fq_cuda_gemm *b, const int *rows, int n_rows, float *y, size_t y_stride) {
    const fq_cuda_product *g = &b->product;
    const size_t n = (size_t)b->n, each = fq_cuda_type_bytes(g->y_type);
    FQ_TRY(fq_cuda_area_check(&b->y, g->y_type == FQ_CUDA_I32, b->loop.stream));
    for (int i = 0; i < n_rows; i++) {
        float *to = y + (size_t)i * y_stride;
        FQ_CUDA_TRY(
            cudaMemcpy(to, (const uint8_t *)g->y + (size_t)rows[i] * g->y_pitch, n * each, cudaMemcpyDeviceToHost));
        fq_cuda_widen(to, n, g->y_type);
        for (size_t j = 0; j < n && b->host_y_scale; j++)
            to[j] *= b->host_y_scale[b->token_scales ? rows[i] : 0];
        for (size_t j = 0; j < n && g->late; j++)
            to[j] = (to[j] * (b->host_x_scale ? b->host_x_scale[rows[i]] : 1.0f)) * b->host_row_scale[j];
    }
    return FQ_OK;
}

double fq_cuda_gemm_roundoff(const fq_cuda_gemm *b) {
    const fq_cuda_type t = b->product.y_type;
    return t == FQ_CUDA_BF16 ? 0x1p-8 : t == FQ_CUDA_E4M3 ? 0x1p-4 : 0.0;
}

int fq_cuda_gemm_tiles(const fq_cuda_gemm *b) {
    return b->product.tiles;
}

const char *fq_cuda_gemm_tile(const fq_cuda_gemm *b) {
    return b->product.tile;
}

/* ---- operands of the host ---- */

/* Copies of the operands in `stage`, float32 (or late integers) out. */
static fq_status run_staged(fq_cuda_prepare *prepare, const fq_gemm_args *a, uint8_t *stage, fq_arena *arena) {
    const fq_cuda_weights *w = (const fq_cuda_weights *)a->packed;
    const size_t m = (size_t)a->m, n = (size_t)w->n, row = (size_t)a->w->cols * w->x_bytes;
    const size_t out = n * sizeof(float), stride = a->y_stride * sizeof(float);
    fq_cuda_product g;
    memset(&g, 0, sizeof g);
    g.m = a->m;
    g.x_pitch = fq_round_up(row, 16);
    g.x = stage;
    g.y = stage + fq_round_up(m * g.x_pitch, 256);
    g.y_pitch = (size_t)w->n_stored * sizeof(float);
    g.late = w->late;
    g.y_type = w->late && w->late_type == FQ_CUDA_I32 ? FQ_CUDA_I32 : FQ_CUDA_F32;
    g.tries = 1;
    g.y_fixed_scale = 1.0f;
    float *scale = (float *)((uint8_t *)g.y + fq_round_up(m * g.y_pitch, 256));
    FQ_CUDA_TRY(cudaMemset2D(stage, g.x_pitch, 0, g.x_pitch, m));
    FQ_CUDA_TRY(cudaMemcpy2D(stage, g.x_pitch, a->x, a->x_stride, row, m, cudaMemcpyHostToDevice));
    if (a->x_scale) {
        FQ_CUDA_TRY(cudaMemcpy(scale, a->x_scale, m * sizeof(float), cudaMemcpyHostToDevice));
        g.x_scale = scale;
    }
    if (a->residual && !g.late) {
        FQ_CUDA_TRY(cudaMemcpy2D(g.y, g.y_pitch, a->residual, stride, out, m, cudaMemcpyHostToDevice));
        g.residual = g.y;
    }
    FQ_TRY(prepare(a, -1, arena, &g));
    FQ_TRY(g.launch(&g, w->data, 0));
    if (!g.late) {
        FQ_CUDA_TRY(cudaMemcpy2D(a->y, stride, g.y, g.y_pitch, out, m, cudaMemcpyDeviceToHost));
        return FQ_OK;
    }
    float *line = FQ_NEW(arena, float, n);
    if (!line) return FQ_ERR_MEMORY;
    for (size_t i = 0; i < m; i++) {
        FQ_CUDA_TRY(cudaMemcpy(line, (const uint8_t *)g.y + i * g.y_pitch, out, cudaMemcpyDeviceToHost));
        fq_cuda_widen(line, n, g.y_type);
        for (size_t j = 0; j < n; j++) {
            const float v = (line[j] * (a->x_scale ? a->x_scale[i] : 1.0f)) * a->w->row_scale[j];
            a->y[i * a->y_stride + j] = a->residual ? a->residual[i * a->y_stride + j] + v : v;
        }
    }
    return FQ_OK;
}

fq_status fq_cuda_gemm_host(fq_cuda_prepare *prepare, fq_gemm_kind kind, const fq_gemm_args *a) {
    const char *why;
    fq_arena arena;
    uint8_t *stage;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    FQ_TRY(fq_gemm_check(kind, a));
    FQ_ASSERT(a->packed);
    if (a->m == 0) return FQ_OK;
    const fq_cuda_weights *w = (const fq_cuda_weights *)a->packed;
    const size_t m = (size_t)a->m, x = m * fq_round_up((size_t)a->w->cols * w->x_bytes, 16),
                 y = m * (size_t)w->n_stored * sizeof(float);
    FQ_TRY(fq_arena_init(&arena, (size_t)1 << 24));
    fq_status s = fq_cuda_stage_begin(fq_round_up(x, 256) + fq_round_up(y, 256) + m * sizeof(float), &stage);
    if (s == FQ_OK) {
        s = run_staged(prepare, a, stage, &arena);
        fq_cuda_stage_end();
    }
    fq_arena_free(&arena);
    return s;
}
