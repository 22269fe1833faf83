/* What appears on standard error: plain lines into a file, a bar on a pseudo-terminal, nothing when quiet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/progress.h"

static char seen[1 << 16];
static int saved = -1;

static void redirect(int fd) {
    fflush(stderr);
    saved = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
}

static void restore(void) {
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
}

static void run_into_file(void (*body)(void)) {
    FILE *f = tmpfile();
    assert_non_null(f);
    redirect(fileno(f));
    body();
    restore();
    rewind(f);
    seen[fread(seen, 1, sizeof seen - 1, f)] = '\0';
    fclose(f);
}

/* Returns 0 where no pseudo-terminal can be had. */
static int run_on_terminal(void (*body)(void), int columns) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return 0;
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (slave < 0) return 0;
    struct winsize w = {.ws_row = 24, .ws_col = (unsigned short)columns};
    ioctl(slave, TIOCSWINSZ, &w);
    redirect(slave);
    body();
    restore();
    size_t n = 0;
    ssize_t got;
    while (n + 1 < sizeof seen && (got = read(master, seen + n, sizeof seen - 1 - n)) > 0) {
        n += (size_t)got;
    }
    seen[n] = '\0';
    close(slave);
    close(master);
    return 1;
}

static int count(const char *text, const char *part) {
    int n = 0;
    for (const char *p = strstr(text, part); p != NULL; p = strstr(p + 1, part)) {
        n++;
    }
    return n;
}

static void many_steps(void) {
    fq_progress *p = fq_progress_start("windows", 1000);
    for (int i = 1; i <= 1000; i++) {
        fq_progress_step(p, i, "W4A8");
    }
    fq_note("note %d", 7);
    fq_progress_end(p);
}

static void plain_mode_writes_few_lines(void **state) {
    run_into_file(many_steps);
    assert_string_equal(seen, "windows: 0 %\nnote 7\nwindows: done in 0:00\n");
}

static void slow_steps(void) {
    fq_progress *p = fq_progress_start("windows", 4);
    for (int i = 1; i <= 3; i++) {
        usleep(120000);
        fq_progress_step(p, i, "W4A8");
    }
    fq_note("note %d", 7);
    fq_progress_end(p);
}

static void bar_is_redrawn_and_cleared(void **state) {
    if (!run_on_terminal(slow_steps, 100)) skip();
    assert_non_null(strstr(seen, "windows [........................] 0 % "));
    assert_non_null(strstr(seen, "windows [############............] 50 % 0:00 left W4A8"));
    assert_non_null(strstr(seen, "windows [##################......] 75 % "));
    /* The note stands on a line of its own and the bar comes back after it. */
    const char *note = strstr(seen, "\r\033[Knote 7\r\n\r\033[Kwindows [");
    assert_non_null(note);
    assert_non_null(strstr(note, "\r\033[Kwindows: done in 0:00\r\n"));
    if (!run_on_terminal(many_steps, 100)) skip();
    assert_true(count(seen, "windows [") <= 4); /* at most ten a second */
}

static void narrow_terminal_cuts_the_line(void **state) {
    if (!run_on_terminal(slow_steps, 30)) skip();
    const char *line = strstr(seen, "\r\033[Kwindows [");
    assert_non_null(line);
    while (line != NULL) {
        const char *end = strstr(line + 1, "\r");
        assert_non_null(end);
        assert_true(end - line - 4 <= 29);
        line = strstr(line + 1, "\r\033[Kwindows [");
    }
}

static void nested(void) {
    fq_progress *outer = fq_progress_start("outer", 2);
    fq_progress *inner = fq_progress_start("inner", 2);
    usleep(110000);
    fq_progress_step(outer, 1, NULL); /* not the innermost: counted, not drawn */
    fq_progress_step(inner, 1, NULL);
    fq_progress_end(inner);
    fq_progress_end(outer);
}

static void inner_bar_gives_way_to_outer(void **state) {
    if (!run_on_terminal(nested, 100)) skip();
    const char *done = strstr(seen, "inner: done in 0:00\r\n");
    assert_non_null(done);
    const char *back = strstr(done, "outer [############............] 50 %");
    assert_non_null(back);
    assert_non_null(strstr(back, "outer: done"));
    *(char *)done = '\0';
    assert_int_equal(count(seen, "outer ["), 1);
    assert_int_equal(count(seen, "inner [############"), 1);
}

static void odd_input(void) {
    fq_progress *p = fq_progress_start("empty", 0);
    fq_progress_step(p, 5, NULL);
    fq_progress_end(p);
    p = fq_progress_start("label", 10);
    fq_progress_step(p, 50, "beyond");
    fq_progress_end(p);
    fq_progress_step(NULL, 1, "x");
    fq_progress_end(NULL);
}

static void odd_input_does_no_harm(void **state) {
    run_into_file(odd_input);
    assert_string_equal(seen, "empty: 0 %\nempty: done in 0:00\nlabel: 0 %\nlabel: done in 0:00\n");
}

static void quiet_is_silent(void **state) {
    fq_progress_quiet(1);
    run_into_file(many_steps);
    assert_string_equal(seen, "");
    int terminal = run_on_terminal(slow_steps, 100);
    fq_progress_quiet(0);
    if (terminal) assert_string_equal(seen, "");
    run_into_file(many_steps);
    assert_non_null(strstr(seen, "note 7"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_mode_writes_few_lines),   cmocka_unit_test(bar_is_redrawn_and_cleared),
        cmocka_unit_test(narrow_terminal_cuts_the_line), cmocka_unit_test(inner_bar_gives_way_to_outer),
        cmocka_unit_test(odd_input_does_no_harm),        cmocka_unit_test(quiet_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
