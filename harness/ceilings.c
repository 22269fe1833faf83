/* What this host can do at most: arithmetic per engine and bytes read from memory, over all threads. The best of
 * several short slots, because a ceiling disturbed by a neighbour would let wrong measurements look impossible. */
#include "harness/ceilings.h"

#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "harness/clock.h"
#include "harness/cpu.h"
#include "harness/host.h"

static const double slot_ns = 3e6; /* shorter than a scheduler's turn, so that some slot is undisturbed */
static const size_t least_buffer = (size_t)64 << 20;
static const size_t most_buffer = (size_t)1 << 30; /* as much as trials rotate weights over */
enum { SLOTS = 24, READS = 18, CACHED = 16 };

static struct {
    int threads;
    fq_ceilings value;
} cache[CACHED];
static int cached;
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static long steps_of_slot(fq_ceiling_loop *loop) {
    long steps = 1024;
    for (;;) {
        int64_t start = fq_clock_ns();
        loop(steps);
        double ns = (double)(fq_clock_ns() - start);
        if (ns > slot_ns / 4) return (long)((double)steps * slot_ns / ns) + 1;
        steps *= 2;
    }
}

/* Operations per second of all threads: each thread's best slot, added up while all threads run. A thread that shares
 * its core with a neighbour in one slot has it alone in another; on sibling threads of one core the sum may be
 * generous. */
static double measure_loop(fq_ceiling_loop *loop) {
    long steps = steps_of_slot(loop);
    double total = 0;
#pragma omp parallel reduction(+ : total)
    {
        double best = 0;
#pragma omp barrier
        for (int slot = 0; slot < SLOTS; slot++) {
            int64_t start = fq_clock_ns();
            double operations = loop(steps);
            best = fmax(best, operations / ((double)(fq_clock_ns() - start) * 1e-9));
        }
        total += best;
    }
    return total;
}

/* Four independent sums over `streams` equal parts of x side by side, each asked for `ahead` words early (0: left to
 * the hardware): some prefetchers like one stream, some several, some need help. */
static uint64_t sum_words(const uint64_t *x, size_t n, size_t streams, size_t ahead) {
    uint64_t sum[4] = {0, 0, 0, 0};
    size_t part = n / streams / 32 * 32;
    for (size_t i = 0; i < part; i += 32) {
        for (size_t s = 0; s < streams; s++) {
            const uint64_t *p = x + s * part + i;
            if (ahead > 0 && i + ahead + 32 <= part) {
                for (size_t line = 0; line < 32; line += 8) {
                    __builtin_prefetch(p + ahead + line);
                }
            }
            for (size_t k = 0; k < 32; k += 4) {
                sum[0] += p[k];
                sum[1] += p[k + 1];
                sum[2] += p[k + 2];
                sum[3] += p[k + 3];
            }
        }
    }
    return sum[0] + sum[1] + sum[2] + sum[3];
}

static double measure_read(uint64_t *buffer, size_t bytes) {
    size_t words = bytes / sizeof *buffer;
    /* Written by the thread that reads it: the page then lies in that thread's memory. */
#pragma omp parallel
    {
        size_t t = (size_t)omp_get_thread_num();
        size_t threads = (size_t)omp_get_num_threads();
        for (size_t i = words * t / threads; i < words * (t + 1) / threads; i++) {
            buffer[i] = i * UINT64_C(0x9e3779b97f4a7c15);
        }
    }
    double best = 0;
    uint64_t total = 0;
    for (int read = 0; read < READS; read++) {
        size_t streams = read % 2 == 0 ? 1 : 4;
        size_t ahead = read / 2 % 3 == 0 ? 0 : read / 2 % 3 == 1 ? 256 : 1024;
        int64_t first = INT64_MAX;
        int64_t last = 0;
        size_t done = 0;
#pragma omp parallel reduction(+ : total, done) reduction(min : first) reduction(max : last)
        {
            size_t t = (size_t)omp_get_thread_num();
            size_t threads = (size_t)omp_get_num_threads();
            size_t from = words * t / threads;
            size_t n = words * (t + 1) / threads - from;
#pragma omp barrier
            int64_t start = fq_clock_ns();
            total += sum_words(buffer + from, n, streams, ahead);
            int64_t end = fq_clock_ns();
            done += n / streams / 32 * 32 * streams;
            first = start < first ? start : first;
            last = end > last ? end : last;
        }
        best = fmax(best, (double)(done * sizeof *buffer) / ((double)(last - first) * 1e-9));
    }
    __asm__ volatile("" : : "r"(total)); /* the sums count as used */
    return best;
}

static fq_status measure(fq_ceilings *out) {
    static const struct {
        fq_isa isa;
        fq_engine engine;
        fq_ceiling_loop *loop;
    } loops[] = {
        {FQ_ISA_REF, FQ_ENGINE_F32, fq_ceiling_f32_ref},
        {FQ_ISA_REF, FQ_ENGINE_INT8, fq_ceiling_int8_ref},
        {FQ_ISA_AVX2, FQ_ENGINE_F32, fq_ceiling_f32_avx2},
        {FQ_ISA_AVX2, FQ_ENGINE_INT8, fq_ceiling_int8_avx2},
        {FQ_ISA_AVX2, FQ_ENGINE_INT8, fq_ceiling_int8_bytes_avx2},
        {FQ_ISA_AVX512, FQ_ENGINE_F32, fq_ceiling_f32_avx512},
        {FQ_ISA_AVX512, FQ_ENGINE_INT8, fq_ceiling_int8_avx512},
        {FQ_ISA_AMX, FQ_ENGINE_BF16, fq_ceiling_bf16_amx},
        {FQ_ISA_AMX, FQ_ENGINE_INT8, fq_ceiling_int8_amx},
    };
    size_t bytes = 3 * fq_cpu_llc_bytes();
    bytes = bytes < least_buffer ? least_buffer : bytes > most_buffer ? most_buffer : bytes;
    void *buffer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buffer == MAP_FAILED) return fq_fail(FQ_ERR_MEMORY, "no memory for %zu bytes to measure bandwidth", bytes);
    (void)madvise(buffer, bytes, MADV_HUGEPAGE);
    out->read_bps = measure_read(buffer, bytes);
    munmap(buffer, bytes);

    double best[3] = {0, 0, 0};
    for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++) {
        if (loops[i].isa > fq_cpu_isa_hardware()) continue;
        best[loops[i].engine] = fmax(best[loops[i].engine], measure_loop(loops[i].loop));
    }
    out->f32_flops = best[FQ_ENGINE_F32];
    out->bf16_flops = fmax(best[FQ_ENGINE_BF16], best[FQ_ENGINE_F32]);
    out->int8_flops = fmax(best[FQ_ENGINE_INT8], best[FQ_ENGINE_F32]);
    return FQ_OK;
}

/* The place of this thread count, measured at least once; the lock is held. */
static fq_status find_or_measure(int threads, fq_ceilings **value) {
    for (int i = 0; i < cached && i < CACHED; i++) {
        *value = &cache[i].value;
        if (cache[i].threads == threads) return FQ_OK;
    }
    /* More thread counts than places are a sweep that goes on: the oldest is the least likely to be asked again. */
    int i = cached % CACHED;
    cache[i].threads = 0;
    *value = &cache[i].value;
    FQ_TRY(measure(&cache[i].value));
    cache[i].threads = threads;
    cached++;
    return FQ_OK;
}

fq_status fq_host_ceilings(fq_ceilings *out) {
    fq_ceilings *value;
    pthread_mutex_lock(&cache_lock);
    fq_status s = find_or_measure(fq_threads(), &value);
    if (s == FQ_OK) *out = *value;
    pthread_mutex_unlock(&cache_lock);
    return s;
}

fq_status fq_host_ceilings_raise(fq_ceilings *out) {
    fq_ceilings *value, again;
    pthread_mutex_lock(&cache_lock);
    fq_status s = find_or_measure(fq_threads(), &value);
    if (s == FQ_OK) s = measure(&again);
    if (s == FQ_OK) {
        value->f32_flops = fmax(value->f32_flops, again.f32_flops);
        value->bf16_flops = fmax(value->bf16_flops, again.bf16_flops);
        value->int8_flops = fmax(value->int8_flops, again.int8_flops);
        value->read_bps = fmax(value->read_bps, again.read_bps);
        *out = *value;
    }
    pthread_mutex_unlock(&cache_lock);
    return s;
}
