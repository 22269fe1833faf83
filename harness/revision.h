/* Two revisions of this program side by side: each built in a git worktree of its own, then run as a process. */
#ifndef FQ_HARNESS_REVISION_H
#define FQ_HARNESS_REVISION_H
#include "harness/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_revision {
    const char *name;    /* as given */
    const char *commit;  /* short hash; "working tree" for "." */
    const char *program; /* path of the built fqbench */
} fq_revision;

/* Build revision `name` of the repository that the current directory is in, as build/revisions/HASH (kept: a second
 * call finds it built). "." is the running program itself. Texts live in the arena. Errors: FQ_ERR_USAGE (no such
 * revision, no repository), FQ_ERR_FAILED (git or make fail: the last line they said; all of it is in HASH.log beside
 * it). */
fq_status fq_revision_build(const char *name, fq_arena *arena, fq_revision *out) FQ_MUST_USE;

/* Run a program and wait; argv ends with NULL, argv[0] is looked up in PATH. Its output goes to the file `log`
 * (appended), or nowhere if NULL. seconds > 0: it is killed after that long. *code: its exit code, 128 + signal if
 * killed. Errors: FQ_ERR_FAILED if it cannot be started. */
fq_status fq_process_run(char *const *argv, const char *log, double seconds, int *code) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
