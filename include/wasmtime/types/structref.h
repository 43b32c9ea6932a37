/**
 * @file wasmtime/types/structref.h
 *
 * Types of structs, and of the fields that structs and arrays consist of
 * (garbage collection).
 *
 * Types belong to an engine and to no store; they may be read by several
 * threads.
 *
 * Specification: https://webassembly.github.io/spec/core/syntax/types.html#composite-types
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_STRUCTREF_H
#define WASMTIME_TYPES_STRUCTREF_H

#include <wasm.h>
#include <wasmtime/conf.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a field is stored: one of the constants below. */
typedef uint8_t wasmtime_storage_type_kind_t;

/** An integer of 8 bits, read and written as `i32`. */
#define WASMTIME_STORAGE_TYPE_KIND_I8 0
/** An integer of 16 bits, read and written as `i32`. */
#define WASMTIME_STORAGE_TYPE_KIND_I16 1
/** A value of a value type. */
#define WASMTIME_STORAGE_TYPE_KIND_VALTYPE 2

/** How a field is stored. */
typedef struct wasmtime_storage_type {
    wasmtime_storage_type_kind_t kind;
    wasm_valtype_t *valtype; /* owned; meaningless unless the kind is VALTYPE */
} wasmtime_storage_type_t;

/** The type of a field of a struct, or of the elements of an array. */
typedef struct wasmtime_field_type {
    bool mutable_; /* whether it may be set */
    wasmtime_storage_type_t storage;
} wasmtime_field_type_t;

/** The type of structs, owned by whoever made or copied it. */
typedef struct wasmtime_struct_type wasmtime_struct_type_t;

/**
 * Copies a storage type.
 *
 * @param storage   borrowed
 * @param[out] out  its content is owned by the caller
 */
WASM_API_EXTERN void wasmtime_storage_type_clone(const wasmtime_storage_type_t *storage,
                                                 wasmtime_storage_type_t *out);

/**
 * Gives back what a storage type owns; the struct is the caller's.
 *
 * @param storage  its content is consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_storage_type_delete(wasmtime_storage_type_t *storage);

/**
 * Copies a field type.
 *
 * @param field     borrowed
 * @param[out] out  its content is owned by the caller
 */
WASM_API_EXTERN void wasmtime_field_type_clone(const wasmtime_field_type_t *field,
                                               wasmtime_field_type_t *out);

/**
 * Gives back what a field type owns; the struct is the caller's.
 *
 * @param field  its content is consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_field_type_delete(wasmtime_field_type_t *field);

/**
 * Makes a type of structs. It is final, has no supertype, and is the same type
 * as any other one that looks like it.
 *
 * @param engine   borrowed
 * @param fields   borrowed; copied
 * @param nfields  number of fields
 * @return owned by the caller; NULL if there is no memory
 */
WASM_API_EXTERN wasmtime_struct_type_t *
wasmtime_struct_type_new(const wasm_engine_t *engine, const wasmtime_field_type_t *fields,
                         size_t nfields);

/**
 * Copies a type of structs.
 *
 * @param ty  borrowed
 * @return owned by the caller
 */
WASM_API_EXTERN wasmtime_struct_type_t *wasmtime_struct_type_copy(const wasmtime_struct_type_t *ty);

/**
 * Gives back a type of structs.
 *
 * @param ty  consumed; NULL is accepted
 */
WASM_API_EXTERN void wasmtime_struct_type_delete(wasmtime_struct_type_t *ty);

/**
 * The number of fields.
 *
 * @param ty  borrowed
 */
WASM_API_EXTERN size_t wasmtime_struct_type_num_fields(const wasmtime_struct_type_t *ty);

/**
 * Gives the type of a field.
 *
 * @param ty        borrowed
 * @param index     counted from 0
 * @param[out] out  its content is owned by the caller; untouched if the result
 *                  is false
 * @return false if there are not so many
 */
WASM_API_EXTERN bool wasmtime_struct_type_field(const wasmtime_struct_type_t *ty, size_t index,
                                                wasmtime_field_type_t *out);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_TYPES_STRUCTREF_H */
