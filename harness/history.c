/* SQL of the history. Two tables: run (when, what, where) and value (one number). Each change is one transaction, so a
 * killed process leaves the file as it was. */
#include "harness/history.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "harness/host.h"

enum { APPLICATION_ID = 0x66716268 /* "fqbh" */, VERSION = 1, ROOM = 64 };

struct fq_history {
    sqlite3 *db;
    char *path;
};

static const fq_column column[] = {
#define FQ_COL_TEXT(name) {#name, 1, offsetof(fq_history_row, name)},
#define FQ_COL_NUM(name) {#name, 0, offsetof(fq_history_row, name)},
#include "harness/history.def"
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
};
static const fq_columns table = {"history", column, (int)(sizeof column / sizeof column[0]), sizeof(fq_history_row), 0};

const fq_columns *fq_history_columns(void) {
    return &table;
}

static fq_status failed(const fq_history *h, fq_status s) {
    return fq_fail(s, "%s: %s", h->path, sqlite3_errmsg(h->db));
}

static fq_status execute(fq_history *h, const char *sql) {
    return sqlite3_exec(h->db, sql, NULL, NULL, NULL) == SQLITE_OK ? FQ_OK : failed(h, FQ_ERR_OUTPUT);
}

static fq_status prepare(fq_history *h, const char *sql, sqlite3_stmt **out) {
    return sqlite3_prepare_v2(h->db, sql, -1, out, NULL) == SQLITE_OK ? FQ_OK : failed(h, FQ_ERR_OUTPUT);
}

/* First column of the first row of a query; 0 if it has none. */
static fq_status query_int(fq_history *h, const char *sql, int *out) {
    sqlite3_stmt *s;
    FQ_TRY(prepare(h, sql, &s));
    const int code = sqlite3_step(s);
    *out = code == SQLITE_ROW ? sqlite3_column_int(s, 0) : 0;
    sqlite3_finalize(s);
    return code == SQLITE_ROW || code == SQLITE_DONE ? FQ_OK : failed(h, FQ_ERR_INPUT);
}

/* ---- opening ---- */

static fq_status check_kind(fq_history *h) {
    static const char schema[] =
        "BEGIN IMMEDIATE;"
        "CREATE TABLE run (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, run_time TEXT, scenario TEXT,"
        " build_commit TEXT, machine TEXT, note TEXT);"
        "CREATE TABLE value (run INTEGER NOT NULL REFERENCES run, test_id TEXT NOT NULL, metric TEXT NOT NULL,"
        " value REAL NOT NULL, lo REAL, hi REAL);"
        "CREATE INDEX value_by_test ON value (metric, test_id, run);"
        "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;";
    char sql[1024];
    int id = 0, version = 0, tables = 0;
    FQ_TRY(query_int(h, "PRAGMA application_id", &id));
    FQ_TRY(query_int(h, "PRAGMA user_version", &version));
    FQ_TRY(query_int(h, "SELECT count(*) FROM sqlite_master", &tables));
    if (id == APPLICATION_ID && version == VERSION) return FQ_OK;
    if (id == APPLICATION_ID)
        return fq_fail(FQ_ERR_INPUT, "%s: history of version %d; this program reads %d", h->path, version, VERSION);
    if (tables > 0) return fq_fail(FQ_ERR_INPUT, "%s: a database, but no history of fqbench", h->path);
    snprintf(sql, sizeof sql, schema, APPLICATION_ID, VERSION);
    return execute(h, sql);
}

fq_status fq_history_open(fq_history **out, const char *path, int make) {
    fq_history *h = calloc(1, sizeof *h);
    *out = NULL;
    if (h == NULL || (h->path = strdup(path)) == NULL) {
        free(h);
        return fq_fail(FQ_ERR_MEMORY, "no memory for %s", path);
    }
    fq_status s = FQ_OK;
    if (sqlite3_open_v2(path, &h->db, SQLITE_OPEN_READWRITE | (make ? SQLITE_OPEN_CREATE : 0), NULL) != SQLITE_OK)
        s = fq_fail(FQ_ERR_INPUT, "%s: %s", path, h->db != NULL ? sqlite3_errmsg(h->db) : "no memory");
    if (s == FQ_OK) {
        sqlite3_busy_timeout(h->db, 5000);
        s = check_kind(h);
    }
    if (s != FQ_OK) {
        fq_history_close(h);
        return s;
    }
    *out = h;
    return FQ_OK;
}

void fq_history_close(fq_history *h) {
    if (h == NULL) return;
    sqlite3_close(h->db);
    free(h->path);
    free(h);
}

/* ---- adding ---- */

static void bind_text(sqlite3_stmt *s, int at, const char *text) {
    sqlite3_bind_text(s, at, fq_or_empty(text), -1, SQLITE_TRANSIENT);
}

static void bind_number(sqlite3_stmt *s, int at, double x) {
    if (isnan(x))
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_double(s, at, x);
}

static fq_status run_once(fq_history *h, sqlite3_stmt *s) {
    const int code = sqlite3_step(s);
    sqlite3_reset(s);
    return code == SQLITE_DONE ? FQ_OK : failed(h, FQ_ERR_OUTPUT);
}

static fq_status find_run(fq_history *h, const char *fingerprint, int *run) {
    sqlite3_stmt *s;
    FQ_TRY(prepare(h, "SELECT id FROM run WHERE fingerprint = ?", &s));
    bind_text(s, 1, fingerprint);
    const int code = sqlite3_step(s);
    *run = code == SQLITE_ROW ? sqlite3_column_int(s, 0) : 0;
    sqlite3_finalize(s);
    return code == SQLITE_ROW || code == SQLITE_DONE ? FQ_OK : failed(h, FQ_ERR_INPUT);
}

static fq_status insert_run(fq_history *h, const fq_history_row *r, int *run) {
    sqlite3_stmt *s;
    FQ_TRY(prepare(h,
                   "INSERT INTO run (fingerprint, run_time, scenario, build_commit, machine, note) "
                   "VALUES (?, ?, ?, ?, ?, ?)",
                   &s));
    const char *const text[] = {r->fingerprint, r->run_time, r->scenario, r->build_commit, r->machine, r->note};
    for (int i = 0; i < 6; i++)
        bind_text(s, i + 1, text[i]);
    const fq_status status = run_once(h, s);
    sqlite3_finalize(s);
    *run = (int)sqlite3_last_insert_rowid(h->db);
    return status;
}

static fq_status insert_values(fq_history *h, int run, const fq_history_row *rows, int n) {
    sqlite3_stmt *s;
    FQ_TRY(prepare(h, "INSERT INTO value (run, test_id, metric, value, lo, hi) VALUES (?, ?, ?, ?, ?, ?)", &s));
    fq_status status = FQ_OK;
    for (int i = 0; i < n && status == FQ_OK; i++) {
        sqlite3_bind_int(s, 1, run);
        bind_text(s, 2, rows[i].test_id);
        bind_text(s, 3, rows[i].metric);
        bind_number(s, 4, rows[i].value);
        bind_number(s, 5, rows[i].lo);
        bind_number(s, 6, rows[i].hi);
        status = run_once(h, s);
    }
    sqlite3_finalize(s);
    return status;
}

/* Rows of one run, in one transaction. */
static fq_status insert(fq_history *h, const fq_history_row *rows, int n, int *run) {
    FQ_TRY(execute(h, "BEGIN IMMEDIATE"));
    fq_status status = insert_run(h, &rows[0], run);
    if (status == FQ_OK) status = insert_values(h, *run, rows, n);
    if (status == FQ_OK) return execute(h, "COMMIT");
    sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static fq_history_row new_row(const char *test, const char *metric, double value, double lo, double hi) {
    fq_history_row r;
    fq_record_clear(&table, &r);
    r.test_id = test;
    r.metric = metric;
    r.value = value;
    r.lo = lo;
    r.hi = hi;
    return r;
}

static int take_values(const fq_folder *f, fq_arena *arena, fq_history_row *rows) {
    int n = 0;
    for (int i = 0; i < f->n_results; i++) {
        const fq_result *r = &f->results[i];
        if (strcmp(fq_or_empty(r->verdict), "PASS") != 0 || !(r->median_ns > 0)) continue;
        rows[n++] = new_row(r->test_id, "median_ns", r->median_ns, r->median_lo_ns, r->median_hi_ns);
    }
    for (int i = 0; i < f->n_accuracy; i++) {
        const fq_accuracy_row *a = &f->accuracy[i];
        char kappa[32] = "";
        if (a->kappa > 1) snprintf(kappa, sizeof kappa, " kappa %g", a->kappa);
        const char *id = fq_arena_printf(arena, "%s %s %s ctx%.0f x%.0f%s", fq_or_empty(a->variant),
                                         fq_or_empty(a->model), fq_or_empty(a->text), a->ctx, a->windows, kappa);
        if (a->ppl > 0) rows[n++] = new_row(id, "ppl", a->ppl, a->ppl_lo, a->ppl_hi);
        if (a->kld_mean > 0) rows[n++] = new_row(id, "kld_mean", a->kld_mean, NAN, NAN);
    }
    return n;
}

/* Of the values and of when they were taken. */
static fq_status fingerprint(const fq_history_row *rows, int n, const char *when, char out[65]) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *f = open_memstream(&text, &bytes);
    if (f == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for a fingerprint");
    fprintf(f, "%s\n", when);
    for (int i = 0; i < n; i++)
        fprintf(f, "%s\t%s\t%.17g\n", fq_or_empty(rows[i].test_id), rows[i].metric, rows[i].value);
    fclose(f);
    fq_sha256_hex(text, bytes, out);
    free(text);
    return FQ_OK;
}

static const char *first_of(const char *a, const char *b) {
    return a != NULL && a[0] != '\0' ? a : fq_or_empty(b);
}

fq_status fq_history_add(fq_history *h, const fq_folder *f, const char *note, int *run, int *added) {
    char hash[65];
    fq_arena arena;
    const fq_result *r = f->n_results > 0 ? &f->results[0] : NULL;
    const fq_accuracy_row *a = f->n_accuracy > 0 ? &f->accuracy[0] : NULL;
    *added = 0;
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_history_row *rows = FQ_NEW(&arena, fq_history_row, f->n_results + 2 * f->n_accuracy + 1);
    const int n = rows != NULL ? take_values(f, &arena, rows) : 0;
    const char *when = first_of(fq_folder_fact(f, "utc"), r != NULL ? r->test_time : NULL);
    fq_status status =
        n > 0 ? fingerprint(rows, n, when, hash) : fq_fail(FQ_ERR_INPUT, "%s: no PASS row and no accuracy row", f->dir);
    if (status == FQ_OK) {
        rows[0].fingerprint = hash;
        rows[0].run_time = when;
        rows[0].scenario = first_of(r != NULL ? r->scenario : NULL, a != NULL ? a->scenario : NULL);
        rows[0].build_commit = first_of(r != NULL ? r->build_commit : NULL, a != NULL ? a->build_commit : NULL);
        rows[0].machine = first_of(r != NULL ? first_of(r->gpu_info, r->cpu_info) : NULL, fq_folder_fact(f, "cpu"));
        rows[0].note = note;
        status = find_run(h, hash, run);
    }
    if (status == FQ_OK && *run == 0) {
        status = insert(h, rows, n, run);
        *added = status == FQ_OK;
    }
    fq_arena_free(&arena);
    return status;
}

/* ---- reading ---- */

static const char *kept(fq_arena *arena, sqlite3_stmt *s, int at) {
    const unsigned char *text = sqlite3_column_text(s, at);
    return fq_arena_printf(arena, "%s", text != NULL ? (const char *)text : "");
}

static double number_at(sqlite3_stmt *s, int at) {
    return sqlite3_column_type(s, at) == SQLITE_NULL ? NAN : sqlite3_column_double(s, at);
}

fq_status fq_history_rows(fq_history *h, const char *test, const char *metric, fq_arena *arena, fq_history_row **rows,
                          int *n) {
    sqlite3_stmt *s;
    int room = 0, code;
    *n = 0;
    *rows = NULL;
    FQ_TRY(query_int(h, "SELECT count(*) FROM value", &room));
    *rows = FQ_NEW(arena, fq_history_row, room + ROOM);
    if (*rows == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(prepare(h,
                   "SELECT run.id, run_time, scenario, build_commit, machine, note, test_id, metric, value, lo, hi, "
                   "fingerprint FROM value JOIN run ON run.id = value.run WHERE instr(test_id, ?1) > 0 AND "
                   "instr(metric, ?2) > 0 ORDER BY metric DESC, test_id, machine, run.id",
                   &s));
    bind_text(s, 1, test);
    bind_text(s, 2, metric);
    fq_status status = FQ_OK;
    while ((code = sqlite3_step(s)) == SQLITE_ROW && *n < room + ROOM) {
        fq_history_row *r = &(*rows)[*n];
        r->run = sqlite3_column_int(s, 0);
        r->run_time = kept(arena, s, 1);
        r->scenario = kept(arena, s, 2);
        r->build_commit = kept(arena, s, 3);
        r->machine = kept(arena, s, 4);
        r->note = kept(arena, s, 5);
        r->test_id = kept(arena, s, 6);
        r->metric = kept(arena, s, 7);
        r->value = number_at(s, 8);
        r->lo = number_at(s, 9);
        r->hi = number_at(s, 10);
        r->fingerprint = kept(arena, s, 11);
        if (r->fingerprint == NULL) status = FQ_ERR_MEMORY;
        ++*n;
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE || code == SQLITE_ROW ? status : failed(h, FQ_ERR_INPUT);
}

/* ---- import ---- */

typedef struct known_run {
    const fq_history_row *row; /* the first of its rows */
    int run, is_new;
} known_run;

static known_run *find_known(known_run *known, int n, const fq_history_row *row) {
    for (int i = n - 1; i >= 0; i--)
        if (strcmp(known[i].row->fingerprint, row->fingerprint) == 0) return &known[i];
    return NULL;
}

static int by_old_number(const void *a, const void *b) {
    const known_run *x = a, *y = b;
    return (x->row->run > y->row->run) - (x->row->run < y->row->run);
}

static fq_status import_rows(fq_history *h, const fq_history_row *rows, int n, known_run *known, int *n_known) {
    for (int i = 0; i < n; i++) {
        if (fq_or_empty(rows[i].fingerprint)[0] == '\0' || fq_or_empty(rows[i].metric)[0] == '\0' ||
            isnan(rows[i].value))
            return fq_fail(FQ_ERR_INPUT, "row %d of the import: fingerprint, metric and value are needed", i + 1);
        if (find_known(known, *n_known, &rows[i]) == NULL) known[(*n_known)++].row = &rows[i];
    }
    qsort(known, (size_t)*n_known, sizeof *known, by_old_number); /* new numbers in the old order */
    for (int i = 0; i < *n_known; i++) {
        FQ_TRY(find_run(h, known[i].row->fingerprint, &known[i].run));
        known[i].is_new = known[i].run == 0;
        if (known[i].is_new) FQ_TRY(insert_run(h, known[i].row, &known[i].run));
    }
    for (int i = 0; i < n; i++) {
        const known_run *k = find_known(known, *n_known, &rows[i]);
        if (k->is_new) FQ_TRY(insert_values(h, k->run, &rows[i], 1));
    }
    return FQ_OK;
}

fq_status fq_history_import(fq_history *h, const fq_history_row *rows, int n, int *runs) {
    int n_known = 0;
    *runs = 0;
    known_run *known = calloc((size_t)n + 1, sizeof *known);
    if (known == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for %d rows", n);
    fq_status status = execute(h, "BEGIN IMMEDIATE");
    if (status == FQ_OK) {
        status = import_rows(h, rows, n, known, &n_known);
        if (status == FQ_OK)
            status = execute(h, "COMMIT");
        else
            sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
    }
    for (int i = 0; i < n_known && status == FQ_OK; i++)
        *runs += known[i].is_new;
    free(known);
    return status;
}
