/* Searches against trying everything, on losses that are sums over sites, where the exact choice is known. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "harness/rng.h"
#include "models/policy_search.h"

enum { SITES = 7, OPTIONS = 3, ALL = 2187 };

typedef struct problem {
    double bytes[SITES * OPTIONS], loss[SITES * OPTIONS];
    int asked;
} problem;

static fq_status loss_of(void *ctx, const int *choice, int batch, double *out) {
    problem *q = ctx;
    (void)batch;
    q->asked++;
    *out = 3;
    for (int i = 0; i < SITES; i++)
        *out += q->loss[i * OPTIONS + choice[i]];
    return FQ_OK;
}

/* Wider options lose less, by site in different degrees. */
static fq_policy_search start(problem *q, uint64_t seed, double share) {
    fq_rng rng = fq_rng_seed(seed, 1);
    double most = 0;
    q->asked = 0;
    for (int i = 0; i < SITES; i++) {
        const double size = 100 + 400 * fq_rng_uniform(&rng), worth = fq_rng_uniform(&rng);
        for (int o = 0; o < OPTIONS; o++) {
            q->bytes[i * OPTIONS + o] = size * (2 + 2 * o);
            q->loss[i * OPTIONS + o] = worth * (OPTIONS - 1 - o) * (1 + 0.3 * fq_rng_uniform(&rng));
        }
        most += q->bytes[i * OPTIONS + OPTIONS - 1];
    }
    return (fq_policy_search){.sites = SITES,
                              .options = OPTIONS,
                              .bytes = q->bytes,
                              .budget = share * most,
                              .loss = loss_of,
                              .ctx = q,
                              .steps = 3000,
                              .batches = 4,
                              .beta = 1,
                              .seed = seed};
}

static double total(const problem *q, const int *choice) {
    double sum = 0;
    for (int i = 0; i < SITES; i++)
        sum += q->loss[i * OPTIONS + choice[i]];
    return sum;
}

static double exhaustive(const fq_policy_search *p, const problem *q) {
    double best = INFINITY;
    for (int n = 0; n < ALL; n++) {
        int choice[SITES];
        for (int i = 0, k = n; i < SITES; i++, k /= OPTIONS)
            choice[i] = k % OPTIONS;
        if (fq_search_bytes(p, choice) <= p->budget) best = fmin(best, total(q, choice));
    }
    return best;
}

static void test_searches(void **state) {
    (void)state;
    double random_sum = 0, greedy_sum = 0, learned_sum = 0, best_sum = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        problem q;
        fq_arena arena;
        double delta[SITES * OPTIONS], entropy;
        int choice[SITES];
        const fq_policy_search p = start(&q, seed, 0.65);
        assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
        assert_int_equal(fq_search_sensitivity(&p, delta), FQ_OK);
        assert_int_equal(q.asked, 1 + SITES * (OPTIONS - 1));
        for (int i = 0; i < SITES * OPTIONS; i++)
            assert_true(fabs(delta[i] - (q.loss[i] - q.loss[i / OPTIONS * OPTIONS + OPTIONS - 1])) < 1e-12);
        const double best = exhaustive(&p, &q);
        assert_int_equal(fq_search_knapsack(&p, delta, &arena, choice), FQ_OK);
        assert_true(fq_search_bytes(&p, choice) <= p.budget);
        assert_true(fabs(total(&q, choice) - best) < 1e-9);
        assert_int_equal(fq_search_greedy(&p, delta, choice), FQ_OK);
        assert_true(fq_search_bytes(&p, choice) <= p.budget && total(&q, choice) >= best - 1e-9);
        greedy_sum += total(&q, choice);
        assert_int_equal(fq_search_reinforce(&p, &arena, choice, &entropy), FQ_OK);
        assert_true(fq_search_bytes(&p, choice) <= p.budget && total(&q, choice) >= best - 1e-9);
        assert_true(entropy < 0.5 * log(OPTIONS)); /* it has made up its mind */
        learned_sum += total(&q, choice);
        assert_int_equal(fq_search_random(&p, choice), FQ_OK);
        assert_true(fq_search_bytes(&p, choice) <= p.budget && total(&q, choice) >= best - 1e-9);
        random_sum += total(&q, choice);
        best_sum += best;
        fq_arena_free(&arena);
    }
    print_message("losses: exact %.3g, greedy %.3g, learned %.3g, random %.3g\n", best_sum, greedy_sum, learned_sum,
                  random_sum);
    assert_true(greedy_sum < 1.3 * best_sum);
    assert_true(learned_sum < 0.9 * random_sum);
}

static void test_budget(void **state) {
    (void)state;
    problem q;
    fq_arena arena;
    double delta[SITES * OPTIONS];
    int choice[SITES];
    const fq_policy_search tight = start(&q, 1, 0.3), wide = start(&q, 1, 1.01);
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    assert_int_equal(fq_search_sensitivity(&tight, delta), FQ_ERR_USAGE);
    assert_int_equal(fq_search_random(&tight, choice), FQ_ERR_USAGE);
    assert_int_equal(fq_search_sensitivity(&wide, delta), FQ_OK);
    assert_int_equal(fq_search_knapsack(&wide, delta, &arena, choice), FQ_OK);
    for (int i = 0; i < SITES; i++)
        assert_int_equal(choice[i], OPTIONS - 1);
    assert_int_equal(fq_search_greedy(&wide, delta, choice), FQ_OK);
    for (int i = 0; i < SITES; i++)
        assert_int_equal(choice[i], OPTIONS - 1);
    fq_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_searches), cmocka_unit_test(test_budget)};
    return cmocka_run_group_tests_name("policy search", tests, NULL, NULL);
}
