/* Opening a checkpoint from a path, whichever of the two kinds it is, and checking that it holds exactly the tensors of
 * the Llama its configuration describes. A tensor that the forward pass would ignore is an error: the numbers would be
 * those of another model. */
#include "models/checkpoint.h"
#include "models/gguf.h"
#include "models/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 128, SHAPE_BYTES = 128 };

static int by_name(const void *a, const void *b) {
    return strcmp(((const fq_tensor *)a)->name, ((const fq_tensor *)b)->name);
}

const fq_tensor *fq_checkpoint_find(const fq_checkpoint *c, const char *name) {
    fq_tensor key = {.name = name};
    if (c->n_tensors == 0) return NULL;
    return bsearch(&key, c->tensors, (size_t)c->n_tensors, sizeof key, by_name);
}

void fq_checkpoint_index(fq_checkpoint *c) {
    qsort(c->tensors, (size_t)c->n_tensors, sizeof *c->tensors, by_name);
    c->bytes = 0;
    c->parameters = 0;
    for (int i = 0; i < c->n_tensors; i++) {
        c->bytes += c->tensors[i].bytes;
        c->parameters += fq_tensor_elements(&c->tensors[i]);
    }
}

static const char *label_of(const fq_checkpoint *c) {
    return c->path != NULL ? c->path : c->name != NULL ? c->name : "checkpoint";
}

static void print_shape(char text[SHAPE_BYTES], const int64_t *shape, int rank) {
    size_t at = 0;
    for (int i = 0; i < rank; i++)
        at += (size_t)snprintf(text + at, SHAPE_BYTES - at, "%s%lld", i == 0 ? "" : ", ", (long long)shape[i]);
}

typedef struct expectation {
    const fq_checkpoint *c;
    unsigned char *seen; /* one flag a tensor */
} expectation;

/* Tensor `name` must be there with shape [rows, columns]; [rows] when columns is 0. */
static fq_status expect(expectation *e, const char *name, int64_t rows, int64_t columns) {
    const fq_tensor *t = fq_checkpoint_find(e->c, name);
    if (t == NULL) return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' is missing", label_of(e->c), name);
    const int64_t want[2] = {rows, columns};
    int rank = columns == 0 ? 1 : 2;
    if (t->rank != rank || memcmp(t->shape, want, (size_t)rank * sizeof *want) != 0) {
        char is[SHAPE_BYTES], should[SHAPE_BYTES];
        print_shape(is, t->shape, t->rank);
        print_shape(should, want, rank);
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' has shape [%s], expected [%s] by the configuration",
                       label_of(e->c), name, is, should);
    }
    e->seen[t - e->c->tensors] = 1;
    return FQ_OK;
}

static fq_status expect_layer(expectation *e, int layer) {
    const fq_llama_config *c = &e->c->config;
    int64_t q = (int64_t)c->heads * c->head_dim, kv = (int64_t)c->kv_heads * c->head_dim;
    int64_t hidden = c->hidden, inter = c->intermediate;
    const struct {
        const char *part;
        int64_t rows, columns;
        int bias;
    } parts[] = {
        {"input_layernorm", hidden, 0, 0},
        {"self_attn.q_proj", q, hidden, c->attention_bias},
        {"self_attn.k_proj", kv, hidden, c->attention_bias},
        {"self_attn.v_proj", kv, hidden, c->attention_bias},
        {"self_attn.o_proj", hidden, q, c->attention_bias},
        {"post_attention_layernorm", hidden, 0, 0},
        {"mlp.gate_proj", inter, hidden, c->mlp_bias},
        {"mlp.up_proj", inter, hidden, c->mlp_bias},
        {"mlp.down_proj", hidden, inter, c->mlp_bias},
    };
    char name[NAME_BYTES];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snprintf(name, sizeof name, "model.layers.%d.%s.weight", layer, parts[i].part);
        FQ_TRY(expect(e, name, parts[i].rows, parts[i].columns));
        if (!parts[i].bias) continue;
        snprintf(name, sizeof name, "model.layers.%d.%s.bias", layer, parts[i].part);
        FQ_TRY(expect(e, name, parts[i].rows, 0));
    }
    return FQ_OK;
}

/* What files carry without it meaning anything: the RoPE table of old transformers, a copy of tied embeddings. */
static int is_harmless(const fq_checkpoint *c, const char *name) {
    static const char tail[] = ".rotary_emb.inv_freq";
    size_t n = strlen(name), k = sizeof tail - 1;
    if (n >= k && strcmp(name + n - k, tail) == 0) return 1;
    return c->config.tied_embeddings && strcmp(name, "lm_head.weight") == 0;
}

static fq_status expect_all(expectation *e) {
    const fq_llama_config *c = &e->c->config;
    FQ_TRY(expect(e, "model.embed_tokens.weight", c->vocab, c->hidden));
    FQ_TRY(expect(e, "model.norm.weight", c->hidden, 0));
    if (!c->tied_embeddings) FQ_TRY(expect(e, "lm_head.weight", c->vocab, c->hidden));
    for (int i = 0; i < c->layers; i++)
        FQ_TRY(expect_layer(e, i));
    for (int i = 0; i < e->c->n_tensors; i++) {
        if (e->seen[i] || is_harmless(e->c, e->c->tensors[i].name)) continue;
        return fq_fail(FQ_ERR_UNSUPPORTED,
                       "%s: tensor '%.200s' is not part of the Llama that the configuration describes", label_of(e->c),
                       e->c->tensors[i].name);
    }
    return FQ_OK;
}

fq_status fq_checkpoint_validate(const fq_checkpoint *c) {
    FQ_TRY(fq_config_validate(&c->config, label_of(c)));
    expectation e = {c, calloc((size_t)c->n_tensors + 1, 1)};
    if (e.seen == NULL) return fq_fail(FQ_ERR_MEMORY, "%s: no memory to check %d tensors", label_of(c), c->n_tensors);
    fq_status s = expect_all(&e);
    free(e.seen);
    return s;
}

fq_status fq_checkpoint_name(const char *path, const char *suffix, fq_arena *arena, const char **out) {
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    size_t n = end - start, k = strlen(suffix);
    const char *last = path + start;
    char *real = NULL;
    if ((n == 1 && last[0] == '.') || (n == 2 && last[0] == '.' && last[1] == '.')) {
        real = realpath(path, NULL);
        if (real != NULL) {
            last = strrchr(real, '/') + 1;
            n = strlen(last);
        }
    }
    if (n > k && memcmp(last + n - k, suffix, k) == 0) n -= k;
    *out = fq_arena_printf(arena, "%.*s", (int)n, last);
    free(real);
    return *out != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

fq_status fq_config_read(const char *dir, fq_llama_config *out) {
    char *path = NULL;
    fq_mapping m;
    if (asprintf(&path, "%s/config.json", dir) < 0) return fq_fail(FQ_ERR_MEMORY, "%s: no memory for a path", dir);
    fq_status s = fq_mapping_open(path, &m);
    if (s == FQ_OK) {
        s = fq_config_parse((const char *)m.data, m.bytes, path, out);
        fq_mapping_close(&m);
    }
    free(path);
    return s;
}

/* Map one file of tensors and list what it holds. */
static fq_status open_shard(const char *path, fq_arena *arena, fq_checkpoint *c, fq_tensor **tensors, int *n) {
    FQ_TRY(fq_mapping_open(path, &c->maps[c->n_maps]));
    fq_mapping *m = &c->maps[c->n_maps++];
    return fq_safetensors_parse(m->data, m->bytes, path, arena, tensors, n);
}

static fq_status open_single(const char *path, fq_arena *arena, fq_checkpoint *c) {
    c->maps = FQ_NEW(arena, fq_mapping, 1);
    if (c->maps == NULL) return FQ_ERR_MEMORY;
    return open_shard(path, arena, c, &c->tensors, &c->n_tensors);
}

/* entries[0..n) all name `path`: open it, put its tensors behind those of c, and check that the named ones are there.
 */
static fq_status open_indexed(const char *path, const fq_shard_entry *entries, int n, fq_arena *arena, fq_checkpoint *c,
                              int room) {
    fq_tensor *tensors;
    int found;
    FQ_TRY(open_shard(path, arena, c, &tensors, &found));
    qsort(tensors, (size_t)found, sizeof *tensors, by_name);
    fq_checkpoint shard = {.tensors = tensors, .n_tensors = found};
    for (int i = 0; i < n; i++) {
        if (fq_checkpoint_find(&shard, entries[i].tensor) == NULL) {
            return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' is missing, which the index places here", path,
                           entries[i].tensor);
        }
    }
    if (found != n) {
        return fq_fail(FQ_ERR_INPUT, "%s: the file holds %d tensors, but the index places %d here", path, found, n);
    }
    FQ_ASSERT(c->n_tensors + found <= room);
    memcpy(c->tensors + c->n_tensors, tensors, (size_t)found * sizeof *tensors);
    c->n_tensors += found;
    return FQ_OK;
}

static fq_status open_shards(const char *dir, const char *index_path, fq_arena *arena, fq_checkpoint *c) {
    fq_mapping m;
    FQ_TRY(fq_mapping_open(index_path, &m));
    fq_shard_entry *entries;
    int n;
    fq_status s = fq_safetensors_index((const char *)m.data, m.bytes, index_path, arena, &entries, &n);
    fq_mapping_close(&m);
    FQ_TRY(s);
    int files = 1;
    for (int i = 1; i < n; i++)
        files += strcmp(entries[i].file, entries[i - 1].file) != 0;
    c->maps = FQ_NEW(arena, fq_mapping, files);
    c->tensors = FQ_NEW(arena, fq_tensor, n);
    if (c->maps == NULL || c->tensors == NULL) return FQ_ERR_MEMORY;
    for (int i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && strcmp(entries[end].file, entries[i].file) == 0; end++)
            ;
        char *path = fq_arena_printf(arena, "%s/%s", dir, entries[i].file);
        if (path == NULL) return FQ_ERR_MEMORY;
        s = open_indexed(path, entries + i, end - i, arena, c, n);
        if (s != FQ_OK) return fq_fail_prefix(s, "%s", index_path);
    }
    return FQ_OK;
}

static fq_status open_directory(const char *dir, fq_arena *arena, fq_checkpoint *c) {
    FQ_TRY(fq_checkpoint_name(dir, "", arena, &c->name));
    FQ_TRY(fq_config_read(dir, &c->config));
    const char *single = fq_arena_printf(arena, "%s/model.safetensors", dir);
    const char *index = fq_arena_printf(arena, "%s/model.safetensors.index.json", dir);
    if (single == NULL || index == NULL) return FQ_ERR_MEMORY;
    if (access(single, F_OK) == 0) {
        FQ_TRY(open_single(single, arena, c));
    } else if (access(index, F_OK) == 0) {
        FQ_TRY(open_shards(dir, index, arena, c));
    } else {
        return fq_fail(FQ_ERR_INPUT, "%s: neither model.safetensors nor model.safetensors.index.json is there", dir);
    }
    c->kind = FQ_CHECKPOINT_HF;
    fq_checkpoint_index(c);
    return FQ_OK;
}

static fq_status open_gguf(const char *path, fq_arena *arena, fq_checkpoint *c) {
    FQ_TRY(fq_checkpoint_name(path, ".gguf", arena, &c->name));
    c->maps = FQ_NEW(arena, fq_mapping, 1);
    fq_gguf *g = FQ_NEW(arena, fq_gguf, 1);
    if (c->maps == NULL || g == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(fq_mapping_open(path, &c->maps[0]));
    c->n_maps = 1;
    if (c->maps[0].bytes < 4 || memcmp(c->maps[0].data, "GGUF", 4) != 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: not a GGUF file; expected one, or a Hugging Face directory with config.json",
                       path);
    }
    FQ_TRY(fq_gguf_parse(c->maps[0].data, c->maps[0].bytes, path, arena, g));
    return fq_gguf_to_checkpoint(g, path, arena, c);
}

fq_status fq_checkpoint_open(const char *path, fq_arena *arena, fq_checkpoint *out) {
    memset(out, 0, sizeof *out);
    size_t mark = arena->used;
    struct stat st;
    fq_status s = FQ_OK;
    fq_checkpoint c = {0};
    c.path = fq_arena_printf(arena, "%s", path);
    if (c.path == NULL) s = FQ_ERR_MEMORY;
    int directory = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    if (s == FQ_OK) s = directory ? open_directory(path, arena, &c) : open_gguf(path, arena, &c);
    if (s == FQ_OK) s = fq_checkpoint_validate(&c);
    if (s != FQ_OK) {
        fq_checkpoint_close(&c);
        fq_arena_reset(arena, mark);
        return s;
    }
    *out = c;
    return FQ_OK;
}

void fq_checkpoint_close(fq_checkpoint *c) {
    for (int i = 0; i < c->n_maps; i++)
        fq_mapping_close(&c->maps[i]);
    memset(c, 0, sizeof *c);
}
