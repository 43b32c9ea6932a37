/**
 * @file wasmtime/types/exnref.h
 *
 * Types of exceptions (exception handling).
 *
 * Types belong to an engine and to no store; they may be read by several
 * threads.
 *
 * Specification: https://webassembly.github.io/spec/core/syntax/types.html
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_EXNREF_H
#define WASMTIME_TYPES_EXNREF_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The type of exceptions, owned by whoever made or copied it. */
typedef struct wasmtime_exn_type wasmtime_exn_type_t;

/**
 * Makes a type of exceptions.
 *
 * @param engine    borrowed
 * @param params    borrowed; copied; the values that an exception carries
 * @param[out] out  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_exn_type_new(const wasm_engine_t *engine,
                                                        const wasm_valtype_vec_t *params,
                                                        wasmtime_exn_type_t **out);

/**
 * Gives back a type of exceptions.
 *
 * @param ty  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_exn_type_delete(wasmtime_exn_type_t *ty);

/**
 * Copies a type of exceptions.
 *
 * @param ty  borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasmtime_exn_type_t *wasmtime_exn_type_copy(const wasmtime_exn_type_t *ty);

/**
 * The type of the tags that such exceptions are thrown with.
 *
 * @param ty  borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasm_tagtype_t *wasmtime_exn_type_tag_type(const wasmtime_exn_type_t *ty);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_TYPES_EXNREF_H */
