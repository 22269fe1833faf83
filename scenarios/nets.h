/* Nets of a step: built for their variants in groups that fit in memory, calibrated where the variant needs it, and
 * checked against the oracle kernels before anything of them is timed. */
#ifndef FQ_SCENARIOS_NETS_H
#define FQ_SCENARIOS_NETS_H
#include "models/corpus.h"
#include "scenarios/context.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Largest Kullback-Leibler divergence (nats, over positions) between a net on its timed kernels and on the oracle
 * kernels: above it the timed kernels do not compute this net. */
#define FQ_NET_BOUND 1e-3
/* The same on a device, whose numbers between the operations are bfloat16: the oracle rounds there too, but what is
 * summed in another order now and then rounds to the neighbour, 2^-8 away, and that to another 8-bit or 4-bit code.
 * Random layers of Llama-3-8B's shape give 4e-3 in FireQ's formats and 2e-5 in bfloat16, a wrong chain whole nats. */
#define FQ_NET_BOUND_DEVICE 1e-2
double fq_net_bound(const fq_llama *net);

/* Evaluation text of a perplexity step. Owner: the caller, fq_corpus_free. */
fq_status fq_net_corpus(const fq_step *s, const fq_model *m, fq_corpus *out) FQ_MUST_USE;

/* 1 if the step's nets run on the device. */
int fq_net_on_device(const fq_step *s);

/* 1 if the variant rounds nothing: it is the float32 model, and has no error. */
int fq_net_is_float(const fq_variant *v);

/* What can be known of a step before anything is built: the positions that it needs, and whether its text is there, is
 * UTF-8 and long enough. Errors: FQ_ERR_USAGE, FQ_ERR_INPUT. */
fq_status fq_net_preflight(const fq_step *s, const fq_model *m) FQ_MUST_USE;

/* Build the step's model for variant v with `positions` positions (0: the model's own limit), with the step's settings
 * of the transforms and its calibration. On a device, where the step says so, but for the float32 reference. Owner: the
 * caller, fq_llama_free. */
fq_status fq_net_build(fq_context *c, const fq_step *s, const fq_variant *v, int positions, fq_llama **out) FQ_MUST_USE;
/* The same, watched; calibrated even where the variant could do without. */
fq_status fq_net_build_observed(fq_context *c, const fq_step *s, const fq_variant *v, const fq_build_observer *observer,
                                fq_llama **out) FQ_MUST_USE;

/* Both kernel sets on the layers of the net, each between embedding and head as if it were the only one: prefill of a
 * few random tokens and one decode step; err = the largest divergence over layers of the largest over positions.
 * A value beside a rounding boundary may get another code on the other kernels, and one such code moves everything
 * after it by a quantization step, through all layers; so layers are checked one by one, and a layer beyond the bound
 * is tried on up to 8 prompts, of which the best counts. A wrong kernel is wrong on all of them. Tokens, positions and
 * layers are limited so that the oracle stays near 2e9 multiplications. */
fq_status fq_net_check(fq_context *c, const fq_step *s, fq_llama *net, double *err) FQ_MUST_USE;

/* Gather the statistics that the variants need, if any does and they are not there yet for this model, its outliers and
 * the step's calibration text. moments: 1 asks for statistics with second moments whatever the variants need. It takes
 * a float32 net of its own: called first, that one and the step's nets are never in memory together. */
fq_status fq_net_calibrate(fq_context *c, const fq_step *s, const fq_texts *variants, int moments) FQ_MUST_USE;
/* Bytes that second moments of a model's inputs take. */
double fq_net_moment_bytes(const fq_model *m, int layers);

/* How many of the variants v[first..n-1] to hold in memory at once, at least one: their stored bytes and sessions of
 * `tokens` tokens stay below max(128 MB, min(4 x the checkpoint, 512 MB)). f32_free: f32 is there already as the
 * reference and counts nothing. */
int fq_net_group(const fq_model *m, const fq_texts *variants, int first, double tokens, int f32_free);

/* Columns of a result row that a net determines: model, variant, sizes. */
fq_status fq_net_describe(fq_context *c, const fq_llama *net, fq_result *r) FQ_MUST_USE;
/* Model name for tables, with a word on lossy references. NULL on no memory. */
const char *fq_net_model_name(fq_context *c, const fq_model *m);

/* Engine whose ceiling bounds a net, and the least flop and bytes of one forward call with `tokens` new tokens, `head`
 * positions through the head, and `pairs` query-key pairs of attention a head. Bytes count weights beyond the
 * last-level cache: the rest may stay there between repetitions. */
fq_engine fq_net_engine(const fq_llama *net);
double fq_net_flop(const fq_llama *net, double tokens, double head, double pairs);
double fq_net_bytes(const fq_llama *net);

/* Random ids below the vocabulary, the same for every variant. Owner: the arena. NULL on no memory. */
int *fq_net_ids(const fq_model *m, uint64_t seed, size_t n, fq_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
