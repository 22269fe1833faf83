/* Heat maps: a column a series, a row a label, a coloured cell with its number in it. Cells without a number stay
 * white. */
#include "harness/plot_page.h"
#include <math.h>

enum { CELL_TEXT = 13, BAR_ROOM = 120 };

/* Viridis (van der Walt and Smith 2015): even in lightness, also for colour-blind readers and in grey. */
static const char palette[] = "0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725'";

static void number(const fq_page *g, double v, char out[FQ_PAGE_BYTES]) {
    const double most = fmax(fabs(g->y.lo), fabs(g->y.hi)), size = g->y.log ? fabs(v) : most;
    const int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : size >= 0.01 ? 3 : -1;
    if (decimals < 0)
        snprintf(out, FQ_PAGE_BYTES, "%.2g", v + 0.0);
    else
        snprintf(out, FQ_PAGE_BYTES, "%.*f", decimals, v + 0.0);
}

/* Names on an axis; the first row is on top. */
static void put_names(const fq_page *g, char axis, double room) {
    const fq_picture *pic = g->pic;
    const int n = axis == 'x' ? pic->n_series : pic->n_categories;
    char text[FQ_PAGE_BYTES];
    if (axis == 'x')
        fprintf(g->f, "set xrange [-0.5:%.9g]\n", n - 0.5);
    else
        fprintf(g->f, "set yrange [%.9g:-0.5]\n", n - 0.5);
    fprintf(g->f, "set %ctics nomirror scale 0 tc rgb '%s' (", axis, FQ_PAGE_INK);
    for (int i = 0; i < n; i++) {
        const char *name = axis == 'x' ? pic->series[i].name : pic->category[i];
        fputs(i ? ", " : "", g->f);
        fq_page_quoted(g->f, fq_page_shorten(text, name, FQ_PAGE_TEXT, room), 1);
        fprintf(g->f, " %d", i);
    }
    fputs(")\n", g->f);
}

static void put_scale(const fq_page *g) {
    const double left = g->right + 24, width = 20;
    fprintf(g->f, "set palette defined (%s)\nset cbrange [%.9g:%.9g]\n%sset logscale cb\n", palette, g->y.lo, g->y.hi,
            g->y.log ? "" : "un");
    fprintf(g->f, "set colorbox user origin screen %.5f, screen %.5f size screen %.5f, screen %.5f noborder\n",
            left / FQ_PAGE_WIDTH, 1 - g->bottom / g->height, width / FQ_PAGE_WIDTH, (g->bottom - g->top) / g->height);
    fprintf(g->f, "set cbtics nomirror scale 0.4,0 tc rgb '%s' ", FQ_PAGE_INK);
    fq_axis_tics(g->f, &g->y, NULL, 0, g->bottom - g->top, 0, FQ_PAGE_TEXT);
    fputc('\n', g->f);
}

static void put_numbers(const fq_page *g, double width) {
    char text[FQ_PAGE_BYTES];
    for (int i = 0; i < g->pic->plot->n; i++) {
        const fq_mark *m = &g->pic->mark[i];
        if (!m->drawn) continue;
        number(g, m->point->y, text);
        if (fq_text_width(text, CELL_TEXT) > width) continue;
        const char *colour = fq_axis_fraction(&g->y, m->point->y) < 0.6 ? "#ffffff" : FQ_PAGE_INK;
        fputs("set label ", g->f);
        fq_page_quoted(g->f, text, 0);
        fprintf(g->f, " at first %d, first %.9g center noenhanced font ',%d' tc rgb '%s' front\n", m->series, m->centre,
                CELL_TEXT, colour);
    }
}

void fq_plot_heat(fq_page *g) {
    const fq_picture *pic = g->pic;
    const fq_plot *p = pic->plot;
    const double row = fmax(24, fmin(46, 400.0 / pic->n_categories));
    double names = 0;
    for (int c = 0; c < pic->n_categories; c++)
        names = fmax(names, fq_text_width(pic->category[c], FQ_PAGE_TEXT));
    names = fmin(names, 0.3 * FQ_PAGE_WIDTH);
    if (g->y.lo == g->y.hi) fq_axis_pad(&g->y, 0.5, 0.5);
    fq_page_edges(g, names, p->x_label, p->y_label);
    const double around = g->top + (g->height - g->bottom);
    g->height = around + row * pic->n_categories;
    fq_page_edges(g, names, p->x_label, p->y_label);
    /* Few columns would make cells that are wider than the eye can compare. */
    g->right = fmin(g->right - BAR_ROOM, g->left + 170.0 * pic->n_series);
    const double column = (g->right - g->left) / pic->n_series;
    fq_page_frame(g, p->x_label, p->y_label);
    put_names(g, 'x', column - 6);
    put_names(g, 'y', names + 1);
    fputs("unset grid\nset border 0\n", g->f);
    put_scale(g);
    put_numbers(g, column - 4);
}

void fq_plot_heat_draw(const fq_page *g, const char *data, int s) {
    const fq_series *series = &g->pic->series[s];
    fprintf(g->f, "  %s every ::%d::%d using (%d):5:(%.9g):(%.9g):($5-0.47):($5+0.47):2", data, series->first,
            series->first + series->n - 1, s, s - 0.49, s + 0.49);
    fputs(" with boxxyerror fs solid 1 noborder lc palette", g->f);
}
