/* Plots: sorts the points into series and categories, writes the .tsv and the .gp, and runs gnuplot on them.
 * Pictures are drawn under a temporary name, so a failed plot leaves an older picture as it was. */
#include "harness/plot.h"
#include "harness/plot_picture.h"
#include "harness/record.h"
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE = 4096 };

/* Beyond 1e300 the width of an axis overflows. */
static int is_drawn(const fq_plot *p, const fq_plot_point *q) {
    const int log_x = p->log_x && !fq_plot_has_categories(p);
    if (!(fabs(q->y) < 1e300) || (p->log_y && !(q->y > 1e-300))) return 0;
    return fq_plot_has_categories(p) || (fabs(q->x) < 1e300 && !(log_x && !(q->x > 1e-300)));
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- the picture ---- */

static void group_by_series(fq_picture *pic) {
    const fq_plot *p = pic->plot;
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        const char *name = fq_or_empty(p->points[i].series);
        int s = 0;
        while (s < pic->n_series && strcmp(pic->series[s].name, name) != 0)
            s++;
        if (s < pic->n_series) continue;
        const size_t prefix = p->dashed_prefix ? strlen(p->dashed_prefix) : 0;
        fq_series *series = &pic->series[pic->n_series++];
        series->name = name;
        series->first = n;
        series->dashed = prefix > 0 && strncmp(name, p->dashed_prefix, prefix) == 0;
        for (int k = i; k < p->n; k++) {
            if (strcmp(fq_or_empty(p->points[k].series), name) != 0) continue;
            const fq_mark m = {&p->points[k], s, is_drawn(p, &p->points[k]), NAN, NAN, NAN};
            pic->mark[n++] = m;
        }
        series->n = n - series->first;
    }
}

/* Bars of one label stand together; a label that comes twice in one series gets a second place. */
static void find_categories(fq_picture *pic) {
    const int n = pic->plot->n;
    int *last_series = NULL; /* series of the newest bar in each category */
    if (!fq_plot_has_categories(pic->plot)) return;
    last_series = calloc((size_t)n, sizeof *last_series);
    FQ_ASSERT(last_series);
    const int beside = pic->plot->kind == FQ_PLOT_BARS && pic->n_series > 1;
    const double width = beside ? 0.82 / pic->n_series : 0;
    for (int i = 0; i < n; i++) {
        fq_mark *m = &pic->mark[i];
        const char *label = fq_or_empty(m->point->label);
        int c = 0;
        while (c < pic->n_categories && (strcmp(pic->category[c], label) != 0 || last_series[c] == m->series))
            c++;
        if (c == pic->n_categories) pic->category[pic->n_categories++] = label;
        last_series[c] = m->series;
        m->centre = c + (m->series - 0.5 * (pic->n_series - 1)) * width;
    }
    free(last_series);
}

/* Marks come series by series, so a piece stands on those of earlier series. */
static void stack(fq_picture *pic) {
    if (pic->plot->kind != FQ_PLOT_STACK) return;
    for (int i = 0; i < pic->plot->n; i++) {
        fq_mark *m = &pic->mark[i];
        m->base = 0;
        for (int j = 0; j < i; j++)
            if (pic->mark[j].drawn && pic->mark[j].centre == m->centre) m->base = pic->mark[j].top;
        m->top = m->base + (m->drawn ? m->point->y : 0);
    }
}

static void find_x_tics(fq_picture *pic) {
    if (pic->plot->kind != FQ_PLOT_LINES) return;
    int n = 0, distinct = 0;
    for (int i = 0; i < pic->plot->n; i++)
        if (pic->mark[i].drawn) pic->x_tic[n++] = pic->mark[i].point->x;
    qsort(pic->x_tic, (size_t)n, sizeof *pic->x_tic, by_value);
    for (int i = 0; i < n; i++)
        if (i == 0 || pic->x_tic[i] != pic->x_tic[distinct - 1]) pic->x_tic[distinct++] = pic->x_tic[i];
    pic->n_x_tics = distinct;
}

static void picture_free(fq_picture *pic) {
    free(pic->mark);
    free(pic->series);
    free(pic->category);
    free(pic->x_tic);
}

static fq_status picture_make(fq_picture *pic, const fq_plot *p) {
    const size_t n = (size_t)p->n;
    *pic = (fq_picture){.plot = p};
    pic->mark = calloc(n, sizeof *pic->mark);
    pic->series = calloc(n, sizeof *pic->series);
    pic->category = calloc(n, sizeof *pic->category);
    pic->x_tic = calloc(n, sizeof *pic->x_tic);
    if (!pic->mark || !pic->series || !pic->category || !pic->x_tic) {
        picture_free(pic);
        fq_fail(FQ_ERR_MEMORY, "no memory for a plot of %d points", p->n);
        return FQ_ERR_MEMORY;
    }
    group_by_series(pic);
    find_categories(pic);
    stack(pic);
    find_x_tics(pic);
    return FQ_OK;
}

/* ---- files ---- */

static void tsv_number(FILE *f, double v) {
    if (isfinite(v)) fprintf(f, "%.9g", v);
    fputc('\t', f);
}

/* Numbers first: whatever the text columns hold, gnuplot finds the numbers. */
static void tsv_text(FILE *f, const char *text, char end) {
    const int quoted = strchr(text, '"') != NULL;
    if (quoted) fputc('"', f);
    for (; *text; text++) {
        if (*text == '"') fputc('"', f);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
    }
    if (quoted) fputc('"', f);
    fputc(end, f);
}

static void write_tsv(FILE *f, const fq_picture *pic) {
    fputs("x\ty\ty_lo\ty_hi\tplace\tseries\tlabel\n", f);
    for (int i = 0; i < pic->plot->n; i++) {
        const fq_mark *m = &pic->mark[i];
        tsv_number(f, m->point->x);
        tsv_number(f, m->point->y);
        tsv_number(f, pic->plot->kind == FQ_PLOT_STACK ? m->base : m->point->y_lo);
        tsv_number(f, pic->plot->kind == FQ_PLOT_STACK ? m->top : m->point->y_hi);
        tsv_number(f, m->centre);
        tsv_text(f, fq_or_empty(m->point->series), '\t');
        tsv_text(f, fq_or_empty(m->point->label), '\n');
    }
}

/* kind: "tsv" or "gp". */
static fq_status write_part(const fq_picture *pic, const char *dir, const char *name, const char *kind) {
    char *path;
    fq_file file;
    if (asprintf(&path, "%s/%s.%s", dir, name, kind) < 0) return fq_fail(FQ_ERR_MEMORY, "no memory for a path");
    fq_status status = fq_file_create(&file, path);
    if (status == FQ_OK) {
        if (strcmp(kind, "tsv") == 0)
            write_tsv(file.f, pic);
        else
            fq_plot_script(file.f, pic, name);
        status = fq_file_commit(&file);
    }
    free(path);
    return status;
}

/* ---- gnuplot ---- */

/* The child only makes async-signal-safe calls: other threads may have held locks at the fork. */
static void run_child(const char *dir, const char *script, int output) {
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) dup2(nothing, 0);
    dup2(output, 1);
    dup2(output, 2);
    if (chdir(dir) != 0) _exit(126);
    /* The script is UTF-8; in the C locale, which a bare system has, gnuplot warns that it cannot convert it. */
    execl("/usr/bin/env", "env", "LC_ALL=C.UTF-8", "gnuplot", "--default-settings", "-e", "suffix = '.tmp~'", script,
          (char *)NULL);
    _exit(127);
}

static void read_all(int fd, char text[MESSAGE]) {
    size_t n = 0;
    ssize_t got;
    char rest[256];
    while ((got = n + 1 < MESSAGE ? read(fd, text + n, MESSAGE - 1 - n) : read(fd, rest, sizeof rest)) != 0) {
        if (got < 0 && errno != EINTR) break;
        if (got > 0 && n + 1 < MESSAGE) n += (size_t)got;
    }
    text[n] = '\0';
}

/* gnuplot says what is wrong in its last line, after the source and a caret. */
static const char *last_line(char *text) {
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1]))
        text[--n] = '\0';
    const char *line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    return line + strspn(line, " \t");
}

static fq_status run_gnuplot(const char *dir, const char *name) {
    char *script, message[MESSAGE];
    int ends[2], code = 0;
    if (asprintf(&script, "%s.gp", name) < 0) return fq_fail(FQ_ERR_MEMORY, "no memory for a path");
    if (pipe2(ends, O_CLOEXEC) != 0) {
        free(script);
        return fq_fail(FQ_ERR_FAILED, "cannot run gnuplot: %s", strerror(errno));
    }
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) run_child(dir, script, ends[1]);
    const int cause = errno;
    close(ends[1]);
    if (child > 0) {
        read_all(ends[0], message);
        while (waitpid(child, &code, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    free(script);
    if (child < 0) return fq_fail(FQ_ERR_FAILED, "cannot run gnuplot: %s", strerror(cause));
    if (WIFEXITED(code) && WEXITSTATUS(code) == 0) return FQ_OK;
    if (WIFEXITED(code) && WEXITSTATUS(code) == 127)
        return fq_fail(FQ_ERR_FAILED, "%s/%s.gp: gnuplot not found (Debian package gnuplot-nox)", dir, name);
    return fq_fail(FQ_ERR_FAILED, "%s/%s.gp: gnuplot failed: %s", dir, name, last_line(message));
}

/* gnuplot's pictures to their names, or away if `keep` is 0. */
static fq_status take_picture(const char *dir, const char *name, const char *kind, int keep) {
    char *from, *to;
    if (asprintf(&from, "%s/%s.%s.tmp~", dir, name, kind) < 0) return fq_fail(FQ_ERR_MEMORY, "no memory for a path");
    if (asprintf(&to, "%s/%s.%s", dir, name, kind) < 0) {
        free(from);
        return fq_fail(FQ_ERR_MEMORY, "no memory for a path");
    }
    fq_status status = FQ_OK;
    if (!keep)
        unlink(from);
    else if (rename(from, to) != 0)
        status = fq_fail(FQ_ERR_OUTPUT, "cannot write %s: %s", to, strerror(errno));
    free(from);
    free(to);
    return status;
}

static fq_status draw_pictures(const char *dir, const char *name) {
    fq_status status = run_gnuplot(dir, name);
    if (status == FQ_OK) status = take_picture(dir, name, "png", 1);
    if (status == FQ_OK) status = take_picture(dir, name, "svg", 1);
    if (status == FQ_OK) return FQ_OK;
    FQ_TRY(take_picture(dir, name, "png", 0));
    FQ_TRY(take_picture(dir, name, "svg", 0));
    return status;
}

fq_status fq_plot_write(const fq_plot *p, const char *dir, const char *name) {
    int drawn = 0;
    for (int i = 0; i < p->n; i++)
        drawn += is_drawn(p, &p->points[i]);
    if (drawn == 0) return fq_fail(FQ_ERR_USAGE, "plot %s: no point to draw (%d given)", name, p->n);
    if (!*name || *name == '-' || strchr(name, '/') || strlen(name) > 200)
        return fq_fail(FQ_ERR_USAGE, "plot '%s': expected a file name without directory", name);
    FQ_TRY(fq_dir_create(dir));
    fq_picture pic;
    FQ_TRY(picture_make(&pic, p));
    const locale_t previous = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0)); /* static inside libc */
    fq_status status = write_part(&pic, dir, name, "tsv");
    if (status == FQ_OK) status = write_part(&pic, dir, name, "gp");
    uselocale(previous);
    picture_free(&pic);
    return status == FQ_OK ? draw_pictures(dir, name) : status;
}
