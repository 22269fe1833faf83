/* Arithmetic ceilings of the tile unit (AMX), all in tile registers. Two accumulators are enough, as a product can
 * follow another on the same sums at once, and four registers in use are few enough: results are renamed, and on a core
 * that another thread shares, eight leave so few registers for that, that products wait for one another and 2.4 times
 * less is measured (docs/NOTES-cpu-kernels.md). Own assembly, because the compilers' tile intrinsics do not tell the
 * optimizer that they read memory, so that stores to the configuration may be dropped. */
#include <stdint.h>
#include <string.h>

#include "harness/ceilings.h"

enum { TILES = 8, ROWS = 16, ROW_BYTES = 64, PRODUCTS = 6 };

/* Layout of LDTILECFG, 64 bytes:
 * | palette 1 B | start row 1 B | zero 14 B | bytes a row: 16 x 2 B | rows: 16 x 1 B | */
typedef struct tile_config {
    uint8_t palette, start_row, zero[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config;
_Static_assert(sizeof(tile_config) == 64, "the size of LDTILECFG's operand");

/* 0 and 1 accumulate from zero, 6 and 7 hold `word` in every pair of bytes. */
static void load_tiles(uint16_t word) {
    tile_config config;
    memset(&config, 0, sizeof config);
    config.palette = 1;
    for (int i = 0; i < TILES; i++) {
        config.row_bytes[i] = ROW_BYTES;
        config.rows[i] = ROWS;
    }
    uint16_t operand[ROWS * ROW_BYTES / 2];
    for (size_t i = 0; i < sizeof operand / sizeof operand[0]; i++) {
        operand[i] = word;
    }
    __asm__ volatile("ldtilecfg %0\n\t"
                     "tilezero %%tmm0\n\t"
                     "tilezero %%tmm1\n\t"
                     "tileloadd (%1,%2,1), %%tmm6\n\t"
                     "tileloadd (%1,%2,1), %%tmm7"
                     :
                     : "m"(config), "r"(operand), "r"((long)ROW_BYTES)
                     : "memory");
}

static void release_tiles(void) {
    __asm__ volatile("tilerelease" : : : "memory");
}

double fq_ceiling_bf16_amx(long steps) {
    load_tiles(0x3f9e); /* bf16 1.234375 */
    for (long i = 0; i < steps; i++) {
        __asm__ volatile("tdpbf16ps %%tmm7, %%tmm6, %%tmm0\n\t"
                         "tdpbf16ps %%tmm7, %%tmm6, %%tmm1\n\t"
                         "tdpbf16ps %%tmm7, %%tmm6, %%tmm0\n\t"
                         "tdpbf16ps %%tmm7, %%tmm6, %%tmm1\n\t"
                         "tdpbf16ps %%tmm7, %%tmm6, %%tmm0\n\t"
                         "tdpbf16ps %%tmm7, %%tmm6, %%tmm1"
                         :
                         :
                         : "memory");
    }
    release_tiles();
    return (double)steps * PRODUCTS * ROWS * 16 * 32 * 2;
}

double fq_ceiling_int8_amx(long steps) {
    load_tiles(0xa339); /* int8 57 and -93 */
    for (long i = 0; i < steps; i++) {
        __asm__ volatile("tdpbssd %%tmm7, %%tmm6, %%tmm0\n\t"
                         "tdpbssd %%tmm7, %%tmm6, %%tmm1\n\t"
                         "tdpbssd %%tmm7, %%tmm6, %%tmm0\n\t"
                         "tdpbssd %%tmm7, %%tmm6, %%tmm1\n\t"
                         "tdpbssd %%tmm7, %%tmm6, %%tmm0\n\t"
                         "tdpbssd %%tmm7, %%tmm6, %%tmm1"
                         :
                         :
                         : "memory");
    }
    release_tiles();
    return (double)steps * PRODUCTS * ROWS * 16 * 64 * 2;
}
