/* `fqbench run`: a scenario file from beginning to end. Everything that can be wrong with it is found before the output
 * directory is touched; the files in it are replaced only when all steps are done. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/host.h"
#include "scenarios/command.h"
#include "scenarios/plots.h"
#include "scenarios/table.h"

/* The scenario as it was run, for environment.json. Owner: the caller, free. NULL on no memory. */
static char *settings_json(const fq_scenario *s) {
    json_t *steps = json_array(), *root = json_object();
    for (int i = 0; i < s->n_steps; i++) {
        json_t *step = json_object();
        json_object_set_new(step, "kind", json_string(fq_kind_name(s->steps[i].kind)));
        for (int k = 0; k < FQ_SETTING_COUNT; k++) {
            char value[1024];
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

static void print_plan(const fq_scenario *s, const char *out) {
    printf("%s: %s\nseed %llu, %d step%s, into %s\n", s->name, s->about, (unsigned long long)s->seed, s->n_steps,
           s->n_steps == 1 ? "" : "s", out);
    for (int i = 0; i < s->n_steps; i++) {
        char settings[4096];
        fq_step_describe(&s->steps[i], 1, settings, sizeof settings);
        printf("%d. %s %s\n", i + 1, fq_kind_name(s->steps[i].kind), settings);
    }
}

static fq_status run_steps(fq_context *c, const fq_scenario *s, int *skipped) {
    for (int i = 0; i < s->n_steps; i++) {
        const char *kind = fq_kind_name(s->steps[i].kind);
        char label[64];
        snprintf(label, sizeof label, "step %d of %d, %s", i + 1, s->n_steps, kind);
        fq_status status = fq_context_step(c, &s->steps[i], label);
        if (status == FQ_ERR_SKIPPED) {
            fq_note("%s skipped: %s", label, fq_message());
            (*skipped)++;
        } else if (status != FQ_OK) {
            return fq_fail_prefix(status, "step %d (%s)", i + 1, kind);
        }
    }
    return FQ_OK;
}

static fq_status write_environment(const fq_scenario *s, const char *dir, int argc, char **argv) {
    char path[4096];
    char *extra = settings_json(s);
    if (extra == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for environment.json");
    snprintf(path, sizeof path, "%s/environment.json", dir);
    fq_status status = fq_host_write_environment(path, argc, argv, extra);
    free(extra);
    return status;
}

/* Plots are made of files that are safe already: without gnuplot the run is still a run. */
static int write_plots(const fq_context *c, const char *dir) {
    int written = 0;
    fq_progress *p = fq_progress_start("plots", 1);
    fq_status status = fq_plots_write(dir, c->results, c->n_results, c->accuracy, c->n_accuracy, &written);
    fq_progress_end(p);
    if (status != FQ_OK) fq_note("plots: %s", fq_message());
    return written;
}

static fq_status execute(const fq_scenario *s, const char *dir, int argc, char **argv) {
    fq_context c;
    int skipped = 0;
    FQ_TRY(fq_context_init(&c, s->name, s->seed));
    fq_status status = fq_run_open(&c.run, dir);
    if (status == FQ_OK) status = run_steps(&c, s, &skipped);
    if (status == FQ_OK) status = write_environment(s, dir, argc, argv);
    if (status == FQ_OK) {
        status = fq_run_close(c.run);
        c.run = NULL;
    } else if (c.run != NULL) {
        fq_run_abandon(c.run);
        c.run = NULL;
    }
    if (status == FQ_OK) {
        int plots = write_plots(&c, dir);
        status = fq_table_print(stdout, c.results, c.n_results, c.accuracy, c.n_accuracy);
        if (status == FQ_OK) {
            printf("%s, build %s\n", c.cpu, c.commit);
            printf("%s: results.csv (%d rows), accuracy.csv (%d rows), samples.csv, environment.json, plots (%d)\n",
                   dir, c.n_results, c.n_accuracy, plots);
            status = fq_context_verdict(&c, s->n_steps, skipped);
        }
    }
    fq_context_free(&c);
    return status;
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
    int dry = 0, quiet = 0;
    char text[4096];
    const fq_option table[] = {
        {"out", 0, FQ_OPTION_TEXT, &out, "DIR", "where the files go [results/NAME]", 0},
        {"set", 0, FQ_OPTION_MANY, &set, "KEY=VALUE",
         "for the scenario or every step that has the key; steps.N.KEY=VALUE for step N, from 1", 0},
        {"dry-run", 0, FQ_OPTION_FLAG, &dry, NULL, "check everything, print the steps, write nothing", 0},
        {"threads", 't', FQ_OPTION_TEXT, &threads, "LIST", "as --set threads=LIST", 0},
        {"seed", 0, FQ_OPTION_TEXT, &seed, "N", "as --set seed=N", 0},
        {"quiet", 'q', FQ_OPTION_FLAG, &quiet, NULL, "no progress on standard error", 0},
    };
    fq_options o = {.usage = "run SCENARIO.yaml [--out DIR] [--set KEY=VALUE]... [--dry-run]",
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
    if (out == NULL) {
        snprintf(text, sizeof text, "results/%s", s.name);
        out = text;
    }
    if (status == FQ_OK) {
        status = fq_steps_preflight(s.steps, s.n_steps, s.seed);
        if (status != FQ_OK) status = fq_fail_prefix(status, "%s", o.positional[0]);
    }
    if (status == FQ_OK && dry)
        print_plan(&s, out);
    else if (status == FQ_OK)
        status = execute(&s, out, argc, argv);
    fq_scenario_free(&s);
    return status;
}
