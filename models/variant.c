/* The table of variants. One row of variants.def is one line of every accuracy and speed table. */
#include "models/variant.h"
#include <string.h>

#define HEAD_F32_W FQ_RECIPE_W_F32
#define HEAD_F32_A FQ_RECIPE_A_F32
#define HEAD_BF16_W FQ_RECIPE_W_BF16
#define HEAD_BF16_A FQ_RECIPE_A_BF16

const fq_variant fq_variants[] = {
#define FQ_VARIANT(name, w, a, q, kv, p, head, transforms, about)                                                      \
    {name,                                                                                                             \
     &fq_recipes[FQ_RECIPE_##w],                                                                                       \
     &fq_recipes[FQ_RECIPE_##a],                                                                                       \
     &fq_recipes[FQ_RECIPE_##q],                                                                                       \
     &fq_recipes[FQ_RECIPE_##kv],                                                                                      \
     &fq_recipes[FQ_RECIPE_##p],                                                                                       \
     &fq_recipes[HEAD_##head##_W],                                                                                     \
     &fq_recipes[HEAD_##head##_A],                                                                                     \
     transforms,                                                                                                       \
     about},
#include "models/variants.def"
#undef FQ_VARIANT
};

const int fq_variant_count = (int)(sizeof fq_variants / sizeof fq_variants[0]);

const fq_variant *fq_variant_find(const char *name) {
    for (int i = 0; i < fq_variant_count; i++) {
        if (strcmp(fq_variants[i].name, name) == 0) return &fq_variants[i];
    }
    return NULL;
}

fq_variant_options fq_variant_defaults(void) {
    return (fq_variant_options){.up_gate_c = 0, .down_c = 0, .v_mul = 0.9f, .alpha = 8, .beta = 8, .top_k = 0};
}

int fq_variant_needs_calibration(const fq_variant *v) {
    return (v->transforms & (FQ_T_PRE_ROPE | FQ_T_POST_ROPE)) != 0;
}
