/**
 * @file wasmtime/tag.h
 *
 * Tags: what tells one kind of exception from another (exception handling).
 *
 * A tag belongs to a store. Two tags of the same type are still two tags: a
 * handler catches what was thrown with the very tag it names.
 *
 * Specification: https://webassembly.github.io/spec/core/syntax/modules.html#tags
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_TAG_H
#define WASMTIME_TAG_H

#include <wasm.h>
#include <wasmtime/error.h>
#include <wasmtime/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A tag of a store. Copied by value; never deleted. */
typedef struct wasmtime_tag {
    struct {
        uint64_t store_id;   /* the store it belongs to */
        uint32_t __private1; /* the library's own */
    };
    uint32_t __private2; /* the library's own */
} wasmtime_tag_t;

/** The kind of an extern that is a tag; the others are in `wasmtime/extern.h`. */
#define WASMTIME_EXTERN_TAG 5

/**
 * Makes a tag.
 *
 * @param store     borrowed
 * @param tt        borrowed; its parameters are what an exception carries
 * @param[out] ret  untouched on failure
 * @return NULL, or an error that the caller owns
 */
WASM_API_EXTERN wasmtime_error_t *wasmtime_tag_new(wasmtime_context_t *store,
                                                   const wasm_tagtype_t *tt, wasmtime_tag_t *ret);

/**
 * The type of the tag.
 *
 * @param store  borrowed
 * @param tag    borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasm_tagtype_t *wasmtime_tag_type(const wasmtime_context_t *store,
                                                  const wasmtime_tag_t *tag);

/**
 * Whether two handles mean the same tag. A tag that a module imports is the one
 * that it was given.
 *
 * @param store  borrowed; both tags belong to it
 * @param a      borrowed
 * @param b      borrowed
 */
WASM_API_EXTERN bool wasmtime_tag_eq(const wasmtime_context_t *store, const wasmtime_tag_t *a,
                                     const wasmtime_tag_t *b);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_TAG_H */
