/* 4-bit codes of a block in shared memory (gemm_sm90.h) to the A registers of wgmma, one way for each form. */
#ifndef FQ_KERNELS_UNPACK_SM90_CUH
#define FQ_KERNELS_UNPACK_SM90_CUH
#include <cuda_fp16.h>
#include "kernels/gemm_sm90.h"
#include "kernels/ptx_sm90.cuh"

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

/* A thread's scales of a block, as sm90_decode_a takes them; of LUT only where its tables stand. */
template <int FORM> FQ_DEV uint32_t sm90_load_scales(uint32_t at) {
    if constexpr (FORM == FQ_SM90_SIGMA) return ptx_load_shared_u16(at);
    if constexpr (FORM == FQ_SM90_QOQ) return ptx_load_shared_as<uint32_t>(at); /* s, z s of row g; of row g + 8 */
    return at;
}

/* The words of a k-tile of 64 x 128 of form SIGMA to A registers, by the tables of the thread's two rows. */
FQ_DEV void sm90_decode_a_sigma(const uint32_t (&w)[2][4], const uint32_t (&lut)[4], uint32_t (&r)[4][4]) {
#pragma unroll
    for (int j = 0; j < 4; j++) {
        sm90_decode_sigma(w[j >> 1][(j & 1) * 2], lut[0], lut[1], r[j][0], r[j][2]);
        sm90_decode_sigma(w[j >> 1][(j & 1) * 2 + 1], lut[2], lut[3], r[j][1], r[j][3]);
    }
}

/* The words of a k-tile of 64 x 128 to the 16 A registers of its four k-steps. */
template <int FORM> FQ_DEV void sm90_decode_a(const uint32_t (&w)[2][4], uint32_t scales, uint32_t (&r)[4][4]) {
    if constexpr (FORM == FQ_SM90_SIGMA) {
        uint32_t lut[4];
        sm90_build_lut(scales, lut);
        sm90_decode_a_sigma(w, lut, r);
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
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const uint32_t s = scales >> (16 * half) & 0xFFu, zs = (scales >> (16 * half + 8) & 0xFFu) * 0x01010101u;
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

/* A k-tile of 64 x 128 from shared memory to the 16 A registers of its four k-steps. */
template <int FORM> FQ_DEV void sm90_load_a(uint32_t words, uint32_t scales, uint32_t (&r)[4][4]) {
    uint32_t w[2][4];
    ptx_load_shared(w[0], words);
    ptx_load_shared(w[1], words + 2048);
    sm90_decode_a<FORM>(w, sm90_load_scales<FORM>(scales), r);
}
#endif
