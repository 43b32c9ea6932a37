/* See types.h: the names of types in error texts. */
#include "syntax/types.h"
#include <stdio.h>

static const struct {
    const char *heap;     /* "func" */
    const char *nullable; /* "funcref" */
} abstract[HEAP_END - HEAP_FIRST] = {
    [HEAP_FUNC - HEAP_FIRST] = {"func", "funcref"},
    [HEAP_NOFUNC - HEAP_FIRST] = {"nofunc", "nullfuncref"},
    [HEAP_EXTERN - HEAP_FIRST] = {"extern", "externref"},
    [HEAP_NOEXTERN - HEAP_FIRST] = {"noextern", "nullexternref"},
    [HEAP_ANY - HEAP_FIRST] = {"any", "anyref"},
    [HEAP_EQ - HEAP_FIRST] = {"eq", "eqref"},
    [HEAP_I31 - HEAP_FIRST] = {"i31", "i31ref"},
    [HEAP_STRUCT - HEAP_FIRST] = {"struct", "structref"},
    [HEAP_ARRAY - HEAP_FIRST] = {"array", "arrayref"},
    [HEAP_NONE - HEAP_FIRST] = {"none", "nullref"},
    [HEAP_EXN - HEAP_FIRST] = {"exn", "exnref"},
    [HEAP_NOEXN - HEAP_FIRST] = {"noexn", "nullexnref"},
};

const char *hs_heap_name(uint32_t heap, char out[32])
{
    if (hs_heap_is_index(heap))
        snprintf(out, 32, "%u", heap);
    else
        snprintf(out, 32, "%s", heap < HEAP_END ? abstract[heap - HEAP_FIRST].heap : "?");
    return out;
}

const char *hs_vt_name(struct valtype t, char out[32])
{
    static const char *const simple[] = {"any type", "i32", "i64", "f32", "f64",
                                         "v128",     NULL,  "i8",  "i16"};
    enum valkind kind = hs_vt_kind(t);
    if (kind != VT_REF) {
        snprintf(out, 32, "%s", kind <= VT_I16 ? simple[kind] : "?");
        return out;
    }
    uint32_t heap = hs_vt_heap(t);
    if (!hs_heap_is_index(heap) && hs_vt_nullable(t) && heap < HEAP_END) {
        snprintf(out, 32, "%s", abstract[heap - HEAP_FIRST].nullable);
        return out;
    }
    char name[32];
    snprintf(out, 32, "(ref %s%.20s)", hs_vt_nullable(t) ? "null " : "", hs_heap_name(heap, name));
    return out;
}
