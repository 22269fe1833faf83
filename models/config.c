/* config.json of a Hugging Face Llama, and the limits every configuration has to keep, wherever it came from. What the
 * forward pass does not do (other activations, RoPE kinds, quantized storage) is refused here by name. */
#include "models/checkpoint.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* One JSON object with the words its errors start with. */
typedef struct section {
    const json_t *object;
    const char *label, *prefix; /* prefix: "" or "rope_scaling." */
} section;

static const char *json_type_name(const json_t *v) {
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    case JSON_NULL:
        return "null";
    }
    return "unknown";
}

static fq_status wrong_type(const section *s, const char *key, const json_t *v, const char *expected) {
    return fq_fail(FQ_ERR_INPUT, "%s: key '%s%s' is %s, expected %s", s->label, s->prefix, key, json_type_name(v),
                   expected);
}

/* The value of a key; NULL when absent or null, which mean the same in these files. */
static const json_t *get(const section *s, const char *key) {
    const json_t *v = json_object_get(s->object, key);
    return v == NULL || json_is_null(v) ? NULL : v;
}

static fq_status missing(const section *s, const char *key, const char *expected) {
    return fq_fail(FQ_ERR_INPUT, "%s: key '%s%s' is missing, expected %s", s->label, s->prefix, key, expected);
}

static fq_status as_int(const section *s, const char *key, const json_t *v, int *out) {
    if (!json_is_integer(v)) return wrong_type(s, key, v, "an integer");
    json_int_t i = json_integer_value(v);
    if (i < INT_MIN || i > INT_MAX) {
        return fq_fail(FQ_ERR_INPUT, "%s: key '%s%s' is %lld, out of range", s->label, s->prefix, key, (long long)i);
    }
    *out = (int)i;
    return FQ_OK;
}

static fq_status required_int(const section *s, const char *key, int *out) {
    const json_t *v = get(s, key);
    return v != NULL ? as_int(s, key, v, out) : missing(s, key, "an integer");
}

/* The optional readers leave *out, which holds the default, when the key is absent. */
static fq_status optional_int(const section *s, const char *key, int *out) {
    const json_t *v = get(s, key);
    return v != NULL ? as_int(s, key, v, out) : FQ_OK;
}

static fq_status optional_number(const section *s, const char *key, double *out) {
    const json_t *v = get(s, key);
    if (v == NULL) return FQ_OK;
    if (!json_is_number(v)) return wrong_type(s, key, v, "a number");
    *out = json_number_value(v);
    return FQ_OK;
}

static fq_status required_number(const section *s, const char *key, double *out) {
    if (get(s, key) == NULL) return missing(s, key, "a number");
    return optional_number(s, key, out);
}

static fq_status optional_bool(const section *s, const char *key, int *out) {
    const json_t *v = get(s, key);
    if (v == NULL) return FQ_OK;
    if (!json_is_boolean(v)) return wrong_type(s, key, v, "true or false");
    *out = json_is_true(v);
    return FQ_OK;
}

static fq_status optional_string(const section *s, const char *key, const char **out) {
    const json_t *v = get(s, key);
    if (v == NULL) return FQ_OK;
    if (!json_is_string(v)) return wrong_type(s, key, v, "a string");
    *out = json_string_value(v);
    return FQ_OK;
}

/* Token ids: an integer, null, or a list of which the first counts. */
static fq_status optional_token(const section *s, const char *key, int *out) {
    const json_t *v = get(s, key);
    if (v != NULL && json_is_array(v)) {
        if (json_array_size(v) == 0) return FQ_OK;
        v = json_array_get(v, 0);
    }
    if (v == NULL) return FQ_OK;
    if (!json_is_integer(v)) return wrong_type(s, key, v, "an integer, null or a list of integers");
    return as_int(s, key, v, out);
}

static fq_status parse_architecture(const section *s) {
    const char *type = NULL;
    FQ_TRY(optional_string(s, "model_type", &type));
    if (type != NULL && strcmp(type, "llama") == 0) return FQ_OK;
    const json_t *list = get(s, "architectures");
    if (list != NULL && !json_is_array(list)) return wrong_type(s, "architectures", list, "a list of strings");
    const char *first = NULL;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_string(v)) return wrong_type(s, "architectures", v, "a list of strings");
        if (strcmp(json_string_value(v), "LlamaForCausalLM") == 0) return FQ_OK;
        if (first == NULL) first = json_string_value(v);
    }
    return fq_fail(FQ_ERR_UNSUPPORTED,
                   "%s: model_type '%s', architecture '%s': only llama (LlamaForCausalLM) is supported", s->label,
                   type != NULL ? type : "(none)", first != NULL ? first : "(none)");
}

/* Things that change the arithmetic and that the forward pass does not do. */
static fq_status refuse_unsupported(const section *s) {
    const char *act = "silu";
    FQ_TRY(optional_string(s, "hidden_act", &act));
    if (strcmp(act, "silu") != 0) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: hidden_act '%s': only silu is supported", s->label, act);
    }
    const json_t *q = get(s, "quantization_config");
    if (q != NULL) {
        const json_t *method = json_object_get(q, "quant_method");
        return fq_fail(FQ_ERR_UNSUPPORTED,
                       "%s: quantization_config (quant_method '%s'): only F32, F16 and BF16 weights are supported",
                       s->label, json_is_string(method) ? json_string_value(method) : "unknown");
    }
    return FQ_OK;
}

static fq_status refuse_partial_rotary(const section *s) {
    double partial = 1.0;
    FQ_TRY(optional_number(s, "partial_rotary_factor", &partial));
    if (partial == 1.0) return FQ_OK;
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s: %spartial_rotary_factor %g: only 1 is supported", s->label, s->prefix,
                   partial);
}

/* rope_scaling (before transformers 5) or rope_parameters (since). */
static fq_status parse_rope_section(const section *s, fq_llama_config *c) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)s->object, key, value) {
        if (json_is_object(value)) {
            return fq_fail(FQ_ERR_UNSUPPORTED, "%s: key '%s%s': RoPE parameters by layer type are not supported",
                           s->label, s->prefix, key);
        }
    }
    const char *type = "default";
    FQ_TRY(optional_string(s, "type", &type));
    FQ_TRY(optional_string(s, "rope_type", &type));
    FQ_TRY(refuse_partial_rotary(s));
    if (get(s, "rope_theta") != NULL) {
        double theta = 0.0, outer = c->rope_theta;
        FQ_TRY(required_number(s, "rope_theta", &theta));
        if (outer != 0.0 && outer != theta) {
            return fq_fail(FQ_ERR_INPUT, "%s: key '%srope_theta' is %g, but key 'rope_theta' is %g", s->label,
                           s->prefix, theta, outer);
        }
        c->rope_theta = theta;
    }
    if (strcmp(type, "default") == 0) return FQ_OK;
    if (strcmp(type, "linear") == 0) {
        c->rope_kind = FQ_ROPE_LINEAR;
        return required_number(s, "factor", &c->rope_factor);
    }
    if (strcmp(type, "llama3") == 0) {
        c->rope_kind = FQ_ROPE_LLAMA3;
        FQ_TRY(required_number(s, "factor", &c->rope_factor));
        FQ_TRY(required_number(s, "low_freq_factor", &c->rope_low_freq_factor));
        FQ_TRY(required_number(s, "high_freq_factor", &c->rope_high_freq_factor));
        return required_int(s, "original_max_position_embeddings", &c->rope_original_positions);
    }
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s: %srope_type '%s': only default, linear and llama3 are supported", s->label,
                   s->prefix, type);
}

static fq_status parse_rope(const section *s, fq_llama_config *c) {
    static const struct {
        const char *key, *prefix;
    } places[] = {{"rope_parameters", "rope_parameters."}, {"rope_scaling", "rope_scaling."}};
    FQ_TRY(optional_number(s, "rope_theta", &c->rope_theta));
    FQ_TRY(refuse_partial_rotary(s));
    if (get(s, places[0].key) != NULL && get(s, places[1].key) != NULL) {
        return fq_fail(FQ_ERR_INPUT, "%s: both rope_parameters and rope_scaling are set, expected one of them",
                       s->label);
    }
    for (int i = 0; i < 2; i++) {
        const json_t *v = get(s, places[i].key);
        if (v == NULL) continue;
        if (!json_is_object(v)) return wrong_type(s, places[i].key, v, "an object or null");
        section inner = {v, s->label, places[i].prefix};
        FQ_TRY(parse_rope_section(&inner, c));
    }
    if (c->rope_theta == 0.0 && get(s, "rope_theta") == NULL) c->rope_theta = 10000.0;
    return FQ_OK;
}

/* Defaults are those of transformers' LlamaConfig. */
static fq_status parse_object(const section *s, fq_llama_config *c) {
    FQ_TRY(parse_architecture(s));
    FQ_TRY(refuse_unsupported(s));
    FQ_TRY(required_int(s, "hidden_size", &c->hidden));
    FQ_TRY(required_int(s, "intermediate_size", &c->intermediate));
    FQ_TRY(required_int(s, "num_hidden_layers", &c->layers));
    FQ_TRY(required_int(s, "num_attention_heads", &c->heads));
    FQ_TRY(required_int(s, "vocab_size", &c->vocab));
    c->kv_heads = c->heads;
    FQ_TRY(optional_int(s, "num_key_value_heads", &c->kv_heads));
    if (get(s, "head_dim") == NULL && (c->heads < 1 || c->hidden % c->heads != 0)) {
        return fq_fail(FQ_ERR_INPUT,
                       "%s: key 'head_dim' is missing and num_attention_heads %d does not divide hidden_size %d",
                       s->label, c->heads, c->hidden);
    }
    c->head_dim = c->heads >= 1 ? c->hidden / c->heads : 0;
    FQ_TRY(optional_int(s, "head_dim", &c->head_dim));
    c->max_positions = 2048;
    FQ_TRY(optional_int(s, "max_position_embeddings", &c->max_positions));
    double eps = 1e-6;
    FQ_TRY(optional_number(s, "rms_norm_eps", &eps));
    c->rms_eps = (float)eps;
    FQ_TRY(parse_rope(s, c));
    FQ_TRY(optional_bool(s, "tie_word_embeddings", &c->tied_embeddings));
    FQ_TRY(optional_bool(s, "attention_bias", &c->attention_bias));
    FQ_TRY(optional_bool(s, "mlp_bias", &c->mlp_bias));
    c->bos = c->eos = -1;
    FQ_TRY(optional_token(s, "bos_token_id", &c->bos));
    FQ_TRY(optional_token(s, "eos_token_id", &c->eos));
    return fq_config_validate(c, s->label);
}

fq_status fq_config_parse(const char *text, size_t bytes, const char *label, fq_llama_config *out) {
    json_error_t error;
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        return fq_fail(FQ_ERR_INPUT, "%s:%d:%d: invalid JSON: %s", label, error.line, error.column, error.text);
    }
    fq_llama_config c = {0};
    fq_status status;
    if (json_is_object(root)) {
        section top = {root, label, ""};
        status = parse_object(&top, &c);
    } else {
        status = fq_fail(FQ_ERR_INPUT, "%s: the file is %s, expected an object", label, json_type_name(root));
    }
    json_decref(root);
    if (status == FQ_OK) *out = c;
    return status;
}

fq_status fq_config_validate(const fq_llama_config *c, const char *label) {
    enum { MAX_DIM = 1000000, MAX_POSITIONS = 1 << 30 };
    const struct {
        const char *name;
        int value, most;
    } counts[] = {
        {"num_hidden_layers", c->layers, 1000},
        {"hidden_size", c->hidden, MAX_DIM},
        {"intermediate_size", c->intermediate, MAX_DIM},
        {"num_attention_heads", c->heads, MAX_DIM},
        {"num_key_value_heads", c->kv_heads, MAX_DIM},
        {"head_dim", c->head_dim, MAX_DIM},
        {"vocab_size", c->vocab, MAX_DIM},
        {"max_position_embeddings", c->max_positions, MAX_POSITIONS},
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (counts[i].value < 1 || counts[i].value > counts[i].most) {
            return fq_fail(FQ_ERR_INPUT, "%s: %s is %d, expected 1 to %d", label, counts[i].name, counts[i].value,
                           counts[i].most);
        }
    }
    if (c->heads % c->kv_heads != 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: num_key_value_heads %d does not divide num_attention_heads %d", label,
                       c->kv_heads, c->heads);
    }
    if (c->head_dim % 2 != 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: head_dim is %d, expected an even number", label, c->head_dim);
    }
    if ((int64_t)c->heads * c->head_dim > MAX_DIM) {
        return fq_fail(FQ_ERR_INPUT, "%s: num_attention_heads %d x head_dim %d is above %d", label, c->heads,
                       c->head_dim, MAX_DIM);
    }
    if (!(c->rms_eps > 0.0f && c->rms_eps < 1.0f)) {
        return fq_fail(FQ_ERR_INPUT, "%s: rms_norm_eps is %g, expected a number between 0 and 1", label,
                       (double)c->rms_eps);
    }
    if (!(c->rope_theta > 0.0 && isfinite(c->rope_theta))) {
        return fq_fail(FQ_ERR_INPUT, "%s: rope_theta is %g, expected a positive number", label, c->rope_theta);
    }
    if (c->rope_kind != FQ_ROPE_DEFAULT && !(c->rope_factor > 0.0 && isfinite(c->rope_factor))) {
        return fq_fail(FQ_ERR_INPUT, "%s: the RoPE factor is %g, expected a positive number", label, c->rope_factor);
    }
    if (c->rope_kind == FQ_ROPE_LLAMA3) {
        if (!(c->rope_low_freq_factor > 0.0 && c->rope_high_freq_factor > c->rope_low_freq_factor &&
              isfinite(c->rope_high_freq_factor))) {
            return fq_fail(FQ_ERR_INPUT, "%s: RoPE low_freq_factor %g and high_freq_factor %g, expected 0 < low < high",
                           label, c->rope_low_freq_factor, c->rope_high_freq_factor);
        }
        if (c->rope_original_positions < 1) {
            return fq_fail(FQ_ERR_INPUT, "%s: original_max_position_embeddings is %d, expected at least 1", label,
                           c->rope_original_positions);
        }
    }
    const struct {
        const char *name;
        int value;
    } tokens[] = {{"bos_token_id", c->bos}, {"eos_token_id", c->eos}};
    for (int i = 0; i < 2; i++) {
        if (tokens[i].value < -1 || tokens[i].value >= c->vocab) {
            return fq_fail(FQ_ERR_INPUT, "%s: %s is %d, outside the vocabulary of %d", label, tokens[i].name,
                           tokens[i].value, c->vocab);
        }
    }
    return FQ_OK;
}
