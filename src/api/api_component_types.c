/* wasmtime/component/types: descriptions of what components import and export. They are only ever
 * made from components, of which this build makes none (api_component.h): the functions give the
 * answers for nothing. Value types without parts and types of resources are complete. */
#include "api/api_component.h"

/* A described thing that cannot exist: to be cloned, compared and deleted as NULL. */
#define ABSENT(name)                                                                               \
    wasmtime_component_##name##_type_t *wasmtime_component_##name##_type_clone(                    \
        const wasmtime_component_##name##_type_t *ty)                                              \
    {                                                                                              \
        (void)ty;                                                                                  \
        return NULL;                                                                               \
    }                                                                                              \
    void wasmtime_component_##name##_type_delete(wasmtime_component_##name##_type_t *ty)           \
    {                                                                                              \
        (void)ty;                                                                                  \
    }

#define ABSENT_VALTYPE(name)                                                                       \
    ABSENT(name)                                                                                   \
    bool wasmtime_component_##name##_type_equal(const wasmtime_component_##name##_type_t *a,       \
                                                const wasmtime_component_##name##_type_t *b)       \
    {                                                                                              \
        return a == b;                                                                             \
    }

ABSENT_VALTYPE(list)
ABSENT_VALTYPE(record)
ABSENT_VALTYPE(tuple)
ABSENT_VALTYPE(variant)
ABSENT_VALTYPE(enum)
ABSENT_VALTYPE(option)
ABSENT_VALTYPE(result)
ABSENT_VALTYPE(flags)
ABSENT_VALTYPE(future)
ABSENT_VALTYPE(stream)
ABSENT_VALTYPE(map)
ABSENT(func)
ABSENT(instance)

/* The part of a type that has it always. */
#define PART(name, part)                                                                           \
    void wasmtime_component_##name##_type_##part(const wasmtime_component_##name##_type_t *ty,     \
                                                 struct wasmtime_component_valtype_t *type_ret)    \
    {                                                                                              \
        (void)ty;                                                                                  \
        *type_ret = (wasmtime_component_valtype_t){.kind = WASMTIME_COMPONENT_VALTYPE_BOOL};       \
    }
/* One that may be missing. */
#define MAYBE(name, part)                                                                          \
    bool wasmtime_component_##name##_type_##part(const wasmtime_component_##name##_type_t *ty,     \
                                                 struct wasmtime_component_valtype_t *type_ret)    \
    {                                                                                              \
        (void)ty;                                                                                  \
        (void)type_ret;                                                                            \
        return false;                                                                              \
    }
#define COUNT(name, part)                                                                          \
    size_t wasmtime_component_##name##_type_##part##_count(                                        \
        const wasmtime_component_##name##_type_t *ty)                                              \
    {                                                                                              \
        (void)ty;                                                                                  \
        return 0;                                                                                  \
    }

PART(list, element)
PART(option, ty)
PART(map, key)
PART(map, value)
MAYBE(result, ok)
MAYBE(result, err)
MAYBE(future, ty)
MAYBE(stream, ty)
MAYBE(func, result)
COUNT(record, field)
COUNT(tuple, types)
COUNT(variant, case)
COUNT(enum, names)
COUNT(flags, names)
COUNT(func, param)

bool wasmtime_component_record_type_field_nth(const wasmtime_component_record_type_t *ty,
                                              size_t nth, const char **name_ret,
                                              size_t *name_len_ret,
                                              struct wasmtime_component_valtype_t *type_ret)
{
    return false;
}

bool wasmtime_component_tuple_type_types_nth(const wasmtime_component_tuple_type_t *ty, size_t nth,
                                             struct wasmtime_component_valtype_t *type_ret)
{
    return false;
}

bool wasmtime_component_variant_type_case_nth(const wasmtime_component_variant_type_t *ty,
                                              size_t nth, const char **name_ret,
                                              size_t *name_len_ret, bool *has_payload_ret,
                                              struct wasmtime_component_valtype_t *payload_ret)
{
    return false;
}

bool wasmtime_component_enum_type_names_nth(const wasmtime_component_enum_type_t *ty, size_t nth,
                                            const char **name_ret, size_t *name_len_ret)
{
    return false;
}

bool wasmtime_component_flags_type_names_nth(const wasmtime_component_flags_type_t *ty, size_t nth,
                                             const char **name_ret, size_t *name_len_ret)
{
    return false;
}

bool wasmtime_component_func_type_async(const wasmtime_component_func_type_t *ty)
{
    return false;
}

bool wasmtime_component_func_type_param_nth(const wasmtime_component_func_type_t *ty, size_t nth,
                                            const char **name_ret, size_t *name_len_ret,
                                            wasmtime_component_valtype_t *type_ret)
{
    return false;
}

/* --- Value types ------------------------------------------------------------------------------ */

void wasmtime_component_valtype_clone(const wasmtime_component_valtype_t *ty,
                                      wasmtime_component_valtype_t *out)
{
    wasmtime_component_valtype_t t = *ty;
    if (ty->kind == WASMTIME_COMPONENT_VALTYPE_OWN || ty->kind == WASMTIME_COMPONENT_VALTYPE_BORROW)
        t.of.own = wasmtime_component_resource_type_clone(ty->of.own);
    *out = t;
}

bool wasmtime_component_valtype_equal(const wasmtime_component_valtype_t *a,
                                      const wasmtime_component_valtype_t *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == WASMTIME_COMPONENT_VALTYPE_OWN || a->kind == WASMTIME_COMPONENT_VALTYPE_BORROW)
        return wasmtime_component_resource_type_equal(a->of.own, b->of.own);
    return a->kind <= WASMTIME_COMPONENT_VALTYPE_STRING ||
           a->kind == WASMTIME_COMPONENT_VALTYPE_ERROR_CONTEXT || a->of.list == b->of.list;
}

void wasmtime_component_valtype_delete(wasmtime_component_valtype_t *ptr)
{
    if (!ptr)
        return;
    if (ptr->kind == WASMTIME_COMPONENT_VALTYPE_OWN ||
        ptr->kind == WASMTIME_COMPONENT_VALTYPE_BORROW)
        wasmtime_component_resource_type_delete(ptr->of.own);
    ptr->kind = WASMTIME_COMPONENT_VALTYPE_BOOL;
}

/* --- Items ------------------------------------------------------------------------------------ */

void wasmtime_component_item_clone(const wasmtime_component_item_t *item,
                                   wasmtime_component_item_t *out)
{
    wasmtime_component_item_t x = *item;
    switch (item->kind) {
    case WASMTIME_COMPONENT_ITEM_RESOURCE:
        x.of.resource = wasmtime_component_resource_type_clone(item->of.resource);
        break;
    case WASMTIME_COMPONENT_ITEM_CORE_FUNC:
        x.of.core_func = wasm_functype_copy(item->of.core_func);
        break;
    case WASMTIME_COMPONENT_ITEM_TYPE:
        wasmtime_component_valtype_clone(&item->of.type, &x.of.type);
        break;
    default: break;
    }
    *out = x;
}

void wasmtime_component_item_delete(wasmtime_component_item_t *ptr)
{
    if (!ptr)
        return;
    switch (ptr->kind) {
    case WASMTIME_COMPONENT_ITEM_RESOURCE:
        wasmtime_component_resource_type_delete(ptr->of.resource);
        break;
    case WASMTIME_COMPONENT_ITEM_CORE_FUNC: wasm_functype_delete(ptr->of.core_func); break;
    case WASMTIME_COMPONENT_ITEM_TYPE: wasmtime_component_valtype_delete(&ptr->of.type); break;
    default: break;
    }
    *ptr = (wasmtime_component_item_t){.kind = WASMTIME_COMPONENT_ITEM_TYPE,
                                       .of.type = {.kind = WASMTIME_COMPONENT_VALTYPE_BOOL}};
}

/* --- Components, instances, modules ----------------------------------------------------------- */

wasmtime_component_type_t *wasmtime_component_type_clone(const wasmtime_component_type_t *ty)
{
    return NULL;
}

void wasmtime_component_type_delete(wasmtime_component_type_t *ty)
{
}

#define ITEMS(function, type)                                                                      \
    size_t function##_count(const type *ty, const wasm_engine_t *engine)                           \
    {                                                                                              \
        (void)ty;                                                                                  \
        (void)engine;                                                                              \
        return 0;                                                                                  \
    }                                                                                              \
    bool function##_get(const type *ty, const wasm_engine_t *engine, const char *name,             \
                        size_t name_len, struct wasmtime_component_item_t *ret)                    \
    {                                                                                              \
        (void)ty, (void)engine, (void)name, (void)name_len, (void)ret;                             \
        return false;                                                                              \
    }                                                                                              \
    bool function##_nth(const type *ty, const wasm_engine_t *engine, size_t nth,                   \
                        const char **name_ret, size_t *name_len_ret,                               \
                        struct wasmtime_component_item_t *type_ret)                                \
    {                                                                                              \
        (void)ty, (void)engine, (void)nth, (void)name_ret, (void)name_len_ret, (void)type_ret;     \
        return false;                                                                              \
    }

ITEMS(wasmtime_component_type_import, wasmtime_component_type_t)
ITEMS(wasmtime_component_type_export, wasmtime_component_type_t)
ITEMS(wasmtime_component_instance_type_export, wasmtime_component_instance_type_t)

wasmtime_module_type_t *wasmtime_module_type_clone(const wasmtime_module_type_t *ty)
{
    return NULL;
}

void wasmtime_module_type_delete(wasmtime_module_type_t *ty)
{
}

size_t wasmtime_module_type_import_count(const wasmtime_module_type_t *ty,
                                         const wasm_engine_t *engine)
{
    return 0;
}

wasm_importtype_t *wasmtime_module_type_import_nth(const wasmtime_module_type_t *ty,
                                                   const wasm_engine_t *engine, size_t nth)
{
    return NULL;
}

size_t wasmtime_module_type_export_count(const wasmtime_module_type_t *ty,
                                         const wasm_engine_t *engine)
{
    return 0;
}

wasm_exporttype_t *wasmtime_module_type_export_nth(const wasmtime_module_type_t *ty,
                                                   const wasm_engine_t *engine, size_t nth)
{
    return NULL;
}
