/* Writing a quantized net as a directory that runs again: one safetensors file of what the forward pass reads, the
 * files that came with the source, and the manifest, which makes the directory a saved model and so comes last. */
#include "models/gguf.h"
#include "models/policy.h"
#include "models/saved.h"
#include "models/weights.h"
#include "harness/host.h"
#include "harness/record.h"
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1024, ALIGNMENT = 64 }; /* embedding rows at a time; bytes */

typedef struct entry {
    fq_saved_slot slot; /* data NULL: the embeddings, made row by row */
    size_t at;          /* offset in the data section */
    int index;
} entry;

typedef struct writer {
    const fq_llama *net;
    const char *dir;
    fq_arena arena;
    const fq_tensor *embedding;
    float *rows; /* [BLOCK][hidden] */
    entry *e;
    int n, room;
    void *policy; /* text of the map that the variant follows, policy_bytes of it */
    size_t policy_bytes;
} writer;

/* ---- what goes into the file ---- */

static int all_ones(const fq_saved_slot *s) {
    const float *x = s->data;
    for (int64_t i = 0; i < s->cols; i++)
        if (x[i] != 1.0f) return 0;
    return 1;
}

static fq_status collect(void *ctx, const fq_saved_slot *s) {
    writer *w = ctx;
    if (s->ones && all_ones(s)) return FQ_OK;
    if (w->n == w->room) {
        const int room = w->room ? 2 * w->room : 256;
        entry *e = FQ_NEW(&w->arena, entry, room);
        if (!e) return FQ_ERR_MEMORY;
        if (w->n > 0) memcpy(e, w->e, (size_t)w->n * sizeof *e);
        w->e = e;
        w->room = room;
    }
    w->e[w->n] = (entry){.slot = *s, .index = w->n};
    w->n++;
    return FQ_OK;
}

/* Float32 embeddings of rows r0 .. r0+n-1 into w->rows; how many there are from r0 on, at most BLOCK. */
static int read_embeddings(const writer *w, int r0) {
    const size_t hidden = (size_t)w->net->config.hidden;
    const int left = w->net->config.vocab - r0, n = left < BLOCK ? left : BLOCK;
#pragma omp parallel for schedule(static)
    for (int r = 0; r < n; r++)
        fq_weights_embedding(w->net->model, w->embedding, r0 + r, w->rows + (size_t)r * hidden);
    return n;
}

/* 1 if every embedding is a number of the 16-bit format. codes and back: room for a row. */
static int embeddings_fit(const writer *w, fq_format_id format, uint16_t *codes, float *back) {
    const size_t hidden = (size_t)w->net->config.hidden;
    for (int r0 = 0; r0 < w->net->config.vocab; r0 += BLOCK) {
        const int n = read_embeddings(w, r0);
        for (int r = 0; r < n; r++) {
            const float *x = w->rows + (size_t)r * hidden;
            if (fq_format_encode_row(format, x, hidden, codes) != FQ_OK) return 0;
            fq_format_decode_row(format, codes, hidden, back);
            if (memcmp(x, back, hidden * sizeof *x) != 0) return 0;
        }
    }
    return 1;
}

static fq_status collect_embeddings(writer *w) {
    const fq_llama_config *c = &w->net->config;
    uint16_t *codes = FQ_NEW(&w->arena, uint16_t, c->hidden);
    float *back = FQ_NEW(&w->arena, float, c->hidden);
    if (!codes || !back) return FQ_ERR_MEMORY;
    const fq_dtype dtype = embeddings_fit(w, FQ_BF16, codes, back)  ? FQ_DTYPE_BF16
                           : embeddings_fit(w, FQ_F16, codes, back) ? FQ_DTYPE_F16
                                                                    : FQ_DTYPE_F32;
    const fq_saved_slot s = {.name = "model.embed_tokens.weight", .dtype = dtype, .rows = c->vocab, .cols = c->hidden};
    return collect(w, &s);
}

/* 1 if the head is what quantizing the embeddings gives. */
static fq_status head_is_embeddings(writer *w, int *same) {
    const fq_qmatrix *head = &w->net->head.w;
    const size_t mark = w->arena.used, bytes = fq_format_bytes(head->recipe->code, (size_t)head->cols);
    fq_qmatrix q;
    *same = head->recipe->group == FQ_NO_SCALE;
    FQ_TRY(fq_qmatrix_create(&q, head->recipe, BLOCK, head->cols, &w->arena));
    for (int r0 = 0; r0 < head->rows && *same; r0 += BLOCK) {
        const int n = read_embeddings(w, r0);
        *same = fq_qmatrix_quantize(&q, 0, w->rows, (size_t)head->cols, n, 1) == FQ_OK;
        for (int r = 0; r < n && *same; r++) {
            *same =
                memcmp(q.codes + (size_t)r * q.row_bytes, head->codes + (size_t)(r0 + r) * head->row_bytes, bytes) == 0;
        }
    }
    fq_arena_reset(&w->arena, mark);
    return FQ_OK;
}

/* ---- the file ---- */

/* The format allows no holes, so tensors of whole 64-byte lines come first and all of them lie on lines; the rest
 * follow by the size of their elements. */
static int rank_of(const fq_saved_slot *s) {
    if (fq_saved_bytes(s) % ALIGNMENT == 0) return 0;
    return 8 - fq_dtypes[s->dtype].block_bytes;
}

static int by_rank(const void *a, const void *b) {
    const entry *x = a, *y = b;
    const int p = rank_of(&x->slot), q = rank_of(&y->slot);
    return p != q ? p - q : x->index - y->index;
}

/* The header as text, padded so that the data begins on a line. */
static char *header_of(const writer *w) {
    json_t *o = json_object();
    json_object_set_new(o, "__metadata__", json_pack("{s:s}", "format", "fqbench"));
    for (int i = 0; i < w->n; i++) {
        const entry *e = &w->e[i];
        json_t *shape = e->slot.rows ? json_pack("[I,I]", (json_int_t)e->slot.rows, (json_int_t)e->slot.cols)
                                     : json_pack("[I]", (json_int_t)e->slot.cols);
        json_object_set_new(o, e->slot.name,
                            json_pack("{s:s,s:o,s:[I,I]}", "dtype", fq_dtypes[e->slot.dtype].name, "shape", shape,
                                      "data_offsets", (json_int_t)e->at,
                                      (json_int_t)e->at + (json_int_t)fq_saved_bytes(&e->slot)));
    }
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    if (!text) return NULL;
    const size_t n = strlen(text), padded = fq_round_up(n + 8, ALIGNMENT) - 8;
    char *out = realloc(text, padded + 1);
    if (!out) {
        free(text);
        return NULL;
    }
    memset(out + n, ' ', padded - n);
    out[padded] = 0;
    return out;
}

static void write_embeddings(writer *w, fq_dtype dtype, uint16_t *codes, FILE *f) {
    const size_t hidden = (size_t)w->net->config.hidden;
    for (int r0 = 0; r0 < w->net->config.vocab; r0 += BLOCK) {
        const int n = read_embeddings(w, r0);
        if (dtype == FQ_DTYPE_F32) {
            fwrite(w->rows, sizeof *w->rows, (size_t)n * hidden, f);
            continue;
        }
        for (int r = 0; r < n; r++) {
            const fq_format_id format = dtype == FQ_DTYPE_BF16 ? FQ_BF16 : FQ_F16;
            const fq_status s = fq_format_encode_row(format, w->rows + (size_t)r * hidden, hidden, codes);
            FQ_ASSERT(s == FQ_OK); /* they fit: that is how the format was chosen */
            fwrite(codes, sizeof *codes, hidden, f);
        }
    }
}

static fq_status write_tensors(writer *w, FILE *f, const char *header) {
    const uint64_t n = strlen(header);
    uint16_t *codes = FQ_NEW(&w->arena, uint16_t, w->net->config.hidden);
    if (!codes) return FQ_ERR_MEMORY;
    fwrite(&n, sizeof n, 1, f); /* little-endian, as the machines that this runs on */
    fwrite(header, 1, (size_t)n, f);
    for (int i = 0; i < w->n; i++) {
        const fq_saved_slot *s = &w->e[i].slot;
        if (!s->data) write_embeddings(w, s->dtype, codes, f);
        for (int64_t r = 0; s->data && r < (s->rows ? s->rows : 1); r++)
            fwrite((const char *)s->data + (size_t)r * s->stride, 1, fq_saved_row_bytes(s), f);
    }
    return FQ_OK; /* the commit of the file says whether all of it was written */
}

static fq_status hash_file(const char *path, char sha256[65]) {
    fq_mapping map;
    FQ_TRY(fq_mapping_open(path, &map));
    fq_sha256_hex(map.data, map.bytes, sha256);
    fq_mapping_close(&map);
    return FQ_OK;
}

/* model.safetensors with everything collected. */
static fq_status write_model(writer *w, char sha256[65]) {
    size_t at = 0;
    qsort(w->e, (size_t)w->n, sizeof *w->e, by_rank);
    for (int i = 0; i < w->n; i++) {
        w->e[i].at = at;
        at += fq_saved_bytes(&w->e[i].slot);
    }
    const char *path = fq_arena_printf(&w->arena, "%s/model.safetensors", w->dir);
    if (!path) return FQ_ERR_MEMORY;
    char *header = header_of(w);
    if (!header) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for the header", path);
    fq_file f;
    fq_status s = fq_file_create(&f, path);
    if (s == FQ_OK) {
        s = write_tensors(w, f.f, header);
        if (s == FQ_OK) {
            s = fq_file_commit(&f);
        } else {
            fq_file_discard(&f);
        }
    }
    free(header);
    return s == FQ_OK ? hash_file(path, sha256) : s;
}

/* ---- what came with the source ---- */

/* DIR/name from two pieces. */
static fq_status write_file(writer *w, const char *name, const void *head, size_t head_bytes, const void *body,
                            size_t body_bytes) {
    const char *path = fq_arena_printf(&w->arena, "%s/%s", w->dir, name);
    fq_file f;
    if (!path) return FQ_ERR_MEMORY;
    FQ_TRY(fq_file_create(&f, path));
    if (head_bytes > 0) fwrite(head, 1, head_bytes, f.f);
    if (body_bytes > 0) fwrite(body, 1, body_bytes, f.f);
    return fq_file_commit(&f);
}

static fq_status copy_file(writer *w, const char *name) {
    const char *from = fq_arena_printf(&w->arena, "%s/%s", w->net->model->checkpoint.path, name);
    fq_mapping map;
    if (!from) return FQ_ERR_MEMORY;
    FQ_TRY(fq_mapping_open(from, &map));
    fq_status s = write_file(w, name, NULL, 0, map.data, map.bytes);
    fq_mapping_close(&map);
    return s;
}

/* Texts that come with a model, by their names: self_sampled*.u16, calibration.u16. */
static int is_text(const char *name) {
    const size_t n = strlen(name);
    return strcmp(name, "calibration.u16") == 0 ||
           (strncmp(name, "self_sampled", 12) == 0 && n > 4 && strcmp(name + n - 4, ".u16") == 0);
}

static int is_ours(const char *name) {
    static const char *const names[] = {"model.safetensors",     "config.json",    "tokenizer.json",
                                        "tokenizer_config.json", "tokenizer.gguf", FQ_SAVED_POLICY};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0) return 1;
    return is_text(name);
}

static fq_status copy_companions(writer *w) {
    const char *dir = w->net->model->checkpoint.path;
    FQ_TRY(copy_file(w, "config.json"));
    FQ_TRY(copy_file(w, "tokenizer.json"));
    DIR *d = opendir(dir);
    if (!d) return fq_fail(FQ_ERR_INPUT, "%s: %s", dir, strerror(errno));
    fq_status s = FQ_OK;
    for (struct dirent *e; s == FQ_OK && (e = readdir(d)) != NULL;)
        if (is_text(e->d_name) || strcmp(e->d_name, "tokenizer_config.json") == 0) s = copy_file(w, e->d_name);
    closedir(d);
    return s;
}

static json_t *token_id(int id) {
    return id >= 0 ? json_integer(id) : json_null();
}

/* A Hugging Face configuration that reads back as this one. */
static fq_status write_config(writer *w) {
    const fq_llama_config *c = &w->net->config;
    json_t *o = json_pack("{s:[s],s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:f,s:f,s:b,s:b,s:b,s:o,s:o}", "architectures",
                          "LlamaForCausalLM", "model_type", "llama", "hidden_size", c->hidden, "intermediate_size",
                          c->intermediate, "num_hidden_layers", c->layers, "num_attention_heads", c->heads,
                          "num_key_value_heads", c->kv_heads, "head_dim", c->head_dim, "vocab_size", c->vocab,
                          "max_position_embeddings", c->max_positions, "rms_norm_eps", (double)c->rms_eps, "rope_theta",
                          c->rope_theta, "tie_word_embeddings", c->tied_embeddings, "attention_bias", c->attention_bias,
                          "mlp_bias", c->mlp_bias, "bos_token_id", token_id(c->bos), "eos_token_id", token_id(c->eos));
    if (o && c->rope_kind == FQ_ROPE_LINEAR) {
        json_object_set_new(o, "rope_scaling", json_pack("{s:s,s:f}", "rope_type", "linear", "factor", c->rope_factor));
    } else if (o && c->rope_kind == FQ_ROPE_LLAMA3) {
        json_object_set_new(o, "rope_scaling",
                            json_pack("{s:s,s:f,s:f,s:f,s:i}", "rope_type", "llama3", "factor", c->rope_factor,
                                      "low_freq_factor", c->rope_low_freq_factor, "high_freq_factor",
                                      c->rope_high_freq_factor, "original_max_position_embeddings",
                                      c->rope_original_positions));
    }
    char *text = o ? json_dumps(o, JSON_INDENT(2)) : NULL;
    json_decref(o);
    if (!text) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for config.json", w->dir);
    fq_status s = write_file(w, "config.json", text, strlen(text), "\n", 1);
    free(text);
    return s;
}

/* The source's key-values as a GGUF without tensors, for its tokenizer. */
static fq_status write_gguf(writer *w) {
    const fq_gguf *g = w->net->model->checkpoint.gguf;
    unsigned char head[24] = "GGUF";
    const uint32_t version = g->version;
    const uint64_t counts[2] = {0, g->n_values};
    memcpy(head + 4, &version, sizeof version);
    memcpy(head + 8, counts, sizeof counts);
    /* The data section starts on an aligned byte even where it is empty. */
    const size_t bytes = fq_round_up(sizeof head + g->metadata_bytes, (size_t)g->alignment) - sizeof head;
    unsigned char *body = FQ_NEW(&w->arena, unsigned char, bytes);
    if (!body) return FQ_ERR_MEMORY;
    memcpy(body, g->metadata, g->metadata_bytes);
    return write_file(w, "tokenizer.gguf", head, sizeof head, body, bytes);
}

/* ---- the directory ---- */

/* How many entries dir has, and whether a manifest is among them; 0 if there is no such directory. */
static fq_status look(const char *dir, int *entries, int *saved) {
    *entries = *saved = 0;
    DIR *d = opendir(dir);
    if (!d) return errno == ENOENT ? FQ_OK : fq_fail(FQ_ERR_OUTPUT, "cannot write to %s: %s", dir, strerror(errno));
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        *entries += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
        *saved |= strcmp(e->d_name, FQ_SAVED_MANIFEST) == 0;
    }
    closedir(d);
    return FQ_OK;
}

fq_status fq_save_check(const char *dir, int replace) {
    int entries, saved;
    FQ_TRY(look(dir, &entries, &saved));
    if (entries == 0 || (saved && replace)) return FQ_OK;
    if (saved) return fq_fail(FQ_ERR_OUTPUT, "%s: a saved model is there already", dir);
    return fq_fail(FQ_ERR_OUTPUT, "%s: not empty and no saved model (no " FQ_SAVED_MANIFEST "): not overwritten", dir);
}

/* An older saved model goes, manifest first: nothing of it may be taken for a part of the new one. */
static fq_status clear(writer *w) {
    const char *manifest = fq_arena_printf(&w->arena, "%s/" FQ_SAVED_MANIFEST, w->dir);
    if (!manifest) return FQ_ERR_MEMORY;
    if (unlink(manifest) != 0) {
        return errno == ENOENT ? FQ_OK : fq_fail(FQ_ERR_OUTPUT, "cannot remove %s: %s", manifest, strerror(errno));
    }
    DIR *d = opendir(w->dir);
    if (!d) return fq_fail(FQ_ERR_OUTPUT, "%s: %s", w->dir, strerror(errno));
    fq_status s = FQ_OK;
    for (struct dirent *e; s == FQ_OK && (e = readdir(d)) != NULL;)
        if (is_ours(e->d_name) && unlinkat(dirfd(d), e->d_name, 0) != 0)
            s = fq_fail(FQ_ERR_OUTPUT, "cannot remove %s/%s: %s", w->dir, e->d_name, strerror(errno));
    closedir(d);
    return s;
}

/* The text of the map that the variant follows. */
static fq_status take_policy(writer *w) {
    const fq_policy_map *policy = w->net->variant->map;
    fq_mapping map;
    if (!policy) return FQ_OK;
    FQ_TRY(fq_mapping_open(fq_policy_map_path(policy), &map));
    w->policy = fq_arena_alloc(&w->arena, map.bytes);
    if (w->policy) memcpy(w->policy, map.data, w->policy_bytes = map.bytes);
    fq_mapping_close(&map);
    return w->policy ? FQ_OK : FQ_ERR_MEMORY;
}

static fq_status save(writer *w) {
    const fq_llama *net = w->net;
    const fq_checkpoint *c = &net->model->checkpoint;
    char sha256[65];
    int tied = 0;
    w->embedding = fq_checkpoint_find(c, "model.embed_tokens.weight");
    w->rows = FQ_NEW(&w->arena, float, (size_t)BLOCK *(size_t)net->config.hidden);
    const char *manifest = fq_arena_printf(&w->arena, "%s/" FQ_SAVED_MANIFEST, w->dir);
    if (!w->rows || !manifest) return FQ_ERR_MEMORY;
    FQ_TRY(collect_embeddings(w));
    FQ_TRY(head_is_embeddings(w, &tied));
    const fq_saved_slot norm = {
        .name = "model.norm.weight", .dtype = FQ_DTYPE_F32, .cols = net->config.hidden, .data = net->final_norm};
    FQ_TRY(collect(w, &norm));
    for (int l = 0; l < net->layers; l++)
        FQ_TRY(fq_saved_visit_layer(net, l, collect, w));
    if (!tied) FQ_TRY(fq_saved_visit_linear(&net->head, "lm_head", collect, w));
    FQ_TRY(fq_dir_create(w->dir));
    FQ_TRY(take_policy(w)); /* it may be that of the saved model that now goes */
    FQ_TRY(clear(w));
    if (c->gguf) {
        FQ_TRY(write_config(w));
        FQ_TRY(write_gguf(w));
    } else {
        FQ_TRY(copy_companions(w));
    }
    if (w->policy_bytes > 0) FQ_TRY(write_file(w, FQ_SAVED_POLICY, NULL, 0, w->policy, w->policy_bytes));
    FQ_TRY(write_model(w, sha256));
    return fq_manifest_write(net, manifest, c->gguf ? "tokenizer.gguf" : "tokenizer.json", !tied, sha256);
}

fq_status fq_llama_save(const fq_llama *net, const char *dir) {
    const fq_model *m = net->model;
    if (!fq_model_has_weights(m)) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s has random weights: not worth a file", m->checkpoint.name);
    }
    if (net->variant->transforms & FQ_T_BIAS)
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: corrected biases are not saved", net->variant->name);
    if (m->saved) return fq_fail(FQ_ERR_UNSUPPORTED, "%s is a saved model already", m->checkpoint.path);
    FQ_TRY(fq_save_check(dir, 1));
    writer w = {.net = net, .dir = dir};
    FQ_TRY(fq_arena_init(&w.arena, 0));
    fq_status s = save(&w);
    fq_arena_free(&w.arena);
    return s;
}
