/* Building, grouping and checking nets for the scenario kinds that run whole models. */
#include "scenarios/nets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/clock.h"
#include "harness/cpu.h"
#include "harness/metric.h"
#include "harness/rng.h"
#include "scenarios/requests.h"

enum { TOKENS = 9, SCORED = 3, TRIES = 8 }; /* of the check of a net against the oracle */

/* ---- before anything is built ---- */

fq_status fq_net_corpus(const fq_step *s, const fq_model *m, fq_corpus *out) {
    if (s->tokens[0] != 0) return fq_corpus_tokens(m, s->tokens, out);
    if (strcmp(s->text, "self-sampled") == 0 || strcmp(s->text, "king-james") == 0)
        return fq_corpus_named(m, s->text, s->bos, out);
    return fq_corpus_text(m, s->text, s->bos, out);
}

static fq_status check_corpus(const fq_step *s, const fq_model *m) {
    fq_corpus corpus;
    fq_status status = fq_net_corpus(s, m, &corpus);
    if (status == FQ_ERR_SKIPPED) return FQ_OK; /* the step itself says so when its turn comes */
    if (status != FQ_OK) return status;
    size_t least = strcmp(s->protocol, "rolling") == 0 ? 2 : (size_t)s->ctx;
    if (corpus.n < least)
        status = fq_fail(FQ_ERR_INPUT, "%s has %zu tokens, one window of ctx needs %zu",
                         s->tokens[0] != 0 ? s->tokens : s->text, corpus.n, least);
    fq_corpus_free(&corpus);
    return status;
}

/* Settings that shaped a saved model must be left alone or be what they were. */
static fq_status check_saved_settings(const fq_step *s, const fq_model *m) {
    const fq_variant_options *o = fq_model_saved_options(m);
    const struct {
        double asked;
        float saved;
        fq_setting_id id;
    } all[] = {{s->up_gate_c, o->up_gate_c, FQ_SET_up_gate_c},
               {s->down_c, o->down_c, FQ_SET_down_c},
               {s->v_mul, o->v_mul, FQ_SET_v_mul},
               {s->alpha, o->alpha, FQ_SET_alpha},
               {s->beta, o->beta, FQ_SET_beta},
               {s->smooth_alpha, o->smooth_alpha, FQ_SET_smooth_alpha},
               {s->top_k, (float)o->top_k, FQ_SET_top_k}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (s->given[all[i].id] && (float)all[i].asked != all[i].saved)
            return fq_fail(FQ_ERR_USAGE, "%s: %s was saved with %g", fq_settings[all[i].id].key, s->model,
                           (double)all[i].saved);
    if (s->given[FQ_SET_calibration] && s->calibration[0] != 0)
        return fq_fail(FQ_ERR_USAGE, "calibration: %s is quantized already", s->model);
    return FQ_OK;
}

int fq_net_on_device(const fq_step *s) {
    return strcmp(s->backend, "cuda") == 0;
}

int fq_net_is_float(const fq_variant *v) {
    return v->w->code == FQ_F32 && v->a->code == FQ_F32 && v->q->code == FQ_F32 && v->kv->code == FQ_F32 &&
           v->p->code == FQ_F32;
}

static fq_status check_error_variants(const fq_step *s) {
    for (int i = 0; i < s->variants.n; i++)
        if (!fq_net_is_float(fq_variant_find(s->variants.v[i]))) return FQ_OK;
    return fq_fail(FQ_ERR_USAGE, "variants: f32 alone has no error to take apart");
}

/* A saved model runs its own variant only, and has no float weights to be compared with or taken apart. */
static fq_status check_saved(const fq_step *s, const fq_model *m) {
    const fq_variant *v = fq_model_saved_variant(m);
    if (v == NULL) return FQ_OK;
    if (s->kind == FQ_KIND_errors || s->kind == FQ_KIND_format_sqnr)
        return fq_fail(FQ_ERR_USAGE, "%s is quantized already: %s needs float weights", s->model,
                       fq_kind_name(s->kind));
    for (int i = 0; s->given[FQ_SET_variants] && i < s->variants.n; i++)
        if (fq_variant_find(s->variants.v[i]) != v)
            return fq_fail(FQ_ERR_USAGE, "variants: %s was saved as %s and can be nothing else, not %s", s->model,
                           v->name, s->variants.v[i]);
    if (s->given[FQ_SET_kappa] &&
        (s->kappa.n != 1 || (float)s->kappa.v[0] != (m->outliers.kappa > 1 ? m->outliers.kappa : 1)))
        return fq_fail(FQ_ERR_USAGE, "kappa: %s was saved with %g", s->model, fmax(1, (double)m->outliers.kappa));
    if (s->given[FQ_SET_reference] && strcmp(s->reference, "f32") == 0)
        return fq_fail(FQ_ERR_USAGE, "reference: %s has no float weights", s->model);
    return check_saved_settings(s, m);
}

static fq_status longest_request(const fq_step *s, int *needed) {
    fq_requests all;
    fq_arena arena;
    FQ_TRY(fq_arena_init(&arena, 0));
    const fq_status status = fq_requests_lengths(s, 0, &arena, &all);
    *needed = fq_ints_most(&s->prompt) + fq_ints_most(&s->gen);
    if (status == FQ_OK && s->trace[0] != 0) *needed = all.prompt_most + all.output_most;
    fq_arena_free(&arena);
    return status;
}

fq_status fq_net_preflight(const fq_step *s, const fq_model *m) {
    for (int i = 0; fq_net_on_device(s) && i < s->variants.n; i++)
        FQ_TRY(fq_variant_check_device(fq_variant_find(s->variants.v[i]), &m->checkpoint.config));
    FQ_TRY(check_saved(s, m));
    if (s->kind == FQ_KIND_errors) FQ_TRY(check_error_variants(s));
    int most = m->checkpoint.config.max_positions;
    if (s->kind == FQ_KIND_perplexity || s->kind == FQ_KIND_errors || s->kind == FQ_KIND_format_sqnr ||
        s->kind == FQ_KIND_search) {
        if (!fq_model_has_weights(m))
            return fq_fail(FQ_ERR_USAGE, "%s is a shape with random weights: %s needs a model", s->model,
                           fq_kind_name(s->kind));
        if (s->ctx > most)
            return fq_fail(FQ_ERR_USAGE, "%s: ctx is %d, the model has %d positions", s->model, s->ctx, most);
        return check_corpus(s, m);
    }
    int needed = fq_ints_most(&s->prompt) + (s->kind == FQ_KIND_decode ? fq_ints_most(&s->gen) : 0);
    if (s->kind == FQ_KIND_serve) FQ_TRY(longest_request(s, &needed));
    if (needed > most)
        return fq_fail(FQ_ERR_USAGE, "%s: prompt and generated tokens need %d positions, the model has %d", s->model,
                       needed, most);
    return FQ_OK;
}

/* ---- calibration ---- */

static int has_suffix(const char *text, const char *suffix) {
    size_t n = strlen(text), m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

/* Calibration from a file: at most 128 windows of 512. */
static fq_status calibrate_on_file(const fq_llama *net, const char *path, int moments, fq_calibration **out) {
    enum { WINDOW = 512, WINDOWS = 128 };
    fq_corpus text;
    FQ_TRY(has_suffix(path, ".u16") ? fq_corpus_tokens(net->model, path, &text)
                                    : fq_corpus_text(net->model, path, 0, &text));
    size_t n = text.n < WINDOW * WINDOWS ? text.n : WINDOW * WINDOWS;
    int window = n < WINDOW ? (int)n : WINDOW;
    fq_status status = fq_calibrate(net, text.ids, n, window, moments, out);
    if (status == FQ_OK) snprintf((*out)->text, sizeof(*out)->text, "%.60s, %zu tokens", text.name, n);
    fq_corpus_free(&text);
    return status;
}

static fq_status calibrate_on_own(const fq_llama *net, uint64_t seed, int moments, fq_calibration **out) {
    int *ids, window;
    size_t n;
    char what[96];
    FQ_TRY(fq_calibration_ids(net, seed, &ids, &n, &window, what));
    fq_status status = fq_calibrate(net, ids, n, window, moments, out);
    if (status == FQ_OK) snprintf((*out)->text, sizeof(*out)->text, "%s", what);
    free(ids);
    return status;
}

static fq_status calibrate(fq_context *c, const fq_step *s, int moments) {
    const fq_model *m;
    char key[1300];
    FQ_TRY(fq_context_model(c, s->model, &m));
    snprintf(key, sizeof key, "%s %d %.9g %x %llu", s->calibration, s->layers, (double)m->outliers.kappa,
             m->outliers.kinds, (unsigned long long)m->outliers.seed);
    if (c->calibration != NULL && strcmp(key, c->calibration_key) == 0 && (c->calibration->moments || !moments))
        return FQ_OK;
    fq_calibration_free(c->calibration);
    c->calibration = NULL;
    fq_context_advance(c, 0, "calibrating");
    fq_llama *net;
    fq_build_options o = fq_build_defaults();
    o.max_layers = s->layers;
    FQ_TRY(fq_llama_build(m, fq_variant_find("f32"), &o, &net));
    int64_t start = fq_clock_ns();
    fq_status status = s->calibration[0] != 0 ? calibrate_on_file(net, s->calibration, moments, &c->calibration)
                                              : calibrate_on_own(net, c->seed, moments, &c->calibration);
    fq_llama_free(net);
    if (status != FQ_OK) return fq_fail_prefix(status, "calibration");
    c->calibration->seconds = 1e-9 * (double)(fq_clock_ns() - start);
    c->calibration_key = fq_arena_printf(&c->arena, "%s", key);
    if (c->calibration_key != NULL) return FQ_OK;
    fq_calibration_free(c->calibration);
    c->calibration = NULL;
    return FQ_ERR_MEMORY;
}

/* Random weights need no statistics, and of a saved model the float weights are gone. */
static int calibrates(const fq_model *m) {
    return fq_model_has_weights(m) && fq_model_saved_variant(m) == NULL;
}

fq_status fq_net_calibrate(fq_context *c, const fq_step *s, const fq_texts *variants, int moments) {
    const fq_model *m;
    int needed = moments;
    FQ_TRY(fq_context_model(c, s->model, &m));
    if (!calibrates(m)) return FQ_OK;
    for (int i = 0; i < variants->n; i++) {
        const fq_variant *v = fq_variant_find(variants->v[i]);
        needed |= fq_variant_needs_calibration(v);
        moments |= fq_variant_needs_moments(v);
    }
    return needed ? calibrate(c, s, moments) : FQ_OK;
}

double fq_net_moment_bytes(const fq_model *m, int layers) {
    const fq_llama_config *k = &m->checkpoint.config;
    const double hidden = k->hidden, heads = (double)k->heads * k->head_dim, ff = k->intermediate;
    const double floats = 2 * hidden * hidden + heads * heads + ff * ff;
    return 4 * floats * (layers > 0 && layers < k->layers ? layers : k->layers);
}

/* ---- building ---- */

static fq_build_options build_options(const fq_step *s, const fq_model *m, int positions) {
    fq_build_options o = fq_build_defaults();
    o.variant.up_gate_c = (float)s->up_gate_c;
    o.variant.down_c = (float)s->down_c;
    o.variant.v_mul = (float)s->v_mul;
    o.variant.alpha = (float)s->alpha;
    o.variant.beta = (float)s->beta;
    o.variant.top_k = s->top_k;
    o.variant.smooth_alpha = (float)s->smooth_alpha;
    o.variant.amplifier = s->amplifier;
    o.variant.range_low = (float)s->range_low;
    o.variant.range_high = (float)s->range_high;
    o.variant.spike_tau = (float)s->spike_tau;
    o.variant.group_alpha = (float)s->group_alpha;
    o.max_layers = s->layers;
    /* Room for the check's prompt as well. */
    int least = TOKENS < m->checkpoint.config.max_positions ? TOKENS : m->checkpoint.config.max_positions;
    o.positions = positions > 0 && positions < least ? least : positions;
    return o;
}

/* Products on the kernels that the step names, where they are those of this variant. */
static fq_status use_kernels(const fq_step *s, const fq_variant *v, fq_llama *net) {
    for (int i = 0; i < s->use_kernels.n; i++) {
        const fq_kernel *k = fq_kernel_find(s->use_kernels.v[i]);
        fq_op op;
        if (k == NULL || !fq_kernel_takes(k, v->w, v->a)) continue;
        FQ_TRY(fq_gemm_op(v->w, v->a, &op));
        if (k->op == op) FQ_TRY(fq_llama_use_kernel(net, k->name));
    }
    return FQ_OK;
}

static fq_status build(fq_context *c, const fq_step *s, const fq_variant *v, int positions,
                       const fq_build_observer *observer, fq_llama **out) {
    const fq_model *m;
    FQ_TRY(fq_context_model(c, s->model, &m));
    fq_build_options o = build_options(s, m, positions);
    if (observer != NULL) o.observer = *observer;
    if (calibrates(m) && (observer != NULL || fq_variant_needs_calibration(v))) {
        FQ_TRY(calibrate(c, s, fq_variant_needs_moments(v)));
        o.calibration = c->calibration;
    }
    /* Random weights: one layer is drawn, the device has a copy of it for every layer. */
    if (fq_net_on_device(s)) o.memory_bytes = 1;
    fq_status status = fq_llama_build(m, v, &o, out);
    if (status == FQ_OK) status = use_kernels(s, v, *out);
    if (status == FQ_OK && fq_net_on_device(s) && !fq_net_is_float(v)) {
        status = fq_llama_use_device(*out);
        if (status != FQ_OK) fq_llama_free(*out);
        if (status != FQ_OK) return status; /* names the variant */
    }
    return status == FQ_OK ? FQ_OK : fq_fail_prefix(status, "variant %s", v->name);
}

fq_status fq_net_build(fq_context *c, const fq_step *s, const fq_variant *v, int positions, fq_llama **out) {
    return build(c, s, v, positions, NULL, out);
}

fq_status fq_net_build_observed(fq_context *c, const fq_step *s, const fq_variant *v, const fq_build_observer *observer,
                                fq_llama **out) {
    return build(c, s, v, 0, observer, out);
}

/* Multiplications of one layer and token. */
static double layer_macs(const fq_llama_config *k) {
    double width = (double)(k->heads + 2 * k->kv_heads) * k->head_dim;
    return k->hidden * (width + (double)k->heads * k->head_dim + 3.0 * k->intermediate);
}

static double variant_bytes(const fq_model *m, const fq_variant *v) {
    const fq_llama_config *k = &m->checkpoint.config;
    double body = k->layers * layer_macs(k) * fq_recipe_bits(v->w, k->hidden);
    return (body + (double)k->vocab * k->hidden * fq_recipe_bits(v->head_w, k->hidden)) / 8;
}

/* Activations of a session and its logits, roughly. */
static double session_bytes(const fq_llama_config *k, double tokens) {
    double qkv = (double)(k->heads + 2 * k->kv_heads) * k->head_dim;
    return 4 * (tokens * (2.0 * k->hidden + 2 * qkv + 3.0 * k->intermediate) + 128.0 * k->vocab);
}

int fq_net_group(const fq_model *m, const fq_texts *variants, int first, double tokens, int f32_free) {
    const double mb = 1e6;
    double room = fmax(128 * mb, fmin(4.0 * (double)m->checkpoint.bytes, 512 * mb));
    int n = 0;
    for (int i = first; i < variants->n; i++, n++) {
        const fq_variant *v = fq_variant_find(variants->v[i]);
        if (!(f32_free && strcmp(v->name, "f32") == 0))
            room -= variant_bytes(m, v) + session_bytes(&m->checkpoint.config, tokens);
        if (room < 0 && n > 0) break;
    }
    return n;
}

int *fq_net_ids(const fq_model *m, uint64_t seed, size_t n, fq_arena *arena) {
    fq_rng rng = fq_rng_seed(seed, 0x1d5);
    int *ids = fq_arena_alloc(arena, n * sizeof *ids);
    for (size_t i = 0; ids != NULL && i < n; i++)
        ids[i] = (int)fq_rng_below(&rng, (uint32_t)m->checkpoint.config.vocab);
    return ids;
}

/* ---- the check ---- */

typedef struct probe {
    fq_llama *net;
    fq_session *session[2]; /* of the timed kernels, and of the oracle's, which are the same but on a device */
    int n, scored;          /* prefill of n - 1 tokens, its last `scored` positions compared, and one decode step */
    float *fast, *exact;    /* [scored + 1][vocab] */
} probe;

static fq_status run_prompt(const probe *p, fq_session *s, const int *ids, float *logits) {
    size_t vocab = (size_t)p->net->config.vocab;
    fq_session_rewind(s, 0);
    FQ_TRY(fq_session_forward(s, ids, p->n - 1));
    FQ_TRY(fq_session_logits(s, p->n - 1 - p->scored, p->scored, logits));
    FQ_TRY(fq_session_forward(s, ids + p->n - 1, 1));
    return fq_session_logits(s, 0, 1, logits + (size_t)p->scored * vocab);
}

/* Both kernel sets on one layer of the net, as if it were the only one. */
static fq_status compare_layer(const probe *p, int layer, const int *ids, double *kld) {
    fq_llama *net = p->net;
    fq_layer *all = net->layer;
    int vocab = net->config.vocab, layers = net->layers;
    fq_status status = FQ_OK;
    for (int exact = 0; exact < 2 && status == FQ_OK; exact++) {
        fq_llama_use_reference(net, exact);
        net->layer = all + layer;
        net->layers = 1;
        status = run_prompt(p, p->session[exact], ids, exact ? p->exact : p->fast);
        net->layer = all;
        net->layers = layers;
    }
    fq_llama_use_reference(net, 0);
    *kld = 0;
    for (int i = 0; i <= p->scored && status == FQ_OK; i++) {
        size_t at = (size_t)i * (size_t)vocab;
        double d = fq_metric_compare(p->exact + at, p->fast + at, vocab, ids[0]).kld;
        if (!(d <= *kld)) *kld = d;
    }
    return status;
}

double fq_net_bound(const fq_llama *net) {
    return net->device ? FQ_NET_BOUND_DEVICE : FQ_NET_BOUND;
}

static fq_status check_layers(const probe *p, int step, uint64_t seed, fq_arena *arena, double *err) {
    int *ids = fq_net_ids(p->net->model, seed, (size_t)p->n * TRIES, arena);
    if (ids == NULL) return FQ_ERR_MEMORY;
    *err = 0;
    for (int layer = 0; layer < p->net->built; layer += step) {
        double least = INFINITY;
        for (int t = 0; t < TRIES && !(least <= fq_net_bound(p->net)); t++) {
            double kld;
            FQ_TRY(compare_layer(p, layer, ids + (size_t)t * (size_t)p->n, &kld));
            if (!(kld >= least)) least = kld;
        }
        if (!(least <= *err)) *err = least;
        if (!(least <= fq_net_bound(p->net))) break;
    }
    return FQ_OK;
}

static fq_status check(fq_llama *net, uint64_t seed, double *err) {
    const double budget = 2e9;
    const fq_llama_config *k = &net->config;
    double macs = layer_macs(k), head = (double)k->vocab * k->hidden;
    int n = (int)fmax(2, fmin(fmin(TOKENS, k->max_positions), budget / macs));
    int scored = (int)fmax(1, fmin(fmin(SCORED, n - 1), budget / 8 / (head * net->built)));
    double cost = n * macs + (scored + 1) * head;
    int step = (int)fmax(1, ceil(net->built * cost / budget));
    fq_arena arena;
    FQ_TRY(fq_arena_init(&arena, 0));
    probe p = {.net = net, .n = n, .scored = scored};
    size_t cells = (size_t)(scored + 1) * (size_t)k->vocab;
    p.fast = FQ_NEW(&arena, float, cells);
    p.exact = FQ_NEW(&arena, float, cells);
    fq_status status = p.fast != NULL && p.exact != NULL ? FQ_OK : FQ_ERR_MEMORY;
    if (status == FQ_OK) status = fq_session_create(net, 1, n, n, &p.session[0]);
    p.session[1] = p.session[0];
    if (status == FQ_OK && net->on_device) {
        fq_llama_use_reference(net, 1);
        status = fq_session_create(net, 1, n, n, &p.session[1]);
        fq_llama_use_reference(net, 0);
    }
    if (status == FQ_OK) status = check_layers(&p, step, seed, &arena, err);
    if (p.session[1] != p.session[0]) fq_session_free(p.session[1]);
    fq_session_free(p.session[0]);
    fq_arena_free(&arena);
    return status;
}

struct fq_checked {
    const char *key;
    double err;
    struct fq_checked *next;
};

fq_status fq_net_check(fq_context *c, const fq_step *s, fq_llama *net, double *err) {
    char key[4096], value[1024];
    static const fq_setting_id settings[] = {
        FQ_SET_model,     FQ_SET_layers,     FQ_SET_calibration, FQ_SET_up_gate_c,    FQ_SET_down_c,  FQ_SET_v_mul,
        FQ_SET_alpha,     FQ_SET_beta,       FQ_SET_top_k,       FQ_SET_smooth_alpha, FQ_SET_backend, FQ_SET_amplifier,
        FQ_SET_range_low, FQ_SET_range_high, FQ_SET_spike_tau,   FQ_SET_group_alpha};
    snprintf(key, sizeof key, "%s", net->variant->name);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        fq_step_value(s, settings[i], value, sizeof value);
        size_t used = strlen(key);
        snprintf(key + used, sizeof key - used, " %s", value);
    }
    struct fq_checked *known = c->checked;
    while (known != NULL && strcmp(known->key, key) != 0)
        known = known->next;
    if (known == NULL) {
        if ((known = FQ_NEW(&c->arena, struct fq_checked, 1)) == NULL) return FQ_ERR_MEMORY;
        if ((known->key = fq_arena_printf(&c->arena, "%s", key)) == NULL) return FQ_ERR_MEMORY;
        FQ_TRY(check(net, c->seed, &known->err));
        known->next = c->checked;
        c->checked = known;
    }
    *err = known->err;
    return FQ_OK;
}

/* ---- columns ---- */

const char *fq_net_model_name(fq_context *c, const fq_model *m) {
    const char *lossy = fq_model_lossy(m);
    if (lossy == NULL) return fq_arena_printf(&c->arena, "%s", m->checkpoint.name);
    return fq_arena_printf(&c->arena, "%s (%s is %s, lossy)", m->checkpoint.name,
                           fq_model_saved_variant(m) != NULL ? "source" : "reference", lossy);
}

fq_status fq_net_describe(fq_context *c, const fq_llama *net, fq_result *r) {
    const fq_model *m = net->model;
    const char *last = strrchr(m->checkpoint.path, '/');
    /* The path's last part only: the directory is the machine's business. */
    if (last != NULL && last[1] == 0) last = NULL;
    r->model_filename = fq_arena_printf(&c->arena, "%s", last != NULL ? last + 1 : m->checkpoint.name);
    r->model = fq_net_model_name(c, m);
    char kernels[512];
    fq_llama_kernels(net, kernels, sizeof kernels);
    r->kernel = fq_arena_printf(&c->arena, "%s", kernels);
    if (net->on_device) {
        r->backend = "CUDA";
        r->gpu_info = fq_cuda_name();
    }
    r->variant = net->variant->name;
    r->model_size = (double)net->bytes;
    r->model_n_params = (double)net->parameters;
    r->bits_per_weight = net->bits_per_weight;
    const char *random = fq_model_has_weights(m)    ? NULL
                         : net->built < net->layers ? "random weights, layers are copies of one another"
                                                    : "random weights";
    if (net->layers < net->config.layers)
        r->note = fq_arena_printf(&c->arena, "%d of %d layers%s%s", net->layers, net->config.layers,
                                  random != NULL ? ", " : "", random != NULL ? random : "");
    else
        r->note = random;
    return r->model == NULL || r->model_filename == NULL || r->kernel == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

fq_engine fq_net_engine(const fq_llama *net) {
    const fq_variant *v = net->variant;
    if (v->w->code == FQ_F32) return FQ_ENGINE_F32;
    if (net->on_device && v->a->code == FQ_E4M3) return FQ_ENGINE_INT8; /* one rate for both */
    return v->a->code == FQ_INT8 ? FQ_ENGINE_INT8 : FQ_ENGINE_BF16;
}

double fq_net_flop(const fq_llama *net, double tokens, double head, double pairs) {
    const fq_llama_config *k = &net->config;
    double attention = 4.0 * net->layers * k->heads * k->head_dim * pairs;
    return tokens * net->flop_per_token + 2.0 * head * k->vocab * k->hidden + attention;
}

double fq_net_bytes(const fq_llama *net) {
    double cache = (double)fq_cpu_llc_bytes();
    if (net->on_device) return (double)net->bytes; /* dozens of times its cache */
    return cache > 0 ? fmax(0, (double)net->bytes - cache) : 0;
}
