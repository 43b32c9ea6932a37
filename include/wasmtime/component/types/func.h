/**
 * @file wasmtime/component/types/func.h
 *
 * Types of component functions: named parameters, and a result or none.
 *
 * Types may be read by several threads.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_FUNC_H
#define WASMTIME_COMPONENT_TYPES_FUNC_H

#include <stdbool.h>
#include <stddef.h>
#include <wasm.h>
#include <wasmtime/component/types/val.h>
#include <wasmtime/conf.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** The type of a component function, owned by whoever cloned it. */
typedef struct wasmtime_component_func_type_t wasmtime_component_func_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_func_type_t *
wasmtime_component_func_type_clone(const wasmtime_component_func_type_t *ty);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_func_type_delete(wasmtime_component_func_type_t *ty);

/** Whether the function is declared asynchronous. */
WASM_API_EXTERN bool wasmtime_component_func_type_async(const wasmtime_component_func_type_t *ty);

/** The number of parameters. */
WASM_API_EXTERN size_t
wasmtime_component_func_type_param_count(const wasmtime_component_func_type_t *ty);

/**
 * Gives name (borrowed from the type) and type (owned by the caller) of a
 * parameter; false, with nothing written, if there are not so many.
 */
WASM_API_EXTERN bool
wasmtime_component_func_type_param_nth(const wasmtime_component_func_type_t *ty, size_t nth,
                                       const char **name_ret, size_t *name_len_ret,
                                       wasmtime_component_valtype_t *type_ret);

/** Gives the type of the result, which the caller owns; false if there is none. */
WASM_API_EXTERN bool wasmtime_component_func_type_result(const wasmtime_component_func_type_t *ty,
                                                         wasmtime_component_valtype_t *type_ret);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_TYPES_FUNC_H */
