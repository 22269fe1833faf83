/* Who measured: processor, memory, compiler, libraries, settings, the build, and this host's measured ceilings. */
#ifndef FQ_HARNESS_HOST_H
#define FQ_HARNESS_HOST_H
#include <stddef.h>
#include "harness/bench.h"
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif
const char *fq_build_commit(void); /* git describe --always --dirty at build time, or "unknown" */
/* Measure FMA, matrix-engine and memory-read ceilings with the current thread count (about a second; memory is read
 * from a buffer several times the last-level cache, at most 1 GiB). Cached per thread count. The best instructions
 * the processor has are measured whatever FQ_ISA says, for the libraries compared against use them too; bf16_flops and
 * int8_flops are never below f32_flops. Errors: FQ_ERR_MEMORY. */
fq_status fq_host_ceilings(fq_ceilings *out) FQ_MUST_USE;
/* Measure again and keep the higher of each: for a time above the ceiling, which on a shared host may only say that the
 * ceiling was taken in a bad moment. */
fq_status fq_host_ceilings_raise(fq_ceilings *out) FQ_MUST_USE;
/* Write environment.json into `path` (atomically): commit, compiler, flags, CPU, ISA found and used, caches, memory,
 * kernel, governor, affinity, OMP variables, load, versions of libraries, timer resolution, UTC time, ceilings,
 * argv. `extra_json` (an object as text, or NULL) is merged in. No host name, no user name; an absolute path in any
 * text (argv, flags, extra_json) is cut to its last part. Errors: FQ_ERR_OUTPUT, FQ_ERR_USAGE (extra_json is no
 * object), FQ_ERR_MEMORY. */
fq_status fq_host_write_environment(const char *path, int argc, char **argv, const char *extra_json) FQ_MUST_USE;
size_t fq_host_rss_peak_bytes(void); /* VmHWM */
size_t fq_host_rss_bytes(void);      /* VmRSS */
/* Lower-case hexadecimal SHA-256 of a memory block into out[65]. Source: FIPS 180-4. */
void fq_sha256_hex(const void *data, size_t bytes, char out[65]);
#ifdef __cplusplus
}
#endif
#endif
