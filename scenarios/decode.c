/* Tokens a second after a prompt: one id a step, each sampled from the logits of the one before. The cache is filled
 * once, untimed; a repetition rewinds to the prompt and generates the same ids again. */
#include <string.h>

#include "scenarios/kinds.h"
#include "scenarios/whole.h"

static fq_status prepare(fq_whole *w) {
    if (w->filled) {
        FQ_TRY(fq_session_fill(w->session, w->prompt, 1));
        memcpy(w->start, w->ids, (size_t)w->batch * sizeof *w->start);
    } else if (w->prompt > 0) {
        FQ_TRY(fq_session_forward(w->session, w->ids, w->prompt));
        FQ_TRY(fq_session_sample(w->session, w->logits, w->start));
    } else {
        memcpy(w->start, w->ids, (size_t)w->batch * sizeof *w->start);
    }
    return FQ_OK;
}

static fq_status run(void *whole) {
    fq_whole *w = whole;
    fq_session_rewind(w->session, w->prompt);
    memcpy(w->next, w->start, (size_t)w->batch * sizeof *w->next);
    return fq_session_continue(w->session, w->next, w->gen, w->logits);
}

static fq_status describe(fq_context *c, const fq_whole *w, fq_result *r) {
    r->op = "decode";
    r->n_prompt = w->prompt;
    r->n_gen = w->gen;
    if (w->filled) r->note = fq_arena_printf(&c->arena, "%s, random cache", r->note != NULL ? r->note : "");
    r->test_id = fq_arena_printf(&c->arena, "tg%d@%d %s %s b%d t%d", w->gen, w->prompt, r->variant, r->model, w->batch,
                                 c->threads);
    return r->test_id == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

static double tokens(const fq_whole *w) {
    return (double)w->batch * w->gen;
}

static void work(const fq_whole *w, double *flop, double *bytes) {
    double pairs = (double)w->batch * w->gen * (w->prompt + (w->gen + 1.0) / 2);
    *flop = fq_net_flop(w->net, tokens(w), tokens(w), pairs);
    *bytes = w->gen * fq_net_bytes(w->net);
}

fq_status fq_scenario_decode(fq_context *c, const fq_step *step) {
    static const fq_whole_kind kind = {run, prepare, describe, tokens, work};
    return fq_whole_run(c, step, &kind, &step->gen);
}
