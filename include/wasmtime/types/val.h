/**
 * @file wasmtime/types/val.h
 *
 * Value types in full: every heap type, nullable or not.
 *
 * `wasm_valtype_t` of `wasm.h` is opaque and can only be asked for its kind.
 * `wasmtime_valtype_t` is an open struct that says everything; here the two are
 * turned into each other. A struct owns the type that a CONCRETE kind points
 * to; its `_delete` function gives that back and leaves the struct to the
 * caller.
 *
 * Types belong to no store; they may be read by several threads.
 *
 * Specification: https://webassembly.github.io/spec/core/syntax/types.html
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_VAL_H
#define WASMTIME_TYPES_VAL_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/types/arrayref.h>
#include <wasmtime/types/exnref.h>
#include <wasmtime/types/structref.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a reference can refer to: one of the constants below. */
typedef uint8_t wasmtime_heaptype_kind_t;

/** `extern`: something of the host. */
#define WASMTIME_HEAPTYPE_KIND_EXTERN 0
/** `noextern`: nothing; the bottom below `extern`. */
#define WASMTIME_HEAPTYPE_KIND_NOEXTERN 1
/** `func`: any function. */
#define WASMTIME_HEAPTYPE_KIND_FUNC 2
/** A function of one type. */
#define WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC 3
/** `nofunc`: nothing; the bottom below `func`. */
#define WASMTIME_HEAPTYPE_KIND_NOFUNC 4
/** `any`: any object of the guest. */
#define WASMTIME_HEAPTYPE_KIND_ANY 5
/** `none`: nothing; the bottom below `any`. */
#define WASMTIME_HEAPTYPE_KIND_NONE 6
/** `eq`: any object that can be compared. */
#define WASMTIME_HEAPTYPE_KIND_EQ 7
/** `i31`: a small integer. */
#define WASMTIME_HEAPTYPE_KIND_I31 8
/** `array`: any array. */
#define WASMTIME_HEAPTYPE_KIND_ARRAY 9
/** An array of one type. */
#define WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY 10
/** `struct`: any struct. */
#define WASMTIME_HEAPTYPE_KIND_STRUCT 11
/** A struct of one type. */
#define WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT 12
/** `exn`: any exception. */
#define WASMTIME_HEAPTYPE_KIND_EXN 13
/** An exception of one type. */
#define WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN 14
/** `noexn`: nothing; the bottom below `exn`. */
#define WASMTIME_HEAPTYPE_KIND_NOEXN 15

/** The one type that a CONCRETE kind means. */
typedef union wasmtime_heaptype_union {
    wasm_functype_t *concrete_func;          /* owned, with KIND_CONCRETE_FUNC */
    wasmtime_array_type_t *concrete_array;   /* owned, with KIND_CONCRETE_ARRAY */
    wasmtime_struct_type_t *concrete_struct; /* owned, with KIND_CONCRETE_STRUCT */
    wasmtime_exn_type_t *concrete_exn;       /* owned, with KIND_CONCRETE_EXN */
} wasmtime_heaptype_union_t;

/** A heap type. */
typedef struct wasmtime_heaptype {
    wasmtime_heaptype_kind_t kind;
    wasmtime_heaptype_union_t of; /* meaningless unless the kind is CONCRETE */
} wasmtime_heaptype_t;

/** A reference type. */
typedef struct wasmtime_reftype {
    bool nullable; /* whether null is among the values */
    wasmtime_heaptype_t heaptype;
} wasmtime_reftype_t;

/** The kind of a value type: one of the constants below. */
typedef uint8_t wasmtime_valtype_kind_t;

/** `i32` */
#define WASMTIME_VALTYPE_KIND_I32 0
/** `i64` */
#define WASMTIME_VALTYPE_KIND_I64 1
/** `f32` */
#define WASMTIME_VALTYPE_KIND_F32 2
/** `f64` */
#define WASMTIME_VALTYPE_KIND_F64 3
/** `v128` */
#define WASMTIME_VALTYPE_KIND_V128 4
/** A reference; which one, the reference type says. */
#define WASMTIME_VALTYPE_KIND_REF 5

/** A value type. */
typedef struct wasmtime_valtype {
    wasmtime_valtype_kind_t kind;
    wasmtime_reftype_t reftype; /* meaningless unless the kind is REF */
} wasmtime_valtype_t;

/**
 * Makes the type `v128`, for which `wasm.h` has no kind.
 *
 * @return owned by the caller; NULL if there is no memory
 */
WASM_API_EXTERN wasm_valtype_t *wasmtime_wasm_valtype_v128(void);

/**
 * Whether two value types are the same.
 *
 * @param a  borrowed
 * @param b  borrowed
 */
WASM_API_EXTERN bool wasmtime_wasm_valtype_equal(const wasm_valtype_t *a, const wasm_valtype_t *b);

/**
 * Copies a heap type.
 *
 * @param ty        borrowed
 * @param[out] out  its content is owned by the caller
 */
WASM_API_EXTERN void wasmtime_heaptype_clone(const wasmtime_heaptype_t *ty,
                                             wasmtime_heaptype_t *out);

/**
 * Gives back what a heap type owns.
 *
 * @param ty  its content is consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_heaptype_delete(wasmtime_heaptype_t *ty);

/**
 * Copies a reference type.
 *
 * @param ty        borrowed
 * @param[out] out  its content is owned by the caller
 */
WASM_API_EXTERN void wasmtime_reftype_clone(const wasmtime_reftype_t *ty, wasmtime_reftype_t *out);

/**
 * Gives back what a reference type owns.
 *
 * @param ty  its content is consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_reftype_delete(wasmtime_reftype_t *ty);

/**
 * Opens a value type: writes what it is into a struct.
 *
 * @param ty        borrowed
 * @param[out] out  its content is owned by the caller
 */
WASM_API_EXTERN void wasmtime_valtype_new(const wasm_valtype_t *ty, wasmtime_valtype_t *out);

/**
 * Copies a value type.
 *
 * @param ty        borrowed
 * @param[out] out  its content is owned by the caller
 */
WASM_API_EXTERN void wasmtime_valtype_clone(const wasmtime_valtype_t *ty, wasmtime_valtype_t *out);

/**
 * Gives back what a value type owns.
 *
 * @param ty  its content is consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_valtype_delete(wasmtime_valtype_t *ty);

/**
 * Closes a value type: makes the opaque object from the struct.
 *
 * @param engine  borrowed; may be NULL unless the type refers to functions of
 *                one type
 * @param ty      borrowed
 * @return owned by the caller; NULL if the struct makes no sense
 */
WASM_API_EXTERN wasm_valtype_t *wasmtime_valtype_to_wasm(const wasm_engine_t *engine,
                                                         const wasmtime_valtype_t *ty);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_TYPES_VAL_H */
