/* gemm_f32 by OpenBLAS (cblas_sgemm; cblas_sgemv for one token), the baseline that our float kernel is measured
 * against. The library is opened at run time; the contract's epilogue follows as a pass of its own where there is one.
 */
#include <cpuid.h>
#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/cpu.h"
#include "kernels/gemm.h"
#include "kernels/openblas.h"

enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 }; /* CBLAS_ORDER, CBLAS_TRANSPOSE */

static struct {
    int usable, thread_count; /* thread_count: of the last blas.threads call */
    char why[160], config[192];
    void (*sgemm)(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda,
                  const float *b, int ldb, float beta, float *c, int ldc);
    void (*sgemv)(int order, int trans, int m, int n, float alpha, const float *a, int lda, const float *x, int incx,
                  float beta, float *y, int incy);
    void (*threads)(int n);
} blas;
static pthread_once_t blas_once = PTHREAD_ONCE_INIT;

/* OpenBLAS 0.3.21 takes Intel processors newer than itself for the oldest it knows and then runs SSE3 kernels, four
 * times slower. A baseline must not be handicapped, so the newest core type it has for them is named. */
static void name_core(void) {
    unsigned a, b, c, d, leaf7_b;
    char vendor[13] = "";
    if (!__get_cpuid(0, &a, &b, &c, &d)) return;
    memcpy(vendor, &b, 4);
    memcpy(vendor + 4, &d, 4);
    memcpy(vendor + 8, &c, 4);
    if (strcmp(vendor, "GenuineIntel") != 0 || fq_cpu_isa_hardware() < FQ_ISA_AVX512) return;
    if (!__get_cpuid_count(7, 0, &a, &leaf7_b, &c, &d)) return;
    const int bf16 = a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1);
    setenv("OPENBLAS_CORETYPE", bf16 ? "Cooperlake" : "SkylakeX", 0);
}

/* POSIX promises that a function fits a data pointer; ISO C only offers this way to say so. */
static int find(void *library, const char *name, void *function) {
    void *p = dlsym(library, name);
    memcpy(function, &p, sizeof p);
    if (!p) snprintf(blas.why, sizeof blas.why, "libopenblas.so.0 has no %s", name);
    return p != NULL;
}

/* Builds of OpenBLAS with threads of their own (not OpenMP's) make them with the affinity of the calling thread, which
 * OMP_PROC_BIND has narrowed to one processor: all would share it. So while they are made, the caller may run on every
 * processor of OpenMP's places. Returns 1 and the mask to go back to in *old. */
static int widen_affinity(cpu_set_t *old) {
    cpu_set_t all;
    int ids[CPU_SETSIZE];
    CPU_ZERO(&all);
    for (int place = 0; place < omp_get_num_places(); place++) {
        int n = omp_get_place_num_procs(place);
        if (n > CPU_SETSIZE) return 0;
        omp_get_place_proc_ids(place, ids);
        for (int i = 0; i < n; i++)
            if (ids[i] < CPU_SETSIZE) CPU_SET(ids[i], &all);
    }
    if (CPU_COUNT(&all) == 0 || sched_getaffinity(0, sizeof *old, old) != 0) return 0;
    return sched_setaffinity(0, sizeof all, &all) == 0;
}

static void set_threads(int n) {
    cpu_set_t old;
    if (n == blas.thread_count) return;
    int widened = widen_affinity(&old);
    blas.threads(n);
    if (widened) (void)sched_setaffinity(0, sizeof old, &old);
    blas.thread_count = n;
}

static void load(void) {
    cpu_set_t old;
    name_core();
    int widened = widen_affinity(&old);
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (widened) (void)sched_setaffinity(0, sizeof old, &old);
    if (!library) {
        snprintf(blas.why, sizeof blas.why, "cannot load libopenblas.so.0 (Debian: libopenblas0)");
        return;
    }
    char *(*config)(void);
    char *(*core)(void);
    blas.usable = find(library, "cblas_sgemm", &blas.sgemm) && find(library, "cblas_sgemv", &blas.sgemv) &&
                  find(library, "openblas_set_num_threads", &blas.threads) &&
                  find(library, "openblas_get_config", &config) && find(library, "openblas_get_corename", &core);
    if (blas.usable) snprintf(blas.config, sizeof blas.config, "%s, running %s", config(), core());
}

int fq_openblas_usable(const char **why) {
    pthread_once(&blas_once, load);
    if (!blas.usable && why) *why = blas.why;
    return blas.usable;
}

const char *fq_openblas_config(void) {
    pthread_once(&blas_once, load);
    return blas.config;
}

/* A residual would be overwritten by the product when it is y itself, so then the product goes to scratch. */
size_t fq_gemm_f32_openblas_scratch(const fq_gemm_args *a) {
    return a->residual ? (size_t)a->m * (size_t)a->w->rows * sizeof(float) : 0;
}

static int all_ones(const float *x, int n) {
    for (int i = 0; i < n; i++)
        if (x[i] != 1.0f) return 0;
    return 1;
}

static void epilogue(const fq_gemm_args *a, const float *sum, size_t stride) {
    const int n = a->w->rows;
    const float *row_scale = a->w->row_scale;
#pragma omp parallel for
    for (int i = 0; i < a->m; i++) {
        const float x_scale = a->x_scale ? a->x_scale[i] : 1.0f;
        const float *s = sum + (size_t)i * stride;
        const float *residual = a->residual ? a->residual + (size_t)i * a->y_stride : NULL;
        float *y = a->y + (size_t)i * a->y_stride;
        for (int j = 0; j < n; j++)
            y[j] = (s[j] * x_scale) * row_scale[j] + (residual ? residual[j] : 0.0f);
    }
}

fq_status fq_gemm_f32_openblas(const fq_gemm_args *a) {
    const char *why;
    if (!fq_openblas_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    FQ_TRY(fq_gemm_check(FQ_GEMM_f32, a));
    if (a->m == 0) return FQ_OK;
    const int n = a->w->rows, k = a->w->cols;
    const int ldx = (int)(a->x_stride / sizeof(float)), ldw = (int)(a->w->row_bytes / sizeof(float));
    const float *w = (const float *)(const void *)a->w->codes;
    float *sum = a->residual ? a->scratch : a->y;
    const size_t stride = a->residual ? (size_t)n : a->y_stride;
    FQ_ASSERT(a->x_stride % sizeof(float) == 0);
    set_threads(fq_threads());
    if (a->m == 1) {
        memset(sum, 0, (size_t)n * sizeof *sum); /* not every version of sgemv ignores a NaN in y when beta is 0 */
        blas.sgemv(ROW_MAJOR, NO_TRANS, n, k, 1.0f, w, ldw, a->x, 1, 0.0f, sum, 1);
    } else {
        blas.sgemm(ROW_MAJOR, NO_TRANS, TRANS, a->m, n, k, 1.0f, a->x, ldx, w, ldw, 0.0f, sum, (int)stride);
    }
    if (a->residual || a->x_scale || !all_ones(a->w->row_scale, n)) epilogue(a, sum, stride);
    return FQ_OK;
}
