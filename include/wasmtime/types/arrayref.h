/**
 * @file wasmtime/types/arrayref.h
 *
 * Types of arrays (garbage collection).
 *
 * Types belong to an engine and to no store; they may be read by several
 * threads.
 *
 * Specification: https://webassembly.github.io/spec/core/syntax/types.html#composite-types
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_ARRAYREF_H
#define WASMTIME_TYPES_ARRAYREF_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/types/structref.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The type of arrays, owned by whoever made or copied it. */
typedef struct wasmtime_array_type wasmtime_array_type_t;

/**
 * Makes a type of arrays. It is final, has no supertype, and is the same type
 * as any other one that looks like it.
 *
 * @param engine  borrowed
 * @param field   borrowed; copied; the type of the elements
 * @return owned by the caller; NULL if there is no memory
 */
WASM_API_EXTERN wasmtime_array_type_t *wasmtime_array_type_new(const wasm_engine_t *engine,
                                                               const wasmtime_field_type_t *field);

/**
 * Copies a type of arrays.
 *
 * @param ty  borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasmtime_array_type_t *wasmtime_array_type_copy(const wasmtime_array_type_t *ty);

/**
 * Gives back a type of arrays.
 *
 * @param ty  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_array_type_delete(wasmtime_array_type_t *ty);

/**
 * Gives the type of the elements.
 *
 * @param ty        borrowed
 * @param[out] out  its content is owned by the caller, see
 *                  wasmtime_field_type_delete()
 */
WASM_API_EXTERN void wasmtime_array_type_element(const wasmtime_array_type_t *ty,
                                                 wasmtime_field_type_t *out);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_TYPES_ARRAYREF_H */
