/* Has it changed? Two sides, each one run or several of the same scenario, row by row: times by rank test, interval and
 * the noise that each side shows against itself; accuracy exactly. Says SAME only where a change is ruled out. */
#ifndef FQ_HARNESS_COMPARE_H
#define FQ_HARNESS_COMPARE_H
#include "harness/contrast.h"
#include "harness/folder.h"
#ifdef __cplusplus
extern "C" {
#endif

#define FQ_COL_TEXT(name) const char *name;
#define FQ_COL_NUM(name) double name;
typedef struct fq_change {
#include "harness/changes.def"
} fq_change;
#undef FQ_COL_TEXT
#undef FQ_COL_NUM

typedef struct fq_compare_options {
    double threshold_pct; /* smaller changes of a time do not matter; default 3 */
    double alpha;         /* false-alarm rate over all rows together; default 0.05 */
    double power;         /* of `needed`; default 0.8 */
    int by_minimum;       /* a run counts with its shortest time, which a busy neighbour spoils least; default 0 */
} fq_compare_options;
fq_compare_options fq_compare_defaults(void);

/* A fact of environment.json that the sides do not share; NULL: has none. */
typedef struct fq_disagreement {
    const char *key, *base_value, *new_value;
} fq_disagreement;

typedef struct fq_comparison {
    fq_change *row;
    int n;
    int by_run;       /* 1: the units of the tests are runs, 0: samples */
    double noise_pct; /* A/A floor: 95th percentile over rows of what a side differs from itself; NAN: unknown */
    fq_ratio geomean; /* NEW over BASE, over the rows that have an interval */
    fq_disagreement *facts;
    int n_facts;
    int same, faster, slower, ambiguous, broken, missing, added, better, worse;
} fq_comparison;

/* Compare; rows and texts live in the arena.
 * Units: with 4 runs or more on both sides each run counts once, with its median or minimum (so that what changes from
 * process to process is noise, not a finding); else all samples, neighbours merged until they are independent. Noise
 * floor: by run, the even runs of a side against its odd ones, over sqrt 2; else the first half of each run's samples
 * against the second, and the runs of a side against each other. limit = max(threshold, floor). A time is SLOWER or
 * FASTER if the ratio is beyond the limit and Holm's p over all rows is below alpha (single runs: and the whole
 * interval is beyond the noise floor, for they do not know what differs from run to run); SAME if the whole interval is
 * within the threshold; else AMBIGUOUS, with the reason. Accuracy is compared at all digits that the file has: SAME,
 * BETTER or WORSE (by nll, else by mean divergence); AMBIGUOUS if text or instruction set differ. BROKEN: verdict PASS
 * in BASE and another in NEW. Errors: FQ_ERR_MEMORY. */
fq_status fq_compare(const fq_folder *base, int n_base, const fq_folder *fresh, int n_fresh,
                     const fq_compare_options *o, fq_arena *arena, fq_comparison *out) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
