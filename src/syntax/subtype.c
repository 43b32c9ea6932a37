/* Subtyping within one module.  https://webassembly.github.io/spec/core/valid/matching.html
 *
 *                  any                     func            extern        exn
 *                   |                       |                |            |
 *                   eq                 function types     noextern      noexn
 *                /  |   \                   |
 *             i31 struct array            nofunc
 *                \  |   /   each with the defined types below
 *                  none
 *
 * Two defined types are equal exactly if their canonical indices are, and a declared supertype is
 * one step up, so "is it below?" climbs as many steps as the depths differ (at most
 * HS_LIMIT_SUBTYPE_DEPTH) and compares once. */
#include "syntax/module.h"

/* The abstract type right above a defined one. */
static uint32_t heap_above(const struct module *m, uint32_t index)
{
    switch (m->types[index].kind) {
    case COMP_FUNC: return HEAP_FUNC;
    case COMP_STRUCT: return HEAP_STRUCT;
    case COMP_ARRAY: return HEAP_ARRAY;
    }
    return HEAP_FUNC;
}

uint32_t hs_heap_top(const struct module *m, uint32_t heap)
{
    if (hs_heap_is_index(heap))
        heap = heap_above(m, heap);
    switch (heap) {
    case HEAP_FUNC:
    case HEAP_NOFUNC: return HEAP_FUNC;
    case HEAP_EXTERN:
    case HEAP_NOEXTERN: return HEAP_EXTERN;
    case HEAP_EXN:
    case HEAP_NOEXN: return HEAP_EXN;
    default: return HEAP_ANY;
    }
}

uint32_t hs_heap_bottom(const struct module *m, uint32_t heap)
{
    switch (hs_heap_top(m, heap)) {
    case HEAP_FUNC: return HEAP_NOFUNC;
    case HEAP_EXTERN: return HEAP_NOEXTERN;
    case HEAP_EXN: return HEAP_NOEXN;
    default: return HEAP_NONE;
    }
}

static bool defined_subtype(const struct module *m, uint32_t sub, uint32_t super)
{
    uint32_t want = m->types[super].canon;
    if (m->types[sub].canon == want)
        return true;
    for (uint32_t steps = m->types[sub].depth; steps > m->types[super].depth; steps--) {
        sub = m->types[sub].super;
        if (sub >= m->ntypes)
            return false;
    }
    return m->types[sub].canon == want;
}

static bool abstract_subtype(uint32_t sub, uint32_t super)
{
    if (sub == super)
        return true;
    switch (super) {
    case HEAP_ANY: return sub >= HEAP_EQ && sub <= HEAP_NONE;
    case HEAP_EQ: return sub >= HEAP_I31 && sub <= HEAP_NONE;
    case HEAP_I31:
    case HEAP_STRUCT:
    case HEAP_ARRAY: return sub == HEAP_NONE;
    case HEAP_FUNC: return sub == HEAP_NOFUNC;
    case HEAP_EXTERN: return sub == HEAP_NOEXTERN;
    case HEAP_EXN: return sub == HEAP_NOEXN;
    default: return false;
    }
}
_Static_assert(HEAP_ANY + 1 == HEAP_EQ && HEAP_EQ + 1 == HEAP_I31 && HEAP_NONE == HEAP_ANY + 5,
               "ranges above");

bool hs_heap_subtype(const struct module *m, uint32_t sub, uint32_t super)
{
    if (sub == super)
        return true;
    if (hs_heap_is_index(sub)) {
        if (hs_heap_is_index(super))
            return defined_subtype(m, sub, super);
        return abstract_subtype(heap_above(m, sub), super);
    }
    if (hs_heap_is_index(super))
        return sub == hs_heap_bottom(m, super);
    return abstract_subtype(sub, super);
}

bool hs_vt_subtype(const struct module *m, struct valtype sub, struct valtype super)
{
    if (hs_vt_equal(sub, super) || hs_vt_kind(sub) == VT_BOT)
        return true;
    if (!hs_vt_is_ref(sub) || !hs_vt_is_ref(super))
        return false;
    if (hs_vt_nullable(sub) && !hs_vt_nullable(super))
        return false;
    return hs_heap_subtype(m, hs_vt_heap(sub), hs_vt_heap(super));
}
