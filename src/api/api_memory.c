/* wasmtime/memory.h and wasmtime/sharedmemory.h. */
#include "api/api.h"

wasmtime_error_t *wasmtime_memory_new(wasmtime_context_t *store, const wasm_memorytype_t *ty,
                                      wasmtime_memory_t *ret)
{
    struct store *s = hs_api_store(store);
    if (ty->limits.shared)
        return hs_api_error("shared memories must be created through `SharedMemory`");
    struct error error;
    struct memory_obj *m;
    uint32_t number;
    hs_error_init(&error);
    if (hs_memory_new(s, &ty->limits, &error, &m) != ST_OK)
        return hs_api_error_from(&error);
    if (!hs_store_handle(s, EXTERN_MEMORY, m, &number))
        return hs_api_error_oom(); /* it ends with the store */
    *ret = (wasmtime_memory_t){{s->id, number}, 0};
    return NULL;
}

wasm_memorytype_t *wasmtime_memory_type(const wasmtime_context_t *store,
                                        const wasmtime_memory_t *memory)
{
    struct memory_obj *m = hs_api_memory(hs_api_store(store), memory);
    return m ? hs_api_memorytype(&m->type) : NULL;
}

uint8_t *wasmtime_memory_data(wasmtime_context_t *store, const wasmtime_memory_t *memory)
{
    struct memory_obj *m = hs_api_memory(hs_api_store(store), memory);
    return m ? m->rec.base : NULL;
}

size_t wasmtime_memory_data_size(const wasmtime_context_t *store, const wasmtime_memory_t *memory)
{
    struct memory_obj *m = hs_api_memory(hs_api_store(store), memory);
    return m ? hs_memory_bytes(m) : 0;
}

uint64_t wasmtime_memory_size(const wasmtime_context_t *store, const wasmtime_memory_t *memory)
{
    struct memory_obj *m = hs_api_memory(hs_api_store(store), memory);
    return m ? hs_memory_pages(m) : 0;
}

wasmtime_error_t *wasmtime_memory_grow(wasmtime_context_t *store, const wasmtime_memory_t *memory,
                                       uint64_t delta, uint64_t *prev_size)
{
    struct memory_obj *m = hs_api_memory(hs_api_store(store), memory);
    if (!m)
        return hs_api_error("object used with the wrong store");
    uint64_t old = hs_memory_grow(m, hs_api_store(store), delta);
    if (old == UINT64_MAX)
        return hs_api_error("failed to grow memory by `%llu`", (unsigned long long)delta);
    *prev_size = old;
    return NULL;
}

uint64_t wasmtime_memory_page_size(wasmtime_context_t *store, const wasmtime_memory_t *memory)
{
    return UINT64_C(1) << wasmtime_memory_page_size_log2(store, memory);
}

uint8_t wasmtime_memory_page_size_log2(wasmtime_context_t *store, const wasmtime_memory_t *memory)
{
    struct memory_obj *m = hs_api_memory(hs_api_store(store), memory);
    return m ? m->type.page_log2 : 16;
}

/* --- Shared memories -------------------------------------------------------------------------- */

/* A handle of a shared memory, which is of no store: it may have been made by the host, or be
 * one that a module defines. The memory itself is counted apart from its handles; each store
 * that has met it holds one until it ends. */
struct wasmtime_sharedmemory {
    _Atomic uint32_t refs;
    struct memory_obj *memory; /* counted */
    struct engine *engine;     /* counted */
};

/* of a store */
struct shared_use {
    struct shared_use *next;
    struct memory_obj *memory; /* counted; of the store's engine */
};

/* Takes over one count of the memory. */
static wasmtime_sharedmemory_t *handle_new(struct engine *e, struct memory_obj *memory)
{
    wasmtime_sharedmemory_t *m = hs_alloc(sizeof *m);
    if (m)
        *m = (wasmtime_sharedmemory_t){1, memory, hs_engine_ref(e)};
    else
        hs_shared_memory_unref(memory);
    return m;
}

wasmtime_error_t *wasmtime_sharedmemory_new(const wasm_engine_t *engine,
                                            const wasm_memorytype_t *ty,
                                            wasmtime_sharedmemory_t **ret)
{
    struct engine *e = hs_api_engine(engine);
    struct error error;
    struct memory_obj *memory;
    if (!ty->limits.shared)
        return hs_api_error("shared memory must have the `shared` flag enabled on its memory type");
    if (!e->config.shared_memory)
        return hs_api_error("creation of a shared memory is disabled: the engine was configured "
                            "without `shared_memory`");
    hs_error_init(&error);
    if (hs_shared_memory_new(&e->rt, &ty->limits, NULL, &error, &memory) != ST_OK)
        return hs_api_error_from(&error);
    wasmtime_sharedmemory_t *m = handle_new(e, memory);
    if (!m)
        return hs_api_error_oom();
    *ret = m;
    return NULL;
}

wasmtime_sharedmemory_t *wasmtime_sharedmemory_clone(const wasmtime_sharedmemory_t *memory)
{
    wasmtime_sharedmemory_t *m = (wasmtime_sharedmemory_t *)(uintptr_t)memory;
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void wasmtime_sharedmemory_delete(wasmtime_sharedmemory_t *m)
{
    if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    hs_shared_memory_unref(m->memory);
    hs_engine_unref(m->engine);
    hs_free(m);
}

wasm_memorytype_t *wasmtime_sharedmemory_type(const wasmtime_sharedmemory_t *m)
{
    return hs_api_memorytype(&m->memory->type);
}

uint8_t *wasmtime_sharedmemory_data(const wasmtime_sharedmemory_t *m)
{
    return m->memory->rec.base;
}

size_t wasmtime_sharedmemory_data_size(const wasmtime_sharedmemory_t *m)
{
    return hs_memory_bytes(m->memory);
}

uint64_t wasmtime_sharedmemory_size(const wasmtime_sharedmemory_t *m)
{
    return hs_memory_pages(m->memory);
}

wasmtime_error_t *wasmtime_sharedmemory_grow(const wasmtime_sharedmemory_t *memory, uint64_t delta,
                                             uint64_t *prev_size)
{
    uint64_t old = hs_memory_grow(memory->memory, NULL, delta);
    if (old == UINT64_MAX)
        return hs_api_error("failed to grow memory by `%llu`", (unsigned long long)delta);
    *prev_size = old;
    return NULL;
}

wasmtime_sharedmemory_t *hs_api_shared_of(struct store *s, struct memory_obj *m)
{
    return handle_new(hs_api_store_engine(s), hs_shared_memory_ref(m));
}

wasmtime_error_t *hs_api_shared_in(struct store *s, const wasmtime_sharedmemory_t *m,
                                   struct memory_obj **out)
{
    struct wasmtime_store *w = hs_api_part(s);
    if (m->engine != hs_api_store_engine(s))
        return hs_api_error("the shared memory belongs to another engine than the store");
    *out = m->memory;
    for (struct shared_use *u = w->shared; u; u = u->next)
        if (u->memory == m->memory)
            return NULL;
    struct shared_use *u = hs_alloc(sizeof *u);
    if (!u)
        return hs_api_error_oom();
    *u = (struct shared_use){w->shared, hs_shared_memory_ref(m->memory)};
    w->shared = u;
    return NULL;
}

void hs_api_shared_drop(struct wasmtime_store *w)
{
    for (struct shared_use *u = w->shared, *next; u; u = next) {
        next = u->next;
        hs_shared_memory_unref(u->memory);
        hs_free(u);
    }
    w->shared = NULL;
}
