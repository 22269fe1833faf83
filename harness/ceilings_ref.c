/* Arithmetic ceilings with the instructions that every x86-64 processor has (SSE2). Assembly, so that the loop is the
 * same whatever compiler and optimization; twelve accumulators hide the latency of a multiply and an add. */
#include <emmintrin.h>

#include "harness/ceilings.h"

enum { CHAINS = 12 };

#define ALL(op) op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11)
#define START(j) "movaps %[addend], %%xmm" #j "\n\t"
#define MULTIPLY_ADD(j) "mulps %[factor], %%xmm" #j "\n\taddps %[addend], %%xmm" #j "\n\t"
#define CLOBBERED                                                                                                      \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "cc"

double fq_ceiling_f32_ref(long steps) {
    long left = steps;
    /* Tends to addend / (1 - factor) = 1: neither overflow nor denormals. */
    __asm__ volatile(ALL(START) "1:\n\t" ALL(MULTIPLY_ADD) "dec %[left]\n\tjnz 1b"
                     : [left] "+r"(left)
                     : [factor] "x"(_mm_set1_ps(0.999f)), [addend] "x"(_mm_set1_ps(0.001f))
                     : CLOBBERED);
    return (double)steps * CHAINS * 4 * 2;
}

/* The product needs a register of its own each time, as pmaddwd overwrites an operand. */
#define DOT(j) "movdqa %[a], %%xmm12\n\tpmaddwd %[b], %%xmm12\n\tpaddd %%xmm12, %%xmm" #j "\n\t"
#undef START
#define START(j) "movdqa %[a], %%xmm" #j "\n\t"

double fq_ceiling_int8_ref(long steps) {
    long left = steps;
    __asm__ volatile(ALL(START) "1:\n\t" ALL(DOT) "dec %[left]\n\tjnz 1b"
                     : [left] "+r"(left)
                     : [a] "x"(_mm_set1_epi16(57)), [b] "x"(_mm_set1_epi16(-93))
                     : CLOBBERED);
    return (double)steps * CHAINS * 8 * 2;
}
