/* Subspace iteration with a small dense eigenproblem at the end. Columns of the subspace are the fast index, so that
 * both products run over contiguous memory and every sum has one order. */
#include <math.h>
#include <string.h>
#include "harness/rng.h"
#include "quant/low_rank.h"

enum { MORE = 8, ROUNDS = 10, SWEEPS = 30 };

/* y[rows][p] = E x, x [cols][p]. */
static void forward(const float *e, int rows, int cols, int p, const float *x, float *y) {
#pragma omp parallel for schedule(static)
    for (int i = 0; i < rows; i++) {
        float *out = y + (size_t)i * (size_t)p;
        memset(out, 0, (size_t)p * sizeof *out);
        for (int c = 0; c < cols; c++) {
            const float f = e[(size_t)i * (size_t)cols + (size_t)c], *row = x + (size_t)c * (size_t)p;
            for (int k = 0; k < p; k++)
                out[k] += f * row[k];
        }
    }
}

/* x[cols][p] = E^T y; threads take blocks of columns. */
static void backward(const float *e, int rows, int cols, int p, const float *y, float *x) {
    enum { BLOCK = 64 };
    memset(x, 0, (size_t)cols * (size_t)p * sizeof *x);
#pragma omp parallel for schedule(static)
    for (int c0 = 0; c0 < cols; c0 += BLOCK) {
        const int end = cols - c0 < BLOCK ? cols : c0 + BLOCK;
        for (int i = 0; i < rows; i++) {
            const float *row = y + (size_t)i * (size_t)p;
            for (int c = c0; c < end; c++) {
                const float f = e[(size_t)i * (size_t)cols + (size_t)c];
                float *out = x + (size_t)c * (size_t)p;
                for (int k = 0; k < p; k++)
                    out[k] += f * row[k];
            }
        }
    }
}

/* Columns of x[n][p] made orthonormal (Gram and Schmidt, twice); those that depend on earlier ones become zero. */
static void orthonormalize(float *x, int n, int p) {
    for (int k = 0; k < p; k++) {
        double before = 0, after = 0;
        for (int i = 0; i < n; i++)
            before += (double)x[i * p + k] * (double)x[i * p + k];
        for (int pass = 0; pass < 2; pass++) {
            for (int j = 0; j < k; j++) {
                double dot = 0;
                for (int i = 0; i < n; i++)
                    dot += (double)x[i * p + j] * (double)x[i * p + k];
                for (int i = 0; i < n; i++)
                    x[i * p + k] = (float)((double)x[i * p + k] - dot * (double)x[i * p + j]);
            }
        }
        for (int i = 0; i < n; i++)
            after += (double)x[i * p + k] * (double)x[i * p + k];
        const double scale = after > 1e-12 * before && after > 0 ? 1 / sqrt(after) : 0;
        for (int i = 0; i < n; i++)
            x[i * p + k] = (float)((double)x[i * p + k] * scale);
    }
}

/* Eigenvectors of the symmetric a[p][p] in the columns of v by Jacobi's rotations; eigenvalues on a's diagonal. */
static void jacobi(double *a, double *v, int p) {
    for (int i = 0; i < p * p; i++)
        v[i] = i / p == i % p;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (int i = 0; i < p; i++) {
            for (int j = i + 1; j < p; j++) {
                const double off = a[i * p + j];
                if (off == 0 || off * off <= 1e-30 * fabs(a[i * p + i] * a[j * p + j])) continue;
                const double theta = (a[j * p + j] - a[i * p + i]) / (2 * off);
                const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
                const double c = 1 / sqrt(t * t + 1), s = t * c;
                for (int k = 0; k < p; k++) {
                    const double x = a[k * p + i], y = a[k * p + j];
                    a[k * p + i] = c * x - s * y;
                    a[k * p + j] = s * x + c * y;
                }
                for (int k = 0; k < p; k++) {
                    const double x = a[i * p + k], y = a[j * p + k];
                    a[i * p + k] = c * x - s * y;
                    a[j * p + k] = s * x + c * y;
                }
                for (int k = 0; k < p; k++) {
                    const double x = v[k * p + i], y = v[k * p + j];
                    v[k * p + i] = c * x - s * y;
                    v[k * p + j] = s * x + c * y;
                }
            }
        }
    }
}

/* From E x = y with orthonormal x: y^T y = V L V^T gives singular values sqrt(L), U S = y V, right vectors x V. */
static void finish(const float *x, const float *y, int rows, int cols, int p, int rank, double *gram, double *v,
                   float *left, float *right) {
    for (int j = 0; j < p; j++)
        for (int k = 0; k < p; k++) {
            double sum = 0;
            for (int i = 0; i < rows; i++)
                sum += (double)y[i * p + j] * (double)y[i * p + k];
            gram[j * p + k] = sum;
        }
    jacobi(gram, v, p);
    for (int r = 0; r < rank; r++) {
        int best = 0;
        for (int j = 1; j < p; j++)
            if (gram[j * p + j] > gram[best * p + best]) best = j;
        const double root = gram[best * p + best] > 0 ? sqrt(sqrt(gram[best * p + best])) : 0; /* S^1/2 */
        gram[best * p + best] = -1;
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < p; j++)
                sum += (double)y[i * p + j] * v[j * p + best];
            left[(size_t)i * (size_t)rank + (size_t)r] = root > 0 ? (float)(sum / root) : 0.0f;
        }
        for (int c = 0; c < cols; c++) {
            double sum = 0;
            for (int j = 0; j < p; j++)
                sum += (double)x[c * p + j] * v[j * p + best];
            right[(size_t)r * (size_t)cols + (size_t)c] = (float)(sum * root);
        }
    }
}

fq_status fq_low_rank(const float *e, int rows, int cols, int rank, fq_arena *scratch, float *left, float *right) {
    const int most = rows < cols ? rows : cols, p = rank + MORE < most ? rank + MORE : most;
    const size_t wide = (size_t)p;
    FQ_ASSERT(rank > 0 && rank <= most);
    float *x = FQ_NEW(scratch, float, (size_t)cols *wide), *y = FQ_NEW(scratch, float, (size_t)rows *wide);
    double *gram = FQ_NEW(scratch, double, wide *wide), *v = FQ_NEW(scratch, double, wide *wide);
    if (!x || !y || !gram || !v) return FQ_ERR_MEMORY;
    fq_rng rng = fq_rng_seed(7, 0x10c);
    fq_rng_fill_gauss(&rng, x, (size_t)cols * wide, 1.0f);
    orthonormalize(x, cols, p);
    for (int round = 0; round < ROUNDS; round++) {
        forward(e, rows, cols, p, x, y);
        orthonormalize(y, rows, p);
        backward(e, rows, cols, p, y, x);
        orthonormalize(x, cols, p);
    }
    forward(e, rows, cols, p, x, y);
    finish(x, y, rows, cols, p, rank, gram, v, left, right);
    return FQ_OK;
}
