/* How the kernels ask for inlining and unrolling. */
#ifndef FQ_KERNELS_INLINE_H
#define FQ_KERNELS_INLINE_H
#define FQ_INLINE static inline __attribute__((always_inline))
/* UNROLL before a loop over an array of registers: without it gcc may keep the array in memory. ROLLED before one whose
 * copies would only be more code. */
#ifdef __clang__
#define FQ_UNROLL _Pragma("unroll")
#define FQ_ROLLED _Pragma("nounroll")
#else
#define FQ_UNROLL _Pragma("GCC unroll 16")
#define FQ_ROLLED _Pragma("GCC unroll 1")
#endif
#endif
