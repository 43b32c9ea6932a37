/**
 * @file wasmtime/engine.h
 *
 * What an engine can do beyond `wasm.h`.
 *
 * An engine is counted: stores, modules and linkers hold it, and so does each
 * pointer that wasmtime_engine_clone() gave. All functions here may be called
 * from any thread, for the same engine at the same time.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_ENGINE_H
#define WASMTIME_ENGINE_H

#include <wasm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a second owner of the same engine.
 *
 * @param engine  borrowed
 * @return owned by the caller; to be given to wasm_engine_delete()
 */
WASM_API_EXTERN wasm_engine_t *wasmtime_engine_clone(const wasm_engine_t *engine);

/**
 * Moves the engine's clock of epochs on by one.
 *
 * Guests of stores whose deadline is reached by this are interrupted, if the
 * engine was configured with wasmtime_config_epoch_interruption_set(); see
 * wasmtime_context_set_epoch_deadline(). The call never blocks, takes no lock
 * and may be made from a signal handler.
 *
 * @param engine  borrowed
 */
WASM_API_EXTERN void wasmtime_engine_increment_epoch(const wasm_engine_t *engine);

/**
 * Whether modules are compiled to Wasmtime's portable bytecode.
 *
 * @param engine  borrowed
 * @return false: this library compiles to machine code
 */
WASM_API_EXTERN bool wasmtime_engine_is_pulley(const wasm_engine_t *engine);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_ENGINE_H */
