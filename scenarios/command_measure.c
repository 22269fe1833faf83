/* Commands that make steps from flags and print their rows: bench, gemm, ffn, attention, ppl. */
#include <errno.h>
#include <string.h>

#include "harness/host.h"
#include "scenarios/command.h"
#include "scenarios/imported.h"
#include "scenarios/nets.h"
#include "scenarios/table.h"

fq_status fq_output_parse(const char *text, fq_output *out) {
    static const char *const names[] = {"csv", "json", "md"};
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (fq_output)i;
            return FQ_OK;
        }
    return fq_fail(FQ_ERR_USAGE, "--output: '%s' is unknown; valid: csv, json, md", text);
}

fq_status fq_output_rows(const fq_context *c, fq_output how) {
    const fq_rows rows = fq_context_rows(c);
    if (how == FQ_OUTPUT_MD) return fq_table_print(stdout, &rows);
    if (c->n_accuracy > 0) return fq_record_print(stdout, how, FQ_TABLE_ACCURACY, c->accuracy, c->n_accuracy);
    return fq_record_print(stdout, how, FQ_TABLE_RESULTS, c->results, c->n_results);
}

static fq_status readable(const char *key, const char *path) {
    if (path[0] == 0 || strcmp(path, "self-sampled") == 0 || strcmp(path, "king-james") == 0) return FQ_OK;
    FILE *f = fopen(path, "rb");
    if (f == NULL) return fq_fail(FQ_ERR_INPUT, "%s: %s: %s", key, path, strerror(errno));
    int first = fgetc(f);
    fclose(f);
    return first != EOF ? FQ_OK : fq_fail(FQ_ERR_INPUT, "%s: %s: empty, or no file", key, path);
}

fq_status fq_steps_preflight(const fq_step *steps, int n, uint64_t seed) {
    for (int i = 0; i < n; i++) {
        FQ_TRY(fq_step_check(&steps[i]));
        FQ_TRY(readable("text", steps[i].text));
        FQ_TRY(readable("tokens", steps[i].tokens));
        FQ_TRY(readable("calibration", steps[i].calibration));
        FQ_TRY(readable("trace", steps[i].trace));
        FQ_TRY(fq_imported_preflight(&steps[i]));
        if (steps[i].model[0] == 0) continue;
        fq_model m;
        FQ_TRY(fq_model_open(steps[i].model, seed, &m));
        fq_status status = fq_net_preflight(&steps[i], &m);
        fq_model_close(&m);
        FQ_TRY(status);
    }
    return FQ_OK;
}

fq_status fq_context_verdict(const fq_context *c, int steps, int skipped_steps) {
    int rows = c->n_results + c->n_accuracy + c->n_errors;
    if (c->wrong > 0)
        return fq_fail(FQ_ERR_FAILED, "%d of %d rows are wrong or invalid: see verdict and reason", c->wrong, rows);
    if (steps > 0 && (skipped_steps == steps || (rows > 0 && c->skipped == rows)))
        return fq_fail(FQ_ERR_SKIPPED, "nothing of this can run here");
    return FQ_OK;
}

/* Check, run and print steps. */
static fq_status run_steps(const char *name, const fq_step *steps, int n, const fq_shared_flags *flags) {
    fq_output how = FQ_OUTPUT_MD;
    fq_context c;
    FQ_TRY(fq_output_parse(flags->output, &how));
    fq_progress_quiet(flags->quiet);
    FQ_TRY(fq_steps_preflight(steps, n, flags->seed));
    FQ_TRY(fq_context_init(&c, name, flags->seed));
    fq_status status = FQ_OK;
    for (int i = 0; i < n && status == FQ_OK; i++)
        status = fq_context_step(&c, &steps[i], fq_kind_name(steps[i].kind));
    if (status == FQ_OK) status = fq_output_rows(&c, how);
    if (status == FQ_OK && how == FQ_OUTPUT_MD) fq_note("%s, build %s", c.cpu, c.commit);
    if (status == FQ_OK) status = fq_context_verdict(&c, n, 0);
    fq_context_free(&c);
    return status;
}

#define SHARED(flags)                                                                                                  \
    {"output", 'o', FQ_OPTION_TEXT, &(flags).output, "FORMAT", "csv, json or md on standard output [md]", 0},          \
        {"seed", 0, FQ_OPTION_SEED, &(flags).seed, "N", "of random weights, inputs and intervals [1234]", 0}, {        \
        "quiet", 'q', FQ_OPTION_FLAG, &(flags).quiet, NULL, "no progress on standard error", 0                         \
    }
#define TIMING(step)                                                                                                   \
    FQ_OPTION_SET("threads", 't', step, threads, "LIST"), FQ_OPTION_SET("repetitions", 'r', step, samples, "N"),       \
        FQ_OPTION_SET("budget", 0, step, budget_s, "SECONDS"), FQ_OPTION_SET("noise", 0, step, noise_pct, "PERCENT"),  \
        FQ_OPTION_SET("energy", 0, step, energy_s, "SECONDS"), FQ_OPTION_SET("baseline", 0, step, baseline, "NAME")
#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

/* Copy without zeros: "-n 0" means no decode, as in llama-bench. */
static void drop_zeros(fq_ints *v) {
    int n = 0;
    for (int i = 0; i < v->n; i++)
        if (v->v[i] > 0) v->v[n++] = v->v[i];
    v->n = n;
}

static fq_status parse(fq_options *o, int argc, char **argv, fq_arena *arena) {
    o->arena = arena;
    return fq_options_parse(o, argc, argv);
}

static fq_status bench(int argc, char **argv, fq_arena *arena) {
    fq_step steps[2], *p = &steps[0], *d = &steps[1];
    fq_shared_flags flags = {1234, 0, "md"};
    const char *prompts = "512", *gens = "128";
    FQ_TRY(fq_step_init(p, FQ_KIND_prefill, arena));
    FQ_TRY(fq_step_init(d, FQ_KIND_decode, arena));
    FQ_TRY(fq_ints_parse("0", 0, 0, arena, &d->prompt));
    /* Rows of the second step repeat the flag without help: both steps take it. */
#define BOTH(long_name, letter, key, value)                                                                            \
    FQ_OPTION_SET(long_name, letter, p, key, value), {                                                                 \
        long_name, letter, FQ_OPTION_SETTING, d, NULL, NULL, FQ_SET_##key                                              \
    }
    const fq_option table[] = {
        BOTH("model", 'm', model, "MODEL"),
        BOTH("variant", 'v', variants, "LIST"),
        {"n-prompt", 'p', FQ_OPTION_TEXT, &prompts, "LIST", "prompt lengths; 0: no prefill rows [512]", 0},
        {"n-gen", 'n', FQ_OPTION_TEXT, &gens, "LIST", "tokens to generate; 0: no decode rows [128]", 0},
        FQ_OPTION_SET("n-depth", 'd', d, prompt, "LIST"),
        BOTH("batch-size", 'b', batch, "LIST"),
        BOTH("backend", 0, backend, "cpu|cuda"),
        BOTH("layers", 0, layers, "N"),
        BOTH("calibration", 0, calibration, "FILE"),
        BOTH("threads", 't', threads, "LIST"),
        BOTH("repetitions", 'r', samples, "N"),
        BOTH("budget", 0, budget_s, "SECONDS"),
        BOTH("noise", 0, noise_pct, "PERCENT"),
        BOTH("energy", 0, energy_s, "SECONDS"),
        BOTH("baseline", 0, baseline, "NAME"),
        SHARED(flags),
    };
    fq_options o = {.usage = "bench -m MODEL [flags]   (lists: 128,256 or 1-64*2 or 1-8+1)",
                    .about = "Prefill with time to first token, and decode, for each variant of one model.",
                    .option = table,
                    .n = COUNT(table)};
    FQ_TRY(parse(&o, argc, argv, arena));
    if (o.helped) return FQ_OK;
    fq_status s = fq_ints_parse(prompts, 0, 1048576, arena, &p->prompt);
    if (s != FQ_OK) return fq_fail_prefix(s, "--n-prompt");
    if ((s = fq_ints_parse(gens, 0, 1048576, arena, &d->gen)) != FQ_OK) return fq_fail_prefix(s, "--n-gen");
    drop_zeros(&p->prompt);
    drop_zeros(&d->gen);
    if (p->prompt.n == 0 && d->gen.n == 0) return fq_fail(FQ_ERR_USAGE, "bench: nothing to do, -p and -n are both 0");
    if (p->prompt.n == 0) return run_steps("bench", d, 1, &flags);
    return run_steps("bench", steps, d->gen.n > 0 ? 2 : 1, &flags);
}

/* "MxNxK": M tokens of an N x K layer. */
static fq_status triple(const char *text, fq_step *s, fq_arena *arena) {
    const char *cross = strchr(text, 'x');
    char m[32];
    if (cross == NULL || (size_t)(cross - text) >= sizeof m || strchr(cross + 1, 'x') == NULL)
        return fq_fail(FQ_ERR_USAGE, "--shape: '%s' is not MxNxK", text);
    snprintf(m, sizeof m, "%.*s", (int)(cross - text), text);
    fq_status status = fq_step_set(s, FQ_SET_m, m, arena);
    if (status == FQ_OK) status = fq_step_set(s, FQ_SET_shapes, cross + 1, arena);
    return status == FQ_OK ? FQ_OK : fq_fail_prefix(status, "--shape %s", text);
}

static fq_status gemm(int argc, char **argv, fq_arena *arena) {
    enum { TRIPLES = 64 };
    fq_step steps[TRIPLES], *s = &steps[0];
    fq_shared_flags flags = {1234, 0, "md"};
    const char *shape = NULL;
    int n = 1;
    FQ_TRY(fq_step_init(s, FQ_KIND_gemm, arena));
    const fq_option table[] = {
        FQ_OPTION_SET("shapes", 0, s, shapes, "LIST"),
        FQ_OPTION_SET("tokens", 'M', s, m, "LIST"),
        {"shape", 0, FQ_OPTION_TEXT, &shape, "LIST", "instead of both: MxNxK,... (tokens, outputs, inputs)", 0},
        FQ_OPTION_SET("kernel", 'k', s, kernels, "LIST"),
        FQ_OPTION_SET("cache", 0, s, cache, "LIST"),
        FQ_OPTION_SET("data", 0, s, data, "LIST"),
        TIMING(s),
        SHARED(flags),
    };
    fq_options o = {.usage = "gemm [--shapes LIST -M LIST | --shape MxNxK,...] [flags]",
                    .about = "Times kernels of the linear layers against a baseline kernel.",
                    .option = table,
                    .n = COUNT(table)};
    FQ_TRY(parse(&o, argc, argv, arena));
    if (o.helped) return FQ_OK;
    if (shape != NULL) {
        char piece[96];
        n = 0;
        for (const char *p = shape; p != NULL;) {
            size_t length = strcspn(p, ",");
            if (n == TRIPLES) return fq_fail(FQ_ERR_USAGE, "--shape: more than %d shapes", TRIPLES);
            snprintf(piece, sizeof piece, "%.*s", (int)length, p);
            if (n > 0) steps[n] = steps[0];
            FQ_TRY(triple(piece, &steps[n++], arena));
            p = p[length] == ',' ? p + length + 1 : NULL;
        }
    }
    return run_steps("gemm", steps, n, &flags);
}

static fq_status ffn(int argc, char **argv, fq_arena *arena) {
    fq_step s;
    fq_shared_flags flags = {1234, 0, "md"};
    FQ_TRY(fq_step_init(&s, FQ_KIND_ffn, arena));
    const fq_option table[] = {
        FQ_OPTION_SET("shapes", 0, &s, shapes, "LIST"),
        FQ_OPTION_SET("variant", 'v', &s, variants, "LIST"),
        FQ_OPTION_SET("kernel", 'k', &s, use_kernels, "LIST"),
        FQ_OPTION_SET("batch-size", 'b', &s, batch, "LIST"),
        FQ_OPTION_SET("seq", 's', &s, seq, "LIST"),
        FQ_OPTION_SET("cache", 0, &s, cache, "LIST"),
        FQ_OPTION_SET("data", 0, &s, data, "LIST"),
        TIMING(&s),
        SHARED(flags),
    };
    fq_options o = {.usage = "ffn [flags]",
                    .about = "Times RMSNorm, gate and up, SwiGLU and down with activation quantization inside.",
                    .option = table,
                    .n = COUNT(table)};
    FQ_TRY(parse(&o, argc, argv, arena));
    return o.helped ? FQ_OK : run_steps("ffn", &s, 1, &flags);
}

static fq_status attention(int argc, char **argv, fq_arena *arena) {
    fq_step s;
    fq_shared_flags flags = {1234, 0, "md"};
    FQ_TRY(fq_step_init(&s, FQ_KIND_attention, arena));
    const fq_option table[] = {
        FQ_OPTION_SET("variant", 'v', &s, variants, "LIST"),
        FQ_OPTION_SET("kernel", 'k', &s, attention, "LIST"),
        FQ_OPTION_SET("seq", 's', &s, seq, "LIST"),
        FQ_OPTION_SET("causal", 0, &s, causal, "LIST"),
        FQ_OPTION_SET("head-dim", 0, &s, head_dim, "LIST"),
        FQ_OPTION_SET("heads", 0, &s, heads, "N"),
        FQ_OPTION_SET("kv-heads", 0, &s, kv_heads, "N"),
        FQ_OPTION_SET("batch-size", 'b', &s, batch, "LIST"),
        TIMING(&s),
        SHARED(flags),
    };
    fq_options o = {.usage = "attention [flags]",
                    .about = "Times attention for the formats of each variant.",
                    .option = table,
                    .n = COUNT(table)};
    FQ_TRY(parse(&o, argc, argv, arena));
    return o.helped ? FQ_OK : run_steps("attention", &s, 1, &flags);
}

static fq_status ppl(int argc, char **argv, fq_arena *arena) {
    fq_step s;
    fq_shared_flags flags = {1234, 0, "md"};
    FQ_TRY(fq_step_init(&s, FQ_KIND_perplexity, arena));
    const fq_option table[] = {
        FQ_OPTION_SET("model", 'm', &s, model, "MODEL"),
        FQ_OPTION_SET("file", 'f', &s, text, "TEXT"),
        FQ_OPTION_SET("tokens", 0, &s, tokens, "FILE.u16"),
        FQ_OPTION_SET("variant", 'v', &s, variants, "LIST"),
        FQ_OPTION_SET("kernel", 'k', &s, use_kernels, "LIST"),
        FQ_OPTION_SET("backend", 0, &s, backend, "cpu|cuda"),
        FQ_OPTION_SET("ctx", 'c', &s, ctx, "N"),
        FQ_OPTION_SET("protocol", 0, &s, protocol, "NAME"),
        FQ_OPTION_SET("limit", 0, &s, windows, "WINDOWS"),
        FQ_OPTION_SET("bos", 0, &s, bos, "0|1"),
        FQ_OPTION_SET("reference", 0, &s, reference, "f32|none"),
        FQ_OPTION_SET("layers", 0, &s, layers, "N"),
        FQ_OPTION_SET("calibration", 0, &s, calibration, "FILE"),
        FQ_OPTIONS_OF_TRANSFORMS(&s),
        FQ_OPTION_SET("policy", 0, &s, policy, "FILE"),
        FQ_OPTION_SET("amplifier", 0, &s, amplifier, "N"),
        FQ_OPTION_SET("range-low", 0, &s, range_low, "X"),
        FQ_OPTION_SET("range-high", 0, &s, range_high, "X"),
        FQ_OPTION_SET("spike-tau", 0, &s, spike_tau, "X"),
        FQ_OPTION_SET("group-alpha", 0, &s, group_alpha, "X"),
        FQ_OPTION_SET("kappa", 0, &s, kappa, "LIST"),
        FQ_OPTION_SET("outlier-seed", 0, &s, outlier_seed, "N"),
        FQ_OPTION_SET("outlier-kinds", 0, &s, outlier_kinds, "LIST"),
        FQ_OPTION_SET("threads", 't', &s, threads, "LIST"),
        SHARED(flags),
    };
    fq_options o = {.usage = "ppl -m MODEL [-f TEXT] [flags]",
                    .about = "Perplexity of each variant and its distance to the float32 model, on the timed kernels.",
                    .option = table,
                    .n = COUNT(table)};
    FQ_TRY(parse(&o, argc, argv, arena));
    return o.helped ? FQ_OK : run_steps("ppl", &s, 1, &flags);
}

/* Every command runs with an arena of its own for texts and lists. */
static fq_status with_arena(fq_status (*command)(int, char **, fq_arena *), int argc, char **argv) {
    fq_arena arena;
    FQ_TRY(fq_arena_init(&arena, (size_t)1 << 30));
    fq_status s = command(argc, argv, &arena);
    fq_arena_free(&arena);
    return s;
}

fq_status fq_command_bench(int argc, char **argv) {
    return with_arena(bench, argc, argv);
}
fq_status fq_command_gemm(int argc, char **argv) {
    return with_arena(gemm, argc, argv);
}
fq_status fq_command_ffn(int argc, char **argv) {
    return with_arena(ffn, argc, argv);
}
fq_status fq_command_attention(int argc, char **argv) {
    return with_arena(attention, argc, argv);
}
fq_status fq_command_ppl(int argc, char **argv) {
    return with_arena(ppl, argc, argv);
}
