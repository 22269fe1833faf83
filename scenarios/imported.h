/* Times of other systems that were measured elsewhere and join the pictures of a run, always marked "imported": they
 * were not timed in turn with our rows, and no check of ours stands behind them. */
#ifndef FQ_SCENARIOS_IMPORTED_H
#define FQ_SCENARIOS_IMPORTED_H
#include "harness/record.h"
#include "scenarios/scenario.h"
#ifdef __cplusplus
extern "C" {
#endif

#define FQ_COL_TEXT(name) const char *name;
#define FQ_COL_NUM(name) double name;
typedef struct fq_imported {
#include "scenarios/imported.def"
} fq_imported;
#undef FQ_COL_TEXT
#undef FQ_COL_NUM

/* Read and check a file of imported times. Errors: FQ_ERR_INPUT with file and line (no kernel, a time or size that is
 * not positive). */
fq_status fq_imported_read(const char *path, fq_arena *arena, fq_imported **rows, int *n) FQ_MUST_USE;

/* Can the settings `peers` and `peer_kernels` of a step be used? Errors: FQ_ERR_INPUT, FQ_ERR_USAGE (a kernel that the
 * file does not have). */
fq_status fq_imported_preflight(const fq_step *s) FQ_MUST_USE;

/* What the steps ask for into DIR/imported.csv, where fq_plots_write finds it; no file if they ask for nothing. */
fq_status fq_imported_write(const char *dir, const fq_step *steps, int n_steps) FQ_MUST_USE;

/* Microseconds of `kernel` for m x n x k; where the file has no such m, those of the largest part of it times the
 * number of parts. NAN: none. */
double fq_imported_us(const fq_imported *rows, int n_rows, const char *kernel, double m, double n, double k);

#ifdef __cplusplus
}
#endif
#endif
