/* The forward pass of a Llama, for prefill and decode alike: one function a block, read from top to bottom. Numbers
 * live in kernels/ops.h (what each operation computes) and in the variant (what each tensor is rounded to). */
#include "harness/clock.h"
#include "models/device.h"
#include "models/weights.h"
#include <stdlib.h>
#include <string.h>

static void begin(const fq_session *s) {
    if (s->parts) s->parts->begun = fq_clock_ns();
}

/* What was computed since the part before, or since begin, was `part`. */
static void took(const fq_session *s, fq_part part) {
    if (!s->parts) return;
    const int64_t now = fq_clock_ns();
    s->parts->ns[part] += now - s->parts->begun;
    s->parts->begun = now;
}

/* Bytes between rows of activation codes. */
static size_t code_stride(const fq_recipe *a, int width) {
    return fq_round_up(fq_format_bytes(a->code, (size_t)width), 64);
}

static int widest(const fq_llama_config *c) {
    int q = c->heads * c->head_dim, w = c->hidden > c->intermediate ? c->hidden : c->intermediate;
    return w > q ? w : q;
}

/* What the buffers for codes must hold: layers may differ (models/policy.h). */
typedef struct extent {
    size_t row, wide_row; /* bytes of codes of a token */
    int groups, order, rank;
} extent;

static void extend(extent *e, const fq_linear *lin) {
    const int wide = lin->wide ? lin->wide->w.cols : 0, cols = lin->w.cols + wide;
    const size_t row = code_stride(lin->a, cols);
    if (row > e->row) e->row = row;
    if (lin->a->group > 0 && fq_recipe_groups(lin->a, cols) > e->groups) e->groups = fq_recipe_groups(lin->a, cols);
    if (lin->order) {
        e->order = 1;
        if (code_stride(lin->wide->a, wide) > e->wide_row) e->wide_row = code_stride(lin->wide->a, wide);
    }
    if (lin->low && lin->low->up.w.cols > e->rank) e->rank = lin->low->up.w.cols;
}

static extent extent_of(const fq_llama *net) {
    extent e = {0};
    for (int l = 0; l < net->built; l++) {
        const fq_layer *L = &net->layer[l];
        extend(&e, &L->qkv);
        extend(&e, &L->o);
        extend(&e, &L->gate_up);
        extend(&e, &L->down);
    }
    extend(&e, &net->head);
    return e;
}

static fq_status allocate(fq_session *s) {
    const fq_llama_config *c = &s->net->config;
    const fq_variant *v = s->net->variant;
    size_t n = (size_t)s->max_tokens, q = (size_t)c->heads * (size_t)c->head_dim,
           kv = (size_t)c->kv_heads * (size_t)c->head_dim;
    s->x = FQ_NEW(&s->arena, float, n *(size_t)c->hidden);
    s->qkv = FQ_NEW(&s->arena, float, n *(q + 2 * kv));
    s->attention = FQ_NEW(&s->arena, float, n *q);
    s->gate_up = FQ_NEW(&s->arena, float, n * 2 * (size_t)c->intermediate);
    const extent e = extent_of(s->net);
    s->codes = fq_arena_calloc(&s->arena, n, e.row);
    s->code_scale = FQ_NEW(&s->arena, float, n *(size_t)(e.groups > 0 ? e.groups : 1));
    if (e.order || e.groups > 0) {
        s->floats = fq_arena_alloc(&s->arena, n * code_stride(&fq_recipes[FQ_RECIPE_A_F32], widest(c)));
        if (!s->floats) return FQ_ERR_MEMORY;
    }
    if (e.order) {
        s->gathered = FQ_NEW(&s->arena, float, n *(size_t)widest(c));
        s->wide_codes = fq_arena_calloc(&s->arena, n, e.wide_row);
        s->wide_scale = FQ_NEW(&s->arena, float, n);
        if (!s->gathered || !s->wide_codes || !s->wide_scale) return FQ_ERR_MEMORY;
    }
    if (e.rank > 0) {
        s->low = FQ_NEW(&s->arena, float, n *(size_t)e.rank);
        s->low_codes = fq_arena_calloc(&s->arena, n, code_stride(&fq_recipes[FQ_RECIPE_A_BF16], e.rank));
        if (!s->low || !s->low_codes) return FQ_ERR_MEMORY;
    }
    s->q_stride = (size_t)c->heads * fq_format_bytes(v->q->code, (size_t)c->head_dim);
    s->q_codes = fq_arena_calloc(&s->arena, n, s->q_stride);
    s->q_scale = FQ_NEW(&s->arena, float, n *(size_t)c->heads);
    s->past = FQ_NEW(&s->arena, int, s->batch);
    s->kv = FQ_NEW(&s->arena, fq_kv_cache, s->net->layers);
    if (!s->x || !s->qkv || !s->attention || !s->gate_up || !s->codes || !s->code_scale || !s->q_codes || !s->q_scale ||
        !s->past || !s->kv) {
        return FQ_ERR_MEMORY;
    }
    for (int l = 0; l < s->net->layers; l++) {
        FQ_TRY(fq_kv_cache_create(&s->kv[l], v->kv, s->batch, c->kv_heads, c->head_dim, s->capacity, &s->arena));
    }
    return FQ_OK;
}

static fq_status allocate_on_device(fq_session *s) {
    s->past = FQ_NEW(&s->arena, int, s->batch);
    return s->past ? fq_device_session(s) : FQ_ERR_MEMORY;
}

fq_status fq_session_create(const fq_llama *net, int batch, int capacity, int max_tokens, fq_session **out) {
    *out = NULL;
    if (batch < 1 || capacity < 1 || max_tokens < batch) {
        return fq_fail(FQ_ERR_USAGE, "batch %d, %d positions, %d tokens: nothing to run", batch, capacity, max_tokens);
    }
    if (capacity > net->positions) {
        return fq_fail(FQ_ERR_USAGE, "%s: %d positions asked, the model has %d", net->model->checkpoint.name, capacity,
                       net->positions);
    }
    fq_session *s = calloc(1, sizeof *s);
    if (!s) return fq_fail(FQ_ERR_MEMORY, "out of memory");
    s->net = net;
    s->batch = batch;
    s->capacity = capacity;
    s->max_tokens = max_tokens;
    s->narrow = net->device && !net->on_device;
    fq_status st = fq_arena_init(&s->arena, 0);
    if (st == FQ_OK) st = fq_arena_init(&s->scratch, 0);
    if (st == FQ_OK) st = net->on_device ? allocate_on_device(s) : allocate(s);
    if (st != FQ_OK) {
        fq_session_free(s);
        return st;
    }
    *out = s;
    return FQ_OK;
}

void fq_session_free(fq_session *s) {
    if (!s) return;
    fq_arena_free(&s->scratch);
    fq_arena_free(&s->arena);
    free(s);
}

void fq_session_rewind(fq_session *s, int past) {
    FQ_ASSERT(past >= 0 && past <= s->past[0]);
    for (int b = 0; b < s->batch; b++)
        s->past[b] = past;
    if (s->device) fq_cuda_decoder_rewind(s->device, past);
}

int fq_session_past(const fq_session *s) {
    return s->past[0];
}

const char *fq_part_name(fq_part part) {
    static const char *const names[FQ_PART_COUNT] = {"embeddings", "norms",   "qkv",    "rope", "attention", "quant",
                                                     "o",          "gate+up", "swiglu", "down", "head"};
    return names[part];
}

void fq_session_watch(fq_session *s, fq_parts *parts) {
    s->parts = s->device ? NULL : parts;
}

size_t fq_session_kv_bytes(const fq_session *s) {
    const fq_llama_config *c = &s->net->config;
    const fq_kv_cache row = {.recipe = s->net->variant->kv, .kv_heads = c->kv_heads, .head_dim = c->head_dim};
    return (size_t)s->net->layers * (size_t)s->batch * (size_t)s->past[0] * fq_kv_cache_bytes_per_token(&row);
}

static void narrow(const fq_session *s, float *x, size_t n) {
    if (!s->narrow) return;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++)
        x[i] = fq_format_round(FQ_BF16, x[i]);
}

static fq_status multiply(fq_session *s, const fq_linear *lin, const void *codes, const float *scale, int m, float *y,
                          size_t y_stride, const float *residual) {
    fq_gemm_args g = {.m = m,
                      .w = &lin->w,
                      .packed = lin->packed,
                      .a = lin->a,
                      .x = codes,
                      .x_stride = code_stride(lin->a, lin->w.cols),
                      .x_scale = lin->a->group == FQ_NO_SCALE ? NULL : scale,
                      .y = y,
                      .y_stride = y_stride,
                      .residual = residual};
    size_t mark = s->scratch.used;
    g.scratch = fq_arena_alloc(&s->scratch, lin->kernel->scratch.gemm ? lin->kernel->scratch.gemm(&g) : 0);
    if (!g.scratch) return FQ_ERR_MEMORY;
    fq_status st = lin->kernel->run.gemm(&g);
    fq_arena_reset(&s->scratch, mark);
    return st;
}

/* y += up (down x). */
static fq_status add_low_rank(fq_session *s, const fq_low_linear *low, int m, float *y, size_t y_stride) {
    const int rank = low->up.w.cols;
    FQ_TRY(multiply(s, &low->down, s->codes, s->code_scale, m, s->low, (size_t)rank, NULL));
    const fq_row_args r = {.m = m,
                           .k = rank,
                           .x = s->low,
                           .x_stride = (size_t)rank,
                           .a = low->up.a,
                           .out = s->low_codes,
                           .out_stride = code_stride(low->up.a, rank)};
    FQ_TRY(s->net->quant_rows->run.row(&r));
    return multiply(s, &low->up, s->low_codes, NULL, m, y, y_stride, y);
}

/* y = residual + codes x W^T, the codes being those that `quantize` left in the session for this layer. */
static fq_status linear(fq_session *s, const fq_linear *lin, int m, float *y, size_t y_stride, const float *residual) {
    FQ_TRY(multiply(s, lin, s->codes, s->code_scale, m, y, y_stride, residual));
    if (lin->low) FQ_TRY(add_low_rank(s, lin->low, m, y, y_stride));
    return lin->wide ? multiply(s, lin->wide, s->wide_codes, s->wide_scale, m, y, y_stride, y) : FQ_OK;
}

static void add_bias(float *y, size_t stride, int m, const float *bias, int n) {
    for (int i = 0; bias && i < m; i++) {
        for (int j = 0; j < n; j++)
            y[(size_t)i * stride + (size_t)j] += bias[j];
    }
}

/* Inputs that no fused kernel codes, because they have groups or outliers apart: floats first, then columns in the
 * layer's order, then codes of each part. */
static fq_status quantize_floats(fq_session *s, const fq_kernel *kernel, fq_row_args r, const fq_linear *lin) {
    const int k = r.k, narrow = lin->w.cols;
    const fq_recipe *f32 = &fq_recipes[FQ_RECIPE_A_F32];
    const size_t stride = code_stride(f32, k) / sizeof(float);
    r.a = f32;
    r.out = s->floats;
    r.out_stride = stride * sizeof(float);
    r.scale = NULL;
    FQ_TRY(kernel->run.row(&r));
#pragma omp parallel for schedule(static)
    for (int i = 0; i < (lin->order ? r.m : 0); i++) {
        for (int c = 0; c < k; c++)
            s->gathered[(size_t)i * (size_t)k + (size_t)c] = s->floats[(size_t)i * stride + (size_t)lin->order[c]];
    }
    fq_row_args part = {.m = r.m,
                        .k = narrow,
                        .x = lin->order ? s->gathered : s->floats,
                        .x_stride = lin->order ? (size_t)k : stride,
                        .a = lin->a,
                        .out = s->codes,
                        .out_stride = code_stride(lin->a, narrow),
                        .scale = s->code_scale};
    FQ_TRY(s->net->quant_rows->run.row(&part));
    if (!lin->order) return FQ_OK;
    part.k = k - narrow;
    part.x = s->gathered + narrow;
    part.a = lin->wide->a;
    part.out = s->wide_codes;
    part.out_stride = code_stride(part.a, part.k);
    part.scale = s->wide_scale;
    return s->net->quant_rows->run.row(&part);
}

/* One row kernel from floats to the activation codes that `lin` multiplies. */
static fq_status quantize(fq_session *s, const fq_kernel *kernel, const float *x, size_t x_stride, int m, int k,
                          const float *gamma, const fq_linear *lin) {
    fq_row_args r = {.m = m,
                     .k = k,
                     .x = x,
                     .x_stride = x_stride,
                     .gamma = gamma,
                     .eps = s->net->config.rms_eps,
                     .a = lin->a,
                     .fixed_scale = lin->fixed_scale,
                     .out = s->codes,
                     .out_stride = code_stride(lin->a, k),
                     .scale = s->code_scale};
    return lin->order || lin->a->group > 0 ? quantize_floats(s, kernel, r, lin) : kernel->run.row(&r);
}

/* The activations that the linear layer at `site` is about to take. */
static fq_status observe(const fq_session *s, int l, fq_site site, const fq_linear *lin, int k, int m) {
    const size_t stride = code_stride(&fq_recipes[FQ_RECIPE_A_F32], k) / sizeof(float);
    if (!s->observer) return FQ_OK;
    const int apart = lin->order || lin->a->group > 0;
    if (!apart && lin->a->code != FQ_F32)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: inputs of layers.%d exist as %s only", s->net->variant->name, l,
                       lin->a->name);
    const float *x = apart ? s->floats : (const float *)(const void *)s->codes;
    return s->observer->input(s->observer->ctx, l, site, x, stride, m);
}

/* Rotation, cache and attention of one span, whose tokens are rows row0 .. of the session's buffers. */
static fq_status attend(fq_session *s, int l, const fq_span *span, size_t row0) {
    const fq_llama *net = s->net;
    const fq_llama_config *c = &net->config;
    const fq_layer *L = &net->layer[l % net->built];
    const int q = c->heads * c->head_dim, width = q + 2 * c->kv_heads * c->head_dim;
    const int *past = s->past + span->first;
    uint8_t *q_codes = s->q_codes + row0 * s->q_stride;
    float *q_scale = s->q_scale + row0 * (size_t)c->heads;
    fq_kv_cache kv = fq_kv_cache_part(&s->kv[l], span->first, span->batch);

    fq_rope_args r = {.batch = span->batch,
                      .seq = span->seq,
                      .heads = c->heads,
                      .past = past,
                      .qkv = s->qkv + row0 * (size_t)width,
                      .qkv_stride = (size_t)width,
                      .cos_t = net->cos_t,
                      .sin_t = net->sin_t,
                      .post = L->post,
                      .k_offset = L->key_offset,
                      .k_clip = L->k_clip,
                      .v_clip = L->v_clip,
                      .q_recipe = net->variant->q,
                      .q = q_codes,
                      .q_stride = s->q_stride,
                      .q_scale = q_scale,
                      .kv = &kv};
    FQ_TRY(net->rope->run.rope(&r));
    took(s, FQ_PART_ROPE);

    const fq_kernel *kernel = span->seq == 1 ? net->attention_decode : net->attention_prefill;
    fq_attention_args a = {.q_recipe = net->variant->q,
                           .p_recipe = net->variant->p,
                           .q = q_codes,
                           .q_stride = s->q_stride,
                           .q_scale = net->variant->q->group == FQ_NO_SCALE ? NULL : q_scale,
                           .kv = &kv,
                           .batch = span->batch,
                           .seq = span->seq,
                           .heads = c->heads,
                           .past = past,
                           .causal = 1,
                           .scores = net->variant->scores,
                           .out = s->attention + row0 * (size_t)q,
                           .out_stride = (size_t)q};
    const size_t mark = s->scratch.used;
    a.scratch = fq_arena_alloc(&s->scratch, kernel->scratch.attention ? kernel->scratch.attention(&a) : 0);
    if (!a.scratch) return FQ_ERR_MEMORY;
    const fq_status status = kernel->run.attention(&a);
    fq_arena_reset(&s->scratch, mark);
    took(s, FQ_PART_ATTENTION);
    return status;
}

static fq_status attention_block(fq_session *s, int l, const fq_span *spans, int n, int m) {
    const fq_llama *net = s->net;
    const fq_llama_config *c = &net->config;
    const fq_layer *L = &net->layer[l % net->built];
    const int q = c->heads * c->head_dim, width = q + 2 * c->kv_heads * c->head_dim;

    FQ_TRY(quantize(s, net->rmsnorm, s->x, (size_t)c->hidden, m, c->hidden, L->attention_norm, &L->qkv));
    took(s, FQ_PART_NORM);
    FQ_TRY(observe(s, l, FQ_SITE_QKV, &L->qkv, c->hidden, m));
    FQ_TRY(linear(s, &L->qkv, m, s->qkv, (size_t)width, NULL));
    add_bias(s->qkv, (size_t)width, m, L->qkv_bias, width);
    narrow(s, s->qkv, (size_t)m * (size_t)width);
    took(s, FQ_PART_QKV);
    if (s->observer && s->observer->projections)
        FQ_TRY(s->observer->projections(s->observer->ctx, l, s->qkv, (size_t)width, m));

    size_t row0 = 0;
    for (int i = 0; i < n; i++) {
        FQ_TRY(attend(s, l, &spans[i], row0));
        row0 += (size_t)spans[i].batch * (size_t)spans[i].seq;
    }
    narrow(s, s->attention, (size_t)m * (size_t)q);

    FQ_TRY(quantize(s, net->quant_rows, s->attention, (size_t)q, m, q, NULL, &L->o));
    took(s, FQ_PART_QUANT);
    FQ_TRY(observe(s, l, FQ_SITE_O, &L->o, q, m));
    FQ_TRY(linear(s, &L->o, m, s->x, (size_t)c->hidden, s->x));
    add_bias(s->x, (size_t)c->hidden, m, L->o_bias, c->hidden);
    narrow(s, s->x, (size_t)m * (size_t)c->hidden);
    took(s, FQ_PART_O);
    return FQ_OK;
}

static fq_status mlp_block(fq_session *s, int l, int m) {
    const fq_llama *net = s->net;
    const fq_llama_config *c = &net->config;
    const fq_layer *L = &net->layer[l % net->built];
    const int ff = c->intermediate;

    FQ_TRY(quantize(s, net->rmsnorm, s->x, (size_t)c->hidden, m, c->hidden, L->mlp_norm, &L->gate_up));
    took(s, FQ_PART_NORM);
    FQ_TRY(observe(s, l, FQ_SITE_GATE_UP, &L->gate_up, c->hidden, m));
    FQ_TRY(linear(s, &L->gate_up, m, s->gate_up, 2 * (size_t)ff, NULL));
    add_bias(s->gate_up, 2 * (size_t)ff, m, L->gate_up_bias, 2 * ff);
    if (s->narrow && !fq_device_gates(net->device)) narrow(s, s->gate_up, (size_t)m * 2 * (size_t)ff);
    took(s, FQ_PART_GATE_UP);
    FQ_TRY(quantize(s, net->swiglu, s->gate_up, (size_t)(2 * ff), m, ff, NULL, &L->down));
    took(s, FQ_PART_SWIGLU);
    FQ_TRY(observe(s, l, FQ_SITE_DOWN, &L->down, ff, m));
    FQ_TRY(linear(s, &L->down, m, s->x, (size_t)c->hidden, s->x));
    add_bias(s->x, (size_t)c->hidden, m, L->down_bias, c->hidden);
    narrow(s, s->x, (size_t)m * (size_t)c->hidden);
    took(s, FQ_PART_DOWN);
    return FQ_OK;
}

static fq_status check_ids(const fq_session *s, const int *ids, int m) {
    const int vocab = s->net->config.vocab;
    for (int i = 0; i < m; i++) {
        if (ids[i] < 0 || ids[i] >= vocab)
            return fq_fail(FQ_ERR_USAGE, "token id %d at position %d is outside the vocabulary of %d", ids[i], i,
                           vocab);
    }
    return FQ_OK;
}

static fq_status embed(fq_session *s, const int *ids, int m) {
    const fq_llama_config *c = &s->net->config;
    const fq_model *model = s->net->model;
    const fq_tensor *t =
        fq_model_has_weights(model) ? fq_checkpoint_find(&model->checkpoint, "model.embed_tokens.weight") : NULL;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < m; i++) {
        fq_weights_embedding(model, t, ids[i], s->x + (size_t)i * (size_t)c->hidden);
    }
    if (s->net->rotation) fq_rotation_apply(s->net->rotation, s->x, m, (size_t)c->hidden);
    narrow(s, s->x, (size_t)m * (size_t)c->hidden);
    return FQ_OK;
}

/* Tokens of all spans; an error where they do not fit or overlap. */
static fq_status count_tokens(const fq_session *s, const fq_span *spans, int n, int *tokens) {
    int m = 0;
    for (int i = 0, free_from = 0; i < n; i++) {
        const fq_span *p = &spans[i];
        FQ_ASSERT(p->first >= free_from && p->batch > 0 && p->first + p->batch <= s->batch);
        free_from = p->first + p->batch;
        for (int b = p->first; b < free_from; b++) {
            if (p->seq >= 1 && p->seq <= s->capacity - s->past[b]) continue;
            return fq_fail(FQ_ERR_USAGE, "%d tokens after %d: the session holds %d positions", p->seq, s->past[b],
                           s->capacity);
        }
        if (p->seq > (s->max_tokens - m) / p->batch)
            return fq_fail(FQ_ERR_USAGE, "%d x %d tokens beside %d: the session takes %d tokens a call", p->batch,
                           p->seq, m, s->max_tokens);
        m += p->batch * p->seq;
    }
    *tokens = m;
    return FQ_OK;
}

static fq_status forward_on_device(fq_session *s, const int *ids, const fq_span *spans, int n) {
    if (n == 1 && spans[0].batch == s->batch) return fq_device_forward(s, ids, spans[0].seq);
    return fq_fail(FQ_ERR_UNSUPPORTED, "a session on a device takes the same number of tokens of every sequence");
}

fq_status fq_session_forward_spans(fq_session *s, const int *ids, const fq_span *spans, int n) {
    int m = 0;
    FQ_TRY(count_tokens(s, spans, n, &m));
    FQ_TRY(check_ids(s, ids, m));
    s->rows = 0;
    begin(s);
    if (s->device) FQ_TRY(forward_on_device(s, ids, spans, n));
    if (!s->device) FQ_TRY(embed(s, ids, m));
    took(s, FQ_PART_EMBED);
    for (int l = 0; !s->device && l < s->net->layers; l++) {
        FQ_TRY(attention_block(s, l, spans, n, m));
        FQ_TRY(mlp_block(s, l, m));
    }
    for (int i = 0; i < n; i++)
        for (int b = 0; b < spans[i].batch; b++)
            s->past[spans[i].first + b] += spans[i].seq;
    s->rows = m;
    s->seq = n == 1 && spans[0].batch == s->batch ? spans[0].seq : 0;
    return FQ_OK;
}

fq_status fq_session_forward(fq_session *s, const int *ids, int seq) {
    const fq_span all = {.first = 0, .batch = s->batch, .seq = seq};
    return fq_session_forward_spans(s, ids, &all, 1);
}

void fq_session_keep_rows(fq_session *s, const int *rows, int n) {
    const size_t hidden = (size_t)s->net->config.hidden;
    FQ_ASSERT(!s->device);
    for (int i = 0; i < n; i++) {
        FQ_ASSERT(rows[i] >= (i > 0 ? rows[i - 1] + 1 : 0) && rows[i] < s->rows);
        if (rows[i] != i) memcpy(s->x + (size_t)i * hidden, s->x + (size_t)rows[i] * hidden, hidden * sizeof *s->x);
    }
    s->rows = n;
    s->seq = 0;
}

void fq_session_replace(fq_session *s, int to, int from) {
    FQ_ASSERT(to >= 0 && to < s->batch && from >= 0 && from < s->batch);
    const int past = s->past[from];
    FQ_ASSERT(!s->device);
    for (int l = 0; to != from && l < s->net->layers; l++)
        fq_kv_cache_copy(&s->kv[l], to, from, past);
    s->past[from] = 0;
    s->past[to] = to != from ? past : 0;
}

/* Head on the n rows first, first + step, .. */
static fq_status logits_of(fq_session *s, int first, int step, int n, float *logits) {
    const fq_llama *net = s->net;
    const size_t hidden = (size_t)net->config.hidden;
    begin(s);
    FQ_TRY(quantize(s, net->rmsnorm, s->x + (size_t)first * hidden, (size_t)step * hidden, n, net->config.hidden,
                    net->final_norm, &net->head));
    took(s, FQ_PART_NORM);
    FQ_TRY(linear(s, &net->head, n, logits, (size_t)net->config.vocab, NULL));
    took(s, FQ_PART_HEAD);
    return FQ_OK;
}

fq_status fq_session_logits(fq_session *s, int first, int n, float *logits) {
    FQ_ASSERT(first >= 0 && n >= 0 && first + n <= s->rows);
    if (s->device) return fq_cuda_decoder_logits(s->device, first, 1, n, logits);
    return logits_of(s, first, 1, n, logits);
}

fq_status fq_session_last_logits(fq_session *s, float *logits) {
    FQ_ASSERT(s->rows == s->batch * s->seq && s->rows > 0);
    if (s->device) return fq_cuda_decoder_logits(s->device, s->seq - 1, s->seq, s->batch, logits);
    /* a stride of seq rows picks the last position of every sequence */
    return logits_of(s, s->seq - 1, s->seq, s->batch, logits);
}

fq_status fq_session_sample(fq_session *s, float *logits, int *ids) {
    const int vocab = s->net->config.vocab;
    if (s->device) {
        FQ_TRY(fq_cuda_decoder_sample(s->device));
        return fq_cuda_decoder_ids(s->device, ids);
    }
    FQ_TRY(fq_session_last_logits(s, logits));
    for (int b = 0; b < s->batch; b++)
        ids[b] = fq_sample_id(logits + (size_t)b * (size_t)vocab, vocab, 0, 0);
    return FQ_OK;
}

/* All sequences have seq more positions, of which the last call brought `rows`. */
static void advance(fq_session *s, int seq, int rows) {
    for (int b = 0; b < s->batch; b++)
        s->past[b] += seq;
    s->seq = rows;
    s->rows = s->batch * rows;
}

/* All steps queued at once; the ids sampled in one are what the next one reads. */
static fq_status continue_on_device(fq_session *s, int *ids, int steps) {
    if (s->past[0] + steps > s->capacity)
        return fq_fail(FQ_ERR_USAGE, "%d tokens after %d: the session holds %d positions", steps, s->past[0],
                       s->capacity);
    FQ_TRY(check_ids(s, ids, s->batch));
    for (int i = 0; i < steps; i++) {
        FQ_TRY(fq_device_forward(s, i == 0 ? ids : NULL, 1));
        FQ_TRY(fq_cuda_decoder_sample(s->device));
    }
    advance(s, steps, 1);
    return fq_cuda_decoder_ids(s->device, ids);
}

fq_status fq_session_continue(fq_session *s, int *ids, int steps, float *logits) {
    if (s->device) return continue_on_device(s, ids, steps);
    for (int i = 0; i < steps; i++) {
        FQ_TRY(fq_session_forward(s, ids, 1));
        FQ_TRY(fq_session_sample(s, logits, ids));
    }
    return FQ_OK;
}

fq_status fq_session_profile(fq_session *s, const int *ids, int seq, fq_session_part *parts, int *n) {
    const fq_span all = {.first = 0, .batch = s->batch, .seq = seq};
    double ns[FQ_CUDA_PART_COUNT];
    int m;
    if (!s->device) return fq_fail(FQ_ERR_UNSUPPORTED, "only sessions on a device are taken apart");
    FQ_TRY(count_tokens(s, &all, 1, &m));
    FQ_TRY(check_ids(s, ids, m));
    FQ_TRY(fq_cuda_decoder_profile(s->device, ids, seq, ns));
    advance(s, seq, seq);
    for (*n = 0; *n < FQ_CUDA_PART_COUNT; (*n)++)
        parts[*n] = (fq_session_part){fq_cuda_part_name((fq_cuda_part)*n), ns[*n]};
    return FQ_OK;
}

fq_status fq_session_fill(fq_session *s, int past, unsigned seed) {
    if (!s->device) return fq_fail(FQ_ERR_UNSUPPORTED, "only caches on a device are filled");
    FQ_ASSERT(past >= 0 && past <= s->capacity);
    for (int b = 0; b < s->batch; b++)
        s->past[b] = past;
    return fq_cuda_decoder_fill(s->device, past, seed);
}
