/* The columns of the three CSV files, as tables made from the .def files. Internal to record*.c and run.c: the writer
 * and the reader walk these tables, so a new row in a .def needs no other code. */
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
} fq_columns;

/* Columns of a table; never NULL. */
const fq_columns *fq_record_columns(fq_table table);

/* All fields of a row missing. */
void fq_record_clear(const fq_columns *c, void *row);

#ifdef __cplusplus
}
#endif
#endif
