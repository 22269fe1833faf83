/* The model shapes of models.def as a table, and the linear layers a shape has: what `gemm` and `ffn` run over. */
#ifndef FQ_SCENARIOS_SHAPES_H
#define FQ_SCENARIOS_SHAPES_H
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_shape {
    const char *name;
    int layers, hidden, intermediate, heads, kv_heads, head_dim, vocab;
} fq_shape;
extern const fq_shape fq_shapes[];
extern const int fq_shape_count;
const fq_shape *fq_shape_find(const char *name); /* NULL if unknown */

/* One linear layer: n outputs, k inputs. */
typedef struct fq_linear_shape {
    const char *name; /* "qkv", "o", "gate_up", "down" */
    int n, k;
} fq_linear_shape;
enum { FQ_LINEARS = 4 };
void fq_shape_linears(const fq_shape *s, fq_linear_shape out[FQ_LINEARS]);

/* "NxK" with positive numbers; 1 if it is one. n and k may be NULL. */
int fq_shape_parse(const char *text, int *n, int *k);

#ifdef __cplusplus
}
#endif
#endif
