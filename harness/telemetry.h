/* What the machine was doing during a repetition, where it says so: the clock of the processor, its temperature, the
 * energy it used. Linux files under /sys; one that cannot be read is missing, not zero. */
#ifndef FQ_HARNESS_TELEMETRY_H
#define FQ_HARNESS_TELEMETRY_H
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_telemetry {
    double mhz;     /* clock of the processor that this thread is on; NAN */
    double celsius; /* hottest zone of the package; NAN */
    double joules;  /* counter of all packages, since some start; NAN */
} fq_telemetry;

/* Read now: a few file reads, tens of microseconds, so never inside what is timed. `root`: "" or a directory that
 * stands for / (tests). Sources: cpufreq scaling_cur_freq, thermal_zone* of type x86_pkg_temp or k10temp, powercap RAPL
 * intel-rapl:N energy_uj. */
fq_telemetry fq_telemetry_read(const char *root);

/* Joules from one reading to a later one; a counter that ran over counts on (its range is in max_energy_range_uj).
 * NAN if either is. */
double fq_telemetry_joules(const char *root, const fq_telemetry *before, const fq_telemetry *after);

#ifdef __cplusplus
}
#endif
#endif
