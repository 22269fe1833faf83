/* Time to first token: from prompt ids in host memory to the first sampled id, head on the last position only. */
#include "scenarios/kinds.h"
#include "scenarios/whole.h"

static fq_status run(void *whole) {
    fq_whole *w = whole;
    fq_session_rewind(w->session, 0);
    FQ_TRY(fq_session_forward(w->session, w->ids, w->prompt));
    return fq_session_sample(w->session, w->logits, w->next);
}

static fq_status describe(fq_context *c, const fq_whole *w, fq_result *r) {
    r->op = "prefill";
    r->n_prompt = w->prompt;
    r->n_gen = 0;
    r->test_id =
        fq_arena_printf(&c->arena, "pp%d %s %s b%d t%d", w->prompt, r->variant, r->model, w->batch, c->threads);
    return r->test_id == NULL ? FQ_ERR_MEMORY : FQ_OK;
}

static double tokens(const fq_whole *w) {
    return (double)w->batch * w->prompt;
}

static void work(const fq_whole *w, double *flop, double *bytes) {
    double pairs = (double)w->batch * w->prompt * (w->prompt + 1.0) / 2;
    *flop = fq_net_flop(w->net, tokens(w), w->batch, pairs);
    *bytes = fq_net_bytes(w->net);
}

fq_status fq_scenario_prefill(fq_context *c, const fq_step *step) {
    static const fq_whole_kind kind = {run, NULL, describe, tokens, work};
    int none = 0;
    return fq_whole_run(c, step, &kind, &(fq_ints){&none, 1});
}
