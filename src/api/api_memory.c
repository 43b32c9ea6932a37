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
    uint64_t old = hs_memory_grow(m, delta);
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

/* A memory of no store. Its object is used by every store as it is: base and record are the same
 * for all; it is kept by each store that has met it until that store ends. */
struct wasmtime_sharedmemory {
    _Atomic uint32_t refs;
    struct memory_obj memory;
    struct store limits; /* stands for the store in memory.store: no limits but its own */
    struct engine *engine;
};

struct shared_use { /* of a store */
    struct shared_use *next;
    wasmtime_sharedmemory_t *memory; /* counted */
};

wasmtime_error_t *wasmtime_sharedmemory_new(const wasm_engine_t *engine,
                                            const wasm_memorytype_t *ty,
                                            wasmtime_sharedmemory_t **ret)
{
    struct engine *e = hs_api_engine(engine);
    if (!ty->limits.shared)
        return hs_api_error("shared memory must have the `shared` flag enabled on its memory type");
    if (!e->config.shared_memory)
        return hs_api_error("creation of a shared memory is disabled: the engine was configured "
                            "without `shared_memory`");
    wasmtime_sharedmemory_t *m = hs_calloc(1, sizeof *m);
    if (!m)
        return hs_api_error_oom();
    enum status st = hs_memory_open(&e->rt, &ty->limits, NULL, &m->memory);
    if (st != ST_OK) {
        hs_free(m);
        return hs_api_error("cannot reserve address space for a memory of %llu pages",
                            (unsigned long long)ty->limits.min);
    }
    m->refs = 1;
    m->limits.max_memory_bytes = UINT64_MAX;
    m->memory.store = &m->limits;
    hs_memory_mark(&m->memory);
    m->engine = hs_engine_ref(e);
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
    hs_memory_close(&m->engine->rt, &m->memory);
    hs_engine_unref(m->engine);
    hs_free(m);
}

wasm_memorytype_t *wasmtime_sharedmemory_type(const wasmtime_sharedmemory_t *m)
{
    return hs_api_memorytype(&m->memory.type);
}

uint8_t *wasmtime_sharedmemory_data(const wasmtime_sharedmemory_t *m)
{
    return m->memory.rec.base;
}

size_t wasmtime_sharedmemory_data_size(const wasmtime_sharedmemory_t *m)
{
    return __atomic_load_n(&m->memory.rec.bytes, __ATOMIC_ACQUIRE);
}

uint64_t wasmtime_sharedmemory_size(const wasmtime_sharedmemory_t *m)
{
    return wasmtime_sharedmemory_data_size(m) >> m->memory.type.page_log2;
}

wasmtime_error_t *wasmtime_sharedmemory_grow(const wasmtime_sharedmemory_t *memory, uint64_t delta,
                                             uint64_t *prev_size)
{
    wasmtime_sharedmemory_t *m = (wasmtime_sharedmemory_t *)(uintptr_t)memory;
    uint64_t old = hs_memory_grow(&m->memory, delta);
    if (old == UINT64_MAX)
        return hs_api_error("failed to grow memory by `%llu`", (unsigned long long)delta);
    *prev_size = old;
    return NULL;
}

bool hs_api_is_shared(const struct memory_obj *m)
{
    return m->type.shared && m->store && m->store->id == 0;
}

wasmtime_sharedmemory_t *hs_api_shared_of(struct memory_obj *m)
{
    return wasmtime_sharedmemory_clone(HS_CONTAINER(m, struct wasmtime_sharedmemory, memory));
}

struct memory_obj *hs_api_shared_in(struct store *s, const wasmtime_sharedmemory_t *memory)
{
    struct wasmtime_store *w = hs_api_part(s);
    wasmtime_sharedmemory_t *m = (wasmtime_sharedmemory_t *)(uintptr_t)memory;
    for (struct shared_use *u = w->shared; u; u = u->next)
        if (u->memory == m)
            return &m->memory;
    struct shared_use *u = hs_alloc(sizeof *u);
    if (!u)
        return NULL;
    *u = (struct shared_use){w->shared, wasmtime_sharedmemory_clone(m)};
    w->shared = u;
    return &m->memory;
}

void hs_api_shared_drop(struct wasmtime_store *w)
{
    for (struct shared_use *u = w->shared, *next; u; u = next) {
        next = u->next;
        wasmtime_sharedmemory_delete(u->memory);
        hs_free(u);
    }
    w->shared = NULL;
}
