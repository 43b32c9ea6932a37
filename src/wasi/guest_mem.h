/* The caller's linear memory, and the only way this folder touches it.
 *
 * The one idea: a guest pointer becomes a host pointer in one function, hs_guest_range, which
 * checks pointer and length against the memory as it is now, in arithmetic that cannot overflow.
 * Values are loaded and stored byte by byte (little endian, any alignment), once: a value that
 * was checked is the value that is used, even while another thread of the guest writes to a
 * shared memory.
 *
 * A view is taken at each call and again after anything that may have run guest code (a callback
 * of the host), since a movable memory may have moved. Memories never shrink, so a view that
 * only aged is still safe. */
#ifndef HS_WASI_GUEST_MEM_H
#define HS_WASI_GUEST_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hs_guest_mem {
    uint8_t *base;
    size_t size; /* bytes; 0 when the caller exports no memory, so that every access is a fault */
};

/* The host address of [ptr, ptr + len), or NULL when that is not inside the memory. For len 0
 * the pointer may be anywhere up to and including the end; never dereference the result then. */
static inline uint8_t *hs_guest_range(const struct hs_guest_mem *mem, uint32_t ptr, uint64_t len)
{
    static uint8_t nothing[1];
    if (ptr > mem->size || len > mem->size - ptr)
        return NULL;
    return mem->base ? mem->base + ptr : nothing;
}

static inline uint64_t hs_le_load(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static inline void hs_le_store(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static inline bool hs_guest_store(const struct hs_guest_mem *mem, uint32_t ptr, uint64_t v,
                                  unsigned bytes)
{
    uint8_t *p = hs_guest_range(mem, ptr, bytes);
    if (!p)
        return false;
    hs_le_store(p, v, bytes);
    return true;
}

#endif
