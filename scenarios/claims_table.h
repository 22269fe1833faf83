/* Outcomes of claims as a table for people, shared by `reproduce` and `report`. */
#ifndef FQ_SCENARIOS_CLAIMS_TABLE_H
#define FQ_SCENARIOS_CLAIMS_TABLE_H
#include "harness/cells.h"
#include "harness/claims.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Texts live in the arena. */
fq_cells fq_claims_table(fq_arena *arena, const fq_outcome *o, int n);

#ifdef __cplusplus
}
#endif
#endif
