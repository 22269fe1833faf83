/* RoPE-aware scaling of keys: most pairs of a head are normalized in the weights before RoPE, the few outlier channels
 * get a factor of their own after it. Source: FireQ, arXiv 2505.20839, pre- and post-RoPE scaling. */
#include <math.h>
#include "quant/transform.h"

fq_status fq_key_stats_create(fq_key_stats *s, int kv_heads, int head_dim, fq_arena *arena) {
    FQ_ASSERT(kv_heads > 0 && head_dim > 0 && head_dim % 2 == 0);
    *s = (fq_key_stats){.kv_heads = kv_heads, .head_dim = head_dim};
    s->pair_max = FQ_NEW(arena, float, (size_t)kv_heads *(size_t)head_dim / 2);
    s->channel_max = FQ_NEW(arena, float, (size_t)kv_heads *(size_t)head_dim);
    return s->pair_max != NULL && s->channel_max != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

void fq_key_stats_add(fq_key_stats *s, const float *k, const float *k_rope, int n, int stride) {
    const int half = s->head_dim / 2, width = s->kv_heads * s->head_dim;
    FQ_ASSERT(n >= 0 && stride >= width);
    for (int t = 0; t < n; t++) {
        const float *before = k + (size_t)t * (size_t)stride, *after = k_rope + (size_t)t * (size_t)stride;
        for (int h = 0; h < s->kv_heads; h++) {
            const float *head = before + h * s->head_dim;
            for (int i = 0; i < half; i++) {
                const float norm = sqrtf(head[i] * head[i] + head[i + half] * head[i + half]);
                s->pair_max[h * half + i] = fmaxf(s->pair_max[h * half + i], norm);
            }
        }
        for (int c = 0; c < width; c++)
            s->channel_max[c] = fmaxf(s->channel_max[c], fabsf(after[c]));
    }
    s->tokens += n;
}

/* Whether channel c is among the top_k of its head; ties go to the lower channel. */
static int is_outlier(const float *maxima, int head_dim, int c, int top_k) {
    int ahead = 0;
    for (int i = 0; i < head_dim; i++)
        ahead += maxima[i] > maxima[c] || (i < c && maxima[i] == maxima[c]);
    return ahead < top_k;
}

static float factor(float target, float maximum) {
    return maximum > 0 ? target / maximum : 1.0f;
}

void fq_rope_scale_factors(const fq_key_stats *s, const fq_rope_scale_options *o, float *norm, float *post) {
    const int dim = s->head_dim, half = dim / 2;
    for (int h = 0; h < s->kv_heads; h++) {
        const float *pair_max = s->pair_max + h * half, *channel_max = s->channel_max + h * dim;
        for (int i = 0; i < half; i++) {
            const int a = h * dim + i, b = a + half;
            const int taken = o->post && (is_outlier(channel_max, dim, i, o->top_k) ||
                                          is_outlier(channel_max, dim, i + half, o->top_k));
            post[a] = taken ? factor(o->beta, channel_max[i]) : 1.0f;
            post[b] = taken ? factor(o->beta, channel_max[i + half]) : 1.0f;
            norm[a] = norm[b] = o->pre && !taken ? factor(o->alpha, pair_max[i]) : 1.0f;
        }
    }
}

void fq_rope_scale_fold(float *wq, float *wk, int heads, int kv_heads, int head_dim, int cols, const float *norm) {
    FQ_ASSERT(kv_heads > 0 && heads % kv_heads == 0);
    const int queries = heads / kv_heads;
    for (int row = 0; row < kv_heads * head_dim; row++)
        for (int j = 0; j < cols; j++)
            wk[(size_t)row * (size_t)cols + (size_t)j] *= norm[row];
    for (int h = 0; h < heads; h++) {
        const float *n = norm + h / queries * head_dim;
        float *rows = wq + (size_t)h * (size_t)head_dim * (size_t)cols;
        fq_unscale_rows(rows, head_dim, cols, n);
    }
}
