/* See alloc.h. */
#include "base/alloc.h"
#include <stdlib.h>
#include <string.h>

#ifdef HS_DEBUG
#include <stdatomic.h>
static _Atomic uint64_t fail_at, counted;
static bool must_fail(void)
{
    uint64_t n = atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed) + 1;
    return n == atomic_load_explicit(&fail_at, memory_order_relaxed);
}
void hs_alloc_fail_at(uint64_t n)
{
    counted = 0;
    fail_at = n;
}
uint64_t hs_alloc_count(void)
{
    return counted;
}
#else
static inline bool must_fail(void)
{
    return false;
}
void hs_alloc_fail_at(uint64_t n)
{
    (void)n;
}
uint64_t hs_alloc_count(void)
{
    return 0;
}
#endif

void *hs_alloc(size_t size)
{
    return must_fail() ? NULL : malloc(size ? size : 1);
}

void *hs_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *hs_realloc(void *p, size_t count, size_t size)
{
    size_t total;
    if (must_fail() || __builtin_mul_overflow(count, size, &total))
        return NULL;
    return realloc(p, total ? total : 1);
}

void *hs_alloc_aligned(size_t align, size_t size)
{
    void *p;
    if (must_fail() || posix_memalign(&p, align, size ? size : 1))
        return NULL;
    return p;
}

void hs_free(void *p)
{
    free(p);
}

char *hs_strndup(const char *s, size_t n)
{
    char *copy = n + 1 ? hs_alloc(n + 1) : NULL;
    if (copy) {
        memcpy(copy, s, n);
        copy[n] = 0;
    }
    return copy;
}
