/* The table of number formats and the row versions of encode and decode.
 * Rows start with the vector code where this processor has it and end with the scalar functions of the table. */
#include <math.h>
#include <pthread.h>
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
    return (n * (size_t)fq_formats[f].bits + 7) / 8;
}

/* Codes of less than 8 bits may lie across two bytes. */
static inline uint32_t get_code(int bits, const uint8_t *codes, size_t i) {
    if (bits == 8) return codes[i];
    if (bits < 8) {
        const size_t at = i * (size_t)bits / 8, shift = i * (size_t)bits % 8;
        const uint32_t high = shift + (size_t)bits > 8 ? codes[at + 1] : 0;
        return (codes[at] | high << 8) >> shift & ((1u << bits) - 1);
    }
    if (bits == 16) {
        uint16_t half;
        memcpy(&half, codes + 2 * i, sizeof half);
        return half;
    }
    uint32_t word;
    memcpy(&word, codes + 4 * i, sizeof word);
    return word;
}

/* fresh: what follows the code in its last byte is cleared, which fills a row from its start. */
static inline void put_code(int bits, uint8_t *codes, size_t i, uint32_t code, int fresh) {
    if (bits < 8) {
        const size_t at = i * (size_t)bits / 8, shift = i * (size_t)bits % 8;
        const uint32_t mask = (fresh ? 0xffffu : (1u << bits) - 1) << shift, put = code << shift;
        codes[at] = (uint8_t)((codes[at] & ~mask) | put);
        if (shift + (size_t)bits > 8) codes[at + 1] = (uint8_t)((fresh ? 0 : codes[at + 1] & ~(mask >> 8)) | put >> 8);
    } else if (bits == 8) {
        codes[i] = (uint8_t)code;
    } else if (bits == 16) {
        const uint16_t half = (uint16_t)code;
        memcpy(codes + 2 * i, &half, sizeof half);
    } else {
        memcpy(codes + 4 * i, &code, sizeof code);
    }
}

uint32_t fq_format_get(fq_format_id f, const void *codes, size_t i) {
    return get_code(fq_formats[f].bits, codes, i);
}

void fq_format_put(fq_format_id f, void *codes, size_t i, uint32_t code) {
    put_code(fq_formats[f].bits, codes, i, code, 0);
}

static float values[FQ_FORMAT_COUNT][256];
static pthread_once_t values_once = PTHREAD_ONCE_INIT;

static void make_values(void) {
    for (int f = 0; f < FQ_FORMAT_COUNT; f++)
        for (uint32_t c = 0; fq_formats[f].bits <= 8 && c < 1u << fq_formats[f].bits; c++)
            values[f][c] = fq_formats[f].decode(c);
}

const float *fq_format_values(fq_format_id f) {
    FQ_ASSERT(fq_formats[f].bits <= 8);
    pthread_once(&values_once, make_values);
    return values[f];
}

/* Of both neighbours one is the nearest; the other is the nearest value beyond x. */
uint32_t fq_format_encode_stochastic(fq_format_id f, float x, float u) {
    const fq_format *format = &fq_formats[f];
    const float *value = fq_format_values(f);
    const uint32_t nearest = format->encode(x);
    const float v = value[nearest];
    uint32_t other = nearest;
    for (uint32_t c = 0; c < 1u << format->bits; c++) {
        const int beyond = v < x ? value[c] > x : value[c] < x;
        const int closer = other == nearest || (v < x ? value[c] < value[other] : value[c] > value[other]);
        if (beyond && closer && format->encode(value[c]) == c) other = c;
    }
    if (v == x || other == nearest) return nearest;
    const float share = (x - v) / (value[other] - v); /* of the way to the other neighbour */
    return (v < x ? u < share : u >= 1.0f - share) ? other : nearest;
}

fq_status fq_format_encode_row(fq_format_id f, const float *x, size_t n, void *codes) {
    const fq_format *format = &fq_formats[f];
    for (size_t i = fq_cpu_isa() >= FQ_ISA_AVX2 ? fq_format_encode_avx2(f, x, n, codes) : 0; i < n; i++) {
        if (!isfinite(x[i]))
            return fq_fail(FQ_ERR_NUMERIC, "%s: element %zu of %zu is %g, expected a finite number", format->name, i, n,
                           (double)x[i]);
        put_code(format->bits, codes, i, format->encode(x[i]), 1);
    }
    return FQ_OK;
}

void fq_format_decode_row(fq_format_id f, const void *codes, size_t n, float *x) {
    const fq_format *format = &fq_formats[f];
    size_t i = fq_cpu_isa() >= FQ_ISA_AVX2 ? fq_format_decode_avx2(f, codes, n, x) : 0;
    if (format->bits <= 8) {
        const float *value = fq_format_values(f);
        for (; i < n; i++)
            x[i] = value[get_code(format->bits, codes, i)];
    }
    for (; i < n; i++)
        x[i] = format->decode(get_code(format->bits, codes, i));
}
