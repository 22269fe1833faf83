/* cuBLASLt as a baseline: bfloat16, E4M3 (fast and full accumulation) and INT8 products, the fastest of what its
 * heuristics offer. Loaded at run time, so that the program neither needs it nor links it. Scales are applied when y is
 * read back and are not timed, which favours the baseline; within a block (late = 0) E4M3 has them as vectors. */
#include <cublasLt.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "kernels/cuda_gemm.h"

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

enum { TRY_LAUNCHES = 20 };
static const size_t workspace_bytes = (size_t)64 << 20;

typedef struct lt_plan {
    cublasLtMatmulDesc_t op;
    cublasLtMatrixLayout_t w, x, y;
    cublasLtMatmulAlgo_t algo;
    int integer;
    void *workspace;
} lt_plan;

typedef struct lt_kind {
    cudaDataType_t in;
    size_t bytes;
    int fast; /* E4M3: accumulate as the tensor core does, without promotion to float32 */
} lt_kind;

static fq_status launch(const fq_cuda_product *p, const void *weights, cudaStream_t stream) {
    const lt_plan *l = (const lt_plan *)p->plan;
    const float one = 1.0f, beta = p->residual ? 1.0f : 0.0f;
    const int one_i = 1, zero_i = 0;
    const void *c = p->residual ? p->residual : p->y;
    LT_TRY(lt.cublasLtMatmul_p(lt.handle, l->op, l->integer ? (const void *)&one_i : &one, weights, l->w, p->x, l->x,
                               l->integer ? (const void *)&zero_i : &beta, c, l->y, p->y, l->y, &l->algo, l->workspace,
                               workspace_bytes, stream));
    return FQ_OK;
}

static fq_status fastest(fq_cuda_product *g, const void *weights, lt_plan *p, cublasLtMatmulHeuristicResult_t *found,
                         int n) {
    fq_arena arena;
    fq_cuda_loop timer;
    float least = 0.0f;
    int best = -1;
    memset(&timer, 0, sizeof timer);
    FQ_TRY(fq_arena_init(&arena, (size_t)1 << 20));
    fq_status s = fq_cuda_loop_create(&timer, &arena);
    for (int i = 0; i < n && s == FQ_OK; i++) {
        float ms = 0.0f;
        fq_status ran = FQ_OK;
        p->algo = found[i].algo;
        for (int j = -2; j < TRY_LAUNCHES && ran == FQ_OK; j++) {
            if (j == 0) (void)cudaEventRecord(timer.start, timer.stream);
            ran = launch(g, g->copy ? g->copy[(j + 2) % g->copies] : weights, timer.stream);
        }
        if (ran != FQ_OK) continue;
        (void)cudaEventRecord(timer.stop, timer.stream);
        if (cudaEventSynchronize(timer.stop) != cudaSuccess ||
            cudaEventElapsedTime(&ms, timer.start, timer.stop) != cudaSuccess)
            s = fq_fail(FQ_ERR_FAILED, "cuBLASLt: no time of an algorithm");
        if (best >= 0 && ms >= least) continue;
        least = ms;
        best = i;
    }
    fq_arena_free(&arena);
    if (s != FQ_OK) return s;
    if (best < 0) return fq_fail(FQ_ERR_SKIPPED, "cuBLASLt: none of its %d algorithms runs this shape", n);
    p->algo = found[best].algo;
    return FQ_OK;
}

/* Token and channel scales as vectors on the outer dimensions, which compute capability 9.0 has for E4M3. */
static fq_status set_scales(lt_plan *l, const fq_cuda_product *p, const fq_cuda_weights *w) {
    const cublasLtMatmulMatrixScale_t outer = CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F;
    const void *w_scale = w->row_scale, *x_scale = p->x_scale;
    LT_TRY(lt.cublasLtMatmulDescSetAttribute_p(l->op, CUBLASLT_MATMUL_DESC_A_SCALE_MODE, &outer, sizeof outer));
    LT_TRY(lt.cublasLtMatmulDescSetAttribute_p(l->op, CUBLASLT_MATMUL_DESC_B_SCALE_MODE, &outer, sizeof outer));
    LT_TRY(lt.cublasLtMatmulDescSetAttribute_p(l->op, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, &w_scale, sizeof w_scale));
    LT_TRY(lt.cublasLtMatmulDescSetAttribute_p(l->op, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, &x_scale, sizeof x_scale));
    return FQ_OK;
}

/* cuBLASLt is column-major: y^T = (w as K x N)^T (x as K x M), all leading dimensions the pitches here. */
static fq_status prepare(const lt_kind *kind, const fq_gemm_args *a, fq_arena *owner, fq_cuda_product *g) {
    const fq_cuda_weights *weights = (const fq_cuda_weights *)a->packed;
    const cublasOperation_t transposed = CUBLAS_OP_T;
    const int8_t fast = (int8_t)kind->fast;
    const uint64_t k = fq_round_up((size_t)a->w->cols * kind->bytes, 16) / kind->bytes, n = (uint64_t)weights->n_stored;
    const uint64_t m = (uint64_t)g->m, y_stride = g->y_pitch / fq_cuda_type_bytes(g->y_type);
    const cudaDataType_t out = g->y_type == FQ_CUDA_I32   ? CUDA_R_32I
                               : g->y_type == FQ_CUDA_F32 ? CUDA_R_32F
                                                          : CUDA_R_16BF;
    cublasLtMatmulPreference_t preference;
    cublasLtMatmulHeuristicResult_t found[FQ_CUDA_TRIES];
    int n_found = 0;
    lt_plan *p = FQ_NEW(owner, lt_plan, 1);
    if (!p) return FQ_ERR_MEMORY;
    g->plan = p;
    g->launch = launch;
    g->tiles = 1;
    g->tile = "best of 8";
    p->integer = kind->in == CUDA_R_8I;
    if ((p->integer && !g->late) || (kind->in == CUDA_R_8F_E4M3 && g->residual && g->late))
        return fq_fail(FQ_ERR_UNSUPPORTED, "cuBLASLt: this product has no scales");
    LT_TRY(lt.cublasLtMatmulDescCreate_p(&p->op, p->integer ? CUBLAS_COMPUTE_32I : CUBLAS_COMPUTE_32F,
                                         p->integer ? CUDA_R_32I : CUDA_R_32F));
    LT_TRY(lt.cublasLtMatmulDescSetAttribute_p(p->op, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed));
    if (kind->in == CUDA_R_8F_E4M3)
        LT_TRY(lt.cublasLtMatmulDescSetAttribute_p(p->op, CUBLASLT_MATMUL_DESC_FAST_ACCUM, &fast, sizeof fast));
    if (kind->in == CUDA_R_8F_E4M3 && !g->late) FQ_TRY(set_scales(p, g, weights));
    LT_TRY(lt.cublasLtMatrixLayoutCreate_p(&p->w, kind->in, k, n, (int64_t)k));
    LT_TRY(lt.cublasLtMatrixLayoutCreate_p(&p->x, kind->in, k, m, (int64_t)(g->x_pitch / kind->bytes)));
    LT_TRY(lt.cublasLtMatrixLayoutCreate_p(&p->y, out, n, m, (int64_t)y_stride));
    LT_TRY(lt.cublasLtMatmulPreferenceCreate_p(&preference));
    LT_TRY(lt.cublasLtMatmulPreferenceSetAttribute_p(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                     &workspace_bytes, sizeof workspace_bytes));
    FQ_TRY(fq_cuda_alloc(owner, workspace_bytes, &p->workspace));
    const cublasStatus_t s = lt.cublasLtMatmulAlgoGetHeuristic_p(lt.handle, p->op, p->w, p->x, p->y, p->y, preference,
                                                                 g->tries, found, &n_found);
    if (s != CUBLAS_STATUS_SUCCESS || n_found == 0)
        return fq_fail(FQ_ERR_SKIPPED, "cuBLASLt: no algorithm for %d x %d x %d", g->m, a->w->rows, a->w->cols);
    p->algo = found[0].algo;
    return g->tries > 1 ? fastest(g, weights->data, p, found, n_found) : FQ_OK;
}

/* The rows as they are, padded with zeros to what the library aligns to. */
static fq_status pack(const lt_kind *kind, const fq_qmatrix *w, fq_arena *arena, void **packed) {
    const size_t row = (size_t)w->cols * kind->bytes, pitch = fq_round_up(row, 16);
    const char *why;
    void *at;
    *packed = NULL;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    pthread_once(&lt_once, load);
    if (!lt.usable) return fq_fail(FQ_ERR_SKIPPED, "%s", lt.why);
    fq_cuda_weights *p = FQ_NEW(arena, fq_cuda_weights, 1);
    if (!p) return FQ_ERR_MEMORY;
    p->n = w->rows;
    p->n_stored = (int)fq_round_up((size_t)w->rows, 16);
    p->x_bytes = kind->bytes;
    p->late = 1;
    p->late_type = kind->in == CUDA_R_8I ? FQ_CUDA_I32 : FQ_CUDA_BF16;
    p->bytes = (size_t)p->n_stored * pitch;
    FQ_TRY(fq_cuda_alloc(arena, p->bytes, &p->data));
    FQ_CUDA_TRY(cudaMemset(p->data, 0, p->bytes));
    FQ_CUDA_TRY(cudaMemcpy2D(p->data, pitch, w->codes, w->row_bytes, row, (size_t)w->rows, cudaMemcpyHostToDevice));
    FQ_TRY(fq_cuda_upload_rows(arena, w->row_scale, (size_t)w->rows * sizeof(float), (size_t)w->rows * sizeof(float), 1,
                               (size_t)p->n_stored * sizeof(float), &at));
    p->row_scale = (float *)at;
    *packed = p;
    return FQ_OK;
}

#define LT_ROW(op, suffix, kind, ...)                                                                                  \
    static const lt_kind op##_##suffix = {__VA_ARGS__};                                                                \
    FQ_CUDA_GEMM_ROW(op, kind, suffix, pack(&op##_##suffix, w, arena, packed), prepare(&op##_##suffix, a, owner, p))
LT_ROW(gemm_bf16, cublaslt, FQ_GEMM_bf16, CUDA_R_16BF, 2, 0)
LT_ROW(gemm_f8f8, cublaslt, FQ_GEMM_f8f8, CUDA_R_8F_E4M3, 1, 1)
LT_ROW(gemm_f8f8, cublaslt_full, FQ_GEMM_f8f8, CUDA_R_8F_E4M3, 1, 0)
LT_ROW(gemm_i8i8, cublaslt, FQ_GEMM_i8i8, CUDA_R_8I, 1, 0)
