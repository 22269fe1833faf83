/* The page that a gnuplot script describes: sizes, colours, and the texts around the plot area, for the files that
 * write one kind of plot each. Internal to plot*.c. Places are pixels from the top left unless they say otherwise. */
#ifndef FQ_HARNESS_PLOT_PAGE_H
#define FQ_HARNESS_PLOT_PAGE_H
#include <stdio.h>
#include "harness/plot_picture.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
    FQ_PAGE_WIDTH = 1200,
    FQ_PAGE_HEIGHT = 750,
    FQ_PAGE_TEXT = 16,
    FQ_PAGE_SMALL = 15,
    FQ_PAGE_TITLE = 22,
    FQ_PAGE_BYTES = 512
};
#define FQ_PAGE_INK "#222222"
#define FQ_PAGE_FAINT "#555555"

typedef struct fq_page {
    FILE *f; /* the script; NULL while sizes are only measured */
    const fq_picture *pic;
    double height;
    double left, right, top, bottom; /* edges of the plot area */
    fq_axis x, y;                    /* of the points */
    int sideways;                    /* bars lie: categories on the y axis */
} fq_page;

/* Text in gnuplot's quotes, nothing in it substituted; is_format: percent signs doubled, as tics need. */
void fq_page_quoted(FILE *f, const char *text, int is_format);
/* The text, or as much of it as fits into `width` pixels with an ellipsis. Returns out. */
const char *fq_page_shorten(char out[FQ_PAGE_BYTES], const char *text, double size, double width);
/* A label; align: left, center or right; more: gnuplot options that follow. */
void fq_page_label(const fq_page *g, const char *text, double x, double y, const char *align, int size,
                   const char *colour, const char *more);
/* Edges of the plot area inside the texts around it. y_room: width of the widest label on the y axis. */
void fq_page_edges(fq_page *g, double y_room, const char *x_title, const char *y_title);
/* Title, subtitle, legend, axis titles and the margins. */
void fq_page_frame(const fq_page *g, const char *x_title, const char *y_title);

/* Heat map: page, axes, colours and numbers, then the plot elements of series s. */
void fq_plot_heat(fq_page *g);
void fq_plot_heat_draw(const fq_page *g, const char *data, int s);

#ifdef __cplusplus
}
#endif
#endif
