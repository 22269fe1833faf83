/* The GGUF container and its translation to Hugging Face names and configuration, on a small synthetic file that the
 * tests damage in every way, and on SmolLM2-135M when `make model-smollm2` has fetched it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "harness/rng.h"
#include "models/gguf.h"
#include "tests/checkpoint_files.h"

static fq_arena arena;

static int setup(void **state) {
    return fq_arena_init(&arena, (size_t)256 << 20) != FQ_OK;
}
static int teardown(void **state) {
    fq_arena_free(&arena);
    return 0;
}

static fq_status parse(const blob *b, fq_gguf *g) {
    return fq_gguf_parse(b->p, b->n, "m.gguf", &arena, g);
}

/* Container and translation; the checkpoint points into the blob. */
static fq_status convert(const blob *b, fq_checkpoint *c) {
    static fq_gguf g;
    memset(c, 0, sizeof *c);
    FQ_TRY(parse(b, &g));
    return fq_gguf_to_checkpoint(&g, "m.gguf", &arena, c);
}

/* Expects a refusal that names the file and `named`; frees the blob. */
#define REFUSED(b, want, named) refused(b, want, named, __LINE__)
static void refused(blob b, fq_status want, const char *named, int line) {
    fq_checkpoint c;
    size_t mark = arena.used;
    fq_status s = convert(&b, &c);
    if (s == FQ_OK) s = fq_checkpoint_validate(&c);
    if (s != want || strstr(fq_message(), named) == NULL)
        fail_msg("line %d: %s: %s, expected %s naming %s", line, fq_status_name(s), fq_message(), fq_status_name(want),
                 named);
    fq_arena_reset(&arena, mark);
    blob_free(&b);
}

static gguf_writer start(void) {
    gguf_writer w = {0};
    small_gguf_values(&w);
    return w;
}

/* All tensors but number `skip`. */
static void put_tensors(gguf_writer *w, int skip) {
    small_tensor t[SMALL_TENSORS];
    small_tensors(t);
    for (int i = 0; i < SMALL_TENSORS; i++)
        if (i != skip) small_gguf_tensor(w, &t[i], i);
}

static blob small_gguf(uint32_t version) {
    gguf_writer w = start();
    put_tensors(&w, -1);
    return gguf_finish(&w, version);
}

static void test_values(void **state) {
    gguf_writer w = {0};
    gguf_key(&w, "u8", 0);
    blob_uint(&w.values, 200, 1);
    gguf_key(&w, "i8", 1);
    blob_uint(&w.values, 200, 1);
    gguf_key(&w, "i16", 3);
    blob_uint(&w.values, (uint64_t)-300, 2);
    gguf_key(&w, "i32", 5);
    blob_uint(&w.values, (uint64_t)-70000, 4);
    gguf_key(&w, "u64", 10);
    blob_uint(&w.values, UINT64_MAX, 8);
    gguf_key(&w, "i64", 11);
    blob_uint(&w.values, (uint64_t)INT64_MIN, 8);
    gguf_f32(&w, "f32", 1.5f);
    double pi = 3.25;
    gguf_key(&w, "f64", 12);
    blob_put(&w.values, &pi, 8);
    gguf_key(&w, "bool", 7);
    blob_uint(&w.values, 1, 1);
    gguf_string(&w, "text", "hello");
    gguf_key(&w, "words", 9);
    blob_uint(&w.values, 8, 4);
    blob_uint(&w.values, 3, 8);
    blob_text(&w.values, "a");
    blob_text(&w.values, "");
    blob_text(&w.values, "ccc");
    gguf_key(&w, "numbers", 9);
    blob_uint(&w.values, 5, 4);
    blob_uint(&w.values, 2, 8);
    blob_uint(&w.values, 7, 4);
    blob_uint(&w.values, 8, 4);
    for (uint32_t version = 2; version <= 3; version++) {
        gguf_writer copy = {0};
        blob_put(&copy.values, w.values.p, w.values.n);
        copy.n_values = w.n_values;
        blob b = gguf_finish(&copy, version);
        fq_gguf g;
        assert_int_equal(parse(&b, &g), FQ_OK);
        assert_int_equal(g.version, version);
        assert_int_equal(g.alignment, 32);
        assert_int_equal(g.n_values, 12);
        assert_int_equal(g.n_tensors, 0);
        assert_int_equal(fq_gguf_find(&g, "u8")->v.u, 200);
        assert_int_equal(fq_gguf_find(&g, "i8")->v.i, -56);
        assert_int_equal(fq_gguf_find(&g, "i16")->v.i, -300);
        assert_int_equal(fq_gguf_find(&g, "i32")->v.i, -70000);
        assert_true(fq_gguf_find(&g, "u64")->v.u == UINT64_MAX);
        assert_true(fq_gguf_find(&g, "i64")->v.i == INT64_MIN);
        assert_true(fq_gguf_find(&g, "f32")->v.f == 1.5);
        assert_true(fq_gguf_find(&g, "f64")->v.f == 3.25);
        assert_int_equal(fq_gguf_find(&g, "bool")->v.u, 1);
        const fq_gguf_value *text = fq_gguf_find(&g, "text");
        assert_int_equal(text->v.text.n, 5);
        assert_memory_equal(text->v.text.s, "hello", 5);
        const fq_gguf_value *words = fq_gguf_find(&g, "words");
        fq_gguf_text *list;
        assert_int_equal(words->count, 3);
        assert_int_equal(fq_gguf_strings(words, "m.gguf", &arena, &list), FQ_OK);
        assert_int_equal(list[0].n, 1);
        assert_int_equal(list[1].n, 0);
        assert_memory_equal(list[2].s, "ccc", 3);
        const fq_gguf_value *numbers = fq_gguf_find(&g, "numbers");
        assert_int_equal(numbers->item_type, FQ_GGUF_I32);
        assert_int_equal(numbers->count, 2);
        assert_int_equal(numbers->items[4], 8);
        assert_int_equal(fq_gguf_strings(numbers, "m.gguf", &arena, &list), FQ_ERR_INPUT);
        assert_null(fq_gguf_find(&g, "word"));
        blob_free(&b);
    }
    blob_free(&w.values);
}

static void test_small_model(void **state) {
    small_tensor tensors[SMALL_TENSORS];
    small_tensors(tensors);
    for (uint32_t version = 2; version <= 3; version++) {
        blob b = small_gguf(version);
        fq_checkpoint c;
        assert_int_equal(convert(&b, &c), FQ_OK);
        assert_int_equal(fq_checkpoint_validate(&c), FQ_OK);
        assert_int_equal(c.kind, FQ_CHECKPOINT_GGUF);
        assert_null(c.quantized);
        assert_int_equal(c.n_tensors, SMALL_TENSORS);
        assert_int_equal(c.bytes, c.parameters * 4);
        assert_int_equal(c.config.layers, SMALL_LAYERS);
        assert_int_equal(c.config.hidden, SMALL_HIDDEN);
        assert_int_equal(c.config.intermediate, SMALL_INTER);
        assert_int_equal(c.config.heads, SMALL_HEADS);
        assert_int_equal(c.config.kv_heads, SMALL_KV);
        assert_int_equal(c.config.head_dim, SMALL_DIM);
        assert_int_equal(c.config.vocab, SMALL_VOCAB);
        assert_int_equal(c.config.max_positions, 64);
        assert_int_equal(c.config.tied_embeddings, 0);
        assert_int_equal(c.config.bos, 1);
        assert_int_equal(c.config.eos, 2);
        assert_true(c.config.rms_eps == 1e-5f && c.config.rope_theta == 10000.0);
        /* Every element of every tensor comes back in Hugging Face order, q and k included. */
        for (int n = 0; n < SMALL_TENSORS; n++) {
            const fq_tensor *t = fq_checkpoint_find(&c, tensors[n].hf);
            assert_non_null(t);
            int64_t columns = t->shape[t->rank - 1], rows = t->rank == 1 ? 1 : t->shape[0];
            assert_int_equal(rows * columns, small_elements(&tensors[n]));
            float x[SMALL_INTER];
            for (int64_t r = 0; r < rows; r++) {
                fq_tensor_row(t, r, x);
                for (int64_t i = 0; i < columns; i++)
                    assert_true(x[i] == small_value(n, r * columns + i));
            }
        }
        assert_int_equal(fq_checkpoint_find(&c, "model.layers.1.self_attn.q_proj.weight")->permuted_heads, SMALL_HEADS);
        assert_int_equal(fq_checkpoint_find(&c, "model.layers.1.self_attn.k_proj.weight")->permuted_heads, SMALL_KV);
        assert_int_equal(fq_checkpoint_find(&c, "model.layers.1.self_attn.v_proj.weight")->permuted_heads, 0);
        blob_free(&b);
    }
}

static void test_tied_and_quantized(void **state) {
    gguf_writer w = start();
    small_tensor t[SMALL_TENSORS];
    small_tensors(t);
    for (int i = 0; i < SMALL_TENSORS; i++) {
        if (i == 2) continue; /* no output.weight: tied */
        if (i == 0) {
            unsigned char q8[SMALL_VOCAB * 34] = {0};
            gguf_tensor(&w, t[i].gguf, t[i].rows, t[i].columns, 8, q8, sizeof q8);
        } else if (t[i].columns != 0) {
            unsigned char q4[SMALL_INTER * 2 * 18] = {0};
            gguf_tensor(&w, t[i].gguf, t[i].rows, t[i].columns, 2, q4, (size_t)(small_elements(&t[i]) / 32 * 18));
        } else {
            small_gguf_tensor(&w, &t[i], i);
        }
    }
    blob b = gguf_finish(&w, 3);
    fq_checkpoint c;
    assert_int_equal(convert(&b, &c), FQ_OK);
    assert_int_equal(fq_checkpoint_validate(&c), FQ_OK);
    assert_int_equal(c.config.tied_embeddings, 1);
    assert_string_equal(c.quantized, "Q4_0");
    blob_free(&b);
}

/* The divisors of Llama 3.2 (factor 32) as its converter writes them. */
static void put_rope_freqs(gguf_writer *w, double factor, float spoil) {
    float f[SMALL_DIM / 2];
    for (int i = 0; i < SMALL_DIM / 2; i++) {
        double wavelength = 2.0 * M_PI * pow(500000.0, 2.0 * i / SMALL_DIM);
        double smooth = (8192.0 / wavelength - 1.0) / 3.0;
        double middle = 1.0 / ((1.0 - smooth) / factor + smooth);
        f[i] = (float)(wavelength < 2048.0 ? 1.0 : wavelength > 8192.0 ? factor : middle);
    }
    f[SMALL_DIM / 2 - 2] *= spoil;
    gguf_f32(w, "llama.rope.freq_base", 500000.0f);
    gguf_tensor(w, "rope_freqs.weight", SMALL_DIM / 2, 0, 0, f, sizeof f);
}

static void test_rope(void **state) {
    fq_checkpoint c;
    gguf_writer w = start();
    put_tensors(&w, -1);
    put_rope_freqs(&w, 32.0, 1.0f);
    blob b = gguf_finish(&w, 3);
    assert_int_equal(convert(&b, &c), FQ_OK);
    assert_int_equal(fq_checkpoint_validate(&c), FQ_OK);
    assert_int_equal(c.n_tensors, SMALL_TENSORS);
    assert_int_equal(c.config.rope_kind, FQ_ROPE_LLAMA3);
    assert_true(c.config.rope_factor == 32.0 && c.config.rope_theta == 500000.0);
    assert_true(c.config.rope_low_freq_factor == 1.0 && c.config.rope_high_freq_factor == 4.0);
    assert_int_equal(c.config.rope_original_positions, 8192);
    blob_free(&b);

    w = start();
    put_tensors(&w, -1);
    put_rope_freqs(&w, 1.0, 1.0f);
    b = gguf_finish(&w, 3);
    assert_int_equal(convert(&b, &c), FQ_OK);
    assert_int_equal(c.config.rope_kind, FQ_ROPE_DEFAULT);
    blob_free(&b);

    w = start();
    put_tensors(&w, -1);
    put_rope_freqs(&w, 8.0, 0.9f);
    REFUSED(gguf_finish(&w, 3), FQ_ERR_UNSUPPORTED, "rope_freqs.weight");

    w = start();
    put_tensors(&w, -1);
    gguf_string(&w, "llama.rope.scaling.type", "linear");
    gguf_f32(&w, "llama.rope.scaling.factor", 4.0f);
    b = gguf_finish(&w, 3);
    assert_int_equal(convert(&b, &c), FQ_OK);
    assert_int_equal(c.config.rope_kind, FQ_ROPE_LINEAR);
    assert_true(c.config.rope_factor == 4.0);
    blob_free(&b);

    w = start();
    put_tensors(&w, -1);
    gguf_string(&w, "llama.rope.scaling.type", "yarn");
    REFUSED(gguf_finish(&w, 3), FQ_ERR_UNSUPPORTED, "yarn");
}

static blob with_alignment(uint32_t alignment) {
    gguf_writer w = {0};
    gguf_u32(&w, "general.alignment", alignment);
    return gguf_finish(&w, 3);
}

static void test_header_refusals(void **state) {
    blob b = small_gguf(3);
    b.p[0] = 'g';
    REFUSED(b, FQ_ERR_INPUT, "m.gguf");
    REFUSED(small_gguf(1), FQ_ERR_UNSUPPORTED, "version 1");
    REFUSED(small_gguf(4), FQ_ERR_UNSUPPORTED, "version 4");
    REFUSED(small_gguf(3u << 24), FQ_ERR_UNSUPPORTED, "big-endian");
    static const uint64_t counts[] = {1000000, (uint64_t)1 << 32, (uint64_t)1 << 60, UINT64_MAX};
    for (int at = 8; at <= 16; at += 8) {
        for (int i = 0; i < 4; i++) {
            b = small_gguf(3);
            memcpy(b.p + at, &counts[i], 8);
            REFUSED(b, FQ_ERR_INPUT, "more than the file holds");
        }
    }
    REFUSED(with_alignment(0), FQ_ERR_INPUT, "general.alignment");
    REFUSED(with_alignment(24), FQ_ERR_INPUT, "general.alignment");
    REFUSED(with_alignment(1u << 31), FQ_ERR_INPUT, "general.alignment");
    fq_gguf g;
    b = with_alignment(64);
    blob_pad(&b, 64);
    assert_int_equal(parse(&b, &g), FQ_OK);
    assert_int_equal(g.alignment, 64);
    blob_free(&b);
}

static void test_value_refusals(void **state) {
    gguf_writer w = start();
    gguf_key(&w, "odd", 13);
    blob_uint(&w.values, 0, 8);
    REFUSED(gguf_finish(&w, 3), FQ_ERR_INPUT, "'odd' has the unknown type 13");
    w = start();
    gguf_key(&w, "nest", 9);
    blob_uint(&w.values, 9, 4);
    blob_uint(&w.values, 1, 8);
    REFUSED(gguf_finish(&w, 3), FQ_ERR_UNSUPPORTED, "'nest'");
    w = start();
    gguf_key(&w, "many", 9);
    blob_uint(&w.values, 10, 4);
    blob_uint(&w.values, (uint64_t)1 << 61, 8); /* times 8 bytes is 0 in 64 bits */
    REFUSED(gguf_finish(&w, 3), FQ_ERR_INPUT, "'many'");
    w = start();
    gguf_key(&w, "long", 8);
    blob_uint(&w.values, UINT64_MAX - 3, 8);
    REFUSED(gguf_finish(&w, 3), FQ_ERR_INPUT, "length");
    w = start();
    gguf_u32(&w, "llama.context_length", 64);
    REFUSED(gguf_finish(&w, 3), FQ_ERR_INPUT, "twice");
}

static void test_tensor_refusals(void **state) {
    static const float x[64];
    static const struct {
        const char *name;
        int64_t rows, columns;
        uint32_t type;
        size_t bytes;
        fq_status status;
        const char *named;
    } cases[] = {
        {"w", 2, 32, 0, 100, FQ_ERR_INPUT, "outside"},
        {"w", 0, 32, 0, 128, FQ_ERR_INPUT, "dimension 0"},
        {"w", -1, 32, 0, 128, FQ_ERR_INPUT, "dimension"},
        {"w", (int64_t)1 << 32, (int64_t)1 << 32, 0, 128, FQ_ERR_INPUT, "dimension"},
        {"w", (int64_t)1 << 62, 1, 0, 128, FQ_ERR_INPUT, "overflows"},
        {"w", 2, 33, 2, 128, FQ_ERR_INPUT, "multiple of the 32 of Q4_0"},
        {"w", 2, 128, 12, 128, FQ_ERR_INPUT, "multiple of the 256 of Q4_K"},
        {"w", 2, 256, 10, 128, FQ_ERR_UNSUPPORTED, "'w' has the unsupported type Q2_K"},
        {"w", 2, 32, 4, 128, FQ_ERR_UNSUPPORTED, "unknown (4)"},
        {"w", 2, 32, UINT32_MAX, 128, FQ_ERR_UNSUPPORTED, "'w'"},
        {"", 2, 16, 0, 128, FQ_ERR_INPUT, "name"},
        {"output.weight", 40, 1, 0, 160, FQ_ERR_INPUT, "twice"},
        {"blk.0.ffn_gate_inp.weight", 2, 16, 0, 128, FQ_ERR_UNSUPPORTED, "ffn_gate_inp"},
        {"blk.7.attn_norm.weight", 32, 0, 0, 128, FQ_ERR_UNSUPPORTED, "layers.7"},
        {"blk.-1.attn_norm.weight", 32, 0, 0, 128, FQ_ERR_UNSUPPORTED, "blk.-1"},
        {"blk.99999999999.attn_norm.weight", 32, 0, 0, 128, FQ_ERR_UNSUPPORTED, "blk.9999"},
        {"blk.0.attn_q.bias", 8, 0, 0, 32, FQ_ERR_INPUT, "attn_q.bias"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gguf_writer w = start();
        put_tensors(&w, -1);
        gguf_tensor(&w, cases[i].name, cases[i].rows, cases[i].columns, cases[i].type, x, cases[i].bytes);
        REFUSED(gguf_finish(&w, 3), cases[i].status, cases[i].named);
    }
    /* Offsets: the last eight bytes of a tensor entry. */
    static const struct {
        uint64_t offset;
        const char *named;
    } offsets[] = {{8, "alignment"}, {0, "overlap"}, {1 << 20, "outside"}, {(uint64_t)-32, "outside"}};
    for (int i = 0; i < 4; i++) {
        gguf_writer w = start();
        put_tensors(&w, -1);
        gguf_tensor(&w, "w", 2, 32, 0, x, sizeof x);
        memcpy(w.infos.p + w.infos.n - 8, &offsets[i].offset, 8);
        REFUSED(gguf_finish(&w, 3), FQ_ERR_INPUT, offsets[i].named);
    }
    gguf_writer touching = start();
    put_tensors(&touching, -1);
    size_t end = touching.data.n; /* a multiple of 32: the last 32 bytes of the last tensor are shared */
    gguf_tensor(&touching, "w", 2, 32, 0, x, sizeof x);
    for (int k = 0; k < 8; k++)
        touching.infos.p[touching.infos.n - 8 + (size_t)k] = (unsigned char)((end - 32) >> 8 * k);
    REFUSED(gguf_finish(&touching, 3), FQ_ERR_INPUT, "overlap");
    for (int skip = 0; skip < SMALL_TENSORS; skip++) {
        small_tensor t[SMALL_TENSORS];
        small_tensors(t);
        if (skip == 2) continue; /* output.weight may be absent */
        gguf_writer w = start();
        put_tensors(&w, skip);
        REFUSED(gguf_finish(&w, 3), FQ_ERR_INPUT, skip == 0 ? t[skip].gguf : t[skip].hf);
    }
}

static void test_config_refusals(void **state) {
    static const struct {
        const char *key;
        uint32_t value;
        fq_status status;
    } cases[] = {
        {"llama.expert_count", 8, FQ_ERR_UNSUPPORTED},
        {"llama.rope.dimension_count", 8, FQ_ERR_UNSUPPORTED},
        {"llama.attention.value_length", 8, FQ_ERR_UNSUPPORTED},
        {"llama.rope.freq_base", 10000, FQ_ERR_INPUT},
        {"llama.rope.scaling.type", 1, FQ_ERR_INPUT},
        {"llama.attention.key_length", 0x80000000u, FQ_ERR_INPUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gguf_writer w = start();
        gguf_u32(&w, cases[i].key, cases[i].value);
        put_tensors(&w, -1);
        REFUSED(gguf_finish(&w, 3), cases[i].status, cases[i].key);
    }
    gguf_writer w = {0};
    gguf_string(&w, "general.architecture", "qwen2");
    REFUSED(gguf_finish(&w, 3), FQ_ERR_UNSUPPORTED, "qwen2");
    w = (gguf_writer){0};
    REFUSED(gguf_finish(&w, 3), FQ_ERR_UNSUPPORTED, "general.architecture");
    w = (gguf_writer){0};
    gguf_string(&w, "general.architecture", "llama");
    REFUSED(gguf_finish(&w, 3), FQ_ERR_INPUT, "llama.block_count");
}

/* Prefixes are copied to blocks of their own size, so that a sanitizer sees a read past the end. */
static void test_prefixes(void **state) {
    blob good = small_gguf(3);
    for (size_t keep = 0; keep < good.n; keep += keep < 2600 ? 1 : 509) {
        unsigned char *exact = malloc(keep + 1);
        assert_non_null(exact);
        memcpy(exact + 1, good.p, keep);
        fq_gguf g;
        size_t mark = arena.used;
        assert_int_equal(fq_gguf_parse(exact + 1, keep, "m.gguf", &arena, &g), FQ_ERR_INPUT);
        fq_arena_reset(&arena, mark);
        free(exact);
    }
    blob_free(&good);
}

static void test_mutations(void **state) {
    gguf_writer w = start();
    gguf_key(&w, "tokenizer.ggml.tokens", 9);
    blob_uint(&w.values, 8, 4);
    blob_uint(&w.values, 3, 8);
    for (int i = 0; i < 3; i++)
        blob_text(&w.values, "token");
    put_tensors(&w, -1);
    put_rope_freqs(&w, 8.0, 1.0f);
    size_t front = 24 + w.values.n + w.infos.n;
    blob b = gguf_finish(&w, 3);
    fq_rng rng = fq_rng_seed(3, 4);
    int accepted = 0;
    for (int i = 0; i < 20000; i++) {
        size_t at[2];
        unsigned char old[2];
        int changes = 1 + i % 2;
        for (int k = 0; k < changes; k++) {
            at[k] = fq_rng_below(&rng, (uint32_t)front);
            old[k] = b.p[at[k]];
            b.p[at[k]] = (unsigned char)(i % 3 == 0 ? 1u << fq_rng_below(&rng, 8) : fq_rng_below(&rng, 256));
        }
        fq_checkpoint c;
        size_t mark = arena.used;
        fq_status s = convert(&b, &c);
        if (s == FQ_OK) s = fq_checkpoint_validate(&c);
        assert_true(s == FQ_OK || s == FQ_ERR_INPUT || s == FQ_ERR_UNSUPPORTED);
        accepted += s == FQ_OK;
        for (int n = 0; s == FQ_OK && n < c.n_tensors; n++) {
            float x[4096];
            int64_t rows = c.tensors[n].rank == 1 ? 1 : c.tensors[n].shape[0];
            assert_true(c.tensors[n].shape[c.tensors[n].rank - 1] <= 4096);
            fq_tensor_row(&c.tensors[n], 0, x);
            fq_tensor_row(&c.tensors[n], rows - 1, x);
        }
        fq_arena_reset(&arena, mark);
        for (int k = changes; k-- > 0;)
            b.p[at[k]] = old[k];
    }
    assert_true(accepted > 0 && accepted < 10000); /* otherwise the loop did not test what it says */
    blob_free(&b);
}

/* The fetched model: plausible numbers in every tensor. */
static void test_smollm2(void **state) {
    static const char path[] = "cache/smollm2-135m-instruct.gguf";
    if (access(path, R_OK) != 0) {
        print_message("%s is not here (make model-smollm2)\n", path);
        skip();
    }
    fq_checkpoint c;
    if (fq_checkpoint_open(path, &arena, &c) != FQ_OK) fail_msg("%s", fq_message());
    assert_string_equal(c.name, "smollm2-135m-instruct");
    assert_string_equal(c.quantized, "Q4_1");
    assert_int_equal(c.config.layers, 30);
    assert_int_equal(c.config.hidden, 576);
    assert_int_equal(c.config.heads, 9);
    assert_int_equal(c.config.kv_heads, 3);
    assert_int_equal(c.config.head_dim, 64);
    assert_int_equal(c.config.vocab, 49152);
    assert_int_equal(c.config.tied_embeddings, 1);
    assert_int_equal(c.parameters, 134515008);
    assert_true(c.config.rope_theta == 100000.0);
    for (int n = 0; n < c.n_tensors; n++) {
        const fq_tensor *t = &c.tensors[n];
        int64_t rows = t->rank == 1 ? 1 : t->shape[0], columns = t->shape[t->rank - 1];
        double sum = 0.0;
        float x[1536];
        int64_t step = rows > 64 ? rows / 64 : 1, count = 0;
        for (int64_t r = 0; r < rows; r += step) {
            fq_tensor_row(t, r, x);
            for (int64_t i = 0; i < columns; i++)
                sum += (double)x[i] * (double)x[i];
            count += columns;
        }
        double rms = sqrt(sum / (double)count);
        if (!(rms > 1e-3 && rms < 30.0)) fail_msg("%s: root mean square %g", t->name, rms);
    }
    fq_checkpoint_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_small_model),
        cmocka_unit_test(test_rope),
        cmocka_unit_test(test_tied_and_quantized),
        cmocka_unit_test(test_header_refusals),
        cmocka_unit_test(test_value_refusals),
        cmocka_unit_test(test_tensor_refusals),
        cmocka_unit_test(test_config_refusals),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_smollm2),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
