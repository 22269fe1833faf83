/* Two variants scored on the same windows of the same text, held against each other window by window (windows.csv). */
#ifndef FQ_HARNESS_WINDOWS_H
#define FQ_HARNESS_WINDOWS_H
#include "harness/contrast.h"
#include "harness/folder.h"
#ifdef __cplusplus
extern "C" {
#endif

/* a - b (op '-') or a / b (op '/') of `column` (nll, ppl, dppl or kld_mean), with the 95 % percentile interval of 2000
 * resamples of windows, each of the same windows for both rows; what makes a text hard then cancels. n: windows; 0 if
 * the folder does not have the windows of both, or of different ones, or the column is another. Errors: FQ_ERR_MEMORY.
 */
fq_status fq_windows_contrast(const fq_folder *f, const fq_accuracy_row *a, const fq_accuracy_row *b,
                              const char *column, char op, fq_arena *arena, fq_ratio *out) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
