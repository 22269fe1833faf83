/* Arithmetic that the epilogue of the matrix kernel and the row kernels share: E4M3 codes and SwiGLU. */
#ifndef FQ_KERNELS_CODES_SM90_CUH
#define FQ_KERNELS_CODES_SM90_CUH
#include "kernels/ptx_sm90.cuh"

/* Four codes, the first in the lowest byte; nearest even, saturating. */
FQ_DEV uint32_t sm90_pack_e4m3(float a, float b, float c, float d) {
    uint32_t r;
    asm("{\n.reg .b16 l, h;\ncvt.rn.satfinite.e4m3x2.f32 l, %2, %1;\ncvt.rn.satfinite.e4m3x2.f32 h, %4, %3;\n"
        "mov.b32 %0, {l, h};\n}"
        : "=r"(r)
        : "f"(a), "f"(b), "f"(c), "f"(d));
    return r;
}

/* silu(gate) up within 16 units of roundoff: exp2 of the rounded product, corrected by what the rounding left. */
FQ_DEV float sm90_swiglu(float gate, float up) {
    const float log2e = 1.44269502f, log2e_rest = 1.92596303e-8f, ln2 = 0.693147181f;
    const float t = -gate * log2e, rest = __fmaf_rn(-gate, log2e, -t) - gate * log2e_rest;
    float e, inverse;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(e) : "f"(t));
    e = t < 120.0f ? __fmaf_rn(e, rest * ln2, e) : e; /* no infinity times zero */
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(1.0f + e));
    return gate * inverse * up;
}
#endif
