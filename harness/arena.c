/* Arenas over one reservation of address space each: pages become usable in growing chunks, pointers never move.
 * Under AddressSanitizer everything outside live blocks is poisoned, so overruns and use after a reset are caught. */
#include "harness/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
enum { ARENA_GAP = 64 }; /* poisoned bytes between neighbours */
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { ARENA_GAP = 0 };
#endif

enum { ARENA_ALIGN = 64 };
static const size_t chunk_bytes = (size_t)2 << 20; /* also the size and alignment of a huge page */
static const size_t default_bytes = (size_t)64 << 30;
static const size_t smallest_default = (size_t)1 << 30;

/* Stands in the arena itself, so its address says which resets reach it. */
struct fq_arena_release {
    struct fq_arena_release *before;
    void (*release)(void *what);
    void *what;
};

static size_t round_up(size_t n, size_t to) {
    return (n + to - 1) / to * to;
}

/* Reserve with the start on a huge-page boundary; NULL if the system refuses. */
static unsigned char *reserve(size_t bytes) {
    if (bytes > SIZE_MAX - chunk_bytes) return NULL;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(NULL, bytes + chunk_bytes, PROT_NONE, flags, -1, 0);
    if (p == MAP_FAILED) return NULL;
    unsigned char *raw = p;
    size_t head = round_up((uintptr_t)raw, chunk_bytes) - (uintptr_t)raw;
    if (head > 0) munmap(raw, head);
    if (head < chunk_bytes) munmap(raw + head + bytes, chunk_bytes - head);
    return raw + head;
}

fq_status fq_arena_init(fq_arena *a, size_t bytes) {
    memset(a, 0, sizeof *a);
    size_t want = bytes == 0 ? default_bytes : bytes;
    if (want > SIZE_MAX - chunk_bytes) return fq_fail(FQ_ERR_MEMORY, "cannot reserve %zu bytes of address space", want);
    want = round_up(want, chunk_bytes);
    a->base = reserve(want);
    /* An address-space limit (ulimit -v) may forbid the default though a smaller arena would do. */
    while (bytes == 0 && a->base == NULL && want > smallest_default) {
        want /= 2;
        a->base = reserve(want);
    }
    if (a->base == NULL) {
        return fq_fail(FQ_ERR_MEMORY, "cannot reserve %zu bytes of address space: %s", want, strerror(errno));
    }
    a->reserved = want;
    return FQ_OK;
}

static void release_from(fq_arena *a, size_t mark) {
    while (a->releases != NULL && (size_t)((unsigned char *)a->releases - a->base) >= mark) {
        struct fq_arena_release r = *a->releases;
        a->releases = r.before;
        r.release(r.what);
    }
}

fq_status fq_arena_defer(fq_arena *a, void (*release)(void *what), void *what) {
    struct fq_arena_release *r = FQ_NEW(a, struct fq_arena_release, 1);
    if (r == NULL) return FQ_ERR_MEMORY;
    *r = (struct fq_arena_release){a->releases, release, what};
    a->releases = r;
    return FQ_OK;
}

void fq_arena_free(fq_arena *a) {
    if (a->base != NULL) {
        release_from(a, 0);
        UNPOISON(a->base, a->committed); /* the addresses may be handed out again by mmap */
        munmap(a->base, a->reserved);
    }
    memset(a, 0, sizeof *a);
}

static int commit(fq_arena *a, size_t end) {
    size_t least = round_up(end, chunk_bytes) - a->committed;
    size_t roomy = round_up(a->committed / 8, chunk_bytes);
    if (roomy > a->reserved - a->committed) roomy = a->reserved - a->committed;
    size_t grow = roomy > least ? roomy : least;
    unsigned char *start = a->base + a->committed;
    if (mprotect(start, grow, PROT_READ | PROT_WRITE) != 0) {
        grow = least;
        if (mprotect(start, grow, PROT_READ | PROT_WRITE) != 0) return 0;
    }
    /* Only a hint: streaming weights through 4 KiB pages costs address translation. */
    (void)madvise(start, grow, MADV_HUGEPAGE);
    POISON(start, grow);
    a->committed += grow;
    return 1;
}

void *fq_arena_alloc(fq_arena *a, size_t bytes) {
    FQ_ASSERT(a->base != NULL);
    size_t left = a->reserved - a->used;
    if (bytes > left || round_up(bytes, ARENA_ALIGN) + ARENA_GAP > left) {
        fq_fail(FQ_ERR_MEMORY, "arena exhausted: %zu bytes asked, %zu of %zu left", bytes, left, a->reserved);
        return NULL;
    }
    size_t end = a->used + round_up(bytes, ARENA_ALIGN) + ARENA_GAP;
    if (end > a->committed && !commit(a, end)) {
        fq_fail(FQ_ERR_MEMORY, "the system gives no more memory: %zu bytes asked, %zu in use: %s", bytes, a->used,
                strerror(errno));
        return NULL;
    }
    unsigned char *p = a->base + a->used;
    UNPOISON(p, bytes);
    a->used = end;
    if (a->used > a->peak) a->peak = a->used;
    return p;
}

void *fq_arena_calloc(fq_arena *a, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) {
        fq_fail(FQ_ERR_MEMORY, "%zu items of %zu bytes overflow the address space", count, size);
        return NULL;
    }
    /* Pages above the peak were never handed out: writing zeros there would only fault them in early. */
    size_t fresh_from = a->peak;
    size_t start = a->used;
    unsigned char *p = fq_arena_alloc(a, count * size);
    if (p == NULL) return NULL;
    if (start < fresh_from) {
        size_t dirty = fresh_from - start;
        memset(p, 0, dirty < count * size ? dirty : count * size);
    }
    return p;
}

char *fq_arena_printf(fq_arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        fq_fail(FQ_ERR_MEMORY, "cannot format text");
        return NULL;
    }
    char *p = fq_arena_alloc(a, (size_t)n + 1);
    if (p == NULL) return NULL;
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return p;
}

void fq_arena_reset(fq_arena *a, size_t mark) {
    FQ_ASSERT(mark <= a->used);
    release_from(a, mark);
    POISON(a->base + mark, a->used - mark);
    a->used = mark;
}
