/* Vector prefixes of fq_format_encode_row and fq_format_decode_row. Each handles as many leading elements as it can and
 * returns that count (even, possibly 0); the scalar loop in format.c does the rest and names a bad element. */
#ifndef FQ_QUANT_FORMAT_AVX2_H
#define FQ_QUANT_FORMAT_AVX2_H
#include <stddef.h>
#include "quant/format.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Stops in front of the first block that holds a NaN or an infinity. Needs AVX2 and F16C. */
size_t fq_format_encode_avx2(fq_format_id f, const float *x, size_t n, void *codes);
size_t fq_format_decode_avx2(fq_format_id f, const void *codes, size_t n, float *x);

#ifdef __cplusplus
}
#endif
#endif
