/* What this processor can run. CPUID and the operating system's saved-state bits are both asked; AMX also needs the
 * permission call of Linux. FQ_ISA=ref|avx2|avx512|amx lowers the answer, never raises it. */
#ifndef FQ_HARNESS_CPU_H
#define FQ_HARNESS_CPU_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Ordered: a machine with a later one has all earlier ones. */
typedef enum fq_isa {
    FQ_ISA_REF = 0, /* plain C, the oracle */
    FQ_ISA_AVX2,    /* AVX2, FMA, F16C */
    FQ_ISA_AVX512,  /* AVX-512 F BW DQ VL VNNI VBMI */
    FQ_ISA_AMX,     /* AMX TILE INT8 BF16, and AVX-512 with BF16 */
    FQ_ISA_COUNT,
    FQ_ISA_SM90 = 16 /* of no processor: NVIDIA's compute capability 9.0a (kernels/cuda.h says if there is one) */
} fq_isa;

const char *fq_isa_name(fq_isa isa);
fq_isa fq_cpu_isa(void);          /* best usable, after FQ_ISA; read once */
fq_isa fq_cpu_isa_hardware(void); /* best usable, ignoring FQ_ISA */
const char *fq_cpu_model(void);   /* brand string of CPUID */
int fq_cpu_cores(void);           /* processors this process may run on (affinity and cgroup quota) */
size_t fq_cpu_llc_bytes(void);    /* last-level cache as the system reports it; 0 if unknown */

/* Threads of parallel regions: omp_set_num_threads / omp_get_max_threads. */
void fq_threads_set(int n);
int fq_threads(void);

#ifdef __cplusplus
}
#endif
#endif
