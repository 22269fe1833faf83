/* Saved models: what comes back computes the same bits for every kind of storage. The command line writes and runs one
 * too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "harness/host.h"
#include "tests/saved_models.h"

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
        cmocka_unit_test(test_same_bits),      cmocka_unit_test(test_tiny),           cmocka_unit_test(test_use),
        cmocka_unit_test(test_directory),      cmocka_unit_test(test_gguf),           cmocka_unit_test(test_command),
        cmocka_unit_test(test_policy_command), cmocka_unit_test(test_damaged_policy),
    };
    cli_open(&c, argv[0]);
    int failed = cmocka_run_group_tests(tests, setup, teardown);
    cli_close(&c);
    return failed;
}
