/**
 * @file wasmtime/func.h
 *
 * Functions: calling guests, and being called by them.
 *
 * A call ends in one of three ways. Either it gives results; or an error comes
 * back, when the call was a mistake or the host or WASI ended it; or a trap
 * comes back, when a guest broke a rule. Exactly one of the three happens.
 *
 * The checked functions take boxed values and compare kinds with the
 * function's type. The unchecked ones take raw values and compare nothing: for
 * them the caller must know the type.
 *
 * The thread rules of the store apply, see `wasmtime/store.h`. A host function
 * runs on the thread of its caller. It must return: neither `longjmp` nor a
 * C++ exception may leave it.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/modules.html#invocation
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_FUNC_H
#define WASMTIME_FUNC_H

#include <wasm.h>
#include <wasmtime/error.h>
#include <wasmtime/extern.h>
#include <wasmtime/store.h>
#include <wasmtime/val.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The mark of a function that programs call millions of times a second: GCC then
 * calls it through its address, without a stub of the linker's between.
 */
#if defined(__GNUC__) && !defined(__clang__) && defined(__ELF__)
#define WASMTIME_FUNC_HOT __attribute__((noplt))
#else
#define WASMTIME_FUNC_HOT
#endif

/** The guest that calls a host function; valid only during that call. */
typedef struct wasmtime_caller wasmtime_caller_t;

/**
 * A host function with boxed values.
 *
 * @param env           the pointer given when the function was made
 * @param caller        borrowed; who calls
 * @param args          borrowed; as many as the type says, of its kinds. The
 *                      runtime ends their roots afterwards
 * @param nargs         number of arguments
 * @param[out] results  as many as the type says; each must be set to a value of
 *                      its type, and belongs to the runtime then
 * @param nresults      number of results
 * @return NULL, or a trap that the runtime owns from then on: the guest ends
 */
typedef wasm_trap_t *(*wasmtime_func_callback_t)(void *env, wasmtime_caller_t *caller,
                                                 const wasmtime_val_t *args, size_t nargs,
                                                 wasmtime_val_t *results, size_t nresults);

/**
 * A host function with raw values.
 *
 * @param env                   the pointer given when the function was made
 * @param caller                borrowed; who calls
 * @param args_and_results      the arguments, to be replaced by the results,
 *                              both from index 0
 * @param num_args_and_results  the larger of both numbers
 * @return NULL, or a trap that the runtime owns from then on: the guest ends
 */
typedef wasm_trap_t *(*wasmtime_func_unchecked_callback_t)(void *env, wasmtime_caller_t *caller,
                                                           wasmtime_val_raw_t *args_and_results,
                                                           size_t num_args_and_results);

/**
 * Makes a function of the host.
 *
 * @param store      borrowed; the function belongs to it
 * @param type       borrowed; copied
 * @param callback   the code. A result that is not of its type ends the guest
 *                   with an error
 * @param env        given to the callback
 * @param finalizer  called once with @p env when the store is deleted; may be
 *                   NULL
 * @param[out] ret   the function; null if there is no memory, and then the
 *                   finalizer has run
 */
WASM_API_EXTERN void wasmtime_func_new(wasmtime_context_t *store, const wasm_functype_t *type,
                                       wasmtime_func_callback_t callback, void *env,
                                       void (*finalizer)(void *), wasmtime_func_t *ret);

/**
 * Makes a function of the host that takes raw values. It is called faster, and
 * nothing that it leaves in the results is checked.
 *
 * @param store      borrowed; the function belongs to it
 * @param type       borrowed; copied
 * @param callback   the code
 * @param env        given to the callback
 * @param finalizer  called once with @p env when the store is deleted; may be
 *                   NULL
 * @param[out] ret   the function; null if there is no memory, and then the
 *                   finalizer has run
 */
WASM_API_EXTERN void wasmtime_func_new_unchecked(wasmtime_context_t *store,
                                                 const wasm_functype_t *type,
                                                 wasmtime_func_unchecked_callback_t callback,
                                                 void *env, void (*finalizer)(void *),
                                                 wasmtime_func_t *ret);

/**
 * The type of a function.
 *
 * @param store  borrowed
 * @param func   borrowed; belongs to @p store
 * @return owned by the caller
 */
WASM_API_EXTERN wasm_functype_t *wasmtime_func_type(const wasmtime_context_t *store,
                                                    const wasmtime_func_t *func);

/**
 * Calls a function.
 *
 * @param store         borrowed
 * @param func          borrowed; belongs to @p store
 * @param args          borrowed; may be NULL if there are none
 * @param nargs         number of arguments; must be that of the type
 * @param[out] results  receives values that the caller owns; untouched unless
 *                      the call succeeds; may be NULL if there are none
 * @param nresults      number of results; must be that of the type
 * @param[out] trap     receives NULL, or a trap that the caller owns
 * @return NULL, or an error that the caller owns: numbers or kinds are wrong, a
 *         value belongs to another store, a host function gave up with a
 *         message, or WASI ended the guest
 */
WASMTIME_FUNC_HOT WASM_API_EXTERN wasmtime_error_t *
wasmtime_func_call(wasmtime_context_t *store, const wasmtime_func_t *func,
                   const wasmtime_val_t *args, size_t nargs, wasmtime_val_t *results,
                   size_t nresults, wasm_trap_t **trap);

/**
 * Calls a function with raw values. Nothing is checked: wrong kinds, too short
 * an array or a reference of another store are undefined behaviour.
 *
 * @param store                 borrowed
 * @param func                  borrowed; belongs to @p store
 * @param args_and_results      the arguments; replaced by the results, both
 *                              from index 0
 * @param args_and_results_len  length of the array; at least the larger of the
 *                              numbers of parameters and results
 * @param[out] trap             receives NULL, or a trap that the caller owns
 * @return NULL, or an error that the caller owns
 */
WASMTIME_FUNC_HOT WASM_API_EXTERN wasmtime_error_t *
wasmtime_func_call_unchecked(wasmtime_context_t *store, const wasmtime_func_t *func,
                             wasmtime_val_raw_t *args_and_results, size_t args_and_results_len,
                             wasm_trap_t **trap);

/**
 * Looks up an export of the instance that calls the host function: usually its
 * memory, or a function to call back. Every kind of export is found.
 *
 * @param caller     borrowed
 * @param name       borrowed; not terminated
 * @param name_len   length of the name in bytes
 * @param[out] item  owned by the caller; untouched if the result is false
 * @return false if there is no such export, or if no instance calls, because
 *         the host called the function itself
 *
 * For the memory alone hospes_caller_memory() is faster.
 */
WASM_API_EXTERN bool wasmtime_caller_export_get(wasmtime_caller_t *caller, const char *name,
                                                size_t name_len, wasmtime_extern_t *item);

/**
 * The store of the caller.
 *
 * @param caller  borrowed
 * @return borrowed; the store's context, as elsewhere
 */
WASM_API_EXTERN wasmtime_context_t *wasmtime_caller_context(wasmtime_caller_t *caller);

/**
 * Makes a function reference from a raw one.
 *
 * @param context   borrowed
 * @param raw       the field `funcref` of a raw value of this store; NULL for
 *                  null
 * @param[out] ret  the reference
 */
WASM_API_EXTERN void wasmtime_func_from_raw(wasmtime_context_t *context, void *raw,
                                            wasmtime_func_t *ret);

/**
 * Makes a raw reference from a function reference. It holds as long as the
 * store does.
 *
 * @param context  borrowed
 * @param func     borrowed; belongs to @p context, or null
 * @return what goes into the field `funcref` of a raw value
 */
WASM_API_EXTERN void *wasmtime_func_to_raw(wasmtime_context_t *context,
                                           const wasmtime_func_t *func);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FUNC_H */
