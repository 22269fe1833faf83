/* Running the real program from a test: arguments in, standard output, standard error and exit code out. The program is
 * $FQBENCH, or the fqbench beside the tests folder that this test was started from. */
#ifndef FQ_TESTS_CLI_RUNNER_H
#define FQ_TESTS_CLI_RUNNER_H
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/status.h"

typedef struct cli {
    char program[4096], scratch[256];
    char *out, *err; /* of the last run */
    size_t out_bytes;
    int rc;
} cli;

static inline void cli_open(cli *c, const char *argv0) {
    memset(c, 0, sizeof *c);
    const char *given = getenv("FQBENCH"), *tests = strstr(argv0, "/tests/");
    if (given != NULL)
        snprintf(c->program, sizeof c->program, "%s", given);
    else
        snprintf(c->program, sizeof c->program, "%.*s/fqbench", tests != NULL ? (int)(tests - argv0) : 5,
                 tests != NULL ? argv0 : "build");
    const char *base = getenv("TMPDIR");
    snprintf(c->scratch, sizeof c->scratch, "%s/fqbench-cli-XXXXXX", base != NULL ? base : P_tmpdir);
    FQ_ASSERT(mkdtemp(c->scratch) != NULL);
}

static inline char *cli_slurp(const char *path, size_t *bytes) {
    FILE *f = fopen(path, "rb");
    size_t n = 0, room = 1 << 16;
    char *text = malloc(room + 1);
    FQ_ASSERT(text != NULL);
    while (f != NULL) {
        n += fread(text + n, 1, room - n, f);
        if (n < room) break;
        FQ_ASSERT((text = realloc(text, (room *= 2) + 1)) != NULL);
    }
    if (f != NULL) fclose(f);
    text[n] = 0;
    if (bytes != NULL) *bytes = n;
    return text;
}

static inline void cli_close(cli *c) {
    char command[512];
    snprintf(command, sizeof command, "rm -rf '%s'", c->scratch);
    FQ_ASSERT(system(command) == 0);
    free(c->out);
    free(c->err);
}

static inline void cli_redirect(const char *path, int fd) {
    int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (to < 0 || dup2(to, fd) < 0) _exit(126);
    close(to);
}

/* Run the program with words split at single spaces; "%s" is not special. stdout_path NULL: captured in c->out. */
static inline int cli_run_to(cli *c, const char *stdout_path, const char *words) {
    char *copy = strdup(words), *argv[64], out[512], err[512];
    int n = 0;
    FQ_ASSERT(copy != NULL);
    argv[n++] = c->program;
    for (char *save = NULL, *w = strtok_r(copy, " ", &save); w != NULL && n < 63; w = strtok_r(NULL, " ", &save))
        argv[n++] = w;
    argv[n] = NULL;
    snprintf(out, sizeof out, "%s/stdout", c->scratch);
    snprintf(err, sizeof err, "%s/stderr", c->scratch);
    pid_t pid = fork();
    FQ_ASSERT(pid >= 0);
    if (pid == 0) {
        cli_redirect(stdout_path != NULL ? stdout_path : out, 1);
        cli_redirect(err, 2);
        /* Threads that spin cost a time slice a region when something else runs here too. */
        setenv("OMP_WAIT_POLICY", "passive", 0);
        execv(c->program, argv);
        _exit(127);
    }
    int status;
    FQ_ASSERT(waitpid(pid, &status, 0) == pid);
    c->rc = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    free(copy);
    free(c->out);
    free(c->err);
    c->out = stdout_path != NULL ? strdup("") : cli_slurp(out, &c->out_bytes);
    c->err = cli_slurp(err, NULL);
    return c->rc;
}

static inline int __attribute__((format(printf, 2, 3))) cli_run(cli *c, const char *format, ...) {
    char words[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return cli_run_to(c, NULL, words);
}

static inline int cli_lines(const char *text) {
    int n = 0;
    for (; *text != 0; text++)
        n += *text == '\n';
    return n;
}

/* Exactly one line on standard error, "fqbench: ..." with both words in it, nothing on standard output, this exit code.
 */
static inline int cli_failed(const cli *c, int rc, const char *word, const char *other) {
    int ok = c->rc == rc && cli_lines(c->err) == 1 && strncmp(c->err, "fqbench: ", 9) == 0 &&
             strstr(c->err, word) != NULL && strstr(c->err, other) != NULL && c->out[0] == 0;
    if (!ok)
        fprintf(stderr, "expected exit %d and one line with '%s' and '%s', got %d, out '%s', err '%s'\n", rc, word,
                other, c->rc, c->out, c->err);
    return ok;
}

#endif
