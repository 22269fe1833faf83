/* Arithmetic that the epilogue of the matrix kernel and the row kernels share: SwiGLU. */
#ifndef FQ_KERNELS_CODES_SM90_CUH
#define FQ_KERNELS_CODES_SM90_CUH
#include "kernels/ptx_sm90.cuh"

/* silu(gate) up within 16 units of roundoff: exp2 of the rounded product, corrected by what the rounding left. */
FQ_DEV float sm90_swiglu(float gate, float up) {
    const float log2e = 1.44269502f, log2e_rest = 1.92596303e-8f, ln2 = 0.693147181f;
    const float t = -gate * log2e, rest = __fmaf_rn(-gate, log2e, -t) - gate * log2e_rest;
    float e = ptx_exp2(t), inverse;
    e = t < 120.0f ? __fmaf_rn(e, rest * ln2, e) : e; /* no infinity times zero */
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(1.0f + e));
    return gate * inverse * up;
}
#endif
