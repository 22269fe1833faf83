/* Arithmetic ceilings with AVX-512 and its byte dot product (VNNI). Assembly, so that the loop is the same whatever
 * compiler and optimization; twelve accumulators hide the latency of two units of up to six cycles. */
#include <immintrin.h>

#include "harness/ceilings.h"

enum { CHAINS = 12 };

#define ALL(op) op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11)
#define START(j) "vmovdqa64 %[a], %%zmm" #j "\n\t"
#define FMA(j) "vfmadd213ps %[a], %[b], %%zmm" #j "\n\t" /* zmm_j = b zmm_j + a */
#define DOT(j) "vpdpbusd %[b], %[a], %%zmm" #j "\n\t"
#define CLOBBERED "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "cc"

double fq_ceiling_f32_avx512(long steps) {
    long left = steps;
    /* Tends to a / (1 - b) = 1: neither overflow nor denormals. */
    __asm__ volatile(ALL(START) "1:\n\t" ALL(FMA) "dec %[left]\n\tjnz 1b"
                     : [left] "+r"(left)
                     : [a] "v"(_mm512_set1_ps(0.001f)), [b] "v"(_mm512_set1_ps(0.999f))
                     : CLOBBERED);
    return (double)steps * CHAINS * 16 * 2;
}

double fq_ceiling_int8_avx512(long steps) {
    long left = steps;
    __asm__ volatile(ALL(START) "1:\n\t" ALL(DOT) "dec %[left]\n\tjnz 1b"
                     : [left] "+r"(left)
                     : [a] "v"(_mm512_set1_epi8(57)), [b] "v"(_mm512_set1_epi8(-93))
                     : CLOBBERED);
    return (double)steps * CHAINS * 64 * 2;
}
