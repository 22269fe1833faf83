/* The row operations on the device: rmsnorm_quant, swiglu_quant, quant_rows, to E4M3, INT8 or bfloat16. One CTA a row,
 * which stays in registers between the maximum and the codes, so that memory is read and written once. */
#include <float.h>
#include <limits.h>
#include <string.h>
#include "kernels/cuda_device.h"
#include "kernels/codes_sm90.cuh"
#include "quant/recipe.h"

enum { RMSNORM, SWIGLU, COPY };
enum {
    EACH = 8,   /* numbers that a thread reads at once: 16 bytes of bfloat16 */
    CHUNKS = 4, /* times that it does so, where the row stays in registers */
    THREADS_MOST = 512
};

/* ---- numbers in and out ---- */

/* n of EACH numbers, the others 0; 16-byte aligned where n is EACH. */
FQ_DEV void load(const float *from, int n, float (&v)[EACH]) {
    if (n == EACH) {
        const float4 a = reinterpret_cast<const float4 *>(from)[0], b = reinterpret_cast<const float4 *>(from)[1];
        v[0] = a.x, v[1] = a.y, v[2] = a.z, v[3] = a.w, v[4] = b.x, v[5] = b.y, v[6] = b.z, v[7] = b.w;
        return;
    }
#pragma unroll
    for (int i = 0; i < EACH; i++)
        v[i] = i < n ? from[i] : 0.0f;
}
FQ_DEV void load(const uint16_t *from, int n, float (&v)[EACH]) {
    if (n == EACH) {
        const uint4 w = *reinterpret_cast<const uint4 *>(from);
        const uint32_t word[4] = {w.x, w.y, w.z, w.w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
            v[2 * i] = __uint_as_float(word[i] << 16);
            v[2 * i + 1] = __uint_as_float(word[i] & 0xffff0000u);
        }
        return;
    }
#pragma unroll
    for (int i = 0; i < EACH; i++)
        v[i] = i < n ? __uint_as_float((uint32_t)from[i] << 16) : 0.0f;
}

FQ_DEV uint32_t pack_int8(float a, float b, float c, float d) {
    const float v[4] = {a, b, c, d};
    uint32_t r = 0;
#pragma unroll
    for (int i = 0; i < 4; i++)
        r |= (uint32_t)(uint8_t)__float2int_rn(fminf(fmaxf(v[i], -127.0f), 127.0f)) << (8 * i);
    return r;
}

template <int OUT> FQ_DEV uint32_t pack_codes(const float *q) {
    return OUT == FQ_CUDA_E4M3 ? sm90_pack_e4m3(q[0], q[1], q[2], q[3]) : pack_int8(q[0], q[1], q[2], q[3]);
}

/* Codes of n of EACH numbers y, as multiples of the scale. `to` is aligned to what is written at once where n is EACH.
 */
template <int OUT> FQ_DEV void store(uint8_t *to, int n, const float (&y)[EACH], float scale, float inverse) {
    if constexpr (OUT == FQ_CUDA_BF16) {
        uint32_t w[4];
#pragma unroll
        for (int i = 0; i < 4; i++)
            w[i] = ptx_pack_bf16(y[2 * i], y[2 * i + 1]);
        if (n == EACH) {
            *reinterpret_cast<uint4 *>(to) = make_uint4(w[0], w[1], w[2], w[3]);
            return;
        }
#pragma unroll
        for (int i = 0; i < EACH; i++)
            if (i < n) reinterpret_cast<uint16_t *>(to)[i] = (uint16_t)(w[i / 2] >> (i % 2 * 16));
    } else {
        float q[EACH];
#pragma unroll
        for (int i = 0; i < EACH; i++) /* the reciprocal of a tiny scale is an infinity */
            q[i] = scale > 1e-36f ? y[i] * inverse : __fdiv_rn(y[i], scale);
        const uint32_t lo = pack_codes<OUT>(q), hi = pack_codes<OUT>(q + 4);
        if (n == EACH) {
            *reinterpret_cast<uint2 *>(to) = make_uint2(lo, hi);
            return;
        }
#pragma unroll
        for (int i = 0; i < EACH; i++)
            if (i < n) to[i] = (uint8_t)((i < 4 ? lo : hi) >> (i % 4 * 8));
    }
}

/* ---- sums over a CTA ---- */

/* The sum of s and the maximum of the float bits in m over all threads. */
FQ_DEV void reduce(float &s, uint32_t &m) {
    __shared__ float sums[THREADS_MOST / 32];
    __shared__ uint32_t tops[THREADS_MOST / 32];
    const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, warps = blockDim.x >> 5;
#pragma unroll
    for (int d = 16; d > 0; d /= 2) {
        s += __shfl_xor_sync(~0u, s, d);
        m = max(m, __shfl_xor_sync(~0u, m, d));
    }
    if (lane == 0) {
        sums[warp] = s;
        tops[warp] = m;
    }
    __syncthreads();
    s = lane < warps ? sums[lane] : 0.0f;
    m = lane < warps ? tops[lane] : 0;
#pragma unroll
    for (int d = 16; d > 0; d /= 2) {
        s += __shfl_xor_sync(~0u, s, d);
        m = max(m, __shfl_xor_sync(~0u, m, d));
    }
}

/* ---- a row ---- */

/* What the numbers of columns c .. c+n-1 are before the row's own factor (rmsnorm: x gamma). squares += x^2. */
template <int OP, typename X>
FQ_DEV void values(const fq_cuda_rows &r, const X *x, int c, int n, float (&y)[EACH], float &squares) {
    load(x + c, n, y);
    if constexpr (OP == RMSNORM) {
        float g[EACH];
        load(r.gamma + c, n, g);
#pragma unroll
        for (int i = 0; i < EACH; i++) {
            squares = __fmaf_rn(y[i], y[i], squares);
            y[i] *= g[i];
        }
    }
    if constexpr (OP == SWIGLU) {
        float up[EACH];
        load(x + r.k + c, n, up);
#pragma unroll
        for (int i = 0; i < EACH; i++)
            y[i] = sm90_swiglu(y[i], up[i]);
    }
}

FQ_DEV uint32_t top_bits(const float (&y)[EACH], uint32_t top) {
#pragma unroll
    for (int i = 0; i < EACH; i++) /* NaN and infinity stand above every number */
        top = max(top, __float_as_uint(y[i]) & 0x7fffffffu);
    return top;
}

/* Whole: the row stays in registers, in pieces of EACH numbers; else any length and address, every number made twice.
 */
template <int OP, typename X, int OUT, int WHOLE>
static __global__ void __launch_bounds__(THREADS_MOST, 2) quantize(const fq_cuda_rows r) {
    constexpr int EACH_BYTES = OUT == FQ_CUDA_BF16 ? 2 : 1;
    const int row = blockIdx.x, first = threadIdx.x * EACH, stride = blockDim.x * EACH;
    float kept[WHOLE ? CHUNKS : 1][EACH], squares = 0.0f, factor = 1.0f, scale = 1.0f, inverse = 1.0f;
    uint32_t top = 0;
    ptx_grid_wait();
    const X *x = (const X *)r.x + (size_t)row * r.x_stride;
    uint8_t *out = (uint8_t *)r.out + (size_t)row * r.out_stride;
    if constexpr (WHOLE) {
#pragma unroll
        for (int j = 0; j < CHUNKS; j++) {
            const int c = first + j * stride;
            values<OP, X>(r, x, c < r.k ? c : 0, c < r.k ? EACH : 0, kept[j], squares);
            top = top_bits(kept[j], top);
        }
    } else {
        for (int c = threadIdx.x; c < r.k; c += blockDim.x) {
            values<OP, X>(r, x, c, 1, kept[0], squares);
            top = top_bits(kept[0], top);
        }
    }
    reduce(squares, top);
    ptx_grid_release();
    float absmax = __uint_as_float(top);
    if constexpr (OP == RMSNORM) {
        /* A sum that is not finite must not end as 0. */
        factor = __frcp_rn(__fsqrt_rn(squares / (float)r.k + r.eps)) + 0.0f * squares;
        absmax *= factor;
    }
    if (threadIdx.x == 0 && !(absmax < INFINITY)) atomicMin(r.bad, row);
    if constexpr (OUT != FQ_CUDA_BF16) {
        scale = r.fixed_scale > 0.0f ? r.fixed_scale : __fdiv_rn(absmax, OUT == FQ_CUDA_E4M3 ? 448.0f : 127.0f);
        if (scale == 0.0f) scale = FLT_MIN;
        if (threadIdx.x == 0) r.scale[row] = scale;
        inverse = __frcp_rn(scale);
    }
    if constexpr (WHOLE) {
#pragma unroll
        for (int j = 0; j < CHUNKS; j++) {
            const int c = first + j * stride;
            if (c >= r.k) break;
#pragma unroll
            for (int i = 0; i < EACH; i++)
                kept[j][i] *= factor;
            store<OUT>(out + (size_t)c * EACH_BYTES, EACH, kept[j], scale, inverse);
        }
    } else {
        for (int c = threadIdx.x; c < r.k; c += blockDim.x) {
            values<OP, X>(r, x, c, 1, kept[0], squares);
            kept[0][0] *= factor;
            store<OUT>(out + (size_t)c * EACH_BYTES, 1, kept[0], scale, inverse);
        }
    }
}

/* ---- launches ---- */

#define OUTPUTS(op, x)                                                                                                 \
    {                                                                                                                  \
        {(const void *)quantize<op, x, FQ_CUDA_BF16, 0>, (const void *)quantize<op, x, FQ_CUDA_BF16, 1>},              \
            {(const void *)quantize<op, x, FQ_CUDA_E4M3, 0>, (const void *)quantize<op, x, FQ_CUDA_E4M3, 1>},          \
            {(const void *)quantize<op, x, FQ_CUDA_INT8, 0>, (const void *)quantize<op, x, FQ_CUDA_INT8, 1>},          \
    }
/* [operation][float32 or bfloat16][output][whole] */
static const void *const functions[3][2][3][2] = {{OUTPUTS(RMSNORM, float), OUTPUTS(RMSNORM, uint16_t)},
                                                  {OUTPUTS(SWIGLU, float), OUTPUTS(SWIGLU, uint16_t)},
                                                  {OUTPUTS(COPY, float), OUTPUTS(COPY, uint16_t)}};

static int aligned(const void *p) {
    return (uintptr_t)p % 16 == 0;
}

static fq_status enqueue(int op, const fq_cuda_rows *r, void *stream) {
    const int whole = r->k % EACH == 0 && r->x_stride % EACH == 0 && r->out_stride % 16 == 0 && aligned(r->x) &&
                      aligned(r->out) && (op != RMSNORM || aligned(r->gamma)) && r->k <= EACH * CHUNKS * THREADS_MOST;
    const int pieces = (r->k + EACH * CHUNKS - 1) / (EACH * CHUNKS), threads = (int)fq_round_up((size_t)pieces, 32);
    const int output = r->out_type == FQ_CUDA_BF16 ? 0 : r->out_type == FQ_CUDA_E4M3 ? 1 : 2;
    fq_cuda_rows arguments = *r;
    void *list[] = {&arguments};
    return fq_cuda_launch(functions[op][r->x_type == FQ_CUDA_BF16][output][whole], r->m, whole ? threads : 256, 0,
                          r->early, (cudaStream_t)stream, list);
}

/* ---- operands of the host ---- */

static fq_status output_type(const fq_recipe *a, fq_cuda_type *out) {
    const int scaled = a->group == 0 && (a->range == FQ_RANGE_SYMMETRIC || a->range == FQ_RANGE_STATIC);
    *out = a->code == FQ_BF16 ? FQ_CUDA_BF16 : a->code == FQ_E4M3 ? FQ_CUDA_E4M3 : FQ_CUDA_INT8;
    if (a->code == FQ_BF16 ? a->group == FQ_NO_SCALE : scaled && (a->code == FQ_E4M3 || a->code == FQ_INT8))
        return FQ_OK;
    return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: no row kernel writes '%s'", a->name);
}

static fq_status check_bad(const int *at) {
    int bad = INT_MAX;
    FQ_CUDA_TRY(cudaMemcpy(&bad, at, sizeof bad, cudaMemcpyDeviceToHost));
    if (bad == INT_MAX) return FQ_OK;
    return fq_fail(FQ_ERR_NUMERIC, "row %d holds or gives a NaN or an infinity", bad);
}

/* float32 rows in `stage`: bad, scales, gamma, x, codes. */
static fq_status run_staged(fq_cuda_enqueue *start, const fq_row_args *a, size_t width, fq_cuda_type type,
                            uint8_t *stage) {
    const size_t m = (size_t)a->m, k = (size_t)a->k, x_stride = fq_round_up(width, EACH);
    const int none = INT_MAX;
    fq_cuda_rows r;
    memset(&r, 0, sizeof r);
    r.m = a->m;
    r.k = a->k;
    r.eps = a->eps;
    r.fixed_scale = a->fixed_scale;
    r.out_type = type;
    r.x_type = FQ_CUDA_F32;
    r.x_stride = x_stride;
    r.out_stride = fq_round_up(k * fq_cuda_type_bytes(type), 16);
    r.bad = (int *)stage;
    r.scale = (float *)(stage + 256);
    float *gamma = (float *)(stage + 256 + fq_round_up(m * sizeof(float), 256));
    float *x = gamma + fq_round_up(k, 64);
    r.gamma = gamma;
    r.x = x;
    r.out = x + m * x_stride;
    FQ_CUDA_TRY(cudaMemcpy(r.bad, &none, sizeof none, cudaMemcpyHostToDevice));
    if (a->gamma) FQ_CUDA_TRY(cudaMemcpy(gamma, a->gamma, k * sizeof(float), cudaMemcpyHostToDevice));
    FQ_CUDA_TRY(cudaMemcpy2D(x, x_stride * sizeof(float), a->x, a->x_stride * sizeof(float), width * sizeof(float), m,
                             cudaMemcpyHostToDevice));
    FQ_TRY(start(&r, NULL));
    FQ_CUDA_TRY(cudaMemcpy2D(a->out, a->out_stride, r.out, r.out_stride, k * fq_cuda_type_bytes(type), m,
                             cudaMemcpyDeviceToHost));
    if (a->scale && type != FQ_CUDA_BF16)
        FQ_CUDA_TRY(cudaMemcpy(a->scale, r.scale, m * sizeof(float), cudaMemcpyDeviceToHost));
    return check_bad(r.bad);
}

static fq_status run(fq_cuda_enqueue *start, const fq_row_args *a, int width) {
    const char *why;
    fq_cuda_type type;
    uint8_t *stage;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    FQ_TRY(output_type(a->a, &type));
    if (a->m == 0) return FQ_OK;
    const size_t m = (size_t)a->m, k = (size_t)a->k, w = fq_round_up((size_t)width, EACH);
    FQ_TRY(fq_cuda_stage_begin(1024 + 4 * m + 4 * fq_round_up(k, 64) + m * 4 * w + m * fq_round_up(2 * k, 16), &stage));
    const fq_status s = run_staged(start, a, (size_t)width, type, stage);
    fq_cuda_stage_end();
    return s;
}

/* ---- rows that stay on the device ---- */

struct fq_cuda_rowset {
    fq_cuda_loop loop;
    fq_cuda_rows rows;
    fq_cuda_enqueue *enqueue;
    void **x;
    int copies;
};

static fq_status launch(void *context, int turn, cudaStream_t stream) {
    const fq_cuda_rowset *b = (const fq_cuda_rowset *)context;
    fq_cuda_rows r = b->rows;
    r.x = b->x[turn % b->copies];
    return b->enqueue(&r, stream);
}

static __global__ void narrow(const float *from, uint16_t *to, size_t n) {
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n; i += (size_t)gridDim.x * blockDim.x)
        to[i] = (uint16_t)ptx_pack_bf16(from[i], 0.0f);
}

fq_status fq_cuda_upload_bf16(fq_arena *owner, const float *from, size_t stride, size_t cols, size_t rows, size_t pitch,
                              void **out) {
    fq_arena scratch;
    void *wide;
    FQ_TRY(fq_cuda_alloc(owner, rows * pitch * 2, out));
    FQ_TRY(fq_arena_init(&scratch, (size_t)1 << 20));
    fq_status s = fq_cuda_upload_rows(&scratch, from, stride * sizeof(float), cols * sizeof(float), rows,
                                      pitch * sizeof(float), &wide);
    if (s == FQ_OK) {
        narrow<<<1024, 256>>>((const float *)wide, (uint16_t *)*out, rows * pitch);
        if (cudaDeviceSynchronize() != cudaSuccess) s = fq_fail(FQ_ERR_FAILED, "CUDA: narrowing to bfloat16");
    }
    fq_arena_free(&scratch);
    return s;
}

fq_status fq_cuda_rowset_create(fq_cuda_enqueue *enqueue, const fq_row_args *a, int width, fq_arena *owner,
                                fq_cuda_rowset **out) {
    const size_t m = (size_t)a->m, k = (size_t)a->k, stride = fq_round_up((size_t)width, EACH);
    const int none = INT_MAX;
    fq_cuda_rowset *b = FQ_NEW(owner, fq_cuda_rowset, 1);
    void *p;
    if (!b) return FQ_ERR_MEMORY;
    fq_cuda_rows *r = &b->rows;
    FQ_TRY(output_type(a->a, &r->out_type));
    b->enqueue = enqueue;
    b->loop.launch = launch;
    b->loop.context = b;
    FQ_TRY(fq_cuda_loop_create(&b->loop, owner));
    r->m = a->m;
    r->k = a->k;
    r->eps = a->eps;
    r->fixed_scale = a->fixed_scale;
    r->x_type = FQ_CUDA_BF16;
    r->x_stride = stride;
    r->out_stride = fq_round_up(k * fq_cuda_type_bytes(r->out_type), 16);
    FQ_TRY(fq_cuda_upload_bf16(owner, a->x, a->x_stride, (size_t)width, m, stride, &p));
    FQ_TRY(fq_cuda_copy(p, m * stride * 2, &b->copies, &b->x, owner));
    FQ_TRY(fq_cuda_upload(owner, a->gamma, k * sizeof(float), &p));
    r->gamma = (const float *)p;
    FQ_TRY(fq_cuda_upload(owner, &none, sizeof none, &p));
    r->bad = (int *)p;
    FQ_TRY(fq_cuda_alloc(owner, m * sizeof(float), &p));
    r->scale = (float *)p;
    FQ_TRY(fq_cuda_alloc(owner, m * r->out_stride, &r->out));
    FQ_CUDA_TRY(cudaMemset(r->out, 0xff, m * r->out_stride));
    FQ_CUDA_TRY(cudaMemset(r->scale, 0xff, m * sizeof(float)));
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    *out = b;
    return FQ_OK;
}

fq_cuda_loop *fq_cuda_rowset_loop(fq_cuda_rowset *b) {
    return &b->loop;
}

fq_status fq_cuda_rowset_fetch(fq_cuda_rowset *b, const fq_row_args *a) {
    const fq_cuda_rows *r = &b->rows;
    FQ_CUDA_TRY(cudaStreamSynchronize(b->loop.stream));
    FQ_CUDA_TRY(cudaMemcpy2D(a->out, a->out_stride, r->out, r->out_stride,
                             (size_t)r->k * fq_cuda_type_bytes(r->out_type), (size_t)r->m, cudaMemcpyDeviceToHost));
    if (a->scale) FQ_CUDA_TRY(cudaMemcpy(a->scale, r->scale, (size_t)r->m * sizeof(float), cudaMemcpyDeviceToHost));
    return check_bad(r->bad);
}

#define SM90_ROW(op, id, width)                                                                                        \
    fq_status fq_##op##_sm90_enqueue(const fq_cuda_rows *r, void *stream) {                                            \
        return enqueue(id, r, stream);                                                                                 \
    }                                                                                                                  \
    fq_status fq_##op##_sm90(const fq_row_args *a) {                                                                   \
        return run(fq_##op##_sm90_enqueue, a, width);                                                                  \
    }
SM90_ROW(rmsnorm_quant, RMSNORM, a->k)
SM90_ROW(swiglu_quant, SWIGLU, 2 * a->k)
SM90_ROW(quant_rows, COPY, a->k)
