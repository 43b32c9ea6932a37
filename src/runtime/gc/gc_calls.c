/* What compiled code asks of the heap; see rt_calls.h and abi/libcalls.def. Operations on arrays
 * check everything first, and then go in pieces, so that a request to stop is served in between:
 * whoever serves it may collect, so what is worked on is kept in memory where the collection
 * sees it.
 * https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-reference-instructions */
#include "base/bits.h"
#include "runtime/bulk.h"
#include "runtime/gc/heap_parts.h"
#include "runtime/rt_calls.h"

enum { PIECE = 8 << 20 }; /* bytes between two looks at the request to stop */

/* The variable lies in memory up to here. */
#define KEEP(ref) __asm__ volatile("" : : "m"(ref))

static struct hs_rt_result trap(struct hs_vmctx *c, enum trap code)
{
    hs_trap_capture(c->run->store, code, c);
    return (struct hs_rt_result){0, code};
}

static struct hs_rt_result maybe(struct hs_vmctx *c, enum trap code)
{
    return code == TRAP_NONE ? (struct hs_rt_result){0, TRAP_NONE} : trap(c, code);
}

static struct hs_rt_result made(struct hs_vmctx *c, enum status st, uint32_t ref)
{
    return st == ST_OK ? (struct hs_rt_result){ref, TRAP_NONE} : trap(c, TRAP_ALLOCATION_TOO_LARGE);
}

static bool outside(uint32_t at, uint32_t n, uint64_t size)
{
    return (uint64_t)at + n > size;
}

/* TRAP_NONE, or the trap of an interruption. */
static enum trap between(struct store *s, uint64_t done, uint64_t n)
{
    if (n - done <= PIECE || !__atomic_load_n(&s->run.interrupted, __ATOMIC_RELAXED))
        return TRAP_NONE;
    uint32_t left = hs_interruption(s);
    return left ? (enum trap)(left - 1) : TRAP_NONE;
}

struct hs_rt_result hs_rt_gc_new(struct hs_vmctx *c, uint32_t id)
{
    uint32_t ref = 0;
    enum status st = hs_gc_new_struct(c->run->store, id, &ref);
    return made(c, st, ref);
}

struct hs_rt_result hs_rt_gc_new_array(struct hs_vmctx *c, uint32_t id, uint32_t length)
{
    uint32_t ref = 0;
    enum status st = hs_gc_new_array(c->run->store, id, length, &ref);
    return made(c, st, ref);
}

/* --- Segments --------------------------------------------------------------------------------- */

static bool data_bytes(const struct instance *i, uint32_t data, uint32_t from, uint64_t bytes,
                       const uint8_t **out)
{
    const struct span *all = &i->code->module->datas[data].bytes;
    uint64_t size = i->dropped_datas[data / 8] >> data % 8 & 1 ? 0 : all->size;
    if (bytes > size || from > size - bytes)
        return false;
    *out = all->data + from;
    return true;
}

struct hs_rt_result hs_rt_gc_new_data(struct hs_vmctx *c, uint32_t id, uint32_t data, uint32_t from,
                                      uint32_t n)
{
    struct store *s = c->run->store;
    const struct gc_shape *shape = hs_canon_shape(&s->rt->types, id);
    const uint8_t *bytes;
    uint32_t ref = 0;
    if (!shape)
        return made(c, ST_OOM, 0);
    if (!data_bytes(c->instance, data, from, (uint64_t)n * shape->elem_size, &bytes))
        return trap(c, TRAP_MEMORY_OUT_OF_BOUNDS);
    enum status st = hs_gc_new_array(s, id, n, &ref);
    if (st == ST_OK && n)
        memcpy(s->heap->base + ref + HS_GC_HEADER, bytes, (uint64_t)n * shape->elem_size);
    return made(c, st, ref);
}

/* Items of a segment into elements, which lie within the array. No objects are made here. */
static enum trap fill_from_elem(struct hs_vmctx *c, uint32_t ref, uint32_t d, uint32_t elem,
                                uint32_t from, uint32_t n)
{
    struct store *s = c->run->store;
    const struct valtype storage = hs_canon_type(&s->rt->types, hs_gc_type(s, ref))->fields[0].type;
    for (uint32_t k = 0; k < n; k++) {
        union hs_value v = {.bits = {0, 0}};
        if (!hs_elem_item(c->instance, elem, from + k, &v.bits[0]) ||
            hs_gc_set(s, ref, HS_GC_HEADER + (d + k) * 4, storage, &v) != ST_OK)
            return TRAP_ALLOCATION_TOO_LARGE;
    }
    return TRAP_NONE;
}

struct hs_rt_result hs_rt_gc_new_elem(struct hs_vmctx *c, uint32_t id, uint32_t elem, uint32_t from,
                                      uint32_t n)
{
    uint32_t ref = 0;
    if (outside(from, n, hs_elem_count(c->instance, elem)))
        return trap(c, TRAP_TABLE_OUT_OF_BOUNDS);
    enum status st = hs_gc_new_array(c->run->store, id, n, &ref);
    if (st != ST_OK)
        return made(c, st, 0);
    enum trap t = fill_from_elem(c, ref, 0, elem, from, n);
    return t == TRAP_NONE ? (struct hs_rt_result){ref, TRAP_NONE} : trap(c, t);
}

struct hs_rt_result hs_rt_array_init_data(struct hs_vmctx *c, uint32_t array, uint32_t d,
                                          uint32_t from, uint32_t n, uint32_t data)
{
    struct store *s = c->run->store;
    const uint8_t *bytes;
    if (!array)
        return trap(c, TRAP_NULL_REFERENCE);
    const uint64_t size = hs_gc_shape(s, array)->elem_size;
    if (outside(d, n, hs_gc_length(s, array)))
        return trap(c, TRAP_ARRAY_OUT_OF_BOUNDS);
    if (!data_bytes(c->instance, data, from, n * size, &bytes))
        return trap(c, TRAP_MEMORY_OUT_OF_BOUNDS);
    if (n)
        memcpy(s->heap->base + array + HS_GC_HEADER + d * size, bytes, n * size);
    return maybe(c, TRAP_NONE);
}

struct hs_rt_result hs_rt_array_init_elem(struct hs_vmctx *c, uint32_t array, uint32_t d,
                                          uint32_t from, uint32_t n, uint32_t elem)
{
    if (!array)
        return trap(c, TRAP_NULL_REFERENCE);
    if (outside(d, n, hs_gc_length(c->run->store, array)))
        return trap(c, TRAP_ARRAY_OUT_OF_BOUNDS);
    if (outside(from, n, hs_elem_count(c->instance, elem)))
        return trap(c, TRAP_TABLE_OUT_OF_BOUNDS);
    return maybe(c, fill_from_elem(c, array, d, elem, from, n));
}

/* --- Arrays ----------------------------------------------------------------------------------- */

/* n elements of a value each. */
static void fill(uint8_t *at, uint64_t size, const union hs_value *value, uint64_t n)
{
    switch (size) {
    case 1: memset(at, (int)(value->bits[0] & 0xff), n); break;
    case 2:
        for (uint64_t k = 0; k < n; k++)
            memcpy(at + k * 2, value, 2);
        break;
    case 4:
        for (uint64_t k = 0; k < n; k++)
            memcpy(at + k * 4, value, 4);
        break;
    case 8:
        for (uint64_t k = 0; k < n; k++)
            memcpy(at + k * 8, value, 8);
        break;
    default:
        for (uint64_t k = 0; k < n; k++)
            memcpy(at + k * 16, value, 16);
        break;
    }
}

struct hs_rt_result hs_rt_array_fill(struct hs_vmctx *c, uint32_t array, uint32_t d, uint64_t value,
                                     uint32_t n)
{
    struct store *s = c->run->store;
    volatile uint32_t kept = array;
    if (!array)
        return trap(c, TRAP_NULL_REFERENCE);
    if (outside(d, n, hs_gc_length(s, array)))
        return trap(c, TRAP_ARRAY_OUT_OF_BOUNDS);
    const uint64_t size = hs_gc_shape(s, array)->elem_size;
    union hs_value v = {.bits = {value, 0}};
    if (size == 16)
        v = c->run->args[0];
    volatile uint32_t kept_value = (uint32_t)value;
    enum trap t = TRAP_NONE;
    for (uint64_t done = 0; done < n && t == TRAP_NONE;) {
        uint64_t piece = n - done < PIECE / size ? n - done : PIECE / size;
        fill(s->heap->base + array + HS_GC_HEADER + (d + done) * size, size, &v, piece);
        t = between(s, done * size, n * size);
        done += piece;
    }
    KEEP(kept);
    KEEP(kept_value);
    return maybe(c, t);
}

struct hs_rt_result hs_rt_array_copy(struct hs_vmctx *c, uint32_t to, uint32_t d, uint32_t from,
                                     uint32_t f, uint32_t n)
{
    struct store *s = c->run->store;
    volatile uint32_t kept_to = to, kept_from = from;
    if (!to || !from)
        return trap(c, TRAP_NULL_REFERENCE);
    if (outside(d, n, hs_gc_length(s, to)) || outside(f, n, hs_gc_length(s, from)))
        return trap(c, TRAP_ARRAY_OUT_OF_BOUNDS);
    const uint64_t size = hs_gc_shape(s, to)->elem_size, bytes = n * size;
    uint8_t *dst = s->heap->base + to + HS_GC_HEADER + d * size;
    const uint8_t *src = s->heap->base + from + HS_GC_HEADER + f * size;
    const bool backwards = dst > src && dst < src + bytes;
    enum trap t = TRAP_NONE;
    for (uint64_t done = 0; done < bytes && t == TRAP_NONE;) {
        uint64_t piece = bytes - done < PIECE ? bytes - done : PIECE;
        uint64_t at = backwards ? bytes - done - piece : done;
        memmove(dst + at, src + at, piece);
        t = between(s, done, bytes);
        done += piece;
    }
    KEEP(kept_to);
    KEEP(kept_from);
    return maybe(c, t);
}

/* --- References ------------------------------------------------------------------------------- */

uint32_t hs_rt_ref_test(struct hs_vmctx *c, uint64_t ref, uint32_t heap, uint32_t null_counts)
{
    return hs_ref_is_a(c->run->store, ref, heap, null_counts != 0);
}

struct hs_rt_result hs_rt_func_number(struct hs_vmctx *c, struct hs_funcref *f)
{
    uint32_t number;
    if (!hs_gc_func_number(c->run->store, f, &number))
        return trap(c, TRAP_ALLOCATION_TOO_LARGE);
    return (struct hs_rt_result){number, TRAP_NONE};
}
