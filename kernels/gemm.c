/* Argument check and look-up tables of the gemm family. The tables come from the recipe's own definition of an operand
 * value, so a kernel that looks a weight up cannot disagree with the oracle. */
#include <pthread.h>
#include "kernels/gemm.h"

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
};

fq_status fq_gemm_check(fq_gemm_kind kind, const fq_gemm_args *a) {
    const fq_recipe *w = a->w->recipe;
    const char *name = products[kind].name;
    FQ_ASSERT(a->m >= 0 && a->w->rows > 0 && a->w->cols > 0);
    if (w->code != products[kind].w || w->value != products[kind].value || (w->group > 0) != products[kind].grouped)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s does not take weights '%s'", name, w->name);
    if (a->a->code != products[kind].a)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s does not take activations '%s'", name, a->a->name);
    if (products[kind].grouped && (w->scale != products[kind].scale || a->w->group % 32 != 0))
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: weights '%s' need scales in %s and groups of a multiple of 32", name,
                       w->name, fq_formats[products[kind].scale].name);
    if (products[kind].a == FQ_INT8 && a->w->cols > FQ_GEMM_INT_K)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: %d inputs could overflow, at most %d", name, a->w->cols, FQ_GEMM_INT_K);
    return FQ_OK;
}

static _Alignas(64) fq_gemm_lut luts_e4m3[128];
static pthread_once_t luts_once = PTHREAD_ONCE_INIT;

static void make_luts(void) {
    const fq_recipe *r = &fq_recipes[FQ_RECIPE_W_INT4_G128_E4M3];
    for (uint32_t s = 0; s < 127; s++) /* code 127 is NaN: never a scale */
        for (uint32_t q = 0; q < 16; q++) {
            const uint32_t code = fq_bf16_encode(fq_recipe_value(r, q, fq_e4m3_decode(s)));
            luts_e4m3[s].low[q] = (uint8_t)code;
            luts_e4m3[s].high[q] = (uint8_t)(code >> 8);
        }
}

const fq_gemm_lut *fq_gemm_luts_e4m3(void) {
    pthread_once(&luts_once, make_luts);
    return luts_e4m3;
}
