/* The operations of a Llama block: arguments, shapes and the numerics contract that every kernel of an operation must
 * meet. A kernel allocates nothing, keeps no state, uses OpenMP threads over outputs (never over a sum), and gives the
 * same bits for every number of threads.
 *
 * Letters: M tokens, N outputs, K inputs, H query heads, D head size, T context.
 *
 * gemm family      y[m][n] = residual[m][n] + ((sum_k xv[m][k] wv[n][k]) * x_scale[m]) * row_scale[n]
 *   xv, wv are the operand values: xv the decoded activation code, wv = fq_qmatrix_values (q, e4m3(q s) or bf16(q s)).
 *   f32 and float formats: products exact or once rounded, float32 accumulation in any order, epilogue in float32 in
 *   the order written. Integer formats (i8i8, i4i8, q4i8): exact int32 sum (K <= 131072), converted to float once.
 *   i4i8_int: the same, exact because packing refuses rows whose sum could overflow (fq_gemm_check_sums). i4i8_f16: the
 *   sum of a group is an exact int32, times its scale added up in float32.
 *   op         weight recipe (code, group, value)       activation code
 *   gemm_f32   f32                                      f32
 *   gemm_bf16  bf16                                     bf16
 *   gemm_w4a16 int4, group > 0, bf16(q s)               bf16
 *   gemm_i4f8  int4, group > 0, e4m3(q s)               e4m3 per token      (q through the row's codebook)
 *   gemm_f8f8  e4m3, group 0                            e4m3 per token
 *   gemm_i8i8  int8, group 0                            int8 per token
 *   gemm_i4i8  int4, group 0                            int8 per token
 *   gemm_q4i8  uint4, group > 0, (q - z) s an int8      int8 per token      (QServe's progressive groups)
 *   gemm_i4i8_int int4, group > 0, q S, S a uint16   int8 per token      (Integer Scale)
 *   gemm_i4i8_f16 int4, group > 0, q s, s a float16  int8 per token      (the same with float group scales)
 *   gemm_any   every recipe                             every recipe: operand values as float32 (a product q s that the
 *              recipe leaves exact is rounded to float32 once; activations with groups: code times group scale,
 * likewise, and no x_scale in the epilogue), float32 accumulation. What runs where no row above matches.
 *   gemm_i4f8_swiglu  gemm_i4f8 over rows of gate and then as many of up, y[m][n] = silu(gate[m][n]) * up[m][n] in
 * float32, silu as below; without residual. y has N / 2 columns.
 *
 * attention family  for token i of sequence b at position p = past[b] + i, query head h, KV head h / (H / H_kv):
 *   s[t] = (sum_d qv[d] kv[t][d]) * (q_scale / sqrt(D)),  t = 0 .. p (causal) or .. past + seq - 1
 *   e[t] = exp(s[t] - max_t s),  l = sum_t e[t],  o[d] = (sum_t P(e[t]) vv[t][d]) / l
 *   P rounds to the p recipe: f32 none; bf16(e); e4m3(448 e) / 448. kv and vv are operand values of the cache (e4m3(q
 *   s) for kv.int4.head.e4m3). Max and l are taken before rounding P. A kernel may round P relative to a running
 *   maximum, that of the keys up to the end of t's run (runs of 256 keys from key 0 on): P is then exp(max_run - max)
 *   times P(exp(s[t] - max_run)), within the format's unit roundoff of the definition above. Sums in float32.
 *   scores = F16: sum_d is rounded to float16 after every 32 of d and after the last, and the running sum is that
 * float16 (a tensor core with a float16 accumulator: k = 32 an instruction); a sum beyond 65504 saturates there.
 *
 * row family        one row in, one quantized row out (recipe = an activation recipe):
 *   rmsnorm_quant  y = x * (1 / sqrt(mean(x^2) + eps)) * gamma
 *   swiglu_quant   y = silu(x[0..K-1]) * x[K..2K-1],  silu(a) = a / (1 + exp(-a))    (input rows are 2K long: gate, up)
 *   quant_rows     y = x
 *   then codes and scale as fq_quantize_row, or against fixed_scale where that is > 0. y is float32 and may differ
 *   from the exact value by 8 units roundoff (16 for swiglu), so a code next to a rounding boundary may differ by one.
 *   quant_rows also takes recipes with groups: each group of a row like a row of its own.
 *
 * rope family       q, k, v of a fused projection row -> rotated, scaled, quantized queries, and keys and values
 *   quantized into the cache. Rotate half: a = x[i], b = x[i + D/2], c = cos[p][i], s = sin[p][i]:
 *   a' = a c - b s,  b' = b c + a s
 *   k' = k' post[h_kv][d] - k_offset[h_kv][d];  q' *= 1 / post[h_kv][d]  (post and k_offset may be NULL);  then
 *   fq_quantize_row per (token, head) with the q recipe and with the cache's recipe for k' and v. A clip c != 1 takes
 * the scale from c times the row's range (symmetric: c absmax; asymmetric: c lo and c hi); codes saturate. */
#ifndef FQ_KERNELS_OPS_H
#define FQ_KERNELS_OPS_H
#include <stddef.h>
#include <stdint.h>
#include "harness/arena.h"
#include "harness/status.h"
#include "quant/qmatrix.h"
#include "quant/recipe.h"
#ifdef __cplusplus
extern "C" {
#endif

static inline size_t fq_round_up(size_t n, size_t unit) {
    return (n + unit - 1) / unit * unit;
}

typedef enum fq_op {
#define FQ_OP(id, name, family) FQ_OP_##id,
#include "kernels/ops.def"
#undef FQ_OP
    FQ_OP_COUNT
} fq_op;
typedef enum fq_family { FQ_FAMILY_gemm, FQ_FAMILY_attention, FQ_FAMILY_row, FQ_FAMILY_rope } fq_family;

typedef struct fq_gemm_args {
    int m; /* tokens; n and k are w->rows and w->cols */
    const fq_qmatrix *w;
    const void *packed;    /* the kernel's own layout of w from its pack function; NULL for kernels without one */
    const fq_recipe *a;    /* recipe of x; its code format is the one of the table above */
    const void *x;         /* codes [m][>= k]; float, uint16_t, uint8_t or int8_t */
    size_t x_stride;       /* bytes between rows */
    const float *x_scale;  /* [m]; NULL = 1 (formats without scale); recipes with groups: [m][groups] */
    float *y;              /* [m][>= n] */
    size_t y_stride;       /* floats between rows; also of residual */
    const float *residual; /* NULL = 0; may be y itself */
    void *scratch;         /* kernel->scratch(args) bytes, 64-aligned; contents undefined before and after */
} fq_gemm_args;

enum { FQ_HEAD_DIM_MAX = 1024 }; /* largest head size that attention and rope kernels take */

/* Keys and values of one layer. Element (b, h, t) is row ((b * kv_heads + h) * capacity + t). */
typedef struct fq_kv_cache {
    const fq_recipe *recipe; /* group 0 or FQ_NO_SCALE; a row is one (token, KV head) of head_dim numbers */
    int batch, kv_heads, head_dim, capacity;
    size_t row_bytes;           /* fq_format_bytes(code, head_dim) rounded up to 16 */
    uint8_t *k, *v;             /* [batch][kv_heads][capacity][row_bytes] */
    uint8_t *k_scale, *v_scale; /* [batch][kv_heads][capacity] codes of recipe->scale format (1, 2 or 4 bytes each);
                                   NULL for FQ_NO_SCALE */
    uint8_t *k_zero, *v_zero;   /* [batch][kv_heads][capacity] zero points 0..15; NULL unless ASYMMETRIC */
} fq_kv_cache;
/* Zeroed cache in the arena. Errors: FQ_ERR_MEMORY. */
fq_status fq_kv_cache_create(fq_kv_cache *c, const fq_recipe *recipe, int batch, int kv_heads, int head_dim,
                             int capacity, fq_arena *arena) FQ_MUST_USE;
/* Sequences first .. first+batch-1 alone; shares memory with the whole. */
fq_kv_cache fq_kv_cache_part(const fq_kv_cache *c, int first, int batch);
/* Positions 0 .. n-1 of sequence `from` over those of `to`, bit by bit. */
void fq_kv_cache_copy(const fq_kv_cache *c, int to, int from, int n);
/* Operand values of one row of keys (which = 0) or values (1): out[head_dim], scale applied (value rule of the recipe).
 */
void fq_kv_cache_values(const fq_kv_cache *c, int which, int b, int h, int t, float *out);
/* Both k and v, all heads: codes, scales and zero points. */
size_t fq_kv_cache_bytes_per_token(const fq_kv_cache *c);

typedef struct fq_attention_args {
    const fq_recipe *q_recipe, *p_recipe;
    const void *q;         /* codes [batch*seq][H][D], head h at byte h * fq_format_bytes(code, D) of the row */
    size_t q_stride;       /* bytes between tokens */
    const float *q_scale;  /* [batch*seq][H]; NULL = 1 */
    const fq_kv_cache *kv; /* rows past[b] .. past[b]+seq-1 of the new tokens are already written */
    int batch, seq, heads;
    const int *past; /* [batch] */
    int causal;
    fq_format_id scores; /* F32 (the zero value), or F16: sums of q k in float16, see above */
    float *out;          /* [batch*seq][>= H*D] */
    size_t out_stride;   /* floats */
    void *scratch;
} fq_attention_args;

typedef struct fq_row_args {
    int m, k;
    const float *x;     /* [m][>= k], swiglu: [m][>= 2k] */
    size_t x_stride;    /* floats */
    const float *gamma; /* [k], rmsnorm only */
    float eps;
    const fq_recipe *a; /* output recipe: an activation recipe; with groups only for quant_rows */
    float fixed_scale;  /* > 0: the scale of every row, for STATIC recipes */
    void *out;          /* codes */
    size_t out_stride;  /* bytes */
    float *scale;       /* [m] or, with groups, [m][groups]; may be NULL for FQ_NO_SCALE */
} fq_row_args;

typedef struct fq_rope_args {
    int batch, seq, heads;
    const int *past;            /* [batch] */
    const float *qkv;           /* [batch*seq][(H + 2 H_kv) D]: all q heads, all k heads, all v heads */
    size_t qkv_stride;          /* floats */
    const float *cos_t, *sin_t; /* [positions][D/2] */
    const float *post;          /* [H_kv * D] or NULL */
    const float *k_offset;      /* [H_kv * D] subtracted from k' after post, or NULL */
    const float *k_clip;        /* [H_kv] or NULL = 1: the range that a key's scale covers is this share of its own */
    const float *v_clip;        /* likewise for values */
    const fq_recipe *q_recipe;
    void *q;         /* out: codes, as fq_attention_args.q */
    size_t q_stride; /* bytes */
    float *q_scale;  /* out: [batch*seq][H]; may be NULL for FQ_NO_SCALE */
    fq_kv_cache *kv; /* out: rows past[b] .. past[b]+seq-1 */
} fq_rope_args;

#ifdef __cplusplus
}
#endif
#endif
