/* Small checkpoints for tests: byte buffers that grow, a scratch directory, and a complete two-layer Llama as a Hugging
 * Face directory or a GGUF file, which the tests then damage in one place. */
#ifndef FQ_TESTS_CHECKPOINT_FILES_H
#define FQ_TESTS_CHECKPOINT_FILES_H
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/checkpoint.h"

typedef struct blob {
    unsigned char *p;
    size_t n, room;
} blob;

static inline void blob_put(blob *b, const void *p, size_t n) {
    if (b->n + n > b->room) {
        b->room = 2 * (b->n + n);
        b->p = realloc(b->p, b->room);
        FQ_ASSERT(b->p != NULL);
    }
    if (n > 0) memcpy(b->p + b->n, p, n);
    b->n += n;
}

static inline void blob_uint(blob *b, uint64_t v, int bytes) {
    for (int i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)(v >> 8 * i);
        blob_put(b, &c, 1);
    }
}

static inline void blob_text(blob *b, const char *s) {
    blob_uint(b, strlen(s), 8);
    blob_put(b, s, strlen(s));
}

static inline void blob_pad(blob *b, size_t to) {
    while (b->n % to != 0)
        blob_uint(b, 0, 1);
}

static inline void blob_free(blob *b) {
    free(b->p);
    memset(b, 0, sizeof *b);
}

/* The same bytes as tests/golden/dtype.py. */
static inline void fill_pseudo_random(unsigned char *p, size_t n) {
    uint32_t x = 12345;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        p[i] = (unsigned char)(x >> 24);
    }
}

/* ---- scratch directory ---- */

static inline char *scratch_make(void) {
    const char *base = getenv("TMPDIR");
    char *dir = NULL;
    FQ_ASSERT(asprintf(&dir, "%s/fqbench-test-XXXXXX", base != NULL ? base : "/tmp") > 0);
    FQ_ASSERT(mkdtemp(dir) != NULL);
    return dir;
}

static inline void scratch_write(const char *dir, const char *name, const void *p, size_t n) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    FQ_ASSERT(f != NULL && fwrite(p, 1, n, f) == n);
    FQ_ASSERT(fclose(f) == 0);
}

static inline void scratch_text(const char *dir, const char *name, const char *text) {
    scratch_write(dir, name, text, strlen(text));
}

static inline void scratch_unlink(const char *dir, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    unlink(path);
}

static inline void scratch_clear(const char *dir) {
    DIR *d = opendir(dir);
    FQ_ASSERT(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.') scratch_unlink(dir, e->d_name);
    closedir(d);
}

static inline void scratch_remove(char *dir) {
    scratch_clear(dir);
    rmdir(dir);
    free(dir);
}

/* ---- the small Llama ---- */

enum {
    SMALL_LAYERS = 2,
    SMALL_HIDDEN = 32,
    SMALL_INTER = 64,
    SMALL_HEADS = 2,
    SMALL_KV = 1,
    SMALL_DIM = 16,
    SMALL_VOCAB = 40
};

static const char small_config[] =
    "{\"model_type\": \"llama\", \"hidden_size\": 32, \"intermediate_size\": 64, \"num_hidden_layers\": 2,"
    " \"num_attention_heads\": 2, \"num_key_value_heads\": 1, \"vocab_size\": 40, \"max_position_embeddings\": 64,"
    " \"rms_norm_eps\": 1e-5, \"bos_token_id\": 1, \"eos_token_id\": [2, 3]}";

typedef struct small_tensor {
    char hf[80], gguf[80];
    int64_t rows, columns; /* columns 0: a vector */
} small_tensor;

enum { SMALL_TENSORS = 3 + 9 * SMALL_LAYERS };

static inline void small_tensors(small_tensor t[SMALL_TENSORS]) {
    static const struct {
        const char *hf, *gguf;
        int rows, columns;
    } parts[9] = {
        {"input_layernorm", "attn_norm", SMALL_HIDDEN, 0},
        {"self_attn.q_proj", "attn_q", SMALL_HEADS * SMALL_DIM, SMALL_HIDDEN},
        {"self_attn.k_proj", "attn_k", SMALL_KV * SMALL_DIM, SMALL_HIDDEN},
        {"self_attn.v_proj", "attn_v", SMALL_KV * SMALL_DIM, SMALL_HIDDEN},
        {"self_attn.o_proj", "attn_output", SMALL_HIDDEN, SMALL_HEADS * SMALL_DIM},
        {"post_attention_layernorm", "ffn_norm", SMALL_HIDDEN, 0},
        {"mlp.gate_proj", "ffn_gate", SMALL_INTER, SMALL_HIDDEN},
        {"mlp.up_proj", "ffn_up", SMALL_INTER, SMALL_HIDDEN},
        {"mlp.down_proj", "ffn_down", SMALL_HIDDEN, SMALL_INTER},
    };
    t[0] = (small_tensor){"model.embed_tokens.weight", "token_embd.weight", SMALL_VOCAB, SMALL_HIDDEN};
    t[1] = (small_tensor){"model.norm.weight", "output_norm.weight", SMALL_HIDDEN, 0};
    t[2] = (small_tensor){"lm_head.weight", "output.weight", SMALL_VOCAB, SMALL_HIDDEN};
    for (int l = 0, n = 3; l < SMALL_LAYERS; l++) {
        for (int i = 0; i < 9; i++, n++) {
            snprintf(t[n].hf, sizeof t[n].hf, "model.layers.%d.%s.weight", l, parts[i].hf);
            snprintf(t[n].gguf, sizeof t[n].gguf, "blk.%d.%s.weight", l, parts[i].gguf);
            t[n].rows = parts[i].rows;
            t[n].columns = parts[i].columns;
        }
    }
}

/* Value of element e of tensor n: small integers, exact in every 16-bit format. */
static inline float small_value(int n, int64_t e) {
    return (float)((e * 7 + n * 13) % 101 - 50);
}

static inline uint16_t bf16_bits(float x) {
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return (uint16_t)(u >> 16);
}

static inline int64_t small_elements(const small_tensor *t) {
    return t->rows * (t->columns == 0 ? 1 : t->columns);
}

/* A safetensors file (BF16) of tensors [from, to), without number `skip`. */
static inline blob small_safetensors(const small_tensor *t, int from, int to, int skip) {
    blob file = {0}, header = {0}, data = {0};
    char text[256];
    for (int i = from; i < to; i++) {
        if (i == skip) continue;
        int64_t n = small_elements(&t[i]);
        char shape[64];
        if (t[i].columns == 0)
            snprintf(shape, sizeof shape, "%lld", (long long)t[i].rows);
        else
            snprintf(shape, sizeof shape, "%lld, %lld", (long long)t[i].rows, (long long)t[i].columns);
        snprintf(text, sizeof text, "%s\"%.79s\": {\"dtype\": \"BF16\", \"shape\": [%s], \"data_offsets\": [%zu, %zu]}",
                 header.n == 0 ? "{" : ", ", t[i].hf, shape, data.n, data.n + (size_t)n * 2);
        blob_put(&header, text, strlen(text));
        for (int64_t e = 0; e < n; e++)
            blob_uint(&data, bf16_bits(small_value(i, e)), 2);
    }
    blob_put(&header, "}", 1);
    while (header.n % 8 != 0)
        blob_put(&header, " ", 1);
    blob_uint(&file, header.n, 8);
    blob_put(&file, header.p, header.n);
    blob_put(&file, data.p, data.n);
    blob_free(&header);
    blob_free(&data);
    return file;
}

/* ---- GGUF ---- */

typedef struct gguf_writer {
    blob values, infos, data;
    uint64_t n_values, n_tensors;
} gguf_writer;

static inline void gguf_key(gguf_writer *w, const char *key, int type) {
    blob_text(&w->values, key);
    blob_uint(&w->values, (uint64_t)type, 4);
    w->n_values++;
}

static inline void gguf_u32(gguf_writer *w, const char *key, uint32_t v) {
    gguf_key(w, key, 4);
    blob_uint(&w->values, v, 4);
}

static inline void gguf_f32(gguf_writer *w, const char *key, float v) {
    gguf_key(w, key, 6);
    blob_put(&w->values, &v, 4);
}

static inline void gguf_string(gguf_writer *w, const char *key, const char *v) {
    gguf_key(w, key, 8);
    blob_text(&w->values, v);
}

/* columns 0: a vector of `rows`. */
static inline void gguf_tensor(gguf_writer *w, const char *name, int64_t rows, int64_t columns, uint32_t type,
                               const void *p, size_t bytes) {
    blob_text(&w->infos, name);
    blob_uint(&w->infos, columns == 0 ? 1 : 2, 4);
    if (columns != 0) blob_uint(&w->infos, (uint64_t)columns, 8);
    blob_uint(&w->infos, (uint64_t)rows, 8);
    blob_uint(&w->infos, type, 4);
    blob_pad(&w->data, 32);
    blob_uint(&w->infos, w->data.n, 8);
    blob_put(&w->data, p, bytes);
    w->n_tensors++;
}

/* The file; frees the writer. */
static inline blob gguf_finish(gguf_writer *w, uint32_t version) {
    blob f = {0};
    blob_put(&f, "GGUF", 4);
    blob_uint(&f, version, 4);
    blob_uint(&f, w->n_tensors, 8);
    blob_uint(&f, w->n_values, 8);
    blob_put(&f, w->values.p, w->values.n);
    blob_put(&f, w->infos.p, w->infos.n);
    blob_pad(&f, 32);
    blob_put(&f, w->data.p, w->data.n);
    blob_free(&w->values);
    blob_free(&w->infos);
    blob_free(&w->data);
    return f;
}

static inline void small_gguf_values(gguf_writer *w) {
    gguf_string(w, "general.architecture", "llama");
    gguf_u32(w, "llama.block_count", SMALL_LAYERS);
    gguf_u32(w, "llama.embedding_length", SMALL_HIDDEN);
    gguf_u32(w, "llama.feed_forward_length", SMALL_INTER);
    gguf_u32(w, "llama.attention.head_count", SMALL_HEADS);
    gguf_u32(w, "llama.attention.head_count_kv", SMALL_KV);
    gguf_f32(w, "llama.attention.layer_norm_rms_epsilon", 1e-5f);
    gguf_u32(w, "llama.context_length", 64);
    gguf_u32(w, "tokenizer.ggml.bos_token_id", 1);
    gguf_u32(w, "tokenizer.ggml.eos_token_id", 2);
}

/* Tensor n as F32, q and k with rows interleaved as GGUF has them. */
static inline void small_gguf_tensor(gguf_writer *w, const small_tensor *t, int n) {
    int64_t columns = t->columns == 0 ? 1 : t->columns;
    float *x = malloc((size_t)(t->rows * columns) * sizeof *x);
    FQ_ASSERT(x != NULL);
    int permuted = strstr(t->hf, "q_proj") != NULL || strstr(t->hf, "k_proj") != NULL;
    for (int64_t r = 0; r < t->rows; r++) {
        int64_t h = r / SMALL_DIM, i = r % SMALL_DIM % (SMALL_DIM / 2), j = r % SMALL_DIM / (SMALL_DIM / 2);
        int64_t to = permuted ? h * SMALL_DIM + 2 * i + j : r;
        for (int64_t c = 0; c < columns; c++)
            x[to * columns + c] = small_value(n, r * columns + c);
    }
    gguf_tensor(w, t->gguf, t->rows, t->columns, 0, x, (size_t)(t->rows * columns) * sizeof *x);
    free(x);
}

#endif
