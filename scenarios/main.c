/* fqbench: quantized Llama inference, measured and judged. The only main; it picks a sub-command and turns its status
 * into one line on standard error and an exit code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/host.h"
#include "scenarios/command.h"

static const struct {
    const char *name, *about;
    fq_status (*run)(int argc, char **argv);
} commands[] = {
#define FQ_COMMAND_ROW(name, about) {#name, about, fq_command_##name},
    FQ_COMMANDS(FQ_COMMAND_ROW)
#undef FQ_COMMAND_ROW
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(void) {
    printf("usage: fqbench COMMAND [arguments]      (fqbench help COMMAND for its flags)\n\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].about);
    printf("\nexit codes: 0 ok, 1 a run failed, 2 usage or unusable input, 3 regression, 4 ambiguous, 77 skipped\n");
}

static int find(const char *name) {
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0) return i;
    return -1;
}

static fq_status unknown(const char *name) {
    return fq_fail(FQ_ERR_USAGE, "no command '%s' (see `fqbench --help`)", name);
}

static fq_status help(const char *name) {
    char flag[] = "--help";
    int at = find(name);
    if (at < 0) return unknown(name);
    char *argv[] = {(char *)(uintptr_t)name, flag, NULL};
    return commands[at].run(2, argv);
}

static fq_status run(int argc, char **argv) {
    if (argc < 2) return fq_fail(FQ_ERR_USAGE, "which command? (see `fqbench --help`)");
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0) {
        printf("fqbench %s\n", fq_build_commit());
        return FQ_OK;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        if (argc > 2) return help(argv[2]);
        print_help();
        return FQ_OK;
    }
    int at = find(name);
    return at >= 0 ? commands[at].run(argc - 1, argv + 1) : unknown(name);
}

/* libgomp reads its settings before main, so they are set once and the program starts again; a user's own setting wins.
 * Threads are bound to processors: left alone, a kernel may keep two of them on one processor for seconds, each waiting
 * for the other's time slice (seen: 8 ms a parallel region instead of 0.1 ms). environment.json records the settings.
 */
static void bind_threads(char **argv) {
    if (getenv("OMP_PROC_BIND") != NULL || getenv("OMP_PLACES") != NULL || getenv("GOMP_CPU_AFFINITY") != NULL) return;
    if (setenv("OMP_PROC_BIND", "true", 1) == 0) execv("/proc/self/exe", argv);
}

int main(int argc, char **argv) {
    bind_threads(argv);
    fq_status s = run(argc, argv);
    if (s == FQ_OK && fflush(stdout) != 0) s = fq_fail(FQ_ERR_OUTPUT, "standard output cannot be written");
    if (s != FQ_OK) fprintf(stderr, "fqbench: %s\n", fq_message()[0] != 0 ? fq_message() : fq_status_name(s));
    return fq_status_exit_code(s);
}
