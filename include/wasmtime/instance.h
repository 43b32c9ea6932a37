/**
 * @file wasmtime/instance.h
 *
 * Instances: modules brought to life in a store.
 *
 * An instance lives as long as its store. The handle is a plain struct that is
 * copied by value and needs no deletion. Usually a linker finds the imports,
 * see `wasmtime/linker.h`; here they are given one by one.
 *
 * The thread rules of the store apply, see `wasmtime/store.h`. A prepared
 * instance belongs to no store and may be used by several threads at once.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/modules.html#instantiation
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_INSTANCE_H
#define WASMTIME_INSTANCE_H

#include <wasm.h>
#include <wasmtime/error.h>
#include <wasmtime/extern.h>
#include <wasmtime/module.h>
#include <wasmtime/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An instance of a store. Copied by value; never deleted. */
typedef struct wasmtime_instance {
    uint64_t store_id; /* the store it belongs to */
    size_t __private;  /* the library's own */
} wasmtime_instance_t;

/** A module with its imports found and checked, owned by whoever made it. */
typedef struct wasmtime_instance_pre wasmtime_instance_pre_t;

/**
 * Makes an instance and runs its start function.
 *
 * @param store          borrowed; the instance belongs to it
 * @param module         borrowed; of the same engine
 * @param imports        borrowed; one for each import, in the module's order
 * @param nimports       number of imports
 * @param[out] instance  untouched on failure
 * @param[out] trap      receives NULL, or a trap that the caller owns: the start
 *                       function or a segment trapped
 * @return NULL, or an error that the caller owns: number or types of the
 *         imports are wrong, or the store's limits do not allow it
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_instance_new(wasmtime_context_t *store, const wasmtime_module_t *module,
                      const wasmtime_extern_t *imports, size_t nimports,
                      wasmtime_instance_t *instance, wasm_trap_t **trap);

/**
 * Looks up an export by name.
 *
 * @param store      borrowed
 * @param instance   borrowed; belongs to @p store
 * @param name       borrowed; not terminated
 * @param name_len   length of the name in bytes
 * @param[out] item  owned by the caller, see wasmtime_extern_delete();
 *                   untouched if the result is false
 * @return false if there is no such export
 */
WASM_API_EXTERN bool wasmtime_instance_export_get(wasmtime_context_t *store,
                                                  const wasmtime_instance_t *instance,
                                                  const char *name, size_t name_len,
                                                  wasmtime_extern_t *item);

/**
 * Gives an export by its position in the module.
 *
 * @param store          borrowed
 * @param instance       borrowed; belongs to @p store
 * @param index          counted from 0
 * @param[out] name      borrowed from the store until its next use; not
 *                       terminated
 * @param[out] name_len  length of the name in bytes
 * @param[out] item      owned by the caller, see wasmtime_extern_delete()
 * @return false, with nothing written, if there are not so many
 */
WASM_API_EXTERN bool wasmtime_instance_export_nth(wasmtime_context_t *store,
                                                  const wasmtime_instance_t *instance, size_t index,
                                                  char **name, size_t *name_len,
                                                  wasmtime_extern_t *item);

/**
 * Gives back a prepared instance.
 *
 * @param instance_pre  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_instance_pre_delete(wasmtime_instance_pre_t *instance_pre);

/**
 * Makes an instance of what wasmtime_linker_instantiate_pre() prepared, and
 * runs its start function.
 *
 * @param instance_pre   borrowed
 * @param store          borrowed; of the same engine. If the linker defined
 *                       things of a store, it must be that store
 * @param[out] instance  untouched on failure
 * @param[out] trap_ptr  receives NULL, or a trap that the caller owns
 * @return NULL, or an error that the caller owns
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_instance_pre_instantiate(const wasmtime_instance_pre_t *instance_pre,
                                  wasmtime_context_t *store, wasmtime_instance_t *instance,
                                  wasm_trap_t **trap_ptr);

/**
 * The module that was prepared.
 *
 * @param instance_pre  borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasmtime_module_t *
wasmtime_instance_pre_module(const wasmtime_instance_pre_t *instance_pre);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_INSTANCE_H */
