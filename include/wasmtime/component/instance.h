/**
 * @file wasmtime/component/instance.h
 *
 * Component instances: finding their functions.
 *
 * The thread rules of the store apply, see `wasmtime/store.h`.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_INSTANCE_H
#define WASMTIME_COMPONENT_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime/component/component.h>
#include <wasmtime/component/func.h>
#include <wasmtime/conf.h>
#include <wasmtime/store.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** An instance of a component. Copied by value; never deleted. */
typedef struct wasmtime_component_instance {
    uint64_t store_id;  /* the store it belongs to */
    uint32_t __private; /* the library's own */
} wasmtime_component_instance_t;

/**
 * Looks up an export by name: of the instance itself, or, with
 * @p instance_export_index, of an instance that it exports.
 *
 * @return owned by the caller; NULL if there is no such export
 */
WASM_API_EXTERN wasmtime_component_export_index_t *wasmtime_component_instance_get_export_index(
    const wasmtime_component_instance_t *instance, wasmtime_context_t *context,
    const wasmtime_component_export_index_t *instance_export_index, const char *name,
    size_t name_len);

/** Gives the function that an index means; false if it is none. */
WASM_API_EXTERN bool wasmtime_component_instance_get_func(
    const wasmtime_component_instance_t *instance, wasmtime_context_t *context,
    const wasmtime_component_export_index_t *export_index, wasmtime_component_func_t *func_out);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_INSTANCE_H */
