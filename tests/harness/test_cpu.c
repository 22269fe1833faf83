/* Processor detection against what the system itself says, and FQ_ISA, which may lower the answer but never raise it.
 * FQ_ISA is read once a process, so each of its values is tried in a child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cpu.h"

static int flag_listed(const char *flag) {
    static char line[16384];
    FILE *f = fopen("/proc/cpuinfo", "re");
    int found = 0;
    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "flags", 5) != 0) continue;
        for (char *word = strtok(line, " \t\n"); word != NULL; word = strtok(NULL, " \t\n")) {
            found |= strcmp(word, flag) == 0;
        }
        break;
    }
    if (f != NULL) fclose(f);
    return found;
}

static void hardware_agrees_with_the_system(void **state) {
    int avx2 = flag_listed("avx2") && flag_listed("fma") && flag_listed("f16c");
    int avx512 = avx2 && flag_listed("avx512f") && flag_listed("avx512bw") && flag_listed("avx512dq") &&
                 flag_listed("avx512vl") && flag_listed("avx512_vnni") && flag_listed("avx512vbmi");
    int amx = avx512 && flag_listed("avx512_bf16") && flag_listed("amx_tile") && flag_listed("amx_int8") &&
              flag_listed("amx_bf16");
    fq_isa isa = fq_cpu_isa_hardware();
    assert_int_equal(isa >= FQ_ISA_AVX2, avx2);
    assert_int_equal(isa >= FQ_ISA_AVX512, avx512);
    /* The system may list tiles and still refuse them to a process. */
    assert_true(isa < FQ_ISA_AMX || amx);
    assert_true(fq_cpu_isa() <= isa);
}

static void names_are_distinct(void **state) {
    assert_string_equal(fq_isa_name(FQ_ISA_REF), "ref");
    assert_string_equal(fq_isa_name(FQ_ISA_AVX2), "avx2");
    assert_string_equal(fq_isa_name(FQ_ISA_AVX512), "avx512");
    assert_string_equal(fq_isa_name(FQ_ISA_AMX), "amx");
}

/* The child reads the environment afresh: it starts this program again with an argument. */
static fq_isa isa_with(const char *value, char *complaint, size_t size) {
    int to_parent[2];
    if (pipe(to_parent) != 0) fail_msg("no pipe");
    pid_t child = fork();
    if (child == 0) {
        setenv("FQ_ISA", value, 1);
        dup2(to_parent[1], STDERR_FILENO);
        close(to_parent[0]);
        execl("/proc/self/exe", "test_cpu", "--isa", (char *)NULL);
        _exit(99);
    }
    close(to_parent[1]);
    size_t n = 0;
    ssize_t got;
    while (n + 1 < size && (got = read(to_parent[0], complaint + n, size - 1 - n)) > 0) {
        n += (size_t)got;
    }
    complaint[n] = '\0';
    close(to_parent[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < FQ_ISA_COUNT);
    return (fq_isa)WEXITSTATUS(status);
}

static void environment_lowers_only(void **state) {
    char complaint[256];
    fq_isa hardware = fq_cpu_isa_hardware();
    for (int i = 0; i < FQ_ISA_COUNT; i++) {
        fq_isa expected = i < (int)hardware ? (fq_isa)i : hardware;
        assert_int_equal(isa_with(fq_isa_name((fq_isa)i), complaint, sizeof complaint), expected);
        assert_string_equal(complaint, "");
    }
    assert_int_equal(isa_with("", complaint, sizeof complaint), hardware);
    assert_int_equal(isa_with("sse9", complaint, sizeof complaint), hardware);
    char *named = strstr(complaint, "sse9");
    assert_non_null(named);
    assert_null(strstr(named + 1, "sse9")); /* once, though asked for twice */
}

/* fq_cpu_cores() of a fresh process that may run on `set`, with and without bound threads. */
static int cores_on(const cpu_set_t *set, const char *bind) {
    pid_t child = fork();
    if (child == 0) {
        setenv("OMP_PROC_BIND", bind, 1);
        sched_setaffinity(0, sizeof *set, set);
        execl("/proc/self/exe", "test_cpu", "--cores", (char *)NULL);
        _exit(99);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The affinity mask that the process started with counts, also where OMP_PROC_BIND has narrowed the first thread's. */
static void cores_follow_affinity(void **state) {
    cpu_set_t all;
    cpu_set_t one;
    CPU_ZERO(&all);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    for (int cpu = 0; cpu < online && cpu < CPU_SETSIZE; cpu++) {
        CPU_SET(cpu, &all);
    }
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    int cores = fq_cpu_cores();
    assert_true(cores >= 1 && cores <= online);
    assert_int_equal(cores_on(&one, "false"), 1);
    assert_int_equal(cores_on(&one, "true"), 1);
    assert_int_equal(cores_on(&all, "true"), cores_on(&all, "false"));
    assert_int_equal(cores_on(&all, "true"), cores);
}

static void facts_are_plausible(void **state) {
    const char *model = fq_cpu_model();
    assert_true(strlen(model) > 2);
    assert_true(model[0] != ' ' && model[strlen(model) - 1] != ' ' && strstr(model, "  ") == NULL);
    size_t llc = fq_cpu_llc_bytes();
    assert_true(llc == 0 || (llc >= 256 << 10 && llc <= (size_t)4 << 30));
    int before = fq_threads();
    fq_threads_set(3);
    assert_int_equal(fq_threads(), 3);
    fq_threads_set(before);
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--isa") == 0) {
        (void)fq_cpu_isa_hardware();
        return (int)fq_cpu_isa();
    }
    if (argc == 2 && strcmp(argv[1], "--cores") == 0) return fq_cpu_cores();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hardware_agrees_with_the_system),
        cmocka_unit_test(names_are_distinct),
        cmocka_unit_test(environment_lowers_only),
        cmocka_unit_test(cores_follow_affinity),
        cmocka_unit_test(facts_are_plausible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
