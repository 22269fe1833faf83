/* config.json: what is read, what defaults are, and that everything wrong is refused with its key in the message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "models/checkpoint.h"

#define BASE                                                                                                           \
    "\"model_type\": \"llama\", \"hidden_size\": 64, \"intermediate_size\": 96, \"num_hidden_layers\": 3,"             \
    "\"num_attention_heads\": 4, \"vocab_size\": 100"

static fq_status parse(const char *text, fq_llama_config *c) {
    return fq_config_parse(text, strlen(text), "dir/config.json", c);
}

static void must_parse(const char *text, fq_llama_config *c) {
    fq_status s = parse(text, c);
    if (s != FQ_OK) fail_msg("%s: %s", text, fq_message());
}

static void test_defaults(void **state) {
    fq_llama_config c;
    must_parse("{" BASE "}", &c);
    assert_int_equal(c.hidden, 64);
    assert_int_equal(c.intermediate, 96);
    assert_int_equal(c.layers, 3);
    assert_int_equal(c.heads, 4);
    assert_int_equal(c.kv_heads, 4);
    assert_int_equal(c.head_dim, 16);
    assert_int_equal(c.vocab, 100);
    assert_int_equal(c.max_positions, 2048);
    assert_true(c.rms_eps == 1e-6f && c.rope_theta == 10000.0);
    assert_int_equal(c.rope_kind, FQ_ROPE_DEFAULT);
    assert_int_equal(c.tied_embeddings, 0);
    assert_int_equal(c.attention_bias, 0);
    assert_int_equal(c.mlp_bias, 0);
    assert_int_equal(c.bos, -1);
    assert_int_equal(c.eos, -1);
}

static void test_everything(void **state) {
    fq_llama_config c;
    must_parse(
        "{" BASE ", \"num_key_value_heads\": 2, \"head_dim\": 32, \"max_position_embeddings\": 131072,"
        "\"rms_norm_eps\": 1e-5, \"rope_theta\": 500000, \"tie_word_embeddings\": true, \"attention_bias\": true,"
        "\"mlp_bias\": true, \"bos_token_id\": 5, \"eos_token_id\": [7, 8], \"hidden_act\": \"silu\","
        "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
        "\"high_freq_factor\": 4, \"original_max_position_embeddings\": 8192}}",
        &c);
    assert_int_equal(c.kv_heads, 2);
    assert_int_equal(c.head_dim, 32);
    assert_int_equal(c.max_positions, 131072);
    assert_true(c.rms_eps == 1e-5f && c.rope_theta == 500000.0);
    assert_int_equal(c.rope_kind, FQ_ROPE_LLAMA3);
    assert_true(c.rope_factor == 8.0 && c.rope_low_freq_factor == 1.0 && c.rope_high_freq_factor == 4.0);
    assert_int_equal(c.rope_original_positions, 8192);
    assert_int_equal(c.tied_embeddings, 1);
    assert_int_equal(c.attention_bias, 1);
    assert_int_equal(c.mlp_bias, 1);
    assert_int_equal(c.bos, 5);
    assert_int_equal(c.eos, 7);
}

static void test_spellings(void **state) {
    fq_llama_config c;
    must_parse("{" BASE ", \"rope_parameters\": {\"rope_type\": \"linear\", \"factor\": 2, \"rope_theta\": 7.5}}", &c);
    assert_int_equal(c.rope_kind, FQ_ROPE_LINEAR);
    assert_true(c.rope_factor == 2.0 && c.rope_theta == 7.5);
    must_parse("{" BASE ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}}", &c);
    assert_int_equal(c.rope_kind, FQ_ROPE_LINEAR);
    assert_true(c.rope_factor == 4.0 && c.rope_theta == 10000.0);
    must_parse("{" BASE ", \"head_dim\": null, \"rope_scaling\": null, \"eos_token_id\": null, \"bos_token_id\": []}",
               &c);
    assert_int_equal(c.head_dim, 16);
    assert_int_equal(c.bos, -1);
    /* The architecture may be said in either place. */
    must_parse("{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 64, \"intermediate_size\": 96,"
               "\"num_hidden_layers\": 3, \"num_attention_heads\": 4, \"vocab_size\": 100}",
               &c);
}

static void test_refusals(void **state) {
    static const struct {
        const char *text;
        fq_status status;
        const char *named;
    } cases[] = {
        {"", FQ_ERR_INPUT, "invalid JSON"},
        {"{", FQ_ERR_INPUT, "invalid JSON"},
        {"[]", FQ_ERR_INPUT, "object"},
        {"{" BASE ", \"hidden_size\": 64}", FQ_ERR_INPUT, "duplicate"},
        {"{\"model_type\": \"mistral\", \"architectures\": [\"MistralForCausalLM\"]}", FQ_ERR_UNSUPPORTED, "mistral"},
        {"{}", FQ_ERR_UNSUPPORTED, "model_type"},
        {"{\"model_type\": 3}", FQ_ERR_INPUT, "model_type"},
        {"{\"model_type\": \"x\", \"architectures\": \"LlamaForCausalLM\"}", FQ_ERR_INPUT, "architectures"},
        {"{\"model_type\": \"llama\"}", FQ_ERR_INPUT, "hidden_size"},
        {"{" BASE ", \"num_key_value_heads\": \"2\"}", FQ_ERR_INPUT, "num_key_value_heads"},
        {"{" BASE ", \"num_key_value_heads\": 3}", FQ_ERR_INPUT, "num_key_value_heads"},
        {"{" BASE ", \"num_key_value_heads\": 0}", FQ_ERR_INPUT, "num_key_value_heads"},
        {"{" BASE ", \"head_dim\": 15}", FQ_ERR_INPUT, "head_dim"},
        {"{" BASE ", \"head_dim\": -16}", FQ_ERR_INPUT, "head_dim"},
        {"{" BASE ", \"head_dim\": 16.0}", FQ_ERR_INPUT, "head_dim"},
        {"{" BASE ", \"head_dim\": 500000}", FQ_ERR_INPUT, "head_dim"},
        {"{" BASE ", \"max_position_embeddings\": 99999999999}", FQ_ERR_INPUT, "max_position_embeddings"},
        {"{" BASE ", \"max_position_embeddings\": 99999999999999999999}", FQ_ERR_INPUT, "invalid JSON"},
        {"{" BASE ", \"rms_norm_eps\": 0}", FQ_ERR_INPUT, "rms_norm_eps"},
        {"{" BASE ", \"rms_norm_eps\": \"1e-5\"}", FQ_ERR_INPUT, "rms_norm_eps"},
        {"{" BASE ", \"rope_theta\": 0.0}", FQ_ERR_INPUT, "rope_theta"},
        {"{" BASE ", \"rope_theta\": -1}", FQ_ERR_INPUT, "rope_theta"},
        {"{" BASE ", \"rope_theta\": 1e4, \"rope_parameters\": {\"rope_theta\": 1e5}}", FQ_ERR_INPUT, "rope_theta"},
        {"{" BASE ", \"rope_scaling\": []}", FQ_ERR_INPUT, "rope_scaling"},
        {"{" BASE ", \"rope_scaling\": {\"type\": \"linear\"}}", FQ_ERR_INPUT, "rope_scaling.factor"},
        {"{" BASE ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 0}}", FQ_ERR_INPUT, "factor"},
        {"{" BASE ", \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 2.0}}", FQ_ERR_UNSUPPORTED, "yarn"},
        {"{" BASE ", \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 4.0,"
         "\"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192}}",
         FQ_ERR_INPUT, "low_freq_factor"},
        {"{" BASE ", \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
         "\"high_freq_factor\": 4.0}}",
         FQ_ERR_INPUT, "original_max_position_embeddings"},
        {"{" BASE ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}, \"rope_parameters\": {}}", FQ_ERR_INPUT,
         "rope_parameters"},
        {"{" BASE ", \"rope_parameters\": {\"full_attention\": {}}}", FQ_ERR_UNSUPPORTED, "full_attention"},
        {"{" BASE ", \"partial_rotary_factor\": 0.5}", FQ_ERR_UNSUPPORTED, "partial_rotary_factor"},
        {"{" BASE ", \"tie_word_embeddings\": 1}", FQ_ERR_INPUT, "tie_word_embeddings"},
        {"{" BASE ", \"hidden_act\": \"gelu\"}", FQ_ERR_UNSUPPORTED, "gelu"},
        {"{" BASE ", \"quantization_config\": {\"quant_method\": \"awq\"}}", FQ_ERR_UNSUPPORTED, "awq"},
        {"{" BASE ", \"eos_token_id\": 100}", FQ_ERR_INPUT, "eos_token_id"},
        {"{" BASE ", \"bos_token_id\": \"<s>\"}", FQ_ERR_INPUT, "bos_token_id"},
        {"{" BASE ", \"bos_token_id\": [\"<s>\"]}", FQ_ERR_INPUT, "bos_token_id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fq_llama_config c = {.layers = -77};
        fq_status s = parse(cases[i].text, &c);
        if (s != cases[i].status || strstr(fq_message(), cases[i].named) == NULL ||
            strstr(fq_message(), "dir/config.json") == NULL) {
            fail_msg("%s -> %s: %s", cases[i].text, fq_status_name(s), fq_message());
        }
        assert_int_equal(c.layers, -77); /* nothing half-read is handed out */
    }
}

static void test_limits(void **state) {
    fq_llama_config good, c;
    must_parse("{" BASE "}", &good);
    assert_int_equal(fq_config_validate(&good, "x"), FQ_OK);
#define REFUSE(field, bad)                                                                                             \
    do {                                                                                                               \
        c = good;                                                                                                      \
        c.field = bad;                                                                                                 \
        assert_int_equal(fq_config_validate(&c, "x"), FQ_ERR_INPUT);                                                   \
    } while (0)
    REFUSE(layers, 0);
    REFUSE(layers, 1001);
    REFUSE(hidden, 1000001);
    REFUSE(intermediate, -1);
    REFUSE(vocab, 0);
    REFUSE(heads, 5);
    c = good;
    c.heads = 6;
    assert_int_equal(fq_config_validate(&c, "x"), FQ_ERR_INPUT);
    REFUSE(rope_theta, 0.0 / 0.0);
    REFUSE(rms_eps, (float)(0.0 / 0.0));
    REFUSE(bos, 100);
    REFUSE(eos, -2);
#undef REFUSE
}

/* Every prefix and many one-byte changes of a good file: a status, never a crash, and never an impossible result. */
static void test_damage(void **state) {
    char text[] = "{" BASE ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}, \"eos_token_id\": [1, 2]}";
    fq_llama_config c;
    for (size_t n = 0; n + 1 < sizeof text - 1; n++)
        assert_int_equal(fq_config_parse(text, n, "x", &c), FQ_ERR_INPUT);
    for (size_t at = 0; at + 1 < sizeof text; at++) {
        static const char with[] = {'0', '9', '-', '"', ',', '{', 'x', '\xff'};
        for (size_t k = 0; k < sizeof with; k++) {
            char old = text[at];
            text[at] = with[k];
            if (fq_config_parse(text, sizeof text - 1, "x", &c) == FQ_OK)
                assert_int_equal(fq_config_validate(&c, "x"), FQ_OK);
            text[at] = old;
        }
    }
}

static void test_shipped(void **state) {
    fq_mapping m;
    fq_llama_config c;
    assert_int_equal(fq_mapping_open("models/tiny/config.json", &m), FQ_OK);
    assert_int_equal(fq_config_parse((const char *)m.data, m.bytes, "models/tiny/config.json", &c), FQ_OK);
    fq_mapping_close(&m);
    assert_int_equal(c.layers, 6);
    assert_int_equal(c.hidden, 384);
    assert_int_equal(c.kv_heads, 2);
    assert_int_equal(c.head_dim, 64);
    assert_int_equal(c.tied_embeddings, 1);
    assert_int_equal(c.bos, 0);
    assert_int_equal(c.eos, 1);
    assert_true(c.rope_theta == 10000.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_everything), cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_limits),     cmocka_unit_test(test_damage),
        cmocka_unit_test(test_shipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
