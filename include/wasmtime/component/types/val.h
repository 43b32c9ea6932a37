/**
 * @file wasmtime/component/types/val.h
 *
 * Value types of components.
 *
 * Simple types are a kind alone. The others have an object that can be asked
 * what it consists of. Types may be read by several threads; names are UTF-8 and
 * not terminated.
 *
 * Specification: https://github.com/WebAssembly/component-model
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_VAL_H
#define WASMTIME_COMPONENT_TYPES_VAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime/component/types/resource.h>
#include <wasmtime/conf.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

struct wasmtime_component_valtype_t;

/** The type of a list of elements of one type. Owned by whoever cloned it. */
typedef struct wasmtime_component_list_type wasmtime_component_list_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_list_type_t *
wasmtime_component_list_type_clone(const wasmtime_component_list_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool wasmtime_component_list_type_equal(const wasmtime_component_list_type_t *a,
                                                        const wasmtime_component_list_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_list_type_delete(wasmtime_component_list_type_t *ptr);

/** Gives the type of the elements, which the caller owns. */
WASM_API_EXTERN void
wasmtime_component_list_type_element(const wasmtime_component_list_type_t *ty,
                                     struct wasmtime_component_valtype_t *type_ret);

/** The type of a record of named fields. Owned by whoever cloned it. */
typedef struct wasmtime_component_record_type wasmtime_component_record_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_record_type_t *
wasmtime_component_record_type_clone(const wasmtime_component_record_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool
wasmtime_component_record_type_equal(const wasmtime_component_record_type_t *a,
                                     const wasmtime_component_record_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_record_type_delete(wasmtime_component_record_type_t *ptr);

/** The number of fields. */
WASM_API_EXTERN size_t
wasmtime_component_record_type_field_count(const wasmtime_component_record_type_t *ty);

/**
 * Gives name (borrowed from the type) and type (owned by the caller) of a field;
 * false, with nothing written, if there are not so many.
 */
WASM_API_EXTERN bool
wasmtime_component_record_type_field_nth(const wasmtime_component_record_type_t *ty, size_t nth,
                                         const char **name_ret, size_t *name_len_ret,
                                         struct wasmtime_component_valtype_t *type_ret);

/** The type of a tuple of values in order. Owned by whoever cloned it. */
typedef struct wasmtime_component_tuple_type wasmtime_component_tuple_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_tuple_type_t *
wasmtime_component_tuple_type_clone(const wasmtime_component_tuple_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool wasmtime_component_tuple_type_equal(const wasmtime_component_tuple_type_t *a,
                                                         const wasmtime_component_tuple_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_tuple_type_delete(wasmtime_component_tuple_type_t *ptr);

/** The number of values. */
WASM_API_EXTERN size_t
wasmtime_component_tuple_type_types_count(const wasmtime_component_tuple_type_t *ty);

/**
 * Gives the type of a value, which the caller owns; false, with nothing written,
 * if there are not so many.
 */
WASM_API_EXTERN bool
wasmtime_component_tuple_type_types_nth(const wasmtime_component_tuple_type_t *ty, size_t nth,
                                        struct wasmtime_component_valtype_t *type_ret);

/**
 * The type of a variant: one of several cases, with a payload or without. Owned
 * by whoever cloned it.
 */
typedef struct wasmtime_component_variant_type wasmtime_component_variant_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_variant_type_t *
wasmtime_component_variant_type_clone(const wasmtime_component_variant_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool
wasmtime_component_variant_type_equal(const wasmtime_component_variant_type_t *a,
                                      const wasmtime_component_variant_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_variant_type_delete(wasmtime_component_variant_type_t *ptr);

/** The number of cases. */
WASM_API_EXTERN size_t
wasmtime_component_variant_type_case_count(const wasmtime_component_variant_type_t *ty);

/**
 * Gives name (borrowed from the type) and payload (owned by the caller) of a case;
 * the payload only if there is one. False, with nothing written, if there are
 * not so many.
 */
WASM_API_EXTERN bool wasmtime_component_variant_type_case_nth(
    const wasmtime_component_variant_type_t *ty, size_t nth, const char **name_ret,
    size_t *name_len_ret, bool *has_payload_ret, struct wasmtime_component_valtype_t *payload_ret);

/** The type of an enumeration of names. Owned by whoever cloned it. */
typedef struct wasmtime_component_enum_type wasmtime_component_enum_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_enum_type_t *
wasmtime_component_enum_type_clone(const wasmtime_component_enum_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool wasmtime_component_enum_type_equal(const wasmtime_component_enum_type_t *a,
                                                        const wasmtime_component_enum_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_enum_type_delete(wasmtime_component_enum_type_t *ptr);

/** The number of names. */
WASM_API_EXTERN size_t
wasmtime_component_enum_type_names_count(const wasmtime_component_enum_type_t *ty);

/**
 * Gives a name, borrowed from the type; false, with nothing written, if there
 * are not so many.
 */
WASM_API_EXTERN bool
wasmtime_component_enum_type_names_nth(const wasmtime_component_enum_type_t *ty, size_t nth,
                                       const char **name_ret, size_t *name_len_ret);

/** The type of an option: a value or nothing. Owned by whoever cloned it. */
typedef struct wasmtime_component_option_type wasmtime_component_option_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_option_type_t *
wasmtime_component_option_type_clone(const wasmtime_component_option_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool
wasmtime_component_option_type_equal(const wasmtime_component_option_type_t *a,
                                     const wasmtime_component_option_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_option_type_delete(wasmtime_component_option_type_t *ptr);

/** Gives the type of the value, which the caller owns. */
WASM_API_EXTERN void
wasmtime_component_option_type_ty(const wasmtime_component_option_type_t *ty,
                                  struct wasmtime_component_valtype_t *type_ret);

/**
 * The type of a result: success or failure, each with a payload or without. Owned
 * by whoever cloned it.
 */
typedef struct wasmtime_component_result_type wasmtime_component_result_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_result_type_t *
wasmtime_component_result_type_clone(const wasmtime_component_result_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool
wasmtime_component_result_type_equal(const wasmtime_component_result_type_t *a,
                                     const wasmtime_component_result_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_result_type_delete(wasmtime_component_result_type_t *ptr);

/**
 * Gives the payload of success, which the caller owns; false if it has none.
 */
WASM_API_EXTERN bool
wasmtime_component_result_type_ok(const wasmtime_component_result_type_t *ty,
                                  struct wasmtime_component_valtype_t *type_ret);

/**
 * Gives the payload of failure, which the caller owns; false if it has none.
 */
WASM_API_EXTERN bool
wasmtime_component_result_type_err(const wasmtime_component_result_type_t *ty,
                                   struct wasmtime_component_valtype_t *type_ret);

/** The type of a set of named flags. Owned by whoever cloned it. */
typedef struct wasmtime_component_flags_type wasmtime_component_flags_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_flags_type_t *
wasmtime_component_flags_type_clone(const wasmtime_component_flags_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool wasmtime_component_flags_type_equal(const wasmtime_component_flags_type_t *a,
                                                         const wasmtime_component_flags_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_flags_type_delete(wasmtime_component_flags_type_t *ptr);

/** The number of flags. */
WASM_API_EXTERN size_t
wasmtime_component_flags_type_names_count(const wasmtime_component_flags_type_t *ty);

/**
 * Gives the name of a flag, borrowed from the type; false, with nothing written,
 * if there are not so many.
 */
WASM_API_EXTERN bool
wasmtime_component_flags_type_names_nth(const wasmtime_component_flags_type_t *ty, size_t nth,
                                        const char **name_ret, size_t *name_len_ret);

/** The type of a future: one value, later. Owned by whoever cloned it. */
typedef struct wasmtime_component_future_type wasmtime_component_future_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_future_type_t *
wasmtime_component_future_type_clone(const wasmtime_component_future_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool
wasmtime_component_future_type_equal(const wasmtime_component_future_type_t *a,
                                     const wasmtime_component_future_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_future_type_delete(wasmtime_component_future_type_t *ptr);

/**
 * Gives the type of the value, which the caller owns; false if there is none.
 */
WASM_API_EXTERN bool
wasmtime_component_future_type_ty(const wasmtime_component_future_type_t *ty,
                                  struct wasmtime_component_valtype_t *type_ret);

/** The type of a stream of values. Owned by whoever cloned it. */
typedef struct wasmtime_component_stream_type wasmtime_component_stream_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_stream_type_t *
wasmtime_component_stream_type_clone(const wasmtime_component_stream_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool
wasmtime_component_stream_type_equal(const wasmtime_component_stream_type_t *a,
                                     const wasmtime_component_stream_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_stream_type_delete(wasmtime_component_stream_type_t *ptr);

/**
 * Gives the type of the values, which the caller owns; false if there is none.
 */
WASM_API_EXTERN bool
wasmtime_component_stream_type_ty(const wasmtime_component_stream_type_t *ty,
                                  struct wasmtime_component_valtype_t *type_ret);

/** The type of a map from keys to values. Owned by whoever cloned it. */
typedef struct wasmtime_component_map_type wasmtime_component_map_type_t;

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_map_type_t *
wasmtime_component_map_type_clone(const wasmtime_component_map_type_t *ty);

/** Whether two such types are the same. */
WASM_API_EXTERN bool wasmtime_component_map_type_equal(const wasmtime_component_map_type_t *a,
                                                       const wasmtime_component_map_type_t *b);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_map_type_delete(wasmtime_component_map_type_t *ptr);

/** Gives the type of the keys, which the caller owns. */
WASM_API_EXTERN void wasmtime_component_map_type_key(const wasmtime_component_map_type_t *ty,
                                                     struct wasmtime_component_valtype_t *type_ret);

/** Gives the type of the values, which the caller owns. */
WASM_API_EXTERN void
wasmtime_component_map_type_value(const wasmtime_component_map_type_t *ty,
                                  struct wasmtime_component_valtype_t *type_ret);

/**
 * Which type a value type is: one of the constants below. Mind that values
 * count differently, see `wasmtime/component/val.h`.
 */
typedef uint8_t wasmtime_component_valtype_kind_t;

/** `bool` */
#define WASMTIME_COMPONENT_VALTYPE_BOOL 0
/** `s8` */
#define WASMTIME_COMPONENT_VALTYPE_S8 1
/** `s16` */
#define WASMTIME_COMPONENT_VALTYPE_S16 2
/** `s32` */
#define WASMTIME_COMPONENT_VALTYPE_S32 3
/** `s64` */
#define WASMTIME_COMPONENT_VALTYPE_S64 4
/** `u8` */
#define WASMTIME_COMPONENT_VALTYPE_U8 5
/** `u16` */
#define WASMTIME_COMPONENT_VALTYPE_U16 6
/** `u32` */
#define WASMTIME_COMPONENT_VALTYPE_U32 7
/** `u64` */
#define WASMTIME_COMPONENT_VALTYPE_U64 8
/** `f32` */
#define WASMTIME_COMPONENT_VALTYPE_F32 9
/** `f64` */
#define WASMTIME_COMPONENT_VALTYPE_F64 10
/** `char`: a Unicode scalar value */
#define WASMTIME_COMPONENT_VALTYPE_CHAR 11
/** `string` */
#define WASMTIME_COMPONENT_VALTYPE_STRING 12
/** `list` */
#define WASMTIME_COMPONENT_VALTYPE_LIST 13
/** `record` */
#define WASMTIME_COMPONENT_VALTYPE_RECORD 14
/** `tuple` */
#define WASMTIME_COMPONENT_VALTYPE_TUPLE 15
/** `variant` */
#define WASMTIME_COMPONENT_VALTYPE_VARIANT 16
/** `enum` */
#define WASMTIME_COMPONENT_VALTYPE_ENUM 17
/** `option` */
#define WASMTIME_COMPONENT_VALTYPE_OPTION 18
/** `result` */
#define WASMTIME_COMPONENT_VALTYPE_RESULT 19
/** `flags` */
#define WASMTIME_COMPONENT_VALTYPE_FLAGS 20
/** `own`: a resource that is handed over */
#define WASMTIME_COMPONENT_VALTYPE_OWN 21
/** `borrow`: a resource that is lent */
#define WASMTIME_COMPONENT_VALTYPE_BORROW 22
/** `future` */
#define WASMTIME_COMPONENT_VALTYPE_FUTURE 23
/** `stream` */
#define WASMTIME_COMPONENT_VALTYPE_STREAM 24
/** `error-context` */
#define WASMTIME_COMPONENT_VALTYPE_ERROR_CONTEXT 25
/** `map` */
#define WASMTIME_COMPONENT_VALTYPE_MAP 26

/** What the type consists of; the field is told by the kind. Owned by the type. */
typedef union wasmtime_component_valtype_union {
    wasmtime_component_list_type_t *list;
    wasmtime_component_record_type_t *record;
    wasmtime_component_tuple_type_t *tuple;
    wasmtime_component_variant_type_t *variant;
    wasmtime_component_enum_type_t *enum_;
    wasmtime_component_option_type_t *option;
    wasmtime_component_result_type_t *result;
    wasmtime_component_flags_type_t *flags;
    wasmtime_component_resource_type_t *own;
    wasmtime_component_resource_type_t *borrow;
    wasmtime_component_future_type_t *future;
    wasmtime_component_stream_type_t *stream;
    wasmtime_component_map_type_t *map;
} wasmtime_component_valtype_union_t;

/** A value type of the component model. */
typedef struct wasmtime_component_valtype_t {
    wasmtime_component_valtype_kind_t kind; /* which field of the union holds, if any */
    wasmtime_component_valtype_union_t of;
} wasmtime_component_valtype_t;

/** Copies a value type; the caller owns what @p out contains. */
WASM_API_EXTERN void wasmtime_component_valtype_clone(const wasmtime_component_valtype_t *ty,
                                                      wasmtime_component_valtype_t *out);

/** Whether two value types are the same. */
WASM_API_EXTERN bool wasmtime_component_valtype_equal(const wasmtime_component_valtype_t *a,
                                                      const wasmtime_component_valtype_t *b);

/** Gives back what a value type owns; the struct is the caller's. */
WASM_API_EXTERN void wasmtime_component_valtype_delete(wasmtime_component_valtype_t *ptr);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_TYPES_VAL_H */
