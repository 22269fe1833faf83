/* Error texts and exit codes, and the arena's promises: alignment, zeroing, stable pointers, clean exhaustion. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <omp.h>

#include "harness/arena.h"
#include "harness/clock.h"
#include "harness/status.h"

static void every_status_has_text_and_code(void **state) {
    static const int codes[FQ_STATUS_COUNT] = {0, 2, 2, 2, 2, 1, 1, 1, 77, 3, 4};
    for (int i = 0; i < FQ_STATUS_COUNT; i++) {
        assert_true(strlen(fq_status_name((fq_status)i)) > 1);
        assert_int_equal(fq_status_exit_code((fq_status)i), codes[i]);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(fq_status_name((fq_status)i), fq_status_name((fq_status)j));
        }
    }
    assert_non_null(fq_status_name(FQ_STATUS_COUNT));
    assert_int_equal(fq_status_exit_code(FQ_STATUS_COUNT), 1);
}

static fq_status fails_twice(void) {
    FQ_TRY(FQ_OK);
    FQ_TRY(fq_fail(FQ_ERR_INPUT, "first %d", 1));
    return fq_fail(FQ_ERR_FAILED, "not reached");
}

static void message_is_one_line_and_prefixed(void **state) {
    assert_int_equal(fails_twice(), FQ_ERR_INPUT);
    assert_string_equal(fq_message(), "first 1");
    assert_int_equal(fq_fail_prefix(FQ_ERR_USAGE, "file %s", "x"), FQ_ERR_USAGE);
    assert_string_equal(fq_message(), "file x: first 1");
    fq_fail(FQ_ERR_INPUT, "again: %s\nend", fq_message());
    assert_string_equal(fq_message(), "again: file x: first 1 end");
    char big[5000];
    memset(big, 'y', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    fq_fail(FQ_ERR_INPUT, "%s", big);
    assert_true(strlen(fq_message()) >= 500 && strlen(fq_message()) < sizeof big);
    fq_fail_prefix(FQ_ERR_INPUT, "%s", big);
    assert_int_equal(fq_message()[0], 'y');
}

static void message_belongs_to_its_thread(void **state) {
    fq_fail(FQ_ERR_INPUT, "outer");
    int seen = 0;
#pragma omp parallel num_threads(2) reduction(+ : seen)
    {
        fq_fail(FQ_ERR_INPUT, "thread %d", omp_get_thread_num());
#pragma omp barrier
        char own[64];
        snprintf(own, sizeof own, "thread %d", omp_get_thread_num());
        seen += strcmp(fq_message(), own) == 0;
    }
    assert_int_equal(seen, 2);
}

static void broken_promise_aborts(void **state) {
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(3);
        signal(SIGABRT, SIG_DFL);
        FQ_ASSERT(1 + 1 == 2);
        FQ_ASSERT(1 + 1 == 3);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void blocks_are_aligned_zero_and_apart(void **state) {
    fq_arena a;
    assert_int_equal(fq_arena_init(&a, 0), FQ_OK);
    static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, 3000000, 7, 9000000};
    unsigned char *block[9];
    for (size_t i = 0; i < 9; i++) {
        block[i] = fq_arena_alloc(&a, sizes[i]);
        assert_non_null(block[i]);
        assert_int_equal((uintptr_t)block[i] % 64, 0);
        for (size_t k = 0; k < sizes[i]; k++) {
            if (block[i][k] != 0) fail_msg("byte %zu of block %zu is not zero", k, i);
        }
        if (sizes[i] > 0) memset(block[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < 9; i++) {
        for (size_t k = 0; k < sizes[i]; k++) {
            if (block[i][k] != i + 1) fail_msg("byte %zu of block %zu was overwritten", k, i);
        }
    }
    assert_true(a.used <= a.committed && a.committed <= a.reserved);
    fq_arena_free(&a);
    assert_null(a.base);
    fq_arena_free(&a);
}

static void reset_gives_back_and_calloc_clears(void **state) {
    fq_arena a;
    assert_int_equal(fq_arena_init(&a, 1 << 20), FQ_OK);
    int *first = FQ_NEW(&a, int, 10);
    assert_non_null(first);
    size_t mark = a.used;
    unsigned char *p = fq_arena_alloc(&a, 1000);
    memset(p, 0xff, 1000);
    size_t peak = a.peak;
    fq_arena_reset(&a, mark);
    assert_int_equal(a.used, mark);
    assert_int_equal(a.peak, peak);
    unsigned char *q = fq_arena_calloc(&a, 100, 40); /* partly over the old block, partly fresh */
    assert_ptr_equal(p, q);
    for (int i = 0; i < 4000; i++) {
        assert_int_equal(q[i], 0);
    }
    fq_arena_free(&a);
}

static void exhaustion_is_an_error_with_a_message(void **state) {
    fq_arena a;
    assert_int_equal(fq_arena_init(&a, 4 << 20), FQ_OK);
    assert_non_null(fq_arena_alloc(&a, 3 << 20));
    size_t used = a.used;
    fq_fail(FQ_ERR_INPUT, "stale");
    assert_null(fq_arena_alloc(&a, 2 << 20));
    assert_non_null(strstr(fq_message(), "2097152"));
    assert_null(fq_arena_alloc(&a, SIZE_MAX));
    assert_null(fq_arena_alloc(&a, SIZE_MAX - 32));
    fq_fail(FQ_ERR_INPUT, "stale");
    assert_null(fq_arena_calloc(&a, SIZE_MAX / 4, 8));
    assert_non_null(strstr(fq_message(), "overflow"));
    assert_int_equal(a.used, used);
    assert_non_null(fq_arena_alloc(&a, 1 << 19));
    fq_arena_free(&a);
    assert_int_equal(fq_arena_init(&a, SIZE_MAX - 5), FQ_ERR_MEMORY);
    assert_int_equal(fq_arena_init(&a, (size_t)1 << 60), FQ_ERR_MEMORY);
    fq_arena_free(&a);
}

static void printf_formats(void **state) {
    fq_arena a;
    assert_int_equal(fq_arena_init(&a, 1 << 20), FQ_OK);
    char *s = fq_arena_printf(&a, "%s-%03d", "w4a8", 7);
    char *t = fq_arena_printf(&a, "%200s", "x");
    assert_string_equal(s, "w4a8-007");
    assert_int_equal(strlen(t), 200);
    fq_arena_free(&a);
}

static void clock_runs_forward(void **state) {
    int64_t start = fq_clock_ns();
    usleep(20000);
    int64_t passed = fq_clock_ns() - start;
    assert_true(passed >= 19000000 && passed < 2000000000);
    assert_true(fq_clock_resolution_ns() > 0 && fq_clock_resolution_ns() < 1e6);
    char utc[32];
    assert_ptr_equal(fq_clock_utc(utc), utc);
    int y, mo, d, h, mi, s;
    char end;
    assert_int_equal(sscanf(utc, "%4d-%2d-%2dT%2d:%2d:%2d%c", &y, &mo, &d, &h, &mi, &s, &end), 7);
    assert_int_equal(end, 'Z');
    assert_int_equal(strlen(utc), 20);
}

static char released[16];
static size_t n_released;
static void note(void *what) {
    if (n_released + 1 < sizeof released) released[n_released++] = *(const char *)what;
}

static void deferred_releases_run_once_and_last_first(void **state) {
    fq_arena a;
    memset(released, 0, sizeof released);
    n_released = 0;
    assert_int_equal(fq_arena_init(&a, 0), FQ_OK);
    assert_int_equal(fq_arena_defer(&a, note, "a"), FQ_OK);
    const size_t mark = a.used;
    assert_int_equal(fq_arena_defer(&a, note, "b"), FQ_OK);
    assert_int_equal(fq_arena_defer(&a, note, "c"), FQ_OK);
    fq_arena_reset(&a, a.used);
    assert_string_equal(released, "");
    fq_arena_reset(&a, mark);
    assert_string_equal(released, "cb");
    assert_int_equal(fq_arena_defer(&a, note, "d"), FQ_OK);
    fq_arena_free(&a);
    assert_string_equal(released, "cbda");
    fq_arena_free(&a);
    assert_string_equal(released, "cbda");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_text_and_code),
        cmocka_unit_test(message_is_one_line_and_prefixed),
        cmocka_unit_test(message_belongs_to_its_thread),
        cmocka_unit_test(broken_promise_aborts),
        cmocka_unit_test(blocks_are_aligned_zero_and_apart),
        cmocka_unit_test(reset_gives_back_and_calloc_clears),
        cmocka_unit_test(exhaustion_is_an_error_with_a_message),
        cmocka_unit_test(printf_formats),
        cmocka_unit_test(clock_runs_forward),
        cmocka_unit_test(deferred_releases_run_once_and_last_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
