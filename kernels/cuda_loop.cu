/* Launches on the device as something that the measuring loop can run: a graph of as many as take a few milliseconds,
 * timed by events around it. */
#include "kernels/cuda_device.h"

enum { LAUNCHES_MOST = 200, LAUNCHES_LEAST = 4, TRY_LAUNCHES = 5 };
static const double run_ns = 2e6; /* a run should take about this long */

static void release(void *p) {
    fq_cuda_loop *l = (fq_cuda_loop *)p;
    if (l->graph) (void)cudaGraphExecDestroy(l->graph);
    if (l->start) (void)cudaEventDestroy(l->start);
    if (l->stop) (void)cudaEventDestroy(l->stop);
    if (l->stream) (void)cudaStreamDestroy(l->stream);
}

fq_status fq_cuda_loop_create(fq_cuda_loop *l, fq_arena *owner) {
    FQ_TRY(fq_arena_defer(owner, release, l));
    FQ_CUDA_TRY(cudaStreamCreateWithFlags(&l->stream, cudaStreamNonBlocking));
    FQ_CUDA_TRY(cudaEventCreate(&l->start));
    FQ_CUDA_TRY(cudaEventCreate(&l->stop));
    return FQ_OK;
}

static fq_status launch_next(fq_cuda_loop *l) {
    return l->launch(l->context, l->turn++, l->stream);
}

static fq_status timed(fq_cuda_loop *l, double *ns) {
    float ms;
    FQ_CUDA_TRY(cudaEventRecord(l->stop, l->stream));
    FQ_CUDA_TRY(cudaEventSynchronize(l->stop));
    FQ_CUDA_TRY(cudaEventElapsedTime(&ms, l->start, l->stop));
    *ns = ms * 1e6;
    return FQ_OK;
}

static fq_status capture(fq_cuda_loop *l) {
    cudaGraph_t graph;
    FQ_CUDA_TRY(cudaStreamBeginCapture(l->stream, cudaStreamCaptureModeThreadLocal));
    fq_status s = FQ_OK;
    for (int i = 0; i < l->launches && s == FQ_OK; i++)
        s = launch_next(l);
    const cudaError_t e = cudaStreamEndCapture(l->stream, &graph);
    if (s != FQ_OK) return s;
    FQ_CUDA_TRY(e);
    const cudaError_t made = cudaGraphInstantiate(&l->graph, graph, 0);
    (void)cudaGraphDestroy(graph);
    FQ_CUDA_TRY(made);
    FQ_CUDA_TRY(cudaGraphUpload(l->graph, l->stream));
    return FQ_OK;
}

fq_status fq_cuda_loop_run(fq_cuda_loop *l) {
    double ns;
    if (!l->graph) {
        FQ_TRY(launch_next(l));
        FQ_CUDA_TRY(cudaStreamSynchronize(l->stream));
        FQ_CUDA_TRY(cudaEventRecord(l->start, l->stream));
        for (int i = 0; i < TRY_LAUNCHES; i++)
            FQ_TRY(launch_next(l));
        FQ_TRY(timed(l, &ns));
        const double fit = run_ns * TRY_LAUNCHES / ns;
        l->launches = fit < LAUNCHES_LEAST ? LAUNCHES_LEAST : fit > LAUNCHES_MOST ? LAUNCHES_MOST : (int)fit;
        FQ_TRY(capture(l));
    }
    FQ_CUDA_TRY(cudaEventRecord(l->start, l->stream));
    FQ_CUDA_TRY(cudaGraphLaunch(l->graph, l->stream));
    FQ_TRY(timed(l, &ns));
    l->ns = ns / l->launches;
    return FQ_OK;
}

double fq_cuda_loop_elapsed_ns(const fq_cuda_loop *l) {
    return l->ns;
}
