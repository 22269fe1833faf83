/* `fqbench run`: a scenario file from beginning to end. Everything that can be wrong with it is found before the output
 * directory is touched; the files in it are replaced only when all steps are done. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/clock.h"
#include "harness/host.h"
#include "kernels/cuda.h"
#include "scenarios/command.h"
#include "scenarios/imported.h"
#include "scenarios/journal.h"
#include "scenarios/plan.h"
#include "scenarios/plots.h"
#include "scenarios/recommend.h"
#include "scenarios/table.h"
#include "scenarios/watchdog.h"

/* The scenario as it was run, for environment.json. Owner: the caller, free. NULL on no memory. */
static char *settings_json(const fq_scenario *s) {
    json_t *steps = json_array(), *root = json_object();
    for (int i = 0; i < s->n_steps; i++) {
        json_t *step = json_object();
        json_object_set_new(step, "kind", json_string(fq_kind_name(s->steps[i].kind)));
        for (int k = 0; k < FQ_SETTING_COUNT; k++) {
            char value[4096];
            if (!fq_setting_used((fq_setting_id)k, s->steps[i].kind)) continue;
            fq_step_value(&s->steps[i], (fq_setting_id)k, value, sizeof value);
            /* A file's directory is the machine's business. */
            const char *slash = value[0] == '/' ? strrchr(value, '/') : NULL;
            json_object_set_new(step, fq_settings[k].key, json_string(slash != NULL ? slash + 1 : value));
        }
        json_array_append_new(steps, step);
    }
    json_object_set_new(root, "scenario",
                        json_pack("{s:s, s:s, s:I, s:o}", "name", s->name, "about", s->about, "seed",
                                  (json_int_t)s->seed, "steps", steps));
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    return text;
}

typedef struct run_flags {
    int resume, interrupted; /* interrupted: this program was, by its watchdog, and only writes down what there is */
    double timeout_s;        /* 0: none */
} run_flags;

static const double grace_s = 1; /* for what is under way when the time is over */

/* A step that cannot be done is a row that says why; the others go on. */
static fq_status reject_step(fq_context *c, const fq_step *step, int i, fq_verdict verdict) {
    fq_result row;
    fq_context_result(c, &row);
    row.op = fq_kind_name(step->kind);
    row.model = step->model[0] != 0 ? step->model : NULL;
    row.test_id = fq_arena_printf(&c->arena, "step %d %s", i + 1, row.op);
    return row.test_id != NULL ? fq_context_reject(c, &row, verdict) : FQ_ERR_MEMORY;
}

/* What no later step could do better (the disk is full, no memory for rows), and what the user has to mend. */
static int ends_the_run(fq_status s) {
    return s == FQ_ERR_OUTPUT || s == FQ_ERR_MEMORY || s == FQ_ERR_USAGE;
}

/* Why step i is not run, FQ_OK if it is. */
static fq_status refuse_step(const fq_context *c, int i, int interrupted) {
    if (interrupted && i == c->steps_done)
        return fq_fail(FQ_ERR_SKIPPED, "time-out inside this step: rows of its finished parts are kept");
    return fq_context_is_late(c) ? FQ_ERR_SKIPPED : FQ_OK;
}

static fq_status run_steps(fq_context *c, const fq_scenario *s, int interrupted, int *skipped) {
    const int first = c->steps_done;
    for (int i = first; i < s->n_steps; i++) {
        const char *kind = fq_kind_name(s->steps[i].kind);
        char label[64];
        snprintf(label, sizeof label, "step %d of %d, %s", i + 1, s->n_steps, kind);
        fq_status status = refuse_step(c, i, interrupted && i == first);
        if (status == FQ_OK) status = fq_context_step(c, &s->steps[i], label);
        if (status == FQ_ERR_SKIPPED) {
            fq_note("%s skipped: %s", label, fq_message());
            FQ_TRY(reject_step(c, &s->steps[i], i, FQ_VERDICT_SKIP));
            (*skipped)++;
        } else if (ends_the_run(status)) {
            return fq_fail_prefix(status, "step %d (%s)", i + 1, kind);
        } else if (status != FQ_OK) {
            fq_note("%s failed: %s", label, fq_message());
            FQ_TRY(reject_step(c, &s->steps[i], i, FQ_VERDICT_FAIL));
        }
        c->steps_done = i + 1;
        for (int t = 0; t < FQ_TABLE_COUNT; t++)
            c->began[t] = fq_journal_rows(c, (fq_table)t);
        FQ_TRY(fq_context_part_done(c));
    }
    return FQ_OK;
}

/* The device that rows were measured on, with what it can do at best; NULL: there is none. */
static json_t *device_json(const fq_context *c) {
    int used = 0;
    for (int i = 0; i < c->n_results; i++)
        used |= c->results[i].gpu_info != NULL;
    const fq_ceilings *best = used ? fq_cuda_ceilings() : NULL;
    if (best == NULL) return NULL;
    return json_pack("{s:s, s:s, s:{s:f, s:f, s:f, s:f}}", "name", fq_cuda_name(), "driver", fq_nvml_driver(c->device),
                     "ceilings", "bf16_tflops", best->bf16_flops * 1e-12, "int8_tflops", best->int8_flops * 1e-12,
                     "read_gbps", best->read_bps * 1e-9, "copy_gbps", best->copy_bps * 1e-9);
}

static fq_status write_environment(const fq_context *c, const char *settings, const char *dir, int argc, char **argv) {
    char path[4096];
    json_error_t error;
    snprintf(path, sizeof path, "%s/environment.json", dir);
    json_t *root = json_loads(settings, 0, &error), *device = device_json(c);
    if (root != NULL && device != NULL) json_object_set_new(root, "device", device);
    char *text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    if (text == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for environment.json");
    const fq_status s = fq_host_write_environment(path, argc, argv, text);
    free(text);
    return s;
}

/* Plots are made of files that are safe already: without gnuplot the run is still a run. FQ_PLOTS=0: none. */
static int write_plots(const fq_rows *rows, const char *dir) {
    int written = 0;
    const char *wanted = getenv("FQ_PLOTS");
    if (wanted != NULL && strcmp(wanted, "0") == 0) return 0;
    fq_progress *p = fq_progress_start("plots", 1);
    fq_status status = fq_plots_write(dir, rows, &written);
    fq_progress_end(p);
    if (status != FQ_OK) fq_note("plots: %s", fq_message());
    return written;
}

static fq_status print_rows(fq_context *c, const char *dir) {
    const fq_rows rows = fq_context_rows(c);
    int plots = write_plots(&rows, dir);
    FQ_TRY(fq_table_print(stdout, &rows));
    FQ_TRY(fq_recommend_print(stdout, &rows, &c->arena));
    printf("%s, build %s\n", c->cpu, c->commit);
    printf("%s: results.csv (%d rows), accuracy.csv (%d rows), ", dir, c->n_results, c->n_accuracy);
    if (c->n_formats > 0) printf("formats.csv (%d rows), ", c->n_formats);
    if (c->n_serve > 0) printf("serve.csv (%d rows), requests.csv (%d rows), ", c->n_serve, c->n_requests);
    if (c->n_errors + c->n_layers > 0) printf("errors.csv (%d rows), layers.csv (%d rows), ", c->n_errors, c->n_layers);
    printf("samples.csv, environment.json, plots (%d)\n", plots);
    return FQ_OK;
}

/* Rows of an interrupted run first, then what it did not finish. */
static fq_status measure(fq_context *c, const fq_scenario *s, const char *dir, const run_flags *f, int *skipped) {
    FQ_TRY(fq_run_open(&c->run, dir));
    FQ_TRY(f->resume ? fq_journal_resume(dir, c) : fq_journal_begin(dir));
    const int kept = c->kept_results + c->kept_accuracy - c->began[FQ_TABLE_RESULTS] - c->began[FQ_TABLE_ACCURACY];
    if (f->interrupted)
        fq_note("time-out: what was under way is interrupted");
    else if (f->resume)
        fq_note("resuming after %d of %d steps%s", c->steps_done, s->n_steps,
                kept > 0 ? " and some rows of the next" : "");
    if (f->timeout_s > 0) c->deadline_ns = fq_clock_ns() + (f->interrupted ? 0 : (int64_t)(f->timeout_s * 1e9));
    return run_steps(c, s, f->interrupted, skipped);
}

static fq_status execute(const fq_scenario *s, const char *dir, const run_flags *f, int argc, char **argv) {
    fq_context c;
    fq_watchdog *watchdog = NULL;
    int skipped = 0;
    char *settings = settings_json(s);
    if (settings == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for environment.json");
    fq_status status = fq_context_init(&c, s->name, s->seed);
    if (status != FQ_OK) {
        free(settings);
        return status;
    }
    c.settings = settings;
    if (f->timeout_s > 0 && !f->interrupted) status = fq_watchdog_start(f->timeout_s + grace_s, argc, argv, &watchdog);
    if (status == FQ_OK) status = measure(&c, s, dir, f, &skipped);
    fq_watchdog_stop(watchdog);
    if (status == FQ_OK) status = write_environment(&c, settings, dir, argc, argv);
    if (status == FQ_OK) {
        status = fq_run_close(c.run);
        c.run = NULL;
        if (status == FQ_OK) fq_journal_end(dir, f->resume);
    } else if (c.run != NULL) {
        fq_run_abandon(c.run);
        c.run = NULL;
    }
    if (status == FQ_OK) status = fq_imported_write(dir, s->steps, s->n_steps);
    if (status == FQ_OK) status = print_rows(&c, dir);
    if (status == FQ_OK) status = fq_context_verdict(&c, s->n_steps, skipped);
    fq_context_free(&c);
    free(settings);
    return status;
}

/* A run that is complete has its environment and no journal. */
static int is_complete(const char *dir) {
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/journal.json", dir);
    if (stat(path, &st) == 0) return 0;
    snprintf(path, sizeof path, "%s/results.csv.tmp~", dir);
    if (stat(path, &st) == 0) return 0;
    snprintf(path, sizeof path, "%s/environment.json", dir);
    return stat(path, &st) == 0;
}

static void print_settings(void) {
    printf("\nkeys of a step (defaults in brackets; lists as a,b,c with --set, as [a, b, c] in YAML):\n");
    for (int i = 0; i < FQ_SETTING_COUNT; i++)
        printf("  %-12s %s [%s]\n               of %s\n", fq_settings[i].key, fq_settings[i].about,
               fq_settings[i].value, fq_settings[i].used);
}

fq_status fq_command_run(int argc, char **argv) {
    const char *out = NULL, *threads = NULL, *seed = NULL, *sets[FQ_OPTION_MANY_MOST];
    fq_texts set = {sets, 0};
    int dry = 0, quiet = 0, limit = 0;
    run_flags f = {0, 0, 0};
    char text[4096];
    const fq_option table[] = {
        {"out", 0, FQ_OPTION_TEXT, &out, "DIR", "where the files go [results/NAME]", 0},
        {"set", 0, FQ_OPTION_MANY, &set, "KEY=VALUE",
         "for the scenario or every step that has the key; steps.N.KEY=VALUE for step N, from 1", 0},
        {"dry-run", 0, FQ_OPTION_FLAG, &dry, NULL, "check everything, print steps, rows and time, write nothing", 0},
        {"resume", 0, FQ_OPTION_FLAG, &f.resume, NULL, "go on where an interrupted run was", 0},
        {"timeout", 0, FQ_OPTION_NUM, &f.timeout_s, "S", "end after that many seconds: what has no time left says SKIP",
         0},
        {"limit", 0, FQ_OPTION_INT, &limit, "N", "as --set windows=N", 0},
        {"threads", 't', FQ_OPTION_TEXT, &threads, "LIST", "as --set threads=LIST", 0},
        {"seed", 0, FQ_OPTION_TEXT, &seed, "N", "as --set seed=N", 0},
        {"quiet", 'q', FQ_OPTION_FLAG, &quiet, NULL, "no progress on standard error", 0},
    };
    fq_options o = {.usage = "run SCENARIO.yaml [--out DIR] [--set KEY=VALUE]... [--resume] [--dry-run] [--timeout S]",
                    .about = "Runs the steps of a scenario file and writes results.csv, samples.csv, accuracy.csv,\n"
                             "environment.json and plots.",
                    .option = table,
                    .n = (int)(sizeof table / sizeof table[0]),
                    .most = 1};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) {
        print_settings();
        return FQ_OK;
    }
    if (o.n_positional == 0) return fq_fail(FQ_ERR_USAGE, "run: which scenario? (see `fqbench help run`)");
    fq_progress_quiet(quiet);
    f.interrupted = fq_watchdog_struck();
    fq_scenario s;
    FQ_TRY(fq_scenario_load(o.positional[0], &s));
    fq_status status = FQ_OK;
    for (int i = 0; i < set.n && status == FQ_OK; i++)
        status = fq_scenario_override(&s, set.v[i]);
    if (status == FQ_OK && threads != NULL) {
        snprintf(text, sizeof text, "threads=%s", threads);
        status = fq_scenario_override(&s, text);
    }
    if (status == FQ_OK && seed != NULL) {
        snprintf(text, sizeof text, "seed=%s", seed);
        status = fq_scenario_override(&s, text);
    }
    if (status == FQ_OK && limit > 0) {
        snprintf(text, sizeof text, "windows=%d", limit);
        status = fq_scenario_override(&s, text);
    }
    if (status == FQ_OK && f.timeout_s < 0) status = fq_fail(FQ_ERR_USAGE, "--timeout: seconds, 0 or more, expected");
    if (out == NULL) {
        snprintf(text, sizeof text, "results/%s", s.name);
        out = text;
    }
    if (status == FQ_OK) {
        status = fq_steps_preflight(s.steps, s.n_steps, s.seed);
        if (status != FQ_OK) status = fq_fail_prefix(status, "%s", o.positional[0]);
    }
    if (status == FQ_OK && dry)
        fq_plan_print(&s, out);
    else if (status == FQ_OK && f.resume && is_complete(out))
        printf("%s: complete, nothing to resume\n", out);
    else if (status == FQ_OK)
        status = execute(&s, out, &f, argc, argv);
    fq_scenario_free(&s);
    return status;
}
