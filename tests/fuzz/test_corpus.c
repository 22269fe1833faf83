/* Every file of the corpora, among them all that a fuzzer ever found, through the function that the fuzzer calls: the
 * findings stay fixed where there is no clang. Run under `make sanitize` too. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/fuzz/targets.h"

static void replay(const char *target) {
    char path[1024];
    fuzz_room room;
    int files = 0;
    snprintf(path, sizeof path, "tests/fuzz/corpus/%s", target);
    DIR *d = opendir(path);
    if (d == NULL) fail_msg("%s is not there (run from the repository root)", path);
    fuzz_room_open(&room);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "tests/fuzz/corpus/%s/%s", target, e->d_name);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        assert_int_equal(fseek(f, 0, SEEK_END), 0);
        const long bytes = ftell(f);
        assert_true(bytes >= 0);
        rewind(f);
        uint8_t *exact = malloc((size_t)bytes + (bytes == 0)); /* AddressSanitizer sees a read past the end */
        assert_non_null(exact);
        assert_int_equal(fread(exact, 1, (size_t)bytes, f), bytes);
        fclose(f);
        assert_int_equal(fuzz_one(target, &room, exact, (size_t)bytes), 1);
        free(exact);
        files++;
    }
    closedir(d);
    fuzz_room_close(&room);
    if (files < 3) fail_msg("tests/fuzz/corpus/%s has %d files", target, files);
}

#define FQ_FUZZ(target, about)                                                                                         \
    static void test_##target(void **state) {                                                                          \
        replay(#target);                                                                                               \
    }
#include "tests/fuzz/targets.def"
#undef FQ_FUZZ

int main(void) {
    const struct CMUnitTest tests[] = {
#define FQ_FUZZ(target, about) cmocka_unit_test(test_##target),
#include "tests/fuzz/targets.def"
#undef FQ_FUZZ
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
