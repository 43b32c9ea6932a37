/**
 * @file wasmtime/externref.h
 *
 * References to things of the host, which guests can pass on but not open
 * (reference types).
 *
 * Guests can turn any reference of the hierarchy of `anyref` into an external one and
 * back (`extern.convert_any`, `any.convert_extern`). The raw word stays the same,
 * so wasmtime_externref_to_raw() and wasmtime_anyref_from_raw() do it for the
 * host.
 *
 * A root belongs to whoever received it and is ended with
 * wasmtime_externref_unroot(), see `wasmtime/val.h`. The thread rules of the store
 * apply, see `wasmtime/store.h`.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/runtime.html#references
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_EXTERNREF_H
#define WASMTIME_EXTERNREF_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/store.h>
#include <wasmtime/val.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_GC

/** Makes a reference null. A root that it was is not ended by this. */
static inline void wasmtime_externref_set_null(wasmtime_externref_t *ref)
{
    ref->store_id = 0;
}

/** Whether a reference is null. */
static inline bool wasmtime_externref_is_null(const wasmtime_externref_t *ref)
{
    return ref->store_id == 0;
}

/**
 * Makes a reference to something of the host.
 *
 * If the store has 16,384 or more of them and twice as many as after the last
 * collection, those that nothing refers to any more are collected first, and
 * their finalizers run: a store that makes references for ever does not grow
 * for ever.
 *
 * @param context    borrowed; the reference belongs to its store
 * @param data       the host's pointer
 * @param finalizer  called once with @p data after the last use: here, in
 *                   wasmtime_context_gc() or when the store is deleted, on
 *                   whatever thread that happens; may be NULL. It may use the
 *                   store, unless that is being deleted
 * @param[out] out   owned by the caller; null if the result is false
 * @return false if the heap is full; the finalizer is not called then
 */
WASM_API_EXTERN bool wasmtime_externref_new(wasmtime_context_t *context, void *data,
                                            void (*finalizer)(void *), wasmtime_externref_t *out);

/**
 * Gives the host's pointer back.
 *
 * @param context  borrowed
 * @param data     borrowed
 * @return the pointer, alive as long as the reference; NULL for null
 */
WASM_API_EXTERN void *wasmtime_externref_data(wasmtime_context_t *context,
                                              const wasmtime_externref_t *data);

/**
 * Makes a second root for the same object.
 *
 * @param ref       borrowed
 * @param[out] out  owned by the caller; null for null
 */
WASM_API_EXTERN void wasmtime_externref_clone(const wasmtime_externref_t *ref,
                                              wasmtime_externref_t *out);

/**
 * Ends a root. The struct itself is the caller's.
 *
 * @param ref  its content is consumed; NULL and null are accepted
 */
WASM_API_EXTERN void wasmtime_externref_unroot(wasmtime_externref_t *ref);

/**
 * Makes a root from a raw reference. A word that is no reference of
 * this kind in this store, for nothing is there or not any more, gives null.
 *
 * @param context   borrowed
 * @param raw       the field `externref` of a raw value of this store; 0 for null
 * @param[out] out  owned by the caller
 */
WASM_API_EXTERN void wasmtime_externref_from_raw(wasmtime_context_t *context, uint32_t raw,
                                                 wasmtime_externref_t *out);

/**
 * Makes a raw reference from a root. It holds as long as the root; after that
 * only until the next collection, which may be in wasmtime_externref_new(),
 * unless a guest has received it by then.
 *
 * @param context  borrowed
 * @param ref      borrowed; NULL and null are accepted
 * @return what goes into the field `externref` of a raw value; 0 for null
 */
WASM_API_EXTERN uint32_t wasmtime_externref_to_raw(wasmtime_context_t *context,
                                                   const wasmtime_externref_t *ref);

#endif /* WASMTIME_FEATURE_GC */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_EXTERNREF_H */
