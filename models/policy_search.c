/* Searches over the options of sites: what costs what is in tables, so each search is a page. */
#include "models/policy_search.h"
#include "harness/rng.h"
#include <math.h>
#include <string.h>

enum { SITES_MOST = 4096, OPTIONS_MOST = 16 };

static double bytes_of(const fq_policy_search *p, int site, int option) {
    return p->bytes[site * p->options + option];
}

static int extreme(const fq_policy_search *p, int site, int most) {
    int best = 0;
    for (int o = 1; o < p->options; o++)
        if (most ? bytes_of(p, site, o) > bytes_of(p, site, best) : bytes_of(p, site, o) < bytes_of(p, site, best))
            best = o;
    return best;
}

double fq_search_bytes(const fq_policy_search *p, const int *choice) {
    double sum = 0;
    for (int i = 0; i < p->sites; i++)
        sum += bytes_of(p, i, choice[i]);
    return sum;
}

static fq_status check(const fq_policy_search *p) {
    double least = 0;
    FQ_ASSERT(p->sites > 0 && p->sites <= SITES_MOST && p->options > 0 && p->options <= OPTIONS_MOST);
    for (int i = 0; i < p->sites; i++)
        least += bytes_of(p, i, extreme(p, i, 0));
    if (least <= p->budget) return FQ_OK;
    return fq_fail(FQ_ERR_USAGE, "the cheapest options take %.0f bytes, the budget is %.0f", least, p->budget);
}

fq_status fq_search_sensitivity(const fq_policy_search *p, double *delta) {
    int choice[SITES_MOST];
    double best;
    FQ_TRY(check(p));
    for (int i = 0; i < p->sites; i++)
        choice[i] = extreme(p, i, 1);
    FQ_TRY(p->loss(p->ctx, choice, -1, &best));
    for (int i = 0; i < p->sites; i++) {
        const int kept = choice[i];
        for (int o = 0; o < p->options; o++) {
            double loss = best;
            choice[i] = o;
            if (o != kept) FQ_TRY(p->loss(p->ctx, choice, -1, &loss));
            delta[i * p->options + o] = loss - best;
        }
        choice[i] = kept;
    }
    return FQ_OK;
}

fq_status fq_search_greedy(const fq_policy_search *p, const double *delta, int *choice) {
    FQ_TRY(check(p));
    for (int i = 0; i < p->sites; i++)
        choice[i] = extreme(p, i, 1);
    while (fq_search_bytes(p, choice) > p->budget) {
        int site = -1, option = 0;
        double least = INFINITY;
        for (int i = 0; i < p->sites; i++)
            for (int o = 0; o < p->options; o++) {
                const double saved = bytes_of(p, i, choice[i]) - bytes_of(p, i, o);
                const double price = (delta[i * p->options + o] - delta[i * p->options + choice[i]]) / saved;
                if (saved > 0 && price < least) least = price, site = i, option = o;
            }
        FQ_ASSERT(site >= 0); /* the cheapest options fit */
        choice[site] = option;
    }
    return FQ_OK;
}

fq_status fq_search_knapsack(const fq_policy_search *p, const double *delta, fq_arena *scratch, int *choice) {
    enum { UNITS = 65536 };
    const double unit = p->budget / UNITS;
    FQ_TRY(check(p));
    double *best = FQ_NEW(scratch, double, UNITS + 1), *next = FQ_NEW(scratch, double, UNITS + 1);
    uint8_t *taken = FQ_NEW(scratch, uint8_t, (size_t)p->sites * (UNITS + 1));
    if (best == NULL || next == NULL || taken == NULL) return FQ_ERR_MEMORY;
    /* best[u]: least loss of the sites so far within u units */
    for (int i = 0; i < p->sites; i++) {
        for (int u = 0; u <= UNITS; u++) {
            uint8_t *mine = &taken[(size_t)i * (UNITS + 1) + (size_t)u];
            next[u] = INFINITY;
            for (int o = 0; o < p->options; o++) {
                const int cost = (int)ceil(bytes_of(p, i, o) / unit);
                if (cost > u || !(best[u - cost] + delta[i * p->options + o] < next[u])) continue;
                next[u] = best[u - cost] + delta[i * p->options + o];
                *mine = (uint8_t)o;
            }
        }
        double *swap = best;
        best = next;
        next = swap;
    }
    if (!isfinite(best[UNITS]))
        return fq_fail(FQ_ERR_USAGE, "the budget leaves no room to round the options' bytes up");
    for (int i = p->sites - 1, u = UNITS; i >= 0; i--) {
        choice[i] = taken[(size_t)i * (UNITS + 1) + (size_t)u];
        u -= (int)ceil(bytes_of(p, i, choice[i]) / unit);
    }
    return FQ_OK;
}

/* ---- REINFORCE ---- */

typedef struct policy {
    double *logit, *gradient, *first, *second, *p; /* [sites][options]; of Adam: moments of the gradient */
} policy;

static void probabilities(const fq_policy_search *s, const policy *q) {
    for (int i = 0; i < s->sites; i++) {
        const double *l = q->logit + i * s->options;
        double *p = q->p + i * s->options, most = -INFINITY, sum = 0;
        for (int o = 0; o < s->options; o++)
            most = fmax(most, l[o]);
        for (int o = 0; o < s->options; o++)
            sum += p[o] = exp(l[o] - most);
        for (int o = 0; o < s->options; o++)
            p[o] /= sum;
    }
}

static double site_entropy(const fq_policy_search *s, const double *p) {
    double h = 0;
    for (int o = 0; o < s->options; o++)
        h -= p[o] > 0 ? p[o] * log(p[o]) : 0;
    return h;
}

static int draw(const fq_policy_search *s, const double *p, int evenly, fq_rng *rng) {
    if (evenly) return (int)fq_rng_below(rng, (uint32_t)s->options);
    double u = fq_rng_uniform(rng);
    for (int o = 0; o < s->options - 1; o++)
        if ((u -= p[o]) < 0) return o;
    return s->options - 1;
}

/* Of -advantage mean log p(choice) + lambda mean entropy, to be made small. */
static void gradient(const fq_policy_search *s, const policy *q, const int *choice, double advantage, double lambda) {
    for (int i = 0; i < s->sites; i++) {
        const double *p = q->p + i * s->options, h = site_entropy(s, p);
        for (int o = 0; o < s->options; o++) {
            const double of_log = (o == choice[i]) - p[o];
            const double of_entropy = p[o] > 0 ? -p[o] * (log(p[o]) + h) : 0;
            q->gradient[i * s->options + o] = (-advantage * of_log + lambda * of_entropy) / s->sites;
        }
    }
}

static void adam(const policy *q, int n, int step) {
    const double rate = 0.05, b1 = 0.9, b2 = 0.999;
    for (int i = 0; i < n; i++) {
        q->first[i] = b1 * q->first[i] + (1 - b1) * q->gradient[i];
        q->second[i] = b2 * q->second[i] + (1 - b2) * q->gradient[i] * q->gradient[i];
        const double m = q->first[i] / (1 - pow(b1, step)), v = q->second[i] / (1 - pow(b2, step));
        q->logit[i] -= rate * m / (sqrt(v) + 1e-8);
    }
}

/* The likeliest, made to fit: of all cheaper options the one whose logit lies the least below its site's choice. */
static void settle(const fq_policy_search *s, const policy *q, int *choice) {
    for (int i = 0; i < s->sites; i++) {
        choice[i] = 0;
        for (int o = 1; o < s->options; o++)
            if (q->logit[i * s->options + o] > q->logit[i * s->options + choice[i]]) choice[i] = o;
    }
    while (fq_search_bytes(s, choice) > s->budget) {
        int site = -1, option = 0;
        double least = INFINITY;
        for (int i = 0; i < s->sites; i++)
            for (int o = 0; o < s->options; o++) {
                const double loss = q->logit[i * s->options + choice[i]] - q->logit[i * s->options + o];
                if (bytes_of(s, i, o) < bytes_of(s, i, choice[i]) && loss < least) least = loss, site = i, option = o;
            }
        FQ_ASSERT(site >= 0);
        choice[site] = option;
    }
}

fq_status fq_search_reinforce(const fq_policy_search *s, fq_arena *scratch, int *choice, double *entropy) {
    const int n = s->sites * s->options, delay = s->steps / 4;
    double mean = 0;
    FQ_TRY(check(s));
    FQ_ASSERT(s->batches > 0);
    policy q = {FQ_NEW(scratch, double, n), FQ_NEW(scratch, double, n), FQ_NEW(scratch, double, n),
                FQ_NEW(scratch, double, n), FQ_NEW(scratch, double, n)};
    if (!q.logit || !q.gradient || !q.first || !q.second || !q.p) return FQ_ERR_MEMORY;
    fq_rng rng = fq_rng_seed(s->seed, 0xf11);
    for (int i = 0; i < n; i++)
        q.logit[i] = 0.5;
    for (int step = 1; step <= s->steps; step++) {
        double loss;
        probabilities(s, &q);
        for (int i = 0; i < s->sites; i++)
            choice[i] = draw(s, q.p + i * s->options, step <= delay, &rng);
        FQ_TRY(s->loss(s->ctx, choice, step % s->batches, &loss));
        const double reward = -loss - s->beta * fabs(1 - fq_search_bytes(s, choice) / s->budget);
        const double before = mean;
        mean = step == 1 ? reward : 0.9 * mean + 0.1 * reward;
        if (step == 1) continue;
        const double lambda = 0.25 * (1 - cos(3.14159265358979323846 * step / s->steps));
        gradient(s, &q, choice, reward - before, step <= delay ? 0 : lambda);
        adam(&q, n, step - 1);
    }
    probabilities(s, &q);
    if (entropy != NULL) *entropy = 0;
    for (int i = 0; entropy != NULL && i < s->sites; i++)
        *entropy += site_entropy(s, q.p + i * s->options) / s->sites;
    settle(s, &q, choice);
    return FQ_OK;
}

fq_status fq_search_random(const fq_policy_search *p, int *choice) {
    int order[SITES_MOST];
    FQ_TRY(check(p));
    fq_rng rng = fq_rng_seed(p->seed, 0x10c);
    for (int i = 0; i < p->sites; i++) {
        order[i] = i;
        choice[i] = extreme(p, i, 0);
    }
    for (int i = p->sites - 1; i > 0; i--) {
        const int j = (int)fq_rng_below(&rng, (uint32_t)i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    for (int k = 0; k < p->sites; k++) {
        const int i = order[k];
        for (int o = 0; o < p->options; o++) {
            const int kept = choice[i];
            if (bytes_of(p, i, o) <= bytes_of(p, i, kept)) continue;
            choice[i] = o;
            if (fq_search_bytes(p, choice) > p->budget) choice[i] = kept;
        }
    }
    return FQ_OK;
}
