/* The measuring loop: check, warm up, sample in A B B A order until the noise target or the budget, check again. It
 * knows tasks only through their functions and their least work. */
#include "harness/bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/clock.h"
#include "harness/telemetry.h"

static const double invalid_above_pct = 103; /* the ceilings are themselves measured to a few per cent */
static const double warmup_agree = 0.05;
static const double warmup_ns = 2e9;
static const double budgets_at_most = 3;
enum { WARMUP_RUNS = 10 };

/* What the loop keeps beside a measurement while it is being made. */
typedef struct slot {
    int live;        /* still in the rotation */
    double spent_ns; /* of samples */
    double last_ns;  /* the last warm-up run */
    double run_ns;   /* the last run by the host's clock */
} slot;

static const char *const verdict_names[] = {
    [FQ_VERDICT_NONE] = "",           [FQ_VERDICT_PASS] = "PASS", [FQ_VERDICT_FAIL] = "FAIL",
    [FQ_VERDICT_INVALID] = "INVALID", [FQ_VERDICT_SKIP] = "SKIP",
};

const char *fq_verdict_name(fq_verdict v) {
    FQ_ASSERT((unsigned)v <= FQ_VERDICT_SKIP);
    return verdict_names[v];
}

fq_bench_options fq_bench_defaults(void) {
    fq_bench_options o = {.min_samples = 10, .max_samples = 200, .noise_pct = 1, .budget_s = 1, .level = 0.95};
    return o;
}

/* A wrong or impossible task has no time. */
static void reject(fq_measurement *m, slot *p, fq_verdict verdict, const char *reason) {
    m->verdict = verdict;
    snprintf(m->reason, sizeof m->reason, "%s", reason);
    m->n_samples = 0;
    p->live = 0;
}

static void reject_status(fq_measurement *m, slot *p, fq_status s) {
    const char *text = fq_message()[0] != '\0' ? fq_message() : fq_status_name(s);
    reject(m, p, s == FQ_ERR_SKIPPED ? FQ_VERDICT_SKIP : FQ_VERDICT_FAIL, text);
}

/* So that a reason is never the message of another task. */
static void forget_message(void) {
    (void)fq_fail(FQ_OK, "%s", "");
}

static int run_once(fq_measurement *m, slot *p, double *ns) {
    const fq_task *t = m->task;
    forget_message();
    int64_t start = fq_clock_ns();
    fq_status s = t->run(t->context);
    double spent = (double)(fq_clock_ns() - start);
    *ns = s == FQ_OK && t->elapsed_ns != NULL ? t->elapsed_ns(t->context) : spent;
    p->spent_ns += spent;
    p->run_ns = spent;
    if (s == FQ_OK) return 1;
    reject_status(m, p, s);
    return 0;
}

/* The larger err/bound of two checks; a bound of zero admits only zero error. */
static double error_ratio(double err, double bound) {
    return err == 0 ? 0 : err / bound;
}

static void judge(fq_measurement *m, slot *p, const char *when) {
    const fq_task *t = m->task;
    if (t->judge == NULL) return;
    double err = NAN;
    double bound = NAN;
    forget_message();
    fq_status s = t->judge(t->context, &err, &bound);
    if (s != FQ_OK) {
        reject_status(m, p, s);
        return;
    }
    int right = err <= bound; /* false for NaN */
    if (!right || isnan(m->err) || error_ratio(err, bound) > error_ratio(m->err, m->bound)) {
        m->err = err;
        m->bound = bound;
    }
    if (right) {
        m->verdict = FQ_VERDICT_PASS;
        return;
    }
    char reason[sizeof m->reason];
    const char *detail = fq_message(); /* what a judge that found guard bytes touched, say, left behind */
    snprintf(reason, sizeof reason, "wrong %s timing: error %.3g, bound %.3g%s%.80s", when, err, bound,
             detail[0] ? ": " : "", detail);
    reject(m, p, FQ_VERDICT_FAIL, reason);
}

static void warm_up(fq_measurement *m, slot *p) {
    double total = p->last_ns;
    while (p->live && m->n_warmup < WARMUP_RUNS && total < warmup_ns) {
        double ns;
        if (!run_once(m, p, &ns)) return;
        m->n_warmup++;
        total += ns;
        int agree = fabs(ns - p->last_ns) <= warmup_agree * fmin(ns, p->last_ns);
        p->last_ns = ns;
        if (agree) return;
    }
}

static int quiet_enough(const fq_measurement *m, const fq_bench_options *o) {
    fq_summary s = fq_stats_summary(m->samples, m->n_samples, o->level);
    return (s.hi - s.lo) / 2 <= o->noise_pct / 100 * s.median; /* false without an interval */
}

static void leave_if_done(fq_measurement *m, slot *p, const fq_bench_options *o) {
    double budget_ns = o->budget_s * 1e9;
    if (m->n_samples >= o->max_samples) {
        p->live = 0;
    } else if (m->n_samples >= o->min_samples) {
        p->live = p->spent_ns < budget_ns && !quiet_enough(m, o);
    } else if (p->spent_ns >= budgets_at_most * budget_ns) {
        p->live = 0;
        snprintf(m->reason, sizeof m->reason, "%d of %d samples in %.3g s (budget %.3g s)", m->n_samples,
                 o->min_samples, p->spent_ns * 1e-9, o->budget_s);
    }
}

/* What can be asked, and the host's counter before a repetition. */
typedef struct meters {
    int host;              /* the processor's files say something */
    const fq_nvml *device; /* NULL: none */
    fq_telemetry before;
} meters;

static meters meters_of(const fq_bench_options *o) {
    const fq_telemetry t = fq_telemetry_read("");
    return (meters){.host = !isnan(t.mhz) || !isnan(t.joules) || !isnan(t.celsius), .device = o->device};
}

static int on_device(const fq_task *t) {
    return t->ceilings != NULL;
}

/* Clock, temperature and energy of the repetition that has just ended. */
static void note_down(const meters *w, fq_measurement *m) {
    fq_reading *r = &m->reading[m->n_samples];
    if (on_device(m->task)) {
        const fq_nvml_reading now = fq_nvml_read(w->device);
        r->gpu_mhz = now.mhz;
        r->gpu_celsius = now.celsius;
        r->gpu_watts = now.watts;
        m->gpu_used_bytes = now.used_bytes;
    } else if (w->host) {
        const fq_telemetry now = fq_telemetry_read("");
        const double joules = fq_telemetry_joules("", &w->before, &now);
        r->mhz = now.mhz;
        r->celsius = now.celsius;
        r->joules = joules > 0 ? joules : NAN;
    }
}

/* Run for `chunk_ns`; *repetitions grows by what was done. */
static int run_for(fq_measurement *m, slot *p, double chunk_ns, double *repetitions) {
    for (double spent = 0, ns; spent < chunk_ns; spent += p->run_ns) {
        if (!run_once(m, p, &ns)) return 0;
        *repetitions += p->run_ns / ns;
    }
    return 1;
}

/* What the counter has moved by since the last call with the same `last`. */
static double joules_since(const meters *w, const fq_task *t, fq_telemetry *last) {
    fq_telemetry now = {.joules = NAN};
    if (on_device(t))
        now.joules = fq_nvml_read(w->device).joules;
    else
        now = fq_telemetry_read("");
    const double moved = on_device(t) ? now.joules - last->joules : fq_telemetry_joules("", last, &now);
    *last = now;
    return moved;
}

static void measure_energy(fq_measurement *m, slot *p, const meters *w, double energy_s) {
    const double chunk_ns = 5e6, longest_s = 3 * energy_s + 1;
    fq_telemetry last = {.joules = NAN};
    double repetitions = 0, joules = 0, moved = 0;
    (void)joules_since(w, m->task, &last);
    if (isnan(last.joules)) return;
    const int64_t start = fq_clock_ns();
    while (moved <= 0 && (double)(fq_clock_ns() - start) < longest_s * 1e9) {
        if (!run_for(m, p, chunk_ns, &repetitions)) return;
        moved = joules_since(w, m->task, &last);
    }
    if (!(moved > 0)) return; /* this counter stands still */
    const int64_t begin = fq_clock_ns();
    repetitions = moved = 0;
    for (double s = 0; (s < energy_s || moved <= 0) && s < longest_s; s = (double)(fq_clock_ns() - begin) * 1e-9) {
        if (!run_for(m, p, chunk_ns, &repetitions)) return;
        moved = joules_since(w, m->task, &last);
        joules += moved;
    }
    if (moved > 0) m->joules = joules / repetitions;
}

static void sample_rounds(fq_measurement *out, slot *state, int n, const fq_bench_options *o) {
    int live = 1;
    meters watch = meters_of(o);
    for (int i = 0; i < n; i++)
        state[i].spent_ns = 0; /* warm-up is not of the budget */
    for (int round = 0; live > 0; round++) {
        for (int i = 0; i < n; i++) {
            int k = round % 2 == 0 ? i : n - 1 - i;
            fq_measurement *m = &out[k];
            double ns;
            if (!state[k].live) continue;
            if (watch.host && !on_device(m->task)) watch.before = fq_telemetry_read("");
            if (!run_once(m, &state[k], &ns)) continue;
            m->samples[m->n_samples] = ns;
            m->round[m->n_samples] = round;
            note_down(&watch, m);
            m->n_samples++;
        }
        /* After the round, so that the arithmetic does not disturb the caches between neighbours. */
        live = 0;
        for (int i = 0; i < n; i++) {
            if (state[i].live) leave_if_done(&out[i], &state[i], o);
            live += state[i].live;
        }
    }
}

static double engine_peak(const fq_ceilings *c, fq_engine engine) {
    switch (engine) {
    case FQ_ENGINE_BF16:
        return c->bf16_flops;
    case FQ_ENGINE_INT8:
        return c->int8_flops;
    default:
        return c->f32_flops;
    }
}

static double floor_ns(const fq_task *t, const fq_ceilings *c) {
    if (t->ceilings != NULL) c = t->ceilings;
    if (c == NULL || !(t->flop > 0 || t->bytes > 0)) return NAN;
    double compute = t->flop > 0 ? t->flop / engine_peak(c, t->engine) : 0;
    double memory = t->bytes > 0 ? t->bytes / c->read_bps : 0;
    return 1e9 * fmax(compute, memory);
}

void fq_bench_hold_to(fq_measurement *m, const fq_ceilings *ceil) {
    m->floor_ns = floor_ns(m->task, ceil);
    if (m->n_samples == 0) return;
    m->peak_pct = 100 * m->floor_ns / m->time.median;
    const fq_task *t = m->task;
    const fq_ceilings *c = t->ceilings != NULL ? t->ceilings : ceil;
    if (c != NULL && t->flop > 0) m->compute_pct = 1e11 * t->flop / engine_peak(c, t->engine) / m->time.median;
    if (c != NULL && t->bytes > 0) m->bandwidth_pct = 1e11 * t->bytes / c->read_bps / m->time.median;
    int impossible = m->peak_pct > invalid_above_pct;
    if (impossible && (m->verdict == FQ_VERDICT_PASS || m->verdict == FQ_VERDICT_INVALID)) {
        m->verdict = FQ_VERDICT_INVALID;
        snprintf(m->reason, sizeof m->reason, "%.1f %% of the ceiling: less work was done than stated, or from cache",
                 m->peak_pct);
    } else if (m->verdict == FQ_VERDICT_INVALID) {
        m->verdict = FQ_VERDICT_PASS;
        m->reason[0] = 0;
    }
}

static void conclude(fq_measurement *m, const fq_ceilings *ceil, const fq_bench_options *o) {
    m->time = fq_stats_summary(m->samples, m->n_samples, o->level);
    fq_bench_hold_to(m, ceil);
}

static fq_status begin(const fq_task *t, const fq_bench_options *o, const fq_ceilings *ceil, fq_arena *arena,
                       fq_measurement *m) {
    memset(m, 0, sizeof *m);
    m->task = t;
    m->samples = FQ_NEW(arena, double, o->max_samples);
    m->round = FQ_NEW(arena, int, o->max_samples);
    m->reading = FQ_NEW(arena, fq_reading, o->max_samples);
    if (m->samples == NULL || m->round == NULL || m->reading == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < o->max_samples; i++)
        m->reading[i] = (fq_reading){NAN, NAN, NAN, NAN, NAN, NAN};
    m->joules = m->gpu_used_bytes = NAN;
    m->time = fq_stats_summary(m->samples, 0, o->level);
    m->err = m->bound = m->peak_pct = m->compute_pct = m->bandwidth_pct = NAN;
    m->floor_ns = floor_ns(t, ceil);
    return FQ_OK;
}

fq_status fq_bench_run(const fq_task *tasks, int n, const fq_bench_options *opt, const fq_ceilings *ceil,
                       fq_arena *arena, fq_measurement *out) {
    FQ_ASSERT(n > 0);
    fq_bench_options o = opt != NULL ? *opt : fq_bench_defaults();
    if (o.min_samples < 1) o.min_samples = 1;
    if (o.max_samples < o.min_samples) o.max_samples = o.min_samples;
    for (int i = 0; i < n; i++) {
        FQ_TRY(begin(&tasks[i], &o, ceil, arena, &out[i]));
    }
    slot *state = FQ_NEW(arena, slot, n);
    if (state == NULL) return FQ_ERR_MEMORY;

    for (int i = 0; i < n; i++) {
        state[i].live = 1;
        if (!run_once(&out[i], &state[i], &state[i].last_ns)) continue;
        out[i].n_warmup = 1;
        judge(&out[i], &state[i], "before");
        warm_up(&out[i], &state[i]);
    }
    sample_rounds(out, state, n, &o);
    const meters watch = meters_of(&o);
    for (int i = 0; i < n; i++)
        if (o.energy_s > 0 && out[i].n_samples > 0) measure_energy(&out[i], &state[i], &watch, o.energy_s);

    int measured = 0;
    int skipped = 0;
    for (int i = 0; i < n; i++) {
        if (out[i].n_samples > 0) judge(&out[i], &state[i], "after");
        if (out[i].n_samples > 0) conclude(&out[i], ceil, &o);
        measured += out[i].n_samples > 0;
        skipped += out[i].verdict == FQ_VERDICT_SKIP;
    }
    if (measured > 0) return FQ_OK;
    return fq_fail(skipped == n ? FQ_ERR_SKIPPED : FQ_ERR_FAILED, "%s: %s", tasks[0].name, out[0].reason);
}
