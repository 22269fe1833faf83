/* Statistics of keys, values and queries after RoPE, gathered token by token while calibration runs.
 * Sums are kept in float64 and the sample is chosen by a hash, so neither a long text nor its rhythm does harm. */
#include <math.h>
#include <string.h>
#include "quant/transform.h"

enum { CHUNK = 64 }; /* tokens whose query products are summed in float32 before they go into the float64 sum */

fq_status fq_key_stats_create(fq_key_stats *s, int kv_heads, int head_dim, fq_arena *arena) {
    FQ_ASSERT(kv_heads > 0 && head_dim > 0 && head_dim % 2 == 0);
    const size_t d = (size_t)head_dim, width = (size_t)kv_heads * d;
    *s = (fq_key_stats){.kv_heads = kv_heads, .head_dim = head_dim};
    s->pair_max = FQ_NEW(arena, float, width / 2);
    s->channel_max = FQ_NEW(arena, float, width);
    s->mean = FQ_NEW(arena, float, width);
    s->query_moment = FQ_NEW(arena, float, width *d);
    s->sample_k = FQ_NEW(arena, float, width *FQ_KEY_SAMPLES);
    s->sample_v = FQ_NEW(arena, float, width *FQ_KEY_SAMPLES);
    s->mean_sum = FQ_NEW(arena, double, width);
    s->query_sum = FQ_NEW(arena, double, width *d);
    s->sample_key = FQ_NEW(arena, uint64_t, FQ_KEY_SAMPLES);
    return s->pair_max && s->channel_max && s->mean && s->query_moment && s->sample_k && s->sample_v && s->mean_sum &&
                   s->query_sum && s->sample_key
               ? FQ_OK
               : FQ_ERR_MEMORY;
}

static void add_key(fq_key_stats *s, const float *before, const float *after) {
    const int half = s->head_dim / 2;
    for (int h = 0; h < s->kv_heads; h++) {
        const float *head = before + h * s->head_dim;
        for (int i = 0; i < half; i++) {
            const float norm = sqrtf(head[i] * head[i] + head[i + half] * head[i + half]);
            s->pair_max[h * half + i] = fmaxf(s->pair_max[h * half + i], norm);
        }
    }
    for (int c = 0; c < s->kv_heads * s->head_dim; c++) {
        s->channel_max[c] = fmaxf(s->channel_max[c], fabsf(after[c]));
        s->mean_sum[c] += (double)after[c];
    }
}

/* A token's place in a random order (the finalizer of SplitMix64, a bijection, so no two are equal). */
static uint64_t hash(uint64_t token) {
    uint64_t z = (token + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Keep the tokens that come first in that order. */
static void sample(fq_key_stats *s, long token, const float *k, const float *v) {
    const uint64_t key = hash((uint64_t)token);
    const size_t d = (size_t)s->head_dim;
    int slot = 0;
    if (s->samples < FQ_KEY_SAMPLES) {
        slot = s->samples++;
    } else {
        for (int i = 1; i < FQ_KEY_SAMPLES; i++)
            if (s->sample_key[i] > s->sample_key[slot]) slot = i;
        if (s->sample_key[slot] < key) return;
    }
    s->sample_key[slot] = key;
    for (size_t h = 0; h < (size_t)s->kv_heads; h++) {
        const size_t at = (h * FQ_KEY_SAMPLES + (size_t)slot) * d;
        memcpy(s->sample_k + at, k + h * d, d * sizeof *k);
        memcpy(s->sample_v + at, v + h * d, d * sizeof *v);
    }
}

/* Row i of the lower triangle of a KV head's query moments, summed over n tokens. */
static void add_queries(fq_key_stats *s, const float *q, int queries, int h, int i, int n, size_t stride) {
    const size_t d = (size_t)s->head_dim;
    double *sum = s->query_sum + ((size_t)h * d + (size_t)i) * d;
    for (int t0 = 0; t0 < n; t0 += CHUNK) {
        float part[CHUNK] = {0};
        for (int c0 = 0; c0 <= i; c0 += CHUNK) {
            const int width = i + 1 - c0 < CHUNK ? i + 1 - c0 : CHUNK;
            memset(part, 0, sizeof part);
            for (int t = t0; t < n && t < t0 + CHUNK; t++) {
                for (int g = 0; g < queries; g++) {
                    const float *row = q + (size_t)t * stride + ((size_t)h * (size_t)queries + (size_t)g) * d;
                    for (int c = 0; c < width; c++)
                        part[c] += row[i] * row[c0 + c];
                }
            }
            for (int c = 0; c < width; c++)
                sum[c0 + c] += (double)part[c];
        }
    }
}

void fq_key_stats_add(fq_key_stats *s, const float *k, const float *k_rope, const float *v, const float *q_rope,
                      int heads, int n, int stride) {
    const int d = s->head_dim, width = s->kv_heads * d, queries = heads / s->kv_heads;
    FQ_ASSERT(n >= 0 && stride >= width && heads > 0 && heads % s->kv_heads == 0 && stride >= heads * d);
    for (int t = 0; t < n; t++) {
        const size_t at = (size_t)t * (size_t)stride;
        add_key(s, k + at, k_rope + at);
        sample(s, s->tokens + t, k_rope + at, v + at);
    }
#pragma omp parallel for schedule(dynamic, 4)
    for (int row = 0; row < width; row++)
        add_queries(s, q_rope, queries, row / d, row % d, n, (size_t)stride);
    s->tokens += n;
    if (s->tokens == 0) return;
    for (int c = 0; c < width; c++)
        s->mean[c] = (float)(s->mean_sum[c] / (double)s->tokens);
    for (int row = 0; row < width; row++) {
        const int first = row / d * d;
        for (int j = 0; j <= row % d; j++) {
            const double mean = s->query_sum[(size_t)row * (size_t)d + (size_t)j] / ((double)s->tokens * queries);
            s->query_moment[(size_t)row * (size_t)d + (size_t)j] = (float)mean;
            s->query_moment[(size_t)(first + j) * (size_t)d + (size_t)(row % d)] = (float)mean;
        }
    }
}
