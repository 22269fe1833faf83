/* The rows gemm_i4f8.sm90* and gemm_i4i8.sm90: weights into blocks, the choice of a tile, the launch, and the call with
 * operands of the host that the contract of ops.h describes. */
#include <cuda_fp8.h>
#include <pthread.h>
#include <string.h>
#include "kernels/cuda_device.h"
#include "kernels/gemm.h"
#include "kernels/gemm_sm90.h"
#include "quant/codebook.h"

/* Weights on the device. In host memory; owner: the arena of the pack call, as of the device memory. */
typedef struct packed_weights {
    fq_sm90_form form;
    uint8_t *blocks;
    size_t bytes;
    float *row_scale;   /* NULL: tensor_scale for all rows */
    float tensor_scale;
} packed_weights;

/* ---- packing ---- */

/* Eight codes of a row as one word of a block (gemm_sm90.h): columns k .. k+3 and k+16 .. k+19, code 0 beyond cols. */
static __device__ uint32_t pack_word(const uint8_t *row, int k, int cols, fq_sm90_form form) {
    uint32_t word = 0;
    for (int half = 0; half < 2; half++) {
        for (int b = 0; b < 4; b++) {
            const int c = k + 16 * half + b;
            const uint32_t q = c < cols ? row[c / 2] >> (c % 2 * 4) & 15u : 0u, negative = q >> 3;
            if (form == FQ_SM90_SIGMA)
                word |= ((negative ? 16 - q : q) & 7u) << (16 * half + 4 * b) | negative << (8 * b + (half ? 3 : 7));
            else if (form == FQ_SM90_LUT)
                word |= q << (16 * half + 4 * b);
            else
                word |= q << (8 * b + (half ? 0 : 4));
        }
    }
    return word;
}

/* One thread a word of codes or a byte of scales. `book` [16][codebooks]: values; books NULL: codebook 0 everywhere. */
static __global__ void pack_blocks(uint8_t *out, const uint8_t *codes, size_t row_bytes, const uint8_t *scales,
                                   int groups, int group, const uint8_t *books, const float *book, int rows, int cols,
                                   int row_blocks, int k_tiles, fq_sm90_form form) {
    const int block_bytes = FQ_SM90_BLOCK_BYTES(form), scale_bytes = block_bytes - FQ_SM90_CODES, words = FQ_SM90_CODES / 4;
    const size_t items = (size_t)row_blocks * k_tiles * (words + scale_bytes);
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < items; i += (size_t)gridDim.x * blockDim.x) {
        const size_t block = i / (words + scale_bytes);
        const int item = (int)(i % (words + scale_bytes)), tile = (int)(block % k_tiles);
        const int row0 = (int)(block / k_tiles) * FQ_SM90_ROWS;
        uint8_t *to = out + block * block_bytes;
        if (item < words) {
            const int t = item >> 2 & 127, word = item & 3, j = 2 * (item >> 9) + (word >> 1);
            const int r = row0 + (t >> 5) * 16 + (t >> 2 & 7) + 8 * (word & 1);
            const int k = tile * FQ_SM90_INPUTS + 32 * j + 4 * (t & 3);
            ((uint32_t *)to)[item] = r < rows ? pack_word(codes + r * row_bytes, k, cols, form) : 0;
            continue;
        }
        const int s = item - words;
        const int r = row0 + (form == FQ_SM90_SIGMA ? (s >> 4) * 16 + (s >> 1 & 7) + 8 * (s & 1) : s / 16);
        uint8_t v = 0;
        if (r < rows) {
            v = scales[(size_t)r * groups + tile * FQ_SM90_INPUTS / group];
            if (form == FQ_SM90_LUT) {
                const float scale = __half2float(__half(__nv_cvt_fp8_to_halfraw(v, __NV_E4M3)));
                const float value = book[16 * (books ? books[r] : 0) + s % 16];
                v = __nv_cvt_float_to_fp8(__fmul_rn(value, scale), __NV_SATFINITE, __NV_E4M3);
            }
        }
        to[FQ_SM90_CODES + s] = v;
    }
}

/* Code -8 has no place among eight magnitudes. */
static __global__ void find_lowest(const uint8_t *codes, size_t row_bytes, int rows, int *found) {
    const size_t words = rows * row_bytes / 4;
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < words; i += (size_t)gridDim.x * blockDim.x) {
        const uint32_t w = ((const uint32_t *)codes)[i];
        /* a nibble is 8 where its bit 3 is set and bits 0..2 are not */
        if (w & 0x88888888u & ~((w << 1 | w << 2 | w << 3) & 0x88888888u)) *found = 1;
    }
}

static fq_status choose_form(const fq_qmatrix *w, const uint8_t *codes, fq_arena *scratch, int lut,
                             fq_sm90_form *form) {
    void *found;
    int lowest = 0;
    *form = FQ_SM90_LUT;
    if (w->book || lut) return FQ_OK;
    FQ_TRY(fq_cuda_upload(scratch, &lowest, sizeof lowest, &found));
    find_lowest<<<512, 256>>>(codes, w->row_bytes, w->rows, (int *)found);
    FQ_CUDA_TRY(cudaGetLastError());
    FQ_CUDA_TRY(cudaMemcpy(&lowest, found, sizeof lowest, cudaMemcpyDeviceToHost));
    if (!lowest) *form = FQ_SM90_SIGMA;
    return FQ_OK;
}

static fq_status upload_scales(packed_weights *p, const fq_qmatrix *w, fq_arena *owner) {
    void *at;
    int same = 1;
    for (int i = 1; i < w->rows; i++)
        same &= w->row_scale[i] == w->row_scale[0];
    p->tensor_scale = w->row_scale[0];
    if (same) return FQ_OK;
    FQ_TRY(fq_cuda_upload(owner, w->row_scale, (size_t)w->rows * sizeof(float), &at));
    p->row_scale = (float *)at;
    return FQ_OK;
}

static size_t partial_bytes(void) {
    size_t most = 0;
    for (int i = 0; i < FQ_SM90_TILE_COUNT; i++) {
        const fq_sm90_tile *t = &fq_sm90_tiles_sigma[i];
        const size_t bytes = (size_t)t->rows * (size_t)t->tokens * sizeof(float);
        if (bytes > most) most = bytes;
    }
    return most * (size_t)fq_cuda_processors();
}

enum { FLAGS_A_PROCESSOR = 16 };

/* Where CTAs that share a tile leave their sums. */
static fq_status make_partial(fq_arena *owner, float **partial, uint32_t **flag) {
    void *at;
    const size_t flags = (size_t)fq_cuda_processors() * FLAGS_A_PROCESSOR * sizeof(uint32_t);
    FQ_TRY(fq_cuda_alloc(owner, partial_bytes(), &at));
    *partial = (float *)at;
    FQ_TRY(fq_cuda_alloc(owner, flags, &at));
    *flag = (uint32_t *)at;
    FQ_CUDA_TRY(cudaMemset(at, 0, flags));
    return FQ_OK;
}

static fq_status pack_on_device(packed_weights *p, const fq_qmatrix *w, int form, fq_arena *owner, fq_arena *scratch) {
    const int groups = w->scales ? w->groups : 1, group = w->scales ? w->group : FQ_SM90_INPUTS;
    const int k_tiles = (w->cols + FQ_SM90_INPUTS - 1) / FQ_SM90_INPUTS;
    const int row_blocks = (int)fq_round_up((size_t)w->rows, FQ_SM90_ROW_UNIT) / FQ_SM90_ROWS;
    float values[16 * FQ_CODEBOOK_COUNT];
    void *codes, *scales = NULL, *books = NULL, *values_at, *at;
    for (int i = 0; i < FQ_CODEBOOK_COUNT; i++)
        memcpy(values + 16 * i, fq_codebooks[i].value, 16 * sizeof(float));
    FQ_TRY(fq_cuda_upload(scratch, w->codes, (size_t)w->rows * w->row_bytes, &codes));
    FQ_TRY(fq_cuda_upload(scratch, values, sizeof values, &values_at));
    if (w->scales) FQ_TRY(fq_cuda_upload(scratch, w->scales, (size_t)w->rows * (size_t)groups, &scales));
    if (w->book) FQ_TRY(fq_cuda_upload(scratch, w->book, (size_t)w->rows, &books));
    p->form = (fq_sm90_form)form;
    if (form != FQ_SM90_INT8) FQ_TRY(choose_form(w, (uint8_t *)codes, scratch, form == FQ_SM90_LUT, &p->form));
    p->bytes = (size_t)row_blocks * (size_t)k_tiles * FQ_SM90_BLOCK_BYTES(p->form);
    FQ_TRY(fq_cuda_alloc(owner, p->bytes, &at));
    p->blocks = (uint8_t *)at;
    pack_blocks<<<2048, 256>>>(p->blocks, (uint8_t *)codes, w->row_bytes, (uint8_t *)scales, groups, group,
                               (uint8_t *)books, (float *)values_at, w->rows, w->cols, row_blocks, k_tiles, p->form);
    FQ_CUDA_TRY(cudaGetLastError());
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    return upload_scales(p, w, owner);
}

static fq_status pack(const fq_qmatrix *w, int form, fq_arena *owner, void **packed) {
    const char *why;
    fq_arena scratch;
    *packed = NULL;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    if (w->zeros)
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: weights '%s' have zero points, expected none", w->recipe->name);
    if (w->scales && w->group % FQ_SM90_INPUTS != 0)
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: weights '%s' have groups of %d, expected a multiple of %d",
                       w->recipe->name, w->group, FQ_SM90_INPUTS);
    packed_weights *p = FQ_NEW(owner, packed_weights, 1);
    if (!p) return FQ_ERR_MEMORY;
    FQ_TRY(fq_arena_init(&scratch, (size_t)1 << 20));
    const fq_status s = pack_on_device(p, w, form, owner, &scratch);
    fq_arena_free(&scratch);
    *packed = p;
    return s;
}

/* ---- the launch ---- */

typedef struct launch_plan {
    fq_sm90_args args;
    CUtensorMap x_map, y_map;
    const fq_sm90_tile *tile;
    int ctas, early; /* early: programmatic dependent launch */
} launch_plan;

static const fq_sm90_tile *tiles_of(fq_sm90_form form) {
    return form == FQ_SM90_SIGMA ? fq_sm90_tiles_sigma : form == FQ_SM90_LUT ? fq_sm90_tiles_lut : fq_sm90_tiles_int8;
}

/* Estimated microseconds of a launch, by the fit of gemm_sm90.h: all tiles whole, or the last, incomplete wave and the
 * one before it shared out. */
static double estimate(const fq_sm90_tile *t, int m, int n, int k_tiles, int *whole_tiles) {
    const long places = fq_cuda_processors(), row_tiles = (n + t->rows - 1) / t->rows;
    const long tiles = row_tiles * ((m + t->tokens - 1) / t->tokens), waves = tiles / places;
    const long rounds = (tiles + places - 1) / places, kept = waves > 1 ? waves - 1 : 0, shared = tiles - kept * places;
    const double launch_us = 3.0, whole = launch_us + (double)rounds * (k_tiles * t->k_tile_us + t->tile_us);
    const double split = launch_us + t->sharing_us + (double)kept * (k_tiles * t->k_tile_us + t->tile_us) +
                         (double)shared * k_tiles / (double)places * t->k_tile_us +
                         (double)((shared + places - 1) / places) * t->tile_us;
    *whole_tiles = (int)(whole <= split ? tiles : kept * places);
    return whole <= split ? whole : split;
}

static int choose_tile(fq_sm90_form form, int m, int n, int k_tiles, int *whole_tiles) {
    int best = 0, whole = 0;
    double least = 0;
    for (int i = 0; i < FQ_SM90_TILE_COUNT; i++) {
        const double us = estimate(&tiles_of(form)[i], m, n, k_tiles, &whole);
        if (i > 0 && us >= least) continue;
        least = us;
        best = i;
        *whole_tiles = whole;
    }
    return best;
}

/* choice: -1, or 2 tile + 1 if the tiles are shared out, 2 tile if not. */
static fq_status plan_launch(launch_plan *l, const packed_weights *p, int m, int n, int k, const void *x,
                             size_t x_pitch, int choice) {
    fq_sm90_args *g = &l->args;
    int whole;
    g->k_tiles = (k + FQ_SM90_INPUTS - 1) / FQ_SM90_INPUTS;
    const int tile = choice >= 0 ? choice / 2 : choose_tile(p->form, m, n, g->k_tiles, &whole);
    const fq_sm90_tile *t = l->tile = &tiles_of(p->form)[tile];
    g->m = m;
    g->n = n;
    g->row_tiles = (n + t->rows - 1) / t->rows;
    g->token_tiles = (m + t->tokens - 1) / t->tokens;
    g->x_rows = m < t->tokens ? m : t->tokens;
    g->token_group = 8;
    g->row_scale = p->row_scale;
    g->tensor_scale = p->tensor_scale;
    const int tiles = g->row_tiles * g->token_tiles, places = fq_cuda_processors();
    if (choice >= 0) whole = choice % 2 ? (tiles / places > 1 ? (tiles / places - 1) * places : 0) : tiles;
    const int shared = (tiles - whole) * g->k_tiles;
    l->ctas = shared > 0 ? (shared < places && whole == 0 ? shared : places) : tiles < places ? tiles : places;
    g->whole_tiles = whole;
    g->share = shared / l->ctas;
    g->longer = shared % l->ctas;
    FQ_CUDA_TRY(cudaFuncSetAttribute(t->function, cudaFuncAttributeMaxDynamicSharedMemorySize, t->bytes));
    return fq_cuda_tensor_map(&l->x_map, CU_TENSOR_MAP_DATA_TYPE_UINT8, 1, x, m, k, x_pitch, g->x_rows, FQ_SM90_INPUTS);
}

static fq_status launch(const launch_plan *l, const void *blocks, cudaStream_t stream) {
    cudaLaunchConfig_t c;
    cudaLaunchAttribute early;
    fq_sm90_args g = l->args;
    CUtensorMap x_map = l->x_map, y_map = l->y_map;
    void *arguments[] = {&x_map, &y_map, &g};
    g.w = (const uint8_t *)blocks;
    memset(&c, 0, sizeof c);
    c.gridDim = dim3((unsigned)l->ctas);
    c.blockDim = dim3((unsigned)l->tile->threads);
    c.dynamicSmemBytes = (size_t)l->tile->bytes;
    c.stream = stream;
    early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    early.val.programmaticStreamSerializationAllowed = 1;
    c.attrs = &early;
    c.numAttrs = l->early ? 1 : 0;
    FQ_CUDA_TRY(cudaLaunchKernelExC(&c, l->tile->function, arguments));
    return FQ_OK;
}

/* ---- operands on the device ---- */

static fq_status launch_bound(const fq_cuda_gemm *b, const void *weights, cudaStream_t stream) {
    return launch((const launch_plan *)b->plan, weights, stream);
}

static fq_status bind(const fq_gemm_args *a, int copies, int choice, int early, fq_arena *owner, fq_cuda_gemm **out) {
    const packed_weights *p = (const packed_weights *)a->packed;
    fq_cuda_gemm *b = FQ_NEW(owner, fq_cuda_gemm, 1);
    launch_plan *l = FQ_NEW(owner, launch_plan, 1);
    if (!b || !l) return FQ_ERR_MEMORY;
    b->m = a->m;
    b->n = a->w->rows;
    b->k = a->w->cols;
    b->x_bytes = 1;
    b->y_type = FQ_CUDA_BF16;
    b->tiles = 2 * FQ_SM90_TILE_COUNT;
    b->weights = p->blocks;
    b->weight_bytes = p->bytes;
    b->launch = launch_bound;
    b->plan = l;
    FQ_TRY(fq_cuda_gemm_create(b, a, copies, owner));
    FQ_TRY(plan_launch(l, p, b->m, b->n, b->k, b->x, b->x_pitch, choice));
    l->early = early;
    l->args.x_scale = b->x_scale;
    l->args.y = b->y;
    l->args.y_pitch = b->y_pitch / 2;
    /* The copy engine stores 16 bytes at a time, also at the end of a row. */
    l->args.store = b->n % 8 == 0 ? FQ_SM90_STORE_TENSOR : FQ_SM90_STORE_BF16;
    FQ_TRY(make_partial(owner, &l->args.partial, &l->args.flag));
    b->tile = fq_arena_printf(owner, "%s%s", l->tile->name, l->args.share + l->args.longer > 0 ? "+" : "");
    if (!b->tile) return FQ_ERR_MEMORY;
    *out = b;
    return fq_cuda_tensor_map(&l->y_map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2, b->y, b->m, b->n, b->y_pitch,
                              l->tile->tokens, FQ_SM90_ROWS);
}

/* ---- operands of the host ---- */

/* One place for partial sums, for all such calls: they come one after the other. */
static struct {
    float *partial;
    uint32_t *flag;
} common;
static pthread_once_t common_once = PTHREAD_ONCE_INIT;

static void make_common(void) {
    static fq_arena lasting; /* as long as the process */
    if (fq_arena_init(&lasting, (size_t)1 << 20) != FQ_OK) return;
    if (make_partial(&lasting, &common.partial, &common.flag) != FQ_OK) common.flag = NULL;
}

/* Copies of the operands for one call, float32 out. */
static fq_status run_staged(const fq_gemm_args *a, const packed_weights *p, fq_arena *stage) {
    const int m = a->m, n = a->w->rows, k = a->w->cols;
    const size_t row = (size_t)n * sizeof(float), x_pitch = fq_round_up((size_t)k, 16);
    launch_plan l;
    void *x, *y, *at;
    memset(&l, 0, sizeof l);
    FQ_TRY(fq_cuda_upload_rows(stage, a->x, a->x_stride, (size_t)k, (size_t)m, x_pitch, &x));
    FQ_TRY(plan_launch(&l, p, m, n, k, x, x_pitch, -1));
    if (a->x_scale) {
        FQ_TRY(fq_cuda_upload(stage, a->x_scale, (size_t)m * sizeof(float), &at));
        l.args.x_scale = (const float *)at;
    }
    if (a->residual) {
        FQ_TRY(fq_cuda_upload_rows(stage, a->residual, a->y_stride * sizeof(float), row, (size_t)m, row, &at));
        l.args.residual = (const float *)at;
    }
    FQ_TRY(fq_cuda_alloc(stage, (size_t)m * row, &y));
    l.args.y = y;
    l.args.y_pitch = (size_t)n;
    l.args.store = FQ_SM90_STORE_F32;
    l.args.partial = common.partial;
    l.args.flag = common.flag;
    l.y_map = l.x_map; /* not used */
    FQ_TRY(launch(&l, p->blocks, 0));
    FQ_CUDA_TRY(cudaMemcpy2D(a->y, a->y_stride * sizeof(float), y, row, row, (size_t)m, cudaMemcpyDeviceToHost));
    return FQ_OK;
}

static fq_status run(fq_gemm_kind kind, const fq_gemm_args *a) {
    const char *why;
    fq_arena stage;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    pthread_once(&common_once, make_common);
    if (!common.flag) return fq_fail(FQ_ERR_MEMORY, "CUDA: no memory for partial sums");
    FQ_TRY(fq_gemm_check(kind, a));
    FQ_ASSERT(a->packed);
    if (a->m == 0) return FQ_OK;
    FQ_TRY(fq_arena_init(&stage, (size_t)1 << 20));
    const fq_status s = run_staged(a, (const packed_weights *)a->packed, &stage);
    fq_arena_free(&stage);
    return s;
}

#define SM90_ROW(op, kind, suffix, form, early)                                                                        \
    fq_status fq_##op##_##suffix(const fq_gemm_args *a) {                                                              \
        return run(kind, a);                                                                                           \
    }                                                                                                                  \
    size_t fq_##op##_##suffix##_scratch(const fq_gemm_args *a) {                                                       \
        return 0;                                                                                                      \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_pack(const fq_qmatrix *w, fq_arena *arena, void **packed) {                         \
        return pack(w, form, arena, packed);                                                                           \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_bind(const fq_gemm_args *a, int copies, int tile, fq_arena *owner,                  \
                                        fq_cuda_gemm **out) {                                                          \
        return bind(a, copies, tile, early, owner, out);                                                               \
    }
SM90_ROW(gemm_i4f8, FQ_GEMM_i4f8, sm90, FQ_SM90_SIGMA, 0)
SM90_ROW(gemm_i4f8, FQ_GEMM_i4f8, sm90_pdl, FQ_SM90_SIGMA, 1)
SM90_ROW(gemm_i4f8, FQ_GEMM_i4f8, sm90_book, FQ_SM90_LUT, 0)
SM90_ROW(gemm_i4i8, FQ_GEMM_i4i8, sm90, FQ_SM90_INT8, 0)
