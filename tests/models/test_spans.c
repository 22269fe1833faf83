/* Sequences of different lengths in one session: spans of them in one call give what each gives alone, the rows that
 * are kept are theirs, and a sequence that moves to another slot goes on bit by bit as before. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "harness/metric.h"
#include "models/llama.h"

enum { SLOTS = 4, CAPACITY = 64 };

static fq_model tiny;

static int setup(void **state) {
    (void)state;
    return fq_model_open("models/tiny", 1, &tiny) == FQ_OK ? 0 : 1;
}

static int teardown(void **state) {
    (void)state;
    fq_model_close(&tiny);
    return 0;
}

static fq_llama *net_of(const char *name) {
    fq_build_options o = fq_build_defaults();
    fq_llama *net;
    o.max_layers = 2;
    assert_int_equal(fq_llama_build(&tiny, fq_variant_find(name), &o, &net), FQ_OK);
    return net;
}

static fq_session *session_of(const fq_llama *net, int batch, int tokens) {
    fq_session *s;
    assert_int_equal(fq_session_create(net, batch, CAPACITY, tokens, &s), FQ_OK);
    return s;
}

static void make_ids(int *ids, int n, int salt) {
    for (int i = 0; i < n; i++)
        ids[i] = (i * 37 + salt * 101 + 11) % tiny.checkpoint.config.vocab;
}

/* Logits of the last of n ids of one sequence alone, prompt first, then `steps` ids one at a time. */
static void alone(const fq_llama *net, const int *ids, int prompt, int steps, float *logits) {
    fq_session *s = session_of(net, 1, CAPACITY);
    assert_int_equal(fq_session_forward(s, ids, prompt), FQ_OK);
    for (int i = 0; i < steps; i++)
        assert_int_equal(fq_session_forward(s, ids + prompt + i, 1), FQ_OK);
    assert_int_equal(fq_session_last_logits(s, logits), FQ_OK);
    fq_session_free(s);
}

static double distance(const float *a, const float *b) {
    return fq_metric_compare(a, b, tiny.checkpoint.config.vocab, 0).kld;
}

/* Two sequences decode, a third reads a prompt in two parts beside them, a fourth waits. Variants: float, integers, an
 * E4M3 cache of nibbles, one with zero points. */
static void test_spans_are_sequences_alone(void **state) {
    (void)state;
    static const char *const names[] = {"f32", "w8a8-int8", "fireq-kv", "w8a8-int8:kv=kv.uint4.head.f16"};
    const int vocab = tiny.checkpoint.config.vocab;
    int ids[SLOTS][CAPACITY], step[CAPACITY];
    float *got = malloc(3 * (size_t)vocab * sizeof *got), *want = malloc((size_t)vocab * sizeof *want);
    for (int b = 0; b < SLOTS; b++)
        make_ids(ids[b], CAPACITY, b);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (fq_variant_find(names[k]) == NULL) fail_msg("%s: %s", names[k], fq_message());
        if (fq_variant_needs_calibration(fq_variant_find(names[k]))) continue;
        fq_llama *net = net_of(names[k]);
        fq_session *s = session_of(net, SLOTS, 48);
        /* prompts of 9 and 17 into slots 0 and 1 */
        memcpy(step, ids[0], 9 * sizeof *step);
        memcpy(step + 9, ids[1], 17 * sizeof *step);
        const fq_span prompts[2] = {{0, 1, 9}, {1, 1, 17}};
        assert_int_equal(fq_session_forward_spans(s, step, prompts, 2), FQ_OK);
        fq_session_keep_rows(s, (const int[]){8, 25}, 2);
        assert_int_equal(fq_session_logits(s, 0, 2, got), FQ_OK);
        alone(net, ids[0], 9, 0, want);
        assert_true(distance(want, got) < 1e-4);
        alone(net, ids[1], 17, 0, want);
        assert_true(distance(want, got + vocab) < 1e-4);
        assert_true(distance(want, got) > 0.05); /* the distance sees another sequence */
        /* both take a token, slot 2 the first 5 of its prompt; then again with the other 8 */
        const fq_span first[2] = {{0, 2, 1}, {2, 1, 5}}, second[2] = {{0, 2, 1}, {2, 1, 8}};
        step[0] = ids[0][9];
        step[1] = ids[1][17];
        memcpy(step + 2, ids[2], 5 * sizeof *step);
        assert_int_equal(fq_session_forward_spans(s, step, first, 2), FQ_OK);
        step[0] = ids[0][10];
        step[1] = ids[1][18];
        memcpy(step + 2, ids[2] + 5, 8 * sizeof *step);
        assert_int_equal(fq_session_forward_spans(s, step, second, 2), FQ_OK);
        fq_session_keep_rows(s, (const int[]){0, 1, 9}, 3);
        assert_int_equal(fq_session_logits(s, 0, 3, got), FQ_OK);
        alone(net, ids[0], 9, 2, want);
        assert_true(distance(want, got) < 1e-4);
        alone(net, ids[1], 17, 2, want);
        assert_true(distance(want, got + vocab) < 1e-4);
        alone(net, ids[2], 13, 0, want);
        assert_true(distance(want, got + 2 * (size_t)vocab) < 1e-4);
        fq_session_free(s);
        fq_llama_free(net);
    }
    free(got);
    free(want);
}

static void test_a_sequence_moves(void **state) {
    (void)state;
    const size_t vocab = (size_t)tiny.checkpoint.config.vocab;
    int a[CAPACITY], b[CAPACITY];
    float *stay = malloc(vocab * sizeof *stay), *moved = malloc(vocab * sizeof *moved);
    fq_llama *net = net_of("fireq-kv");
    make_ids(a, CAPACITY, 1);
    make_ids(b, CAPACITY, 2);
    for (int move = 0; move < 2; move++) {
        fq_session *s = session_of(net, 3, 32);
        const fq_span both[2] = {{0, 1, 12}, {2, 1, 20}}, next = {move ? 0 : 2, 1, 1};
        int ids[32];
        memcpy(ids, a, 12 * sizeof *ids);
        memcpy(ids + 12, b, 20 * sizeof *ids);
        assert_int_equal(fq_session_forward_spans(s, ids, both, 2), FQ_OK);
        if (move) fq_session_replace(s, 0, 2);
        assert_int_equal(fq_session_forward_spans(s, b + 20, &next, 1), FQ_OK);
        assert_int_equal(fq_session_logits(s, 0, 1, move ? moved : stay), FQ_OK);
        if (move) { /* slot 2 is empty: it takes as many tokens as it holds, and no more */
            const fq_span full = {2, 1, 32};
            int many[32];
            make_ids(many, 32, 3);
            assert_int_equal(fq_session_forward_spans(s, many, &full, 1), FQ_OK);
            assert_int_equal(fq_session_forward_spans(s, many, &full, 1), FQ_OK);
            assert_int_equal(fq_session_forward_spans(s, many, &(fq_span){2, 1, 1}, 1), FQ_ERR_USAGE);
        }
        fq_session_free(s);
    }
    assert_memory_equal(stay, moved, vocab * sizeof *stay);
    fq_llama_free(net);
    free(stay);
    free(moved);
}

static void test_limits(void **state) {
    (void)state;
    fq_llama *net = net_of("bf16");
    fq_session *s = session_of(net, 3, 8);
    int ids[CAPACITY];
    make_ids(ids, CAPACITY, 1);
    assert_int_equal(fq_session_forward_spans(s, ids, (const fq_span[]){{0, 2, 3}, {2, 1, 3}}, 2), FQ_ERR_USAGE);
    assert_non_null(strstr(fq_message(), "8 tokens a call"));
    assert_int_equal(fq_session_forward_spans(s, ids, (const fq_span[]){{1, 1, 0}}, 1), FQ_ERR_USAGE);
    assert_int_equal(fq_session_forward_spans(s, ids, (const fq_span[]){{0, 2, 3}, {2, 1, 2}}, 2), FQ_OK);
    ids[7] = -1;
    assert_int_equal(fq_session_forward_spans(s, ids, (const fq_span[]){{0, 2, 3}, {2, 1, 2}}, 2), FQ_ERR_USAGE);
    fq_session_free(s);
    fq_llama_free(net);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spans_are_sequences_alone),
                                       cmocka_unit_test(test_a_sequence_moves), cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests_name("spans", tests, setup, teardown);
}
