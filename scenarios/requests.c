/* Requests of a serve step: lengths, prompts and arrivals, the same for every variant. */
#include "scenarios/requests.h"

#include <math.h>
#include <string.h>

#include "harness/rng.h"
#include "scenarios/nets.h"

enum { STREAM_LENGTHS = 0x5e1, STREAM_PROMPTS = 0x5e2, STREAM_ARRIVALS = 0x5e3 };

static fq_status read_trace(const fq_step *s, fq_arena *arena, fq_requests *out) {
    void *read;
    FQ_TRY(fq_record_read(s->trace, FQ_TABLE_REQUESTS, arena, &read, &out->n));
    const fq_request_row *rows = read;
    if (out->n == 0) return fq_fail(FQ_ERR_INPUT, "%s: no request in it", s->trace);
    if (s->given[FQ_SET_requests] && s->requests < out->n) out->n = s->requests;
    out->v = FQ_NEW(arena, fq_request, out->n);
    out->unit = FQ_NEW(arena, double, out->n);
    if (out->v == NULL || out->unit == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < out->n; i++) {
        const fq_request_row *r = &rows[i];
        if (!(r->prompt_tokens >= 1 && r->output_tokens >= 1 && r->arrival_s >= 0 && r->prompt_tokens < 1e9 &&
              r->output_tokens < 1e9 && isfinite(r->arrival_s)))
            return fq_fail(FQ_ERR_INPUT,
                           "%s: request %d: arrival_s >= 0, prompt_tokens and output_tokens >= 1 expected", s->trace,
                           i + 1);
        if (i > 0 && r->arrival_s < rows[i - 1].arrival_s)
            return fq_fail(FQ_ERR_INPUT, "%s: request %d arrives before the one above it", s->trace, i + 1);
        out->v[i] = (fq_request){.prompt = (int)r->prompt_tokens, .output = (int)r->output_tokens};
        out->unit[i] = r->arrival_s - rows[0].arrival_s;
    }
    const double span = out->unit[out->n - 1];
    out->trace_rate = span > 0 ? (out->n - 1) / span : 0;
    for (int i = 0; i < out->n; i++)
        out->unit[i] *= out->trace_rate;
    const char *slash = strrchr(s->trace, '/');
    out->name = fq_arena_printf(arena, "%s", slash != NULL ? slash + 1 : s->trace);
    return out->name != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

static fq_status draw_lengths(const fq_step *s, uint64_t seed, fq_arena *arena, fq_requests *out) {
    fq_rng rng = fq_rng_seed(seed, STREAM_LENGTHS);
    out->name = "poisson";
    out->n = s->requests;
    out->v = FQ_NEW(arena, fq_request, out->n);
    if (out->v == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < out->n; i++) {
        out->v[i].prompt = s->prompt.v[fq_rng_below(&rng, (uint32_t)s->prompt.n)];
        out->v[i].output = s->gen.v[fq_rng_below(&rng, (uint32_t)s->gen.n)];
    }
    return FQ_OK;
}

fq_status fq_requests_lengths(const fq_step *s, uint64_t seed, fq_arena *arena, fq_requests *out) {
    *out = (fq_requests){.name = NULL};
    FQ_TRY(s->trace[0] != 0 ? read_trace(s, arena, out) : draw_lengths(s, seed, arena, out));
    for (int i = 0; i < out->n; i++) {
        const fq_request *r = &out->v[i];
        if (r->prompt > out->prompt_most) out->prompt_most = r->prompt;
        if (r->output > out->output_most) out->output_most = r->output;
        out->prompt_tokens += r->prompt;
        out->output_tokens += r->output;
    }
    return FQ_OK;
}

fq_status fq_requests_make(fq_context *c, const fq_step *s, fq_arena *arena, fq_requests *out) {
    const fq_model *m;
    fq_rng rng = fq_rng_seed(c->seed, STREAM_PROMPTS);
    fq_corpus corpus = {.n = 0};
    FQ_TRY(fq_context_model(c, s->model, &m));
    FQ_TRY(fq_requests_lengths(s, c->seed, arena, out));
    if (fq_model_has_weights(m)) FQ_TRY(fq_net_corpus(s, m, &corpus));
    fq_status status = FQ_OK;
    if (corpus.n > 0 && corpus.n < (size_t)out->prompt_most)
        status = fq_fail(FQ_ERR_INPUT, "%s has %zu tokens, the longest prompt %d", s->text, corpus.n, out->prompt_most);
    for (int i = 0; i < out->n && status == FQ_OK; i++) {
        fq_request *r = &out->v[i];
        int *ids = FQ_NEW(arena, int, r->prompt);
        if (ids == NULL) {
            status = FQ_ERR_MEMORY;
        } else if (corpus.n > 0) {
            const size_t last = corpus.n - (size_t)r->prompt;
            memcpy(ids, corpus.ids + fq_rng_below(&rng, (uint32_t)last + 1), (size_t)r->prompt * sizeof *ids);
        } else {
            for (int k = 0; k < r->prompt; k++)
                ids[k] = (int)fq_rng_below(&rng, (uint32_t)m->checkpoint.config.vocab);
        }
        r->ids = ids;
    }
    fq_corpus_free(&corpus);
    return status;
}

fq_request *fq_requests_arrive(const fq_requests *all, double rate, uint64_t seed, int round, fq_arena *arena) {
    fq_rng rng = fq_rng_seed(seed + (uint64_t)round, STREAM_ARRIVALS);
    fq_request *v = FQ_NEW(arena, fq_request, all->n);
    int *tokens = FQ_NEW(arena, int, (size_t)all->output_tokens);
    if (v == NULL || tokens == NULL) return NULL;
    if (isnan(rate)) rate = all->trace_rate;
    double unit = 0;
    for (int i = 0; i < all->n; i++) {
        v[i] = all->v[i];
        v[i].tokens = tokens;
        tokens += v[i].output;
        if (i > 0) unit = all->unit != NULL ? all->unit[i] : unit - log1p(-fq_rng_uniform(&rng));
        v[i].arrival_s = rate > 0 ? unit / rate : 0;
    }
    return v;
}
