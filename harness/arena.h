/* Memory by lifetime: one arena for a model, one for a run, one for scratch. An arena reserves address space once and
 * commits pages as it grows, so nothing has to be sized beforehand and everything is freed in one call. */
#ifndef FQ_HARNESS_ARENA_H
#define FQ_HARNESS_ARENA_H
#include <stddef.h>
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct fq_arena {
    unsigned char *base;               /* start of the reservation */
    size_t used;                       /* bytes handed out, including alignment */
    size_t committed;                  /* bytes that may be touched */
    size_t reserved;                   /* bytes of address space */
    size_t peak;                       /* largest `used` seen */
    struct fq_arena_release *releases; /* last deferred first */
} fq_arena;

/* Reserve `bytes` of address space (0: a default of 64 GiB; no memory is used until it is allocated).
 * Errors: FQ_ERR_MEMORY. Free with fq_arena_free; a zeroed fq_arena may be freed too. */
fq_status fq_arena_init(fq_arena *a, size_t bytes) FQ_MUST_USE;
void fq_arena_free(fq_arena *a);

/* `bytes` of memory aligned to 64, zeroed when the pages are fresh (not after a reset). NULL when exhausted, with a
 * message set (FQ_ERR_MEMORY is what the caller returns). 0 bytes gives a valid pointer. */
void *fq_arena_alloc(fq_arena *a, size_t bytes);

/* count x size with overflow check, zeroed always. NULL as above. */
void *fq_arena_calloc(fq_arena *a, size_t count, size_t size);

/* printf into the arena; NULL as above. */
char *fq_arena_printf(fq_arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Give back everything allocated since `mark` (a value of a->used). Pages stay committed. */
void fq_arena_reset(fq_arena *a, size_t mark);

/* Call release(what) when the arena is freed or reset to before this call, last deferred first: for memory of a device
 * and other things that live as long as the arena. Errors: FQ_ERR_MEMORY; then nothing was deferred. */
fq_status fq_arena_defer(fq_arena *a, void (*release)(void *what), void *what) FQ_MUST_USE;

/* type *p = FQ_NEW(arena, type, count); zeroed. */
#define FQ_NEW(arena, type, count) ((type *)fq_arena_calloc((arena), (size_t)(count), sizeof(type)))

#ifdef __cplusplus
}
#endif
#endif
