/* Outliers that a small model lacks, injected into its weights without changing what it computes: pairs of factors that
 * cancel make single channels large, so that methods made for outliers have something to do. */
#ifndef FQ_MODELS_OUTLIERS_H
#define FQ_MODELS_OUTLIERS_H
#include <stdint.h>
#include "models/checkpoint.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Function-preserving outliers (specs: seed systems, section 0.3), by scaling pairs of weights that cancel: per layer 4
 * channels of each norm (gain x kappa, the consumers' columns / kappa), 4 rows of up (x kappa, columns of down /
 * kappa), 4 channels of each KV head's v rows (x kappa; o columns of its query heads / kappa), and per KV head 2 RoPE
 * pairs of k (rows x kappa; q rows of its query heads / kappa). Which ones: drawn from seed, layer and kind. A kappa
 * that is a power of two changes no bit of the float32 model's output but by underflow. */
typedef struct fq_outliers {
    float kappa; /* >= 1; 0 counts as 1 */
    uint64_t seed;
    unsigned kinds; /* bits 1 << fq_outlier_kind; 0 counts as all */
} fq_outliers;

/* Which channels: of the norm before attention, of the one before the MLP, of the MLP's hidden units, of a head's
 * values, and of a head's keys, where a channel below D/2 stands for its RoPE pair (i, i + D/2). */
typedef enum fq_outlier_kind {
    FQ_OUTLIER_ATTENTION,
    FQ_OUTLIER_MLP,
    FQ_OUTLIER_UP,
    FQ_OUTLIER_VALUE,
    FQ_OUTLIER_KEY,
    FQ_OUTLIER_KINDS
} fq_outlier_kind;

/* Bits of a comma-separated list of norms (both), up, values, keys; empty: 0, all of them. Errors: FQ_ERR_USAGE naming
 * the word. */
fq_status fq_outliers_kinds(const char *list, unsigned *kinds) FQ_MUST_USE;

enum { FQ_OUTLIERS_MOST = 4 };
/* The channels that are scaled, distinct: their number (fewer than 4, or 2 pairs, only where there are no more).
 * kv_head matters for VALUE and KEY, whose channels count within the head. */
int fq_outliers_choose(const fq_outliers *o, const fq_llama_config *c, int layer, fq_outlier_kind kind, int kv_head,
                       int channel[FQ_OUTLIERS_MOST]);

/* Scale what belongs to them in tensor `name` ("model.layers.0.mlp.up_proj.weight", biases too), w[rows][cols]
 * contiguous as fq_weights_load gives it (vectors: one row). Other names, and kappa 0 or 1, leave w alone. */
void fq_outliers_apply(const fq_outliers *o, const fq_llama_config *c, const char *name, int rows, int cols, float *w);

#ifdef __cplusplus
}
#endif
#endif
