/* What the files of a trial share: the trial itself, guarded outputs, random data, and the comparison of elements.
 * One file a family (trial_gemm.c, trial_attention.c, trial_row.c, trial_rope.c) fills in the rest. */
#ifndef FQ_KERNELS_TRIAL_PARTS_H
#define FQ_KERNELS_TRIAL_PARTS_H
#include "harness/rng.h"
#include "kernels/trial.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Unit roundoff of float32, in which every kernel writes its epilogue. */
#define FQ_U32 5.9604644775390625e-8

/* Worst element so far, by error / bound. `bad` counts elements beyond their bound (a NaN error is beyond any). */
typedef struct fq_worst {
    double err, bound, ratio;
    long bad;
} fq_worst;
void fq_worst_take(fq_worst *w, double err, double bound);

/* Where an output stands: rows of `used` bytes every `stride` bytes, all within the guarded area. */
typedef struct fq_guarded {
    const char *name;
    uint8_t *data;
    size_t rows, stride, used;
} fq_guarded;

enum { FQ_TRIAL_OUTPUTS = 8 };

struct fq_trial {
    const fq_kernel *kernel;
    fq_trial_shape shape;
    fq_arena *arena;
    uint8_t *area; /* all outputs, each between guard bytes */
    size_t area_bytes, area_used;
    fq_guarded output[FQ_TRIAL_OUTPUTS];
    int outputs;
    double flop, bytes;
    fq_engine engine;
    fq_cuda_gemm *device; /* gemm: operands that stay on a device; NULL */
    fq_cuda_loop *loop;   /* the launches there; NULL */
    void *family;         /* the family's own part */
    fq_status (*run)(fq_trial *t);
    fq_status (*compare)(fq_trial *t, fq_worst *worst); /* fq_fail and worst->err = infinity for other violations */
};

/* Ask for the outputs first (fq_trial_reserve), then place them in the same order. Bytes between rows and around the
 * output are guards. */
fq_status fq_trial_reserve(fq_trial *t, const size_t *bytes, int n);
/* All outputs and guards as they were before any run. */
void fq_trial_poison(fq_trial *t);
void *fq_trial_place(fq_trial *t, const char *name, size_t rows, size_t stride, size_t used);

/* Gaussian numbers from a pool that is filled once: rows of a large matrix are windows of it, each at its own offset
 * and with its own power-of-two-free magnitude, so a matrix of any size costs a copy. */
typedef struct fq_pool {
    float *x;
    size_t n;
    fq_rng rng;
    const float *real; /* a trained model's numbers to take instead, as they are; NULL */
    size_t n_real;
} fq_pool;
fq_status fq_pool_create(fq_pool *p, unsigned long seed, size_t longest, fq_arena *arena);
void fq_pool_row(fq_pool *p, float *out, size_t n, float sigma);

/* count indices of 0 .. n-1, ascending, first and last among them, the others one in each of equal parts. */
void fq_trial_spread(fq_rng *rng, int n, int count, int *out);

/* A quantized row as a kernel left it, and what it was told. */
typedef struct fq_coded_row {
    const void *codes;
    float scale; /* decoded */
    int zero;    /* zero point; 0 for recipes without */
    float clip;  /* 1 = none */
    float fixed; /* the scale it had to take; 0 = its own */
} fq_coded_row;

/* Is the row a right quantization of y[0..n-1] by recipe r? Each y may be off by `slack[i]` (absolute) before
 * it is rounded, so a decoded element may be off by half a unit of the code plus slack, and the scale must lie between
 * those of the range -+ its slack. */
void fq_trial_codes(const fq_recipe *r, const double *y, const double *slack, int n, const fq_coded_row *row,
                    fq_worst *worst);

/* Past of sequence b. */
int fq_trial_past(const fq_trial_shape *s, int b);

fq_status fq_trial_gemm_create(fq_trial *t);
/* The operands to the device once more, for another tile or output of t->shape. */
fq_status fq_trial_gemm_retile(fq_trial *t);
fq_status fq_trial_attention_create(fq_trial *t);
fq_status fq_trial_row_create(fq_trial *t);
fq_status fq_trial_rope_create(fq_trial *t);

#ifdef __cplusplus
}
#endif
#endif
