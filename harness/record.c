/* The columns of results.csv, samples.csv, accuracy.csv, errors.csv, layers.csv, formats.csv ... and the writers that
 * walk them: CSV, JSON and Markdown. The process locale never reaches the output, because each writer switches its
 * thread to the C locale. */
#include "harness/record.h"
#include "harness/record_columns.h"
#include <errno.h>
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 40 };

#define FQ_COL_TEXT(name) {#name, 1, offsetof(FQ_ROW, name)},
#define FQ_COL_NUM(name) {#name, 0, offsetof(FQ_ROW, name)},
#define FQ_ROW fq_result
static const fq_column results_column[] = {
#include "harness/results.def"
};
#undef FQ_ROW
#define FQ_ROW fq_sample
static const fq_column samples_column[] = {
#include "harness/samples.def"
};
#undef FQ_ROW
#define FQ_ROW fq_accuracy_row
static const fq_column accuracy_column[] = {
#include "harness/accuracy.def"
};
#undef FQ_ROW
#define FQ_ROW fq_error_row
static const fq_column errors_column[] = {
#include "harness/errors.def"
};
#undef FQ_ROW
#define FQ_ROW fq_layer_row
static const fq_column layers_column[] = {
#include "harness/layers.def"
};
#undef FQ_ROW
#define FQ_ROW fq_window_row
static const fq_column windows_column[] = {
#include "harness/windows.def"
};
#undef FQ_ROW
#define FQ_ROW fq_format_row
static const fq_column formats_column[] = {
#include "harness/formats.def"
};
#undef FQ_ROW
#define FQ_ROW fq_serve_row
static const fq_column serve_column[] = {
#include "harness/serve.def"
};
#undef FQ_ROW
#define FQ_ROW fq_request_row
static const fq_column requests_column[] = {
#include "harness/requests.def"
};
#undef FQ_ROW
#undef FQ_COL_TEXT
#undef FQ_COL_NUM

#define COUNT(a) (int)(sizeof(a) / sizeof(a)[0])
static const fq_columns tables[FQ_TABLE_COUNT] = {
    [FQ_TABLE_RESULTS] = {"results", results_column, COUNT(results_column), sizeof(fq_result), 0},
    [FQ_TABLE_SAMPLES] = {"samples", samples_column, COUNT(samples_column), sizeof(fq_sample), 0},
    [FQ_TABLE_ACCURACY] = {"accuracy", accuracy_column, COUNT(accuracy_column), sizeof(fq_accuracy_row), 0},
    [FQ_TABLE_ERRORS] = {"errors", errors_column, COUNT(errors_column), sizeof(fq_error_row), 1},
    [FQ_TABLE_LAYERS] = {"layers", layers_column, COUNT(layers_column), sizeof(fq_layer_row), 1},
    [FQ_TABLE_WINDOWS] = {"windows", windows_column, COUNT(windows_column), sizeof(fq_window_row), 1},
    [FQ_TABLE_FORMATS] = {"formats", formats_column, COUNT(formats_column), sizeof(fq_format_row), 1},
    [FQ_TABLE_SERVE] = {"serve", serve_column, COUNT(serve_column), sizeof(fq_serve_row), 1},
    [FQ_TABLE_REQUESTS] = {"requests", requests_column, COUNT(requests_column), sizeof(fq_request_row), 1},
};

const fq_columns *fq_record_columns(fq_table table) {
    FQ_ASSERT((unsigned)table < FQ_TABLE_COUNT);
    return &tables[table];
}

static const char *text_of(const fq_column *c, const void *row) {
    const char *text;
    memcpy(&text, (const char *)row + c->offset, sizeof text);
    return text ? text : "";
}

static double number_of(const fq_column *c, const void *row) {
    double v;
    memcpy(&v, (const char *)row + c->offset, sizeof v);
    return v;
}

static int is_missing(const fq_column *c, const void *row) {
    return c->is_text ? text_of(c, row)[0] == '\0' : isnan(number_of(c, row));
}

void fq_record_clear(const fq_columns *c, void *row) {
    const char *no_text = NULL;
    const double no_number = NAN;
    memset(row, 0, c->row_bytes);
    for (int i = 0; i < c->n; i++) {
        char *field = (char *)row + c->column[i].offset;
        if (c->column[i].is_text)
            memcpy(field, &no_text, sizeof no_text);
        else
            memcpy(field, &no_number, sizeof no_number);
    }
}

void fq_result_init(fq_result *r) {
    fq_record_clear(&tables[FQ_TABLE_RESULTS], r);
}

void fq_sample_init(fq_sample *r) {
    fq_record_clear(&tables[FQ_TABLE_SAMPLES], r);
}

void fq_accuracy_row_init(fq_accuracy_row *r) {
    fq_record_clear(&tables[FQ_TABLE_ACCURACY], r);
}

void fq_error_row_init(fq_error_row *r) {
    fq_record_clear(&tables[FQ_TABLE_ERRORS], r);
}

void fq_layer_row_init(fq_layer_row *r) {
    fq_record_clear(&tables[FQ_TABLE_LAYERS], r);
}

void fq_window_row_init(fq_window_row *r) {
    fq_record_clear(&tables[FQ_TABLE_WINDOWS], r);
}

void fq_format_row_init(fq_format_row *r) {
    fq_record_clear(&tables[FQ_TABLE_FORMATS], r);
}

void fq_serve_row_init(fq_serve_row *r) {
    fq_record_clear(&tables[FQ_TABLE_SERVE], r);
}

void fq_request_row_init(fq_request_row *r) {
    fq_record_clear(&tables[FQ_TABLE_REQUESTS], r);
}

/* Byte counts and parameter counts have more than nine digits, so whole numbers keep all of theirs. */
static int is_whole(double v) {
    return fabs(v) <= 9007199254740992.0 && v == trunc(v);
}

static void number_text(char out[NUMBER_BYTES], double v) {
    snprintf(out, NUMBER_BYTES, is_whole(v) ? "%.0f" : "%.9g", v + 0.0); /* + 0.0: no "-0" */
}

static void number_text_short(char out[NUMBER_BYTES], double v) {
    const int whole = is_whole(v) || (isfinite(v) && fabs(v) >= 999.95 && fabs(v) < 1e15);
    snprintf(out, NUMBER_BYTES, whole ? "%.0f" : "%.4g", v + 0.0);
}

static locale_t enter_c_locale(void) {
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* static inside libc: cannot fail, nothing to free */
    FQ_ASSERT(c != (locale_t)0);
    return uselocale(c);
}

static fq_status flushed(FILE *f, const fq_columns *c, locale_t previous) {
    const int failed = fflush(f) != 0 || ferror(f);
    const int cause = errno;
    uselocale(previous);
    if (!failed) return FQ_OK;
    return fq_fail(FQ_ERR_OUTPUT, "cannot write %s: %s", c->name, cause ? strerror(cause) : "write error");
}

/* RFC 4180 asks for quotes around separators; blanks at the ends get them too, since readers may trim those. */
static void write_text(FILE *f, const char *text) {
    const size_t length = strlen(text);
    const int blank_end = length && (strchr(" \t", text[0]) || strchr(" \t", text[length - 1]));
    if (!blank_end && strcspn(text, ",\"\r\n") == length) {
        fputs(text, f);
        return;
    }
    fputc('"', f);
    for (const char *p = text; *p; p++) {
        if (*p == '"') fputc('"', f);
        fputc(*p, f);
    }
    fputc('"', f);
}

static void write_header(FILE *f, const fq_columns *c) {
    for (int i = 0; i < c->n; i++)
        fprintf(f, "%s%s", i ? "," : "", c->column[i].name);
    fputc('\n', f);
}

static void write_row(FILE *f, const fq_columns *c, const void *row) {
    char number[NUMBER_BYTES];
    for (int i = 0; i < c->n; i++) {
        if (i) fputc(',', f);
        if (is_missing(&c->column[i], row)) continue;
        if (c->column[i].is_text) {
            write_text(f, text_of(&c->column[i], row));
        } else {
            number_text(number, number_of(&c->column[i], row));
            fputs(number, f);
        }
    }
    fputc('\n', f);
}

fq_status fq_record_header(FILE *f, fq_table table) {
    const fq_columns *c = fq_record_columns(table);
    errno = 0;
    const locale_t previous = enter_c_locale();
    write_header(f, c);
    return flushed(f, c, previous);
}

fq_status fq_record_row(FILE *f, fq_table table, const void *row) {
    const fq_columns *c = fq_record_columns(table);
    errno = 0;
    const locale_t previous = enter_c_locale();
    write_row(f, c, row);
    return flushed(f, c, previous);
}

/* JSON text must be UTF-8; file names need not be, so other bytes become question marks. */
static json_t *json_text(const char *text) {
    json_t *s = json_string(text);
    if (s) return s;
    char *ascii = strdup(text);
    if (!ascii) return NULL;
    for (char *p = ascii; *p; p++)
        if ((unsigned char)*p >= 0x80) *p = '?';
    s = json_string(ascii);
    free(ascii);
    return s;
}

static json_t *json_field(const fq_column *c, const void *row) {
    if (c->is_text) return json_text(text_of(c, row));
    const double v = number_of(c, row);
    if (!isfinite(v)) return json_null(); /* JSON has no infinity */
    return is_whole(v) ? json_integer((json_int_t)v) : json_real(v);
}

/* One row an array element on a line of its own, so that long results stay readable and diff well. */
static int print_json(FILE *f, const fq_columns *c, const char *rows, int n) {
    fputs("[", f);
    for (int r = 0; r < n; r++) {
        const char *row = rows + (size_t)r * c->row_bytes;
        json_t *object = json_object();
        if (!object) return -1;
        for (int i = 0; i < c->n; i++) {
            if (is_missing(&c->column[i], row)) continue;
            if (json_object_set_new(object, c->column[i].name, json_field(&c->column[i], row)) != 0) {
                json_decref(object);
                return -1;
            }
        }
        fputs(r ? ",\n" : "\n", f);
        json_dumpf(object, f, JSON_COMPACT | JSON_REAL_PRECISION(9)); /* its write errors show in ferror */
        json_decref(object);
    }
    fputs(n ? "\n]\n" : "]\n", f);
    return 0;
}

static size_t cell_width(const char *text) {
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* Malloc'd text of a Markdown cell; NULL when out of memory. */
static char *md_cell(const fq_column *c, const void *row) {
    char number[NUMBER_BYTES] = "";
    const char *text = number;
    if (c->is_text)
        text = text_of(c, row);
    else if (!is_missing(c, row))
        number_text_short(number, number_of(c, row));
    char *cell = malloc(2 * strlen(text) + 1), *to = cell;
    if (!cell) return NULL;
    for (; *text; text++) {
        if (*text == '|') *to++ = '\\';
        *to++ = *text == '\n' || *text == '\r' || *text == '\t' ? ' ' : *text;
    }
    *to = '\0';
    return cell;
}

static void print_md_cell(FILE *f, const char *text, size_t width, int right) {
    const size_t pad = width - cell_width(text);
    fprintf(f, "| %*s%s%*s ", right ? (int)pad : 0, "", text, right ? 0 : (int)pad, "");
}

static void print_md_rule(FILE *f, size_t width, int right) {
    fputs("| ", f);
    for (size_t k = 1; k < width; k++)
        fputc('-', f);
    fputs(right ? ": " : "- ", f);
}

static int print_md(FILE *f, const fq_columns *c, const char *rows, int n) {
    const size_t cells = (size_t)(n + 1) * (size_t)c->n; /* row 0 is the header */
    char **cell = calloc(cells, sizeof *cell);
    size_t *width = calloc((size_t)c->n, sizeof *width);
    int status = cell && width ? 0 : -1;
    for (int r = 0; r <= n && status == 0; r++)
        for (int i = 0; i < c->n && status == 0; i++) {
            char **here = &cell[(size_t)r * (size_t)c->n + (size_t)i];
            *here = r == 0 ? strdup(c->column[i].name) : md_cell(&c->column[i], rows + (size_t)(r - 1) * c->row_bytes);
            if (!*here) status = -1;
            if (r > 0 && *here && **here && cell_width(*here) > width[i]) width[i] = cell_width(*here);
        }
    for (int i = 0; i < c->n && status == 0; i++) /* width 0: no row has a value here */
        if (width[i] && width[i] < cell_width(cell[i])) width[i] = cell_width(cell[i]);
    for (int r = 0; r <= n && n > 0 && status == 0; r++) {
        for (int i = 0; i < c->n; i++)
            if (width[i]) print_md_cell(f, cell[(size_t)r * (size_t)c->n + (size_t)i], width[i], !c->column[i].is_text);
        fputs("|\n", f);
        for (int i = 0; i < c->n && r == 0; i++)
            if (width[i]) print_md_rule(f, width[i], !c->column[i].is_text);
        if (r == 0) fputs("|\n", f);
    }
    for (size_t k = 0; cell && k < cells; k++)
        free(cell[k]);
    free(cell);
    free(width);
    return status;
}

fq_status fq_record_print_columns(FILE *f, fq_output how, const fq_columns *c, const void *rows, int n) {
    int status = 0;
    errno = 0;
    const locale_t previous = enter_c_locale();
    switch (how) {
    case FQ_OUTPUT_CSV:
        write_header(f, c);
        for (int r = 0; r < n; r++)
            write_row(f, c, (const char *)rows + (size_t)r * c->row_bytes);
        break;
    case FQ_OUTPUT_JSON:
        status = print_json(f, c, rows, n);
        break;
    case FQ_OUTPUT_MD:
        status = print_md(f, c, rows, n);
        break;
    }
    const fq_status written = flushed(f, c, previous);
    return status == 0 ? written : fq_fail(FQ_ERR_MEMORY, "no memory to print %s", c->name);
}

fq_status fq_record_print(FILE *f, fq_output how, fq_table table, const void *rows, int n) {
    return fq_record_print_columns(f, how, fq_record_columns(table), rows, n);
}
