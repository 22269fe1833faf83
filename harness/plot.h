/* Plots for a report, as PNG and SVG, through gnuplot. The data a plot shows and its script are kept beside it
 * (NAME.tsv, NAME.gp), so every picture can be redone by hand. */
#ifndef FQ_HARNESS_PLOT_H
#define FQ_HARNESS_PLOT_H
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum fq_plot_kind {
    FQ_PLOT_BARS,    /* one bar a point, label under it, interval as whisker, optional line at y = 1 (baseline) */
    FQ_PLOT_LINES,   /* x against y, one line a series, intervals as whiskers, axes log or linear */
    FQ_PLOT_SCATTER, /* labelled points (label beside the point, no overlap), x against y */
    FQ_PLOT_HEAT,    /* a cell a point: column = series, row = label, colour and number = y (log_y: colours too) */
    FQ_PLOT_STACK    /* bars whose points of one label stand on one another, in the order of the series; y >= 0 */
} fq_plot_kind;

typedef struct fq_plot_point {
    const char *series;      /* legend entry; points of one series are consecutive */
    const char *label;       /* category (bars) or point label (scatter); NULL for lines */
    double x, y, y_lo, y_hi; /* y_lo/y_hi NAN: no whisker */
} fq_plot_point;

typedef struct fq_plot {
    fq_plot_kind kind;
    const char *title, *subtitle;  /* subtitle: conditions (model, threads, CPU); may be NULL */
    const char *x_label, *y_label; /* with unit */
    int log_x, log_y;
    double reference_y;        /* horizontal line (NAN: none) */
    const char *reference;     /* its legend text */
    const char *dashed_prefix; /* series starting with this are drawn dashed (roofline floors); NULL: none */
    const fq_plot_point *points;
    int n;
} fq_plot;

/* Write DIR/NAME.{tsv,gp,png,svg}. Errors: FQ_ERR_OUTPUT (cannot write), FQ_ERR_FAILED (gnuplot missing or failing; its
 * message is passed on), FQ_ERR_USAGE (no point to draw). */
fq_status fq_plot_write(const fq_plot *p, const char *dir, const char *name) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
