/* Loops that do nothing but the fastest arithmetic of one instruction set, in registers. Private to the harness: host.c
 * times them and takes the best as this host's ceiling. */
#ifndef FQ_HARNESS_CEILINGS_H
#define FQ_HARNESS_CEILINGS_H
#ifdef __cplusplus
extern "C" {
#endif

/* Runs `steps` steps on the calling thread and returns the operations done (a multiply-add is two). */
typedef double fq_ceiling_loop(long steps);

fq_ceiling_loop fq_ceiling_f32_ref;         /* mulps, addps: what every x86-64 has */
fq_ceiling_loop fq_ceiling_int8_ref;        /* pmaddwd, paddd */
fq_ceiling_loop fq_ceiling_f32_avx2;        /* vfmadd231ps ymm */
fq_ceiling_loop fq_ceiling_int8_avx2;       /* vpmaddwd, vpaddd ymm */
fq_ceiling_loop fq_ceiling_int8_bytes_avx2; /* vpmaddubsw, vpmaddwd, vpaddd ymm */
fq_ceiling_loop fq_ceiling_f32_avx512;      /* vfmadd231ps zmm */
fq_ceiling_loop fq_ceiling_int8_avx512;     /* vpdpbusd zmm */
fq_ceiling_loop fq_ceiling_bf16_amx;        /* tdpbf16ps */
fq_ceiling_loop fq_ceiling_int8_amx;        /* tdpbssd */

#ifdef __cplusplus
}
#endif
#endif
