/* The table of methods and the quantizers that choose scales and codebooks but round every weight for itself.
 * Plain round to nearest is fq_qmatrix_quantize; error feedback is gptq.c. */
#include <float.h>
#include <math.h>
#include <omp.h>
#include <string.h>
#include "harness/cpu.h"
#include "harness/rng.h"
#include "quant/absmax.h"
#include "quant/gptq.h"
#include "quant/group_scale.h"

enum { SWEEPS = 4 }; /* of descent, at most: it stops when nothing moves */

const fq_method fq_methods[FQ_METHOD_COUNT] = {
#define FQ_METHOD(id, name, rounding, scales, books, damping, source)                                                  \
    {name, FQ_ROUNDING_##rounding, FQ_SCALES_##scales, books, damping, source},
#include "quant/methods.def"
#undef FQ_METHOD
};

const fq_method *fq_method_find(const char *name) {
    for (int i = 0; i < FQ_METHOD_COUNT; i++)
        if (strcmp(fq_methods[i].name, name) == 0) return &fq_methods[i];
    return NULL;
}

static int feeds_back(const fq_method *m) {
    return m->rounding == FQ_ROUNDING_GPTQ || m->rounding == FQ_ROUNDING_DESCENT;
}

int fq_method_needs_moments(const fq_method *m) {
    return feeds_back(m) || m->scales == FQ_SCALES_OUTPUT;
}

/* One call's matrix and what its rows share. */
typedef struct job {
    fq_qmatrix *q;
    const float *w;
    size_t stride;
    float tensor_scale;
    const float *first;  /* [rows] first scale of recipes with two levels, else NULL */
    const float *weight; /* [K] of an input's squared error */
    fq_group_choice search;
    int stochastic;
    float **row;     /* [threads][K] */
    uint8_t **codes; /* [threads][K] */
} job;

/* Row i of the call in operand units, in this thread's memory. */
static const float *operand_row(const job *j, int i) {
    const float *w = j->w + (size_t)i * j->stride, t = j->first != NULL ? j->first[i] : 1.0f;
    float *x = j->row[omp_get_thread_num()];
    for (int c = 0; c < j->q->cols; c++)
        x[c] = w[c] * j->tensor_scale / t;
    return x;
}

static int group_end(const fq_qmatrix *q, int c) {
    return q->cols - c < q->group ? q->cols : c + q->group;
}

/* Squared error of row i with its best scales from one codebook. */
static double row_error(const job *j, int i, const fq_codebook *book) {
    const float *x = operand_row(j, i);
    double sum = 0;
    for (int c = 0; c < j->q->cols; c += j->q->group) {
        fq_group_scale scale;
        sum += fq_group_search(j->q->recipe, book, x + c, j->weight + c, group_end(j->q, c) - c, j->search, &scale);
    }
    return sum;
}

/* The codebook with the least error over all rows; the lower of equals. error[rows]. */
static const fq_codebook *choose_book(const job *j, unsigned books, int rows, double *error) {
    int best = -1;
    double least = 0;
    for (int b = 0; b < FQ_CODEBOOK_COUNT; b++) {
        double sum = 0;
        if (!(books >> b & 1)) continue;
#pragma omp parallel for schedule(static) num_threads(fq_threads())
        for (int i = 0; i < rows; i++)
            error[i] = row_error(j, i, &fq_codebooks[b]);
        for (int i = 0; i < rows; i++)
            sum += error[i];
        if (best < 0 || sum < least) best = b, least = sum;
    }
    FQ_ASSERT(best >= 0);
    return &fq_codebooks[best];
}

/* One random number a weight, from its place, so that threads and calls change nothing. */
static void round_stochastically(const fq_recipe *r, const fq_group_scale *scale, const float *x, int n, int row, int c,
                                 uint8_t *codes) {
    fq_rng rng = fq_rng_seed((uint64_t)row, (uint64_t)c);
    for (int i = 0; i < n; i++)
        codes[i] = (uint8_t)fq_format_encode_stochastic(r->code, x[i] / scale->s + (float)scale->zero,
                                                        (float)fq_rng_uniform(&rng));
}

static void quantize_row(const job *j, int row0, int i, const fq_codebook *book) {
    fq_qmatrix *q = j->q;
    const float *x = operand_row(j, i);
    uint8_t *codes = j->codes[omp_get_thread_num()];
    int g = 0;
    if (q->groups > 0) q->row_scale[row0 + i] = (j->first != NULL ? j->first[i] : 1.0f) / j->tensor_scale;
    for (int c = 0; c < q->cols; c += q->group, g++) {
        fq_group_scale scale;
        const int n = group_end(q, c) - c;
        (void)fq_group_search(q->recipe, book, x + c, j->weight + c, n, j->search, &scale);
        if (j->stochastic && q->recipe->range != FQ_RANGE_PROGRESSIVE) /* whose operands must stay INT8 */
            round_stochastically(q->recipe, &scale, x + c, n, row0 + i, c, codes + c);
        else
            fq_group_encode(q->recipe, book, &scale, x + c, n, codes + c);
        fq_qmatrix_put_scale(q, row0 + i, g, scale.code);
        if (q->zeros != NULL) fq_qmatrix_put_zero(q, row0 + i, g, scale.zero);
    }
    fq_qmatrix_put_codes(q, row0 + i, 0, q->cols, codes);
}

static int all_finite(const float *w, size_t stride, int rows, int cols, float tensor_scale) {
    for (int i = 0; i < rows; i++)
        if (!isfinite(fq_absmax(w + (size_t)i * stride, (size_t)cols) * tensor_scale)) return 0;
    return 1;
}

static fq_status job_create(job *j, int rows, int search_by_output, const fq_input_stats *stats, fq_arena *scratch) {
    const int cols = j->q->cols, threads = fq_threads();
    float *weight = FQ_NEW(scratch, float, cols), *first = FQ_NEW(scratch, float, rows);
    j->row = FQ_NEW(scratch, float *, threads);
    j->codes = FQ_NEW(scratch, uint8_t *, threads);
    if (weight == NULL || first == NULL || j->row == NULL || j->codes == NULL) return FQ_ERR_MEMORY;
    for (int t = 0; t < threads; t++) {
        j->row[t] = FQ_NEW(scratch, float, cols);
        j->codes[t] = FQ_NEW(scratch, uint8_t, cols);
        if (j->row[t] == NULL || j->codes[t] == NULL) return FQ_ERR_MEMORY;
    }
    for (int c = 0; c < cols; c++) {
        weight[c] = 1.0f;
        if (search_by_output)
            weight[c] = stats->moment != NULL ? stats->moment[(size_t)c * (size_t)cols + (size_t)c]
                                              : stats->absmean[c] * stats->absmean[c];
    }
    j->weight = weight;
    if (fq_recipe_two_levels(j->q->recipe)) {
        for (int i = 0; i < rows; i++)
            first[i] = fq_recipe_first_scale(j->q->recipe,
                                             fq_absmax(j->w + (size_t)i * j->stride, (size_t)cols) * j->tensor_scale);
        j->first = first;
    }
    return FQ_OK;
}

fq_status fq_method_quantize(const fq_method *m, fq_qmatrix *q, int row0, const float *w, size_t stride, int rows,
                             float tensor_scale, const fq_input_stats *stats, fq_arena *scratch) {
    const fq_recipe *r = q->recipe;
    const unsigned books = q->book != NULL ? m->books : 0;
    const int plain = m->rounding == FQ_ROUNDING_NEAREST && m->scales == FQ_SCALES_ABSMAX && books == 0;
    FQ_ASSERT(!fq_method_needs_moments(m) || (stats != NULL && stats->cols == q->cols));
    FQ_ASSERT(!feeds_back(m) || stats->moment != NULL);
    if (plain || r->group == FQ_NO_SCALE || !all_finite(w, stride, rows, q->cols, tensor_scale))
        return fq_qmatrix_quantize(q, row0, w, stride, rows, tensor_scale);
    FQ_ASSERT(row0 >= 0 && rows >= 0 && row0 <= q->rows - rows && stride >= (size_t)q->cols);
    FQ_ASSERT(tensor_scale == 1.0f || q->groups > 0);
    job j = {.q = q,
             .w = w,
             .stride = stride,
             .tensor_scale = tensor_scale,
             .search = m->scales == FQ_SCALES_ABSMAX       ? FQ_SEARCH_OWN
                       : m->scales == FQ_SCALES_PERCENTILE ? FQ_SEARCH_PERCENTILE
                                                           : FQ_SEARCH_BEST,
             .stochastic = m->rounding == FQ_ROUNDING_STOCHASTIC};
    FQ_TRY(job_create(&j, rows, m->scales == FQ_SCALES_OUTPUT, stats, scratch));
    const fq_codebook *book = NULL;
    if (q->book != NULL) {
        double *error = FQ_NEW(scratch, double, rows);
        if (error == NULL) return FQ_ERR_MEMORY;
        book = books != 0 ? choose_book(&j, books, rows, error) : &fq_codebooks[FQ_CODEBOOK_INT4];
        memset(q->book + row0, (int)(book - fq_codebooks), (size_t)rows);
    }
    if (feeds_back(m)) {
        const int sweeps = m->rounding == FQ_ROUNDING_DESCENT ? SWEEPS : 0;
        return fq_gptq_quantize(q, row0, w, stride, rows, tensor_scale, book, j.search, m->damping, sweeps, j.first,
                                stats, scratch);
    }
#pragma omp parallel for schedule(static) num_threads(fq_threads())
    for (int i = 0; i < rows; i++)
        quantize_row(&j, row0, i, book);
    return FQ_OK;
}
