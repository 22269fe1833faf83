/* The tile instructions of AMX. They are written as assembly with a memory clobber because gcc's intrinsics have none:
 * stores that fill a tile's source or its configuration could be moved past the tile's load.
 *
 * A tile is 16 rows of 64 bytes. fq_tile_dp_*(c, a, b): c[i][j] += sum_k a[i][k] b[k][j] on float32 or int32 c; a holds
 * 32 bf16 or 64 int8 along a row, b 16 rows of 2 bf16 or 4 int8 for each of 16 columns. Tile numbers are literals. */
#ifndef FQ_KERNELS_AMX_TILES_H
#define FQ_KERNELS_AMX_TILES_H
#include <stdint.h>

/* The operand of ldtilecfg: palette, start row, then bytes a row and rows of each tile. */
typedef struct fq_tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} fq_tile_config;
_Static_assert(sizeof(fq_tile_config) == 64, "ldtilecfg reads 64 bytes");

static inline void fq_tile_configure(const fq_tile_config *c) {
    __asm__ volatile("ldtilecfg %0" : : "m"(*c) : "memory");
}
static inline void fq_tile_release(void) {
    __asm__ volatile("tilerelease" : : : "memory");
}

#define fq_tile_zero(t) __asm__ volatile("tilezero %%tmm" #t : : : "memory")
#define fq_tile_load(t, base, stride)                                                                                  \
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm" #t : : "r"((const void *)(base)), "r"((long)(stride)) : "memory")
/* A load of what is not needed again before much else was. */
#define fq_tile_stream(t, base, stride)                                                                                \
    __asm__ volatile("tileloaddt1 (%0,%1,1), %%tmm" #t : : "r"((const void *)(base)), "r"((long)(stride)) : "memory")
#define fq_tile_store(t, base, stride)                                                                                 \
    __asm__ volatile("tilestored %%tmm" #t ", (%0,%1,1)" : : "r"((void *)(base)), "r"((long)(stride)) : "memory")
#define fq_tile_dp_bf16(c, a, b) __asm__ volatile("tdpbf16ps %%tmm" #b ", %%tmm" #a ", %%tmm" #c : : : "memory")
#define fq_tile_dp_int8(c, a, b) __asm__ volatile("tdpbssd %%tmm" #b ", %%tmm" #a ", %%tmm" #c : : : "memory")

/* The same with a's bytes unsigned. */
#define fq_tile_dp_uint8(c, a, b) __asm__ volatile("tdpbusd %%tmm" #b ", %%tmm" #a ", %%tmm" #c : : : "memory")

#endif
