/* A damaged saved model is an error that says what is wrong: manifest, tensors, files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "harness/host.h"
#include "tests/saved_models.h"

static json_t *manifest(void) {
    char path[512];
    json_error_t e;
    snprintf(path, sizeof path, "%s/" FQ_SAVED_MANIFEST, dir);
    json_t *o = json_load_file(path, 0, &e);
    assert_non_null(o);
    return o;
}

static void put_manifest(json_t *o) {
    char *text = json_dumps(o, 0);
    scratch_text(dir, FQ_SAVED_MANIFEST, text);
    free(text);
}

static unsigned char *read_tensors(size_t *bytes) {
    char path[512];
    snprintf(path, sizeof path, "%s/model.safetensors", dir);
    return (unsigned char *)cli_slurp(path, bytes);
}

/* Write them, and their hash into the manifest, as who wants to be believed would. */
static void put_tensors(const void *p, size_t bytes) {
    char hash[65];
    fq_sha256_hex(p, bytes, hash);
    scratch_write(dir, "model.safetensors", p, bytes);
    json_t *o = manifest();
    json_object_set_new(o, "sha256", json_string(hash));
    put_manifest(o);
    json_decref(o);
}

/* Opening or building fails as unusable input, with a message that has all the words. */
static void assert_refused(const char *what, const char *const *words) {
    fq_model m;
    fq_llama *net = NULL;
    fq_build_options o = fq_build_defaults();
    fq_status s = fq_model_open(dir, 1, &m);
    if (s == FQ_OK) {
        s = fq_llama_build(&m, fq_model_saved_variant(&m), &o, &net);
        fq_llama_free(net);
        fq_model_close(&m);
    }
    if (s != FQ_ERR_INPUT) fail_msg("%s: status %d: %s", what, s, fq_message());
    for (; *words; words++)
        if (!strstr(fq_message(), *words)) fail_msg("%s: no '%s' in: %s", what, *words, fq_message());
}
#define assert_refused(what, ...) (assert_refused)(what, (const char *const[]){__VA_ARGS__, NULL})

/* The manifest's value at "a/b/c" replaced (NULL: removed). */
static void edit(json_t *o, const char *path, json_t *value) {
    char part[128];
    const char *slash;
    while ((slash = strchr(path, '/')) != NULL) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        o = json_object_get(o, part);
        assert_non_null(o);
        path = slash + 1;
    }
    assert_non_null(json_object_get(o, path));
    if (value)
        json_object_set_new(o, path, value);
    else
        json_object_del(o, path);
}

static void save_victim(const char *variant) {
    fq_llama *net = build(&small, variant, 1);
    save(net);
    fq_llama_free(net);
}

static void test_damaged_manifest(void **state) {
#define QKV "linears/model.layers.0.self_attn.qkv/"
    const struct {
        const char *path;
        json_t *value;
        const char *words[2];
    } cases[] = {
        {"fqbench", json_integer(99), {"'fqbench'", "version 99"}},
        {"fqbench", json_string("1"), {"'fqbench'", "version"}},
        {"variant", json_string("fireq-deluxe"), {"'variant'", "no variant fireq-deluxe"}},
        {"variant", json_string("w8a8-int8"), {"'recipes.weights'", "w.int8.channel"}},
        {"variant", json_string("fireq-pre"), {"'transforms'", "fireq-pre"}},
        {"variant", NULL, {"'variant'", "missing"}},
        {"recipes/kv", json_string("kv.int4.head.bf16"), {"'recipes.kv'", "kv.int4.head.e4m3"}},
        {"recipes/weights", json_string("w.int3"), {"'recipes.weights'", "not known"}},
        {"scores", json_string("f16"), {"'scores'", "f32"}},
        {QKV "weights", json_string("w.int3"), {"qkv.weights'", "not known"}},
        {QKV "activations", json_string("a.bf16"), {"qkv.activations'", "a.e4m3.token"}},
        {QKV "rows", json_integer(65), {"qkv.rows'", "65"}},
        {QKV "cols", json_integer(1), {"qkv.cols'", "32"}},
        {QKV "cols", json_string("32"), {"qkv.cols'", "whole number"}},
        {"linears/model.layers.0.mlp.down", NULL, {"linears.model.layers.0.mlp.down'", "missing"}},
        {"linears", json_array(), {"'linears'", "object"}},
        {"layers", json_integer(2), {"'linears.model.layers.1.self_attn.qkv'", "missing"}},
        {"layers", json_integer(3), {"'layers'", "1 to 2"}},
        {"layers", json_integer(0), {"'layers'", "1 to 2"}},
        {"options/alpha", json_string("x"), {"'options.alpha'", "number"}},
        {"options/beta", json_real(1e300), {"'options.beta'", "finite"}},
        {"outliers/kappa", json_integer(0), {"'outliers.kappa'", "from 1"}},
        {"head", json_string("none"), {"'head'", "embeddings"}},
        {"head", json_string("else"), {"'head'", "stored"}},
        {"tokenizer", json_string("../tokenizer.json"), {"'tokenizer'", "tokenizer.gguf"}},
        {"sha256", json_string("abc"), {"'sha256'", "64"}},
        {"calibration", json_integer(1), {"'calibration'", "null"}},
    };
    save_victim("fireq");
    json_t *good = manifest();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *o = json_deep_copy(good);
        edit(o, cases[i].path, cases[i].value);
        put_manifest(o);
        assert_refused(cases[i].path, FQ_SAVED_MANIFEST, cases[i].words[0], cases[i].words[1]);
        json_decref(o);
    }
    /* Cut anywhere, or with a byte changed, it is refused or means the same: it never crashes. */
    char *text = json_dumps(good, 0);
    const size_t n = strlen(text);
    for (size_t cut = 0; cut < n; cut += n / 37) {
        scratch_write(dir, FQ_SAVED_MANIFEST, text, cut);
        assert_refused("cut manifest", FQ_SAVED_MANIFEST);
    }
    scratch_text(dir, FQ_SAVED_MANIFEST, "[1, 2]");
    assert_refused("list", FQ_SAVED_MANIFEST, "object");
    free(text);
    json_decref(good);
}

typedef struct damage {
    const char *tensor, *name, *shape, *dtype; /* the header's entry and what of it is replaced */
    int offset, byte;                          /* of its data, four bytes; -1: nothing */
    const char *words[2];
} damage;

/* The file with one tensor changed, hash and all. */
static void put_damaged(const unsigned char *file, size_t bytes, const damage *d) {
    uint64_t n;
    json_error_t e;
    memcpy(&n, file, sizeof n);
    json_t *header = json_loadb((const char *)file + 8, (size_t)n, 0, &e), *entry = json_object_get(header, d->tensor);
    assert_non_null(entry);
    unsigned char *data = malloc(bytes);
    assert_non_null(data);
    memcpy(data, file + 8 + n, bytes - 8 - (size_t)n);
    const json_int_t at = json_integer_value(json_array_get(json_object_get(entry, "data_offsets"), 0));
    for (int i = 0; d->byte >= 0 && i < 4; i++)
        data[at + d->offset + i] = (unsigned char)d->byte;
    if (d->shape) json_object_set_new(entry, "shape", json_loads(d->shape, 0, &e));
    if (d->dtype) json_object_set_new(entry, "dtype", json_string(d->dtype));
    if (d->name) {
        json_object_set(header, d->name, entry);
        json_object_del(header, d->tensor);
    }
    char *text = json_dumps(header, JSON_COMPACT);
    blob out = {0};
    blob_uint(&out, strlen(text), 8);
    blob_put(&out, text, strlen(text));
    blob_put(&out, data, bytes - 8 - (size_t)n);
    put_tensors(out.p, out.n);
    blob_free(&out);
    free(text);
    free(data);
    json_decref(header);
}

static void damage_all(const char *variant, const damage *d, int n) {
    save_victim(variant);
    size_t bytes;
    unsigned char *file = read_tensors(&bytes);
    for (int i = 0; i < n; i++) {
        put_damaged(file, bytes, &d[i]);
        assert_refused(d[i].tensor, "model.safetensors", d[i].words[0], d[i].words[1]);
    }
    free(file);
}

static void test_damaged_tensors(void **state) {
    const damage fireq[] = {
        {"model.layers.0.mlp.down.codes", "model.x", NULL, NULL, 0, -1, {"down.codes", "missing"}},
        {"model.layers.0.self_attn.post", "model.x", NULL, NULL, 0, -1, {"self_attn.post", "missing"}},
        {"model.norm.weight", "model.x", NULL, NULL, 0, -1, {"model.norm.weight", "missing"}},
        {"model.embed_tokens.weight", "model.x", NULL, NULL, 0, -1, {"model.embed_tokens.weight", "missing"}},
        {"lm_head.codes", "model.x", NULL, NULL, 0, -1, {"lm_head.codes", "missing"}},
        {"model.layers.0.mlp.gate_up.codes", NULL, "[16, 128]", NULL, 0, -1, {"[16, 128]", "[128, 16]"}},
        {"model.layers.0.mlp.down.scales", NULL, "[32]", NULL, 0, -1, {"[32]", "[32, 1]"}},
        {"model.norm.weight", NULL, NULL, "I32", 0, -1, {"I32", "F32 [32]"}},
        {"model.norm.weight", NULL, "[1, 32]", NULL, 0, -1, {"[1, 32]", "F32 [32]"}},
        {"model.embed_tokens.weight", NULL, "[20, 64]", NULL, 0, -1, {"model.embed_tokens.weight", "expected"}},
        {"model.layers.0.input_layernorm.weight", NULL, NULL, NULL, 4, 0xff, {"input_layernorm", "nan"}},
        {"model.layers.0.mlp.down.scales", NULL, NULL, NULL, 5, 0x7f, {"down.scales", "no number"}},
    };
    const damage plus[] = {
        {"model.layers.0.mlp.down.book", NULL, NULL, NULL, 5, FQ_CODEBOOK_COUNT, {"down.book", "not known"}},
        {"model.layers.0.self_attn.k_clip", "model.x", NULL, NULL, 0, -1, {"k_clip", "missing"}},
        {"model.layers.0.self_attn.key_offset", "model.x", NULL, NULL, 0, -1, {"key_offset", "missing"}},
    };
    const damage atom[] = {
        {"model.layers.0.mlp.down.order", NULL, NULL, NULL, 8, 0x40, {"down.order", "no order"}},
        {"model.layers.0.mlp.down.order", NULL, NULL, NULL, 8, 0xff, {"down.order", "no order"}},
        {"model.layers.0.mlp.down.order", NULL, NULL, NULL, 8, 0, {"down.order", "no order"}}, /* input 0 twice */
        {"model.layers.0.mlp.down.wide.codes", "model.x", NULL, NULL, 0, -1, {"down.wide.codes", "missing"}},
    };
    const damage zeros[] = {
        {"model.layers.0.mlp.down.zeros", NULL, NULL, NULL, 9, 16, {"down.zeros", "above 15"}},
    };
    const damage fp8[] = {
        {"model.layers.0.mlp.down.codes", NULL, NULL, NULL, 9, 0xff, {"down.codes", "no number"}},
    };
    damage_all("fireq", fireq, sizeof fireq / sizeof fireq[0]);
    damage_all("fireq+", plus, sizeof plus / sizeof plus[0]);
    damage_all("atom-w4a4", atom, sizeof atom / sizeof atom[0]);
    damage_all("w4a16-g128-zp", zeros, 1);
    damage_all("w8a8-fp8", fp8, 1);
}

static void test_damaged_files(void **state) {
    save_victim("fireq");
    size_t bytes;
    unsigned char *file = read_tensors(&bytes);
    static const size_t cuts[] = {4, 100, 1000, 5000};
    for (int i = 0; i < 4; i++) {
        scratch_write(dir, "model.safetensors", file, cuts[i]);
        assert_refused("truncated", "model.safetensors");
    }
    scratch_write(dir, "model.safetensors", file, bytes - 1);
    assert_refused("truncated", "model.safetensors");
    file[bytes - 1] ^= 1;
    scratch_write(dir, "model.safetensors", file, bytes);
    assert_refused("changed byte", "model.safetensors", "SHA-256");
    file[bytes - 1] ^= 1;
    scratch_write(dir, "model.safetensors", file, bytes);
    static const char *const files[] = {"model.safetensors", "config.json", "tokenizer.gguf"};
    for (int i = 0; i < 3; i++) {
        save_victim("fireq");
        scratch_unlink(dir, files[i]);
        assert_refused(files[i], files[i]);
    }
    save_victim("fireq");
    free(file);
}

/* ---- command line ---- */

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_manifest),
        cmocka_unit_test(test_damaged_tensors),
        cmocka_unit_test(test_damaged_files),
    };
    cli_open(&c, argv[0]);
    int failed = cmocka_run_group_tests(tests, setup, teardown);
    cli_close(&c);
    return failed;
}
