/* Mixed precision under a budget (FLIQS, arXiv 2308.03290): the step's variants are the options of every site; maps
 * found by sensitivity and greed, by an exact knapsack, by REINFORCE and by lot are written as policy files and scored
 * beside the uniform variants on text that no search has seen. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/metric.h"
#include "harness/record.h"
#include "models/policy.h"
#include "models/policy_search.h"
#include "scenarios/kinds.h"
#include "scenarios/score.h"

enum { OPTIONS_MOST = 8, WINDOW = 128, MAPS = 4, VARIANTS_MOST = OPTIONS_MOST + MAPS };

typedef struct bench {
    fq_llama *net[OPTIONS_MOST];
    int options, layers;
    fq_llama mixed; /* linear layers of several nets, the rest of the first */
    const int *ids; /* [windows][WINDOW] */
    int windows;
    float *logits; /* [WINDOW][vocab] */
    double *nll;   /* [WINDOW] */
    /* What losses of single windows are told by: that of the costliest options on the same window, in units of what the
     * cheapest lose more than they. A window's own difficulty, which no choice changes, then adds no noise to a reward.
     */
    double *reference, unit; /* [windows] */
} bench;

static fq_linear *site_of(fq_layer *l, int site) {
    fq_linear *const all[FQ_SITE_COUNT] = {&l->qkv, &l->o, &l->gate_up, &l->down};
    return all[site];
}

static fq_status window_loss(const bench *b, int window, double *sum) {
    const int vocab = b->mixed.config.vocab, *ids = b->ids + (size_t)window * WINDOW;
    fq_session *s;
    FQ_TRY(fq_session_create(&b->mixed, 1, WINDOW, WINDOW, &s));
    fq_status status = fq_session_forward(s, ids, WINDOW);
    if (status == FQ_OK) status = fq_session_logits(s, 0, WINDOW - 1, b->logits);
    fq_session_free(s);
    if (status != FQ_OK) return status;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < WINDOW - 1; i++)
        b->nll[i] = fq_metric_nll(b->logits + (size_t)i * (size_t)vocab, vocab, ids[i + 1]);
    for (int i = 0; i < WINDOW - 1; i++)
        *sum += b->nll[i];
    return FQ_OK;
}

/* Mean negative log-likelihood of all windows, or of one. */
static fq_status plain_loss(bench *b, const int *choice, int batch, double *out) {
    double sum = 0;
    for (int i = 0; i < b->layers * FQ_SITE_COUNT; i++) {
        fq_layer *from = &b->net[choice[i]]->layer[i / FQ_SITE_COUNT];
        *site_of(&b->mixed.layer[i / FQ_SITE_COUNT], i % FQ_SITE_COUNT) = *site_of(from, i % FQ_SITE_COUNT);
    }
    const int first = batch < 0 ? 0 : batch, last = batch < 0 ? b->windows : batch + 1;
    for (int w = first; w < last; w++)
        FQ_TRY(window_loss(b, w, &sum));
    *out = sum / ((last - first) * (WINDOW - 1));
    return FQ_OK;
}

static fq_status loss(void *ctx, const int *choice, int batch, double *out) {
    bench *b = ctx;
    FQ_TRY(plain_loss(b, choice, batch, out));
    if (batch >= 0) *out = (*out - b->reference[batch]) / b->unit;
    return FQ_OK;
}

/* The options with most and least bytes everywhere. */
static fq_status measure_ends(bench *b, const double *bytes, int *choice, fq_arena *arena) {
    const int sites = b->layers * FQ_SITE_COUNT;
    double dear = 0, cheap;
    b->reference = FQ_NEW(arena, double, b->windows);
    if (b->reference == NULL) return FQ_ERR_MEMORY;
    for (int most = 1; most >= 0; most--) {
        for (int i = 0; i < sites; i++) {
            const double *mine = bytes + i * b->options;
            choice[i] = 0;
            for (int o = 1; o < b->options; o++)
                if (most ? mine[o] > mine[choice[i]] : mine[o] < mine[choice[i]]) choice[i] = o;
        }
        for (int w = 0; most && w < b->windows; w++) {
            FQ_TRY(plain_loss(b, choice, w, &b->reference[w]));
            dear += b->reference[w] / b->windows;
        }
    }
    FQ_TRY(plain_loss(b, choice, -1, &cheap));
    b->unit = fmax(cheap - dear, 1e-3);
    return FQ_OK;
}

/* What a map may say of an option, or a message: what belongs to the whole net must be the same in all of them. */
static fq_status check_option(const fq_variant *first, const fq_variant *v) {
    if (v->transforms != 0 || v->policy != NULL || v->map != NULL || v->lorc != 0)
        return fq_fail(FQ_ERR_USAGE, "variants: %s is no option of a search: it has transforms or a policy", v->name);
    if (v->q != first->q || v->kv != first->kv || v->p != first->p)
        return fq_fail(FQ_ERR_USAGE, "variants: %s and %s differ in attention, which a site cannot choose", first->name,
                       v->name);
    return FQ_OK;
}

static fq_status open_bench(fq_context *c, const fq_step *s, bench *b, fq_arena *arena) {
    const fq_model *m;
    int *ids, window;
    size_t n;
    char what[96];
    FQ_TRY(fq_context_model(c, s->model, &m));
    if (s->variants.n < 2 || s->variants.n > OPTIONS_MOST)
        return fq_fail(FQ_ERR_USAGE, "variants: a search needs 2 to %d options, not %d", OPTIONS_MOST, s->variants.n);
    const fq_variant *first = fq_variant_find(s->variants.v[0]);
    for (int i = 0; i < s->variants.n; i++)
        FQ_TRY(check_option(first, fq_variant_find(s->variants.v[i])));
    FQ_TRY(fq_net_calibrate(c, s, &s->variants, 0));
    for (b->options = 0; b->options < s->variants.n; b->options++)
        FQ_TRY(fq_net_build(c, s, fq_variant_find(s->variants.v[b->options]), 0, &b->net[b->options]));
    b->mixed = *b->net[0];
    b->layers = b->mixed.built;
    b->mixed.layer = FQ_NEW(arena, fq_layer, b->layers);
    b->logits = FQ_NEW(arena, float, (size_t)WINDOW *(size_t)b->mixed.config.vocab);
    b->nll = FQ_NEW(arena, double, WINDOW);
    if (!b->mixed.layer || !b->logits || !b->nll) return FQ_ERR_MEMORY;
    memcpy(b->mixed.layer, b->net[0]->layer, (size_t)b->layers * sizeof *b->mixed.layer);
    FQ_TRY(fq_calibration_ids(b->net[0], c->seed, &ids, &n, &window, what));
    const size_t windows = n / WINDOW < (size_t)s->search_windows ? n / WINDOW : (size_t)s->search_windows;
    int *mine = FQ_NEW(arena, int, windows *WINDOW);
    if (mine != NULL) memcpy(mine, ids, windows * WINDOW * sizeof *mine);
    free(ids);
    b->ids = mine;
    b->windows = (int)windows;
    if (windows == 0) return fq_fail(FQ_ERR_INPUT, "calibration text of %zu ids: a search needs %d", n, WINDOW);
    return mine != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

/* Write one map, HOW-OPTIONS-BUDGET.yaml in the output directory, and make the variant that runs it. */
static fq_status keep(fq_context *c, const fq_step *s, const bench *b, const char *how, const int *choice, double bits,
                      const char **variant) {
    const int sites = b->layers * FQ_SITE_COUNT;
    const char **set = FQ_NEW(&c->arena, const char *, sites);
    char path[1024];
    if (set == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < sites; i++) {
        const fq_variant *v = b->net[choice[i]]->variant;
        set[i] = fq_arena_printf(&c->arena, "w=%s+a=%s+method=%s", v->w->name, v->a->name, v->method->name);
        if (set[i] == NULL) return FQ_ERR_MEMORY;
    }
    char about[128], name[64];
    const char *base = b->net[0]->variant->name;
    snprintf(name, sizeof name, "%s-%d-%g", how, b->options, s->budget_bits);
    snprintf(path, sizeof path, "%.900s/%s.yaml", fq_run_dir(c->run), name);
    snprintf(about, sizeof about, "found by %s among %d options, %.4f bits a weight", how, b->options, bits);
    FQ_TRY(fq_policy_map_save(path, name, about, b->layers, set));
    *variant = fq_arena_printf(&c->arena, "%s%cpolicy=%s", base, strchr(base, ':') != NULL ? '+' : ':', path);
    return *variant != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

static fq_status search_all(fq_context *c, const fq_step *s, bench *b, fq_arena *arena, const char *found[MAPS]) {
    static const char *const names[MAPS] = {"greedy", "knapsack", "reinforce", "random"};
    const int sites = b->layers * FQ_SITE_COUNT;
    double *bytes = FQ_NEW(arena, double, sites * b->options), *delta = FQ_NEW(arena, double, sites * b->options);
    int *choice = FQ_NEW(arena, int, sites);
    double weights = 0, entropy = 0;
    if (!bytes || !delta || !choice) return FQ_ERR_MEMORY;
    for (int i = 0; i < sites; i++) {
        for (int o = 0; o < b->options; o++) {
            const fq_qmatrix *w = &site_of(&b->net[o]->layer[i / FQ_SITE_COUNT], i % FQ_SITE_COUNT)->w;
            bytes[i * b->options + o] = (double)fq_qmatrix_bytes(w);
            weights += o == 0 ? (double)w->rows * w->cols : 0;
        }
    }
    const fq_policy_search p = {.sites = sites,
                                .options = b->options,
                                .bytes = bytes,
                                .budget = s->budget_bits * weights / 8,
                                .loss = loss,
                                .ctx = b,
                                .steps = s->search_steps,
                                .batches = b->windows,
                                .beta = 1,
                                .seed = c->seed};
    fq_context_advance(c, 0, "sensitivities");
    FQ_TRY(measure_ends(b, bytes, choice, arena));
    FQ_TRY(fq_search_sensitivity(&p, delta));
    fq_context_advance(c, 1, "searching");
    for (int k = 0; k < MAPS; k++) {
        if (k == 0) FQ_TRY(fq_search_greedy(&p, delta, choice));
        if (k == 1) FQ_TRY(fq_search_knapsack(&p, delta, arena, choice));
        if (k == 2) FQ_TRY(fq_search_reinforce(&p, arena, choice, &entropy));
        if (k == 3) FQ_TRY(fq_search_random(&p, choice));
        FQ_TRY(keep(c, s, b, names[k], choice, 8 * fq_search_bytes(&p, choice) / weights, &found[k]));
        fq_context_advance(c, 1, names[k]);
    }
    fprintf(stderr, "search: policy entropy after %d steps %.3f nats a site, %.3f at first\n", s->search_steps, entropy,
            log(b->options));
    return FQ_OK;
}

fq_status fq_scenario_search(fq_context *c, const fq_step *step) {
    bench b = {.options = 0};
    fq_arena arena;
    const char *names[VARIANTS_MOST];
    if (c->run == NULL) return fq_fail(FQ_ERR_USAGE, "search writes maps: it needs a run's directory");
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_context_total(c, 1 + MAPS);
    fq_status status = open_bench(c, step, &b, &arena);
    if (status == FQ_OK) status = search_all(c, step, &b, &arena, names);
    for (int i = 0; i < b.options; i++)
        fq_llama_free(b.net[i]);
    fq_arena_free(&arena);
    if (status != FQ_OK) return status;
    fq_step own = *step;
    int n = MAPS;
    for (int i = 0; i < step->variants.n; i++)
        names[n++] = step->variants.v[i];
    own.variants = (fq_texts){names, n};
    return fq_scenario_perplexity(c, &own);
}
