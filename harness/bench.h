/* The measuring loop. It sees only tasks: something with a name, a way to run once, and the least work it must do. It
 * warms up, interleaves the tasks of a group (A B B A), keeps every sample, and stops at the noise target or budget. */
#ifndef FQ_HARNESS_BENCH_H
#define FQ_HARNESS_BENCH_H
#include <stddef.h>
#include "harness/arena.h"
#include "harness/nvml.h"
#include "harness/stats.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Ceilings of this host, measured once per process by fq_host_ceilings (host.h). */
typedef struct fq_ceilings {
    double f32_flops;  /* FMA peak of all threads, flop/s */
    double bf16_flops; /* best engine for bf16 operands (AMX, or the f32 FMA peak where there is none) */
    double int8_flops; /* best engine for int8 operands */
    double read_bps;   /* bytes/s read from memory (not cache) by all threads */
    double copy_bps;   /* of a device: bytes/s copied within its memory, read and write both counted; 0: not measured */
} fq_ceilings;

typedef enum fq_engine { FQ_ENGINE_F32, FQ_ENGINE_BF16, FQ_ENGINE_INT8 } fq_engine;

typedef enum fq_verdict {
    FQ_VERDICT_NONE = 0,
    FQ_VERDICT_PASS,    /* checked against the oracle before and after timing */
    FQ_VERDICT_FAIL,    /* wrong: no time is reported */
    FQ_VERDICT_INVALID, /* faster than the measured ceilings allow (by more than 3 %) */
    FQ_VERDICT_SKIP     /* cannot run here; reason says why */
} fq_verdict;
const char *fq_verdict_name(fq_verdict v); /* "", "PASS", "FAIL", "INVALID", "SKIP" */

typedef struct fq_task {
    const char *name; /* for messages and for the pairing of speed-ups */
    void *context;
    fq_status (*run)(void *context); /* one repetition; what is timed */
    /* Called before timing and again after it: checks the output that `run` left against the oracle and fills err and
     * bound (largest err/bound ratio over elements, as one pair). NULL: verdict stays NONE and no time may be shown. */
    fq_status (*judge)(void *context, double *err, double *bound);
    fq_engine engine;   /* which ceiling bounds it */
    double flop, bytes; /* least work of one repetition; 0 = unknown */
    /* For work on a device. Time of one repetition in the last `run` by the device's own clock (a run may be many
     * repetitions); NULL: the host's clock around `run`. Ceilings of the device; NULL: the host's. */
    double (*elapsed_ns)(const void *context);
    const fq_ceilings *ceilings;
} fq_task;

typedef struct fq_bench_options {
    int min_samples;  /* >= 6 for a 95 % interval; default 10 */
    int max_samples;  /* default 200 */
    double noise_pct; /* stop when the median's interval half-width is under this share of the median; default 1 */
    double budget_s;  /* per task, without warm-up; default 1 */
    double level;     /* default 0.95 */
    /* > 0: after the samples each task runs back to back for about so long, from one step of the energy counter to
     * another: counters of devices move every tenth of a second, which no single repetition can use. Default 0. */
    double energy_s;
    /* Meters of the device that tasks with ceilings of their own run on; NULL: none. */
    const fq_nvml *device;
} fq_bench_options;
fq_bench_options fq_bench_defaults(void);

/* The machine during one repetition; NAN where it does not say. Of a task on a device the gpu_ ones,
 * of others the rest. joules: NAN too where the counter did not move. */
typedef struct fq_reading {
    double mhz, celsius, joules;
    double gpu_mhz, gpu_celsius, gpu_watts;
} fq_reading;

typedef struct fq_measurement {
    const fq_task *task;
    double *samples;       /* nanoseconds, in the order taken; in the arena */
    int *round;            /* round of each sample: equal rounds of two tasks are neighbours in time */
    fq_reading *reading;   /* of each sample (telemetry.h, nvml.h) */
    double joules;         /* of one repetition by energy_s: of the device, or of all packages; NAN */
    double gpu_used_bytes; /* memory of the device in use after the last sample; NAN */
    int n_samples, n_warmup;
    fq_summary time;                   /* of samples, ns */
    double floor_ns;                   /* max(flop/peak, bytes/bandwidth) on this host; NAN if unknown */
    double peak_pct;                   /* 100 floor / median */
    double compute_pct, bandwidth_pct; /* the floor's two parts: of the engine's peak, of the read bandwidth; NAN */
    double err, bound;
    fq_verdict verdict;
    char reason[160]; /* for SKIP, FAIL, INVALID; beside PASS or NONE: why there are fewer samples than asked */
} fq_measurement;

/* Judge, warm up, measure all tasks interleaved, judge again. out[n]; samples live in `arena`. A task that fails its
 * check gets FAIL and no time; the others go on. A run or judge that returns FQ_ERR_SKIPPED makes it SKIP.
 * Warm-up: until two runs in a row agree within 5 %, at most 10 runs or 2 s; the judged run is the first of them.
 * Rounds: even ones in the order of `tasks`, odd ones in reverse; a task leaves when it has min_samples and its
 * interval is within noise_pct or its budget is used, or when 3 budgets are used, or at max_samples. err, bound: the
 * worse ratio of the two checks. opt NULL: the defaults. ceil NULL: no floor. Errors: only if no task was measured (out
 * is filled all the same): FQ_ERR_SKIPPED if all were skipped, else FQ_ERR_FAILED; FQ_ERR_MEMORY. */
fq_status fq_bench_run(const fq_task *tasks, int n, const fq_bench_options *opt, const fq_ceilings *ceil,
                       fq_arena *arena, fq_measurement *out) FQ_MUST_USE;

/* Hold a finished measurement against (new) ceilings: floor_ns, peak_pct, and INVALID where the time is below the
 * floor. Undoes an INVALID that came from lower ceilings. */
void fq_bench_hold_to(fq_measurement *m, const fq_ceilings *ceil);

#ifdef __cplusplus
}
#endif
#endif
