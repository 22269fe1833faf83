/* wgmma m64nNk32 with A in four registers and B in shared memory (128-byte swizzle, rows of 128 bytes):
 *   d = A B when keep is 0, else d += A B;  E4M3 x E4M3 -> FP32 (float d) or INT8 x INT8 -> INT32 (int d).
 * One overload a token tile; the macros only spell out the register lists that inline PTX wants. */
#ifndef FQ_KERNELS_WGMMA_SM90_CUH
#define FQ_KERNELS_WGMMA_SM90_CUH
#include "kernels/ptx_sm90.cuh"

/* Descriptor of a tile of B: address >> 4, 1024 bytes between groups of 8 rows, 128-byte swizzle. A k-step of 32 bytes
 * adds 2. The tile stands on a multiple of 1024 bytes. */
FQ_DEV uint64_t wgmma_descriptor(uint32_t at) {
    return (uint64_t)((at & 0x3FFFF) >> 4) | (1ull << 16) | (64ull << 32) | (1ull << 62);
}

template <int N> struct fq_tokens {}; /* picks the overload */

#define P4(a, b, c, d) "%" #a ",%" #b ",%" #c ",%" #d
#define L8_0 P4(0, 1, 2, 3) "," P4(4, 5, 6, 7)
#define L16_0 L8_0 "," P4(8, 9, 10, 11) "," P4(12, 13, 14, 15)
#define L8_16 P4(16, 17, 18, 19) "," P4(20, 21, 22, 23)
#define L8_24 P4(24, 25, 26, 27) "," P4(28, 29, 30, 31)
#define L32_0 L16_0 "," L8_16 "," L8_24
#define L8_32 P4(32, 33, 34, 35) "," P4(36, 37, 38, 39)
#define L8_40 P4(40, 41, 42, 43) "," P4(44, 45, 46, 47)
#define L8_48 P4(48, 49, 50, 51) "," P4(52, 53, 54, 55)
#define L8_56 P4(56, 57, 58, 59) "," P4(60, 61, 62, 63)
#define L64_0 L32_0 "," L8_32 "," L8_40 "," L8_48 "," L8_56
#define L8_64 P4(64, 65, 66, 67) "," P4(68, 69, 70, 71)
#define L8_72 P4(72, 73, 74, 75) "," P4(76, 77, 78, 79)
#define L8_80 P4(80, 81, 82, 83) "," P4(84, 85, 86, 87)
#define L8_88 P4(88, 89, 90, 91) "," P4(92, 93, 94, 95)
#define L8_96 P4(96, 97, 98, 99) "," P4(100, 101, 102, 103)
#define L8_104 P4(104, 105, 106, 107) "," P4(108, 109, 110, 111)
#define L8_112 P4(112, 113, 114, 115) "," P4(116, 117, 118, 119)
#define L8_120 P4(120, 121, 122, 123) "," P4(124, 125, 126, 127)

#define O4(c, i) c(d[i]), c(d[i + 1]), c(d[i + 2]), c(d[i + 3])
#define O8(c, i) O4(c, i), O4(c, i + 4)
#define O16(c, i) O8(c, i), O8(c, i + 8)
#define O32(c, i) O16(c, i), O16(c, i + 16)
#define O64(c, i) O32(c, i), O32(c, i + 32)

/* n tokens; r = n / 2 registers, listed as `list` and `outputs`; the operands behind them are r .. r+5. */
#define FQ_WGMMA(acc, types, c, flags, n, r, list, a0, a1, a2, a3, desc, pred, ...)                                    \
    FQ_DEV void wgmma_mma(fq_tokens<n>, acc(&d)[r], const uint32_t(&a)[4], uint64_t b, int keep) {                     \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %" #pred ", 0;\n"                                               \
                     "wgmma.mma_async.sync.aligned.m64n" #n "k32." types " {" list "}, {%" #a0 ", %" #a1 ", %" #a2     \
                     ", %" #a3 "}, %" #desc ", p" flags ";\n}\n"                                                       \
                     : __VA_ARGS__                                                                                     \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(keep));                                 \
    }

#define FQ_WGMMA_ALL(acc, types, c, flags)                                                                             \
    FQ_WGMMA(acc, types, c, flags, 8, 4, P4(0, 1, 2, 3), 4, 5, 6, 7, 8, 9, O4(c, 0))                                   \
    FQ_WGMMA(acc, types, c, flags, 16, 8, L8_0, 8, 9, 10, 11, 12, 13, O8(c, 0))                                        \
    FQ_WGMMA(acc, types, c, flags, 32, 16, L16_0, 16, 17, 18, 19, 20, 21, O16(c, 0))                                   \
    FQ_WGMMA(acc, types, c, flags, 64, 32, L32_0, 32, 33, 34, 35, 36, 37, O32(c, 0))                                   \
    FQ_WGMMA(acc, types, c, flags, 96, 48, L32_0 "," L8_32 "," L8_40, 48, 49, 50, 51, 52, 53, O32(c, 0), O16(c, 32))   \
    FQ_WGMMA(acc, types, c, flags, 128, 64, L64_0, 64, 65, 66, 67, 68, 69, O64(c, 0))                                  \
    FQ_WGMMA(acc, types, c, flags, 160, 80, L64_0 "," L8_64 "," L8_72, 80, 81, 82, 83, 84, 85, O64(c, 0), O16(c, 64))  \
    FQ_WGMMA(acc, types, c, flags, 176, 88, L64_0 "," L8_64 "," L8_72 "," L8_80, 88, 89, 90, 91, 92, 93, O64(c, 0),    \
             O16(c, 64), O8(c, 80))                                                                                    \
    FQ_WGMMA(acc, types, c, flags, 192, 96, L64_0 "," L8_64 "," L8_72 "," L8_80 "," L8_88, 96, 97, 98, 99, 100, 101,   \
             O64(c, 0), O32(c, 64))                                                                                    \
    FQ_WGMMA(acc, types, c, flags, 208, 104, L64_0 "," L8_64 "," L8_72 "," L8_80 "," L8_88 "," L8_96, 104, 105, 106,   \
             107, 108, 109, O64(c, 0), O32(c, 64), O8(c, 96))                                                          \
    FQ_WGMMA(acc, types, c, flags, 224, 112, L64_0 "," L8_64 "," L8_72 "," L8_80 "," L8_88 "," L8_96 "," L8_104, 112,  \
             113, 114, 115, 116, 117, O64(c, 0), O32(c, 64), O16(c, 96))                                               \
    FQ_WGMMA(acc, types, c, flags, 240, 120,                                                                           \
             L64_0 "," L8_64 "," L8_72 "," L8_80 "," L8_88 "," L8_96 "," L8_104 "," L8_112, 120, 121, 122, 123, 124,   \
             125, O64(c, 0), O32(c, 64), O16(c, 96), O8(c, 112))                                                       \
    FQ_WGMMA(acc, types, c, flags, 256, 128,                                                                           \
             L64_0 "," L8_64 "," L8_72 "," L8_80 "," L8_88 "," L8_96 "," L8_104 "," L8_112 "," L8_120, 128, 129, 130,  \
             131, 132, 133, O64(c, 0), O64(c, 64))

FQ_WGMMA_ALL(float, "f32.e4m3.e4m3", "+f", ", 1, 1")
FQ_WGMMA_ALL(int, "s32.s8.s8", "+r", "")
#undef FQ_WGMMA_ALL
#undef FQ_WGMMA
#undef P4
#undef O4
#undef O8
#undef O16
#undef O32
#undef O64
#endif
