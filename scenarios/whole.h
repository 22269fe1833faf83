/* Timing whole models: what prefill.c and decode.c share. Variants are held in groups that fit in memory, the baseline
 * in every group, so that speed-ups pair neighbours in time. */
#ifndef FQ_SCENARIOS_WHOLE_H
#define FQ_SCENARIOS_WHOLE_H
#include "scenarios/nets.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { FQ_GROUP_MOST = 64 };
/* Nets of the step's variants that are in memory together, each checked against the oracle; [0] is the baseline. */
typedef struct fq_group {
    fq_llama *net[FQ_GROUP_MOST];
    double err[FQ_GROUP_MOST]; /* of fq_net_check */
    int add[FQ_GROUP_MOST];    /* 0: the baseline, already reported by an earlier group */
    int n;
} fq_group;
/* Build the variants in groups for `positions` positions and sessions of `tokens` tokens, and run `run` on each. */
fq_status fq_group_each(fq_context *c, const fq_step *s, int positions, double tokens,
                        fq_status (*run)(void *ctx, const fq_group *g), void *ctx) FQ_MUST_USE;

/* One net at one prompt length (prefill) or depth (decode). */
typedef struct fq_whole {
    fq_llama *net;
    fq_session *session;
    int batch, prompt, gen;
    const int *ids; /* [batch][prompt]; NULL when prompt = 0 */
    int *next;      /* [batch] sampled ids */
    int *start;     /* [batch] first ids of a decode */
    float *logits;  /* [batch][vocab] of the last position */
    int filled;     /* decode: the cache holds random keys and values instead of a prompt's */
    double net_err; /* of fq_net_check */
    uint64_t hash;  /* of the logits of the first run */
    int has_hash;
} fq_whole;

/* fq_task.judge: the net's check, and logits bit-equal to those of the first run of the same input. */
fq_status fq_whole_judge(void *whole, double *err, double *bound);

/* What one kind does: timed run, description of a row, work, and an untimed preparation (may be NULL). */
typedef struct fq_whole_kind {
    fq_status (*run)(void *whole);
    fq_status (*prepare)(fq_whole *w);
    fq_status (*describe)(fq_context *c, const fq_whole *w, fq_result *r);
    double (*tokens)(const fq_whole *w);
    void (*work)(const fq_whole *w, double *flop, double *bytes);
} fq_whole_kind;

/* Run the kind over batch x prompt x gen of the step (gens: 0 once for prefill). */
fq_status fq_whole_run(fq_context *c, const fq_step *s, const fq_whole_kind *kind, const fq_ints *gens) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
