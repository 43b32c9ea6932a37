/* What all references have: copies, raw values, what they refer to, and the views of one under
 * another's type: wasmtime/externref.h, anyref.h, eqref.h, and the common part of structref.h,
 * arrayref.h and exnref.h. All roots have one layout (api_val.c).
 *
 * A reference is one word (abi/gc.h) whichever type it is seen under, so a conversion is a second
 * root. Words that come in raw are looked at: what is no reference of this store, or one of another
 * kind, becomes null. */
#include "api/api.h"

/* --- What all kinds have ---------------------------------------------------------------------- */

#define ROOT(ref)       ((wasmtime_anyref_t *)(ref))
#define CONST_ROOT(ref) ((const wasmtime_anyref_t *)(ref))

/* The reference in a root of this store; 0: null, or of another store. */
static uint32_t ref_in(const struct store *s, const wasmtime_anyref_t *ref)
{
    return ref && ref->store_id == s->id ? ref->__private1 : 0;
}

#define CLONE_AND_UNROOT(name)                                                                     \
    void wasmtime_##name##_clone(const wasmtime_##name##_t *ref, wasmtime_##name##_t *out)         \
    {                                                                                              \
        wasmtime_anyref_t copy;                                                                    \
        hs_api_root_clone(CONST_ROOT(ref), &copy);                                                 \
        *ROOT(out) = copy;                                                                         \
    }                                                                                              \
    void wasmtime_##name##_unroot(wasmtime_##name##_t *ref)                                        \
    {                                                                                              \
        hs_api_unroot(ROOT(ref));                                                                  \
    }

CLONE_AND_UNROOT(externref)
CLONE_AND_UNROOT(anyref)
CLONE_AND_UNROOT(eqref)
CLONE_AND_UNROOT(structref)
CLONE_AND_UNROOT(arrayref)
CLONE_AND_UNROOT(exnref)

#define RAW(name, top)                                                                             \
    void wasmtime_##name##_from_raw(wasmtime_context_t *context, uint32_t raw,                     \
                                    wasmtime_##name##_t *out)                                      \
    {                                                                                              \
        struct store *s = hs_api_store(context);                                                   \
        hs_api_root(s, hs_api_ref_exists(s, raw, top) ? raw : 0, ROOT(out));                       \
    }                                                                                              \
    uint32_t wasmtime_##name##_to_raw(wasmtime_context_t *context, const wasmtime_##name##_t *ref) \
    {                                                                                              \
        return ref_in(hs_api_store(context), CONST_ROOT(ref));                                     \
    }

RAW(externref, HEAP_EXTERN)
RAW(anyref, HEAP_ANY)
RAW(exnref, HEAP_EXN)

#define UPCAST(from, to)                                                                           \
    void wasmtime_##from##_to_##to(const wasmtime_##from##_t *ref, wasmtime_##to##_t *out)         \
    {                                                                                              \
        wasmtime_anyref_t copy;                                                                    \
        hs_api_root_clone(CONST_ROOT(ref), &copy);                                                 \
        *ROOT(out) = copy;                                                                         \
    }

UPCAST(eqref, anyref)
UPCAST(structref, anyref)
UPCAST(structref, eqref)
UPCAST(arrayref, anyref)
UPCAST(arrayref, eqref)

/* --- Views ------------------------------------------------------------------------------------ */

static bool is_i31(struct store *s, uint32_t ref)
{
    (void)s;
    return hs_ref_is_i31(ref);
}

static bool is_struct(struct store *s, uint32_t ref)
{
    return hs_api_is_object(s, ref, COMP_STRUCT);
}

static bool is_array(struct store *s, uint32_t ref)
{
    return hs_api_is_object(s, ref, COMP_ARRAY);
}

static bool is_eqref(struct store *s, uint32_t ref)
{
    return is_i31(s, ref) || is_struct(s, ref) || is_array(s, ref);
}

#define IS(from, what)                                                                             \
    bool wasmtime_##from##_is_##what(wasmtime_context_t *context, const wasmtime_##from##_t *ref)  \
    {                                                                                              \
        struct store *s = hs_api_store(context);                                                   \
        return is_##what(s, ref_in(s, CONST_ROOT(ref)));                                           \
    }

#define IS_AND_AS(from, what, to)                                                                  \
    IS(from, what)                                                                                 \
    bool wasmtime_##from##_as_##what(wasmtime_context_t *context, const wasmtime_##from##_t *ref,  \
                                     wasmtime_##to##_t *out)                                       \
    {                                                                                              \
        struct store *s = hs_api_store(context);                                                   \
        wasmtime_anyref_t copy = {0};                                                              \
        bool yes = is_##what(s, ref_in(s, CONST_ROOT(ref)));                                       \
        if (yes)                                                                                   \
            hs_api_root_clone(CONST_ROOT(ref), &copy);                                             \
        *ROOT(out) = copy;                                                                         \
        return yes && copy.store_id;                                                               \
    }

IS(anyref, i31)
IS(eqref, i31)
IS_AND_AS(anyref, eqref, eqref)
IS_AND_AS(anyref, struct, structref)
IS_AND_AS(anyref, array, arrayref)
IS_AND_AS(eqref, struct, structref)
IS_AND_AS(eqref, array, arrayref)

/* False: null, or no memory. A thing of the host's has no type but the top one. */
static bool heaptype_of(struct store *s, uint32_t ref, wasmtime_heaptype_t *out)
{
    wasmtime_heaptype_t t = {.kind = WASMTIME_HEAPTYPE_KIND_ANY};
    if (!ref)
        return false;
    if (hs_ref_is_i31(ref)) {
        t.kind = WASMTIME_HEAPTYPE_KIND_I31;
    } else if (is_struct(s, ref) || is_array(s, ref)) {
        void *type = hs_api_gc_type(hs_api_store_engine(s), hs_gc_type(s, ref));
        if (!type)
            return false;
        if (is_struct(s, ref)) {
            t.kind = WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT;
            t.of.concrete_struct = type;
        } else {
            t.kind = WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY;
            t.of.concrete_array = type;
        }
    }
    *out = t;
    return true;
}

#define TYPE(name)                                                                                 \
    bool wasmtime_##name##_type(wasmtime_context_t *context, const wasmtime_##name##_t *ref,       \
                                wasmtime_heaptype_t *out)                                          \
    {                                                                                              \
        struct store *s = hs_api_store(context);                                                   \
        return heaptype_of(s, ref_in(s, CONST_ROOT(ref)), out);                                    \
    }

TYPE(anyref)
TYPE(eqref)

/* --- Small integers --------------------------------------------------------------------------- */

#define I31(name)                                                                                  \
    void wasmtime_##name##_from_i31(wasmtime_context_t *context, uint32_t i31val,                  \
                                    wasmtime_##name##_t *out)                                      \
    {                                                                                              \
        *ROOT(out) = (wasmtime_anyref_t){.store_id = hs_api_store(context)->id,                    \
                                         .__private1 = i31val << 1 | 1};                           \
    }                                                                                              \
    bool wasmtime_##name##_i31_get_u(wasmtime_context_t *context, const wasmtime_##name##_t *ref,  \
                                     uint32_t *dst)                                                \
    {                                                                                              \
        if (!wasmtime_##name##_is_i31(context, ref))                                               \
            return false;                                                                          \
        *dst = ref->__private1 >> 1;                                                               \
        return true;                                                                               \
    }                                                                                              \
    bool wasmtime_##name##_i31_get_s(wasmtime_context_t *context, const wasmtime_##name##_t *ref,  \
                                     int32_t *dst)                                                 \
    {                                                                                              \
        if (!wasmtime_##name##_is_i31(context, ref))                                               \
            return false;                                                                          \
        *dst = (int32_t)ref->__private1 >> 1;                                                      \
        return true;                                                                               \
    }

I31(anyref)
I31(eqref)

/* --- References to the host's things ---------------------------------------------------------- */

bool wasmtime_externref_new(wasmtime_context_t *context, void *data, void (*finalizer)(void *),
                            wasmtime_externref_t *out)
{
    struct store *s = hs_api_store(context);
    *out = (wasmtime_externref_t){0};
    uint32_t ref = hs_externref_new(s, data, finalizer);
    if (!ref)
        return false;
    if (hs_api_root(s, ref, ROOT(out)))
        return true;
    hs_externref_forget(s, ref); /* it was never there */
    return false;
}

void *wasmtime_externref_data(wasmtime_context_t *context, const wasmtime_externref_t *data)
{
    struct store *s = hs_api_store(context);
    uint32_t ref = ref_in(s, CONST_ROOT(data));
    return hs_ref_is_host(ref) ? hs_externref_data(s, ref) : NULL;
}
