/* oneDNN as a baseline, loaded at run time so that the program neither needs it nor links it. It is loaded once, at the
 * first call of any function here. */
#ifndef FQ_KERNELS_ONEDNN_H
#define FQ_KERNELS_ONEDNN_H
#ifdef __cplusplus
extern "C" {
#endif

/* 1 if oneDNN could be loaded and multiplies bfloat16 (int8 = 0) or INT8 matrices here; else 0 and *why (may be NULL)
 * says what is missing. */
int fq_onednn_usable(int int8, const char **why);
/* Its version and the implementations that it chose, for the environment record; "" if not usable. */
const char *fq_onednn_config(void);

#ifdef __cplusplus
}
#endif
#endif
