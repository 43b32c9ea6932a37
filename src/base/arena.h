/* An arena: many objects with one lifetime, freed in one call. Used for a module, for the
 * scratch of one function's compilation, for a text being parsed. Objects never move. */
#ifndef HS_BASE_ARENA_H
#define HS_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block;
struct arena {
    char *next, *end;           /* free bytes of the newest block */
    struct arena_block *blocks; /* newest first */
    size_t used;                /* bytes handed out */
    size_t limit;               /* hs_arena_alloc fails above it; SIZE_MAX: none */
};

void hs_arena_init(struct arena *a, size_t limit);
void hs_arena_deinit(struct arena *a);
void hs_arena_clear(struct arena *a); /* frees all objects, keeps one block for reuse */

/* 16-byte aligned, uninitialized; NULL when memory or the limit is exhausted. count * size is
 * checked. */
void *hs_arena_alloc(struct arena *a, size_t count, size_t size)
    __attribute__((warn_unused_result));
void *hs_arena_calloc(struct arena *a, size_t count, size_t size)
    __attribute__((warn_unused_result));
void *hs_arena_copy(struct arena *a, const void *bytes, size_t size)
    __attribute__((warn_unused_result));

#endif
