/* Rows, progress, the open model, and the step from a group of tasks to rows with speed-ups. */
#include "scenarios/context.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/clock.h"
#include "harness/cpu.h"
#include "harness/host.h"
#include "kernels/cuda.h"
#include "scenarios/journal.h"
#include "scenarios/kinds.h"
#include "scenarios/nets.h"

fq_status fq_context_init(fq_context *c, const char *scenario, uint64_t seed) {
    memset(c, 0, sizeof *c);
    FQ_TRY(fq_arena_init(&c->arena, (size_t)4 << 30));
    c->scenario = scenario;
    c->seed = seed;
    c->cpu = fq_cpu_model();
    c->commit = fq_build_commit();
    c->isa = fq_isa_name(fq_cpu_isa());
    return FQ_OK;
}

static void close_model(fq_context *c) {
    fq_calibration_free(c->calibration);
    c->calibration = NULL;
    c->calibration_key = NULL;
    if (c->model_path != NULL) fq_model_close(&c->model);
    c->model_path = NULL;
}

void fq_context_free(fq_context *c) {
    close_model(c);
    fq_progress_end(c->progress);
    free(c->results);
    free(c->accuracy);
    free(c->errors);
    free(c->layers);
    free(c->formats);
    free(c->serve);
    fq_arena_free(&c->arena);
    memset(c, 0, sizeof *c);
}

fq_status fq_context_model(fq_context *c, const char *path, const fq_model **out) {
    *out = &c->model;
    if (c->model_path != NULL && strcmp(c->model_path, path) == 0) return FQ_OK;
    close_model(c);
    FQ_TRY(fq_model_open(path, c->seed, &c->model));
    if (fq_model_saved_variant(&c->model) == NULL) c->model.outliers = c->outliers;
    c->model_path = fq_arena_printf(&c->arena, "%s", path);
    if (c->model_path != NULL) return FQ_OK;
    fq_model_close(&c->model);
    return FQ_ERR_MEMORY;
}

fq_status fq_context_exemplar(fq_context *c, const char *data, const fq_exemplar **out) {
    static const char path[] = "models/tiny";
    const fq_model *m;
    *out = NULL;
    if (strcmp(data, "real") != 0) return FQ_OK;
    *out = &c->exemplar;
    if (c->exemplar.w != NULL) return FQ_OK;
    fq_status s = fq_context_model(c, path, &m);
    if (s == FQ_OK) s = fq_exemplar_read(m, &c->arena, &c->exemplar);
    return s == FQ_OK ? FQ_OK : fq_fail_prefix(s, "data: real");
}

fq_status fq_context_outliers(fq_context *c, double kappa, int seed, const char *kinds) {
    c->outliers = (fq_outliers){.kappa = (float)kappa, .seed = (uint64_t)seed};
    FQ_TRY(fq_outliers_kinds(kinds, &c->outliers.kinds));
    if (c->model_path != NULL && fq_model_saved_variant(&c->model) == NULL) c->model.outliers = c->outliers;
    return FQ_OK;
}

/* ---- progress ---- */

void fq_context_total(fq_context *c, double total) {
    fq_progress_end(c->progress);
    c->progress = fq_progress_start(c->label, total);
    c->progress_done = 0;
}

void fq_context_advance(fq_context *c, double done, const char *what) {
    c->progress_done += done;
    fq_progress_step(c->progress, c->progress_done, what);
}

/* A saved model has one variant, which is run where the step names none. */
static fq_status complete(fq_context *c, const fq_step *s, fq_step *own, const char **name) {
    const fq_model *m;
    *own = *s;
    if (s->model[0] == 0 || s->given[FQ_SET_variants]) return FQ_OK;
    FQ_TRY(fq_context_model(c, s->model, &m));
    if (fq_model_saved_variant(m) == NULL) return FQ_OK;
    *name = fq_model_saved_variant(m)->name;
    own->variants = (fq_texts){name, 1};
    return FQ_OK;
}

/* The kinds see one state of the cache and one kind of data at a time. */
static fq_status run_axes(fq_context *c, fq_status (*run)(fq_context *, const fq_step *), const fq_step *s) {
    static const char *const caches[] = {"cold", "hot"};
    fq_step own = *s;
    fq_status status = FQ_OK;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < FQ_DATA_COUNT && status == FQ_OK; k++) {
            if (strstr(s->cache, caches[i]) == NULL || strstr(s->data, fq_data_names[k]) == NULL) continue;
            own.cache = caches[i];
            own.data = fq_data_names[k];
            status = run(c, &own);
        }
    return status;
}

fq_status fq_context_policy(fq_context *c, fq_step *s) {
    if (s->policy == NULL || s->policy[0] == 0) return FQ_OK;
    const char **names = FQ_NEW(&c->arena, const char *, s->variants.n);
    if (names == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < s->variants.n; i++) {
        const char *name = s->variants.v[i];
        names[i] = name;
        if (fq_net_is_float(fq_variant_find(name))) continue;
        names[i] = fq_arena_printf(&c->arena, "%s%cpolicy=%s", name, strchr(name, ':') != NULL ? '+' : ':', s->policy);
        if (names[i] == NULL) return FQ_ERR_MEMORY;
        if (fq_variant_find(names[i]) == NULL) return FQ_ERR_USAGE;
    }
    s->variants.v = names;
    return FQ_OK;
}

fq_status fq_context_step(fq_context *c, const fq_step *s, const char *label) {
    static fq_status (*const run[FQ_KIND_COUNT])(fq_context *, const fq_step *) = {
#define FQ_SCENARIO(kind, about) fq_scenario_##kind,
#include "scenarios/scenarios.def"
#undef FQ_SCENARIO
    };
    fq_step own;
    const char *name;
    fq_status status = complete(c, s, &own, &name);
    if (status == FQ_OK) status = fq_context_policy(c, &own);
    for (int i = 0; i < s->threads.n && status == FQ_OK; i++) {
        c->threads = s->threads.v[i] > 0 ? s->threads.v[i] : fq_cpu_cores();
        fq_threads_set(c->threads);
        c->label = label;
        status = run_axes(c, run[s->kind], &own);
        FQ_TRY(fq_context_outliers(c, 1, 0, ""));
        fq_progress_end(c->progress);
        c->progress = NULL;
    }
    return status;
}

/* ---- rows ---- */

void fq_context_result(const fq_context *c, fq_result *r) {
    fq_result_init(r);
    r->build_commit = c->commit;
    r->cpu_info = c->cpu;
    r->backend = "CPU";
    r->isa = c->isa;
    r->n_threads = c->threads;
    r->scenario = c->scenario;
    r->seed = (double)c->seed;
}

/* Room for one more of `size` bytes; the array doubles. */
static void *grow(void *array, int n, int *cap, size_t size) {
    if (n < *cap) return array;
    int more = *cap > 0 ? 2 * *cap : 64;
    void *grown = realloc(array, (size_t)more * size);
    if (grown != NULL) *cap = more;
    return grown;
}

fq_status fq_context_add(fq_context *c, const fq_result *r) {
    void *rows = grow(c->results, c->n_results, &c->cap_results, sizeof *r);
    if (rows == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for result rows");
    c->results = rows;
    c->results[c->n_results++] = *r;
    if (strcmp(r->verdict, "FAIL") == 0 || strcmp(r->verdict, "INVALID") == 0) c->wrong++;
    if (strcmp(r->verdict, "SKIP") == 0) c->skipped++;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_RESULTS, r) : FQ_OK;
}

fq_status fq_context_add_sample(fq_context *c, const fq_sample *s) {
    c->n_samples++;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_SAMPLES, s) : FQ_OK;
}

fq_status fq_context_add_accuracy(fq_context *c, const fq_accuracy_row *r) {
    void *rows = grow(c->accuracy, c->n_accuracy, &c->cap_accuracy, sizeof *r);
    if (rows == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for accuracy rows");
    c->accuracy = rows;
    c->accuracy[c->n_accuracy++] = *r;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_ACCURACY, r) : FQ_OK;
}

fq_status fq_context_add_error(fq_context *c, const fq_error_row *r) {
    void *rows = grow(c->errors, c->n_errors, &c->cap_errors, sizeof *r);
    if (rows == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for error rows");
    c->errors = rows;
    c->errors[c->n_errors++] = *r;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_ERRORS, r) : FQ_OK;
}

fq_status fq_context_add_layer(fq_context *c, const fq_layer_row *r) {
    void *rows = grow(c->layers, c->n_layers, &c->cap_layers, sizeof *r);
    if (rows == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for layer rows");
    c->layers = rows;
    c->layers[c->n_layers++] = *r;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_LAYERS, r) : FQ_OK;
}

fq_status fq_context_add_window(fq_context *c, const fq_window_row *r) {
    c->n_windows++;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_WINDOWS, r) : FQ_OK;
}

fq_status fq_context_add_format(fq_context *c, const fq_format_row *r) {
    void *rows = grow(c->formats, c->n_formats, &c->cap_formats, sizeof *r);
    if (rows == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for format rows");
    c->formats = rows;
    c->formats[c->n_formats++] = *r;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_FORMATS, r) : FQ_OK;
}

fq_status fq_context_add_serve(fq_context *c, const fq_serve_row *r) {
    void *rows = grow(c->serve, c->n_serve, &c->cap_serve, sizeof *r);
    if (rows == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for rows of served requests");
    c->serve = rows;
    c->serve[c->n_serve++] = *r;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_SERVE, r) : FQ_OK;
}

fq_status fq_context_add_request(fq_context *c, const fq_request_row *r) {
    c->n_requests++;
    return c->run != NULL ? fq_run_row(c->run, FQ_TABLE_REQUESTS, r) : FQ_OK;
}

fq_status fq_context_part_done(fq_context *c) {
    return c->settings != NULL ? fq_journal_write(fq_run_dir(c->run), c) : FQ_OK;
}

int fq_context_kept_result(const fq_context *c, const char *test_id) {
    for (int i = c->began[FQ_TABLE_RESULTS]; i < c->kept_results; i++)
        if (strcmp(c->results[i].test_id, test_id) == 0) return 1;
    return 0;
}

int fq_context_kept_accuracy(const fq_context *c, const char *variant, double kappa) {
    for (int i = c->began[FQ_TABLE_ACCURACY]; i < c->kept_accuracy; i++) {
        const fq_accuracy_row *r = &c->accuracy[i];
        if (strcmp(r->variant, variant) == 0 && r->kappa == kappa && r->n_threads == c->threads) return 1;
    }
    return 0;
}

fq_rows fq_context_rows(const fq_context *c) {
    return (fq_rows){.results = c->results,
                     .accuracy = c->accuracy,
                     .errors = c->errors,
                     .layers = c->layers,
                     .formats = c->formats,
                     .serve = c->serve,
                     .n_results = c->n_results,
                     .n_accuracy = c->n_accuracy,
                     .n_errors = c->n_errors,
                     .n_layers = c->n_layers,
                     .n_formats = c->n_formats,
                     .n_serve = c->n_serve};
}

static const char *now(fq_context *c) {
    char buf[32];
    return fq_arena_printf(&c->arena, "%s", fq_clock_utc(buf));
}

fq_status fq_context_reject(fq_context *c, fq_result *r, fq_verdict verdict) {
    if (fq_context_kept_result(c, r->test_id)) return FQ_OK;
    r->verdict = fq_verdict_name(verdict);
    r->reason = fq_arena_printf(&c->arena, "%s", fq_message());
    r->test_time = now(c);
    return r->reason == NULL || r->test_time == NULL ? FQ_ERR_MEMORY : fq_context_add(c, r);
}

/* ---- measuring ---- */

/* Meters of the device that kernels run on, opened when first wanted; NULL where the driver has none. */
static const fq_nvml *device_meters(fq_context *c) {
    if (!c->asked_device && fq_nvml_open(NULL, fq_cuda_bus(), &c->arena, &c->device) != FQ_OK)
        fq_note("no clock, temperature and energy of the device: %s", fq_message());
    c->asked_device = 1;
    return c->device;
}

int fq_context_is_late(const fq_context *c) {
    if (c->deadline_ns == 0 || fq_clock_ns() < c->deadline_ns) return 0;
    (void)fq_fail(FQ_ERR_SKIPPED, "time-out");
    return 1;
}

static fq_bench_options options(const fq_context *c, const fq_step *s) {
    fq_bench_options o = fq_bench_defaults();
    o.budget_s = s->budget_s;
    o.noise_pct = s->noise_pct;
    o.energy_s = s->energy_s;
    if (s->samples > 0) {
        o.min_samples = o.max_samples = s->samples;
        o.budget_s = INFINITY;
    }
    if (c->deadline_ns != 0) o.budget_s = fmin(o.budget_s, (double)(c->deadline_ns - fq_clock_ns()) * 1e-9);
    return o;
}

/* Mean and sample standard deviation of tokens/s, repetition by repetition as llama-bench does. */
static void token_rates(fq_result *r, const fq_measurement *m, double tokens) {
    double sum = 0, squares = 0;
    for (int i = 0; i < m->n_samples; i++)
        sum += tokens * 1e9 / m->samples[i];
    r->avg_ts = sum / m->n_samples;
    for (int i = 0; i < m->n_samples; i++) {
        double d = tokens * 1e9 / m->samples[i] - r->avg_ts;
        squares += d * d;
    }
    if (m->n_samples > 1) r->stddev_ts = sqrt(squares / (m->n_samples - 1));
}

/* Samples of the rounds that both tasks took part in. */
static int pair(const fq_measurement *a, const fq_measurement *b, double *x, double *y) {
    int n = 0;
    for (int i = 0, j = 0; i < a->n_samples && j < b->n_samples;) {
        if (a->round[i] == b->round[j]) {
            x[n] = a->samples[i++];
            y[n++] = b->samples[j++];
        } else if (a->round[i] < b->round[j]) {
            i++;
        } else {
            j++;
        }
    }
    return n;
}

static fq_status speedup(const fq_measurement *base, const fq_measurement *m, fq_arena *scratch, fq_result *r) {
    int most = base->n_samples < m->n_samples ? base->n_samples : m->n_samples;
    double *x = FQ_NEW(scratch, double, most), *y = FQ_NEW(scratch, double, most);
    if (x == NULL || y == NULL) return FQ_ERR_MEMORY;
    int n = pair(base, m, x, y);
    if (n == 0) return FQ_OK;
    fq_summary s = fq_stats_paired_ratio(x, y, n, 0.95);
    r->speedup = s.median;
    r->speedup_lo = s.lo;
    r->speedup_hi = s.hi;
    return FQ_OK;
}

static double reading_part(const fq_measurement *m, int i, size_t offset) {
    double x;
    memcpy(&x, (const char *)&m->reading[i] + offset, sizeof x);
    return x;
}

/* Medians over the repetitions that have a reading. */
static fq_status telemetry(const fq_measurement *m, fq_arena *scratch, fq_result *r) {
    const struct {
        size_t offset;
        double *out;
    } columns[] = {{offsetof(fq_reading, mhz), &r->cpu_mhz},
                   {offsetof(fq_reading, joules), &r->energy_j},
                   {offsetof(fq_reading, gpu_mhz), &r->gpu_mhz},
                   {offsetof(fq_reading, gpu_watts), &r->gpu_w}};
    const size_t mark = scratch->used;
    double *x = FQ_NEW(scratch, double, m->n_samples);
    if (x == NULL) return FQ_ERR_MEMORY;
    for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
        int n = 0;
        for (int i = 0; i < m->n_samples; i++) {
            x[n] = reading_part(m, i, columns[k].offset);
            n += !isnan(x[n]);
        }
        *columns[k].out = fq_stats_percentile(x, n, 50);
    }
    fq_arena_reset(scratch, mark);
    if (m->task->ceilings != NULL)
        r->gpu_energy_j = m->joules;
    else if (!isnan(m->joules))
        r->energy_j = m->joules;
    r->temp_c = m->reading[m->n_samples - 1].celsius;
    r->gpu_temp_c = m->reading[m->n_samples - 1].gpu_celsius;
    r->gpu_used_bytes = m->gpu_used_bytes;
    return FQ_OK;
}

static fq_status fill(fq_context *c, const fq_measurement *m, double tokens, fq_arena *scratch, fq_result *r) {
    r->verdict = fq_verdict_name(m->verdict);
    r->err = m->err;
    r->bound = m->bound;
    r->floor_ns = m->floor_ns;
    r->test_time = now(c);
    r->reason = fq_arena_printf(&c->arena, "%s", m->reason);
    if (r->test_time == NULL || r->reason == NULL) return FQ_ERR_MEMORY;
    if (m->verdict != FQ_VERDICT_PASS) return FQ_OK;
    r->n_samples = m->n_samples;
    r->avg_ns = m->time.mean;
    r->stddev_ns = m->time.sd;
    r->median_ns = m->time.median;
    r->median_lo_ns = m->time.lo;
    r->median_hi_ns = m->time.hi;
    r->min_ns = m->time.min;
    r->p95_ns = m->time.p95;
    r->n_outliers = m->time.outliers;
    r->peak_pct = m->peak_pct;
    r->compute_pct = m->compute_pct;
    r->bandwidth_pct = m->bandwidth_pct;
    if (m->task->flop > 0) r->tflops = m->task->flop / m->time.median * 1e-3;
    if (m->task->bytes > 0) r->gbps = m->task->bytes / m->time.median;
    if (tokens > 0) token_rates(r, m, tokens);
    if (strcmp(r->op, "prefill") == 0) {
        r->ttft_ms = m->time.median * 1e-6;
        r->prefill_ts = tokens / m->time.median * 1e9;
    } else if (strcmp(r->op, "decode") == 0) {
        r->decode_ts = tokens / m->time.median * 1e9;
    }
    r->rss_peak_bytes = (double)fq_host_rss_peak_bytes();
    r->n_warmup = m->n_warmup;
    return telemetry(m, scratch, r);
}

static fq_status write_samples(fq_context *c, const fq_measurement *m, const fq_result *r) {
    if (c->run == NULL || m->verdict != FQ_VERDICT_PASS) return FQ_OK;
    for (int i = 0; i < m->n_samples; i++) {
        fq_sample s;
        fq_sample_init(&s);
        s.scenario = c->scenario;
        s.test_id = r->test_id;
        s.rep = i;
        s.round = m->round[i];
        s.t_ns = m->samples[i];
        s.cpu_mhz = m->reading[i].mhz;
        s.energy_j = m->reading[i].joules;
        s.temp_c = m->reading[i].celsius;
        s.gpu_mhz = m->reading[i].gpu_mhz;
        s.gpu_temp_c = m->reading[i].gpu_celsius;
        s.gpu_w = m->reading[i].gpu_watts;
        FQ_TRY(fq_context_add_sample(c, &s));
    }
    return FQ_OK;
}

/* A time below its floor: the ceiling may have been taken while a neighbour was busy. Measure that again before the row
 * is called INVALID. */
static fq_status doubt_ceilings(fq_measurement *m, int n) {
    fq_ceilings higher;
    int doubtful = 0;
    for (int i = 0; i < n; i++)
        doubtful |= m[i].verdict == FQ_VERDICT_INVALID;
    if (!doubtful) return FQ_OK;
    FQ_TRY(fq_host_ceilings_raise(&higher));
    for (int i = 0; i < n; i++)
        fq_bench_hold_to(&m[i], &higher);
    return FQ_OK;
}

static fq_status measure(fq_context *c, const fq_step *s, const fq_task *tasks, fq_result *rows, const double *tokens,
                         const int *add, int n, int baseline, fq_arena *scratch) {
    fq_measurement *m = FQ_NEW(scratch, fq_measurement, n);
    int wanted = 0;
    if (m == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < n; i++)
        wanted += (add == NULL || add[i]) && !fq_context_kept_result(c, rows[i].test_id);
    if (wanted == 0) return FQ_OK;
    if (fq_context_is_late(c)) {
        for (int i = 0; i < n; i++)
            if (add == NULL || add[i]) FQ_TRY(fq_context_reject(c, &rows[i], FQ_VERDICT_SKIP));
        return FQ_OK;
    }
    fq_ceilings ceilings;
    FQ_TRY(fq_host_ceilings(&ceilings));
    fq_bench_options o = options(c, s);
    for (int i = 0; i < n && o.device == NULL; i++)
        if (tasks[i].ceilings != NULL) o.device = device_meters(c);
    fq_status status = fq_bench_run(tasks, n, &o, &ceilings, scratch, m);
    if (status != FQ_OK && status != FQ_ERR_FAILED && status != FQ_ERR_SKIPPED) return status;
    FQ_TRY(doubt_ceilings(m, n));
    for (int i = 0; i < n; i++) {
        FQ_TRY(fill(c, &m[i], tokens[i], scratch, &rows[i]));
        if (baseline >= 0) {
            rows[i].baseline = tasks[baseline].name;
            if (m[i].verdict == FQ_VERDICT_PASS && m[baseline].verdict == FQ_VERDICT_PASS)
                FQ_TRY(speedup(&m[baseline], &m[i], scratch, &rows[i]));
        }
        if ((add != NULL && !add[i]) || fq_context_kept_result(c, rows[i].test_id)) continue;
        FQ_TRY(fq_context_add(c, &rows[i]));
        FQ_TRY(write_samples(c, &m[i], &rows[i]));
    }
    return fq_context_part_done(c);
}

fq_status fq_context_measure(fq_context *c, const fq_step *s, const fq_task *tasks, fq_result *rows,
                             const double *tokens, const int *add, int n, int baseline) {
    fq_arena scratch;
    FQ_TRY(fq_arena_init(&scratch, (size_t)4 << 30));
    fq_status status = measure(c, s, tasks, rows, tokens, add, n, baseline, &scratch);
    fq_arena_free(&scratch);
    return status;
}
