/* The tensors of a saved model: names and shapes, listed once for the writer and the reader.
 *
 *   model.embed_tokens.weight            BF16, F16 or F32 [vocab, hidden], the narrowest that holds it exactly
 *   model.norm.weight                    F32 [hidden]; with a rotation all 1, the gains are in the head then
 *   lm_head.*                            as a linear layer below; absent where it is the embeddings in the head's
 * format model.layers.N.input_layernorm.weight, .post_attention_layernorm.weight     F32 [hidden], transforms folded in
 *   model.layers.N.self_attn.qkv.*  .self_attn.o.*  .mlp.gate_up.*  .mlp.down.* linear layers, projections stacked:
 *     .codes      U8 [rows, bytes]       codes of a row as quant/qmatrix.h draws them, without padding
 *     .scales     U8 [rows, groups x bytes of a scale]    where the recipe has groups
 *     .zeros      U8 [rows, groups]      where it has zero points
 *     .book       U8 [rows]              codebook of each row, where the method chooses one
 *     .row_scale  F32 [rows]             left out when all are 1
 *     .low_down.*, .low_up.*             low-rank part: y += up (down x)
 *     .order      I32 [inputs]           outliers apart: the order in which inputs are taken
 *     .wide.*                            and the matrix of the last ones
 *     .bias       F32 [rows]             where the configuration has biases
 *   model.layers.N.self_attn.post, .key_offset       F32 [H_kv x D]   factors and offsets of keys after RoPE
 *   model.layers.N.self_attn.k_clip, .v_clip         F32 [H_kv] */
#include "models/saved.h"
#include <stdio.h>
#include <string.h>

size_t fq_saved_row_bytes(const fq_saved_slot *s) {
    return (size_t)s->cols * (size_t)fq_dtypes[s->dtype].block_bytes;
}

size_t fq_saved_bytes(const fq_saved_slot *s) {
    return fq_saved_row_bytes(s) * (size_t)(s->rows ? s->rows : 1);
}

fq_linear *fq_saved_linear_at(fq_layer *layer, int i) {
    fq_linear *all[FQ_SAVED_LINEARS] = {&layer->qkv, &layer->o, &layer->gate_up, &layer->down};
    return all[i];
}

void fq_saved_linear_name(char name[FQ_SAVED_NAME], int l, int i) {
    static const char *const names[FQ_SAVED_LINEARS] = {"self_attn.qkv", "self_attn.o", "mlp.gate_up", "mlp.down"};
    snprintf(name, FQ_SAVED_NAME, "model.layers.%d.%s", l, names[i]);
}

/* A matrix of bytes, rows `stride` apart. */
static fq_status bytes(const char *prefix, const char *part, uint8_t *data, int rows, size_t cols, size_t stride,
                       fq_saved_visit visit, void *ctx) {
    fq_saved_slot s = {.dtype = FQ_DTYPE_U8, .rows = rows, .cols = (int64_t)cols, .data = data, .stride = stride};
    if (data == NULL) return FQ_OK;
    snprintf(s.name, sizeof s.name, "%.60s.%.32s", prefix, part);
    return visit(ctx, &s);
}

static fq_status vector(const char *prefix, const char *part, fq_dtype dtype, void *data, int n, int ones,
                        fq_saved_visit visit, void *ctx) {
    fq_saved_slot s = {.dtype = dtype, .cols = n, .data = data, .ones = ones};
    if (data == NULL) return FQ_OK;
    snprintf(s.name, sizeof s.name, "%.60s.%.32s", prefix, part);
    return visit(ctx, &s);
}

fq_status fq_saved_visit_linear(const fq_linear *lin, const char *prefix, fq_saved_visit visit, void *ctx) {
    const fq_qmatrix *w = &lin->w;
    const size_t groups = (size_t)w->groups, scale = groups * (size_t)fq_formats[w->recipe->scale].bits / 8;
    const size_t zeros = groups ? groups : 1;
    FQ_TRY(bytes(prefix, "codes", w->codes, w->rows, fq_format_bytes(w->recipe->code, (size_t)w->cols), w->row_bytes,
                 visit, ctx));
    FQ_TRY(bytes(prefix, "scales", w->scales, w->rows, scale, scale, visit, ctx));
    FQ_TRY(bytes(prefix, "zeros", w->zeros, w->rows, zeros, zeros, visit, ctx));
    FQ_TRY(vector(prefix, "book", FQ_DTYPE_U8, w->book, w->rows, 0, visit, ctx));
    FQ_TRY(vector(prefix, "row_scale", FQ_DTYPE_F32, w->row_scale, w->rows, 1, visit, ctx));
    if (lin->low) {
        char low[FQ_SAVED_NAME];
        snprintf(low, sizeof low, "%.50s.low_down", prefix);
        FQ_TRY(fq_saved_visit_linear(&lin->low->down, low, visit, ctx));
        snprintf(low, sizeof low, "%.50s.low_up", prefix);
        FQ_TRY(fq_saved_visit_linear(&lin->low->up, low, visit, ctx));
    }
    if (!lin->wide) return FQ_OK;
    char wide[FQ_SAVED_NAME];
    snprintf(wide, sizeof wide, "%.50s.wide", prefix);
    FQ_TRY(vector(prefix, "order", FQ_DTYPE_I32, lin->order, w->cols + lin->wide->w.cols, 0, visit, ctx));
    return fq_saved_visit_linear(lin->wide, wide, visit, ctx);
}

fq_status fq_saved_visit_layer(const fq_llama *net, int l, fq_saved_visit visit, void *ctx) {
    const fq_llama_config *c = &net->config;
    fq_layer *L = &net->layer[l];
    const int kv = c->kv_heads * c->head_dim;
    float *bias[FQ_SAVED_LINEARS] = {L->qkv_bias, L->o_bias, L->gate_up_bias, L->down_bias};
    char name[FQ_SAVED_NAME];
    for (int i = 0; i < FQ_SAVED_LINEARS; i++) {
        const fq_linear *lin = fq_saved_linear_at(L, i);
        fq_saved_linear_name(name, l, i);
        FQ_TRY(fq_saved_visit_linear(lin, name, visit, ctx));
        FQ_TRY(vector(name, "bias", FQ_DTYPE_F32, bias[i], lin->w.rows, 0, visit, ctx));
    }
    const struct {
        const char *part;
        float *data;
        int n;
    } vectors[] = {{"input_layernorm.weight", L->attention_norm, c->hidden},
                   {"post_attention_layernorm.weight", L->mlp_norm, c->hidden},
                   {"self_attn.post", L->post, kv},
                   {"self_attn.key_offset", L->key_offset, kv},
                   {"self_attn.k_clip", L->k_clip, c->kv_heads},
                   {"self_attn.v_clip", L->v_clip, c->kv_heads}};
    snprintf(name, sizeof name, "model.layers.%d", l);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        FQ_TRY(vector(name, vectors[i].part, FQ_DTYPE_F32, vectors[i].data, vectors[i].n, 0, visit, ctx));
    return FQ_OK;
}
