/* Worktrees, builds and child processes. git and make are asked through their command lines, as a user would. */
#include "harness/revision.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/record.h"

static const char folder[] = "build/revisions";
enum { PATH_BYTES = 4500 };

/* The child only makes async-signal-safe calls: other threads may have held locks at the fork. */
static void start_child(char *const *argv, int output) {
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) dup2(nothing, 0);
    dup2(output, 1);
    dup2(output, 2);
    setpgid(0, 0); /* a time-out takes its children along */
    execvp(argv[0], argv);
    _exit(127);
}

static void wait_for(pid_t child, double seconds, int *code) {
    const struct timespec nap = {0, 20 * 1000 * 1000};
    const int64_t start = fq_clock_ns();
    int status, killed = 0;
    for (;;) {
        const pid_t got = waitpid(child, &status, seconds > 0 && !killed ? WNOHANG : 0);
        if (got == child) break;
        if (got < 0 && errno != EINTR) {
            *code = 127;
            return;
        }
        if (seconds > 0 && !killed && (double)(fq_clock_ns() - start) > seconds * 1e9) {
            kill(-child, SIGKILL);
            kill(child, SIGKILL);
            killed = 1;
        } else if (seconds > 0 && !killed) {
            nanosleep(&nap, NULL);
        }
    }
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

fq_status fq_process_run(char *const *argv, const char *log, double seconds, int *code) {
    *code = 127;
    const char *path = log != NULL ? log : "/dev/null";
    const int output = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (output < 0) return fq_fail(FQ_ERR_OUTPUT, "cannot write %s: %s", path, strerror(errno));
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) start_child(argv, output);
    const int cause = errno;
    close(output);
    if (child < 0) return fq_fail(FQ_ERR_FAILED, "cannot run %s: %s", argv[0], strerror(cause));
    wait_for(child, seconds, code);
    return *code == 127 ? fq_fail(FQ_ERR_FAILED, "cannot run %s: not found", argv[0]) : FQ_OK;
}

/* The last line of a file that says something. */
static void last_line(const char *path, char *line, size_t bytes) {
    char text[512];
    line[0] = '\0';
    FILE *f = fopen(path, "re");
    if (f == NULL) return;
    while (fgets(text, sizeof text, f) != NULL) {
        text[strcspn(text, "\n")] = '\0';
        if (text[0] != '\0') snprintf(line, bytes, "%s", text);
    }
    fclose(f);
}

/* Run a step of the build; its last words are the message when it fails. */
static fq_status step(const char *what, char *const *argv, const char *log) {
    char line[512];
    int code = 0;
    FQ_TRY(fq_process_run(argv, log, 0, &code));
    if (code == 0) return FQ_OK;
    last_line(log, line, sizeof line);
    return fq_fail(FQ_ERR_FAILED, "%s: exit code %d: %s (%s)", what, code, line, log);
}

static int is_hash(const char *text) {
    size_t n = 0;
    for (; isxdigit((unsigned char)text[n]); n++)
        ;
    return n >= 7 && text[n] == '\0';
}

static fq_status find_commit(const char *name, fq_arena *arena, const char **commit) {
    char spec[512], log[PATH_BYTES], line[512] = "";
    int code = 0;
    snprintf(spec, sizeof spec, "%s^{commit}", name);
    snprintf(log, sizeof log, "%s/lookup.log", folder);
    unlink(log);
    char *argv[] = {"git", "rev-parse", "--short=12", "--verify", "--quiet", spec, NULL};
    FQ_TRY(fq_process_run(argv, log, 0, &code));
    last_line(log, line, sizeof line);
    unlink(log);
    if (code != 0 || !is_hash(line))
        return fq_fail(FQ_ERR_USAGE, "--rev: no revision '%s' in the repository here%s%s", name, line[0] ? ": " : "",
                       line);
    *commit = fq_arena_printf(arena, "%s", line);
    return *commit != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

static fq_status running_program(fq_arena *arena, fq_revision *out) {
    char path[PATH_BYTES];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0) return fq_fail(FQ_ERR_FAILED, "the path of the running program cannot be read");
    path[n] = '\0';
    out->commit = "working tree";
    out->program = fq_arena_printf(arena, "%s", path);
    return out->program != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

fq_status fq_revision_build(const char *name, fq_arena *arena, fq_revision *out) {
    char tree[PATH_BYTES], log[PATH_BYTES];
    struct stat st;
    memset(out, 0, sizeof *out);
    out->name = name;
    if (strcmp(name, ".") == 0) return running_program(arena, out);
    if (name[0] == '-') return fq_fail(FQ_ERR_USAGE, "--rev: no revision '%s'", name);
    FQ_TRY(fq_dir_create(folder));
    FQ_TRY(find_commit(name, arena, &out->commit));
    snprintf(tree, sizeof tree, "%s/%s", folder, out->commit);
    snprintf(log, sizeof log, "%s/%s.log", folder, out->commit);
    out->program = fq_arena_printf(arena, "%s/build/fqbench", tree);
    char *hash = fq_arena_printf(arena, "%s", out->commit);
    if (out->program == NULL || hash == NULL) return FQ_ERR_MEMORY;
    if (stat(tree, &st) != 0) {
        char *prune[] = {"git", "worktree", "prune", NULL};
        char *add[] = {"git", "worktree", "add", "--detach", "--force", tree, hash, NULL};
        FQ_TRY(step("git worktree prune", prune, log));
        FQ_TRY(step("git worktree add", add, log));
    }
    /* Make itself knows what is built already. What an outer make was told is not meant for this one. */
    char *make[] = {"env", "-u", "MAKEFLAGS", "-u", "MFLAGS", "-u", "BUILD", "make", "-C", tree, "-j2", "all", NULL};
    return step("make", make, log);
}
