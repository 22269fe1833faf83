/* Reading of the program's CSV files, through libcsv in strict mode and one physical line at a time, so that every
 * error can name its line. Columns are matched by name: more, fewer or reordered ones are fine. */
#include "harness/record.h"
#include "harness/record_columns.h"
#include <csv.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    const char *path;
    const fq_columns *columns;
    fq_arena *arena;
    locale_t c_locale;
    long line;        /* physical line being parsed, from 1 */
    long record_line; /* line on which the current record starts */
    int *map;         /* field of the file -> column, -1 = unknown */
    int n_fields;     /* fields in the header; -1 until it has been read */
    int field;        /* next field of the current record */
    int capacity;     /* of map while the header is read */
    char unknown[160];
    char *rows, *row; /* rows: malloc'd, grown by doubling; row: the record being read */
    int n, rows_capacity;
    fq_status status;
} reader;

static int column_by_name(const fq_columns *c, const char *name, size_t length) {
    for (int i = 0; i < c->n; i++)
        if (strlen(c->column[i].name) == length && memcmp(c->column[i].name, name, length) == 0) return i;
    return -1;
}

static fq_status header_field(reader *r, const char *name, size_t length) {
    if (r->field == r->capacity) {
        const int capacity = r->capacity ? 2 * r->capacity : 64;
        int *map = realloc(r->map, (size_t)capacity * sizeof *map);
        if (!map) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for the header", r->path);
        r->map = map;
        r->capacity = capacity;
    }
    const int column = column_by_name(r->columns, name, length);
    for (int i = 0; column >= 0 && i < r->field; i++)
        if (r->map[i] == column)
            return fq_fail(FQ_ERR_INPUT, "%s:%ld: column %.*s appears twice", r->path, r->line, (int)length, name);
    if (column < 0) {
        const size_t used = strlen(r->unknown);
        snprintf(r->unknown + used, sizeof r->unknown - used, "%s%.*s", used ? ", " : "", (int)length, name);
    }
    r->map[r->field++] = column;
    return FQ_OK;
}

static fq_status header_end(reader *r) {
    int known = 0;
    for (int i = 0; i < r->field; i++)
        known += r->map[i] >= 0;
    if (known == 0)
        return fq_fail(FQ_ERR_INPUT, "%s:%ld: no header: expected column names of %s.csv (%s, ...)", r->path,
                       r->record_line, r->columns->name, r->columns->column[0].name);
    r->n_fields = r->field;
    return FQ_OK;
}

/* A decimal number or inf, nothing before or after it. "nan" and hexadecimal are no numbers here: missing is empty. */
static int parse_number(const char *text, locale_t c_locale, double *out) {
    const char *digits = text + (*text == '-' || *text == '+');
    if (strspn(digits, "0123456789.eE+-") != strlen(digits) && strcmp(digits, "inf") != 0) return -1;
    char *end;
    *out = strtod_l(text, &end, c_locale);
    return end == text || *end ? -1 : 0;
}

static fq_status row_begin(reader *r) {
    if (r->n == r->rows_capacity) {
        const int capacity = r->rows_capacity ? 2 * r->rows_capacity : 64;
        char *rows = realloc(r->rows, (size_t)capacity * r->columns->row_bytes);
        if (!rows) return fq_fail(FQ_ERR_MEMORY, "%s:%ld: no memory for the rows", r->path, r->line);
        r->rows = rows;
        r->rows_capacity = capacity;
    }
    r->row = r->rows + (size_t)r->n * r->columns->row_bytes;
    fq_record_clear(r->columns, r->row);
    return FQ_OK;
}

static fq_status row_field(reader *r, const char *text, size_t length) {
    if (r->field == 0) FQ_TRY(row_begin(r));
    const int at = r->field++;
    if (at >= r->n_fields || r->map[at] < 0 || length == 0) return FQ_OK; /* row_end counts the fields */
    const fq_column *c = &r->columns->column[r->map[at]];
    if (!c->is_text) {
        double v;
        if (parse_number(text, r->c_locale, &v) != 0)
            return fq_fail(FQ_ERR_INPUT, "%s:%ld: %s: expected a number, found '%.40s'", r->path, r->line, c->name,
                           text);
        memcpy(r->row + c->offset, &v, sizeof v);
        return FQ_OK;
    }
    char *copy = fq_arena_alloc(r->arena, length + 1);
    if (!copy) return FQ_ERR_MEMORY;
    memcpy(copy, text, length + 1);
    const char *value = copy;
    memcpy(r->row + c->offset, &value, sizeof value);
    return FQ_OK;
}

static fq_status row_end(reader *r) {
    if (r->field != r->n_fields)
        return fq_fail(FQ_ERR_INPUT, "%s:%ld: %d fields, expected %d as in the header", r->path, r->record_line,
                       r->field, r->n_fields);
    r->n++;
    return FQ_OK;
}

static void on_field(void *text, size_t length, void *context) {
    reader *r = context;
    if (r->status != FQ_OK) return;
    if (r->field == 0 && r->record_line == 0) r->record_line = r->line;
    if (strlen(text) != length)
        r->status = fq_fail(FQ_ERR_INPUT, "%s:%ld: a NUL byte: not a text file", r->path, r->line);
    else
        r->status = r->n_fields < 0 ? header_field(r, text, length) : row_field(r, text, length);
}

static void on_record(int separator, void *context) {
    reader *r = context;
    (void)separator;
    if (r->status != FQ_OK) return;
    r->status = r->n_fields < 0 ? header_end(r) : row_end(r);
    r->field = 0;
    r->record_line = 0;
}

static fq_status parse_file(reader *r, FILE *f, struct csv_parser *parser) {
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    errno = 0;
    while (r->status == FQ_OK && (length = getline(&line, &capacity, f)) >= 0) {
        r->line++;
        const size_t skip =
            r->line == 1 && length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* UTF-8 mark */
        const size_t bytes = (size_t)length - skip;
        if (csv_parse(parser, line + skip, bytes, on_field, on_record, r) != bytes && r->status == FQ_OK)
            r->status =
                csv_error(parser) == CSV_ENOMEM
                    ? fq_fail(FQ_ERR_MEMORY, "%s:%ld: no memory for a field", r->path, r->line)
                    : fq_fail(FQ_ERR_INPUT, "%s:%ld: a stray quote: expected CSV as in RFC 4180", r->path, r->line);
    }
    free(line);
    if (r->status != FQ_OK) return r->status;
    if (ferror(f)) return fq_fail(FQ_ERR_INPUT, "%s: cannot read: %s", r->path, strerror(errno));
    if (csv_fini(parser, on_field, on_record, r) != 0 && r->status == FQ_OK)
        return fq_fail(FQ_ERR_INPUT, "%s:%ld: the file ends inside a quoted field (truncated?)", r->path, r->line);
    if (r->status == FQ_OK && r->n_fields < 0)
        return fq_fail(FQ_ERR_INPUT, "%s:1: no header: the file is empty", r->path);
    return r->status;
}

static fq_status rows_to_arena(const reader *r, void **rows, int *n) {
    const size_t bytes = (size_t)r->n * r->columns->row_bytes;
    void *copy = fq_arena_alloc(r->arena, bytes);
    if (!copy) return FQ_ERR_MEMORY;
    if (bytes) memcpy(copy, r->rows, bytes);
    *rows = copy;
    *n = r->n;
    if (r->unknown[0]) fq_fail(FQ_OK, "%s: ignoring unknown columns: %s", r->path, r->unknown);
    return FQ_OK;
}

fq_status fq_record_read_columns(const char *path, const fq_columns *c, fq_arena *arena, void **rows, int *n) {
    reader r = {.path = path, .columns = c, .arena = arena, .n_fields = -1};
    *rows = NULL;
    *n = 0;
    r.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* static inside libc: nothing to free */
    FILE *f = fopen(path, "re");
    if (!f) return fq_fail(FQ_ERR_INPUT, "%s: cannot open: %s", path, strerror(errno));
    struct csv_parser parser;
    fq_status status = FQ_ERR_MEMORY;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) == 0) {
        status = parse_file(&r, f, &parser);
        csv_free(&parser);
    } else {
        fq_fail(FQ_ERR_MEMORY, "%s: no memory for the CSV reader", path);
    }
    fclose(f);
    if (status == FQ_OK) status = rows_to_arena(&r, rows, n);
    free(r.rows);
    free(r.map);
    return status;
}

fq_status fq_record_read(const char *path, fq_table table, fq_arena *arena, void **rows, int *n) {
    return fq_record_read_columns(path, fq_record_columns(table), arena, rows, n);
}
