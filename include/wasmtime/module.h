/**
 * @file wasmtime/module.h
 *
 * Modules: validated code without state.
 *
 * A module belongs to an engine and to no store; it can be instantiated any
 * number of times, in any number of stores, from several threads at once. All
 * functions here may be called for the same engine or module at the same time.
 * Modules are counted: an instance holds its module.
 *
 * By default, making a module checks all of it and compiles each function when
 * it is called for the first time, see hospes_config_lazy_set().
 *
 * Specification: https://webassembly.github.io/spec/core/binary/modules.html
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_MODULE_H
#define WASMTIME_MODULE_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A module, owned by whoever made or cloned it. */
typedef struct wasmtime_module wasmtime_module_t;

#ifdef WASMTIME_FEATURE_COMPILER

/**
 * Makes a module from its binary format.
 *
 * @param engine    borrowed; decides which proposals are accepted
 * @param wasm      borrowed for the duration of the call. The text format is
 *                  refused: see wasmtime_wat2wasm()
 * @param wasm_len  number of bytes
 * @param[out] ret  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns: the bytes are malformed, not
 *         valid, or a component
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_module_new(wasm_engine_t *engine, const uint8_t *wasm,
                                                      size_t wasm_len, wasmtime_module_t **ret);

/**
 * Checks that bytes are a valid module, and compiles nothing.
 *
 * @param engine    borrowed; decides which proposals are accepted
 * @param wasm      borrowed for the duration of the call
 * @param wasm_len  number of bytes
 * @return NULL if they are, or an error that the caller owns and that says what
 *         is wrong, and where
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_module_validate(wasm_engine_t *engine,
                                                           const uint8_t *wasm, size_t wasm_len);

/**
 * Writes a compiled module down, to be loaded without compiling again.
 *
 * The bytes are for the same version of this library, the same configuration
 * of the engine and the same kind of machine. They contain machine code:
 * whoever can change them can run anything in the process that loads them.
 *
 * @param module    borrowed
 * @param[out] ret  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_module_serialize(const wasmtime_module_t *module,
                                                            wasm_byte_vec_t *ret);

#endif /* WASMTIME_FEATURE_COMPILER */

/**
 * Makes a module from bytes that wasmtime_module_serialize() gave.
 *
 * Bytes of another version, configuration or machine are refused. Bytes that
 * someone has tampered with are not recognized: load only what you trust.
 *
 * @param engine     borrowed
 * @param bytes      borrowed for the duration of the call
 * @param bytes_len  number of bytes
 * @param[out] ret   owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_module_deserialize(wasm_engine_t *engine,
                                                              const uint8_t *bytes,
                                                              size_t bytes_len,
                                                              wasmtime_module_t **ret);

/**
 * Does the same with a file, which is mapped and not copied. The file may be
 * unlinked afterwards, but not changed while the module lives.
 *
 * @param engine    borrowed
 * @param path      borrowed; ends in a zero
 * @param[out] ret  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_module_deserialize_file(wasm_engine_t *engine, const char *path, wasmtime_module_t **ret);

/**
 * Makes a second owner of the same module.
 *
 * @param m  borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasmtime_module_t *wasmtime_module_clone(const wasmtime_module_t *m);

/**
 * Gives back one owner's share; the module ends with the last one and the last
 * instance.
 *
 * @param m  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_module_delete(wasmtime_module_t *m);

/**
 * Gives what the module asks for, in its own order: the order in which
 * wasmtime_instance_new() wants it.
 *
 * @param module    borrowed
 * @param[out] out  owned by the caller; empty if there is no memory
 */
WASM_API_EXTERN void wasmtime_module_imports(const wasmtime_module_t *module,
                                             wasm_importtype_vec_t *out);

/**
 * Gives what the module offers, in its own order.
 *
 * @param module    borrowed
 * @param[out] out  owned by the caller; empty if there is no memory
 */
WASM_API_EXTERN void wasmtime_module_exports(const wasmtime_module_t *module,
                                             wasm_exporttype_vec_t *out);

/**
 * Gives the range of addresses that the module's machine code lies in, for a
 * profiler or a crash report. The range stays the same while the module lives;
 * functions that are compiled later lie in it, too.
 *
 * @param module      borrowed
 * @param[out] start  the first byte
 * @param[out] end    one past the last byte
 */
WASM_API_EXTERN void wasmtime_module_image_range(const wasmtime_module_t *module, void **start,
                                                 void **end);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_MODULE_H */
