/* Which option (a pair of number formats, say) each site of a net gets under a budget of stored bytes: the
 * sensitivities of single sites with a greedy or an exact choice, and a policy learned by REINFORCE (FLIQS, arXiv
 * 2308.03290). Knows sites and options by number only; what an assignment costs in loss is asked of the caller. */
#ifndef FQ_MODELS_POLICY_SEARCH_H
#define FQ_MODELS_POLICY_SEARCH_H
#include <stdint.h>
#include "harness/arena.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_policy_search {
    int sites, options;
    const double *bytes; /* [sites][options] */
    double budget;       /* bytes of all sites together */
    /* Loss of choice[sites] on batch number `batch` of the calibration text; batch < 0: on all of it. */
    fq_status (*loss)(void *ctx, const int *choice, int batch, double *out);
    void *ctx;
    /* of REINFORCE */
    int steps, batches;
    double beta; /* weight of the cost in the reward; 1 in the released code */
    uint64_t seed;
} fq_policy_search;

/* delta[sites][options]: loss with that option at that site and the costliest option everywhere else, minus the loss
 * with the costliest everywhere. The costliest of a site: the one with most bytes. Errors: those of loss. */
fq_status fq_search_sensitivity(const fq_policy_search *p, double *delta) FQ_MUST_USE;
/* From the costliest options down: the change with the least rise of delta for a byte saved, until the budget holds.
 * Errors: FQ_ERR_USAGE (not even the cheapest options fit). */
fq_status fq_search_greedy(const fq_policy_search *p, const double *delta, int *choice) FQ_MUST_USE;
/* The choice with the least sum of delta within the budget: dynamic programming over bytes in units of 1/65536 of the
 * budget, each option rounded up, so that the budget holds. Errors: FQ_ERR_USAGE, FQ_ERR_MEMORY. */
fq_status fq_search_knapsack(const fq_policy_search *p, const double *delta, fq_arena *scratch,
                             int *choice) FQ_MUST_USE;
/* A table of logits learned by policy gradient: each step draws an option for every site (evenly in the first quarter),
 * rewards it with  -loss - beta |1 - bytes / budget|,  and moves the logits along (reward - its running mean, decay
 * 0.9) grad log p + lambda grad(-entropy), lambda rising to 0.5 as a cosine, by Adam with rate 0.05; then the likeliest
 * option of each site, and, where that exceeds the budget, the least unlikely cheaper ones until it holds. entropy (may
 * be NULL): mean over sites at the end, in nats. Weights stay as they are, where the paper trains them meanwhile.
 * Errors: those of loss, FQ_ERR_USAGE, FQ_ERR_MEMORY. */
fq_status fq_search_reinforce(const fq_policy_search *p, fq_arena *scratch, int *choice, double *entropy) FQ_MUST_USE;
/* The control: a random order of sites, each given the costliest option that still leaves room for the cheapest of the
 * rest. Errors: FQ_ERR_USAGE. */
fq_status fq_search_random(const fq_policy_search *p, int *choice) FQ_MUST_USE;

double fq_search_bytes(const fq_policy_search *p, const int *choice);

#ifdef __cplusplus
}
#endif
#endif
