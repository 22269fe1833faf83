/* From a checkpoint's layer to the float32 weights that a variant quantizes. Each transform is one function; the order
 * below is the order of fq_prepare_layer and matters only where a later one looks at statistics. */
#include "models/prepare.h"
#include "models/policy.h"
#include "models/weights.h"
#include "quant/activation_scale.h"
#include "quant/key_search.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

fq_dims fq_dims_of(const fq_llama_config *c) {
    return (fq_dims){c->hidden, c->intermediate, c->heads * c->head_dim, c->kv_heads * c->head_dim, c->head_dim};
}

/* ---- loading ---- */

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

static fq_status load_layer(fq_llama *net, fq_arena *a, int l, fq_prepared *w) {
    const fq_model *m = net->model;
    const fq_llama_config *c = &m->checkpoint.config;
    fq_dims d = fq_dims_of(c);
    FQ_TRY(load(m, &net->arena, l, "input_layernorm.weight", 1, d.hidden, &w->attention_norm));
    FQ_TRY(load(m, &net->arena, l, "post_attention_layernorm.weight", 1, d.hidden, &w->mlp_norm));
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

/* ---- scaling one of the four sites: columns of the consumers times lambda, the producer divided by it ---- */

/* The matrices that read a site. */
typedef struct consumers {
    float *w[3];
    int rows[3], count, cols;
} consumers;

static consumers consumers_of(const fq_prepared *w, fq_dims d, fq_site site) {
    switch (site) {
    case FQ_SITE_QKV:
        return (consumers){{w->q, w->k, w->v}, {d.q, d.kv, d.kv}, 3, d.hidden};
    case FQ_SITE_O:
        return (consumers){{w->o}, {d.hidden}, 1, d.q};
    case FQ_SITE_GATE_UP:
        return (consumers){{w->gate, w->up}, {d.ff, d.ff}, 2, d.hidden};
    default:
        return (consumers){{w->down}, {d.hidden}, 1, d.ff};
    }
}

static void scale_site(fq_prepared *w, fq_dims d, fq_site site, const float *lambda) {
    consumers c = consumers_of(w, d, site);
    for (int i = 0; i < c.count; i++)
        fq_scale_columns(c.w[i], c.rows[i], c.cols, lambda);
    if (w->has_stats) fq_input_stats_unscale(&w->input[site], lambda);
    if (site == FQ_SITE_QKV) fq_unscale_rows(w->attention_norm, d.hidden, 1, lambda);
    if (site == FQ_SITE_GATE_UP) fq_unscale_rows(w->mlp_norm, d.hidden, 1, lambda);
    if (site == FQ_SITE_DOWN) {
        fq_unscale_rows(w->up, d.ff, d.hidden, lambda);
        if (w->upb) fq_unscale_rows(w->upb, d.ff, 1, lambda);
    }
}

/* lambda of a KV head's channels, repeated for the query heads that read it. The value heads are divided. */
static fq_status scale_values(fq_prepared *w, const fq_llama_config *c, fq_dims d, const float *lambda_kv,
                              fq_arena *a) {
    float *lambda = FQ_NEW(a, float, d.q);
    if (!lambda) return FQ_ERR_MEMORY;
    for (int h = 0; h < c->heads; h++) {
        memcpy(lambda + (size_t)h * (size_t)d.hd, lambda_kv + (size_t)(h / (c->heads / c->kv_heads)) * (size_t)d.hd,
               (size_t)d.hd * sizeof(float));
    }
    scale_site(w, d, FQ_SITE_O, lambda);
    fq_unscale_rows(w->v, d.kv, d.hidden, lambda_kv);
    if (w->vb) fq_unscale_rows(w->vb, d.kv, 1, lambda_kv);
    return FQ_OK;
}

/* ---- transforms ---- */

static void rotate_row(const void *rotation, float *x) {
    fq_rotation_apply(rotation, x, 1, (size_t)fq_rotation_size(rotation));
}

/* Gains into the consumers, so that a norm has none left and commutes with the rotation. */
static void fold_gain(fq_prepared *w, fq_dims d, fq_site site, float *gain) {
    consumers c = consumers_of(w, d, site);
    for (int i = 0; i < c.count; i++)
        fq_scale_columns(c.w[i], c.rows[i], c.cols, gain);
    for (int i = 0; i < c.cols; i++)
        gain[i] = gain[i] == 0 ? 1 : gain[i]; /* a channel without gain had no input and has no weights now */
    if (w->has_stats) fq_input_stats_unscale(&w->input[site], gain);
    for (int i = 0; i < c.cols; i++)
        gain[i] = 1;
}

static void rotate_consumers(const fq_rotation *r, fq_prepared *w, fq_dims d, fq_site site) {
    consumers c = consumers_of(w, d, site);
    for (int i = 0; i < c.count; i++)
        fq_rotation_apply(r, c.w[i], c.rows[i], (size_t)c.cols);
    if (w->has_stats && w->input[site].moment) fq_input_stats_rotate(&w->input[site], rotate_row, r);
}

/* Rotation of the residual stream: x -> x R everywhere, with the embeddings rotated as they are read. */
static void rotate_residual(const fq_rotation *r, fq_prepared *w, fq_dims d) {
    fold_gain(w, d, FQ_SITE_QKV, w->attention_norm);
    fold_gain(w, d, FQ_SITE_GATE_UP, w->mlp_norm);
    rotate_consumers(r, w, d, FQ_SITE_QKV);
    rotate_consumers(r, w, d, FQ_SITE_GATE_UP);
    fq_rotation_apply_outputs(r, w->o, d.q);
    fq_rotation_apply_outputs(r, w->down, d.ff);
    if (w->ob) fq_rotation_apply(r, w->ob, 1, (size_t)d.hidden);
    if (w->downb) fq_rotation_apply(r, w->downb, 1, (size_t)d.hidden);
}

typedef struct head_rotation {
    const fq_rotation *r;
    int heads;
} head_rotation;

static void rotate_heads(const void *ctx, float *x) {
    const head_rotation *h = ctx;
    fq_rotation_apply(h->r, x, h->heads, (size_t)fq_rotation_size(h->r));
}

static fq_status rotate_values(fq_prepared *w, fq_key_stats *keys, const fq_llama_config *c, fq_dims d, fq_arena *a) {
    fq_rotation *r;
    const size_t hd = (size_t)d.hd;
    FQ_TRY(fq_rotation_create(d.hd, 0, a, &r));
    for (int h = 0; h < c->kv_heads; h++)
        fq_rotation_apply_outputs(r, w->v + (size_t)h * hd * (size_t)d.hidden, d.hidden);
    if (w->vb) fq_rotation_apply(r, w->vb, c->kv_heads, hd);
    for (int h = 0; h < c->heads; h++)
        fq_rotation_apply(r, w->o + (size_t)h * hd, d.hidden, (size_t)d.q);
    if (w->has_stats && w->input[FQ_SITE_O].moment) {
        head_rotation all = {r, c->heads};
        fq_input_stats_rotate(&w->input[FQ_SITE_O], rotate_heads, &all);
    }
    if (keys->sample_v) fq_rotation_apply(r, keys->sample_v, c->kv_heads * FQ_KEY_SAMPLES, hd);
    return FQ_OK;
}

/* FireQ's channel-wise scaling of up+gate (into the norm), of down (into up's rows), and the scalar v/o factor. Both
 * lambdas come from the weights as they are before it. */
static fq_status scale_channels(fq_prepared *w, const fq_llama_config *c, const fq_variant_options *o, fq_dims d,
                                fq_arena *a) {
    float *lambda = FQ_NEW(a, float, d.hidden), *mu = FQ_NEW(a, float, d.ff), *v = FQ_NEW(a, float, d.kv);
    if (!lambda || !mu || !v) return FQ_ERR_MEMORY;
    const float *both[2] = {w->gate, w->up}, *one[1] = {w->down};
    const int rows[2] = {d.ff, d.ff};
    if (o->up_gate_c >= 0) fq_channel_scale_factors(both, rows, 2, d.hidden, o->up_gate_c, lambda);
    if (o->down_c >= 0) fq_channel_scale_factors(one, &d.hidden, 1, d.ff, o->down_c, mu);
    if (o->up_gate_c >= 0) scale_site(w, d, FQ_SITE_GATE_UP, lambda);
    if (o->down_c >= 0) scale_site(w, d, FQ_SITE_DOWN, mu);
    if (o->v_mul > 0) {
        for (int i = 0; i < d.kv; i++)
            v[i] = 1 / o->v_mul;
        FQ_TRY(scale_values(w, c, d, v, a));
    }
    return FQ_OK;
}

static fq_status equalize(fq_prepared *w, fq_site site, fq_dims d, fq_arena *a) {
    float *lambda = FQ_NEW(a, float, consumers_of(w, d, site).cols);
    if (!lambda) return FQ_ERR_MEMORY;
    fq_log_factors(&w->input[site], lambda);
    scale_site(w, d, site, lambda);
    return FQ_OK;
}

static fq_status smooth(fq_prepared *w, fq_site site, float alpha, fq_dims d, fq_arena *a) {
    consumers c = consumers_of(w, d, site);
    float *lambda = FQ_NEW(a, float, c.cols);
    if (!lambda) return FQ_ERR_MEMORY;
    fq_smooth_factors(&w->input[site], (const float *const *)c.w, c.rows, c.count, alpha, lambda);
    scale_site(w, d, site, lambda);
    return FQ_OK;
}

/* Factors found for the inputs of o, tied: a KV head's are the geometric mean over the query heads that read it. The
 * sampled values follow. */
static fq_status scale_tied_values(fq_prepared *w, fq_key_stats *keys, const fq_llama_config *c, fq_dims d,
                                   const float *lambda, fq_arena *a) {
    const int group = c->heads / c->kv_heads;
    float *lambda_kv = FQ_NEW(a, float, d.kv);
    if (!lambda_kv) return FQ_ERR_MEMORY;
    for (int i = 0; i < d.kv; i++) {
        double sum = 0;
        for (int g = 0; g < group; g++)
            sum += log(lambda[(i / d.hd * group + g) * d.hd + i % d.hd]);
        lambda_kv[i] = (float)exp(sum / group);
    }
    for (int i = 0; keys->sample_v && i < d.kv * FQ_KEY_SAMPLES; i++)
        keys->sample_v[i] /= lambda_kv[i / (FQ_KEY_SAMPLES * d.hd) * d.hd + i % d.hd];
    return scale_values(w, c, d, lambda_kv, a);
}

/* QServe's output module smoothing: inputs of o and down scaled with an exponent near 0, by the weights. */
static fq_status smooth_outputs(fq_prepared *w, fq_key_stats *keys, const fq_llama_config *c, fq_dims d, fq_arena *a) {
    const float alpha = 0.05f;
    float *lambda = FQ_NEW(a, float, d.q);
    if (!lambda) return FQ_ERR_MEMORY;
    const float *one[1] = {w->o};
    fq_smooth_factors(&w->input[FQ_SITE_O], one, &d.hidden, 1, alpha, lambda);
    FQ_TRY(scale_tied_values(w, keys, c, d, lambda, a));
    return smooth(w, FQ_SITE_DOWN, alpha, d, a);
}

/* group_of, groups: as fq_awq_options. The exponent is searched with plain rounding, as in the paper's code; clipping
 * comes after. */
static fq_status awq_factors(const fq_llama *net, const fq_prepared *w, fq_site site, fq_dims d, const int *group_of,
                             int groups, fq_arena *a, float **lambda) {
    consumers c = consumers_of(w, d, site);
    *lambda = FQ_NEW(a, float, c.cols);
    if (!*lambda) return FQ_ERR_MEMORY;
    fq_awq_options o = {.w = w->site[site]->w,
                        .method = &fq_methods[FQ_METHOD_RTN],
                        .steps = 20,
                        .group_of = group_of,
                        .groups = groups};
    return fq_awq_factors(&w->input[site], (const float *const *)c.w, c.rows, c.count, &o, a, *lambda, NULL);
}

static fq_status awq_site(const fq_llama *net, fq_prepared *w, fq_site site, fq_dims d, fq_arena *a) {
    float *lambda;
    FQ_TRY(awq_factors(net, w, site, d, NULL, 0, a, &lambda));
    scale_site(w, d, site, lambda);
    return FQ_OK;
}

/* The inputs of o: query heads that read one KV head share its factors. */
static fq_status awq_values(const fq_llama *net, fq_prepared *w, fq_key_stats *keys, fq_dims d, fq_arena *a) {
    const fq_llama_config *c = &net->config;
    int *group_of = FQ_NEW(a, int, d.q);
    float *lambda;
    if (!group_of) return FQ_ERR_MEMORY;
    for (int i = 0; i < d.q; i++)
        group_of[i] = i / d.hd / (c->heads / c->kv_heads) * d.hd + i % d.hd;
    FQ_TRY(awq_factors(net, w, FQ_SITE_O, d, group_of, d.kv, a, &lambda));
    return scale_tied_values(w, keys, c, d, lambda, a);
}

static int does(const fq_prepared *w, fq_site site, int transform) {
    return (w->site[site]->transforms & transform) != 0;
}

static fq_status awq(const fq_llama *net, fq_prepared *w, fq_key_stats *keys, fq_dims d, fq_arena *a) {
    static const fq_site sites[] = {FQ_SITE_QKV, FQ_SITE_GATE_UP, FQ_SITE_DOWN};
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        if (does(w, sites[i], FQ_T_AWQ)) FQ_TRY(awq_site(net, w, sites[i], d, a));
    /* A rotated head has no channels of its own left to scale. */
    const int values = does(w, FQ_SITE_O, FQ_T_AWQ) && !(net->variant->transforms & FQ_T_ROTATE_V);
    return values ? awq_values(net, w, keys, d, a) : FQ_OK;
}

/* Sites that a norm feeds. */
static fq_status scale_norm_sites(fq_llama *net, fq_prepared *w, fq_dims d, fq_arena *a) {
    static const fq_site sites[] = {FQ_SITE_QKV, FQ_SITE_GATE_UP};
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
        if (does(w, sites[i], FQ_T_LAE)) FQ_TRY(equalize(w, sites[i], d, a));
        if (does(w, sites[i], FQ_T_SMOOTH)) FQ_TRY(smooth(w, sites[i], net->options.smooth_alpha, d, a));
    }
    return FQ_OK;
}

/* What each site does, from the weights and inputs as the model has them. */
static fq_status decide_sites(const fq_llama *net, int l, const fq_calibration *cal, fq_dims d, fq_prepared *w) {
    for (int i = 0; i < FQ_SITE_COUNT; i++) {
        const consumers c = consumers_of(w, d, (fq_site)i);
        const fq_policy_site site = {.variant = net->variant,
                                     .options = &net->options,
                                     .layer = l,
                                     .site = (fq_site)i,
                                     .w = (const float *const *)c.w,
                                     .rows = c.rows,
                                     .count = c.count,
                                     .cols = c.cols,
                                     .calibration = cal};
        FQ_TRY(fq_policy_decide(&site, &w->site[i]));
    }
    return FQ_OK;
}

/* Keys: what is folded into q and k before RoPE (norm), and what the rope kernel applies after it. */
static fq_status scale_keys(fq_llama *net, fq_prepared *w, const fq_key_stats *keys, fq_dims d, fq_arena *a) {
    const fq_llama_config *c = &net->config;
    const int t = net->variant->transforms;
    float *norm = FQ_NEW(a, float, d.kv), *post = FQ_NEW(&net->arena, float, d.kv);
    float *offset = FQ_NEW(&net->arena, float, d.kv);
    float *k_clip = FQ_NEW(&net->arena, float, c->kv_heads), *v_clip = FQ_NEW(&net->arena, float, c->kv_heads);
    if (!norm || !post || !offset || !k_clip || !v_clip) return FQ_ERR_MEMORY;
    for (int i = 0; i < d.kv; i++)
        norm[i] = post[i] = 1;
    if (t & FQ_T_KEY_SEARCH) {
        const fq_key_search_options o = {
            .kv = net->variant->kv, .scale = 1, .offset = (t & FQ_T_KEY_OFFSET) != 0, .clip = 1};
        FQ_TRY(fq_key_search(keys, &o, a, post, offset, k_clip, v_clip, NULL));
        w->post = post;
        w->k_clip = k_clip;
        w->v_clip = v_clip;
    } else if (t & FQ_T_SMOOTH_KEYS) {
        fq_smooth_key_factors(keys, 0.5f, norm);
    } else if (t & (FQ_T_PRE_ROPE | FQ_T_POST_ROPE)) {
        const fq_rope_scale_options o = {.pre = (t & FQ_T_PRE_ROPE) != 0,
                                         .post = (t & FQ_T_POST_ROPE) != 0,
                                         .alpha = net->options.alpha,
                                         .beta = net->options.beta,
                                         .top_k = net->options.top_k};
        fq_rope_scale_factors(keys, &o, norm, post);
        if (t & FQ_T_POST_ROPE) w->post = post;
    }
    fq_rope_scale_fold(w->q, w->k, c->heads, c->kv_heads, c->head_dim, c->hidden, norm);
    if (w->qb) fq_rope_scale_fold(w->qb, w->kb, c->heads, c->kv_heads, c->head_dim, 1, norm);
    if (t & FQ_T_KEY_OFFSET) {
        for (int i = 0; !(t & FQ_T_KEY_SEARCH) && i < d.kv; i++)
            offset[i] = keys->mean[i] * norm[i] * post[i];
        w->key_offset = offset;
    }
    return FQ_OK;
}

static fq_status copy_stats(fq_prepared *w, const fq_layer_stats *from, fq_key_stats *keys, fq_arena *a) {
    for (int i = 0; i < FQ_SITE_COUNT; i++)
        FQ_TRY(fq_input_stats_copy(&w->input[i], &from->input[i], a));
    w->has_stats = 1;
    *keys = from->keys;
    const size_t n = (size_t)keys->kv_heads * FQ_KEY_SAMPLES * (size_t)keys->head_dim;
    keys->sample_v = FQ_NEW(a, float, n);
    if (!keys->sample_v) return FQ_ERR_MEMORY;
    memcpy(keys->sample_v, from->keys.sample_v, n * sizeof(float));
    return FQ_OK;
}

fq_status fq_prepare_layer(fq_llama *net, int l, const fq_calibration *cal, fq_arena *scratch, fq_prepared *w) {
    const fq_llama_config *c = &net->config;
    const int t = net->variant->transforms, keys_once = FQ_T_PRE_ROPE | FQ_T_POST_ROPE;
    fq_dims d = fq_dims_of(c);
    fq_key_stats keys = {0};
    memset(w, 0, sizeof *w);
    if (((t & FQ_T_KEY_SEARCH) && (t & (keys_once | FQ_T_SMOOTH_KEYS))) ||
        ((t & FQ_T_SMOOTH_KEYS) && (t & keys_once))) {
        return fq_fail(FQ_ERR_USAGE, "of key-search, smooth-keys and pre-rope/post-rope a variant takes one");
    }
    FQ_TRY(load_layer(net, scratch, l, w));
    FQ_TRY(decide_sites(net, l, cal, d, w));
    if (cal) FQ_TRY(copy_stats(w, &cal->layer[l], &keys, scratch));
    if (net->rotation) rotate_residual(net->rotation, w, d);
    if (t & FQ_T_CHANNEL) FQ_TRY(scale_channels(w, c, &net->options, d, scratch));
    if (t & FQ_T_ROTATE_V) FQ_TRY(rotate_values(w, &keys, c, d, scratch));
    if (!cal) return FQ_OK;
    FQ_TRY(scale_norm_sites(net, w, d, scratch));
    if (t & FQ_T_SMOOTH_OUT) FQ_TRY(smooth_outputs(w, &keys, c, d, scratch));
    FQ_TRY(awq(net, w, &keys, d, scratch));
    return scale_keys(net, w, &keys, d, scratch);
}
