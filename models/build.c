/* From a checkpoint to a net for one variant: a layer at a time, load float32 weights, apply the variant's
 * function-preserving transforms, quantize into qmatrices, pick kernels. Nothing of the float32 copy is kept. */
#include "models/weights.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fq_build_options fq_build_defaults(void) {
    return (fq_build_options){.variant = fq_variant_defaults()};
}

/* float32 weights of one layer while it is being built; [out][in] row-major */
typedef struct layer_weights {
    float *q, *k, *v, *o, *gate, *up, *down;
    float *qb, *kb, *vb, *ob, *gateb, *upb, *downb; /* biases or NULL */
} layer_weights;

typedef struct dims {
    int hidden, ff, q, kv; /* widths: q = H*D, kv = H_kv*D */
} dims;

static dims dims_of(const fq_llama_config *c) {
    return (dims){c->hidden, c->intermediate, c->heads * c->head_dim, c->kv_heads * c->head_dim};
}

static fq_status load(const fq_model *m, fq_arena *a, int layer, const char *part, int rows, int cols, float **out) {
    char name[128];
    snprintf(name, sizeof name, "model.layers.%d.%s", layer, part);
    *out = fq_arena_alloc(a, (size_t)rows * (size_t)cols * sizeof(float));
    if (!*out) return FQ_ERR_MEMORY;
    return fq_weights_load(m, name, rows, cols, *out);
}

static fq_status load_bias(const fq_model *m, fq_arena *a, int on, int layer, const char *part, int cols, float **out) {
    char name[128];
    snprintf(name, sizeof name, "model.layers.%d.%s", layer, part);
    *out = NULL;
    if (!on || !fq_weights_present(m, name)) return FQ_OK;
    return load(m, a, layer, part, 1, cols, out);
}

static fq_status load_layer(const fq_model *m, fq_arena *a, int l, layer_weights *w) {
    const fq_llama_config *c = &m->checkpoint.config;
    dims d = dims_of(c);
    FQ_TRY(load(m, a, l, "self_attn.q_proj.weight", d.q, d.hidden, &w->q));
    FQ_TRY(load(m, a, l, "self_attn.k_proj.weight", d.kv, d.hidden, &w->k));
    FQ_TRY(load(m, a, l, "self_attn.v_proj.weight", d.kv, d.hidden, &w->v));
    FQ_TRY(load(m, a, l, "self_attn.o_proj.weight", d.hidden, d.q, &w->o));
    FQ_TRY(load(m, a, l, "mlp.gate_proj.weight", d.ff, d.hidden, &w->gate));
    FQ_TRY(load(m, a, l, "mlp.up_proj.weight", d.ff, d.hidden, &w->up));
    FQ_TRY(load(m, a, l, "mlp.down_proj.weight", d.hidden, d.ff, &w->down));
    FQ_TRY(load_bias(m, a, c->attention_bias, l, "self_attn.q_proj.bias", d.q, &w->qb));
    FQ_TRY(load_bias(m, a, c->attention_bias, l, "self_attn.k_proj.bias", d.kv, &w->kb));
    FQ_TRY(load_bias(m, a, c->attention_bias, l, "self_attn.v_proj.bias", d.kv, &w->vb));
    FQ_TRY(load_bias(m, a, c->attention_bias, l, "self_attn.o_proj.bias", d.hidden, &w->ob));
    FQ_TRY(load_bias(m, a, c->mlp_bias, l, "mlp.gate_proj.bias", d.ff, &w->gateb));
    FQ_TRY(load_bias(m, a, c->mlp_bias, l, "mlp.up_proj.bias", d.ff, &w->upb));
    return load_bias(m, a, c->mlp_bias, l, "mlp.down_proj.bias", d.hidden, &w->downb);
}

static void scale_all(float *x, size_t n, float f) {
    for (size_t i = 0; x && i < n; i++)
        x[i] *= f;
}

/* Channel-wise scaling of up+gate (into the norm), of down (into up's rows), and the scalar v/o factor. Both lambdas
 * come from the original weights. */
static fq_status apply_channel_scaling(const fq_llama *net, fq_layer *L, layer_weights *w, fq_arena *a) {
    dims d = dims_of(&net->config);
    const fq_variant_options *o = &net->options;
    float *lambda = FQ_NEW(a, float, d.hidden), *mu = FQ_NEW(a, float, d.ff);
    if (!lambda || !mu) return FQ_ERR_MEMORY;
    if (o->up_gate_c >= 0) {
        const float *both[2] = {w->gate, w->up};
        const int rows[2] = {d.ff, d.ff};
        fq_channel_scale_factors(both, rows, 2, d.hidden, o->up_gate_c, lambda);
    }
    if (o->down_c >= 0) {
        const float *one[1] = {w->down};
        const int rows[1] = {d.hidden};
        fq_channel_scale_factors(one, rows, 1, d.ff, o->down_c, mu);
    }
    if (o->up_gate_c >= 0) {
        fq_scale_columns(w->gate, d.ff, d.hidden, lambda);
        fq_scale_columns(w->up, d.ff, d.hidden, lambda);
        fq_unscale_rows(L->mlp_norm, d.hidden, 1, lambda);
    }
    if (o->down_c >= 0) {
        fq_unscale_rows(w->up, d.ff, d.hidden, mu);
        if (w->upb) fq_unscale_rows(w->upb, d.ff, 1, mu);
        fq_scale_columns(w->down, d.hidden, d.ff, mu);
    }
    if (o->v_mul > 0) {
        scale_all(w->v, (size_t)d.kv * (size_t)d.hidden, o->v_mul);
        scale_all(w->vb, (size_t)d.kv, o->v_mul);
        scale_all(w->o, (size_t)d.hidden * (size_t)d.q, 1 / o->v_mul);
    }
    return FQ_OK;
}

static fq_status apply_rope_scaling(fq_llama *net, fq_layer *L, int l, const fq_calibration *cal, layer_weights *w,
                                    fq_arena *a) {
    const fq_llama_config *c = &net->config;
    int t = net->variant->transforms, width = c->kv_heads * c->head_dim;
    float *norm = FQ_NEW(a, float, width);
    L->post = FQ_NEW(&net->arena, float, width);
    if (!norm || !L->post) return FQ_ERR_MEMORY;
    for (int i = 0; i < width; i++)
        norm[i] = L->post[i] = 1;
    if (cal) {
        fq_rope_scale_options o = {.pre = (t & FQ_T_PRE_ROPE) != 0,
                                   .post = (t & FQ_T_POST_ROPE) != 0,
                                   .alpha = net->options.alpha,
                                   .beta = net->options.beta,
                                   .top_k = net->options.top_k};
        fq_rope_scale_factors(&cal->layer[l], &o, norm, L->post);
        fq_rope_scale_fold(w->q, w->k, c->heads, c->kv_heads, c->head_dim, c->hidden, norm);
        if (w->qb) fq_rope_scale_fold(w->qb, w->kb, c->heads, c->kv_heads, c->head_dim, 1, norm);
    }
    if (!(t & FQ_T_POST_ROPE)) L->post = NULL;
    return FQ_OK;
}

static fq_status quantize_part(const fq_llama *net, fq_linear *lin, int row0, const float *w, int rows) {
    float s = 1;
    if (net->variant->transforms & FQ_T_TENSOR) {
        s = fq_tensor_scale_search(w, (size_t)lin->w.cols, rows, lin->w.cols, lin->w.group);
    }
    return fq_qmatrix_quantize(&lin->w, row0, w, (size_t)lin->w.cols, rows, s);
}

static fq_status create_linear(fq_llama *net, fq_linear *lin, const fq_recipe *w, const fq_recipe *a, int rows,
                               int cols) {
    fq_op op;
    FQ_TRY(fq_gemm_op(w, a, &op));
    lin->kernel = fq_kernel_select(op);
    lin->a = a;
    return fq_qmatrix_create(&lin->w, w, rows, cols, &net->arena);
}

static fq_status pack_linear(fq_llama *net, fq_linear *lin) {
    net->bytes += fq_qmatrix_bytes(&lin->w);
    return lin->kernel->pack ? lin->kernel->pack(&lin->w, &net->arena, &lin->packed) : FQ_OK;
}

/* Bias of consecutive parts as one vector in the net's arena, or NULL when all are absent. */
static fq_status join_bias(fq_llama *net, float **out, int n, const float *const *part, const int *width) {
    int total = 0, any = 0;
    for (int i = 0; i < n; i++) {
        total += width[i];
        any |= part[i] != NULL;
    }
    *out = NULL;
    if (!any) return FQ_OK;
    *out = FQ_NEW(&net->arena, float, total);
    if (!*out) return FQ_ERR_MEMORY;
    for (int i = 0, at = 0; i < n; at += width[i], i++) {
        if (part[i]) memcpy(*out + at, part[i], (size_t)width[i] * sizeof(float));
    }
    return FQ_OK;
}

static fq_status build_layer(fq_llama *net, int l, const fq_calibration *cal, fq_arena *scratch) {
    const fq_model *m = net->model;
    const fq_variant *v = net->variant;
    fq_layer *L = &net->layer[l];
    dims d = dims_of(&net->config);
    layer_weights w;
    FQ_TRY(load(m, &net->arena, l, "input_layernorm.weight", 1, d.hidden, &L->attention_norm));
    FQ_TRY(load(m, &net->arena, l, "post_attention_layernorm.weight", 1, d.hidden, &L->mlp_norm));
    FQ_TRY(load_layer(m, scratch, l, &w));
    if (v->transforms & FQ_T_CHANNEL) FQ_TRY(apply_channel_scaling(net, L, &w, scratch));
    if (fq_variant_needs_calibration(v)) FQ_TRY(apply_rope_scaling(net, L, l, cal, &w, scratch));

    FQ_TRY(create_linear(net, &L->qkv, v->w, v->a, d.q + 2 * d.kv, d.hidden));
    FQ_TRY(create_linear(net, &L->o, v->w, v->a, d.hidden, d.q));
    FQ_TRY(create_linear(net, &L->gate_up, v->w, v->a, 2 * d.ff, d.hidden));
    FQ_TRY(create_linear(net, &L->down, v->w, v->a, d.hidden, d.ff));
    const struct {
        fq_linear *to;
        const float *from;
        int row0, rows;
        const char *name;
    } part[] = {{&L->qkv, w.q, 0, d.q, "q_proj"},
                {&L->qkv, w.k, d.q, d.kv, "k_proj"},
                {&L->qkv, w.v, d.q + d.kv, d.kv, "v_proj"},
                {&L->o, w.o, 0, d.hidden, "o_proj"},
                {&L->gate_up, w.gate, 0, d.ff, "gate_proj"},
                {&L->gate_up, w.up, d.ff, d.ff, "up_proj"},
                {&L->down, w.down, 0, d.hidden, "down_proj"}};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        fq_status s = quantize_part(net, part[i].to, part[i].row0, part[i].from, part[i].rows);
        if (s != FQ_OK) return fq_fail_prefix(s, "%s: layer %d %s", m->checkpoint.path, l, part[i].name);
    }
    fq_linear *all[] = {&L->qkv, &L->o, &L->gate_up, &L->down};
    for (int i = 0; i < 4; i++)
        FQ_TRY(pack_linear(net, all[i]));

    FQ_TRY(join_bias(net, &L->qkv_bias, 3, (const float *const[]){w.qb, w.kb, w.vb}, (const int[]){d.q, d.kv, d.kv}));
    FQ_TRY(join_bias(net, &L->o_bias, 1, (const float *const[]){w.ob}, &d.hidden));
    FQ_TRY(join_bias(net, &L->gate_up_bias, 2, (const float *const[]){w.gateb, w.upb}, (const int[]){d.ff, d.ff}));
    return join_bias(net, &L->down_bias, 1, (const float *const[]){w.downb}, &d.hidden);
}

/* The head, through a bounded block of float32 rows: a vocabulary of 128k rows never exists in float32 twice. */
static fq_status build_head(fq_llama *net, fq_arena *scratch) {
    const fq_llama_config *c = &net->config;
    const fq_model *m = net->model;
    FQ_TRY(create_linear(net, &net->head, net->variant->head_w, net->variant->head_a, c->vocab, c->hidden));
    const char *name = c->tied_embeddings ? "model.embed_tokens.weight" : "lm_head.weight";
    const fq_tensor *t = fq_model_has_weights(m) ? fq_checkpoint_find(&m->checkpoint, name) : NULL;
    if (fq_model_has_weights(m) && !t) return fq_fail(FQ_ERR_INPUT, "%s: no tensor %s", m->checkpoint.path, name);
    enum { BLOCK = 1024 };
    float *rows = fq_arena_alloc(scratch, (size_t)BLOCK * (size_t)c->hidden * sizeof(float));
    if (!rows) return FQ_ERR_MEMORY;
    for (int r0 = 0; r0 < c->vocab; r0 += BLOCK) {
        int n = c->vocab - r0 < BLOCK ? c->vocab - r0 : BLOCK;
#pragma omp parallel for schedule(static)
        for (int r = 0; r < n; r++)
            fq_weights_embedding(m, t, r0 + r, rows + (size_t)r * (size_t)c->hidden);
        fq_status s = fq_qmatrix_quantize(&net->head.w, r0, rows, (size_t)c->hidden, n, 1);
        if (s != FQ_OK) return fq_fail_prefix(s, "%s: %s", m->checkpoint.path, name);
    }
    return pack_linear(net, &net->head);
}

/* Inverse frequency of pair i, with the scaling of config.json's rope_scaling (transformers' modeling_rope_utils). */
static double inverse_frequency(const fq_llama_config *c, int i) {
    double f = pow(c->rope_theta, -2.0 * i / c->head_dim);
    if (c->rope_kind == FQ_ROPE_LINEAR) return f / c->rope_factor;
    if (c->rope_kind == FQ_ROPE_LLAMA3) {
        double wavelength = 2 * 3.14159265358979323846 / f, old = c->rope_original_positions;
        if (wavelength < old / c->rope_high_freq_factor) return f;
        if (wavelength > old / c->rope_low_freq_factor) return f / c->rope_factor;
        double smooth =
            (old / wavelength - c->rope_low_freq_factor) / (c->rope_high_freq_factor - c->rope_low_freq_factor);
        return (1 - smooth) * f / c->rope_factor + smooth * f;
    }
    return f;
}

static fq_status build_rope_table(fq_llama *net) {
    int half = net->config.head_dim / 2;
    size_t n = (size_t)net->positions * (size_t)half;
    net->cos_t = FQ_NEW(&net->arena, float, n);
    net->sin_t = FQ_NEW(&net->arena, float, n);
    if (!net->cos_t || !net->sin_t) return FQ_ERR_MEMORY;
    for (int i = 0; i < half; i++) {
        double f = inverse_frequency(&net->config, i);
        for (int p = 0; p < net->positions; p++) {
            net->cos_t[(size_t)p * (size_t)half + (size_t)i] = (float)cos(p * f);
            net->sin_t[(size_t)p * (size_t)half + (size_t)i] = (float)sin(p * f);
        }
    }
    return FQ_OK;
}

static void choose_row_kernels(fq_llama *net, int reference) {
    struct {
        const fq_kernel **k;
        fq_op op;
    } all[] = {{&net->attention_prefill, FQ_OP_ATTENTION_PREFILL},
               {&net->attention_decode, FQ_OP_ATTENTION_DECODE},
               {&net->rmsnorm, FQ_OP_RMSNORM_QUANT},
               {&net->swiglu, FQ_OP_SWIGLU_QUANT},
               {&net->quant_rows, FQ_OP_QUANT_ROWS},
               {&net->rope, FQ_OP_ROPE_QUANT}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        *all[i].k = reference ? fq_kernel_ref(all[i].op) : fq_kernel_select(all[i].op);
    }
}

/* Call f on every linear of the net. */
static void each_linear(fq_llama *net, void (*f)(fq_linear *lin, void *ctx), void *ctx) {
    for (int l = 0; l < net->built; l++) {
        f(&net->layer[l].qkv, ctx);
        f(&net->layer[l].o, ctx);
        f(&net->layer[l].gate_up, ctx);
        f(&net->layer[l].down, ctx);
    }
    f(&net->head, ctx);
}

static void linear_reference(fq_linear *lin, void *ctx) {
    fq_op op = lin->kernel->op;
    lin->kernel = *(const int *)ctx ? fq_kernel_ref(op) : fq_kernel_select(op);
}

void fq_llama_use_reference(fq_llama *net, int reference) {
    choose_row_kernels(net, reference);
    each_linear(net, linear_reference, &reference);
}

typedef struct force {
    const fq_kernel *kernel;
    int used;
    fq_arena *arena;
    fq_status status;
} force;

static void linear_force(fq_linear *lin, void *ctx) {
    force *f = ctx;
    if (lin->kernel->op != f->kernel->op || f->status != FQ_OK) return;
    lin->kernel = f->kernel;
    f->used = 1;
    if (f->kernel->pack && !lin->packed) f->status = f->kernel->pack(&lin->w, f->arena, &lin->packed);
}

fq_status fq_llama_use_kernel(fq_llama *net, const char *name) {
    const fq_kernel *k = fq_kernel_find(name);
    const char *why = "";
    if (!k) return fq_fail(FQ_ERR_USAGE, "no kernel %s (see: fqbench list kernels)", name);
    if (!fq_kernel_usable(k, &why)) return fq_fail(FQ_ERR_USAGE, "kernel %s cannot run here: %s", name, why);
    force f = {k, 0, &net->arena, FQ_OK};
    const fq_kernel **row[] = {
        &net->attention_prefill, &net->attention_decode, &net->rmsnorm, &net->swiglu, &net->quant_rows, &net->rope};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        if ((*row[i])->op == k->op) {
            *row[i] = k;
            f.used = 1;
        }
    }
    each_linear(net, linear_force, &f);
    if (f.status != FQ_OK) return f.status;
    if (!f.used) return fq_fail(FQ_ERR_USAGE, "variant %s does not use kernel %s", net->variant->name, name);
    return FQ_OK;
}

void fq_llama_kernels(const fq_llama *net, char *out, size_t bytes) {
    const fq_kernel *all[] = {net->layer[0].qkv.kernel, net->head.kernel, net->attention_prefill,
                              net->attention_decode,    net->rmsnorm,     net->swiglu,
                              net->quant_rows,          net->rope};
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (i == 1 && all[1] == all[0]) continue;
        int n = snprintf(out + used, bytes - used, "%s%s", used ? " " : "", all[i]->name);
        if (n < 0 || (size_t)n >= bytes - used) break;
        used += (size_t)n;
    }
}

/* Weights of the projections of one layer. */
static double weights_of_layer(dims d) {
    return (double)d.hidden * (2 * d.q + 2 * d.kv) + 3.0 * d.hidden * d.ff;
}

/* Layers that fit: all of a checkpoint; for a shape name as many as memory_bytes hold, at least one. */
static int layers_to_build(const fq_llama *net, size_t memory_bytes) {
    if (fq_model_has_weights(net->model)) return net->layers;
    dims d = dims_of(&net->config);
    double weights = weights_of_layer(d);
    double layer = weights * fq_recipe_bits(net->variant->w, d.hidden) / 8;
    double fit = (double)(memory_bytes ? memory_bytes : (size_t)4 << 30) / layer;
    return fit < 1 ? 1 : fit < net->layers ? (int)fit : net->layers;
}

static fq_status build(fq_llama *net, const fq_build_options *o, fq_arena *scratch) {
    const fq_llama_config *c = &net->config;
    dims d = dims_of(c);
    net->layer = FQ_NEW(&net->arena, fq_layer, net->built);
    net->final_norm = FQ_NEW(&net->arena, float, c->hidden);
    if (!net->layer || !net->final_norm) return FQ_ERR_MEMORY;
    choose_row_kernels(net, 0);
    FQ_TRY(build_rope_table(net));
    for (int l = 0; l < net->built; l++) {
        size_t mark = scratch->used;
        FQ_TRY(build_layer(net, l, o->calibration, scratch));
        fq_arena_reset(scratch, mark);
    }
    size_t linear_bytes = net->bytes;
    double weights = weights_of_layer(d);
    net->bits_per_weight = 8.0 * (double)linear_bytes / (weights * net->built);
    net->flop_per_token = 2 * weights * net->layers;
    net->bytes = (size_t)((double)linear_bytes * net->layers / net->built);
    FQ_TRY(build_head(net, scratch));
    return fq_weights_load(net->model, "model.norm.weight", 1, c->hidden, net->final_norm);
}

fq_status fq_llama_build(const fq_model *m, const fq_variant *v, const fq_build_options *o, fq_llama **out) {
    *out = NULL;
    if (fq_variant_needs_calibration(v) && !o->calibration && fq_model_has_weights(m)) {
        return fq_fail(FQ_ERR_USAGE, "variant %s needs calibration", v->name);
    }
    fq_llama *net = calloc(1, sizeof *net);
    fq_arena scratch = {0};
    if (!net) return fq_fail(FQ_ERR_MEMORY, "out of memory");
    net->model = m;
    net->config = m->checkpoint.config;
    net->variant = v;
    net->options = o->variant;
    if (net->options.top_k <= 0) net->options.top_k = net->config.head_dim / 16 > 0 ? net->config.head_dim / 16 : 1;
    net->parameters = m->checkpoint.parameters;
    net->layers = o->max_layers > 0 && o->max_layers < net->config.layers ? o->max_layers : net->config.layers;
    net->built = layers_to_build(net, o->memory_bytes);
    net->positions = o->positions > 0                   ? o->positions
                     : net->config.max_positions < 8192 ? net->config.max_positions
                                                        : 8192;
    fq_status s = fq_arena_init(&net->arena, 0);
    if (s == FQ_OK) s = fq_arena_init(&scratch, 0);
    if (s == FQ_OK) s = build(net, o, &scratch);
    fq_arena_free(&scratch);
    if (s != FQ_OK) {
        fq_llama_free(net);
        return s;
    }
    *out = net;
    return FQ_OK;
}

void fq_llama_free(fq_llama *net) {
    if (!net) return;
    fq_arena_free(&net->arena);
    free(net);
}
