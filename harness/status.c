/* Texts and exit codes of statuses, and the one-line message of the last error. The message is thread-local, so that a
 * parallel region may fail without garbling another thread's text. */
#include "harness/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_BYTES = 1024 };

static _Thread_local char message[MESSAGE_BYTES];

static const struct {
    const char *name;
    int exit_code;
} statuses[FQ_STATUS_COUNT] = {
    [FQ_OK] = {"ok", 0},
    [FQ_ERR_USAGE] = {"usage error", 2},
    [FQ_ERR_INPUT] = {"unusable input", 2},
    [FQ_ERR_UNSUPPORTED] = {"not supported", 2},
    [FQ_ERR_OUTPUT] = {"cannot write", 2},
    [FQ_ERR_MEMORY] = {"out of memory", 1},
    [FQ_ERR_NUMERIC] = {"not a finite number", 1},
    [FQ_ERR_FAILED] = {"failed", 1},
    [FQ_ERR_SKIPPED] = {"skipped", 77},
    [FQ_ERR_REGRESSION] = {"regression", 3},
    [FQ_ERR_AMBIGUOUS] = {"ambiguous", 4},
};

const char *fq_status_name(fq_status s) {
    if ((int)s < 0 || s >= FQ_STATUS_COUNT) return "unknown status";
    return statuses[s].name;
}

int fq_status_exit_code(fq_status s) {
    if ((int)s < 0 || s >= FQ_STATUS_COUNT) return 1;
    return statuses[s].exit_code;
}

/* Text from files (a YAML error, a header) may hold line ends; the message is promised to be one line. */
static void store(const char *text) {
    size_t i = 0;
    for (; text[i] != '\0' && i + 1 < sizeof message; i++) {
        message[i] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
    }
    message[i] = '\0';
}

/* Both build the text aside first: the arguments may point into the stored message. */
fq_status fq_fail(fq_status s, const char *format, ...) {
    char text[MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    store(text);
    return s;
}

fq_status fq_fail_prefix(fq_status s, const char *format, ...) {
    char text[2 * MESSAGE_BYTES + 4];
    va_list args;
    va_start(args, format);
    vsnprintf(text, MESSAGE_BYTES, format, args);
    va_end(args);
    size_t used = strlen(text);
    if (message[0] != '\0') snprintf(text + used, sizeof text - used, ": %s", message);
    store(text);
    return s;
}

const char *fq_message(void) {
    return message;
}

void fq_assert_failed(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, condition);
    abort();
}
