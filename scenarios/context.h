/* What a run carries from step to step: the output files, the rows so far, the ceilings of this host, and the open
 * model with its calibration. The scenario kinds (gemm.c, prefill.c ...) see only this and their step. */
#ifndef FQ_SCENARIOS_CONTEXT_H
#define FQ_SCENARIOS_CONTEXT_H
#include <stdint.h>
#include "harness/bench.h"
#include "harness/progress.h"
#include "harness/record.h"
#include "models/exemplar.h"
#include "models/llama.h"
#include "scenarios/scenario.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_context {
    fq_arena arena;       /* texts of the rows; lives as long as the context */
    fq_run *run;          /* output files; NULL for commands that only print */
    const char *scenario; /* name in the rows */
    uint64_t seed;
    int threads; /* of the current step */
    const char *cpu, *commit, *isa;
    fq_result *results;
    int n_results, cap_results;
    fq_accuracy_row *accuracy;
    int n_accuracy, cap_accuracy;
    fq_error_row *errors;
    int n_errors, cap_errors;
    fq_layer_row *layers;
    int n_layers, cap_layers;
    fq_format_row *formats;
    int n_formats, cap_formats;
    fq_serve_row *serve;
    int n_serve, cap_serve;
    int n_samples, n_windows, n_requests; /* written */
    int64_t deadline_ns;                  /* no repetition begins after it (fq_clock_ns); 0: none */
    /* For resuming (journal.h). Rows of the current step before `began` belong to earlier ones; those of results and
     * accuracy below `kept` were left by an interrupted run and are not made again. */
    const char *settings; /* the scenario as text; NULL: no journal is kept */
    int steps_done, began[FQ_TABLE_COUNT], kept_results, kept_accuracy;
    int wrong; /* rows with verdict FAIL or INVALID */
    int skipped;
    const char *label; /* of the current step */
    fq_progress *progress;
    double progress_done;
    fq_outliers outliers; /* of the current part of the step: set with fq_context_outliers */
    fq_model model;       /* the last one used, open while model_path != NULL */
    const char *model_path;
    fq_calibration *calibration; /* of that model */
    const char *calibration_key;
    struct fq_checked *checked; /* nets whose kernels were checked (nets.c) */
    fq_exemplar exemplar;       /* of the shipped model; w NULL: not read yet */
    fq_nvml *device;            /* its meters; NULL: none, or not asked_device yet */
    int asked_device;
} fq_context;

fq_status fq_context_init(fq_context *c, const char *scenario, uint64_t seed) FQ_MUST_USE;
void fq_context_free(fq_context *c);

/* Set threads, run the step for each of its thread counts, with a progress bar named `label`. Errors: the kind's. */
fq_status fq_context_step(fq_context *c, const fq_step *s, const char *label) FQ_MUST_USE;

/* The step's policy in every variant of it that rounds anything: "NAME:policy=...". Errors: FQ_ERR_USAGE. */
fq_status fq_context_policy(fq_context *c, fq_step *s) FQ_MUST_USE;

/* Units of work of the current step: starts its progress bar. Advance by done units, naming what is done or comes next.
 */
void fq_context_total(fq_context *c, double total);
void fq_context_advance(fq_context *c, double done, const char *what);

/* A result row with the columns that every row shares filled in. */
void fq_context_result(const fq_context *c, fq_result *r);
/* Keep a row (and write it, if there is a run). Texts must live in c->arena or for ever. A row whose verdict is FAIL
 * or INVALID counts as wrong. */
fq_status fq_context_add(fq_context *c, const fq_result *r) FQ_MUST_USE;
/* A sample, if there is a run. */
fq_status fq_context_add_sample(fq_context *c, const fq_sample *s) FQ_MUST_USE;
fq_status fq_context_add_accuracy(fq_context *c, const fq_accuracy_row *r) FQ_MUST_USE;
fq_status fq_context_add_error(fq_context *c, const fq_error_row *r) FQ_MUST_USE;
fq_status fq_context_add_layer(fq_context *c, const fq_layer_row *r) FQ_MUST_USE;
fq_status fq_context_add_format(fq_context *c, const fq_format_row *r) FQ_MUST_USE;
fq_status fq_context_add_window(fq_context *c, const fq_window_row *r) FQ_MUST_USE; /* written, not kept */

fq_status fq_context_add_serve(fq_context *c, const fq_serve_row *r) FQ_MUST_USE;
fq_status fq_context_add_request(fq_context *c, const fq_request_row *r) FQ_MUST_USE; /* written, not kept */

/* A part of the step is complete: should the run be interrupted from now on, its rows are kept. */
fq_status fq_context_part_done(fq_context *c) FQ_MUST_USE;
/* Did an interrupted run leave this row of the current step? */
int fq_context_kept_result(const fq_context *c, const char *test_id);
int fq_context_kept_accuracy(const fq_context *c, const char *variant, double kappa);

/* All rows so far. Valid until the next one is added. */
fq_rows fq_context_rows(const fq_context *c);

/* Past the deadline? Then the message says so. */
int fq_context_is_late(const fq_context *c);

/* Measure `n` tasks interleaved and add a row for each: times, floors, verdict, speed-up over tasks[baseline] (-1:
 * none) with its paired interval, and every sample. rows come in with the descriptive columns and op and test_id;
 * tokens[i] > 0 also gives avg_ts. add[i] = 0 (add may be NULL) measures without adding a row (a baseline that has one
 * already). Nothing is measured if an interrupted run left all of these rows. On return rows hold what was added. A
 * task that fails its check is a row, not an error. */
fq_status fq_context_measure(fq_context *c, const fq_step *s, const fq_task *tasks, fq_result *rows,
                             const double *tokens, const int *add, int n, int baseline) FQ_MUST_USE;

/* Add a row for something that cannot run here or is wrong: verdict and the last message as reason. */
fq_status fq_context_reject(fq_context *c, fq_result *r, fq_verdict verdict) FQ_MUST_USE;

/* Outliers of strength kappa (1: none) in the weights of every model from now on, until the step ends; saved models
 * keep theirs. No net built before may still be used. */
fq_status fq_context_outliers(fq_context *c, double kappa, int seed, const char *kinds) FQ_MUST_USE;

/* The model of a path with these outliers, opened at most once in a row. Valid until another one is asked for. */
fq_status fq_context_model(fq_context *c, const char *path, const fq_model **out) FQ_MUST_USE;

/* For data "real" the numbers of the shipped model, read once; NULL for other data. Errors: those of reading it. */
fq_status fq_context_exemplar(fq_context *c, const char *data, const fq_exemplar **out) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
