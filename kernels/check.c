/* fq_check_kernels: every kernel that runs here against its oracle, on shapes with odd sizes that hit every tail.
 * One line a trial: PASS with the worst error as a share of its bound, FAIL with the reason, SKIP with why. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "kernels/trial.h"

typedef struct context {
    void (*say)(void *ctx, const char *line);
    void *ctx;
    int *checked, *failed;
} context;

static void report(const context *c, const fq_kernel *k, const char *shape, fq_status status, double err,
                   double bound) {
    char line[512];
    const int good = status == FQ_OK && err <= bound;
    (*c->checked)++;
    if (!good) (*c->failed)++;
    if (good)
        snprintf(line, sizeof line, "PASS %s %s err/bound %.3g", k->name, shape, err == 0.0 ? 0.0 : err / bound);
    else if (status != FQ_OK || isinf(err))
        snprintf(line, sizeof line, "FAIL %s %s %s", k->name, shape, fq_message());
    else
        snprintf(line, sizeof line, "FAIL %s %s error %.3g, bound %.3g", k->name, shape, err, bound);
    c->say(c->ctx, line);
}

/* The trial as created with `status`, and the line it gets. */
static void try_trial(const context *c, const fq_kernel *k, fq_status status, fq_trial *t, const char *shape) {
    double err = NAN, bound = NAN;
    /* Twice, so that what a run leaves in scratch and output is shown to do no harm. */
    for (int i = 0; i < 2 && status == FQ_OK; i++)
        status = fq_trial_run(t);
    if (status == FQ_OK) {
        (void)fq_fail(FQ_OK, "wrong element");
        status = fq_trial_judge(t, &err, &bound);
    }
    /* Row, rope and attention kernels of a device take some of the recipes and head sizes, which is no fault. */
    const int choosy = k->enqueue || k->rotate || k->attend;
    if (status != FQ_ERR_UNSUPPORTED || !choosy) report(c, k, shape, status, err, bound);
}

static void try_shape(const context *c, const fq_kernel *k, const fq_trial_shape *s, const char *shape,
                      fq_arena *arena) {
    const size_t mark = arena->used;
    fq_trial *t = NULL;
    const fq_status status = fq_trial_create(k, s, arena, &t);
    try_trial(c, k, status, t, shape);
    fq_arena_reset(arena, mark);
}

/* One trial on a device, under every tile and the outputs asked for. */
static void try_tiles(const context *c, const fq_kernel *k, const fq_trial_shape *s, const fq_cuda_output *outputs,
                      int n_outputs, fq_arena *arena) {
    static const char *const names[] = {"", " f32", " e4m3.token", " e4m3.tensor"};
    const size_t mark = arena->used;
    fq_trial *t = NULL;
    fq_status status = fq_trial_create(k, s, arena, &t);
    char text[160];
    for (int tile = 0; tile == 0 || (status == FQ_OK && tile <= fq_trial_tiles(t)); tile++)
        for (int o = 0; o < n_outputs; o++) {
            if (status == FQ_OK) status = fq_trial_retile(t, tile, outputs[o]);
            snprintf(text, sizeof text, "device m=%d n=%d k=%d tile %d %s%s%s", s->m, s->n, s->k, tile,
                     status == FQ_OK ? fq_trial_tile(t) : "", names[outputs[o]], s->residual ? " residual" : "");
            try_trial(c, k, status, t, text);
        }
    fq_arena_reset(arena, mark);
}

/* Every tile of a kernel of a device, on operands that stay there: odd sizes, sums long enough for every stage of its
 * pipeline, fewer and more tiles than processors; and every form of output on some of them (cuBLASLt's rows leave y
 * plain). */
static void check_tiles(const context *c, const fq_kernel *k, fq_trial_shape s, fq_arena *arena) {
    static const fq_cuda_output plain[] = {FQ_CUDA_OUT_NATURAL, FQ_CUDA_OUT_F32},
                                codes[] = {FQ_CUDA_OUT_NATURAL, FQ_CUDA_OUT_E4M3_TOKEN, FQ_CUDA_OUT_E4M3_TENSOR};
    static const struct {
        int m, n, k;
    } shapes[] = {{1, 100, 576},   {7, 328, 1024},   {33, 513, 1100},   {65, 200, 1152},   {130, 1024, 640},
                  {257, 520, 128}, {300, 1608, 256}, {511, 4096, 2048}, {1111, 3528, 1024}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const int all = k->role == FQ_ROLE_DEVICE && i % 2 == 0;
        s.m = shapes[i].m;
        s.n = shapes[i].n;
        s.k = shapes[i].k;
        s.weight_copies = 2;
        s.seed = 100 + i;
        s.residual = 0;
        try_tiles(c, k, &s, codes, all ? 3 : 1, arena);
        s.residual = 1;
        if (all && k->op != FQ_OP_GEMM_I4F8_SWIGLU) try_tiles(c, k, &s, plain, 2, arena);
    }
}

static void check_gemm(const context *c, const fq_kernel *k, fq_arena *arena) {
    if (k->prepare) {
        fq_trial_shape s = fq_trial_default(k->op);
        (void)fq_kernel_recipes(k, &s.w, &s.a);
        check_tiles(c, k, s, arena);
    }
    /* Of gemm_any: zero points, two levels, scales left exact, groups on both sides, every width of code. */
    static const struct {
        const char *w, *a;
    } any[] = {{"w.uint4.g128.f16", "a.bf16"},
               {"w.uint4.g128.int8", "a.int8.token"},
               {"w.int4.g128.f16.exact", "a.e4m3.token"},
               {"w.int4.g128.f16.exact", "a.int4.g128.f16"},
               {"w.int4.g128.e4m3", "a.bf16"},
               {"w.int4.channel", "a.f32"},
               {"w.bf16", "a.e4m3.tensor"},
               {"w.e4m3.channel", "a.int4.g128.f16"},
               {"w.f32", "a.bf16"},
               {"w.int4.g128.uint16", "a.e4m3.token"},
               {"w.e2m1.g256.ratio", "a.e4m3.token"},
               {"w.e3m4.channel", "a.e2m5.token"},
               {"w.int3.g64.bf16", "a.int6.token"},
               {"w.e3m1.g32.f16.exact", "a.e2m2.g64.f32"},
               {"w.uint3.g128.f16", "a.e5m2.token"},
               {"w.uint8.channel", "a.int7.token"},
               {"w.int2.channel", "a.e1m1.token"}};
    static const struct {
        int m, n, k, copies;
    } shapes[] = {{1, 1, 1, 1},       {1, 100, 576, 2},   {3, 17, 130, 1},   {7, 5, 33, 1},
                  {33, 100, 576, 3},  {64, 256, 512, 1},  {65, 33, 384, 2},  {130, 70, 999, 1},
                  {17, 513, 1100, 1}, {1, 2048, 1408, 2}, {300, 70, 2200, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        fq_trial_shape s = fq_trial_default(k->op);
        s.m = shapes[i].m;
        s.n = shapes[i].n;
        s.k = shapes[i].k;
        s.weight_copies = shapes[i].copies;
        s.residual = k->op == FQ_OP_GEMM_I4F8_SWIGLU ? 0 : (int)(i % 2);
        s.on_host = 1;
        s.seed = i + 1;
        for (size_t p = 0; p < (k->op == FQ_OP_GEMM_ANY ? sizeof any / sizeof any[0] : 1); p++) {
            if (k->op == FQ_OP_GEMM_ANY) {
                s.w = fq_recipe_find(any[p].w);
                s.a = fq_recipe_find(any[p].a);
                FQ_ASSERT(s.w && s.a);
                if (!fq_kernel_takes(k, s.w, s.a)) continue;
            }
            s.books = fq_recipe_has_books(s.w) && k->op != FQ_OP_GEMM_I4F8_SWIGLU && i / 2 % 2;
            char text[160];
            snprintf(text, sizeof text, "m=%d n=%d k=%d %s %s%s%s", s.m, s.n, s.k, s.w->name, s.a->name,
                     s.books ? " books" : "", s.residual ? " residual" : "");
            try_shape(c, k, &s, text, arena);
        }
    }
}

/* The recipe of queries or probabilities that goes with a cache. */
static const fq_recipe *companion(const fq_recipe *kv, fq_recipe_id f32, fq_recipe_id bf16, fq_recipe_id e4m3) {
    return &fq_recipes[kv->code == FQ_F32 ? f32 : kv->code == FQ_BF16 || kv->code == FQ_UINT4 ? bf16 : e4m3];
}

typedef struct attention_shape {
    int batch, seq, past, heads, kv_heads, head_dim, causal;
} attention_shape;

/* Lengths around the tiles of the device's kernels, every number of query heads a KV head, sums long enough for each
 * stage of a pipeline, more work than processors; operands there and from the host. */
static void check_heads(const context *c, const fq_kernel *k, fq_arena *arena) {
    static const attention_shape prefill[] = {
        {1, 1, 0, 1, 1, 128, 1},   {1, 200, 0, 4, 2, 128, 1}, {3, 333, 217, 6, 2, 128, 1}, {2, 130, 100, 4, 4, 128, 0},
        {1, 64, 63, 8, 1, 128, 1}, {1, 129, 0, 3, 3, 128, 1}, {2, 96, 385, 2, 1, 128, 0},  {1, 1500, 0, 32, 8, 128, 1},
        {1, 1, 0, 1, 1, 64, 1},    {1, 200, 0, 4, 2, 64, 1},  {3, 333, 217, 6, 2, 64, 1},  {2, 130, 100, 4, 4, 64, 0},
        {1, 191, 1, 8, 1, 64, 1},  {1, 193, 0, 3, 3, 64, 1},  {2, 97, 384, 2, 1, 64, 0},   {1, 1500, 0, 32, 8, 64, 1}};
    static const attention_shape decode[] = {
        {1, 1, 0, 1, 1, 128, 1},     {4, 1, 1023, 32, 8, 128, 1}, {2, 2, 700, 12, 2, 128, 1},
        {1, 1, 8190, 16, 1, 128, 1}, {33, 1, 300, 8, 8, 128, 1},  {1, 3, 129, 18, 2, 128, 0},
        {1, 1, 0, 1, 1, 64, 1},      {4, 1, 1023, 32, 8, 64, 1},  {2, 2, 700, 12, 2, 64, 1},
        {1, 1, 8190, 16, 1, 64, 1},  {33, 1, 300, 8, 8, 64, 1},   {1, 3, 129, 18, 2, 64, 0}};
    static const fq_recipe_id int4[] = {FQ_RECIPE_KV_INT4_E4M3, FQ_RECIPE_KV_INT4_BF16, FQ_RECIPE_KV_INT4_SIGNED},
                              bf16[] = {FQ_RECIPE_KV_BF16, FQ_RECIPE_KV_UINT4_F16, FQ_RECIPE_KV_BF16};
    const fq_recipe_id *caches = strstr(k->name, "bf16") ? bf16 : int4;
    const int is_decode = k->op == FQ_OP_ATTENTION_DECODE;
    const int shapes = (int)(is_decode ? sizeof decode / sizeof decode[0] : sizeof prefill / sizeof prefill[0]);
    for (int i = 0; i < 3 * shapes; i++) {
        const attention_shape *a = is_decode ? &decode[i / 3] : &prefill[i / 3];
        fq_trial_shape s = fq_trial_default(k->op);
        s.batch = a->batch;
        s.seq = a->seq;
        s.past = a->past;
        s.heads = a->heads;
        s.kv_heads = a->kv_heads;
        s.head_dim = a->head_dim;
        s.causal = a->causal;
        s.ragged = 1;
        s.weight_copies = 2;
        s.kv = &fq_recipes[caches[i % 3]];
        s.q = companion(s.kv, FQ_RECIPE_Q_F32, FQ_RECIPE_Q_BF16, FQ_RECIPE_Q_E4M3);
        s.p = companion(s.kv, FQ_RECIPE_P_F32, FQ_RECIPE_P_BF16, FQ_RECIPE_P_E4M3);
        s.seed = 1000 + (unsigned long)i;
        for (int how = 0; how < (i % 3 == 0 ? 3 : 1); how++) {
            char text[192];
            s.on_host = how == 1;
            s.kv_sigma = how == 2 ? 300.0f : 0.0f; /* so that operands saturate */
            snprintf(text, sizeof text, "%s%s batch=%d seq=%d past=%d heads=%d/%d d=%d%s %s",
                     s.on_host ? "host" : "device", how == 2 ? " large" : "", s.batch, s.seq, s.past, s.heads,
                     s.kv_heads, s.head_dim, s.causal ? " causal" : "", s.kv->name);
            try_shape(c, k, &s, text, arena);
        }
    }
}

static void check_attention(const context *c, const fq_kernel *k, fq_arena *arena) {
    if (k->attend) check_heads(c, k, arena);
    static const attention_shape shapes[] = {
        {1, 1, 0, 1, 1, 2, 1},       {1, 1, 7, 3, 1, 10, 1},    {2, 1, 100, 4, 2, 64, 1},  {3, 1, 601, 8, 2, 80, 1},
        {1, 5, 3, 2, 2, 64, 1},      {2, 33, 17, 6, 2, 96, 1},  {1, 130, 0, 2, 1, 128, 1}, {1, 77, 200, 2, 2, 64, 0},
        {1, 29, 1100, 2, 1, 256, 1}, {2, 100, 40, 3, 3, 34, 1}, {1, 301, 0, 3, 1, 64, 1},  {2, 67, 450, 4, 2, 128, 1},
        {1, 290, 7, 2, 2, 128, 1},   {1, 140, 93, 4, 1, 64, 0}, {2, 2, 530, 10, 2, 64, 1}, {1, 1, 300, 16, 1, 128, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (int r = 0; r < FQ_RECIPE_COUNT; r++) {
            if (strncmp(fq_recipes[r].name, "kv.", 3) != 0) continue;
            fq_trial_shape s = fq_trial_default(k->op);
            s.batch = shapes[i].batch;
            s.seq = k->op == FQ_OP_ATTENTION_DECODE && shapes[i].seq > 5 ? 2 : shapes[i].seq;
            s.past = shapes[i].past;
            s.heads = shapes[i].heads;
            s.kv_heads = shapes[i].kv_heads;
            s.head_dim = shapes[i].head_dim;
            s.causal = shapes[i].causal;
            s.ragged = 1;
            s.kv = &fq_recipes[r];
            s.q = companion(s.kv, FQ_RECIPE_Q_F32, FQ_RECIPE_Q_BF16, FQ_RECIPE_Q_E4M3);
            s.p = companion(s.kv, FQ_RECIPE_P_F32, FQ_RECIPE_P_BF16, FQ_RECIPE_P_E4M3);
            s.seed = 10 * i + (size_t)r + 1;
            for (int f16 = 0; f16 < 2; f16++) {
                s.scores = f16 ? FQ_F16 : FQ_F32;
                char text[192];
                snprintf(text, sizeof text, "batch=%d seq=%d past=%d heads=%d/%d d=%d%s %s %s %s%s", s.batch, s.seq,
                         s.past, s.heads, s.kv_heads, s.head_dim, s.causal ? " causal" : "", s.q->name, s.kv->name,
                         s.p->name, f16 ? " scores=f16" : "");
                try_shape(c, k, &s, text, arena);
            }
        }
    }
}

static void check_row(const context *c, const fq_kernel *k, fq_arena *arena) {
    static const struct {
        int m, k;
    } shapes[] = {{1, 1},     {1, 576},   {3, 7},     {5, 255},   {2, 257},
                  {33, 1000}, {1, 11008}, {70, 4096}, {9, 14336}, {2, 20000}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (int r = 0; r < FQ_RECIPE_COUNT; r++) {
            if (strncmp(fq_recipes[r].name, "a.", 2) != 0) continue;
            if (fq_recipes[r].group > 0 && k->op != FQ_OP_QUANT_ROWS) continue;
            fq_trial_shape s = fq_trial_default(k->op);
            s.m = shapes[i].m;
            s.k = shapes[i].k;
            s.a = &fq_recipes[r];
            /* Numbers of this size reach beyond 448 times that. */
            if (s.a->range == FQ_RANGE_STATIC) s.fixed_scale = 0.003f;
            s.seed = 10 * i + (size_t)r + 1;
            char text[96];
            snprintf(text, sizeof text, "m=%d k=%d %s", s.m, s.k, s.a->name);
            s.on_host = 1;
            try_shape(c, k, &s, text, arena);
            if (!k->enqueue) continue;
            s.on_host = 0;
            snprintf(text, sizeof text, "device m=%d k=%d %s", s.m, s.k, s.a->name);
            try_shape(c, k, &s, text, arena);
        }
    }
}

static void check_rope(const context *c, const fq_kernel *k, fq_arena *arena) {
    static const struct {
        int batch, seq, past, heads, kv_heads, head_dim;
    } shapes[] = {{1, 1, 0, 1, 1, 2},      {2, 3, 5, 4, 2, 64},    {3, 1, 100, 6, 3, 80},
                  {1, 17, 9, 2, 1, 128},   {2, 5, 0, 3, 3, 34},    {5, 1, 1000, 9, 3, 64},
                  {1, 130, 7, 32, 8, 128}, {3, 67, 33, 7, 1, 128}, {2, 31, 17, 15, 5, 64}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (int r = 0; r < FQ_RECIPE_COUNT; r++) {
            if (strncmp(fq_recipes[r].name, "kv.", 3) != 0) continue;
            fq_trial_shape s = fq_trial_default(k->op);
            s.batch = shapes[i].batch;
            s.seq = shapes[i].seq;
            s.past = shapes[i].past;
            s.heads = shapes[i].heads;
            s.kv_heads = shapes[i].kv_heads;
            s.head_dim = shapes[i].head_dim;
            s.ragged = 1;
            s.kv = &fq_recipes[r];
            s.q = companion(s.kv, FQ_RECIPE_Q_F32, FQ_RECIPE_Q_BF16, FQ_RECIPE_Q_E4M3);
            s.seed = 10 * i + (size_t)r + 1;
            for (int with = 0; with < (k->rotate ? 4 : 2); with++) {
                s.key_offset = s.clip = with % 2;
                s.on_host = with < 2;
                char text[160];
                snprintf(text, sizeof text, "%sbatch=%d seq=%d past=%d heads=%d/%d d=%d %s %s%s",
                         s.on_host ? "" : "device ", s.batch, s.seq, s.past, s.heads, s.kv_heads, s.head_dim, s.q->name,
                         s.kv->name, s.clip ? " offset clip" : "");
                try_shape(c, k, &s, text, arena);
            }
        }
    }
}

static void check_kernel(const context *c, const fq_kernel *k, fq_arena *arena) {
    switch (k->family) {
    case FQ_FAMILY_gemm:
        check_gemm(c, k, arena);
        break;
    case FQ_FAMILY_attention:
        check_attention(c, k, arena);
        break;
    case FQ_FAMILY_row:
        check_row(c, k, arena);
        break;
    case FQ_FAMILY_rope:
        check_rope(c, k, arena);
        break;
    }
}

fq_status fq_check_kernels(const char *kernel, void (*say)(void *ctx, const char *line), void *ctx, int *checked,
                           int *failed) {
    const context c = {say, ctx, checked, failed};
    *checked = *failed = 0;
    if (kernel && !fq_kernel_find(kernel))
        return fq_fail(FQ_ERR_USAGE, "no kernel '%s'; `list kernels` names them", kernel);
    fq_arena arena;
    FQ_TRY(fq_arena_init(&arena, 0));
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        const char *why = "";
        if (kernel && strcmp(kernel, k->name) != 0) continue;
        if (fq_kernel_usable(k, &why)) {
            check_kernel(&c, k, &arena);
            continue;
        }
        char line[256];
        snprintf(line, sizeof line, "SKIP %s: %s", k->name, why);
        say(ctx, line);
    }
    fq_arena_free(&arena);
    if (kernel && *checked == 0) return fq_fail(FQ_ERR_SKIPPED, "%s cannot run here", kernel);
    return FQ_OK;
}
