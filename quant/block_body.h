/* The text of block.h's kernels. Included by block.c and block_avx2.c, which define KERNELS (the table's name) and
 * differ in the compiler's flags only: vectors are GCC's, which every target can lower to its own width. */
#include <string.h>
#include "quant/block.h"

typedef float vec __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t mask __attribute__((vector_size(32), aligned(4), may_alias));
typedef double wide __attribute__((vector_size(32), aligned(8), may_alias));

enum {
    LANES = 8,
    DEPTH = 64 /* rows of u at a time: with 128 columns 32 KiB, which stays near */
};

#define SELECT(m, a, b) ((vec)(((m) & (mask)(a)) | (~(m) & (mask)(b))))
#define ABS(a) ((vec)((mask)(a)&0x7fffffff))

static void product(const float *e, const float *u, size_t ld, int i0, int i1, int j0, int j1, float *p) {
    for (int from = i0; from < i1; from += DEPTH) {
        const int to = i1 - from < DEPTH ? i1 : from + DEPTH;
        int j = j0;
        for (; j + 4 <= j1; j += 4) {
            vec *out = (vec *)(void *)(p + (size_t)(j - j0) * FQ_BLOCK_ROWS);
            vec a0 = out[0], a1 = out[1], b0 = out[2], b1 = out[3], c0 = out[4], c1 = out[5], d0 = out[6], d1 = out[7];
            for (int i = from; i < to; i++) {
                const vec *row = (const vec *)(const void *)(e + (size_t)i * FQ_BLOCK_ROWS);
                const vec e0 = row[0], e1 = row[1];
                const float *f = u + (size_t)i * ld + j;
                a0 += e0 * f[0], a1 += e1 * f[0];
                b0 += e0 * f[1], b1 += e1 * f[1];
                c0 += e0 * f[2], c1 += e1 * f[2];
                d0 += e0 * f[3], d1 += e1 * f[3];
            }
            out[0] = a0, out[1] = a1, out[2] = b0, out[3] = b1, out[4] = c0, out[5] = c1, out[6] = d0, out[7] = d1;
        }
        for (; j < j1; j++) {
            vec *out = (vec *)(void *)(p + (size_t)(j - j0) * FQ_BLOCK_ROWS);
            vec a0 = out[0], a1 = out[1];
            for (int i = from; i < to; i++) {
                const vec *row = (const vec *)(const void *)(e + (size_t)i * FQ_BLOCK_ROWS);
                const float f = u[(size_t)i * ld + (size_t)j];
                a0 += row[0] * f, a1 += row[1] * f;
            }
            out[0] = a0, out[1] = a1;
        }
    }
}

static void update(const float *e, const float *u, int n, float *p) {
    const vec *row = (const vec *)(const void *)e;
    const vec e0 = row[0], e1 = row[1];
    vec *out = (vec *)(void *)p;
    for (int j = 0; j < n; j++) {
        out[2 * j] += e0 * u[j];
        out[2 * j + 1] += e1 * u[j];
    }
}

static void nearest(const float *p, const float *value, uint8_t *codes, float *v) {
    for (int h = 0; h < FQ_BLOCK_ROWS; h += LANES) {
        const vec x = *(const vec *)(const void *)(p + h);
        vec found = *(const vec *)(const void *)(value + h), least = ABS(x - found);
        mask code = {0};
        for (int c = 1; c < 16; c++) {
            const vec candidate = *(const vec *)(const void *)(value + c * FQ_BLOCK_ROWS + h);
            const vec distance = ABS(x - candidate);
            const mask closer = (mask)(distance < least);
            least = SELECT(closer, distance, least);
            found = SELECT(closer, candidate, found);
            code = (code & ~closer) | (closer & c);
        }
        *(vec *)(void *)(v + h) = found;
        for (int l = 0; l < LANES; l++)
            codes[h + l] = (uint8_t)code[l];
    }
}

static double error(const float *x, const float *m, int n, const float *value) {
    vec sum = {0};
    for (int i = 0; i < n; i += LANES) {
        vec a = {0}, weight = {0};
        const size_t bytes = (size_t)(n - i < LANES ? n - i : LANES) * sizeof(float);
        if (bytes == sizeof a) {
            a = *(const vec *)(const void *)(x + i), weight = *(const vec *)(const void *)(m + i);
        } else {
            memcpy(&a, x + i, bytes), memcpy(&weight, m + i, bytes);
        }
        vec least = ABS(a - value[0]);
        for (int c = 1; c < 16; c++) {
            const vec distance = ABS(a - value[c]);
            least = SELECT((mask)(distance < least), distance, least);
        }
        sum += weight * (least * least);
    }
    double total = 0;
    for (int l = 0; l < LANES; l++)
        total += (double)sum[l];
    return total;
}

static void encode(const float *x, int n, const float *value, uint8_t *codes) {
    for (int i = 0; i < n; i += LANES) {
        vec a = {0};
        const int count = n - i < LANES ? n - i : LANES;
        memcpy(&a, x + i, (size_t)count * sizeof(float));
        vec least = ABS(a - value[0]);
        mask code = {0};
        for (int c = 1; c < 16; c++) {
            const vec distance = ABS(a - value[c]);
            const mask closer = (mask)(distance < least);
            least = SELECT(closer, distance, least);
            code = (code & ~closer) | (closer & c);
        }
        for (int l = 0; l < count; l++)
            codes[i + l] = (uint8_t)code[l];
    }
}

static void downdate(const double *a, const double *b, size_t ld, int n, double *c, size_t ldc) {
    wide s00 = {0}, s01 = {0}, s10 = {0}, s11 = {0}, s20 = {0}, s21 = {0}, s30 = {0}, s31 = {0};
    for (int k = 0; k < n; k++, a += ld, b += ld) {
        const wide b0 = ((const wide *)(const void *)b)[0], b1 = ((const wide *)(const void *)b)[1];
        s00 += a[0] * b0, s01 += a[0] * b1;
        s10 += a[1] * b0, s11 += a[1] * b1;
        s20 += a[2] * b0, s21 += a[2] * b1;
        s30 += a[3] * b0, s31 += a[3] * b1;
    }
    wide *row = (wide *)(void *)c;
    row[0] -= s00, row[1] -= s01;
    row = (wide *)(void *)(c + ldc);
    row[0] -= s10, row[1] -= s11;
    row = (wide *)(void *)(c + 2 * ldc);
    row[0] -= s20, row[1] -= s21;
    row = (wide *)(void *)(c + 3 * ldc);
    row[0] -= s30, row[1] -= s31;
}

const fq_block_kernels KERNELS = {product, update, nearest, error, encode, downdate};
