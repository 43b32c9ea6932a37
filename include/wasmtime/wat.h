/**
 * @file wasmtime/wat.h
 *
 * From the text format to the binary format.
 *
 * Specification: https://webassembly.github.io/spec/core/text/index.html
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_WAT_H
#define WASMTIME_WAT_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WASMTIME_FEATURE_WAT
/**
 * Translates a module, or a component, from text to binary. Names go into a
 * name section, so that backtraces show them. The result is well formed;
 * whether it is valid is for wasmtime_module_validate() to say.
 *
 * @param wat       borrowed; UTF-8, not terminated
 * @param wat_len   length of the text in bytes
 * @param[out] ret  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns and that names line and column
 *
 * May be called from any thread.
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_wat2wasm(const char *wat, size_t wat_len,
                                                    wasm_byte_vec_t *ret);
#endif

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_WAT_H */
