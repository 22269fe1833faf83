/* Progress on standard error: a bar with the time left on a terminal, lines otherwise. Bars may nest (a step that
 * starts its own); the innermost is drawn. */
#include "harness/progress.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/clock.h"

static const int64_t redraw_ns = 100 * INT64_C(1000000);
static const int64_t plain_ns = 10 * INT64_C(1000000000);
enum { BAR_CELLS = 24, LINE_BYTES = 512 };

struct fq_progress {
    char label[96], what[96];
    double total, done;
    int64_t start, last; /* ns; last: when something was shown */
    int terminal;
    fq_progress *outer;
};

/* The state of one device, standard error: what is drawn on it and whether it may be written to. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static fq_progress *innermost;
static int quiet;

static void format_duration(char *out, size_t size, double seconds) {
    long s = seconds < 0 ? 0 : seconds > 1e8 ? 100000000 : (long)(seconds + 0.5);
    if (s < 3600) {
        snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
    } else {
        snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    }
}

static double share(const fq_progress *p) {
    if (!(p->total > 0)) return 0;
    double f = p->done / p->total;
    return f > 1 ? 1 : f > 0 ? f : 0;
}

/* "0:13 left item", either part may be missing. */
static void format_tail(char *out, size_t size, const fq_progress *p, int64_t now) {
    char left[32] = "";
    double f = share(p);
    if (f > 0 && f < 1) {
        char duration[24];
        format_duration(duration, sizeof duration, (double)(now - p->start) * 1e-9 * (1 - f) / f);
        snprintf(left, sizeof left, "%s left", duration);
    }
    snprintf(out, size, "%s%s%s", left, left[0] != '\0' && p->what[0] != '\0' ? " " : "", p->what);
}

static int terminal_columns(void) {
    struct winsize w;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0) return w.ws_col;
    return 80;
}

/* A line longer than the terminal wraps and can no longer be erased. Bytes stand in for columns: never too long. */
static void cut(char *line, int columns) {
    size_t n = strlen(line);
    size_t most = columns > 1 ? (size_t)columns - 1 : 1;
    if (n <= most) return;
    while (most > 0 && ((unsigned char)line[most] & 0xc0) == 0x80) {
        most--; /* not inside a UTF-8 character */
    }
    line[most] = '\0';
}

static void draw(fq_progress *p, int64_t now) {
    char cells[BAR_CELLS + 1];
    char tail[160];
    char line[LINE_BYTES];
    int full = (int)(share(p) * BAR_CELLS);
    for (int i = 0; i < BAR_CELLS; i++) {
        cells[i] = i < full ? '#' : '.';
    }
    cells[BAR_CELLS] = '\0';
    format_tail(tail, sizeof tail, p, now);
    snprintf(line, sizeof line, "%s [%s] %d %% %s", p->label, cells, (int)(share(p) * 100), tail);
    cut(line, terminal_columns());
    fprintf(stderr, "\r\033[K%s", line);
    fflush(stderr);
    p->last = now;
}

static void show(fq_progress *p, int64_t now) {
    if (p->terminal) {
        draw(p, now);
        return;
    }
    char tail[160];
    format_tail(tail, sizeof tail, p, now);
    fprintf(stderr, "%s: %d %%%s%s\n", p->label, (int)(share(p) * 100), tail[0] != '\0' ? ", " : "", tail);
    p->last = now;
}

fq_progress *fq_progress_start(const char *label, double total) {
    fq_progress *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    snprintf(p->label, sizeof p->label, "%s", label);
    p->total = total;
    p->start = fq_clock_ns();
    p->terminal = isatty(STDERR_FILENO);
    pthread_mutex_lock(&lock);
    p->outer = innermost;
    innermost = p;
    if (!quiet) show(p, p->start);
    pthread_mutex_unlock(&lock);
    return p;
}

void fq_progress_step(fq_progress *p, double done, const char *what) {
    if (p == NULL) return;
    pthread_mutex_lock(&lock);
    p->done = done;
    snprintf(p->what, sizeof p->what, "%s", what == NULL ? "" : what);
    int64_t now = fq_clock_ns();
    if (!quiet && p == innermost && now - p->last >= (p->terminal ? redraw_ns : plain_ns)) show(p, now);
    pthread_mutex_unlock(&lock);
}

void fq_progress_end(fq_progress *p) {
    if (p == NULL) return;
    char duration[24];
    format_duration(duration, sizeof duration, (double)(fq_clock_ns() - p->start) * 1e-9);
    pthread_mutex_lock(&lock);
    for (fq_progress **link = &innermost; *link != NULL; link = &(*link)->outer) {
        if (*link != p) continue;
        *link = p->outer;
        break;
    }
    if (!quiet) {
        fprintf(stderr, "%s%s: done in %s\n", p->terminal ? "\r\033[K" : "", p->label, duration);
        if (innermost != NULL && innermost->terminal) draw(innermost, fq_clock_ns());
    }
    pthread_mutex_unlock(&lock);
    free(p);
}

void fq_note(const char *format, ...) {
    pthread_mutex_lock(&lock);
    if (!quiet) {
        int bar = innermost != NULL && innermost->terminal;
        if (bar) fputs("\r\033[K", stderr);
        va_list args;
        va_start(args, format);
        vfprintf(stderr, format, args);
        va_end(args);
        fputc('\n', stderr);
        if (bar) draw(innermost, fq_clock_ns());
    }
    pthread_mutex_unlock(&lock);
}

void fq_progress_quiet(int on) {
    pthread_mutex_lock(&lock);
    quiet = on;
    pthread_mutex_unlock(&lock);
}
