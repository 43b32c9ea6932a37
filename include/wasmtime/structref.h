/**
 * @file wasmtime/structref.h
 *
 * Structs on the collected heap (garbage collection).
 *
 * A struct is made from a prepared type, so that the type is looked up once.
 *
 * A root belongs to whoever received it and is ended with
 * wasmtime_structref_unroot(), see `wasmtime/val.h`. The thread rules of the store
 * apply, see `wasmtime/store.h`.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/runtime.html#references
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_STRUCTREF_H
#define WASMTIME_STRUCTREF_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/store.h>
#include <wasmtime/types/structref.h>
#include <wasmtime/val.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_GC

/** Makes a reference null. A root that it was is not ended by this. */
static inline void wasmtime_structref_set_null(wasmtime_structref_t *ref)
{
    ref->store_id = 0;
}

/** Whether a reference is null. */
static inline bool wasmtime_structref_is_null(const wasmtime_structref_t *ref)
{
    return ref->store_id == 0;
}

/** A struct type prepared for a store, owned by whoever made it. */
typedef struct wasmtime_struct_ref_pre wasmtime_struct_ref_pre_t;

/**
 * Prepares a struct type for a store.
 *
 * @param context  borrowed
 * @param ty       borrowed; of the same engine
 * @return owned by the caller; used with this store only. NULL if the type is
 *         of another engine, or memory is exhausted
 */
WASM_API_EXTERN wasmtime_struct_ref_pre_t *
wasmtime_struct_ref_pre_new(wasmtime_context_t *context, const wasmtime_struct_type_t *ty);

/**
 * Gives back a prepared type. Structs made with it are not affected.
 *
 * @param pre  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_struct_ref_pre_delete(wasmtime_struct_ref_pre_t *pre);

/**
 * Makes a struct.
 *
 * @param context   borrowed
 * @param pre       borrowed; prepared for the same store
 * @param fields    borrowed; the first content
 * @param nfields   number of fields; must be that of the type
 * @param[out] out  owned by the caller; null on failure
 * @return NULL, or an error that the caller owns: number or types of the fields
 *         are wrong, or the heap is full
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_structref_new(wasmtime_context_t *context,
                                                         const wasmtime_struct_ref_pre_t *pre,
                                                         const wasmtime_val_t *fields,
                                                         size_t nfields, wasmtime_structref_t *out);

/**
 * Makes a second root for the same object.
 *
 * @param structref  borrowed
 * @param[out] out  owned by the caller; null for null
 */
WASM_API_EXTERN void wasmtime_structref_clone(const wasmtime_structref_t *structref,
                                              wasmtime_structref_t *out);

/**
 * Ends a root. The struct itself is the caller's.
 *
 * @param ref  its content is consumed; NULL and null are accepted
 */
WASM_API_EXTERN void wasmtime_structref_unroot(wasmtime_structref_t *ref);

/**
 * Gives the same object as `anyref`.
 *
 * @param structref  borrowed
 * @param[out] out  a new root that the caller owns; null for null
 */
WASM_API_EXTERN void wasmtime_structref_to_anyref(const wasmtime_structref_t *structref,
                                                  wasmtime_anyref_t *out);

/**
 * Gives the same object as `eqref`.
 *
 * @param structref  borrowed
 * @param[out] out  a new root that the caller owns; null for null
 */
WASM_API_EXTERN void wasmtime_structref_to_eqref(const wasmtime_structref_t *structref,
                                                 wasmtime_eqref_t *out);

/**
 * Gives a field.
 *
 * @param context    borrowed
 * @param structref  borrowed
 * @param index      counted from 0
 * @param[out] out   owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns: there are not so many, or the
 *         reference is null
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_structref_field(wasmtime_context_t *context,
                                                           const wasmtime_structref_t *structref,
                                                           size_t index, wasmtime_val_t *out);

/**
 * Sets a field.
 *
 * @param context    borrowed
 * @param structref  borrowed
 * @param index      counted from 0
 * @param val        borrowed
 * @return NULL, or an error that the caller owns: there are not so many, the
 *         field is constant, the value not of its type, or the reference null
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_structref_set_field(wasmtime_context_t *context, const wasmtime_structref_t *structref,
                             size_t index, const wasmtime_val_t *val);

/**
 * The type of a struct.
 *
 * @param context    borrowed
 * @param structref  borrowed
 * @return owned by the caller; NULL for null
 */
WASM_API_EXTERN wasmtime_struct_type_t *
wasmtime_structref_type(wasmtime_context_t *context, const wasmtime_structref_t *structref);

#endif /* WASMTIME_FEATURE_GC */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_STRUCTREF_H */
