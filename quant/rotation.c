/* Fast orthogonal rotations: butterflies for the power of two in the size, a small dense matrix for the odd rest.
 * Index a * m + b of a vector is entry (a, b) of a matrix, the Hadamard part acts on a and the cosine part on b. */
#include <math.h>
#include <string.h>
#include "harness/rng.h"
#include "quant/rotation.h"

enum {
    PARALLEL_FLOATS = 1 << 15, /* below this a parallel region costs more than it saves */
    LARGEST_ODD = 1 << 10,
    COLUMNS = 32 /* of an output matrix at a time */
};

struct fq_rotation {
    int n, m;    /* size and its odd part */
    float *sign; /* [n] or NULL */
    float *odd;  /* [m][m] C_m over sqrt(2^k), so that the butterflies need no factor; m = 1: that number alone */
};

fq_status fq_rotation_create(int n, uint64_t seed, fq_arena *arena, fq_rotation **out) {
    FQ_ASSERT(n > 0);
    fq_rotation *r = FQ_NEW(arena, fq_rotation, 1);
    if (r == NULL) return FQ_ERR_MEMORY;
    r->n = r->m = n;
    while (r->m % 2 == 0)
        r->m /= 2;
    if (r->m > LARGEST_ODD)
        return fq_fail(FQ_ERR_UNSUPPORTED, "rotation of size %d: odd part %d, expected at most %d", n, r->m,
                       LARGEST_ODD);
    const size_t m = (size_t)r->m;
    const int parts = n / r->m;
    const double norm = 1.0 / sqrt(parts), pi = 3.14159265358979323846;
    r->odd = FQ_NEW(arena, float, m *m);
    if (r->odd == NULL) return FQ_ERR_MEMORY;
    for (size_t b = 0; b < m; b++)
        for (size_t f = 0; f < m; f++)
            r->odd[b * m + f] = (float)(norm * sqrt((f == 0 ? 1.0 : 2.0) / (double)m) *
                                        cos(pi * (2.0 * (double)b + 1.0) * (double)f / (2.0 * (double)m)));
    if (seed != 0) {
        fq_rng rng = fq_rng_seed(seed, 0);
        r->sign = FQ_NEW(arena, float, n);
        if (r->sign == NULL) return FQ_ERR_MEMORY;
        for (int i = 0; i < n; i++)
            r->sign[i] = fq_rng_u64(&rng) >> 63 ? -1.0f : 1.0f;
    }
    *out = r;
    return FQ_OK;
}

int fq_rotation_size(const fq_rotation *r) {
    return r->n;
}

/* x, y <- x + y, x - y */
static void butterfly(float *restrict x, float *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const float a = x[i], b = y[i];
        x[i] = a + b;
        y[i] = a - b;
    }
}

/* Columns c < width of x[n][ld], each a vector, rotated in place. */
static void rotate(const fq_rotation *r, float *x, size_t ld, size_t width) {
    const size_t n = (size_t)r->n, m = (size_t)r->m;
    if (r->sign != NULL)
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < width; c++)
                x[i * ld + c] *= r->sign[i];
    for (size_t half = m; half < n; half *= 2) {
        for (size_t i = 0; i < n; i += 2 * half) {
            float *low = x + i * ld, *high = low + half * ld;
            if (ld == width)
                butterfly(low, high, half * width);
            else
                for (size_t j = 0; j < half; j++)
                    butterfly(low + j * ld, high + j * ld, width);
        }
    }
    float y[LARGEST_ODD * COLUMNS];
    for (size_t a = 0; a < n; a += m) {
        float *part = x + a * ld;
        memset(y, 0, m * width * sizeof *y);
        for (size_t b = 0; b < m; b++)
            for (size_t f = 0; f < m; f++)
                for (size_t c = 0; c < width; c++)
                    y[f * width + c] += part[b * ld + c] * r->odd[b * m + f];
        for (size_t f = 0; f < m; f++)
            memcpy(part + f * ld, y + f * width, width * sizeof *y);
    }
}

void fq_rotation_apply(const fq_rotation *r, float *x, int count, size_t stride) {
    FQ_ASSERT(count >= 0 && (count <= 1 || stride >= (size_t)r->n));
#pragma omp parallel for schedule(static) if ((size_t)count * (size_t)r->n > PARALLEL_FLOATS)
    for (int i = 0; i < count; i++)
        rotate(r, x + (size_t)i * stride, 1, 1);
}

void fq_rotation_apply_outputs(const fq_rotation *r, float *w, int cols) {
    const size_t ld = (size_t)cols;
    FQ_ASSERT(cols >= 0);
#pragma omp parallel for schedule(static) if ((size_t)r->n * ld > PARALLEL_FLOATS)
    for (int c = 0; c < cols; c += COLUMNS)
        rotate(r, w + c, ld, (size_t)(cols - c < COLUMNS ? cols - c : COLUMNS));
}
