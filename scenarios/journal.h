/* How far a run has come, beside its growing CSV files: after each step the journal says which step is done and how
 * many rows it left, so that a killed run can go on with the next one. */
#ifndef FQ_SCENARIOS_JOURNAL_H
#define FQ_SCENARIOS_JOURNAL_H
#include "scenarios/context.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Forget a journal that is there: for a run from the beginning. Errors: FQ_ERR_OUTPUT. */
fq_status fq_journal_begin(const char *dir) FQ_MUST_USE;

/* Steps 0..done-1 are done; `settings` is the scenario as text, `commit` the build. Written whole or not at all. */
fq_status fq_journal_write(const char *dir, const fq_context *c, const char *settings, int done) FQ_MUST_USE;

/* Take the rows that an interrupted run left into the context, which writes them again; *done: steps that need not be
 * done, 0 without a journal. Call with the context's run open (which has set the old files aside as *.partial.csv).
 * Errors: FQ_ERR_USAGE if the scenario or the build is another one, FQ_ERR_INPUT if rows are missing. */
fq_status fq_journal_resume(const char *dir, fq_context *c, const char *settings, int *done) FQ_MUST_USE;

/* The run is complete: the journal goes, and the rows that were set aside if they were resumed. */
void fq_journal_end(const char *dir, int resumed);

#ifdef __cplusplus
}
#endif
#endif
