/* The chain of launches of a Llama's layers: what each launch reads and writes, plans of the products for a number of
 * tokens, and the graph of a forward pass for a length. */
#include <limits.h>
#include <string.h>
#include "kernels/cuda_attention.h"
#include "kernels/cuda_net.cuh"
#include "kernels/decoder_sm90.cuh"

enum { LOGIT_ROWS = 128 }; /* rows of logits that exist at a time, where the batch is smaller */

static int is_gated(const fq_cuda_linear *l) {
    return l->kernel->op == FQ_OP_GEMM_I4F8_SWIGLU;
}

/* ---- a session ---- */

/* Launches of the products for m tokens; [built][SITES]. */
typedef struct products {
    int m;
    fq_cuda_product (*of)[SITES];
    struct products *next;
} products;

typedef struct head_plan {
    int n;
    fq_cuda_product product;
    struct head_plan *next;
} head_plan;

/* The graph of a call. */
typedef struct pass {
    int seq, longest, first, layers;
    cudaGraphExec_t graph;
    struct pass *next;
} pass;

struct fq_cuda_decoder {
    const fq_cuda_net *net;
    fq_arena *owner;
    int batch, capacity, max_tokens, past, seq; /* seq: of the last call */
    int logit_rows;
    cudaStream_t stream;
    int *ids, *past_there, *bad;
    uint16_t *x, *qkv, *attention, *gate_up; /* bfloat16 */
    size_t qkv_stride, gate_up_stride;       /* elements */
    uint8_t *codes, *q, *head_codes;
    size_t q_stride;
    float *scale, *q_scale, *logits;
    size_t logits_stride; /* floats */
    fq_kv_cache *kv;      /* [layers], of the device */
    uint8_t *work[2];     /* of attention: prefill, decode */
    products *products_list;
    head_plan *heads_list;
    pass *pass_list;
    /* While profiling: an event behind every launch, and what it was. */
    int profiling;
    cudaEvent_t *event;
    fq_cuda_part *part;
    int marks, marks_most;
};

static void release(void *p) {
    fq_cuda_decoder *d = (fq_cuda_decoder *)p;
    for (const pass *g = d->pass_list; g; g = g->next)
        (void)cudaGraphExecDestroy(g->graph);
    for (int i = 0; i < d->marks_most; i++)
        (void)cudaEventDestroy(d->event[i]);
    if (d->stream) (void)cudaStreamDestroy(d->stream);
}

static fq_status alloc(fq_arena *owner, size_t bytes, void *to) {
    void *p;
    FQ_TRY(fq_cuda_alloc(owner, bytes, &p));
    memcpy(to, &p, sizeof p);
    return FQ_OK;
}

/* Caches of all layers in one piece of memory: codes and scales of keys and values, and their zero points. */
static fq_status make_caches(fq_cuda_decoder *d) {
    const fq_cuda_net_args *a = &d->net->a;
    const fq_recipe *r = a->kv;
    const size_t rows = (size_t)d->batch * (size_t)a->kv_heads * (size_t)d->capacity;
    const size_t row_bytes = fq_round_up(fq_format_bytes(r->code, (size_t)a->head_dim), 16);
    const size_t codes = fq_round_up(rows * row_bytes, 256);
    const size_t scales = r->group == FQ_NO_SCALE ? 0 : fq_round_up(rows * fq_format_bytes(r->scale, 1), 256);
    const size_t zeros = fq_recipe_has_zero(r) ? fq_round_up(rows, 256) : 0, all = 2 * (codes + scales + zeros);
    uint8_t *at;
    d->kv = FQ_NEW(d->owner, fq_kv_cache, a->layers);
    if (!d->kv) return FQ_ERR_MEMORY;
    FQ_TRY(alloc(d->owner, all * (size_t)a->layers, &at));
    FQ_CUDA_TRY(cudaMemset(at, 0, all * (size_t)a->layers));
    for (int l = 0; l < a->layers; l++, at += all) {
        fq_kv_cache *c = &d->kv[l];
        c->recipe = r;
        c->batch = d->batch;
        c->kv_heads = a->kv_heads;
        c->head_dim = a->head_dim;
        c->capacity = d->capacity;
        c->row_bytes = row_bytes;
        c->k = at;
        c->v = at + codes;
        if (scales > 0) c->k_scale = at + 2 * codes, c->v_scale = c->k_scale + scales;
        if (zeros > 0) c->k_zero = at + 2 * (codes + scales), c->v_zero = c->k_zero + zeros;
    }
    return FQ_OK;
}

static fq_cuda_heads heads_of(const fq_cuda_decoder *d, int seq, int longest) {
    const fq_cuda_net_args *a = &d->net->a;
    fq_cuda_heads h;
    memset(&h, 0, sizeof h);
    h.batch = d->batch;
    h.seq = seq;
    h.heads = a->heads;
    h.causal = 1;
    h.kv = d->kv[0];
    h.q = d->q;
    h.q_stride = d->q_stride;
    h.q_scale = a->q->group == FQ_NO_SCALE ? NULL : d->q_scale;
    h.past = d->past_there;
    h.longest = longest;
    h.out = d->attention;
    h.out_stride = (size_t)a->heads * (size_t)a->head_dim;
    h.work = d->work[seq == 1];
    h.early = seq == 1;
    h.fresh = 1;
    return h;
}

static fq_status make_buffers(fq_cuda_decoder *d) {
    const fq_cuda_net_args *a = &d->net->a;
    const size_t m = (size_t)d->max_tokens, q = (size_t)(a->heads * a->head_dim);
    size_t codes = 0;
    for (int l = 0; l < a->built; l++)
        for (int s = 0; s < SITES; s++) {
            const size_t pitch = code_pitch(&d->net->site[l][s]);
            codes = pitch > codes ? pitch : codes;
        }
    d->qkv_stride = q + 2 * (size_t)(a->kv_heads * a->head_dim);
    d->gate_up_stride = fq_round_up(2 * (size_t)a->intermediate, 16);
    d->q_stride = fq_round_up(q * fq_format_bytes(a->q->code, 1), 16);
    d->logit_rows = d->batch > LOGIT_ROWS ? d->batch : d->max_tokens < LOGIT_ROWS ? d->max_tokens : LOGIT_ROWS;
    d->logits_stride = (size_t)((const fq_cuda_weights *)a->head.packed)->n_stored;
    FQ_TRY(alloc(d->owner, m * sizeof(int), &d->ids));
    FQ_TRY(alloc(d->owner, (size_t)d->batch * sizeof(int), &d->past_there));
    FQ_TRY(alloc(d->owner, sizeof(int), &d->bad));
    FQ_TRY(alloc(d->owner, m * (size_t)a->hidden * 2, &d->x));
    FQ_TRY(alloc(d->owner, m * d->qkv_stride * 2, &d->qkv));
    FQ_TRY(alloc(d->owner, m * q * 2, &d->attention));
    FQ_TRY(alloc(d->owner, m * d->gate_up_stride * 2, &d->gate_up));
    FQ_TRY(alloc(d->owner, m * codes, &d->codes));
    FQ_CUDA_TRY(cudaMemset(d->codes, 0, m * codes));
    FQ_TRY(alloc(d->owner, m * sizeof(float), &d->scale));
    FQ_TRY(alloc(d->owner, m * d->q_stride, &d->q));
    FQ_TRY(alloc(d->owner, m * (size_t)a->heads * sizeof(float), &d->q_scale));
    FQ_TRY(alloc(d->owner, (size_t)d->logit_rows * code_pitch(&a->head), &d->head_codes));
    FQ_TRY(alloc(d->owner, (size_t)d->logit_rows * d->logits_stride * sizeof(float), &d->logits));
    /* Tiles of keys and values grow with the context, partial sums of decoding are those of one token a sequence. */
    const fq_cuda_heads most = heads_of(d, 1, d->capacity);
    const size_t work = fq_cuda_heads_work(&most);
    for (int i = 0; i < 2; i++) {
        FQ_TRY(alloc(d->owner, work, &d->work[i]));
        FQ_CUDA_TRY(cudaMemset(d->work[i], 0, work));
    }
    return FQ_OK;
}

fq_status fq_cuda_decoder_create(const fq_cuda_net *n, int batch, int capacity, int max_tokens, fq_arena *owner,
                                 fq_cuda_decoder **out) {
    fq_cuda_decoder *d = FQ_NEW(owner, fq_cuda_decoder, 1);
    if (!d) return FQ_ERR_MEMORY;
    d->net = n;
    d->owner = owner;
    d->batch = batch;
    d->capacity = capacity;
    d->max_tokens = max_tokens;
    FQ_TRY(fq_arena_defer(owner, release, d));
    FQ_CUDA_TRY(cudaStreamCreateWithFlags(&d->stream, cudaStreamNonBlocking));
    FQ_TRY(make_caches(d));
    FQ_TRY(make_buffers(d));
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    fq_cuda_decoder_rewind(d, 0);
    FQ_CUDA_TRY(cudaGetLastError());
    *out = d;
    return FQ_OK;
}

/* ---- plans ---- */

static fq_cuda_product product_of(const fq_cuda_decoder *d, const fq_cuda_linear *l, int m, const void *x, void *y,
                                  size_t y_stride, const void *residual) {
    fq_cuda_product p;
    memset(&p, 0, sizeof p);
    p.m = m;
    p.x = x;
    p.x_pitch = code_pitch(l);
    p.x_scale = code_type(l->a) == FQ_CUDA_BF16 ? NULL : d->scale;
    p.y = y;
    p.y_pitch = y_stride * 2;
    p.y_type = FQ_CUDA_BF16;
    p.y_fixed_scale = 1.0f;
    p.residual = residual;
    p.early = 1;
    p.tries = FQ_CUDA_TRIES;
    return p;
}

static fq_status prepare(const fq_cuda_linear *l, fq_cuda_product *p, fq_arena *owner) {
    fq_gemm_args g;
    memset(&g, 0, sizeof g);
    g.m = p->m;
    g.w = l->w;
    g.packed = l->packed;
    g.a = l->a;
    return l->kernel->prepare(&g, -1, owner, p);
}

static fq_status products_of(fq_cuda_decoder *d, int m, const products **out) {
    const fq_cuda_net *n = d->net;
    const size_t hidden = (size_t)n->a.hidden;
    for (products *p = d->products_list; p; p = p->next)
        if (p->m == m) {
            *out = p;
            return FQ_OK;
        }
    products *p = FQ_NEW(d->owner, products, 1);
    if (!p) return FQ_ERR_MEMORY;
    p->m = m;
    p->of = (fq_cuda_product(*)[SITES])fq_arena_calloc(d->owner, (size_t)n->a.built, sizeof *p->of);
    if (!p->of) return FQ_ERR_MEMORY;
    for (int l = 0; l < n->a.built; l++) {
        const fq_cuda_linear *site = n->site[l];
        const size_t wide = is_gated(&site[GATE_UP]) ? d->gate_up_stride / 2 : d->gate_up_stride;
        fq_cuda_product all[SITES];
        all[QKV] = product_of(d, &site[QKV], m, d->codes, d->qkv, d->qkv_stride, NULL);
        all[O] = product_of(d, &site[O], m, d->codes, d->x, hidden, d->x);
        all[GATE_UP] = product_of(d, &site[GATE_UP], m, d->codes, d->gate_up, wide, NULL);
        all[DOWN] = product_of(d, &site[DOWN], m, d->codes, d->x, hidden, d->x);
        for (int s = 0; s < SITES; s++) {
            /* bfloat16 has no scales in its plan, so the first layer's, which was chosen by time, serves all. */
            const int again = l > 0 && site[s].kernel->op == FQ_OP_GEMM_BF16 && site[s].kernel == n->site[0][s].kernel;
            p->of[l][s] = again ? p->of[0][s] : all[s];
            if (!again) FQ_TRY(prepare(&site[s], &p->of[l][s], d->owner));
        }
    }
    p->next = d->products_list;
    d->products_list = p;
    *out = p;
    return FQ_OK;
}

static fq_status head_of(fq_cuda_decoder *d, int n, const fq_cuda_product **out) {
    const fq_cuda_linear *l = &d->net->a.head;
    for (head_plan *p = d->heads_list; p; p = p->next)
        if (p->n == n) {
            *out = &p->product;
            return FQ_OK;
        }
    head_plan *p = FQ_NEW(d->owner, head_plan, 1);
    if (!p) return FQ_ERR_MEMORY;
    p->n = n;
    p->product = product_of(d, l, n, d->head_codes, d->logits, 2 * d->logits_stride, NULL);
    p->product.y_type = FQ_CUDA_F32;
    FQ_TRY(prepare(l, &p->product, d->owner));
    p->next = d->heads_list;
    d->heads_list = p;
    *out = &p->product;
    return FQ_OK;
}

/* ---- the chain ---- */

static fq_status mark(fq_cuda_decoder *d, fq_cuda_part part) {
    if (!d->profiling) return FQ_OK;
    FQ_ASSERT(d->marks < d->marks_most);
    d->part[d->marks] = part;
    FQ_CUDA_TRY(cudaEventRecord(d->event[d->marks++], d->stream));
    return FQ_OK;
}

/* One row operation from m rows of bfloat16 to the codes that `l` multiplies. */
static fq_status quantize(fq_cuda_decoder *d, const fq_kernel *k, const uint16_t *x, size_t stride, int m,
                          const float *gamma, const fq_cuda_linear *l, uint8_t *out, fq_cuda_part part) {
    fq_cuda_rows r;
    memset(&r, 0, sizeof r);
    r.m = m;
    r.k = l->w->cols;
    r.x = x;
    r.x_stride = stride;
    r.x_type = FQ_CUDA_BF16;
    r.gamma = gamma;
    r.eps = d->net->a.eps;
    r.fixed_scale = l->fixed_scale;
    r.out = out;
    r.out_stride = code_pitch(l);
    r.out_type = code_type(l->a);
    r.scale = d->scale;
    r.bad = d->bad;
    r.early = 1;
    FQ_TRY(k->enqueue(&r, d->stream));
    return mark(d, part);
}

static fq_status multiply(fq_cuda_decoder *d, const products *p, int l, int site, fq_cuda_part part) {
    const fq_cuda_product *g = &p->of[l % d->net->a.built][site];
    FQ_TRY(g->launch(g, d->net->weights[l][site], d->stream));
    return mark(d, part);
}

static fq_status attention_block(fq_cuda_decoder *d, const products *p, int l, int seq, int longest) {
    const fq_cuda_net *n = d->net;
    const fq_cuda_net_args *a = &n->a;
    const device_vectors *v = &n->vectors[l % a->built];
    const fq_cuda_linear *site = n->site[l % a->built];
    FQ_TRY(quantize(d, a->norm, d->x, (size_t)a->hidden, p->m, v->attention_norm, &site[QKV], d->codes,
                    FQ_CUDA_PART_NORM));
    FQ_TRY(multiply(d, p, l, QKV, FQ_CUDA_PART_QKV));
    fq_cuda_rope r;
    memset(&r, 0, sizeof r);
    r.batch = d->batch;
    r.seq = seq;
    r.heads = a->heads;
    r.past = d->past_there;
    r.qkv = d->qkv;
    r.qkv_stride = d->qkv_stride;
    r.qkv_type = FQ_CUDA_BF16;
    r.cos_t = n->cos_t;
    r.sin_t = n->sin_t;
    r.post = v->post;
    r.k_offset = v->key_offset;
    r.k_clip = v->k_clip;
    r.v_clip = v->v_clip;
    r.q = d->q;
    r.q_stride = d->q_stride;
    r.q_type = code_type(a->q);
    r.q_scale = a->q->group == FQ_NO_SCALE ? NULL : d->q_scale;
    r.kv = d->kv[l];
    r.bad = d->bad;
    r.early = 1;
    FQ_TRY(a->rope->rotate(&r, d->stream));
    FQ_TRY(mark(d, FQ_CUDA_PART_ROPE));
    fq_cuda_heads h = heads_of(d, seq, longest);
    h.kv = d->kv[l];
    FQ_TRY((seq == 1 ? a->decode : a->prefill)->attend(&h, d->stream));
    FQ_TRY(mark(d, FQ_CUDA_PART_ATTENTION));
    FQ_TRY(quantize(d, a->rows, d->attention, h.out_stride, p->m, NULL, &site[O], d->codes, FQ_CUDA_PART_ROWS));
    return multiply(d, p, l, O, FQ_CUDA_PART_O);
}

static fq_status mlp_block(fq_cuda_decoder *d, const products *p, int l) {
    const fq_cuda_net_args *a = &d->net->a;
    const fq_cuda_linear *site = d->net->site[l % a->built];
    const int gated = is_gated(&site[GATE_UP]);
    FQ_TRY(quantize(d, a->norm, d->x, (size_t)a->hidden, p->m, d->net->vectors[l % a->built].mlp_norm, &site[GATE_UP],
                    d->codes, FQ_CUDA_PART_NORM));
    FQ_TRY(multiply(d, p, l, GATE_UP, FQ_CUDA_PART_GATE_UP));
    FQ_TRY(quantize(d, gated ? a->rows : a->swiglu, d->gate_up, gated ? d->gate_up_stride / 2 : d->gate_up_stride, p->m,
                    NULL, &site[DOWN], d->codes, gated ? FQ_CUDA_PART_ROWS : FQ_CUDA_PART_ACT));
    return multiply(d, p, l, DOWN, FQ_CUDA_PART_DOWN);
}

static fq_status launch_pass(fq_cuda_decoder *d, const products *p, const pass *g) {
    const fq_cuda_net *n = d->net;
    gather<<<(unsigned)p->m, 256, 0, d->stream>>>(d->x, n->a.hidden, n->embedding, n->embedding_stride, d->ids);
    FQ_CUDA_TRY(cudaGetLastError());
    FQ_TRY(mark(d, FQ_CUDA_PART_EMBED));
    for (int l = g->first; l < g->first + g->layers; l++) {
        FQ_TRY(attention_block(d, p, l, g->seq, g->longest));
        FQ_TRY(mlp_block(d, p, l));
    }
    set_past<<<1, 128, 0, d->stream>>>(d->past_there, d->batch, g->seq, NULL);
    FQ_CUDA_TRY(cudaGetLastError());
    return FQ_OK;
}

static fq_status capture(fq_cuda_decoder *d, const products *p, pass *g) {
    cudaGraph_t graph;
    FQ_CUDA_TRY(cudaStreamBeginCapture(d->stream, cudaStreamCaptureModeThreadLocal));
    const fq_status s = launch_pass(d, p, g);
    const cudaError_t e = cudaStreamEndCapture(d->stream, &graph);
    if (s != FQ_OK) return s;
    FQ_CUDA_TRY(e);
    const cudaError_t made = cudaGraphInstantiate(&g->graph, graph, 0);
    (void)cudaGraphDestroy(graph);
    FQ_CUDA_TRY(made);
    return FQ_OK;
}

/* A token at a time has one graph whatever the context is; kernels then split the whole capacity. */
static pass pass_of(const fq_cuda_decoder *d, int seq, int first, int layers) {
    pass g;
    memset(&g, 0, sizeof g);
    g.seq = seq;
    g.longest = seq == 1 ? d->capacity : d->past + seq;
    g.first = first;
    g.layers = layers;
    return g;
}

static fq_status queue_ids(fq_cuda_decoder *d, const int *ids, int m) {
    if (!ids) return FQ_OK;
    FQ_CUDA_TRY(cudaMemcpyAsync(d->ids, ids, (size_t)m * sizeof(int), cudaMemcpyHostToDevice, d->stream));
    return FQ_OK;
}

fq_status fq_cuda_decoder_forward(fq_cuda_decoder *d, const int *ids, int seq, int first, int layers) {
    const pass wanted = pass_of(d, seq, first, layers);
    const products *p;
    pass *g = d->pass_list;
    FQ_ASSERT(d->batch * seq <= d->max_tokens && d->past + seq <= d->capacity && first + layers <= d->net->a.layers);
    while (g && (g->seq != seq || g->longest != wanted.longest || g->first != first || g->layers != layers))
        g = g->next;
    if (!g) {
        FQ_TRY(products_of(d, d->batch * seq, &p));
        FQ_CUDA_TRY(cudaDeviceSynchronize()); /* what choosing an algorithm has run */
        g = FQ_NEW(d->owner, pass, 1);
        if (!g) return FQ_ERR_MEMORY;
        *g = wanted;
        FQ_TRY(capture(d, p, g));
        g->next = d->pass_list;
        d->pass_list = g;
    }
    FQ_TRY(queue_ids(d, ids, d->batch * seq));
    FQ_CUDA_TRY(cudaGraphLaunch(g->graph, d->stream));
    d->past += seq;
    d->seq = seq;
    return FQ_OK;
}

static fq_status queue_head(fq_cuda_decoder *d, int row, int step, int n) {
    const fq_cuda_net *net = d->net;
    const size_t hidden = (size_t)net->a.hidden;
    const fq_cuda_product *g;
    FQ_TRY(head_of(d, n, &g));
    FQ_TRY(quantize(d, net->a.norm, d->x + (size_t)row * hidden, (size_t)step * hidden, n, net->final_norm,
                    &net->a.head, d->head_codes, FQ_CUDA_PART_NORM));
    FQ_TRY(g->launch(g, ((const fq_cuda_weights *)net->a.head.packed)->data, d->stream));
    return mark(d, FQ_CUDA_PART_HEAD);
}

static fq_status check_bad(fq_cuda_decoder *d) {
    int bad;
    FQ_CUDA_TRY(cudaMemcpyAsync(&bad, d->bad, sizeof bad, cudaMemcpyDeviceToHost, d->stream));
    FQ_CUDA_TRY(cudaStreamSynchronize(d->stream));
    if (bad == INT_MAX) return FQ_OK;
    return fq_fail(FQ_ERR_NUMERIC, "on the device: row %d holds or gives a NaN or an infinity", bad);
}

fq_status fq_cuda_decoder_logits(fq_cuda_decoder *d, int row, int step, int n, float *logits) {
    const size_t vocab = (size_t)d->net->a.vocab;
    for (int i = 0; i < n; i += d->logit_rows) {
        const int count = n - i < d->logit_rows ? n - i : d->logit_rows;
        FQ_TRY(queue_head(d, row + i * step, step, count));
        FQ_CUDA_TRY(cudaMemcpy2DAsync(logits + (size_t)i * vocab, vocab * sizeof(float), d->logits,
                                      d->logits_stride * sizeof(float), vocab * sizeof(float), (size_t)count,
                                      cudaMemcpyDeviceToHost, d->stream));
    }
    return check_bad(d);
}

fq_status fq_cuda_decoder_sample(fq_cuda_decoder *d) {
    FQ_TRY(queue_head(d, d->seq - 1, d->seq, d->batch));
    find_largest<<<(unsigned)d->batch, 1024, 0, d->stream>>>(d->logits, d->logits_stride, d->net->a.vocab, d->ids);
    FQ_CUDA_TRY(cudaGetLastError());
    return mark(d, FQ_CUDA_PART_HEAD);
}

fq_status fq_cuda_decoder_ids(fq_cuda_decoder *d, int *ids) {
    FQ_CUDA_TRY(cudaMemcpyAsync(ids, d->ids, (size_t)d->batch * sizeof(int), cudaMemcpyDeviceToHost, d->stream));
    return check_bad(d);
}

void fq_cuda_decoder_rewind(fq_cuda_decoder *d, int past) {
    d->past = past;
    set_past<<<1, 128, 0, d->stream>>>(d->past_there, d->batch, past, d->bad);
}

fq_status fq_cuda_decoder_fill(fq_cuda_decoder *d, int past, unsigned seed) {
    const fq_recipe *r = d->net->a.kv;
    for (int l = 0; l < d->net->a.layers; l++) {
        const fq_kv_cache *c = &d->kv[l];
        const size_t rows = (size_t)c->batch * (size_t)c->kv_heads * (size_t)c->capacity;
        const size_t codes = r->code == FQ_BF16 ? rows * c->row_bytes / 2 : rows * c->row_bytes;
        uint8_t *const at[4] = {c->k, c->v, c->k_scale, c->v_scale};
        for (int i = 0; i < (c->k_scale ? 4 : 2); i++)
            fill_random<<<1024, 256, 0, d->stream>>>(at[i], i < 2 ? codes : rows, i < 2 ? r->code : r->scale, i >= 2,
                                                     ((uint64_t)seed << 40) + ((uint64_t)(4 * l + i) << 33));
        FQ_CUDA_TRY(cudaGetLastError());
    }
    fq_cuda_decoder_rewind(d, past);
    return FQ_OK;
}

/* ---- where the time goes ---- */

const char *fq_cuda_part_name(fq_cuda_part p) {
    static const char *const names[] = {
#define FQ_CUDA_PART_NAME(id, name) name,
        FQ_CUDA_PARTS(FQ_CUDA_PART_NAME)
#undef FQ_CUDA_PART_NAME
    };
    return names[p];
}

static fq_status make_events(fq_cuda_decoder *d) {
    const int most = 16 * (d->net->a.layers + 1);
    if (d->event) return FQ_OK;
    d->event = FQ_NEW(d->owner, cudaEvent_t, most);
    d->part = FQ_NEW(d->owner, fq_cuda_part, most);
    if (!d->event || !d->part) return FQ_ERR_MEMORY;
    for (; d->marks_most < most; d->marks_most++)
        FQ_CUDA_TRY(cudaEventCreate(&d->event[d->marks_most]));
    return FQ_OK;
}

static fq_status profile(fq_cuda_decoder *d, const int *ids, int seq, double ns[FQ_CUDA_PART_COUNT]) {
    const pass g = pass_of(d, seq, 0, d->net->a.layers);
    const products *p;
    FQ_TRY(products_of(d, d->batch * seq, &p));
    FQ_TRY(queue_ids(d, ids, d->batch * seq));
    FQ_TRY(mark(d, FQ_CUDA_PART_EMBED)); /* the start */
    FQ_TRY(launch_pass(d, p, &g));
    d->past += seq;
    d->seq = seq;
    FQ_TRY(fq_cuda_decoder_sample(d));
    FQ_CUDA_TRY(cudaStreamSynchronize(d->stream));
    for (int i = 0; i < FQ_CUDA_PART_COUNT; i++)
        ns[i] = 0;
    for (int i = 1; i < d->marks; i++) {
        float ms;
        FQ_CUDA_TRY(cudaEventElapsedTime(&ms, d->event[i - 1], d->event[i]));
        ns[d->part[i]] += 1e6 * (double)ms;
    }
    return FQ_OK;
}

fq_status fq_cuda_decoder_profile(fq_cuda_decoder *d, const int *ids, int seq, double ns[FQ_CUDA_PART_COUNT]) {
    FQ_TRY(make_events(d));
    d->profiling = 1;
    d->marks = 0;
    const fq_status s = profile(d, ids, seq, ns);
    d->profiling = 0;
    return s;
}
