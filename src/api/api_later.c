/* Functions that Wasmtime's library exports and the headers of version 48 do not declare: some
 * are of version 50, some were never declared anywhere. A binding looks them all up when it is
 * loaded, so they are here, with prototypes of their own. The settings are about proposals and
 * rules of components, of which this build makes none: they change nothing. So do the rest:
 * things that only a component could give are never there, and the functions answer for nothing. */
#include "api/api.h"
#include <wasmtime/component.h>

#define LATER(result, name, ...)                                                                   \
    WASM_API_EXTERN result name(__VA_ARGS__);                                                      \
    result name(__VA_ARGS__)

/* --- Settings of version 50 ------------------------------------------------------------------- */

#define ACCEPTED(setting)                                                                          \
    LATER(void, wasmtime_config_wasm_##setting##_set, wasm_config_t *config, bool enable)          \
    {                                                                                              \
        (void)config;                                                                              \
        (void)enable;                                                                              \
    }

/* the short form of import sections is not read yet, whatever the setting says */
ACCEPTED(compact_imports)
ACCEPTED(component_model_implements)
ACCEPTED(component_model_canonical_names)
ACCEPTED(component_model_accessors)

/* --- Lists of a fixed length: like wasmtime_component_list_type_* ----------------------------- */

typedef struct wasmtime_component_fixed_length_list_type
    wasmtime_component_fixed_length_list_type_t;

LATER(wasmtime_component_fixed_length_list_type_t *,
      wasmtime_component_fixed_length_list_type_clone,
      const wasmtime_component_fixed_length_list_type_t *ty)
{
    (void)ty;
    return NULL;
}

LATER(void, wasmtime_component_fixed_length_list_type_delete,
      wasmtime_component_fixed_length_list_type_t *ty)
{
    (void)ty;
}

LATER(bool, wasmtime_component_fixed_length_list_type_equal,
      const wasmtime_component_fixed_length_list_type_t *a,
      const wasmtime_component_fixed_length_list_type_t *b)
{
    return a == b;
}

LATER(void, wasmtime_component_fixed_length_list_type_element,
      const wasmtime_component_fixed_length_list_type_t *ty,
      struct wasmtime_component_valtype_t *type_ret)
{
    (void)ty;
    *type_ret = (wasmtime_component_valtype_t){.kind = WASMTIME_COMPONENT_VALTYPE_BOOL};
}

/* --- Imports and exports of components, as version 50 gives them ------------------------------ */

typedef struct wasmtime_component_extern wasmtime_component_extern_t;

LATER(wasmtime_component_extern_t *, wasmtime_component_extern_clone,
      const wasmtime_component_extern_t *e)
{
    (void)e;
    return NULL;
}

LATER(void, wasmtime_component_extern_delete, wasmtime_component_extern_t *e)
{
    (void)e;
}

LATER(void, wasmtime_component_extern_type, const wasmtime_component_extern_t *e,
      wasmtime_component_item_t *ret)
{
    (void)e;
    *ret = (wasmtime_component_item_t){0};
}

LATER(const char *, wasmtime_component_extern_implements, const wasmtime_component_extern_t *e,
      size_t *len)
{
    (void)e;
    *len = 0;
    return NULL;
}

LATER(bool, wasmtime_component_extern_is_implements, const wasmtime_component_extern_t *e,
      const char *name, size_t len)
{
    (void)e;
    (void)name;
    (void)len;
    return false;
}

LATER(const char *, wasmtime_component_extern_external_id, const wasmtime_component_extern_t *e,
      size_t *len)
{
    (void)e;
    *len = 0;
    return NULL;
}
