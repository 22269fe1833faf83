/* What happens to a tile of the sm90 matrix kernel after its last k-tile: scales, rounding, the way to memory.
 *
 * A consumer warpgroup holds 64 rows (outputs n) by TOKENS columns (tokens m). Fragment element d[4 i + 2 h + e] of thread
 * t = 32 warp + lane is row 16 warp + lane / 4 + 8 h, token 8 i + 2 (lane % 4) + e. C is the tile's sm90_config. */
#ifndef FQ_KERNELS_EPILOGUE_SM90_CUH
#define FQ_KERNELS_EPILOGUE_SM90_CUH
#include "kernels/gemm_sm90.h"
#include "kernels/ptx_sm90.cuh"

/* The scales of a tile's tokens, 128 apart in each thread; asked for before the main loop, used after it. */
template <class C> struct sm90_token_scales {
    static constexpr int COUNT = (C::TOKENS + 127) / 128;
    FQ_DEV void load(float (&scale)[COUNT], const fq_sm90_args &g, int token0, int t) {
        if (g.store != FQ_SM90_STORE_TENSOR) return;
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            const int m = token0 + t + 128 * i;
            scale[i] = g.x_scale && m < g.m ? __ldg(g.x_scale + m) : 1.0f;
        }
    }
};

/* Scale as the contract writes it and store straight from the fragments: float32, or bfloat16 in rows that no tensor
 * map takes. */
template <class C, typename SUM>
FQ_DEV void sm90_store_plain(const SUM (&d)[C::TOKENS / 2], const fq_sm90_args &g, int row0, int token0, int t) {
    const int lane = t & 31;
#pragma unroll
    for (int h = 0; h < 2; h++) {
        const int n = row0 + (t >> 5) * 16 + (lane >> 2) + 8 * h;
        if (n >= g.n) continue;
        const float row_scale = g.row_scale ? __ldg(g.row_scale + n) : g.tensor_scale;
#pragma unroll
        for (int i = 0; i < C::TOKENS / 8; i++) {
#pragma unroll
            for (int e = 0; e < 2; e++) {
                const int m = token0 + 8 * i + 2 * (lane & 3) + e;
                if (m >= g.m) continue;
                const SUM v = d[4 * i + 2 * h + e];
                const float sum = C::FORM == FQ_SM90_INT8 ? __int2float_rn((int)v >> 4) : (float)v;
                const size_t at = (size_t)m * g.y_pitch + (size_t)n;
                float y = __fmul_rn(__fmul_rn(sum, g.x_scale ? __ldg(g.x_scale + m) : 1.0f), row_scale);
                if (g.residual) y = __fadd_rn(g.residual[at], y);
                if (g.store == FQ_SM90_STORE_F32) ((float *)g.y)[at] = y;
                else ((uint16_t *)g.y)[at] = (uint16_t)ptx_pack_bf16(y, 0.0f);
            }
        }
    }
}

/* Scale, round to bfloat16, transpose through shared memory to [token][64 rows], tensor store, which clips rows and
 * tokens out of range. `out` is this warpgroup's buffer, `scale` its token scales. */
template <class C, typename SUM>
FQ_DEV void sm90_store_bf16(SUM (&d)[C::TOKENS / 2], const fq_sm90_args &g, const CUtensorMap *y_map, uint32_t out,
                            uint32_t scale, int row0, int token0, int group, int t) {
    const int lane = t & 31, warp = t >> 5;
    float row[2] = {1.0f, 1.0f};
    if (g.row_scale) {
#pragma unroll
        for (int h = 0; h < 2; h++)
            row[h] = __ldg(g.row_scale + min(row0 + warp * 16 + (lane >> 2) + 8 * h, g.n - 1));
        if constexpr (C::FORM != FQ_SM90_INT8) { /* rarely: rows of one matrix mostly share their scale */
#pragma unroll
            for (int i = 0; i < C::TOKENS / 2; i++)
                d[i] *= row[i >> 1 & 1];
        }
    }
    if (t == 0) ptx_store_wait_read<0>(); /* the copy engine has read the tile before */
    ptx_named_sync(1 + group, 128);
#pragma unroll
    for (int u = 0; u < C::TOKENS / 16; u++) {
        uint32_t r[4];
#pragma unroll
        for (int v = 0; v < 2; v++) {
            const float2 s = ptx_load_shared_f2(scale + 4 * (8 * (2 * u + v) + 2 * (lane & 3)));
            const SUM *e = &d[4 * (2 * u + v)];
            float y0 = (float)e[0] * s.x, y1 = (float)e[1] * s.y, y2 = (float)e[2] * s.x, y3 = (float)e[3] * s.y;
            if constexpr (C::FORM == FQ_SM90_INT8) {
                y0 *= row[0];
                y1 *= row[0];
                y2 *= row[1];
                y3 *= row[1];
            }
            r[2 * v] = ptx_pack_bf16(y0, y1);
            r[2 * v + 1] = ptx_pack_bf16(y2, y3);
        }
        const int matrix = lane >> 3, token = 16 * u + 8 * (matrix >> 1) + (lane & 7);
        const int sixteenth = warp * 2 + (matrix & 1); /* of the 128-byte row, swizzled by the token */
        ptx_store_matrix_transposed(out + token * 128 + ((sixteenth ^ (token & 7)) << 4), r[0], r[1], r[2], r[3]);
    }
    ptx_fence_async_shared();
    ptx_named_sync(1 + group, 128);
    if (t == 0) {
        if (row0 < g.n) ptx_tensor_store(y_map, out, row0, token0);
        ptx_store_commit();
    }
}

/* The finished sums d of a tile to y. base: the CTA's shared memory. */
template <class C, typename SUM>
FQ_DEV void sm90_store(SUM (&d)[C::TOKENS / 2], const fq_sm90_args &g, const CUtensorMap *y_map, uint32_t base,
                       const float (&token_scale)[sm90_token_scales<C>::COUNT], int row0, int token0, int group, int t) {
    if (g.store != FQ_SM90_STORE_TENSOR) {
        sm90_store_plain<C>(d, g, row0, token0, t);
        return;
    }
    const uint32_t scale = base + C::AT_SCALE + group * C::TOKENS * 4;
    /* The INT8 operand is 16 q. */
    const float factor = (C::FORM == FQ_SM90_INT8 ? 0.0625f : 1.0f) * (g.row_scale ? 1.0f : g.tensor_scale);
#pragma unroll
    for (int i = 0; i < sm90_token_scales<C>::COUNT; i++)
        if (t + 128 * i < C::TOKENS) ptx_store_shared(scale + 4 * (t + 128 * i), token_scale[i] * factor);
    sm90_store_bf16<C>(d, g, y_map, base + C::AT_OUT + group * C::TOKENS * 128, scale, row0, token0, group, t);
}
#endif
