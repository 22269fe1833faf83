/* Running a trial from a test: the verdict, and equality of all output bits for different numbers of threads.
 * Each call has an arena of its own. */
#ifndef FQ_TESTS_KERNELS_TRIALS_H
#define FQ_TESTS_KERNELS_TRIALS_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "kernels/trial.h"

/* err / bound of one run (infinity, or NaN, when it is beyond any bound); the message is in fq_message(). */
static inline double trial_ratio(const fq_kernel *k, const fq_trial_shape *s) {
    fq_arena arena;
    fq_trial *t;
    double err, bound;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_trial_create(k, s, &arena, &t), FQ_OK);
    assert_int_equal(fq_trial_run(t), FQ_OK);
    assert_int_equal(fq_trial_judge(t, &err, &bound), FQ_OK);
    fq_arena_free(&arena);
    return err == 0.0 ? 0.0 : err / bound;
}

static inline int trial_passes(const fq_kernel *k, const fq_trial_shape *s) {
    return trial_ratio(k, s) <= 1.0;
}

/* 1, 2 and 3 threads leave the same bits. */
static inline void assert_same_for_threads(const fq_kernel *k, const fq_trial_shape *s) {
    fq_arena arena;
    fq_trial *t;
    size_t bytes;
    const int threads = fq_threads();
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_trial_create(k, s, &arena, &t), FQ_OK);
    fq_threads_set(1);
    assert_int_equal(fq_trial_run(t), FQ_OK);
    const void *output = fq_trial_output(t, &bytes);
    void *first = fq_arena_alloc(&arena, bytes);
    assert_non_null(first);
    memcpy(first, output, bytes);
    for (int n = 2; n <= 3; n++) {
        fq_threads_set(n);
        assert_int_equal(fq_trial_run(t), FQ_OK);
        assert_memory_equal(first, output, bytes);
    }
    fq_threads_set(threads);
    fq_arena_free(&arena);
}

static inline void say_failure(void *ctx, const char *line) {
    if (strncmp(line, "FAIL", 4) == 0) fprintf(stderr, "%s\n", line);
}

/* fq_check_kernels on every usable kernel of an operation. */
static inline void assert_checked(fq_op op) {
    for (int i = 0; i < fq_kernel_count; i++) {
        int checked, failed;
        if (fq_kernels[i].op != op || !fq_kernel_usable(&fq_kernels[i], NULL)) continue;
        assert_int_equal(fq_check_kernels(fq_kernels[i].name, say_failure, NULL, &checked, &failed), FQ_OK);
        assert_true(checked > 0);
        assert_int_equal(failed, 0);
    }
}

/* The reference row of an operation with another function in it. */
static inline fq_kernel tooth(fq_op op, const char *name) {
    fq_kernel k = *fq_kernel_ref(op);
    k.name = name;
    k.roundoff = 5.97e-8;
    return k;
}

#endif
