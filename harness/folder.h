/* What a run left behind, read back: the CSV files of a results directory and its environment.json as key and value.
 * Comparing, reproducing, reporting and the history all start here. */
#ifndef FQ_HARNESS_FOLDER_H
#define FQ_HARNESS_FOLDER_H
#include "harness/arena.h"
#include "harness/record.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One leaf of environment.json: "caches.0.size" and "32K". Numbers as JSON writes them; null leaves are left out. */
typedef struct fq_fact {
    const char *key, *value;
} fq_fact;

typedef struct fq_folder {
    const char *dir;
    fq_result *results;
    fq_sample *samples;
    fq_accuracy_row *accuracy;
    fq_error_row *errors;
    fq_layer_row *layers;
    fq_window_row *windows;
    fq_format_row *formats;
    fq_serve_row *serve;
    fq_fact *facts;
    int n_results, n_samples, n_accuracy, n_errors, n_layers, n_windows, n_formats, n_serve, n_facts;
} fq_folder;

/* Read one results directory; everything lives in the arena. A file that is not there has no rows, but results.csv,
 * accuracy.csv, errors.csv or formats.csv must be. Errors: FQ_ERR_INPUT naming the directory or the file and line,
 * FQ_ERR_MEMORY. */
fq_status fq_folder_read(const char *dir, fq_arena *arena, fq_folder *out) FQ_MUST_USE;

/* One or several runs of the same thing: `path` is a results directory, or holds them (its subdirectories, by name).
 * Errors: as above; FQ_ERR_INPUT if there is none. */
fq_status fq_folder_read_runs(const char *path, fq_arena *arena, fq_folder **runs, int *n) FQ_MUST_USE;

/* Its rows, for tables and pictures. */
fq_rows fq_folder_rows(const fq_folder *f);

/* The value of a fact, NULL if it has none. */
const char *fq_folder_fact(const fq_folder *f, const char *key);

/* Copy the CSV files and environment.json that `from` has into directory `to` (made; files there are replaced, each
 * whole or not at all). Errors: FQ_ERR_INPUT, FQ_ERR_OUTPUT. */
fq_status fq_folder_copy(const char *from, const char *to) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
