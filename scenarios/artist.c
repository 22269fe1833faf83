/* Points of a picture, its file name, and drawing it. */
#include "scenarios/artist.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = FQ_ARTIST_WORD };

void fq_artist_add(fq_artist *a, fq_points *p, const char *series, const char *label, double x, double y, double lo,
                   double hi) {
    if (!isfinite(y)) return;
    if (p->n == p->cap) {
        int cap = p->cap > 0 ? 2 * p->cap : 64;
        fq_plot_point *v = realloc(p->v, (size_t)cap * sizeof *v);
        if (v == NULL) return;
        p->v = v;
        p->cap = cap;
    }
    p->v[p->n++] = (fq_plot_point){fq_arena_printf(&a->arena, "%s", series),
                                   label != NULL ? fq_arena_printf(&a->arena, "%s", label) : NULL,
                                   x,
                                   y,
                                   lo,
                                   hi};
}

/* File name of a picture: letters, digits, single dashes, and the plus that tells fireq+ from fireq. */
static void slug(const char *text, char *out, size_t bytes) {
    size_t n = 0;
    for (; *text != 0 && n + 1 < bytes; text++) {
        if (isalnum((unsigned char)*text) || *text == '.' || *text == '+')
            out[n++] = (char)tolower((unsigned char)*text);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = 0;
}

void fq_artist_draw(fq_artist *a, fq_plot *plot, fq_points *p, const char *kind, const char *group) {
    if (p->n > 0) {
        char text[4 * WORD], name[196]; /* fq_plot_write takes up to 200 */
        snprintf(text, sizeof text, "%s %s", kind, group);
        slug(text, name, sizeof name);
        plot->points = p->v;
        plot->n = p->n;
        fq_status s = fq_plot_write(plot, a->dir, name);
        if (s == FQ_OK) {
            a->written++;
        } else {
            a->status = s;
            snprintf(a->message, sizeof a->message, "%s", fq_message());
        }
    }
    free(p->v);
    memset(p, 0, sizeof *p);
}
