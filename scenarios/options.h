/* Command-line flags from a table: long and short names, "--name value" and "--name=value". Every bad flag is one line
 * that names it; the same table prints the help. */
#ifndef FQ_SCENARIOS_OPTIONS_H
#define FQ_SCENARIOS_OPTIONS_H
#include <stdint.h>
#include "harness/status.h"
#include "scenarios/scenario.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum fq_option_kind {
    FQ_OPTION_FLAG,   /* int *target = 1 */
    FQ_OPTION_TEXT,   /* const char **target */
    FQ_OPTION_INT,    /* int *target, 0 or more */
    FQ_OPTION_NUM,    /* double *target */
    FQ_OPTION_SEED,   /* uint64_t *target */
    FQ_OPTION_MANY,   /* fq_texts *target with room for FQ_OPTION_MANY_MOST: every occurrence */
    FQ_OPTION_SETTING /* fq_step *target, setting `id` */
} fq_option_kind;
enum { FQ_OPTION_MANY_MOST = 64 };

/* Rows with the same name all take the value (one flag for two steps); rows without help are not listed. */
typedef struct fq_option {
    const char *name; /* without dashes */
    char letter;      /* 0: none */
    fq_option_kind kind;
    void *target;
    const char *value; /* in the help: "N", "FILE" */
    const char *help;
    fq_setting_id id;
} fq_option;

/* A row that sets `key` of a step; its help is the setting's. */
#define FQ_OPTION_SET(long_name, letter, step, key, value)                                                             \
    { long_name, letter, FQ_OPTION_SETTING, step, value, fq_settings[FQ_SET_##key].about, FQ_SET_##key }

/* The rows of commands that build one net: how the variant's transforms are tuned. */
#define FQ_OPTIONS_OF_TRANSFORMS(step)                                                                                 \
    FQ_OPTION_SET("up-gate-c", 0, step, up_gate_c, "X"), FQ_OPTION_SET("down-c", 0, step, down_c, "X"),                \
        FQ_OPTION_SET("v-mul", 0, step, v_mul, "X"), FQ_OPTION_SET("alpha", 0, step, alpha, "X"),                      \
        FQ_OPTION_SET("beta", 0, step, beta, "X"), FQ_OPTION_SET("top-k", 0, step, top_k, "N"),                        \
        FQ_OPTION_SET("smooth-alpha", 0, step, smooth_alpha, "X")

enum { FQ_POSITIONAL_MOST = 128 };

typedef struct fq_options {
    const char *usage, *about; /* first lines of the help */
    const fq_option *option;
    int n;
    fq_arena *arena; /* of texts and lists */
    int most;        /* positional arguments allowed, at most FQ_POSITIONAL_MOST */
    const char *positional[FQ_POSITIONAL_MOST];
    int n_positional;
    int helped; /* 1: --help was given and the help printed; the command is done */
} fq_options;

/* Parse argv[1..argc-1] (argv[0] is the command). Errors: FQ_ERR_USAGE naming the flag. */
fq_status fq_options_parse(fq_options *o, int argc, char **argv) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
