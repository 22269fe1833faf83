/* Gathers the points of one picture and draws it: what plots.c and plots_accuracy.c share. Private to plots*.c. */
#ifndef FQ_SCENARIOS_ARTIST_H
#define FQ_SCENARIOS_ARTIST_H
#include "harness/plot.h"
#include "harness/record.h"
#include "scenarios/imported.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { FQ_ARTIST_WORD = 128 };

typedef struct fq_points {
    fq_plot_point *v;
    int n, cap;
} fq_points;

typedef struct fq_artist {
    char dir[4096];
    fq_arena arena;        /* texts of the points */
    fq_imported *imported; /* times measured elsewhere, in the arena */
    int n_imported;
    int written;
    fq_status status; /* of the last picture that failed */
    char message[512];
} fq_artist;

/* A point; those without a finite y are left out. Texts are copied. */
void fq_artist_add(fq_artist *a, fq_points *p, const char *series, const char *label, double x, double y, double lo,
                   double hi);
/* Draw what was gathered into a file named for kind and group, and forget it. Nothing gathered: no picture. A picture
 * that fails does not stop the others. */
void fq_artist_draw(fq_artist *a, fq_plot *plot, fq_points *p, const char *kind, const char *group);

/* The pictures of accuracy, error and layer rows. */
void fq_plots_accuracy(fq_artist *a, const fq_rows *rows);
/* Waiting times and goodput over offered load. */
void fq_plots_serve(fq_artist *a, const fq_rows *rows);

#ifdef __cplusplus
}
#endif
#endif
