/* Blocks of rows for threads that are not equally fast: on a shared host a neighbour may take half of one core and
 * nothing of another, and a product of one token would then wait for the slower thread. Each thread has a part of its
 * own, one stretch of memory; what is left is dealt out in pieces that become smaller, to whoever comes first. Blocks
 * do not depend on each other, so neither do results on who computes them. */
#ifndef FQ_KERNELS_GEMM_SHARE_H
#define FQ_KERNELS_GEMM_SHARE_H
#include <omp.h>
#include <stdatomic.h>
#include <stddef.h>

enum {
    SHARE_OWN = 60,         /* per cent of an equal share: a thread half as fast as one other is due two thirds */
    SHARE_PIECE = 64 << 10, /* bytes of weights in the smallest piece: what is asked for ahead is lost at its end */
    SHARE_PIECES = 16       /* a thread's equal share has so many smallest pieces, or is all that it gets */
};

typedef struct gemm_range {
    int from, to;
} gemm_range;

/* The blocks that this thread computes in its turn 0, 1, ..., of `blocks` with `bytes` of weights each; a turn may have
 * none. dealt: 0 before the first turn of any thread. 0 if nothing is left. */
static inline int gemm_share(atomic_int *dealt, int blocks, size_t bytes, int turn, gemm_range *r) {
    const int self = omp_get_thread_num(), threads = omp_get_num_threads();
    const int least = (int)((SHARE_PIECE + bytes - 1) / bytes);
    const int equal = threads == 1 || blocks / threads < SHARE_PIECES * least;
    const int own = (int)((long)blocks * SHARE_OWN / 100 / threads), first = own * threads, rest = blocks - first;
    if (turn == 0) {
        *r = (gemm_range){own * self, own * (self + 1)};
        if (equal) *r = (gemm_range){(int)((long)blocks * self / threads), (int)((long)blocks * (self + 1) / threads)};
        return 1;
    }
    if (equal) return 0;
    int at = atomic_load_explicit(dealt, memory_order_relaxed), n;
    do {
        if (at >= rest) return 0;
        n = (rest - at) / (2 * threads);
        n = n < least ? least : n;
        n = n > rest - at ? rest - at : n;
    } while (!atomic_compare_exchange_weak_explicit(dealt, &at, at + n, memory_order_relaxed, memory_order_relaxed));
    *r = (gemm_range){first + at, first + at + n};
    return 1;
}

#endif
