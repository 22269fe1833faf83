/* What to run where: from a run that measured both accuracy and speed, what each variant keeps and gives, and which one
 * each situation asks for. Nothing is known of variants but their rows. */
#ifndef FQ_SCENARIOS_RECOMMEND_H
#define FQ_SCENARIOS_RECOMMEND_H
#include <stdio.h>
#include "harness/record.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Two Markdown tables; nothing where there is no baseline with accuracy, or no other variant with accuracy and a time.
 *
 * Recovery = 100 ppl(baseline) / ppl(variant): the share of the baseline's probability of a token that is left,
 * geometric mean over the text, in percent; its interval from the paired one of the perplexities. Rows without outliers
 * (kappa 1).
 *
 * A situation is a measured quantity: time to first token (prefill, batch 1, longest prompt), tokens a second of one
 * stream and of the most side by side (decode), tokens a second served when all requests come at once and requests a
 * second within the limits at the highest load (serve, most slots), stored bits. Recommended is the variant with the
 * best of it among those whose recovery reaches 99 % and 95 %, the baseline among them; beside it those that cannot be
 * told from it: intervals of speed-ups that meet, or, of served requests, within 3 %. Errors: FQ_ERR_MEMORY. The caller
 * checks f. */
fq_status fq_recommend_print(FILE *f, const fq_rows *rows, fq_arena *arena) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
