/* Looking into objects, what a reference is, and the numbers that stand for functions in the
 * heap; see heap.h. */
#include "base/bits.h"
#include "runtime/gc/heap_parts.h"

uint32_t hs_gc_type(const struct store *s, uint32_t ref)
{
    HS_ASSERT(hs_gc_bit(s->heap->starts, ref));
    return hs_gc_word(s->heap, ref, HS_OFF_GC_TYPE) & ~HS_GC_EXN;
}

bool hs_gc_is_exn(const struct store *s, uint32_t ref)
{
    return hs_gc_word(s->heap, ref, HS_OFF_GC_TYPE) & HS_GC_EXN;
}

bool hs_gc_is_object(const struct store *s, uint32_t ref)
{
    const struct hs_heap *h = s->heap;
    return h && ref % HS_GC_ALIGN == 0 && ref >= HS_HEAP_FIRST && ref < h->top &&
           hs_gc_bit(h->starts, ref);
}

uint32_t hs_gc_length(const struct store *s, uint32_t ref)
{
    return hs_gc_word(s->heap, ref, HS_OFF_GC_LENGTH);
}

struct tag_obj *hs_gc_exn_tag(const struct store *s, uint32_t ref)
{
    return s->handles_tag.data[hs_gc_word(s->heap, ref, HS_OFF_GC_LENGTH)];
}

const struct hs_gc_layout *hs_gc_layout(struct store *s, uint32_t id)
{
    const struct gc_shape *shape = hs_canon_shape(&s->rt->types, id);
    return shape ? &shape->layout : NULL;
}

static bool is_function(const struct store *s, struct valtype storage)
{
    return hs_vt_is_ref(storage) &&
           hs_heap_top(&s->rt->types.types, hs_vt_heap(storage)) == HEAP_FUNC;
}

void hs_gc_get(const struct store *s, uint32_t ref, uint32_t offset, struct valtype storage,
               union hs_value *out)
{
    HS_ASSERT((uint64_t)offset + hs_gc_size_of(storage) <= hs_gc_object_size(s, ref));
    union hs_value v = {.bits = {0, 0}};
    memcpy(&v, s->heap->base + ref + offset, hs_gc_size_of(storage));
    if (is_function(s, storage)) {
        HS_ASSERT(v.gcref < s->heap->nfuncs);
        v.funcref = s->run.funcs[v.gcref];
    }
    *out = v;
}

enum status hs_gc_set(struct store *s, uint32_t ref, uint32_t offset, struct valtype storage,
                      const union hs_value *value)
{
    HS_ASSERT((uint64_t)offset + hs_gc_size_of(storage) <= hs_gc_object_size(s, ref));
    union hs_value v = *value;
    if (is_function(s, storage)) {
        uint32_t number;
        if (!hs_gc_func_number(s, v.funcref, &number))
            return ST_OOM;
        v.gcref = number;
    }
    memcpy(s->heap->base + ref + offset, &v, hs_gc_size_of(storage));
    return ST_OK;
}

bool hs_ref_is_a(struct store *s, uint64_t value, uint32_t heap, bool null_counts)
{
    const struct type_registry *types = &s->rt->types;
    const bool defined = hs_heap_is_index(heap);
    if (value == 0)
        return null_counts;
    if (heap == HEAP_FUNC || heap == HEAP_EXTERN || heap == HEAP_ANY || heap == HEAP_EXN)
        return true; /* validation lets values of the same hierarchy through only */
    if (defined && hs_canon_type(types, heap)->kind == COMP_FUNC)
        return hs_canon_subtype(types, ((const struct hs_funcref *)(uintptr_t)value)->type, heap);
    const uint32_t ref = (uint32_t)value;
    if (!hs_ref_is_object(ref) || heap == HEAP_NOFUNC || heap == HEAP_NOEXN ||
        heap == HEAP_NOEXTERN || heap == HEAP_NONE)
        return hs_ref_is_i31(ref) && (heap == HEAP_EQ || heap == HEAP_I31);
    const uint32_t type = hs_gc_type(s, ref);
    switch (heap) {
    case HEAP_EQ: return true;
    case HEAP_STRUCT: return hs_canon_type(types, type)->kind == COMP_STRUCT;
    case HEAP_ARRAY: return hs_canon_type(types, type)->kind == COMP_ARRAY;
    default: return defined && hs_canon_subtype(types, type, heap);
    }
}

/* --- Functions -------------------------------------------------------------------------------- */

static uint32_t place_of(const struct hs_heap *h, struct hs_funcref *const *funcs,
                         const struct hs_funcref *f)
{
    uint32_t at = (uint32_t)hs_hash_mix(0, (uintptr_t)f) & h->func_mask;
    while (h->func_numbers[at] && funcs[h->func_numbers[at]] != f)
        at = (at + 1) & h->func_mask;
    return at;
}

/* Room for one more function. */
static bool make_room(struct store *s)
{
    struct hs_heap *h = s->heap;
    if (h->nfuncs < h->func_cap)
        return true;
    if (h->func_cap >= UINT32_C(1) << 28)
        return false;
    uint32_t cap = h->func_cap < 16 ? 16 : h->func_cap * 2;
    struct hs_funcref **funcs = hs_realloc(s->run.funcs, cap, sizeof *funcs);
    if (!funcs)
        return false;
    s->run.funcs = funcs;
    uint32_t *numbers = hs_calloc((size_t)cap * 2, sizeof *numbers);
    if (!numbers)
        return false;
    hs_free(h->func_numbers);
    h->func_numbers = numbers;
    h->func_cap = cap;
    h->func_mask = cap * 2 - 1;
    for (uint32_t n = 1; n < h->nfuncs; n++)
        numbers[place_of(h, funcs, funcs[n])] = n;
    return true;
}

bool hs_gc_func_number(struct store *s, struct hs_funcref *f, uint32_t *out_number)
{
    if (!f) {
        *out_number = 0;
        return true;
    }
    if (hs_heap_open(s) != ST_OK || !make_room(s))
        return false;
    struct hs_heap *h = s->heap;
    uint32_t at = place_of(h, s->run.funcs, f);
    if (!h->func_numbers[at]) {
        s->run.funcs[h->nfuncs] = f;
        h->func_numbers[at] = h->nfuncs++;
    }
    *out_number = h->func_numbers[at];
    return true;
}
