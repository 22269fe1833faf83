/* A Llama prepared for one variant, and sessions that run it: prefill and decode are the same forward pass over the
 * kernels of kernels.def.
 *
 *     fq_model model;                                     // checkpoint + tokenizer
 *     FQ_TRY(fq_model_open("models/tiny", 1234, &model));
 *     fq_llama *net;
 *     FQ_TRY(fq_llama_build(&model, fq_variant_find("fireq"), &options, calibration, &net));
 *     fq_session *s;
 *     FQ_TRY(fq_session_create(net, 1, 1024, 512, &s));   // batch 1, 1024 positions, at most 512 tokens a call
 *     FQ_TRY(fq_session_forward(s, ids, 512));            // prefill
 *     FQ_TRY(fq_session_last_logits(s, logits));          // head on the last position only
 */
#ifndef FQ_MODELS_LLAMA_H
#define FQ_MODELS_LLAMA_H
#include <stddef.h>
#include <stdint.h>
#include "harness/arena.h"
#include "harness/status.h"
#include "kernels/registry.h"
#include "models/checkpoint.h"
#include "models/outliers.h"
#include "models/tokenizer.h"
#include "models/variant.h"
#include "quant/input_stats.h"
#include "quant/rotation.h"
#include "quant/transform.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_saved fq_saved; /* models/saved.h */

typedef struct fq_model {
    fq_checkpoint checkpoint;
    const fq_saved *saved;   /* of a directory that fq_llama_save wrote; NULL: float weights are there */
    fq_outliers outliers;    /* injected into every weight that is read; kappa = 1: none */
    fq_tokenizer *tokenizer; /* NULL for shape names and checkpoints without one */
    fq_arena arena;
} fq_model;

/* path: Hugging Face directory, .gguf file, directory that fq_llama_save wrote, or a shape name of models.def (random
 * Gaussian weights of `seed`, speed only). An existing path wins over a shape name. Errors: those of
 * fq_checkpoint_open; FQ_ERR_INPUT naming the known shapes when it is neither. Close with fq_model_close; nets built
 * from it must be freed before. */
fq_status fq_model_open(const char *path, uint64_t seed, fq_model *out) FQ_MUST_USE;
void fq_model_close(fq_model *m);
/* Rows of models.def: the shape's configuration by name (NULL if unknown), and the names 0 .. count-1. */
const fq_llama_config *fq_model_shape(const char *name);
int fq_model_shape_count(void);
const char *fq_model_shape_name(int i);
int fq_model_has_weights(const fq_model *m);   /* 0 for shape names: accuracy makes no sense */
const char *fq_model_lossy(const fq_model *m); /* NULL, or e.g. "Q4_K": the stored weights are quantized already */
/* The only variant that a saved model can run; NULL for models with float weights, which can run all. */
const fq_variant *fq_model_saved_variant(const fq_model *m);
const fq_variant_options *fq_model_saved_options(const fq_model *m); /* settings it was made with; NULL as above */

typedef struct fq_low_linear fq_low_linear;
typedef struct fq_linear {
    fq_qmatrix w;
    const fq_recipe *a;
    const fq_kernel *kernel;
    const fq_kernel *preferred; /* what fq_llama_use_kernel asked for; NULL: dispatch chooses */
    void *packed;
    float fixed_scale; /* of STATIC activation recipes; else 0 */
    /* FQ_T_OUTLIERS: inputs are taken in the order `order` [all inputs]; the first w.cols are this matrix's, the rest
     * go to `wide`, whose product is added. NULL without. */
    int *order;
    struct fq_linear *wide;
    fq_low_linear *low; /* LoRC: what a product of low rank adds; NULL without */
} fq_linear;
/* up (down x): down [rank][cols of the layer] on the layer's own codes, up [rows][rank] on its sums in bfloat16. */
struct fq_low_linear {
    fq_linear down, up;
};

typedef struct fq_layer {
    float *attention_norm, *mlp_norm; /* [hidden], transforms folded in */
    fq_linear qkv;                    /* rows: H*D queries, H_kv*D keys, H_kv*D values */
    fq_linear o, gate_up, down;       /* gate_up rows: intermediate gate, intermediate up */
    float *qkv_bias, *o_bias;         /* NULL without attention_bias */
    float *gate_up_bias, *down_bias;  /* NULL without mlp_bias */
    float *post;                      /* [H_kv*D] post-RoPE factors or NULL */
    float *key_offset;                /* [H_kv*D] subtracted after them, or NULL */
    float *k_clip, *v_clip;           /* [H_kv] or NULL */
} fq_layer;

/* The four places of a layer whose inputs are quantized. */
typedef enum fq_site { FQ_SITE_QKV, FQ_SITE_O, FQ_SITE_GATE_UP, FQ_SITE_DOWN, FQ_SITE_COUNT } fq_site;

/* What calibration gathers: keys and queries for RoPE-aware scaling, inputs of the linear layers for the rest. All of
 * the float32 model, before any transform. */
typedef struct fq_layer_stats {
    fq_key_stats keys;
    fq_input_stats input[FQ_SITE_COUNT]; /* moments only if fq_calibration.moments */
} fq_layer_stats;
typedef struct fq_calibration {
    fq_layer_stats *layer; /* [layers] */
    int layers;
    int moments;    /* second moments were gathered */
    char text[96];  /* what it was gathered on, for the tables */
    double seconds; /* that it took, sampling of the text included */
    fq_arena arena;
} fq_calibration;

typedef struct fq_device_net fq_device_net; /* models/device.h */

typedef struct fq_llama {
    const fq_model *model;
    fq_llama_config config;
    const fq_variant *variant;
    fq_variant_options options;
    int layers; /* layers the forward pass runs: config.layers, or fewer if limited */
    int built;  /* distinct layers in memory; layer l uses l % built (< layers only for shape names) */
    fq_layer *layer;
    fq_linear head;
    fq_rotation *rotation; /* FQ_T_ROTATE: of the residual stream, applied to embeddings as they are read; or NULL */
    float *final_norm;     /* [hidden] */
    float *cos_t, *sin_t;  /* [max_positions built][D/2] */
    int positions;
    const fq_kernel *attention_prefill, *attention_decode, *rmsnorm, *swiglu, *quant_rows, *rope;
    fq_device_net *device;   /* its weights on the device; NULL: not there */
    int on_device;           /* sessions made from now on run there */
    const char *calibration; /* what it was calibrated on; NULL: the variant needs none */
    double bits_per_weight;  /* of the quantized projections, scales included */
    size_t bytes;            /* stored bytes of projections and head */
    int64_t parameters;      /* of the whole model */
    double build_s;          /* seconds of loading, transforming, quantizing and packing */
    double flop_per_token;   /* 2 x weights of projections (head apart) */
    fq_arena arena;
} fq_llama;

/* Sees every projection once it is quantized: w [rows][cols of q] are its float32 weights after all transforms, rows
 * row0.. of q their codes, stats the inputs (NULL without calibration). */
typedef struct fq_build_observer {
    void (*layer)(void *ctx, int layer, const char *projection, const float *w, int rows, const fq_qmatrix *q, int row0,
                  const fq_input_stats *stats);
    void *ctx;
} fq_build_observer;

typedef struct fq_build_options {
    fq_variant_options variant;
    fq_build_observer observer;        /* .layer NULL: none */
    const fq_calibration *calibration; /* NULL only where fq_variant_needs_calibration is 0, or for shape names */
    int max_layers;                    /* 0 = all */
    int positions;                     /* RoPE table length; 0 = min(max_positions, 8192) */
    size_t memory_bytes; /* shape names: build at most this many bytes of layers and reuse them in turn; 0 = 4 GiB */
} fq_build_options;
fq_build_options fq_build_defaults(void);

/* Load, transform, quantize and pack, a layer at a time; of a saved model load and pack: its own variant, settings and
 * calibration, whatever o says. Owner: caller, fq_llama_free. Errors: FQ_ERR_MEMORY, FQ_ERR_NUMERIC (NaN in a weight,
 * named), FQ_ERR_USAGE (variant needs calibration; not the variant of a saved model), FQ_ERR_INPUT (saved model). */
fq_status fq_llama_build(const fq_model *m, const fq_variant *v, const fq_build_options *o, fq_llama **out) FQ_MUST_USE;
void fq_llama_free(fq_llama *net);
/* Run on the oracle kernels (1) or on the fastest usable ones (0). Not while a session of it is inside a call. */
void fq_llama_use_reference(fq_llama *net, int reference);
/* Why no session of this variant could run on a device: FQ_ERR_UNSUPPORTED naming variant and reason, whether there is
 * a device or not. Models with other layers or biases are refused by fq_llama_use_device. */
fq_status fq_variant_check_device(const fq_variant *v, const fq_llama_config *c) FQ_MUST_USE;
/* Bring the weights to the device, once; from now on sessions are made there, unless the oracle kernels are asked for.
 * Errors: FQ_ERR_SKIPPED (no device), FQ_ERR_UNSUPPORTED (naming what has no kernel there), FQ_ERR_MEMORY. */
fq_status fq_llama_use_device(fq_llama *net) FQ_MUST_USE;
/* Force one kernel by name (for --kernel): FQ_ERR_USAGE if unknown, not usable, or of an operation the net does not
 * use. */
fq_status fq_llama_use_kernel(fq_llama *net, const char *name) FQ_MUST_USE;
/* Names of the distinct kernels a forward pass uses, e.g. "gemm_i4f8.avx2 gemm_bf16.avx2 attention_prefill.avx2 ..." */
void fq_llama_kernels(const fq_llama *net, char *out, size_t bytes);

typedef struct fq_session fq_session;
/* batch sequences of up to `capacity` positions; a forward call takes at most max_tokens = batch * seq tokens.
 * Owner: caller, fq_session_free. Errors: FQ_ERR_USAGE (capacity beyond net->positions), FQ_ERR_MEMORY. */
fq_status fq_session_create(const fq_llama *net, int batch, int capacity, int max_tokens, fq_session **out) FQ_MUST_USE;
void fq_session_free(fq_session *s);
/* Run ids[batch][seq] (row-major) after the positions already there; all sequences advance by seq. Errors: FQ_ERR_USAGE
 * (id out of range, capacity exceeded), FQ_ERR_NUMERIC. */
fq_status fq_session_forward(fq_session *s, const int *ids, int seq) FQ_MUST_USE;
/* Neighbouring sequences first .. first+batch-1 of a session that take `seq` tokens each. */
typedef struct fq_span {
    int first, batch, seq;
} fq_span;
/* Run spans of sequences together (continuous batching): every multiplication takes the tokens of all of them, and each
 * sequence goes on after its own positions; the others stay as they are. ids: those of span after span, row-major. The
 * spans rise and do not overlap. Errors: as above. */
fq_status fq_session_forward_spans(fq_session *s, const int *ids, const fq_span *spans, int n) FQ_MUST_USE;
/* Of the rows of the last forward call keep rows[0..n-1], which rise: they are rows 0 .. n-1 from now on. */
void fq_session_keep_rows(fq_session *s, const int *rows, int n);
/* Sequence `to` is forgotten and `from` takes its place; from == to: none does. `from` is empty then. */
void fq_session_replace(fq_session *s, int to, int from);
/* Head on rows first .. first+n-1 of the last forward call's batch*seq tokens: logits[n][vocab]. */
fq_status fq_session_logits(fq_session *s, int first, int n, float *logits) FQ_MUST_USE;
/* Head on the last position of every sequence, all of which the last forward call took on alike: logits[batch][vocab].
 */
fq_status fq_session_last_logits(fq_session *s, float *logits) FQ_MUST_USE;
/* Greedy ids of the last position of every sequence: ids[batch]. logits[batch][vocab] is room for the logits, which a
 * session on a device leaves alone. */
fq_status fq_session_sample(fq_session *s, float *logits, int *ids) FQ_MUST_USE;
/* `steps` times: run ids[batch], sample the next ones into ids. On a device nothing waits for the host between steps.
 */
fq_status fq_session_continue(fq_session *s, int *ids, int steps, float *logits) FQ_MUST_USE;
/* Of a session on a device: random keys and values as the first `past` positions of every sequence, for timing at a
 * depth. Errors: FQ_ERR_UNSUPPORTED elsewhere. */
fq_status fq_session_fill(fq_session *s, int past, unsigned seed) FQ_MUST_USE;
/* Of a session on a device: device time of each part of a forward pass over ids[batch][seq] and of sampling, launched
 * one by one; parts[FQ_SESSION_PARTS_MOST]. Errors: FQ_ERR_UNSUPPORTED elsewhere, and those of a forward call. */
enum { FQ_SESSION_PARTS_MOST = 16 };
typedef struct fq_session_part {
    const char *name;
    double ns;
} fq_session_part;
fq_status fq_session_profile(fq_session *s, const int *ids, int seq, fq_session_part *parts, int *n) FQ_MUST_USE;
/* Forget all but the first `past` positions of every sequence. */
void fq_session_rewind(fq_session *s, int past);
int fq_session_past(const fq_session *s);

/* Where the time of a session's calls goes on a CPU: nanoseconds of each part, over all layers and calls. */
typedef enum fq_part {
    FQ_PART_EMBED,
    FQ_PART_NORM, /* all three norms, with the quantization behind them */
    FQ_PART_QKV,
    FQ_PART_ROPE, /* and the quantization of queries, keys and values */
    FQ_PART_ATTENTION,
    FQ_PART_QUANT, /* of the attention's output */
    FQ_PART_O,
    FQ_PART_GATE_UP,
    FQ_PART_SWIGLU, /* and its quantization */
    FQ_PART_DOWN,
    FQ_PART_HEAD,
    FQ_PART_COUNT
} fq_part;
typedef struct fq_parts {
    int64_t ns[FQ_PART_COUNT];
    int64_t begun; /* clock at the end of the part before */
} fq_parts;
const char *fq_part_name(fq_part part);
/* Add the times of every further call to *parts, which must outlive them; NULL: no longer. Nothing is added for a
 * session on a device, which fq_session_profile takes apart. */
void fq_session_watch(fq_session *s, fq_parts *parts);
size_t fq_session_kv_bytes(const fq_session *s); /* cache bytes of the positions held */

/* Gather statistics by running `net` (float32) over n_ids ids in windows of `window`; with_moments: those of second
 * order too, which take K^2 floats a layer input. A tail shorter than a window is left out. Errors: FQ_ERR_INPUT (less
 * than one window), FQ_ERR_USAGE (net is of another variant than f32), FQ_ERR_MEMORY, and those of a forward call. */
fq_status fq_calibrate(const fq_llama *net, const int *ids, size_t n_ids, int window, int with_moments,
                       fq_calibration **out) FQ_MUST_USE;
void fq_calibration_free(fq_calibration *c);
/* Default calibration ids: the model directory's calibration.u16 where there is one (ids stored as little-endian
 * uint16; at most 16 windows of 512), else 16 x 256 ids of the model's own text, sampled at temperature 1 with `seed`
 * (works offline for any model; nothing of the evaluation text is seen). ids malloc'ed; what[96] says what it is. */
fq_status fq_calibration_ids(const fq_llama *net, uint64_t seed, int **ids, size_t *n, int *window,
                             char what[96]) FQ_MUST_USE;

/* Sample an id: temperature <= 0 takes the arg max (lowest index wins ties), else softmax(logits / temperature) with u
 * in [0, 1). */
int fq_sample_id(const float *logits, int vocab, float temperature, double u);

#ifdef __cplusplus
}
#endif
#endif
