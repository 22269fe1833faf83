/* What a fuzzer calls: each function reads one hostile file as the program would, uses what was read as far as the file
 * alone allows, and must neither crash nor leak nor break its promises. libFuzzer (fuzz.c) and the replay of the
 * corpora under `make check` (test_corpus.c) share them. */
#ifndef FQ_TESTS_FUZZ_TARGETS_H
#define FQ_TESTS_FUZZ_TARGETS_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/claims.h"
#include "harness/record.h"
#include "models/checkpoint.h"
#include "models/gguf.h"
#include "models/safetensors.h"
#include "models/saved.h"
#include "models/tokenizer.h"
#include "scenarios/scenario.h"

/* One arena and one file in memory for all inputs: an input costs microseconds then, not a reservation. */
typedef struct fuzz_room {
    fq_arena arena;
    int fd;
    char path[64]; /* of the file in memory */
} fuzz_room;

static inline void fuzz_room_open(fuzz_room *room) {
    if (fq_arena_init(&room->arena, (size_t)1 << 30) != FQ_OK) abort();
    room->fd = memfd_create("input", MFD_CLOEXEC);
    if (room->fd < 0) abort();
    snprintf(room->path, sizeof room->path, "/proc/self/fd/%d", room->fd);
}

static inline void fuzz_room_close(fuzz_room *room) {
    fq_arena_free(&room->arena);
    close(room->fd);
}

/* The input as a file, for readers that take a path. */
static inline const char *fuzz_file(const fuzz_room *room, const uint8_t *data, size_t bytes) {
    if (ftruncate(room->fd, 0) != 0 || pwrite(room->fd, data, bytes, 0) != (ssize_t)bytes) abort();
    return room->path;
}

/* An error must say something; its message must name the input. */
static inline void fuzz_judge(fq_status s, const char *label) {
    if (s != FQ_OK && strstr(fq_message(), label) == NULL) {
        fprintf(stderr, "the message does not name %s: %s\n", label, fq_message());
        abort();
    }
}

/* Every byte that a tensor claims must lie in the file: read the first and the last row. */
static inline void fuzz_tensors(const fq_tensor *t, int n) {
    enum { COLUMNS_MOST = 4096 };
    float row[COLUMNS_MOST];
    for (int i = 0; i < n; i++) {
        volatile unsigned char sink = 0;
        if (t[i].bytes > 0) sink = ((const unsigned char *)t[i].data)[0];
        if (t[i].bytes > 0) sink = ((const unsigned char *)t[i].data)[t[i].bytes - 1];
        (void)sink;
        if (t[i].bytes == 0 || t[i].rank < 1 || t[i].rank > 2 || t[i].shape[t[i].rank - 1] > COLUMNS_MOST) continue;
        if (t[i].dtype == FQ_DTYPE_U8 || t[i].dtype == FQ_DTYPE_I32) continue;
        fq_tensor_row(&t[i], 0, row);
        if (t[i].rank == 2) fq_tensor_row(&t[i], t[i].shape[0] - 1, row);
    }
}

static inline void fuzz_safetensors(fuzz_room *room, const uint8_t *data, size_t bytes) {
    fq_tensor *t;
    int n;
    fq_status s = fq_safetensors_parse(data, bytes, "input", &room->arena, &t, &n);
    fuzz_judge(s, "input");
    if (s == FQ_OK) fuzz_tensors(t, n);
    s = fq_safetensors_parse_saved(data, bytes, "input", &room->arena, &t, &n);
    if (s == FQ_OK) fuzz_tensors(t, n);
}

static inline void fuzz_shards(fuzz_room *room, const uint8_t *data, size_t bytes) {
    fq_shard_entry *e;
    int n;
    fq_status s = fq_safetensors_index((const char *)data, bytes, "input", &room->arena, &e, &n);
    fuzz_judge(s, "input");
    for (int i = 0; s == FQ_OK && i < n; i++)
        if (e[i].tensor == NULL || strchr(e[i].file, '/') != NULL) abort();
}

static inline void fuzz_texts(const fq_tokenizer *t) {
    static const char *const texts[] = {
        "",    "a", "Hello, world! 123", " \xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80\n\n x", "<s><|bos|>the the the</s>",
        "\xff"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int *ids;
        size_t n, length;
        if (fq_tokenizer_encode(t, texts[i], strlen(texts[i]), 1, &ids, &n) != FQ_OK) continue;
        for (size_t k = 0; k < n; k++)
            if (ids[k] < 0 || ids[k] >= fq_tokenizer_vocab(t) || fq_tokenizer_piece(t, ids[k], &length) == NULL)
                abort();
        free(ids);
    }
}

static inline void fuzz_gguf(fuzz_room *room, const uint8_t *data, size_t bytes) {
    fq_gguf g;
    fq_checkpoint c = {.path = "input", .name = "input"};
    fq_tokenizer *t;
    fq_status s = fq_gguf_parse(data, bytes, "input", &room->arena, &g);
    fuzz_judge(s, "input");
    if (s != FQ_OK) return;
    fuzz_tensors(g.tensors, (int)g.n_tensors);
    s = fq_tokenizer_from_gguf(&g, "input", &t);
    fuzz_judge(s, "input");
    if (s == FQ_OK) {
        fuzz_texts(t);
        fq_tokenizer_free(t);
    }
    s = fq_gguf_to_checkpoint(&g, "input", &room->arena, &c);
    fuzz_judge(s, "input");
    if (s == FQ_OK && fq_checkpoint_validate(&c) == FQ_OK) fuzz_tensors(c.tensors, c.n_tensors);
}

static inline void fuzz_tokenizer(fuzz_room *room, const uint8_t *data, size_t bytes) {
    fq_tokenizer *t;
    fq_status s = fq_tokenizer_from_json((const char *)data, bytes, "input", &t);
    (void)room;
    fuzz_judge(s, "input");
    if (s != FQ_OK) return;
    fuzz_texts(t);
    fq_tokenizer_free(t);
}

static inline void fuzz_config(fuzz_room *room, const uint8_t *data, size_t bytes) {
    fq_llama_config c;
    fq_status s = fq_config_parse((const char *)data, bytes, "input", &c);
    (void)room;
    fuzz_judge(s, "input");
    if (s != FQ_OK) return;
    s = fq_config_validate(&c, "input");
    fuzz_judge(s, "input");
    if (s == FQ_OK && (c.heads <= 0 || c.kv_heads <= 0 || c.heads % c.kv_heads != 0 || c.layers <= 0)) abort();
}

static inline void fuzz_manifest(fuzz_room *room, const uint8_t *data, size_t bytes) {
    static const char shape[] =
        "{\"model_type\": \"llama\", \"hidden_size\": 32, \"intermediate_size\": 64, \"num_hidden_layers\": 2,"
        " \"num_attention_heads\": 2, \"num_key_value_heads\": 1, \"vocab_size\": 40, \"max_position_embeddings\": 64,"
        " \"rms_norm_eps\": 1e-5}";
    fq_llama_config c;
    fq_saved saved;
    if (fq_config_parse(shape, sizeof shape - 1, "shape", &c) != FQ_OK) abort();
    fq_status s = fq_manifest_read(fuzz_file(room, data, bytes), &c, &room->arena, &saved);
    fuzz_judge(s, room->path);
    if (s == FQ_OK && (saved.variant == NULL || saved.linear == NULL || strlen(saved.sha256) != 64)) abort();
}

static inline void fuzz_yaml(fuzz_room *room, const uint8_t *data, size_t bytes) {
    fq_scenario sc;
    char text[4096];
    fq_status s = fq_scenario_load(fuzz_file(room, data, bytes), &sc);
    fuzz_judge(s, room->path);
    if (s != FQ_OK) return;
    for (int i = 0; i < sc.n_steps; i++) {
        fq_step_describe(&sc.steps[i], 1, text, sizeof text);
        (void)!fq_step_check(&sc.steps[i]);
    }
    fq_scenario_free(&sc);
}

static inline void fuzz_csv(fuzz_room *room, const uint8_t *data, size_t bytes) {
    for (int table = 0; table < FQ_TABLE_COUNT; table++) {
        void *rows, *again;
        int n, m;
        char *text = NULL;
        size_t length = 0;
        fq_status s = fq_record_read(fuzz_file(room, data, bytes), (fq_table)table, &room->arena, &rows, &n);
        fuzz_judge(s, room->path);
        if (s != FQ_OK) continue;
        FILE *f = open_memstream(&text, &length);
        if (f == NULL || fq_record_print(f, FQ_OUTPUT_CSV, (fq_table)table, rows, n) != FQ_OK || fclose(f) != 0)
            abort();
        s = fq_record_read(fuzz_file(room, (const uint8_t *)text, length), (fq_table)table, &room->arena, &again, &m);
        free(text);
        if (s != FQ_OK || m != n) abort(); /* what was read and written must be read again */
    }
}

static inline void fuzz_claims(fuzz_room *room, const uint8_t *data, size_t bytes) {
    fq_claim *claims;
    fq_outcome *outcomes;
    int n;
    fq_status s = fq_claims_read(fuzz_file(room, data, bytes), &room->arena, &claims, &n);
    fuzz_judge(s, room->path);
    if (s != FQ_OK) return;
    const fq_folder none = {.dir = "none"};
    if (fq_claims_judge(claims, n, &none, 1, &room->arena, &outcomes) != FQ_OK) abort();
    for (int i = 0; i < n; i++)
        if (strcmp(outcomes[i].verdict, "NOT COMPARABLE") != 0) abort();
}

/* Run target `name` on one input; 0 if there is none of that name. */
static inline int fuzz_one(const char *name, fuzz_room *room, const uint8_t *data, size_t bytes) {
#define FQ_FUZZ(target, about)                                                                                         \
    if (strcmp(name, #target) == 0) {                                                                                  \
        fuzz_##target(room, data, bytes);                                                                              \
        fq_arena_reset(&room->arena, 0);                                                                               \
        return 1;                                                                                                      \
    }
#include "tests/fuzz/targets.def"
#undef FQ_FUZZ
    return 0;
}

#endif
