/**
 * @file wasmtime/table.h
 *
 * Tables of references.
 *
 * The thread rules of the store apply, see `wasmtime/store.h`.
 *
 * Specification: https://webassembly.github.io/spec/core/syntax/modules.html#tables
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_TABLE_H
#define WASMTIME_TABLE_H

#include <wasm.h>
#include <wasmtime/error.h>
#include <wasmtime/extern.h>
#include <wasmtime/store.h>
#include <wasmtime/val.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a table.
 *
 * @param store       borrowed; the table belongs to it
 * @param ty          borrowed
 * @param init        borrowed; every element to begin with
 * @param[out] table  untouched on failure
 * @return NULL, or an error that the caller owns: @p init is not of the element
 *         type or of another store, or the store's limits do not allow it
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_table_new(wasmtime_context_t *store,
                                                     const wasm_tabletype_t *ty,
                                                     const wasmtime_val_t *init,
                                                     wasmtime_table_t *table);

/**
 * The type of a table.
 *
 * @param store  borrowed
 * @param table  borrowed; belongs to @p store
 * @return owned by the caller
 */
WASM_API_EXTERN wasm_tabletype_t *wasmtime_table_type(const wasmtime_context_t *store,
                                                      const wasmtime_table_t *table);

/**
 * Gives an element.
 *
 * @param store     borrowed
 * @param table     borrowed; belongs to @p store
 * @param index     which one
 * @param[out] val  owned by the caller; untouched if the result is false
 * @return false if the index is outside the table
 */
WASM_API_EXTERN bool wasmtime_table_get(wasmtime_context_t *store, const wasmtime_table_t *table,
                                        uint64_t index, wasmtime_val_t *val);

/**
 * Replaces an element.
 *
 * @param store  borrowed
 * @param table  borrowed; belongs to @p store
 * @param index  which one
 * @param value  borrowed
 * @return NULL, or an error that the caller owns: the index is outside the
 *         table, or the value not of the element type or of another store
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_table_set(wasmtime_context_t *store,
                                                     const wasmtime_table_t *table, uint64_t index,
                                                     const wasmtime_val_t *value);

/**
 * The number of elements.
 *
 * @param store  borrowed
 * @param table  borrowed; belongs to @p store
 */
WASM_API_EXTERN uint64_t wasmtime_table_size(const wasmtime_context_t *store,
                                             const wasmtime_table_t *table);

/**
 * Adds elements.
 *
 * @param store           borrowed
 * @param table           borrowed; belongs to @p store
 * @param delta           how many; may be 0
 * @param init            borrowed; every new element
 * @param[out] prev_size  the number of elements before; untouched on failure
 * @return NULL, or an error that the caller owns: @p init is not of the element
 *         type or of another store, or the type, the store's limits or the
 *         machine do not allow it
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_table_grow(wasmtime_context_t *store,
                                                      const wasmtime_table_t *table, uint64_t delta,
                                                      const wasmtime_val_t *init,
                                                      uint64_t *prev_size);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_TABLE_H */
