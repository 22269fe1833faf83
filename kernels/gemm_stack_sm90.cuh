/* The sm90 matrix kernel for few tokens: 4-bit weights from registers times 8-bit activations from shared memory by
 * wgmma, every row's sum inside one CTA.
 *
 * A wgmma has 64 rows, 16 of each warp. Tiles of 64 rows do not divide evenly over the processors, and tiles that are
 * shared by inputs hand sums from CTA to CTA. Here the warps of a warpgroup hold the same rows of STACK different
 * k-tiles: warp w has unit w mod (4 / STACK) of a strip of 64 / STACK rows, and k-tile j = w / (4 / STACK). B is the
 * tokens' slices of these k-tiles one under the other, N = STACK x TOKENS columns:
 *
 *          x of k-tile 0   x of k-tile 1
 *        +---------------+---------------+
 *   w    | sums, j = 0   |  thrown away  |      Only the blocks where both k-tiles agree are kept. Tensor cores have
 *   a    +---------------+---------------+      time to spare: a block of 8192 weights costs 4 max(13, N / 2) cycles,
 *   r    | thrown away   |  sums, j = 1  |      and memory delivers one in about 210 to each processor.
 *   p    +---------------+---------------+
 *
 * So a CTA is dealt units of 16 rows with all of K, and passes over as many at a time as its registers hold. A stage is
 * four k-tiles of the pass's units and of x; a block is what one round of wgmmas takes of a strip. K_SETS sets of
 * warpgroups take the blocks of K in turn, ROW_SETS sets the strips; after the pass all sums of an output are added in
 * one order through shared memory. Results depend on shape and tile, not on timing.
 *
 * A place in the ring of stages belongs to the same sets for good (gemm_sm90.cuh says why): stages are numbered through
 * all passes, and the ring is a multiple of the stages from one visit of a set to its next. */
#ifndef FQ_KERNELS_GEMM_STACK_SM90_CUH
#define FQ_KERNELS_GEMM_STACK_SM90_CUH
#include <type_traits>
#include "kernels/epilogue_sm90.cuh"
#include "kernels/gemm_stack_sm90.h"
#include "kernels/unpack_sm90.cuh"
#include "kernels/wgmma_sm90.cuh"

template <int FORM_, int GATED_, int TOKENS_, int STACK_, int STRIPS_, int K_SETS_, int ROW_SETS_> struct stack_config {
    static constexpr int FORM = FORM_, GATED = GATED_, TOKENS = TOKENS_, STACK = STACK_;
    static constexpr int STRIPS = STRIPS_, K_SETS = K_SETS_, ROW_SETS = ROW_SETS_;
    typedef typename std::conditional<FORM == FQ_SM90_INT8 || FORM == FQ_SM90_QOQ, int, float>::type SUM;
    static constexpr int N = STACK * TOKENS, SUMS = N / 2, KEPT = TOKENS / 2; /* SUMS, KEPT: of a thread and strip */
    static constexpr int STRIP_UNITS = 4 / STACK, UNITS = STRIPS * ROW_SETS * STRIP_UNITS; /* of a pass at most */
    static constexpr int CONSUMERS = K_SETS * ROW_SETS * 128, THREADS = CONSUMERS + 128;
    /* A stage has BLOCKS blocks of each strip. A set visits each VISITS-th stage, and takes EACH blocks of it. */
    static constexpr int BLOCKS = 4 / STACK, VISITS = K_SETS > BLOCKS ? K_SETS / BLOCKS : 1,
                         EACH = K_SETS > BLOCKS ? 1 : BLOCKS / K_SETS;
    static constexpr int X_TILE = TOKENS * FQ_SM90_INPUTS, X_BYTES = FQ_SM90_STACK_TILES * X_TILE;
    static constexpr int UNIT_BYTES = FQ_SM90_UNIT_BYTES(FORM), SCALES = FQ_SM90_UNIT_SCALES(FORM);
    static constexpr int READERS = K_SETS / VISITS * ROW_SETS * 4; /* warps that read a stage */
    /* Sums of a token: 16 and four more, so that the lanes of a warp write to all banks; bytes of a warp's kept sums of
     * a strip; a thread adds up those of four rows, where gated of gate and of up. */
    static constexpr int PITCH = FQ_SM90_UNIT + 4, PART = TOKENS * PITCH * 4, FOURS = GATED ? 2 : 4;
    static constexpr int LAUNCH = 65536 / THREADS / 8 * 8 < 168 ? 65536 / THREADS / 8 * 8 : 168;
    static constexpr int PRODUCER = LAUNCH > 128 ? 40 : 32;
    static constexpr int CONSUMER_SHARE = (LAUNCH * THREADS - PRODUCER * 128) / CONSUMERS / 8 * 8,
                         CONSUMER = CONSUMER_SHARE < 232 ? CONSUMER_SHARE : 232;
    static constexpr int BUFFERS = STRIPS * SUMS + 84 > CONSUMER ? 1 : 2; /* of 16 A registers */
    static constexpr int REGISTERS = STRIPS > 1 || SUMS + 72 > LAUNCH;    /* whether to move registers at all */
    static_assert(BLOCKS % K_SETS == 0 || K_SETS % BLOCKS == 0, "sets");
};

/* Units unit .. unit + units - 1 times tokens token .. : a pass of a CTA. */
typedef struct stack_pass {
    int first, end, unit, units, token;
} stack_pass;

FQ_DEV stack_pass stack_begin(const fq_sm90_stack_args &a) {
    const int cta = (int)blockIdx.x;
    stack_pass p;
    p.first = p.unit = cta * a.dealt + min(cta, a.dealt_longer);
    p.end = p.first + a.dealt + (cta < a.dealt_longer);
    p.units = min(a.pass_units, p.end - p.unit);
    p.token = 0;
    return p;
}

template <class C> FQ_DEV int stack_next(const fq_sm90_stack_args &a, stack_pass &p) {
    p.unit += a.pass_units;
    if (p.unit >= p.end) {
        p.unit = p.first;
        p.token += C::TOKENS;
    }
    p.units = min(a.pass_units, p.end - p.unit);
    return p.token < a.m;
}

/* A place in the ring and the parity of the round to wait for; bit 1, where loading: the first round, all free. */
typedef struct stack_place {
    int at;
    uint32_t phase;
} stack_place;

FQ_DEV void stack_advance(stack_place &p, int by, int ring) {
    p.at += by;
    if (p.at >= ring) {
        p.at -= ring;
        p.phase = (p.phase ^ 1) & 1;
    }
}

template <int COUNT> FQ_DEV void stack_init(uint32_t bars, int arrivals) {
#pragma unroll
    for (int i = 0; i < COUNT; i++)
        ptx_barrier_init(bars + 8 * i, arrivals);
    ptx_barrier_init_fence();
}

/* Until the readers have left a place. */
FQ_DEV void stack_await_place(const stack_place &p, uint32_t empty) {
    if (p.phase > 1) return;
    ptx_barrier_wait(empty + 8 * FQ_SM90_STACK_RING, 0); /* these barriers are ready */
    ptx_barrier_wait(empty + 8 * p.at, p.phase);
}

/* ---- loading: a thread each for codes, scales and activations ---- */

/* Codes of stage k of a pass. Out of range, beyond the last k-tile, codes and scales are zero. */
template <class C>
FQ_DEV void stack_ask_codes(const CUtensorMap *map, const fq_sm90_stack_args &a, const stack_pass &p, int k,
                            uint32_t to, uint32_t bar) {
    ptx_barrier_expect(bar, a.x_bytes + p.units * (FQ_SM90_CODES + FQ_SM90_STACK_TILES * C::SCALES));
#pragma unroll 1
    for (int u = p.unit; u < p.unit + p.units; u++) {
        ptx_tensor_load(to, map, 0, 0, u & 3, FQ_SM90_STACK_TILES * k, u >> 2, bar);
        to += C::UNIT_BYTES;
    }
}

template <class C>
FQ_DEV void stack_ask_scales(const CUtensorMap *map, const stack_pass &p, int k, uint32_t to, uint32_t bar) {
#pragma unroll 1
    for (int u = p.unit; u < p.unit + p.units; u++) {
        ptx_tensor_load(to, map, (u & 3) * (C::SCALES / 8), FQ_SM90_STACK_TILES * k, u >> 2, bar);
        to += C::UNIT_BYTES;
    }
}

template <class C>
FQ_DEV void stack_ask_tokens(const CUtensorMap *map, const fq_sm90_stack_args &a, int token, int k, uint32_t to,
                             uint32_t bar) {
    if (a.x_sliced) {
        ptx_tensor_load(to, map, 0, token, FQ_SM90_STACK_TILES * k, bar);
    } else {
#pragma unroll 1
        for (int j = 0; j < FQ_SM90_STACK_TILES; j++)
            ptx_tensor_load(to + j * C::X_TILE, map, (FQ_SM90_STACK_TILES * k + j) * FQ_SM90_INPUTS, token, 0, bar);
    }
}

/* All stages but the very first: ask(pass, stage of it, place). */
template <class C, typename ASK> FQ_DEV void stack_load(const fq_sm90_stack_args &a, uint32_t empty, const ASK &ask) {
    stack_place s = {0, 3};
    stack_pass p = stack_begin(a);
    stack_advance(s, 1, a.ring);
    int k = 1;
    do {
#pragma unroll 1
        for (; k < a.stages; k++) {
            stack_await_place(s, empty);
            ask(p, k, s.at);
            stack_advance(s, 1, a.ring);
        }
        k = 0;
    } while (stack_next<C>(a, p));
}

/* ---- multiplying ---- */

/* Where a consumer thread stands: its words, scales and the activations of its first block in place 0. */
typedef struct stack_pipe {
    uint32_t words, scales, x, full, empty, tables;
    stack_place place;
    int next; /* the stage of the pass that this set visits next */
} stack_pipe;

/* d = the products of the set's blocks of COUNT strips over a pass, visits >= 1. The words of the next block are read
 * while the wgmmas of a block run, and where registers allow (BUFFERS 2) converted too. */
template <class C, int COUNT>
FQ_DEV void stack_multiply(typename C::SUM (&d)[COUNT][C::SUMS], const fq_sm90_stack_args &a, stack_pipe &p, int visits,
                           int lane) {
    constexpr int ITEMS = C::EACH * COUNT, LAST = C::BUFFERS - 1, TILES = C::K_SETS * C::STACK;
    constexpr int SIGMA = C::FORM == FQ_SM90_SIGMA, TILE_CODES = FQ_SM90_CODES / 4; /* bytes of a unit and k-tile */
    uint32_t r[C::BUFFERS][4][4], w[2][4], scales[ITEMS] = {0}, stage;
    sm90_key<C::FORM> key;
    int done = -1;                            /* the place of the visit before, whose last wgmmas may still run */
    auto at = [&](int item, int tile_bytes) { /* of an item: the next strip, the next block of the set */
                                              return stage +
                                                     item % COUNT * (C::ROW_SETS * C::STRIP_UNITS * C::UNIT_BYTES) +
                                                     item / COUNT * TILES * tile_bytes;
    };
    auto fetch = [&](int item) {
        ptx_load_shared(w[0], p.words + at(item, TILE_CODES));
        ptx_load_shared(w[1], p.words + at(item, TILE_CODES) + TILE_CODES / 2);
        if constexpr (SIGMA) sm90_read_key<C::FORM, 1>(scales[item], p.tables, key);
    };
    auto enter = [&](void) {
        ptx_barrier_wait(p.full + 8 * p.place.at, p.place.phase);
        stage = p.place.at * a.stage_bytes;
#pragma unroll
        for (int i = 0; i < ITEMS; i++)
            scales[i] = sm90_load_scales<C::FORM>(p.scales + at(i, C::SCALES));
        fetch(0);
    };
    auto release = [&](void) {
        if (lane == 0 && done >= 0) ptx_barrier_arrive(p.empty + 8 * done);
    };
    auto visit = [&](int v, uint32_t(&r0)[4][4], uint32_t(&r1)[4][4]) {
        const uint64_t b = wgmma_descriptor(p.x + p.place.at * C::X_BYTES);
#pragma unroll
        for (int item = 0; item < ITEMS; item++) {
            uint32_t(&now)[4][4] = item % 2 ? r1 : r0;
            if constexpr (!SIGMA) sm90_read_key<C::FORM, 0>(scales[item], 0, key);
            sm90_decode<C::FORM>(w[0], key, now[0], now[1]);
            sm90_decode<C::FORM>(w[1], key, now[2], now[3]);
#pragma unroll
            for (int i = 0; i < 4; i++)
                sm90_converted(now[i]);
            ptx_wgmma_fence();
#pragma unroll
            for (int i = 0; i < 4; i++)
                wgmma_mma(fq_tokens<C::N>(), d[item % COUNT], now[i],
                          b + (item / COUNT * TILES * C::X_TILE >> 4) + 2 * i, i > 0 || item >= COUNT ? 1 : v > 0);
            ptx_wgmma_commit();
            if (item + 1 < ITEMS) fetch(item + 1);
            ptx_wgmma_wait<LAST>();
            if (item == 0 && LAST > 0) release();
            if (item + 1 == ITEMS) {
                done = p.place.at;
                if (LAST == 0) release();
                stack_advance(p.place, C::VISITS, a.ring);
                if (v + 1 < visits) enter();
            }
        }
    };
    enter();
    int v = 0;
    if constexpr (ITEMS % 2 == 0 || LAST == 0) {
        for (; v < visits; v++)
            visit(v, r[0], r[LAST]);
    } else {
        for (; v + 1 < visits; v += 2) {
            visit(v, r[0], r[1]);
            visit(v + 1, r[1], r[0]);
        }
        if (v < visits) visit(v, r[0], r[1]);
    }
    ptx_wgmma_wait<0>();
    if (LAST > 0) release();
}

/* Leaves a set's sums of COUNT strips in shared memory: [strip][set of K][warp][token][row, 16 of PITCH]. */
template <class C, int COUNT>
FQ_DEV void stack_leave(const typename C::SUM (&d)[COUNT][C::SUMS], uint32_t at, int row_set, int k_set, int warp,
                        int lane) {
    const int j = warp / C::STRIP_UNITS;
#pragma unroll
    for (int s = 0; s < COUNT; s++) {
        const uint32_t to = at + (((s * C::ROW_SETS + row_set) * C::K_SETS + k_set) * 4 + warp) * C::PART +
                            (2 * (lane & 3) * C::PITCH + (lane >> 2)) * 4;
#pragma unroll
        for (int e = 0; e < C::KEPT; e++) {
            typename C::SUM v = d[s][e];
#pragma unroll
            for (int i = 1; i < C::STACK; i++)
                if (j == i) v = d[s][i * C::KEPT + e];
            ptx_store_shared_as(to + (((e >> 2) * 8 + (e & 1)) * C::PITCH + (e & 2) * 4) * 4, v);
        }
    }
}

/* One set's part of a pass of `count` of its strips, 0 <= count <= COUNT. */
template <class C, int COUNT>
FQ_DEV void stack_strips(int count, const fq_sm90_stack_args &a, stack_pipe &p, int visits, uint32_t sums, int row_set,
                         int k_set, int warp, int lane) {
    if constexpr (COUNT == 0) { /* its stages are released all the same */
        for (int v = 0; v < visits; v++) {
            ptx_barrier_wait(p.full + 8 * p.place.at, p.place.phase);
            if (lane == 0) ptx_barrier_arrive(p.empty + 8 * p.place.at);
            stack_advance(p.place, C::VISITS, a.ring);
        }
    } else if (count < COUNT) {
        stack_strips<C, COUNT - 1>(count, a, p, visits, sums, row_set, k_set, warp, lane);
    } else {
        typename C::SUM d[COUNT][C::SUMS];
        if (visits > 0) {
            stack_multiply<C, COUNT>(d, a, p, visits, lane);
        } else {
#pragma unroll
            for (int s = 0; s < COUNT; s++) {
#pragma unroll
                for (int e = 0; e < C::SUMS; e++)
                    d[s][e] = 0;
            }
        }
        stack_leave<C, COUNT>(d, sums, row_set, k_set, warp, lane);
    }
}

/* The sums of four rows of a unit at a token over k-tiles and sets; at: where the first part of these four is. */
template <class C> FQ_DEV void stack_sum(uint32_t at, typename C::SUM (&sum)[4]) {
    typename C::SUM part[4];
    ptx_load_shared_four(at, sum);
#pragma unroll
    for (int i = 1; i < C::K_SETS * C::STACK; i++) {
        ptx_load_shared_four(at + i * C::STRIP_UNITS * C::PART, part);
#pragma unroll
        for (int e = 0; e < 4; e++)
            sum[e] += part[e];
    }
}

/* y of a pass from all sums, four rows a thread: every thread has one token. */
template <class C>
FQ_DEV void stack_finish(const fq_sm90_stack_args &a, const stack_pass &p, uint32_t sums, int thread, int token,
                         float x_scale) {
    for (int i = thread; i < p.units * C::FOURS * C::TOKENS; i += C::CONSUMERS) {
        const int unit = i / (C::FOURS * C::TOKENS), row = i % C::FOURS * 4;
        const uint32_t at = sums + unit / C::STRIP_UNITS * (C::K_SETS * 4 * C::PART) + unit % C::STRIP_UNITS * C::PART +
                            (token * C::PITCH + row) * 4;
        typename C::SUM sum[4], up[4];
        if (p.token + token >= a.g.m) break;
        stack_sum<C>(at, sum);
        if constexpr (C::GATED) stack_sum<C>(at + 8 * 4, up);
        sm90_store_four<C::FORM, C::GATED>(a.g, sum, up, (p.unit + unit) * FQ_SM90_UNIT + row, p.token + token,
                                           x_scale);
    }
}

template <class C>
FQ_DEV void stack_consume(const fq_sm90_stack_args &a, uint32_t full, uint32_t empty, uint32_t x, uint32_t w,
                          uint32_t sums, int warpgroup, int warp, int lane) {
    enum { FREE = 8, FULL = 9 }; /* named barriers */
    static_assert(C::CONSUMERS % (C::FOURS * C::TOKENS) == 0, "all outputs of a thread are of one token");
    const int thread = (warpgroup * 4 + warp) * 32 + lane, token = thread / C::FOURS % C::TOKENS;
    const int k_set = warpgroup % C::K_SETS, row_set = warpgroup / C::K_SETS;
    const int visit = C::VISITS > 1 ? k_set / C::BLOCKS : 0, block = C::VISITS > 1 ? k_set % C::BLOCKS : k_set;
    const int unit = row_set * C::STRIP_UNITS + warp % C::STRIP_UNITS, tile = block * C::STACK + warp / C::STRIP_UNITS;
    const uint32_t weights = w + unit * C::UNIT_BYTES;
    stack_pipe pipe = {weights + tile * (FQ_SM90_CODES / 4) + lane * 16,
                       weights + tile * C::SCALES + sm90_scales_at<C::FORM>(lane),
                       x + block * C::STACK * C::X_TILE,
                       full,
                       empty,
                       full + 1024,
                       {visit, 0},
                       visit};
    stack_pass p = stack_begin(a);
    if constexpr (C::FORM == FQ_SM90_SIGMA) { /* a row's table by its scale: conversions are slow */
        if (thread < SM90_TABLES) sm90_write_table(pipe.tables, thread);
    }
    ptx_named_sync(FULL, C::CONSUMERS);
    for (int pass = 0; pass == 0 || stack_next<C>(a, p); pass++) {
        const int strips = (p.units + C::STRIP_UNITS - 1) / C::STRIP_UNITS;
        const int mine = (strips - row_set + C::ROW_SETS - 1) / C::ROW_SETS;
        float x_scale = 1.0f;
        if (a.g.x_scale && p.token + token < a.g.m) x_scale = ptx_load_early(a.g.x_scale + p.token + token);
        if (pass > 0) ptx_named_sync(FREE, C::CONSUMERS);
        const int visits = pipe.next < a.stages ? (a.stages - pipe.next + C::VISITS - 1) / C::VISITS : 0;
        pipe.next += visits * C::VISITS - a.stages;
        stack_strips<C, C::STRIPS>(mine, a, pipe, visits, sums, row_set, k_set, warp, lane);
        ptx_named_sync(FULL, C::CONSUMERS);
        stack_finish<C>(a, p, sums, thread, token, x_scale);
    }
}

template <class C>
__global__ void __launch_bounds__(C::THREADS, 1)
    sm90_gemm_stack(const __grid_constant__ fq_sm90_stack_args a, const __grid_constant__ CUtensorMap x_map,
                    const __grid_constant__ CUtensorMap code_map, const __grid_constant__ CUtensorMap scale_map) {
    extern __shared__ __align__(1024) uint8_t memory[]; /* swizzled tiles stand on multiples of 1024 */
    const uint32_t full = ptx_shared(memory), empty = full + 8 * FQ_SM90_STACK_RING;
    const uint32_t x = full + FQ_SM90_STACK_HEAD, w = full + a.at_w, sums = full + a.at_sum;
    const int warp = __shfl_sync(~0u, threadIdx.x >> 5, 0); /* uniform for the compiler too */
    /* The first stage is asked for before all else, in line: the code of the roles comes 600 cycles later. Loops over
     * barriers are unrolled: their addresses are uniform. ready says that the places that will be used again have their
     * barriers. */
    enum { READY = 10 };
    const uint32_t ready = empty + 8 * FQ_SM90_STACK_RING;
    if (warp == 0) {
        if (ptx_elect()) {
            stack_init<1>(full, 1);
            stack_ask_codes<C>(&code_map, a, stack_begin(a), 0, w, full);
            if (full % 1024 != 0) __trap();
            ptx_barrier_init(ready, 1);
            stack_init<FQ_SM90_STACK_RING - 1>(full + 8, 1);
        }
        __syncwarp();
        ptx_named_arrive(READY, C::THREADS);
    } else {
        if (threadIdx.x == 64)
            stack_init<FQ_SM90_STACK_RING>(empty, C::READERS);
        else if (threadIdx.x == 32)
            ptx_prefetch_map(&x_map);
        else if (threadIdx.x == 96)
            ptx_prefetch_map(&scale_map);
        __syncwarp();
        ptx_named_sync(READY, C::THREADS);
        if (threadIdx.x == 64) ptx_barrier_arrive(ready);
        if (warp == 1 && ptx_elect()) {
            ptx_grid_wait();
            stack_ask_tokens<C>(&x_map, a, 0, 0, x, full);
        } else if (warp == 2 && C::SCALES > 0 && ptx_elect()) {
            stack_ask_scales<C>(&scale_map, stack_begin(a), 0, w + FQ_SM90_CODES, full);
        }
    }
    if (warp < 4) {
        if constexpr (C::REGISTERS) ptx_registers_give<C::PRODUCER>();
        if (ptx_elect()) {
            if (warp == 0)
                stack_load<C>(a, empty, [&](const stack_pass &p, int k, int at) {
                    stack_ask_codes<C>(&code_map, a, p, k, w + at * a.stage_bytes, full + 8 * at);
                });
            else if (warp == 1)
                stack_load<C>(a, empty, [&](const stack_pass &p, int k, int at) {
                    stack_ask_tokens<C>(&x_map, a, p.token, k, x + at * C::X_BYTES, full + 8 * at);
                });
            else if (warp == 2 && C::SCALES > 0)
                stack_load<C>(a, empty, [&](const stack_pass &p, int k, int at) {
                    stack_ask_scales<C>(&scale_map, p, k, w + at * a.stage_bytes + FQ_SM90_CODES, full + 8 * at);
                });
        }
    } else {
        if constexpr (C::REGISTERS) ptx_registers_take<C::CONSUMER>();
        ptx_grid_release();
        ptx_grid_wait(); /* scales, residual and y belong to the kernel before until here */
        stack_consume<C>(a, full, empty, x, w, sums, (warp >> 2) - 1, warp & 3, threadIdx.x & 31);
    }
}

/* A row of a form's table of tiles: S of FQ_SM90_STACKS. */
template <class C> constexpr fq_sm90_stack_tile stack_tile(const char *name, const void *function) {
    return {name,
            function,
            C::TOKENS,
            C::STACK,
            C::UNITS,
            C::K_SETS,
            C::ROW_SETS,
            C::THREADS,
            C::UNIT_BYTES,
            C::VISITS,
            C::K_SETS * C::STACK * C::PART};
}
#define FQ_SM90_STACK_INSTANCE(form, gated, tokens, stack, strips, k_sets, row_sets)                                   \
    stack_tile<stack_config<form, gated, tokens, stack, strips, k_sets, row_sets>>(                                    \
        "16x" #tokens "/" #stack "." #strips "." #k_sets "." #row_sets,                                                \
        (const void *)sm90_gemm_stack<stack_config<form, gated, tokens, stack, strips, k_sets, row_sets>>),
#endif
