/* gemm_bf16 and gemm_i8i8 by oneDNN 2 (Debian: libdnnl2), the baselines for our kernels of narrow formats. Its matmul
 * primitive chooses the layout of the weights itself (format any) for a number of tokens, so packing only remembers the
 * weights: they are reordered at the first call with each number of tokens, which no time should include.
 *
 * Only with AVX-512: on processors without byte dot products its INT8 sums saturate in 16 bits.
 * bf16: products leave as float32. INT8: as int32, into y, and the contract's epilogue follows as a pass of its own, as
 * it does for bf16 wherever there is a scale or a residual (oneDNN 2 has no scale per token). */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "harness/cpu.h"
#include "kernels/gemm.h"
#include "kernels/onednn.h"

/* Numbers of dnnl_types.h, version 2. */
enum { BF16 = 2, F32 = 3, S32 = 4, S8 = 5 };            /* dnnl_data_type_t */
enum { TAG_ANY = 1 };                                   /* dnnl_format_tag_t */
enum { CPU = 1, IN_ORDER = 1 };                         /* dnnl_engine_kind_t, dnnl_stream_flags_t */
enum { QUERY_IMPLEMENTATION = 8, QUERY_WEIGHTS = 131 }; /* dnnl_query_t */
enum { ARG_SRC = 1, ARG_WEIGHTS = 33, ARG_DST = 17 };   /* reorder: SRC is FROM, DST is TO */
#define ALLOCATE ((void *)UINTPTR_MAX)                  /* DNNL_MEMORY_ALLOCATE */

/* dnnl_memory_desc_t has 696 bytes, dnnl_matmul_desc_t 2800; the library fills them in and reads them. */
typedef struct descriptor {
    _Alignas(16) unsigned char opaque[1024];
} descriptor;
typedef struct matmul_descriptor {
    _Alignas(16) unsigned char opaque[4096];
} matmul_descriptor;
typedef struct argument {
    int which;
    void *memory;
} argument;
_Static_assert(sizeof(argument) == 16, "dnnl_exec_arg_t");

static struct {
    int usable[2]; /* bf16, int8 */
    char why[2][160], config[192];
    void *engine, *stream;
    int (*engine_create)(void **engine, int kind, size_t index);
    int (*stream_create)(void **stream, void *engine, unsigned flags);
    int (*stream_wait)(void *stream);
    int (*by_tag)(descriptor *d, int dims, const int64_t *dim, int type, int tag);
    int (*by_strides)(descriptor *d, int dims, const int64_t *dim, int type, const int64_t *strides);
    int (*matmul)(matmul_descriptor *d, const descriptor *x, const descriptor *w, const descriptor *bias,
                  const descriptor *y);
    int (*choose)(void **choice, const void *operation, const void *attributes, void *engine, const void *hint);
    int (*choose_reorder)(void **choice, const descriptor *from, void *from_engine, const descriptor *to,
                          void *to_engine, const void *attributes);
    const descriptor *(*query_descriptor)(const void *choice, int what, int index);
    int (*query)(const void *choice, int what, int index, void *result);
    int (*forget_choice)(void *choice);
    int (*create)(void **primitive, const void *choice);
    int (*destroy)(void *primitive);
    int (*execute)(const void *primitive, void *stream, int n, const argument *arguments);
    int (*memory)(void **memory, const descriptor *d, void *engine, void *handle);
    int (*set_handle)(void *memory, void *handle, void *stream);
    int (*forget_memory)(void *memory);
} dnn;
static pthread_once_t dnn_once = PTHREAD_ONCE_INIT;

/* Weights of one matrix, and the primitive of the last arguments. */
typedef struct weights {
    const fq_qmatrix *w;
    int m, threads;
    size_t x_stride, y_stride;
    void *primitive, *x, *packed, *y; /* NULL before the first call */
} weights;

/* POSIX promises that a function fits a data pointer; ISO C only offers this way to say so. */
static int find(void *library, const char *name, void *function) {
    void *p = dlsym(library, name);
    memcpy(function, &p, sizeof p);
    if (!p) snprintf(dnn.why[0], sizeof dnn.why[0], "libdnnl.so.2 has no %s", name);
    return p != NULL;
}

static int find_all(void *library) {
    return find(library, "dnnl_engine_create", &dnn.engine_create) &&
           find(library, "dnnl_stream_create", &dnn.stream_create) &&
           find(library, "dnnl_stream_wait", &dnn.stream_wait) &&
           find(library, "dnnl_memory_desc_init_by_tag", &dnn.by_tag) &&
           find(library, "dnnl_memory_desc_init_by_strides", &dnn.by_strides) &&
           find(library, "dnnl_matmul_desc_init", &dnn.matmul) &&
           find(library, "dnnl_primitive_desc_create", &dnn.choose) &&
           find(library, "dnnl_reorder_primitive_desc_create", &dnn.choose_reorder) &&
           find(library, "dnnl_primitive_desc_query_md", &dnn.query_descriptor) &&
           find(library, "dnnl_primitive_desc_query", &dnn.query) &&
           find(library, "dnnl_primitive_desc_destroy", &dnn.forget_choice) &&
           find(library, "dnnl_primitive_create", &dnn.create) &&
           find(library, "dnnl_primitive_destroy", &dnn.destroy) &&
           find(library, "dnnl_primitive_execute", &dnn.execute) && find(library, "dnnl_memory_create", &dnn.memory) &&
           find(library, "dnnl_memory_set_data_handle_v2", &dnn.set_handle) &&
           find(library, "dnnl_memory_destroy", &dnn.forget_memory);
}

/* Descriptors of y = x w^T and oneDNN's choice of how to compute it; 0 if it has none. */
static int choose(int int8, int m, int n, int k, int64_t x_stride, int64_t y_stride, descriptor *x, descriptor *y,
                  void **choice) {
    const int64_t x_dims[2] = {m, k}, w_dims[2] = {k, n}, y_dims[2] = {m, n};
    const int64_t x_strides[2] = {x_stride, 1}, y_strides[2] = {y_stride, 1};
    const int type = int8 ? S8 : BF16;
    descriptor w;
    matmul_descriptor d;
    return dnn.by_strides(x, 2, x_dims, type, x_strides) == 0 && dnn.by_tag(&w, 2, w_dims, type, TAG_ANY) == 0 &&
           dnn.by_strides(y, 2, y_dims, int8 ? S32 : F32, y_strides) == 0 && dnn.matmul(&d, x, &w, NULL, y) == 0 &&
           dnn.choose(choice, &d, NULL, dnn.engine, NULL) == 0;
}

static void load(void) {
    void *library = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!library) snprintf(dnn.why[0], sizeof dnn.why[0], "cannot load libdnnl.so.2 (Debian: libdnnl2)");
    int ok = library && find_all(library);
    if (ok &&
        (dnn.engine_create(&dnn.engine, CPU, 0) != 0 || dnn.stream_create(&dnn.stream, dnn.engine, IN_ORDER) != 0)) {
        snprintf(dnn.why[0], sizeof dnn.why[0], "libdnnl.so.2 gives no engine for the processor");
        ok = 0;
    }
    const char *name[2] = {"", ""};
    char implementation[2][64] = {"none", "none"};
    for (int int8 = 1; int8 >= 0; int8--) {
        descriptor x, y;
        void *choice;
        if (!ok) {
            memcpy(dnn.why[int8], dnn.why[0], sizeof dnn.why[0]);
            continue;
        }
        dnn.usable[int8] = choose(int8, 64, 512, 512, 512, 512, &x, &y, &choice);
        if (!dnn.usable[int8]) {
            snprintf(dnn.why[int8], sizeof dnn.why[0], "oneDNN multiplies no %s matrices on this processor",
                     int8 ? "INT8" : "bfloat16");
            continue;
        }
        if (dnn.query(choice, QUERY_IMPLEMENTATION, 0, &name[int8]) == 0)
            snprintf(implementation[int8], sizeof implementation[int8], "%s", name[int8]);
        (void)dnn.forget_choice(choice);
    }
    if (ok) snprintf(dnn.config, sizeof dnn.config, "oneDNN 2, bf16 %s, int8 %s", implementation[0], implementation[1]);
}

int fq_onednn_usable(int int8, const char **why) {
    pthread_once(&dnn_once, load);
    if (!dnn.usable[int8] && why) *why = dnn.why[int8];
    return dnn.usable[int8];
}

const char *fq_onednn_config(void) {
    pthread_once(&dnn_once, load);
    return dnn.config;
}

static void forget(void *what) {
    weights *h = what;
    if (h->primitive) (void)dnn.destroy(h->primitive);
    if (h->x) (void)dnn.forget_memory(h->x);
    if (h->packed) (void)dnn.forget_memory(h->packed);
    if (h->y) (void)dnn.forget_memory(h->y);
    h->primitive = h->x = h->packed = h->y = NULL;
}

static fq_status pack(const fq_qmatrix *w, fq_arena *arena, void **packed) {
    weights *h = FQ_NEW(arena, weights, 1);
    if (!h) return FQ_ERR_MEMORY;
    h->w = w;
    *packed = h;
    return fq_arena_defer(arena, forget, h);
}

/* The canonical weights into the layout that the choice wants. */
static int reorder(int int8, weights *h, const void *choice) {
    const int64_t dims[2] = {h->w->cols, h->w->rows}, strides[2] = {1, (int64_t)h->w->row_bytes / (int8 ? 1 : 2)};
    const descriptor *wanted = dnn.query_descriptor(choice, QUERY_WEIGHTS, 0);
    descriptor d;
    void *from = NULL, *how = NULL, *primitive = NULL;
    int ok = wanted && dnn.by_strides(&d, 2, dims, int8 ? S8 : BF16, strides) == 0 &&
             dnn.memory(&from, &d, dnn.engine, h->w->codes) == 0 &&
             dnn.memory(&h->packed, wanted, dnn.engine, ALLOCATE) == 0 &&
             dnn.choose_reorder(&how, &d, dnn.engine, wanted, dnn.engine, NULL) == 0 &&
             dnn.create(&primitive, how) == 0;
    const argument arguments[2] = {{ARG_SRC, from}, {ARG_DST, h->packed}};
    ok = ok && dnn.execute(primitive, dnn.stream, 2, arguments) == 0 && dnn.stream_wait(dnn.stream) == 0;
    if (primitive) (void)dnn.destroy(primitive);
    if (how) (void)dnn.forget_choice(how);
    if (from) (void)dnn.forget_memory(from);
    return ok;
}

static fq_status prepare(int int8, weights *h, const fq_gemm_args *a, size_t y_stride) {
    const int threads = fq_threads();
    if (h->primitive && h->m == a->m && h->threads == threads && h->x_stride == a->x_stride && h->y_stride == y_stride)
        return FQ_OK;
    descriptor x, y;
    void *choice = NULL;
    forget(h);
    const int ok = choose(int8, a->m, a->w->rows, a->w->cols, (int64_t)a->x_stride / (int8 ? 1 : 2), (int64_t)y_stride,
                          &x, &y, &choice) &&
                   reorder(int8, h, choice) && dnn.create(&h->primitive, choice) == 0 &&
                   dnn.memory(&h->x, &x, dnn.engine, NULL) == 0 && dnn.memory(&h->y, &y, dnn.engine, NULL) == 0;
    if (choice) (void)dnn.forget_choice(choice);
    if (!ok) {
        forget(h);
        return fq_fail(FQ_ERR_UNSUPPORTED, "oneDNN cannot multiply %d x %d x %d", a->m, a->w->rows, a->w->cols);
    }
    h->m = a->m;
    h->threads = threads;
    h->x_stride = a->x_stride;
    h->y_stride = y_stride;
    return FQ_OK;
}

static int all_ones(const float *x, int n) {
    for (int i = 0; i < n; i++)
        if (x[i] != 1.0f) return 0;
    return 1;
}

/* sum may be y. */
static void epilogue(int int8, const fq_gemm_args *a, const void *sums, size_t stride) {
    const int n = a->w->rows;
#pragma omp parallel for
    for (int i = 0; i < a->m; i++) {
        const float x_scale = a->x_scale ? a->x_scale[i] : 1.0f, *row_scale = a->w->row_scale;
        const float *residual = a->residual ? a->residual + (size_t)i * a->y_stride : NULL;
        const float *f = (const float *)sums + (size_t)i * stride;
        const int32_t *s = (const int32_t *)sums + (size_t)i * stride;
        float *y = a->y + (size_t)i * a->y_stride;
        for (int j = 0; j < n; j++) {
            const float v = ((int8 ? (float)s[j] : f[j]) * x_scale) * row_scale[j];
            y[j] = residual ? v + residual[j] : v;
        }
    }
}

static fq_status multiply(int int8, const fq_gemm_args *a) {
    const char *why;
    if (!fq_onednn_usable(int8, &why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    FQ_TRY(fq_gemm_check(int8 ? FQ_GEMM_i8i8 : FQ_GEMM_bf16, a));
    if (a->m == 0) return FQ_OK;
    weights *h = (weights *)(uintptr_t)a->packed;
    const int plain = !a->residual && !a->x_scale && !int8 && all_ones(a->w->row_scale, a->w->rows);
    void *sums = a->residual ? a->scratch : a->y;
    const size_t stride = a->residual ? (size_t)a->w->rows : a->y_stride;
    FQ_ASSERT(h && (int8 || a->x_stride % 2 == 0));
    FQ_TRY(prepare(int8, h, a, stride));
    const argument arguments[3] = {{ARG_SRC, h->x}, {ARG_WEIGHTS, h->packed}, {ARG_DST, h->y}};
    if (dnn.set_handle(h->x, (void *)(uintptr_t)a->x, NULL) != 0 || dnn.set_handle(h->y, sums, NULL) != 0 ||
        dnn.execute(h->primitive, dnn.stream, 3, arguments) != 0 || dnn.stream_wait(dnn.stream) != 0)
        return fq_fail(FQ_ERR_FAILED, "oneDNN failed to multiply");
    if (!plain) epilogue(int8, a, sums, stride);
    return FQ_OK;
}

/* A residual would be overwritten by the product when it is y itself, so then the product goes to scratch. */
static size_t scratch(const fq_gemm_args *a) {
    return a->residual ? (size_t)a->m * (size_t)a->w->rows * sizeof(float) : 0;
}

#define GEMM_ONEDNN(name, int8)                                                                                        \
    fq_status fq_gemm_##name##_onednn_pack(const fq_qmatrix *w, fq_arena *arena, void **packed) {                      \
        return pack(w, arena, packed);                                                                                 \
    }                                                                                                                  \
    size_t fq_gemm_##name##_onednn_scratch(const fq_gemm_args *a) {                                                    \
        return scratch(a);                                                                                             \
    }                                                                                                                  \
    fq_status fq_gemm_##name##_onednn(const fq_gemm_args *a) {                                                         \
        return multiply(int8, a);                                                                                      \
    }
GEMM_ONEDNN(bf16, 0)
GEMM_ONEDNN(i8i8, 1)
