/* Processor detection: CPUID for what the chip has, XCR0 for what the system saves, and Linux' permission for tiles.
 * Core counts honour affinity and cgroup quotas, because more threads than those only wait for each other. */
#include "harness/cpu.h"

#include <cpuid.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/status.h"

enum { XSTATE_SSE_AVX = 0x6, XSTATE_AVX512 = 0xe6, XSTATE_TILES = 0x60000 };
enum { ARCH_REQUEST_XSTATE = 0x1023, XSTATE_TILE_DATA = 18 }; /* Linux arch_prctl(ARCH_REQ_XCOMP_PERM, feature) */

static const char *const isa_names[FQ_ISA_COUNT] = {"ref", "avx2", "avx512", "amx"};

static pthread_once_t detect_once = PTHREAD_ONCE_INIT;
static fq_isa isa_hardware, isa_used;
static char model[64];

const char *fq_isa_name(fq_isa isa) {
    if (isa == FQ_ISA_SM90) return "sm90";
    FQ_ASSERT((int)isa >= 0 && isa < FQ_ISA_COUNT);
    return isa_names[isa];
}

static uint64_t read_xcr0(void) {
    uint32_t lo;
    uint32_t hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (uint64_t)hi << 32 | lo;
}

static int has(uint32_t word, uint32_t bits) {
    return (word & bits) == bits;
}

static int tiles_permitted(void) {
    return syscall(SYS_arch_prctl, ARCH_REQUEST_XSTATE, XSTATE_TILE_DATA) == 0;
}

static fq_isa detect_isa(void) {
    uint32_t a, b, c, d;
    uint32_t leaf7_1_a = 0;
    const uint32_t leaf1_c = bit_FMA | bit_OSXSAVE | bit_AVX | bit_F16C;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !has(c, leaf1_c)) return FQ_ISA_REF;
    uint64_t xcr0 = read_xcr0();
    if ((xcr0 & XSTATE_SSE_AVX) != XSTATE_SSE_AVX) return FQ_ISA_REF;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !has(b, bit_AVX2)) return FQ_ISA_REF;

    const uint32_t f_bw_dq_vl = 1U << 16 | 1U << 30 | 1U << 17 | 1U << 31;
    const uint32_t vbmi_vnni = 1U << 1 | 1U << 11;
    if ((xcr0 & XSTATE_AVX512) != XSTATE_AVX512 || !has(b, f_bw_dq_vl) || !has(c, vbmi_vnni)) return FQ_ISA_AVX2;

    const uint32_t tile_int8_bf16 = 1U << 24 | 1U << 25 | 1U << 22;
    const uint32_t avx512_bf16 = 1U << 5;
    uint32_t leaf7_d = d;
    if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) leaf7_1_a = a;
    if ((xcr0 & XSTATE_TILES) != XSTATE_TILES || !has(leaf7_d, tile_int8_bf16) || !has(leaf7_1_a, avx512_bf16) ||
        !tiles_permitted()) {
        return FQ_ISA_AVX512;
    }
    return FQ_ISA_AMX;
}

static void detect_model(void) {
    uint32_t words[12];
    uint32_t a, b, c, d;
    if (!__get_cpuid(0x80000000, &a, &b, &c, &d) || a < 0x80000004) {
        snprintf(model, sizeof model, "unknown x86-64");
        return;
    }
    for (uint32_t i = 0; i < 3; i++) {
        __get_cpuid(0x80000002 + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]);
    }
    char raw[sizeof words + 1];
    memcpy(raw, words, sizeof words);
    raw[sizeof words] = '\0';
    /* Vendors pad with blanks at both ends and inside. */
    size_t n = 0;
    for (const char *p = raw; *p != '\0'; p++) {
        if (*p == ' ' && (n == 0 || model[n - 1] == ' ')) continue;
        model[n++] = *p;
    }
    while (n > 0 && model[n - 1] == ' ') {
        n--;
    }
    model[n] = '\0';
}

static void detect(void) {
    isa_hardware = detect_isa();
    isa_used = isa_hardware;
    detect_model();
    const char *asked = getenv("FQ_ISA");
    if (asked == NULL || asked[0] == '\0') return;
    for (int i = 0; i < FQ_ISA_COUNT; i++) {
        if (strcmp(asked, isa_names[i]) != 0) continue;
        if (i < (int)isa_hardware) isa_used = (fq_isa)i;
        return;
    }
    fprintf(stderr, "FQ_ISA=%s ignored: expected ref, avx2, avx512 or amx\n", asked);
}

fq_isa fq_cpu_isa(void) {
    pthread_once(&detect_once, detect);
    return isa_used;
}

fq_isa fq_cpu_isa_hardware(void) {
    pthread_once(&detect_once, detect);
    return isa_hardware;
}

const char *fq_cpu_model(void) {
    pthread_once(&detect_once, detect);
    return model;
}

static int read_line(const char *path, char *line, int size) {
    FILE *f = fopen(path, "re");
    if (f == NULL) return 0;
    int ok = fgets(line, size, f) != NULL;
    fclose(f);
    if (ok) line[strcspn(line, "\n")] = '\0';
    return ok;
}

/* Processors' worth of time that one cgroup directory grants; 0: no limit there. */
static double directory_quota(const char *dir, int version) {
    char path[4400];
    char line[128];
    double quota = 0;
    double period = 0;
    if (version == 2) {
        snprintf(path, sizeof path, "%s/cpu.max", dir);
        if (!read_line(path, line, sizeof line) || sscanf(line, "%lf %lf", &quota, &period) != 2) return 0;
    } else {
        snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", dir);
        if (!read_line(path, line, sizeof line)) return 0;
        quota = strtod(line, NULL);
        snprintf(path, sizeof path, "%s/cpu.cfs_period_us", dir);
        if (!read_line(path, line, sizeof line)) return 0;
        period = strtod(line, NULL);
    }
    return quota > 0 && period > 0 ? quota / period : 0;
}

/* The tightest quota from this group up to the root. Inside a container the group's path may not exist; then only the
 * ancestors that do are seen, which ends at the container's own root. */
static double path_quota(const char *root, const char *group, int version) {
    char dir[4200];
    double tightest = 0;
    snprintf(dir, sizeof dir, "%s%s", root, group);
    size_t root_length = strlen(root);
    for (;;) {
        double q = directory_quota(dir, version);
        if (q > 0 && (tightest == 0 || q < tightest)) tightest = q;
        char *slash = strrchr(dir, '/');
        if (slash == NULL || (size_t)(slash - dir) < root_length) return tightest;
        *slash = '\0';
    }
}

static double cgroup_quota(void) {
    char line[4096];
    double tightest = 0;
    FILE *f = fopen("/proc/self/cgroup", "re");
    if (f == NULL) return 0;
    while (fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (group == NULL) continue;
        *group++ = '\0';
        controllers++;
        double q = 0;
        if (controllers[0] == '\0') {
            q = path_quota("/sys/fs/cgroup", group, 2);
        } else if (strcmp(controllers, "cpu") == 0 || strncmp(controllers, "cpu,", 4) == 0 ||
                   strstr(controllers, ",cpu,") != NULL) {
            q = path_quota("/sys/fs/cgroup/cpu", group, 1);
        }
        if (q > 0 && (tightest == 0 || q < tightest)) tightest = q;
    }
    fclose(f);
    return tightest;
}

int fq_cpu_cores(void) {
    /* libgomp counts the affinity mask at start, before OMP_PROC_BIND narrows this thread's own to one processor. */
    int n = omp_get_num_procs();
    double quota = cgroup_quota();
    if (quota > 0 && quota < n) n = (int)quota;
    return n < 1 ? 1 : n;
}

size_t fq_cpu_llc_bytes(void) {
    size_t bytes = 0;
    int highest = 0;
    for (int index = 0; index < 10; index++) {
        char path[96];
        char line[64];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", index);
        if (!read_line(path, line, sizeof line)) break;
        int level = (int)strtol(line, NULL, 10);
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", index);
        if (level <= highest || !read_line(path, line, sizeof line)) continue;
        char *unit;
        size_t n = strtoull(line, &unit, 10);
        bytes = *unit == 'K' ? n << 10 : *unit == 'M' ? n << 20 : n;
        highest = level;
    }
    if (bytes > 0) return bytes;
    long reported = sysconf(_SC_LEVEL3_CACHE_SIZE);
    if (reported <= 0) reported = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return reported > 0 ? (size_t)reported : 0;
}

void fq_threads_set(int n) {
    FQ_ASSERT(n > 0);
    omp_set_num_threads(n);
}

int fq_threads(void) {
    return omp_get_max_threads();
}
