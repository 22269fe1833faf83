/* From rows to pictures. place() says where a row belongs: which picture, which series, which label and which x. */
#include "scenarios/plots.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/plot.h"
#include "scenarios/table.h"

enum { WORD = 128 };

typedef struct place {
    char group[2 * WORD]; /* rows of one picture share it; ends up in title and file name */
    char series[WORD];    /* "M = 16", "512 tokens" */
    char label[WORD];     /* variant or kernel */
    double x;
    const char *x_label;
} place;

typedef struct points {
    fq_plot_point *v;
    int n, cap;
} points;

typedef struct artist {
    char dir[4096];
    fq_arena arena; /* texts of the points */
    int written;
    fq_status status;
    char message[512];
} artist;

static const char *or_empty(const char *s) {
    return s != NULL ? s : "";
}

/* ---- drawing ---- */

static void add(artist *a, points *p, const char *series, const char *label, double x, double y, double lo, double hi) {
    if (isnan(y)) return;
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

/* File name of a picture: letters, digits and single dashes. */
static void slug(const char *text, char *out, size_t bytes) {
    size_t n = 0;
    for (; *text != 0 && n + 1 < bytes; text++) {
        if (isalnum((unsigned char)*text) || *text == '.')
            out[n++] = (char)tolower((unsigned char)*text);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = 0;
}

/* Draw what was gathered and forget it. A picture that fails does not stop the others. */
static void draw(artist *a, fq_plot *plot, points *p, const char *kind, const char *group) {
    if (p->n > 0) {
        char text[4 * WORD], name[4 * WORD];
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

static void conditions(char *out, size_t bytes, const char *what, double threads, const char *cpu, const char *isa) {
    snprintf(out, bytes, "%s%s%.0f thread%s, %s%s%s%s", what, what[0] != 0 ? ", " : "", threads,
             threads == 1 ? "" : "s", or_empty(cpu), isa != NULL ? " (" : "", or_empty(isa), isa != NULL ? ")" : "");
}

/* ---- where a row belongs ---- */

static const char *short_kernel(const fq_result *r) {
    const char *name = or_empty(r->kernel);
    return strncmp(name, "gemm_", 5) == 0 ? name + 5 : name;
}

static void place_row(const fq_result *r, place *p) {
    const char *family = fq_table_family(r);
    memset(p, 0, sizeof *p);
    snprintf(p->label, sizeof p->label, "%s", or_empty(r->variant));
    if (strcmp(family, "gemm") == 0) {
        snprintf(p->group, sizeof p->group, "%s%s%s%s%.0f x %.0f", or_empty(r->model), r->model != NULL ? " " : "",
                 or_empty(r->note), r->note != NULL ? " " : "", r->n, r->k);
        snprintf(p->series, sizeof p->series, "M = %.0f", r->m);
        snprintf(p->label, sizeof p->label, "%s", short_kernel(r));
        p->x = r->m;
        p->x_label = "tokens M";
    } else if (strcmp(family, "ffn") == 0) {
        snprintf(p->group, sizeof p->group, "%s", or_empty(r->model));
        snprintf(p->series, sizeof p->series, "batch %.0f x %.0f tokens", r->batch, r->seq);
        p->x = r->m;
        p->x_label = "tokens";
    } else if (strcmp(family, "prefill") == 0) {
        snprintf(p->group, sizeof p->group, "%s batch %.0f", or_empty(r->model), r->batch);
        snprintf(p->series, sizeof p->series, "prompt of %.0f", r->n_prompt);
        p->x = r->n_prompt;
        p->x_label = "prompt length (tokens)";
    } else if (strcmp(family, "decode") == 0) {
        snprintf(p->group, sizeof p->group, "%s", or_empty(r->model));
        snprintf(p->series, sizeof p->series, "prompt of %.0f, batch %.0f", r->n_prompt, r->batch);
        p->x = r->n_prompt;
        p->x_label = "prompt length (tokens)";
    } else {
        snprintf(p->group, sizeof p->group, "head size %.0f batch %.0f", r->k, r->batch);
        snprintf(p->series, sizeof p->series, "T = %.0f", r->seq);
        p->x = r->seq;
        p->x_label = "context T (tokens)";
    }
    size_t used = strlen(p->group);
    snprintf(p->group + used, sizeof p->group - used, " t%.0f", r->n_threads);
}

static int same_picture(const fq_result *a, const fq_result *b) {
    place p, q;
    place_row(a, &p);
    place_row(b, &q);
    return strcmp(fq_table_family(a), fq_table_family(b)) == 0 && strcmp(p.group, q.group) == 0 &&
           strcmp(or_empty(a->scenario), or_empty(b->scenario)) == 0 &&
           strcmp(or_empty(a->baseline), or_empty(b->baseline)) == 0;
}

static const char *title_of(const char *family) {
    static const char *const titles[][2] = {{"gemm", "Linear layer"},
                                            {"ffn", "Feed-forward block"},
                                            {"prefill", "Time to first token"},
                                            {"decode", "Decode"},
                                            {"attention_prefill", "Prefill attention"}};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (strcmp(titles[i][0], family) == 0) return titles[i][1];
    return family;
}

/* What the subtitle says of a picture's rows: the group without the threads, which come with the CPU. */
static void subtitle_of(const fq_result *r, char *out, size_t bytes) {
    place p;
    place_row(r, &p);
    char *threads = strrchr(p.group, ' ');
    if (threads != NULL) *threads = 0;
    /* The rows of a linear-layer picture differ in instruction set; their labels say which. */
    const char *isa = strcmp(fq_table_family(r), "gemm") == 0 ? NULL : r->isa;
    conditions(out, bytes, p.group, r->n_threads, r->cpu_info, isa);
}

/* ---- pictures of timed rows: r[0..n-1] with member[i] = 1 belong to it ---- */

static void draw_speedup(artist *a, const fq_result *r, const char *member, int n, const fq_result *one) {
    points p = {NULL, 0, 0};
    char title[3 * WORD], subtitle[4 * WORD], reference[2 * WORD];
    place at;
    for (int i = 0; i < n; i++) {
        const char *self = r[i].variant != NULL ? r[i].variant : or_empty(r[i].kernel);
        if (!member[i] || strcmp(self, or_empty(r[i].baseline)) == 0) continue;
        place_row(&r[i], &at);
        add(a, &p, at.series, at.label, at.x, r[i].speedup, r[i].speedup_lo, r[i].speedup_hi);
    }
    snprintf(title, sizeof title, "%s: speed-up over %s", title_of(fq_table_family(one)), or_empty(one->baseline));
    snprintf(reference, sizeof reference, "%s = 1", or_empty(one->baseline));
    subtitle_of(one, subtitle, sizeof subtitle);
    place_row(one, &at);
    fq_plot plot = {.kind = FQ_PLOT_BARS,
                    .title = title,
                    .subtitle = subtitle,
                    .x_label = "",
                    .y_label = "speed-up (times, 95 % interval)",
                    .reference_y = 1,
                    .reference = reference};
    char kind[WORD];
    snprintf(kind, sizeof kind, "%s speedup", fq_table_family(one));
    draw(a, &plot, &p, kind, at.group);
}

static int distinct_x(const fq_result *r, const char *member, int n) {
    double first = NAN;
    for (int i = 0; i < n; i++) {
        place at;
        if (!member[i]) continue;
        place_row(&r[i], &at);
        if (isnan(first)) first = at.x;
        if (at.x != first) return 1;
    }
    return 0;
}

/* Fewest bits a weight among the members: its floor is the lowest one worth showing. */
static const fq_result *fewest_bits(const fq_result *r, const char *member, int n) {
    const fq_result *best = NULL;
    for (int i = 0; i < n; i++)
        if (member[i] && !isnan(r[i].bits_per_weight) && (best == NULL || r[i].bits_per_weight < best->bits_per_weight))
            best = &r[i];
    return best;
}

static void add_floor(artist *a, points *p, const fq_result *r, const char *member, int n, const char *label,
                      double unit) {
    char series[2 * WORD];
    snprintf(series, sizeof series, "floor of %s", label);
    for (int i = 0; i < n; i++) {
        place at;
        if (!member[i]) continue;
        place_row(&r[i], &at);
        if (strcmp(at.label, label) == 0) add(a, p, series, NULL, at.x, r[i].floor_ns * unit, NAN, NAN);
    }
}

static void draw_time(artist *a, const fq_result *r, const char *member, int n, const fq_result *one) {
    points p = {NULL, 0, 0};
    char title[2 * WORD], subtitle[4 * WORD], kind[WORD];
    const char *family = fq_table_family(one);
    const double unit = 1e-6;
    place at, head;
    if (strcmp(family, "decode") == 0 || !distinct_x(r, member, n)) return;
    char *seen = calloc((size_t)n, 1);
    for (int i = 0; seen != NULL && i < n; i++) {
        if (!member[i] || seen[i]) continue;
        place_row(&r[i], &head);
        for (int j = i; j < n; j++) {
            if (!member[j]) continue;
            place_row(&r[j], &at);
            if (strcmp(at.label, head.label) != 0) continue;
            seen[j] = 1;
            add(a, &p, head.label, NULL, at.x, r[j].median_ns * unit, r[j].median_lo_ns * unit,
                r[j].median_hi_ns * unit);
        }
    }
    free(seen);
    if (strcmp(family, "gemm") == 0) {
        const fq_result *least = fewest_bits(r, member, n);
        place_row(one, &head);
        add_floor(a, &p, r, member, n, head.label, unit);
        if (least != NULL) {
            place_row(least, &at);
            if (strcmp(at.label, head.label) != 0) add_floor(a, &p, r, member, n, at.label, unit);
        }
    }
    place_row(one, &at);
    subtitle_of(one, subtitle, sizeof subtitle);
    int ttft = strcmp(family, "prefill") == 0;
    snprintf(title, sizeof title, "%s%s", title_of(family), ttft ? " against prompt length" : ": time against tokens");
    fq_plot plot = {.kind = FQ_PLOT_LINES,
                    .title = title,
                    .subtitle = subtitle,
                    .x_label = at.x_label,
                    .y_label = ttft ? "time to first token (ms)" : "median time (ms)",
                    .log_x = 1,
                    .log_y = 1,
                    .reference_y = NAN,
                    .dashed_prefix = "floor"};
    snprintf(kind, sizeof kind, "%s %s", family, ttft ? "ttft" : "time");
    draw(a, &plot, &p, kind, at.group);
}

static void draw_decode(artist *a, const fq_result *r, const char *member, int n, const fq_result *one) {
    points p = {NULL, 0, 0};
    char subtitle[4 * WORD];
    place at;
    if (strcmp(fq_table_family(one), "decode") != 0) return;
    for (int i = 0; i < n; i++) {
        if (!member[i]) continue;
        place_row(&r[i], &at);
        double tokens = r[i].decode_ts * r[i].median_ns;
        add(a, &p, at.series, at.label, at.x, r[i].decode_ts, tokens / r[i].median_hi_ns, tokens / r[i].median_lo_ns);
    }
    place_row(one, &at);
    subtitle_of(one, subtitle, sizeof subtitle);
    fq_plot plot = {.kind = FQ_PLOT_BARS,
                    .title = "Decode: tokens a second",
                    .subtitle = subtitle,
                    .x_label = "",
                    .y_label = "tokens/s (median, 95 % interval)",
                    .reference_y = NAN};
    draw(a, &plot, &p, "decode rate", at.group);
}

static fq_status draw_results(artist *a, const fq_result *r, int n) {
    char *done = calloc((size_t)n + 1, 1), *member = calloc((size_t)n + 1, 1);
    for (int i = 0; done != NULL && member != NULL && i < n; i++) {
        if (done[i]) continue;
        for (int j = 0; j < n; j++) {
            member[j] = (char)(j >= i && !done[j] && same_picture(&r[i], &r[j]));
            done[j] = (char)(done[j] || member[j]);
        }
        draw_speedup(a, r, member, n, &r[i]);
        draw_time(a, r, member, n, &r[i]);
        draw_decode(a, r, member, n, &r[i]);
    }
    int lost = done == NULL || member == NULL;
    free(done);
    free(member);
    return lost ? fq_fail(FQ_ERR_MEMORY, "no memory for the plots") : FQ_OK;
}

/* ---- pictures of accuracy rows r[0..n-1], which share model, text and protocol ---- */

static void draw_accuracy_group(artist *a, const fq_accuracy_row *r, int n) {
    char subtitle[4 * WORD], group[3 * WORD];
    points scatter = {NULL, 0, 0}, delta = {NULL, 0, 0}, divergence = {NULL, 0, 0};
    for (int i = 0; i < n; i++) {
        add(a, &scatter, "", r[i].variant, r[i].bits_per_weight, r[i].ppl, NAN, NAN);
        if (r[i].kld_max == 0) continue; /* the reference beside itself */
        add(a, &delta, "", r[i].variant, i, r[i].dppl, r[i].dppl_lo, r[i].dppl_hi);
        add(a, &divergence, "", r[i].variant, i, r[i].kld_mean, NAN, NAN);
    }
    snprintf(subtitle, sizeof subtitle, "%s on %s, %.0f windows of %.0f tokens, protocol %s", or_empty(r->model),
             or_empty(r->text), r->windows, r->ctx, or_empty(r->protocol));
    snprintf(group, sizeof group, "%s %s %.0f %s", or_empty(r->model), or_empty(r->text), r->ctx,
             or_empty(r->protocol));
    fq_plot bits = {.kind = FQ_PLOT_SCATTER,
                    .title = "Perplexity against stored bits a weight",
                    .subtitle = subtitle,
                    .x_label = "bits a weight, scales included",
                    .y_label = "perplexity (lower is better)",
                    .log_x = 1,
                    .reference_y = NAN};
    draw(a, &bits, &scatter, "perplexity bits", group);
    fq_plot dppl = {.kind = FQ_PLOT_BARS,
                    .title = "What quantization costs: perplexity above the float32 model",
                    .subtitle = subtitle,
                    .x_label = "",
                    .y_label = "perplexity minus reference (95 % interval)",
                    .reference_y = NAN};
    draw(a, &dppl, &delta, "perplexity delta", group);
    fq_plot kld = {.kind = FQ_PLOT_BARS,
                   .title = "Distance to the float32 model",
                   .subtitle = subtitle,
                   .x_label = "",
                   .y_label = "mean Kullback-Leibler divergence (nats a token)",
                   .log_y = 1,
                   .reference_y = NAN};
    draw(a, &kld, &divergence, "kl divergence", group);
}

static int same_accuracy(const fq_accuracy_row *a, const fq_accuracy_row *b) {
    return strcmp(or_empty(a->model), or_empty(b->model)) == 0 && strcmp(or_empty(a->text), or_empty(b->text)) == 0 &&
           strcmp(or_empty(a->protocol), or_empty(b->protocol)) == 0 && a->ctx == b->ctx && a->windows == b->windows;
}

fq_status fq_plots_write(const char *dir, const fq_result *results, int n_results, const fq_accuracy_row *accuracy,
                         int n_accuracy, int *written) {
    artist a = {.status = FQ_OK};
    snprintf(a.dir, sizeof a.dir, "%s/plots", dir);
    *written = 0;
    FQ_TRY(fq_dir_create(a.dir));
    FQ_TRY(fq_arena_init(&a.arena, (size_t)1 << 30));
    fq_status status = draw_results(&a, results, n_results);
    for (int first = 0, next; first < n_accuracy; first = next) {
        for (next = first + 1; next < n_accuracy && same_accuracy(&accuracy[first], &accuracy[next]);)
            next++;
        draw_accuracy_group(&a, &accuracy[first], next - first);
    }
    fq_arena_free(&a.arena);
    *written = a.written;
    if (a.status != FQ_OK) return fq_fail(a.status, "%s", a.message);
    return status;
}
