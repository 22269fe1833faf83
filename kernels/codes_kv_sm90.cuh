/* Codes of the INT4 cache to E4M3 operands e4m3(q s), two's complement, element 8 w + i of a row in bits 4 i of word w.
 */
#ifndef FQ_KERNELS_CODES_KV_SM90_CUH
#define FQ_KERNELS_CODES_KV_SM90_CUH
#include "kernels/ptx_sm90.cuh"

/* Eight codes; the product of a code and an E4M3 or bfloat16 scale is exact in float32, so it is rounded once. */
FQ_DEV void kv_operands(uint32_t word, float scale, uint32_t (&e)[2]) {
    float v[8];
#pragma unroll
    for (int i = 0; i < 8; i++)
        v[i] = (float)((int32_t)(word << (28 - 4 * i)) >> 28) * scale;
    e[0] = sm90_pack_e4m3(v[0], v[1], v[2], v[3]);
    e[1] = sm90_pack_e4m3(v[4], v[5], v[6], v[7]);
}

/* Four by four bytes, transposed: byte j of to[i] is byte i of the j-th word. */
FQ_DEV void kv_turn(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t *to) {
    const uint32_t ab = ptx_permute(a, b, 0x5140), cd = ptx_permute(c, d, 0x5140);
    const uint32_t ab2 = ptx_permute(a, b, 0x7362), cd2 = ptx_permute(c, d, 0x7362);
    to[0] = ptx_permute(ab, cd, 0x5410);
    to[1] = ptx_permute(ab, cd, 0x7632);
    to[2] = ptx_permute(ab2, cd2, 0x5410);
    to[3] = ptx_permute(ab2, cd2, 0x7632);
}
#endif
