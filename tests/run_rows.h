/* Runs of the command line: scenario files written for them, rows read back from what they leave. */
#ifndef FQ_TESTS_RUN_ROWS_H
#define FQ_TESTS_RUN_ROWS_H

#include "harness/record.h"
#include "tests/checkpoint_files.h"
#include "tests/cli_runner.h"

static cli c;
static fq_arena arena;

static void *read_rows(const char *run, const char *file, fq_table table, int *n) {
    char path[500];
    void *rows;
    snprintf(path, sizeof path, "%s/%s/%s.csv", c.scratch, run, file);
    assert_int_equal(fq_record_read(path, table, &arena, &rows, n), FQ_OK);
    return rows;
}

#endif
