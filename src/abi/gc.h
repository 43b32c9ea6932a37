/* gc.h: references and objects of a store's collected heap, as compiled code and the runtime see
 * them. https://webassembly.github.io/spec/core/exec/runtime.html#heap-types
 *
 * A reference other than a funcref is one 32-bit word, zero-extended wherever it has 64:
 *
 *     0                 null
 *     ........ ..xxxxx1 an i31: the number in the upper 31 bits
 *     ........ ..xxxx10 a thing of the host's: entry number (ref >> 2) of the store's table
 *     ........ ..xxx000 an object: its distance from the heap's base (vmctx->heap)
 *
 * So any.convert_extern and extern.convert_any do nothing, ref.eq is one compare, and no header
 * or field that any word names lies outside the 4 GiB and the guard that are reserved behind the
 * base. An element is inside because its index is below the length in the header, which needs a
 * reference to an array: guests cannot make others, and what they hold is not collected; words
 * that the host hands in are looked up first (hs_gc_is_object). Objects lie at multiples of 8 and
 * never move.
 *
 * An object is two words, then the fields or elements, each at the next multiple of its size
 * (v128: of 8). A subtype's fields start with those of its supertype, and so do their places.
 *
 *     +0  type     canonical type id of a struct or array: one compare tells an exact type. HS_GC_EXN | id of a tag's function
 *                  type: an exception, whose fields are the parameters
 *     +4  length   of an array, in elements; an exception's tag (number of its handle)
 *     +8  fields or elements
 *
 * References to functions are numbers in the heap, run->funcs[number], for it holds no
 * addresses; 0 is null. */
#ifndef HS_ABI_GC_H
#define HS_ABI_GC_H

#include "base/bits.h"
#include "syntax/module.h"

enum {
    HS_OFF_GC_TYPE = 0,
    HS_OFF_GC_LENGTH = 4,
    HS_GC_HEADER = 8,
    HS_GC_ALIGN = 8,
};
enum { HS_GC_HOST_MAX = 1 << 30 }; /* things of the host's in a store */
/* So many bytes from the heap's base on cannot be accessed: a field of null faults. */
#define HS_GC_NULL (UINT32_C(1) << 20)
_Static_assert(HS_GC_HEADER + HS_LIMIT_FIELDS * 16 <= HS_GC_NULL, "every field of null is there");

/* How compiled code makes small objects: the heap begins with these fields. A new one is at
 * `at`, unless it would reach beyond `end`; all is zero there. The bit ref >> 3 of `starts` says
 * that an object starts at ref. */
enum { HS_OFF_GC_AT = 0, HS_OFF_GC_END = 4, HS_OFF_GC_STARTS = 8 };

#define HS_GC_EXN UINT32_C(0x80000000)

static inline bool hs_ref_is_i31(uint32_t ref)
{
    return ref & 1;
}
static inline bool hs_ref_is_host(uint32_t ref)
{
    return (ref & 3) == 2;
}
static inline uint32_t hs_ref_of_host(uint32_t entry)
{
    return entry << 2 | 2;
}
static inline bool hs_ref_is_object(uint32_t ref)
{
    return ref != 0 && (ref & 3) == 0;
}

/* Bytes of a field or an element: 1, 2, 4, 8 or 16; every reference has 4. */
uint32_t hs_gc_size_of(struct valtype storage);

/* Where the fields of a struct are (or the parameters of a tag's type, in an exception). */
struct hs_gc_layout {
    uint32_t size; /* of an object, header included, a multiple of HS_GC_ALIGN; for arrays 0 */
    /* per field, from the object's start; NULL for arrays, whose elements start at HS_GC_HEADER */
    uint32_t *offsets;
};
/* ST_OOM or ST_OK. A type has at most HS_LIMIT_FIELDS fields, so sizes fit. */
enum status hs_gc_layout_init(struct hs_gc_layout *l, const struct deftype *type);
void hs_gc_layout_deinit(struct hs_gc_layout *l);

/* Bytes of an array with so many elements of a size, header included, rounded up. */
static inline uint64_t hs_gc_array_size(uint32_t elem_size, uint32_t length)
{
    return hs_align_up(HS_GC_HEADER + (uint64_t)elem_size * length, HS_GC_ALIGN);
}

#endif
