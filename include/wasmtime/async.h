/**
 * @file wasmtime/async.h
 *
 * Calls that can be suspended, and host functions that are not done at once.
 *
 * An asynchronous call runs on a stack of its own. The host polls it: each poll
 * lets it run until it is done or gives way, because a host function waits or
 * because its fuel or its time slice is used up. Nothing happens between polls;
 * there are no threads behind this.
 *
 * Several calls may be under way in a store; they take turns as they are polled.
 * The function of the host that polls may itself have been called by a guest of
 * that store. Everything that was given to a call - arguments, room for results,
 * the store - must stay in place until the call is done or deleted.
 *
 * The thread rules of the store apply, see `wasmtime/store.h`; the polls of a
 * call may come from different threads, one after the other.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_ASYNC_H
#define WASMTIME_ASYNC_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/config.h>
#include <wasmtime/error.h>
#include <wasmtime/func.h>
#include <wasmtime/linker.h>
#include <wasmtime/store.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_ASYNC

/**
 * Asks whether a host function is done. Called at each poll until it gives
 * true; the results and the trap of the function are read then.
 *
 * @param env  the pointer in wasmtime_async_continuation_t
 */
typedef bool (*wasmtime_func_async_continuation_callback_t)(void *env);

/** The rest of a host function that has returned without being done. */
typedef struct wasmtime_async_continuation_t {
    wasmtime_func_async_continuation_callback_t callback; /* whether it is done */
    void *env;                                            /* given to both functions */
    void (*finalizer)(void *); /* called once with `env` when done or given up; may be NULL */
} wasmtime_async_continuation_t;

/**
 * A host function that may take its time. It fills @p continuation_ret, or sets
 * a trap, and returns at once.
 *
 * @param env                    the pointer given when it was defined
 * @param caller                 borrowed; who calls
 * @param args                   borrowed until the function is done
 * @param nargs                  number of arguments
 * @param[out] results           to be set until the function is done
 * @param nresults               number of results
 * @param[out] trap_ret          a trap, which the library owns from then on
 * @param[out] continuation_ret  what to ask whether it is done
 */
typedef void (*wasmtime_func_async_callback_t)(void *env, wasmtime_caller_t *caller,
                                               const wasmtime_val_t *args, size_t nargs,
                                               wasmtime_val_t *results, size_t nresults,
                                               wasm_trap_t **trap_ret,
                                               wasmtime_async_continuation_t *continuation_ret);

/** A call under way, owned by whoever made it. */
typedef struct wasmtime_call_future wasmtime_call_future_t;

/**
 * Sets how large the stacks of asynchronous calls are. 2 MiB by default; must
 * be larger than what wasmtime_config_max_wasm_stack_set() sets.
 *
 * @param config  borrowed
 * @param size    in bytes
 */
WASM_API_EXTERN void wasmtime_config_async_stack_size_set(wasm_config_t *config, size_t size);

/**
 * Has guests give way each time they have used so much fuel. From then on the
 * store is for asynchronous calls.
 *
 * @param context   borrowed
 * @param interval  units of fuel; 0 for never
 * @return NULL, or an error that the caller owns: the engine does not count
 *         fuel
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_context_fuel_async_yield_interval(wasmtime_context_t *context, uint64_t interval);

/**
 * Has guests give way when their deadline is reached, and moves it. Takes the
 * place of a callback set before; from then on the store is for asynchronous
 * calls.
 *
 * @param context  borrowed
 * @param delta    by how many epochs the deadline moves
 * @return NULL
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_context_epoch_deadline_async_yield_and_update(wasmtime_context_t *context, uint64_t delta);

/**
 * Lets a call run until it is done or gives way.
 *
 * @param future  borrowed; must not be done yet
 * @return true if it is done. Its results, trap and error have been written
 *         then, and it must not be polled again
 */
WASM_API_EXTERN bool wasmtime_call_future_poll(wasmtime_call_future_t *future);

/**
 * Ends a call. One that is not done is given up: it goes on once more, and what
 * it waits for fails. So functions of the host that are on its stack come to
 * their end in the ordinary way, with an error from the call they made, before
 * this returns; nothing is written to the places for results and errors. One
 * that never began never begins.
 *
 * @param future  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_call_future_delete(wasmtime_call_future_t *future);

/**
 * Prepares the call of a function; see wasmtime_func_call(). It begins with the
 * first poll.
 *
 * @param context         borrowed until the call is done
 * @param func            borrowed until the call is done
 * @param args            borrowed until the call is done
 * @param nargs           number of arguments
 * @param[out] results    values that the caller owns, once the call is done
 * @param nresults        number of results
 * @param[out] trap_ret   receives a trap that the caller owns, if there is one
 * @param[out] error_ret  receives an error that the caller owns, if there is one
 * @return owned by the caller; never NULL
 */
WASM_API_EXTERN wasmtime_call_future_t *
wasmtime_func_call_async(wasmtime_context_t *context, const wasmtime_func_t *func,
                         const wasmtime_val_t *args, size_t nargs, wasmtime_val_t *results,
                         size_t nresults, wasm_trap_t **trap_ret, wasmtime_error_t **error_ret);

/**
 * Defines a host function that may take its time, for all stores; see
 * wasmtime_linker_define_func(). Stores that use it need asynchronous calls.
 *
 * @param linker      borrowed
 * @param module      borrowed; the first name
 * @param module_len  its length in bytes
 * @param name        borrowed; the second name
 * @param name_len    its length in bytes
 * @param ty          borrowed; copied
 * @param cb          the code
 * @param data        given to the callback
 * @param finalizer   called once with @p data; may be NULL
 * @return NULL, or an error that the caller owns: the names are taken or not
 *         UTF-8. The finalizer has run then
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_linker_define_async_func(wasmtime_linker_t *linker, const char *module, size_t module_len,
                                  const char *name, size_t name_len, const wasm_functype_t *ty,
                                  wasmtime_func_async_callback_t cb, void *data,
                                  void (*finalizer)(void *));

/**
 * Prepares an instantiation; see wasmtime_linker_instantiate(). It begins with
 * the first poll.
 *
 * @param linker          borrowed until the call is done
 * @param store           borrowed until the call is done
 * @param module          borrowed until the call is done
 * @param[out] instance   written when the call succeeds
 * @param[out] trap_ret   receives a trap that the caller owns, if there is one
 * @param[out] error_ret  receives an error that the caller owns, if there is one
 * @return owned by the caller; never NULL
 */
WASM_API_EXTERN wasmtime_call_future_t *
wasmtime_linker_instantiate_async(const wasmtime_linker_t *linker, wasmtime_context_t *store,
                                  const wasmtime_module_t *module, wasmtime_instance_t *instance,
                                  wasm_trap_t **trap_ret, wasmtime_error_t **error_ret);

/**
 * Prepares an instantiation; see wasmtime_instance_pre_instantiate(). It begins
 * with the first poll.
 *
 * @param instance_pre    borrowed until the call is done
 * @param store           borrowed until the call is done
 * @param[out] instance   written when the call succeeds
 * @param[out] trap_ret   receives a trap that the caller owns, if there is one
 * @param[out] error_ret  receives an error that the caller owns, if there is one
 * @return owned by the caller; never NULL
 */
WASM_API_EXTERN wasmtime_call_future_t *
wasmtime_instance_pre_instantiate_async(const wasmtime_instance_pre_t *instance_pre,
                                        wasmtime_context_t *store, wasmtime_instance_t *instance,
                                        wasm_trap_t **trap_ret, wasmtime_error_t **error_ret);

/**
 * Gives a stack that the host provides.
 *
 * @param env           the pointer in wasmtime_stack_memory_t
 * @param[out] out_len  its size in bytes
 * @return its upper end: one past the last byte
 */
typedef uint8_t *(*wasmtime_stack_memory_get_callback_t)(void *env, size_t *out_len);

/** A stack that the host provides. Filled by the host, owned by the library. */
typedef struct {
    void *env;                                             /* given to both functions */
    wasmtime_stack_memory_get_callback_t get_stack_memory; /* where it is */
    void (*finalizer)(void *); /* called once with `env` when it is not needed; may be NULL */
} wasmtime_stack_memory_t;

/**
 * Makes a stack on behalf of the host. Below it there must be a page that
 * cannot be accessed.
 *
 * @param env             the pointer in wasmtime_stack_creator_t
 * @param size            how many bytes, a multiple of the machine's page
 * @param zeroed          whether they must be zero
 * @param[out] stack_ret  to be filled; the library owns its content then
 * @return NULL, or an error that the library owns from then on
 */
typedef wasmtime_error_t *(*wasmtime_new_stack_memory_callback_t)(
    void *env, size_t size, bool zeroed, wasmtime_stack_memory_t *stack_ret);

/** A host's way to make stacks. */
typedef struct {
    void *env;                                      /* given to both functions */
    wasmtime_new_stack_memory_callback_t new_stack; /* makes one; called from any thread */
    void (*finalizer)(void *); /* called once with `env` when the engine ends; may be NULL */
} wasmtime_stack_creator_t;

/**
 * Has the host provide the stacks of asynchronous calls.
 *
 * @param config   borrowed
 * @param creator  borrowed; copied
 */
WASM_API_EXTERN void wasmtime_config_host_stack_creator_set(wasm_config_t *config,
                                                            wasmtime_stack_creator_t *creator);

#endif /* WASMTIME_FEATURE_ASYNC */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_ASYNC_H */
