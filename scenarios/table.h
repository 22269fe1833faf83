/* Rows as tables for people: only the columns that say something, numbers in readable units, one table an operation.
 * The full rows go to CSV and JSON (harness/record.h). */
#ifndef FQ_SCENARIOS_TABLE_H
#define FQ_SCENARIOS_TABLE_H
#include <stdio.h>
#include "harness/record.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Markdown tables of result, accuracy, error and serve rows, and of layer rows the mean over layers. Errors:
 * FQ_ERR_OUTPUT when f cannot be written. */
fq_status fq_table_print(FILE *f, const fq_rows *rows) FQ_MUST_USE;

/* How results group into tables and plots: "gemm" for all gemm operations, else the operation itself. */
const char *fq_table_family(const fq_result *r);

#ifdef __cplusplus
}
#endif
#endif
