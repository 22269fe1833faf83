/* Trials: the parts that every family shares, and the calls that go to the family's file.
 * Outputs stand in one area filled with 0xff (a NaN in every float format), whose bytes outside the outputs must stay.
 */
#include <math.h>
#include <string.h>
#include "kernels/trial_parts.h"

enum { POISON = 0xff, GUARD_BYTES = 256, POOL_FLOATS = 1 << 17 };

void fq_worst_take(fq_worst *w, double err, double bound) {
    const double ratio = err == 0.0 ? 0.0 : err / bound;
    if (!(err <= bound)) w->bad++;
    if (isnan(w->ratio) || (ratio <= w->ratio && w->bound > 0.0)) return; /* a NaN stays */
    w->err = err;
    w->bound = bound;
    w->ratio = ratio;
}

fq_status fq_trial_reserve(fq_trial *t, const size_t *bytes, int n) {
    FQ_ASSERT(n <= FQ_TRIAL_OUTPUTS);
    t->area_bytes = GUARD_BYTES;
    for (int i = 0; i < n; i++)
        t->area_bytes += (bytes[i] + 63) / 64 * 64 + GUARD_BYTES;
    t->area = fq_arena_alloc(t->arena, t->area_bytes);
    if (!t->area) return FQ_ERR_MEMORY;
    fq_trial_poison(t);
    t->area_used = GUARD_BYTES;
    return FQ_OK;
}

void fq_trial_poison(fq_trial *t) {
    memset(t->area, POISON, t->area_bytes);
}

void *fq_trial_place(fq_trial *t, const char *name, size_t rows, size_t stride, size_t used) {
    fq_guarded *g = &t->output[t->outputs++];
    *g = (fq_guarded){name, t->area + t->area_used, rows, stride, used};
    t->area_used += (rows * stride + 63) / 64 * 64 + GUARD_BYTES;
    FQ_ASSERT(t->area_used <= t->area_bytes);
    return g->data;
}

static int is_poison(const uint8_t *from, const uint8_t *to) {
    while (from < to)
        if (*from++ != POISON) return 0;
    return 1;
}

/* NULL, or the output before or behind which something was written. */
static const char *broken_guard(const fq_trial *t) {
    const uint8_t *clean = t->area;
    for (int i = 0; i < t->outputs; i++) {
        const fq_guarded *g = &t->output[i];
        for (size_t r = 0; r < g->rows; r++) {
            const uint8_t *row = g->data + r * g->stride;
            if (!is_poison(clean, row)) return g->name;
            clean = row + g->used;
        }
    }
    return is_poison(clean, t->area + t->area_bytes) ? NULL : t->output[t->outputs - 1].name;
}

fq_status fq_pool_create(fq_pool *p, unsigned long seed, size_t longest, fq_arena *arena) {
    p->n = POOL_FLOATS + longest;
    p->real = NULL;
    p->n_real = 0;
    p->rng = fq_rng_seed(seed, 1);
    p->x = FQ_NEW(arena, float, p->n);
    if (!p->x) return FQ_ERR_MEMORY;
    fq_rng_fill_gauss(&p->rng, p->x, p->n, 1.0f);
    return FQ_OK;
}

void fq_pool_row(fq_pool *p, float *out, size_t n, float sigma) {
    if (p->real) {
        size_t at = fq_rng_below(&p->rng, (uint32_t)p->n_real);
        for (size_t i = 0; i < n; i++, at++)
            out[i] = p->real[at % p->n_real];
        return;
    }
    const float *from = p->x + fq_rng_below(&p->rng, (uint32_t)(p->n - n) + 1);
    const float magnitude = sigma * (float)exp2(2.0 * fq_rng_uniform(&p->rng) - 1.0);
    for (size_t i = 0; i < n; i++)
        out[i] = from[i] * magnitude;
}

void fq_trial_spread(fq_rng *rng, int n, int count, int *out) {
    for (int i = 0; i < count; i++) {
        const int from = (int)((long)i * n / count), to = (int)((long)(i + 1) * n / count);
        out[i] = i == 0 ? 0 : i == count - 1 ? n - 1 : from + (int)fq_rng_below(rng, (uint32_t)(to - from));
    }
}

int fq_trial_past(const fq_trial_shape *s, int b) {
    return s->ragged ? s->past - b % (s->past + 1) : s->past;
}

fq_trial_shape fq_trial_default(fq_op op) {
    static const struct {
        fq_recipe_id w, a;
    } gemm[] = {
        [FQ_OP_GEMM_F32] = {FQ_RECIPE_W_F32, FQ_RECIPE_A_F32},
        [FQ_OP_GEMM_BF16] = {FQ_RECIPE_W_BF16, FQ_RECIPE_A_BF16},
        [FQ_OP_GEMM_W4A16] = {FQ_RECIPE_W_INT4_G128, FQ_RECIPE_A_BF16},
        [FQ_OP_GEMM_I4F8] = {FQ_RECIPE_W_INT4_G128_E4M3, FQ_RECIPE_A_E4M3_TOKEN},
        [FQ_OP_GEMM_F8F8] = {FQ_RECIPE_W_E4M3_CHANNEL, FQ_RECIPE_A_E4M3_TOKEN},
        [FQ_OP_GEMM_I8I8] = {FQ_RECIPE_W_INT8_CHANNEL, FQ_RECIPE_A_INT8_TOKEN},
        [FQ_OP_GEMM_I4I8] = {FQ_RECIPE_W_INT4_CHANNEL, FQ_RECIPE_A_INT8_TOKEN},
        [FQ_OP_GEMM_Q4I8] = {FQ_RECIPE_W_UINT4_QOQ, FQ_RECIPE_A_INT8_TOKEN},
        [FQ_OP_GEMM_I4I8_INT] = {FQ_RECIPE_W_INT4_G128_INT, FQ_RECIPE_A_INT8_TOKEN},
        [FQ_OP_GEMM_I4I8_F16] = {FQ_RECIPE_W_INT4_G128_EXACT, FQ_RECIPE_A_INT8_TOKEN},
        [FQ_OP_GEMM_ANY] = {FQ_RECIPE_W_UINT4_G128, FQ_RECIPE_A_BF16},
        [FQ_OP_GEMM_I4F8_SWIGLU] = {FQ_RECIPE_W_INT4_G128_E4M3, FQ_RECIPE_A_E4M3_TOKEN},
    };
    fq_trial_shape s = {.m = 64,
                        .n = 256,
                        .k = 512,
                        .batch = 1,
                        .seq = 64,
                        .heads = 4,
                        .kv_heads = 2,
                        .head_dim = 64,
                        .causal = 1,
                        .weight_copies = 1,
                        .seed = 1};
    s.a = &fq_recipes[FQ_RECIPE_A_E4M3_TOKEN];
    s.q = &fq_recipes[FQ_RECIPE_Q_E4M3];
    s.kv = &fq_recipes[FQ_RECIPE_KV_INT4_E4M3];
    s.p = &fq_recipes[FQ_RECIPE_P_E4M3];
    if (fq_op_family(op) == FQ_FAMILY_gemm) {
        s.w = &fq_recipes[gemm[op].w];
        s.a = &fq_recipes[gemm[op].a];
    }
    if (op == FQ_OP_ATTENTION_DECODE) {
        s.seq = 1;
        s.past = 255;
    }
    return s;
}

fq_status fq_trial_create(const fq_kernel *k, const fq_trial_shape *s, fq_arena *arena, fq_trial **out) {
    const char *why = "";
    if (!fq_kernel_usable(k, &why)) return fq_fail(FQ_ERR_SKIPPED, "%s: %s", k->name, why);
    fq_trial *t = FQ_NEW(arena, fq_trial, 1);
    if (!t) return FQ_ERR_MEMORY;
    t->kernel = k;
    t->shape = *s;
    t->arena = arena;
    t->engine = FQ_ENGINE_F32;
    const fq_trial_shape d = fq_trial_default(k->op);
    if (!s->w) t->shape.w = d.w;
    if (!s->a) t->shape.a = d.a;
    if (!s->q) t->shape.q = d.q;
    if (!s->kv) t->shape.kv = d.kv;
    if (!s->p) t->shape.p = d.p;
    *out = t;
    switch (k->family) {
    case FQ_FAMILY_gemm:
        return fq_trial_gemm_create(t);
    case FQ_FAMILY_attention:
        return fq_trial_attention_create(t);
    case FQ_FAMILY_row:
        return fq_trial_row_create(t);
    case FQ_FAMILY_rope:
        break;
    }
    return fq_trial_rope_create(t);
}

fq_status fq_trial_retile(fq_trial *t, int tile, fq_cuda_output output) {
    FQ_ASSERT(t->device);
    t->shape.tile = tile;
    t->shape.output = output;
    return fq_trial_gemm_retile(t);
}

fq_status fq_trial_run(void *trial) {
    fq_trial *t = trial;
    return t->run(t);
}

fq_status fq_trial_judge(void *trial, double *err, double *bound) {
    fq_trial *t = trial;
    fq_worst worst = {0};
    FQ_TRY(t->compare(t, &worst));
    const char *broken = broken_guard(t);
    if (broken) {
        (void)fq_fail(FQ_ERR_FAILED, "%s: wrote outside of its output (%s)", t->kernel->name, broken);
        worst.err = INFINITY;
    }
    *err = worst.err;
    *bound = worst.bound;
    return FQ_OK;
}

double fq_trial_flop(const fq_trial *t) {
    return t->flop;
}
double fq_trial_bytes(const fq_trial *t) {
    return t->bytes;
}
fq_engine fq_trial_engine(const fq_trial *t) {
    return t->engine;
}

static double elapsed_ns(const void *trial) {
    return fq_cuda_loop_elapsed_ns(((const fq_trial *)trial)->loop);
}

fq_task fq_trial_task(fq_trial *t, const char *name) {
    fq_task task = {.name = name,
                    .context = t,
                    .run = fq_trial_run,
                    .judge = fq_trial_judge,
                    .engine = t->engine,
                    .flop = t->flop,
                    .bytes = t->bytes};
    if (t->loop) {
        task.elapsed_ns = elapsed_ns;
        task.ceilings = fq_cuda_ceilings();
    }
    return task;
}

int fq_trial_tiles(const fq_trial *t) {
    return t->device ? fq_cuda_gemm_tiles(t->device) : 0;
}

const char *fq_trial_tile(const fq_trial *t) {
    return t->device ? fq_cuda_gemm_tile(t->device) : "";
}

const void *fq_trial_output(const fq_trial *t, size_t *bytes) {
    *bytes = t->area_bytes;
    return t->area;
}
