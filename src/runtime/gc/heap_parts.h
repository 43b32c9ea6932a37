/* heap_parts.h: the inside of a heap, for this folder alone. See heap.c. */
#ifndef HS_RUNTIME_GC_HEAP_PARTS_H
#define HS_RUNTIME_GC_HEAP_PARTS_H

#include "base/assert.h"
#include "runtime/gc/heap.h"

/* References that C code holds between two allocations. */
struct hs_gc_held {
    const union hs_value *values;
    size_t count;
    struct hs_gc_held *next;
};

struct hs_heap {
    /* Places, as distances from the base, multiples of HS_GC_ALIGN. */
    uint32_t at, end; /* small objects are made here, upwards, by compiled code, too; all zero */
    uint8_t *starts;  /* where objects are: one bit for each possible place */
    uint8_t *base;
    uint32_t cursor; /* small gaps are looked for from here on: an object starts here, or a gap */
    uint32_t wide_cursor; /* the same for wide ones */
    uint32_t top;         /* objects and gaps lie below */
    uint32_t clean;       /* nothing was ever written from here on */
    uint32_t opened;      /* memory from here on cannot be used yet */
    uint32_t
        hopeless; /* no gap from wide_cursor on has so many bytes, or more; UINT32_MAX: not known */
    uint32_t marked_top; /* marks has no bits from here on */
    uint8_t *marks;      /* where living objects are; of use while collecting */
    /* When to collect. */
    uint64_t allocated; /* bytes since the last collection */
    uint64_t budget;    /* bytes after which to collect */
    uint64_t live;      /* bytes of objects that the last collection found alive */
    uint64_t collections;
    bool refused; /* an allocation has failed since */
    /* Objects whose fields are to be followed. */
    struct {
        uint32_t *data;
        size_t count, cap, max; /* the fields of HS_VEC */
    } pending;
    bool overflowed; /* some that are marked are missing in it: there was no memory */
    struct hs_gc_held *held;
    /* Numbers of functions: a hash table by address. run.funcs has func_cap places, nfuncs of
     * which are used, [0] included. */
    uint32_t *func_numbers;
    uint32_t func_mask, nfuncs, func_cap;
    HS_VEC(uint32_t) types; /* that the heap itself holds */
};

_Static_assert(offsetof(struct hs_heap, at) == HS_OFF_GC_AT &&
                   offsetof(struct hs_heap, end) == HS_OFF_GC_END &&
                   offsetof(struct hs_heap, starts) == HS_OFF_GC_STARTS,
               "compiled code knows them");

/* The first object. Nothing below can be read or written, so a field of null faults; and so far
 * up, since words on the stack that are small numbers or addresses in a memory are then no
 * places of objects. */
#define HS_HEAP_FIRST (UINT32_C(256) << 20)
#define HS_HEAP_END   UINT32_C(0xffff0000) /* objects end here at the latest */
_Static_assert(HS_HEAP_FIRST >= HS_GC_NULL, "fields of null fault");

static inline bool hs_gc_bit(const uint8_t *bits, uint32_t ref)
{
    return bits[ref >> 6] >> (ref >> 3 & 7) & 1;
}
static inline void hs_gc_set_bit(uint8_t *bits, uint32_t ref)
{
    bits[ref >> 6] |= (uint8_t)(1 << (ref >> 3 & 7));
}
static inline uint32_t hs_gc_word(const struct hs_heap *h, uint32_t ref, uint32_t offset)
{
    uint32_t word;
    memcpy(&word, h->base + ref + offset, 4);
    return word;
}

/* The shape of an object's type: it was made when the object was. */
static inline const struct gc_shape *hs_gc_shape(const struct store *s, uint32_t ref)
{
    const struct gc_shape *shape = atomic_load_explicit(
        &s->rt->types.extra[hs_gc_word(s->heap, ref, HS_OFF_GC_TYPE) & ~HS_GC_EXN].shape,
        memory_order_relaxed);
    HS_ASSERT(shape);
    return shape;
}

/* Bytes that an object takes. */
static inline uint32_t hs_gc_object_size(const struct store *s, uint32_t ref)
{
    const struct gc_shape *shape = hs_gc_shape(s, ref);
    if (!shape->elem_size)
        return shape->layout.size;
    return (uint32_t)hs_gc_array_size(shape->elem_size, hs_gc_word(s->heap, ref, HS_OFF_GC_LENGTH));
}

/* The first object at or above a place, or the heap's top. */
uint32_t hs_heap_next_object(const struct hs_heap *h, uint32_t from);
uint32_t hs_heap_last_object(const struct hs_heap *h); /* 0: there is none */
/* After a collection, when `starts` has the living only: where to make objects from now on, and
 * when to collect again. */
void hs_heap_restart(struct store *s);

/* C code holds values from here on, until it lets them go. */
void hs_gc_hold(struct store *s, struct hs_gc_held *held);
void hs_gc_let_go(struct store *s, struct hs_gc_held *held);

#endif
