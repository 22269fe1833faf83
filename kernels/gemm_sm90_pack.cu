/* Weights of the sm90 matrix kernels as blocks of 64 x 128 (gemm_sm90.h says how they look), packed on the device. */
#include <cuda_fp8.h>
#include <string.h>
#include "kernels/gemm_sm90_pack.h"
#include "quant/codebook.h"

/* Eight codes of a row as one word of a block (gemm_sm90.h): columns k .. k+3 and k+16 .. k+19, code 0 beyond cols. */
static __device__ uint32_t pack_word(const uint8_t *row, int k, int cols, fq_sm90_form form) {
    uint32_t word = 0;
    for (int half = 0; half < 2; half++) {
        for (int b = 0; b < 4; b++) {
            const int c = k + 16 * half + b;
            const uint32_t q = c < cols ? row[c / 2] >> (c % 2 * 4) & 15u : 0u, negative = q >> 3;
            if (form == FQ_SM90_SIGMA || form == FQ_SM90_EXACT)
                word |= ((negative ? 16 - q : q) & 7u) << (16 * half + 4 * b) | negative << (8 * b + (half ? 3 : 7));
            else if (form == FQ_SM90_LUT)
                word |= q << (16 * half + 4 * b);
            else
                word |= q << (8 * b + (half ? 0 : 4));
        }
    }
    return word;
}

/* The row of the matrix that is row r of the blocks; -1: none. */
static __host__ __device__ int source_row(int r, int rows, int gated) {
    const int column = FQ_SM90_GATED_COLUMN(r), n = rows / 2;
    if (!gated) return r < rows ? r : -1;
    return column >= n ? -1 : r & 8 ? n + column : column;
}

typedef struct pack_source {
    const uint8_t *codes, *scales, *zeros, *books; /* as in fq_qmatrix; NULL where it has none */
    size_t row_bytes;
    const float *book; /* [16][codebooks] */
    int rows, cols, groups, group, row_blocks, k_tiles, gated;
    fq_sm90_form form;
} pack_source;

/* Byte s of the scales of a block, of row r (-1: none) of the matrix. */
static __device__ uint8_t scale_byte(const pack_source &p, int r, int tile, int s) {
    if (r < 0) return 0;
    const size_t at = (size_t)r * p.groups + tile * FQ_SM90_INPUTS / p.group;
    if (p.form == FQ_SM90_QOQ) return s % 2 ? p.zeros[at] * p.scales[at] : p.scales[at];
    if (p.form == FQ_SM90_EXACT) return p.scales[2 * at + s % 2];
    if (p.form == FQ_SM90_SIGMA) return p.scales[at];
    const float scale = __half2float(__half(__nv_cvt_fp8_to_halfraw(p.scales[at], __NV_E4M3)));
    const float value = p.book[16 * (p.books ? p.books[r] : 0) + s % 16];
    return __nv_cvt_float_to_fp8(__fmul_rn(value, scale), __NV_SATFINITE, __NV_E4M3);
}

/* One thread a word of codes or a byte of scales. */
static __global__ void pack_blocks(uint8_t *out, const pack_source p) {
    const int block_bytes = FQ_SM90_BLOCK_BYTES(p.form), scale_bytes = block_bytes - FQ_SM90_CODES;
    const int words = FQ_SM90_CODES / 4, each = p.form == FQ_SM90_LUT ? 16 : p.form == FQ_SM90_SIGMA ? 1 : 2;
    const size_t items = (size_t)p.row_blocks * p.k_tiles * (words + scale_bytes);
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < items; i += (size_t)gridDim.x * blockDim.x) {
        const size_t block = i / (words + scale_bytes);
        const int item = (int)(i % (words + scale_bytes)), tile = (int)(block % p.k_tiles);
        const int row0 = (int)(block / p.k_tiles) * FQ_SM90_ROWS;
        uint8_t *to = out + block * block_bytes;
        if (item < words) {
            const int t = item >> 2 & 127, word = item & 3, j = 2 * (item >> 9) + (word >> 1);
            const int r = source_row(row0 + (t >> 5) * 16 + (t >> 2 & 7) + 8 * (word & 1), p.rows, p.gated);
            const int k = tile * FQ_SM90_INPUTS + 32 * j + 4 * (t & 3);
            ((uint32_t *)to)[item] = r >= 0 ? pack_word(p.codes + r * p.row_bytes, k, p.cols, p.form) : 0;
            continue;
        }
        const int s = item - words, e = s / each;
        const int at = p.form == FQ_SM90_LUT ? e : (e >> 4) * 16 + (e >> 1 & 7) + 8 * (e & 1);
        to[FQ_SM90_CODES + s] = scale_byte(p, source_row(row0 + at, p.rows, p.gated), tile, s);
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

static fq_status upload_scales(fq_sm90_weights *p, const fq_qmatrix *w, fq_arena *owner) {
    void *at;
    int same = 1;
    for (int i = 1; i < w->rows; i++)
        same &= w->row_scale[i] == w->row_scale[0];
    p->w.tensor_scale = w->row_scale[0];
    if (same) return FQ_OK;
    float *scale = FQ_NEW(owner, float, p->rows);
    if (!scale) return FQ_ERR_MEMORY;
    for (int i = 0; i < p->rows; i++) {
        const int r = source_row(i, w->rows, p->gated);
        scale[i] = r >= 0 ? w->row_scale[r] : 0.0f;
    }
    FQ_TRY(fq_cuda_upload(owner, scale, (size_t)p->rows * sizeof(float), &at));
    p->w.row_scale = (float *)at;
    return FQ_OK;
}

static fq_status upload(fq_arena *scratch, const void *from, size_t bytes, const uint8_t **to) {
    void *at = NULL;
    if (from) FQ_TRY(fq_cuda_upload(scratch, from, bytes, &at));
    *to = (const uint8_t *)at;
    return FQ_OK;
}

static fq_status pack_on_device(fq_sm90_weights *p, const fq_qmatrix *w, int form, fq_arena *owner, fq_arena *scratch) {
    pack_source from;
    float values[16 * FQ_CODEBOOK_COUNT];
    void *at;
    memset(&from, 0, sizeof from);
    p->w.n = p->w.n_stored = p->gated ? w->rows / 2 : w->rows;
    p->w.x_bytes = 1;
    p->rows = p->gated ? FQ_SM90_GATED_ROWS(p->w.n) : w->rows;
    from.groups = w->scales ? w->groups : 1;
    from.group = w->scales ? w->group : FQ_SM90_INPUTS;
    const size_t scales = (size_t)w->rows * (size_t)from.groups;
    FQ_TRY(upload(scratch, w->codes, (size_t)w->rows * w->row_bytes, &from.codes));
    FQ_TRY(upload(scratch, w->scales, form == FQ_SM90_EXACT ? 2 * scales : scales, &from.scales));
    FQ_TRY(upload(scratch, w->zeros, scales, &from.zeros));
    FQ_TRY(upload(scratch, w->book, (size_t)w->rows, &from.books));
    for (int i = 0; i < FQ_CODEBOOK_COUNT; i++)
        memcpy(values + 16 * i, fq_codebooks[i].value, 16 * sizeof(float));
    FQ_TRY(fq_cuda_upload(scratch, values, sizeof values, &at));
    p->form = (fq_sm90_form)form;
    if (form == FQ_SM90_SIGMA || form == FQ_SM90_LUT || form == FQ_SM90_EXACT)
        FQ_TRY(choose_form(w, from.codes, scratch, form == FQ_SM90_LUT, &p->form));
    if (p->form == FQ_SM90_LUT && (p->gated || form == FQ_SM90_EXACT))
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: this product takes INT4 codes without -8 and no codebooks");
    if (form == FQ_SM90_EXACT) p->form = FQ_SM90_EXACT;
    from.row_bytes = w->row_bytes;
    from.book = (const float *)at;
    from.rows = w->rows;
    from.cols = w->cols;
    from.row_blocks = p->row_blocks = (int)fq_round_up((size_t)p->rows, FQ_SM90_ROW_UNIT) / FQ_SM90_ROWS;
    from.k_tiles = (w->cols + FQ_SM90_INPUTS - 1) / FQ_SM90_INPUTS;
    from.gated = p->gated;
    from.form = p->form;
    p->w.bytes = (size_t)from.row_blocks * (size_t)from.k_tiles * FQ_SM90_BLOCK_BYTES(p->form);
    FQ_TRY(fq_cuda_alloc(owner, p->w.bytes, &p->w.data));
    pack_blocks<<<2048, 256>>>((uint8_t *)p->w.data, from);
    FQ_CUDA_TRY(cudaGetLastError());
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    return upload_scales(p, w, owner);
}

fq_status fq_sm90_pack(const fq_qmatrix *w, int form, int gated, fq_arena *owner, void **packed) {
    const char *why;
    fq_arena scratch;
    *packed = NULL;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    if (form == FQ_SM90_QOQ ? w->recipe->range != FQ_RANGE_PROGRESSIVE : w->zeros != NULL)
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: weights '%s' have other zero points than this product",
                       w->recipe->name);
    if (w->scales && w->group % FQ_SM90_INPUTS != 0)
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: weights '%s' have groups of %d, expected a multiple of %d",
                       w->recipe->name, w->group, FQ_SM90_INPUTS);
    fq_sm90_weights *p = FQ_NEW(owner, fq_sm90_weights, 1);
    if (!p) return FQ_ERR_MEMORY;
    if (form == FQ_SM90_EXACT && (w->recipe->scale != FQ_F16 || w->recipe->value != FQ_VALUE_EXACT || w->book))
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: weights '%s', expected exact INT4 with float16 scales",
                       w->recipe->name);
    p->gated = gated;
    FQ_TRY(fq_arena_init(&scratch, (size_t)1 << 20));
    const fq_status s = pack_on_device(p, w, form, owner, &scratch);
    fq_arena_free(&scratch);
    *packed = p;
    return s;
}
