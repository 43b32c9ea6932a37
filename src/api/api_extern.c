/* Handles: from the structs that programs copy by value to objects of the store, and back. Every
 * handle names its store, and every use asks for it: a handle of another store finds nothing. */
#include "api/api.h"

struct memory_obj *hs_api_memory(const struct store *s, const wasmtime_memory_t *m)
{
    return m->store_id == s->id
               ? hs_store_object((struct store *)(uintptr_t)s, EXTERN_MEMORY, m->__private1)
               : NULL;
}

struct table_obj *hs_api_table(const struct store *s, const wasmtime_table_t *t)
{
    return t->store_id == s->id
               ? hs_store_object((struct store *)(uintptr_t)s, EXTERN_TABLE, t->__private1)
               : NULL;
}

struct global_obj *hs_api_global(const struct store *s, const wasmtime_global_t *g)
{
    return g->store_id == s->id
               ? hs_store_object((struct store *)(uintptr_t)s, EXTERN_GLOBAL, g->__private1)
               : NULL;
}

struct tag_obj *hs_api_tag(const struct store *s, const wasmtime_tag_t *t)
{
    return t->store_id == s->id
               ? hs_store_object((struct store *)(uintptr_t)s, EXTERN_TAG, t->__private1)
               : NULL;
}

struct instance *hs_api_instance(const struct store *s, const wasmtime_instance_t *i)
{
    return i->store_id == s->id && i->__private < s->handles_instance.count
               ? s->handles_instance.data[i->__private]
               : NULL;
}

bool hs_api_instance_out(struct store *s, struct instance *i, wasmtime_instance_t *out)
{
    if (!i->handle) {
        if (!hs_vec_push(&s->handles_instance, i))
            return false;
        i->handle = (uint32_t)s->handles_instance.count;
    }
    *out = (wasmtime_instance_t){s->id, i->handle - 1};
    return true;
}

bool hs_api_extern_out(struct store *s, const struct hs_extern *x, wasmtime_extern_t *out)
{
    uint32_t number = 0;
    if (x->kind == EXTERN_MEMORY && x->memory->type.shared) {
        wasmtime_sharedmemory_t *m = hs_api_shared_of(s, x->memory);
        if (!m)
            return false;
        out->kind = WASMTIME_EXTERN_SHAREDMEMORY;
        out->of.sharedmemory = m;
        return true;
    }
    if (x->kind != EXTERN_FUNC && !hs_store_handle(s, x->kind, x->func, &number))
        return false;
    switch (x->kind) {
    case EXTERN_FUNC:
        out->kind = WASMTIME_EXTERN_FUNC;
        hs_api_func_out(s, x->func, &out->of.func);
        return true;
    case EXTERN_GLOBAL:
        out->kind = WASMTIME_EXTERN_GLOBAL;
        out->of.global = (wasmtime_global_t){s->id, number, 0, 0};
        return true;
    case EXTERN_TABLE:
        out->kind = WASMTIME_EXTERN_TABLE;
        out->of.table = (wasmtime_table_t){{s->id, number}, 0};
        return true;
    case EXTERN_MEMORY:
        out->kind = WASMTIME_EXTERN_MEMORY;
        out->of.memory = (wasmtime_memory_t){{s->id, number}, 0};
        return true;
    case EXTERN_TAG:
        out->kind = WASMTIME_EXTERN_TAG;
        out->of.tag = (wasmtime_tag_t){{s->id, number}, 0};
        return true;
    }
    return false;
}

wasmtime_error_t *hs_api_extern_in(struct store *s, const wasmtime_extern_t *x,
                                   struct hs_extern *out)
{
    struct hs_extern r = {0};
    switch (x->kind) {
    case WASMTIME_EXTERN_FUNC:
        r.kind = EXTERN_FUNC;
        r.func = hs_api_func(s, &x->of.func);
        break;
    case WASMTIME_EXTERN_GLOBAL:
        r.kind = EXTERN_GLOBAL;
        r.global = hs_api_global(s, &x->of.global);
        break;
    case WASMTIME_EXTERN_TABLE:
        r.kind = EXTERN_TABLE;
        r.table = hs_api_table(s, &x->of.table);
        break;
    case WASMTIME_EXTERN_MEMORY:
        r.kind = EXTERN_MEMORY;
        r.memory = hs_api_memory(s, &x->of.memory);
        break;
    case WASMTIME_EXTERN_SHAREDMEMORY:
        r.kind = EXTERN_MEMORY;
        if (x->of.sharedmemory) {
            wasmtime_error_t *e = hs_api_shared_in(s, x->of.sharedmemory, &r.memory);
            if (e)
                return e;
        }
        break;
    case WASMTIME_EXTERN_TAG:
        r.kind = EXTERN_TAG;
        r.tag = hs_api_tag(s, &x->of.tag);
        break;
    default: return hs_api_error("unknown kind %u of an extern", x->kind);
    }
    if (!r.func)
        return hs_api_error_cross_store();
    *out = r;
    return NULL;
}

void wasmtime_extern_delete(wasmtime_extern_t *val)
{
    if (!val || val->kind != WASMTIME_EXTERN_SHAREDMEMORY)
        return;
    wasmtime_sharedmemory_delete(val->of.sharedmemory);
    val->of.sharedmemory = NULL;
}

wasm_externtype_t *hs_api_externtype(struct store *s, const struct hs_extern *x)
{
    struct engine *e = hs_api_store_engine(s);
    switch (x->kind) {
    case EXTERN_FUNC: return (wasm_externtype_t *)hs_api_functype(e, x->func->type);
    case EXTERN_GLOBAL:
        return (wasm_externtype_t *)hs_api_globaltype(e, x->global->type, x->global->mutable);
    case EXTERN_TABLE:
        return (wasm_externtype_t *)hs_api_tabletype(e, x->table->elem, &x->table->type);
    case EXTERN_MEMORY: return (wasm_externtype_t *)hs_api_memorytype(&x->memory->type);
    case EXTERN_TAG: return (wasm_externtype_t *)hs_api_tagtype(e, x->tag->type);
    }
    return NULL;
}

wasm_externtype_t *wasmtime_extern_type(wasmtime_context_t *context, const wasmtime_extern_t *val)
{
    struct store *s = hs_api_store(context);
    struct hs_extern x;
    if (val->kind == WASMTIME_EXTERN_SHAREDMEMORY)
        return val->of.sharedmemory
                   ? (wasm_externtype_t *)wasmtime_sharedmemory_type(val->of.sharedmemory)
                   : NULL;
    wasmtime_error_t *e = hs_api_extern_in(s, val, &x);
    if (e) {
        wasmtime_error_delete(e);
        return NULL;
    }
    return hs_api_externtype(s, &x);
}
