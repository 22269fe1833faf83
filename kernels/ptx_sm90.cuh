/* Thin wrappers over the PTX of compute capability 9.0a that the kernels here use: mbarriers, bulk and tensor copies,
 * control of wgmma, stmatrix. Addresses of shared memory are 32-bit shared-window addresses. Source: PTX ISA 9.0. */
#ifndef FQ_KERNELS_PTX_SM90_CUH
#define FQ_KERNELS_PTX_SM90_CUH
#include <cuda.h>
#include <stdint.h>

#define FQ_DEV static __device__ __forceinline__
#ifdef FQ_SM90_WATCH
#include <stdio.h>
#define FQ_SM90_NOW clock64()
#else
#define FQ_SM90_NOW 0
#endif

enum { SM90_SHARED_MOST = 232448 }; /* bytes of shared memory that a block may have */

FQ_DEV uint32_t ptx_shared(const void *p) {
    return (uint32_t)__cvta_generic_to_shared(p);
}

/* ---- mbarrier ---- */

FQ_DEV void ptx_barrier_init(uint32_t bar, uint32_t count) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(bar), "r"(count));
}
FQ_DEV void ptx_barrier_init_fence(void) {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}
FQ_DEV void ptx_barrier_expect(uint32_t bar, uint32_t bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(bar), "r"(bytes) : "memory");
}
FQ_DEV void ptx_barrier_arrive(uint32_t bar) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(bar) : "memory");
}
/* The same at the barrier of CTA `rank` of the cluster. Without .release.cluster, which costs half the speed: the data
 * that this barrier guards was read by the tensor cores, whose completion was awaited. */
FQ_DEV void ptx_barrier_arrive_at(uint32_t bar, int rank) {
    asm volatile("{\n.reg .b32 there;\nmapa.shared::cluster.u32 there, %0, %1;\n"
                 "mbarrier.arrive.shared::cluster.b64 _, [there];\n}" ::"r"(bar),
                 "r"(rank)
                 : "memory");
}
/* Built with -DFQ_SM90_WATCH, a wait of more than two seconds says where it stands and ends the launch. */
FQ_DEV void ptx_watch(long long since, const char *what, uint64_t at, uint32_t value) {
#ifdef FQ_SM90_WATCH
    if (clock64() - since < 4000000000ll) return;
    printf("sm90: CTA %u thread %u waits for a %s at %llx, value %u\n", blockIdx.x, threadIdx.x, what,
           (unsigned long long)at, value);
    __nanosleep(1000000);
    __trap();
#endif
}

FQ_DEV void ptx_barrier_wait(uint32_t bar, uint32_t parity) {
#ifdef FQ_SM90_WATCH
    const long long since = clock64();
    for (uint32_t done = 0; !done; ptx_watch(since, "barrier", bar, parity))
        asm volatile("{\n.reg .pred p;\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\nselp.u32 %0, 1, 0, p;\n}"
                     : "=r"(done)
                     : "r"(bar), "r"(parity)
                     : "memory");
#else
    asm volatile("{\n.reg .pred p;\nWAIT:\n"
                 "mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n"
                 "@p bra DONE;\nbra WAIT;\nDONE:\n}" ::"r"(bar),
                 "r"(parity)
                 : "memory");
#endif
}

/* ---- copies ---- */

FQ_DEV void ptx_bulk_load(uint32_t to, const void *from, uint32_t bytes, uint32_t bar) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to),
                 "l"(from), "r"(bytes), "r"(bar)
                 : "memory");
}
FQ_DEV void ptx_tensor_load(uint32_t to, const CUtensorMap *map, int c0, int c1, uint32_t bar) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
                 "[%0], [%1, {%2, %3}], [%4];" ::"r"(to),
                 "l"(map), "r"(c0), "r"(c1), "r"(bar)
                 : "memory");
}
FQ_DEV void ptx_tensor_load(uint32_t to, const CUtensorMap *map, int c0, int c1, int c2, uint32_t bar) {
    asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
                 "[%0], [%1, {%2, %3, %4}], [%5];" ::"r"(to),
                 "l"(map), "r"(c0), "r"(c1), "r"(c2), "r"(bar)
                 : "memory");
}
/* To the same place of both CTAs of a pair, each of which has its barrier told. */
FQ_DEV void ptx_tensor_load_pair(uint32_t to, const CUtensorMap *map, int c0, int c1, int c2, uint32_t bar) {
    asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster "
                 "[%0], [%1, {%2, %3, %4}], [%5], %6;" ::"r"(to),
                 "l"(map), "r"(c0), "r"(c1), "r"(c2), "r"(bar), "h"((uint16_t)3)
                 : "memory");
}
FQ_DEV void ptx_tensor_load(uint32_t to, const CUtensorMap *map, int c0, int c1, int c2, int c3, int c4, uint32_t bar) {
    asm volatile("cp.async.bulk.tensor.5d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
                 "[%0], [%1, {%2, %3, %4, %5, %6}], [%7];" ::"r"(to),
                 "l"(map), "r"(c0), "r"(c1), "r"(c2), "r"(c3), "r"(c4), "r"(bar)
                 : "memory");
}
FQ_DEV void ptx_bulk_store(void *to, uint32_t from, uint32_t bytes) {
    asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;" ::"l"(to), "r"(from), "r"(bytes)
                 : "memory");
}
FQ_DEV void ptx_tensor_store(const CUtensorMap *map, uint32_t from, int c0, int c1) {
    asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%0, {%1, %2}], [%3];" ::"l"(map), "r"(c0),
                 "r"(c1), "r"(from)
                 : "memory");
}
FQ_DEV void ptx_store_commit(void) {
    asm volatile("cp.async.bulk.commit_group;" ::: "memory");
}
/* Until at most N groups of stores still read shared memory. */
template <int N> FQ_DEV void ptx_store_wait_read(void) {
    asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(N) : "memory");
}
FQ_DEV void ptx_store_wait_all(void) {
    asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
}
FQ_DEV void ptx_prefetch_map(const CUtensorMap *map) {
    asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
}
/* Ordinary stores to shared memory before it are seen by bulk copies after it. */
FQ_DEV void ptx_fence_async_shared(void) {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

/* Orders global memory between ordinary accesses and bulk copies of this thread. */
FQ_DEV void ptx_fence_async_global(void) {
    asm volatile("fence.proxy.async.global;" ::: "memory");
}

/* ---- wgmma control ---- */

FQ_DEV void ptx_wgmma_fence(void) {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
FQ_DEV void ptx_wgmma_commit(void) {
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
template <int N> FQ_DEV void ptx_wgmma_wait(void) {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(N) : "memory");
}
template <int N> FQ_DEV void ptx_registers_give(void) {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(N));
}
template <int N> FQ_DEV void ptx_registers_take(void) {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(N));
}

/* ---- shared memory ---- */

FQ_DEV void ptx_load_shared(uint32_t &a, uint32_t &b, uint32_t &c, uint32_t &d, uint32_t at) {
    asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(a), "=r"(b), "=r"(c), "=r"(d) : "r"(at) : "memory");
}
FQ_DEV void ptx_load_shared(uint32_t (&r)[4], uint32_t at) {
    ptx_load_shared(r[0], r[1], r[2], r[3], at);
}
FQ_DEV void ptx_load_shared(uint32_t &a, uint32_t &b, uint32_t at) {
    asm volatile("ld.shared.v2.u32 {%0, %1}, [%2];" : "=r"(a), "=r"(b) : "r"(at) : "memory");
}
FQ_DEV void ptx_store_shared(uint32_t at, uint32_t a, uint32_t b) {
    asm volatile("st.shared.v2.u32 [%0], {%1, %2};" ::"r"(at), "r"(a), "r"(b) : "memory");
}
FQ_DEV uint32_t ptx_load_shared_u16(uint32_t at) {
    uint16_t v;
    asm volatile("ld.shared.u16 %0, [%1];" : "=h"(v) : "r"(at) : "memory");
    return v;
}
FQ_DEV float2 ptx_load_shared_f2(uint32_t at) {
    float2 v;
    asm volatile("ld.shared.v2.f32 {%0, %1}, [%2];" : "=f"(v.x), "=f"(v.y) : "r"(at) : "memory");
    return v;
}
FQ_DEV float4 ptx_load_shared_f4(uint32_t at) {
    float4 v;
    asm volatile("ld.shared.v4.f32 {%0, %1, %2, %3}, [%4];"
                 : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
                 : "r"(at)
                 : "memory");
    return v;
}
FQ_DEV void ptx_load_shared_s4(uint32_t at, int *a, int *b, int *c, int *d) {
    asm volatile("ld.shared.v4.s32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(*a), "=r"(*b), "=r"(*c), "=r"(*d)
                 : "r"(at)
                 : "memory");
}
FQ_DEV void ptx_load_shared_four(uint32_t at, int (&v)[4]) {
    ptx_load_shared_s4(at, &v[0], &v[1], &v[2], &v[3]);
}
FQ_DEV void ptx_load_shared_four(uint32_t at, float (&v)[4]) {
    const float4 f = ptx_load_shared_f4(at);
    v[0] = f.x, v[1] = f.y, v[2] = f.z, v[3] = f.w;
}
FQ_DEV void ptx_store_shared_s4(uint32_t at, int a, int b, int c, int d) {
    asm volatile("st.shared.v4.s32 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(a), "r"(b), "r"(c), "r"(d) : "memory");
}
FQ_DEV void ptx_store_shared(uint32_t at, float x) {
    asm volatile("st.shared.f32 [%0], %1;" ::"r"(at), "f"(x) : "memory");
}
FQ_DEV void ptx_store_shared_as(uint32_t at, float x) {
    ptx_store_shared(at, x);
}
FQ_DEV void ptx_store_shared_as(uint32_t at, int x) {
    asm volatile("st.shared.s32 [%0], %1;" ::"r"(at), "r"(x) : "memory");
}
template <typename T> FQ_DEV T ptx_load_shared_as(uint32_t at) {
    uint32_t v;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(v) : "r"(at) : "memory");
    return *reinterpret_cast<T *>(&v);
}
/* Four 8 x 8 matrices of 16-bit elements, transposed on the way to shared memory. */
FQ_DEV void ptx_store_matrix_transposed(uint32_t at, uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3) {
    asm volatile("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(r0), "r"(r1),
                 "r"(r2), "r"(r3)
                 : "memory");
}
FQ_DEV void ptx_store_matrix_transposed(uint32_t at, uint32_t r0, uint32_t r1) {
    asm volatile("stmatrix.sync.aligned.m8n8.x2.trans.shared.b16 [%0], {%1, %2};" ::"r"(at), "r"(r0), "r"(r1)
                 : "memory");
}
/* The way back. */
FQ_DEV void ptx_load_matrix_transposed(uint32_t at, uint32_t (&r)[4]) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(at)
                 : "memory");
}
FQ_DEV void ptx_store_shared_u16(uint32_t at, uint32_t x) {
    asm volatile("st.shared.u16 [%0], %1;" ::"r"(at), "h"((uint16_t)x) : "memory");
}
/* Read-only memory, asked for where this stands, however late the value is used. */
FQ_DEV float ptx_load_early(const float *p) {
    float v;
    asm volatile("ld.global.nc.f32 %0, [%1];" : "=f"(v) : "l"(p));
    return v;
}
/* 2^x; 0 for minus infinity. */
FQ_DEV float ptx_exp2(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

FQ_DEV uint32_t ptx_pack_bf16(float lo, float hi) {
    uint32_t r;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo));
    return r;
}
/* Four E4M3 codes, the first in the lowest byte; nearest even, saturating. */
FQ_DEV uint32_t sm90_pack_e4m3(float a, float b, float c, float d) {
    uint32_t r;
    asm("{\n.reg .b16 l, h;\ncvt.rn.satfinite.e4m3x2.f32 l, %2, %1;\ncvt.rn.satfinite.e4m3x2.f32 h, %4, %3;\n"
        "mov.b32 %0, {l, h};\n}"
        : "=r"(r)
        : "f"(a), "f"(b), "f"(c), "f"(d));
    return r;
}
FQ_DEV uint32_t ptx_permute(uint32_t lo, uint32_t hi, uint32_t selector) {
    uint32_t r;
    asm("prmt.b32 %0, %1, %2, %3;" : "=r"(r) : "r"(lo), "r"(hi), "r"(selector));
    return r;
}
/* c + the four bytes of a times those of b. */
FQ_DEV uint32_t ptx_dot_bytes(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t r;
    asm("dp4a.u32.u32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
    return r;
}
/* c + the two halves of a times the two lower bytes of b. */
FQ_DEV uint32_t ptx_dot_halves(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t r;
    asm("dp2a.lo.u32.u32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
    return r;
}

/* ---- synchronization ---- */

/* True in one thread of a warp all of whose threads are here, always the same one. The compiler knows that it is one,
 * and spares copies a loop over threads. */
FQ_DEV int ptx_elect(void) {
    uint32_t is;
    asm volatile("{\n.reg .pred p;\nelect.sync _|p, 0xffffffff;\nselp.u32 %0, 1, 0, p;\n}" : "=r"(is));
    return (int)is;
}

FQ_DEV void ptx_named_sync(int id, int threads) {
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}
/* All threads of all CTAs of the cluster that have not ended; what they wrote to each other's shared memory is seen. */
FQ_DEV void ptx_cluster_sync(void) {
    asm volatile("barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;" ::: "memory");
}
FQ_DEV void ptx_named_arrive(int id, int threads) {
    asm volatile("bar.arrive %0, %1;" ::"r"(id), "r"(threads) : "memory");
}
/* Until the kernel before this one has finished; at once where the launch was a plain one. */
FQ_DEV void ptx_grid_wait(void) {
    asm volatile("griddepcontrol.wait;" ::: "memory");
}
FQ_DEV void ptx_grid_release(void) {
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
}
/* An address of this block's shared memory in block number `rank` of the cluster. */
FQ_DEV uint32_t ptx_cluster_address(uint32_t at, uint32_t rank) {
    uint32_t r;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(r) : "r"(at), "r"(rank));
    return r;
}
/* 16 bytes to another block of the cluster, whose barrier `bar` is told of them. */
FQ_DEV void ptx_cluster_store(uint32_t at, float a, float b, float c, float d, uint32_t bar) {
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 [%0], {%1, %2, %3, %4}, [%5];" ::"r"(at),
                 "f"(a), "f"(b), "f"(c), "f"(d), "r"(bar)
                 : "memory");
}
FQ_DEV void ptx_cluster_store(uint32_t at, int a, int b, int c, int d, uint32_t bar) {
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.v4.s32 [%0], {%1, %2, %3, %4}, [%5];" ::"r"(at),
                 "r"(a), "r"(b), "r"(c), "r"(d), "r"(bar)
                 : "memory");
}
FQ_DEV void ptx_flag_set(uint32_t *flag, uint32_t value) {
    asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"(flag), "r"(value) : "memory");
}
FQ_DEV uint32_t ptx_flag_get(const uint32_t *flag) {
    uint32_t v;
    asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(v) : "l"(flag) : "memory");
    return v;
}
FQ_DEV void ptx_flag_wait(const uint32_t *flag) {
    const long long since = FQ_SM90_NOW;
    while (ptx_flag_get(flag) == 0)
        ptx_watch(since, "flag", (uint64_t)flag, 0);
}
#endif
