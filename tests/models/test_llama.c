/* The forward pass against golden numbers of an independent implementation, and against itself: prefill against decode,
 * batch against single, threads, oracle kernels, and the transforms' identity in float32. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>
#include "harness/clock.h"
#include "harness/cpu.h"
#include "harness/metric.h"
#include "models/corpus.h"

static fq_model tiny;
static fq_calibration *calibration;

static fq_llama *net_of(const fq_variant *v) {
    fq_build_options o = fq_build_defaults();
    fq_llama *net;
    o.calibration = calibration;
    assert_int_equal(fq_llama_build(&tiny, v, &o, &net), FQ_OK);
    return net;
}

static fq_llama *net_named(const char *name) {
    assert_non_null(fq_variant_find(name));
    return net_of(fq_variant_find(name));
}

static int setup(void **state) {
    (void)state;
    if (fq_model_open("models/tiny", 1, &tiny) != FQ_OK) {
        print_message("%s\n", fq_message());
        return 1;
    }
    fq_llama *f32 = net_named("f32");
    int *ids, window;
    size_t n;
    char what[96];
    assert_int_equal(fq_calibration_ids(f32, 1, &ids, &n, &window, what), FQ_OK);
    assert_int_equal(fq_calibrate(f32, ids, n, window, 1, &calibration), FQ_OK);
    free(ids);
    fq_llama_free(f32);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fq_calibration_free(calibration);
    fq_model_close(&tiny);
    return 0;
}

static json_t *golden(void) {
    json_error_t e;
    json_t *j = json_load_file("tests/golden/golden.json", 0, &e);
    assert_non_null(j);
    return j;
}

static double perplexity(const fq_llama *net, const fq_corpus *c, int ctx, int limit) {
    fq_evaluation e = {.net = net};
    int windows;
    assert_int_equal(fq_accuracy_create(&e.accuracy), FQ_OK);
    assert_int_equal(fq_perplexity(&e, 1, NULL, c, ctx, FQ_PROTOCOL_GPTQ, limit, NULL, NULL, &windows), FQ_OK);
    double ppl = fq_accuracy_summarize(e.accuracy, 1).ppl;
    fq_accuracy_free(e.accuracy);
    return ppl;
}

/* Perplexity of the self-sampled text: within 0.02 % of transformers' float32 number. */
static void golden_perplexity(void **state) {
    (void)state;
    json_t *j = golden(), *p = json_array_get(json_object_get(json_object_get(j, "self_sampled"), "ppl"), 0);
    double want = json_number_value(json_object_get(p, "ppl"));
    assert_true(want > 20);
    fq_llama *net = net_named("f32");
    fq_corpus c;
    assert_int_equal(fq_corpus_named(&tiny, "self-sampled", 0, &c), FQ_OK);
    assert_int_equal(c.n, 128 * 1024);
    double got = perplexity(net, &c, 1024, 0);
    print_message("self-sampled ctx 1024: %.6f, golden %.6f\n", got, want);
    assert_true(fabs(got / want - 1) < 2e-4);
    fq_corpus_free(&c);
    fq_llama_free(net);
    json_decref(j);
}

/* The greedy continuation, id for id. */
static void golden_greedy(void **state) {
    (void)state;
    json_t *j = golden(), *g = json_object_get(j, "greedy");
    json_t *prompt = json_object_get(g, "prompt_ids"), *next = json_object_get(g, "next64_ids");
    int n = (int)json_array_size(prompt), more = (int)json_array_size(next), ids[256];
    assert_int_equal(more, 64);
    for (int i = 0; i < n; i++)
        ids[i] = (int)json_integer_value(json_array_get(prompt, (size_t)i));
    fq_llama *net = net_named("f32");
    fq_session *s;
    float *logits = malloc((size_t)net->config.vocab * sizeof(float));
    assert_int_equal(fq_session_create(net, 1, 256, 64, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, ids, n), FQ_OK);
    for (int i = 0; i < more; i++) {
        assert_int_equal(fq_session_last_logits(s, logits), FQ_OK);
        int id = fq_sample_id(logits, net->config.vocab, 0, 0);
        assert_int_equal(id, json_integer_value(json_array_get(next, (size_t)i)));
        assert_int_equal(fq_session_forward(s, &id, 1), FQ_OK);
    }
    free(logits);
    fq_session_free(s);
    fq_llama_free(net);
    json_decref(j);
}

/* logits[n][vocab] of a fresh session; chunk ids a call. */
static float *run(const fq_llama *net, const int *ids, int n, int chunk) {
    fq_session *s;
    float *logits = malloc((size_t)n * (size_t)net->config.vocab * sizeof(float));
    assert_int_equal(fq_session_create(net, 1, n, n, &s), FQ_OK);
    for (int i = 0; i < n; i += chunk) {
        int m = n - i < chunk ? n - i : chunk;
        assert_int_equal(fq_session_forward(s, ids + i, m), FQ_OK);
        assert_int_equal(fq_session_logits(s, 0, m, logits + (size_t)i * (size_t)net->config.vocab), FQ_OK);
    }
    fq_session_free(s);
    return logits;
}

/* Mean over positions. Rounding differences of 1e-7 move a few codes to their neighbours, and through the layers a
 * moved code moves others, so two right runs of a quantized net differ by some of the net's own quantization noise; a
 * wrong kernel differs by orders of magnitude more. Float nets differ by rounding only. */
static double mean_kld(const fq_llama *net, const float *a, const float *b, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)i * (size_t)net->config.vocab;
        sum += fq_metric_compare(a + at, b + at, net->config.vocab, 0).kld;
    }
    return sum / n;
}

enum { N = 24 };
static void some_ids(int *ids) {
    fq_corpus c;
    assert_int_equal(fq_corpus_named(&tiny, "self-sampled", 0, &c), FQ_OK);
    memcpy(ids, c.ids, N * sizeof *ids);
    fq_corpus_free(&c);
}

/* Every variant, two layers of it: decode id by id and chunks of 7 give the prefill's distributions, and one thread
 * gives the same bits as two. */
static void every_variant(void **state) {
    (void)state;
    int ids[N];
    some_ids(ids);
    for (int v = 0; v < fq_variant_count; v++) {
        fq_build_options o = fq_build_defaults();
        fq_llama *net;
        o.calibration = calibration;
        o.max_layers = 2; /* searching for scales takes the time of this test */
        assert_int_equal(fq_llama_build(&tiny, &fq_variants[v], &o, &net), FQ_OK);
        float *prefill = run(net, ids, N, N), *decode = run(net, ids, N, 1), *chunks = run(net, ids, N, 7);
        fq_threads_set(1);
        float *single = run(net, ids, N, N);
        fq_threads_set(2);
        double d = mean_kld(net, prefill, decode, N), c = mean_kld(net, prefill, chunks, N);
        double bound = v == 0 ? 1e-7 : 5e-2; /* row 0 is f32 */
        print_message("%-12s mean KLD to decode %.2g, to chunks %.2g\n", net->variant->name, d, c);
        assert_true(d < bound && c < bound);
        assert_memory_equal(prefill, single, (size_t)N * (size_t)net->config.vocab * sizeof(float));
        free(prefill);
        free(decode);
        free(chunks);
        free(single);
        fq_llama_free(net);
    }
}

/* Every variant, one layer deep so that a moved code moves little else: the kernels that dispatch takes give what the
 * oracle kernels give, in prefill and in decode. */
static void reference_kernels(void **state) {
    (void)state;
    int ids[N];
    some_ids(ids);
    for (int v = 0; v < fq_variant_count; v++) {
        fq_build_options o = fq_build_defaults();
        fq_llama *net;
        o.calibration = calibration;
        o.max_layers = 1;
        assert_int_equal(fq_llama_build(&tiny, &fq_variants[v], &o, &net), FQ_OK);
        float *prefill = run(net, ids, N, N), *decode = run(net, ids, N, 1);
        fq_llama_use_reference(net, 1);
        float *want_prefill = run(net, ids, N, N), *want_decode = run(net, ids, N, 1);
        double p = mean_kld(net, want_prefill, prefill, N), d = mean_kld(net, want_decode, decode, N);
        double bound = v == 0 ? 1e-7 : 1e-3;
        print_message("%-12s one layer, mean KLD from the oracle: prefill %.2g, decode %.2g\n", net->variant->name, p,
                      d);
        assert_true(p < bound && d < bound);
        free(prefill);
        free(decode);
        free(want_prefill);
        free(want_decode);
        fq_llama_free(net);
    }
}

/* A batch of two sequences gives each what it gives alone. */
static void batch(void **state) {
    (void)state;
    int ids[N];
    some_ids(ids);
    fq_llama *net = net_named("fireq");
    size_t vocab = (size_t)net->config.vocab;
    int half = N / 2;
    float *a = run(net, ids, half, half), *b = run(net, ids + half, half, half);
    float *both = malloc(2 * vocab * sizeof(float));
    fq_session *s;
    assert_int_equal(fq_session_create(net, 2, N, N, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, ids, half), FQ_OK);
    assert_int_equal(fq_session_last_logits(s, both), FQ_OK);
    size_t last = (size_t)(half - 1) * vocab;
    assert_true(fq_metric_compare(a + last, both, net->config.vocab, 0).kld < 1e-3);
    assert_true(fq_metric_compare(b + last, both + vocab, net->config.vocab, 0).kld < 1e-3);
    fq_session_free(s);
    free(a);
    free(b);
    free(both);
    fq_llama_free(net);
}

/* All transforms on float32 weights, activations and cache: the same function within float rounding. */
static void transforms_preserve_the_function(void **state) {
    (void)state;
    fq_corpus c;
    assert_int_equal(fq_corpus_named(&tiny, "self-sampled", 0, &c), FQ_OK);
    fq_llama *f32 = net_named("f32");
    double want = perplexity(f32, &c, 256, 8);
    fq_llama_free(f32);
    const int sets[] = {FQ_T_CHANNEL, FQ_T_PRE_ROPE, FQ_T_POST_ROPE, FQ_T_CHANNEL | FQ_T_PRE_ROPE | FQ_T_POST_ROPE};
    for (int i = 0; i < 4; i++) {
        fq_variant v = *fq_variant_find("f32");
        v.transforms = sets[i];
        fq_llama *net = net_of(&v);
        double got = perplexity(net, &c, 256, 8);
        print_message("transforms %2d: %.7f, plain %.7f\n", sets[i], got, want);
        assert_true(fabs(got / want - 1) < 1e-5);
        fq_llama_free(net);
    }
    fq_corpus_free(&c);
}

/* bits a weight count scales; a shape name reuses layers when memory is short, and says how many it built. */
static void shapes_and_sizes(void **state) {
    (void)state;
    fq_llama *net = net_named("fireq-w");
    assert_true(net->bits_per_weight > 4.06 && net->bits_per_weight < 4.08);
    fq_llama_free(net);
    fq_model shape;
    assert_int_equal(fq_model_open("smollm2-135m", 7, &shape), FQ_OK);
    assert_int_equal(fq_model_has_weights(&shape), 0);
    fq_build_options o = fq_build_defaults();
    o.memory_bytes = 4 << 20;
    assert_int_equal(fq_llama_build(&shape, fq_variant_find("fireq"), &o, &net), FQ_OK);
    assert_int_equal(net->layers, 30);
    assert_true(net->built >= 1 && net->built < 30);
    int ids[3] = {1, 2, 49151};
    float *l = run(net, ids, 3, 3);
    for (int i = 0; i < net->config.vocab; i++)
        assert_true(isfinite(l[i]));
    free(l);
    fq_llama_free(net);
    fq_model_close(&shape);
}

/* A watched session computes the same numbers, every part takes time, and all together no more than the calls. */
static void parts_of_the_time(void **state) {
    (void)state;
    fq_llama *net = net_named("fireq");
    const size_t vocab = (size_t)net->config.vocab;
    float *watched = malloc(vocab * sizeof *watched), *plain = malloc(vocab * sizeof *plain);
    const int ids[5] = {5, 6, 7, 8, 9};
    fq_parts parts = {{0}, 0}, after;
    fq_session *s;
    assert_int_equal(fq_session_create(net, 1, 8, 5, &s), FQ_OK);
    const int64_t start = fq_clock_ns();
    fq_session_watch(s, &parts);
    assert_int_equal(fq_session_forward(s, ids, 5), FQ_OK);
    assert_int_equal(fq_session_last_logits(s, watched), FQ_OK);
    const int64_t took = fq_clock_ns() - start;
    int64_t all = 0;
    for (int i = 0; i < FQ_PART_COUNT; i++) {
        assert_true(parts.ns[i] > 0);
        assert_non_null(fq_part_name((fq_part)i));
        all += parts.ns[i];
    }
    assert_true(all <= took);
    after = parts;
    fq_session_watch(s, NULL);
    fq_session_rewind(s, 0);
    assert_int_equal(fq_session_forward(s, ids, 5), FQ_OK);
    assert_int_equal(fq_session_last_logits(s, plain), FQ_OK);
    assert_memory_equal(watched, plain, vocab * sizeof *plain);
    assert_memory_equal(&after, &parts, sizeof parts);
    fq_session_free(s);
    fq_llama_free(net);
    free(watched);
    free(plain);
}

static void refusals(void **state) {
    (void)state;
    fq_llama *net = net_named("fireq-w");
    fq_session *s;
    int ids[4] = {0, 4096, 1, 1};
    assert_int_equal(fq_session_create(net, 1, 5000, 10, &s), FQ_ERR_USAGE);
    assert_int_equal(fq_session_create(net, 1, 4, 4, &s), FQ_OK);
    assert_int_equal(fq_session_forward(s, ids, 4), FQ_ERR_USAGE);
    assert_non_null(strstr(fq_message(), "4096"));
    ids[1] = 4095;
    assert_int_equal(fq_session_forward(s, ids, 4), FQ_OK);
    assert_int_equal(fq_session_forward(s, ids, 1), FQ_ERR_USAGE);
    fq_session_rewind(s, 3);
    assert_int_equal(fq_session_forward(s, ids, 1), FQ_OK);
    fq_session_free(s);
    assert_int_equal(fq_llama_use_kernel(net, "gemm_f32.ref"), FQ_ERR_USAGE);
    assert_int_equal(fq_llama_use_kernel(net, "nonsense"), FQ_ERR_USAGE);
    assert_int_equal(fq_llama_use_kernel(net, "gemm_i4f8.ref"), FQ_OK);
    fq_llama_free(net);
    fq_build_options o = fq_build_defaults();
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find("fireq"), &o, &net), FQ_ERR_USAGE);
    fq_model m;
    assert_int_equal(fq_model_open("no-such-model", 1, &m), FQ_ERR_INPUT);
    assert_non_null(strstr(fq_message(), "llama3-8b"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_greedy),
        cmocka_unit_test(every_variant),
        cmocka_unit_test(reference_kernels),
        cmocka_unit_test(batch),
        cmocka_unit_test(transforms_preserve_the_function),
        cmocka_unit_test(shapes_and_sizes),
        cmocka_unit_test(parts_of_the_time),
        cmocka_unit_test(refusals),
        cmocka_unit_test(golden_perplexity),
    };
    return cmocka_run_group_tests_name("llama", tests, setup, teardown);
}
