/* A net's weights on the device, and sessions there: between models/llama.c and kernels/cuda_decoder.h. Private to
 * models/. */
#ifndef FQ_MODELS_DEVICE_H
#define FQ_MODELS_DEVICE_H
#include "kernels/cuda_decoder.h"
#include "models/session.h"

void fq_device_free(fq_device_net *d);
/* Names of the rows that a forward pass uses there. */
void fq_device_kernels(const fq_device_net *d, char *out, size_t bytes);

/* 1 if SwiGLU is part of the product of gate and up, whose numbers then are not rounded to bfloat16 there. */
int fq_device_gates(const fq_device_net *d);

/* The session's own decoder, s->device. Owner: s->arena. */
fq_status fq_device_session(fq_session *s) FQ_MUST_USE;
/* The layers that s->net names now, which may be fewer than it was built with (nets.c checks them one by one). */
fq_status fq_device_forward(fq_session *s, const int *ids, int seq) FQ_MUST_USE;

#endif
