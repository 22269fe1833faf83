/* Time in nanoseconds from CLOCK_MONOTONIC_RAW, which no clock adjustment changes. */
#ifndef FQ_HARNESS_CLOCK_H
#define FQ_HARNESS_CLOCK_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
int64_t fq_clock_ns(void);
double fq_clock_resolution_ns(void); /* smallest step seen, measured once */
/* Current UTC time as RFC 3339, "2026-01-31T12:00:00Z", into buf of at least 32 bytes; returns buf. */
char *fq_clock_utc(char *buf);
#ifdef __cplusplus
}
#endif
#endif
