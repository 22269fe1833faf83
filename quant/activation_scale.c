/* Channel scales from activations and the error measure they are searched with: the squared error of a layer's outputs,
 * which the second moments of its inputs give exactly, so that no activations need be kept. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include "harness/cpu.h"
#include "quant/activation_scale.h"
#include "quant/block.h"
#include "quant/transform.h"

/* most[j] = max_i |W_ij| over all matrices. */
static void column_absmax(const float *const *w, const int *rows, int count, int cols, float *most) {
    memset(most, 0, (size_t)cols * sizeof *most);
    for (int m = 0; m < count; m++) {
        for (int r = 0; r < rows[m]; r++) {
            const float *row = w[m] + (size_t)r * (size_t)cols;
            for (int j = 0; j < cols; j++)
                most[j] = fmaxf(most[j], fabsf(row[j]));
        }
    }
}

void fq_smooth_factors(const fq_input_stats *x, const float *const *w, const int *rows, int count, float alpha,
                       float *lambda) {
    column_absmax(w, rows, count, x->cols, lambda);
    for (int j = 0; j < x->cols; j++)
        lambda[j] =
            x->absmax[j] > 0 && lambda[j] > 0 ? powf(x->absmax[j], alpha) / powf(lambda[j], 1.0f - alpha) : 1.0f;
}

void fq_log_factors(const fq_input_stats *x, float *lambda) {
    for (int j = 0; j < x->cols; j++)
        lambda[j] = x->absmax[j] > 0 ? x->absmax[j] / log2f(2.0f + x->absmax[j]) : 1.0f;
}

/* sum over 16 columns e_r of e[K][16] of e_r^T M e_r, or of the stand-in diagonal. */
static double block_error(const fq_input_stats *x, const float *e) {
    double part[FQ_BLOCK_ROWS] = {0}, sum = 0;
    if (x->moment != NULL) {
        fq_block_quadratic(e, x->moment, x->cols, part);
    } else {
        for (int i = 0; i < x->cols * FQ_BLOCK_ROWS; i++) {
            const double a = (double)x->absmean[i / FQ_BLOCK_ROWS] * (double)e[i];
            part[i % FQ_BLOCK_ROWS] += a * a;
        }
    }
    for (int r = 0; r < FQ_BLOCK_ROWS; r++)
        sum += part[r];
    return sum;
}

/* tr(E M E^T) with E = Q diag(1/lambda) - W (lambda NULL: ones), and tr(W M W^T) where `whole` is not NULL. */
static fq_status output_error(const fq_qmatrix *q, int row0, const float *w, int rows, const float *lambda,
                              const fq_input_stats *x, fq_arena *scratch, double *left, double *whole) {
    const size_t k = (size_t)x->cols;
    const int blocks = (rows + FQ_BLOCK_ROWS - 1) / FQ_BLOCK_ROWS, threads = fq_threads();
    float *e = FQ_NEW(scratch, float, (size_t)threads *k *FQ_BLOCK_ROWS);
    float *values = FQ_NEW(scratch, float, (size_t)threads *k);
    double *part = FQ_NEW(scratch, double, 2 * (size_t)blocks);
    FQ_ASSERT(q->cols == x->cols);
    if (e == NULL || values == NULL || part == NULL) return FQ_ERR_MEMORY;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int b = 0; b < blocks; b++) {
        const int r0 = b * FQ_BLOCK_ROWS, count = rows - r0 < FQ_BLOCK_ROWS ? rows - r0 : FQ_BLOCK_ROWS;
        float *mine = e + (size_t)omp_get_thread_num() * k * FQ_BLOCK_ROWS;
        float *row = values + (size_t)omp_get_thread_num() * k;
        fq_block_gather(w + (size_t)r0 * k, k, count, x->cols, NULL, mine);
        if (whole != NULL) part[blocks + b] = block_error(x, mine);
        for (int r = 0; r < count; r++) {
            fq_qmatrix_dequantize(q, row0 + r0 + r, row);
            for (size_t j = 0; j < k; j++)
                mine[j * FQ_BLOCK_ROWS + (size_t)r] -= lambda != NULL ? row[j] / lambda[j] : row[j];
        }
        part[b] = block_error(x, mine);
    }
    *left = 0;
    for (int b = 0; b < blocks; b++)
        *left += part[b];
    if (whole != NULL) *whole = 0;
    for (int b = 0; whole != NULL && b < blocks; b++)
        *whole += part[blocks + b];
    return FQ_OK;
}

double fq_output_error(const fq_qmatrix *q, int row0, const float *w, int rows, const fq_input_stats *x,
                       fq_arena *scratch) {
    double left, whole;
    if (output_error(q, row0, w, rows, NULL, x, scratch, &left, &whole) != FQ_OK) return NAN;
    return whole > 0 ? left / whole : 0;
}

/* What all trials of one AWQ search share. */
typedef struct search {
    const fq_input_stats *x;
    const float *const *w;
    const int *rows;
    int count;
    const fq_awq_options *o;
    fq_method method;  /* the option's, rounding to nearest */
    double *magnitude; /* [groups] of the inputs; 0 for channels that keep 1 */
    int groups;
} search;

static int group_of(const search *s, int channel) {
    return s->o->group_of != NULL ? s->o->group_of[channel] : channel;
}

static fq_status measure_channels(search *s, fq_arena *scratch) {
    const int cols = s->x->cols;
    float *most = FQ_NEW(scratch, float, cols);
    double *weight = FQ_NEW(scratch, double, s->groups);
    int *members = FQ_NEW(scratch, int, s->groups);
    s->magnitude = FQ_NEW(scratch, double, s->groups);
    if (most == NULL || weight == NULL || members == NULL || s->magnitude == NULL) return FQ_ERR_MEMORY;
    column_absmax(s->w, s->rows, s->count, cols, most);
    for (int j = 0; j < cols; j++) {
        const int g = group_of(s, j);
        FQ_ASSERT(g >= 0 && g < s->groups);
        s->magnitude[g] += (double)s->x->absmean[j];
        weight[g] += (double)most[j];
        members[g]++;
    }
    for (int g = 0; g < s->groups; g++)
        s->magnitude[g] = weight[g] > 0 ? s->magnitude[g] / members[g] : 0;
    return FQ_OK;
}

static void factors(const search *s, double exponent, float *lambda) {
    double least = INFINITY, most = 0;
    for (int g = 0; g < s->groups; g++) {
        if (!(s->magnitude[g] > 0)) continue;
        least = fmin(least, s->magnitude[g]);
        most = fmax(most, s->magnitude[g]);
    }
    /* sqrt(max lambda min lambda), where lambda are powers of the magnitudes */
    const double middle = most > 0 ? sqrt(least) * sqrt(most) : 1.0;
    for (int j = 0; j < s->x->cols; j++) {
        const double magnitude = s->magnitude[group_of(s, j)];
        lambda[j] = magnitude > 0 ? (float)pow(magnitude / middle, exponent) : 1.0f;
    }
}

/* Output error of all matrices, quantized with their columns times lambda. */
static fq_status trial(const search *s, const float *lambda, fq_arena *scratch, double *error) {
    const size_t k = (size_t)s->x->cols;
    const fq_recipe *recipe = s->o->w;
    fq_input_stats scaled = *s->x;
    *error = 0;
    if (fq_method_needs_moments(&s->method)) {
        FQ_TRY(fq_input_stats_copy(&scaled, s->x, scratch));
        fq_input_stats_unscale(&scaled, lambda);
    }
    for (int m = 0; m < s->count; m++) {
        const size_t mark = scratch->used;
        fq_qmatrix q;
        double part, scale = 1;
        float *w = fq_arena_alloc(scratch, (size_t)s->rows[m] * k * sizeof *w);
        if (w == NULL) return FQ_ERR_MEMORY;
        memcpy(w, s->w[m], (size_t)s->rows[m] * k * sizeof *w);
        fq_scale_columns(w, s->rows[m], (int)k, lambda);
        FQ_TRY(fq_qmatrix_create(&q, recipe, s->rows[m], (int)k, scratch));
        if (recipe->group > 0 && recipe->scale == FQ_E4M3) {
            scale = (double)fq_tensor_scale_top(w, k, s->rows[m], (int)k, recipe->group);
            if (s->method.books != 0) FQ_TRY(fq_qmatrix_add_books(&q, scratch));
        }
        FQ_TRY(fq_method_quantize(&s->method, &q, 0, w, k, s->rows[m], (float)scale, &scaled, scratch));
        FQ_TRY(output_error(&q, 0, s->w[m], s->rows[m], lambda, s->x, scratch, &part, NULL));
        *error += part;
        fq_arena_reset(scratch, mark);
    }
    return FQ_OK;
}

fq_status fq_awq_factors(const fq_input_stats *x, const float *const *w, const int *rows, int count,
                         const fq_awq_options *o, fq_arena *scratch, float *lambda, float *exponent) {
    search s = {.x = x, .w = w, .rows = rows, .count = count, .o = o, .method = *o->method};
    double best = 0, least = INFINITY;
    s.method.rounding = FQ_ROUNDING_NEAREST;
    s.groups = o->group_of != NULL ? o->groups : x->cols;
    FQ_ASSERT(o->steps > 0 && s.groups > 0);
    FQ_TRY(measure_channels(&s, scratch));
    for (int i = 0; i < o->steps; i++) {
        const size_t mark = scratch->used;
        const double a = (double)i / o->steps;
        double error;
        factors(&s, a, lambda);
        FQ_TRY(trial(&s, lambda, scratch, &error));
        fq_arena_reset(scratch, mark);
        if (error < least) least = error, best = a;
    }
    factors(&s, best, lambda);
    if (exponent != NULL) *exponent = (float)best;
    return FQ_OK;
}

static float channel_worth(const fq_input_stats *x, int j) {
    const size_t k = (size_t)x->cols;
    return x->moment != NULL ? x->moment[(size_t)j * k + (size_t)j] : x->absmean[j];
}

static int compare_channels(const void *a, const void *b, void *stats) {
    const int i = *(const int *)a, j = *(const int *)b;
    const float x = channel_worth(stats, i), y = channel_worth(stats, j);
    return x != y ? (x > y) - (x < y) : (i > j) - (i < j);
}

void fq_outlier_order(const fq_input_stats *x, int *order) {
    fq_input_stats copy = *x; /* qsort_r's context is not const */
    for (int j = 0; j < x->cols; j++)
        order[j] = j;
    qsort_r(order, (size_t)x->cols, sizeof *order, compare_channels, &copy);
}
