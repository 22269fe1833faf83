/* A plot on its way to the page: what plot.c has worked out about the data and what plot_script.c writes for gnuplot.
 * Internal to plot*.c. Lengths are pixels of the picture, text sizes are pixels too. */
#ifndef FQ_HARNESS_PLOT_PICTURE_H
#define FQ_HARNESS_PLOT_PICTURE_H
#include <stdio.h>
#include "harness/plot.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_axis {
    double lo, hi;
    int log;
} fq_axis;

/* A point as it is drawn, in the order of the data file (grouped by series). */
typedef struct fq_mark {
    const fq_plot_point *point;
    int series;
    int drawn;        /* finite, and positive where the axis is logarithmic */
    double centre;    /* bars, heat: place on the category axis */
    double base, top; /* stacked bars: ends of the piece; else NAN */
} fq_mark;

typedef struct fq_series {
    const char *name;
    int first, n; /* marks */
    int dashed;
} fq_series;

typedef struct fq_picture {
    const fq_plot *plot;
    fq_mark *mark; /* plot->n */
    fq_series *series;
    const char **category; /* bars, heat */
    int n_series, n_categories;
    double *x_tic; /* lines: distinct x, ascending */
    int n_x_tics;
} fq_picture;

/* Points stand in categories (their labels), and x counts for nothing. */
static inline int fq_plot_has_categories(const fq_plot *p) {
    return p->kind == FQ_PLOT_BARS || p->kind == FQ_PLOT_STACK || p->kind == FQ_PLOT_HEAT;
}

static inline int fq_plot_is_bars(const fq_plot *p) {
    return p->kind == FQ_PLOT_BARS || p->kind == FQ_PLOT_STACK;
}

/* A label beside a point: the point and the size of the text go in, the place of the text comes out. Origin at the
 * lower left of the plot area. */
typedef struct fq_label_box {
    double x, y;                   /* the point */
    double whisker_lo, whisker_hi; /* its whisker's ends, = y if none */
    double w, h;                   /* of the text; w = 0: no label, the point is only in the way */
    double left, bottom;           /* result */
    int displaced;                 /* result: far enough to need a leader line */
} fq_label_box;

/* Width of UTF-8 text in a sans-serif face at `size` pixels (advance widths of DejaVu Sans, a wide face). */
double fq_text_width(const char *text, double size);

/* Position of v on an axis as a fraction of its length. */
double fq_axis_fraction(const fq_axis *a, double v);

/* Extend the axis by fractions of its length below and above (in log space if log). A zero span becomes a span. */
void fq_axis_pad(fq_axis *a, double below, double above);

/* Write gnuplot's tic list "('1' 1, '' 2 1, ...)" for the axis: labelled tics at round numbers, or at `given` values
 * when there are any, as many as fit; minor ones between on log axes. `length` pixels; `along` = 1 if labels run along
 * the axis (x). Returns the width of the widest label; f may be NULL to ask for that only. */
double fq_axis_tics(FILE *f, const fq_axis *a, const double *given, int n_given, double length, int along, double size);

/* Place labels in a width x height area without overlaps where possible: greedy over 8 places around each point and
 * rings of farther ones, then sweeps that move each label to its best place given the others. line_y: height of a
 * horizontal line to keep clear of (NAN: none). Deterministic. */
void fq_labels_place(fq_label_box *box, int n, double width, double height, double line_y);

/* The gnuplot script that draws the picture as NAME.png and NAME.svg from NAME.tsv. */
void fq_plot_script(FILE *f, const fq_picture *pic, const char *name);

#ifdef __cplusplus
}
#endif
#endif
