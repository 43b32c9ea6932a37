/**
 * @file wasm.h
 *
 * The WebAssembly C API: the interface that several engines share.
 *
 * One idea carries this header: every thing of the WebAssembly specification
 * is an opaque object behind a pointer, and the word `own` in a prototype says
 * when that pointer changes hands. A result marked `own` belongs to the caller,
 * who gives it to the `_delete` function of its type; an argument marked `own`
 * belongs to the callee from then on. Everything without the mark is borrowed:
 * an argument for the duration of the call, a result for as long as the object
 * lives that it was asked of.
 *
 * The families of functions that exist for many types are declared by macros,
 * and documented once, at the macro:
 *
 *   WASM_DECLARE_OWN           a type and its `_delete`
 *   WASM_DECLARE_VEC           a vector of that type and its five functions
 *   WASM_DECLARE_TYPE          a type description: the two above and `_copy`
 *   WASM_DECLARE_REF_BASE      an object of a store: `_copy`, `_same`, host info
 *   WASM_DECLARE_REF           the same, and the conversions from and to `wasm_ref_t`
 *   WASM_DECLARE_SHARABLE_REF  the same, and sharing between threads
 *
 * Objects of a store keep the store alive; they may be deleted in any order.
 * A store and all that belongs to it are used by one thread at a time. Engines,
 * shared modules and type descriptions may be used by several threads at once.
 * Every `_delete` accepts NULL. A function that gives a pointer gives NULL if
 * there is no memory for the result.
 *
 * The header `wasmtime.h` describes the richer interface to the same library,
 * with its own store, values and error objects; new programs will want that one.
 *
 * Specification: https://webassembly.github.io/spec/core/appendix/embedding.html
 */
#ifndef WASM_H
#define WASM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The mark of every exported function. A program may define it beforehand, for
 * example when it links the library statically on Windows.
 */
#ifndef WASM_API_EXTERN
#if defined(_WIN32) && !defined(__MINGW32__) && !defined(LIBWASM_STATIC)
#define WASM_API_EXTERN __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32)
#define WASM_API_EXTERN __attribute__((visibility("default")))
#else
#define WASM_API_EXTERN
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The ownership mark; it exists for the reader only. */
#define own

/* -------------------------------------------------------------------------
 * Bytes, floats and the families
 * ---------------------------------------------------------------------- */

typedef char byte_t;      /* one byte of a name or a module */
typedef float float32_t;  /* the value type f32 */
typedef double float64_t; /* the value type f64 */

/** Never called: the compiler checks here what the value types rely on. */
static inline void assertions(void)
{
#if defined(__cplusplus) || defined(static_assert)
    static_assert(sizeof(float32_t) == sizeof(uint32_t), "f32 is 32 bits wide");
    static_assert(sizeof(float64_t) == sizeof(uint64_t), "f64 is 64 bits wide");
    static_assert(sizeof(intptr_t) == sizeof(uint32_t) || sizeof(intptr_t) == sizeof(uint64_t),
                  "a pointer fits i32 or i64");
#endif
}

/**
 * Declares the opaque type `wasm_<name>_t` and how it ends.
 *
 * `wasm_<name>_delete` gives back an object that its caller owns. NULL is
 * accepted and does nothing. After the call the pointer must not be used.
 */
#define WASM_DECLARE_OWN(name)                                                                     \
    typedef struct wasm_##name##_t wasm_##name##_t;                                                \
                                                                                                   \
    WASM_API_EXTERN void wasm_##name##_delete(own wasm_##name##_t *);

/**
 * Declares `wasm_<name>_vec_t`, a counted array, and its functions.
 *
 * The second argument is `*` if the elements are pointers to objects that the
 * vector owns, and empty if they are plain values.
 *
 *  - `_new_empty(out)` makes `{0, NULL}`.
 *  - `_new_uninitialized(out, size)` makes room for @p size elements. Here they
 *    are set to zero, so that a vector that was not filled can be deleted.
 *  - `_new(out, size, data)` copies the array @p data and becomes the owner of
 *    the objects in it; the array itself stays the caller's.
 *  - `_copy(out, src)` copies the vector and every element.
 *  - `_delete(vec)` deletes every element, frees the array and leaves the
 *    vector empty, so that a second call is harmless. The struct itself belongs
 *    to the caller.
 *
 * If there is no memory, `out` is the empty vector; for `_new` the elements
 * are then deleted.
 */
#define WASM_DECLARE_VEC(name, ptr_or_none)                                                        \
    typedef struct wasm_##name##_vec_t {                                                           \
        size_t size;                                                                               \
        wasm_##name##_t ptr_or_none *data;                                                         \
    } wasm_##name##_vec_t;                                                                         \
                                                                                                   \
    WASM_API_EXTERN void wasm_##name##_vec_new_empty(own wasm_##name##_vec_t *out);                \
    WASM_API_EXTERN void wasm_##name##_vec_new_uninitialized(own wasm_##name##_vec_t *out,         \
                                                             size_t size);                         \
    WASM_API_EXTERN void wasm_##name##_vec_new(own wasm_##name##_vec_t *out, size_t size,          \
                                               own wasm_##name##_t ptr_or_none const data[]);      \
    WASM_API_EXTERN void wasm_##name##_vec_copy(own wasm_##name##_vec_t *out,                      \
                                                const wasm_##name##_vec_t *src);                   \
    WASM_API_EXTERN void wasm_##name##_vec_delete(own wasm_##name##_vec_t *vec);

/** A byte, and a vector of bytes: a binary, a name, a message. */
typedef byte_t wasm_byte_t;
WASM_DECLARE_VEC(byte, )

/**
 * A name is a vector of bytes that holds UTF-8, without a terminating zero
 * unless something else is said. Its functions are those of byte vectors.
 */
typedef wasm_byte_vec_t wasm_name_t;

#define wasm_name                   wasm_byte_vec
#define wasm_name_new               wasm_byte_vec_new
#define wasm_name_new_empty         wasm_byte_vec_new_empty
#define wasm_name_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_copy              wasm_byte_vec_copy
#define wasm_name_delete            wasm_byte_vec_delete

/** Makes a name from the characters of @p s, without the terminating zero. */
static inline void wasm_name_new_from_string(own wasm_name_t *out, const char *s)
{
    wasm_name_new(out, strlen(s), s);
}

/** Makes a name from the characters of @p s and the terminating zero ("nt"). */
static inline void wasm_name_new_from_string_nt(own wasm_name_t *out, const char *s)
{
    wasm_name_new(out, strlen(s) + 1, s);
}

/* -------------------------------------------------------------------------
 * Configuration, engine, store
 * ---------------------------------------------------------------------- */

/**
 * What an engine shall be like. An object is filled by the setters of
 * `wasmtime/config.h` and consumed by wasm_engine_new_with_config().
 */
WASM_DECLARE_OWN(config)

/** Makes a configuration that holds the defaults. The caller owns it. */
WASM_API_EXTERN own wasm_config_t *wasm_config_new(void);

/**
 * The engine: compiler, code and everything else that stores share. Counted:
 * stores and modules keep their engine alive, so that its owner may delete it
 * at any time. May be used by several threads at once.
 */
WASM_DECLARE_OWN(engine)

/** Makes an engine with the defaults; NULL if the machine does not allow it. */
WASM_API_EXTERN own wasm_engine_t *wasm_engine_new(void);

/**
 * Makes an engine after @p config, which is consumed in every case.
 *
 * @return NULL if the settings contradict each other, name something unknown
 *         or ask for what this machine does not have
 */
WASM_API_EXTERN own wasm_engine_t *wasm_engine_new_with_config(own wasm_config_t *config);

/**
 * The store: all instances, functions, memories, tables and globals of one
 * world, which can refer to each other. It lives until it is deleted and the
 * last object of it is, too.
 */
WASM_DECLARE_OWN(store)

/** Makes an empty store. The caller owns it; the engine is counted. */
WASM_API_EXTERN own wasm_store_t *wasm_store_new(wasm_engine_t *engine);

/* -------------------------------------------------------------------------
 * Type descriptions
 * ---------------------------------------------------------------------- */

/**
 * Declares a type description: opaque type, vector and `_copy`.
 *
 * `wasm_<name>_copy` gives an equal description that the caller owns.
 * Descriptions belong to no store. Reading one from several threads is fine.
 */
#define WASM_DECLARE_TYPE(name)                                                                    \
    WASM_DECLARE_OWN(name)                                                                         \
    WASM_DECLARE_VEC(name, *)                                                                      \
                                                                                                   \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_copy(const wasm_##name##_t *);

/** Whether a global may be written: one of the constants below. */
typedef uint8_t wasm_mutability_t;
enum wasm_mutability_enum {
    WASM_CONST, /* never changes */
    WASM_VAR,   /* may be set */
};

/**
 * Size bounds of a table (in elements) or a memory (in pages). A maximum of
 * `wasm_limits_max_default` says that there is none.
 */
typedef struct wasm_limits_t {
    uint32_t min;
    uint32_t max;
} wasm_limits_t;

/** The maximum that means "none". */
static const uint32_t wasm_limits_max_default = 0xffffffff;

/** A value type. The kinds 128 and above are references. */
WASM_DECLARE_TYPE(valtype)

/** The kind of a value: one of the constants below. */
typedef uint8_t wasm_valkind_t;
enum wasm_valkind_enum {
    WASM_I32,             /* 32-bit integer, either sign */
    WASM_I64,             /* 64-bit integer, either sign */
    WASM_F32,             /* IEEE 754 single precision */
    WASM_F64,             /* IEEE 754 double precision */
    WASM_EXTERNREF = 128, /* reference to something of the host, or null */
    WASM_FUNCREF,         /* reference to a function, or null */
};

/**
 * Makes the value type of a kind. NULL if @p kind is none of the constants:
 * vectors and further references are in `wasmtime/types/val.h`.
 */
WASM_API_EXTERN own wasm_valtype_t *wasm_valtype_new(wasm_valkind_t kind);

/**
 * The kind of a value type. For types that have none here (v128, references
 * other than the two nullable ones above) use wasmtime_valtype_new().
 */
WASM_API_EXTERN wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t *type);

/** Whether a kind is a number. */
static inline bool wasm_valkind_is_num(wasm_valkind_t k)
{
    return k < WASM_EXTERNREF;
}

/** Whether a kind is a reference. */
static inline bool wasm_valkind_is_ref(wasm_valkind_t k)
{
    return k >= WASM_EXTERNREF;
}

/** Whether a value type is a number. */
static inline bool wasm_valtype_is_num(const wasm_valtype_t *t)
{
    return wasm_valkind_is_num(wasm_valtype_kind(t));
}

/** Whether a value type is a reference. */
static inline bool wasm_valtype_is_ref(const wasm_valtype_t *t)
{
    return wasm_valkind_is_ref(wasm_valtype_kind(t));
}

/** A function type: parameters and results. */
WASM_DECLARE_TYPE(functype)

/**
 * Makes a function type. Both vectors are emptied: their elements belong to
 * the new type.
 */
WASM_API_EXTERN own wasm_functype_t *wasm_functype_new(own wasm_valtype_vec_t *params,
                                                       own wasm_valtype_vec_t *results);

/** The parameter types, borrowed from the function type. */
WASM_API_EXTERN const wasm_valtype_vec_t *wasm_functype_params(const wasm_functype_t *type);

/** The result types, borrowed from the function type. */
WASM_API_EXTERN const wasm_valtype_vec_t *wasm_functype_results(const wasm_functype_t *type);

/** A global type: the type of the content, and whether it may change. */
WASM_DECLARE_TYPE(globaltype)

/**
 * Makes a global type and consumes @p content. NULL if @p mutability is
 * neither WASM_CONST nor WASM_VAR.
 */
WASM_API_EXTERN own wasm_globaltype_t *wasm_globaltype_new(own wasm_valtype_t *content,
                                                           wasm_mutability_t mutability);

/** The type of the content, borrowed from the global type. */
WASM_API_EXTERN const wasm_valtype_t *wasm_globaltype_content(const wasm_globaltype_t *type);

/** WASM_CONST or WASM_VAR. */
WASM_API_EXTERN wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t *type);

/** A table type: the type of the elements, and the size bounds. */
WASM_DECLARE_TYPE(tabletype)

/**
 * Makes a table type and consumes @p element. NULL if the element type is no
 * reference type.
 */
WASM_API_EXTERN own wasm_tabletype_t *wasm_tabletype_new(own wasm_valtype_t *element,
                                                         const wasm_limits_t *limits);

/** The type of the elements, borrowed from the table type. */
WASM_API_EXTERN const wasm_valtype_t *wasm_tabletype_element(const wasm_tabletype_t *type);

/** The size bounds in elements, borrowed from the table type. */
WASM_API_EXTERN const wasm_limits_t *wasm_tabletype_limits(const wasm_tabletype_t *type);

/** A memory type: the size bounds in pages. */
WASM_DECLARE_TYPE(memorytype)

/**
 * Makes the type of a memory with 32-bit addresses and pages of 64 KiB; for
 * the other ones there is wasmtime_memorytype_new().
 */
WASM_API_EXTERN own wasm_memorytype_t *wasm_memorytype_new(const wasm_limits_t *limits);

/**
 * The size bounds in pages, borrowed from the memory type. Bounds that do not
 * fit 32 bits are given as the largest number that does.
 */
WASM_API_EXTERN const wasm_limits_t *wasm_memorytype_limits(const wasm_memorytype_t *type);

/** A tag type: the values that an exception with this tag carries. */
WASM_DECLARE_TYPE(tagtype)

/** Makes a tag type and consumes @p functype, whose parameters are the values. */
WASM_API_EXTERN own wasm_tagtype_t *wasm_tagtype_new(own wasm_functype_t *functype);

/** The function type whose parameters are carried; borrowed from the tag type. */
WASM_API_EXTERN const wasm_functype_t *wasm_tagtype_functype(const wasm_tagtype_t *type);

/** The type of something that can be imported or exported. */
WASM_DECLARE_TYPE(externtype)

/** The kind of an import or export: one of the constants below. */
typedef uint8_t wasm_externkind_t;
enum wasm_externkind_enum {
    WASM_EXTERN_FUNC,
    WASM_EXTERN_GLOBAL,
    WASM_EXTERN_TABLE,
    WASM_EXTERN_MEMORY,
    WASM_EXTERN_TAG,
};

/** Which of the five this is. */
WASM_API_EXTERN wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t *type);

/*
 * Views: the same object under the other name. Nothing is made, nothing must
 * be deleted twice. From the general to the particular the result is NULL if
 * the object is of another kind.
 */

/** The function type seen as an extern type; the same object. */
WASM_API_EXTERN wasm_externtype_t *wasm_functype_as_externtype(wasm_functype_t *type);

/** The global type seen as an extern type; the same object. */
WASM_API_EXTERN wasm_externtype_t *wasm_globaltype_as_externtype(wasm_globaltype_t *type);

/** The table type seen as an extern type; the same object. */
WASM_API_EXTERN wasm_externtype_t *wasm_tabletype_as_externtype(wasm_tabletype_t *type);

/** The memory type seen as an extern type; the same object. */
WASM_API_EXTERN wasm_externtype_t *wasm_memorytype_as_externtype(wasm_memorytype_t *type);

/** The tag type seen as an extern type; the same object. */
WASM_API_EXTERN wasm_externtype_t *wasm_tagtype_as_externtype(wasm_tagtype_t *type);

/** The extern type seen as a function type, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_functype_t *wasm_externtype_as_functype(wasm_externtype_t *type);

/** The extern type seen as a global type, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_globaltype_t *wasm_externtype_as_globaltype(wasm_externtype_t *type);

/** The extern type seen as a table type, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_tabletype_t *wasm_externtype_as_tabletype(wasm_externtype_t *type);

/** The extern type seen as a memory type, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_memorytype_t *wasm_externtype_as_memorytype(wasm_externtype_t *type);

/** The extern type seen as a tag type, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_tagtype_t *wasm_externtype_as_tagtype(wasm_externtype_t *type);

/** The function type seen as an extern type; read-only. */
WASM_API_EXTERN const wasm_externtype_t *
wasm_functype_as_externtype_const(const wasm_functype_t *type);

/** The global type seen as an extern type; read-only. */
WASM_API_EXTERN const wasm_externtype_t *
wasm_globaltype_as_externtype_const(const wasm_globaltype_t *type);

/** The table type seen as an extern type; read-only. */
WASM_API_EXTERN const wasm_externtype_t *
wasm_tabletype_as_externtype_const(const wasm_tabletype_t *type);

/** The memory type seen as an extern type; read-only. */
WASM_API_EXTERN const wasm_externtype_t *
wasm_memorytype_as_externtype_const(const wasm_memorytype_t *type);

/** The tag type seen as an extern type; read-only. */
WASM_API_EXTERN const wasm_externtype_t *
wasm_tagtype_as_externtype_const(const wasm_tagtype_t *type);

/** The extern type seen as a function type, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_functype_t *
wasm_externtype_as_functype_const(const wasm_externtype_t *type);

/** The extern type seen as a global type, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_globaltype_t *
wasm_externtype_as_globaltype_const(const wasm_externtype_t *type);

/** The extern type seen as a table type, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_tabletype_t *
wasm_externtype_as_tabletype_const(const wasm_externtype_t *type);

/** The extern type seen as a memory type, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_memorytype_t *
wasm_externtype_as_memorytype_const(const wasm_externtype_t *type);

/** The extern type seen as a tag type, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_tagtype_t *
wasm_externtype_as_tagtype_const(const wasm_externtype_t *type);

/** What a module asks for: two names and a type. */
WASM_DECLARE_TYPE(importtype)

/**
 * Makes an import type. Both names are emptied and @p type is consumed. NULL if
 * a name is not UTF-8.
 */
WASM_API_EXTERN own wasm_importtype_t *
wasm_importtype_new(own wasm_name_t *module, own wasm_name_t *name, own wasm_externtype_t *type);

/** The first name of the import, borrowed from the import type. */
WASM_API_EXTERN const wasm_name_t *wasm_importtype_module(const wasm_importtype_t *type);

/** The second name of the import, borrowed from the import type. */
WASM_API_EXTERN const wasm_name_t *wasm_importtype_name(const wasm_importtype_t *type);

/** What is imported, borrowed from the import type. */
WASM_API_EXTERN const wasm_externtype_t *wasm_importtype_type(const wasm_importtype_t *type);

/** What a module offers: a name and a type. */
WASM_DECLARE_TYPE(exporttype)

/**
 * Makes an export type. The name is emptied and @p type is consumed. NULL if
 * the name is not UTF-8.
 */
WASM_API_EXTERN own wasm_exporttype_t *wasm_exporttype_new(own wasm_name_t *name,
                                                           own wasm_externtype_t *type);

/** The name of the export, borrowed from the export type. */
WASM_API_EXTERN const wasm_name_t *wasm_exporttype_name(const wasm_exporttype_t *type);

/** What is exported, borrowed from the export type. */
WASM_API_EXTERN const wasm_externtype_t *wasm_exporttype_type(const wasm_exporttype_t *type);

/* -------------------------------------------------------------------------
 * Values and references
 * ---------------------------------------------------------------------- */

struct wasm_ref_t;

/** A value with its kind. A null `ref` is the null reference. */
typedef struct wasm_val_t {
    wasm_valkind_t kind;
    union {
        int32_t i32;
        int64_t i64;
        float32_t f32;
        float64_t f64;
        struct wasm_ref_t *ref; /* owned by whoever owns the value */
    } of;
} wasm_val_t;

/** Deletes the reference that the value holds, if any; not the struct. */
WASM_API_EXTERN void wasm_val_delete(own wasm_val_t *v);

/** Copies a value and, if it is a reference, the reference. */
WASM_API_EXTERN void wasm_val_copy(own wasm_val_t *out, const wasm_val_t *src);

/** A vector of values: arguments, results. */
WASM_DECLARE_VEC(val, )

/**
 * Declares an object that lives in a store.
 *
 *  - `_copy` gives a second handle to the same object; the caller owns it.
 *  - `_same` says whether two handles mean the same object.
 *  - `_get_host_info` reads the pointer that the host put into this handle,
 *    NULL if there is none.
 *  - `_set_host_info` puts one there. `_set_host_info_with_finalizer` does the
 *    same and has @p finalizer called with it when the handle is deleted or the
 *    pointer is replaced. The information belongs to the handle; copies do not
 *    have it.
 */
#define WASM_DECLARE_REF_BASE(name)                                                                \
    WASM_DECLARE_OWN(name)                                                                         \
                                                                                                   \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_copy(const wasm_##name##_t *);              \
    WASM_API_EXTERN bool wasm_##name##_same(const wasm_##name##_t *, const wasm_##name##_t *);     \
                                                                                                   \
    WASM_API_EXTERN void *wasm_##name##_get_host_info(const wasm_##name##_t *);                    \
    WASM_API_EXTERN void wasm_##name##_set_host_info(wasm_##name##_t *, void *info);               \
    WASM_API_EXTERN void wasm_##name##_set_host_info_with_finalizer(wasm_##name##_t *, void *info, \
                                                                    void (*finalizer)(void *));

/**
 * Declares an object of a store that can also be seen as a reference.
 *
 * `_as_ref` and `wasm_ref_as_…` are views: the same handle under the other
 * name, not to be deleted twice; the latter gives NULL if the reference means
 * something of another kind.
 */
#define WASM_DECLARE_REF(name)                                                                     \
    WASM_DECLARE_REF_BASE(name)                                                                    \
                                                                                                   \
    WASM_API_EXTERN wasm_ref_t *wasm_##name##_as_ref(wasm_##name##_t *);                           \
    WASM_API_EXTERN wasm_##name##_t *wasm_ref_as_##name(wasm_ref_t *);                             \
    WASM_API_EXTERN const wasm_ref_t *wasm_##name##_as_ref_const(const wasm_##name##_t *);         \
    WASM_API_EXTERN const wasm_##name##_t *wasm_ref_as_##name##_const(const wasm_ref_t *);

/**
 * Declares an object of a store that can be carried to other stores.
 *
 *  - `_share` gives a form that belongs to no store and may be used by several
 *    threads; the caller owns it.
 *  - `_obtain` makes an object in a store from it; NULL if the engine of that
 *    store is another one.
 */
#define WASM_DECLARE_SHARABLE_REF(name)                                                            \
    WASM_DECLARE_REF(name)                                                                         \
    WASM_DECLARE_OWN(shared_##name)                                                                \
                                                                                                   \
    WASM_API_EXTERN own wasm_shared_##name##_t *wasm_##name##_share(const wasm_##name##_t *);      \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_obtain(wasm_store_t *,                      \
                                                              const wasm_shared_##name##_t *);

/** A reference to any object of a store. */
WASM_DECLARE_REF_BASE(ref)

/* -------------------------------------------------------------------------
 * Traps and frames
 * ---------------------------------------------------------------------- */

/**
 * One activation of a WebAssembly function, as it was when a trap happened. A
 * frame borrows from its trap, which must live at least as long.
 */
WASM_DECLARE_OWN(frame)
WASM_DECLARE_VEC(frame, *)

/** Gives a copy of the frame. The caller owns it. */
WASM_API_EXTERN own wasm_frame_t *wasm_frame_copy(const wasm_frame_t *frame);

/**
 * The instance the function belongs to. It belongs to the frame, and holds its
 * store like any other handle once it has been asked for. NULL if the store is
 * gone, or is not one of wasm_store_new(): the stores of `wasmtime/store.h`
 * have numbers for instances.
 */
WASM_API_EXTERN struct wasm_instance_t *wasm_frame_instance(const wasm_frame_t *frame);

/** The index of the function in its module, imports counted. */
WASM_API_EXTERN uint32_t wasm_frame_func_index(const wasm_frame_t *frame);

/**
 * Where in the function: bytes from the start of its body in the binary,
 * declarations of locals included. SIZE_MAX if it is not known.
 */
WASM_API_EXTERN size_t wasm_frame_func_offset(const wasm_frame_t *frame);

/** Where in the module: bytes from the start of the binary. SIZE_MAX if unknown. */
WASM_API_EXTERN size_t wasm_frame_module_offset(const wasm_frame_t *frame);

/** A message with a terminating zero, which its size includes. */
typedef wasm_name_t wasm_message_t;

/** Why a computation ended before its time. */
WASM_DECLARE_REF(trap)

/**
 * Makes a trap with a message, for a host function to return.
 *
 * @param store    the store the trap is meant for
 * @param message  borrowed; its last byte must be zero
 * @return NULL if the message is not terminated
 */
WASM_API_EXTERN own wasm_trap_t *wasm_trap_new(wasm_store_t *store, const wasm_message_t *message);

/**
 * Gives the message: the reason, preceded by a backtrace if there were frames.
 *
 * @param[out] out  owned by the caller; ends in a zero, which its size includes
 */
WASM_API_EXTERN void wasm_trap_message(const wasm_trap_t *trap, own wasm_message_t *out);

/** The innermost frame, owned by the caller; NULL if there is none. */
WASM_API_EXTERN own wasm_frame_t *wasm_trap_origin(const wasm_trap_t *trap);

/**
 * Gives all frames, the innermost first.
 *
 * @param[out] out  owned by the caller; empty for a trap that the host made
 */
WASM_API_EXTERN void wasm_trap_trace(const wasm_trap_t *trap, own wasm_frame_vec_t *out);

/* -------------------------------------------------------------------------
 * Foreign objects and modules
 * ---------------------------------------------------------------------- */

/** An object that means nothing to WebAssembly; it carries host information. */
WASM_DECLARE_REF(foreign)

/** Makes a foreign object. The caller owns it. */
WASM_API_EXTERN own wasm_foreign_t *wasm_foreign_new(wasm_store_t *store);

/** A module that passed validation: code and declarations, no state. */
WASM_DECLARE_SHARABLE_REF(module)

/**
 * Makes a module from its binary format. Code is compiled before or at the
 * first call of each function, as the engine's configuration says.
 *
 * @param binary  borrowed for the duration of the call
 * @return NULL if the binary is malformed or invalid
 */
WASM_API_EXTERN own wasm_module_t *wasm_module_new(wasm_store_t *store,
                                                   const wasm_byte_vec_t *binary);

/** Whether @p binary is a valid module for the store's engine. */
WASM_API_EXTERN bool wasm_module_validate(wasm_store_t *store, const wasm_byte_vec_t *binary);

/** Gives what the module asks for, in its own order. The caller owns @p out. */
WASM_API_EXTERN void wasm_module_imports(const wasm_module_t *module,
                                         own wasm_importtype_vec_t *out);

/** Gives what the module offers, in its own order. The caller owns @p out. */
WASM_API_EXTERN void wasm_module_exports(const wasm_module_t *module,
                                         own wasm_exporttype_vec_t *out);

/**
 * Gives the compiled module as bytes, for the same version and configuration
 * of the library. The caller owns @p out, which stays untouched on failure.
 */
WASM_API_EXTERN void wasm_module_serialize(const wasm_module_t *module, own wasm_byte_vec_t *out);

/**
 * Makes a module from bytes that wasm_module_serialize() gave. The bytes are
 * trusted: they contain machine code.
 *
 * @return NULL if they come from another version, configuration or machine
 */
WASM_API_EXTERN own wasm_module_t *wasm_module_deserialize(wasm_store_t *store,
                                                           const wasm_byte_vec_t *serialized);

/* -------------------------------------------------------------------------
 * Functions
 * ---------------------------------------------------------------------- */

/** A function of a store: of an instance or of the host. */
WASM_DECLARE_REF(func)

/**
 * A host function. The arguments are borrowed. The results are there to be
 * filled, all of them, with values of the declared types; the caller becomes
 * their owner. Returns NULL, or a trap that the caller owns.
 */
typedef own wasm_trap_t *(*wasm_func_callback_t)(const wasm_val_vec_t *args,
                                                 own wasm_val_vec_t *results);

/** A host function with a pointer of its own. */
typedef own wasm_trap_t *(*wasm_func_callback_with_env_t)(void *env, const wasm_val_vec_t *args,
                                                          own wasm_val_vec_t *results);

/** Makes a function of the host. The type is borrowed; the caller owns the result. */
WASM_API_EXTERN own wasm_func_t *wasm_func_new(wasm_store_t *store, const wasm_functype_t *type,
                                               wasm_func_callback_t callback);

/**
 * Makes a function of the host that is called with @p env.
 *
 * @param finalizer  called once with @p env when the store ends, or before this
 *                   function returns if it fails; may be NULL
 */
WASM_API_EXTERN own wasm_func_t *wasm_func_new_with_env(wasm_store_t *store,
                                                        const wasm_functype_t *type,
                                                        wasm_func_callback_with_env_t callback,
                                                        void *env, void (*finalizer)(void *));

/** The type of the function. The caller owns it. */
WASM_API_EXTERN own wasm_functype_t *wasm_func_type(const wasm_func_t *func);

/** How many parameters the function has. */
WASM_API_EXTERN size_t wasm_func_param_arity(const wasm_func_t *func);

/** How many results the function has. */
WASM_API_EXTERN size_t wasm_func_result_arity(const wasm_func_t *func);

/**
 * Calls a function.
 *
 * @param args     borrowed; as many values as parameters, of their types
 * @param results  as many elements as results; what they held before is
 *                 overwritten and not deleted, what they hold afterwards
 *                 belongs to the caller
 * @return NULL, or a trap that the caller owns; mistakes in the arguments are
 *         reported in this way, too
 */
WASM_API_EXTERN own wasm_trap_t *wasm_func_call(const wasm_func_t *func, const wasm_val_vec_t *args,
                                                wasm_val_vec_t *results);

/* -------------------------------------------------------------------------
 * Globals, tables, memories
 * ---------------------------------------------------------------------- */

/** A global variable. */
WASM_DECLARE_REF(global)

/** Makes a global. NULL if the value is not of the type; both are borrowed. */
WASM_API_EXTERN own wasm_global_t *
wasm_global_new(wasm_store_t *store, const wasm_globaltype_t *type, const wasm_val_t *value);

/** The type of the global. The caller owns it. */
WASM_API_EXTERN own wasm_globaltype_t *wasm_global_type(const wasm_global_t *global);

/** Gives the value. The caller owns a reference in it. */
WASM_API_EXTERN void wasm_global_get(const wasm_global_t *global, own wasm_val_t *out);

/** Sets the value; does nothing if the global is constant or the type differs. */
WASM_API_EXTERN void wasm_global_set(wasm_global_t *global, const wasm_val_t *value);

/** A table of references. */
WASM_DECLARE_REF(table)

/** A number of elements. */
typedef uint32_t wasm_table_size_t;

/** Makes a table whose elements are all @p init (borrowed; NULL for null). */
WASM_API_EXTERN own wasm_table_t *wasm_table_new(wasm_store_t *store, const wasm_tabletype_t *type,
                                                 wasm_ref_t *init);

/** The type of the table. The caller owns it. */
WASM_API_EXTERN own wasm_tabletype_t *wasm_table_type(const wasm_table_t *table);

/**
 * The element at an index, owned by the caller. NULL for a null reference and
 * for an index outside the table.
 */
WASM_API_EXTERN own wasm_ref_t *wasm_table_get(const wasm_table_t *table, wasm_table_size_t index);

/**
 * Sets an element; @p element is borrowed, NULL for null. False, and nothing
 * changed, if the index is outside the table, the type differs, or the element
 * is of another store.
 */
WASM_API_EXTERN bool wasm_table_set(wasm_table_t *table, wasm_table_size_t index,
                                    wasm_ref_t *element);

/** How many elements the table has. */
WASM_API_EXTERN wasm_table_size_t wasm_table_size(const wasm_table_t *table);

/**
 * Adds elements that are all @p init (borrowed, NULL for null). False, and
 * nothing changed, beyond the maximum of the type or the store's limits, or if
 * the element does not fit.
 */
WASM_API_EXTERN bool wasm_table_grow(wasm_table_t *table, wasm_table_size_t delta,
                                     wasm_ref_t *init);

/** A linear memory. */
WASM_DECLARE_REF(memory)

/** A number of pages of 64 KiB. */
typedef uint32_t wasm_memory_pages_t;

/** The size of an ordinary page in bytes. */
static const size_t MEMORY_PAGE_SIZE = 0x10000;

/** Makes a memory that is filled with zeros. NULL if there is no room. */
WASM_API_EXTERN own wasm_memory_t *wasm_memory_new(wasm_store_t *store,
                                                   const wasm_memorytype_t *type);

/** The type of the memory. The caller owns it. */
WASM_API_EXTERN own wasm_memorytype_t *wasm_memory_type(const wasm_memory_t *memory);

/**
 * The first byte of the memory, borrowed. The pointer may change whenever the
 * memory grows, which any call into the store can bring about.
 */
WASM_API_EXTERN byte_t *wasm_memory_data(wasm_memory_t *memory);

/** The size in bytes. */
WASM_API_EXTERN size_t wasm_memory_data_size(const wasm_memory_t *memory);

/** The size in pages. */
WASM_API_EXTERN wasm_memory_pages_t wasm_memory_size(const wasm_memory_t *memory);

/** Adds pages of zeros. False if limits or the machine do not allow it. */
WASM_API_EXTERN bool wasm_memory_grow(wasm_memory_t *memory, wasm_memory_pages_t delta);

/* -------------------------------------------------------------------------
 * Externs and instances
 * ---------------------------------------------------------------------- */

/** Something that can be imported or exported. */
WASM_DECLARE_REF(extern)
WASM_DECLARE_VEC(extern, *)

/** Which kind it is. */
WASM_API_EXTERN wasm_externkind_t wasm_extern_kind(const wasm_extern_t *external);

/** Its type. The caller owns it. */
WASM_API_EXTERN own wasm_externtype_t *wasm_extern_type(const wasm_extern_t *external);

/*
 * Views: the same handle under the other name, not to be deleted twice. From
 * the general to the particular the result is NULL for another kind.
 */

/** The function seen as an extern; the same object. */
WASM_API_EXTERN wasm_extern_t *wasm_func_as_extern(wasm_func_t *func);

/** The global seen as an extern; the same object. */
WASM_API_EXTERN wasm_extern_t *wasm_global_as_extern(wasm_global_t *global);

/** The table seen as an extern; the same object. */
WASM_API_EXTERN wasm_extern_t *wasm_table_as_extern(wasm_table_t *table);

/** The memory seen as an extern; the same object. */
WASM_API_EXTERN wasm_extern_t *wasm_memory_as_extern(wasm_memory_t *memory);

/** The extern seen as a function, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_func_t *wasm_extern_as_func(wasm_extern_t *external);

/** The extern seen as a global, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_global_t *wasm_extern_as_global(wasm_extern_t *external);

/** The extern seen as a table, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_table_t *wasm_extern_as_table(wasm_extern_t *external);

/** The extern seen as a memory, NULL if it is none; the same object. */
WASM_API_EXTERN wasm_memory_t *wasm_extern_as_memory(wasm_extern_t *external);

/** The function seen as an extern; read-only. */
WASM_API_EXTERN const wasm_extern_t *wasm_func_as_extern_const(const wasm_func_t *func);

/** The global seen as an extern; read-only. */
WASM_API_EXTERN const wasm_extern_t *wasm_global_as_extern_const(const wasm_global_t *global);

/** The table seen as an extern; read-only. */
WASM_API_EXTERN const wasm_extern_t *wasm_table_as_extern_const(const wasm_table_t *table);

/** The memory seen as an extern; read-only. */
WASM_API_EXTERN const wasm_extern_t *wasm_memory_as_extern_const(const wasm_memory_t *memory);

/** The extern seen as a function, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_func_t *wasm_extern_as_func_const(const wasm_extern_t *external);

/** The extern seen as a global, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_global_t *wasm_extern_as_global_const(const wasm_extern_t *external);

/** The extern seen as a table, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_table_t *wasm_extern_as_table_const(const wasm_extern_t *external);

/** The extern seen as a memory, NULL if it is none; read-only. */
WASM_API_EXTERN const wasm_memory_t *wasm_extern_as_memory_const(const wasm_extern_t *external);

/** A module brought to life: its functions with memories, tables and globals. */
WASM_DECLARE_REF(instance)

/**
 * Makes an instance and runs its start function.
 *
 * @param imports    borrowed; one for each import of the module, in its order
 * @param[out] trap  receives a trap that the caller owns if something fails,
 *                   mistakes in the imports included; may be NULL
 * @return NULL on failure. The store keeps the instance for as long as it
 *         lives itself, whatever happens to this handle.
 */
WASM_API_EXTERN own wasm_instance_t *wasm_instance_new(wasm_store_t *store,
                                                       const wasm_module_t *module,
                                                       const wasm_extern_vec_t *imports,
                                                       own wasm_trap_t **trap);

/** Gives the exports in the module's order. The caller owns @p out. */
WASM_API_EXTERN void wasm_instance_exports(const wasm_instance_t *instance,
                                           own wasm_extern_vec_t *out);

/* -------------------------------------------------------------------------
 * Conveniences, all of them inline
 * ---------------------------------------------------------------------- */

/** Makes the value type `i32`. The caller owns it. */
static inline own wasm_valtype_t *wasm_valtype_new_i32(void)
{
    return wasm_valtype_new(WASM_I32);
}

/** Makes the value type `i64`. The caller owns it. */
static inline own wasm_valtype_t *wasm_valtype_new_i64(void)
{
    return wasm_valtype_new(WASM_I64);
}

/** Makes the value type `f32`. The caller owns it. */
static inline own wasm_valtype_t *wasm_valtype_new_f32(void)
{
    return wasm_valtype_new(WASM_F32);
}

/** Makes the value type `f64`. The caller owns it. */
static inline own wasm_valtype_t *wasm_valtype_new_f64(void)
{
    return wasm_valtype_new(WASM_F64);
}

/** Makes the value type `externref`. The caller owns it. */
static inline own wasm_valtype_t *wasm_valtype_new_externref(void)
{
    return wasm_valtype_new(WASM_EXTERNREF);
}

/** Makes the value type `funcref`. The caller owns it. */
static inline own wasm_valtype_t *wasm_valtype_new_funcref(void)
{
    return wasm_valtype_new(WASM_FUNCREF);
}

/*
 * Function types by arity: `wasm_functype_new_<params>_<results>`. Every
 * argument is consumed; the caller owns the result.
 */

/** Makes the type of a function with no parameter and no result. */
static inline own wasm_functype_t *wasm_functype_new_0_0(void)
{
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new_empty(&params);
    wasm_valtype_vec_new_empty(&results);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with one parameter and no result. */
static inline own wasm_functype_t *wasm_functype_new_1_0(own wasm_valtype_t *p)
{
    wasm_valtype_t *ps[1] = {p};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 1, ps);
    wasm_valtype_vec_new_empty(&results);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with two parameters and no result. */
static inline own wasm_functype_t *wasm_functype_new_2_0(own wasm_valtype_t *p1,
                                                         own wasm_valtype_t *p2)
{
    wasm_valtype_t *ps[2] = {p1, p2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 2, ps);
    wasm_valtype_vec_new_empty(&results);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with three parameters and no result. */
static inline own wasm_functype_t *
wasm_functype_new_3_0(own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *p3)
{
    wasm_valtype_t *ps[3] = {p1, p2, p3};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 3, ps);
    wasm_valtype_vec_new_empty(&results);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with no parameter and one result. */
static inline own wasm_functype_t *wasm_functype_new_0_1(own wasm_valtype_t *r)
{
    wasm_valtype_t *rs[1] = {r};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new_empty(&params);
    wasm_valtype_vec_new(&results, 1, rs);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with one parameter and one result. */
static inline own wasm_functype_t *wasm_functype_new_1_1(own wasm_valtype_t *p,
                                                         own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[1] = {p};
    wasm_valtype_t *rs[1] = {r};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 1, ps);
    wasm_valtype_vec_new(&results, 1, rs);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with two parameters and one result. */
static inline own wasm_functype_t *
wasm_functype_new_2_1(own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[2] = {p1, p2};
    wasm_valtype_t *rs[1] = {r};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 2, ps);
    wasm_valtype_vec_new(&results, 1, rs);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with three parameters and one result. */
static inline own wasm_functype_t *wasm_functype_new_3_1(own wasm_valtype_t *p1,
                                                         own wasm_valtype_t *p2,
                                                         own wasm_valtype_t *p3,
                                                         own wasm_valtype_t *r)
{
    wasm_valtype_t *ps[3] = {p1, p2, p3};
    wasm_valtype_t *rs[1] = {r};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 3, ps);
    wasm_valtype_vec_new(&results, 1, rs);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with no parameter and two results. */
static inline own wasm_functype_t *wasm_functype_new_0_2(own wasm_valtype_t *r1,
                                                         own wasm_valtype_t *r2)
{
    wasm_valtype_t *rs[2] = {r1, r2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new_empty(&params);
    wasm_valtype_vec_new(&results, 2, rs);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with one parameter and two results. */
static inline own wasm_functype_t *
wasm_functype_new_1_2(own wasm_valtype_t *p, own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[1] = {p};
    wasm_valtype_t *rs[2] = {r1, r2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 1, ps);
    wasm_valtype_vec_new(&results, 2, rs);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with two parameters and two results. */
static inline own wasm_functype_t *wasm_functype_new_2_2(own wasm_valtype_t *p1,
                                                         own wasm_valtype_t *p2,
                                                         own wasm_valtype_t *r1,
                                                         own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[2] = {p1, p2};
    wasm_valtype_t *rs[2] = {r1, r2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 2, ps);
    wasm_valtype_vec_new(&results, 2, rs);
    return wasm_functype_new(&params, &results);
}

/** Makes the type of a function with three parameters and two results. */
static inline own wasm_functype_t *
wasm_functype_new_3_2(own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *p3,
                      own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[3] = {p1, p2, p3};
    wasm_valtype_t *rs[2] = {r1, r2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, 3, ps);
    wasm_valtype_vec_new(&results, 2, rs);
    return wasm_functype_new(&params, &results);
}

/** Makes a number that carries a pointer of the host, as wide as a pointer. */
static inline void wasm_val_init_ptr(own wasm_val_t *out, void *p)
{
#if UINTPTR_MAX == UINT32_MAX
    out->kind = WASM_I32;
    out->of.i32 = (int32_t)(intptr_t)p;
#else
    out->kind = WASM_I64;
    out->of.i64 = (int64_t)(intptr_t)p;
#endif
}

/** The pointer that wasm_val_init_ptr() put into a number. */
static inline void *wasm_val_ptr(const wasm_val_t *val)
{
#if UINTPTR_MAX == UINT32_MAX
    return (void *)(intptr_t)val->of.i32;
#else
    return (void *)(intptr_t)val->of.i64;
#endif
}

/* clang-format off */
/* Initializers, for `wasm_val_vec_t v = WASM_ARRAY_VEC(a)` and the like. */
#define WASM_EMPTY_VEC {0, NULL}
#define WASM_ARRAY_VEC(array) {sizeof(array) / sizeof(*(array)), array}

#define WASM_I32_VAL(i) {.kind = WASM_I32, .of = {.i32 = i}}
#define WASM_I64_VAL(i) {.kind = WASM_I64, .of = {.i64 = i}}
#define WASM_F32_VAL(z) {.kind = WASM_F32, .of = {.f32 = z}}
#define WASM_F64_VAL(z) {.kind = WASM_F64, .of = {.f64 = z}}
#define WASM_REF_VAL(r) {.kind = WASM_EXTERNREF, .of = {.ref = r}}
#define WASM_INIT_VAL {.kind = WASM_EXTERNREF, .of = {.ref = NULL}}
/* clang-format on */

#undef own

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* WASM_H */
