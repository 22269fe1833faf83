/* A server on the CPU with continuous batching over the same forward pass that all scenarios run: every step takes one
 * token of each running sequence and, beside them, prompt tokens of the next requests in line.
 *
 *   admission   first come, first served, whenever a slot is free; a request keeps its slot until its last token
 *   a step      spans of one forward call: all decoding sequences with one token each, then prompts, at most `chunk`
 *               tokens of them (chunk 0: whole prompts, one a step); a longer prompt goes on in the next step
 *   sampling    arg max, as many tokens as the request asks for
 *   the clock   is real time of the steps, scheduling and sampling included: each step is executed and the clock
 *               advances by what it took. Idle time until the next arrival is skipped, not waited for. */
#ifndef FQ_SCENARIOS_SERVER_H
#define FQ_SCENARIOS_SERVER_H
#include "scenarios/requests.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_server {
    const fq_llama *net;
    fq_session *session; /* at least `slots` sequences, slots + chunk (0: the longest prompt) tokens a call */
    int slots, chunk;
    int *ids;       /* [slots + tokens of prompts a call] */
    int *rows;      /* [slots] rows of a step whose next token is wanted, then those tokens */
    int *owner;     /* [slots] request of a slot */
    int *unread;    /* [slots] tokens of its prompt that no step has taken yet */
    fq_span *spans; /* [slots + 1] */
    float *logits;  /* [slots][vocab] */
} fq_server;

typedef struct fq_service {
    double seconds, busy_s; /* of the clock from the first arrival to the last token; in steps */
    long steps, running;    /* running: sum over steps of sequences in them */
} fq_service;

/* Buffers for up to `slots` sequences of these requests. Owner: the arena, but the session: fq_server_close. */
fq_status fq_server_open(const fq_llama *net, const fq_requests *all, int slots, int chunk, fq_arena *arena,
                         fq_server *out) FQ_MUST_USE;
void fq_server_close(fq_server *v);

/* Serve r[0..n-1] on the first `slots` slots: sets tokens, emitted, first_s and finish_s of each. Errors: those of a
 * forward call. */
fq_status fq_server_run(fq_server *v, int slots, fq_request *r, int n, fq_service *out) FQ_MUST_USE;

/* Run one request alone on slot 0: prompt in one call, then token by token. With `forced` the tokens are those
 * (forced[r->output]), not the arg max, and *regret is the mean over them of max_v logit[v] - logit[forced]: what they
 * are worse by, in nats, than what this run prefers; 0 if it prefers them all. Sets tokens, first_s and finish_s
 * (arrival 0).
 */
fq_status fq_server_alone(fq_server *v, fq_request *r, const int *forced, double *regret) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
