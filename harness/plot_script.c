/* Writes the gnuplot script of a plot. Every text, tic and legend entry is placed here rather than by gnuplot, so that
 * PNG and SVG agree and nothing is clipped; gnuplot draws the data from the .tsv beside the script. */
#include "harness/plot_page.h"
#include "harness/status.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = FQ_PAGE_WIDTH,
    HEIGHT = FQ_PAGE_HEIGHT,
    TEXT = FQ_PAGE_TEXT,
    SMALL = FQ_PAGE_SMALL,
    TITLE = FQ_PAGE_TITLE,
    TEXT_BYTES = FQ_PAGE_BYTES
};
#define INK FQ_PAGE_INK
#define FAINT FQ_PAGE_FAINT

/* Okabe and Ito's palette with a brown for its yellow, which vanishes on white, and four more for the rare picture with
 * that many series. */
static const char *const palette[] = {"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9",
                                      "#000000", "#8c6d1f", "#882255", "#7fbf3f", "#332288", "#b0a090"};
static const int point_type[] = {7, 5, 9, 13, 11, 4, 6, 8};
static const char *const greys[] = {"#555555", "#777777", "#222222", "#999999"};
static const char *const dashes[] = {"(8,5)", "(3,4)", "(12,4,2,4)", "(5,3)"};

/* gnuplot warns about a plot without any point. */
static int has_whiskers(const fq_picture *pic, int s) {
    for (int i = pic->series[s].first; i < pic->series[s].first + pic->series[s].n; i++)
        if (pic->mark[i].drawn && isfinite(pic->mark[i].point->y_lo) && isfinite(pic->mark[i].point->y_hi)) return 1;
    return 0;
}

static int has_points(const fq_picture *pic, int s) {
    for (int i = pic->series[s].first; i < pic->series[s].first + pic->series[s].n; i++)
        if (pic->mark[i].drawn) return 1;
    return 0;
}

static const char *colour_of(const fq_picture *pic, int s) {
    int solid = 0, dashed = 0;
    for (int i = 0; i < s; i++) {
        solid += !pic->series[i].dashed;
        dashed += pic->series[i].dashed;
    }
    return pic->series[s].dashed ? greys[dashed % 4] : palette[solid % (int)(sizeof palette / sizeof palette[0])];
}

/* Colours come again after 12 series, then with other marks. */
static int point_of(int s) {
    return point_type[(s + 3 * (s / 8)) % 8];
}

static const char *dash_of(const fq_picture *pic, int s) {
    int dashed = 0;
    for (int i = 0; i < s; i++)
        dashed += pic->series[i].dashed;
    return pic->series[s].dashed ? dashes[dashed % 4] : "solid";
}

/* Text in gnuplot's single quotes, where nothing is escaped or substituted; an apostrophe is joined on in double ones
 * (gnuplot 5.4 does not read '' at the start of a text). A tic's text is a format besides: its percent signs are
 * doubled. */
void fq_page_quoted(FILE *f, const char *text, int is_format) {
    fputc('\'', f);
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'.\"'\".'", f);
        else
            fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
        if (is_format && *text == '%') fputc('%', f);
    }
    fputc('\'', f);
}

static void put_text(FILE *f, const char *text) {
    fq_page_quoted(f, text, 0);
}

/* align: left, center or right. x, y pixels from the top left. */
void fq_page_label(const fq_page *g, const char *text, double x, double y, const char *align, int size,
                   const char *colour, const char *more) {
    fputs("set label ", g->f);
    put_text(g->f, text);
    fprintf(g->f, " at screen %.5f, screen %.5f %s noenhanced font ',%d' tc rgb '%s' front%s\n", x / WIDTH,
            1 - y / g->height, align, size, colour, more);
}

static void put_stroke(const fq_page *g, double x0, double y0, double x1, double y1, const char *style) {
    fprintf(g->f, "set arrow from screen %.5f, screen %.5f to screen %.5f, screen %.5f nohead %s\n", x0 / WIDTH,
            1 - y0 / g->height, x1 / WIDTH, 1 - y1 / g->height, style);
}

/* The text, or as much of it as fits with an ellipsis. */
const char *fq_page_shorten(char out[TEXT_BYTES], const char *text, double size, double width) {
    snprintf(out, TEXT_BYTES, "%s", text);
    size_t n = strlen(out);
    while (n > 0 && fq_text_width(out, size) > width) {
        while (n > 0 && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
            n--;
        if (n > 0) n--;
        if (n > TEXT_BYTES - 4) continue;
        snprintf(out + n, TEXT_BYTES - n, "%s", "\xe2\x80\xa6");
    }
    return out;
}

/* Text broken into lines at blanks; returns the y below the last line. With g->f NULL it only measures. */
static double put_paragraph(const fq_page *g, const char *text, double y, int size, const char *colour) {
    char line[TEXT_BYTES], candidate[TEXT_BYTES];
    const double width = WIDTH - 60;
    while (text && *text) {
        size_t taken = 0;
        for (size_t n = 1; text[n - 1] && n < sizeof line; n++) {
            if (text[n] && text[n] != ' ') continue;
            snprintf(candidate, n + 1, "%s", text);
            if (taken && fq_text_width(candidate, size) > width) break;
            taken = n;
        }
        if (!taken) taken = strnlen(text, sizeof line - 1);
        snprintf(candidate, taken + 1, "%s", text);
        if (g->f)
            fq_page_label(g, fq_page_shorten(line, candidate, size, width), 30, y + 0.65 * size, "left", size, colour,
                          "");
        y += 1.35 * size;
        text += taken;
        text += strspn(text, " ");
    }
    return y;
}

/* ---- legend ---- */

static void legend_sample(const fq_page *g, int s, double x, double y) {
    const fq_picture *pic = g->pic;
    char style[160];
    if (s == pic->n_series) {
        put_stroke(g, x, y, x + 34, y, "lw 2 dt (9,5) lc rgb '#aa3377'");
    } else if (fq_plot_is_bars(pic->plot)) {
        fprintf(g->f, "set object rect from screen %.5f, screen %.5f to screen %.5f, screen %.5f fs solid noborder",
                (x + 8) / WIDTH, 1 - (y + 8) / g->height, (x + 30) / WIDTH, 1 - (y - 8) / g->height);
        fprintf(g->f, " fc rgb '%s'\n", colour_of(pic, s));
    } else {
        if (pic->plot->kind == FQ_PLOT_LINES) {
            snprintf(style, sizeof style, "lw 2.5 dt %s lc rgb '%s'", dash_of(pic, s), colour_of(pic, s));
            put_stroke(g, x, y, x + 34, y, style);
        }
        if (!pic->series[s].dashed) {
            snprintf(style, sizeof style, " point pt %d ps 1.2 lc rgb '%s'", point_of(s), colour_of(pic, s));
            fq_page_label(g, "", x + 17, y, "left", TEXT, INK, style);
        }
    }
}

/* Entries flow from left to right above the plot, in as many rows as needed, so they never cover data. Entry
 * n_series is the reference line. Returns the y below. */
static double put_legend(const fq_page *g, double y) {
    const fq_picture *pic = g->pic;
    const fq_plot *p = pic->plot;
    const int names = p->kind != FQ_PLOT_HEAT && (pic->n_series > 1 || (!fq_plot_is_bars(p) && pic->series[0].name[0]));
    const int reference = p->kind != FQ_PLOT_HEAT && !isnan(p->reference_y) && p->reference && *p->reference;
    double x = 30;
    int any = 0;
    for (int s = 0; s <= pic->n_series; s++) {
        if (s < pic->n_series ? !names || !pic->series[s].name[0] : !reference) continue;
        char text[TEXT_BYTES];
        fq_page_shorten(text, s < pic->n_series ? pic->series[s].name : p->reference, TEXT, WIDTH - 120);
        const double w = 42 + fq_text_width(text, TEXT);
        if (any && x + w > WIDTH - 30) {
            x = 30;
            y += 1.5 * TEXT;
        }
        if (g->f) {
            legend_sample(g, s, x, y + 0.7 * TEXT);
            fq_page_label(g, text, x + 42, y + 0.7 * TEXT, "left", TEXT, INK, "");
        }
        x += w + 30;
        any = 1;
    }
    return any ? y + 1.5 * TEXT : y;
}

/* ---- ranges ---- */

static void include(fq_axis *a, double v) {
    if (!isfinite(v) || (a->log && v <= 0)) return;
    a->lo = fmin(a->lo, v);
    a->hi = fmax(a->hi, v);
}

static void data_ranges(fq_page *g) {
    const fq_plot *p = g->pic->plot;
    const fq_axis empty = {HUGE_VAL, -HUGE_VAL, 0};
    g->x = g->y = empty;
    g->x.log = p->log_x && !fq_plot_has_categories(p);
    g->y.log = p->log_y;
    for (int i = 0; i < p->n; i++) {
        const fq_mark *m = &g->pic->mark[i];
        if (!m->drawn) continue;
        include(&g->x, fq_plot_has_categories(p) ? m->centre : m->point->x);
        include(&g->y, m->point->y);
        if (p->kind == FQ_PLOT_HEAT) continue;
        if (p->kind == FQ_PLOT_STACK) include(&g->y, m->top);
        include(&g->y, m->point->y_lo);
        include(&g->y, m->point->y_hi);
    }
    if (p->kind != FQ_PLOT_HEAT) include(&g->y, p->reference_y);
}

static int has_labels(const fq_picture *pic) {
    for (int i = 0; i < pic->plot->n; i++)
        if (pic->mark[i].point->label && *pic->mark[i].point->label) return 1;
    return 0;
}

static void pad_ranges(fq_page *g) {
    const fq_plot *p = g->pic->plot;
    if (p->kind == FQ_PLOT_SCATTER) {
        const int labels = has_labels(g->pic);
        fq_axis_pad(&g->x, labels ? 0.12 : 0.05, labels ? 0.12 : 0.05);
        fq_axis_pad(&g->y, labels ? 0.10 : 0.05, labels ? 0.10 : 0.05);
        return;
    }
    fq_axis_pad(&g->x, 0.03, 0.03);
    /* Times near zero are read against zero; times far from it would lose their differences. */
    const int from_zero = !g->y.log && g->y.lo >= 0 && g->y.lo < 0.5 * g->y.hi;
    if (from_zero) g->y.lo = 0;
    fq_axis_pad(&g->y, from_zero ? 0 : 0.06, 0.06);
}

/* ---- axes ---- */

/* Edges of the plot area around the texts outside it. y_room: width of the widest label on the y axis. */
void fq_page_edges(fq_page *g, double y_room, const char *x_title, const char *y_title) {
    fq_page measure = *g;
    measure.f = NULL;
    double y = put_paragraph(&measure, g->pic->plot->title, 18, TITLE, INK);
    y = put_paragraph(&measure, g->pic->plot->subtitle, y + 2, SMALL, FAINT);
    g->top = put_legend(&measure, y + 8) + 16;
    g->left = 20 + (y_title && *y_title ? 1.6 * TEXT : 0) + y_room + 14;
    g->right = WIDTH - 36;
    g->bottom = g->height - 20 - 1.6 * TEXT - (x_title && *x_title ? 1.6 * TEXT : 0);
}

void fq_page_frame(const fq_page *g, const char *x_title, const char *y_title) {
    double y = put_paragraph(g, g->pic->plot->title, 18, TITLE, INK);
    y = put_paragraph(g, g->pic->plot->subtitle, y + 2, SMALL, FAINT);
    put_legend(g, y + 8);
    fprintf(g->f, "set lmargin at screen %.5f\nset rmargin at screen %.5f\n", g->left / WIDTH, g->right / WIDTH);
    fprintf(g->f, "set tmargin at screen %.5f\nset bmargin at screen %.5f\n", 1 - g->top / g->height,
            1 - g->bottom / g->height);
    char text[TEXT_BYTES];
    if (x_title && *x_title)
        fq_page_label(g, fq_page_shorten(text, x_title, TEXT, g->right - g->left), (g->left + g->right) / 2,
                      g->height - 12 - 0.5 * TEXT, "center", TEXT, INK, "");
    if (y_title && *y_title)
        fq_page_label(g, fq_page_shorten(text, y_title, TEXT, g->bottom - g->top), 12 + 0.6 * TEXT,
                      (g->top + g->bottom) / 2, "center", TEXT, INK, " rotate by 90");
}

static void put_axis(const fq_page *g, char axis, const fq_axis *a, const double *given, int n_given) {
    const double length = axis == 'x' ? g->right - g->left : g->bottom - g->top;
    fprintf(g->f, "set %crange [%.12g:%.12g]\n%sset logscale %c\n", axis, a->lo, a->hi, a->log ? "" : "un", axis);
    fprintf(g->f, "set %ctics nomirror scale 0.6,0.3 tc rgb '%s' ", axis, INK);
    fq_axis_tics(g->f, a, given, n_given, length, axis == 'x', TEXT);
    fprintf(g->f, "\nset grid %ctics m%ctics\n", axis, axis);
}

/* The line at reference_y, across the other axis. */
static void put_reference(const fq_page *g, int vertical) {
    const fq_plot *p = g->pic->plot;
    if (isnan(p->reference_y) || (p->log_y && p->reference_y <= 0)) return;
    fprintf(g->f,
            vertical ? "set arrow from first %.9g, graph 0 to first %.9g, graph 1"
                     : "set arrow from graph 0, first %.9g to graph 1, first %.9g",
            p->reference_y, p->reference_y);
    fputs(" nohead lw 2 dt (9,5) lc rgb '#aa3377' front\n", g->f);
}

/* ---- bars ---- */

/* Enough digits to tell the values apart, the same number for all but those far smaller than the largest. */
static void value_text(const fq_page *g, double v, char out[TEXT_BYTES]) {
    const double most = fmax(fabs(g->y.lo), fabs(g->y.hi)), size = fabs(v);
    const int decimals = most >= 100 ? 0 : most >= 10 ? 1 : most >= 0.1 ? 2 : -1;
    if (g->y.log || decimals < 0)
        snprintf(out, TEXT_BYTES, size >= 1000 && size < 1e6 ? "%.0f" : "%.3g", v + 0.0);
    else if (size < most / 30 && size < 100)
        snprintf(out, TEXT_BYTES, "%.*f", size >= 10 ? 1 : size >= 0.095 ? 2 : size > 0 ? 3 : 0, v + 0.0);
    else
        snprintf(out, TEXT_BYTES, "%.*f", decimals, v + 0.0);
}

static double bar_width(const fq_picture *pic) {
    return pic->n_series > 1 && pic->plot->kind != FQ_PLOT_STACK ? 0.82 / pic->n_series : 0.68;
}

static void choose_direction(fq_page *g, double *label_room, double *value_room) {
    const fq_picture *pic = g->pic;
    char text[TEXT_BYTES];
    const double slot = (WIDTH - 140.0) / pic->n_categories;
    *label_room = *value_room = 0;
    for (int c = 0; c < pic->n_categories; c++)
        *label_room = fmax(*label_room, fq_text_width(pic->category[c], TEXT));
    for (int i = 0; i < pic->plot->n; i++) {
        if (!pic->mark[i].drawn) continue;
        value_text(g, pic->plot->kind == FQ_PLOT_STACK ? pic->mark[i].top : pic->mark[i].point->y, text);
        *value_room = fmax(*value_room, fq_text_width(text, SMALL));
    }
    g->sideways = *label_room > slot - 14 || *value_room > slot * bar_width(pic) + 4;
    *label_room = fmin(*label_room, WIDTH * 0.4);
    const double rows = (double)pic->n_categories * (pic->plot->kind == FQ_PLOT_STACK ? 2 : pic->n_series);
    if (g->sideways) g->height = fmax(HEIGHT, 230 + 21 * rows);
}

static void put_categories(const fq_page *g, double room) {
    const fq_picture *pic = g->pic;
    const char axis = g->sideways ? 'y' : 'x';
    char text[TEXT_BYTES];
    if (g->sideways)
        fprintf(g->f, "set yrange [%.9g:-0.5]\n", pic->n_categories - 0.5); /* first one on top */
    else
        fprintf(g->f, "set xrange [-0.5:%.9g]\n", pic->n_categories - 0.5);
    fprintf(g->f, "set grid no%ctics\nset %ctics nomirror scale 0 tc rgb '%s' (", axis, axis, INK);
    for (int c = 0; c < pic->n_categories; c++) {
        fputs(c ? ", " : "", g->f);
        fq_page_quoted(g->f, fq_page_shorten(text, pic->category[c], TEXT, g->sideways ? room : 1e9), 1);
        fprintf(g->f, " %d", c);
    }
    fputs(")\n", g->f);
}

/* The sum beyond the last piece of a bar, and in each piece that is wide enough its own value. */
static void put_stacked_values(const fq_page *g) {
    const fq_picture *pic = g->pic;
    for (int i = 0; i < pic->plot->n; i++) {
        const fq_mark *m = &pic->mark[i];
        char text[TEXT_BYTES];
        int last = 1;
        for (int j = i + 1; j < pic->plot->n; j++)
            last &= !pic->mark[j].drawn || pic->mark[j].centre != m->centre;
        if (!m->drawn) continue;
        for (int sum = 0; sum <= last; sum++) {
            const double at = sum ? m->top : 0.5 * (m->base + m->top);
            if (!sum && m->point->y < 0.05 * g->y.hi) continue;
            value_text(g, sum ? m->top : m->point->y, text);
            fputs("set label ", g->f);
            put_text(g->f, text);
            if (g->sideways)
                fprintf(g->f, " at first %.9g, first %.9g %s offset graph %.5f, 0", at, m->centre,
                        sum ? "left" : "center", sum ? 9 / (g->right - g->left) : 0.0);
            else
                fprintf(g->f, " at first %.9g, first %.9g center offset 0, graph %.5f", m->centre, at,
                        sum ? 13 / (g->bottom - g->top) : 0.0);
            fprintf(g->f, " noenhanced font ',%d' tc rgb '%s' %s front\n", SMALL, INK, sum ? "boxed" : "");
        }
    }
}

/* Each value just beyond its bar and whisker, on white so that grid and reference line do not strike it through. */
static void put_values(const fq_page *g) {
    for (int i = 0; i < g->pic->plot->n; i++) {
        const fq_mark *m = &g->pic->mark[i];
        if (!m->drawn) continue;
        const fq_plot_point *q = m->point;
        const int below = !g->y.log && q->y < 0, whisker = isfinite(q->y_lo) && isfinite(q->y_hi);
        const double end = !whisker ? q->y : below ? fmin(q->y, q->y_lo) : fmax(q->y, q->y_hi);
        char text[TEXT_BYTES];
        value_text(g, q->y, text);
        fputs("set label ", g->f);
        put_text(g->f, text);
        if (g->sideways)
            fprintf(g->f, " at first %.9g, first %.9g %s offset graph %.5f, 0", end, m->centre,
                    below ? "right" : "left", (below ? -9 : 9) / (g->right - g->left));
        else
            fprintf(g->f, " at first %.9g, first %.9g center offset 0, graph %.5f", m->centre, end,
                    (below ? -13 : 13) / (g->bottom - g->top));
        fprintf(g->f, " noenhanced font ',%d' tc rgb '%s' boxed front\n", SMALL, INK);
    }
}

static void plot_bars(fq_page *g) {
    const fq_plot *p = g->pic->plot;
    double label_room, value_room;
    if (!g->y.log) {
        include(&g->y, 0);
        if (g->y.lo == g->y.hi) g->y.hi = 1;
    } else {
        fq_axis_pad(&g->y, 0.1, 0);
    }
    choose_direction(g, &label_room, &value_room);
    const char *x_title = g->sideways ? p->y_label : p->x_label, *y_title = g->sideways ? p->x_label : p->y_label;
    const double tic_room = fq_axis_tics(NULL, &g->y, NULL, 0, 500, 0, TEXT);
    fq_page_edges(g, g->sideways ? label_room : tic_room, x_title, y_title);
    const double length = g->sideways ? g->right - g->left : g->bottom - g->top;
    const double room = (g->sideways ? value_room + 22 : 34) / length;
    const int negative = !g->y.log && g->y.lo < 0;
    fq_axis_pad(&g->y, negative ? room / (1 - 2 * room) : 0, room / (1 - (1 + negative) * room));
    fq_page_frame(g, x_title, y_title);
    put_categories(g, label_room);
    put_axis(g, g->sideways ? 'x' : 'y', &g->y, NULL, 0);
    put_reference(g, g->sideways);
    if (p->kind == FQ_PLOT_STACK)
        put_stacked_values(g);
    else
        put_values(g);
    const double base = g->y.log ? g->y.lo : 0;
    if (negative)
        fprintf(g->f,
                g->sideways ? "set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 1 lc rgb '%s'\n"
                            : "set arrow from graph 0, first 0 to graph 1, first 0 nohead lw 1 lc rgb '%s'\n",
                FAINT);
    fprintf(g->f, "base = %.9g\nhalf = %.9g\n", base,
            bar_width(g->pic) * 0.5 * (g->pic->n_series > 1 && p->kind != FQ_PLOT_STACK ? 0.92 : 1));
}

static void draw_bars(const fq_page *g, const char *data, int s) {
    const fq_series *series = &g->pic->series[s];
    const char *colour = colour_of(g->pic, s);
    const int last = series->first + series->n - 1;
    fprintf(g->f, "  %s every ::%d::%d using ", data, series->first, last);
    if (g->pic->plot->kind == FQ_PLOT_STACK)
        fputs(g->sideways ? "4:5:3:4:($5-half):($5+half)" : "5:4:($5-half):($5+half):3:4", g->f);
    else
        fputs(g->sideways ? "2:5:(base):2:($5-half):($5+half)" : "5:2:($5-half):($5+half):(base):2", g->f);
    fprintf(g->f, " with boxxyerror fs solid 1 noborder lc rgb '%s'", colour);
    if (!has_whiskers(g->pic, s)) return;
    /* Not error bars: gnuplot clears a spot in their middle, on the end of the bar. */
    fprintf(g->f, ", \\\n  %s every ::%d::%d using %s with vectors nohead lw 1.8 lc rgb '%s'", data, series->first,
            last, g->sideways ? "(lower($3)):5:($4-lower($3)):(0)" : "5:(lower($3)):(0):($4-lower($3))", INK);
}

/* ---- lines and scatter ---- */

static void put_point_labels(const fq_page *g) {
    const fq_picture *pic = g->pic;
    const fq_plot *p = pic->plot;
    const double width = g->right - g->left, height = g->bottom - g->top;
    fq_label_box *box = calloc((size_t)p->n, sizeof *box);
    FQ_ASSERT(box); /* a few hundred bytes */
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        const fq_mark *m = &pic->mark[i];
        if (!m->drawn) continue;
        const fq_plot_point *q = m->point;
        const double lo = isfinite(q->y_lo) && !(g->y.log && q->y_lo <= 0) ? q->y_lo : q->y;
        const double hi = isfinite(q->y_hi) ? q->y_hi : q->y;
        box[n].x = fq_axis_fraction(&g->x, q->x) * width;
        box[n].y = fq_axis_fraction(&g->y, q->y) * height;
        box[n].whisker_lo = fq_axis_fraction(&g->y, lo) * height;
        box[n].whisker_hi = fq_axis_fraction(&g->y, hi) * height;
        box[n].w = q->label ? fq_text_width(q->label, SMALL) : 0;
        box[n++].h = 1.15 * SMALL;
    }
    const double line = p->reference_y; /* NAN stays NAN */
    fq_labels_place(box, n, width, height, line > 0 || !p->log_y ? fq_axis_fraction(&g->y, line) * height : NAN);
    n = 0;
    for (int i = 0; i < p->n; i++) {
        if (!pic->mark[i].drawn) continue;
        const fq_label_box *b = &box[n++];
        if (b->w <= 0) continue;
        fputs("set label ", g->f);
        put_text(g->f, pic->mark[i].point->label);
        fprintf(g->f, " at graph %.5f, graph %.5f left noenhanced font ',%d' tc rgb '%s' front\n", b->left / width,
                (b->bottom + b->h / 2) / height, SMALL, INK);
        if (!b->displaced) continue;
        const double x = fmin(fmax(b->x, b->left - 2), b->left + b->w + 2);
        const double y = fmin(fmax(b->y, b->bottom + 2), b->bottom + b->h - 2);
        fprintf(g->f, "set arrow from graph %.5f, graph %.5f to graph %.5f, graph %.5f nohead lw 1 lc rgb '#888888'\n",
                b->x / width, b->y / height, x / width, y / height);
    }
    free(box);
}

static void plot_points(fq_page *g) {
    const fq_plot *p = g->pic->plot;
    pad_ranges(g);
    const double y_room = fq_axis_tics(NULL, &g->y, NULL, 0, 500, 0, TEXT);
    fq_page_edges(g, y_room, p->x_label, p->y_label);
    fq_page_frame(g, p->x_label, p->y_label);
    put_axis(g, 'x', &g->x, g->pic->x_tic, g->pic->n_x_tics <= 16 ? g->pic->n_x_tics : 0);
    put_axis(g, 'y', &g->y, NULL, 0);
    put_reference(g, 0);
    if (p->kind == FQ_PLOT_SCATTER) put_point_labels(g);
}

static void draw_points(const fq_page *g, const char *data, int s) {
    const fq_series *series = &g->pic->series[s];
    const char *colour = colour_of(g->pic, s);
    const int last = series->first + series->n - 1, lines = g->pic->plot->kind == FQ_PLOT_LINES;
    if (has_whiskers(g->pic, s))
        fprintf(g->f, "  %s every ::%d::%d using 1:2:(lower($3)):4 with yerrorbars pt 0 lw 1.4 lc rgb '%s', \\\n", data,
                series->first, last, colour);
    fprintf(g->f, "  %s every ::%d::%d using 1:($2) with ", data, series->first, last);
    if (lines && series->dashed)
        fprintf(g->f, "lines lw 2 dt %s lc rgb '%s'", dash_of(g->pic, s), colour);
    else
        fprintf(g->f, "%s pt %d ps %s lc rgb '%s'", lines ? "linespoints lw 2.5" : "points", point_of(s),
                lines ? "1.1" : "1.4", colour);
}

static void draw(const fq_page *g, const char *data) {
    const fq_picture *pic = g->pic;
    const char *separator = "plot";
    for (int s = 0; s < pic->n_series; s++) {
        if (!has_points(pic, s)) continue;
        fprintf(g->f, "%s \\\n", separator);
        separator = ",";
        if (fq_plot_is_bars(pic->plot))
            draw_bars(g, data, s);
        else if (pic->plot->kind == FQ_PLOT_HEAT)
            fq_plot_heat_draw(g, data, s);
        else
            draw_points(g, data, s);
    }
    fputc('\n', g->f);
}

void fq_plot_script(FILE *f, const fq_picture *pic, const char *name) {
    fq_page g = {.f = f, .pic = pic, .height = HEIGHT};
    fputs("# Redraw in this directory with: gnuplot FILE.gp\n"
          "reset\n"
          "if (!exists('suffix')) suffix = ''\n"
          "set encoding utf8\n"
          "set datafile separator tab\n"
          "set datafile commentschars ''\n"
          "set style textbox opaque noborder fillcolor rgb '#ffffff' margins 0.3, 0.2\n"
          "set errorbars small\n"
          "set border 3 lc rgb '#888888'\n"
          "set grid back lt 1 lw 1 lc rgb '#dddddd', lt 1 lw 1 lc rgb '#f0f0f0'\n"
          "unset key\n",
          f);
    data_ranges(&g);
    if (fq_plot_is_bars(pic->plot))
        plot_bars(&g);
    else if (pic->plot->kind == FQ_PLOT_HEAT)
        fq_plot_heat(&g);
    else
        plot_points(&g);
    /* A whisker that ends at or below zero on a log axis ends at the axis instead. */
    fprintf(f, "lower(v) = %s\n", g.y.log ? "v > floor_y ? v : floor_y" : "v");
    if (g.y.log) fprintf(f, "floor_y = %.12g\n", g.y.lo);
    fputs("data = ", f);
    char file[TEXT_BYTES];
    snprintf(file, sizeof file, "%s.tsv", name);
    put_text(f, file);
    fprintf(
        f, "\nset terminal pngcairo noenhanced size %d,%.0f font 'sans-serif,%d' fontscale 0.75 background '#ffffff'\n",
        WIDTH, g.height, TEXT);
    snprintf(file, sizeof file, "%s.png", name);
    fputs("set output ", f);
    put_text(f, file);
    fputs(".suffix\n", f);
    draw(&g, "data skip 1");
    fprintf(f, "set terminal svg noenhanced size %d,%.0f font 'sans-serif,%d' background '#ffffff'\n", WIDTH, g.height,
            TEXT);
    snprintf(file, sizeof file, "%s.svg", name);
    fputs("set output ", f);
    put_text(f, file);
    fputs(".suffix\nreplot\nunset output\n", f);
}
