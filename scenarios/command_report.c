/* `fqbench report`: everything about a run in one Markdown file and one HTML file that needs no other: tables,
 * pictures, claims, environment, and the commands to do it again. */
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cells.h"
#include "harness/claims.h"
#include "harness/clock.h"
#include "harness/folder.h"
#include "harness/markdown.h"
#include "scenarios/claims_table.h"
#include "scenarios/command.h"
#include "scenarios/pareto.h"
#include "scenarios/plots.h"
#include "scenarios/recommend.h"
#include "scenarios/table.h"

enum { PATH_BYTES = 4500 };

static const char *fact(const fq_folder *f, const char *key) {
    return fq_or_empty(fq_folder_fact(f, key));
}

/* ---- sections ---- */

static int count(const fq_folder *f, const char *verdict) {
    int n = 0;
    for (int i = 0; i < f->n_results; i++)
        n += strcmp(fq_or_empty(f->results[i].verdict), verdict) == 0;
    return n;
}

static void write_head(FILE *f, const fq_folder *run, const char *title) {
    const char *gpu = run->n_results > 0 ? fq_or_empty(run->results[0].gpu_info) : "";
    fprintf(f, "# %s\n\n", title);
    if (fact(run, "scenario.about")[0]) fprintf(f, "%s.\n", fact(run, "scenario.about"));
    fprintf(f, "Measured on %s%s%s, %s threads, %s; build %s.\n\n", fact(run, "cpu"), gpu[0] ? ", " : "", gpu,
            fact(run, "n_threads"), fact(run, "utc"), fact(run, "commit"));
    if (run->n_results > 0)
        fprintf(f, "- %d timed rows: %d PASS, %d FAIL, %d INVALID, %d SKIP; %d samples kept\n", run->n_results,
                count(run, "PASS"), count(run, "FAIL"), count(run, "INVALID"), count(run, "SKIP"), run->n_samples);
    if (run->n_accuracy > 0) fprintf(f, "- %d accuracy rows\n", run->n_accuracy);
    if (run->n_errors > 0) fprintf(f, "- %d rows of sources of error\n", run->n_errors);
    fprintf(f, "\n%sBrackets are 95 %% intervals. Perplexity runs through the kernels that are timed.\n\n",
            run->n_results > 0 ? "Times are medians, +- is half of a 95 % interval; a row without PASS has no time; "
                                 "speed-ups are paired by round. "
                               : "");
}

static void write_rejected(FILE *f, const fq_folder *run) {
    int any = 0;
    for (int i = 0; i < run->n_results; i++) {
        const fq_result *r = &run->results[i];
        if (strcmp(fq_or_empty(r->verdict), "PASS") == 0) continue;
        if (!any++) fprintf(f, "Rows without a time:\n\n");
        fprintf(f, "- %s %s: %s\n", fq_or_empty(r->verdict), fq_or_empty(r->test_id), fq_or_empty(r->reason));
    }
    if (any) fputc('\n', f);
}

/* "plots/pareto-prefill-tiny.svg" reads "plots/pareto-prefill-tiny", beside which the numbers are. */
static void caption(const char *path, char *out, size_t bytes) {
    const char *name = strrchr(path, '/');
    name = name != NULL ? name + 1 : path;
    snprintf(out, bytes, "%.*s", (int)strcspn(name, "."), name);
    const char *dot = strrchr(name, '.');
    if (dot != NULL) snprintf(out, bytes, "%.*s", (int)(dot - name), name);
}

static int is_pareto(const char *path) {
    return strstr(path, "/pareto-") != NULL;
}

/* What was paid and won first, then the rest by name. */
static void write_pictures(FILE *f, const char *dir) {
    char pattern[PATH_BYTES], text[512];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/plots/*.svg", dir);
    if (glob(pattern, 0, NULL, &found) != 0) return;
    fprintf(f, "## Pictures\n\n");
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            if (is_pareto(found.gl_pathv[i]) != first) continue;
            caption(found.gl_pathv[i], text, sizeof text);
            fprintf(f, "![plots/%s.tsv has the numbers](plots/%s)\n\n", text, strrchr(found.gl_pathv[i], '/') + 1);
        }
    globfree(&found);
}

/* Claims that were not measured in this run would fill pages; they are counted. */
static fq_status write_claims(FILE *f, const fq_folder *run, const fq_texts *files, fq_arena *arena) {
    fprintf(f, "## Claims of papers\n\n");
    for (int i = 0; i < files->n; i++) {
        fq_claim *claims;
        fq_outcome *outcomes;
        int n, shown = 0;
        FQ_TRY(fq_claims_read(files->v[i], arena, &claims, &n));
        FQ_TRY(fq_claims_judge(claims, n, run, 1, arena, &outcomes));
        for (int k = 0; k < n; k++)
            if (!isnan(outcomes[k].ours)) outcomes[shown++] = outcomes[k];
        const char *name = strrchr(files->v[i], '/');
        fprintf(f, "`%s`: %d claims, %d of them not measured in this run.\n\n", name != NULL ? name + 1 : files->v[i],
                n, n - shown);
        fq_cells t = fq_claims_table(arena, outcomes, shown);
        FQ_TRY(fq_cells_markdown(f, &t));
        fputc('\n', f);
    }
    return FQ_OK;
}

static fq_status write_environment(FILE *f, const fq_folder *run, fq_arena *arena) {
    static const char *const prefixes[] = {
        "commit",   "compiler",     "cflags", "optimized", "sanitized",  "cpu",        "isa_", "microcode",
        "n_cores",  "memory_bytes", "kernel", "governor",  "huge_pages", "numa_",      "utc",  "n_threads",
        "affinity", "settings.",    "load.",  "timer",     "ceilings.",  "libraries.", "gpu",  "device."};
    static const fq_cell_column columns[] = {{"fact", 0}, {"value", 0}};
    if (run->n_facts == 0) return FQ_OK;
    fq_cells t = fq_cells_make(arena, columns, 2);
    for (size_t p = 0; p < sizeof prefixes / sizeof prefixes[0]; p++)
        for (int i = 0; i < run->n_facts; i++) {
            const size_t n = strlen(prefixes[p]);
            const char *key = run->facts[i].key, last = prefixes[p][n - 1];
            if (strncmp(key, prefixes[p], n) != 0) continue;
            if (last != '.' && last != '_' && key[n] != '\0' && key[n] != '_' && key[n] != '.') continue;
            int seen = 0; /* "cpu" is not "compiler_version" again */
            for (int r = 0; r < t.n_rows; r++)
                seen |= strcmp(t.text[r * 2], key) == 0;
            if (seen) continue;
            fq_cells_row(&t);
            fq_cells_set(&t, 0, "%s", key);
            fq_cells_set(&t, 1, "%s", run->facts[i].value);
        }
    fprintf(f, "## Environment\n\n");
    FQ_TRY(fq_cells_markdown(f, &t));
    fputc('\n', f);
    return FQ_OK;
}

static void write_commands(FILE *f, const fq_folder *run, const char *dir) {
    fprintf(f, "## To do it again\n\n```\n");
    if (fact(run, "commit")[0]) fprintf(f, "git checkout %s && make\n", fact(run, "commit"));
    if (fact(run, "argv.0")[0]) {
        fprintf(f, "build/fqbench");
        for (int i = 0; i < 256; i++) {
            char key[32];
            snprintf(key, sizeof key, "argv.%d", i);
            const char *word = fq_folder_fact(run, key);
            if (word == NULL) break;
            if (i == 0 && strstr(word, "fqbench") != NULL) continue;
            fprintf(f, strpbrk(word, " ;&|<>*?$\"") != NULL ? " '%s'" : " %s", word);
        }
        fputc('\n', f);
    }
    fprintf(f, "build/fqbench report %s\n```\n", dir);
}

/* ---- files ---- */

static fq_status write_markdown(FILE *f, const fq_folder *run, const char *title, const fq_texts *claims,
                                fq_arena *arena) {
    const fq_rows rows = fq_folder_rows(run);
    write_head(f, run, title);
    fprintf(f, "## Tables\n\n");
    FQ_TRY(fq_table_print(f, &rows));
    FQ_TRY(fq_recommend_print(f, &rows, arena));
    write_rejected(f, run);
    write_pictures(f, run->dir);
    if (claims->n > 0) FQ_TRY(write_claims(f, run, claims, arena));
    FQ_TRY(write_environment(f, run, arena));
    write_commands(f, run, run->dir);
    return FQ_OK;
}

static fq_status save(const char *path, const char *text, const char *title, const char *dir, int html) {
    fq_file file;
    FQ_TRY(fq_file_create(&file, path));
    fq_status status = FQ_OK;
    if (html)
        status = fq_markdown_page(file.f, title, text, dir);
    else
        fputs(text, file.f);
    if (status == FQ_OK) return fq_file_commit(&file);
    fq_file_discard(&file);
    return status;
}

static fq_status report(const char *dir, const char *title, const fq_texts *claims, fq_arena *arena) {
    fq_folder run;
    char path[PATH_BYTES], *text = NULL;
    size_t bytes = 0;
    int plots = 0, pareto = 0;
    FQ_TRY(fq_folder_read(dir, arena, &run));
    const fq_rows rows = fq_folder_rows(&run);
    /* Without gnuplot a report is still a report. */
    if (fq_plots_write(dir, &rows, &plots) != FQ_OK) fq_note("plots: %s", fq_message());
    if (fq_pareto_write(dir, &rows, &pareto) != FQ_OK) fq_note("plots: %s", fq_message());
    if (title == NULL) title = fact(&run, "scenario.name")[0] ? fact(&run, "scenario.name") : dir;
    FILE *f = open_memstream(&text, &bytes);
    if (f == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for the report of %s", dir);
    fq_status status = write_markdown(f, &run, title, claims, arena);
    if (fclose(f) != 0 && status == FQ_OK) status = fq_fail(FQ_ERR_MEMORY, "no memory for the report of %s", dir);
    snprintf(path, sizeof path, "%s/report.md", dir);
    if (status == FQ_OK) status = save(path, text, title, dir, 0);
    snprintf(path, sizeof path, "%s/report.html", dir);
    if (status == FQ_OK) status = save(path, text, title, dir, 1);
    free(text);
    if (status == FQ_OK) printf("%s: report.html, report.md, plots (%d)\n", dir, plots + pareto);
    return status;
}

/* The claims files that come with the program, where it stands. */
static void default_claims(fq_texts *claims, glob_t *found) {
    if (glob("results/claims/*.csv", 0, NULL, found) != 0) return;
    for (size_t i = 0; i < found->gl_pathc && claims->n < FQ_OPTION_MANY_MOST; i++)
        claims->v[claims->n++] = found->gl_pathv[i];
}

fq_status fq_command_report(int argc, char **argv) {
    const char *title = NULL, *files[FQ_OPTION_MANY_MOST];
    fq_texts claims = {files, 0};
    int no_claims = 0;
    glob_t found = {0};
    fq_arena arena;
    const fq_option table[] = {
        {"title", 0, FQ_OPTION_TEXT, &title, "TEXT", "heading [the scenario's name]", 0},
        {"claims", 0, FQ_OPTION_MANY, &claims, "FILE", "claims to hold the run against [results/claims/*.csv]", 0},
        {"no-claims", 0, FQ_OPTION_FLAG, &no_claims, NULL, "none", 0},
    };
    fq_options o = {.usage = "report DIR [--title TEXT] [--claims FILE]...",
                    .about =
                        "Writes DIR/report.html (one file, nothing else needed) and DIR/report.md: tables, pictures,\n"
                        "claims, environment, commands.",
                    .option = table,
                    .n = (int)(sizeof table / sizeof table[0]),
                    .most = 1};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    if (o.n_positional == 0)
        return fq_fail(FQ_ERR_USAGE, "report: which results directory? (see `fqbench help report`)");
    if (no_claims && claims.n > 0) return fq_fail(FQ_ERR_USAGE, "report: --claims and --no-claims exclude each other");
    FQ_TRY(fq_arena_init(&arena, 0));
    if (!no_claims && claims.n == 0) default_claims(&claims, &found);
    fq_status status = report(o.positional[0], title, &claims, &arena);
    globfree(&found);
    fq_arena_free(&arena);
    return status;
}
