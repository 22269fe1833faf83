/* Text files that appear whole or not at all: written beside their final name, synced, then renamed.
 * Also the directories they go into. */
#include "harness/record.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static fq_status make_one(const char *dir, const char *whole) {
    struct stat st;
    if (mkdir(dir, 0777) == 0) return FQ_OK;
    const int cause = errno;
    if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode)) return FQ_OK;
    return fq_fail(FQ_ERR_OUTPUT, "cannot create directory %s: %s", whole, strerror(cause));
}

fq_status fq_dir_create(const char *dir) {
    if (!*dir) return fq_fail(FQ_ERR_OUTPUT, "cannot create a directory with an empty name");
    char *part = strdup(dir);
    if (!part) return fq_fail(FQ_ERR_MEMORY, "no memory for the path %s", dir);
    fq_status status = FQ_OK;
    for (char *p = part + 1; *p && status == FQ_OK; p++) {
        if (*p != '/') continue;
        *p = '\0';
        status = make_one(part, dir);
        *p = '/';
    }
    if (status == FQ_OK) status = make_one(part, dir);
    free(part);
    return status;
}

static void file_clear(fq_file *out) {
    free(out->path);
    free(out->temporary);
    *out = (fq_file){0};
}

fq_status fq_file_create(fq_file *out, const char *path) {
    struct stat st;
    *out = (fq_file){0};
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return fq_fail(FQ_ERR_OUTPUT, "cannot write %s: it is a directory", path);
    out->path = strdup(path);
    if (!out->path || asprintf(&out->temporary, "%s.tmp~", path) < 0) {
        out->temporary = NULL; /* asprintf leaves it undefined on failure */
        file_clear(out);
        return fq_fail(FQ_ERR_MEMORY, "no memory for the path %s", path);
    }
    out->f = fopen(out->temporary, "we");
    if (!out->f) {
        const int cause = errno;
        file_clear(out);
        return fq_fail(FQ_ERR_OUTPUT, "cannot write %s: %s", path, strerror(cause));
    }
    return FQ_OK;
}

fq_status fq_file_commit(fq_file *out) {
    FQ_ASSERT(out->f);
    errno = 0;
    int failed = fflush(out->f) != 0 || ferror(out->f) || fsync(fileno(out->f)) != 0;
    int cause = errno;
    if (fclose(out->f) != 0 && !failed) {
        failed = 1;
        cause = errno;
    }
    if (!failed && rename(out->temporary, out->path) != 0) {
        failed = 1;
        cause = errno;
    }
    fq_status status = FQ_OK;
    if (failed) {
        unlink(out->temporary);
        status = fq_fail(FQ_ERR_OUTPUT, "cannot write %s: %s", out->path,
                         cause ? strerror(cause) : "an earlier write failed");
    }
    file_clear(out);
    return status;
}

void fq_file_discard(fq_file *out) {
    if (out->f) {
        fclose(out->f);
        unlink(out->temporary);
    }
    file_clear(out);
}
