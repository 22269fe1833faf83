/* The table of number formats and the row versions of encode and decode.
 * Rows start with the vector code where this processor has it and end with the scalar functions of the table. */
#include <math.h>
#include <string.h>
#include "harness/cpu.h"
#include "quant/format.h"
#include "quant/format_avx2.h"

const fq_format fq_formats[FQ_FORMAT_COUNT] = {
#define FQ_FORMAT(id, name, bits, ebits, mbits, maximum)                                                               \
    {#name, bits, ebits, mbits, maximum, fq_##name##_encode, fq_##name##_decode},
#include "quant/formats.def"
#undef FQ_FORMAT
};

int fq_format_find(const char *name) {
    for (int i = 0; i < FQ_FORMAT_COUNT; i++)
        if (strcmp(fq_formats[i].name, name) == 0) return i;
    return -1;
}

size_t fq_format_bytes(fq_format_id f, size_t n) {
    const int bits = fq_formats[f].bits;
    return bits == 4 ? n / 2 + n % 2 : n * (size_t)(bits / 8);
}

static inline void put_code(int bits, uint8_t *codes, size_t i, uint32_t code) {
    if (bits == 4) {
        /* The even neighbour comes first and clears the byte, so an odd row ends with code 0. */
        codes[i / 2] = (uint8_t)(i % 2 ? (uint32_t)(codes[i / 2] & 0xf) | code << 4 : code);
    } else if (bits == 8) {
        codes[i] = (uint8_t)code;
    } else if (bits == 16) {
        const uint16_t half = (uint16_t)code;
        memcpy(codes + 2 * i, &half, sizeof half);
    } else {
        memcpy(codes + 4 * i, &code, sizeof code);
    }
}

static inline uint32_t get_code(int bits, const uint8_t *codes, size_t i) {
    if (bits == 4) return codes[i / 2] >> (i % 2 ? 4 : 0) & 0xf;
    if (bits == 8) return codes[i];
    if (bits == 16) {
        uint16_t half;
        memcpy(&half, codes + 2 * i, sizeof half);
        return half;
    }
    uint32_t word;
    memcpy(&word, codes + 4 * i, sizeof word);
    return word;
}

fq_status fq_format_encode_row(fq_format_id f, const float *x, size_t n, void *codes) {
    const fq_format *format = &fq_formats[f];
    for (size_t i = fq_cpu_isa() >= FQ_ISA_AVX2 ? fq_format_encode_avx2(f, x, n, codes) : 0; i < n; i++) {
        if (!isfinite(x[i]))
            return fq_fail(FQ_ERR_NUMERIC, "%s: element %zu of %zu is %g, expected a finite number", format->name, i, n,
                           (double)x[i]);
        put_code(format->bits, codes, i, format->encode(x[i]));
    }
    return FQ_OK;
}

void fq_format_decode_row(fq_format_id f, const void *codes, size_t n, float *x) {
    const fq_format *format = &fq_formats[f];
    for (size_t i = fq_cpu_isa() >= FQ_ISA_AVX2 ? fq_format_decode_avx2(f, codes, n, x) : 0; i < n; i++)
        x[i] = format->decode(get_code(format->bits, codes, i));
}
