/* The pictures of a run, made from its rows alone: the same whether the rows are still in memory or read back by
 * `plot`. */
#ifndef FQ_SCENARIOS_PLOTS_H
#define FQ_SCENARIOS_PLOTS_H
#include "harness/record.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Speed-up bars, time lines, decode bars; perplexity scatter, difference and divergence bars, perplexity against the
 * strength of outliers; leave-one-out bars; heat maps of noise by layer and projection. Into DIR/plots, one a group of
 * rows that share everything but what the picture compares. Times in DIR/imported.csv (imported.h) join speed-ups and
 * times of products and feed-forward blocks. *written: how many. Errors: those of fq_plot_write, after
 * trying all. */
fq_status fq_plots_write(const char *dir, const fq_rows *rows, int *written) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
