/* The sm90 matrix kernel: 4-bit weights from registers times 8-bit activations from shared memory by wgmma, for every
 * number of tokens. One template; a launch picks the tile and how much of the work is shared out by stages.
 *
 * A CTA is a warpgroup of helpers, one thread of a warp each (weights; activations; sums from other CTAs; sums to
 * another CTA), and rows / 64 consumer warpgroups, each with 64 rows of weights by all tokens of the tile, or several
 * such sets that take the stages in turn. A stage holds one or two k-tiles of 128 inputs. Work of a CTA, in this order:
 *   1. its share of a tile that a later CTA finishes: partial sums go to memory, a flag says so;
 *   2. tiles that it does alone;
 *   3. its share of a tile that it finishes: it adds the partial sums of the CTAs before it, which did theirs first.
 * Or (g.split) two CTAs of a cluster do half of the stages of one tile each, and each finishes half of its tokens.
 * So waiting is rare, and sums have one order: the result depends on shape and tile, not on timing. All CTAs of a
 * launch are resident at once (one an SM, at most as many as there are SMs), or waiting for another's sums might never
 * end.
 *
 * Stage i of a piece goes to set i mod K_GROUPS, and a place in the ring of stages belongs to one set for good. So a
 * warpgroup that waits for round r of a place has itself used round r - 1; were it another one's, whose data is still
 * on its way, the parity of round r - 2 would pass for that of r. */
#ifndef FQ_KERNELS_GEMM_SM90_CUH
#define FQ_KERNELS_GEMM_SM90_CUH
#include "kernels/epilogue_sm90.cuh"
#include "kernels/handover_sm90.cuh"
#include "kernels/unpack_sm90.cuh"
#include "kernels/wgmma_sm90.cuh"

template <int FORM> struct sm90_sum { typedef float type; };
template <> struct sm90_sum<FQ_SM90_INT8> { typedef int type; };
template <> struct sm90_sum<FQ_SM90_QOQ> { typedef int type; };

/* ---- the tile and its shared memory ---- */

template <int FORM_, int ROWS_, int TOKENS_, int K_GROUPS_, int DEEP_, int GATED_> struct sm90_config {
    static constexpr int FORM = FORM_, ROWS = ROWS_, TOKENS = TOKENS_, K_GROUPS = K_GROUPS_, GATED = GATED_;
    static constexpr int INTEGER = FORM == FQ_SM90_INT8 || FORM == FQ_SM90_QOQ; /* sums are INT32 */
    /* k-tiles of a stage: the copy engine takes about 100 cycles for a copy of any size. */
    static constexpr int DEEP = DEEP_;
    /* Whether pairs of CTAs (fq_sm90_args.paired) are possible: each loads half the activations for both. */
    static constexpr int PAIRS = K_GROUPS == 1 && DEEP == 1 && TOKENS >= FQ_SM90_PAIR_TOKENS;
    /* Whether narrow tiles (fq_sm90_args.narrow) may follow, whether tiles may be split, whether the first stage may be
     * asked for at once. */
    static constexpr int NARROW = PAIRS && TOKENS == 256, SPLIT = TOKENS % 32 == 0,
                         AT_ONCE = DEEP == 1 && K_GROUPS <= 2;
    static constexpr int SEND = FQ_SM90_SEND_TOKENS(TOKENS);
    /* Warpgroups: GROUPS of 64 rows each, K_GROUPS such sets that take the stages in turn. */
    static constexpr int GROUPS = ROWS / FQ_SM90_ROWS, OWNERS = GROUPS * 128, CONSUMERS = OWNERS * K_GROUPS,
                         THREADS = CONSUMERS + 128;
    static constexpr int BLOCK = FQ_SM90_BLOCK_BYTES(FORM), X_BYTES = DEEP * TOKENS * FQ_SM90_INPUTS,
                         W_BYTES = DEEP * GROUPS * BLOCK; /* of a stage */
    static constexpr int OUT_BYTES = ROWS * TOKENS * (GATED ? 1 : 2), SCALE_BYTES = GROUPS * TOKENS * 4,
                         SUM_BYTES = (K_GROUPS - 1) * OWNERS * TOKENS / 2 * 4, FRAGMENT = 128 * TOKENS / 2 * 4;
    /* Sums that go to other CTAs and come from them pass through shared memory beside the main loop: places for them.
     */
    static constexpr int BACKGROUND = TOKENS <= 64, SLOTS = BACKGROUND ? (TOKENS <= 32 ? 3 : 1) : 0,
                         SLOT_BYTES = (SLOTS + BACKGROUND) * GROUPS * FRAGMENT;
    /* Tables by scale where unpacking limits; elsewhere the place is worth more as a stage. */
    static constexpr int TABLES = FORM == FQ_SM90_SIGMA && TOKENS <= 128 ? SM90_TABLE_BYTES : 0;
    /* Whether a k-tile's words are read before the wgmmas of the one before it are issued. That wants the ring a place
     * longer: not for tiles that wait for their loads (64 rows) and rings of four stages. */
    static constexpr int AHEAD = GROUPS > 1 && TOKENS < 256;
    static constexpr int FIT =
        (SM90_SHARED_MOST - 80 - OUT_BYTES - SCALE_BYTES - SUM_BYTES - SLOT_BYTES - TABLES) / (X_BYTES + W_BYTES + 16);
    static constexpr int ENOUGH = K_GROUPS > 1 ? 32 : 12;
    static constexpr int STAGES = (FIT > ENOUGH ? ENOUGH : FIT) / K_GROUPS * K_GROUPS;
    static constexpr int AT_OUT = STAGES * X_BYTES, AT_SUM = AT_OUT + OUT_BYTES, AT_SLOT = AT_SUM + SUM_BYTES,
                         AT_PUBLISH = AT_SLOT + SLOTS * GROUPS * FRAGMENT, AT_W = AT_SLOT + SLOT_BYTES,
                         AT_SCALE = AT_W + STAGES * W_BYTES, AT_PLAN = AT_SCALE + SCALE_BYTES,
                         AT_RESIDUAL = AT_PLAN + 32, AT_LANDED = AT_RESIDUAL + 32, AT_LEAVING = AT_LANDED + 8,
                         AT_TABLES = AT_LEAVING + 8, AT_BARRIER = AT_TABLES + TABLES, BYTES = AT_BARRIER + 16 * STAGES;
    /* Registers: what the launch bound allows a thread, and how setmaxnreg shares them out again where that is less
     * than a consumer needs: its sums and about 100. */
    static constexpr int LAUNCH = 65536 / THREADS / 8 * 8 < 168 ? 65536 / THREADS / 8 * 8 : 168;
    static constexpr int PRODUCER = LAUNCH > 128 ? 40 : 32;
    static constexpr int SHARE = (LAUNCH * THREADS - PRODUCER * 128) / CONSUMERS / 8 * 8;
    static constexpr int CONSUMER = SHARE > 232 ? 232 : SHARE;
    static constexpr int REGISTERS = (FORM == FQ_SM90_EXACT ? 2 : 1) * TOKENS / 2 + 100 > LAUNCH;
    static_assert(STAGES >= 3 && STAGES <= 32 && BYTES <= SM90_SHARED_MOST && TOKENS % 16 == 0 && TOKENS <= 256,
                  "tile");
    static_assert(FQ_SM90_ROW_UNIT % ROWS == 0 && STAGES % K_GROUPS == 0 && STAGES > K_GROUPS, "tile");
};

/* A tile of fewer tokens in the same shared memory. */
template <class C, int TOKENS_> struct sm90_narrow : C {
    static constexpr int TOKENS = TOKENS_, SEND = FQ_SM90_SEND_TOKENS(TOKENS);
};

/* Where a consumer thread stands in the ring of stages: its words of a block and its warpgroup's scales of it, in stage
 * 0; the barriers and activations are at fixed distances from `base`. */
typedef struct sm90_pipe {
    uint32_t base, words, scales, x_bytes; /* x_bytes: activations of a k-tile */
    int stage, tile;                       /* tile: k-tiles of the stage that are done */
    int paired, rank;                      /* rank: of the CTA in its cluster */
    uint32_t phase;
} sm90_pipe;

/* Waits for the pipe's k-tile; its distance in bytes from the first block of the ring. */
template <class C> FQ_DEV uint32_t sm90_await(const sm90_pipe &p) {
    const int j = C::DEEP > 1 ? p.tile : 0;
    if (j == 0) ptx_barrier_wait(p.base + C::AT_BARRIER + 8 * p.stage, p.phase);
    return p.stage * C::W_BYTES + j * C::BLOCK;
}

/* The codes of a k-tile and what they are decoded by. */
template <class C> struct sm90_block {
    uint32_t w[2][4], scales;
    sm90_key<C::FORM> key;
};

/* Waits for the pipe's k-tile and reads it. */
template <class C> FQ_DEV void sm90_fetch(const sm90_pipe &p, sm90_block<C> &block) {
    const uint32_t at = sm90_await<C>(p);
    block.scales = sm90_load_scales<C::FORM>(p.scales + at); /* first: the way from it is the longest */
    ptx_load_shared(block.w[0], p.words + at);
    ptx_load_shared(block.w[1], p.words + at + 2048);
    sm90_read_key<C::FORM, (C::TABLES > 0)>(block.scales, p.base + C::AT_TABLES, block.key);
}

/* d = or += (keep) the product of the pipe's k-tile, which is in `block`, as one group of wgmmas; r: A registers that
 * no wgmma uses any more. The pipe goes on. Where AHEAD and not is_last the next k-tile is in `block` then: it is read
 * before the wgmmas are issued, for a warp stands still at each of these until the one before it runs. The stage that
 * is done with when the wgmmas are, -1: none. Where is_last, the stage has no more k-tiles for this piece. */
template <class C, int AHEAD, typename SUM>
FQ_DEV int sm90_visit(SUM (&d)[C::TOKENS / 2], uint32_t (&r)[4][4], sm90_block<C> &block, int keep, int is_last,
                      sm90_pipe &p) {
    const int s = p.stage, j = C::DEEP > 1 ? p.tile : 0;
    const uint64_t b = wgmma_descriptor(p.base + s * C::X_BYTES + j * p.x_bytes);
    sm90_decode<C::FORM>(block.w[0], block.key, r[0], r[1]);
    sm90_decode<C::FORM>(block.w[1], block.key, r[2], r[3]);
    p.tile = C::DEEP > 1 && j + 1 < C::DEEP && !is_last ? j + 1 : 0;
    if (p.tile == 0) {
        p.stage += C::K_GROUPS;
        if (p.stage >= C::STAGES) {
            p.stage -= C::STAGES;
            p.phase ^= 1;
        }
    }
#pragma unroll
    for (int i = 0; i < 4; i++)
        sm90_converted(r[i]);
    if constexpr (AHEAD) {
        if (!is_last) sm90_fetch<C>(p, block);
    }
    ptx_wgmma_fence();
#pragma unroll
    for (int i = 0; i < 4; i++)
        wgmma_mma(fq_tokens<C::TOKENS>(), d, r[i], b + 2 * i, i > 0 ? 1 : keep);
    ptx_wgmma_commit();
    return p.tile == 0 ? s : -1;
}

template <class C> FQ_DEV void sm90_release(const sm90_pipe &p, int s, int t) {
    const uint32_t empty = p.base + C::AT_BARRIER + 8 * (C::STAGES + s);
    if constexpr (C::PAIRS) { /* both CTAs of a pair write into this stage */
        if ((t & 31) <= p.paired) ptx_barrier_arrive_at(empty, (t & 31) ^ p.rank);
    } else {
        if ((t & 31) == 0 && (C::DEEP == 1 || s >= 0)) ptx_barrier_arrive(empty);
    }
}

/* d = the product over `count` >= 1 k-tiles, the last of which ends its stage. On return all wgmmas are complete and
 * all stages released. A is double-buffered a whole k-tile deep: while the wgmmas of one k-tile run, the next one is
 * converted into the other 16 registers and queued; only then is the first waited for and its stage released. */
template <class C, typename SUM> FQ_DEV void sm90_multiply(SUM (&d)[C::TOKENS / 2], int count, sm90_pipe &p, int t) {
    uint32_t a[2][4][4];
    sm90_block<C> block;
    sm90_fetch<C>(p, block);
    /* The first k-tile waits for no other one. */
    int previous = sm90_visit<C, 0>(d, a[0], block, 0, count == 1, p);
    if (count > 1) sm90_fetch<C>(p, block);
    auto next = [&](uint32_t(&r)[4][4], int is_last) {
        const int s = sm90_visit<C, C::AHEAD>(d, r, block, 1, is_last, p);
        ptx_wgmma_wait<1>();
        sm90_release<C>(p, previous, t);
        previous = s;
        if (!C::AHEAD && !is_last) sm90_fetch<C>(p, block);
    };
    int i = 1;
    for (; i + 1 < count; i += 2) {
        next(a[1], 0);
        next(a[0], i + 2 == count);
    }
    if (i < count) next(a[1], 1);
    ptx_wgmma_wait<0>();
    sm90_release<C>(p, previous, t);
}

/* The same for EXACT: the sums of every k-tile by themselves, then times the scales of its block onto d. */
template <class C> FQ_DEV void sm90_multiply_exact(float (&d)[C::TOKENS / 2], int count, sm90_pipe &p, int t) {
    float part[C::TOKENS / 2];
    uint32_t a[4][4];
    sm90_block<C> block;
#pragma unroll
    for (int i = 0; i < C::TOKENS / 2; i++)
        d[i] = 0.0f;
    for (int k = 0; k < count; k++) {
        sm90_fetch<C>(p, block);
        const float2 scale = __half22float2(*reinterpret_cast<const __half2 *>(&block.scales));
        const int s = sm90_visit<C, 0>(part, a, block, 0, k + 1 == count, p);
        ptx_wgmma_wait<0>();
        sm90_release<C>(p, s, t);
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

/* ---- roles ---- */

/* k-tiles of stage k of a tile. */
template <class C> FQ_DEV int sm90_depth(const fq_sm90_args &g, int k) {
    return C::DEEP == 1 ? 1 : min((int)C::DEEP, g.k_tiles - k * C::DEEP);
}

/* Where a thread that loads stands in the places of every set: stage and, in bit 8, the phase to wait for. The set
 * whose turn it is comes first. */
template <class C> struct sm90_ring { int at[C::K_GROUPS]; };
enum { SM90_PHASE = 256 };

/* Whether the first stage of all is asked for by sm90_load_first. */
template <class C> FQ_DEV int sm90_at_once(const fq_sm90_args &g) {
    return C::AT_ONCE && g.at_once;
}

template <class C> FQ_DEV void sm90_ring_turn(sm90_ring<C> &r, int now) {
#pragma unroll
    for (int i = 0; i + 1 < C::K_GROUPS; i++)
        r.at[i] = r.at[i + 1];
    r.at[C::K_GROUPS - 1] = now;
}

/* At the start. The first stage is not waited for where it is on its way already: once its readers have left it, that
 * wait would be for its second round, which needs the waiting thread. */
template <class C> FQ_DEV sm90_ring<C> sm90_ring_make(const fq_sm90_args &g) {
    sm90_ring<C> r;
#pragma unroll
    for (int i = 0; i < C::K_GROUPS; i++)
        r.at[i] = i | SM90_PHASE; /* the first round finds all stages free */
    if (sm90_at_once<C>(g)) sm90_ring_turn<C>(r, r.at[0] + C::K_GROUPS);
    return r;
}

/* The stage in turn, which the consumers have left; the ring goes on. */
template <class C> FQ_DEV int sm90_ring_next(sm90_ring<C> &r, uint32_t empty) {
    const int s = r.at[0] & (SM90_PHASE - 1), next = r.at[0] + C::K_GROUPS;
    ptx_barrier_wait(empty + 8 * s, r.at[0] / SM90_PHASE);
    sm90_ring_turn<C>(r, s + C::K_GROUPS < C::STAGES ? next : (next - C::STAGES) ^ SM90_PHASE);
    return s;
}

/* After a piece of so many stages: the first set is in turn again. */
template <class C> FQ_DEV void sm90_ring_restart(sm90_ring<C> &r, int stages) {
    for (int i = stages % C::K_GROUPS; i > 0 && i < C::K_GROUPS; i++)
        sm90_ring_turn<C>(r, r.at[0]);
}

/* Weights of all stages, by one thread. They belong to no kernel before this one: nothing is waited for. */
template <class C> FQ_DEV void sm90_load_weights(const fq_sm90_args &g, uint32_t base) {
    const uint32_t full = base + C::AT_BARRIER, empty = full + 8 * C::STAGES;
    sm90_ring<C> ring = sm90_ring_make<C>(g);
    sm90_piece p;
    for (int piece = 0; sm90_work<C>(piece, base + C::AT_PLAN, g, &p); piece++) {
        const int first = p.k0 + (piece == 0 && sm90_at_once<C>(g));
        const uint8_t *from = g.w + ((size_t)p.row_tile * C::GROUPS * g.k_tiles + first * C::DEEP) * C::BLOCK;
        for (int k = first; k < p.k1; k++) {
            const int depth = sm90_depth<C>(g, k), x_tiles = g.x_sliced ? C::DEEP : depth;
            const int s = sm90_ring_next<C>(ring, empty),
                      tokens = C::NARROW && p.is_narrow ? g.narrow.tokens : g.x_rows;
            ptx_barrier_expect(full + 8 * s, tokens * FQ_SM90_INPUTS * x_tiles + C::GROUPS * depth * C::BLOCK);
#pragma unroll(C::GROUPS > 2 ? 1 : C::GROUPS) /* registers */
            for (int i = 0; i < C::GROUPS; i++)
                ptx_bulk_load(base + C::AT_W + s * C::W_BYTES + i * C::DEEP * C::BLOCK,
                              from + (size_t)i * g.k_tiles * C::BLOCK, depth * C::BLOCK, full + 8 * s);
            from += C::DEEP * C::BLOCK;
        }
        sm90_ring_restart<C>(ring, p.k1 - p.k0);
    }
}

/* Activations of all stages, by a thread of another warp. Their bytes may come before the weights' thread has said how
 * many to expect: the barrier's round does not end before it has. */
template <class C>
FQ_DEV void sm90_load_tokens(const CUtensorMap *whole_map, const CUtensorMap *narrow_map, const fq_sm90_args &g,
                             uint32_t base) {
    const uint32_t full = base + C::AT_BARRIER, empty = full + 8 * C::STAGES;
    sm90_ring<C> ring = sm90_ring_make<C>(g);
    sm90_piece p;
    ptx_grid_wait();
    for (int piece = 0; sm90_work<C>(piece, base + C::AT_PLAN, g, &p); piece++) {
        const int first = p.k0 + (piece == 0 && sm90_at_once<C>(g));
        const CUtensorMap *x_map = C::NARROW && p.is_narrow ? narrow_map : whole_map;
        const int half = C::NARROW && p.is_narrow ? g.narrow.tokens / 2 : C::TOKENS / 2;
        if (C::NARROW && g.narrow.tokens > 0) ptx_prefetch_map(narrow_map); /* for the piece after this one */
        const int second = g.paired ? ((int)blockIdx.x & 1) * half : 0, token = p.token + second;
        for (int k = first; k < p.k1; k++) {
            const int s = sm90_ring_next<C>(ring, empty);
            if (C::PAIRS && g.paired) { /* half of the tokens for both CTAs */
                ptx_tensor_load_pair(base + s * C::X_BYTES + second * FQ_SM90_INPUTS, x_map, k * FQ_SM90_INPUTS, token,
                                     0, full + 8 * s);
            } else if (C::DEEP > 1 && g.x_sliced) {
                ptx_tensor_load(base + s * C::X_BYTES, x_map, 0, token, k * C::DEEP, full + 8 * s);
            } else {
                for (int j = 0; j < sm90_depth<C>(g, k); j++)
                    ptx_tensor_load(base + s * C::X_BYTES + j * g.x_rows * FQ_SM90_INPUTS, x_map,
                                    (k * C::DEEP + j) * FQ_SM90_INPUTS, token, 0, full + 8 * s);
            }
        }
        sm90_ring_restart<C>(ring, p.k1 - p.k0);
    }
}

/* The first stage of a CTA's first tile, by the thread that made the barriers of full stages: at once, before the other
 * threads know their work, which takes 500 cycles. */
template <class C> FQ_DEV void sm90_load_first(const CUtensorMap *x_map, const fq_sm90_args &g, uint32_t base) {
    const uint32_t full = base + C::AT_BARRIER;
    sm90_piece p;
    sm90_locate<C>(g, (int)blockIdx.x >> g.split, &p);
    const int k = g.split && blockIdx.x % 2 ? g.stages / 2 : 0;
    const uint8_t *from = g.w + ((size_t)p.row_tile * C::GROUPS * g.k_tiles + k) * C::BLOCK;
    ptx_fence_async_shared();
    ptx_barrier_expect(full, g.x_rows * FQ_SM90_INPUTS + C::GROUPS * C::BLOCK);
#pragma unroll
    for (int i = 0; i < C::GROUPS; i++)
        ptx_bulk_load(base + C::AT_W + i * C::BLOCK, from + (size_t)i * g.k_tiles * C::BLOCK, C::BLOCK, full);
    ptx_tensor_load(base, x_map, k * FQ_SM90_INPUTS, p.token, 0, full);
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

/* The CTA's pieces from this one, p, on, all narrow tiles. H: such a tile; loads: residuals that were awaited before.
 */
template <class C, class H>
FQ_DEV void sm90_consume_narrow(const fq_sm90_maps &maps, const fq_sm90_args &g, uint32_t base, sm90_pipe &pipe,
                                int piece, sm90_piece p, int loads, int group, int t) {
    sm90_output<H> output = sm90_output_make<H>(base, group, t);
    output.loads = loads;
    do {
        const int row0 = p.row_tile * C::ROWS + group * FQ_SM90_ROWS;
        typename sm90_sum<H::FORM>::type d[H::TOKENS / 2];
        sm90_output_begin<H>(output, g, &maps.residual, row0, p.token);
        if (t == 0) ptx_prefetch_map(&maps.y);
        sm90_sums<H>(d, g.k_tiles, pipe, t);
        output.is_last = piece + 1 == sm90_pieces<C>(base + C::AT_PLAN, g);
        sm90_output_end<H>(d, output, g, &maps.y, row0, p.token);
    } while (sm90_work<C>(++piece, base + C::AT_PLAN, g, &p));
}

template <class C>
FQ_DEV void sm90_consume(const CUtensorMap *y_map, const CUtensorMap *residual_map, const fq_sm90_maps &narrow,
                         const fq_sm90_args &g, uint32_t base, int warpgroup, int t) {
    const int group = warpgroup % C::GROUPS, set = warpgroup / C::GROUPS;
    if constexpr (C::TABLES > 0) {
        for (int i = warpgroup * 128 + t; i < SM90_TABLES; i += C::CONSUMERS)
            sm90_write_table(base + C::AT_TABLES, i);
        ptx_named_sync(10, C::CONSUMERS);
    }
    typedef typename sm90_sum<C::FORM>::type SUM;
    const uint32_t block = base + C::AT_W + group * C::DEEP * C::BLOCK;
    const int rank = (int)blockIdx.x & (g.paired | g.split);
    sm90_pipe pipe = {base,
                      block + t * 16,
                      block + sm90_scales_at<C::FORM>(t),
                      (uint32_t)g.x_rows * FQ_SM90_INPUTS,
                      set,
                      0,
                      g.paired,
                      rank,
                      0};
    typedef sm90_narrow<C, C::SPLIT ? C::TOKENS / 2 : C::TOKENS> half_tile;
    sm90_output<C> output = sm90_output_make<C>(base, group, t);
    sm90_piece p;
    int piece = 0;
    for (; sm90_work<C>(piece, base + C::AT_PLAN, g, &p) && !p.is_narrow; piece++) {
        const int row0 = p.row_tile * C::ROWS + group * FQ_SM90_ROWS, token0 = p.token;
        const int split = C::SPLIT && g.split;
        const int last = p.k1 == g.stages, stages = p.k1 - p.k0;
        const int missing = last ? g.stages * C::DEEP - g.k_tiles : 0; /* k-tiles of the last stage */
        if (set == 0 && split) {
            sm90_output<half_tile> o = sm90_output_make<half_tile>(base, group, t);
            sm90_output_begin<half_tile>(o, g, &narrow.residual, row0, token0 + rank * half_tile::TOKENS);
            output.token[0] = o.token[0];
        } else if (set == 0 && last) {
            sm90_output_begin<C>(output, g, residual_map, row0, token0);
        }
        SUM d[C::TOKENS / 2];
        if constexpr (C::K_GROUPS == 1) {
            sm90_sums<C>(d, stages * C::DEEP - missing, pipe, t);
        } else {
            const int count = (stages - set + C::K_GROUPS - 1) / C::K_GROUPS; /* the first set is never without work */
            if (set > 0 && count <= 0) {
#pragma unroll
                for (int i = 0; i < C::TOKENS / 2; i++)
                    d[i] = 0;
                (void)sm90_gather<C>(d, base, set, group, t, piece == 0);
                continue;
            }
            const int ends = (stages - 1) % C::K_GROUPS == set; /* has the last stage */
            sm90_sums<C>(d, count * C::DEEP - (ends ? missing : 0), pipe, t);
            if (!sm90_gather<C>(d, base, set, group, t, piece == 0)) continue;
        }
        if constexpr (C::SPLIT) {
            if (split) {
                SUM half[C::TOKENS / 4];
                sm90_unite<C>(half, d, base, rank, group, t);
                sm90_output<half_tile> o = sm90_output_make<half_tile>(base, group, t);
                o.token[0] = output.token[0];
                o.is_last = 1;
                sm90_output_end<half_tile>(half, o, g, &narrow.y, row0, token0 + rank * half_tile::TOKENS);
                break;
            }
        }
        if (!last) {
            sm90_publish<C>(d, g, base, group, t);
            continue;
        }
        if (p.k0 > 0) sm90_collect<C>(d, g, base, group, t);
        if constexpr (sm90_in_parts<C, SM90_BF16>()) output.is_last = piece + 1 == sm90_pieces<C>(base + C::AT_PLAN, g);
        sm90_output_end<C>(d, output, g, y_map, row0, token0);
    }
    if constexpr (C::NARROW) {
#define FQ_SM90_CONSUME(size)                                                                                          \
    if (p.is_narrow && g.narrow.tokens == size)                                                                        \
        sm90_consume_narrow<C, sm90_narrow<C, size>>(narrow, g, base, pipe, piece, p, output.loads, group, t);
        FQ_SM90_NARROW(FQ_SM90_CONSUME)
#undef FQ_SM90_CONSUME
    }
    if (C::K_GROUPS > 1 && set > 0) ptx_named_sync(8, C::CONSUMERS); /* the last arrival at FREE; no CTA is idle */
    if (t == 0) ptx_store_wait_read<0>();                            /* shared memory outlives the copies */
}

template <class C>
__global__ void __launch_bounds__(C::THREADS, 1)
    sm90_gemm(const __grid_constant__ CUtensorMap x_map, const __grid_constant__ CUtensorMap y_map,
              const __grid_constant__ CUtensorMap residual_map, const __grid_constant__ fq_sm90_maps narrow,
              const fq_sm90_args g) {
    extern __shared__ __align__(1024) uint8_t memory[]; /* swizzled tiles stand on multiples of 1024 */
    const uint32_t base = ptx_shared(memory), full = base + C::AT_BARRIER;
    const int warp = __shfl_sync(~0u, threadIdx.x >> 5, 0); /* uniform for the compiler too */
    /* Four threads prepare what the first loads wait for. The loops are unrolled: a barrier's address is uniform. */
    if (threadIdx.x == 0) {
        if (base % 1024 != 0) __trap();
        ptx_barrier_init(full, 1);
        if constexpr (C::AT_ONCE) {
            ptx_barrier_init_fence();
            if (g.at_once) sm90_load_first<C>(&x_map, g, base);
        }
#pragma unroll
        for (int i = 1; i < C::STAGES; i++)
            ptx_barrier_init(full + 8 * i, 1);
        ptx_barrier_init_fence();
    } else if (threadIdx.x == 32) {
#pragma unroll
        for (int i = 0; i < C::STAGES; i++)
            ptx_barrier_init(full + 8 * (C::STAGES + i), (4 * C::GROUPS) << (C::PAIRS ? g.paired : 0));
#pragma unroll
        for (int i = 0; i < C::GROUPS; i++)
            ptx_barrier_init(base + C::AT_RESIDUAL + 8 * i, 1);
        ptx_barrier_init(base + C::AT_LANDED, 1);
        ptx_barrier_init(base + C::AT_LEAVING, 4 * C::GROUPS);
        ptx_barrier_init_fence();
    } else if (threadIdx.x == 64) {
        sm90_plan_write(base + C::AT_PLAN, g);
    } else if (threadIdx.x == 96) {
        ptx_prefetch_map(&x_map);
        ptx_prefetch_map(&y_map);
        if (C::SPLIT) ptx_prefetch_map(&narrow.y);
    }
    __syncthreads();
    if (C::PAIRS && g.paired) ptx_cluster_sync(); /* the other CTA's barriers are ready */
    if (warp < 4) {
        if constexpr (C::REGISTERS) ptx_registers_give<C::PRODUCER>();
        /* Copies of an elected thread cost a few instructions less, which tiles of many tokens do not need. */
        if (C::PAIRS ? (threadIdx.x & 31) == 0 : ptx_elect()) {
            if (warp == 0)
                sm90_load_weights<C>(g, base);
            else if (warp == 1)
                sm90_load_tokens<C>(&x_map, &narrow.x, g, base);
            else if (warp == 2)
                sm90_fetch_partial<C>(g, base);
            else
                sm90_send_partial<C>(g, base);
        }
    } else {
        if constexpr (C::REGISTERS) ptx_registers_take<C::CONSUMER>();
        ptx_grid_release();
        ptx_grid_wait(); /* scales and y belong to the kernel before until here */
        sm90_consume<C>(&y_map, &residual_map, narrow, g, base, (warp >> 2) - 1, threadIdx.x & 127);
    }
    if (C::PAIRS && g.paired) { /* no CTA is gone while the other one still arrives at its barriers */
        __syncwarp();
        ptx_cluster_sync();
    }
}

/* A row of a form's table of tiles: T of FQ_SM90_TILES. */
#define FQ_SM90_INSTANCE(form, gated, rows, tokens, k_groups, deep)                                                    \
    {#rows "x" #tokens "/" #deep,                                                                                      \
     (const void *)sm90_gemm<sm90_config<form, rows, tokens, k_groups, deep, gated>>,                                  \
     rows,                                                                                                             \
     tokens,                                                                                                           \
     sm90_config<form, rows, tokens, k_groups, deep, gated>::THREADS,                                                  \
     sm90_config<form, rows, tokens, k_groups, deep, gated>::BYTES,                                                    \
     deep,                                                                                                             \
     sm90_config<form, rows, tokens, k_groups, deep, gated>::PAIRS,                                                    \
     sm90_config<form, rows, tokens, k_groups, deep, gated>::NARROW,                                                   \
     sm90_config<form, rows, tokens, k_groups, deep, gated>::SPLIT},
#endif
