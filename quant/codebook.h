/* Codebooks of 16 numbers that a 4-bit weight code may stand for under the E4M3 group scale of FireQ's storage. The
 * kernels look operands up, so any codebook costs them nothing:  operand = e4m3(codebook[q] * s).
 * Codes of the codebooks other than INT4 are sign and magnitude: bit 3 the sign, bits 0..2 the index of the magnitude,
 * so that a kernel needs 8 entries. Magnitudes rise with their index; entry 8 is -0. */
#ifndef FQ_QUANT_CODEBOOK_H
#define FQ_QUANT_CODEBOOK_H
#ifdef __cplusplus
extern "C" {
#endif

typedef enum fq_codebook_id {
#define FQ_CODEBOOK(id, name, m0, m1, m2, m3, m4, m5, m6, m7, source) FQ_CODEBOOK_##id,
#include "quant/codebooks.def"
#undef FQ_CODEBOOK
    FQ_CODEBOOK_COUNT
} fq_codebook_id;

typedef struct fq_codebook {
    const char *name;
    float value[16]; /* of code q */
    float max;       /* largest magnitude an absmax scale maps to: 7 for INT4 */
    const char *source;
} fq_codebook;

extern const fq_codebook fq_codebooks[FQ_CODEBOOK_COUNT];
int fq_codebook_find(const char *name); /* id, or -1 */

#ifdef __cplusplus
}
#endif
#endif
