/* The rows gemm_i4f8.sm90* and gemm_i4i8.sm90: the choice of a tile and the launch. */
#include <pthread.h>
#include <string.h>
#include "kernels/gemm_sm90_pack.h"
#include "kernels/gemm_stack_sm90.h"

/* ---- the launch ---- */

static size_t partial_bytes(void) {
    size_t most = 0;
    for (int i = 0; i < FQ_SM90_TILE_COUNT; i++) {
        const fq_sm90_tile *t = &fq_sm90_tiles_sigma[i];
        const size_t bytes = (size_t)t->rows * (size_t)t->tokens * sizeof(float);
        if (bytes > most) most = bytes;
    }
    return most * (size_t)fq_cuda_processors();
}

/* Where CTAs that share a tile leave their sums; one place for all launches, which come one after the other. */
static struct {
    float *partial;
    uint32_t *flag;
} common;
static pthread_once_t common_once = PTHREAD_ONCE_INIT;

static fq_status make_partial(fq_arena *owner) {
    void *partial, *flag;
    const size_t flags = (size_t)fq_cuda_processors() * sizeof(uint32_t);
    FQ_TRY(fq_cuda_alloc(owner, partial_bytes(), &partial));
    FQ_TRY(fq_cuda_alloc(owner, flags, &flag));
    FQ_CUDA_TRY(cudaMemset(flag, 0, flags));
    common.partial = (float *)partial;
    common.flag = (uint32_t *)flag;
    return FQ_OK;
}

static void make_common(void) {
    static fq_arena lasting; /* as long as the process */
    if (fq_arena_init(&lasting, (size_t)1 << 20) == FQ_OK) (void)make_partial(&lasting);
}

typedef struct launch_plan {
    fq_sm90_args args;
    CUtensorMap x_map, y_map, residual_map;
    const fq_sm90_tile *tile;
    int ctas;
    fq_sm90_stack_plan few; /* of a tile for few tokens */
} launch_plan;

typedef struct tile_list {
    const fq_sm90_tile *tile;
    int n;
    const fq_sm90_stack_tile *few;
    int n_few;
} tile_list;

static tile_list tiles_of(fq_sm90_form form, int gated) {
    enum { ALL = FQ_SM90_TILE_COUNT, FEW = FQ_SM90_STACK_COUNT };
    if (gated) return {fq_sm90_tiles_sigma_gated, ALL, fq_sm90_stacks_sigma_gated, FEW};
    switch (form) {
    case FQ_SM90_SIGMA:
        return {fq_sm90_tiles_sigma, ALL, fq_sm90_stacks_sigma, FEW};
    case FQ_SM90_LUT:
        return {fq_sm90_tiles_lut, ALL, fq_sm90_stacks_lut, FEW};
    case FQ_SM90_INT8:
        return {fq_sm90_tiles_int8, ALL, fq_sm90_stacks_int8, FEW};
    case FQ_SM90_QOQ:
        return {fq_sm90_tiles_qoq, ALL, fq_sm90_stacks_qoq, FEW};
    default:
        return {fq_sm90_tiles_exact, FQ_SM90_EXACT_TILES, NULL, 0};
    }
}

/* What a tile costs in microseconds: a k-tile, a tile beside its k-tiles, the sharing out of tiles. Least-squares fits
 * to the times of all tiles on an H200 (docs/NOTES-hopper.md), SIGMA, seven shapes, M = 1 .. 4096, of 3 + k-tiles of
 * the longest CTA x k_tile + tiles of it x tile + sharing where tiles are shared out, or split where they are split */
typedef struct tile_cost {
    double k_tile_us, tile_us, sharing_us, split_us;
} tile_cost;
static const tile_cost costs[FQ_SM90_TILE_COUNT] = {
    {0.1267, 0.312, 1.84, 1.5}, {0.1122, 0.631, 1.60, 1.5}, {0.1173, 0.918, 1.82, 1.2}, {0.1544, 0.815, 2.23, 1.2},
    {0.2865, 0.648, 3.54, 2.0}, {0.2129, 1.155, 3.01, 1.5}, {0.3906, 0.493, 4.95, 2.3}, {0.5264, 1.047, 6.86, 0.0},
    {0.4950, 0.765, 6.50, 0.0}, {0.4865, 1.499, 7.11, 0.0}, {0.5433, 0.978, 8.08, 0.0}, {0.6670, 0.636, 8.74, 0.0}};

/* How the tiles come to CTAs: whole ones to one each; the last ones shared out; whole ones to pairs of CTAs; those of
 * the last round in halves; every one to a pair that splits its inputs. */
enum { WHOLE = 0, SHARED = 1, PAIRED = 2, HALVED = 4, SPLIT = 8 };

/* The sums of a pair meet in shared memory, for which there must be two CTAs a tile at once. */
static int can_split(const fq_sm90_tile *t, long tiles, int stages) {
    return t->rows * t->tokens <= FQ_SM90_SPLIT && stages > 1 && 2 * tiles <= fq_cuda_processors();
}

/* Tiles that are left after so many rounds over all places, where halves of them find a place each; else 0. */
static long left_for_halves(const fq_sm90_tile *t, int m, long tiles, long places) {
    return t->halves && m >= t->tokens && tiles > places && 2 * (tiles % places) <= places ? tiles % places : 0;
}

/* Estimated microseconds of a launch: all tiles whole; or the last, incomplete wave and the one before it shared out;
 * or the last one in halves, which cost what tiles of 128 tokens cost; or every tile split. Large tiles of more than
 * two waves are not shared: CTAs would stand at different inputs from the first tile to the last and read activations
 * at different times, which costs up to 17 % where L2 does not hold them. The forms differ by a few percent, EXACT by
 * half a k-tile, in the order of tiles by little. */
static double estimate(const fq_sm90_tile *t, tile_cost c, int m, int n, int k_tiles, int *how) {
    const long places = fq_cuda_processors(), row_tiles = (n + t->rows - 1) / t->rows;
    const long tiles = row_tiles * ((m + t->tokens - 1) / t->tokens), waves = tiles / places;
    const long rounds = (tiles + places - 1) / places, kept = waves > 1 ? waves - 1 : 0, shared = tiles - kept * places;
    const tile_cost half = costs[FQ_SM90_TILE_128x128x1];
    const double launch_us = 3.0, each = k_tiles * c.k_tile_us + c.tile_us;
    const double whole = launch_us + (double)rounds * each;
    const double share = launch_us + c.sharing_us + (double)kept * each +
                         (double)shared * k_tiles / (double)places * c.k_tile_us +
                         (double)((shared + places - 1) / places) * c.tile_us;
    const int stages = (k_tiles + t->deep - 1) / t->deep;
    const double split = launch_us + c.split_us + (double)((stages + 1) / 2 * t->deep) * c.k_tile_us + c.tile_us;
    *how = whole <= share || (kept > 0 && t->tokens >= 128) ? WHOLE : SHARED;
    if (can_split(t, tiles, stages) && split < (*how == WHOLE ? whole : share)) {
        *how = SPLIT;
        return split;
    }
    if (*how == SHARED) return share;
    if (left_for_halves(t, m, tiles, places) == 0) return whole;
    *how = HALVED;
    return launch_us + (double)waves * each + k_tiles * half.k_tile_us + half.tile_us;
}

static int choose_tile(tile_list tiles, int m, int n, int k_tiles, int *how, double *least_us) {
    int best = 0, way = WHOLE;
    for (int i = 0; i < tiles.n; i++) {
        const double us = estimate(&tiles.tile[i], costs[i], m, n, k_tiles, &way);
        if (i > 0 && us >= *least_us) continue;
        *least_us = us;
        best = i;
        *how = way;
    }
    return best;
}

/* The tile for few tokens that takes less than any other, -1: there is none. */
static int choose_few(tile_list tiles, int m, int n, int k_tiles) {
    int best = -1, how;
    double least;
    (void)choose_tile(tiles, m, n, k_tiles, &how, &least);
    for (int i = 0; i < tiles.n_few; i++) {
        const double us = fq_sm90_stack_estimate(i, m, n, k_tiles);
        if (us >= least) continue;
        least = us;
        best = i;
    }
    return best;
}

/* Exact for dividends n with n by < 2^32: 2^32 / by rounded up is too large by less than by / 2^32. */
static fq_sm90_divisor divisor(int by) {
    fq_sm90_divisor d;
    d.magic = by > 1 ? (uint32_t)((((uint64_t)1 << 32) + (uint64_t)by - 1) / (uint64_t)by) : 0;
    return d;
}

static int has_pairs(const fq_sm90_tile *t, const fq_sm90_args *g) {
    return t->pairs && g->m >= t->tokens && g->row_tiles % 2 == 0 && fq_cuda_processors() % 2 == 0;
}

/* What can be asked for: every tile whole (number 2 tile) and shared (2 tile + 1), then every tile split, then those
 * that pairs can do, halved, and both. Behind these come the tiles for few tokens. */
static int choices_of(tile_list tiles) {
    int n = 3 * tiles.n;
    for (int i = 0; i < tiles.n; i++)
        n += tiles.tile[i].pairs + 2 * tiles.tile[i].halves;
    return n;
}

static int read_choice(tile_list tiles, int choice, int *tile) {
    int left = choice - 3 * tiles.n;
    *tile = choice / 2;
    if (choice < 2 * tiles.n) return choice % 2 ? SHARED : WHOLE;
    *tile = choice - 2 * tiles.n;
    if (left < 0) return SPLIT;
    for (*tile = 0; *tile < tiles.n; ++*tile) {
        const fq_sm90_tile *t = &tiles.tile[*tile];
        if (t->pairs && left-- == 0) return PAIRED;
        if (t->halves && left-- == 0) return HALVED;
        if (t->halves && left-- == 0) return PAIRED | HALVED;
    }
    return WHOLE;
}

/* How the tiles of the product whose sizes l->args has come to CTAs. choice: -1, or the number of one of choices_of. */
static fq_status plan_launch(launch_plan *l, tile_list tiles_here, int k, const void *x, size_t x_pitch, int choice) {
    fq_sm90_args *g = &l->args;
    const int m = g->m;
    int how, tile;
    double us;
    if (choice >= 0)
        how = read_choice(tiles_here, choice, &tile);
    else
        tile = choose_tile(tiles_here, m, g->rows, g->k_tiles, &how, &us);
    const fq_sm90_tile *t = l->tile = &tiles_here.tile[tile];
    g->row_tiles = (g->rows + t->rows - 1) / t->rows;
    g->token_tiles = (m + t->tokens - 1) / t->tokens;
    g->x_rows = m < t->tokens ? m : t->tokens;
    if (t->deep > 1)
        g->x_rows = (int)fq_round_up((size_t)g->x_rows, 8); /* k-tiles of a stage lie on multiples of 1024 */
    g->x_sliced = t->deep > 1 && k % FQ_SM90_INPUTS == 0;
    g->stages = (g->k_tiles + t->deep - 1) / t->deep;
    g->token_group = 8;
    int tiles = g->row_tiles * g->token_tiles, places = fq_cuda_processors();
    /* Pairs of CTAs read the activations once for two. That saves energy, so that the clock stays 1 to 2 % higher where
     * power limits it, but a launch of clusters takes 0.45 us more: worth it from about 90 us on. */
    if (choice < 0 && (how == WHOLE || how == HALVED) && (double)tiles * g->k_tiles >= 120.0 * places) how |= PAIRED;
    if (how & PAIRED && has_pairs(t, g)) {
        g->paired = 1;
        g->row_tiles /= 2;
        tiles /= 2;
        places /= 2;
    }
    const int left = how & HALVED ? (int)left_for_halves(t, m, tiles, places) : 0;
    const int whole = how != SHARED ? tiles : tiles / places > 1 ? (tiles / places - 1) * places : 0;
    const int shared = (tiles - whole) * g->stages;
    g->split = how == SPLIT && can_split(t, tiles, g->stages);
    g->halves = 2 * left;
    g->x_parts = left > 0 ? 2 : 1;
    g->at_once = shared == 0 && !g->paired && !g->split;
    l->ctas = shared > 0 ? (shared < places && whole == 0 ? shared : places) : tiles < places ? tiles : places;
    g->whole_tiles = g->split ? 0 : whole - left; /* of a split tile each CTA has a part */
    g->dealt = g->whole_tiles / l->ctas;
    g->dealt_longer = g->whole_tiles % l->ctas;
    g->by_stages = divisor(g->stages);
    g->by_group = divisor(g->token_group * g->row_tiles);
    g->by_tokens = divisor(g->token_group);
    g->by_last_tokens = divisor(g->token_tiles % g->token_group);
    g->share = shared / l->ctas;
    g->longer = shared % l->ctas;
    l->ctas <<= g->paired | g->split;
    FQ_CUDA_TRY(cudaFuncSetAttribute(t->function, cudaFuncAttributeMaxDynamicSharedMemorySize, t->bytes));
    return fq_cuda_tensor_map_slices(&l->x_map, x, m, k, x_pitch, g->x_rows >> (g->paired || g->halves),
                                     g->x_sliced ? t->deep : 1);
}

static fq_status launch(const fq_cuda_product *p, const void *blocks, cudaStream_t stream) {
    const launch_plan *l = (const launch_plan *)p->plan;
    fq_sm90_args g = l->args;
    CUtensorMap x_map = l->x_map, y_map = l->y_map, residual_map = l->residual_map;
    void *arguments[] = {&x_map, &y_map, &residual_map, &g};
    g.w = (const uint8_t *)blocks;
    return fq_cuda_launch_pairs(l->tile->function, l->ctas, l->tile->threads, (size_t)l->tile->bytes, p->early,
                                g.paired | g.split, stream, arguments);
}

static fq_status launch_few(const fq_cuda_product *p, const void *blocks, cudaStream_t stream) {
    return fq_sm90_stack_launch(&((const launch_plan *)p->plan)->few, blocks, p->early, stream);
}

/* The tensor maps of y and residual, where y goes by the copy engine. */
static fq_status map_output(launch_plan *l, const fq_cuda_product *p, const fq_sm90_weights *w) {
    const CUtensorMapDataType bf16 = CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, u8 = CU_TENSOR_MAP_DATA_TYPE_UINT8;
    const int codes = p->y_type == FQ_CUDA_E4M3, cols = w->gated ? FQ_SM90_ROWS / 2 : FQ_SM90_ROWS, n = w->w.n;
    const int send = FQ_SM90_SEND_TOKENS(l->tile->tokens);
    l->y_map = l->residual_map = l->x_map; /* where they are not used */
    if (l->args.store > FQ_SM90_STORE_TENSOR_E4M3) return FQ_OK;
    if (p->residual)
        FQ_TRY(fq_cuda_tensor_map(&l->residual_map, bf16, 2, p->residual, p->m, n, p->y_pitch, send, cols, 128));
    return fq_cuda_tensor_map(&l->y_map, codes ? u8 : bf16, codes ? 1 : 2, p->y, p->m, n, p->y_pitch, send, cols,
                              codes ? cols : 2 * cols);
}

static fq_sm90_store store_of(const fq_cuda_product *p, int n, int gated) {
    /* The copy engine stores 16 bytes at a time, also at the end of a row. SwiGLU has no place for a second scale of
     * each token in shared memory. */
    if (p->y_type == FQ_CUDA_E4M3)
        return n % 16 == 0 && p->y_pitch % 16 == 0 && !(gated && p->y_scale) ? FQ_SM90_STORE_TENSOR_E4M3
                                                                             : FQ_SM90_STORE_E4M3;
    if (p->y_type == FQ_CUDA_F32) return FQ_SM90_STORE_F32;
    return n % 8 == 0 && p->y_pitch % 16 == 0 ? FQ_SM90_STORE_TENSOR : FQ_SM90_STORE_BF16;
}

static fq_status prepare(const fq_gemm_args *a, int choice, int early, fq_arena *owner, fq_cuda_product *p) {
    const fq_sm90_weights *w = (const fq_sm90_weights *)a->packed;
    launch_plan *l = FQ_NEW(owner, launch_plan, 1);
    if (!l) return FQ_ERR_MEMORY;
    pthread_once(&common_once, make_common);
    if (!common.flag) return fq_fail(FQ_ERR_MEMORY, "CUDA: no memory for partial sums");
    if (p->y_type == FQ_CUDA_I32 || (p->residual && (w->gated || p->y_type == FQ_CUDA_E4M3)))
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: y of this type with this epilogue");
    if (a->a->code != (w->form == FQ_SM90_INT8 || w->form == FQ_SM90_QOQ ? FQ_INT8 : FQ_E4M3) || a->a->group > 0)
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: activations '%s' with weights '%s'", a->a->name, a->w->recipe->name);
    const tile_list tiles = tiles_of(w->form, w->gated);
    const int others = choices_of(tiles), k = a->w->cols;
    fq_sm90_args *g = &l->args;
    g->m = p->m;
    g->n = w->w.n;
    g->rows = w->rows;
    g->k_tiles = (k + FQ_SM90_INPUTS - 1) / FQ_SM90_INPUTS;
    g->x_scale = p->x_scale;
    g->row_scale = w->w.row_scale;
    g->tensor_scale = w->w.tensor_scale;
    g->y = p->y;
    g->y_pitch = p->y_pitch / fq_cuda_type_bytes(p->y_type);
    g->y_scale = p->y_scale;
    g->y_fixed_scale = p->y_fixed_scale;
    g->y_inverse = 1.0f / p->y_fixed_scale;
    g->residual = p->residual;
    g->store = store_of(p, w->w.n, w->gated);
    g->partial = common.partial;
    g->flag = common.flag;
    const int few = choice < 0 ? choose_few(tiles, g->m, g->rows, g->k_tiles) : choice - others;
    p->plan = l;
    p->launch = few >= 0 ? launch_few : launch;
    p->early |= early;
    p->tiles = others + tiles.n_few;
    if (few >= 0) {
        l->few.args.g = *g;
        l->few.tile = &tiles.few[few];
        l->few.form = w->form;
        l->few.row_blocks = w->row_blocks;
        p->tile = l->few.tile->name;
        return fq_sm90_stack_prepare(&l->few, k, p->x, p->x_pitch);
    }
    FQ_TRY(plan_launch(l, tiles, k, p->x, p->x_pitch, choice));
    g->at_once &= !p->early; /* nothing may wait for the kernel before this one before weights are asked for */
    p->tile = fq_arena_printf(owner, "%s%s%s", l->tile->name,
                              g->share + g->longer > 0 ? "+"
                              : g->paired              ? "*2"
                                                       : "",
                              g->halves > 0 ? "/2"
                              : g->split    ? "|2"
                                            : "");
    return p->tile ? map_output(l, p, w) : FQ_ERR_MEMORY;
}

#define SM90_ROW(op, kind, suffix, form, gated, early)                                                                 \
    FQ_CUDA_GEMM_ROW(op, kind, suffix, fq_sm90_pack(w, form, gated, arena, packed), prepare(a, tile, early, owner, p))
SM90_ROW(gemm_i4f8, FQ_GEMM_i4f8, sm90, FQ_SM90_SIGMA, 0, 0)
SM90_ROW(gemm_i4f8, FQ_GEMM_i4f8, sm90_pdl, FQ_SM90_SIGMA, 0, 1)
SM90_ROW(gemm_i4f8, FQ_GEMM_i4f8, sm90_book, FQ_SM90_LUT, 0, 0)
SM90_ROW(gemm_i4i8, FQ_GEMM_i4i8, sm90, FQ_SM90_INT8, 0, 0)
SM90_ROW(gemm_i4f8_swiglu, FQ_GEMM_i4f8, sm90, FQ_SM90_SIGMA, 1, 0)
SM90_ROW(gemm_q4i8, FQ_GEMM_q4i8, sm90, FQ_SM90_QOQ, 0, 0)
SM90_ROW(gemm_any, FQ_GEMM_any, sm90_exact, FQ_SM90_EXACT, 0, 0)
