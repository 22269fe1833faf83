/* The cache of keys and values: how it is laid out, and the operand values of one row of it.
 * Writing rows is the rope kernels' part, reading many of them at once the attention kernels'. */
#include <string.h>
#include "kernels/ops.h"

fq_status fq_kv_cache_create(fq_kv_cache *c, const fq_recipe *recipe, int batch, int kv_heads, int head_dim,
                             int capacity, fq_arena *arena) {
    FQ_ASSERT(recipe->group == 0 || recipe->group == FQ_NO_SCALE);
    FQ_ASSERT(batch > 0 && kv_heads > 0 && head_dim > 0 && capacity > 0);
    const size_t rows = (size_t)batch * (size_t)kv_heads * (size_t)capacity;
    const size_t row_bytes = (fq_format_bytes(recipe->code, (size_t)head_dim) + 15) / 16 * 16;
    *c = (fq_kv_cache){.recipe = recipe,
                       .batch = batch,
                       .kv_heads = kv_heads,
                       .head_dim = head_dim,
                       .capacity = capacity,
                       .row_bytes = row_bytes};
    c->k = fq_arena_calloc(arena, rows, row_bytes);
    c->v = fq_arena_calloc(arena, rows, row_bytes);
    if (!c->k || !c->v) return FQ_ERR_MEMORY;
    if (recipe->group == FQ_NO_SCALE) return FQ_OK;
    c->k_scale = fq_arena_calloc(arena, rows, fq_format_bytes(recipe->scale, 1));
    c->v_scale = fq_arena_calloc(arena, rows, fq_format_bytes(recipe->scale, 1));
    if (!c->k_scale || !c->v_scale) return FQ_ERR_MEMORY;
    if (!fq_recipe_has_zero(recipe)) return FQ_OK;
    c->k_zero = fq_arena_calloc(arena, rows, 1);
    c->v_zero = fq_arena_calloc(arena, rows, 1);
    return c->k_zero && c->v_zero ? FQ_OK : FQ_ERR_MEMORY;
}

fq_kv_cache fq_kv_cache_part(const fq_kv_cache *c, int first, int batch) {
    FQ_ASSERT(first >= 0 && batch > 0 && first + batch <= c->batch);
    const size_t rows = (size_t)first * (size_t)c->kv_heads * (size_t)c->capacity;
    const size_t width = c->k_scale ? fq_format_bytes(c->recipe->scale, 1) : 0;
    fq_kv_cache part = *c;
    part.batch = batch;
    part.k += rows * c->row_bytes;
    part.v += rows * c->row_bytes;
    if (c->k_scale) part.k_scale += rows * width;
    if (c->v_scale) part.v_scale += rows * width;
    if (c->k_zero) part.k_zero += rows;
    if (c->v_zero) part.v_zero += rows;
    return part;
}

void fq_kv_cache_copy(const fq_kv_cache *c, int to, int from, int n) {
    const size_t width = c->k_scale ? fq_format_bytes(c->recipe->scale, 1) : 0;
    const struct {
        uint8_t *data;
        size_t row;
    } all[] = {{c->k, c->row_bytes}, {c->v, c->row_bytes}, {c->k_scale, width},
               {c->v_scale, width},  {c->k_zero, 1},       {c->v_zero, 1}};
    FQ_ASSERT(n <= c->capacity);
    for (int h = 0; h < c->kv_heads; h++) {
        const size_t target = ((size_t)to * (size_t)c->kv_heads + (size_t)h) * (size_t)c->capacity;
        const size_t source = ((size_t)from * (size_t)c->kv_heads + (size_t)h) * (size_t)c->capacity;
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
            if (all[i].data)
                memcpy(all[i].data + target * all[i].row, all[i].data + source * all[i].row, (size_t)n * all[i].row);
    }
}

void fq_kv_cache_values(const fq_kv_cache *c, int which, int b, int h, int t, float *out) {
    const fq_recipe *r = c->recipe;
    const size_t row = ((size_t)b * (size_t)c->kv_heads + (size_t)h) * (size_t)c->capacity + (size_t)t;
    fq_format_decode_row(r->code, (which ? c->v : c->k) + row * c->row_bytes, (size_t)c->head_dim, out);
    if (r->group == FQ_NO_SCALE) return;
    const size_t width = fq_format_bytes(r->scale, 1);
    uint32_t code = 0;
    memcpy(&code, (which ? c->v_scale : c->k_scale) + row * width, width);
    const float s = fq_formats[r->scale].decode(code);
    const float zero = !c->k_zero ? 0.0f : (which ? c->v_zero : c->k_zero)[row];
    for (int d = 0; d < c->head_dim; d++)
        out[d] = (out[d] - zero) * s;
    if (r->value == FQ_VALUE_EXACT) return;
    const fq_format *operand = &fq_formats[r->value == FQ_VALUE_E4M3 ? FQ_E4M3 : FQ_BF16];
    for (int d = 0; d < c->head_dim; d++)
        out[d] = operand->decode(operand->encode(out[d]));
}

size_t fq_kv_cache_bytes_per_token(const fq_kv_cache *c) {
    const size_t codes = fq_format_bytes(c->recipe->code, (size_t)c->head_dim);
    const size_t scales = c->recipe->group == FQ_NO_SCALE ? 0 : fq_format_bytes(c->recipe->scale, 1);
    const size_t zeros = fq_recipe_has_zero(c->recipe) ? 1 : 0;
    return 2 * (size_t)c->kv_heads * (codes + scales + zeros);
}
