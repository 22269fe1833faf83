/* A variant is one row of the comparison: recipes for weights, activations, queries, cache and probabilities, and the
 * function-preserving transforms applied before quantizing. Rows are in variants.def. */
#ifndef FQ_MODELS_VARIANT_H
#define FQ_MODELS_VARIANT_H
#include "harness/status.h"
#include "quant/method.h"
#include "quant/recipe.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Transforms, in the order in which they are applied to a layer. All but POST_ROPE, KEY_OFFSET, OUTLIERS and BIAS are
 * folded into weights and norms and cost nothing at run time. */
enum {
    FQ_T_TENSOR = 1,           /* per-tensor power-of-two weight scale (FireQ) */
    FQ_T_CHANNEL = 2,          /* channel-wise scaling from the weights alone: gate+up, down, v/o (FireQ) */
    FQ_T_PRE_ROPE = 4,         /* normalizer of key pairs before RoPE (FireQ) */
    FQ_T_POST_ROPE = 8,        /* scaling of the top-k key channels after RoPE (FireQ) */
    FQ_T_ROTATE = 1 << 4,      /* orthogonal rotation of the residual stream, gammas folded (QuaRot, QServe) */
    FQ_T_ROTATE_V = 1 << 5,    /* Hadamard rotation of each value head, undone in o */
    FQ_T_SMOOTH = 1 << 6,      /* SmoothQuant, exponent smooth_alpha: inputs of qkv and gate+up */
    FQ_T_AWQ = 1 << 7,         /* activation-aware channel scales searched for the least output error (AWQ) */
    FQ_T_SMOOTH_OUT = 1 << 8,  /* inputs of o and down scaled towards the weights (QServe's output module smoothing) */
    FQ_T_SMOOTH_KEYS = 1 << 9, /* SmoothAttention: key pairs by absmax^0.5, folded into q and k (QServe) */
    FQ_T_KEY_SEARCH = 1 << 10, /* post-RoPE scales and clip of keys and values searched on calibration (fireq+) */
    FQ_T_KEY_OFFSET = 1 << 11, /* mean key after RoPE subtracted: softmax does not see it (fireq+) */
    FQ_T_OUTLIERS = 1 << 12,   /* the widest input channels of each linear layer apart, in INT8 (Atom) */
    FQ_T_LAE = 1 << 13,        /* logarithmic equalization of the inputs of qkv and gate+up (FPTQ) */
    FQ_T_BIAS = 1 << 14        /* bias correction: what rounding the weights adds to a mean output is subtracted */
};

typedef struct fq_policy fq_policy;         /* models/policy.h */
typedef struct fq_policy_map fq_policy_map; /* read from a file */

typedef struct fq_variant {
    const char *name;
    const fq_recipe *w, *a, *q, *kv, *p;
    const fq_recipe *head_w, *head_a;
    int transforms; /* FQ_T_ bits */
    const fq_method *method;
    const fq_policy *policy;  /* what single layers do differently; NULL: nothing */
    const fq_policy_map *map; /* the same, read from a file; takes the place of the policy */
    int lorc;      /* rank of what a low-rank product adds back of the weights' error (ZeroQuant-FP); 0: none */
    int amplifier; /* as fq_variant_options.amplifier, which it goes before; 0: not set */
    const fq_recipe *lorc_w; /* storage of its two factors */
    fq_format_id scores;     /* F32, or F16 as on a tensor core with float16 accumulators */
    const char *about;
} fq_variant;

extern const fq_variant fq_variants[];
extern const int fq_variant_count;
/* A row by name, or a row with changes after a colon, separated by '+':  "fireq:w=w.bf16",
 * "fireq:no=pre-rope+a=a.bf16", "w4a16-g128:method=gptq". Keys: w a q kv p (recipes), scores (f32, f16), method, no and
 * with (transforms by name: fq_transform_name), policy (a row of policies.def, uniform, or a map: FILE.yaml), lorc
 * (rank), lorc-w (recipe), amplifier. A changed row lives for ever and is the same pointer each time. NULL, with a
 * message, if unknown. */
const fq_variant *fq_variant_find(const char *name);
const char *fq_transform_name(int bit); /* bit number -> "tensor", "channel", "pre-rope" ...; NULL beyond the last */

/* Settings of the transforms (YAML keys of the same names). Defaults by fq_variant_defaults. */
typedef struct fq_variant_options {
    float up_gate_c, down_c; /* channel scaling constants; 0 = geometric mean rule; < 0 = off */
    float v_mul;             /* scalar v/o factor, 0.9 */
    float alpha, beta;       /* 8, 8 */
    int top_k;               /* 0 = head_dim / 16 (8 for D = 128, as published) */
    float smooth_alpha;      /* SmoothQuant's exponent, 0.5 */
    int amplifier;           /* Integer Scale's 2^n, at most; 0: the largest that cannot overflow */
    float range_low;         /* FPTQ's v0, 15: up to here activations are static */
    float range_high;        /* FPTQ's v1, 150: up to here they are equalized and static */
    float spike_tau;         /* a site is spiky from this ratio on (fq_policy_spike) */
    float group_alpha;       /* FineQuant: a group is halved while that shrinks the range by more than this share */
} fq_variant_options;
fq_variant_options fq_variant_defaults(void);
int fq_variant_needs_calibration(const fq_variant *v); /* any statistics */
int fq_variant_needs_moments(const fq_variant *v);     /* second moments of the inputs of linear layers too */

#ifdef __cplusplus
}
#endif
#endif
