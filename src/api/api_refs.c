/* References to the host's things and to objects of the collected heap: wasmtime/externref.h,
 * anyref.h, eqref.h, structref.h, arrayref.h, exnref.h. All roots have one layout (api_val.c).
 *
 * There is no collected heap in this build yet: integers (i31) are complete, null is complete,
 * external references are complete; making structs, arrays and exceptions is an error that says
 * so. */
#include "api/api.h"

static wasmtime_error_t *no_heap(const char *what)
{
    return hs_api_error("%s are not supported by this build yet", what);
}

/* --- What all kinds have ---------------------------------------------------------------------- */

#define ROOT(ref)       ((wasmtime_anyref_t *)(ref))
#define CONST_ROOT(ref) ((const wasmtime_anyref_t *)(ref))

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

#define RAW(name, maybe_i31)                                                                       \
    void wasmtime_##name##_from_raw(wasmtime_context_t *context, uint32_t raw,                     \
                                    wasmtime_##name##_t *out)                                      \
    {                                                                                              \
        hs_api_root(hs_api_store(context), raw, maybe_i31, ROOT(out));                             \
    }                                                                                              \
    uint32_t wasmtime_##name##_to_raw(wasmtime_context_t *context, const wasmtime_##name##_t *ref) \
    {                                                                                              \
        return ref && ref->store_id && ref->store_id == hs_api_store(context)->id                  \
                   ? ref->__private1                                                               \
                   : 0;                                                                            \
    }

RAW(externref, false)
RAW(anyref, true)
RAW(exnref, false)

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

/* --- References to the host's things ---------------------------------------------------------- */

bool wasmtime_externref_new(wasmtime_context_t *context, void *data, void (*finalizer)(void *),
                            wasmtime_externref_t *out)
{
    struct store *s = hs_api_store(context);
    *out = (wasmtime_externref_t){0};
    uint32_t ref = hs_api_externref_new(s, data, finalizer);
    if (!ref)
        return false;
    if (hs_api_root(s, ref, false, ROOT(out)))
        return true;
    s->externrefs.data[ref - 1].finalizer = NULL; /* it was never there */
    return false;
}

void *wasmtime_externref_data(wasmtime_context_t *context, const wasmtime_externref_t *data)
{
    struct store *s = hs_api_store(context);
    return data && data->store_id == s->id ? hs_externref_data(s, data->__private1) : NULL;
}

/* --- Small integers --------------------------------------------------------------------------- */

static bool is_i31(const struct store *s, const wasmtime_anyref_t *ref)
{
    return ref->store_id == s->id && (ref->__private1 & 1);
}

#define I31(name)                                                                                  \
    void wasmtime_##name##_from_i31(wasmtime_context_t *context, uint32_t i31val,                  \
                                    wasmtime_##name##_t *out)                                      \
    {                                                                                              \
        *ROOT(out) = (wasmtime_anyref_t){.store_id = hs_api_store(context)->id,                    \
                                         .__private1 = i31val << 1 | 1};                           \
    }                                                                                              \
    bool wasmtime_##name##_is_i31(wasmtime_context_t *context, const wasmtime_##name##_t *ref)     \
    {                                                                                              \
        return is_i31(hs_api_store(context), CONST_ROOT(ref));                                     \
    }                                                                                              \
    bool wasmtime_##name##_i31_get_u(wasmtime_context_t *context, const wasmtime_##name##_t *ref,  \
                                     uint32_t *dst)                                                \
    {                                                                                              \
        if (!is_i31(hs_api_store(context), CONST_ROOT(ref)))                                       \
            return false;                                                                          \
        *dst = ref->__private1 >> 1;                                                               \
        return true;                                                                               \
    }                                                                                              \
    bool wasmtime_##name##_i31_get_s(wasmtime_context_t *context, const wasmtime_##name##_t *ref,  \
                                     int32_t *dst)                                                 \
    {                                                                                              \
        if (!is_i31(hs_api_store(context), CONST_ROOT(ref)))                                       \
            return false;                                                                          \
        *dst = (int32_t)ref->__private1 >> 1;                                                      \
        return true;                                                                               \
    }                                                                                              \
    bool wasmtime_##name##_type(wasmtime_context_t *context, const wasmtime_##name##_t *ref,       \
                                wasmtime_heaptype_t *out)                                          \
    {                                                                                              \
        if (!is_i31(hs_api_store(context), CONST_ROOT(ref)))                                       \
            return false;                                                                          \
        *out = (wasmtime_heaptype_t){.kind = WASMTIME_HEAPTYPE_KIND_I31};                          \
        return true;                                                                               \
    }

I31(anyref)
I31(eqref)

bool wasmtime_anyref_is_eqref(wasmtime_context_t *context, const wasmtime_anyref_t *ref)
{
    return is_i31(hs_api_store(context), ref);
}

bool wasmtime_anyref_as_eqref(wasmtime_context_t *context, const wasmtime_anyref_t *ref,
                              wasmtime_eqref_t *out)
{
    bool yes = is_i31(hs_api_store(context), ref);
    *ROOT(out) = yes ? *ref : (wasmtime_anyref_t){0};
    return yes;
}

/* Nothing is a struct or an array as long as there are none. */
#define NOTHING_IS(from, what)                                                                     \
    bool wasmtime_##from##_is_##what(wasmtime_context_t *context, const wasmtime_##from##_t *ref)  \
    {                                                                                              \
        (void)context;                                                                             \
        (void)ref;                                                                                 \
        return false;                                                                              \
    }                                                                                              \
    bool wasmtime_##from##_as_##what(wasmtime_context_t *context, const wasmtime_##from##_t *ref,  \
                                     wasmtime_##what##ref_t *out)                                  \
    {                                                                                              \
        (void)context;                                                                             \
        (void)ref;                                                                                 \
        *out = (wasmtime_##what##ref_t){0};                                                        \
        return false;                                                                              \
    }

NOTHING_IS(anyref, struct)
NOTHING_IS(anyref, array)
NOTHING_IS(eqref, struct)
NOTHING_IS(eqref, array)

/* --- Structs ---------------------------------------------------------------------------------- */

struct wasmtime_struct_ref_pre {
    wasmtime_struct_type_t *type;
    uint64_t store_id;
};

wasmtime_struct_ref_pre_t *wasmtime_struct_ref_pre_new(wasmtime_context_t *context,
                                                       const wasmtime_struct_type_t *ty)
{
    wasmtime_struct_ref_pre_t *p = hs_alloc(sizeof *p);
    if (p)
        *p = (wasmtime_struct_ref_pre_t){wasmtime_struct_type_copy(ty), hs_api_store(context)->id};
    return p;
}

void wasmtime_struct_ref_pre_delete(wasmtime_struct_ref_pre_t *pre)
{
    if (!pre)
        return;
    wasmtime_struct_type_delete(pre->type);
    hs_free(pre);
}

wasmtime_error_t *wasmtime_structref_new(wasmtime_context_t *context,
                                         const wasmtime_struct_ref_pre_t *pre,
                                         const wasmtime_val_t *fields, size_t nfields,
                                         wasmtime_structref_t *out)
{
    *out = (wasmtime_structref_t){0};
    if (pre->store_id != hs_api_store(context)->id)
        return hs_api_error_cross_store();
    if (nfields != wasmtime_struct_type_num_fields(pre->type))
        return hs_api_error("expected %zu fields, got %zu",
                            wasmtime_struct_type_num_fields(pre->type), nfields);
    return no_heap("structs");
}

static wasmtime_error_t *no_struct(const wasmtime_structref_t *ref)
{
    return ref && ref->store_id ? no_heap("structs") : hs_api_error("non-null structref required");
}

wasmtime_error_t *wasmtime_structref_field(wasmtime_context_t *context,
                                           const wasmtime_structref_t *structref, size_t index,
                                           wasmtime_val_t *out)
{
    return no_struct(structref);
}

wasmtime_error_t *wasmtime_structref_set_field(wasmtime_context_t *context,
                                               const wasmtime_structref_t *structref, size_t index,
                                               const wasmtime_val_t *val)
{
    return no_struct(structref);
}

wasmtime_struct_type_t *wasmtime_structref_type(wasmtime_context_t *context,
                                                const wasmtime_structref_t *structref)
{
    return NULL;
}

/* --- Arrays ----------------------------------------------------------------------------------- */

struct wasmtime_array_ref_pre {
    wasmtime_array_type_t *type;
    uint64_t store_id;
};

wasmtime_array_ref_pre_t *wasmtime_array_ref_pre_new(wasmtime_context_t *context,
                                                     const wasmtime_array_type_t *ty)
{
    wasmtime_array_ref_pre_t *p = hs_alloc(sizeof *p);
    if (p)
        *p = (wasmtime_array_ref_pre_t){wasmtime_array_type_copy(ty), hs_api_store(context)->id};
    return p;
}

void wasmtime_array_ref_pre_delete(wasmtime_array_ref_pre_t *pre)
{
    if (!pre)
        return;
    wasmtime_array_type_delete(pre->type);
    hs_free(pre);
}

wasmtime_error_t *wasmtime_arrayref_new(wasmtime_context_t *context,
                                        const wasmtime_array_ref_pre_t *pre,
                                        const wasmtime_val_t *elem, uint32_t len,
                                        wasmtime_arrayref_t *out)
{
    *out = (wasmtime_arrayref_t){0};
    if (pre->store_id != hs_api_store(context)->id)
        return hs_api_error_cross_store();
    return no_heap("arrays");
}

static wasmtime_error_t *no_array(const wasmtime_arrayref_t *ref)
{
    return ref && ref->store_id ? no_heap("arrays") : hs_api_error("non-null arrayref required");
}

wasmtime_error_t *wasmtime_arrayref_len(wasmtime_context_t *context,
                                        const wasmtime_arrayref_t *arrayref, uint32_t *out)
{
    return no_array(arrayref);
}

wasmtime_error_t *wasmtime_arrayref_get(wasmtime_context_t *context,
                                        const wasmtime_arrayref_t *arrayref, uint32_t index,
                                        wasmtime_val_t *out)
{
    return no_array(arrayref);
}

wasmtime_error_t *wasmtime_arrayref_set(wasmtime_context_t *context,
                                        const wasmtime_arrayref_t *arrayref, uint32_t index,
                                        const wasmtime_val_t *val)
{
    return no_array(arrayref);
}

wasmtime_array_type_t *wasmtime_arrayref_type(wasmtime_context_t *context,
                                              const wasmtime_arrayref_t *arrayref)
{
    return NULL;
}

/* --- Exceptions ------------------------------------------------------------------------------- */

wasmtime_error_t *wasmtime_exnref_new(wasmtime_context_t *store, const wasmtime_tag_t *tag,
                                      const wasmtime_val_t *fields, size_t nfields,
                                      wasmtime_exnref_t *exn_ret)
{
    *exn_ret = (wasmtime_exnref_t){0};
    if (!hs_api_tag(hs_api_store(store), tag))
        return hs_api_error_cross_store();
    return no_heap("exceptions");
}

static wasmtime_error_t *no_exn(const wasmtime_exnref_t *exn)
{
    return exn && exn->store_id ? no_heap("exceptions") : hs_api_error("exnref is null");
}

wasmtime_error_t *wasmtime_exnref_tag(wasmtime_context_t *store, const wasmtime_exnref_t *exn,
                                      wasmtime_tag_t *tag_ret)
{
    return no_exn(exn);
}

size_t wasmtime_exnref_field_count(wasmtime_context_t *store, const wasmtime_exnref_t *exn)
{
    return 0;
}

wasmtime_error_t *wasmtime_exnref_field(wasmtime_context_t *store, const wasmtime_exnref_t *exn,
                                        size_t index, wasmtime_val_t *val_ret)
{
    return no_exn(exn);
}

wasmtime_exn_type_t *wasmtime_exnref_type(wasmtime_context_t *context,
                                          const wasmtime_exnref_t *exnref)
{
    return NULL;
}

wasm_trap_t *wasmtime_context_set_exception(wasmtime_context_t *store, const wasmtime_exnref_t *exn)
{
    return hs_api_trap(no_exn(exn));
}

bool wasmtime_context_take_exception(wasmtime_context_t *store, wasmtime_exnref_t *exn_ret)
{
    return false;
}

bool wasmtime_context_has_exception(wasmtime_context_t *store)
{
    return false;
}
