/* `fqbench compare`: two results directories, a stored baseline and a directory, or two revisions that it builds and
 * runs in turns. The judging is in harness/compare.c; here are the flags, the runs and the table. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/cells.h"
#include "harness/clock.h"
#include "harness/compare.h"
#include "harness/record_columns.h"
#include "harness/revision.h"
#include "scenarios/command.h"

enum { PATH_BYTES = 4500, ROUNDS_MOST = 200 };

typedef struct flags {
    fq_compare_options judge;
    int fail_on_regression, strict, explain, rev, quiet, rounds;
    const char *baseline, *save, *baselines, *scenario, *out, *output;
    fq_texts set;
} flags;

/* ---- table ---- */

static const fq_column change_columns[] = {
#define FQ_COL_TEXT(name) {#name, 1, offsetof(fq_change, name)},
#define FQ_COL_NUM(name) {#name, 0, offsetof(fq_change, name)},
#include "harness/changes.def"
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
};
static const fq_columns change_table = {"changes", change_columns,
                                        (int)(sizeof change_columns / sizeof change_columns[0]), sizeof(fq_change), 0};

enum { C_VERDICT, C_TEST, C_METRIC, C_BASE, C_NEW, C_CHANGE, C_INTERVAL, C_P, C_UNITS, C_NEEDED, C_REASON };
static const fq_cell_column columns[] = {{"verdict", 0}, {"test", 0},     {"of", 0},    {"base", 1},
                                         {"new", 1},     {"change %", 1}, {"95 %", 1},  {"adjusted p", 1},
                                         {"n", 1},       {"n needed", 1}, {"reason", 0}};

static void add_row(fq_cells *t, const fq_change *c, int explain) {
    const int is_time = strcmp(c->kind, "time") == 0;
    fq_cells_row(t);
    fq_cells_set(t, C_VERDICT, "%s", c->verdict);
    fq_cells_set(t, C_TEST, "%s", c->test_id);
    fq_cells_set(t, C_METRIC, "%s", is_time ? "ms" : c->metric);
    if (is_time) {
        fq_cells_number(t, C_BASE, c->base_value * 1e-6);
        fq_cells_number(t, C_NEW, c->new_value * 1e-6);
    } else { /* all digits of the file: they are what is compared */
        if (!isnan(c->base_value)) fq_cells_set(t, C_BASE, "%.9g", c->base_value);
        if (!isnan(c->new_value)) fq_cells_set(t, C_NEW, "%.9g", c->new_value);
    }
    if (is_time && !isnan(c->change_pct)) fq_cells_set(t, C_CHANGE, "%+.2f", c->change_pct);
    if (!isnan(c->lo_pct)) fq_cells_set(t, C_INTERVAL, "[%+.1f, %+.1f]", c->lo_pct, c->hi_pct);
    if (!isnan(c->p_adjusted)) fq_cells_set(t, C_P, "%.2g", c->p_adjusted);
    if (c->n_base > 0) fq_cells_set(t, C_UNITS, "%.0f, %.0f", c->n_base, c->n_new);
    if (explain) fq_cells_number(t, C_NEEDED, c->needed);
    fq_cells_set(t, C_REASON, "%s", c->reason);
}

static void print_facts(const fq_comparison *c) {
    if (c->n_facts == 0) return;
    printf("\nThe environments differ in:\n\n");
    for (int i = 0; i < c->n_facts; i++)
        printf("- %s: %s -> %s\n", c->facts[i].key, c->facts[i].base_value ? c->facts[i].base_value : "(none)",
               c->facts[i].new_value ? c->facts[i].new_value : "(none)");
}

static void print_explanation(const fq_comparison *c, const flags *f) {
    const char *unit = c->by_run ? "runs" : "samples";
    double most = 0;
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->row[i].verdict, "AMBIGUOUS") == 0) most = fmax(most, c->row[i].needed);
    printf("\nHow it was decided: the units are %s. SLOWER and FASTER need a change above max(threshold %.3g %%, noise "
           "floor %.3g %%) and p < %.3g after Holm's correction over all rows%s; SAME needs the whole interval inside "
           "the threshold. 'n needed' is what each side needs to see a change of the threshold with power %.2g.\n",
           !c->by_run            ? "samples, neighbours merged until independent"
           : f->judge.by_minimum ? "runs, by their shortest time"
                                 : "runs, by their median time",
           f->judge.threshold_pct, c->noise_pct, f->judge.alpha,
           c->by_run ? "" : ", and an interval clear of the noise floor", f->judge.power);
    if (c->ambiguous == 0) return;
    if (c->noise_pct > f->judge.threshold_pct)
        printf("The noise floor is above the threshold: more samples do not help; quieten the machine, or run both "
               "sides in turns (--rev A B --rounds N), which averages what comes and goes.\n");
    if (most > 0)
        printf("The ambiguous rows need up to %.0f %s a side%s.\n", most, unit,
               c->by_run ? " (--rounds)" : " (--set samples=N), or a larger --threshold");
}

static fq_status print_report(const fq_comparison *c, const flags *f, fq_output how, fq_arena *arena) {
    if (how != FQ_OUTPUT_MD) return fq_record_print_columns(stdout, how, &change_table, c->row, c->n);
    fq_cells t = fq_cells_make(arena, columns, (int)(sizeof columns / sizeof columns[0]));
    for (int i = 0; i < c->n; i++)
        add_row(&t, &c->row[i], f->explain);
    FQ_TRY(fq_cells_markdown(stdout, &t));
    printf("\n");
    if (!isnan(c->geomean.ratio))
        printf("All times together (geometric mean): %+.2f %% [%+.2f, %+.2f]. ", 100 * (c->geomean.ratio - 1),
               100 * (c->geomean.lo - 1), 100 * (c->geomean.hi - 1));
    if (!isnan(c->noise_pct)) printf("A/A noise floor: %.2f %%. ", c->noise_pct);
    printf("Threshold: %.3g %%.\n", f->judge.threshold_pct);
    print_facts(c);
    if (f->explain) print_explanation(c, f);
    printf("\n%d same, %d faster, %d slower, %d better, %d worse, %d ambiguous, %d broken, %d missing, %d added\n",
           c->same, c->faster, c->slower, c->better, c->worse, c->ambiguous, c->broken, c->missing, c->added);
    return FQ_OK;
}

/* Exit code of what was found; the message names the rows. */
static fq_status verdict(const fq_comparison *c, const flags *f) {
    char names[512] = "";
    const int regressions = c->slower + c->worse + c->broken;
    const int regressed = f->fail_on_regression && regressions > 0;
    const int undecided = f->strict && c->ambiguous + c->missing > 0;
    if (!regressed && !undecided) return FQ_OK;
    for (int i = 0; i < c->n; i++) {
        const char *v = c->row[i].verdict;
        const int is_bad = strcmp(v, "SLOWER") == 0 || strcmp(v, "WORSE") == 0 || strcmp(v, "BROKEN") == 0;
        const int is_open = strcmp(v, "AMBIGUOUS") == 0 || strcmp(v, "MISSING") == 0;
        if (regressed ? !is_bad : !is_open) continue;
        const size_t n = strlen(names);
        snprintf(names + n, sizeof names - n, "%s%s %s", n > 0 ? "; " : "", v, c->row[i].test_id);
    }
    if (regressed) return fq_fail(FQ_ERR_REGRESSION, "regression: %s", names);
    return fq_fail(FQ_ERR_AMBIGUOUS, "undecided: %s", names);
}

static fq_status compare_paths(const char *base, const char *fresh, const flags *f) {
    fq_arena arena;
    fq_output how;
    FQ_TRY(fq_output_parse(f->output, &how));
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_folder *a, *b;
    fq_comparison c;
    int na, nb;
    fq_status status = fq_folder_read_runs(base, &arena, &a, &na);
    if (status == FQ_OK) status = fq_folder_read_runs(fresh, &arena, &b, &nb);
    if (status == FQ_OK) status = fq_compare(a, na, b, nb, &f->judge, &arena, &c);
    if (status == FQ_OK) status = print_report(&c, f, how, &arena);
    if (status == FQ_OK) status = verdict(&c, f);
    fq_arena_free(&arena);
    return status;
}

/* ---- baselines ---- */

static fq_status baseline_path(const flags *f, const char *name, char *path, size_t bytes) {
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
        return fq_fail(FQ_ERR_USAGE, "baseline '%s': a plain name is expected", name);
    snprintf(path, bytes, "%s/%s", f->baselines, name);
    return FQ_OK;
}

/* One run becomes run-NN of the baseline: saved again and again, a baseline learns what differs from run to run. */
static fq_status save_baseline(const flags *f, const char *from) {
    char path[PATH_BYTES], target[PATH_BYTES + 32];
    fq_arena arena;
    fq_folder *runs;
    struct stat st;
    int n, next = 1, saved = 0;
    FQ_TRY(baseline_path(f, f->save, path, sizeof path));
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status status = fq_folder_read_runs(from, &arena, &runs, &n);
    for (int i = 0; i < n && status == FQ_OK; i++) {
        do
            snprintf(target, sizeof target, "%s/run-%03d", path, next++);
        while (stat(target, &st) == 0 && next < 1000);
        status = fq_folder_copy(runs[i].dir, target);
        saved += status == FQ_OK;
    }
    fq_arena_free(&arena);
    if (status == FQ_OK) printf("%s: %d run%s added, %d in all\n", path, saved, saved == 1 ? "" : "s", next - 1);
    return status;
}

/* ---- revisions ---- */

static fq_status run_one(const fq_revision *r, const flags *f, const char *dir, const char *log) {
    char *argv[16 + 2 * FQ_OPTION_MANY_MOST];
    int n = 0, code;
    const char *fixed[] = {r->program, "run", f->scenario, "--quiet", "--out", dir};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        argv[n++] = (char *)(uintptr_t)fixed[i];
    for (int i = 0; i < f->set.n; i++) {
        argv[n++] = (char *)(uintptr_t) "--set";
        argv[n++] = (char *)(uintptr_t)f->set.v[i];
    }
    argv[n] = NULL;
    setenv("FQ_PLOTS", "0", 1); /* revisions that do not know it only take longer */
    FQ_TRY(fq_process_run(argv, log, 0, &code));
    if (code == 0 || code == 1) return FQ_OK; /* 1: a row is wrong, which the comparison says */
    return fq_fail(FQ_ERR_FAILED, "%s (%s) run %s: exit code %d (see %s)", r->name, r->commit, f->scenario, code, log);
}

/* Both programs in turns, A B B A ..., so that what lasts longer than a run falls on both. */
static fq_status run_in_turns(const fq_revision r[2], const flags *f, const char *out) {
    static const char *const side[2] = {"base", "new"};
    char dir[PATH_BYTES + 64], log[PATH_BYTES + 64];
    fq_status status = FQ_OK;
    fq_progress *p = fq_progress_start("compare", 2.0 * f->rounds);
    for (int k = 0; k < f->rounds && status == FQ_OK; k++)
        for (int s = 0; s < 2 && status == FQ_OK; s++) {
            const int which = k % 2 == 0 ? s : 1 - s;
            snprintf(dir, sizeof dir, "%s/%s/run-%03d", out, side[which], k + 1);
            snprintf(log, sizeof log, "%s/%s.log", out, side[which]);
            status = run_one(&r[which], f, dir, log);
            fq_progress_step(p, 2.0 * k + s + 1, r[which].name);
        }
    fq_progress_end(p);
    return status;
}

static fq_status compare_revisions(const char *a, const char *b, const flags *f) {
    char out[PATH_BYTES], utc[32], base[PATH_BYTES + 8], fresh[PATH_BYTES + 8];
    fq_revision r[2];
    fq_arena arena;
    struct stat st;
    if (f->rounds < 1 || f->rounds > ROUNDS_MOST)
        return fq_fail(FQ_ERR_USAGE, "--rounds: %d is out of range (1 to %d)", f->rounds, ROUNDS_MOST);
    snprintf(out, sizeof out, "%s", f->out != NULL ? f->out : "");
    if (f->out == NULL) {
        fq_clock_utc(utc);
        for (char *c = utc; *c != '\0'; c++)
            if (*c == ':') *c = '-';
        snprintf(out, sizeof out, "build/compare/%s", utc);
    }
    if (stat(out, &st) == 0)
        return fq_fail(FQ_ERR_OUTPUT, "%s is there already: runs of two comparisons must not mix", out);
    if (stat(f->scenario, &st) != 0) return fq_fail(FQ_ERR_INPUT, "%s: %s", f->scenario, strerror(errno));
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_note("building %s", a);
    fq_status status = fq_revision_build(a, &arena, &r[0]);
    if (status == FQ_OK) fq_note("building %s", b);
    if (status == FQ_OK) status = fq_revision_build(b, &arena, &r[1]);
    if (status == FQ_OK) status = fq_dir_create(out);
    if (status == FQ_OK)
        fq_note("%s (%s) against %s (%s), %d rounds of %s, into %s", a, r[0].commit, b, r[1].commit, f->rounds,
                f->scenario, out);
    if (status == FQ_OK) status = run_in_turns(r, f, out);
    fq_arena_free(&arena);
    snprintf(base, sizeof base, "%s/base", out);
    snprintf(fresh, sizeof fresh, "%s/new", out);
    return status == FQ_OK ? compare_paths(base, fresh, f) : status;
}

/* ---- the command ---- */

static fq_status check(const flags *f, const fq_options *o) {
    const int want = f->baseline != NULL || f->save != NULL ? 1 : 2;
    const char *const what = f->save != NULL       ? "--save-baseline NAME needs one results directory"
                             : f->baseline != NULL ? "--baseline NAME needs one results directory"
                             : f->rev              ? "--rev needs two revisions"
                                                   : "two results directories are needed";
    if (o->n_positional != want) return fq_fail(FQ_ERR_USAGE, "compare: %s (see `fqbench help compare`)", what);
    if (f->save != NULL && (f->baseline != NULL || f->rev))
        return fq_fail(FQ_ERR_USAGE, "compare: --save-baseline goes with nothing else");
    if (f->rev && f->baseline != NULL) return fq_fail(FQ_ERR_USAGE, "compare: --rev and --baseline exclude each other");
    if (!(f->judge.threshold_pct >= 0)) return fq_fail(FQ_ERR_USAGE, "--threshold: 0 or more per cent expected");
    if (!(f->judge.alpha > 0 && f->judge.alpha < 1)) return fq_fail(FQ_ERR_USAGE, "--alpha: between 0 and 1 expected");
    return FQ_OK;
}

fq_status fq_command_compare(int argc, char **argv) {
    const char *sets[FQ_OPTION_MANY_MOST];
    char path[PATH_BYTES];
    flags f = {.judge = fq_compare_defaults(),
               .rounds = 6,
               .baselines = "results/baselines",
               .scenario = "scenarios/ci-perf.yaml",
               .output = "md",
               .set = {sets, 0}};
    const fq_option table[] = {
        {"threshold", 0, FQ_OPTION_NUM, &f.judge.threshold_pct, "PCT", "smaller changes of a time do not matter [3]",
         0},
        {"alpha", 0, FQ_OPTION_NUM, &f.judge.alpha, "A", "false-alarm rate over all rows together [0.05]", 0},
        {"min", 0, FQ_OPTION_FLAG, &f.judge.by_minimum, NULL,
         "runs count with their shortest time instead of the median (busy machines)", 0},
        {"fail-on-regression", 0, FQ_OPTION_FLAG, &f.fail_on_regression, NULL,
         "exit 3 if a row is SLOWER, WORSE or BROKEN", 0},
        {"strict", 0, FQ_OPTION_FLAG, &f.strict, NULL, "exit 4 if a row is AMBIGUOUS or MISSING", 0},
        {"explain", 0, FQ_OPTION_FLAG, &f.explain, NULL, "how it was decided, and what it would take", 0},
        {"save-baseline", 0, FQ_OPTION_TEXT, &f.save, "NAME", "store a directory; again: one more run of it", 0},
        {"baseline", 0, FQ_OPTION_TEXT, &f.baseline, "NAME", "compare a directory with a stored one", 0},
        {"baselines", 0, FQ_OPTION_TEXT, &f.baselines, "DIR", "where they are [results/baselines]", 0},
        {"rev", 0, FQ_OPTION_FLAG, &f.rev, NULL,
         "A and B are git revisions: build both, run in turns ('.': this program)", 0},
        {"scenario", 0, FQ_OPTION_TEXT, &f.scenario, "FILE", "what --rev runs [scenarios/ci-perf.yaml]", 0},
        {"set", 0, FQ_OPTION_MANY, &f.set, "KEY=VALUE", "for that scenario, as of `run`", 0},
        {"rounds", 0, FQ_OPTION_INT, &f.rounds, "N", "runs of each revision [6]", 0},
        {"out", 0, FQ_OPTION_TEXT, &f.out, "DIR", "keep the runs of --rev there [build/compare/TIME]", 0},
        {"output", 'o', FQ_OPTION_TEXT, &f.output, "FORMAT", "csv, json or md [md]", 0},
        {"quiet", 'q', FQ_OPTION_FLAG, &f.quiet, NULL, "no progress on standard error", 0},
    };
    fq_options o = {.usage = "compare BASE NEW | --baseline NAME NEW | --save-baseline NAME DIR | --rev A B",
                    .about = "Verdict on each row: SAME, FASTER, SLOWER or AMBIGUOUS; accuracy exactly. BASE and NEW\n"
                             "are results directories, or directories of several runs (4 or more of each are best).",
                    .option = table,
                    .n = (int)(sizeof table / sizeof table[0]),
                    .most = 2};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    FQ_TRY(check(&f, &o));
    fq_progress_quiet(f.quiet);
    if (f.save != NULL) return save_baseline(&f, o.positional[0]);
    if (f.rev) return compare_revisions(o.positional[0], o.positional[1], &f);
    if (f.baseline == NULL) return compare_paths(o.positional[0], o.positional[1], &f);
    FQ_TRY(baseline_path(&f, f.baseline, path, sizeof path));
    return compare_paths(path, o.positional[0], &f);
}
