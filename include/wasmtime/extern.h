/**
 * @file wasmtime/extern.h
 *
 * The things of a store: functions, globals, tables, memories, tags, and the
 * union that means any of them.
 *
 * They are plain structs. Copy them as you like; they need no deletion and end
 * with their store. A shared memory alone is an object with an owner, of no store:
 * an extern that was received has to be given back with wasmtime_extern_delete(),
 * which does nothing for the other kinds. What the fields mean is the library's affair, but
 * for `store_id`: it tells stores apart and is never 0 for a real thing. The
 * layouts are part of the binary interface.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_EXTERN_H
#define WASMTIME_EXTERN_H

#include <wasm.h>
#include <wasmtime/module.h>
#include <wasmtime/sharedmemory.h>
#include <wasmtime/store.h>
#include <wasmtime/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A function of a store; see `wasmtime/func.h`. With a `store_id` of 0 it is
 * the null reference.
 */
typedef struct wasmtime_func {
    uint64_t store_id; /* the store it belongs to; 0 for null */
    void *__private;   /* the library's own */
} wasmtime_func_t;

/** A table of a store; see `wasmtime/table.h`. */
typedef struct wasmtime_table {
    struct {
        uint64_t store_id;   /* the store it belongs to */
        uint32_t __private1; /* the library's own */
    };
    uint32_t __private2; /* the library's own */
} wasmtime_table_t;

/** A memory of a store that is not shared; see `wasmtime/memory.h`. */
typedef struct wasmtime_memory {
    struct {
        uint64_t store_id;   /* the store it belongs to */
        uint32_t __private1; /* the library's own */
    };
    uint32_t __private2; /* the library's own */
} wasmtime_memory_t;

/** A global of a store; see `wasmtime/global.h`. */
typedef struct wasmtime_global {
    uint64_t store_id;   /* the store it belongs to */
    uint32_t __private1; /* the library's own, as are the next */
    uint32_t __private2;
    uint32_t __private3;
} wasmtime_global_t;

/**
 * Which kind of thing an extern is. Mind that wasm_externtype_kind() counts
 * differently: there is no kind for shared memories there, and a tag is 4.
 */
typedef uint8_t wasmtime_extern_kind_t;

/** A function. */
#define WASMTIME_EXTERN_FUNC 0
/** A global. */
#define WASMTIME_EXTERN_GLOBAL 1
/** A table. */
#define WASMTIME_EXTERN_TABLE 2
/** A memory that is not shared. */
#define WASMTIME_EXTERN_MEMORY 3
/** A shared memory. */
#define WASMTIME_EXTERN_SHAREDMEMORY 4
/** A tag. */
#define WASMTIME_EXTERN_TAG 5

/** The thing itself; the field is told by the kind. */
typedef union wasmtime_extern_union {
    wasmtime_func_t func;
    wasmtime_global_t global;
    wasmtime_table_t table;
    wasmtime_memory_t memory;
    struct wasmtime_sharedmemory *sharedmemory; /* owned by whoever owns the extern */
    wasmtime_tag_t tag;
} wasmtime_extern_union_t;

/** Anything that can be imported or exported. */
typedef struct wasmtime_extern {
    wasmtime_extern_kind_t kind; /* which field of the union holds */
    wasmtime_extern_union_t of;
} wasmtime_extern_t;

/**
 * Gives back what an extern owns. That is a shared memory if it is one, and
 * otherwise nothing; the struct itself is the caller's.
 *
 * @param val  its content is consumed
 */
WASM_API_EXTERN void wasmtime_extern_delete(wasmtime_extern_t *val);

/**
 * The type of an extern.
 *
 * @param context  borrowed; the extern belongs to it
 * @param val      borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasm_externtype_t *wasmtime_extern_type(wasmtime_context_t *context,
                                                        const wasmtime_extern_t *val);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_EXTERN_H */
