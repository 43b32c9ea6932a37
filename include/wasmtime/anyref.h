/**
 * @file wasmtime/anyref.h
 *
 * References to any object of the guest: structs, arrays, and small integers
 * (garbage collection).
 *
 * A root belongs to whoever received it and is ended with
 * wasmtime_anyref_unroot(), see `wasmtime/val.h`. The thread rules of the store
 * apply, see `wasmtime/store.h`.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/runtime.html#references
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_ANYREF_H
#define WASMTIME_ANYREF_H

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
static inline void wasmtime_anyref_set_null(wasmtime_anyref_t *ref)
{
    ref->store_id = 0;
}

/** Whether a reference is null. */
static inline bool wasmtime_anyref_is_null(const wasmtime_anyref_t *ref)
{
    return ref->store_id == 0;
}

/**
 * Makes a second root for the same object.
 *
 * @param anyref    borrowed
 * @param[out] out  owned by the caller; null for null
 */
WASM_API_EXTERN void wasmtime_anyref_clone(const wasmtime_anyref_t *anyref, wasmtime_anyref_t *out);

/**
 * Ends a root. The struct itself is the caller's.
 *
 * @param ref  its content is consumed; NULL and null are accepted
 */
WASM_API_EXTERN void wasmtime_anyref_unroot(wasmtime_anyref_t *ref);

/**
 * Makes a root from a raw reference. A word that is no reference of
 * this kind in this store, for nothing is there or not any more, gives null.
 *
 * @param context   borrowed
 * @param raw       the field `anyref` of a raw value of this store; 0 for null
 * @param[out] out  owned by the caller
 */
WASM_API_EXTERN void wasmtime_anyref_from_raw(wasmtime_context_t *context, uint32_t raw,
                                              wasmtime_anyref_t *out);

/**
 * Makes a raw reference from a root. It holds only until the next collection
 * or the end of the root, unless a guest has received it by then.
 *
 * @param context  borrowed
 * @param ref      borrowed; NULL and null are accepted
 * @return what goes into the field `anyref` of a raw value; 0 for null
 */
WASM_API_EXTERN uint32_t wasmtime_anyref_to_raw(wasmtime_context_t *context,
                                                const wasmtime_anyref_t *ref);

/**
 * Makes a reference that is a small integer. It needs no place on the heap.
 *
 * @param context   borrowed
 * @param i31val    the integer; only its lower 31 bits are kept
 * @param[out] out  owned by the caller
 */
WASM_API_EXTERN void wasmtime_anyref_from_i31(wasmtime_context_t *context, uint32_t i31val,
                                              wasmtime_anyref_t *out);

/**
 * Whether a reference is a small integer.
 *
 * @param context  borrowed
 * @param anyref   borrowed
 * @return false for null, too
 */
WASM_API_EXTERN bool wasmtime_anyref_is_i31(wasmtime_context_t *context,
                                            const wasmtime_anyref_t *anyref);

/**
 * Gives a small integer as a number from 0 to 2^31 - 1.
 *
 * @param context   borrowed
 * @param anyref    borrowed
 * @param[out] dst  untouched if the result is false
 * @return false if the reference is not a small integer
 */
WASM_API_EXTERN bool wasmtime_anyref_i31_get_u(wasmtime_context_t *context,
                                               const wasmtime_anyref_t *anyref, uint32_t *dst);

/**
 * Gives a small integer as a number from -2^30 to 2^30 - 1.
 *
 * @param context   borrowed
 * @param anyref    borrowed
 * @param[out] dst  untouched if the result is false
 * @return false if the reference is not a small integer
 */
WASM_API_EXTERN bool wasmtime_anyref_i31_get_s(wasmtime_context_t *context,
                                               const wasmtime_anyref_t *anyref, int32_t *dst);

/**
 * Whether a reference means something that can be compared.
 *
 * @param context  borrowed
 * @param anyref   borrowed
 * @return false for null, too
 */
WASM_API_EXTERN bool wasmtime_anyref_is_eqref(wasmtime_context_t *context,
                                              const wasmtime_anyref_t *anyref);

/**
 * Gives something that can be compared under its own type.
 *
 * @param context   borrowed
 * @param anyref    borrowed
 * @param[out] out  a new root that the caller owns; null if the result is false
 * @return false for null and for anything else
 */
WASM_API_EXTERN bool wasmtime_anyref_as_eqref(wasmtime_context_t *context,
                                              const wasmtime_anyref_t *anyref,
                                              wasmtime_eqref_t *out);

/**
 * Whether a reference means a struct.
 *
 * @param context  borrowed
 * @param anyref   borrowed
 * @return false for null, too
 */
WASM_API_EXTERN bool wasmtime_anyref_is_struct(wasmtime_context_t *context,
                                               const wasmtime_anyref_t *anyref);

/**
 * Gives a struct under its own type.
 *
 * @param context   borrowed
 * @param anyref    borrowed
 * @param[out] out  a new root that the caller owns; null if the result is false
 * @return false for null and for anything else
 */
WASM_API_EXTERN bool wasmtime_anyref_as_struct(wasmtime_context_t *context,
                                               const wasmtime_anyref_t *anyref,
                                               wasmtime_structref_t *out);

/**
 * Whether a reference means an array.
 *
 * @param context  borrowed
 * @param anyref   borrowed
 * @return false for null, too
 */
WASM_API_EXTERN bool wasmtime_anyref_is_array(wasmtime_context_t *context,
                                              const wasmtime_anyref_t *anyref);

/**
 * Gives an array under its own type.
 *
 * @param context   borrowed
 * @param anyref    borrowed
 * @param[out] out  a new root that the caller owns; null if the result is false
 * @return false for null and for anything else
 */
WASM_API_EXTERN bool wasmtime_anyref_as_array(wasmtime_context_t *context,
                                              const wasmtime_anyref_t *anyref,
                                              wasmtime_arrayref_t *out);

/**
 * The heap type of the object: `i31`, or the one type of a struct or an array.
 *
 * @param context   borrowed
 * @param anyref    borrowed
 * @param[out] out  its content is owned by the caller, see
 *                  wasmtime_heaptype_delete(); untouched if the result is false
 * @return false for null
 */
WASM_API_EXTERN bool wasmtime_anyref_type(wasmtime_context_t *context,
                                          const wasmtime_anyref_t *anyref,
                                          wasmtime_heaptype_t *out);

#endif /* WASMTIME_FEATURE_GC */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_ANYREF_H */
