/* cuBLASLt as a baseline: bfloat16, E4M3 (fast and full accumulation) and INT8 products, the fastest of what its
 * heuristics offer. Loaded at run time, so that the program neither needs it nor links it. Scales are applied when y is
 * read back and are not timed, which favours the baseline. */
#include <cublasLt.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "kernels/cuda_device.h"
#include "kernels/gemm.h"

#define LT_FUNCTIONS(F)                                                                                                \
    F(cublasLtCreate)                                                                                                  \
    F(cublasLtMatmul)                                                                                                  \
    F(cublasLtMatmulAlgoGetHeuristic)                                                                                  \
    F(cublasLtMatmulDescCreate)                                                                                        \
    F(cublasLtMatmulDescSetAttribute)                                                                                  \
    F(cublasLtMatrixLayoutCreate)                                                                                      \
    F(cublasLtMatmulPreferenceCreate)                                                                                  \
    F(cublasLtMatmulPreferenceSetAttribute)

static struct {
    int usable;
    char why[160];
    cublasLtHandle_t handle;
#define LT_POINTER(name) decltype(&name) name##_p;
    LT_FUNCTIONS(LT_POINTER)
#undef LT_POINTER
} lt;
static pthread_once_t lt_once = PTHREAD_ONCE_INIT;

static void load(void) {
    void *library = dlopen("libcublasLt.so.13", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(lt.why, sizeof lt.why, "cannot load libcublasLt.so.13 (CUDA toolkit 13)");
        return;
    }
    lt.usable = 1;
#define LT_FIND(name)                                                                                                  \
    lt.name##_p = (decltype(&name))dlsym(library, #name);                                                              \
    if (!lt.name##_p) lt.usable = 0;
    LT_FUNCTIONS(LT_FIND)
#undef LT_FIND
    if (!lt.usable || lt.cublasLtCreate_p(&lt.handle) != CUBLAS_STATUS_SUCCESS) {
        lt.usable = 0;
        snprintf(lt.why, sizeof lt.why, "libcublasLt.so.13 has not what is needed, or gives no handle");
    }
}

#define LT_TRY(call)                                                                                                   \
    do {                                                                                                               \
        const cublasStatus_t lt_e_ = (call);                                                                           \
        if (lt_e_ != CUBLAS_STATUS_SUCCESS)                                                                            \
            return fq_fail(FQ_ERR_FAILED, "cuBLASLt: %s: status %d", #call, (int)lt_e_);                               \
    } while (0)

enum { ALGORITHMS = 8, TRY_LAUNCHES = 20 };
static const size_t workspace_bytes = (size_t)64 << 20;

typedef struct lt_plan {
    cublasLtMatmulDesc_t op;
    cublasLtMatrixLayout_t w, x, y;
    cublasLtMatmulAlgo_t algo;
    int integer;
    void *workspace;
} lt_plan;

typedef struct lt_kind {
    fq_gemm_kind kind;
    cudaDataType_t in;
    size_t bytes;
    int fast; /* E4M3: accumulate as the tensor core does, without promotion to float32 */
} lt_kind;

static fq_status launch(const fq_cuda_gemm *b, const void *weights, cudaStream_t stream) {
    const lt_plan *p = (const lt_plan *)b->plan;
    const float one = 1.0f, zero = 0.0f;
    const int one_i = 1, zero_i = 0;
    LT_TRY(lt.cublasLtMatmul_p(lt.handle, p->op, p->integer ? (const void *)&one_i : &one, weights, p->w, b->x, p->x,
                               p->integer ? (const void *)&zero_i : &zero, b->y, p->y, b->y, p->y, &p->algo,
                               p->workspace, workspace_bytes, stream));
    return FQ_OK;
}

static fq_status fastest(fq_cuda_gemm *b, lt_plan *p, cublasLtMatmulHeuristicResult_t *found, int n) {
    float least = 0.0f;
    int best = -1;
    for (int i = 0; i < n; i++) {
        float ms = 0.0f;
        fq_status s = FQ_OK;
        p->algo = found[i].algo;
        for (int j = -2; j < TRY_LAUNCHES && s == FQ_OK; j++) {
            if (j == 0) FQ_CUDA_TRY(cudaEventRecord(b->start, b->stream));
            s = launch(b, b->copy[(j + 2) % b->copies], b->stream);
        }
        if (s != FQ_OK) continue;
        FQ_CUDA_TRY(cudaEventRecord(b->stop, b->stream));
        FQ_CUDA_TRY(cudaEventSynchronize(b->stop));
        FQ_CUDA_TRY(cudaEventElapsedTime(&ms, b->start, b->stop));
        if (best >= 0 && ms >= least) continue;
        least = ms;
        best = i;
    }
    if (best < 0) return fq_fail(FQ_ERR_SKIPPED, "cuBLASLt: none of its %d algorithms runs this shape", n);
    p->algo = found[best].algo;
    return FQ_OK;
}

/* cuBLASLt is column-major: y^T = (w as K x N)^T (x as K x M), all leading dimensions the pitches here. */
static fq_status make_plan(const lt_kind *kind, fq_cuda_gemm *b, lt_plan *p, fq_arena *owner) {
    const cublasOperation_t transposed = CUBLAS_OP_T;
    const int8_t fast = (int8_t)kind->fast;
    const uint64_t k = b->x_pitch / kind->bytes, n = (uint64_t)b->n_stored, m = (uint64_t)b->m;
    const cudaDataType_t out = b->y_type == FQ_CUDA_I32 ? CUDA_R_32I : b->y_type == FQ_CUDA_F32 ? CUDA_R_32F : CUDA_R_16BF;
    cublasLtMatmulPreference_t preference;
    cublasLtMatmulHeuristicResult_t found[ALGORITHMS];
    int n_found = 0;
    p->integer = kind->in == CUDA_R_8I;
    LT_TRY(lt.cublasLtMatmulDescCreate_p(&p->op, p->integer ? CUBLAS_COMPUTE_32I : CUBLAS_COMPUTE_32F,
                                         p->integer ? CUDA_R_32I : CUDA_R_32F));
    LT_TRY(lt.cublasLtMatmulDescSetAttribute_p(p->op, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed));
    if (kind->in == CUDA_R_8F_E4M3)
        LT_TRY(lt.cublasLtMatmulDescSetAttribute_p(p->op, CUBLASLT_MATMUL_DESC_FAST_ACCUM, &fast, sizeof fast));
    LT_TRY(lt.cublasLtMatrixLayoutCreate_p(&p->w, kind->in, k, n, (int64_t)k));
    LT_TRY(lt.cublasLtMatrixLayoutCreate_p(&p->x, kind->in, k, m, (int64_t)k));
    LT_TRY(lt.cublasLtMatrixLayoutCreate_p(&p->y, out, n, m, (int64_t)n));
    LT_TRY(lt.cublasLtMatmulPreferenceCreate_p(&preference));
    LT_TRY(lt.cublasLtMatmulPreferenceSetAttribute_p(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                     &workspace_bytes, sizeof workspace_bytes));
    FQ_TRY(fq_cuda_alloc(owner, workspace_bytes, &p->workspace));
    const cublasStatus_t s = lt.cublasLtMatmulAlgoGetHeuristic_p(lt.handle, p->op, p->w, p->x, p->y, p->y, preference,
                                                                 ALGORITHMS, found, &n_found);
    if (s != CUBLAS_STATUS_SUCCESS || n_found == 0)
        return fq_fail(FQ_ERR_SKIPPED, "cuBLASLt: no algorithm for %d x %d x %d", b->m, b->n, b->k);
    return fastest(b, p, found, n_found);
}

static fq_status bind(const lt_kind *kind, const fq_gemm_args *a, int copies, int wide, fq_arena *owner,
                      fq_cuda_gemm **out) {
    const fq_qmatrix *w = a->w;
    fq_cuda_gemm *b = FQ_NEW(owner, fq_cuda_gemm, 1);
    lt_plan *p = FQ_NEW(owner, lt_plan, 1);
    if (!b || !p) return FQ_ERR_MEMORY;
    pthread_once(&lt_once, load);
    if (!lt.usable) return fq_fail(FQ_ERR_SKIPPED, "%s", lt.why);
    FQ_TRY(fq_gemm_check(kind->kind, a));
    b->m = a->m;
    b->n = w->rows;
    b->k = w->cols;
    b->x_bytes = kind->bytes;
    b->y_type = kind->in == CUDA_R_8I ? FQ_CUDA_I32 : wide ? FQ_CUDA_F32 : FQ_CUDA_BF16;
    b->n_stored = (int)fq_round_up((size_t)w->rows, 16);
    b->scales_late = 1;
    b->tiles = 1;
    b->tile = "best of 8";
    const size_t pitch = fq_round_up((size_t)w->cols * kind->bytes, 16);
    b->weight_bytes = (size_t)b->n_stored * pitch;
    FQ_TRY(fq_cuda_alloc(owner, b->weight_bytes, &b->weights));
    FQ_CUDA_TRY(cudaMemset(b->weights, 0, b->weight_bytes));
    FQ_CUDA_TRY(cudaMemcpy2D(b->weights, pitch, w->codes, w->row_bytes, (size_t)w->cols * kind->bytes, (size_t)w->rows,
                             cudaMemcpyHostToDevice));
    b->launch = launch;
    b->plan = p;
    FQ_TRY(fq_cuda_gemm_create(b, a, copies, owner));
    *out = b;
    return make_plan(kind, b, p, owner);
}

/* The contract's call: operands of the host, float32 out. */
static fq_status run(const lt_kind *kind, const fq_gemm_args *a) {
    const char *why;
    fq_arena arena;
    fq_cuda_gemm *b;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    if (a->m == 0) return FQ_OK;
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status s = bind(kind, a, 1, 1, &arena, &b);
    float *row = FQ_NEW(&arena, float, a->w->rows);
    if (s == FQ_OK && !row) s = FQ_ERR_MEMORY;
    if (s == FQ_OK) s = launch(b, b->weights, b->stream);
    for (int i = 0; i < a->m && s == FQ_OK; i++) {
        s = fq_cuda_gemm_fetch(b, &i, 1, row, 0);
        float *y = a->y + (size_t)i * a->y_stride;
        const float *residual = a->residual ? a->residual + (size_t)i * a->y_stride : NULL;
        for (int j = 0; j < a->w->rows && s == FQ_OK; j++)
            y[j] = residual ? residual[j] + row[j] : row[j];
    }
    fq_arena_free(&arena);
    return s;
}

#define LT_ROW(op, suffix, ...)                                                                                        \
    static const lt_kind op##_##suffix = {__VA_ARGS__};                                                                \
    fq_status fq_##op##_##suffix(const fq_gemm_args *a) {                                                              \
        return run(&op##_##suffix, a);                                                                                 \
    }                                                                                                                  \
    size_t fq_##op##_##suffix##_scratch(const fq_gemm_args *a) {                                                       \
        return 0;                                                                                                      \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_pack(const fq_qmatrix *w, fq_arena *arena, void **packed) {                         \
        *packed = NULL; /* the rows as they are */                                                                     \
        return FQ_OK;                                                                                                  \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_bind(const fq_gemm_args *a, int copies, int tile, fq_arena *owner,                  \
                                        fq_cuda_gemm **out) {                                                          \
        return bind(&op##_##suffix, a, copies, 0, owner, out);                                                         \
    }
LT_ROW(gemm_bf16, cublaslt, FQ_GEMM_bf16, CUDA_R_16BF, 2, 0)
LT_ROW(gemm_f8f8, cublaslt, FQ_GEMM_f8f8, CUDA_R_8F_E4M3, 1, 1)
LT_ROW(gemm_f8f8, cublaslt_full, FQ_GEMM_f8f8, CUDA_R_8F_E4M3, 1, 0)
LT_ROW(gemm_i8i8, cublaslt, FQ_GEMM_i8i8, CUDA_R_8I, 1, 0)
