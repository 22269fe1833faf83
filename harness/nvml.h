/* What an NVIDIA device was doing during a repetition: clock, temperature, power, energy, memory in use. The driver's
 * management library is loaded at run time, so a machine without one has no readings and needs nothing. */
#ifndef FQ_HARNESS_NVML_H
#define FQ_HARNESS_NVML_H
#include "harness/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_nvml fq_nvml; /* one device */

/* NAN where the device does not say. */
typedef struct fq_nvml_reading {
    double mhz;        /* clock of the multiprocessors */
    double celsius;    /* of the die */
    double watts;      /* of the board; what the driver averages over */
    double joules;     /* counter since the driver was loaded; it moves in steps of tens of milliseconds */
    double used_bytes; /* of the device's memory, by everybody */
} fq_nvml_reading;

/* The device at PCI address `bus` ("0000:1b:00.0"; NULL or "": the first) of `library` (NULL: libnvidia-ml.so.1).
 * Closed with the arena. Errors: FQ_ERR_SKIPPED (no library, no such device: why), FQ_ERR_MEMORY. */
fq_status fq_nvml_open(const char *library, const char *bus, fq_arena *arena, fq_nvml **out) FQ_MUST_USE;

/* Now: some calls into the driver, up to a millisecond, so never inside what is timed. n NULL: nothing is known. */
fq_nvml_reading fq_nvml_read(const fq_nvml *n);

/* Version of the driver, "" if unknown. */
const char *fq_nvml_driver(const fq_nvml *n);

#ifdef __cplusplus
}
#endif
#endif
