/* What a variant costs against what it gains: perplexity above the reference over the time of the very variant, one
 * picture a model and kind of time. Rows of accuracy.csv and results.csv meet by model and variant. */
#include "scenarios/pareto.h"

#include <math.h>
#include <string.h>

#include "scenarios/artist.h"

enum { WORD = FQ_ARTIST_WORD, POINTS_MOST = 256 };

typedef struct point {
    const fq_accuracy_row *accuracy;
    const fq_result *time;
} point;

static int same_shape(const fq_result *a, const fq_result *b) {
    return fq_same_text(a->model, b->model) && a->n_prompt == b->n_prompt && a->batch == b->batch &&
           a->n_threads == b->n_threads && (a->n_gen == b->n_gen || (isnan(a->n_gen) && isnan(b->n_gen)));
}

static int same_question(const fq_accuracy_row *a, const fq_accuracy_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->text, b->text) &&
           fq_same_text(a->protocol, b->protocol) && a->ctx == b->ctx && a->windows == b->windows;
}

static int is_timed(const fq_result *r, const char *op) {
    return fq_same_text(r->op, op) && fq_same_text(r->verdict, "PASS") && r->median_ns > 0;
}

/* The row of that operation whose shape stands for the model: the longest prompt of all. */
static const fq_result *longest(const fq_rows *rows, const char *model, const char *op) {
    const fq_result *best = NULL;
    for (int i = 0; i < rows->n_results; i++) {
        const fq_result *r = &rows->results[i];
        if (is_timed(r, op) && fq_same_text(r->model, model) && (best == NULL || r->n_prompt > best->n_prompt))
            best = r;
    }
    return best;
}

static const fq_result *time_of(const fq_rows *rows, const fq_result *shape, const char *variant) {
    for (int i = 0; i < rows->n_results; i++) {
        const fq_result *r = &rows->results[i];
        if (is_timed(r, shape->op) && same_shape(r, shape) && fq_same_text(r->variant, variant)) return r;
    }
    return NULL;
}

/* No other point is better in one and at least as good in the other. */
static int on_front(const point *p, int n, int i) {
    for (int k = 0; k < n; k++) {
        const double t = p[k].time->median_ns - p[i].time->median_ns, d = p[k].accuracy->dppl - p[i].accuracy->dppl;
        if (t <= 0 && d <= 0 && (t < 0 || d < 0)) return 0;
    }
    return 1;
}

static void draw(fq_artist *a, const fq_result *shape, const point *p, int n) {
    char subtitle[6 * WORD], group[4 * WORD];
    fq_points points = {NULL, 0, 0};
    const int decode = fq_same_text(shape->op, "decode");
    const double per = decode && shape->n_gen > 0 ? shape->n_gen : 1;
    for (int front = 1; front >= 0; front--)
        for (int i = 0; i < n; i++) {
            const fq_accuracy_row *r = p[i].accuracy;
            if (on_front(p, n, i) == front)
                fq_artist_add(a, &points, front ? "on the Pareto front" : "beaten in both", r->variant,
                              p[i].time->median_ns * 1e-6 / per, r->dppl, r->dppl_lo, r->dppl_hi);
        }
    const fq_accuracy_row *r = p[0].accuracy;
    snprintf(subtitle, sizeof subtitle, "%s on %s, windows of %.0f; prompt of %.0f, batch %.0f, %.0f threads, %s",
             fq_or_empty(r->model), fq_or_empty(r->text), r->ctx, shape->n_prompt, shape->batch, shape->n_threads,
             fq_or_empty(shape->gpu_info != NULL && shape->gpu_info[0] ? shape->gpu_info : shape->cpu_info));
    snprintf(group, sizeof group, "%s %s %s", fq_or_empty(shape->op), fq_or_empty(r->model), fq_or_empty(r->text));
    fq_plot plot = {.kind = FQ_PLOT_SCATTER,
                    .title = decode ? "Perplexity lost against time a generated token"
                                    : "Perplexity lost against time to first token",
                    .subtitle = subtitle,
                    .x_label = decode ? "time a token (ms)" : "time to first token (ms)",
                    .y_label = "perplexity above the reference",
                    .reference_y = 0,
                    .reference = "reference"};
    fq_artist_draw(a, &plot, &points, "pareto", group);
}

static void pictures_of(fq_artist *a, const fq_rows *rows, const fq_accuracy_row *first) {
    static const char *const ops[] = {"prefill", "decode"};
    for (size_t o = 0; o < sizeof ops / sizeof ops[0]; o++) {
        const fq_result *shape = longest(rows, first->model, ops[o]);
        point p[POINTS_MOST];
        int n = 0;
        for (int i = 0; i < rows->n_accuracy && shape != NULL && n < POINTS_MOST; i++) {
            const fq_accuracy_row *r = &rows->accuracy[i];
            if (!same_question(r, first) || r->kappa > 1 || isnan(r->dppl)) continue;
            const fq_result *t = time_of(rows, shape, r->variant);
            if (t != NULL) p[n++] = (point){r, t};
        }
        if (n >= 3) draw(a, shape, p, n);
    }
}

/* No other row costs less or as much and is nearer to the reference. */
static int on_cost_front(const fq_accuracy_row *const *p, int n, int i) {
    for (int k = 0; k < n; k++) {
        const double c = p[k]->mac_cells - p[i]->mac_cells, d = p[k]->kld_mean - p[i]->kld_mean;
        if (c <= 0 && d <= 0 && (c < 0 || d < 0)) return 0;
    }
    return 1;
}

/* What the name of a row changes tells the rows of a sweep apart. */
static const char *changes(const char *variant) {
    const char *colon = strchr(fq_or_empty(variant), ':');
    return colon != NULL ? colon + 1 : variant;
}

static int has_cost(const fq_accuracy_row *r, const fq_accuracy_row *first) {
    return same_question(r, first) && (r->kappa == first->kappa || (isnan(r->kappa) && isnan(first->kappa))) &&
           isfinite(r->mac_cells) && isfinite(r->kld_mean) && r->kld_mean > 0;
}

static void draw_cost(fq_artist *a, const fq_rows *rows, const fq_accuracy_row *first) {
    const fq_accuracy_row *p[POINTS_MOST];
    char subtitle[4 * WORD], group[2 * WORD], strength[32] = "";
    fq_points points = {NULL, 0, 0};
    int n = 0;
    for (int i = 0; i < rows->n_accuracy && n < POINTS_MOST; i++)
        if (has_cost(&rows->accuracy[i], first)) p[n++] = &rows->accuracy[i];
    if (n < 6) return;
    for (int front = 1; front >= 0; front--)
        for (int i = 0; i < n; i++)
            if (on_cost_front(p, n, i) == front)
                fq_artist_add(a, &points, front ? "on the Pareto front" : "beaten in both",
                              front ? changes(p[i]->variant) : "", p[i]->mac_cells, p[i]->kld_mean, NAN, NAN);
    if (first->kappa > 1) snprintf(strength, sizeof strength, ", outliers of strength %.0f", first->kappa);
    snprintf(subtitle, sizeof subtitle, "%s on %s, windows of %.0f%s; cells: adders of an exact unit",
             fq_or_empty(first->model), fq_or_empty(first->text), first->ctx, strength);
    snprintf(group, sizeof group, "cost %s %s %.0f", fq_or_empty(first->model), fq_or_empty(first->text), first->kappa);
    fq_plot plot = {.kind = FQ_PLOT_SCATTER,
                    .title = "Nearness to float32 against the cost of a multiply-accumulate unit",
                    .subtitle = subtitle,
                    .x_label = "area proxy (cells)",
                    .y_label = "mean KL divergence (nats a token)",
                    .log_x = 1,
                    .log_y = 1};
    fq_artist_draw(a, &plot, &points, "pareto", group);
}

fq_status fq_pareto_write(const char *dir, const fq_rows *rows, int *written) {
    fq_artist a = {.written = 0, .status = FQ_OK};
    *written = 0;
    snprintf(a.dir, sizeof a.dir, "%s/plots", dir);
    FQ_TRY(fq_dir_create(a.dir));
    FQ_TRY(fq_arena_init(&a.arena, 0));
    for (int i = 0; i < rows->n_accuracy; i++) {
        int seen = 0;
        for (int k = 0; k < i; k++)
            seen |= same_question(&rows->accuracy[i], &rows->accuracy[k]);
        if (!seen) pictures_of(&a, rows, &rows->accuracy[i]);
        int drawn = !isfinite(rows->accuracy[i].mac_cells);
        for (int k = 0; k < i && !drawn; k++)
            drawn = has_cost(&rows->accuracy[k], &rows->accuracy[i]);
        if (!drawn) draw_cost(&a, rows, &rows->accuracy[i]);
    }
    *written = a.written;
    fq_arena_free(&a.arena);
    return a.status == FQ_OK ? FQ_OK : fq_fail(a.status, "%s", a.message);
}
