/* What of a Llama runs on the device: the choice of its rows of kernels.def, the reasons where there is none, and the
 * way of weights and sessions there. */
#include "models/device.h"
#include "models/weights.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fq_device_net {
    fq_arena arena;
    fq_cuda_net *net;
    const fq_layer *base; /* layer 0 */
    fq_cuda_layer *layer; /* [built] */
    fq_cuda_linear head;
    const fq_kernel *norm, *swiglu, *rows, *rope, *prefill, *decode;
};

/* ---- which rows ---- */

/* The row that multiplies these recipes on a device. */
static fq_status choose_product(const fq_recipe *w, const fq_recipe *a, const fq_kernel **out) {
    fq_op op;
    FQ_TRY(fq_gemm_op(w, a, &op));
    *out = fq_kernel_on_device(op, w, a);
    if (op == FQ_OP_GEMM_I8I8)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s leaves the scales out, and no row of the device applies them",
                       (*out)->name);
    if (*out) return FQ_OK;
    return fq_fail(FQ_ERR_UNSUPPORTED, "no kernel of the device multiplies '%s' by '%s'", w->name, a->name);
}

static fq_status choose_attention(const fq_recipe *q, const fq_recipe *kv, const fq_recipe *p, fq_format_id scores,
                                  int head_dim, const fq_kernel **prefill, const fq_kernel **decode) {
    const int e4m3 = q->code == FQ_E4M3 && p->code == FQ_E4M3 && kv->code == FQ_INT4 && kv->value == FQ_VALUE_E4M3;
    const int bf16 = q->code == FQ_BF16 && p->code == FQ_BF16 && kv->code == FQ_BF16;
    if (head_dim != 64 && head_dim != 128)
        return fq_fail(FQ_ERR_UNSUPPORTED, "heads of %d numbers: kernels of the device take 64 or 128", head_dim);
    if (scores != FQ_F32) return fq_fail(FQ_ERR_UNSUPPORTED, "kernels of the device sum scores in float32 only");
    if (!e4m3 && !bf16)
        return fq_fail(FQ_ERR_UNSUPPORTED, "no attention of the device takes queries '%s' with a cache of '%s'",
                       q->name, kv->name);
    *prefill = fq_kernel_find(e4m3 ? "attention_prefill.sm90" : "attention_prefill.sm90_bf16");
    *decode = fq_kernel_find(e4m3 ? "attention_decode.sm90" : "attention_decode.sm90_bf16");
    return FQ_OK;
}

static fq_status check(const fq_variant *v, const fq_llama_config *c) {
    const fq_kernel *product, *prefill, *decode;
    FQ_TRY(choose_product(v->w, v->a, &product));
    if (v->head_w->code != FQ_BF16) return fq_fail(FQ_ERR_UNSUPPORTED, "the head is not bfloat16");
    if (v->transforms & FQ_T_OUTLIERS) return fq_fail(FQ_ERR_UNSUPPORTED, "outlier channels apart");
    if (v->lorc > 0) return fq_fail(FQ_ERR_UNSUPPORTED, "low-rank compensation");
    return choose_attention(v->q, v->kv, v->p, v->scores, c->head_dim, &prefill, &decode);
}

fq_status fq_variant_check_device(const fq_variant *v, const fq_llama_config *c) {
    const fq_status s = check(v, c);
    return s == FQ_OK ? FQ_OK : fq_fail_prefix(s, "backend cuda: variant %s", v->name);
}

/* ---- weights ---- */

static fq_status pack(const fq_llama *net, const fq_linear *lin, fq_cuda_linear *to) {
    fq_device_net *d = net->device;
    if (lin->order || lin->low || lin->a->group > 0)
        return fq_fail(FQ_ERR_UNSUPPORTED, "a layer with outliers apart, low rank or groups of activations");
    *to = (fq_cuda_linear){.w = &lin->w, .a = lin->a, .fixed_scale = lin->fixed_scale};
    FQ_TRY(choose_product(lin->w.recipe, lin->a, &to->kernel));
    return to->kernel->pack(&lin->w, &d->arena, &to->packed);
}

/* Gate and up with SwiGLU where that product takes the codes, else without. */
static fq_status pack_gate_up(const fq_llama *net, const fq_linear *lin, fq_cuda_linear *to) {
    const fq_kernel *gated = fq_kernel_on_device(FQ_OP_GEMM_I4F8_SWIGLU, lin->w.recipe, lin->a);
    if (gated && !lin->order && !lin->low) {
        *to = (fq_cuda_linear){.kernel = gated, .w = &lin->w, .a = lin->a, .fixed_scale = lin->fixed_scale};
        const fq_status s = gated->pack(&lin->w, &net->device->arena, &to->packed);
        if (s != FQ_ERR_UNSUPPORTED) return s;
    }
    return pack(net, lin, to);
}

static fq_status pack_layer(const fq_llama *net, const fq_layer *l, fq_cuda_layer *to) {
    if (l->qkv_bias || l->o_bias || l->gate_up_bias || l->down_bias)
        return fq_fail(FQ_ERR_UNSUPPORTED, "kernels of the device add no bias");
    *to = (fq_cuda_layer){.attention_norm = l->attention_norm,
                          .mlp_norm = l->mlp_norm,
                          .post = l->post,
                          .key_offset = l->key_offset,
                          .k_clip = l->k_clip,
                          .v_clip = l->v_clip};
    FQ_TRY(pack(net, &l->qkv, &to->qkv));
    FQ_TRY(pack(net, &l->o, &to->o));
    FQ_TRY(pack_gate_up(net, &l->gate_up, &to->gate_up));
    return pack(net, &l->down, &to->down);
}

typedef struct embedding {
    const fq_llama *net;
    const fq_tensor *table;
} embedding;

static void embedding_row(void *ctx, int row, float *out) {
    const embedding *e = ctx;
    fq_weights_embedding(e->net->model, e->table, row, out);
    if (e->net->rotation) fq_rotation_apply(e->net->rotation, out, 1, (size_t)e->net->config.hidden);
}

static fq_status build(fq_llama *net) {
    const fq_llama_config *c = &net->config;
    fq_device_net *d = net->device;
    const int has_weights = fq_model_has_weights(net->model);
    embedding e = {net, has_weights ? fq_checkpoint_find(&net->model->checkpoint, "model.embed_tokens.weight") : NULL};
    /* Random weights have one matrix for both, as tied ones do; a rotated net's head has the last norm in it. */
    const int shared = !net->rotation && (c->tied_embeddings || !has_weights);
    d->base = net->layer;
    d->layer = FQ_NEW(&d->arena, fq_cuda_layer, net->built);
    if (!d->layer) return FQ_ERR_MEMORY;
    d->norm = fq_kernel_on_device(FQ_OP_RMSNORM_QUANT, NULL, NULL);
    d->swiglu = fq_kernel_on_device(FQ_OP_SWIGLU_QUANT, NULL, NULL);
    d->rows = fq_kernel_on_device(FQ_OP_QUANT_ROWS, NULL, NULL);
    d->rope = fq_kernel_on_device(FQ_OP_ROPE_QUANT, NULL, NULL);
    const fq_variant *v = net->variant;
    FQ_TRY(choose_attention(v->q, v->kv, v->p, v->scores, c->head_dim, &d->prefill, &d->decode));
    for (int l = 0; l < net->built; l++) {
        const fq_status s = pack_layer(net, &net->layer[l], &d->layer[l]);
        if (s != FQ_OK) return fq_fail_prefix(s, "layer %d", l);
    }
    FQ_TRY(pack(net, &net->head, &d->head));
    const fq_cuda_net_args a = {.layers = net->layers,
                                .built = net->built,
                                .hidden = c->hidden,
                                .intermediate = c->intermediate,
                                .heads = c->heads,
                                .kv_heads = c->kv_heads,
                                .head_dim = c->head_dim,
                                .vocab = c->vocab,
                                .positions = net->positions,
                                .eps = c->rms_eps,
                                .q = v->q,
                                .kv = v->kv,
                                .layer = d->layer,
                                .head = d->head,
                                .final_norm = net->final_norm,
                                .cos_t = net->cos_t,
                                .sin_t = net->sin_t,
                                .norm = d->norm,
                                .swiglu = d->swiglu,
                                .rows = d->rows,
                                .rope = d->rope,
                                .prefill = d->prefill,
                                .decode = d->decode,
                                .embedding = shared ? NULL : embedding_row,
                                .embedding_ctx = &e};
    return fq_cuda_net_create(&a, &d->arena, &d->net);
}

fq_status fq_llama_use_device(fq_llama *net) {
    const char *why;
    FQ_TRY(fq_variant_check_device(net->variant, &net->config));
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "backend cuda: %s", why);
    if (!net->device) {
        net->device = calloc(1, sizeof *net->device);
        if (!net->device) return fq_fail(FQ_ERR_MEMORY, "out of memory");
        fq_status s = fq_arena_init(&net->device->arena, 0);
        if (s == FQ_OK) s = build(net);
        if (s != FQ_OK) {
            fq_device_free(net->device);
            net->device = NULL;
            return fq_fail_prefix(s, "backend cuda: variant %s", net->variant->name);
        }
    }
    net->on_device = 1;
    return FQ_OK;
}

void fq_device_free(fq_device_net *d) {
    if (!d) return;
    fq_arena_free(&d->arena);
    free(d);
}

void fq_device_kernels(const fq_device_net *d, char *out, size_t bytes) {
    const fq_kernel *all[] = {d->layer[0].qkv.kernel,
                              d->layer[0].gate_up.kernel,
                              d->head.kernel,
                              d->prefill,
                              d->decode,
                              d->norm,
                              fq_device_gates(d) ? NULL : d->swiglu,
                              d->rows,
                              d->rope};
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!all[i] || (i > 0 && all[i] == all[i - 1]) || (i == 2 && all[2] == all[0])) continue;
        const int n = snprintf(out + used, bytes - used, "%s%s", used ? " " : "", all[i]->name);
        if (n < 0 || (size_t)n >= bytes - used) break;
        used += (size_t)n;
    }
}

int fq_device_gates(const fq_device_net *d) {
    return d->layer[0].gate_up.kernel->op == FQ_OP_GEMM_I4F8_SWIGLU;
}

/* ---- sessions ---- */

fq_status fq_device_session(fq_session *s) {
    return fq_cuda_decoder_create(s->net->device->net, s->batch, s->capacity, s->max_tokens, &s->arena, &s->device);
}

fq_status fq_device_forward(fq_session *s, const int *ids, int seq) {
    const fq_llama *net = s->net;
    return fq_cuda_decoder_forward(s->device, ids, seq, (int)(net->layer - net->device->base), net->layers);
}
