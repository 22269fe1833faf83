/* wgmma m64nNk32, E4M3 x E4M3 -> FP32, with A in shared memory as well (wgmma_sm90.cuh has A in registers):
 *   d = A B when keep is 0, else d += A B.  Both operands K-major; N of 64 to 192. */
#ifndef FQ_KERNELS_WGMMA_SHARED_SM90_CUH
#define FQ_KERNELS_WGMMA_SHARED_SM90_CUH
#include "kernels/wgmma_sm90.cuh"

/* Descriptor of a K-major tile with rows of 32, 64 or 128 bytes and the swizzle of that width; the tile stands on a
 * multiple of 8 rows' bytes. A k-step of 32 bytes adds 2. */
template <int ROW_BYTES> FQ_DEV uint64_t wgmma_tile(uint32_t at) {
    static_assert(ROW_BYTES == 32 || ROW_BYTES == 64 || ROW_BYTES == 128, "swizzle");
    return (uint64_t)((at & 0x3FFFF) >> 4) | (1ull << 16) | ((uint64_t)(ROW_BYTES / 2) << 32) |
           ((ROW_BYTES == 128  ? 1ull
             : ROW_BYTES == 64 ? 2ull
                               : 3ull)
            << 62);
}

/* Byte offset in such a tile of the 16 bytes number `chunk` of a row. */
template <int ROW_BYTES> FQ_DEV uint32_t wgmma_chunk(int row, int chunk) {
    return (uint32_t)(row * ROW_BYTES + ((chunk ^ (ROW_BYTES == 128  ? row & 7
                                                   : ROW_BYTES == 64 ? row >> 1 & 3
                                                                     : row >> 2 & 1))
                                         << 4));
}

#define P4(a, b, c, d) "%" #a ",%" #b ",%" #c ",%" #d
#define O4(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define O16(i) O4(i), O4(i + 4), O4(i + 8), O4(i + 12)
#define FQ_WGMMA_SHARED(n, r, list, at_a, at_b, pred, ...)                                                             \
    FQ_DEV void wgmma_mma(fq_tokens<n>, float(&d)[r], uint64_t a, uint64_t b, int keep) {                              \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %" #pred ", 0;\n"                                               \
                     "wgmma.mma_async.sync.aligned.m64n" #n "k32.f32.e4m3.e4m3 {" list "}, %" #at_a ", %" #at_b        \
                     ", p, 1, 1;\n}\n"                                                                                 \
                     : __VA_ARGS__                                                                                     \
                     : "l"(a), "l"(b), "r"(keep));                                                                     \
    }
FQ_WGMMA_SHARED(64, 32, L32_0, 32, 33, 34, O16(0), O16(16))
FQ_WGMMA_SHARED(96, 48, L32_0 "," L8_32 "," L8_40, 48, 49, 50, O16(0), O16(16), O16(32))
FQ_WGMMA_SHARED(128, 64, L64_0, 64, 65, 66, O16(0), O16(16), O16(32), O16(48))
FQ_WGMMA_SHARED(160, 80, L64_0 "," L8_64 "," L8_72, 80, 81, 82, O16(0), O16(16), O16(32), O16(48), O16(64))
FQ_WGMMA_SHARED(192, 96, L64_0 "," L8_64 "," L8_72 "," L8_80 "," L8_88, 96, 97, 98, O16(0), O16(16), O16(32), O16(48),
                O16(64), O16(80))
#undef FQ_WGMMA_SHARED
#undef P4
#undef O4
#undef O16
#endif
