/* The device: whether it is there, its memory as parts of arenas, its measured ceilings, tensor maps. */
#include <cudaTypedefs.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "kernels/cuda_device.h"
#include "kernels/wgmma_sm90.cuh"

static pthread_once_t device_once = PTHREAD_ONCE_INIT, ceilings_once = PTHREAD_ONCE_INIT;
static struct {
    int usable, processors;
    char name[256], bus[32], why[160];
    PFN_cuTensorMapEncodeTiled_v12000 encode;
    fq_ceilings ceilings;
    pthread_mutex_t stage_lock;
    uint8_t *stage;
    size_t stage_bytes;
} device = {.stage_lock = PTHREAD_MUTEX_INITIALIZER};

static void find_device(void) {
    int count = 0, major = 0, minor = 0;
    cudaDeviceProp properties;
    cudaDriverEntryPointQueryResult found;
    void *encode = NULL;
    cudaError_t e = cudaGetDeviceCount(&count);
    if (e == cudaSuccess && count == 0) e = cudaErrorNoDevice;
    if (e == cudaSuccess) e = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0);
    if (e == cudaSuccess) e = cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0);
    if (e == cudaSuccess) e = cudaGetDeviceProperties(&properties, 0);
    if (e != cudaSuccess) {
        snprintf(device.why, sizeof device.why, "sm90: %s", cudaGetErrorString(e));
        return;
    }
    snprintf(device.name, sizeof device.name, "%s", properties.name);
    if (cudaDeviceGetPCIBusId(device.bus, sizeof device.bus, 0) != cudaSuccess) device.bus[0] = '\0';
    device.processors = properties.multiProcessorCount;
    if (major != 9 || minor != 0) {
        snprintf(device.why, sizeof device.why, "sm90: device 0 has compute capability %d.%d", major, minor);
        return;
    }
    e = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &encode, 12000, cudaEnableDefault, &found);
    if (e != cudaSuccess || found != cudaDriverEntryPointSuccess) {
        snprintf(device.why, sizeof device.why, "sm90: the driver has no cuTensorMapEncodeTiled");
        return;
    }
    device.encode = (PFN_cuTensorMapEncodeTiled_v12000)encode;
    device.usable = 1;
}

int fq_cuda_usable(const char **why) {
    pthread_once(&device_once, find_device);
    if (!device.usable && why) *why = device.why;
    return device.usable;
}

const char *fq_cuda_name(void) {
    return fq_cuda_usable(NULL) ? device.name : "";
}

const char *fq_cuda_bus(void) {
    return fq_cuda_usable(NULL) ? device.bus : "";
}

int fq_cuda_processors(void) {
    FQ_ASSERT(fq_cuda_usable(NULL));
    return device.processors;
}

/* ---- memory ---- */

static void release(void *p) {
    (void)cudaFree(p);
}

fq_status fq_cuda_alloc(fq_arena *owner, size_t bytes, void **out) {
    *out = NULL;
    FQ_CUDA_TRY(cudaMalloc(out, bytes > 0 ? bytes : 1));
    const fq_status s = fq_arena_defer(owner, release, *out);
    if (s != FQ_OK) release(*out);
    return s;
}

fq_status fq_cuda_upload(fq_arena *owner, const void *from, size_t bytes, void **out) {
    FQ_TRY(fq_cuda_alloc(owner, bytes, out));
    FQ_CUDA_TRY(cudaMemcpy(*out, from, bytes, cudaMemcpyHostToDevice));
    return FQ_OK;
}

fq_status fq_cuda_upload_rows(fq_arena *owner, const void *from, size_t stride, size_t row_bytes, size_t rows,
                              size_t pitch, void **out) {
    FQ_TRY(fq_cuda_alloc(owner, rows * pitch, out));
    FQ_CUDA_TRY(cudaMemset(*out, 0, rows * pitch));
    FQ_CUDA_TRY(cudaMemcpy2D(*out, pitch, from, stride, row_bytes, rows, cudaMemcpyHostToDevice));
    return FQ_OK;
}

fq_status fq_cuda_cold_copies(size_t bytes, int *copies) {
    const size_t most = 512; /* of tiny things */
    int l2 = 0;
    FQ_CUDA_TRY(cudaDeviceGetAttribute(&l2, cudaDevAttrL2CacheSize, 0));
    const size_t wanted = 8 * (size_t)l2 / bytes + 1;
    *copies = (int)(wanted < most ? wanted : most);
    return FQ_OK;
}

fq_status fq_cuda_copy(void *data, size_t bytes, int *copies, void ***copy, fq_arena *owner) {
    const size_t pitch = fq_round_up(bytes, 256);
    void *others;
    if (*copies <= 0) FQ_TRY(fq_cuda_cold_copies(bytes, copies));
    void **c = *copy = FQ_NEW(owner, void *, *copies);
    if (!c) return FQ_ERR_MEMORY;
    c[0] = data;
    FQ_TRY(fq_cuda_alloc(owner, (size_t)(*copies - 1) * pitch, &others));
    for (int i = 1; i < *copies; i++) {
        c[i] = (uint8_t *)others + (size_t)(i - 1) * pitch;
        FQ_CUDA_TRY(cudaMemcpy(c[i], data, bytes, cudaMemcpyDeviceToDevice));
    }
    return FQ_OK;
}

fq_status fq_cuda_stage_begin(size_t bytes, uint8_t **at) {
    pthread_mutex_lock(&device.stage_lock);
    if (bytes > device.stage_bytes) {
        void *p = NULL;
        (void)cudaFree(device.stage);
        device.stage = NULL;
        device.stage_bytes = 0;
        const cudaError_t e = cudaMalloc(&p, bytes + bytes / 2);
        if (e != cudaSuccess) {
            pthread_mutex_unlock(&device.stage_lock);
            return fq_fail(FQ_ERR_MEMORY, "CUDA: %zu bytes of device memory: %s", bytes, cudaGetErrorString(e));
        }
        device.stage = (uint8_t *)p;
        device.stage_bytes = bytes + bytes / 2;
    }
    *at = device.stage;
    return FQ_OK;
}

void fq_cuda_stage_end(void) {
    pthread_mutex_unlock(&device.stage_lock);
}

/* ---- launches ---- */

fq_status fq_cuda_launch(const void *function, int blocks, int threads, size_t shared, int early, cudaStream_t stream,
                         void **arguments) {
    return fq_cuda_launch_pairs(function, blocks, threads, shared, early, 0, stream, arguments);
}

fq_status fq_cuda_launch_pairs(const void *function, int blocks, int threads, size_t shared, int early, int paired,
                               cudaStream_t stream, void **arguments) {
    cudaLaunchConfig_t c;
    cudaLaunchAttribute attribute[2];
    memset(&c, 0, sizeof c);
    c.gridDim = dim3((unsigned)blocks);
    c.blockDim = dim3((unsigned)threads);
    c.dynamicSmemBytes = shared;
    c.stream = stream;
    c.attrs = attribute;
    if (early) {
        attribute[c.numAttrs].id = cudaLaunchAttributeProgrammaticStreamSerialization;
        attribute[c.numAttrs++].val.programmaticStreamSerializationAllowed = 1;
    }
    if (paired) {
        attribute[c.numAttrs].id = cudaLaunchAttributeClusterDimension;
        attribute[c.numAttrs].val.clusterDim.x = 2;
        attribute[c.numAttrs].val.clusterDim.y = attribute[c.numAttrs].val.clusterDim.z = 1;
        c.numAttrs++;
    }
    FQ_CUDA_TRY(cudaLaunchKernelExC(&c, function, arguments));
    return FQ_OK;
}

fq_status fq_cuda_tensor_map(CUtensorMap *map, CUtensorMapDataType type, int element_bytes, const void *at, int rows,
                             int cols, size_t pitch, int box_rows, int box_cols, int swizzle) {
    const cuuint64_t size[2] = {(cuuint64_t)cols, (cuuint64_t)rows}, stride[1] = {pitch};
    const cuuint32_t box[2] = {(cuuint32_t)box_cols, (cuuint32_t)box_rows}, step[2] = {1, 1};
    FQ_ASSERT(box_cols * element_bytes <= swizzle && pitch % 16 == 0 && fq_cuda_usable(NULL));
    const CUresult r = device.encode(map, type, 2, (void *)at, size, stride, box, step, CU_TENSOR_MAP_INTERLEAVE_NONE,
                                     swizzle == 128  ? CU_TENSOR_MAP_SWIZZLE_128B
                                     : swizzle == 64 ? CU_TENSOR_MAP_SWIZZLE_64B
                                                     : CU_TENSOR_MAP_SWIZZLE_NONE,
                                     CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    if (r != CUDA_SUCCESS)
        return fq_fail(FQ_ERR_FAILED, "CUDA: no tensor map of %d x %d, pitch %zu, box %d x %d: error %d", rows, cols,
                       pitch, box_rows, box_cols, (int)r);
    return FQ_OK;
}

fq_status fq_cuda_tensor_map_slices(CUtensorMap *map, const void *at, int rows, int cols, size_t pitch, int box_rows,
                                    int slices) {
    enum { SLICE = 128 };
    const cuuint64_t size[3] = {(cuuint64_t)(slices > 1 ? SLICE : cols), (cuuint64_t)rows,
                                (cuuint64_t)(slices > 1 ? cols / SLICE : 1)};
    const cuuint64_t stride[2] = {pitch, SLICE};
    const cuuint32_t box[3] = {SLICE, (cuuint32_t)box_rows, (cuuint32_t)slices}, step[3] = {1, 1, 1};
    FQ_ASSERT(pitch % 16 == 0 && (slices == 1 || cols % SLICE == 0) && fq_cuda_usable(NULL));
    const CUresult r = device.encode(map, CU_TENSOR_MAP_DATA_TYPE_UINT8, 3, (void *)at, size, stride, box, step,
                                     CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                                     CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    if (r != CUDA_SUCCESS)
        return fq_fail(FQ_ERR_FAILED, "CUDA: no tensor map of %d x %d bytes, pitch %zu, box %d x 128 x %d: error %d",
                       rows, cols, pitch, box_rows, slices, (int)r);
    return FQ_OK;
}

fq_status fq_cuda_tensor_map_words(CUtensorMap *map, const void *at, const fq_cuda_words *w) {
    cuuint64_t size[FQ_CUDA_MAP_RANK], stride[FQ_CUDA_MAP_RANK] = {0};
    cuuint32_t box[FQ_CUDA_MAP_RANK], step[FQ_CUDA_MAP_RANK];
    for (int i = 0; i < w->rank; i++) {
        size[i] = (cuuint64_t)w->size[i];
        box[i] = (cuuint32_t)w->box[i];
        step[i] = 1;
        if (i > 0) stride[i - 1] = w->stride[i - 1];
    }
    FQ_ASSERT(fq_cuda_usable(NULL));
    const CUresult r = device.encode(map, CU_TENSOR_MAP_DATA_TYPE_UINT64, (cuuint32_t)w->rank, (void *)at, size, stride,
                                     box, step, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_NONE,
                                     CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    if (r != CUDA_SUCCESS)
        return fq_fail(FQ_ERR_FAILED, "CUDA: no tensor map of %d dimensions of 8-byte words: error %d", w->rank,
                       (int)r);
    return FQ_OK;
}

/* ---- ceilings ---- */

static __global__ void read_memory(const uint4 *from, size_t n, uint32_t *out) {
    uint4 sum = {0, 0, 0, 0};
    const size_t stride = (size_t)gridDim.x * blockDim.x;
    size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    for (; i + 3 * stride < n; i += 4 * stride) {
        const uint4 a = __ldcs(from + i), b = __ldcs(from + i + stride), c = __ldcs(from + i + 2 * stride),
                    d = __ldcs(from + i + 3 * stride);
        sum.x ^= a.x ^ b.x ^ c.x ^ d.x;
        sum.y ^= a.y ^ b.y ^ c.y ^ d.y;
        sum.z ^= a.z ^ b.z ^ c.z ^ d.z;
        sum.w ^= a.w ^ b.w ^ c.w ^ d.w;
    }
    if ((sum.x ^ sum.y ^ sum.z ^ sum.w) == 0x12345678u) *out = 1; /* so that the loads are needed */
}

enum { RATE_TOKENS = 256, RATE_STEPS = 4096 };
/* Back-to-back wgmmas of one warpgroup on zeros. */
static __global__ void __launch_bounds__(128, 1) multiply_zeros(float *out) {
    extern __shared__ uint8_t memory[];
    const uint32_t base = (ptx_shared(memory) + 1023) & ~1023u;
    uint32_t a[4] = {0, 0, 0, 0};
    float d[RATE_TOKENS / 2];
    for (int i = threadIdx.x; i < RATE_TOKENS * 128 / 4; i += 128)
        ptx_store_shared(base + 4 * i, 0.0f);
    ptx_fence_async_shared();
    __syncthreads();
    const uint64_t b = wgmma_descriptor(base);
    for (int i = 0; i < RATE_STEPS; i += 4) {
        ptx_wgmma_fence();
#pragma unroll
        for (int j = 0; j < 4; j++)
            wgmma_mma(fq_tokens<RATE_TOKENS>(), d, a, b + 2 * j, i + j > 0);
        ptx_wgmma_commit();
        ptx_wgmma_wait<1>();
    }
    ptx_wgmma_wait<0>();
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < RATE_TOKENS / 2; i++)
        sum += d[i];
    if (sum != 0.0f) *out = sum;
}

enum { READ, MULTIPLY, COPY, TIMES = 200 };
/* Best of timings, in seconds; 0 if anything fails. So many, 60 ms and more of them, because a device that was idle, or
 * at its power limit, takes some milliseconds to its clock, and a ceiling below what kernels reach later calls them
 * impossible. COPY: the second half of the data onto the first. */
static double best_seconds(int which, void *data, size_t bytes, void *out) {
    cudaEvent_t start, stop;
    double best = 0;
    const int shared = RATE_TOKENS * 128 + 1024;
    if (cudaEventCreate(&start) != cudaSuccess || cudaEventCreate(&stop) != cudaSuccess) return 0;
    if (cudaFuncSetAttribute(multiply_zeros, cudaFuncAttributeMaxDynamicSharedMemorySize, shared) != cudaSuccess)
        return 0;
    for (int i = 0; i < TIMES; i++) {
        float ms = 0;
        (void)cudaEventRecord(start);
        if (which == READ)
            read_memory<<<device.processors * 8, 512>>>((const uint4 *)data, bytes / 16, (uint32_t *)out);
        else if (which == MULTIPLY)
            multiply_zeros<<<device.processors, 128, shared>>>((float *)out);
        else if (cudaMemcpyAsync(data, (char *)data + bytes / 2, bytes / 2, cudaMemcpyDeviceToDevice) != cudaSuccess)
            return 0;
        (void)cudaEventRecord(stop);
        if (cudaGetLastError() != cudaSuccess || cudaEventSynchronize(stop) != cudaSuccess) return 0;
        if (cudaEventElapsedTime(&ms, start, stop) != cudaSuccess) return 0;
        if (i > 0 && (best == 0 || ms * 1e-3 < best)) best = ms * 1e-3;
    }
    (void)cudaEventDestroy(start);
    (void)cudaEventDestroy(stop);
    return best;
}

static void measure_ceilings(void) {
    const size_t bytes = (size_t)2 << 30;
    void *data = NULL, *out = NULL;
    fq_ceilings *c = &device.ceilings;
    if (cudaMalloc(&data, bytes) == cudaSuccess && cudaMalloc(&out, 4) == cudaSuccess &&
        cudaMemset(data, 1, bytes) == cudaSuccess) {
        const double read = best_seconds(READ, data, bytes, out), copy = best_seconds(COPY, data, bytes, out);
        const double multiply = best_seconds(MULTIPLY, NULL, 0, out);
        const double flop = 2.0 * 64 * RATE_TOKENS * 32 * RATE_STEPS * device.processors;
        if (read > 0) c->read_bps = (double)bytes / read;
        if (copy > 0) c->copy_bps = (double)bytes / copy;
        if (multiply > 0) c->int8_flops = flop / multiply;
        c->bf16_flops = c->f32_flops = c->int8_flops / 2;
    }
    (void)cudaFree(data);
    (void)cudaFree(out);
}

const fq_ceilings *fq_cuda_ceilings(void) {
    if (!fq_cuda_usable(NULL)) return NULL;
    pthread_once(&ceilings_once, measure_ceilings);
    return &device.ceilings;
}
