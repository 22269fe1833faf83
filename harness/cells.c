/* Filling and printing tables of texts. Widths count characters, not bytes. */
#include "harness/cells.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { COLUMNS_MOST = 32, CELL_BYTES = 1024 };

fq_cells fq_cells_make(fq_arena *arena, const fq_cell_column *column, int n_columns) {
    FQ_ASSERT(n_columns > 0 && n_columns <= COLUMNS_MOST);
    fq_cells t = {.arena = arena, .column = column, .n_columns = n_columns};
    return t;
}

void fq_cells_row(fq_cells *t) {
    if (t->n_rows == t->room) {
        const int room = t->room > 0 ? 2 * t->room : 32;
        const char **text = FQ_NEW(t->arena, const char *, room * t->n_columns);
        if (text == NULL) {
            t->status = FQ_ERR_MEMORY;
            t->n_rows = 0;
            t->room = 0;
            return;
        }
        if (t->n_rows > 0) memcpy(text, t->text, sizeof *text * (size_t)(t->n_rows * t->n_columns));
        t->text = text;
        t->room = room;
    }
    t->n_rows++;
    for (int c = 0; c < t->n_columns; c++)
        t->text[(t->n_rows - 1) * t->n_columns + c] = "";
}

void fq_cells_set(fq_cells *t, int column, const char *format, ...) {
    char text[CELL_BYTES];
    if (t->status != FQ_OK) return;
    FQ_ASSERT(column < t->n_columns && t->n_rows > 0);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *kept = fq_arena_printf(t->arena, "%s", text);
    if (kept == NULL)
        t->status = FQ_ERR_MEMORY;
    else
        t->text[(t->n_rows - 1) * t->n_columns + column] = kept;
}

void fq_cells_number(fq_cells *t, int column, double x) {
    if (isnan(x)) return;
    const double a = fabs(x);
    const int digits = a >= 1000 ? 0 : a >= 100 ? 1 : a >= 10 ? 2 : a >= 1 ? 3 : 4;
    if (x == trunc(x) && a < 1e15)
        fq_cells_set(t, column, "%.0f", x);
    else if (a < 1e-3 || a >= 1e15)
        fq_cells_set(t, column, "%.2e", x);
    else
        fq_cells_set(t, column, "%.*f", digits, x);
}

static const char *cell(const fq_cells *t, int row, int column) {
    return t->text[row * t->n_columns + column];
}

/* Characters, with the backslash that a bar gets. */
static int width(const char *text) {
    int n = 0;
    for (; *text != '\0'; text++)
        n += (((unsigned char)*text & 0xc0) != 0x80) + (*text == '|');
    return n;
}

/* 0: no row has anything here. */
static void measure(const fq_cells *t, int widths[COLUMNS_MOST]) {
    for (int c = 0; c < t->n_columns; c++) {
        int most = 0;
        for (int r = 0; r < t->n_rows; r++)
            most = width(cell(t, r, c)) > most ? width(cell(t, r, c)) : most;
        if (most > 0 && most < width(t->column[c].head)) most = width(t->column[c].head);
        widths[c] = most == 1 ? 2 : most; /* a rule needs a dash and a colon */
    }
}

static void pad(FILE *f, int n, char with) {
    for (int i = 0; i < n; i++)
        fputc(with, f);
}

static void put_markdown(FILE *f, const char *text, int room, int right) {
    const int space = room - width(text);
    fputs("| ", f);
    pad(f, right ? space : 0, ' ');
    for (; *text != '\0'; text++) {
        if (*text == '|') fputc('\\', f);
        fputc(*text == '\n' ? ' ' : *text, f);
    }
    pad(f, right ? 1 : space + 1, ' ');
}

fq_status fq_cells_markdown(FILE *f, const fq_cells *t) {
    int widths[COLUMNS_MOST];
    if (t->status != FQ_OK || t->n_rows == 0) return t->status;
    measure(t, widths);
    for (int r = -2; r < t->n_rows; r++) {
        for (int c = 0; c < t->n_columns; c++) {
            const int right = t->column[c].right;
            if (widths[c] == 0) continue;
            if (r != -1) {
                put_markdown(f, r == -2 ? t->column[c].head : cell(t, r, c), widths[c], right);
                continue;
            }
            fputs("| ", f);
            pad(f, widths[c] - right, '-');
            fputs(right ? ": " : " ", f);
        }
        fputs("|\n", f);
    }
    return FQ_OK;
}

void fq_html_text(FILE *f, const char *text) {
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", f);
            break;
        case '<':
            fputs("&lt;", f);
            break;
        case '>':
            fputs("&gt;", f);
            break;
        case '"':
            fputs("&quot;", f);
            break;
        default:
            fputc(*text, f);
        }
    }
}
