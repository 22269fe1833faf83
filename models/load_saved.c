/* Opening a saved model and filling a net from it. The manifest says which tensors there must be and of what shape;
 * what the file holds is checked against that before it reaches a kernel, which trusts its codes. */
#include "models/gguf.h"
#include "models/prepare.h"
#include "models/safetensors.h"
#include "models/saved.h"
#include "models/weights.h"
#include "harness/host.h"
#include "quant/codebook.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- opening ---- */

int fq_saved_is(const char *dir) {
    char path[4096];
    const int n = snprintf(path, sizeof path, "%s/" FQ_SAVED_MANIFEST, dir);
    return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

static fq_status open_tensors(const char *dir, fq_arena *arena, const fq_saved *saved, fq_checkpoint *c) {
    const char *path = fq_arena_printf(arena, "%s/model.safetensors", dir);
    char sha256[65];
    if (!path) return FQ_ERR_MEMORY;
    fq_mapping *map = &c->maps[c->n_maps];
    FQ_TRY(fq_mapping_open(path, map));
    c->n_maps++;
    FQ_TRY(fq_safetensors_parse_saved(map->data, map->bytes, path, arena, &c->tensors, &c->n_tensors));
    fq_checkpoint_index(c);
    fq_sha256_hex(map->data, map->bytes, sha256);
    if (strcmp(sha256, saved->sha256) != 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: SHA-256 is %.12s..., but %s has %.12s... in key 'sha256'", path, sha256,
                       FQ_SAVED_MANIFEST, saved->sha256);
    }
    const fq_tensor *t = fq_checkpoint_find(c, "model.embed_tokens.weight");
    if (!t || t->rank != 2 || t->shape[0] != c->config.vocab || t->shape[1] != c->config.hidden ||
        t->dtype == FQ_DTYPE_U8 || t->dtype == FQ_DTYPE_I32) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor 'model.embed_tokens.weight' is %s, expected floats [%d, %d]", path,
                       t ? "something else" : "missing", c->config.vocab, c->config.hidden);
    }
    return FQ_OK;
}

static fq_status open_gguf(const char *dir, fq_arena *arena, fq_checkpoint *c) {
    const char *path = fq_arena_printf(arena, "%s/tokenizer.gguf", dir);
    fq_gguf *g = FQ_NEW(arena, fq_gguf, 1);
    if (!path || !g) return FQ_ERR_MEMORY;
    fq_mapping *map = &c->maps[c->n_maps];
    FQ_TRY(fq_mapping_open(path, map));
    c->n_maps++;
    FQ_TRY(fq_gguf_parse(map->data, map->bytes, path, arena, g));
    c->gguf = g;
    return FQ_OK;
}

static fq_status open_directory(const char *dir, fq_arena *arena, fq_checkpoint *c, fq_saved **out) {
    const char *manifest = fq_arena_printf(arena, "%s/" FQ_SAVED_MANIFEST, dir);
    fq_saved *saved = FQ_NEW(arena, fq_saved, 1);
    c->path = fq_arena_printf(arena, "%s", dir);
    c->maps = FQ_NEW(arena, fq_mapping, 2);
    if (!manifest || !saved || !c->path || !c->maps) return FQ_ERR_MEMORY;
    c->kind = FQ_CHECKPOINT_SAVED;
    FQ_TRY(fq_checkpoint_name(dir, "", arena, &c->name));
    FQ_TRY(fq_config_read(dir, &c->config));
    FQ_TRY(fq_manifest_read(manifest, &c->config, arena, saved));
    FQ_TRY(open_tensors(dir, arena, saved, c));
    if (strcmp(saved->tokenizer, "tokenizer.gguf") == 0) FQ_TRY(open_gguf(dir, arena, c));
    c->parameters = saved->parameters;
    c->quantized = saved->quantized;
    *out = saved;
    return FQ_OK;
}

fq_status fq_saved_open(const char *dir, fq_arena *arena, fq_checkpoint *c, fq_saved **out) {
    memset(c, 0, sizeof *c);
    fq_status s = open_directory(dir, arena, c, out);
    if (s != FQ_OK) fq_checkpoint_close(c);
    return s;
}

const fq_variant *fq_model_saved_variant(const fq_model *m) {
    return m->saved ? m->saved->variant : NULL;
}

const fq_variant_options *fq_model_saved_options(const fq_model *m) {
    return m->saved ? &m->saved->options : NULL;
}

fq_status fq_saved_check(const fq_model *m, const fq_variant *v) {
    const fq_variant *own = fq_model_saved_variant(m);
    if (!own || own == v) return FQ_OK;
    return fq_fail(FQ_ERR_USAGE, "%s was saved as variant %s and has no float weights to make %s from",
                   m->checkpoint.path, own->name, v->name);
}

/* ---- tensors ---- */

static fq_status unlike(const fq_checkpoint *c, const fq_saved_slot *s, const fq_tensor *t) {
    char is[64] = "", should[64];
    size_t at = 0;
    for (int i = 0; i < t->rank; i++)
        at += (size_t)snprintf(is + at, sizeof is - at, "%s%lld", i ? ", " : "", (long long)(t->shape[i] % 100000000));
    if (s->rows) {
        snprintf(should, sizeof should, "%lld, %lld", (long long)s->rows, (long long)s->cols);
    } else {
        snprintf(should, sizeof should, "%lld", (long long)s->cols);
    }
    return fq_fail(FQ_ERR_INPUT, "%s/model.safetensors: tensor '%s' is %s [%s], expected %s [%s]", c->path, s->name,
                   fq_dtypes[t->dtype].name, is, fq_dtypes[s->dtype].name, should);
}

/* Copy one tensor to where the net (ctx) wants it. */
static fq_status fill(void *ctx, const fq_saved_slot *s) {
    const fq_llama *net = ctx;
    const fq_checkpoint *c = &net->model->checkpoint;
    const fq_tensor *t = fq_checkpoint_find(c, s->name);
    const size_t bytes = fq_saved_row_bytes(s);
    if (!t && s->ones) return FQ_OK;
    if (!t) return fq_fail(FQ_ERR_INPUT, "%s/model.safetensors: tensor '%s' is missing", c->path, s->name);
    const int same = s->rows ? t->rank == 2 && t->shape[0] == s->rows && t->shape[1] == s->cols
                             : t->rank == 1 && t->shape[0] == s->cols;
    if (!same || t->dtype != s->dtype) return unlike(c, s, t);
    for (int64_t r = 0; r < (s->rows ? s->rows : 1); r++)
        memcpy((char *)s->data + (size_t)r * s->stride, (const char *)t->data + (size_t)r * bytes, bytes);
    const float *x = s->data;
    for (int64_t i = 0; s->dtype == FQ_DTYPE_F32 && i < s->cols; i++) {
        if (!isfinite(x[i]))
            return fq_fail(FQ_ERR_INPUT, "%s/model.safetensors: tensor '%s' has %g at %lld", c->path, s->name,
                           (double)x[i], (long long)i);
    }
    return FQ_OK;
}

/* ---- what no quantizer writes ---- */

static fq_status bad(const fq_llama *net, const char *name, const char *part, const char *what) {
    return fq_fail(FQ_ERR_INPUT, "%s/model.safetensors: tensor '%s.%s' holds %s", net->model->checkpoint.path, name,
                   part, what);
}

static int all_below(const uint8_t *x, size_t n, unsigned limit) {
    for (size_t i = 0; i < n; i++)
        if (x[i] >= limit) return 0;
    return 1;
}

static int all_finite(fq_format_id format, const uint8_t *codes, size_t n) {
    enum { CHUNK = 512 };
    const size_t size = (size_t)fq_formats[format].bits / 8;
    float x[CHUNK];
    for (size_t i = 0; i < n; i += CHUNK) {
        const size_t m = n - i < CHUNK ? n - i : CHUNK;
        fq_format_decode_row(format, codes + i * size, m, x);
        for (size_t j = 0; j < m; j++)
            if (!isfinite(x[j])) return 0;
    }
    return 1;
}

static fq_status check_matrix(const fq_llama *net, const fq_qmatrix *q, const char *name) {
    const fq_recipe *r = q->recipe;
    const size_t groups = (size_t)(q->groups ? q->groups : 1), n = (size_t)q->rows * groups;
    const unsigned codes = 1u << (q->zeros ? fq_formats[r->code].bits : 0);
    if (q->zeros && !all_below(q->zeros, n, codes)) {
        char what[40];
        snprintf(what, sizeof what, "a zero point above %u", codes - 1);
        return bad(net, name, "zeros", what);
    }
    if (q->book && !all_below(q->book, (size_t)q->rows, FQ_CODEBOOK_COUNT))
        return bad(net, name, "book", "a codebook that is not known");
    if (q->scales && !all_finite(r->scale, q->scales, n)) return bad(net, name, "scales", "a scale that is no number");
    if (fq_formats[r->code].exponent_bits == 0 || fq_formats[r->code].bits < 8) return FQ_OK;
    for (int i = 0; i < q->rows; i++)
        if (!all_finite(r->code, q->codes + (size_t)i * q->row_bytes, (size_t)q->cols))
            return bad(net, name, "codes", "a code that is no number");
    return FQ_OK;
}

/* The order must name every input once. */
static fq_status check_order(const fq_llama *net, const fq_linear *lin, const char *name, fq_arena *arena) {
    const int n = lin->w.cols + lin->wide->w.cols;
    const size_t mark = arena->used;
    uint8_t *seen = FQ_NEW(arena, uint8_t, n);
    if (!seen) return FQ_ERR_MEMORY;
    fq_status s = FQ_OK;
    for (int i = 0; i < n && s == FQ_OK; i++) {
        const int c = lin->order[i];
        if (c < 0 || c >= n || seen[c]++) s = bad(net, name, "order", "no order of the inputs");
    }
    fq_arena_reset(arena, mark);
    return s;
}

/* ---- the net ---- */

static fq_status vector(fq_llama *net, float **out, int n, int wanted) {
    *out = wanted ? FQ_NEW(&net->arena, float, n) : NULL;
    return *out || !wanted ? FQ_OK : FQ_ERR_MEMORY;
}

/* The layer's tensors as the variant and the manifest want them, empty. */
static fq_status make_layer(fq_llama *net, int l) {
    const fq_llama_config *c = &net->config;
    const fq_variant *v = net->variant;
    const fq_dims d = fq_dims_of(c);
    const int rows[FQ_SAVED_LINEARS] = {d.q + 2 * d.kv, d.hidden, 2 * d.ff, d.hidden};
    fq_layer *L = &net->layer[l];
    float **bias[FQ_SAVED_LINEARS] = {&L->qkv_bias, &L->o_bias, &L->gate_up_bias, &L->down_bias};
    for (int i = 0; i < FQ_SAVED_LINEARS; i++) {
        const fq_saved_linear *from = &net->model->saved->linear[l * FQ_SAVED_LINEARS + i];
        fq_linear *lin = fq_saved_linear_at(L, i);
        FQ_TRY(fq_linear_create(net, lin, from->w, from->a, &fq_methods[FQ_METHOD_RTN], rows[i], from->cols));
        if (from->books && !lin->w.book) FQ_TRY(fq_qmatrix_add_books(&lin->w, &net->arena));
        lin->fixed_scale = from->fixed_scale;
        if (from->rank) FQ_TRY(fq_linear_create_low(net, lin, from->low_w, from->rank));
        if (from->wide) FQ_TRY(fq_linear_create_wide(net, lin, from->wide));
        FQ_TRY(vector(net, bias[i], rows[i], i < 2 ? c->attention_bias : c->mlp_bias));
    }
    const int search = (v->transforms & FQ_T_KEY_SEARCH) != 0;
    FQ_TRY(vector(net, &L->attention_norm, d.hidden, 1));
    FQ_TRY(vector(net, &L->mlp_norm, d.hidden, 1));
    FQ_TRY(vector(net, &L->post, d.kv, search || (v->transforms & FQ_T_POST_ROPE)));
    FQ_TRY(vector(net, &L->key_offset, d.kv, v->transforms & FQ_T_KEY_OFFSET));
    FQ_TRY(vector(net, &L->k_clip, c->kv_heads, search));
    return vector(net, &L->v_clip, c->kv_heads, search);
}

fq_status fq_saved_layer(fq_llama *net, int l) {
    FQ_TRY(make_layer(net, l));
    FQ_TRY(fq_saved_visit_layer(net, l, fill, net));
    for (int i = 0; i < FQ_SAVED_LINEARS; i++) {
        const fq_linear *lin = fq_saved_linear_at(&net->layer[l], i);
        char name[FQ_SAVED_NAME];
        fq_saved_linear_name(name, l, i);
        FQ_TRY(check_matrix(net, &lin->w, name));
        if (lin->low) {
            FQ_TRY(check_matrix(net, &lin->low->down.w, name));
            FQ_TRY(check_matrix(net, &lin->low->up.w, name));
        }
        if (!lin->wide) continue;
        FQ_TRY(check_order(net, lin, name, &net->arena));
        FQ_TRY(check_matrix(net, &lin->wide->w, name));
    }
    return FQ_OK;
}

/* The head from the embeddings, as it was when it was found to be just that. */
static fq_status head_of_embeddings(fq_llama *net, fq_arena *scratch) {
    enum { BLOCK = 1024 };
    const fq_llama_config *c = &net->config;
    const fq_tensor *t = fq_checkpoint_find(&net->model->checkpoint, "model.embed_tokens.weight");
    const size_t hidden = (size_t)c->hidden;
    float *rows = FQ_NEW(scratch, float, BLOCK *hidden);
    if (!rows) return FQ_ERR_MEMORY;
    for (int r0 = 0; r0 < c->vocab; r0 += BLOCK) {
        const int n = c->vocab - r0 < BLOCK ? c->vocab - r0 : BLOCK;
#pragma omp parallel for schedule(static)
        for (int r = 0; r < n; r++)
            fq_weights_embedding(net->model, t, r0 + r, rows + (size_t)r * hidden);
        fq_status s = fq_qmatrix_quantize(&net->head.w, r0, rows, hidden, n, 1);
        if (s != FQ_OK)
            return fq_fail_prefix(FQ_ERR_INPUT, "%s: model.embed_tokens.weight", net->model->checkpoint.path);
    }
    return FQ_OK;
}

fq_status fq_saved_norm_and_head(fq_llama *net, fq_arena *scratch) {
    const fq_variant *v = net->variant;
    const fq_saved_slot norm = {
        .name = "model.norm.weight", .dtype = FQ_DTYPE_F32, .cols = net->config.hidden, .data = net->final_norm};
    FQ_TRY(fill(net, &norm));
    FQ_TRY(fq_linear_create(net, &net->head, v->head_w, v->head_a, v->method, net->config.vocab, net->config.hidden));
    if (!net->model->saved->head) return head_of_embeddings(net, scratch);
    FQ_TRY(fq_saved_visit_linear(&net->head, "lm_head", fill, net));
    return check_matrix(net, &net->head.w, "lm_head");
}
