/* From a checkpoint to a net for one variant: a layer at a time, load float32 weights, apply the variant's
 * function-preserving transforms, quantize into qmatrices, pick kernels. Nothing of the float32 copy is kept. */
#include "models/device.h"
#include "models/policy.h"
#include "models/prepare.h"
#include "models/saved.h"
#include "models/weights.h"
#include "harness/clock.h"
#include "quant/activation_scale.h"
#include "quant/low_rank.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fq_build_options fq_build_defaults(void) {
    return (fq_build_options){.variant = fq_variant_defaults()};
}

/* Power of two that keeps E4M3 group scales in range: the paper's search, or the top of the range where scales are
 * searched or powers of two anyway (specs: the method, section 1.3, conclusion b). Whole-number scales need theirs. */
static float tensor_scale(const fq_llama *net, const fq_variant *v, const fq_qmatrix *q, const float *w, int rows) {
    const size_t stride = (size_t)q->cols;
    if (q->recipe->scale == FQ_UINT16 && q->groups > 0) {
        const int asked = v->amplifier > 0 ? v->amplifier : net->options.amplifier, most = asked > 0 ? asked : 60;
        return fq_amplifier(w, stride, rows, q->cols, q->recipe, most);
    }
    if (!(v->transforms & FQ_T_TENSOR) || q->groups == 0) return 1;
    if (v->method->scales == FQ_SCALES_ABSMAX && q->recipe->scale == FQ_E4M3)
        return fq_tensor_scale_search(w, stride, rows, q->cols, q->group);
    return fq_tensor_scale_top(w, stride, rows, q->cols, q->group);
}

/* One projection on its way into a linear layer. */
typedef struct projection {
    fq_linear *to;
    const float *from; /* [rows][all inputs] */
    fq_site site;
    int row0, rows;
    const char *name;
} projection;

/* Columns order[0 .. n-1] of from [rows][cols] as a matrix of their own. */
static float *gather_columns(const projection *p, const int *order, int n, int cols, fq_arena *a) {
    float *out = FQ_NEW(a, float, (size_t)p->rows *(size_t)n);
#pragma omp parallel for schedule(static) if (out != NULL)
    for (int r = 0; r < (out ? p->rows : 0); r++) {
        for (int c = 0; c < n; c++)
            out[(size_t)r * (size_t)n + (size_t)c] = p->from[(size_t)r * (size_t)cols + (size_t)order[c]];
    }
    return out;
}

/* Statistics of the inputs order[0 .. n-1]. */
static fq_status gather_stats(const fq_input_stats *from, const int *order, int n, fq_arena *a, fq_input_stats *to) {
    FQ_TRY(fq_input_stats_create(to, n, from->moment != NULL, a));
    to->tokens = from->tokens;
    for (int i = 0; i < n; i++) {
        to->absmean[i] = from->absmean[order[i]];
        to->absmax[i] = from->absmax[order[i]];
        to->mean[i] = from->mean[order[i]];
        for (int j = 0; from->moment && j < n; j++) {
            to->moment[(size_t)i * (size_t)n + (size_t)j] =
                from->moment[(size_t)order[i] * (size_t)from->cols + (size_t)order[j]];
        }
    }
    return FQ_OK;
}

static fq_status quantize_matrix(const fq_llama *net, const fq_variant *v, const fq_method *method, fq_qmatrix *q,
                                 const projection *p, const float *w, const fq_input_stats *stats, fq_arena *scratch) {
    return fq_method_quantize(method, q, p->row0, w, (size_t)q->cols, p->rows, tensor_scale(net, v, q, w, p->rows),
                              stats, scratch);
}

static fq_status quantize_part(const fq_llama *net, const fq_build_options *o, int layer, const projection *p,
                               const fq_prepared *w, fq_arena *scratch) {
    const fq_input_stats *stats = w->has_stats ? &w->input[p->site] : NULL;
    const fq_variant *v = w->site[p->site];
    const fq_method *method = v->method;
    fq_linear *lin = p->to;
    if (!stats && fq_method_needs_moments(method)) method = &fq_methods[FQ_METHOD_RTN]; /* shape names: speed only */
    if (lin->order) {
        const int narrow = lin->w.cols, wide = lin->wide->w.cols, all = narrow + wide;
        float *a = gather_columns(p, lin->order, narrow, all, scratch);
        float *b = gather_columns(p, lin->order + narrow, wide, all, scratch);
        fq_input_stats s;
        FQ_ASSERT(stats); /* the order comes from them */
        if (!a || !b) return FQ_ERR_MEMORY;
        FQ_TRY(gather_stats(stats, lin->order, narrow, scratch, &s));
        FQ_TRY(quantize_matrix(net, v, method, &lin->w, p, a, &s, scratch));
        FQ_TRY(quantize_matrix(net, v, &fq_methods[FQ_METHOD_RTN], &lin->wide->w, p, b, NULL, scratch));
        if (o->observer.layer) o->observer.layer(o->observer.ctx, layer, p->name, a, p->rows, &lin->w, p->row0, &s);
        return FQ_OK;
    }
    FQ_TRY(quantize_matrix(net, v, method, &lin->w, p, p->from, stats, scratch));
    if (o->observer.layer) {
        o->observer.layer(o->observer.ctx, layer, p->name, p->from, p->rows, &lin->w, p->row0, stats);
    }
    return FQ_OK;
}

fq_status fq_linear_create(fq_llama *net, fq_linear *lin, const fq_recipe *w, const fq_recipe *a,
                           const fq_method *method, int rows, int cols) {
    fq_op op;
    FQ_TRY(fq_gemm_op(w, a, &op));
    lin->kernel = fq_kernel_select(op);
    lin->a = a;
    FQ_TRY(fq_qmatrix_create(&lin->w, w, rows, cols, &net->arena));
    return method->books && fq_recipe_has_books(w) ? fq_qmatrix_add_books(&lin->w, &net->arena) : FQ_OK;
}

fq_status fq_linear_create_wide(fq_llama *net, fq_linear *lin, int wide) {
    lin->order = FQ_NEW(&net->arena, int, lin->w.cols + wide);
    lin->wide = FQ_NEW(&net->arena, fq_linear, 1);
    if (!lin->order || !lin->wide) return FQ_ERR_MEMORY;
    return fq_linear_create(net, lin->wide, &fq_recipes[FQ_WIDE_WEIGHTS], &fq_recipes[FQ_WIDE_ACTIVATIONS],
                            &fq_methods[FQ_METHOD_RTN], lin->w.rows, wide);
}

fq_status fq_linear_create_low(fq_llama *net, fq_linear *lin, const fq_recipe *w, int rank) {
    const fq_method *rtn = &fq_methods[FQ_METHOD_RTN];
    lin->low = FQ_NEW(&net->arena, fq_low_linear, 1);
    if (!lin->low) return FQ_ERR_MEMORY;
    FQ_TRY(fq_linear_create(net, &lin->low->down, w, lin->a, rtn, rank, lin->w.cols));
    FQ_TRY(fq_linear_create(net, &lin->low->up, w, &fq_recipes[FQ_RECIPE_A_BF16], rtn, lin->w.rows, rank));
    lin->low->down.fixed_scale = lin->fixed_scale;
    return FQ_OK;
}

/* A linear layer of the variant on the inputs of a site: with static activations their scale, with outliers apart a
 * second matrix for the widest inputs (1/32 of them as in the paper, 128 of 4096, and at least 16). */
static fq_status create_site(fq_llama *net, fq_linear *lin, const fq_prepared *w, fq_site site, int rows, int cols) {
    const fq_variant *v = w->site[site];
    const fq_input_stats *x = w->has_stats ? &w->input[site] : NULL;
    if (!(v->transforms & FQ_T_OUTLIERS) || !x) {
        FQ_TRY(fq_linear_create(net, lin, v->w, v->a, v->method, rows, cols));
        if (v->a->range != FQ_RANGE_STATIC) return FQ_OK;
        float top = 0;
        for (int i = 0; x && i < cols; i++)
            top = fmaxf(top, x->absmax[i]);
        lin->fixed_scale = (top > 0 ? top : 1) / (float)fq_formats[v->a->code].max;
        return FQ_OK;
    }
    const int wide = cols / 32 > 16 ? (int)fq_round_up((size_t)cols / 32, 16) : 16;
    if (wide >= cols) return fq_fail(FQ_ERR_UNSUPPORTED, "%d inputs are too few to set %d of them apart", cols, wide);
    FQ_TRY(fq_linear_create(net, lin, v->w, v->a, v->method, rows, cols - wide));
    FQ_TRY(fq_linear_create_wide(net, lin, wide));
    fq_outlier_order(x, lin->order);
    return FQ_OK;
}

static fq_status pack_linear(fq_llama *net, fq_linear *lin) {
    if (lin->wide) FQ_TRY(pack_linear(net, lin->wide));
    if (lin->low) {
        FQ_TRY(pack_linear(net, &lin->low->down));
        FQ_TRY(pack_linear(net, &lin->low->up));
    }
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

/* What the parts of a linear layer lost when they were rounded: E[rows][cols] = W - Q(W). */
static float *lost(const fq_linear *lin, const projection *parts, size_t count, fq_arena *a) {
    const size_t cols = (size_t)lin->w.cols;
    float *e = FQ_NEW(a, float, (size_t)lin->w.rows *cols);
    for (size_t i = 0; i < count && e; i++) {
        const projection *p = &parts[i];
#pragma omp parallel for schedule(static)
        for (int r = 0; r < (p->to == lin ? p->rows : 0); r++) {
            float *row = e + (size_t)(p->row0 + r) * cols;
            fq_qmatrix_dequantize(&lin->w, p->row0 + r, row);
            for (size_t c = 0; c < cols; c++)
                row[c] = p->from[(size_t)r * cols + c] - row[c];
        }
    }
    return e;
}

/* LoRC: y += A (B x) with A B the best approximation of that rank of what was lost. B takes the layer's own inputs. */
static fq_status compensate(fq_llama *net, const fq_variant *v, fq_linear *lin, const projection *parts, size_t count,
                            fq_arena *scratch) {
    const int rows = lin->w.rows, cols = lin->w.cols, least = rows < cols ? rows : cols;
    if (v->lorc == 0) return FQ_OK;
    if (lin->order || v->lorc > least)
        return fq_fail(FQ_ERR_USAGE, "%s: lorc=%d does not go with %s", v->name, v->lorc,
                       lin->order ? "outliers set apart" : "so small a matrix");
    const size_t mark = scratch->used;
    float *e = lost(lin, parts, count, scratch);
    float *left = FQ_NEW(scratch, float, (size_t)rows *(size_t)v->lorc);
    float *right = FQ_NEW(scratch, float, (size_t)v->lorc *(size_t)cols);
    if (!e || !left || !right) return FQ_ERR_MEMORY;
    FQ_TRY(fq_low_rank(e, rows, cols, v->lorc, scratch, left, right));
    FQ_TRY(fq_linear_create_low(net, lin, v->lorc_w, v->lorc));
    FQ_TRY(fq_qmatrix_quantize(&lin->low->down.w, 0, right, (size_t)cols, v->lorc, 1));
    FQ_TRY(fq_qmatrix_quantize(&lin->low->up.w, 0, left, (size_t)v->lorc, rows, 1));
    fq_arena_reset(scratch, mark);
    return FQ_OK;
}

/* Bias correction (Nagel et al., arXiv 1906.04721, section 4.2): what rounding the weights adds to the mean output,
 * (W - Q(W)) mean(x), as a bias, which a layer without one gets. Rounding of activations is taken as unbiased. */
static fq_status correct_bias(fq_llama *net, const fq_prepared *w, fq_site site, const fq_linear *lin,
                              const projection *parts, size_t count, float **bias, fq_arena *scratch) {
    const fq_variant *v = w->site[site];
    if (!(v->transforms & FQ_T_BIAS) || !w->has_stats || lin->w.recipe->group == FQ_NO_SCALE) return FQ_OK;
    if (lin->order || lin->low)
        return fq_fail(FQ_ERR_USAGE, "%s: bias correction goes neither with outliers set apart nor with lorc", v->name);
    const size_t mark = scratch->used, cols = (size_t)lin->w.cols;
    const float *e = lost(lin, parts, count, scratch), *mean = w->input[site].mean;
    if (!*bias) *bias = FQ_NEW(&net->arena, float, lin->w.rows);
    if (!e || !*bias) return FQ_ERR_MEMORY;
    for (int r = 0; r < lin->w.rows; r++) {
        double shift = 0;
        for (size_t c = 0; c < cols; c++)
            shift += (double)e[(size_t)r * cols + c] * (double)mean[c];
        (*bias)[r] += (float)shift;
    }
    fq_arena_reset(scratch, mark);
    return FQ_OK;
}

static fq_status build_layer(fq_llama *net, int l, const fq_build_options *o, fq_arena *scratch) {
    fq_layer *L = &net->layer[l];
    fq_dims d = fq_dims_of(&net->config);
    fq_prepared w;
    FQ_TRY(fq_prepare_layer(net, l, o->calibration, scratch, &w));
    L->attention_norm = w.attention_norm;
    L->mlp_norm = w.mlp_norm;
    L->post = w.post;
    L->key_offset = w.key_offset;
    L->k_clip = w.k_clip;
    L->v_clip = w.v_clip;
    FQ_TRY(create_site(net, &L->qkv, &w, FQ_SITE_QKV, d.q + 2 * d.kv, d.hidden));
    FQ_TRY(create_site(net, &L->o, &w, FQ_SITE_O, d.hidden, d.q));
    FQ_TRY(create_site(net, &L->gate_up, &w, FQ_SITE_GATE_UP, 2 * d.ff, d.hidden));
    FQ_TRY(create_site(net, &L->down, &w, FQ_SITE_DOWN, d.hidden, d.ff));
    const projection parts[] = {{&L->qkv, w.q, FQ_SITE_QKV, 0, d.q, "q_proj"},
                                {&L->qkv, w.k, FQ_SITE_QKV, d.q, d.kv, "k_proj"},
                                {&L->qkv, w.v, FQ_SITE_QKV, d.q + d.kv, d.kv, "v_proj"},
                                {&L->o, w.o, FQ_SITE_O, 0, d.hidden, "o_proj"},
                                {&L->gate_up, w.gate, FQ_SITE_GATE_UP, 0, d.ff, "gate_proj"},
                                {&L->gate_up, w.up, FQ_SITE_GATE_UP, d.ff, d.ff, "up_proj"},
                                {&L->down, w.down, FQ_SITE_DOWN, 0, d.hidden, "down_proj"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t mark = scratch->used;
        fq_status s = quantize_part(net, o, l, &parts[i], &w, scratch);
        if (s != FQ_OK) return fq_fail_prefix(s, "%s: layer %d %s", net->model->checkpoint.path, l, parts[i].name);
        fq_arena_reset(scratch, mark);
    }
    fq_linear *const sites[FQ_SITE_COUNT] = {&L->qkv, &L->o, &L->gate_up, &L->down};
    for (int i = 0; i < FQ_SITE_COUNT; i++)
        FQ_TRY(compensate(net, w.site[i], sites[i], parts, sizeof parts / sizeof parts[0], scratch));
    FQ_TRY(join_bias(net, &L->qkv_bias, 3, (const float *const[]){w.qb, w.kb, w.vb}, (const int[]){d.q, d.kv, d.kv}));
    FQ_TRY(join_bias(net, &L->o_bias, 1, (const float *const[]){w.ob}, &d.hidden));
    FQ_TRY(join_bias(net, &L->gate_up_bias, 2, (const float *const[]){w.gateb, w.upb}, (const int[]){d.ff, d.ff}));
    FQ_TRY(join_bias(net, &L->down_bias, 1, (const float *const[]){w.downb}, &d.hidden));
    float **const bias[FQ_SITE_COUNT] = {&L->qkv_bias, &L->o_bias, &L->gate_up_bias, &L->down_bias};
    for (int i = 0; i < FQ_SITE_COUNT; i++)
        FQ_TRY(correct_bias(net, &w, (fq_site)i, sites[i], parts, sizeof parts / sizeof parts[0], bias[i], scratch));
    return FQ_OK;
}

/* The head, through a bounded block of float32 rows: a vocabulary of 128k rows never exists in float32 twice. */
static fq_status build_head(fq_llama *net, fq_arena *scratch) {
    const fq_llama_config *c = &net->config;
    const fq_model *m = net->model;
    FQ_TRY(fq_linear_create(net, &net->head, net->variant->head_w, net->variant->head_a, net->variant->method, c->vocab,
                            c->hidden));
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
        if (net->rotation) { /* the final norm's gains move into the head, as in every layer */
            fq_scale_columns(rows, n, c->hidden, net->final_norm);
            fq_rotation_apply(net->rotation, rows, n, (size_t)c->hidden);
        }
        fq_status s = fq_qmatrix_quantize(&net->head.w, r0, rows, (size_t)c->hidden, n, 1);
        if (s != FQ_OK) return fq_fail_prefix(s, "%s: %s", m->checkpoint.path, name);
    }
    return FQ_OK;
}

/* The final norm with its gains, and the head. */
static fq_status build_norm_and_head(fq_llama *net, fq_arena *scratch) {
    const int hidden = net->config.hidden;
    FQ_TRY(fq_weights_load(net->model, "model.norm.weight", 1, hidden, net->final_norm));
    FQ_TRY(build_head(net, scratch));
    for (int i = 0; net->rotation && i < hidden; i++)
        net->final_norm[i] = 1;
    return FQ_OK;
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
    if (lin->wide) linear_reference(lin->wide, ctx);
    if (lin->low) {
        linear_reference(&lin->low->down, ctx);
        linear_reference(&lin->low->up, ctx);
    }
    fq_op op = lin->kernel->op;
    lin->kernel = *(const int *)ctx ? fq_kernel_ref(op) : lin->preferred ? lin->preferred : fq_kernel_select(op);
}

void fq_llama_use_reference(fq_llama *net, int reference) {
    choose_row_kernels(net, reference);
    each_linear(net, linear_reference, &reference);
    net->on_device = net->device && !reference;
}

typedef struct force {
    const fq_kernel *kernel;
    int used;
    fq_arena *arena;
    fq_status status;
} force;

static void linear_force(fq_linear *lin, void *ctx) {
    force *f = ctx;
    if (lin->wide) linear_force(lin->wide, ctx);
    if (lin->low) {
        linear_force(&lin->low->down, ctx);
        linear_force(&lin->low->up, ctx);
    }
    if (lin->kernel->op != f->kernel->op || f->status != FQ_OK || !fq_kernel_takes(f->kernel, lin->w.recipe, lin->a))
        return;
    /* What another kernel packed is not for this one. */
    const int packed = lin->packed && lin->kernel->pack == f->kernel->pack;
    lin->kernel = lin->preferred = f->kernel;
    f->used = 1;
    if (f->kernel->pack && !packed) f->status = f->kernel->pack(&lin->w, f->arena, &lin->packed);
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
        if ((*row[i])->op == k->op && k->family != FQ_FAMILY_gemm) {
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
    if (net->on_device) {
        fq_device_kernels(net->device, out, bytes);
        return;
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (i == 1 && all[1] == all[0]) continue;
        int n = snprintf(out + used, bytes - used, "%s%s", used ? " " : "", all[i]->name);
        if (n < 0 || (size_t)n >= bytes - used) break;
        used += (size_t)n;
    }
}

/* Weights of the projections of one layer. */
static double weights_of_layer(fq_dims d) {
    return (double)d.hidden * (2 * d.q + 2 * d.kv) + 3.0 * d.hidden * d.ff;
}

/* Layers that fit: all of a checkpoint; for a shape name as many as memory_bytes hold, at least one. */
static int layers_to_build(const fq_llama *net, size_t memory_bytes) {
    if (fq_model_has_weights(net->model)) return net->layers;
    fq_dims d = fq_dims_of(&net->config);
    double weights = weights_of_layer(d);
    double layer = weights * fq_recipe_bits(net->variant->w, d.hidden) / 8;
    double fit = (double)(memory_bytes ? memory_bytes : (size_t)4 << 30) / layer;
    return fit < 1 ? 1 : fit < net->layers ? (int)fit : net->layers;
}

static fq_status build(fq_llama *net, const fq_build_options *o, fq_arena *scratch) {
    const fq_llama_config *c = &net->config;
    fq_dims d = fq_dims_of(c);
    net->layer = FQ_NEW(&net->arena, fq_layer, net->built);
    net->final_norm = FQ_NEW(&net->arena, float, c->hidden);
    if (!net->layer || !net->final_norm) return FQ_ERR_MEMORY;
    choose_row_kernels(net, 0);
    FQ_TRY(build_rope_table(net));
    const fq_saved *saved = net->model->saved;
    if (net->variant->transforms & FQ_T_ROTATE) {
        FQ_TRY(fq_rotation_create(c->hidden, saved ? saved->rotation_seed : FQ_ROTATION_SEED, &net->arena,
                                  &net->rotation));
    }
    for (int l = 0; l < net->built; l++) {
        size_t mark = scratch->used;
        FQ_TRY(saved ? fq_saved_layer(net, l) : build_layer(net, l, o, scratch));
        for (int i = 0; i < FQ_SAVED_LINEARS; i++)
            FQ_TRY(pack_linear(net, fq_saved_linear_at(&net->layer[l], i)));
        fq_arena_reset(scratch, mark);
    }
    size_t linear_bytes = net->bytes;
    double weights = weights_of_layer(d);
    net->bits_per_weight = 8.0 * (double)linear_bytes / (weights * net->built);
    net->flop_per_token = 2 * weights * net->layers;
    net->bytes = (size_t)((double)linear_bytes * net->layers / net->built);
    FQ_TRY(saved ? fq_saved_norm_and_head(net, scratch) : build_norm_and_head(net, scratch));
    return pack_linear(net, &net->head);
}

/* What a net is made with: of a saved model what it was saved with. */
static fq_status take_options(fq_llama *net, const fq_build_options *o) {
    const fq_saved *saved = net->model->saved;
    const int layers = saved ? saved->layers : net->config.layers;
    net->options = saved ? saved->options : o->variant;
    if (net->options.top_k <= 0) net->options.top_k = net->config.head_dim / 16 > 0 ? net->config.head_dim / 16 : 1;
    net->layers = o->max_layers > 0 && o->max_layers < layers ? o->max_layers : layers;
    net->built = layers_to_build(net, o->memory_bytes);
    if (saved) {
        net->calibration = saved->calibration;
    } else if (fq_variant_needs_calibration(net->variant) && o->calibration) {
        net->calibration = fq_arena_printf(&net->arena, "%s", o->calibration->text);
        if (!net->calibration) return FQ_ERR_MEMORY;
    }
    return FQ_OK;
}

fq_status fq_llama_build(const fq_model *m, const fq_variant *v, const fq_build_options *o, fq_llama **out) {
    *out = NULL;
    FQ_TRY(fq_saved_check(m, v));
    if (v->map) FQ_TRY(fq_policy_map_check(v->map, m->checkpoint.config.layers));
    if (fq_variant_needs_calibration(v) && fq_model_has_weights(m) && !m->saved) {
        if (!o->calibration) return fq_fail(FQ_ERR_USAGE, "variant %s needs calibration", v->name);
        if (fq_variant_needs_moments(v) && !o->calibration->moments)
            return fq_fail(FQ_ERR_USAGE, "variant %s needs calibration with second moments", v->name);
    }
    fq_llama *net = calloc(1, sizeof *net);
    fq_arena scratch = {0};
    if (!net) return fq_fail(FQ_ERR_MEMORY, "out of memory");
    net->model = m;
    net->config = m->checkpoint.config;
    net->variant = v;
    net->parameters = m->checkpoint.parameters;
    net->positions = o->positions > 0                   ? o->positions
                     : net->config.max_positions < 8192 ? net->config.max_positions
                                                        : 8192;
    const int64_t t0 = fq_clock_ns();
    fq_status s = fq_arena_init(&net->arena, 0);
    if (s == FQ_OK) s = fq_arena_init(&scratch, 0);
    if (s == FQ_OK) s = take_options(net, o);
    if (s == FQ_OK) s = build(net, o, &scratch);
    fq_arena_free(&scratch);
    net->build_s = 1e-9 * (double)(fq_clock_ns() - t0);
    if (s != FQ_OK) {
        fq_llama_free(net);
        return s;
    }
    *out = net;
    return FQ_OK;
}

void fq_llama_free(fq_llama *net) {
    if (!net) return;
    fq_device_free(net->device);
    fq_arena_free(&net->arena);
    free(net);
}
