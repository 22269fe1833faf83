/* Scoring many variants of one model on one text: what perplexity.c and errors.c share. The variants run in groups that
 * fit in memory, each group in one pass over the text beside the float32 reference. */
#ifndef FQ_SCENARIOS_SCORE_H
#define FQ_SCENARIOS_SCORE_H
#include "harness/metric.h"
#include "models/corpus.h"
#include "scenarios/nets.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_scorer {
    fq_context *c;
    const fq_step *s;
    const fq_model *model;
    fq_corpus corpus;
    double kappa;        /* of the outliers now in the model */
    fq_llama *reference; /* f32 with them, or NULL */
    int group, seen;     /* nets of the current group; windows of it already counted in the progress */
} fq_scorer;

/* Open the step's model and text. Owner: the caller, fq_scorer_close (also after an error). */
fq_status fq_scorer_open(fq_context *c, const fq_step *s, fq_scorer *out) FQ_MUST_USE;
void fq_scorer_close(fq_scorer *k);

/* Put outliers of strength kappa into the model, calibrate for the variants (fq_net_calibrate), and build the reference
 * where the step wants one. A saved model keeps its outliers and has no reference. */
fq_status fq_scorer_begin(fq_scorer *k, double kappa, const fq_texts *variants, int moments) FQ_MUST_USE;

/* Score each variant and hand it to done with its index, while its net is still there; done may take v->accuracy and
 * leave NULL. The progress advances by one for each. Errors: those of building, scoring and done. */
fq_status fq_scorer_run(fq_scorer *k, const fq_texts *variants, fq_status (*done)(void *ctx, int i, fq_evaluation *v),
                        void *ctx) FQ_MUST_USE;

/* For the note column: "reference is Q4_1, lossy; 2 of 6 layers", or "". In the context's arena; NULL on no memory. */
const char *fq_scorer_note(const fq_scorer *k, const fq_llama *net);

#ifdef __cplusplus
}
#endif
#endif
