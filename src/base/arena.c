/* See arena.h. In debug builds each object is a block of its own, so that sanitizers see
 * overflows. */
#include "base/arena.h"
#include "base/alloc.h"
#include <string.h>

struct arena_block {
    struct arena_block *older;
    size_t size;
    _Alignas(16) char bytes[];
};

enum { BLOCK = 64 * 1024 - 64 };

void hs_arena_init(struct arena *a, size_t limit)
{
    *a = (struct arena){.limit = limit};
}

void hs_arena_deinit(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *older; b; b = older) {
        older = b->older;
        hs_free(b);
    }
    *a = (struct arena){.limit = a->limit};
}

void hs_arena_clear(struct arena *a)
{
    struct arena_block *keep = a->blocks;
    if (!keep || keep->size != BLOCK) {
        hs_arena_deinit(a);
        return;
    }
    a->blocks = keep->older;
    size_t limit = a->limit;
    hs_arena_deinit(a);
    keep->older = NULL;
    *a = (struct arena){
        .next = keep->bytes, .end = keep->bytes + BLOCK, .blocks = keep, .limit = limit};
}

static void *alloc_slow(struct arena *a, size_t size)
{
#ifdef HS_DEBUG
    size_t want = size; /* a block for each object */
#else
    size_t want = size > BLOCK / 4 ? size : BLOCK;
#endif
    if (want > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *b = hs_alloc(sizeof *b + want);
    if (!b)
        return NULL;
    b->size = want;
    if (want == size && a->blocks) { /* a block of its own: the newest block stays in use */
        b->older = a->blocks->older;
        a->blocks->older = b;
        return b->bytes;
    }
    b->older = a->blocks;
    a->blocks = b;
    a->next = b->bytes + size;
    a->end = b->bytes + want;
    return b->bytes;
}

void *hs_arena_alloc(struct arena *a, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total) || total > SIZE_MAX - 15)
        return NULL;
    size_t rounded = (total + 15) & ~(size_t)15;
    if (rounded == 0)
        rounded = 16;
    if (rounded > a->limit - a->used || a->used > a->limit)
        return NULL;
    void *p;
    if ((size_t)(a->end - a->next) >= rounded) {
        p = a->next;
        a->next += rounded;
    } else if (!(p = alloc_slow(a, rounded))) {
        return NULL;
    }
    a->used += rounded;
    return p;
}

void *hs_arena_calloc(struct arena *a, size_t count, size_t size)
{
    void *p = hs_arena_alloc(a, count, size);
    if (p)
        memset(p, 0, count * size);
    return p;
}

void *hs_arena_copy(struct arena *a, const void *bytes, size_t size)
{
    void *p = hs_arena_alloc(a, 1, size);
    if (p && size)
        memcpy(p, bytes, size);
    return p;
}
