/* The output directory of a run: CSV files that grow row by row under temporary names and take their final names
 * only when the run is complete. Whatever stops a run, the rows written so far stay valid CSV. */
#include "harness/record.h"
#include "harness/record_columns.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct run_table {
    FILE *f;
    char *path, *temporary, *partial;
    off_t good; /* bytes up to the end of the last whole row */
    int n_rows;
    int failed; /* the file ends in half a row until it is cut back to `good` */
} run_table;

struct fq_run {
    char *dir;
    run_table table[FQ_TABLE_COUNT];
};

static void run_free(fq_run *r) {
    for (int t = 0; t < FQ_TABLE_COUNT; t++) {
        free(r->table[t].path);
        free(r->table[t].temporary);
        free(r->table[t].partial);
    }
    free(r->dir);
    free(r);
}

static fq_status table_names(run_table *t, const char *dir, const char *name) {
    /* On failure asprintf leaves its result undefined, so each is set only when it is there. */
    char *path, *temporary, *partial;
    if (asprintf(&path, "%s/%s.csv", dir, name) >= 0) t->path = path;
    if (asprintf(&temporary, "%s/%s.csv.tmp~", dir, name) >= 0) t->temporary = temporary;
    if (asprintf(&partial, "%s/%s.partial.csv", dir, name) >= 0) t->partial = partial;
    if (t->path && t->temporary && t->partial) return FQ_OK;
    fq_fail(FQ_ERR_MEMORY, "no memory for the path of %s/%s.csv", dir, name);
    return FQ_ERR_MEMORY;
}

/* Rows after the header? */
static int has_rows(const char *path) {
    FILE *f = fopen(path, "re");
    if (!f) return 0;
    int c;
    while ((c = getc(f)) != EOF && c != '\n')
        ;
    const int rows = c == '\n' && getc(f) != EOF;
    fclose(f);
    return rows;
}

/* The lock tells a run that was killed (its rows are kept) from one that is still writing (hands off). */
static fq_status table_open(run_table *t, fq_table table) {
    struct stat st;
    if (stat(t->path, &st) == 0 && S_ISDIR(st.st_mode))
        return fq_fail(FQ_ERR_OUTPUT, "cannot write %s: it is a directory", t->path);
    FILE *old = lstat(t->temporary, &st) == 0 && S_ISREG(st.st_mode) ? fopen(t->temporary, "r+e") : NULL;
    if (old) {
        const int busy = flock(fileno(old), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        const int failed = !busy && has_rows(t->temporary) && rename(t->temporary, t->partial) != 0;
        const int cause = errno;
        fclose(old);
        if (busy) return fq_fail(FQ_ERR_OUTPUT, "%s: another run is writing it", t->temporary);
        if (failed) return fq_fail(FQ_ERR_OUTPUT, "cannot keep %s: %s", t->partial, strerror(cause));
    }
    t->f = fopen(t->temporary, "we");
    if (!t->f) return fq_fail(FQ_ERR_OUTPUT, "cannot write %s: %s", t->temporary, strerror(errno));
    /* A lock is a courtesy: file systems without locks work too. */
    if (flock(fileno(t->f), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        fclose(t->f);
        t->f = NULL; /* not ours to remove */
        return fq_fail(FQ_ERR_OUTPUT, "%s: another run is writing it", t->temporary);
    }
    setvbuf(t->f, NULL, _IOFBF, 1 << 16); /* one write a row: a killed run does not end in half a row */
    const fq_status status = fq_record_header(t->f, table);
    if (status != FQ_OK) return fq_fail_prefix(status, "%s", t->temporary);
    t->good = ftello(t->f);
    return FQ_OK;
}

static void tables_drop(fq_run *r) {
    for (int t = 0; t < FQ_TABLE_COUNT; t++) {
        if (!r->table[t].f) continue;
        fclose(r->table[t].f);
        unlink(r->table[t].temporary);
    }
}

fq_status fq_run_open(fq_run **out, const char *dir) {
    *out = NULL;
    FQ_TRY(fq_dir_create(dir));
    fq_run *r = calloc(1, sizeof *r);
    if (!r || !(r->dir = strdup(dir))) {
        free(r);
        return fq_fail(FQ_ERR_MEMORY, "no memory for the run in %s", dir);
    }
    fq_status status = FQ_OK;
    for (int t = 0; t < FQ_TABLE_COUNT && status == FQ_OK; t++)
        status = table_names(&r->table[t], dir, fq_record_columns((fq_table)t)->name);
    for (int t = 0; t < FQ_TABLE_COUNT && status == FQ_OK; t++)
        status = table_open(&r->table[t], (fq_table)t);
    if (status != FQ_OK) {
        tables_drop(r);
        run_free(r);
        return status;
    }
    *out = r;
    return FQ_OK;
}

fq_status fq_run_row(fq_run *r, fq_table table, const void *row) {
    FQ_ASSERT((unsigned)table < FQ_TABLE_COUNT);
    run_table *t = &r->table[table];
    if (t->failed) return fq_fail(FQ_ERR_OUTPUT, "%s: an earlier row could not be written", t->temporary);
    const fq_status status = fq_record_row(t->f, table, row);
    if (status != FQ_OK) {
        t->failed = 1;
        return fq_fail_prefix(status, "%s", t->temporary);
    }
    t->good = ftello(t->f);
    t->n_rows++;
    return FQ_OK;
}

const char *fq_run_dir(const fq_run *r) {
    return r->dir;
}

void fq_run_abandon(fq_run *r) {
    if (!r) return;
    int n_rows = 0;
    for (int t = 0; t < FQ_TABLE_COUNT; t++)
        n_rows += r->table[t].n_rows;
    for (int t = 0; t < FQ_TABLE_COUNT; t++) {
        run_table *table = &r->table[t];
        fclose(table->f); /* may push out the rest of a failed row, hence the cut after it */
        const int cut = table->failed && truncate(table->temporary, table->good) != 0;
        /* A run without any row must not replace the partial results of an earlier one. */
        if (n_rows == 0 || cut || (table->n_rows == 0 && fq_record_columns((fq_table)t)->optional))
            unlink(table->temporary);
        else
            rename(table->temporary, table->partial);
    }
    run_free(r);
}

/* Directory entries reach the disk by syncing the directory; where that is not possible the rename still happened. */
static void sync_dir(const char *dir) {
    FILE *d = fopen(dir, "re");
    if (!d) return;
    fsync(fileno(d));
    fclose(d);
}

fq_status fq_run_close(fq_run *r) {
    for (int t = 0; t < FQ_TABLE_COUNT; t++) {
        run_table *table = &r->table[t];
        errno = 0;
        if (table->failed || fflush(table->f) != 0 || ferror(table->f) || fsync(fileno(table->f)) != 0) {
            const fq_status status = fq_fail(FQ_ERR_OUTPUT, "cannot write %s: %s", table->path,
                                             errno ? strerror(errno) : "an earlier row could not be written");
            table->failed = 1;
            fq_run_abandon(r);
            return status;
        }
    }
    fq_status status = FQ_OK;
    for (int t = 0; t < FQ_TABLE_COUNT; t++) {
        run_table *table = &r->table[t];
        if (table->n_rows == 0 && fq_record_columns((fq_table)t)->optional) {
            /* Rows of an earlier run would pass for this one's. */
            unlink(table->temporary);
            unlink(table->path);
        } else if (rename(table->temporary, table->path) != 0 && status == FQ_OK) {
            status =
                fq_fail(FQ_ERR_OUTPUT, "cannot rename %s to %s: %s", table->temporary, table->path, strerror(errno));
        }
        fclose(table->f);
    }
    sync_dir(r->dir);
    run_free(r);
    return status;
}
