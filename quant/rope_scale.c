/* RoPE-aware scaling of keys: most pairs of a head are normalized in the weights before RoPE, the few outlier channels
 * get a factor of their own after it. Source: FireQ, arXiv 2505.20839, pre- and post-RoPE scaling. */
#include "quant/transform.h"

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
