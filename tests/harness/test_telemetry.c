/* Clock, temperature and energy from a made-up /sys and a made-up NVML (fake_nvml.c), and nothing from none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench.h"
#include "harness/nvml.h"
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

/* The fake library, built here; skips where there is no compiler any more. */
static const char *fake_nvml(char path[128]) {
    char command[512];
    const char *cc = getenv("CC");
    snprintf(path, 128, "%s/libfake-nvml.so", root);
    snprintf(command, sizeof command, "%s -std=c11 -shared -fPIC -o %s tests/harness/fake_nvml.c 2>%s/cc.log",
             cc != NULL ? cc : "cc", path, root);
    if (system(command) == 0) return path;
    printf("SKIP telemetry: no compiler for the fake NVML\n");
    return NULL;
}

static void device_readings(void **state) {
    char path[128];
    fq_arena arena;
    fq_nvml *n;
    if (fake_nvml(path) == NULL) skip();
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_nvml_open(path, "0000:ff:00.0", &arena, &n), FQ_ERR_SKIPPED);
    assert_non_null(strstr(fq_message(), "0000:ff:00.0"));
    assert_null(n);
    assert_int_equal(fq_nvml_open("/nowhere/libnvidia-ml.so.1", NULL, &arena, &n), FQ_ERR_SKIPPED);
    assert_non_null(strstr(fq_message(), "NVML"));
    assert_true(isnan(fq_nvml_read(NULL).mhz) && isnan(fq_nvml_read(NULL).joules));
    assert_int_equal(fq_nvml_open(path, NULL, &arena, &n), FQ_OK);
    assert_int_equal(fq_nvml_open(path, "0000:1b:00.0", &arena, &n), FQ_OK);
    assert_string_equal(fq_nvml_driver(n), "580.1");
    const fq_nvml_reading a = fq_nvml_read(n), b = fq_nvml_read(n);
    assert_true(b.mhz - a.mhz == 10 && a.mhz >= 1510);
    assert_true(b.celsius - a.celsius == 1 && a.celsius >= 41);
    assert_true(fabs(b.joules - a.joules - 2.5) < 1e-6); /* of five thousand million */
    assert_true(isnan(a.watts) && a.used_bytes == 42);
    fq_arena_free(&arena);
}

static fq_status work(void *context) {
    for (volatile int i = 0; i < 20000; i++) {
    }
    return FQ_OK;
}

static fq_status judge_right(void *context, double *err, double *bound) {
    *err = 0;
    *bound = 1;
    return FQ_OK;
}

static double tenth(const void *context) {
    return 1000;
}

/* Rows of a device have its readings, rows of the host beside them have none of it. */
static void samples_carry_readings(void **state) {
    char path[128];
    fq_arena arena;
    fq_nvml *n;
    const fq_ceilings device = {.f32_flops = 1e15, .read_bps = 1e12};
    const fq_task tasks[2] = {
        {.name = "device", .run = work, .judge = judge_right, .ceilings = &device, .elapsed_ns = tenth},
        {.name = "host", .run = work, .judge = judge_right}};
    fq_measurement m[2];
    if (fake_nvml(path) == NULL) skip();
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_nvml_open(path, NULL, &arena, &n), FQ_OK);
    fq_bench_options o = fq_bench_defaults();
    o.min_samples = o.max_samples = 6;
    o.device = n;
    o.energy_s = 0.05;
    assert_int_equal(fq_bench_run(tasks, 2, &o, NULL, &arena, m), FQ_OK);
    for (int i = 0; i < 6; i++) {
        const fq_reading *r = &m[0].reading[i];
        assert_true(r->gpu_mhz > 1500 && r->gpu_celsius > 40 && isnan(r->gpu_watts) && isnan(r->mhz));
        assert_true(i == 0 || r->gpu_mhz - m[0].reading[i - 1].gpu_mhz == 10);
        assert_true(isnan(m[1].reading[i].gpu_mhz));
    }
    assert_true(m[0].gpu_used_bytes == 42 && isnan(m[1].gpu_used_bytes));
    /* 2.5 J between two questions, which are 5 ms or more apart; a repetition is a microsecond of that */
    assert_true(m[0].joules > 0 && m[0].joules <= 2.5 * 1e-6 / 5e-3);
    fq_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(readings), cmocka_unit_test(device_readings),
                                       cmocka_unit_test(samples_carry_readings)};
    char command[96];
    snprintf(root, sizeof root, "/tmp/fqbench-telemetry-XXXXXX");
    if (mkdtemp(root) == NULL) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -rf %s", root);
    return failed + (system(command) != 0);
}
