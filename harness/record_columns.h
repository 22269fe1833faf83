/* The columns of the CSV files, as tables made from the .def files: the writer and the reader walk these tables, so a
 * new row in a .def needs no other code. For tables that are not part of a run (changes, claims, history) too. */
#ifndef FQ_HARNESS_RECORD_COLUMNS_H
#define FQ_HARNESS_RECORD_COLUMNS_H
#include <stddef.h>
#include "harness/record.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_column {
    const char *name;
    int is_text;
    size_t offset; /* of the field in the row struct */
} fq_column;

typedef struct fq_columns {
    const char *name; /* "results": the file is results.csv */
    const fq_column *column;
    int n;
    size_t row_bytes;
    int optional; /* a run without rows of it leaves no file */
} fq_columns;

/* Columns of a table; never NULL. */
const fq_columns *fq_record_columns(fq_table table);

/* All fields of a row missing. */
void fq_record_clear(const fq_columns *c, void *row);

/* fq_record_print and fq_record_read (record.h) for any table. */
fq_status fq_record_print_columns(FILE *f, fq_output how, const fq_columns *c, const void *rows, int n) FQ_MUST_USE;
fq_status fq_record_read_columns(const char *path, const fq_columns *c, fq_arena *arena, void **rows,
                                 int *n) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
