/* GPTQ on any recipe's value grid: one triangular factor of the inputs' second moments, then blocks of 16 rows at a
 * time go through the columns together. Rows never meet, so threads change nothing. */
#include <math.h>
#include <omp.h>
#include <string.h>
#include "harness/cpu.h"
#include "quant/block.h"
#include "quant/descent.h"
#include "quant/gptq.h"
#include "quant/group_scale.h"

enum { PANEL = 64 }; /* columns factored before the rest of the matrix is brought up to date */

typedef struct ranked {
    double worth;
    int index;
} ranked;

/* By falling worth; insertion keeps equals in place. count is a group's size or the number of groups. */
static void rank(ranked *r, int count, ranked *spare) {
    for (int width = 1; width < count; width *= 2) {
        for (int from = 0; from < count; from += 2 * width) {
            const int mid = from + width < count ? from + width : count;
            const int end = from + 2 * width < count ? from + 2 * width : count;
            int a = from, b = mid;
            for (int i = from; i < end; i++)
                spare[i] = b >= end || (a < mid && r[a].worth >= r[b].worth) ? r[a++] : r[b++];
        }
        memcpy(r, spare, (size_t)count * sizeof *r);
    }
}

fq_status fq_gptq_order(const float *moment, int cols, int group, fq_arena *scratch, int *order) {
    const int groups = (cols + group - 1) / group;
    ranked *column = FQ_NEW(scratch, ranked, cols), *whole = FQ_NEW(scratch, ranked, groups);
    ranked *spare = FQ_NEW(scratch, ranked, cols);
    if (column == NULL || whole == NULL || spare == NULL) return FQ_ERR_MEMORY;
    for (int g = 0; g < groups; g++) {
        whole[g].index = g;
        for (int j = g * group; j < cols && j < (g + 1) * group; j++) {
            column[j] = (ranked){(double)moment[(size_t)j * (size_t)cols + (size_t)j], j};
            whole[g].worth += column[j].worth;
        }
        /* A last, shorter group must not look less worth because it is shorter. */
        const int size = cols - g * group < group ? cols - g * group : group;
        whole[g].worth /= size;
        rank(column + (size_t)g * (size_t)group, size, spare);
    }
    rank(whole, groups, spare);
    for (int g = 0, n = 0; g < groups; g++)
        for (int j = whole[g].index * group; j < cols && j < (whole[g].index + 1) * group; j++)
            order[n++] = column[j].index;
    return FQ_OK;
}

/* L of the first `count` columns from k0 on, in place: the square block, then the rows below it. */
static int factor_panel(double *a, size_t ld, int n, int k0, int count) {
    double above[PANEL * PANEL]; /* transposed block of L: row c holds column c, for contiguous subtraction */
    for (int c = 0; c < count; c++) {
        double *row = a + (size_t)(k0 + c) * ld + k0;
        for (int t = 0; t < c; t++) {
            row[t] /= above[t * PANEL + t];
            for (int s = t + 1; s <= c; s++)
                row[s] -= row[t] * (s < c ? above[t * PANEL + s] : row[t]);
            above[t * PANEL + c] = row[t];
        }
        if (!(row[c] > 0)) return 0;
        row[c] = above[c * PANEL + c] = sqrt(row[c]);
    }
#pragma omp parallel for schedule(static)
    for (int i = k0 + count; i < n; i++) {
        double *row = a + (size_t)i * ld + k0;
        for (int t = 0; t < count; t++) {
            const double x = row[t] /= above[t * PANEL + t];
            for (int s = t + 1; s < count; s++)
                row[s] -= x * above[t * PANEL + s];
        }
    }
    return 1;
}

/* a[n][ld], lower triangle: A = L L^T in place. ld a multiple of 8, rows padded to a multiple of 4; panel: PANEL x ld.
 * What lies above the diagonal is overwritten with anything. Returns 0 if A is not positive definite. */
static int cholesky(double *a, size_t ld, int n, double *panel) {
    const fq_block_kernels *kernels = fq_block_kernels_best();
    for (int k0 = 0; k0 < n; k0 += PANEL) {
        const int count = n - k0 < PANEL ? n - k0 : PANEL, from = k0 + count;
        if (!factor_panel(a, ld, n, k0, count)) return 0;
        for (int t = 0; t < count; t++) {
            memset(panel + (size_t)t * ld + n, 0, (ld - (size_t)n) * sizeof *panel);
            for (int i = from; i < n; i++)
                panel[(size_t)t * ld + (size_t)i] = a[(size_t)i * ld + (size_t)(k0 + t)];
        }
        /* k0 is a multiple of the tile, and so is `from` unless the loop is over. */
#pragma omp parallel for schedule(dynamic, 8)
        for (int i = from; i < n; i += FQ_TILE_ROWS)
            for (int j = from; j < i + FQ_TILE_ROWS; j += FQ_TILE_COLS)
                kernels->downdate(panel + i, panel + j, ld, count, a + (size_t)i * ld + j, ld);
    }
    return 1;
}

/* What is added to the diagonal of the moments. */
static double damping_of(const float *moment, size_t k, double share) {
    double mean = 0;
    for (size_t i = 0; i < k; i++)
        mean += (double)moment[i * k + i] / (double)k;
    return mean > 0 ? share * mean : 1.0;
}

fq_status fq_gptq_factor(const float *moment, int cols, const int *order, double damping, fq_arena *scratch, float *u) {
    const size_t k = (size_t)cols, ld = (k + 7) / 8 * 8;
    double *a = FQ_NEW(scratch, double, ld *ld), *panel = FQ_NEW(scratch, double, PANEL *ld);
    const double damp = damping_of(moment, k, damping);
    if (a == NULL || panel == NULL) return FQ_ERR_MEMORY;
        /* The factor wanted starts at the far corner: Cholesky's, with rows and columns in reverse. */
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < k; i++) {
        const float *row = moment + (size_t)order[k - 1 - i] * k;
        for (size_t j = 0; j <= i; j++)
            a[i * ld + j] = (double)row[order[k - 1 - j]];
        a[i * ld + i] += damp;
    }
    if (!cholesky(a, ld, cols, panel))
        return fq_fail(FQ_ERR_NUMERIC, "second moments of %d inputs: expected a positive semidefinite matrix", cols);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < k; i++) {
        memset(u + i * k, 0, (i + 1) * sizeof *u);
        for (size_t j = i + 1; j < k; j++)
            u[i * k + j] = (float)(a[(k - 1 - i) * ld + k - 1 - j] / a[(k - 1 - j) * ld + k - 1 - j]);
    }
    return FQ_OK;
}

/* What all blocks of rows share. */
typedef struct plan {
    fq_qmatrix *q;
    const fq_codebook *book;
    const fq_block_kernels *kernels;
    const int *order;
    const float *u;
    const float *worth; /* [K] second moments of single inputs, in `order` */
    fq_group_choice search;
    int block;                 /* columns that go together: a group, or some of a whole row */
    const fq_descent *descent; /* to follow, or NULL */
} plan;

/* Memory of one thread. */
typedef struct desk {
    float *w, *e;   /* [K][16] weights in `order`; what they lost */
    float *p;       /* [block][16] weights with feedback of what is rounded already */
    float *x;       /* [block][16] weights as they would be rounded if the block's own rounding lost nothing */
    float *row;     /* [K] one row's weights */
    uint8_t *codes; /* [16][K] as stored */
    /* for descent: codes[K][16] and scales[groups][16] in `order` */
    uint8_t *placed;
    fq_group_scale *scales;
    fq_descent_desk descent;
} desk;

static fq_status desk_create(desk *d, int cols, int block, fq_arena *arena) {
    const size_t k = (size_t)cols;
    *d = (desk){.w = FQ_NEW(arena, float, k *FQ_BLOCK_ROWS),
                .e = FQ_NEW(arena, float, k *FQ_BLOCK_ROWS),
                .p = FQ_NEW(arena, float, (size_t)block *FQ_BLOCK_ROWS),
                .x = FQ_NEW(arena, float, (size_t)block *FQ_BLOCK_ROWS),
                .row = FQ_NEW(arena, float, k),
                .codes = FQ_NEW(arena, uint8_t, k * FQ_BLOCK_ROWS)};
    return d->w && d->e && d->p && d->x && d->row && d->codes ? FQ_OK : FQ_ERR_MEMORY;
}

/* Scales of one group for all rows from weights x[n][16], and the value lists of 4-bit codes as value[code][row]. */
static void choose_scales(const plan *p, const desk *d, int rows, int row, int g, const float *x, const float *worth,
                          int n, fq_group_scale *scale, float *value) {
    for (int r = 0; r < FQ_BLOCK_ROWS; r++) {
        float list[16];
        const int real = r < rows;
        if (real) {
            for (int j = 0; j < n; j++)
                d->row[j] = x[(size_t)j * FQ_BLOCK_ROWS + (size_t)r];
            (void)fq_group_search(p->q->recipe, p->book, d->row, worth, n, p->search, &scale[r]);
            fq_qmatrix_put_scale(p->q, row + r, g, scale[r].code);
            if (p->q->zeros != NULL) fq_qmatrix_put_zero(p->q, row + r, g, scale[r].zero);
        } else {
            scale[r] = scale[0];
        }
        if (!fq_group_has_values(p->q->recipe)) continue;
        fq_group_values(p->q->recipe, p->book, &scale[r], list);
        for (int c = 0; c < 16; c++)
            value[c * FQ_BLOCK_ROWS + r] = list[c];
    }
}

/* The group's weights at its turn, d->x from d->p: the best ones for what is lost before it, which is what the
 * published algorithm has in its matrix then. A weight moved to make up for earlier losses is itself a change that
 * later ones see. */
static void expect_weights(const plan *p, const desk *d, int c0, int n) {
    const size_t k = (size_t)p->q->cols;
    memcpy(d->x, d->p, (size_t)n * FQ_BLOCK_ROWS * sizeof *d->x);
    for (int j = 0; j < n; j++) {
        const float *w = d->w + (size_t)(c0 + j) * FQ_BLOCK_ROWS;
        float *x = d->x + (size_t)j * FQ_BLOCK_ROWS, moved[FQ_BLOCK_ROWS];
        for (int r = 0; r < FQ_BLOCK_ROWS; r++)
            moved[r] = w[r] - x[r];
        p->kernels->update(moved, p->u + (size_t)(c0 + j) * k + (size_t)(c0 + j + 1), n - j - 1, x + FQ_BLOCK_ROWS);
    }
}

/* One column of a block: codes and values of its 16 weights. */
static void round_column(const plan *p, const float *x, const fq_group_scale *scale, const float *value, uint8_t *codes,
                         float *v) {
    if (fq_group_has_values(p->q->recipe)) {
        p->kernels->nearest(x, value, codes, v);
        return;
    }
    for (int r = 0; r < FQ_BLOCK_ROWS; r++)
        fq_group_round(p->q->recipe, &scale[r], x + r, 1, codes + r, v + r);
}

static fq_status desk_add_descent(desk *d, const fq_descent *descent, int block, fq_arena *arena) {
    d->placed = FQ_NEW(arena, uint8_t, (size_t)descent->cols * FQ_BLOCK_ROWS);
    d->scales = FQ_NEW(arena, fq_group_scale, (size_t)descent->groups * FQ_BLOCK_ROWS);
    if (d->placed == NULL || d->scales == NULL) return FQ_ERR_MEMORY;
    return fq_descent_desk_create(&d->descent, descent->cols, block, arena);
}

/* Codes and scales again, after descent. */
static void descend(const plan *p, const desk *d, int row, int rows) {
    const int cols = p->q->cols;
    fq_descend(p->descent, &d->descent, d->w, d->e, d->placed, d->scales);
    for (int g = 0; g < p->descent->groups; g++)
        for (int r = 0; r < rows; r++)
            fq_qmatrix_put_scale(p->q, row + r, p->order[p->descent->start[g]] / p->block,
                                 d->scales[g * FQ_BLOCK_ROWS + r].code);
    for (int j = 0; j < cols; j++)
        for (int r = 0; r < rows; r++)
            d->codes[(size_t)r * (size_t)cols + (size_t)p->order[j]] = d->placed[(size_t)j * FQ_BLOCK_ROWS + (size_t)r];
}

static void quantize_rows(const plan *p, const desk *d, int row, int rows) {
    const int cols = p->q->cols, whole = p->q->groups == 0;
    const size_t k = (size_t)cols;
    fq_group_scale scale[FQ_BLOCK_ROWS];
    float value[16 * FQ_BLOCK_ROWS];
    if (whole) choose_scales(p, d, rows, row, 0, d->w, p->worth, cols, scale, value);
    for (int c0 = 0, turn = 0; c0 < cols; turn++) {
        const int g = whole ? 0 : p->order[c0] / p->block;
        const int left =
            whole ? cols - c0 : cols - g * p->block; /* a last group may be shorter, wherever its turn is */
        const int c1 = c0 + (left < p->block ? left : p->block);
        memcpy(d->p, d->w + (size_t)c0 * FQ_BLOCK_ROWS, (size_t)(c1 - c0) * FQ_BLOCK_ROWS * sizeof *d->p);
        p->kernels->product(d->e, p->u, k, 0, c0, c0, c1, d->p);
        if (!whole) {
            expect_weights(p, d, c0, c1 - c0);
            choose_scales(p, d, rows, row, g, d->x, p->worth + c0, c1 - c0, scale, value);
        }
        if (p->descent != NULL) memcpy(d->scales + turn * FQ_BLOCK_ROWS, scale, sizeof scale);
        for (int j = c0; j < c1; j++) {
            uint8_t codes[FQ_BLOCK_ROWS];
            float v[FQ_BLOCK_ROWS], *e = d->e + (size_t)j * FQ_BLOCK_ROWS;
            const float *w = d->w + (size_t)j * FQ_BLOCK_ROWS;
            round_column(p, d->p + (size_t)(j - c0) * FQ_BLOCK_ROWS, scale, value, codes, v);
            for (int r = 0; r < FQ_BLOCK_ROWS; r++) {
                d->codes[(size_t)r * k + (size_t)p->order[j]] = codes[r];
                e[r] = w[r] - v[r];
            }
            if (p->descent != NULL) memcpy(d->placed + (size_t)j * FQ_BLOCK_ROWS, codes, sizeof codes);
            p->kernels->update(e, p->u + (size_t)j * k + (j + 1), c1 - j - 1,
                               d->p + (size_t)(j + 1 - c0) * FQ_BLOCK_ROWS);
        }
        c0 = c1;
    }
    if (p->descent != NULL) descend(p, d, row, rows);
    for (int r = 0; r < rows; r++)
        fq_qmatrix_put_codes(p->q, row + r, 0, cols, d->codes + (size_t)r * k);
}

/* H in `order`, damped as in the factor, and where its groups begin. */
static fq_status descent_create(fq_descent *d, const fq_qmatrix *q, const fq_codebook *book, const float *moment,
                                const int *order, double damping, int sweeps, fq_arena *scratch) {
    const size_t k = (size_t)q->cols;
    float *h = FQ_NEW(scratch, float, k *k);
    int *start = FQ_NEW(scratch, int, q->groups + 1);
    const double damp = damping_of(moment, k, damping);
    if (h == NULL || start == NULL) return FQ_ERR_MEMORY;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < k; i++) {
        const float *row = moment + (size_t)order[i] * k;
        for (size_t j = 0; j < k; j++)
            h[i * k + j] = row[order[j]];
        h[i * k + i] += (float)damp;
    }
    for (int g = 0, c = 0; g < q->groups; g++) {
        const int left = q->cols - order[c] / q->group * q->group;
        start[g] = c;
        c += left < q->group ? left : q->group;
    }
    start[q->groups] = q->cols;
    *d = (fq_descent){.recipe = q->recipe,
                      .book = book,
                      .h = h,
                      .start = start,
                      .cols = q->cols,
                      .groups = q->groups,
                      .sweeps = sweeps};
    return FQ_OK;
}

fq_status fq_gptq_quantize(fq_qmatrix *q, int row0, const float *w, size_t stride, int rows, float tensor_scale,
                           const fq_codebook *book, fq_group_choice search, double damping, int sweeps,
                           const float *first, const fq_input_stats *stats, fq_arena *scratch) {
    const size_t k = (size_t)q->cols;
    const int threads = fq_threads(), block = q->groups > 0 ? q->group : FQ_BLOCK_COLS;
    int *order = FQ_NEW(scratch, int, k);
    float *u = fq_arena_alloc(scratch, k * k * sizeof *u), *worth = FQ_NEW(scratch, float, k);
    desk *desks = FQ_NEW(scratch, desk, threads);
    if (order == NULL || u == NULL || worth == NULL || desks == NULL) return FQ_ERR_MEMORY;
    for (int t = 0; t < threads; t++)
        FQ_TRY(desk_create(&desks[t], q->cols, block, scratch));
    FQ_TRY(fq_gptq_order(stats->moment, q->cols, q->group, scratch, order));
    FQ_TRY(fq_gptq_factor(stats->moment, q->cols, order, damping, scratch, u));
    for (size_t j = 0; j < k; j++)
        worth[j] = stats->moment[(size_t)order[j] * k + (size_t)order[j]];
    fq_descent descent;
    const int follow = sweeps > 0 && q->groups > 0 && fq_group_has_values(q->recipe);
    if (follow) FQ_TRY(descent_create(&descent, q, book, stats->moment, order, damping, sweeps, scratch));
    for (int t = 0; follow && t < threads; t++)
        FQ_TRY(desk_add_descent(&desks[t], &descent, block, scratch));
    const plan p = {q, book, fq_block_kernels_best(), order, u, worth, search, block, follow ? &descent : NULL};
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int r0 = 0; r0 < rows; r0 += FQ_BLOCK_ROWS) {
        const desk *d = &desks[omp_get_thread_num()];
        const int count = rows - r0 < FQ_BLOCK_ROWS ? rows - r0 : FQ_BLOCK_ROWS;
        fq_block_gather(w + (size_t)r0 * stride, stride, count, q->cols, order, d->w);
        for (int r = 0; r < count; r++) {
            const float t = first != NULL ? first[r0 + r] : 1.0f;
            for (size_t j = 0; j < k; j++)
                d->w[j * FQ_BLOCK_ROWS + (size_t)r] = d->w[j * FQ_BLOCK_ROWS + (size_t)r] * tensor_scale / t;
            if (q->groups > 0) q->row_scale[row0 + r0 + r] = t / tensor_scale;
        }
        quantize_rows(&p, d, row0 + r0, count);
    }
    return FQ_OK;
}
