/**
 * @file wasmtime/component/types/instance.h
 *
 * Types of component instances: what an instance exports.
 *
 * Types may be read by several threads.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_INSTANCE_H
#define WASMTIME_COMPONENT_TYPES_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <wasm.h>
#include <wasmtime/conf.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

struct wasmtime_component_item_t;

/** The type of an instance, owned by whoever cloned it. */
typedef struct wasmtime_component_instance_type wasmtime_component_instance_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_instance_type_t *
wasmtime_component_instance_type_clone(const wasmtime_component_instance_type_t *ty);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void
wasmtime_component_instance_type_delete(wasmtime_component_instance_type_t *ty);

/** The number of exports. The engine is that of the type. */
WASM_API_EXTERN size_t wasmtime_component_instance_type_export_count(
    const wasmtime_component_instance_type_t *ty, const wasm_engine_t *engine);

/** Looks up an export by name; the caller owns what @p ret contains. */
WASM_API_EXTERN bool
wasmtime_component_instance_type_export_get(const wasmtime_component_instance_type_t *ty,
                                            const wasm_engine_t *engine, const char *name,
                                            size_t name_len, struct wasmtime_component_item_t *ret);

/**
 * Gives name (borrowed from the type) and type (owned by the caller) of an
 * export; false, with nothing written, if there are not so many.
 */
WASM_API_EXTERN bool wasmtime_component_instance_type_export_nth(
    const wasmtime_component_instance_type_t *ty, const wasm_engine_t *engine, size_t nth,
    const char **name_ret, size_t *name_len_ret, struct wasmtime_component_item_t *type_ret);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_TYPES_INSTANCE_H */
