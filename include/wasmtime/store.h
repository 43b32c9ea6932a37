/**
 * @file wasmtime/store.h
 *
 * The store: a world of instances, and the limits it lives under.
 *
 * Two types mean the same thing. `wasmtime_store_t` owns the world; whoever
 * made it deletes it. `wasmtime_context_t` is the view of it that every other
 * function takes; it stays at the same address for as long as the store lives,
 * and inside a host function it is asked of the caller.
 *
 * Functions, memories, tables, globals and instances of a store are small
 * structs that are copied by value. They name the store they belong to, end
 * with it, and must not be used with another one.
 *
 * A store may move between threads, but only one thread may use it at a time.
 * Functions that take a `const` context may run at the same time as each other.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_STORE_H
#define WASMTIME_STORE_H

#include <wasi.h>
#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A store, owned by whoever made it. */
typedef struct wasmtime_store wasmtime_store_t;

/** The view of a store that functions take; always borrowed. */
typedef struct wasmtime_context wasmtime_context_t;

/**
 * Makes an empty store.
 *
 * @param engine     borrowed; the store holds it from now on
 * @param data       a pointer for the host, see wasmtime_context_get_data()
 * @param finalizer  called once with the pointer that the store holds when it
 *                   is deleted; may be NULL
 * @return owned by the caller; NULL if there is no memory, and then the
 *         finalizer is not called
 */
WASM_API_EXTERN wasmtime_store_t *wasmtime_store_new(wasm_engine_t *engine, void *data,
                                                     void (*finalizer)(void *));

/**
 * The view of the store that all other functions take.
 *
 * @param store  borrowed
 * @return borrowed; the same pointer at every call, until the store is deleted
 */
WASM_API_EXTERN wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *store);

/**
 * Deletes the store and everything in it.
 *
 * Finalizers of host functions, of external references, of slots and of the
 * store's own data run during this call. No function of the store may be
 * active.
 *
 * @param store  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_store_delete(wasmtime_store_t *store);

/**
 * Limits what guests of the store may grow to. May be called again at any
 * time; what exists already stays as it is.
 *
 * A guest that asks for more sees its `memory.grow` or `table.grow` fail; a
 * host that asks for more gets an error. A negative number restores the
 * default of its limit.
 *
 * @param store           borrowed
 * @param memory_size     bytes of each memory, and of the collected heap; no
 *                        limit by default. A guest whose object does not fit
 *                        even after a collection traps
 * @param table_elements  elements of each table; no limit by default
 * @param instances       number of instances; 10,000 by default
 * @param tables          number of tables; 10,000 by default
 * @param memories        number of memories; 10,000 by default
 */
WASM_API_EXTERN void wasmtime_store_limiter(wasmtime_store_t *store, int64_t memory_size,
                                            int64_t table_elements, int64_t instances,
                                            int64_t tables, int64_t memories);

/**
 * The host's own pointer.
 *
 * @param context  borrowed
 * @return what wasmtime_store_new() or wasmtime_context_set_data() put there
 */
WASM_API_EXTERN void *wasmtime_context_get_data(const wasmtime_context_t *context);

/**
 * Replaces the host's own pointer. The finalizer is not called for the old
 * one; when the store ends it is called with the pointer that is there then.
 *
 * @param context  borrowed
 * @param data     the new pointer
 */
WASM_API_EXTERN void wasmtime_context_set_data(wasmtime_context_t *context, void *data);

#ifdef WASMTIME_FEATURE_GC
/**
 * Collects objects that nothing refers to any more, and runs the finalizers of
 * external references among them. A store also collects by itself when as much
 * again as was alive has been made, of either; never at the end of a root.
 *
 * While a guest runs, or rests in a call of `wasmtime/async.h`, what its frames may
 * refer to is kept, which can be too much.
 *
 * @param context  borrowed
 * @return NULL, or an error that the caller owns
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_context_gc(wasmtime_context_t *context);
#endif

/**
 * Sets how much fuel the guests of this store may still use, in place of what
 * was left. A new store has none, so its first instruction traps with
 * WASMTIME_TRAP_CODE_OUT_OF_FUEL. About one unit is used per instruction.
 *
 * @param context  borrowed
 * @param fuel     units
 * @return NULL, or an error that the caller owns: the engine was configured
 *         without wasmtime_config_consume_fuel_set()
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_context_set_fuel(wasmtime_context_t *context,
                                                            uint64_t fuel);

/**
 * Gives the fuel that is left.
 *
 * @param context    borrowed
 * @param[out] fuel  units; untouched on failure
 * @return NULL, or an error that the caller owns: the engine was configured
 *         without wasmtime_config_consume_fuel_set()
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_context_get_fuel(const wasmtime_context_t *context,
                                                            uint64_t *fuel);

#ifdef WASMTIME_FEATURE_WASI
/**
 * Gives the store its WASI world: arguments, environment, files, streams. To
 * be called before a function of WASI is; a second call replaces the first
 * world.
 *
 * @param context  borrowed
 * @param wasi     consumed in every case
 * @return NULL, or an error that the caller owns: something in the
 *         configuration could not be opened
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_context_set_wasi(wasmtime_context_t *context,
                                                            wasi_config_t *wasi);
#endif

#ifdef WASMTIME_FEATURE_WASI_HTTP
/**
 * Lets components of the store use `wasi:http`. To be called after
 * wasmtime_context_set_wasi().
 *
 * @param context  borrowed
 */
WASM_API_EXTERN void wasmtime_context_set_wasi_http(wasmtime_context_t *context);
#endif

/**
 * Sets when the guests of this store are interrupted: once the engine's clock
 * of epochs has moved @p ticks_beyond_current times from now.
 *
 * The deadline of a new store is the present epoch, so that a guest is
 * interrupted at once; a store of an engine with epoch interruption therefore
 * needs this call. Without that configuration it has no effect.
 *
 * What happens at the deadline: the guest traps with
 * WASMTIME_TRAP_CODE_INTERRUPT, unless a callback decides otherwise, see
 * wasmtime_store_epoch_deadline_callback().
 *
 * @param context               borrowed
 * @param ticks_beyond_current  calls of wasmtime_engine_increment_epoch()
 */
WASM_API_EXTERN void wasmtime_context_set_epoch_deadline(wasmtime_context_t *context,
                                                         uint64_t ticks_beyond_current);

/** What a deadline callback decides: one of the constants below. */
typedef uint8_t wasmtime_update_deadline_kind_t;

/** Move the deadline and go on. */
#define WASMTIME_UPDATE_DEADLINE_CONTINUE 0
/** Move the deadline and give way first; for asynchronous calls only. */
#define WASMTIME_UPDATE_DEADLINE_YIELD 1

/**
 * Has a callback decide what happens when the deadline is reached.
 *
 * The callback runs on the guest's thread, never in a signal handler, at most
 * once for each deadline. It receives the context, @p data, and two results to
 * fill: by how many epochs the deadline moves from now, and the kind of
 * continuation (WASMTIME_UPDATE_DEADLINE_CONTINUE beforehand). If it returns an
 * error, the guest's call ends with that error.
 *
 * @param store      borrowed
 * @param func       the callback; a previous one is replaced
 * @param data       given to the callback
 * @param finalizer  called once with @p data when the callback is replaced or
 *                   the store deleted; may be NULL
 */
WASM_API_EXTERN void wasmtime_store_epoch_deadline_callback(
    wasmtime_store_t *store,
    wasmtime_error_t *(*func)(wasmtime_context_t *, void *, uint64_t *,
                              wasmtime_update_deadline_kind_t *),
    void *data, void (*finalizer)(void *));

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_STORE_H */
