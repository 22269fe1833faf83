/* Row kernels with vectors of sixteen: rmsnorm_quant, swiglu_quant, quant_rows. One read of the row: its values stay in
 * a buffer on the stack until their largest is known, then become codes. What is not E4M3 or INT8 per token or plain
 * bf16, fixed scales, and rows beyond the buffer go to the AVX2 functions. */
#include <limits.h>
#include <math.h>
#include "kernels/codes_avx512.h"
#include "kernels/rows.h"

enum { ROW_MOST = 16384 };

/* Values of a row into y, and their largest magnitude as bits. */
typedef uint32_t row_values(const fq_row_args *a, const float *x, float *y);

static int takes(const fq_row_args *a) {
    const fq_recipe *r = a->a;
    if (a->k > ROW_MOST || a->fixed_scale > 0.0f || r->range != FQ_RANGE_SYMMETRIC) return 0;
    if (r->group == FQ_NO_SCALE) return r->code == FQ_BF16;
    return r->group == 0 && r->scale == FQ_F32 && (r->code == FQ_E4M3 || r->code == FQ_INT8);
}

/* 1 / sqrt(mean of squares + eps). Sums of squares of a block in float32, of blocks in double: the error does not grow
 * with the row. Not finite where the row is not. */
static double rms_factor(const fq_row_args *a, const float *x) {
    double total = 0.0;
    for (int c = 0; c < a->k; c += FQ_ROW_BLOCK) {
        const int end = a->k - c < FQ_ROW_BLOCK ? a->k : c + FQ_ROW_BLOCK;
        vf s0 = vf_zero(), s1 = vf_zero();
        int i = c;
        for (; i + 2 * VW <= end; i += 2 * VW) {
            s0 = vf_fma(vf_load(x + i), vf_load(x + i), s0);
            s1 = vf_fma(vf_load(x + i + VW), vf_load(x + i + VW), s1);
        }
        for (; i < end; i += VW) {
            const vf rest = vf_load_n(x + i, end - i < VW ? end - i : VW);
            s0 = vf_fma(rest, rest, s0);
        }
        total += (double)vf_hsum(vf_add(s0, s1));
    }
    return 1.0 / sqrt(total / a->k + (double)a->eps) + 0.0 * total;
}

static uint32_t rmsnorm_values(const fq_row_args *a, const float *x, float *y) {
    const double factor = rms_factor(a, x);
    if (!(factor - factor == 0.0)) return UINT32_MAX;
    const vf f = vf_set1((float)factor);
    __m512i top = _mm512_setzero_si512();
    for (int i = 0; i < a->k; i += VW) {
        const int n = a->k - i < VW ? a->k - i : VW;
        const vf v = vf_mul(vf_mul(vf_load_n(x + i, n), f), vf_load_n(a->gamma + i, n));
        top = take_magnitude(top, v);
        vf_store_n(y + i, n, v);
    }
    return top_bits(top);
}

/* gate / (1 + exp(-gate)) times up. -gate log2(e) is carried to twice the precision, because its error is multiplied
 * by gate; one Newton step on the 14 bits of the reciprocal, division where that has none. */
static vf swiglu(vf gate, vf up) {
    const vf log2e = vf_set1(-1.44269502f), least = vf_set1(-1.92596303e-8f); /* together -log2(e) */
    const vf x = vf_mul(gate, log2e), rest = vf_fma(gate, least, _mm512_fmsub_ps(gate, log2e, x));
    const vf d = vf_add(vf_set1(1.0f), exp2_rest(x, rest)), r = _mm512_rcp14_ps(d);
    const vf silu = vf_mul(gate, vf_fma(vf_fnma(d, r, vf_set1(1.0f)), r, r));
    const __mmask16 far = _mm512_cmp_ps_mask(d, vf_set1(0x1p120f), _CMP_NLE_UQ);
    return vf_mul(far ? _mm512_mask_div_ps(silu, far, gate, d) : silu, up);
}

static uint32_t swiglu_values(const fq_row_args *a, const float *x, float *y) {
    const float *up = x + a->k;
    __m512i top = _mm512_setzero_si512();
    for (int i = 0; i < a->k; i += VW) {
        const int n = a->k - i < VW ? a->k - i : VW;
        const vf v = swiglu(vf_load_n(x + i, n), vf_load_n(up + i, n));
        top = take_magnitude(top, v);
        vf_store_n(y + i, n, v);
    }
    return top_bits(top);
}

static uint32_t same_values(const fq_row_args *a, const float *x, float *y) {
    __m512i top = _mm512_setzero_si512();
    for (int i = 0; i < a->k; i += VW) {
        const int n = a->k - i < VW ? a->k - i : VW;
        const vf v = vf_load_n(x + i, n);
        top = take_magnitude(top, v);
        vf_store_n(y + i, n, v);
    }
    return top_bits(top);
}

/* 1 if codes and scale of row r are written, 0 if it is not finite. */
static int quantize(row_values *values, const fq_row_args *a, int r) {
    _Alignas(64) float y[ROW_MOST];
    uint8_t *out = (uint8_t *)a->out + (size_t)r * a->out_stride;
    uint32_t code;
    const uint32_t top = values(a, a->x + (size_t)r * a->x_stride, y);
    if (top >= 0x7f800000u) return 0;
    if (a->a->group == FQ_NO_SCALE) {
        bf16_row(y, a->k, (uint16_t *)(void *)out);
        return 1;
    }
    const float s = fq_recipe_scale(a->a, fq_bits_float(top), &code);
    a->scale[r] = s;
    if (a->a->code == FQ_E4M3)
        e4m3_row(y, a->k, s, out);
    else
        int8_row(y, a->k, s, out);
    return 1;
}

static fq_status run(const char *name, row_values *values, const fq_row_args *a) {
    int bad = INT_MAX;
#pragma omp parallel for reduction(min : bad) schedule(static) if (a->m > 1)
    for (int r = 0; r < a->m; r++)
        if (!quantize(values, a, r) && r < bad) bad = r;
    if (bad == INT_MAX) return FQ_OK;
    return fq_fail(FQ_ERR_NUMERIC, "%s: row %d holds or gives a NaN or an infinity", name, bad);
}

fq_status fq_rmsnorm_quant_avx512(const fq_row_args *a) {
    return takes(a) ? run("rmsnorm_quant", rmsnorm_values, a) : fq_rmsnorm_quant_avx2(a);
}
fq_status fq_swiglu_quant_avx512(const fq_row_args *a) {
    return takes(a) ? run("swiglu_quant", swiglu_values, a) : fq_swiglu_quant_avx2(a);
}
fq_status fq_quant_rows_avx512(const fq_row_args *a) {
    return takes(a) ? run("quant_rows", same_values, a) : fq_quant_rows_avx2(a);
}
