/* Per-layer policies: what one site of one layer (the fused q, k, v; o; gate and up; down) does differently from the
 * rest of its net. A policy is a rule of policies.def, which looks at weights and calibration when a net is built, or a
 * map read from a file. Either gives changes in the language of variants ("w=w.int8.channel+a=a.bf16"), of the keys
 * that belong to one site: w, a, method, lorc, lorc-w, and with/no of smooth, lae and awq. */
#ifndef FQ_MODELS_POLICY_H
#define FQ_MODELS_POLICY_H
#include "models/llama.h"
#ifdef __cplusplus
extern "C" {
#endif

/* "qkv", "o", "gate_up", "down": a site's name in maps is layers.N.NAME. */
const char *fq_site_name(fq_site site);

/* What a rule sees of the site it decides. */
typedef struct fq_policy_site {
    const fq_variant *variant; /* of the net */
    const fq_variant_options *options;
    int layer;
    fq_site site;
    const float *const *w; /* the matrices that read the site, float32, before any transform: [rows[i]][cols] */
    const int *rows;
    int count, cols;
    const fq_calibration *calibration; /* NULL: none (shape names); rules that want it then change nothing */
} fq_policy_site;

struct fq_policy {
    const char *name;
    /* Changes into text[bytes], "" for none. */
    fq_status (*decide)(const fq_policy_site *s, char *text, size_t bytes);
    int calibrates; /* 1: looks at the calibration */
    const char *about;
};
typedef enum fq_policy_id {
#define FQ_POLICY(name, calibrates, about) FQ_POLICY_##name,
#include "models/policies.def"
#undef FQ_POLICY
    FQ_POLICY_COUNT
} fq_policy_id;
extern const fq_policy fq_policies[FQ_POLICY_COUNT];
const fq_policy *fq_policy_find(const char *name); /* NULL if unknown */

/* The variant of one site: the net's own, or one with changes. Errors: FQ_ERR_USAGE (changes that a site cannot make).
 */
fq_status fq_policy_decide(const fq_policy_site *s, const fq_variant **out) FQ_MUST_USE;

/* max |X| over the median over channels of mean |X_j|: how far the spike stands out (after Yang et al., "Mitigating
 * quantization errors due to activation spikes", whose median is over all numbers). 0 without inputs. */
double fq_policy_spike(const fq_input_stats *x);
/* FineQuant's rule for one matrix: groups of the whole row, then of the powers of two below it down to 64; a halving is
 * taken while mean absmax shrinks by more than the share alpha. 0: the whole row. */
int fq_policy_group(const float *const *w, const int *rows, int count, int cols, double alpha);

/* A map: lines of (glob of site names, changes), in the file's order; all that match a site apply in that order.
 *     name: some-map
 *     policy:
 *     - {site: "layers.*.down", set: "a=a.bf16"}
 * Read once and kept for ever, like changed variants. Errors: FQ_ERR_USAGE "FILE: ...", FQ_ERR_INPUT. */
fq_status fq_policy_map_load(const char *path, const fq_policy_map **out) FQ_MUST_USE;
/* The file it was read from. */
const char *fq_policy_map_path(const fq_policy_map *m);
/* Every line must match one of `layers` layers. Errors: FQ_ERR_USAGE naming the line. */
fq_status fq_policy_map_check(const fq_policy_map *m, int layers) FQ_MUST_USE;
/* Changes of one site, "" for none. Errors: FQ_ERR_USAGE (longer than bytes). */
fq_status fq_policy_map_changes(const fq_policy_map *m, int layer, fq_site site, char *text, size_t bytes) FQ_MUST_USE;
/* Write a map with one line a site: set[layer * FQ_SITE_COUNT + site], NULL or "" leaves a site out. The file appears
 * whole or not at all. Errors: FQ_ERR_INPUT. */
fq_status fq_policy_map_save(const char *path, const char *name, const char *about, int layers,
                             const char *const *set) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
