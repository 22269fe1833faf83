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

/* The tables of all 256 scales in shared memory, 8 bytes each: where unpacking limits, conversions are too slow. */
enum { SM90_TABLES = 256, SM90_TABLE_BYTES = 8 * SM90_TABLES };

FQ_DEV void sm90_write_table(uint32_t tables, int scale) {
    uint32_t lut[4];
    sm90_build_lut((uint32_t)scale, lut);
    ptx_store_shared(tables + 8 * scale, lut[0], lut[1]);
}

/* Eight codes to the two registers of a row. prmt in assembly, or the compiler spends one more instruction on it. The
 * ALU has five of the seven instructions to do; the upper half of the word goes by the multiplier's dot product, the
 * shift for signs by its product. */
FQ_DEV void sm90_decode_sigma(uint32_t w, uint32_t lo, uint32_t hi, uint32_t &r0, uint32_t &r2) {
    const uint32_t index = w & 0x77777777u;
    r0 = ptx_permute(lo, hi, index) ^ (w & 0x80808080u);
    r2 = ptx_permute(lo, hi, ptx_dot_halves(index, 0x0100, 0)) ^ ((w << 4) & 0x80808080u);
}

FQ_DEV void sm90_decode_lut(uint32_t w, const uint32_t *lut, uint32_t &r0, uint32_t &r2) {
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

/* A thread's scales of a block, as sm90_read_key takes them; of LUT only where its tables stand. */
template <int FORM> FQ_DEV uint32_t sm90_load_scales(uint32_t at) {
    if constexpr (FORM == FQ_SM90_SIGMA) return ptx_load_shared_u16(at);
    if constexpr (FORM == FQ_SM90_QOQ || FORM == FQ_SM90_EXACT) /* s, z s of row g; of row g + 8; or two float16 */
        return ptx_load_shared_as<uint32_t>(at);
    return at;
}

/* What a thread's codes of a block are decoded by: the tables of its two rows, or (QOQ) their scales. */
template <int FORM> struct sm90_key {
    static constexpr int WORDS = FORM == FQ_SM90_SIGMA ? 4 : FORM == FQ_SM90_LUT ? 8 : 1;
    uint32_t v[WORDS];
};

/* From the scales that sm90_load_scales gave; of SIGMA, where TABLES, by the tables in shared memory. */
template <int FORM, int TABLES> FQ_DEV void sm90_read_key(uint32_t scales, uint32_t tables, sm90_key<FORM> &key) {
    if constexpr (FORM == FQ_SM90_SIGMA && TABLES) {
        ptx_load_shared(key.v[0], key.v[1], ptx_dot_bytes(scales, 0x0008, tables));
        ptx_load_shared(key.v[2], key.v[3], ptx_dot_bytes(scales, 0x0800, tables));
    } else if constexpr (FORM == FQ_SM90_SIGMA) {
        sm90_build_lut(scales, key.v);
    } else if constexpr (FORM == FQ_SM90_LUT) {
        ptx_load_shared(key.v[0], key.v[1], key.v[2], key.v[3], scales);
        ptx_load_shared(key.v[4], key.v[5], key.v[6], key.v[7], scales + 8 * 16);
    } else {
        key.v[0] = scales;
    }
}

/* The words of half a block, those of two k-steps, to the A registers of these. */
template <int FORM>
FQ_DEV void sm90_decode(const uint32_t (&w)[4], const sm90_key<FORM> &key, uint32_t (&r0)[4], uint32_t (&r1)[4]) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int row = i & 1; /* 0: row g, 1: row g + 8 */
        uint32_t(&r)[4] = i < 2 ? r0 : r1;
        if constexpr (FORM == FQ_SM90_SIGMA) {
            sm90_decode_sigma(w[i], key.v[2 * row], key.v[2 * row + 1], r[row], r[row + 2]);
        } else if constexpr (FORM == FQ_SM90_LUT) {
            sm90_decode_lut(w[i], &key.v[4 * row], r[row], r[row + 2]);
        } else if constexpr (FORM == FQ_SM90_EXACT) { /* 0, 1, 2, 3 and 4, 5, 6, 7 as E4M3 */
            sm90_decode_sigma(w[i], 0x44403800u, 0x4E4C4A48u, r[row], r[row + 2]);
        } else if constexpr (FORM == FQ_SM90_QOQ) {
            const uint32_t s = key.v[0] >> (16 * row) & 0xFFu, zs = (key.v[0] >> (16 * row + 8) & 0xFFu) * 0x01010101u;
            const uint32_t low7 = zs & 0x7F7F7F7Fu, top = ~zs;
            r[row] = sm90_decode_qoq(w[i] >> 4 & 0x0F0F0F0Fu, s, low7, top);
            r[row + 2] = sm90_decode_qoq(w[i] & 0x0F0F0F0Fu, s, low7, top);
        } else {
            r[row] = w[i] & 0xF0F0F0F0u;
            r[row + 2] = (w[i] << 4) & 0xF0F0F0F0u;
        }
    }
}

/* Before a wgmma that takes them: the conversion stays before its fence. */
FQ_DEV void sm90_converted(uint32_t (&r)[4]) {
    asm volatile("" : "+r"(r[0]), "+r"(r[1]), "+r"(r[2]), "+r"(r[3]));
}
#endif
