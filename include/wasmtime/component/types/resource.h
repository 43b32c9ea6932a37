/**
 * @file wasmtime/component/types/resource.h
 *
 * Types of resources: things that components pass around by handle.
 *
 * A type of the host is a number that the host chooses; two are the same if
 * their numbers are. A type of a guest is the one that its instance defined.
 * Types may be read by several threads.
 *
 * Specification: https://github.com/WebAssembly/component-model
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_RESOURCE_H
#define WASMTIME_COMPONENT_TYPES_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime/conf.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** The type of resources, owned by whoever made or cloned it. */
typedef struct wasmtime_component_resource_type wasmtime_component_resource_type_t;

/** Makes the host's type of number @p ty; the caller owns it. */
WASM_API_EXTERN wasmtime_component_resource_type_t *
wasmtime_component_resource_type_new_host(uint32_t ty);

/** Copies a type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_resource_type_t *
wasmtime_component_resource_type_clone(const wasmtime_component_resource_type_t *ty);

/** Whether two types are the same. */
WASM_API_EXTERN bool
wasmtime_component_resource_type_equal(const wasmtime_component_resource_type_t *a,
                                       const wasmtime_component_resource_type_t *b);

/** Gives back a type; NULL is accepted. */
WASM_API_EXTERN void
wasmtime_component_resource_type_delete(wasmtime_component_resource_type_t *resource);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_TYPES_RESOURCE_H */
