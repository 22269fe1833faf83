/* Reading results directories. The CSV reader does the checking; this file knows which files there are. */
#include "harness/folder.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4500, FACTS_MOST = 4096, RUNS_MOST = 1024, DEPTH_MOST = 16 };

static int is_file(const char *dir, const char *name) {
    char path[PATH_BYTES];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static fq_status read_table(const char *dir, const char *name, fq_table table, fq_arena *arena, void **rows, int *n) {
    char path[PATH_BYTES];
    *rows = NULL;
    *n = 0;
    if (!is_file(dir, name)) return FQ_OK;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return fq_record_read(path, table, arena, rows, n);
}

/* ---- environment ---- */

typedef struct facts {
    fq_arena *arena;
    fq_fact *v;
    int n;
    fq_status status;
} facts;

static void add_fact(facts *f, const char *key, const char *value) {
    if (f->n == FACTS_MOST || f->status != FQ_OK) return;
    f->v[f->n].key = fq_arena_printf(f->arena, "%s", key);
    f->v[f->n].value = fq_arena_printf(f->arena, "%s", value);
    if (f->v[f->n].key == NULL || f->v[f->n].value == NULL)
        f->status = FQ_ERR_MEMORY;
    else
        f->n++;
}

static void flatten(facts *f, const char *prefix, json_t *value, int depth) {
    char key[512], text[64];
    const char *name;
    json_t *item;
    if (depth > DEPTH_MOST) return;
    if (json_is_object(value)) {
        json_object_foreach(value, name, item) {
            snprintf(key, sizeof key, "%s%s%s", prefix, prefix[0] ? "." : "", name);
            flatten(f, key, item, depth + 1);
        }
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            snprintf(key, sizeof key, "%s.%zu", prefix, i);
            flatten(f, key, json_array_get(value, i), depth + 1);
        }
    } else if (json_is_string(value)) {
        add_fact(f, prefix, json_string_value(value));
    } else if (json_is_integer(value)) {
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
        add_fact(f, prefix, text);
    } else if (json_is_real(value)) {
        snprintf(text, sizeof text, "%.6g", json_real_value(value));
        add_fact(f, prefix, text);
    } else if (json_is_boolean(value)) {
        add_fact(f, prefix, json_is_true(value) ? "true" : "false");
    }
}

static fq_status read_facts(fq_folder *folder, fq_arena *arena) {
    char path[PATH_BYTES];
    json_error_t error;
    if (!is_file(folder->dir, "environment.json")) return FQ_OK;
    snprintf(path, sizeof path, "%s/environment.json", folder->dir);
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) return fq_fail(FQ_ERR_INPUT, "%s:%d: %s", path, error.line, error.text);
    facts f = {arena, FQ_NEW(arena, fq_fact, FACTS_MOST), 0, FQ_OK};
    if (f.v == NULL) f.status = FQ_ERR_MEMORY;
    if (f.status == FQ_OK) flatten(&f, "", root, 0);
    json_decref(root);
    folder->facts = f.v;
    folder->n_facts = f.n;
    return f.status;
}

const char *fq_folder_fact(const fq_folder *f, const char *key) {
    for (int i = 0; i < f->n_facts; i++)
        if (strcmp(f->facts[i].key, key) == 0) return f->facts[i].value;
    return NULL;
}

/* ---- folders ---- */

static int is_run(const char *dir) {
    return is_file(dir, "results.csv") || is_file(dir, "accuracy.csv") || is_file(dir, "errors.csv") ||
           is_file(dir, "formats.csv");
}

fq_status fq_folder_read(const char *dir, fq_arena *arena, fq_folder *out) {
    void *rows;
    memset(out, 0, sizeof *out);
    if (!is_run(dir)) return fq_fail(FQ_ERR_INPUT, "%s: has none of results.csv, accuracy.csv, errors.csv", dir);
    out->dir = fq_arena_printf(arena, "%s", dir);
    if (out->dir == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(read_table(dir, "results.csv", FQ_TABLE_RESULTS, arena, &rows, &out->n_results));
    out->results = rows;
    FQ_TRY(read_table(dir, "samples.csv", FQ_TABLE_SAMPLES, arena, &rows, &out->n_samples));
    out->samples = rows;
    FQ_TRY(read_table(dir, "accuracy.csv", FQ_TABLE_ACCURACY, arena, &rows, &out->n_accuracy));
    out->accuracy = rows;
    FQ_TRY(read_table(dir, "errors.csv", FQ_TABLE_ERRORS, arena, &rows, &out->n_errors));
    out->errors = rows;
    FQ_TRY(read_table(dir, "layers.csv", FQ_TABLE_LAYERS, arena, &rows, &out->n_layers));
    out->layers = rows;
    FQ_TRY(read_table(dir, "windows.csv", FQ_TABLE_WINDOWS, arena, &rows, &out->n_windows));
    out->windows = rows;
    FQ_TRY(read_table(dir, "formats.csv", FQ_TABLE_FORMATS, arena, &rows, &out->n_formats));
    out->formats = rows;
    FQ_TRY(read_table(dir, "serve.csv", FQ_TABLE_SERVE, arena, &rows, &out->n_serve));
    out->serve = rows;
    return read_facts(out, arena);
}

fq_rows fq_folder_rows(const fq_folder *f) {
    fq_rows r = {.results = f->results,
                 .accuracy = f->accuracy,
                 .errors = f->errors,
                 .layers = f->layers,
                 .formats = f->formats,
                 .serve = f->serve,
                 .n_results = f->n_results,
                 .n_accuracy = f->n_accuracy,
                 .n_errors = f->n_errors,
                 .n_layers = f->n_layers,
                 .n_formats = f->n_formats,
                 .n_serve = f->n_serve};
    return r;
}

static int no_dot(const struct dirent *e) {
    return e->d_name[0] != '.';
}

fq_status fq_folder_read_runs(const char *path, fq_arena *arena, fq_folder **runs, int *n) {
    *n = 0;
    *runs = FQ_NEW(arena, fq_folder, RUNS_MOST);
    if (*runs == NULL) return FQ_ERR_MEMORY;
    if (is_run(path)) {
        *n = 1;
        return fq_folder_read(path, arena, *runs);
    }
    struct dirent **entry;
    const int entries = scandir(path, &entry, no_dot, alphasort);
    if (entries < 0) return fq_fail(FQ_ERR_INPUT, "%s: %s", path, strerror(errno));
    fq_status status = FQ_OK;
    for (int i = 0; i < entries; i++) {
        char dir[4096];
        snprintf(dir, sizeof dir, "%s/%s", path, entry[i]->d_name);
        if (status == FQ_OK && *n < RUNS_MOST && is_run(dir)) {
            status = fq_folder_read(dir, arena, *runs + *n);
            (*n)++;
        }
        free(entry[i]);
    }
    free(entry);
    if (status == FQ_OK && *n == 0)
        return fq_fail(FQ_ERR_INPUT, "%s: no results.csv, no accuracy.csv, and no subdirectory that has one", path);
    return status;
}

static fq_status copy_file(const char *from, const char *to) {
    fq_file out;
    char buffer[1 << 14];
    size_t got;
    FILE *in = fopen(from, "rbe");
    if (in == NULL) return fq_fail(FQ_ERR_INPUT, "%s: cannot open: %s", from, strerror(errno));
    fq_status status = fq_file_create(&out, to);
    while (status == FQ_OK && (got = fread(buffer, 1, sizeof buffer, in)) > 0)
        if (fwrite(buffer, 1, got, out.f) != got) break; /* the commit reports it */
    const int unread = ferror(in);
    fclose(in);
    if (status != FQ_OK) return status;
    if (unread) {
        fq_file_discard(&out);
        return fq_fail(FQ_ERR_INPUT, "%s: cannot read", from);
    }
    return fq_file_commit(&out);
}

fq_status fq_folder_copy(const char *from, const char *to) {
    static const char *const names[] = {"results.csv",  "samples.csv",     "accuracy.csv", "errors.csv",
                                        "layers.csv",   "windows.csv",     "formats.csv",  "serve.csv",
                                        "requests.csv", "environment.json"};
    if (!is_run(from)) return fq_fail(FQ_ERR_INPUT, "%s: has none of results.csv, accuracy.csv, errors.csv", from);
    FQ_TRY(fq_dir_create(to));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char source[PATH_BYTES], target[PATH_BYTES];
        snprintf(source, sizeof source, "%s/%s", from, names[i]);
        snprintf(target, sizeof target, "%s/%s", to, names[i]);
        if (is_file(from, names[i]))
            FQ_TRY(copy_file(source, target));
        else if (unlink(target) != 0 && errno != ENOENT) /* of an earlier copy: would be mixed with this one */
            return fq_fail(FQ_ERR_OUTPUT, "cannot remove %s: %s", target, strerror(errno));
    }
    return FQ_OK;
}
