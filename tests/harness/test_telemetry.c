/* Clock, temperature and energy from a made-up /sys, and nothing from none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/telemetry.h"

static char root[64];

static void write_file(const char *path, const char *text) {
    char command[512];
    snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s%s')\" && printf '%s\\n' >'%s%s'", root, path, text,
             root, path);
    assert_int_equal(system(command), 0);
}

static void readings(void **state) {
    fq_telemetry none = fq_telemetry_read(root);
    assert_true(isnan(none.mhz) && isnan(none.celsius) && isnan(none.joules));
    for (int cpu = 0; cpu < 256; cpu++) { /* whichever this thread is on */
        char path[96];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", cpu);
        if (cpu < 8 || cpu % 16 == 0) write_file(path, "2450000");
    }
    write_file("/sys/class/thermal/thermal_zone0/type", "acpitz");
    write_file("/sys/class/thermal/thermal_zone0/temp", "99000");
    write_file("/sys/class/thermal/thermal_zone1/type", "x86_pkg_temp");
    write_file("/sys/class/thermal/thermal_zone1/temp", "61500");
    write_file("/sys/class/powercap/intel-rapl:0/energy_uj", "1500000");
    write_file("/sys/class/powercap/intel-rapl:1/energy_uj", "500000");
    write_file("/sys/class/powercap/intel-rapl:0/max_energy_range_uj", "262143328850");
    write_file("/sys/class/powercap/intel-rapl:1/max_energy_range_uj", "262143328850");
    fq_telemetry t = fq_telemetry_read(root);
    assert_true(t.mhz == 2450 || isnan(t.mhz)); /* a processor beyond those made up */
    assert_true(fabs(t.celsius - 61.5) < 1e-9);
    assert_true(fabs(t.joules - 2) < 1e-9);
    fq_telemetry later = t;
    later.joules = 3.25;
    assert_true(fabs(fq_telemetry_joules(root, &t, &later) - 1.25) < 1e-9);
    later.joules = 0.5; /* one counter ran over */
    assert_true(fabs(fq_telemetry_joules(root, &t, &later) - (262143.328850 - 1.5)) < 1e-3);
    assert_true(isnan(fq_telemetry_joules(root, &none, &later)));
    write_file("/sys/class/powercap/intel-rapl:0/energy_uj", "garbage");
    assert_true(fabs(fq_telemetry_read(root).joules - 0.5) < 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(readings)};
    char command[96];
    snprintf(root, sizeof root, "/tmp/fqbench-telemetry-XXXXXX");
    if (mkdtemp(root) == NULL) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -rf %s", root);
    return failed + (system(command) != 0);
}
