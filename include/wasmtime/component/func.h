/**
 * @file wasmtime/component/func.h
 *
 * Component functions: calling them.
 *
 * The thread rules of the store apply, see `wasmtime/store.h`. Traps are
 * reported as errors. Functions that give an error give NULL on success; the
 * caller owns the error.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_FUNC_H
#define WASMTIME_COMPONENT_FUNC_H

#include <stddef.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime/async.h>
#include <wasmtime/component/types/func.h>
#include <wasmtime/component/val.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/store.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** A component function of a store. Copied by value; never deleted. */
typedef struct wasmtime_component_func {
    struct {
        uint64_t store_id;   /* the store it belongs to */
        uint32_t __private1; /* the library's own */
    };
    uint32_t __private2; /* the library's own */
} wasmtime_component_func_t;

/** The type of the function; the caller owns it. */
WASM_API_EXTERN wasmtime_component_func_type_t *
wasmtime_component_func_type(const wasmtime_component_func_t *func, wasmtime_context_t *context);

/**
 * Calls the function. The results must hold values beforehand, which are
 * deleted; what they hold afterwards belongs to the caller.
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_func_call(const wasmtime_component_func_t *func, wasmtime_context_t *context,
                             const wasmtime_component_val_t *args, size_t args_size,
                             wasmtime_component_val_t *results, size_t results_size);

/** Does nothing any more: what used to follow a call is part of it now. */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_func_post_return(const wasmtime_component_func_t *func,
                                    wasmtime_context_t *context);

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC
/**
 * Prepares a call that can be suspended; see `wasmtime/async.h`. All arguments
 * are borrowed until it is done.
 */
WASM_API_EXTERN wasmtime_call_future_t *wasmtime_component_func_call_async(
    const wasmtime_component_func_t *func, wasmtime_context_t *context,
    const wasmtime_component_val_t *args, size_t args_size, wasmtime_component_val_t *results,
    size_t results_size, wasmtime_error_t **error_ret);
#endif

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_FUNC_H */
