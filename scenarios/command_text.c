/* Commands on text: generate continues one, tokenize shows its ids. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/clock.h"
#include "harness/cpu.h"
#include "harness/record.h"
#include "harness/rng.h"
#include "models/corpus.h"
#include "scenarios/command.h"
#include "scenarios/nets.h"

/* One id: its text to standard output and, with --tokens-out, the id to that file. */
static fq_status put(const fq_model *m, int id, FILE *ids) {
    const unsigned char le[2] = {(unsigned char)(id & 0xff), (unsigned char)(id >> 8)};
    size_t bytes;
    if (ids != NULL && fwrite(le, 1, 2, ids) != 2) return fq_fail(FQ_ERR_OUTPUT, "--tokens-out: %s", strerror(errno));
    const char *piece = fq_tokenizer_piece(m->tokenizer, id, &bytes);
    if (fwrite(piece, 1, bytes, stdout) != bytes || fflush(stdout) != 0)
        return fq_fail(FQ_ERR_OUTPUT, "standard output: %s", strerror(errno));
    return FQ_OK;
}

typedef struct generation {
    const char *prompt, *variant;
    int n, bos, quiet;
    double temperature;
    uint64_t seed;
    const char *tokens_out; /* file of ids, little-endian uint16, or NULL */
    FILE *ids;              /* that file while it is open */
} generation;

/* Prefill, then one id at a time until n, the end-of-sequence id, or the end of the positions. */
static fq_status stream(const fq_llama *net, const generation *g, const int *ids, int n_ids) {
    const fq_model *m = net->model;
    int most = net->positions - n_ids < g->n ? net->positions - n_ids : g->n, made = 0;
    float *logits = malloc((size_t)net->config.vocab * sizeof *logits);
    fq_session *s = NULL;
    fq_rng rng = fq_rng_seed(g->seed, 0x9e);
    if (logits == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for logits");
    if (most < g->n) fq_note("only %d tokens: the model has %d positions", most, net->positions);
    fq_status status = fq_session_create(net, 1, n_ids + most, n_ids, &s);
    int64_t start = fq_clock_ns(), first = start;
    if (status == FQ_OK) status = fq_session_forward(s, ids, n_ids);
    while (status == FQ_OK && made < most) {
        if ((status = fq_session_last_logits(s, logits)) != FQ_OK) break;
        int id = fq_sample_id(logits, net->config.vocab, (float)g->temperature, fq_rng_uniform(&rng));
        if (made++ == 0) first = fq_clock_ns();
        if (id == fq_tokenizer_eos(m->tokenizer)) break;
        if ((status = put(m, id, g->ids)) == FQ_OK && made < most) status = fq_session_forward(s, &id, 1);
    }
    double seconds = (double)(fq_clock_ns() - first) * 1e-9;
    if (status == FQ_OK && fputs("\n", stdout) == EOF)
        status = fq_fail(FQ_ERR_OUTPUT, "standard output cannot be written");
    if (status == FQ_OK && made > 1)
        fq_note("%d prompt tokens, first token after %.1f ms, then %.1f tokens/s (%s, %d threads)", n_ids,
                (double)(first - start) * 1e-6, (made - 1) / seconds, net->variant->name, fq_threads());
    fq_session_free(s);
    free(logits);
    return status;
}

static fq_status generate(fq_context *c, const fq_step *s, const generation *g, const fq_model *m) {
    int *ids;
    size_t n;
    FQ_TRY(fq_tokenizer_encode(m->tokenizer, g->prompt, strlen(g->prompt), g->bos, &ids, &n));
    fq_llama *net = NULL;
    fq_status status = n > 0 ? FQ_OK : fq_fail(FQ_ERR_USAGE, "--prompt is empty (or use --bos)");
    if (status == FQ_OK && fq_net_on_device(s))
        status = fq_variant_check_device(fq_variant_find(g->variant), &m->checkpoint.config);
    if (status == FQ_OK) status = fq_net_build(c, s, fq_variant_find(g->variant), 0, &net);
    if (status == FQ_OK && n >= (size_t)net->positions)
        status = fq_fail(FQ_ERR_USAGE, "--prompt has %zu tokens, the model has %d positions", n, net->positions);
    for (size_t i = 0; i < n && status == FQ_OK; i++)
        status = put(m, ids[i], g->ids);
    if (status == FQ_OK) status = stream(net, g, ids, (int)n);
    fq_llama_free(net);
    free(ids);
    return status;
}

/* generate, with the ids kept in a file that appears only when all went well. */
static fq_status generate_and_keep(fq_context *c, const fq_step *s, generation *g) {
    const fq_model *m;
    fq_file file;
    FQ_TRY(fq_context_model(c, s->model, &m));
    if (m->tokenizer == NULL) return fq_fail(FQ_ERR_UNSUPPORTED, "%s has no tokenizer", s->model);
    const fq_variant *saved = fq_model_saved_variant(m);
    if (g->variant == NULL) g->variant = saved != NULL ? saved->name : "f32";
    if (g->tokens_out == NULL) return generate(c, s, g, m);
    if (m->checkpoint.config.vocab > 65536)
        return fq_fail(FQ_ERR_USAGE, "--tokens-out: ids of a vocabulary of %d do not fit uint16",
                       m->checkpoint.config.vocab);
    FQ_TRY(fq_file_create(&file, g->tokens_out));
    g->ids = file.f;
    fq_status status = generate(c, s, g, m);
    if (status == FQ_OK) return fq_file_commit(&file);
    fq_file_discard(&file);
    return status;
}

static fq_status run_generate(int argc, char **argv, fq_context *c) {
    fq_step s;
    generation g = {.n = 64, .seed = 1234};
    int threads = 0;
    FQ_TRY(fq_step_init(&s, FQ_KIND_decode, &c->arena));
    const fq_option table[] = {
        FQ_OPTION_SET("model", 'm', &s, model, "MODEL"),
        {"prompt", 'p', FQ_OPTION_TEXT, &g.prompt, "TEXT", "text to continue", 0},
        {"n-gen", 'n', FQ_OPTION_INT, &g.n, "N", "tokens to generate [64]", 0},
        {"variant", 'v', FQ_OPTION_TEXT, &g.variant, "NAME", "variant to run [f32, or what a saved model is]", 0},
        {"temperature", 0, FQ_OPTION_NUM, &g.temperature, "T", "0: always the most likely token [0]", 0},
        {"seed", 0, FQ_OPTION_SEED, &g.seed, "N", "of the sampling [1234]", 0},
        {"bos", 0, FQ_OPTION_FLAG, &g.bos, NULL, "begin-of-sequence id in front", 0},
        {"tokens-out", 0, FQ_OPTION_TEXT, &g.tokens_out, "FILE",
         "also write the ids, prompt and continuation, as uint16", 0},
        FQ_OPTION_SET("backend", 0, &s, backend, "cpu|cuda"),
        FQ_OPTION_SET("calibration", 0, &s, calibration, "FILE"),
        {"threads", 't', FQ_OPTION_INT, &threads, "N", "threads; 0: all processors [0]", 0},
        {"quiet", 'q', FQ_OPTION_FLAG, &g.quiet, NULL, "no speed on standard error", 0},
    };
    fq_options o = {.usage = "generate -m MODEL -p TEXT [-n N] [flags]",
                    .about = "Prints the prompt and its continuation; the speed goes to standard error.",
                    .option = table,
                    .n = (int)(sizeof table / sizeof table[0]),
                    .arena = &c->arena};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    fq_step named;
    FQ_TRY(fq_step_check(&s));
    FQ_TRY(fq_step_init(&named, FQ_KIND_decode, &c->arena));
    fq_status status = g.variant != NULL ? fq_step_set(&named, FQ_SET_variants, g.variant, &c->arena) : FQ_OK;
    if (status != FQ_OK) return fq_fail_prefix(status, "--variant");
    if (g.variant != NULL && named.variants.n != 1) return fq_fail(FQ_ERR_USAGE, "--variant: one name, not a list");
    if (g.prompt == NULL) return fq_fail(FQ_ERR_USAGE, "generate: --prompt is missing");
    if (g.n < 1) return fq_fail(FQ_ERR_USAGE, "--n-gen: at least 1");
    if (g.temperature < 0) return fq_fail(FQ_ERR_USAGE, "--temperature: 0 or more");
    fq_progress_quiet(g.quiet);
    c->seed = g.seed;
    fq_threads_set(threads > 0 ? threads : fq_cpu_cores());
    return generate_and_keep(c, &s, &g);
}

static fq_status run_tokenize(int argc, char **argv, fq_context *c) {
    const char *model = NULL, *file = NULL;
    int bos = 0;
    const fq_option table[] = {
        {"model", 'm', FQ_OPTION_TEXT, &model, "MODEL", "Hugging Face directory or .gguf file", 0},
        {"file", 'f', FQ_OPTION_TEXT, &file, "TEXT", "UTF-8 file, or king-james", 0},
        {"bos", 0, FQ_OPTION_FLAG, &bos, NULL, "begin-of-sequence id in front", 0},
    };
    fq_options o = {.usage = "tokenize -m MODEL -f TEXT",
                    .about = "Prints the ids of a text, one a line.",
                    .option = table,
                    .n = (int)(sizeof table / sizeof table[0])};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    if (model == NULL) return fq_fail(FQ_ERR_USAGE, "tokenize: --model is missing");
    if (file == NULL) return fq_fail(FQ_ERR_USAGE, "tokenize: --file is missing");
    const fq_model *m;
    fq_corpus text;
    FQ_TRY(fq_context_model(c, model, &m));
    FQ_TRY(strcmp(file, "king-james") == 0 ? fq_corpus_named(m, file, bos, &text)
                                           : fq_corpus_text(m, file, bos, &text));
    for (size_t i = 0; i < text.n; i++)
        printf("%d\n", text.ids[i]);
    fq_corpus_free(&text);
    if (fflush(stdout) != 0 || ferror(stdout)) return fq_fail(FQ_ERR_OUTPUT, "standard output: %s", strerror(errno));
    return FQ_OK;
}

static fq_status with_context(fq_status (*command)(int, char **, fq_context *), int argc, char **argv) {
    fq_context c;
    FQ_TRY(fq_context_init(&c, argv[0], 1234));
    fq_status s = command(argc, argv, &c);
    fq_context_free(&c);
    return s;
}

fq_status fq_command_generate(int argc, char **argv) {
    return with_context(run_generate, argc, argv);
}
fq_status fq_command_tokenize(int argc, char **argv) {
    return with_context(run_tokenize, argc, argv);
}
