/* The sm90 matrix kernel: 4-bit weights from registers times 8-bit activations from shared memory by wgmma, for every
 * number of tokens. One template; a launch picks the tile and how much of the work is shared out by k-tiles.
 *
 * A CTA is a producer warpgroup, of which one thread issues all copies, and rows / 64 consumer warpgroups, each with 64
 * rows of weights by all tokens of the tile. A stage holds a k-tile of 128 inputs. Work of a CTA, in this order:
 *   1. its share of a tile that a later CTA finishes: partial sums go to memory, a flag says so;
 *   2. tiles that it does alone;
 *   3. its share of a tile that it finishes: it adds the partial sums of the CTAs before it, which did theirs first.
 * So waiting is rare, and sums have one order: the result depends on shape and tile, not on timing. */
#ifndef FQ_KERNELS_GEMM_SM90_CUH
#define FQ_KERNELS_GEMM_SM90_CUH
#include <cuda_fp16.h>
#include "kernels/epilogue_sm90.cuh"
#include "kernels/wgmma_sm90.cuh"

template <int FORM> struct sm90_sum { typedef float type; };
template <> struct sm90_sum<FQ_SM90_INT8> { typedef int type; };
template <> struct sm90_sum<FQ_SM90_QOQ> { typedef int type; };

/* ---- 4-bit codes to A operands ---- */

/* |q| s as E4M3 for |q| = 0..7 and the thread's two rows: lut[0..1] row g, lut[2..3] row g + 8. The product of four and
 * three significant bits is exact in float16, so the one conversion is the recipe's rounding. */
FQ_DEV void sm90_build_lut(uint32_t scales, uint32_t (&lut)[4]) {
    uint32_t h, p[2][3], c;
    asm("{\n.reg .b16 t;\ncvt.u16.u32 t, %1;\ncvt.rn.f16x2.e4m3x2 %0, t;\n}" : "=r"(h) : "r"(scales));
    const __half2 both = *reinterpret_cast<__half2 *>(&h);
#pragma unroll
    for (int r = 0; r < 2; r++) {
        const __half2 s = r ? __high2half2(both) : __low2half2(both);
#pragma unroll
        for (int q = 0; q < 3; q++) {
            const __half2 v = __hmul2(s, __floats2half2_rn((float)(2 * q + 2), (float)(2 * q + 3)));
            p[r][q] = *reinterpret_cast<const uint32_t *>(&v);
        }
        asm("{\n.reg .b16 a, b;\ncvt.rn.satfinite.e4m3x2.f16x2 a, %1;\ncvt.rn.satfinite.e4m3x2.f16x2 b, %2;\n"
            "mov.b32 %0, {a, b};\n}"
            : "=r"(lut[2 * r + 1])
            : "r"(p[r][1]), "r"(p[r][2]));
    }
    asm("{\n.reg .b16 a, b;\ncvt.rn.satfinite.e4m3x2.f16x2 a, %1;\ncvt.rn.satfinite.e4m3x2.f16x2 b, %2;\n"
        "mov.b32 %0, {a, b};\n}"
        : "=r"(c)
        : "r"(p[0][0]), "r"(p[1][0]));
    lut[0] = __byte_perm(scales, c, 0x5402); /* 0, s, 2 s, 3 s */
    lut[2] = __byte_perm(scales, c, 0x7612);
}

/* Eight codes to the two registers of a row. prmt in assembly, or the compiler spends one more instruction on it. */
FQ_DEV void sm90_decode_sigma(uint32_t w, uint32_t lo, uint32_t hi, uint32_t &r0, uint32_t &r2) {
    const uint32_t index = w & 0x77777777u;
    r0 = ptx_permute(lo, hi, index) ^ (w & 0x80808080u);
    r2 = ptx_permute(lo, hi, index >> 16) ^ ((w << 4) & 0x80808080u);
}

FQ_DEV void sm90_decode_lut(uint32_t w, const uint32_t (&lut)[4], uint32_t &r0, uint32_t &r2) {
    const uint32_t index = w & 0x77777777u, half = ((w >> 1) & 0x44444444u) | 0x32103210u;
    r0 = ptx_permute(ptx_permute(lut[0], lut[1], index), ptx_permute(lut[2], lut[3], index), half);
    r2 = ptx_permute(ptx_permute(lut[0], lut[1], index >> 16), ptx_permute(lut[2], lut[3], index >> 16), half >> 16);
}

/* Distance of a thread's scales from its block: of two E4M3 scales, or of the table of its row g. */
template <int FORM> FQ_DEV uint32_t sm90_scales_at(int t) {
    constexpr int EACH = FORM == FQ_SM90_QOQ || FORM == FQ_SM90_EXACT ? 4 : 2; /* bytes of a thread's two */
    return FQ_SM90_CODES + (FORM == FQ_SM90_LUT ? ((t >> 5) * 16 + ((t >> 2) & 7)) * 16 : (t >> 2) * EACH);
}

/* Four bytes q in 0..15 to q s - z s, byte by byte modulo 256: products stay below 256, and the borrow of each byte is
 * kept from the next by its top bit. low7: z s four times without top bits; top: those inverted. */
FQ_DEV uint32_t sm90_decode_qoq(uint32_t q, uint32_t s, uint32_t low7, uint32_t top) {
    const uint32_t v = q * s;
    return ((v | 0x80808080u) - low7) ^ ((v ^ top) & 0x80808080u);
}

/* A k-tile of 64 x 128 from shared memory to the 16 A registers of its four k-steps. */
template <int FORM> FQ_DEV void sm90_load_a(uint32_t words, uint32_t scales, uint32_t (&r)[4][4]) {
    uint32_t w[2][4];
    ptx_load_shared(w[0], words);
    ptx_load_shared(w[1], words + 2048);
    if constexpr (FORM == FQ_SM90_SIGMA) {
        uint32_t lut[4];
        sm90_build_lut(ptx_load_shared_u16(scales), lut);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sm90_decode_sigma(w[j >> 1][(j & 1) * 2], lut[0], lut[1], r[j][0], r[j][2]);
            sm90_decode_sigma(w[j >> 1][(j & 1) * 2 + 1], lut[2], lut[3], r[j][1], r[j][3]);
        }
    } else if constexpr (FORM == FQ_SM90_LUT) {
        uint32_t lut[2][4];
        ptx_load_shared(lut[0], scales);
        ptx_load_shared(lut[1], scales + 8 * 16);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sm90_decode_lut(w[j >> 1][(j & 1) * 2], lut[0], r[j][0], r[j][2]);
            sm90_decode_lut(w[j >> 1][(j & 1) * 2 + 1], lut[1], r[j][1], r[j][3]);
        }
    } else if constexpr (FORM == FQ_SM90_EXACT) { /* 0, 1, 2, 3 and 4, 5, 6, 7 as E4M3 */
#pragma unroll
        for (int j = 0; j < 4; j++) {
            sm90_decode_sigma(w[j >> 1][(j & 1) * 2], 0x44403800u, 0x4E4C4A48u, r[j][0], r[j][2]);
            sm90_decode_sigma(w[j >> 1][(j & 1) * 2 + 1], 0x44403800u, 0x4E4C4A48u, r[j][1], r[j][3]);
        }
    } else if constexpr (FORM == FQ_SM90_QOQ) {
        const uint32_t both = ptx_load_shared_as<uint32_t>(scales); /* s, z s of row g; of row g + 8 */
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const uint32_t s = both >> (16 * half) & 0xFFu, zs = (both >> (16 * half + 8) & 0xFFu) * 0x01010101u;
            const uint32_t low7 = zs & 0x7F7F7F7Fu, top = ~zs;
#pragma unroll
            for (int j = 0; j < 4; j++) {
                const uint32_t word = w[j >> 1][(j & 1) * 2 + half];
                r[j][half] = sm90_decode_qoq(word >> 4 & 0x0F0F0F0Fu, s, low7, top);
                r[j][half + 2] = sm90_decode_qoq(word & 0x0F0F0F0Fu, s, low7, top);
            }
        }
    } else {
#pragma unroll
        for (int j = 0; j < 4; j++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const uint32_t word = w[j >> 1][(j & 1) * 2 + half];
                r[j][half] = word & 0xF0F0F0F0u;
                r[j][half + 2] = (word << 4) & 0xF0F0F0F0u;
            }
        }
    }
}

/* ---- the tile and its shared memory ---- */

template <int FORM_, int ROWS_, int TOKENS_, int K_GROUPS_, int GATED_> struct sm90_config {
    static constexpr int FORM = FORM_, ROWS = ROWS_, TOKENS = TOKENS_, K_GROUPS = K_GROUPS_, GATED = GATED_;
    static constexpr int INTEGER = FORM == FQ_SM90_INT8 || FORM == FQ_SM90_QOQ; /* sums are INT32 */
    /* Warpgroups: GROUPS of 64 rows each, K_GROUPS such sets that take the k-tiles in turn. */
    static constexpr int GROUPS = ROWS / FQ_SM90_ROWS, OWNERS = GROUPS * 128, CONSUMERS = OWNERS * K_GROUPS,
                         THREADS = CONSUMERS + 128;
    static constexpr int BLOCK = FQ_SM90_BLOCK_BYTES(FORM), X_BYTES = TOKENS * FQ_SM90_INPUTS, W_BYTES = GROUPS * BLOCK;
    static constexpr int OUT_BYTES = ROWS * TOKENS * (GATED ? 1 : 2), SCALE_BYTES = GROUPS * TOKENS * 4,
                         SUM_BYTES = (K_GROUPS - 1) * OWNERS * TOKENS / 2 * 4;
    static constexpr int MOST = 232448; /* bytes of shared memory that a CTA may have */
    static constexpr int FIT = (MOST - 64 - OUT_BYTES - SCALE_BYTES - SUM_BYTES) / (X_BYTES + W_BYTES + 16);
    static constexpr int ENOUGH = K_GROUPS > 1 ? 24 : 12;
    static constexpr int STAGES = (FIT > ENOUGH ? ENOUGH : FIT) / K_GROUPS * K_GROUPS;
    static constexpr int AT_OUT = STAGES * X_BYTES, AT_SUM = AT_OUT + OUT_BYTES, AT_W = AT_SUM + SUM_BYTES,
                         AT_SCALE = AT_W + STAGES * W_BYTES, AT_PLAN = AT_SCALE + SCALE_BYTES,
                         AT_RESIDUAL = AT_PLAN + 32, AT_BARRIER = AT_RESIDUAL + 32, BYTES = AT_BARRIER + 16 * STAGES;
    /* Registers: what the launch bound allows a thread, and how setmaxnreg shares them out again. */
    static constexpr int LAUNCH = 65536 / THREADS / 8 * 8 < 168 ? 65536 / THREADS / 8 * 8 : 168;
    static constexpr int PRODUCER = LAUNCH > 128 ? 40 : 32;
    static constexpr int SHARE = (LAUNCH * THREADS - PRODUCER * 128) / CONSUMERS / 8 * 8;
    static constexpr int CONSUMER = SHARE > 232 ? 232 : SHARE;
    static_assert(STAGES >= 3 && BYTES <= MOST && TOKENS % 16 == 0 && TOKENS <= 256, "tile");
    static_assert(FQ_SM90_ROW_UNIT % ROWS == 0 && STAGES % K_GROUPS == 0, "tile");
};

/* Where a consumer thread stands in the ring of stages: its words of a block and its warpgroup's scales of it, in stage
 * 0; the barriers and activations are at fixed distances from `base`. */
typedef struct sm90_pipe {
    uint32_t base, words, scales;
    int stage;
    uint32_t phase;
} sm90_pipe;

/* d = the product over `count` >= 1 k-tiles. On return all wgmmas are complete and all stages released.
 * A is double-buffered a whole k-tile deep: while the wgmmas of one k-tile run, the next one is converted into the
 * other 16 registers and queued; only then is the first waited for and its stage released. */
template <class C, typename SUM> FQ_DEV void sm90_multiply(SUM (&d)[C::TOKENS / 2], int count, sm90_pipe &p, int t) {
    uint32_t a[2][4][4];
    int previous = 0;
    auto convert_and_issue = [&](uint32_t(&r)[4][4], int keep) -> int {
        const int s = p.stage;
        ptx_barrier_wait(p.base + C::AT_BARRIER + 8 * s, p.phase);
        sm90_load_a<C::FORM>(p.words + s * C::W_BYTES, p.scales + s * C::W_BYTES, r);
#pragma unroll
        for (int j = 0; j < 4; j++) /* the conversion stays before the fence */
            asm volatile("" : "+r"(r[j][0]), "+r"(r[j][1]), "+r"(r[j][2]), "+r"(r[j][3]));
        const uint64_t b = wgmma_descriptor(p.base + s * C::X_BYTES);
        ptx_wgmma_fence();
#pragma unroll
        for (int j = 0; j < 4; j++)
            wgmma_mma(fq_tokens<C::TOKENS>(), d, r[j], b + 2 * j, j > 0 ? 1 : keep);
        ptx_wgmma_commit();
        p.stage += C::K_GROUPS;
        if (p.stage >= C::STAGES) {
            p.stage -= C::STAGES;
            p.phase ^= 1;
        }
        return s;
    };
    auto release = [&](int s) {
        if ((t & 31) == 0) ptx_barrier_arrive(p.base + C::AT_BARRIER + 8 * (C::STAGES + s));
    };
    auto next = [&](uint32_t(&r)[4][4]) {
        const int s = convert_and_issue(r, 1);
        ptx_wgmma_wait<1>();
        release(previous);
        previous = s;
    };
    previous = convert_and_issue(a[0], 0);
    int i = 1;
    for (; i + 1 < count; i += 2) {
        next(a[1]);
        next(a[0]);
    }
    if (i < count) next(a[1]);
    ptx_wgmma_wait<0>();
    release(previous);
}

/* The same for EXACT: the sums of every k-tile by themselves, then times the scales of its block onto d. */
template <class C> FQ_DEV void sm90_multiply_exact(float (&d)[C::TOKENS / 2], int count, sm90_pipe &p, int t) {
    float part[C::TOKENS / 2];
    uint32_t a[4][4];
#pragma unroll
    for (int i = 0; i < C::TOKENS / 2; i++)
        d[i] = 0.0f;
    for (int k = 0; k < count; k++) {
        const int s = p.stage;
        ptx_barrier_wait(p.base + C::AT_BARRIER + 8 * s, p.phase);
        sm90_load_a<C::FORM>(p.words + s * C::W_BYTES, 0, a);
        const uint32_t both = ptx_load_shared_as<uint32_t>(p.scales + s * C::W_BYTES);
        const float2 scale = __half22float2(*reinterpret_cast<const __half2 *>(&both));
#pragma unroll
        for (int j = 0; j < 4; j++) /* the conversion stays before the fence */
            asm volatile("" : "+r"(a[j][0]), "+r"(a[j][1]), "+r"(a[j][2]), "+r"(a[j][3]));
        const uint64_t b = wgmma_descriptor(p.base + s * C::X_BYTES);
        ptx_wgmma_fence();
#pragma unroll
        for (int j = 0; j < 4; j++)
            wgmma_mma(fq_tokens<C::TOKENS>(), part, a[j], b + 2 * j, j > 0 ? 1 : 0);
        ptx_wgmma_commit();
        p.stage += C::K_GROUPS;
        if (p.stage >= C::STAGES) {
            p.stage -= C::STAGES;
            p.phase ^= 1;
        }
        ptx_wgmma_wait<0>();
        if ((t & 31) == 0) ptx_barrier_arrive(p.base + C::AT_BARRIER + 8 * (C::STAGES + s));
#pragma unroll
        for (int i = 0; i < C::TOKENS / 2; i++)
            d[i] = __fmaf_rn(part[i], i & 2 ? scale.y : scale.x, d[i]);
    }
}

template <class C, typename SUM> FQ_DEV void sm90_sums(SUM (&d)[C::TOKENS / 2], int count, sm90_pipe &p, int t) {
    if constexpr (C::FORM == FQ_SM90_EXACT)
        sm90_multiply_exact<C>(d, count, p, t);
    else
        sm90_multiply<C>(d, count, p, t);
}

/* ---- which part of which tile ---- */

/* One piece of a CTA's work: k-tiles k0 .. k1-1 of the tile at these coordinates. */
typedef struct sm90_piece {
    int row_tile, token_tile, k0, k1;
} sm90_piece;

/* The CTA's pieces, in shared memory: each role reads it anew, for registers are short. Counts of tails, of shared
 * tiles that are whole, of tiles dealt, of heads; first shared tile and k-tile in it, last shared tile and k-tiles of
 * it. */
typedef struct sm90_plan {
    int tails, whole, dealt, heads, first, from, last, to;
} sm90_plan;

/* First of the shared k-tiles of a CTA. */
FQ_DEV int sm90_share(const fq_sm90_args &g, int cta) {
    return cta * g.share + min(cta, g.longer);
}

FQ_DEV void sm90_plan_write(uint32_t at, const fq_sm90_args &g) {
    const int lo = sm90_share(g, blockIdx.x), hi = sm90_share(g, blockIdx.x + 1);
    const int first = lo / g.k_tiles, last = hi / g.k_tiles, from = lo - first * g.k_tiles, to = hi - last * g.k_tiles;
    const int dealt = (int)blockIdx.x < g.whole_tiles ? (g.whole_tiles - 1 - (int)blockIdx.x) / (int)gridDim.x + 1 : 0;
    ptx_store_shared_s4(at, lo < hi && to > 0, max(last - first - (from > 0), 0), dealt, from > 0 && first < last);
    ptx_store_shared_s4(at + 16, first, from, last, to);
}

/* Token tiles fastest within a group of them, so that CTAs that run together share weights and activations in L2. */
FQ_DEV void sm90_locate(const fq_sm90_args &g, int tile, sm90_piece *p) {
    int rows = g.row_tiles, group = g.token_group;
    asm volatile("" : "+r"(rows), "+r"(group)); /* or their reciprocals would stay in registers */
    const int per = group * rows, i = tile / per, rest = tile - i * per, size = min(group, g.token_tiles - i * group);
    p->row_tile = rest / size;
    p->token_tile = i * group + rest - p->row_tile * size;
}

/* Piece i; 0 when there is none. In the order of the file's head: tail, whole tiles, head. Shared tiles come after the
 * dealt ones in number. A share within one tile is a tail too, which a later CTA finishes. */
FQ_DEV int sm90_work(int i, uint32_t plan_at, const fq_sm90_args &g, sm90_piece *p) {
    int tails, whole, dealt, heads, first, from, last, to, tile;
    ptx_load_shared_s4(plan_at, &tails, &whole, &dealt, &heads);
    ptx_load_shared_s4(plan_at + 16, &first, &from, &last, &to);
    if (i >= tails + whole + dealt + heads) return 0;
    p->k0 = 0;
    p->k1 = g.k_tiles;
    if (i < tails) {
        tile = g.whole_tiles + last;
        if (first == last) p->k0 = from;
        p->k1 = to;
    } else if (i < tails + whole) {
        tile = g.whole_tiles + first + (from > 0) + i - tails;
    } else if (i < tails + whole + dealt) {
        tile = (int)blockIdx.x + (i - tails - whole) * (int)gridDim.x;
    } else {
        tile = g.whole_tiles + first;
        p->k0 = from;
    }
    sm90_locate(g, tile, p);
    return 1;
}

/* ---- roles ---- */

template <class C> FQ_DEV void sm90_produce(const CUtensorMap *x_map, const fq_sm90_args &g, uint32_t base) {
    const uint32_t full = base + C::AT_BARRIER, empty = full + 8 * C::STAGES;
    sm90_piece p = {0, 0, 0, 0};
    const uint32_t plan = base + C::AT_PLAN;
    int s = 0, issued = 0, early = 0;
    uint32_t phase = 1;
    auto load_w = [&](int k, int stage) {
        const uint8_t *from = g.w + ((size_t)p.row_tile * C::GROUPS * g.k_tiles + k) * C::BLOCK;
        ptx_barrier_expect(full + 8 * stage, g.x_rows * FQ_SM90_INPUTS + C::W_BYTES);
#pragma unroll
        for (int i = 0; i < C::GROUPS; i++)
            ptx_bulk_load(base + C::AT_W + stage * C::W_BYTES + i * C::BLOCK, from + (size_t)i * g.k_tiles * C::BLOCK,
                          C::BLOCK, full + 8 * stage);
    };
    /* Weights belong to no kernel before this one: the first stages are asked for before it has finished. */
    if (sm90_work(0, plan, g, &p)) {
        early = min(p.k1 - p.k0, (int)C::STAGES);
        for (int i = 0; i < early; i++)
            load_w(p.k0 + i, i);
    }
    ptx_grid_wait();
    for (int piece = 0; sm90_work(piece, plan, g, &p); piece++) {
        for (int k = p.k0; k < p.k1; k++) {
            if (issued >= early) {
                ptx_barrier_wait(empty + 8 * s, phase);
                load_w(k, s);
            }
            issued++;
            ptx_tensor_load(base + s * C::X_BYTES, x_map, k * FQ_SM90_INPUTS, p.token_tile * C::TOKENS, full + 8 * s);
            if (++s == C::STAGES) {
                s = 0;
                phase ^= 1;
            }
        }
    }
}

/* Partial sums to this CTA's place; the flag follows them. */
template <class C, typename SUM>
FQ_DEV void sm90_publish(const SUM (&d)[C::TOKENS / 2], const fq_sm90_args &g, int group, int t) {
    SUM *to = (SUM *)g.partial + (size_t)blockIdx.x * (C::TOKENS / 2) * C::OWNERS + group * 128 + t;
#pragma unroll
    for (int i = 0; i < C::TOKENS / 2; i++)
        __stcg(to + (size_t)i * C::OWNERS, d[i]);
    ptx_named_sync(1 + group, 128);
    /* A release: what the barrier ordered before it is seen with it. */
    if (t == 0) ptx_flag_set(g.flag + blockIdx.x * C::GROUPS + group, 1);
}

/* d += the partial sums of all CTAs before this one that worked on the tile, nearest first. The flags are waited for by
 * as many threads, and small fragments of four CTAs are read at once: one after the other costs a microsecond each. */
template <class C, typename SUM>
FQ_DEV void sm90_collect(SUM (&d)[C::TOKENS / 2], const fq_sm90_args &g, int group, int t) {
    constexpr int AT_ONCE = C::TOKENS <= 16 ? 4 : C::TOKENS <= 32 ? 2 : 1;
    const int start = sm90_share(g, blockIdx.x) / g.k_tiles * g.k_tiles;
    int count = 0;
    while (count < (int)blockIdx.x && sm90_share(g, (int)blockIdx.x - count) > start)
        count++;
    for (int i = t; i < count; i += 128) {
        uint32_t *flag = g.flag + ((int)blockIdx.x - 1 - i) * C::GROUPS + group;
        while (ptx_flag_get(flag) == 0) {
        }
        *flag = 0; /* for the next launch; this is its only reader */
    }
    ptx_named_sync(1 + group, 128);
    const SUM *from = (const SUM *)g.partial + (size_t)blockIdx.x * (C::TOKENS / 2) * C::OWNERS + group * 128 + t;
    const ptrdiff_t back = -(ptrdiff_t)(C::TOKENS / 2) * C::OWNERS;
    for (int i = 1; i <= count; i += AT_ONCE) {
        SUM v[AT_ONCE][C::TOKENS / 2];
#pragma unroll
        for (int j = 0; j < AT_ONCE; j++) {
#pragma unroll
            for (int e = 0; e < C::TOKENS / 2; e++)
                v[j][e] = i + j <= count ? __ldcg(from + (i + j) * back + (ptrdiff_t)e * C::OWNERS) : (SUM)0;
        }
#pragma unroll
        for (int j = 0; j < AT_ONCE; j++) {
#pragma unroll
            for (int e = 0; e < C::TOKENS / 2; e++)
                d[e] += v[j][e];
        }
    }
}

/* The sums of all sets of warpgroups to the first one, which returns 1; the others may go on with the next piece. */
template <class C, typename SUM>
FQ_DEV int sm90_gather(SUM (&d)[C::TOKENS / 2], uint32_t base, int set, int group, int t, int first_piece) {
    enum { FREE = 8, FULL = 9 }; /* named barriers */
    const uint32_t at = base + C::AT_SUM + (group * 128 + t) * 4;
    if (set > 0) {
        if (!first_piece) ptx_named_sync(FREE, C::CONSUMERS);
#pragma unroll
        for (int i = 0; i < C::TOKENS / 2; i++)
            ptx_store_shared_as(at + ((set - 1) * (C::TOKENS / 2) + i) * C::OWNERS * 4, d[i]);
        ptx_named_arrive(FULL, C::CONSUMERS);
        return 0;
    }
    ptx_named_sync(FULL, C::CONSUMERS);
#pragma unroll
    for (int s = 1; s < C::K_GROUPS; s++) {
#pragma unroll
        for (int i = 0; i < C::TOKENS / 2; i++)
            d[i] += ptx_load_shared_as<SUM>(at + ((s - 1) * (C::TOKENS / 2) + i) * C::OWNERS * 4);
    }
    ptx_named_arrive(FREE, C::CONSUMERS);
    return 1;
}

template <class C>
FQ_DEV void sm90_consume(const CUtensorMap *y_map, const CUtensorMap *residual_map, const fq_sm90_args &g,
                         uint32_t base, int warpgroup, int t) {
    const int group = warpgroup % C::GROUPS, set = warpgroup / C::GROUPS;
    typedef typename sm90_sum<C::FORM>::type SUM;
    const uint32_t block = base + C::AT_W + group * C::BLOCK;
    sm90_pipe pipe = {base, block + t * 16, block + sm90_scales_at<C::FORM>(t), set, 0};
    sm90_output<C> output = sm90_output_make<C>(base, group, t);
    int passed = 0; /* k-tiles of the pieces before */
    sm90_piece p;
    for (int piece = 0; sm90_work(piece, base + C::AT_PLAN, g, &p); piece++) {
        const int row0 = p.row_tile * C::ROWS + group * FQ_SM90_ROWS, token0 = p.token_tile * C::TOKENS;
        const int last = p.k1 == g.k_tiles;
        if (last && set == 0) sm90_output_begin<C>(output, g, residual_map, row0, token0);
        SUM d[C::TOKENS / 2];
        if constexpr (C::K_GROUPS == 1) {
            sm90_sums<C>(d, p.k1 - p.k0, pipe, t);
        } else {
            const int skip = (set + C::K_GROUPS - passed % C::K_GROUPS) % C::K_GROUPS; /* to this set's first k-tile */
            const int count = (p.k1 - p.k0 - skip + C::K_GROUPS - 1) / C::K_GROUPS;
            if (count > 0) {
                sm90_sums<C>(d, count, pipe, t);
            } else {
#pragma unroll
                for (int i = 0; i < C::TOKENS / 2; i++)
                    d[i] = 0;
            }
            passed += p.k1 - p.k0;
            if (!sm90_gather<C>(d, base, set, group, t, piece == 0)) continue;
        }
        if (!last) {
            sm90_publish<C>(d, g, group, t);
            continue;
        }
        if (p.k0 > 0) sm90_collect<C>(d, g, group, t);
        sm90_output_end<C>(d, output, g, y_map, row0, token0);
    }
    if (C::K_GROUPS > 1 && set > 0 && passed > 0) ptx_named_sync(8, C::CONSUMERS); /* the last arrival at FREE */
    if (t == 0) ptx_store_wait_all();
}

template <class C>
__global__ void __launch_bounds__(C::THREADS, 1)
    sm90_gemm(const __grid_constant__ CUtensorMap x_map, const __grid_constant__ CUtensorMap y_map,
              const __grid_constant__ CUtensorMap residual_map, const fq_sm90_args g) {
    extern __shared__ __align__(1024) uint8_t memory[]; /* swizzled tiles stand on multiples of 1024 */
    const uint32_t base = ptx_shared(memory), full = base + C::AT_BARRIER;
    const int group = __shfl_sync(~0u, threadIdx.x >> 7, 0); /* uniform for the compiler too */
    if (threadIdx.x == 0) {
        if (base % 1024 != 0) __trap();
        for (int i = 0; i < C::STAGES; i++) {
            ptx_barrier_init(full + 8 * i, 1);
            ptx_barrier_init(full + 8 * (C::STAGES + i), 4 * C::GROUPS);
        }
        for (int i = 0; i < C::GROUPS; i++)
            ptx_barrier_init(base + C::AT_RESIDUAL + 8 * i, 1);
        ptx_barrier_init_fence();
        ptx_prefetch_map(&x_map);
        ptx_prefetch_map(&y_map);
    }
    if (threadIdx.x == 32) sm90_plan_write(base + C::AT_PLAN, g);
    __syncthreads();
    if (group == 0) {
        ptx_registers_give<C::PRODUCER>();
        if (threadIdx.x == 0) sm90_produce<C>(&x_map, g, base);
    } else {
        ptx_registers_take<C::CONSUMER>();
        ptx_grid_release();
        ptx_grid_wait(); /* scales and y belong to the kernel before until here */
        sm90_consume<C>(&y_map, &residual_map, g, base, group - 1, threadIdx.x & 127);
    }
}

/* A row of a form's table of tiles: T of FQ_SM90_TILES. */
#define FQ_SM90_INSTANCE(form, gated, rows, tokens, k_groups, k_tile, tile, sharing)                                   \
    {#rows "x" #tokens,                                                                                                \
     (const void *)sm90_gemm<sm90_config<form, rows, tokens, k_groups, gated>>,                                        \
     rows,                                                                                                             \
     tokens,                                                                                                           \
     sm90_config<form, rows, tokens, k_groups, gated>::THREADS,                                                        \
     sm90_config<form, rows, tokens, k_groups, gated>::BYTES,                                                          \
     k_tile,                                                                                                           \
     tile,                                                                                                             \
     sharing},
#endif
