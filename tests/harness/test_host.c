/* Ceilings that are plausible and repeat, an environment file that is complete and names nobody, memory counters, and
 * SHA-256 against the published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/cpu.h"
#include "harness/host.h"

/* FIPS 180-4's examples; lengths 55 to 200 (one or two padding blocks) from Python's hashlib:
 * hashlib.sha256(bytes(i % 251 for i in range(n))).hexdigest() */
static void sha256_matches_published_vectors(void **state) {
    char hex[65];
    fq_sha256_hex("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    fq_sha256_hex(NULL, 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    fq_sha256_hex("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    fq_sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    fq_sha256_hex(million, 1000000, hex);
    free(million);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    static const struct {
        size_t n;
        const char *hex;
    } golden[] = {
        {55, "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"},
        {56, "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"},
        {63, "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488"},
        {64, "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"},
        {119, "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"},
        {120, "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"},
        {200, "1901da1c9f699b48f6b2636e65cbf73abf99d0441ef67f5c540a42f7051dec6f"},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        unsigned char bytes[200];
        for (size_t k = 0; k < golden[i].n; k++) {
            bytes[k] = (unsigned char)(k % 251);
        }
        fq_sha256_hex(bytes, golden[i].n, hex);
        assert_string_equal(hex, golden[i].hex);
    }
}

static void ceilings_are_plausible_and_cached(void **state) {
    fq_ceilings c;
    int64_t start = fq_clock_ns();
    assert_int_equal(fq_host_ceilings(&c), FQ_OK);
    double first_s = (double)(fq_clock_ns() - start) * 1e-9;
    assert_true(first_s < 10);
    assert_true(c.f32_flops > 1e9 && c.f32_flops < 1e16);
    assert_true(c.bf16_flops >= c.f32_flops && c.int8_flops >= c.f32_flops);
    if (fq_cpu_isa_hardware() >= FQ_ISA_AVX512) assert_true(c.int8_flops > 1.3 * c.f32_flops);
    if (fq_cpu_isa_hardware() >= FQ_ISA_AMX) assert_true(c.bf16_flops > 2 * c.f32_flops);
    assert_true(c.read_bps > 5e8 && c.read_bps < 1e13);
    fq_ceilings again;
    start = fq_clock_ns();
    assert_int_equal(fq_host_ceilings(&again), FQ_OK);
    assert_true((double)(fq_clock_ns() - start) < 1e7);
    assert_memory_equal(&c, &again, sizeof c);
}

static void memory_counters_move(void **state) {
    size_t before = fq_host_rss_bytes();
    assert_true(before > 100 << 10);
    size_t bytes = (size_t)64 << 20;
    char *p = malloc(bytes);
    assert_non_null(p);
    memset(p, 1, bytes);
    __asm__ volatile("" : : "r"(p) : "memory");
    size_t during = fq_host_rss_bytes();
    free(p);
    assert_true(during >= before + bytes / 2);
    assert_true(fq_host_rss_peak_bytes() >= during / 8 * 7);
}

static const char *const file_path = "environment.test.json";

static void environment_is_complete(void **state) {
    char program[] = "/home/someone/build/fqbench";
    char sub[] = "run";
    char list[] = "--set=a=/home/someone/m.gguf,/srv/other/n.gguf";
    char relative[] = "scenarios/demo.yaml";
    char trailing[] = "/srv/models/tiny/";
    char *argv[] = {program, sub, list, relative, trailing, NULL};
    setenv("OMP_NUM_THREADS", "2", 1);
    setenv("FQ_SECRET_DIR", "/home/someone/x", 1);
    const char *extra = "{\"seed\": 1234, \"model\": {\"file\": \"/data/tiny/model.safetensors\"},"
                        " \"source\": \"https://example.org/a/b\"}";
    assert_int_equal(fq_host_write_environment(file_path, 5, argv, extra), FQ_OK);
    json_error_t error;
    json_t *o = json_load_file(file_path, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(o);
    static const char *const keys[] = {"commit",       "compiler",  "compiler_version",
                                       "cflags",       "libraries", "cpu",
                                       "isa_found",    "isa_used",  "caches",
                                       "memory_bytes", "kernel",    "governor",
                                       "load",         "affinity",  "n_threads",
                                       "settings",     "timer",     "ceilings",
                                       "utc",          "argv",      "timer_resolution_ns",
                                       "optimized",    "n_cores",   "sanitized",
                                       "huge_pages",   "microcode", "seed"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (json_object_get(o, keys[i]) == NULL) fail_msg("no key %s", keys[i]);
    }
    assert_string_equal(json_string_value(json_object_get(o, "isa_found")), fq_isa_name(fq_cpu_isa_hardware()));
    assert_string_equal(json_string_value(json_object_get(o, "isa_used")), fq_isa_name(fq_cpu_isa()));
    assert_string_equal(json_string_value(json_object_get(o, "commit")), fq_build_commit());
    assert_true(json_integer_value(json_object_get(o, "memory_bytes")) > 1 << 26);
    assert_true(json_number_value(json_object_get(json_object_get(o, "ceilings"), "f32_tflops")) > 0);
    assert_string_equal(json_string_value(json_object_get(json_object_get(o, "settings"), "OMP_NUM_THREADS")), "2");
    static const char *const cut[] = {"fqbench", "run", "--set=a=m.gguf,n.gguf", "scenarios/demo.yaml", "tiny"};
    json_t *args = json_object_get(o, "argv");
    assert_int_equal(json_array_size(args), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(json_string_value(json_array_get(args, i)), cut[i]);
    }
    json_t *model = json_object_get(json_object_get(o, "model"), "file");
    assert_string_equal(json_string_value(model), "model.safetensors");
    assert_string_equal(json_string_value(json_object_get(o, "source")), "https://example.org/a/b");
    json_decref(o);

    static char text[65536];
    FILE *f = fopen(file_path, "re");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    char host[256] = "";
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    assert_null(strstr(text, "/home"));
    assert_null(strstr(text, "someone"));
    assert_null(strstr(text, "/srv"));
    /* A short or common host name ("x86") may be part of an innocent word. */
    if (strlen(host) > 5) assert_null(strstr(text, host));
    unlink(file_path);
}

static void bad_environment_leaves_no_file(void **state) {
    char *argv[] = {NULL};
    assert_int_equal(fq_host_write_environment(file_path, 0, argv, "{\"a\": "), FQ_ERR_USAGE);
    assert_int_equal(fq_host_write_environment(file_path, 0, argv, "[1, 2]"), FQ_ERR_USAGE);
    assert_non_null(strstr(fq_message(), "object"));
    assert_int_equal(access(file_path, F_OK), -1);
    assert_int_equal(fq_host_write_environment("no-such-directory/e.json", 0, argv, NULL), FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "no-such-directory"));
}

static void commit_is_named(void **state) {
    assert_true(strlen(fq_build_commit()) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_matches_published_vectors),
        cmocka_unit_test(ceilings_are_plausible_and_cached),
        cmocka_unit_test(memory_counters_move),
        cmocka_unit_test(environment_is_complete),
        cmocka_unit_test(bad_environment_leaves_no_file),
        cmocka_unit_test(commit_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
