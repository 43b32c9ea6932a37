/* wasmtime/component/component.h, func.h, instance.h and linker.h. A linker is a tree of names;
 * what is checked about definitions (names, duplicates, finalizers) is checked here, and
 * instantiating ends in an error, see api_component.h. */
#include "api/api_component.h"
#include "text/text.h"

wasmtime_error_t *hs_api_no_components(void)
{
    return hs_api_error("components are not supported by this build yet");
}

/* --- Components ------------------------------------------------------------------------------- */

wasmtime_error_t *wasmtime_component_new(const wasm_engine_t *engine, const uint8_t *buf,
                                         size_t len, wasmtime_component_t **component_out)
{
    (void)engine;
    (void)component_out;
    if (len >= 8 && memcmp(buf, "\0asm\1\0\0\0", 8) == 0)
        return hs_api_error("expected a WebAssembly component but was given a WebAssembly module");
    if (len >= 4 && memcmp(buf, "\0asm", 4) == 0)
        return hs_api_no_components();
    struct error error; /* text is allowed, too */
    uint8_t *bytes;
    size_t size;
    hs_error_init(&error);
    if (len && !hs_utf8_valid(buf, len))
        return hs_api_error("input was not valid utf-8");
    if (hs_text_parse(len ? (const char *)buf : "", len, &bytes, &size, &error) != ST_OK)
        return hs_api_error_from(&error);
    hs_free(bytes);
    return hs_api_no_components();
}

wasmtime_error_t *wasmtime_component_serialize(const wasmtime_component_t *component,
                                               wasm_byte_vec_t *ret)
{
    return hs_api_no_components();
}

wasmtime_error_t *wasmtime_component_deserialize(const wasm_engine_t *engine, const uint8_t *buf,
                                                 size_t len, wasmtime_component_t **component_out)
{
    return hs_api_no_components();
}

wasmtime_error_t *wasmtime_component_deserialize_file(const wasm_engine_t *engine, const char *path,
                                                      wasmtime_component_t **component_out)
{
    return hs_api_no_components();
}

wasmtime_component_t *wasmtime_component_clone(const wasmtime_component_t *component)
{
    return NULL;
}

wasmtime_component_type_t *wasmtime_component_type(const wasmtime_component_t *component)
{
    return NULL;
}

void wasmtime_component_delete(wasmtime_component_t *component)
{
}

wasmtime_component_export_index_t *
wasmtime_component_get_export_index(const wasmtime_component_t *component,
                                    const wasmtime_component_export_index_t *instance_export_index,
                                    const char *name, size_t name_len)
{
    return NULL;
}

wasmtime_component_export_index_t *
wasmtime_component_export_index_clone(const wasmtime_component_export_index_t *index)
{
    return NULL;
}

void wasmtime_component_export_index_delete(wasmtime_component_export_index_t *export_index)
{
}

/* --- Instances and functions ------------------------------------------------------------------ */

wasmtime_component_export_index_t *wasmtime_component_instance_get_export_index(
    const wasmtime_component_instance_t *instance, wasmtime_context_t *context,
    const wasmtime_component_export_index_t *instance_export_index, const char *name,
    size_t name_len)
{
    return NULL;
}

bool wasmtime_component_instance_get_func(const wasmtime_component_instance_t *instance,
                                          wasmtime_context_t *context,
                                          const wasmtime_component_export_index_t *export_index,
                                          wasmtime_component_func_t *func_out)
{
    return false;
}

wasmtime_component_func_type_t *wasmtime_component_func_type(const wasmtime_component_func_t *func,
                                                             wasmtime_context_t *context)
{
    return NULL;
}

wasmtime_error_t *wasmtime_component_func_call(const wasmtime_component_func_t *func,
                                               wasmtime_context_t *context,
                                               const wasmtime_component_val_t *args,
                                               size_t args_size, wasmtime_component_val_t *results,
                                               size_t results_size)
{
    return hs_api_no_components();
}

wasmtime_error_t *wasmtime_component_func_post_return(const wasmtime_component_func_t *func,
                                                      wasmtime_context_t *context)
{
    return NULL;
}

wasmtime_call_future_t *wasmtime_component_func_call_async(
    const wasmtime_component_func_t *func, wasmtime_context_t *context,
    const wasmtime_component_val_t *args, size_t args_size, wasmtime_component_val_t *results,
    size_t results_size, wasmtime_error_t **error_ret)
{
    return hs_api_future_failed(error_ret, hs_api_no_components());
}

/* --- Linkers ---------------------------------------------------------------------------------- */

struct definition {
    struct definition *next;
    struct span name; /* own copy */
    enum { DEF_INSTANCE, DEF_MODULE, DEF_FUNC, DEF_RESOURCE } kind;
    struct definition *items; /* of an instance */
    struct code_object *code; /* counted */
    wasmtime_component_resource_type_t *resource;
    void *data;
    void (*finalizer)(void *);
};

struct wasmtime_component_linker_t {
    struct engine *engine; /* counted */
    bool allow_shadowing, wasip2, http;
    struct definition *items;
};

/* an open level */
struct wasmtime_component_linker_instance_t {
    wasmtime_component_linker_t *linker;
    struct definition **items;
};

static void definition_clear(struct definition *d)
{
    for (struct definition *x = d->items, *next; x; x = next) {
        next = x->next;
        definition_clear(x);
        hs_free((void *)(uintptr_t)x->name.data);
        hs_free(x);
    }
    if (d->code)
        hs_code_unref(d->code);
    wasmtime_component_resource_type_delete(d->resource);
    if (d->finalizer)
        d->finalizer(d->data);
    d->items = NULL;
    d->code = NULL;
    d->resource = NULL;
    d->finalizer = NULL;
}

wasmtime_component_linker_t *wasmtime_component_linker_new(const wasm_engine_t *engine)
{
    wasmtime_component_linker_t *l = hs_calloc(1, sizeof *l);
    if (l)
        l->engine = hs_engine_ref(hs_api_engine(engine));
    return l;
}

void wasmtime_component_linker_allow_shadowing(wasmtime_component_linker_t *linker, bool allow)
{
    linker->allow_shadowing = allow;
}

void wasmtime_component_linker_delete(wasmtime_component_linker_t *linker)
{
    if (!linker)
        return;
    struct definition all = {.items = linker->items};
    definition_clear(&all);
    hs_engine_unref(linker->engine);
    hs_free(linker);
}

static wasmtime_component_linker_instance_t *open_level(wasmtime_component_linker_t *l,
                                                        struct definition **items)
{
    wasmtime_component_linker_instance_t *i = hs_alloc(sizeof *i);
    if (i)
        *i = (wasmtime_component_linker_instance_t){l, items};
    return i;
}

wasmtime_component_linker_instance_t *
wasmtime_component_linker_root(wasmtime_component_linker_t *linker)
{
    return open_level(linker, &linker->items);
}

void wasmtime_component_linker_instance_delete(
    wasmtime_component_linker_instance_t *linker_instance)
{
    hs_free(linker_instance);
}

/* Adds what `content` holds, which is the linker's then; on failure it is cleared. */
static wasmtime_error_t *add(wasmtime_component_linker_instance_t *i, const char *name,
                             size_t name_len, struct definition content, struct definition **out)
{
    struct span n = hs_api_span(name, name_len);
    if (!hs_utf8_valid(n.data, n.size)) {
        definition_clear(&content);
        return hs_api_error("input was not valid utf-8");
    }
    struct definition *d = *i->items;
    while (d && !hs_span_equal(d->name, n))
        d = d->next;
    if (d && !i->linker->allow_shadowing) {
        definition_clear(&content);
        return hs_api_error("map entry `%.*s` defined twice", (int)name_len, name);
    }
    if (!d) {
        char *copy = hs_strndup(name_len ? name : "", name_len);
        d = copy ? hs_alloc(sizeof *d) : NULL;
        if (!d) {
            hs_free(copy);
            definition_clear(&content);
            return hs_api_error_oom();
        }
        content.next = *i->items;
        content.name = (struct span){(uint8_t *)copy, name_len};
        *i->items = d;
    } else {
        definition_clear(d);
        content.next = d->next;
        content.name = d->name;
    }
    *d = content;
    if (out)
        *out = d;
    return NULL;
}

wasmtime_error_t *wasmtime_component_linker_instance_add_instance(
    wasmtime_component_linker_instance_t *linker_instance, const char *name, size_t name_len,
    wasmtime_component_linker_instance_t **linker_instance_out)
{
    struct definition *d;
    wasmtime_component_linker_instance_t *level = open_level(linker_instance->linker, NULL);
    wasmtime_error_t *e =
        level ? add(linker_instance, name, name_len, (struct definition){.kind = DEF_INSTANCE}, &d)
              : hs_api_error_oom();
    if (e) {
        hs_free(level);
        return e;
    }
    level->items = &d->items;
    *linker_instance_out = level;
    return NULL;
}

wasmtime_error_t *
wasmtime_component_linker_instance_add_module(wasmtime_component_linker_instance_t *linker_instance,
                                              const char *name, size_t name_len,
                                              const wasmtime_module_t *module)
{
    hs_code_ref(hs_api_code(module));
    return add(linker_instance, name, name_len,
               (struct definition){.kind = DEF_MODULE, .code = hs_api_code(module)}, NULL);
}

wasmtime_error_t *wasmtime_component_linker_instance_add_func(
    wasmtime_component_linker_instance_t *linker_instance, const char *name, size_t name_len,
    wasmtime_component_func_callback_t callback, void *data, void (*finalizer)(void *))
{
    return add(linker_instance, name, name_len,
               (struct definition){.kind = DEF_FUNC, .data = data, .finalizer = finalizer}, NULL);
}

wasmtime_error_t *wasmtime_component_linker_instance_add_func_async(
    wasmtime_component_linker_instance_t *linker_instance, const char *name, size_t name_len,
    wasmtime_component_func_async_callback_t callback, void *data, void (*finalizer)(void *))
{
    return add(linker_instance, name, name_len,
               (struct definition){.kind = DEF_FUNC, .data = data, .finalizer = finalizer}, NULL);
}

wasmtime_error_t *wasmtime_component_linker_instance_add_resource(
    wasmtime_component_linker_instance_t *linker_instance, const char *name, size_t name_len,
    const wasmtime_component_resource_type_t *resource,
    wasmtime_component_resource_destructor_t destructor, void *data, void (*finalizer)(void *))
{
    struct definition d = {.kind = DEF_RESOURCE,
                           .resource = wasmtime_component_resource_type_clone(resource),
                           .data = data,
                           .finalizer = finalizer};
    return add(linker_instance, name, name_len, d, NULL);
}

wasmtime_error_t *wasmtime_component_linker_instantiate(const wasmtime_component_linker_t *linker,
                                                        wasmtime_context_t *context,
                                                        const wasmtime_component_t *component,
                                                        wasmtime_component_instance_t *instance_out)
{
    return hs_api_no_components();
}

wasmtime_call_future_t *wasmtime_component_linker_instantiate_async(
    const wasmtime_component_linker_t *linker, wasmtime_context_t *context,
    const wasmtime_component_t *component, wasmtime_component_instance_t *instance_out,
    wasmtime_error_t **error_ret)
{
    return hs_api_future_failed(error_ret, hs_api_no_components());
}

wasmtime_error_t *
wasmtime_component_linker_define_unknown_imports_as_traps(wasmtime_component_linker_t *linker,
                                                          const wasmtime_component_t *component)
{
    return hs_api_no_components();
}

wasmtime_error_t *wasmtime_component_linker_add_wasip2(wasmtime_component_linker_t *linker)
{
    return hs_api_error("WASI for components is not supported by this build yet");
}

wasmtime_error_t *wasmtime_component_linker_add_wasi_http(wasmtime_component_linker_t *linker)
{
    return hs_api_error("wasi:http is not supported by this build yet");
}

wasmtime_error_t *wasmtime_component_linker_add_wasip2_async(wasmtime_component_linker_t *linker)
{
    return wasmtime_component_linker_add_wasip2(linker);
}

wasmtime_error_t *wasmtime_component_linker_add_wasi_http_async(wasmtime_component_linker_t *linker)
{
    return wasmtime_component_linker_add_wasi_http(linker);
}

void wasmtime_context_set_wasi_http(wasmtime_context_t *context)
{
    (void)context; /* no linker can hand out wasi:http, so nothing can ask for it */
}
