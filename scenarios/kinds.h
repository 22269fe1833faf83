/* One function a scenario kind, from scenarios.def: run the step, add its rows to the context.
 * Errors: FQ_ERR_USAGE and FQ_ERR_INPUT before anything was measured, FQ_ERR_SKIPPED if it cannot run here. */
#ifndef FQ_SCENARIOS_KINDS_H
#define FQ_SCENARIOS_KINDS_H
#include "scenarios/context.h"
#ifdef __cplusplus
extern "C" {
#endif

#define FQ_SCENARIO(kind, about) fq_status fq_scenario_##kind(fq_context *c, const fq_step *step) FQ_MUST_USE;
#include "scenarios/scenarios.def"
#undef FQ_SCENARIO

#ifdef __cplusplus
}
#endif
#endif
