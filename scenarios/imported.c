/* Imported times: reading, choosing, and the sum of parts. */
#include "scenarios/imported.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/record_columns.h"

#define FQ_COL_TEXT(field) {#field, 1, offsetof(fq_imported, field)},
#define FQ_COL_NUM(field) {#field, 0, offsetof(fq_imported, field)},
static const fq_column column[] = {
#include "scenarios/imported.def"
};
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
static const fq_columns table = {"imported", column, (int)(sizeof column / sizeof column[0]), sizeof(fq_imported), 0};

fq_status fq_imported_read(const char *path, fq_arena *arena, fq_imported **rows, int *n) {
    void *read;
    FQ_TRY(fq_record_read_columns(path, &table, arena, &read, n));
    *rows = read;
    for (int i = 0; i < *n; i++) {
        const fq_imported *r = &(*rows)[i];
        if (r->kernel == NULL || !(r->m >= 1 && r->n >= 1 && r->k >= 1 && r->us_median > 0))
            return fq_fail(FQ_ERR_INPUT, "%s: line %d: kernel, m, n, k and us_median above 0 expected", path, i + 2);
    }
    return FQ_OK;
}

static int is_wanted(const fq_step *s, const char *kernel) {
    for (int i = 0; i < s->peer_kernels.n; i++)
        if (strcmp(s->peer_kernels.v[i], kernel) == 0 || strcmp(s->peer_kernels.v[i], "all") == 0) return 1;
    return 0;
}

static fq_status check_kernels(const fq_step *s, const fq_imported *rows, int n) {
    for (int i = 0; i < s->peer_kernels.n; i++) {
        int found = strcmp(s->peer_kernels.v[i], "all") == 0;
        for (int j = 0; j < n && !found; j++)
            found = strcmp(s->peer_kernels.v[i], rows[j].kernel) == 0;
        if (!found) return fq_fail(FQ_ERR_USAGE, "peer_kernels: %s has no '%s'", s->peers, s->peer_kernels.v[i]);
    }
    return FQ_OK;
}

fq_status fq_imported_preflight(const fq_step *s) {
    fq_arena arena;
    fq_imported *rows;
    int n;
    if (s->peers[0] == 0) return FQ_OK;
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status status = fq_imported_read(s->peers, &arena, &rows, &n);
    if (status == FQ_OK) status = check_kernels(s, rows, n);
    fq_arena_free(&arena);
    return status != FQ_OK ? fq_fail_prefix(status, "peers") : FQ_OK;
}

/* The rows that the steps ask for, each once. */
static fq_status choose(const fq_step *steps, int n_steps, fq_arena *arena, fq_imported **chosen, int *n) {
    *n = 0;
    *chosen = NULL;
    for (int i = 0; i < n_steps; i++) {
        fq_imported *rows;
        int n_rows, known = 0;
        if (steps[i].peers[0] == 0) continue;
        FQ_TRY(fq_imported_read(steps[i].peers, arena, &rows, &n_rows));
        fq_imported *all = fq_arena_alloc(arena, (size_t)(*n + n_rows) * sizeof *all);
        if (all == NULL) return FQ_ERR_MEMORY;
        if (*n > 0) memcpy(all, *chosen, (size_t)*n * sizeof *all);
        for (int k = 0; k < i; k++) /* the same file and kernels */
            known |= strcmp(steps[k].peers, steps[i].peers) == 0;
        for (int j = 0; j < n_rows; j++) {
            int taken = 0;
            for (int k = 0; k < i && known; k++)
                taken |= strcmp(steps[k].peers, steps[i].peers) == 0 && is_wanted(&steps[k], rows[j].kernel);
            if (!taken && is_wanted(&steps[i], rows[j].kernel)) all[(*n)++] = rows[j];
        }
        *chosen = all;
    }
    return FQ_OK;
}

fq_status fq_imported_write(const char *dir, const fq_step *steps, int n_steps) {
    char path[4096];
    fq_arena arena;
    fq_imported *rows;
    fq_file out;
    int n;
    FQ_TRY(fq_arena_init(&arena, 0));
    snprintf(path, sizeof path, "%s/imported.csv", dir);
    fq_status s = choose(steps, n_steps, &arena, &rows, &n);
    if (s == FQ_OK && n == 0) {
        (void)unlink(path); /* of an earlier run */
    } else if (s == FQ_OK) {
        s = fq_file_create(&out, path);
        if (s == FQ_OK) {
            s = fq_record_print_columns(out.f, FQ_OUTPUT_CSV, &table, rows, n);
            if (s == FQ_OK)
                s = fq_file_commit(&out);
            else
                fq_file_discard(&out);
        }
    }
    fq_arena_free(&arena);
    return s;
}

double fq_imported_us(const fq_imported *rows, int n_rows, const char *kernel, double m, double n, double k) {
    double us = NAN, part = 0;
    for (int i = 0; i < n_rows; i++) {
        const fq_imported *r = &rows[i];
        if (r->n != n || r->k != k || strcmp(r->kernel, kernel) != 0) continue;
        /* A part smaller than 1024 tokens would pay a launch's fixed time too often to stand for the whole. */
        if (r->m != m && (r->m < 1024 || r->m > m || fmod(m, r->m) != 0)) continue;
        if (r->m <= part) continue;
        part = r->m;
        us = r->us_median * (m / r->m);
    }
    return us;
}
