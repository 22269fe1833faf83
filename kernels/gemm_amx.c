/* The gemm family with AMX: products of packed 4-bit weights and of canonical 8- and 16-bit ones. Which way a number of
 * tokens goes was measured (docs/NOTES-cpu-kernels.md). */
#include "kernels/gemm_digits.h"
#include "kernels/gemm_gemv.h"
#include "kernels/gemm_scaled.h"
#include "kernels/gemm_stream.h"
#include "kernels/gemm_strip.h"
#include "kernels/gemm_tile.h"

enum { VECTOR_TOKENS = 2 /* most tokens for which the AVX-512 functions are faster, of weights that are not packed */ };

/* size_t name_tile_bytes(const fq_gemm_args *a), static void name_tiles(const fq_gemm_args *a): blocks of tiles for few
 * tokens, strips for many. */
#define TILES(name)                                                                                                    \
    static size_t name##_tile_bytes(const fq_gemm_args *a) {                                                           \
        return a->m > STRIP_TOKENS ? strip_plan_make(FQ_GEMM_##name, a).t.bytes                                        \
                                   : tile_plan_make(FQ_GEMM_##name, a).bytes;                                          \
    }                                                                                                                  \
    static void name##_tiles(const fq_gemm_args *a) {                                                                  \
        if (a->m > STRIP_TOKENS) {                                                                                     \
            const strip_plan plan = strip_plan_make(FQ_GEMM_##name, a);                                                \
            _Pragma("omp parallel") strip_work(FQ_GEMM_##name, &plan);                                                 \
        } else {                                                                                                       \
            const tile_plan plan = tile_plan_make(FQ_GEMM_##name, a);                                                  \
            _Pragma("omp parallel") tile_work(FQ_GEMM_##name, &plan);                                                  \
        }                                                                                                              \
    }
TILES(bf16)
TILES(f8f8)
TILES(i8i8)
TILES(w4a16)
TILES(i4f8)
TILES(i4i8)
TILES(q4i8)
TILES(i4i8_fast)

/* The same where a group's sums are scaled as they leave their tiles. */
static size_t i4i8_f16_tile_bytes(const fq_gemm_args *a) {
    return tile_plan_make(FQ_GEMM_i4i8_f16, a).bytes;
}
static void i4i8_f16_tiles(const fq_gemm_args *a) {
    const tile_plan plan = tile_plan_make(FQ_GEMM_i4i8_f16, a);
#pragma omp parallel
    scaled_work(FQ_GEMM_i4i8_f16, &plan);
}
static size_t i4i8_int_tile_bytes(const fq_gemm_args *a) { /* of either way */
    const size_t scaled = tile_plan_make(FQ_GEMM_i4i8_int, a).bytes, whole = q4i8_tile_bytes(a);
    return scaled > whole ? scaled : whole;
}
static void i4i8_int_scaled(const fq_gemm_args *a) {
    const tile_plan plan = tile_plan_make(FQ_GEMM_i4i8_int, a);
#pragma omp parallel
    scaled_work(FQ_GEMM_i4i8_int, &plan);
}

#define GEMM_AMX(name)                                                                                                 \
    size_t fq_gemm_##name##_amx_scratch(const fq_gemm_args *a) {                                                       \
        return a->m <= VECTOR_TOKENS ? fq_gemm_##name##_avx512_scratch(a) : name##_tile_bytes(a);                      \
    }                                                                                                                  \
    fq_status fq_gemm_##name##_amx(const fq_gemm_args *a) {                                                            \
        if (a->m <= VECTOR_TOKENS) return fq_gemm_##name##_avx512(a);                                                  \
        FQ_TRY(fq_gemm_check(FQ_GEMM_##name, a));                                                                      \
        name##_tiles(a);                                                                                               \
        return FQ_OK;                                                                                                  \
    }
GEMM_AMX(f8f8)
GEMM_AMX(i8i8)

size_t fq_gemm_bf16_amx_scratch(const fq_gemm_args *a) {
    if (a->m == 1) return stream_bytes(a);
    return a->m <= VECTOR_TOKENS ? fq_gemm_bf16_avx512_scratch(a) : bf16_tile_bytes(a);
}
fq_status fq_gemm_bf16_amx(const fq_gemm_args *a) {
    if (a->m != 1 && a->m <= VECTOR_TOKENS) return fq_gemm_bf16_avx512(a);
    FQ_TRY(fq_gemm_check(FQ_GEMM_bf16, a));
    if (a->m == 1)
        stream_run(a);
    else
        bf16_tiles(a);
    return FQ_OK;
}

GEMV(w4a16_gemv, FQ_GEMM_w4a16, GEMV_FLOATS)
GEMV(i4f8_digits, FQ_GEMM_i4f8, GEMV_DIGITS)
GEMV(i4f8_books, FQ_GEMM_i4f8, GEMV_FLOATS)
GEMV(i4i8_gemv, FQ_GEMM_i4i8, GEMV_BYTES)
GEMV(q4i8_gemv, FQ_GEMM_q4i8, GEMV_BYTES)
GEMV(i4i8_fast_gemv, FQ_GEMM_i4i8_fast, GEMV_BYTES)
GEMV(i4i8_int_gemv, FQ_GEMM_i4i8_int, GEMV_GROUPS)
GEMV(i4i8_f16_gemv, FQ_GEMM_i4i8_f16, GEMV_GROUPS)

/* The ways for few tokens: 1 if one was taken. */
#define GEMM_FEW(name)                                                                                                 \
    static int name##_few(const fq_gemm_args *a) {                                                                     \
        if (a->m == 1) name##_gemv(a);                                                                                 \
        return a->m == 1;                                                                                              \
    }
GEMM_FEW(w4a16)
GEMM_FEW(i4i8)
GEMM_FEW(q4i8)
GEMM_FEW(i4i8_fast)
GEMM_FEW(i4i8_f16)

/* Scales so small that every q S is a byte are q4i8's: no sum has to be scaled. */
static int i4i8_int_few(const fq_gemm_args *a) {
    const fq_gemm_packed *w = a->packed;
    if (a->m == 1) (w->whole ? q4i8_gemv : i4i8_int_gemv)(a);
    return a->m == 1;
}
static void i4i8_int_tiles(const fq_gemm_args *a) {
    const fq_gemm_packed *w = a->packed;
    (w->whole ? q4i8_tiles : i4i8_int_scaled)(a);
}

static int i4f8_few(const fq_gemm_args *a) {
    if (a->m == 1)
        (a->w->book ? i4f8_books : i4f8_digits)(a);
    else if (a->m <= DIGITS_TOKENS && !a->w->book)
        digits_run(a);
    else
        return 0;
    return 1;
}

/* Weights that cannot be packed (groups of another size) have NULL there and go to the AVX-512 functions. */
#define GEMM_AMX_PACKED(name)                                                                                          \
    fq_status fq_gemm_##name##_amx_pack(const fq_qmatrix *w, fq_arena *arena, void **packed) {                         \
        return fq_gemm_pack(FQ_GEMM_##name, w, arena, packed);                                                         \
    }                                                                                                                  \
    size_t fq_gemm_##name##_amx_scratch(const fq_gemm_args *a) {                                                       \
        const size_t canonical = fq_gemm_##name##_avx512_scratch(a);                                                   \
        const size_t gemv = gemv_bytes(FQ_GEMM_##name, a), tile = name##_tile_bytes(a);                                \
        const size_t few = a->m <= DIGITS_TOKENS ? digits_bytes(a) + gemv : 0, own = tile > few ? tile : few;          \
        return own > canonical ? own : canonical;                                                                      \
    }                                                                                                                  \
    fq_status fq_gemm_##name##_amx(const fq_gemm_args *a) {                                                            \
        FQ_TRY(fq_gemm_check(FQ_GEMM_##name, a));                                                                      \
        if (!a->packed) return fq_gemm_##name##_avx512(a);                                                             \
        if (a->m > 0 && !name##_few(a)) name##_tiles(a);                                                               \
        return FQ_OK;                                                                                                  \
    }
GEMM_AMX_PACKED(w4a16)
GEMM_AMX_PACKED(i4f8)
GEMM_AMX_PACKED(i4i8)
GEMM_AMX_PACKED(q4i8)
GEMM_AMX_PACKED(i4i8_fast)
GEMM_AMX_PACKED(i4i8_int)
GEMM_AMX_PACKED(i4i8_f16)
