/* Times every tile of a device kernel, in turn with a baseline, so that the choice among tiles can be measured:
 *   gpu-tiles KERNEL[:TILE] NxK[,NxK...] M[,M...] [ROUNDS [BASELINE...]]
 * One CSV line a tile on standard output: kernel,tile,m,n,k,median_us,min_us,err_over_bound; "best" lines on standard
 * error. Build and use: tools/gpu-bench.sh. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/cpu.h"
#include "harness/stats.h"
#include "kernels/trial.h"

enum { CANDIDATES_MOST = 96, ROUNDS_MOST = 64 };

typedef struct candidate {
    const fq_kernel *kernel;
    fq_trial *trial;
    double us[ROUNDS_MOST], ratio;
    const char *tile;
} candidate;

static fq_status add(candidate *c, const fq_kernel *k, int tile, int m, int n, int kk, fq_arena *arena) {
    fq_trial_shape s = fq_trial_default(k->op);
    double err, bound;
    s.m = m;
    s.n = n;
    s.k = kk;
    s.weight_copies = 0;
    s.tile = tile;
    s.seed = 7;
    *c = (candidate){.kernel = k};
    FQ_TRY(fq_trial_create(k, &s, arena, &c->trial));
    FQ_TRY(fq_trial_run(c->trial));
    FQ_TRY(fq_trial_judge(c->trial, &err, &bound));
    c->ratio = err / bound;
    c->tile = fq_trial_tile(c->trial);
    return FQ_OK;
}

static fq_status point(const char *name, int m, int n, int k, int rounds, char **baselines, int n_base) {
    candidate *c = calloc(CANDIDATES_MOST, sizeof *c);
    char kernel[64];
    snprintf(kernel, sizeof kernel, "%s", name);
    char *colon = strchr(kernel, ':');
    const int only = colon != NULL ? atoi(colon + 1) : 0;
    if (colon != NULL) *colon = 0;
    const fq_kernel *kern = fq_kernel_find(kernel);
    fq_arena arena;
    int count = 0, tiles = 1;
    if (c == NULL || kern == NULL) return fq_fail(FQ_ERR_USAGE, "no kernel '%s'", kernel);
    FQ_TRY(fq_arena_init(&arena, 0));
    for (int i = 0; i < n_base; i++) {
        const fq_kernel *b = fq_kernel_find(baselines[i]);
        if (b != NULL && add(&c[count], b, 0, m, n, k, &arena) == FQ_OK)
            count++;
        else
            fprintf(stderr, "%s: %s\n", baselines[i], fq_message());
    }
    for (int t = only > 0 ? only : 0; t <= (only > 0 ? only : tiles) && count < CANDIDATES_MOST; t++) {
        if (add(&c[count], kern, t, m, n, k, &arena) != FQ_OK) {
            fprintf(stderr, "tile %d: %s\n", t, fq_message());
            continue;
        }
        tiles = fq_trial_tiles(c[count].trial);
        int tokens = 0; /* of the tile; far too many or too few are not worth their time */
        if (t > 0 && sscanf(c[count].tile, "%*dx%d", &tokens) == 1 &&
            (tokens > 4 * (m < 16 ? 16 : m) || 24 * tokens < m))
            continue;
        count++;
    }
    for (int r = 0; r < rounds; r++)
        for (int i = 0; i < count; i++) {
            FQ_TRY(fq_trial_run(c[i].trial));
            c[i].us[r] = fq_trial_task(c[i].trial, "").elapsed_ns(c[i].trial) * 1e-3;
        }
    int best = -1, chosen = n_base < count ? n_base : 0;
    double least = 0;
    for (int i = 0; i < count; i++) {
        fq_summary s = fq_stats_summary(c[i].us, rounds, 0.95);
        printf("%s,%s,%d,%d,%d,%.3f,%.3f,%.3g\n", c[i].kernel->name, i == chosen ? "chosen" : c[i].tile, m, n, k,
               s.median, s.min, c[i].ratio);
        c[i].us[0] = s.median;
        if (c[i].kernel == kern && (best < 0 || s.median < least)) {
            best = i;
            least = s.median;
        }
    }
    fprintf(stderr, "%5d %5d m %4d:", n, k, m);
    for (int i = 0; i < n_base && i < count; i++)
        fprintf(stderr, " %s %.2f", c[i].kernel->name + 5, c[i].us[0]);
    if (best >= 0)
        fprintf(stderr, " best %s %.2f chosen %s %.2f\n", c[best].tile, least, c[chosen].tile, c[chosen].us[0]);
    fflush(stdout);
    fq_arena_free(&arena);
    free(c);
    return FQ_OK;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    const int rounds = argc > 4 && atoi(argv[4]) > 0 && atoi(argv[4]) < ROUNDS_MOST ? atoi(argv[4]) : 5;
    fq_threads_set(fq_cpu_cores());
    for (char *shape = argv[2]; *shape != 0;) {
        int n, k, used;
        if (sscanf(shape, "%dx%d%n", &n, &k, &used) != 2) return 2;
        shape += used + (shape[used] == ',');
        for (char *ms = argv[3]; *ms != 0;) {
            int m = (int)strtol(ms, &ms, 10);
            if (*ms == ',') ms++;
            if (point(argv[1], m, n, k, rounds, argv + 5, argc > 5 ? argc - 5 : 0) != FQ_OK) {
                fprintf(stderr, "%s\n", fq_message());
                return 1;
            }
        }
    }
    return 0;
}
