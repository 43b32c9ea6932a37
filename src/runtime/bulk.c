/* Bulk operations with the specification's checks: first the bounds, then all or nothing. Copies
 * of gigabytes go in pieces, so that a request to stop is served in between.
 * https://webassembly.github.io/spec/core/exec/instructions.html */
#include "runtime/bulk.h"

/* bytes between two looks at the request to stop: a millisecond, or ten on fresh pages */
enum { PIECE = 8 << 20 };

static bool outside(uint64_t at, uint64_t n, uint64_t size)
{
    return n > size || at > size - n;
}

static bool bit(const uint8_t *bits, uint32_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

/* 0, or trap + 1 of an interruption. */
static uint32_t between(struct instance *i, uint64_t done, uint64_t n)
{
    return n - done > PIECE && __atomic_load_n(&i->store->run.interrupted, __ATOMIC_RELAXED)
               ? hs_interruption(i->store)
               : 0;
}

enum trap hs_memory_init(struct instance *i, uint32_t memory, uint32_t data, uint64_t d, uint64_t s,
                         uint64_t n)
{
    const struct data *seg = &i->code->module->datas[data];
    struct memory_obj *m = i->memories[memory];
    uint64_t size = bit(i->dropped_datas, data) ? 0 : seg->bytes.size;
    if (outside(s, n, size) || outside(d, n, hs_memory_bytes(m)))
        return TRAP_MEMORY_OUT_OF_BOUNDS;
    if (!hs_memory_write(m, d, n))
        return TRAP_ALLOCATION_TOO_LARGE;
    if (n)
        memcpy(m->rec.base + d, seg->bytes.data + s, n);
    return TRAP_NONE;
}

enum trap hs_memory_copy(struct instance *i, uint32_t to, uint32_t from, uint64_t d, uint64_t s,
                         uint64_t n)
{
    struct memory_obj *dm = i->memories[to], *sm = i->memories[from];
    if (outside(s, n, hs_memory_bytes(sm)) || outside(d, n, hs_memory_bytes(dm)))
        return TRAP_MEMORY_OUT_OF_BOUNDS;
    if (!hs_memory_write(dm, d, n))
        return TRAP_ALLOCATION_TOO_LARGE;
    uint8_t *dst = dm->rec.base + d;
    const uint8_t *src = sm->rec.base + s;
    bool backwards = dst > src && dst < src + n;
    for (uint64_t done = 0; done < n;) {
        uint64_t piece = n - done < PIECE ? n - done : PIECE;
        uint64_t at = backwards ? n - done - piece : done;
        memmove(dst + at, src + at, piece);
        uint32_t left = between(i, done, n);
        if (left)
            return (enum trap)(left - 1);
        done += piece;
    }
    return TRAP_NONE;
}

enum trap hs_memory_fill(struct instance *i, uint32_t memory, uint64_t d, uint8_t value, uint64_t n)
{
    struct memory_obj *m = i->memories[memory];
    if (outside(d, n, hs_memory_bytes(m)))
        return TRAP_MEMORY_OUT_OF_BOUNDS;
    if (!hs_memory_write(m, d, n))
        return TRAP_ALLOCATION_TOO_LARGE;
    for (uint64_t done = 0; done < n;) {
        uint64_t piece = n - done < PIECE ? n - done : PIECE;
        memset(m->rec.base + d + done, value, piece);
        uint32_t left = between(i, done, n);
        if (left)
            return (enum trap)(left - 1);
        done += piece;
    }
    return TRAP_NONE;
}

bool hs_elem_item(struct instance *i, uint32_t elem, uint64_t k, uint64_t *out)
{
    const struct elem *seg = &i->code->module->elems[elem];
    union hs_value v;
    if (seg->funcs) {
        *out = (uintptr_t)hs_instance_func(i, seg->funcs[k]);
        return true;
    }
    if (i->items && i->items[elem]) {
        *out = i->items[elem][k];
        return true;
    }
    if (hs_const_eval(i, &seg->exprs[k], &v) != ST_OK)
        return false;
    *out = v.bits[0];
    return true;
}

enum trap hs_table_init(struct instance *i, uint32_t table, uint32_t elem, uint64_t d, uint64_t s,
                        uint64_t n)
{
    struct table_obj *t = i->tables[table];
    if (outside(s, n, hs_elem_count(i, elem)) || outside(d, n, t->rec.size))
        return TRAP_TABLE_OUT_OF_BOUNDS;
    for (uint64_t k = 0; k < n; k++) {
        /* making an object may collect, finalizers may let tables grow, so that they move */
        uint64_t item;
        if (!hs_elem_item(i, elem, s + k, &item))
            return TRAP_ALLOCATION_TOO_LARGE;
        t->rec.elems[d + k] = item;
    }
    return TRAP_NONE;
}

enum trap hs_table_copy(struct instance *i, uint32_t to, uint32_t from, uint64_t d, uint64_t s,
                        uint64_t n)
{
    struct table_obj *dt = i->tables[to], *st = i->tables[from];
    if (outside(s, n, st->rec.size) || outside(d, n, dt->rec.size))
        return TRAP_TABLE_OUT_OF_BOUNDS;
    if (n)
        memmove(dt->rec.elems + d, st->rec.elems + s, n * 8);
    return TRAP_NONE;
}

enum trap hs_table_fill(struct instance *i, uint32_t table, uint64_t d, uint64_t value, uint64_t n)
{
    struct table_obj *t = i->tables[table];
    if (outside(d, n, t->rec.size))
        return TRAP_TABLE_OUT_OF_BOUNDS;
    for (uint64_t k = 0; k < n; k++)
        t->rec.elems[d + k] = value;
    return TRAP_NONE;
}
