/**
 * @file wasmtime/component/component.h
 *
 * Components: validated code without state, one level above modules.
 *
 * A component belongs to an engine and to no store, and is counted. All
 * functions here may be called from any thread at the same time. Functions that
 * give an error give NULL on success; the caller owns the error, and results are
 * written on success only.
 *
 * Specification: https://github.com/WebAssembly/component-model
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_COMPONENT_H
#define WASMTIME_COMPONENT_COMPONENT_H

#include <stddef.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime/component/types/component.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** A component, owned by whoever made or cloned it. */
typedef struct wasmtime_component_t wasmtime_component_t;

/** An export found beforehand, owned by whoever asked for or cloned it. */
typedef struct wasmtime_component_export_index_t wasmtime_component_export_index_t;

#ifdef WASMTIME_FEATURE_COMPILER

/**
 * Makes a component from its binary or text format, which is borrowed. An error
 * if it is malformed, not valid, or a module.
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_component_new(const wasm_engine_t *engine,
                                                         const uint8_t *buf, size_t len,
                                                         wasmtime_component_t **component_out);

/**
 * Writes a compiled component down; see wasmtime_module_serialize(), also for
 * what it means to trust the bytes. The caller owns them.
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_serialize(const wasmtime_component_t *component, wasm_byte_vec_t *ret);

#endif /* WASMTIME_FEATURE_COMPILER */

/** Makes a component from bytes that wasmtime_component_serialize() gave. */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_deserialize(const wasm_engine_t *engine, const uint8_t *buf, size_t len,
                               wasmtime_component_t **component_out);

/** Does the same with a file, which is mapped and must not change. */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_deserialize_file(const wasm_engine_t *engine, const char *path,
                                    wasmtime_component_t **component_out);

/** Makes a second owner of the same component. */
WASM_API_EXTERN wasmtime_component_t *
wasmtime_component_clone(const wasmtime_component_t *component);

/** The type of the component; the caller owns it. */
WASM_API_EXTERN wasmtime_component_type_t *
wasmtime_component_type(const wasmtime_component_t *component);

/** Gives back one owner's share; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_delete(wasmtime_component_t *component);

/**
 * Looks up an export by name: of the component itself, or, with
 * @p instance_export_index, of an instance that the component exports.
 *
 * @return owned by the caller; NULL if there is no such export, or if the index
 *         is of another component
 */
WASM_API_EXTERN wasmtime_component_export_index_t *
wasmtime_component_get_export_index(const wasmtime_component_t *component,
                                    const wasmtime_component_export_index_t *instance_export_index,
                                    const char *name, size_t name_len);

/** Copies an index; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_export_index_t *
wasmtime_component_export_index_clone(const wasmtime_component_export_index_t *index);

/** Gives back an index; NULL is accepted. */
WASM_API_EXTERN void
wasmtime_component_export_index_delete(wasmtime_component_export_index_t *export_index);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_COMPONENT_H */
