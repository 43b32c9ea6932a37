/* wasmtime/store.h, the slots of hospes.h, and the store of wasm.h: what the API adds to the
 * runtime's store, and how a store ends. The order of the end: references of the host, instances
 * and host functions (hs_store_delete), then slots, the callback of deadlines, the host's own
 * data, the engine. Roots outlive the store; they are cut loose first. */
#include "api/api.h"

wasmtime_store_t *wasmtime_store_new(wasm_engine_t *engine, void *data, void (*finalizer)(void *))
{
    struct engine *e = hs_api_engine(engine);
    struct wasmtime_store *w = hs_calloc(1, sizeof *w);
    if (!w || hs_store_new(&e->rt, &w->store) != ST_OK) {
        hs_free(w);
        return NULL;
    }
    w->data = data;
    w->data_finalizer = finalizer;
    hs_vec_init(&w->slots, 1 << 20);
    hs_vec_init(&w->held_types, UINT32_MAX);
    hs_vec_init(&w->resources, UINT32_MAX);
    w->store->api = w;
    w->store->failed = hs_api_call_failed;
    w->store->each_root = hs_api_each_root;
    w->store->stack_is_whole = hs_api_stack_is_whole;
    hs_engine_ref(e);
    return w;
}

void wasmtime_store_delete(wasmtime_store_t *w)
{
    if (!w)
        return;
    struct engine *e = hs_api_store_engine(w->store);
    for (struct root *r = w->roots; r; r = r->next)
        r->store = NULL;
    if (w->store->host_error)
        wasmtime_error_delete(w->store->host_error);
    hs_store_delete(w->store);
    hs_free(w->defs);
    hs_api_shared_drop(w);
    for (size_t i = 0; i < w->slots.count; i++)
        if (w->slots.data[i].data && w->slots.data[i].finalizer)
            w->slots.data[i].finalizer(w->slots.data[i].data);
    hs_vec_deinit(&w->slots);
    for (size_t i = 0; i < w->held_types.count; i++)
        hs_type_registry_release(&e->rt.types, w->held_types.data[i]);
    hs_vec_deinit(&w->held_types);
    hs_vec_deinit(&w->resources);
    if (w->epoch_finalizer)
        w->epoch_finalizer(w->epoch_data);
    if (w->data_finalizer)
        w->data_finalizer(w->data);
    hs_free(w);
    hs_engine_unref(e);
}

void hs_api_keep_type(struct store *s, struct valtype t)
{
    struct wasmtime_store *w = hs_api_part(s);
    if (!hs_vt_is_ref(t) || !hs_heap_is_index(hs_vt_heap(t)))
        return;
    hs_type_registry_hold(&s->rt->types, hs_vt_heap(t));
    (void)!hs_vec_push(&w->held_types, hs_vt_heap(t)); /* without memory it stays held: harmless */
}

wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *w)
{
    return hs_api_context(w->store);
}

void *wasmtime_context_get_data(const wasmtime_context_t *context)
{
    return hs_api_part(hs_api_store(context))->data;
}

void wasmtime_context_set_data(wasmtime_context_t *context, void *data)
{
    hs_api_part(hs_api_store(context))->data = data;
}

void wasmtime_store_limiter(wasmtime_store_t *w, int64_t memory_size, int64_t table_elements,
                            int64_t instances, int64_t tables, int64_t memories)
{
    enum { COUNT = 10000 };
    struct store *s = w->store;
    s->max_memory_bytes = memory_size < 0 ? UINT64_MAX : (uint64_t)memory_size;
    s->max_table_elems = table_elements < 0 ? UINT64_MAX : (uint64_t)table_elements;
    s->max_instances = instances < 0 ? COUNT : (uint64_t)instances;
    s->max_tables = tables < 0 ? COUNT : (uint64_t)tables;
    s->max_memories = memories < 0 ? COUNT : (uint64_t)memories;
}

/* --- Fuel ------------------------------------------------------------------------------------- */

wasmtime_error_t *wasmtime_context_set_fuel(wasmtime_context_t *context, uint64_t fuel)
{
    struct store *s = hs_api_store(context);
    if (!s->rt->config.fuel)
        return hs_api_error("fuel is not configured in this store");
    hs_api_fuel_set(s, fuel);
    return NULL;
}

wasmtime_error_t *wasmtime_context_get_fuel(const wasmtime_context_t *context, uint64_t *fuel)
{
    struct store *s = hs_api_store(context);
    if (!s->rt->config.fuel)
        return hs_api_error("fuel is not configured in this store");
    *fuel = s->run.fuel + hs_api_part(s)->fuel_rest;
    return NULL;
}

/* --- Epochs ----------------------------------------------------------------------------------- */

void wasmtime_context_set_epoch_deadline(wasmtime_context_t *context, uint64_t ticks_beyond_current)
{
    struct store *s = hs_api_store(context);
    uint64_t deadline;
    if (__builtin_add_overflow(atomic_load(&s->rt->epoch), ticks_beyond_current, &deadline))
        deadline = UINT64_MAX;
    hs_store_set_epoch_deadline(s, deadline);
}

static uint32_t on_deadline(struct store *s, void *env)
{
    struct wasmtime_store *w = env;
    uint64_t delta = w->yield_delta;
    wasmtime_update_deadline_kind_t kind = WASMTIME_UPDATE_DEADLINE_YIELD;
    wasmtime_error_t *e = NULL;
    if (!w->yield_epoch) {
        delta = 0;
        kind = WASMTIME_UPDATE_DEADLINE_CONTINUE;
        e = w->epoch_callback(hs_api_context(s), w->epoch_data, &delta, &kind);
    }
    if (!e && kind == WASMTIME_UPDATE_DEADLINE_YIELD && !hs_api_fiber_running(w))
        e = hs_api_error("cannot yield: the store is not running an asynchronous call");
    else if (!e && kind > WASMTIME_UPDATE_DEADLINE_YIELD)
        e = hs_api_error("unknown kind %u of a deadline's continuation", kind);
    if (e)
        return hs_api_raise_error(s, e);
    wasmtime_context_set_epoch_deadline(hs_api_context(s), delta);
    return kind == WASMTIME_UPDATE_DEADLINE_YIELD ? hs_api_fiber_yield(w) : 0;
}

void hs_api_watch_deadline(struct wasmtime_store *w)
{
    w->store->interrupt = w->epoch_callback || w->yield_epoch ? on_deadline : NULL;
    w->store->interrupt_env = w;
}

void wasmtime_store_epoch_deadline_callback(
    wasmtime_store_t *w,
    wasmtime_error_t *(*func)(wasmtime_context_t *, void *, uint64_t *,
                              wasmtime_update_deadline_kind_t *),
    void *data, void (*finalizer)(void *))
{
    void (*old_finalizer)(void *) = w->epoch_finalizer;
    void *old_data = w->epoch_data;
    w->epoch_callback = func;
    w->epoch_data = data;
    w->epoch_finalizer = finalizer;
    w->yield_epoch = false;
    hs_api_watch_deadline(w);
    if (old_finalizer)
        old_finalizer(old_data);
}

bool hospes_context_interrupted(const wasmtime_context_t *context)
{
    struct store *s = hs_api_store(context);
    return s->rt->config.epochs && atomic_load(&s->rt->epoch) >= s->epoch_deadline;
}

wasmtime_error_t *wasmtime_context_gc(wasmtime_context_t *context)
{
    hs_gc_collect(hs_api_store(context));
    return NULL;
}

/* --- Slots ------------------------------------------------------------------------------------ */

enum { MAX_SLOTS = 4096 };
static _Atomic int slots_given;

int hospes_store_slot_new(void)
{
    int n = atomic_fetch_add(&slots_given, 1);
    if (n < MAX_SLOTS)
        return n;
    atomic_store(&slots_given, MAX_SLOTS);
    return -1;
}

wasmtime_error_t *hospes_store_slot_set(wasmtime_context_t *context, int slot, void *data,
                                        void (*finalizer)(void *))
{
    struct wasmtime_store *w = hs_api_part(hs_api_store(context));
    if (slot < 0 || slot >= atomic_load(&slots_given))
        return hs_api_error("there is no slot %d", slot);
    size_t n = (size_t)slot + 1;
    if (w->slots.count < n) {
        if (!hs_vec_reserve(&w->slots, n - w->slots.count))
            return hs_api_error_oom();
        memset(w->slots.data + w->slots.count, 0, (n - w->slots.count) * sizeof *w->slots.data);
        w->slots.count = n;
    }
    struct store_slot old = w->slots.data[slot];
    w->slots.data[slot] = (struct store_slot){data, finalizer};
    if (old.data && old.finalizer)
        old.finalizer(old.data);
    return NULL;
}

void *hospes_store_slot_get(const wasmtime_context_t *context, int slot)
{
    const struct wasmtime_store *w = hs_api_part(hs_api_store(context));
    return (size_t)slot < w->slots.count ? w->slots.data[slot].data : NULL;
}

/* --- The store of wasm.h ---------------------------------------------------------------------- */

wasm_store_t *wasm_store_new(wasm_engine_t *engine)
{
    wasm_store_t *s = hs_calloc(1, sizeof *s);
    if (!s || !(s->inner = wasmtime_store_new(engine, NULL, NULL))) {
        hs_free(s);
        return NULL;
    }
    s->refs = 1;
    s->inner->outer = s;
    return s;
}

void hs_api_store_link_unref(struct store_link *link)
{
    if (link && atomic_fetch_sub_explicit(&link->refs, 1, memory_order_acq_rel) == 1)
        hs_free(link);
}

void hs_api_wasm_store_unref(wasm_store_t *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (s->link)
        s->link->store = NULL;
    hs_api_store_link_unref(s->link);
    wasmtime_store_delete(s->inner);
    hs_free(s);
}

void wasm_store_delete(wasm_store_t *s)
{
    hs_api_wasm_store_unref(s);
}
