/**
 * @file wasmtime/exnref.h
 *
 * Exceptions: making them, looking into them, throwing and catching them from
 * the host (exception handling).
 *
 * A host function throws by storing the exception and returning the trap that
 * it gets for it. An exception that no guest catches ends the call of the host
 * with a trap; it can be taken from the store then.
 *
 * A root belongs to whoever received it and is ended with
 * wasmtime_exnref_unroot(), see `wasmtime/val.h`. The thread rules of the store
 * apply, see `wasmtime/store.h`.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/runtime.html#references
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_EXNREF_H
#define WASMTIME_EXNREF_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/store.h>
#include <wasmtime/tag.h>
#include <wasmtime/types/exnref.h>
#include <wasmtime/val.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_GC

/** Makes a reference null. A root that it was is not ended by this. */
static inline void wasmtime_exnref_set_null(wasmtime_exnref_t *ref)
{
    ref->store_id = 0;
}

/** Whether a reference is null. */
static inline bool wasmtime_exnref_is_null(const wasmtime_exnref_t *ref)
{
    return ref->store_id == 0;
}

/**
 * Makes an exception.
 *
 * @param store         borrowed
 * @param tag           borrowed; belongs to @p store
 * @param fields        borrowed; what the exception carries
 * @param nfields       number of values; must be that of the tag's type
 * @param[out] exn_ret  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns: number or types of the values
 *         are wrong, or the heap is full
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_exnref_new(wasmtime_context_t *store,
                                                      const wasmtime_tag_t *tag,
                                                      const wasmtime_val_t *fields, size_t nfields,
                                                      wasmtime_exnref_t *exn_ret);

/**
 * Makes a second root for the same object.
 *
 * @param ref       borrowed
 * @param[out] out  owned by the caller; null for null
 */
WASM_API_EXTERN void wasmtime_exnref_clone(const wasmtime_exnref_t *ref, wasmtime_exnref_t *out);

/**
 * Ends a root. The struct itself is the caller's.
 *
 * @param ref  its content is consumed; NULL and null are accepted
 */
WASM_API_EXTERN void wasmtime_exnref_unroot(wasmtime_exnref_t *ref);

/**
 * Makes a root from a raw reference. A word that is no reference of
 * this kind in this store, for nothing is there or not any more, gives null.
 *
 * @param context   borrowed
 * @param raw       the field `exnref` of a raw value of this store; 0 for null
 * @param[out] out  owned by the caller
 */
WASM_API_EXTERN void wasmtime_exnref_from_raw(wasmtime_context_t *context, uint32_t raw,
                                              wasmtime_exnref_t *out);

/**
 * Makes a raw reference from a root. It holds only until the next collection
 * or the end of the root, unless a guest has received it by then.
 *
 * @param context  borrowed
 * @param ref      borrowed; NULL and null are accepted
 * @return what goes into the field `exnref` of a raw value; 0 for null
 */
WASM_API_EXTERN uint32_t wasmtime_exnref_to_raw(wasmtime_context_t *context,
                                                const wasmtime_exnref_t *ref);

/**
 * Gives the tag that an exception was made with.
 *
 * @param store         borrowed
 * @param exn           borrowed
 * @param[out] tag_ret  untouched on failure
 * @return NULL, or an error that the caller owns: the reference is null
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_exnref_tag(wasmtime_context_t *store,
                                                      const wasmtime_exnref_t *exn,
                                                      wasmtime_tag_t *tag_ret);

/**
 * The number of values that an exception carries.
 *
 * @param store  borrowed
 * @param exn    borrowed
 * @return 0 for null
 */
WASM_API_EXTERN size_t wasmtime_exnref_field_count(wasmtime_context_t *store,
                                                   const wasmtime_exnref_t *exn);

/**
 * Gives a value that an exception carries.
 *
 * @param store         borrowed
 * @param exn           borrowed
 * @param index         counted from 0
 * @param[out] val_ret  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns: there are not so many, or the
 *         reference is null
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_exnref_field(wasmtime_context_t *store,
                                                        const wasmtime_exnref_t *exn, size_t index,
                                                        wasmtime_val_t *val_ret);

/**
 * The type of an exception.
 *
 * @param context  borrowed
 * @param exnref   borrowed
 * @return owned by the caller; NULL for null
 */
WASM_API_EXTERN wasmtime_exn_type_t *wasmtime_exnref_type(wasmtime_context_t *context,
                                                          const wasmtime_exnref_t *exnref);

/**
 * Throws: stores the exception and gives what a host function must return at
 * once for it to be thrown. So may the trap be returned that a nested call of
 * a guest gave for an exception: it goes on in the guest outside.
 *
 * @param store  borrowed
 * @param exn    borrowed; not null
 * @return a trap that the caller owns, for its return value. If the reference is
 *         null or of another store, the trap says so, and nothing is stored
 */
WASM_API_EXTERN wasm_trap_t *wasmtime_context_set_exception(wasmtime_context_t *store,
                                                            const wasmtime_exnref_t *exn);

/**
 * Catches: takes the exception that ended the last call of a guest.
 *
 * @param store         borrowed
 * @param[out] exn_ret  owned by the caller; untouched if the result is false
 * @return false if there is none
 */
WASM_API_EXTERN bool wasmtime_context_take_exception(wasmtime_context_t *store,
                                                     wasmtime_exnref_t *exn_ret);

/**
 * Whether an exception ended a call of a guest, or was set, and was neither caught
 * by a guest nor taken since.
 *
 * @param store  borrowed
 */
WASM_API_EXTERN bool wasmtime_context_has_exception(wasmtime_context_t *store);

#endif /* WASMTIME_FEATURE_GC */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_EXNREF_H */
