/* Noise by layer and projection, measured while a net is built and while a text runs through it. */
#include "scenarios/layer_errors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/session.h"
#include "quant/activation_scale.h"
#include "quant/codebook.h"

enum { PROJECTIONS = 7 };
static const char *const projections[PROJECTIONS] = {"q", "k", "v", "o", "gate", "up", "down"};
static const fq_site sites[PROJECTIONS] = {FQ_SITE_QKV,     FQ_SITE_QKV,     FQ_SITE_QKV, FQ_SITE_O,
                                           FQ_SITE_GATE_UP, FQ_SITE_GATE_UP, FQ_SITE_DOWN};

double fq_noise_db(const fq_noise *n) {
    if (!(n->signal > 0)) return NAN;
    return n->noise > 0 ? 10 * log10(n->signal / n->noise) : INFINITY;
}

/* Numbers beyond this many scales round beyond the largest code of a format: half a step above it. */
static double range_end(fq_format_id id) {
    const fq_format *f = &fq_formats[id];
    const double step = f->exponent_bits > 0 ? exp2(floor(log2(f->max)) - f->mantissa_bits) : 1;
    return f->max + step / 2;
}

static int beyond(float x, double end, float scale) {
    return fabs((double)x) > end * fabs((double)scale);
}

static void add_number(fq_noise *n, float x, float quantized, int saturated) {
    const double d = (double)x - (double)quantized;
    n->signal += (double)x * (double)x;
    n->noise += d * d;
    n->count++;
    n->saturated += saturated;
    n->underflow += x != 0 && quantized == 0;
}

/* ---- inputs ---- */

static void add_static(fq_noise *n, const fq_recipe *a, float scale, const float *x, int cols) {
    const double end = range_end(a->code);
    for (int j = 0; j < cols; j++)
        add_number(n, x[j], fq_format_round(a->code, x[j] / scale) * scale, beyond(x[j], end, scale));
}

fq_status fq_noise_add_inputs(fq_noise *n, const fq_recipe *a, float fixed_scale, const float *x, size_t stride, int m,
                              int cols, fq_arena *scratch) {
    if (a->range == FQ_RANGE_STATIC) {
        for (int i = 0; i < m; i++)
            add_static(n, a, fixed_scale, x + (size_t)i * stride, cols);
        return FQ_OK;
    }
    /* A block of tokens is a matrix like any other, rows = tokens. */
    const size_t mark = scratch->used;
    fq_qmatrix q;
    float *back = FQ_NEW(scratch, float, cols);
    if (back == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(fq_qmatrix_create(&q, a, m, cols, scratch));
    FQ_TRY(fq_qmatrix_quantize(&q, 0, x, stride, m, 1));
    const double end = range_end(a->code);
    for (int i = 0; i < m; i++) {
        const float *row = x + (size_t)i * stride;
        fq_qmatrix_dequantize(&q, i, back);
        for (int j = 0; j < cols; j++) {
            const float scale = q.groups > 0 ? fq_qmatrix_scale(&q, i, j / q.group) : q.row_scale[i];
            const int saturates = a->group != FQ_NO_SCALE && a->range == FQ_RANGE_SYMMETRIC;
            add_number(n, row[j], back[j], saturates && beyond(row[j], end, scale));
        }
    }
    fq_arena_reset(scratch, mark);
    return FQ_OK;
}

/* ---- weights ---- */

static float code_value(const fq_qmatrix *q, int r, int c) {
    const uint8_t pair = q->codes[(size_t)r * q->row_bytes + (size_t)(c / 2)];
    const uint32_t code = c % 2 != 0 ? pair >> 4 : pair & 15u;
    return q->book != NULL ? fq_codebooks[q->book[r]].value[code] : fq_formats[q->recipe->code].decode(code);
}

/* Counts of row r of FireQ's storage: 4-bit codes with E4M3 group scales and operands e4m3(q s). */
static void count_row(const fq_qmatrix *q, int r, fq_weight_noise *n) {
    const double end = range_end(FQ_E4M3);
    for (int g = 0; g < q->groups; g++) {
        const float s = fabsf(fq_qmatrix_scale(q, r, g));
        n->scales++;
        n->subnormal += s < 0x1p-6f;
        n->smallest += s <= 0x1p-9f;
    }
    for (int c = 0; c < q->cols; c++) {
        n->operands++;
        n->saturated += fabs((double)code_value(q, r, c) * (double)fq_qmatrix_scale(q, r, c / q->group)) > end;
    }
}

static int has_counts(const fq_recipe *r) {
    return r->group > 0 && r->scale == FQ_E4M3 && r->value == FQ_VALUE_E4M3 && fq_formats[r->code].bits == 4;
}

fq_status fq_weight_noise_measure(const fq_qmatrix *q, int row0, const float *w, int rows, const fq_input_stats *stats,
                                  fq_weight_noise *out) {
    const size_t cols = (size_t)q->cols;
    *out = (fq_weight_noise){.output_error = NAN};
    fq_weight_noise *part = calloc((size_t)rows, sizeof *part);
    float *back = malloc((size_t)rows * cols * sizeof *back);
    fq_arena scratch = {0};
    fq_status status =
        part != NULL && back != NULL ? FQ_OK : fq_fail(FQ_ERR_MEMORY, "no memory to measure %d rows", rows);
    if (status == FQ_OK) {
#pragma omp parallel for schedule(static)
        for (int r = 0; r < rows; r++) {
            fq_qmatrix_dequantize(q, row0 + r, back + (size_t)r * cols);
            for (size_t c = 0; c < cols; c++)
                add_number(&part[r].weights, w[(size_t)r * cols + c], back[(size_t)r * cols + c], 0);
            if (has_counts(q->recipe)) count_row(q, row0 + r, &part[r]);
        }
    }
    for (int r = 0; r < rows && status == FQ_OK; r++) {
        out->weights.signal += part[r].weights.signal;
        out->weights.noise += part[r].weights.noise;
        out->weights.count += part[r].weights.count;
        out->weights.underflow += part[r].weights.underflow;
        out->scales += part[r].scales;
        out->subnormal += part[r].subnormal;
        out->smallest += part[r].smallest;
        out->operands += part[r].operands;
        out->saturated += part[r].saturated;
    }
    free(part);
    free(back);
    if (status == FQ_OK && stats != NULL && stats->moment != NULL) {
        status = fq_arena_init(&scratch, 0);
        if (status == FQ_OK) out->output_error = fq_output_error(q, row0, w, rows, stats, &scratch);
        fq_arena_free(&scratch);
    }
    return status;
}

/* ---- one net ---- */

typedef struct census {
    const fq_variant *variant;         /* whose activation recipe counts */
    const fq_llama *net;               /* with float activations */
    fq_weight_noise (*w)[PROJECTIONS]; /* [layers] */
    int (*rows)[PROJECTIONS], (*cols)[PROJECTIONS];
    fq_noise (*input)[FQ_SITE_COUNT];    /* [layers] */
    float (*fixed_scale)[FQ_SITE_COUNT]; /* of STATIC recipes */
    fq_arena arena, scratch;
    fq_status status; /* of the first measurement that failed */
    char message[512];
} census;

static void keep_error(census *n, fq_status s) {
    if (s == FQ_OK || n->status != FQ_OK) return;
    n->status = s;
    snprintf(n->message, sizeof n->message, "%s", fq_message());
}

/* "gate_proj" -> index of "gate". */
static int projection_index(const char *name) {
    for (int i = 0; i < PROJECTIONS; i++) {
        const size_t n = strlen(projections[i]);
        if (strncmp(name, projections[i], n) == 0 && (name[n] == 0 || name[n] == '_')) return i;
    }
    return -1;
}

static void on_projection(void *ctx, int layer, const char *name, const float *w, int rows, const fq_qmatrix *q,
                          int row0, const fq_input_stats *stats) {
    census *n = ctx;
    const int p = projection_index(name);
    FQ_ASSERT(p >= 0);
    n->rows[layer][p] = rows;
    n->cols[layer][p] = q->cols;
    keep_error(n, fq_weight_noise_measure(q, row0, w, rows, stats, &n->w[layer][p]));
    if (stats == NULL) return;
    float top = 0;
    for (int i = 0; i < stats->cols; i++)
        top = fmaxf(top, stats->absmax[i]);
    /* As build.c fixes the scale of static activations. */
    n->fixed_scale[layer][sites[p]] = (top > 0 ? top : 1) / (float)fq_formats[n->variant->a->code].max;
}

static const fq_linear *linear_at(const fq_layer *l, fq_site site) {
    return site == FQ_SITE_QKV ? &l->qkv : site == FQ_SITE_O ? &l->o : site == FQ_SITE_GATE_UP ? &l->gate_up : &l->down;
}

/* Layers with outliers apart show a session only a part of their inputs: no numbers for those. */
static fq_status on_input(void *ctx, int layer, fq_site site, const float *x, size_t stride, int m) {
    census *n = ctx;
    const fq_linear *lin = linear_at(&n->net->layer[layer], site);
    if (lin->order != NULL) return FQ_OK;
    return fq_noise_add_inputs(&n->input[layer][site], n->variant->a, n->fixed_scale[layer][site], x, stride, m,
                               lin->w.cols, &n->scratch);
}

static fq_status ignore_projections(void *ctx, int layer, const float *qkv, size_t stride, int m) {
    (void)ctx;
    (void)layer;
    (void)qkv;
    (void)stride;
    (void)m;
    return FQ_OK;
}

static fq_status run_window(census *n, const fq_scorer *k) {
    const fq_observer observer = {n, on_input, ignore_projections};
    const int tokens = k->corpus.n < (size_t)k->s->ctx ? (int)k->corpus.n : k->s->ctx;
    fq_session *s;
    FQ_TRY(fq_session_create(n->net, 1, tokens, tokens, &s));
    s->observer = &observer;
    fq_status status = fq_session_forward(s, k->corpus.ids, tokens);
    fq_session_free(s);
    return status;
}

static double percent(double part, double whole) {
    return whole > 0 ? 100 * part / whole : NAN;
}

static fq_status add_rows(const census *n, const fq_scorer *k) {
    fq_context *c = k->c;
    fq_layer_row r;
    fq_layer_row_init(&r);
    r.model = fq_net_model_name(c, k->model);
    r.variant = n->variant->name;
    r.kappa = k->kappa;
    r.scenario = c->scenario;
    r.build_commit = c->commit;
    r.text = fq_arena_printf(&c->arena, "%s", k->corpus.name);
    r.calibration = c->calibration != NULL ? fq_arena_printf(&c->arena, "%s", c->calibration->text) : NULL;
    if (r.model == NULL || r.text == NULL) return FQ_ERR_MEMORY;
    for (int l = 0; l < n->net->layers; l++)
        for (int p = 0; p < PROJECTIONS; p++) {
            const fq_weight_noise *w = &n->w[l][p];
            const fq_noise *x = &n->input[l][sites[p]];
            r.layer = l;
            r.projection = projections[p];
            r.rows = n->rows[l][p];
            r.cols = n->cols[l][p];
            r.weight_sqnr_db = fq_noise_db(&w->weights);
            r.output_error = w->output_error;
            r.input_sqnr_db = fq_noise_db(x);
            const int counted = w->operands > 0;
            r.scales = counted ? w->scales : NAN;
            r.scales_subnormal = counted ? w->subnormal : NAN;
            r.scales_subnormal_pct = percent(w->subnormal, w->scales);
            r.scales_smallest = counted ? w->smallest : NAN;
            r.scales_smallest_pct = percent(w->smallest, w->scales);
            r.operands = counted ? w->operands : NAN;
            r.operands_saturated = counted ? w->saturated : NAN;
            r.operands_saturated_pct = percent(w->saturated, w->operands);
            const int seen = x->count > 0;
            r.inputs = seen ? x->count : NAN;
            r.inputs_saturated = seen ? x->saturated : NAN;
            r.inputs_saturated_pct = percent(x->saturated, x->count);
            r.inputs_underflow = seen ? x->underflow : NAN;
            r.inputs_underflow_pct = percent(x->underflow, x->count);
            FQ_TRY(fq_context_add_layer(c, &r));
        }
    return FQ_OK;
}

static fq_status measure(census *n, fq_scorer *k) {
    const int layers = k->model->checkpoint.config.layers;
    char name[512];
    n->w = fq_arena_calloc(&n->arena, (size_t)layers, sizeof *n->w);
    n->rows = fq_arena_calloc(&n->arena, (size_t)layers, sizeof *n->rows);
    n->cols = fq_arena_calloc(&n->arena, (size_t)layers, sizeof *n->cols);
    n->input = fq_arena_calloc(&n->arena, (size_t)layers, sizeof *n->input);
    n->fixed_scale = fq_arena_calloc(&n->arena, (size_t)layers, sizeof *n->fixed_scale);
    if (!n->w || !n->rows || !n->cols || !n->input || !n->fixed_scale) return FQ_ERR_MEMORY;
    /* Floats at the inputs exist only where activations are float32; the weights stay those of the variant. */
    snprintf(name, sizeof name, "%s%ca=a.f32", n->variant->name, strchr(n->variant->name, ':') != NULL ? '+' : ':');
    const fq_variant *floats = fq_variant_find(name);
    if (floats == NULL) return FQ_ERR_USAGE;
    const fq_build_observer observer = {on_projection, n};
    fq_llama *net;
    FQ_TRY(fq_net_build_observed(k->c, k->s, floats, &observer, &net));
    n->net = net;
    fq_status status = n->status == FQ_OK ? run_window(n, k) : fq_fail(n->status, "%s", n->message);
    if (status == FQ_OK) status = add_rows(n, k);
    fq_llama_free(net);
    return status;
}

fq_status fq_layer_errors(fq_scorer *k, const fq_variant *v) {
    census n = {.variant = v, .status = FQ_OK};
    fq_status status = fq_arena_init(&n.arena, 0);
    if (status == FQ_OK) status = fq_arena_init(&n.scratch, 0);
    if (status == FQ_OK) status = measure(&n, k);
    fq_arena_free(&n.scratch);
    fq_arena_free(&n.arena);
    return status == FQ_OK ? FQ_OK : fq_fail_prefix(status, "layers of %s", v->name);
}
