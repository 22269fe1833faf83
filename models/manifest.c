/* The manifest of a saved model: how a variant, its settings and where it came from are written as JSON and read back.
 * A reader trusts nothing in it: names are looked up in this program's tables, and what the variant of that name means
 * here must be what it meant when the model was saved. */
#include "models/policy.h"
#include "models/prepare.h"
#include "models/saved.h"
#include "harness/host.h"
#include "harness/record.h"
#include <jansson.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Recipes of the variant that run beside the weights, under the manifest's names. */
#define RECIPES(v)                                                                                                     \
    {                                                                                                                  \
        {"weights", (v)->w}, {"activations", (v)->a}, {"queries", (v)->q}, {"kv", (v)->kv}, {"probabilities", (v)->p}, \
            {"head", (v)->head_w}, {                                                                                   \
            "head_activations", (v)->head_a                                                                            \
        }                                                                                                              \
    }
typedef struct named_recipe {
    const char *key;
    const fq_recipe *recipe;
} named_recipe;
enum { NAMED_RECIPES = 7 };

static const struct {
    const char *key;
    size_t offset; /* of a float */
} number_options[] = {
    {"up_gate_c", offsetof(fq_variant_options, up_gate_c)},
    {"down_c", offsetof(fq_variant_options, down_c)},
    {"v_mul", offsetof(fq_variant_options, v_mul)},
    {"alpha", offsetof(fq_variant_options, alpha)},
    {"beta", offsetof(fq_variant_options, beta)},
    {"smooth_alpha", offsetof(fq_variant_options, smooth_alpha)},
    {"range_low", offsetof(fq_variant_options, range_low)},
    {"range_high", offsetof(fq_variant_options, range_high)},
    {"spike_tau", offsetof(fq_variant_options, spike_tau)},
    {"group_alpha", offsetof(fq_variant_options, group_alpha)},
};
enum { OPTIONS_ALWAYS = 6 }; /* the rest came later: files without them have the defaults */
enum { NUMBER_OPTIONS = sizeof number_options / sizeof number_options[0] };

/* ---- writing ---- */

static json_t *transforms_of(const fq_variant *v) {
    json_t *list = json_array();
    for (int bit = 0; fq_transform_name(bit); bit++)
        if (v->transforms & 1 << bit) json_array_append_new(list, json_string(fq_transform_name(bit)));
    return list;
}

static json_t *linear_of(const fq_linear *lin) {
    const fq_recipe *w = lin->w.recipe;
    json_t *o = json_object();
    json_object_set_new(o, "weights", json_string(w->name));
    json_object_set_new(o, "scale_format",
                        w->group == FQ_NO_SCALE ? json_null() : json_string(fq_formats[w->scale].name));
    json_object_set_new(o, "activations", json_string(lin->a->name));
    json_object_set_new(o, "rows", json_integer(lin->w.rows));
    json_object_set_new(o, "cols", json_integer(lin->w.cols));
    if (lin->fixed_scale != 0) json_object_set_new(o, "fixed_scale", json_real((double)lin->fixed_scale));
    if (lin->w.book) json_object_set_new(o, "books", json_true());
    if (lin->low)
        json_object_set_new(
            o, "low_rank", json_pack("{s:i,s:s}", "rank", lin->low->up.w.cols, "weights", lin->low->up.w.recipe->name));
    if (lin->wide) json_object_set_new(o, "wide", linear_of(lin->wide));
    return o;
}

/* The variant's name; of one that follows a map the directory's own copy of it. */
static json_t *variant_name(const fq_variant *v) {
    const char *path = v->map ? fq_policy_map_path(v->map) : NULL, *at = path ? strstr(v->name, path) : NULL;
    if (!at) return json_string(v->name);
    return json_sprintf("%.*s" FQ_SAVED_POLICY "%s", (int)(at - v->name), v->name, at + strlen(path));
}

static json_t *text_or_null(const char *s) {
    return s ? json_string(s) : json_null();
}

static json_t *manifest_of(const fq_llama *net, const char *tokenizer, int head, const char *sha256) {
    const fq_variant *v = net->variant;
    const named_recipe recipes[NAMED_RECIPES] = RECIPES(v);
    const fq_outliers *outliers = &net->model->outliers;
    json_t *o = json_object(), *part = json_object();
    json_object_set_new(o, "fqbench", json_integer(FQ_SAVED_FORMAT));
    json_object_set_new(o, "commit", json_string(fq_build_commit()));
    json_object_set_new(o, "variant", variant_name(v));
    json_object_set_new(o, "source", json_string(net->model->checkpoint.name));
    json_object_set_new(o, "source_quantized", text_or_null(fq_model_lossy(net->model)));
    json_object_set_new(o, "parameters", json_integer((json_int_t)net->parameters));
    json_object_set_new(o, "layers", json_integer(net->layers));
    json_object_set_new(o, "bits_per_weight", json_real(net->bits_per_weight));
    json_object_set_new(o, "calibration", text_or_null(net->calibration));
    json_object_set_new(o, "tokenizer", json_string(tokenizer));
    json_object_set_new(o, "sha256", json_string(sha256));
    for (int i = 0; i < NAMED_RECIPES; i++)
        json_object_set_new(part, recipes[i].key, json_string(recipes[i].recipe->name));
    json_object_set_new(o, "recipes", part);
    json_object_set_new(o, "scores", json_string(fq_formats[v->scores].name));
    json_object_set_new(o, "method", json_string(v->method->name));
    json_object_set_new(o, "transforms", transforms_of(v));
    part = json_object();
    for (int i = 0; i < NUMBER_OPTIONS; i++) {
        float x;
        memcpy(&x, (const char *)&net->options + number_options[i].offset, sizeof x);
        json_object_set_new(part, number_options[i].key, json_real((double)x));
    }
    json_object_set_new(part, "top_k", json_integer(net->options.top_k));
    json_object_set_new(part, "amplifier", json_integer(net->options.amplifier));
    json_object_set_new(o, "options", part);
    part = json_object();
    json_object_set_new(part, "kappa", json_real(outliers->kappa > 0 ? (double)outliers->kappa : 1.0));
    json_object_set_new(part, "seed", json_integer((json_int_t)outliers->seed));
    json_object_set_new(part, "kinds", json_integer((json_int_t)outliers->kinds));
    json_object_set_new(o, "outliers", part);
    part = json_object();
    json_object_set_new(part, "size", json_integer(net->rotation ? fq_rotation_size(net->rotation) : 0));
    json_object_set_new(part, "seed", json_integer(FQ_ROTATION_SEED));
    json_object_set_new(o, "rotation", net->rotation ? json_incref(part) : json_null());
    json_decref(part);
    json_object_set_new(o, "head", json_string(head ? "stored" : "embeddings"));
    part = json_object();
    for (int l = 0; l < net->layers; l++) {
        for (int i = 0; i < FQ_SAVED_LINEARS; i++) {
            char name[FQ_SAVED_NAME];
            fq_saved_linear_name(name, l, i);
            json_object_set_new(part, name, linear_of(fq_saved_linear_at(&net->layer[l], i)));
        }
    }
    json_object_set_new(o, "linears", part);
    return o;
}

fq_status fq_manifest_write(const fq_llama *net, const char *path, const char *tokenizer, int head,
                            const char sha256[65]) {
    json_t *o = manifest_of(net, tokenizer, head, sha256);
    char *text = json_dumps(o, JSON_INDENT(2));
    json_decref(o);
    if (!text) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for the manifest", path);
    fq_file f;
    fq_status s = fq_file_create(&f, path);
    if (s == FQ_OK) {
        fprintf(f.f, "%s\n", text);
        s = fq_file_commit(&f);
    }
    free(text);
    return s;
}

/* ---- reading ---- */

/* An object of the file and the words that its errors start with. */
typedef struct section {
    const json_t *object;
    const char *label, *prefix; /* prefix: "" or "options." */
} section;

static fq_status expected(const section *s, const char *key, const char *what) {
    return fq_fail(FQ_ERR_INPUT, "%s: key '%s%s' is %s, expected %s", s->label, s->prefix, key,
                   json_object_get(s->object, key) ? "something else" : "missing", what);
}

static fq_status get_text(const section *s, const char *key, const char **out) {
    *out = json_string_value(json_object_get(s->object, key));
    return *out ? FQ_OK : expected(s, key, "a string");
}

/* A string or null. */
static fq_status get_optional_text(const section *s, const char *key, fq_arena *arena, const char **out) {
    const json_t *v = json_object_get(s->object, key);
    *out = NULL;
    if (v && json_is_null(v)) return FQ_OK;
    if (!json_is_string(v)) return expected(s, key, "a string or null");
    *out = fq_arena_printf(arena, "%.95s", json_string_value(v));
    return *out ? FQ_OK : FQ_ERR_MEMORY;
}

static fq_status get_int(const section *s, const char *key, json_int_t lo, json_int_t hi, json_int_t *out) {
    const json_t *v = json_object_get(s->object, key);
    if (!json_is_integer(v)) return expected(s, key, "a whole number");
    *out = json_integer_value(v);
    if (*out >= lo && *out <= hi) return FQ_OK;
    return fq_fail(FQ_ERR_INPUT, "%s: key '%s%s' is %lld, expected %lld to %lld", s->label, s->prefix, key,
                   (long long)*out, (long long)lo, (long long)hi);
}

static fq_status get_number(const section *s, const char *key, float *out) {
    const json_t *v = json_object_get(s->object, key);
    if (!json_is_number(v)) return expected(s, key, "a number");
    *out = (float)json_number_value(v);
    return isfinite(*out) ? FQ_OK : expected(s, key, "a finite float32");
}

static fq_status get_section(const section *s, const char *key, const char *prefix, section *out) {
    *out = (section){json_object_get(s->object, key), s->label, prefix};
    return json_is_object(out->object) ? FQ_OK : expected(s, key, "an object");
}

/* The key must name `recipe`, which is what the variant has. */
static fq_status check_recipe(const section *s, const char *key, const fq_recipe *recipe) {
    const char *name;
    FQ_TRY(get_text(s, key, &name));
    if (strcmp(name, recipe->name) == 0) return FQ_OK;
    return fq_fail(FQ_ERR_INPUT, "%s: key '%s%s' is '%.60s', %s; expected %s", s->label, s->prefix, key, name,
                   fq_recipe_find(name) ? "not the recipe that this program has there" : "a recipe that is not known",
                   recipe->name);
}

/* What the variant of that name is here and was there. */
static fq_status check_variant(const section *top, const fq_variant *v) {
    const named_recipe recipes[NAMED_RECIPES] = RECIPES(v);
    section part;
    FQ_TRY(get_section(top, "recipes", "recipes.", &part));
    for (int i = 0; i < NAMED_RECIPES; i++)
        FQ_TRY(check_recipe(&part, recipes[i].key, recipes[i].recipe));
    const char *scores;
    FQ_TRY(get_text(top, "scores", &scores));
    if (strcmp(scores, fq_formats[v->scores].name) != 0) return expected(top, "scores", fq_formats[v->scores].name);
    json_t *want = transforms_of(v);
    const int same = json_equal(want, (json_t *)(uintptr_t)json_object_get(top->object, "transforms"));
    json_decref(want);
    if (same) return FQ_OK;
    return fq_fail(FQ_ERR_INPUT, "%s: key 'transforms' is not what variant %s of this program does: quantize again",
                   top->label, v->name);
}

static fq_status read_options(const section *top, fq_variant_options *out) {
    section s;
    json_int_t top_k = 0;
    FQ_TRY(get_section(top, "options", "options.", &s));
    *out = fq_variant_defaults();
    for (int i = 0; i < NUMBER_OPTIONS; i++) {
        float x = 0;
        if (i >= OPTIONS_ALWAYS && !json_object_get(s.object, number_options[i].key)) continue;
        FQ_TRY(get_number(&s, number_options[i].key, &x));
        memcpy((char *)out + number_options[i].offset, &x, sizeof x);
    }
    FQ_TRY(get_int(&s, "top_k", 0, 1000000, &top_k));
    out->top_k = (int)top_k;
    if (!json_object_get(s.object, "amplifier")) return FQ_OK;
    json_int_t amplifier = 0;
    FQ_TRY(get_int(&s, "amplifier", 0, 60, &amplifier));
    out->amplifier = (int)amplifier;
    return FQ_OK;
}

static fq_status read_outliers(const section *top, fq_outliers *out) {
    section s;
    json_int_t seed = 0, kinds = 0;
    FQ_TRY(get_section(top, "outliers", "outliers.", &s));
    FQ_TRY(get_number(&s, "kappa", &out->kappa));
    FQ_TRY(get_int(&s, "seed", INT64_MIN, INT64_MAX, &seed));
    FQ_TRY(get_int(&s, "kinds", 0, (1 << FQ_OUTLIER_KINDS) - 1, &kinds));
    out->seed = (uint64_t)seed;
    out->kinds = (unsigned)kinds;
    return out->kappa >= 1 ? FQ_OK : expected(&s, "kappa", "a number from 1");
}

static fq_status read_rotation(const section *top, const fq_llama_config *c, fq_saved *out) {
    section s;
    json_int_t size = 0, seed = 0;
    if (!(out->variant->transforms & FQ_T_ROTATE)) return FQ_OK;
    FQ_TRY(get_section(top, "rotation", "rotation.", &s));
    FQ_TRY(get_int(&s, "size", c->hidden, c->hidden, &size));
    FQ_TRY(get_int(&s, "seed", INT64_MIN, INT64_MAX, &seed));
    out->rotation_seed = (uint64_t)seed;
    return FQ_OK;
}

/* A recipe of weights ("w.") or activations ("a.") that this program has. */
static fq_status read_recipe(const section *s, const char *key, const char *kind, const fq_recipe **out) {
    const char *name;
    FQ_TRY(get_text(s, key, &name));
    *out = strncmp(name, kind, strlen(kind)) == 0 ? fq_recipe_find(name) : NULL;
    if (*out) return FQ_OK;
    return fq_fail(FQ_ERR_INPUT, "%s: key '%s%s' is '%.60s', a recipe that is not known", s->label, s->prefix, key,
                   name);
}

static fq_status read_low_rank(const section *linear, const char *name, int rows, fq_saved_linear *out) {
    char prefix[FQ_SAVED_NAME + 32];
    section s;
    json_int_t rank = 0;
    if (!json_object_get(linear->object, "low_rank")) return FQ_OK;
    snprintf(prefix, sizeof prefix, "linears.%s.low_rank.", name);
    FQ_TRY(get_section(linear, "low_rank", prefix, &s));
    FQ_TRY(get_int(&s, "rank", 1, rows < out->cols ? rows : out->cols, &rank));
    out->rank = (int)rank;
    return read_recipe(&s, "weights", "w.", &out->low_w);
}

/* "linears.NAME": `cols` inputs; a wide part takes some of them. */
static fq_status read_linear(const section *linears, const char *name, const fq_variant *v, int rows, int cols,
                             fq_saved_linear *out) {
    char prefix[FQ_SAVED_NAME + 32];
    section s;
    json_int_t n = 0;
    snprintf(prefix, sizeof prefix, "linears.%s.", name);
    FQ_TRY(get_section(linears, name, prefix, &s));
    *out = (fq_saved_linear){.w = v->w, .a = v->a, .cols = cols};
    if (v->policy || v->map) {
        FQ_TRY(read_recipe(&s, "weights", "w.", &out->w));
        FQ_TRY(read_recipe(&s, "activations", "a.", &out->a));
        out->books = json_is_true(json_object_get(s.object, "books"));
        if (out->books && !fq_recipe_has_books(out->w)) return expected(&s, "books", "false: the recipe has none");
    } else {
        FQ_TRY(check_recipe(&s, "weights", v->w));
        FQ_TRY(check_recipe(&s, "activations", v->a));
        out->books = v->method->books && fq_recipe_has_books(v->w);
    }
    FQ_TRY(get_int(&s, "rows", rows, rows, &n));
    FQ_TRY(read_low_rank(&s, name, rows, out));
    if (out->a->range == FQ_RANGE_STATIC) {
        FQ_TRY(get_number(&s, "fixed_scale", &out->fixed_scale));
        if (!(out->fixed_scale > 0)) return expected(&s, "fixed_scale", "a positive number");
    }
    if (!(v->transforms & FQ_T_OUTLIERS)) return get_int(&s, "cols", cols, cols, &n);
    FQ_TRY(get_int(&s, "cols", 1, cols - 1, &n));
    out->cols = (int)n;
    out->wide = cols - out->cols;
    snprintf(prefix, sizeof prefix, "linears.%s.wide.", name);
    section wide;
    FQ_TRY(get_section(&s, "wide", prefix, &wide));
    FQ_TRY(check_recipe(&wide, "weights", &fq_recipes[FQ_WIDE_WEIGHTS]));
    FQ_TRY(check_recipe(&wide, "activations", &fq_recipes[FQ_WIDE_ACTIVATIONS]));
    return get_int(&wide, "cols", out->wide, out->wide, &n);
}

static fq_status read_linears(const section *top, const fq_llama_config *c, fq_arena *arena, fq_saved *out) {
    const int q = c->heads * c->head_dim, kv = c->kv_heads * c->head_dim;
    const int rows[FQ_SAVED_LINEARS] = {q + 2 * kv, c->hidden, 2 * c->intermediate, c->hidden};
    const int cols[FQ_SAVED_LINEARS] = {c->hidden, q, c->hidden, c->intermediate};
    section s;
    FQ_TRY(get_section(top, "linears", "linears.", &s));
    out->linear = FQ_NEW(arena, fq_saved_linear, (size_t)out->layers * FQ_SAVED_LINEARS);
    if (!out->linear) return FQ_ERR_MEMORY;
    for (int i = 0; i < out->layers * FQ_SAVED_LINEARS; i++) {
        const int k = i % FQ_SAVED_LINEARS;
        char name[FQ_SAVED_NAME];
        fq_saved_linear_name(name, i / FQ_SAVED_LINEARS, k);
        FQ_TRY(read_linear(&s, name, out->variant, rows[k], cols[k], &out->linear[i]));
    }
    return FQ_OK;
}

/* A map is looked for beside the manifest, whose path is the label. */
static fq_status find_variant(const section *top, const char *name, fq_arena *arena, const fq_variant **out) {
    static const char key[] = "policy=" FQ_SAVED_POLICY;
    const char *at = strstr(name, key), *slash = strrchr(top->label, '/');
    if (at && slash) {
        name = fq_arena_printf(arena, "%.*spolicy=%.*s/" FQ_SAVED_POLICY "%s", (int)(at - name), name,
                               (int)(slash - top->label), top->label, at + strlen(key));
        if (!name) return FQ_ERR_MEMORY;
    }
    *out = fq_variant_find(name);
    return FQ_OK;
}

static fq_status read_manifest(const section *top, const fq_llama_config *c, fq_arena *arena, fq_saved *out) {
    const json_t *format = json_object_get(top->object, "fqbench");
    const char *text;
    json_int_t n = 0;
    if (!json_is_integer(format)) return expected(top, "fqbench", "the format's version");
    if (json_integer_value(format) != FQ_SAVED_FORMAT) {
        return fq_fail(FQ_ERR_INPUT, "%s: key 'fqbench' says format version %lld, this program reads %d", top->label,
                       (long long)json_integer_value(format), FQ_SAVED_FORMAT);
    }
    FQ_TRY(get_text(top, "variant", &text));
    FQ_TRY(find_variant(top, text, arena, &out->variant));
    if (!out->variant) return fq_fail_prefix(FQ_ERR_INPUT, "%s: key 'variant'", top->label);
    FQ_TRY(check_variant(top, out->variant));
    FQ_TRY(get_int(top, "layers", 1, c->layers, &n));
    out->layers = (int)n;
    FQ_TRY(get_int(top, "parameters", 1, INT64_MAX, &n));
    out->parameters = n;
    FQ_TRY(get_optional_text(top, "source_quantized", arena, &out->quantized));
    FQ_TRY(get_optional_text(top, "calibration", arena, &out->calibration));
    FQ_TRY(get_text(top, "tokenizer", &text));
    out->tokenizer = strcmp(text, "tokenizer.gguf") == 0 ? "tokenizer.gguf" : "tokenizer.json";
    if (strcmp(text, out->tokenizer) != 0) return expected(top, "tokenizer", "tokenizer.json or tokenizer.gguf");
    FQ_TRY(get_text(top, "head", &text));
    out->head = strcmp(text, "stored") == 0;
    if (!out->head && strcmp(text, "embeddings") != 0) return expected(top, "head", "stored or embeddings");
    FQ_TRY(get_text(top, "sha256", &text));
    if (strlen(text) != 64) return expected(top, "sha256", "64 hexadecimal digits");
    memcpy(out->sha256, text, sizeof out->sha256);
    FQ_TRY(read_options(top, &out->options));
    FQ_TRY(read_outliers(top, &out->outliers));
    FQ_TRY(read_rotation(top, c, out));
    return read_linears(top, c, arena, out);
}

fq_status fq_manifest_read(const char *path, const fq_llama_config *c, fq_arena *arena, fq_saved *out) {
    fq_mapping map;
    json_error_t error;
    memset(out, 0, sizeof *out);
    out->label = fq_arena_printf(arena, "%s", path);
    if (!out->label) return FQ_ERR_MEMORY;
    FQ_TRY(fq_mapping_open(path, &map));
    json_t *root = json_loadb((const char *)map.data, map.bytes, JSON_REJECT_DUPLICATES, &error);
    fq_mapping_close(&map);
    if (!root) return fq_fail(FQ_ERR_INPUT, "%s:%d:%d: invalid JSON: %s", path, error.line, error.column, error.text);
    const section top = {root, out->label, ""};
    fq_status s =
        json_is_object(root) ? read_manifest(&top, c, arena, out) : fq_fail(FQ_ERR_INPUT, "%s: no JSON object", path);
    json_decref(root);
    return s;
}
