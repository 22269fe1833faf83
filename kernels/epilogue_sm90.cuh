/* What happens to a tile of the sm90 matrix kernel after its last k-tile: scales, residual or SwiGLU, rounding, the way
 * to memory.
 *
 * A consumer warpgroup holds 64 rows (of weights) by TOKENS columns. Fragment element d[4 i + 2 h + e] of thread
 * t = 32 warp + 4 g + c is row 16 warp + g + 8 h, token 8 i + 2 c + e. C is the tile's sm90_config; C::GATED: rows g
 * are of gate and rows g + 8 of up, so that a thread has both, and y has one column for each such pair. */
#ifndef FQ_KERNELS_EPILOGUE_SM90_CUH
#define FQ_KERNELS_EPILOGUE_SM90_CUH
#include "kernels/codes_sm90.cuh"
#include "kernels/gemm_sm90.h"
#include "kernels/ptx_sm90.cuh"

/* Where a warpgroup's finished tile goes: out is its buffer in shared memory, scale the place of its token scales. */
template <class C> struct sm90_output {
    static constexpr int COLS = C::GATED ? 32 : 64, SCALES = (C::TOKENS + 127) / 128;
    uint32_t out, scale, barrier;
    int group, t, loads;
    int is_last;         /* nothing follows the tile that ends now */
    float token[SCALES]; /* this thread's token scales */
};

template <class C> FQ_DEV sm90_output<C> sm90_output_make(uint32_t base, int group, int t) {
    sm90_output<C> o;
    o.out = base + C::AT_OUT + group * (C::OUT_BYTES / C::GROUPS);
    o.scale = base + C::AT_SCALE + group * (C::SCALE_BYTES / C::GROUPS);
    o.barrier = base + C::AT_RESIDUAL + 8 * group;
    o.group = group;
    o.t = t;
    o.loads = 0;
    return o;
}

FQ_DEV int sm90_is_tensor(const fq_sm90_args &g) {
    return g.store <= FQ_SM90_STORE_TENSOR_E4M3;
}

FQ_DEV float sm90_token_scale(const fq_sm90_args &g, int m) {
    return g.x_scale && m < g.m ? __ldg(g.x_scale + m) : 1.0f;
}

/* Before the main loop of a tile that this warpgroup will finish: what the epilogue needs is asked for. */
template <class C>
FQ_DEV void sm90_output_begin(sm90_output<C> &o, const fq_sm90_args &g, const CUtensorMap *residual_map, int row0,
                              int token0) {
    if (!sm90_is_tensor(g)) return;
#pragma unroll
    for (int i = 0; i < o.SCALES; i++) {
        const int m = token0 + o.t + 128 * i;
        o.token[i] = sm90_token_scale(g, m);
    }
    if (C::GATED || !g.residual || row0 >= g.n) return;
    if (o.t == 0) { /* into the buffer that the result leaves from */
        ptx_store_wait_read<0>();
        ptx_barrier_expect(o.barrier, C::TOKENS * 128);
        for (int i = 0; i < C::TOKENS; i += C::SEND)
            ptx_tensor_load(o.out + i * 128, residual_map, row0, token0 + i, o.barrier);
    }
}

/* A sum times its two scales, in the contract's order; the INT8 operand is 16 q. */
template <int FORM, typename SUM> FQ_DEV float sm90_scaled(SUM v, float x_scale, float row_scale) {
    const float sum = FORM == FQ_SM90_INT8 ? __int2float_rn((int)v >> 4) : (float)v;
    return __fmul_rn(__fmul_rn(sum, x_scale), row_scale);
}

/* y at token m of row r of the weights (where gated, of rows r and r + 8) from its sums, scaled as the contract writes
 * it; nothing where that is out of range. */
template <int FORM, int GATED, typename SUM>
FQ_DEV void sm90_store_element(const fq_sm90_args &g, SUM v, SUM up, int r, int m, float x_scale) {
    const int n = GATED ? FQ_SM90_GATED_COLUMN(r) : r;
    if (n >= g.n || m >= g.m) return;
    const float row_scale = g.row_scale ? __ldg(g.row_scale + r) : g.tensor_scale;
    const size_t at = (size_t)m * g.y_pitch + (size_t)n;
    float y = sm90_scaled<FORM>(v, x_scale, row_scale);
    if constexpr (GATED) {
        const float up_scale = g.row_scale ? __ldg(g.row_scale + r + 8) : g.tensor_scale;
        y = sm90_swiglu(y, sm90_scaled<FORM>(up, x_scale, up_scale));
    }
    if (g.store == FQ_SM90_STORE_F32) {
        if (g.residual) y = __fadd_rn(((const float *)g.residual)[at], y);
        ((float *)g.y)[at] = y;
    } else if (g.store == FQ_SM90_STORE_BF16 || g.store == FQ_SM90_STORE_TENSOR) {
        if (g.residual) y = __fadd_rn(__uint_as_float((uint32_t)((const uint16_t *)g.residual)[at] << 16), y);
        ((uint16_t *)g.y)[at] = (uint16_t)ptx_pack_bf16(y, 0.0f);
    } else {
        const float scale = g.y_scale ? __ldg(g.y_scale + m) : g.y_fixed_scale;
        ((uint8_t *)g.y)[at] = (uint8_t)sm90_pack_e4m3(__fdiv_rn(y, scale), 0.0f, 0.0f, 0.0f);
    }
}

/* The same of four rows from r on, a multiple of four; up: sums of r + 8 on. Written as one where rows of y begin on
 * multiples of 16 bytes. */
template <int FORM, int GATED, typename SUM>
FQ_DEV void sm90_store_four(const fq_sm90_args &g, const SUM (&v)[4], const SUM (&up)[4], int r, int m, float x_scale) {
    const int n = GATED ? FQ_SM90_GATED_COLUMN(r) : r;
    if (GATED || g.store != FQ_SM90_STORE_TENSOR) {
#pragma unroll
        for (int i = 0; i < 4; i++)
            sm90_store_element<FORM, GATED>(g, v[i], up[i], r + i, m, x_scale);
        return;
    }
    if (n >= g.n || m >= g.m) return;
    const size_t at = (size_t)m * g.y_pitch + (size_t)n;
    float y[4], scale[4] = {g.tensor_scale, g.tensor_scale, g.tensor_scale, g.tensor_scale};
    uint2 before = {0, 0};
    if (g.row_scale) {
        const float4 s = __ldg((const float4 *)(g.row_scale + r));
        scale[0] = s.x, scale[1] = s.y, scale[2] = s.z, scale[3] = s.w;
    }
    if (g.residual) before = *(const uint2 *)((const uint16_t *)g.residual + at);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const uint32_t word = i < 2 ? before.x : before.y;
        y[i] = sm90_scaled<FORM>(v[i], x_scale, scale[i]);
        if (g.residual) y[i] = __fadd_rn(__uint_as_float(i % 2 ? word & 0xFFFF0000u : word << 16), y[i]);
    }
    *(uint2 *)((uint16_t *)g.y + at) = make_uint2(ptx_pack_bf16(y[0], y[1]), ptx_pack_bf16(y[2], y[3]));
}

/* Stores straight from the fragments: float32, or rows that no tensor map takes. */
template <class C, typename SUM>
FQ_DEV void sm90_store_plain(const SUM (&d)[C::TOKENS / 2], const fq_sm90_args &g, int row0, int token0, int t) {
    const int lane = t & 31;
#pragma unroll
    for (int h = 0; h < (C::GATED ? 1 : 2); h++) {
#pragma unroll
        for (int i = 0; i < C::TOKENS / 8; i++) {
#pragma unroll
            for (int e = 0; e < 2; e++) {
                const int m = token0 + 8 * i + 2 * (lane & 3) + e;
                sm90_store_element<C::FORM, C::GATED>(g, d[4 * i + 2 * h + e], d[4 * i + 2 + e],
                                                      row0 + (t >> 5) * 16 + (lane >> 2) + 8 * h, m,
                                                      sm90_token_scale(g, m));
            }
        }
    }
}

/* Four bytes a thread, of its row and tokens 2 c, 2 c + 1 in two blocks, to pairs of neighbouring rows of one token:
 * the low half of the first block, the high half of the second. */
FQ_DEV uint32_t sm90_pair_rows(uint32_t mine, int lane) {
    const uint32_t other = __shfl_xor_sync(~0u, mine, 4);
    return ptx_permute(mine, other, lane & 4 ? 0x3715 : 0x6240);
}

/* What becomes of the scaled numbers: bfloat16, bfloat16 onto the residual that lies in the buffer, E4M3. */
enum { SM90_BF16, SM90_RESIDUAL, SM90_CODES };

/* The scaled numbers of 16 tokens (two blocks of 8) to the buffer, 128-byte rows of bfloat16 or 64-byte rows of E4M3,
 * swizzled as the tensor map says. y[4 v + 2 h + e]. */
template <class C, int KIND> FQ_DEV void sm90_stage(const float (&y)[8], const sm90_output<C> &o, int u) {
    const int lane = o.t & 31, warp = o.t >> 5;
    if constexpr (KIND == SM90_CODES) {
#pragma unroll
        for (int v = 0; v < 2; v++) {
            const uint32_t w = sm90_pair_rows(sm90_pack_e4m3(y[4 * v], y[4 * v + 1], y[4 * v + 2], y[4 * v + 3]), lane);
            const int token = 16 * u + 8 * v + 2 * (lane & 3) + (lane >> 2 & 1);
            const uint32_t at = o.out + token * 64 + ((warp ^ (token >> 1 & 3)) << 4) + (lane >> 2 & 6);
            ptx_store_shared_u16(at, w);
            ptx_store_shared_u16(at + 8, w >> 16);
        }
    } else {
        const int matrix = lane >> 3, token = 16 * u + 8 * (matrix >> 1) + (lane & 7);
        const int sixteenth = warp * 2 + (matrix & 1); /* of the 128-byte row, swizzled by the token */
        const uint32_t at = o.out + token * 128 + ((sixteenth ^ (token & 7)) << 4);
        uint32_t r[4] = {0, 0, 0, 0};
        if constexpr (KIND == SM90_RESIDUAL) ptx_load_matrix_transposed(at, r);
#pragma unroll
        for (int i = 0; i < 4; i++)
            r[i] = KIND == SM90_RESIDUAL ? ptx_pack_bf16(__uint_as_float(r[i] << 16) + y[2 * i],
                                                         __uint_as_float(r[i] & 0xffff0000u) + y[2 * i + 1])
                                         : ptx_pack_bf16(y[2 * i], y[2 * i + 1]);
        ptx_store_matrix_transposed(at, r[0], r[1], r[2], r[3]);
    }
}

/* The same for gate and up: y[2 v + e], 64-byte rows of bfloat16 or 32-byte rows of E4M3. */
template <class C, int KIND> FQ_DEV void sm90_stage_gated(const float (&y)[4], const sm90_output<C> &o, int u) {
    const int lane = o.t & 31, warp = o.t >> 5;
    if constexpr (KIND == SM90_CODES) {
        const uint32_t w = sm90_pair_rows(sm90_pack_e4m3(y[0], y[1], y[2], y[3]), lane);
        const int token = 16 * u + 2 * (lane & 3) + (lane >> 2 & 1);
        const uint32_t at = o.out + token * 32 + warp * 8 + (lane >> 2 & 6);
        ptx_store_shared_u16(at, w);
        ptx_store_shared_u16(at + 8 * 32, w >> 16);
    } else {
        const int token = 16 * u + (lane & 15);
        ptx_store_matrix_transposed(o.out + token * 64 + ((warp ^ (token >> 1 & 3)) << 4), ptx_pack_bf16(y[0], y[1]),
                                    ptx_pack_bf16(y[2], y[3]));
    }
}

/* `tokens` tokens from `first` of the tile in the buffer to y, by one thread. */
template <class C>
FQ_DEV void sm90_send(const sm90_output<C> &o, const fq_sm90_args &g, const CUtensorMap *y_map, int row0, int token0,
                      int first, int tokens) {
    const int column = C::GATED ? row0 / 2 : row0;
    const int bytes = g.store == FQ_SM90_STORE_TENSOR_E4M3 ? o.COLS : 2 * o.COLS;
    if (column < g.n) {
        for (int i = first; i < first + tokens; i += C::SEND)
            ptx_tensor_store(y_map, o.out + i * bytes, column, token0 + i);
    }
    ptx_store_commit();
}

/* Whether a tile's tokens leave part by part where nothing follows: the memory is busy then, the CTA has no other work.
 */
template <class C, int KIND> FQ_DEV constexpr int sm90_in_parts(void) {
    return KIND == SM90_BF16 && C::TOKENS > C::SEND;
}

/* All tokens of the tile to the buffer and, where nothing follows, to y. The token scales of four steps of 16 tokens
 * are read at once: reads wait for the writes before them, 190 cycles a step when they alternate. */
template <class C, int KIND, typename SUM>
FQ_DEV void sm90_stage_tile(const SUM (&d)[C::TOKENS / 2], const sm90_output<C> &o, const fq_sm90_args &g,
                            const float (&row)[2], const CUtensorMap *y_map, int row0, int token0) {
    constexpr int STEPS = C::TOKENS / 16, AT_ONCE = STEPS < 4 ? STEPS : 4;
#pragma unroll
    for (int first = 0; first < STEPS; first += AT_ONCE) {
        float2 s[2 * AT_ONCE];
#pragma unroll
        for (int i = 0; i < 2 * AT_ONCE && 2 * first + i < 2 * STEPS; i++)
            s[i] = ptx_load_shared_f2(o.scale + 4 * (8 * (2 * first + i) + 2 * (o.t & 3)));
#pragma unroll
        for (int u = 0; u < AT_ONCE && first + u < STEPS; u++) {
            float y[8];
#pragma unroll
            for (int v = 0; v < 2; v++) {
                const SUM *e = &d[4 * (2 * (first + u) + v)];
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    y[4 * v + i] = (float)e[i] * (i & 1 ? s[2 * u + v].y : s[2 * u + v].x);
                    if constexpr (C::INTEGER) y[4 * v + i] *= row[i >> 1];
                }
            }
            if constexpr (C::GATED) {
                const float inverse = KIND == SM90_CODES ? g.y_inverse : 1.0f;
                float h[4];
#pragma unroll
                for (int i = 0; i < 4; i++)
                    h[i] = sm90_swiglu(y[4 * (i >> 1) + (i & 1)], y[4 * (i >> 1) + 2 + (i & 1)]) * inverse;
                sm90_stage_gated<C, KIND>(h, o, first + u);
            } else {
                sm90_stage<C, KIND>(y, o, first + u);
            }
        }
        if constexpr (sm90_in_parts<C, KIND>()) {
            static_assert(AT_ONCE * 16 == C::SEND, "part");
            if (!o.is_last) continue;
            ptx_fence_async_shared();
            ptx_named_sync(1 + o.group, 128);
            if (o.t == 0) sm90_send<C>(o, g, y_map, row0, token0, 16 * first, C::SEND);
        }
    }
}

/* Scale, round, transpose through shared memory to [token][column], tensor store, which clips columns and tokens out of
 * range. */
template <class C, typename SUM>
FQ_DEV void sm90_store_tensor(SUM (&d)[C::TOKENS / 2], sm90_output<C> &o, const fq_sm90_args &g,
                              const CUtensorMap *y_map, int row0, int token0) {
    const int lane = o.t & 31, warp = o.t >> 5, codes = g.store == FQ_SM90_STORE_TENSOR_E4M3;
    const int residual = !C::GATED && g.residual != NULL && row0 < g.n;
    /* The INT8 operand is 16 q. */
    const float factor = (C::FORM == FQ_SM90_INT8 ? 0.0625f : 1.0f) * (g.row_scale ? 1.0f : g.tensor_scale);
#pragma unroll
    for (int i = 0; i < o.SCALES; i++) {
        const int m = token0 + o.t + 128 * i;
        float s = o.token[i] * factor;
        if (codes && !C::GATED) s = __fdiv_rn(s, g.y_scale && m < g.m ? __ldg(g.y_scale + m) : g.y_fixed_scale);
        if (o.t + 128 * i < C::TOKENS) ptx_store_shared(o.scale + 4 * (o.t + 128 * i), s);
    }
    float row[2] = {1.0f, 1.0f};
    if (g.row_scale) {
#pragma unroll
        for (int h = 0; h < 2; h++)
            row[h] = __ldg(g.row_scale + min(row0 + warp * 16 + (lane >> 2) + 8 * h, g.rows - 1));
        if constexpr (!C::INTEGER) { /* rarely: rows of one matrix mostly share their scale */
#pragma unroll
            for (int i = 0; i < C::TOKENS / 2; i++)
                d[i] *= row[i >> 1 & 1];
        }
    }
    if (residual) {
        ptx_barrier_wait(o.barrier, o.loads & 1);
        o.loads++;
    } else if (o.t == 0) {
        ptx_store_wait_read<0>(); /* the copy engine has read the tile before */
    }
    ptx_named_sync(1 + o.group, 128);
    if (codes) {
        sm90_stage_tile<C, SM90_CODES>(d, o, g, row, y_map, row0, token0);
    } else if (!C::GATED && residual) {
        sm90_stage_tile<C, C::GATED ? SM90_BF16 : SM90_RESIDUAL>(d, o, g, row, y_map, row0, token0);
    } else {
        sm90_stage_tile<C, SM90_BF16>(d, o, g, row, y_map, row0, token0);
        if (sm90_in_parts<C, SM90_BF16>() && o.is_last) return;
    }
    ptx_fence_async_shared();
    ptx_named_sync(1 + o.group, 128);
    if (o.t == 0) sm90_send<C>(o, g, y_map, row0, token0, 0, C::TOKENS);
}

/* The finished sums d of a tile to y. */
template <class C, typename SUM>
FQ_DEV void sm90_output_end(SUM (&d)[C::TOKENS / 2], sm90_output<C> &o, const fq_sm90_args &g, const CUtensorMap *y_map,
                            int row0, int token0) {
    if (sm90_is_tensor(g))
        sm90_store_tensor<C>(d, o, g, y_map, row0, token0);
    else
        sm90_store_plain<C>(d, g, row0, token0, o.t);
}
#endif
