/* Errors as values. Every function that can fail returns fq_status; fq_fail() also stores one line of text for the
 * user (which file, which field, what was expected) in a thread-local buffer that main prints before it exits. */
#ifndef FQ_HARNESS_STATUS_H
#define FQ_HARNESS_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* The order matters to nobody; the texts are in status.c, one row each. */
typedef enum fq_status {
    FQ_OK = 0,
    FQ_ERR_USAGE,       /* command line or YAML: unknown key, bad value                  -> exit 2 */
    FQ_ERR_INPUT,       /* a file that cannot be used: missing, truncated, inconsistent  -> exit 2 */
    FQ_ERR_UNSUPPORTED, /* well-formed, but this program does not do it                  -> exit 2 */
    FQ_ERR_OUTPUT,      /* cannot write: no permission, disk full                        -> exit 2 */
    FQ_ERR_MEMORY,      /* the arena or the system has no more                           -> exit 1 */
    FQ_ERR_NUMERIC,     /* NaN or infinity where a number was needed                     -> exit 1 */
    FQ_ERR_FAILED,      /* a run or a check failed                                       -> exit 1 */
    FQ_ERR_SKIPPED,     /* cannot run here (no such ISA, no device)                      -> exit 77 */
    FQ_ERR_REGRESSION,  /* compare --fail-on-regression: something got worse             -> exit 3 */
    FQ_ERR_AMBIGUOUS,   /* --strict: something could not be decided, or is invalid       -> exit 4 */
    FQ_STATUS_COUNT
} fq_status;

#define FQ_MUST_USE __attribute__((warn_unused_result))

/* Short English name of a status, for example "unusable input". Never NULL. */
const char *fq_status_name(fq_status s);

/* Exit code of a status: 0 ok, 1 failed run, 2 usage or unusable input, 3 regression, 4 ambiguous, 77 skipped. */
int fq_status_exit_code(fq_status s);

/* Store a one-line message (printf style, no newline) for this thread and return s. */
fq_status fq_fail(fq_status s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Put "prefix: " in front of the stored message; returns s. For adding the file or the step to a low-level error. */
fq_status fq_fail_prefix(fq_status s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last message of this thread; "" if none. Valid until the next fq_fail of this thread. */
const char *fq_message(void);

/* Return early on failure. */
#define FQ_TRY(call)                                                                                                   \
    do {                                                                                                               \
        fq_status fq_try_s_ = (call);                                                                                  \
        if (fq_try_s_ != FQ_OK) return fq_try_s_;                                                                      \
    } while (0)

/* A broken promise of our own code: prints file, line and condition, then aborts. Always on. */
void fq_assert_failed(const char *file, int line, const char *condition) __attribute__((noreturn));
#define FQ_ASSERT(c) ((c) ? (void)0 : fq_assert_failed(__FILE__, __LINE__, #c))

#ifdef __cplusplus
}
#endif
#endif
