/* The command line as a user types it: flags and their errors, list tables, and clean machine-readable output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <sys/stat.h>

#include "harness/record.h"
#include "kernels/registry.h"
#include "models/policy.h"
#include "quant/codebook.h"
#include "scenarios/shapes.h"
#include "tests/cli_runner.h"

static cli c;
#define assert_failed(rc, word, other) assert_true(cli_failed(&c, rc, word, other))

static void test_help(void **state) {
    static const char *const commands[] = {"run",      "bench",     "gemm",     "ffn",   "attention", "ppl",
                                           "generate", "quantize",  "tokenize", "list",  "check",     "plot",
                                           "compare",  "reproduce", "history",  "report"};
    assert_int_equal(cli_run(&c, "--help"), 0);
    assert_string_equal(c.err, "");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        cli_run(&c, "--help");
        assert_non_null(strstr(c.out, commands[i]));
        assert_int_equal(cli_run(&c, "help %s", commands[i]), 0);
        assert_non_null(strstr(c.out, "usage: fqbench "));
        assert_string_equal(c.err, "");
    }
    assert_int_equal(cli_run(&c, "--version"), 0);
    assert_int_equal(cli_lines(c.out), 1);
}

static void test_usage_errors(void **state) {
    static const struct {
        const char *words, *word, *other;
    } cases[] = {
        {"", "which command", "--help"},
        {"frob", "frob", "--help"},
        {"help frob", "frob", "--help"},
        {"ppl --frob 1", "--frob", "help ppl"},
        {"ppl -z", "-z", "help ppl"},
        {"ppl -m models/tiny --ctx", "--ctx", "value"},
        {"ppl -m models/tiny --ctx abc", "ctx", "'abc'"},
        {"ppl -m models/tiny --ctx 1", "ctx", "out of range"},
        {"ppl -m models/tiny --ctx 5.5", "ctx", "'5.5'"},
        {"ppl -m models/tiny --ctx 2048", "ctx", "1024 positions"},
        {"ppl -m models/tiny extra", "ppl", "'extra'"},
        {"ppl", "model", "perplexity"},
        {"ppl -m models/tiny --variant f32,frob", "'frob'", "fireq-kv"},
        {"ppl -m models/tiny --variant f32,f32", "f32", "twice"},
        {"ppl -m models/tiny --protocol frob", "'frob'", "llama.cpp"},
        {"ppl -m models/tiny --reference bf16", "'bf16'", "none"},
        {"ppl -m tiny", "tiny", "random weights"},
        {"ppl -m models/tiny -f a --tokens b", "text", "tokens"},
        {"ppl -m models/tiny -o xml", "'xml'", "json"},
        {"ppl -m models/tiny --alpha nan", "alpha", "'nan'"},
        {"ppl -m models/tiny --kappa 0.5", "kappa", "out of range"},
        {"ppl -m models/tiny --kappa 8,8", "kappa", "twice"},
        {"ppl -m models/tiny --smooth-alpha 2", "smooth-alpha", "out of range"},
        {"ppl -m models/tiny --variant fireq:frob=1", "fireq:frob=1", "'frob'"},
        {"ppl -m models/tiny --variant fireq:method=frob", "frob", "list methods"},
        {"quantize -m models/tiny -o x", "quantize", "--variant"},
        {"quantize -m models/tiny -v fireq", "quantize", "--output"},
        {"quantize -v fireq -o x", "quantize", "--model"},
        {"quantize -m models/tiny -v fireq,bf16 -o x", "--variant", "one name"},
        {"quantize -m models/tiny -v fireq --kappa 1,8 -o x", "--kappa", "one number"},
        {"quantize -m tiny -v fireq -o x", "tiny", "random weights"},
        {"quantize -m models/tiny -v fireq -o tests", "tests", "saved"},
        {"bench -m models/tiny -p 8-4", "n-prompt", "backwards"},
        {"bench -m models/tiny -p 1-8*1", "n-prompt", "1-8*1"},
        {"bench -m models/tiny -p 128,", "n-prompt", "empty"},
        {"bench -m models/tiny -p 0 -n 0", "bench", "nothing"},
        {"bench -m models/tiny -p 1025", "models/tiny", "1024"},
        {"bench -m models/tiny --baseline bf16 -v f32,fireq", "baseline", "bf16"},
        {"bench -m models/tiny -t 1,x", "threads", "'x'"},
        {"bench -m models/tiny --seed -1", "--seed", "'-1'"},
        {"bench -m models/tiny --quiet=1", "--quiet", "no value"},
        {"gemm --shapes frob", "'frob'", "llama3-8b"},
        {"gemm --shapes 0x4", "'0x4'", "NxK"},
        {"gemm --shape 4x4", "4x4", "MxNxK"},
        {"gemm --kernel gemm_frob", "'gemm_frob'", "gemm_i4f8"},
        {"gemm --kernel swiglu_quant.ref", "swiglu", "gemm_i4f8"},
        {"gemm --cache warm", "'warm'", "cold"},
        {"ffn --shapes 64x64", "ffn", "64x64"},
        {"attention --heads 6 --kv-heads 4", "kv_heads", "6"},
        {"attention --head-dim 63", "head_dim", "odd"},
        {"generate -m models/tiny", "generate", "--prompt"},
        {"generate -m models/tiny -p x -v f32,bf16", "variant", "one name"},
        {"generate -m models/tiny -p x --temperature -1", "--temperature", "0"},
        {"generate -m tiny -p x", "tiny", "tokenizer"},
        {"tokenize -m models/tiny", "tokenize", "--file"},
        {"list frob", "'frob'", "variants"},
        {"list", "list", "variants"},
        {"check --kernel frob", "'frob'", "list kernels"},
        {"plot", "plot", "directory"},
        {"plot /nonexistent", "/nonexistent", "results.csv"},
        {"run", "run", "scenario"},
        {"run /nonexistent.yaml", "/nonexistent.yaml", "No such file"},
        {"run scenarios/ci.yaml --set frob=1", "frob", "unknown key"},
        {"run scenarios/ci.yaml --set ctx", "--set ctx", "key=value"},
        {"run scenarios/ci.yaml --set steps.7.ctx=1", "steps.7", "1 to 6"},
        {"run scenarios/ci.yaml --set steps.4.ctx=64", "ctx", "gemm"},
        {"run scenarios/ci.yaml --set ctx=x", "ctx", "'x'"},
        {"run scenarios/ci.yaml --set name=a/b", "name", "a/b"},
        {"run scenarios/ci.yaml --set seed=x", "seed", "'x'"},
        {"run scenarios/ci.yaml --set model=/nonexistent", "/nonexistent", "no such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cli_run(&c, "%s", cases[i].words);
        if (!cli_failed(&c, 2, cases[i].word, cases[i].other)) fail_msg("fqbench %s", cases[i].words);
    }
}

static void test_lists(void **state) {
    cli_run(&c, "list variants");
    assert_int_equal(cli_lines(c.out), fq_variant_count + 1);
    for (int i = 0; i < fq_variant_count; i++)
        assert_non_null(strstr(c.out, fq_variants[i].name));
    cli_run(&c, "list kernels");
    assert_int_equal(cli_lines(c.out), fq_kernel_count + 1);
    for (int i = 0; i < fq_kernel_count; i++)
        assert_non_null(strstr(c.out, fq_kernels[i].name));
    cli_run(&c, "list recipes");
    assert_int_equal(cli_lines(c.out), FQ_RECIPE_COUNT + 1);
    for (int i = 0; i < FQ_RECIPE_COUNT; i++)
        assert_non_null(strstr(c.out, fq_recipes[i].name));
    cli_run(&c, "list methods");
    assert_int_equal(cli_lines(c.out), FQ_METHOD_COUNT + 1);
    for (int i = 0; i < FQ_METHOD_COUNT; i++)
        assert_non_null(strstr(c.out, fq_methods[i].name));
    cli_run(&c, "list codebooks");
    assert_int_equal(cli_lines(c.out), FQ_CODEBOOK_COUNT);
    for (int i = 0; i < FQ_CODEBOOK_COUNT; i++)
        assert_non_null(strstr(c.out, fq_codebooks[i].name));
    cli_run(&c, "list transforms");
    int transforms = 0;
    for (; fq_transform_name(transforms) != NULL; transforms++)
        assert_non_null(strstr(c.out, fq_transform_name(transforms)));
    assert_int_equal(cli_lines(c.out), transforms);
    assert_null(strstr(c.out, " \n")); /* each says what it is */
    cli_run(&c, "list policies");
    assert_int_equal(cli_lines(c.out), FQ_POLICY_COUNT);
    for (int i = 0; i < FQ_POLICY_COUNT; i++)
        assert_non_null(strstr(c.out, fq_policies[i].name));
    cli_run(&c, "list formats");
    assert_int_equal(cli_lines(c.out), FQ_FORMAT_COUNT + 1);
    cli_run(&c, "list models");
    assert_int_equal(cli_lines(c.out), fq_shape_count + 1);
    for (int i = 0; i < fq_shape_count; i++)
        assert_non_null(strstr(c.out, fq_shapes[i].name));
    cli_run(&c, "list ceilings");
    assert_int_equal(cli_lines(c.out), 3); /* a header, the host, the device or why there is none */
    assert_non_null(strstr(c.out, "threads"));
    cli_run(&c, "list scenarios");
    assert_non_null(strstr(c.out, "perplexity"));
    assert_string_equal(c.err, "");
}

/* Standard output as CSV must read back with the program's own reader, and hold nothing else. */
static int read_back(fq_table table, fq_arena *arena, void **rows) {
    char path[512];
    int n;
    snprintf(path, sizeof path, "%s/stdout", c.scratch);
    assert_int_equal(fq_record_read(path, table, arena, rows, &n), FQ_OK);
    return n;
}

static void test_bench_csv(void **state) {
    fq_arena arena;
    void *rows;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(
        cli_run(&c, "bench -m models/tiny -v f32,w4a8-int8 -p 4-8*2 -n 2 -r 6 --budget 0.05 -t 1,2 -o csv --quiet"), 0);
    assert_string_equal(c.err, "");
    int n = read_back(FQ_TABLE_RESULTS, &arena, &rows);
    const fq_result *r = rows;
    assert_int_equal(n, 2 * (2 * 2 + 2)); /* threads x (prompts x variants + decode x variants) */
    for (int i = 0; i < n; i++) {
        assert_string_equal(r[i].verdict, "PASS");
        assert_int_equal((int)r[i].n_samples, 6);
        assert_true(r[i].median_ns > 0 && r[i].median_lo_ns <= r[i].median_ns && r[i].median_ns <= r[i].median_hi_ns);
        assert_true(r[i].err <= r[i].bound && r[i].avg_ts > 0 && r[i].model_size > 0 && r[i].model_n_params > 1e7);
        assert_true(r[i].speedup > 0);
        assert_string_equal(r[i].baseline, "f32");
        assert_string_equal(r[i].model, "tiny");
        assert_int_equal(strcmp(r[i].op, "prefill") == 0, r[i].ttft_ms > 0);
        assert_int_equal(strcmp(r[i].op, "decode") == 0, r[i].decode_ts > 0);
        if (strcmp(r[i].variant, "f32") == 0) assert_true(r[i].speedup == 1);
    }
    fq_arena_free(&arena);
}

static void test_ppl_json(void **state) {
    assert_int_equal(cli_run(&c, "ppl -m models/tiny -v f32,bf16 -c 64 --limit 3 -o json"), 0);
    json_error_t error;
    json_t *root = json_loads(c.out, 0, &error);
    assert_non_null(root);
    assert_int_equal(json_array_size(root), 2);
    json_t *f32 = json_array_get(root, 0), *bf16 = json_array_get(root, 1);
    assert_string_equal(json_string_value(json_object_get(f32, "variant")), "f32");
    assert_true(json_number_value(json_object_get(f32, "kld_max")) == 0);
    assert_true(json_number_value(json_object_get(f32, "dppl")) == 0);
    assert_true(json_number_value(json_object_get(bf16, "kld_mean")) > 0);
    assert_true(json_number_value(json_object_get(bf16, "ppl")) > 1);
    assert_int_equal((int)json_number_value(json_object_get(bf16, "tokens")), 3 * 63);
    json_decref(root);
}

/* Without a reference the same perplexity and no divergence. */
static void test_ppl_reference_none(void **state) {
    fq_arena arena;
    void *with, *without;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(cli_run(&c, "ppl -m models/tiny -v w8a8-int8 -c 64 --limit 3 -o csv"), 0);
    assert_int_equal(read_back(FQ_TABLE_ACCURACY, &arena, &with), 1);
    assert_int_equal(cli_run(&c, "ppl -m models/tiny -v w8a8-int8 -c 64 --limit 3 -o csv --reference none"), 0);
    assert_int_equal(read_back(FQ_TABLE_ACCURACY, &arena, &without), 1);
    const fq_accuracy_row *a = with, *b = without;
    assert_true(a->ppl == b->ppl && a->kld_mean > 0 && b->kld_mean != b->kld_mean);
    fq_arena_free(&arena);
}

static void test_gemm_and_blocks(void **state) {
    fq_arena arena;
    void *rows;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(cli_run(&c, "gemm --shape 3x40x200,2x24x136 -k gemm_f32,gemm_i4f8,gemm_i4f8.ref -r 6 --cache hot "
                                 "--budget 0.02 -o csv -q"),
                     0);
    assert_int_equal(read_back(FQ_TABLE_RESULTS, &arena, &rows), 6);
    const fq_result *r = rows;
    assert_true(r[0].m == 3 && r[0].n == 40 && r[0].k == 200 && r[3].m == 2);
    assert_string_equal(r[2].kernel, "gemm_i4f8.ref");
    assert_true(r[2].speedup > 0 && r[2].floor_ns > 0);
    assert_int_equal(
        cli_run(&c, "ffn --shapes tiny -v f32,w8a8-int8,w8a8-fp8,w4a16-g128,w4a8-int8,fireq -s 5 -b 2 -r 6 -o csv -q "
                    "--baseline w8a8-int8 --budget 0.05"),
        0);
    assert_int_equal(read_back(FQ_TABLE_RESULTS, &arena, &rows), 6);
    for (int i = 0; i < 6; i++) {
        r = rows;
        assert_string_equal(r[i].verdict, "PASS");
        assert_string_equal(r[i].baseline, "w8a8-int8");
        assert_true(r[i].m == 10 && r[i].err <= r[i].bound);
    }
    assert_int_equal(cli_run(&c, "attention -v f32,fireq-w,bf16,fireq -s 9 --head-dim 32 -r 6 --budget 0.02 -o csv -q"),
                     0);
    /* fireq-w attends in bf16, so the bf16 row would be the same again */
    assert_int_equal(read_back(FQ_TABLE_RESULTS, &arena, &rows), 3);
    /* Zeros, Gaussian and a trained model's numbers, each in rows that say so. */
    static const char *const data[] = {"gauss", "real", "zeros"};
    assert_int_equal(cli_run(&c, "gemm --shape 3x40x200 -k gemm_i4f8 -r 6 --data zeros,gauss,real --budget 0.02 -o csv "
                                 "-q"),
                     0);
    assert_int_equal(read_back(FQ_TABLE_RESULTS, &arena, &rows), 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(((const fq_result *)rows)[i].data, data[i]);
    assert_non_null(strstr(((const fq_result *)rows)[1].test_id, " real"));
    assert_int_equal(cli_run(&c, "ffn --shapes tiny -v fireq -s 5 -r 6 --data real,zeros --budget 0.05 -o csv -q"), 0);
    assert_int_equal(read_back(FQ_TABLE_RESULTS, &arena, &rows), 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(((const fq_result *)rows)[i].data, data[i + 1]);
        assert_string_equal(((const fq_result *)rows)[i].verdict, "PASS");
    }
    cli_run(&c, "gemm --data gauss,random");
    assert_failed(2, "--data", "gauss, real, zeros");
    fq_arena_free(&arena);
}

static void test_text_commands(void **state) {
    char path[512];
    snprintf(path, sizeof path, "%s/text", c.scratch);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("The king and the queen.\n", f);
    fclose(f);
    assert_int_equal(cli_run(&c, "tokenize -m models/tiny -f %s", path), 0);
    assert_true(cli_lines(c.out) > 3 && cli_lines(c.out) < 25);
    assert_int_equal(strspn(c.out, "0123456789\n"), strlen(c.out));
    assert_int_equal(cli_run(&c, "generate -m models/tiny -p KING -n 8 -v bf16"), 0);
    assert_memory_equal(c.out, "KING", 4);
    assert_non_null(strstr(c.err, "tokens/s"));
    char *first = strdup(c.out);
    assert_int_equal(cli_run(&c, "generate -m models/tiny -p KING -n 8 -v bf16 -q -t 1"), 0);
    assert_string_equal(c.out, first); /* greedy, and the same for every number of threads */
    assert_string_equal(c.err, "");
    free(first);
    assert_int_equal(cli_run(&c, "generate -m models/tiny -p KING -n 8 --temperature 1 --seed 5 -q"), 0);
    first = strdup(c.out);
    assert_int_equal(cli_run(&c, "generate -m models/tiny -p KING -n 8 --temperature 1 --seed 5 -q"), 0);
    assert_string_equal(c.out, first);
    free(first);
}

/* Refusals are the same with and without a device. */
static void test_backend(void **state) {
    cli_run(&c, "ppl -m models/tiny -v f32 --backend cuda --limit 1");
    assert_failed(2, "variant f32", "'w.f32'");
    cli_run(&c, "bench -m models/tiny -v bf16,w8a8-int8 --backend cuda");
    assert_failed(2, "variant w8a8-int8", "scales");
    cli_run(&c, "generate -m models/tiny -p x -v qserve-w4a8kv4 --backend cuda");
    assert_failed(2, "qserve-w4a8kv4", "kv.uint4");
    cli_run(&c, "ppl -m models/tiny -v bf16 --backend gpu");
    assert_failed(2, "--backend", "cpu, cuda");
}

static void test_full_device(void **state) {
    static const char *const commands[] = {"list variants", "ppl -m models/tiny -v f32 -c 64 --limit 1 -q -o csv",
                                           "generate -m models/tiny -p KING -n 4 -q"};
    if (access("/dev/full", W_OK) != 0) skip();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        cli_run_to(&c, "/dev/full", commands[i]);
        assert_failed(2, "fqbench: ", "o");
    }
}

static void test_check(void **state) {
    assert_int_equal(cli_run(&c, "check --kernel gemm_i4f8.ref"), 0);
    assert_non_null(strstr(c.out, " 0 failed\n"));
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_usage_errors),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_bench_csv),
        cmocka_unit_test(test_ppl_json),
        cmocka_unit_test(test_ppl_reference_none),
        cmocka_unit_test(test_gemm_and_blocks),
        cmocka_unit_test(test_text_commands),
        cmocka_unit_test(test_backend),
        cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_check),
    };
    cli_open(&c, argv[0]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cli_close(&c);
    return failed;
}
