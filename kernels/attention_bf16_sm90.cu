/* Attention in bfloat16, the baseline of the 8-bit kernels: queries, keys, values and probabilities are bfloat16
 * operands of mma m16n8k16, sums and softmax float32. Keys and values come from a bfloat16 cache, or from a UINT4 one
 * with zero points whose operands bf16((q - z) s) are made on the way to shared memory. A warp has 16 rows: of prefill
 * 16 queries of a head (a CTA 64), of decode the query heads of a KV head, and then the context is split among CTAs and
 * its keys among the warps of one. No wgmma: this kernel is meant to be right and plain, not to be the ceiling of its
 * format. */
#include <cuda_fp16.h>
#include <math_constants.h>
#include "kernels/cuda_attention.h"
#include "kernels/ptx_sm90.cuh"

enum {
    WARPS = 4,
    KEYS = 64, /* of a tile in shared memory */
    ROWS = 16, /* of a warp */
    SPLITS_MOST = 64
};
enum { CACHE_BF16, CACHE_UINT4 };

FQ_DEV void mma(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

FQ_DEV void load_matrix(uint32_t at, uint32_t (&r)[4]) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(at)
                 : "memory");
}

/* ---- tiles in shared memory: rows of D bfloat16, pieces of 16 bytes swizzled by the row ---- */

template <int D> FQ_DEV uint32_t piece_at(int row, int piece) {
    return (uint32_t)(row * 2 * D + ((piece ^ (row & 7)) << 4));
}

FQ_DEV void copy_piece(uint32_t to, const void *from, int there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}
FQ_DEV void copies_commit(void) {
    asm volatile("cp.async.commit_group;" ::: "memory");
}
template <int N> FQ_DEV void copies_wait(void) {
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

/* Keys (which = 0) or values (1) key0 .. key0 + KEYS - 1 of the cache rows from row0 on; zeros from key `end` on, since
 * a probability of 0 times garbage is not 0. */
template <int D, int CACHE>
FQ_DEV void fill_tile(uint32_t tile, const fq_kv_cache &kv, int which, size_t row0, int key0, int end) {
    const uint8_t *codes = which ? kv.v : kv.k;
#pragma unroll 4
    for (int i = threadIdx.x; i < KEYS * (D / 8); i += WARPS * 32) {
        const int row = i / (D / 8), piece = i % (D / 8), there = key0 + row < end;
        const size_t at = row0 + (size_t)(there ? key0 + row : 0);
        const uint32_t to = tile + piece_at<D>(row, piece);
        if constexpr (CACHE == CACHE_BF16) {
            copy_piece(to, codes + at * (2 * D) + 16 * piece, there);
        } else {
            const uint32_t word = there ? *(const uint32_t *)(codes + at * (D / 2) + 4 * piece) : 0;
            const float s = there ? __half2float(((const __half *)(which ? kv.v_scale : kv.k_scale))[at]) : 0.0f;
            const int zero = there ? (which ? kv.v_zero : kv.k_zero)[at] : 0;
            uint32_t r[4];
#pragma unroll
            for (int k = 0; k < 4; k++)
                r[k] = ptx_pack_bf16((float)((int)(word >> (8 * k) & 15) - zero) * s,
                                     (float)((int)(word >> (8 * k + 4) & 15) - zero) * s);
            ptx_store_shared_s4(to, (int)r[0], (int)r[1], (int)r[2], (int)r[3]);
        }
    }
}

/* ---- a warp's part ---- */

/* Sums of 16 rows: thread 4 g + c has rows g and g + 8, columns 8 i + 2 c + {0, 1}. m, l: of these rows. */
template <int D> struct warp_sums { float o[D / 8][4], m[2], l[2]; };

template <int D> FQ_DEV void clear(warp_sums<D> &a) {
#pragma unroll
    for (int i = 0; i < D / 8; i++)
        a.o[i][0] = a.o[i][1] = a.o[i][2] = a.o[i][3] = 0.0f;
    a.m[0] = a.m[1] = -CUDART_INF_F;
    a.l[0] = a.l[1] = 0.0f;
}

template <int D> FQ_DEV void load_query(uint32_t (&q)[D / 16][4], const uint16_t *upper, const uint16_t *lower, int c) {
#pragma unroll
    for (int j = 0; j < D / 16; j++) {
        q[j][0] = *(const uint32_t *)(upper + 16 * j + 2 * c);
        q[j][1] = *(const uint32_t *)(lower + 16 * j + 2 * c);
        q[j][2] = *(const uint32_t *)(upper + 16 * j + 2 * c + 8);
        q[j][3] = *(const uint32_t *)(lower + 16 * j + 2 * c + 8);
    }
}

/* N keys from row `first` of the tiles on, of which row g sees seen[0] and row g + 8 seen[1]. */
template <int D, int N>
FQ_DEV void take_keys(warp_sums<D> &a, const uint32_t (&q)[D / 16][4], uint32_t k_tile, uint32_t v_tile, int first,
                      const int (&seen)[2], float scale, int lane) {
    const int c = lane & 3, matrix = lane >> 3;
    float s[N / 8][4];
#pragma unroll
    for (int i = 0; i < N / 8; i++)
        s[i][0] = s[i][1] = s[i][2] = s[i][3] = 0.0f;
#pragma unroll
    for (int j = 0; j < D / 16; j++) {
#pragma unroll
        for (int i = 0; i < N / 16; i++) {
            uint32_t r[4];
            load_matrix(k_tile + piece_at<D>(first + 16 * i + 8 * (matrix >> 1) + (lane & 7), 2 * j + (matrix & 1)), r);
            mma(s[2 * i], q[j], r[0], r[1]);
            mma(s[2 * i + 1], q[j], r[2], r[3]);
        }
    }
    if (__any_sync(~0u, seen[0] < N || seen[1] < N)) {
#pragma unroll
        for (int i = 0; i < N / 8; i++) {
#pragma unroll
            for (int e = 0; e < 4; e++)
                if (8 * i + 2 * c + (e & 1) >= seen[e >> 1]) s[i][e] = -CUDART_INF_F;
        }
    }
    float bias[2];
#pragma unroll
    for (int h = 0; h < 2; h++) {
        float top = a.m[h];
#pragma unroll
        for (int i = 0; i < N / 8; i++)
            top = fmaxf(top, fmaxf(s[i][2 * h], s[i][2 * h + 1]));
        top = fmaxf(top, __shfl_xor_sync(~0u, top, 1));
        top = fmaxf(top, __shfl_xor_sync(~0u, top, 2));
        bias[h] = top == -CUDART_INF_F ? 0.0f : -top * scale;
        const float alpha = ptx_exp2(fmaf(a.m[h], scale, bias[h]));
        a.m[h] = top;
        a.l[h] *= alpha;
#pragma unroll
        for (int i = 0; i < D / 8; i++) {
            a.o[i][2 * h] *= alpha;
            a.o[i][2 * h + 1] *= alpha;
        }
    }
#pragma unroll
    for (int k = 0; k < N / 16; k++) {
        float p[2][4];
#pragma unroll
        for (int i = 0; i < 2; i++) {
#pragma unroll
            for (int e = 0; e < 4; e++) {
                p[i][e] = ptx_exp2(fmaf(s[2 * k + i][e], scale, bias[e >> 1]));
                a.l[e >> 1] += p[i][e];
            }
        }
        const uint32_t w[4] = {ptx_pack_bf16(p[0][0], p[0][1]), ptx_pack_bf16(p[0][2], p[0][3]),
                               ptx_pack_bf16(p[1][0], p[1][1]), ptx_pack_bf16(p[1][2], p[1][3])};
#pragma unroll
        for (int n = 0; n < D / 16; n++) {
            uint32_t r[4];
            ptx_load_matrix_transposed(
                v_tile + piece_at<D>(first + 16 * k + 8 * (matrix & 1) + (lane & 7), 2 * n + (matrix >> 1)), r);
            mma(a.o[2 * n], w, r[0], r[1]);
            mma(a.o[2 * n + 1], w, r[2], r[3]);
        }
    }
}

/* ---- prefill ---- */

template <int D> static constexpr int TILE = KEYS *D * 2;

template <int D, int CACHE> static __global__ void __launch_bounds__(WARPS * 32, 3) prefill(const fq_cuda_heads h) {
    extern __shared__ __align__(1024) uint8_t memory[];
    const uint32_t base = ptx_shared(memory);
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, g = lane >> 2, c = lane & 3;
    const int head = blockIdx.y, sequence = blockIdx.z, kv_heads = h.kv.kv_heads;
    const int q0 = (int)(gridDim.x - 1 - blockIdx.x) * ROWS * WARPS; /* the longest first */
    ptx_grid_wait();
    const int past = h.past[sequence], mine = q0 + ROWS * warp;
    const int end = past + (h.causal ? min(q0 + ROWS * WARPS, h.seq) : h.seq), tiles = (end + KEYS - 1) / KEYS;
    const size_t row0 = ((size_t)sequence * kv_heads + head / (h.heads / kv_heads)) * h.kv.capacity;
    const int row[2] = {min(mine + g, h.seq - 1), min(mine + g + 8, h.seq - 1)};
    const uint16_t *q_from = (const uint16_t *)h.q;
    uint32_t q[D / 16][4];
    load_query<D>(q, q_from + ((size_t)sequence * h.seq + row[0]) * (h.q_stride / 2) + head * D,
                  q_from + ((size_t)sequence * h.seq + row[1]) * (h.q_stride / 2) + head * D, c);
    const float scale = 1.4426950408889634f * (D == 64 ? 0.125f : 0.08838834764831845f);
    warp_sums<D> a;
    clear(a);
    fill_tile<D, CACHE>(base, h.kv, 0, row0, 0, end);
    fill_tile<D, CACHE>(base + TILE<D>, h.kv, 1, row0, 0, end);
    copies_commit();
    for (int t = 0; t < tiles; t++) {
        const uint32_t now = base + (t & 1) * 2 * TILE<D>, next = base + (~t & 1) * 2 * TILE<D>;
        if (t + 1 < tiles) {
            fill_tile<D, CACHE>(next, h.kv, 0, row0, (t + 1) * KEYS, end);
            fill_tile<D, CACHE>(next + TILE<D>, h.kv, 1, row0, (t + 1) * KEYS, end);
        }
        copies_commit();
        copies_wait<1>();
        __syncthreads();
        int seen[2];
#pragma unroll
        for (int i = 0; i < 2; i++)
            seen[i] = (h.causal ? past + row[i] + 1 : end) - t * KEYS;
        if (!h.causal || past + mine + ROWS > t * KEYS)
            take_keys<D, KEYS>(a, q, now, now + TILE<D>, 0, seen, scale, lane);
        __syncthreads();
    }
    ptx_grid_release();
#pragma unroll
    for (int i = 0; i < 2; i++) {
        float l = a.l[i];
        l += __shfl_xor_sync(~0u, l, 1);
        l += __shfl_xor_sync(~0u, l, 2);
        if (mine + g + 8 * i >= h.seq) continue;
        uint16_t *to = h.out + ((size_t)sequence * h.seq + mine + g + 8 * i) * h.out_stride + head * D + 2 * c;
        const float inverse = __frcp_rn(l);
#pragma unroll
        for (int j = 0; j < D / 8; j++)
            *(uint32_t *)(to + 8 * j) = ptx_pack_bf16(a.o[j][2 * i] * inverse, a.o[j][2 * i + 1] * inverse);
    }
}

/* ---- decode ---- */

typedef struct decode_plan {
    int groups;       /* work items for the query heads of a KV head */
    int splits, span; /* keys of a split, a multiple of KEYS */
} decode_plan;

/* A partial result in memory: ROWS rows of D sums, m (times its scale) and l. */
template <int D> static constexpr int PART = ROWS *(D + 2);

template <int D, int CACHE>
static __global__ void __launch_bounds__(WARPS * 32)
    decode(const fq_cuda_heads h, const decode_plan plan, float *partials, uint32_t *tickets) {
    extern __shared__ __align__(1024) uint8_t memory[];
    __shared__ float gathered[WARPS][ROWS][2];
    __shared__ float2 factor[ROWS][SPLITS_MOST];
    __shared__ int last_one;
    const uint32_t base = ptx_shared(memory);
    float *sums = (float *)memory; /* [ROWS][D], after the tiles */
    const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, g = lane >> 2, c = lane & 3;
    const int split = blockIdx.x % plan.splits, item = blockIdx.x / plan.splits;
    const int kv_heads = h.kv.kv_heads, each = h.heads / kv_heads;
    const int group = item % plan.groups, kv_head = item / plan.groups % kv_heads;
    const int token = item / plan.groups / kv_heads, sequence = token / h.seq;
    const int head0 = kv_head * each + group * ROWS, count = min((int)ROWS, each - group * ROWS);
    ptx_grid_wait();
    const int keys = h.past[sequence] + (h.causal ? token % h.seq + 1 : h.seq);
    const int from = split * plan.span, to = min(keys, from + plan.span);
    const size_t row0 = ((size_t)sequence * kv_heads + kv_head) * h.kv.capacity;
    const uint16_t *q_from = (const uint16_t *)h.q + (size_t)token * (h.q_stride / 2);
    uint32_t q[D / 16][4];
    load_query<D>(q, q_from + (head0 + min(g, count - 1)) * D, q_from + (head0 + min(g + 8, count - 1)) * D, c);
    const float scale = 1.4426950408889634f * (D == 64 ? 0.125f : 0.08838834764831845f);
    warp_sums<D> a;
    clear(a);
    if (from < to) {
        fill_tile<D, CACHE>(base, h.kv, 0, row0, from, to);
        fill_tile<D, CACHE>(base + TILE<D>, h.kv, 1, row0, from, to);
    }
    copies_commit();
    for (int key0 = from, t = 0; key0 < to; key0 += KEYS, t++) {
        const uint32_t now = base + (t & 1) * 2 * TILE<D>, next = base + (~t & 1) * 2 * TILE<D>;
        if (key0 + KEYS < to) {
            fill_tile<D, CACHE>(next, h.kv, 0, row0, key0 + KEYS, to);
            fill_tile<D, CACHE>(next + TILE<D>, h.kv, 1, row0, key0 + KEYS, to);
        }
        copies_commit();
        copies_wait<1>();
        __syncthreads();
        const int first = KEYS / WARPS * warp, left = to - key0 - first, seen[2] = {left, left};
        if (left > 0) take_keys<D, KEYS / WARPS>(a, q, now, now + TILE<D>, first, seen, scale, lane);
        __syncthreads();
    }
    ptx_grid_release();
    /* The warps' sums, then those of all splits. Exponents are of base 2 and scaled from here on. */
#pragma unroll
    for (int i = 0; i < 2; i++) {
        a.l[i] += __shfl_xor_sync(~0u, a.l[i], 1);
        a.l[i] += __shfl_xor_sync(~0u, a.l[i], 2);
        if (c == 0) {
            gathered[warp][g + 8 * i][0] = a.m[i] * scale;
            gathered[warp][g + 8 * i][1] = a.l[i];
        }
    }
    for (int i = threadIdx.x; i < ROWS * D; i += WARPS * 32)
        sums[i] = 0.0f;
    __syncthreads();
    float top[2], total[2], mine[2];
#pragma unroll
    for (int i = 0; i < 2; i++) {
        top[i] = -CUDART_INF_F;
        total[i] = 0.0f;
#pragma unroll
        for (int w = 0; w < WARPS; w++)
            top[i] = fmaxf(top[i], gathered[w][g + 8 * i][0]);
        if (top[i] == -CUDART_INF_F) top[i] = 0.0f;
#pragma unroll
        for (int w = 0; w < WARPS; w++)
            total[i] += gathered[w][g + 8 * i][1] * ptx_exp2(gathered[w][g + 8 * i][0] - top[i]);
        mine[i] = ptx_exp2(a.m[i] * scale - top[i]);
    }
    for (int w = 0; w < WARPS; w++) { /* one after the other: the order of a sum is the same every time */
        if (w == warp) {
#pragma unroll
            for (int i = 0; i < D / 8; i++) {
#pragma unroll
                for (int e = 0; e < 4; e++)
                    sums[(g + 8 * (e >> 1)) * D + 8 * i + 2 * c + (e & 1)] += a.o[i][e] * mine[e >> 1];
            }
        }
        __syncthreads();
    }
    float *part = partials + (size_t)blockIdx.x * PART<D>;
    for (int i = threadIdx.x; i < ROWS * D; i += WARPS * 32)
        __stcg(part + i, sums[i]);
    if (warp == 0 && c == 0) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
            __stcg(part + ROWS * D + g + 8 * i, top[i]);
            __stcg(part + ROWS * D + ROWS + g + 8 * i, total[i]);
        }
    }
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) last_one = atomicAdd(tickets + item, 1) == (uint32_t)plan.splits - 1;
    __syncthreads();
    if (!last_one) return;
    __threadfence();
    if (threadIdx.x == 0) tickets[item] = 0; /* for the next launch */
    const float *all = partials + (size_t)item * plan.splits * PART<D>;
    for (int i = threadIdx.x; i < plan.splits * ROWS; i += WARPS * 32) {
        const float *p = all + (size_t)(i / ROWS) * PART<D> + ROWS * D + i % ROWS;
        factor[i % ROWS][i / ROWS] = make_float2(__ldcg(p), __ldcg(p + ROWS));
    }
    __syncthreads();
    if (threadIdx.x < count) {
        const int row = threadIdx.x;
        float most = -CUDART_INF_F, sum = 0.0f;
        for (int s = 0; s < plan.splits; s++)
            if (factor[row][s].y > 0.0f) most = fmaxf(most, factor[row][s].x);
        for (int s = 0; s < plan.splits; s++)
            if (factor[row][s].y > 0.0f) sum += factor[row][s].y * ptx_exp2(factor[row][s].x - most);
        for (int s = 0; s < plan.splits; s++)
            factor[row][s].x = factor[row][s].y > 0.0f ? ptx_exp2(factor[row][s].x - most) / sum : 0.0f;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < count * D / 2; i += WARPS * 32) {
        const int row = i / (D / 2), d = i % (D / 2) * 2;
        float2 x = {0.0f, 0.0f};
        for (int s = 0; s < plan.splits; s++) {
            const float2 o = __ldcg((const float2 *)(all + (size_t)s * PART<D> + row * D + d));
            const float f = factor[row][s].x;
            x.x += o.x * f, x.y += o.y * f;
        }
        *(uint32_t *)(h.out + (size_t)token * h.out_stride + (head0 + row) * D + d) = ptx_pack_bf16(x.x, x.y);
    }
}

/* So many splits that every processor has three CTAs, where the context allows it. */
static decode_plan plan_of(const fq_cuda_heads *h) {
    decode_plan p;
    const int units = (h->longest + KEYS - 1) / KEYS, each = h->heads / h->kv.kv_heads;
    p.groups = (each + ROWS - 1) / ROWS;
    const int items = h->batch * h->seq * h->kv.kv_heads * p.groups, wanted = 3 * fq_cuda_processors();
    int splits = (wanted + items - 1) / items;
    if (splits > SPLITS_MOST) splits = SPLITS_MOST;
    if (splits > units) splits = units;
    p.span = (units + splits - 1) / splits * KEYS;
    p.splits = (h->longest + p.span - 1) / p.span;
    return p;
}

static size_t ticket_bytes(const fq_cuda_heads *h, const decode_plan *p) {
    return fq_round_up((size_t)(h->batch * h->seq * h->kv.kv_heads * p->groups) * sizeof(uint32_t), 256);
}

size_t fq_cuda_decode_bf16_work(const fq_cuda_heads *h) {
    const decode_plan p = plan_of(h);
    const size_t items = (size_t)(h->batch * h->seq * h->kv.kv_heads * p.groups);
    return ticket_bytes(h, &p) + items * (size_t)p.splits * ROWS * (size_t)(h->kv.head_dim + 2) * sizeof(float);
}

/* ---- launches ---- */

static fq_status cache_of(const fq_cuda_heads *h, int *cache) {
    const fq_recipe *r = h->kv.recipe;
    *cache = r->code == FQ_UINT4 ? CACHE_UINT4 : CACHE_BF16;
    if (r->code == FQ_BF16 && r->group == FQ_NO_SCALE) return FQ_OK;
    if (r->code == FQ_UINT4 && r->scale == FQ_F16 && r->value == FQ_VALUE_BF16 && r->range == FQ_RANGE_ASYMMETRIC)
        return FQ_OK;
    return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: no attention in bfloat16 over '%s'", r->name);
}

/* Two stages of keys and values. */
static size_t tiles_bytes(const fq_cuda_heads *h) {
    return (size_t)4 * KEYS * 2 * (size_t)h->kv.head_dim;
}

#define CHOOSE(f, d, cache)                                                                                            \
    ((d) == 64 ? (cache) == CACHE_BF16 ? (const void *)f<64, CACHE_BF16> : (const void *)f<64, CACHE_UINT4>            \
     : (cache) == CACHE_BF16 ? (const void *)f<128, CACHE_BF16>                                                        \
                             : (const void *)f<128, CACHE_UINT4>)

fq_status fq_attention_prefill_sm90_bf16_attend(const fq_cuda_heads *h, void *stream) {
    fq_cuda_heads heads = *h;
    int cache;
    FQ_TRY(cache_of(h, &cache));
    const size_t bytes = tiles_bytes(h);
    const void *function = CHOOSE(prefill, h->kv.head_dim, cache);
    const dim3 grid((unsigned)((h->seq + ROWS * WARPS - 1) / (ROWS * WARPS)), (unsigned)h->heads, (unsigned)h->batch);
    void *arguments[] = {&heads};
    FQ_CUDA_TRY(cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes));
    FQ_CUDA_TRY(cudaLaunchKernel(function, grid, dim3(WARPS * 32), arguments, bytes, (cudaStream_t)stream));
    return FQ_OK;
}

fq_status fq_attention_decode_sm90_bf16_attend(const fq_cuda_heads *h, void *stream) {
    fq_cuda_heads heads = *h;
    decode_plan plan = plan_of(h);
    int cache;
    FQ_TRY(cache_of(h, &cache));
    const size_t bytes = tiles_bytes(h);
    const void *function = CHOOSE(decode, h->kv.head_dim, cache);
    const int items = h->batch * h->seq * h->kv.kv_heads * plan.groups;
    uint32_t *tickets = (uint32_t *)(h->work + FQ_CUDA_HEADS_FIXED);
    float *partials = (float *)((uint8_t *)tickets + ticket_bytes(h, &plan));
    void *arguments[] = {&heads, &plan, &partials, &tickets};
    FQ_CUDA_TRY(cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes));
    return fq_cuda_launch(function, items * plan.splits, WARPS * 32, bytes, h->early, (cudaStream_t)stream, arguments);
}

#define ROW(op)                                                                                                        \
    fq_status fq_##op##_sm90_bf16(const fq_attention_args *a) {                                                        \
        return fq_cuda_attention_run(fq_##op##_sm90_bf16_attend, a);                                                   \
    }                                                                                                                  \
    size_t fq_##op##_sm90_bf16_scratch(const fq_attention_args *a) {                                                   \
        return 0;                                                                                                      \
    }
ROW(attention_prefill)
ROW(attention_decode)
