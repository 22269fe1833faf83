/* The sub-commands of fqbench: argv[0] is the command's name. Each parses its flags, does its work, prints to standard
 * output only what it was asked for, and returns a status; main turns that into one line and an exit code. */
#ifndef FQ_SCENARIOS_COMMAND_H
#define FQ_SCENARIOS_COMMAND_H
#include "harness/status.h"
#include "scenarios/context.h"
#include "scenarios/options.h"
#ifdef __cplusplus
extern "C" {
#endif

/* FQ_COMMAND(name, about) */
#define FQ_COMMANDS(FQ_COMMAND)                                                                                        \
    FQ_COMMAND(run, "run a scenario file: CSV, environment and plots into a directory")                                \
    FQ_COMMAND(bench, "prefill, time to first token and decode of a model, by variant")                                \
    FQ_COMMAND(gemm, "kernels of the linear layers over shapes and numbers of tokens")                                 \
    FQ_COMMAND(ffn, "the feed-forward block over model shapes, by variant")                                            \
    FQ_COMMAND(attention, "prefill attention over context lengths and head sizes, by variant")                         \
    FQ_COMMAND(ppl, "perplexity and divergence from the float32 model, by variant")                                    \
    FQ_COMMAND(generate, "continue a text")                                                                            \
    FQ_COMMAND(quantize, "write a quantized model as a directory that -m takes")                                       \
    FQ_COMMAND(tokenize, "ids of a text, one a line")                                                                  \
    FQ_COMMAND(list, "formats, recipes, methods, variants, kernels, models, scenarios, measured ceilings ...")         \
    FQ_COMMAND(check, "every usable kernel against its oracle on this machine")                                        \
    FQ_COMMAND(plot, "redraw the plots of a results directory")                                                        \
    FQ_COMMAND(compare, "has it changed? two results directories, revisions, or a stored baseline")                    \
    FQ_COMMAND(reproduce, "the claims of a paper, held against results")                                               \
    FQ_COMMAND(history, "results over time in a SQLite file: add, list, plot, import")                                 \
    FQ_COMMAND(report, "one HTML file and one Markdown file about a results directory")

#define FQ_COMMAND_PROTOTYPE(name, about) fq_status fq_command_##name(int argc, char **argv) FQ_MUST_USE;
FQ_COMMANDS(FQ_COMMAND_PROTOTYPE)
#undef FQ_COMMAND_PROTOTYPE

/* What every measuring command shares. */
typedef struct fq_shared_flags {
    uint64_t seed;
    int quiet;
    const char *output; /* "csv", "json" or "md" */
} fq_shared_flags;

/* FQ_ERR_USAGE if there is no such format. */
fq_status fq_output_parse(const char *text, fq_output *out) FQ_MUST_USE;
/* The rows of a context in that format on standard output. */
fq_status fq_output_rows(const fq_context *c, fq_output how) FQ_MUST_USE;
/* Open and close every model, and look at every file, that the steps name, so that a typing error costs no time. */
fq_status fq_steps_preflight(const fq_step *steps, int n, uint64_t seed) FQ_MUST_USE;
/* FQ_ERR_FAILED with a count if rows of the context are wrong, FQ_ERR_SKIPPED if nothing could run, else FQ_OK. */
fq_status fq_context_verdict(const fq_context *c, int steps, int skipped_steps) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
