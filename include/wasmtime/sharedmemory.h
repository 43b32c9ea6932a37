/**
 * @file wasmtime/sharedmemory.h
 *
 * Shared memories: linear memories that several stores, and so several
 * threads, use at the same time (threads proposal).
 *
 * A shared memory belongs to an engine and is counted. It never moves; it only
 * grows. All functions here may be called from any thread at the same time.
 * The bytes may change under the reader's eyes: a host that touches them must
 * use atomic accesses or coordinate with the guests.
 *
 * An instance receives one as an extern of kind WASMTIME_EXTERN_SHAREDMEMORY,
 * and hands out so the one that its module defines. That one, too, can be given
 * to other stores of the engine, and outlives the store it comes from. When a
 * guest grows a shared memory, the limits of its store apply; when the host does
 * (wasmtime_sharedmemory_grow()), only the memory's own maximum.
 *
 * Specification: https://github.com/WebAssembly/threads
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_SHAREDMEMORY_H
#define WASMTIME_SHAREDMEMORY_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A shared memory, owned by whoever made or cloned it. */
typedef struct wasmtime_sharedmemory wasmtime_sharedmemory_t;

#ifdef WASMTIME_FEATURE_THREADS
/**
 * Makes a shared memory of zeros.
 *
 * @param engine    borrowed; must allow it, see
 *                  wasmtime_config_shared_memory_set()
 * @param ty        borrowed; must be shared and have a maximum, see
 *                  wasmtime_memorytype_new()
 * @param[out] ret  owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns: the type or the engine does
 *         not allow it, or there is no room
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_sharedmemory_new(const wasm_engine_t *engine,
                                                            const wasm_memorytype_t *ty,
                                                            wasmtime_sharedmemory_t **ret);
#endif

/**
 * Makes a second owner of the same memory.
 *
 * @param memory  borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasmtime_sharedmemory_t *
wasmtime_sharedmemory_clone(const wasmtime_sharedmemory_t *memory);

/**
 * Gives back one owner's share; the memory ends with the last one.
 *
 * @param memory  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_sharedmemory_delete(wasmtime_sharedmemory_t *memory);

/**
 * The type that the memory was made with.
 *
 * @param memory  borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasm_memorytype_t *
wasmtime_sharedmemory_type(const wasmtime_sharedmemory_t *memory);

/**
 * The first byte.
 *
 * @param memory  borrowed
 * @return borrowed; the same at every call
 */
WASM_API_EXTERN uint8_t *wasmtime_sharedmemory_data(const wasmtime_sharedmemory_t *memory);

/**
 * The size in bytes. By the time it is read it may have grown.
 *
 * @param memory  borrowed
 */
WASM_API_EXTERN size_t wasmtime_sharedmemory_data_size(const wasmtime_sharedmemory_t *memory);

/**
 * The size in pages. By the time it is read it may have grown.
 *
 * @param memory  borrowed
 */
WASM_API_EXTERN uint64_t wasmtime_sharedmemory_size(const wasmtime_sharedmemory_t *memory);

/**
 * Adds pages of zeros.
 *
 * @param memory          borrowed
 * @param delta           number of pages; may be 0
 * @param[out] prev_size  the size in pages before; untouched on failure
 * @return NULL, or an error that the caller owns: the maximum does not allow it
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_sharedmemory_grow(const wasmtime_sharedmemory_t *memory,
                                                             uint64_t delta, uint64_t *prev_size);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_SHAREDMEMORY_H */
