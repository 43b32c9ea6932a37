/**
 * @file wasmtime/linker.h
 *
 * Linkers: dictionaries of things that modules can import.
 *
 * A definition stands under two names, the module's and the item's. Functions
 * of the host that are defined here belong to no store and serve all of them;
 * everything else is a thing of one store, and serves that one only. Imports
 * are matched by names, and then checked by type.
 *
 * A linker belongs to an engine. Several threads may instantiate with it at
 * once, each in its own store; while definitions are added, only one thread
 * may use it.
 *
 * Names are UTF-8 and not terminated; a name that is not UTF-8 is an error. A
 * finalizer is called once: when the linker and the last store that used the
 * definition are gone, or before the function returns if it fails.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_LINKER_H
#define WASMTIME_LINKER_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/extern.h>
#include <wasmtime/func.h>
#include <wasmtime/instance.h>
#include <wasmtime/module.h>
#include <wasmtime/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A linker, owned by whoever made or cloned it. */
typedef struct wasmtime_linker wasmtime_linker_t;

/**
 * Makes an empty linker.
 *
 * @param engine  borrowed; the linker holds it from now on
 * @return owned by the caller; NULL if there is no memory
 */
WASM_API_EXTERN wasmtime_linker_t *wasmtime_linker_new(wasm_engine_t *engine);

/**
 * Copies a linker with all its definitions; later ones are separate.
 *
 * @param linker  borrowed
 * @return owned by the caller; NULL if there is no memory
 */
WASM_API_EXTERN wasmtime_linker_t *wasmtime_linker_clone(const wasmtime_linker_t *linker);

/**
 * Gives back a linker. Instances made with it are not affected.
 *
 * @param linker  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_linker_delete(wasmtime_linker_t *linker);

/**
 * Decides whether a definition may replace another one of the same names. It
 * may not by default: the second one is an error.
 *
 * @param linker           borrowed
 * @param allow_shadowing  whether it may
 */
WASM_API_EXTERN void wasmtime_linker_allow_shadowing(wasmtime_linker_t *linker,
                                                     bool allow_shadowing);

/**
 * Defines a thing of a store.
 *
 * @param linker      borrowed
 * @param store       borrowed; the item belongs to it
 * @param module      borrowed; the first name
 * @param module_len  its length in bytes
 * @param name        borrowed; the second name
 * @param name_len    its length in bytes
 * @param item        borrowed
 * @return NULL, or an error that the caller owns: the names are taken or not
 *         UTF-8, or the item belongs to another store
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_linker_define(wasmtime_linker_t *linker,
                                                         wasmtime_context_t *store,
                                                         const char *module, size_t module_len,
                                                         const char *name, size_t name_len,
                                                         const wasmtime_extern_t *item);

/**
 * Defines a function of the host for all stores; see wasmtime_func_new().
 *
 * @param linker      borrowed
 * @param module      borrowed; the first name
 * @param module_len  its length in bytes
 * @param name        borrowed; the second name
 * @param name_len    its length in bytes
 * @param ty          borrowed; copied
 * @param cb          the code; may be called in several threads at once, if
 *                    stores live in several
 * @param data        given to the callback
 * @param finalizer   called once with @p data; may be NULL
 * @return NULL, or an error that the caller owns: the names are taken or not
 *         UTF-8. The finalizer has run then
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_linker_define_func(wasmtime_linker_t *linker, const char *module, size_t module_len,
                            const char *name, size_t name_len, const wasm_functype_t *ty,
                            wasmtime_func_callback_t cb, void *data, void (*finalizer)(void *));

/**
 * Does the same for a function that takes raw values; see
 * wasmtime_func_new_unchecked().
 *
 * @param linker      borrowed
 * @param module      borrowed; the first name
 * @param module_len  its length in bytes
 * @param name        borrowed; the second name
 * @param name_len    its length in bytes
 * @param ty          borrowed; copied
 * @param cb          the code; may be called in several threads at once, if
 *                    stores live in several
 * @param data        given to the callback
 * @param finalizer   called once with @p data; may be NULL
 * @return NULL, or an error that the caller owns: the names are taken or not
 *         UTF-8. The finalizer has run then
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_linker_define_func_unchecked(
    wasmtime_linker_t *linker, const char *module, size_t module_len, const char *name,
    size_t name_len, const wasm_functype_t *ty, wasmtime_func_unchecked_callback_t cb, void *data,
    void (*finalizer)(void *));

#ifdef WASMTIME_FEATURE_WASI
/**
 * Defines the functions of WASI preview 1, `wasi_snapshot_preview1` and the
 * older `wasi_unstable`. A store whose guest calls one needs
 * wasmtime_context_set_wasi() first.
 *
 * @param linker  borrowed
 * @return NULL, or an error that the caller owns: a name is taken
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_linker_define_wasi(wasmtime_linker_t *linker);
#endif

/**
 * Defines all exports of an instance under one name.
 *
 * @param linker    borrowed
 * @param store     borrowed; the instance belongs to it
 * @param name      borrowed; the first name of each definition
 * @param name_len  its length in bytes
 * @param instance  borrowed
 * @return NULL, or an error that the caller owns: a name is taken
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_linker_define_instance(wasmtime_linker_t *linker, wasmtime_context_t *store,
                                const char *name, size_t name_len,
                                const wasmtime_instance_t *instance);

/**
 * Defines the exports of a module under one name, as WASI wants it.
 *
 * A module that exports `_start` is a command: each call of one of its
 * functions makes a fresh instance. A module that exports `_initialize` is a
 * reactor: it is instantiated now, and that function called once. A module with
 * neither is instantiated now; one with both is refused.
 *
 * @param linker    borrowed
 * @param store     borrowed; where instances live
 * @param name      borrowed; the first name of each definition
 * @param name_len  its length in bytes
 * @param module    borrowed; its imports are taken from the linker
 * @return NULL, or an error that the caller owns: an import is missing, a name
 *         is taken, or the guest failed
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_linker_module(wasmtime_linker_t *linker,
                                                         wasmtime_context_t *store,
                                                         const char *name, size_t name_len,
                                                         const wasmtime_module_t *module);

/**
 * Defines what a module asks for and the linker lacks: functions that end the
 * guest with an error when they are called.
 *
 * @param linker  borrowed
 * @param module  borrowed
 * @return NULL, or an error that the caller owns: something that is missing is
 *         not a function
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_linker_define_unknown_imports_as_traps(wasmtime_linker_t *linker,
                                                const wasmtime_module_t *module);

/**
 * Defines what a module asks for and the linker lacks: functions that give
 * zeros and nulls, and globals, tables and memories of such content.
 *
 * @param linker  borrowed
 * @param store   borrowed; what is made belongs to it
 * @param module  borrowed
 * @return NULL, or an error that the caller owns: there is no such value, as
 *         for references that cannot be null
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_linker_define_unknown_imports_as_default_values(
    wasmtime_linker_t *linker, wasmtime_context_t *store, const wasmtime_module_t *module);

/**
 * Makes an instance with imports of the linker, and runs its start function.
 *
 * @param linker         borrowed
 * @param store          borrowed; the instance belongs to it
 * @param module         borrowed
 * @param[out] instance  untouched on failure
 * @param[out] trap      receives NULL, or a trap that the caller owns: the start
 *                       function or a segment trapped
 * @return NULL, or an error that the caller owns: an import is missing or of
 *         the wrong type
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_linker_instantiate(const wasmtime_linker_t *linker,
                                                              wasmtime_context_t *store,
                                                              const wasmtime_module_t *module,
                                                              wasmtime_instance_t *instance,
                                                              wasm_trap_t **trap);

/**
 * Finds and checks the imports of a module once, for many instances.
 *
 * @param linker             borrowed; later definitions have no effect
 * @param module             borrowed
 * @param[out] instance_pre  owned by the caller, see
 *                           wasmtime_instance_pre_delete(); untouched on failure
 * @return NULL, or an error that the caller owns: an import is missing or of
 *         the wrong type
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_linker_instantiate_pre(const wasmtime_linker_t *linker, const wasmtime_module_t *module,
                                wasmtime_instance_pre_t **instance_pre);

/**
 * Gives the function that stands for a module as a program: what is defined
 * under @p name and the empty name, else under @p name and `_start`, else a
 * function that does nothing.
 *
 * @param linker     borrowed
 * @param store      borrowed
 * @param name       borrowed; the first name
 * @param name_len   its length in bytes
 * @param[out] func  untouched on failure
 * @return NULL, or an error that the caller owns: what is defined there is not
 *         a function
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_linker_get_default(const wasmtime_linker_t *linker,
                                                              wasmtime_context_t *store,
                                                              const char *name, size_t name_len,
                                                              wasmtime_func_t *func);

/**
 * Looks up a definition.
 *
 * @param linker      borrowed
 * @param store       borrowed; receives a function of its own if the definition
 *                    belongs to no store
 * @param module      borrowed; the first name
 * @param module_len  its length in bytes
 * @param name        borrowed; the second name
 * @param name_len    its length in bytes
 * @param[out] item   owned by the caller, see wasmtime_extern_delete();
 *                    untouched if the result is false
 * @return false if there is none
 */
WASM_API_EXTERN bool wasmtime_linker_get(const wasmtime_linker_t *linker, wasmtime_context_t *store,
                                         const char *module, size_t module_len, const char *name,
                                         size_t name_len, wasmtime_extern_t *item);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_LINKER_H */
