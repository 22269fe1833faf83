/* Reading of /sys. Nothing is kept between calls: hot-plugged processors and late drivers are seen. */
#include "harness/telemetry.h"

#include <glob.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4500 };

static int read_line(const char *path, char *line, int bytes) {
    FILE *f = fopen(path, "re");
    if (f == NULL) return 0;
    const int ok = fgets(line, bytes, f) != NULL;
    fclose(f);
    if (ok) line[strcspn(line, "\n")] = '\0';
    return ok;
}

static double read_number(const char *path) {
    char line[64], *end;
    if (!read_line(path, line, sizeof line)) return NAN;
    const double x = strtod(line, &end);
    return end != line && *end == '\0' ? x : NAN;
}

static int find(const char *root, const char *pattern, glob_t *found) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s%s", root, pattern);
    return glob(path, 0, NULL, found) == 0;
}

/* Mean (or sum) of the numbers in all files of a pattern; NAN if there is none. */
static double gather(const char *root, const char *pattern, int sum) {
    glob_t found;
    double total = 0;
    int n = 0;
    if (!find(root, pattern, &found)) return NAN;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const double x = read_number(found.gl_pathv[i]);
        if (isnan(x)) continue;
        total += x;
        n++;
    }
    globfree(&found);
    return n == 0 ? NAN : sum ? total : total / n;
}

static double hottest(const char *root) {
    glob_t found;
    double most = NAN;
    if (!find(root, "/sys/class/thermal/thermal_zone*", &found)) return NAN;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char path[PATH_BYTES], type[64];
        snprintf(path, sizeof path, "%s/type", found.gl_pathv[i]);
        if (!read_line(path, type, sizeof type)) continue;
        if (strcmp(type, "x86_pkg_temp") != 0 && strcmp(type, "k10temp") != 0) continue;
        snprintf(path, sizeof path, "%s/temp", found.gl_pathv[i]);
        most = fmax(most, read_number(path)); /* fmax passes over NAN */
    }
    globfree(&found);
    return most / 1000;
}

/* One file, not one a processor: it is read after every repetition. */
static double clock_mhz(const char *root) {
    char path[PATH_BYTES];
    const int here = sched_getcpu();
    snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", root, here >= 0 ? here : 0);
    return read_number(path) / 1000;
}

fq_telemetry fq_telemetry_read(const char *root) {
    fq_telemetry t;
    t.mhz = clock_mhz(root);
    t.celsius = hottest(root);
    t.joules = gather(root, "/sys/class/powercap/intel-rapl:[0-9]/energy_uj", 1) * 1e-6;
    return t;
}

double fq_telemetry_joules(const char *root, const fq_telemetry *before, const fq_telemetry *after) {
    const double used = after->joules - before->joules;
    if (!(used < 0)) return used;
    return used + gather(root, "/sys/class/powercap/intel-rapl:[0-9]/max_energy_range_uj", 0) * 1e-6;
}
