/* OpenBLAS as a baseline, loaded at run time so that the program neither needs it nor links it. It is loaded once, at
 * the first call of any function here. */
#ifndef FQ_KERNELS_OPENBLAS_H
#define FQ_KERNELS_OPENBLAS_H
#ifdef __cplusplus
extern "C" {
#endif

/* 1 if OpenBLAS could be loaded; else 0 and *why (may be NULL) says what is missing. */
int fq_openblas_usable(const char **why);
/* Its version, options and chosen core as it describes itself, for the environment record; "" if not usable. */
const char *fq_openblas_config(void);

#ifdef __cplusplus
}
#endif
#endif
