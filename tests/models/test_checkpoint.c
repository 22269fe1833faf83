/* Opening whole checkpoints from disk: the shipped model, a small one as one file, as shards and as GGUF, and every
 * way in which a directory can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <sys/stat.h>

#include "models/checkpoint.h"
#include "models/gguf.h"
#include "tests/checkpoint_files.h"

static fq_arena arena;
static char *dir;
static small_tensor tensors[SMALL_TENSORS];

static int setup(void **state) {
    dir = scratch_make();
    small_tensors(tensors);
    return fq_arena_init(&arena, (size_t)256 << 20) != FQ_OK;
}
static int teardown(void **state) {
    scratch_remove(dir);
    fq_arena_free(&arena);
    return 0;
}

static void put_file(const char *name, blob b) {
    scratch_write(dir, name, b.p, b.n);
    blob_free(&b);
}

/* A good single-file directory. */
static void put_small(void) {
    scratch_clear(dir);
    scratch_text(dir, "config.json", small_config);
    put_file("model.safetensors", small_safetensors(tensors, 0, SMALL_TENSORS, -1));
}

enum { SPLIT = 9 }; /* tensors of the first shard */

static void put_index(int skip, const char *second_file) {
    blob b = {0};
    char text[256];
    for (int i = 0; i < SMALL_TENSORS; i++) {
        if (i == skip) continue;
        snprintf(text, sizeof text, "%s\"%.79s\": \"%s\"", b.n == 0 ? "{\"weight_map\": {" : ", ", tensors[i].hf,
                 i < SPLIT ? "model-1.safetensors" : second_file);
        blob_put(&b, text, strlen(text));
    }
    blob_put(&b, "}}", 2);
    put_file("model.safetensors.index.json", b);
}

static void put_shards(void) {
    scratch_clear(dir);
    scratch_text(dir, "config.json", small_config);
    put_file("model-1.safetensors", small_safetensors(tensors, 0, SPLIT, -1));
    put_file("model-2.safetensors", small_safetensors(tensors, SPLIT, SMALL_TENSORS, -1));
    put_index(-1, "model-2.safetensors");
}

static void check_small(const char *path) {
    fq_checkpoint c;
    size_t mark = arena.used;
    if (fq_checkpoint_open(path, &arena, &c) != FQ_OK) fail_msg("%s", fq_message());
    assert_int_equal(c.n_tensors, SMALL_TENSORS);
    assert_string_equal(c.path, path);
    assert_int_equal(c.config.eos, 2);
    assert_null(c.quantized);
    int64_t elements = 0;
    for (int n = 0; n < SMALL_TENSORS; n++) {
        const fq_tensor *t = fq_checkpoint_find(&c, tensors[n].hf);
        assert_non_null(t);
        int64_t columns = t->shape[t->rank - 1], rows = t->rank == 1 ? 1 : t->shape[0];
        float x[SMALL_INTER];
        for (int64_t r = 0; r < rows; r++) {
            fq_tensor_row(t, r, x);
            for (int64_t i = 0; i < columns; i++)
                assert_true(x[i] == small_value(n, r * columns + i));
        }
        elements += rows * columns;
    }
    assert_int_equal(c.parameters, elements);
    assert_int_equal(c.bytes, (size_t)elements * (c.kind == FQ_CHECKPOINT_GGUF ? 4 : 2));
    for (int n = 1; n < c.n_tensors; n++)
        assert_true(strcmp(c.tensors[n - 1].name, c.tensors[n].name) < 0);
    assert_null(fq_checkpoint_find(&c, "model.layers.2.input_layernorm.weight"));
    assert_null(fq_checkpoint_find(&c, ""));
    fq_checkpoint_close(&c);
    assert_int_equal(c.n_maps, 0);
    fq_checkpoint_close(&c); /* harmless */
    fq_arena_reset(&arena, mark);
}

static void test_small(void **state) {
    put_small();
    check_small(dir);
    put_shards();
    check_small(dir);
    gguf_writer w = {0};
    small_gguf_values(&w);
    for (int i = 0; i < SMALL_TENSORS; i++)
        small_gguf_tensor(&w, &tensors[i], i);
    put_file("small.gguf", gguf_finish(&w, 3));
    char path[512];
    snprintf(path, sizeof path, "%s/small.gguf", dir);
    check_small(path);
    fq_checkpoint c;
    assert_int_equal(fq_checkpoint_open(path, &arena, &c), FQ_OK);
    assert_string_equal(c.name, "small");
    assert_non_null(c.gguf);
    assert_non_null(fq_gguf_find(c.gguf, "llama.block_count"));
    fq_checkpoint_close(&c);
}

static void test_shipped(void **state) {
    static const char *const paths[] = {"models/tiny", "models/tiny/", "./models/tiny//", "models/tiny/."};
    for (size_t i = 0; i < 4; i++) {
        fq_checkpoint c;
        if (fq_checkpoint_open(paths[i], &arena, &c) != FQ_OK) fail_msg("%s", fq_message());
        assert_string_equal(c.name, "tiny");
        assert_int_equal(c.kind, FQ_CHECKPOINT_HF);
        assert_int_equal(c.n_tensors, 56);
        assert_null(c.quantized);
        assert_int_equal(c.bytes, 2 * c.parameters);
        fq_checkpoint_close(&c);
    }
}

/* The directory as it is now must be refused with all of the words, nothing left open, nothing handed out. */
#define REFUSED(status, ...) refused(dir, status, (const char *const[]){__VA_ARGS__, NULL}, __LINE__)
static void refused(const char *path, fq_status want, const char *const *words, int line) {
    fq_checkpoint c;
    size_t mark = arena.used;
    fq_status s = fq_checkpoint_open(path, &arena, &c);
    if (s != want) fail_msg("line %d: %s: %s", line, fq_status_name(s), fq_message());
    for (; *words != NULL; words++)
        if (strstr(fq_message(), *words) == NULL) fail_msg("line %d: '%s' not in: %s", line, *words, fq_message());
    assert_int_equal(fq_status_exit_code(s), 2);
    assert_int_equal(arena.used, mark);
    assert_int_equal(c.n_maps, 0);
    assert_null(c.tensors);
}

static void put_config(const char *text) {
    put_small();
    scratch_text(dir, "config.json", text);
}

static void test_missing(void **state) {
    refused("no/such/model", FQ_ERR_INPUT, (const char *const[]){"no/such/model", "No such file", NULL}, __LINE__);
    refused("no/such.gguf", FQ_ERR_INPUT, (const char *const[]){"no/such.gguf", "No such file", NULL}, __LINE__);
    refused("models/tiny/model.safetensors", FQ_ERR_INPUT, (const char *const[]){"not a GGUF file", "directory", NULL},
            __LINE__);
    refused("/dev/null", FQ_ERR_INPUT, (const char *const[]){"/dev/null", "regular file", NULL}, __LINE__);
    scratch_clear(dir);
    REFUSED(FQ_ERR_INPUT, "config.json", "No such file");
    scratch_text(dir, "config.json", "");
    REFUSED(FQ_ERR_INPUT, "config.json", "empty");
    scratch_text(dir, "config.json", small_config);
    REFUSED(FQ_ERR_INPUT, "model.safetensors", "index.json");
    scratch_text(dir, "model.safetensors", "");
    REFUSED(FQ_ERR_INPUT, "model.safetensors", "empty");
    scratch_text(dir, "model.safetensors", "abc");
    REFUSED(FQ_ERR_INPUT, "model.safetensors", "too short");
}

static void test_wrong_config(void **state) {
    put_config("{\"model_type\": \"gpt2\"}");
    REFUSED(FQ_ERR_UNSUPPORTED, "config.json", "gpt2");
    put_config("{\"model_type\": \"llama\"");
    REFUSED(FQ_ERR_INPUT, "config.json", "invalid JSON");
#define CONFIG(hidden, layers, vocab, more)                                                                            \
    "{\"model_type\": \"llama\", \"hidden_size\": " hidden                                                             \
    ", \"intermediate_size\": 64, \"num_hidden_layers\": " layers                                                      \
    ", \"num_attention_heads\": 2, \"num_key_value_heads\": 1, \"vocab_size\": " vocab more "}"
    fq_checkpoint c;
    put_config(CONFIG("32", "2", "40", ""));
    assert_int_equal(fq_checkpoint_open(dir, &arena, &c), FQ_OK);
    assert_int_equal(c.config.eos, -1);
    fq_checkpoint_close(&c);
    put_config(CONFIG("64", "2", "40", ""));
    REFUSED(FQ_ERR_INPUT, "shape [40, 32], expected [40, 64]", "model.embed_tokens.weight", dir);
    put_config(CONFIG("32", "2", "41", ""));
    REFUSED(FQ_ERR_INPUT, "expected [41, 32]", "model.embed_tokens.weight");
    put_config(CONFIG("32", "3", "40", ""));
    REFUSED(FQ_ERR_INPUT, "model.layers.2.input_layernorm.weight", "missing");
    put_config(CONFIG("32", "1", "40", ""));
    REFUSED(FQ_ERR_UNSUPPORTED, "model.layers.1.");
    put_config(CONFIG("32", "2", "40", ", \"attention_bias\": true"));
    REFUSED(FQ_ERR_INPUT, "self_attn.q_proj.bias", "missing");
    put_config(CONFIG("32", "2", "40", ", \"mlp_bias\": true"));
    REFUSED(FQ_ERR_INPUT, "mlp.gate_proj.bias", "missing");
    put_config(CONFIG("32", "2", "40", ", \"head_dim\": 32"));
    REFUSED(FQ_ERR_INPUT, "self_attn.q_proj.weight", "expected [64, 32]");
}

static void test_missing_tensors(void **state) {
    for (int skip = 0; skip < SMALL_TENSORS; skip++) {
        put_small();
        put_file("model.safetensors", small_safetensors(tensors, 0, SMALL_TENSORS, skip));
        REFUSED(FQ_ERR_INPUT, tensors[skip].hf, "missing", dir);
    }
    small_tensor more[SMALL_TENSORS + 1];
    memcpy(more, tensors, sizeof tensors);
    more[SMALL_TENSORS] = (small_tensor){"model.layers.0.self_attn.q_norm.weight", "", SMALL_DIM, 0};
    put_small();
    put_file("model.safetensors", small_safetensors(more, 0, SMALL_TENSORS + 1, -1));
    REFUSED(FQ_ERR_UNSUPPORTED, "q_norm");
    /* Old checkpoints carry their RoPE table; it changes nothing. */
    more[SMALL_TENSORS] = (small_tensor){"model.layers.0.self_attn.rotary_emb.inv_freq", "", SMALL_DIM / 2, 0};
    put_file("model.safetensors", small_safetensors(more, 0, SMALL_TENSORS + 1, -1));
    fq_checkpoint c;
    assert_int_equal(fq_checkpoint_open(dir, &arena, &c), FQ_OK);
    fq_checkpoint_close(&c);
}

static void test_shards(void **state) {
    put_shards();
    scratch_unlink(dir, "model-2.safetensors");
    REFUSED(FQ_ERR_INPUT, "index.json", "model-2.safetensors", "No such file");
    put_shards();
    put_index(-1, "../model-2.safetensors");
    REFUSED(FQ_ERR_INPUT, "index.json", "plain file name");
    put_shards();
    put_file("model-2.safetensors", small_safetensors(tensors, SPLIT, SMALL_TENSORS, SPLIT + 2));
    REFUSED(FQ_ERR_INPUT, "model-2.safetensors", tensors[SPLIT + 2].hf, "missing");
    put_shards();
    put_file("model-2.safetensors", small_safetensors(tensors, SPLIT - 1, SMALL_TENSORS, -1));
    REFUSED(FQ_ERR_INPUT, "model-2.safetensors", "index places");
    put_shards();
    put_index(SMALL_TENSORS - 1, "model-2.safetensors");
    REFUSED(FQ_ERR_INPUT, "model-2.safetensors", "index places");
    put_shards();
    put_index(-1, "model-1.safetensors");
    REFUSED(FQ_ERR_INPUT, "model-1.safetensors", "missing");
}

static void test_truncated(void **state) {
    put_small();
    blob b = small_safetensors(tensors, 0, SMALL_TENSORS, -1);
    for (size_t keep = 1; keep < b.n; keep += 1013) {
        scratch_write(dir, "model.safetensors", b.p, keep);
        REFUSED(FQ_ERR_INPUT, "model.safetensors");
    }
    blob_free(&b);
}

static int open_files(void) {
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    if (d == NULL) return 0;
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

/* Lines of the memory map that name a file of the scratch directory. */
static int mapped_files(void) {
    char line[1024];
    int n = 0;
    FILE *f = fopen("/proc/self/maps", "r");
    if (f == NULL) return 0;
    while (fgets(line, sizeof line, f) != NULL)
        n += strstr(line, dir) != NULL;
    fclose(f);
    return n;
}

static void test_nothing_leaks(void **state) {
    int before = open_files();
    for (int i = 0; i < 50; i++) {
        fq_checkpoint c;
        size_t mark = arena.used;
        put_shards();
        assert_int_equal(fq_checkpoint_open(dir, &arena, &c), FQ_OK);
        fq_checkpoint_close(&c);
        fq_arena_reset(&arena, mark);
        scratch_unlink(dir, "model-2.safetensors");
        REFUSED(FQ_ERR_INPUT, "model-2");
    }
    assert_int_equal(open_files(), before);
    assert_int_equal(mapped_files(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),        cmocka_unit_test(test_shipped),         cmocka_unit_test(test_missing),
        cmocka_unit_test(test_wrong_config), cmocka_unit_test(test_missing_tensors), cmocka_unit_test(test_shards),
        cmocka_unit_test(test_truncated),    cmocka_unit_test(test_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
