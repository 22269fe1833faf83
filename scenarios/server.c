/* Continuous batching. Slots 0 .. decoding-1 hold sequences that emit a token a step; slots behind them read prompts.
 */
#include "scenarios/server.h"

#include <limits.h>
#include <string.h>

#include "harness/clock.h"

fq_status fq_server_open(const fq_llama *net, const fq_requests *all, int slots, int chunk, fq_arena *arena,
                         fq_server *out) {
    const int longest = all->prompt_most, prompts = chunk > 0 ? chunk : longest;
    const int tokens = slots + (prompts > longest ? prompts : longest); /* alone, a prompt is one call */
    *out = (fq_server){.net = net, .slots = slots, .chunk = chunk};
    out->ids = FQ_NEW(arena, int, tokens);
    out->rows = FQ_NEW(arena, int, slots);
    out->owner = FQ_NEW(arena, int, slots);
    out->unread = FQ_NEW(arena, int, slots);
    out->spans = FQ_NEW(arena, fq_span, slots + 1);
    out->logits = FQ_NEW(arena, float, (size_t)slots *(size_t)net->config.vocab);
    if (!out->ids || !out->rows || !out->owner || !out->unread || !out->spans || !out->logits) return FQ_ERR_MEMORY;
    return fq_session_create(net, slots, longest + all->output_most, tokens, &out->session);
}

void fq_server_close(fq_server *v) {
    fq_session_free(v->session);
    v->session = NULL;
}

typedef struct queue {
    fq_request *r;
    int n, next;           /* next: not admitted yet */
    int slots;             /* in use at most */
    int decoding, reading; /* slots that decode; slots behind them that still read their prompt: 0 or 1 between steps */
    int done;
    double now;
} queue;

typedef struct plan {
    int spans, tokens, rows; /* rows: of the logits, first those of decoding slots, then of prompts read to the end */
} plan;

static void plan_prompts(fq_server *v, queue *q, plan *p) {
    int room = v->chunk > 0 ? v->chunk : INT_MAX, slot = q->decoding;
    while (room > 0) {
        if (q->reading == 0) {
            if (slot == q->slots || q->next == q->n || q->r[q->next].arrival_s > q->now) return;
            v->owner[slot] = q->next;
            v->unread[slot] = q->r[q->next++].prompt;
            q->reading = 1;
        }
        const fq_request *r = &q->r[v->owner[slot]];
        const int left = v->unread[slot], take = left < room ? left : room;
        v->spans[p->spans++] = (fq_span){.first = slot, .batch = 1, .seq = take};
        memcpy(v->ids + p->tokens, r->ids + (r->prompt - left), (size_t)take * sizeof *v->ids);
        p->tokens += take;
        v->unread[slot] -= take;
        if (take < left) return;
        v->rows[p->rows++] = p->tokens - 1;
        q->reading = 0;
        slot++;
        room -= take;
        if (v->chunk == 0) return;
    }
}

static plan plan_step(fq_server *v, queue *q) {
    plan p = {.spans = 0};
    if (q->decoding > 0) v->spans[p.spans++] = (fq_span){.first = 0, .batch = q->decoding, .seq = 1};
    for (; p.tokens < q->decoding; p.tokens++) {
        const fq_request *r = &q->r[v->owner[p.tokens]];
        v->ids[p.tokens] = r->tokens[r->emitted - 1];
        v->rows[p.rows++] = p.tokens;
    }
    plan_prompts(v, q, &p);
    return p;
}

static fq_status execute(fq_server *v, const plan *p) {
    const int vocab = v->net->config.vocab;
    FQ_TRY(fq_session_forward_spans(v->session, v->ids, v->spans, p->spans));
    fq_session_keep_rows(v->session, v->rows, p->rows);
    if (p->rows > 0) FQ_TRY(fq_session_logits(v->session, 0, p->rows, v->logits));
    for (int i = 0; i < p->rows; i++)
        v->rows[i] = fq_sample_id(v->logits + (size_t)i * (size_t)vocab, vocab, 0, 0);
    return FQ_OK;
}

static void move(fq_server *v, int to, int from) {
    fq_session_replace(v->session, to, from);
    v->owner[to] = v->owner[from];
    v->unread[to] = v->unread[from];
}

/* Sampled ids to their requests. */
static void deliver(fq_server *v, queue *q, const plan *p) {
    for (int slot = 0; slot < p->rows; slot++) {
        fq_request *r = &q->r[v->owner[slot]];
        if (r->emitted == 0) r->first_s = q->now;
        r->tokens[r->emitted++] = v->rows[slot];
        if (r->emitted == r->output) r->finish_s = q->now;
    }
}

/* Slots of finished requests are filled from behind, so that decoding ones stay neighbours. */
static void retire(fq_server *v, queue *q, const plan *p) {
    const int reading = p->rows; /* slot of a prompt that goes on */
    q->decoding = p->rows;
    for (int slot = q->decoding - 1; slot >= 0; slot--) {
        const fq_request *r = &q->r[v->owner[slot]];
        if (r->emitted < r->output) continue;
        move(v, slot, --q->decoding);
        q->done++;
    }
    if (q->reading && reading != q->decoding) move(v, q->decoding, reading);
}

fq_status fq_server_run(fq_server *v, int slots, fq_request *r, int n, fq_service *out) {
    queue q = {.r = r, .n = n, .slots = slots};
    FQ_ASSERT(slots >= 1 && slots <= v->slots);
    *out = (fq_service){.steps = 0};
    for (int i = 0; i < v->slots; i++)
        fq_session_replace(v->session, i, i);
    for (int i = 0; i < n; i++)
        r[i].emitted = 0;
    q.now = r[0].arrival_s;
    while (q.done < n) {
        if (q.decoding + q.reading == 0 && r[q.next].arrival_s > q.now) q.now = r[q.next].arrival_s;
        const int64_t start = fq_clock_ns();
        const plan p = plan_step(v, &q);
        FQ_TRY(execute(v, &p));
        const double took = 1e-9 * (double)(fq_clock_ns() - start);
        q.now += took;
        out->busy_s += took;
        out->steps++;
        out->running += p.rows + q.reading;
        deliver(v, &q, &p);
        const int64_t tidy = fq_clock_ns();
        retire(v, &q, &p);
        const double tidied = 1e-9 * (double)(fq_clock_ns() - tidy);
        q.now += tidied;
        out->busy_s += tidied;
    }
    out->seconds = q.now - r[0].arrival_s;
    return FQ_OK;
}

fq_status fq_server_alone(fq_server *v, fq_request *r, const int *forced, double *regret) {
    const int vocab = v->net->config.vocab;
    double worse = 0;
    fq_session_replace(v->session, 0, 0);
    const int64_t start = fq_clock_ns();
    for (int i = 0; i < r->output; i++) {
        const fq_span span = {.first = 0, .batch = 1, .seq = i == 0 ? r->prompt : 1};
        FQ_TRY(fq_session_forward_spans(v->session, i == 0 ? r->ids : &r->tokens[i - 1], &span, 1));
        FQ_TRY(fq_session_logits(v->session, span.seq - 1, 1, v->logits));
        const int best = fq_sample_id(v->logits, vocab, 0, 0);
        r->tokens[i] = forced != NULL ? forced[i] : best;
        worse += (double)v->logits[best] - (double)v->logits[r->tokens[i]];
        r->finish_s = 1e-9 * (double)(fq_clock_ns() - start);
        if (i == 0) r->first_s = r->finish_s;
    }
    r->emitted = r->output;
    *regret = worse / r->output;
    return FQ_OK;
}
