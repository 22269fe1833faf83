/* Argument check and look-up tables of the gemm family. The tables come from the recipe's own definition of an operand
 * value, so a kernel that looks a weight up cannot disagree with the oracle. */
#include <pthread.h>
#include <string.h>
#include "kernels/gemm.h"
#include "quant/codebook.h"
#include "quant/minifloat.h"

/* All kinds with one pair of formats; `any` is checked by rules. */
static const struct {
    const char *name;
    fq_format_id w, a;
    int grouped;
    fq_format_id scale; /* of grouped ones */
    fq_value_rule value;
} products[] = {
    [FQ_GEMM_f32] = {"gemm_f32", FQ_F32, FQ_F32, 0, FQ_F32, FQ_VALUE_EXACT},
    [FQ_GEMM_bf16] = {"gemm_bf16", FQ_BF16, FQ_BF16, 0, FQ_F32, FQ_VALUE_EXACT},
    [FQ_GEMM_w4a16] = {"gemm_w4a16", FQ_INT4, FQ_BF16, 1, FQ_F16, FQ_VALUE_BF16},
    [FQ_GEMM_i4f8] = {"gemm_i4f8", FQ_INT4, FQ_E4M3, 1, FQ_E4M3, FQ_VALUE_E4M3},
    [FQ_GEMM_f8f8] = {"gemm_f8f8", FQ_E4M3, FQ_E4M3, 0, FQ_F32, FQ_VALUE_EXACT},
    [FQ_GEMM_i8i8] = {"gemm_i8i8", FQ_INT8, FQ_INT8, 0, FQ_F32, FQ_VALUE_EXACT},
    [FQ_GEMM_i4i8] = {"gemm_i4i8", FQ_INT4, FQ_INT8, 0, FQ_F32, FQ_VALUE_EXACT},
    [FQ_GEMM_q4i8] = {"gemm_q4i8", FQ_UINT4, FQ_INT8, 1, FQ_INT8, FQ_VALUE_EXACT},
    [FQ_GEMM_i4i8_fast] = {"gemm_i4i8", FQ_INT4, FQ_INT8, 0, FQ_F32, FQ_VALUE_EXACT},
    [FQ_GEMM_i4i8_int] = {"gemm_i4i8_int", FQ_INT4, FQ_INT8, 1, FQ_UINT16, FQ_VALUE_EXACT},
    [FQ_GEMM_i4i8_int_high] = {"gemm_i4i8_int", FQ_INT4, FQ_INT8, 1, FQ_UINT16, FQ_VALUE_EXACT},
    [FQ_GEMM_i4i8_f16] = {"gemm_i4i8_f16", FQ_INT4, FQ_INT8, 1, FQ_F16, FQ_VALUE_EXACT},
};

fq_status fq_gemm_check_weights(fq_gemm_kind kind, const fq_qmatrix *w) {
    const fq_recipe *r = w->recipe;
    const char *name = products[kind].name;
    if (r->code != products[kind].w || r->value != products[kind].value || (r->group > 0) != products[kind].grouped)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s does not take weights '%s'", name, r->name);
    if (products[kind].grouped && (r->scale != products[kind].scale || w->group % 32 != 0))
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: weights '%s' need scales in %s and groups of a multiple of 32", name,
                       r->name, fq_formats[products[kind].scale].name);
    if (products[kind].a == FQ_INT8 && w->cols > FQ_GEMM_INT_K)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: %d inputs could overflow, at most %d", name, w->cols, FQ_GEMM_INT_K);
    return FQ_OK;
}

fq_status fq_gemm_check_sums(const fq_qmatrix *w) {
    FQ_TRY(fq_gemm_check_weights(FQ_GEMM_i4i8_int, w));
    for (int r = 0; r < w->rows; r++) {
        const uint8_t *codes = w->codes + (size_t)r * w->row_bytes;
        double most = 0;
        for (int g = 0; g < w->groups; g++) {
            const float s = fq_qmatrix_scale(w, r, g);
            const int end = w->cols - g * w->group < w->group ? w->cols : (g + 1) * w->group;
            int sum = 0;
            for (int k = g * w->group; k < end; k++) {
                const int code = codes[k / 2] >> (k % 2 ? 4 : 0) & 15;
                sum += code < 8 ? code : 16 - code;
            }
            if (!(s <= (float)FQ_AMPLIFIED_MOST))
                return fq_fail(FQ_ERR_UNSUPPORTED, "gemm_i4i8_int: scale %.0f of row %d, at most %d", (double)s, r,
                               FQ_AMPLIFIED_MOST);
            most += 128.0 * (double)sum * (double)s;
        }
        if (!(most < 2147483648.0))
            return fq_fail(FQ_ERR_UNSUPPORTED, "gemm_i4i8_int: row %d could sum up to %.0f, expected below 2^31", r,
                           most);
    }
    return FQ_OK;
}

fq_status fq_gemm_check(fq_gemm_kind kind, const fq_gemm_args *a) {
    const fq_recipe *w = a->w->recipe;
    FQ_ASSERT(a->m >= 0 && a->w->rows > 0 && a->w->cols > 0);
    if (kind == FQ_GEMM_any) {
        if (fq_gemm_any_takes(w, a->a)) return FQ_OK;
        return fq_fail(FQ_ERR_UNSUPPORTED, "gemm_any does not take weights '%s' with activations '%s'", w->name,
                       a->a->name);
    }
    FQ_TRY(fq_gemm_check_weights(kind, a->w));
    if (a->a->code == products[kind].a) return FQ_OK;
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s does not take activations '%s'", products[kind].name, a->a->name);
}

int fq_gemm_any_takes(const fq_recipe *w, const fq_recipe *a) {
    const int w_ok = w->group > 0 ? w->group % 32 == 0 : w->value == FQ_VALUE_EXACT;
    const int a_ok = a->value == FQ_VALUE_EXACT && !fq_recipe_has_zero(a) && (a->group <= 0 || a->group % 8 == 0);
    return w_ok && a_ok;
}

enum { LUTS = FQ_CODEBOOK_COUNT * FQ_GEMM_LUTS_A_BOOK };
static _Alignas(64) fq_gemm_lut luts_e4m3[LUTS];
static pthread_once_t luts_once = PTHREAD_ONCE_INIT;

static void make_luts(void) {
    for (uint32_t i = 0; i < LUTS; i++) {
        const uint32_t s = i % FQ_GEMM_LUTS_A_BOOK;
        if (s == 127) continue; /* NaN: never a scale */
        for (uint32_t q = 0; q < 16; q++) {
            const float v = fq_codebooks[i / FQ_GEMM_LUTS_A_BOOK].value[q] * fq_e4m3_decode(s);
            const uint32_t code = fq_bf16_encode(fq_format_round(FQ_E4M3, v));
            luts_e4m3[i].low[q] = (uint8_t)code;
            luts_e4m3[i].high[q] = (uint8_t)(code >> 8);
        }
    }
}

const fq_gemm_lut *fq_gemm_luts_e4m3(void) {
    pthread_once(&luts_once, make_luts);
    return luts_e4m3;
}

void fq_gemm_any_lut(const fq_qmatrix *w, int r, int g, float lut[16]) {
    const fq_recipe *recipe = w->recipe;
    if (w->scales && recipe->scale == FQ_E4M3 && recipe->code == FQ_INT4 && recipe->value == FQ_VALUE_E4M3) {
        const size_t book = w->book ? w->book[r] : FQ_CODEBOOK_INT4;
        const uint8_t s = w->scales[(size_t)r * (size_t)w->groups + (size_t)g];
        if (s < 128) {
            const fq_gemm_lut *codes = fq_gemm_luts_e4m3() + book * FQ_GEMM_LUTS_A_BOOK + s;
            for (int q = 0; q < 16; q++)
                lut[q] = fq_bits_float((uint32_t)codes->low[q] << 16 | (uint32_t)codes->high[q] << 24);
            return;
        }
    }
    FQ_ASSERT(!w->book);
    const float s = fq_qmatrix_scale(w, r, g);
    const uint8_t zero = fq_qmatrix_zero(w, r, g);
    const int integer = recipe->code == FQ_INT4 || recipe->code == FQ_UINT4;
    const int narrow = recipe->scale == FQ_F16 || recipe->scale == FQ_INT8; /* no product overflows */
    if (w->scales && integer && narrow && recipe->value != FQ_VALUE_E4M3) {
        /* The general case below in a form that compilers vectorize: a table a group is most of the work of one token.
         */
        const int flip = recipe->code == FQ_INT4 ? 8 : 0, shift = flip + zero;
        const uint32_t round = recipe->value == FQ_VALUE_BF16;
        for (int q = 0; q < 16; q++) {
            const uint32_t u = fq_float_bits((float)((q ^ flip) - shift) * s);
            lut[q] = fq_bits_float(round ? (u + 0x7fff + (u >> 16 & 1)) & 0xffff0000u : u);
        }
        return;
    }
    for (uint32_t q = 0; q < 16; q++)
        lut[q] = fq_recipe_value_zero(recipe, q, s, zero);
}

void fq_gemm_any_decode(const fq_qmatrix *w, int r, int k, int n, float *out) {
    const fq_recipe *recipe = w->recipe;
    const uint8_t *codes = w->codes + (size_t)r * w->row_bytes + fq_format_bytes(recipe->code, (size_t)k);
    if (recipe->code == FQ_F32)
        memcpy(out, codes, (size_t)n * sizeof *out);
    else
        fq_format_decode_row(recipe->code, codes, (size_t)n, out);
    for (int i = 0; w->zeros && i < n; i++)
        out[i] -= (float)fq_qmatrix_zero(w, r, w->groups > 0 ? (k + i) / w->group : 0);
    if (recipe->group <= 0) return; /* the value is EXACT: the code alone */
    for (int i = 0; i < n;) {
        const int g = (k + i) / w->group, end = (g + 1) * w->group - k < n ? (g + 1) * w->group - k : n;
        const float s = fq_qmatrix_scale(w, r, g);
        for (int j = i; j < end; j++)
            out[j] *= s;
        for (int j = i; recipe->value != FQ_VALUE_EXACT && j < end; j++)
            out[j] = fq_format_round(recipe->value == FQ_VALUE_E4M3 ? FQ_E4M3 : FQ_BF16, out[j]);
        i = end;
    }
}
