/* The outlier injector: which channels of a layer become large, and what that means for each of its tensors. Works on
 * one named matrix at a time, so that every variant, float32 included, is built from the same injected model. */
#include "models/outliers.h"
#include "harness/rng.h"
#include <stdio.h>
#include <string.h>

typedef enum axis { ROWS, COLS } axis;

/* Every tensor that a kind of outlier touches; per_query: the channels of a KV head, at each of its query heads. */
static const struct {
    const char *part;
    fq_outlier_kind kind;
    axis axis;
    int divide, per_query;
} touched[] = {
    {"input_layernorm.weight", FQ_OUTLIER_ATTENTION, COLS, 0, 0},
    {"self_attn.q_proj.weight", FQ_OUTLIER_ATTENTION, COLS, 1, 0},
    {"self_attn.k_proj.weight", FQ_OUTLIER_ATTENTION, COLS, 1, 0},
    {"self_attn.v_proj.weight", FQ_OUTLIER_ATTENTION, COLS, 1, 0},
    {"post_attention_layernorm.weight", FQ_OUTLIER_MLP, COLS, 0, 0},
    {"mlp.gate_proj.weight", FQ_OUTLIER_MLP, COLS, 1, 0},
    {"mlp.up_proj.weight", FQ_OUTLIER_MLP, COLS, 1, 0},
    {"mlp.up_proj.weight", FQ_OUTLIER_UP, ROWS, 0, 0},
    {"mlp.up_proj.bias", FQ_OUTLIER_UP, COLS, 0, 0},
    {"mlp.down_proj.weight", FQ_OUTLIER_UP, COLS, 1, 0},
    {"self_attn.v_proj.weight", FQ_OUTLIER_VALUE, ROWS, 0, 0},
    {"self_attn.v_proj.bias", FQ_OUTLIER_VALUE, COLS, 0, 0},
    {"self_attn.o_proj.weight", FQ_OUTLIER_VALUE, COLS, 1, 1},
    {"self_attn.k_proj.weight", FQ_OUTLIER_KEY, ROWS, 0, 0},
    {"self_attn.k_proj.bias", FQ_OUTLIER_KEY, COLS, 0, 0},
    {"self_attn.q_proj.weight", FQ_OUTLIER_KEY, ROWS, 1, 1},
    {"self_attn.q_proj.bias", FQ_OUTLIER_KEY, COLS, 1, 1},
};

fq_status fq_outliers_kinds(const char *list, unsigned *kinds) {
    static const struct {
        const char *name;
        unsigned bits;
    } known[] = {{"norms", 1u << FQ_OUTLIER_ATTENTION | 1u << FQ_OUTLIER_MLP},
                 {"up", 1u << FQ_OUTLIER_UP},
                 {"values", 1u << FQ_OUTLIER_VALUE},
                 {"keys", 1u << FQ_OUTLIER_KEY}};
    *kinds = 0;
    while (*list) {
        const size_t n = strcspn(list, ",");
        unsigned bits = 0;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (strlen(known[i].name) == n && memcmp(known[i].name, list, n) == 0) bits = known[i].bits;
        if (!bits) return fq_fail(FQ_ERR_USAGE, "outliers of '%.*s': expected norms, up, values or keys", (int)n, list);
        *kinds |= bits;
        list += n + (list[n] == ',');
    }
    return FQ_OK;
}

int fq_outliers_choose(const fq_outliers *o, const fq_llama_config *c, int layer, fq_outlier_kind kind, int kv_head,
                       int channel[FQ_OUTLIERS_MOST]) {
    const int of[FQ_OUTLIER_KINDS] = {c->hidden, c->hidden, c->intermediate, c->head_dim, c->head_dim / 2};
    const int want = kind == FQ_OUTLIER_KEY ? 2 : FQ_OUTLIERS_MOST, count = want < of[kind] ? want : of[kind];
    /* one stream for each of them, apart from those that draw weights and samples */
    uint64_t stream = 0x6f75746c00000000u + (uint64_t)(layer * FQ_OUTLIER_KINDS + (int)kind) * 4096u;
    fq_rng rng = fq_rng_seed(o->seed, stream + (uint64_t)kv_head);
    for (int n = 0; n < count;) {
        const int drawn = (int)fq_rng_below(&rng, (uint32_t)of[kind]);
        int known = 0;
        for (int i = 0; i < n; i++)
            known |= channel[i] == drawn;
        if (!known) channel[n++] = drawn;
    }
    return count;
}

static void scale(float *w, int rows, int cols, axis along, int index, float kappa, int divide) {
    FQ_ASSERT(index >= 0 && index < (along == ROWS ? rows : cols));
    const size_t width = (size_t)cols, step = along == ROWS ? 1 : width;
    float *x = along == ROWS ? w + (size_t)index * width : w + index;
    for (int i = 0; i < (along == ROWS ? cols : rows); i++, x += step)
        *x = divide ? *x / kappa : *x * kappa;
}

/* One kind in one matrix: every head's choice, wherever the matrix has it. */
static void apply(const fq_outliers *o, const fq_llama_config *c, int layer, size_t t, int rows, int cols, float *w) {
    const fq_outlier_kind kind = touched[t].kind;
    const int by_head = kind == FQ_OUTLIER_VALUE || kind == FQ_OUTLIER_KEY, pairs = kind == FQ_OUTLIER_KEY ? 2 : 1;
    const int copies = touched[t].per_query ? c->heads / c->kv_heads : 1;
    for (int g = 0; g < (by_head ? c->kv_heads : 1); g++) {
        int channel[FQ_OUTLIERS_MOST] = {0}, n = fq_outliers_choose(o, c, layer, kind, g, channel);
        for (int i = 0; i < n * copies * pairs; i++) {
            const int copy = i / n % copies, half = i / (n * copies);
            const int at = (g * copies + copy) * c->head_dim * by_head + half * (c->head_dim / 2) + channel[i % n];
            scale(w, rows, cols, touched[t].axis, at, o->kappa, touched[t].divide);
        }
    }
}

void fq_outliers_apply(const fq_outliers *o, const fq_llama_config *c, const char *name, int rows, int cols, float *w) {
    int layer, from = 0;
    if (o->kappa == 0 || o->kappa == 1) return;
    if (sscanf(name, "model.layers.%d.%n", &layer, &from) != 1 || from == 0) return;
    for (size_t t = 0; t < sizeof touched / sizeof touched[0]; t++) {
        if (o->kinds && !(o->kinds >> touched[t].kind & 1)) continue;
        if (strcmp(name + from, touched[t].part) == 0) apply(o, c, layer, t, rows, cols, w);
    }
}
