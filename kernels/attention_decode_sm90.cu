/* Decode attention over the INT4 cache: the context is split among CTAs and their warps, each of which reads its keys
 * and values once, by bulk copies, for all query heads of a KV head; the last CTA to finish adds the parts up. Codes
 * become float16 operands in registers and multiply by mma m16n8k16 with the heads as columns.
 *
 * Operands e4m3(q s) without a table: with x = s q and E its sign and power of two, rn16(x + 192 E) - 192 E is x
 * rounded to four significant bits, ties to even, which is what e4m3 does: x is a multiple of its smallest subnormal,
 * and for s up to 56 no x saturates. All of it is exact in float16.
 *
 * Keys of eight are in the order of a Gray code, 0 1 3 2 4 5 7 6: then rows of keys and of values are read from shared
 * memory with as few bank conflicts as there can be. */
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>
#include <math_constants.h>
#include "kernels/attention.h"
#include "kernels/cuda_attention.h"
#include "kernels/ptx_sm90.cuh"

enum {
    WARPS = 8,
    CTAS = 2,   /* on a processor */
    HEADS = 8,  /* query heads of a work item: columns of the product */
    KEYS = 32,  /* of a warp's step */
    STAGES = 3, /* steps in shared memory, each a bulk copy of keys and one of values */
    TABLES = 4 * KEYS,
    UNIT = WARPS * KEYS,
    SPLITS_MOST = 128,
    FAST_SCALE = 0x66 /* E4M3 code of 56 */
};

typedef struct decode_plan {
    int groups; /* work items for the query heads of a KV head */
    int splits;
    size_t partials; /* bytes */
} decode_plan;

/* Shared memory of a warp: stages of keys and values, then scales as 16-bit numbers; in the end its sums. Behind all
 * warps the queries as the products read them, 16 bytes a thread for every eight codes of a key. */
template <int D> struct decode_shared {
    static constexpr int CODES = KEYS * D / 2, STAGE = 2 * CODES, AT_TABLES = STAGES * STAGE, WARP = AT_TABLES + TABLES,
                         AT_QUERIES = WARPS * WARP, AT_BARRIERS = AT_QUERIES + D * 16,
                         BYTES = AT_BARRIERS + WARPS * STAGES * 8;
    static_assert(HEADS * D * 4 <= AT_TABLES && HEADS * 8 <= TABLES, "sums go where the codes were");
};

FQ_DEV void mma(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/* An 8 x 8 matrix of 16-bit elements, transposed. */
FQ_DEV uint32_t transpose(uint32_t x) {
    uint32_t y;
    asm("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(y) : "r"(x));
    return y;
}

/* Two numbers rounded to E4M3, as float16. */
FQ_DEV uint32_t round_e4m3(float lo, float hi) {
    uint32_t y;
    asm("{\n.reg .b16 e;\ncvt.rn.satfinite.e4m3x2.f32 e, %2, %1;\ncvt.rn.f16x2.e4m3x2 %0, e;\n}"
        : "=r"(y)
        : "f"(lo), "f"(hi));
    return y;
}
FQ_DEV uint32_t widen_e4m3(uint32_t two) {
    uint32_t y;
    asm("{\n.reg .b16 l, h;\nmov.b32 {l, h}, %1;\ncvt.rn.f16x2.e4m3x2 %0, l;\n}" : "=r"(y) : "r"(two));
    return y;
}

FQ_DEV uint32_t bits(__half2 x) {
    return *reinterpret_cast<uint32_t *>(&x);
}
FQ_DEV __half2 halves(uint32_t x) {
    return *reinterpret_cast<__half2 *>(&x);
}
FQ_DEV uint32_t times(uint32_t x, float f) {
    return bits(__hmul2(halves(x), __float2half2_rn(f)));
}

/* How operands come about: as above; of scales / 16 and clamped, where a scale is so large that a product may
 * saturate; over float32, of bfloat16 scales. */
enum { PLAIN, CLAMP, WIDE };

/* Scales of two codes as float16, and times -1032 and -72. WIDE: as bfloat16. */
template <int HOW> struct pair_scale { uint32_t s, low, high; };
template <int HOW> FQ_DEV pair_scale<HOW> scale_of(uint32_t s) {
    if (HOW == WIDE) return {s, 0, 0};
    return {s, times(s, -1032.0f), times(s, -72.0f)};
}

/* (x & mask) ^ flip as one instruction. */
FQ_DEV uint32_t mask_flip(uint32_t x, uint32_t mask, uint32_t flip) {
    uint32_t y;
    asm("lop3.b32 %0, %1, %2, %3, 0x6a;" : "=r"(y) : "r"(x), "r"(mask), "r"(flip));
    return y;
}

/* The codes in bits 0..3 (HIGH: 4..7) of both halves of x times their scales: from 1024 + (q + 8), or 64 + (q + 8)
 * where the code is four bits further up. */
template <int HOW, int HIGH> FQ_DEV uint32_t product(uint32_t x, const pair_scale<HOW> &s) {
    const uint32_t biased = HIGH ? mask_flip(x, 0x00f000f0u, 0x54805480u) : mask_flip(x, 0x000f000fu, 0x64086408u);
    if constexpr (HOW == WIDE) {
        const float2 q = __half22float2(__hsub2(halves(biased), __float2half2_rn(HIGH ? 72.0f : 1032.0f)));
        return round_e4m3(q.x * __uint_as_float(s.s << 16), q.y * __uint_as_float(s.s & 0xffff0000u));
    }
    return bits(__hfma2(halves(biased), halves(s.s), halves(HIGH ? s.high : s.low)));
}

/* d += the operands of x times b. */
template <int HOW> FQ_DEV void multiply(float (&d)[4], uint32_t (&x)[4], const uint32_t (&b)[2]) {
    const __half2 power = __float2half2_rn(192.0f), limit = __float2half2_rn(448.0f / 16.0f);
#pragma unroll
    for (int i = 0; i < 4 && HOW != WIDE; i++) {
        const __half2 e = halves(x[i] & 0xfc00fc00u), t = __hfma2(e, power, halves(x[i]));
        const __half2 v = __hfma2(e, __hneg2(power), t);
        x[i] = HOW == PLAIN ? bits(v) : times(bits(__hmin2(__hmax2(v, __hneg2(limit)), limit)), 16.0f);
    }
    mma(d, x, b);
}

/* The place of row r of eight in shared memory, and the row at a place. */
FQ_DEV int gray(int r) {
    return r ^ (r >> 1 & 1);
}

/* Sums of a thread (g, c) of a warp: of heads 2 c and 2 c + 1 the elements D/8 g .. of the output. m: of both heads,
 * the same in all threads of a c; l: of the thread's own keys. */
template <int D> struct decode_state { float o[D / 16][4], m[2], l[2], scale[2]; };

/* New maxima where a score exceeds the one so far. */
template <int D> FQ_DEV void raise(decode_state<D> &a, const float (&top)[2]) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float m = top[r];
#pragma unroll
        for (int d = 4; d < 32; d *= 2)
            m = fmaxf(m, __shfl_xor_sync(~0u, m, d));
        m = fmaxf(a.m[r], m); /* finite: a step has at least one key that counts */
        const float alpha = ptx_exp2((a.m[r] - m) * a.scale[r]);
        a.m[r] = m;
        a.l[r] *= alpha;
#pragma unroll
        for (int i = 0; i < D / 16; i++) {
            a.o[i][r] *= alpha;
            a.o[i][2 + r] *= alpha;
        }
    }
}

/* Softmax and products of one step whose codes and scales are in shared memory; keys from `keys` on do not count. */
template <int D, int HOW>
FQ_DEV void take_step(decode_state<D> &a, const uint4 *queries, const uint8_t *codes, const uint8_t *tables, int keys,
                      int lane) {
    using S = decode_shared<D>;
    const int g = lane >> 2, c = lane & 3;
    float s[2][4], top[2] = {-CUDART_INF_F, -CUDART_INF_F};
    const uint2 ks = *(const uint2 *)(tables + 8 * g);
    const uint32_t k_scale[4] = {ptx_permute(ks.x, 0, 0x1010), ptx_permute(ks.x, 0, 0x3232),
                                 ptx_permute(ks.y, 0, 0x1010), ptx_permute(ks.y, 0, 0x3232)};
    uint32_t w[4][D / 32]; /* of the key of each eight whose scores are this thread's */
    pair_scale<HOW> scale[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const uint8_t *from = codes + (8 * i + gray(g)) * (D / 2) + c * (D / 8);
        if constexpr (D == 128) {
            const uint4 x = *(const uint4 *)from;
            w[i][0] = x.x, w[i][1] = x.y, w[i][2] = x.z, w[i][3] = x.w;
        } else {
            const uint2 x = *(const uint2 *)from;
            w[i][0] = x.x, w[i][1] = x.y;
        }
        scale[i] = scale_of<HOW>(k_scale[i]);
        s[i / 2][i % 2 * 2] = s[i / 2][i % 2 * 2 + 1] = 0.0f;
    }
#pragma unroll
    for (int j = 0; j < D / 32; j++) {
        const uint4 q = queries[j * 32 + lane];
        const uint32_t b[2][2] = {{q.x, q.y}, {q.z, q.w}};
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const uint32_t low = w[i / 2 * 2][j] >> (i % 2 * 8), high = w[i / 2 * 2 + 1][j] >> (i % 2 * 8);
            uint32_t x[4] = {product<HOW, 0>(low, scale[i / 2 * 2]), product<HOW, 0>(high, scale[i / 2 * 2 + 1]),
                             product<HOW, 1>(low, scale[i / 2 * 2]), product<HOW, 1>(high, scale[i / 2 * 2 + 1])};
            multiply<HOW>(s[i / 2], x, b[i % 2]);
        }
    }
    if (keys < KEYS) {
#pragma unroll
        for (int i = 0; i < 4; i++)
            if (8 * i + gray(g) >= keys) s[i / 2][i % 2 * 2] = s[i / 2][i % 2 * 2 + 1] = -CUDART_INF_F;
    }
#pragma unroll
    for (int i = 0; i < 8; i++)
        top[i % 2] = fmaxf(top[i % 2], s[i / 4][i % 4]);
    if (__any_sync(~0u, top[0] > a.m[0] || top[1] > a.m[1])) raise(a, top);
    const uint4 vs = *(const uint4 *)(tables + 2 * KEYS + 16 * c);
    const uint32_t v_scale[4] = {vs.x, vs.y, vs.z, vs.w};
    const float bias[2] = {8.8073549220576041f - a.m[0] * a.scale[0], 8.8073549220576041f - a.m[1] * a.scale[1]};
#pragma unroll
    for (int i = 0; i < 2; i++) {
        uint32_t v[4][D / 64];
        float e[4];
#pragma unroll
        for (int k = 0; k < 4; k++) {
            e[k] = ptx_exp2(fmaf(s[i][k], a.scale[k % 2], bias[k % 2])); /* 448 times the probability */
            a.l[k % 2] += e[k];
        }
        const uint32_t p[2] = {transpose(round_e4m3(e[0], e[1])), transpose(round_e4m3(e[2], e[3]))};
#pragma unroll
        for (int k = 0; k < 4; k++) {
            const uint8_t *from =
                codes + S::CODES + (16 * i + k / 2 * 8 + gray(2 * c + k % 2)) * (D / 2) + g * (D / 16);
            if constexpr (D == 128) {
                const uint2 x = *(const uint2 *)from;
                v[k][0] = x.x, v[k][1] = x.y;
            } else {
                v[k][0] = *(const uint32_t *)from;
            }
        }
        const pair_scale<HOW> low = scale_of<HOW>(v_scale[2 * i]), high = scale_of<HOW>(v_scale[2 * i + 1]);
#pragma unroll
        for (int j = 0; j < D / 16; j++) { /* a byte of each of the four keys */
            const uint32_t x = ptx_permute(v[0][j / 4], v[1][j / 4], 0x4400u + 0x1111u * (j % 4)),
                           y = ptx_permute(v[2][j / 4], v[3][j / 4], 0x4400u + 0x1111u * (j % 4));
            uint32_t four[4] = {product<HOW, 0>(x, low), product<HOW, 1>(x, low), product<HOW, 0>(y, high),
                                product<HOW, 1>(y, high)};
            multiply<HOW>(a.o[j], four, p);
        }
    }
}

/* A warp's keys, their copies and scales. */
typedef struct key_stream {
    size_t row0;          /* of the sequence and KV head in the cache */
    int from, to;         /* keys of the CTA */
    uint32_t codes, full; /* in shared memory */
} key_stream;

template <int D> FQ_DEV void copy_step(const fq_cuda_heads &h, const key_stream &x, int key0, int stage) {
    if (key0 >= x.to) return;
    const uint32_t bytes = (uint32_t)(min(KEYS, x.to - key0) * (D / 2)), bar = x.full + 8 * stage;
    const uint32_t at = x.codes + stage * decode_shared<D>::STAGE;
    const size_t from = (x.row0 + key0) * (D / 2);
    ptx_barrier_expect(bar, 2 * bytes);
    ptx_bulk_load(at, h.kv.k + from, bytes, bar);
    ptx_bulk_load(at + decode_shared<D>::CODES, h.kv.v + from, bytes, bar);
}

/* Stored scales of a key and of its value; 0 behind the last. Loaded a step ahead, so nothing is done to them here. */
typedef struct stored_scales {
    uint32_t k, v;
} stored_scales;

template <typename SCALE> FQ_DEV stored_scales load_scales(const fq_cuda_heads &h, const key_stream &x, int key) {
    stored_scales s = {0, 0};
    if (key >= x.to) return s;
    s.k = sizeof(SCALE) == 1 ? h.kv.k_scale[x.row0 + key] : ((const uint16_t *)h.kv.k_scale)[x.row0 + key];
    s.v = sizeof(SCALE) == 1 ? h.kv.v_scale[x.row0 + key] : ((const uint16_t *)h.kv.v_scale)[x.row0 + key];
    return s;
}

/* A partial result in memory: HEADS rows of D sums, m (times its scale) and l. */
template <int D> static constexpr int PART = HEADS *(D + 2);

FQ_DEV void add(float4 &x, float4 y, float f) {
    x.x = fmaf(y.x, f, x.x), x.y = fmaf(y.y, f, x.y), x.z = fmaf(y.z, f, x.z), x.w = fmaf(y.w, f, x.w);
}
FQ_DEV void store_bf16(uint16_t *to, float4 x, float f) {
    *(uint2 *)to = make_uint2(ptx_pack_bf16(x.x * f, x.y * f), ptx_pack_bf16(x.z * f, x.w * f));
}

/* Weights of n parts with maxima and sums m_l[stride i], relative to the largest maximum; returns the sum. */
FQ_DEV float weigh(const float2 *m_l, int n, int stride, float *most) {
    float m = -CUDART_INF_F, l = 0.0f;
    for (int i = 0; i < n; i++)
        m = fmaxf(m, m_l[i * stride].x);
    m = m == -CUDART_INF_F ? 0.0f : m;
    for (int i = 0; i < n; i++)
        l = fmaf(m_l[i * stride].y, ptx_exp2(m_l[i * stride].x - m), l);
    *most = m;
    return l;
}

/* What a CTA works on: `count` query heads from head0 on of one token, and which of the item's parts. */
typedef struct work_item {
    int item, split, token, sequence, kv_head, head0, count;
} work_item;

FQ_DEV work_item locate(const fq_cuda_heads &h, const decode_plan &plan, int block) {
    const int kv_heads = h.kv.kv_heads, each = h.heads / kv_heads;
    work_item w;
    w.split = block % plan.splits;
    w.item = block / plan.splits;
    const int first = w.item % plan.groups * HEADS;
    w.kv_head = w.item / plan.groups % kv_heads;
    w.token = w.item / plan.groups / kv_heads;
    w.sequence = w.token / h.seq;
    w.head0 = w.kv_head * each + first;
    w.count = min(HEADS, each - first);
    return w;
}

/* The warps' sums to one, and the splits' by the CTA that is done last. */
template <int D>
static __device__ void finish(const fq_cuda_heads &h, const decode_plan &plan, uint8_t *memory, float2 *m_l,
                              float *partials, uint32_t *tickets) {
    using S = decode_shared<D>;
    __shared__ int last_one;
    uint32_t block; /* asked for once more, so that nothing has to be kept in registers until here */
    asm volatile("mov.u32 %0, %%ctaid.x;" : "=r"(block));
    const work_item w = locate(h, plan, (int)block);
    const int count = w.count, item = w.item;
    uint16_t *out = h.out + (size_t)w.token * h.out_stride + w.head0 * D;
    __syncthreads();
    float *part = partials + (size_t)block * PART<D>;
    for (int i = threadIdx.x; i < count * D / 4; i += WARPS * 32) {
        const int row = i / (D / 4), d = i % (D / 4) * 4;
        float4 sum = {0.0f, 0.0f, 0.0f, 0.0f};
        float most;
        const float l = weigh(m_l + row * WARPS, WARPS, 1, &most);
#pragma unroll
        for (int j = 0; j < WARPS; j++) /* always in this order */
            add(sum, *(const float4 *)(memory + j * S::WARP + (row * D + d) * 4),
                ptx_exp2(m_l[row * WARPS + j].x - most));
        if (plan.splits == 1) {
            store_bf16(out + row * D + d, sum, 1.0f / l);
            continue;
        }
        __stcg((float4 *)(part + row * D + d), sum);
        if (d == 0) __stcg((float2 *)(part + HEADS * D) + row, make_float2(l > 0.0f ? most : -CUDART_INF_F, l));
    }
    if (plan.splits == 1) return;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) last_one = atomicAdd(tickets + item, 1) == (uint32_t)plan.splits - 1;
    __syncthreads();
    if (!last_one) return;
    __threadfence();
    if (threadIdx.x == 0) tickets[item] = 0; /* for the next launch */
    const float *all = partials + (size_t)item * plan.splits * PART<D>;
    for (int i = threadIdx.x; i < plan.splits * count; i += WARPS * 32)
        m_l[i] = __ldcg((const float2 *)(all + i / count * PART<D> + HEADS * D) + i % count);
    __syncthreads();
    /* Threads that share an element take splits in turn; then their sums, in order. */
    const int elements = count * D / 4, teams = WARPS * 32 / elements, team = threadIdx.x / elements,
              at = threadIdx.x % elements, row = at / (D / 4), d = at % (D / 4) * 4;
    float4 sum = {0.0f, 0.0f, 0.0f, 0.0f};
    float most, l = 1.0f;
    if (team < teams) {
        l = weigh(m_l + row, plan.splits, count, &most);
#pragma unroll 8
        for (int i = team; i < plan.splits; i += teams)
            add(sum, __ldcg((const float4 *)(all + (size_t)i * PART<D> + row * D + d)),
                ptx_exp2(m_l[i * count + row].x - most));
        ((float4 *)memory)[threadIdx.x] = sum;
    }
    __syncthreads();
    if (team != 0) return;
    for (int i = 1; i < teams; i++)
        add(sum, ((const float4 *)memory)[i * elements + at], 1.0f);
    store_bf16(out + row * D + d, sum, 1.0f / l);
}

template <int D, typename SCALE>
static __global__ void __launch_bounds__(WARPS * 32, CTAS)
    decode(const fq_cuda_heads h, const decode_plan plan, float *partials, uint32_t *tickets) {
    using S = decode_shared<D>;
    extern __shared__ __align__(128) uint8_t memory[];
    __shared__ float2 m_l[SPLITS_MOST * HEADS];
    const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, g = lane >> 2, c = lane & 3;
    const work_item w = locate(h, plan, blockIdx.x);
    uint8_t *mine = memory + warp * S::WARP, *tables = mine + S::AT_TABLES;
    key_stream x;
    x.row0 = ((size_t)w.sequence * h.kv.kv_heads + w.kv_head) * h.kv.capacity;
    x.codes = ptx_shared(mine);
    x.full = ptx_shared(memory + S::AT_BARRIERS) + warp * STAGES * 8;
    if (lane == 0) {
        for (int i = 0; i < STAGES; i++)
            ptx_barrier_init(x.full + 8 * i, 1);
        ptx_barrier_init_fence();
    }
    __syncwarp();
    ptx_grid_wait();
    /* The keys of a sequence in equal parts, whatever the longest one has. */
    const int keys = h.past[w.sequence] + (h.causal ? w.token % h.seq + 1 : h.seq);
    const int span = ((keys + UNIT - 1) / UNIT + plan.splits - 1) / plan.splits * UNIT;
    x.from = w.split * span;
    x.to = min(keys, x.from + span);
    if (lane == 0)
        for (int i = 0; i < STAGES; i++)
            copy_step<D>(h, x, x.from + warp * KEYS + i * UNIT, i);
    decode_state<D> a;
    uint4 *queries = (uint4 *)(memory + S::AT_QUERIES);
    if (warp < D / 32) {
        const uint2 eight = *(const uint2 *)(h.q + (size_t)w.token * h.q_stride + (w.head0 + min(g, w.count - 1)) * D +
                                             c * (D / 4) + warp * 8);
        /* Elements i and i + 4 side by side, as the codes of a word come. */
        queries[warp * 32 + lane] = make_uint4(
            widen_e4m3(ptx_permute(eight.x, eight.y, 0x40)), widen_e4m3(ptx_permute(eight.x, eight.y, 0x51)),
            widen_e4m3(ptx_permute(eight.x, eight.y, 0x62)), widen_e4m3(ptx_permute(eight.x, eight.y, 0x73)));
    }
#pragma unroll
    for (int r = 0; r < 2; r++) {
        a.scale[r] = (h.q_scale ? h.q_scale[(size_t)w.token * h.heads + w.head0 + min(2 * c + r, w.count - 1)] : 1.0f) *
                     (1.4426950408889634f * (D == 64 ? 0.125f : 0.08838834764831845f));
        a.m[r] = -CUDART_INF_F;
        a.l[r] = 0.0f;
    }
#pragma unroll
    for (int i = 0; i < D / 16; i++)
        a.o[i][0] = a.o[i][1] = a.o[i][2] = a.o[i][3] = 0.0f;
    constexpr int E4M3 = sizeof(SCALE) == 1;
    stored_scales next = load_scales<SCALE>(h, x, x.from + warp * KEYS + lane);
    const int place = gray(lane & 7), k_at = 8 * place + (lane >> 3) * 2,
              v_at = 2 * KEYS + (place >> 1) * 16 + (lane >> 3) * 4 + (place & 1) * 2;
    __syncthreads();
    int stage = 0, phase = 0;
    for (int key0 = x.from + warp * KEYS; key0 < x.to; key0 += UNIT) {
        const int large = E4M3 && __any_sync(~0u, (next.k & 0x7f) > FAST_SCALE || (next.v & 0x7f) > FAST_SCALE);
        uint32_t both = E4M3 ? widen_e4m3(next.k | next.v << 8) : next.k | next.v << 16;
        if (large) both = bits(__hmul2(halves(both), __float2half2_rn(1.0f / 16.0f)));
        __syncwarp(); /* the tables of the step before have been read */
        *(uint16_t *)(tables + k_at) = (uint16_t)both;
        *(uint16_t *)(tables + v_at) = (uint16_t)(both >> 16);
        next = load_scales<SCALE>(h, x, key0 + UNIT + lane);
        __syncwarp();
        ptx_barrier_wait(x.full + 8 * stage, phase);
        const uint8_t *codes = mine + stage * S::STAGE;
        if constexpr (!E4M3)
            take_step<D, WIDE>(a, queries, codes, tables, x.to - key0, lane);
        else if (large)
            take_step<D, CLAMP>(a, queries, codes, tables, x.to - key0, lane);
        else
            take_step<D, PLAIN>(a, queries, codes, tables, x.to - key0, lane);
        __syncwarp();
        if (lane == 0) copy_step<D>(h, x, key0 + STAGES * UNIT, stage);
        if (++stage == STAGES) stage = 0, phase ^= 1;
    }
    ptx_grid_release();
    /* Exponents are of base 2 and scaled from here on. */
#pragma unroll
    for (int r = 0; r < 2; r++) {
#pragma unroll
        for (int d = 4; d < 32; d *= 2)
            a.l[r] += __shfl_xor_sync(~0u, a.l[r], d);
        if (g == 0) m_l[(2 * c + r) * WARPS + warp] = make_float2(a.m[r] * a.scale[r], a.l[r]);
        float4 *to = (float4 *)(mine + ((2 * c + r) * D + g * (D / 8)) * 4);
#pragma unroll
        for (int i = 0; i < D / 16; i += 2)
            to[i / 2] = make_float4(a.o[i][r], a.o[i][2 + r], a.o[i + 1][r], a.o[i + 1][2 + r]);
    }
    finish<D>(h, plan, memory, m_l, partials, tickets);
}

/* Splits that take the least time: rounds of CTAs over the processors times the longest part of a context, and a little
 * for every split that is to be added up. */
static decode_plan plan_of(const fq_cuda_heads *h) {
    decode_plan p;
    const int units = (h->longest + UNIT - 1) / UNIT, each = h->heads / h->kv.kv_heads;
    p.groups = (each + HEADS - 1) / HEADS;
    const int items = h->batch * h->seq * h->kv.kv_heads * p.groups, slots = CTAS * fq_cuda_processors();
    double least = 0.0;
    for (int splits = 1; splits <= units && splits <= SPLITS_MOST; splits++) {
        const int rounds = (items * splits + slots - 1) / slots, part = (units + splits - 1) / splits;
        const double cost = rounds * (part + 1.0) + (splits > 1 ? 1.0 + 0.02 * splits : 0.0);
        if (splits > 1 && !(cost < least)) continue;
        least = cost;
        p.splits = splits;
    }
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
    const int small = h->kv.head_dim == 64, bytes = small ? decode_shared<64>::BYTES : decode_shared<128>::BYTES;
    uint32_t *tickets = (uint32_t *)(h->work + FQ_CUDA_HEADS_FIXED);
    float *partials = (float *)((uint8_t *)tickets + fq_round_up((size_t)items * sizeof(uint32_t), 256));
    void *arguments[] = {&heads, &plan, &partials, &tickets};
    const void *function =
        small  ? bf16 ? (const void *)decode<64, __nv_bfloat16> : (const void *)decode<64, __nv_fp8_e4m3>
         : bf16 ? (const void *)decode<128, __nv_bfloat16>
               : (const void *)decode<128, __nv_fp8_e4m3>;
    FQ_CUDA_TRY(cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes));
    return fq_cuda_launch(function, items * plan.splits, WARPS * 32, (size_t)bytes, h->early, (cudaStream_t)stream,
                          arguments);
}

fq_status fq_attention_decode_sm90(const fq_attention_args *a) {
    return fq_cuda_attention_run(fq_attention_decode_sm90_attend, a);
}
size_t fq_attention_decode_sm90_scratch(const fq_attention_args *a) {
    return 0;
}
