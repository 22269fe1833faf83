/* One arena for all tests of a program, and the setup and teardown that cmocka wants for it. */
#ifndef FQ_TESTS_ARENA_FIXTURE_H
#define FQ_TESTS_ARENA_FIXTURE_H

#include "harness/arena.h"

static fq_arena arena;

static int setup(void **state) {
    (void)state;
    return fq_arena_init(&arena, 0) == FQ_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    fq_arena_free(&arena);
    return 0;
}

#endif
