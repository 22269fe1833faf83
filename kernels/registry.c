/* The table of kernels out of kernels.def and the choice among its rows. A row whose function is missing does not link;
 * what a row's family adds to the table (run, scratch) is one macro here and one in functions.h. */
#include <stdio.h>
#include <string.h>
#include "kernels/functions.h"
#include "kernels/gemm.h"
#include "kernels/onednn.h"
#include "kernels/openblas.h"
#include "kernels/registry.h"

/* kernels.def speaks of operations by their lower-case names. */
enum {
#define FQ_OP(id, name, family) id_##name = FQ_OP_##id,
#include "kernels/ops.def"
#undef FQ_OP
};

#define MEMBERS_gemm(op, suffix)                                                                                       \
    .family = FQ_FAMILY_gemm, .run.gemm = fq_##op##_##suffix, .scratch.gemm = fq_##op##_##suffix##_scratch
#define MEMBERS_gemm_packed(op, suffix) MEMBERS_gemm(op, suffix), .pack = fq_##op##_##suffix##_pack
#define MEMBERS_gemm_device(op, suffix) MEMBERS_gemm_packed(op, suffix), .prepare = fq_##op##_##suffix##_prepare
#define MEMBERS_attention(op, suffix)                                                                                  \
    .family = FQ_FAMILY_attention, .run.attention = fq_##op##_##suffix,                                                \
    .scratch.attention = fq_##op##_##suffix##_scratch
#define MEMBERS_attention_device(op, suffix) MEMBERS_attention(op, suffix), .attend = fq_##op##_##suffix##_attend
#define MEMBERS_row(op, suffix) .family = FQ_FAMILY_row, .run.row = fq_##op##_##suffix
#define MEMBERS_row_device(op, suffix) MEMBERS_row(op, suffix), .enqueue = fq_##op##_##suffix##_enqueue
#define MEMBERS_rope(op, suffix) .family = FQ_FAMILY_rope, .run.rope = fq_##op##_##suffix
#define MEMBERS_rope_device(op, suffix) MEMBERS_rope(op, suffix), .rotate = fq_##op##_##suffix##_rotate

const fq_kernel fq_kernels[] = {
#define FQ_KERNEL(family_, op_, suffix, isa_, role_, roundoff_, about_)                                                \
    {.name = #op_ "." #suffix,                                                                                         \
     .op = (fq_op)id_##op_,                                                                                            \
     .isa = FQ_ISA_##isa_,                                                                                             \
     .role = role_,                                                                                                    \
     .roundoff = roundoff_,                                                                                            \
     .about = about_,                                                                                                  \
     MEMBERS_##family_(op_, suffix)},
#include "kernels/kernels.def"
#undef FQ_KERNEL
};
const int fq_kernel_count = (int)(sizeof fq_kernels / sizeof fq_kernels[0]);

static const struct {
    const char *name;
    fq_family family;
} ops[FQ_OP_COUNT] = {
#define FQ_OP(id, name, family) {#name, FQ_FAMILY_##family},
#include "kernels/ops.def"
#undef FQ_OP
};

const char *fq_op_name(fq_op op) {
    return ops[op].name;
}

fq_family fq_op_family(fq_op op) {
    return ops[op].family;
}

int fq_op_find(const char *name) {
    for (int i = 0; i < FQ_OP_COUNT; i++)
        if (strcmp(ops[i].name, name) == 0) return i;
    return -1;
}

const fq_kernel *fq_kernel_find(const char *name) {
    for (int i = 0; i < fq_kernel_count; i++)
        if (strcmp(fq_kernels[i].name, name) == 0) return &fq_kernels[i];
    return NULL;
}

int fq_kernel_usable(const fq_kernel *k, const char **why) {
    static _Thread_local char reason[96];
    if (k->isa == FQ_ISA_SM90) return fq_cuda_usable(why);
    if (k->isa > fq_cpu_isa()) {
        snprintf(reason, sizeof reason, "needs %s, this machine (or FQ_ISA) has %s", fq_isa_name(k->isa),
                 fq_isa_name(fq_cpu_isa()));
        if (why) *why = reason;
        return 0;
    }
    if (k->family == FQ_FAMILY_gemm && k->run.gemm == fq_gemm_f32_openblas) return fq_openblas_usable(why);
    if (k->family == FQ_FAMILY_gemm && k->run.gemm == fq_gemm_bf16_onednn) return fq_onednn_usable(0, why);
    if (k->family == FQ_FAMILY_gemm && k->run.gemm == fq_gemm_i8i8_onednn) return fq_onednn_usable(1, why);
    return 1;
}

const fq_kernel *fq_kernel_ref(fq_op op) {
    const fq_kernel *found = NULL;
    for (int i = 0; i < fq_kernel_count; i++)
        if (fq_kernels[i].op == op && fq_kernels[i].role == FQ_ROLE_REF) found = &fq_kernels[i];
    FQ_ASSERT(found);
    return found;
}

const fq_kernel *fq_kernel_on_device(fq_op op, const fq_recipe *w, const fq_recipe *a) {
    const fq_kernel *found = NULL;
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        if (k->op == op && k->isa == FQ_ISA_SM90 && (k->family != FQ_FAMILY_gemm || fq_kernel_takes(k, w, a)))
            found = k;
    }
    return found;
}

const fq_kernel *fq_kernel_select(fq_op op) {
    const fq_kernel *found = NULL;
    for (int i = 0; i < fq_kernel_count; i++)
        if (fq_kernels[i].op == op && fq_kernels[i].role == FQ_ROLE_NORMAL && fq_kernel_usable(&fq_kernels[i], NULL))
            found = &fq_kernels[i];
    return found ? found : fq_kernel_ref(op);
}

/* The table in ops.h; group: 1 stands for any group > 0, whose scales are in the format `scale`. */
static const struct {
    fq_op op;
    fq_format_id w;
    int group;
    fq_format_id scale;
    fq_value_rule value;
    fq_format_id a;
    int a_group;
} pairs[] = {
    {FQ_OP_GEMM_F32, FQ_F32, FQ_NO_SCALE, FQ_F32, FQ_VALUE_EXACT, FQ_F32, FQ_NO_SCALE},
    {FQ_OP_GEMM_BF16, FQ_BF16, FQ_NO_SCALE, FQ_F32, FQ_VALUE_EXACT, FQ_BF16, FQ_NO_SCALE},
    {FQ_OP_GEMM_W4A16, FQ_INT4, 1, FQ_F16, FQ_VALUE_BF16, FQ_BF16, FQ_NO_SCALE},
    {FQ_OP_GEMM_I4F8, FQ_INT4, 1, FQ_E4M3, FQ_VALUE_E4M3, FQ_E4M3, 0},
    {FQ_OP_GEMM_F8F8, FQ_E4M3, 0, FQ_F32, FQ_VALUE_EXACT, FQ_E4M3, 0},
    {FQ_OP_GEMM_I8I8, FQ_INT8, 0, FQ_F32, FQ_VALUE_EXACT, FQ_INT8, 0},
    {FQ_OP_GEMM_I4I8, FQ_INT4, 0, FQ_F32, FQ_VALUE_EXACT, FQ_INT8, 0},
    {FQ_OP_GEMM_Q4I8, FQ_UINT4, 1, FQ_INT8, FQ_VALUE_EXACT, FQ_INT8, 0},
    {FQ_OP_GEMM_I4I8_INT, FQ_INT4, 1, FQ_UINT16, FQ_VALUE_EXACT, FQ_INT8, 0},
    {FQ_OP_GEMM_I4I8_F16, FQ_INT4, 1, FQ_F16, FQ_VALUE_EXACT, FQ_INT8, 0},
};

fq_status fq_gemm_op(const fq_recipe *w, const fq_recipe *a, fq_op *op) {
    const int group = w->group > 0 ? 1 : w->group;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i].w == w->code && pairs[i].group == group && pairs[i].value == w->value &&
            (group <= 0 || pairs[i].scale == w->scale) && pairs[i].a == a->code && pairs[i].a_group == a->group) {
            *op = pairs[i].op;
            return FQ_OK;
        }
    if (fq_gemm_any_takes(w, a)) {
        *op = FQ_OP_GEMM_ANY;
        return FQ_OK;
    }
    return fq_fail(FQ_ERR_UNSUPPORTED, "no gemm multiplies weights '%s' by activations '%s'", w->name, a->name);
}

static const struct {
    const char *kernel;
    fq_recipe_id w, a;
} special[] = {{"gemm_any.sm90_exact", FQ_RECIPE_W_INT4_G128_EXACT, FQ_RECIPE_A_E4M3_TOKEN}};

int fq_kernel_recipes(const fq_kernel *k, const fq_recipe **w, const fq_recipe **a) {
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (strcmp(k->name, special[i].kernel) != 0) continue;
        *w = &fq_recipes[special[i].w];
        *a = &fq_recipes[special[i].a];
        return 1;
    }
    return 0;
}

int fq_kernel_takes(const fq_kernel *k, const fq_recipe *w, const fq_recipe *a) {
    const fq_recipe *only_w = NULL, *tried_a = NULL;
    fq_op op = FQ_OP_COUNT;
    if (fq_gemm_op(w, a, &op) != FQ_OK) return 0;
    if (op != (k->op == FQ_OP_GEMM_I4F8_SWIGLU ? FQ_OP_GEMM_I4F8 : k->op)) return 0;
    return !fq_kernel_recipes(k, &only_w, &tried_a) || (w == only_w && a->code == tried_a->code && a->group == 0);
}
