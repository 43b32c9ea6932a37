/**
 * @file wasmtime/eqref.h
 *
 * References to objects that can be compared for identity: structs, arrays, and
 * small integers (garbage collection).
 *
 * A root belongs to whoever received it and is ended with
 * wasmtime_eqref_unroot(), see `wasmtime/val.h`. The thread rules of the store
 * apply, see `wasmtime/store.h`.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/runtime.html#references
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_EQREF_H
#define WASMTIME_EQREF_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/store.h>
#include <wasmtime/types/val.h>
#include <wasmtime/val.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_GC

/** Makes a reference null. A root that it was is not ended by this. */
static inline void wasmtime_eqref_set_null(wasmtime_eqref_t *ref)
{
    ref->store_id = 0;
}

/** Whether a reference is null. */
static inline bool wasmtime_eqref_is_null(const wasmtime_eqref_t *ref)
{
    return ref->store_id == 0;
}

/**
 * Makes a second root for the same object.
 *
 * @param eqref     borrowed
 * @param[out] out  owned by the caller; null for null
 */
WASM_API_EXTERN void wasmtime_eqref_clone(const wasmtime_eqref_t *eqref, wasmtime_eqref_t *out);

/**
 * Ends a root. The struct itself is the caller's.
 *
 * @param ref  its content is consumed; NULL and null are accepted
 */
WASM_API_EXTERN void wasmtime_eqref_unroot(wasmtime_eqref_t *ref);

/**
 * Gives the same object as `anyref`.
 *
 * @param eqref     borrowed
 * @param[out] out  a new root that the caller owns; null for null
 */
WASM_API_EXTERN void wasmtime_eqref_to_anyref(const wasmtime_eqref_t *eqref,
                                              wasmtime_anyref_t *out);

/**
 * Makes a reference that is a small integer. It needs no place on the heap.
 *
 * @param context   borrowed
 * @param i31val    the integer; only its lower 31 bits are kept
 * @param[out] out  owned by the caller
 */
WASM_API_EXTERN void wasmtime_eqref_from_i31(wasmtime_context_t *context, uint32_t i31val,
                                             wasmtime_eqref_t *out);

/**
 * Whether a reference is a small integer.
 *
 * @param context  borrowed
 * @param eqref    borrowed
 * @return false for null, too
 */
WASM_API_EXTERN bool wasmtime_eqref_is_i31(wasmtime_context_t *context,
                                           const wasmtime_eqref_t *eqref);

/**
 * Gives a small integer as a number from 0 to 2^31 - 1.
 *
 * @param context   borrowed
 * @param eqref     borrowed
 * @param[out] dst  untouched if the result is false
 * @return false if the reference is not a small integer
 */
WASM_API_EXTERN bool wasmtime_eqref_i31_get_u(wasmtime_context_t *context,
                                              const wasmtime_eqref_t *eqref, uint32_t *dst);

/**
 * Gives a small integer as a number from -2^30 to 2^30 - 1.
 *
 * @param context   borrowed
 * @param eqref     borrowed
 * @param[out] dst  untouched if the result is false
 * @return false if the reference is not a small integer
 */
WASM_API_EXTERN bool wasmtime_eqref_i31_get_s(wasmtime_context_t *context,
                                              const wasmtime_eqref_t *eqref, int32_t *dst);

/**
 * Whether a reference means a struct.
 *
 * @param context  borrowed
 * @param eqref    borrowed
 * @return false for null, too
 */
WASM_API_EXTERN bool wasmtime_eqref_is_struct(wasmtime_context_t *context,
                                              const wasmtime_eqref_t *eqref);

/**
 * Gives a struct under its own type.
 *
 * @param context   borrowed
 * @param eqref     borrowed
 * @param[out] out  a new root that the caller owns; null if the result is false
 * @return false for null and for anything else
 */
WASM_API_EXTERN bool wasmtime_eqref_as_struct(wasmtime_context_t *context,
                                              const wasmtime_eqref_t *eqref,
                                              wasmtime_structref_t *out);

/**
 * Whether a reference means an array.
 *
 * @param context  borrowed
 * @param eqref    borrowed
 * @return false for null, too
 */
WASM_API_EXTERN bool wasmtime_eqref_is_array(wasmtime_context_t *context,
                                             const wasmtime_eqref_t *eqref);

/**
 * Gives an array under its own type.
 *
 * @param context   borrowed
 * @param eqref     borrowed
 * @param[out] out  a new root that the caller owns; null if the result is false
 * @return false for null and for anything else
 */
WASM_API_EXTERN bool wasmtime_eqref_as_array(wasmtime_context_t *context,
                                             const wasmtime_eqref_t *eqref,
                                             wasmtime_arrayref_t *out);

/**
 * The heap type of the object: `i31`, or the one type of a struct or an array.
 *
 * @param context   borrowed
 * @param eqref     borrowed
 * @param[out] out  its content is owned by the caller, see
 *                  wasmtime_heaptype_delete(); untouched if the result is false
 * @return false for null
 */
WASM_API_EXTERN bool wasmtime_eqref_type(wasmtime_context_t *context, const wasmtime_eqref_t *eqref,
                                         wasmtime_heaptype_t *out);

#endif /* WASMTIME_FEATURE_GC */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_EQREF_H */
