/* A thread that waits. exec replaces all threads of the process, whatever they are doing, and keeps its number, its
 * standard streams and its place in the shell. */
#include "scenarios/watchdog.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char mark[] = "FQ_INTERRUPTED";

struct fq_watchdog {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    struct timespec deadline;
    int stop;
    char **argv;
};

static void *wait_and_strike(void *what) {
    fq_watchdog *w = what;
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        if (pthread_cond_timedwait(&w->stopped, &w->lock, &w->deadline) != ETIMEDOUT || w->stop) continue;
        setenv(mark, "1", 1);
        execv("/proc/self/exe", w->argv);
        break; /* cannot start: the run goes on to its end */
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void deadline_in(double seconds, struct timespec *t) {
    clock_gettime(CLOCK_MONOTONIC, t);
    const double whole = floor(fmin(seconds, 1e9));
    t->tv_sec += (time_t)whole;
    t->tv_nsec += (long)((fmin(seconds, 1e9) - whole) * 1e9);
    if (t->tv_nsec >= 1000000000) {
        t->tv_sec++;
        t->tv_nsec -= 1000000000;
    }
}

fq_status fq_watchdog_start(double seconds, int argc, char **argv, fq_watchdog **out) {
    static char program[] = "fqbench", resume[] = "--resume";
    pthread_condattr_t monotonic;
    fq_watchdog *w = calloc(1, sizeof *w);
    char **again = calloc((size_t)argc + 3, sizeof *again);
    *out = NULL;
    if (w == NULL || again == NULL) {
        free(w);
        free(again);
        return fq_fail(FQ_ERR_MEMORY, "no memory for --timeout");
    }
    again[0] = program;
    memcpy(again + 1, argv, (size_t)argc * sizeof *argv);
    again[argc + 1] = resume;
    w->argv = again;
    deadline_in(seconds, &w->deadline);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->stopped, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&w->lock, NULL);
    if (pthread_create(&w->thread, NULL, wait_and_strike, w) != 0) {
        free(again);
        free(w);
        return fq_fail(FQ_ERR_MEMORY, "no thread for --timeout");
    }
    *out = w;
    return FQ_OK;
}

void fq_watchdog_stop(fq_watchdog *w) {
    if (w == NULL) return;
    pthread_mutex_lock(&w->lock);
    w->stop = 1;
    pthread_cond_signal(&w->stopped);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->stopped);
    pthread_mutex_destroy(&w->lock);
    free(w->argv);
    free(w);
}

int fq_watchdog_struck(void) {
    const int struck = getenv(mark) != NULL;
    unsetenv(mark);
    return struck;
}
