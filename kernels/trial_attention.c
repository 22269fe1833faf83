/* Trials of the attention kernels: a cache of random keys and values with NaN behind its last token, and the definition
 * of ops.h in double for some or all queries. */
#include <math.h>
#include <omp.h>
#include <string.h>
#include "kernels/attention.h"
#include "kernels/trial_parts.h"

typedef struct attention_trial {
    fq_attention_args args;
    fq_kv_cache kv;
    int *token, *head, n_queries; /* queries compared; token counts over the batch */
    double *out, *bound;          /* [n_queries][D] */
    double *run_out;              /* the same with P rounded relative to the running maximum */
    double *moved;                /* [n_queries] squared norm of what roundings may move the output by */
    fq_cuda_attention *device;    /* operands that stay on a device; NULL */
    float *fetched;               /* [n_queries][D] from there */
} attention_trial;

static fq_status run(fq_trial *t) {
    const attention_trial *g = t->family;
    return t->loop ? fq_cuda_loop_run(t->loop) : t->kernel->run.attention(&g->args);
}

/* A float32 kernel and the oracle disagree where their e lie on two sides of a rounding boundary of P. That is rare:
 * with errors of about 1e-6 in e and boundaries 2^-4 (e4m3) or 2^-8 (bf16) apart, 1 in 10^5 or 10^3.5 elements is off
 * by one unit, which moves the output by some 1e-4 (5e-5) of its norm. A kernel that does not round, or rounds another
 * way, is off by 3e-2 (1e-3). f32 has sums only: their errors are a few sqrt(T) roundoffs. ops.h has two
 * roundings, relative to the maximum and to the running one: the limit holds a kernel to one of them. Scores in float16
 * that lie next to a boundary are counted out (oracle_query). Kernels of a device have running maxima over their own
 * tiles: they are compared with the unrounded P, and the squares of what each rounding may do are counted out, for they
 * are independent; what is left is the bfloat16 of the output and the tensor core's sums. */
static double frobenius_limit(const fq_kernel *k, fq_format_id p) {
    if (k->attend) return 5e-3;
    return p == FQ_E4M3 ? 2e-3 : p == FQ_BF16 ? 4e-4 : 1e-5;
}

static fq_status compare(fq_trial *t, fq_worst *worst) {
    const attention_trial *g = t->family;
    const fq_attention_args *a = &g->args;
    const size_t d = (size_t)g->kv.head_dim;
    double error2 = 0.0, run_error2 = 0.0, norm2 = 0.0, moved2 = 0.0;
    if (g->device) FQ_TRY(fq_cuda_attention_fetch(g->device, g->n_queries, g->token, g->head, g->fetched));
    for (int i = 0; i < g->n_queries; i++) {
        const float *y = g->device ? g->fetched + (size_t)i * d
                                   : a->out + (size_t)g->token[i] * a->out_stride + (size_t)g->head[i] * d;
        for (size_t j = 0; j < d; j++) {
            const double ref = g->out[(size_t)i * d + j], err = fabs((double)y[j] - ref);
            const double run_err = (double)y[j] - g->run_out[(size_t)i * d + j];
            fq_worst_take(worst, err, g->bound[(size_t)i * d + j]);
            error2 += err * err;
            run_error2 += run_err * run_err;
            norm2 += ref * ref;
        }
        moved2 += g->moved[i];
    }
    const double limit = frobenius_limit(t->kernel, a->p_recipe->code) * sqrt(norm2) + sqrt(moved2);
    if (!(sqrt(error2) <= limit) && (t->kernel->attend || !(sqrt(run_error2) <= limit))) {
        (void)fq_fail(FQ_ERR_FAILED, "%s: Frobenius norm of the error is %g, expected at most %g", t->kernel->name,
                      sqrt(error2), limit);
        worst->err = INFINITY;
    }
    return FQ_OK;
}

static fq_status build_cache(fq_trial *t, attention_trial *g, fq_pool *pool) {
    const fq_trial_shape *s = &t->shape;
    const size_t d = (size_t)s->head_dim;
    fq_kv_cache *c = &g->kv;
    float *row = FQ_NEW(t->arena, float, d);
    if (!row) return FQ_ERR_MEMORY;
    FQ_TRY(fq_kv_cache_create(c, s->kv, s->batch, s->kv_heads, s->head_dim, s->past + s->seq + 3, t->arena));
    const size_t rows = (size_t)s->batch * (size_t)s->kv_heads * (size_t)c->capacity;
    const size_t scale_bytes = s->kv->group == FQ_NO_SCALE ? 0 : fq_format_bytes(s->kv->scale, 1);
    /* Codes and scales nobody wrote are NaN wherever the format has one: reading them must show. */
    for (int which = 0; which < 2; which++) {
        uint8_t *codes = which ? c->v : c->k, *scales = which ? c->v_scale : c->k_scale;
        uint8_t *zeros = which ? c->v_zero : c->k_zero;
        memset(codes, 0xff, rows * c->row_bytes);
        if (scales) memset(scales, 0xff, rows * scale_bytes);
        for (size_t r = 0; r < rows; r++) {
            const int b = (int)(r / ((size_t)s->kv_heads * (size_t)c->capacity));
            const int token = (int)(r % (size_t)c->capacity);
            uint32_t code;
            uint8_t zero;
            float scale;
            if (token >= fq_trial_past(s, b) + s->seq) continue;
            memset(codes + r * c->row_bytes, 0, c->row_bytes);
            fq_pool_row(pool, row, d, s->kv_sigma > 0.0f ? s->kv_sigma : 1.0f);
            FQ_TRY(fq_quantize_row_zero(s->kv, row, s->head_dim, 1.0f, codes + r * c->row_bytes, &scale, &code, &zero));
            if (scales) memcpy(scales + r * scale_bytes, &code, scale_bytes);
            if (zeros) zeros[r] = zero;
        }
    }
    return FQ_OK;
}

static fq_status build_queries(fq_trial *t, attention_trial *g, fq_pool *pool) {
    const fq_trial_shape *s = &t->shape;
    const size_t tokens = (size_t)s->batch * (size_t)s->seq, heads = (size_t)s->heads, d = (size_t)s->head_dim;
    const size_t head_bytes = fq_format_bytes(s->q->code, d), stride = (heads * head_bytes + 63) / 64 * 64;
    const size_t scales = tokens * heads;
    uint8_t *q = fq_arena_calloc(t->arena, tokens, stride);
    float *row = FQ_NEW(t->arena, float, d), *scale = FQ_NEW(t->arena, float, scales);
    int *past = FQ_NEW(t->arena, int, s->batch);
    if (!q || !row || !scale || !past) return FQ_ERR_MEMORY;
    for (size_t i = 0; i < scales; i++) {
        /* Twice the spread of the keys: scores of standard deviation 2, so that some keys matter more than others. */
        fq_pool_row(pool, row, d, s->kv_sigma > 0.0f ? 2.0f / s->kv_sigma : 2.0f);
        FQ_TRY(
            fq_quantize_row(s->q, row, s->head_dim, q + i / heads * stride + i % heads * head_bytes, &scale[i], NULL));
    }
    for (int b = 0; b < s->batch; b++)
        past[b] = fq_trial_past(s, b);
    g->args.q = q;
    g->args.q_stride = stride;
    g->args.q_scale = s->q->group == FQ_NO_SCALE ? NULL : scale;
    g->args.past = past;
    t->bytes += (double)(scales * head_bytes) + (g->args.q_scale ? 4.0 * (double)scales : 0.0);
    return FQ_OK;
}

static double round_p(fq_format_id p, double e) {
    if (p == FQ_E4M3) return (double)fq_format_round(p, (float)(448.0 * e)) / 448.0;
    return p == FQ_F32 ? e : (double)fq_format_round(p, (float)e);
}

/* A sum of q k, where a kernel's may lie, and the sum of magnitudes. In float16 a rounding of sums in float32 may fall
 * on either side where the exact sum is next to a boundary: low and high are what both sides lead to. */
typedef struct score {
    double exact, low, high, magnitude;
} score;

static double round_f16(double x) {
    return (double)fq_format_round(FQ_F16, (float)x);
}

static score score_of(const fq_trial *t, const float *q, const float *k, double u) {
    const int d = t->shape.head_dim, step = t->shape.scores == FQ_F16 ? 32 : d;
    score s = {0};
    for (int from = 0; from < d; from += step) {
        double sum = 0.0, magnitude = 0.0;
        for (int j = from; j < d && j < from + step; j++) {
            sum += (double)q[j] * (double)k[j];
            magnitude += fabs((double)q[j] * (double)k[j]);
        }
        const double off = (step + 8.0) * u * (fabs(s.exact) + magnitude);
        s.magnitude += magnitude;
        s.exact += sum;
        s.low += sum - off;
        s.high += sum + off;
        if (t->shape.scores != FQ_F16) continue;
        s.exact = round_f16(s.exact);
        s.low = round_f16(s.low);
        s.high = round_f16(s.high);
    }
    return s;
}

/* Output of one query and its elementwise bound:
 *   e is off by a relative eps = 2 (D + 6) u max_t sum|q||k| scale + 10 u  (the score's sum, twice because of the
 *   maximum; the exp and the arithmetic before it); P by a rounding of its format on each side; the sums over T by
 *   (T + 8) u.
 *   Scores in float16: the same without D, and e^-x .. e^x times e, x = scale (high - low of the score and of the
 * maximum). What the roundings of these may move is returned as a squared norm as well. k, v: operand values [keys][D].
 * With a running maximum over tiles of its own (frobenius_limit) P is not rounded here, and the norm is that of half a
 * unit of each. p: room for 2 `keys` numbers. run_out: as out, with the running maximum of ops.h. */
static double oracle_query(const fq_trial *t, const float *q, double scale, int keys, const float *k, const float *v,
                           double *p, double *out, double *bound, double *run_out) {
    const int d = t->shape.head_dim, f16 = t->shape.scores == FQ_F16, running = t->kernel->attend != NULL;
    const fq_format_id format = t->shape.p->code;
    const double u = fmax(t->kernel->roundoff, FQ_U32);
    double top = -INFINITY, top_low = -INFINITY, top_high = -INFINITY, largest = 0.0, l = 0.0, l_moved = 0.0;
    double *spread = p + keys, moved[FQ_HEAD_DIM_MAX] = {0}, moved2 = 0.0;
    for (int i = 0; i < keys; i++, k += d) {
        const score s = score_of(t, q, k, u);
        p[i] = s.exact * scale;
        spread[i] = f16 ? (s.high - s.low) * scale : 0.0;
        top = fmax(top, p[i]);
        top_low = fmax(top_low, s.low * scale);
        top_high = fmax(top_high, s.high * scale);
        largest = fmax(largest, s.magnitude * scale);
    }
    for (int j = 0; j < d; j++)
        out[j] = bound[j] = run_out[j] = 0.0;
    for (int i = 0; i < keys; i++) {
        if (f16) spread[i] += top_high - top_low;
        l += exp(p[i] - top);
        l_moved += exp(p[i] - top) * expm1(spread[i]);
    }
    const double eps = 2.0 * ((f16 ? 0.0 : d) + 6.0) * u * largest + 10.0 * u;
    const double unit = format == FQ_F32 ? 0.0 : ldexp(1.0, -fq_formats[format].mantissa_bits);
    const double smallest = format == FQ_E4M3 ? 0x1p-9 / 448.0 : 0.0;
    double run_top = -INFINITY;
    for (int i = 0; i < keys; i++, v += d) {
        for (int j = i; i % FQ_ATTENTION_RUN == 0 && j < keys && j < i + FQ_ATTENTION_RUN; j++)
            run_top = fmax(run_top, p[j]);
        const double e = exp(p[i] - top), w = running ? e : round_p(format, e);
        const double run_w = round_p(format, exp(p[i] - run_top)) * exp(run_top - top);
        double move = 0.0, half = 0.0;
        if (running) half = (0.5 * unit * w + 0.5 * smallest) / l;
        if (f16) {
            const double high = round_p(format, fmin(e * exp(spread[i]), 1.0));
            move = high - round_p(format, e * exp(-spread[i])) + w * l_moved / l;
        }
        const double off = w * (unit + 2.0 * eps + (keys + 8.0) * u) + smallest + move;
        for (int j = 0; j < d; j++) {
            out[j] += w * (double)v[j] / l;
            run_out[j] += run_w * (double)v[j] / l;
            bound[j] += off * fabs((double)v[j]) / l;
            moved[j] += move * fabs((double)v[j]) / l;
            moved2 += half * half * (double)v[j] * (double)v[j];
        }
    }
    for (int j = 0; j < d; j++) {
        bound[j] += (running ? 0x1p-8 : 2.0 * FQ_U32) * fabs(out[j]) + 1e-30;
        moved2 += moved[j] * moved[j];
    }
    return moved2;
}

/* The chosen queries of KV head h of sequence b. */
static void oracle_pair(fq_trial *t, attention_trial *g, int b, int h, float *k, float *v, double *p) {
    const fq_trial_shape *s = &t->shape;
    const size_t d = (size_t)s->head_dim, room = (size_t)(s->past + s->seq);
    const size_t head_bytes = fq_format_bytes(s->q->code, d);
    const int last = g->args.past[b] + s->seq, group = s->heads / s->kv_heads;
    int wanted = 0;
    for (int i = 0; i < g->n_queries; i++)
        wanted |= g->token[i] / s->seq == b && g->head[i] / group == h;
    if (!wanted) return;
#pragma omp parallel
    {
#pragma omp for
        for (int i = 0; i < last; i++) {
            fq_kv_cache_values(&g->kv, 0, b, h, i, k + (size_t)i * d);
            fq_kv_cache_values(&g->kv, 1, b, h, i, v + (size_t)i * d);
        }
#pragma omp for schedule(dynamic)
        for (int i = 0; i < g->n_queries; i++) {
            const size_t token = (size_t)g->token[i], head = (size_t)g->head[i];
            if (g->token[i] / s->seq != b || g->head[i] / group != h) continue;
            const float q_scale = g->args.q_scale ? g->args.q_scale[token * (size_t)s->heads + head] : 1.0f;
            const int keys = s->causal ? last - s->seq + g->token[i] % s->seq + 1 : last;
            float q[FQ_HEAD_DIM_MAX];
            fq_format_decode_row(s->q->code, (const uint8_t *)g->args.q + token * g->args.q_stride + head * head_bytes,
                                 d, q);
            g->moved[i] = oracle_query(t, q, (double)q_scale / sqrt((double)d), keys, k, v,
                                       p + (size_t)omp_get_thread_num() * 2 * room, g->out + (size_t)i * d,
                                       g->bound + (size_t)i * d, g->run_out + (size_t)i * d);
        }
    }
}

static fq_status build_oracle(fq_trial *t, attention_trial *g, fq_pool *pool, double work) {
    const fq_trial_shape *s = &t->shape;
    const size_t d = (size_t)s->head_dim, room = (size_t)(s->past + s->seq);
    const long all = (long)s->batch * s->seq * s->heads, sampled = (s->oracle_samples + s->head_dim - 1) / s->head_dim;
    const long wanted = sampled > 2 ? sampled : sampled > 0 ? 2 : work < 2e8 ? all : 48;
    g->n_queries = (int)(wanted < all ? wanted : all);
    const size_t points = (size_t)g->n_queries * d, kv_floats = room * d;
    const size_t p_floats = (size_t)omp_get_max_threads() * room;
    g->token = FQ_NEW(t->arena, int, g->n_queries);
    g->head = FQ_NEW(t->arena, int, g->n_queries);
    g->out = FQ_NEW(t->arena, double, points);
    g->bound = FQ_NEW(t->arena, double, points);
    g->run_out = FQ_NEW(t->arena, double, points);
    g->moved = FQ_NEW(t->arena, double, g->n_queries);
    if (!g->token || !g->head || !g->out || !g->bound || !g->run_out || !g->moved) return FQ_ERR_MEMORY;
    fq_trial_spread(&pool->rng, (int)all, g->n_queries, g->token);
    for (int i = 0; i < g->n_queries; i++) {
        g->head[i] = g->token[i] % s->heads;
        g->token[i] /= s->heads;
    }
    const size_t mark = t->arena->used;
    float *k = FQ_NEW(t->arena, float, kv_floats), *v = FQ_NEW(t->arena, float, kv_floats);
    double *p = FQ_NEW(t->arena, double, 2 * p_floats);
    if (!k || !v || !p) return FQ_ERR_MEMORY;
    for (int b = 0; b < s->batch; b++)
        for (int h = 0; h < s->kv_heads; h++)
            oracle_pair(t, g, b, h, k, v, p);
    fq_arena_reset(t->arena, mark);
    return FQ_OK;
}

fq_status fq_trial_attention_create(fq_trial *t) {
    const fq_trial_shape *s = &t->shape;
    if (s->batch < 1 || s->seq < 1 || s->past < 0 || s->kv_heads < 1 || s->heads < 1 || s->heads % s->kv_heads != 0 ||
        s->head_dim < 1 || s->head_dim > FQ_HEAD_DIM_MAX)
        return fq_fail(FQ_ERR_USAGE, "%s: batch %d, seq %d, past %d, heads %d of %d, head size %d make no attention",
                       t->kernel->name, s->batch, s->seq, s->past, s->heads, s->kv_heads, s->head_dim);
    attention_trial *g = FQ_NEW(t->arena, attention_trial, 1);
    if (!g) return FQ_ERR_MEMORY;
    t->family = g;
    t->run = run;
    t->compare = compare;
    const int device = t->kernel->attend && !s->on_host;
    const size_t tokens = (size_t)s->batch * (size_t)s->seq, width = (size_t)s->heads * (size_t)s->head_dim;
    const size_t stride = (width + 15) / 16 * 16 + 16, rows = device ? 1 : tokens;
    fq_pool pool;
    FQ_TRY(fq_pool_create(&pool, s->seed, (size_t)s->head_dim, t->arena));
    FQ_TRY(build_cache(t, g, &pool));
    FQ_TRY(build_queries(t, g, &pool));
    FQ_TRY(fq_trial_reserve(t, (size_t[]){rows * stride * sizeof(float)}, 1));
    g->args.q_recipe = s->q;
    g->args.p_recipe = s->p;
    g->args.kv = &g->kv;
    g->args.batch = s->batch;
    g->args.seq = s->seq;
    g->args.heads = s->heads;
    g->args.causal = s->causal;
    g->args.scores = s->scores;
    g->args.out = fq_trial_place(t, "out", rows, stride * sizeof(float), width * sizeof(float));
    g->args.out_stride = stride;
    g->args.scratch = fq_arena_alloc(t->arena, t->kernel->scratch.attention(&g->args) + 1);
    if (!g->args.scratch) return FQ_ERR_MEMORY;
    double pairs = 0.0;
    for (int b = 0; b < s->batch; b++) {
        const double past = fq_trial_past(s, b), n = s->seq;
        pairs += s->causal ? n * past + n * (n + 1.0) / 2.0 : n * (past + n);
        t->bytes += (past + n) * (double)fq_kv_cache_bytes_per_token(&g->kv);
    }
    t->flop = 4.0 * pairs * (double)width;
    if (t->kernel->isa == FQ_ISA_AMX) t->engine = FQ_ENGINE_BF16;
    t->bytes += (double)(tokens * width * (t->kernel->attend ? sizeof(uint16_t) : sizeof(float)));
    FQ_TRY(build_oracle(t, g, &pool, t->flop));
    if (!device) return FQ_OK;
    const size_t fetched = (size_t)g->n_queries * (size_t)s->head_dim;
    const int copies = t->kernel->op == FQ_OP_ATTENTION_DECODE ? s->weight_copies : 1;
    g->fetched = FQ_NEW(t->arena, float, fetched);
    if (!g->fetched) return FQ_ERR_MEMORY;
    FQ_TRY(fq_cuda_attention_create(t->kernel->attend, &g->args, copies, t->arena, &g->device));
    t->loop = fq_cuda_attention_loop(g->device);
    t->engine = s->q->code == FQ_BF16 ? FQ_ENGINE_BF16 : FQ_ENGINE_INT8; /* E4M3 at the rate of INT8 */
    return FQ_OK;
}
