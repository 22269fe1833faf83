/* The rules that choose what a site of a layer does, each from its paper's own criterion; what the papers leave open is
 * said in docs/METHODS.md. */
#include "models/policy.h"
#include "harness/rng.h"
#include "quant/absmax.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FQ_POLICY(name, calibrates, about)                                                                             \
    static fq_status decide_##name(const fq_policy_site *s, char *text, size_t bytes);
#include "models/policies.def"
#undef FQ_POLICY

const fq_policy fq_policies[FQ_POLICY_COUNT] = {
#define FQ_POLICY(name, calibrates, about) {#name, decide_##name, calibrates, about},
#include "models/policies.def"
#undef FQ_POLICY
};

const fq_policy *fq_policy_find(const char *name) {
    for (int i = 0; i < FQ_POLICY_COUNT; i++)
        if (strcmp(fq_policies[i].name, name) == 0) return &fq_policies[i];
    return NULL;
}

const char *fq_site_name(fq_site site) {
    static const char *const names[FQ_SITE_COUNT] = {"qkv", "o", "gate_up", "down"};
    return names[site];
}

static const fq_input_stats *inputs_of(const fq_policy_site *s, int layer, fq_site site) {
    return s->calibration != NULL ? &s->calibration->layer[layer].input[site] : NULL;
}

static float largest(const fq_input_stats *x) {
    float top = 0;
    for (int j = 0; j < x->cols; j++)
        top = fmaxf(top, x->absmax[j]);
    return top;
}

/* v <= low: one calibrated scale; up to high: the same after logarithmic equalization where a norm takes the factors,
 * else per token; beyond: per token. */
static fq_status decide_range(const fq_policy_site *s, char *text, size_t bytes) {
    const fq_input_stats *x = inputs_of(s, s->layer, s->site);
    text[0] = 0;
    if (x == NULL) return FQ_OK;
    const float v = largest(x);
    const int folds = s->site == FQ_SITE_QKV || s->site == FQ_SITE_GATE_UP;
    if (v <= s->options->range_low)
        snprintf(text, bytes, "a=a.int8.tensor");
    else if (v <= s->options->range_high && folds)
        snprintf(text, bytes, "with=lae+a=a.int8.tensor");
    return FQ_OK;
}

static int compare_floats(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

double fq_policy_spike(const fq_input_stats *x) {
    float *mean = malloc((size_t)x->cols * sizeof *mean);
    if (mean == NULL) return 0;
    memcpy(mean, x->absmean, (size_t)x->cols * sizeof *mean);
    qsort(mean, (size_t)x->cols, sizeof *mean, compare_floats);
    const double median = (double)mean[x->cols / 2];
    free(mean);
    return median > 0 ? (double)largest(x) / median : 0;
}

static const char spiky[] = "w=w.e4m3.channel+a=a.e4m3.token";

static int is_spiky(const fq_policy_site *s, int layer, fq_site site) {
    return fq_policy_spike(inputs_of(s, layer, site)) >= (double)s->options->spike_tau;
}

static fq_status decide_spike(const fq_policy_site *s, char *text, size_t bytes) {
    text[0] = 0;
    if (s->calibration != NULL && is_spiky(s, s->layer, s->site)) snprintf(text, bytes, "%s", spiky);
    return FQ_OK;
}

/* As many sites as the rule takes, those with the lowest tickets. */
static fq_status decide_lottery(const fq_policy_site *s, char *text, size_t bytes) {
    text[0] = 0;
    if (s->calibration == NULL) return FQ_OK;
    const int sites = s->calibration->layers * FQ_SITE_COUNT, own = s->layer * FQ_SITE_COUNT + (int)s->site;
    int taken = 0, before = 0;
    fq_rng rng = fq_rng_seed(0x10, (uint64_t)own);
    const uint64_t mine = fq_rng_u64(&rng);
    for (int i = 0; i < sites; i++) {
        rng = fq_rng_seed(0x10, (uint64_t)i);
        before += fq_rng_u64(&rng) < mine;
        taken += is_spiky(s, i / FQ_SITE_COUNT, (fq_site)(i % FQ_SITE_COUNT));
    }
    if (before < taken) snprintf(text, bytes, "%s", spiky);
    return FQ_OK;
}

/* Mean over the groups of `group` of all rows of their largest magnitude. */
static double mean_absmax(const float *const *w, const int *rows, int count, int cols, int group) {
    double sum = 0;
    long groups = 0;
    for (int m = 0; m < count; m++)
        for (int r = 0; r < rows[m]; r++)
            for (int c = 0; c < cols; c += group, groups++)
                sum += (double)fq_absmax(w[m] + (size_t)r * (size_t)cols + (size_t)c,
                                         (size_t)(cols - c < group ? cols - c : group));
    return groups > 0 ? sum / (double)groups : 0;
}

int fq_policy_group(const float *const *w, const int *rows, int count, int cols, double alpha) {
    enum { LEAST = 64 };
    int group = 0, next = LEAST;
    while (2 * next < cols)
        next *= 2;
    double range = mean_absmax(w, rows, count, cols, cols);
    for (; next >= LEAST && next < cols; next /= 2) {
        const double smaller = mean_absmax(w, rows, count, cols, next);
        if (!(smaller < (1 - alpha) * range)) break;
        group = next;
        range = smaller;
    }
    return group;
}

static fq_status decide_adaptive(const fq_policy_site *s, char *text, size_t bytes) {
    const int group = fq_policy_group(s->w, s->rows, s->count, s->cols, (double)s->options->group_alpha);
    text[0] = 0;
    if (group > 0) snprintf(text, bytes, "w=w.%s.g%d.f16", fq_formats[s->variant->w->code].name, group);
    return FQ_OK;
}

/* What belongs to the net as a whole must stay. */
static fq_status check_site(const fq_variant *net, const fq_variant *v) {
    const int site = FQ_T_SMOOTH | FQ_T_LAE | FQ_T_AWQ;
    if (net->q == v->q && net->kv == v->kv && net->p == v->p && net->scores == v->scores &&
        (net->transforms & ~site) == (v->transforms & ~site))
        return FQ_OK;
    return fq_fail(FQ_ERR_USAGE, "%s: a policy changes w, a, method, lorc, lorc-w, and smooth, lae and awq only",
                   v->name);
}

fq_status fq_policy_decide(const fq_policy_site *s, const fq_variant **out) {
    char changes[192] = "", name[512];
    *out = s->variant;
    if (s->variant->map != NULL)
        FQ_TRY(fq_policy_map_changes(s->variant->map, s->layer, s->site, changes, sizeof changes));
    else if (s->variant->policy != NULL)
        FQ_TRY(s->variant->policy->decide(s, changes, sizeof changes));
    if (changes[0] == 0) return FQ_OK;
    snprintf(name, sizeof name, "%s%c%s", s->variant->name, strchr(s->variant->name, ':') != NULL ? '+' : ':', changes);
    const fq_variant *v = fq_variant_find(name);
    if (v == NULL) return FQ_ERR_USAGE;
    FQ_TRY(check_site(s->variant, v));
    *out = v;
    return FQ_OK;
}
