/* Which part of which tile a CTA of the sm90 matrix kernel does, and how its sums of a tile that another CTA finishes
 * get there. C is the tile's sm90_config.
 *
 * Sums stand in global memory, a place a CTA, and a flag says that they are there: set with release after they are
 * written, awaited with acquire, and set back by its only reader, so that all flags are 0 between launches. In tiles of
 * few tokens (C::BACKGROUND) they pass through shared memory by bulk copies of two idle warps, so that the consumers go
 * on; elsewhere the consumers write and read them. */
#ifndef FQ_KERNELS_HANDOVER_SM90_CUH
#define FQ_KERNELS_HANDOVER_SM90_CUH
#include "kernels/gemm_sm90.h"
#include "kernels/ptx_sm90.cuh"

/* ---- which part of which tile ---- */

/* One piece of a CTA's work: stages k0 .. k1-1 of the tile at this row of tiles and these tokens. */
typedef struct sm90_piece {
    int row_tile, token, k0, k1;
    int is_narrow;
} sm90_piece;

/* The CTA's pieces, in shared memory: each role reads it anew, for registers are short. Counts of tails, of shared
 * tiles that are whole, of tiles dealt, of heads; first shared tile and stage in it, last shared tile and stages of it.
 */
typedef struct sm90_plan {
    int tails, whole, dealt, heads, first, from, last, to;
} sm90_plan;

/* n / d for n d < 2^32. */
FQ_DEV int sm90_divide(int n, fq_sm90_divisor d) {
    return d.magic ? (int)__umulhi((uint32_t)n, d.magic) : n;
}

/* First of the shared stages of a CTA. */
FQ_DEV int sm90_share(const fq_sm90_args &g, int cta) {
    return cta * g.share + min(cta, g.longer);
}

FQ_DEV void sm90_plan_write(uint32_t at, const fq_sm90_args &g) {
    if (g.split) {
        const int tile = (int)blockIdx.x / 2, half = g.stages / 2, second = blockIdx.x & 1;
        ptx_store_shared_s4(at, 1, 0, 0, 0);
        ptx_store_shared_s4(at + 16, tile, second ? half : 0, tile, second ? g.stages : half);
        return;
    }
    const int lo = sm90_share(g, blockIdx.x), hi = sm90_share(g, blockIdx.x + 1);
    const int first = sm90_divide(lo, g.by_stages), last = sm90_divide(hi, g.by_stages);
    const int from = lo - first * g.stages, to = hi - last * g.stages;
    const int dealt = g.dealt + ((int)(blockIdx.x >> g.paired) < g.dealt_longer);
    ptx_store_shared_s4(at, lo < hi && to > 0, max(last - first - (from > 0), 0), dealt, from > 0 && first < last);
    ptx_store_shared_s4(at + 16, first, from, last, to);
}

/* Token tiles fastest within a group of them, so that CTAs that run together share weights and activations in L2. Of a
 * pair of CTAs the second has the row of tiles below. */
template <class C> FQ_DEV void sm90_locate(const fq_sm90_args &g, int tile, sm90_piece *p) {
    const int i = sm90_divide(tile, g.by_group), rest = tile - i * g.token_group * g.row_tiles;
    const int is_last = (i + 1) * g.token_group > g.token_tiles;
    const int size = is_last ? g.token_tiles - i * g.token_group : g.token_group;
    p->row_tile = sm90_divide(rest, is_last ? g.by_last_tokens : g.by_tokens);
    p->token = (i * g.token_group + rest - p->row_tile * size) * C::TOKENS;
    p->row_tile = (p->row_tile << g.paired) + ((int)blockIdx.x & g.paired);
}

FQ_DEV void sm90_locate_narrow(const fq_sm90_args &g, int tile, sm90_piece *p) {
    const fq_sm90_narrow &b = g.narrow;
    const int i = tile - b.begun, row = i < 0 ? -1 : sm90_divide(i, b.by_each);
    p->token = i < 0 ? b.begun_token + tile * b.tokens : b.token + (i - row * b.each) * b.tokens;
    p->row_tile = ((b.row + row) << g.paired) + ((int)blockIdx.x & g.paired);
    p->is_narrow = 1;
}

/* How many narrow tiles the CTA has. */
template <class C> FQ_DEV int sm90_narrow_tiles(const fq_sm90_args &g) {
    return C::NARROW ? g.narrow.dealt + ((int)(blockIdx.x >> g.paired) < g.narrow.dealt_longer) : 0;
}

/* How many pieces the CTA has. */
template <class C> FQ_DEV int sm90_pieces(uint32_t plan_at, const fq_sm90_args &g) {
    int tails, whole, dealt, heads;
    ptx_load_shared_s4(plan_at, &tails, &whole, &dealt, &heads);
    return tails + whole + dealt + heads + sm90_narrow_tiles<C>(g);
}

/* Piece i; 0 when there is none. In the order of the file's head: tail, whole tiles, head; then narrow tiles. Shared
 * tiles come after the dealt ones in number. A share within one tile is a tail too, which a later CTA finishes. */
template <class C> FQ_DEV int sm90_work(int i, uint32_t plan_at, const fq_sm90_args &g, sm90_piece *p) {
    int tails, whole, dealt, heads, first, from, last, to, tile;
    ptx_load_shared_s4(plan_at, &tails, &whole, &dealt, &heads);
    ptx_load_shared_s4(plan_at + 16, &first, &from, &last, &to);
    const int cta = (int)(blockIdx.x >> g.paired);
    p->k0 = 0;
    p->k1 = g.stages;
    p->is_narrow = 0;
    if (i >= tails + whole + dealt + heads) {
        const int narrow = i - (tails + whole + dealt + heads);
        if (narrow >= sm90_narrow_tiles<C>(g)) return 0;
        sm90_locate_narrow(g, cta + narrow * g.places, p);
        return 1;
    }
    if (i < tails) {
        tile = g.whole_tiles + last;
        if (first == last) p->k0 = from;
        p->k1 = to;
    } else if (i < tails + whole) {
        tile = g.whole_tiles + first + (from > 0) + i - tails;
    } else if (i < tails + whole + dealt) {
        tile = cta + (i - tails - whole) * g.places;
    } else {
        tile = g.whole_tiles + first;
        p->k0 = from;
    }
    sm90_locate<C>(g, tile, p);
    return 1;
}

/* ---- sums of one CTA for another ---- */

/* CTAs before this one that worked on the tile that it finishes. */
FQ_DEV int sm90_others(const fq_sm90_args &g) {
    const int start = sm90_divide(sm90_share(g, blockIdx.x), g.by_stages) * g.stages;
    int count = 0;
    while (count < (int)blockIdx.x && sm90_share(g, (int)blockIdx.x - count) > start)
        count++;
    return count;
}

/* Waits for the sums of the CTAs before this one that worked on the tile that it finishes, while the consumers are
 * busy, and fetches those of the nearest into the slots. One thread. */
template <class C> FQ_DEV void sm90_fetch_partial(const fq_sm90_args &g, uint32_t base) {
    int tails, whole, dealt, heads;
    if (C::SPLIT && g.split) { /* of the cluster's other CTA, which writes them here itself */
        ptx_barrier_expect(base + C::AT_LANDED, C::GROUPS * C::FRAGMENT / 2);
        return;
    }
    ptx_load_shared_s4(base + C::AT_PLAN, &tails, &whole, &dealt, &heads);
    if (!heads) return;
    const int count = sm90_others(g), slots = min(count, (int)C::SLOTS);
    ptx_grid_wait(); /* flags may be those of the kernel before until here */
    for (int i = 0; i < count; i++) {
        const int cta = (int)blockIdx.x - 1 - i;
        ptx_flag_wait(g.flag + cta);
        g.flag[cta] = 0; /* for the next launch; this is its only reader */
        if (i >= slots) continue;
        ptx_fence_async_global();
        ptx_bulk_load(base + C::AT_SLOT + i * C::GROUPS * C::FRAGMENT,
                      (const uint8_t *)g.partial + (size_t)cta * C::GROUPS * C::FRAGMENT, C::GROUPS * C::FRAGMENT,
                      base + C::AT_LANDED);
    }
    ptx_barrier_expect(base + C::AT_LANDED, slots * C::GROUPS * C::FRAGMENT);
}

/* Says that the sums that the consumers leave for another CTA are in memory, in BACKGROUND after it took them there.
 * One thread: the release waits for all that was written, up to 3000 cycles while weights stream. */
template <class C> FQ_DEV void sm90_send_partial(const fq_sm90_args &g, uint32_t base) {
    int tails, whole, dealt, heads;
    ptx_load_shared_s4(base + C::AT_PLAN, &tails, &whole, &dealt, &heads);
    if (!tails || g.split) return;
    ptx_barrier_wait(base + C::AT_LEAVING, 0);
    if constexpr (C::BACKGROUND) {
        ptx_bulk_store((uint8_t *)g.partial + (size_t)blockIdx.x * C::GROUPS * C::FRAGMENT, base + C::AT_PUBLISH,
                       C::GROUPS * C::FRAGMENT);
        ptx_store_commit();
        ptx_store_wait_all();
        ptx_fence_async_global();
    }
    ptx_flag_set(g.flag + blockIdx.x, 1);
}

/* Partial sums to this CTA's place, by the consumers. */
template <class C, typename SUM>
FQ_DEV void sm90_publish(const SUM (&d)[C::TOKENS / 2], const fq_sm90_args &g, uint32_t base, int group, int t) {
    if constexpr (C::BACKGROUND) {
        const uint32_t at = base + C::AT_PUBLISH + group * C::FRAGMENT + t * 4;
#pragma unroll
        for (int i = 0; i < C::TOKENS / 2; i++)
            ptx_store_shared_as(at + i * 512, d[i]);
        ptx_fence_async_shared();
    } else {
        SUM *to = (SUM *)g.partial + ((size_t)blockIdx.x * C::GROUPS + group) * (C::TOKENS / 2) * 128 + t;
#pragma unroll
        for (int i = 0; i < C::TOKENS / 2; i++)
            __stcg(to + i * 128, d[i]);
    }
    __syncwarp();
    if ((t & 31) == 0) ptx_barrier_arrive(base + C::AT_LEAVING);
}

/* d += the partial sums of all CTAs before this one that worked on the tile, nearest first. Those that have a slot are
 * in shared memory. Of the others small fragments of four CTAs are read at once: one after the other costs a
 * microsecond each. */
template <class C, typename SUM>
FQ_DEV void sm90_collect(SUM (&d)[C::TOKENS / 2], const fq_sm90_args &g, uint32_t base, int group, int t) {
    constexpr int AT_ONCE = C::TOKENS <= 16 ? 4 : C::TOKENS <= 32 ? 2 : 1;
    const int count = sm90_others(g);
    ptx_barrier_wait(base + C::AT_LANDED, 0);
#pragma unroll 1
    for (int i = 0; i < min(count, (int)C::SLOTS); i++) {
        const uint32_t at = base + C::AT_SLOT + (i * C::GROUPS + group) * C::FRAGMENT + t * 4;
#pragma unroll
        for (int e = 0; e < C::TOKENS / 2; e++)
            d[e] += ptx_load_shared_as<SUM>(at + e * 512);
    }
    const SUM *from = (const SUM *)g.partial + ((size_t)blockIdx.x * C::GROUPS + group) * (C::TOKENS / 2) * 128 + t;
    const ptrdiff_t back = -(ptrdiff_t)(C::TOKENS / 2) * C::OWNERS;
    for (int i = 1 + C::SLOTS; i <= count; i += AT_ONCE) {
        SUM v[AT_ONCE][C::TOKENS / 2];
#pragma unroll
        for (int j = 0; j < AT_ONCE; j++) {
#pragma unroll
            for (int e = 0; e < C::TOKENS / 2; e++)
                v[j][e] = i + j <= count ? __ldcg(from + (i + j) * back + e * 128) : (SUM)0;
        }
#pragma unroll
        for (int j = 0; j < AT_ONCE; j++) {
#pragma unroll
            for (int e = 0; e < C::TOKENS / 2; e++)
                d[e] += v[j][e];
        }
    }
}

/* half = the sums of both CTAs of a cluster of two for this one's half of the tile's tokens, of rank 0 the first half:
 * each sends its sums for the other half to the other CTA, to where the stages were, when both are through with
 * these. All consumers that hold sums come here. */
template <class C, typename SUM>
FQ_DEV void sm90_unite(SUM (&half)[C::TOKENS / 4], const SUM (&d)[C::TOKENS / 2], uint32_t base, int rank, int group,
                       int t) {
    constexpr int HALF = C::TOKENS / 4;
    static_assert(C::GROUPS * C::FRAGMENT / 2 <= C::STAGES * C::X_BYTES && HALF % 4 == 0, "room for sums");
    const uint32_t at = base + group * (C::FRAGMENT / 2) + t * 16;
    const uint32_t to = ptx_cluster_address(at, rank ^ 1), landed = ptx_cluster_address(base + C::AT_LANDED, rank ^ 1);
    ptx_cluster_sync();
    if (rank == 0) {
#pragma unroll
        for (int i = 0; i < HALF; i += 4)
            ptx_cluster_store(to + i * 512, d[HALF + i], d[HALF + i + 1], d[HALF + i + 2], d[HALF + i + 3], landed);
    } else {
#pragma unroll
        for (int i = 0; i < HALF; i += 4)
            ptx_cluster_store(to + i * 512, d[i], d[i + 1], d[i + 2], d[i + 3], landed);
    }
    ptx_barrier_wait(base + C::AT_LANDED, 0);
#pragma unroll
    for (int i = 0; i < HALF; i += 4) {
        SUM v[4];
        ptx_load_shared_four(at + i * 512, v);
#pragma unroll
        for (int e = 0; e < 4; e++)
            half[i + e] = (rank == 0 ? d[i + e] : d[HALF + i + e]) + v[e];
    }
}
#endif
