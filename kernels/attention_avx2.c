/* Attention with AVX2: tiles of 6 rows x 16 columns.
 * The text is attention_simd.h. */
#include "kernels/attention_simd.h"

fq_status fq_attention_prefill_avx2(const fq_attention_args *a) {
    return prefill(a);
}
size_t fq_attention_prefill_avx2_scratch(const fq_attention_args *a) {
    return prefill_scratch(a);
}
fq_status fq_attention_decode_avx2(const fq_attention_args *a) {
    return decode(a);
}
size_t fq_attention_decode_avx2_scratch(const fq_attention_args *a) {
    return decode_scratch(a);
}
