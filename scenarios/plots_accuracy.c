/* Pictures of what quantization costs: accuracy rows by variant and by strength of outliers, error rows as bars, layer
 * rows as heat maps. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/artist.h"
#include "scenarios/plots.h"

enum { WORD = FQ_ARTIST_WORD };
static const fq_points none = {NULL, 0, 0};

/* Missing (of files from before the column) counts as 1. */
static double kappa_of(double kappa) {
    return kappa > 1 ? kappa : 1;
}

/* ", outliers x 32", or "" without any. */
static const char *kappa_text(double kappa, const char *format, char out[WORD]) {
    out[0] = 0;
    if (kappa > 1) snprintf(out, WORD, format, kappa);
    return out;
}

/* ---- accuracy ---- */

static int same_run(const fq_accuracy_row *a, const fq_accuracy_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->text, b->text) &&
           fq_same_text(a->protocol, b->protocol) && a->ctx == b->ctx && a->windows == b->windows;
}

static void names_of_run(const fq_accuracy_row *r, double kappa, char subtitle[4 * WORD], char group[4 * WORD]) {
    char text[WORD];
    snprintf(subtitle, 4 * (size_t)WORD, "%s on %s, %.0f windows of %.0f tokens, protocol %s%s", fq_or_empty(r->model),
             fq_or_empty(r->text), r->windows, r->ctx, fq_or_empty(r->protocol),
             kappa_text(kappa, ", outliers of strength %g", text));
    snprintf(group, 4 * (size_t)WORD, "%s %s %.0f %s%s", fq_or_empty(r->model), fq_or_empty(r->text), r->ctx,
             fq_or_empty(r->protocol), kappa_text(kappa, " kappa %g", text));
}

/* Rows r[0..n-1] share all but the variant. */
static void draw_accuracy(fq_artist *a, const fq_accuracy_row *r, int n) {
    char subtitle[4 * WORD], group[4 * WORD];
    fq_points scatter = none, delta = none, divergence = none;
    for (int i = 0; i < n; i++) {
        fq_artist_add(a, &scatter, "", r[i].variant, r[i].bits_per_weight, r[i].ppl, NAN, NAN);
        if (r[i].kld_max == 0) continue; /* the reference beside itself */
        fq_artist_add(a, &delta, "", r[i].variant, i, r[i].dppl, r[i].dppl_lo, r[i].dppl_hi);
        fq_artist_add(a, &divergence, "", r[i].variant, i, r[i].kld_mean, NAN, NAN);
    }
    names_of_run(r, kappa_of(r->kappa), subtitle, group);
    fq_plot bits = {.kind = FQ_PLOT_SCATTER,
                    .title = "Perplexity against stored bits a weight",
                    .subtitle = subtitle,
                    .x_label = "bits a weight, scales included",
                    .y_label = "perplexity (lower is better)",
                    .log_x = 1,
                    .reference_y = NAN};
    fq_artist_draw(a, &bits, &scatter, "perplexity bits", group);
    fq_plot dppl = {.kind = FQ_PLOT_BARS,
                    .title = "What quantization costs: perplexity above the float32 model",
                    .subtitle = subtitle,
                    .x_label = "",
                    .y_label = "perplexity minus reference (95 % interval)",
                    .reference_y = NAN};
    fq_artist_draw(a, &dppl, &delta, "perplexity delta", group);
    fq_plot kld = {.kind = FQ_PLOT_BARS,
                   .title = "Distance to the float32 model",
                   .subtitle = subtitle,
                   .x_label = "",
                   .y_label = "mean Kullback-Leibler divergence (nats a token)",
                   .log_y = 1,
                   .reference_y = NAN};
    fq_artist_draw(a, &kld, &divergence, "kl divergence", group);
}

/* Rows r[0..n-1] share all but the variant and kappa: lines over kappa if there are several. */
static void draw_outliers(fq_artist *a, const fq_accuracy_row *r, int n) {
    char subtitle[4 * WORD], group[4 * WORD];
    fq_points p = none;
    int several = 0;
    for (int i = 0; i < n; i++) {
        int seen = 0;
        several |= kappa_of(r[i].kappa) != kappa_of(r[0].kappa);
        for (int j = 0; j < i; j++)
            seen |= fq_same_text(r[j].variant, r[i].variant);
        for (int j = i; j < n && !seen; j++)
            if (fq_same_text(r[j].variant, r[i].variant))
                fq_artist_add(a, &p, fq_or_empty(r[i].variant), NULL, kappa_of(r[j].kappa), r[j].ppl, NAN, NAN);
    }
    if (!several) p.n = 0;
    names_of_run(r, 1, subtitle, group);
    fq_plot plot = {.kind = FQ_PLOT_LINES,
                    .title = "Perplexity against the strength of outliers",
                    .subtitle = subtitle,
                    .x_label = "kappa, strength of function-preserving outliers (1: none)",
                    .y_label = "perplexity (lower is better)",
                    .log_x = 1,
                    .log_y = 1,
                    .reference_y = NAN};
    fq_artist_draw(a, &plot, &p, "outliers", group);
}

/* ---- errors ---- */

static int same_errors(const fq_error_row *a, const fq_error_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->variant, b->variant) && fq_same_text(a->text, b->text) &&
           fq_same_text(a->protocol, b->protocol) && a->ctx == b->ctx && kappa_of(a->kappa) == kappa_of(b->kappa);
}

static void draw_errors(fq_artist *a, const fq_error_row *r, int n) {
    char subtitle[4 * WORD], group[4 * WORD], text[WORD];
    fq_points out = none, only = none;
    const fq_error_row *full = NULL;
    for (int i = 0; i < n; i++) {
        if (fq_same_text(r[i].kind, "full")) full = &r[i];
        if (fq_same_text(r[i].kind, "leave-one-out")) {
            char label[WORD];
            snprintf(label, sizeof label, "no %s", fq_or_empty(r[i].step));
            fq_artist_add(a, &out, "", label, i, r[i].dppl_vs_full, r[i].dppl_vs_full_lo, r[i].dppl_vs_full_hi);
        } else {
            const char *label = fq_same_text(r[i].kind, "full") ? "all" : fq_or_empty(r[i].step);
            fq_artist_add(a, &only, "", label, i, r[i].dppl, r[i].dppl_lo, r[i].dppl_hi);
        }
    }
    int used = snprintf(subtitle, sizeof subtitle, "%s, %s on %s, %.0f windows of %.0f tokens%s",
                        fq_or_empty(r->variant), fq_or_empty(r->model), fq_or_empty(r->text), r->windows, r->ctx,
                        kappa_text(kappa_of(r->kappa), ", outliers of strength %g", text));
    if (full != NULL && used > 0 && (size_t)used < sizeof subtitle)
        snprintf(subtitle + used, sizeof subtitle - (size_t)used, "; full variant: perplexity %.3f, %.3f above float32",
                 full->ppl, full->dppl);
    snprintf(group, sizeof group, "%s %s %s %.0f %s%s", fq_or_empty(r->variant), fq_or_empty(r->model),
             fq_or_empty(r->text), r->ctx, fq_or_empty(r->protocol), kappa_text(kappa_of(r->kappa), " kappa %g", text));
    fq_plot left_out = {
        .kind = FQ_PLOT_BARS,
        .title = "Leave one out: what perplexity does without one step (below 0: the step costs, above: it helps)",
        .subtitle = subtitle,
        .x_label = "",
        .y_label = "perplexity minus that of the full variant (95 % interval)",
        .reference_y = NAN};
    fq_artist_draw(a, &left_out, &out, "leave one out", group);
    fq_plot alone = {.kind = FQ_PLOT_BARS,
                     .title = "One number format alone, everything else in bfloat16",
                     .subtitle = subtitle,
                     .x_label = "",
                     .y_label = "perplexity minus float32 (95 % interval)",
                     .reference_y = NAN};
    fq_artist_draw(a, &alone, &only, "only one", group);
}

/* ---- layers ---- */

static int same_layers(const fq_layer_row *a, const fq_layer_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->variant, b->variant) &&
           kappa_of(a->kappa) == kappa_of(b->kappa);
}

/* Inputs that several projections share. */
static const char *site_name(const char *projection) {
    static const char *const names[][2] = {{"q", "q, k, v"}, {"o", "o"}, {"gate", "gate, up"}, {"down", "down"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], projection) == 0) return names[i][1];
    return NULL;
}

static void draw_layers(fq_artist *a, const fq_layer_row *r, int n) {
    char subtitle[4 * WORD], group[4 * WORD], text[WORD];
    fq_points weights = none, outputs = none, inputs = none;
    for (int i = 0; i < n; i++) {
        const char *projection = fq_or_empty(r[i].projection), *site = site_name(projection);
        snprintf(text, sizeof text, "%.0f", r[i].layer);
        fq_artist_add(a, &weights, projection, text, 0, r[i].weight_sqnr_db, NAN, NAN);
        fq_artist_add(a, &outputs, projection, text, 0, 100 * r[i].output_error, NAN, NAN);
        if (site != NULL) fq_artist_add(a, &inputs, site, text, 0, r[i].input_sqnr_db, NAN, NAN);
    }
    snprintf(subtitle, sizeof subtitle, "%s, %s%s", fq_or_empty(r->variant), fq_or_empty(r->model),
             kappa_text(kappa_of(r->kappa), ", outliers of strength %g", text));
    snprintf(group, sizeof group, "%s %s%s", fq_or_empty(r->variant), fq_or_empty(r->model),
             kappa_text(kappa_of(r->kappa), " kappa %g", text));
    fq_plot plot = {.kind = FQ_PLOT_HEAT,
                    .title = "Weights: signal to quantization noise (dB, higher is better)",
                    .subtitle = subtitle,
                    .x_label = "projection",
                    .y_label = "layer",
                    .reference_y = NAN};
    fq_artist_draw(a, &plot, &weights, "weight sqnr", group);
    plot.title = "Outputs: squared error over squared output on calibration inputs, from the weights alone (%)";
    plot.log_y = 1;
    fq_artist_draw(a, &plot, &outputs, "output error", group);
    plot.title = "Inputs: signal to quantization noise of activations (dB, higher is better)";
    plot.x_label = "inputs of";
    plot.log_y = 0;
    fq_artist_draw(a, &plot, &inputs, "input sqnr", group);
}

/* ---- formats ---- */

static int same_survey(const fq_format_row *a, const fq_format_row *b) {
    return fq_same_text(a->model, b->model) && kappa_of(a->kappa) == kappa_of(b->kappa);
}

/* Cells of distributions; of tensors the measured points of each format over max / rms, the theory's curve beside. */
static void draw_formats(fq_artist *a, const fq_format_row *r, int n) {
    char subtitle[4 * WORD], group[4 * WORD], text[WORD], series[WORD];
    fq_points cells = none, curves = none;
    const int synthetic = fq_or_empty(r->model)[0] == 0;
    for (int i = 0; i < n && synthetic; i++)
        fq_artist_add(a, &cells, fq_or_empty(r[i].format), fq_or_empty(r[i].numbers), 0, r[i].sqnr_db, NAN, NAN);
    for (int i = 0; i < n && !synthetic; i++) {
        int first = 1;
        for (int j = 0; j < i; j++)
            first &= !fq_same_text(r[j].format, r[i].format);
        for (int theory = 0; theory < 2 && first; theory++) {
            snprintf(series, sizeof series, "%s%s", theory ? "theory " : "", r[i].format);
            for (double above = 0; above < INFINITY;) { /* by rising max / rms */
                const fq_format_row *next = NULL;
                for (int j = 0; j < n; j++)
                    if (fq_same_text(r[j].format, r[i].format) && fq_same_text(r[j].scale, "tensor") &&
                        r[j].crest > above && (next == NULL || r[j].crest < next->crest))
                        next = &r[j];
                if (next == NULL) break;
                above = next->crest;
                fq_artist_add(a, &curves, series, NULL, next->crest, theory ? next->theory_db : next->sqnr_db, NAN,
                              NAN);
            }
        }
    }
    snprintf(subtitle, sizeof subtitle, "%s%s", synthetic ? "scale from the largest of 4096 numbers" : r->model,
             kappa_text(kappa_of(r->kappa), ", outliers of strength %g", text));
    snprintf(group, sizeof group, "%s%s", synthetic ? "distributions" : r->model,
             kappa_text(kappa_of(r->kappa), " kappa %g", text));
    fq_plot heat = {.kind = FQ_PLOT_HEAT,
                    .title = "Signal to quantization noise of formats (dB, higher is better)",
                    .subtitle = subtitle,
                    .x_label = "format",
                    .y_label = "numbers",
                    .reference_y = NAN};
    fq_artist_draw(a, &heat, &cells, "format sqnr", group);
    fq_plot lines = {.kind = FQ_PLOT_LINES,
                     .title = "Weights and inputs under one scale a tensor, and what theory says of normal numbers",
                     .subtitle = subtitle,
                     .x_label = "largest magnitude over root mean square",
                     .y_label = "signal to quantization noise (dB)",
                     .log_x = 1,
                     .dashed_prefix = "theory",
                     .reference_y = NAN};
    fq_artist_draw(a, &lines, &curves, "tensor sqnr", group);
}

void fq_plots_accuracy(fq_artist *a, const fq_rows *rows) {
    const fq_accuracy_row *r = rows->accuracy;
    for (int first = 0, next; first < rows->n_accuracy; first = next) {
        for (next = first + 1; next < rows->n_accuracy && same_run(&r[first], &r[next]) &&
                               kappa_of(r[first].kappa) == kappa_of(r[next].kappa);)
            next++;
        draw_accuracy(a, &r[first], next - first);
    }
    for (int first = 0, next; first < rows->n_accuracy; first = next) {
        for (next = first + 1; next < rows->n_accuracy && same_run(&r[first], &r[next]);)
            next++;
        draw_outliers(a, &r[first], next - first);
    }
    for (int first = 0, next; first < rows->n_errors; first = next) {
        for (next = first + 1; next < rows->n_errors && same_errors(&rows->errors[first], &rows->errors[next]);)
            next++;
        draw_errors(a, &rows->errors[first], next - first);
    }
    for (int first = 0, next; first < rows->n_layers; first = next) {
        for (next = first + 1; next < rows->n_layers && same_layers(&rows->layers[first], &rows->layers[next]);)
            next++;
        draw_layers(a, &rows->layers[first], next - first);
    }
    for (int first = 0, next; first < rows->n_formats; first = next) {
        for (next = first + 1; next < rows->n_formats && same_survey(&rows->formats[first], &rows->formats[next]);)
            next++;
        draw_formats(a, &rows->formats[first], next - first);
    }
}
