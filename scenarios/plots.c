/* From timed rows to pictures. place() says where a row belongs: which picture, which series, which label and which x.
 */
#include "scenarios/plots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/artist.h"
#include "scenarios/table.h"

enum { WORD = FQ_ARTIST_WORD };

typedef struct place {
    char group[2 * WORD]; /* rows of one picture share it; ends up in title and file name */
    char series[WORD];    /* "M = 16", "512 tokens" */
    char label[WORD];     /* variant or kernel */
    double x;
    const char *x_label;
} place;

static void conditions(char *out, size_t bytes, const char *what, double threads, const char *cpu, const char *isa) {
    snprintf(out, bytes, "%s%s%.0f thread%s, %s%s%s%s", what, what[0] != 0 ? ", " : "", threads,
             threads == 1 ? "" : "s", fq_or_empty(cpu), isa != NULL ? " (" : "", fq_or_empty(isa),
             isa != NULL ? ")" : "");
}

/* ---- where a row belongs ---- */

static const char *short_kernel(const fq_result *r) {
    const char *name = fq_or_empty(r->kernel);
    return strncmp(name, "gemm_", 5) == 0 ? name + 5 : name;
}

/* "fireq sm90_two": rows of one variant differ in their first kernel. */
static void label_kernel(const fq_result *r, place *p) {
    const char *suffix = strchr(fq_or_empty(r->kernel), '.');
    const int n = suffix != NULL ? (int)strcspn(suffix + 1, " ") : 0;
    const size_t used = strlen(p->label);
    const char *fused = strncmp(fq_or_empty(r->kernel), "gemm_i4f8_swiglu.", 17) == 0 ? " SwiGLU" : "";
    if (n > 0) snprintf(p->label + used, sizeof p->label - used, " %.*s%s", n, suffix + 1, fused);
}

static void place_row(const fq_result *r, place *p) {
    const char *family = fq_table_family(r);
    memset(p, 0, sizeof *p);
    snprintf(p->label, sizeof p->label, "%s", fq_or_empty(r->variant));
    if (strcmp(family, "gemm") == 0) {
        snprintf(p->group, sizeof p->group, "%s%s%s%s%.0f x %.0f", fq_or_empty(r->model), r->model != NULL ? " " : "",
                 fq_or_empty(r->note), r->note != NULL ? " " : "", r->n, r->k);
        snprintf(p->series, sizeof p->series, "M = %.0f", r->m);
        snprintf(p->label, sizeof p->label, "%s", short_kernel(r));
        p->x = r->m;
        p->x_label = "tokens M";
    } else if (strcmp(family, "ffn") == 0) {
        snprintf(p->group, sizeof p->group, "%s", fq_or_empty(r->model));
        snprintf(p->series, sizeof p->series, "batch %.0f x %.0f tokens", r->batch, r->seq);
        if (r->gpu_info != NULL && r->gpu_info[0] != 0) label_kernel(r, p);
        p->x = r->m;
        p->x_label = "tokens";
    } else if (strcmp(family, "prefill") == 0) {
        snprintf(p->group, sizeof p->group, "%s batch %.0f", fq_or_empty(r->model), r->batch);
        snprintf(p->series, sizeof p->series, "prompt of %.0f", r->n_prompt);
        p->x = r->n_prompt;
        p->x_label = "prompt length (tokens)";
    } else if (strcmp(family, "decode") == 0) {
        snprintf(p->group, sizeof p->group, "%s", fq_or_empty(r->model));
        snprintf(p->series, sizeof p->series, "prompt of %.0f, batch %.0f", r->n_prompt, r->batch);
        p->x = r->n_prompt;
        p->x_label = "prompt length (tokens)";
    } else if (isnan(r->seq)) { /* row kernels */
        snprintf(p->group, sizeof p->group, "rows of %.0f", r->k);
        snprintf(p->series, sizeof p->series, "%.0f rows", r->m);
        snprintf(p->label, sizeof p->label, "%s", short_kernel(r));
        p->x = r->m;
        p->x_label = "rows";
    } else {
        const int full = strstr(fq_or_empty(r->note), "not causal") != NULL;
        snprintf(p->group, sizeof p->group, "head size %.0f batch %.0f%s", r->k, r->batch, full ? " not causal" : "");
        snprintf(p->series, sizeof p->series, "T = %.0f", r->seq);
        label_kernel(r, p);
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
           strcmp(fq_or_empty(a->scenario), fq_or_empty(b->scenario)) == 0 &&
           strcmp(fq_or_empty(a->baseline), fq_or_empty(b->baseline)) == 0;
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
    if (r->gpu_info != NULL && r->gpu_info[0] != 0)
        snprintf(out, bytes, "%s%s%s", p.group, p.group[0] != 0 ? ", " : "", r->gpu_info);
    else
        conditions(out, bytes, p.group, r->n_threads, r->cpu_info, isa);
}

/* ---- times measured elsewhere ---- */

/* Of one kernel what the row stands for: a product, or of a feed-forward block its three products. NAN: not there. */
static double imported_us(const fq_artist *a, const char *kernel, const fq_result *r) {
    if (strcmp(fq_table_family(r), "gemm") == 0)
        return fq_imported_us(a->imported, a->n_imported, kernel, r->m, r->n, r->k);
    if (strcmp(r->op, "ffn") != 0) return NAN;
    return 2 * fq_imported_us(a->imported, a->n_imported, kernel, r->m, r->n, r->k) +
           fq_imported_us(a->imported, a->n_imported, kernel, r->m, r->k, r->n);
}

/* 1: kernel i comes here for the first time. */
static int is_first(const fq_artist *a, int i) {
    for (int j = 0; j < i; j++)
        if (strcmp(a->imported[j].kernel, a->imported[i].kernel) == 0) return 0;
    return 1;
}

static void label_imported(char *out, size_t bytes, const char *kernel, const fq_result *r) {
    snprintf(out, bytes, "%s%s (imported)", kernel, strcmp(r->op, "ffn") == 0 ? " products alone" : "");
}

static int is_baseline(const fq_result *r) {
    return strcmp(r->variant != NULL ? r->variant : fq_or_empty(r->kernel), fq_or_empty(r->baseline)) == 0;
}

/* Speed-ups over our own time of the baseline, for one series. */
static void add_imported_speedup(fq_artist *a, fq_points *p, const fq_result *r, const char *member, int n,
                                 const char *series) {
    char label[2 * WORD];
    place at;
    const fq_result *base = NULL;
    for (int i = 0; i < n; i++) {
        place_row(&r[i], &at);
        if (member[i] && is_baseline(&r[i]) && strcmp(at.series, series) == 0) base = &r[i];
    }
    for (int i = 0; base != NULL && i < a->n_imported; i++) {
        if (!is_first(a, i)) continue;
        label_imported(label, sizeof label, a->imported[i].kernel, base);
        fq_artist_add(a, p, series, label, base->m,
                      base->median_ns * 1e-3 / imported_us(a, a->imported[i].kernel, base), NAN, NAN);
    }
}

static void add_imported_time(fq_artist *a, fq_points *p, const fq_result *r, const char *member, int n) {
    char label[2 * WORD];
    for (int k = 0; k < a->n_imported; k++) {
        double last = NAN;
        if (!is_first(a, k)) continue;
        for (int i = 0; i < n; i++) {
            if (!member[i] || r[i].m == last) continue;
            last = r[i].m;
            label_imported(label, sizeof label, a->imported[k].kernel, &r[i]);
            fq_artist_add(a, p, label, NULL, r[i].m, imported_us(a, a->imported[k].kernel, &r[i]) * 1e-3, NAN, NAN);
        }
    }
}

/* ---- pictures of timed rows: r[0..n-1] with member[i] = 1 belong to it ---- */

static void draw_speedup(fq_artist *a, const fq_result *r, const char *member, int n, const fq_result *one) {
    fq_points p = {NULL, 0, 0};
    char title[3 * WORD], subtitle[4 * WORD], reference[2 * WORD];
    place at, next;
    memset(&at, 0, sizeof at);
    for (int i = 0; i < n; i++) {
        if (!member[i]) continue;
        place_row(&r[i], &next);
        if (at.series[0] != 0 && strcmp(at.series, next.series) != 0)
            add_imported_speedup(a, &p, r, member, n, at.series);
        at = next;
        if (is_baseline(&r[i])) continue;
        fq_artist_add(a, &p, at.series, at.label, at.x, r[i].speedup, r[i].speedup_lo, r[i].speedup_hi);
    }
    add_imported_speedup(a, &p, r, member, n, at.series);
    snprintf(title, sizeof title, "%s: speed-up over %s", title_of(fq_table_family(one)), fq_or_empty(one->baseline));
    snprintf(reference, sizeof reference, "%s = 1", fq_or_empty(one->baseline));
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
    fq_artist_draw(a, &plot, &p, kind, at.group);
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

static void add_floor(fq_artist *a, fq_points *p, const fq_result *r, const char *member, int n, const char *label,
                      double unit) {
    char series[2 * WORD];
    snprintf(series, sizeof series, "floor of %s", label);
    for (int i = 0; i < n; i++) {
        place at;
        if (!member[i]) continue;
        place_row(&r[i], &at);
        if (strcmp(at.label, label) == 0) fq_artist_add(a, p, series, NULL, at.x, r[i].floor_ns * unit, NAN, NAN);
    }
}

static void draw_time(fq_artist *a, const fq_result *r, const char *member, int n, const fq_result *one) {
    fq_points p = {NULL, 0, 0};
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
            fq_artist_add(a, &p, head.label, NULL, at.x, r[j].median_ns * unit, r[j].median_lo_ns * unit,
                          r[j].median_hi_ns * unit);
        }
    }
    free(seen);
    add_imported_time(a, &p, r, member, n);
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
    fq_artist_draw(a, &plot, &p, kind, at.group);
}

static void draw_decode(fq_artist *a, const fq_result *r, const char *member, int n, const fq_result *one) {
    fq_points p = {NULL, 0, 0};
    char subtitle[4 * WORD];
    place at;
    if (strcmp(fq_table_family(one), "decode") != 0) return;
    for (int i = 0; i < n; i++) {
        if (!member[i]) continue;
        place_row(&r[i], &at);
        double tokens = r[i].decode_ts * r[i].median_ns;
        fq_artist_add(a, &p, at.series, at.label, at.x, r[i].decode_ts, tokens / r[i].median_hi_ns,
                      tokens / r[i].median_lo_ns);
    }
    place_row(one, &at);
    subtitle_of(one, subtitle, sizeof subtitle);
    fq_plot plot = {.kind = FQ_PLOT_BARS,
                    .title = "Decode: tokens a second",
                    .subtitle = subtitle,
                    .x_label = "",
                    .y_label = "tokens/s (median, 95 % interval)",
                    .reference_y = NAN};
    fq_artist_draw(a, &plot, &p, "decode rate", at.group);
}

/* Parts of a pass as they are shown together: eight colours there are. */
static const struct {
    const char *name, *parts[3];
} shown[] = {{"row kernels", {"rmsnorm", "rows", "swiglu"}},
             {"qkv", {"qkv"}},
             {"rope", {"rope"}},
             {"attention", {"attention"}},
             {"o", {"o"}},
             {"gate and up", {"gate_up"}},
             {"embedding and head", {"embedding", "head"}},
             {"down", {"down"}}};

static int is_part(const fq_result *r, const fq_result *of, const char *part) {
    return strcmp(fq_or_empty(r->op), "ttft") == 0 && strcmp(fq_or_empty(r->kernel), part) == 0 &&
           strcmp(fq_or_empty(r->variant), fq_or_empty(of->variant)) == 0 && r->batch == of->batch &&
           r->n_prompt == of->n_prompt;
}

/* Milliseconds of the parts named, of the pass that row `of` belongs to. */
static double part_ms(const fq_result *r, int n, const fq_result *of, const char *const *parts, int n_parts) {
    double ms = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n_parts && parts[k] != NULL; k++)
            if (is_part(&r[i], of, parts[k])) ms += r[i].median_ns * 1e-6;
    return ms;
}

/* Rows of kind ttft: a picture a batch and prompt, a bar a variant with its parts on one another; the whole stands in
 * the label. */
static void draw_parts(fq_artist *a, const fq_result *r, int n) {
    for (int i = 0; i < n; i++) {
        fq_points p = {NULL, 0, 0};
        char subtitle[4 * WORD], group[WORD], label[2 * WORD];
        int first = strcmp(fq_or_empty(r[i].op), "ttft") == 0 && strcmp(fq_or_empty(r[i].kernel), "whole") == 0;
        for (int j = 0; j < i; j++)
            first &= !(strcmp(fq_or_empty(r[j].op), "ttft") == 0 && r[j].batch == r[i].batch &&
                       r[j].n_prompt == r[i].n_prompt && strcmp(fq_or_empty(r[j].kernel), "whole") == 0);
        if (!first) continue;
        for (size_t s = 0; s < sizeof shown / sizeof shown[0]; s++)
            for (int j = 0; j < n; j++) {
                if (strcmp(fq_or_empty(r[j].op), "ttft") != 0 || strcmp(fq_or_empty(r[j].kernel), "whole") != 0 ||
                    r[j].batch != r[i].batch || r[j].n_prompt != r[i].n_prompt)
                    continue;
                snprintf(label, sizeof label, "%s, whole %.4g ms", fq_or_empty(r[j].variant), r[j].median_ns * 1e-6);
                fq_artist_add(a, &p, shown[s].name, label, 0, part_ms(r, n, &r[j], shown[s].parts, 3), NAN, NAN);
            }
        snprintf(group, sizeof group, "%s batch %.0f x %.0f", fq_or_empty(r[i].model), r[i].batch, r[i].n_prompt);
        snprintf(subtitle, sizeof subtitle, "%s, %s; parts by events between single launches, the whole as one graph",
                 group, fq_or_empty(r[i].gpu_info));
        fq_plot plot = {.kind = FQ_PLOT_STACK,
                        .title = "Time to first token by kernel",
                        .subtitle = subtitle,
                        .x_label = "",
                        .y_label = "ms (median)",
                        .reference_y = NAN};
        fq_artist_draw(a, &plot, &p, "ttft parts", group);
    }
}

static fq_status draw_results(fq_artist *a, const fq_result *r, int n) {
    char *done = calloc((size_t)n + 1, 1), *member = calloc((size_t)n + 1, 1);
    for (int i = 0; done != NULL && member != NULL && i < n; i++) {
        if (done[i] || strcmp(fq_or_empty(r[i].op), "ttft") == 0) continue;
        for (int j = 0; j < n; j++) {
            member[j] = (char)(j >= i && !done[j] && same_picture(&r[i], &r[j]));
            done[j] = (char)(done[j] || member[j]);
        }
        if (strcmp(fq_table_family(&r[i]), "serve") == 0) continue; /* plots_serve.c */
        draw_speedup(a, r, member, n, &r[i]);
        draw_time(a, r, member, n, &r[i]);
        draw_decode(a, r, member, n, &r[i]);
    }
    draw_parts(a, r, n);
    int lost = done == NULL || member == NULL;
    free(done);
    free(member);
    return lost ? fq_fail(FQ_ERR_MEMORY, "no memory for the plots") : FQ_OK;
}

/* A run without imported times has no such file. */
static fq_status read_imported(fq_artist *a, const char *dir) {
    char path[4200];
    snprintf(path, sizeof path, "%s/imported.csv", dir);
    if (access(path, F_OK) != 0) return FQ_OK;
    return fq_imported_read(path, &a->arena, &a->imported, &a->n_imported);
}

fq_status fq_plots_write(const char *dir, const fq_rows *rows, int *written) {
    fq_artist a = {.status = FQ_OK};
    snprintf(a.dir, sizeof a.dir, "%s/plots", dir);
    *written = 0;
    FQ_TRY(fq_dir_create(a.dir));
    FQ_TRY(fq_arena_init(&a.arena, (size_t)1 << 30));
    fq_status status = read_imported(&a, dir);
    if (status == FQ_OK) status = draw_results(&a, rows->results, rows->n_results);
    fq_plots_accuracy(&a, rows);
    fq_plots_serve(&a, rows);
    fq_arena_free(&a.arena);
    *written = a.written;
    if (a.status != FQ_OK) return fq_fail(a.status, "%s", a.message);
    return status;
}
