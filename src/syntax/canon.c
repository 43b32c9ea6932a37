/* Type equality.
 * https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
 *
 * Two types are equal if they have the same place in two recursive groups with the same structure,
 * where a reference inside the group counts as its position and one to an earlier type as that
 * type's canonical index. Groups come in order and refer backwards or into themselves only, so one
 * pass over the types is enough: hash a group, look it up, and either take over the indices of the
 * equal one or be the first of its kind. The hash table makes this linear in the size of the type
 * section; its seed differs from run to run, so that a module cannot be made to collide.
 *
 * A reference to a type that does not exist is the business of validation; here it is a number like
 * others. */
#include "base/alloc.h"
#include "base/bits.h"
#include "syntax/errors.h"
#include "syntax/module.h"

/* A reference as seen from a group that begins at `first`: canonical, or relative and marked. */
static inline uint64_t seen_index(const struct module *m, uint32_t first, uint32_t index)
{
    if (index == HS_NO_TYPE)
        return UINT64_MAX;
    return index < first ? m->types[index].canon : (uint64_t)(index - first) | (uint64_t)1 << 32;
}

static inline uint64_t seen_type(const struct module *m, uint32_t first, struct valtype t)
{
    if (!hs_vt_is_ref(t) || !hs_heap_is_index(hs_vt_heap(t)))
        return t.bits;
    return (uint64_t)(t.bits & 0xfff) << 40 | seen_index(m, first, hs_vt_heap(t)) |
           (uint64_t)1 << 63;
}

static uint32_t type_count(const struct deftype *t)
{
    return t->kind == COMP_FUNC ? t->func.nparams + t->func.nresults : t->nfields;
}

static uint64_t hash_group(const struct module *m, uint32_t first, uint64_t h)
{
    uint32_t size = m->types[first].rec_size;
    h = hs_hash_mix(h, size);
    for (uint32_t i = first; i < first + size; i++) {
        const struct deftype *t = &m->types[i];
        h = hs_hash_mix(h, (uint64_t)t->kind | (uint64_t)t->final << 8);
        h = hs_hash_mix(h, seen_index(m, first, t->super));
        if (t->kind == COMP_FUNC) {
            h = hs_hash_mix(h, (uint64_t)t->func.nparams << 32 | t->func.nresults);
            for (uint32_t k = 0; k < type_count(t); k++)
                h = hs_hash_mix(h, seen_type(m, first, t->func.types[k]));
        } else {
            h = hs_hash_mix(h, t->nfields);
            for (uint32_t k = 0; k < t->nfields; k++)
                h = hs_hash_mix(h,
                                seen_type(m, first, t->fields[k].type) * 2 + t->fields[k].mutable);
        }
    }
    return h;
}

static bool equal_groups(const struct module *m, uint32_t a, uint32_t b)
{
    uint32_t size = m->types[a].rec_size;
    if (size != m->types[b].rec_size)
        return false;
    for (uint32_t i = 0; i < size; i++) {
        const struct deftype *x = &m->types[a + i], *y = &m->types[b + i];
        if (x->kind != y->kind || x->final != y->final || type_count(x) != type_count(y) ||
            seen_index(m, a, x->super) != seen_index(m, b, y->super))
            return false;
        if (x->kind == COMP_FUNC) {
            if (x->func.nparams != y->func.nparams)
                return false;
            for (uint32_t k = 0; k < type_count(x); k++)
                if (seen_type(m, a, x->func.types[k]) != seen_type(m, b, y->func.types[k]))
                    return false;
        } else {
            for (uint32_t k = 0; k < x->nfields; k++)
                if (x->fields[k].mutable != y->fields[k].mutable ||
                    seen_type(m, a, x->fields[k].type) != seen_type(m, b, y->fields[k].type))
                    return false;
        }
    }
    return true;
}

struct slot {
    uint32_t hash;  /* upper half of the hash, so that most differences need no look at the types */
    uint32_t first; /* first type of the group, plus one; 0: free */
};

enum status hs_types_canonicalize(struct module *m, struct error *error)
{
    if (m->ntypes == 0)
        return ST_OK;
    uint32_t groups = 0;
    for (uint32_t i = 0; i < m->ntypes; i += m->types[i].rec_size)
        groups++;
    uint32_t mask = 15;
    while (mask < 2 * groups)
        mask = mask * 2 + 1;
    struct slot *table = hs_calloc((size_t)mask + 1, sizeof *table);
    if (!table)
        return hs_fail_oom(error);
    uint64_t seed = hs_hash_mix((uintptr_t)table, (uintptr_t)m->types);

    for (uint32_t first = 0, size; first < m->ntypes; first += size) {
        size = m->types[first].rec_size;
        uint64_t h = hash_group(m, first, seed);
        uint32_t at = (uint32_t)h & mask, found = first;
        for (; table[at].first; at = (at + 1) & mask) {
            if (table[at].hash == (uint32_t)(h >> 32) &&
                equal_groups(m, table[at].first - 1, first)) {
                found = table[at].first - 1;
                break;
            }
        }
        if (found == first)
            table[at] = (struct slot){(uint32_t)(h >> 32), first + 1};
        for (uint32_t i = 0; i < size; i++)
            m->types[first + i].canon = found + i;
    }
    hs_free(table);
    return ST_OK;
}
