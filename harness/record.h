/* Tidy CSV (RFC 4180). One X-macro table per file (results.def, samples.def, accuracy.def, windows.def ...)
 * gives the struct, the header row, the writer and the reader. Missing is empty, numbers are %.9g in the C locale
 * (whole ones up to 2^53 keep all their digits: bytes, parameters), columns are only ever appended. */
#ifndef FQ_HARNESS_RECORD_H
#define FQ_HARNESS_RECORD_H
#include <stdio.h>
#include <string.h>
#include "harness/arena.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Text fields: NULL or "" = missing. Number fields: NAN = missing. */
static inline const char *fq_or_empty(const char *text) {
    return text != NULL ? text : "";
}
static inline int fq_same_text(const char *a, const char *b) {
    return strcmp(fq_or_empty(a), fq_or_empty(b)) == 0;
}

#define FQ_COL_TEXT(name) const char *name;
#define FQ_COL_NUM(name) double name;
typedef struct fq_result {
#include "harness/results.def"
} fq_result;
typedef struct fq_sample {
#include "harness/samples.def"
} fq_sample;
typedef struct fq_accuracy_row {
#include "harness/accuracy.def"
} fq_accuracy_row;
typedef struct fq_error_row {
#include "harness/errors.def"
} fq_error_row;
typedef struct fq_layer_row {
#include "harness/layers.def"
} fq_layer_row;
typedef struct fq_window_row {
#include "harness/windows.def"
} fq_window_row;
typedef struct fq_format_row {
#include "harness/formats.def"
} fq_format_row;
typedef struct fq_serve_row {
#include "harness/serve.def"
} fq_serve_row;
typedef struct fq_request_row {
#include "harness/requests.def"
} fq_request_row;
#undef FQ_COL_TEXT
#undef FQ_COL_NUM

/* All fields missing. */
void fq_result_init(fq_result *r);
void fq_sample_init(fq_sample *r);
void fq_accuracy_row_init(fq_accuracy_row *r);
void fq_error_row_init(fq_error_row *r);
void fq_layer_row_init(fq_layer_row *r);
void fq_window_row_init(fq_window_row *r);
void fq_format_row_init(fq_format_row *r);
void fq_serve_row_init(fq_serve_row *r);
void fq_request_row_init(fq_request_row *r);

/* Rows in memory, of the tables that pictures and printed tables are made of. Owns nothing. */
typedef struct fq_rows {
    const fq_result *results;
    const fq_accuracy_row *accuracy;
    const fq_error_row *errors;
    const fq_layer_row *layers;
    const fq_format_row *formats;
    const fq_serve_row *serve;
    int n_results, n_accuracy, n_errors, n_layers, n_formats, n_serve;
} fq_rows;

typedef enum fq_table {
    FQ_TABLE_RESULTS,
    FQ_TABLE_SAMPLES,
    FQ_TABLE_ACCURACY,
    FQ_TABLE_ERRORS,
    FQ_TABLE_LAYERS,
    FQ_TABLE_WINDOWS,
    FQ_TABLE_FORMATS,
    FQ_TABLE_SERVE,
    FQ_TABLE_REQUESTS,
    FQ_TABLE_COUNT
} fq_table;
typedef enum fq_output { FQ_OUTPUT_CSV, FQ_OUTPUT_JSON, FQ_OUTPUT_MD } fq_output;

/* Header or one row of `table` to f; row points to the matching struct. Errors: FQ_ERR_OUTPUT (disk full too). */
fq_status fq_record_header(FILE *f, fq_table table) FQ_MUST_USE;
fq_status fq_record_row(FILE *f, fq_table table, const void *row) FQ_MUST_USE;

/* Rows as csv, json (array of objects, missing keys left out) or md (only columns that any row has, numbers short). */
fq_status fq_record_print(FILE *f, fq_output how, fq_table table, const void *rows, int n) FQ_MUST_USE;

/* Read a CSV written by this program, or one with more, fewer or reordered columns (unknown ones are ignored with a
 * note in fq_message, known ones matched by name). Text lives in the arena. Through libcsv.
 * Errors: FQ_ERR_INPUT with file and line (no header, a number that is none, a row of the wrong length). */
fq_status fq_record_read(const char *path, fq_table table, fq_arena *arena, void **rows, int *n) FQ_MUST_USE;

/* mkdir -p. Errors: FQ_ERR_OUTPUT naming the directory. */
fq_status fq_dir_create(const char *dir) FQ_MUST_USE;

/* A run's output directory: its CSV files open for appending row by row under a temporary name beside the final one;
 * every row is flushed, so an interrupted run leaves valid CSV. */
typedef struct fq_run fq_run;
/* Creates dir (and parents). Errors: FQ_ERR_OUTPUT naming the directory, before anything is overwritten; another run
 * writing to it counts. Rows that a killed run left under the temporary name are kept as *.partial.csv. */
fq_status fq_run_open(fq_run **out, const char *dir) FQ_MUST_USE;
fq_status fq_run_row(fq_run *r, fq_table table, const void *row) FQ_MUST_USE;
/* Rename the files to their final names (only now is anything overwritten) and free. Tables with no row leave a file
 * with its header only; errors.csv, layers.csv, windows.csv, formats.csv, serve.csv and
 * requests.csv, which few runs have, then leave none. */
fq_status fq_run_close(fq_run *r) FQ_MUST_USE;
/* Keep what is there as *.partial.csv (whole rows only) and free; without any row nothing is kept. */
void fq_run_abandon(fq_run *r);
const char *fq_run_dir(const fq_run *r);

/* Atomic text file: write through `f` (from fq_file_create), then commit (fsync, rename) or discard. */
typedef struct fq_file {
    FILE *f;
    char *path, *temporary;
} fq_file;
fq_status fq_file_create(fq_file *out, const char *path) FQ_MUST_USE;
fq_status fq_file_commit(fq_file *out) FQ_MUST_USE;
void fq_file_discard(fq_file *out);

#ifdef __cplusplus
}
#endif
#endif
