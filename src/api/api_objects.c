/* wasmtime/structref.h and arrayref.h: structs and arrays that the host makes and looks into.
 * https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances
 *
 * Values are checked first, then the object is made, then filled, then rooted. Only the making
 * can collect, and what the values refer to is held by the caller's roots meanwhile; so nothing
 * between the making and the root needs one.
 *
 * A prepared type is the canonical id, held by the store from then on, as objects are told by
 * it. */
#include "api/api.h"

enum { SMALL = 16 }; /* values that are kept on the stack; more need memory */

/* --- What structs, arrays and exceptions have in common --------------------------------------- */

static bool is_packed(struct valtype storage)
{
    return hs_vt_kind(storage) == VT_I8 || hs_vt_kind(storage) == VT_I16;
}

wasmtime_error_t *hs_api_field_in(struct store *s, const wasmtime_val_t *v, struct valtype storage,
                                  const char *what, union hs_value *out)
{
    out->bits[0] = out->bits[1] = 0;
    wasmtime_error_t *e = hs_api_val_in(s, v, is_packed(storage) ? HS_I32 : storage, out);
    return e && what && !hs_api_val_is_foreign(s, v) ? hs_api_error_context(e, "%s", what) : e;
}

bool hs_api_field_out(struct store *s, struct valtype storage, const union hs_value *v,
                      wasmtime_val_t *out)
{
    if (!is_packed(storage))
        return hs_api_val_out(s, storage, v, out);
    *out = (wasmtime_val_t){.kind = WASMTIME_I32, .of.i32 = v->i32};
    return true;
}

wasmtime_error_t *hs_api_heap_full(uint64_t bytes)
{
    return hs_api_error("GC heap out of memory: no capacity for allocation of %llu bytes",
                        (unsigned long long)bytes);
}

/* The heap does not collect again for every guest that asks in vain. The host may have ended roots
 * meanwhile, which nobody but a collection sees, so for the host it always does. */
bool hs_api_retry(struct store *s, enum status st)
{
    return st != ST_OK && hs_gc_collect(s);
}

/* The type of a struct or array; NULL: it is neither. */
static const struct deftype *object_type(struct store *s, uint32_t ref)
{
    return hs_gc_is_object(s, ref) && !hs_gc_is_exn(s, ref)
               ? hs_canon_type(&s->rt->types, hs_gc_type(s, ref))
               : NULL;
}

bool hs_api_is_object(struct store *s, uint32_t ref, enum compkind kind)
{
    const struct deftype *t = object_type(s, ref);
    return t && t->kind == kind;
}

/* The object behind a root. NULL, or the error that it is none: `name` is that of references to
 * such ones. */
static wasmtime_error_t *object_in(struct store *s, const wasmtime_anyref_t *ref,
                                   enum compkind kind, const char *name,
                                   const struct deftype **out_type)
{
    if (!ref || ref->store_id == 0)
        return hs_api_error("non-null %s required", name);
    if (ref->store_id != s->id)
        return hs_api_error_cross_store();
    *out_type = object_type(s, ref->__private1);
    return *out_type && (*out_type)->kind == kind ? NULL
                                                  : hs_api_error("the reference is no %s", name);
}

/* Types of objects. The store holds an id for good once something was prepared for it. */
static bool prepare(struct store *s, const struct wasmtime_struct_type *type)
{
    return type && type->engine == hs_api_store_engine(s) && hs_heap_open(s) == ST_OK &&
           hs_gc_hold_type(s, type->id) == ST_OK;
}

/* --- Structs ---------------------------------------------------------------------------------- */

/* and of arrays */
struct wasmtime_struct_ref_pre {
    uint64_t store_id;
    uint32_t id;
};

static void *pre_new(struct store *s, const void *type)
{
    struct wasmtime_struct_ref_pre *p = hs_alloc(sizeof *p);
    if (!p || !prepare(s, type)) {
        hs_free(p);
        return NULL;
    }
    *p = (struct wasmtime_struct_ref_pre){s->id, ((const struct wasmtime_struct_type *)type)->id};
    return p;
}

/* The prepared type in this store; NULL, or the error. */
static wasmtime_error_t *pre_in(struct store *s, const void *prepared,
                                const struct deftype **out_type, uint32_t *out_id)
{
    const struct wasmtime_struct_ref_pre *p = prepared;
    if (!p)
        return hs_api_error("the type could not be prepared for this store");
    if (p->store_id != s->id)
        return hs_api_error_cross_store();
    *out_id = p->id;
    *out_type = hs_canon_type(&s->rt->types, p->id);
    return NULL;
}

wasmtime_struct_ref_pre_t *wasmtime_struct_ref_pre_new(wasmtime_context_t *context,
                                                       const wasmtime_struct_type_t *ty)
{
    return pre_new(hs_api_store(context), ty);
}

void wasmtime_struct_ref_pre_delete(wasmtime_struct_ref_pre_t *pre)
{
    hs_free(pre);
}

wasmtime_error_t *wasmtime_structref_new(wasmtime_context_t *context,
                                         const wasmtime_struct_ref_pre_t *pre,
                                         const wasmtime_val_t *fields, size_t nfields,
                                         wasmtime_structref_t *out)
{
    struct store *s = hs_api_store(context);
    const struct deftype *t = NULL;
    uint32_t id = 0, ref = 0;
    *out = (wasmtime_structref_t){0};
    wasmtime_error_t *e = pre_in(s, pre, &t, &id);
    if (e)
        return e;
    if (nfields != t->nfields)
        return hs_api_error("expected %u fields, got %zu", t->nfields, nfields);
    const struct hs_gc_layout *layout = hs_gc_layout(s, id);
    union hs_value small[SMALL], *values = small;
    if (!layout || (nfields > SMALL && !(values = hs_alloc_aligned(16, nfields * sizeof *values))))
        return hs_api_error_oom();
    for (size_t i = 0; i < nfields && !e; i++)
        e = hs_api_field_in(s, &fields[i], t->fields[i].type, "field type mismatch", &values[i]);
    enum status st = e ? ST_OK : hs_gc_new_struct(s, id, &ref);
    if (hs_api_retry(s, st))
        st = hs_gc_new_struct(s, id, &ref);
    if (st != ST_OK)
        e = hs_api_heap_full(layout->size);
    for (size_t i = 0; i < nfields && !e; i++)
        if (hs_gc_set(s, ref, layout->offsets[i], t->fields[i].type, &values[i]) != ST_OK)
            e = hs_api_error_oom();
    if (!e && !hs_api_root(s, ref, (wasmtime_anyref_t *)out))
        e = hs_api_error_oom();
    if (values != small)
        hs_free(values);
    return e;
}

/* A field of a struct. NULL, or the error. */
static wasmtime_error_t *field_of(struct store *s, const wasmtime_structref_t *ref, size_t index,
                                  const struct fieldtype **out_field, uint32_t *out_offset)
{
    const struct deftype *t = NULL;
    wasmtime_error_t *e =
        object_in(s, (const wasmtime_anyref_t *)ref, COMP_STRUCT, "structref", &t);
    if (e)
        return e;
    if (index >= t->nfields)
        return hs_api_error("cannot access field %zu: struct only has %u fields", index,
                            t->nfields);
    const struct hs_gc_layout *layout = hs_gc_layout(s, hs_gc_type(s, ref->__private1));
    if (!layout)
        return hs_api_error_oom();
    *out_field = &t->fields[index];
    *out_offset = layout->offsets[index];
    return NULL;
}

static wasmtime_error_t *get(struct store *s, uint32_t ref, uint32_t offset, struct valtype storage,
                             wasmtime_val_t *out)
{
    union hs_value v = {.bits = {0, 0}};
    wasmtime_val_t val;
    hs_gc_get(s, ref, offset, storage, &v);
    if (!hs_api_field_out(s, storage, &v, &val))
        return hs_api_error_oom();
    *out = val;
    return NULL;
}

wasmtime_error_t *wasmtime_structref_field(wasmtime_context_t *context,
                                           const wasmtime_structref_t *structref, size_t index,
                                           wasmtime_val_t *out)
{
    struct store *s = hs_api_store(context);
    const struct fieldtype *f = NULL;
    uint32_t offset = 0;
    wasmtime_error_t *e = field_of(s, structref, index, &f, &offset);
    if (e)
        return e;
    return get(s, structref->__private1, offset, f->type, out);
}

static wasmtime_error_t *set(struct store *s, uint32_t ref, uint32_t offset, struct valtype storage,
                             const wasmtime_val_t *val, const char *what, size_t index)
{
    union hs_value v;
    wasmtime_error_t *e = hs_api_field_in(s, val, storage, NULL, &v);
    if (e)
        return hs_api_val_is_foreign(s, val)
                   ? e
                   : hs_api_error_context(e, "cannot set %s %zu: type mismatch", what, index);
    return hs_gc_set(s, ref, offset, storage, &v) == ST_OK ? NULL : hs_api_error_oom();
}

wasmtime_error_t *wasmtime_structref_set_field(wasmtime_context_t *context,
                                               const wasmtime_structref_t *structref, size_t index,
                                               const wasmtime_val_t *val)
{
    struct store *s = hs_api_store(context);
    const struct fieldtype *f = NULL;
    uint32_t offset = 0;
    wasmtime_error_t *e = field_of(s, structref, index, &f, &offset);
    if (e)
        return e;
    if (!f->mutable)
        return hs_api_error("cannot set field %zu: field is not mutable", index);
    return set(s, structref->__private1, offset, f->type, val, "field", index);
}

wasmtime_struct_type_t *wasmtime_structref_type(wasmtime_context_t *context,
                                                const wasmtime_structref_t *structref)
{
    struct store *s = hs_api_store(context);
    const struct deftype *t = NULL;
    wasmtime_error_t *e =
        object_in(s, (const wasmtime_anyref_t *)structref, COMP_STRUCT, "structref", &t);
    wasmtime_error_delete(e);
    return e ? NULL : hs_api_gc_type(hs_api_store_engine(s), hs_gc_type(s, structref->__private1));
}

/* --- Arrays ----------------------------------------------------------------------------------- */

wasmtime_array_ref_pre_t *wasmtime_array_ref_pre_new(wasmtime_context_t *context,
                                                     const wasmtime_array_type_t *ty)
{
    return pre_new(hs_api_store(context), ty);
}

void wasmtime_array_ref_pre_delete(wasmtime_array_ref_pre_t *pre)
{
    hs_free(pre);
}

/* All elements are as the first one: copies of what there is, each twice as long as the last. */
static void repeat_first(struct store *s, uint32_t ref, uint32_t size, uint32_t length)
{
    uint8_t *first = hs_heap_base(s) + ref + HS_GC_HEADER;
    uint64_t bytes = (uint64_t)size * length;
    for (uint64_t done = size; done < bytes; done *= 2)
        memcpy(first + done, first, done < bytes - done ? done : bytes - done);
}

wasmtime_error_t *wasmtime_arrayref_new(wasmtime_context_t *context,
                                        const wasmtime_array_ref_pre_t *pre,
                                        const wasmtime_val_t *elem, uint32_t len,
                                        wasmtime_arrayref_t *out)
{
    struct store *s = hs_api_store(context);
    const struct deftype *t = NULL;
    uint32_t id = 0, ref = 0;
    union hs_value v;
    *out = (wasmtime_arrayref_t){0};
    wasmtime_error_t *e = pre_in(s, pre, &t, &id);
    if (!e)
        e = hs_api_field_in(s, elem, t->fields[0].type, "element type mismatch", &v);
    if (e)
        return e;
    uint64_t bytes = hs_gc_array_size(hs_gc_size_of(t->fields[0].type), len);
    if (bytes > UINT32_MAX)
        return hs_api_error_context(hs_api_error_code(TRAP_ALLOCATION_TOO_LARGE),
                                    "unrecoverable error when allocating new `arrayref`");
    enum status st = hs_gc_new_array(s, id, len, &ref);
    if (hs_api_retry(s, st))
        st = hs_gc_new_array(s, id, len, &ref);
    if (st != ST_OK)
        return hs_api_heap_full(bytes);
    if (len && (v.bits[0] || v.bits[1])) { /* it is all zero already */
        if (hs_gc_set(s, ref, HS_GC_HEADER, t->fields[0].type, &v) != ST_OK)
            return hs_api_error_oom();
        repeat_first(s, ref, hs_gc_size_of(t->fields[0].type), len);
    }
    return hs_api_root(s, ref, (wasmtime_anyref_t *)out) ? NULL : hs_api_error_oom();
}

/* An element of an array, perhaps to be set. NULL, or the error. */
static wasmtime_error_t *element_of(struct store *s, const wasmtime_arrayref_t *ref, bool set,
                                    uint32_t index, const struct fieldtype **out_field,
                                    uint32_t *out_offset)
{
    const struct deftype *t = NULL;
    wasmtime_error_t *e = object_in(s, (const wasmtime_anyref_t *)ref, COMP_ARRAY, "arrayref", &t);
    if (e)
        return e;
    if (set && !t->fields[0].mutable)
        return hs_api_error("cannot set element %u: array elements are not mutable", index);
    uint32_t length = hs_gc_length(s, ref->__private1);
    if (index >= length)
        return hs_api_error("index out of bounds: the length is %u but the index is %u", length,
                            index);
    *out_field = &t->fields[0];
    *out_offset = HS_GC_HEADER + index * hs_gc_size_of(t->fields[0].type); /* an array fits */
    return NULL;
}

wasmtime_error_t *wasmtime_arrayref_len(wasmtime_context_t *context,
                                        const wasmtime_arrayref_t *arrayref, uint32_t *out)
{
    struct store *s = hs_api_store(context);
    const struct deftype *t = NULL;
    wasmtime_error_t *e =
        object_in(s, (const wasmtime_anyref_t *)arrayref, COMP_ARRAY, "arrayref", &t);
    if (!e)
        *out = hs_gc_length(s, arrayref->__private1);
    return e;
}

wasmtime_error_t *wasmtime_arrayref_get(wasmtime_context_t *context,
                                        const wasmtime_arrayref_t *arrayref, uint32_t index,
                                        wasmtime_val_t *out)
{
    struct store *s = hs_api_store(context);
    const struct fieldtype *f = NULL;
    uint32_t offset = 0;
    wasmtime_error_t *e = element_of(s, arrayref, false, index, &f, &offset);
    if (e)
        return e;
    return get(s, arrayref->__private1, offset, f->type, out);
}

wasmtime_error_t *wasmtime_arrayref_set(wasmtime_context_t *context,
                                        const wasmtime_arrayref_t *arrayref, uint32_t index,
                                        const wasmtime_val_t *val)
{
    struct store *s = hs_api_store(context);
    const struct fieldtype *f = NULL;
    uint32_t offset = 0;
    wasmtime_error_t *e = element_of(s, arrayref, true, index, &f, &offset);
    if (e)
        return e;
    return set(s, arrayref->__private1, offset, f->type, val, "element", index);
}

wasmtime_array_type_t *wasmtime_arrayref_type(wasmtime_context_t *context,
                                              const wasmtime_arrayref_t *arrayref)
{
    struct store *s = hs_api_store(context);
    const struct deftype *t = NULL;
    wasmtime_error_t *e =
        object_in(s, (const wasmtime_anyref_t *)arrayref, COMP_ARRAY, "arrayref", &t);
    wasmtime_error_delete(e);
    return e ? NULL : hs_api_gc_type(hs_api_store_engine(s), hs_gc_type(s, arrayref->__private1));
}
