/* block.h's kernels for AVX2. The flags of this file's suffix make the difference, the text is the same. */
#define KERNELS fq_block_kernels_avx2
#include "quant/block_body.h"
