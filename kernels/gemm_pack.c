/* Packing of 4-bit weights (gemm_packed.h) and the tables that go with it, all made from the recipes' own definition of
 * an operand value, so that a kernel that looks a weight up cannot disagree with the oracle. */
#include "kernels/gemm_packed.h"
#include <math.h>
#include <pthread.h>
#include <string.h>
#include "quant/codebook.h"
#include "quant/minifloat.h"

static _Alignas(64) fq_gemm_tables tables;
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

/* Unit in the last place of an E4M3 magnitude. */
static float unit_of(uint32_t code) {
    return ldexpf(1.0f, code < 16 ? -9 : (int)(code >> 3) - 10);
}

static void make_tables(void) {
    fq_gemm_tables *t = &tables;
    for (uint32_t s = 0; s < FQ_GEMM_LUTS_A_BOOK - 1; s++) { /* code 127 is NaN: never a scale, never a number */
        const float scale = fq_e4m3_decode(s);
        for (int i = 0; i < FQ_GEMM_SHIFTS; i++)
            t->unit[i][s] = ldexpf(unit_of(s), i);
        for (uint32_t b = 0; b < FQ_CODEBOOK_COUNT; b++)
            for (uint32_t q = 0; q < 32; q++)
                t->pair[b * FQ_GEMM_LUTS_A_BOOK + s][q] =
                    (uint16_t)fq_bf16_encode(fq_format_round(FQ_E4M3, fq_codebooks[b].value[q % 16] * scale));
        for (uint32_t q = 0; q < 16; q++) {
            const float v = fq_format_round(FQ_E4M3, fq_codebooks[FQ_CODEBOOK_INT4].value[q] * scale);
            t->byte[s][q] = (uint8_t)(FQ_GEMM_BIAS + (int)(v / t->unit[0][s]));
        }
        const uint32_t x = (uint32_t)(scale * 512.0f);
        for (int d = 0; d < 3; d++)
            t->digit[d][s] = (uint8_t)(x >> (7 * d) & 127);
    }
    for (int s = 0; s < FQ_GEMM_BYTE_SCALES; s++)
        for (int z = 0; z < 16; z++)
            for (int q = 0; q < 16; q++) {
                const int v = (q - z) * s + FQ_GEMM_BIAS;
                t->product[16 * s + z][q] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
            }
    for (int q = 0; q < 16; q++) {
        t->integer[q] = (uint8_t)(FQ_GEMM_BIAS + (q ^ 8) - 8);
        t->code[q] = (int8_t)((q ^ 8) - 8);
    }
}

const fq_gemm_tables *fq_gemm_tables_get(void) {
    pthread_once(&tables_once, make_tables);
    return &tables;
}

/* One row of one chunk: canonical byte j holds codes 2j and 2j + 1, so lanes 2j and 2j + 1 come from bytes j, 16 + j,
 * 32 + j and 48 + j. */
static void pack_line(const fq_qmatrix *w, int r, int chunk, uint8_t *line) {
    uint8_t c[FQ_PACKED_LINE] = {0};
    const size_t from = (size_t)chunk * FQ_PACKED_LINE, left = ((size_t)w->cols + 1) / 2 - from;
    memcpy(c, w->codes + (size_t)r * w->row_bytes + from, left < sizeof c ? left : sizeof c);
    for (int j = 0; j < 16; j++) {
        line[4 * j] = (uint8_t)((c[j] & 15) | c[16 + j] << 4);
        line[4 * j + 1] = (uint8_t)((c[32 + j] & 15) | c[48 + j] << 4);
        line[4 * j + 2] = (uint8_t)(c[j] >> 4 | (c[16 + j] & 0xf0));
        line[4 * j + 3] = (uint8_t)(c[32 + j] >> 4 | (c[48 + j] & 0xf0));
    }
}

/* Is every q S an INT8, with an S that fq_gemm_tables.product has? */
static int amplified_fit(const fq_qmatrix *w) {
    int fit = 1;
#pragma omp parallel for reduction(&& : fit)
    for (int r = 0; r < w->rows; r++) {
        const uint8_t *codes = w->codes + (size_t)r * w->row_bytes;
        for (int k = 0; k < w->cols && fit; k++) {
            const int s = (int)fq_qmatrix_scale(w, r, k / w->group);
            const int v = (((codes[k / 2] >> (k % 2 ? 4 : 0) & 15) ^ 8) - 8) * s;
            fit = s < FQ_GEMM_BYTE_SCALES && v >= -128 && v <= 127;
        }
    }
    return fit;
}

/* Is every (q - z) s of the row's group an INT8? */
static int products_fit(const fq_qmatrix *w, int r, int g) {
    const int s = (int)fq_qmatrix_scale(w, r, g), z = fq_qmatrix_zero(w, r, g);
    if (s < 0 || s >= FQ_GEMM_BYTE_SCALES || z > 15) return 0;
    const uint8_t *codes = w->codes + (size_t)r * w->row_bytes;
    for (int k = g * w->group; k < (g + 1) * w->group && k < w->cols; k++) {
        const int v = ((codes[k / 2] >> (k % 2 ? 4 : 0) & 15) - z) * s;
        if (v < -128 || v > 127) return 0;
    }
    return 1;
}

/* Of chunk `chunk` of row r. */
static void pack_scale(fq_gemm_kind kind, const fq_qmatrix *w, int r, int chunk, fq_gemm_packed *p, size_t at) {
    const int g = w->groups > 0 ? chunk * FQ_PACKED_CODES / w->group : 0;
    const size_t from = (size_t)r * (size_t)w->groups + (size_t)g;
    switch (kind) {
    case FQ_GEMM_i4f8:
        p->scales[at] = w->scales[from] & 0x7f;
        break;
    case FQ_GEMM_i4i8_int:
        memcpy(&p->halves[at], w->scales + 2 * from, sizeof(uint16_t));
        if (p->whole) p->halves[at] = (uint16_t)(16 * p->halves[at] + 8);
        break;
    case FQ_GEMM_w4a16:
    case FQ_GEMM_i4i8_f16:
        memcpy(&p->halves[at], w->scales + 2 * from, sizeof(uint16_t));
        break;
    case FQ_GEMM_q4i8:
        p->halves[at] = (uint16_t)(16 * (int)fq_qmatrix_scale(w, r, g) + fq_qmatrix_zero(w, r, g));
        break;
    default: /* i4i8, i4i8_fast: no groups */
        break;
    }
}

/* Can lines hold these groups? */
static int is_packable(fq_gemm_kind kind, const fq_qmatrix *w) {
    if (kind == FQ_GEMM_i4i8 || kind == FQ_GEMM_i4i8_fast) return 1;
    if (kind == FQ_GEMM_i4i8_int || kind == FQ_GEMM_i4i8_f16) return w->group % FQ_PACKED_CODES == 0;
    int fit = w->group == FQ_PACKED_CODES;
#pragma omp parallel for reduction(&& : fit) if (kind == FQ_GEMM_q4i8)
    for (int r = 0; r < w->rows; r++)
        for (int g = 0; g < w->groups && kind == FQ_GEMM_q4i8 && fit; g++)
            fit = products_fit(w, r, g);
    return fit;
}

/* What bytes that are 128 too large add to 16 times a row's sum, modulo 2^32. */
static int32_t biased_sum(const fq_qmatrix *w, int r) {
    const uint8_t *codes = w->codes + (size_t)r * w->row_bytes;
    uint32_t sum = 0;
    for (int k = 0; k < w->cols; k++)
        sum += (uint32_t)(((codes[k / 2] >> (k % 2 ? 4 : 0) & 15) ^ 8) - 8);
    return (int32_t)(16 * FQ_GEMM_BIAS * sum);
}

fq_status fq_gemm_pack(fq_gemm_kind kind, const fq_qmatrix *w, fq_arena *arena, void **packed) {
    const int halves =
        kind == FQ_GEMM_w4a16 || kind == FQ_GEMM_q4i8 || kind == FQ_GEMM_i4i8_int || kind == FQ_GEMM_i4i8_f16;
    FQ_TRY(kind == FQ_GEMM_i4i8_int ? fq_gemm_check_sums(w) : fq_gemm_check_weights(kind, w));
    *packed = NULL;
    if (!is_packable(kind, w)) return FQ_OK;
    fq_gemm_packed *p = FQ_NEW(arena, fq_gemm_packed, 1);
    if (!p) return FQ_ERR_MEMORY;
    p->blocks = (w->rows + 2 * FQ_PACKED_ROWS - 1) / (2 * FQ_PACKED_ROWS) * 2;
    p->chunks = (w->cols + FQ_PACKED_CODES - 1) / FQ_PACKED_CODES;
    p->whole = kind == FQ_GEMM_i4i8_int && amplified_fit(w);
    const size_t lines = (size_t)p->blocks * (size_t)p->chunks * FQ_PACKED_ROWS,
                 rows = (size_t)p->blocks * FQ_PACKED_ROWS;
    p->codes = fq_arena_calloc(arena, lines, FQ_PACKED_LINE);
    if (kind == FQ_GEMM_i4f8) p->scales = FQ_NEW(arena, uint8_t, lines);
    if (halves) p->halves = FQ_NEW(arena, uint16_t, lines);
    if (kind == FQ_GEMM_i4i8_fast) p->sums = FQ_NEW(arena, int32_t, rows);
    if (w->book) p->book = FQ_NEW(arena, uint8_t, rows);
    if (!p->codes || (kind == FQ_GEMM_i4f8 && !p->scales) || (w->book && !p->book)) return FQ_ERR_MEMORY;
    if ((halves && !p->halves) || (kind == FQ_GEMM_i4i8_fast && !p->sums)) return FQ_ERR_MEMORY;
#pragma omp parallel for schedule(static)
    for (int r = 0; r < w->rows; r++) {
        const size_t block = (size_t)(r / FQ_PACKED_ROWS);
        if (w->book) p->book[r] = w->book[r];
        if (p->sums) p->sums[r] = biased_sum(w, r);
        for (int g = 0; g < p->chunks; g++) {
            const size_t at = (block * (size_t)p->chunks + (size_t)g) * FQ_PACKED_ROWS + (size_t)(r % FQ_PACKED_ROWS);
            pack_line(w, r, g, p->codes + at * FQ_PACKED_LINE);
            for (int i = 0; p->whole && i < FQ_PACKED_LINE; i++)
                p->codes[at * FQ_PACKED_LINE + (size_t)i] ^= 0x88;
            pack_scale(kind, w, r, g, p, at);
        }
    }
    *packed = p;
    return FQ_OK;
}

/* Kernels of weights as they are, which must not meet sums that overflow. */
#define CHECK_SUMS(isa)                                                                                                \
    fq_status fq_gemm_i4i8_int_##isa##_pack(const fq_qmatrix *w, fq_arena *arena, void **packed) {                     \
        *packed = NULL;                                                                                                \
        return fq_gemm_check_sums(w);                                                                                  \
    }
CHECK_SUMS(avx2)
CHECK_SUMS(avx512)
