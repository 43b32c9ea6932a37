/**
 * @file wasmtime/arrayref.h
 *
 * Arrays on the collected heap (garbage collection).
 *
 * An array is made from a prepared type, so that the type is looked up once.
 *
 * A root belongs to whoever received it and is ended with
 * wasmtime_arrayref_unroot(), see `wasmtime/val.h`. The thread rules of the store
 * apply, see `wasmtime/store.h`.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/runtime.html#references
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_ARRAYREF_H
#define WASMTIME_ARRAYREF_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/store.h>
#include <wasmtime/types/arrayref.h>
#include <wasmtime/val.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_GC

/** Makes a reference null. A root that it was is not ended by this. */
static inline void wasmtime_arrayref_set_null(wasmtime_arrayref_t *ref)
{
    ref->store_id = 0;
}

/** Whether a reference is null. */
static inline bool wasmtime_arrayref_is_null(const wasmtime_arrayref_t *ref)
{
    return ref->store_id == 0;
}

/** An array type prepared for a store, owned by whoever made it. */
typedef struct wasmtime_array_ref_pre wasmtime_array_ref_pre_t;

/**
 * Prepares an array type for a store.
 *
 * @param context  borrowed
 * @param ty       borrowed; of the same engine
 * @return owned by the caller; used with this store only. NULL if the type is
 *         of another engine, or memory is exhausted
 */
WASM_API_EXTERN wasmtime_array_ref_pre_t *
wasmtime_array_ref_pre_new(wasmtime_context_t *context, const wasmtime_array_type_t *ty);

/**
 * Gives back a prepared type. Arrays made with it are not affected.
 *
 * @param pre  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_array_ref_pre_delete(wasmtime_array_ref_pre_t *pre);

/**
 * Makes an array.
 *
 * @param context   borrowed
 * @param pre       borrowed; prepared for the same store
 * @param elem      borrowed; every element to begin with
 * @param len       number of elements
 * @param[out] out  owned by the caller; null on failure
 * @return NULL, or an error that the caller owns: the value is not of the
 *         element type, or the heap is full
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_arrayref_new(wasmtime_context_t *context,
                                                        const wasmtime_array_ref_pre_t *pre,
                                                        const wasmtime_val_t *elem, uint32_t len,
                                                        wasmtime_arrayref_t *out);

/**
 * Makes a second root for the same object.
 *
 * @param arrayref  borrowed
 * @param[out] out  owned by the caller; null for null
 */
WASM_API_EXTERN void wasmtime_arrayref_clone(const wasmtime_arrayref_t *arrayref,
                                             wasmtime_arrayref_t *out);

/**
 * Ends a root. The struct itself is the caller's.
 *
 * @param ref  its content is consumed; NULL and null are accepted
 */
WASM_API_EXTERN void wasmtime_arrayref_unroot(wasmtime_arrayref_t *ref);

/**
 * Gives the same object as `anyref`.
 *
 * @param arrayref  borrowed
 * @param[out] out  a new root that the caller owns; null for null
 */
WASM_API_EXTERN void wasmtime_arrayref_to_anyref(const wasmtime_arrayref_t *arrayref,
                                                 wasmtime_anyref_t *out);

/**
 * Gives the same object as `eqref`.
 *
 * @param arrayref  borrowed
 * @param[out] out  a new root that the caller owns; null for null
 */
WASM_API_EXTERN void wasmtime_arrayref_to_eqref(const wasmtime_arrayref_t *arrayref,
                                                wasmtime_eqref_t *out);

/**
 * Gives the number of elements.
 *
 * @param context   borrowed
 * @param arrayref  borrowed
 * @param[out] out  untouched on failure
 * @return NULL, or an error that the caller owns: the reference is null
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_arrayref_len(wasmtime_context_t *context,
                                                        const wasmtime_arrayref_t *arrayref,
                                                        uint32_t *out);

/**
 * Gives an element.
 *
 * @param context   borrowed
 * @param arrayref  borrowed
 * @param index     counted from 0
 * @param[out] out  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns: there are not so many, or the
 *         reference is null
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_arrayref_get(wasmtime_context_t *context,
                                                        const wasmtime_arrayref_t *arrayref,
                                                        uint32_t index, wasmtime_val_t *out);

/**
 * Sets an element.
 *
 * @param context   borrowed
 * @param arrayref  borrowed
 * @param index     counted from 0
 * @param val       borrowed
 * @return NULL, or an error that the caller owns: there are not so many, the
 *         elements are constant, the value not of their type, or the reference
 *         null
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_arrayref_set(wasmtime_context_t *context,
                                                        const wasmtime_arrayref_t *arrayref,
                                                        uint32_t index, const wasmtime_val_t *val);

/**
 * The type of an array.
 *
 * @param context   borrowed
 * @param arrayref  borrowed
 * @return owned by the caller; NULL for null
 */
WASM_API_EXTERN wasmtime_array_type_t *wasmtime_arrayref_type(wasmtime_context_t *context,
                                                              const wasmtime_arrayref_t *arrayref);

#endif /* WASMTIME_FEATURE_GC */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_ARRAYREF_H */
