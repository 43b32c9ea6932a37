/**
 * @file wasmtime/component/linker.h
 *
 * Component linkers: what components can import.
 *
 * A linker is a tree: instances within instances, with functions, modules and
 * resources in them. wasmtime_component_linker_root() opens the root, and
 * wasmtime_component_linker_instance_add_instance() an instance below. Only one
 * of them may be open on each level: delete it before its parent is used again.
 *
 * A name that is taken is an error, unless shadowing is allowed. A finalizer is
 * called once, also if the definition fails. Functions that give an error give
 * NULL on success; the caller owns the error.
 *
 * Several threads may instantiate with a linker at once, each in its own store;
 * while definitions are added, only one thread may use it.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_LINKER_H
#define WASMTIME_COMPONENT_LINKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime/async.h>
#include <wasmtime/component/component.h>
#include <wasmtime/component/instance.h>
#include <wasmtime/component/types/func.h>
#include <wasmtime/component/types/resource.h>
#include <wasmtime/component/val.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/module.h>
#include <wasmtime/store.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** A linker, owned by whoever made it. */
typedef struct wasmtime_component_linker_t wasmtime_component_linker_t;

/** An open instance of a linker, owned by whoever opened it. */
typedef struct wasmtime_component_linker_instance_t wasmtime_component_linker_instance_t;

/**
 * A host function. Arguments belong to the library and may be changed; results
 * are `false` beforehand, and belong to the library afterwards. Returns NULL or
 * an error, which the library owns from then on.
 */
typedef wasmtime_error_t *(*wasmtime_component_func_callback_t)(
    void *data, wasmtime_context_t *context, const wasmtime_component_func_type_t *type,
    wasmtime_component_val_t *args, size_t nargs, wasmtime_component_val_t *results,
    size_t nresults);

/**
 * Called with the number of a host's resource when a guest ends it. Returns NULL
 * or an error, which the library owns from then on.
 */
typedef wasmtime_error_t *(*wasmtime_component_resource_destructor_t)(void *data,
                                                                      wasmtime_context_t *context,
                                                                      uint32_t rep);

/**
 * Makes an empty linker.
 *
 * @param engine  borrowed; the linker holds it
 * @return owned by the caller; NULL if there is no memory
 */
WASM_API_EXTERN wasmtime_component_linker_t *
wasmtime_component_linker_new(const wasm_engine_t *engine);

/**
 * Decides whether a definition may replace another one, from now on. Not by
 * default. What is replaced ends, its finalizer runs.
 *
 * @param linker  borrowed
 * @param allow   whether names may be defined again
 */
WASM_API_EXTERN void wasmtime_component_linker_allow_shadowing(wasmtime_component_linker_t *linker,
                                                               bool allow);

/**
 * Opens the root.
 *
 * @param linker  borrowed; must outlive what is opened, and not be used before
 *                that is deleted
 * @return owned by the caller
 */
WASM_API_EXTERN wasmtime_component_linker_instance_t *
wasmtime_component_linker_root(wasmtime_component_linker_t *linker);

/**
 * Makes an instance of a component, with imports of the linker.
 *
 * @param linker             borrowed
 * @param context            borrowed; of the linker's engine
 * @param component          borrowed
 * @param[out] instance_out  a number of the store's; untouched on failure
 * @return NULL, or an error that the caller owns: an import is missing or does
 *         not match, or the guest trapped. In this build always an error, since
 *         there are no components
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_component_linker_instantiate(
    const wasmtime_component_linker_t *linker, wasmtime_context_t *context,
    const wasmtime_component_t *component, wasmtime_component_instance_t *instance_out);

/**
 * Defines functions that a component asks for and the linker lacks; called, they
 * fail with an error that names them.
 *
 * @param linker     borrowed
 * @param component  borrowed
 * @return NULL, or an error that the caller owns: something else than a function
 *         is missing
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_linker_define_unknown_imports_as_traps(wasmtime_component_linker_t *linker,
                                                          const wasmtime_component_t *component);

/** Gives back a linker; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_linker_delete(wasmtime_component_linker_t *linker);

/**
 * Defines an instance and opens it.
 *
 * @param linker_instance           borrowed; not to be used before the new one is
 *                                  deleted
 * @param name                      borrowed; UTF-8, not terminated
 * @param name_len                  its length in bytes
 * @param[out] linker_instance_out  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns: the name is taken, or no UTF-8
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_component_linker_instance_add_instance(
    wasmtime_component_linker_instance_t *linker_instance, const char *name, size_t name_len,
    wasmtime_component_linker_instance_t **linker_instance_out);

/**
 * Defines a module.
 *
 * @param linker_instance  borrowed
 * @param name             borrowed; UTF-8, not terminated
 * @param name_len         its length in bytes
 * @param module           borrowed; the linker holds it
 * @return NULL, or an error that the caller owns: the name is taken, or no UTF-8
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_linker_instance_add_module(wasmtime_component_linker_instance_t *linker_instance,
                                              const char *name, size_t name_len,
                                              const wasmtime_module_t *module);

/**
 * Defines a function of the host.
 *
 * @param linker_instance  borrowed
 * @param name             borrowed; UTF-8, not terminated
 * @param name_len         its length in bytes
 * @param callback         the function; called in the thread that uses the store
 * @param data             given to the function
 * @param finalizer        called once with @p data when the definition ends, also
 *                         if it fails; may be NULL
 * @return NULL, or an error that the caller owns: the name is taken, or no UTF-8
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_component_linker_instance_add_func(
    wasmtime_component_linker_instance_t *linker_instance, const char *name, size_t name_len,
    wasmtime_component_func_callback_t callback, void *data, void (*finalizer)(void *));

/**
 * Defines a type of resources with its destructor.
 *
 * @param linker_instance  borrowed
 * @param name             borrowed; UTF-8, not terminated
 * @param name_len         its length in bytes
 * @param resource         borrowed; copied
 * @param destructor       called when a guest ends one that it owns
 * @param data             given to the destructor
 * @param finalizer        called once with @p data when the definition ends, also
 *                         if it fails; may be NULL
 * @return NULL, or an error that the caller owns: the name is taken, or no UTF-8
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_component_linker_instance_add_resource(
    wasmtime_component_linker_instance_t *linker_instance, const char *name, size_t name_len,
    const wasmtime_component_resource_type_t *resource,
    wasmtime_component_resource_destructor_t destructor, void *data, void (*finalizer)(void *));

/** Closes an open instance; NULL is accepted. */
WASM_API_EXTERN void
wasmtime_component_linker_instance_delete(wasmtime_component_linker_instance_t *linker_instance);

#ifdef WASMTIME_FEATURE_WASI
/** Defines WASI preview 2. The store needs wasmtime_context_set_wasi(). */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_linker_add_wasip2(wasmtime_component_linker_t *linker);
#endif

#ifdef WASMTIME_FEATURE_WASI_HTTP
/** Defines `wasi:http`. The store needs wasmtime_context_set_wasi_http(). */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_linker_add_wasi_http(wasmtime_component_linker_t *linker);
#endif

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC

/**
 * A host function that may take its time; see wasmtime_func_async_callback_t.
 * It sets an error, which the library owns from then on, or a continuation.
 */
typedef void (*wasmtime_component_func_async_callback_t)(
    void *data, wasmtime_context_t *context, const wasmtime_component_func_type_t *type,
    wasmtime_component_val_t *args, size_t nargs, wasmtime_component_val_t *results,
    size_t nresults, wasmtime_error_t **error_ret, wasmtime_async_continuation_t *continuation_ret);

/**
 * Prepares an instantiation that can be suspended; see `wasmtime/async.h`. All
 * arguments are borrowed until it is done.
 */
WASM_API_EXTERN wasmtime_call_future_t *wasmtime_component_linker_instantiate_async(
    const wasmtime_component_linker_t *linker, wasmtime_context_t *context,
    const wasmtime_component_t *component, wasmtime_component_instance_t *instance_out,
    wasmtime_error_t **error_ret);

/** Defines a host function that may take its time. */
WASM_API_EXTERN wasmtime_error_t *wasmtime_component_linker_instance_add_func_async(
    wasmtime_component_linker_instance_t *linker_instance, const char *name, size_t name_len,
    wasmtime_component_func_async_callback_t callback, void *data, void (*finalizer)(void *));

#ifdef WASMTIME_FEATURE_WASI
/** Defines WASI preview 2 with functions that can be suspended. */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_linker_add_wasip2_async(wasmtime_component_linker_t *linker);
#endif

#ifdef WASMTIME_FEATURE_WASI_HTTP
/** Defines `wasi:http` with functions that can be suspended. */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_linker_add_wasi_http_async(wasmtime_component_linker_t *linker);
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL_ASYNC */

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_LINKER_H */
