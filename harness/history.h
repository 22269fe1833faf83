/* Results over time, in one SQLite file: every run that was added, value by value. A run is known by the SHA-256 of its
 * rows, so adding it twice changes nothing. */
#ifndef FQ_HARNESS_HISTORY_H
#define FQ_HARNESS_HISTORY_H
#include "harness/folder.h"
#include "harness/record_columns.h"
#ifdef __cplusplus
extern "C" {
#endif

#define FQ_COL_TEXT(name) const char *name;
#define FQ_COL_NUM(name) double name;
typedef struct fq_history_row {
#include "harness/history.def"
} fq_history_row;
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
const fq_columns *fq_history_columns(void);

typedef struct fq_history fq_history;
/* Open the file; make: begin one if there is none (its directory must be there). Errors: FQ_ERR_INPUT (none there, no
 * database, or one of another kind), FQ_ERR_OUTPUT. */
fq_status fq_history_open(fq_history **out, const char *path, int make) FQ_MUST_USE;
void fq_history_close(fq_history *h);

/* Add the PASS rows and the accuracy rows of a run; note may be NULL. *run: its number; *added: 0 if it was there.
 * All of it or nothing. Errors: FQ_ERR_OUTPUT, FQ_ERR_INPUT (no such rows). */
fq_status fq_history_add(fq_history *h, const fq_folder *f, const char *note, int *run, int *added) FQ_MUST_USE;

/* Rows, ordered by metric, test, machine, run; test and metric: only those that contain it (NULL: all). */
fq_status fq_history_rows(fq_history *h, const char *test, const char *metric, fq_arena *arena, fq_history_row **rows,
                          int *n) FQ_MUST_USE;

/* Add rows that were exported (runs that are there are left alone; new ones get new numbers). *runs: how many were
 * added. All or nothing. */
fq_status fq_history_import(fq_history *h, const fq_history_row *rows, int n, int *runs) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
