/* The sm90 prefill attention: E4M3 queries, keys and values by wgmma, softmax in registers, in one, two or three
 * stages.
 *
 * A persistent CTA is a producer warpgroup, of which one thread issues all copies, and W consumer warpgroups, each with
 * 64 queries of a head. Work items are blocks of 64 W queries, the longest first, dealt out by a counter; within one
 * the key tiles go from the last, which the mask touches, to the first. A consumer does with tile i, which is in
 * flight, 1 stage   scores(i), softmax(i), values(i) 2 stages  scores(i) beside values(i-1), softmax(i) beside
 * values(i-1)            (as FlashAttention-3) 3 stages  softmax(i-1) beside scores(i) and values(i-2) (as FireQ, arXiv
 * 2505.20839) Scores and values are separate groups of wgmma, so that each is waited for where it is needed and not
 * before.
 *
 * No element changes its thread: orders are permuted beforehand instead, when the tiles of keys and values are made.
 *   keys    D bytes a row (token). Thread c of a quad holds elements c D/4 .. of its query's row in 16-byte pieces, so
 * byte 32 s + 16 h + 4 c + j of a key's row is element c D/4 + 8 s + 4 h + j. values  a row is an element of the head,
 * its bytes are tokens, in tiles of attention_v_keys(N) of them. The scores of a thread become its part of P as they
 * are: within 32 tokens byte 16 h + 4 c + 2 b + j is token 16 h + 8 b + 2 c + j. Row 32 v + 8 i + 2 c + j is element 32
 * v + 8 c + 2 i + j, so that a thread's sums are 16 adjacent bytes of output each. Bound on registers: 64 x N scores
 * and 64 x D sums in float32, twice the scores in three stages. */
#ifndef FQ_KERNELS_ATTENTION_SM90_CUH
#define FQ_KERNELS_ATTENTION_SM90_CUH
#include <math_constants.h>
#include "kernels/wgmma_shared_sm90.cuh"

/* Arguments of a launch; operands as in cuda_attention.h. */
struct attention_work {
    const uint8_t *q;
    const float *q_scale;
    const uint8_t *kv; /* [batch][kv_heads][tiles]: N keys, then N values */
    const int *past;
    uint16_t *out;
    uint32_t *counter;           /* 0 before and after */
    size_t q_stride, out_stride; /* bytes; elements */
    int batch, seq, heads, kv_heads, tiles, causal;
    int row_tiles; /* blocks of queries a head */
    int section;   /* heads that are worked on at one time, so that their keys and values stay in the L2 cache */
};

/* Values stand in tiles of so many keys, a power of two, which is the width of a row and of its swizzle. */
static constexpr __host__ __device__ int attention_v_keys(int keys) {
    return keys % 128 == 0 ? 128 : keys % 64 == 0 ? 64 : 32;
}

/* D head size, W consumer warpgroups, N keys of a tile, PIPE stages; QREG: queries stay in registers and not in shared
 * memory; PP: the warpgroups take turns to issue their products, and then all go through all tiles of the CTA. */
template <int D_, int W_, int N_, int PIPE_, int QREG_, int PP_> struct attention_config {
    static constexpr int D = D_, W = W_, N = N_, PIPE = PIPE_, QREG = QREG_, PP = PP_;
    static constexpr int ROWS = 64 * W, THREADS = 128 * (W + 1), STAGES = N * D <= 64 * 128 ? 8 : 4;
    static constexpr int V_KEYS = attention_v_keys(N);
    static constexpr int K_BYTES = N * D, STAGE = 2 * K_BYTES, Q_BYTES = QREG ? 0 : ROWS * D;
    static constexpr int AT_Q = STAGES * STAGE, AT_BARRIER = AT_Q + Q_BYTES;
    static constexpr int BARRIERS = 4 * STAGES + 4, AT_ITEM = AT_BARRIER + 8 * BARRIERS, BYTES = AT_ITEM + 16;
    static constexpr int TIGHT = W == 2 && (N * PIPE == 384 || N == 192),
                         PRODUCER = TIGHT    ? 24
                                    : W == 2 ? 40
                                             : 32,
                         CONSUMER = TIGHT    ? 240
                                    : W == 2 ? 232
                                             : 160;
    static_assert(BYTES <= SM90_SHARED_MOST, "shared memory");
    /* Barriers: tiles full and empty, the slots of the next work item likewise. */
    static constexpr int K_FULL = AT_BARRIER, V_FULL = K_FULL + 8 * STAGES, K_EMPTY = V_FULL + 8 * STAGES,
                         V_EMPTY = K_EMPTY + 8 * STAGES, ITEM_FULL = V_EMPTY + 8 * STAGES, ITEM_EMPTY = ITEM_FULL + 16;
};

/* One work item: queries row0 .. of a head of a sequence, and the keys that the last of them sees. */
struct attention_item {
    int b, h, row0, past, keys;
};

FQ_DEV void attention_locate(const attention_work &g, int item, int rows, attention_item *p) {
    const int pairs = g.batch * g.heads, per = g.section * g.row_tiles, s = item / per, rest = item - s * per,
              count = min(g.section, pairs - s * g.section), tile = rest / count,
              pair = s * g.section + rest - tile * count;
    p->b = pair / g.heads;
    p->h = pair - p->b * g.heads;
    p->row0 = (g.row_tiles - 1 - tile) * rows;
    p->past = g.past[p->b];
    p->keys = p->past + (g.causal ? min(p->row0 + rows, g.seq) : g.seq);
}

/* Copies of one work item's tiles, from the last to the first. it: tiles so far. */
template <class C> FQ_DEV int attention_copy(const uint8_t *from, int tiles, uint32_t base, int it) {
    from += (size_t)tiles * C::STAGE;
    for (; tiles > 0; tiles--, it++) {
        const uint32_t s = it % C::STAGES, phase = it / C::STAGES & 1 ^ 1, bar = base + 8 * s;
        from -= C::STAGE;
#pragma unroll
        for (int which = 0; which < 2; which++) { /* keys, values */
            ptx_barrier_wait(bar + (which ? C::V_EMPTY : C::K_EMPTY), phase);
            ptx_barrier_expect(bar + (which ? C::V_FULL : C::K_FULL), C::K_BYTES);
            ptx_bulk_load(base + s * C::STAGE + which * C::K_BYTES, from + which * C::K_BYTES, C::K_BYTES,
                          bar + (which ? C::V_FULL : C::K_FULL));
        }
    }
    return it;
}

template <class C> FQ_DEV void attention_produce(const attention_work &g, uint32_t base) {
    const int items = g.row_tiles * g.batch * g.heads;
    int item = blockIdx.x, it = 0;
    for (int turn = 0;; turn++) {
        const uint32_t slot = turn & 1;
        ptx_barrier_wait(base + C::ITEM_EMPTY + 8 * slot, turn >> 1 & 1 ^ 1);
        asm volatile("st.shared.s32 [%0], %1;" ::"r"(base + C::AT_ITEM + 4 * slot), "r"(item < items ? item : -1)
                     : "memory");
        ptx_barrier_arrive(base + C::ITEM_FULL + 8 * slot);
        if (item >= items) break;
        attention_item p;
        attention_locate(g, item, C::ROWS, &p);
        it = attention_copy<C>(g.kv + (size_t)(p.b * g.kv_heads + p.h / (g.heads / g.kv_heads)) * g.tiles * C::STAGE,
                               (p.keys + C::N - 1) / C::N, base, it);
        /* The copies run ahead, so nobody waits for this. */
        const uint32_t taken = atomicAdd(g.counter, 1);
        if (taken == (uint32_t)items - 1) *g.counter = 0; /* the last one that is asked for */
        item = (int)(taken + gridDim.x);
    }
}

/* What a consumer thread holds of rows g and g + 8 of its warp's 16. */
template <class C> struct attention_state {
    float o[C::D / 2]; /* sums */
    float m[2], l[2];  /* running maximum of the scores as they come, sum of 448 e */
    float c[2];        /* scale of the scores, for powers of 2 */
    float alpha[2];    /* what the sums so far are to be multiplied by */
    uint32_t q[C::QREG ? C::D / 32 : 1][4];
    uint32_t base, q_at; /* in shared memory */
    int kt, vt;          /* tiles of keys and values so far */
    int t, warpgroup;
};

template <class C> FQ_DEV void attention_release(const attention_state<C> &a, uint32_t which, int it) {
    if ((a.t & 31) == 0) ptx_barrier_arrive(a.base + which + 8 * (it % C::STAGES));
}

/* s = Q K of the next tile, asked for. */
template <class C> FQ_DEV void attention_scores(attention_state<C> &a, float (&s)[C::N / 2]) {
    const int st = a.kt % C::STAGES;
    ptx_barrier_wait(a.base + C::K_FULL + 8 * st, (a.kt / C::STAGES) & 1);
    const uint64_t k = wgmma_tile<C::D>(a.base + st * C::STAGE);
    a.kt++;
    ptx_wgmma_fence();
#pragma unroll
    for (int j = 0; j < C::D / 32; j++) {
        if constexpr (C::QREG)
            wgmma_mma(fq_tokens<C::N>(), s, a.q[j], k + 2 * j, j > 0);
        else
            wgmma_mma(fq_tokens<C::N>(), s, wgmma_tile<C::D>(a.q_at) + 2 * j, k + 2 * j, j > 0);
    }
    ptx_wgmma_commit();
}

/* o += P V of the next tile, asked for. */
template <class C> FQ_DEV void attention_values(attention_state<C> &a, const uint32_t (&p)[C::N / 32][4]) {
    const int st = a.vt % C::STAGES;
    ptx_barrier_wait(a.base + C::V_FULL + 8 * st, (a.vt / C::STAGES) & 1);
    const uint64_t v = wgmma_tile<C::V_KEYS>(a.base + st * C::STAGE + C::K_BYTES);
    a.vt++;
    ptx_wgmma_fence();
#pragma unroll
    for (int j = 0; j < C::N / 32; j++)
        wgmma_mma(fq_tokens<C::D>(), a.o, p[j],
                  v + j * 32 / C::V_KEYS * (C::V_KEYS * C::D / 16) + j * 32 % C::V_KEYS / 16, 1);
    ptx_wgmma_commit();
}

/* What is behind it is computed behind it. */
template <int R> FQ_DEV void attention_pin(float (&s)[R]) {
#pragma unroll
    for (int i = 0; i < R; i++)
        asm volatile("" : "+f"(s[i])::"memory");
}

/* Keys from lim0 (row g) and lim1 (row g + 8) on are not seen. */
template <class C>
FQ_DEV void attention_mask(attention_state<C> &a, float (&s)[C::N / 2], int key0, int lim0, int lim1) {
    const int c = 2 * (a.t & 3);
#pragma unroll
    for (int i = 0; i < C::N / 8; i++) {
        const int key = key0 + 8 * i + c;
        if (key >= lim0) s[4 * i] = -CUDART_INF_F;
        if (key + 1 >= lim0) s[4 * i + 1] = -CUDART_INF_F;
        if (key >= lim1) s[4 * i + 2] = -CUDART_INF_F;
        if (key + 1 >= lim1) s[4 * i + 3] = -CUDART_INF_F;
    }
}

/* New maxima, alpha, sums l, and P = e4m3(448 e). */
template <class C>
FQ_DEV void attention_softmax(attention_state<C> &a, float (&s)[C::N / 2], uint32_t (&p)[C::N / 32][4]) {
    float bias[2], sum[2][2];
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float x = fmaxf(s[2 * r], s[2 * r + 1]), y = fmaxf(s[4 + 2 * r], s[4 + 2 * r + 1]);
#pragma unroll
        for (int i = 2; i < C::N / 8; i += 2) {
            x = fmaxf(x, fmaxf(s[4 * i + 2 * r], s[4 * i + 2 * r + 1]));
            y = fmaxf(y, fmaxf(s[4 * i + 4 + 2 * r], s[4 * i + 4 + 2 * r + 1]));
        }
        x = fmaxf(x, y);
        x = fmaxf(x, __shfl_xor_sync(~0u, x, 1));
        x = fmaxf(x, __shfl_xor_sync(~0u, x, 2));
        x = fmaxf(a.m[r], x);
        const float shift = x == -CUDART_INF_F ? 0.0f : x;
        a.alpha[r] = ptx_exp2((a.m[r] - shift) * a.c[r]);
        a.m[r] = x;
        bias[r] = 8.8073549220576041f - shift * a.c[r]; /* log2 448 */
        sum[r][0] = sum[r][1] = 0.0f;
    }
#pragma unroll
    for (int j = 0; j < C::N / 32; j++) {
#pragma unroll
        for (int r = 0; r < 2; r++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float e[4];
#pragma unroll
                for (int k = 0; k < 4; k++) {
                    const int at = 16 * j + 8 * half + 4 * (k >> 1) + 2 * r + (k & 1);
                    const float x = fmaf(s[at], a.c[r], bias[r]);
                    e[k] = ptx_exp2(x);
                    sum[r][k & 1] += e[k];
                }
                p[j][2 * half + r] = sm90_pack_e4m3(e[0], e[1], e[2], e[3]);
            }
        }
    }
#pragma unroll
    for (int r = 0; r < 2; r++)
        a.l[r] = a.l[r] * a.alpha[r] + (sum[r][0] + sum[r][1]);
}

/* Most tiles have no new maximum in any row of a warp. */
template <class C> FQ_DEV void attention_rescale(attention_state<C> &a) {
    if (__any_sync(~0u, a.alpha[0] != 1.0f || a.alpha[1] != 1.0f)) {
#pragma unroll
        for (int i = 0; i < C::D / 8; i++) {
            a.o[4 * i] *= a.alpha[0];
            a.o[4 * i + 1] *= a.alpha[0];
            a.o[4 * i + 2] *= a.alpha[1];
            a.o[4 * i + 3] *= a.alpha[1];
        }
    }
}

/* Named barriers 2 + warpgroup: whose turn it is. */
template <class C> FQ_DEV void attention_turn(const attention_state<C> &a) {
    if (C::PP) ptx_named_sync(2 + a.warpgroup, 256);
}
template <class C> FQ_DEV void attention_pass(const attention_state<C> &a) {
    if (C::PP) ptx_named_arrive(2 + (a.warpgroup + 1) % C::W, 256);
}

/* The queries of a warpgroup and the scales of their scores; rows behind the last repeat it. */
template <class C>
FQ_DEV void attention_query(attention_state<C> &a, const attention_work &g, const attention_item &p, int row) {
    const int lane = a.t & 31, c = lane & 3;
    uint32_t w[2][C::D / 16];
#pragma unroll
    for (int r = 0; r < 2; r++) {
        const size_t token = (size_t)p.b * g.seq + min(row + 8 * r, g.seq - 1);
        const uint4 *from = (const uint4 *)(g.q + token * g.q_stride + p.h * C::D + c * (C::D / 4));
#pragma unroll
        for (int i = 0; i < C::D / 64; i++) {
            const uint4 x = __ldg(from + i);
            w[r][4 * i] = x.x;
            w[r][4 * i + 1] = x.y;
            w[r][4 * i + 2] = x.z;
            w[r][4 * i + 3] = x.w;
        }
        a.c[r] = (g.q_scale ? __ldg(g.q_scale + token * g.heads + p.h) : 1.0f) *
                 (1.4426950408889634f * (C::D == 64 ? 0.125f : 0.08838834764831845f));
    }
    if constexpr (C::QREG) {
#pragma unroll
        for (int j = 0; j < C::D / 32; j++) {
            a.q[j][0] = w[0][2 * j];
            a.q[j][1] = w[1][2 * j];
            a.q[j][2] = w[0][2 * j + 1];
            a.q[j][3] = w[1][2 * j + 1];
        }
    } else {
        ptx_named_sync(6 + a.warpgroup, 128); /* the tile before has been read */
#pragma unroll
        for (int r = 0; r < 2; r++) {
#pragma unroll
            for (int i = 0; i < C::D / 16; i++)
                asm volatile("st.shared.u32 [%0], %1;" ::"r"(
                                 a.q_at + wgmma_chunk<C::D>((a.t >> 5) * 16 + (lane >> 2) + 8 * r, i) + 4 * c),
                             "r"(w[r][i])
                             : "memory");
        }
        ptx_fence_async_shared();
        ptx_named_sync(6 + a.warpgroup, 128);
    }
}

/* o / l as bfloat16. */
template <class C>
FQ_DEV void attention_store(attention_state<C> &a, const attention_work &g, const attention_item &p, int row) {
    const int c = a.t & 3;
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float l = a.l[r];
        l += __shfl_xor_sync(~0u, l, 1);
        l += __shfl_xor_sync(~0u, l, 2);
        const float scale = 1.0f / l;
        if (row + 8 * r < g.seq) {
            uint4 *to = (uint4 *)(g.out + ((size_t)p.b * g.seq + row + 8 * r) * g.out_stride + p.h * C::D);
#pragma unroll
            for (int v = 0; v < C::D / 32; v++) {
                uint4 x;
                x.x = ptx_pack_bf16(a.o[16 * v + 2 * r] * scale, a.o[16 * v + 2 * r + 1] * scale);
                x.y = ptx_pack_bf16(a.o[16 * v + 4 + 2 * r] * scale, a.o[16 * v + 5 + 2 * r] * scale);
                x.z = ptx_pack_bf16(a.o[16 * v + 8 + 2 * r] * scale, a.o[16 * v + 9 + 2 * r] * scale);
                x.w = ptx_pack_bf16(a.o[16 * v + 12 + 2 * r] * scale, a.o[16 * v + 13 + 2 * r] * scale);
                to[4 * v + c] = x;
            }
        }
    }
}

template <class C> FQ_DEV void attention_consume(const attention_work &g, uint32_t base, int warpgroup, int t) {
    attention_state<C> a;
    a.base = base;
    a.q_at = base + C::AT_Q + warpgroup * 64 * C::D;
    a.kt = a.vt = 0;
    a.t = t;
    a.warpgroup = warpgroup;
    if (C::PP && warpgroup == C::W - 1) attention_pass(a);
    for (int turn = 0;; turn++) {
        const int slot = turn & 1;
        ptx_barrier_wait(base + C::ITEM_FULL + 8 * slot, (turn >> 1) & 1);
        const int item = ptx_load_shared_as<int>(base + C::AT_ITEM + 4 * slot);
        if ((t & 31) == 0) ptx_barrier_arrive(base + C::ITEM_EMPTY + 8 * slot);
        if (item < 0) break;
        attention_item it;
        attention_locate(g, item, C::ROWS, &it);
        const int row0 = it.row0 + warpgroup * 64, row = row0 + (t >> 5) * 16 + ((t & 31) >> 2);
        const int all = (it.keys + C::N - 1) / C::N;
        const int keys = it.past + (g.causal ? min(row0 + 64, g.seq) : g.seq);
        int n = row0 < g.seq ? (keys + C::N - 1) / C::N : 0;
        if (C::PP) n = all;
        const int masked = (g.causal ? it.past + row0 + 1 : keys) / C::N; /* tiles from here on need the mask */
        const int lim0 = g.causal ? min(it.past + row + 1, it.keys) : keys,
                  lim1 = g.causal ? min(it.past + row + 9, it.keys) : keys;
        attention_query(a, g, it, row);
        for (int i = n; i < all; i++) {
            ptx_barrier_wait(base + C::K_FULL + 8 * (a.kt % C::STAGES), (a.kt / C::STAGES) & 1);
            attention_release(a, C::K_EMPTY, a.kt++);
            ptx_barrier_wait(base + C::V_FULL + 8 * (a.vt % C::STAGES), (a.vt / C::STAGES) & 1);
            attention_release(a, C::V_EMPTY, a.vt++);
        }
        if (n == 0) continue;
        a.m[0] = a.m[1] = -CUDART_INF_F;
        a.l[0] = a.l[1] = 0.0f;
#pragma unroll
        for (int i = 0; i < C::D / 2; i++)
            a.o[i] = 0.0f;
        auto soften = [&](float(&s)[C::N / 2], uint32_t(&p)[C::N / 32][4], int j) {
            if (j >= masked) attention_mask(a, s, j * C::N, lim0, lim1);
            attention_softmax(a, s, p);
        };
        if constexpr (C::PIPE == 1) {
            float s[C::N / 2];
            uint32_t p[C::N / 32][4];
            for (int j = n - 1; j >= 0; j--) {
                attention_turn(a);
                attention_scores(a, s);
                ptx_wgmma_wait<0>();
                attention_pass(a);
                attention_pin(s);
                attention_release(a, C::K_EMPTY, a.kt - 1);
                soften(s, p, j);
                attention_rescale(a);
                attention_values(a, p);
                ptx_wgmma_wait<0>();
                attention_pin(a.o);
                attention_release(a, C::V_EMPTY, a.vt - 1);
            }
        } else if constexpr (C::PIPE == 2) {
            float s[C::N / 2];
            uint32_t p[C::N / 32][4], p2[C::N / 32][4];
            attention_turn(a);
            attention_scores(a, s);
            attention_pass(a);
            ptx_wgmma_wait<0>();
            attention_pin(s);
            attention_release(a, C::K_EMPTY, a.kt - 1);
            soften(s, p, n - 1);
            auto step = [&](uint32_t(&from)[C::N / 32][4], uint32_t(&to)[C::N / 32][4], int j) {
                attention_turn(a);
                attention_scores(a, s);
                attention_values(a, from);
                attention_pass(a);
                ptx_wgmma_wait<1>();
                attention_pin(s);
                attention_release(a, C::K_EMPTY, a.kt - 1);
                soften(s, to, j);
                ptx_wgmma_wait<0>();
                attention_pin(a.o);
                attention_release(a, C::V_EMPTY, a.vt - 1);
                attention_rescale(a);
            };
            int j = n - 2;
            for (; j >= 1; j -= 2) {
                step(p, p2, j);
                step(p2, p, j - 1);
            }
            if (j == 0) {
                step(p, p2, 0);
                attention_values(a, p2);
            } else {
                attention_values(a, p);
            }
            ptx_wgmma_wait<0>();
            attention_pin(a.o);
            attention_release(a, C::V_EMPTY, a.vt - 1);
        } else {
            /* Tile i multiplies, i - 1 is softened, i - 2 goes into the output. */
            float s[2][C::N / 2];
            uint32_t p[2][C::N / 32][4];
            attention_turn(a);
            attention_scores(a, s[0]);
            ptx_wgmma_wait<0>();
            attention_pin(s[0]);
            attention_release(a, C::K_EMPTY, a.kt - 1);
            if (n == 1) {
                attention_pass(a);
                soften(s[0], p[0], 0);
            } else {
                attention_scores(a, s[1]);
                attention_pass(a);
                soften(s[0], p[0], n - 1);
                ptx_wgmma_wait<0>();
                attention_pin(s[1]);
                attention_release(a, C::K_EMPTY, a.kt - 1);
                auto step = [&](float(&next)[C::N / 2], float(&now)[C::N / 2], uint32_t(&from)[C::N / 32][4],
                                uint32_t(&to)[C::N / 32][4], int j) {
                    attention_turn(a);
                    attention_values(a, from);
                    attention_scores(a, next);
                    attention_pass(a);
                    soften(now, to, j);
                    ptx_wgmma_wait<1>();
                    attention_pin(a.o);
                    attention_release(a, C::V_EMPTY, a.vt - 1);
                    attention_rescale(a);
                    ptx_wgmma_wait<0>();
                    attention_pin(next);
                    attention_release(a, C::K_EMPTY, a.kt - 1);
                };
                int j = n - 3; /* the tile that is multiplied */
                for (; j >= 1; j -= 2) {
                    step(s[0], s[1], p[0], p[1], j + 1);
                    step(s[1], s[0], p[1], p[0], j);
                }
                auto last = [&](float(&now)[C::N / 2], uint32_t(&from)[C::N / 32][4], uint32_t(&to)[C::N / 32][4]) {
                    attention_values(a, from);
                    soften(now, to, 0);
                    ptx_wgmma_wait<0>();
                    attention_pin(a.o);
                    attention_release(a, C::V_EMPTY, a.vt - 1);
                    attention_rescale(a);
                };
                if (j == 0) {
                    step(s[0], s[1], p[0], p[1], 1);
                    last(s[0], p[1], p[0]);
                } else {
                    last(s[1], p[0], p[1]);
#pragma unroll
                    for (int i = 0; i < C::N / 32; i++)
#pragma unroll
                        for (int k = 0; k < 4; k++)
                            p[0][i][k] = p[1][i][k];
                }
            }
            attention_values(a, p[0]);
            ptx_wgmma_wait<0>();
            attention_pin(a.o);
            attention_release(a, C::V_EMPTY, a.vt - 1);
        }
        if (row0 < g.seq) attention_store(a, g, it, row);
    }
    if (C::PP && warpgroup == 0) attention_turn(a);
}

template <class C> __global__ void __launch_bounds__(C::THREADS, 1) attention_prefill(const attention_work g) {
    extern __shared__ __align__(1024) uint8_t memory[];
    const uint32_t base = ptx_shared(memory);
    const int group = __shfl_sync(~0u, threadIdx.x >> 7, 0);
    if (threadIdx.x == 0) {
        if (base % 1024 != 0) __trap();
        for (int i = 0; i < C::STAGES; i++) {
            ptx_barrier_init(base + C::K_FULL + 8 * i, 1);
            ptx_barrier_init(base + C::V_FULL + 8 * i, 1);
            ptx_barrier_init(base + C::K_EMPTY + 8 * i, 4 * C::W);
            ptx_barrier_init(base + C::V_EMPTY + 8 * i, 4 * C::W);
        }
        for (int i = 0; i < 2; i++) {
            ptx_barrier_init(base + C::ITEM_FULL + 8 * i, 1);
            ptx_barrier_init(base + C::ITEM_EMPTY + 8 * i, 4 * C::W);
        }
        ptx_barrier_init_fence();
    }
    __syncthreads();
    if (group == 0) {
        ptx_registers_give<C::PRODUCER>();
        if (threadIdx.x == 0) attention_produce<C>(g, base);
    } else {
        ptx_registers_take<C::CONSUMER>();
        attention_consume<C>(g, base, group - 1, threadIdx.x & 127);
    }
}
#endif
