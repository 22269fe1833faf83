/* FNV-1a, 64 bits: names to random streams, logits to a fingerprint, words to table slots. Not for hostile collisions.
 * Source: Fowler, Noll and Vo, draft-eastlake-fnv. */
#ifndef FQ_HARNESS_HASH_H
#define FQ_HARNESS_HASH_H
#include <stddef.h>
#include <stdint.h>

static inline uint64_t fq_hash64(const void *data, size_t bytes) {
    const unsigned char *p = (const unsigned char *)data;
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    return h;
}

#endif
