/* A table of texts for people, as aligned Markdown. Columns that are empty in every row are left out. The rows for
 * machines go through record.h. */
#ifndef FQ_HARNESS_CELLS_H
#define FQ_HARNESS_CELLS_H
#include <stdio.h>
#include "harness/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_cell_column {
    const char *head;
    int right; /* numbers are set flush right */
} fq_cell_column;

typedef struct fq_cells {
    fq_arena *arena;
    const fq_cell_column *column;
    int n_columns, n_rows, room;
    const char **text; /* n_rows x n_columns */
    fq_status status;  /* FQ_ERR_MEMORY once something could not be kept */
} fq_cells;

/* An empty table whose texts will live in the arena; column[] must outlive it. */
fq_cells fq_cells_make(fq_arena *arena, const fq_cell_column *column, int n_columns);
/* Begin a row of empty cells. */
void fq_cells_row(fq_cells *t);
/* Set a cell of the last row (printf). */
void fq_cells_set(fq_cells *t, int column, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A number with three or four significant digits and no exponent where that is possible; NAN: empty. */
void fq_cells_number(fq_cells *t, int column, double x);

/* Errors: what was stored while filling. The caller checks f. */
fq_status fq_cells_markdown(FILE *f, const fq_cells *t) FQ_MUST_USE;

/* Text with & < > " escaped. */
void fq_html_text(FILE *f, const char *text);

#ifdef __cplusplus
}
#endif
#endif
