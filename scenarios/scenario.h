/* A scenario is a list of steps; a step is one question (scenarios.def) with its settings (settings.def). YAML files
 * and command-line flags both end in the same fq_step, so a command and a scenario measure the same thing. */
#ifndef FQ_SCENARIOS_SCENARIO_H
#define FQ_SCENARIOS_SCENARIO_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "harness/arena.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum fq_kind {
#define FQ_SCENARIO(kind, about) FQ_KIND_##kind,
#include "scenarios/scenarios.def"
#undef FQ_SCENARIO
    FQ_KIND_COUNT
} fq_kind;

typedef enum fq_setting_id {
#define FQ_SETTING(type, key, value, lo, hi, names, used, about) FQ_SET_##key,
#include "scenarios/settings.def"
#undef FQ_SETTING
    FQ_SETTING_COUNT
} fq_setting_id;

typedef enum fq_setting_type {
    FQ_TYPE_TEXT,
    FQ_TYPE_TEXTS,
    FQ_TYPE_INT,
    FQ_TYPE_INTS,
    FQ_TYPE_NUM,
    FQ_TYPE_NUMS
} fq_setting_type;

typedef enum fq_names {
    FQ_NAMES_ANY,
    FQ_NAMES_VARIANT,
    FQ_NAMES_KERNEL,
    FQ_NAMES_SHAPE,
    FQ_NAMES_FORMAT,
    FQ_NAMES_PROTOCOL,
    FQ_NAMES_REFERENCE,
    FQ_NAMES_CACHE,
    FQ_NAMES_DATA,
    FQ_NAMES_OUTLIERS,
    FQ_NAMES_ATTENTION,
    FQ_NAMES_USE_KERNEL,
    FQ_NAMES_ROW_KERNEL,
    FQ_NAMES_ACTIVATION,
    FQ_NAMES_BACKEND
} fq_names;

typedef struct fq_texts {
    const char **v;
    int n;
} fq_texts;

typedef struct fq_ints {
    int *v;
    int n;
} fq_ints;

typedef struct fq_nums {
    double *v;
    int n;
} fq_nums;

/* Everything one step needs; a setting the step's kind does not use keeps its default. */
typedef struct fq_step {
    fq_kind kind;
    unsigned char given[FQ_SETTING_COUNT]; /* 1: set by the user, 0: default */
#define FQ_FIELD_TEXT(key) const char *key;
#define FQ_FIELD_TEXTS(key) fq_texts key;
#define FQ_FIELD_INT(key) int key;
#define FQ_FIELD_INTS(key) fq_ints key;
#define FQ_FIELD_NUM(key) double key;
#define FQ_FIELD_NUMS(key) fq_nums key;
#define FQ_SETTING(type, key, value, lo, hi, names, used, about) FQ_FIELD_##type(key)
#include "scenarios/settings.def"
#undef FQ_SETTING
#undef FQ_FIELD_TEXT
#undef FQ_FIELD_TEXTS
#undef FQ_FIELD_INT
#undef FQ_FIELD_INTS
#undef FQ_FIELD_NUM
#undef FQ_FIELD_NUMS
} fq_step;

typedef struct fq_setting {
    fq_setting_type type;
    const char *key, *value; /* value: the default, as text */
    double lo, hi;
    fq_names names;
    const char *used, *about;
    size_t offset; /* in fq_step */
} fq_setting;
extern const fq_setting fq_settings[FQ_SETTING_COUNT];

typedef struct fq_scenario {
    const char *name, *about;
    uint64_t seed;
    fq_step *steps;
    int n_steps;
    fq_arena arena; /* owns all texts and lists */
} fq_scenario;

/* What the setting `data` may name: "gauss", "real", "zeros". */
enum { FQ_DATA_COUNT = 3 };
extern const char *const fq_data_names[FQ_DATA_COUNT];

const char *fq_kind_name(fq_kind k);
const char *fq_kind_about(fq_kind k);
int fq_kind_find(const char *name);    /* -1 if unknown */
int fq_setting_find(const char *name); /* -1 if unknown */
int fq_setting_used(fq_setting_id id, fq_kind kind);

/* All settings at their defaults. Errors: FQ_ERR_MEMORY. */
fq_status fq_step_init(fq_step *s, fq_kind kind, fq_arena *arena) FQ_MUST_USE;
/* Set one setting from text; lists as "a,b,c", whole numbers also as ranges "1-8+1" and "1-64*2" (llama-bench). The
 * message starts with the key. Errors: FQ_ERR_USAGE (no number, out of range, a name that is none: the valid ones are
 * listed).
 */
fq_status fq_step_set(fq_step *s, fq_setting_id id, const char *text, fq_arena *arena) FQ_MUST_USE;
/* What one setting alone cannot tell: a model is named, the baseline is one of the rows, heads divide.
 * Errors: FQ_ERR_USAGE. */
fq_status fq_step_check(const fq_step *s) FQ_MUST_USE;
/* Settings as "key=value key=value", those the kind uses and that differ from the default, or all of them. */
void fq_step_describe(const fq_step *s, int all, char *out, size_t bytes);
/* One setting's value as text. */
void fq_step_value(const fq_step *s, fq_setting_id id, char *out, size_t bytes);

/* Read a YAML file: name, about, seed, threads, steps. Errors: FQ_ERR_USAGE "FILE:LINE: ..." for a broken file, an
 * unknown key, a wrong type or name; FQ_ERR_INPUT if it cannot be read. Owner: caller, fq_scenario_free. */
fq_status fq_scenario_load(const char *path, fq_scenario *out) FQ_MUST_USE;
/* One --set: "key=value" for the scenario or for every step that uses the key, "steps.N.key=value" for step N (from 1).
 * Errors: FQ_ERR_USAGE. */
fq_status fq_scenario_override(fq_scenario *s, const char *assignment) FQ_MUST_USE;
void fq_scenario_free(fq_scenario *s);

/* "128,256", "1-8+1", "1-64*2", "1-4" -> integers in [lo, hi] in the arena. Errors: FQ_ERR_USAGE. */
fq_status fq_ints_parse(const char *text, double lo, double hi, fq_arena *arena, fq_ints *out) FQ_MUST_USE;
int fq_ints_most(const fq_ints *v); /* the largest, 0 of an empty list */

#ifdef __cplusplus
}
#endif
#endif
