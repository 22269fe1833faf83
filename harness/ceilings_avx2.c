/* Arithmetic ceilings with AVX2 and FMA. Assembly, so that the loop is the same whatever compiler and optimization;
 * twelve accumulators hide the latency of two units of up to six cycles. */
#include <immintrin.h>

#include "harness/ceilings.h"

enum { CHAINS = 12 };

#define ALL(op) op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11)
#define START(j) "vmovdqa %[a], %%ymm" #j "\n\t"
#define FMA(j) "vfmadd213ps %[a], %[b], %%ymm" #j "\n\t" /* ymm_j = b ymm_j + a */
#define DOT(j) "vpmaddwd %[a], %[b], %%ymm12\n\tvpaddd %%ymm12, %%ymm" #j ", %%ymm" #j "\n\t"
#define DOT_BYTES(j)                                                                                                   \
    "vpmaddubsw %[b], %[a], %%ymm12\n\tvpmaddwd %[one], %%ymm12, %%ymm12\n\tvpaddd %%ymm12, %%ymm" #j ", %%ymm" #j     \
    "\n\t"
#define CLOBBERED                                                                                                      \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "cc"

double fq_ceiling_f32_avx2(long steps) {
    long left = steps;
    /* Tends to a / (1 - b) = 1: neither overflow nor denormals. */
    __asm__ volatile(ALL(START) "1:\n\t" ALL(FMA) "dec %[left]\n\tjnz 1b"
                     : [left] "+r"(left)
                     : [a] "x"(_mm256_set1_ps(0.001f)), [b] "x"(_mm256_set1_ps(0.999f))
                     : CLOBBERED);
    return (double)steps * CHAINS * 8 * 2;
}

double fq_ceiling_int8_avx2(long steps) {
    long left = steps;
    __asm__ volatile(ALL(START) "1:\n\t" ALL(DOT) "dec %[left]\n\tjnz 1b"
                     : [left] "+r"(left)
                     : [a] "x"(_mm256_set1_epi16(57)), [b] "x"(_mm256_set1_epi16(-93))
                     : CLOBBERED);
    return (double)steps * CHAINS * 16 * 2;
}

double fq_ceiling_int8_bytes_avx2(long steps) {
    long left = steps;
    __asm__ volatile(ALL(START) "1:\n\t" ALL(DOT_BYTES) "dec %[left]\n\tjnz 1b"
                     : [left] "+r"(left)
                     : [a] "x"(_mm256_set1_epi8(57)), [b] "x"(_mm256_set1_epi8(-93)), [one] "x"(_mm256_set1_epi16(1))
                     : CLOBBERED);
    return (double)steps * CHAINS * 32 * 2;
}
