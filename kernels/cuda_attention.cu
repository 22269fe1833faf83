/* Attention for operands of the host and for the measuring loop: cache, queries and output as they stand on the device,
 * launches over copies of the cache, and the way back of the result with proof that all of it was written and nothing
 * beside it. */
#include <string.h>
#include "kernels/attention.h"
#include "kernels/cuda_attention.h"

enum { GUARD_BYTES = 4096, POISON = 0xff };

struct fq_cuda_attention {
    fq_cuda_heads heads;
    fq_cuda_attend *attend;
    fq_cuda_loop loop;
    void **cache; /* copies of codes and scales of keys and values, one behind the other */
    int copies;
    size_t part[6];             /* where k, v, k_scale, v_scale, k_zero and v_zero start in one */
    uint8_t *area;              /* the output between guards */
    size_t area_bytes, used;    /* bytes of a row that are written */
    unsigned long long *damage; /* device: unwritten elements, elements written beside them */
};

static fq_status takes(const fq_attention_args *a) {
    const fq_recipe *kv = a->kv->recipe;
    const int d = a->kv->head_dim;
    FQ_TRY(fq_attention_check(a));
    if (d != 64 && d != 128) return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: head size %d, expected 64 or 128", d);
    if (a->scores != FQ_F32) return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: scores are summed in float32 only");
    const int e4m3 = kv->code == FQ_INT4 && kv->value == FQ_VALUE_E4M3 && !fq_recipe_has_zero(kv) && kv->group == 0 &&
                     (kv->scale == FQ_E4M3 || kv->scale == FQ_BF16) && a->q_recipe->code == FQ_E4M3 &&
                     a->p_recipe->code == FQ_E4M3;
    const int bf16 = (kv->code == FQ_BF16 || (kv->code == FQ_UINT4 && kv->scale == FQ_F16)) &&
                     a->q_recipe->code == FQ_BF16 && a->p_recipe->code == FQ_BF16;
    if (!e4m3 && !bf16)
        return fq_fail(FQ_ERR_UNSUPPORTED, "sm90: no attention over '%s' with queries '%s'", kv->name,
                       a->q_recipe->name);
    return FQ_OK;
}

static void point(fq_cuda_attention *b, uint8_t *area) {
    b->heads.kv.k = area + b->part[0];
    b->heads.kv.v = area + b->part[1];
    b->heads.kv.k_scale = area + b->part[2];
    b->heads.kv.v_scale = area + b->part[3];
    b->heads.kv.k_zero = area + b->part[4];
    b->heads.kv.v_zero = area + b->part[5];
}

static fq_status launch(void *context, int turn, cudaStream_t stream) {
    fq_cuda_attention *b = (fq_cuda_attention *)context;
    point(b, (uint8_t *)b->cache[turn % b->copies]);
    b->heads.fresh = turn == 0;
    return b->attend(&b->heads, stream);
}

fq_status fq_cuda_attention_create(fq_cuda_attend *attend, const fq_attention_args *a, int copies, fq_arena *owner,
                                   fq_cuda_attention **out) {
    const fq_kv_cache *c = a->kv;
    const size_t tokens = (size_t)a->batch * (size_t)a->seq, width = (size_t)a->heads * (size_t)c->head_dim;
    const size_t rows = (size_t)c->batch * (size_t)c->kv_heads * (size_t)c->capacity;
    const size_t codes = fq_round_up(rows * c->row_bytes, 256);
    const size_t scales = c->k_scale ? rows * fq_format_bytes(c->recipe->scale, 1) : 0, zeros = c->k_zero ? rows : 0;
    const size_t q_row = width * fq_format_bytes(a->q_recipe->code, 1);
    void *p;
    FQ_TRY(takes(a));
    fq_cuda_attention *b = FQ_NEW(owner, fq_cuda_attention, 1);
    if (!b) return FQ_ERR_MEMORY;
    fq_cuda_heads *h = &b->heads;
    b->attend = attend;
    h->batch = a->batch;
    h->seq = a->seq;
    h->heads = a->heads;
    h->causal = a->causal;
    h->kv = *c;
    for (int i = 0; i < a->batch; i++)
        h->longest = a->past[i] + a->seq > h->longest ? a->past[i] + a->seq : h->longest;
    h->q_stride = fq_round_up(q_row, 16);
    FQ_TRY(fq_cuda_upload_rows(owner, a->q, a->q_stride, q_row, tokens, h->q_stride, &p));
    h->q = (const uint8_t *)p;
    if (a->q_scale) {
        FQ_TRY(fq_cuda_upload(owner, a->q_scale, tokens * (size_t)a->heads * sizeof(float), &p));
        h->q_scale = (const float *)p;
    }
    FQ_TRY(fq_cuda_upload(owner, a->past, (size_t)a->batch * sizeof(int), &p));
    h->past = (const int *)p;
    b->part[1] = codes;
    b->part[2] = 2 * codes;
    b->part[3] = 2 * codes + fq_round_up(scales, 256);
    b->part[4] = b->part[3] + fq_round_up(scales, 256);
    b->part[5] = b->part[4] + fq_round_up(zeros, 256);
    const void *const from[6] = {c->k, c->v, c->k_scale, c->v_scale, c->k_zero, c->v_zero};
    FQ_TRY(fq_cuda_alloc(owner, b->part[5] + zeros, &p));
    for (int i = 0; i < 6; i++)
        if (from[i])
            FQ_CUDA_TRY(cudaMemcpy((uint8_t *)p + b->part[i], from[i],
                                   i < 2   ? rows * c->row_bytes
                                   : i < 4 ? scales
                                           : zeros,
                                   cudaMemcpyHostToDevice));
    b->copies = copies;
    FQ_TRY(fq_cuda_copy(p, b->part[5] + zeros, &b->copies, &b->cache, owner));
    const size_t work = fq_cuda_heads_work(h);
    FQ_TRY(fq_cuda_alloc(owner, work, &p));
    FQ_CUDA_TRY(cudaMemset(p, 0, work));
    h->work = (uint8_t *)p;
    /* Rows have 16 bytes to spare, and guards stand around all, so that a store outside is seen. */
    h->out_stride = width + 8;
    b->used = width * sizeof(uint16_t);
    b->area_bytes = tokens * h->out_stride * sizeof(uint16_t) + 2 * GUARD_BYTES;
    FQ_TRY(fq_cuda_alloc(owner, b->area_bytes, &p));
    FQ_CUDA_TRY(cudaMemset(p, POISON, b->area_bytes));
    b->area = (uint8_t *)p;
    h->out = (uint16_t *)(b->area + GUARD_BYTES);
    FQ_TRY(fq_cuda_alloc(owner, 2 * sizeof *b->damage, &p));
    b->damage = (unsigned long long *)p;
    b->loop.launch = launch;
    b->loop.context = b;
    FQ_TRY(fq_cuda_loop_create(&b->loop, owner));
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    *out = b;
    return FQ_OK;
}

fq_cuda_loop *fq_cuda_attention_loop(fq_cuda_attention *b) {
    return &b->loop;
}

/* Poison left in the output, and elements around it that are no longer poison. */
static __global__ void find_damage(const uint16_t *area, size_t elements, size_t stride, size_t rows, size_t used,
                                   unsigned long long *out) {
    const size_t guard = GUARD_BYTES / sizeof *area;
    unsigned long long unwritten = 0, beside = 0;
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < elements; i += (size_t)gridDim.x * blockDim.x) {
        const size_t row = (i - guard) / stride, col = (i - guard) % stride;
        if (i >= guard && row < rows && col < used)
            unwritten += area[i] == 0xffff;
        else
            beside += area[i] != 0xffff;
    }
    if (unwritten) atomicAdd(out, unwritten);
    if (beside) atomicAdd(out + 1, beside);
}

static fq_status check_damage(fq_cuda_attention *b) {
    const fq_cuda_heads *h = &b->heads;
    const size_t rows = (size_t)h->batch * (size_t)h->seq;
    unsigned long long damage[2];
    FQ_CUDA_TRY(cudaMemset(b->damage, 0, sizeof damage));
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    find_damage<<<1024, 256>>>((const uint16_t *)b->area, b->area_bytes / 2, h->out_stride, rows, b->used / 2,
                               b->damage);
    FQ_CUDA_TRY(cudaGetLastError());
    FQ_CUDA_TRY(cudaMemcpy(damage, b->damage, sizeof damage, cudaMemcpyDeviceToHost));
    if (damage[0] > 0) return fq_fail(FQ_ERR_FAILED, "%llu elements of the output were never written", damage[0]);
    if (damage[1] > 0) return fq_fail(FQ_ERR_FAILED, "%llu elements beside the output were written", damage[1]);
    return FQ_OK;
}

/* `heads` outputs from (token, head) on, widened. */
static fq_status fetch_heads(const fq_cuda_attention *b, int token, int head, int heads, float *out) {
    const fq_cuda_heads *h = &b->heads;
    const size_t d = (size_t)h->kv.head_dim;
    for (; heads > 0; heads--, head++, out += d) {
        uint16_t code[128];
        FQ_CUDA_TRY(cudaMemcpy(code, h->out + (size_t)token * h->out_stride + (size_t)head * d, d * sizeof *code,
                               cudaMemcpyDeviceToHost));
        fq_format_decode_row(FQ_BF16, code, d, out);
    }
    return FQ_OK;
}

fq_status fq_cuda_attention_fetch(fq_cuda_attention *b, int n, const int *token, const int *head, float *out) {
    FQ_TRY(check_damage(b));
    for (int i = 0; i < n; i++)
        FQ_TRY(fetch_heads(b, token[i], head[i], 1, out + (size_t)i * (size_t)b->heads.kv.head_dim));
    return FQ_OK;
}

static fq_status run_bound(fq_cuda_attention *b, const fq_attention_args *a) {
    FQ_TRY(launch(b, 0, b->loop.stream));
    FQ_CUDA_TRY(cudaStreamSynchronize(b->loop.stream));
    FQ_TRY(check_damage(b));
    for (int token = 0; token < a->batch * a->seq; token++)
        FQ_TRY(fetch_heads(b, token, 0, a->heads, a->out + (size_t)token * a->out_stride));
    return FQ_OK;
}

fq_status fq_cuda_attention_run(fq_cuda_attend *attend, const fq_attention_args *a) {
    const char *why;
    fq_arena arena;
    fq_cuda_attention *b;
    if (!fq_cuda_usable(&why)) return fq_fail(FQ_ERR_SKIPPED, "%s", why);
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status s = fq_cuda_attention_create(attend, a, 1, &arena, &b);
    if (s == FQ_OK) s = run_bound(b, a);
    fq_arena_free(&arena);
    return s;
}
