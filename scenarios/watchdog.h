/* The hard end of a run with --timeout: what is still inside of a step then cannot be asked to stop, so the process
 * starts itself again in its own place, takes up the rows that are safe, and finishes. */
#ifndef FQ_SCENARIOS_WATCHDOG_H
#define FQ_SCENARIOS_WATCHDOG_H
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_watchdog fq_watchdog;

/* After so many seconds, unless it is stopped before, the program becomes itself with these arguments (argv[0] is the
 * command) and --resume, and FQ_INTERRUPTED=1 in its environment. Locks and files of this one are closed by that.
 * Errors: FQ_ERR_MEMORY. */
fq_status fq_watchdog_start(double seconds, int argc, char **argv, fq_watchdog **out) FQ_MUST_USE;

/* Returns when it can no longer strike; frees it. NULL is fine. */
void fq_watchdog_stop(fq_watchdog *w);

/* 1 in a program that was started that way; asked once, it is forgotten. */
int fq_watchdog_struck(void);

#ifdef __cplusplus
}
#endif
#endif
