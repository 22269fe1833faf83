/* `fqbench history`: add runs to a SQLite file, list what it holds, plot each test over the runs with the places where
 * its level changed, export and import CSV. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "harness/cells.h"
#include "harness/contrast.h"
#include "harness/history.h"
#include "harness/plot.h"
#include "harness/stats.h"
#include "scenarios/command.h"

enum { PATH_BYTES = 4500, NAME_BYTES = 200 };

typedef struct flags {
    const char *db, *test, *metric, *note, *output, *out;
    double threshold, alpha;
    int all;
} flags;

/* Rows of one line of the history: the same metric, test and machine. */
static int run_of_rows(const fq_history_row *r, int n) {
    int k = 1;
    while (k < n && strcmp(r[k].metric, r->metric) == 0 && strcmp(r[k].test_id, r->test_id) == 0 &&
           strcmp(r[k].machine, r->machine) == 0)
        k++;
    return k;
}

/* Levels of a line: at[] begins with 0. Returns how many. */
static fq_status levels(const fq_history_row *r, int n, const flags *f, fq_arena *arena, int **at, int *n_levels) {
    double *x = FQ_NEW(arena, double, n);
    *at = FQ_NEW(arena, int, n + 1);
    if (x == NULL || *at == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < n; i++)
        x[i] = r[i].value;
    *n_levels = 1 + fq_contrast_changes(x, n, f->alpha, f->threshold, *at + 1);
    return FQ_OK;
}

static double level_of(const fq_history_row *r, int n, fq_arena *arena) {
    double *x = FQ_NEW(arena, double, n);
    if (x == NULL) return NAN;
    for (int i = 0; i < n; i++)
        x[i] = r[i].value;
    return fq_stats_percentile(x, n, 50);
}

/* ---- add ---- */

static fq_status add(fq_history *h, const fq_options *o, const flags *f) {
    fq_arena arena;
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status status = FQ_OK;
    for (int i = 1; i < o->n_positional && status == FQ_OK; i++) {
        fq_folder *runs;
        int n, run = 0, added = 0;
        status = fq_folder_read_runs(o->positional[i], &arena, &runs, &n);
        for (int k = 0; k < n && status == FQ_OK; k++) {
            status = fq_history_add(h, &runs[k], f->note, &run, &added);
            if (status == FQ_OK) printf("%s: run %d%s\n", runs[k].dir, run, added ? "" : " (was there)");
        }
    }
    fq_arena_free(&arena);
    return status;
}

/* ---- list ---- */

enum { C_TEST, C_METRIC, C_MACHINE, C_RUNS, C_FIRST, C_LAST, C_CHANGE, C_LEVELS };
static const fq_cell_column columns[] = {{"test", 0},  {"metric", 0}, {"machine", 0},  {"runs", 1},
                                         {"first", 1}, {"last", 1},   {"change %", 1}, {"level changed at", 0}};

static fq_status summarize(const fq_history_row *r, int n, const flags *f, fq_arena *arena, fq_cells *t) {
    int *at, n_levels;
    char text[256] = "";
    const double scale = strcmp(r->metric, "median_ns") == 0 ? 1e-6 : 1;
    FQ_TRY(levels(r, n, f, arena, &at, &n_levels));
    for (int i = 1; i < n_levels; i++) {
        const size_t used = strlen(text);
        const double before = level_of(r + at[i - 1], at[i] - at[i - 1], arena),
                     after = level_of(r + at[i], (i + 1 < n_levels ? at[i + 1] : n) - at[i], arena);
        snprintf(text + used, sizeof text - used, "%srun %.0f (%s) %+.1f %%", used > 0 ? ", " : "", r[at[i]].run,
                 r[at[i]].build_commit, 100 * (after / before - 1));
    }
    fq_cells_row(t);
    fq_cells_set(t, C_TEST, "%s", r->test_id);
    fq_cells_set(t, C_METRIC, "%s", scale != 1 ? "ms" : r->metric);
    fq_cells_set(t, C_MACHINE, "%s", r->machine);
    fq_cells_set(t, C_RUNS, "%d", n);
    fq_cells_number(t, C_FIRST, r[0].value * scale);
    fq_cells_number(t, C_LAST, r[n - 1].value * scale);
    if (n > 1) fq_cells_set(t, C_CHANGE, "%+.1f", 100 * (r[n - 1].value / r[0].value - 1));
    fq_cells_set(t, C_LEVELS, "%s", text);
    return FQ_OK;
}

static fq_status list(const fq_history_row *rows, int n, const flags *f, fq_arena *arena) {
    fq_output how;
    FQ_TRY(fq_output_parse(f->output, &how));
    if (how != FQ_OUTPUT_MD || f->all) return fq_record_print_columns(stdout, how, fq_history_columns(), rows, n);
    fq_cells t = fq_cells_make(arena, columns, (int)(sizeof columns / sizeof columns[0]));
    for (int i = 0, k; i < n; i += k) {
        k = run_of_rows(rows + i, n - i);
        FQ_TRY(summarize(rows + i, k, f, arena, &t));
    }
    return fq_cells_markdown(stdout, &t);
}

/* ---- plot ---- */

static void slug(const char *text, char *out, size_t bytes) {
    size_t n = 0;
    for (; *text != '\0' && n + 1 < bytes; text++) {
        if (isalnum((unsigned char)*text) || *text == '.')
            out[n++] = (char)tolower((unsigned char)*text);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

/* Points with their intervals, and each level as a dashed line of its own that names where it begins. */
static fq_status draw(const fq_history_row *r, int n, const flags *f, fq_arena *arena, const char *dir) {
    int *at, n_levels, points = 0;
    char name[NAME_BYTES], text[2 * NAME_BYTES];
    const int is_time = strcmp(r->metric, "median_ns") == 0;
    const double scale = is_time ? 1e-6 : 1;
    FQ_TRY(levels(r, n, f, arena, &at, &n_levels));
    fq_plot_point *p = FQ_NEW(arena, fq_plot_point, n + 2 * n_levels);
    if (p == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < n; i++)
        p[points++] = (fq_plot_point){"measured", NULL, r[i].run, r[i].value * scale, r[i].lo * scale, r[i].hi * scale};
    for (int i = 0; i < n_levels && n > 1; i++) {
        const int first = at[i], last = (i + 1 < n_levels ? at[i + 1] : n) - 1;
        const double level = level_of(r + first, last - first + 1, arena);
        const double before = i > 0 ? level_of(r + at[i - 1], first - at[i - 1], arena) : NAN;
        const char *series = i == 0 ? fq_arena_printf(arena, "level from run %.0f: %.4g", r[first].run, level * scale)
                                    : fq_arena_printf(arena, "level from run %.0f (%s): %.4g, %+.1f %%", r[first].run,
                                                      r[first].build_commit, level * scale, 100 * (level / before - 1));
        if (series == NULL) return FQ_ERR_MEMORY;
        p[points++] = (fq_plot_point){series, NULL, r[first].run, level * scale, NAN, NAN};
        p[points++] = (fq_plot_point){series, NULL, r[last].run, level * scale, NAN, NAN};
    }
    snprintf(text, sizeof text, "%s %s %s", r->metric, r->test_id, r->machine);
    slug(text, name, sizeof name);
    fq_plot plot = {.kind = FQ_PLOT_LINES,
                    .title = r->test_id,
                    .subtitle = r->machine,
                    .x_label = "run",
                    .y_label = is_time ? "median time (ms)" : r->metric,
                    .reference_y = NAN,
                    .dashed_prefix = "level",
                    .points = p,
                    .n = points};
    return fq_plot_write(&plot, dir, name);
}

static fq_status plot(const fq_history_row *rows, int n, const flags *f, fq_arena *arena) {
    int written = 0;
    FQ_TRY(fq_dir_create(f->out));
    for (int i = 0, k; i < n; i += k) {
        k = run_of_rows(rows + i, n - i);
        FQ_TRY(draw(rows + i, k, f, arena, f->out));
        written++;
    }
    printf("%s: %d plot%s\n", f->out, written, written == 1 ? "" : "s");
    return FQ_OK;
}

/* ---- import ---- */

static fq_status import(fq_history *h, const fq_options *o) {
    fq_arena arena;
    void *rows;
    int n, runs = 0;
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status status = fq_record_read_columns(o->positional[1], fq_history_columns(), &arena, &rows, &n);
    if (status == FQ_OK) {
        status = fq_history_import(h, rows, n, &runs);
        if (status != FQ_OK) status = fq_fail_prefix(status, "%s", o->positional[1]);
    }
    if (status == FQ_OK) printf("%d run%s added\n", runs, runs == 1 ? "" : "s");
    fq_arena_free(&arena);
    return status;
}

static fq_status show(fq_history *h, const flags *f,
                      fq_status (*what)(const fq_history_row *, int, const flags *, fq_arena *)) {
    fq_arena arena;
    fq_history_row *rows;
    int n;
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status status = fq_history_rows(h, f->test, f->metric, &arena, &rows, &n);
    if (status == FQ_OK && n == 0) status = fq_fail(FQ_ERR_INPUT, "%s: holds no such rows", f->db);
    if (status == FQ_OK) status = what(rows, n, f, &arena);
    fq_arena_free(&arena);
    return status;
}

static int is_word(const char *word) {
    static const char *const words[] = {"add", "list", "plot", "import"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], word) == 0) return 1;
    return 0;
}

fq_status fq_command_history(int argc, char **argv) {
    flags f = {.db = "results/history.sqlite",
               .output = "md",
               .out = "results/history",
               .test = "",
               .metric = "",
               .threshold = 3,
               .alpha = 0.05};
    const fq_option table[] = {
        {"db", 0, FQ_OPTION_TEXT, &f.db, "FILE", "the history [results/history.sqlite]", 0},
        {"note", 0, FQ_OPTION_TEXT, &f.note, "TEXT", "add: kept with the runs", 0},
        {"test", 0, FQ_OPTION_TEXT, &f.test, "TEXT", "list, plot: tests whose name contains it", 0},
        {"metric", 0, FQ_OPTION_TEXT, &f.metric, "TEXT", "list, plot: median_ns, ppl or kld_mean", 0},
        {"threshold", 0, FQ_OPTION_NUM, &f.threshold, "PCT", "smaller changes of level are not marked [3]", 0},
        {"alpha", 0, FQ_OPTION_NUM, &f.alpha, "A", "false-alarm rate of each mark [0.05]", 0},
        {"all", 0, FQ_OPTION_FLAG, &f.all, NULL, "list: every value, not one line a test (csv and json always)", 0},
        {"out", 0, FQ_OPTION_TEXT, &f.out, "DIR", "plot: where the pictures go [results/history]", 0},
        {"output", 'o', FQ_OPTION_TEXT, &f.output, "FORMAT", "list: csv (for import), json or md [md]", 0},
    };
    fq_options o = {.usage = "history add DIR... | list | plot | import FILE.csv",
                    .about =
                        "Results over time in a SQLite file. Levels are found by the rank test; below about ten runs\n"
                        "nothing can be found.",
                    .option = table,
                    .n = (int)(sizeof table / sizeof table[0]),
                    .most = 32};
    fq_history *h;
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    const char *word = o.n_positional > 0 ? o.positional[0] : "";
    if (!is_word(word))
        return fq_fail(FQ_ERR_USAGE, "history: add, list, plot or import expected%s%s%s (see `fqbench help history`)",
                       word[0] ? ", not '" : "", word, word[0] ? "'" : "");
    const int adds = strcmp(word, "add") == 0, imports = strcmp(word, "import") == 0;
    if (adds && o.n_positional < 2) return fq_fail(FQ_ERR_USAGE, "history add: which results directory?");
    if (imports && o.n_positional != 2) return fq_fail(FQ_ERR_USAGE, "history import: which CSV file?");
    FQ_TRY(fq_history_open(&h, f.db, adds || imports));
    fq_status status = adds                        ? add(h, &o, &f)
                       : imports                   ? import(h, &o)
                       : strcmp(word, "list") == 0 ? show(h, &f, list)
                                                   : show(h, &f, plot);
    fq_history_close(h);
    return status;
}
