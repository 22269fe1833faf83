/* Rotation of queries and keys in double: the oracle of rope_quant.
 * The rotation pairs element i with i + D/2 (Hugging Face's "rotate half"). */
#include "kernels/rope.h"

static void rotate(const float *x, const float *cos_t, const float *sin_t, const float *factor, int divide,
                   int head_dim, float *y) {
    const int half = head_dim / 2;
    for (int i = 0; i < half; i++) {
        const double a = (double)x[i], b = (double)x[i + half], c = (double)cos_t[i], s = (double)sin_t[i];
        double low = a * c - b * s, high = b * c + a * s;
        if (factor && divide) low /= (double)factor[i], high /= (double)factor[i + half];
        if (factor && !divide) low *= (double)factor[i], high *= (double)factor[i + half];
        y[i] = (float)low;
        y[i + half] = (float)high;
    }
}

fq_status fq_rope_quant_ref(const fq_rope_args *a) {
    return fq_rope_run(a, rotate);
}
