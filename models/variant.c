/* The table of variants, and rows changed by name: a row of variants.def is one line of every accuracy and speed table,
 * and "row:key=value+..." is that line with one thing else. */
#include "models/policy.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_F32_W FQ_RECIPE_W_F32
#define HEAD_F32_A FQ_RECIPE_A_F32
#define HEAD_BF16_W FQ_RECIPE_W_BF16
#define HEAD_BF16_A FQ_RECIPE_A_BF16

#define POLICY_NONE NULL
#define POLICY_RANGE &fq_policies[FQ_POLICY_range]
#define POLICY_SPIKE &fq_policies[FQ_POLICY_spike]
#define POLICY_ADAPTIVE &fq_policies[FQ_POLICY_adaptive]

const fq_variant fq_variants[] = {
#define FQ_VARIANT(name_, w_, a_, q_, kv_, p_, head, transforms_, method_, about_)                                     \
    {.name = name_,                                                                                                    \
     .w = &fq_recipes[FQ_RECIPE_##w_],                                                                                 \
     .a = &fq_recipes[FQ_RECIPE_##a_],                                                                                 \
     .q = &fq_recipes[FQ_RECIPE_##q_],                                                                                 \
     .kv = &fq_recipes[FQ_RECIPE_##kv_],                                                                               \
     .p = &fq_recipes[FQ_RECIPE_##p_],                                                                                 \
     .head_w = &fq_recipes[HEAD_##head##_W],                                                                           \
     .head_a = &fq_recipes[HEAD_##head##_A],                                                                           \
     .transforms = transforms_,                                                                                        \
     .method = &fq_methods[FQ_METHOD_##method_],                                                                       \
     .lorc_w = &fq_recipes[FQ_RECIPE_W_INT8_CHANNEL],                                                                  \
     .scores = FQ_F32,                                                                                                 \
     .about = about_},
#define FQ_VARIANT_POLICY(name_, w_, a_, transforms_, method_, policy_, lorc_, about_)                                 \
    {.name = name_,                                                                                                    \
     .w = &fq_recipes[FQ_RECIPE_##w_],                                                                                 \
     .a = &fq_recipes[FQ_RECIPE_##a_],                                                                                 \
     .q = &fq_recipes[FQ_RECIPE_Q_BF16],                                                                               \
     .kv = &fq_recipes[FQ_RECIPE_KV_BF16],                                                                             \
     .p = &fq_recipes[FQ_RECIPE_P_BF16],                                                                               \
     .head_w = &fq_recipes[HEAD_BF16_W],                                                                               \
     .head_a = &fq_recipes[HEAD_BF16_A],                                                                               \
     .transforms = transforms_,                                                                                        \
     .method = &fq_methods[FQ_METHOD_##method_],                                                                       \
     .policy = POLICY_##policy_,                                                                                       \
     .lorc = lorc_,                                                                                                    \
     .lorc_w = &fq_recipes[FQ_RECIPE_W_INT8_CHANNEL],                                                                  \
     .scores = FQ_F32,                                                                                                 \
     .about = about_},
#include "models/variants.def"
#undef FQ_VARIANT
#undef FQ_VARIANT_POLICY
};

const int fq_variant_count = (int)(sizeof fq_variants / sizeof fq_variants[0]);

const char *fq_transform_name(int bit) {
    static const char *const names[] = {"tensor",     "channel",    "pre-rope", "post-rope",  "rotate",
                                        "rotate-v",   "smooth",     "awq",      "smooth-out", "smooth-keys",
                                        "key-search", "key-offset", "outliers", "lae",        "bias"};
    return bit >= 0 && bit < (int)(sizeof names / sizeof names[0]) ? names[bit] : NULL;
}

static const fq_variant *row(const char *name, size_t n) {
    for (int i = 0; i < fq_variant_count; i++) {
        if (strlen(fq_variants[i].name) == n && memcmp(fq_variants[i].name, name, n) == 0) return &fq_variants[i];
    }
    return NULL;
}

/* ---- changes ---- */

static fq_status change_recipe(const fq_recipe **field, const char *prefix, const char *value) {
    const fq_recipe *r = fq_recipe_find(value);
    size_t n = strlen(prefix);
    if (!r || strncmp(r->name, prefix, n) != 0) {
        return fq_fail(FQ_ERR_USAGE, "no recipe %s for '%.*s' (see: fqbench list recipes)", value, (int)n - 1, prefix);
    }
    *field = r;
    return FQ_OK;
}

static fq_status change_transform(fq_variant *v, const char *value, int on) {
    for (int bit = 0; fq_transform_name(bit); bit++) {
        if (strcmp(fq_transform_name(bit), value) != 0) continue;
        v->transforms = on ? v->transforms | 1 << bit : v->transforms & ~(1 << bit);
        return FQ_OK;
    }
    return fq_fail(FQ_ERR_USAGE, "no transform %s (see: fqbench list transforms)", value);
}

static fq_status change_policy(fq_variant *v, const char *value) {
    const size_t n = strlen(value);
    v->policy = NULL;
    v->map = NULL;
    if (n > 5 && strcmp(value + n - 5, ".yaml") == 0) return fq_policy_map_load(value, &v->map);
    if (strcmp(value, "uniform") == 0) return FQ_OK;
    v->policy = fq_policy_find(value);
    return v->policy ? FQ_OK : fq_fail(FQ_ERR_USAGE, "no policy %s (see: fqbench list policies) and no .yaml", value);
}

static fq_status change_int(int *field, const char *key, const char *value, int most) {
    char *end;
    const long n = strtol(value, &end, 10);
    if (end == value || *end || n < 0 || n > most)
        return fq_fail(FQ_ERR_USAGE, "%s is a whole number of 0 to %d, not %s", key, most, value);
    *field = (int)n;
    return FQ_OK;
}

static fq_status change(fq_variant *v, const char *key, const char *value) {
    if (strcmp(key, "w") == 0) return change_recipe(&v->w, "w.", value);
    if (strcmp(key, "a") == 0) return change_recipe(&v->a, "a.", value);
    if (strcmp(key, "q") == 0) return change_recipe(&v->q, "q.", value);
    if (strcmp(key, "kv") == 0) return change_recipe(&v->kv, "kv.", value);
    if (strcmp(key, "p") == 0) return change_recipe(&v->p, "p.", value);
    if (strcmp(key, "policy") == 0) return change_policy(v, value);
    if (strcmp(key, "lorc") == 0) return change_int(&v->lorc, key, value, 1024);
    if (strcmp(key, "amplifier") == 0) return change_int(&v->amplifier, key, value, 60);
    if (strcmp(key, "lorc-w") == 0) return change_recipe(&v->lorc_w, "w.", value);
    if (strcmp(key, "with") == 0) return change_transform(v, value, 1);
    if (strcmp(key, "no") == 0) return change_transform(v, value, 0);
    if (strcmp(key, "method") == 0) {
        v->method = fq_method_find(value);
        return v->method ? FQ_OK : fq_fail(FQ_ERR_USAGE, "no method %s (see: fqbench list methods)", value);
    }
    if (strcmp(key, "scores") == 0) {
        int f16 = strcmp(value, "f16") == 0;
        v->scores = f16 ? FQ_F16 : FQ_F32;
        return f16 || strcmp(value, "f32") == 0 ? FQ_OK : fq_fail(FQ_ERR_USAGE, "scores is f32 or f16, not %s", value);
    }
    return fq_fail(FQ_ERR_USAGE,
                   "unknown change '%s', expected w a q kv p scores method policy lorc lorc-w amplifier with or no",
                   key);
}

static fq_status change_all(fq_variant *v, const char *name, const char *changes) {
    char text[512], *rest = NULL;
    if (snprintf(text, sizeof text, "%s", changes) >= (int)sizeof text) {
        return fq_fail(FQ_ERR_USAGE, "%.40s...: more changes than %zu characters", name, sizeof text - 1);
    }
    for (char *item = strtok_r(text, "+", &rest); item; item = strtok_r(NULL, "+", &rest)) {
        char *equals = strchr(item, '=');
        if (!equals) return fq_fail(FQ_ERR_USAGE, "%s: '%s' is no key=value", name, item);
        *equals = 0;
        fq_status s = change(v, item, equals + 1);
        if (s != FQ_OK) return fq_fail_prefix(s, "%s", name);
    }
    return FQ_OK;
}

/* Changed rows, made once each and kept: callers compare variants by pointer. */
typedef struct changed {
    fq_variant variant;
    struct changed *next;
    char name[];
} changed;

static const fq_variant *find_changed(const char *name, const char *colon) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static changed *all;
    const fq_variant *base = row(name, (size_t)(colon - name));
    if (!base) {
        (void)fq_fail(FQ_ERR_USAGE, "no variant %.*s (see: fqbench list variants)", (int)(colon - name), name);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    changed *c = all;
    while (c && strcmp(c->name, name) != 0)
        c = c->next;
    if (!c && (c = malloc(sizeof *c + strlen(name) + 1)) != NULL) {
        memcpy(c->name, name, strlen(name) + 1);
        c->variant = *base;
        c->variant.name = c->name;
        c->next = all;
        if (change_all(&c->variant, name, colon + 1) == FQ_OK) {
            all = c;
        } else {
            free(c);
            c = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
    return c ? &c->variant : NULL;
}

const fq_variant *fq_variant_find(const char *name) {
    const char *colon = strchr(name, ':');
    if (colon) return find_changed(name, colon);
    const fq_variant *v = row(name, strlen(name));
    if (!v) (void)fq_fail(FQ_ERR_USAGE, "no variant %s (see: fqbench list variants)", name);
    return v;
}

fq_variant_options fq_variant_defaults(void) {
    return (fq_variant_options){.up_gate_c = 0,
                                .down_c = 0,
                                .v_mul = 0.9f,
                                .alpha = 8,
                                .beta = 8,
                                .top_k = 0,
                                .smooth_alpha = 0.5f,
                                .amplifier = 0,
                                .range_low = 15,
                                .range_high = 150,
                                .spike_tau = 100,
                                .group_alpha = 0.05f};
}

int fq_variant_needs_moments(const fq_variant *v) {
    /* statistics of rotated inputs follow with moments only */
    const int rotated = FQ_T_ROTATE | FQ_T_ROTATE_V, magnitudes = FQ_T_SMOOTH | FQ_T_SMOOTH_OUT | FQ_T_BIAS;
    const int follow = (v->transforms & rotated) && ((v->transforms & magnitudes) || v->a->range == FQ_RANGE_STATIC);
    return follow || v->map != NULL || (v->transforms & (FQ_T_AWQ | FQ_T_OUTLIERS)) != 0 ||
           fq_method_needs_moments(v->method);
}

int fq_variant_needs_calibration(const fq_variant *v) {
    const int statistics = FQ_T_PRE_ROPE | FQ_T_POST_ROPE | FQ_T_SMOOTH | FQ_T_SMOOTH_OUT | FQ_T_SMOOTH_KEYS |
                           FQ_T_KEY_SEARCH | FQ_T_KEY_OFFSET | FQ_T_LAE | FQ_T_BIAS;
    if (v->map != NULL || (v->policy != NULL && v->policy->calibrates))
        return 1; /* what a site will want is not known */
    return (v->transforms & statistics) != 0 || v->a->range == FQ_RANGE_STATIC || fq_variant_needs_moments(v);
}
