/* From GGUF's view of a Llama to Hugging Face's: metadata become the configuration, tensor names are translated, and
 * rope_freqs.weight becomes the Llama-3 RoPE parameters that produce it. A name or key that would change the arithmetic
 * and is not understood is refused. */
#include "models/gguf.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *gguf, *hf;
} globals[] = {
    {"token_embd.weight", "model.embed_tokens.weight"},
    {"output_norm.weight", "model.norm.weight"},
    {"output.weight", "lm_head.weight"},
};

static const struct {
    const char *gguf, *hf;
} in_layer[] = {
    {"attn_norm", "input_layernorm"}, {"attn_q", "self_attn.q_proj"},      {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},   {"attn_output", "self_attn.o_proj"}, {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},    {"ffn_up", "mlp.up_proj"},           {"ffn_down", "mlp.down_proj"},
};

static const char rope_freqs[] = "rope_freqs.weight";

static fq_status wrong_type(const fq_gguf_value *v, const char *label, const char *expected) {
    return fq_fail(FQ_ERR_INPUT, "%s: key '%.*s' has GGUF type %d, expected %s", label, (int)v->key.n, v->key.s,
                   (int)v->type, expected);
}

/* Optional readers leave *out, which holds the default, when the key is absent. */
static fq_status optional_int(const fq_gguf *g, const char *key, const char *label, int *out) {
    const fq_gguf_value *v = fq_gguf_find(g, key);
    if (v == NULL) return FQ_OK;
    int64_t i;
    switch (v->type) {
    case FQ_GGUF_U8:
    case FQ_GGUF_U16:
    case FQ_GGUF_U32:
    case FQ_GGUF_U64:
        i = v->v.u > INT64_MAX ? INT64_MAX : (int64_t)v->v.u;
        break;
    case FQ_GGUF_I8:
    case FQ_GGUF_I16:
    case FQ_GGUF_I32:
    case FQ_GGUF_I64:
        i = v->v.i;
        break;
    case FQ_GGUF_ARRAY:
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: key '%s' is an array: values by layer are not supported", label, key);
    default:
        return wrong_type(v, label, "an integer");
    }
    if (i < INT_MIN || i > INT_MAX) {
        return fq_fail(FQ_ERR_INPUT, "%s: key '%s' is %lld, out of range", label, key, (long long)i);
    }
    *out = (int)i;
    return FQ_OK;
}

static fq_status optional_number(const fq_gguf *g, const char *key, const char *label, double *out) {
    const fq_gguf_value *v = fq_gguf_find(g, key);
    if (v == NULL) return FQ_OK;
    if (v->type != FQ_GGUF_F32 && v->type != FQ_GGUF_F64) return wrong_type(v, label, "a float");
    *out = v->v.f;
    return FQ_OK;
}

static fq_status require(const fq_gguf *g, const char *key, const char *label) {
    if (fq_gguf_find(g, key) != NULL) return FQ_OK;
    return fq_fail(FQ_ERR_INPUT, "%s: key '%s' is missing", label, key);
}

static fq_status required_int(const fq_gguf *g, const char *key, const char *label, int *out) {
    FQ_TRY(require(g, key, label));
    return optional_int(g, key, label, out);
}

static fq_status required_number(const fq_gguf *g, const char *key, const char *label, double *out) {
    FQ_TRY(require(g, key, label));
    return optional_number(g, key, label, out);
}

/* *out stays as it is when the key is absent. */
static fq_status optional_text(const fq_gguf *g, const char *key, const char *label, fq_gguf_text *out) {
    const fq_gguf_value *v = fq_gguf_find(g, key);
    if (v == NULL) return FQ_OK;
    if (v->type != FQ_GGUF_STRING) return wrong_type(v, label, "a string");
    *out = v->v.text;
    return FQ_OK;
}

static int text_is(fq_gguf_text t, const char *s) {
    return t.n == strlen(s) && memcmp(t.s, s, t.n) == 0;
}

static fq_status refuse_text(const char *key, fq_gguf_text t, const char *supported, const char *label) {
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s: %s is '%.*s': only %s is supported", label, key, t.n < 100 ? (int)t.n : 100,
                   t.s, supported);
}

/* An unset token id is absent or all ones. */
static fq_status parse_token(const fq_gguf *g, const char *key, const char *label, int *out) {
    const fq_gguf_value *v = fq_gguf_find(g, key);
    *out = -1;
    if (v != NULL && v->type == FQ_GGUF_U32 && v->v.u == UINT32_MAX) return FQ_OK;
    return optional_int(g, key, label, out);
}

static const fq_tensor *find_tensor(const fq_gguf *g, const char *name) {
    for (uint64_t i = 0; i < g->n_tensors; i++) {
        if (strcmp(g->tensors[i].name, name) == 0) return &g->tensors[i];
    }
    return NULL;
}

static fq_status parse_rope_scaling(const fq_gguf *g, const char *label, fq_llama_config *c) {
    fq_gguf_text type = {"none", 4};
    FQ_TRY(optional_text(g, "llama.rope.scaling.type", label, &type));
    /* Before scaling.type existed, scale_linear alone meant linear. */
    double factor = 1.0;
    FQ_TRY(optional_number(g, "llama.rope.scale_linear", label, &factor));
    FQ_TRY(optional_number(g, "llama.rope.scaling.factor", label, &factor));
    int linear = text_is(type, "linear") || fq_gguf_find(g, "llama.rope.scaling.type") == NULL;
    if (!linear && !text_is(type, "none")) return refuse_text("llama.rope.scaling.type", type, "none or linear", label);
    if (linear && factor != 1.0) {
        c->rope_kind = FQ_ROPE_LINEAR;
        c->rope_factor = factor;
    }
    return FQ_OK;
}

/* Divisor of the RoPE frequency of pair i under Llama-3 scaling; formula of the Llama 3.1 release. */
static double llama3_divisor(const fq_llama_config *c, int i) {
    double wavelength = 2.0 * M_PI * pow(c->rope_theta, 2.0 * i / c->head_dim);
    double turns = c->rope_original_positions / wavelength;
    if (turns > c->rope_high_freq_factor) return 1.0;
    if (turns < c->rope_low_freq_factor) return c->rope_factor;
    double smooth = (turns - c->rope_low_freq_factor) / (c->rope_high_freq_factor - c->rope_low_freq_factor);
    return 1.0 / ((1.0 - smooth) / c->rope_factor + smooth);
}

/* rope_freqs.weight holds the divisors themselves. All released Llama-3 models use low 1, high 4 and 8192 positions, so
 * only the factor is open, and it is the largest divisor; the result counts only if it gives every divisor back. */
static fq_status parse_rope_freqs(const fq_gguf *g, const char *label, fq_llama_config *c) {
    const fq_tensor *t = find_tensor(g, rope_freqs);
    if (t == NULL) return FQ_OK;
    if (t->rank != 1 || t->shape[0] != c->head_dim / 2 || t->dtype != FQ_DTYPE_F32) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' is not F32 of shape [%d]", label, rope_freqs, c->head_dim / 2);
    }
    const unsigned char *p = t->data;
    double largest = 0.0;
    for (int i = 0; i < c->head_dim / 2; i++) {
        float f;
        memcpy(&f, p + (size_t)i * sizeof f, sizeof f);
        if (!(f > 0.0f && isfinite(f))) {
            return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' has the value %g at %d, expected a positive number", label,
                           rope_freqs, (double)f, i);
        }
        if ((double)f > largest) largest = (double)f;
    }
    fq_llama_config fit = *c;
    fit.rope_kind = FQ_ROPE_LLAMA3;
    fit.rope_factor = largest;
    fit.rope_low_freq_factor = 1.0;
    fit.rope_high_freq_factor = 4.0;
    fit.rope_original_positions = 8192;
    FQ_TRY(optional_int(g, "llama.rope.scaling.original_context_length", label, &fit.rope_original_positions));
    int plain = 1, fits = 1;
    for (int i = 0; i < c->head_dim / 2; i++) {
        float f;
        memcpy(&f, p + (size_t)i * sizeof f, sizeof f);
        plain = plain && f == 1.0f;
        fits = fits && fabs(llama3_divisor(&fit, i) - (double)f) <= 1e-3 * (double)f;
    }
    if (plain) return FQ_OK;
    if (!fits || c->rope_kind != FQ_ROPE_DEFAULT) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: tensor '%s' is not the Llama-3 scaling (low 1, high 4, %d positions)%s",
                       label, rope_freqs, fit.rope_original_positions, fits ? " alone" : "");
    }
    *c = fit;
    return FQ_OK;
}

static fq_status parse_config(const fq_gguf *g, const char *label, fq_llama_config *c) {
    fq_gguf_text architecture = {"(none)", 6};
    FQ_TRY(optional_text(g, "general.architecture", label, &architecture));
    if (!text_is(architecture, "llama")) return refuse_text("general.architecture", architecture, "llama", label);
    int experts = 0;
    FQ_TRY(optional_int(g, "llama.expert_count", label, &experts));
    if (experts != 0) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: llama.expert_count is %d: mixtures of experts are not supported", label,
                       experts);
    }
    FQ_TRY(required_int(g, "llama.block_count", label, &c->layers));
    FQ_TRY(required_int(g, "llama.embedding_length", label, &c->hidden));
    FQ_TRY(required_int(g, "llama.feed_forward_length", label, &c->intermediate));
    FQ_TRY(required_int(g, "llama.attention.head_count", label, &c->heads));
    c->kv_heads = c->heads;
    FQ_TRY(optional_int(g, "llama.attention.head_count_kv", label, &c->kv_heads));
    FQ_TRY(required_int(g, "llama.context_length", label, &c->max_positions));
    if (c->heads < 1 || c->hidden < 1 ||
        (fq_gguf_find(g, "llama.attention.key_length") == NULL && c->hidden % c->heads != 0)) {
        return fq_fail(FQ_ERR_INPUT, "%s: llama.attention.head_count %d does not divide llama.embedding_length %d",
                       label, c->heads, c->hidden);
    }
    c->head_dim = c->hidden / c->heads;
    FQ_TRY(optional_int(g, "llama.attention.key_length", label, &c->head_dim));
    int value_length = c->head_dim, rotated = c->head_dim;
    FQ_TRY(optional_int(g, "llama.attention.value_length", label, &value_length));
    FQ_TRY(optional_int(g, "llama.rope.dimension_count", label, &rotated));
    if (value_length != c->head_dim || rotated != c->head_dim) {
        return fq_fail(
            FQ_ERR_UNSUPPORTED,
            "%s: head size %d, llama.attention.value_length %d, llama.rope.dimension_count %d: only equal ones "
            "are supported",
            label, c->head_dim, value_length, rotated);
    }
    double eps = 0.0;
    FQ_TRY(required_number(g, "llama.attention.layer_norm_rms_epsilon", label, &eps));
    c->rms_eps = (float)eps;
    c->rope_theta = 10000.0;
    FQ_TRY(optional_number(g, "llama.rope.freq_base", label, &c->rope_theta));
    FQ_TRY(parse_rope_scaling(g, label, c));
    FQ_TRY(parse_token(g, "tokenizer.ggml.bos_token_id", label, &c->bos));
    FQ_TRY(parse_token(g, "tokenizer.ggml.eos_token_id", label, &c->eos));
    const fq_tensor *embeddings = find_tensor(g, "token_embd.weight");
    if (embeddings == NULL || embeddings->rank != 2 || embeddings->shape[0] > INT_MAX) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor 'token_embd.weight' is missing or not a matrix", label);
    }
    c->vocab = (int)embeddings->shape[0];
    c->tied_embeddings = find_tensor(g, "output.weight") == NULL;
    c->attention_bias = find_tensor(g, "blk.0.attn_q.bias") != NULL;
    c->mlp_bias = find_tensor(g, "blk.0.ffn_up.bias") != NULL;
    FQ_TRY(fq_config_validate(c, label));
    FQ_TRY(parse_rope_freqs(g, label, c));
    return fq_config_validate(c, label);
}

/* "blk.N.attn_q.weight" to "model.layers.N.self_attn.q_proj.weight"; NULL when there is no such name. */
static const char *translate(const char *name, fq_arena *arena, fq_status *status) {
    for (size_t i = 0; i < sizeof globals / sizeof globals[0]; i++) {
        if (strcmp(name, globals[i].gguf) == 0) return globals[i].hf;
    }
    int layer = -1, used = 0;
    if (sscanf(name, "blk.%4d.%n", &layer, &used) != 1 || used == 0 || layer < 0) return NULL;
    const char *part = name + used;
    for (size_t i = 0; i < sizeof in_layer / sizeof in_layer[0]; i++) {
        size_t n = strlen(in_layer[i].gguf);
        if (strncmp(part, in_layer[i].gguf, n) != 0) continue;
        if (strcmp(part + n, ".weight") != 0 && strcmp(part + n, ".bias") != 0) continue;
        const char *hf = fq_arena_printf(arena, "model.layers.%d.%s%s", layer, in_layer[i].hf, part + n);
        if (hf == NULL) *status = FQ_ERR_MEMORY;
        return hf;
    }
    return NULL;
}

/* Heads whose rows GGUF interleaves: llama.cpp rotates neighbours, so its converter permutes q and k. */
static int heads_permuted(const char *hf, const fq_llama_config *c) {
    if (strstr(hf, ".self_attn.q_proj.") != NULL) return c->heads;
    if (strstr(hf, ".self_attn.k_proj.") != NULL) return c->kv_heads;
    return 0;
}

static fq_status translate_tensor(const fq_tensor *from, const char *label, fq_arena *arena, const fq_llama_config *c,
                                  fq_tensor *to) {
    fq_status status = FQ_OK;
    *to = *from;
    to->name = translate(from->name, arena, &status);
    FQ_TRY(status);
    if (to->name == NULL) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: tensor '%s' is not part of a plain Llama", label, from->name);
    }
    int heads = heads_permuted(to->name, c);
    if (heads != 0) {
        if (to->shape[0] != (int64_t)heads * c->head_dim) {
            return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' has %lld rows, expected %d heads x %d", label, from->name,
                           (long long)to->shape[0], heads, c->head_dim);
        }
        if (to->rank > 2 || (to->rank == 1 && fq_dtypes[to->dtype].block != 1)) {
            return fq_fail(FQ_ERR_UNSUPPORTED, "%s: tensor '%s' has rank %d and type %s, which cannot be un-permuted",
                           label, from->name, to->rank, fq_dtypes[to->dtype].name);
        }
        to->permuted_heads = heads;
    }
    return FQ_OK;
}

fq_status fq_gguf_to_checkpoint(fq_gguf *g, const char *label, fq_arena *arena, fq_checkpoint *out) {
    fq_llama_config config = {0};
    FQ_TRY(parse_config(g, label, &config));
    fq_tensor *tensors = FQ_NEW(arena, fq_tensor, g->n_tensors);
    if (tensors == NULL) return FQ_ERR_MEMORY;
    int n = 0;
    int64_t of_dtype[FQ_DTYPE_COUNT] = {0};
    for (uint64_t i = 0; i < g->n_tensors; i++) {
        if (strcmp(g->tensors[i].name, rope_freqs) == 0) continue;
        fq_tensor *t = &tensors[n++];
        FQ_TRY(translate_tensor(&g->tensors[i], label, arena, &config, t));
        of_dtype[t->dtype] += fq_tensor_elements(t);
    }
    const char *quantized = NULL;
    int64_t most = 0;
    for (int d = 0; d < FQ_DTYPE_COUNT; d++) {
        if (fq_dtypes[d].block > 1 && of_dtype[d] > most) {
            most = of_dtype[d];
            quantized = fq_dtypes[d].name;
        }
    }
    out->kind = FQ_CHECKPOINT_GGUF;
    out->config = config;
    out->tensors = tensors;
    out->n_tensors = n;
    fq_checkpoint_index(out);
    out->quantized = quantized;
    out->gguf = g;
    return FQ_OK;
}
