/**
 * @file wasmtime/component/types/component.h
 *
 * Types of components: what a component imports and exports.
 *
 * Types may be read by several threads.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_TYPES_COMPONENT_H
#define WASMTIME_COMPONENT_TYPES_COMPONENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasm.h>
#include <wasmtime/component/types/func.h>
#include <wasmtime/component/types/instance.h>
#include <wasmtime/component/types/module.h>
#include <wasmtime/component/types/resource.h>
#include <wasmtime/component/types/val.h>
#include <wasmtime/conf.h>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

#ifdef __cplusplus
extern "C" {
#endif

/** The type of a component, owned by whoever asked for or cloned it. */
typedef struct wasmtime_component_type_t wasmtime_component_type_t;

/** What an import or an export is: one of the constants below. */
typedef uint8_t wasmtime_component_item_kind_t;

/** A component. */
#define WASMTIME_COMPONENT_ITEM_COMPONENT 0
/** An instance of a component. */
#define WASMTIME_COMPONENT_ITEM_COMPONENT_INSTANCE 1
/** A module. */
#define WASMTIME_COMPONENT_ITEM_MODULE 2
/** A component function. */
#define WASMTIME_COMPONENT_ITEM_COMPONENT_FUNC 3
/** A type of resources. */
#define WASMTIME_COMPONENT_ITEM_RESOURCE 4
/** A function of a module. */
#define WASMTIME_COMPONENT_ITEM_CORE_FUNC 5
/** A value type. */
#define WASMTIME_COMPONENT_ITEM_TYPE 6

/** The type of the item; the field is told by the kind. Owned by the item. */
typedef union wasmtime_component_item_union {
    wasmtime_component_type_t *component;
    wasmtime_component_instance_type_t *component_instance;
    wasmtime_module_type_t *module;
    wasmtime_component_func_type_t *component_func;
    wasmtime_component_resource_type_t *resource;
    wasm_functype_t *core_func;
    wasmtime_component_valtype_t type;
} wasmtime_component_item_union_t;

/** The type of an import or an export. */
typedef struct wasmtime_component_item_t {
    wasmtime_component_item_kind_t kind; /* which field of the union holds */
    wasmtime_component_item_union_t of;
} wasmtime_component_item_t;

/** Copies an item; the caller owns what @p out contains. */
WASM_API_EXTERN void wasmtime_component_item_clone(const wasmtime_component_item_t *item,
                                                   wasmtime_component_item_t *out);

/** Gives back what an item owns; the struct is the caller's. */
WASM_API_EXTERN void wasmtime_component_item_delete(wasmtime_component_item_t *ptr);

/** Copies the type; the caller owns the copy. */
WASM_API_EXTERN wasmtime_component_type_t *
wasmtime_component_type_clone(const wasmtime_component_type_t *ty);

/** Gives back the type; NULL is accepted. */
WASM_API_EXTERN void wasmtime_component_type_delete(wasmtime_component_type_t *ty);

/** The number of imports. The engine is that of the type. */
WASM_API_EXTERN size_t wasmtime_component_type_import_count(const wasmtime_component_type_t *ty,
                                                            const wasm_engine_t *engine);

/** Looks up an import by name; the caller owns what @p ret contains. */
WASM_API_EXTERN bool wasmtime_component_type_import_get(const wasmtime_component_type_t *ty,
                                                        const wasm_engine_t *engine,
                                                        const char *name, size_t name_len,
                                                        struct wasmtime_component_item_t *ret);

/**
 * Gives name (borrowed from the type) and type (owned by the caller) of an
 * import; false, with nothing written, if there are not so many.
 */
WASM_API_EXTERN bool wasmtime_component_type_import_nth(const wasmtime_component_type_t *ty,
                                                        const wasm_engine_t *engine, size_t nth,
                                                        const char **name_ret, size_t *name_len_ret,
                                                        struct wasmtime_component_item_t *type_ret);

/** The number of exports. The engine is that of the type. */
WASM_API_EXTERN size_t wasmtime_component_type_export_count(const wasmtime_component_type_t *ty,
                                                            const wasm_engine_t *engine);

/** Looks up an export by name; the caller owns what @p ret contains. */
WASM_API_EXTERN bool wasmtime_component_type_export_get(const wasmtime_component_type_t *ty,
                                                        const wasm_engine_t *engine,
                                                        const char *name, size_t name_len,
                                                        struct wasmtime_component_item_t *ret);

/**
 * Gives name (borrowed from the type) and type (owned by the caller) of an
 * export; false, with nothing written, if there are not so many.
 */
WASM_API_EXTERN bool wasmtime_component_type_export_nth(const wasmtime_component_type_t *ty,
                                                        const wasm_engine_t *engine, size_t nth,
                                                        const char **name_ret, size_t *name_len_ret,
                                                        struct wasmtime_component_item_t *type_ret);

#ifdef __cplusplus
}
#endif

#endif /* WASMTIME_FEATURE_COMPONENT_MODEL */

#endif /* WASMTIME_COMPONENT_TYPES_COMPONENT_H */
