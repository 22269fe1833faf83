/* What runs on a device and what is refused, which needs none; and, where there is one, sessions there against sessions
 * on the CPU. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "harness/metric.h"
#include "models/corpus.h"
#include "models/device.h"

static fq_model tiny;
static fq_calibration *calibration; /* only where there is a device */

static int setup(void **state) {
    (void)state;
    return fq_model_open("models/tiny", 1, &tiny) != FQ_OK;
}

static void calibrate(void) {
    fq_build_options o = fq_build_defaults();
    fq_llama *f32;
    int *ids, window;
    size_t n;
    char what[96];
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find("f32"), &o, &f32), FQ_OK);
    assert_int_equal(fq_calibration_ids(f32, 1, &ids, &n, &window, what), FQ_OK);
    assert_int_equal(fq_calibrate(f32, ids, n, window, 1, &calibration), FQ_OK);
    free(ids);
    fq_llama_free(f32);
}

static int teardown(void **state) {
    (void)state;
    fq_calibration_free(calibration);
    fq_model_close(&tiny);
    return 0;
}

static fq_llama *net_named(const char *name) {
    fq_build_options o = fq_build_defaults();
    fq_llama *net;
    o.calibration = calibration;
    assert_non_null(fq_variant_find(name));
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find(name), &o, &net), FQ_OK);
    return net;
}

static void variants(void **state) {
    (void)state;
    static const char *const run[] = {"bf16",   "w8a8-fp8", "w4a8-int8", "fireq-w",
                                      "fireq",  "fireq+kv", "fireq+",    "qserve-w4a8kv4:kv=kv.bf16",
                                      "fireq+s"};
    static const struct {
        const char *variant, *reason;
    } refused[] = {{"f32", "'w.f32'"},
                   {"w8a8-int8", "leaves the scales out"},
                   {"w4a16-g128", "'w.int4.g128.f16' by 'a.bf16'"},
                   {"qserve-w4a8kv4", "'kv.uint4.head.f16'"},
                   {"atom-w4a4", "'a.int4.g128.f16'"},
                   {"fireq:kv=kv.bf16", "'q.e4m3.head' with a cache of 'kv.bf16'"},
                   {"fireq:scores=f16", "float32 only"},
                   {"fireq:lorc=8", "low-rank"}};
    fq_llama_config c = tiny.checkpoint.config;
    for (size_t i = 0; i < sizeof run / sizeof run[0]; i++)
        assert_int_equal(fq_variant_check_device(fq_variant_find(run[i]), &c), FQ_OK);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_non_null(fq_variant_find(refused[i].variant));
        assert_int_equal(fq_variant_check_device(fq_variant_find(refused[i].variant), &c), FQ_ERR_UNSUPPORTED);
        assert_non_null(strstr(fq_message(), "backend cuda: variant"));
        if (!strstr(fq_message(), refused[i].reason)) fail_msg("%s", fq_message());
    }
    c.head_dim = 80;
    assert_int_equal(fq_variant_check_device(fq_variant_find("bf16"), &c), FQ_ERR_UNSUPPORTED);
    assert_non_null(strstr(fq_message(), "heads of 80"));
}

/* Every row that a variant would use is there by name, with the function that a chain of launches calls. */
static void rows(void **state) {
    (void)state;
    const fq_recipe *w = &fq_recipes[FQ_RECIPE_W_INT4_G128_E4M3], *a = &fq_recipes[FQ_RECIPE_A_E4M3_TOKEN];
    const fq_kernel *k = fq_kernel_on_device(FQ_OP_GEMM_I4F8, w, a);
    assert_non_null(k);
    assert_non_null(k->prepare);
    assert_null(fq_kernel_on_device(FQ_OP_GEMM_I4F8, &fq_recipes[FQ_RECIPE_W_BF16], a));
    assert_null(fq_kernel_on_device(FQ_OP_GEMM_W4A16, w, a));
    static const fq_op ops[] = {FQ_OP_RMSNORM_QUANT, FQ_OP_SWIGLU_QUANT, FQ_OP_QUANT_ROWS};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        assert_non_null(fq_kernel_on_device(ops[i], NULL, NULL)->enqueue);
    assert_non_null(fq_kernel_on_device(FQ_OP_ROPE_QUANT, NULL, NULL)->rotate);
    assert_non_null(fq_kernel_find("attention_prefill.sm90_bf16")->attend);
    assert_non_null(fq_kernel_find("attention_decode.sm90_bf16")->attend);
}

/* Greedy ids one by one and all at once. */
static void greedy(void **state) {
    (void)state;
    enum { PROMPT = 5, STEPS = 6 };
    static const int prompt[2 * PROMPT] = {7, 100, 2000, 31, 4, 900, 12, 3, 3, 1};
    fq_llama *net = net_named("bf16");
    const int vocab = net->config.vocab;
    float *logits = malloc(2 * (size_t)vocab * sizeof *logits);
    fq_session *s;
    int ids[2], first[2];
    assert_int_equal(fq_session_create(net, 2, PROMPT + STEPS, 2 * PROMPT, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, prompt, PROMPT), FQ_OK);
    assert_int_equal(fq_session_sample(s, logits, first), FQ_OK);
    memcpy(ids, first, sizeof ids);
    for (int i = 0; i < STEPS; i++) {
        assert_int_equal(fq_session_forward(s, ids, 1), FQ_OK);
        assert_int_equal(fq_session_last_logits(s, logits), FQ_OK);
        for (int b = 0; b < 2; b++)
            ids[b] = fq_sample_id(logits + (size_t)b * (size_t)vocab, vocab, 0, 0);
    }
    fq_session_rewind(s, PROMPT);
    assert_int_equal(fq_session_continue(s, first, STEPS, logits), FQ_OK);
    assert_memory_equal(first, ids, sizeof ids);
    assert_int_equal(fq_session_past(s), PROMPT + STEPS);
    assert_int_equal(fq_session_continue(s, first, 1, logits), FQ_ERR_USAGE);
    fq_session_part parts[FQ_SESSION_PARTS_MOST];
    int n;
    fq_session_rewind(s, 0);
    assert_int_equal(fq_session_profile(s, prompt, PROMPT, parts, &n), FQ_ERR_UNSUPPORTED);
    fq_session_free(s);
    free(logits);
    fq_llama_free(net);
}

static void without_device(void **state) {
    (void)state;
    if (fq_cuda_usable(NULL)) skip();
    fq_llama *net = net_named("bf16");
    fq_session *s;
    const int ids[3] = {1, 2, 3};
    assert_int_equal(fq_llama_use_device(net), FQ_ERR_SKIPPED);
    assert_non_null(strstr(fq_message(), "backend cuda"));
    assert_int_equal(net->on_device, 0);
    assert_int_equal(fq_session_create(net, 1, 4, 4, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, ids, 3), FQ_OK);
    fq_session_free(s);
    fq_llama_free(net);
}

/* ---- on a device ---- */

static double perplexity(const fq_llama *net, const fq_corpus *c, int limit) {
    fq_evaluation e = {.net = net};
    int windows;
    assert_int_equal(fq_accuracy_create(&e.accuracy), FQ_OK);
    assert_int_equal(fq_perplexity(&e, 1, NULL, c, 512, FQ_PROTOCOL_GPTQ, limit, NULL, NULL, &windows), FQ_OK);
    const double ppl = fq_accuracy_summarize(e.accuracy, 1).ppl;
    fq_accuracy_free(e.accuracy);
    return ppl;
}

/* Perplexity is that of the CPU: codes next to a rounding boundary differ, so few windows scatter by some 0.1 %. */
static void agrees(void **state) {
    (void)state;
    static const char *const names[] = {"bf16", "w8a8-fp8", "w4a8-int8", "fireq"};
    const char *why = "";
    if (!fq_cuda_usable(&why)) {
        print_message("SKIP: %s\n", why);
        skip();
    }
    fq_corpus c;
    calibrate();
    assert_int_equal(fq_corpus_named(&tiny, "self-sampled", 0, &c), FQ_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        fq_llama *net = net_named(names[i]);
        const double cpu = perplexity(net, &c, 16);
        assert_int_equal(fq_llama_use_device(net), FQ_OK);
        const double device = perplexity(net, &c, 16);
        print_message("%s: CPU %.4f, device %.4f\n", names[i], cpu, device);
        assert_true(fabs(device / cpu - 1) < 5e-3);
        fq_llama_free(net);
    }
    fq_corpus_free(&c);
}

/* A prompt in one call and a token at a time: other kernels of attention, and other tiles of every product. */
static void steps(void **state) {
    (void)state;
    enum { N = 40 };
    if (!fq_cuda_usable(NULL)) skip();
    fq_llama *net = net_named("bf16");
    const size_t vocab = (size_t)net->config.vocab;
    float *once = malloc(vocab * sizeof *once), *stepped = malloc(vocab * sizeof *stepped);
    int ids[N];
    fq_session *s;
    for (int i = 0; i < N; i++)
        ids[i] = (i * 37 + 11) % net->config.vocab;
    assert_int_equal(fq_llama_use_device(net), FQ_OK);
    assert_int_equal(fq_session_create(net, 1, N, N, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, ids, N), FQ_OK);
    assert_int_equal(fq_session_last_logits(s, once), FQ_OK);
    fq_session_rewind(s, 0);
    for (int i = 0; i < N; i++)
        assert_int_equal(fq_session_forward(s, ids + i, 1), FQ_OK);
    assert_int_equal(fq_session_last_logits(s, stepped), FQ_OK);
    double difference = 0, norm = 0;
    for (size_t i = 0; i < vocab; i++) {
        difference += pow((double)once[i] - (double)stepped[i], 2);
        norm += pow((double)once[i], 2);
    }
    assert_true(sqrt(difference / norm) < 0.02);
    fq_session_free(s);
    free(once);
    free(stepped);
    fq_llama_free(net);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants),       cmocka_unit_test(rows),   cmocka_unit_test(greedy),
        cmocka_unit_test(without_device), cmocka_unit_test(agrees), cmocka_unit_test(steps),
    };
    return cmocka_run_group_tests_name("device", tests, setup, teardown);
}
