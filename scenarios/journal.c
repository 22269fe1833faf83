/* The journal is a small JSON file. Rows are counted, not copied: the CSV files themselves hold them, and what a step
 * that was cut short had written is behind the counted ones and is left out. */
#include "scenarios/journal.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/host.h"

enum { PATH_BYTES = 4500 };

static const char *const names[FQ_TABLE_COUNT] = {
    [FQ_TABLE_RESULTS] = "results", [FQ_TABLE_SAMPLES] = "samples", [FQ_TABLE_ACCURACY] = "accuracy",
    [FQ_TABLE_ERRORS] = "errors",   [FQ_TABLE_LAYERS] = "layers",   [FQ_TABLE_WINDOWS] = "windows",
    [FQ_TABLE_FORMATS] = "formats", [FQ_TABLE_SERVE] = "serve",     [FQ_TABLE_REQUESTS] = "requests",
};

static void path_of(const char *dir, char *path) {
    snprintf(path, PATH_BYTES, "%s/journal.json", dir);
}

int fq_journal_rows(const fq_context *c, fq_table t) {
    switch (t) {
    case FQ_TABLE_RESULTS:
        return c->n_results;
    case FQ_TABLE_SAMPLES:
        return c->n_samples;
    case FQ_TABLE_ACCURACY:
        return c->n_accuracy;
    case FQ_TABLE_ERRORS:
        return c->n_errors;
    case FQ_TABLE_LAYERS:
        return c->n_layers;
    case FQ_TABLE_WINDOWS:
        return c->n_windows;
    case FQ_TABLE_FORMATS:
        return c->n_formats;
    case FQ_TABLE_SERVE:
        return c->n_serve;
    default:
        return c->n_requests;
    }
}

static void fingerprint(const char *settings, char out[65]) {
    fq_sha256_hex(settings, strlen(settings), out);
}

fq_status fq_journal_begin(const char *dir) {
    char path[PATH_BYTES];
    path_of(dir, path);
    if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR) return FQ_OK;
    return fq_fail(FQ_ERR_OUTPUT, "cannot remove %s: %s", path, strerror(errno));
}

fq_status fq_journal_write(const char *dir, const fq_context *c) {
    char path[PATH_BYTES], hash[65];
    fq_file file;
    path_of(dir, path);
    fingerprint(c->settings, hash);
    json_t *root = json_pack("{s:s, s:s, s:i}", "settings", hash, "commit", c->commit, "steps_done", c->steps_done);
    json_t *began = json_object();
    if (root == NULL || began == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for the journal");
    for (int t = 0; t < FQ_TABLE_COUNT; t++) {
        json_object_set_new(root, names[t], json_integer(fq_journal_rows(c, (fq_table)t)));
        json_object_set_new(began, names[t], json_integer(c->began[t]));
    }
    json_object_set_new(root, "began", began);
    fq_status status = fq_file_create(&file, path);
    if (status == FQ_OK) {
        json_dumpf(root, file.f, JSON_COMPACT); /* the commit reports a failed write */
        fputc('\n', file.f);
        status = fq_file_commit(&file);
    }
    json_decref(root);
    return status;
}

/* The first `want` rows that were left of a table. They keep a name that no run touches until they are written again:
 * a run that is killed while it resumes can be resumed too. */
static fq_status take_rows(const char *dir, fq_context *c, fq_table t, int want) {
    char path[PATH_BYTES], partial[PATH_BYTES];
    struct stat st;
    void *rows;
    int n;
    if (want == 0) return FQ_OK;
    snprintf(path, sizeof path, "%s/%s.kept.csv", dir, names[t]);
    snprintf(partial, sizeof partial, "%s/%s.partial.csv", dir, names[t]);
    if (stat(path, &st) != 0 && rename(partial, path) != 0)
        return fq_fail(FQ_ERR_INPUT, "cannot resume: %s: %s", partial, strerror(errno));
    FQ_TRY(fq_record_read(path, t, &c->arena, &rows, &n));
    if (n < want) return fq_fail(FQ_ERR_INPUT, "%s: %d rows, but the journal counts %d: cannot resume", path, n, want);
    fq_status status = FQ_OK;
    for (int i = 0; i < want && status == FQ_OK; i++) {
        if (t == FQ_TABLE_RESULTS)
            status = fq_context_add(c, (const fq_result *)rows + i);
        else if (t == FQ_TABLE_SAMPLES)
            status = fq_context_add_sample(c, (const fq_sample *)rows + i);
        else if (t == FQ_TABLE_ACCURACY)
            status = fq_context_add_accuracy(c, (const fq_accuracy_row *)rows + i);
        else if (t == FQ_TABLE_ERRORS)
            status = fq_context_add_error(c, (const fq_error_row *)rows + i);
        else if (t == FQ_TABLE_LAYERS)
            status = fq_context_add_layer(c, (const fq_layer_row *)rows + i);
        else if (t == FQ_TABLE_WINDOWS)
            status = fq_context_add_window(c, (const fq_window_row *)rows + i);
        else if (t == FQ_TABLE_FORMATS)
            status = fq_context_add_format(c, (const fq_format_row *)rows + i);
        else if (t == FQ_TABLE_SERVE)
            status = fq_context_add_serve(c, (const fq_serve_row *)rows + i);
        else
            status = fq_context_add_request(c, (const fq_request_row *)rows + i);
    }
    return status;
}

static void remove_all(const char *dir, const char *kind) {
    char path[PATH_BYTES];
    for (int t = 0; t < FQ_TABLE_COUNT; t++) {
        snprintf(path, sizeof path, "%s/%s.%s.csv", dir, names[t], kind);
        unlink(path);
    }
}

static const char *text_at(const json_t *root, const char *key) {
    const char *text = json_string_value(json_object_get(root, key));
    return text != NULL ? text : "";
}

static int count_at(const json_t *root, int table) {
    return (int)json_integer_value(json_object_get(root, names[table]));
}

fq_status fq_journal_resume(const char *dir, fq_context *c) {
    char path[PATH_BYTES], hash[65];
    json_error_t error;
    struct stat st;
    path_of(dir, path);
    if (stat(path, &st) != 0) return FQ_OK;
    json_t *root = json_load_file(path, 0, &error);
    if (root == NULL) return fq_fail(FQ_ERR_INPUT, "%s:%d: %s: cannot resume", path, error.line, error.text);
    fingerprint(c->settings, hash);
    fq_status status = FQ_OK;
    if (strcmp(text_at(root, "settings"), hash) != 0)
        status = fq_fail(FQ_ERR_USAGE, "--resume: %s was begun with other settings", dir);
    else if (strcmp(text_at(root, "commit"), c->commit) != 0)
        status = fq_fail(FQ_ERR_USAGE, "--resume: %s was begun with build %s, this is %s", dir, text_at(root, "commit"),
                         c->commit);
    for (int t = 0; t < FQ_TABLE_COUNT && status == FQ_OK; t++)
        status = take_rows(dir, c, (fq_table)t, count_at(root, t));
    if (status == FQ_OK) {
        c->steps_done = (int)json_integer_value(json_object_get(root, "steps_done"));
        for (int t = 0; t < FQ_TABLE_COUNT; t++)
            c->began[t] = count_at(json_object_get(root, "began"), t);
        c->kept_results = c->n_results;
        c->kept_accuracy = c->n_accuracy;
        status = fq_journal_write(dir, c);
    }
    if (status == FQ_OK) remove_all(dir, "kept");
    json_decref(root);
    return status;
}

void fq_journal_end(const char *dir, int resumed) {
    char path[PATH_BYTES];
    path_of(dir, path);
    unlink(path);
    if (resumed) remove_all(dir, "partial");
}
