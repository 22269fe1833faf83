/* How far a run has come, beside its growing CSV files: after each step, and after each part of one that stands for
 * itself (a group of kernels, a group of variants), the journal says how many rows are complete. A killed run goes on
 * with the next part. */
#ifndef FQ_SCENARIOS_JOURNAL_H
#define FQ_SCENARIOS_JOURNAL_H
#include "scenarios/context.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Forget a journal that is there: for a run from the beginning. Errors: FQ_ERR_OUTPUT. */
fq_status fq_journal_begin(const char *dir) FQ_MUST_USE;

/* Steps 0 .. c->steps_done - 1 are done, and of the next one the rows after c->began. Written whole or not at all. */
fq_status fq_journal_write(const char *dir, const fq_context *c) FQ_MUST_USE;

/* Take the rows that an interrupted run left into the context, which writes them again, and its steps_done, began and
 * kept_*; all 0 without a journal. Call with the context's run open (which has set the old files aside as
 * *.partial.csv). Errors: FQ_ERR_USAGE if the scenario or the build is another one, FQ_ERR_INPUT if rows are missing.
 */
fq_status fq_journal_resume(const char *dir, fq_context *c) FQ_MUST_USE;

/* Rows of a table so far. */
int fq_journal_rows(const fq_context *c, fq_table t);

/* The run is complete: the journal goes, and the rows that were set aside if they were resumed. */
void fq_journal_end(const char *dir, int resumed);

#ifdef __cplusplus
}
#endif
#endif
