/* The geometry of a plot: text widths, axis ranges and tics, and places for labels beside crowded points.
 * Everything is worked out here, before gnuplot runs, so that nothing overlaps and pictures are reproducible. */
#include "harness/plot_picture.h"
#include <math.h>
#include <string.h>

double fq_text_width(const char *text, double size) {
    /* Hundredths of the size, from space to tilde. */
    static const unsigned char advance[95] = {
        32, 40, 46, 84, 64, 95, 78, 27, 39,  39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79,
        60, 79, 69, 63, 61, 73, 68, 99, 69,  61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63,
        63, 28, 28, 58, 28, 97, 63, 61, 63,  63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84};
    double width = 0;
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c >= ' ' && c <= '~')
            width += advance[c - ' '];
        else if ((c & 0xc0) != 0x80)
            width += c < 0xe3 ? 70 : 100; /* from U+3000 on: full width */
    }
    return width * size / 100;
}

static double to_axis(const fq_axis *a, double v) {
    return a->log ? log10(v) : v;
}

static double from_axis(const fq_axis *a, double u) {
    return a->log ? pow(10, u) : u;
}

double fq_axis_fraction(const fq_axis *a, double v) {
    const double lo = to_axis(a, a->lo), hi = to_axis(a, a->hi);
    return (to_axis(a, v) - lo) / (hi - lo);
}

void fq_axis_pad(fq_axis *a, double below, double above) {
    double lo = to_axis(a, a->lo), hi = to_axis(a, a->hi);
    const double least = a->log ? 0.02 : 1e-6 * fmax(fabs(lo), fabs(hi));
    if (hi - lo <= least) {
        const double half = a->log ? 0.3 : lo == 0 ? 1 : 0.1 * fmax(fabs(lo), fabs(hi));
        lo -= half;
        hi += half;
    }
    a->lo = from_axis(a, lo - below * (hi - lo));
    a->hi = from_axis(a, hi + above * (hi - lo));
}

enum { TICS = 64, TIC_TEXT = 32 };

typedef struct tic_list {
    int n;
    double value[TICS], at[TICS], half[TICS]; /* at, half: centre and half the extent along the axis, with a gap */
    double widest;
    FILE *f;
    int written;
} tic_list;

/* Adds a labelled tic unless its label would touch another one. */
static void tic_add(tic_list *t, const fq_axis *a, double v, int decimals, double length, int along, double size) {
    char text[TIC_TEXT];
    const double fraction = fq_axis_fraction(a, v);
    if (t->n == TICS || fraction < -1e-9 || fraction > 1 + 1e-9) return;
    if (decimals >= 0 && fabs(v) < 1e7)
        snprintf(text, sizeof text, "%.*f", decimals, v + 0.0);
    else
        snprintf(text, sizeof text, fabs(v) < 1e7 ? "%.7g" : "%.4g", v + 0.0);
    const double width = fq_text_width(text, size), at = fraction * length, half = along ? 0.5 * width + 7 : 1.1 * size;
    for (int i = 0; i < t->n; i++)
        if (fabs(t->at[i] - at) < t->half[i] + half) return;
    t->value[t->n] = v;
    t->at[t->n] = at;
    t->half[t->n++] = half;
    t->widest = fmax(t->widest, width);
    if (t->f) fprintf(t->f, "%s'%s' %.12g", t->written++ ? ", " : "", text, v);
}

static void tics_linear(tic_list *t, const fq_axis *a, double length, int along, double size) {
    const double target = length / (along ? 110 : 60), rough = (a->hi - a->lo) / fmax(target, 2);
    const double power = pow(10, floor(log10(rough))), times = rough / power;
    const double step = power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    const int decimals = (int)fmax(0, -floor(log10(step * 1.0001)));
    const double first = ceil(a->lo / step - 1e-9);
    for (int i = 0; i < TICS && (first + i) * step <= a->hi + 1e-9 * step; i++)
        tic_add(t, a, (first + i) * step, decimals > 9 ? -1 : decimals, length, along, size);
}

/* Round numbers in order of preference, each kept if there is room, so a short axis gets 4, 5, 6, 8 and a long one
 * decades only. */
static void tics_log(tic_list *t, const fq_axis *a, double length, int along, double size) {
    static const double mantissa[] = {1, 5, 2, 3, 8, 4, 6, 7, 9};
    const int from = (int)floor(log10(a->lo)), to = (int)ceil(log10(a->hi));
    const int decade = to - from > 24 ? (to - from) / 12 : 1, rounds = to - from > 4 ? 1 : to - from > 2 ? 3 : 9;
    for (int m = 0; m < rounds; m++)
        for (int e = from; e <= to; e += decade)
            tic_add(t, a, mantissa[m] * pow(10, e), -1, length, along, size);
    const int labelled = t->n;
    for (int e = from; e <= to && decade == 1 && t->f && labelled >= 2; e++)
        for (int m = 1; m <= 9; m++) {
            const double v = m * pow(10, e);
            int taken = v < a->lo || v > a->hi;
            for (int i = 0; i < labelled; i++)
                taken |= fabs(t->value[i] / v - 1) < 1e-9;
            if (!taken) fprintf(t->f, "%s'' %.12g 1", t->written++ ? ", " : "", v);
        }
    if (labelled < 2) tics_linear(t, a, length, along, size);
}

double fq_axis_tics(FILE *f, const fq_axis *a, const double *given, int n_given, double length, int along,
                    double size) {
    tic_list t = {.f = f};
    if (f) fputs("(", f);
    for (int i = 0; i < n_given; i++)
        tic_add(&t, a, given[i], -1, length, along, size);
    if (n_given == 0 && a->log) tics_log(&t, a, length, along, size);
    if (n_given == 0 && !a->log) tics_linear(&t, a, length, along, size);
    if (f) fputs(")", f);
    return t.widest;
}

/* ---- places for labels ---- */

typedef struct segment {
    double x0, y0, x1, y1;
} segment;

static int texts_meet(const fq_label_box *a, const fq_label_box *b) {
    const double gap_x = 6, gap_y = 1;
    return a->left < b->left + b->w + gap_x && b->left < a->left + a->w + gap_x &&
           a->bottom < b->bottom + b->h + gap_y && b->bottom < a->bottom + a->h + gap_y;
}

static double clamp(double v, double lo, double hi) {
    return v < lo ? lo : v > hi ? hi : v;
}

/* From the point to the nearest place of its text. */
static segment leader_of(const fq_label_box *b) {
    const segment s = {b->x, b->y, clamp(b->x, b->left, b->left + b->w), clamp(b->y, b->bottom, b->bottom + b->h)};
    return s;
}

static int segment_meets_box(const segment *s, double left, double bottom, double w, double h) {
    double t0 = 0, t1 = 1;
    const double d[2] = {s->x1 - s->x0, s->y1 - s->y0}, o[2] = {s->x0, s->y0};
    const double lo[2] = {left, bottom}, hi[2] = {left + w, bottom + h};
    for (int k = 0; k < 2; k++) {
        if (fabs(d[k]) < 1e-12) {
            if (o[k] < lo[k] || o[k] > hi[k]) return 0;
            continue;
        }
        const double a = (lo[k] - o[k]) / d[k], b = (hi[k] - o[k]) / d[k];
        t0 = fmax(t0, fmin(a, b));
        t1 = fmin(t1, fmax(a, b));
    }
    return t0 <= t1;
}

static double side(const segment *s, double x, double y) {
    return (s->x1 - s->x0) * (y - s->y0) - (s->y1 - s->y0) * (x - s->x0);
}

static int segments_cross(const segment *a, const segment *b) {
    return side(a, b->x0, b->y0) * side(a, b->x1, b->y1) < 0 && side(b, a->x0, a->y0) * side(b, a->x1, a->y1) < 0;
}

/* What is wrong with a place for label i, given where the labels marked in `placed` are. Text on text is worst, then a
 * line through text, text on a point, crossing lines; a far place costs a little. */
static double place_cost(const fq_label_box *box, const char *placed, int n, int i, const fq_label_box *trial,
                         double line_y) {
    const segment mine = leader_of(trial);
    const double length = hypot(mine.x1 - mine.x0, mine.y1 - mine.y0);
    double cost = 2 * length;
    if (line_y > trial->bottom - 1 && line_y < trial->bottom + trial->h + 1) cost += 300;
    for (int j = 0; j < n; j++) {
        const fq_label_box *b = &box[j];
        const segment point = {b->x, b->y, b->x, b->y}, whisker = {b->x, b->whisker_lo, b->x, b->whisker_hi};
        const double r = 6; /* of a point, and air */
        cost += 3e3 * segment_meets_box(&point, trial->left - r, trial->bottom - r + 3, trial->w + 2 * r,
                                        trial->h + 2 * r - 6);
        cost += 150 * segment_meets_box(&whisker, trial->left - 2, trial->bottom, trial->w + 4, trial->h);
        if (j == i) continue;
        /* Without a leader line the nearest point is taken for the label's own. */
        const double dx = b->x - clamp(b->x, trial->left, trial->left + trial->w);
        const double dy = b->y - clamp(b->y, trial->bottom, trial->bottom + trial->h);
        if (!trial->displaced && hypot(dx, dy) < length + 4) cost += 100;
        if (trial->displaced) cost += 400 * segment_meets_box(&mine, b->x - r, b->y - r, 2 * r, 2 * r);
        if (b->w <= 0 || !placed[j]) continue;
        if (texts_meet(b, trial)) cost += 1e4;
        if (trial->displaced) cost += 4e3 * segment_meets_box(&mine, b->left, b->bottom, b->w, b->h);
        if (!b->displaced) continue;
        const segment other = leader_of(b);
        cost += 4e3 * segment_meets_box(&other, trial->left, trial->bottom, trial->w, trial->h);
        if (trial->displaced) cost += 1e3 * segments_cross(&mine, &other);
    }
    return cost;
}

static void place_best(fq_label_box *box, char *placed, int n, int i, double width, double height, double line_y) {
    static const double ring[] = {8, 22, 36, 52, 70, 92, 120, 155, 200, 260};
    double best = HUGE_VAL;
    fq_label_box winner = box[i];
    for (size_t k = 0; k < sizeof ring / sizeof ring[0]; k++) {
        const int directions = k == 0 ? 8 : 24;
        for (int d = 0; d < directions; d++) {
            const double angle = 6.283185307179586 * d / directions, dx = cos(angle), dy = sin(angle);
            fq_label_box trial = box[i];
            trial.left = trial.x + dx * ring[k] + (clamp(1.5 * dx, -1, 1) - 1) * trial.w / 2;
            trial.bottom = trial.y + dy * ring[k] + (clamp(1.5 * dy, -1, 1) - 1) * trial.h / 2;
            trial.displaced = k > 0;
            if (trial.left < 4 || trial.left + trial.w > width - 4) continue;
            if (trial.bottom < 4 || trial.bottom + trial.h > height - 4) continue;
            const double cost = place_cost(box, placed, n, i, &trial, line_y) + 3 * (1 - dx) + (dy < 0);
            if (cost < best) {
                best = cost;
                winner = trial;
            }
        }
    }
    if (best == HUGE_VAL) { /* wider than the area: keep it inside as far as it goes */
        winner.left = clamp(winner.x + 8, 0, fmax(0, width - winner.w));
        winner.bottom = clamp(winner.y - winner.h / 2, 0, fmax(0, height - winner.h));
        winner.displaced = 0;
    }
    box[i] = winner;
    placed[i] = 1;
}

void fq_labels_place(fq_label_box *box, int n, double width, double height, double line_y) {
    enum { MOST = 512, SWEEPS = 8 }; /* more labels than that cover any picture, with or without overlaps */
    char placed[MOST] = {0};
    for (int i = 0; i < n; i++) {
        box[i].left = box[i].x + 8;
        box[i].bottom = box[i].y - box[i].h / 2;
        box[i].displaced = 0;
    }
    if (n > MOST) n = MOST;
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int i = 0; i < n; i++)
            if (box[i].w > 0) place_best(box, placed, n, i, width, height, line_y);
}
