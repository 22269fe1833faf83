/* A matrix product whose operands stay on the device: copies of the weights, a graph of launches, its time by events,
 * and the way back of the result, with proof that all of y was written and nothing beside it. */
#include <math.h>
#include <string.h>
#include "kernels/cuda_device.h"

enum { POISON = 0xff, GUARD_BYTES = 4096, LAUNCHES_MOST = 200, LAUNCHES_LEAST = 4 };
static const double run_ns = 2e6; /* a run should take about this long */

static size_t y_bytes(const fq_cuda_gemm *b) {
    return b->y_type == FQ_CUDA_BF16 ? 2 : 4;
}

static void release_bound(void *p) {
    fq_cuda_gemm *b = (fq_cuda_gemm *)p;
    if (b->graph) (void)cudaGraphExecDestroy(b->graph);
    if (b->start) (void)cudaEventDestroy(b->start);
    if (b->stop) (void)cudaEventDestroy(b->stop);
    if (b->stream) (void)cudaStreamDestroy(b->stream);
}

static fq_status copy_weights(fq_cuda_gemm *b, int copies, fq_arena *owner) {
    int l2 = 0;
    FQ_CUDA_TRY(cudaDeviceGetAttribute(&l2, cudaDevAttrL2CacheSize, 0));
    b->copies = copies > 0 ? copies : (int)(8 * (size_t)l2 / b->weight_bytes) + 1;
    b->copy = FQ_NEW(owner, void *, b->copies);
    if (!b->copy) return FQ_ERR_MEMORY;
    b->copy[0] = b->weights;
    for (int i = 1; i < b->copies; i++) {
        FQ_TRY(fq_cuda_alloc(owner, b->weight_bytes, &b->copy[i]));
        FQ_CUDA_TRY(cudaMemcpy(b->copy[i], b->weights, b->weight_bytes, cudaMemcpyDeviceToDevice));
    }
    return FQ_OK;
}

fq_status fq_cuda_gemm_create(fq_cuda_gemm *b, const fq_gemm_args *a, int copies, fq_arena *owner) {
    const size_t m = (size_t)b->m, n = (size_t)b->n, row = (size_t)b->k * b->x_bytes;
    void *p;
    FQ_TRY(fq_arena_defer(owner, release_bound, b));
    b->x_pitch = fq_round_up(row, 16);
    FQ_TRY(fq_cuda_upload_rows(owner, a->x, a->x_stride, row, m, b->x_pitch, &b->x));
    if (a->x_scale) {
        FQ_TRY(fq_cuda_upload(owner, a->x_scale, m * sizeof(float), &p));
        b->x_scale = (float *)p;
    }
    FQ_TRY(fq_cuda_upload(owner, a->w->row_scale, n * sizeof(float), &p));
    b->row_scale = (float *)p;
    b->host_x_scale = a->x_scale;
    b->host_row_scale = a->w->row_scale;
    /* Rows have room to spare, so that a store behind the last column is seen (cuBLASLt's have none, for alignment). */
    if (b->n_stored == 0) b->n_stored = b->n;
    b->y_pitch = fq_round_up((size_t)b->n_stored * y_bytes(b), 16) + (b->scales_late ? 0 : 16);
    b->y_area_bytes = m * b->y_pitch + 2 * GUARD_BYTES;
    FQ_TRY(fq_cuda_alloc(owner, b->y_area_bytes, &p));
    b->y_area = (uint8_t *)p;
    b->y = b->y_area + GUARD_BYTES;
    FQ_CUDA_TRY(cudaMemset(b->y_area, POISON, b->y_area_bytes));
    FQ_TRY(fq_cuda_alloc(owner, 2 * sizeof *b->damage, &p));
    b->damage = (unsigned long long *)p;
    FQ_TRY(copy_weights(b, copies, owner));
    FQ_CUDA_TRY(cudaStreamCreateWithFlags(&b->stream, cudaStreamNonBlocking));
    FQ_CUDA_TRY(cudaEventCreate(&b->start));
    FQ_CUDA_TRY(cudaEventCreate(&b->stop));
    FQ_CUDA_TRY(cudaDeviceSynchronize());
    return FQ_OK;
}

static fq_status launch_next(fq_cuda_gemm *b) {
    const void *w = b->copy[b->next];
    b->next = (b->next + 1) % b->copies;
    return b->launch(b, w, b->stream);
}

static fq_status timed(fq_cuda_gemm *b, double *ns) {
    float ms;
    FQ_CUDA_TRY(cudaEventRecord(b->stop, b->stream));
    FQ_CUDA_TRY(cudaEventSynchronize(b->stop));
    FQ_CUDA_TRY(cudaEventElapsedTime(&ms, b->start, b->stop));
    *ns = ms * 1e6;
    return FQ_OK;
}

static fq_status capture(fq_cuda_gemm *b) {
    cudaGraph_t graph;
    FQ_CUDA_TRY(cudaStreamBeginCapture(b->stream, cudaStreamCaptureModeThreadLocal));
    fq_status s = FQ_OK;
    for (int i = 0; i < b->launches && s == FQ_OK; i++)
        s = launch_next(b);
    const cudaError_t e = cudaStreamEndCapture(b->stream, &graph);
    if (s != FQ_OK) return s;
    FQ_CUDA_TRY(e);
    const cudaError_t made = cudaGraphInstantiate(&b->graph, graph, 0);
    (void)cudaGraphDestroy(graph);
    FQ_CUDA_TRY(made);
    FQ_CUDA_TRY(cudaGraphUpload(b->graph, b->stream));
    return FQ_OK;
}

fq_status fq_cuda_gemm_run(fq_cuda_gemm *b) {
    enum { TRY_LAUNCHES = 5 };
    double ns;
    if (!b->graph) {
        FQ_TRY(launch_next(b));
        FQ_CUDA_TRY(cudaStreamSynchronize(b->stream));
        FQ_CUDA_TRY(cudaEventRecord(b->start, b->stream));
        for (int i = 0; i < TRY_LAUNCHES; i++)
            FQ_TRY(launch_next(b));
        FQ_TRY(timed(b, &ns));
        const double fit = run_ns * TRY_LAUNCHES / ns;
        b->launches = fit < LAUNCHES_LEAST ? LAUNCHES_LEAST : fit > LAUNCHES_MOST ? LAUNCHES_MOST : (int)fit;
        FQ_TRY(capture(b));
    }
    FQ_CUDA_TRY(cudaEventRecord(b->start, b->stream));
    FQ_CUDA_TRY(cudaGraphLaunch(b->graph, b->stream));
    FQ_TRY(timed(b, &ns));
    b->ns = ns / b->launches;
    return FQ_OK;
}

double fq_cuda_gemm_elapsed_ns(const fq_cuda_gemm *b) {
    return b->ns;
}

/* Poison left in y, and bytes beside it that are no longer poison. A 32-bit integer may be all ones by right. */
static __global__ void find_damage(const uint8_t *area, size_t bytes, size_t pitch, size_t rows, size_t used, int each,
                                   unsigned long long *out) {
    unsigned long long unwritten = 0, beside = 0;
    for (size_t i = (blockIdx.x * (size_t)blockDim.x + threadIdx.x) * 4; i < bytes;
         i += (size_t)gridDim.x * blockDim.x * 4) {
        const uint32_t word = *(const uint32_t *)(area + i);
        const size_t at = i - GUARD_BYTES, row = at / pitch, col = at - row * pitch;
        for (int k = 0; k < 4; k += each == 2 ? 2 : 4) {
            const uint32_t v = each == 2 ? (word >> (8 * k) | 0xffff0000u) : word;
            const int within = i >= GUARD_BYTES && row < rows && col + (size_t)k < used;
            if (within) unwritten += v == 0xffffffffu;
            else beside += v != 0xffffffffu;
        }
    }
    if (unwritten) atomicAdd(out, unwritten);
    if (beside) atomicAdd(out + 1, beside);
}

fq_status fq_cuda_gemm_fetch(fq_cuda_gemm *b, const int *rows, int n_rows, float *y, size_t y_stride) {
    const size_t n = (size_t)b->n;
    unsigned long long damage[2];
    FQ_CUDA_TRY(cudaMemsetAsync(b->damage, 0, sizeof damage, b->stream));
    find_damage<<<1024, 256, 0, b->stream>>>(b->y_area, b->y_area_bytes, b->y_pitch, (size_t)b->m,
                                             (size_t)b->n_stored * y_bytes(b), (int)y_bytes(b), b->damage);
    FQ_CUDA_TRY(cudaGetLastError());
    FQ_CUDA_TRY(cudaStreamSynchronize(b->stream));
    FQ_CUDA_TRY(cudaMemcpy(damage, b->damage, sizeof damage, cudaMemcpyDeviceToHost));
    if (damage[0] > 0 && b->y_type != FQ_CUDA_I32)
        return fq_fail(FQ_ERR_FAILED, "%llu elements of y were never written", damage[0]);
    if (damage[1] > 0) return fq_fail(FQ_ERR_FAILED, "%llu elements beside y were written", damage[1]);
    for (int i = 0; i < n_rows; i++) {
        float *to = y + (size_t)i * y_stride;
        uint8_t *codes = (uint8_t *)to; /* widened in place, from the end */
        FQ_CUDA_TRY(cudaMemcpy(to, (const uint8_t *)b->y + (size_t)rows[i] * b->y_pitch, n * y_bytes(b),
                               cudaMemcpyDeviceToHost));
        for (size_t j = n; j-- > 0;) {
            uint32_t bits;
            if (b->y_type == FQ_CUDA_BF16) {
                uint16_t half;
                memcpy(&half, codes + 2 * j, 2);
                bits = (uint32_t)half << 16;
                memcpy(to + j, &bits, 4);
            } else if (b->y_type == FQ_CUDA_I32) {
                memcpy(&bits, to + j, 4);
                to[j] = (float)(int32_t)bits;
            }
            if (b->scales_late)
                to[j] = (to[j] * (b->host_x_scale ? b->host_x_scale[rows[i]] : 1.0f)) * b->host_row_scale[j];
        }
    }
    return FQ_OK;
}

double fq_cuda_gemm_roundoff(const fq_cuda_gemm *b) {
    return b->y_type == FQ_CUDA_BF16 ? 0.00390625 : 0.0;
}

int fq_cuda_gemm_tiles(const fq_cuda_gemm *b) {
    return b->tiles;
}

const char *fq_cuda_gemm_tile(const fq_cuda_gemm *b) {
    return b->tile;
}
