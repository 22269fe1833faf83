/* Pictures of serving: what requests wait and how many are served in time, against the requests a second offered, a
 * line a variant; and what is served when all come at once. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/artist.h"

enum { WORD = FQ_ARTIST_WORD };

static int same_picture(const fq_serve_row *a, const fq_serve_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->trace, b->trace) &&
           fq_same_text(a->scenario, b->scenario) && a->slots == b->slots && a->chunk == b->chunk &&
           a->n_threads == b->n_threads;
}

static double ttft(const fq_serve_row *r) {
    return r->ttft_p90_ms;
}
static double tpot(const fq_serve_row *r) {
    return r->tpot_p90_ms;
}
static double goodput(const fq_serve_row *r) {
    return r->goodput_rps;
}

static void words(const fq_serve_row *one, char subtitle[4 * WORD], char group[2 * WORD]) {
    snprintf(subtitle, 4 * WORD, "%s, %s requests, %.0f slot%s, %.0f thread%s, %s", fq_or_empty(one->model),
             fq_or_empty(one->trace), one->slots, one->slots > 1 ? "s" : "", one->n_threads,
             one->n_threads > 1 ? "s" : "", fq_or_empty(one->cpu_info));
    snprintf(group, 2 * WORD, "%s %s s%.0f t%.0f", fq_or_empty(one->model), fq_or_empty(one->trace), one->slots,
             one->n_threads);
}

/* Three digits: the axis is labelled with them. */
static double short_rate(double rate) {
    const double unit = pow(10, floor(log10(rate)) - 2);
    return round(rate / unit) * unit;
}

/* Rows of one variant, by rising offered rate. */
static void add_line(fq_artist *a, fq_points *p, const fq_serve_row *r, int n, const fq_serve_row *one, int head,
                     double (*of)(const fq_serve_row *)) {
    for (double above = 0; above < INFINITY;) {
        const fq_serve_row *next = NULL;
        for (int j = 0; j < n; j++)
            if (same_picture(&r[j], one) && fq_same_text(r[j].variant, r[head].variant) && r[j].rate_rps > above &&
                (next == NULL || r[j].rate_rps < next->rate_rps))
                next = &r[j];
        if (next == NULL) return;
        above = next->rate_rps;
        fq_artist_add(a, p, fq_or_empty(next->variant), NULL, short_rate(next->rate_rps), of(next), NAN, NAN);
    }
}

static void draw_lines(fq_artist *a, const fq_serve_row *r, int n, const fq_serve_row *one) {
    static const struct {
        double (*of)(const fq_serve_row *);
        const char *title, *y, *kind;
        int log_y;
    } all[] = {{ttft, "Time to first token against offered load", "time to first token, 90th percentile (ms)",
                "serve ttft", 1},
               {tpot, "Time per token against offered load", "time per token, 90th percentile (ms)", "serve tpot", 1},
               {goodput, "Requests served within the limits against offered load", "goodput (requests/s)",
                "serve goodput", 0}};
    char subtitle[4 * WORD], group[2 * WORD];
    words(one, subtitle, group);
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        fq_points p = {NULL, 0, 0};
        for (int i = 0; i < n; i++) {
            int first = same_picture(&r[i], one);
            for (int j = 0; j < i; j++)
                first &= !(same_picture(&r[j], one) && fq_same_text(r[j].variant, r[i].variant));
            if (first) add_line(a, &p, r, n, one, i, all[k].of);
        }
        fq_plot plot = {.kind = FQ_PLOT_LINES,
                        .title = all[k].title,
                        .subtitle = subtitle,
                        .x_label = "offered load (requests/s)",
                        .y_label = all[k].y,
                        .log_y = all[k].log_y,
                        .reference_y = NAN};
        fq_artist_draw(a, &plot, &p, all[k].kind, group);
    }
}

/* Bars of output tokens a second, all requests at once, for every number of slots. */
static void draw_throughput(fq_artist *a, const fq_serve_row *r, int n) {
    char subtitle[4 * WORD], group[2 * WORD], series[WORD];
    fq_points p = {NULL, 0, 0};
    const fq_serve_row *one = NULL;
    for (int i = 0; i < n; i++) {
        if (!(r[i].load == 0)) continue;
        if (one == NULL) one = &r[i];
        if (!fq_same_text(r[i].model, one->model) || r[i].n_threads != one->n_threads) continue;
        snprintf(series, sizeof series, "%.0f slot%s", r[i].slots, r[i].slots > 1 ? "s" : "");
        fq_artist_add(a, &p, series, fq_or_empty(r[i].variant), r[i].slots, r[i].output_ts, NAN, NAN);
    }
    if (one == NULL) return;
    snprintf(subtitle, sizeof subtitle, "%s, %s requests, %.0f threads, %s", fq_or_empty(one->model),
             fq_or_empty(one->trace), one->n_threads, fq_or_empty(one->cpu_info));
    snprintf(group, sizeof group, "%s t%.0f", fq_or_empty(one->model), one->n_threads);
    fq_plot plot = {.kind = FQ_PLOT_BARS,
                    .title = "Tokens a second when all requests come at once",
                    .subtitle = subtitle,
                    .x_label = "",
                    .y_label = "output tokens/s",
                    .reference_y = NAN};
    fq_artist_draw(a, &plot, &p, "serve throughput", group);
}

void fq_plots_serve(fq_artist *a, const fq_rows *rows) {
    const fq_serve_row *r = rows->serve;
    for (int i = 0; i < rows->n_serve; i++) {
        int first = 1;
        for (int j = 0; j < i; j++)
            first &= !same_picture(&r[j], &r[i]);
        if (first) draw_lines(a, r, rows->n_serve, &r[i]);
    }
    draw_throughput(a, r, rows->n_serve);
}
