/* The rows of kernels.def that need the device, in a build without CUDA=1: they are listed and say why they cannot run.
 */
#include "kernels/cuda.h"
#include "kernels/cuda_decoder.h"
#include "kernels/functions.h"

static const char reason[] = "sm90: built without CUDA=1";

int fq_cuda_usable(const char **why) {
    if (why) *why = reason;
    return 0;
}

const char *fq_cuda_name(void) {
    return "";
}

const char *fq_cuda_bus(void) {
    return "";
}

const fq_ceilings *fq_cuda_ceilings(void) {
    return NULL;
}

fq_status fq_cuda_loop_run(fq_cuda_loop *l) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

double fq_cuda_loop_elapsed_ns(const fq_cuda_loop *l) {
    return 0.0;
}

fq_status fq_cuda_gemm_create(fq_cuda_prepare *prepare, const fq_gemm_args *a, const fq_cuda_gemm_options *options,
                              fq_arena *owner, fq_cuda_gemm **out) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_cuda_loop *fq_cuda_gemm_loop(fq_cuda_gemm *b) {
    return NULL;
}

fq_status fq_cuda_gemm_fetch(fq_cuda_gemm *b, const int *rows, int n_rows, float *y, size_t y_stride) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

double fq_cuda_gemm_roundoff(const fq_cuda_gemm *b) {
    return 0.0;
}

int fq_cuda_gemm_tiles(const fq_cuda_gemm *b) {
    return 0;
}

const char *fq_cuda_gemm_tile(const fq_cuda_gemm *b) {
    return "";
}

fq_status fq_cuda_attention_create(fq_cuda_attend *attend, const fq_attention_args *a, int copies, fq_arena *owner,
                                   fq_cuda_attention **out) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_cuda_loop *fq_cuda_attention_loop(fq_cuda_attention *b) {
    return NULL;
}

fq_status fq_cuda_attention_fetch(fq_cuda_attention *b, int n, const int *token, const int *head, float *out) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_status fq_cuda_rowset_create(fq_cuda_enqueue *enqueue, const fq_row_args *a, int width, fq_arena *owner,
                                fq_cuda_rowset **out) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_cuda_loop *fq_cuda_rowset_loop(fq_cuda_rowset *b) {
    return NULL;
}

fq_status fq_cuda_rowset_fetch(fq_cuda_rowset *b, const fq_row_args *a) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_status fq_cuda_ropeset_create(fq_cuda_rotate *rotate, const fq_rope_args *a, int wide, fq_arena *owner,
                                 fq_cuda_ropeset **out) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_cuda_loop *fq_cuda_ropeset_loop(fq_cuda_ropeset *b) {
    return NULL;
}

fq_status fq_cuda_ropeset_fetch(fq_cuda_ropeset *b, const fq_rope_args *a) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_status fq_cuda_ffn_create(const fq_cuda_ffn_args *a, fq_arena *owner, fq_cuda_ffn **out) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_cuda_loop *fq_cuda_ffn_loop(fq_cuda_ffn *b) {
    return NULL;
}

const char *fq_cuda_ffn_tiles(const fq_cuda_ffn *b) {
    return "";
}

fq_status fq_cuda_ffn_fetch(fq_cuda_ffn *b, const int *rows, int n_rows, float *y) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_status fq_cuda_net_create(const fq_cuda_net_args *a, fq_arena *owner, fq_cuda_net **out) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

size_t fq_cuda_net_weight_bytes(const fq_cuda_net *n) {
    return 0;
}

fq_status fq_cuda_decoder_create(const fq_cuda_net *n, int batch, int capacity, int max_tokens, fq_arena *owner,
                                 fq_cuda_decoder **out) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_status fq_cuda_decoder_forward(fq_cuda_decoder *d, const int *ids, int seq, int first, int layers) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_status fq_cuda_decoder_logits(fq_cuda_decoder *d, int row, int step, int n, float *logits) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_status fq_cuda_decoder_sample(fq_cuda_decoder *d) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

fq_status fq_cuda_decoder_ids(fq_cuda_decoder *d, int *ids) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

void fq_cuda_decoder_rewind(fq_cuda_decoder *d, int past) {}

fq_status fq_cuda_decoder_fill(fq_cuda_decoder *d, int past, unsigned seed) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

const char *fq_cuda_part_name(fq_cuda_part p) {
    return "";
}

fq_status fq_cuda_decoder_profile(fq_cuda_decoder *d, const int *ids, int seq, double ns[FQ_CUDA_PART_COUNT]) {
    return fq_fail(FQ_ERR_SKIPPED, "%s", reason);
}

/* Only rows of the device define anything. */
#define ABSENT_REF(family, op, suffix)
#define ABSENT_AVX2(family, op, suffix)
#define ABSENT_AVX512(family, op, suffix)
#define ABSENT_AMX(family, op, suffix)
#define ABSENT_SM90(family, op, suffix) ABSENT_##family(op, suffix)
#define ABSENT_gemm_device(op, suffix)                                                                                 \
    fq_status fq_##op##_##suffix(const fq_gemm_args *a) {                                                              \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }                                                                                                                  \
    size_t fq_##op##_##suffix##_scratch(const fq_gemm_args *a) {                                                       \
        return 0;                                                                                                      \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_pack(const fq_qmatrix *w, fq_arena *arena, void **packed) {                         \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_prepare(const fq_gemm_args *a, int tile, fq_arena *owner, fq_cuda_product *p) {     \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }
#define ABSENT_row_device(op, suffix)                                                                                  \
    fq_status fq_##op##_##suffix(const fq_row_args *a) {                                                               \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_enqueue(const fq_cuda_rows *r, void *stream) {                                      \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }
#define ABSENT_rope_device(op, suffix)                                                                                 \
    fq_status fq_##op##_##suffix(const fq_rope_args *a) {                                                              \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_rotate(const fq_cuda_rope *r, void *stream) {                                       \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }
#define ABSENT_attention_device(op, suffix)                                                                            \
    fq_status fq_##op##_##suffix(const fq_attention_args *a) {                                                         \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }                                                                                                                  \
    size_t fq_##op##_##suffix##_scratch(const fq_attention_args *a) {                                                  \
        return 0;                                                                                                      \
    }                                                                                                                  \
    fq_status fq_##op##_##suffix##_attend(const fq_cuda_heads *h, void *stream) {                                      \
        return fq_fail(FQ_ERR_SKIPPED, "%s", reason);                                                                  \
    }
#define FQ_KERNEL(family, op, suffix, isa, role, roundoff, about) ABSENT_##isa(family, op, suffix)
#include "kernels/kernels.def"
#undef FQ_KERNEL
