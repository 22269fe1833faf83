/* Scales for keys and values found by trying: a few exponents and clips, each judged by really quantizing the sampled
 * keys and weighing what is lost by the queries that will meet them. */
#include <math.h>
#include <string.h>
#include "quant/block.h"
#include "quant/key_search.h"
#include "quant/qmatrix.h"

enum { EXPONENTS = 5, CLIPS = 7 };
static const float TOP = 8.0f; /* what exponent 1 makes of a channel's range, FireQ's beta */

void fq_smooth_key_factors(const fq_key_stats *s, float alpha, float *norm) {
    const int half = s->head_dim / 2;
    for (int h = 0; h < s->kv_heads; h++) {
        for (int i = 0; i < half; i++) {
            const float most = s->pair_max[h * half + i];
            const int a = h * s->head_dim + i;
            norm[a] = norm[a + half] = most > 0 ? 1.0f / powf(most, alpha) : 1.0f;
        }
    }
}

/* Values of a row after quantizing it, in place. */
static fq_status round_row(const fq_recipe *r, float clip, float *x, int n, uint8_t *codes) {
    float scale;
    uint8_t zero = 0;
    FQ_TRY(fq_quantize_row_zero(r, x, n, clip, codes, &scale, NULL, &zero));
    const float outside = r->value == FQ_VALUE_EXACT ? scale : 1.0f; /* the other rules have it in the operand */
    if (fq_formats[r->code].bits == 4) {
        float value[16];
        for (uint32_t c = 0; c < 16; c++)
            value[c] = fq_recipe_value_zero(r, c, scale, zero) * outside;
        for (int i = 0; i < n; i++)
            x[i] = value[codes[i / 2] >> (i % 2 ? 4 : 0) & 0xf];
        return FQ_OK;
    }
    fq_format_decode_row(r->code, codes, (size_t)n, x);
    for (int i = 0; i < n; i++)
        x[i] *= outside;
    return FQ_OK;
}

/* Samples of one head and memory to judge them in. */
typedef struct bench {
    const fq_recipe *recipe;
    const float *sample; /* [count][dim] */
    const float *moment; /* [dim][dim], or NULL for the squared error */
    int count, dim;
    float *e;       /* [blocks][dim][16] */
    float *row;     /* [blocks][dim] */
    uint8_t *codes; /* [blocks][4 dim] */
    double *error;  /* [blocks] */
} bench;

static int block_count(const bench *b) {
    return (b->count + FQ_BLOCK_ROWS - 1) / FQ_BLOCK_ROWS;
}

static double block_sum(const bench *b, const float *e) {
    double part[FQ_BLOCK_ROWS] = {0}, sum = 0;
    if (b->moment != NULL)
        fq_block_quadratic(e, b->moment, b->dim, part);
    else
        for (int i = 0; i < b->dim * FQ_BLOCK_ROWS; i++)
            part[i % FQ_BLOCK_ROWS] += (double)e[i] * (double)e[i];
    for (int r = 0; r < FQ_BLOCK_ROWS; r++)
        sum += part[r];
    return sum;
}

/* Total error of the samples stored as (x post - offset) under a clip; clip 0: total of the samples themselves. */
static double judge(const bench *b, const float *post, const float *offset, float clip) {
    const int blocks = block_count(b), dim = b->dim;
    double sum = 0;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < blocks; i++) {
        float *e = b->e + (size_t)i * (size_t)dim * FQ_BLOCK_ROWS, *row = b->row + (size_t)i * (size_t)dim;
        memset(e, 0, (size_t)dim * FQ_BLOCK_ROWS * sizeof *e);
        b->error[i] = 0;
        for (int r = 0; r < FQ_BLOCK_ROWS && i * FQ_BLOCK_ROWS + r < b->count; r++) {
            const float *x = b->sample + (size_t)(i * FQ_BLOCK_ROWS + r) * (size_t)dim;
            for (int c = 0; c < dim; c++)
                row[c] = x[c] * post[c] - offset[c];
            /* An overflow of the trial's own making only loses it the trial. */
            if (clip > 0 && round_row(b->recipe, clip, row, dim, b->codes + (size_t)i * 4 * (size_t)dim) != FQ_OK)
                b->error[i] = INFINITY;
            for (int c = 0; c < dim; c++)
                e[c * FQ_BLOCK_ROWS + r] = clip > 0 ? (row[c] + offset[c]) / post[c] - x[c] : x[c];
        }
        if (b->error[i] == 0) b->error[i] = block_sum(b, e);
    }
    for (int i = 0; i < blocks; i++)
        sum += b->error[i];
    return sum;
}

static float clip_of(int i) {
    return 1.0f - 0.05f * (float)i;
}

/* Factors of exponent t for one head, with the mean key subtracted or not. */
static void key_factors(const fq_key_stats *s, int h, float t, int centred, float *post, float *offset) {
    const int dim = s->head_dim;
    const float *mean = s->mean + (size_t)h * (size_t)dim;
    const float *sample = s->sample_k + (size_t)h * FQ_KEY_SAMPLES * (size_t)dim;
    for (int c = 0; c < dim; c++) {
        float range = centred ? 0.0f : s->channel_max[h * dim + c];
        for (int i = 0; centred && i < s->samples; i++)
            range = fmaxf(range, fabsf(sample[(size_t)i * (size_t)dim + (size_t)c] - mean[c]));
        post[c] = range > 0 ? powf(range / TOP, -t) : 1.0f;
        offset[c] = centred ? post[c] * mean[c] : 0.0f;
    }
}

/* Best key factors of head h into post, offset (head_dim numbers each) and clip; before and after. trial: 2 head_dim.
 */
static void search_keys(const fq_key_stats *s, const fq_key_search_options *o, int h, const bench *b, float *trial,
                        float *post, float *offset, float *clip, double *before, double *after) {
    const size_t bytes = (size_t)s->head_dim * sizeof *post;
    float *trial_post = trial, *trial_offset = trial + s->head_dim;
    *after = INFINITY;
    for (int centred = 0; centred < (o->offset ? 2 : 1); centred++) {
        for (int t = 0; t < (o->scale ? EXPONENTS : 1); t++) {
            key_factors(s, h, (float)t / (EXPONENTS - 1), centred, trial_post, trial_offset);
            for (int i = 0; i < (o->clip ? CLIPS : 1); i++) {
                const double error = judge(b, trial_post, trial_offset, clip_of(i));
                if (centred == 0 && t == 0 && i == 0) *before = error;
                if (!(error < *after) && !(centred == 0 && t == 0 && i == 0)) continue;
                *after = error;
                *clip = clip_of(i);
                memcpy(post, trial_post, bytes);
                memcpy(offset, trial_offset, bytes);
            }
        }
    }
}

fq_status fq_key_search(const fq_key_stats *s, const fq_key_search_options *o, fq_arena *scratch, float *post,
                        float *offset, float *k_clip, float *v_clip, double *error) {
    const size_t dim = (size_t)s->head_dim, per_head = FQ_KEY_SAMPLES * dim;
    bench b = {.recipe = o->kv, .count = s->samples, .dim = s->head_dim};
    const size_t blocks = (size_t)block_count(&b);
    float *ones = FQ_NEW(scratch, float, dim), *zeros = FQ_NEW(scratch, float, dim),
          *trial = FQ_NEW(scratch, float, 2 * dim);
    b.e = FQ_NEW(scratch, float, blocks *dim *FQ_BLOCK_ROWS);
    b.row = FQ_NEW(scratch, float, blocks *dim);
    b.codes = FQ_NEW(scratch, uint8_t, blocks * 4 * dim);
    b.error = FQ_NEW(scratch, double, blocks);
    if (!ones || !zeros || !trial || !b.e || !b.row || !b.codes || !b.error) return FQ_ERR_MEMORY;
    for (size_t c = 0; c < dim; c++)
        ones[c] = 1.0f;
    if (error != NULL) error[0] = error[1] = 0;
    for (int h = 0; h < s->kv_heads; h++) {
        const size_t at = (size_t)h * dim;
        double before = 0, after = 0;
        b.sample = s->sample_k + (size_t)h * per_head;
        b.moment = s->query_moment + at * dim;
        search_keys(s, o, h, &b, trial, post + at, offset + at, &k_clip[h], &before, &after);
        const double whole = judge(&b, ones, zeros, 0);
        if (error != NULL && whole > 0) {
            error[0] += before / whole / s->kv_heads;
            error[1] += after / whole / s->kv_heads;
        }
        b.sample = s->sample_v + (size_t)h * per_head;
        b.moment = NULL;
        double least = INFINITY;
        v_clip[h] = 1.0f;
        for (int i = 0; i < (o->clip ? CLIPS : 1); i++) {
            const double e = judge(&b, ones, zeros, clip_of(i));
            if (e < least) least = e, v_clip[h] = clip_of(i);
        }
    }
    return FQ_OK;
}
