/**
 * @file wasmtime/component/val.h
 *
 * Values of components, and resources.
 *
 * A value owns everything it contains, and `wasmtime_component_val_delete()`
 * gives that back. A value that is passed to a function stays the caller's; one
 * that a function hands out is the caller's to delete.
 *
 * Values belong to no store, but for resources, to which the thread rules of
 * `wasmtime/store.h` apply. Functions that give an error give NULL on success;
 * the caller owns the error.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_VAL_H
#define WASMTIME_COMPONENT_VAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime/component/types/resource.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.h>
#include <wasmtime/store.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** A resource as a store knows it: a handle, owned by whoever received it. */
typedef struct wasmtime_component_resource_any wasmtime_component_resource_any_t;

/** The type of the resource; the caller owns it. */
WASM_API_EXTERN wasmtime_component_resource_type_t *
wasmtime_component_resource_any_type(const wasmtime_component_resource_any_t *resource);

/** Copies the handle, not the resource; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_resource_any_t *
wasmtime_component_resource_any_clone(const wasmtime_component_resource_any_t *resource);

/** Whether the handle owns the resource, or has only borrowed it. */
WASM_API_EXTERN bool
wasmtime_component_resource_any_owned(const wasmtime_component_resource_any_t *resource);

/**
 * Ends the resource: runs the destructor if the handle owns it. Once for each
 * resource; the handle itself stays the caller's.
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_resource_any_drop(wasmtime_context_t *ctx,
                                     const wasmtime_component_resource_any_t *resource);

/** Gives back a handle without ending the resource; NULL is accepted. */
WASM_API_EXTERN void
wasmtime_component_resource_any_delete(wasmtime_component_resource_any_t *resource);

/** A resource of the host: a number with a type. Owned by whoever made it. */
typedef struct wasmtime_component_resource_host wasmtime_component_resource_host_t;

/** Makes a resource of the host from its number @p rep and its type @p ty. */
WASM_API_EXTERN wasmtime_component_resource_host_t *
wasmtime_component_resource_host_new(bool owned, uint32_t rep, uint32_t ty);

/** Copies the object; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_resource_host_t *
wasmtime_component_resource_host_clone(const wasmtime_component_resource_host_t *resource);

/** The number that the host gave it. */
WASM_API_EXTERN uint32_t
wasmtime_component_resource_host_rep(const wasmtime_component_resource_host_t *resource);

/** The number of its type. */
WASM_API_EXTERN uint32_t
wasmtime_component_resource_host_type(const wasmtime_component_resource_host_t *resource);

/** Whether it is handed over when it is passed on, or only lent. */
WASM_API_EXTERN bool
wasmtime_component_resource_host_owned(const wasmtime_component_resource_host_t *resource);

/** Gives back the object; NULL is accepted. */
WASM_API_EXTERN void
wasmtime_component_resource_host_delete(wasmtime_component_resource_host_t *resource);

/**
 * Makes a resource of the host from a handle, which is used up if it owned the
 * resource. An error if the resource is a guest's.
 */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_resource_any_to_host(wasmtime_context_t *ctx,
                                        const wasmtime_component_resource_any_t *resource,
                                        wasmtime_component_resource_host_t **ret);

/** Makes a handle for a resource of the host; the caller owns it. */
WASM_API_EXTERN wasmtime_error_t *
wasmtime_component_resource_host_to_any(wasmtime_context_t *ctx,
                                        const wasmtime_component_resource_host_t *resource,
                                        wasmtime_component_resource_any_t **ret);

/**
 * Which type a value has: one of the constants below. Mind that value types
 * count differently, see `wasmtime/component/types/val.h`.
 */
typedef uint8_t wasmtime_component_valkind_t;

/** The field `boolean` holds. */
#define WASMTIME_COMPONENT_BOOL 0
/** The field `s8` holds. */
#define WASMTIME_COMPONENT_S8 1
/** The field `u8` holds. */
#define WASMTIME_COMPONENT_U8 2
/** The field `s16` holds. */
#define WASMTIME_COMPONENT_S16 3
/** The field `u16` holds. */
#define WASMTIME_COMPONENT_U16 4
/** The field `s32` holds. */
#define WASMTIME_COMPONENT_S32 5
/** The field `u32` holds. */
#define WASMTIME_COMPONENT_U32 6
/** The field `s64` holds. */
#define WASMTIME_COMPONENT_S64 7
/** The field `u64` holds. */
#define WASMTIME_COMPONENT_U64 8
/** The field `f32` holds. */
#define WASMTIME_COMPONENT_F32 9
/** The field `f64` holds. */
#define WASMTIME_COMPONENT_F64 10
/** The field `character` holds. */
#define WASMTIME_COMPONENT_CHAR 11
/** The field `string` holds. */
#define WASMTIME_COMPONENT_STRING 12
/** The field `list` holds. */
#define WASMTIME_COMPONENT_LIST 13
/** The field `record` holds. */
#define WASMTIME_COMPONENT_RECORD 14
/** The field `tuple` holds. */
#define WASMTIME_COMPONENT_TUPLE 15
/** The field `variant` holds. */
#define WASMTIME_COMPONENT_VARIANT 16
/** The field `enumeration` holds. */
#define WASMTIME_COMPONENT_ENUM 17
/** The field `option` holds. */
#define WASMTIME_COMPONENT_OPTION 18
/** The field `result` holds. */
#define WASMTIME_COMPONENT_RESULT 19
/** The field `flags` holds. */
#define WASMTIME_COMPONENT_FLAGS 20
/** The field `resource` holds. */
#define WASMTIME_COMPONENT_RESOURCE 21
/** The field `map` holds. */
#define WASMTIME_COMPONENT_MAP 22

struct wasmtime_component_val;
struct wasmtime_component_valrecord_entry;
struct wasmtime_component_valmap_entry;

/** The elements of a list. */
typedef struct wasmtime_component_vallist {
    size_t size;                         /* number of elements */
    struct wasmtime_component_val *data; /* owned by the vector */
} wasmtime_component_vallist_t;

/** Makes a vector of @p size elements that are moved here from @p ptr. */
WASM_API_EXTERN void wasmtime_component_vallist_new(wasmtime_component_vallist_t *out, size_t size,
                                                    const struct wasmtime_component_val *ptr);

/** Makes an empty vector. */
WASM_API_EXTERN void wasmtime_component_vallist_new_empty(wasmtime_component_vallist_t *out);

/** Makes a vector of @p size elements, to be filled; they can be deleted as they are. */
WASM_API_EXTERN void wasmtime_component_vallist_new_uninit(wasmtime_component_vallist_t *out,
                                                           size_t size);

/** Copies a vector with its elements; the caller owns the copy. */
WASM_API_EXTERN void wasmtime_component_vallist_copy(wasmtime_component_vallist_t *dst,
                                                     const wasmtime_component_vallist_t *src);

/** Gives back the elements and leaves the vector empty. */
WASM_API_EXTERN void wasmtime_component_vallist_delete(wasmtime_component_vallist_t *value);

/** The fields of a record. */
typedef struct wasmtime_component_valrecord {
    size_t size;                                     /* number of elements */
    struct wasmtime_component_valrecord_entry *data; /* owned by the vector */
} wasmtime_component_valrecord_t;

/** Makes a vector of @p size elements that are moved here from @p ptr. */
WASM_API_EXTERN void
wasmtime_component_valrecord_new(wasmtime_component_valrecord_t *out, size_t size,
                                 const struct wasmtime_component_valrecord_entry *ptr);

/** Makes an empty vector. */
WASM_API_EXTERN void wasmtime_component_valrecord_new_empty(wasmtime_component_valrecord_t *out);

/** Makes a vector of @p size elements, to be filled; they can be deleted as they are. */
WASM_API_EXTERN void wasmtime_component_valrecord_new_uninit(wasmtime_component_valrecord_t *out,
                                                             size_t size);

/** Copies a vector with its elements; the caller owns the copy. */
WASM_API_EXTERN void wasmtime_component_valrecord_copy(wasmtime_component_valrecord_t *dst,
                                                       const wasmtime_component_valrecord_t *src);

/** Gives back the elements and leaves the vector empty. */
WASM_API_EXTERN void wasmtime_component_valrecord_delete(wasmtime_component_valrecord_t *value);

/** The values of a tuple. */
typedef struct wasmtime_component_valtuple {
    size_t size;                         /* number of elements */
    struct wasmtime_component_val *data; /* owned by the vector */
} wasmtime_component_valtuple_t;

/** Makes a vector of @p size elements that are moved here from @p ptr. */
WASM_API_EXTERN void wasmtime_component_valtuple_new(wasmtime_component_valtuple_t *out,
                                                     size_t size,
                                                     const struct wasmtime_component_val *ptr);

/** Makes an empty vector. */
WASM_API_EXTERN void wasmtime_component_valtuple_new_empty(wasmtime_component_valtuple_t *out);

/** Makes a vector of @p size elements, to be filled; they can be deleted as they are. */
WASM_API_EXTERN void wasmtime_component_valtuple_new_uninit(wasmtime_component_valtuple_t *out,
                                                            size_t size);

/** Copies a vector with its elements; the caller owns the copy. */
WASM_API_EXTERN void wasmtime_component_valtuple_copy(wasmtime_component_valtuple_t *dst,
                                                      const wasmtime_component_valtuple_t *src);

/** Gives back the elements and leaves the vector empty. */
WASM_API_EXTERN void wasmtime_component_valtuple_delete(wasmtime_component_valtuple_t *value);

/** The flags that are set, by name. */
typedef struct wasmtime_component_valflags {
    size_t size;       /* number of elements */
    wasm_name_t *data; /* owned by the vector */
} wasmtime_component_valflags_t;

/** Makes a vector of @p size elements that are moved here from @p ptr. */
WASM_API_EXTERN void wasmtime_component_valflags_new(wasmtime_component_valflags_t *out,
                                                     size_t size, const wasm_name_t *ptr);

/** Makes an empty vector. */
WASM_API_EXTERN void wasmtime_component_valflags_new_empty(wasmtime_component_valflags_t *out);

/** Makes a vector of @p size elements, to be filled; they can be deleted as they are. */
WASM_API_EXTERN void wasmtime_component_valflags_new_uninit(wasmtime_component_valflags_t *out,
                                                            size_t size);

/** Copies a vector with its elements; the caller owns the copy. */
WASM_API_EXTERN void wasmtime_component_valflags_copy(wasmtime_component_valflags_t *dst,
                                                      const wasmtime_component_valflags_t *src);

/** Gives back the elements and leaves the vector empty. */
WASM_API_EXTERN void wasmtime_component_valflags_delete(wasmtime_component_valflags_t *value);

/** The pairs of a map. */
typedef struct wasmtime_component_valmap {
    size_t size;                                  /* number of elements */
    struct wasmtime_component_valmap_entry *data; /* owned by the vector */
} wasmtime_component_valmap_t;

/** Makes a vector of @p size elements that are moved here from @p ptr. */
WASM_API_EXTERN void
wasmtime_component_valmap_new(wasmtime_component_valmap_t *out, size_t size,
                              const struct wasmtime_component_valmap_entry *ptr);

/** Makes an empty vector. */
WASM_API_EXTERN void wasmtime_component_valmap_new_empty(wasmtime_component_valmap_t *out);

/** Makes a vector of @p size elements, to be filled; they can be deleted as they are. */
WASM_API_EXTERN void wasmtime_component_valmap_new_uninit(wasmtime_component_valmap_t *out,
                                                          size_t size);

/** Copies a vector with its elements; the caller owns the copy. */
WASM_API_EXTERN void wasmtime_component_valmap_copy(wasmtime_component_valmap_t *dst,
                                                    const wasmtime_component_valmap_t *src);

/** Gives back the elements and leaves the vector empty. */
WASM_API_EXTERN void wasmtime_component_valmap_delete(wasmtime_component_valmap_t *value);

/** A case of a variant. */
typedef struct {
    wasm_name_t discriminant; /* the name of the case; owned */
    struct wasmtime_component_val
        *val; /* the payload, from wasmtime_component_val_new(), or NULL */
} wasmtime_component_valvariant_t;

/** Success or failure. */
typedef struct {
    bool is_ok;
    struct wasmtime_component_val
        *val; /* the payload, from wasmtime_component_val_new(), or NULL */
} wasmtime_component_valresult_t;

/** What a value holds; the field is told by the kind. Owned by the value. */
typedef union {
    bool boolean;
    int8_t s8;
    uint8_t u8;
    int16_t s16;
    uint16_t u16;
    int32_t s32;
    uint32_t u32;
    int64_t s64;
    uint64_t u64;
    float32_t f32;
    float64_t f64;
    uint32_t character; /* a Unicode scalar value */
    wasm_name_t string;
    wasmtime_component_vallist_t list;
    wasmtime_component_valrecord_t record;
    wasmtime_component_valtuple_t tuple;
    wasmtime_component_valvariant_t variant;
    wasm_name_t enumeration; /* the name */
    struct wasmtime_component_val
        *option; /* the value, from wasmtime_component_val_new(), or NULL */
    wasmtime_component_valresult_t result;
    wasmtime_component_valflags_t flags;
    wasmtime_component_valmap_t map;
    wasmtime_component_resource_any_t *resource;
} wasmtime_component_valunion_t;

/** A value of the component model. */
typedef struct wasmtime_component_val {
    wasmtime_component_valkind_t kind; /* which field of the union holds */
    wasmtime_component_valunion_t of;
} wasmtime_component_val_t;

/** A field of a record. */
typedef struct wasmtime_component_valrecord_entry {
    wasm_name_t name;
    wasmtime_component_val_t val;
} wasmtime_component_valrecord_entry_t;

/** A pair of a map. */
typedef struct wasmtime_component_valmap_entry {
    wasmtime_component_val_t key;
    wasmtime_component_val_t value;
} wasmtime_component_valmap_entry_t;

/**
 * Moves a value to a place of its own, as payloads need one. The source is
 * `false` afterwards.
 *
 * @return owned by the caller, see wasmtime_component_val_free()
 */
WASM_API_EXTERN wasmtime_component_val_t *wasmtime_component_val_new(wasmtime_component_val_t *val);

/** Gives back a value and its place; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_val_free(wasmtime_component_val_t *ptr);

/** Copies a value with all it contains; the caller owns the copy. */
WASM_API_EXTERN void wasmtime_component_val_clone(const wasmtime_component_val_t *src,
                                                  wasmtime_component_val_t *dst);

/** Gives back what a value contains; the struct is the caller's. */
WASM_API_EXTERN void wasmtime_component_val_delete(wasmtime_component_val_t *value);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_VAL_H */
