/* wasmtime/component/val.h: values of the component model, and resources as the host sees them.
 *
 * A value owns what it points at. The vectors below are the same in all but their elements; a
 * vector moved into is filled, one that was deleted is empty. A copy that finds no memory is
 * `false`, or empty. */
#include "api/api_component.h"

typedef wasmtime_component_val_t val;

/* --- Elements --------------------------------------------------------------------------------- */

typedef wasmtime_component_valrecord_entry_t record_entry;
typedef wasmtime_component_valmap_entry_t map_entry;

static void record_entry_delete(record_entry *e)
{
    wasm_name_delete(&e->name);
    wasmtime_component_val_delete(&e->val);
}

static void record_entry_clone(const record_entry *src, record_entry *dst)
{
    wasm_name_copy(&dst->name, &src->name);
    wasmtime_component_val_clone(&src->val, &dst->val);
}

static void map_entry_delete(map_entry *e)
{
    wasmtime_component_val_delete(&e->key);
    wasmtime_component_val_delete(&e->value);
}

static void map_entry_clone(const map_entry *src, map_entry *dst)
{
    wasmtime_component_val_clone(&src->key, &dst->key);
    wasmtime_component_val_clone(&src->value, &dst->value);
}

static void name_clone(const wasm_name_t *src, wasm_name_t *dst)
{
    wasm_name_copy(dst, src);
}

/* --- Vectors ---------------------------------------------------------------------------------- */

#define VEC(name, elem, elem_clone, elem_delete)                                                   \
    void wasmtime_component_##name##_new_empty(wasmtime_component_##name##_t *out)                 \
    {                                                                                              \
        out->size = 0;                                                                             \
        out->data = NULL;                                                                          \
    }                                                                                              \
    void wasmtime_component_##name##_new_uninit(wasmtime_component_##name##_t *out, size_t size)   \
    {                                                                                              \
        out->data = size ? hs_calloc(size, sizeof *out->data)                                      \
                         : NULL; /* zero: `false`, or an empty name */                             \
        out->size = out->data ? size : 0;                                                          \
    }                                                                                              \
    void wasmtime_component_##name##_new(wasmtime_component_##name##_t *out, size_t size,          \
                                         const elem *ptr)                                          \
    {                                                                                              \
        wasmtime_component_##name##_new_uninit(out, size);                                         \
        if (out->size)                                                                             \
            memcpy(out->data, ptr, size * sizeof *ptr);                                            \
        for (size_t i = out->size; i < size; i++) {                                                \
            elem moved = ptr[i];                                                                   \
            elem_delete(&moved);                                                                   \
        }                                                                                          \
    }                                                                                              \
    void wasmtime_component_##name##_copy(wasmtime_component_##name##_t *dst,                      \
                                          const wasmtime_component_##name##_t *src)                \
    {                                                                                              \
        wasmtime_component_##name##_t copy;                                                        \
        wasmtime_component_##name##_new_uninit(&copy, src->size);                                  \
        for (size_t i = 0; i < copy.size; i++)                                                     \
            elem_clone(&src->data[i], &copy.data[i]);                                              \
        *dst = copy;                                                                               \
    }                                                                                              \
    void wasmtime_component_##name##_delete(wasmtime_component_##name##_t *value)                  \
    {                                                                                              \
        if (!value)                                                                                \
            return;                                                                                \
        for (size_t i = 0; i < value->size; i++)                                                   \
            elem_delete(&value->data[i]);                                                          \
        hs_free(value->data);                                                                      \
        wasmtime_component_##name##_new_empty(value);                                              \
    }

VEC(vallist, val, wasmtime_component_val_clone, wasmtime_component_val_delete)
VEC(valtuple, val, wasmtime_component_val_clone, wasmtime_component_val_delete)
VEC(valrecord, record_entry, record_entry_clone, record_entry_delete)
VEC(valmap, map_entry, map_entry_clone, map_entry_delete)
VEC(valflags, wasm_name_t, name_clone, wasm_name_delete)

/* --- Values ----------------------------------------------------------------------------------- */

val *wasmtime_component_val_new(val *v)
{
    val *p = hs_alloc(sizeof *p);
    if (!p)
        return NULL;
    *p = *v;
    *v = (val){.kind = WASMTIME_COMPONENT_BOOL};
    return p;
}

void wasmtime_component_val_free(val *p)
{
    wasmtime_component_val_delete(p);
    hs_free(p);
}

static val *clone_box(const val *src)
{
    val *p = src ? hs_alloc(sizeof *p) : NULL;
    if (p)
        wasmtime_component_val_clone(src, p);
    return p;
}

void wasmtime_component_val_clone(const val *src, val *dst)
{
    val v = *src;
    switch (src->kind) {
    case WASMTIME_COMPONENT_STRING: wasm_name_copy(&v.of.string, &src->of.string); break;
    case WASMTIME_COMPONENT_ENUM: wasm_name_copy(&v.of.enumeration, &src->of.enumeration); break;
    case WASMTIME_COMPONENT_LIST: wasmtime_component_vallist_copy(&v.of.list, &src->of.list); break;
    case WASMTIME_COMPONENT_RECORD:
        wasmtime_component_valrecord_copy(&v.of.record, &src->of.record);
        break;
    case WASMTIME_COMPONENT_TUPLE:
        wasmtime_component_valtuple_copy(&v.of.tuple, &src->of.tuple);
        break;
    case WASMTIME_COMPONENT_FLAGS:
        wasmtime_component_valflags_copy(&v.of.flags, &src->of.flags);
        break;
    case WASMTIME_COMPONENT_MAP: wasmtime_component_valmap_copy(&v.of.map, &src->of.map); break;
    case WASMTIME_COMPONENT_VARIANT:
        wasm_name_copy(&v.of.variant.discriminant, &src->of.variant.discriminant);
        v.of.variant.val = clone_box(src->of.variant.val);
        break;
    case WASMTIME_COMPONENT_OPTION: v.of.option = clone_box(src->of.option); break;
    case WASMTIME_COMPONENT_RESULT: v.of.result.val = clone_box(src->of.result.val); break;
    case WASMTIME_COMPONENT_RESOURCE:
        v.of.resource = wasmtime_component_resource_any_clone(src->of.resource);
        break;
    default: break;
    }
    *dst = v;
}

void wasmtime_component_val_delete(val *v)
{
    if (!v)
        return;
    switch (v->kind) {
    case WASMTIME_COMPONENT_STRING: wasm_name_delete(&v->of.string); break;
    case WASMTIME_COMPONENT_ENUM: wasm_name_delete(&v->of.enumeration); break;
    case WASMTIME_COMPONENT_LIST: wasmtime_component_vallist_delete(&v->of.list); break;
    case WASMTIME_COMPONENT_RECORD: wasmtime_component_valrecord_delete(&v->of.record); break;
    case WASMTIME_COMPONENT_TUPLE: wasmtime_component_valtuple_delete(&v->of.tuple); break;
    case WASMTIME_COMPONENT_FLAGS: wasmtime_component_valflags_delete(&v->of.flags); break;
    case WASMTIME_COMPONENT_MAP: wasmtime_component_valmap_delete(&v->of.map); break;
    case WASMTIME_COMPONENT_VARIANT:
        wasm_name_delete(&v->of.variant.discriminant);
        wasmtime_component_val_free(v->of.variant.val);
        break;
    case WASMTIME_COMPONENT_OPTION: wasmtime_component_val_free(v->of.option); break;
    case WASMTIME_COMPONENT_RESULT: wasmtime_component_val_free(v->of.result.val); break;
    case WASMTIME_COMPONENT_RESOURCE: wasmtime_component_resource_any_delete(v->of.resource); break;
    default: break;
    }
    *v = (val){.kind = WASMTIME_COMPONENT_BOOL};
}

/* --- Resources -------------------------------------------------------------------------------- */

struct wasmtime_component_resource_type {
    uint32_t host; /* the number the host gave */
};

wasmtime_component_resource_type_t *wasmtime_component_resource_type_new_host(uint32_t ty)
{
    wasmtime_component_resource_type_t *t = hs_alloc(sizeof *t);
    if (t)
        t->host = ty;
    return t;
}

wasmtime_component_resource_type_t *
wasmtime_component_resource_type_clone(const wasmtime_component_resource_type_t *ty)
{
    return wasmtime_component_resource_type_new_host(ty->host);
}

bool wasmtime_component_resource_type_equal(const wasmtime_component_resource_type_t *a,
                                            const wasmtime_component_resource_type_t *b)
{
    return a->host == b->host;
}

void wasmtime_component_resource_type_delete(wasmtime_component_resource_type_t *resource)
{
    hs_free(resource);
}

struct wasmtime_component_resource_host {
    bool owned;
    uint32_t rep, type;
};

wasmtime_component_resource_host_t *wasmtime_component_resource_host_new(bool owned, uint32_t rep,
                                                                         uint32_t ty)
{
    wasmtime_component_resource_host_t *r = hs_alloc(sizeof *r);
    if (r)
        *r = (wasmtime_component_resource_host_t){owned, rep, ty};
    return r;
}

wasmtime_component_resource_host_t *
wasmtime_component_resource_host_clone(const wasmtime_component_resource_host_t *resource)
{
    return wasmtime_component_resource_host_new(resource->owned, resource->rep, resource->type);
}

uint32_t wasmtime_component_resource_host_rep(const wasmtime_component_resource_host_t *resource)
{
    return resource->rep;
}

uint32_t wasmtime_component_resource_host_type(const wasmtime_component_resource_host_t *resource)
{
    return resource->type;
}

bool wasmtime_component_resource_host_owned(const wasmtime_component_resource_host_t *resource)
{
    return resource->owned;
}

void wasmtime_component_resource_host_delete(wasmtime_component_resource_host_t *resource)
{
    hs_free(resource);
}

/* A handle names its entry in the store; owned entries can be used up once, whoever copies the
 * handle. */
struct wasmtime_component_resource_any {
    uint64_t store_id;
    uint32_t entry;
    bool owned;
    uint32_t rep, type;
};

wasmtime_component_resource_type_t *
wasmtime_component_resource_any_type(const wasmtime_component_resource_any_t *resource)
{
    return wasmtime_component_resource_type_new_host(resource->type);
}

wasmtime_component_resource_any_t *
wasmtime_component_resource_any_clone(const wasmtime_component_resource_any_t *resource)
{
    wasmtime_component_resource_any_t *r = resource ? hs_alloc(sizeof *r) : NULL;
    if (r)
        *r = *resource;
    return r;
}

bool wasmtime_component_resource_any_owned(const wasmtime_component_resource_any_t *resource)
{
    return resource->owned;
}

void wasmtime_component_resource_any_delete(wasmtime_component_resource_any_t *resource)
{
    hs_free(resource);
}

/* Uses up an owned entry. */
static wasmtime_error_t *consume(struct store *s, const wasmtime_component_resource_any_t *r)
{
    struct wasmtime_store *w = hs_api_part(s);
    if (r->store_id != s->id)
        return hs_api_error_cross_store();
    if (!r->owned)
        return NULL;
    if (r->entry >= w->resources.count || !w->resources.data[r->entry])
        return hs_api_error("unknown handle index %u", r->entry);
    w->resources.data[r->entry] = false;
    return NULL;
}

wasmtime_error_t *
wasmtime_component_resource_any_drop(wasmtime_context_t *ctx,
                                     const wasmtime_component_resource_any_t *resource)
{
    return consume(hs_api_store(ctx), resource);
}

wasmtime_error_t *
wasmtime_component_resource_any_to_host(wasmtime_context_t *ctx,
                                        const wasmtime_component_resource_any_t *resource,
                                        wasmtime_component_resource_host_t **ret)
{
    wasmtime_component_resource_host_t *h =
        wasmtime_component_resource_host_new(resource->owned, resource->rep, resource->type);
    wasmtime_error_t *e = h ? consume(hs_api_store(ctx), resource) : hs_api_error_oom();
    if (e)
        wasmtime_component_resource_host_delete(h);
    else
        *ret = h;
    return e;
}

wasmtime_error_t *
wasmtime_component_resource_host_to_any(wasmtime_context_t *ctx,
                                        const wasmtime_component_resource_host_t *resource,
                                        wasmtime_component_resource_any_t **ret)
{
    struct store *s = hs_api_store(ctx);
    struct wasmtime_store *w = hs_api_part(s);
    wasmtime_component_resource_any_t *r = hs_alloc(sizeof *r);
    if (!r || (resource->owned && !hs_vec_push(&w->resources, true))) {
        hs_free(r);
        return hs_api_error_oom();
    }
    *r = (wasmtime_component_resource_any_t){s->id,
                                             resource->owned ? (uint32_t)w->resources.count - 1 : 0,
                                             resource->owned, resource->rep, resource->type};
    *ret = r;
    return NULL;
}
