/* Decode attention over the INT4 cache: the context is split among CTAs, each reads its part once for all query heads
 * of a KV head, the last one to finish adds the parts up. Codes become E4M3 operands in registers by a table of 16 a
 * row; mma m16n8k32 multiplies them, with the query heads as rows. */
#include <cuda_bf16.h>
#include <cuda_fp8.h>
#include <math_constants.h>
#include "kernels/attention.h"
#include "kernels/codes_kv_sm90.cuh"
#include "kernels/cuda_attention.h"

enum {
    WARPS = 4,
    HEADS = 8,  /* query heads of a work item: rows 0..7 of the product, 8..15 stay empty */
    KEYS = 32,  /* of a warp's step */
    TABLE = 16, /* bytes of a row's table: e4m3(q s) for q = 0 .. 7, -8 .. -1 */
    SPLITS_MOST = 128
};

typedef struct decode_plan {
    int groups;       /* work items for the query heads of a KV head */
    int splits, span; /* keys of a split, a multiple of KEYS * WARPS */
    size_t partials;  /* bytes */
} decode_plan;

FQ_DEV void mma(float (&d)[4], uint32_t a0, uint32_t a2, uint32_t b0, uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a0), "r"(0), "r"(a2), "r"(0), "r"(b0), "r"(b1));
}

/* The table of a scale. e4m3(-x) = -e4m3(x), so the lower half is the upper one turned around. */
FQ_DEV uint4 make_table(float s) {
    uint4 t;
    t.x = kv_pack(0.0f, s, 2.0f * s, 3.0f * s);
    t.y = kv_pack(4.0f * s, 5.0f * s, 6.0f * s, 7.0f * s);
    const uint32_t eight = kv_pack(8.0f * s, 0.0f, 0.0f, 0.0f);
    t.z = (ptx_permute(eight, t.y, 0x5670) & 0xffffffffu) ^ 0x80808080u; /* -8 -7 -6 -5 */
    t.w = ptx_permute(t.x, t.y, 0x1234) ^ 0x80808080u;                   /* -4 -3 -2 -1 */
    return t;
}

/* Eight codes through a table. */
FQ_DEV void look_up(uint32_t w, const uint4 &t, uint32_t &lo, uint32_t &hi) {
    const uint32_t index = w & 0x77777777u, half = ((w >> 1) & 0x44444444u) | 0x32103210u;
    lo = ptx_permute(ptx_permute(t.x, t.y, index), ptx_permute(t.z, t.w, index), half);
    hi = ptx_permute(ptx_permute(t.x, t.y, index >> 16), ptx_permute(t.z, t.w, index >> 16), half >> 16);
}

FQ_DEV float exp2_of(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

/* Codes of 32 keys as a thread (g, c) of a warp holds them: of keys 8 i + g the quarter c of a row of keys; of the keys
 * whose probabilities it will hold the part g of a row of values. scale: of key `lane`. */
template <int D> struct step_codes {
    uint32_t k[4][D / 32], v[8][D / 64];
    float k_scale, v_scale;
};

template <int D, typename SCALE>
FQ_DEV void load_step(step_codes<D> &s, const fq_cuda_heads &h, size_t row0, int key0, int last, int lane) {
    const int g = lane >> 2, c = lane & 3;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const uint32_t *from =
            (const uint32_t *)(h.kv.k + (row0 + min(key0 + 8 * i + g, last)) * (D / 2)) + c * (D / 32);
        if constexpr (D == 128) {
            const uint4 x = __ldcs((const uint4 *)from);
            s.k[i][0] = x.x, s.k[i][1] = x.y, s.k[i][2] = x.z, s.k[i][3] = x.w;
        } else {
            const uint2 x = __ldcs((const uint2 *)from);
            s.k[i][0] = x.x, s.k[i][1] = x.y;
        }
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
        const int key = key0 + i / 4 * 16 + i % 4 / 2 * 8 + 2 * c + i % 2;
        const uint32_t *from = (const uint32_t *)(h.kv.v + (row0 + min(key, last)) * (D / 2)) + g * (D / 64);
        if constexpr (D == 128) {
            const uint2 x = __ldcs((const uint2 *)from);
            s.v[i][0] = x.x, s.v[i][1] = x.y;
        } else {
            s.v[i][0] = __ldcs(from);
        }
    }
    const size_t at = row0 + min(key0 + lane, last);
    s.k_scale = (float)((const SCALE *)h.kv.k_scale)[at];
    s.v_scale = (float)((const SCALE *)h.kv.v_scale)[at];
}

/* Sums of a thread: row g of the output, l and m of that row. */
template <int D> struct decode_state { float o[D / 8][4], m, l; };

/* Softmax and product of one step; keys from `keys` on do not count. */
template <int D>
FQ_DEV void take_step(decode_state<D> &a, const step_codes<D> &s, const uint32_t (&q)[D / 32][2], float scale, int key0,
                      int keys, uint4 *tables, int lane) {
    const int g = lane >> 2, c = lane & 3;
    float score[4][4];
    __syncwarp();
    tables[lane] = make_table(s.k_scale);
    tables[KEYS + lane] = make_table(s.v_scale);
    __syncwarp();
    float top = -CUDART_INF_F;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const uint4 t = tables[8 * i + g];
        score[i][0] = score[i][1] = score[i][2] = score[i][3] = 0.0f;
#pragma unroll
        for (int j = 0; j < D / 32; j++) {
            uint32_t lo, hi;
            look_up(s.k[i][j], t, lo, hi);
            mma(score[i], q[j][0], q[j][1], lo, hi);
        }
#pragma unroll
        for (int k = 0; k < 2; k++) {
            if (key0 + 8 * i + 2 * c + k >= keys) score[i][k] = -CUDART_INF_F;
            top = fmaxf(top, score[i][k]);
        }
    }
    top = fmaxf(top, __shfl_xor_sync(~0u, top, 1));
    top = fmaxf(top, __shfl_xor_sync(~0u, top, 2));
    top = fmaxf(a.m, top); /* finite: a step has at least one key that counts */
    const float alpha = exp2_of((a.m - top) * scale), bias = 8.8073549220576041f - top * scale; /* log2 448 */
    a.m = top;
    uint32_t p[2];
    float sum = 0.0f;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        float e[4];
#pragma unroll
        for (int k = 0; k < 4; k++) {
            e[k] = exp2_of(fmaf(score[2 * half + k / 2][k % 2], scale, bias));
            sum += e[k];
        }
        p[half] = kv_pack(e[0], e[1], e[2], e[3]);
    }
    a.l = a.l * alpha + sum;
    if (__any_sync(~0u, alpha != 1.0f)) {
#pragma unroll
        for (int i = 0; i < D / 8; i++) {
            a.o[i][0] *= alpha;
            a.o[i][1] *= alpha;
        }
    }
    uint32_t b[2][D / 8];
#pragma unroll
    for (int half = 0; half < 2; half++) {
        uint32_t e[4][D / 32];
#pragma unroll
        for (int k = 0; k < 4; k++) {
            const uint4 t = tables[KEYS + half * 16 + k / 2 * 8 + 2 * c + k % 2];
#pragma unroll
            for (int j = 0; j < D / 64; j++)
                look_up(s.v[4 * half + k][j], t, e[k][2 * j], e[k][2 * j + 1]);
        }
#pragma unroll
        for (int j = 0; j < D / 32; j++)
            kv_turn(e[0][j], e[1][j], e[2][j], e[3][j], &b[half][4 * j]);
    }
#pragma unroll
    for (int i = 0; i < D / 8; i++)
        mma(a.o[i], p[0], p[1], b[0][i], b[1][i]);
}

/* A partial result in memory: HEADS rows of D sums, m (times its scale) and l. */
template <int D> static constexpr int PART = HEADS *(D + 2);

template <int D, typename SCALE>
static __global__ void __launch_bounds__(WARPS * 32, 2)
    decode(const fq_cuda_heads h, const decode_plan plan, float *partials, uint32_t *tickets) {
    __shared__ uint4 tables[WARPS][2 * KEYS];
    __shared__ float gathered[WARPS][HEADS][2], sums[HEADS][D];
    __shared__ float2 factor[HEADS][SPLITS_MOST]; /* m and l of a split, then its weight */
    __shared__ int last_one;
    const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, g = lane >> 2, c = lane & 3;
    const int split = blockIdx.x % plan.splits, item = blockIdx.x / plan.splits;
    const int kv_heads = h.kv.kv_heads, each = h.heads / kv_heads;
    const int group = item % plan.groups, kv_head = item / plan.groups % kv_heads;
    const int token = item / plan.groups / kv_heads, sequence = token / h.seq;
    const int head0 = kv_head * each + group * HEADS, count = min(HEADS, each - group * HEADS);
    ptx_grid_wait();
    const int keys = h.past[sequence] + (h.causal ? token % h.seq + 1 : h.seq);
    const int head = head0 + min(g, count - 1), from = split * plan.span, to = min(keys, from + plan.span);
    const size_t row0 = ((size_t)sequence * kv_heads + kv_head) * h.kv.capacity;
    uint32_t q[D / 32][2];
    const uint32_t *q_from = (const uint32_t *)(h.q + (size_t)token * h.q_stride + head * D) + c * (D / 16);
#pragma unroll
    for (int j = 0; j < D / 32; j++) {
        q[j][0] = q_from[2 * j];
        q[j][1] = q_from[2 * j + 1];
    }
    const float scale = (h.q_scale ? h.q_scale[(size_t)token * h.heads + head] : 1.0f) *
                        (1.4426950408889634f * (D == 64 ? 0.125f : 0.08838834764831845f));
    decode_state<D> a;
    a.m = -CUDART_INF_F;
    a.l = 0.0f;
#pragma unroll
    for (int i = 0; i < D / 8; i++)
        a.o[i][0] = a.o[i][1] = a.o[i][2] = a.o[i][3] = 0.0f;
    step_codes<D> now, next;
    int key0 = from + warp * KEYS;
    if (key0 < to) load_step<D, SCALE>(now, h, row0, key0, to - 1, lane);
    for (; key0 < to; key0 += WARPS * KEYS) {
        if (key0 + WARPS * KEYS < to) load_step<D, SCALE>(next, h, row0, key0 + WARPS * KEYS, to - 1, lane);
        take_step<D>(a, now, q, scale, key0, to, tables[warp], lane);
        now = next;
    }
    ptx_grid_release();
    /* The warps' sums, then those of all splits. Exponents are of base 2 and scaled from here on. */
    a.l += __shfl_xor_sync(~0u, a.l, 1);
    a.l += __shfl_xor_sync(~0u, a.l, 2);
    if (c == 0) {
        gathered[warp][g][0] = a.m * scale;
        gathered[warp][g][1] = a.l;
    }
    for (int i = threadIdx.x; i < HEADS * D; i += WARPS * 32)
        sums[i / D][i % D] = 0.0f;
    __syncthreads();
    float m = -CUDART_INF_F, l = 0.0f;
#pragma unroll
    for (int w = 0; w < WARPS; w++)
        m = fmaxf(m, gathered[w][g][0]);
    const float base = m == -CUDART_INF_F ? 0.0f : m;
#pragma unroll
    for (int w = 0; w < WARPS; w++)
        l += gathered[w][g][1] * exp2_of(gathered[w][g][0] - base);
    const float mine = exp2_of(a.m * scale - base);
    for (int w = 0; w < WARPS; w++) { /* one after the other: the order of a sum is the same every time */
        if (w == warp) {
#pragma unroll
            for (int i = 0; i < D / 8; i++) {
                sums[g][2 * c * (D / 8) + i] += a.o[i][0] * mine;
                sums[g][(2 * c + 1) * (D / 8) + i] += a.o[i][1] * mine;
            }
        }
        __syncthreads();
    }
    float *part = partials + (size_t)blockIdx.x * PART<D>;
    for (int i = threadIdx.x; i < HEADS * D; i += WARPS * 32)
        __stcg(part + i, sums[i / D][i % D]);
    if (warp == 0 && c == 0) {
        __stcg(part + HEADS * D + g, base);
        __stcg(part + HEADS * D + HEADS + g, l);
    }
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) last_one = atomicAdd(tickets + item, 1) == (uint32_t)plan.splits - 1;
    __syncthreads();
    if (!last_one) return;
    __threadfence();
    if (threadIdx.x == 0) tickets[item] = 0; /* for the next launch */
    const float *all = partials + (size_t)item * plan.splits * PART<D>;
    for (int i = threadIdx.x; i < plan.splits * HEADS; i += WARPS * 32) {
        const float *p = all + i / HEADS * PART<D> + HEADS * D + i % HEADS;
        factor[i % HEADS][i / HEADS] = make_float2(__ldcg(p), __ldcg(p + HEADS));
    }
    __syncthreads();
    for (int row = warp; row < count; row += WARPS) {
        float most = -CUDART_INF_F, total = 0.0f;
        for (int s = lane; s < plan.splits; s += 32)
            if (factor[row][s].y > 0.0f) most = fmaxf(most, factor[row][s].x);
#pragma unroll
        for (int d = 16; d > 0; d /= 2)
            most = fmaxf(most, __shfl_xor_sync(~0u, most, d));
        for (int s = 0; s < plan.splits; s++) {
            const float2 f = factor[row][s];
            total += f.y > 0.0f ? f.y * exp2_of(f.x - most) : 0.0f;
        }
        __syncwarp();
        for (int s = lane; s < plan.splits; s += 32)
            factor[row][s].x = factor[row][s].y > 0.0f ? exp2_of(factor[row][s].x - most) / total : 0.0f;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < count * D / 4; i += WARPS * 32) {
        const int row = i / (D / 4), d = i % (D / 4) * 4;
        float4 x = {0.0f, 0.0f, 0.0f, 0.0f};
#pragma unroll 8
        for (int s = 0; s < plan.splits; s++) {
            const float4 o = __ldcg((const float4 *)(all + s * PART<D> + row * D + d));
            const float f = factor[row][s].x;
            x.x += o.x * f, x.y += o.y * f, x.z += o.z * f, x.w += o.w * f;
        }
        *(uint2 *)(h.out + (size_t)token * h.out_stride + (head0 + row) * D + d) =
            make_uint2(ptx_pack_bf16(x.x, x.y), ptx_pack_bf16(x.z, x.w));
    }
}

/* So many splits that every processor has two CTAs, where the context allows it. */
static decode_plan plan_of(const fq_cuda_heads *h) {
    decode_plan p;
    const int unit = WARPS * KEYS, units = (h->longest + unit - 1) / unit, each = h->heads / h->kv.kv_heads;
    p.groups = (each + HEADS - 1) / HEADS;
    const int items = h->batch * h->seq * h->kv.kv_heads * p.groups, wanted = 2 * fq_cuda_processors();
    int splits = (wanted + items - 1) / items;
    if (splits > SPLITS_MOST) splits = SPLITS_MOST;
    if (splits > units) splits = units;
    p.span = (units + splits - 1) / splits * unit;
    p.splits = (h->longest + p.span - 1) / p.span;
    p.partials = (size_t)items * (size_t)p.splits * HEADS * (size_t)(h->kv.head_dim + 2) * sizeof(float);
    return p;
}

size_t fq_cuda_decode_work(const fq_cuda_heads *h) {
    const decode_plan p = plan_of(h);
    const size_t items = (size_t)(h->batch * h->seq * h->kv.kv_heads * p.groups);
    return fq_round_up(items * sizeof(uint32_t), 256) + p.partials;
}

fq_status fq_attention_decode_sm90_attend(const fq_cuda_heads *h, void *stream) {
    fq_cuda_heads heads = *h;
    decode_plan plan = plan_of(h);
    if (h->kv.recipe->code != FQ_INT4) return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: no E4M3 attention over this cache");
    const int items = h->batch * h->seq * h->kv.kv_heads * plan.groups, bf16 = h->kv.recipe->scale == FQ_BF16;
    uint32_t *tickets = (uint32_t *)(h->work + FQ_CUDA_HEADS_FIXED);
    float *partials = (float *)((uint8_t *)tickets + fq_round_up((size_t)items * sizeof(uint32_t), 256));
    void *arguments[] = {&heads, &plan, &partials, &tickets};
    const void *function =
        h->kv.head_dim == 64 ? bf16 ? (const void *)decode<64, __nv_bfloat16> : (const void *)decode<64, __nv_fp8_e4m3>
        : bf16 ? (const void *)decode<128, __nv_bfloat16>
                             : (const void *)decode<128, __nv_fp8_e4m3>;
    return fq_cuda_launch(function, items * plan.splits, WARPS * 32, 0, h->early, (cudaStream_t)stream, arguments);
}

fq_status fq_attention_decode_sm90(const fq_attention_args *a) {
    return fq_cuda_attention_run(fq_attention_decode_sm90_attend, a);
}
size_t fq_attention_decode_sm90_scratch(const fq_attention_args *a) {
    return 0;
}
