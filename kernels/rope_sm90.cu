/* rope_quant on the device: rotation, scaling before and after it, queries to E4M3 or bfloat16, keys and values to INT4
 * or bfloat16 rows of the cache, in one kernel. D / 16 lanes have a head of one token in registers, each of them eight
 * elements i and the eight i + D/2 that turn with them, so memory is read and written once, 16 bytes at a time. */
#include <cuda_bf16.h>
#include <cuda_fp8.h>
#include <float.h>
#include <limits.h>
#include <string.h>
#include "kernels/codes_sm90.cuh"
#include "kernels/cuda_device.h"

enum {
    WARPS_MOST = 8,
    EACH = 8, /* elements of a lane in each half of a head */
    TURNS = 2 /* heads of a lane, one after the other; all are read before the first is used */
};

/* How the cache stores a number; SIGNED: the scale has the sign that gives the largest number code -8. */
typedef enum cache_form { BF16, INT4_E4M3, INT4_E4M3_SIGNED, INT4_BF16 } cache_form;

typedef struct head_row {
    float v[2][EACH]; /* elements at .., D/2 + at .. */
} head_row;

FQ_DEV void load(const float *from, float (&v)[EACH]) {
    const float4 a = ((const float4 *)from)[0], b = ((const float4 *)from)[1];
    v[0] = a.x, v[1] = a.y, v[2] = a.z, v[3] = a.w, v[4] = b.x, v[5] = b.y, v[6] = b.z, v[7] = b.w;
}
FQ_DEV void load(const uint16_t *from, float (&v)[EACH]) {
    const uint4 w = *(const uint4 *)from;
    const uint32_t word[4] = {w.x, w.y, w.z, w.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        v[2 * i] = __uint_as_float(word[i] << 16);
        v[2 * i + 1] = __uint_as_float(word[i] & 0xffff0000u);
    }
}

FQ_DEV void rotate(head_row &x, const float (&c)[EACH], const float (&s)[EACH]) {
#pragma unroll
    for (int i = 0; i < EACH; i++) {
        const float low = x.v[0][i], high = x.v[1][i];
        x.v[0][i] = low * c[i] - high * s[i];
        x.v[1][i] = high * c[i] + low * s[i];
    }
}

/* 1 / x within two units of roundoff. */
FQ_DEV float inverse_of(float x) {
    float r;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
    return __fmaf_rn(r, __fmaf_rn(-x, r, 1.0f), r);
}

FQ_DEV void scale_by(head_row &x, const float *factor, int half, int divide) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
        float f[EACH];
        load(factor + h * half, f);
#pragma unroll
        for (int i = 0; i < EACH; i++)
            x.v[h][i] *= divide ? inverse_of(f[i]) : f[i];
    }
}

FQ_DEV void subtract(head_row &x, const float *offset, int half) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
        float f[EACH];
        load(offset + h * half, f);
#pragma unroll
        for (int i = 0; i < EACH; i++)
            x.v[h][i] -= f[i];
    }
}

/* Bits of the largest magnitude of the head, in which NaN and infinity stand above every number. */
template <int LANES> FQ_DEV uint32_t top_bits(const head_row &x) {
    uint32_t top = 0;
#pragma unroll
    for (int i = 0; i < 2 * EACH; i++)
        top = max(top, __float_as_uint(x.v[i / EACH][i % EACH]) & 0x7fffffffu);
#pragma unroll
    for (int d = LANES / 2; d > 0; d /= 2)
        top = max(top, __shfl_xor_sync(~0u, top, d));
    return top;
}

/* 1 if the first element of the largest magnitude is negative. */
template <int LANES> FQ_DEV uint32_t top_negative(const head_row &x, uint32_t top, int at) {
    uint32_t first = ~0u;
#pragma unroll
    for (int i = 2 * EACH - 1; i >= 0; i--) {
        const uint32_t bits = __float_as_uint(x.v[i / EACH][i % EACH]);
        const uint32_t index = (uint32_t)(i / EACH * LANES * EACH + at + i % EACH);
        if ((bits & 0x7fffffffu) == top) first = 2 * index + (bits >> 31);
    }
#pragma unroll
    for (int d = LANES / 2; d > 0; d /= 2)
        first = min(first, __shfl_xor_sync(~0u, first, d));
    return first & 1u;
}

FQ_DEV uint4 pack_bf16(const float (&v)[EACH]) {
    return make_uint4(ptx_pack_bf16(v[0], v[1]), ptx_pack_bf16(v[2], v[3]), ptx_pack_bf16(v[4], v[5]),
                      ptx_pack_bf16(v[6], v[7]));
}

/* Eight INT4 codes, nearest even: adding 1.5 2^23 leaves the rounded number in the lowest bits. */
FQ_DEV uint32_t pack_int4(const float (&v)[EACH], float inverse) {
    uint32_t word = 0;
#pragma unroll
    for (int i = 0; i < EACH; i++) {
        const float q = fminf(fmaxf(v[i] * inverse, -8.0f), 7.0f);
        word |= (__float_as_uint(q + 12582912.0f) & 15u) << (4 * i);
    }
    return word;
}

FQ_DEV void code_query(const head_row &x, uint32_t top, int bf16, uint8_t *to, float *scale_to, int at, int half) {
    if (bf16) {
        *(uint4 *)(to + 2 * at) = pack_bf16(x.v[0]);
        *(uint4 *)(to + 2 * (half + at)) = pack_bf16(x.v[1]);
        return;
    }
    const float wanted = __uint_as_float(top) * (1.0f / 448.0f), scale = wanted < FLT_MIN ? FLT_MIN : wanted;
    const float inverse = inverse_of(scale);
#pragma unroll
    for (int h = 0; h < 2; h++) {
        const float *v = x.v[h];
        *(uint2 *)(to + h * half + at) =
            make_uint2(sm90_pack_e4m3(v[0] * inverse, v[1] * inverse, v[2] * inverse, v[3] * inverse),
                       sm90_pack_e4m3(v[4] * inverse, v[5] * inverse, v[6] * inverse, v[7] * inverse));
    }
    if (at == 0 && scale_to) *scale_to = scale;
}

/* The scale as stored, nearest to s and not 0; written by the first lane. */
FQ_DEV float store_scale(uint8_t *scales, size_t row, float s, cache_form form, int write) {
    if (form == INT4_BF16) {
        __nv_bfloat16 code = __float2bfloat16_rn(s);
        if (fabsf(__bfloat162float(code)) < FLT_MIN) code = __float2bfloat16_rn(FLT_MIN);
        if (write) ((__nv_bfloat16 *)scales)[row] = code;
        return __bfloat162float(code);
    }
    __nv_fp8_e4m3 code;
    code.__x = __nv_cvt_float_to_fp8(s, __NV_SATFINITE, __NV_E4M3);
    if ((code.__x & 0x7f) == 0) code.__x = 1;
    if (write) scales[row] = code.__x;
    return (float)code;
}

FQ_DEV void code_cache(const head_row &x, float extreme, cache_form form, uint8_t *codes, uint8_t *scales, size_t row,
                       size_t row_bytes, int at, int half) {
    uint8_t *to = codes + row * row_bytes;
    if (form == BF16) {
        *(uint4 *)(to + 2 * at) = pack_bf16(x.v[0]);
        *(uint4 *)(to + 2 * (half + at)) = pack_bf16(x.v[1]);
        return;
    }
    const float wanted = form == INT4_E4M3_SIGNED ? extreme * -0.125f : __fdiv_rn(extreme, 7.0f);
    const float inverse = inverse_of(store_scale(scales, row, wanted, form, at == 0));
    *(uint32_t *)(to + at / 2) = pack_int4(x.v[0], inverse);
    *(uint32_t *)(to + (half + at) / 2) = pack_int4(x.v[1], inverse);
}

/* A CTA has a token, its warps TURNS times 32 / LANES heads of it at a time. per_group: 1 / query heads a KV head. */
template <int D, typename X>
static __global__ void __launch_bounds__(WARPS_MOST * 32)
    rope_quant(const fq_cuda_rope r, const cache_form form, const float per_group) {
    constexpr int LANES = D / (2 * EACH), HEADS = 32 / LANES, HALF = D / 2;
    const int lane = threadIdx.x & 31, at = lane % LANES * EACH, token = blockIdx.x, sequence = token / r.seq;
    const int kv_heads = r.kv.kv_heads, rows = r.heads + 2 * kv_heads;
    float c[EACH], s[EACH];
    ptx_grid_wait();
    const int position = r.past[sequence] + token - sequence * r.seq;
    const size_t to = (size_t)sequence * kv_heads * r.kv.capacity + position;
    const X *x_from = (const X *)r.qkv + token * r.qkv_stride + at;
    for (int base = threadIdx.x / 32 * (TURNS * HEADS); base < rows; base += blockDim.x / 32 * (TURNS * HEADS)) {
        const int first = base + lane / LANES;
        head_row x[TURNS];
#pragma unroll
        for (int i = 0; i < TURNS; i++) {
            const X *from = x_from + min(first + i * HEADS, rows - 1) * D;
            load(from, x[i].v[0]);
            load(from + HALF, x[i].v[1]);
        }
        load(r.cos_t + (size_t)position * HALF + at, c);
        load(r.sin_t + (size_t)position * HALF + at, s);
#pragma unroll
        for (int i = 0; i < TURNS; i++) {
            const int row = first + i * HEADS, is_query = row < r.heads, is_value = row >= r.heads + kv_heads;
            const int kv_head = is_query   ? (int)((row + 0.5f) * per_group)
                                : is_value ? row - r.heads - kv_heads
                                           : row - r.heads;
            if (!is_value) {
                rotate(x[i], c, s);
                const int inverted = is_query && r.post_inverse;
                const float *factor = inverted ? r.post_inverse : r.post;
                if (factor) scale_by(x[i], factor + kv_head * D + at, HALF, is_query && !inverted);
                if (r.k_offset && !is_query) subtract(x[i], r.k_offset + kv_head * D + at, HALF);
            }
            const uint32_t top = top_bits<LANES>(x[i]);
            const uint32_t sign = form == INT4_E4M3_SIGNED ? top_negative<LANES>(x[i], top, at) : 0;
            if (row >= rows) continue;
            if (at == 0 && top >= 0x7f800000u) atomicMin(r.bad, token);
            if (is_query) {
                const size_t head_bytes = r.q_type == FQ_CUDA_BF16 ? 2 * D : D;
                code_query(x[i], top, r.q_type == FQ_CUDA_BF16, (uint8_t *)r.q + token * r.q_stride + row * head_bytes,
                           r.q_scale ? r.q_scale + (size_t)token * r.heads + row : NULL, at, HALF);
            } else {
                const float *clip = is_value ? r.v_clip : r.k_clip;
                const float extreme = __uint_as_float(top | sign << 31) * (clip ? clip[kv_head] : 1.0f);
                code_cache(x[i], extreme, form, is_value ? r.kv.v : r.kv.k, is_value ? r.kv.v_scale : r.kv.k_scale,
                           to + (size_t)kv_head * r.kv.capacity, r.kv.row_bytes, at, HALF);
            }
        }
    }
    ptx_grid_release();
}

static fq_status form_of(const fq_recipe *kv, cache_form *form) {
    const int int4 = kv->code == FQ_INT4 && kv->group == 0 && !fq_recipe_has_zero(kv);
    *form = int4 && kv->scale == FQ_E4M3 ? kv->range == FQ_RANGE_SIGNED ? INT4_E4M3_SIGNED : INT4_E4M3
            : int4                       ? INT4_BF16
                                         : BF16;
    if (*form == BF16 ? kv->code == FQ_BF16 && kv->group == FQ_NO_SCALE
                      : kv->scale == FQ_E4M3 || (kv->scale == FQ_BF16 && kv->range != FQ_RANGE_SIGNED))
        return FQ_OK;
    return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: rope_quant writes no cache of '%s'", kv->name);
}

static int aligned(const void *p) {
    return (uintptr_t)p % 16 == 0;
}

fq_status fq_rope_quant_sm90_rotate(const fq_cuda_rope *r, void *stream) {
    const int d = r->kv.head_dim, wide = r->qkv_type == FQ_CUDA_F32, heads = TURNS * 32 / (d / (2 * EACH));
    const int parts = (r->heads + 2 * r->kv.kv_heads + heads - 1) / heads,
              warps = parts < WARPS_MOST ? parts : WARPS_MOST;
    const float per_group = (float)r->kv.kv_heads / (float)r->heads;
    fq_cuda_rope arguments = *r;
    cache_form form;
    FQ_TRY(form_of(r->kv.recipe, &form));
    if ((d != 64 && d != 128) || (r->q_type != FQ_CUDA_BF16 && r->q_type != FQ_CUDA_E4M3))
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: no rope_quant of head size %d, expected 64 or 128", d);
    FQ_ASSERT(aligned(r->qkv) && r->qkv_stride % EACH == 0 && aligned(r->q) && r->q_stride % 16 == 0 &&
              aligned(r->cos_t) && aligned(r->sin_t) && aligned(r->post) && aligned(r->post_inverse) &&
              aligned(r->k_offset));
    void *list[] = {&arguments, &form, (void *)&per_group};
    const void *function = d == 64 ? wide ? (const void *)rope_quant<64, float> : (const void *)rope_quant<64, uint16_t>
                           : wide ? (const void *)rope_quant<128, float>
                                   : (const void *)rope_quant<128, uint16_t>;
    return fq_cuda_launch(function, r->batch * r->seq, warps * 32, 0, r->early, (cudaStream_t)stream, list);
}

/* ---- operands of the host ---- */

struct fq_cuda_ropeset {
    fq_cuda_loop loop;
    fq_cuda_rope rope;
    fq_cuda_rotate *rotate;
    void **x;
    int copies;
    size_t q_bytes, code_bytes, scale_bytes; /* that go there and back; k and v each */
};

static fq_status launch(void *context, int turn, cudaStream_t stream) {
    const fq_cuda_ropeset *b = (const fq_cuda_ropeset *)context;
    fq_cuda_rope r = b->rope;
    r.qkv = b->x[turn % b->copies];
    return b->rotate(&r, stream);
}

static fq_status upload_floats(fq_arena *owner, const float *from, size_t n, const float **to) {
    void *p = NULL;
    if (from) FQ_TRY(fq_cuda_upload(owner, from, n * sizeof(float), &p));
    *to = (const float *)p;
    return FQ_OK;
}

static fq_status upload_tables(fq_cuda_rope *r, const fq_rope_args *a, fq_arena *owner) {
    const size_t d = (size_t)a->kv->head_dim, kv = (size_t)a->kv->kv_heads;
    size_t positions = 0;
    void *p;
    for (int b = 0; b < a->batch; b++)
        positions = positions > (size_t)(a->past[b] + a->seq) ? positions : (size_t)(a->past[b] + a->seq);
    FQ_TRY(fq_cuda_upload(owner, a->past, (size_t)a->batch * sizeof(int), &p));
    r->past = (const int *)p;
    FQ_TRY(upload_floats(owner, a->cos_t, positions * (d / 2), &r->cos_t));
    FQ_TRY(upload_floats(owner, a->sin_t, positions * (d / 2), &r->sin_t));
    FQ_TRY(upload_floats(owner, a->post, kv * d, &r->post));
    if (a->post) {
        float *inverse = FQ_NEW(owner, float, kv *d);
        if (!inverse) return FQ_ERR_MEMORY;
        for (size_t i = 0; i < kv * d; i++)
            inverse[i] = 1.0f / a->post[i];
        FQ_TRY(upload_floats(owner, inverse, kv * d, &r->post_inverse));
    }
    FQ_TRY(upload_floats(owner, a->k_offset, kv * d, &r->k_offset));
    FQ_TRY(upload_floats(owner, a->k_clip, kv, &r->k_clip));
    return upload_floats(owner, a->v_clip, kv, &r->v_clip);
}

/* Queries and cache go there as they are and come back whole, so that what nobody writes stays as it was. */
static fq_status upload_outputs(fq_cuda_ropeset *b, const fq_rope_args *a, fq_arena *owner) {
    const fq_kv_cache *c = a->kv;
    const size_t tokens = (size_t)a->batch * (size_t)a->seq, heads = (size_t)a->heads;
    const size_t rows = (size_t)c->batch * (size_t)c->kv_heads * (size_t)c->capacity;
    fq_cuda_rope *r = &b->rope;
    const int none = INT_MAX;
    void *p;
    b->q_bytes = (tokens - 1) * a->q_stride + heads * fq_format_bytes(a->q_recipe->code, (size_t)c->head_dim);
    b->code_bytes = rows * c->row_bytes;
    b->scale_bytes = c->k_scale ? rows * fq_format_bytes(c->recipe->scale, 1) : 0;
    FQ_TRY(fq_cuda_upload(owner, a->q, b->q_bytes, &r->q));
    r->q_stride = a->q_stride;
    FQ_TRY(fq_cuda_alloc(owner, tokens * heads * sizeof(float), &p));
    r->q_scale = r->q_type == FQ_CUDA_BF16 ? NULL : (float *)p;
    FQ_TRY(fq_cuda_upload(owner, c->k, b->code_bytes, &p));
    r->kv.k = (uint8_t *)p;
    FQ_TRY(fq_cuda_upload(owner, c->v, b->code_bytes, &p));
    r->kv.v = (uint8_t *)p;
    if (b->scale_bytes > 0) {
        FQ_TRY(fq_cuda_upload(owner, c->k_scale, b->scale_bytes, &p));
        r->kv.k_scale = (uint8_t *)p;
        FQ_TRY(fq_cuda_upload(owner, c->v_scale, b->scale_bytes, &p));
        r->kv.v_scale = (uint8_t *)p;
    }
    FQ_TRY(fq_cuda_upload(owner, &none, sizeof none, &p));
    r->bad = (int *)p;
    return FQ_OK;
}

fq_status fq_cuda_ropeset_create(fq_cuda_rotate *rotate, const fq_rope_args *a, int wide, fq_arena *owner,
                                 fq_cuda_ropeset **out) {
    const size_t tokens = (size_t)a->batch * (size_t)a->seq, d = (size_t)a->kv->head_dim;
    const size_t width = ((size_t)a->heads + 2 * (size_t)a->kv->kv_heads) * d;
    const fq_recipe *q = a->q_recipe;
    cache_form form;
    void *p;
    FQ_TRY(form_of(a->kv->recipe, &form));
    if ((d != 64 && d != 128) || a->q_stride % 16 != 0 ||
        !((q->code == FQ_E4M3 && q->group == 0) || (q->code == FQ_BF16 && q->group == FQ_NO_SCALE)))
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: no rope_quant of head size %zu to '%s'", d, q->name);
    fq_cuda_ropeset *b = FQ_NEW(owner, fq_cuda_ropeset, 1);
    if (!b) return FQ_ERR_MEMORY;
    fq_cuda_rope *r = &b->rope;
    b->rotate = rotate;
    b->loop.launch = launch;
    b->loop.context = b;
    FQ_TRY(fq_cuda_loop_create(&b->loop, owner));
    r->batch = a->batch;
    r->seq = a->seq;
    r->heads = a->heads;
    r->kv = *a->kv;
    r->qkv_stride = width;
    r->qkv_type = wide ? FQ_CUDA_F32 : FQ_CUDA_BF16;
    r->q_type = q->code == FQ_BF16 ? FQ_CUDA_BF16 : FQ_CUDA_E4M3;
    FQ_TRY(upload_tables(r, a, owner));
    FQ_TRY(upload_outputs(b, a, owner));
    if (wide)
        FQ_TRY(fq_cuda_upload_rows(owner, a->qkv, a->qkv_stride * sizeof(float), width * sizeof(float), tokens,
                                   width * sizeof(float), &p));
    else
        FQ_TRY(fq_cuda_upload_bf16(owner, a->qkv, a->qkv_stride, width, tokens, width, &p));
    b->copies = wide ? 1 : 0;
    FQ_TRY(fq_cuda_copy(p, tokens * width * (wide ? 4 : 2), &b->copies, &b->x, owner));
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    *out = b;
    return FQ_OK;
}

fq_cuda_loop *fq_cuda_ropeset_loop(fq_cuda_ropeset *b) {
    return &b->loop;
}

fq_status fq_cuda_ropeset_fetch(fq_cuda_ropeset *b, const fq_rope_args *a) {
    const fq_cuda_rope *r = &b->rope;
    const fq_kv_cache *c = a->kv;
    int bad = INT_MAX;
    FQ_CUDA_TRY(cudaStreamSynchronize(b->loop.stream));
    FQ_CUDA_TRY(cudaMemcpy(a->q, r->q, b->q_bytes, cudaMemcpyDeviceToHost));
    if (a->q_scale && r->q_scale)
        FQ_CUDA_TRY(cudaMemcpy(a->q_scale, r->q_scale, (size_t)(r->batch * r->seq * r->heads) * sizeof(float),
                               cudaMemcpyDeviceToHost));
    FQ_CUDA_TRY(cudaMemcpy(c->k, r->kv.k, b->code_bytes, cudaMemcpyDeviceToHost));
    FQ_CUDA_TRY(cudaMemcpy(c->v, r->kv.v, b->code_bytes, cudaMemcpyDeviceToHost));
    if (b->scale_bytes > 0) {
        FQ_CUDA_TRY(cudaMemcpy(c->k_scale, r->kv.k_scale, b->scale_bytes, cudaMemcpyDeviceToHost));
        FQ_CUDA_TRY(cudaMemcpy(c->v_scale, r->kv.v_scale, b->scale_bytes, cudaMemcpyDeviceToHost));
    }
    FQ_CUDA_TRY(cudaMemcpy(&bad, r->bad, sizeof bad, cudaMemcpyDeviceToHost));
    if (bad == INT_MAX) return FQ_OK;
    return fq_fail(FQ_ERR_NUMERIC, "rope_quant: token %d holds or gives a NaN or an infinity", bad);
}

fq_status fq_rope_quant_sm90(const fq_rope_args *a) {
    const char *why;
    fq_arena arena;
    fq_cuda_ropeset *b;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status s = fq_cuda_ropeset_create(fq_rope_quant_sm90_rotate, a, 1, &arena, &b);
    if (s == FQ_OK) s = launch(b, 0, b->loop.stream);
    if (s == FQ_OK) s = fq_cuda_ropeset_fetch(b, a);
    fq_arena_free(&arena);
    return s;
}
