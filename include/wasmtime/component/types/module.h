/**
 * @file wasmtime/component/types/module.h
 *
 * Types of modules inside components: what a module imports and exports.
 *
 * Types may be read by several threads.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_MODULE_H
#define WASMTIME_COMPONENT_TYPES_MODULE_H

#include <stddef.h>
#include <wasm.h>
#include <wasmtime/conf.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** The type of a module, owned by whoever cloned it. */
typedef struct wasmtime_module_type wasmtime_module_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_module_type_t *
wasmtime_module_type_clone(const wasmtime_module_type_t *ty);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_module_type_delete(wasmtime_module_type_t *ty);

/** The number of imports. The engine is that of the type. */
WASM_API_EXTERN size_t wasmtime_module_type_import_count(const wasmtime_module_type_t *ty,
                                                         const wasm_engine_t *engine);

/** Gives an import, which the caller owns; NULL if there are not so many. */
WASM_API_EXTERN wasm_importtype_t *wasmtime_module_type_import_nth(const wasmtime_module_type_t *ty,
                                                                   const wasm_engine_t *engine,
                                                                   size_t nth);

/** The number of exports. The engine is that of the type. */
WASM_API_EXTERN size_t wasmtime_module_type_export_count(const wasmtime_module_type_t *ty,
                                                         const wasm_engine_t *engine);

/** Gives an export, which the caller owns; NULL if there are not so many. */
WASM_API_EXTERN wasm_exporttype_t *wasmtime_module_type_export_nth(const wasmtime_module_type_t *ty,
                                                                   const wasm_engine_t *engine,
                                                                   size_t nth);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_TYPES_MODULE_H */
