/**
 * @file wasmtime/memory.h
 *
 * Linear memories, and their types in full.
 *
 * Sizes are counted in bytes or in pages. A page has 64 KiB unless the type
 * says otherwise (custom page sizes). Memories that several stores share are in
 * `wasmtime/sharedmemory.h`.
 *
 * A pointer into a memory is good until the memory may have grown, which any
 * call of a guest can bring about: ask for it again afterwards.
 *
 * The thread rules of the store apply, see `wasmtime/store.h`. Types belong to
 * no store and may be read by several threads.
 *
 * Specification: https://webassembly.github.io/spec/core/syntax/modules.html#memories
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_MEMORY_H
#define WASMTIME_MEMORY_H

#include <wasm.h>
#include <wasmtime/error.h>
#include <wasmtime/extern.h>
#include <wasmtime/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes the type of a memory. Which proposals the engine accepts plays no
 * role here.
 *
 * @param min             smallest size in pages
 * @param max_present     whether there is a largest size
 * @param max             largest size in pages, if there is one
 * @param is_64           addresses have 64 bits instead of 32 (memory64)
 * @param shared          may be used by several threads; needs a maximum
 * @param page_size_log2  16 for ordinary pages, 0 for pages of one byte
 * @param[out] ret        owned by the caller; untouched on failure
 * @return NULL, or an error that the caller owns: the bounds contradict each
 *         other or the addresses, or the page size does not exist
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_memorytype_new(uint64_t min, bool max_present,
                                                          uint64_t max, bool is_64, bool shared,
                                                          uint8_t page_size_log2,
                                                          wasm_memorytype_t **ret);

/**
 * The smallest size in pages.
 *
 * @param ty  borrowed
 */
WASM_API_EXTERN uint64_t wasmtime_memorytype_minimum(const wasm_memorytype_t *ty);

/**
 * The largest size in pages.
 *
 * @param ty        borrowed
 * @param[out] max  untouched if the result is false
 * @return false if there is none
 */
WASM_API_EXTERN bool wasmtime_memorytype_maximum(const wasm_memorytype_t *ty, uint64_t *max);

/**
 * Whether addresses have 64 bits.
 *
 * @param ty  borrowed
 */
WASM_API_EXTERN bool wasmtime_memorytype_is64(const wasm_memorytype_t *ty);

/**
 * Whether the memory can be used by several threads.
 *
 * @param ty  borrowed
 */
WASM_API_EXTERN bool wasmtime_memorytype_isshared(const wasm_memorytype_t *ty);

/**
 * The size of a page in bytes.
 *
 * @param ty  borrowed
 */
WASM_API_EXTERN uint64_t wasmtime_memorytype_page_size(const wasm_memorytype_t *ty);

/**
 * The size of a page as the power of two.
 *
 * @param ty  borrowed
 */
WASM_API_EXTERN uint8_t wasmtime_memorytype_page_size_log2(const wasm_memorytype_t *ty);

/**
 * Makes a memory of zeros.
 *
 * @param store     borrowed; the memory belongs to it
 * @param ty        borrowed; not a shared one
 * @param[out] ret  untouched on failure
 * @return NULL, or an error that the caller owns: the type is shared, or the
 *         store's limits or the machine do not allow it
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_memory_new(wasmtime_context_t *store, const wasm_memorytype_t *ty, wasmtime_memory_t *ret);

/**
 * The type of a memory.
 *
 * @param store   borrowed
 * @param memory  borrowed; belongs to @p store
 * @return owned by the caller
 */
WASM_API_EXTERN wasm_memorytype_t *wasmtime_memory_type(const wasmtime_context_t *store,
                                                        const wasmtime_memory_t *memory);

/**
 * The first byte.
 *
 * @param store   borrowed
 * @param memory  borrowed; belongs to @p store
 * @return borrowed until the memory may have grown; not to be read or written
 *         beyond wasmtime_memory_data_size()
 */
WASM_API_EXTERN uint8_t *wasmtime_memory_data(wasmtime_context_t *store,
                                              const wasmtime_memory_t *memory);

/**
 * The size in bytes.
 *
 * @param store   borrowed
 * @param memory  borrowed; belongs to @p store
 */
WASM_API_EXTERN size_t wasmtime_memory_data_size(const wasmtime_context_t *store,
                                                 const wasmtime_memory_t *memory);

/**
 * The size in pages.
 *
 * @param store   borrowed
 * @param memory  borrowed; belongs to @p store
 */
WASM_API_EXTERN uint64_t wasmtime_memory_size(const wasmtime_context_t *store,
                                              const wasmtime_memory_t *memory);

/**
 * Adds pages of zeros.
 *
 * @param store           borrowed
 * @param memory          borrowed; belongs to @p store
 * @param delta           number of pages; may be 0
 * @param[out] prev_size  the size in pages before; untouched on failure
 * @return NULL, or an error that the caller owns: the type, the store's limits
 *         or the machine do not allow it
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_memory_grow(wasmtime_context_t *store,
                                                       const wasmtime_memory_t *memory,
                                                       uint64_t delta, uint64_t *prev_size);

/**
 * The size of a page in bytes.
 *
 * @param store   borrowed
 * @param memory  borrowed; belongs to @p store
 */
WASM_API_EXTERN uint64_t wasmtime_memory_page_size(wasmtime_context_t *store,
                                                   const wasmtime_memory_t *memory);

/**
 * The size of a page as the power of two.
 *
 * @param store   borrowed
 * @param memory  borrowed; belongs to @p store
 */
WASM_API_EXTERN uint8_t wasmtime_memory_page_size_log2(wasmtime_context_t *store,
                                                       const wasmtime_memory_t *memory);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_MEMORY_H */
