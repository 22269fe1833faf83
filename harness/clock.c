/* The raw monotonic clock and the wall clock. Durations use only the first; the second stamps records. */
#include "harness/clock.h"

#include <pthread.h>
#include <time.h>

#include "harness/status.h"

static double resolution_ns;
static pthread_once_t resolution_once = PTHREAD_ONCE_INIT;

int64_t fq_clock_ns(void) {
    struct timespec t;
    int rc = clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    FQ_ASSERT(rc == 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* clock_getres reports what the kernel claims; the smallest step seen includes the cost of reading. */
static void measure_resolution(void) {
    int64_t best = INT64_MAX;
    for (int i = 0; i < 1000; i++) {
        int64_t a = fq_clock_ns();
        int64_t b = a;
        while (b == a) {
            b = fq_clock_ns();
        }
        if (b - a < best) best = b - a;
    }
    resolution_ns = (double)best;
}

double fq_clock_resolution_ns(void) {
    pthread_once(&resolution_once, measure_resolution);
    return resolution_ns;
}

char *fq_clock_utc(char *buf) {
    time_t now = time(NULL);
    struct tm t;
    FQ_ASSERT(gmtime_r(&now, &t) != NULL);
    FQ_ASSERT(strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &t) > 0);
    return buf;
}
