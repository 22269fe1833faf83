/* Attention with AVX-512: tiles of 12 rows x 32 columns.
 * The text is attention_simd.h. */
#include "kernels/attention_simd.h"

fq_status fq_attention_prefill_avx512(const fq_attention_args *a) {
    return prefill(a);
}
size_t fq_attention_prefill_avx512_scratch(const fq_attention_args *a) {
    return prefill_scratch(a);
}
fq_status fq_attention_decode_avx512(const fq_attention_args *a) {
    return decode(a);
}
size_t fq_attention_decode_avx512_scratch(const fq_attention_args *a) {
    return decode_scratch(a);
}
