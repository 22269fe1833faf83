/* Blocks dealt out to threads: each once, in stretches, and those that a slow thread leaves go to the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "kernels/gemm_share.h"

enum { MOST = 1000 };

/* How often each block comes, when thread `slow` (-1: none) does only its own part. Returns the blocks of that part. */
static int deal(int threads, int blocks, size_t bytes, int slow, int count[MOST]) {
    atomic_int dealt = 0, times[MOST];
    int own = 0;
    for (int i = 0; i < MOST; i++)
        times[i] = 0;
#pragma omp parallel num_threads(threads)
    {
        gemm_range mine;
        for (int turn = 0; gemm_share(&dealt, blocks, bytes, turn, &mine); turn++) {
            for (int i = mine.from; i < mine.to; i++)
                times[i]++;
            if (omp_get_thread_num() != slow) continue;
            own = mine.to - mine.from;
            break;
        }
    }
    for (int i = 0; i < MOST; i++)
        count[i] = times[i];
    return own;
}

static void every_block_comes_once(void **state) {
    static const int blocks[] = {0, 1, 2, 3, 7, 36, 100, 999, 1000};
    static const size_t bytes[] = {1000, SHARE_PIECE / 2, SHARE_PIECE};
    int count[MOST];
    for (int threads = 1; threads <= 4; threads++)
        for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++)
            for (int k = 0; k < 3; k++) {
                deal(threads, blocks[b], bytes[k], -1, count);
                for (int i = 0; i < MOST; i++)
                    assert_int_equal(count[i], i < blocks[b]);
            }
}

static void a_slow_thread_leaves_work_to_others(void **state) {
    int count[MOST];
    const int own = deal(2, 1000, SHARE_PIECE, 0, count);
    assert_int_equal(own, 1000 * SHARE_OWN / 100 / 2);
    for (int i = 0; i < MOST; i++)
        assert_int_equal(count[i], 1);
}

/* Small weights: equal parts, and nothing else. */
static void small_weights_are_not_shared(void **state) {
    int count[MOST];
    assert_int_equal(deal(2, 36, 1000, 0, count), 18);
    assert_int_equal(deal(2, 2 * SHARE_PIECES - 1, SHARE_PIECE, 1, count), SHARE_PIECES);
}

/* Pieces become smaller, down to the least. */
static void pieces_shrink(void **state) {
    atomic_int dealt = 0;
#pragma omp parallel num_threads(2)
    {
#pragma omp single
        {
            gemm_range r;
            int last = MOST, sum = 0;
            for (int turn = 1; gemm_share(&dealt, 1000, SHARE_PIECE / 2, turn, &r); turn++) {
                const int n = r.to - r.from;
                assert_true(n <= last && (n >= 2 || r.to == 1000));
                last = n;
                sum += n;
            }
            assert_int_equal(sum, 1000 - 2 * (1000 * SHARE_OWN / 100 / omp_get_num_threads()));
            assert_true(last <= 2);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_block_comes_once),
                                       cmocka_unit_test(a_slow_thread_leaves_work_to_others),
                                       cmocka_unit_test(small_weights_are_not_shared), cmocka_unit_test(pieces_shrink)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
