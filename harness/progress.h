/* A progress bar with the time left when standard error is a terminal, one plain line per step otherwise. */
#ifndef FQ_HARNESS_PROGRESS_H
#define FQ_HARNESS_PROGRESS_H
#ifdef __cplusplus
extern "C" {
#endif
typedef struct fq_progress fq_progress;
/* `total` units of work; label is copied. Never fails: on no memory it returns NULL, which all calls accept. */
fq_progress *fq_progress_start(const char *label, double total);
/* done: units finished so far (not since the last call); what: current item, may be NULL. Any thread may call. */
void fq_progress_step(fq_progress *p, double done, const char *what);
void fq_progress_end(fq_progress *p);
/* A message line on standard error that does not tear the bar. --quiet (fq_progress_quiet(1)) silences both. */
void fq_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fq_progress_quiet(int quiet);
#ifdef __cplusplus
}
#endif
#endif
