/* `fqbench run` from file to files, and every unusable input of a run: one line, exit code 2, nothing overwritten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "harness/record.h"
#include "tests/checkpoint_files.h"
#include "tests/cli_runner.h"

static cli c;
static char model[300], out[300], yaml[320]; /* a damaged model, an old results directory, a scenario */
static small_tensor tensors[SMALL_TENSORS];

static int setup(void **state) {
    snprintf(model, sizeof model, "%s/model", c.scratch);
    snprintf(out, sizeof out, "%s/out", c.scratch);
    snprintf(yaml, sizeof yaml, "%s/s.yaml", c.scratch);
    small_tensors(tensors);
    return mkdir(model, 0700) != 0 || mkdir(out, 0700) != 0;
}

static const char old_rows[] = "results of an earlier run\n";

static void put_yaml(const char *model_path, const char *more) {
    char text[2048];
    snprintf(text, sizeof text, "name: t\nsteps:\n  - kind: perplexity\n    model: %s\n    ctx: 16\n    windows: 2\n%s",
             model_path, more);
    scratch_text(c.scratch, "s.yaml", text);
}

/* Nothing in the old results directory changed, nothing was added. */
static void assert_untouched(void) {
    static const char *const names[] = {"results.csv", "accuracy.csv", "samples.csv", "environment.json"};
    char path[400];
    int entries = 0;
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", out, names[i]);
        char *text = cli_slurp(path, NULL);
        assert_string_equal(text, old_rows);
        free(text);
    }
    DIR *d = opendir(out);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        entries += e->d_name[0] != '.';
    closedir(d);
    assert_int_equal(entries, 4);
}

/* Run the scenario into a directory with old results: it must fail with this exit code and these words. */
static void expect_refused(const char *word, const char *other) {
    static const char *const names[] = {"results.csv", "accuracy.csv", "samples.csv", "environment.json"};
    for (int i = 0; i < 4; i++)
        scratch_text(out, names[i], old_rows);
    cli_run(&c, "run %s --out %s -q", yaml, out);
    assert_true(cli_failed(&c, 2, word, other));
    assert_untouched();
}

static void put_blob(const char *name, blob b, size_t n) {
    scratch_write(model, name, b.p, n < b.n ? n : b.n);
    blob_free(&b);
}

static void put_model(void) {
    scratch_clear(model);
    scratch_text(model, "config.json", small_config);
    put_blob("model.safetensors", small_safetensors(tensors, 0, SMALL_TENSORS, -1), SIZE_MAX);
    put_yaml(model, "    tokens: /dev/null\n");
}

static void put_header(const char *header) {
    blob b = {0};
    blob_text(&b, header);
    for (int i = 0; i < 64; i++)
        blob_uint(&b, 0, 8);
    put_blob("model.safetensors", b, SIZE_MAX);
}

/* The good model's header with one text in it replaced by one of the same length. */
static void put_edited(const char *from, const char *to) {
    blob b = small_safetensors(tensors, 0, SMALL_TENSORS, -1);
    assert_int_equal(strlen(from), strlen(to));
    unsigned char *at = memmem(b.p, b.n, from, strlen(from));
    assert_non_null(at);
    memcpy(at, to, strlen(to));
    put_blob("model.safetensors", b, SIZE_MAX);
}

static void test_bad_weights(void **state) {
    put_yaml("/nonexistent/model", "");
    expect_refused("/nonexistent/model", "no such file");
    scratch_clear(model);
    put_yaml(model, "");
    expect_refused("config.json", model);
    put_model();
    scratch_unlink(model, "model.safetensors");
    put_yaml(model, "");
    expect_refused("model.safetensors", model);
    put_model();
    put_blob("model.safetensors", small_safetensors(tensors, 0, SMALL_TENSORS, -1), 4000);
    put_yaml(model, "");
    expect_refused("model.safetensors", "outside");
    put_model();
    put_yaml(model, "");
    scratch_write(model, "model.safetensors", "\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
    expect_refused("model.safetensors", "header");
    put_header("{\"a\": {\"dtype\": \"F32\", \"shape\": [4], \"data_offsets\": [0, 16]},"
               " \"b\": {\"dtype\": \"F32\", \"shape\": [4], \"data_offsets\": [8, 24]}}");
    expect_refused("model.safetensors", "overlap");
    put_header("{\"a\": {\"dtype\": \"F32\", \"shape\": [4], \"data_offsets\": [0, 9223372036854775807]}}");
    expect_refused("model.safetensors", "a");
    put_edited("\"BF16\"", "\"I16\" ");
    expect_refused("model.safetensors", "I16");
    put_edited("[40, 32]", "[32, 40]");
    expect_refused("embed_tokens", "model");
    put_blob("model.safetensors", small_safetensors(tensors, 0, SMALL_TENSORS, 5), SIZE_MAX);
    expect_refused(tensors[5].hf, model);
}

static void test_bad_config_and_tokenizer(void **state) {
    put_model();
    put_yaml(model, "");
    scratch_text(model, "config.json", "{\"model_type\": \"gpt2\", \"hidden_size\": 32}");
    expect_refused("config.json", "gpt2");
    scratch_text(model, "config.json", "{\"model_type\": \"llama\"");
    expect_refused("config.json", model);
    scratch_text(model, "config.json", "{\"model_type\": \"llama\", \"hidden_size\": \"many\"}");
    expect_refused("config.json", "hidden_size");
    put_model();
    put_yaml(model, "");
    scratch_text(model, "tokenizer.json", "{\"model\": {\"type\": \"Unigram\", \"vocab\": []}}");
    expect_refused("tokenizer.json", "Unigram");
    scratch_unlink(model, "tokenizer.json");
    char path[400], text[500];
    snprintf(path, sizeof path, "%s/m.gguf", model);
    scratch_text(model, "m.gguf", "GGUF\x03");
    put_yaml(path, "");
    expect_refused("m.gguf", model);
    /* without a tokenizer no text */
    snprintf(text, sizeof text, "    text: %s\n", yaml);
    put_yaml(model, text);
    expect_refused("tokenizer", "model");
}

static void test_bad_text(void **state) {
    char more[600];
    static const struct {
        const char *name, *text;
        size_t n;
        const char *key, *word;
    } cases[] = {
        {"latin1", "caf\xe9 au lait", 12, "text", "UTF-8"},    {"empty", "", 0, "text", "empty"},
        {"short", "The end.", 8, "text", "needs 16"},          {"odd.u16", "abc", 3, "tokens", "odd.u16"},
        {"big.u16", "\xff\xff\xff\xff", 4, "tokens", "65535"}, {"short.u16", "\1\0\2\0", 4, "tokens", "needs 16"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scratch_write(c.scratch, cases[i].name, cases[i].text, cases[i].n);
        snprintf(more, sizeof more, "    %s: %s/%s\n", cases[i].key, c.scratch, cases[i].name);
        put_yaml("models/tiny", more);
        expect_refused(cases[i].name, cases[i].word);
    }
    put_yaml("models/tiny", "    text: /nonexistent.txt\n");
    expect_refused("/nonexistent.txt", "No such file");
    put_yaml("models/tiny", "    calibration: /nonexistent.txt\n");
    expect_refused("/nonexistent.txt", "calibration");
}

static void test_bad_yaml(void **state) {
    put_yaml("models/tiny", "    frob: 1\n");
    expect_refused("s.yaml:7:", "'frob'");
    put_yaml("models/tiny", "    limit: 1\n");
    expect_refused("s.yaml:7:", "'limit'");
    put_yaml("models/tiny", "    variants: f32\n");
    expect_refused("s.yaml:7:", "SEQUENCE");
    scratch_text(c.scratch, "s.yaml", "\xff\xfe\n");
    expect_refused("s.yaml:", "libyaml");
}

static void test_unwritable(void **state) {
    char path[400];
    put_yaml("models/tiny", "");
    snprintf(path, sizeof path, "%s/file", c.scratch);
    scratch_text(c.scratch, "file", "x");
    cli_run(&c, "run %s --out %s -q", yaml, path);
    assert_true(cli_failed(&c, 2, path, "director"));
    cli_run(&c, "run %s --out %s/below -q", yaml, path);
    assert_true(cli_failed(&c, 2, path, "director"));
    cli_run(&c, "run %s --out /proc/fqbench -q", yaml);
    assert_true(cli_failed(&c, 2, "/proc/fqbench", "director"));
}

/* A file system of two pages: the run fails on a full disk, what was there before stays. */
static void test_disk_full(void **state) {
    char path[400], file[500];
    snprintf(path, sizeof path, "%s/full", c.scratch);
    assert_int_equal(mkdir(path, 0700), 0);
    if (mount("none", path, "tmpfs", 0, "size=12k") != 0) {
        print_message("no permission to mount a small file system: %s\n", strerror(errno));
        skip();
    }
    scratch_text(path, "results.csv", old_rows);
    scratch_text(path, "accuracy.csv", old_rows);
    put_yaml("models/tiny",
             "    variants: [f32]\n  - kind: gemm\n    shapes: [8x8]\n    m: [1]\n    kernels: [gemm_f32]\n"
             "    samples: 500\n    cache: hot\n");
    cli_run(&c, "run %s --out %s -q", yaml, path);
    int refused = cli_failed(&c, 2, path, "");
    snprintf(file, sizeof file, "%s/results.csv", path);
    char *text = cli_slurp(file, NULL);
    assert_int_equal(umount(path), 0);
    assert_true(refused);
    assert_string_equal(text, old_rows);
    free(text);
}

static int count_suffix(const char *dir, const char *suffix, int *empty) {
    int n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        size_t length = strlen(e->d_name), m = strlen(suffix);
        char path[900];
        struct stat st;
        if (length < m || strcmp(e->d_name + length - m, suffix) != 0) continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        *empty += st.st_size == 0;
        n++;
    }
    closedir(d);
    return n;
}

static const char small_scenario[] = "name: small\n"
                                     "steps:\n"
                                     "  - kind: perplexity\n"
                                     "    model: models/tiny\n"
                                     "    ctx: 32\n"
                                     "    windows: 3\n"
                                     "    variants: [f32, w8a8-int8, w4a8-int8]\n"
                                     "  - kind: prefill\n"
                                     "    model: models/tiny\n"
                                     "    prompt: [8, 16]\n"
                                     "    samples: 6\n"
                                     "    variants: [f32, w4a8-int8]\n"
                                     "  - kind: decode\n"
                                     "    model: models/tiny\n"
                                     "    prompt: [0, 8]\n"
                                     "    gen: [3]\n"
                                     "    samples: 6\n"
                                     "    variants: [f32, w4a8-int8]\n"
                                     "  - kind: gemm\n"
                                     "    shapes: [48x96]\n"
                                     "    m: [1, 5]\n"
                                     "    kernels: [gemm_f32, gemm_i4i8]\n"
                                     "    cache: hot\n"
                                     "    samples: 6\n";

/* Times measured elsewhere join the pictures of products, also when these are made again from the files. */
static void test_imported_times(void **state) {
    char dir[400], path[500], command[1600];
    int empty = 0;
    scratch_text(c.scratch, "s.yaml",
                 "name: imported\nsteps:\n  - kind: gemm\n    shapes: [48x96]\n    m: [2, 3]\n    samples: 6\n"
                 "    kernels: [gemm_f32, gemm_i4i8]\n    cache: hot\n");
    scratch_text(c.scratch, "peers.csv",
                 "kernel,m,n,k,us_median,us_min\nother,2,48,96,1.5,1\nother,3,48,96,2,1\nunwanted,2,48,96,7,1\n");
    snprintf(dir, sizeof dir, "%s/imported", c.scratch);
    assert_int_equal(
        cli_run(&c, "run %s --out %s --set peers=%s/peers.csv --set peer_kernels=other,none", yaml, dir, c.scratch), 2);
    assert_non_null(strstr(c.err, "'none'"));
    assert_int_equal(access(dir, F_OK), -1);
    assert_int_equal(cli_run(&c, "run %s --out %s --set peers=%s/missing.csv", yaml, dir, c.scratch), 2);

    assert_int_equal(
        cli_run(&c, "run %s --out %s --set peers=%s/peers.csv --set peer_kernels=other", yaml, dir, c.scratch), 0);
    snprintf(path, sizeof path, "%s/imported.csv", dir);
    char *text = cli_slurp(path, NULL);
    assert_string_equal(text, "kernel,m,n,k,us_median\nother,2,48,96,1.5\nother,3,48,96,2\n");
    free(text);
    for (int again = 0; again < 2; again++) {
        snprintf(path, sizeof path, "%s/plots", dir);
        assert_int_equal(count_suffix(path, ".png", &empty), 2);
        snprintf(command, sizeof command, "cd '%.400s' && cat plots/*.tsv > all.tsv && rm -r plots", dir);
        assert_int_equal(system(command), 0);
        snprintf(path, sizeof path, "%s/all.tsv", dir);
        text = cli_slurp(path, NULL);
        assert_non_null(strstr(text, "other (imported)"));
        assert_null(strstr(text, "unwanted"));
        free(text);
        if (!again) assert_int_equal(cli_run(&c, "plot %s", dir), 0);
    }
}

static void test_run_to_plots(void **state) {
    char dir[400], path[500];
    void *rows, *samples, *accuracy;
    int n, n_samples, n_accuracy, empty = 0;
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    scratch_text(c.scratch, "s.yaml", small_scenario);
    snprintf(dir, sizeof dir, "%s/deep/run", c.scratch);

    assert_int_equal(cli_run(&c, "run %s --out %s --dry-run --set ctx=64", yaml, dir), 0);
    assert_non_null(strstr(c.out, "ctx=64"));
    assert_int_equal(access(dir, F_OK), -1);

    assert_int_equal(cli_run(&c, "run %s --out %s --set ctx=24 --set steps.4.m=2,3", yaml, dir), 0);
    assert_non_null(strstr(c.err, "step 4 of 4"));
    assert_non_null(strstr(c.out, "w8a8-int8"));
    assert_non_null(strstr(c.out, dir));
    snprintf(path, sizeof path, "%s/results.csv", dir);
    assert_int_equal(fq_record_read(path, FQ_TABLE_RESULTS, &arena, &rows, &n), FQ_OK);
    snprintf(path, sizeof path, "%s/samples.csv", dir);
    assert_int_equal(fq_record_read(path, FQ_TABLE_SAMPLES, &arena, &samples, &n_samples), FQ_OK);
    snprintf(path, sizeof path, "%s/accuracy.csv", dir);
    assert_int_equal(fq_record_read(path, FQ_TABLE_ACCURACY, &arena, &accuracy, &n_accuracy), FQ_OK);
    assert_int_equal(n, 4 + 4 + 4);
    assert_int_equal(n_samples, 6 * n);
    assert_int_equal(n_accuracy, 3);
    const fq_result *r = rows;
    const fq_sample *s = samples;
    const fq_accuracy_row *a = accuracy;
    for (int i = 0; i < n; i++) {
        assert_string_equal(r[i].scenario, "small");
        assert_string_equal(r[i].verdict, "PASS");
        for (int j = 0; j < 6; j++)
            assert_string_equal(s[6 * i + j].test_id, r[i].test_id);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(r[j].test_id, r[i].test_id);
    }
    assert_true(r[8].m == 2 && r[10].m == 3);
    for (int i = 0; i < 3; i++)
        assert_true(a[i].ctx == 24 && a[i].windows == 3 && a[i].tokens == 69 && a[i].eval_s > 0);
    assert_true(a[0].kld_max == 0 && a[1].kld_mean > 0 && a[2].kld_mean > a[1].kld_mean);
    assert_true(a[2].bits_per_weight < a[1].bits_per_weight);

    snprintf(path, sizeof path, "%s/environment.json", dir);
    char *environment = cli_slurp(path, NULL);
    assert_non_null(strstr(environment, "\"steps\""));
    assert_null(strstr(environment, c.scratch));
    free(environment);
    snprintf(path, sizeof path, "%s/plots", dir);
    int plots = count_suffix(path, ".png", &empty);
    assert_int_equal(plots, count_suffix(path, ".svg", &empty));
    assert_int_equal(plots, 9); /* 3 of accuracy, 2 each of prefill, decode and gemm */
    assert_int_equal(empty, 0);

    /* the same pictures from the files alone */
    char command[1200];
    snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
    assert_int_equal(cli_run(&c, "plot %s", dir), 0);
    assert_int_equal(count_suffix(path, ".png", &empty), plots);
    fq_arena_free(&arena);
}

/* A kappa axis: the float32 model stays, keys with outliers ruin an INT4 cache; each strength has its pictures. */
static void test_kappa_axis(void **state) {
    char dir[400], path[500];
    void *rows;
    int n, empty = 0;
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    scratch_text(c.scratch, "s.yaml",
                 "name: axis\nsteps:\n  - kind: perplexity\n    model: models/tiny\n    ctx: 64\n    windows: 3\n"
                 "    kappa: [1, 32]\n    variants: [f32, bf16:kv=kv.int4.head.e4m3]\n");
    snprintf(dir, sizeof dir, "%s/axis", c.scratch);
    assert_int_equal(cli_run(&c, "run %s --out %s -q", yaml, dir), 0);
    assert_non_null(strstr(c.out, ", kappa 32"));
    snprintf(path, sizeof path, "%s/accuracy.csv", dir);
    assert_int_equal(fq_record_read(path, FQ_TABLE_ACCURACY, &arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 4);
    const fq_accuracy_row *a = rows;
    assert_true(a[0].kappa == 1 && a[1].kappa == 1 && a[2].kappa == 32 && a[3].kappa == 32);
    assert_true(fabs(a[2].ppl - a[0].ppl) < 1e-4 * a[0].ppl);
    assert_true(a[0].kld_max == 0 && a[2].kld_max == 0);
    assert_true(a[1].dppl > 0 && a[3].dppl > 3 * a[1].dppl && a[3].kld_mean > 3 * a[1].kld_mean);
    assert_true(a[0].kv_bits == 32 && a[1].kv_bits > 4 && a[1].kv_bits < 4.5);
    assert_string_equal(a[1].variant, "bf16:kv=kv.int4.head.e4m3");
    for (int i = 0; i < 4; i++)
        assert_true(a[i].quantize_s > 0);
    snprintf(path, sizeof path, "%s/errors.csv", dir);
    assert_int_equal(access(path, F_OK), -1);
    snprintf(path, sizeof path, "%s/plots", dir);
    assert_int_equal(count_suffix(path, ".png", &empty), 2 * 3 + 1);
    snprintf(path, sizeof path, "%s/plots/outliers-tiny-self-sampled-64-gptq.png", dir);
    assert_int_equal(access(path, F_OK), 0);
    fq_arena_free(&arena);
}

static const fq_error_row *find_error(const fq_error_row *e, int n, const char *kind, const char *step) {
    for (int i = 0; i < n; i++)
        if (strcmp(e[i].kind, kind) == 0 && (step == NULL || strcmp(e[i].step, step) == 0)) return &e[i];
    fail_msg("no row %s %s", kind, step != NULL ? step : "");
    return NULL;
}

/* Leaving a number format out is better than the full variant, alone it is better too; layers have their noise. */
static void test_errors(void **state) {
    char dir[400], path[500];
    void *rows, *layers;
    int n, n_layers, empty = 0;
    fq_arena arena;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    scratch_text(c.scratch, "s.yaml",
                 "name: errors\nsteps:\n  - kind: errors\n    model: models/tiny\n    ctx: 64\n    windows: 4\n"
                 "    layers: 2\n    kappa: [8]\n    variants: [f32, fireq]\n");
    snprintf(dir, sizeof dir, "%s/errors", c.scratch);
    assert_int_equal(cli_run(&c, "run %s --out %s -q", yaml, dir), 0);
    assert_non_null(strstr(c.out, "where the error comes from"));
    snprintf(path, sizeof path, "%s/errors.csv", dir);
    assert_int_equal(fq_record_read(path, FQ_TABLE_ERRORS, &arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 1 + 5 + 4 + 5); /* full, formats out, transforms out, formats alone; f32 has no error */
    const fq_error_row *e = rows, *full = find_error(e, n, "full", NULL);
    assert_true(full->dppl > 0 && full->dppl_vs_full != full->dppl_vs_full);
    static const char *const transforms[] = {"tensor", "channel", "pre-rope", "post-rope"};
    for (int i = 0; i < 4; i++)
        assert_true(isfinite(find_error(e, n, "leave-one-out", transforms[i])->dppl_vs_full));
    static const char *const formats[] = {"W4", "A8", "KV4", "Q8", "P8"};
    for (int i = 0; i < 5; i++) {
        const fq_error_row *without = find_error(e, n, "leave-one-out", formats[i]);
        const fq_error_row *only = find_error(e, n, "only-one", formats[i]);
        assert_true(fabs(without->dppl_vs_full - (without->ppl - full->ppl)) < 1e-6 * full->ppl);
        assert_true(fabs(without->kld_vs_full - (without->kld_mean - full->kld_mean)) < 1e-6);
        assert_true(without->dppl_vs_full_lo <= without->dppl_vs_full &&
                    without->dppl_vs_full <= without->dppl_vs_full_hi);
        assert_true(only->kld_mean > 0 && only->kld_mean < full->kld_mean);
        assert_true(without->kappa == 8 && without->windows == 4);
    }
    assert_true(find_error(e, n, "leave-one-out", "W4")->kld_mean < full->kld_mean);
    assert_true(find_error(e, n, "leave-one-out", "W4")->bits_per_weight == 16);
    assert_string_equal(find_error(e, n, "leave-one-out", "KV4")->ran, "fireq:kv=kv.bf16");
    assert_string_equal(find_error(e, n, "only-one", "W4")->ran, "fireq:a=a.bf16+kv=kv.bf16+q=q.bf16+p=p.bf16");

    snprintf(path, sizeof path, "%s/layers.csv", dir);
    assert_int_equal(fq_record_read(path, FQ_TABLE_LAYERS, &arena, &layers, &n_layers), FQ_OK);
    assert_int_equal(n_layers, 2 * 7);
    const fq_layer_row *l = layers;
    for (int i = 0; i < n_layers; i++) {
        assert_true(l[i].layer == i / 7 && l[i].kappa == 8);
        assert_true(l[i].weight_sqnr_db > 10 && l[i].weight_sqnr_db < 30);
        assert_true(l[i].output_error > 0 && l[i].output_error < 0.5);
        assert_true(l[i].input_sqnr_db > 25 && l[i].input_sqnr_db < 40);
        assert_true(l[i].scales > 0 && l[i].operands == l[i].rows * l[i].cols && l[i].inputs == 64 * l[i].cols);
        assert_true(l[i].inputs_saturated == 0);
        assert_true(l[i].scales_smallest <= l[i].scales_subnormal && l[i].scales_subnormal <= l[i].scales);
    }
    assert_string_equal(l[0].projection, "q");
    assert_string_equal(l[6].projection, "down");
    snprintf(path, sizeof path, "%s/plots", dir);
    assert_int_equal(count_suffix(path, ".png", &empty), 2 + 3);

    /* the same pictures from the files alone */
    char command[1200];
    snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
    assert_int_equal(cli_run(&c, "plot %s", dir), 0);
    assert_int_equal(count_suffix(path, ".png", &empty), 5);
    scratch_text(c.scratch, "s.yaml",
                 "name: errors\nsteps:\n  - kind: errors\n    model: models/tiny\n    variants: [f32]\n");
    assert_int_equal(cli_run(&c, "run %s --out %s -q", yaml, dir), 2);
    assert_non_null(strstr(c.err, "f32 alone"));
    fq_arena_free(&arena);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_weights),  cmocka_unit_test(test_bad_config_and_tokenizer),
        cmocka_unit_test(test_bad_text),     cmocka_unit_test(test_bad_yaml),
        cmocka_unit_test(test_unwritable),   cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_run_to_plots), cmocka_unit_test(test_imported_times),
        cmocka_unit_test(test_kappa_axis),   cmocka_unit_test(test_errors),
    };
    cli_open(&c, argv[0]);
    int failed = cmocka_run_group_tests(tests, setup, NULL);
    cli_close(&c);
    return failed;
}
