/* What papers say, held against what was measured: each claim names the row that answers it, the row that it refers to,
 * and what must hold for the two to be comparable. A claim that cannot be answered says why. */
#ifndef FQ_HARNESS_CLAIMS_H
#define FQ_HARNESS_CLAIMS_H
#include "harness/folder.h"
#include "harness/record_columns.h"
#ifdef __cplusplus
extern "C" {
#endif

#define FQ_COL_TEXT(name) const char *name;
#define FQ_COL_NUM(name) double name;
typedef struct fq_claim {
#include "harness/claims.def"
} fq_claim;
typedef struct fq_outcome {
#include "harness/outcomes.def"
} fq_outcome;
#undef FQ_COL_TEXT
#undef FQ_COL_NUM

/* For printing outcomes through fq_record_print_columns. */
const fq_columns *fq_outcome_columns(void);

/* Read and check a claims file. Errors: FQ_ERR_INPUT with file and claim (unknown column in a filter or expression,
 * unknown relation or csv, no value, an id twice). */
fq_status fq_claims_read(const char *path, fq_arena *arena, fq_claim **claims, int *n) FQ_MUST_USE;

/* Judge claims by the rows of some runs (of several rows that answer, the last that has a row to be held against
 * counts, and `why` says how many). The interval of a ratio of two timed rows is that of their samples, paired by
 * round, where both have them; that of two accuracy rows (the same column minus or over itself) that of their windows
 * (windows.h); else the two intervals combined as independent errors. outcome[n] lives in the arena. Errors:
 * FQ_ERR_MEMORY. */
fq_status fq_claims_judge(const fq_claim *claims, int n, const fq_folder *runs, int n_runs, fq_arena *arena,
                          fq_outcome **outcomes) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
