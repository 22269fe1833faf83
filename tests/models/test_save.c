/* Saved models: what comes back computes the same bits for every kind of storage, and a damaged directory is an error
 * that says what is wrong. The command line writes and runs one too. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "harness/host.h"
#include "models/corpus.h"
#include "models/save.h"
#include "quant/codebook.h"
#include "tests/checkpoint_files.h"
#include "tests/cli_runner.h"

enum { PROMPT = 12, STEPS = 2, LAYERS = 1, CALIBRATION = 256, POSITIONS = 64 };

static fq_model tiny, small;
static fq_calibration *calibration, *small_calibration;
static int ids[CALIBRATION];
static char *dir, *small_dir; /* the saved model of a test; the small source */
static cli c;

/* ---- nets ---- */

static fq_llama *build(const fq_model *m, const char *variant, int layers) {
    fq_build_options o = fq_build_defaults();
    fq_llama *net;
    o.calibration = m == &tiny ? calibration : m == &small ? small_calibration : NULL;
    o.max_layers = layers;
    o.positions = POSITIONS;
    o.variant.alpha = 6; /* no default, so that the manifest's numbers matter */
    if (fq_llama_build(m, fq_variant_find(variant), &o, &net) != FQ_OK) fail_msg("%s: %s", variant, fq_message());
    return net;
}

/* Logits of a prefill and of decode steps: [PROMPT + STEPS][vocab]. */
static float *run(const fq_llama *net) {
    const size_t vocab = (size_t)net->config.vocab;
    float *logits = malloc((PROMPT + STEPS) * vocab * sizeof *logits);
    fq_session *s;
    int some[PROMPT + STEPS];
    assert_non_null(logits);
    for (int i = 0; i < PROMPT + STEPS; i++)
        some[i] = ids[i] % net->config.vocab;
    assert_int_equal(fq_session_create(net, 1, PROMPT + STEPS, PROMPT, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, some, PROMPT), FQ_OK);
    assert_int_equal(fq_session_logits(s, 0, PROMPT, logits), FQ_OK);
    for (int i = PROMPT; i < PROMPT + STEPS; i++) {
        assert_int_equal(fq_session_forward(s, some + i, 1), FQ_OK);
        assert_int_equal(fq_session_last_logits(s, logits + (size_t)i * vocab), FQ_OK);
    }
    fq_session_free(s);
    return logits;
}

static void save(const fq_llama *net) {
    if (fq_llama_save(net, dir) != FQ_OK) fail_msg("%s: %s", net->variant->name, fq_message());
}

static void open_saved(fq_model *m) {
    if (fq_model_open(dir, 1, m) != FQ_OK) fail_msg("%s", fq_message());
}

static void assert_same_net(const fq_llama *a, const fq_llama *b) {
    const size_t n = (size_t)(PROMPT + STEPS) * (size_t)a->config.vocab;
    float *x = run(a), *y = run(b);
    if (memcmp(x, y, n * sizeof *x) != 0) {
        size_t i = 0;
        while (x[i] == y[i] && i + 1 < n)
            i++;
        fail_msg("%s: logit %zu is %.9g, saved %.9g", a->variant->name, i, (double)x[i], (double)y[i]);
    }
    for (size_t i = 0; i < n; i++)
        assert_true(isfinite(x[i]));
    assert_true(a->bits_per_weight == b->bits_per_weight);
    assert_int_equal(a->bytes, b->bytes);
    assert_int_equal(a->parameters, b->parameters);
    assert_int_equal(a->layers, b->layers);
    assert_ptr_equal(a->variant, b->variant);
    assert_memory_equal(&a->options, &b->options, sizeof a->options);
    assert_int_equal(a->calibration != NULL, b->calibration != NULL);
    if (a->calibration) assert_string_equal(a->calibration, b->calibration);
    free(x);
    free(y);
}

/* Save, open, build and compare. */
static void round_trip(const fq_model *m, const char *variant, int layers) {
    fq_llama *net = build(m, variant, layers), *again;
    fq_model saved;
    save(net);
    open_saved(&saved);
    assert_ptr_equal(fq_model_saved_variant(&saved), net->variant);
    assert_memory_equal(&saved.checkpoint.config, &m->checkpoint.config, sizeof saved.checkpoint.config);
    fq_build_options o = fq_build_defaults();
    o.positions = POSITIONS;
    if (fq_llama_build(&saved, net->variant, &o, &again) != FQ_OK) fail_msg("%s: %s", variant, fq_message());
    assert_same_net(net, again);
    fq_llama_free(again);
    fq_model_close(&saved);
    fq_llama_free(net);
}

/* ---- a model of a few kilobytes, for what is tried often ---- */

static void put_tokenizer(gguf_writer *w) {
    gguf_string(w, "tokenizer.ggml.model", "llama");
    gguf_key(w, "tokenizer.ggml.tokens", FQ_GGUF_ARRAY);
    blob_uint(&w->values, FQ_GGUF_STRING, 4);
    blob_uint(&w->values, SMALL_VOCAB, 8);
    for (int i = 0; i < SMALL_VOCAB; i++) {
        char token[8];
        snprintf(token, sizeof token, i < 3 ? "<%d>" : "%c", i < 3 ? i : 'a' + i - 3);
        blob_text(&w->values, token);
    }
    gguf_key(w, "tokenizer.ggml.scores", FQ_GGUF_ARRAY);
    blob_uint(&w->values, FQ_GGUF_F32, 4);
    blob_uint(&w->values, SMALL_VOCAB, 8);
    for (int i = 0; i < SMALL_VOCAB; i++)
        blob_uint(&w->values, 0, 4);
}

/* A small GGUF, its embeddings divided by `divisor`: 1 fits bfloat16, 1024 float16 too, 3 neither. */
static char *small_gguf(char *into, float divisor) {
    small_tensor t[SMALL_TENSORS];
    gguf_writer w = {0};
    float x[SMALL_VOCAB * SMALL_HIDDEN];
    small_tensors(t);
    small_gguf_values(&w);
    put_tokenizer(&w);
    for (int i = 0; i < SMALL_VOCAB * SMALL_HIDDEN; i++)
        x[i] = divisor == 1024 ? 1 + small_value(0, i) / 1024 : small_value(0, i) / divisor;
    gguf_tensor(&w, t[0].gguf, t[0].rows, t[0].columns, 0, x, sizeof x);
    for (int i = 1; i < SMALL_TENSORS; i++)
        small_gguf_tensor(&w, &t[i], i);
    blob file = gguf_finish(&w, 3);
    scratch_write(into, "small.gguf", file.p, file.n);
    blob_free(&file);
    char *path = malloc(512);
    assert_non_null(path);
    snprintf(path, 512, "%s/small.gguf", into);
    return path;
}

static fq_calibration *calibrate(const fq_model *m, int layers) {
    fq_llama *f32 = build(m, "f32", layers);
    fq_calibration *out;
    int some[CALIBRATION];
    for (int i = 0; i < CALIBRATION; i++)
        some[i] = ids[i] % m->checkpoint.config.vocab;
    assert_int_equal(fq_calibrate(f32, some, CALIBRATION, POSITIONS, 1, &out), FQ_OK);
    snprintf(out->text, sizeof out->text, "a few tokens");
    fq_llama_free(f32);
    return out;
}

static int setup(void **state) {
    dir = scratch_make();
    small_dir = scratch_make();
    char *path = small_gguf(small_dir, 1);
    if (fq_model_open("models/tiny", 1, &tiny) != FQ_OK || fq_model_open(path, 1, &small) != FQ_OK) return 1;
    free(path);
    fq_corpus text;
    assert_int_equal(fq_corpus_named(&tiny, "self-sampled", 0, &text), FQ_OK);
    memcpy(ids, text.ids, sizeof ids);
    fq_corpus_free(&text);
    calibration = calibrate(&tiny, LAYERS);
    small_calibration = calibrate(&small, 0);
    return 0;
}

static int teardown(void **state) {
    fq_calibration_free(calibration);
    fq_calibration_free(small_calibration);
    fq_model_close(&tiny);
    fq_model_close(&small);
    scratch_remove(dir);
    scratch_remove(small_dir);
    return 0;
}

/* ---- what comes back ---- */

static void test_same_bits(void **state) {
    static const char *const variants[] = {
        "f32",
        "bf16",
        "w8a8-int8",
        "w8a8-fp8",
        "w4a8-int8",
        "w4a16-g128",
        "awq-w4a16",
        "qserve-w4a8kv4",
        "atom-w4a4",
        "trtllm-w4a8-fp8",
        "fireq",
        "fireq:no=channel+kv=kv.bf16",
        "fireq+",
        "w4a16-g128-zp",
        /* layers that differ, by rules: recipes, static scales, methods with codebooks; low rank */
        "spike-w8a8",
        "spike-w8a8:policy=lottery",
        "fptq-w4a8",
        "finequant-w4a16",
        "zq-fp4-fp8-m2-lorc",
        "integer-scale-w4a8",
        "fptq-w4a8:lorc=2",
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
        round_trip(&small, variants[i], 0);
}

/* The shipped model, each kind of storage: the tensors that a variant is there for are in the file, on lines of 64
 * bytes where they can be, and those that say nothing are not. */
static void test_tiny(void **state) {
    static const struct {
        const char *variant, *with, *without;
    } cases[] = {
        {"fireq", "model.layers.0.self_attn.post", "lm_head.codes"},
        {"fireq+", "model.layers.0.mlp.down.book", "model.layers.1.mlp.down.book"},
        {"qserve-w4a8kv4", "lm_head.codes", "model.layers.0.self_attn.qkv.book"}, /* rotated: no embeddings any more */
        {"atom-w4a4", "model.layers.0.self_attn.o.wide.codes", "model.layers.0.self_attn.o.row_scale"},
        {"w8a8-int8", "model.layers.0.mlp.gate_up.row_scale", "model.layers.0.mlp.gate_up.scales"},
        {"w4a16-g128", "model.layers.0.mlp.gate_up.scales", "model.layers.0.mlp.gate_up.row_scale"},
        {"w4a16-g128-zp", "model.layers.0.self_attn.qkv.zeros", "model.layers.0.self_attn.qkv.bias"},
        {"zq-fp4-fp8-m2-lorc", "model.layers.0.mlp.down.low_up.codes", "model.layers.0.mlp.down.wide.codes"},
        {"spike-w8a8", "model.layers.0.mlp.down.codes", "model.layers.0.mlp.down.low_up.codes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fq_model saved;
        round_trip(&tiny, cases[i].variant, LAYERS);
        open_saved(&saved);
        assert_int_equal(fq_checkpoint_find(&saved.checkpoint, "model.embed_tokens.weight")->dtype, FQ_DTYPE_BF16);
        if (!fq_checkpoint_find(&saved.checkpoint, cases[i].with)) fail_msg("no %s", cases[i].with);
        if (fq_checkpoint_find(&saved.checkpoint, cases[i].without)) fail_msg("needless %s", cases[i].without);
        for (int t = 0; t < saved.checkpoint.n_tensors; t++) {
            const fq_tensor *x = &saved.checkpoint.tensors[t];
            if (x->bytes % 64 == 0) assert_int_equal((uintptr_t)x->data % 64, 0);
        }
        fq_model_close(&saved);
    }
}

/* Tokenizer and texts come along; outliers are remembered; only the saved variant runs; fewer layers may. */
static void test_use(void **state) {
    fq_model source, saved;
    assert_int_equal(fq_model_open("models/tiny", 1, &source), FQ_OK);
    source.outliers = (fq_outliers){.kappa = 8, .seed = UINT64_MAX};
    fq_llama *net = build(&source, "w8a8-int8", LAYERS), *other;
    save(net);
    open_saved(&saved);
    assert_true(saved.outliers.kappa == 8 && saved.outliers.seed == UINT64_MAX);
    assert_true(fq_model_has_weights(&saved));
    fq_corpus a, b;
    assert_int_equal(fq_corpus_named(&source, "self-sampled", 0, &a), FQ_OK);
    assert_int_equal(fq_corpus_named(&saved, "self-sampled", 0, &b), FQ_OK);
    assert_string_equal(a.sha256, b.sha256);
    fq_corpus_free(&a);
    fq_corpus_free(&b);
    int *x, *y;
    size_t n, m;
    const char text[] = "In the beginning";
    assert_int_equal(fq_tokenizer_encode(source.tokenizer, text, sizeof text - 1, 0, &x, &n), FQ_OK);
    assert_int_equal(fq_tokenizer_encode(saved.tokenizer, text, sizeof text - 1, 0, &y, &m), FQ_OK);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n * sizeof *x);
    free(x);
    free(y);
    fq_build_options o = fq_build_defaults();
    static const char *const others[] = {"f32", "fireq", "w8a8-int8:kv=kv.f32"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fq_llama_build(&saved, fq_variant_find(others[i]), &o, &other), FQ_ERR_USAGE);
        assert_non_null(strstr(fq_message(), "saved as variant w8a8-int8"));
        assert_non_null(strstr(fq_message(), "no float weights"));
    }
    o.max_layers = 1;
    assert_int_equal(fq_llama_build(&saved, net->variant, &o, &other), FQ_OK);
    assert_int_equal(other->layers, 1);
    assert_int_equal(fq_llama_save(other, dir), FQ_ERR_UNSUPPORTED);
    fq_llama_free(other);
    fq_model_close(&saved);
    fq_llama_free(net);
    fq_model_close(&source);
}

/* ---- where it goes ---- */

static void test_directory(void **state) {
    char *other = scratch_make();
    fq_llama *net = build(&small, "w8a8-int8", 1);
    assert_int_equal(fq_save_check(other, 0), FQ_OK);
    scratch_text(other, "letter.txt", "dear");
    assert_int_equal(fq_save_check(other, 1), FQ_ERR_OUTPUT);
    assert_int_equal(fq_llama_save(net, other), FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "not empty"));
    scratch_unlink(other, "letter.txt");
    assert_int_equal(fq_llama_save(net, other), FQ_OK);
    assert_int_equal(fq_save_check(other, 0), FQ_ERR_OUTPUT);
    assert_int_equal(fq_save_check(other, 1), FQ_OK);
    /* What an older save left must not pass for a part of the new one. */
    scratch_text(other, "tokenizer_config.json", "old");
    scratch_text(other, "self_sampled_old.u16", "old");
    assert_int_equal(fq_llama_save(net, other), FQ_OK);
    char path[512];
    snprintf(path, sizeof path, "%s/tokenizer_config.json", other);
    assert_int_not_equal(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/self_sampled_old.u16", other);
    assert_int_not_equal(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/config.json", other);
    assert_int_equal(fq_llama_save(net, path), FQ_ERR_OUTPUT); /* a file, not a directory */
    fq_llama_free(net);
    fq_model shape;
    assert_int_equal(fq_model_open("tiny", 1, &shape), FQ_OK);
    net = build(&shape, "w8a8-int8", 1);
    assert_int_equal(fq_llama_save(net, dir), FQ_ERR_UNSUPPORTED);
    fq_llama_free(net);
    fq_model_close(&shape);
    scratch_remove(other);
}

/* ---- from GGUF ---- */

static void test_gguf(void **state) {
    static const struct {
        float divisor;
        fq_dtype dtype;
    } cases[] = {{1, FQ_DTYPE_BF16}, {1024, FQ_DTYPE_F16}, {3, FQ_DTYPE_F32}};
    char *other = scratch_make();
    for (int i = 0; i < 3; i++) {
        char *path = small_gguf(other, cases[i].divisor);
        fq_model source, saved;
        if (fq_model_open(path, 1, &source) != FQ_OK) fail_msg("%s", fq_message());
        round_trip(&source, "w4a16-g128-zp", 0);
        round_trip(&source, "w8a8-int8", 0);
        open_saved(&saved);
        assert_int_equal(fq_checkpoint_find(&saved.checkpoint, "model.embed_tokens.weight")->dtype, cases[i].dtype);
        int *x, *y;
        size_t n, m;
        assert_int_equal(fq_tokenizer_encode(source.tokenizer, "cab", 3, 1, &x, &n), FQ_OK);
        assert_int_equal(fq_tokenizer_encode(saved.tokenizer, "cab", 3, 1, &y, &m), FQ_OK);
        assert_int_equal(n, m);
        assert_memory_equal(x, y, n * sizeof *x);
        free(x);
        free(y);
        fq_model_close(&saved);
        fq_model_close(&source);
        free(path);
    }
    scratch_remove(other);
}

/* ---- damage ---- */

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

/* Column `name` of the only row of a CSV, into out. */
static void column(const char *csv, const char *name, char out[64]) {
    const char *end = strchr(csv, '\n'), *p = csv;
    int at = 0;
    assert_non_null(end);
    while (strncmp(p, name, strlen(name)) != 0 || strchr(",\r\n", p[strlen(name)]) == NULL) {
        p = memchr(p, ',', (size_t)(end - p));
        assert_non_null(p);
        p++;
        at++;
    }
    for (p = end + 1; at > 0; at--) {
        assert_int_not_equal(*p, '"'); /* the columns before those wanted are plain */
        p = strchr(p, ',');
        assert_non_null(p);
        p++;
    }
    snprintf(out, 64, "%.*s", (int)strcspn(p, ",\r\n"), p);
}

static void test_command(void **state) {
    static const char *const columns[] = {"variant", "windows", "tokens", "bits_per_weight", "nll", "ppl"};
    static const char flags[] = "--limit 2 --ctx 64 -o csv -q";
    char text[4096], x[64], y[64];
    unsigned char le[2 * CALIBRATION];
    for (int i = 0; i < CALIBRATION; i++) {
        le[2 * i] = (unsigned char)(ids[i] & 0xff);
        le[2 * i + 1] = (unsigned char)(ids[i] >> 8);
    }
    scratch_write(c.scratch, "ids.u16", le, sizeof le);
    snprintf(text, sizeof text, "--calibration %s/ids.u16 --alpha 7", c.scratch);
    assert_int_equal(cli_run(&c, "quantize -m models/tiny -v fireq -o %s/q %s", c.scratch, text), 0);
    assert_non_null(strstr(c.out, "bits a weight"));
    assert_int_equal(cli_run(&c, "ppl -m models/tiny -v fireq --reference none %s %s", text, flags), 0);
    char *want = strdup(c.out);
    assert_int_equal(cli_run(&c, "ppl -m %s/q %s", c.scratch, flags), 0);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        column(want, columns[i], x);
        column(c.out, columns[i], y);
        assert_int_not_equal(x[0], 0);
        assert_string_equal(x, y);
    }
    free(want);
    cli_run(&c, "ppl -m %s/q --variant f32 %s", c.scratch, flags);
    assert_true(cli_failed(&c, 2, "saved as fireq", "f32"));
    cli_run(&c, "ppl -m %s/q --reference f32 %s", c.scratch, flags);
    assert_true(cli_failed(&c, 2, "reference", "float weights"));
    cli_run(&c, "ppl -m %s/q --alpha 3 %s", c.scratch, flags);
    assert_true(cli_failed(&c, 2, "alpha", "7"));
    cli_run(&c, "quantize -m models/tiny -v fireq -o %s/q", c.scratch);
    assert_true(cli_failed(&c, 2, "/q", "--force"));
    cli_run(&c, "quantize -m models/tiny -v fireq -o %s", c.scratch);
    assert_true(cli_failed(&c, 2, "not empty", "fqbench.json"));
    cli_run(&c, "quantize -m %s/q -v fireq -o %s/r", c.scratch, c.scratch);
    assert_true(cli_failed(&c, 2, "/q", "already"));
    assert_int_equal(cli_run(&c, "quantize -m models/tiny -v w8a8-int8 -o %s/q --force -q", c.scratch), 0);
    assert_int_equal(cli_run(&c, "bench -m %s/q -p 8 -n 2 -r 2 -o csv -q", c.scratch), 0);
    assert_non_null(strstr(c.out, "w8a8-int8"));
    assert_int_equal(cli_run(&c, "generate -m %s/q -p The -n 2 -q", c.scratch), 0);
}

/* A map comes along: the saved model runs without the file that it was made with, says what it is, and gives the same
 * bits; a damaged entry is named. */
static void test_policy_command(void **state) {
    static const char map[] = "name: mixed\npolicy:\n- {site: \"layers.*.down\", set: \"w=w.int8.channel+a=a.bf16\"}\n"
                              "- {site: \"layers.0.qkv\", set: \"w=w.int4.g64.f16+method=gptq+lorc=3\"}\n"
                              "- {site: \"layers.1.o\", set: \"a=a.int8.tensor\"}\n";
    static const char flags[] = "--limit 2 --ctx 64 -o csv -q";
    char path[600], other[600], x[64], y[64], name[700];
    scratch_write(c.scratch, "map.yaml", map, sizeof map - 1);
    snprintf(path, sizeof path, "%s/map.yaml", c.scratch);
    assert_int_equal(cli_run(&c, "ppl -m models/tiny -v w8a8-int8 --policy %s --reference none %s", path, flags), 0);
    char *want = strdup(c.out);
    assert_int_equal(cli_run(&c, "quantize -m models/tiny -v w8a8-int8 --policy %s -o %s/p -q", path, c.scratch), 0);
    snprintf(other, sizeof other, "%s/elsewhere", c.scratch);
    assert_int_equal(rename(path, other), 0);
    snprintf(path, sizeof path, "%s/p", c.scratch);
    snprintf(other, sizeof other, "%s/moved", c.scratch);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(cli_run(&c, "ppl -m %s/moved %s", c.scratch, flags), 0);
    static const char *const columns[] = {"windows", "tokens", "bits_per_weight", "nll", "ppl"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        column(want, columns[i], x);
        column(c.out, columns[i], y);
        assert_int_not_equal(x[0], 0);
        assert_string_equal(x, y);
    }
    free(want);
    snprintf(name, sizeof name, "w8a8-int8:policy=%s/moved/policy.yaml", c.scratch);
    assert_non_null(strstr(c.out, name));
    assert_int_equal(cli_run(&c, "bench -m %s/moved -p 8 -n 2 -r 2 -o csv -q", c.scratch), 0);
    /* again over itself: the map is in the directory that is replaced */
    assert_int_equal(
        cli_run(&c, "quantize -m models/tiny -v w8a8-int8 --policy %s/moved/policy.yaml -o %s/moved --force -q",
                c.scratch, c.scratch),
        0);
    assert_int_equal(cli_run(&c, "ppl -m %s/moved %s", c.scratch, flags), 0);
    column(c.out, "ppl", y);
    assert_string_equal(x, y);
}

static void damage_policy(const char *from, const char *to) {
    char file[600], command[2000];
    snprintf(file, sizeof file, "%s/damaged/fqbench.json", c.scratch);
    snprintf(command, sizeof command, "rm -rf %s/damaged && cp -r %s/moved %s/damaged && sed -i 's/%s/%s/' %s",
             c.scratch, c.scratch, c.scratch, from, to, file);
    assert_int_equal(system(command), 0);
    cli_run(&c, "ppl -m %s/damaged --limit 1 --ctx 16 -o csv -q", c.scratch);
}

static void test_damaged_policy(void **state) {
    damage_policy("\"rank\": 3", "\"rank\": 0");
    assert_true(cli_failed(&c, 2, "linears.model.layers.0.self_attn.qkv.low_rank.rank", "expected 1"));
    damage_policy("\"rank\": 3", "\"rank\": 4");
    assert_true(cli_failed(&c, 2, "low_down", "expected U8"));
    damage_policy("w.int4.g64.f16", "w.int4.g64.f99");
    assert_true(cli_failed(&c, 2, "w.int4.g64.f99", "not known"));
    damage_policy("w.int4.g64.f16", "a.bf16");
    assert_true(cli_failed(&c, 2, "a.bf16", "not known"));
    damage_policy("w.int4.g64.f16", "w.int4.g32.f16");
    assert_true(cli_failed(&c, 2, "scales", "expected U8"));
    damage_policy("policy.yaml", "nothing.yaml");
    assert_true(cli_failed(&c, 2, "variant", "nothing.yaml"));
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_tiny),
        cmocka_unit_test(test_use),
        cmocka_unit_test(test_directory),
        cmocka_unit_test(test_gguf),
        cmocka_unit_test(test_damaged_manifest),
        cmocka_unit_test(test_damaged_tensors),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_command),
        cmocka_unit_test(test_policy_command),
        cmocka_unit_test(test_damaged_policy),
    };
    cli_open(&c, argv[0]);
    int failed = cmocka_run_group_tests(tests, setup, teardown);
    cli_close(&c);
    return failed;
}
