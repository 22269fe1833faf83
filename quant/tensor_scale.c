/* Per-tensor scales. FireQ's search: the smallest power of two that lifts all group scales out of E4M3's underflow
 * without pushing any over its top. Method and thresholds are those of the reference code (qmatrix.h).
 * And the top of the feasible range (method.h), which no group scale's precision can suffer from. */
#include <math.h>
#include "quant/absmax.h"
#include "quant/method.h"
#include "quant/qmatrix.h"

float fq_tensor_scale_search(const float *w, size_t stride, int rows, int cols, int group) {
    enum { CANDIDATES = 15 };
    const float low = 7.0f * 0x1p-9f, high = 448.0f;
    double lower[CANDIDATES] = {0};
    float most = 0;
    FQ_ASSERT(rows >= 0 && cols > 0 && group > 0 && stride >= (size_t)cols);
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c += group) {
            const float a = fq_absmax(w + (size_t)r * stride + c, (size_t)(cols - c < group ? cols - c : group));
            if (a > most) most = a;
            for (int i = 0; i < CANDIDATES && a * (float)(1 << i) < low; i++)
                lower[i] += (double)((low - a * (float)(1 << i)) / low);
        }
    }
    int best = 0;
    /* upper(s) > 0 exactly when the largest group passes 448, so the sum itself is not needed. */
    for (int i = 1; i < CANDIDATES && !(most * (float)(1 << i) > high); i++)
        if (lower[i] < lower[best]) best = i;
    return (float)(1 << best);
}

float fq_tensor_scale_top(const float *w, size_t stride, int rows, int cols, int group) {
    float most = 0;
    int exponent;
    FQ_ASSERT(rows >= 0 && cols > 0 && group > 0 && stride >= (size_t)cols);
    for (int r = 0; r < rows; r++)
        most = fmaxf(most, fq_absmax(w + (size_t)r * stride, (size_t)cols));
    if (!(most > 0) || !isfinite(most)) return 1.0f;
    const int over = frexpf(most, &exponent) > 0.5f; /* most = 0.5 .. 1 times 2^exponent */
    const int e = 8 - exponent + !over;
    return ldexpf(1.0f, e > 100 ? 100 : e);
}

static int amplifier_fits(const float *w, size_t stride, int rows, int cols, const fq_recipe *r, float amplifier) {
    const double product = 128.0 * exp2(fq_formats[r->code].bits - 1) * r->group;
    for (int i = 0; i < rows; i++) {
        double sum = 0;
        for (int c = 0; c < cols; c += r->group) {
            const int n = cols - c < r->group ? cols - c : r->group;
            const double s =
                (double)(fq_absmax(w + (size_t)i * stride + c, (size_t)n) * amplifier) / fq_formats[r->code].max;
            if (!(1.2 * s <= FQ_AMPLIFIED_MOST)) return 0;
            sum += fmax(rint(s), 1.0) * product;
        }
        if (!(sum < 2147483648.0)) return 0;
    }
    return 1;
}

float fq_amplifier(const float *w, size_t stride, int rows, int cols, const fq_recipe *r, int most) {
    FQ_ASSERT(r->group > 0 && stride >= (size_t)cols && most >= 0 && most <= 100);
    int n = most;
    while (n > 0 && !amplifier_fits(w, stride, rows, cols, r, ldexpf(1.0f, n)))
        n--;
    return ldexpf(1.0f, n);
}
