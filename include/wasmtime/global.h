/**
 * @file wasmtime/global.h
 *
 * Global variables.
 *
 * The thread rules of the store apply, see `wasmtime/store.h`.
 *
 * Specification: https://webassembly.github.io/spec/core/syntax/modules.html#globals
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_GLOBAL_H
#define WASMTIME_GLOBAL_H

#include <wasm.h>
#include <wasmtime/error.h>
#include <wasmtime/extern.h>
#include <wasmtime/store.h>
#include <wasmtime/val.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a global.
 *
 * @param store     borrowed; the global belongs to it
 * @param type      borrowed
 * @param val       borrowed; the first content
 * @param[out] ret  untouched on failure
 * @return NULL, or an error that the caller owns: the value is not of the type
 *         or belongs to another store
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_global_new(wasmtime_context_t *store,
                                                      const wasm_globaltype_t *type,
                                                      const wasmtime_val_t *val,
                                                      wasmtime_global_t *ret);

/**
 * The type of a global.
 *
 * @param store   borrowed
 * @param global  borrowed; belongs to @p store
 * @return owned by the caller
 */
WASM_API_EXTERN wasm_globaltype_t *wasmtime_global_type(const wasmtime_context_t *store,
                                                        const wasmtime_global_t *global);

/**
 * Gives the present content.
 *
 * @param store     borrowed
 * @param global    borrowed; belongs to @p store
 * @param[out] out  owned by the caller
 */
WASM_API_EXTERN void wasmtime_global_get(wasmtime_context_t *store, const wasmtime_global_t *global,
                                         wasmtime_val_t *out);

/**
 * Replaces the content.
 *
 * @param store   borrowed
 * @param global  borrowed; belongs to @p store
 * @param val     borrowed
 * @return NULL, or an error that the caller owns: the global is constant, or
 *         the value not of its type or of another store
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_global_set(wasmtime_context_t *store,
                                                      const wasmtime_global_t *global,
                                                      const wasmtime_val_t *val);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_GLOBAL_H */
