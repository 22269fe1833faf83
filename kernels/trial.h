/* A kernel on fresh random data with its oracle: what `check`, the tests and the kernel benchmarks all run. Inputs are
 * Gaussian, quantized by the very recipes of the operation; outputs are poisoned with NaN before the first run. */
#ifndef FQ_KERNELS_TRIAL_H
#define FQ_KERNELS_TRIAL_H
#include "harness/arena.h"
#include "harness/bench.h"
#include "kernels/registry.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_trial_shape {
    int m, n, k;          /* gemm: tokens, outputs, inputs; row: m rows of k */
    int batch, seq, past; /* attention, rope */
    int heads, kv_heads, head_dim;
    int causal;
    const fq_recipe *w, *a, *q, *kv, *p; /* NULL: the operation's default (see fq_trial_default) */
    int weight_copies; /* gemm: distinct copies the runs rotate over; 0 = as many as exceed 3 x the last-level cache (at
                          most 1 GiB); 1 = hot */
    const struct fq_trial *like; /* gemm: an earlier trial of the same kernel, outputs and inputs, whose weights are
                                    taken instead of new ones; NULL */
    int amplifier; /* gemm: group scales in whole numbers come times 2^amplifier; 0 = 13, scales of about 100 */
    unsigned long seed;
    /* gemm: numbers to take weights and activations from, row after row, instead of Gaussian ones (a trained model's);
     * NULL: Gaussian. */
    const float *real_w, *real_x;
    size_t n_real_w, n_real_x;
    int zeros;             /* gemm: weights and activations are all zero, which no time may be claimed with */
    int books;             /* gemm: every row of a weight recipe with codebooks gets one of them in turn */
    int residual;          /* gemm: add a residual in the epilogue */
    int on_host;           /* a kernel of a device gets operands of the host */
    fq_cuda_output output; /* gemm on a device: what y is there; E4M3 gets scales that let some numbers saturate */
    int tile;              /* gemm on a device: number of the tile, from 1; 0 = the kernel's choice */
    float fixed_scale;     /* row: of STATIC recipes; 0 = as the row's numbers ask */
    fq_format_id scores;   /* attention: F32 or F16 */
    int key_offset;        /* rope: subtract an offset from the keys */
    int clip;              /* rope: ranges of keys and values clipped, each head by its own factor in 0.7 .. 1.1 */
    float kv_sigma;        /* attention: spread of keys and values, queries the other way; 0 = 1 */
    int ragged;            /* attention, rope: past - b % (past + 1) for sequence b instead of past */
    long oracle_samples; /* outputs compared with the oracle; 0 = all when cheap, else 2048 spread over the output with
                            its corners */
} fq_trial_shape;

/* A shape for op with sensible recipes and sizes (m = 64, n = 256, k = 512, head_dim 64 ...). */
fq_trial_shape fq_trial_default(fq_op op);

typedef struct fq_trial fq_trial;
/* Build inputs, oracle values and buffers (guard bytes around every output) for kernel k. Owner: the arena; nothing to
 * free. Errors: FQ_ERR_USAGE for impossible shapes, FQ_ERR_SKIPPED when k cannot run here, FQ_ERR_MEMORY. */
fq_status fq_trial_create(const fq_kernel *k, const fq_trial_shape *s, fq_arena *arena, fq_trial **out) FQ_MUST_USE;
/* gemm on a device: the same operands and oracle under another tile and output (as in the shape), y poisoned again. */
fq_status fq_trial_retile(fq_trial *t, int tile, fq_cuda_output output) FQ_MUST_USE;
/* One repetition (fits fq_task.run) and the comparison with the oracle (fits fq_task.judge): worst element as a pair
 * (error, bound), and the Frobenius norm and guard bytes checked as well (violations give err = infinity with a
 * message). */
fq_status fq_trial_run(void *trial);
fq_status fq_trial_judge(void *trial, double *err, double *bound);
/* Least work: flop of the operation, bytes = weights + activations read + outputs written (codes and scales as stored).
 */
double fq_trial_flop(const fq_trial *t);
double fq_trial_bytes(const fq_trial *t);
fq_engine fq_trial_engine(const fq_trial *t);
/* The trial as a task of the measuring loop: all of the above, and clock and ceilings of the device where operands stay
 * on one. */
fq_task fq_trial_task(fq_trial *t, const char *name);
/* Tiles to choose from, and the one in use; 0 and "" where operands are the host's. */
int fq_trial_tiles(const fq_trial *t);
const char *fq_trial_tile(const fq_trial *t);
/* Output buffer, for bit-for-bit comparisons between thread counts. */
const void *fq_trial_output(const fq_trial *t, size_t *bytes);

/* Every usable kernel (or the one named; NULL = all) on a list of shapes with odd sizes; one line each through `say`.
 * *failed and *checked count trials. */
fq_status fq_check_kernels(const char *kernel, void (*say)(void *ctx, const char *line), void *ctx, int *checked,
                           int *failed) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
