/* Model shapes and their linear layers, from models.def. */
#include "scenarios/shapes.h"

#include <stdlib.h>
#include <string.h>

const fq_shape fq_shapes[] = {
#define FQ_MODEL(name, layers, hidden, intermediate, heads, kv_heads, head_dim, vocab, positions, theta, eps, tied)    \
    {name, layers, hidden, intermediate, heads, kv_heads, head_dim, vocab},
#include "models/models.def"
#undef FQ_MODEL
};
const int fq_shape_count = (int)(sizeof fq_shapes / sizeof fq_shapes[0]);

const fq_shape *fq_shape_find(const char *name) {
    for (int i = 0; i < fq_shape_count; i++)
        if (strcmp(fq_shapes[i].name, name) == 0) return &fq_shapes[i];
    return NULL;
}

void fq_shape_linears(const fq_shape *s, fq_linear_shape out[FQ_LINEARS]) {
    out[0] = (fq_linear_shape){"qkv", (s->heads + 2 * s->kv_heads) * s->head_dim, s->hidden};
    out[1] = (fq_linear_shape){"o", s->hidden, s->heads * s->head_dim};
    out[2] = (fq_linear_shape){"gate_up", 2 * s->intermediate, s->hidden};
    out[3] = (fq_linear_shape){"down", s->hidden, s->intermediate};
}

int fq_shape_parse(const char *text, int *n, int *k) {
    char *end;
    if (*text < '1' || *text > '9') return 0;
    long a = strtol(text, &end, 10);
    if (*end != 'x' || end[1] < '1' || end[1] > '9') return 0;
    long b = strtol(end + 1, &end, 10);
    if (*end != 0 || a > (1 << 20) || b > (1 << 20)) return 0;
    if (n != NULL) *n = (int)a;
    if (k != NULL) *k = (int)b;
    return 1;
}
