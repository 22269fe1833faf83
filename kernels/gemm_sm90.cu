/* The rows gemm_i4f8.sm90* and gemm_i4i8.sm90: the choice of a tile and the launch. */
#include <math.h>
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
    fq_sm90_maps maps, narrow; /* of whole tiles, and of narrow ones or, of the output, of halves of split ones */
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
    {0.1267, 0.312, 1.84, 0.0}, {0.1122, 0.631, 1.60, 0.0}, {0.1173, 0.918, 1.82, 1.1}, {0.1470, 0.700, 2.23, 0.7},
    {0.2620, 0.750, 3.54, 1.1}, {0.2050, 0.900, 3.01, 1.1}, {0.3550, 0.500, 4.95, 2.4}, {0.5200, 1.100, 6.86, 2.8},
    {0.4780, 0.800, 6.50, 0.0}, {0.4900, 1.200, 7.11, 1.0}, {0.5300, 1.100, 8.08, 0.0}, {0.6670, 0.636, 8.74, 2.6}};

/* How the tiles come to CTAs: whole ones to one each; the last ones shared out; to pairs of CTAs that load activations
 * for each other; every one to two CTAs that split its inputs; and, times WAY_NARROW, the tokens of narrow tiles that
 * take the place of the last ones. */
enum { WHOLE = 0, SHARED = 1, PAIRED = 2, SPLIT = 4, WAY_NARROW = 8 };

enum { TOKEN_GROUP = 8 }; /* token tiles that are done before the next row of tiles */

/* The sums of a pair meet in shared memory, for which there must be two CTAs a tile at once. */
static int can_split(const fq_sm90_tile *t, long tiles, int stages) {
    return t->split && stages > 1 && 2 * tiles <= fq_cuda_processors();
}

static int has_pairs(const fq_sm90_tile *t, int m, int row_tiles) {
    return t->pairs && m >= t->tokens && row_tiles % 2 == 0 && fq_cuda_processors() % 2 == 0;
}

/* Pairs of CTAs read the activations once for two. That saves energy, so that the clock stays 1 to 2 % higher where
 * power limits it, but a launch of clusters takes 0.45 us more: worth it from about 90 us on. */
static int pairs_pay(const fq_sm90_tile *t, int m, int n, int k_tiles) {
    const int row_tiles = (n + t->rows - 1) / t->rows, tiles = row_tiles * ((m + t->tokens - 1) / t->tokens);
    return has_pairs(t, m, row_tiles) && (double)tiles * k_tiles >= 120.0 * fq_cuda_processors();
}

/* Narrow tiles of so many tokens behind `rounds` rounds of whole tiles over all places, rows of tiles and places being
 * of CTAs or of pairs. How many; 0: the rounds end before the last group of token tiles, or there is nothing left. */
static int fit_narrow(const fq_sm90_tile *t, int m, int row_tiles, int places, int rounds, int tokens,
                      fq_sm90_narrow *b) {
    const int token_tiles = (m + t->tokens - 1) / t->tokens, group = (token_tiles - 1) / TOKEN_GROUP * TOKEN_GROUP;
    const int size = token_tiles - group, left = rounds * places - group * row_tiles, column = left % size;
    if (left < 0 || left >= size * row_tiles) return 0;
    b->tokens = tokens;
    b->token = group * t->tokens;
    b->begun_token = b->token + column * t->tokens;
    b->begun = column > 0 ? (m - b->begun_token + tokens - 1) / tokens : 0;
    b->row = left / size + (column > 0);
    b->each = (m - b->token + tokens - 1) / tokens;
    return b->begun + (row_tiles - b->row) * b->each;
}

/* The best number of rounds of whole tiles and tokens of the narrow ones behind them, or those that are asked for; the
 * estimated microseconds of their rounds, HUGE_VAL if there are none. */
static double choose_narrow(const fq_sm90_tile *t, tile_cost c, int m, int n, int k_tiles, int paired, int asked,
                            int *rounds, int *tokens) {
    static const struct {
        int tokens, tile;
    } kinds[] = {
#define NARROW_KIND(tokens) {tokens, FQ_SM90_TILE_128x##tokens##x1},
        FQ_SM90_NARROW(NARROW_KIND)
#undef NARROW_KIND
    };
    const int places = fq_cuda_processors() >> paired, row_tiles = ((n + t->rows - 1) / t->rows) >> paired;
    const int all = row_tiles * ((m + t->tokens - 1) / t->tokens) / places;
    double least = HUGE_VAL;
    for (size_t i = 0; t->narrow && i < sizeof kinds / sizeof kinds[0]; i++) {
        const tile_cost b = costs[kinds[i].tile];
        if (asked != 0 && asked != kinds[i].tokens) continue;
        for (int r = all; r >= (all > 0) && r > all - 4; r--) {
            fq_sm90_narrow unused;
            const int tiles = fit_narrow(t, m, row_tiles, places, r, kinds[i].tokens, &unused);
            const double us = r * (k_tiles * c.k_tile_us + c.tile_us) +
                              (tiles + places - 1) / places * (k_tiles * b.k_tile_us + b.tile_us);
            if (tiles == 0 || us >= least) continue;
            least = us;
            *rounds = r;
            *tokens = kinds[i].tokens;
        }
    }
    return least;
}

/* Estimated microseconds of a launch: all tiles whole; or the last, incomplete wave and the one before it shared out;
 * or narrow tiles in place of the last ones; or every tile split. Large tiles of more than two waves are not shared:
 * CTAs would stand at different inputs from the first tile to the last and read activations at different times, which
 * costs up to 17 % where L2 does not hold them. The forms differ by a few percent, EXACT by half a k-tile, in the order
 * of tiles by little. */
static double estimate(const fq_sm90_tile *t, tile_cost c, int m, int n, int k_tiles, int *how) {
    const long places = fq_cuda_processors(), row_tiles = (n + t->rows - 1) / t->rows;
    const long tiles = row_tiles * ((m + t->tokens - 1) / t->tokens), waves = tiles / places;
    const long rounds = (tiles + places - 1) / places, kept = waves > 1 ? waves - 1 : 0, shared = tiles - kept * places;
    const double launch_us = 3.0, each = k_tiles * c.k_tile_us + c.tile_us;
    const double whole = launch_us + (double)rounds * each;
    const double share = launch_us + c.sharing_us + (double)kept * each +
                         (double)shared * k_tiles / (double)places * c.k_tile_us +
                         (double)((shared + places - 1) / places) * c.tile_us;
    const int stages = (k_tiles + t->deep - 1) / t->deep, paired = pairs_pay(t, m, n, k_tiles);
    const double split = launch_us + c.split_us + (double)((stages + 1) / 2 * t->deep) * c.k_tile_us + c.tile_us;
    int whole_rounds, tokens = 0;
    const double narrow =
        waves > 0 ? launch_us + choose_narrow(t, c, m, n, k_tiles, paired, 0, &whole_rounds, &tokens) : HUGE_VAL;
    double least = whole;
    *how = paired ? PAIRED : WHOLE;
    if (narrow < least) {
        least = narrow;
        *how = (paired ? PAIRED : WHOLE) + tokens * WAY_NARROW;
    }
    if (share < least && !(kept > 0 && t->tokens >= 128)) {
        least = share;
        *how = SHARED;
    }
    if (can_split(t, tiles, stages) && split < least) {
        least = split;
        *how = SPLIT;
    }
    return least;
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

#define NARROW_WAY(tokens) (tokens) * WAY_NARROW,
static const int narrow_ways[] = {FQ_SM90_NARROW(NARROW_WAY)};
#undef NARROW_WAY
enum { NARROW_WAYS = (int)(sizeof narrow_ways / sizeof narrow_ways[0]) };

/* What can be asked for: every tile whole (number 2 tile) and shared (2 tile + 1), then every tile split, then those
 * that pairs can do, and with each kind of narrow tiles by CTAs and by pairs. Behind these come the tiles for few
 * tokens. */
static int choices_of(tile_list tiles) {
    int n = 3 * tiles.n;
    for (int i = 0; i < tiles.n; i++)
        n += tiles.tile[i].pairs + (tiles.tile[i].narrow ? 2 * NARROW_WAYS : 0);
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
        for (int i = 0; t->narrow && i < 2 * NARROW_WAYS; i++)
            if (left-- == 0) return narrow_ways[i / 2] | (i % 2 ? PAIRED : WHOLE);
    }
    return WHOLE;
}

/* Deals the tiles, whose shape l->args has, out to CTAs in way `how`. */
static void deal_tiles(launch_plan *l, tile_cost cost, int how) {
    fq_sm90_args *g = &l->args;
    const fq_sm90_tile *t = l->tile;
    int tiles = g->row_tiles * g->token_tiles, places = fq_cuda_processors(), rounds = 0, narrow = 0, tokens;
    if (how & PAIRED && has_pairs(t, g->m, g->row_tiles)) {
        g->paired = 1;
        g->row_tiles /= 2;
        tiles /= 2;
        places /= 2;
    }
    if (how / WAY_NARROW > 0 &&
        choose_narrow(t, cost, g->m, g->rows, g->k_tiles, g->paired, how / WAY_NARROW, &rounds, &tokens) < HUGE_VAL)
        narrow = fit_narrow(t, g->m, g->row_tiles, places, rounds, tokens, &g->narrow);
    const int kept = tiles / places > 1 ? (tiles / places - 1) * places : 0; /* where the others are shared */
    const int whole = narrow > 0 ? rounds * places : how == SHARED ? kept : tiles;
    const int shared = how == SHARED ? (tiles - whole) * g->stages : 0;
    g->split = how == SPLIT && can_split(t, tiles, g->stages);
    g->at_once = shared == 0 && !g->paired && (narrow == 0 || rounds > 0);
    l->ctas = shared > 0 && whole == 0 ? shared : narrow > 0 && rounds == 0 ? narrow : tiles;
    if (l->ctas > places) l->ctas = places;
    g->places = l->ctas;
    g->whole_tiles = g->split ? 0 : whole; /* of a split tile each CTA has a part */
    g->dealt = g->whole_tiles / l->ctas;
    g->dealt_longer = g->whole_tiles % l->ctas;
    g->narrow.dealt = narrow / l->ctas;
    g->narrow.dealt_longer = narrow % l->ctas;
    g->narrow.by_each = divisor(g->narrow.each);
    g->by_stages = divisor(g->stages);
    g->by_group = divisor(g->token_group * g->row_tiles);
    g->by_tokens = divisor(g->token_group);
    g->by_last_tokens = divisor(g->token_tiles % g->token_group);
    g->share = shared / l->ctas;
    g->longer = shared % l->ctas;
    l->ctas <<= g->paired | g->split;
}

/* The launch of the product whose sizes l->args has. choice: -1, or the number of one of choices_of. */
static fq_status plan_launch(launch_plan *l, tile_list tiles, int k, const void *x, size_t x_pitch, int choice) {
    fq_sm90_args *g = &l->args;
    int how, tile;
    double us;
    if (choice >= 0)
        how = read_choice(tiles, choice, &tile);
    else
        tile = choose_tile(tiles, g->m, g->rows, g->k_tiles, &how, &us);
    const fq_sm90_tile *t = l->tile = &tiles.tile[tile];
    g->row_tiles = (g->rows + t->rows - 1) / t->rows;
    g->token_tiles = (g->m + t->tokens - 1) / t->tokens;
    g->x_rows = g->m < t->tokens ? g->m : t->tokens;
    if (t->deep > 1)
        g->x_rows = (int)fq_round_up((size_t)g->x_rows, 8); /* k-tiles of a stage lie on multiples of 1024 */
    g->x_sliced = t->deep > 1 && k % FQ_SM90_INPUTS == 0;
    g->stages = (g->k_tiles + t->deep - 1) / t->deep;
    g->token_group = TOKEN_GROUP;
    deal_tiles(l, costs[tile], how);
    FQ_CUDA_TRY(cudaFuncSetAttribute(t->function, cudaFuncAttributeMaxDynamicSharedMemorySize, t->bytes));
    FQ_TRY(
        fq_cuda_tensor_map_slices(&l->maps.x, x, g->m, k, x_pitch, g->x_rows >> g->paired, g->x_sliced ? t->deep : 1));
    l->narrow.x = l->narrow.y = l->narrow.residual = l->maps.x; /* where they are not used */
    if (g->narrow.tokens == 0) return FQ_OK;
    return fq_cuda_tensor_map_slices(&l->narrow.x, x, g->m, k, x_pitch, g->narrow.tokens >> g->paired, 1);
}

static fq_status launch(const fq_cuda_product *p, const void *blocks, cudaStream_t stream) {
    const launch_plan *l = (const launch_plan *)p->plan;
    fq_sm90_args g = l->args;
    fq_sm90_maps maps = l->maps, narrow = l->narrow;
    void *arguments[] = {&maps.x, &maps.y, &maps.residual, &narrow, &g};
    g.w = (const uint8_t *)blocks;
    return fq_cuda_launch_pairs(l->tile->function, l->ctas, l->tile->threads, (size_t)l->tile->bytes, p->early,
                                g.paired | g.split, stream, arguments);
}

static fq_status launch_few(const fq_cuda_product *p, const void *blocks, cudaStream_t stream) {
    return fq_sm90_stack_launch(&((const launch_plan *)p->plan)->few, blocks, p->early, stream);
}

/* The tensor maps of y and residual for tiles of so many tokens, where y goes by the copy engine. */
static fq_status map_output(fq_sm90_maps *maps, int tokens, fq_sm90_store store, const fq_cuda_product *p,
                            const fq_sm90_weights *w) {
    const CUtensorMapDataType bf16 = CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, u8 = CU_TENSOR_MAP_DATA_TYPE_UINT8;
    const int codes = p->y_type == FQ_CUDA_E4M3, cols = w->gated ? FQ_SM90_ROWS / 2 : FQ_SM90_ROWS, n = w->w.n;
    const int send = FQ_SM90_SEND_TOKENS(tokens);
    maps->y = maps->residual = maps->x; /* where they are not used */
    if (store > FQ_SM90_STORE_TENSOR_E4M3) return FQ_OK;
    if (p->residual)
        FQ_TRY(fq_cuda_tensor_map(&maps->residual, bf16, 2, p->residual, p->m, n, p->y_pitch, send, cols, 128));
    return fq_cuda_tensor_map(&maps->y, codes ? u8 : bf16, codes ? 1 : 2, p->y, p->m, n, p->y_pitch, send, cols,
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
    p->tile = fq_arena_printf(owner, "%s%s", l->tile->name,
                              g->share + g->longer > 0 ? "+"
                              : g->paired              ? "*2"
                              : g->split               ? "|2"
                                                       : "");
    if (p->tile && g->narrow.tokens > 0) p->tile = fq_arena_printf(owner, "%s-%d", p->tile, g->narrow.tokens);
    if (!p->tile) return FQ_ERR_MEMORY;
    const int fewer = g->split ? l->tile->tokens / 2 : g->narrow.tokens;
    FQ_TRY(map_output(&l->maps, l->tile->tokens, g->store, p, w));
    return fewer > 0 ? map_output(&l->narrow, fewer, g->store, p, w) : FQ_OK;
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
