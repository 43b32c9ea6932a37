/**
 * @file wasmtime/val.h
 *
 * Values: numbers, vectors and references, boxed and raw.
 *
 * A boxed value, `wasmtime_val_t`, carries its kind and is checked wherever it
 * is used. A raw value, `wasmtime_val_raw_t`, carries nothing and is checked
 * nowhere; it is for the unchecked calls of `wasmtime/func.h`.
 *
 * References to objects of the collected heap are *roots*: as long as the root
 * exists the object does. A value that a function hands out is a root that
 * belongs to the receiver, who ends it with wasmtime_val_unroot(); a value that
 * is passed to a function stays the caller's. Numbers, vectors, function
 * references and null need no ending but take no harm from it. Forgetting to
 * unroot leaks memory; unrooting after the store is gone is fine.
 *
 * In every reference a `store_id` of 0 means null; the other fields then mean
 * nothing.
 *
 * Specification: https://webassembly.github.io/spec/core/exec/runtime.html#values
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_VAL_H
#define WASMTIME_VAL_H

#include <wasm.h>
#include <wasmtime/conf.h>
#include <wasmtime/extern.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The kind of a boxed value: one of the constants below. */
typedef uint8_t wasmtime_valkind_t;

/** 32-bit integer. */
#define WASMTIME_I32 0
/** 64-bit integer. */
#define WASMTIME_I64 1
/** 32-bit float. */
#define WASMTIME_F32 2
/** 64-bit float. */
#define WASMTIME_F64 3
/** 128-bit vector. */
#define WASMTIME_V128 4
/** Reference to a function, or null. */
#define WASMTIME_FUNCREF 5
#ifdef WASMTIME_FEATURE_GC
/** Reference to something of the host, or null. */
#define WASMTIME_EXTERNREF 6
/** Reference to an object of the guest (struct, array, i31), or null. */
#define WASMTIME_ANYREF 7
/** Reference to an exception, or null. */
#define WASMTIME_EXNREF 8
#endif

/** A vector: 16 bytes, lane 0 first, each lane in little-endian order. */
typedef uint8_t wasmtime_v128[16];

#ifdef WASMTIME_FEATURE_GC

/** A root of type `anyref`; see `wasmtime/anyref.h`. */
typedef struct wasmtime_anyref {
    uint64_t store_id;   /* the store of the object; 0 for null */
    uint32_t __private1; /* the library's own, as are the next */
    uint32_t __private2;
    void *__private3;
} wasmtime_anyref_t;

/** A root of type `externref`; see `wasmtime/externref.h`. */
typedef struct wasmtime_externref {
    uint64_t store_id;   /* the store of the object; 0 for null */
    uint32_t __private1; /* the library's own, as are the next */
    uint32_t __private2;
    void *__private3;
} wasmtime_externref_t;

/** A root of type `exnref`; see `wasmtime/exnref.h`. */
typedef struct wasmtime_exnref {
    uint64_t store_id;   /* the store of the object; 0 for null */
    uint32_t __private1; /* the library's own, as are the next */
    uint32_t __private2;
    void *__private3;
} wasmtime_exnref_t;

/** A root of type `eqref`; see `wasmtime/eqref.h`. */
typedef struct wasmtime_eqref {
    uint64_t store_id;   /* the store of the object; 0 for null */
    uint32_t __private1; /* the library's own, as are the next */
    uint32_t __private2;
    void *__private3;
} wasmtime_eqref_t;

/** A root of type `structref`; see `wasmtime/structref.h`. */
typedef struct wasmtime_structref {
    uint64_t store_id;   /* the store of the object; 0 for null */
    uint32_t __private1; /* the library's own, as are the next */
    uint32_t __private2;
    void *__private3;
} wasmtime_structref_t;

/** A root of type `arrayref`; see `wasmtime/arrayref.h`. */
typedef struct wasmtime_arrayref {
    uint64_t store_id;   /* the store of the object; 0 for null */
    uint32_t __private1; /* the library's own, as are the next */
    uint32_t __private2;
    void *__private3;
} wasmtime_arrayref_t;

#endif /* WASMTIME_FEATURE_GC */

/** Makes a function reference null. */
static inline void wasmtime_funcref_set_null(wasmtime_func_t *func)
{
    func->store_id = 0;
}

/** Whether a function reference is null. */
static inline bool wasmtime_funcref_is_null(const wasmtime_func_t *func)
{
    return func->store_id == 0;
}

/** What a boxed value holds; the field is told by the kind. */
typedef union wasmtime_valunion {
    int32_t i32;
    int64_t i64;
    float32_t f32;
    float64_t f64;
#ifdef WASMTIME_FEATURE_GC
    wasmtime_anyref_t anyref;
    wasmtime_externref_t externref;
    wasmtime_exnref_t exnref;
#endif
    wasmtime_func_t funcref;
    wasmtime_v128 v128;
} wasmtime_valunion_t;

/**
 * A value without its kind, in the byte order of the machine. Bytes beyond the
 * value's own width mean nothing. References are not roots here: they hold
 * until the next collection at the latest.
 */
typedef union wasmtime_val_raw {
    int32_t i32;
    int64_t i64;
    float32_t f32;
    float64_t f64;
    wasmtime_v128 v128;
    uint32_t anyref;    /* see wasmtime_anyref_from_raw(); 0 for null */
    uint32_t externref; /* see wasmtime_externref_from_raw(); 0 for null */
    uint32_t exnref;    /* see wasmtime_exnref_from_raw(); 0 for null */
    void *funcref;      /* see wasmtime_func_from_raw(); NULL for null */
} wasmtime_val_raw_t;

/** A value with its kind. */
typedef struct wasmtime_val {
    wasmtime_valkind_t kind; /* which field of the union holds */
    wasmtime_valunion_t of;
} wasmtime_val_t;

/** The alignment of a type, in the spelling of either language. */
#ifdef __cplusplus
#define WASMTIME_ALIGNOF(t) alignof(t)
#else
#define WASMTIME_ALIGNOF(t) _Alignof(t)
#endif

/** Never called: the compiler checks here what generated code relies on. */
static inline void __wasmtime_val_assertions(void)
{
#if defined(__cplusplus) || defined(static_assert)
    static_assert(sizeof(wasmtime_val_raw_t) == 16, "a raw value has 16 bytes");
    static_assert(WASMTIME_ALIGNOF(wasmtime_val_raw_t) == 8, "and is aligned to 8");
    static_assert(WASMTIME_ALIGNOF(wasmtime_val_t) == 8, "so is a boxed value");
#endif
}

/**
 * Ends the root that a value is, if it is one. The struct is the caller's and
 * must not be used as a value afterwards.
 *
 * @param val  its content is consumed
 */
WASM_API_EXTERN void wasmtime_val_unroot(wasmtime_val_t *val);

/**
 * Copies a value. If it is a root, a second root for the same object is made.
 *
 * @param src       borrowed
 * @param[out] dst  owned by the caller
 */
WASM_API_EXTERN void wasmtime_val_clone(const wasmtime_val_t *src, wasmtime_val_t *dst);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_VAL_H */
