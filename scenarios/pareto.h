/* Pareto plots: perplexity lost against time, from the rows of a run that measured both. */
#ifndef FQ_SCENARIOS_PARETO_H
#define FQ_SCENARIOS_PARETO_H
#include "harness/record.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Into DIR/plots, one picture for each model and text and for prefill and decode, where three variants or more have
 * both numbers; the times are those of the longest prompt. *written: how many. Errors: those of fq_plot_write. */
fq_status fq_pareto_write(const char *dir, const fq_rows *rows, int *written) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
