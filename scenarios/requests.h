/* What a server is asked: requests with an arrival, a prompt and a number of tokens to generate, drawn from a seed or
 * read from a trace (CSV with arrival_s, prompt_tokens, output_tokens; requests.csv of a run is one too). */
#ifndef FQ_SCENARIOS_REQUESTS_H
#define FQ_SCENARIOS_REQUESTS_H
#include "scenarios/context.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_request {
    double arrival_s; /* ascending */
    int prompt, output;
    const int *ids; /* [prompt] */
    /* What the server did: */
    int *tokens;              /* [output] */
    int emitted;              /* of them so far */
    double first_s, finish_s; /* end of the step that gave the first and the last token */
} fq_request;

typedef struct fq_requests {
    const char *name; /* of the trace, or "poisson" */
    fq_request *v;
    double *unit; /* [n] arrivals of the trace at a mean rate of 1 a second; NULL: Poisson */
    double trace_rate;
    int n, prompt_most, output_most;
    double prompt_tokens, output_tokens; /* sums */
} fq_requests;

/* The step's requests: lengths by its trace, or each drawn from `prompt` and `gen` with the seed; prompts are pieces of
 * the step's text from places drawn with the seed, random ids for shape names. Owner: the arena. Errors: FQ_ERR_INPUT
 * (trace: file, row), FQ_ERR_USAGE (a request longer than the model's positions). */
fq_status fq_requests_make(fq_context *c, const fq_step *s, fq_arena *arena, fq_requests *out) FQ_MUST_USE;
/* Lengths alone, for checks before anything is built; v, lengths and name are set. */
fq_status fq_requests_lengths(const fq_step *s, uint64_t seed, fq_arena *arena, fq_requests *out) FQ_MUST_USE;

/* Copy with room for what the server does, arriving `rate` a second: Poisson arrivals drawn from seed and round, or the
 * trace's, stretched; 0: all at once; NAN: as the trace says. NULL on no memory. */
fq_request *fq_requests_arrive(const fq_requests *all, double rate, uint64_t seed, int round, fq_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
