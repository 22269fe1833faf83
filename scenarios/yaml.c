/* Scenario files: a libcyaml schema made from settings.def says which keys exist and which are lists; the values then
 * go through the same parser as --set and the command line, so that all three take and refuse the same things. */
#include <ctype.h>
#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario.h"

/* As in the file: every scalar is text, so that "5.5" for a whole number is refused and not truncated. */
#define FQ_RAW_TEXT(key) char *key;
#define FQ_RAW_INT(key) char *key;
#define FQ_RAW_NUM(key) char *key;
#define FQ_RAW_TEXTS(key)                                                                                              \
    char **key;                                                                                                        \
    unsigned key##_count;
#define FQ_RAW_INTS(key) FQ_RAW_TEXTS(key)
#define FQ_RAW_NUMS(key) FQ_RAW_TEXTS(key)
typedef struct raw_step { /* NOLINT(clang-analyzer-optin.performance.Padding): in the order of the table */
    char *kind;
#define FQ_SETTING(type, key, value, lo, hi, names, used, about) FQ_RAW_##type(key)
#include "scenarios/settings.def"
#undef FQ_SETTING
} raw_step;

typedef struct raw_scenario {
    char *name, *about, *seed, *threads;
    raw_step *steps;
    unsigned steps_count;
} raw_scenario;

#define SCALAR(structure, member, extra)                                                                               \
    CYAML_FIELD_STRING_PTR(#member, CYAML_FLAG_POINTER | (extra), structure, member, 0, CYAML_UNLIMITED)
#define FQ_SCHEMA_TEXT(key) SCALAR(raw_step, key, CYAML_FLAG_OPTIONAL),
#define FQ_SCHEMA_INT(key) SCALAR(raw_step, key, CYAML_FLAG_OPTIONAL),
#define FQ_SCHEMA_NUM(key) SCALAR(raw_step, key, CYAML_FLAG_OPTIONAL),
#define FQ_SCHEMA_TEXTS(key)                                                                                           \
    CYAML_FIELD_SEQUENCE(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, raw_step, key, &text_schema, 1,               \
                         CYAML_UNLIMITED),
#define FQ_SCHEMA_INTS(key) FQ_SCHEMA_TEXTS(key)
#define FQ_SCHEMA_NUMS(key) FQ_SCHEMA_TEXTS(key)

static const cyaml_schema_value_t text_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED)};
static const cyaml_schema_field_t step_fields[] = {SCALAR(raw_step, kind, 0),
#define FQ_SETTING(type, key, value, lo, hi, names, used, about) FQ_SCHEMA_##type(key)
#include "scenarios/settings.def"
#undef FQ_SETTING
                                                   CYAML_FIELD_END};
static const cyaml_schema_value_t step_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, raw_step, step_fields)};
static const cyaml_schema_field_t scenario_fields[] = {
    SCALAR(raw_scenario, name, 0),
    SCALAR(raw_scenario, about, CYAML_FLAG_OPTIONAL),
    SCALAR(raw_scenario, seed, CYAML_FLAG_OPTIONAL),
    SCALAR(raw_scenario, threads, CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_SEQUENCE("steps", CYAML_FLAG_POINTER, raw_scenario, steps, &step_schema, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END};
static const cyaml_schema_value_t scenario_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, raw_scenario, scenario_fields)};

/* What libcyaml said: the first line is the error, the next ones are a backtrace from the inside out. */
typedef struct yaml_log {
    char message[256], field[128];
    int line;
} yaml_log;

static void keep_log(cyaml_log_t level, void *context, const char *format, va_list arguments) {
    yaml_log *log = context;
    char text[512];
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = 0;
    const char *body = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
    if (log->message[0] == 0) {
        snprintf(log->message, sizeof log->message, "%.255s", body);
        return;
    }
    const char *line = strstr(body, "(line: "), *name = strstr(body, "mapping field '");
    if (line != NULL && log->line == 0) log->line = atoi(line + 7);
    if (name != NULL && log->field[0] == 0) {
        name += strlen("mapping field '");
        snprintf(log->field, sizeof log->field, "%.*s", (int)strcspn(name, "'"), name);
    }
}

/* Line of the `skip`-th (from 0) place where `key` is written as a key after line `from`; 0 if there is none. */
static int key_line(const char *text, const char *key, int from, int skip) {
    size_t n = strlen(key);
    int line = 1;
    for (const char *p = text; *p != 0; line++) {
        const char *end = p + strcspn(p, "\n");
        const char *hash = memchr(p, '#', (size_t)(end - p));
        const char *stop = hash != NULL && (hash == p || isspace((unsigned char)hash[-1])) ? hash : end;
        if (line > from)
            for (const char *q = p; q + n < stop; q++) {
                const char *after = q + n;
                if (memcmp(q, key, n) != 0 || (q > p && strchr(" \t{,-", q[-1]) == NULL)) continue;
                while (after < stop && *after == ' ')
                    after++;
                if (after < stop && *after == ':' && skip-- == 0) return line;
            }
        p = *end == 0 ? end : end + 1;
    }
    return 0;
}

/* ---- from the raw texts to steps ---- */

static fq_status join(char **v, unsigned n, fq_arena *arena, const char **out) {
    size_t bytes = 1;
    for (unsigned i = 0; i < n; i++)
        bytes += strlen(v[i]) + 1;
    char *text = fq_arena_alloc(arena, bytes);
    if (text == NULL) return FQ_ERR_MEMORY;
    text[0] = 0;
    char *end = text;
    for (unsigned i = 0; i < n; i++) {
        if (i > 0) *end++ = ',';
        end = stpcpy(end, v[i]);
    }
    *out = text;
    return FQ_OK;
}

/* Value of setting `id` in the raw step as text, NULL if it is not there. */
static fq_status raw_value(const raw_step *r, fq_setting_id id, fq_arena *arena, const char **out) {
    *out = NULL;
#define FQ_VALUE_TEXT(key) *out = r->key;
#define FQ_VALUE_INT(key) *out = r->key;
#define FQ_VALUE_NUM(key) *out = r->key;
#define FQ_VALUE_TEXTS(key)                                                                                            \
    if (r->key != NULL) FQ_TRY(join(r->key, r->key##_count, arena, out));
#define FQ_VALUE_INTS(key) FQ_VALUE_TEXTS(key)
#define FQ_VALUE_NUMS(key) FQ_VALUE_TEXTS(key)
    switch (id) {
#define FQ_SETTING(type, key, value, lo, hi, names, used, about)                                                       \
    case FQ_SET_##key:                                                                                                 \
        FQ_VALUE_##type(key) break;
#include "scenarios/settings.def"
#undef FQ_SETTING
    case FQ_SETTING_COUNT:
        break;
    }
    return FQ_OK;
}

/* Add file and line to the stored message; key is the `skip`-th of that name below `steps:`. */
static fq_status located(fq_status s, const char *path, const char *text, const char *key, int skip) {
    int line = key_line(text, key, key_line(text, "steps", 0, 0), skip);
    return line > 0 ? fq_fail_prefix(s, "%s:%d", path, line) : fq_fail_prefix(s, "%s", path);
}

static fq_status convert_step(const char *path, const char *text, const raw_scenario *raw, int index,
                              fq_scenario *out) {
    const raw_step *r = &raw->steps[index];
    fq_step *s = &out->steps[index];
    const char *value;
    int kind = fq_kind_find(r->kind);
    if (kind < 0) {
        char valid[256] = "";
        for (int k = 0; k < FQ_KIND_COUNT; k++)
            snprintf(valid + strlen(valid), sizeof valid - strlen(valid), "%s%s", k > 0 ? ", " : "",
                     fq_kind_name((fq_kind)k));
        return located(fq_fail(FQ_ERR_USAGE, "kind: '%s' is unknown; valid: %s", r->kind, valid), path, text, "kind",
                       index);
    }
    FQ_TRY(fq_step_init(s, (fq_kind)kind, &out->arena));
    for (int i = 0; i < FQ_SETTING_COUNT; i++) {
        fq_setting_id id = (fq_setting_id)i;
        FQ_TRY(raw_value(r, id, &out->arena, &value));
        if (value == NULL && id == FQ_SET_threads && raw->threads != NULL) {
            fq_status status = fq_step_set(s, id, raw->threads, &out->arena);
            if (status != FQ_OK) return fq_fail_prefix(status, "%s:%d", path, key_line(text, "threads", 0, 0));
        }
        if (value == NULL) continue;
        int before = 0;
        for (int j = 0; j < index; j++) {
            const char *other;
            FQ_TRY(raw_value(&raw->steps[j], id, &out->arena, &other));
            before += other != NULL;
        }
        if (!fq_setting_used(id, (fq_kind)kind))
            return located(fq_fail(FQ_ERR_USAGE, "'%s' is no setting of %s (it belongs to: %s)", fq_settings[i].key,
                                   r->kind, fq_settings[i].used),
                           path, text, fq_settings[i].key, before);
        fq_status status = fq_step_set(s, id, value, &out->arena);
        if (status != FQ_OK) return located(status, path, text, fq_settings[i].key, before);
    }
    return FQ_OK;
}

static fq_status parse_seed(const char *text, uint64_t *seed) {
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != 0 || errno != 0)
        return fq_fail(FQ_ERR_USAGE, "seed: '%s' is no whole number", text);
    *seed = v;
    return FQ_OK;
}

/* The name becomes a directory under results/. */
static fq_status check_label(const char *name) {
    if (name[0] == 0 || name[0] == '.' || strpbrk(name, "/\\ \t\n") != NULL)
        return fq_fail(FQ_ERR_USAGE, "name: '%s' is no plain word", name);
    return FQ_OK;
}

static fq_status convert(const char *path, const char *text, const raw_scenario *raw, fq_scenario *out) {
    fq_status status = check_label(raw->name);
    if (status != FQ_OK) return fq_fail_prefix(status, "%s:%d", path, key_line(text, "name", 0, 0));
    out->name = fq_arena_printf(&out->arena, "%s", raw->name);
    out->about = fq_arena_printf(&out->arena, "%s", raw->about != NULL ? raw->about : "");
    out->seed = 1234;
    if (raw->seed != NULL && (status = parse_seed(raw->seed, &out->seed)) != FQ_OK)
        return fq_fail_prefix(status, "%s:%d", path, key_line(text, "seed", 0, 0));
    out->n_steps = (int)raw->steps_count;
    out->steps = FQ_NEW(&out->arena, fq_step, out->n_steps);
    if (out->name == NULL || out->about == NULL || out->steps == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < out->n_steps; i++)
        FQ_TRY(convert_step(path, text, raw, i, out));
    return FQ_OK;
}

/* The whole file as a string. Owner: the caller, free (also on error). */
static fq_status read_file(const char *path, char **text) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) return fq_fail(FQ_ERR_INPUT, "%s: %s", path, strerror(errno));
    size_t room = 0;
    errno = 0;
    ssize_t n = getdelim(text, &room, 0, f);
    int cause = ferror(f) ? errno : 0, more = getc(f) != EOF;
    fclose(f);
    if (cause != 0) return fq_fail(FQ_ERR_INPUT, "%s: %s", path, strerror(cause));
    if (more || (n > 0 && (*text)[n - 1] == 0)) return fq_fail(FQ_ERR_USAGE, "%s:1: no text: it has a zero byte", path);
    if (n < 0) free(*text);
    if (n < 0) *text = strdup("");
    return *text != NULL ? FQ_OK : fq_fail(FQ_ERR_MEMORY, "%s: no memory to read it", path);
}

static fq_status yaml_error(const char *path, const char *text, const yaml_log *log, cyaml_err_t error) {
    const char *unknown = strncmp(log->message, "Unexpected key: ", 16) == 0 ? log->message + 16 : NULL;
    int line = unknown != NULL ? key_line(text, unknown, 0, 0) : log->line;
    if (line == 0) line = log->line > 0 ? log->line : 1;
    if (unknown != NULL) return fq_fail(FQ_ERR_USAGE, "%s:%d: unknown key '%s'", path, line, unknown);
    const char *what = log->message[0] != 0 ? log->message : cyaml_strerror(error);
    if (log->field[0] != 0 && strcmp(log->field, "steps") != 0 && strncmp(what, "Missing", 7) != 0)
        return fq_fail(FQ_ERR_USAGE, "%s:%d: %s: %s", path, line, log->field, what);
    return fq_fail(FQ_ERR_USAGE, "%s:%d: %s", path, line, what);
}

fq_status fq_scenario_load(const char *path, fq_scenario *out) {
    char *text = NULL;
    yaml_log log = {"", "", 0};
    const cyaml_config_t config = {
        .log_fn = keep_log, .log_ctx = &log, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_WARNING};
    raw_scenario *raw = NULL;
    memset(out, 0, sizeof *out);
    fq_status status = read_file(path, &text);
    FQ_ASSERT(status != FQ_OK || text != NULL);
    if (status == FQ_OK) status = fq_arena_init(&out->arena, (size_t)1 << 30);
    if (status == FQ_OK) {
        cyaml_err_t error = cyaml_load_data((const uint8_t *)text, strlen(text), &config, &scenario_schema,
                                            (cyaml_data_t **)&raw, NULL);
        if (error != CYAML_OK)
            status = yaml_error(path, text, &log, error);
        else if (raw == NULL)
            status = fq_fail(FQ_ERR_USAGE, "%s:1: empty, expected name and steps", path);
        else
            status = convert(path, text, raw, out);
    }
    cyaml_free(&config, &scenario_schema, raw, 0);
    free(text);
    if (status != FQ_OK) fq_scenario_free(out);
    return status;
}

fq_status fq_scenario_override(fq_scenario *s, const char *assignment) {
    const char *equal = strchr(assignment, '=');
    char key[128];
    if (equal == NULL || equal == assignment || (size_t)(equal - assignment) >= sizeof key)
        return fq_fail(FQ_ERR_USAGE, "--set %s: expected key=value", assignment);
    snprintf(key, sizeof key, "%.*s", (int)(equal - assignment), assignment);
    const char *value = equal + 1, *name = key;
    int only = 0, used = 0;
    fq_status status = FQ_OK;
    if (strncmp(key, "steps.", 6) == 0) {
        char *end;
        long n = strtol(key + 6, &end, 10);
        if (*end != '.' || n < 1 || n > s->n_steps)
            return fq_fail(FQ_ERR_USAGE, "--set %s: there are steps 1 to %d", assignment, s->n_steps);
        only = (int)n;
        name = end + 1;
    } else if (strcmp(key, "name") == 0 || strcmp(key, "about") == 0) {
        const char *copy = fq_arena_printf(&s->arena, "%s", value);
        if (copy == NULL) return FQ_ERR_MEMORY;
        if (key[0] == 'n' && (status = check_label(value)) != FQ_OK) return fq_fail_prefix(status, "--set");
        *(key[0] == 'n' ? &s->name : &s->about) = copy;
        return FQ_OK;
    } else if (strcmp(key, "seed") == 0) {
        status = parse_seed(value, &s->seed);
        return status == FQ_OK ? FQ_OK : fq_fail_prefix(status, "--set");
    }
    int id = fq_setting_find(name);
    if (id < 0)
        return fq_fail(FQ_ERR_USAGE, "--set %s: unknown key '%s' (`fqbench help run` lists them)", assignment, key);
    for (int i = 0; i < s->n_steps && status == FQ_OK; i++) {
        if ((only > 0 && i + 1 != only) || !fq_setting_used((fq_setting_id)id, s->steps[i].kind)) continue;
        status = fq_step_set(&s->steps[i], (fq_setting_id)id, value, &s->arena);
        used++;
    }
    if (status != FQ_OK) return fq_fail_prefix(status, "--set");
    if (used == 0)
        return fq_fail(FQ_ERR_USAGE, "--set %s: '%s' is no setting of %s", assignment, name,
                       only > 0 ? fq_kind_name(s->steps[only - 1].kind) : "any step here");
    return FQ_OK;
}

void fq_scenario_free(fq_scenario *s) {
    fq_arena_free(&s->arena);
    memset(s, 0, sizeof *s);
}
