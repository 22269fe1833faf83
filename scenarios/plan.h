/* What a scenario would do: its steps, how many rows they make, and about how long that takes. */
#ifndef FQ_SCENARIOS_PLAN_H
#define FQ_SCENARIOS_PLAN_H
#include "scenarios/scenario.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Rows that a step makes at most, over all its lists and threads. */
int fq_plan_rows(const fq_step *s);
/* How many of a step's row_kernels are rope_quant. */
int fq_plan_rope_kernels(const fq_step *s);

/* Print the plan to standard output. Timed rows take their budget and about half a second of preparation; perplexity
 * takes what it took in the results that are in `out`, if there are any. */
void fq_plan_print(const fq_scenario *s, const char *out);

#ifdef __cplusplus
}
#endif
#endif
