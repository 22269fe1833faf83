/* The table of codebooks out of codebooks.def, 16 values each: sign and magnitude, but INT4 in two's complement, so
 * that matrices without codebooks and rows with that one mean the same. */
#include "quant/codebook.h"
#include <string.h>

/* Code 8 and beyond: those of INT4 count up to 0, those of the others count away from it. */
#define UPPER(id, int4, other) (FQ_CODEBOOK_##id == FQ_CODEBOOK_INT4 ? int4 : other)

const fq_codebook fq_codebooks[FQ_CODEBOOK_COUNT] = {
#define FQ_CODEBOOK(id, name, m0, m1, m2, m3, m4, m5, m6, m7, source)                                                  \
    {name,                                                                                                             \
     {m0, m1, m2, m3, m4, m5, m6, m7, UPPER(id, -8.0f, -0.0f), UPPER(id, -m7, -m1), UPPER(id, -m6, -m2),               \
      UPPER(id, -m5, -m3), -m4, UPPER(id, -m3, -m5), UPPER(id, -m2, -m6), UPPER(id, -m1, -m7)},                        \
     m7,                                                                                                               \
     source},
#include "quant/codebooks.def"
#undef FQ_CODEBOOK
};

int fq_codebook_find(const char *name) {
    for (int i = 0; i < FQ_CODEBOOK_COUNT; i++)
        if (strcmp(fq_codebooks[i].name, name) == 0) return i;
    return -1;
}
