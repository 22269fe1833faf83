/* The layout that 4-bit weights are brought into at load for AVX-512 and AMX, and the tables their codes are looked up
 * in. One cache line holds 128 codes of one row, so that shifting a register of 16-bit lanes by 0, 4, 8 and 12 bits
 * leaves 32 consecutive codes at the bottom of its lanes, and a register of bytes by 0 and 4 bits 64 codes:
 *
 *   lane i (16 bits) of a line:   q[i] | q[32 + i] << 4 | q[64 + i] << 8 | q[96 + i] << 12
 *   byte 2i                       q[i] and q[32 + i],    byte 2i + 1    q[64 + i] and q[96 + i]
 *
 * Lines are ordered [block of 16 rows][chunk of 128 inputs][row], which is the order an AMX tile of 16 rows wants them
 * in and one stream for a thread that takes whole blocks. Rows beyond N, inputs beyond K: code 0. */
#ifndef FQ_KERNELS_GEMM_PACKED_H
#define FQ_KERNELS_GEMM_PACKED_H
#include "kernels/gemm.h"
#include "quant/codebook.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
    FQ_PACKED_ROWS = 16,   /* of a block */
    FQ_PACKED_CODES = 128, /* of a chunk, and of a group */
    FQ_PACKED_LINE = 64    /* bytes of one row's codes in a chunk */
};

typedef struct fq_gemm_packed {
    int blocks;       /* of 16 rows, an even number */
    int chunks;       /* of 128 inputs */
    int whole;        /* i4i8_int: every q S is an INT8, so codes are q + 8 and halves those of q4i8 with z = 8 */
    uint8_t *codes;   /* [blocks][chunks][16][64] */
    uint8_t *scales;  /* [blocks][chunks][16] i4f8: E4M3 codes; else NULL */
    uint16_t *halves; /* [blocks][chunks][16] w4a16, i4i8_f16: float16 codes; i4i8_int: scales; q4i8: rows of
                         fq_gemm_tables.product; else NULL */
    int32_t *sums;    /* [blocks][16] i4i8_fast: 128 times 16 times the sum of a row's codes; else NULL */
    uint8_t *book;    /* [blocks][16] i4f8 with codebooks, else NULL */
} fq_gemm_packed;

/* Pack w for the products w4a16, i4f8, i4i8, q4i8, i4i8_int and i4i8_f16. Owner: the arena. *packed is NULL where lines
 * cannot hold w: groups other than 128 (of the last two: no multiple of it) and, for q4i8, an operand (q - z) s that is
 * no INT8. Errors: those of fq_gemm_check and, for i4i8_int, fq_gemm_check_sums; FQ_ERR_MEMORY. */
fq_status fq_gemm_pack(fq_gemm_kind kind, const fq_qmatrix *w, fq_arena *arena, void **packed) FQ_MUST_USE;

enum { FQ_GEMM_BIAS = 128, FQ_GEMM_BYTE_SCALES = 17, FQ_GEMM_SHIFTS = 18 };

/* Made once. E4M3 scale codes s and codes x stay below 127 apart from their sign.
 *
 * An E4M3 scale s = i u, u = 2^e its unit in the last place and i < 16, has e4m3(q s) = j u with an integer |j| <= 120
 * for every INT4 q (four significant bits of i q, or 448), so integers carry a group's operands exactly. An E4M3 number
 * is 2^-9 times an integer below 2^18, three digits of seven bits with one sign. */
typedef struct fq_gemm_tables {
    _Alignas(64) uint16_t pair[FQ_CODEBOOK_COUNT * FQ_GEMM_LUTS_A_BOOK][32]; /* bf16 of e4m3(book[q] s), twice:
                                                                                [128 book + s][q] */
    _Alignas(64) uint8_t byte[FQ_GEMM_LUTS_A_BOOK][16];                      /* j + 128 of e4m3(q s) = j u, INT4 */
    _Alignas(64) uint8_t product[FQ_GEMM_BYTE_SCALES * 16][16];   /* (q - z) s + 128, saturated: [16 s + z][q] */
    _Alignas(64) uint8_t integer[16];                             /* INT4 q + 128 */
    _Alignas(64) int8_t code[16];                                 /* INT4 q */
    _Alignas(64) float unit[FQ_GEMM_SHIFTS][FQ_GEMM_LUTS_A_BOOK]; /* 2^i times u of s */
    _Alignas(64) uint8_t digit[3][FQ_GEMM_LUTS_A_BOOK];           /* of 512 |x|, lowest first */
} fq_gemm_tables;
const fq_gemm_tables *fq_gemm_tables_get(void);

#ifdef __cplusplus
}
#endif
#endif
