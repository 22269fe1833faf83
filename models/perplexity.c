/* Perplexity by named protocol, of several nets beside one reference in a single pass over the windows: per window each
 * net runs once, and logits exist only for a block of positions at a time. */
#include "harness/clock.h"
#include "harness/metric.h"
#include "models/corpus.h"
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 128 }; /* positions whose logits exist at a time */

const char *fq_protocol_name(fq_protocol p) {
    static const char *const names[] = {"gptq", "llama.cpp", "rolling"};
    return names[p];
}

int fq_protocol_find(const char *name) {
    for (int p = 0; p < FQ_PROTOCOL_COUNT; p++) {
        if (strcmp(fq_protocol_name((fq_protocol)p), name) == 0) return p;
    }
    return -1;
}

/* One window: inputs ids[0..n_in-1]; rows first..last-1 are scored, row i against target[i]. */
typedef struct window {
    int n_in, first, last;
    int *ids;    /* [ctx] */
    int *target; /* [ctx] */
} window;

static int window_count(fq_protocol p, size_t n, int ctx) {
    if (p == FQ_PROTOCOL_ROLLING) return n < 2 ? 0 : (int)((n - 1 + (size_t)ctx - 1) / (size_t)ctx);
    return (int)(n / (size_t)ctx);
}

static void window_fill(fq_protocol p, const fq_corpus *c, int bos, int ctx, int i, window *w) {
    size_t start = (size_t)i * (size_t)ctx, left = c->n - start;
    w->n_in = p == FQ_PROTOCOL_ROLLING && left - 1 < (size_t)ctx ? (int)(left - 1) : ctx;
    memcpy(w->ids, c->ids + start, (size_t)w->n_in * sizeof(int));
    w->first = p == FQ_PROTOCOL_LLAMA_CPP ? ctx / 2 : 0;
    w->last = p == FQ_PROTOCOL_ROLLING ? w->n_in : ctx - 1;
    memcpy(w->target, c->ids + start + 1, (size_t)w->last * sizeof(int));
    if (p == FQ_PROTOCOL_LLAMA_CPP) w->ids[0] = bos;
}

typedef struct pass {
    fq_session *session; /* of one net */
    float *logits;       /* [BLOCK][vocab] */
} pass;

static fq_status pass_create(const fq_llama *net, int ctx, pass *p) {
    p->logits = malloc((size_t)BLOCK * (size_t)net->config.vocab * sizeof(float));
    if (!p->logits) return fq_fail(FQ_ERR_MEMORY, "out of memory");
    return fq_session_create(net, 1, ctx, ctx, &p->session);
}

static void pass_free(pass *p) {
    fq_session_free(p->session);
    free(p->logits);
}

static fq_status score_window(const window *w, fq_evaluation *e, pass *p, int count, pass *reference, int vocab) {
    int shared = 0; /* the reference is one of p[] and runs there */
    for (int i = 0; i < count; i++) {
        int64_t t0 = fq_clock_ns();
        shared |= &p[i] == reference;
        fq_session_rewind(p[i].session, 0);
        FQ_TRY(fq_session_forward(p[i].session, w->ids, w->n_in));
        e[i].seconds += 1e-9 * (double)(fq_clock_ns() - t0);
    }
    if (reference && !shared) {
        fq_session_rewind(reference->session, 0);
        FQ_TRY(fq_session_forward(reference->session, w->ids, w->n_in));
    }
    for (int row = w->first; row < w->last; row += BLOCK) {
        int n = w->last - row < BLOCK ? w->last - row : BLOCK;
        if (reference) FQ_TRY(fq_session_logits(reference->session, row, n, reference->logits));
        for (int i = 0; i < count; i++) {
            int64_t t0 = fq_clock_ns();
            if (&p[i] != reference) FQ_TRY(fq_session_logits(p[i].session, row, n, p[i].logits));
            FQ_TRY(fq_accuracy_add(e[i].accuracy, p[i].logits, reference ? reference->logits : NULL, w->target + row, n,
                                   vocab));
            e[i].seconds += 1e-9 * (double)(fq_clock_ns() - t0);
        }
    }
    for (int i = 0; i < count; i++) {
        fq_status s = fq_accuracy_end_window(e[i].accuracy);
        if (s != FQ_OK) return fq_fail_prefix(s, "variant %s", e[i].net->variant->name);
    }
    return FQ_OK;
}

fq_status fq_perplexity(fq_evaluation *e, int count, const fq_llama *reference, const fq_corpus *corpus, int ctx,
                        fq_protocol protocol, int limit, void (*progress)(void *ctx_, int done, int total),
                        void *progress_ctx, int *windows) {
    FQ_ASSERT(count > 0);
    const fq_llama_config *c = &e[0].net->config;
    int n = window_count(protocol, corpus->n, ctx);
    *windows = 0;
    if (ctx < 2) return fq_fail(FQ_ERR_USAGE, "a window needs at least 2 tokens, --ctx is %d", ctx);
    if (n < 1) {
        return fq_fail(FQ_ERR_INPUT, "%s: %zu tokens, one window of --ctx needs %d", corpus->name, corpus->n,
                       protocol == FQ_PROTOCOL_ROLLING ? 2 : ctx);
    }
    if (protocol == FQ_PROTOCOL_LLAMA_CPP && c->bos < 0) {
        return fq_fail(FQ_ERR_USAGE, "protocol llama.cpp needs a BOS token, %s has none",
                       e[0].net->model->checkpoint.name);
    }
    if (limit > 0 && limit < n) n = limit;

    /* the reference shares the pass of the evaluated net where it is one of them */
    pass *p = calloc((size_t)count + 1, sizeof *p), *ref = NULL;
    window w = {.ids = malloc(2 * (size_t)ctx * sizeof(int))};
    fq_status s = p && w.ids ? FQ_OK : fq_fail(FQ_ERR_MEMORY, "out of memory");
    if (w.ids) w.target = w.ids + ctx;
    for (int i = 0; s == FQ_OK && i < count; i++) {
        FQ_ASSERT(e[i].net->config.vocab == c->vocab);
        s = pass_create(e[i].net, ctx, &p[i]);
        e[i].seconds = 0;
        if (e[i].net == reference) ref = &p[i];
    }
    if (s == FQ_OK && reference && !ref) s = pass_create(reference, ctx, ref = &p[count]);
    for (int i = 0; s == FQ_OK && i < n; i++) {
        window_fill(protocol, corpus, c->bos, ctx, i, &w);
        s = score_window(&w, e, p, count, ref, c->vocab);
        if (progress) progress(progress_ctx, i + 1, n);
    }
    for (int i = 0; p && i <= count; i++)
        pass_free(&p[i]);
    free(p);
    free(w.ids);
    *windows = n;
    return s;
}
