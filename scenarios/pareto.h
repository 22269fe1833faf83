/* Pareto plots: perplexity lost against time, from the rows of a run that measured both, and nearness to the reference
 * against what a multiply-accumulate unit of the formats costs (mac_cost.h). */
#ifndef FQ_SCENARIOS_PARETO_H
#define FQ_SCENARIOS_PARETO_H
#include "harness/record.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Into DIR/plots, one picture for each model and text and for prefill and decode, where three variants or more have
 * both numbers; the times are those of the longest prompt. One picture more for each strength of outliers where six
 * variants or more have a cost: mean KL divergence over it. *written: how many. Errors: those of fq_plot_write. */
fq_status fq_pareto_write(const char *dir, const fq_rows *rows, int *written) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
