/* Coordinate descent on the quadratic output error, 16 rows at a time. With e = w - v and g = H e, moving v_j by -d
 * changes the error by 2 d g_j + d^2 H_jj, so the best value of one weight is the one nearest to v_j + g_j / H_jj. */
#include <math.h>
#include <string.h>
#include "quant/descent.h"

enum { ROWS = FQ_BLOCK_ROWS, NEIGHBOURS = 2 }; /* stored scales tried on either side */

fq_status fq_descent_desk_create(fq_descent_desk *desk, int cols, int longest, fq_arena *arena) {
    const size_t k = (size_t)cols * ROWS, n = (size_t)longest * ROWS;
    *desk = (fq_descent_desk){.g = FQ_NEW(arena, float, k),
                              .change = FQ_NEW(arena, float, n),
                              .best = FQ_NEW(arena, float, n),
                              .y = FQ_NEW(arena, float, n)};
    return desk->g && desk->change && desk->best && desk->y ? FQ_OK : FQ_ERR_MEMORY;
}

static void list_values(const fq_descent *d, const fq_group_scale *scale, float *value) {
    for (int r = 0; r < ROWS; r++) {
        float list[16];
        fq_group_values(d->recipe, d->book, &scale[r], list);
        for (int c = 0; c < 16; c++)
            value[c * ROWS + r] = list[c];
    }
}

/* Error change of each row when columns c0.. get the values of other scales, whose lost amounts go to `change`. */
static void try_scales(const fq_descent *d, const fq_descent_desk *desk, const fq_block_kernels *kernels, int c0, int n,
                       const float *w, const float *e, const uint8_t *codes, const float *value, double *gain) {
    const size_t k = (size_t)d->cols;
    for (int j = 0; j < n; j++) {
        const size_t at = (size_t)(c0 + j) * ROWS;
        for (int r = 0; r < ROWS; r++)
            desk->change[j * ROWS + r] = (w[at + r] - value[codes[at + r] * ROWS + r]) - e[at + r];
    }
    memset(desk->y, 0, (size_t)n * ROWS * sizeof *desk->y);
    kernels->product(desk->change, d->h + (size_t)c0 * k + (size_t)c0, k, 0, n, 0, n, desk->y);
    for (int r = 0; r < ROWS; r++)
        gain[r] = 0;
    for (int j = 0; j < n; j++) {
        const float *g = desk->g + (size_t)(c0 + j) * ROWS;
        for (int r = 0; r < ROWS; r++)
            gain[r] += (double)desk->change[j * ROWS + r] * (2.0 * (double)g[r] + (double)desk->y[j * ROWS + r]);
    }
}

/* The best stored scale near each row's own for one group, codes kept. Returns how many rows changed. */
static int move_scales(const fq_descent *d, const fq_descent_desk *desk, const fq_block_kernels *kernels, int c0, int n,
                       const float *w, float *e, const uint8_t *codes, fq_group_scale *scale) {
    const size_t k = (size_t)d->cols;
    fq_group_scale chosen[ROWS], trial[ROWS];
    double least[ROWS] = {0}, gain[ROWS];
    float value[16 * ROWS];
    int moved = 0;
    memcpy(chosen, scale, sizeof chosen);
    memset(desk->best, 0, (size_t)n * ROWS * sizeof *desk->best);
    for (int step = -NEIGHBOURS; step <= NEIGHBOURS; step++) {
        if (step == 0) continue;
        for (int r = 0; r < ROWS; r++) {
            const int code = (int)scale[r].code + step;
            trial[r] = scale[r];
            if (code < 1 || code > 126) continue;
            trial[r].code = (uint32_t)code;
            trial[r].s = fq_e4m3_decode((uint32_t)code);
        }
        list_values(d, trial, value);
        try_scales(d, desk, kernels, c0, n, w, e, codes, value, gain);
        for (int r = 0; r < ROWS; r++) {
            if (!(gain[r] < least[r])) continue;
            least[r] = gain[r];
            chosen[r] = trial[r];
            for (int j = 0; j < n; j++)
                desk->best[j * ROWS + r] = desk->change[j * ROWS + r];
        }
    }
    for (int r = 0; r < ROWS; r++)
        moved += least[r] < 0;
    if (!moved) return 0;
    memcpy(scale, chosen, sizeof chosen);
    for (int i = 0; i < n * ROWS; i++)
        e[(size_t)c0 * ROWS + (size_t)i] += desk->best[i];
    kernels->product(desk->best, d->h + (size_t)c0 * k, k, 0, n, 0, d->cols, desk->g);
    return moved;
}

/* The best code of each row for column j. Returns how many rows changed. */
static int move_codes(const fq_descent *d, const fq_descent_desk *desk, const fq_block_kernels *kernels, int j,
                      const float *w, float *e, uint8_t *codes, const float *value) {
    const size_t at = (size_t)j * ROWS;
    const float *row = d->h + (size_t)j * (size_t)d->cols, h = row[j], *g = desk->g + at;
    float target[ROWS], v[ROWS], change[ROWS];
    uint8_t code[ROWS];
    int moved = 0;
    for (int r = 0; r < ROWS; r++)
        target[r] = (w[at + r] - e[at + r]) + g[r] / h;
    kernels->nearest(target, value, code, v);
    for (int r = 0; r < ROWS; r++) {
        const float old = value[codes[at + r] * ROWS + r];
        change[r] = 0;
        if (code[r] == codes[at + r] || !(fabsf(v[r] - target[r]) < fabsf(old - target[r]))) continue;
        change[r] = (w[at + r] - v[r]) - e[at + r];
        e[at + r] = w[at + r] - v[r];
        codes[at + r] = code[r];
        moved++;
    }
    if (moved) kernels->update(change, row, d->cols, desk->g);
    return moved;
}

void fq_descend(const fq_descent *d, const fq_descent_desk *desk, const float *w, float *e, uint8_t *codes,
                fq_group_scale *scale) {
    const fq_block_kernels *kernels = fq_block_kernels_best();
    const int e4m3 = d->recipe->scale == FQ_E4M3 && d->recipe->range == FQ_RANGE_SYMMETRIC;
    memset(desk->g, 0, (size_t)d->cols * ROWS * sizeof *desk->g);
    kernels->product(e, d->h, (size_t)d->cols, 0, d->cols, 0, d->cols, desk->g);
    for (int sweep = 0, moved = 1; sweep < d->sweeps && moved; sweep++) {
        moved = 0;
        for (int group = 0; group < d->groups; group++) {
            const int c0 = d->start[group], n = d->start[group + 1] - c0;
            fq_group_scale *own = scale + (size_t)group * ROWS;
            float value[16 * ROWS];
            if (e4m3) moved += move_scales(d, desk, kernels, c0, n, w, e, codes, own);
            list_values(d, own, value);
            for (int j = c0; j < c0 + n; j++)
                moved += move_codes(d, desk, kernels, j, w, e, codes, value);
        }
    }
}
